/* str_type.c: the type str: its slots, construction, iteration. The method table is str_methods.c's. */
#include "object/str_internal.h"
#include "object/str_methods.h"
#include "object/function.h"
#include <stdio.h>

/* --- repr */
static bool repr_escape(StrBuilder *b, uint32_t c)
{
    char text[16];
    switch (c) {
    case '\t': return str_builder_cstring(b, "\\t");
    case '\n': return str_builder_cstring(b, "\\n");
    case '\r': return str_builder_cstring(b, "\\r");
    case '\\': return str_builder_cstring(b, "\\\\");
    }
    if (c < 0x100) snprintf(text, sizeof text, "\\x%02x", c);
    else if (c < 0x10000) snprintf(text, sizeof text, "\\u%04x", c);
    else snprintf(text, sizeof text, "\\U%08x", c);
    return str_builder_cstring(b, text);
}

static inline bool repr_plain(uint32_t c) { return c < 0x7f ? c >= 0x20 && c != '\\' : c > 0x7f && unicode_is_printable(c); }

Value str_repr(Value v)
{
    int64_t length = str_length(v);
    int kind = str_kind(v);
    const void *data = str_data(v);
    if (str_is_ascii(v) && str_repr_is_plain(data, length)) {
        Value result = str_alloc(length + 2, 0x7f);
        if (!result) return 0;
        char *out = str_data(result);
        out[0] = out[length + 1] = '\'';
        memcpy(out + 1, data, (size_t)length);
        return result;
    }
    bool single = str_find_char(v, '\'', 0, length, 1) >= 0;
    uint32_t quote = single && str_find_char(v, '"', 0, length, 1) < 0 ? '"' : '\'';
    StrBuilder b = {0};
    if (!str_builder_reserve(&b, length + 2, 0) || !str_builder_char(&b, quote)) return 0;
    for (int64_t i = 0; i < length;) {
        int64_t run = i;
        uint32_t c = 0;
        while (run < length && repr_plain(c = str_read(kind, data, run)) && c != quote) run++;
        if (run > i && !str_builder_slice(&b, v, i, run)) return 0;
        i = run;
        if (i == length) break;
        if (c == quote ? !str_builder_char(&b, '\\') || !str_builder_char(&b, c) : !repr_escape(&b, c)) return 0;
        i++;
    }
    if (!str_builder_char(&b, quote)) return 0;
    return str_builder_finish(&b);
}

/* --- slots */
static Value str_str(Value v) { return str_exact(v); }

static bool str_hash_slot(Value v, int64_t *hash)
{
    *hash = str_hash(v);
    return true;
}

static Value str_compare_slot(Value a, Value b, CompareOp op)
{
    if (!is_str(a) || !is_str(b)) return NOT_IMPLEMENTED;
    if (op == CMP_EQ) return bool_value(str_equal(a, b));
    if (op == CMP_NE) return bool_value(!str_equal(a, b));
    return compare_result(a == b ? 0 : str_compare(a, b), 0, op);
}

static int64_t str_length_slot(Value v) { return str_length(v); }

static Value str_slice(Value v, Value slice)
{
    int64_t start, stop, step, count = slice_indices(slice, &(int64_t){str_length(v)}, &start, &stop, &step);
    if (count < 0) return 0;
    if (step == 1) return str_substring(v, start, start + count);
    int kind = str_kind(v);
    const void *data = str_data(v);
    uint32_t max = 0;
    for (int64_t i = 0, at = start; i < count; i++, at += step) max |= str_read(kind, data, at);
    if (count == 1) return str_from_char(max);
    Value result = str_alloc(count, max);
    if (!result) return 0;
    int to = str_kind(result);
    void *out = str_data(result);
    for (int64_t i = 0, at = start; i < count; i++, at += step) str_write(to, out, i, str_read(kind, data, at));
    return result;
}

static Value str_item(Value v, int64_t index)
{
    if (index < 0 || index >= str_length(v)) return raise_index("string index out of range");
    return str_from_char_fast(str_char(v, index));
}

static Value str_getitem(Value v, Value key)
{
    int64_t index;
    if (is_small_int(key)) index = small_int_value(key);
    else if (type_of(key) == &slice_type) return str_slice(v, key);
    else if (!type_of(key)->index) return raise_type("string indices must be integers, not '%.200T'", key);
    else if (!number_as_index(key, &index, &exc_IndexError)) return 0;
    if (index < 0) index += str_length(v);
    return str_item(v, index);
}

static int str_contains(Value v, Value item)
{
    if (!is_str(item)) {
        raise_type("'in <string>' requires string as left operand, not %.100T", item);
        return -1;
    }
    return str_find(v, item, 0, str_length(v)) >= 0;
}

static Value str_concat_slot(Value a, Value b)
{
    if (!is_str(b)) return raise_type("can only concatenate str (not \"%.200T\") to str", b);
    return str_concat(a, b);
}

static Value str_repeat(Value v, int64_t count)
{
    int64_t length = str_length(v), total;
    if (count <= 0 || length == 0) return str_empty;
    if (count == 1) return str_exact(v);
    if (__builtin_mul_overflow(length, count, &total)) return raise_overflow("repeated string is too long");
    Value result = str_alloc(total, str_max_bound(v));
    if (!result) return 0;
    int kind = str_kind(v);
    char *out = str_data(result);
    const void *data = str_data(v);
    if (length == 1 && kind == 1) {
        memset(out, *(const uint8_t *)data, (size_t)total);
        return result;
    }
    size_t done = (size_t)(length * kind), all = (size_t)(total * kind);
    memcpy(out, data, done);
    while (done < all) {
        size_t n = done < all - done ? done : all - done;
        memcpy(out + done, out, n);
        done += n;
    }
    return result;
}

static Value str_remainder(Value a, Value b)
{
    if (!is_str(a)) return NOT_IMPLEMENTED;
    return str_percent(a, b);
}

/* --- str(...) */
static Value str_from_encoded(Value object, Value encoding, Value errors)
{
    const char *encoding_text = 0, *errors_text = 0;
    if (encoding && !(encoding_text = str_cstring_argument("str", "encoding", encoding))) return 0;
    if (errors && !(errors_text = str_cstring_argument("str", "errors", errors))) return 0;
    if (is_bytes(object)) return str_decode((const char *)((BytesObj *)object)->data, (size_t)((BytesObj *)object)->size, encoding_text, errors_text);
    if (is_str(object)) return raise_type("decoding str is not supported");
    if (!has_buffer(object)) return raise_type("decoding to str: need a bytes-like object, %.80T found", object);
    Buffer buffer;
    if (!buffer_get(object, &buffer, BUFFER_SIMPLE)) return 0;
    Value result = str_decode(buffer.data, (size_t)buffer.length, encoding_text, errors_text);
    buffer_release(&buffer);
    return result;
}

const char *str_cstring_argument(const char *function, const char *argument, Value v)
{
    if (!is_str(v)) return (const char *)raise_bad_argument(function, argument, "str", v);
    size_t size;
    const char *text = str_utf8(v, &size);
    if (text && strlen(text) != size) return (const char *)raise_value("embedded null character");
    return text;
}

static Value str_new(Type *type, Value *args, size_t nargs, Value kwnames)
{
    static Signature *signature;
    Value bound[3] = {0};
    if (nargs == 1 && !kwnames) bound[0] = args[0];
    else if (!native_bind("str", "(object=<unrepresentable>, encoding=<unrepresentable>, errors=<unrepresentable>)", &signature, args, nargs, kwnames, bound)) return 0;
    Value text;
    if (!bound[0]) text = str_empty;
    else if (bound[1] || bound[2]) text = str_from_encoded(bound[0], bound[1], bound[2]);
    else text = is_str_exact(bound[0]) ? bound[0] : object_str(bound[0]);
    if (!text || type == &str_type) return text;
    return str_subclass_new(type, text);
}

/* --- iterators */
typedef struct StrIter {
    Obj head;
    int64_t index;
    Value str; /* 0: exhausted */
} StrIter;

static void str_iter_trace(Obj *object) { gc_visit(((StrIter *)object)->str); }

static Value str_iter_next(Value v)
{
    StrIter *it = (StrIter *)v;
    if (!it->str) return 0;
    if (it->index < str_length(it->str)) return str_from_char_fast(str_char(it->str, it->index++));
    it->str = 0;
    return 0;
}

static NATIVE(str_iter_length_hint)
{
    StrIter *it = (StrIter *)args[0];
    return int_new(it->str ? str_length(it->str) - it->index : 0);
}

static NATIVE(str_iter_reduce)
{
    StrIter *it = (StrIter *)args[0];
    Value iter = import_attr("builtins", "iter");
    if (!iter) return 0;
    if (!it->str) return tuple_pack(2, iter, tuple_pack(1, str_empty));
    return tuple_pack(3, iter, tuple_pack(1, it->str), int_new(it->index));
}

static NATIVE(str_iter_setstate)
{
    StrIter *it = (StrIter *)args[0];
    int64_t index;
    if (!int_as_count(args[1], &index)) return 0;
    if (it->str) it->index = index < 0 ? 0 : index > str_length(it->str) ? str_length(it->str) : index;
    return NONE;
}

static const NativeDef str_iter_methods[] = {
    {"__length_hint__", "(self, /)", str_iter_length_hint, "An estimate of the items left."},
    {"__reduce__", "(self, /)", str_iter_reduce, "What pickle stores."},
    {"__setstate__", "(self, state, /)", str_iter_setstate, "Sets the position."},
    {0},
};

Type str_iterator_type = {TYPE_INIT("str_iterator", StrIter), .flags = TYPE_DISALLOW_NEW, .iter = iter_self, .next = str_iter_next, .trace = str_iter_trace,
                          .methods = str_iter_methods};
Type str_ascii_iterator_type = {
    TYPE_INIT("str_ascii_iterator", StrIter), .flags = TYPE_DISALLOW_NEW, .iter = iter_self, .next = str_iter_next, .trace = str_iter_trace, .methods = str_iter_methods};

static Value str_iter(Value v)
{
    StrIter *it = gc_alloc(StrIter, str_is_ascii(v) ? &str_ascii_iterator_type : &str_iterator_type);
    if (it) it->str = v;
    return VALUE(it);
}

Type str_type = {
    TYPE_INIT("str", StrObj),
    .flags = TYPE_BASE | TYPE_STR | TYPE_MATCH_SELF,
    .doc = "str(object='') -> str\nstr(bytes_or_buffer[, encoding[, errors]]) -> str\n\nText. With an encoding or an error handler the object's bytes are decoded, "
           "otherwise the text is\nwhat object.__str__() says, or repr(object). encoding is 'utf-8' and errors is 'strict' if not given.",
    .trace = str_trace,
    .leaf_offset = offsetof(StrObj, state),
    .leaf_bits = STR_STATE_COMPACT_ASCII,   /* the commonest object of all */
    .repr = str_repr,
    .str = str_str,
    .hash = str_hash_slot,
    .compare = str_compare_slot,
    .iter = str_iter,
    .new = str_new,
    .binary[BINARY_REMAINDER] = str_remainder,
    .length = str_length_slot,
    .getitem = str_getitem,
    .contains = str_contains,
    .concat = str_concat_slot,
    .repeat = str_repeat,
    .seq_item = str_item,
    .methods = str_methods,
};
