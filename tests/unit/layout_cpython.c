/* layout_cpython.c: the layouts that CPython 3.11's public headers (libpython3.11-dev) show, for test_layout.c. */
#include <Python.h>
#include <structmember.h>
#include "layout.h"

const Place cpython_layout[] = {
#define FIELD(theirs, their_field, ours, our_field) {#theirs "." #their_field, offsetof(theirs, their_field), 0},
#define SIZE(theirs, ours) {"size of " #theirs, 0, sizeof(theirs)},
#include "layout.def"
    {0},
};

#define FLAG(name) {#name, name}
/* clang-format off */
const Bits cpython_bits[] = {
    FLAG(Py_TPFLAGS_SEQUENCE), FLAG(Py_TPFLAGS_MAPPING), FLAG(Py_TPFLAGS_DISALLOW_INSTANTIATION), FLAG(Py_TPFLAGS_IMMUTABLETYPE), FLAG(Py_TPFLAGS_HEAPTYPE), FLAG(Py_TPFLAGS_BASETYPE),
    FLAG(Py_TPFLAGS_READY), FLAG(Py_TPFLAGS_METHOD_DESCRIPTOR), FLAG(Py_TPFLAGS_IS_ABSTRACT), FLAG(Py_TPFLAGS_LONG_SUBCLASS), FLAG(Py_TPFLAGS_LIST_SUBCLASS), FLAG(Py_TPFLAGS_TUPLE_SUBCLASS),
    FLAG(Py_TPFLAGS_BYTES_SUBCLASS), FLAG(Py_TPFLAGS_UNICODE_SUBCLASS), FLAG(Py_TPFLAGS_DICT_SUBCLASS), FLAG(Py_TPFLAGS_BASE_EXC_SUBCLASS), FLAG(Py_TPFLAGS_TYPE_SUBCLASS), {0},
};
/* clang-format on */

static unsigned long state_bits(PyASCIIObject *s)
{
    unsigned state;
    memcpy(&state, &s->state, sizeof state);
    return state;
}

const Bits *cpython_string_bits(void)
{
    static Bits bits[6] = {{"interned"}, {"kind"}, {"compact"}, {"ascii"}, {"ready"}};
    PyASCIIObject interned = {.state.interned = 3}, kind = {.state.kind = 7}, compact = {.state.compact = 1}, ascii = {.state.ascii = 1}, ready = {.state.ready = 1};
    PyASCIIObject *objects[] = {&interned, &kind, &compact, &ascii, &ready};
    for (int i = 0; i < 5; i++) bits[i].value = state_bits(objects[i]);
    return bits;
}
