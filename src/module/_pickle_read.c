/* _pickle_read.c: Unpickler: a stream of opcodes back to objects.
 *
 * The stack machine has one stack of values and one of marks, which are heights of the first; what lies below the last mark cannot be popped. Input is a piece of bytes in
 * memory: all of it for loads(), otherwise what was read from the file last, which is never more than the pickle needs unless the file can peek().
 */
#include "module/_pickle.h"
#include <stdlib.h>
#include <errno.h>
#include <math.h>

typedef struct Unpickler {
    Obj head;
    Value read, readline, readinto, peek;   /* methods of the file, 0: none */
    Value persistent_load, buffers, encoding, errors;
    Value input;                       /* owns what data points to */
    Value stack, memo, far_memo;       /* lists; far_memo a dict for numbers out of line, or 0 */
    const uint8_t *data;
    int64_t size, position, prefetched;   /* prefetched: where in data the file's own position is */
    int64_t *marks;                    /* heap buffer */
    int64_t mark_count, mark_room, memo_count;
    Buffer view;
    int protocol;
    bool fix_imports, initialized, peeked;
} Unpickler;

static void unpickler_trace(Obj *o)
{
    Unpickler *u = (Unpickler *)o;
    gc_visit_values(&u->read, 12);
    gc_visit_buffer(u->marks);
    gc_visit(u->view.owner);
}

/* --- input */

static bool truncated(void) { return unpickling_error("pickle data was truncated"); }

static void input_set(Unpickler *u, Value bytes)
{
    SET(u, input, bytes);
    u->data = bytes_data(bytes);
    u->size = bytes_size(bytes);
    u->position = u->prefetched = 0;
}

/* Moves the file's position to behind what has been used of peeked data. */
static bool skip_consumed(Unpickler *u)
{
    int64_t consumed = u->peeked ? u->position - u->prefetched : 0;
    if (consumed <= 0) return true;
    Value skipped = call_1(u->read, int_new(consumed));
    u->prefetched = u->position;
    return skipped != 0;
}

static bool accept_bytes(Unpickler *u, Value bytes)
{
    if (!bytes) return false;
    if (!is_bytes(bytes)) {
        if (!has_buffer(bytes)) return raise_type("a bytes-like object is required, not '%.100T'", bytes);
        if (!(bytes = bytes_from_object(bytes))) return false;
    }
    input_set(u, bytes);
    return true;
}

/* The next n bytes from the file; it may give fewer only at its end. */
static bool input_from_file(Unpickler *u, int64_t n)
{
    if (!u->read) return truncated();
    if (!skip_consumed(u)) return false;
    u->peeked = false;
    if (u->peek && n < 128 * 1024) {
        Value ahead = call_1(u->peek, small_int(128 * 1024));
        if (!ahead) {
            if (!error_clear_if(&exc_NotImplementedError)) return false;
            u->peek = 0;
        } else {
            if (!accept_bytes(u, ahead)) return false;
            u->peeked = true;
            if (u->size >= n) return true;
            u->peeked = false;
        }
    }
    if (!accept_bytes(u, call_1(u->read, int_new(n)))) return false;
    return u->size >= n || truncated();
}

/* n bytes, valid until the next reading. */
static const uint8_t *take_slow(Unpickler *u, uint64_t n)
{
    if (n > (uint64_t)(u->size - u->position)) {
        if (n > (uint64_t)(INT64_MAX - u->position)) return unpickling_error("read would overflow (invalid bytecode)"), (const uint8_t *)0;
        int64_t left = u->size - u->position;
        if (u->read && left > 0 && !u->peeked) {   /* the rest of the frame and more: put together */
            Value rest = bytes_new(u->data + u->position, (size_t)left);
            if (!rest || !input_from_file(u, (int64_t)n - left)) return 0;
            Value whole = bytes_new(0, n);
            if (!whole) return 0;
            memcpy(bytes_data(whole), bytes_data(rest), (size_t)left);
            memcpy(bytes_data(whole) + left, u->data, n - (uint64_t)left);
            input_set(u, whole);
        } else if (!input_from_file(u, (int64_t)n)) {
            return 0;
        }
    }
    const uint8_t *bytes = u->data + u->position;
    u->position += (int64_t)n;
    return bytes;
}

static inline const uint8_t *take(Unpickler *u, uint64_t n)
{
    if (n > (uint64_t)(u->size - u->position)) return take_slow(u, n);
    const uint8_t *bytes = u->data + u->position;
    u->position += (int64_t)n;
    return bytes;
}

/* The file's next n bytes, which the file itself puts in their place if it can. `owner` holds that place. */
static bool fill_from_file(Unpickler *u, uint8_t *out, int64_t n, Value owner)
{
    if (!skip_consumed(u)) return false;
    u->peeked = false;
    if (u->readinto) {
        Value view = memoryview_from_memory(out, n, false, owner), count = view ? call_1(u->readinto, view) : 0;
        int64_t size = 0;
        if (view) memoryview_end(view);
        return count && int_as_count(count, &size) && (size >= n || truncated());
    }
    Value bytes = call_1(u->read, int_new(n));
    if (!bytes) return false;
    if (!is_bytes(bytes)) return raise_value("read() returned non-bytes object (%R)", (Value)type_of(bytes));
    if (bytes_size(bytes) < n) return truncated();
    memcpy(out, bytes_data(bytes), (size_t)n);
    return true;
}

/* A bytes of the next n bytes: read into it, without another copy. (A bytearray would not do: the file might keep the view.) */
static Value take_bytes(Unpickler *u, uint64_t n)
{
    int64_t left = u->size - u->position;
    if (left && n <= (uint64_t)left) return bytes_new(take(u, n), n);
    if (!u->read) return truncated();
    Value made = bytes_new(0, n);
    if (!made) return 0;
    if (left) memcpy(bytes_data(made), u->data + u->position, (size_t)left);
    u->position = u->size;
    return fill_from_file(u, bytes_data(made) + left, (int64_t)n - left, made) ? made : 0;
}

/* A line without its newline; 0 with exception. It is followed by the newline byte. */
static const char *take_line(Unpickler *u, size_t *length)
{
    const uint8_t *start = u->data ? u->data + u->position : 0, *end = start ? memchr(start, '\n', (size_t)(u->size - u->position)) : 0;
    if (!end) {
        if (!u->read) return truncated(), (const char *)0;
        if (!skip_consumed(u)) return 0;
        u->peeked = false;
        if (!accept_bytes(u, call_0(u->readline))) return 0;
        if (u->size == 0 || u->data[u->size - 1] != '\n') return truncated(), (const char *)0;
        start = u->data;
        end = start + u->size - 1;
    }
    u->position = end + 1 - u->data;
    *length = (size_t)(end - start);
    return (const char *)start;
}

static uint64_t number_le(const uint8_t *bytes, int count)
{
    uint64_t n = 0;
    for (int i = count - 1; i >= 0; i--) n = n << 8 | bytes[i];
    return n;
}

static bool take_number(Unpickler *u, int count, uint64_t *out)
{
    const uint8_t *bytes = take(u, (uint64_t)count);
    if (bytes) *out = number_le(bytes, count);
    return bytes != 0;
}

/* --- stacks and memo */

static inline ListObj *stack_of(Unpickler *u) { return (ListObj *)u->stack; }
static inline int64_t fence(Unpickler *u) { return u->mark_count ? u->marks[u->mark_count - 1] : 0; }

static bool underflow(Unpickler *u) { return unpickling_error(u->mark_count ? "unexpected MARK found" : "unpickling stack underflow"); }

static inline bool push(Unpickler *u, Value v) { return v && list_append_fast(u->stack, v); }

static Value pop(Unpickler *u)
{
    ListObj *stack = stack_of(u);
    if (stack->size <= fence(u)) return underflow(u);
    return stack->items[--stack->size];
}

static Value top(Unpickler *u)
{
    ListObj *stack = stack_of(u);
    return stack->size > fence(u) ? stack->items[stack->size - 1] : underflow(u);
}

static bool push_mark(Unpickler *u)
{
    if (u->mark_count >= u->mark_room) {
        int64_t room = u->mark_room * 2 + 20;
        int64_t *marks = gc_buffer_grow(u->marks, (size_t)u->mark_count * 8, (size_t)room * 8);
        if (!marks) return false;
        SET(u, marks, marks);
        u->mark_room = room;
    }
    u->marks[u->mark_count++] = list_size(u->stack);
    return true;
}

/* The height at the last mark, which is gone; -1 */
static int64_t pop_mark(Unpickler *u)
{
    if (u->mark_count == 0) return unpickling_error("could not find MARK"), -1;
    return u->marks[--u->mark_count];
}

/* The values above height `from`, as a tuple, taken off. */
static Value pop_tuple(Unpickler *u, int64_t from)
{
    ListObj *stack = stack_of(u);
    if (from < fence(u) || from > stack->size) return underflow(u);
    Value tuple = tuple_from(stack->items + from, stack->size - from);
    if (tuple) stack->size = from;
    return tuple;
}

enum { NEAR_MEMO = 1 << 20 };

static bool memo_set(Unpickler *u, uint64_t number, Value v)
{
    if (!v) return false;
    if (number == (uint64_t)list_size(u->memo) && number < NEAR_MEMO && !u->far_memo) {   /* one after the other, as MEMOIZE does it */
        u->memo_count++;
        return list_append_fast(u->memo, v);
    }
    if (number >= (uint64_t)list_size(u->memo) || !list_get(u->memo, (int64_t)number)) u->memo_count++;
    if (number > NEAR_MEMO && number > 2 * (uint64_t)u->memo_count) {
        if (!u->far_memo) SET(u, far_memo, dict_new());
        return u->far_memo && dict_set(u->far_memo, int_new((int64_t)number), v);
    }
    ListObj *memo = (ListObj *)u->memo;
    if (!list_grow(memo, (int64_t)number + 1)) return false;
    while (memo->size <= (int64_t)number) memo->items[memo->size++] = 0;
    return list_set(u->memo, (int64_t)number, v);
}

static Value memo_get(Unpickler *u, uint64_t number)
{
    Value v = number < (uint64_t)list_size(u->memo) ? list_get(u->memo, (int64_t)number) : 0;
    if (!v && u->far_memo) v = dict_get(u->far_memo, int_new((int64_t)number));
    if (v || thread_self->exception) return v;
    return unpickling_error("Memo value not found at index %lld", (long long)number);
}

/* --- numbers and text */

/* Whether the decimal digits at `s` have one underscore at most between two of them, and none behind the last. */
static bool digits_well_formed(const char *s)
{
    char before = 0;
    for (; (*s >= '0' && *s <= '9') || *s == '_'; s++) {
        if (*s == '_' && before == '_') return false;
        before = *s;
    }
    return before != '_';
}

/* A number written in a line. As C sees the line: up to its first NUL, and with its newline (which counts as white space, and shows in errors). */
static Value line_int(const char *line, size_t length, int base)
{
    size_t size = strnlen(line, length);
    Value text = str_from_utf8(line, size < 200 ? size : 200), number = text ? int_from_ascii(line, size, base, text) : 0;
    if (number || !text || base || !error_clear_if(&exc_ValueError)) return number;
    const char *digits = line + strspn(line, " \t\v\f\r");
    digits += *digits == '+' || *digits == '-';
    char prefix = *digits == '0' ? (char)(digits[1] | 0x20) : 0;
    int told = prefix == 'x' ? 16 : prefix == 'o' ? 8 : prefix == 'b' ? 2 : 10;
    if (told == 10 && *digits == '0' && digits_well_formed(digits)) told = 0;      /* the leading zero is wrong, or what follows the number */
    return raise_value("invalid literal for int() with base %d: %.200R", told, text);
}

/* strtol() takes 010 for an octal number; what it cannot take must be an int as in a program. 0 or 1 written with two characters (00, 01) is a bool. */
static Value load_int(Unpickler *u)
{
    size_t length;
    const char *line = take_line(u, &length);
    if (!line) return 0;
    if (length == 0) return truncated();
    char *end;
    errno = 0;
    long n = strtol(line, &end, 0);
    if (errno == 0 && (end == line + length || !*end)) return length == 2 && (n == 0 || n == 1) ? bool_value(n) : int_new(n);
    Value number = line_int(line, length + 1, 0);
    if (!number && error_clear_if(&exc_ValueError)) return raise_value("could not convert string to int");
    return number;
}

static Value load_long(Unpickler *u)
{
    size_t length;
    const char *line = take_line(u, &length);
    if (!line) return 0;
    if (length == 0) return truncated();
    return line_int(line, line[length - 1] == 'L' ? length - 1 : length + 1, 0);
}

static Value load_counted_long(Unpickler *u, int count)
{
    uint64_t size;
    if (!take_number(u, count, &size)) return 0;
    if (count == 4 && (int32_t)size < 0) return unpickling_error("LONG pickle has negative byte count");
    const uint8_t *bytes = take(u, size);
    return !bytes ? 0 : size ? int_from_bytes(bytes, size, true, true) : small_int(0);
}

static Value load_bin_int(Unpickler *u, int count)
{
    uint64_t n;
    return take_number(u, count, &n) ? small_int(count == 4 ? (int32_t)n : (int64_t)n) : 0;
}

static Value load_float(Unpickler *u)
{
    size_t length;
    const char *line = take_line(u, &length);
    double d;
    if (!line) return 0;
    if (length == 0) return truncated();
    size_t parsed = float_parse(line, length, &d);
    Value text = str_decode(line, strnlen(line, length + 1), "utf-8", "replace");
    if (!text) return 0;
    if (!parsed) return raise_value("could not convert string to float: '%.200U'", text);
    if (isinf(d) && line[parsed - 1] <= '9') return raise_overflow("value too large to convert to float: '%.200U'", text);
    return parsed == strnlen(line, length) ? float_new(d) : raise_value("could not convert string to float");
}

static Value load_bin_float(Unpickler *u)
{
    uint64_t bits;
    double d;
    if (!take_number(u, 8, &bits)) return 0;
    bits = __builtin_bswap64(bits);
    memcpy(&d, &bits, 8);
    return float_new(d);
}

/* The str of Python 2: bytes, decoded with the unpickler's encoding unless that is "bytes". */
static Value old_string(Unpickler *u, Value bytes)
{
    if (!bytes || str_equal_ascii(u->encoding, "bytes")) return bytes;
    const char *encoding = str_utf8(u->encoding, 0), *errors = str_utf8(u->errors, 0);
    return encoding && errors ? str_decode((const char *)bytes_data(bytes), (size_t)bytes_size(bytes), encoding, errors) : 0;
}

static Value load_string(Unpickler *u)
{
    size_t length;
    const char *line = take_line(u, &length);
    if (!line) return 0;
    if (length < 2 || line[0] != line[length - 1] || (line[0] != '\'' && line[0] != '"')) return unpickling_error("the STRING opcode argument must be quoted");
    Value text = bytes_new(line + 1, length - 2), decode = text ? import_attr("_codecs", "escape_decode") : 0;
    Value pair = decode ? call_1(decode, text) : 0;
    return pair ? old_string(u, tuple_get(pair, 0)) : 0;
}

static Value load_bin_string(Unpickler *u, int count)
{
    uint64_t size;
    if (!take_number(u, count, &size)) return 0;
    const uint8_t *bytes = take(u, size);
    return bytes ? old_string(u, bytes_new(bytes, size)) : 0;
}

static bool check_size(uint64_t size, const char *what) { return size <= INT64_MAX || raise_overflow("%s exceeds system's maximum size of %zd bytes", what, INT64_MAX); }

static Value load_bin_bytes(Unpickler *u, int count)
{
    uint64_t size;
    if (!take_number(u, count, &size) || !check_size(size, "BINBYTES")) return 0;
    if (size > INT64_MAX - sizeof(BytesObj)) return raise_overflow("byte string is too large");
    return take_bytes(u, size);
}

static Value load_bytearray(Unpickler *u)
{
    uint64_t size;
    if (!take_number(u, 8, &size) || !check_size(size, "BYTEARRAY8")) return 0;
    if (size > INT64_MAX - sizeof(BytesObj)) return raise_memory();
    Value bytes = take_bytes(u, size);
    return bytes ? bytearray_new(bytes_data(bytes), size) : 0;
}

static Value load_unicode(Unpickler *u)
{
    size_t length;
    const char *line = take_line(u, &length);
    return line ? str_decode(line, length, "raw-unicode-escape", 0) : 0;
}

static Value load_bin_unicode(Unpickler *u, int count)
{
    uint64_t size;
    if (!take_number(u, count, &size) || !check_size(size, "BINUNICODE")) return 0;
    const uint8_t *bytes = take(u, size);
    return bytes ? str_from_utf8_surrogatepass((const char *)bytes, size) : 0;
}

static Value load_next_buffer(Unpickler *u)
{
    if (!u->buffers) return unpickling_error("pickle stream refers to out-of-band data but no *buffers* argument was given");
    Value buffer = iter_next(u->buffers);
    return buffer || thread_self->exception ? buffer : unpickling_error("not enough out-of-band buffers");
}

static bool load_readonly_buffer(Unpickler *u)
{
    Value buffer = top(u), view = buffer ? memoryview_new(buffer) : 0;
    Value readonly = view ? object_getattr(view, NAME("readonly")) : 0;
    if (!readonly) return false;
    if (readonly == TRUE) return true;
    view = call_method_0(view, NAME("toreadonly"));
    return view && list_set(u->stack, list_size(u->stack) - 1, view);
}

/* --- globals */

static bool new_names(Value *module, Value *name)
{
    Value key = tuple_pack(2, *module, *name), found = key ? dict_get(pickle_state.names_2to3, key) : 0;
    if (found) {
        if (!is_tuple(found) || tuple_size(found) != 2) return raise_runtime("_compat_pickle.NAME_MAPPING values should be 2-tuples, not %.200s", type_of(found)->name);
        *module = tuple_get(found, 0), *name = tuple_get(found, 1);
        if (!is_str(*module) || !is_str(*name))
            return raise_runtime("_compat_pickle.NAME_MAPPING values should be pairs of str, not (%.200s, %.200s)", type_of(*module)->name, type_of(*name)->name);
        return true;
    }
    if (thread_self->exception) return false;
    found = dict_get(pickle_state.imports_2to3, *module);
    if (found && !is_str(found)) return raise_runtime("_compat_pickle.IMPORT_MAPPING values should be strings, not %.200s", type_of(found)->name);
    if (found) *module = found;
    return thread_self->exception == 0;
}

static NATIVE(unpickler_find_class)
{
    Unpickler *u = (Unpickler *)args[0];
    Value module = args[1], name = args[2];
    if (!sys_audit("pickle.find_class", 2, module, name)) return 0;
    if (!is_str(module) || !is_str(name)) return raise_type("find_class() arguments must be str");
    if (u->protocol < 3 && u->fix_imports && !new_names(&module, &name)) return 0;
    Value loaded = pickle_import(module);
    return loaded ? pickle_get_global(loaded, name, u->protocol >= 4, 0) : 0;
}

static Value find_class(Unpickler *u, Value module, Value name)
{
    if (!module || !name) return 0;
    if (type_of(VALUE(u)) == &unpickler_type) return unpickler_find_class((Value[]){VALUE(u), module, name}, 3, 0);
    return call_method_2(VALUE(u), NAME("find_class"), module, name);
}

static Value take_name(Unpickler *u, const char *encoding)
{
    size_t length;
    const char *line = take_line(u, &length);
    if (!line) return 0;
    return length ? str_decode(line, length, encoding, 0) : truncated();
}

static Value load_global(Unpickler *u)
{
    Value module = take_name(u, "utf-8"), name = module ? take_name(u, "utf-8") : 0;
    return find_class(u, module, name);
}

static Value load_stack_global(Unpickler *u)
{
    Value name = pop(u), module = name ? pop(u) : 0;
    if (!module) {
        error_clear();
        return unpickling_error("STACK_GLOBAL requires str");
    }
    if (type_of(name) != &str_type || type_of(module) != &str_type) return unpickling_error("STACK_GLOBAL requires str");
    return find_class(u, module, name);
}

static Value load_extension(Unpickler *u, int count)
{
    uint64_t bits;
    if (!take_number(u, count, &bits)) return 0;
    int64_t code = count == 4 ? (int32_t)bits : (int64_t)bits;
    if (code <= 0) return unpickling_error("EXT specifies code <= 0");
    Value key = int_new(code), found = dict_get(pickle_state.extension_cache, key);
    if (found || thread_self->exception) return found;
    Value pair = dict_get(pickle_state.inverted_registry, key);
    if (!pair) return thread_self->exception ? 0 : raise_value("unregistered extension code %ld", (long)code);
    if (!is_tuple(pair) || tuple_size(pair) != 2 || !is_str(tuple_get(pair, 0)) || !is_str(tuple_get(pair, 1)))
        return raise_value("_inverted_registry[%ld] isn't a 2-tuple of strings", (long)code);
    found = find_class(u, tuple_get(pair, 0), tuple_get(pair, 1));
    return found && dict_set(pickle_state.extension_cache, key, found) ? found : 0;
}

/* --- making objects */

static Value call_new(Value cls, Value arguments, Value named)
{
    int64_t size = tuple_size(arguments), count = named ? dict_size(named) : 0, i = 0, position = 0;
    Value list = list_new(size + count + 1), names = list ? tuple_new(count) : 0, key, value;
    if (!names) return 0;
    Value *args = list_items(list) + 1;
    memcpy(args, tuple_items(arguments), (size_t)size * sizeof(Value));
    while (named && dict_next(named, &position, &key, &value) && i < count) {
        if (!is_str(key)) return raise_type("keywords must be strings");
        tuple_items(names)[i] = key;
        args[size + i++] = value;
    }
    gc_barrier((Obj *)list);
    Value object = ((Type *)cls)->new((Type *)cls, args, (size_t)size, count ? names : 0);
    KEEP_ALIVE(list);
    return object;
}

static Value load_newobj(Unpickler *u, bool keywords)
{
    const char *op = keywords ? "NEWOBJ_EX" : "NEWOBJ";
    Value named = keywords ? pop(u) : 0;
    if (keywords && !named) return 0;
    Value arguments = pop(u), cls = arguments ? pop(u) : 0;
    if (!cls) return 0;
    if (!is_type(cls)) return unpickling_error("%s class argument must be a type, not %.200s", op, type_of(cls)->name);
    if (!((Type *)cls)->new) return unpickling_error("%s class argument '%.200s' doesn't have __new__", op, ((Type *)cls)->name);
    if (!is_tuple(arguments)) return unpickling_error("%s args argument must be a tuple, not %.200s", op, type_of(arguments)->name);
    if (keywords && !is_dict(named)) return unpickling_error("%s kwargs argument must be a dict, not %.200s", op, type_of(named)->name);
    return call_new(cls, arguments, named);
}

static Value instantiate(Value cls, Value arguments)
{
    if (tuple_size(arguments) == 0 && is_type(cls)) {
        Value initargs = object_getattr_opt(cls, NAME("__getinitargs__"));
        if (thread_self->exception) return 0;
        if (!initargs) return call_method_1(cls, NAME("__new__"), cls);
    }
    return object_call_tuple(cls, arguments, 0);
}

static Value load_obj(Unpickler *u)
{
    int64_t from = pop_mark(u);
    if (from < 0) return 0;
    if (list_size(u->stack) - from < 1) return underflow(u);
    Value arguments = pop_tuple(u, from + 1), cls = arguments ? pop(u) : 0;
    return cls ? instantiate(cls, arguments) : 0;
}

static Value load_inst(Unpickler *u)
{
    int64_t from = pop_mark(u);
    Value module = from < 0 ? 0 : take_name(u, "ascii"), name = module ? take_name(u, "ascii") : 0;
    Value cls = find_class(u, module, name), arguments = cls ? pop_tuple(u, from) : 0;
    return arguments ? instantiate(cls, arguments) : 0;
}

static Value load_reduce(Unpickler *u)
{
    Value arguments = pop(u), function = arguments ? pop(u) : 0;
    if (!function) return 0;
    if (!is_tuple(arguments)) return raise_type("argument list must be a tuple");
    return object_call_tuple(function, arguments, 0);
}

/* --- filling objects */

static Value load_marked_dict(Unpickler *u)
{
    int64_t from = pop_mark(u);
    if (from < 0) return 0;
    ListObj *stack = stack_of(u);
    if ((stack->size - from) % 2) return unpickling_error("odd number of items for DICT");
    Value dict = dict_new();
    for (int64_t i = from; dict && i + 1 < stack->size; i += 2)
        if (!dict_set(dict, stack->items[i], stack->items[i + 1])) return 0;
    stack->size = from;
    return dict;
}

static bool set_items(Unpickler *u, int64_t from)
{
    ListObj *stack = stack_of(u);
    if (from > stack->size || from <= fence(u)) return underflow(u);
    if (from == stack->size) return true;
    if ((stack->size - from) % 2) return unpickling_error("odd number of items for SETITEMS");
    Value dict = stack->items[from - 1];
    bool plain = type_of(dict) == &dict_type;
    for (int64_t i = from; i + 1 < stack->size; i += 2)
        if (!(plain ? dict_set(dict, stack->items[i], stack->items[i + 1]) : object_setitem(dict, stack->items[i], stack->items[i + 1]))) return false;
    stack->size = from;
    return true;
}

static bool append_items(Unpickler *u, int64_t from)
{
    ListObj *stack = stack_of(u);
    if (from > stack->size || from <= fence(u)) return underflow(u);
    if (from == stack->size) return true;
    Value list = stack->items[from - 1];
    if (type_of(list) == &list_type) {
        ListObj *to = (ListObj *)list;
        int64_t count = stack->size - from;
        if (!list_grow(to, to->size + count)) return false;
        memcpy(to->items + to->size, stack->items + from, (size_t)count * sizeof(Value));
        to->size += count;
        gc_barrier(to);
        stack->size = from;
        return true;
    }
    Value extend = object_getattr_opt(list, NAME("extend"));
    if (thread_self->exception) return false;
    if (extend) {
        Value items = list_from(stack->items + from, stack->size - from);
        if (!items || !call_1(extend, items)) return false;
    } else {
        Value append = object_getattr(list, NAME("append"));
        for (int64_t i = from; append && i < stack->size; i++)
            if (!call_1(append, stack->items[i])) return false;
        if (!append) return false;
    }
    stack->size = from;
    return true;
}

static bool add_items(Unpickler *u)
{
    int64_t from = pop_mark(u);
    ListObj *stack = stack_of(u);
    if (from < 0) return false;
    if (from > stack->size || from <= fence(u)) return underflow(u);
    if (from == stack->size) return true;
    Value set = stack->items[from - 1];
    if (is_instance_of(set, &set_type)) {
        Value items = pop_tuple(u, from);
        return items && set_update(set, items);
    }
    Value add = object_getattr(set, NAME("add"));
    for (int64_t i = from; add && i < stack->size; i++)
        if (!call_1(add, stack->items[i])) return false;
    stack->size = from;
    return add != 0;
}

static bool set_state_dict(Value object, Value state)
{
    if (!is_dict(state)) return unpickling_error("state is not a dictionary");
    Value dict = object_getattr(object, NAME("__dict__")), key, value;
    int64_t position = 0;
    if (!dict) return false;
    while (dict_next(state, &position, &key, &value)) {
        if (type_of(key) == &str_type) key = str_intern(key);   /* as attribute names are */
        if (!object_setitem(dict, key, value)) return false;
    }
    return true;
}

static bool load_build(Unpickler *u)
{
    if (list_size(u->stack) - 2 < fence(u)) return underflow(u);
    Value state = pop(u), object = top(u);
    if (!object) return false;
    Value setstate = object_getattr_opt(object, NAME("__setstate__"));
    if (thread_self->exception) return false;
    if (setstate) return call_1(setstate, state) != 0;
    Value slots = 0, key, value;
    if (is_tuple(state) && tuple_size(state) == 2) slots = tuple_get(state, 1), state = tuple_get(state, 0);
    if (state != NONE && !set_state_dict(object, state)) return false;
    if (!slots || slots == NONE) return true;
    if (!is_dict(slots)) return unpickling_error("slot state is not a dictionary");
    for (int64_t position = 0; dict_next(slots, &position, &key, &value);)
        if (!object_setattr(object, key, value)) return false;
    return true;
}

static bool load_frozenset(Unpickler *u)
{
    int64_t from = pop_mark(u);
    Value items = from < 0 ? 0 : pop_tuple(u, from);
    return items && push(u, frozenset_new(items));
}

static bool load_marked(Unpickler *u, bool list)
{
    int64_t from = pop_mark(u);
    Value items = from < 0 ? 0 : pop_tuple(u, from);
    return items && push(u, list ? object_to_list(items) : items);
}

static bool load_small_tuple(Unpickler *u, int64_t count)
{
    if (list_size(u->stack) - count < fence(u)) return underflow(u);
    return push(u, pop_tuple(u, list_size(u->stack) - count));
}

static bool load_pop(Unpickler *u)
{
    if (u->mark_count && u->marks[u->mark_count - 1] == list_size(u->stack)) {
        u->mark_count--;
        return true;
    }
    return pop(u) != 0;
}

static bool load_pop_mark(Unpickler *u)
{
    int64_t from = pop_mark(u);
    if (from < 0) return false;
    stack_of(u)->size = from;
    return true;
}

/* --- memo and persistent ids */

static bool load_get(Unpickler *u)
{
    size_t length;
    int64_t number;
    const char *line = take_line(u, &length);
    if (!line) return false;
    if (length == 0) return truncated();
    Value key = line_int(line, length + 1, 10);
    if (!key || !number_as_count(key, &number)) return false;
    return push(u, number < 0 ? unpickling_error("Memo value not found at index %lld", (long long)number) : memo_get(u, (uint64_t)number));
}

static bool load_put(Unpickler *u)
{
    size_t length;
    int64_t number;
    const char *line = take_line(u, &length);
    if (!line) return false;
    if (length == 0) return truncated();
    Value v = top(u), key = v ? line_int(line, length + 1, 10) : 0;
    if (!key || !number_as_count(key, &number)) return false;
    return number < 0 ? raise_value("negative PUT argument") : memo_set(u, (uint64_t)number, v);
}

static bool load_bin_get(Unpickler *u, int count)
{
    uint64_t number;
    return take_number(u, count, &number) && push(u, memo_get(u, number));
}

static bool load_bin_put(Unpickler *u, int count)
{
    uint64_t number;
    Value v;
    return take_number(u, count, &number) && (v = top(u)) && memo_set(u, number, v);
}

static bool load_persistent(Unpickler *u, bool binary)
{
    static const char missing[] = "A load persistent id instruction was encountered,\nbut no persistent_load function was specified.";
    if (!u->persistent_load) return unpickling_error("%s", missing);
    Value id;
    if (binary) {
        id = pop(u);
    } else {
        size_t length;
        const char *line = take_line(u, &length);
        if (!line) return false;
        for (size_t i = 0; i < length; i++)
            if (line[i] & 0x80) return unpickling_error("persistent IDs in protocol 0 must be ASCII strings");
        id = str_from_latin1((const uint8_t *)line, length);
    }
    return id && push(u, call_1(u->persistent_load, id));
}

/* --- the loop */

static bool load_proto(Unpickler *u)
{
    uint64_t protocol;
    if (!take_number(u, 1, &protocol)) return false;
    if (protocol > PICKLE_HIGHEST) return raise_value("unsupported pickle protocol: %d", (int)protocol);
    u->protocol = (int)protocol;
    return true;
}

static bool load_frame(Unpickler *u)
{
    uint64_t length;
    if (!take_number(u, 8, &length)) return false;
    if (length > INT64_MAX) return raise_overflow("FRAME length exceeds system's maximum of %zd bytes", INT64_MAX);
    if (!take(u, length)) return false;
    u->position -= (int64_t)length;   /* now it is in memory */
    return true;
}

static bool bad_key(uint8_t key)
{
    if (key >= 0x20 && key <= 0x7e && key != '\'' && key != '\\') return unpickling_error("invalid load key, '%c'.", key);
    return unpickling_error("invalid load key, '\\x%02x'.", key);
}

static bool load_op(Unpickler *u, uint8_t op)
{
    Value v;
    switch ((enum Opcode)op) {
    case OP_NONE: return push(u, NONE);
    case OP_NEWTRUE: return push(u, TRUE);
    case OP_NEWFALSE: return push(u, FALSE);
    case OP_BININT: return push(u, load_bin_int(u, 4));
    case OP_BININT1: return push(u, load_bin_int(u, 1));
    case OP_BININT2: return push(u, load_bin_int(u, 2));
    case OP_INT: return push(u, load_int(u));
    case OP_LONG: return push(u, load_long(u));
    case OP_LONG1: return push(u, load_counted_long(u, 1));
    case OP_LONG4: return push(u, load_counted_long(u, 4));
    case OP_FLOAT: return push(u, load_float(u));
    case OP_BINFLOAT: return push(u, load_bin_float(u));
    case OP_SHORT_BINBYTES: return push(u, load_bin_bytes(u, 1));
    case OP_BINBYTES: return push(u, load_bin_bytes(u, 4));
    case OP_BINBYTES8: return push(u, load_bin_bytes(u, 8));
    case OP_BYTEARRAY8: return push(u, load_bytearray(u));
    case OP_NEXT_BUFFER: return push(u, load_next_buffer(u));
    case OP_READONLY_BUFFER: return load_readonly_buffer(u);
    case OP_SHORT_BINSTRING: return push(u, load_bin_string(u, 1));
    case OP_BINSTRING: return push(u, load_bin_string(u, 4));
    case OP_STRING: return push(u, load_string(u));
    case OP_UNICODE: return push(u, load_unicode(u));
    case OP_SHORT_BINUNICODE: return push(u, load_bin_unicode(u, 1));
    case OP_BINUNICODE: return push(u, load_bin_unicode(u, 4));
    case OP_BINUNICODE8: return push(u, load_bin_unicode(u, 8));
    case OP_EMPTY_TUPLE: return push(u, tuple_empty);
    case OP_TUPLE1: return load_small_tuple(u, 1);
    case OP_TUPLE2: return load_small_tuple(u, 2);
    case OP_TUPLE3: return load_small_tuple(u, 3);
    case OP_TUPLE: return load_marked(u, false);
    case OP_EMPTY_LIST: return push(u, list_new(0));
    case OP_LIST: return load_marked(u, true);
    case OP_EMPTY_DICT: return push(u, dict_new());
    case OP_DICT: return push(u, load_marked_dict(u));
    case OP_EMPTY_SET: return push(u, set_new(0));
    case OP_ADDITEMS: return add_items(u);
    case OP_FROZENSET: return load_frozenset(u);
    case OP_OBJ: return push(u, load_obj(u));
    case OP_INST: return push(u, load_inst(u));
    case OP_NEWOBJ: return push(u, load_newobj(u, false));
    case OP_NEWOBJ_EX: return push(u, load_newobj(u, true));
    case OP_GLOBAL: return push(u, load_global(u));
    case OP_STACK_GLOBAL: return push(u, load_stack_global(u));
    case OP_APPEND: return append_items(u, list_size(u->stack) - 1);
    case OP_APPENDS: {
        int64_t from = pop_mark(u);
        return from >= 0 && append_items(u, from);
    }
    case OP_BUILD: return load_build(u);
    case OP_DUP: return (v = top(u)) && push(u, v);
    case OP_BINGET: return load_bin_get(u, 1);
    case OP_LONG_BINGET: return load_bin_get(u, 4);
    case OP_GET: return load_get(u);
    case OP_MARK: return push_mark(u);
    case OP_BINPUT: return load_bin_put(u, 1);
    case OP_LONG_BINPUT: return load_bin_put(u, 4);
    case OP_PUT: return load_put(u);
    case OP_MEMOIZE: return (v = top(u)) && memo_set(u, (uint64_t)u->memo_count, v);
    case OP_POP: return load_pop(u);
    case OP_POP_MARK: return load_pop_mark(u);
    case OP_SETITEM: return set_items(u, list_size(u->stack) - 2);
    case OP_SETITEMS: {
        int64_t from = pop_mark(u);
        return from >= 0 && set_items(u, from);
    }
    case OP_PERSID: return load_persistent(u, false);
    case OP_BINPERSID: return load_persistent(u, true);
    case OP_REDUCE: return push(u, load_reduce(u));
    case OP_PROTO: return load_proto(u);
    case OP_FRAME: return load_frame(u);
    case OP_EXT1: return push(u, load_extension(u, 1));
    case OP_EXT2: return push(u, load_extension(u, 2));
    case OP_EXT4: return push(u, load_extension(u, 4));
    case OP_STOP: break;
    }
    return bad_key(op);
}

static Value load(Unpickler *u)
{
    u->mark_count = 0;
    u->protocol = 0;
    SET(u, stack, list_new(0));
    if (!u->stack) return 0;
    for (;;) {
        const uint8_t *op = take(u, 1);
        if (!op) {
            if (error_clear_if((Type *)pickle_state.unpickling_error)) raise_format(&exc_EOFError, "Ran out of input");
            return 0;
        }
        if (*op == OP_STOP) break;
        if (!load_op(u, *op)) return 0;
    }
    Value result = pop(u);
    return result && skip_consumed(u) ? result : 0;
}

/* --- set-up */

/* `function`: whose arguments they are. buffers: () is the default and means none at all. */
static bool unpickler_setup(Unpickler *u, const char *function, Value fix_imports, Value encoding, Value errors, Value buffers)
{
    int fix = object_truth(fix_imports);
    if (fix < 0) return false;
    if (!is_str(encoding)) return raise_bad_argument(function, "encoding", "str", encoding);
    if (!is_str(errors)) return raise_bad_argument(function, "errors", "str", errors);
    u->fix_imports = fix;
    u->buffers = 0;
    if (buffers != NONE && buffers != tuple_empty) {
        SET(u, buffers, object_iter(buffers));
        if (!u->buffers) return false;
    }
    SET(u, encoding, encoding);
    SET(u, errors, errors);
    SET(u, memo, list_new(0));
    u->far_memo = 0;
    u->memo_count = 0;
    return u->memo != 0;
}

static bool optional_method(Value file, Value name, Value *out)
{
    *out = object_getattr_opt(file, name);
    return thread_self->exception == 0;
}

static bool unpickler_set_file(Unpickler *u, Value file)
{
    if (!optional_method(file, NAME("peek"), &u->peek) || !optional_method(file, NAME("read"), &u->read) || !optional_method(file, NAME("readline"), &u->readline) ||
        !optional_method(file, NAME("readinto"), &u->readinto))
        return false;
    gc_barrier(u);
    return (u->read && u->readline) || raise_type("file must have 'read' and 'readline' attributes");
}

NATIVE(pickle_load)
{
    Unpickler *u = gc_alloc(Unpickler, &unpickler_type);
    return u && unpickler_set_file(u, args[0]) && unpickler_setup(u, "load", args[1], args[2], args[3], args[4]) ? load(u) : 0;
}

NATIVE(pickle_loads)
{
    Unpickler *u = gc_alloc(Unpickler, &unpickler_type);
    if (!u || !buffer_get(args[0], &u->view, BUFFER_SIMPLE)) return 0;
    gc_barrier(u);
    u->data = u->view.data;
    u->size = u->view.length;
    Value result = unpickler_setup(u, "loads", args[1], args[2], args[3], args[4]) ? load(u) : 0;
    Value error = error_take();
    buffer_release(&u->view);
    if (error) error_restore(error);
    return result;
}

static bool unpickler_init(Value self, Value *args, size_t nargs, Value kwnames)
{
    static Signature *cache;
    Unpickler *u = (Unpickler *)self;
    Value v[5];
    if (!native_bind("Unpickler", "(file, *, fix_imports=True, encoding='ASCII', errors='strict', buffers=())", &cache, args, nargs, kwnames, v)) return false;
    u->initialized = false;
    u->size = u->position = u->prefetched = 0;
    u->peeked = false;
    if (!unpickler_set_file(u, v[0]) || !unpickler_setup(u, "Unpickler", v[1], v[2], v[3], v[4])) return false;
    u->persistent_load = 0;
    SET(u, persistent_load, object_getattr_opt(self, NAME("persistent_load")));
    if (!u->persistent_load && thread_self->exception) return false;
    u->initialized = true;
    return true;
}

static NATIVE(unpickler_load)
{
    Unpickler *u = (Unpickler *)args[0];
    if (!u->initialized) return unpickling_error("Unpickler.__init__() was not called by %s.__init__()", type_of(args[0])->name);
    return load(u);
}

static NATIVE(unpickler_sizeof)
{
    Unpickler *u = (Unpickler *)args[0];
    int64_t items = (u->memo ? ((ListObj *)u->memo)->allocated : 0) + (u->marks ? u->mark_room : 0);
    return int_new(type_of(args[0])->basic_size + items * 8 + u->size);
}

/* --- the memo seen from outside: {number: object} */

typedef struct MemoProxy {
    Obj head;
    Value unpickler;
} MemoProxy;

static void proxy_trace(Obj *o) { gc_visit(((MemoProxy *)o)->unpickler); }

static Value memo_dict(Unpickler *u)
{
    Value dict = dict_new();
    for (int64_t i = 0; dict && u->memo && i < list_size(u->memo); i++)
        if (list_get(u->memo, i) && !dict_set(dict, int_new(i), list_get(u->memo, i))) return 0;
    return dict && (!u->far_memo || dict_update(dict, u->far_memo)) ? dict : 0;
}

static bool memo_reset(Unpickler *u)
{
    SET(u, memo, list_new(0));
    u->far_memo = 0;
    u->memo_count = 0;
    return u->memo != 0;
}

static NATIVE(proxy_copy) { return memo_dict((Unpickler *)((MemoProxy *)args[0])->unpickler); }
static NATIVE(proxy_clear) { return memo_reset((Unpickler *)((MemoProxy *)args[0])->unpickler) ? NONE : 0; }
static NATIVE(proxy_reduce)
{
    Value dict = memo_dict((Unpickler *)((MemoProxy *)args[0])->unpickler), arguments = dict ? tuple_pack(1, dict) : 0;
    return arguments ? tuple_pack(2, VALUE(&dict_type), arguments) : 0;
}

static const NativeDef proxy_methods[] = {{"clear", "(self, /)", proxy_clear, "Remove all items from memo.", 0},
                                          {"copy", "(self, /)", proxy_copy, "Copy the memo to a new object.", 0},
                                          {"__reduce__", "(self, /)", proxy_reduce, "Implement pickling support.", 0},
                                          {0}};
static Value proxy_compare(Value a, Value b, CompareOp op) { return NOT_IMPLEMENTED; }
Type unpickler_memo_type = {TYPE_INIT("_pickle.UnpicklerMemoProxy", MemoProxy), .flags = TYPE_DISALLOW_NEW, .trace = proxy_trace, .compare = proxy_compare,
                            .methods = proxy_methods};

static Value unpickler_get_memo(Value self)
{
    MemoProxy *proxy = gc_alloc(MemoProxy, &unpickler_memo_type);
    if (proxy) proxy->unpickler = self;
    return VALUE(proxy);
}

static bool unpickler_set_memo(Value self, Value value)
{
    Unpickler *u = (Unpickler *)self;
    if (!value) return raise_type("attribute deletion is not supported");
    if (type_of(value) == &unpickler_memo_type) {
        if (!(value = memo_dict((Unpickler *)((MemoProxy *)value)->unpickler))) return false;
    } else if (!is_dict(value)) {
        return raise_type("'memo' attribute must be an UnpicklerMemoProxy object or dict, not %.200s", type_of(value)->name);
    }
    if (!memo_reset(u)) return false;
    int64_t position = 0, number;
    Value key, item;
    while (dict_next(value, &position, &key, &item)) {
        if (!is_int(key)) return raise_type("memo key must be integers");
        if (!int_as_int64(key, &number)) return false;
        if (number < 0) return raise_value("memo key must be positive integers.");
        if (!memo_set(u, (uint64_t)number, item)) return false;
    }
    return true;
}

static Value unpickler_get_persistent(Value self)
{
    Value function = ((Unpickler *)self)->persistent_load;
    return function ? function : raise_attribute("persistent_load");
}

static bool unpickler_set_persistent(Value self, Value value)
{
    if (!value) return raise_type("attribute deletion is not supported");
    if (!is_callable(value)) return raise_type("persistent_load must be a callable taking one argument");
    SET((Unpickler *)self, persistent_load, value);
    return true;
}

static const GetSetDef unpickler_getset[] = {{"memo", unpickler_get_memo, unpickler_set_memo, 0}, {"persistent_load", unpickler_get_persistent, unpickler_set_persistent, 0}, {0}};
static const NativeDef unpickler_methods[] = {
    {"load", "(self, /)", unpickler_load,
     "Load a pickle.\n\nRead a pickled object representation from the open file object given in the constructor, and return the reconstituted\nobject hierarchy specified therein.",
     0},
    {"find_class", "(self, module_name, global_name, /)", unpickler_find_class,
     "Return an object from a specified module.\n\nIf necessary, the module will be imported. Subclasses may override this\nmethod (e.g. to restrict unpickling of arbitrary "
     "classes and\nfunctions).",
     0},
    {"__sizeof__", "(self, /)", unpickler_sizeof, "Returns size in memory, in bytes.", 0},
    {0},
};

static Value unpickler_make(Type *type, Value *args, size_t nargs, Value kwnames) { return VALUE(NEW_OF(Unpickler, type, unpickler_type)); }

Type unpickler_type = {
    TYPE_INIT("_pickle.Unpickler", Unpickler),
    .flags = TYPE_BASE,
    .doc = "Unpickler(file, *, fix_imports=True, encoding='ASCII', errors='strict', buffers=())\n--\n\nThis takes a binary file for reading a pickle data stream.\n\nThe protocol "
           "version of the pickle is detected automatically, so no\nprotocol argument is needed.  Bytes past the pickled object's\nrepresentation are ignored.",
    .trace = unpickler_trace,
    .new = unpickler_make,
    .init = unpickler_init,
    .getset = unpickler_getset,
    .methods = unpickler_methods,
};
