/* block.h: the heap's inside, shared by heap.c (allocation), collect.c (marking and sweeping) and finalize.c (weak references, finalizers).
 *
 * Memory comes in blocks of 64 KiB, aligned to their size, each cut into cells of one size and one kind (objects or buffers). A cell's block is found by masking its address.
 * A large object has a block of its own, as long as it needs; its cell starts at the usual place, so that masking works for it too.
 * `marks` and `alloc` have one bit per 16 bytes of the block's first 64 KiB; only the bits at the starts of cells are used.
 *   alloc: the cell is in use, or in the run that the allocator is filling just now. An object cell of such a run that is still free has type 0.
 *   marks: found alive by the last collection; kept until the next full one (that is what makes the object "old").
 * After each marking, alloc = marks: that is the whole sweep. What was not marked is handed out again, run by run, when the allocator gets to the block.
 *
 * The map from address to block (two levels, 4 GiB and 64 KiB) says whether a word found on a stack points into the heap.
 */
#pragma once
#include "heap/barrier.h"
#include "heap/thread.h"
#include "heap/type_head.h"

enum { BLOCK_SHIFT = 16, BLOCK_SIZE = 1 << BLOCK_SHIFT, BLOCK_HEADER = 1152, BITMAP_WORDS = BLOCK_SIZE / 16 / 64 };
enum { GC_WAITING = 64, GC_DYING = 128 };   /* its finalizer waits for those of objects that refer to it; is queued */
enum { CELL_FREE = 0, CELL_OBJECT = 1, CELL_BUFFER = 2, CELL_OPAQUE = 3 };   /* opaque: a buffer whose words are never taken for references */
enum { HUGE_PAGE = 2 << 20 };
enum { YOUNG_BUDGET_MIN = 8 << 20, YOUNG_BUDGET_CACHED = 2 << 20 };
enum { LARGE_CACHE = 64, SIZE_CLASSES = 41, MEDIUM_LIMIT = 32192 };

typedef struct Block {
    uint8_t kind;
    bool large;
    bool touched;             /* cells of it were handed out since the last sweep */
    bool zeroed;              /* no cell was ever used since the pages were fresh: no need to clear them */
    uint8_t size_class;
    uint32_t cell_size, cells;
    uint32_t reciprocal;      /* ceil(2^32 / cell_size) */
    uint32_t cursor;          /* cells below it were looked at by the allocator since the last sweep */
    uint32_t live;            /* cells alive at the last sweep */
    size_t bytes;             /* large: usable bytes of the one cell */
    size_t span;              /* large: bytes mapped, a multiple of BLOCK_SIZE */
    struct Block *next;       /* in a list of free or partly free blocks */
    uint64_t marks[BITMAP_WORDS], alloc[BITMAP_WORDS];
} Block;
static_assert(sizeof(Block) <= BLOCK_HEADER);

typedef struct BlockStack {
    Block *top;
    size_t count;
} BlockStack;

/* Where the allocator bumps. [at, end) is free. */
typedef struct Run {
    char *at, *end;
    Block *block;
    Block *available;
} Run;

typedef struct PointerArray {
    void **items;
    size_t count, capacity;
} PointerArray;

typedef struct WeakEntry {
    Obj *target;
    Obj *owner;
    Value *slot;
    WeakDied died;
    int64_t next;
} WeakEntry;

typedef struct Heap {
    Run runs[4][SIZE_CLASSES];        /* by kind; [CELL_FREE] unused */
    PointerArray blocks, large;       /* all blocks in use; all large objects */
    BlockStack free;
    size_t small_pages;               /* of the next chunk, so much is not worth huge pages: what a short program uses beside its start-up image */
    BlockStack reserve;               /* blocks kept back until memory has run out: handling MemoryError needs some */
    bool ran_out;                     /* an allocation has failed since the last full collection that found room again */
    Block *large_cache[LARGE_CACHE];  /* freed large mappings, by number of blocks; [0]: all longer ones */
    size_t large_cache_bytes;
    uintptr_t low, high;              /* bounds of every address ever mapped */
    size_t mapped;                    /* bytes of blocks in use and large objects: what the limit limits */
    size_t limit;
    size_t large_allocated;           /* of `allocated`: in large objects */
    size_t allocated;                 /* bytes handed out (in runs) since the last collection */
    size_t young_budget, live_bytes, live_after_full;
    bool initialized, collecting, next_full, full_marking, verify, overflowed;
    bool fail_later;                  /* KRAIT_GC_FAIL=+n: counts from the program's beginning */
    bool mark_stack_full;             /* it could not grow: not tried again in this collection */
    bool hooked;                      /* every allocation takes the slow path: stress or failure counting is on */
    size_t stress, stress_count, stress_young, stress_young_count;
    size_t collections[3];
    PointerArray remembered, roots, tracers, native;
    PointerArray kept;                /* objects that the threads of the parent process referred to when this one was forked */
    bool keeping;                     /* scan_word notes objects there */
    PointerArray young_finalizable, old_finalizable, pending_finalizers;
    size_t finalizers_room;           /* so many objects, waiting or registered, find room in each of the arrays that they pass through */
    size_t finalizers_run;
    size_t waiting_collections;       /* full ones that left finalizers waiting for those of objects that refer to theirs */
    Obj **mark_stack;
    size_t mark_top, mark_capacity;
    void (*visitor)(Value, void *);   /* when set, gc_visit reports instead of marking */
    void *visitor_context;
    void *wanted_buffer;              /* with a visitor: gc_visit_buffer sets wanted_buffer_found when it comes by */
    bool wanted_buffer_found;
    /* weak references (finalize.c) */
    WeakEntry *weak;
    size_t weak_count, weak_capacity, weak_old, weak_dead;
    int64_t *weak_index;
    size_t weak_index_size;
    PointerArray died_owners, died_functions;
    Thread *_Atomic finalizing_thread;
} Heap;
extern Heap heap;
extern Block **block_map[1 << 15];

bool pointer_array_push(PointerArray *array, void *item);
bool pointer_array_reserve(PointerArray *array, size_t capacity);   /* room for so many in all; false: no memory */

static inline Block *block_of(const void *cell) { return (Block *)((uintptr_t)cell & ~(uintptr_t)(BLOCK_SIZE - 1)); }
static inline size_t bit_index(const void *cell) { return ((uintptr_t)cell & (BLOCK_SIZE - 1)) >> 4; }
static inline bool bit_get(const uint64_t *bits, size_t i) { return bits[i >> 6] >> (i & 63) & 1; }
static inline void bit_set(uint64_t *bits, size_t i) { bits[i >> 6] |= 1ull << (i & 63); }
static inline void bit_clear(uint64_t *bits, size_t i) { bits[i >> 6] &= ~(1ull << (i & 63)); }
static inline char *block_cell(Block *b, uint32_t i) { return (char *)b + BLOCK_HEADER + (size_t)i * b->cell_size; }

/* The block that the address lies in, or 0. */
static inline Block *block_find(uintptr_t address)
{
    if (address < heap.low || address >= heap.high) return 0;
    Block **level = block_map[address >> 32];
    return level ? level[address >> BLOCK_SHIFT & 0xffff] : 0;
}
/* The start of the cell in use that `address` points to or into, or 0. */
char *cell_find(uintptr_t address, Block **block);
static inline bool is_marked(const void *cell) { return bit_get(block_of(cell)->marks, bit_index(cell)); }
static inline bool is_alive(Obj *o) { return (o->gc & GC_STATIC) || is_marked(o); }

void block_release(Block *b);
void large_release(Block *b);
bool heap_map_image(char *start, size_t size);   /* enters the blocks of a loaded image in the map of blocks */
void heap_emergency(void);            /* a full collection from inside an allocation */
void heap_refill_reserve(void);       /* after a full collection */
void heap_release_reserve(void);      /* its blocks are ordinary free ones */
void heap_release_pages(void);
/* failures.c. `mode`: a number (that allocation from now on fails), or "each". */
void failures_begin(const char *mode);
bool failures_on(void);
bool failures_here(void);             /* counts; true: this allocation is to fail */
/* Marks what is reachable from the mark stack. */
void mark_drain(void);
/* After marking: clears weak references to the dead and queues callbacks and finalizers (which marks what finalizers may still see). */
void finalize_process(bool full);
void finalize_trace_queues(void);
/* In the child of a fork: a thread that is not there any more. All that it refers to stays. */
void gc_keep_thread(Thread *thread);
/* Drops the finalizers of what only the parent's threads referred to. `finalizable`: all objects with finalizers; the array is used up. */
void gc_spare_kept(PointerArray *finalizable);
void weak_compact(void);
