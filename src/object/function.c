/* function.c: functions written in Python: their attributes. Running them is the VM's, which sets function_type.call. */
#include "object/container.h"
#include "object/str.h"
#include "object/type_internal.h"

/* A number that changes whenever what a call depends on changes; for the VM's call caches. 0: none assigned. */
static uint32_t next_function_version = 1;
static void changed(FunctionObj *f) { f->version = next_function_version == UINT32_MAX ? 0 : next_function_version++; }

Value vm_builtins(void);   /* vm/vm.h, which this room does not include */

/* globals[name], with the place where it was found last. */
typedef struct Found {
    uint32_t version;
    int64_t index;
} Found;
static Value global(Value globals, Value name, Found *found)
{
    DictKeys *keys = ((DictObj *)globals)->keys;
    if (found->version && keys->version == found->version) return keys->entries[found->index].value;
    found->version = 0;
    if (type_of(globals) == &dict_type) found->index = dict_entry_index(globals, name, &found->version);
    if (found->version && found->index >= 0) return keys->entries[found->index].value;
    found->version = 0;
    return dict_get_str(globals, name);
}

/* The builtins that a function made with these globals uses. */
static Value builtins_of(Value globals)
{
    static Found found;
    Value builtins = global(globals, NAME("__builtins__"), &found);
    if (!builtins) builtins = vm_builtins();
    if (!builtins) builtins = import_module("builtins");
    if (builtins && type_is_subtype(type_of(builtins), &module_type)) builtins = module_dict(builtins);
    return builtins;
}

Value function_new(Value code, Value globals, Value qualname)
{
    CodeObj *c = (CodeObj *)code;
    FunctionObj *f = gc_alloc(FunctionObj, &function_type);
    if (!f) return 0;
    f->globals = globals;
    f->code = code;
    f->name = c->name;
    f->qualname = qualname ? qualname : c->qualname;
    f->builtins = builtins_of(globals);
    if (!f->builtins) return 0;
    Value doc = tuple_size(c->consts) > 0 ? tuple_get(c->consts, 0) : NONE;
    f->doc = is_str(doc) ? doc : NONE;
    static Found found;
    f->module = global(globals, NAME("__name__"), &found);
    changed(f);
    return VALUE(f);
}

static void function_trace(Obj *object)
{
    FunctionObj *f = (FunctionObj *)object;
    gc_visit_values(&f->globals, 10);
    gc_visit(f->module);
    gc_visit(f->annotations);
}

static Value function_descr_get(Value self, Value object, Type *owner)
{
    return object && object != NONE ? method_new(self, object) : object == NONE && owner != &none_type ? self : object ? method_new(self, object) : self;
}

static Value function_repr(Value v) { return str_format_c("<function %U at %p>", ((FunctionObj *)v)->qualname, (void *)v); }

/* --- attributes */

static Value get_code(Value v) { return ((FunctionObj *)v)->code; }
static bool set_code(Value v, Value value)
{
    FunctionObj *f = (FunctionObj *)v;
    if (!value || type_of(value) != &code_type) return raise_type("__code__ must be set to a code object");
    int64_t closure = f->closure && f->closure != NONE ? tuple_size(f->closure) : 0, wanted = ((CodeObj *)value)->nfreevars;
    if (closure != wanted) return raise_value("%U() requires a code object with %lld free vars, not %lld", f->name, (long long)closure, (long long)wanted);
    SET(f, code, value);
    changed(f);
    return true;
}

static Value get_name(Value v) { return ((FunctionObj *)v)->name; }
static bool set_name(Value v, Value value)
{
    if (!value || !is_str(value)) return raise_type("__name__ must be set to a string object");
    SET((FunctionObj *)v, name, value);
    return true;
}
static Value get_qualname(Value v) { return ((FunctionObj *)v)->qualname; }
static bool set_qualname(Value v, Value value)
{
    if (!value || !is_str(value)) return raise_type("__qualname__ must be set to a string object");
    SET((FunctionObj *)v, qualname, value);
    return true;
}

static Value get_defaults(Value v)
{
    Value defaults = ((FunctionObj *)v)->defaults;
    return defaults ? defaults : NONE;
}
static bool set_defaults(Value v, Value value)
{
    FunctionObj *f = (FunctionObj *)v;
    if (value == NONE) value = 0;
    if (value && !is_tuple(value)) return raise_type("__defaults__ must be set to a tuple object");
    SET(f, defaults, value);
    changed(f);
    return true;
}
static Value get_kwdefaults(Value v)
{
    Value defaults = ((FunctionObj *)v)->kwdefaults;
    return defaults ? defaults : NONE;
}
static bool set_kwdefaults(Value v, Value value)
{
    FunctionObj *f = (FunctionObj *)v;
    if (value == NONE) value = 0;
    if (value && !is_dict(value)) return raise_type("__kwdefaults__ must be set to a dict object");
    SET(f, kwdefaults, value);
    changed(f);
    return true;
}

/* The compiler hands annotations over as a flat tuple of names and values; a dict is made when somebody looks. */
static Value get_annotations(Value v)
{
    FunctionObj *f = (FunctionObj *)v;
    if (f->annotations && is_dict(f->annotations)) return f->annotations;
    Value dict = dict_new();
    if (!dict) return 0;
    if (f->annotations && is_tuple(f->annotations))
        for (int64_t i = 0; i + 1 < tuple_size(f->annotations); i += 2)
            if (!dict_set(dict, tuple_get(f->annotations, i), tuple_get(f->annotations, i + 1))) return 0;
    SET(f, annotations, dict);
    return dict;
}
static bool set_annotations(Value v, Value value)
{
    if (value == NONE) value = 0;
    if (value && !is_dict(value)) return raise_type("__annotations__ must be set to a dict object");
    SET((FunctionObj *)v, annotations, value);
    return true;
}

static const GetSetDef function_getset[] = {
    {"__code__", get_code, set_code},
    {"__defaults__", get_defaults, set_defaults},
    {"__kwdefaults__", get_kwdefaults, set_kwdefaults},
    {"__annotations__", get_annotations, set_annotations},
    {"__dict__", object_get_dict, object_set_dict},
    {"__name__", get_name, set_name},
    {"__qualname__", get_qualname, set_qualname},
    {0},
};
static const MemberDef function_members[] = {
    {"__closure__", MEMBER_VALUE_OR_NONE, offsetof(FunctionObj, closure)}, {"__doc__", MEMBER_VALUE_OR_NONE, offsetof(FunctionObj, doc), true},
    {"__globals__", MEMBER_VALUE, offsetof(FunctionObj, globals)},         {"__module__", MEMBER_VALUE_OR_NONE, offsetof(FunctionObj, module), true},
    {"__builtins__", MEMBER_VALUE, offsetof(FunctionObj, builtins)},       {0},
};

/* --- FunctionType(code, globals, name=None, argdefs=None, closure=None) */

static bool check_closure(CodeObj *code, Value closure)
{
    if (!is_tuple(closure)) {
        if (code->nfreevars && closure == NONE) return raise_type("arg 5 (closure) must be tuple");
        if (closure != NONE) return raise_type("arg 5 (closure) must be None or tuple");
    }
    int64_t count = closure == NONE ? 0 : tuple_size(closure);
    if (count != code->nfreevars) return raise_value("%U requires closure of length %d, not %lld", code->name, code->nfreevars, (long long)count);
    for (int64_t i = 0; i < count; i++)
        if (type_of(tuple_get(closure, i)) != &cell_type) return raise_type("arg 5 (closure) expected cell, found %T", tuple_get(closure, i));
    return true;
}

static Value function_make(Type *type, Value *args, size_t nargs, Value kwnames)
{
    static Signature *signature;
    Value out[5];
    if (!native_bind("function", "(code, globals, name=None, argdefs=None, closure=None)", &signature, args, nargs, kwnames, out)) return 0;
    if (type_of(out[0]) != &code_type) return raise_type("function() argument 'code' must be code, not %.50T", out[0]);
    if (!is_dict(out[1])) return raise_type("function() argument 'globals' must be dict, not %.50T", out[1]);
    if (out[2] != NONE && !is_str(out[2])) return raise_type("arg 3 (name) must be None or string");
    if (out[3] != NONE && !is_tuple(out[3])) return raise_type("arg 4 (defaults) must be None or tuple");
    if (!check_closure((CodeObj *)out[0], out[4])) return 0;
    Value function = function_new(out[0], out[1], 0);
    if (!function) return 0;
    FunctionObj *f = (FunctionObj *)function;
    if (out[2] != NONE) SET(f, name, out[2]);
    if (out[3] != NONE) SET(f, defaults, out[3]);
    if (out[4] != NONE && tuple_size(out[4])) SET(f, closure, out[4]);
    return function;
}

Type function_type = {TYPE_INIT("function", FunctionObj),
                      .flags = TYPE_METHOD_DESCRIPTOR | TYPE_WEAKREF_OK,
                      .dict_offset = offsetof(FunctionObj, dict),
                      .trace = function_trace,
                      .doc = "function(code, globals, name=None, argdefs=None, closure=None)\n--\n\nCreate a function object.",
                      .repr = function_repr,
                      .descr_get = function_descr_get,
                      .new = function_make,
                      .getset = function_getset,
                      .members = function_members};
