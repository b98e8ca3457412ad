/* _json.c: the reader of JSON and the module: scanstring, and make_scanner, which json.decoder drives. The writer is in _json_encode.c. */
#include "base/ascii.h"
#include "module/_json.h"

typedef struct Scanner {
    Obj head;
    Value object_hook, pairs_hook, parse_float, parse_int, parse_constant, memo;
    bool strict;
} Scanner;

/* One document being read. */
typedef struct Reader {
    Scanner *scanner;
    Value text;
    const void *data;
    int64_t length;
    int kind;
} Reader;

static inline uint32_t at(const Reader *r, int64_t i) { return str_read(r->kind, r->data, i); }
static inline bool is_at(const Reader *r, int64_t i, uint32_t c) { return i < r->length && at(r, i) == c; }

static int64_t skip_space(const Reader *r, int64_t i)
{
    while (i < r->length) {
        uint32_t c = at(r, i);
        if (c != ' ' && c != '\n' && c != '\t' && c != '\r') break;
        i++;
    }
    return i;
}

/* JSONDecodeError(message, text, position) */
static Value decode_error(const char *message, Value text, int64_t position)
{
    Value type = import_attr("json.decoder", "JSONDecodeError"), string = type ? str_from_cstring(message) : 0;
    Value error = string ? call_3(type, string, text, int_new(position)) : 0;
    return error ? raise_instance(error) : 0;
}

static Value no_value(int64_t position) { return raise_stop_iteration(int_new(position)); }

/* --- strings */

/* Four digits from position i, which are all inside the text; -1: they are not. */
static int32_t hex4(const Reader *r, int64_t i)
{
    int32_t c = 0;
    for (int n = 0; n < 4; n++) {
        int digit = ascii_hex_value(at(r, i + n));
        if (digit < 0) return -1;
        c = c << 4 | digit;
    }
    return c;
}

/* \uXXXX, i at the 'u'. A high surrogate and the low one after it are one character. Returns the position after it, or -1. */
static int64_t read_unicode_escape(const Reader *r, int64_t i, uint32_t *out)
{
    int64_t next = i + 1, end = next + 4;
    if (end >= r->length) return decode_error("Invalid \\uXXXX escape", r->text, next - 1), -1;
    int32_t c = hex4(r, next);
    if (c < 0) return decode_error("Invalid \\uXXXX escape", r->text, end - 5), -1;
    if (c >= 0xd800 && c < 0xdc00 && end + 6 < r->length && at(r, end) == '\\' && at(r, end + 1) == 'u') {
        int32_t low = hex4(r, end + 2);
        if (low < 0) return decode_error("Invalid \\uXXXX escape", r->text, end + 1), -1;
        if (low >= 0xdc00 && low < 0xe000) {
            c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
            end += 6;
        }
    }
    *out = (uint32_t)c;
    return end;
}

/* The end of a stretch without escapes, from i: the place of the quote or backslash. -1: exception. */
static int64_t plain_end(const Reader *r, int64_t i, int64_t begin, bool strict)
{
    for (; i < r->length; i++) {
        uint32_t c = at(r, i);
        if (c == '"' || c == '\\') return i;
        if (c < 0x20 && strict) return decode_error("Invalid control character at", r->text, i), -1;
    }
    return decode_error("Unterminated string starting at", r->text, begin), -1;
}

/* The string whose opening quote is before position `start`; *end is after the closing one. */
static Value read_string(const Reader *r, int64_t start, bool strict, int64_t *end)
{
    int64_t begin = start - 1, i = plain_end(r, start, begin, strict);
    if (i < 0) return 0;
    if (at(r, i) == '"') {
        *end = i + 1;
        return str_substring(r->text, start, i);
    }
    StrBuilder b = {0};
    for (;;) {
        if (i > start && !str_builder_slice(&b, r->text, start, i)) return 0;
        if (at(r, i) == '"') break;
        if (++i == r->length) return decode_error("Unterminated string starting at", r->text, begin);
        uint32_t c = at(r, i);
        if (c == 'u') {
            if ((start = read_unicode_escape(r, i, &c)) < 0) return 0;
        } else {
            start = i + 1;
            switch (c) {
            case '"':
            case '\\':
            case '/': break;
            case 'b': c = '\b'; break;
            case 'f': c = '\f'; break;
            case 'n': c = '\n'; break;
            case 'r': c = '\r'; break;
            case 't': c = '\t'; break;
            default: return decode_error("Invalid \\escape", r->text, start - 2);
            }
        }
        if (!str_builder_char(&b, c) || (i = plain_end(r, start, begin, strict)) < 0) return 0;
    }
    *end = i + 1;
    return str_builder_finish(&b);
}

static bool reader_start(Reader *r, Scanner *scanner, Value text)
{
    if (!is_str(text)) return raise_type("first argument must be a string, not %.80s", type_of(text)->name);
    *r = (Reader){scanner, text, str_data(text), str_length(text), str_kind(text)};
    return r->data != 0;
}

NATIVE(json_scanstring)
{
    Reader r;
    int64_t start, end;
    int strict = object_truth(args[2]);
    if (strict < 0 || !number_as_count(args[1], &start) || !reader_start(&r, 0, args[0])) return 0;
    if (start < 0 || start > r.length) return raise_value("end is out of bounds");
    Value string = read_string(&r, start, strict, &end);
    return string ? tuple_pack(2, string, int_new(end)) : 0;
}

/* --- numbers and constants */

static bool is_digit_at(const Reader *r, int64_t i) { return i < r->length && at(r, i) >= '0' && at(r, i) <= '9'; }

/* The end of the number at `start`, or -1: there is none. */
static int64_t number_end(const Reader *r, int64_t start, bool *is_fraction)
{
    int64_t i = start + is_at(r, start, '-');
    *is_fraction = false;
    if (!is_digit_at(r, i)) return -1;
    if (at(r, i) == '0') i++;
    else
        while (is_digit_at(r, i)) i++;
    if (is_at(r, i, '.') && is_digit_at(r, i + 1)) {
        *is_fraction = true;
        for (i += 2; is_digit_at(r, i); i++) {}
    }
    if (is_at(r, i, 'e') || is_at(r, i, 'E')) {
        int64_t digits = i + 1;
        if (is_at(r, digits, '-') || is_at(r, digits, '+')) digits++;
        if (is_digit_at(r, digits)) {
            *is_fraction = true;
            for (i = digits + 1; is_digit_at(r, i); i++) {}
        }
    }
    return i;
}

static Value small_number(const Reader *r, int64_t start, int64_t end)
{
    bool negative = at(r, start) == '-';
    int64_t n = 0;
    for (int64_t i = start + negative; i < end; i++) n = n * 10 + (at(r, i) - '0');
    return int_new(negative ? -n : n);
}

static Value read_number(const Reader *r, int64_t start, int64_t *end)
{
    bool fraction;
    int64_t stop = number_end(r, start, &fraction);
    if (stop < 0) return no_value(start);
    *end = stop;
    Value parser = fraction ? r->scanner->parse_float : r->scanner->parse_int;
    bool own = parser == VALUE(fraction ? &float_type : &int_type);
    if (own && !fraction && stop - start <= 18) return small_number(r, start, stop);
    if (own && fraction && r->kind == 1) {
        double d;
        float_parse((const char *)r->data + start, (size_t)(stop - start), &d);
        return float_new(d);
    }
    Value text = str_substring(r->text, start, stop);
    if (!text) return 0;
    if (!own) return call_1(parser, text);
    return fraction ? float_from_text(text) : int_from_text(text, 10);
}

static bool word_at(const Reader *r, int64_t i, const char *word)
{
    for (; *word; word++, i++)
        if (!is_at(r, i, (uint8_t)*word)) return false;
    return true;
}

static Value read_constant(const Reader *r, const char *word, int64_t start, int64_t *end)
{
    Value text = str_intern_cstring(word);
    *end = start + (int64_t)strlen(word);
    return text ? call_1(r->scanner->parse_constant, text) : 0;
}

/* --- objects and arrays; `i` is after the bracket */

static Value read_value(const Reader *r, int64_t i, int64_t *end);

static Value read_key(const Reader *r, int64_t *i)
{
    if (!is_at(r, *i, '"')) return decode_error("Expecting property name enclosed in double quotes", r->text, *i);
    Value key = read_string(r, *i + 1, r->scanner->strict, i);
    if (!key || !(key = dict_set_default(r->scanner->memo, key, key))) return 0;
    *i = skip_space(r, *i);
    if (!is_at(r, *i, ':')) return decode_error("Expecting ':' delimiter", r->text, *i);
    *i = skip_space(r, *i + 1);
    return key;
}

static Value read_object(const Reader *r, int64_t i, int64_t *end)
{
    Scanner *s = r->scanner;
    bool pairs = s->pairs_hook != NONE;
    Value result = pairs ? list_new(0) : dict_new();
    if (!result) return 0;
    i = skip_space(r, i);
    if (!is_at(r, i, '}')) {
        for (;;) {
            Value key = read_key(r, &i), value = key ? read_value(r, i, &i) : 0;
            if (!value) return 0;
            if (pairs) {
                Value pair = tuple_pack(2, key, value);
                if (!pair || !list_append(result, pair)) return 0;
            } else if (!dict_set(result, key, value)) {
                return 0;
            }
            i = skip_space(r, i);
            if (is_at(r, i, '}')) break;
            if (!is_at(r, i, ',')) return decode_error("Expecting ',' delimiter", r->text, i);
            i = skip_space(r, i + 1);
        }
    }
    *end = i + 1;
    if (pairs) return call_1(s->pairs_hook, result);
    return s->object_hook != NONE ? call_1(s->object_hook, result) : result;
}

static Value read_array(const Reader *r, int64_t i, int64_t *end)
{
    Value result = list_new(0);
    if (!result) return 0;
    i = skip_space(r, i);
    if (!is_at(r, i, ']')) {
        for (;;) {
            Value item = read_value(r, i, &i);
            if (!item || !list_append(result, item)) return 0;
            i = skip_space(r, i);
            if (is_at(r, i, ']')) break;
            if (!is_at(r, i, ',')) return decode_error("Expecting ',' delimiter", r->text, i);
            i = skip_space(r, i + 1);
        }
    }
    *end = i + 1;
    return result;
}

static Value read_nested(const Reader *r, int64_t i, int64_t *end, bool object)
{
    if (!recursion_enter(object ? " while decoding a JSON object from a unicode string" : " while decoding a JSON array from a unicode string")) return 0;
    Value result = object ? read_object(r, i, end) : read_array(r, i, end);
    recursion_leave();
    return result;
}

static Value read_value(const Reader *r, int64_t i, int64_t *end)
{
    if (i < 0) return raise_value("idx cannot be negative");
    if (i >= r->length) return no_value(i);
    switch (at(r, i)) {
    case '"': return read_string(r, i + 1, r->scanner->strict, end);
    case '{': return read_nested(r, i + 1, end, true);
    case '[': return read_nested(r, i + 1, end, false);
    case 'n':
        if (!word_at(r, i, "null")) break;
        *end = i + 4;
        return NONE;
    case 't':
        if (!word_at(r, i, "true")) break;
        *end = i + 4;
        return TRUE;
    case 'f':
        if (!word_at(r, i, "false")) break;
        *end = i + 5;
        return FALSE;
    case 'N':
        if (word_at(r, i, "NaN")) return read_constant(r, "NaN", i, end);
        break;
    case 'I':
        if (word_at(r, i, "Infinity")) return read_constant(r, "Infinity", i, end);
        break;
    case '-':
        if (word_at(r, i, "-Infinity")) return read_constant(r, "-Infinity", i, end);
        break;
    }
    return read_number(r, i, end);
}

/* --- make_scanner */

static void scanner_trace(Obj *o) { gc_visit_values((Value *)(o + 1), 6); }

static Value scanner_make(Type *type, Value *args, size_t nargs, Value kwnames)
{
    static Signature *cache;
    Value context;
    if (!native_bind("make_scanner", "(context)", &cache, args, nargs, kwnames, &context)) return 0;
    Value strict = object_getattr(context, NAME("strict"));
    int strict_truth = strict ? object_truth(strict) : -1;
    if (strict_truth < 0) return 0;
    Scanner *s = NEW_OF(Scanner, type, json_scanner_type);
    if (!s) return 0;
    s->strict = strict_truth;
    const char *const names[] = {"object_hook", "object_pairs_hook", "parse_float", "parse_int", "parse_constant"};
    for (int i = 0; i < 5; i++) {
        Value name = str_intern_cstring(names[i]);
        Value attribute = name ? object_getattr(context, name) : 0;
        if (!attribute) return 0;
        ((Value *)(&s->head + 1))[i] = attribute;
        gc_barrier(s);
    }
    SET(s, memo, dict_new());
    return s->memo ? VALUE(s) : 0;
}

static Value scanner_call(Value self, Value *args, size_t nargs, Value kwnames)
{
    static Signature *cache;
    Value bound[2];
    int64_t start, end;
    Reader r;
    Scanner *s = (Scanner *)self;
    if (!native_bind("scan_once", "(string, idx)", &cache, args, nargs, kwnames, bound)) return 0;
    if (!number_as_count(bound[1], &start) || !reader_start(&r, s, bound[0])) return 0;
    Value value = read_value(&r, start, &end);
    dict_clear(s->memo);
    return value ? tuple_pack(2, value, int_new(end)) : 0;
}

static const MemberDef scanner_members[] = {
    {"strict", MEMBER_BOOL, offsetof(Scanner, strict), false, "strict"},
    {"object_hook", MEMBER_VALUE, offsetof(Scanner, object_hook), false, "object_hook"},
    {"object_pairs_hook", MEMBER_VALUE, offsetof(Scanner, pairs_hook), false, "object_pairs_hook"},
    {"parse_float", MEMBER_VALUE, offsetof(Scanner, parse_float), false, "parse_float"},
    {"parse_int", MEMBER_VALUE, offsetof(Scanner, parse_int), false, "parse_int"},
    {"parse_constant", MEMBER_VALUE, offsetof(Scanner, parse_constant), false, "parse_constant"},
    {0},
};

Type json_scanner_type = {TYPE_INIT("_json.Scanner", Scanner), .flags = TYPE_BASE, .doc = "JSON scanner object", .trace = scanner_trace, .new = scanner_make, .call = scanner_call,
                          .members = scanner_members};

static bool json_init(Value module)
{
    return type_ready(&json_scanner_type) && type_ready(&json_encoder_type) && module_add(module, "make_scanner", VALUE(&json_scanner_type)) &&
           module_add(module, "make_encoder", VALUE(&json_encoder_type));
}

static const NativeDef json_functions[] = {
    {"encode_basestring_ascii", "(string, /)", json_encode_basestring_ascii,
     "encode_basestring_ascii(string) -> string\n\nReturn an ASCII-only JSON representation of a Python string", 0},
    {"encode_basestring", "(string, /)", json_encode_basestring, "encode_basestring(string) -> string\n\nReturn a JSON representation of a Python string", 0},
    {"scanstring", "(string, end, strict=True, /)", json_scanstring,
     "scanstring(string, end, strict=True) -> (string, end)\n\nReads the JSON string in `string` whose opening quote is before `end`. If strict is false,\n"
     "control characters are allowed in it. Returns the string and the index after its closing quote.",
     0},
    {0},
};

const ModuleDef module__json = {"_json", "json speedups\n", json_functions, json_init};
