/* descr.c: getset_descriptor, member_descriptor, wrapper_descriptor and method-wrapper: the built-in types' attributes as Python sees them. */
#include "object/container.h"
#include "object/number.h"
#include "object/str.h"
#include "object/type_internal.h"

/* Every descriptor struct begins with these. Fields differ in order, so each type passes them. */
static bool check_object(Type *owner, Value name, Value object)
{
    if (is_instance_of(object, owner)) return true;
    return raise_type("descriptor '%U' for '%.100s' objects doesn't apply to a '%.100T' object", name, owner->name, object);
}

static Value qualname_of(Type *owner, Value name)
{
    Value qualname = type_qualname_value(owner);
    return qualname ? str_format_c("%U.%U", qualname, name) : 0;
}

static Value reduce_descr(Type *owner, Value name)
{
    Value getattr = import_attr("builtins", "getattr");
    Value pair = getattr ? tuple_pack(2, VALUE(owner), name) : 0;
    return pair ? tuple_pack(2, getattr, pair) : 0;
}

/* --- getset_descriptor */

Value getset_new(Type *owner, const GetSetDef *def)
{
    Value name = str_intern_cstring(def->name);
    GetSetObj *o = name ? gc_alloc(GetSetObj, &getset_type) : 0;
    if (!o) return 0;
    o->owner = owner;
    o->def = def;
    o->name = name;
    return VALUE(o);
}

static void getset_trace(Obj *object)
{
    gc_visit(VALUE(((GetSetObj *)object)->owner));
    gc_visit(((GetSetObj *)object)->name);
}

static Value getset_repr(Value v)
{
    GetSetObj *o = (GetSetObj *)v;
    return str_format_c("<attribute '%U' of '%s' objects>", o->name, type_full_name(o->owner));
}

static Value getset_get(Value self, Value object, Type *owner)
{
    if (!object) return self;
    GetSetObj *o = (GetSetObj *)self;
    if (!check_object(o->owner, o->name, object)) return 0;
    if (!c_stack_check()) return 0;
    if (o->def->get) return o->def->get(object);
    return raise_attribute("attribute '%U' of '%.100s' objects is not readable", o->name, o->owner->name);
}

static bool getset_set(Value self, Value object, Value value)
{
    GetSetObj *o = (GetSetObj *)self;
    if (!check_object(o->owner, o->name, object)) return false;
    if (o->def->set) return o->def->set(object, value);
    return raise_attribute("attribute '%U' of '%.100s' objects is not writable", o->name, o->owner->name);
}

static Value getset_get_doc(Value v)
{
    const char *doc = ((GetSetObj *)v)->def->doc;
    return doc ? str_from_cstring(doc) : NONE;
}
static Value getset_get_qualname(Value v) { return qualname_of(((GetSetObj *)v)->owner, ((GetSetObj *)v)->name); }

static const GetSetDef getset_getset[] = {{"__doc__", getset_get_doc}, {"__qualname__", getset_get_qualname}, {0}};
static const MemberDef getset_members[] = {{"__objclass__", MEMBER_VALUE, offsetof(GetSetObj, owner)}, {"__name__", MEMBER_VALUE, offsetof(GetSetObj, name)}, {0}};
Type getset_type = {TYPE_INIT("getset_descriptor", GetSetObj),
                    .trace = getset_trace,
                    .repr = getset_repr,
                    .descr_get = getset_get,
                    .descr_set = getset_set,
                    .getset = getset_getset,
                    .members = getset_members};

/* --- member_descriptor */

Value member_new(Type *owner, const MemberDef *def)
{
    Value name = str_intern_cstring(def->name);
    MemberObj *o = name ? gc_alloc(MemberObj, &member_type) : 0;
    if (!o) return 0;
    o->owner = owner;
    o->name = name;
    o->doc = def->doc;
    o->offset = def->offset;
    o->kind = def->kind;
    o->writable = def->writable;
    return VALUE(o);
}

Value slot_member_new(Type *owner, Value name, uint32_t offset)
{
    MemberObj *o = gc_alloc(MemberObj, &member_type);
    if (!o) return 0;
    o->owner = owner;
    o->name = name;
    o->offset = offset;
    o->kind = MEMBER_VALUE;
    o->writable = true;
    return VALUE(o);
}

static void member_trace(Obj *object)
{
    gc_visit(VALUE(((MemberObj *)object)->owner));
    gc_visit(((MemberObj *)object)->name);
}

static Value member_repr(Value v)
{
    MemberObj *o = (MemberObj *)v;
    return str_format_c("<member '%U' of '%s' objects>", o->name, type_full_name(o->owner));
}

Value member_get(MemberObj *o, Obj *object)
{
    void *place = (char *)object + o->offset;
    switch (o->kind) {
    case MEMBER_VALUE: return *(Value *)place ? *(Value *)place : raise_attribute_error(VALUE(object), o->name);
    case MEMBER_VALUE_OR_NONE: return *(Value *)place ? *(Value *)place : NONE;
    case MEMBER_INT: return int_new(*(int *)place);
    case MEMBER_INT64: return int_new(*(int64_t *)place);
    case MEMBER_BOOL: return bool_value(*(bool *)place);
    case MEMBER_DOUBLE: return float_new(*(double *)place);
    case MEMBER_CSTRING: return *(char **)place ? str_from_cstring(*(char **)place) : NONE;
    }
    return raise_system("bad member descriptor type for %U", o->name);
}

static Value member_descr_get(Value self, Value object, Type *owner)
{
    if (!object) return self;
    MemberObj *o = (MemberObj *)self;
    return check_object(o->owner, o->name, object) ? member_get(o, as_obj(object)) : 0;
}

static bool member_set_number(MemberObj *o, void *place, Value value)
{
    switch (o->kind) {
    case MEMBER_INT: return number_as_int(value, place);
    case MEMBER_INT64: return number_as_int64(value, place);
    case MEMBER_BOOL:
        if (value != TRUE && value != FALSE) return raise_type("attribute value type must be bool");
        *(bool *)place = value == TRUE;
        return true;
    case MEMBER_DOUBLE: return number_as_double(value, place);
    default: return raise_type("readonly attribute");
    }
}

static bool member_descr_set(Value self, Value object, Value value)
{
    MemberObj *o = (MemberObj *)self;
    if (!check_object(o->owner, o->name, object)) return false;
    if (!o->writable) return raise_attribute("readonly attribute");
    void *place = (char *)object + o->offset;
    if (o->kind != MEMBER_VALUE && o->kind != MEMBER_VALUE_OR_NONE) return value ? member_set_number(o, place, value) : raise_type("can't delete numeric/char attribute");
    if (!value && o->kind == MEMBER_VALUE && !*(Value *)place) return raise_value_of(&exc_AttributeError, o->name);
    *(Value *)place = value;
    gc_barrier(as_obj(object));
    return true;
}

static Value member_get_doc(Value v)
{
    const char *doc = ((MemberObj *)v)->doc;
    return doc ? str_from_cstring(doc) : NONE;
}
static Value member_get_qualname(Value v) { return qualname_of(((MemberObj *)v)->owner, ((MemberObj *)v)->name); }
static NATIVE(member_reduce) { return reduce_descr(((MemberObj *)args[0])->owner, ((MemberObj *)args[0])->name); }

static const GetSetDef member_getset[] = {{"__doc__", member_get_doc}, {"__qualname__", member_get_qualname}, {0}};
static const MemberDef member_members[] = {{"__objclass__", MEMBER_VALUE, offsetof(MemberObj, owner)}, {"__name__", MEMBER_VALUE, offsetof(MemberObj, name)}, {0}};
static const NativeDef member_methods[] = {{"__reduce__", "(self, /)", member_reduce}, {0}};
Type member_type = {TYPE_INIT("member_descriptor", MemberObj),
                    .trace = member_trace,
                    .repr = member_repr,
                    .descr_get = member_descr_get,
                    .descr_set = member_descr_set,
                    .getset = member_getset,
                    .members = member_members,
                    .methods = member_methods};

/* --- wrapper_descriptor */

Value wrapper_new(Type *owner, const SlotDef *def, void *function)
{
    Value name = str_intern_cstring(def->name);
    WrapperObj *o = name ? gc_alloc(WrapperObj, &slot_wrapper_type) : 0;
    if (!o) return 0;
    o->owner = owner;
    o->def = def;
    o->function = function;
    o->name = name;
    return VALUE(o);
}

static void wrapper_trace(Obj *object)
{
    gc_visit(VALUE(((WrapperObj *)object)->owner));
    gc_visit(((WrapperObj *)object)->name);
}

static Value wrapper_repr(Value v)
{
    WrapperObj *o = (WrapperObj *)v;
    return str_format_c("<slot wrapper '%U' of '%s' objects>", o->name, type_full_name(o->owner));
}

static Value wrapper_get(Value self, Value object, Type *owner)
{
    if (!object) return self;
    WrapperObj *o = (WrapperObj *)self;
    if (!check_object(o->owner, o->name, object)) return 0;
    MethodWrapperObj *bound = gc_alloc(MethodWrapperObj, &method_wrapper_type);
    if (!bound) return 0;
    bound->wrapper = o;
    bound->self = object;
    return VALUE(bound);
}

static Value wrapper_call(Value self, Value *args, size_t nargs, Value kwnames)
{
    WrapperObj *o = (WrapperObj *)self;
    if (nargs == 0) return raise_type("descriptor '%U' of '%.100s' object needs an argument", o->name, o->owner->name);
    if (!is_instance_of(args[0], o->owner)) return raise_type("descriptor '%U' requires a '%.100s' object but received a '%.100T'", o->name, o->owner->name, args[0]);
    return slot_wrap_call(o, args[0], args + 1, nargs - 1, kwnames);
}

static Value wrapper_get_doc(Value v)
{
    const char *doc = ((WrapperObj *)v)->def->doc;
    return doc ? str_from_cstring(doc) : NONE;
}
static Value wrapper_get_signature(Value v) { return signature_text(((WrapperObj *)v)->def->signature, true); }
static Value wrapper_get_qualname(Value v) { return qualname_of(((WrapperObj *)v)->owner, ((WrapperObj *)v)->name); }
static NATIVE(wrapper_reduce) { return reduce_descr(((WrapperObj *)args[0])->owner, ((WrapperObj *)args[0])->name); }

static const GetSetDef wrapper_getset[] = {{"__doc__", wrapper_get_doc}, {"__qualname__", wrapper_get_qualname}, {"__text_signature__", wrapper_get_signature}, {0}};
static const MemberDef wrapper_members[] = {{"__objclass__", MEMBER_VALUE, offsetof(WrapperObj, owner)}, {"__name__", MEMBER_VALUE, offsetof(WrapperObj, name)}, {0}};
static const NativeDef wrapper_methods[] = {{"__reduce__", "(self, /)", wrapper_reduce}, {0}};
Type slot_wrapper_type = {TYPE_INIT("wrapper_descriptor", WrapperObj),
                          .flags = TYPE_METHOD_DESCRIPTOR,
                          .trace = wrapper_trace,
                          .repr = wrapper_repr,
                          .call = wrapper_call,
                          .descr_get = wrapper_get,
                          .getset = wrapper_getset,
                          .members = wrapper_members,
                          .methods = wrapper_methods};

/* --- method-wrapper */

static void bound_trace(Obj *object)
{
    gc_visit(VALUE(((MethodWrapperObj *)object)->wrapper));
    gc_visit(((MethodWrapperObj *)object)->self);
}

static Value bound_repr(Value v)
{
    MethodWrapperObj *o = (MethodWrapperObj *)v;
    return str_format_c("<method-wrapper '%U' of %T object at %p>", o->wrapper->name, o->self, (void *)o->self);
}

static Value bound_call(Value self, Value *args, size_t nargs, Value kwnames)
{
    MethodWrapperObj *o = (MethodWrapperObj *)self;
    return slot_wrap_call(o->wrapper, o->self, args, nargs, kwnames);
}

static bool bound_hash(Value v, int64_t *hash)
{
    MethodWrapperObj *o = (MethodWrapperObj *)v;
    int64_t h = (int64_t)(((o->self >> 4) * 31) ^ ((uintptr_t)o->wrapper >> 4));
    *hash = h == -1 ? -2 : h;
    return true;
}

static Value bound_compare(Value a, Value b, CompareOp op)
{
    if ((op != CMP_EQ && op != CMP_NE) || type_of(b) != &method_wrapper_type) return NOT_IMPLEMENTED;
    MethodWrapperObj *x = (MethodWrapperObj *)a, *y = (MethodWrapperObj *)b;
    return bool_value((x->wrapper == y->wrapper && x->self == y->self) == (op == CMP_EQ));
}

static Value bound_get_doc(Value v) { return wrapper_get_doc(VALUE(((MethodWrapperObj *)v)->wrapper)); }
static Value bound_get_signature(Value v) { return wrapper_get_signature(VALUE(((MethodWrapperObj *)v)->wrapper)); }
static Value bound_get_name(Value v) { return ((MethodWrapperObj *)v)->wrapper->name; }
static Value bound_get_qualname(Value v) { return wrapper_get_qualname(VALUE(((MethodWrapperObj *)v)->wrapper)); }
static Value bound_get_objclass(Value v) { return VALUE(((MethodWrapperObj *)v)->wrapper->owner); }
static NATIVE(bound_reduce)
{
    MethodWrapperObj *o = (MethodWrapperObj *)args[0];
    Value getattr = import_attr("builtins", "getattr");
    Value pair = getattr ? tuple_pack(2, o->self, o->wrapper->name) : 0;
    return pair ? tuple_pack(2, getattr, pair) : 0;
}

static const GetSetDef bound_getset[] = {{"__objclass__", bound_get_objclass},        {"__name__", bound_get_name},
                                         {"__qualname__", bound_get_qualname},        {"__doc__", bound_get_doc},
                                         {"__text_signature__", bound_get_signature}, {0}};
static const MemberDef bound_members[] = {{"__self__", MEMBER_VALUE, offsetof(MethodWrapperObj, self)}, {0}};
static const NativeDef bound_methods[] = {{"__reduce__", "(self, /)", bound_reduce}, {0}};
Type method_wrapper_type = {TYPE_INIT("method-wrapper", MethodWrapperObj),
                            .trace = bound_trace,
                            .repr = bound_repr,
                            .call = bound_call,
                            .hash = bound_hash,
                            .compare = bound_compare,
                            .getset = bound_getset,
                            .members = bound_members,
                            .methods = bound_methods};
