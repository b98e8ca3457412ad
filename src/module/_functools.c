/* _functools.c: partial, reduce, cmp_to_key. lru_cache's wrapper is in _functools_lru.c. */
#include "module/_functools.h"
#include "object/sequence.h"

/* --- partial */

typedef struct PartialObj {
    Obj head;
    Value function, args /* tuple */, keywords /* dict */, dict;
} PartialObj;
static Type partial_type;

static void partial_trace(Obj *object) { gc_visit_values(&((PartialObj *)object)->function, 4); }

static Value partial_new(Type *type, Value *args, size_t nargs, Value kwnames)
{
    if (nargs < 1) return raise_type("type 'partial' takes at least one argument");
    Value function = args[0], before = 0, keywords = 0;
    /* A partial of a partial becomes one, whatever their classes are, unless the inner one is called in another way or has attributes. */
    if (type_is_subtype(type_of(function), &partial_type) && type_of(function)->call == partial_type.call && !((PartialObj *)function)->dict) {
        PartialObj *inner = (PartialObj *)function;
        before = inner->args;
        keywords = inner->keywords;
        function = inner->function;
    }
    if (!is_callable(function)) return raise_type("the first argument must be callable");
    Value v = type_alloc(type, 0);
    if (!v) return 0;
    int64_t had = before ? tuple_size(before) : 0;
    Value all = tuple_new(had + (int64_t)nargs - 1);
    if (!all) return 0;
    if (had) memcpy(tuple_items(all), tuple_items(before), (size_t)had * sizeof(Value));
    if (nargs > 1) memcpy(tuple_items(all) + had, args + 1, (nargs - 1) * sizeof(Value));
    keywords = keywords ? dict_copy(keywords) : dict_new();
    for (size_t i = 0; keywords && i < kw_count(kwnames); i++)
        if (!dict_set(keywords, tuple_get(kwnames, (int64_t)i), args[nargs + i])) return 0;
    if (!keywords) return 0;
    PartialObj *partial = (PartialObj *)v;
    partial->function = function;
    partial->args = all;
    SET(partial, keywords, keywords);
    return v;
}

/* The keywords of the call replace those of the partial, in place; new ones follow. */
static Value call_with_keywords(PartialObj *partial, Value *args, size_t nargs, Value kwnames)
{
    Value keywords = dict_copy(partial->keywords), all = tuple_new(tuple_size(partial->args) + (int64_t)nargs);
    if (!keywords || !all) return 0;
    for (size_t i = 0; i < kw_count(kwnames); i++)
        if (!dict_set(keywords, tuple_get(kwnames, (int64_t)i), args[nargs + i])) return 0;
    memcpy(tuple_items(all), tuple_items(partial->args), (size_t)tuple_size(partial->args) * sizeof(Value));
    memcpy(tuple_items(all) + tuple_size(partial->args), args, nargs * sizeof(Value));
    return object_call_tuple(partial->function, all, keywords);
}

static Value partial_call(Value self, Value *args, size_t nargs, Value kwnames)
{
    PartialObj *partial = (PartialObj *)self;
    if (!partial->function) return raise_type("the first argument must be callable");
    if (!recursion_enter(" while calling a Python object")) return 0;
    Value result = 0;
    if (dict_size(partial->keywords)) {
        result = call_with_keywords(partial, args, nargs, kwnames);
    } else {
        size_t had = (size_t)tuple_size(partial->args), total = had + nargs + kw_count(kwnames);
        Value stack[12], *copy = total < 11 ? stack : gc_buffer((total + 1) * sizeof(Value));
        if (copy) {
            copy[0] = 0;
            memcpy(copy + 1, tuple_items(partial->args), had * sizeof(Value));
            memcpy(copy + 1 + had, args, (nargs + kw_count(kwnames)) * sizeof(Value));
            result = object_call(partial->function, copy + 1, had + nargs, kwnames);
        }
    }
    recursion_leave();
    return result;
}

static Value partial_repr(Value v)
{
    int recursive = repr_enter(v);
    if (recursive) return recursive < 0 ? 0 : str_from_cstring("...");
    PartialObj *partial = (PartialObj *)v;
    Type *type = type_of(v);
    Value name = type == &partial_type ? str_from_cstring("functools.partial") : object_getattr(VALUE(type), NAME("__qualname__")), key, value;
    Value args = partial->args, keywords = partial->keywords;
    Value text = name ? str_format_c("%U(%R", name, partial->function) : 0;
    for (int64_t i = 0; text && i < tuple_size(args); i++) text = str_format_c("%U, %R", text, tuple_get(args, i));
    for (int64_t position = 0; text && dict_next(keywords, &position, &key, &value);) text = str_format_c("%U, %S=%R", text, key, value);
    if (text) text = str_format_c("%U)", text);
    repr_leave(v);
    return text;
}

static NATIVE(partial_reduce)
{
    PartialObj *partial = (PartialObj *)args[0];
    Value head = tuple_pack(1, partial->function);
    Value state = head ? tuple_pack(4, partial->function, partial->args, partial->keywords, partial->dict ? partial->dict : NONE) : 0;
    return state ? tuple_pack(3, VALUE(type_of(args[0])), head, state) : 0;
}

static NATIVE(partial_setstate)
{
    PartialObj *partial = (PartialObj *)args[0];
    Value state = args[1];
    if (!is_tuple(state) || tuple_size(state) != 4) return raise_type("invalid partial state");
    Value function = tuple_get(state, 0), all = tuple_get(state, 1), keywords = tuple_get(state, 2), dict = tuple_get(state, 3);
    if (!is_callable(function) || !is_tuple(all) || (keywords != NONE && !is_dict(keywords))) return raise_type("invalid partial state");
    if (type_of(all) != &tuple_type) all = tuple_from(tuple_items(all), tuple_size(all));
    if (keywords == NONE) keywords = dict_new();
    else if (type_of(keywords) != &dict_type) keywords = dict_copy(keywords);
    if (!all || !keywords) return 0;
    partial->function = function;
    partial->args = all;
    partial->keywords = keywords;
    SET(partial, dict, dict == NONE ? 0 : dict);
    return NONE;
}

static const GetSetDef partial_getset[] = {{"__dict__", object_get_dict, object_set_dict}, {0}};
static const MemberDef partial_members[] = {
    {"func", MEMBER_VALUE, offsetof(PartialObj, function), false, "function object to use in future partial calls"},
    {"args", MEMBER_VALUE, offsetof(PartialObj, args), false, "tuple of arguments to future partial calls"},
    {"keywords", MEMBER_VALUE, offsetof(PartialObj, keywords), false, "dictionary of keyword arguments to future partial calls"},
    {0},
};
static const NativeDef partial_methods[] = {
    {"__reduce__", "(self, /)", partial_reduce},
    {"__setstate__", "(self, state, /)", partial_setstate},
    CLASS_GETITEM,
    {0},
};
static Type partial_type = {TYPE_INIT("functools.partial", PartialObj),
                            .flags = TYPE_OWN_MODULE_NAME | TYPE_BASE | TYPE_WEAKREF_OK,
                            .dict_offset = offsetof(PartialObj, dict),
                            .trace = partial_trace,
                            .doc = "partial(func, *args, **keywords) - new function with partial application\nof the given arguments and keywords.",
                            .new = partial_new,
                            .call = partial_call,
                            .repr = partial_repr,
                            .methods = partial_methods,
                            .members = partial_members,
                            .getset = partial_getset};

/* --- cmp_to_key */

typedef struct KeyObj {
    Obj head;
    Value compare, object;
} KeyObj;
static Type key_type;

static void key_trace(Obj *object) { gc_visit_values(&((KeyObj *)object)->compare, 2); }

static Value key_new(Value compare, Value object)
{
    KeyObj *key = gc_alloc(KeyObj, &key_type);
    if (!key) return 0;
    key->compare = compare;
    key->object = object;
    return VALUE(key);
}

static Value key_call(Value self, Value *args, size_t nargs, Value kwnames)
{
    static Signature *signature;
    Value object;
    if (!native_bind("K", "(obj)", &signature, args, nargs, kwnames, &object)) return 0;
    return key_new(((KeyObj *)self)->compare, object);
}

static Value key_compare(Value a, Value b, CompareOp op)
{
    if (type_of(b) != &key_type) return raise_type("other argument must be K instance");
    KeyObj *x = (KeyObj *)a, *y = (KeyObj *)b;
    if (!x->object || !y->object) return raise_attribute("object");
    Value result = call_2(x->compare, x->object, y->object);
    return result ? object_compare(result, small_int(0), op) : 0;
}

static const MemberDef key_members[] = {{"obj", MEMBER_VALUE_OR_NONE, offsetof(KeyObj, object), true, "Value wrapped by a key function."}, {0}};
static Type key_type = {
    TYPE_INIT("functools.KeyWrapper", KeyObj), .flags = TYPE_DISALLOW_NEW, .trace = key_trace, .call = key_call, .compare = key_compare, .members = key_members};

static NATIVE(functools_cmp_to_key)
{
    static Signature *signature;
    Value compare;
    return native_bind("cmp_to_key", "(mycmp)", &signature, args, nargs, kwnames, &compare) ? key_new(compare, 0) : 0;
}

/* --- reduce */

static NATIVE(functools_reduce)
{
    if (!args_check_count("reduce", (int64_t)nargs, 2, 3)) return 0;
    Value result = nargs > 2 ? args[2] : 0, iterator = object_iter(args[1]), item;
    if (!iterator) {
        if (error_clear_if(&exc_TypeError)) raise_type("reduce() arg 2 must support iteration");
        return 0;
    }
    Value function = args[0];
    while ((item = iter_next_quick(iterator))) {
        result = result ? call_2(function, result, item) : item;
        if (!result) return 0;
    }
    if (thread_self->exception) return 0;
    return result ? result : raise_type("reduce() of empty iterable with no initial value");
}

static const NativeDef functions[] = {
    {"reduce", 0, functools_reduce,
     "reduce(function, iterable[, initial]) -> value\n\nApply a function of two arguments cumulatively to the items of an iterable, from left to right.",
     NATIVE_VECTOR | NATIVE_NO_KEYWORDS},
    {"cmp_to_key", 0, functools_cmp_to_key, "Convert a cmp= function into a key= function.", NATIVE_VECTOR},
    {0},
};

static bool functools_init(Value module) { return type_ready(&key_type) && module_add_type(module, &partial_type) && module_add_type(module, &lru_cache_type) && lru_cache_init(); }
const ModuleDef module__functools = {"_functools", "Tools that operate on functions.", functions, functools_init};
