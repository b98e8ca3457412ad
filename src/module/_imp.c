/* _imp.c: what importlib needs from the interpreter: built-in and frozen modules, the import lock, code file names.
 *
 * So far there are no extension modules: their functions answer as for a name that is unknown.
 */
#include "module/import.h"
#include "module/config.h"
#include "module/frozen.h"
#include "module/module.h"
#include "object/sequence.h"
#include "vm/marshal.h"
#include "base/siphash.h"
#include <pthread.h>

/* ---------------------------------------------------------------- the global import lock: re-entrant, for the importing thread */

static struct {
    pthread_mutex_t mutex;
    unsigned long owner;
    int depth;
    bool locked;
} global = {.mutex = PTHREAD_MUTEX_INITIALIZER};

void import_lock(void)
{
    if (global.depth > 0 && global.owner == thread_self->id) {
        global.depth++;
        return;
    }
    bool lock = !thread_finalizing;   /* then who has it sleeps for ever, and only one thread runs */
    if (lock) BLOCKING(pthread_mutex_lock(&global.mutex));
    global.locked = lock;
    global.owner = thread_self->id;
    global.depth = 1;
}

bool import_unlock(void)
{
    if (global.depth == 0 || global.owner != thread_self->id) return false;
    if (--global.depth == 0) {
        global.owner = 0;
        if (global.locked) pthread_mutex_unlock(&global.mutex);
    }
    return true;
}

static NATIVE(imp_lock_held) { return bool_value(global.depth > 0); }
static NATIVE(imp_acquire_lock) { return import_lock(), NONE; }
static NATIVE(imp_release_lock) { return import_unlock() ? NONE : raise_runtime("not holding the import lock"); }

/* ---------------------------------------------------------------- built-in modules */

static NATIVE(imp_is_builtin)
{
    const char *name = is_str(args[0]) ? str_utf8(args[0], 0) : (const char *)raise_bad_argument("is_builtin", "argument", "str", args[0]);
    if (!name && is_str(args[0])) {   /* a name with surrogates is no built-in module's */
        error_clear();
        return small_int(0);
    }
    return name ? small_int(module_find(name) ? 1 : 0) : 0;
}

static NATIVE(imp_create_builtin)
{
    Value name = object_getattr(args[0], NAME("name"));
    const char *text = !name ? 0 : is_str(name) ? str_utf8(name, 0) : (const char *)raise_type("name must be string, not %.200T", name);
    if (!text) return 0;
    Value existing = dict_get(sys_modules(), name);
    if (existing) return existing;
    const ModuleDef *def = module_find(text);
    return def ? module_create(def) : thread_self->exception ? 0 : NONE;
}

/* Initialization happened when the module was created. */
static NATIVE(imp_exec_builtin) { return small_int(0); }

static NATIVE(imp_extension_suffixes) { return list_new(0); }

/* ---------------------------------------------------------------- frozen modules */

/* The frozen module of that name if it is enabled, or 0 without exception. */
static const FrozenModule *enabled_module(Value name)
{
    const char *text = str_utf8(name, 0);
    const FrozenModule *module = text ? frozen_find(text) : 0;
    if (!text) error_clear();
    return module && (module->essential || frozen_enabled()) ? module : 0;
}

static Value raise_frozen(const char *format, Value name)
{
    raise_format(&exc_ImportError, format, name);
    ImportErrorObj *e = (ImportErrorObj *)thread_self->exception;
    if (error_matches(&exc_ImportError)) SET(e, name, name);
    return 0;
}

static const FrozenModule *required_module(Value name)
{
    const FrozenModule *module = enabled_module(name);
    if (!module) raise_frozen("No such frozen object named %R", name);
    return module;
}

static NATIVE(imp_is_frozen)
{
    if (!is_str(args[0])) return raise_bad_argument("is_frozen", "argument", "str", args[0]);
    return bool_value(enabled_module(args[0]) != 0);
}

static NATIVE(imp_find_frozen)
{
    if (!is_str(args[0])) return raise_bad_argument("find_frozen", "argument 1", "str", args[0]);
    int with_data = object_truth(args[1]);
    if (with_data < 0) return 0;
    const FrozenModule *module = enabled_module(args[0]);
    if (!module) return NONE;
    Value data = NONE;
    if (with_data) {
        Value bytes = bytes_new(module->data, module->size);
        data = bytes ? memoryview_new(bytes) : 0;
    }
    Value origin = module->origin ? str_from_cstring(module->origin) : NONE;
    return data && origin ? tuple_pack(3, data, bool_value(module->package), origin) : 0;
}

static NATIVE(imp_init_frozen)
{
    if (!is_str(args[0])) return raise_bad_argument("init_frozen", "argument", "str", args[0]);
    const FrozenModule *module = enabled_module(args[0]);
    return module ? import_frozen(module) : NONE;
}

static NATIVE(imp_get_frozen_object)
{
    if (!is_str(args[0])) return raise_bad_argument("get_frozen_object", "argument 1", "str", args[0]);
    Buffer b;
    Value code;
    if (!args[1] || args[1] == NONE) {
        const FrozenModule *module = required_module(args[0]);
        return module ? frozen_code(module) : 0;
    }
    if (!has_buffer(args[1])) return raise_bad_argument("get_frozen_object", "argument 2", "bytes", args[1]);
    if (!buffer_get(args[1], &b, BUFFER_SIMPLE)) return 0;
    code = b.length ? marshal_load_bytes(b.data, (size_t)b.length) : 0;
    buffer_release(&b);
    if (!code) {
        if (thread_self->exception && error_matches(&exc_MemoryError)) return 0;
        error_clear();
        return raise_frozen("Frozen object named %R is invalid", args[0]);
    }
    return type_of(code) == &code_type ? code : raise_type("frozen object %R is not a code object", args[0]);
}

static NATIVE(imp_is_frozen_package)
{
    if (!is_str(args[0])) return raise_bad_argument("is_frozen_package", "argument", "str", args[0]);
    const FrozenModule *module = required_module(args[0]);
    return module ? bool_value(module->package) : 0;
}

static NATIVE(imp_frozen_module_names)
{
    Value list = list_new(0);
    for (size_t i = 0; list && frozen_at(i); i++) {
        if (!frozen_at(i)->essential && !frozen_enabled()) continue;
        Value name = str_from_cstring(frozen_at(i)->name);
        if (!name || !list_append(list, name)) return 0;
    }
    return list;
}

static NATIVE(imp_override_frozen)
{
    int64_t n;
    if (!number_as_int64(args[0], &n)) return 0;
    frozen_override = n > 0 ? 1 : n < 0 ? -1 : 0;
    return NONE;
}

/* ---------------------------------------------------------------- extension modules */

static NATIVE(imp_create_dynamic) { return raise_format(&exc_ImportError, "extension modules compiled for CPython cannot be loaded by Krait yet"); }
static NATIVE(imp_exec_dynamic) { return small_int(0); }

/* ---------------------------------------------------------------- code */

static bool fix_filename(CodeObj *code, Value old, Value new)
{
    if (!str_equal(code->filename, old)) return true;
    if (c_stack_low()) return raise_format(&exc_RecursionError, "maximum recursion depth exceeded in nested code objects");
    SET(code, filename, new);
    for (int64_t i = 0; i < tuple_size(code->consts); i++) {
        Value item = tuple_get(code->consts, i);
        if (type_of(item) == &code_type && !fix_filename((CodeObj *)item, old, new)) return false;
    }
    return true;
}

bool import_fix_filename(Value code, Value path)
{
    if (type_of(code) != &code_type) return raise_bad_argument("_fix_co_filename", "1", "code", code);
    if (!is_str(path)) return raise_bad_argument("_fix_co_filename", "2", "str", path);
    Value old = ((CodeObj *)code)->filename;
    return str_equal(old, path) || fix_filename((CodeObj *)code, old, path);
}

static NATIVE(imp_fix_co_filename) { return import_fix_filename(args[0], args[1]) ? NONE : 0; }

static NATIVE(imp_source_hash)
{
    Buffer b;
    uint64_t key;
    if (!number_as_uint64(args[0], &key) || !buffer_get(args[1], &b, BUFFER_SIMPLE)) return 0;
    uint64_t hash = siphash13(key, 0, b.data, (size_t)b.length);
    buffer_release(&b);
    return bytes_new(&hash, 8);
}

static const NativeDef functions[] = {
    {"lock_held", "()", imp_lock_held, "Whether the import lock is held.", 0},
    {"acquire_lock", "()", imp_acquire_lock, "Acquire the import lock for this thread.", 0},
    {"release_lock", "()", imp_release_lock, "Release the import lock.", 0},
    {"is_builtin", "(name, /)", imp_is_builtin, "1 for the name of a built-in module, else 0.", 0},
    {"create_builtin", "(spec, /)", imp_create_builtin, "Create a built-in module.", 0},
    {"exec_builtin", "(mod, /)", imp_exec_builtin, "Initialize a built-in module.", 0},
    {"extension_suffixes", "()", imp_extension_suffixes, "File name endings of extension modules.", 0},
    {"is_frozen", "(name, /)", imp_is_frozen, "Whether the name is a frozen module's.", 0},
    {"find_frozen", "(name, /, *, withdata=False)", imp_find_frozen, "Information about a frozen module, or None.", 0},
    {"init_frozen", "(name, /)", imp_init_frozen, "Initialize a frozen module.", 0},
    {"get_frozen_object", "(name, data=None, /)", imp_get_frozen_object, "The code of a frozen module.", 0},
    {"is_frozen_package", "(name, /)", imp_is_frozen_package, "Whether a frozen module is a package.", 0},
    {"_frozen_module_names", "()", imp_frozen_module_names, "Names of the frozen modules.", 0},
    {"_override_frozen_modules_for_tests", "(override, /)", imp_override_frozen, "Use frozen modules (1), or not (-1), or as the command line says (0).", 0},
    {"create_dynamic", "(spec, file=<unrepresentable>, /)", imp_create_dynamic, "Load an extension module.", 0},
    {"exec_dynamic", "(mod, /)", imp_exec_dynamic, "Initialize an extension module.", 0},
    {"_fix_co_filename", "(code, path, /)", imp_fix_co_filename, "Change the file name of a code object and of those in it.", 0},
    {"source_hash", "(key, source)", imp_source_hash, "The hash of a source file for a hash-based .pyc.", 0},
    {0},
};

static bool init(Value module) { return module_add_str(module, "check_hash_based_pycs", config.check_hash_pycs ? config.check_hash_pycs : "default"); }

const ModuleDef module__imp = {"_imp", "The interpreter's side of the import system.", functions, init, init};
