/* str_percent.c: the % operator of str, bytes and bytearray.
 *
 * There is one engine; bytes are formatted as the Latin-1 text that has the same numbers, and turned back at the end.
 */
#include "object/bytes_internal.h"
#include "base/float_text.h"

typedef struct Percent {
    Value format;
    const void *text;         /* its characters */
    int kind;
    int64_t at, end;          /* of the format */
    bool bytes;
    Value args, mapping;      /* mapping 0: args is none */
    int64_t index, count;     /* of the positional arguments; count -1: args itself is the one argument */
    StrBuilder out;
} Percent;

typedef struct Conversion {
    bool left, plus, space, alternate, zero;
    int64_t width;
    int precision;            /* -1: none */
    uint32_t type;
    bool is_signed;           /* the text may start with a sign */
} Conversion;

static Value next_argument(Percent *p)
{
    if (p->index < p->count) {
        int64_t i = p->index++;
        return p->count < 0 ? p->args : tuple_get(p->args, i);
    }
    return raise_type("not enough arguments for format string");
}

/* "(key)": the mapping's item becomes the one argument. */
static bool parse_key(Percent *p)
{
    if (!p->mapping) return raise_type("format requires a mapping");
    int64_t start = ++p->at;
    for (int depth = 1; depth; p->at++) {
        if (p->at >= p->end) return raise_value("incomplete format key");
        uint32_t c = str_read(p->kind, p->text, p->at);
        depth += c == '(' ? 1 : c == ')' ? -1 : 0;
    }
    Value key = str_substring(p->format, start, p->at - 1);
    if (key && p->bytes) key = bytes_new(str_data(key), (size_t)str_length(key));
    if (!key || !(p->args = object_getitem(p->mapping, key))) return false;
    p->index = -2;
    p->count = -1;
    return true;
}

static uint32_t peek(const Percent *p) { return p->at < p->end ? str_read(p->kind, p->text, p->at) : 0; }

/* A number or '*' for the width; false with exception. */
static bool parse_width(Percent *p, Conversion *c)
{
    if (peek(p) == '*') {
        p->at++;
        Value v = next_argument(p);
        if (!v) return false;
        if (!is_int(v)) return raise_type("* wants int");
        if (int_as_int64_overflow(v, &c->width)) return raise_overflow("Python int too large to convert to C ssize_t");
        if (c->width < 0) c->left = true, c->width = c->width == INT64_MIN ? 0 : -c->width;   /* the least one wraps around in python3.11, and widens nothing */
        return true;
    }
    for (uint32_t d; (d = peek(p)) >= '0' && d <= '9'; p->at++) {
        if (c->width > (INT64_MAX - (int64_t)(d - '0')) / 10) return raise_value("width too big");
        c->width = c->width * 10 + (int64_t)(d - '0');
    }
    return true;
}

static bool parse_precision(Percent *p, Conversion *c)
{
    if (peek(p) != '.') return true;
    p->at++;
    c->precision = 0;
    if (peek(p) == '*') {
        p->at++;
        Value v = next_argument(p);
        int64_t n;
        if (!v) return false;
        if (!is_int(v)) return raise_type("* wants int");
        if (int_as_int64_overflow(v, &n) || n != (int)n) return raise_overflow("Python int too large to convert to C int");
        c->precision = n < 0 ? 0 : (int)n;
        return true;
    }
    for (uint32_t d; (d = peek(p)) >= '0' && d <= '9'; p->at++) {
        if (c->precision > (INT32_MAX - (int)(d - '0')) / 10) return raise_value(p->bytes ? "prec too big" : "precision too big");
        c->precision = c->precision * 10 + (int)(d - '0');
    }
    return true;
}

static bool parse_conversion(Percent *p, Conversion *c)
{
    *c = (Conversion){.precision = -1};
    if (peek(p) == '(' && p->at < p->end && !parse_key(p)) return false;
    for (;; p->at++) {
        uint32_t f = peek(p);
        if (f == '-') c->left = true;
        else if (f == '+') c->plus = true;
        else if (f == ' ') c->space = true;
        else if (f == '#') c->alternate = true;
        else if (f == '0') c->zero = true;
        else break;
    }
    if (!parse_width(p, c) || !parse_precision(p, c)) return false;
    uint32_t f = peek(p);
    if (f == 'h' || f == 'l' || f == 'L' || (f == 'z' && p->bytes)) p->at++;
    if (p->at >= p->end) return raise_value("incomplete format");
    c->type = str_read(p->kind, p->text, p->at++);
    return true;
}

/* --- numbers */
static Value raise_not_number(const Percent *p, const Conversion *c, Value v)
{
    bool integer = c->type == 'o' || c->type == 'x' || c->type == 'X';
    return raise_type("%%%c format: %s is required, not %.200T", c->type == 'i' && p->bytes ? 'd' : (int)c->type, integer ? "an integer" : "a real number", v);
}

static Value to_integer(const Percent *p, const Conversion *c, Value v)
{
    if (is_int(v)) return v;
    Type *type = type_of(v);
    bool integer = c->type == 'o' || c->type == 'x' || c->type == 'X';
    if (integer ? !type->index : !type->index && !type->to_int && !type->to_float) return raise_not_number(p, c, v);
    Value n = integer ? number_index(v) : number_int(v);
    if (!n && error_clear_if(&exc_TypeError)) return raise_not_number(p, c, v);
    return n;
}

/* The digits of an integer with sign, prefix and leading zeros up to the precision. */
static Value integer_text(const Percent *p, const Conversion *c, Value v)
{
    Value n = to_integer(p, c, v);
    if (!n) return 0;
    int base = c->type == 'o' ? 8 : c->type == 'x' || c->type == 'X' ? 16 : 10;
    if (c->precision > INT32_MAX - 3) return raise_overflow("precision too large");
    Value digits = int_to_str(n, base);
    if (!digits) return 0;
    int64_t length = str_length(digits), skip = length && str_char(digits, 0) == '-';
    bool prefix = c->alternate && base != 10;
    if (!prefix && c->type != 'X' && c->precision <= length - skip) return digits;
    StrBuilder b = {0};
    if (skip && !str_builder_char(&b, '-')) return 0;
    if (prefix && (!str_builder_char(&b, '0') || !str_builder_char(&b, c->type))) return 0;
    if (!str_builder_fill(&b, '0', c->precision - (length - skip))) return 0;
    for (int64_t i = skip; i < length; i++) {
        uint32_t d = str_char(digits, i);
        if (!str_builder_char(&b, c->type == 'X' && d >= 'a' && d <= 'f' ? d - 32 : d)) return 0;
    }
    return str_builder_finish(&b);
}

static Value float_text(const Percent *p, const Conversion *c, Value v)
{
    double d;
    if (!number_as_double(v, &d)) {
        if (p->bytes && error_clear_if(&exc_TypeError)) return raise_type("float argument required, not %.200T", v);
        return 0;
    }
    int precision = c->precision < 0 ? 6 : c->precision, flags = c->alternate ? FLOAT_ALTERNATE : 0;
    char small[128];
    size_t size = float_format(d, (char)c->type, precision, flags, small, sizeof small);
    if (size <= sizeof small) return str_from_latin1((const uint8_t *)small, size);
    char *large = gc_buffer_raw(size);
    if (!large) return 0;
    float_format(d, (char)c->type, precision, flags, large, size);
    return str_from_latin1((const uint8_t *)large, size);
}

/* --- characters and objects */
static Value byte_char(Value v)
{
    if ((is_bytes(v) || is_bytearray(v)) && bytes_span(v).size == 1) return str_from_char(*bytes_span(v).data);
    int64_t n;
    if (is_int(v) || type_of(v)->index) {
        Value index = number_index(v);
        if (!index) return 0;
        if (int_as_int64_overflow(index, &n) || n < 0 || n > 255) return raise_overflow("%%c arg not in range(256)");
        return str_from_char((uint32_t)n);
    }
    return raise_type("%%c requires an integer in range(256) or a single byte");
}

static Value unicode_char(Value v)
{
    int64_t n;
    if (is_str(v)) return str_length(v) == 1 ? str_exact(v) : raise_type("%%c requires int or char");
    if (!type_of(v)->index) return raise_type("%%c requires int or char");
    Value index = number_index(v);
    if (!index) return error_clear_if(&exc_TypeError) ? raise_type("%%c requires int or char") : 0;
    if (int_as_int64_overflow(index, &n) || n < 0 || n > 0x10ffff) return raise_overflow("%%c arg not in range(0x110000)");
    return str_from_char((uint32_t)n);
}

/* %b of bytes: the bytes as Latin-1 text. */
static Value bytes_text(Value v)
{
    if (!is_bytes(v) && !is_bytearray(v)) {
        Value method = object_lookup_special(v, NAME("__bytes__"));
        if (!method && thread_self->exception) return 0;
        if (method) {
            v = call_0(method);
            if (!v) return 0;
            if (!is_bytes(v)) return raise_type("__bytes__ returned non-bytes (type %.200T)", v);
        } else if (has_buffer(v)) {
            if (!(v = bytes_from_object(v))) return 0;
        } else return raise_type("%%b requires a bytes-like object, or an object that implements __bytes__, not '%.100T'", v);
    }
    Span s = bytes_span(v);
    return str_from_latin1(s.data, (size_t)s.size);
}

static Value object_text(const Percent *p, const Conversion *c, Value v)
{
    Value s;
    if (p->bytes) s = c->type == 's' || c->type == 'b' ? bytes_text(v) : object_ascii(v);
    else s = c->type == 's' ? object_str(v) : c->type == 'r' ? object_repr(v) : object_ascii(v);
    return s && c->precision >= 0 && c->precision < str_length(s) ? str_substring(s, 0, c->precision) : s;
}

static Value conversion_text(Percent *p, Conversion *c, Value v)
{
    switch (c->type) {
    case 'b':
        if (!p->bytes) break;
        return object_text(p, c, v);
    case 's':
    case 'r':
    case 'a': return object_text(p, c, v);
    case 'd':
    case 'i':
    case 'u':
    case 'o':
    case 'x':
    case 'X': c->is_signed = true; return integer_text(p, c, v);
    case 'e':
    case 'E':
    case 'f':
    case 'F':
    case 'g':
    case 'G': c->is_signed = true; return float_text(p, c, v);
    case 'c': return p->bytes ? byte_char(v) : unicode_char(v);
    }
    int shown = p->bytes || (c->type > 30 && c->type < 127) ? (int)c->type : '?';
    return raise_value("unsupported format character '%c' (0x%x) at index %zd", shown, c->type, (size_t)(p->at - 1));
}

/* Adds the text with sign, fill and prefix in their places. */
static bool add_padded(StrBuilder *b, const Conversion *c, Value text)
{
    int64_t length = str_length(text), from = 0, width = c->width;
    uint32_t sign = 0, fill = c->is_signed && c->zero && !c->left ? '0' : ' ';
    if (c->is_signed) {
        uint32_t first = length ? str_char(text, 0) : 0;
        if (first == '-' || first == '+') sign = first, from = 1;
        else if (c->plus) sign = '+';
        else if (c->space) sign = ' ';
    }
    int64_t missing = width - (length - from) - (sign != 0);
    if (!c->left && fill == ' ' && !str_builder_fill(b, ' ', missing)) return false;
    if (sign && !str_builder_char(b, sign)) return false;
    if (fill == '0') {
        if (c->alternate && (c->type == 'x' || c->type == 'X' || c->type == 'o')) {
            if (!str_builder_slice(b, text, from, from + 2)) return false;
            from += 2;
        }
        if (!str_builder_fill(b, '0', missing)) return false;
    }
    if (!str_builder_slice(b, text, from, length)) return false;
    return !c->left || str_builder_fill(b, ' ', missing);
}

/* "%d" of a small int, "%s" of that or of a str, with nothing more to it: 1 done, 0 it is not that. */
static int format_simple(Percent *p)
{
    uint32_t type = peek(p);
    if ((type != 'd' && type != 's') || p->bytes || p->mapping || p->index >= p->count) return 0;
    Value v = p->count < 0 ? p->args : tuple_get(p->args, p->index);
    bool done = is_small_int(v) ? str_builder_int(&p->out, small_int_value(v)) : type == 's' && is_str_exact(v) && str_builder_str(&p->out, v);
    if (!done) return 0;   /* without memory the slow way says so */
    p->index++;
    p->at++;
    return 1;
}

static bool format_one(Percent *p)
{
    Conversion c;
    if (format_simple(p)) return true;
    if (peek(p) == '%' && p->at < p->end) {
        p->at++;
        return str_builder_char(&p->out, '%');
    }
    if (!parse_conversion(p, &c)) return false;
    Value v = next_argument(p);
    if (!v) return false;
    Value text = conversion_text(p, &c, v);
    if (!text) return false;
    if (!c.width && !c.is_signed) {
        if (!str_builder_str(&p->out, text)) return false;
    } else if (!add_padded(&p->out, &c, text)) return false;
    if (p->mapping && p->index < p->count) return raise_type("not all arguments converted during %s formatting", p->bytes ? "bytes" : "string");
    return true;
}

static Value percent_run(Percent *p, Value format, Value args)
{
    p->format = format;
    p->end = str_length(format);
    p->args = args;
    if (is_tuple(args)) p->count = tuple_size(args);
    else p->count = -1, p->index = -2;
    bool text = is_str(args) || (p->bytes && (is_bytes(args) || is_bytearray(args)));
    if (type_of(args)->getitem && !is_tuple(args) && !text) p->mapping = args;
    uint8_t room[512];
    p->out = (StrBuilder)STR_BUILDER_ON(room);
    p->kind = str_kind(format);
    p->text = str_data(format);
    while (p->at < p->end) {
        int64_t stop = p->at;
        while (stop < p->end && str_read(p->kind, p->text, stop) != '%') stop++;
        if (stop > p->at && !str_builder_slice(&p->out, format, p->at, stop)) return 0;
        p->at = stop + 1;
        if (stop == p->end) break;
        if (!format_one(p)) return 0;
    }
    if (p->index < p->count && !p->mapping) return raise_type("not all arguments converted during %s formatting", p->bytes ? "bytes" : "string");
    return str_builder_finish(&p->out);
}

Value str_percent(Value format, Value args)
{
    Percent p = {0};
    return percent_run(&p, format, args);
}

Value bytes_percent(Value format, Value args, bool bytearray)
{
    Percent p = {.bytes = true};
    Span s = bytes_span(format);
    Value text = str_from_latin1(s.data, (size_t)s.size);
    if (!text) return 0;
    Value result = percent_run(&p, text, args);
    if (!result) return 0;
    const uint8_t *data = str_data(result);
    size_t size = (size_t)str_length(result);
    return bytearray ? bytearray_new(data, size) : bytes_new(data, size);
}
