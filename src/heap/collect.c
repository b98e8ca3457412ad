/* collect.c: marking and sweeping.
 *
 * Marking uses a stack of its own, never C recursion, so that no shape of data can overflow the C stack. When the mark stack itself cannot grow, marking goes on without it: the
 * heap is searched for marked objects with unmarked children until there are none ("overflowed").
 *
 * Generations by sticky marks: a young collection keeps the marks of earlier ones, so it stops at every old object, and looks again only at those that the barrier remembered.
 */
#include "heap/block.h"
#include "heap/upcall.h"
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
/* Locals must lie on the real stack, where the scanner looks; the heap is never freed at exit, so leaks mean nothing. */
const char *__asan_default_options(void);
const char *__asan_default_options(void) { return "detect_stack_use_after_return=0:detect_leaks=0"; }
#define NO_SANITIZE __attribute__((no_sanitize("address", "undefined")))
#elif __has_feature(thread_sanitizer)
/* The stacks of threads that have released the lock are scanned while they go on in C. What they do with objects they did before; what changes now is none of the collector's. */
#define NO_SANITIZE __attribute__((no_sanitize("thread")))
#else
#define NO_SANITIZE
#endif

/* --- marking */

static __attribute__((noinline)) bool mark_stack_grow(void)
{
    size_t capacity = heap.mark_capacity ? heap.mark_capacity * 2 : 1 << 14;
    Obj **stack = heap.mark_stack_full ? 0 : realloc(heap.mark_stack, capacity * sizeof *stack);
    if (!stack) return heap.mark_stack_full = heap.overflowed = true, false;
    heap.mark_stack = stack;
    heap.mark_capacity = capacity;
    return true;
}

static void mark_push(Obj *o)
{
    if (heap.mark_top < heap.mark_capacity || mark_stack_grow()) heap.mark_stack[heap.mark_top++] = o;
}

/* The mark bit is looked at first, and the object itself only when it is new: most references lead to what is marked already, and its header is not in the cache. */
static inline void mark_in_block(Block *b, Obj *o)
{
    size_t i = bit_index(o);
    uint64_t bit = 1ull << (i & 63);
    if (b->marks[i >> 6] & bit) return;
    b->marks[i >> 6] |= bit;
    o->gc |= GC_OLD;
    TypeHead *type = type_head(o);
    if (type->leaf_bits) {
        uint32_t word;
        memcpy(&word, (char *)o + type->leaf_offset, sizeof word);
        if ((word & type->leaf_bits) == type->leaf_bits) return;
    }
    if (type->trace || !type_is_static(o->type)) mark_push(o);
}

static inline void mark_object(Obj *o) { mark_in_block(block_of(o), o); }

void gc_visit(Value v)
{
    if (!v) return;
    if (__builtin_expect(heap.visitor != 0, 0)) {
        heap.visitor(v, heap.visitor_context);
        return;
    }
    if (!is_pointer(v)) return;
    /* What is in no block is a static object. */
    Block *b = block_find(v);
    if (b) mark_in_block(b, as_obj(v));
}

void gc_visit_buffer(void *buffer)
{
    if (!buffer) return;
    if (__builtin_expect(heap.visitor != 0, 0)) {
        if (buffer == heap.wanted_buffer) heap.wanted_buffer_found = true;
        return;
    }
    /* By the map, not by masking: a table inside its owner or in static memory is allowed and needs no mark. */
    Block *b;
    char *cell = cell_find((uintptr_t)buffer, &b);
    if (cell && b->kind != CELL_OBJECT) bit_set(b->marks, bit_index(cell));
}

static void trace_object(Obj *o)
{
    if (!type_is_static(o->type)) mark_object((Obj *)o->type);
    TypeHead *type = type_head(o);
    if (type->trace) type->trace(o);
}

static bool retrace(Obj *o, void *context)
{
    if (is_marked(o)) {
        trace_object(o);
        while (heap.mark_top) trace_object(heap.mark_stack[--heap.mark_top]);
    }
    return true;
}

void mark_drain(void)
{
    while (heap.mark_top) trace_object(heap.mark_stack[--heap.mark_top]);
    while (heap.overflowed) {
        heap.overflowed = false;
        gc_each_object(retrace, 0);
    }
}

/* --- roots */

static void scan_words(uintptr_t *from, uintptr_t *to, int depth);

/* Without memory for the note the object goes when nothing else refers to it; that is no worse than what a fork does to it anyway. */
static void keep_object(Obj *o) { pointer_array_push(&heap.kept, o); }

/* A word that may or may not be a pointer. Buffers found so belong to C code that is working on them; their words count too (a sort's items, say). */
static NO_SANITIZE void scan_word(uintptr_t word, int depth)
{
    if (word < heap.low || word >= heap.high) return;
    Block *b;
    char *cell = cell_find(word, &b);
    if (!cell) return;
    if (b->kind == CELL_OBJECT) {
        if (!((Obj *)cell)->type) return;
        if (__builtin_expect(heap.keeping, 0)) keep_object((Obj *)cell);
        else mark_object((Obj *)cell);
        return;
    }
    if (__builtin_expect(!heap.keeping, 1)) bit_set(b->marks, bit_index(cell));
    if (depth == 0 && b->kind == CELL_BUFFER) scan_words((uintptr_t *)cell, (uintptr_t *)(cell + (b->large ? b->bytes : b->cell_size)), 1);
}

/* Inside buffers (depth 1) only whole Values count; on stacks any word that points into a cell. */
static NO_SANITIZE void scan_words(uintptr_t *from, uintptr_t *to, int depth)
{
    uintptr_t low = heap.low, span = heap.high - heap.low, mask = depth ? 7 : 0;
    for (; from < to; from++) {
        uintptr_t word = *from;
        if (word - low < span && !(word & mask)) scan_word(word, depth);
    }
}

static void scan_thread(Thread *t, void *current_sp)
{
    char *sp = t == thread_self ? current_sp : t->saved_sp;
    if (sp) scan_words((uintptr_t *)((uintptr_t)sp & ~(uintptr_t)7), (uintptr_t *)t->c_stack_base, 0);
    if (t != thread_self) scan_words((uintptr_t *)t->saved_registers, (uintptr_t *)(t->saved_registers + 16), 0);
    if (t->stack) scan_words((uintptr_t *)t->stack, (uintptr_t *)t->stack_top, 0);
}

static void mark_thread(Thread *t, void *current_sp)
{
    scan_thread(t, current_sp);
    gc_visit(t->exception);
    for (HandledExc *h = t->handled; h; h = h->previous) gc_visit(h->exception);
    gc_visit(t->handled_base.exception);
    gc_visit(t->dict);
    gc_visit(t->context);
    gc_visit(t->async_exception);
    gc_visit(t->trace_function);
    gc_visit(t->profile_function);
    gc_visit(t->asyncgen_firstiter);
    gc_visit(t->asyncgen_finalizer);
}

/* What the allocator has not handed out yet is free. */
static void drop_runs(void)
{
    for (int kind = CELL_OBJECT; kind <= CELL_OPAQUE; kind++)
        for (int c = 0; c < SIZE_CLASSES; c++) {
            Run *run = &heap.runs[kind][c];
            if (run->at < run->end)
                for (char *cell = run->at; cell < run->end; cell += run->block->cell_size) bit_clear(run->block->alloc, bit_index(cell));
            *run = (Run){0};
        }
}

static void keep_value(Value v, void *context)
{
    if (is_pointer(v) && block_find(v)) keep_object(as_obj(v));
}

void gc_keep_thread(Thread *t)
{
    drop_runs();   /* what is in a cell that was never handed out is no object */
    heap.keeping = true;
    heap.visitor = keep_value;
    mark_thread(t, 0);
    heap.visitor = 0;
    heap.keeping = false;
}

static void mark_kept(void)
{
    for (size_t i = 0; i < heap.kept.count; i++) gc_visit(VALUE(heap.kept.items[i]));
}

static void mark_native(void)
{
    size_t kept = 0;
    for (size_t i = 0; i < heap.native.count; i++) {
        Obj *o = heap.native.items[i];
        if (!o->native_refs) continue;
        heap.native.items[kept++] = o;
        gc_visit(VALUE(o));
    }
    heap.native.count = kept;
}

static void mark_roots(void *current_sp)
{
    for (size_t i = 0; i < heap.roots.count; i++) gc_visit(*(Value *)heap.roots.items[i]);
    for (size_t i = 0; i < heap.tracers.count; i++) ((void (*)(void))heap.tracers.items[i])();
    for (Thread *t = thread_first(); t; t = t->next) mark_thread(t, current_sp);
    mark_native();
    mark_kept();
    finalize_trace_queues();
    mark_drain();
}

void gc_remember(Obj *object)
{
    if (!(object->gc & GC_OLD)) return;
    object->gc &= ~GC_OLD;
    if (!pointer_array_push(&heap.remembered, object)) heap.next_full = true;
}

static void mark_remembered(void)
{
    for (size_t i = 0; i < heap.remembered.count; i++) {
        Obj *o = heap.remembered.items[i];
        o->gc |= GC_OLD;
        trace_object(o);
    }
    heap.remembered.count = 0;
    mark_drain();
}

static void clear_marks(void)
{
    for (size_t i = 0; i < heap.blocks.count; i++) memset(((Block *)heap.blocks.items[i])->marks, 0, sizeof(Block){}.marks);
    for (size_t i = 0; i < heap.large.count; i++) memset(((Block *)heap.large.items[i])->marks, 0, sizeof(Block){}.marks);
}

/* --- checking the barrier: did a young marking find all that a full one finds? */

/* The owner of a lost cell: an object that refers to the object, or whose buffer it is. */
typedef struct OwnerSearch {
    void *cell;
    bool is_object, found;
    Obj *owner;
} OwnerSearch;

static void compare_referent(Value v, void *context)
{
    OwnerSearch *search = context;
    if (search->is_object && v == VALUE(search->cell)) search->found = true;
}

static bool search_owner(Obj *o, void *context)
{
    OwnerSearch *search = context;
    if (!is_marked(o)) return true;
    heap.wanted_buffer = search->is_object ? 0 : search->cell;
    heap.wanted_buffer_found = false;
    gc_each_referent(o, compare_referent, search);
    if (!search->found && !heap.wanted_buffer_found) return true;
    search->owner = o;
    return false;
}

static void report_missed_barrier(const Block *b, char *cell)
{
    OwnerSearch search = {.cell = cell, .is_object = b->kind == CELL_OBJECT};
    gc_each_object(search_owner, &search);
    fputs("krait: heap check failed: a missing write barrier lost ", stderr);
    if (search.is_object) fprintf(stderr, "an object of type '%s' at %p", type_head((Obj *)cell)->name, cell);
    else fprintf(stderr, "a buffer of %zu bytes at %p", b->large ? b->bytes : b->cell_size, cell);
    if (search.owner) fprintf(stderr, ", referred to by an object of type '%s' at %p", type_head(search.owner)->name, (void *)search.owner);
    fputc('\n', stderr);
    abort();
}

static void verify_block(Block *b, const uint64_t *young)
{
    for (uint32_t i = 0; i < b->cells; i++) {
        char *cell = block_cell(b, i);
        if (!bit_get(b->marks, bit_index(cell)) || bit_get(young, bit_index(cell))) continue;
        report_missed_barrier(b, cell);
    }
}

static void verify_young(void *current_sp)
{
    size_t total = heap.blocks.count + heap.large.count;
    uint64_t(*saved)[BITMAP_WORDS] = malloc(total * sizeof *saved + 1);
    if (!saved) return;
    for (size_t i = 0; i < total; i++) {
        Block *b = i < heap.blocks.count ? heap.blocks.items[i] : heap.large.items[i - heap.blocks.count];
        memcpy(saved[i], b->marks, sizeof b->marks);
    }
    clear_marks();
    mark_roots(current_sp);
    for (size_t i = 0; i < total; i++) {
        Block *b = i < heap.blocks.count ? heap.blocks.items[i] : heap.large.items[i - heap.blocks.count];
        verify_block(b, saved[i]);
    }
    for (size_t i = 0; i < total; i++) {
        Block *b = i < heap.blocks.count ? heap.blocks.items[i] : heap.large.items[i - heap.blocks.count];
        memcpy(b->marks, saved[i], sizeof b->marks);
    }
    free(saved);
}

/* --- sweeping */

/* Frees what is not marked; returns how many objects that were. A young collection changes nothing in a block that gave out no cell since the last one. */
static size_t sweep_block(Block *b)
{
    uint32_t before = 0, live = 0;
    for (int w = 0; w < BITMAP_WORDS; w++) {
        before += __builtin_popcountll(b->alloc[w]);
        live += __builtin_popcountll(b->marks[w]);
        b->alloc[w] = b->marks[w];
    }
    b->live = live;
    b->zeroed = b->touched = false;
    return b->kind == CELL_OBJECT ? before - live : 0;
}

/* After every sweep, whatever it left out, the cells in use are the marked ones: a dead cell still called in use could be found from a stale word, and its referents are gone. */
static void verify_swept(const Block *b)
{
    if (!memcmp(b->alloc, b->marks, sizeof b->alloc)) return;
    fprintf(stderr, "krait: heap check failed: dead cells of %u bytes in the block at %p were not swept\n", b->cell_size, (const void *)b);
    abort();
}

static size_t sweep_blocks(bool full)
{
    size_t freed = 0, kept = 0;
    for (size_t n = 0; n < heap.blocks.count; n++) {
        Block *b = heap.blocks.items[n];
        if (full || b->touched) freed += sweep_block(b);
        if (heap.verify) verify_swept(b);
        uint32_t live = b->live;
        b->cursor = 0;
        if (live == 0) {
            block_release(b);
            continue;
        }
        heap.blocks.items[kept++] = b;
        heap.live_bytes += (size_t)live * b->cell_size;
        /* Blocks that are nearly full are left alone: looking for the few free cells costs more than they are worth. */
        if (live == b->cells || (b->cells >= 64 && live > b->cells - b->cells / 8)) {
            b->cursor = b->cells;
            continue;
        }
        Run *run = &heap.runs[b->kind][b->size_class];
        b->next = run->available;
        run->available = b;
    }
    heap.blocks.count = kept;
    return freed;
}

static size_t sweep_large(void)
{
    size_t freed = 0, kept = 0;
    for (size_t n = 0; n < heap.large.count; n++) {
        Block *b = heap.large.items[n];
        if (bit_get(b->marks, bit_index((char *)b + BLOCK_HEADER))) {
            heap.large.items[kept++] = b;
            heap.live_bytes += b->span;
        } else {
            freed += b->kind == CELL_OBJECT;
            large_release(b);
        }
    }
    heap.large.count = kept;
    return freed;
}

/* `survived` of `allocated` bytes were still in use. */
static void set_budget(bool full, size_t survived, size_t allocated)
{
    /* Large enough that marking and sweeping are paid for. Where next to nothing survives, marking costs nothing, and what pays is that all memory handed out stays in the cache. */
    size_t share = heap.live_bytes / 3, least = survived < allocated / 16 ? YOUNG_BUDGET_CACHED : YOUNG_BUDGET_MIN;
    heap.young_budget = share<least ? least : share>(256u << 20) ? 256u << 20 : share;
    if (full) heap.live_after_full = heap.live_bytes < (32u << 20) ? 32u << 20 : heap.live_bytes;
    else if (heap.live_bytes > heap.live_after_full * 2) heap.next_full = true;
}

/* current_sp: everything of this thread's stack that can hold pointers lies above. */
static __attribute__((noinline)) size_t collect_with(int generation, void *current_sp)
{
    bool full = generation >= 2 || heap.next_full;
    size_t live_before = heap.live_bytes, allocated = heap.allocated;
    heap.collecting = true;
    heap.next_full = heap.mark_stack_full = false;
    drop_runs();
    if (full) {
        heap.remembered.count = 0;
        clear_marks();
        mark_roots(current_sp);
    } else {
        mark_remembered();
        mark_roots(current_sp);
        if (heap.verify) verify_young(current_sp);
    }
    finalize_process(full);
    heap.live_bytes = 0;
    size_t freed = sweep_blocks(full) + sweep_large();
    heap.allocated = heap.large_allocated = 0;
    heap.collections[full ? 2 : generation < 0 ? 0 : generation]++;
    set_budget(full, heap.live_bytes > live_before ? heap.live_bytes - live_before : 0, allocated);
    if (full) {
        heap_refill_reserve();
        heap_release_pages();
    }
    heap.collecting = false;
    return freed;
}

/* Spills the callee-saved registers onto the stack, so that scanning the stack sees them. Its frame is scanned with those above it, and lies where finalizers ran before: so it holds nothing
 * else, which would be the finalized objects, and keep all that they refer to. */
static __attribute__((noinline)) size_t collect_now(int generation)
{
    uintptr_t registers[6];
#if defined(__x86_64__)
    __asm__ volatile("movq %%rbx, 0(%0); movq %%rbp, 8(%0); movq %%r12, 16(%0); movq %%r13, 24(%0); movq %%r14, 32(%0); movq %%r15, 40(%0)" ::"r"(registers) : "memory");
#endif
    size_t freed = collect_with(generation, registers);
    __asm__ volatile("" ::"r"(registers) : "memory");   /* no tail call: they lie there until the end */
    return freed;
}

/* Marks afresh what the parent's threads referred to, or else what everything but them does. */
static void mark_kept_or_rest(bool rest)
{
    PointerArray kept = heap.kept, none = {0};
    clear_marks();
    if (rest) {
        heap.kept = none;
        mark_roots(__builtin_frame_address(0));
        heap.kept = kept;
    } else {
        mark_kept();
        mark_drain();
    }
}

/* Keeps of `objects` those that are marked, or those that are not. */
static void filter_marked(PointerArray *objects, bool marked)
{
    size_t left = 0;
    for (size_t i = 0; i < objects->count; i++)
        if (is_marked(objects->items[i]) == marked) objects->items[left++] = objects->items[i];
    objects->count = left;
}

void gc_spare_kept(PointerArray *spared)
{
    if (!heap.kept.count) return;
    drop_runs();
    heap.remembered.count = 0;
    heap.next_full = true; /* the marks are no collection's */
    mark_kept_or_rest(true);
    filter_marked(spared, false);
    mark_kept_or_rest(false);
    filter_marked(spared, true);
    for (size_t i = 0; i < spared->count; i++) ((Obj *)spared->items[i])->gc &= ~GC_FINALIZE;
}

/* Inside an allocation: objects under construction may get stores without a barrier afterwards, so the next collection has to be a full one too. */
void heap_emergency(void)
{
    if (heap.collecting || !thread_self) return;
    collect_now(2);
    heap.next_full = true;
    if (heap.pending_finalizers.count || heap.died_owners.count) atomic_fetch_or_explicit(&thread_self->interrupt, INTERRUPT_FINALIZE, memory_order_relaxed);
}

size_t gc_collect(int generation, bool finalizers)
{
    if (heap.collecting) return 0;
    size_t freed = collect_now(generation);
    if (!finalizers) {
        if (heap.pending_finalizers.count || heap.died_owners.count) atomic_fetch_or_explicit(&thread_self->interrupt, INTERRUPT_FINALIZE, memory_order_relaxed);
        return freed;
    }
    /* What was finalized can go now, and finalizers that waited for others can run. Bounded: finalizers may create new garbage for ever. */
    for (int round = 0; round < 16; round++) {
        size_t before = heap.finalizers_run;
        gc_run_finalizers();
        if (generation < 2 || heap.finalizers_run == before || heap.finalizing_thread) break;
        freed += collect_now(2);
    }
    return freed;
}
