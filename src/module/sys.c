/* sys.c: the sys module: the interpreter's settings and hooks.
 *
 * Attributes that describe the build and the command line are in sys_info.c; the printing of uncaught exceptions is in sys_excepthook.c.
 */
#include "module/sys.h"
#include "module/sys_info.h"
#include "vm/source_line.h"
#include "vm/vm.h"
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

Value sys_module;
static Value modules_dict, audit_hooks;

Value sys_get(const char *name) { return sys_module ? dict_get_cstring(module_dict(sys_module), name) : 0; }
bool sys_set(const char *name, Value value) { return value && dict_set_cstring(module_dict(sys_module), name, value); }

Value sys_modules(void)
{
    Value current = sys_get("modules");
    return current && is_dict(current) ? current : modules_dict;
}

/* ---------------------------------------------------------------- audit hooks */

static bool audit_tuple(Value event, Value arguments)
{
    for (int64_t i = 0; i < list_size(audit_hooks); i++)
        if (!call_2(list_get(audit_hooks, i), event, arguments)) return false;
    return true;
}

bool sys_audit(const char *event, size_t count, ...)
{
    if (!audit_hooks || !list_size(audit_hooks)) return true;
    Value arguments = tuple_new((int64_t)count);
    if (!arguments) return false;
    va_list list;
    va_start(list, count);
    for (size_t i = 0; i < count; i++) tuple_items(arguments)[i] = va_arg(list, Value);
    va_end(list);
    Value name = str_from_cstring(event);
    return name && audit_tuple(name, arguments);
}

static NATIVE(sys_addaudithook)
{
    if (!sys_audit("sys.addaudithook", 0)) {
        if (!error_clear_if(&exc_RuntimeError)) return 0;
        return NONE;
    }
    return list_append(audit_hooks, args[0]) ? NONE : 0;
}

static NATIVE(sys_audit_function)
{
    if (!nargs) return raise_type("audit() missing 1 required positional argument: 'event'");
    if (!is_str(args[0])) return raise_type("expected str for argument 'event', not %.200T", args[0]);
    if (!audit_hooks || !list_size(audit_hooks)) return NONE;
    Value arguments = tuple_from(args + 1, (int64_t)nargs - 1);
    return arguments && audit_tuple(args[0], arguments) ? NONE : 0;
}

/* ---------------------------------------------------------------- standard streams */

static Value live_stream(const char *name)
{
    Value file = sys_get(name);
    return file && file != NONE ? file : 0;
}

void sys_write_stderr(const char *format, ...)
{
    Value pending = error_take();
    va_list list;
    va_start(list, format);
    Value text = str_format_v(format, list), file = live_stream("stderr");
    va_end(list);
    if (text && (!file || !call_method_1(file, NAME("write"), text))) {
        error_clear();
        size_t size;
        const char *bytes = str_utf8(text, &size);
        if (bytes && write(2, bytes, size) < 0) errno = 0;
    }
    error_clear();
    if (pending) error_restore(pending);
}

bool sys_flush(void)
{
    bool ok = true;
    Value pending = error_take();
    for (int i = 0; i < 2; i++) {
        Value file = live_stream(i ? "stderr" : "stdout");
        if (!file) continue;
        Value closed = object_getattr_opt(file, NAME("closed"));
        int is_closed = closed ? object_truth(closed) : 0;
        error_clear();
        if (is_closed == 1) continue;
        if (!call_method_0(file, NAME("flush"))) {
            if (i == 0) {
                error_unraisable(file, 0);
                ok = false;
            } else error_clear();
        }
    }
    if (pending) error_restore(pending);
    return ok;
}

/* ---------------------------------------------------------------- hooks */

static NATIVE(sys_displayhook)
{
    Value builtins = dict_get_cstring(sys_modules(), "builtins");
    if (!builtins) return raise_runtime("lost builtins module");
    if (args[0] == NONE) return NONE;
    if (!object_setattr(builtins, NAME("_"), NONE)) return 0;
    Value out = sys_get("stdout");
    if (!out || out == NONE) return raise_runtime("lost sys.stdout");
    Value text = object_repr(args[0]);
    if (!text) return 0;
    if (!call_method_1(out, NAME("write"), text)) {
        if (!error_clear_if(&exc_UnicodeEncodeError)) return 0;
        Value encoding = object_getattr(out, NAME("encoding"));
        Value encoded = encoding ? call_method_2(text, NAME("encode"), encoding, NAME("backslashreplace")) : 0;
        Value escaped = encoded ? call_method_2(encoded, NAME("decode"), encoding, NAME("strict")) : 0;
        if (!escaped || !call_method_1(out, NAME("write"), escaped)) return 0;
    }
    if (!call_method_1(out, NAME("write"), NAME("\n"))) return 0;
    return object_setattr(builtins, NAME("_"), args[0]) ? NONE : 0;
}

static NATIVE(sys_excepthook)
{
    Value exception = args[1];
    if (!is_exception(exception)) {
        sys_write_stderr("TypeError: print_exception(): Exception expected for value, %T found\n", exception);
        return NONE;
    }
    if (args[2] && args[2] != NONE && !((Exception *)exception)->traceback) SET((Exception *)exception, traceback, args[2]);
    excepthook_print(exception);
    error_clear();
    return NONE;
}

static NATIVE(sys_unraisablehook)
{
    Value message = object_getattr(args[0], NAME("err_msg")), object = object_getattr(args[0], NAME("object"));
    Value exception = object_getattr(args[0], NAME("exc_value"));
    if (!message || !object || !exception) return 0;
    if (object != NONE) {
        Value text = object_repr(object);
        error_clear();
        if (message != NONE) sys_write_stderr("%S: ", message);
        else sys_write_stderr("Exception ignored in: ");
        if (text) sys_write_stderr("%U\n", text);
        else sys_write_stderr("<object repr() failed>\n");
    } else if (message != NONE) sys_write_stderr("%S:\n", message);
    if (exception != NONE) excepthook_print(exception);
    error_clear();
    return NONE;
}

static NATIVE(sys_breakpointhook)
{
    const char *name = config.ignore_environment ? 0 : getenv("PYTHONBREAKPOINT");
    if (!name || !*name) name = "pdb.set_trace";
    if (!strcmp(name, "0")) return NONE;
    const char *dot = strrchr(name, '.');
    Value module_name = dot ? str_from_utf8(name, (size_t)(dot - name)) : NAME("builtins");
    const char *text = module_name ? str_utf8(module_name, 0) : 0;
    Value hook = text ? import_attr(text, dot ? dot + 1 : name) : 0;
    if (!hook) {
        if (thread_self->exception && !error_matches(&exc_ImportError) && !error_matches(&exc_AttributeError)) return 0;
        error_clear();
        return warn_format(&exc_RuntimeWarning, 1, "Ignoring unimportable $PYTHONBREAKPOINT: \"%s\"", name) ? NONE : 0;
    }
    return object_call(hook, args, nargs, kwnames);
}

static NATIVE(sys_exit)
{
    Value status = nargs && args[0] ? args[0] : NONE;
    if (!is_tuple(status)) return raise_value_of(&exc_SystemExit, status);
    Value exception = object_call_tuple(VALUE(&exc_SystemExit), status, 0);   /* a tuple is the exception's arguments */
    return exception ? raise_object(exception, 0) : 0;
}

/* ---------------------------------------------------------------- exceptions being handled */

static Value handled_exception(void)
{
    for (HandledExc *h = thread_self->handled; h; h = h->previous)
        if (h->exception && h->exception != NONE) return h->exception;
    return NONE;
}

static NATIVE(sys_exception) { return handled_exception(); }

static NATIVE(sys_exc_info)
{
    Value e = handled_exception();
    if (e == NONE) return tuple_pack(3, NONE, NONE, NONE);
    Value tb = ((Exception *)e)->traceback;
    return tuple_pack(3, VALUE(type_of(e)), e, tb ? tb : NONE);
}

/* ---------------------------------------------------------------- limits and sizes */

/* The limit that was asked for. The one that counts is never higher than the frames that a register stack can hold, so that generators, which have their frames elsewhere,
 * are bounded too. */
static int asked_recursion_limit;
enum { MOST_RECURSION = REGISTER_STACK_VALUES / 16 };

static NATIVE(sys_getrecursionlimit) { return int_new(asked_recursion_limit ? asked_recursion_limit : recursion_limit); }

static NATIVE(sys_setrecursionlimit)
{
    int limit;
    if (!number_as_int(args[0], &limit)) return 0;
    if (limit < 1) return raise_value("recursion limit must be greater or equal than 1");
    if (thread_self->recursion_depth >= limit)
        return raise_format(&exc_RecursionError, "cannot set the recursion limit to %i at the recursion depth %i: the limit is too low", limit, thread_self->recursion_depth);
    asked_recursion_limit = limit;
    recursion_limit = limit < MOST_RECURSION ? limit : MOST_RECURSION;
    return NONE;
}

static NATIVE(sys_get_int_max_str_digits) { return int_new(int_max_str_digits); }

static NATIVE(sys_set_int_max_str_digits)
{
    int digits;
    if (!number_as_int(args[0], &digits)) return 0;
    if (digits && digits < 640) return raise_value("maxdigits must be 0 or larger than 640");
    int_max_str_digits = digits;
    return NONE;
}

/* Immediates take no memory of their own, but 24 and 28 bytes are what programs that add sizes up expect of a float and a small int. */
static NATIVE(sys_getsizeof)
{
    if (is_small_int(args[0])) return small_int(28);
    if (is_small_float(args[0])) return small_int(24);
    Value method = object_lookup_special(args[0], NAME("__sizeof__"));
    Value size = method ? call_0(method) : thread_self->exception ? 0 : raise_type("Type %.100T doesn't define __sizeof__", args[0]);
    int64_t n;
    if (!size || !number_as_int64(size, &n)) {
        if (!args[1] || !error_clear_if(&exc_TypeError)) return 0;
        return args[1];
    }
    if (n < 0) return raise_value("__sizeof__() should return >= 0");
    /* CPython puts 16 bytes before what its collector traces; numbers, text and bytes are not. */
    Type *type = type_of(args[0]);
    bool bare = type->flags & (TYPE_TYPE | TYPE_INT | TYPE_STR | TYPE_BYTES | TYPE_FLOAT) && !(type->flags & TYPE_HEAP);
    return int_new(n + (bare ? 0 : 16));
}

static NATIVE(sys_getrefcount) { return small_int(args[0] == NONE || !is_pointer(args[0]) ? 1000000000 : 2); }
static NATIVE(sys_getallocatedblocks) { return int_new((int64_t)heap_stats().objects); }

static NATIVE(sys_intern)
{
    if (!is_str(args[0])) return raise_type("intern() argument must be str, not %.200T", args[0]);
    if (type_of(args[0]) != &str_type) return raise_type("can't intern %.400T", args[0]);
    return str_intern(args[0]);
}

static double switch_interval = 0.005;
static NATIVE(sys_getswitchinterval) { return float_new(switch_interval); }
static NATIVE(sys_setswitchinterval)
{
    double interval;
    if (!number_as_double(args[0], &interval)) return 0;
    if (!(interval > 0)) return raise_value("switch interval must be strictly positive");
    switch_interval = interval;
    return NONE;
}

/* ---------------------------------------------------------------- frames and tracing */

static NATIVE(sys_getframe)
{
    int depth;
    if (!number_as_int(args[0], &depth)) return 0;
    return sys_audit("sys._getframe", 0) ? vm_frame_object(depth < 0 ? 0 : depth) : 0;
}

static NATIVE(sys_current_frames)
{
    Value dict = dict_new();
    for (Thread *t = thread_first(); dict && t; t = t->next) {
        Value frame = vm_thread_frame(t);
        if (!frame) {
            if (thread_self->exception) return 0;
            continue;
        }
        Value id = int_new_unsigned(t->id);
        if (!id || !dict_set(dict, id, frame)) return 0;
    }
    return dict;
}

static NATIVE(sys_current_exceptions)
{
    Value dict = dict_new();
    for (Thread *t = thread_first(); dict && t; t = t->next) {
        Value e = t->handled ? t->handled->exception : 0, id = int_new_unsigned(t->id);
        if (!e || e == NONE) e = 0;
        Value tb = e ? ((Exception *)e)->traceback : 0;
        Value info = tuple_pack(3, e ? VALUE(type_of(e)) : NONE, e ? e : NONE, tb ? tb : NONE);
        if (!id || !info || !dict_set(dict, id, info)) return 0;
    }
    return dict;
}

/* Tracing is asked for by one bit of the interrupt word, so that code that is not traced pays nothing for it. */
static void update_tracing(void)
{
    Thread *t = thread_self;
    if (t->trace_function || t->profile_function) atomic_fetch_or(&t->interrupt, INTERRUPT_TRACE);
    else atomic_fetch_and(&t->interrupt, ~(unsigned)INTERRUPT_TRACE);
}

static NATIVE(sys_settrace)
{
    if (!sys_audit("sys.settrace", 0)) return 0;
    thread_self->trace_function = args[0] == NONE ? 0 : args[0];
    update_tracing();
    return NONE;
}
static NATIVE(sys_setprofile)
{
    if (!sys_audit("sys.setprofile", 0)) return 0;
    thread_self->profile_function = args[0] == NONE ? 0 : args[0];
    update_tracing();
    return NONE;
}
static NATIVE(sys_gettrace) { return thread_self->trace_function ? thread_self->trace_function : NONE; }
static NATIVE(sys_getprofile) { return thread_self->profile_function ? thread_self->profile_function : NONE; }

static NATIVE(sys_call_tracing)
{
    if (!is_tuple(args[1])) return raise_bad_argument("call_tracing", "2", "tuple", args[1]);
    int saved = thread_self->tracing;
    thread_self->tracing = 0;
    Value result = object_call_tuple(args[0], args[1], 0);
    thread_self->tracing = saved;
    return result;
}

static NATIVE(sys_get_coroutine_origin_tracking_depth) { return int_new(thread_self->coroutine_origin_depth); }
static NATIVE(sys_set_coroutine_origin_tracking_depth)
{
    int depth;
    if (!number_as_int(args[0], &depth)) return 0;
    if (depth < 0) return raise_value("depth must be >= 0");
    thread_self->coroutine_origin_depth = depth;
    return NONE;
}

static Type *asyncgen_hooks_type(void)
{
    static Type *type;
    static const StructSeqField fields[] = {{"firstiter", "called when an async generator is first iterated"}, {"finalizer", "called when one is finalized"}, {0}};
    if (!type) type = structseq_type("sys.asyncgen_hooks", "Hooks for asynchronous generators.", fields, 2);
    return type;
}

static NATIVE(sys_get_asyncgen_hooks)
{
    Thread *t = thread_self;
    Type *type = asyncgen_hooks_type();
    return type ? structseq_new(type, (Value[]){t->asyncgen_firstiter ? t->asyncgen_firstiter : NONE, t->asyncgen_finalizer ? t->asyncgen_finalizer : NONE}) : 0;
}

static NATIVE(sys_set_asyncgen_hooks)
{
    Value first = args[0], finalizer = args[1];
    if (finalizer && finalizer != NONE && !is_callable(finalizer)) return raise_type("callable finalizer expected, got %.50T", finalizer);
    if (first && first != NONE && !is_callable(first)) return raise_type("callable firstiter expected, got %.50T", first);
    if (finalizer) thread_self->asyncgen_finalizer = finalizer == NONE ? 0 : finalizer;
    if (first) thread_self->asyncgen_firstiter = first == NONE ? 0 : first;
    return NONE;
}

/* ---------------------------------------------------------------- small ones */

static bool finalizing;
void sys_set_finalizing(void) { finalizing = true; }
static NATIVE(sys_is_finalizing) { return bool_value(finalizing); }
static NATIVE(sys_getdefaultencoding) { return NAME("utf-8"); }
static NATIVE(sys_getfilesystemencoding) { return NAME("utf-8"); }
static NATIVE(sys_getfilesystemencodeerrors) { return NAME("surrogateescape"); }
static NATIVE(sys_clear_type_cache) { return NONE; }
static NATIVE(sys_is_stack_trampoline_active) { return FALSE; }

static int dlopen_flags = 2;
static NATIVE(sys_getdlopenflags) { return int_new(dlopen_flags); }
static NATIVE(sys_setdlopenflags) { return number_as_int(args[0], &dlopen_flags) ? NONE : 0; }

static NATIVE(sys_debugmallocstats)
{
    HeapStats s = heap_stats();
    sys_write_stderr("heap: %zd objects, %zd bytes, limit %zd, collections %zd %zd %zd\n", s.objects, s.bytes, s.limit, s.collections[0], s.collections[1], s.collections[2]);
    return NONE;
}

static const NativeDef functions[] = {
    {"addaudithook", "(hook)", sys_addaudithook, "Add an audit hook for the rest of the process.", 0},
    {"audit", 0, sys_audit_function, "audit(event, *args): pass an event to the audit hooks.", NATIVE_VECTOR | NATIVE_NO_KEYWORDS},
    {"displayhook", "(object, /)", sys_displayhook, "Print an object to sys.stdout and save it in builtins._.", 0},
    {"excepthook", "(exctype, value, traceback, /)", sys_excepthook, "Print an uncaught exception to sys.stderr.", 0},
    {"unraisablehook", "(unraisable, /)", sys_unraisablehook, "Report an exception that cannot be raised.", 0},
    {"breakpointhook", 0, sys_breakpointhook, "Called by breakpoint(): enters the debugger that PYTHONBREAKPOINT names.", NATIVE_VECTOR},
    {"exit", "(status=None, /)", sys_exit, "Exit the interpreter by raising SystemExit(status).", 0},
    {"exception", "()", sys_exception, "The exception being handled, or None.", 0},
    {"exc_info", "()", sys_exc_info, "(type, value, traceback) of the exception being handled.", 0},
    {"getrecursionlimit", "()", sys_getrecursionlimit, "The greatest depth of the call stack.", 0},
    {"setrecursionlimit", "(limit, /)", sys_setrecursionlimit, "Set the greatest depth of the call stack.", 0},
    {"get_int_max_str_digits", "()", sys_get_int_max_str_digits, "The limit on digits when ints are converted to or from decimal text.", 0},
    {"set_int_max_str_digits", "(maxdigits)", sys_set_int_max_str_digits, "Set the limit on digits of decimal conversions of ints.", 0},
    {"getsizeof", "(object, default=<unrepresentable>)", sys_getsizeof, "The size of an object in bytes.", 0},
    {"getrefcount", "(object, /)", sys_getrefcount, "Krait counts no references: always 2 (a large number for immortal objects).", 0},
    {"getallocatedblocks", "()", sys_getallocatedblocks, "The number of objects alive.", 0},
    {"intern", "(string, /)", sys_intern, "Return the interned string that equals this one.", 0},
    {"getswitchinterval", "()", sys_getswitchinterval, "Seconds after which threads take turns.", 0},
    {"setswitchinterval", "(interval, /)", sys_setswitchinterval, "Set the seconds after which threads take turns.", 0},
    {"_getframe", "(depth=0, /)", sys_getframe, "The frame object `depth` calls below the caller's.", 0},
    {"_current_frames", "()", sys_current_frames, "Thread identifiers and their topmost frames.", 0},
    {"_current_exceptions", "()", sys_current_exceptions, "Thread identifiers and the exceptions they handle.", 0},
    {"settrace", "(function, /)", sys_settrace, "Set the trace function of this thread.", 0},
    {"setprofile", "(function, /)", sys_setprofile, "Set the profile function of this thread.", 0},
    {"gettrace", "()", sys_gettrace, "The trace function of this thread, or None.", 0},
    {"getprofile", "()", sys_getprofile, "The profile function of this thread, or None.", 0},
    {"call_tracing", "(func, args, /)", sys_call_tracing, "Call func(*args) with tracing on.", 0},
    {"get_coroutine_origin_tracking_depth", "()", sys_get_coroutine_origin_tracking_depth, "How many frames of a coroutine's origin are kept.", 0},
    {"set_coroutine_origin_tracking_depth", "(depth)", sys_set_coroutine_origin_tracking_depth, "Set how many frames of a coroutine's origin are kept.", 0},
    {"get_asyncgen_hooks", "()", sys_get_asyncgen_hooks, "The hooks of asynchronous generators.", 0},
    {"set_asyncgen_hooks", "(firstiter=<unrepresentable>, finalizer=<unrepresentable>)", sys_set_asyncgen_hooks, "Set the hooks of asynchronous generators.", 0},
    {"is_finalizing", "()", sys_is_finalizing, "True while the interpreter shuts down.", 0},
    {"getdefaultencoding", "()", sys_getdefaultencoding, "The encoding of str by default.", 0},
    {"getfilesystemencoding", "()", sys_getfilesystemencoding, "The encoding of file names.", 0},
    {"getfilesystemencodeerrors", "()", sys_getfilesystemencodeerrors, "The error handler of file names.", 0},
    {"_clear_type_cache", "()", sys_clear_type_cache, "Method caches need no clearing here; does nothing.", 0},
    {"is_stack_trampoline_active", "()", sys_is_stack_trampoline_active, "Whether a stack profiler trampoline is active: never.", 0},
    {"getdlopenflags", "()", sys_getdlopenflags, "Flags for dlopen().", 0},
    {"setdlopenflags", "(flags, /)", sys_setdlopenflags, "Set the flags for dlopen().", 0},
    {"_debugmallocstats", "()", sys_debugmallocstats, "Print the heap's figures to sys.stderr.", 0},
    {0},
};

/* Programs compare a hook with the original to see whether someone replaced it. */
static bool keep_hooks(void)
{
    return sys_set("__displayhook__", sys_get("displayhook")) && sys_set("__excepthook__", sys_get("excepthook")) && sys_set("__unraisablehook__", sys_get("unraisablehook")) &&
           sys_set("__breakpointhook__", sys_get("breakpointhook"));
}

const ModuleDef module_sys = {"sys", "Settings of the interpreter and access to its parts.", functions, 0};

static Value search_path(void) { return sys_get("path"); }

bool sys_start(void)
{
    source_search_path = search_path;
    gc_root(&sys_module);
    gc_root(&modules_dict);
    gc_root(&audit_hooks);
    audit_hooks = list_new(0);
    modules_dict = dict_new();
    if (!audit_hooks || !modules_dict || !(sys_module = module_create(&module_sys))) return false;
    return keep_hooks() && sys_set("modules", modules_dict) && dict_set_cstring(modules_dict, "sys", sys_module) && sys_add_info(sys_module);
}
