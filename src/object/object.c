/* object.c: the type `object`: what every object can do. Pickling support is in object_reduce.c. */
#include "object/container.h"
#include "object/keep.h"
#include "object/number.h"
#include "object/str.h"
#include "object/type_internal.h"

/* --- values that live for ever (keep.h) */

static Value kept;

bool value_keep(Value v)
{
    if (!kept) {
        Value list = list_new(0);
        if (!list) return false;
        gc_root(&kept);
        kept = list;
    }
    return list_append(kept, v);
}

/* --- making instances */

Value type_alloc(Type *type, int64_t items)
{
    size_t size = (size_t)type->basic_size;
    if (type->item_size) {
        if (items < 0 || (uint64_t)items > ((uint64_t)INT64_MAX - size - 4096) / (uint64_t)type->item_size) return raise_memory();
        size += (size_t)(type->item_size * items);
        if (type->attrs_offset < 0) size = ((size + 15) & ~7ull) + 8 * (1 + type->inline_slots);
        else size += 8;   /* bytes keep a zero behind their data */
    }
    Obj *object = gc_new(type, size);
    if (!object) return 0;
    if (type->item_size) ((VarObj *)object)->size = items;
    if (type->attrs_offset) object->shape = type->root_shape ? type->root_shape : shape_root(type);
    return VALUE(object);
}

Value type_new_plain(Type *type, Value *args, size_t nargs, Value kwnames) { return type_alloc(type, 0); }

static Value raise_abstract(Type *type)
{
    Value methods = object_getattr(VALUE(type), NAME("__abstractmethods__"));
    Value list = methods ? object_to_list(methods) : 0;
    if (!list || !list_sort(list, 0, false)) return 0;
    Value joined = str_join(str_from_cstring(", "), list);
    if (!joined) return 0;
    return raise_type("Can't instantiate abstract class %s with abstract method%s %U", type->name, list_size(list) == 1 ? "" : "s", joined);
}

Value object_new(Type *type, Value *args, size_t nargs, Value kwnames)
{
    if (__builtin_expect(nargs || kw_count(kwnames), 0)) {
        if (type->new != object_new) return raise_type("object.__new__() takes exactly one argument (the type to instantiate)");
        if (type->init == object_init) return raise_type("%.200s() takes no arguments", type->name);
    }
    if (__builtin_expect(type->flags & TYPE_ABSTRACT, 0)) return raise_abstract(type);
    return type_alloc(type, 0);
}

bool object_init(Value self, Value *args, size_t nargs, Value kwnames)
{
    if (__builtin_expect(!nargs && !kw_count(kwnames), 1)) return true;
    Type *type = type_of(self);
    if (type->init != object_init) return raise_type("object.__init__() takes exactly one argument (the instance to initialize)");
    if (type->new == object_new) return raise_type("%.200s.__init__() takes exactly one argument (the instance to initialize)", type->name);
    return true;
}

/* --- text, identity, comparison */

static Value object_default_repr(Value v)
{
    Type *type = type_of(v);
    Value module = type_module_value(type);
    if (!module && thread_self->exception) {
        if (error_matches(&exc_MemoryError)) return 0;
        error_clear();
    }
    Value qualname = type_qualname_value(type);
    if (!qualname) return 0;
    if (module && is_str(module) && !str_equal_ascii(module, "builtins")) return str_format_c("<%U.%U object at %p>", module, qualname, (void *)v);
    return str_format_c("<%s object at %p>", type->flags & TYPE_HEAP ? str_utf8(qualname, 0) : type->name, (void *)v);
}

static Value object_default_str(Value v)
{
    Value (*repr)(Value) = type_of(v)->repr;
    return repr ? repr(v) : object_default_repr(v);
}

bool object_identity_hash(Value v, int64_t *hash)
{
    uint64_t h = v >> 4 | v << 60;
    *hash = (int64_t)h == -1 ? -2 : (int64_t)h;
    return true;
}

static Value object_default_compare(Value a, Value b, CompareOp op)
{
    if (op == CMP_EQ) return a == b ? TRUE : NOT_IMPLEMENTED;
    if (op != CMP_NE) return NOT_IMPLEMENTED;
    /* != is the opposite of what the type says to ==. */
    Value (*compare)(Value, Value, CompareOp) = type_of(a)->compare;
    if (!compare) return NOT_IMPLEMENTED;
    Value equal = compare(a, b, CMP_EQ);
    if (!equal || equal == NOT_IMPLEMENTED) return equal;
    int truth = object_truth(equal);
    return truth < 0 ? 0 : bool_value(!truth);
}

/* --- __class__ */

static Value object_get_class(Value v) { return VALUE(type_of(v)); }

static bool object_set_class(Value v, Value value)
{
    if (!value) return raise_type("can't delete __class__ attribute");
    if (!is_type(value)) return raise_type("__class__ must be set to a class, not '%s' object", type_of(value)->name);
    Type *old = type_of(v), *new = (Type *)value;
    bool modules = type_is_subtype(new, &module_type) && type_is_subtype(old, &module_type);
    if (!modules && ((new->flags &TYPE_IMMUTABLE) || (old->flags & TYPE_IMMUTABLE)))
        return raise_type("__class__ assignment only supported for mutable types or ModuleType subclasses");
    if (!type_layouts_compatible(old, new, "__class__")) return false;
    return instance_change_type(as_obj(v), new);
}

/* --- methods */

static NATIVE(object_format_method)
{
    if (!is_str(args[1])) return raise_type("__format__() argument must be str, not %.50s", args[1] == NONE ? "None" : type_of(args[1])->name);
    if (str_length(args[1]) > 0) return raise_type("unsupported format string passed to %.200T.__format__", args[0]);
    return object_str(args[0]);
}

static NATIVE(object_sizeof_method)
{
    if (!is_pointer(args[0])) return small_int(type_of(args[0]) == &int_type ? 28 : 24);
    Type *type = type_of(args[0]);
    int64_t size = type->item_size ? ((VarObj *)args[0])->size : 0;
    return int_new(type->basic_size + type->item_size * (size < 0 ? -size : size));
}

static NATIVE(object_init_subclass) { return NONE; }
static NATIVE(object_subclasshook) { return NOT_IMPLEMENTED; }

/* Names of the class and its bases into dict: bases first, so that order shows nothing but completeness. */
static bool merge_class_names(Value dict, Value cls, int depth)
{
    if (depth > 200 || !recursion_enter(" in dir()")) return false;
    bool ok = true;
    Value class_dict = object_getattr_opt(cls, NAME("__dict__"));
    if (class_dict) ok = dict_update(dict, class_dict);
    else ok = !thread_self->exception;
    Value bases = ok ? object_getattr_opt(cls, NAME("__bases__")) : 0;
    if (ok && !bases) ok = !thread_self->exception;
    if (ok && bases) {
        int64_t count = object_length(bases);
        if (count < 0) error_clear();
        for (int64_t i = 0; ok && i < count; i++) {
            Value base = object_getitem(bases, small_int(i));
            ok = base && merge_class_names(dict, base, depth + 1);
        }
    }
    recursion_leave();
    return ok;
}

bool object_merge_class_names(Value dict, Value cls) { return merge_class_names(dict, cls, 0); }

static NATIVE(object_dir_method)
{
    Value own = object_getattr_opt(args[0], NAME("__dict__")), dict;
    if (!own && thread_self->exception) return 0;
    dict = own && is_dict(own) ? dict_copy(own) : dict_new();
    if (!dict) return 0;
    Value cls = object_getattr_opt(args[0], NAME("__class__"));
    if (!cls && thread_self->exception) return 0;
    if (cls && !merge_class_names(dict, cls, 0)) return 0;
    return dict_keys_list(dict);
}

NATIVE(object_reduce_method);
NATIVE(object_reduce_ex_method);
NATIVE(object_getstate_method);

static const NativeDef object_methods[] = {
    {"__reduce_ex__", "(self, protocol, /)", object_reduce_ex_method, "Helper for pickle."},
    {"__reduce__", "(self, /)", object_reduce_method, "Helper for pickle."},
    {"__getstate__", "(self, /)", object_getstate_method, "Helper for pickle."},
    {"__subclasshook__", "(type, object, /)", object_subclasshook, "Abstract classes can override this to customize issubclass().", NATIVE_CLASS},
    {"__init_subclass__", "(type, /)", object_init_subclass, "This method is called when a class is subclassed.", NATIVE_CLASS},
    {"__format__", "(self, format_spec, /)", object_format_method, "Default object formatter."},
    {"__sizeof__", "(self, /)", object_sizeof_method, "Size of object in memory, in bytes."},
    {"__dir__", "(self, /)", object_dir_method, "Default dir() implementation."},
    {0},
};
static const GetSetDef object_getset[] = {{"__class__", object_get_class, object_set_class, "the object's class"}, {0}};

Type object_type = {TYPE_INIT("object", Obj),
                    .flags = TYPE_BASE,
                    .doc = "object()\n--\n\nThe base class of the class hierarchy.",
                    .repr = object_default_repr,
                    .str = object_default_str,
                    .hash = object_identity_hash,
                    .compare = object_default_compare,
                    .getattr = object_generic_getattr,
                    .setattr = object_generic_setattr,
                    .init = object_init,
                    .new = object_new,
                    .methods = object_methods,
                    .getset = object_getset};
