/* barrier.h: the write barrier, the one place where stores tell the collector.
 *
 * A young collection does not look into old (marked) objects; so an old object that gets a new pointer must be remembered and traced again. GC_OLD is set by marking and
 * cleared when the object is remembered, hence the whole barrier is one byte test. See the barrier rule in heap.h.
 */
#pragma once
#include "heap/heap.h"

enum { GC_OLD = 1, GC_FINALIZE = 2, GC_WEAK = 4, GC_FINALIZED = 8, GC_EXPOSED = 16, GC_STATIC = 32 };

void gc_remember(Obj *object);
static inline void gc_barrier(void *object)
{
    if (((Obj *)object)->gc & (GC_OLD | GC_EXPOSED)) gc_remember((Obj *)object);
}
/* object->field = value, with the barrier. */
#define SET(object, field, value) \
    do { \
        (object)->field = (value); \
        gc_barrier(object); \
    } while (0)
/* The object needs its finalizer no more (gc_want_finalizer; a generator that has ended): the collector may free it at once. */
void gc_finalizer_done(Obj *object);
