/* _abc.c: abstract base classes: the registry and the caches behind ABCMeta.
 *
 * Each class has an _abc_data object with three tables of classes. A table is a dict from the class's address (as an int) to a weak reference; an entry whose reference does not
 * lead to the class it is asked for belongs to a class that died. Dead entries are swept when a table has doubled.
 */
#include "module/module.h"
#include "object/type_internal.h"

typedef struct ClassTable {
    Value dict;
    int64_t sweep_at;
} ClassTable;
typedef struct AbcData {
    Obj head;
    ClassTable registry, cache, negative;
    uint64_t negative_version;
} AbcData;

static uint64_t invalidation_counter;

static void abc_data_trace(Obj *object)
{
    AbcData *data = (AbcData *)object;
    gc_visit(data->registry.dict);
    gc_visit(data->cache.dict);
    gc_visit(data->negative.dict);
}

static Type abc_data_type = {TYPE_INIT("_abc._abc_data", AbcData), .trace = abc_data_trace, .new = type_new_plain, .doc = "Internal state held by ABC machinery."};

static AbcData *data_of(Value cls)
{
    Value data = object_getattr(cls, NAME("_abc_impl"));
    if (!data) return 0;
    if (type_of(data) != &abc_data_type) return (AbcData *)raise_type("_abc_impl is set to a wrong type");
    return (AbcData *)data;
}

/* --- tables of classes */

static inline Value address_key(Value cls) { return small_int((int64_t)(cls >> 4)); }

static bool table_has(ClassTable *table, Value cls)
{
    if (!table->dict || !is_pointer(cls)) return false;
    Value ref = dict_get_hash(table->dict, address_key(cls), (int64_t)(cls >> 4));
    return ref && weakref_target(ref) == cls;
}

static bool table_sweep(AbcData *owner, ClassTable *table)
{
    Value kept = dict_new(), key, ref;
    if (!kept) return false;
    for (int64_t position = 0; dict_next(table->dict, &position, &key, &ref);)
        if (weakref_target(ref) != NONE && !dict_set(kept, key, ref)) return false;
    table->dict = kept;
    gc_barrier(owner);
    table->sweep_at = dict_size(kept) * 2 < 32 ? 32 : dict_size(kept) * 2;
    return true;
}

static bool table_add(AbcData *owner, ClassTable *table, Value cls)
{
    if (!table->dict) {
        table->dict = dict_new();
        if (!table->dict) return false;
        gc_barrier(owner);
        table->sweep_at = 32;
    }
    if (dict_size(table->dict) >= table->sweep_at && !table_sweep(owner, table)) return false;
    Value ref = weakref_new(cls, 0);
    return ref && dict_set_hash(table->dict, address_key(cls), (int64_t)(cls >> 4), ref);
}

static void table_clear(AbcData *owner, ClassTable *table)
{
    table->dict = 0;
    gc_barrier(owner);
}

/* The weak references of a table as a set. */
static Value table_set(ClassTable *table) { return set_new(table->dict ? dict_values_list(table->dict) : 0); }

/* --- making an ABC */

/* 1: v is marked as an abstract method. */
static int is_abstract(Value v)
{
    Value flag = object_getattr_opt(v, NAME("__isabstractmethod__"));
    if (!flag) return thread_self->exception ? -1 : 0;
    return object_truth(flag);
}

static bool add_own_abstracts(Value cls, Value abstracts)
{
    Value dict = object_getattr(cls, NAME("__dict__"));
    Value items = dict ? call_method_0(dict, NAME("items")) : 0, list = items ? object_to_list(items) : 0;
    if (!list) return false;
    for (int64_t i = 0; i < list_size(list); i++) {
        Value item = object_to_tuple(list_get(list, i));
        if (!item) return false;
        if (tuple_size(item) != 2) return raise_type("Iteration over dictionary items yields non-pairs");
        int yes = is_abstract(tuple_get(item, 1));
        if (yes < 0 || (yes && set_add(abstracts, tuple_get(item, 0)) < 0)) return false;
    }
    return true;
}

static bool add_inherited_abstracts(Value cls, Value abstracts)
{
    Value bases = object_getattr(cls, NAME("__bases__"));
    if (!bases) return false;
    if (!is_tuple(bases)) return raise_type("__bases__ is not tuple");
    for (int64_t i = 0; i < tuple_size(bases); i++) {
        Value inherited = object_getattr_opt(tuple_get(bases, i), NAME("__abstractmethods__"));
        if (!inherited && thread_self->exception) return false;
        if (!inherited) continue;
        Value iterator = object_iter(inherited), key;
        if (!iterator) return false;
        while ((key = iter_next(iterator))) {
            Value value = object_getattr_opt(cls, key);
            if (!value && thread_self->exception) return false;
            int yes = value ? is_abstract(value) : 0;
            if (yes < 0 || (yes && set_add(abstracts, key) < 0)) return false;
        }
        if (thread_self->exception) return false;
    }
    return true;
}

static const uint64_t COLLECTION_FLAGS = TYPE_SEQUENCE | TYPE_MAPPING;

/* Sequence and Mapping say by __abc_tpflags__ that pattern matching shall take them and what registers with them as such. */
static bool take_flags(Value cls)
{
    if (!is_type(cls)) return true;
    Type *type = (Type *)cls;
    Value key = NAME("__abc_tpflags__"), flags = dict_get_str(type->dict, key);
    if (!flags) return true;
    int64_t n = 0;
    if (is_int(flags) && int_as_int64_overflow(flags, &n) != 0) n = 0;
    if (((uint64_t)n & COLLECTION_FLAGS) == COLLECTION_FLAGS) return raise_type("__abc_tpflags__ cannot be both Py_TPFLAGS_SEQUENCE and Py_TPFLAGS_MAPPING");
    if ((uint64_t)n & COLLECTION_FLAGS) type->flags = (type->flags & ~COLLECTION_FLAGS) | ((uint64_t)n & COLLECTION_FLAGS);
    if (dict_delete(type->dict, key) < 0) return false;
    type_modified(type);
    return true;
}

static NATIVE(abc_init)
{
    Value abstracts = set_new(0);
    if (!abstracts || !add_own_abstracts(args[0], abstracts) || !add_inherited_abstracts(args[0], abstracts)) return 0;
    Value frozen = frozenset_new(abstracts);
    if (!frozen || !object_setattr(args[0], NAME("__abstractmethods__"), frozen)) return 0;
    AbcData *data = gc_alloc(AbcData, &abc_data_type);
    if (!data) return 0;
    data->negative_version = invalidation_counter;
    if (!object_setattr(args[0], NAME("_abc_impl"), VALUE(data)) || !take_flags(args[0])) return 0;
    return NONE;
}

/* --- registering */

static bool set_flag_below(Type *type, void *context)
{
    uint64_t flag = *(uint64_t *)context;
    if ((type->flags & TYPE_IMMUTABLE) || (type->flags & COLLECTION_FLAGS) == flag) return true;
    if (!c_stack_check()) return false;
    type->flags = (type->flags & ~COLLECTION_FLAGS) | flag;
    return type_each_subclass(type, set_flag_below, context);
}

static NATIVE(abc_register)
{
    Value self = args[0], subclass = args[1];
    if (!is_type(subclass)) return raise_type("Can only register classes");
    int yes = object_is_subclass(subclass, self);
    if (yes) return yes < 0 ? 0 : subclass;
    yes = object_is_subclass(self, subclass);
    if (yes) return yes < 0 ? 0 : raise_runtime("Refusing to create an inheritance cycle");
    AbcData *data = data_of(self);
    if (!data || !table_add(data, &data->registry, subclass)) return 0;
    invalidation_counter++;
    if (is_type(self)) {
        uint64_t flag = ((Type *)self)->flags & COLLECTION_FLAGS;
        if (flag && !set_flag_below((Type *)subclass, &flag)) return 0;
    }
    return subclass;
}

/* --- checking */

static NATIVE(abc_instancecheck)
{
    Value self = args[0], instance = args[1];
    AbcData *data = data_of(self);
    if (!data) return 0;
    Value subclass = object_getattr(instance, NAME("__class__"));
    if (!subclass) return 0;
    if (table_has(&data->cache, subclass)) return TRUE;
    Value subtype = VALUE(type_of(instance));
    if (subtype == subclass) {
        if (data->negative_version == invalidation_counter && table_has(&data->negative, subclass)) return FALSE;
        return call_method_1(self, NAME("__subclasscheck__"), subclass);
    }
    Value result = call_method_1(self, NAME("__subclasscheck__"), subclass);
    if (!result) return 0;
    int yes = object_truth(result);
    if (yes) return yes < 0 ? 0 : result;
    return call_method_1(self, NAME("__subclasscheck__"), subtype);
}

/* 1 or 0, after noting it in the table; -1. */
static int remember(AbcData *data, ClassTable *table, Value subclass, int result) { return table_add(data, table, subclass) ? result : -1; }

static int subclass_by_hook(AbcData *data, Value self, Value subclass, bool *decided)
{
    *decided = true;
    Value result = call_method_1(self, NAME("__subclasshook__"), subclass);
    if (!result) return -1;
    if (result == TRUE) return remember(data, &data->cache, subclass, 1);
    if (result == FALSE) return remember(data, &data->negative, subclass, 0);
    *decided = false;
    if (result == NOT_IMPLEMENTED) return 0;
    *decided = true;
    raise_format(&exc_AssertionError, "__subclasshook__ must return either False, True, or NotImplemented");
    return -1;
}

static int subclass_check(AbcData *data, Value self, Value subclass)
{
    if (table_has(&data->cache, subclass)) return 1;
    if (data->negative_version < invalidation_counter) {
        table_clear(data, &data->negative);
        data->negative_version = invalidation_counter;
    } else if (table_has(&data->negative, subclass)) {
        return 0;
    }
    bool decided;
    int result = subclass_by_hook(data, self, subclass, &decided);
    if (decided) return result;
    /* A direct subclass. */
    Value mro = ((Type *)subclass)->mro;
    for (int64_t i = 0; mro && i < tuple_size(mro); i++)
        if (tuple_get(mro, i) == self) return remember(data, &data->cache, subclass, 1);
    /* A subclass of a registered class. */
    Value registered = data->registry.dict ? dict_values_list(data->registry.dict) : 0;
    for (int64_t i = 0; registered && i < list_size(registered); i++) {
        Value cls = weakref_target(list_get(registered, i));
        if (cls == NONE) continue;
        int yes = object_is_subclass(subclass, cls);
        if (yes) return yes < 0 ? -1 : remember(data, &data->cache, subclass, 1);
    }
    /* A subclass of a subclass. */
    Value subclasses = call_method_0(self, NAME("__subclasses__"));
    if (!subclasses) return -1;
    if (!is_list(subclasses)) return (int)raise_type("__subclasses__() must return a list") - 1;
    for (int64_t i = 0; i < list_size(subclasses); i++) {
        int yes = object_is_subclass(subclass, list_get(subclasses, i));
        if (yes) return yes < 0 ? -1 : remember(data, &data->cache, subclass, 1);
    }
    return remember(data, &data->negative, subclass, 0);
}

static NATIVE(abc_subclasscheck)
{
    if (!is_type(args[1])) return raise_type("issubclass() arg 1 must be a class");
    AbcData *data = data_of(args[0]);
    int yes = data ? subclass_check(data, args[0], args[1]) : -1;
    return yes < 0 ? 0 : bool_value(yes);
}

/* --- for tests and tools */

static NATIVE(abc_get_cache_token) { return int_new_unsigned(invalidation_counter); }

static NATIVE(abc_reset_registry)
{
    AbcData *data = data_of(args[0]);
    if (!data) return 0;
    table_clear(data, &data->registry);
    return NONE;
}

static NATIVE(abc_reset_caches)
{
    AbcData *data = data_of(args[0]);
    if (!data) return 0;
    table_clear(data, &data->cache);
    table_clear(data, &data->negative);
    return NONE;
}

static NATIVE(abc_get_dump)
{
    AbcData *data = data_of(args[0]);
    if (!data) return 0;
    Value registry = table_set(&data->registry), cache = table_set(&data->cache), negative = table_set(&data->negative), version = int_new_unsigned(data->negative_version);
    return registry && cache && negative && version ? tuple_pack(4, registry, cache, negative, version) : 0;
}

static const NativeDef functions[] = {
    {"get_cache_token", "()", abc_get_cache_token, "Returns the current ABC cache token, which changes with every call to register() on any ABC."},
    {"_abc_init", "(self, /)", abc_init, "Internal ABC helper for class set-up."},
    {"_reset_registry", "(self, /)", abc_reset_registry, "Internal ABC helper to reset registry of a given class."},
    {"_reset_caches", "(self, /)", abc_reset_caches, "Internal ABC helper to reset both caches of a given class."},
    {"_get_dump", "(self, /)", abc_get_dump, "Internal ABC helper for cache and registry debugging."},
    {"_abc_register", "(self, subclass, /)", abc_register, "Internal ABC helper for subclass registration."},
    {"_abc_instancecheck", "(self, instance, /)", abc_instancecheck, "Internal ABC helper for instance checks."},
    {"_abc_subclasscheck", "(self, subclass, /)", abc_subclasscheck, "Internal ABC helper for subclass checks."},
    {0},
};
static bool abc_module_init(Value module) { return type_ready(&abc_data_type); }
const ModuleDef module__abc = {"_abc", "Module contains faster C implementation of abc.ABCMeta", functions, abc_module_init};
