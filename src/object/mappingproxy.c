/* mappingproxy.c: types.MappingProxyType, a read-only view of any mapping (the __dict__ of classes). */
#include "object/dict.h"
#include "object/function.h"

typedef struct ProxyObj {
    Obj head;
    Value mapping;
} ProxyObj;

static void proxy_trace(Obj *o) { gc_visit(((ProxyObj *)o)->mapping); }
static inline Value mapping_of(Value proxy) { return ((ProxyObj *)proxy)->mapping; }

Value mappingproxy_new(Value mapping)
{
    ProxyObj *proxy = gc_alloc(ProxyObj, &mappingproxy_type);
    if (!proxy) return 0;
    proxy->mapping = mapping;
    return VALUE(proxy);
}

static Value proxy_make(Type *type, Value *args, size_t nargs, Value kwnames)
{
    static Signature *cache;
    Value mapping;
    if (!native_bind("mappingproxy", "(mapping)", &cache, args, nargs, kwnames, &mapping)) return 0;
    if (!type_of(mapping)->getitem || is_list(mapping) || is_tuple(mapping)) return raise_type("mappingproxy() argument must be a mapping, not %T", mapping);
    return mappingproxy_new(mapping);
}

static int64_t proxy_length(Value self) { return object_length(mapping_of(self)); }
static Value proxy_getitem(Value self, Value key) { return object_getitem(mapping_of(self), key); }
static int proxy_contains(Value self, Value key)
{
    Value mapping = mapping_of(self);
    return type_of(mapping) == &dict_type ? dict_contains(mapping, key) : object_contains(mapping, key);
}
static Value proxy_iter(Value self) { return object_iter(mapping_of(self)); }
static Value proxy_str(Value self) { return object_str(mapping_of(self)); }
static Value proxy_repr(Value self) { return str_format_c("mappingproxy(%R)", mapping_of(self)); }
static Value proxy_compare(Value a, Value b, CompareOp op) { return object_compare(mapping_of(a), b, op); }

static Value proxy_or(Value a, Value b)
{
    if (is_instance_of(a, &mappingproxy_type)) a = mapping_of(a);
    if (is_instance_of(b, &mappingproxy_type)) b = mapping_of(b);
    return number_binary(a, b, BINARY_OR);
}

static Value proxy_inplace_or(Value self, Value other) { return raise_type("'|=' is not supported by %T; use '|' instead", self); }

static NATIVE(proxy_get)
{
    Value mapping = mapping_of(args[0]);
    if (type_of(mapping) == &dict_type) {
        Value value = dict_get(mapping, args[1]);
        return value ? value : thread_self->exception ? 0 : args[2];
    }
    return call_method_2(mapping, NAME("get"), args[1], args[2]);
}
static NATIVE(proxy_keys) { return call_method_0(mapping_of(args[0]), NAME("keys")); }
static NATIVE(proxy_values) { return call_method_0(mapping_of(args[0]), NAME("values")); }
static NATIVE(proxy_items) { return call_method_0(mapping_of(args[0]), NAME("items")); }
static NATIVE(proxy_copy) { return call_method_0(mapping_of(args[0]), NAME("copy")); }
static NATIVE(proxy_reversed) { return call_method_0(mapping_of(args[0]), NAME("__reversed__")); }

static const NativeDef proxy_methods[] = {
    {"get", "(self, key, default=None, /)", proxy_get, "Return the value for key if key is in the mapping, else default.", 0},
    {"keys", "(self, /)", proxy_keys, "a set-like object providing a view on the underlying mapping's keys", 0},
    {"values", "(self, /)", proxy_values, "an object providing a view on the underlying mapping's values", 0},
    {"items", "(self, /)", proxy_items, "a set-like object providing a view on the underlying mapping's items", 0},
    {"copy", "(self, /)", proxy_copy, "a shallow copy of the underlying mapping", 0},
    {"__reversed__", "(self, /)", proxy_reversed, "a reverse iterator over the underlying mapping", 0},
    CLASS_GETITEM,
    {0},
};

Type mappingproxy_type = {
    TYPE_INIT("mappingproxy", ProxyObj),
    .flags = TYPE_MAPPING,
    .trace = proxy_trace,
    .new = proxy_make,
    .repr = proxy_repr,
    .str = proxy_str,
    .compare = proxy_compare,
    .iter = proxy_iter,
    .length = proxy_length,
    .getitem = proxy_getitem,
    .contains = proxy_contains,
    .binary[BINARY_OR] = proxy_or,
    .inplace[BINARY_OR] = proxy_inplace_or,
    .methods = proxy_methods,
};
