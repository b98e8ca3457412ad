/* module_object.c: the type of modules, and the helpers with which native modules are made. */
#include "object/container.h"
#include "object/function.h"
#include "object/str.h"
#include "object/type_internal.h"

/* --- making modules */

static bool init_dict(ModuleObj *module, Value name, Value doc)
{
    Value dict = module->dict;
    if (!dict) {
        dict = dict_new();
        if (!dict) return false;
        SET(module, dict, dict);
    }
    return dict_set(dict, NAME("__name__"), name) && dict_set(dict, NAME("__doc__"), doc) && dict_set(dict, NAME("__package__"), NONE) &&
           dict_set(dict, NAME("__loader__"), NONE) && dict_set(dict, NAME("__spec__"), NONE);
}

Value module_new(Value name)
{
    ModuleObj *module = name ? gc_alloc(ModuleObj, &module_type) : 0;
    if (!module || !init_dict(module, name, NONE)) return 0;
    if (is_str(name)) SET(module, name, name);
    return VALUE(module);
}

bool module_set(Value module, const char *name, Value value)
{
    Value key = str_intern_cstring(name);
    return key && dict_set(module_dict(module), key, value);
}

static void module_trace(Obj *object)
{
    ModuleObj *module = (ModuleObj *)object;
    gc_visit(module->dict);
    gc_visit(module->name);
}

static Value module_make(Type *type, Value *args, size_t nargs, Value kwnames)
{
    Value v = type_alloc(type, 0);
    if (!v) return 0;
    Value dict = dict_new();
    if (!dict) return 0;
    SET((ModuleObj *)v, dict, dict);
    return v;
}

static bool module_init(Value self, Value *args, size_t nargs, Value kwnames)
{
    static Signature *signature;
    Value out[2];
    if (!native_bind("module", "(name, doc=None)", &signature, args, nargs, kwnames, out)) return false;
    if (!is_str(out[0])) return raise_type("module() argument 'name' must be str, not %.50T", out[0]);
    ModuleObj *module = (ModuleObj *)self;
    SET(module, name, out[0]);
    return init_dict(module, out[0], out[1]);
}

/* --- attributes */

static bool is_initializing(Value spec)
{
    if (!spec) return false;
    Value flag = object_getattr_opt(spec, NAME("_initializing"));
    int yes = flag ? object_truth(flag) : 0;
    if (thread_self->exception) error_clear();
    return yes > 0;
}

/* importlib notes in the package's spec which of its submodules are being loaded. */
static bool is_uninitialized_submodule(Value spec, Value name)
{
    Value names = spec ? object_getattr_opt(spec, NAME("_uninitialized_submodules")) : 0;
    int found = names && is_list(names) ? object_contains(names, name) : 0;
    if (thread_self->exception) error_clear();
    return found > 0;
}

static Value module_missing(Value self, Value name)
{
    ModuleObj *module = (ModuleObj *)self;
    if (!module->dict) return raise_attribute_text(self, name, str_format_c("module has no attribute '%U'", name));
    Value getattr = dict_get_str(module->dict, NAME("__getattr__"));
    if (getattr) {
        /* A stack's worth of nested fallbacks must end as RecursionError. */
        if (!recursion_enter(" while calling a Python object")) return 0;
        Value result = call_1(getattr, name);
        recursion_leave();
        return result;
    }
    Value module_name = dict_get_str(module->dict, NAME("__name__")), text;
    if (!module_name || !is_str(module_name)) {
        text = str_format_c("module has no attribute '%U'", name);
    } else {
        Value spec = dict_get_str(module->dict, NAME("__spec__"));
        if (is_initializing(spec)) text = str_format_c("partially initialized module '%U' has no attribute '%U' (most likely due to a circular import)", module_name, name);
        else if (is_uninitialized_submodule(spec, name))
            text = str_format_c("cannot access submodule '%U' of module '%U' (most likely due to a circular import)", name, module_name);
        else text = str_format_c("module '%U' has no attribute '%U'", module_name, name);
    }
    return raise_attribute_text(self, name, text);
}

static Value module_getattr(Value self, Value name)
{
    Value result = object_generic_getattr_opt(self, name);
    if (result || thread_self->exception) return result;
    name = attribute_name_slow(name);
    return name ? module_missing(self, name) : 0;
}

static Value module_repr(Value v)
{
    Value importlib = import_module("_frozen_importlib");
    if (!importlib) {
        if (!thread_self->exception || !error_clear_if(&exc_Exception)) return 0;
        Value name = ((ModuleObj *)v)->name;
        return name ? str_format_c("<module %R>", name) : str_from_cstring("<module '?'>");
    }
    return call_method_1(importlib, NAME("_module_repr"), v);
}

static NATIVE(module_dir)
{
    Value dict = object_getattr(args[0], NAME("__dict__"));
    if (!dict) return 0;
    if (!is_dict(dict)) return raise_type("%R.__dict__ is not a dictionary", args[0]);
    Value dir = dict_get_str(dict, NAME("__dir__"));
    return dir ? call_0(dir) : object_to_list(dict);
}

static Value module_get_annotations(Value v)
{
    Value dict = module_dict(v), key = NAME("__annotations__");
    if (!dict || !is_dict(dict)) return raise_type("<module>.__dict__ is not a dictionary");
    Value found = dict_get_str(dict, key);
    if (found) return found;
    found = dict_new();
    return found && dict_set(dict, key, found) ? found : 0;
}

static bool module_set_annotations(Value v, Value value)
{
    Value dict = module_dict(v), key = NAME("__annotations__");
    if (!dict || !is_dict(dict)) return raise_type("<module>.__dict__ is not a dictionary");
    if (value) return dict_set(dict, key, value);
    int deleted = dict_delete(dict, key);
    return deleted ? deleted > 0 : raise_attribute("__annotations__");
}

static const GetSetDef module_getset[] = {{"__annotations__", module_get_annotations, module_set_annotations}, {0}};
static const MemberDef module_members[] = {{"__dict__", MEMBER_VALUE, offsetof(ModuleObj, dict)}, {0}};
static const NativeDef module_methods[] = {{"__dir__", "(self, /)", module_dir, "__dir__() -> list\nspecialized dir() implementation"}, {0}};

Type module_type = {TYPE_INIT("module", ModuleObj),
                    .flags = TYPE_BASE | TYPE_WEAKREF_OK,
                    .dict_offset = offsetof(ModuleObj, dict),
                    .trace = module_trace,
                    .doc = "module(name, doc=None)\n--\n\nCreate a module object: its attributes are what the module's code defines.",
                    .repr = module_repr,
                    .getattr = module_getattr,
                    .new = module_make,
                    .init = module_init,
                    .methods = module_methods,
                    .members = module_members,
                    .getset = module_getset};
