/* object_attr.c: attribute access: the generic lookup that most types use, and the entry points that dispatch to a type's own. */
#include "object/container.h"
#include "object/exception.h"
#include "object/shape.h"
#include "object/str.h"
#include "object/type_internal.h"

/* --- errors */

uint64_t raise_attribute_error(Value object, Value name)
{
    Value text;
    if (is_type(object)) {
        text = str_format_c("type object '%.50s' has no attribute '%U'", ((Type *)object)->name, name);
    } else {
        text = str_format_c("'%.100T' object has no attribute '%U'", object, name);
    }
    return raise_attribute_text(object, name, text);
}

uint64_t raise_attribute_text(Value object, Value name, Value text)
{
    if (!text) return 0;
    Value args = tuple_pack(1, text);
    if (!args) return 0;
    Value e = exception_new(&exc_AttributeError, args);
    if (!e) return 0;
    AttributeErrorObj *error = (AttributeErrorObj *)e;
    SET(error, object, object);
    SET(error, name, name);
    return raise_instance(e);
}

/* --- the generic lookup: data descriptor, instance, other descriptor, class attribute */

static Value generic_getattr(Value v, Value name, bool raise)
{
    Type *type = type_of(v);
    Value descr = type_lookup(type, name);
    Value (*get)(Value, Value, Type *) = 0;
    if (descr) {
        Type *descr_type = type_of(descr);
        get = descr_type->descr_get;
        if (get && descr_type->descr_set) return get(descr, v, type);
    } else if (thread_self->exception) {
        return 0;
    }
    if (is_pointer(v) && type_has_dict(type)) {
        Value value = instance_get(as_obj(v), name);
        if (value) return value;
        if (thread_self->exception) return 0;
    }
    if (get) return get(descr, v, type);
    if (descr) return descr;
    return raise ? raise_attribute_error(v, name) : 0;
}

Value object_generic_getattr(Value v, Value name)
{
    name = attribute_name(name);
    return name ? generic_getattr(v, name, true) : 0;
}

Value object_generic_getattr_opt(Value v, Value name)
{
    name = attribute_name(name);
    Value result = name ? generic_getattr(v, name, false) : 0;
    if (!result && thread_self->exception) error_clear_if(&exc_AttributeError);
    return result;
}

bool object_generic_setattr(Value v, Value name, Value value)
{
    name = attribute_name(name);
    if (!name) return false;
    Type *type = type_of(v);
    Value descr = type_lookup(type, name);
    if (descr) {
        bool (*set)(Value, Value, Value) = type_of(descr)->descr_set;
        if (set) return set(descr, v, value);
    } else if (thread_self->exception) {
        return false;
    }
    if (!is_pointer(v) || !type_has_dict(type)) {
        return raise_attribute(descr ? "'%.100T' object attribute '%U' is read-only" : "'%.100T' object has no attribute '%U'", v, name);   /* no `name`, no `obj` */
    }
    if (value) return instance_set(as_obj(v), name, value);
    int deleted = instance_delete(as_obj(v), name);
    return deleted ? deleted > 0 : raise_attribute("'%.100T' object has no attribute '%U'", v, name);
}

/* --- entry points */

/* An AttributeError that does not say whose attribute was missing (from a __getattr__, say) learns it here. */
void attribute_error_complete(Value v, Value name)
{
    Value pending = thread_self->exception;
    if (!is_instance_of(pending, &exc_AttributeError)) return;
    AttributeErrorObj *e = (AttributeErrorObj *)pending;
    if (e->name || e->object) return;
    e->name = name;
    e->object = v;
    gc_barrier(e);
}

Value object_getattr(Value v, Value name)
{
    name = attribute_name(name);
    if (!name) return 0;
    Type *type = type_of(v);
    if (type->getattr == object_generic_getattr) return generic_getattr(v, name, true);
    if (!c_stack_check()) return 0;
    if (__builtin_expect(!type->getattr, 0)) {
        if (!type_ready(type)) return 0;
        return type->getattr ? type->getattr(v, name) : raise_attribute_error(v, name);
    }
    Value result = type->getattr(v, name);
    if (__builtin_expect(!result, 0) && thread_self->exception) attribute_error_complete(v, name);
    return result;
}

Value object_getattr_opt(Value v, Value name)
{
    name = attribute_name(name);
    if (!name) return 0;
    Type *type = type_of(v);
    if (type->getattr == object_generic_getattr) {
        Value result = generic_getattr(v, name, false);
        if (!result && thread_self->exception) error_clear_if(&exc_AttributeError);
        return result;
    }
    Value result = type->getattr == type_getattr ? type_getattr_opt(v, name) : object_getattr(v, name);
    if (!result && thread_self->exception) error_clear_if(&exc_AttributeError);
    return result;
}

bool object_setattr(Value v, Value name, Value value)
{
    name = attribute_name(name);
    if (!name) return false;
    Type *type = type_of(v);
    if (!c_stack_check()) return false;
    if (type->setattr) return type->setattr(v, name, value);
    const char *what = type->getattr ? "only read-only" : "no";
    return raise_type("'%.100T' object has %s attributes (%s .%U)", v, what, value ? "assign to" : "del", name);
}

Value object_get_method(Value v, Value name, Value *self)
{
    *self = 0;
    Type *type = type_of(v);
    if (type->getattr != object_generic_getattr) return type->getattr == super_getattr ? super_get_method(v, name, self) : object_getattr(v, name);
    name = attribute_name(name);
    if (!name) return 0;
    Value descr = type_lookup(type, name);
    if (!descr) {
        if (thread_self->exception) return 0;
        return generic_getattr(v, name, true);
    }
    Type *descr_type = type_of(descr);
    bool method = descr_type->flags & TYPE_METHOD_DESCRIPTOR;
    if (!method && descr_type->descr_get && descr_type->descr_set) return descr_type->descr_get(descr, v, type);
    if (is_pointer(v) && type_has_dict(type)) {
        Value value = instance_get(as_obj(v), name);
        if (value) return value;
        if (thread_self->exception) return 0;
    }
    if (method) {
        *self = v;
        return descr;
    }
    return descr_type->descr_get ? descr_type->descr_get(descr, v, type) : descr;
}

Value object_lookup_special(Value v, Value name)
{
    Type *type = type_of(v);
    Value descr = type_lookup(type, name);
    if (!descr) return 0;
    Value (*get)(Value, Value, Type *) = type_of(descr)->descr_get;
    return get ? get(descr, v, type) : descr;
}

Value object_get_dict(Value v)
{
    if (!is_pointer(v)) return 0;
    if (is_type(v)) return object_getattr(v, NAME("__dict__"));
    return instance_dict(as_obj(v));
}

bool object_set_dict(Value v, Value dict)
{
    if (!dict) return raise_type("cannot delete __dict__");
    if (!is_dict(dict)) return raise_type("__dict__ must be set to a dictionary, not a '%.200T'", dict);
    return instance_set_dict(as_obj(v), dict);
}
