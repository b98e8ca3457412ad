/* format_number.c: format(number, spec) for int, float and complex.
 *
 * A number's text is taken apart into sign, prefix, leading digits, decimal point and the rest; grouping and padding are put in while it is put together again, in 32-bit
 * characters, since fill and the locale's separators may be any.
 */
#include "object/format_spec.h"
#include "object/int_internal.h"
#include "base/utf8.h"
#include <locale.h>
#include <math.h>
#include <sys/types.h>

/* --- putting text together */

typedef struct Output {
    uint32_t *data;
    int64_t count, capacity;
    uint32_t fixed[128];
} Output;

static bool reserve(Output *o, int64_t more)
{
    if (o->count + more <= o->capacity) return true;
    if (more > (INT64_MAX >> 4) - o->count) return raise_memory();
    int64_t capacity = (o->count + more) * 2;
    uint32_t *data = gc_buffer_raw((size_t)capacity * 4);
    if (!data) return false;
    memcpy(data, o->data, (size_t)o->count * 4);
    o->data = data;
    o->capacity = capacity;
    return true;
}

static void put(Output *o, uint32_t c) { o->data[o->count++] = c; }
static void put_repeated(Output *o, uint32_t c, int64_t n)
{
    for (; n > 0; n--) put(o, c);
}
static void put_ascii(Output *o, const char *text, int64_t n)
{
    for (int64_t i = 0; i < n; i++) put(o, (uint8_t)text[i]);
}

static void output_init(Output *o)
{
    o->data = o->fixed;
    o->count = 0;
    o->capacity = (int64_t)(sizeof o->fixed / sizeof *o->fixed);
}
static Value output_finish(Output *o) { return str_from_kind(4, o->data, o->count); }

/* How digits are grouped: sizes from the right as localeconv() gives them, the separator and the decimal point. */
typedef struct Separators {
    const char *sizes;
    uint32_t thousands[8], point[8];
    int thousands_length, point_length;
} Separators;

static int decode(const char *text, uint32_t out[8])
{
    int n = 0;
    size_t start, end;
    if (utf8_check(text, strlen(text), &start, &end) != UTF8_OK) {
        for (; *text && n < 8; text++) out[n++] = (uint8_t)*text;
        return n;
    }
    while (*text && n < 8) out[n++] = utf8_next(&text);
    return n;
}

static void get_separators(Grouping grouping, Separators *s)
{
    static const char three[] = {3, 0}, four[] = {4, 0};
    s->point[0] = '.';
    s->point_length = 1;
    s->thousands_length = 1;
    switch (grouping) {
    case GROUP_NONE:
        s->sizes = "\x7f";
        s->thousands_length = 0;
        return;
    case GROUP_COMMA:
        s->sizes = three;
        s->thousands[0] = ',';
        return;
    case GROUP_UNDERSCORE:
    case GROUP_UNDERSCORE_FOUR:
        s->sizes = grouping == GROUP_UNDERSCORE ? three : four;
        s->thousands[0] = '_';
        return;
    case GROUP_LOCALE: {
        struct lconv *lc = localeconv();
        s->sizes = lc->grouping;
        s->thousands_length = decode(lc->thousands_sep, s->thousands);
        s->point_length = decode(lc->decimal_point, s->point);
        return;
    }
    }
}

/* The digits with separators, filled with zeros to `min_width`, into `out` from the right; with out 0 only counts. Returns the number of characters. */
static int64_t group_digits(const char *digits, int64_t count, int64_t min_width, const Separators *s, uint32_t *out_end)
{
    int64_t total = 0, left = count;
    const char *size = s->sizes;
    int64_t group = 0;
    bool separate = false, last = false;
    if (!count && min_width <= 0) return 0;
    while (!last) {
        /* Sizes: the last one repeats; CHAR_MAX or no size at all ends grouping. */
        if (*size && *size != 0x7f) group = *size++;
        else if (*size == 0x7f) group = 0;
        int64_t want = left > min_width ? left : min_width;
        if (want < 1) want = 1;
        int64_t width = group > 0 && group < want ? group : want;
        if (group <= 0) last = true;
        int64_t chars = left < width ? left : width, zeros = width - chars;
        if (chars < 0) chars = 0;
        if (separate) {
            total += s->thousands_length;
            if (out_end) {
                for (int i = 0; i < s->thousands_length; i++) out_end[-total + i] = s->thousands[i];
            }
        }
        if (out_end) {
            for (int64_t i = 0; i < chars; i++) out_end[-total - 1 - i] = (uint8_t)digits[left - 1 - i];
            for (int64_t i = 0; i < zeros; i++) out_end[-total - chars - 1 - i] = '0';
        }
        total += width;
        left -= chars;
        min_width -= width;
        separate = true;
        if (left <= 0 && min_width <= 0) break;
        min_width -= s->thousands_length;
    }
    return total;
}

/* A number in its parts: text without sign. */
typedef struct Parts {
    bool negative, has_point;
    const char *prefix, *digits, *rest;   /* rest: fraction, exponent; or "nan" */
    int64_t prefix_length, digits_length, rest_length;
    uint32_t character;                   /* for type 'c': stands in place of rest */
} Parts;

/* [lpad] sign prefix [pad of '='] digits point rest [rpad] */
static bool put_number(Output *o, const Parts *p, const FormatSpec *spec, const Separators *s)
{
    char sign = p->negative ? '-' : spec->sign == '+' || spec->sign == ' ' ? spec->sign : 0;
    int64_t others = (sign != 0) + p->prefix_length + (p->has_point ? s->point_length : 0) + p->rest_length + (p->character != UINT32_MAX);
    int64_t min_width = spec->fill == '0' && spec->align == '=' ? spec->width - others : 0;
    /* Before groups are counted: a width nobody can hold. */
    if (spec->width > (INT64_MAX >> 5)) return raise_memory();
    if (spec->width > 0 && !reserve(o, spec->width)) return false;
    int64_t grouped = p->digits_length ? group_digits(p->digits, p->digits_length, min_width, s, 0) : 0;
    int64_t padding = spec->width - others - grouped, left = 0, inner = 0, right = 0;
    if (padding > 0) {
        switch (spec->align) {
        case '<': right = padding; break;
        case '^': left = padding / 2, right = padding - left; break;
        case '=': inner = padding; break;
        default: left = padding; break;
        }
    } else padding = 0;
    if (!reserve(o, others + grouped + padding)) return false;
    put_repeated(o, spec->fill, left);
    if (sign) put(o, (uint8_t)sign);
    put_ascii(o, p->prefix, p->prefix_length);
    put_repeated(o, spec->fill, inner);
    if (grouped) {
        group_digits(p->digits, p->digits_length, min_width, s, o->data + o->count + grouped);
        o->count += grouped;
    }
    if (p->has_point) {
        for (int i = 0; i < s->point_length; i++) put(o, s->point[i]);
    }
    if (p->character != UINT32_MAX) put(o, p->character);
    put_ascii(o, p->rest, p->rest_length);
    put_repeated(o, spec->fill, right);
    return true;
}

/* The same without grouping and all in ASCII, straight into the string. */
static bool is_plain(const Parts *p, const FormatSpec *spec)
{
    return spec->grouping == GROUP_NONE && spec->type != 'n' && spec->fill < 128 && p->character == UINT32_MAX && spec->width <= (INT64_MAX >> 5);
}

static Value put_plain(const Parts *p, const FormatSpec *spec)
{
    char sign = p->negative ? '-' : spec->sign == '+' || spec->sign == ' ' ? spec->sign : 0;
    int64_t length = (sign != 0) + p->prefix_length + p->digits_length + p->has_point + p->rest_length;
    int64_t padding = spec->width > length ? spec->width - length : 0;
    int64_t left = spec->align == '<' || spec->align == '=' ? 0 : spec->align == '^' ? padding / 2 : padding, inner = spec->align == '=' ? padding : 0;
    if (length + padding == 1 && p->digits_length) return str_from_char((uint8_t)*p->digits);
    Value v = str_alloc(length + padding, 0x7f);
    if (!v) return 0;
    char *out = (char *)v + STR_ASCII_HEADER, *end = out + length + padding;
    memset(out, (int)spec->fill, (size_t)left);
    out += left;
    if (sign) *out++ = sign;
    for (int64_t i = 0; i < p->prefix_length; i++) *out++ = p->prefix[i];
    memset(out, (int)spec->fill, (size_t)inner);
    out += inner;
    memcpy(out, p->digits, (size_t)p->digits_length);
    out += p->digits_length;
    if (p->has_point) *out++ = '.';
    memcpy(out, p->rest, (size_t)p->rest_length);
    out += p->rest_length;
    memset(out, (int)spec->fill, (size_t)(end - out));
    return v;
}

/* --- int */

static Value format_int(Value v, FormatSpec *spec)
{
    if (spec->precision != -1) return raise_value("Precision not allowed in integer format specifier");
    if (spec->no_negative_zero) return raise_value("Negative zero coercion (z) not allowed in integer format specifier");
    Parts parts = {.prefix = "", .digits = "", .rest = "", .character = UINT32_MAX};
    Separators separators;
    char upper_fixed[64], small[72], *upper;
    if (spec->type == 'c') {
        int64_t c;
        if (spec->sign) return raise_value("Sign not allowed with integer format specifier 'c'");
        if (spec->alternate) return raise_value("Alternate form (#) not allowed with integer format specifier 'c'");
        if (!int_as_int64(v, &c)) return 0;
        if (c < 0 || c > 0x10ffff) return raise_overflow("%%c arg not in range(0x110000)");
        parts.character = (uint32_t)c;
    } else {
        int base = spec->type == 'b' ? 2 : spec->type == 'o' ? 8 : spec->type == 'x' || spec->type == 'X' ? 16 : 10;
        if (is_small_int(v)) {
            parts.digits_length = (int64_t)int_small_to_base(small_int_value(v), base, small);
            parts.digits = small;
        } else {
            Value text = int_to_str(int_exact(v), base);
            if (!text) return 0;
            parts.digits = str_data(text);
            parts.digits_length = str_length(text);
        }
        if (*parts.digits == '-') {
            parts.negative = true;
            parts.digits++;
            parts.digits_length--;
        }
        if (spec->alternate && base != 10) {
            parts.prefix = spec->type == 'b' ? "0b" : spec->type == 'o' ? "0o" : spec->type == 'x' ? "0x" : "0X";
            parts.prefix_length = 2;
        }
        if (spec->type == 'X') {
            upper = parts.digits_length <= (int64_t)sizeof upper_fixed ? upper_fixed : gc_buffer_raw((size_t)parts.digits_length);
            if (!upper) return 0;
            for (int64_t i = 0; i < parts.digits_length; i++) upper[i] = parts.digits[i] >= 'a' ? (char)(parts.digits[i] - 32) : parts.digits[i];
            parts.digits = upper;
        }
    }
    if (is_plain(&parts, spec)) return put_plain(&parts, spec);
    Output out;
    output_init(&out);
    get_separators(spec->type == 'n' ? GROUP_LOCALE : spec->grouping, &separators);
    separators.point_length = 1;
    return put_number(&out, &parts, spec, &separators) ? output_finish(&out) : 0;
}

/* --- float */

/* Text of a double for the type; in a heap buffer when the fixed one is too small. */
static const char *double_text(double d, char mode, int64_t precision, int flags, char *fixed, size_t fixed_size, size_t *length)
{
    *length = float_format(d, mode, (int)precision, flags, fixed, fixed_size);
    if (*length <= fixed_size) return fixed;
    char *big = gc_buffer_raw(*length);
    if (big) float_format(d, mode, (int)precision, flags, big, *length);
    return big;
}

/* Sign, digits, point, rest of a double's text. */
static void take_apart(const char *text, size_t length, bool no_negative_zero, Parts *p)
{
    *p = (Parts){.prefix = "", .digits = "", .rest = "", .character = UINT32_MAX};
    size_t at = 0;
    if (length && (text[0] == '-' || text[0] == '+')) p->negative = text[at++] == '-';
    size_t start = at;
    while (at < length && text[at] >= '0' && text[at] <= '9') at++;
    p->digits = text + start;
    p->digits_length = (int64_t)(at - start);
    if (at < length && text[at] == '.') p->has_point = true, at++;
    p->rest = text + at;
    p->rest_length = (int64_t)(length - at);
    if (p->negative && no_negative_zero && p->digits_length) {
        bool zero = true;
        for (size_t i = start; i < length && (text[i] == '.' || (text[i] >= '0' && text[i] <= '9')); i++) zero &= text[i] == '0' || text[i] == '.';
        if (zero) p->negative = false;
    }
}

enum { PRECISION_MAX = INT32_MAX - 1000 };

static Value format_float(double d, FormatSpec *spec)
{
    int flags = spec->alternate ? FLOAT_ALTERNATE : 0;
    uint32_t type = spec->type;
    int64_t precision = spec->precision, default_precision = 6;
    bool percent = false;
    if (precision > PRECISION_MAX) return raise_value("precision too big");
    if (type == 0) {
        flags |= FLOAT_DOT_ZERO;
        type = 'r';
        default_precision = 0;
    } else if (type == 'n') type = 'g';
    else if (type == '%') {
        type = 'f';
        d *= 100;
        percent = true;
    }
    if (precision < 0) precision = default_precision;
    else if (type == 'r') type = 'g';
    char fixed[400];
    size_t length;
    const char *text = double_text(d, (char)type, precision, flags, fixed, sizeof fixed - 1, &length);
    if (!text) return 0;
    if (percent) {
        if (text == fixed) fixed[length++] = '%';
        else {
            char *more = gc_buffer_raw(length + 1);
            if (!more) return 0;
            memcpy(more, text, length);
            more[length++] = '%';
            text = more;
        }
    }
    Parts parts;
    Separators separators;
    take_apart(text, length, spec->no_negative_zero, &parts);
    if (is_plain(&parts, spec)) return put_plain(&parts, spec);
    Output out;
    output_init(&out);
    get_separators(spec->type == 'n' ? GROUP_LOCALE : spec->grouping, &separators);
    return put_number(&out, &parts, spec, &separators) ? output_finish(&out) : 0;
}

/* --- complex */

static Value format_complex(double real, double imag, FormatSpec *spec)
{
    int flags = spec->alternate ? FLOAT_ALTERNATE : 0;
    uint32_t type = spec->type;
    int64_t precision = spec->precision, default_precision = 6;
    bool skip_real = false, parentheses = false;
    if (precision > PRECISION_MAX) return raise_value("precision too big");
    if (spec->fill == '0') return raise_value("Zero padding is not allowed in complex format specifier");
    if (spec->align == '=') return raise_value("'=' alignment flag is not allowed in complex format specifier");
    if (type == 0) {
        type = 'r';
        default_precision = 0;
        if (real == 0 && !signbit(real)) skip_real = true;
        else parentheses = true;
    } else if (type == 'n') type = 'g';
    if (precision < 0) precision = default_precision;
    else if (type == 'r') type = 'g';
    char fixed_real[200], fixed_imag[200];
    size_t real_length, imag_length;
    const char *real_text = double_text(real, (char)type, precision, flags, fixed_real, sizeof fixed_real, &real_length);
    const char *imag_text = real_text ? double_text(imag, (char)type, precision, flags, fixed_imag, sizeof fixed_imag, &imag_length) : 0;
    if (!imag_text) return 0;
    Parts real_parts, imag_parts;
    Separators separators;
    take_apart(real_text, real_length, spec->no_negative_zero, &real_parts);
    take_apart(imag_text, imag_length, spec->no_negative_zero, &imag_parts);
    get_separators(spec->type == 'n' ? GROUP_LOCALE : spec->grouping, &separators);
    /* The parts without padding, then the padding around both. */
    Output inner, out;
    output_init(&inner);
    output_init(&out);
    FormatSpec bare = *spec;
    bare.width = -1;
    bare.fill = ' ';
    bare.align = '<';
    if (parentheses) put(&inner, '(');
    if (!skip_real) {
        if (!put_number(&inner, &real_parts, &bare, &separators)) return 0;
        bare.sign = '+';
    }
    if (!put_number(&inner, &imag_parts, &bare, &separators) || !reserve(&inner, 2)) return 0;
    put(&inner, 'j');
    if (parentheses) put(&inner, ')');
    int64_t padding = spec->width > inner.count ? spec->width - inner.count : 0;
    int64_t left = spec->align == '<' ? 0 : spec->align == '^' ? padding / 2 : padding;
    if (!reserve(&out, padding + inner.count)) return 0;
    put_repeated(&out, spec->fill, left);
    memcpy(out.data + out.count, inner.data, (size_t)inner.count * 4);
    out.count += inner.count;
    put_repeated(&out, spec->fill, padding - left);
    return output_finish(&out);
}

/* --- the entry points */

static bool is_float_type(uint32_t type) { return type < 128 && type && strchr("eEfFgG", (int)type); }

Value int_format_spec(Value v, Value spec_text)
{
    FormatSpec spec;
    double d;
    if (!str_length(spec_text)) return object_str(v);
    if (!format_spec_parse(spec_text, v, 'd', &spec)) return 0;
    if (spec.type < 128 && spec.type && strchr("bcdoxXn", (int)spec.type)) return format_int(v, &spec);
    if (!is_float_type(spec.type) && spec.type != '%') return format_spec_unknown(spec.type, v);
    return int_as_double(v, &d) ? format_float(d, &spec) : 0;
}

Value float_format_spec(Value v, Value spec_text)
{
    FormatSpec spec;
    if (!str_length(spec_text)) return object_str(v);
    if (!format_spec_parse(spec_text, v, 0, &spec)) return 0;
    if (spec.type && !is_float_type(spec.type) && spec.type != 'n' && spec.type != '%') return format_spec_unknown(spec.type, v);
    return format_float(float_value(v), &spec);
}

Value complex_format_spec(Value v, Value spec_text)
{
    FormatSpec spec;
    if (!str_length(spec_text)) return object_str(v);
    if (!format_spec_parse(spec_text, v, 0, &spec)) return 0;
    if (spec.type && !is_float_type(spec.type) && spec.type != 'n') return format_spec_unknown(spec.type, v);
    return format_complex(((ComplexObj *)v)->real, ((ComplexObj *)v)->imag, &spec);
}
