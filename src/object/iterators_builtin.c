/* iterators_builtin.c: enumerate, zip, map and filter. */
#include "object/iterators.h"
#include "object/sequence.h"

/* --- enumerate */

static void enumerate_trace(Obj *o)
{
    gc_visit(((EnumerateObj *)o)->iterator);
    gc_visit(((EnumerateObj *)o)->large);
}

/* Both arguments can be named, in any order; just one is the iterable. */
static bool enumerate_names_fit(Value kwnames)
{
    bool start_first = tuple_size(kwnames) == 2 && str_equal_ascii(tuple_get(kwnames, 0), "start");
    for (int64_t i = 0; i < tuple_size(kwnames); i++)
        if (!str_equal_ascii(tuple_get(kwnames, i), start_first == !i ? "start" : "iterable")) return raise_type("'%U' is an invalid keyword argument for enumerate()", tuple_get(kwnames, i));
    return true;
}

static Value enumerate_make(Type *type, Value *args, size_t nargs, Value kwnames)
{
    static Signature *cache;
    Value bound[2], start = small_int(0);
    if (nargs == 0 && (!kwnames || tuple_size(kwnames) == 0 || tuple_size(kwnames) > 2)) return raise_type("enumerate() missing required argument 'iterable'");
    if (nargs == 0 && !enumerate_names_fit(kwnames)) return 0;
    if (!native_bind("enumerate", "(iterable, start=0)", &cache, args, nargs, kwnames, bound)) return 0;
    if (bound[1] && bound[1] != small_int(0) && !(start = number_index(bound[1]))) return 0;
    Value iterator = object_iter(bound[0]);
    EnumerateObj *it = iterator ? NEW_OF(EnumerateObj, type, enumerate_type) : 0;
    if (!it) return 0;
    SET(it, iterator, iterator);
    if (int_as_int64_overflow(start, &it->index) || it->index >= SMALL_INT_MAX) it->large = start;
    return VALUE(it);
}

static Value next_number(EnumerateObj *it)
{
    if (!it->large && it->index < SMALL_INT_MAX) return small_int(it->index++);
    Value number = it->large ? it->large : small_int(it->index);
    Value next = int_add(number, small_int(1));
    if (!next) return 0;
    SET(it, large, next);
    return number;
}

bool enumerate_next_pair(Value self, Value *first, Value *second)
{
    EnumerateObj *it = (EnumerateObj *)self;
    Value item = iter_next_quick(it->iterator);
    if (!item) return false;
    Value number = next_number(it);
    if (!number) return false;
    *first = number;
    *second = item;
    return true;
}

static Value enumerate_next(Value self)
{
    Value pair[2];
    return enumerate_next_pair(self, &pair[0], &pair[1]) ? tuple_from(pair, 2) : 0;
}

static NATIVE(enumerate_reduce)
{
    EnumerateObj *it = (EnumerateObj *)args[0];
    Value arguments = tuple_pack(2, it->iterator, it->large ? it->large : small_int(it->index));
    return arguments ? tuple_pack(2, VALUE(it->head.type), arguments) : 0;
}

static const NativeDef enumerate_methods[] = {
    {"__reduce__", "(self, /)", enumerate_reduce, "Return state information for pickling.", 0},
    CLASS_GETITEM,
    {0},
};

Type enumerate_type = {
    TYPE_INIT("enumerate", EnumerateObj),
    .flags = TYPE_BASE,
    .doc = "Return an enumerate object.\n\n  iterable\n    an object supporting iteration\n\n"
           "The enumerate object yields pairs containing a count (from start, which\ndefaults to zero) and a value yielded by the iterable argument.",
    .trace = enumerate_trace,
    .new = enumerate_make,
    .iter = iter_self,
    .next = enumerate_next,
    .methods = enumerate_methods,
};

/* --- zip */

static void zip_trace(Obj *o) { gc_visit(((ZipObj *)o)->iterators); }

static bool strict_argument(Value *args, size_t nargs, Value kwnames, bool *strict)
{
    *strict = false;
    if (kwnames && tuple_size(kwnames) > 1) return raise_type("zip() takes at most 1 keyword argument (%zd given)", (size_t)tuple_size(kwnames));
    for (int64_t i = 0; kwnames && i < tuple_size(kwnames); i++) {
        if (!str_equal_ascii(tuple_get(kwnames, i), "strict")) return raise_type("'%U' is an invalid keyword argument for zip()", tuple_get(kwnames, i));
        int truth = object_truth(args[(int64_t)nargs + i]);
        if (truth < 0) return false;
        *strict = truth;
    }
    return true;
}

/* Iterators over each of the arguments, as a tuple. */
static Value iterators_of(Value *args, size_t nargs)
{
    Value iterators = tuple_new((int64_t)nargs);
    for (size_t i = 0; iterators && i < nargs; i++) {
        Value iterator = object_iter(args[i]);
        if (!iterator) return 0;
        tuple_items(iterators)[i] = iterator;
        if (iterators != tuple_empty) gc_barrier((Obj *)iterators);
    }
    return iterators;
}

static Value zip_make(Type *type, Value *args, size_t nargs, Value kwnames)
{
    bool strict;
    if (!strict_argument(args, nargs, kwnames, &strict)) return 0;
    Value iterators = iterators_of(args, nargs);
    ZipObj *it = iterators ? NEW_OF(ZipObj, type, zip_type) : 0;
    if (!it) return 0;
    SET(it, iterators, iterators);
    it->strict = strict;
    return VALUE(it);
}

static Value zip_length_error(int64_t i, const char *what)
{
    if (i == 1) return raise_value("zip() argument 2 is %s than argument 1", what);
    return raise_value("zip() argument %zd is %s than arguments 1-%zd", i + 1, what, i);
}

/* Iterator `i` was the first to end: is that an error? */
static Value zip_ended(ZipObj *it, int64_t i)
{
    if (thread_self->exception || !it->strict) return 0;
    if (i > 0) return zip_length_error(i, "shorter");
    for (i = 1; i < tuple_size(it->iterators); i++) {
        if (iter_next_quick(tuple_get(it->iterators, i))) return zip_length_error(i, "longer");
        if (thread_self->exception) return 0;
    }
    return 0;
}

bool zip_next_pair(Value self, Value *first, Value *second)
{
    ZipObj *it = (ZipObj *)self;
    Value one = iter_next_quick(tuple_get(it->iterators, 0)), other = one ? iter_next_quick(tuple_get(it->iterators, 1)) : 0;
    if (!other) return zip_ended(it, one ? 1 : 0) != 0;
    *first = one;
    *second = other;
    return true;
}

static Value zip_next(Value self)
{
    ZipObj *it = (ZipObj *)self;
    int64_t size = tuple_size(it->iterators);
    if (size == 0) return 0;
    if (size == 2) {
        Value pair[2];
        return zip_next_pair(self, &pair[0], &pair[1]) ? tuple_from(pair, 2) : 0;
    }
    Value result = tuple_new(size);
    if (!result) return 0;
    for (int64_t i = 0; i < size; i++) {
        Value item = iter_next_quick(tuple_get(it->iterators, i));
        if (!item) return zip_ended(it, i);
        tuple_items(result)[i] = item;
        gc_barrier((Obj *)result);
    }
    return result;
}

static NATIVE(zip_reduce)
{
    ZipObj *it = (ZipObj *)args[0];
    Value type = VALUE(it->head.type);
    return it->strict ? tuple_pack(3, type, it->iterators, TRUE) : tuple_pack(2, type, it->iterators);
}

static NATIVE(zip_setstate)
{
    int strict = object_truth(args[1]);
    if (strict < 0) return 0;
    ((ZipObj *)args[0])->strict = strict;
    return NONE;
}

static const NativeDef zip_methods[] = {
    {"__reduce__", "(self, /)", zip_reduce, "Return state information for pickling.", 0},
    {"__setstate__", "(self, object, /)", zip_setstate, "Set state information for unpickling.", 0},
    {0},
};

Type zip_type = {
    TYPE_INIT("zip", ZipObj),
    .flags = TYPE_BASE,
    .doc = "zip(*iterables, strict=False) --> Yield tuples until an input is exhausted.\n\n"
           "The i-th tuple has the i-th item of each of the iterables. If strict is true and one of the\narguments is exhausted before the others, raise a ValueError.\n\n>>> "
           "list(zip('ab', range(9)))\n[('a', 0), ('b', 1)]",
    .trace = zip_trace,
    .new = zip_make,
    .iter = iter_self,
    .next = zip_next,
    .methods = zip_methods,
};

int iter_next_pair(Value iterator, Value pair[2])
{
    Type *type = type_of(iterator);
    if (type == &dict_itemiterator_type) return dict_items_next(iterator, pair);
    if (type == &enumerate_type) {
        EnumerateObj *it = (EnumerateObj *)iterator;
        return (pair[1] = iter_next_quick(it->iterator)) && (pair[0] = next_number(it));
    }
    if (type != &zip_type) return -1;
    ZipObj *it = (ZipObj *)iterator;
    if (tuple_size(it->iterators) != 2) return -1;
    for (int i = 0; i < 2; i++)
        if (!(pair[i] = iter_next_quick(tuple_get(it->iterators, i)))) return zip_ended(it, i), 0;
    return 1;
}

/* --- map */

typedef struct MapObj {
    Obj head;
    Value function, iterators;
} MapObj;

static void map_trace(Obj *o)
{
    gc_visit(((MapObj *)o)->function);
    gc_visit(((MapObj *)o)->iterators);
}

static Value map_make(Type *type, Value *args, size_t nargs, Value kwnames)
{
    if (!check_no_keywords("map", type, &map_type, kwnames)) return 0;
    if (nargs < 2) return raise_type("map() must have at least two arguments.");
    Value function = args[0], iterators = iterators_of(args + 1, nargs - 1);
    MapObj *it = iterators ? NEW_OF(MapObj, type, map_type) : 0;
    if (!it) return 0;
    it->function = function;
    SET(it, iterators, iterators);
    return VALUE(it);
}

static Value map_next_many(MapObj *it, int64_t size)
{
    Value list = list_new(size + 1);   /* arguments of any number, behind the scratch word of object_call */
    if (!list) return 0;
    for (int64_t i = 0; i < size; i++) {
        Value item = iter_next_quick(tuple_get(it->iterators, i));
        if (!item) return 0;
        list_set(list, i + 1, item);
    }
    Value result = object_call(it->function, list_items(list) + 1, (size_t)size, 0);
    KEEP_ALIVE(list);
    return result;
}

static Value map_next(Value self)
{
    MapObj *it = (MapObj *)self;
    int64_t size = tuple_size(it->iterators);
    if (size > 4) return map_next_many(it, size);
    Value args[5];
    for (int64_t i = 0; i < size; i++)
        if (!(args[i + 1] = iter_next_quick(tuple_get(it->iterators, i)))) return 0;
    return object_call(it->function, args + 1, (size_t)size, 0);
}

static NATIVE(map_reduce)
{
    MapObj *it = (MapObj *)args[0];
    int64_t size = tuple_size(it->iterators);
    Value arguments = tuple_new(size + 1);
    if (!arguments) return 0;
    tuple_items(arguments)[0] = it->function;
    for (int64_t i = 0; i < size; i++) tuple_items(arguments)[i + 1] = tuple_get(it->iterators, i);
    return tuple_pack(2, VALUE(it->head.type), arguments);
}

static const NativeDef map_methods[] = {{"__reduce__", "(self, /)", map_reduce, "Return state information for pickling.", 0}, {0}};

Type map_type = {
    TYPE_INIT("map", MapObj),
    .flags = TYPE_BASE,
    .doc = "map(func, *iterables) --> map object\n\nMake an iterator that computes the function using arguments from\neach of the iterables.  Stops when the shortest iterable is "
           "exhausted.",
    .trace = map_trace,
    .new = map_make,
    .iter = iter_self,
    .next = map_next,
    .methods = map_methods,
};

/* --- filter */

typedef struct FilterObj {
    Obj head;
    Value function, iterator;
} FilterObj;

static void filter_trace(Obj *o)
{
    gc_visit(((FilterObj *)o)->function);
    gc_visit(((FilterObj *)o)->iterator);
}

static Value filter_make(Type *type, Value *args, size_t nargs, Value kwnames)
{
    if (!check_no_keywords("filter", type, &filter_type, kwnames) || !check_positional("filter", nargs, 0, 2, 2)) return 0;
    Value function = args[0], iterator = object_iter(args[1]);
    FilterObj *it = iterator ? NEW_OF(FilterObj, type, filter_type) : 0;
    if (!it) return 0;
    it->function = function;
    SET(it, iterator, iterator);
    return VALUE(it);
}

static Value filter_next(Value self)
{
    FilterObj *it = (FilterObj *)self;
    bool plain = it->function == NONE || it->function == VALUE(&bool_type);
    Value item;
    while ((item = iter_next_quick(it->iterator))) {
        Value verdict = plain ? item : call_1(it->function, item);
        int truth = verdict ? object_truth(verdict) : -1;
        if (truth > 0) return item;
        if (truth < 0) return 0;
    }
    return 0;
}

static NATIVE(filter_reduce)
{
    FilterObj *it = (FilterObj *)args[0];
    Value arguments = tuple_pack(2, it->function, it->iterator);
    return arguments ? tuple_pack(2, VALUE(it->head.type), arguments) : 0;
}

static const NativeDef filter_methods[] = {{"__reduce__", "(self, /)", filter_reduce, "Return state information for pickling.", 0}, {0}};

Type filter_type = {
    TYPE_INIT("filter", FilterObj),
    .flags = TYPE_BASE,
    .doc = "filter(function or None, iterable) --> filter object\n\nReturn an iterator yielding those items of iterable for which function(item)\nis true. If function is None, "
           "return the items that are true.",
    .trace = filter_trace,
    .new = filter_make,
    .iter = iter_self,
    .next = filter_next,
    .methods = filter_methods,
};
