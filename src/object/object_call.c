/* object_call.c: calls, isinstance and issubclass. */
#include "object/container.h"
#include "object/type_internal.h"

/* --- calls */

Value object_call(Value callable, Value *args, size_t nargs, Value kwnames)
{
    Value (*call)(Value, Value *, size_t, Value) = type_of(callable)->call;
    if (__builtin_expect(!call, 0)) return raise_type("'%.200T' object is not callable", callable);
    if (!c_stack_check()) return 0;
    Value result = call(callable, args, nargs, kwnames);
    if (__builtin_expect(!result && !thread_self->exception, 0)) return raise_system("%R returned NULL without setting an exception", callable);
    return result;
}

bool is_callable(Value v) { return type_of(v)->call != 0; }

Value object_call_tuple(Value callable, Value tuple, Value dict)
{
    size_t nargs = (size_t)tuple_size(tuple), nkw = dict ? (size_t)dict_size(dict) : 0;
    Value stack[12], *args = nargs + nkw < 11 ? stack : gc_buffer((nargs + nkw + 1) * sizeof(Value));
    if (!args) return 0;
    args[0] = 0;
    memcpy(args + 1, tuple_items(tuple), nargs * sizeof(Value));
    Value kwnames = 0;
    if (nkw) {
        kwnames = tuple_new((int64_t)nkw);
        if (!kwnames) return 0;
        int64_t position = 0;
        Value key, value;
        for (size_t i = 0; i < nkw && dict_next(dict, &position, &key, &value); i++) {
            if (!is_str(key)) return raise_type("keywords must be strings");
            tuple_items(kwnames)[i] = key;
            args[1 + nargs + i] = value;
        }
    }
    return object_call(callable, args + 1, nargs, kwnames);
}

Value call_0(Value callable)
{
    Value args[1] = {0};
    return object_call(callable, args + 1, 0, 0);
}
/* An argument of 0 is a failure that has happened already. */
Value call_1(Value callable, Value a)
{
    if (!a) return 0;
    Value args[] = {0, a};
    return object_call(callable, args + 1, 1, 0);
}
Value call_2(Value callable, Value a, Value b)
{
    if (!a || !b) return 0;
    Value args[] = {0, a, b};
    return object_call(callable, args + 1, 2, 0);
}
Value call_3(Value callable, Value a, Value b, Value c)
{
    if (!a || !b || !c) return 0;
    Value args[] = {0, a, b, c};
    return object_call(callable, args + 1, 3, 0);
}

Value call_method(Value object, Value name, Value *args, size_t nargs)
{
    Value self, method = object_get_method(object, name, &self);
    if (!method) return 0;
    Value stack[10], *copy = nargs < 8 ? stack : gc_buffer((nargs + 2) * sizeof(Value));
    if (!copy) return 0;
    copy[0] = 0;
    copy[1] = self;
    values_copy(copy + 2, args, nargs);
    return self ? object_call(method, copy + 1, nargs + 1, 0) : object_call(method, copy + 2, nargs, 0);
}
Value call_method_0(Value object, Value name) { return call_method(object, name, 0, 0); }
Value call_method_1(Value object, Value name, Value a) { return a ? call_method(object, name, &a, 1) : 0; }
Value call_method_2(Value object, Value name, Value a, Value b)
{
    Value args[] = {a, b};
    return a && b ? call_method(object, name, args, 2) : 0;
}

/* --- isinstance */

static Value abstract_bases(Value cls)
{
    Value bases = object_getattr_opt(cls, NAME("__bases__"));
    return bases && is_tuple(bases) ? bases : 0;
}

static int abstract_is_subclass(Value derived, Value cls)
{
    for (;;) {
        if (derived == cls) return 1;
        Value bases = abstract_bases(derived);
        if (!bases) return thread_self->exception ? -1 : 0;
        int64_t count = tuple_size(bases);
        if (count == 0) return 0;
        if (count == 1) {
            derived = tuple_get(bases, 0);
            continue;
        }
        if (!recursion_enter(" in __issubclass__")) return -1;
        int result = 0;
        for (int64_t i = 0; i < count && result == 0; i++) result = abstract_is_subclass(tuple_get(bases, i), cls);
        recursion_leave();
        return result;
    }
}

static bool check_class(Value cls, const char *message)
{
    if (abstract_bases(cls)) return true;
    return thread_self->exception ? false : raise_type(message);
}

/* Whether v.__class__ is nothing but its type: it has object's __class__, and the generic lookup. */
static bool plain_class(Value v)
{
    static Value object_class;
    Type *type = type_of(v);
    if (type->getattr != object_generic_getattr) return false;
    Value name = NAME("__class__");
    if (!object_class) object_class = dict_get_str(type_dict(&object_type), name);   /* the dict of object keeps it */
    return type_lookup(type, name) == object_class;
}

int object_real_is_instance(Value v, Value cls)
{
    if (is_type(cls)) {
        if (is_instance_of(v, (Type *)cls)) return 1;
        if (plain_class(v)) return 0;
        Value other = object_getattr_opt(v, NAME("__class__"));
        if (!other) return thread_self->exception ? -1 : 0;
        return other != VALUE(type_of(v)) && is_type(other) ? type_is_subtype((Type *)other, (Type *)cls) : 0;
    }
    if (!check_class(cls, "isinstance() arg 2 must be a type, a tuple of types, or a union")) return -1;
    Value other = object_getattr_opt(v, NAME("__class__"));
    if (!other) return thread_self->exception ? -1 : 0;
    return abstract_is_subclass(other, cls);
}

/* Calls a hook of the metaclass, cls.__instancecheck__(v); -2: there is none. */
static int class_hook(Value cls, Value name, Value v, const char *where)
{
    Value check = type_lookup(type_of(cls), name);
    if (!check) return thread_self->exception ? -1 : -2;
    if (!recursion_enter(where)) return -1;
    Value args[] = {0, cls, v}, result = 0;
    Type *type = type_of(check);
    if (type->flags & TYPE_METHOD_DESCRIPTOR) result = object_call(check, args + 1, 2, 0);
    else if (!type->descr_get || (check = type->descr_get(check, cls, type_of(cls)))) result = object_call(check, args + 2, 1, 0);
    recursion_leave();
    return result ? object_truth(result) : -1;
}

static int instance_of_any(Value v, Value tuple)
{
    /* Plain classes of which v is an instance are the usual case, and need no guard. */
    int64_t i = 0;
    for (; i < tuple_size(tuple); i++) {
        Value cls = tuple_get(tuple, i);
        if (VALUE(type_of(v)) == cls) return 1;
        if (!is_pointer(cls) || type_of(cls) != &type_type) break;
        int yes = object_real_is_instance(v, cls);
        if (yes) return yes;
    }
    if (i == tuple_size(tuple)) return 0;
    if (!recursion_enter(" in __instancecheck__")) return -1;
    int result = 0;
    for (; i < tuple_size(tuple) && result == 0; i++) result = object_is_instance(v, tuple_get(tuple, i));
    recursion_leave();
    return result;
}

int object_is_instance(Value v, Value cls)
{
    if (VALUE(type_of(v)) == cls) return 1;
    if (type_of(cls) == &type_type) return object_real_is_instance(v, cls);
    if (is_tuple(cls)) return instance_of_any(v, cls);
    if (type_of(cls) == &union_type) return instance_of_any(v, union_members(cls));
    int yes = class_hook(cls, NAME("__instancecheck__"), v, " in __instancecheck__");
    return yes == -2 ? object_real_is_instance(v, cls) : yes;
}

int object_real_is_subclass(Value derived, Value cls)
{
    if (is_type(derived) && is_type(cls)) return type_is_subtype((Type *)derived, (Type *)cls);
    if (!check_class(derived, "issubclass() arg 1 must be a class")) return -1;
    if (type_of(cls) != &union_type && !check_class(cls, "issubclass() arg 2 must be a class, a tuple of classes, or a union")) return -1;
    return abstract_is_subclass(derived, cls);
}

int object_is_subclass(Value derived, Value cls)
{
    if (type_of(cls) == &type_type) return derived == cls ? 1 : object_real_is_subclass(derived, cls);
    if (type_of(cls) == &union_type) cls = union_members(cls);
    if (is_tuple(cls)) {
        if (!recursion_enter(" in __subclasscheck__")) return -1;
        int result = 0;
        for (int64_t i = 0; i < tuple_size(cls) && result == 0; i++) result = object_is_subclass(derived, tuple_get(cls, i));
        recursion_leave();
        return result;
    }
    int yes = class_hook(cls, NAME("__subclasscheck__"), derived, " in __subclasscheck__");
    return yes == -2 ? object_real_is_subclass(derived, cls) : yes;
}
