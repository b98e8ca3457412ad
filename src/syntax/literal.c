/* literal.c: numbers, and runs of adjacent string literals with their f-string fields.
 *
 * An f-string's fields are found by scanning the literal's raw text for the field's end (outside nested brackets and quotes), then the expression is
 * tokenized and parsed on its own, in parentheses, as Python 3.11 does; that is why a field can hold neither a backslash nor a '#'.
 */
#include "base/float_text.h"
#include "syntax/parse.h"
#include <string.h>

/* ---- numbers ---------------------------------------------------------------------------------------------------------------- */

static int digit_value(char c) { return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10; }

static const Const *integer(Parser *p, const Token *token, const char *digits, size_t count, int base)
{
    Const *value = arena_new(p->arena, Const);
    value->kind = CONST_INT;
    while (count > 1 && *digits == '0') digits++, count--;
    if (base == 10 && p->source->max_int_digits && count > (size_t)p->source->max_int_digits && count > 640)
        literal_error(p, token,
                      "Exceeds the limit (%d digits) for integer string conversion: value has %zu digits; use sys.set_int_max_str_digits() to increase the limit"
                      " - Consider hexadecimal for huge integer literals to avoid decimal conversion limits.",
                      p->source->max_int_digits, count);
    if (count <= 15 || (base == 10 && count <= 18)) {
        mp_limb_t small = 0;
        for (size_t i = 0; i < count; i++) small = small * (unsigned)base + (unsigned)digit_value(digits[i]);
        if (small) {
            value->integer.size = 1;
            value->integer.limbs = arena_alloc(p->arena, sizeof(mp_limb_t));
            value->integer.limbs[0] = small;
        }
        return value;
    }
    unsigned char *values = arena_alloc(p->arena, count);
    for (size_t i = 0; i < count; i++) values[i] = (unsigned char)digit_value(digits[i]);
    size_t bits = base == 10 ? count * 10 / 3 + count / 100 + 8 : count * 4;
    value->integer.limbs = arena_array(p->arena, mp_limb_t, bits / GMP_NUMB_BITS + 2);
    size_t size = (size_t)mpn_set_str(value->integer.limbs, values, count, base);
    while (size && !value->integer.limbs[size - 1]) size--;
    value->integer.size = (int32_t)size;
    return value;
}

static const Const *number_value(Parser *p, const Token *token)
{
    const char *text = p->tokens->text + token->start;
    size_t length = token->end - token->start;
    if (memchr(text, '_', length)) {
        char *plain = arena_alloc(p->arena, length);
        size_t n = 0;
        for (size_t i = 0; i < length; i++)
            if (text[i] != '_') plain[n++] = text[i];
        if (p->source->feature_version < 6) literal_error(p, 0, "Underscores in numeric literals are only supported in Python 3.6 and greater");
        text = plain;
        length = n;
    }
    if (length > 2 && text[0] == '0') {
        switch (text[1] | 0x20) {
        case 'x': return integer(p, token, text + 2, length - 2, 16);
        case 'o': return integer(p, token, text + 2, length - 2, 8);
        case 'b': return integer(p, token, text + 2, length - 2, 2);
        }
    }
    bool imaginary = (text[length - 1] | 0x20) == 'j', real = imaginary;
    for (size_t i = 0; i < length && !real; i++) real = text[i] == '.' || (text[i] | 0x20) == 'e';
    if (!real) return integer(p, token, text, length, 10);
    Const *value = arena_new(p->arena, Const);
    value->kind = imaginary ? CONST_COMPLEX : CONST_FLOAT;
    float_parse(text, length - imaginary, imaginary ? &value->number.imag : &value->number.real);
    return value;
}

Expr *parse_number(Parser *p, const Token *token)
{
    const Const *value = number_value(p, token);
    Expr *e = arena_new(p->arena, Expr);
    e->kind = Expr_Constant;
    PLACE(e, token, token);
    e->Constant.value = value;
    return e;
}

/* ---- runs of strings -------------------------------------------------------------------------------------------------------- */

/* A literal under construction: text gathered since the last field, and the finished values. */
typedef struct Joined {
    const Token *first, *last;
    const Text *text;        /* the first piece; 0: none yet */
    char *bytes;             /* all pieces, when there are several */
    size_t size, capacity;
    bool fields;             /* it is an f-string, even if it has no field */
    uint32_t base;           /* of the values on the parser's stack */
} Joined;

static void append_bytes(Parser *p, Joined *j, const Text *text)
{
    if (j->size + text->length > j->capacity) {
        size_t capacity = (j->size + text->length) * 2;
        char *larger = arena_alloc(p->arena, capacity);
        if (j->size) memcpy(larger, j->bytes, j->size);
        j->bytes = larger;
        j->capacity = capacity;
    }
    memcpy(j->bytes + j->size, text->bytes, text->length);
    j->size += text->length;
}

static void joined_append(Parser *p, Joined *j, const Text *text)
{
    if (!j->text || !j->text->length) j->text = text;
    else if (text->length) {
        if (!j->size) append_bytes(p, j, j->text);
        append_bytes(p, j, text);
    }
}

/* The text gathered so far (0: none); gathering starts anew. */
static const Text *joined_take(Parser *p, Joined *j)
{
    const Text *text = j->size ? text_new(p->arena, j->bytes, j->size) : j->text;
    j->text = 0;
    j->size = 0;
    return text;
}

static Expr *string_constant(Parser *p, const Joined *j, const Text *text, ConstKind kind)
{
    Const *value = arena_new(p->arena, Const);
    value->kind = kind;
    value->text = text;
    Expr *e = arena_new(p->arena, Expr);
    e->kind = Expr_Constant;
    PLACE(e, j->first, j->last);
    e->Constant.value = value;
    if (p->tokens->text[j->first->start] == 'u') e->Constant.kind = text_intern(&p->source->names, "u", 1);
    return e;
}

static void joined_flush(Parser *p, Joined *j)
{
    const Text *text = joined_take(p, j);
    if (text && text->length) push(p, string_constant(p, j, text, CONST_STR));
}

static Expr *joined_finish(Parser *p, Joined *j)
{
    if (!j->fields) {
        const Text *text = joined_take(p, j);
        return string_constant(p, j, text ? text : text_new(p->arena, "", 0), CONST_STR);
    }
    joined_flush(p, j);
    Seq *values = parse_pop(p, j->base);
    Expr *e = arena_new(p->arena, Expr);
    e->kind = Expr_JoinedStr;
    PLACE(e, j->first, j->last);
    e->JoinedStr.values = values;
    return e;
}

/* ---- f-strings -------------------------------------------------------------------------------------------------------------- */

typedef struct Field {
    Parser *p;
    const Token *token;      /* the one literal that the field is in */
    const char *s, *end;     /* what is left of the literal's inside */
    bool raw;
} Field;

static void fstring_body(Field *f, Joined *j, int level);

/* Literal text up to a field, a closing brace or the end. Returns true if it ended at a doubled brace, so that more text follows. */
static bool fstring_text(Field *f, Joined *j, int level)
{
    const char *start = f->s, *s = start, *stop;
    bool more = false;
    for (;;) {
        stop = s;
        if (s >= f->end) {
            f->s = s;
            break;
        }
        char c = *s++;
        if (!f->raw && c == '\\' && s < f->end) {
            c = *s++;
            if (c == 'N') {
                /* The braces of \N{NAME} are no field. */
                if (s < f->end && *s++ == '{')
                    while (s < f->end && *s++ != '}') {}
                continue;
            }
            if (c == '{') string_warn_escape(f->p, f->token, s - 1);
        }
        if (c != '{' && c != '}') continue;
        if (level == 0) {
            if (s < f->end && *s == c) {
                stop = s;
                f->s = s + 1;
                more = true;
                break;
            }
            if (c == '}') literal_error(f->p, 0, "f-string: single '}' is not allowed");
        }
        stop = f->s = s - 1;
        break;
    }
    if (stop > start) joined_append(f->p, j, string_decode(f->p, f->token, start, (size_t)(stop - start), f->raw));
    return more;
}

/* The end of the expression that starts at f->s. */
static const char *field_end(Field *f)
{
    enum { MAX_NESTED = 200 };
    char open[MAX_NESTED];
    int depth = 0, quotes = 0;
    char quote = 0;
    const char *s = f->s, *end = f->end;
    Parser *p = f->p;
    for (; s < end; s++) {
        char c = *s;
        if (c == '\\') literal_error(p, 0, "f-string expression part cannot include a backslash");
        if (quote) {
            if (c != quote) continue;
            if (quotes == 1) quote = 0;
            else if (s + 2 < end && s[1] == c && s[2] == c) {
                s += 2;
                quote = 0;
            }
            continue;
        }
        if (c == '\'' || c == '"') {
            quote = c;
            quotes = 1;
            if (s + 2 < end && s[1] == c && s[2] == c) {
                quotes = 3;
                s += 2;
            }
            continue;
        }
        if (c == '[' || c == '{' || c == '(') {
            if (depth >= MAX_NESTED) literal_error(p, 0, "f-string: too many nested parenthesis");
            open[depth++] = c;
            continue;
        }
        if (c == '#') literal_error(p, 0, "f-string expression part cannot include '#'");
        if (depth == 0 && (c == '!' || c == ':' || c == '}' || c == '=' || c == '>' || c == '<')) {
            if (s + 1 < end && s[1] == '=' && (c == '!' || c == '=' || c == '<' || c == '>')) {
                s++;
                continue;
            }
            if (c == '>' || c == '<') continue;
            break;
        }
        if (c == ']' || c == '}' || c == ')') {
            if (depth == 0) literal_error(p, 0, "f-string: unmatched '%c'", c);
            char opening = open[--depth];
            if (!((opening == '(' && c == ')') || (opening == '[' && c == ']') || (opening == '{' && c == '}')))
                literal_error(p, 0, "f-string: closing parenthesis '%c' does not match opening parenthesis '%c'", c, opening);
        }
    }
    if (quote) literal_error(p, 0, "f-string: unterminated string");
    if (depth) literal_error(p, 0, "f-string: unmatched '%c'", open[depth - 1]);
    return s;
}

/* Parses the expression between `start` and `end`; the brace is at start[-1]. Its place in the file is counted from the token's start. */
static Expr *field_expression(Field *f, const char *start, const char *end)
{
    Parser *p = f->p;
    const char *s = start;
    while (s < end && (*s == ' ' || *s == '\t' || *s == '\n' || *s == '\f')) s++;
    if (s == end) {
        if (*end == '!' || *end == ':' || *end == '=') literal_error(p, 0, "f-string: expression required before '%c'", *end);
        literal_error(p, 0, "f-string: empty expression not allowed");
    }
    const char *token_start = p->tokens->text + f->token->start, *brace = start - 1;
    int lines = 0, columns = 0;
    const char *line_start = token_start;
    for (const char *c = token_start; c < brace; c++) {
        if (*c == '\n') {
            lines++;
            line_start = c + 1;
        }
    }
    /* A field that breaks its line right behind the brace starts in column 0. */
    const char *after = start;
    while (*after == ' ' || *after == '\t' || *after == '\f') after++;
    if (*after != '\n') columns = (int)(brace - line_start);
    size_t length = (size_t)(end - start);
    char *text = arena_alloc(p->arena, length + 2 + 8);
    text[0] = '(';
    memcpy(text + 1, start, length);
    text[length + 1] = ')';
    return parse_fstring_expression(p, text, length + 2, f->token->lineno + lines, lines ? columns : f->token->col + columns);
}

/* One field, from its brace. */
static void fstring_field(Field *f, Joined *j, int level)
{
    Parser *p = f->p;
    if (level >= 2) literal_error(p, 0, "f-string: expressions nested too deeply");
    const char *start = ++f->s, *end = field_end(f);
    f->s = end;
    if (f->s >= f->end) literal_error(p, 0, "f-string: expecting '}'");
    Expr *value = field_expression(f, start, end), *spec = 0;
    const Text *shown = 0;
    int conversion = -1;
    if (*f->s == '=') {
        if (p->source->feature_version < 8) literal_error(p, 0, "f-string: self documenting expressions are only supported in Python 3.8 and greater");
        f->s++;
        while (*f->s == ' ' || (*f->s >= '\t' && *f->s <= '\r')) f->s++;
        if (f->s >= f->end) literal_error(p, 0, "f-string: expecting '}'");
        shown = text_new(p->arena, start, (size_t)(f->s - start));
    }
    if (*f->s == '!') {
        f->s++;
        if (f->s >= f->end) literal_error(p, 0, "f-string: expecting '}'");
        conversion = (uint8_t)*f->s++;
        if (conversion != 's' && conversion != 'r' && conversion != 'a') literal_error(p, 0, "f-string: invalid conversion character: expected 's', 'r', or 'a'");
    }
    if (f->s >= f->end) literal_error(p, 0, "f-string: expecting '}'");
    if (*f->s == ':') {
        f->s++;
        if (f->s >= f->end) literal_error(p, 0, "f-string: expecting '}'");
        Joined inner = {.first = j->first, .last = j->last, .fields = true, .base = p->top};
        fstring_body(f, &inner, level + 1);
        /* As CPython has it: what ends a specification is placed at the one literal that it stands in, not at the whole run. */
        inner.first = inner.last = f->token;
        spec = joined_finish(p, &inner);
    }
    if (f->s >= f->end || *f->s != '}') literal_error(p, 0, "f-string: expecting '}'");
    f->s++;
    if (shown) {
        if (!spec && conversion == -1) conversion = 'r';
        joined_append(p, j, shown);
    }
    joined_flush(p, j);
    Expr *e = arena_new(p->arena, Expr);
    e->kind = Expr_FormattedValue;
    PLACE(e, j->first, j->last);
    e->FormattedValue.value = value;
    e->FormattedValue.conversion = conversion;
    e->FormattedValue.format_spec = spec;
    push(p, e);
}

/* Text and fields up to the end, or (in a format specification) to the brace that closes the field around it. */
static void fstring_body(Field *f, Joined *j, int level)
{
    for (;;) {
        if (fstring_text(f, j, level)) continue;
        if (f->s >= f->end || *f->s == '}') break;
        fstring_field(f, j, level);
    }
    if (level == 0 && f->s < f->end) literal_error(f->p, 0, "f-string: unexpected end of string");
    if (level > 0 && (f->s >= f->end || *f->s != '}')) literal_error(f->p, 0, "f-string: expecting '}'");
}

/* ---- one literal ------------------------------------------------------------------------------------------------------------ */

typedef struct Prefix {
    bool raw, bytes, format;
    const char *inside;
    size_t size;
} Prefix;

static Prefix take_prefix(Parser *p, const Token *token)
{
    const char *s = p->tokens->text + token->start, *end = p->tokens->text + token->end;
    Prefix prefix = {0};
    for (; *s != '"' && *s != '\''; s++) {
        char c = *s | 0x20;
        if (c == 'r') prefix.raw = true;
        else if (c == 'b') prefix.bytes = true;
        else if (c == 'f') prefix.format = true;
    }
    size_t quotes = end - s >= 6 && s[1] == *s && s[2] == *s ? 3 : 1;
    prefix.inside = s + quotes;
    prefix.size = (size_t)(end - s) - 2 * quotes;
    return prefix;
}

Expr *parse_strings(Parser *p, const Token *first, const Token *last)
{
    Joined j = {.first = first, .last = last, .base = p->top};
    bool bytes = false;
    for (const Token *token = first; token <= last; token++) {
        Prefix prefix = take_prefix(p, token);
        if (prefix.format && p->source->feature_version < 6) literal_error(p, 0, "Format strings are only supported in Python 3.6 and greater");
        if (prefix.bytes) {
            for (size_t i = 0; i < prefix.size; i++)
                if ((uint8_t)prefix.inside[i] >= 0x80) literal_error(p, 0, "bytes can only contain ASCII literal characters");
        }
        if (prefix.format) {
            if (token > first && bytes) literal_error(p, 0, "cannot mix bytes and nonbytes literals");
            bytes = false;
            j.fields = true;
            Field f = {.p = p, .token = token, .s = prefix.inside, .end = prefix.inside + prefix.size, .raw = prefix.raw};
            fstring_body(&f, &j, 0);
            continue;
        }
        const Text *text = prefix.bytes ? bytes_decode(p, token, prefix.inside, prefix.size, prefix.raw) : string_decode(p, token, prefix.inside, prefix.size, prefix.raw);
        if (token > first && bytes != prefix.bytes) literal_error(p, 0, "cannot mix bytes and nonbytes literals");
        bytes = prefix.bytes;
        joined_append(p, &j, text);
    }
    if (bytes) return string_constant(p, &j, joined_take(p, &j), CONST_BYTES);
    return joined_finish(p, &j);
}
