/* slice.c: slice objects, and how their indices are brought into a sequence's range. */
#include "object/container.h"
#include "object/number.h"
#include "object/range.h"
#include "object/str.h"

static void slice_trace(Obj *object)
{
    SliceObj *s = (SliceObj *)object;
    gc_visit(s->start);
    gc_visit(s->stop);
    gc_visit(s->step);
}

Value slice_new(Value start, Value stop, Value step)
{
    SliceObj *s = gc_alloc(SliceObj, &slice_type);
    if (!s) return 0;
    s->start = start ? start : NONE;
    s->stop = stop ? stop : NONE;
    s->step = step ? step : NONE;
    return VALUE(s);
}

static bool bad_index(void) { return raise_type("slice indices must be integers or None or have an __index__ method"); }

/* One index, clipped to the machine's range. */
static bool clipped(Value v, int64_t otherwise, int64_t *out)
{
    if (v == NONE) *out = otherwise;
    else if (is_small_int(v)) *out = small_int_value(v);
    else if (type_of(v)->index) return number_as_size(v, out);
    else return bad_index();
    return true;
}

bool slice_unpack(Value slice, int64_t *start, int64_t *stop, int64_t *step)
{
    SliceObj *s = (SliceObj *)slice;
    if (!clipped(s->step, 1, step)) return false;
    if (*step == 0) return raise_value("slice step cannot be zero");
    if (*step < -INT64_MAX) *step = -INT64_MAX;   /* so that it can be negated */
    return clipped(s->start, *step < 0 ? INT64_MAX : 0, start) && clipped(s->stop, *step < 0 ? INT64_MIN : INT64_MAX, stop);
}

int64_t slice_adjust(int64_t length, int64_t *start, int64_t *stop, int64_t step)
{
    bool back = step < 0;
    int64_t *ends[] = {start, stop};
    for (int i = 0; i < 2; i++) {
        int64_t *at = ends[i];
        if (*at < 0) {
            *at += length;
            if (*at < 0) *at = back ? -1 : 0;
        } else if (*at >= length) *at = back ? length - 1 : length;
    }
    /* The usual steps need no division, which is most of the work otherwise. */
    if (step == 1) return *start < *stop ? *stop - *start : 0;
    if (step == -1) return *stop < *start ? *start - *stop : 0;
    if (back) return *stop < *start ? (*start - *stop - 1) / -step + 1 : 0;
    return *start < *stop ? (*stop - *start - 1) / step + 1 : 0;
}

int64_t slice_indices(Value slice, const int64_t *length, int64_t *start, int64_t *stop, int64_t *step)
{
    return slice_unpack(slice, start, stop, step) ? slice_adjust(*length, start, stop, *step) : -1;
}

/* An index as an int of any size; 0 with TypeError. */
static Value whole_index(Value v)
{
    if (is_int(v)) return int_exact(v);
    if (!type_of(v)->index) return bad_index() ? v : 0;
    return number_index(v);
}

/* start or stop: negative ones count from the end; then clipped to [lower, upper]. */
static Value place(Value v, Value length, Value lower, Value upper, Value otherwise)
{
    if (v == NONE) return otherwise;
    v = whole_index(v);
    if (!v) return 0;
    if (int_sign(v) < 0) {
        v = int_add(v, length);
        return !v || int_compare(v, lower) >= 0 ? v : lower;
    }
    return int_compare(v, upper) > 0 ? upper : v;
}

bool slice_indices_big(Value slice, Value length, Value *start, Value *stop, Value *step)
{
    SliceObj *s = (SliceObj *)slice;
    *step = s->step == NONE ? small_int(1) : whole_index(s->step);
    if (!*step) return false;
    int direction = int_sign(*step);
    if (direction == 0) return raise_value("slice step cannot be zero");
    Value lower = small_int(direction < 0 ? -1 : 0), upper = direction < 0 ? int_sub(length, small_int(1)) : length;
    if (!upper) return false;
    *start = place(s->start, length, lower, upper, direction < 0 ? upper : lower);
    *stop = *start ? place(s->stop, length, lower, upper, direction < 0 ? lower : upper) : 0;
    return *stop != 0;
}

static Value slice_make(Type *type, Value *args, size_t nargs, Value kwnames)
{
    if (kwnames && tuple_size(kwnames)) return raise_type("slice() takes no keyword arguments");
    if (nargs < 1) return raise_type("slice expected at least 1 argument, got 0");
    if (nargs > 3) return raise_type("slice expected at most 3 arguments, got %zu", nargs);
    return nargs == 1 ? slice_new(0, args[0], 0) : slice_new(args[0], args[1], nargs > 2 ? args[2] : 0);
}

static Value slice_repr(Value v)
{
    SliceObj *s = (SliceObj *)v;
    return str_format_c("slice(%R, %R, %R)", s->start, s->stop, s->step);
}

static Value as_tuple(Value v)
{
    SliceObj *s = (SliceObj *)v;
    return tuple_pack(3, s->start, s->stop, s->step);
}

static Value slice_compare(Value a, Value b, CompareOp op)
{
    if (type_of(b) != &slice_type) return NOT_IMPLEMENTED;
    if (a == b) return bool_value(op == CMP_EQ || op == CMP_LE || op == CMP_GE);
    Value x = as_tuple(a), y = x ? as_tuple(b) : 0;
    return y ? object_compare(x, y, op) : 0;
}

static NATIVE(slice_indices_method)
{
    Value length = number_index(args[1]), start, stop, step;
    if (!length) return 0;
    if (int_sign(length) < 0) return raise_value("length should not be negative");
    return slice_indices_big(args[0], length, &start, &stop, &step) ? tuple_pack(3, start, stop, step) : 0;
}

static NATIVE(slice_reduce)
{
    Value parts = as_tuple(args[0]);
    return parts ? tuple_pack(2, VALUE(&slice_type), parts) : 0;
}

static const NativeDef slice_methods[] = {
    {"indices", "(self, len, /)", slice_indices_method, "S.indices(len) -> (start, stop, stride)\n\nThe indices that S describes in a sequence of that length."},
    {"__reduce__", "(self, /)", slice_reduce, "Return state information for pickling."},
    {0},
};
static const MemberDef slice_members[] = {
    {"start", MEMBER_VALUE, offsetof(SliceObj, start), false},
    {"stop", MEMBER_VALUE, offsetof(SliceObj, stop), false},
    {"step", MEMBER_VALUE, offsetof(SliceObj, step), false},
    {0},
};

Type slice_type = {
    TYPE_INIT("slice", SliceObj), .doc = "slice(stop)\nslice(start, stop[, step])\n\nCreate a slice object.  This is used for extended slicing (e.g. a[0:10:2]).",
    .trace = slice_trace,         .new = slice_make,
    .repr = slice_repr,           .compare = slice_compare,
    .methods = slice_methods,     .members = slice_members,
};
