/* native.c: functions and methods written in C: builtin_function_or_method, method_descriptor and classmethod_descriptor.
 *
 * A call goes from the type's call slot to the C function; when the arguments match one to one (the usual case) they are passed as they lie.
 */
#include "object/container.h"
#include "object/signature.h"
#include "object/str.h"
#include <stdio.h>

/* --- calling */

const char *function_name_full(FunctionName *name)
{
    Value callable = name->callable;
    const char *owner = 0, *module = 0;
    if (callable && type_of(callable) == &native_method_type) owner = type_name(((NativeMethodObj *)callable)->owner);
    if (callable && type_of(callable) == &native_classmethod_type) owner = type_name(((NativeMethodObj *)callable)->owner);
    if (callable && type_of(callable) == &native_type) {
        NativeObj *native = (NativeObj *)callable;
        if (native->owner) owner = type_name(native->self && is_type(native->self) ? (Type *)native->self : native->owner);
        else if (native->self) owner = type_name(is_type(native->self) ? (Type *)native->self : type_of(native->self));
        if (!owner && native->module) {
            Value text = is_str(native->module) ? native->module : object_getattr_opt(native->module, NAME("__name__"));
            if (text && is_str(text) && !str_equal_ascii(text, "builtins")) module = str_utf8(text, 0);
            error_clear();
        }
    }
    const char *prefix = owner ? owner : module;
    snprintf(name->buffer, sizeof name->buffer, "%.100s%s%.100s()", prefix ? prefix : "", prefix ? "." : "", name->bare);
    return name->buffer;
}

static Value call_bound(const NativeDef *def, Signature *s, Value callable, Value *args, size_t nargs, Value kwnames)
{
    FunctionName name = {.bare = def->name, .callable = callable};
    Value out[SIGNATURE_MAX];
    if (!signature_bind(s, &name, args, nargs, kwnames, out)) return 0;
    return def->function(out, s->count, 0);
}

static inline Value call_native(const NativeDef *def, Signature **cache, Value callable, Value *args, size_t nargs, Value kwnames)
{
    if (def->flags & NATIVE_VECTOR) {
        if ((def->flags & NATIVE_NO_KEYWORDS) && kw_count(kwnames)) {
            FunctionName name = {.bare = def->name, .callable = callable};
            return raise_type("%.200s takes no keyword arguments", function_name_full(&name));
        }
        if (kwnames && kw_count(kwnames) == 0) kwnames = 0;
        return def->function(args, nargs, kwnames);
    }
    Signature *s = *cache;
    if (__builtin_expect(!s, 0) && !(s = *cache = signature_of(def->signature))) return 0;
    if (!kwnames && s->fixed && nargs == (size_t)s->count && nargs == (size_t)s->positional) return def->function(args, nargs, 0);
    return call_bound(def, s, callable, args, nargs, kwnames);
}

bool native_is_direct(const NativeDef *def, Signature **cache, size_t nargs)
{
    if (def->flags & NATIVE_VECTOR) return true;
    Signature *s = *cache;
    if (!s && !(s = *cache = signature_of(def->signature))) {
        error_clear();
        return false;
    }
    return s->fixed && nargs == (size_t)s->count && nargs == (size_t)s->positional;
}

/* --- builtin_function_or_method */

Value native_new(const NativeDef *def, Value self, Value module)
{
    NativeObj *native = gc_alloc(NativeObj, &native_type);
    if (!native) return 0;
    native->def = def;
    native->self = self;
    native->module = module;
    return VALUE(native);
}

static Value native_object_call(Value self, Value *args, size_t nargs, Value kwnames)
{
    NativeObj *native = (NativeObj *)self;
    if (!native->self) return call_native(native->def, &native->signature, self, args, nargs, kwnames);
    Value saved = args[-1];
    args[-1] = native->self;
    Value result = call_native(native->def, &native->signature, self, args - 1, nargs + 1, kwnames);
    args[-1] = saved;
    return result;
}

static void native_trace(Obj *object)
{
    NativeObj *native = (NativeObj *)object;
    gc_visit(native->self);
    gc_visit(native->module);
    gc_visit(VALUE(native->owner));
}

static Value native_repr(Value v)
{
    NativeObj *native = (NativeObj *)v;
    Value self = native->self ? native->self : VALUE(native->owner);   /* the owner of static methods */
    if (!self) return str_format_c("<built-in function %s>", native->def->name);
    return str_format_c("<built-in method %s of %T object at %p>", native->def->name, self, (void *)self);
}

static bool native_hash(Value v, int64_t *hash)
{
    NativeObj *native = (NativeObj *)v;
    uint64_t h = (uint64_t)(uintptr_t)native->def->function >> 4 ^ (native->self >> 4) * 31;
    *hash = (int64_t)h == -1 ? -2 : (int64_t)h;
    return true;
}

static Value native_compare(Value a, Value b, CompareOp op)
{
    if ((op != CMP_EQ && op != CMP_NE) || type_of(b) != &native_type) return NOT_IMPLEMENTED;
    NativeObj *x = (NativeObj *)a, *y = (NativeObj *)b;
    bool same = x->self == y->self && x->def->function == y->def->function && (x->self || a == b);
    return bool_value(same == (op == CMP_EQ));
}

static Value native_get_name(Value v) { return str_intern_cstring(((NativeObj *)v)->def->name); }
static Value native_get_doc(Value v)
{
    const char *doc = ((NativeObj *)v)->def->doc;
    return doc ? str_from_cstring(doc) : NONE;
}
static Value native_get_self(Value v)
{
    NativeObj *native = (NativeObj *)v;
    if (native->self) return native->self;
    return native->module && !is_str(native->module) ? native->module : NONE;
}
static Value native_get_qualname(Value v)
{
    NativeObj *native = (NativeObj *)v;
    if (!native->self && !native->owner) return str_from_cstring(native->def->name);
    Value owner = !native->self ? VALUE(native->owner) : is_type(native->self) ? native->self : VALUE(type_of(native->self));
    Value qualname = object_getattr(owner, NAME("__qualname__"));
    if (!qualname) return 0;
    if (!is_str(qualname)) return raise_type("<method>.__class__.__qualname__ is not a unicode object");
    return str_format_c("%U.%s", qualname, native->def->name);
}
static Value native_get_module(Value v)
{
    NativeObj *native = (NativeObj *)v;
    if (!native->module) return NONE;
    if (is_str(native->module)) return native->module;
    Value name = object_getattr_opt(native->module, NAME("__name__"));
    return name ? name : thread_self->exception ? 0 : NONE;
}
static Value native_get_text_signature(Value v)
{
    NativeObj *native = (NativeObj *)v;
    if (!native->self && native->module) return signature_text_of_function(native->def->signature);
    return signature_text(native->def->signature, native->self != 0);
}

static NATIVE(native_reduce)
{
    NativeObj *native = (NativeObj *)args[0];
    Value name = native_get_name(args[0]);
    Value self = native->self ? native->self : VALUE(native->owner);   /* a static method belongs to its type */
    if (!name || !self) return name;
    Value getattr = import_attr("builtins", "getattr");
    Value pair = getattr ? tuple_pack(2, self, name) : 0;
    return pair ? tuple_pack(2, getattr, pair) : 0;
}

static const GetSetDef native_getset[] = {
    {"__doc__", native_get_doc},
    {"__name__", native_get_name},
    {"__qualname__", native_get_qualname},
    {"__self__", native_get_self},
    {"__module__", native_get_module},
    {"__text_signature__", native_get_text_signature},
    {0},
};
static const NativeDef native_methods[] = {{"__reduce__", "(self, /)", native_reduce}, {0}};

Type native_type = {TYPE_INIT("builtin_function_or_method", NativeObj),
                    .flags = TYPE_WEAKREF_OK,
                    .trace = native_trace,
                    .repr = native_repr,
                    .hash = native_hash,
                    .compare = native_compare,
                    .call = native_object_call,
                    .getset = native_getset,
                    .methods = native_methods};

/* --- method_descriptor, classmethod_descriptor */

Value native_method_new(Type *owner, const NativeDef *def)
{
    Type *type = def->flags & NATIVE_CLASS ? &native_classmethod_type : &native_method_type;
    NativeMethodObj *method = gc_alloc(NativeMethodObj, type);
    if (!method) return 0;
    method->owner = owner;
    method->def = def;
    method->name = str_intern_cstring(def->name);
    return method->name ? VALUE(method) : 0;
}

static Value bind_native(NativeMethodObj *method, Value self)
{
    NativeObj *native = gc_alloc(NativeObj, &native_type);
    if (!native) return 0;
    native->def = method->def;
    native->self = self;
    if (!method->signature && !(method->def->flags & NATIVE_VECTOR)) method->signature = signature_of(method->def->signature);
    native->signature = method->signature;
    native->owner = method->owner;
    return VALUE(native);
}

static Value native_method_get(Value self, Value object, Type *owner)
{
    if (!object) return self;
    NativeMethodObj *method = (NativeMethodObj *)self;
    if (!is_instance_of(object, method->owner))
        return raise_type("descriptor '%U' for '%.100s' objects doesn't apply to a '%.100T' object", method->name, method->owner->name, object);
    return bind_native(method, object);
}

static Value native_method_call(Value self, Value *args, size_t nargs, Value kwnames)
{
    NativeMethodObj *method = (NativeMethodObj *)self;
    if (__builtin_expect(nargs == 0, 0)) return raise_type("unbound method %.200s.%U() needs an argument", type_name(method->owner), method->name);
    if (__builtin_expect(!is_instance_of(args[0], method->owner), 0))
        return raise_type("descriptor '%U' for '%.100s' objects doesn't apply to a '%.100T' object", method->name, method->owner->name, args[0]);
    return call_native(method->def, &method->signature, self, args, nargs, kwnames);
}

static Value native_classmethod_get(Value self, Value object, Type *owner)
{
    NativeMethodObj *method = (NativeMethodObj *)self;
    if (!owner) {
        if (!object) return raise_type("descriptor '%U' for type '%.100s' needs either an object or a type", method->name, method->owner->name);
        owner = type_of(object);
    }
    if (!is_type(VALUE(owner))) return raise_type("descriptor '%U' for type '%.100s' needs a type, not a '%.100T' as arg 2", method->name, method->owner->name, VALUE(owner));
    if (!type_is_subtype(owner, method->owner))
        return raise_type("descriptor '%U' requires a subtype of '%.100s' but received '%.100s'", method->name, method->owner->name, owner->name);
    return bind_native(method, VALUE(owner));
}

static Value native_classmethod_call(Value self, Value *args, size_t nargs, Value kwnames)
{
    NativeMethodObj *method = (NativeMethodObj *)self;
    if (nargs == 0) return raise_type("descriptor '%U' of '%.100s' object needs an argument", method->name, method->owner->name);
    if (!is_type(args[0])) return raise_type("descriptor '%U' for type '%.100s' needs a type, not a '%.100T' as arg 2", method->name, method->owner->name, args[0]);
    if (!type_is_subtype((Type *)args[0], method->owner))
        return raise_type("descriptor '%U' requires a subtype of '%.100s' but received '%.100s'", method->name, method->owner->name, ((Type *)args[0])->name);
    return call_native(method->def, &method->signature, self, args, nargs, kwnames);
}

static void native_method_trace(Obj *object)
{
    NativeMethodObj *method = (NativeMethodObj *)object;
    gc_visit(VALUE(method->owner));
    gc_visit(method->name);
}

static Value native_method_repr(Value v)
{
    NativeMethodObj *method = (NativeMethodObj *)v;
    return str_format_c("<method '%U' of '%s' objects>", method->name, type_full_name(method->owner));
}

static Value native_method_get_doc(Value v)
{
    const char *doc = ((NativeMethodObj *)v)->def->doc;
    return doc ? str_from_cstring(doc) : NONE;
}
static Value native_method_get_text_signature(Value v) { return signature_text(((NativeMethodObj *)v)->def->signature, true); }
static Value native_method_get_qualname(Value v)
{
    NativeMethodObj *method = (NativeMethodObj *)v;
    Value qualname = object_getattr(VALUE(method->owner), NAME("__qualname__"));
    return qualname ? str_format_c("%U.%U", qualname, method->name) : 0;
}
static NATIVE(native_method_reduce)
{
    NativeMethodObj *method = (NativeMethodObj *)args[0];
    Value getattr = import_attr("builtins", "getattr");
    Value pair = getattr ? tuple_pack(2, VALUE(method->owner), method->name) : 0;
    return pair ? tuple_pack(2, getattr, pair) : 0;
}

static const GetSetDef native_method_getset[] = {
    {"__doc__", native_method_get_doc},
    {"__qualname__", native_method_get_qualname},
    {"__text_signature__", native_method_get_text_signature},
    {0},
};
static const MemberDef native_method_members[] = {
    {"__objclass__", MEMBER_VALUE, offsetof(NativeMethodObj, owner)},
    {"__name__", MEMBER_VALUE, offsetof(NativeMethodObj, name)},
    {0},
};
static const NativeDef native_method_methods[] = {{"__reduce__", "(self, /)", native_method_reduce}, {0}};

Type native_method_type = {TYPE_INIT("method_descriptor", NativeMethodObj),
                           .flags = TYPE_METHOD_DESCRIPTOR,
                           .trace = native_method_trace,
                           .repr = native_method_repr,
                           .call = native_method_call,
                           .descr_get = native_method_get,
                           .getset = native_method_getset,
                           .members = native_method_members,
                           .methods = native_method_methods};
Type native_classmethod_type = {TYPE_INIT("classmethod_descriptor", NativeMethodObj),
                                .trace = native_method_trace,
                                .repr = native_method_repr,
                                .call = native_classmethod_call,
                                .descr_get = native_classmethod_get,
                                .getset = native_method_getset,
                                .members = native_method_members};
