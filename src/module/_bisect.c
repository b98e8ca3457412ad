/* _bisect.c: searching sorted sequences by halving. */
#include "module/module.h"

static Value item_at(Value sequence, int64_t i)
{
    if (type_of(sequence) == &list_type && i < list_size(sequence)) return list_get(sequence, i);
    return object_getitem(sequence, int_new(i));
}

/* a < b as truth; -1 with exception */
static int less_than(Value a, Value b)
{
    if (is_small_int(a) && is_small_int(b)) return (int64_t)a < (int64_t)b;
    Value result = object_compare(a, b, CMP_LT);
    return result ? object_truth(result) : -1;
}

/* args: a, x, lo, hi, key. The index to insert x at, or -1. */
static int64_t bisect(Value *args, Value x, bool right)
{
    Value key = args[4] == NONE ? 0 : args[4];
    int64_t low, high = -1;
    if (!number_as_count(args[2], &low) || (args[3] != NONE && !number_as_count(args[3], &high))) return -1;
    if (low < 0) return raise_value("lo must be non-negative"), -1;
    if (high == -1 && (high = object_length(args[0])) < 0) return -1;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        Value item = item_at(args[0], middle);
        if (item && key) item = call_1(key, item);
        int less = !item ? -1 : right ? less_than(x, item) : less_than(item, x);
        if (less < 0) return -1;
        if (less == right) high = middle;
        else low = middle + 1;
    }
    return low;
}

static Value bisect_index(Value *args, bool right)
{
    int64_t index = bisect(args, args[1], right);
    return index < 0 ? 0 : int_new(index);
}

static Value insort(Value *args, bool right)
{
    Value x = args[4] == NONE ? args[1] : call_1(args[4], args[1]);
    int64_t index = x ? bisect(args, x, right) : -1;
    if (index < 0) return 0;
    if (type_of(args[0]) == &list_type) return list_insert(args[0], index, args[1]) ? NONE : 0;
    return call_method_2(args[0], NAME("insert"), int_new(index), args[1]) ? NONE : 0;
}

static NATIVE(bisect_right) { return bisect_index(args, true); }
static NATIVE(bisect_left) { return bisect_index(args, false); }
static NATIVE(insort_right) { return insort(args, true); }
static NATIVE(insort_left) { return insort(args, false); }

#define SIGNATURE "(a, x, lo=0, hi=None, *, key=None)"
static const NativeDef bisect_functions[] = {
    {"bisect_right", SIGNATURE, bisect_right,
     "Return the index where to insert item x in list a, assuming a is sorted.\n\nThe return value i is such that all e in a[:i] have e <= x, and all e in\na[i:] have e > x.", 0},
    {"insort_right", SIGNATURE, insort_right,
     "Insert item x in list a, and keep it sorted assuming a is sorted.\n\nIf x is already in a, insert it to the right of the rightmost x.", 0},
    {"bisect_left", SIGNATURE, bisect_left,
     "Return the index where to insert item x in list a, assuming a is sorted.\n\nThe return value i is such that all e in a[:i] have e < x, and all e in\na[i:] have e >= x.", 0},
    {"insort_left", SIGNATURE, insort_left, "Insert item x in list a, and keep it sorted assuming a is sorted.\n\nIf x is already in a, insert it to the left of the leftmost x.",
     0},
    {0},
};

const ModuleDef module__bisect = {"_bisect", "Bisection algorithms.", bisect_functions, 0};
