/* super.c: super(): attributes looked up in the MRO behind a class. */
#include "object/container.h"
#include "object/str.h"
#include "object/type_internal.h"

typedef struct SuperObj {
    Obj head;
    Type *type;
    Value object;
    Type *object_type;
} SuperObj;   /* type: behind which to look; object_type: whose MRO */

bool (*super_frame_hook)(Value *type, Value *object);

static void super_trace(Obj *o)
{
    SuperObj *super = (SuperObj *)o;
    gc_visit(VALUE(super->type));
    gc_visit(super->object);
    gc_visit(VALUE(super->object_type));
}

/* The class whose MRO counts: obj itself when it is a subclass of type, else its class, else its __class__ (proxies). */
static Type *super_check(Type *type, Value object)
{
    if (is_type(object) && type_is_subtype((Type *)object, type)) return (Type *)object;
    if (is_instance_of(object, type)) return type_of(object);
    Value cls = object_getattr_opt(object, NAME("__class__"));
    if (!cls && thread_self->exception) return 0;
    if (cls && is_type(cls) && cls != VALUE(type_of(object)) && type_is_subtype((Type *)cls, type)) return (Type *)cls;
    return (Type *)raise_type("super(type, obj): obj must be an instance or subtype of type");
}

/* The attribute behind super->type in the MRO, unbound; 0: none (the super object's own attributes are next). */
static Value super_find(SuperObj *super, Value name)
{
    if (!super->object_type || name == NAME("__class__")) return 0;
    Value mro = super->object_type->mro;
    int64_t count = mro ? tuple_size(mro) : 0, i = 0;
    while (i < count && tuple_get(mro, i) != VALUE(super->type)) i++;
    for (i++; i < count; i++) {
        Value dict = type_dict((Type *)tuple_get(mro, i));
        Value found = dict ? dict_get_str(dict, name) : 0;
        if (found) return found;
    }
    return 0;
}

static Value super_bind(SuperObj *super, Value found)
{
    Value (*get)(Value, Value, Type *) = type_of(found)->descr_get;
    return get ? get(found, super->object == VALUE(super->object_type) ? 0 : super->object, super->object_type) : found;
}

Value super_getattr(Value self, Value name)
{
    name = attribute_name(name);
    if (!name) return 0;
    Value found = super_find((SuperObj *)self, name);
    return found ? super_bind((SuperObj *)self, found) : object_generic_getattr(self, name);
}

Value super_get_method(Value self, Value name, Value *bound)
{
    SuperObj *super = (SuperObj *)self;
    *bound = 0;
    name = attribute_name(name);
    if (!name) return 0;
    Value found = super_find(super, name);
    if (!found) return object_generic_getattr(self, name);
    if (!(type_of(found)->flags & TYPE_METHOD_DESCRIPTOR) || super->object == VALUE(super->object_type)) return super_bind(super, found);
    *bound = super->object;
    return found;
}

static Value super_descr_get(Value self, Value object, Type *owner)
{
    SuperObj *super = (SuperObj *)self;
    if (!object || object == NONE || super->object) return self;
    if (type_of(self) != &super_type) return call_2(VALUE(type_of(self)), VALUE(super->type), object);
    Type *object_type = super_check(super->type, object);
    if (!object_type) return 0;
    SuperObj *bound = gc_alloc(SuperObj, &super_type);
    if (!bound) return 0;
    bound->type = super->type;
    bound->object = object;
    bound->object_type = object_type;
    return VALUE(bound);
}

static bool super_set(SuperObj *super, Value type, Value object)
{
    Type *object_type = 0;
    if (object == NONE) object = 0;
    if (object && !(object_type = super_check((Type *)type, object))) return false;
    super->type = (Type *)type;
    super->object = object;
    super->object_type = object_type;
    gc_barrier(super);
    return true;
}

static bool super_init(Value self, Value *args, size_t nargs, Value kwnames)
{
    if (!args_no_keywords("super", kwnames) || !args_check_count("super()", (int64_t)nargs, 0, 2)) return false;
    Value type = nargs ? args[0] : 0, object = nargs > 1 ? args[1] : 0;
    if (type && !is_type(type)) return raise_type("super() argument 1 must be a type, not %.50T", type);
    if (!type) {
        if (!super_frame_hook) return raise_runtime("super(): no current frame");
        if (!super_frame_hook(&type, &object)) return false;
    }
    return super_set((SuperObj *)self, type, object);
}

Value super_new(Type *type, Value object)
{
    SuperObj *super = gc_alloc(SuperObj, &super_type);
    return super && super_set(super, VALUE(type), object) ? VALUE(super) : 0;
}

static Value super_repr(Value v)
{
    SuperObj *super = (SuperObj *)v;
    if (super->object_type) return str_format_c("<super: <class '%s'>, <%s object>>", super->type ? super->type->name : "NULL", super->object_type->name);
    return str_format_c("<super: <class '%s'>, NULL>", super->type ? super->type->name : "NULL");
}

static const MemberDef super_members[] = {
    {"__thisclass__", MEMBER_VALUE_OR_NONE, offsetof(SuperObj, type)},
    {"__self__", MEMBER_VALUE_OR_NONE, offsetof(SuperObj, object)},
    {"__self_class__", MEMBER_VALUE_OR_NONE, offsetof(SuperObj, object_type)},
    {0},
};

Type super_type = {TYPE_INIT("super", SuperObj),
                   .flags = TYPE_BASE,
                   .trace = super_trace,
                   .doc = "super() -> same as super(__class__, <first argument>)\nsuper(type) -> unbound super object\nsuper(type, obj) -> bound super object\nsuper(type, type2) "
                          "-> bound super object",
                   .repr = super_repr,
                   .getattr = super_getattr,
                   .descr_get = super_descr_get,
                   .new = type_new_plain,
                   .init = super_init,
                   .members = super_members};
