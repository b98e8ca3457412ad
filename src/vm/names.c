/* names.c: variables by name, imports, and the making of functions, as the handlers call them. */
#include "vm/run.h"
#include "object/exception.h"
#include "object/str.h"
#include "heap/barrier.h"

void vm_name_error(Value name)
{
    if (raise_format(&exc_NameError, "name '%.200U' is not defined", name), error_matches(&exc_NameError)) {
        NameErrorObj *e = (NameErrorObj *)thread_self->exception;
        SET(e, name, name);
    }
}

void vm_unbound_local(CodeObj *code, uint32_t local)
{
    Value name = tuple_get(code->localsplusnames, local);
    raise_format(&exc_UnboundLocalError, "cannot access local variable '%U' where it is not associated with a value", name);
}

void vm_unbound_cell(CodeObj *code, uint32_t index)
{
    if ((int)index < code->nlocalsplus - code->nfreevars) {
        vm_unbound_local(code, index);
        return;
    }
    Value name = tuple_get(code->localsplusnames, index);
    raise_format(&exc_NameError, "cannot access free variable '%U' where it is not associated with a value in enclosing scope", name);
    if (error_matches(&exc_NameError)) SET((NameErrorObj *)thread_self->exception, name, name);
}

/* dict[name], or for other mappings; 0 without exception: absent */
static Value mapping_get(Value mapping, Value name)
{
    if (type_of(mapping) == &dict_type) return dict_get(mapping, name);
    Value v = object_getitem(mapping, name);
    if (!v) error_clear_if(&exc_KeyError);
    return v;
}

Value vm_load_name(Frame *f, Value name)
{
    Thread *t = thread_self;
    if (!vm_name_locals(f)) return raise_system("no locals when loading %R", name);
    Value v = mapping_get(f->locals, name);
    if (v || t->exception) return v;
    v = mapping_get(frame_globals(f), name);
    if (v || t->exception) return v;
    v = mapping_get(frame_builtins(f), name);
    if (!v && !t->exception) vm_name_error(name);
    return v;
}

Value vm_build_class_lookup(Frame *f)
{
    Value v = mapping_get(frame_builtins(f), NAME("__build_class__"));
    if (!v && !thread_self->exception) raise_format(&exc_NameError, "__build_class__ not found");
    return v;
}

/* ---- imports */

Value vm_import_name(Frame *f, Value name, Value level, Value from)
{
    Value import = mapping_get(frame_builtins(f), NAME("__import__"));
    if (!import) return thread_self->exception ? 0 : raise_format(&exc_ImportError, "__import__ not found");
    Value args[6] = {0, name, frame_globals(f), f->locals ? f->locals : NONE, from, level};
    return object_call(import, args + 1, 5, 0);
}

Value vm_import_from(Value module, Value name)
{
    Value v = object_getattr_opt(module, name);
    if (v || thread_self->exception) return v;
    /* Circular imports: the submodule may be in sys.modules before it is an attribute of its package. */
    Value package = object_getattr_opt(module, NAME("__name__"));
    if (!package && thread_self->exception) return 0;
    if (package && is_str(package)) {
        Value full = str_format_c("%U.%U", package, name), sys = full ? import_module("sys") : 0, modules = sys ? object_getattr(sys, NAME("modules")) : 0;
        if (!modules) return 0;
        v = mapping_get(modules, full);
        if (v || thread_self->exception) return v;
    } else package = 0;
    Value shown = package ? package : str_from_cstring("<unknown module name>");
    Value path = object_getattr_opt(module, NAME("__file__"));
    error_clear();
    if (path && !is_str(path)) path = 0;
    bool initializing = false;
    Value spec = path ? object_getattr_opt(module, NAME("__spec__")) : 0;
    if (spec) {
        Value flag = object_getattr_opt(spec, NAME("_initializing"));
        initializing = flag && object_truth(flag) == 1;
    }
    error_clear();
    if (!path) raise_format(&exc_ImportError, "cannot import name %R from %R (unknown location)", name, shown);
    else if (initializing)
        raise_format(&exc_ImportError, "cannot import name %R from partially initialized module %R (most likely due to a circular import) (%S)", name, shown, path);
    else raise_format(&exc_ImportError, "cannot import name %R from %R (%S)", name, shown, path);
    if (error_matches(&exc_ImportError)) {
        ImportErrorObj *e = (ImportErrorObj *)thread_self->exception;
        SET(e, name, package ? package : NONE);
        if (path) SET(e, path, path);
    }
    return 0;
}

static bool import_all_from(Value locals, Value module)
{
    Value all = object_getattr_opt(module, NAME("__all__"));
    bool skip_private = false, from_dict = false;
    if (!all) {
        if (thread_self->exception) return false;
        Value dict = object_getattr_opt(module, NAME("__dict__"));
        if (!dict) return thread_self->exception ? false : raise_format(&exc_ImportError, "from-import-* object has no __dict__ and no __all__");
        all = call_method_0(dict, NAME("keys"));
        if (!all) return false;
        skip_private = from_dict = true;
    }
    Value names = object_to_list(all);
    if (!names) return false;
    for (int64_t n = 0; n < list_size(names); n++) {
        Value name = list_get(names, n);
        if (!is_str(name)) {
            Value module_name = object_getattr(module, NAME("__name__"));
            if (!module_name) return false;
            if (!is_str(module_name)) return raise_type("module __name__ must be a string, not %.100s", type_of(module_name)->name);
            return raise_type("%s in %U.%s must be str, not %.100s", from_dict ? "Key" : "Item", module_name, from_dict ? "__dict__" : "__all__", type_of(name)->name);
        }
        if (skip_private && str_length(name) > 0 && str_char(name, 0) == '_') continue;
        Value v = object_getattr(module, name);
        if (!v || !(type_of(locals) == &dict_type ? dict_set(locals, name, v) : object_setitem(locals, name, v))) return false;
    }
    return true;
}

bool vm_import_star(Frame *f, Value module)
{
    Value locals = vm_name_locals(f);
    if (!locals) return raise_system("no locals found during 'import *'");
    return import_all_from(locals, module);
}

/* next(iterator) that keeps the StopIteration of a class's __next__, which the slot drops. */
Value vm_next_raising(Value iterator)
{
    Type *type = type_of(iterator);
    if (!(type->flags & TYPE_HEAP)) return type->next(iterator);
    Value next = object_lookup_special(iterator, NAME("__next__"));
    return next ? call_0(next) : 0;
}

/* ---- functions */

Value vm_make_function(Frame *f, Value *parts, uint32_t flags)
{
    Value code = parts[__builtin_popcount(flags & 15)];
    if (type_of(code) != &code_type) return raise_system("code object expected");
    CodeObj *c = (CodeObj *)code;
    Value v = function_new(code, frame_globals(f), c->qualname);
    if (!v) return 0;
    FunctionObj *function = (FunctionObj *)v;
    int n = 0;
    if (flags & 1) {
        if (!is_tuple(parts[n])) return raise_system("defaults must be a tuple");
        function->defaults = parts[n++];
    }
    if (flags & 2) {
        if (!is_dict(parts[n])) return raise_system("keyword defaults must be a dict");
        function->kwdefaults = parts[n++];
    }
    if (flags & 4) {
        if (!is_tuple(parts[n]) && !is_dict(parts[n])) return raise_system("annotations must be a tuple or dict");
        function->annotations = parts[n++];
    }
    if (flags & 8) {
        Value closure = parts[n++];
        if (!is_tuple(closure) || tuple_size(closure) != c->nfreevars) return raise_system("closure does not fit the code");
        for (int64_t m = 0; m < tuple_size(closure); m++)
            if (type_of(tuple_get(closure, m)) != &cell_type) return raise_system("closure of what are no cells");
        function->closure = closure;
    } else if (c->nfreevars) return raise_system("function without its closure");
    gc_barrier(function);
    return v;
}

/* ---- class and mapping patterns */

Value vm_match_keys(Value subject, Value keys)
{
    int64_t count = tuple_size(keys);
    if (count == 0) return tuple_empty;
    Value self = 0, get = object_get_method(subject, NAME("get"), &self), seen = set_new(0), values = list_new(0), missing = type_alloc(&object_type, 0);
    if (!get || !seen || !values || !missing) return 0;
    for (int64_t n = 0; n < count; n++) {
        Value key = tuple_get(keys, n);
        int known = set_contains(seen, key);
        if (known < 0) return 0;
        if (known) return raise_value("mapping pattern checks duplicate key (%R)", key);
        if (set_add(seen, key) < 0) return 0;
        Value args[4] = {0, self ? self : key, self ? key : missing, missing};
        Value v = object_call(get, args + 1, self ? 3 : 2, 0);
        if (!v) return 0;
        if (v == missing) return NONE;
        if (!list_append(values, v)) return 0;
    }
    return list_to_tuple(values);
}

/* The attribute names of a class pattern met so far: a few in an array, many in a set. */
enum { FEW_NAMES = 16 };
typedef struct SeenNames {
    Value few[FEW_NAMES], set;
    int count;
} SeenNames;

/* 1: new, 0: seen before, -1: exception. */
static int note_name(SeenNames *seen, Value name)
{
    int count = seen->count < FEW_NAMES ? seen->count : FEW_NAMES;
    for (int n = 0; n < count; n++) {
        int same = object_equal(seen->few[n], name);
        if (same) return same < 0 ? -1 : 0;
    }
    if (seen->count++ < FEW_NAMES) {
        seen->few[seen->count - 1] = name;
        return 1;
    }
    if (!seen->set && !(seen->set = set_new(0))) return -1;
    int known = set_contains(seen->set, name);
    return known ? (known < 0 ? -1 : 0) : set_add(seen->set, name) < 0 ? -1 : 1;
}

static Value match_attribute(Value subject, Value cls, Value name, SeenNames *seen)
{
    int new = note_name(seen, name);
    if (new < 0) return 0;
    return new ? object_getattr_opt(subject, name) : raise_type("%N() got multiple sub-patterns for attribute %R", cls, name);
}

#define SET_ITEM(tuple, n, item) \
    do { \
        tuple_items(tuple)[n] = (item); \
        gc_barrier(as_obj(tuple)); \
    } while (0)

Value vm_match_class(Value subject, Value cls, int64_t nargs, Value names)
{
    if (!is_type(cls)) return raise_type("called match pattern must be a class");
    int is = object_is_instance(subject, cls);
    if (is < 0) return 0;
    if (!is) return NONE;
    SeenNames seen = {.count = 0};
    Value attrs = tuple_new(nargs + tuple_size(names));
    if (!attrs) return 0;
    Type *type = (Type *)cls;
    if (nargs > 0) {
        bool match_self = false;
        Value match_args = object_getattr_opt(cls, NAME("__match_args__"));
        if (match_args) {
            if (type_of(match_args) != &tuple_type) return raise_type("%s.__match_args__ must be a tuple (got %s)", type->name, type_of(match_args)->name);
        } else {
            if (thread_self->exception) return 0;
            match_args = tuple_empty;
            match_self = (type->flags & TYPE_MATCH_SELF) != 0;
        }
        int64_t allowed = match_self ? 1 : tuple_size(match_args);
        if (allowed < nargs) return raise_type("%s() accepts %zd positional sub-pattern%s (%zd given)", type->name, (size_t)allowed, allowed == 1 ? "" : "s", (size_t)nargs);
        if (match_self) {
            SET_ITEM(attrs, 0, subject);
        } else
            for (int64_t n = 0; n < nargs; n++) {
                Value name = tuple_get(match_args, n);
                if (type_of(name) != &str_type) return raise_type("__match_args__ elements must be strings (got %s)", type_of(name)->name);
                Value v = match_attribute(subject, cls, str_intern(name), &seen);
                if (!v) return thread_self->exception ? 0 : NONE;
                SET_ITEM(attrs, n, v);
            }
    }
    for (int64_t n = 0; n < tuple_size(names); n++) {
        Value v = match_attribute(subject, cls, tuple_get(names, n), &seen);
        if (!v) return thread_self->exception ? 0 : NONE;
        SET_ITEM(attrs, nargs + n, v);
    }
    return attrs;
}
