/* weakref.c: weak references and weak proxies.
 *
 * A reference does not trace its target; the collector (heap/finalize.c) clears `target` when that dies and calls weakref_died at a safe point, if there is a callback.
 * A reference of exactly the type weakref.ref without a callback is shared by all who ask for one, and so are proxies.
 */
#include "object/container.h"
#include "object/function.h"
#include "object/str.h"
#include "object/weakref.h"

static bool can_be_referenced(Value target)
{
    if (!target || !is_pointer(target)) return false;
    Type *type = type_of(target);
    if (type->flags & TYPE_WEAKREF_OK) return true;
    return (type->flags & TYPE_HEAP) && !(type->flags & TYPE_NO_WEAKREF);
}

static void weakref_trace(Obj *o) { gc_visit(((WeakrefObj *)o)->callback); }

static void weakref_died(Obj *o)
{
    WeakrefObj *ref = (WeakrefObj *)o;
    Value callback = ref->callback;
    ref->callback = 0;
    if (!callback) return;
    if (!call_1(callback, VALUE(ref))) error_unraisable(callback, 0);
}

typedef struct ReuseSearch {
    Type *type;
    Value found;
} ReuseSearch;
static bool find_reusable(Obj *owner, void *context)
{
    ReuseSearch *s = context;
    if (owner->type == s->type && !((WeakrefObj *)owner)->callback) s->found = VALUE(owner);
    return s->found == 0;
}

static Value reference_new(Type *type, Value target, Value callback)
{
    if (callback == NONE) callback = 0;
    if (!can_be_referenced(target)) return raise_type("cannot create weak reference to '%s' object", type_of(target)->name);
    bool shared = !callback && (type == &weakref_type || type == &weak_proxy_type || type == &weak_callable_proxy_type);
    if (shared && gc_has_weakrefs(as_obj(target))) {
        ReuseSearch s = {type, 0};
        gc_weak_each(as_obj(target), find_reusable, &s);
        if (s.found) return s.found;
    }
    WeakrefObj *ref = (WeakrefObj *)(type->flags & TYPE_HEAP ? type_alloc(type, 0) : VALUE(gc_new(type, sizeof(WeakrefObj))));
    if (!ref) return 0;
    SET(ref, callback, callback);
    ref->hash = -1;
    if (!gc_weak_register(as_obj(target), &ref->head, &ref->target, callback ? weakref_died : 0)) return 0;
    ref->target = target;
    return VALUE(ref);
}

Value weakref_new(Value target, Value callback) { return reference_new(&weakref_type, target, callback); }

Value weakref_target(Value ref)
{
    Value target = ((WeakrefObj *)ref)->target;
    return target ? target : NONE;
}

Value weak_proxy_new(Value target, Value callback) { return reference_new(is_callable(target) ? &weak_callable_proxy_type : &weak_proxy_type, target, callback); }

bool is_weakref(Value v)
{
    Type *type = type_of(v);
    return type == &weakref_type || type == &weak_proxy_type || type == &weak_callable_proxy_type || type_is_subtype(type, &weakref_type);
}

/* --- weakref.ref */

static bool check_count(const char *name, size_t nargs)
{
    if (nargs < 1) return raise_type("%s expected at least 1 argument, got %zu", name, nargs);
    if (nargs > 2) return raise_type("%s expected at most 2 arguments, got %zu", name, nargs);
    return true;
}

static Value weakref_type_new(Type *type, Value *args, size_t nargs, Value kwnames)
{
    if (!check_count("__new__", nargs)) return 0;
    return reference_new(type, args[0], nargs > 1 ? args[1] : 0);
}

static bool weakref_init(Value self, Value *args, size_t nargs, Value kwnames)
{
    if (kwnames && tuple_size(kwnames)) return raise_type("ref() takes no keyword arguments");
    return check_count("__init__", nargs);
}

static Value weakref_call(Value self, Value *args, size_t nargs, Value kwnames)
{
    if (kwnames && tuple_size(kwnames)) return raise_type("weakref() takes no keyword arguments");
    if (nargs) return raise_type("weakref expected 0 arguments, got %zu", nargs);
    return weakref_target(self);
}

static bool weakref_hash(Value self, int64_t *hash)
{
    WeakrefObj *ref = (WeakrefObj *)self;
    if (ref->hash == -1) {
        Value target = ref->target;
        if (!target) return raise_type("weak object has gone away");
        int64_t h;
        if (!object_hash(target, &h)) return false;
        ref->hash = h;
    }
    *hash = ref->hash;
    return true;
}

static Value weakref_repr(Value self)
{
    Value target = ((WeakrefObj *)self)->target;
    if (!target) return str_format_c("<weakref at 0x%lx; dead>", (long)object_id(self));
    Value name = object_getattr_opt(target, NAME("__name__"));
    if (!name && thread_self->exception) return 0;
    const char *type = type_of(target)->name;
    if (!name || !is_str(name)) return str_format_c("<weakref at 0x%lx; to '%s' at 0x%lx>", (long)object_id(self), type, (long)object_id(target));
    return str_format_c("<weakref at 0x%lx; to '%s' at 0x%lx (%U)>", (long)object_id(self), type, (long)object_id(target), name);
}

static Value weakref_compare(Value a, Value b, CompareOp op)
{
    if ((op != CMP_EQ && op != CMP_NE) || !is_instance_of(a, &weakref_type) || !is_instance_of(b, &weakref_type)) return NOT_IMPLEMENTED;
    Value x = ((WeakrefObj *)a)->target, y = ((WeakrefObj *)b)->target;
    if (!x || !y) return bool_value((a == b) == (op == CMP_EQ));
    return object_compare(x, y, op);
}

static const NativeDef weakref_methods[] = {
    CLASS_GETITEM,
    {0},
};

static const MemberDef weakref_members[] = {
    {"__callback__", MEMBER_VALUE_OR_NONE, offsetof(WeakrefObj, callback), false, 0},
    {0},
};

Type weakref_type = {
    TYPE_INIT("weakref.ReferenceType", WeakrefObj),
    .flags = TYPE_BASE,
    .trace = weakref_trace,
    .new = weakref_type_new,
    .init = weakref_init,
    .call = weakref_call,
    .hash = weakref_hash,
    .repr = weakref_repr,
    .compare = weakref_compare,
    .methods = weakref_methods,
    .members = weakref_members,
};

/* --- proxies: every operation is that of the target */

static bool is_proxy(Value v) { return type_of(v) == &weak_proxy_type || type_of(v) == &weak_callable_proxy_type; }

/* The target of a proxy (other values are their own target); 0 with ReferenceError. */
static Value unwrap(Value v)
{
    if (!is_proxy(v)) return v;
    Value target = ((WeakrefObj *)v)->target;
    if (!target) return raise_format(&exc_ReferenceError, "weakly-referenced object no longer exists");
    return target;
}

#define BINARY(name, OP) \
    static Value proxy_##name(Value a, Value b) { return (a = unwrap(a)) && (b = unwrap(b)) ? number_binary(a, b, BINARY_##OP) : 0; } \
    static Value proxy_i##name(Value a, Value b) { return (a = unwrap(a)) && (b = unwrap(b)) ? number_inplace(a, b, BINARY_##OP) : 0; }
BINARY(add, ADD)
BINARY(and, AND)
BINARY(floordiv, FLOOR_DIVIDE)
BINARY(lshift, LSHIFT)
BINARY(matmul, MATRIX_MULTIPLY)
BINARY(mul, MULTIPLY)
BINARY(mod, REMAINDER)
BINARY(or, OR)
BINARY(pow, POWER)
BINARY(rshift, RSHIFT)
BINARY(sub, SUBTRACT)
BINARY(truediv, TRUE_DIVIDE)
BINARY(xor, XOR)
#undef BINARY
static Value proxy_divmod(Value a, Value b) { return (a = unwrap(a)) && (b = unwrap(b)) ? number_binary(a, b, BINARY_DIVMOD) : 0; }
static Value proxy_power3(Value a, Value b, Value c) { return (a = unwrap(a)) && (b = unwrap(b)) && (c = unwrap(c)) ? number_power(a, b, c) : 0; }
static Value proxy_negative(Value v) { return (v = unwrap(v)) ? number_unary(v, UNARY_NEGATIVE) : 0; }
static Value proxy_positive(Value v) { return (v = unwrap(v)) ? number_unary(v, UNARY_POSITIVE) : 0; }
static Value proxy_absolute(Value v) { return (v = unwrap(v)) ? number_unary(v, UNARY_ABS) : 0; }
static Value proxy_invert(Value v) { return (v = unwrap(v)) ? number_unary(v, UNARY_INVERT) : 0; }
static Value proxy_int(Value v) { return (v = unwrap(v)) ? number_int(v) : 0; }
static Value proxy_float(Value v) { return (v = unwrap(v)) ? number_float(v) : 0; }
static Value proxy_index(Value v) { return (v = unwrap(v)) ? number_index(v) : 0; }
static int proxy_truth(Value v) { return (v = unwrap(v)) ? object_truth(v) : -1; }
static int64_t proxy_length(Value v) { return (v = unwrap(v)) ? object_length(v) : -1; }
static Value proxy_getitem(Value v, Value key) { return (v = unwrap(v)) && (key = unwrap(key)) ? object_getitem(v, key) : 0; }
static bool proxy_setitem(Value v, Value key, Value value)
{
    v = unwrap(v);
    if (!v) return false;
    return value ? object_setitem(v, key, value) : object_delitem(v, key);
}
static int proxy_contains(Value v, Value item) { return (v = unwrap(v)) ? object_contains(v, item) : -1; }
static Value proxy_getattr(Value v, Value name) { return (v = unwrap(v)) ? object_getattr(v, name) : 0; }
static bool proxy_setattr(Value v, Value name, Value value) { return (v = unwrap(v)) && object_setattr(v, name, value); }
static Value proxy_compare(Value a, Value b, CompareOp op) { return (a = unwrap(a)) && (b = unwrap(b)) ? object_compare(a, b, op) : 0; }
static Value proxy_str(Value v) { return (v = unwrap(v)) ? object_str(v) : 0; }
static Value proxy_iter(Value v) { return (v = unwrap(v)) ? object_iter(v) : 0; }
static Value proxy_next(Value v)
{
    v = unwrap(v);
    if (!v) return 0;
    if (!is_iterator(v)) return raise_type("Weakref proxy referenced a non-iterator '%.200s' object", type_of(v)->name);
    return iter_next(v);
}
static Value proxy_call(Value self, Value *args, size_t nargs, Value kwnames)
{
    Value target = unwrap(self);
    return target ? object_call(target, args, nargs, kwnames) : 0;
}
static Value proxy_repr(Value self)
{
    Value target = weakref_target(self);
    return str_format_c("<weakproxy at 0x%lx to %s at 0x%lx>", (long)object_id(self), type_of(target)->name, (long)object_id(target));
}

static NATIVE(proxy_bytes)
{
    Value target = unwrap(args[0]);
    return target ? call_method_0(target, NAME("__bytes__")) : 0;
}
static NATIVE(proxy_reversed)
{
    Value target = unwrap(args[0]);
    return target ? call_method_0(target, NAME("__reversed__")) : 0;
}
static const NativeDef proxy_methods[] = {
    {"__bytes__", "(self, /)", proxy_bytes, 0, 0},
    {"__reversed__", "(self, /)", proxy_reversed, 0, 0},
    {0},
};

#define PROXY_SLOTS \
    .trace = weakref_trace, .repr = proxy_repr, .str = proxy_str, .getattr = proxy_getattr, .setattr = proxy_setattr, .compare = proxy_compare, .iter = proxy_iter, \
    .methods = proxy_methods, .binary = {proxy_add, proxy_and, proxy_floordiv, proxy_lshift, proxy_matmul,  proxy_mul, proxy_mod, \
                                         proxy_or,  proxy_pow, proxy_rshift,   proxy_sub,    proxy_truediv, proxy_xor, proxy_divmod}, \
    .inplace = {proxy_iadd, proxy_iand, proxy_ifloordiv, proxy_ilshift, proxy_imatmul,  proxy_imul, proxy_imod, \
                proxy_ior,  proxy_ipow, proxy_irshift,   proxy_isub,    proxy_itruediv, proxy_ixor}, \
    .power3 = proxy_power3, .unary = {proxy_negative, proxy_positive, proxy_absolute, proxy_invert}, .truth = proxy_truth, .to_int = proxy_int, .to_float = proxy_float, \
    .index = proxy_index, .length = proxy_length, .getitem = proxy_getitem, .setitem = proxy_setitem, .contains = proxy_contains

Type weak_proxy_type = {TYPE_INIT("weakref.ProxyType", WeakrefObj), .flags = TYPE_DISALLOW_NEW, PROXY_SLOTS, .next = proxy_next};
Type weak_callable_proxy_type = {TYPE_INIT("weakref.CallableProxyType", WeakrefObj), .flags = TYPE_DISALLOW_NEW, PROXY_SLOTS, .next = proxy_next, .call = proxy_call};
