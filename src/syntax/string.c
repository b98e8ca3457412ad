/* string.c: escape sequences.
 *
 * Texts are UTF-8 in which "\ud800" may stand as an encoded surrogate. Unknown escapes stay as they are, with a DeprecationWarning, and so
 * do octal escapes beyond \377. The warnings of a literal are given once even if the parser comes by again; but again where CPython parses
 * a second time, to explain an error.
 */
#include "base/ascii.h"
#include "base/unicode.h"
#include "base/utf8.h"
#include "syntax/parse.h"
#include <string.h>

static void warn(Parser *p, const Token *token, const char *format, const char *escape, int length)
{
    if (p->explainer ? !p->warns_again : p->warned && token <= p->warned && token >= p->tokens->items) return;
    source_warn(p->source, true, token->lineno, token->col, token->lineno, token->col, format, length, escape);
}

void string_warn_escape(Parser *p, const Token *token, const char *escape)
{
    const char *end = escape;
    utf8_next(&end);
    warn(p, token, "invalid escape sequence '\\%.*s'", escape, (int)(end - escape));
}

/* The text that CPython's decoder sees has every character beyond ASCII as a ten-byte escape: positions in its messages count so. */
static size_t decoder_position(const char *bytes, const char *at)
{
    size_t position = 0;
    while (bytes < at) {
        if ((uint8_t)*bytes < 0x80) {
            /* A backslash before such a character is itself written as an escape of six bytes. */
            position += *bytes == '\\' && (uint8_t)bytes[1] >= 0x80 ? 6 : 1;
            if (*bytes == '\\' && (uint8_t)bytes[1] < 0x80 && bytes + 1 < at) {
                position++;
                bytes++;
            }
            bytes++;
        } else {
            utf8_next(&bytes);
            position += 10;
        }
    }
    return position;
}

/* The message: `last` is the last byte (inclusive) of the bad sequence that starts at `start`. */
[[noreturn]] static void escape_error(Parser *p, const Token *token, const char *bytes, const char *start, const char *end, const char *reason)
{
    size_t from = decoder_position(bytes, start), to = from + (size_t)(end - start);
    if (to == from + 1) literal_error(p, 0, "(unicode error) 'unicodeescape' codec can't decode byte 0x%02x in position %zu: %s", (uint8_t)*start, from, reason);
    (void)token;
    literal_error(p, 0, "(unicode error) 'unicodeescape' codec can't decode bytes in position %zu-%zu: %s", from, to - 1, reason);
}

typedef struct Escapes {
    Parser *p;
    const Token *token;
    const char *bytes, *s, *end;
    char *o;
    const char *warn_octal, *warn_unknown;
} Escapes;

/* \x, \u, \U: `digits` hexadecimal digits behind e->s; `start` is the backslash. */
static void hex_escape(Escapes *e, const char *start, int digits, const char *reason)
{
    uint32_t c = 0;
    int i = 0;
    for (; i < digits; i++) {
        int value = e->s + i < e->end ? ascii_hex_value(e->s[i]) : -1;
        if (value < 0) escape_error(e->p, e->token, e->bytes, start, e->s + i, reason);
        c = c << 4 | (uint32_t)value;
    }
    e->s += digits;
    if (c > 0x10ffff) escape_error(e->p, e->token, e->bytes, start, e->s, "illegal Unicode character");
    e->o += utf8_encode(c, e->o);
}

static void name_escape(Escapes *e, const char *start)
{
    if (e->s < e->end && *e->s == '{') {
        const char *name = e->s + 1, *close = name;
        while (close < e->end && *close != '}') close++;
        if (close < e->end && close > name) {
            e->s = close + 1;
            int32_t c = unicode_lookup_name(name, (size_t)(close - name));
            if (c < 0) escape_error(e->p, e->token, e->bytes, start, e->s, "unknown Unicode character name");
            e->o += utf8_encode((uint32_t)c, e->o);
            return;
        }
        e->s = close;
        escape_error(e->p, e->token, e->bytes, start, e->s, "malformed \\N character escape");
    }
    escape_error(e->p, e->token, e->bytes, start, e->s, "malformed \\N character escape");
}

/* Up to three octal digits, the first of which is e->s[-1]. */
static uint32_t octal(Escapes *e)
{
    uint32_t c = (uint32_t)(e->s[-1] - '0');
    const char *first = e->s - 1;
    for (int i = 0; i < 2 && e->s < e->end && *e->s >= '0' && *e->s <= '7'; i++) c = c * 8 + (uint32_t)(*e->s++ - '0');
    if (c > 0377 && !e->warn_octal && !e->warn_unknown) e->warn_octal = first;
    return c;
}

/* The escapes that strings and bytes share; false if the letter is none of them. */
static bool simple_escape(Escapes *e, char c)
{
    switch (c) {
    case '\n': return true;
    case '\\':
    case '\'':
    case '"': *e->o++ = c; return true;
    case 'a': *e->o++ = '\a'; return true;
    case 'b': *e->o++ = '\b'; return true;
    case 'f': *e->o++ = '\f'; return true;
    case 'n': *e->o++ = '\n'; return true;
    case 'r': *e->o++ = '\r'; return true;
    case 't': *e->o++ = '\t'; return true;
    case 'v': *e->o++ = '\v'; return true;
    default: return false;
    }
}

/* CPython warns of the first bad escape of a literal only. */
static void give_warnings(Escapes *e)
{
    if (e->warn_octal) warn(e->p, e->token, "invalid octal escape sequence '\\%.*s'", e->warn_octal, 3);
    else if (e->warn_unknown) string_warn_escape(e->p, e->token, e->warn_unknown);
}

static bool is_fstring(const Parser *p, const Token *token)
{
    const char *s = p->tokens->text + token->start;
    return (s[0] | 0x20) == 'f' || (s[1] | 0x20) == 'f';
}

/* In a damaged source: the first run of bytes beyond ASCII that is not UTF-8. CPython decodes a literal without escapes in one go, one with them (or an f-string) run by run, and
 * counts positions accordingly. */
static void check_utf8(Parser *p, const char *bytes, size_t size, bool by_runs)
{
    size_t start, end;
    Utf8Fault fault = UTF8_OK;
    const char *from = bytes;
    if (!by_runs) fault = utf8_check(bytes, size, &start, &end);
    for (size_t i = 0; by_runs && i < size && !fault;) {
        while (i < size && (uint8_t)bytes[i] < 0x80) i++;
        from = bytes + i;
        while (i < size && (uint8_t)bytes[i] >= 0x80) i++;
        fault = utf8_check(from, (size_t)(bytes + i - from), &start, &end);
    }
    if (!fault) return;
    if (end == start + 1) literal_error(p, 0, "(unicode error) 'utf-8' codec can't decode byte 0x%02x in position %zu: %s", (uint8_t)from[start], start, utf8_fault_text(fault));
    literal_error(p, 0, "(unicode error) 'utf-8' codec can't decode bytes in position %zu-%zu: %s", start, end - 1, utf8_fault_text(fault));
}

/* Copies up to the next escape and over those of one letter. False at the end; else *start is the backslash, *c behind it, both taken. */
static bool next_escape(Escapes *e, const char **start, char *c)
{
    while (e->s < e->end) {
        *c = *e->s++;
        if (*c != '\\' || e->s == e->end) {
            *e->o++ = *c;
            continue;
        }
        *start = e->s - 1;
        *c = *e->s++;
        if (!simple_escape(e, *c)) return true;
    }
    return false;
}

/* An escape that is none stays as it is. */
static void unknown_escape(Escapes *e, char c, bool warn)
{
    if (!e->warn_unknown && !e->warn_octal && warn) e->warn_unknown = e->s - 1;
    *e->o++ = '\\';
    *e->o++ = c;
}

const Text *string_decode(Parser *p, const Token *token, const char *bytes, size_t size, bool raw)
{
    if (p->tokens->damaged) check_utf8(p, bytes, size, !raw && (memchr(bytes, '\\', size) || is_fstring(p, token)));
    if (raw || !memchr(bytes, '\\', size)) return text_new(p->arena, bytes, size);
    /* No escape is shorter than what it stands for, except that \377 and \xff take two bytes of UTF-8: still not longer. */
    char *out = arena_alloc(p->arena, size + 8);
    Escapes e = {.p = p, .token = token, .bytes = bytes, .s = bytes, .end = bytes + size, .o = out};
    const char *start;
    for (char c; next_escape(&e, &start, &c);) {
        switch (c) {
        case '0' ... '7': e.o += utf8_encode(octal(&e), e.o); break;
        case 'x': hex_escape(&e, start, 2, "truncated \\xXX escape"); break;
        case 'u': hex_escape(&e, start, 4, "truncated \\uXXXX escape"); break;
        case 'U': hex_escape(&e, start, 8, "truncated \\UXXXXXXXX escape"); break;
        case 'N': name_escape(&e, start); break;
        default: unknown_escape(&e, c, (uint8_t)c < 0x80);
        }
    }
    give_warnings(&e);
    return text_new(p->arena, out, (size_t)(e.o - out));
}

const Text *bytes_decode(Parser *p, const Token *token, const char *bytes, size_t size, bool raw)
{
    if (raw || !memchr(bytes, '\\', size)) return text_new(p->arena, bytes, size);
    char *out = arena_alloc(p->arena, size + 8);
    Escapes e = {.p = p, .token = token, .bytes = bytes, .s = bytes, .end = bytes + size, .o = out};
    const char *start;
    for (char c; next_escape(&e, &start, &c);) {
        if (c >= '0' && c <= '7') *e.o++ = (char)octal(&e);
        else if (c == 'x') {
            int high = e.s < e.end ? ascii_hex_value(e.s[0]) : -1, low = e.s + 1 < e.end ? ascii_hex_value(e.s[1]) : -1;
            if (high < 0 || low < 0) literal_error(p, 0, "(value error) invalid \\x escape at position %zu", (size_t)(start - bytes));
            *e.o++ = (char)(high << 4 | low);
            e.s += 2;
        } else unknown_escape(&e, c, true);
    }
    give_warnings(&e);
    return text_new(p->arena, out, (size_t)(e.o - out));
}
