/* builtins.c: the functions that every program has without importing anything.
 *
 * Arithmetic, attribute and iteration functions are thin: the work is in object/. What compiles and runs code (compile, eval, exec, __build_class__) is in
 * builtins_code.c.
 */
#include "module/builtins.h"
#include "module/import.h"
#include "module/sys.h"
#include "object/sequence.h"
#include "vm/vm.h"
#include <stdlib.h>
#include <unistd.h>

/* ---------------------------------------------------------------- numbers and characters */

static NATIVE(builtin_abs) { return number_unary(args[0], UNARY_ABS); }
static NATIVE(builtin_divmod) { return number_binary(args[0], args[1], BINARY_DIVMOD); }
static NATIVE(builtin_pow) { return number_power(args[0], args[1], args[2]); }

static Value int_in_base(Value v, int base, const char *prefix)
{
    Value n = number_index(v);
    if (n && is_small_int(n)) {
        char text[80];
        int64_t value = small_int_value(n);
        size_t sign = value < 0, length = int_small_to_base(value, base, text + 2);
        text[0] = '-';
        memcpy(text + sign, prefix, 2);
        Value v = str_alloc((int64_t)length + 2, 0x7f);
        if (v) memcpy(str_data(v), text, length + 2);
        return v;
    }
    Value digits = n ? int_to_str(n, base) : 0;
    if (!digits) return 0;
    if (int_sign(n) >= 0) return str_format_c("%s%U", prefix, digits);
    Value magnitude = str_substring(digits, 1, str_length(digits));
    return magnitude ? str_format_c("-%s%U", prefix, magnitude) : 0;
}
static NATIVE(builtin_bin) { return int_in_base(args[0], 2, "0b"); }
static NATIVE(builtin_oct) { return int_in_base(args[0], 8, "0o"); }
static NATIVE(builtin_hex) { return int_in_base(args[0], 16, "0x"); }

static NATIVE(builtin_chr)
{
    int code;
    if (!number_as_int(args[0], &code)) return 0;
    if (code < 0 || code > 0x10ffff) return raise_value("chr() arg not in range(0x110000)");
    return str_from_char((uint32_t)code);
}

static NATIVE(builtin_ord)
{
    Value v = args[0];
    int64_t size;
    if (is_str(v)) {
        size = str_length(v);
        if (size == 1) return small_int(str_char(v, 0));
    } else if (is_bytes(v)) {
        size = bytes_size(v);
        if (size == 1) return small_int(bytes_data(v)[0]);
    } else if (is_instance_of(v, &bytearray_type)) {
        size = ((ByteArrayObj *)v)->size;
        if (size == 1) return small_int(bytearray_data(v)[0]);
    } else return raise_type("ord() expected string of length 1, but %.200T found", v);
    return raise_type("ord() expected a character, but string of length %zd found", (size_t)size);
}

static NATIVE(builtin_round)
{
    Value method = object_lookup_special(args[0], NAME("__round__"));
    if (!method) return thread_self->exception ? 0 : raise_type("type %.100T doesn't define __round__ method", args[0]);
    return args[1] == NONE ? call_0(method) : call_1(method, args[1]);
}

/* Adds the small ints at the start of a list to *total, which is one; returns how many there are. */
static int64_t sum_list_ints(Value list, int64_t *total)
{
    const Value *items = list_items(list);
    int64_t n = *total, i = 0, size = list_size(list), next;
    for (; i < size && is_small_int(items[i]) && !__builtin_add_overflow(n, small_int_value(items[i]), &next); i++) n = next;
    *total = n;
    return i;
}

/* Sums small ints, then floats, without calling anything, and goes over to + at the first item that is neither. */
static NATIVE(builtin_sum)
{
    Value total = args[1] ? args[1] : small_int(0);
    if (is_str(total)) return raise_type("sum() can't sum strings [use ''.join(seq) instead]");
    if (is_bytes(total)) return raise_type("sum() can't sum bytes [use b''.join(seq) instead]");
    if (is_instance_of(total, &bytearray_type)) return raise_type("sum() can't sum bytearray [use b''.join(seq) instead]");
    Value iterator = object_iter(args[0]), item = 0;
    if (!iterator) return 0;
    if (is_small_int(total)) {
        int64_t n = small_int_value(total);
        if (type_of(iterator) == &list_iterator_type && type_of(args[0]) == &list_type) ((ListIter *)iterator)->index = sum_list_ints(args[0], &n);
        while ((item = iter_next_quick(iterator)) && is_small_int(item) && !__builtin_add_overflow(n, small_int_value(item), &n)) {}
        if (item && is_small_int(item)) n -= small_int_value(item);   /* wraps back to before the overflow */
        total = int_new(n);
    }
    if (item && total && type_of(total) == &int_type && is_small_float(item)) {
        double d;
        if (!int_as_double(total, &d)) return 0;
        total = float_new(d);
    }
    if (total && type_of(total) == &float_type) {
        double d = float_value(total);
        if (!item) item = iter_next_quick(iterator);
        for (; item; item = iter_next_quick(iterator)) {
            if (type_of(item) == &float_type) d += float_value(item);
            else if (is_small_int(item)) d += (double)small_int_value(item);
            else break;
        }
        total = float_new(d);
    }
    if (!item && !thread_self->exception) item = iter_next_quick(iterator);
    while (item && total) {
        total = number_binary(total, item, BINARY_ADD);
        if (total) item = iter_next_quick(iterator);
    }
    return thread_self->exception ? 0 : total;
}

/* ---------------------------------------------------------------- iteration */

static NATIVE(builtin_iter)
{
    if (!nargs || nargs > 2) return raise_type(nargs ? "iter expected at most 2 arguments, got %zd" : "iter expected at least 1 argument, got %zd", nargs);
    if (nargs == 1) return object_iter(args[0]);
    if (!is_callable(args[0])) return raise_type("iter(v, w): v must be callable");
    return callable_iterator_new(args[0], args[1]);
}

static NATIVE(builtin_next)
{
    if (!nargs || nargs > 2) return raise_type(nargs ? "next expected at most 2 arguments, got %zd" : "next expected at least 1 argument, got %zd", nargs);
    if (!is_iterator(args[0])) return raise_type("'%.200T' object is not an iterator", args[0]);
    /* A __next__ in Python is called as it is: the slot would drop the value of its StopIteration. */
    Value method = has_flag(args[0], TYPE_HEAP) ? type_lookup(type_of(args[0]), NAME("__next__")) : 0;
    Value item = method && type_of(method) == &function_type ? call_1(method, args[0]) : type_of(args[0])->next(args[0]);
    if (item) return item;
    if (nargs == 2) return !thread_self->exception || error_clear_if(&exc_StopIteration) ? args[1] : 0;
    return thread_self->exception ? 0 : raise_stop_iteration(0);
}

static NATIVE(builtin_aiter)
{
    Type *t = type_of(args[0]);
    if (!t->aiter) return raise_type("'%.200T' object is not an async iterable", args[0]);
    Value iterator = t->aiter(args[0]);
    if (iterator && !type_of(iterator)->anext) return raise_type("aiter() returned not an async iterator of type '%.200T'", iterator);
    return iterator;
}

static NATIVE(builtin_anext)
{
    if (!nargs || nargs > 2) return raise_type(nargs ? "anext expected at most 2 arguments, got %zd" : "anext expected at least 1 argument, got %zd", nargs);
    Type *t = type_of(args[0]);
    if (!t->anext) return raise_type("'%.200T' object is not an async iterator", args[0]);
    Value awaitable = t->anext(args[0]);
    return !awaitable || nargs == 1 ? awaitable : anext_awaitable_new(awaitable, args[1]);
}

static Value all_or_any(Value iterable, int stop_at)
{
    Value iterator = object_iter(iterable), item;
    if (!iterator) return 0;
    while ((item = iter_next_quick(iterator))) {
        int truth = object_truth(item);
        if (truth < 0) return 0;
        if (truth == stop_at) return bool_value(stop_at);
    }
    return thread_self->exception ? 0 : bool_value(!stop_at);
}
static NATIVE(builtin_all) { return all_or_any(args[0], 0); }
static NATIVE(builtin_any) { return all_or_any(args[0], 1); }

static NATIVE(builtin_len)
{
    int64_t n = object_length(args[0]);
    return n < 0 ? 0 : int_new(n);
}

static NATIVE(builtin_sorted)
{
    static Signature *signature;
    if (nargs < 1) return raise_type("sorted expected 1 argument, got %zd", nargs);
    if (nargs > 1) return raise_type("sorted expected 1 argument, got %zd", nargs);
    Value bound[2];
    if (!native_bind("sort", "(*, key=None, reverse=False)", &signature, args + 1, 0, kwnames, bound)) return 0;
    Value list = object_to_list(args[0]);
    int reverse = bound[1] == TRUE;
    if (!list || (bound[1] != TRUE && bound[1] != FALSE && !number_as_int(bound[1], &reverse))) return 0;
    return list_sort(list, bound[0], reverse != 0) ? list : 0;
}

/* min and max: the operator tells which item replaces the best so far. */
static Value extreme(const char *name, CompareOp op, Value *args, size_t nargs, Value kwnames)
{
    static Signature *signature;
    Value bound[2];
    if (!nargs) return raise_type("%s expected at least 1 argument, got 0", name);
    if (!native_bind(name, "(*, key=None, default=<unrepresentable>)", &signature, args + nargs, 0, kwnames, bound)) return 0;
    if (nargs > 1 && bound[1]) return raise_type("Cannot specify a default for %s() with multiple positional arguments", name);
    Value iterator = nargs > 1 ? 0 : object_iter(args[0]);
    if (nargs == 1 && !iterator) return 0;
    Value best = 0, best_key = 0, item;
    for (size_t i = 0; (item = iterator ? iter_next_quick(iterator) : i < nargs ? args[i] : 0); i++) {
        Value key = bound[0] == NONE ? item : call_1(bound[0], item);
        if (!key) return 0;
        int better = 1;
        if (best) {
            if (is_small_int(key) && is_small_int(best_key)) better = op == CMP_LT ? (int64_t)key<(int64_t)best_key : (int64_t)key>(int64_t) best_key;
            else if ((better = object_compare_bool(key, best_key, op)) < 0) return 0;
        }
        if (better) best = item, best_key = key;
    }
    if (thread_self->exception) return 0;
    if (best) return best;
    return bound[1] ? bound[1] : raise_value("%s() arg is an empty sequence", name);
}
static NATIVE(builtin_min) { return extreme("min", CMP_LT, args, nargs, kwnames); }
static NATIVE(builtin_max) { return extreme("max", CMP_GT, args, nargs, kwnames); }

/* ---------------------------------------------------------------- objects and attributes */

static NATIVE(builtin_ascii) { return object_ascii(args[0]); }
static NATIVE(builtin_repr) { return object_repr(args[0]); }
static NATIVE(builtin_callable) { return bool_value(is_callable(args[0])); }
static NATIVE(builtin_id) { return int_new(object_id(args[0])); }
static NATIVE(builtin_isinstance)
{
    int r = object_is_instance(args[0], args[1]);
    return r < 0 ? 0 : bool_value(r);
}
static NATIVE(builtin_issubclass)
{
    int r = object_is_subclass(args[0], args[1]);
    return r < 0 ? 0 : bool_value(r);
}

static NATIVE(builtin_hash)
{
    int64_t hash;
    return object_hash(args[0], &hash) ? int_new(hash) : 0;
}

static NATIVE(builtin_format)
{
    if (!is_str(args[1])) return raise_bad_argument("format", "2", "str", args[1]);
    return object_format(args[0], args[1]);
}

/* Attribute names given as values: exactly a str, interned so that shapes and dicts find them by address. */
static Value attribute_name(Value name)
{
    if (!is_str(name)) return raise_type("attribute name must be string, not '%.200T'", name);
    return type_of(name) == &str_type ? str_intern(name) : name;
}

static NATIVE(builtin_getattr)
{
    if (nargs < 2 || nargs > 3) return raise_type(nargs < 2 ? "getattr expected at least 2 arguments, got %zd" : "getattr expected at most 3 arguments, got %zd", nargs);
    Value name = attribute_name(args[1]);
    if (!name) return 0;
    if (nargs == 2) return object_getattr(args[0], name);
    Value v = object_getattr_opt(args[0], name);
    return v || thread_self->exception ? v : args[2];
}

static NATIVE(builtin_hasattr)
{
    Value name = attribute_name(args[1]);
    if (!name) return 0;
    Value v = object_getattr_opt(args[0], name);
    return v ? TRUE : thread_self->exception ? 0 : FALSE;
}

static NATIVE(builtin_setattr)
{
    Value name = attribute_name(args[1]);
    return name && object_setattr(args[0], name, args[2]) ? NONE : 0;
}

static NATIVE(builtin_delattr)
{
    Value name = attribute_name(args[1]);
    return name && object_setattr(args[0], name, 0) ? NONE : 0;
}

static NATIVE(builtin_dir)
{
    if (nargs > 1) return raise_type("dir expected at most 1 argument, got %zd", nargs);
    if (nargs) return object_dir(args[0]);
    Value locals = vm_locals();
    Value names = locals ? call_method_0(locals, NAME("keys")) : 0;
    Value list = names ? object_to_list(names) : 0;
    return list && list_sort(list, 0, false) ? list : 0;
}

static NATIVE(builtin_vars)
{
    if (nargs > 1) return raise_type("vars expected at most 1 argument, got %zd", nargs);
    if (!nargs) return vm_locals();
    Value dict = object_getattr_opt(args[0], NAME("__dict__"));
    return dict || thread_self->exception ? dict : raise_type("vars() argument must have __dict__ attribute");
}

static NATIVE(builtin_globals) { return vm_globals(); }
static NATIVE(builtin_locals) { return vm_locals(); }

/* ---------------------------------------------------------------- input and output */

static bool text_or_none(Value v, const char *name) { return v == NONE || is_str(v) || raise_type("%s must be None or a string, not %.200T", name, v); }

static bool write_text(Value write, Value text) { return call_1(write, text) != 0; }

static NATIVE(builtin_print)
{
    static Signature *signature;
    Value bound[4];   /* sep, end, file, flush */
    if (!native_bind("print", "(*, sep=' ', end='\\n', file=None, flush=False)", &signature, args + nargs, 0, kwnames, bound)) return 0;
    Value separator = bound[0], end = bound[1], file = bound[2];
    if (!text_or_none(separator, "sep") || !text_or_none(end, "end")) return 0;
    if (file == NONE && !(file = sys_get("stdout"))) return raise_runtime("lost sys.stdout");
    if (file == NONE) return NONE;
    Value write = object_getattr(file, NAME("write"));
    if (!write) return 0;
    for (size_t i = 0; i < nargs; i++) {
        if (i && !write_text(write, separator == NONE ? NAME(" ") : separator)) return 0;
        Value text = object_str(args[i]);
        if (!text || !write_text(write, text)) return 0;
    }
    if (!write_text(write, end == NONE ? NAME("\n") : end)) return 0;
    int flush = object_truth(bound[3]);
    if (flush < 0 || (flush && !call_method_0(file, NAME("flush")))) return 0;
    return NONE;
}

char *(*input_readline)(const char *prompt);

/* Whether the stream is the process's own descriptor `fd` and a terminal. */
static bool is_terminal(Value stream, int fd)
{
    Value number = call_method_0(stream, NAME("fileno"));
    int64_t n = -1;
    if (!number || !number_as_int64(number, &n)) error_clear();
    return n == fd && isatty(fd);
}

static bool flush_stream(Value stream)
{
    if (call_method_0(stream, NAME("flush"))) return true;
    error_clear();
    return true;
}

static Value input_from_terminal(Value prompt)
{
    Value text = prompt ? object_str(prompt) : str_empty;
    size_t prompt_size;
    const char *bytes = text ? str_utf8(text, &prompt_size) : 0;
    if (!bytes) return 0;
    if (strlen(bytes) != prompt_size) return raise_value("input: prompt string cannot contain null characters");
    char *line = input_readline(bytes);
    if (!line) return thread_self->exception ? 0 : raise_format(&exc_EOFError, 0);
    size_t size = strlen(line);
    if (size && line[size - 1] == '\n') size--;
    Value result = str_decode(line, size, "utf-8", "surrogateescape");
    free(line);
    return result;
}

static NATIVE(builtin_input)
{
    Value in = sys_get("stdin"), out = sys_get("stdout"), err = sys_get("stderr"), prompt = args[0];
    if (!in || in == NONE) return raise_runtime("input(): lost sys.stdin");
    if (!out || out == NONE) return raise_runtime("input(): lost sys.stdout");
    if (!err || err == NONE) return raise_runtime("input(): lost sys.stderr");
    if (!sys_audit("builtins.input", 1, prompt ? prompt : NONE)) return 0;
    flush_stream(err);
    if (input_readline && is_terminal(in, 0) && is_terminal(out, 1)) {
        flush_stream(out);
        return input_from_terminal(prompt);
    }
    if (prompt) {
        Value text = object_str(prompt);
        if (!text || !call_method_1(out, NAME("write"), text)) return 0;
    }
    flush_stream(out);
    Value line = call_method_0(in, NAME("readline"));
    if (!line) return 0;
    if (!is_str(line)) return raise_type("object.readline() returned non-string");
    int64_t size = str_length(line);
    if (!size) return raise_format(&exc_EOFError, "EOF when reading a line");
    return str_char(line, size - 1) == '\n' ? str_substring(line, 0, size - 1) : line;
}

static NATIVE(builtin_breakpoint)
{
    if (!sys_audit("builtins.breakpoint", 1, sys_get("breakpointhook"))) return 0;
    Value hook = sys_get("breakpointhook");
    return hook ? object_call(hook, args, nargs, kwnames) : raise_runtime("lost sys.breakpointhook");
}

static NATIVE(builtin_import)
{
    int level;
    return number_as_int(args[4], &level) ? import_level(args[0], args[1], args[3], level) : 0;
}

/* ---------------------------------------------------------------- the module */

static const NativeDef functions[] = {
    {"__build_class__", 0, builtin_build_class, "__build_class__(func, name, /, *bases, [metaclass], **kwds): what a class statement calls.", NATIVE_VECTOR},
    {"__import__", "(name, globals=None, locals=None, fromlist=(), level=0)", builtin_import, "Import a module. importlib.import_module() is better for programs.", 0},
    {"abs", "(x, /)", builtin_abs, "Return the absolute value.", 0},
    {"aiter", "(async_iterable, /)", builtin_aiter, "Return an asynchronous iterator.", 0},
    {"all", "(iterable, /)", builtin_all, "True if every item is true.", 0},
    {"anext", 0, builtin_anext, "anext(async_iterator[, default]): the next item, awaited.", NATIVE_VECTOR | NATIVE_NO_KEYWORDS},
    {"any", "(iterable, /)", builtin_any, "True if some item is true.", 0},
    {"ascii", "(obj, /)", builtin_ascii, "Return the ASCII-only representation of an object.", 0},
    {"bin", "(number, /)", builtin_bin, "Return the binary representation of an integer.\n\n>>> bin(-12)\n'-0b1100'", 0},
    {"breakpoint", 0, builtin_breakpoint, "breakpoint(*args, **kws): enter the debugger.", NATIVE_VECTOR},
    {"callable", "(obj, /)", builtin_callable, "Whether the object can be called.", 0},
    {"chr", "(i, /)", builtin_chr, "Return the character with this code point.", 0},
    {"compile", "(source, filename, mode, flags=0, dont_inherit=False, optimize=-1, *, _feature_version=-1)", builtin_compile, "Compile source into a code object.", 0},
    {"delattr", "(obj, name, /)", builtin_delattr, "Delete the named attribute.", 0},
    {"dir", 0, builtin_dir, "dir([object]): names in the scope, or of the object.", NATIVE_VECTOR | NATIVE_NO_KEYWORDS},
    {"divmod", "(x, y, /)", builtin_divmod, "Return (x//y, x%y).", 0},
    {"eval", "(source, globals=None, locals=None, /)", builtin_eval, "Evaluate an expression.", 0},
    {"exec", "(source, globals=None, locals=None, /, *, closure=None)", builtin_exec, "Execute statements.", 0},
    {"format", "(value, format_spec='', /)", builtin_format, "Return value.__format__(format_spec).", 0},
    {"getattr", 0, builtin_getattr, "getattr(object, name[, default]): the named attribute.", NATIVE_VECTOR | NATIVE_NO_KEYWORDS},
    {"globals", "()", builtin_globals, "The dictionary of the current module.", 0},
    {"hasattr", "(obj, name, /)", builtin_hasattr, "Whether the object has the named attribute.", 0},
    {"hash", "(obj, /)", builtin_hash, "Return the hash value.", 0},
    {"hex", "(number, /)", builtin_hex, "Return the hexadecimal representation of an integer.\n\n>>> hex(3054)\n'0xbee'", 0},
    {"id", "(obj, /)", builtin_id, "Return the identity of an object.", 0},
    {"input", "(prompt=<unrepresentable>, /)", builtin_input, "Read a line from standard input.", 0},
    {"isinstance", "(obj, class_or_tuple, /)", builtin_isinstance, "Whether the object is an instance of the class or of a subclass.", 0},
    {"issubclass", "(cls, class_or_tuple, /)", builtin_issubclass, "Whether the class is derived from another or the same.", 0},
    {"iter", 0, builtin_iter, "iter(iterable) or iter(callable, sentinel): an iterator.", NATIVE_VECTOR | NATIVE_NO_KEYWORDS},
    {"len", "(obj, /)", builtin_len, "Return the number of items.", 0},
    {"locals", "()", builtin_locals, "A dictionary of the current local variables.", 0},
    {"max", 0, builtin_max, "max(iterable, *[, default, key]) or max(arg1, arg2, *args[, key]): the largest.", NATIVE_VECTOR},
    {"min", 0, builtin_min, "min(iterable, *[, default, key]) or min(arg1, arg2, *args[, key]): the smallest.", NATIVE_VECTOR},
    {"next", 0, builtin_next, "next(iterator[, default]): the next item.", NATIVE_VECTOR | NATIVE_NO_KEYWORDS},
    {"oct", "(number, /)", builtin_oct, "Return the octal representation of an integer.\n\n>>> oct(493)\n'0o755'", 0},
    {"ord", "(c, /)", builtin_ord, "Return the code point of a character.", 0},
    {"pow", "(base, exp, mod=None)", builtin_pow, "base**exp, or base**exp % mod.", 0},
    {"print", "(*args, sep=' ', end='\\n', file=None, flush=False)", builtin_print, "Print the values to a stream, or to sys.stdout.", NATIVE_VECTOR},
    {"repr", "(obj, /)", builtin_repr, "Return the representation of an object.", 0},
    {"round", "(number, ndigits=None)", builtin_round, "Round a number.", 0},
    {"setattr", "(obj, name, value, /)", builtin_setattr, "Set the named attribute.", 0},
    {"sorted", "(iterable, /, *, key=None, reverse=False)", builtin_sorted, "Return a new sorted list.", NATIVE_VECTOR},
    {"sum", "(iterable, /, start=0)", builtin_sum, "Return the sum of the items.", 0},
    {"vars", 0, builtin_vars, "vars([object]): locals(), or object.__dict__.", NATIVE_VECTOR | NATIVE_NO_KEYWORDS},
    {0},
};

static const struct {
    const char *name;
    Type *type;
} types[] = {
    {"bool", &bool_type},
    {"memoryview", &memoryview_type},
    {"bytearray", &bytearray_type},
    {"bytes", &bytes_type},
    {"classmethod", &classmethod_type},
    {"complex", &complex_type},
    {"dict", &dict_type},
    {"enumerate", &enumerate_type},
    {"filter", &filter_type},
    {"float", &float_type},
    {"frozenset", &frozenset_type},
    {"property", &property_type},
    {"int", &int_type},
    {"list", &list_type},
    {"map", &map_type},
    {"object", &object_type},
    {"range", &range_type},
    {"reversed", &reversed_type},
    {"set", &set_type},
    {"slice", &slice_type},
    {"staticmethod", &staticmethod_type},
    {"str", &str_type},
    {"super", &super_type},
    {"tuple", &tuple_type},
    {"type", &type_type},
    {"zip", &zip_type},
#define EXCEPTION(Name, Base) {#Name, &exc_##Name},
#include "object/exceptions.def"
    {"EnvironmentError", &exc_OSError},
    {"IOError", &exc_OSError},
};

static bool set_debug(Value module) { return module_set(module, "__debug__", bool_value(config.optimize == 0)); }
static bool resume(Value module) { return config.optimize == 0 || set_debug(module); }

static bool init(Value module)
{
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (!module_set(module, types[i].name, VALUE(types[i].type))) return false;
    return module_set(module, "None", NONE) && module_set(module, "Ellipsis", ELLIPSIS) && module_set(module, "NotImplemented", NOT_IMPLEMENTED) &&
           module_set(module, "False", FALSE) && module_set(module, "True", TRUE) && set_debug(module);
}

const ModuleDef module_builtins = {"builtins", "Built-in functions, types, exceptions, and other objects.", functions, init, resume};
