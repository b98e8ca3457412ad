/* heap.h: where objects live, and how they die.
 *
 * A non-moving mark-sweep heap of size-class blocks (large objects apart), generational by sticky mark bits: what survived a collection stays marked ("old");
 * a young collection traces only from the roots and from remembered old objects. Roots are the C stacks and registers of all threads (conservative; pointers
 * into the middle of a cell count), the register stacks, objects with native_refs, and registered globals. So C code holds plain pointers and Values in locals and needs no bookkeeping.
 *
 * When a collection runs: at safe points (heap_poll, called by the interpreter at loop back-edges and calls), and inside allocation only when the heap's limit is near; the
 * latter is always a full one and makes the next one full too.
 *
 * THE BARRIER RULE: every store of a Value or buffer pointer into a heap object needs gc_barrier(object) (barrier.h), except stores into an object that
 * this C function allocated itself with no call in between that can run Python code.
 *
 * Cells are of two kinds: objects (an Obj header; traced by their type's `trace`) and buffers (raw bytes without header: list items, dict tables, limbs; kept alive
 * and traced by the one object that owns them, which visits the buffer with gc_visit_buffer and then the values inside it itself).
 * There is no free: dropping the last pointer is enough.
 */
#pragma once
#include "heap/value.h"

/* `size` bytes (header included), zeroed but for the header, whose type is `type`. 0 with MemoryError set when memory is short. */
void *gc_new(Type *type, size_t size);
/* As gc_new for an object whose pointers all lie in its first `header` bytes and whose type has no finalizer: what follows may be unset. */
void *gc_new_raw(Type *type, size_t size, size_t header);
#define gc_alloc(T, type) ((T *)gc_new((type), sizeof(T)))
/* A buffer of `size` bytes, zeroed (gc_buffer) or not (gc_buffer_raw). Never 0 for size 0. 0 with MemoryError set on failure. */
void *gc_buffer(size_t size);
void *gc_buffer_raw(size_t size);
/* A zeroed buffer whose words the collector never takes for references, even when C code is working on it: inline caches hold what they do not keep alive. */
void *gc_buffer_opaque(size_t size);
/* A buffer of at least `new_size` holding the first `old_size` bytes of `old` (which may be 0), then zeros; the old one is garbage, or is grown in place. */
void *gc_buffer_grow(void *old, size_t old_size, size_t new_size);
void *gc_buffer_grow_raw(void *old, size_t old_size, size_t new_size);   /* what is new is not zeroed */
/* Bytes usable in a buffer: callers may use the slack of its size class. */
size_t gc_buffer_usable(void *buffer);

/* For `trace` functions: the object refers to this value / to this buffer of its own. Both take 0. */
void gc_visit(Value v);
void gc_visit_buffer(void *buffer);
static inline void gc_visit_values(const Value *values, size_t count)
{
    for (size_t i = 0; i < count; i++) gc_visit(values[i]);
}

/* A global variable that holds a Value: a root for ever. */
void gc_root(Value *variable);
/* A function called at each marking, for roots of other forms (tables of a module): it calls gc_visit. */
void gc_root_tracer(void (*trace)(void));

/* Collects now; generation 0 or 1: young, 2: full. Returns the number of objects freed. Runs pending finalizers when `finalizers`. */
size_t gc_collect(int generation, bool finalizers);
/* Objects under construction may have been marked: the next collection is a full one, which needs no barriers. */
void gc_next_full(void);
/* Runs what collections left to do: __del__, weak reference callbacks, native finalizers. Only at safe points. */
void gc_run_finalizers(void);
/* Objects alive, bytes alive, limit (0: none; -X max-heap). */
typedef struct HeapStats {
    size_t objects, bytes, limit, collections[3];
} HeapStats;
HeapStats heap_stats(void);
void heap_set_limit(size_t bytes);
void heap_init(void);
void heap_read_environment(void);    /* KRAIT_GC_STRESS, KRAIT_GC_VERIFY and so on; again, when the heap came from an image */
void gc_set_verify(bool on);
/* For KRAIT_GC_FAIL (failures.c): which counts from the start of the process on, or, with a + before it, from where the program begins; then, at the end, standard error says whether
 * there were so many allocations. */
void gc_process_begins(void);
void gc_program_begins(void);
void gc_program_ends(void);
/* Every live object in turn (gc.get_objects, referrers); `visit` must not allocate. */
void gc_each_object(bool (*visit)(Obj *, void *), void *context);
/* Calls visit(v, context) for each value `object` refers to (gc.get_referents). */
void gc_each_referent(Obj *object, void (*visit)(Value, void *), void *context);

/* Weak references. `slot` lies in a weakref-like object `owner`; when `target` dies, *slot becomes 0 and `died(owner)` is queued to run at a safe point
 * (0: nothing is called). The collector must know targets that have weak references: registering sets a GC bit of the target. */
typedef void (*WeakDied)(Obj *owner);
bool gc_weak_register(Obj *target, Obj *owner, Value *slot, WeakDied died);
/* Weak references to target, newest first: calls visit until it returns false. */
void gc_weak_each(Obj *target, bool (*visit)(Obj *owner, void *context), void *context);
bool gc_has_weakrefs(Obj *target);

/* The object has native_refs now: it is a root as long as they are not zero. To be called whenever they leave zero. */
void gc_native(Obj *object);
/* At exit: runs every finalizer that is left (files flush and close), but those of what only a parent's threads referred to. */
void gc_finalize_all(void);
/* The object needs its type's `finalize` (native cleanup, __del__) once, before it is freed. gc_new does this by itself for types with TYPE_FINALIZE. false: MemoryError. */
bool gc_want_finalizer(Obj *object);
