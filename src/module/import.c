/* import.c: `import` in C as far as it goes, and the start of importlib.
 *
 * The import system is the standard library's own importlib, compiled from its source. It runs as `_frozen_importlib` and `_frozen_importlib_external`,
 * the names it has in CPython, so that its frames are taken out of tracebacks and its own `import`s of them work. A module that is in sys.modules already is
 * found here without running Python code.
 */
#include "module/import.h"
#include "vm/marshal.h"
#include "module/sys.h"
#include "vm/vm.h"
#include "syntax/parser.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

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
    for (Value t = e->traceback; t && t != NONE;) {
        TracebackObj *tb = (TracebackObj *)t;
        Value code = object_getattr(tb->frame, NAME("f_code")), next = tb->next;
        if (!code || type_of(code) != &code_type) break;
        CodeObj *c = (CodeObj *)code;
        bool inside = str_equal_ascii(c->filename, "<frozen importlib._bootstrap>") || str_equal_ascii(c->filename, "<frozen importlib._bootstrap_external>");
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

/* -X importtime: a line for each module, written when it is loaded, so after those that it imports; `inner` is their time. */
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
    const char *text = module ? str_utf8(name, 0) : 0;
    if (text) fprintf(stderr, "import time: %9ld | %10ld | %*s%s\n", (long)(whole - inner), (long)whole, depth * 2, "", text);
    inner = inner_before + whole;
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

/* The whole of a file in a heap buffer; 0 without exception when it cannot be read. */
static char *read_whole(const char *path, size_t *size, struct stat *st)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return 0;
    char *data = 0;
    if (fstat(fd, st) == 0 && (data = gc_buffer_raw((size_t)st->st_size + 1))) {
        size_t got = 0;
        ssize_t n;
        while (got < (size_t)st->st_size && (n = read(fd, data + got, (size_t)st->st_size - got)) > 0) got += (size_t)n;
        if (got != (size_t)st->st_size) data = 0;
        *size = got;
    }
    close(fd);
    return data;
}

/* Gives the code and all code in it another file name. */
static void set_filename(CodeObj *code, Value filename)
{
    SET(code, filename, filename);
    for (int64_t i = 0; i < tuple_size(code->consts); i++) {
        Value item = tuple_get(code->consts, i);
        if (type_of(item) == &code_type) set_filename((CodeObj *)item, filename);
    }
}

/* The code in the cache of `source` if the cache's header fits the source (time and size; hash-based caches are not looked at). */
static Value code_from_cache(const char *cache, const struct stat *source)
{
    struct stat st;
    size_t size;
    uint8_t *data = (uint8_t *)read_whole(cache, &size, &st);
    if (!data || size < 16 || memcmp(data, "\xa7\x0d\x0d\x0a\0\0\0\0", 8)) return 0;
    uint32_t mtime, length;
    memcpy(&mtime, data + 8, 4);
    memcpy(&length, data + 12, 4);
    if (mtime != (uint32_t)source->st_mtime || length != (uint32_t)source->st_size) return 0;
    Value code = marshal_load_bytes(data + 16, size - 16, 0);
    error_clear();
    return code && type_of(code) == &code_type ? code : 0;
}

static Value bootstrap_code(const char *name)
{
    char source[4096], cache[4096];
    static const char *const suffix[] = {"", ".opt-1", ".opt-2"};
    snprintf(source, sizeof source, "%s/importlib/%s.py", config.stdlib, name);
    snprintf(cache, sizeof cache, "%s/importlib/__pycache__/%s.cpython-311%s.pyc", config.stdlib, name, suffix[config.optimize > 2 ? 2 : config.optimize]);
    struct stat st;
    Value filename = str_format_c("<frozen importlib.%s>", name);
    if (!filename) return 0;
    Value code = stat(source, &st) == 0 ? code_from_cache(cache, &st) : 0;
    if (code) return set_filename((CodeObj *)code, filename), code;
    size_t size;
    char *text = read_whole(source, &size, &st);
    if (!text) return raise_format(&exc_ImportError, "cannot read %s: Krait needs the .py files of the standard library (Debian: libpython3.11-stdlib; elsewhere set PYTHONHOME)", source);
    return vm_compile(text, size, filename, PARSE_FILE, 0, -1, 11);
}

/* Runs importlib/NAME.py as the module `module_name`. */
static Value run_bootstrap(const char *name, const char *module_name)
{
    Value module = module_new(str_intern_cstring(module_name)), code = module ? bootstrap_code(name) : 0;
    Value builtins = dict_get_cstring(sys_modules(), "builtins");
    if (!code || !builtins || !module_set(module, "__builtins__", builtins)) return 0;
    if (!dict_set_cstring(sys_modules(), module_name, module)) return 0;
    return vm_eval_code(code, module_dict(module), 0) ? module : 0;
}

/* ---------------------------------------------------------------- zip archives on sys.path */

/* zipimport.zipimporter. What zipimport stands on is never looked for in archives, so it is imported with the standard library's folders as the only ones:
 * otherwise an archive on sys.path would need zipimport for its own import. */
static Value zipimporter_type(void)
{
    if (dict_get_cstring(sys_modules(), "zipimport")) return import_attr("zipimport", "zipimporter");
    Value path = sys_get("path"), folder = str_from_fs(config.stdlib, strlen(config.stdlib)), list = folder ? list_new(0) : 0;
    if (!path || !list || !list_append(list, folder) || !sys_set("path", list)) return 0;
    Value importer = import_attr("zipimport", "zipimporter");
    return sys_set("path", path) ? importer : 0;
}

/* The first path hook: folders, by far the most, are refused at once; only for what could be an archive is zipimport itself imported. */
static NATIVE(zip_path_hook)
{
    if (!is_str(args[0])) return raise_format(&exc_ImportError, "only str paths can name archives");
    const char *text = str_utf8(args[0], 0);
    char *path = text ? strdup(text) : 0;
    struct stat st;
    bool archive = false;
    if (!text) error_clear();
    while (path && *path) {   /* "archive.zip/package": some front part must be a file */
        if (stat(path, &st) == 0) {
            archive = S_ISREG(st.st_mode);
            break;
        }
        char *slash = strrchr(path, '/');
        *(slash ? slash : path) = 0;
    }
    free(path);
    if (!archive) return raise_format(&exc_ImportError, "not a Zip file: %R", args[0]);
    Value importer = zipimporter_type();
    return importer ? call_1(importer, args[0]) : 0;
}

static const NativeDef zip_path_hook_def = {"zipimporter", "(path, /)", zip_path_hook, "The path hook for zip archives.", 0};

static bool install_zip_hook(void)
{
    Value hooks = sys_get("path_hooks"), hook = native_new(&zip_path_hook_def, 0, NAME("zipimport"));
    return hooks && is_list(hooks) && hook && list_insert(hooks, 0, hook);
}

bool import_start(void)
{
    gc_root(&importlib_bootstrap);
    gc_root(&find_and_load);
    gc_root(&handle_fromlist);
    gc_root(&lock_unlock_module);
    Value module = run_bootstrap("_bootstrap", "_frozen_importlib");
    if (!module) return false;
    importlib_bootstrap = module;
    find_and_load = dict_get_cstring(module_dict(module), "_find_and_load");
    handle_fromlist = dict_get_cstring(module_dict(module), "_handle_fromlist");
    lock_unlock_module = dict_get_cstring(module_dict(module), "_lock_unlock_module");
    Value imp = module_create(module_find("_imp"));
    if (!imp || !find_and_load || !handle_fromlist || !lock_unlock_module) return false;
    if (!dict_set_cstring(sys_modules(), "_imp", imp)) return false;
    if (!call_method_2(module, NAME("_install"), sys_module, imp)) return false;
    Value external = run_bootstrap("_bootstrap_external", "_frozen_importlib_external");
    return external && import_install_writer(external) && call_method_0(module, NAME("_install_external_importers")) && install_zip_hook();
}
