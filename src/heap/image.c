/* image.c: saving and loading the start-up image. See image.h.
 *
 * The file is the program, then at page boundaries the heap's blocks, lasting memory, the two sections of variables, and at the very end a Trailer that says where all that lies.
 * The build then lets the program run once and appends the list of the pages it wrote to, with a Trailer that knows that list too. Loading makes copies of just these at once, which costs
 * a fraction of as many page faults.
 */
#include "heap/image.h"
#include "heap/block.h"
#include <fcntl.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PAGE = 4096, STORE_SPACE = 64 << 20, HEAP_SPACE = 256 << 20, LEAST_SPACE = 16 << 20, STORE_HEADER = 16 };
static char *const IMAGE_BASE = (char *)0x1000000000;   /* lasting memory, then the heap's blocks */
static char *const HEAP_BASE = (char *)0x1000000000 + STORE_SPACE;

/* Made by the linker; weak, because a sanitized build has no such sections. */
#define BOUND extern __attribute__((weak)) char
BOUND __start_krait_data[];
BOUND __stop_krait_data[];
BOUND __start_krait_bss[];
BOUND __stop_krait_bss[];

enum { PART_HEAP, PART_STORE, PART_DATA, PART_BSS, PART_COUNT };
typedef struct Part {
    char *start;
    size_t size, offset;
} Part;   /* offset in the file */
typedef struct PageRun {
    uint32_t first, count;
} PageRun;       /* pages, counted from address 0 */
typedef struct Trailer {
    Part parts[PART_COUNT], hot /* an array of PageRun */;
    char magic[16];
} Trailer;
static const char MAGIC[16] = "krait image 2";

/* What is true of this process only; so not among the variables that are saved. */
static struct {
    bool building;
    char *store_at, *heap_at, *loaded_end;
} image __attribute__((section(".bss.image")));

/* --- memory for the image that is being built */

void image_begin(void)
{
    image.building = true;
    image.store_at = mmap(IMAGE_BASE, STORE_SPACE + HEAP_SPACE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
    if (image.store_at != IMAGE_BASE) {
        fprintf(stderr, "krait: no image: the address %p is taken\n", (void *)IMAGE_BASE);
        exit(1);
    }
    image.heap_at = HEAP_BASE;
    /* From now on malloc takes from mmap only, so that no small number looks like a pointer to memory of malloc's (foreign_ranges). */
    mallopt(M_MMAP_THRESHOLD, 0);
    mallopt(M_MMAP_MAX, 1 << 20);
}

bool image_building(void) { return image.building; }

bool image_brought(const void *variable)
{
    const char *at = variable;
    return image.loaded_end && ((at >= __start_krait_data && at < __stop_krait_data) || (at >= __start_krait_bss && at < __stop_krait_bss));
}

bool image_contains(const void *address) { return (char *)address >= IMAGE_BASE && (char *)address < image.loaded_end; }

void *image_map(size_t size, size_t alignment)
{
    char *start = (char *)(((uintptr_t)image.heap_at + alignment - 1) & ~(uintptr_t)(alignment - 1));
    if (start + size > HEAP_BASE + HEAP_SPACE) return 0;
    image.heap_at = start + size;
    return start;
}

static bool in_store(const void *memory) { return (char *)memory >= IMAGE_BASE && (char *)memory < HEAP_BASE; }
static size_t store_size(const void *memory) { return *(size_t *)((char *)memory - STORE_HEADER); }

void *lasting_alloc(size_t size)
{
    if (!image.building) return calloc(1, size);
    size_t step = STORE_HEADER + ((size + 15) & ~(size_t)15);
    if (image.store_at + step > HEAP_BASE) return 0;
    char *memory = image.store_at + STORE_HEADER;
    *(size_t *)image.store_at = size;
    image.store_at += step;
    return memory;
}

void *lasting_grow(void *old, size_t size)
{
    if (!image.building && !in_store(old)) return realloc(old, size);
    size_t old_size = old ? store_size(old) : 0;
    void *memory = image.building ? lasting_alloc(size) : malloc(size);
    if (memory && old) memcpy(memory, old, old_size < size ? old_size : size);
    return memory;
}

void lasting_free(void *memory)
{
    if (!in_store(memory)) free(memory);
}

/* --- saving */

/* Free cells are cleared, so that what they held neither keeps pages alive nor looks like a pointer. They are not handed out before the next collection: fresh pages cost less
 * than copies of the image's. */
static void clear_free_cells(Block *b)
{
    for (uint32_t i = 0; i < b->cells; i++) {
        char *cell = block_cell(b, i);
        if (!bit_get(b->alloc, bit_index(cell))) memset(cell, 0, b->cell_size);
    }
    b->zeroed = true;
    b->cursor = b->cells;
    b->next = 0;
}

static size_t settle_heap(void)
{
    char *end = HEAP_BASE;
    for (size_t i = 0; i < heap.blocks.count; i++) {
        Block *b = heap.blocks.items[i];
        clear_free_cells(b);
        if ((char *)b + BLOCK_SIZE > end) end = (char *)b + BLOCK_SIZE;
    }
    for (size_t i = 0; i < heap.large.count; i++) {
        Block *b = heap.large.items[i];
        if ((char *)b + b->span > end) end = (char *)b + b->span;
    }
    heap_release_reserve();
    for (Block *b = heap.free.top, *next; b; b = next) {
        next = b->next;
        if ((char *)b < end) memset(b, 0, BLOCK_SIZE);
    }
    heap.free.top = 0;
    heap.free.count = 0;
    memset(heap.runs, 0, sizeof heap.runs);
    heap.small_pages = HUGE_PAGE;
    heap.young_budget = YOUNG_BUDGET_MIN;
    heap.allocated = 0;
    memset(heap.large_cache, 0, sizeof heap.large_cache);
    heap.large_cache_bytes = 0;
    heap.mark_stack = 0;
    heap.mark_capacity = heap.mark_top = 0;
    memset(block_map, 0, sizeof block_map);
    return (size_t)(end - HEAP_BASE);
}

typedef struct Range {
    uintptr_t start, end;
} Range;

/* Memory that exists in this process only: mappings other than the program's own and the image's. (Not what malloc had handed out before image_begin: the strings of
 * `config`.) */
static size_t foreign_ranges(Range *ranges, size_t room)
{
    FILE *maps = fopen("/proc/self/maps", "r");
    size_t count = 0;
    char line[512];
    while (maps && count < room && fgets(line, sizeof line, maps)) {
        uintptr_t start, end;
        char mode[5];
        if (sscanf(line, "%lx-%lx %4s", &start, &end, mode) != 3) continue;
        if (strstr(line, "[heap]")) continue;
        bool program = start <= (uintptr_t)__start_krait_data ? end > (uintptr_t)__start_krait_data : start < (uintptr_t)__stop_krait_bss;
        if (program || end < (uintptr_t)__stop_krait_bss || ((char *)start >= IMAGE_BASE && (char *)end <= HEAP_BASE + HEAP_SPACE)) continue;
        ranges[count++] = (Range){start, end};
    }
    if (maps) fclose(maps);
    return count;
}

/* No word of the part may point to foreign memory. */
static bool check_part(const Part *part, const Range *ranges, size_t count)
{
    size_t found = 0;
    for (uintptr_t *word = (uintptr_t *)part->start; (char *)word + sizeof *word <= part->start + part->size; word++)
        for (size_t i = 0; *word && i < count; i++) {
            if (*word < ranges[i].start || *word >= ranges[i].end) continue;
            if (++found <= 10) fprintf(stderr, "krait: no image: the word at %p, %p, points to memory that is not saved\n", (void *)word, (void *)*word);
        }
    return found == 0;
}

/* Pages of zeros are left out: the file has holes there. */
static bool write_part(int fd, const Part *part)
{
    static const char zeros[PAGE];
    for (size_t at = 0; at < part->size; at += PAGE) {
        size_t size = part->size - at < PAGE ? part->size - at : PAGE;
        if (memcmp(part->start + at, zeros, size) && pwrite(fd, part->start + at, size, (off_t)(part->offset + at)) != (ssize_t)size) return false;
    }
    return true;
}

static bool copy_program(int fd, size_t *size)
{
    int self = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    char buffer[1 << 16];
    ssize_t n;
    *size = 0;
    while (self >= 0 && (n = read(self, buffer, sizeof buffer)) > 0) {
        if (write(fd, buffer, (size_t)n) != n) return false;
        *size += (size_t)n;
    }
    if (self >= 0) close(self);
    return *size > 0;
}

/* `start` begins a page of memory: the same bytes of the page's start in the file. */
static size_t place(size_t offset, const char *start) { return ((offset + PAGE - 1) & ~(size_t)(PAGE - 1)) + ((uintptr_t)start & (PAGE - 1)); }

static bool write_image(int fd, Trailer *trailer)
{
    size_t offset;
    if (!copy_program(fd, &offset)) return false;
    for (int i = 0; i < PART_COUNT; i++) {
        Part *part = &trailer->parts[i];
        part->offset = place(offset, part->start);
        offset = part->offset + part->size;
        if (!write_part(fd, part)) return false;
    }
    return pwrite(fd, trailer, sizeof *trailer, (off_t)offset) == sizeof *trailer;
}

bool image_save(const char *path)
{
    size_t heap_size = settle_heap();
    thread_forget();
    Trailer trailer = {.parts = {[PART_HEAP] = {HEAP_BASE, heap_size, 0},
                                 [PART_STORE] = {IMAGE_BASE, (size_t)(image.store_at - IMAGE_BASE), 0},
                                 [PART_DATA] = {__start_krait_data, (size_t)(__stop_krait_data - __start_krait_data), 0},
                                 [PART_BSS] = {__start_krait_bss, (size_t)(__stop_krait_bss - __start_krait_bss), 0}}};
    memcpy(trailer.magic, MAGIC, sizeof MAGIC);
    Range ranges[200];
    size_t count = foreign_ranges(ranges, 200);
    bool good = count > 0;
    for (int i = 0; i < PART_COUNT; i++) good &= check_part(&trailer.parts[i], ranges, count);
    if (!good) return false;
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);
    if (fd >= 0 && write_image(fd, &trailer) && close(fd) == 0) return true;
    perror("krait: no image");
    return false;
}

/* --- loading */

static bool read_trailer(int fd, Trailer *trailer)
{
    struct stat st;
    if (fstat(fd, &st) < 0 || st.st_size < (off_t)sizeof *trailer) return false;
    if (pread(fd, trailer, sizeof *trailer, st.st_size - (off_t)sizeof *trailer) != sizeof *trailer || memcmp(trailer->magic, MAGIC, sizeof MAGIC)) return false;
    /* Linked anew by someone who kept the tail: the variables would lie elsewhere. */
    const Part *data = &trailer->parts[PART_DATA], *bss = &trailer->parts[PART_BSS];
    return data->start == __start_krait_data && data->start + data->size == __stop_krait_data && bss->start == __start_krait_bss && bss->start + bss->size == __stop_krait_bss;
}

/* Only a matter of speed: errors do not matter. */
static void copy_hot_pages(int fd, const Part *hot)
{
    PageRun runs[1024];
    size_t size = hot->size < sizeof runs ? hot->size : sizeof runs;
    if (pread(fd, runs, size, (off_t)hot->offset) != (ssize_t)size) return;
    for (size_t i = 0; i < size / sizeof *runs; i++) madvise((void *)((uintptr_t)runs[i].first * PAGE), (size_t)runs[i].count * PAGE, MADV_POPULATE_WRITE);
}

static bool map_fresh(int fd, const Part *part)
{
    size_t size = (part->size + PAGE - 1) & ~(size_t)(PAGE - 1);
    void *at = mmap(part->start, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED_NOREPLACE, fd, (off_t)part->offset);
    if (at == (void *)part->start) return true;
    if (at != MAP_FAILED) munmap(at, size);
    return false;
}

/* Whole pages are mapped over the variables, the rest of the first and last page is read. */
static bool map_variables(int fd, const Part *part)
{
    uintptr_t start = (uintptr_t)part->start, end = start + part->size, first = (start + PAGE - 1) & ~(uintptr_t)(PAGE - 1), last = end & ~(uintptr_t)(PAGE - 1);
    if (first >= last) return pread(fd, part->start, part->size, (off_t)part->offset) == (ssize_t)part->size;
    size_t head = first - start, tail = end - last;
    return mmap((void *)first, last - first, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED, fd, (off_t)(part->offset + head)) != MAP_FAILED &&
           pread(fd, (void *)start, head, (off_t)part->offset) == (ssize_t)head && pread(fd, (void *)last, tail, (off_t)(part->offset + (last - start))) == (ssize_t)tail;
}

/* Where the address space is limited, what the program needs beside the image must be there too: once the variables are replaced there is no way back to a start from nothing. */
static bool space_remains(void)
{
    struct rlimit space;
    if (getrlimit(RLIMIT_AS, &space) < 0 || space.rlim_cur == RLIM_INFINITY) return true;
    void *probe = mmap(0, LEAST_SPACE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return probe != MAP_FAILED && munmap(probe, LEAST_SPACE) == 0;
}

static void unmap(const Part *part) { munmap(part->start, part->size); }

static bool load_from(int fd)
{
    Trailer trailer;
    if (!read_trailer(fd, &trailer)) return false;
    const Part *blocks = &trailer.parts[PART_HEAP], *store = &trailer.parts[PART_STORE];
    if (!map_fresh(fd, blocks)) return false;
    bool stored = map_fresh(fd, store);
    if (!stored || !space_remains()) {
        unmap(blocks);
        if (stored) unmap(store);
        return false;
    }
    if (!map_variables(fd, &trailer.parts[PART_DATA]) || !map_variables(fd, &trailer.parts[PART_BSS])) {
        perror("krait: cannot map the start-up image");
        _exit(1);   /* half of the variables are replaced */
    }
    image.loaded_end = blocks->start + blocks->size;
    copy_hot_pages(fd, &trailer.hot);
    if (heap_map_image(blocks->start, blocks->size)) return true;
    fputs("krait: the interpreter could not start: out of memory\n", stderr);
    _exit(1);
}

bool image_load(void)
{
    int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    if (fd < 0) return false;
    bool loaded = load_from(fd);
    close(fd);
    return loaded;
}

/* --- which pages a start writes to */

/* Adds the pages of the part that are this process's own copies. */
static size_t find_copies(int pagemap, const Part *part, PageRun *runs, size_t count, size_t room)
{
    uintptr_t first = ((uintptr_t)part->start + PAGE - 1) / PAGE, last = ((uintptr_t)part->start + part->size) / PAGE;
    for (uintptr_t page = first; page < last; page++) {
        uint64_t entry;
        if (pread(pagemap, &entry, sizeof entry, (off_t)(page * sizeof entry)) != sizeof entry) return count;
        bool copied = (entry >> 63 & 1) && !(entry >> 61 & 1);   /* present, and not a page of a file */
        if (!copied) continue;
        if (count && runs[count - 1].first + runs[count - 1].count == page) runs[count - 1].count++;
        else if (count < room) runs[count++] = (PageRun){(uint32_t)page, 1};
    }
    return count;
}

bool image_save_hot(const char *path)
{
    int self = open("/proc/self/exe", O_RDONLY | O_CLOEXEC), pagemap = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC),
        fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    Trailer trailer;
    struct stat st;
    PageRun runs[1024];
    size_t count = 0;
    if (self < 0 || pagemap < 0 || fd < 0 || !image.loaded_end || !read_trailer(self, &trailer) || fstat(self, &st) < 0) return false;
    for (int i = 0; i < PART_COUNT; i++) count = find_copies(pagemap, &trailer.parts[i], runs, count, 1024);
    trailer.hot = (Part){0, count * sizeof *runs, (size_t)st.st_size};
    return write(fd, runs, trailer.hot.size) == (ssize_t)trailer.hot.size && write(fd, &trailer, sizeof trailer) == sizeof trailer;
}
