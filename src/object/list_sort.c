/* list_sort.c: list.sort and sorted(): keys, the choice of a comparison, and the instances of the merge sort of list_merge.h.
 *
 * The list is empty while it is sorted, so that what a key function or a comparison does to it cannot harm; the items are with a list of their own meanwhile, for the
 * collector. Homogenous ints, floats and strs, by far the commonest, are compared without calling anything.
 */
#include "object/list.h"

enum { GALLOP = 7 };

typedef struct Keyed {
    Value key, value;
} Keyed;
typedef struct MergeState {
    int (*less)(Value a, Value b);
    void *scratch;
} MergeState;

/* Between 16 and 32, such that n is a power of two of them or a little less. */
static int64_t least_run(int64_t n)
{
    int64_t rest = 0;
    for (; n >= 32; n >>= 1) rest |= n & 1;
    return n + rest;
}

/* The depth of the boundary between two neighbouring runs in the ideal merge tree over n elements: the first binary digit in which their middles, as fractions of n, differ. */
static int run_power(int64_t start, int64_t length, int64_t next_length, int64_t n)
{
    int64_t left = 2 * start + length, right = left + length + next_length;
    for (int power = 1;; power++) {
        if (left >= n) left -= n, right -= n;
        else if (right >= n) return power;
        left *= 2, right *= 2;
    }
}

/* --- comparisons */

static int less_any(Value a, Value b)
{
    if (is_small_int(a) && is_small_int(b)) return (int64_t)a < (int64_t)b;
    Value result = NOT_IMPLEMENTED;
    if (is_pointer(a) && is_pointer(b)) {   /* two of one built-in type: nothing else can have a say */
        Type *type = as_obj(a)->type;
        if (type == as_obj(b)->type && type->compare && !(type->flags & TYPE_HEAP)) result = type->compare(a, b, CMP_LT);
    }
    if (result == NOT_IMPLEMENTED) result = object_compare(a, b, CMP_LT);
    return !result ? -1 : result == TRUE ? 1 : result == FALSE ? 0 : object_truth(result);
}

static int less_str(Value a, Value b) { return str_compare(a, b) < 0; }

static int less_latin(Value a, Value b)
{
    int64_t na = str_length(a), nb = str_length(b);
    int order = memcmp(str_data(a), str_data(b), (size_t)(na < nb ? na : nb));
    return order ? order < 0 : na < nb;
}

static int less_tuple(Value a, Value b)
{
    int64_t size = tuple_size(a) < tuple_size(b) ? tuple_size(a) : tuple_size(b);
    for (int64_t i = 0; i < size; i++) {
        Value left = tuple_get(a, i), right = tuple_get(b, i);
        if (left == right) continue;
        if (is_small_int(left) && is_small_int(right)) return (int64_t)left < (int64_t)right;
        if (is_exact_str(left) && is_exact_str(right)) {
            int order = str_compare(left, right);
            if (order) return order < 0;
            continue;
        }
        int same = object_compare_bool(left, right, CMP_EQ);
        if (same < 0) return -1;
        if (!same) return less_any(left, right);
    }
    return tuple_size(a) < tuple_size(b);
}

#define MERGE(name) int_##name
#define ELEM Value
#define LESS(s, a, b) ((int64_t)*(a) < (int64_t)*(b))
#include "object/list_merge.h"

#define MERGE(name) float_##name
#define ELEM Value
#define LESS(s, a, b) (small_float_value(*(a)) < small_float_value(*(b)))
#include "object/list_merge.h"

#define MERGE(name) any_##name
#define ELEM Value
#define LESS(s, a, b) ((s)->less(*(a), *(b)))
#include "object/list_merge.h"

#define MERGE(name) keyed_int_##name
#define ELEM Keyed
#define LESS(s, a, b) ((int64_t)(a)->key < (int64_t)(b)->key)
#include "object/list_merge.h"

#define MERGE(name) keyed_float_##name
#define ELEM Keyed
#define LESS(s, a, b) (small_float_value((a)->key) < small_float_value((b)->key))
#include "object/list_merge.h"

#define MERGE(name) keyed_##name
#define ELEM Keyed
#define LESS(s, a, b) ((s)->less((a)->key, (b)->key))
#include "object/list_merge.h"

/* Strs by their first seven bytes, kept as an immediate int in place of a key; only those that agree in them are looked at. */
#define MERGE(name) prefixed_##name
#define ELEM Keyed
#define LESS(s, a, b) ((a)->key != (b)->key ? (int64_t)(a)->key < (int64_t)(b)->key : less_latin((a)->value, (b)->value))
#include "object/list_merge.h"

static Value prefix_of(Value v)
{
    uint64_t prefix = 0;
    int64_t length = str_length(v);
    memcpy(&prefix, str_data(v), (size_t)(length < 7 ? length : 7));
    return small_int((int64_t)(__builtin_bswap64(prefix) >> 8));
}

/* --- choosing */

typedef enum Kind { KIND_INT, KIND_FLOAT, KIND_LATIN, KIND_STR, KIND_TUPLE, KIND_ANY } Kind;

static Kind kind_of(Value v)
{
    if (is_small_int(v)) return KIND_INT;
    if (is_small_float(v)) return KIND_FLOAT;
    Type *type = type_of(v);
    if (type == &str_type) return str_kind(v) == 1 ? KIND_LATIN : KIND_STR;
    return type == &tuple_type ? KIND_TUPLE : KIND_ANY;
}

/* The kind of all keys; they lie `stride` words apart. */
static Kind common_kind(const Value *keys, int64_t n, int stride)
{
    Kind kind = kind_of(keys[0]);
    for (int64_t i = 1; i < n && kind != KIND_ANY; i++) {
        Kind next = kind_of(keys[i * stride]);
        if (next == kind) continue;
        bool strs = (kind == KIND_LATIN || kind == KIND_STR) && (next == KIND_LATIN || next == KIND_STR);
        kind = strs ? KIND_STR : KIND_ANY;
    }
    return kind;
}

static int (*const less_functions[])(Value, Value) = {
    [KIND_INT] = less_any, [KIND_FLOAT] = less_any, [KIND_LATIN] = less_latin, [KIND_STR] = less_str, [KIND_TUPLE] = less_tuple, [KIND_ANY] = less_any};

static bool sort_strs(Value *items, int64_t n)
{
    Value pairs = list_new(2 * n), scratch = pairs ? list_new((n / 2 + 1) * 2) : 0;
    if (!scratch) return false;
    Keyed *keyed = (Keyed *)list_items(pairs);
    for (int64_t i = 0; i < n; i++) keyed[i] = (Keyed){prefix_of(items[i]), items[i]};
    gc_barrier((Obj *)pairs);
    MergeState state = {0, list_items(scratch)};
    prefixed_sort(&state, keyed, n);
    for (int64_t i = 0; i < n; i++) items[i] = keyed[i].value;
    KEEP_ALIVE(pairs);
    KEEP_ALIVE(scratch);
    return true;
}

/* --- immediate ints by their digits */

enum { RADIX_LEAST = 256, DIGIT_BITS = 8, DIGITS = 1 << DIGIT_BITS };

/* In which bits the keys differ, when sorting by digits is worth it: the keys are many, in no order that merging would make use of, and not of more digits than half as many
 * as a merge sort has levels. 0: it is not. */
static uint64_t radix_bits(const Value *keys, int64_t n, int stride)
{
    if (n < RADIX_LEAST) return 0;
    uint64_t differing = 0;
    int64_t descents = 0;
    for (int64_t i = stride; i < n * stride; i += stride) {
        differing |= keys[i] ^ keys[0];
        descents += (int64_t)keys[i] < (int64_t)keys[i - stride];
    }
    if (!differing || descents < n / 8 || descents > n - n / 8) return 0;
    int bits = 64 - __builtin_clzll(differing) - __builtin_ctzll(differing), levels = 64 - __builtin_clzll((uint64_t)n);
    return (bits + DIGIT_BITS - 1) / DIGIT_BITS <= levels / 2 ? differing : 0;
}

/* Digit by digit, the least significant first; each pass is stable. The scratch array has room for all. */
static void radix_sort(Value *items, Value *scratch, int64_t n, int stride, uint64_t differing)
{
    const uint64_t sign = 1ull << 63;
    int top = 64 - __builtin_clzll(differing);
    Value *from = items, *to = scratch;
    for (int shift = __builtin_ctzll(differing); shift < top; shift += DIGIT_BITS) {
        int64_t places[DIGITS] = {0}, place = 0;
        for (int64_t i = 0; i < n; i++) places[(from[i * stride] ^ sign) >> shift & (DIGITS - 1)]++;
        for (int digit = 0; digit < DIGITS; digit++) {
            int64_t count = places[digit];
            places[digit] = place;
            place += count;
        }
        for (int64_t i = 0; i < n; i++) {
            const Value *item = from + i * stride;
            Value *there = to + places[(*item ^ sign) >> shift & (DIGITS - 1)]++ * stride;
            there[0] = item[0];
            if (stride == 2) there[1] = item[1];
        }
        Value *swap = from;
        from = to;
        to = swap;
    }
    if (from != items) memcpy(items, from, (size_t)(n * stride) * sizeof(Value));
}

static bool sort_items(Value *items, int64_t n, int stride)
{
    Kind kind = common_kind(items, n, stride);
    uint64_t differing = kind == KIND_INT ? radix_bits(items, n, stride) : 0;
    if (differing) {
        Value all = list_new(n * stride);
        if (!all) return false;
        radix_sort(items, list_items(all), n, stride, differing);
        KEEP_ALIVE(all);
        return true;
    }
    if (stride == 1 && kind == KIND_LATIN && n > 20) return sort_strs(items, n);
    /* A merge moves the shorter side away: half of the elements at most. */
    Value scratch = list_new((n / 2 + 1) * stride);
    if (!scratch) return false;
    MergeState state = {less_functions[kind], list_items(scratch)};
    bool ok;
    if (stride == 2 && kind == KIND_INT) ok = keyed_int_sort(&state, (Keyed *)items, n);
    else if (stride == 2 && kind == KIND_FLOAT) ok = keyed_float_sort(&state, (Keyed *)items, n);
    else if (stride == 2) ok = keyed_sort(&state, (Keyed *)items, n);
    else if (kind == KIND_INT) ok = int_sort(&state, items, n);
    else if (kind == KIND_FLOAT) ok = float_sort(&state, items, n);
    else ok = any_sort(&state, items, n);
    KEEP_ALIVE(scratch);
    return ok;
}

static void reverse_items(Value *items, int64_t n)
{
    for (int64_t low = 0, high = n - 1; low < high; low++, high--) {
        Value swap = items[low];
        items[low] = items[high];
        items[high] = swap;
    }
}

/* Sorts the holder's items by their keys, which are asked for in the list's order. The pairs belong to a list of their own. */
static bool sort_keyed(Value holder, int64_t n, Value key, bool reverse)
{
    Value pairs = list_new(2 * n);
    if (!pairs) return false;
    for (int64_t i = 0; i < n; i++) {
        Value k = call_1(key, list_get(holder, i));
        if (!k) return false;
        int64_t place = 2 * (reverse ? n - 1 - i : i);
        list_items(pairs)[place] = k;
        list_items(pairs)[place + 1] = list_get(holder, i);
        gc_barrier((Obj *)pairs);
    }
    bool ok = sort_items(list_items(pairs), n, 2);
    for (int64_t i = 0; i < n; i++) list_items(holder)[reverse ? n - 1 - i : i] = list_get(pairs, 2 * i + 1);
    gc_barrier((Obj *)holder);
    KEEP_ALIVE(pairs);
    return ok;
}

bool list_sort(Value v, Value key, bool reverse)
{
    ListObj *list = (ListObj *)v;
    int64_t n = list->size, allocated = list->allocated;
    if (key == NONE) key = 0;
    if (n == 0 || (n == 1 && !key)) return true;
    Value holder = list_new(0);
    if (!holder) return false;
    ListObj *own = (ListObj *)holder;
    own->items = list->items, own->size = n, own->allocated = allocated;
    gc_barrier(own);
    list->items = 0, list->size = 0, list->allocated = -1;
    /* Turned round before and after, equal elements keep their order. */
    bool turned = reverse && !key;
    if (turned) reverse_items(own->items, n);
    bool ok = key ? sort_keyed(holder, n, key, reverse) : sort_items(own->items, n, 1);
    if (turned) reverse_items(own->items, n);
    bool modified = list->allocated != -1;
    list->items = own->items, list->size = n, list->allocated = allocated;
    gc_barrier(list);
    KEEP_ALIVE(holder);
    if (ok && modified) return raise_value("list modified during sort");
    return ok;
}
