/* alloc.h: allocation inline, for code where a call would cost more than the allocation: the handlers of the interpreter.
 *
 * Each size class has a free run in which allocation is a bump (block.h). When the run is used up (or stress and failure modes are on: they leave no runs) the answer is 0 without
 * an exception, and the caller takes the way through gc_new and gc_buffer_raw, out of line. Nothing is collected here; so what is allocated needs no barrier until
 * something else is called.
 */
#pragma once
#include "heap/block.h"

/* Up to this size the classes are the multiples of 16. */
enum { QUICK_LIMIT = 160 };

static inline char *run_quick(Run *run, size_t size)
{
    char *cell = run->at;
    if (__builtin_expect(cell == run->end, 0)) return 0;
    run->at = cell + ((size + 15) & ~(size_t)15);
    return cell;
}

/* As gc_new for a type without finalizer and a size of at most QUICK_LIMIT. */
static inline void *gc_new_quick(Type *type, size_t size)
{
    Obj *o = (Obj *)run_quick(&heap.runs[CELL_OBJECT][(size - 1) / 16], size);
    if (o) o->type = type;
    return o;
}

/* As gc_buffer_raw for a size of at most QUICK_LIMIT. */
static inline void *gc_buffer_quick(size_t size) { return run_quick(&heap.runs[CELL_BUFFER][(size - 1) / 16], size); }
