/* namespace.c: types.SimpleNamespace, an object that is nothing but its attributes. */
#include "object/container.h"
#include "object/str.h"

typedef struct NamespaceObj {
    Obj head;
    Value dict;
} NamespaceObj;

static void namespace_trace(Obj *object) { gc_visit(((NamespaceObj *)object)->dict); }

static Value namespace_make(Type *type, Value *args, size_t nargs, Value kwnames)
{
    Value self = type_alloc(type, 0), dict = self ? dict_new() : 0;
    if (!dict) return 0;
    SET((NamespaceObj *)self, dict, dict);
    return self;
}

Value namespace_new(Value dict)
{
    Value self = namespace_make(&namespace_type, 0, 0, 0);
    return self && (!dict || dict_update(((NamespaceObj *)self)->dict, dict)) ? self : 0;
}

static bool namespace_init(Value self, Value *args, size_t nargs, Value kwnames)
{
    if (nargs) return raise_type("no positional arguments expected");
    for (int64_t k = 0; kwnames && k < tuple_size(kwnames); k++) {
        if (!dict_set(((NamespaceObj *)self)->dict, tuple_get(kwnames, k), args[k])) return false;
    }
    return true;
}

static Value namespace_repr(Value self)
{
    const char *name = type_of(self) == &namespace_type ? "namespace" : type_name_of(self);
    int nested = repr_enter(self);
    if (nested) return nested < 0 ? 0 : str_format_c("%s(...)", name);
    StrBuilder b = {0};
    Value result = 0, items = dict_items_list(((NamespaceObj *)self)->dict);
    bool good = items && str_builder_cstring(&b, name) && str_builder_char(&b, '('), first = true;
    for (int64_t i = 0; good && i < list_size(items); i++) {
        Value key = tuple_get(list_get(items, i), 0);
        if (!is_str(key) || !str_length(key)) continue;
        Value text = object_repr(tuple_get(list_get(items, i), 1));
        good = text && (first || str_builder_cstring(&b, ", ")) && str_builder_str(&b, key) && str_builder_char(&b, '=') && str_builder_str(&b, text);
        first = false;
    }
    if (good && str_builder_char(&b, ')')) result = str_builder_finish(&b);
    repr_leave(self);
    return result;
}

static Value namespace_compare(Value a, Value b, CompareOp op)
{
    if (!is_instance_of(a, &namespace_type) || !is_instance_of(b, &namespace_type)) return NOT_IMPLEMENTED;
    return object_compare(((NamespaceObj *)a)->dict, ((NamespaceObj *)b)->dict, op);
}

static NATIVE(namespace_reduce) { return tuple_pack(3, VALUE(type_of(args[0])), tuple_empty, ((NamespaceObj *)args[0])->dict); }

static const NativeDef namespace_methods[] = {{"__reduce__", "(self, /)", namespace_reduce, "Return state information for pickling"}, {0}};
static const MemberDef namespace_members[] = {{"__dict__", MEMBER_VALUE, offsetof(NamespaceObj, dict), false}, {0}};

Type namespace_type = {
    TYPE_INIT("types.SimpleNamespace", NamespaceObj),
    .flags = TYPE_BASE,
    .doc = "A simple attribute-based namespace.\n\nSimpleNamespace(**kwargs)",
    .dict_offset = offsetof(NamespaceObj, dict),
    .trace = namespace_trace,
    .new = namespace_make,
    .init = namespace_init,
    .repr = namespace_repr,
    .compare = namespace_compare,
    .getattr = object_generic_getattr,
    .setattr = object_generic_setattr,
    .methods = namespace_methods,
    .members = namespace_members,
};
