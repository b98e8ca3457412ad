/* range.c: range objects of ints of any size, and their two iterators: machine words for small ranges (the VM runs these inline), ints for others. */
#include "object/range.h"
#include "object/int_internal.h"
#include "object/str.h"

/* --- arithmetic of ranges */

static void range_trace(Obj *object)
{
    RangeObj *r = (RangeObj *)object;
    gc_visit(r->start);
    gc_visit(r->stop);
    gc_visit(r->step);
    gc_visit(r->length);
}

/* The same for machine words; step not 0. */
static uint64_t count_words(int64_t start, int64_t stop, int64_t step)
{
    uint64_t span = step > 0 ? (uint64_t)stop - (uint64_t)start : (uint64_t)start - (uint64_t)stop, size = step > 0 ? (uint64_t)step : -(uint64_t)step;
    if (step > 0 ? start >= stop : stop >= start) return 0;
    return size == 1 ? span : (span - 1) / size + 1;
}

/* Number of items from start to stop; 0 on error. */
static Value count_items(Value start, Value stop, Value step)
{
    if (start & stop & step & 1) return int_new_unsigned(count_words(small_int_value(start), small_int_value(stop), small_int_value(step)));
    Value low = start, high = stop;
    if (int_sign(step) < 0) {
        low = stop, high = start;
        step = int_sub(small_int(0), step);
        if (!step) return 0;
    }
    if (int_compare(low, high) >= 0) return small_int(0);
    Value span = int_sub(high, low);
    span = span ? int_sub(span, small_int(1)) : 0;
    span = span ? int_floordiv(span, step) : 0;
    return span ? int_add(span, small_int(1)) : 0;
}

Value range_new(Value start, Value stop, Value step)
{
    if (int_sign(step) == 0) return raise_value("range() arg 3 must not be zero");
    Value length = count_items(start, stop, step);
    RangeObj *r = length ? gc_alloc(RangeObj, &range_type) : 0;
    if (!r) return 0;
    r->start = start;
    r->stop = stop;
    r->step = step;
    r->length = length;
    return VALUE(r);
}

static Value range_make(Type *type, Value *args, size_t nargs, Value kwnames)
{
    if (kwnames && tuple_size(kwnames)) return raise_type("range() takes no keyword arguments");
    if (nargs == 1 && is_small_int(args[0])) return range_new(small_int(0), args[0], small_int(1));
    if (nargs < 1) return raise_type("range expected at least 1 argument, got 0");
    if (nargs > 3) return raise_type("range expected at most 3 arguments, got %zu", nargs);
    Value in[3] = {nargs > 1 ? args[0] : 0, args[nargs > 1], nargs > 2 ? args[2] : 0};
    Value start = in[0] ? number_index(in[0]) : small_int(0);
    Value stop = start ? number_index(in[1]) : 0;
    Value step = stop ? (in[2] ? number_index(in[2]) : small_int(1)) : 0;
    /* Bools and instances of subclasses become plain ints. */
    start = step ? int_exact(start) : 0;
    stop = start ? int_exact(stop) : 0;
    step = stop ? int_exact(step) : 0;
    return step ? range_new(start, stop, step) : 0;
}

/* start + i * step */
static Value item_at(RangeObj *r, Value i)
{
    Value offset = int_mul(i, r->step);
    return offset ? int_add(r->start, offset) : 0;
}

static Value sub_range(RangeObj *r, Value slice)
{
    Value start, stop, step;
    if (!slice_indices_big(slice, r->length, &start, &stop, &step)) return 0;
    Value new_step = int_mul(r->step, step), new_start = item_at(r, start), new_stop = new_start ? item_at(r, stop) : 0;
    return new_step && new_stop ? range_new(new_start, new_stop, new_step) : 0;
}

static Value range_getitem(Value self, Value key)
{
    RangeObj *r = (RangeObj *)self;
    if (type_of(key) == &slice_type) return sub_range(r, key);
    if (!is_int(key) && !type_of(key)->index) return raise_type("range indices must be integers or slices, not %.200T", key);
    Value i = number_index(key);
    if (!i) return 0;
    if (int_sign(i) < 0) {
        i = int_add(i, r->length);
        if (!i) return 0;
    }
    if (int_sign(i) < 0 || int_compare(i, r->length) >= 0) return raise_index("range object index out of range");
    return item_at(r, i);
}

static int64_t range_length(Value self)
{
    int64_t length;
    if (!int_as_int64_overflow(((RangeObj *)self)->length, &length)) return length;
    raise_overflow("Python int too large to convert to C ssize_t");
    return -1;
}

/* Position of int v in the range (*index), or -1: not there, -2: error. */
static int locate(RangeObj *r, Value v, Value *index)
{
    bool inside = int_sign(r->step) > 0 ? int_compare(r->start, v) <= 0 && int_compare(v, r->stop) < 0 : int_compare(v, r->start) <= 0 && int_compare(r->stop, v) < 0;
    if (!inside) return -1;
    Value distance = int_sub(v, r->start), rest = distance ? int_mod(distance, r->step) : 0;
    if (!rest) return -2;
    if (rest != small_int(0)) return -1;
    if (index) *index = int_floordiv(distance, r->step);
    return index && !*index ? -2 : 0;
}

#define is_exact_int(v) (is_small_int(v) || type_of(v) == &int_type || type_of(v) == &bool_type)

static int range_contains(Value self, Value item)
{
    if (is_exact_int(item)) {
        int found = locate((RangeObj *)self, item, 0);
        return found == -2 ? -1 : found == 0;
    }
    Value iterator = object_iter(self), each;
    if (!iterator) return -1;
    while ((each = iter_next(iterator))) {
        int equal = object_compare_bool(each, item, CMP_EQ);
        if (equal) return equal;
        if (!safe_point()) return -1;
    }
    return thread_self->exception ? -1 : 0;
}

static int range_truth(Value self) { return int_sign(((RangeObj *)self)->length) != 0; }

static Value range_repr(Value self)
{
    RangeObj *r = (RangeObj *)self;
    if (r->step == small_int(1)) return str_format_c("range(%R, %R)", r->start, r->stop);
    return str_format_c("range(%R, %R, %R)", r->start, r->stop, r->step);
}

static Value range_compare(Value a, Value b, CompareOp op)
{
    if (type_of(b) != &range_type || (op != CMP_EQ && op != CMP_NE)) return NOT_IMPLEMENTED;
    RangeObj *x = (RangeObj *)a, *y = (RangeObj *)b;
    bool equal = int_compare(x->length, y->length) == 0;
    if (equal && int_sign(x->length)) {
        equal = int_compare(x->start, y->start) == 0;
        if (equal && x->length != small_int(1)) equal = int_compare(x->step, y->step) == 0;
    }
    return bool_value(equal == (op == CMP_EQ));
}

static bool range_hash(Value self, int64_t *hash)
{
    RangeObj *r = (RangeObj *)self;
    bool empty = r->length == small_int(0), one = r->length == small_int(1);
    Value key = tuple_pack(3, r->length, empty ? NONE : r->start, empty || one ? NONE : r->step);
    return key && object_hash(key, hash);
}

/* --- iterators */

static Value small_iterator(int64_t start, int64_t step, int64_t count)
{
    RangeIter *it = gc_alloc(RangeIter, &range_iterator_type);
    if (!it) return 0;
    it->next = start;
    it->step = step;
    it->remaining = it->count = count;
    return VALUE(it);
}

typedef struct LongRangeIter {
    Obj head;
    Value next, step, remaining, count;
} LongRangeIter;

static Value make_iterator(Value start, Value step, Value count, Value last_limit)
{
    if (is_small_int(start) && is_small_int(step) && is_small_int(count) && is_small_int(last_limit)) {
        return small_iterator(small_int_value(start), small_int_value(step), small_int_value(count));
    }
    LongRangeIter *it = gc_alloc(LongRangeIter, &longrange_iterator_type);
    if (!it) return 0;
    it->next = start;
    it->step = step;
    it->remaining = it->count = count;
    return VALUE(it);
}

static Value range_iter(Value self)
{
    RangeObj *r = (RangeObj *)self;
    return make_iterator(r->start, r->step, r->length, r->stop);
}

static NATIVE(range_reversed)
{
    RangeObj *r = (RangeObj *)args[0];
    Value last_index = int_sub(r->length, small_int(1)), last = last_index ? item_at(r, last_index) : 0, step = int_sub(small_int(0), r->step);
    return last && step ? make_iterator(last, step, r->length, r->start) : 0;
}

static Value range_iterator_next(Value self)
{
    RangeIter *it = (RangeIter *)self;
    if (it->remaining <= 0) return 0;
    int64_t n = it->next;
    it->remaining--;
    it->next = n + it->step;
    return int_new(n);
}

/* (iter, (range,), index): the whole range again, from what an iterator knows at `index`. */
static Value reduced(Value next, Value step, Value count, Value index)
{
    Value gone = int_mul(index, step), start = gone ? int_sub(next, gone) : 0, span = start ? int_mul(step, count) : 0, stop = span ? int_add(start, span) : 0;
    Value range = stop ? range_new(start, stop, step) : 0, iter = range ? import_attr("builtins", "iter") : 0, inner = iter ? tuple_pack(1, range) : 0;
    return inner ? tuple_pack(3, iter, inner, index) : 0;
}

static NATIVE(range_iterator_length_hint) { return int_new(((RangeIter *)args[0])->remaining); }
static NATIVE(range_iterator_reduce)
{
    RangeIter *it = (RangeIter *)args[0];
    return reduced(int_new(it->next), int_new(it->step), int_new(it->count), int_new(it->count - it->remaining));
}

static NATIVE(range_iterator_setstate)
{
    RangeIter *it = (RangeIter *)args[0];
    int64_t index;
    if (!number_as_int64(args[1], &index)) return 0;
    if (index < 0) index = 0;
    if (index > it->count) index = it->count;
    it->next += (index - (it->count - it->remaining)) * it->step;
    it->remaining = it->count - index;
    return NONE;
}

static void longrange_trace(Obj *object)
{
    LongRangeIter *it = (LongRangeIter *)object;
    gc_visit(it->next);
    gc_visit(it->step);
    gc_visit(it->remaining);
    gc_visit(it->count);
}

static Value longrange_next(Value self)
{
    LongRangeIter *it = (LongRangeIter *)self;
    if (int_sign(it->remaining) <= 0) return 0;
    Value n = it->next, next = int_add(n, it->step), remaining = int_sub(it->remaining, small_int(1));
    if (!next || !remaining) return 0;
    it->next = next;
    it->remaining = remaining;
    gc_barrier(it);
    return n;
}

static NATIVE(longrange_length_hint) { return ((LongRangeIter *)args[0])->remaining; }
static NATIVE(longrange_reduce)
{
    LongRangeIter *it = (LongRangeIter *)args[0];
    Value index = int_sub(it->count, it->remaining);
    return index ? reduced(it->next, it->step, it->count, index) : 0;
}

static NATIVE(longrange_setstate)
{
    LongRangeIter *it = (LongRangeIter *)args[0];
    if (!object_compare(args[1], small_int(0), CMP_LT)) return 0;   /* CPython only compares */
    Value index = number_index(args[1]);
    if (!index) return 0;
    if (int_sign(index) < 0) index = small_int(0);
    if (int_compare(index, it->count) > 0) index = it->count;
    Value remaining = int_sub(it->count, index), ahead = remaining ? int_sub(it->remaining, remaining) : 0;
    Value skip = ahead ? int_mul(ahead, it->step) : 0, next = skip ? int_add(it->next, skip) : 0;
    if (!next) return 0;
    it->next = next;
    it->remaining = remaining;
    gc_barrier(it);
    return NONE;
}

static const NativeDef range_iterator_methods[] = {
    {"__length_hint__", "(self, /)", range_iterator_length_hint, "Private method returning an estimate of len(list(it))."},
    {"__reduce__", "(self, /)", range_iterator_reduce, "Return state information for pickling."},
    {"__setstate__", "(self, state, /)", range_iterator_setstate, "Set state information for unpickling."},
    {0},
};
static const NativeDef longrange_methods[] = {
    {"__length_hint__", "(self, /)", longrange_length_hint, "Private method returning an estimate of len(list(it))."},
    {"__reduce__", "(self, /)", longrange_reduce, "Return state information for pickling."},
    {"__setstate__", "(self, state, /)", longrange_setstate, "Set state information for unpickling."},
    {0},
};
Type range_iterator_type = {TYPE_INIT("range_iterator", RangeIter), .flags = TYPE_DISALLOW_NEW, .iter = iter_self, .next = range_iterator_next, .methods = range_iterator_methods};
Type longrange_iterator_type = {
    TYPE_INIT("longrange_iterator", LongRangeIter), .flags = TYPE_DISALLOW_NEW, .trace = longrange_trace, .iter = iter_self, .next = longrange_next, .methods = longrange_methods};

/* --- methods */

static NATIVE(range_reduce)
{
    RangeObj *r = (RangeObj *)args[0];
    Value parts = tuple_pack(3, r->start, r->stop, r->step);
    return parts ? tuple_pack(2, VALUE(&range_type), parts) : 0;
}

static NATIVE(range_index)
{
    Value self = args[0], item = args[1], index;
    if (is_exact_int(item)) {
        int found = locate((RangeObj *)self, item, &index);
        if (found == -2) return 0;
        return found == 0 ? index : raise_value("%R is not in range", item);
    }
    Value iterator = object_iter(self), each;
    if (!iterator) return 0;
    for (int64_t i = 0; (each = iter_next(iterator)); i++) {
        int equal = object_compare_bool(each, item, CMP_EQ);
        if (equal < 0 || !safe_point()) return 0;
        if (equal) return int_new(i);
    }
    return thread_self->exception ? 0 : raise_value("sequence.index(x): x not in sequence");
}

static NATIVE(range_count)
{
    Value self = args[0], item = args[1];
    if (is_exact_int(item)) {
        int found = locate((RangeObj *)self, item, 0);
        return found == -2 ? 0 : small_int(found == 0);
    }
    Value iterator = object_iter(self), each;
    int64_t count = 0;
    if (!iterator) return 0;
    while ((each = iter_next(iterator))) {
        int equal = object_compare_bool(each, item, CMP_EQ);
        if (equal < 0 || !safe_point()) return 0;
        count += equal;
    }
    return thread_self->exception ? 0 : int_new(count);
}

static const NativeDef range_methods[] = {
    {"__reversed__", "(self, /)", range_reversed, "Return a reverse iterator."},
    {"__reduce__", "(self, /)", range_reduce},
    {"count", "(self, value, /)", range_count, "rangeobject.count(value) -> integer -- return number of occurrences of value"},
    {"index", "(self, value, /)", range_index, "rangeobject.index(value) -> integer -- return index of value.\nRaise ValueError if the value is not present."},
    {0},
};
static const MemberDef range_members[] = {
    {"start", MEMBER_VALUE, offsetof(RangeObj, start), false},
    {"stop", MEMBER_VALUE, offsetof(RangeObj, stop), false},
    {"step", MEMBER_VALUE, offsetof(RangeObj, step), false},
    {0},
};

Type range_type = {
    TYPE_INIT("range", RangeObj),
    .flags = TYPE_SEQUENCE,
    .doc = "range(stop) -> range object\nrange(start, stop[, step]) -> range object\n\nThe ints from start (0) up to but not including stop, by step (1).",
    .trace = range_trace,
    .new = range_make,
    .repr = range_repr,
    .compare = range_compare,
    .hash = range_hash,
    .truth = range_truth,
    .length = range_length,
    .getitem = range_getitem,
    .contains = range_contains,
    .iter = range_iter,
    .methods = range_methods,
    .members = range_members,
};
