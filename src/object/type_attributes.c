/* type_attributes.c: the attributes of classes that can be computed or assigned: __name__, __bases__, __doc__, __abstractmethods__ and their like. */
#include "object/container.h"
#include "object/number.h"
#include "object/str.h"
#include "object/type_internal.h"

/* Assignment and deletion of a special attribute: refused for built-in types, deletion for all. */
static bool check_special(Type *type, Value value, const char *name)
{
    if (!type_check_settable(type, name)) return false;
    return value ? true : raise_type("cannot delete '%s' attribute of immutable type '%s'", name, type->name);
}

/* --- __name__, __qualname__, __module__ */

static Value get_name(Value v) { return type_name_value((Type *)v); }
static bool set_name(Value v, Value value)
{
    Type *type = (Type *)v;
    if (!check_special(type, value, "__name__")) return false;
    if (!is_str(value)) return raise_type("can only assign string to %s.__name__, not '%T'", type->name, value);
    size_t length;
    const char *text = str_utf8(value, &length);
    if (!text) return false;
    if (strlen(text) != length) return raise_value("type name must not contain null characters");
    type->name = text;
    SET(type, heap_name, value);
    return true;
}

static Value get_qualname(Value v) { return type_qualname_value((Type *)v); }
static bool set_qualname(Value v, Value value)
{
    Type *type = (Type *)v;
    if (!check_special(type, value, "__qualname__")) return false;
    if (!is_str(value)) return raise_type("can only assign string to %s.__qualname__, not '%T'", type->name, value);
    SET(type, heap_qualname, value);
    return true;
}

static Value get_module(Value v)
{
    Value module = type_module_value((Type *)v);
    return module || thread_self->exception ? module : raise_attribute("__module__");
}
static bool set_module(Value v, Value value)
{
    Type *type = (Type *)v;
    return check_special(type, value, "__module__") && dict_set(type->dict, NAME("__module__"), value);
}

/* --- __abstractmethods__ */

static Value get_abstractmethods(Value v)
{
    Type *type = (Type *)v;
    Value found = type == &type_type ? 0 : dict_get_str(type_dict(type), NAME("__abstractmethods__"));
    return found ? found : raise_attribute("__abstractmethods__");
}
static bool set_abstractmethods(Value v, Value value)
{
    Type *type = (Type *)v;
    Value key = NAME("__abstractmethods__");
    if (!type_check_settable(type, "__abstractmethods__")) return false;
    int abstract = 0;
    if (value) {
        abstract = object_truth(value);
        if (abstract < 0 || !dict_set(type->dict, key, value)) return false;
    } else {
        int deleted = dict_delete(type->dict, key);
        if (deleted <= 0) return deleted == 0 ? raise_attribute("__abstractmethods__") : false;
    }
    if (abstract) type->flags |= TYPE_ABSTRACT;
    else type->flags &= ~(uint64_t)TYPE_ABSTRACT;
    return true;
}

/* --- __doc__, __text_signature__, __annotations__ */

static Value get_doc(Value v)
{
    Type *type = (Type *)v;
    if (!(type->flags & TYPE_HEAP) && type->doc) return doc_without_signature(type->name, type->doc);
    Value doc = dict_get_str(type_dict(type), NAME("__doc__"));
    if (!doc) return NONE;
    Value (*get)(Value, Value, Type *) = type_of(doc)->descr_get;
    return get ? get(doc, 0, type) : doc;
}
static bool set_doc(Value v, Value value)
{
    Type *type = (Type *)v;
    return check_special(type, value, "__doc__") && dict_set(type->dict, NAME("__doc__"), value);
}

static Value get_text_signature(Value v)
{
    Type *type = (Type *)v;
    return type->flags & TYPE_HEAP ? NONE : doc_signature(type->name, type->doc);
}

static Value get_annotations(Value v)
{
    Type *type = (Type *)v;
    Value key = NAME("__annotations__");
    if (!(type->flags & TYPE_HEAP)) return raise_attribute_error(v, key);
    Value found = dict_get_str(type->dict, key);
    if (found) {
        Value (*get)(Value, Value, Type *) = type_of(found)->descr_get;
        return get ? get(found, 0, type) : found;
    }
    Value made = dict_new();
    if (!made || !dict_set(type->dict, key, made)) return 0;
    type_invalidate(type);
    return made;
}
static bool set_annotations(Value v, Value value)
{
    Type *type = (Type *)v;
    Value key = NAME("__annotations__");
    if (!type_check_settable(type, "__annotations__")) return false;
    if (value) return dict_set(type->dict, key, value);
    int deleted = dict_delete(type->dict, key);
    return deleted ? deleted > 0 : raise_attribute("__annotations__");
}

/* --- __dict__, sizes, flags */

static Value get_dict(Value v)
{
    Value dict = type_dict((Type *)v);
    return dict ? mappingproxy_new(dict) : 0;
}
static Value get_flags(Value v) { return int_new((int64_t)(((Type *)v)->flags & 0xffffffffu)); }
static Value get_dictoffset(Value v)
{
    Type *type = (Type *)v;
    return int_new(type->attrs_offset ? type->attrs_offset : type->dict_offset);
}

/* --- __bases__ */

static Value get_bases(Value v) { return type_ready((Type *)v) ? ((Type *)v)->bases : 0; }

/* Classes whose order was recomputed, with the old order: pairs in a list, to undo when one of them fails. */
static bool update_mro_tree(Type *type, Value undo)
{
    Value old = type->mro;
    if (!c_stack_check() || !type_set_mro(type)) return false;
    Value pair = tuple_pack(2, VALUE(type), old);
    if (!pair || !list_append(undo, pair)) return false;
    Value list = list_new(0);
    if (!list) return false;
    for (int64_t i = 0; type->subclasses && i < list_size(type->subclasses); i++) {
        Value entry = list_get(type->subclasses, i), target = is_type(entry) ? entry : weakref_target(entry);
        if (target != NONE && !list_append(list, target)) return false;
    }
    for (int64_t i = 0; i < list_size(list); i++)
        if (!update_mro_tree((Type *)list_get(list, i), undo)) return false;
    return true;
}

static bool check_new_bases(Type *type, Value value)
{
    if (!is_tuple(value)) return raise_type("can only assign tuple to %s.__bases__, not %T", type->name, value);
    if (tuple_size(value) == 0) return raise_type("can only assign non-empty tuple to %s.__bases__, not ()", type->name);
    for (int64_t i = 0; i < tuple_size(value); i++) {
        Value base = tuple_get(value, i);
        if (!is_type(base)) return raise_type("%s.__bases__ must be tuple of classes, not '%T'", type->name, base);
        /* A custom mro() may be at work that has yet to change the MRO of `base`: its chain of bases tells. */
        bool cycle = type_is_subtype((Type *)base, type);
        for (Type *b = (Type *)base; b && !cycle; b = b->base) cycle = b == type;
        if (cycle) return raise_type("a __bases__ item causes an inheritance cycle");
    }
    return true;
}

static bool set_bases(Value v, Value value)
{
    Type *type = (Type *)v;
    if (!check_special(type, value, "__bases__") || !check_new_bases(type, value)) return false;
    Type *new_base = type_best_base(value);
    if (!new_base || !type_layouts_compatible(type->base, new_base, "__bases__")) return false;
    Distinct below = {.count = 0};
    Value old_bases = type->bases, undo = list_new(0);
    Type *old_base = type->base;
    if (!undo) return false;
    type->bases = value;
    SET(type, base, new_base);
    if (!update_mro_tree(type, undo) || !type_below(type, 0, &below)) {
        for (int64_t i = list_size(undo); i-- > 0;) {
            Type *changed = (Type *)tuple_get(list_get(undo, i), 0);
            SET(changed, mro, tuple_get(list_get(undo, i), 1));
            type_invalidate(changed);
        }
        if (type->bases == value) {
            type->bases = old_bases;
            SET(type, base, old_base);
        }
        return false;
    }
    /* A metaclass's mro() may have assigned __bases__ again: then that stands. */
    if (type->bases != value) return true;
    for (int64_t i = 0; i < tuple_size(old_bases); i++) type_remove_subclass((Type *)tuple_get(old_bases, i), type);
    for (int64_t i = 0; i < tuple_size(value); i++)
        if (!type_add_subclass((Type *)tuple_get(value, i), type)) return false;
    for (size_t i = 0; i < below.count; i++) type_set_slots((Type *)distinct_items(&below)[i].object);
    type_invalidate(&object_type);   /* the new bases may make descriptors of instances that stand in classes */
    return true;
}

const GetSetDef type_getset[] = {
    {"__name__", get_name, set_name},
    {"__qualname__", get_qualname, set_qualname},
    {"__bases__", get_bases, set_bases},
    {"__module__", get_module, set_module},
    {"__abstractmethods__", get_abstractmethods, set_abstractmethods},
    {"__dict__", get_dict},
    {"__doc__", get_doc, set_doc},
    {"__text_signature__", get_text_signature},
    {"__annotations__", get_annotations, set_annotations},
    {"__flags__", get_flags},
    {"__dictoffset__", get_dictoffset},
    {0},
};

/* --- __dict__ and __weakref__ of instances */

/* Instances of classes and modules have their dict from a built-in base, whose own descriptor rules. 0: no such base. */
static Value builtin_dict_descr(Value v)
{
    Type *type = type_of(v);
    while (type->flags & TYPE_HEAP) type = type->base;
    if (!type->dict_offset) return 0;
    Value descr = type_lookup(type, NAME("__dict__"));
    return descr && type_of(descr)->descr_set ? descr : 0;
}

static Value get_instance_dict(Value v)
{
    Value descr = builtin_dict_descr(v);
    if (descr) return type_of(descr)->descr_get(descr, v, type_of(v));
    Value dict = is_pointer(v) ? instance_dict(as_obj(v)) : 0;
    return dict || thread_self->exception ? dict : raise_attribute("This object has no __dict__");
}

static bool set_instance_dict(Value v, Value value)
{
    Value descr = builtin_dict_descr(v);
    if (descr) return type_of(descr)->descr_set(descr, v, value);
    if (value && !is_dict(value)) return raise_type("__dict__ must be set to a dictionary, not a '%.200T'", value);
    if (!is_pointer(v) || !type_has_dict(type_of(v))) return raise_attribute("This object has no __dict__");
    return instance_set_dict(as_obj(v), value);
}

/* The first weak reference without callback would be CPython's answer; any will do, None when there is none. */
static bool take_first(Obj *owner, void *context)
{
    *(Value *)context = VALUE(owner);
    return false;
}

static Value get_instance_weakref(Value v)
{
    Value found = NONE;
    if (is_pointer(v)) gc_weak_each(as_obj(v), take_first, &found);
    return found;
}

const GetSetDef instance_dict_getset = {"__dict__", get_instance_dict, set_instance_dict, "dictionary for instance variables (if defined)"};
const GetSetDef instance_weakref_getset = {"__weakref__", get_instance_weakref, 0, "list of weak references to the object (if defined)"};
