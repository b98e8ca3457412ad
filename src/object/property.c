/* property.c: property, classmethod and staticmethod. */
#include "object/str.h"
#include "object/type_internal.h"

/* --- property */

static void property_trace(Obj *object)
{
    PropertyObj *p = (PropertyObj *)object;
    gc_visit_values(&p->get, 5);
}

static Value property_descr_get(Value self, Value object, Type *owner)
{
    if (!object || object == NONE) return self;
    PropertyObj *p = (PropertyObj *)self;
    if (p->get) return call_1(p->get, object);
    Value qualname = type_qualname_value(type_of(object));
    if (!qualname) return 0;
    if (p->name) return raise_attribute("property %R of %R object has no getter", p->name, qualname);
    return raise_attribute("property of %R object has no getter", qualname);
}

static bool property_descr_set(Value self, Value object, Value value)
{
    PropertyObj *p = (PropertyObj *)self;
    Value function = value ? p->set : p->del;
    if (function) return value ? call_2(function, object, value) != 0 : call_1(function, object) != 0;
    Value qualname = type_qualname_value(type_of(object));
    if (!qualname) return false;
    const char *what = value ? "setter" : "deleter";
    if (p->name) return raise_attribute("property %R of %R object has no %s", p->name, qualname, what);
    return raise_attribute("property of %R object has no %s", qualname, what);
}

static inline Value given(Value v) { return v == NONE ? 0 : v; }

static bool property_init(Value self, Value *args, size_t nargs, Value kwnames)
{
    static Signature *signature;
    Value out[4];
    if (!native_bind("property", "(fget=None, fset=None, fdel=None, doc=None)", &signature, args, nargs, kwnames, out)) return false;
    PropertyObj *p = (PropertyObj *)self;
    if (p->get || p->set) type_invalidate(&object_type);   /* inline caches hold what stands in classes */
    p->get = given(out[0]);
    p->set = given(out[1]);
    p->del = given(out[2]);
    p->doc = given(out[3]);
    p->name = 0;
    p->getter_doc = false;
    gc_barrier(p);
    if (p->doc || !p->get) {
        if (type_of(self) == &property_type || !p->doc) return true;
        return type_has_dict(type_of(self)) || type_lookup(type_of(self), NAME("__doc__")) ? (type_has_dict(type_of(self)) ? object_setattr(self, NAME("__doc__"), p->doc) : true)
                                                                                           : true;
    }
    Value doc = object_getattr_opt(p->get, NAME("__doc__"));
    if (!doc) return !thread_self->exception;
    if (type_of(self) == &property_type) {
        SET(p, doc, doc);
    } else if (!object_setattr(self, NAME("__doc__"), doc)) {
        /* A subclass whose instances cannot take the doc string does without. */
        return false;
    }
    p->getter_doc = true;
    return true;
}

static Value property_copy(Value self, Value get, Value set, Value del)
{
    PropertyObj *p = (PropertyObj *)self;
    Value doc = p->getter_doc && get ? 0 : p->doc;
    if (!get) get = p->get;
    if (!set) set = p->set;
    if (!del) del = p->del;
    Value copy;
    Value args[] = {0, get ? get : NONE, set ? set : NONE, del ? del : NONE, doc ? doc : NONE};
    if (p->getter_doc && get && get != NONE) args[4] = NONE;
    copy = object_call(VALUE(type_of(self)), args + 1, 4, 0);
    if (copy && is_instance_of(copy, &property_type)) SET((PropertyObj *)copy, name, p->name);
    return copy;
}

static NATIVE(property_getter) { return property_copy(args[0], args[1], 0, 0); }
static NATIVE(property_setter) { return property_copy(args[0], 0, args[1], 0); }
static NATIVE(property_deleter) { return property_copy(args[0], 0, 0, args[1]); }
static NATIVE(property_set_name)
{
    if (nargs != 3) return raise_type("__set_name__() takes 2 positional arguments but %zu were given", nargs - 1);
    SET((PropertyObj *)args[0], name, args[2]);
    return NONE;
}

static int is_abstract(Value v)
{
    if (!v) return 0;
    Value flag = object_getattr_opt(v, NAME("__isabstractmethod__"));
    if (!flag) return thread_self->exception ? -1 : 0;
    return object_truth(flag);
}

static Value property_get_abstract(Value v)
{
    PropertyObj *p = (PropertyObj *)v;
    Value functions[] = {p->get, p->set, p->del};
    for (int i = 0; i < 3; i++) {
        int yes = is_abstract(functions[i]);
        if (yes) return yes < 0 ? 0 : TRUE;
    }
    return FALSE;
}

static const NativeDef property_methods[] = {
    {"getter", "(self, object, /)", property_getter, "Descriptor to obtain a copy of the property with a different getter."},
    {"setter", "(self, object, /)", property_setter, "Descriptor to obtain a copy of the property with a different setter."},
    {"deleter", "(self, object, /)", property_deleter, "Descriptor to obtain a copy of the property with a different deleter."},
    {"__set_name__", 0, property_set_name, "Method to set name of a property.", NATIVE_VECTOR | NATIVE_NO_KEYWORDS},
    {0},
};
static const MemberDef property_members[] = {
    {"fget", MEMBER_VALUE_OR_NONE, offsetof(PropertyObj, get)},
    {"fset", MEMBER_VALUE_OR_NONE, offsetof(PropertyObj, set)},
    {"fdel", MEMBER_VALUE_OR_NONE, offsetof(PropertyObj, del)},
    {"__doc__", MEMBER_VALUE_OR_NONE, offsetof(PropertyObj, doc), true},
    {0},
};
static const GetSetDef property_getset[] = {{"__isabstractmethod__", property_get_abstract}, {0}};

Type property_type = {TYPE_INIT("property", PropertyObj),
                      .flags = TYPE_BASE,
                      .trace = property_trace,
                      .doc = "property(fget=None, fset=None, fdel=None, doc=None)\n--\n\nProperty attribute: functions that get, set and delete it, and its doc string.",
                      .descr_get = property_descr_get,
                      .descr_set = property_descr_set,
                      .new = type_new_plain,
                      .init = property_init,
                      .methods = property_methods,
                      .members = property_members,
                      .getset = property_getset};

/* --- classmethod, staticmethod */

static void wrapped_trace(Obj *object)
{
    gc_visit(((WrappedObj *)object)->callable);
    gc_visit(((WrappedObj *)object)->dict);
}

/* Takes over the wrapped function's __module__, __name__, __qualname__, __doc__ and __annotations__, as functools.wraps does. */
static bool copy_function_attributes(Value self, Value callable)
{
    Value names[] = {NAME("__module__"), NAME("__name__"), NAME("__qualname__"), NAME("__doc__"), NAME("__annotations__")};
    for (int i = 0; i < 5; i++) {
        Value value = object_getattr_opt(callable, names[i]);
        if (!value && thread_self->exception) return false;
        if (value && !object_setattr(self, names[i], value)) return false;
    }
    return true;
}

static bool wrapped_init(const char *name, Value self, Value *args, size_t nargs, Value kwnames)
{
    if (!args_no_keywords(name, kwnames) || !args_check_count(name, (int64_t)nargs, 1, 1)) return false;
    if (((WrappedObj *)self)->callable) type_invalidate(&object_type);   /* inline caches hold what stands in classes */
    SET((WrappedObj *)self, callable, args[0]);
    return copy_function_attributes(self, args[0]);
}
static bool classmethod_init(Value self, Value *args, size_t nargs, Value kwnames) { return wrapped_init("classmethod", self, args, nargs, kwnames); }
static bool staticmethod_init(Value self, Value *args, size_t nargs, Value kwnames) { return wrapped_init("staticmethod", self, args, nargs, kwnames); }

static Value classmethod_get(Value self, Value object, Type *owner)
{
    WrappedObj *w = (WrappedObj *)self;
    if (!w->callable) return raise_runtime("uninitialized classmethod object");
    if (!owner) owner = type_of(object);
    Type *type = type_of(w->callable);
    if (type == &function_type) return method_new(w->callable, VALUE(owner));
    if (type->descr_get) return c_stack_check() ? type->descr_get(w->callable, VALUE(owner), owner) : 0;
    return method_new(w->callable, VALUE(owner));
}

static Value staticmethod_get(Value self, Value object, Type *owner)
{
    WrappedObj *w = (WrappedObj *)self;
    return w->callable ? w->callable : raise_runtime("uninitialized staticmethod object");
}

static Value staticmethod_call(Value self, Value *args, size_t nargs, Value kwnames)
{
    WrappedObj *w = (WrappedObj *)self;
    if (!w->callable) return raise_runtime("uninitialized staticmethod object");
    if (!recursion_enter(" while calling a Python object")) return 0;
    Value result = object_call(w->callable, args, nargs, kwnames);
    recursion_leave();
    return result;
}

static Value classmethod_repr(Value v)
{
    Value callable = ((WrappedObj *)v)->callable;
    return str_format_c("<classmethod(%R)>", callable ? callable : NONE);
}
static Value staticmethod_repr(Value v)
{
    Value callable = ((WrappedObj *)v)->callable;
    return str_format_c("<staticmethod(%R)>", callable ? callable : NONE);
}

static Value wrapped_get_abstract(Value v)
{
    int yes = is_abstract(((WrappedObj *)v)->callable);
    return yes < 0 ? 0 : bool_value(yes);
}

static const GetSetDef wrapped_getset[] = {{"__isabstractmethod__", wrapped_get_abstract}, {"__dict__", object_get_dict, object_set_dict}, {0}};
static const MemberDef wrapped_members[] = {
    {"__func__", MEMBER_VALUE_OR_NONE, offsetof(WrappedObj, callable)},
    {"__wrapped__", MEMBER_VALUE_OR_NONE, offsetof(WrappedObj, callable)},
    {0},
};

Type classmethod_type = {TYPE_INIT("classmethod", WrappedObj),
                         .flags = TYPE_BASE,
                         .dict_offset = offsetof(WrappedObj, dict),
                         .trace = wrapped_trace,
                         .doc = "classmethod(function) -> method\n\nConvert a function to be a class method: it receives the class as implicit first argument.",
                         .repr = classmethod_repr,
                         .descr_get = classmethod_get,
                         .new = type_new_plain,
                         .init = classmethod_init,
                         .getset = wrapped_getset,
                         .members = wrapped_members};
Type staticmethod_type = {TYPE_INIT("staticmethod", WrappedObj),
                          .flags = TYPE_BASE,
                          .dict_offset = offsetof(WrappedObj, dict),
                          .trace = wrapped_trace,
                          .doc = "staticmethod(function) -> method\n\nConvert a function to be a static method: it receives no implicit first argument.",
                          .repr = staticmethod_repr,
                          .descr_get = staticmethod_get,
                          .call = staticmethod_call,
                          .new = type_new_plain,
                          .init = staticmethod_init,
                          .getset = wrapped_getset,
                          .members = wrapped_members};
