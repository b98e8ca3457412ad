/* itertools_combine.c: product, combinations, combinations_with_replacement and permutations: counters over indices into pools of items. */
#include "module/itertools.h"

/* `indices` (and `cycles`, of permutations) are one heap buffer of numbers. */
typedef struct Combine {
    Obj head;
    Value pool;
    int64_t *indices;
    int64_t r, n;
    bool started, stopped;
} Combine;

static void combine_trace(Obj *o)
{
    gc_visit(((Combine *)o)->pool);
    gc_visit_buffer(((Combine *)o)->indices);
}

static Combine *combine_new(Type *type, Type *base, Value pool, int64_t n, int64_t r, int64_t numbers)
{
    if (numbers > INT64_MAX / 8 - 64) return (Combine *)raise_memory();
    int64_t *indices = gc_buffer((size_t)numbers * 8);
    Combine *it = indices ? NEW_OF(Combine, type, *base) : 0;
    if (!it) return 0;
    it->pool = pool, it->n = n, it->r = r, it->indices = indices;
    gc_barrier(it);
    return it;
}

static Value numbers_tuple(const int64_t *numbers, int64_t count)
{
    Value tuple = tuple_new(count);
    for (int64_t i = 0; tuple && i < count; i++) tuple_items(tuple)[i] = int_new(numbers[i]);
    return tuple;
}

/* The items that the indices choose from one pool. */
static Value chosen(Combine *it)
{
    it->started = true;
    Value result = tuple_new(it->r);
    for (int64_t i = 0; result && i < it->r; i++) tuple_items(result)[i] = tuple_get(it->pool, it->indices[i]);
    return result;
}

static Value combine_stop(Combine *it)
{
    it->stopped = true;
    return 0;
}

/* Reads numbers of a state tuple, each clipped to 0..limit(i). */
static bool read_number(Value v, int64_t low, int64_t high, int64_t *out)
{
    if (!int_as_count(v, out)) return false;
    if (*out < low) *out = low;
    if (*out > high) *out = high;
    return true;
}

/* --- product */

static bool repeat_argument(Value *args, size_t nargs, Value kwnames, int64_t *repeat)
{
    *repeat = 1;
    for (int64_t i = 0; kwnames && i < tuple_size(kwnames); i++) {
        if (!str_equal_ascii(tuple_get(kwnames, i), "repeat")) return raise_type("'%U' is an invalid keyword argument for product()", tuple_get(kwnames, i));
        if (!number_as_count(args[(int64_t)nargs + i], repeat)) return false;
        if (*repeat < 0) return raise_value("repeat argument cannot be negative");
    }
    return true;
}

static Value product_make(Type *type, Value *args, size_t nargs, Value kwnames)
{
    int64_t repeat, total;
    if (!repeat_argument(args, nargs, kwnames, &repeat)) return 0;
    if (repeat == 0) nargs = 0;
    if (nargs == 0) repeat = 1;
    if (__builtin_mul_overflow((int64_t)nargs, repeat, &total) || total > INT64_MAX / 64) return raise_overflow("repeat argument too large");
    Value pools = tuple_new(total);
    if (!pools) return 0;
    for (int64_t i = 0; i < total; i++) {
        Value pool = i < (int64_t)nargs ? object_to_tuple(args[i]) : tuple_get(pools, i - (int64_t)nargs);
        if (!pool) return 0;
        tuple_items(pools)[i] = pool;
        gc_barrier((Obj *)pools);
    }
    return VALUE(combine_new(type, &product_type, pools, total, total, total));
}

static Value product_current(Combine *it)
{
    Value result = tuple_new(it->n);
    for (int64_t i = 0; result && i < it->n; i++) tuple_items(result)[i] = tuple_get(tuple_get(it->pool, i), it->indices[i]);
    return result;
}

static Value product_next(Value self)
{
    Combine *it = (Combine *)self;
    if (it->stopped) return 0;
    if (!it->started) {
        for (int64_t i = 0; i < it->n; i++)
            if (tuple_size(tuple_get(it->pool, i)) == 0) return combine_stop(it);
        it->started = true;
        return product_current(it);
    }
    int64_t i = it->n - 1;
    for (; i >= 0; i--) {
        if (++it->indices[i] < tuple_size(tuple_get(it->pool, i))) break;
        it->indices[i] = 0;
    }
    return i < 0 ? combine_stop(it) : product_current(it);
}

static NATIVE(product_reduce)
{
    Combine *it = (Combine *)args[0];
    if (it->stopped) return reduce_2(args[0], tuple_pack(1, tuple_empty));
    if (!it->started) return reduce_2(args[0], it->pool);
    return reduce_3(args[0], it->pool, numbers_tuple(it->indices, it->n));
}

static NATIVE(product_setstate)
{
    Combine *it = (Combine *)args[0];
    if (!is_tuple(args[1]) || tuple_size(args[1]) != it->n) return raise_value("invalid arguments");
    for (int64_t i = 0; i < it->n; i++) {
        int64_t size = tuple_size(tuple_get(it->pool, i));
        if (size == 0) return combine_stop(it), NONE;
        if (!read_number(tuple_get(args[1], i), 0, size - 1, &it->indices[i])) return 0;
    }
    it->started = true;
    return NONE;
}

static NATIVE(product_sizeof) { return int_new(type_of(args[0])->basic_size + ((Combine *)args[0])->n * 8); }

/* --- combinations, with and without replacement */

static bool pool_and_r(const char *name, Value *args, size_t nargs, Value kwnames, Signature **cache, Value *pool, int64_t *r)
{
    Value bound[2];
    if (!native_bind(name, "(iterable, r)", cache, args, nargs, kwnames, bound)) return false;
    if (!number_as_count(bound[1], r) || !(*pool = object_to_tuple(bound[0]))) return false;
    return *r < 0 ? raise_value("r must be non-negative") : true;
}

static Value combinations_make(Type *type, Value *args, size_t nargs, Value kwnames)
{
    static Signature *cache;
    Value pool;
    int64_t r;
    if (!pool_and_r("combinations", args, nargs, kwnames, &cache, &pool, &r)) return 0;
    Combine *it = combine_new(type, &combinations_type, pool, tuple_size(pool), r, r);
    if (!it) return 0;
    for (int64_t i = 0; i < r; i++) it->indices[i] = i;
    it->stopped = r > it->n;
    return VALUE(it);
}

static Value combinations_next(Value self)
{
    Combine *it = (Combine *)self;
    if (it->stopped) return 0;
    if (!it->started) return chosen(it);
    int64_t i = it->r - 1;
    while (i >= 0 && it->indices[i] == i + it->n - it->r) i--;
    if (i < 0) return combine_stop(it);
    it->indices[i]++;
    for (i++; i < it->r; i++) it->indices[i] = it->indices[i - 1] + 1;
    return chosen(it);
}

static Value cwr_make(Type *type, Value *args, size_t nargs, Value kwnames)
{
    static Signature *cache;
    Value pool;
    int64_t r;
    if (!pool_and_r("combinations_with_replacement", args, nargs, kwnames, &cache, &pool, &r)) return 0;
    Combine *it = combine_new(type, &cwr_type, pool, tuple_size(pool), r, r);
    if (!it) return 0;
    it->stopped = it->n == 0 && r > 0;
    return VALUE(it);
}

static Value cwr_next(Value self)
{
    Combine *it = (Combine *)self;
    if (it->stopped) return 0;
    if (!it->started) return chosen(it);
    int64_t i = it->r - 1;
    while (i >= 0 && it->indices[i] == it->n - 1) i--;
    if (i < 0) return combine_stop(it);
    int64_t index = it->indices[i] + 1;
    for (; i < it->r; i++) it->indices[i] = index;
    return chosen(it);
}

static NATIVE(combinations_reduce)
{
    Combine *it = (Combine *)args[0];
    Value r = int_new(it->r);
    if (it->started && it->stopped) return reduce_2(args[0], tuple_pack(2, tuple_empty, r));
    if (!it->started) return reduce_2(args[0], tuple_pack(2, it->pool, r));
    return reduce_3(args[0], tuple_pack(2, it->pool, r), numbers_tuple(it->indices, it->r));
}

static NATIVE(combinations_setstate)
{
    Combine *it = (Combine *)args[0];
    if (!is_tuple(args[1]) || tuple_size(args[1]) != it->r) return raise_value("invalid arguments");
    bool replacing = is_instance_of(args[0], &cwr_type);
    if (it->n == 0 && it->r > 0) return NONE;
    for (int64_t i = 0; i < it->r; i++)
        if (!read_number(tuple_get(args[1], i), 0, replacing ? it->n - 1 : i + it->n - it->r, &it->indices[i])) return 0;
    for (int64_t i = 0; i < it->r; i++)
        if (it->indices[i] < 0) return raise_value("invalid arguments");
    it->started = true;
    return NONE;
}

static NATIVE(combinations_sizeof) { return int_new(type_of(args[0])->basic_size + ((Combine *)args[0])->r * 8); }

/* --- permutations: cycles[i] counts down how many more values position i takes */

static Value permutations_make(Type *type, Value *args, size_t nargs, Value kwnames)
{
    static Signature *cache;
    Value bound[2];
    if (!native_bind("permutations", "(iterable, r=None)", &cache, args, nargs, kwnames, bound)) return 0;
    Value pool = object_to_tuple(bound[0]);
    if (!pool) return 0;
    int64_t n = tuple_size(pool), r = n;
    if (bound[1] != NONE) {
        if (!is_int(bound[1])) return raise_type("Expected int as r");
        if (!number_as_count(bound[1], &r)) return 0;
        if (r < 0) return raise_value("r must be non-negative");
    }
    if (r > INT64_MAX / 16) return raise_memory();
    Combine *it = combine_new(type, &permutations_type, pool, n, r, n + r);
    if (!it) return 0;
    for (int64_t i = 0; i < n; i++) it->indices[i] = i;
    for (int64_t i = 0; i < r; i++) it->indices[n + i] = n - i;
    it->stopped = r > n;
    return VALUE(it);
}

static Value permutations_next(Value self)
{
    Combine *it = (Combine *)self;
    if (it->stopped) return 0;
    if (!it->started) return chosen(it);
    int64_t *indices = it->indices, *cycles = indices + it->n, n = it->n;
    for (int64_t i = it->r - 1; i >= 0; i--) {
        if (--cycles[i] == 0) {   /* rotate what is to the right */
            int64_t first = indices[i];
            memmove(indices + i, indices + i + 1, (size_t)(n - 1 - i) * 8);
            indices[n - 1] = first;
            cycles[i] = n - i;
        } else {
            int64_t other = n - cycles[i], swap = indices[i];
            indices[i] = indices[other];
            indices[other] = swap;
            return chosen(it);
        }
    }
    return combine_stop(it);
}

static NATIVE(permutations_reduce)
{
    Combine *it = (Combine *)args[0];
    Value r = int_new(it->r);
    if (it->started && it->stopped) return reduce_2(args[0], tuple_pack(2, tuple_empty, r));
    if (!it->started) return reduce_2(args[0], tuple_pack(2, it->pool, r));
    Value indices = numbers_tuple(it->indices, it->n), cycles = indices ? numbers_tuple(it->indices + it->n, it->r) : 0;
    return cycles ? reduce_3(args[0], tuple_pack(2, it->pool, r), tuple_pack(2, indices, cycles)) : 0;
}

static NATIVE(permutations_setstate)
{
    Combine *it = (Combine *)args[0];
    if (!iter_state(args[1], 2)) return 0;
    Value indices = tuple_get(args[1], 0), cycles = tuple_get(args[1], 1);
    if (!is_tuple(indices)) return raise_type("argument 1 must be tuple, not %s", type_of(indices)->name);
    if (!is_tuple(cycles)) return raise_type("argument 2 must be tuple, not %s", type_of(cycles)->name);
    if (tuple_size(indices) != it->n || tuple_size(cycles) != it->r) return raise_value("invalid arguments");
    for (int64_t i = 0; i < it->n; i++)
        if (!read_number(tuple_get(indices, i), 0, it->n - 1, &it->indices[i])) return 0;
    for (int64_t i = 0; i < it->r; i++)
        if (!read_number(tuple_get(cycles, i), 1, it->n - i < 1 ? 1 : it->n - i, &it->indices[it->n + i])) return 0;
    it->started = true;
    return NONE;
}

static NATIVE(permutations_sizeof) { return int_new(type_of(args[0])->basic_size + (((Combine *)args[0])->n + ((Combine *)args[0])->r) * 8); }

#define COMBINE_METHODS(prefix) {REDUCE(prefix##_reduce), SETSTATE(prefix##_setstate), {"__sizeof__", "(self, /)", prefix##_sizeof, "Returns size in memory, in bytes.", 0}, {0}}
static const NativeDef product_methods[] = COMBINE_METHODS(product), combinations_methods[] = COMBINE_METHODS(combinations), permutations_methods[] = COMBINE_METHODS(permutations);

Type product_type = {TYPE_INIT("itertools.product", Combine),
                     ITERATOR_SLOTS,
                     .doc = "product(*iterables, repeat=1) --> product object\n\nCartesian product of input iterables.  Equivalent to nested for-loops.",
                     .trace = combine_trace,
                     .new = product_make,
                     .next = product_next,
                     .methods = product_methods};
Type combinations_type = {TYPE_INIT("itertools.combinations", Combine),
                          ITERATOR_SLOTS,
                          .doc = "Return successive r-length combinations of elements in the iterable.",
                          .trace = combine_trace,
                          .new = combinations_make,
                          .next = combinations_next,
                          .methods = combinations_methods};
Type cwr_type = {TYPE_INIT("itertools.combinations_with_replacement", Combine),
                 ITERATOR_SLOTS,
                 .doc = "Return successive r-length combinations of elements in the iterable allowing individual elements to have successive repeats.",
                 .trace = combine_trace,
                 .new = cwr_make,
                 .next = cwr_next,
                 .methods = combinations_methods};
Type permutations_type = {TYPE_INIT("itertools.permutations", Combine),
                          ITERATOR_SLOTS,
                          .doc = "Return successive r-length permutations of elements in the iterable.",
                          .trace = combine_trace,
                          .new = permutations_make,
                          .next = permutations_next,
                          .methods = permutations_methods};
