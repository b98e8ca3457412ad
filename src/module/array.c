/* array.c: arrays of machine values.
 *
 * One table of item kinds says how an item is read and written; everything else moves bytes. The items are a heap buffer without Values; while `exports` is not 0 somebody
 * holds its address and it must not be resized.
 */
#include "module/module.h"
#include <byteswap.h>
#include <math.h>

typedef struct ArrayObj ArrayObj;
typedef struct Kind {
    char code;
    int size;
    const char *format;
    Value (*get)(const uint8_t *at);
    bool (*set)(uint8_t *at, Value v);
    bool is_int, is_signed;
} Kind;
struct ArrayObj {
    Obj head;
    int64_t size;
    uint8_t *items;
    int64_t allocated;
    const Kind *kind;
    int64_t exports;
    Value weaklist;
};

static Type array_type, array_iterator_type;
static bool is_array(Value v) { return is_instance_of(v, &array_type); }

/* --- kinds of items */

#define GETTER(name, T, make) \
    static Value name(const uint8_t *at) \
    { \
        T x; \
        memcpy(&x, at, sizeof x); \
        return make(x); \
    }
GETTER(get_b, int8_t, small_int)
GETTER(get_B, uint8_t, small_int)
GETTER(get_h, int16_t, small_int)
GETTER(get_H, uint16_t, small_int)
GETTER(get_i, int32_t, small_int)
GETTER(get_I, uint32_t, small_int)
GETTER(get_q, int64_t, int_new)
GETTER(get_Q, uint64_t, int_new_unsigned)
GETTER(get_f, float, float_new)
GETTER(get_d, double, float_new)

static Value get_u(const uint8_t *at)
{
    uint32_t c;
    memcpy(&c, at, 4);
    return c <= 0x10ffff ? str_from_char(c) : raise_value("character U+%x is not in range [U+0000; U+10ffff]", c);
}

/* Whether n is in a range; `name` as C and the error texts call the type. */
static bool ranged(int64_t n, int64_t low, int64_t high, const char *name)
{
    if (n < low) return raise_overflow("%s is less than minimum", name);
    if (n > high) return raise_overflow("%s is greater than maximum", name);
    return true;
}
static bool is_short(int64_t n) { return ranged(n, INT16_MIN, INT16_MAX, "signed short integer"); }
static bool is_c_int(int64_t n) { return ranged(n, INT32_MIN, INT32_MAX, "signed integer"); }
static bool is_long(int64_t n) { return true; }

/* `parsed`: the type that CPython reads the argument as, whose range is checked first. at 0: only checks. */
#define SMALL_SETTER(name, T, parsed, low, high, text) \
    static bool name(uint8_t *at, Value v) \
    { \
        int64_t n; \
        if (!number_as_int64(v, &n) || !parsed(n) || !ranged(n, low, high, text)) return false; \
        T x = (T)n; \
        if (at) memcpy(at, &x, sizeof x); \
        return true; \
    }
SMALL_SETTER(set_b, int8_t, is_short, INT8_MIN, INT8_MAX, "signed char")
SMALL_SETTER(set_B, uint8_t, is_long, 0, UINT8_MAX, "unsigned byte integer")
SMALL_SETTER(set_h, int16_t, is_short, INT16_MIN, INT16_MAX, "")
SMALL_SETTER(set_H, uint16_t, is_c_int, 0, UINT16_MAX, "unsigned short")
SMALL_SETTER(set_i, int32_t, is_c_int, INT32_MIN, INT32_MAX, "")
SMALL_SETTER(set_l, int64_t, is_long, INT64_MIN, INT64_MAX, "")

static bool set_I(uint8_t *at, Value v)
{
    uint64_t n;
    v = number_index(v);
    if (!v) return false;
    if (int_sign(v) < 0) return raise_overflow("can't convert negative value to unsigned int");
    if (!int_as_uint64(v, &n)) return false;
    if (n > UINT32_MAX) return raise_overflow("unsigned int is greater than maximum");
    uint32_t x = (uint32_t)n;
    if (at) memcpy(at, &x, 4);
    return true;
}

static bool set_L(uint8_t *at, Value v)
{
    uint64_t n;
    v = number_index(v);
    if (!v) return false;
    if (int_sign(v) < 0) return raise_overflow("can't convert negative value to unsigned int");
    if (!int_as_uint64(v, &n)) return false;
    if (at) memcpy(at, &n, 8);
    return true;
}

static bool set_q(uint8_t *at, Value v)
{
    int64_t n;
    v = number_index(v);
    if (!v) return false;
    if (int_as_int64_overflow(v, &n)) return raise_overflow("int too big to convert");
    if (at) memcpy(at, &n, 8);
    return true;
}

static bool set_Q(uint8_t *at, Value v)
{
    v = number_index(v);
    if (!v) return false;
    if (int_sign(v) < 0) return raise_overflow("can't convert negative int to unsigned");
    if (int_bit_length(v) > 64) return raise_overflow("int too big to convert");
    uint64_t n = int_as_uint64_mask(v);
    if (at) memcpy(at, &n, 8);
    return true;
}

static bool set_f(uint8_t *at, Value v)
{
    double d;
    if (!number_as_double(v, &d)) return false;
    float f = (float)d;
    if (at) memcpy(at, &f, 4);
    return true;
}

static bool set_d(uint8_t *at, Value v)
{
    double d;
    if (!number_as_double(v, &d)) return false;
    if (at) memcpy(at, &d, 8);
    return true;
}

static bool set_u(uint8_t *at, Value v)
{
    if (!is_str(v) || str_length(v) != 1) return raise_type("array item must be unicode character");
    uint32_t c = str_char(v, 0);
    if (at) memcpy(at, &c, 4);
    return true;
}

static const Kind kinds[] = {
    {'b', 1, "b", get_b, set_b, true, true},   {'B', 1, "B", get_B, set_B, true, false},
    {'u', 4, "w", get_u, set_u, false, false}, {'h', 2, "h", get_h, set_h, true, true},
    {'H', 2, "H", get_H, set_H, true, false},  {'i', 4, "i", get_i, set_i, true, true},
    {'I', 4, "I", get_I, set_I, true, false},  {'l', 8, "l", get_q, set_l, true, true},
    {'L', 8, "L", get_Q, set_L, true, false},  {'q', 8, "q", get_q, set_q, true, true},
    {'Q', 8, "Q", get_Q, set_Q, true, false},  {'f', 4, "f", get_f, set_f, false, false},
    {'d', 8, "d", get_d, set_d, false, false}, {0},
};

static const Kind *kind_of(uint32_t code)
{
    for (const Kind *k = kinds; k->code; k++) {
        if ((uint32_t)k->code == code) return k;
    }
    return 0;
}

/* --- memory */

static void array_trace(Obj *object) { gc_visit_buffer(((ArrayObj *)object)->items); }

static uint8_t *item_at(ArrayObj *a, int64_t i) { return a->items + i * a->kind->size; }

/* Changes the number of items; new ones are not set. */
static bool resize(ArrayObj *a, int64_t size)
{
    if (a->exports > 0 && size != a->size) return raise_format(&exc_BufferError, "cannot resize an array that is exporting buffers");
    int64_t each = a->kind->size;
    if (size > a->allocated || size < a->allocated / 2) {
        if (size > (INT64_MAX >> 4) / each) return raise_memory();
        int64_t allocated = size > a->size ? size + (size >> 4) + (a->size < 8 ? 3 : 7) : size;
        int64_t keep = size < a->size ? size : a->size;
        uint8_t *items = gc_buffer_raw((size_t)(allocated * each) + 1);
        if (!items) return false;
        if (keep) memcpy(items, a->items, (size_t)(keep * each));
        a->items = items;
        a->allocated = allocated;
        gc_barrier(a);
    }
    a->size = size;
    return true;
}

static ArrayObj *array_new(Type *type, const Kind *kind, int64_t size)
{
    if (size > (INT64_MAX >> 4) / kind->size) return (ArrayObj *)(uintptr_t)raise_memory();
    Value self = type_alloc(type, 0);
    if (!self) return 0;
    ArrayObj *a = (ArrayObj *)self;
    a->kind = kind;
    uint8_t *items = gc_buffer_raw((size_t)(size * kind->size) + 1);
    if (!items) return 0;
    a->items = items;
    a->size = a->allocated = size;
    gc_barrier(a);
    return a;
}

static bool append(ArrayObj *a, Value v)
{
    uint8_t item[8];
    if (!a->kind->set(item, v)) return false;   /* may run Python code that changes the array */
    int64_t size = a->size;
    if (!resize(a, size + 1)) return false;
    memcpy(item_at(a, size), item, (size_t)a->kind->size);
    return true;
}

static bool add_bytes(ArrayObj *a, const uint8_t *data, int64_t bytes)
{
    if (bytes % a->kind->size) return raise_value("bytes length not a multiple of item size");
    int64_t size = a->size;
    if (!resize(a, size + bytes / a->kind->size)) return false;
    memcpy(item_at(a, size), data, (size_t)bytes);
    return true;
}

static bool add_text(ArrayObj *a, Value text)
{
    int64_t size = a->size, length = str_length(text);
    if (!resize(a, size + length)) return false;
    int kind = str_kind(text);
    const void *data = str_data(text);
    for (int64_t i = 0; i < length; i++) {
        uint32_t c = str_read(kind, data, i);
        memcpy(item_at(a, size + i), &c, 4);
    }
    return true;
}

static bool add_array(ArrayObj *a, Value v, bool fresh)
{
    ArrayObj *b = (ArrayObj *)v;
    if (a->kind != b->kind && !fresh) return raise_type("can only extend with array of same kind");
    int64_t count = b->size, size = a->size;
    if (a->kind != b->kind) {
        for (int64_t i = 0; i < b->size; i++) {
            Value item = b->kind->get(item_at(b, i));
            if (!item || !append(a, item)) return false;
        }
        return true;
    }
    if (!resize(a, size + count)) return false;
    memcpy(item_at(a, size), b->items, (size_t)(count * b->kind->size));
    return true;
}

static bool add_iterable(ArrayObj *a, Value v)
{
    Value iterator = object_iter(v), item;
    if (!iterator) return false;
    while ((item = iter_next(iterator))) {
        if (!append(a, item)) return false;
    }
    return !thread_self->exception;
}

/* --- construction */

static bool fill(ArrayObj *a, Value from)
{
    char code = a->kind->code;
    if (is_str(from)) return code == 'u' ? add_text(a, from) : raise_type("cannot use a str to initialize an array with typecode '%c'", code);
    if (is_bytes(from)) return add_bytes(a, bytes_data(from), bytes_size(from));
    if (is_instance_of(from, &bytearray_type)) return add_bytes(a, bytearray_data(from), ((ByteArrayObj *)from)->size);
    if (is_array(from)) {
        if (((ArrayObj *)from)->kind->code == 'u' && code != 'u') return raise_type("cannot use a unicode array to initialize an array with typecode '%c'", code);
        return add_array(a, from, true);
    }
    /* Of a known length: no room to spare. */
    if (is_list(from) || is_tuple(from)) {
        int64_t count = is_list(from) ? list_size(from) : tuple_size(from);
        uint8_t *items = gc_buffer_raw((size_t)(count * a->kind->size) + 1);
        if (!items) return false;
        a->items = items;
        a->allocated = count;
        gc_barrier(a);
    }
    return add_iterable(a, from);
}

static Value array_make(Type *type, Value *args, size_t nargs, Value kwnames)
{
    /* A subclass with an __init__ of its own may take any. */
    if (kwnames && tuple_size(kwnames) && type->init == array_type.init) return raise_type("array.array() takes no keyword arguments");
    if (nargs < 1) return raise_type("array() takes at least 1 argument (0 given)");
    if (nargs > 2) return raise_type("array() takes at most 2 arguments (%zu given)", nargs);
    if (!is_str(args[0]) || str_length(args[0]) != 1) return raise_type("array() argument 1 must be a unicode character, not %.200T", args[0]);
    Value from = nargs > 1 ? args[1] : 0;
    if (!sys_audit("array.__new__", 2, args[0], from ? from : NONE)) return 0;
    const Kind *kind = kind_of(str_char(args[0], 0));
    if (from && kind && is_str(from) && kind->code != 'u') return raise_type("cannot use a str to initialize an array with typecode '%c'", kind->code);
    if (!kind) return raise_value("bad typecode (must be b, B, u, h, H, i, I, l, L, q, Q, f or d)");
    ArrayObj *a = array_new(type, kind, 0);
    return a && (!from || fill(a, from)) ? VALUE(a) : 0;
}

/* --- sequence operations */

static int64_t array_length(Value self) { return ((ArrayObj *)self)->size; }
static Value item_value(ArrayObj *a, int64_t i) { return a->kind->get(item_at(a, i)); }

static Value slice_of(ArrayObj *a, int64_t start, int64_t step, int64_t count)
{
    ArrayObj *b = array_new(&array_type, a->kind, count);
    int64_t each = a->kind->size;
    if (!b) return 0;
    if (step == 1) memcpy(b->items, item_at(a, start), (size_t)(count * each));
    else
        for (int64_t i = 0; i < count; i++) memcpy(item_at(b, i), item_at(a, start + i * step), (size_t)each);
    return VALUE(b);
}

static Value array_getitem(Value self, Value key)
{
    ArrayObj *a = (ArrayObj *)self;
    int64_t i, start, stop, step;
    if (type_of(key) == &slice_type) {
        int64_t count = slice_indices(key, &a->size, &start, &stop, &step);
        return count < 0 ? 0 : slice_of(a, start, step, count);
    }
    if (!is_int(key) && !type_of(key)->index) return raise_type("array indices must be integers");
    if (!number_as_index(key, &i, &exc_IndexError)) return 0;
    if (i < 0) i += a->size;
    return i < 0 || i >= a->size ? raise_index("array index out of range") : item_value(a, i);
}

/* Removes `count` items from start. */
static bool cut(ArrayObj *a, int64_t start, int64_t count)
{
    if (!count) return true;
    if (a->exports > 0) return raise_format(&exc_BufferError, "cannot resize an array that is exporting buffers");
    memmove(item_at(a, start), item_at(a, start + count), (size_t)((a->size - start - count) * a->kind->size));
    return resize(a, a->size - count);
}

static bool replace_slice(ArrayObj *a, int64_t start, int64_t count, const uint8_t *data, int64_t new_count)
{
    int64_t each = a->kind->size, size = a->size, tail = size - start - count;
    if (new_count > count) {
        if (!resize(a, size + new_count - count)) return false;
        memmove(item_at(a, start + new_count), item_at(a, start + count), (size_t)(tail * each));
    } else if (new_count < count && !cut(a, start, count - new_count)) return false;
    memcpy(item_at(a, start), data, (size_t)(new_count * each));
    return true;
}

static bool delete_stepped(ArrayObj *a, int64_t start, int64_t step, int64_t count)
{
    if (!count) return true;
    if (a->exports > 0) return raise_format(&exc_BufferError, "cannot resize an array that is exporting buffers");
    if (step < 0) {
        start += (count - 1) * step;
        step = -step;
    }
    int64_t each = a->kind->size, to = start;
    for (int64_t i = start; i < a->size; i++) {
        if ((i - start) % step == 0 && (i - start) / step < count) continue;
        memmove(item_at(a, to++), item_at(a, i), (size_t)each);
    }
    return resize(a, to);
}

static bool set_slice(ArrayObj *a, Value key, Value value)
{
    int64_t start, stop, step, count = slice_indices(key, &a->size, &start, &stop, &step);
    if (count < 0) return false;
    if (!value) return step == 1 ? cut(a, start, count) : delete_stepped(a, start, step, count);
    if (!is_array(value)) return raise_type("can only assign array (not \"%.200T\") to array slice", value);
    ArrayObj *b = (ArrayObj *)value;
    if (b->kind != a->kind) return raise_type("bad argument type for built-in operation");
    if (b == a) {
        b = (ArrayObj *)slice_of(a, 0, 1, a->size);
        if (!b) return false;
    }
    if (step == 1) return replace_slice(a, start, count, b->items, b->size);
    if (b->size != count) return raise_value("attempt to assign array of size %lld to extended slice of size %lld", (long long)b->size, (long long)count);
    for (int64_t i = 0; i < count; i++) memcpy(item_at(a, start + i * step), item_at(b, i), (size_t)a->kind->size);
    return true;
}

static bool array_setitem(Value self, Value key, Value value)
{
    ArrayObj *a = (ArrayObj *)self;
    int64_t i;
    if (type_of(key) == &slice_type) return set_slice(a, key, value);
    if (!is_int(key) && !type_of(key)->index) return raise_type("array indices must be integers");
    if (!number_as_index(key, &i, &exc_IndexError)) return false;
    if (i < 0) i += a->size;
    if (i < 0 || i >= a->size) return raise_index("array assignment index out of range");
    if (!value) return cut(a, i, 1);
    uint8_t item[8];
    if (!a->kind->set(item, value)) return false;
    if (i >= a->size) return raise_index("array assignment index out of range");
    memcpy(item_at(a, i), item, (size_t)a->kind->size);
    return true;
}

static int64_t find(ArrayObj *a, Value v, int64_t start, int64_t stop)
{
    for (int64_t i = start; i < a->size && i < stop; i++) {
        Value item = item_value(a, i);
        int equal = item ? object_compare_bool(item, v, CMP_EQ) : -1;
        if (equal) return equal < 0 ? -2 : i;
    }
    return -1;
}

static int array_contains(Value self, Value v)
{
    int64_t at = find((ArrayObj *)self, v, 0, INT64_MAX);
    return at == -2 ? -1 : at >= 0;
}

static Value array_concat(Value self, Value other)
{
    ArrayObj *a = (ArrayObj *)self, *b = (ArrayObj *)other;
    if (!is_array(other)) return raise_type("can only append array (not \"%.200T\") to array", other);
    if (a->kind != b->kind) return raise_type("bad argument type for built-in operation");
    ArrayObj *c = array_new(&array_type, a->kind, a->size + b->size);
    if (!c) return 0;
    memcpy(c->items, a->items, (size_t)(a->size * a->kind->size));
    memcpy(item_at(c, a->size), b->items, (size_t)(b->size * b->kind->size));
    return VALUE(c);
}

static Value array_repeat(Value self, int64_t count)
{
    ArrayObj *a = (ArrayObj *)self;
    if (count < 0) count = 0;
    if (a->size && count > INT64_MAX / a->size) return raise_memory();
    ArrayObj *b = array_new(&array_type, a->kind, a->size * count);
    if (!b) return 0;
    size_t bytes = (size_t)(a->size * a->kind->size);
    for (int64_t i = 0; bytes && i < count; i++) memcpy(b->items + (size_t)i * bytes, a->items, bytes);
    return VALUE(b);
}

static Value array_inplace_concat(Value self, Value other)
{
    if (!is_array(other)) return raise_type("can only extend array with array (not \"%.200T\")", other);
    return add_array((ArrayObj *)self, other, false) ? self : 0;
}

static Value array_inplace_repeat(Value self, int64_t count)
{
    ArrayObj *a = (ArrayObj *)self;
    int64_t size = a->size;
    if (count < 0) count = 0;
    if (size && count > INT64_MAX / size) return raise_memory();
    if (!size || count == 1) return self;
    if (!resize(a, size * count)) return 0;
    for (int64_t i = 1; i < count; i++) memcpy(item_at(a, i * size), a->items, (size_t)(size * a->kind->size));
    return self;
}

static Value array_compare(Value x, Value y, CompareOp op)
{
    if (!is_array(x) || !is_array(y)) return NOT_IMPLEMENTED;
    ArrayObj *a = (ArrayObj *)x, *b = (ArrayObj *)y;
    if (a->size != b->size && (op == CMP_EQ || op == CMP_NE)) return bool_value(op == CMP_NE);
    bool same_kind = a->kind == b->kind && a->kind->is_int;
    for (int64_t i = 0; i < a->size && i < b->size; i++) {
        if (same_kind && !memcmp(item_at(a, i), item_at(b, i), (size_t)a->kind->size)) continue;
        Value v = item_value(a, i), w = v ? item_value(b, i) : 0;
        int equal = w ? object_compare_bool(v, w, CMP_EQ) : -1;
        if (equal < 0) return 0;
        if (equal) continue;
        if (op == CMP_EQ || op == CMP_NE) return bool_value(op == CMP_NE);
        return object_compare(v, w, op);
    }
    return compare_result(a->size, b->size, op);
}

static Value text_of(ArrayObj *a)
{
    uint32_t *data = (uint32_t *)a->items;
    for (int64_t i = 0; i < a->size; i++) {
        if (data[i] > 0x10ffff) return raise_value("character U+%x is not in range [U+0000; U+10ffff]", data[i]);
    }
    return str_from_kind(4, data, a->size);
}

static Value list_of(ArrayObj *a)
{
    Value list = list_new(0);
    for (int64_t i = 0; list && i < a->size; i++) {
        Value item = item_value(a, i);
        if (!item || !list_append(list, item)) return 0;
    }
    return list;
}

static Value array_repr(Value self)
{
    ArrayObj *a = (ArrayObj *)self;
    const char *name = type_name_of(self);
    if (!a->size) return str_format_c("%s('%c')", name, a->kind->code);
    Value content = a->kind->code == 'u' ? text_of(a) : list_of(a);
    return content ? str_format_c("%s('%c', %R)", name, a->kind->code, content) : 0;
}

/* --- buffers */

static bool array_get_buffer(Value self, Buffer *b, int flags)
{
    ArrayObj *a = (ArrayObj *)self;
    *b = (Buffer){.data = a->items, .owner = self, .length = a->size * a->kind->size, .itemsize = a->kind->size, .ndim = 1};
    b->one_dim[0] = a->size;
    b->one_dim[1] = a->kind->size;
    if (flags & BUFFER_FORMAT) b->format = a->kind->format;
    if ((flags & BUFFER_ND) == BUFFER_ND) b->shape = &b->one_dim[0];
    if ((flags & BUFFER_STRIDES) == BUFFER_STRIDES) b->strides = &b->one_dim[1];
    a->exports++;
    return true;
}

static void array_release_buffer(Value self, Buffer *b) { ((ArrayObj *)self)->exports--; }

/* --- iterators */

typedef struct ArrayIter {
    Obj head;
    int64_t index;
    Value array;
} ArrayIter;

static void iterator_trace(Obj *object) { gc_visit(((ArrayIter *)object)->array); }

static Value array_iter(Value self)
{
    ArrayIter *it = gc_alloc(ArrayIter, &array_iterator_type);
    if (it) it->array = self;
    return VALUE(it);
}

static Value iterator_next(Value self)
{
    ArrayIter *it = (ArrayIter *)self;
    if (!it->array) return 0;
    ArrayObj *a = (ArrayObj *)it->array;
    if (it->index < a->size) return item_value(a, it->index++);
    it->array = 0;
    return 0;
}

static NATIVE(iterator_reduce)
{
    ArrayIter *it = (ArrayIter *)args[0];
    Value iter = import_attr("builtins", "iter"), inner = iter ? tuple_pack(1, it->array ? it->array : tuple_empty) : 0;
    if (!inner) return 0;
    return it->array ? tuple_pack(3, iter, inner, int_new(it->index)) : tuple_pack(2, iter, inner);
}

static NATIVE(iterator_setstate)
{
    ArrayIter *it = (ArrayIter *)args[0];
    int64_t index;
    if (!int_as_count(args[1], &index)) return 0;
    if (it->array) it->index = index<0 ? 0 : index>((ArrayObj *)it->array)->size ? ((ArrayObj *)it->array)->size : index;
    return NONE;
}

static const NativeDef iterator_methods[] = {
    {"__reduce__", "(self, /)", iterator_reduce, "Return state information for pickling."},
    {"__setstate__", "(self, state, /)", iterator_setstate, "Set state information for unpickling."},
    {0},
};
static Type array_iterator_type = {
    TYPE_INIT("array.arrayiterator", ArrayIter), .flags = TYPE_DISALLOW_NEW, .trace = iterator_trace, .iter = iter_self, .next = iterator_next, .methods = iterator_methods};

/* --- methods */

#define SELF ((ArrayObj *)args[0])

static NATIVE(array_append) { return append(SELF, args[1]) ? NONE : 0; }
static NATIVE(array_buffer_info)
{
    Value address = int_new_unsigned((uint64_t)(uintptr_t)SELF->items);
    return address ? tuple_pack(2, address, int_new(SELF->size)) : 0;
}

static NATIVE(array_byteswap)
{
    ArrayObj *a = SELF;
    for (int64_t i = 0; i < a->size; i++) {
        uint8_t *at = item_at(a, i);
        for (int k = 0; k < a->kind->size / 2; k++) {
            uint8_t t = at[k];
            at[k] = at[a->kind->size - 1 - k];
            at[a->kind->size - 1 - k] = t;
        }
    }
    return NONE;
}

static NATIVE(array_count)
{
    ArrayObj *a = SELF;
    int64_t count = 0;
    for (int64_t i = 0; i < a->size; i++) {
        Value item = item_value(a, i);
        int equal = item ? object_compare_bool(item, args[1], CMP_EQ) : -1;
        if (equal < 0) return 0;
        count += equal;
    }
    return int_new(count);
}

static NATIVE(array_extend)
{
    bool good = is_array(args[1]) ? add_array(SELF, args[1], false) : add_iterable(SELF, args[1]);
    return good ? NONE : 0;
}

static NATIVE(array_frombytes)
{
    Value self = args[0];
    Buffer buffer;
    if (!buffer_get(args[1], &buffer, BUFFER_SIMPLE)) return 0;
    bool good;
    if (buffer.itemsize > 1) good = raise_type("a bytes-like object is required");
    else good = add_bytes((ArrayObj *)self, buffer.data, buffer.length);
    buffer_release(&buffer);
    return good ? NONE : 0;
}

static NATIVE(array_fromfile)
{
    Value self = args[0], file = args[1];
    ArrayObj *a = SELF;
    int64_t count;
    if (!number_as_count(args[2], &count)) return 0;
    if (count < 0) return raise_value("negative count");
    if (count > INT64_MAX / a->kind->size) return raise_memory();
    int64_t wanted = count * a->kind->size;
    Value data = call_method_1(file, NAME("read"), int_new(wanted));
    if (!data) return 0;
    if (!is_bytes(data)) return raise_type("read() didn't return bytes");
    if (!add_bytes((ArrayObj *)self, bytes_data(data), bytes_size(data))) return 0;
    return bytes_size(data) == wanted ? NONE : raise_format(&exc_EOFError, "read() didn't return enough bytes");
}

static NATIVE(array_tofile)
{
    ArrayObj *a = SELF;
    Value file = args[1], write = object_getattr(file, NAME("write"));
    if (!write) return 0;
    for (int64_t at = 0; at < a->size * a->kind->size; at += 1 << 16) {
        int64_t left = a->size * a->kind->size - at;
        Value block = bytes_new(a->items + at, (size_t)(left < 1 << 16 ? left : 1 << 16));
        if (!block || !call_1(write, block)) return 0;
    }
    return NONE;
}

static NATIVE(array_fromlist)
{
    ArrayObj *a = SELF;
    Value list = args[1];
    if (!is_list(list)) return raise_type("arg must be list");
    int64_t size = a->size;
    for (int64_t i = 0; i < list_size(list); i++) {
        int64_t before = list_size(list);
        if (!append(a, list_get(list, i))) {
            Value exception = error_take();
            resize(a, size);
            error_restore(exception);
            return 0;
        }
        if (list_size(list) != before) {
            resize(a, size);
            return raise_runtime("list changed size during iteration");
        }
    }
    return NONE;
}

static NATIVE(array_fromunicode)
{
    if (!is_str(args[1])) return raise_bad_argument("fromunicode", "argument", "str", args[1]);
    if (SELF->kind->code != 'u') return raise_value("fromunicode() may only be called on unicode type arrays");
    return add_text(SELF, args[1]) ? NONE : 0;
}

static NATIVE(array_tounicode)
{
    if (SELF->kind->code != 'u') return raise_value("tounicode() may only be called on unicode type arrays");
    return text_of(SELF);
}

static NATIVE(array_index)
{
    ArrayObj *a = SELF;
    int64_t start = 0, stop = INT64_MAX;
    if (nargs < 2) return raise_type("index expected at least 1 argument, got 0");
    if (nargs > 4) return raise_type("index expected at most 3 arguments, got %zu", nargs - 1);
    Value v = args[1];
    if (nargs > 2 && !number_as_size(args[2], &start)) return 0;
    if (nargs > 3 && !number_as_size(args[3], &stop)) return 0;
    if (start < 0) start = start + a->size < 0 ? 0 : start + a->size;
    if (stop < 0) stop += a->size;
    int64_t at = find(a, v, start, stop);
    return at == -2 ? 0 : at < 0 ? raise_value("array.index(x): x not in array") : int_new(at);
}

static NATIVE(array_insert)
{
    ArrayObj *a = SELF;
    int64_t i;
    uint8_t item[8];
    if (!number_as_count(args[1], &i) || !a->kind->set(item, args[2])) return 0;
    int64_t size = a->size;
    if (i < 0) i = i + size < 0 ? 0 : i + size;
    if (i > size) i = size;
    if (!resize(a, size + 1)) return 0;
    memmove(item_at(a, i + 1), item_at(a, i), (size_t)((size - i) * a->kind->size));
    memcpy(item_at(a, i), item, (size_t)a->kind->size);
    return NONE;
}

static NATIVE(array_pop)
{
    ArrayObj *a = SELF;
    int64_t i;
    if (!number_as_count(args[1], &i)) return 0;
    if (!a->size) return raise_index("pop from empty array");
    if (i < 0) i += a->size;
    if (i < 0 || i >= a->size) return raise_index("pop index out of range");
    Value item = item_value(a, i);
    return item && cut(a, i, 1) ? item : 0;
}

static NATIVE(array_remove)
{
    int64_t at = find(SELF, args[1], 0, INT64_MAX);
    if (at == -2) return 0;
    if (at < 0) return raise_value("array.remove(x): x not in array");
    return cut(SELF, at, 1) ? NONE : 0;
}

static NATIVE(array_reverse)
{
    ArrayObj *a = SELF;
    uint8_t t[8];
    size_t each = (size_t)a->kind->size;
    for (int64_t i = 0, k = a->size - 1; i < k; i++, k--) {
        memcpy(t, item_at(a, i), each);
        memcpy(item_at(a, i), item_at(a, k), each);
        memcpy(item_at(a, k), t, each);
    }
    return NONE;
}

static NATIVE(array_tobytes) { return bytes_new(SELF->items, (size_t)(SELF->size * SELF->kind->size)); }
static NATIVE(array_tolist) { return list_of(SELF); }
static NATIVE(array_copy) { return slice_of(SELF, 0, 1, SELF->size); }
static NATIVE(array_sizeof) { return int_new(type_of(args[0])->basic_size + SELF->allocated * SELF->kind->size); }

static Value get_itemsize(Value self) { return small_int(((ArrayObj *)self)->kind->size); }
static Value get_typecode(Value self) { return str_from_char((uint32_t)((ArrayObj *)self)->kind->code); }

/* --- pickling: arrays travel as bytes with a code that says how the machine wrote them */

enum {
    FORMAT_U8,
    FORMAT_S8,
    FORMAT_U16,
    FORMAT_S16 = 4,
    FORMAT_U32 = 6,
    FORMAT_S32 = 8,
    FORMAT_U64 = 10,
    FORMAT_S64 = 12,
    FORMAT_FLOAT = 14,
    FORMAT_DOUBLE = 16,
    FORMAT_UTF16 = 18,
    FORMAT_UTF32 = 20,
    FORMAT_END = 22
};   /* +1: big-endian, from U16 on */

static int machine_format(const Kind *kind)
{
    int big = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__;
    switch (kind->code) {
    case 'u': return FORMAT_UTF32 + big;
    case 'f': return FORMAT_FLOAT + big;
    case 'd': return FORMAT_DOUBLE + big;
    }
    switch (kind->size) {
    case 1: return kind->is_signed ? FORMAT_S8 : FORMAT_U8;
    case 2: return (kind->is_signed ? FORMAT_S16 : FORMAT_U16) + big;
    case 4: return (kind->is_signed ? FORMAT_S32 : FORMAT_U32) + big;
    default: return (kind->is_signed ? FORMAT_S64 : FORMAT_U64) + big;
    }
}

static NATIVE(array_reduce_ex)
{
    ArrayObj *a = SELF;
    int64_t protocol;
    if (!is_int(args[1])) return raise_type("__reduce_ex__ argument should be an integer");
    if (!int_as_int64(args[1], &protocol)) return 0;
    Value dict = object_getattr_opt(args[0], NAME("__dict__"));
    if (!dict && thread_self->exception) return 0;
    if (!dict) dict = NONE;
    Value code = get_typecode(args[0]), type = VALUE(type_of(args[0]));
    if (!code) return 0;
    if (protocol < 3) {
        Value list = list_of(a), inner = list ? tuple_pack(2, code, list) : 0;
        return inner ? tuple_pack(3, type, inner, dict) : 0;
    }
    Value make = import_attr("array", "_array_reconstructor"), data = make ? bytes_new(a->items, (size_t)(a->size * a->kind->size)) : 0;
    Value inner = data ? tuple_pack(4, type, code, small_int(machine_format(a->kind)), data) : 0;
    return inner ? tuple_pack(3, make, inner, dict) : 0;
}

static Value decode_ints(Type *type, const Kind *kind, int format, const uint8_t *data, int64_t size)
{
    int group = format < FORMAT_U16 ? 0 : (format - FORMAT_U16) / 4 + 1;
    int each = 1 << group;
    bool is_signed = format < FORMAT_U16 ? format == FORMAT_S8 : ((format - FORMAT_U16) / 2) & 1, big = format >= FORMAT_U16 && format & 1;
    /* A kind of that very size and sign is better than one that merely bears the same letter on this machine. */
    for (const Kind *k = kinds; k->code; k++) {
        if (k->is_int && k->size == each && k->is_signed == is_signed && (kind->size != each || kind->is_signed != is_signed)) {
            kind = k;
            break;
        }
    }
    ArrayObj *a = array_new(type, kind, 0);
    for (int64_t i = 0; a && i < size / each; i++) {
        Value v = int_from_bytes(data + i * each, (size_t)each, !big, is_signed);
        if (!v || !append(a, v)) return 0;
    }
    return VALUE(a);
}

static Value decode_floats(Type *type, const Kind *kind, int format, const uint8_t *data, int64_t size)
{
    int each = format >= FORMAT_DOUBLE ? 8 : 4;
    bool swap = (format & 1) != (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__);
    ArrayObj *a = array_new(type, kind, 0);
    for (int64_t i = 0; a && i < size / each; i++) {
        double d;
        if (each == 8) {
            uint64_t bits;
            memcpy(&bits, data + i * 8, 8);
            if (swap) bits = bswap_64(bits);
            memcpy(&d, &bits, 8);
        } else {
            uint32_t bits;
            float f;
            memcpy(&bits, data + i * 4, 4);
            if (swap) bits = bswap_32(bits);
            memcpy(&f, &bits, 4);
            d = f;
        }
        Value v = float_new(d);
        if (!v || !append(a, v)) return 0;
    }
    return VALUE(a);
}

static NATIVE(array_reconstructor)
{
    Type *type = (Type *)args[0];
    int format;
    if (!is_type(args[0])) return raise_type("first argument must be a type object, not %.200T", args[0]);
    if (!is_str(args[1]) || str_length(args[1]) != 1) return raise_bad_argument("_array_reconstructor", "argument 2", "a unicode character", args[1]);
    if (!number_as_int(args[2], &format)) return 0;
    if (!type_is_subtype(type, &array_type)) return raise_type("%.200N is not a subtype of %.200N", type, &array_type);
    const Kind *kind = kind_of(str_char(args[1], 0));
    if (!kind) return raise_value("second argument must be a valid type code");
    if (format < 0 || format >= FORMAT_END) return raise_value("third argument must be a valid machine format code.");
    if (!is_bytes(args[3])) return raise_type("fourth argument should be bytes, not %.200T", args[3]);
    Value data = args[3];
    int64_t size = bytes_size(data);
    static const int sizes[] = {1, 1, 2, 2, 2, 2, 4, 4, 4, 4, 8, 8, 8, 8, 4, 4, 8, 8, 2, 2, 4, 4};
    if (format == machine_format(kind)) {
        ArrayObj *a = array_new(type, kind, 0);
        return a && add_bytes(a, bytes_data(data), size) ? VALUE(a) : 0;
    }
    if (format < FORMAT_UTF16 && size % sizes[format]) return raise_value("bytes length not a multiple of item size");
    if (format < FORMAT_FLOAT) return decode_ints(type, kind, format, bytes_data(data), size);
    if (format < FORMAT_UTF16) return decode_floats(type, kind, format, bytes_data(data), size);
    static const char *const codecs[] = {"utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"};
    Value text = str_decode((const char *)bytes_data(data), (size_t)size, codecs[format - FORMAT_UTF16], "strict");
    ArrayObj *a = text ? array_new(type, kind, 0) : 0;
    if (!a) return 0;
    return (kind->code == 'u' ? add_text(a, text) : add_iterable(a, text)) ? VALUE(a) : 0;
}

/* --- the module */

static const NativeDef array_methods[] = {
    {"append", "(self, v, /)", array_append, "Append new value v to the end of the array."},
    {"buffer_info", "(self, /)", array_buffer_info, "Return a tuple (address, length) giving the current memory address and the length in items."},
    {"byteswap", "(self, /)", array_byteswap, "Byteswap all items of the array."},
    {"__copy__", "(self, /)", array_copy, "Return a copy of the array."},
    {"count", "(self, v, /)", array_count, "Return number of occurrences of v in the array."},
    {"__deepcopy__", "(self, unused, /)", array_copy, "Return a copy of the array."},
    {"extend", "(self, bb, /)", array_extend, "Append items to the end of the array."},
    {"fromfile", "(self, f, n, /)", array_fromfile, "Read n objects from the file object f and append them to the end of the array."},
    {"fromlist", "(self, list, /)", array_fromlist, "Append items to array from list."},
    {"frombytes", "(self, buffer, /)", array_frombytes, "Appends items from the string, interpreting it as an array of machine values."},
    {"fromunicode", "(self, ustr, /)", array_fromunicode, "Extends this array with data from the unicode string ustr."},
    {"index", "(self, v, start=0, stop=9223372036854775807, /)", array_index, "Return index of first occurrence of v in the array.", NATIVE_VECTOR | NATIVE_NO_KEYWORDS},
    {"insert", "(self, i, v, /)", array_insert, "Insert a new item v into the array before position i."},
    {"pop", "(self, i=-1, /)", array_pop, "Return the i-th element and delete it from the array."},
    {"__reduce_ex__", "(self, value, /)", array_reduce_ex, "Return state information for pickling."},
    {"remove", "(self, v, /)", array_remove, "Remove the first occurrence of v in the array."},
    {"reverse", "(self, /)", array_reverse, "Reverse the order of the items in the array."},
    {"tofile", "(self, f, /)", array_tofile, "Write all items (as machine values) to the file object f."},
    {"tolist", "(self, /)", array_tolist, "Convert array to an ordinary list with the same items."},
    {"tobytes", "(self, /)", array_tobytes, "Convert the array to an array of machine values and return the bytes representation."},
    {"tounicode", "(self, /)", array_tounicode, "Convert the array to a unicode string."},
    {"__sizeof__", "(self, /)", array_sizeof, "Size of the array in memory, in bytes."},
    {0},
};
static const GetSetDef array_getset[] = {
    {"typecode", get_typecode, 0, "the typecode character used to create the array"}, {"itemsize", get_itemsize, 0, "the size, in bytes, of one array item"}, {0}};

static Type array_type = {
    TYPE_INIT("array.array", ArrayObj),
    .flags = TYPE_OWN_MODULE_NAME | TYPE_BASE | TYPE_SEQUENCE | TYPE_WEAKREF_OK,
    .doc = "array(typecode [, initializer]) -> array\n\nReturn a new array whose items are restricted by typecode, and\ninitialized from the optional initializer value.",
    .trace = array_trace,
    .new = array_make,
    .repr = array_repr,
    .compare = array_compare,
    .iter = array_iter,
    .length = array_length,
    .getitem = array_getitem,
    .setitem = array_setitem,
    .contains = array_contains,
    .concat = array_concat,
    .repeat = array_repeat,
    .inplace_concat = array_inplace_concat,
    .inplace_repeat = array_inplace_repeat,
    .get_buffer = array_get_buffer,
    .release_buffer = array_release_buffer,
    .methods = array_methods,
    .getset = array_getset,
};

static const NativeDef array_functions[] = {{"_array_reconstructor", "(arraytype, typecode, mformat_code, items, /)", array_reconstructor, "Internal. Used for pickling support."},
                                            {0}};

static bool array_init(Value module)
{
    Value sequence = import_attr("collections.abc", "MutableSequence");
    return type_ready(&array_iterator_type) && module_add_type(module, &array_type) && module_add(module, "ArrayType", VALUE(&array_type)) &&
           module_add_str(module, "typecodes", "bBuhHiIlLqQfd") && sequence && call_method_1(sequence, NAME("register"), VALUE(&array_type));
}

const ModuleDef module_array = {"array", "Arrays of basic values: characters, integers, floating point numbers.", array_functions, array_init};
