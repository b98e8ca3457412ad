/* itertools.c: the module itertools: the iterators that pass items on. Combinatoric ones are in itertools_combine.c, groupby and tee in itertools_share.c. */
#include "module/itertools.h"

void iter_trace_1(Obj *o) { gc_visit_values(values_of(o), 1); }
void iter_trace_2(Obj *o) { gc_visit_values(values_of(o), 2); }
void iter_trace_4(Obj *o) { gc_visit_values(values_of(o), 4); }

bool iter_arguments(const char *name, Type *type, Type *base, size_t nargs, Value kwnames, size_t count)
{
    return check_no_keywords(name, type, base, kwnames) && check_positional(name, nargs, 0, count, count);
}

bool iter_state(Value state, int64_t count)
{
    if (!is_tuple(state)) return raise_type("state is not a tuple");
    if (tuple_size(state) != count) return raise_type("function takes exactly %zd argument%s (%zd given)", count, count == 1 ? "" : "s", tuple_size(state));
    return true;
}

/* --- accumulate */

typedef struct Accumulate {
    Obj head;
    Value iterator, function /* 0: + */, total /* 0: none yet */, initial /* 0: used or not given */;
} Accumulate;

static Value accumulate_make(Type *type, Value *args, size_t nargs, Value kwnames)
{
    static Signature *cache;
    Value bound[3];
    if (!native_bind("accumulate", "(iterable, func=None, *, initial=None)", &cache, args, nargs, kwnames, bound)) return 0;
    Value iterator = object_iter(bound[0]);
    Accumulate *it = iterator ? NEW_OF(Accumulate, type, accumulate_type) : 0;
    if (!it) return 0;
    it->function = bound[1] == NONE ? 0 : bound[1];
    it->initial = bound[2] == NONE ? 0 : bound[2];
    SET(it, iterator, iterator);
    return VALUE(it);
}

static Value accumulate_next(Value self)
{
    Accumulate *it = (Accumulate *)self;
    if (it->initial) {
        SET(it, total, it->initial);
        it->initial = 0;
        return it->total;
    }
    Value item = iter_next_quick(it->iterator);
    if (!item) return 0;
    if (it->total) item = it->function ? call_2(it->function, it->total, item) : number_binary(it->total, item, BINARY_ADD);
    if (item) SET(it, total, item);
    return item;
}

static Value chained(Value first, Value iterator);

static NATIVE(accumulate_reduce)
{
    Accumulate *it = (Accumulate *)args[0];
    Value function = it->function ? it->function : NONE;
    if (it->initial) return reduce_3(args[0], tuple_pack(2, chained(it->initial, it->iterator), function), NONE);
    if (it->total == NONE) {   /* a state that is None is not restored */
        Value rest = call_2(VALUE(type_of(args[0])), chained(it->total, it->iterator), function);
        Value arguments = rest ? tuple_pack(3, rest, small_int(1), NONE) : 0;
        return arguments ? tuple_pack(2, VALUE(&islice_type), arguments) : 0;
    }
    return reduce_3(args[0], tuple_pack(2, it->iterator, function), it->total ? it->total : NONE);
}

static NATIVE(accumulate_setstate)
{
    SET((Accumulate *)args[0], total, args[1]);
    return NONE;
}

static const NativeDef accumulate_methods[] = {REDUCE(accumulate_reduce), SETSTATE(accumulate_setstate), {0}};
Type accumulate_type = {TYPE_INIT("itertools.accumulate", Accumulate),
                        ITERATOR_SLOTS,
                        .doc = "Return series of accumulated sums (or other binary function results).",
                        .trace = iter_trace_4,
                        .new = accumulate_make,
                        .next = accumulate_next,
                        .methods = accumulate_methods};

/* --- chain */

typedef struct Chain {
    Obj head;
    Value source, active;
} Chain;

static Value chain_new(Type *type, Value source)
{
    Chain *it = source ? NEW_OF(Chain, type, chain_type) : 0;
    if (it) SET(it, source, source);
    return VALUE(it);
}

/* chain((first,), iterator) */
static Value chained(Value first, Value iterator)
{
    Value one = tuple_pack(1, first), both = one ? tuple_pack(2, one, iterator) : 0;
    return both ? chain_new(&chain_type, object_iter(both)) : 0;
}

static Value chain_make(Type *type, Value *args, size_t nargs, Value kwnames)
{
    if (!check_no_keywords("chain", type, &chain_type, kwnames)) return 0;
    Value iterables = tuple_from(args, (int64_t)nargs);
    return iterables ? chain_new(type, object_iter(iterables)) : 0;
}

static NATIVE(chain_from_iterable) { return chain_new((Type *)args[0], object_iter(args[1])); }

static Value chain_next(Value self)
{
    Chain *it = (Chain *)self;
    while (it->source) {
        if (!it->active) {
            Value iterable = iter_next_quick(it->source);
            Value active = iterable ? object_iter(iterable) : 0;
            if (!active) {
                it->source = 0;
                return 0;
            }
            SET(it, active, active);
        }
        /* A chain in a chain is asked directly: that takes half the stack. */
        Value item = type_of(it->active) == &chain_type && !c_stack_low() ? chain_next(it->active) : iter_next_quick(it->active);
        if (item || thread_self->exception) return item;
        it->active = 0;
    }
    return 0;
}

static NATIVE(chain_reduce)
{
    Chain *it = (Chain *)args[0];
    if (!it->source) return reduce_2(args[0], tuple_empty);
    return reduce_3(args[0], tuple_empty, it->active ? tuple_pack(2, it->source, it->active) : tuple_pack(1, it->source));
}

static NATIVE(chain_setstate)
{
    Value state = args[1];
    if (!is_tuple(state)) return raise_type("state is not a tuple");
    int64_t size = tuple_size(state);
    if (size == 0) return raise_type("function takes at least 1 argument (0 given)");
    if (size > 2) return raise_type("function takes at most 2 arguments (%zd given)", size);
    if (!is_iterator(tuple_get(state, 0)) || (size == 2 && !is_iterator(tuple_get(state, 1)))) return raise_type("Arguments must be iterators.");
    Chain *it = (Chain *)args[0];
    it->active = size == 2 ? tuple_get(state, 1) : 0;
    SET(it, source, tuple_get(state, 0));
    return NONE;
}

static const NativeDef chain_methods[] = {
    {"from_iterable", "(type, iterable, /)", chain_from_iterable, "Alternative chain() constructor taking a single iterable argument that evaluates lazily.", NATIVE_CLASS},
    REDUCE(chain_reduce),
    SETSTATE(chain_setstate),
    CLASS_GETITEM,
    {0},
};
Type chain_type = {TYPE_INIT("itertools.chain", Chain),
                   ITERATOR_SLOTS,
                   .doc = "chain(*iterables) --> chain object\n\nReturn a chain object whose .__next__() method returns elements from the\nfirst iterable until it is exhausted, "
                          "then elements from the next, and so on.",
                   .trace = iter_trace_2,
                   .new = chain_make,
                   .next = chain_next,
                   .methods = chain_methods};

/* --- compress */

typedef struct Compress {
    Obj head;
    Value data, selectors;
} Compress;
static Type compress_type;

static Value compress_make(Type *type, Value *args, size_t nargs, Value kwnames)
{
    static Signature *cache;
    Value bound[2];
    if (!native_bind("compress", "(data, selectors)", &cache, args, nargs, kwnames, bound)) return 0;
    Value data = object_iter(bound[0]), selectors = data ? object_iter(bound[1]) : 0;
    Compress *it = selectors ? NEW_OF(Compress, type, compress_type) : 0;
    if (!it) return 0;
    it->data = data;
    SET(it, selectors, selectors);
    return VALUE(it);
}

static Value compress_next(Value self)
{
    Compress *it = (Compress *)self;
    for (;;) {
        Value item = iter_next_quick(it->data), selector = item ? iter_next_quick(it->selectors) : 0;
        if (!selector) return 0;
        int truth = object_truth(selector);
        if (truth > 0) return item;
        if (truth < 0) return 0;
    }
}

static NATIVE(pair_reduce) { return reduce_2(args[0], tuple_pack(2, values_of((Obj *)args[0])[0], values_of((Obj *)args[0])[1])); }

static const NativeDef pair_methods[] = {REDUCE(pair_reduce), {0}};
static Type compress_type = {
    TYPE_INIT("itertools.compress", Compress),
    ITERATOR_SLOTS,
    .doc =
        "Return data elements corresponding to true selector elements.\n\nForms a shorter iterator from selected data elements using the selectors to\nchoose the data elements.",
    .trace = iter_trace_2,
    .new = compress_make,
    .next = compress_next,
    .methods = pair_methods};

/* --- count */

typedef struct Count {
    Obj head;
    Value next, step;
} Count;
static Type count_type;

static bool is_number(Value v)
{
    Type *type = type_of(v);
    return is_int(v) || type->index || type->to_int || type->to_float || type == &complex_type || type_is_subtype(type, &complex_type);
}

static Value count_make(Type *type, Value *args, size_t nargs, Value kwnames)
{
    static Signature *cache;
    Value bound[2];
    if (!native_bind("count", "(start=0, step=1)", &cache, args, nargs, kwnames, bound)) return 0;
    if (!is_number(bound[0]) || !is_number(bound[1])) return raise_type("a number is required");
    Count *it = NEW_OF(Count, type, count_type);
    if (!it) return 0;
    it->next = bound[0];
    SET(it, step, bound[1]);
    return VALUE(it);
}

static Value count_next(Value self)
{
    Count *it = (Count *)self;
    Value now = it->next;
    int64_t sum;
    if (is_small_int(now) && is_small_int(it->step) && !__builtin_add_overflow((int64_t)now, (int64_t)it->step - 1, &sum)) {
        it->next = (Value)sum;
        return now;
    }
    Value next = number_binary(now, it->step, BINARY_ADD);
    if (!next) return 0;
    SET(it, next, next);
    return now;
}

static Value count_repr(Value self)
{
    Count *it = (Count *)self;
    const char *name = type_name_of(self);
    return it->step == small_int(1) ? str_format_c("%s(%R)", name, it->next) : str_format_c("%s(%R, %R)", name, it->next, it->step);
}

static NATIVE(count_reduce)
{
    Count *it = (Count *)args[0];
    if (is_small_int(it->next) && it->step == small_int(1)) return reduce_2(args[0], tuple_pack(1, it->next));
    return reduce_2(args[0], tuple_pack(2, it->next, it->step));
}

static const NativeDef count_methods[] = {REDUCE(count_reduce), {0}};
static Type count_type = {TYPE_INIT("itertools.count", Count),
                          ITERATOR_SLOTS,
                          .doc = "Return a count object whose .__next__() method returns consecutive values: start, start + step, ...",
                          .trace = iter_trace_2,
                          .new = count_make,
                          .repr = count_repr,
                          .next = count_next,
                          .methods = count_methods};

/* --- cycle */

typedef struct Cycle {
    Obj head;
    Value iterator /* 0: all saved */, saved;
    int64_t index;
    bool first_pass_done;
} Cycle;
static Type cycle_type;

static Value cycle_make(Type *type, Value *args, size_t nargs, Value kwnames)
{
    if (!iter_arguments("cycle", type, &cycle_type, nargs, kwnames, 1)) return 0;
    Value iterator = object_iter(args[0]), saved = iterator ? list_new(0) : 0;
    Cycle *it = saved ? NEW_OF(Cycle, type, cycle_type) : 0;
    if (!it) return 0;
    it->saved = saved;
    SET(it, iterator, iterator);
    return VALUE(it);
}

static Value cycle_next(Value self)
{
    Cycle *it = (Cycle *)self;
    if (it->iterator) {
        Value item = iter_next_quick(it->iterator);
        if (item) return it->first_pass_done || list_append(it->saved, item) ? item : 0;
        if (thread_self->exception) return 0;
        it->iterator = 0;
    }
    if (list_size(it->saved) == 0) return 0;
    if (it->index >= list_size(it->saved)) it->index = 0;
    return list_get(it->saved, it->index++);
}

static NATIVE(cycle_reduce)
{
    Cycle *it = (Cycle *)args[0];
    if (it->iterator) return reduce_3(args[0], tuple_pack(1, it->iterator), tuple_pack(2, it->saved, bool_value(it->first_pass_done)));
    Value iterator = object_iter(it->saved);
    if (!iterator) return 0;
    if (it->index && !call_method_1(iterator, NAME("__setstate__"), int_new(it->index))) return 0;
    return reduce_3(args[0], tuple_pack(1, iterator), tuple_pack(2, it->saved, TRUE));
}

static NATIVE(cycle_setstate)
{
    Value state = args[1];
    int first_pass_done;
    if (!iter_state(state, 2)) return 0;
    if (!is_list(tuple_get(state, 0))) return raise_type("argument 1 must be list, not %s", type_of(tuple_get(state, 0))->name);
    if (!number_as_int(tuple_get(state, 1), &first_pass_done)) return 0;
    Cycle *it = (Cycle *)args[0];
    SET(it, saved, tuple_get(state, 0));
    it->first_pass_done = first_pass_done;
    it->index = 0;
    return NONE;
}

static const NativeDef cycle_methods[] = {REDUCE(cycle_reduce), SETSTATE(cycle_setstate), {0}};
static Type cycle_type = {TYPE_INIT("itertools.cycle", Cycle),
                          ITERATOR_SLOTS,
                          .doc = "Return elements from the iterable until it is exhausted. Then repeat the sequence indefinitely.",
                          .trace = iter_trace_2,
                          .new = cycle_make,
                          .next = cycle_next,
                          .methods = cycle_methods};

/* --- dropwhile, takewhile, filterfalse, starmap: a function and an iterator */

typedef struct Sieve {
    Obj head;
    Value function, iterator;
    bool state;
} Sieve;
static Type dropwhile_type, takewhile_type, filterfalse_type, starmap_type;

static Value sieve_new(const char *name, Type *base, Type *type, Value *args, size_t nargs, Value kwnames)
{
    if (!iter_arguments(name, type, base, nargs, kwnames, 2)) return 0;
    Value function = args[0], iterator = object_iter(args[1]);
    Sieve *it = iterator ? NEW_OF(Sieve, type, *base) : 0;
    if (!it) return 0;
    it->function = function;
    SET(it, iterator, iterator);
    return VALUE(it);
}

static Value dropwhile_make(Type *type, Value *args, size_t nargs, Value kwnames) { return sieve_new("dropwhile", &dropwhile_type, type, args, nargs, kwnames); }
static Value takewhile_make(Type *type, Value *args, size_t nargs, Value kwnames) { return sieve_new("takewhile", &takewhile_type, type, args, nargs, kwnames); }
static Value filterfalse_make(Type *type, Value *args, size_t nargs, Value kwnames) { return sieve_new("filterfalse", &filterfalse_type, type, args, nargs, kwnames); }
static Value starmap_make(Type *type, Value *args, size_t nargs, Value kwnames) { return sieve_new("starmap", &starmap_type, type, args, nargs, kwnames); }

static int verdict(Sieve *it, Value item)
{
    Value result = call_1(it->function, item);
    return result ? object_truth(result) : -1;
}

static Value dropwhile_next(Value self)
{
    Sieve *it = (Sieve *)self;
    Value item;
    while ((item = iter_next_quick(it->iterator))) {
        if (it->state) return item;
        int drop = verdict(it, item);
        if (drop < 0) return 0;
        if (!drop) {
            it->state = true;
            return item;
        }
    }
    return 0;
}

static Value takewhile_next(Value self)
{
    Sieve *it = (Sieve *)self;
    Value item = it->state ? 0 : iter_next_quick(it->iterator);
    if (!item) return 0;
    int take = verdict(it, item);
    if (take > 0) return item;
    if (take == 0) it->state = true;
    return 0;
}

static Value filterfalse_next(Value self)
{
    Sieve *it = (Sieve *)self;
    bool plain = it->function == NONE || it->function == VALUE(&bool_type);
    Value item;
    while ((item = iter_next_quick(it->iterator))) {
        int keep = plain ? object_truth(item) : verdict(it, item);
        if (keep < 0) return 0;
        if (keep == 0) return item;
    }
    return 0;
}

static Value starmap_next(Value self)
{
    Sieve *it = (Sieve *)self;
    Value item = iter_next_quick(it->iterator);
    if (item && type_of(item) != &tuple_type) item = object_to_tuple(item);
    return item ? object_call_tuple(it->function, item, 0) : 0;
}

static NATIVE(sieve_reduce) { return reduce_3(args[0], tuple_pack(2, ((Sieve *)args[0])->function, ((Sieve *)args[0])->iterator), small_int(((Sieve *)args[0])->state)); }

static NATIVE(sieve_setstate)
{
    int truth = object_truth(args[1]);
    if (truth < 0) return 0;
    ((Sieve *)args[0])->state = truth;
    return NONE;
}

static const NativeDef sieve_methods[] = {REDUCE(sieve_reduce), SETSTATE(sieve_setstate), {0}};
static Type dropwhile_type = {TYPE_INIT("itertools.dropwhile", Sieve),
                              ITERATOR_SLOTS,
                              .doc = "Drop items from the iterable while predicate(item) is true.\n\nAfterwards, return every element until the iterable is exhausted.",
                              .trace = iter_trace_2,
                              .new = dropwhile_make,
                              .next = dropwhile_next,
                              .methods = sieve_methods};
static Type takewhile_type = {TYPE_INIT("itertools.takewhile", Sieve),
                              ITERATOR_SLOTS,
                              .doc = "Return successive entries from an iterable as long as the predicate evaluates to true for each entry.",
                              .trace = iter_trace_2,
                              .new = takewhile_make,
                              .next = takewhile_next,
                              .methods = sieve_methods};
static Type filterfalse_type = {TYPE_INIT("itertools.filterfalse", Sieve),
                                ITERATOR_SLOTS,
                                .doc = "Return those items of iterable for which function(item) is false.\n\nIf function is None, return the items that are false.",
                                .trace = iter_trace_2,
                                .new = filterfalse_make,
                                .next = filterfalse_next,
                                .methods = pair_methods};
static Type starmap_type = {TYPE_INIT("itertools.starmap", Sieve),
                            ITERATOR_SLOTS,
                            .doc = "Return an iterator whose values are returned from the function evaluated with an argument tuple taken from the given sequence.",
                            .trace = iter_trace_2,
                            .new = starmap_make,
                            .next = starmap_next,
                            .methods = pair_methods};

/* --- islice */

typedef struct Islice {
    Obj head;
    Value iterator; /* 0: exhausted */
    int64_t next, stop /* -1: none */, step, count;
} Islice;

/* None is `none`. false: negative, or (-1 then) not an integer that fits. */
static bool slice_argument(Value v, int64_t none, int64_t *out)
{
    if (v == NONE) {
        *out = none;
        return true;
    }
    if (is_index(v) && number_as_count(v, out)) return *out >= 0;
    *out = -1;
    error_clear();
    return false;
}

static Value islice_make(Type *type, Value *args, size_t nargs, Value kwnames)
{
    if (!check_no_keywords("islice", type, &islice_type, kwnames) || !check_positional("islice", nargs, 0, 2, 4)) return 0;
    int64_t start = 0, stop = -1, step = 1;
    if (!slice_argument(args[nargs == 2 ? 1 : 2], -1, &stop)) {
        bool indices = stop < -1 || (nargs > 2 && !slice_argument(args[1], 0, &start));
        if (indices) return raise_value("Indices for islice() must be None or an integer: 0 <= x <= sys.maxsize.");
        return raise_value("Stop argument for islice() must be None or an integer: 0 <= x <= sys.maxsize.");
    }
    if (nargs > 2 && !slice_argument(args[1], 0, &start)) return raise_value("Indices for islice() must be None or an integer: 0 <= x <= sys.maxsize.");
    if (nargs > 3 && (!slice_argument(args[3], 1, &step) || step < 1)) return raise_value("Step for islice() must be a positive integer or None.");
    Value iterator = object_iter(args[0]);
    Islice *it = iterator ? NEW_OF(Islice, type, islice_type) : 0;
    if (!it) return 0;
    it->next = start, it->stop = stop, it->step = step;
    SET(it, iterator, iterator);
    return VALUE(it);
}

static Value islice_next(Value self)
{
    Islice *it = (Islice *)self;
    if (!it->iterator) return 0;
    while (it->count < it->next) {
        if (!iter_next_quick(it->iterator)) goto ended;
        it->count++;
    }
    if (it->stop != -1 && it->count >= it->stop) goto ended;
    Value item = iter_next_quick(it->iterator);
    if (!item) goto ended;
    it->count++;
    if (__builtin_add_overflow(it->next, it->step, &it->next) || (it->stop != -1 && it->next > it->stop)) it->next = it->stop == -1 ? INT64_MAX : it->stop;
    return item;
ended:
    it->iterator = 0;
    return 0;
}

static NATIVE(islice_reduce)
{
    Islice *it = (Islice *)args[0];
    if (!it->iterator) {
        Value list = list_new(0), empty = list ? object_iter(list) : 0;
        return empty ? reduce_3(args[0], tuple_pack(2, empty, small_int(0)), small_int(0)) : 0;
    }
    Value stop = it->stop == -1 ? NONE : int_new(it->stop);
    return reduce_3(args[0], tuple_pack(4, it->iterator, int_new(it->next), stop, int_new(it->step)), int_new(it->count));
}

static NATIVE(islice_setstate) { return int_as_count(args[1], &((Islice *)args[0])->count) ? NONE : 0; }

static const NativeDef islice_methods[] = {REDUCE(islice_reduce), SETSTATE(islice_setstate), {0}};
Type islice_type = {TYPE_INIT("itertools.islice", Islice),
                    ITERATOR_SLOTS,
                    .doc = "islice(iterable, stop) --> islice object\nislice(iterable, start, stop[, step]) --> islice object\n\n"
                           "Return an iterator whose next() method returns selected values from an iterable.",
                    .trace = iter_trace_1,
                    .new = islice_make,
                    .next = islice_next,
                    .methods = islice_methods};

/* --- pairwise */

typedef struct Pairwise {
    Obj head;
    Value iterator, old;
} Pairwise;
static Type pairwise_type;

static Value pairwise_make(Type *type, Value *args, size_t nargs, Value kwnames)
{
    if (!iter_arguments("pairwise", type, &pairwise_type, nargs, kwnames, 1)) return 0;
    Value iterator = object_iter(args[0]);
    Pairwise *it = iterator ? NEW_OF(Pairwise, type, pairwise_type) : 0;
    if (it) SET(it, iterator, iterator);
    return VALUE(it);
}

static Value pairwise_next(Value self)
{
    Pairwise *it = (Pairwise *)self;
    if (!it->iterator) return 0;
    Value old = it->old;
    if (!old) {
        old = iter_next_quick(it->iterator);
        if (old) SET(it, old, old);
    }
    Value item = old && it->iterator ? iter_next_quick(it->iterator) : 0;
    if (!item) {
        it->iterator = it->old = 0;
        return 0;
    }
    SET(it, old, item);
    return tuple_pack(2, old, item);
}

static Type pairwise_type = {TYPE_INIT("itertools.pairwise", Pairwise),
                             ITERATOR_SLOTS,
                             .doc = "Return an iterator of overlapping pairs taken from the input iterator.\n\n    s -> (s0,s1), (s1,s2), (s2, s3), ...",
                             .trace = iter_trace_2,
                             .new = pairwise_make,
                             .next = pairwise_next};

/* --- repeat */

typedef struct Repeat {
    Obj head;
    Value element;
    int64_t count; /* -1: for ever */
} Repeat;
static Type repeat_type;

static Value repeat_make(Type *type, Value *args, size_t nargs, Value kwnames)
{
    static Signature *cache;
    Value bound[2];
    int64_t times = -1;
    if (!native_bind("repeat", "(object, times=<unrepresentable>)", &cache, args, nargs, kwnames, bound)) return 0;
    if (bound[1]) {
        if (!number_as_count(bound[1], &times)) return 0;
        if (times < 0) times = 0;
    }
    Repeat *it = NEW_OF(Repeat, type, repeat_type);
    if (!it) return 0;
    it->count = times;
    SET(it, element, bound[0]);
    return VALUE(it);
}

static Value repeat_next(Value self)
{
    Repeat *it = (Repeat *)self;
    if (it->count == 0) return 0;
    if (it->count > 0) it->count--;
    return it->element;
}

static Value repeat_repr(Value self)
{
    Repeat *it = (Repeat *)self;
    const char *name = type_name_of(self);
    return it->count < 0 ? str_format_c("%s(%R)", name, it->element) : str_format_c("%s(%R, %zd)", name, it->element, it->count);
}

static NATIVE(repeat_reduce)
{
    Repeat *it = (Repeat *)args[0];
    return reduce_2(args[0], it->count < 0 ? tuple_pack(1, it->element) : tuple_pack(2, it->element, int_new(it->count)));
}

static NATIVE(repeat_length_hint)
{
    Repeat *it = (Repeat *)args[0];
    return it->count < 0 ? raise_type("len() of unsized object") : int_new(it->count);
}

static const NativeDef repeat_methods[] = {
    REDUCE(repeat_reduce), {"__length_hint__", "(self, /)", repeat_length_hint, "Private method returning an estimate of len(list(it)).", 0}, {0}};
static Type repeat_type = {
    TYPE_INIT("itertools.repeat", Repeat),
    ITERATOR_SLOTS,
    .doc = "repeat(object [,times]) -> create an iterator which returns the object\nfor the specified number of times.  If not specified, returns the object\nendlessly.",
    .trace = iter_trace_1,
    .new = repeat_make,
    .repr = repeat_repr,
    .next = repeat_next,
    .methods = repeat_methods};

/* --- zip_longest */

typedef struct ZipLongest {
    Obj head;
    Value iterators, fill;
    int64_t active;
} ZipLongest;
static Type zip_longest_type;

static Value zip_longest_make(Type *type, Value *args, size_t nargs, Value kwnames)
{
    Value fill = NONE;
    for (int64_t i = 0; kwnames && i < tuple_size(kwnames); i++) {
        if (!str_equal_ascii(tuple_get(kwnames, i), "fillvalue")) return raise_type("zip_longest() got an unexpected keyword argument");
        fill = args[(int64_t)nargs + i];
    }
    Value iterators = tuple_new((int64_t)nargs);
    if (!iterators) return 0;
    for (size_t i = 0; i < nargs; i++) {
        Value iterator = object_iter(args[i]);
        if (!iterator) return 0;
        tuple_items(iterators)[i] = iterator;
        gc_barrier((Obj *)iterators);
    }
    ZipLongest *it = NEW_OF(ZipLongest, type, zip_longest_type);
    if (!it) return 0;
    it->fill = fill;
    it->active = (int64_t)nargs;
    SET(it, iterators, iterators);
    return VALUE(it);
}

static Value zip_longest_next(Value self)
{
    ZipLongest *it = (ZipLongest *)self;
    int64_t size = tuple_size(it->iterators);
    if (size == 0 || it->active == 0) return 0;
    Value result = tuple_new(size);
    if (!result) return 0;
    for (int64_t i = 0; i < size; i++) {
        Value iterator = tuple_get(it->iterators, i), item = it->fill;
        if (iterator) {
            item = iter_next_quick(iterator);
            if (!item) {
                if (thread_self->exception) {
                    it->active = 0;
                    return 0;
                }
                if (--it->active <= 0) return 0;
                item = it->fill;
                tuple_items(it->iterators)[i] = 0;   /* the tuple is seen by nobody else */
            }
        }
        tuple_items(result)[i] = item;
        gc_barrier((Obj *)result);
    }
    return result;
}

static NATIVE(zip_longest_reduce)
{
    ZipLongest *it = (ZipLongest *)args[0];
    int64_t size = tuple_size(it->iterators);
    Value arguments = tuple_new(size);
    for (int64_t i = 0; arguments && i < size; i++) {
        Value iterator = tuple_get(it->iterators, i);
        tuple_items(arguments)[i] = iterator ? iterator : tuple_empty;
    }
    return reduce_3(args[0], arguments, it->fill);
}

static NATIVE(zip_longest_setstate)
{
    SET((ZipLongest *)args[0], fill, args[1]);
    return NONE;
}

static const NativeDef zip_longest_methods[] = {REDUCE(zip_longest_reduce), SETSTATE(zip_longest_setstate), {0}};
static Type zip_longest_type = {TYPE_INIT("itertools.zip_longest", ZipLongest),
                                ITERATOR_SLOTS,
                                .doc = "Return a zip_longest object whose .__next__() method returns a tuple where the i-th element comes from the i-th iterable argument;\n"
                                       "when the shorter iterables are exhausted, the fillvalue is substituted in their place.",
                                .trace = iter_trace_2,
                                .new = zip_longest_make,
                                .next = zip_longest_next,
                                .methods = zip_longest_methods};

/* --- the module */

static bool itertools_init(Value module)
{
    Type *const types[] = {&accumulate_type, &chain_type,       &combinations_type, &cwr_type,       &compress_type, &count_type,    &cycle_type,
                           &dropwhile_type,  &filterfalse_type, &groupby_type,      &grouper_type,   &islice_type,   &pairwise_type, &permutations_type,
                           &product_type,    &repeat_type,      &starmap_type,      &takewhile_type, &tee_type,      &tee_data_type, &zip_longest_type};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (!module_add_type(module, types[i])) return false;
    return true;
}

static const NativeDef itertools_functions[] = {{"tee", "(iterable, n=2, /)", itertools_tee, "Returns a tuple of n independent iterators.", NATIVE_VECTOR | NATIVE_NO_KEYWORDS},
                                                {0}};

const ModuleDef module_itertools = {
    "itertools",
    "Functional tools for creating and using iterators.",
    itertools_functions,
    itertools_init,
};
