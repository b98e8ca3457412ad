/* _json_encode.c: the writer of JSON: make_encoder, which json.encoder uses when no indentation is wanted, and the quoting of strings. */
#include "module/_json.h"

typedef struct Encoder {
    Obj head;
    Value markers, otherwise, encoder, indent, key_separator, item_separator;
    bool sort_keys, skip_keys, allow_nan;
    enum { QUOTE_CALL, QUOTE_ASCII, QUOTE_ANY } quote;   /* the two functions of this module are not called but inlined */
} Encoder;

/* --- strings */

static inline bool is_plain(uint32_t c, bool ascii) { return c >= ' ' && c != '"' && c != '\\' && (!ascii || c <= '~'); }

static bool add_unicode_escape(StrBuilder *b, uint32_t c)
{
    static const char digits[] = "0123456789abcdef";
    char text[6] = {'\\', 'u', digits[c >> 12 & 15], digits[c >> 8 & 15], digits[c >> 4 & 15], digits[c & 15]};
    return str_builder_ascii(b, text, 6);
}

static bool add_escape(StrBuilder *b, uint32_t c)
{
    const char *text = 0;
    switch (c) {
    case '"': text = "\\\""; break;
    case '\\': text = "\\\\"; break;
    case '\b': text = "\\b"; break;
    case '\f': text = "\\f"; break;
    case '\n': text = "\\n"; break;
    case '\r': text = "\\r"; break;
    case '\t': text = "\\t"; break;
    }
    if (text) return str_builder_ascii(b, text, 2);
    if (c < 0x10000) return add_unicode_escape(b, c);
    c -= 0x10000;
    return add_unicode_escape(b, 0xd800 | c >> 10) && add_unicode_escape(b, 0xdc00 | (c & 0x3ff));
}

static bool add_quoted(StrBuilder *b, Value s, bool ascii)
{
    const void *data = str_data(s);
    int kind = str_kind(s);
    int64_t length = str_length(s), start = 0;
    if (!data || !str_builder_char(b, '"')) return false;
    for (int64_t i = 0; i < length; i++) {
        uint32_t c = str_read(kind, data, i);
        if (is_plain(c, ascii)) continue;
        if (i > start && !str_builder_slice(b, s, start, i)) return false;
        if (!add_escape(b, c)) return false;
        start = i + 1;
    }
    if (start == 0 ? !str_builder_str(b, s) : length > start && !str_builder_slice(b, s, start, length)) return false;
    return str_builder_char(b, '"');
}

static Value quoted(Value s, bool ascii)
{
    if (!is_str(s)) return raise_type("first argument must be a string, not %.80s", type_of(s)->name);
    StrBuilder b = {0};
    return add_quoted(&b, s, ascii) ? str_builder_finish(&b) : 0;
}

NATIVE(json_encode_basestring) { return quoted(args[0], false); }
NATIVE(json_encode_basestring_ascii) { return quoted(args[0], true); }

/* --- values */

static bool write_value(Encoder *e, StrBuilder *b, Value v, Value indent_level);

static bool write_string(Encoder *e, StrBuilder *b, Value s)
{
    if (e->quote != QUOTE_CALL) return add_quoted(b, s, e->quote == QUOTE_ASCII);
    Value text = call_1(e->encoder, s);
    if (!text) return false;
    if (!is_str(text)) return raise_type("encoder() must return a string, not %.80s", type_of(text)->name);
    return str_builder_str(b, text);
}

static Value float_text(Encoder *e, Value v)
{
    double d = float_value(v);
    if (d - d == 0) return float_repr_text(d);
    if (!e->allow_nan) return raise_value("Out of range float values are not JSON compliant");
    return str_from_cstring(d != d ? "NaN" : d > 0 ? "Infinity" : "-Infinity");
}

/* Numbers that are immediates, without making a str. */
static bool write_small_int(StrBuilder *b, int64_t n)
{
    char digits[24], *p = digits + sizeof digits;
    uint64_t u = n < 0 ? -(uint64_t)n : (uint64_t)n;
    do *--p = (char)('0' + u % 10);
    while (u /= 10);
    if (n < 0) *--p = '-';
    return str_builder_ascii(b, p, (size_t)(digits + sizeof digits - p));
}

static bool write_float(Encoder *e, StrBuilder *b, Value v)
{
    Value text = float_text(e, v);
    return text && str_builder_str(b, text);
}

static bool write_int(StrBuilder *b, Value v)
{
    if (is_small_int(v)) return write_small_int(b, small_int_value(v));
    Value text = int_to_str(v, 10);   /* also for subclasses with a __repr__ of their own */
    return text && str_builder_str(b, text);
}

/* A container is entered in `markers` while it is written. *mark is its id, or 0. */
static bool mark_enter(Encoder *e, Value v, Value *mark)
{
    *mark = 0;
    if (e->markers == NONE) return true;
    Value id = int_new(object_id(v));
    int present = dict_contains(e->markers, id);
    if (present < 0) return false;
    if (present) return raise_value("Circular reference detected");
    *mark = id;
    return dict_set(e->markers, id, v);
}

static bool mark_leave(Encoder *e, Value mark) { return !mark || dict_delete(e->markers, mark) >= 0; }

static bool write_list(Encoder *e, StrBuilder *b, Value v, Value level)
{
    Value mark, items = is_list(v) || is_tuple(v) ? v : object_to_list(v);
    if (!items) return false;
    if (((VarObj *)items)->size == 0) return str_builder_ascii(b, "[]", 2);
    if (!mark_enter(e, v, &mark) || !str_builder_char(b, '[')) return false;
    for (int64_t i = 0; i < ((VarObj *)items)->size; i++) {
        if (i && !str_builder_str(b, e->item_separator)) return false;
        if (!write_value(e, b, is_tuple(items) ? tuple_get(items, i) : list_get(items, i), level)) return false;
    }
    return mark_leave(e, mark) && str_builder_char(b, ']');
}

/* The str that stands for a key that is not one; 0 without exception: to be skipped. */
static Value key_text(Encoder *e, Value key)
{
    if (is_str(key)) return key;
    if (is_float(key)) return float_text(e, key);
    if (key == TRUE) return NAME("true");
    if (key == FALSE) return NAME("false");
    if (key == NONE) return NAME("null");
    if (is_int(key)) return int_to_str(key, 10);
    if (e->skip_keys) return 0;
    return raise_type("keys must be str, int, float, bool or None, not %.100s", type_of(key)->name);
}

static bool write_pair(Encoder *e, StrBuilder *b, bool *first, Value key, Value value, Value level)
{
    Value text = key_text(e, key);
    if (!text) return thread_self->exception == 0;
    if (!*first && !str_builder_str(b, e->item_separator)) return false;
    *first = false;
    return write_string(e, b, text) && str_builder_str(b, e->key_separator) && write_value(e, b, value, level);
}

static bool write_dict(Encoder *e, StrBuilder *b, Value v, Value level)
{
    Value mark, items;
    if (dict_size(v) == 0 && type_of(v) == &dict_type) return str_builder_ascii(b, "{}", 2);
    if (type_of(v) == &dict_type) {
        items = dict_items_list(v);
    } else {
        Value view = call_method_0(v, NAME("items"));
        items = view ? object_to_list(view) : 0;
        if (items && list_size(items) == 0) return str_builder_ascii(b, "{}", 2);
    }
    if (!items || !mark_enter(e, v, &mark) || !str_builder_char(b, '{')) return false;
    if (e->sort_keys && !list_sort(items, 0, false)) return false;
    bool first = true;
    for (int64_t i = 0; i < list_size(items); i++) {
        Value item = list_get(items, i);
        if (!is_tuple(item) || tuple_size(item) != 2) return raise_value("items must return 2-tuples");
        if (!write_pair(e, b, &first, tuple_get(item, 0), tuple_get(item, 1), level)) return false;
    }
    return mark_leave(e, mark) && str_builder_char(b, '}');
}

static bool write_other(Encoder *e, StrBuilder *b, Value v, Value level)
{
    Value mark;
    if (!mark_enter(e, v, &mark)) return false;
    Value replacement = call_1(e->otherwise, v);
    if (!replacement || !recursion_enter(" while encoding a JSON object")) return false;
    bool ok = write_value(e, b, replacement, level);
    recursion_leave();
    return ok && mark_leave(e, mark);
}

static bool write_value(Encoder *e, StrBuilder *b, Value v, Value level)
{
    if (is_small_int(v)) return write_small_int(b, small_int_value(v));
    if (is_str(v)) return write_string(e, b, v);
    if (v == NONE) return str_builder_ascii(b, "null", 4);
    if (v == TRUE) return str_builder_ascii(b, "true", 4);
    if (v == FALSE) return str_builder_ascii(b, "false", 5);
    if (is_int(v)) return write_int(b, v);
    if (is_float(v)) return write_float(e, b, v);
    if (!is_list(v) && !is_tuple(v) && !is_dict(v)) return write_other(e, b, v, level);
    if (!recursion_enter(" while encoding a JSON object")) return false;
    bool ok = is_dict(v) ? write_dict(e, b, v, level) : write_list(e, b, v, level);
    recursion_leave();
    return ok;
}

/* --- make_encoder */

static void encoder_trace(Obj *o) { gc_visit_values((Value *)(o + 1), 6); }

static int quote_kind(Value encoder)
{
    if (!is_pointer(encoder) || type_of(encoder) != &native_type) return QUOTE_CALL;
    NativeFn function = ((NativeObj *)encoder)->def->function;
    return function == json_encode_basestring_ascii ? QUOTE_ASCII : function == json_encode_basestring ? QUOTE_ANY : QUOTE_CALL;
}

static Value encoder_make(Type *type, Value *args, size_t nargs, Value kwnames)
{
    static Signature *cache;
    Value v[9];
    if (!native_bind("make_encoder", "(markers, default, encoder, indent, key_separator, item_separator, sort_keys, skipkeys, allow_nan)", &cache, args, nargs, kwnames, v))
        return 0;
    for (int i = 4; i < 6; i++)
        if (!is_str(v[i])) return raise_type("make_encoder() argument %d must be str, not %s", i + 1, type_of(v[i])->name);
    if (v[0] != NONE && !is_dict(v[0])) return raise_type("make_encoder() argument 1 must be dict or None, not %.200s", type_of(v[0])->name);
    int sort_keys = object_truth(v[6]), skip_keys = object_truth(v[7]), allow_nan = object_truth(v[8]);
    if (sort_keys < 0 || skip_keys < 0 || allow_nan < 0) return 0;
    Encoder *e = NEW_OF(Encoder, type, json_encoder_type);
    if (!e) return 0;
    memcpy(&e->head + 1, v, 6 * sizeof(Value));
    e->sort_keys = sort_keys, e->skip_keys = skip_keys, e->allow_nan = allow_nan;
    e->quote = quote_kind(v[2]);
    gc_barrier(e);
    return VALUE(e);
}

static Value encoder_call(Value self, Value *args, size_t nargs, Value kwnames)
{
    static Signature *cache;
    Value bound[2];
    if (!native_bind("_iterencode", "(obj, _current_indent_level)", &cache, args, nargs, kwnames, bound)) return 0;
    StrBuilder b = {0};
    if (!write_value((Encoder *)self, &b, bound[0], bound[1])) return 0;
    Value text = str_builder_finish(&b);
    return text ? tuple_pack(1, text) : 0;
}

static const MemberDef encoder_members[] = {
    {"markers", MEMBER_VALUE, offsetof(Encoder, markers), false, "markers"},
    {"default", MEMBER_VALUE, offsetof(Encoder, otherwise), false, "default"},
    {"encoder", MEMBER_VALUE, offsetof(Encoder, encoder), false, "encoder"},
    {"indent", MEMBER_VALUE, offsetof(Encoder, indent), false, "indent"},
    {"key_separator", MEMBER_VALUE, offsetof(Encoder, key_separator), false, "key_separator"},
    {"item_separator", MEMBER_VALUE, offsetof(Encoder, item_separator), false, "item_separator"},
    {"sort_keys", MEMBER_BOOL, offsetof(Encoder, sort_keys), false, "sort_keys"},
    {"skipkeys", MEMBER_BOOL, offsetof(Encoder, skip_keys), false, "skipkeys"},
    {0},
};

Type json_encoder_type = {TYPE_INIT("_json.Encoder", Encoder),
                          .flags = TYPE_BASE,
                          .doc = "Encoder(markers, default, encoder, indent, key_separator, item_separator, sort_keys, skipkeys, allow_nan)",
                          .trace = encoder_trace,
                          .new = encoder_make,
                          .call = encoder_call,
                          .members = encoder_members};
