/* set_methods.c: the types set and frozenset, and their iterator. */
#include "object/set.h"

static void set_trace(Obj *o)
{
    SetObj *set = (SetObj *)o;
    if (!set->table) return;
    if (set->table != set->small) gc_visit_buffer(set->table);
    for (int64_t i = 0; i <= set->mask; i++)
        if (set->table[i].hash != -1) gc_visit(set->table[i].key);
}

/* --- slots */

static Value set_make_slot(Type *type, Value *args, size_t nargs, Value kwnames) { return set_make(type, 0); }

static bool set_init(Value self, Value *args, size_t nargs, Value kwnames)
{
    if (!check_positional("set", nargs, kwnames, 0, 1)) return false;
    if (as_set(self)->fill) set_reset(as_set(self));
    return nargs == 0 || set_update(self, args[0]);
}

static Value frozenset_make_slot(Type *type, Value *args, size_t nargs, Value kwnames)
{
    if ((type == &frozenset_type || !type->init || type->init == frozenset_type.init) && !check_positional("frozenset", 0, kwnames, 0, 0)) return 0;
    if (!check_positional("frozenset", nargs, 0, 0, 1)) return 0;
    if (type == &frozenset_type && nargs && type_of(args[0]) == &frozenset_type) return args[0];
    return set_make(type, nargs ? args[0] : 0);
}

static Value set_repr(Value self)
{
    int entered = repr_enter(self);
    if (entered) return entered < 0 ? 0 : str_format_c("%s(...)", type_name_of(self));
    Value text = 0;
    if (set_size(self) == 0) {
        text = str_format_c("%s()", type_name_of(self));
    } else {
        Value list = object_to_list(self), inner = list ? object_repr(list) : 0;
        if (inner) inner = str_substring(inner, 1, str_length(inner) - 1);
        if (inner) text = type_of(self) == &set_type ? str_format_c("{%U}", inner) : str_format_c("%s({%U})", type_name_of(self), inner);
    }
    repr_leave(self);
    return text;
}

static uint64_t shuffle_bits(uint64_t h) { return ((h ^ 89869747u) ^ (h << 16)) * 3644798167u; }

/* Independent of the order of entries; the same numbers as CPython's. */
static bool frozenset_hash(Value self, int64_t *hash)
{
    SetObj *set = as_set(self);
    if (set->hash == -1) {
        uint64_t mix = 0;
        for (int64_t i = 0; i <= set->mask; i++)
            if (entry_used(&set->table[i])) mix ^= shuffle_bits((uint64_t)set->table[i].hash);
        mix ^= ((uint64_t)set->used + 1) * 1927868237u;
        mix ^= (mix >> 11) ^ (mix >> 25);
        mix = mix * 69069u + 907133923u;
        set->hash = mix == UINT64_MAX ? 590923713 : (int64_t)mix;
    }
    *hash = set->hash;
    return true;
}

static int64_t set_length(Value self) { return set_size(self); }

/* A set stands for the frozenset of its items where a key is looked for: `{1} in {frozenset({1})}`. Returns that frozenset when hashing `key` failed because it is a set. */
static Value as_frozen_key(Value key)
{
    if (!is_instance_of(key, &set_type) || !error_clear_if(&exc_TypeError)) return 0;
    return frozenset_new(key);
}

static int set_contains_slot(Value self, Value key)
{
    int found = set_contains(self, key);
    if (found >= 0) return found;
    Value frozen = as_frozen_key(key);
    return frozen ? set_contains(self, frozen) : -1;
}

static int discard(Value self, Value key)
{
    int removed = set_discard(self, key);
    if (removed >= 0) return removed;
    Value frozen = as_frozen_key(key);
    return frozen ? set_discard(self, frozen) : -1;
}

#define OPERATOR(name, function) \
    static Value name(Value a, Value b) { return is_any_set(a) && is_any_set(b) ? function(a, b) : NOT_IMPLEMENTED; }
OPERATOR(set_or, set_union)
OPERATOR(set_and, set_intersection)
OPERATOR(set_sub, set_difference)
OPERATOR(set_xor, set_symmetric_difference)
#define INPLACE(name, function) \
    static Value name(Value a, Value b) \
    { \
        if (!is_any_set(b)) return NOT_IMPLEMENTED; \
        return function(a, b) ? a : 0; \
    }
INPLACE(set_ior, set_update)
INPLACE(set_iand, set_intersect_with)
INPLACE(set_isub, set_subtract)
INPLACE(set_ixor, set_flip)

/* --- methods */

static NATIVE(set_add_method) { return set_add(args[0], args[1]) < 0 ? 0 : NONE; }
static NATIVE(set_pop_method) { return set_pop(args[0]); }
static NATIVE(set_copy_method) { return set_make(set_base(args[0]), args[0]); }
static NATIVE(frozenset_copy_method) { return type_of(args[0]) == &frozenset_type ? args[0] : set_make(&frozenset_type, args[0]); }
static NATIVE(set_discard_method) { return discard(args[0], args[1]) < 0 ? 0 : NONE; }

static NATIVE(set_contains_method)
{
    int found = set_contains_slot(args[0], args[1]);
    return found < 0 ? 0 : bool_value(found);
}

static NATIVE(set_clear_method)
{
    set_reset(as_set(args[0]));
    return NONE;
}

static NATIVE(set_remove_method)
{
    int removed = discard(args[0], args[1]);
    return removed < 0 ? 0 : removed ? NONE : raise_key(args[1]);
}

/* The methods that take any number of iterables. */
static NATIVE(set_update_method)
{
    for (size_t i = 1; i < nargs; i++)
        if (!set_update(args[0], args[i])) return 0;
    return NONE;
}

static NATIVE(set_difference_update_method)
{
    for (size_t i = 1; i < nargs; i++)
        if (!set_subtract(args[0], args[i])) return 0;
    return NONE;
}

static NATIVE(set_union_method)
{
    Value result = set_make(set_base(args[0]), args[0]);
    for (size_t i = 1; result && i < nargs; i++)
        if (args[i] != args[0] && !set_update(result, args[i])) return 0;
    return result;
}

static Value intersect_all(Value *args, size_t nargs)
{
    Value result = args[0];
    if (nargs == 1) return set_make(set_base(result), result);
    for (size_t i = 1; result && i < nargs; i++) result = set_intersection(result, args[i]);
    return result;
}

static NATIVE(set_intersection_method) { return intersect_all(args, nargs); }

static NATIVE(set_intersection_update_method)
{
    Value result = intersect_all(args, nargs);
    if (!result) return 0;
    set_swap(as_set(args[0]), as_set(result));
    return NONE;
}

static NATIVE(set_difference_method)
{
    if (nargs == 1) return set_make(set_base(args[0]), args[0]);
    Value result = set_difference(args[0], args[1]);
    for (size_t i = 2; result && i < nargs; i++)
        if (!set_subtract(result, args[i])) return 0;
    return result;
}

static NATIVE(set_symmetric_difference_method) { return set_symmetric_difference(args[0], args[1]); }
static NATIVE(set_symmetric_difference_update_method) { return set_flip(args[0], args[1]) ? NONE : 0; }

static Value truth_or_error(int result) { return result < 0 ? 0 : bool_value(result); }
static NATIVE(set_issubset_method) { return truth_or_error(set_is_subset(args[0], args[1])); }
static NATIVE(set_issuperset_method) { return truth_or_error(set_is_superset(args[0], args[1])); }
static NATIVE(set_isdisjoint_method) { return truth_or_error(set_is_disjoint(args[0], args[1])); }

static NATIVE(set_reduce_method)
{
    Value list = object_to_list(args[0]);
    Value arguments = list ? tuple_pack(1, list) : 0;
    Value state = arguments ? call_method_0(args[0], NAME("__getstate__")) : 0;
    return state ? tuple_pack(3, VALUE(type_of(args[0])), arguments, state) : 0;
}

static NATIVE(set_sizeof_method)
{
    SetObj *set = as_set(args[0]);
    return int_new(type_of(args[0])->basic_size + (set->table == set->small ? 0 : (set->mask + 1) * (int64_t)sizeof(SetEntry)));
}

#define VARIADIC NATIVE_VECTOR | NATIVE_NO_KEYWORDS
#define COMMON_METHODS(kind) \
    {"__contains__", "(self, object, /)", set_contains_method, "x.__contains__(y) <==> y in x.", NATIVE_COEXIST}, \
        {"__reduce__", "(self, /)", set_reduce_method, "Return state information for pickling.", 0}, \
        {"__sizeof__", "(self, /)", set_sizeof_method, "S.__sizeof__() -> size of S in memory, in bytes", 0}, \
        CLASS_GETITEM, \
        {"difference", 0, set_difference_method, "Return the difference of two or more sets as a new set.\n\n(i.e. all elements that are in this set but not the others.)", \
         VARIADIC}, \
        {"intersection", 0, set_intersection_method, "Return the intersection of two sets as a new set.\n\n(i.e. all elements that are in both sets.)", VARIADIC}, \
        {"isdisjoint", "(self, other, /)", set_isdisjoint_method, "Return True if two sets have a null intersection.", 0}, \
        {"issubset", "(self, other, /)", set_issubset_method, "Report whether another set contains this set.", 0}, \
        {"issuperset", "(self, other, /)", set_issuperset_method, "Report whether this set contains another set.", 0}, \
        {"symmetric_difference", "(self, other, /)", set_symmetric_difference_method, \
         "Return the symmetric difference of two sets as a new set.\n\n(i.e. all elements that are in exactly one of the sets.)", 0}, \
    { \
        "union", 0, set_union_method, "Return the union of sets as a new set.\n\n(i.e. all elements that are in either set.)", VARIADIC \
    }

static const NativeDef set_method_table[] = {
    COMMON_METHODS("set"),
    {"add", "(self, object, /)", set_add_method, "Add an element to a set.\n\nThis has no effect if the element is already present.", 0},
    {"clear", "(self, /)", set_clear_method, "Remove all elements from this set.", 0},
    {"copy", "(self, /)", set_copy_method, "Return a shallow copy of a set.", 0},
    {"discard", "(self, object, /)", set_discard_method, "Remove an element from a set if it is a member.\n\nUnlike set.remove(), no exception is raised when it is not.", 0},
    {"difference_update", 0, set_difference_update_method, "Remove all elements of another set from this set.", VARIADIC},
    {"intersection_update", 0, set_intersection_update_method, "Update a set with the intersection of itself and another.", VARIADIC},
    {"pop", "(self, /)", set_pop_method, "Remove and return an arbitrary set element.\nRaises KeyError if the set is empty.", 0},
    {"remove", "(self, object, /)", set_remove_method, "Remove an element from a set; it must be a member.\n\nIf the element is not a member, raise a KeyError.", 0},
    {"symmetric_difference_update", "(self, other, /)", set_symmetric_difference_update_method, "Update a set with the symmetric difference of itself and another.", 0},
    {"update", 0, set_update_method, "Update a set with the union of itself and others.", VARIADIC},
    {0},
};

static const NativeDef frozenset_method_table[] = {
    COMMON_METHODS("frozenset"),
    {"copy", "(self, /)", frozenset_copy_method, "Return a shallow copy of a set.", 0},
    {0},
};

/* --- iterator */

typedef struct SetIter {
    Obj head;
    Value set;
    int64_t used, position, remaining;
} SetIter;

static void set_iter_trace(Obj *o) { gc_visit(((SetIter *)o)->set); }

static Value set_iter(Value self)
{
    SetIter *it = gc_alloc(SetIter, &set_iterator_type);
    if (!it) return 0;
    it->set = self;
    it->used = it->remaining = set_size(self);
    return VALUE(it);
}

static Value set_iter_next(Value self)
{
    SetIter *it = (SetIter *)self;
    if (!it->set) return 0;
    if (it->used != set_size(it->set)) {
        it->used = -1;
        return raise_runtime("Set changed size during iteration");
    }
    SetEntry e;
    if (!set_next_entry(as_set(it->set), &it->position, &e)) {
        it->set = 0;
        return 0;
    }
    it->remaining--;
    return e.key;
}

static NATIVE(set_iter_length_hint)
{
    SetIter *it = (SetIter *)args[0];
    return int_new(it->set && it->used == set_size(it->set) ? it->remaining : 0);
}

static NATIVE(set_iter_reduce)
{
    SetIter *it = (SetIter *)args[0], *copy = gc_alloc(SetIter, &set_iterator_type);
    if (!copy) return 0;
    copy->set = it->set, copy->used = it->used, copy->position = it->position, copy->remaining = it->remaining;
    Value list = object_to_list(VALUE(copy));
    return list ? reduce_iterator("iter", list, 0) : 0;
}

static const NativeDef set_iter_methods[] = {
    {"__length_hint__", "(self, /)", set_iter_length_hint, "Private method returning an estimate of len(list(it)).", 0},
    {"__reduce__", "(self, /)", set_iter_reduce, "Return state information for pickling.", 0},
    {0},
};

Type set_iterator_type = {
    TYPE_INIT("set_iterator", SetIter), .flags = TYPE_DISALLOW_NEW, .trace = set_iter_trace, .iter = iter_self, .next = set_iter_next, .methods = set_iter_methods,
};

#define COMMON_SLOTS \
    .trace = set_trace, .repr = set_repr, .compare = set_compare, .iter = set_iter, .length = set_length, .contains = set_contains_slot, .binary[BINARY_OR] = set_or, \
    .binary[BINARY_AND] = set_and, .binary[BINARY_SUBTRACT] = set_sub, .binary[BINARY_XOR] = set_xor

Type set_type = {
    TYPE_INIT("set", SetObj),
    .flags = TYPE_BASE | TYPE_SET | TYPE_MATCH_SELF | TYPE_WEAKREF_OK,
    .doc = "set() -> new empty set object\nset(iterable) -> new set object\n\nBuild an unordered collection of unique elements.",
    COMMON_SLOTS,
    .new = set_make_slot,
    .init = set_init,
    .inplace[BINARY_OR] = set_ior,
    .inplace[BINARY_AND] = set_iand,
    .inplace[BINARY_SUBTRACT] = set_isub,
    .inplace[BINARY_XOR] = set_ixor,
    .methods = set_method_table,
};

Type frozenset_type = {
    TYPE_INIT("frozenset", SetObj),
    .flags = TYPE_BASE | TYPE_SET | TYPE_MATCH_SELF | TYPE_WEAKREF_OK,
    .doc = "frozenset() -> empty frozenset object\nfrozenset(iterable) -> frozenset object\n\nBuild an immutable unordered collection of unique elements.",
    COMMON_SLOTS,
    .new = frozenset_make_slot,
    .hash = frozenset_hash,
    .methods = frozenset_method_table,
};
