/* error.c: raising exceptions from C: formats, chaining, errno, warnings, and errors that have nowhere to go.
 *
 * The pending exception is always a complete instance: __context__ is set here, at the moment of raising, so that nothing downstream normalizes.
 */
#include "object/container.h"
#include "object/function.h"
#include "object/str.h"
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

/* --- the pending exception */

bool error_matches(Type *type)
{
    Value exception = thread_self->exception;
    return exception && type_is_subtype(type_of(exception), type);
}

bool error_clear_if(Type *type)
{
    if (!error_matches(type)) return false;
    thread_self->exception = 0;
    return true;
}

Value error_handled(void)
{
    for (HandledExc *h = thread_self->handled; h; h = h->previous) {
        if (h->exception && h->exception != NONE) return h->exception;
    }
    return 0;
}

int exception_matches(Value exception, Value pattern)
{
    if (is_tuple(pattern)) {
        if (!recursion_enter(" in exception match")) return -1;
        int result = 0;
        for (int64_t i = 0; i < tuple_size(pattern) && result == 0; i++) result = exception_matches(exception, tuple_get(pattern, i));
        recursion_leave();
        return result;
    }
    if (!is_type(pattern) || !(((Type *)pattern)->flags & TYPE_EXCEPTION)) {
        raise_type("catching classes that do not inherit from BaseException is not allowed");
        return -1;
    }
    return type_is_subtype(type_of(exception), (Type *)pattern);
}

/* --- raising */

void exception_set_context(Exception *exception, Value context)
{
    if (context) ((Exception *)context)->is_context = true;
    SET(exception, context, context);
}

/* exception.__context__ = context, unless that closes a cycle: then the chain is cut where `exception` occurs in it. The chain may already hold a cycle that
 * Python code made, so a second pointer at half speed watches for it. */
static void set_context(Exception *exception, Value context)
{
    if (!context || context == VALUE(exception)) return;
    Value at = context, slow = context;
    bool move_slow = false;
    while (exception->is_context && ((Exception *)at)->context) {
        Value next = ((Exception *)at)->context;
        if (next == VALUE(exception)) {
            SET((Exception *)at, context, 0);
            break;
        }
        at = next;
        if (at == slow) break;
        if (move_slow) slow = ((Exception *)slow)->context;
        move_slow = !move_slow;
    }
    exception_set_context(exception, context);
}

/* A pending MemoryError stays: what is raised on top of it comes of going on without what could not be made, and whoever takes it for an answer would lose the real one. */
uint64_t raise_instance(Value exception)
{
    Value pending = thread_self->exception;
    if (pending && type_of(pending) == &exc_MemoryError && type_of(exception) != &exc_MemoryError) return 0;
    set_context((Exception *)exception, error_handled());
    thread_self->exception = exception;
    return 0;
}

uint64_t raise_value_of(Type *type, Value argument)
{
    Value args = tuple_pack(1, argument);
    if (!args) return 0;
    Value exception = exception_new(type, args);
    return exception ? raise_instance(exception) : 0;
}

uint64_t raise_format_v(Type *type, const char *format, va_list args)
{
    Value message = str_format_v(format, args);
    return message ? raise_value_of(type, message) : 0;
}

uint64_t raise_format(Type *type, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    raise_format_v(type, format, args);
    va_end(args);
    return 0;
}

#define RAISE_FUNCTION(name, Name) \
    uint64_t name(const char *format, ...) \
    { \
        va_list args; \
        va_start(args, format); \
        raise_format_v(&exc_##Name, format, args); \
        va_end(args); \
        return 0; \
    }
RAISE_FUNCTION(raise_type, TypeError)
RAISE_FUNCTION(raise_value, ValueError)
RAISE_FUNCTION(raise_overflow, OverflowError)
RAISE_FUNCTION(raise_index, IndexError)
RAISE_FUNCTION(raise_attribute, AttributeError)
RAISE_FUNCTION(raise_runtime, RuntimeError)
RAISE_FUNCTION(raise_system, SystemError)

uint64_t raise_key(Value key) { return raise_value_of(&exc_KeyError, key); }

uint64_t raise_stop_iteration(Value value)
{
    Value args = !value || value == NONE ? tuple_empty : tuple_pack(1, value);
    if (!args) return 0;
    Value exception = exception_new(&exc_StopIteration, args);
    return exception ? raise_instance(exception) : 0;
}

uint64_t raise_from(Type *type, const char *format, ...)
{
    Value earlier = error_take();
    va_list args;
    va_start(args, format);
    raise_format_v(type, format, args);
    va_end(args);
    Value now = thread_self->exception;
    if (earlier && now && now != earlier) {
        Exception *e = (Exception *)now;
        e->cause = earlier;
        e->suppress_context = true;
        exception_set_context(e, earlier);
    }
    return 0;
}

/* The instance that `raise v` or `from v` means: a class is called. 0 with an exception; `wrong` is the text for what is neither. */
static Value instance_of(Value v, const char *wrong)
{
    if (is_type(v) && ((Type *)v)->flags & TYPE_EXCEPTION) {
        Value instance = call_0(v);
        if (instance && !is_exception(instance)) { return raise_type("calling %R should have returned an instance of BaseException, not %R", v, VALUE(type_of(instance))); }
        return instance;
    }
    if (is_exception(v)) return v;
    return raise_type("%s", wrong);
}

uint64_t raise_object(Value type_or_instance, Value cause)
{
    Value exception = instance_of(type_or_instance, "exceptions must derive from BaseException");
    if (!exception) return 0;
    if (cause) {
        Value reason = 0;
        if (cause != NONE) {
            reason = instance_of(cause, "exception causes must derive from BaseException");
            if (!reason) return 0;
        }
        ((Exception *)exception)->suppress_context = true;
        SET((Exception *)exception, cause, reason);
    }
    return raise_instance(exception);
}

uint64_t raise_unsupported_operand(Value a, Value b, const char *symbol)
{
    if (!strcmp(symbol, ">>") && type_of(a) == &native_type && !strcmp(((NativeObj *)a)->def->name, "print")) {
        return raise_type("unsupported operand type(s) for >>: '%.100T' and '%.100T'. Did you mean \"print(<message>, file=<output_stream>)\"?", a, b);
    }
    return raise_type("unsupported operand type(s) for %.100s: '%.100T' and '%.100T'", symbol, a, b);
}

uint64_t raise_bad_argument(const char *function, const char *argument, const char *expected, Value got)
{
    const char *type = got == NONE ? "None" : type_full_name(type_of(got));
    bool number = argument[0] >= '0' && argument[0] <= '9', whole = !strncmp(argument, "argument", 8);
    const char *format = whole    ? "%.200s() %s must be %.200s, not %.200s"
                         : number ? "%.200s() argument %s must be %.200s, not %.200s"
                                  : "%.200s() argument '%s' must be %.200s, not %.200s";
    return raise_type(format, function, argument, expected, type);
}

/* --- OSError */

uint64_t raise_errno(void) { return raise_errno_with(errno, 0, 0); }

uint64_t raise_errno_with(int error, Value filename, Value filename2)
{
    Value text = error ? str_decode(strerror(error), strlen(strerror(error)), "utf-8", "surrogateescape") : str_from_cstring("Error");
    if (!text) return 0;
    Value args;
    if (filename2) args = tuple_pack(5, small_int(error), text, filename ? filename : NONE, NONE, filename2);
    else if (filename) args = tuple_pack(3, small_int(error), text, filename);
    else args = tuple_pack(2, small_int(error), text);
    if (!args) return 0;
    Value exception = exception_new(&exc_OSError, args);
    return exception ? raise_instance(exception) : 0;
}

/* --- warnings */

bool warn_format(Type *category, int stacklevel, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    Value message = str_format_v(format, args);
    va_end(args);
    return message && warnings_warn(category, message, stacklevel);
}

/* --- exceptions that cannot be passed on */

static const StructSeqField unraisable_fields[] = {
    {"exc_type", "exception type"}, {"exc_value", "exception"}, {"exc_traceback", "traceback"}, {"err_msg", "what was being done"}, {"object", "the object it happened in"}, {0},
};

/* The last resort, when no hook can be called: a line on the standard error that needs no Python. */
static void print_plain(Value exception)
{
    char line[300];
    int n = snprintf(line, sizeof line, "Exception ignored: %s\n", type_name_of(exception));
    if (n > 0 && write(2, line, (size_t)n < sizeof line ? (size_t)n : sizeof line - 1) < 0) return;
}

/* false with an exception: of the hook, or because there is none. */
static bool call_unraisable_hook(const char *name, Value *hook, Value exception, Value where, const char *message)
{
    static Type *args_type;
    if (!args_type) args_type = structseq_type("sys.UnraisableHookArgs", "What sys.unraisablehook gets.", unraisable_fields, 5);
    Value traceback = ((Exception *)exception)->traceback, text = message ? str_format_c("Exception ignored %s", message) : NONE;
    Value items[5] = {VALUE(type_of(exception)), exception, traceback ? traceback : NONE, text ? text : NONE, where ? where : NONE};
    Value args = args_type ? structseq_new(args_type, items) : 0;
    *hook = args ? import_attr("sys", name) : 0;
    if (*hook == NONE) *hook = import_attr("sys", "__unraisablehook__");
    return *hook && call_1(*hook, args);
}

void error_unraisable(Value where, const char *message)
{
    Value exception = error_take(), hook;
    if (!exception) return;
    if (!call_unraisable_hook("unraisablehook", &hook, exception, where, message)) {
        /* What the hook itself raises is told in place of the first one. */
        Value second = hook ? error_take() : 0;
        if (!second || !call_unraisable_hook("__unraisablehook__", &hook, second, hook, "in sys.unraisablehook")) print_plain(second ? second : exception);
    }
    thread_self->exception = 0;
}
