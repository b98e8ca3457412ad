/* test_layout.c: objects of the built-in types have the layout that CPython 3.11's public headers show, wherever a macro, an inline function or a public struct reads a field: compiled
 * extensions are to be loaded as they are. layout_cpython.c is the half that includes those headers.
 */
#include "layout.h"
#include "module/module.h"
#include "object/container.h"
#include "object/descr.h"
#include "object/weakref.h"
#include <stdio.h>

static const Place krait_layout[] = {
#define FIELD(theirs, their_field, ours, our_field) {#ours "." #our_field, offsetof(ours, our_field), 0},
#define SIZE(theirs, ours) {"size of " #ours, 0, sizeof(ours)},
#include "layout.def"
    {0},
};
static_assert(sizeof(Obj) == 16 && offsetof(Type, trace) == 408, "behind the 408 bytes of PyTypeObject");

static const uint64_t krait_bits[] = {TYPE_SEQUENCE, TYPE_MAPPING, TYPE_DISALLOW_NEW, TYPE_IMMUTABLE, TYPE_HEAP,  TYPE_BASE, TYPE_READY, TYPE_METHOD_DESCRIPTOR,
                                      TYPE_ABSTRACT, TYPE_INT,     TYPE_LIST,         TYPE_TUPLE,     TYPE_BYTES, TYPE_STR,  TYPE_DICT,  TYPE_EXCEPTION,
                                      TYPE_TYPE};

int main(void)
{
    int failures = 0, compared = 0;
    for (int i = 0; cpython_layout[i].what; i++, compared++) {
        const Place *theirs = &cpython_layout[i], *ours = &krait_layout[i];
        if (theirs->offset == ours->offset && theirs->size == ours->size) continue;
        printf("%s is %zu, %s is %zu\n", theirs->what, theirs->offset + theirs->size, ours->what, ours->offset + ours->size);
        failures++;
    }
    for (int i = 0; cpython_bits[i].what; i++, compared++) {
        if (cpython_bits[i].value == (uint64_t)krait_bits[i]) continue;
        printf("%s is %#lx, here %#lx\n", cpython_bits[i].what, cpython_bits[i].value, (unsigned long)krait_bits[i]);
        failures++;
    }
    StrObj interned = {.interned = 3}, kind = {.kind = 7}, compact = {.compact = 1}, ascii = {.ascii = 1}, ready = {.ready = 1};
    const StrObj *objects[] = {&interned, &kind, &compact, &ascii, &ready};
    const Bits *bits = cpython_string_bits();
    for (int i = 0; bits[i].what; i++, compared++) {
        if (bits[i].value == objects[i]->state) continue;
        printf("state.%s is %#lx, here %#x\n", bits[i].what, bits[i].value, objects[i]->state);
        failures++;
    }
    printf("layout: %d compared, %d differ\n", compared, failures);
    return failures != 0;
}
