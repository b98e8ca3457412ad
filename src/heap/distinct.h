/* distinct.h: objects by identity, each once, in the order in which they came.
 *
 * Whoever walks values that may share their parts, or hold themselves (constants of code, what marshal writes), adds each object before he goes into it: what is there already
 * he has seen. As the order stays and the items are numbered from 0, the set is also the list of what is still to be looked at. A few are found by looking at all of them; so the
 * usual walk, which meets hardly any container, takes no memory.
 *
 * It is a local variable of the walk. So the collector finds its objects, as it finds all that C code is working on, and there is nothing to free.
 */
#pragma once
#include "heap/value.h"

enum { DISTINCT_FEW = 8 };
typedef struct DistinctItem {
    Value object;
    int64_t note;   /* the walk's own, 0 at first */
} DistinctItem;
typedef struct Distinct {
    DistinctItem few[DISTINCT_FEW];
    DistinctItem *more;   /* all of them, once they are more than a few */
    uint32_t *table;      /* numbers + 1 of items, open addressing by address */
    size_t count, capacity;
} Distinct;

/* The object's item, a new one (the last) if it was not there: it stays where it is until the next is added. 0: MemoryError is set. */
DistinctItem *distinct_add(Distinct *d, Value object);
static inline DistinctItem *distinct_items(Distinct *d) { return d->more ? d->more : d->few; }
