/* _collections.c: the module _collections: defaultdict, the getters of named tuples, counting; deque and OrderedDict have files of their own. */
#include "module/_collections.h"
#include "object/dict.h"

/* --- defaultdict */

typedef struct DefaultDictObj {
    DictObj dict;
    Value factory; /* 0: None */
} DefaultDictObj;
static Type defaultdict_type;
static inline DefaultDictObj *as_default(Value v) { return (DefaultDictObj *)v; }

/* None may have been assigned to default_factory. */
static inline Value factory_of(Value v) { return as_default(v)->factory == NONE ? 0 : as_default(v)->factory; }

static void defaultdict_trace(Obj *o)
{
    dict_trace(o);
    gc_visit(((DefaultDictObj *)o)->factory);
}

static bool defaultdict_init(Value self, Value *args, size_t nargs, Value kwnames)
{
    Value factory = 0;
    if (nargs > 0) {
        factory = args[0];
        if (factory != NONE && !is_callable(factory)) return raise_type("first argument must be callable or None");
        args++, nargs--;
    }
    SET(as_default(self), factory, factory == NONE ? 0 : factory);
    return dict_init(self, args, nargs, kwnames);
}

static Value defaultdict_missing_key(Value self, Value key)
{
    Value factory = factory_of(self);
    if (!factory) return raise_key(key);
    Value value = call_0(factory);
    return value && object_setitem(self, key, value) ? value : 0;
}

static NATIVE(defaultdict_missing) { return defaultdict_missing_key(args[0], args[1]); }

static Value defaultdict_getitem(Value self, Value key)
{
    if (type_of(self) != &defaultdict_type) return dict_type.getitem(self, key);   /* __missing__ may be overridden */
    Value value = dict_get(self, key);
    return value || thread_self->exception ? value : defaultdict_missing_key(self, key);
}

static Value defaultdict_repr(Value self)
{
    Value inner = dict_type.repr(self), factory = factory_of(self), factory_text;
    if (!inner) return 0;
    if (!factory) {
        factory_text = str_from_cstring("None");
    } else {
        int entered = repr_enter(factory);
        if (entered < 0) return 0;
        factory_text = entered ? str_from_cstring("...") : object_repr(factory);
        if (!entered) repr_leave(factory);
    }
    return factory_text ? str_format_c("%s(%U, %U)", type_name_of(self), factory_text, inner) : 0;
}

static Value defaultdict_new(Value like, Value content)
{
    Value factory = factory_of(like);
    return call_2(VALUE(type_of(like)), factory ? factory : NONE, content);
}

static NATIVE(defaultdict_copy) { return defaultdict_new(args[0], args[0]); }

static NATIVE(defaultdict_reduce)
{
    Value factory = factory_of(args[0]);
    Value arguments = factory ? tuple_pack(1, factory) : tuple_empty;
    Value items = arguments ? call_method_0(args[0], NAME("items")) : 0;
    Value iterator = items ? object_iter(items) : 0;
    return iterator ? tuple_pack(5, VALUE(type_of(args[0])), arguments, NONE, NONE, iterator) : 0;
}

static Value defaultdict_or(Value a, Value b)
{
    Value self = is_instance_of(a, &defaultdict_type) ? a : b, other = self == a ? b : a;
    if (!is_dict(other)) return NOT_IMPLEMENTED;
    Value result = defaultdict_new(self, a);
    return result && dict_update(result, b) ? result : 0;
}

static const NativeDef defaultdict_methods[] = {
    {"__missing__", "(self, key, /)", defaultdict_missing, "__missing__(key) # Called by __getitem__ for missing key; creates, inserts and returns default_factory()", 0},
    {"copy", "(self, /)", defaultdict_copy, "D.copy() -> a shallow copy of D.", 0},
    {"__copy__", "(self, /)", defaultdict_copy, "D.copy() -> a shallow copy of D.", 0},
    {"__reduce__", "(self, /)", defaultdict_reduce, "Return state information for pickling.", 0},
    CLASS_GETITEM,
    {0},
};
static const MemberDef defaultdict_members[] = {
    {"default_factory", MEMBER_VALUE_OR_NONE, offsetof(DefaultDictObj, factory), true, "Factory for default value called by __missing__()."}, {0}};

static Type defaultdict_type = {
    TYPE_INIT("collections.defaultdict", DefaultDictObj),
    .base = &dict_type,
    .flags = TYPE_BASE | TYPE_DICT | TYPE_MAPPING,
    .doc = "defaultdict(default_factory=None, /, [...]) --> dict with default factory\n\nThe default factory is called without arguments to produce\n"
           "a new value when a key is not present, in __getitem__ only.\nA defaultdict compares equal to a dict with the same items.\n"
           "All remaining arguments are treated the same as if they were\npassed to the dict constructor, including keyword arguments.",
    .trace = defaultdict_trace,
    .init = defaultdict_init,
    .repr = defaultdict_repr,
    .getitem = defaultdict_getitem,
    .binary[BINARY_OR] = defaultdict_or,
    .members = defaultdict_members,
    .methods = defaultdict_methods,
};

/* --- _tuplegetter: the fields of named tuples */

typedef struct GetterObj {
    Obj head;
    int64_t index;
    Value doc;
} GetterObj;
static Type tuplegetter_type;

static void getter_trace(Obj *o) { gc_visit(((GetterObj *)o)->doc); }

static Value getter_make(Type *type, Value *args, size_t nargs, Value kwnames)
{
    int64_t index;
    if (!check_no_keywords("_tuplegetter", type, &tuplegetter_type, kwnames) || !check_positional("_tuplegetter", nargs, 0, 2, 2)) return 0;
    if (!number_as_count(args[0], &index)) return 0;
    GetterObj *getter = gc_alloc(GetterObj, &tuplegetter_type);
    if (!getter) return 0;
    getter->index = index;
    getter->doc = args[1];
    return VALUE(getter);
}

static Value getter_get(Value self, Value object, Type *owner)
{
    GetterObj *getter = (GetterObj *)self;
    if (!object || (object == NONE && !is_tuple(object))) return self;
    if (!is_tuple(object)) return raise_type("descriptor for index '%zd' for tuple subclasses doesn't apply to '%s' object", getter->index, type_of(object)->name);
    if ((uint64_t)getter->index >= (uint64_t)tuple_size(object)) return raise_index("tuple index out of range");
    return tuple_get(object, getter->index);
}

static bool getter_set(Value self, Value object, Value value) { return raise_attribute(value ? "can't set attribute" : "can't delete attribute"); }
static Value getter_repr(Value self) { return str_format_c("%s(%zd, %R)", type_name_of(self), ((GetterObj *)self)->index, ((GetterObj *)self)->doc); }

static NATIVE(getter_reduce)
{
    GetterObj *getter = (GetterObj *)args[0];
    Value arguments = tuple_pack(2, int_new(getter->index), getter->doc);
    return arguments ? tuple_pack(2, VALUE(type_of(args[0])), arguments) : 0;
}

static const NativeDef getter_methods[] = {{"__reduce__", "(self, /)", getter_reduce, 0, 0}, {0}};
static const MemberDef getter_members[] = {{"__doc__", MEMBER_VALUE_OR_NONE, offsetof(GetterObj, doc), true, 0}, {0}};

static Type tuplegetter_type = {
    TYPE_INIT("_collections._tuplegetter", GetterObj),
    .trace = getter_trace,
    .new = getter_make,
    .repr = getter_repr,
    .descr_get = getter_get,
    .descr_set = getter_set,
    .members = getter_members,
    .methods = getter_methods,
};

/* --- _count_elements: what Counter counts with */

/* mapping[item] += 1 for dicts whose get and __setitem__ are dict's own. */
static bool count_in_dict(Value mapping, Value iterator)
{
    Value item;
    while ((item = iter_next_quick(iterator))) {
        int64_t hash, next;
        if (!value_hash(item, &hash)) return false;
        Value old = dict_get_hash(mapping, item, hash);
        if (!old && thread_self->exception) return false;
        Value sum = !old ? small_int(1) : is_small_int(old) && !__builtin_add_overflow((int64_t)old, 2, &next) ? (Value)next : number_binary(old, small_int(1), BINARY_ADD);
        if (!sum || !dict_set_hash(mapping, item, hash, sum)) return false;
    }
    return thread_self->exception == 0;
}

static bool count_in_mapping(Value mapping, Value iterator)
{
    Value get = object_getattr(mapping, NAME("get")), item;
    if (!get) return false;
    while ((item = iter_next_quick(iterator))) {
        Value old = call_2(get, item, small_int(0));
        Value sum = old ? number_binary(old, small_int(1), BINARY_ADD) : 0;
        if (!sum || !object_setitem(mapping, item, sum)) return false;
    }
    return thread_self->exception == 0;
}

static NATIVE(count_elements)
{
    Value iterator = object_iter(args[1]);
    if (!iterator) return 0;
    Type *type = type_of(args[0]);
    bool plain = is_dict(args[0]) && type_lookup(type, NAME("get")) == type_lookup(&dict_type, NAME("get")) &&
                 type_lookup(type, NAME("__setitem__")) == type_lookup(&dict_type, NAME("__setitem__"));
    if (thread_self->exception) return 0;
    return (plain ? count_in_dict(args[0], iterator) : count_in_mapping(args[0], iterator)) ? NONE : 0;
}

static bool collections_init(Value module)
{
    return type_ready(&odict_keys_type) && type_ready(&odict_values_type) && type_ready(&odict_items_type) && type_ready(&odict_iterator_type) &&
           module_add_type(module, &deque_type) && module_add_type(module, &defaultdict_type) && module_add_type(module, &ordered_dict_type) &&
           module_add_type(module, &deque_iterator_type) && module_add_type(module, &deque_reverse_iterator_type) && module_add_type(module, &tuplegetter_type);
}

static const NativeDef collections_functions[] = {
    {"_count_elements", "(mapping, iterable, /)", count_elements, "Count elements in the iterable, updating the mapping", 0},
    {0},
};

const ModuleDef module__collections = {
    "_collections",
    "High performance data structures.\n- deque:        ordered collection accessible from endpoints only\n- defaultdict:  dict subclass with a default value factory",
    collections_functions,
    collections_init,
};
