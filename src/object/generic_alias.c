/* generic_alias.c: types.GenericAlias, list[int]: an origin with arguments. Looks like the origin to almost everybody who asks for an attribute. */
#include "object/generic_alias.h"
#include "object/str.h"

static void alias_trace(Obj *object)
{
    GenericAliasObj *a = (GenericAliasObj *)object;
    gc_visit(a->origin);
    gc_visit(a->args);
    gc_visit(a->parameters);
}

static Value alias_of(Type *type, Value origin, Value args)
{
    if (!is_tuple(args)) {
        args = tuple_pack(1, args);
        if (!args) return 0;
    }
    Value self = type_alloc(type, 0);
    if (!self) return 0;
    GenericAliasObj *a = (GenericAliasObj *)self;
    a->origin = origin;
    a->args = args;
    gc_barrier(a);
    return self;
}

Value generic_alias_new(Value origin, Value args) { return alias_of(&generic_alias_type, origin, args); }

static Value alias_make(Type *type, Value *args, size_t nargs, Value kwnames)
{
    if (kwnames && tuple_size(kwnames)) return raise_type("GenericAlias() takes no keyword arguments");
    if (nargs != 2) return raise_type("GenericAlias expected 2 arguments, got %zu", nargs);
    return alias_of(type, args[0], args[1]);
}

NATIVE(generic_alias_class_getitem) { return generic_alias_new(args[0], args[1]); }

#define is_alias(v) is_instance_of(v, &generic_alias_type)

/* --- parameters */

static int64_t index_of(Value tuple, int64_t count, Value item)
{
    for (int64_t i = 0; i < count; i++) {
        if (tuple_get(tuple, i) == item) return i;
    }
    return -1;
}

static bool add_unique(Value list, Value item)
{
    for (int64_t i = 0; i < list_size(list); i++) {
        if (list_get(list, i) == item) return true;
    }
    return list_append(list, item);
}

/* The attribute, or 0: check for an exception. */
static Value optional(Value v, Value name) { return object_getattr_opt(v, name); }

Value type_parameters(Value args)
{
    Value list = list_new(0);
    for (int64_t i = 0; list && i < tuple_size(args); i++) {
        Value arg = tuple_get(args, i);
        if (is_type(arg)) continue;   /* a class that is generic itself has parameters, but not in this sense */
        Value subst = optional(arg, NAME("__typing_subst__"));
        if (subst) {
            if (!add_unique(list, arg)) return 0;
            continue;
        }
        if (thread_self->exception) return 0;
        Value inner = optional(arg, NAME("__parameters__"));
        if (thread_self->exception) return 0;
        for (int64_t k = 0; inner && is_tuple(inner) && k < tuple_size(inner); k++) {
            if (!add_unique(list, tuple_get(inner, k))) return 0;
        }
    }
    return list ? list_to_tuple(list) : 0;
}

/* The items of `item` with *tuple[...] spread out. */
static Value unpack_items(Value item)
{
    Value items = is_tuple(item) ? item : tuple_pack(1, item), list = items ? list_new(0) : 0;
    for (int64_t i = 0; list && i < tuple_size(items); i++) {
        Value each = tuple_get(items, i), inner = 0;
        if (!is_type(each)) {
            inner = optional(each, NAME("__typing_unpacked_tuple_args__"));
            if (!inner && thread_self->exception) return 0;
        }
        bool spread = inner && is_tuple(inner) && !(tuple_size(inner) && tuple_get(inner, tuple_size(inner) - 1) == ELLIPSIS);
        if (spread ? !list_extend(list, inner) : !list_append(list, each)) return 0;
    }
    return list ? list_to_tuple(list) : 0;
}

static int is_unpacked_variadic(Value arg)
{
    if (is_type(arg)) return 0;
    Value flag = optional(arg, NAME("__typing_is_unpacked_typevartuple__"));
    return flag ? object_truth(flag) : thread_self->exception ? -1 : 0;
}

/* An argument that is itself generic: arg[its parameters replaced]. */
static Value substitute_inside(Value arg, Value parameters, Value items)
{
    Value inner = optional(arg, NAME("__parameters__"));
    if (!inner) return thread_self->exception ? 0 : arg;
    if (!is_tuple(inner) || !tuple_size(inner)) return arg;
    Value list = list_new(0);
    for (int64_t i = 0; list && i < tuple_size(inner); i++) {
        Value value = tuple_get(inner, i);
        int64_t at = index_of(parameters, tuple_size(parameters), value);
        if (at >= 0) {
            Value parameter = tuple_get(parameters, at);
            value = tuple_get(items, at);
            if (type_of(parameter)->iter && is_tuple(value)) {   /* a TypeVarTuple stands for several */
                if (!list_extend(list, value)) return 0;
                continue;
            }
        }
        if (!list_append(list, value)) return 0;
    }
    Value key = list ? list_to_tuple(list) : 0;
    return key ? object_getitem(arg, key) : 0;
}

Value type_substitute(Value self, Value args, Value parameters, Value item)
{
    int64_t count = tuple_size(parameters);
    if (!count) return raise_type("%R is not a generic class", self);
    item = unpack_items(item);
    for (int64_t i = 0; item && i < count; i++) {
        Value prepare = optional(tuple_get(parameters, i), NAME("__typing_prepare_subst__"));
        if (!prepare && thread_self->exception) return 0;
        if (!prepare || prepare == NONE) continue;
        if (!is_tuple(item)) item = tuple_pack(1, item);
        item = item ? call_2(prepare, self, item) : 0;
    }
    if (!item) return 0;
    Value items = is_tuple(item) ? item : tuple_pack(1, item);
    if (!items) return 0;
    int64_t given = tuple_size(items);
    if (given != count) { return raise_type("Too %s arguments for %R; actual %lld, expected %lld", given > count ? "many" : "few", self, (long long)given, (long long)count); }
    Value list = list_new(0);
    for (int64_t i = 0; list && i < tuple_size(args); i++) {
        Value arg = tuple_get(args, i);
        if (is_type(arg)) {
            if (!list_append(list, arg)) return 0;
            continue;
        }
        int spread = is_unpacked_variadic(arg);
        if (spread < 0) return 0;
        Value subst = optional(arg, NAME("__typing_subst__"));
        if (subst) {
            int64_t at = index_of(parameters, count, arg);
            arg = at >= 0 ? call_1(subst, tuple_get(items, at)) : raise_runtime("type parameter %R is not in __parameters__", arg);
        } else if (thread_self->exception) return 0;
        else arg = substitute_inside(arg, parameters, items);
        if (!arg) return 0;
        if (spread && is_tuple(arg) ? !list_extend(list, arg) : !list_append(list, arg)) return 0;
    }
    return list ? list_to_tuple(list) : 0;
}

static Value alias_parameters(Value self)
{
    GenericAliasObj *a = (GenericAliasObj *)self;
    if (!a->parameters) {
        Value parameters = type_parameters(a->args);
        if (!parameters) return 0;
        SET(a, parameters, parameters);
    }
    return a->parameters;
}

static Value alias_getitem(Value self, Value item)
{
    GenericAliasObj *a = (GenericAliasObj *)self;
    Value parameters = alias_parameters(self), args = parameters ? type_substitute(self, a->args, parameters, item) : 0;
    Value result = args ? generic_alias_new(a->origin, args) : 0;
    if (result) ((GenericAliasObj *)result)->starred = a->starred;
    return result;
}

/* --- text */

bool type_argument_repr(StrBuilder *b, Value v)
{
    if (v == ELLIPSIS) return str_builder_cstring(b, "...");
    Value text = 0, origin = optional(v, NAME("__origin__"));
    if (!origin && thread_self->exception) return false;
    Value args = origin ? optional(v, NAME("__args__")) : 0;
    if (!args && thread_self->exception) return false;
    if (!args) {
        Value name = optional(v, NAME("__qualname__")), module = name ? optional(v, NAME("__module__")) : 0;
        if (thread_self->exception) return false;
        if (name && module && module != NONE) {
            bool builtin = is_str(module) && str_equal_ascii(module, "builtins");
            text = builtin ? object_str(name) : str_format_c("%S.%S", module, name);
            return text && str_builder_str(b, text);
        }
    }
    text = object_repr(v);
    return text && str_builder_str(b, text);
}

static Value alias_repr(Value self)
{
    GenericAliasObj *a = (GenericAliasObj *)self;
    if (!recursion_enter(" while getting the repr of an object")) return 0;
    StrBuilder b = {0};
    bool good = (!a->starred || str_builder_char(&b, '*')) && type_argument_repr(&b, a->origin) && str_builder_char(&b, '[');
    for (int64_t i = 0; good && i < tuple_size(a->args); i++) good = (!i || str_builder_cstring(&b, ", ")) && type_argument_repr(&b, tuple_get(a->args, i));
    if (good && !tuple_size(a->args)) good = str_builder_cstring(&b, "()");
    recursion_leave();
    return good && str_builder_char(&b, ']') ? str_builder_finish(&b) : 0;
}

/* --- standing in for the origin */

static const char *const own_attributes[] = {
    "__class__",       "__origin__",    "__args__",   "__unpacked__", "__parameters__", "__typing_unpacked_tuple_args__",
    "__mro_entries__", "__reduce_ex__", "__reduce__", "__copy__",     "__deepcopy__",   0,
};

static Value alias_getattr(Value self, Value name)
{
    for (int i = 0; own_attributes[i] && is_str(name); i++) {
        if (str_equal_ascii(name, own_attributes[i])) return object_generic_getattr(self, name);
    }
    return is_str(name) ? object_getattr(((GenericAliasObj *)self)->origin, name) : object_generic_getattr(self, name);
}

static Value alias_call(Value self, Value *args, size_t nargs, Value kwnames)
{
    Value object = object_call(((GenericAliasObj *)self)->origin, args, nargs, kwnames);
    if (!object) return 0;
    if (!object_setattr(object, NAME("__orig_class__"), self) && !error_clear_if(&exc_AttributeError) && !error_clear_if(&exc_TypeError)) return 0;
    return object;
}

static bool alias_hash(Value self, int64_t *hash)
{
    GenericAliasObj *a = (GenericAliasObj *)self;
    int64_t origin, args;
    if (!object_hash(a->origin, &origin) || !object_hash(a->args, &args)) return false;
    *hash = (origin ^ args) == -1 ? -2 : origin ^ args;
    return true;
}

static Value alias_compare(Value x, Value y, CompareOp op)
{
    if (!is_alias(x) || !is_alias(y) || (op != CMP_EQ && op != CMP_NE)) return NOT_IMPLEMENTED;
    GenericAliasObj *a = (GenericAliasObj *)x, *b = (GenericAliasObj *)y;
    int equal = a->starred == b->starred ? object_equal(a->origin, b->origin) : 0;
    if (equal > 0) equal = object_equal(a->args, b->args);
    return equal < 0 ? 0 : bool_value(equal == (op == CMP_EQ));
}

/* --- iteration: *list[int] */

typedef struct AliasIter {
    Obj head;
    Value alias;
} AliasIter;

static void iterator_trace(Obj *object) { gc_visit(((AliasIter *)object)->alias); }
static Value iterator_next(Value self)
{
    AliasIter *it = (AliasIter *)self;
    if (!it->alias) return 0;
    GenericAliasObj *a = (GenericAliasObj *)it->alias;
    Value starred = alias_of(&generic_alias_type, a->origin, a->args);
    if (!starred) return 0;
    ((GenericAliasObj *)starred)->starred = true;
    SET(it, alias, 0);
    return starred;
}

static NATIVE(iterator_reduce)
{
    AliasIter *it = (AliasIter *)args[0];
    Value iter = import_attr("builtins", "iter"), inner = iter ? tuple_pack(1, it->alias ? it->alias : tuple_empty) : 0;
    return inner ? tuple_pack(2, iter, inner) : 0;
}

static const NativeDef iterator_methods[] = {{"__reduce__", "(self, /)", iterator_reduce}, {0}};
Type generic_alias_iterator_type = {
    TYPE_INIT("generic_alias_iterator", AliasIter), .flags = TYPE_DISALLOW_NEW, .trace = iterator_trace, .iter = iter_self, .next = iterator_next, .methods = iterator_methods};

static Value alias_iter(Value self)
{
    AliasIter *it = gc_alloc(AliasIter, &generic_alias_iterator_type);
    if (it) it->alias = self;
    return VALUE(it);
}

/* --- methods */

static NATIVE(alias_mro_entries) { return tuple_pack(1, ((GenericAliasObj *)args[0])->origin); }
static NATIVE(alias_instancecheck) { return raise_type("isinstance() argument 2 cannot be a parameterized generic"); }
static NATIVE(alias_subclasscheck) { return raise_type("issubclass() argument 2 cannot be a parameterized generic"); }

static NATIVE(alias_reduce)
{
    GenericAliasObj *a = (GenericAliasObj *)args[0];
    if (a->starred) {
        Value plain = generic_alias_new(a->origin, a->args), iterator = plain ? alias_iter(plain) : 0;
        Value next = iterator ? import_attr("builtins", "next") : 0, inner = next ? tuple_pack(1, iterator) : 0;
        return inner ? tuple_pack(2, next, inner) : 0;
    }
    Value inner = tuple_pack(2, a->origin, a->args);
    return inner ? tuple_pack(2, VALUE(type_of(args[0])), inner) : 0;
}

static NATIVE(alias_dir)
{
    Value names = object_dir(((GenericAliasObj *)args[0])->origin);
    for (int i = 0; names && own_attributes[i]; i++) {
        Value name = str_intern_cstring(own_attributes[i]);
        int there = name ? object_contains(names, name) : -1;
        if (there < 0 || (!there && !list_append(names, name))) return 0;
    }
    return names;
}

static Value alias_unpacked_args(Value self)
{
    GenericAliasObj *a = (GenericAliasObj *)self;
    return a->starred && a->origin == VALUE(&tuple_type) ? a->args : NONE;
}

static const NativeDef alias_methods[] = {
    {"__mro_entries__", "(self, bases, /)", alias_mro_entries},
    {"__instancecheck__", "(self, instance, /)", alias_instancecheck},
    {"__subclasscheck__", "(self, cls, /)", alias_subclasscheck},
    {"__reduce__", "(self, /)", alias_reduce},
    {"__dir__", "(self, /)", alias_dir},
    {0},
};
static const GetSetDef alias_getset[] = {
    {"__parameters__", alias_parameters, 0, "Type variables in the GenericAlias."},
    {"__typing_unpacked_tuple_args__", alias_unpacked_args, 0, 0},
    {0},
};
static const MemberDef alias_members[] = {
    {"__origin__", MEMBER_VALUE, offsetof(GenericAliasObj, origin), false},
    {"__args__", MEMBER_VALUE, offsetof(GenericAliasObj, args), false},
    {"__unpacked__", MEMBER_BOOL, offsetof(GenericAliasObj, starred), false},
    {0},
};

Type generic_alias_type = {
    TYPE_INIT("types.GenericAlias", GenericAliasObj),
    .flags = TYPE_BASE | TYPE_WEAKREF_OK,
    .doc = "Represent a PEP 585 generic type\n\nE.g. for t = list[int], t.__origin__ is list and t.__args__ is (int,).",
    .trace = alias_trace,
    .new = alias_make,
    .repr = alias_repr,
    .hash = alias_hash,
    .compare = alias_compare,
    .call = alias_call,
    .getattr = alias_getattr,
    .getitem = alias_getitem,
    .iter = alias_iter,
    .binary = {[BINARY_OR] = union_or},
    .methods = alias_methods,
    .getset = alias_getset,
    .members = alias_members,
};
