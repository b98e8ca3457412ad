/* type_type.c: the type `type`: calling classes, attributes of classes, and the methods that every class has. */
#include "object/container.h"
#include "object/number.h"
#include "object/str.h"
#include "object/type_internal.h"

void type_trace(Obj *object);
Value type_type_new(Type *meta, Value *args, size_t nargs, Value kwnames);

/* --- calling */

static Value type_call(Value self, Value *args, size_t nargs, Value kwnames)
{
    Type *type = (Type *)self;
    if (type == &type_type) {
        if (nargs == 1 && kw_count(kwnames) == 0) return VALUE(type_of(args[0]));
        if (nargs != 3) return raise_type("type() takes 1 or 3 arguments");
    }
    if (!type->new) {
        if (!(type->flags & TYPE_READY)) {
            if (!type_ready(type)) return 0;
            return type_call(self, args, nargs, kwnames);
        }
        return raise_type("cannot create '%s' instances", type->name);
    }
    if (__builtin_expect(type->flags & TYPE_DISALLOW_NEW, 0)) return raise_type("cannot create '%s' instances", type->name);
    Value object = type->new(type, args, nargs, kwnames);
    if (!object) return 0;
    Type *made = type_of(object);
    if (made != type && !type_is_subtype(made, type)) return object;
    if (made->init == object_init) return object;
    return made->init(object, args, nargs, kwnames) ? object : 0;
}

static bool type_init(Value self, Value *args, size_t nargs, Value kwnames)
{
    if (nargs == 1 && kw_count(kwnames)) return raise_type("type.__init__() takes no keyword arguments");
    if (nargs != 1 && nargs != 3) return raise_type("type.__init__() takes 1 or 3 arguments");
    return true;
}

/* __new__ of static types: args[0] is the type that has it, args[1] the class wanted. */
static NATIVE(new_method)
{
    Type *owner = (Type *)args[0];
    const char *owner_name = owner->name;
    if (nargs < 2) return raise_type("%s.__new__(): not enough arguments", owner_name);
    if (!is_type(args[1])) return raise_type("%s.__new__(X): X is not a type object (%T)", owner_name, args[1]);
    Type *type = (Type *)args[1];
    if (!type_is_subtype(type, owner)) return raise_type("%s.__new__(%s): %s is not a subtype of %s", owner_name, type->name, type->name, owner_name);
    /* The class must not have a built-in base that makes its instances otherwise. */
    Type *static_base = type;
    while (static_base && (static_base->flags & TYPE_HEAP)) static_base = static_base->base;
    if (static_base && static_base->new != owner->new) return raise_type("%s.__new__(%s) is not safe, use %s.__new__()", owner_name, type->name, static_base->name);
    return owner->new(type, args + 2, nargs - 2, kwnames);
}
const NativeDef new_def = {"__new__", "($type, *args, **kwargs)", new_method, "Create and return a new object.  See help(type) for accurate signature.", NATIVE_VECTOR};

/* --- attributes of classes */

static Value class_lookup(Type *type, Value name, bool raise)
{
    Type *meta = type->head.head.type;
    if (!(type->flags & TYPE_READY) && !type_ready(type)) return 0;
    Value meta_attribute = type_lookup(meta, name);
    Value (*meta_get)(Value, Value, Type *) = 0;
    if (meta_attribute) {
        Type *descr_type = type_of(meta_attribute);
        meta_get = descr_type->descr_get;
        if (meta_get && descr_type->descr_set) return meta_get(meta_attribute, VALUE(type), meta);
    }
    Value attribute = type_lookup(type, name);
    if (attribute) {
        Value (*get)(Value, Value, Type *) = type_of(attribute)->descr_get;
        return get ? get(attribute, 0, type) : attribute;
    }
    if (thread_self->exception) return 0;
    if (meta_get) return meta_get(meta_attribute, VALUE(type), meta);
    if (meta_attribute) return meta_attribute;
    return raise ? raise_attribute_error(VALUE(type), name) : 0;
}

Value type_getattr(Value self, Value name)
{
    name = attribute_name(name);
    return name ? class_lookup((Type *)self, name, true) : 0;
}

Value type_getattr_opt(Value self, Value name)
{
    name = attribute_name(name);
    Value result = name ? class_lookup((Type *)self, name, false) : 0;
    if (!result && thread_self->exception) error_clear_if(&exc_AttributeError);
    return result;
}

static bool is_dunder(Value name)
{
    int64_t n = str_length(name);
    return n > 4 && str_char(name, 0) == '_' && str_char(name, 1) == '_' && str_char(name, n - 1) == '_' && str_char(name, n - 2) == '_';
}

static bool type_setattr(Value self, Value name, Value value)
{
    Type *type = (Type *)self;
    name = attribute_name(name);
    if (!name) return false;
    Distinct below = {.count = 0};
    bool dunder = is_dunder(name);
    if (type->flags & TYPE_IMMUTABLE) return raise_type("cannot set %R attribute of immutable type '%s'", name, type->name);
    if (dunder && !type_below(type, name, &below)) return false;
    Value descr = type_lookup(type->head.head.type, name);
    bool (*set)(Value, Value, Value) = descr ? type_of(descr)->descr_set : 0;
    if (set) {
        if (!set(descr, self, value)) return false;
    } else if (value) {
        if (!dict_set(type->dict, name, value)) return false;
    } else {
        int deleted = dict_delete(type->dict, name);
        if (deleted < 0) return false;
        if (!deleted) return raise_attribute("type object '%.50s' has no attribute '%U'", type->name, name);
    }
    type_invalidate(type);
    if (dunder) {
        type_update_slots(&below, name);
        /* Instances of this class that stand in classes become descriptors, or cease to be: inline caches hold them. */
        if (name == NAME("__get__") || name == NAME("__set__") || name == NAME("__delete__")) type_invalidate(&object_type);
    }
    return true;
}

bool type_check_settable(Type *type, const char *attribute)
{
    if (type->flags & TYPE_IMMUTABLE) return raise_type("cannot set '%s' attribute of immutable type '%s'", attribute, type->name);
    return true;
}

/* --- names */

Value type_name_value(Type *type) { return type->flags & TYPE_HEAP ? type->heap_name : str_from_cstring(type_name(type)); }
Value type_qualname_value(Type *type) { return type->flags & TYPE_HEAP ? type->heap_qualname : str_from_cstring(type_name(type)); }

/* __module__, or 0: without exception when a class has none. */
Value type_module_value(Type *type)
{
    if (type->flags & TYPE_HEAP) return dict_get_str(type->dict, NAME("__module__"));
    const char *dot = strrchr(type->name, '.');
    if (!dot) return NAME("builtins");
    size_t length = (size_t)(dot - type->name);
    return type->flags & TYPE_OWN_MODULE_NAME ? str_from_utf8(type->name, length) : str_intern_latin1(type->name, length);
}

static Value type_repr(Value v)
{
    Type *type = (Type *)v;
    Value module = type_module_value(type), name = type_qualname_value(type);
    if (!name) return 0;
    if (module && is_str(module) && !str_equal_ascii(module, "builtins")) return str_format_c("<class '%U.%U'>", module, name);
    return str_format_c("<class '%U'>", name);
}

static Value type_or(Value a, Value b) { return union_new(a, b); }

/* --- methods */

static NATIVE(type_mro_method)
{
    Value mro = type_compute_mro((Type *)args[0]);
    return mro ? object_to_list(mro) : 0;
}

static bool append_subclass(Type *type, void *context) { return list_append(*(Value *)context, VALUE(type)); }

static NATIVE(type_subclasses_method)
{
    Value list = list_new(0);
    return list && type_each_subclass((Type *)args[0], append_subclass, &list) ? list : 0;
}

static NATIVE(type_prepare_method) { return dict_new(); }

static NATIVE(type_instancecheck_method)
{
    int yes = object_real_is_instance(args[1], args[0]);
    return yes < 0 ? 0 : bool_value(yes);
}

static NATIVE(type_subclasscheck_method)
{
    int yes = object_real_is_subclass(args[1], args[0]);
    return yes < 0 ? 0 : bool_value(yes);
}

static NATIVE(type_dir_method)
{
    Value dict = dict_new();
    return dict && object_merge_class_names(dict, args[0]) ? dict_keys_list(dict) : 0;
}

static NATIVE(type_sizeof_method) { return int_new((int64_t)sizeof(Type)); }

const NativeDef type_methods[] = {
    {"mro", "(self, /)", type_mro_method, "Return a type's method resolution order."},
    {"__subclasses__", "(self, /)", type_subclasses_method, "Return a list of immediate subclasses."},
    {"__prepare__", 0, type_prepare_method, "Used to create the namespace for the class statement.", NATIVE_CLASS | NATIVE_VECTOR},
    {"__instancecheck__", "(self, instance, /)", type_instancecheck_method, "Check if an object is an instance."},
    {"__subclasscheck__", "(self, subclass, /)", type_subclasscheck_method, "Check if a class is a subclass."},
    {"__dir__", "(self, /)", type_dir_method, "Specialized __dir__ implementation for types."},
    {"__sizeof__", "(self, /)", type_sizeof_method, "Return memory consumption of the type object."},
    {0},
};

static const MemberDef type_members[] = {
    {"__basicsize__", MEMBER_INT64, offsetof(Type, basic_size)},
    {"__itemsize__", MEMBER_INT64, offsetof(Type, item_size)},
    {"__weakrefoffset__", MEMBER_INT64, offsetof(Type, weaklist_offset)},
    {"__base__", MEMBER_VALUE_OR_NONE, offsetof(Type, base)},
    {"__mro__", MEMBER_VALUE_OR_NONE, offsetof(Type, mro)},
    {0},
};

Type type_type = {TYPE_INIT("type", Type),
                  .item_size = 40,
                  .flags = TYPE_BASE | TYPE_TYPE | TYPE_WEAKREF_OK,
                  .dict_offset = offsetof(Type, dict),
                  .trace = type_trace,
                  .doc = "type(object) -> the object's type\ntype(name, bases, dict, **kwds) -> a new type",
                  .repr = type_repr,
                  .call = type_call,
                  .getattr = type_getattr,
                  .setattr = type_setattr,
                  .new = type_type_new,
                  .init = type_init,
                  .binary = {[BINARY_OR] = type_or},
                  .methods = type_methods,
                  .getset = type_getset,
                  .members = type_members};
