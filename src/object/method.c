/* method.c: bound methods, `obj.method`. */
#include "object/container.h"
#include "object/str.h"
#include "object/type_internal.h"

Value method_new(Value function, Value self)
{
    MethodObj *method = gc_alloc(MethodObj, &method_type);
    if (!method) return 0;
    method->function = function;
    method->self = self;
    return VALUE(method);
}

static void method_trace(Obj *object)
{
    gc_visit(((MethodObj *)object)->function);
    gc_visit(((MethodObj *)object)->self);
}

/* The function is itself something that puts words before its arguments: it needs a free one of its own. Methods of methods are taken together: there may be more of them than
 * calls could nest. */
static Value call_copied(MethodObj *method, Value *args, size_t nargs, Value kwnames)
{
    size_t depth = 1, given = nargs + kw_count(kwnames);
    Value function = method->function;
    for (; type_of(function) == &method_type; function = ((MethodObj *)function)->function) depth++;
    Value stack[10], *copy = given + depth < 10 ? stack : gc_buffer((given + depth + 1) * sizeof(Value)), result = 0;
    if (!copy || !recursion_enter(" while calling a Python object")) return 0;
    copy[0] = 0;
    Value *self = copy + depth;
    for (MethodObj *m = method; self > copy; m = (MethodObj *)m->function) *self-- = m->self;
    values_copy(copy + 1 + depth, args, given);
    result = object_call(function, copy + 1, nargs + depth, kwnames);
    recursion_leave();
    return result;
}

static Value method_call(Value self, Value *args, size_t nargs, Value kwnames)
{
    MethodObj *method = (MethodObj *)self;
    if (type_of(method->function) != &function_type) return call_copied(method, args, nargs, kwnames);
    Value saved = args[-1];
    args[-1] = method->self;
    Value result = function_type.call(method->function, args - 1, nargs + 1, kwnames);
    args[-1] = saved;
    return result;
}

static Value method_make(Type *type, Value *args, size_t nargs, Value kwnames)
{
    if (!args_no_keywords("method", kwnames) || !args_check_count("method", (int64_t)nargs, 2, 2)) return 0;
    if (!is_callable(args[0])) return raise_type("first argument must be callable");
    if (args[1] == NONE) return raise_type("self must not be None");
    return method_new(args[0], args[1]);
}

static Value method_getattr(Value self, Value name)
{
    Type *type = type_of(self);
    name = attribute_name_slow(name);
    if (!name) return 0;
    Value descr = type_lookup(type, name);
    if (descr) {
        Value (*get)(Value, Value, Type *) = type_of(descr)->descr_get;
        return get ? get(descr, self, type) : descr;
    }
    return object_getattr(((MethodObj *)self)->function, name);
}

static Value method_repr(Value v)
{
    MethodObj *method = (MethodObj *)v;
    Value name = object_getattr_opt(method->function, NAME("__qualname__"));
    if (!name && !thread_self->exception) name = object_getattr_opt(method->function, NAME("__name__"));
    if (!name && thread_self->exception) return 0;
    if (!name || !is_str(name)) name = str_from_cstring("?");
    return name ? str_format_c("<bound method %U of %R>", name, method->self) : 0;
}

static bool method_hash(Value v, int64_t *hash)
{
    MethodObj *method = (MethodObj *)v;
    int64_t h;
    if (!object_hash(method->function, &h)) return false;
    h ^= (int64_t)(method->self >> 4 | method->self << 60);
    *hash = h == -1 ? -2 : h;
    return true;
}

static Value method_compare(Value a, Value b, CompareOp op)
{
    if ((op != CMP_EQ && op != CMP_NE) || type_of(a) != &method_type || type_of(b) != &method_type) return NOT_IMPLEMENTED;
    MethodObj *x = (MethodObj *)a, *y = (MethodObj *)b;
    int equal = object_equal(x->function, y->function);
    if (equal < 0) return 0;
    return bool_value((equal && x->self == y->self) == (op == CMP_EQ));
}

static Value method_get_doc(Value v) { return object_getattr(((MethodObj *)v)->function, NAME("__doc__")); }

static NATIVE(method_reduce)
{
    MethodObj *method = (MethodObj *)args[0];
    Value name = object_getattr(method->function, NAME("__name__"));
    Value getattr = name ? import_attr("builtins", "getattr") : 0, pair = getattr ? tuple_pack(2, method->self, name) : 0;
    return pair ? tuple_pack(2, getattr, pair) : 0;
}

static const GetSetDef method_getset[] = {{"__doc__", method_get_doc}, {0}};
static const MemberDef method_members[] = {
    {"__func__", MEMBER_VALUE, offsetof(MethodObj, function), false, "the function (or other callable) implementing a method"},
    {"__self__", MEMBER_VALUE, offsetof(MethodObj, self), false, "the instance to which a method is bound"},
    {0},
};
static const NativeDef method_methods[] = {{"__reduce__", "(self, /)", method_reduce, "Return state information for pickling."}, {0}};

Type method_type = {TYPE_INIT("method", MethodObj),
                    .flags = TYPE_WEAKREF_OK,
                    .trace = method_trace,
                    .doc = "method(function, instance)\n--\n\nCreate a bound instance method object.",
                    .repr = method_repr,
                    .hash = method_hash,
                    .compare = method_compare,
                    .call = method_call,
                    .getattr = method_getattr,
                    .new = method_make,
                    .getset = method_getset,
                    .members = method_members,
                    .methods = method_methods};
