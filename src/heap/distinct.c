/* distinct.c: objects by identity, each once, in the order in which they came. */
#include "heap/distinct.h"
#include "heap/heap.h"
#include "heap/upcall.h"
#include <string.h>

/* The place in the table of the object, or of the gap where it belongs. The table is twice as long as the items are at most. */
static uint32_t *place_of(Distinct *d, Value object)
{
    size_t mask = 2 * d->capacity - 1, i = (object >> 4) * 0x9e3779b97f4a7c15ull >> 20 & mask;
    while (d->table[i] && d->more[d->table[i] - 1].object != object) i = (i + 1) & mask;
    return &d->table[i];
}

static bool distinct_grow(Distinct *d)
{
    size_t capacity = d->more ? 2 * d->capacity : 8 * DISTINCT_FEW;
    if (capacity > UINT32_MAX) return raise_memory();
    DistinctItem *items = gc_buffer_raw(capacity * sizeof *items);
    uint32_t *table = items ? gc_buffer_opaque(2 * capacity * sizeof *table) : 0;
    if (!table) return false;
    memcpy(items, distinct_items(d), d->count * sizeof *items);
    d->more = items;
    d->table = table;
    d->capacity = capacity;
    for (size_t n = 0; n < d->count; n++) *place_of(d, items[n].object) = (uint32_t)n + 1;
    return true;
}

DistinctItem *distinct_add(Distinct *d, Value object)
{
    if (!d->more) {
        for (size_t n = 0; n < d->count; n++)
            if (d->few[n].object == object) return &d->few[n];
        if (d->count < DISTINCT_FEW) {
            d->few[d->count] = (DistinctItem){object, 0};
            return &d->few[d->count++];
        }
    }
    if (d->more) {
        uint32_t *place = place_of(d, object);
        if (*place) return &d->more[*place - 1];
    }
    if (d->count == (d->more ? d->capacity : DISTINCT_FEW) && !distinct_grow(d)) return 0;
    *place_of(d, object) = (uint32_t)d->count + 1;
    d->more[d->count] = (DistinctItem){object, 0};
    return &d->more[d->count++];
}
