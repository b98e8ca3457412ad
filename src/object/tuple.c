/* tuple.c: the type tuple. */
#include "object/sequence.h"
#include "heap/alloc.h"
#include <stdarg.h>

/* There is one empty tuple. */
static alignas(16) TupleObj empty_tuple = {.head = {.type = &tuple_type, .gc = GC_STATIC}};
Value tuple_empty = VALUE(&empty_tuple);

static void tuple_trace(Obj *o) { gc_visit_values(((TupleObj *)o)->items, (size_t)((TupleObj *)o)->size); }

/* --- for C code */

Value tuple_new(int64_t size)
{
    if (size == 0) return tuple_empty;
    if (size > (INT64_MAX - 64) / 8) return raise_memory();
    size_t bytes = sizeof(TupleObj) + (size_t)size * sizeof(Value);
    TupleObj *tuple = bytes <= QUICK_LIMIT ? gc_new_quick(&tuple_type, bytes) : 0;
    if (!tuple) tuple = gc_new(&tuple_type, bytes);
    if (tuple) tuple->size = size;
    return VALUE(tuple);
}

Value tuple_from(const Value *items, int64_t size)
{
    Value tuple = tuple_new(size);
    if (tuple && size > 0) values_copy(tuple_items(tuple), items, (size_t)size);
    return tuple;
}

Value tuple_pair(Value first, Value second)
{
    enum { SIZE = sizeof(TupleObj) + 2 * sizeof(Value) };
    TupleObj *tuple = gc_new_quick(&tuple_type, SIZE);
    if (!tuple && !(tuple = gc_new(&tuple_type, SIZE))) return 0;
    tuple->size = 2;
    tuple->items[0] = first;
    tuple->items[1] = second;
    return VALUE(tuple);
}

Value tuple_pack(int64_t count, ...)
{
    Value tuple = tuple_new(count);
    if (!tuple) return 0;
    va_list args;
    va_start(args, count);
    bool complete = true;
    for (int64_t i = 0; i < count; i++)
        if (!(tuple_items(tuple)[i] = va_arg(args, Value))) complete = false;
    va_end(args);
    return complete || !thread_self->exception ? tuple : 0;
}

Value tuple_slice(Value tuple, int64_t start, int64_t end)
{
    if (start < 0) start = 0;
    if (end > tuple_size(tuple)) end = tuple_size(tuple);
    if (end < start) end = start;
    if (start == 0 && end == tuple_size(tuple) && type_of(tuple) == &tuple_type) return tuple;
    return tuple_from(tuple_items(tuple) + start, end - start);
}

/* --- slots */

static Value tuple_make(Type *type, Value *args, size_t nargs, Value kwnames)
{
    if ((type == &tuple_type || type->init == object_type.init || !type->init) && !check_positional("tuple", 0, kwnames, 0, 0)) return 0;
    if (!check_positional("tuple", nargs, 0, 0, 1)) return 0;
    Value items = nargs ? object_to_tuple(args[0]) : tuple_empty;
    if (!items || type == &tuple_type) return items;
    Value tuple = type_alloc(type, tuple_size(items));
    if (!tuple) return 0;
    ((TupleObj *)tuple)->size = tuple_size(items);
    memcpy(tuple_items(tuple), tuple_items(items), (size_t)tuple_size(items) * sizeof(Value));
    gc_barrier((Obj *)tuple);
    return tuple;
}

static Value tuple_repr(Value self)
{
    if (tuple_size(self) == 0) return str_from_cstring("()");
    return sequence_repr(self, "(", tuple_size(self) == 1 ? ",)" : ")", "(...)");
}

/* The xxHash mix over the hashes of the items, as CPython has it, so that the values agree. */
static bool tuple_hash(Value self, int64_t *hash)
{
    const uint64_t prime1 = 11400714785074694791u, prime2 = 14029467366897019727u, prime5 = 2870177450012600261u;
    uint64_t mix = prime5;
    int64_t size = tuple_size(self);
    if (c_stack_low()) return raise_recursion(" while hashing an object");
    for (int64_t i = 0; i < size; i++) {
        int64_t lane;
        if (!value_hash(tuple_get(self, i), &lane)) return false;
        mix += (uint64_t)lane * prime2;
        mix = mix << 31 | mix >> 33;
        mix *= prime1;
    }
    mix += (uint64_t)size ^ (prime5 ^ 3527539u);
    *hash = mix == UINT64_MAX ? 1546275796 : (int64_t)mix;
    return true;
}

static Value tuple_compare(Value a, Value b, CompareOp op) { return is_tuple(a) && is_tuple(b) ? sequence_compare(a, b, op) : NOT_IMPLEMENTED; }

static int64_t tuple_length(Value self) { return tuple_size(self); }

static Value tuple_item(Value self, int64_t i)
{
    if ((uint64_t)i >= (uint64_t)tuple_size(self)) return raise_index("tuple index out of range");
    return tuple_get(self, i);
}

static Value tuple_subscript(Value self, Value key)
{
    int64_t size = tuple_size(self), start, stop, step;
    if (is_pointer(key) && as_obj(key)->type == &slice_type && quick_slice(key, size, &start, &stop)) return tuple_slice(self, start, stop);
    if (is_index(key)) return sequence_index(key, &size, &start) ? tuple_item(self, start) : 0;
    if (type_of(key) != &slice_type) return raise_type("tuple indices must be integers or slices, not %.200s", type_of(key)->name);
    int64_t count = slice_indices(key, &size, &start, &stop, &step);
    if (count < 0) return 0;
    if (step == 1) return tuple_slice(self, start, start + count);
    Value result = tuple_new(count);
    if (result)
        for (int64_t i = 0, from = start; i < count; i++, from += step) tuple_items(result)[i] = tuple_get(self, from);
    return result;
}

static int tuple_contains(Value self, Value item)
{
    for (int64_t i = 0; i < tuple_size(self); i++) {
        int same = quick_equal(tuple_get(self, i), item);
        if (same) return same;
    }
    return 0;
}

static Value tuple_concat(Value a, Value b)
{
    if (tuple_size(a) == 0 && type_of(b) == &tuple_type) return b;
    if (!is_tuple(b)) return raise_type("can only concatenate tuple (not \"%.200s\") to tuple", type_of(b)->name);
    if (tuple_size(b) == 0 && type_of(a) == &tuple_type) return a;
    Value result = tuple_new(tuple_size(a) + tuple_size(b));
    if (!result || result == tuple_empty) return result;
    memcpy(tuple_items(result), tuple_items(a), (size_t)tuple_size(a) * sizeof(Value));
    memcpy(tuple_items(result) + tuple_size(a), tuple_items(b), (size_t)tuple_size(b) * sizeof(Value));
    return result;
}

static Value tuple_repeat(Value self, int64_t times)
{
    int64_t size = tuple_size(self), total;
    if ((size == 0 || times == 1) && type_of(self) == &tuple_type) return self;
    if (times <= 0 || size == 0) return tuple_empty;
    if (__builtin_mul_overflow(size, times, &total)) return raise_memory();
    Value result = tuple_new(total);
    if (result)
        for (int64_t i = 0; i < times; i++) memcpy(tuple_items(result) + i * size, tuple_items(self), (size_t)size * sizeof(Value));
    return result;
}

/* --- methods */

static NATIVE(tuple_index_method)
{
    int64_t size = tuple_size(args[0]), start, stop;
    if (!sequence_bound(args[2], size, &start) || !sequence_bound(args[3], size, &stop)) return 0;
    for (int64_t i = start; i < stop && i < size; i++) {
        int same = quick_equal(tuple_get(args[0], i), args[1]);
        if (same) return same < 0 ? 0 : int_new(i);
    }
    return raise_value("tuple.index(x): x not in tuple");
}

static NATIVE(tuple_count_method)
{
    int64_t count = 0;
    for (int64_t i = 0; i < tuple_size(args[0]); i++) {
        int same = quick_equal(tuple_get(args[0], i), args[1]);
        if (same < 0) return 0;
        count += same;
    }
    return int_new(count);
}

static NATIVE(tuple_getnewargs)
{
    Value copy = tuple_from(tuple_items(args[0]), tuple_size(args[0]));
    return copy ? tuple_pack(1, copy) : 0;
}

static const NativeDef tuple_methods[] = {
    {"__getnewargs__", "(self, /)", tuple_getnewargs, 0, 0},
    {"index", "(self, value, start=0, stop=9223372036854775807, /)", tuple_index_method, "Return first index of value.\n\nRaises ValueError if the value is not present.", 0},
    {"count", "(self, value, /)", tuple_count_method, "Return number of occurrences of value.", 0},
    CLASS_GETITEM,
    {0},
};

/* --- iterator */

static void tuple_iter_trace(Obj *o) { gc_visit(((TupleIter *)o)->tuple); }

static Value tuple_iter(Value self)
{
    TupleIter *it = gc_alloc(TupleIter, &tuple_iterator_type);
    if (it) it->tuple = self;
    return VALUE(it);
}

static Value tuple_iter_next(Value self)
{
    TupleIter *it = (TupleIter *)self;
    if (!it->tuple) return 0;
    if (it->index < tuple_size(it->tuple)) return tuple_get(it->tuple, it->index++);
    it->tuple = 0;
    return 0;
}

static NATIVE(tuple_iter_length_hint)
{
    TupleIter *it = (TupleIter *)args[0];
    return int_new(it->tuple ? tuple_size(it->tuple) - it->index : 0);
}

static NATIVE(tuple_iter_reduce)
{
    TupleIter *it = (TupleIter *)args[0];
    return it->tuple ? reduce_iterator("iter", it->tuple, int_new(it->index)) : reduce_iterator("iter", tuple_empty, 0);
}

static NATIVE(tuple_iter_setstate)
{
    TupleIter *it = (TupleIter *)args[0];
    int64_t index;
    if (!int_as_count(args[1], &index)) return 0;
    if (it->tuple) it->index = index < 0 ? 0 : index > tuple_size(it->tuple) ? tuple_size(it->tuple) : index;
    return NONE;
}

static const NativeDef tuple_iter_methods[] = {
    {"__length_hint__", "(self, /)", tuple_iter_length_hint, "Private method returning an estimate of len(list(it)).", 0},
    {"__reduce__", "(self, /)", tuple_iter_reduce, "Return state information for pickling.", 0},
    {"__setstate__", "(self, object, /)", tuple_iter_setstate, "Set state information for unpickling.", 0},
    {0},
};

Type tuple_iterator_type = {
    TYPE_INIT("tuple_iterator", TupleIter), .flags = TYPE_DISALLOW_NEW, .trace = tuple_iter_trace, .iter = iter_self, .next = tuple_iter_next, .methods = tuple_iter_methods,
};

Type tuple_type = {
    TYPE_INIT("tuple", TupleObj),
    .item_size = sizeof(Value),
    .flags = TYPE_BASE | TYPE_TUPLE | TYPE_SEQUENCE | TYPE_MATCH_SELF,
    .doc = "Built-in immutable sequence.\n\nIf no argument is given, the constructor returns an empty tuple.\n"
           "If iterable is specified the tuple is initialized from iterable's items.\n\nIf the argument is a tuple, the return value is the same object.",
    .trace = tuple_trace,
    .new = tuple_make,
    .repr = tuple_repr,
    .hash = tuple_hash,
    .compare = tuple_compare,
    .iter = tuple_iter,
    .length = tuple_length,
    .getitem = tuple_subscript,
    .seq_item = tuple_item,
    .contains = tuple_contains,
    .concat = tuple_concat,
    .repeat = tuple_repeat,
    .methods = tuple_methods,
};
