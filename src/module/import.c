/* import.c: `import` in C as far as it goes, and the start of importlib.
 *
 * The import system is the standard library's own importlib, frozen into the program (frozen.h). It runs as `_frozen_importlib` and `_frozen_importlib_external`,
 * the names it has in CPython, so that its frames are taken out of tracebacks and its own `import`s of them work. A module that is in sys.modules already is
 * found here without running Python code.
 */
#include "module/import.h"
#include "module/sys.h"
#include "vm/vm.h"
#include "vm/frame.h"
#include <stdio.h>
#include <time.h>

Value importlib_bootstrap;
static Value find_and_load, handle_fromlist, lock_unlock_module;

/* ---------------------------------------------------------------- relative names */

static bool warn_import(const char *text) { return warn_format(&exc_ImportWarning, 1, "%s", text); }

/* The package that relative imports start from: __package__, __spec__.parent or derived from __name__; checked as PEP 366 says. */
static Value current_package(Value globals)
{
    if (!globals) return raise_key(NAME("'__name__' not in globals"));
    if (!is_dict(globals)) return raise_type("globals must be a dict");
    Value package = dict_get_str(globals, NAME("__package__")), spec = dict_get_str(globals, NAME("__spec__"));
    if (package == NONE) package = 0;
    if (spec == NONE) spec = 0;
    if (package) {
        if (!is_str(package)) return raise_type("package must be a string");
        if (spec) {
            Value parent = object_getattr(spec, NAME("parent"));
            int same = parent ? object_equal(package, parent) : -1;
            if (same < 0 || (!same && !warn_import("__package__ != __spec__.parent"))) return 0;
        }
        return package;
    }
    if (spec) {
        package = object_getattr(spec, NAME("parent"));
        if (package && !is_str(package)) return raise_type("__spec__.parent must be a string");
        return package;
    }
    if (!warn_import("can't resolve package from __spec__ or __package__, falling back on __name__ and __path__")) return 0;
    package = dict_get_str(globals, NAME("__name__"));
    if (!package) return raise_format(&exc_KeyError, "'__name__' not in globals");
    if (!is_str(package)) return raise_type("__name__ must be a string");
    if (dict_get_str(globals, NAME("__path__"))) return package;
    int64_t dot = str_find_char(package, '.', 0, str_length(package), -1);
    return dot < 0 ? raise_format(&exc_ImportError, "attempted relative import with no known parent package") : str_substring(package, 0, dot);
}

static Value resolve_name(Value name, Value globals, int level)
{
    Value package = current_package(globals);
    if (!package) return 0;
    if (!str_length(package)) return raise_format(&exc_ImportError, "attempted relative import with no known parent package");
    int64_t end = str_length(package);
    for (int i = 1; i < level; i++) {
        end = str_find_char(package, '.', 0, end, -1);
        if (end < 0) return raise_format(&exc_ImportError, "attempted relative import beyond top-level package");
    }
    Value base = str_substring(package, 0, end);
    return !base || !str_length(name) ? base : str_format_c("%U.%U", base, name);
}

/* ---------------------------------------------------------------- finding modules */

/* A module found in sys.modules may still be running in another thread: wait for it. */
static bool ensure_initialized(Value module, Value name)
{
    Value spec = object_getattr_opt(module, NAME("__spec__"));
    if (!spec) return !thread_self->exception;
    if (spec == NONE) return true;
    Value flag = object_getattr_opt(spec, NAME("_initializing"));
    if (!flag) return !thread_self->exception;
    int initializing = object_truth(flag);
    return initializing == 0 || (initializing > 0 && call_1(lock_unlock_module, name));
}

static Value modules_get(Value name)
{
    Value modules = sys_modules();
    if (type_of(modules) == &dict_type) return dict_get(modules, name);
    Value module = object_getitem(modules, name);
    if (!module) error_clear_if(&exc_KeyError);
    return module;
}

/* builtins.__import__, which importlib calls for parents and submodules. */
static Value default_import(void)
{
    Value builtins = dict_get_cstring(sys_modules(), "builtins");
    Value import = builtins ? object_getattr(builtins, NAME("__import__")) : 0;
    return import || thread_self->exception ? import : raise_format(&exc_ImportError, "builtins is not in sys.modules");
}

/* The frames of importlib in the pending exception's traceback say nothing to users: of an ImportError all runs of them are taken out, of other exceptions those that
 * end in _call_with_frames_removed. */
static void remove_importlib_frames(void)
{
    Exception *e = (Exception *)thread_self->exception;
    if (!e || config.verbose) return;
    bool always = is_instance_of(VALUE(e), &exc_ImportError), in_run = false;
    TracebackObj *owner = 0, *run_owner = 0;   /* whose `next` the entry, or the run of importlib's entries, hangs on; 0: the exception itself */
    Value outside = 0;   /* a file name that is not importlib's; most entries come from few files */
    for (Value t = e->traceback; t && t != NONE;) {
        TracebackObj *tb = (TracebackObj *)t;
        Value next = tb->next;
        CodeObj *c = ((FrameObj *)tb->frame)->frame->code;
        bool inside =
            c->filename != outside && (str_equal_ascii(c->filename, "<frozen importlib._bootstrap>") || str_equal_ascii(c->filename, "<frozen importlib._bootstrap_external>"));
        if (!inside) outside = c->filename;
        if (tb->import_seen && !(in_run && inside)) break;   /* an import further in has cleaned the rest */
        tb->import_seen = true;
        if (inside && !in_run) run_owner = owner;
        in_run = inside;
        if (inside && (always || str_equal_ascii(c->name, "_call_with_frames_removed"))) {
            if (run_owner) SET(run_owner, next, next);
            else SET(e, traceback, next);
            owner = run_owner;
        } else owner = tb;
        t = next;
    }
}

static int64_t now_microseconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* -X importtime: a line for each module, written when it is loaded or has failed to be, so after those that it imports; `inner` is their time. */
static Value timed_find_and_load(Value name, Value import)
{
    static int depth;
    static int64_t inner;
    static bool titled;
    if (!titled) fputs("import time: self [us] | cumulative | imported package\n", stderr);
    titled = true;
    int64_t inner_before = inner, start = now_microseconds();
    inner = 0;
    depth++;
    Value module = call_2(find_and_load, name, import);
    depth--;
    int64_t whole = now_microseconds() - start;
    Value exception = error_take();
    const char *text = str_utf8(name, 0);
    if (text) fprintf(stderr, "import time: %9ld | %10ld | %*s%s\n", (long)(whole - inner), (long)whole, depth * 2, "", text);
    inner = inner_before + whole;
    error_clear();
    if (exception) error_restore(exception);
    return module;
}

static Value find_module(Value name)
{
    Value module = modules_get(name);
    if (module && module != NONE) return ensure_initialized(module, name) ? module : 0;
    if (thread_self->exception) return 0;
    if (!find_and_load) return raise_format(&exc_ModuleNotFoundError, "No module named '%U'", name);
    Value import = default_import();
    module = !import ? 0 : config.import_time ? timed_find_and_load(name, import) : call_2(find_and_load, name, import);
    if (!module) remove_importlib_frames();
    return module;
}

Value import_absolute(Value name)
{
    if (!sys_audit("import", 1, name)) return 0;
    return find_module(name);
}

/* `import a.b.c` binds a; `from .a import b` gives the module itself. */
static Value top_level(Value module, Value name, Value absolute, int level)
{
    int64_t dot = str_find_char(name, '.', 0, str_length(name), 1);
    if (dot < 0) return module;
    Value front = str_substring(name, 0, dot);
    if (!front) return 0;
    if (level == 0) return find_module(front);
    Value kept = str_substring(absolute, 0, str_length(absolute) - (str_length(name) - dot));
    Value package = kept ? modules_get(kept) : 0;
    if (!package && !thread_self->exception) raise_format(&exc_KeyError, "%R not in sys.modules as expected", kept);
    return package;
}

Value import_level(Value name, Value globals, Value fromlist, int level)
{
    if (!is_str(name)) return raise_type("module name must be a string");
    if (level < 0) return raise_value("level must be >= 0");
    if (globals == NONE) globals = 0;
    Value absolute = level > 0 ? resolve_name(name, globals, level) : name;
    if (!absolute) return 0;
    if (level == 0 && !str_length(absolute)) return raise_value("Empty module name");
    Value module = find_module(absolute);
    if (!module) return 0;
    int has_from = fromlist && fromlist != NONE ? object_truth(fromlist) : 0;
    if (has_from < 0) return 0;
    if (!has_from) return level == 0 || str_length(name) ? top_level(module, name, absolute, level) : module;
    Value path = object_getattr_opt(module, NAME("__path__"));
    if (!path) return thread_self->exception ? 0 : module;
    Value import = default_import();
    Value result = import ? call_3(handle_fromlist, module, fromlist, import) : 0;
    if (!result) remove_importlib_frames();
    return result;
}

Value import_module(const char *name)
{
    Value text = str_intern_cstring(name);
    return text ? import_absolute(text) : 0;
}

Value import_attr(const char *module, const char *name)
{
    Value m = import_module(module), attribute = m ? str_intern_cstring(name) : 0;
    return attribute ? object_getattr(m, attribute) : 0;
}

/* ---------------------------------------------------------------- importlib itself */

/* Runs the code of a frozen module as a module of its own, the way importlib finds those that ran before it did. */
Value import_frozen(const FrozenModule *frozen)
{
    Value module = module_new(str_intern_cstring(frozen->name)), code = module ? frozen_code(frozen) : 0;
    Value builtins = dict_get_cstring(sys_modules(), "builtins"), origin = frozen->origin ? str_from_cstring(frozen->origin) : NONE;
    if (!code || !builtins || !origin || !module_set(module, "__builtins__", builtins) || !module_set(module, "__origname__", origin)) return 0;
    if (frozen->package) {
        Value path = list_new(0);
        if (!path || !module_set(module, "__path__", path)) return 0;
    }
    if (!dict_set_cstring(sys_modules(), frozen->name, module)) return 0;
    return vm_eval_code(code, module_dict(module), 0) ? module : 0;
}

/* zipimport comes before the finder of folders. */
static bool install_zipimport(void)
{
    Value hooks = sys_get("path_hooks"), module = import_module("zipimport"), importer = module ? object_getattr(module, NAME("zipimporter")) : 0;
    return hooks && is_list(hooks) && importer && list_insert(hooks, 0, importer) && import_install_zip_reader(module);
}

bool import_start(void)
{
    gc_root(&importlib_bootstrap);
    gc_root(&find_and_load);
    gc_root(&handle_fromlist);
    gc_root(&lock_unlock_module);
    if (config.verbose) fputs("import _frozen_importlib # frozen\nimport _imp # builtin\n", stderr);
    Value module = import_frozen(frozen_find("_frozen_importlib"));
    if (!module) return false;
    importlib_bootstrap = module;
    find_and_load = dict_get_cstring(module_dict(module), "_find_and_load");
    handle_fromlist = dict_get_cstring(module_dict(module), "_handle_fromlist");
    lock_unlock_module = dict_get_cstring(module_dict(module), "_lock_unlock_module");
    Value imp = module_create(module_find("_imp"));
    if (!imp || !find_and_load || !handle_fromlist || !lock_unlock_module) return false;
    return dict_set_cstring(sys_modules(), "_imp", imp) && call_method_2(module, NAME("_install"), sys_module, imp);
}

bool import_start_external(void)
{
    Value folder = str_from_fs(config.stdlib, strlen(config.stdlib));
    if (!sys_set("_stdlib_dir", folder) || !call_method_0(importlib_bootstrap, NAME("_install_external_importers"))) return false;
    Value external = dict_get_cstring(sys_modules(), "_frozen_importlib_external");
    return external && import_install_writer(external) && import_install_reader(external) && install_zipimport();
}
