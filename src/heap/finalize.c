/* finalize.c: what happens to the dead: weak references are cleared, their callbacks and the finalizers queued, and run later at a safe point.
 *
 * As PEP 442: a finalizer runs at most once; while it waits and runs, the object and all it refers to stay alive; if the object is unreachable again afterwards, a later
 * collection frees it. Among dead objects those that refer to others are finalized first (a text file flushes into its buffer before the buffer closes): an object that another
 * dead finalizable object reaches waits for a later collection. Cycles are broken anywhere, as CPython does.
 */
#include "heap/block.h"
#include "heap/image.h"
#include "heap/upcall.h"
#include <stdlib.h>

/* --- the registry of weak references: an array of entries in the order of registration, chained per target through a hash table */

static size_t weak_slot_of(Obj *target) { return ((uintptr_t)target >> 4) * 0x9e3779b97f4a7c15ull >> 20 & (heap.weak_index_size - 1); }

/* The table cell holds 1 + the index of the newest entry of a target that hashes here; entries of different targets share chains. */
static void weak_link(size_t entry)
{
    int64_t *head = &heap.weak_index[weak_slot_of(heap.weak[entry].target)];
    heap.weak[entry].next = *head;
    *head = (int64_t)entry + 1;
}

/* Removes dead entries and rebuilds the chains. Entries keep their order, so newest first stays true. */
void weak_compact(void)
{
    size_t kept = 0, old = heap.weak_old;
    for (size_t i = 0; i < heap.weak_count; i++) {
        if (i == heap.weak_old) old = kept;
        if (heap.weak[i].target) heap.weak[kept++] = heap.weak[i];
    }
    heap.weak_old = heap.weak_old >= heap.weak_count ? kept : old;
    heap.weak_count = kept;
    heap.weak_dead = 0;
    memset(heap.weak_index, 0, heap.weak_index_size * sizeof *heap.weak_index);
    for (size_t i = 0; i < kept; i++) weak_link(i);
}

static bool weak_grow(void)
{
    if (heap.weak_index_size == 0 || heap.weak_count * 2 > heap.weak_index_size) {
        size_t size = heap.weak_index_size ? heap.weak_index_size * 2 : 256;
        int64_t *index = lasting_grow(heap.weak_index, size * sizeof *index);
        if (!index) return false;
        heap.weak_index = index;
        heap.weak_index_size = size;
        weak_compact();
    }
    if (heap.weak_count == heap.weak_capacity) {
        if (heap.weak_dead > heap.weak_count / 4) weak_compact();
        else {
            size_t capacity = heap.weak_capacity ? heap.weak_capacity * 2 : 128;
            WeakEntry *entries = lasting_grow(heap.weak, capacity * sizeof *entries);
            if (!entries) return false;
            heap.weak = entries;
            heap.weak_capacity = capacity;
        }
    }
    return true;
}

bool gc_weak_register(Obj *target, Obj *owner, Value *slot, WeakDied died)
{
    /* Where the target dies, nobody can be told that there is no memory to note it. */
    size_t callbacks = heap.died_owners.count + heap.weak_count + 1;
    if (callbacks > heap.died_functions.capacity && (!pointer_array_reserve(&heap.died_owners, callbacks * 2) || !pointer_array_reserve(&heap.died_functions, callbacks * 2)))
        return raise_memory();
    if (!weak_grow()) return raise_memory();
    heap.weak[heap.weak_count] = (WeakEntry){target, owner, slot, died, 0};
    weak_link(heap.weak_count++);
    target->gc |= GC_WEAK;
    return true;
}

/* The entry is left as a tombstone; the chain stays as it is. */
static void weak_drop(WeakEntry *e)
{
    e->target = 0;
    heap.weak_dead++;
}

void gc_weak_each(Obj *target, bool (*visit)(Obj *owner, void *context), void *context)
{
    if (!(target->gc & GC_WEAK)) return;
    for (int64_t i = heap.weak_index[weak_slot_of(target)]; i;) {
        WeakEntry e = heap.weak[i - 1];
        if (e.target == target && !visit(e.owner, context)) return;
        i = e.next;
    }
}

bool gc_has_weakrefs(Obj *target) { return (target->gc & GC_WEAK) != 0; }

/* After marking, when what finalizers may still see is marked too. A target that is dead, or whose own finalizer is about to run, loses its weak references; callbacks are
 * queued for owners that live. Entries below weak_old have an old target and an old owner: a young collection cannot free those. */
static void weak_process(bool full)
{
    /* Newest first: so are callbacks called. */
    for (size_t first = full ? 0 : heap.weak_old, i = heap.weak_count; i-- > first;) {
        WeakEntry *e = &heap.weak[i];
        if (!e->target) continue;
        bool owner_alive = is_alive(e->owner);
        if (!is_alive(e->target) || (e->target->gc & GC_DYING)) {
            *e->slot = 0;
            if (owner_alive && e->died) {
                pointer_array_push(&heap.died_owners, e->owner);
                pointer_array_push(&heap.died_functions, (void *)e->died);
            }
            weak_drop(e);
        } else if (!owner_alive) {
            weak_drop(e);
        }
    }
    heap.weak_old = heap.weak_count;
    if (heap.weak_dead > 64 && heap.weak_dead > heap.weak_count / 4) weak_compact();
}

/* --- finalizers */

/* The registered, and what a collection and the end of the process sort them into. No finalizer may be lost for want of memory there, so each of these arrays has room for all. */
static PointerArray dead_finalizable, heads, last_finalizable;

static bool reserve_finalizer(void)
{
    size_t count = heap.old_finalizable.count + heap.young_finalizable.count + heap.pending_finalizers.count;
    if (count < heap.finalizers_room) return true;
    size_t room = count < 32 ? 64 : count * 2;
    PointerArray *const arrays[] = {&heap.young_finalizable, &heap.old_finalizable, &heap.pending_finalizers, &dead_finalizable, &heads, &last_finalizable};
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++)
        if (!pointer_array_reserve(arrays[i], room)) return false;
    heap.finalizers_room = room;
    return true;
}

bool gc_want_finalizer(Obj *object)
{
    if (object->gc & (GC_FINALIZE | GC_FINALIZED)) return true;
    if (!reserve_finalizer()) return raise_memory();
    object->gc |= GC_FINALIZE;
    return pointer_array_push(object->gc & GC_OLD ? &heap.old_finalizable : &heap.young_finalizable, object);
}

void gc_finalizer_done(Obj *object)
{
    if (!(object->gc & GC_FINALIZE)) return;
    object->gc &= ~GC_FINALIZE;
    /* What is needed shortly is mostly the last to have asked: then the next collection need not look at it at all. */
    PointerArray *young = &heap.young_finalizable;
    if (young->count && young->items[young->count - 1] == object) young->count--;
}

/* Marks what o refers to, but not o itself (unless it refers to itself in some way). */
static void mark_children(Obj *o)
{
    if (!type_is_static(o->type)) gc_visit(VALUE(o->type));
    if (type_head(o)->trace) type_head(o)->trace(o);
    mark_drain();
}

/* Takes the dead out of `from`: survivors go to `survivors` (which may be the same array), the dead to `dead`. */
static void split_dead(PointerArray *from, PointerArray *survivors, PointerArray *dead)
{
    size_t count = from->count;
    from->count = 0;
    for (size_t i = 0; i < count; i++) {
        Obj *o = from->items[i];
        if (!(o->gc & GC_FINALIZE)) continue;   /* gc_finalizer_done */
        if (is_marked(o)) o->gc &= ~GC_WAITING;
        pointer_array_push(is_marked(o) ? survivors : dead, o);
    }
}

static void queue_finalizer(Obj *o)
{
    o->gc = (o->gc & ~GC_FINALIZE) | GC_FINALIZED | GC_DYING;
    pointer_array_push(&heap.pending_finalizers, o);
}

/* Dead objects wait for the finalizers of those that refer to them, which may bring them back: of a chain one ends in each collection. That is right for a file in a buffer in a text
 * stream, but long lists would never end: what has waited for PATIENCE full collections ends with all that holds it, the newest first. */
enum { PATIENCE = 8 };

static void queue_impatient(PointerArray *dead)
{
    for (size_t i = dead->count; i-- > 0;) {
        Obj *o = dead->items[i];
        if (o->gc & GC_FINALIZED) continue;
        if (o->gc & GC_WAITING) queue_finalizer(o);
        else o->gc |= GC_WAITING;
    }
}

static void finalizers_process(bool full)
{
    PointerArray *dead = &dead_finalizable;
    dead->count = heads.count = 0;
    if (full) split_dead(&heap.old_finalizable, &heap.old_finalizable, dead);
    split_dead(&heap.young_finalizable, &heap.old_finalizable, dead);
    if (dead->count == 0) return;
    /* Newest first: what was made last tends to hold what was made before. */
    for (size_t i = dead->count; i-- > 0;) {
        Obj *o = dead->items[i];
        if (is_marked(o)) continue;
        mark_children(o);
        if (is_marked(o)) pointer_array_push(&heads, o);   /* in a cycle: somebody has to begin */
    }
    size_t first = heap.pending_finalizers.count;
    for (size_t i = dead->count; i-- > 0;) {
        Obj *o = dead->items[i];
        if (!is_marked(o)) queue_finalizer(o);
    }
    for (size_t i = 0; i < heads.count; i++) queue_finalizer(heads.items[i]);
    bool all_queued = heap.pending_finalizers.count - first == dead->count;
    if (full && !all_queued && ++heap.waiting_collections % PATIENCE == 0) queue_impatient(dead);
    for (size_t i = 0; i < dead->count; i++) {
        Obj *o = dead->items[i];
        if (!(o->gc & GC_FINALIZED)) pointer_array_push(&heap.old_finalizable, o);
    }
    for (size_t i = first; i < heap.pending_finalizers.count; i++) gc_visit(VALUE(heap.pending_finalizers.items[i]));
    mark_drain();
}

void finalize_process(bool full)
{
    finalizers_process(full);
    weak_process(full);
}

void finalize_trace_queues(void)
{
    for (size_t i = 0; i < heap.pending_finalizers.count; i++) gc_visit(VALUE(heap.pending_finalizers.items[i]));
    for (size_t i = 0; i < heap.died_owners.count; i++) gc_visit(VALUE(heap.died_owners.items[i]));
}

static void run_one_finalizer(Obj *o)
{
    o->gc &= ~GC_DYING;
    if (type_head(o)->finalize) type_head(o)->finalize(o);
    if (thread_self->exception) error_unraisable(VALUE(o), 0);
}

/* Takes the queue's next element, in the order in which things died. Running one may add to the queue; *taken are gone (0 for the tracer) and dropped with the last.
 * Elements that are gone are passed over: in the child of a fork somebody else may have taken them, who is not there any more. */
static void *queue_shift(PointerArray *queue, size_t *taken)
{
    while (!queue->items[*taken]) ++*taken;
    void *first = queue->items[*taken];
    queue->items[(*taken)++] = 0;
    if (*taken == queue->count) *taken = queue->count = 0;
    return first;
}

void gc_run_finalizers(void)
{
    if (heap.finalizing_thread || (!heap.pending_finalizers.count && !heap.died_owners.count)) return;
    heap.finalizing_thread = thread_self;
    Value pending = error_take();
    size_t owners = 0, functions = 0, finalizers = 0;
    while (heap.died_owners.count) {
        Obj *owner = queue_shift(&heap.died_owners, &owners);
        WeakDied died = (WeakDied)queue_shift(&heap.died_functions, &functions);
        died(owner);
        if (thread_self->exception) error_unraisable(VALUE(owner), 0);
    }
    while (heap.pending_finalizers.count) {
        heap.finalizers_run++;
        run_one_finalizer(queue_shift(&heap.pending_finalizers, &finalizers));
    }
    if (pending) error_restore(pending);
    heap.finalizing_thread = 0;
}

/* Of a type whose finalizer only frees memory; the end of the process does that too, and a thread that is left may be working in that memory. */
static bool only_frees(const Obj *o) { return (type_head(o)->flags & TYPE_FREES) != 0; }

static void list_finalizable(PointerArray *all)
{
    all->count = 0;
    for (size_t i = 0; i < heap.old_finalizable.count; i++) pointer_array_push(all, heap.old_finalizable.items[i]);
    for (size_t i = 0; i < heap.young_finalizable.count; i++) pointer_array_push(all, heap.young_finalizable.items[i]);
}

/* At exit: every object that still has a finalizer gets it, those that hold others first. */
void gc_finalize_all(void)
{
    PointerArray *all = &last_finalizable;
    gc_run_finalizers();
    list_finalizable(all);
    gc_spare_kept(all);
    for (int round = 0; round < 4 && heap.old_finalizable.count + heap.young_finalizable.count; round++) {
        list_finalizable(all);
        heap.old_finalizable.count = heap.young_finalizable.count = 0;
        /* Registration order is age order. __del__ methods first, the oldest object's first; then the native ones, youngest first: there holders are younger than what
         * they hold. */
        for (size_t i = 0; i < all->count; i++)
            if ((((Obj *)all->items[i])->gc & GC_FINALIZE) && (type_head(all->items[i])->flags & TYPE_HEAP)) queue_finalizer(all->items[i]);
        for (size_t i = all->count; i-- > 0;)
            if ((((Obj *)all->items[i])->gc & GC_FINALIZE) && !only_frees(all->items[i])) queue_finalizer(all->items[i]);
        gc_run_finalizers();
    }
}
