/* start.c: bringing the interpreter up and down.
 *
 * Start-up time is a goal: what a program may never need (warnings filters, codecs beyond UTF-8, signal, site when -S) is not touched here.
 */
#include "main/options.h"
#include "main/start.h"
#include "heap/image.h"
#include "module/import.h"
#include "module/preload.h"
#include "module/atexit.h"
#include "module/signal.h"
#include "module/sys.h"
#include "module/sys_info.h"
#include "object/bytes.h"
#include "object/rehash.h"
#include "object/str.h"
#include "vm/vm.h"
#include <errno.h>
#include <stdio.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define TYPE(name) extern Type name;
#include "object/types.def"
#undef TYPE

static bool ready_types(void)
{
    static Type *const all[] = {
#define TYPE(name) &name,
#include "object/types.def"
#undef TYPE
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (!type_ready(all[i])) return false;
    return errors_init();
}

static bool add_builtin_module(const char *name)
{
    const ModuleDef *def = module_find(name);
    Value module = def ? module_create(def) : raise_system("built-in module %s is missing", name);
    return module && dict_set_cstring(sys_modules(), name, module);
}

/* ---------------------------------------------------------------- sys.path and __main__ */

static bool path_add(Value list, const char *format, const char *text)
{
    char *path;
    if (asprintf(&path, format, text) < 0) return false;
    Value item = str_from_fs(path, strlen(path));
    free(path);
    return item && list_append(list, item);
}

/* PYTHONPATH's folders (made absolute), the standard library as a zip, the standard library, its native modules' folder. */
static bool set_path(void)
{
    Value list = list_new(0);
    char cwd[4096];
    for (const char *p = config.python_path; list && p; p = strchr(p, ':') ? strchr(p, ':') + 1 : 0) {
        int size = (int)strcspn(p, ":");
        char *item;
        if (!size) continue;
        if (*p == '/' || !getcwd(cwd, sizeof cwd)) {
            if (asprintf(&item, "%.*s", size, p) < 0) return false;
        } else if (asprintf(&item, "%s/%.*s", cwd, size, p) < 0) return false;
        bool ok = path_add(list, "%s", item);
        free(item);
        if (!ok) return false;
    }
    return list && path_add(list, "%s/lib/python311.zip", config.prefix) && path_add(list, "%s", config.stdlib) && path_add(list, "%s/lib-dynload", config.stdlib) &&
           sys_set("path", list);
}

static bool make_main_module(void)
{
    Value module = module_new(NAME("__main__"));
    if (!module || !dict_set_cstring(sys_modules(), "__main__", module)) return false;
    Value loader = object_getattr(importlib_bootstrap, NAME("BuiltinImporter"));
    return loader && module_set(module, "__loader__", loader) && module_set(module, "__annotations__", dict_new()) &&
           module_set(module, "__builtins__", dict_get_cstring(sys_modules(), "builtins"));
}

Value main_namespace(void)
{
    Value module = dict_get_cstring(sys_modules(), "__main__");
    return module && is_instance_of(module, &module_type) ? module_dict(module) : 0;
}

/* ---------------------------------------------------------------- standard streams */

/* The name that the codec gives itself ("latin1" is "iso8859-1"); an unknown one as it is: the streams complain. */
static const char *codec_name(const char *encoding)
{
    Value lookup = import_attr("_codecs", "lookup"), text = lookup ? str_from_cstring(encoding) : 0, info = text ? call_1(lookup, text) : 0;
    Value name = info ? object_getattr(info, NAME("name")) : 0;
    const char *found = name && is_str(name) ? str_utf8(str_intern(name), 0) : 0;
    error_clear();
    return found ? found : encoding;
}

/* The encoding and error handler of the three streams: PYTHONIOENCODING, else UTF-8, lenient in the C locale and in those that CPython replaces it with. */
static void stream_encoding(const char **encoding, const char **errors)
{
    static char text[200];
    *encoding = "utf-8", *errors = 0;
    if (config.io_encoding) {
        snprintf(text, sizeof text, "%s", config.io_encoding);
        char *colon = strchr(text, ':');
        if (colon) {
            *colon = 0;
            if (colon[1]) *errors = colon + 1;
        }
        if (*text) *encoding = codec_name(text);
    }
    if (*errors) return;
    bool chosen = config.io_encoding && *text;
    *errors = !chosen && (config.utf8_mode || options_lenient_locale()) ? "surrogateescape" : "strict";
}

/* A text stream on the descriptor, or None when it is closed. */
static Value open_stream(int fd, const char *name, const char *mode, const char *encoding, const char *errors)
{
    struct stat st;
    if (fstat(fd, &st) < 0) return NONE;
    if (fd == 0 && S_ISDIR(st.st_mode)) {
        fputs("Fatal Python error: init_sys_streams: <stdin> is a directory, cannot continue\nPython runtime state: core initialized\n\n", stderr);
        exit(1);
    }
    bool writing = *mode == 'w', unbuffered = config.unbuffered && writing;
    Value io = import_module("_io"), open = io ? object_getattr(io, NAME("open")) : 0, wrapper = open ? object_getattr(io, NAME("TextIOWrapper")) : 0;
    if (!wrapper) return 0;
    Value raw_mode = writing ? NAME("wb") : NAME("rb");
    Value open_args[] = {0, int_new(fd), raw_mode, int_new(unbuffered ? 0 : -1), NONE, NONE, NONE, FALSE};
    Value buffer = object_call(open, open_args + 1, 7, 0);
    if (!buffer) return 0;
    Value raw = unbuffered ? buffer : object_getattr(buffer, NAME("raw"));
    Value text = str_from_cstring(name), is_tty = raw ? call_method_0(raw, NAME("isatty")) : 0;
    if (!text || !is_tty || !object_setattr(raw, NAME("name"), text)) return 0;
    bool line_buffering = writing && !unbuffered && (is_tty == TRUE || fd == 2);
    Value kwnames = tuple_pack(1, NAME("write_through"));
    Value wrap_args[] = {0, buffer, str_from_cstring(encoding), str_from_cstring(errors), writing ? NAME("\n") : NONE, bool_value(line_buffering), bool_value(unbuffered)};
    Value stream = kwnames ? object_call(wrapper, wrap_args + 1, 5, kwnames) : 0;
    Value mode_text = str_from_cstring(mode);
    return stream && mode_text && object_setattr(stream, NAME("mode"), mode_text) ? stream : 0;
}

static bool open_streams(void)
{
    const char *encoding, *errors;
    stream_encoding(&encoding, &errors);
    static const char *const names[] = {"stdin", "stdout", "stderr"}, *const hidden[] = {"__stdin__", "__stdout__", "__stderr__"},
                             *const shown[] = {"<stdin>", "<stdout>", "<stderr>"};
    for (int fd = 2; fd >= 0; fd--) {
        Value stream = open_stream(fd, shown[fd], fd ? "w" : "r", encoding, fd == 2 ? "backslashreplace" : errors);
        if (!stream || !sys_set(names[fd], stream) || !sys_set(hidden[fd], stream)) return false;
    }
    return dict_set(vm_builtins(), NAME("open"), import_attr("_io", "open"));
}

/* sys.stderr until io is there: -v writes to it while importlib starts. */
static NATIVE(first_stderr_write)
{
    size_t size = 0;
    const char *text = is_str(args[0]) ? str_utf8(args[0], &size) : 0;
    if (text) fwrite(text, 1, size, stderr);
    error_clear();
    return NONE;
}

static NATIVE(first_stderr_flush)
{
    (void)args;
    return NONE;
}

static const NativeDef first_write_def = {"write", "(text, /)", first_stderr_write, "Writes to standard error.", 0};
static const NativeDef first_flush_def = {"flush", "()", first_stderr_flush, "Nothing is buffered.", 0};

static bool open_first_stderr(void)
{
    Value d = dict_new(), write = native_new(&first_write_def, 0, NAME("sys")), flush = native_new(&first_flush_def, 0, NAME("sys"));
    if (!d || !write || !flush || !dict_set_cstring(d, "write", write) || !dict_set_cstring(d, "flush", flush)) return false;
    Value stream = namespace_new(d);
    return stream && sys_set("stderr", stream) && sys_set("__stderr__", stream);
}

/* ---------------------------------------------------------------- start */

static bool start_failed(void)
{
    if (sys_module && thread_self->exception && !error_matches(&exc_MemoryError)) {
        fputs("krait: the interpreter could not start:\n", stderr);
        excepthook_print(error_take());
    } else fputs("krait: the interpreter could not start: out of memory\n", stderr);
    return false;
}

static bool import_site(void)
{
    if (preload_done()) return preload_finish();
    return config.no_site || import_module("site");
}

/* What C code knows of the command line. */
static void configure_runtime(void)
{
    vm_optimize = config.optimize > 2 ? 2 : config.optimize;
    vm_no_columns = config.no_debug_ranges;
    if (config.max_heap) heap_set_limit(config.max_heap);
    if (config.int_max_str_digits >= 0) int_max_str_digits = config.int_max_str_digits;
}

static bool attach_first_thread(void)
{
    Thread *first = thread_new(REGISTER_STACK_VALUES);
    if (first) thread_attach(first);
    return first;
}

/* Types, built-in modules and importlib, made from nothing. */
static bool start_from_nothing(void)
{
    heap_init();
    configure_runtime();
    hash_init(config.hash_random ? -1 : (int64_t)config.hash_seed);
    if (!attach_first_thread()) return false;
    bool ok = names_make() && ready_types();
    vm_init();
    return ok && sys_start() && add_builtin_module("builtins") && sys_configure() && open_first_stderr() && set_path() && import_start() && import_start_external() &&
           import_module("_signal") && import_module("io");
}

/* The same and more, from the image. */
static bool start_from_image(void)
{
    heap_read_environment();
    configure_runtime();
    hash_init(config.hash_random ? -1 : (int64_t)config.hash_seed);
    if (!attach_first_thread()) return false;
    int_memory_init();
    return rehash_all() && names_make() && sys_configure() && set_path() && module_resume_all();
}

/* What -v and -X importtime show of the start, what -X dev checks in it, modules from files, code without columns, and failing allocations from the first on: an image has none
 * of that. KRAIT_IMAGE=0 is for tests. */
static bool wants_image(void)
{
    const char *image = getenv("KRAIT_IMAGE"), *fail = getenv("KRAIT_GC_FAIL");
    return !config.verbose && !config.import_time && !config.no_frozen_modules && !config.no_debug_ranges && !config.dev_mode && !config.home && (!fail || *fail == '+') &&
           !getenv("KRAIT_GC_STRESS") && !(image && !strcmp(image, "0"));
}

/* For the build: the state that start_from_image goes on from. */
static bool save_image(const char *path)
{
    config.no_site = 1;
    config.hash_random = false;
    image_begin();
    char folder[4096];
    snprintf(folder, sizeof folder, "%s.folder", path);
    if (!start_from_nothing() || !preload_modules() || !preload_warm_up(folder)) return start_failed();
    gc_collect(2, true);
    if (!vm_prepare_functions()) return start_failed();
    gc_collect(2, true);
    vm_forget_stack();
    return rehash_prepare() && image_save(path);
}

bool start_interpreter(void)
{
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    const char *image = getenv("KRAIT_SAVE_IMAGE");
    if (image) _exit(save_image(image) ? 0 : 1);
    bool ok = wants_image() && image_load() ? start_from_image() : start_from_nothing();
    ok = ok && make_main_module() && open_streams();
    const ModuleDef *signals = module_find("_signal");
    ok = ok && (!signals || (signal_init() && import_module("_signal")));
    if (ok && (config.warn_options.count || config.dev_mode)) ok = import_module("warnings") != 0;
    str_check_codecs = config.dev_mode;
    bytes_warning_level = config.bytes_warning;
    ok = ok && import_site();
    if (ok && config.faulthandler && module_find("faulthandler")) {
        Value enable = import_attr("faulthandler", "enable");
        ok = enable && call_0(enable);
    }
    return ok || start_failed();
}

/* ---------------------------------------------------------------- stop */

static void call_if_imported(const char *module, Value function)
{
    Value m = dict_get_cstring(sys_modules(), module);
    if (m && !call_method_0(m, function)) {
        if (error_matches(&exc_AttributeError)) error_clear();
        else error_unraisable(m, 0);
    }
}

int stop_interpreter(int status)
{
    const char *hot = getenv("KRAIT_SAVE_HOT");   /* for the build */
    if (hot && !image_save_hot(hot)) return 1;
    call_if_imported("threading", NAME("_shutdown"));
    atexit_run();
    if (!sys_flush()) status = 120;
    sys_set_finalizing();
    thread_finalizing = true;
    /* The names of __main__ stay: what finalizers of its classes use is intact. */
    gc_finalize_all();
    if (!sys_flush()) status = 120;
    return status;
}
