/* str_format.c: str.format, str.format_map, str.__format__, and the parsing of format strings that module _string shares. */
#include "object/format_spec.h"
#include "object/str_format.h"
#include "object/str_methods.h"

/* --- the parts of a format string */
static int parse_field(Markup *m, MarkupPiece *p)
{
    int kind = str_kind(m->text);
    const void *data = str_data(m->text);
    uint32_t c = 0;
    p->field = true;
    p->name_start = m->at;
    bool done = false;
    while (m->at < m->end && !done) {
        c = str_read(kind, data, m->at++);
        if (c == '{') {
            raise_value("unexpected '{' in field name");
            return -1;
        }
        if (c == '[')
            while (m->at < m->end && str_read(kind, data, m->at) != ']') m->at++;
        else done = c == '}' || c == ':' || c == '!';
    }
    p->name_end = done ? m->at - 1 : m->at;
    p->spec_start = p->spec_end = m->at;
    if (!done) {
        raise_value("expected '}' before end of string");
        return -1;
    }
    if (c == '}') return 1;
    if (c == '!') {
        if (m->at >= m->end) {
            raise_value("end of string while looking for conversion specifier");
            return -1;
        }
        p->conversion = str_read(kind, data, m->at++);
        if (m->at < m->end) {
            c = str_read(kind, data, m->at++);
            p->spec_start = p->spec_end = m->at;
            if (c == '}') return 1;
            if (c != ':') {
                raise_value("expected ':' after conversion specifier");
                return -1;
            }
        }
    }
    p->spec_start = m->at;
    for (int depth = 1; m->at < m->end;) {
        c = str_read(kind, data, m->at++);
        if (c == '{') {
            p->nested = true;
            depth++;
        } else if (c == '}' && --depth == 0) {
            p->spec_end = m->at - 1;
            return 1;
        }
    }
    raise_value("unmatched '{' in format spec");
    return -1;
}

int markup_next(Markup *m, MarkupPiece *p)
{
    *p = (MarkupPiece){0};
    if (m->at >= m->end) return 0;
    int kind = str_kind(m->text);
    const void *data = str_data(m->text);
    p->literal_start = m->at;
    uint32_t c = 0;
    bool brace = false;
    while (m->at < m->end && !brace) {
        c = str_read(kind, data, m->at++);
        brace = c == '{' || c == '}';
    }
    p->literal_end = m->at;
    if (!brace) return 1;
    bool at_end = m->at >= m->end, doubled = !at_end && str_read(kind, data, m->at) == c;
    if (doubled) {
        m->at++;
        return 1;
    }
    if (c == '}' || at_end) {
        raise_value("Single '%c' encountered in format string", (int)c);
        return -1;
    }
    p->literal_end--;
    return parse_field(m, p);
}

/* A whole text that is a number; -1: it is not one; -2 with ValueError: it begins with one that is too large. */
static int64_t whole_number(Value text, int64_t start, int64_t end)
{
    if (start >= end) return -1;
    int64_t at = start, number = format_read_number(text, &at, end);
    return number == -2 || at == end ? number : -1;
}

bool field_name_first(Value text, int64_t start, int64_t end, int64_t *first_end, int64_t *number, FieldName *rest)
{
    int64_t at = start;
    while (at < end && str_char(text, at) != '.' && str_char(text, at) != '[') at++;
    *first_end = at;
    *rest = (FieldName){text, at, end};
    *number = whole_number(text, start, at);
    return *number != -2;
}

int field_name_next(FieldName *f, bool *is_attribute, Value *key)
{
    if (f->at >= f->end) return 0;
    uint32_t c = str_char(f->text, f->at++);
    int64_t start = f->at, stop;
    if (c != '.' && c != '[') {
        raise_value("Only '.' or '[' may follow ']' in format field specifier");
        return -1;
    }
    *is_attribute = c == '.';
    if (c == '.') {
        while (f->at < f->end && (c = str_char(f->text, f->at)) != '.' && c != '[') f->at++;
        stop = f->at;
    } else {
        while (f->at < f->end && str_char(f->text, f->at) != ']') f->at++;
        if (f->at >= f->end) {
            raise_value("Missing ']' in format string");
            return -1;
        }
        stop = f->at++;
    }
    if (start == stop) {
        raise_value("Empty attribute in format string");
        return -1;
    }
    int64_t number = *is_attribute ? -1 : whole_number(f->text, start, stop);
    if (number == -2) return -1;
    *key = number >= 0 ? int_new(number) : str_substring(f->text, start, stop);
    return *key ? 1 : -1;
}

/* --- str.format */
typedef struct FormatRun {
    Value args;       /* tuple; 0: format_map */
    Value mapping;    /* keyword arguments, or format_map's mapping; may be 0 */
    enum { NUMBERING_UNKNOWN, NUMBERING_AUTOMATIC, NUMBERING_MANUAL } numbering;
    int64_t next;
} FormatRun;

static bool numbering_check(FormatRun *run, bool automatic)
{
    if (run->numbering == NUMBERING_UNKNOWN) run->numbering = automatic ? NUMBERING_AUTOMATIC : NUMBERING_MANUAL;
    if (automatic && run->numbering == NUMBERING_MANUAL) return raise_value("cannot switch from manual field specification to automatic field numbering");
    if (!automatic && run->numbering == NUMBERING_AUTOMATIC) return raise_value("cannot switch from automatic field numbering to manual field specification");
    return true;
}

static Value field_first_value(FormatRun *run, Value text, int64_t start, int64_t end, int64_t number)
{
    bool empty = start >= end;
    if ((empty || number >= 0) && !numbering_check(run, empty)) return 0;
    if (empty) number = run->next++;
    if (number < 0) {
        Value key = str_substring(text, start, end);
        if (!key) return 0;
        if (!run->mapping) return raise_key(key);
        return object_getitem(run->mapping, key);
    }
    if (!run->args) return raise_value("Format string contains positional fields");
    if (number >= tuple_size(run->args)) return raise_index("Replacement index %zd out of range for positional args tuple", (size_t)number);
    return tuple_get(run->args, number);
}

static Value field_value(FormatRun *run, Value text, const MarkupPiece *p)
{
    int64_t first_end, number;
    FieldName rest;
    if (!field_name_first(text, p->name_start, p->name_end, &first_end, &number, &rest)) return 0;
    Value v = field_first_value(run, text, p->name_start, first_end, number), key;
    bool is_attribute;
    while (v) {
        int more = field_name_next(&rest, &is_attribute, &key);
        if (more <= 0) return more < 0 ? 0 : v;
        v = is_attribute ? object_getattr(v, key) : object_getitem(v, key);
    }
    return 0;
}

static Value convert(Value v, uint32_t conversion)
{
    switch (conversion) {
    case 'r': return object_repr(v);
    case 's': return object_str(v);
    case 'a': return object_ascii(v);
    }
    if (conversion > 32 && conversion < 127) return raise_value("Unknown conversion specifier %c", (int)conversion);
    return raise_value("Unknown conversion specifier \\x%x", conversion);
}

static bool format_markup(StrBuilder *b, FormatRun *run, Value text, int64_t start, int64_t end, int depth)
{
    if (depth <= 0) return raise_value("Max string recursion exceeded");
    Markup m = {text, start, end};
    MarkupPiece p;
    int more;
    while ((more = markup_next(&m, &p)) > 0) {
        if (!str_builder_slice(b, text, p.literal_start, p.literal_end)) return false;
        if (!p.field) continue;
        Value v = field_value(run, text, &p), spec = 0;
        if (v && p.conversion) v = convert(v, p.conversion);
        if (!v) return false;
        if (p.nested) {
            StrBuilder inner = {0};
            if (!format_markup(&inner, run, text, p.spec_start, p.spec_end, depth - 1)) return false;
            spec = str_builder_finish(&inner);
        } else spec = p.spec_start < p.spec_end ? str_substring(text, p.spec_start, p.spec_end) : str_empty;
        if (!spec) return false;
        Value formatted = is_str_exact(v) && !str_length(spec) ? v : object_format(v, spec);
        if (!formatted || !str_builder_str(b, formatted)) return false;
    }
    return more == 0;
}

Value str_format_method(Value self, Value args, Value mapping)
{
    FormatRun run = {.args = args, .mapping = mapping};
    StrBuilder b = {0};
    if (!format_markup(&b, &run, self, 0, str_length(self), 2)) return 0;
    return str_builder_finish(&b);
}

NATIVE(str_format_native)
{
    int64_t named = kwnames ? tuple_size(kwnames) : 0;
    Value positional = tuple_from(args + 1, (int64_t)nargs - 1), mapping = 0;
    if (!positional || (named && !(mapping = dict_new()))) return 0;
    for (int64_t i = 0; i < named; i++)
        if (!dict_set(mapping, tuple_get(kwnames, i), args[nargs + (size_t)i])) return 0;
    return str_format_method(args[0], positional, mapping);
}

NATIVE(str_format_map_native) { return str_format_method(args[0], 0, args[1]); }

/* --- str.__format__ */
NATIVE(str_format_spec_native)
{
    Value v = args[0], spec = args[1];
    FormatSpec f;
    if (!is_str(spec)) return raise_bad_argument("__format__", "argument", "str", spec);
    if (!str_length(spec)) return is_str_exact(v) ? v : object_str(v);
    if (!format_spec_parse(spec, v, 's', &f)) return 0;
    if (f.type != 's') return format_spec_unknown(f.type, v);
    if (f.sign == ' ') return raise_value("Space not allowed in string format specifier");
    if (f.sign) return raise_value("Sign not allowed in string format specifier");
    if (f.no_negative_zero) return raise_value("Negative zero coercion (z) not allowed in string format specifier");
    if (f.alternate) return raise_value("Alternate form (#) not allowed in string format specifier");
    if (f.align == '=') return raise_value("'=' alignment not allowed in string format specifier");
    int64_t length = str_length(v);
    if (f.precision >= 0 && length > f.precision) length = f.precision;
    int64_t missing = f.width > length ? f.width - length : 0;
    int64_t left = f.align == '>' ? missing : f.align == '^' ? missing / 2 : 0;
    uint8_t room[256];
    StrBuilder b = STR_BUILDER_ON(room);
    if (!str_builder_fill(&b, f.fill, left) || !str_builder_slice(&b, v, 0, length) || !str_builder_fill(&b, f.fill, missing - left)) return 0;
    return str_builder_finish(&b);
}
