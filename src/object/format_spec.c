/* format_spec.c: reading a specification of format() (format_spec.h). */
#include "object/format_spec.h"

int64_t format_read_number(Value text, int64_t *at, int64_t end)
{
    int64_t n = 0, start = *at;
    int kind = str_kind(text);
    const void *data = str_data(text);
    for (; *at < end; ++*at) {
        uint32_t c = str_read(kind, data, *at);
        int digit = c - '0' < 10 ? (int)(c - '0') : c < 128 ? -1 : unicode_decimal_value(c);
        if (digit < 0) break;
        if (n > (INT64_MAX - digit) / 10) {
            raise_value("Too many decimal digits in format string");
            return -2;
        }
        n = n * 10 + digit;
    }
    return *at == start ? -1 : n;
}

static uint64_t bad_grouping(char separator, uint32_t type)
{
    if (type > 32 && type < 128) return raise_value("Cannot specify '%c' with '%c'.", separator, (int)type);
    return raise_value("Cannot specify '%c' with '\\x%x'.", separator, (unsigned)type);
}

uint64_t format_spec_unknown(uint32_t type, Value v)
{
    if (type > 32 && type < 128) return raise_value("Unknown format code '%c' for object of type '%.200T'", (int)type, v);
    return raise_value("Unknown format code '\\x%x' for object of type '%.200T'", (unsigned)type, v);
}

static bool check_grouping(FormatSpec *out)
{
    if (out->grouping == GROUP_NONE) return true;
    switch (out->type) {
    case 0:
    case 'd':
    case 'e':
    case 'f':
    case 'g':
    case 'E':
    case 'G':
    case 'F':
    case '%': return true;
    case 'b':
    case 'o':
    case 'x':
    case 'X':
        if (out->grouping == GROUP_UNDERSCORE) {
            out->grouping = GROUP_UNDERSCORE_FOUR;
            return true;
        }
        [[fallthrough]];
    default: return bad_grouping(out->grouping == GROUP_COMMA ? ',' : '_', out->type);
    }
}

static bool is_align(uint32_t c) { return c == '<' || c == '>' || c == '=' || c == '^'; }

static bool parse(Value spec, Value v, uint32_t default_type, FormatSpec *out)
{
    int64_t at = 0, length = str_length(spec);
    int kind = str_kind(spec);
    const void *data = str_data(spec);
    bool fill_given = false, align_given = false;
#define PEEK(i) (at + (i) < length ? str_read(kind, data, at + (i)) : 0)
    *out = (FormatSpec){.fill = ' ', .type = default_type, .align = default_type == 's' ? '<' : '>', .width = -1, .precision = -1};
    if (length >= 2 && is_align(PEEK(1))) {
        out->fill = PEEK(0);
        out->align = (char)PEEK(1);
        fill_given = align_given = true;
        at = 2;
    } else if (length >= 1 && is_align(PEEK(0))) {
        out->align = (char)PEEK(0);
        align_given = true;
        at = 1;
    }
    if (PEEK(0) == ' ' || PEEK(0) == '+' || PEEK(0) == '-') out->sign = (char)str_read(kind, data, at++);
    if (PEEK(0) == 'z') out->no_negative_zero = true, at++;
    if (PEEK(0) == '#') out->alternate = true, at++;
    if (!fill_given && PEEK(0) == '0') {
        out->fill = '0';
        if (!align_given && default_type != 's') out->align = '=';
        at++;
    }
    out->width = format_read_number(spec, &at, length);
    if (out->width == -2) return false;
    if (PEEK(0) == ',') out->grouping = GROUP_COMMA, at++;
    if (PEEK(0) == '_') {
        if (out->grouping) return raise_value("Cannot specify both ',' and '_'.");
        out->grouping = GROUP_UNDERSCORE, at++;
    }
    if (PEEK(0) == ',' && out->grouping == GROUP_UNDERSCORE) return raise_value("Cannot specify both ',' and '_'.");
    if (PEEK(0) == '.') {
        at++;
        out->precision = format_read_number(spec, &at, length);
        if (out->precision == -2) return false;
        if (out->precision == -1) return raise_value("Format specifier missing precision");
    }
    if (length - at > 1) return raise_value("Invalid format specifier '%U' for object of type '%.200T'", spec, v);
    if (at < length) out->type = str_read(kind, data, at);
#undef PEEK
    return check_grouping(out);
}

/* Programs use few specifications, most of them short: what those mean is remembered by their text. */
bool format_spec_parse(Value spec, Value v, uint32_t default_type, FormatSpec *out)
{
    static struct {
        uint64_t text;
        uint32_t default_type;
        int length;
        FormatSpec spec;
    } remembered[32];
    int64_t length = str_length(spec);
    if (length < 1 || length > 8 || !str_is_ascii(spec)) return parse(spec, v, default_type, out);
    uint64_t text = 0;
    memcpy(&text, str_data(spec), (size_t)length);
    unsigned i = (unsigned)(((text ^ default_type) * 0x9e3779b97f4a7c15ull) >> 59);
    if (remembered[i].text != text || remembered[i].length != length || remembered[i].default_type != default_type) {
        if (!parse(spec, v, default_type, out)) return false;
        remembered[i].text = text;
        remembered[i].length = (int)length;
        remembered[i].default_type = default_type;
        remembered[i].spec = *out;
    }
    *out = remembered[i].spec;
    return true;
}
