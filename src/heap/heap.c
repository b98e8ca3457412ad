/* heap.c: allocation: blocks, size classes, large objects, limits, and the stress modes. The layout is told in block.h. */
#include "heap/block.h"
#include "heap/image.h"
#include "heap/upcall.h"
#include <stdlib.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

Heap heap;
Block **block_map[1 << 15];

enum { CHUNK_BLOCKS = 64, RUN_BYTES = 8192, LARGE_CACHE_LIMIT = 64 << 20, RESERVE_BLOCKS = 16 };
/* Large objects ask for a collection sooner than small ones: the memory of dead ones can be used again, still warm, and fresh pages cost more than a young collection. */
enum { LARGE_BUDGET = 3 << 20 };
static const size_t EMERGENCY_BUDGET = 128 << 20;

/* The first are the multiples of 16: alloc.h counts on it. */
static const uint16_t class_sizes[SIZE_CLASSES] = {
    16,   32,   48,   64,   80,   96,   112,  128,  144,  160,  192,  224,  256,  320,  384,   448,   512,   640,   768,   896,   1024,
    1280, 1536, 1792, 2048, 2560, 3072, 3584, 4096, 4944, 5840, 6432, 7152, 8048, 9184, 10720, 12864, 16096, 21456, 26000, 32192,
};
static uint8_t size_class_of[MEDIUM_LIMIT / 16 + 1];   /* by sixteenths of the size, rounded up */

bool pointer_array_reserve(PointerArray *array, size_t capacity)
{
    if (array->capacity >= capacity) return true;
    void **items = lasting_grow(array->items, capacity * sizeof *items);
    if (!items) return false;
    array->items = items;
    array->capacity = capacity;
    return true;
}

bool pointer_array_push(PointerArray *array, void *item)
{
    if (array->count == array->capacity && !pointer_array_reserve(array, array->capacity ? array->capacity * 2 : 64)) return false;
    array->items[array->count++] = item;
    return true;
}

/* --- memory from the system */

/* `size` bytes (a multiple of BLOCK_SIZE), aligned to `alignment`, or 0. */
static void *map_aligned(size_t size, size_t alignment)
{
    if (size > (size_t)1 << 46) return 0;
    if (image_building()) return image_map(size, alignment);
    char *base = mmap(0, size + alignment, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (base == MAP_FAILED) return 0;
    char *start = (char *)(((uintptr_t)base + alignment - 1) & ~(uintptr_t)(alignment - 1));
    if (start > base) munmap(base, start - base);
    size_t tail = base + size + alignment - (start + size);
    if (tail) munmap(start + size, tail);
    return start;
}

static bool map_enter(char *start, size_t size, Block *block, bool each_its_own)
{
    for (size_t offset = 0; offset < size; offset += BLOCK_SIZE) {
        uintptr_t address = (uintptr_t)start + offset;
        if (address >> 47) return false;
        Block ***level = &block_map[address >> 32];
        if (!*level) {
            void *table = mmap(0, 65536 * sizeof(Block *), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
            if (table == MAP_FAILED) return false;
            *level = table;
        }
        (*level)[address >> BLOCK_SHIFT & 0xffff] = each_its_own ? (Block *)address : block;
    }
    if (!heap.low || (uintptr_t)start < heap.low) heap.low = (uintptr_t)start;
    if ((uintptr_t)start + size > heap.high) heap.high = (uintptr_t)start + size;
    return true;
}

bool heap_map_image(char *start, size_t size)
{
    bool good = map_enter(start, size, 0, true);
    for (size_t i = 0; i < heap.large.count; i++) {
        Block *b = heap.large.items[i];
        good = good && map_enter((char *)b, b->span, b, false);
    }
    return good;
}

static bool over_limit(size_t more) { return heap.limit && heap.mapped + more > heap.limit + (heap.ran_out ? RESERVE_BLOCKS * BLOCK_SIZE : 0); }

static void push(BlockStack *stack, Block *b)
{
    b->next = stack->top;
    stack->top = b;
    stack->count++;
}

static Block *pop(BlockStack *stack)
{
    Block *b = stack->top;
    stack->top = b->next;
    stack->count--;
    return b;
}

void heap_release_reserve(void)
{
    while (heap.reserve.top) push(&heap.free, pop(&heap.reserve));
}

void heap_refill_reserve(void)
{
    /* As long as there is little, what there is goes to who asks. */
    if (!heap.ran_out || heap.free.count + heap.reserve.count < 2 * RESERVE_BLOCKS) return;
    heap.ran_out = false;
    heap.ran_out = over_limit(RESERVE_BLOCKS * BLOCK_SIZE);
    while (heap.reserve.count < RESERVE_BLOCKS) push(&heap.reserve, pop(&heap.free));
}

/* New blocks from the system: a chunk with huge pages, where there are any (a page fault each 4 KiB would cost start-up and growing heaps more than the clearing does), or
 * where so much is not to be had, less. */
static bool chunk_map(void)
{
    size_t blocks = CHUNK_BLOCKS;
    char *chunk = map_aligned(blocks * BLOCK_SIZE, HUGE_PAGE);
    if (chunk) madvise(chunk + heap.small_pages, blocks * BLOCK_SIZE - heap.small_pages, MADV_HUGEPAGE);
    heap.small_pages = 0;
    while (!chunk && (blocks /= 4) > 0) chunk = map_aligned(blocks * BLOCK_SIZE, BLOCK_SIZE);
    if (!chunk || !map_enter(chunk, blocks * BLOCK_SIZE, 0, true)) return false;
    for (size_t i = blocks; i-- > 0;) {
        Block *b = (Block *)(chunk + i * BLOCK_SIZE);
        b->zeroed = true;
        if (blocks < CHUNK_BLOCKS || heap.ran_out || heap.reserve.count >= RESERVE_BLOCKS) push(&heap.free, b);
        else push(&heap.reserve, b);
    }
    return true;
}

static void map_leave(Block *b, size_t span)
{
    for (size_t offset = 0; offset < span; offset += BLOCK_SIZE) {
        uintptr_t address = (uintptr_t)b + offset;
        block_map[address >> 32][address >> BLOCK_SHIFT & 0xffff] = 0;
    }
    munmap(b, span);
}

/* Where the system has no more memory (or the process no more addresses), what is kept of the dead goes back to it. */
static void large_cache_drop(void)
{
    for (size_t i = 0; i < LARGE_CACHE; i++)
        while (heap.large_cache[i]) {
            Block *b = heap.large_cache[i];
            heap.large_cache[i] = b->next;
            map_leave(b, b->span);
        }
    heap.large_cache_bytes = 0;
}

static void free_blocks_drop(void)
{
    Block **link = &heap.free.top;
    for (Block *b = heap.free.top, *next; b; b = next) {
        next = b->next;
        if (image_contains(b)) {
            link = &b->next;
            continue;
        }
        *link = next;
        heap.free.count--;
        map_leave(b, BLOCK_SIZE);
    }
}

static Block *block_acquire(void)
{
    if (over_limit(BLOCK_SIZE)) {
        heap_emergency();
        if (over_limit(BLOCK_SIZE)) return 0;
    }
    if (!heap.free.top) {
        bool mapped = chunk_map();
        if (!mapped && heap.ran_out && heap.reserve.top) push(&heap.free, pop(&heap.reserve));
        else if (!mapped) {
            heap_emergency();
            large_cache_drop();
            if (!heap.free.top) chunk_map();
        }
    }
    if (!heap.free.top || !pointer_array_push(&heap.blocks, heap.free.top)) return 0;
    heap.mapped += BLOCK_SIZE;
    return pop(&heap.free);
}

/* An empty block goes back to the pool. The caller has taken it out of heap.blocks. */
void block_release(Block *b)
{
    b->kind = CELL_FREE;
    memset(b->marks, 0, sizeof b->marks);
    memset(b->alloc, 0, sizeof b->alloc);
    push(&heap.free, b);
    heap.mapped -= BLOCK_SIZE;
}

/* Gives the pages of surplus free blocks back to the system. */
void heap_release_pages(void)
{
    size_t keep = heap.live_bytes / 4 / BLOCK_SIZE + (YOUNG_BUDGET_MIN * 4) / BLOCK_SIZE;
    size_t i = 0;
    for (Block *b = heap.free.top; b; b = b->next) {
        if (i++ < keep || b->zeroed || image_contains(b)) continue;
        Block *next = b->next;
        madvise(b, BLOCK_SIZE, MADV_DONTNEED);
        b->next = next;
        b->zeroed = true;
    }
}

/* --- small and medium cells */

/* One bit for each cell of a block of the class, at its start, as `alloc` has them: free cells are found and taken 64 bits at a time. */
static uint64_t cell_starts[SIZE_CLASSES][BITMAP_WORDS];

static const uint64_t *starts_of(const Block *b)
{
    uint64_t *starts = cell_starts[b->size_class];
    size_t first = BLOCK_HEADER / 16;
    if (!bit_get(starts, first))
        for (size_t n = 0, bit = first; n < b->cells; n++, bit += b->cell_size / 16) bit_set(starts, bit);
    return starts;
}

/* The first bit at or behind `from` that is in `starts` and, in `alloc`, is as `wanted`; `end` when there is none before it. */
static size_t next_cell(const uint64_t *starts, const uint64_t *alloc, bool wanted, size_t from, size_t end)
{
    uint64_t flip = wanted ? 0 : ~0ull, mask = ~0ull << (from & 63);
    for (size_t w = from >> 6; w < (end + 63) >> 6; w++, mask = ~0ull) {
        uint64_t found = starts[w] & (alloc[w] ^ flip) & mask;
        if (!found) continue;
        size_t bit = w * 64 + (size_t)__builtin_ctzll(found);
        return bit < end ? bit : end;
    }
    return end;
}

static bool run_take_from(Run *run, Block *b, size_t max_bytes)
{
    const uint64_t *starts = starts_of(b);
    size_t step = b->cell_size / 16, base = BLOCK_HEADER / 16, limit = base + b->cells * step;
    size_t first = next_cell(starts, b->alloc, false, base + b->cursor * step, limit);
    if (first == limit) {
        b->cursor = b->cells;
        return false;
    }
    size_t most = max_bytes / b->cell_size;
    if (most == 0) most = 1;
    size_t end = limit - first > most * step ? first + most * step : limit;
    end = next_cell(starts, b->alloc, true, first, end);
    for (size_t w = first >> 6; w < (end + 63) >> 6; w++) {
        uint64_t mask = ~0ull;
        if (w == first >> 6) mask &= ~0ull << (first & 63);
        if (w == end >> 6) mask &= ~(~0ull << (end & 63));
        b->alloc[w] |= starts[w] & mask;
    }
    b->cursor = (uint32_t)((end - base) / step);
    /* Or the next young collection would not sweep it, and its dead, whose referents are freed, could be found again from a stale word on a stack. */
    b->touched = true;
    run->block = b;
    run->at = (char *)b + first * 16;
    run->end = (char *)b + end * 16;
    if (b->kind == CELL_OBJECT && !b->zeroed) memset(run->at, 0, run->end - run->at);
    heap.allocated += run->end - run->at;
    return true;
}

static bool run_refill(unsigned kind, unsigned size_class)
{
    Run *run = &heap.runs[kind][size_class];
    size_t bytes = heap.hooked ? 1 : kind != CELL_OBJECT && class_sizes[size_class] > RUN_BYTES / 8 ? RUN_BYTES * 4 : RUN_BYTES;
    for (;;) {
        if (run->block && run_take_from(run, run->block, bytes)) return true;
        if (run->available) {
            run->block = run->available;
            run->available = run->available->next;
            continue;
        }
        Block *b = block_acquire();
        if (!b) return false;
        if (run->available || (run->block && run->block->cursor < run->block->cells)) {
            /* block_acquire collected, and there is room in older blocks again. */
            heap.blocks.count--;
            block_release(b);
            continue;
        }
        b->kind = kind;
        b->large = false;
        b->size_class = size_class;
        b->cell_size = class_sizes[size_class];
        b->cells = (BLOCK_SIZE - BLOCK_HEADER) / b->cell_size;
        b->reciprocal = (uint32_t)(((1ull << 32) + b->cell_size - 1) / b->cell_size);
        b->cursor = b->live = 0;
        b->touched = true;
        b->next = 0;
        run->block = b;
    }
}

/* --- large objects */

static size_t large_span(size_t bytes)
{
    size_t blocks = (bytes + BLOCK_HEADER + BLOCK_SIZE - 1) >> BLOCK_SHIFT;
    return blocks << BLOCK_SHIFT;
}

/* A freed large object of that span; of the longest ones, which share a list, one that is up to a quarter longer. */
static Block *large_from_cache(size_t span, bool zero)
{
    size_t n = span >> BLOCK_SHIFT;
    Block **link = &heap.large_cache[n < LARGE_CACHE ? n : 0];
    while (*link && ((*link)->span < span || (*link)->span > span + span / 4)) link = &(*link)->next;
    Block *b = *link;
    if (!b) return 0;
    *link = b->next;
    heap.large_cache_bytes -= b->span;
    if (zero) memset((char *)b + BLOCK_HEADER, 0, b->span - BLOCK_HEADER);
    return b;
}

/* A page fault each 4 KiB costs more than the clearing does: huge pages for what is long enough. */
static Block *large_map(size_t span)
{
    Block *b = map_aligned(span, span >= HUGE_PAGE ? HUGE_PAGE : BLOCK_SIZE);
    if (b && span >= HUGE_PAGE) madvise(b, span & ~(size_t)(HUGE_PAGE - 1), MADV_HUGEPAGE);
    return b;
}

static void *large_new(unsigned kind, size_t size, bool zero)
{
    if (size > (size_t)1 << 46) return 0;
    size_t span = large_span(size);
    if (over_limit(span)) {
        heap_emergency();
        if (over_limit(span)) return 0;
    }
    Block *b = large_from_cache(span, zero);
    if (!b) {
        b = large_map(span);
        if (!b) {
            heap_emergency();
            large_cache_drop();
            free_blocks_drop();
            if (!(b = large_map(span))) return 0;
        }
        if (!map_enter((char *)b, span, b, false)) {
            munmap(b, span);
            return 0;
        }
        b->span = span;
    }
    span = b->span;
    if (!pointer_array_push(&heap.large, b)) return 0;
    b->kind = kind;
    b->large = true;
    b->cells = 1;
    b->cell_size = 0;
    b->bytes = span - BLOCK_HEADER;
    b->next = 0;
    memset(b->marks, 0, sizeof b->marks);
    char *cell = (char *)b + BLOCK_HEADER;
    bit_set(b->alloc, bit_index(cell));
    heap.mapped += span;
    heap.allocated += span;
    heap.large_allocated += span;
    return cell;
}

void large_release(Block *b)
{
    heap.mapped -= b->span;
    size_t n = b->span >> BLOCK_SHIFT;
    b->kind = CELL_FREE;
    if (heap.large_cache_bytes + b->span <= LARGE_CACHE_LIMIT + heap.live_bytes / 4) {
        Block **list = &heap.large_cache[n < LARGE_CACHE ? n : 0];
        b->next = *list;
        *list = b;
        heap.large_cache_bytes += b->span;
        return;
    }
    map_leave(b, b->span);
}

/* --- the allocator's doors */

static void request_collection(void)
{
    if (thread_self) atomic_fetch_or_explicit(&thread_self->interrupt, INTERRUPT_COLLECT, memory_order_relaxed);
}

static bool wants_hook(void) { return heap.stress || heap.stress_young || failures_on(); }

/* Free runs handed out before the hook came on must not escape it. */
static void set_hooked(void)
{
    heap.hooked = wants_hook();
    if (!heap.hooked) return;
    for (int kind = CELL_OBJECT; kind <= CELL_OPAQUE; kind++)
        for (int c = 0; c < SIZE_CLASSES; c++) {
            Run *run = &heap.runs[kind][c];
            for (char *cell = run->at; cell < run->end; cell += class_sizes[c]) bit_clear(run->block->alloc, bit_index(cell));
            run->at = run->end = 0;
        }
}

/* Counts for stress and failure modes. false: this allocation is to fail. */
static bool allocation_hook(void)
{
    if (heap.collecting) return true;
    if (failures_here()) {
        set_hooked();
        return false;
    }
    if (heap.stress && ++heap.stress_count >= heap.stress) {
        heap.stress_count = 0;
        heap_emergency();
    }
    if (heap.stress_young && ++heap.stress_young_count >= heap.stress_young) {
        heap.stress_young_count = 0;
        request_collection();
    }
    if (!wants_hook()) set_hooked();   /* malloc failed meanwhile, and that was all */
    return true;
}

/* Out of the fast path's reach: no run left, a size without a class, or a hook. */
static __attribute__((noinline)) void *cell_new_slow(unsigned kind, size_t size, bool zero)
{
    if (heap.hooked && !allocation_hook()) return (void *)raise_memory();
    if ((heap.allocated >= heap.young_budget || heap.large_allocated >= LARGE_BUDGET + heap.live_bytes / 64) && !heap.collecting) {
        request_collection();
        /* C code that allocates on and on without reaching a safe point. */
        if (heap.allocated >= heap.young_budget * 8 && heap.allocated >= EMERGENCY_BUDGET && heap.allocated > heap.live_bytes) heap_emergency();
    }
    if (size > MEDIUM_LIMIT) {
        void *large = large_new(kind, size, zero);
        return large ? large : (void *)raise_memory();
    }
    unsigned c = size_class_of[(size + 15) / 16];
    Run *run = &heap.runs[kind][c];
    if (run->at == run->end && !run_refill(kind, c)) {
        heap.ran_out = true;
        return (void *)raise_memory();
    }
    void *cell = run->at;
    run->at += class_sizes[c];
    if (zero && kind != CELL_OBJECT) memset(cell, 0, class_sizes[c]);
    return cell;
}

void *gc_new(Type *type, size_t size)
{
    Obj *o;
    if (__builtin_expect(size <= MEDIUM_LIMIT, 1)) {
        unsigned c = size_class_of[(size + 15) / 16];
        Run *run = &heap.runs[CELL_OBJECT][c];
        o = (Obj *)run->at;
        if (__builtin_expect(run->at != run->end, 1)) run->at += class_sizes[c];
        else o = cell_new_slow(CELL_OBJECT, size, true);
    } else {
        o = cell_new_slow(CELL_OBJECT, size, true);
    }
    if (__builtin_expect(!o, 0)) return 0;
    o->type = type;
    if (__builtin_expect((((TypeHead *)type)->flags & TYPE_FINALIZE) != 0, 0) && !gc_want_finalizer(o)) return 0;
    return o;
}

void *gc_new_raw(Type *type, size_t size, size_t header)
{
    if (size <= MEDIUM_LIMIT) return gc_new(type, size);
    Obj *o = cell_new_slow(CELL_OBJECT, size, false);
    if (!o) return 0;
    memset(o, 0, header);
    o->type = type;
    return o;
}

void *gc_buffer_raw(size_t size)
{
    if (__builtin_expect(size <= MEDIUM_LIMIT, 1)) {
        unsigned c = size_class_of[(size + 15) / 16];
        Run *run = &heap.runs[CELL_BUFFER][c];
        if (__builtin_expect(run->at != run->end, 1)) {
            void *cell = run->at;
            run->at += class_sizes[c];
            return cell;
        }
    }
    return cell_new_slow(CELL_BUFFER, size, false);
}

void *gc_buffer(size_t size)
{
    if (size > MEDIUM_LIMIT) return cell_new_slow(CELL_BUFFER, size, true);
    void *cell = gc_buffer_raw(size);
    if (cell) memset(cell, 0, size);
    return cell;
}

void *gc_buffer_opaque(size_t size) { return cell_new_slow(CELL_OPAQUE, size, true); }

size_t gc_buffer_usable(void *buffer)
{
    Block *b = block_of(buffer);
    return b->large ? b->bytes : b->cell_size;
}

void *gc_buffer_grow_raw(void *old, size_t old_size, size_t new_size)
{
    if (!old) return gc_buffer_raw(new_size);
    if (gc_buffer_usable(old) >= new_size) return old;
    char *new = gc_buffer_raw(new_size);
    if (new) memcpy(new, old, old_size < new_size ? old_size : new_size);
    return new;
}

void *gc_buffer_grow(void *old, size_t old_size, size_t new_size)
{
    char *new = gc_buffer_grow_raw(old, old_size, new_size);
    if (!old) old_size = 0;
    if (new && new_size > old_size) memset(new + old_size, 0, new_size - old_size);
    return new;
}

/* --- roots, limits, modes */

static void no_tables(void)
{
    fputs("krait: out of memory for the collector's own tables\n", stderr);
    _exit(1);
}

static void push_or_die(PointerArray *array, void *item)
{
    if (!pointer_array_push(array, item)) no_tables();
}

void gc_root(Value *variable) { push_or_die(&heap.roots, variable); }
void gc_root_tracer(void (*trace)(void)) { push_or_die(&heap.tracers, trace); }
void gc_native(Obj *object) { push_or_die(&heap.native, object); }

void heap_set_limit(size_t bytes) { heap.limit = bytes; }

void gc_process_begins(void)
{
    const char *fail = getenv("KRAIT_GC_FAIL");
    if (fail && *fail != '+') failures_begin(fail);
}

void gc_program_begins(void)
{
    if (!heap.fail_later) return;
    failures_begin(getenv("KRAIT_GC_FAIL") + 1);
    set_hooked();
}

void gc_program_ends(void)
{
    if (heap.fail_later) fprintf(stderr, "krait: KRAIT_GC_FAIL: %s\n", failures_on() ? "not reached" : "reached");
}

void gc_next_full(void) { heap.next_full = true; }

void gc_set_verify(bool on) { heap.verify = on; }

static size_t environment_number(const char *name)
{
    const char *text = getenv(name);
    return text ? strtoull(text, 0, 10) : 0;
}

void heap_init(void)
{
    if (heap.initialized) return;
    heap.initialized = true;
    unsigned c = 0;
    for (unsigned i = 0; i <= MEDIUM_LIMIT / 16; i++) {
        while (class_sizes[c] < i * 16) c++;
        size_class_of[i] = c;
    }
    heap.young_budget = YOUNG_BUDGET_MIN;
    heap.live_after_full = 32 << 20;
    heap_read_environment();
}

void heap_read_environment(void)
{
    heap.mark_capacity = 1 << 14;
    heap.mark_stack = malloc(heap.mark_capacity * sizeof *heap.mark_stack);
    if (!heap.mark_stack) no_tables();
    heap.stress = environment_number("KRAIT_GC_STRESS");
    heap.stress_young = environment_number("KRAIT_GC_STRESS_YOUNG");
    const char *fail = getenv("KRAIT_GC_FAIL");
    heap.fail_later = fail && *fail == '+';
    heap.verify = environment_number("KRAIT_GC_VERIFY") != 0;
    set_hooked();
}

/* --- walking the heap */

char *cell_find(uintptr_t address, Block **block)
{
    Block *b = block_find(address);
    if (!b || b->kind == CELL_FREE) return 0;
    uintptr_t offset = address - (uintptr_t)b;
    if (offset < BLOCK_HEADER) return 0;
    char *cell = (char *)b + BLOCK_HEADER;
    if (!b->large) {
        uint64_t i = ((offset - BLOCK_HEADER) * (uint64_t)b->reciprocal) >> 32;
        if (i >= b->cells) return 0;
        cell = block_cell(b, i);
    }
    if (!bit_get(b->alloc, bit_index(cell))) return 0;
    *block = b;
    return cell;
}

static bool each_in_block(Block *b, bool (*visit)(Obj *, void *), void *context)
{
    if (b->kind != CELL_OBJECT) return true;
    for (uint32_t i = 0; i < b->cells; i++) {
        Obj *o = (Obj *)block_cell(b, i);
        if (bit_get(b->alloc, bit_index(o)) && o->type && !visit(o, context)) return false;
    }
    return true;
}

void gc_each_object(bool (*visit)(Obj *, void *), void *context)
{
    for (size_t i = 0; i < heap.blocks.count; i++)
        if (!each_in_block(heap.blocks.items[i], visit, context)) return;
    for (size_t i = 0; i < heap.large.count; i++)
        if (!each_in_block(heap.large.items[i], visit, context)) return;
}

void gc_each_referent(Obj *object, void (*visit)(Value, void *), void *context)
{
    heap.visitor = visit;
    heap.visitor_context = context;
    if (type_head(object)->trace) type_head(object)->trace(object);
    if (!type_is_static(object->type)) visit(VALUE(object->type), context);
    heap.visitor = 0;
}

static bool count_object(Obj *o, void *context)
{
    ++*(size_t *)context;
    return true;
}

HeapStats heap_stats(void)
{
    HeapStats stats = {.bytes = heap.live_bytes + heap.allocated, .limit = heap.limit};
    memcpy(stats.collections, heap.collections, sizeof stats.collections);
    gc_each_object(count_object, &stats.objects);
    return stats;
}
