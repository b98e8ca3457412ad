/* tokenizer.c: from UTF-8 text to the array of tokens.
 *
 * One pass over raw bytes; a zero byte ends the text (source_decode has made sure there is none inside). Indentation follows the language reference,
 * with a second column counter in which a tab is one column wide: lines whose order differs between the two mix tabs and spaces inconsistently.
 */
#include "syntax/token.h"
#include "base/unicode.h"
#include "base/utf8.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { MAX_INDENT = 100, MAX_PARENS = 200, TAB_SIZE = 8 };

typedef struct Tokenizer {
    Source *source;
    Tokens *out;
    const char *text, *s, *line_start;
    const char *buffer, *last_buffer;     /* see Token.buffer: of this line and of the one before */
    int lineno;
    int indent;
    int columns[MAX_INDENT], alt_columns[MAX_INDENT];
    int level;
    char paren[MAX_PARENS];
    int paren_lineno[MAX_PARENS], paren_col[MAX_PARENS];
    bool failed;
    bool in_async, async_line_over;   /* for old feature versions: see old_async */
    int async_indent;
} Tokenizer;

/* What a byte can begin or continue. */
enum { C_START = 1, C_PART = 2, C_DIGIT = 4, C_HEX = 8 };
static const uint8_t class_of[256] = {
    ['0' ... '1'] = C_PART | C_DIGIT | C_HEX,
    ['2' ... '9'] = C_PART | C_DIGIT | C_HEX,
    ['A' ... 'F'] = C_START | C_PART | C_HEX,
    ['G' ... 'Z'] = C_START | C_PART,
    ['a' ... 'f'] = C_START | C_PART | C_HEX,
    ['g' ... 'z'] = C_START | C_PART,
    ['_'] = C_START | C_PART,
    [128 ... 255] = C_START | C_PART,
};
#define IS(c, mask) (class_of[(uint8_t)(c)] & (mask))

static const char *const kind_texts[T_KIND_COUNT] = {[T_END] = "end of file",
                                                     [T_NAME] = "name",
                                                     [T_NUMBER] = "number",
                                                     [T_STRING] = "string",
                                                     [T_NEWLINE] = "newline",
                                                     [T_INDENT] = "indent",
                                                     [T_DEDENT] = "dedent",
                                                     [T_TYPE_COMMENT] = "type comment",
                                                     [T_ERROR] = "error",
#define X(name, text) [T_##name] = text,
                                                     OPERATORS(X) KEYWORDS(X) SOFT_KEYWORDS(X)
#undef X
};

const char *token_kind_text(TokenKind kind) { return kind < T_KIND_COUNT && kind_texts[kind] ? kind_texts[kind] : "?"; }

void keywords_mark(TextTable *names)
{
    for (int kind = T_FIRST_KEYWORD + 1; kind < T_KIND_COUNT; kind++) {
        if (kind == T_FIRST_SOFT_KEYWORD) continue;
        Text *text = (Text *)text_intern(names, kind_texts[kind], strlen(kind_texts[kind]));
        text->keyword = (uint8_t)kind;
    }
}

static void grow(Tokenizer *z)
{
    Tokens *out = z->out;
    uint32_t capacity = out->capacity * 2;
    Token *items = arena_array(z->source->arena, Token, capacity);
    memcpy(items, out->items, out->count * sizeof(Token));
    out->items = items;
    out->capacity = capacity;
}

static inline Token *new_token(Tokenizer *z, TokenKind kind)
{
    if (z->out->count == z->out->capacity) grow(z);
    Token *token = &z->out->items[z->out->count++];
    token->kind = kind;
    token->level = (uint8_t)z->level;
    token->buffer = (uint32_t)(z->buffer - z->text);
    return token;
}

static inline Token *add(Tokenizer *z, TokenKind kind, const char *start, const char *end)
{
    Token *token = new_token(z, kind);
    token->start = (uint32_t)(start - z->text);
    token->end = (uint32_t)(end - z->text);
    token->lineno = token->end_lineno = z->lineno;
    token->col = (int)(start - z->line_start);
    token->end_col = (int)(end - z->line_start);
    return token;
}

/* A token without text, at `at`. */
static Token *add_empty(Tokenizer *z, TokenKind kind, const char *at)
{
    Token *token = add(z, kind, at, at);
    token->col = token->end_col = -1;
    return token;
}

static void fail_range(Tokenizer *z, ErrorKind kind, int lineno, int offset, int end_lineno, int end_offset, const char *format, va_list arguments)
{
    if (z->failed) return;
    z->failed = true;
    char message[200];
    int length = vsnprintf(message, sizeof message, format, arguments);
    TokenError *error = &z->out->error;
    error->kind = kind;
    error->message = arena_copy(z->source->arena, message, (size_t)length);
    error->lineno = lineno;
    error->end_lineno = end_lineno;
    error->offset = offset;
    error->end_offset = end_offset;
    const char *at = z->s ? z->s : z->text;
    add_empty(z, T_ERROR, at);
}

/* An error at the byte last read (z->s is behind it). */
__attribute__((format(printf, 2, 3))) static void fail(Tokenizer *z, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    size_t width = (size_t)(z->s - z->line_start);
    int column = (int)(z->out->damaged ? utf8_count_replaced(z->line_start, width) : utf8_count(z->line_start, width));
    z->out->error.raised |= !z->failed;
    fail_range(z, ERROR_SYNTAX, z->lineno, column, z->lineno, column, format, arguments);
    va_end(arguments);
}

__attribute__((format(printf, 7, 8))) static void fail_at(Tokenizer *z, ErrorKind kind, int lineno, int offset, int end_lineno, int end_offset, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fail_range(z, kind, lineno, offset, end_lineno, end_offset, format, arguments);
    va_end(arguments);
}

/* Line and line start at the end of the text are those of the last line, not of the empty one behind its newline. */
static void settle_at_end(Tokenizer *z)
{
    if (z->s > z->text && z->s == z->line_start && z->lineno > z->out->first_lineno) {
        const char *start = z->s - 1;
        while (start > z->text && start[-1] != '\n') start--;
        z->line_start = start;
        if (z->buffer > start) z->buffer = z->last_buffer;
        z->lineno--;
    }
}

static void fail_end_of_input(Tokenizer *z)
{
    settle_at_end(z);
    z->out->error.end_of_input = z->out->error.at_end = true;
    if (z->level) {
        int i = z->level - 1;
        fail_at(z, ERROR_SYNTAX, z->paren_lineno[i], z->paren_col[i] + 1, z->paren_lineno[i], 0, "'%c' was never closed", z->paren[i]);
    } else {
        /* Reported where the tokenizer stands: just behind the last character. */
        int column = (int)(z->s - z->line_start);
        fail_at(z, ERROR_SYNTAX, z->lineno, column, z->lineno, -1, "unexpected EOF while parsing");
    }
}

static const char *character_text(uint32_t c, char out[8])
{
    out[utf8_encode(c, out)] = 0;
    return out;
}

static void fail_character(Tokenizer *z, uint32_t c)
{
    char shown[8];
    if (unicode_is_printable(c)) fail(z, "invalid character '%s' (U+%04X)", character_text(c, shown), c);
    else fail(z, "invalid non-printable character U+%04X", c);
}

/* ---- indentation ------------------------------------------------------------------------------------------------------------ */

/* Behind a backslash at z->s[-1]: moves over the line end. */
static bool continuation(Tokenizer *z)
{
    if (*z->s != '\n') {
        /* The column is counted from where the shown lines begin. */
        fail_at(z, ERROR_SYNTAX, z->lineno, (int)(z->s - z->buffer) + (*z->s ? 1 : 0), z->lineno, 0, "unexpected character after line continuation character");
        return false;
    }
    z->s++;
    if (!*z->s) {
        z->line_start = z->s;
        z->lineno++;
        fail_end_of_input(z);
        return false;
    }
    z->line_start = z->s;
    z->lineno++;
    return true;
}

/* At the beginning of a line: skips its indentation and emits INDENT and DEDENT tokens. */
static void indentation(Tokenizer *z)
{
    int column = 0, alt = 0, continued = 0;
    for (;; z->s++) {
        char c = *z->s;
        if (c == ' ') column++, alt++;
        else if (c == '\t') column = (column / TAB_SIZE + 1) * TAB_SIZE, alt++;
        else if (c == '\f') column = alt = 0;
        else if (c == '\\') {
            if (!continued) continued = column;
            z->s++;
            if (!continuation(z)) return;
            z->buffer = z->s;
            z->s--;
        } else break;
    }
    if (z->level || *z->s == '#' || *z->s == '\n') return;
    if (!*z->s && z->s == z->line_start) return;   /* the end of the text closes every block */
    if (continued) column = alt = continued;
    if (column == z->columns[z->indent]) {
        if (alt != z->alt_columns[z->indent]) goto tabs;
        return;
    }
    if (column > z->columns[z->indent]) {
        if (z->indent + 1 >= MAX_INDENT) {
            fail_at(z, ERROR_INDENTATION, z->lineno, 1, z->lineno, 0, "too many levels of indentation");
            return;
        }
        if (alt <= z->alt_columns[z->indent]) goto tabs;
        z->indent++;
        z->columns[z->indent] = column;
        z->alt_columns[z->indent] = alt;
        add_empty(z, T_INDENT, z->s);
        return;
    }
    int dedents = 0;
    while (z->indent > 0 && column < z->columns[z->indent]) z->indent--, dedents++;
    if (column != z->columns[z->indent]) {
        const char *end = strchr(z->s, '\n');
        z->s = end ? end + 1 : z->s + strlen(z->s);
        fail_at(z, ERROR_INDENTATION, z->lineno, (int)(z->s - z->line_start), z->lineno, -1, "unindent does not match any outer indentation level");
        return;
    }
    if (alt != z->alt_columns[z->indent]) goto tabs;
    while (dedents--) add_empty(z, T_DEDENT, z->s);
    return;
tabs:
    fail_at(z, ERROR_TAB, z->lineno, 1, z->lineno, 0, "inconsistent use of tabs and spaces in indentation");
}

/* ---- numbers ---------------------------------------------------------------------------------------------------------------- */

/* What follows a number must not run into a name, except (deprecated) certain keywords: "1if x else y". */
static bool end_of_number(Tokenizer *z, const char *kind)
{
    const char *s = z->s;
    bool keyword = false;
    switch (*s) {
    case 'a': keyword = s[1] == 'n' && s[2] == 'd' && !IS(s[3], C_PART); break;
    case 'e': keyword = s[1] == 'l' && s[2] == 's' && s[3] == 'e' && !IS(s[4], C_PART); break;
    case 'f': keyword = s[1] == 'o' && s[2] == 'r' && !IS(s[3], C_PART); break;
    case 'i': keyword = s[1] == 'f' || s[1] == 'n' || s[1] == 's'; break;
    case 'o': keyword = s[1] == 'r' && !IS(s[2], C_PART); break;
    case 'n': keyword = s[1] == 'o' && s[2] == 't' && !IS(s[3], C_PART); break;
    }
    if (keyword) {
        source_warn(z->source, false, z->lineno, -1, z->lineno, -1, "invalid %s literal", kind);
        return true;
    }
    if (IS(*s, C_PART)) {
        fail(z, "invalid %s literal", kind);
        return false;
    }
    return true;
}

/* Digits with single underscores between them, from the digit at z->s on. */
static bool decimal_tail(Tokenizer *z)
{
    for (;;) {
        while (IS(*z->s, C_DIGIT)) z->s++;
        if (*z->s != '_') return true;
        z->s++;
        if (!IS(*z->s, C_DIGIT)) {
            fail(z, "invalid decimal literal");
            return false;
        }
    }
}

/* 0x, 0o, 0b: z->s is behind the letter. */
static bool radix_number(Tokenizer *z, int radix, const char *kind)
{
    do {
        if (*z->s == '_') z->s++;
        bool digit = radix == 16 ? IS(*z->s, C_HEX) != 0 : *z->s >= '0' && *z->s < '0' + radix;
        if (!digit) {
            if (IS(*z->s, C_DIGIT)) {
                z->s++;
                fail(z, "invalid digit '%c' in %s literal", z->s[-1], kind);
            } else fail(z, "invalid %s literal", kind);
            return false;
        }
        while (radix == 16 ? IS(*z->s, C_HEX) != 0 : *z->s >= '0' && *z->s < '0' + radix) z->s++;
    } while (*z->s == '_');
    if (IS(*z->s, C_DIGIT)) {
        z->s++;
        fail(z, "invalid digit '%c' in %s literal", z->s[-1], kind);
        return false;
    }
    return end_of_number(z, kind);
}

/* From the first digit, or from the point of ".5". */
static bool number(Tokenizer *z)
{
    const char *start = z->s;
    if (*z->s == '0') {
        switch (z->s[1] | 0x20) {
        case 'x': z->s += 2; return radix_number(z, 16, "hexadecimal");
        case 'o': z->s += 2; return radix_number(z, 8, "octal");
        case 'b': z->s += 2; return radix_number(z, 2, "binary");
        }
        z->s++;
        for (;;) {
            if (*z->s == '_') {
                z->s++;
                if (!IS(*z->s, C_DIGIT)) {
                    fail(z, "invalid decimal literal");
                    return false;
                }
            }
            if (*z->s != '0') break;
            z->s++;
        }
        const char *zeros_end = z->s + 1;
        bool octal = IS(*z->s, C_DIGIT);
        if (octal && !decimal_tail(z)) return false;
        char c = *z->s | 0x20;
        if (octal && *z->s != '.' && c != 'e' && c != 'j') {
            z->out->error.raised = true;
            fail_at(z, ERROR_SYNTAX, z->lineno, (int)(start + 1 - z->line_start), z->lineno, (int)(zeros_end - z->line_start),
                    "leading zeros in decimal integer literals are not permitted; use an 0o prefix for octal integers");
            return false;
        }
    } else if (*z->s != '.' && !decimal_tail(z)) return false;
    if (*z->s == '.') {
        z->s++;
        if (IS(*z->s, C_DIGIT) && !decimal_tail(z)) return false;
    }
    if ((*z->s | 0x20) == 'e') {
        const char *s = z->s + 1;
        if (*s == '+' || *s == '-') {
            s++;
            if (!IS(*s, C_DIGIT)) {
                z->s = s;
                fail(z, "invalid decimal literal");
                return false;
            }
        } else if (!IS(*s, C_DIGIT)) return end_of_number(z, "decimal");
        z->s = s;
        if (!decimal_tail(z)) return false;
    }
    if ((*z->s | 0x20) == 'j') {
        z->s++;
        return end_of_number(z, "imaginary");
    }
    return end_of_number(z, "decimal");
}

/* ---- names and strings ------------------------------------------------------------------------------------------------------ */

/* Behind the prefix, at the opening quote; `start` is the token's. */
static void string(Tokenizer *z, const char *start)
{
    char quote = *z->s;
    int first_lineno = z->lineno;
    const char *first_line = z->line_start, *s = z->s;
    bool triple = s[1] == quote && s[2] == quote;
    if (!triple && s[1] == quote) {
        z->s += 2;
        add(z, T_STRING, start, z->s);
        return;
    }
    s += triple ? 3 : 1;
    for (;;) {
        char c = *s;
        if (c == quote) {
            if (!triple) {
                s++;
                break;
            }
            if (s[1] == quote && s[2] == quote) {
                s += 3;
                break;
            }
        } else if (c == '\\') {
            s++;
            if (!*s) continue;
            if (*s == '\n') {
                z->lineno++;
                z->line_start = s + 1;
            }
        } else if (c == '\n') {
            if (!triple) goto unterminated;
            z->lineno++;
            z->line_start = s + 1;
        } else if (!c) goto unterminated;
        s++;
    }
    z->s = s;
    Token *token = new_token(z, T_STRING);
    token->start = (uint32_t)(start - z->text);
    token->end = (uint32_t)(s - z->text);
    token->lineno = first_lineno;
    token->col = (int)(start - first_line);
    token->end_lineno = z->lineno;
    token->end_col = (int)(s - z->line_start);
    return;
unterminated:
    if (!*s) z->out->error.end_of_input = triple;
    z->out->error.at_end = !*s;
    z->s = s;
    if (!*s) settle_at_end(z);
    int detected = z->lineno;
    z->lineno = first_lineno;
    z->line_start = first_line;
    z->s = start + 1;
    if (triple) fail(z, "unterminated triple-quoted string literal (detected at line %d)", detected);
    else fail(z, "unterminated string literal (detected at line %d)", detected);
}

/* A name with characters beyond ASCII: checks them and normalizes to NFKC. */
static void unicode_name(Tokenizer *z, const char *start, const char *end)
{
    size_t fault, after;
    Utf8Fault kind = z->out->damaged ? utf8_check(start, (size_t)(end - start), &fault, &after) : UTF8_OK;
    if (kind) {
        z->s = end;
        z->out->error.undecodable = true;
        int column = (int)(end - z->line_start), end_column = -1;
        /* In an f-string's field, CPython takes the field's column off twice. */
        if (z->out->inner && z->out->inner_col && z->lineno == z->out->first_lineno) column = end_column = 0;
        const char *prefix = z->out->inner ? "f-string: " : "";
        if (after == fault + 1)
            fail_at(z, ERROR_SYNTAX, z->lineno, column, z->lineno, end_column, "%s(unicode error) 'utf-8' codec can't decode byte 0x%02x in position %zu: %s", prefix,
                    (uint8_t)start[fault], fault, utf8_fault_text(kind));
        else
            fail_at(z, ERROR_SYNTAX, z->lineno, column, z->lineno, end_column, "%s(unicode error) 'utf-8' codec can't decode bytes in position %zu-%zu: %s", prefix, fault,
                    after - 1, utf8_fault_text(kind));
        return;
    }
    const char *s = start;
    while (s < end) {
        const char *at = s;
        uint32_t c = utf8_next(&s);
        if (at == start ? unicode_is_xid_start(c) : unicode_is_xid_continue(c)) continue;
        z->s = s;
        fail_character(z, c);
        return;
    }
    size_t length = (size_t)(end - start);
    const char *name = unicode_nfkc(z->source->arena, start, &length);
    Token *token = add(z, T_NAME, start, end);
    token->text = text_intern(&z->source->names, name, length);
    /* A normalized spelling of a keyword is a name: "𝐢𝐟" is not "if" to the tokenizer, and not a soft keyword either. */
    z->s = end;
}

static inline bool is_prefix(const char *start, size_t length)
{
    if (length == 1) return strchr("bBuUrRfF", start[0]);
    char a = start[0] | 0x20, b = start[1] | 0x20;
    return (a == 'r' && (b == 'b' || b == 'f')) || (b == 'r' && (a == 'b' || a == 'f'));
}

/* Before Python 3.7, `async` and `await` were keywords only from "async def" to the end of its body. */
static TokenKind old_async(Tokenizer *z, TokenKind kind)
{
    if (z->in_async) return kind;
    if (kind == T_AWAIT) return T_NAME;
    const char *s = z->s;
    while (*s == ' ' || *s == '\t' || *s == '\f') s++;
    if (strncmp(s, "def", 3) != 0 || IS(s[3], C_PART)) return T_NAME;
    z->in_async = true;
    z->async_line_over = false;
    z->async_indent = z->indent;
    return kind;
}

static inline void name(Tokenizer *z)
{
    const char *start = z->s, *s = start;
    uint8_t all = 0;
    while (IS(*s, C_PART)) all |= (uint8_t)*s++;
    size_t length = (size_t)(s - start);
    if ((*s == '"' || *s == '\'') && length <= 2 && is_prefix(start, length)) {
        z->s = s;
        string(z, start);
        return;
    }
    if (all & 0x80) {
        unicode_name(z, start, s);
        return;
    }
    z->s = s;
    const Text *text = text_intern(&z->source->names, start, length);
    TokenKind kind = text->keyword && text->keyword < T_FIRST_SOFT_KEYWORD ? (TokenKind)text->keyword : T_NAME;
    if ((kind == T_ASYNC || kind == T_AWAIT) && z->source->feature_version < 7) kind = old_async(z, kind);
    add(z, kind, start, s)->text = text;
}

/* ---- type comments ---------------------------------------------------------------------------------------------------------- */

static void add_ignore(Tokenizer *z, const char *tag, const char *end)
{
    Tokens *out = z->out;
    if (out->ignore_count == out->ignore_capacity) {
        uint32_t capacity = out->ignore_capacity * 2 + 8;
        TokenComment *ignores = arena_array(z->source->arena, TokenComment, capacity);
        if (out->ignore_count) memcpy(ignores, out->ignores, out->ignore_count * sizeof *ignores);
        out->ignores = ignores;
        out->ignore_capacity = capacity;
    }
    out->ignores[out->ignore_count++] = (TokenComment){z->lineno, text_new(z->source->arena, tag, (size_t)(end - tag))};
}

/* A comment from `start` ('#') to `end`: "# type: ..." and "# type: ignore..." count when the caller asked for type comments. True if it gave a token. */
static bool comment(Tokenizer *z, const char *start, const char *end)
{
    const char *s = start + 1;
    while (*s == ' ' || *s == '\t') s++;
    if (strncmp(s, "type:", 5) != 0) return false;
    s += 5;
    while (*s == ' ' || *s == '\t') s++;
    if (end - s >= 6 && memcmp(s, "ignore", 6) == 0) {
        char next = end - s > 6 ? s[6] : 0;
        if (!((uint8_t)next >= 128 || IS(next, C_PART))) {
            add_ignore(z, s + 6, end);
            return false;
        }
    }
    add(z, T_TYPE_COMMENT, s, end)->text = text_new(z->source->arena, s, (size_t)(end - s));
    return true;
}

/* ---- operators -------------------------------------------------------------------------------------------------------------- */

static void open_paren(Tokenizer *z, TokenKind kind)
{
    if (z->level >= MAX_PARENS) {
        z->s++;
        fail(z, "too many nested parentheses");
        return;
    }
    z->paren[z->level] = *z->s;
    z->paren_lineno[z->level] = z->lineno;
    z->paren_col[z->level] = (int)(z->s - z->line_start);
    z->level++;
    z->s++;
    add(z, kind, z->s - 1, z->s);
}

static void close_paren(Tokenizer *z, TokenKind kind)
{
    char c = *z->s++;
    if (!z->level) {
        fail(z, "unmatched '%c'", c);
        return;
    }
    z->level--;
    char opening = z->paren[z->level];
    if (!((opening == '(' && c == ')') || (opening == '[' && c == ']') || (opening == '{' && c == '}'))) {
        if (z->paren_lineno[z->level] != z->lineno) fail(z, "closing parenthesis '%c' does not match opening parenthesis '%c' on line %d", c, opening, z->paren_lineno[z->level]);
        else fail(z, "closing parenthesis '%c' does not match opening parenthesis '%c'", c, opening);
        return;
    }
    add(z, kind, z->s - 1, z->s);
}

static inline void op(Tokenizer *z, TokenKind kind, int length)
{
    add(z, kind, z->s, z->s + length);
    z->s += length;
}

/* c, c=, cc, cc= as far as they exist (kinds that do not are T_END). */
static inline void op_family(Tokenizer *z, TokenKind one, TokenKind equal, TokenKind two, TokenKind two_equal)
{
    const char *s = z->s;
    if (s[1] == '=' && equal) op(z, equal, 2);
    else if (s[1] == s[0] && two) {
        if (s[2] == '=' && two_equal) op(z, two_equal, 3);
        else op(z, two, 2);
    } else op(z, one, 1);
}

static void operator_or_error(Tokenizer *z)
{
    const char *s = z->s;
    switch (*s) {
    case '(': open_paren(z, T_LPAR); return;
    case '[': open_paren(z, T_LSQB); return;
    case '{': open_paren(z, T_LBRACE); return;
    case ')': close_paren(z, T_RPAR); return;
    case ']': close_paren(z, T_RSQB); return;
    case '}': close_paren(z, T_RBRACE); return;
    case ',': op(z, T_COMMA, 1); return;
    case ';': op(z, T_SEMI, 1); return;
    case '~': op(z, T_TILDE, 1); return;
    case ':': op_family(z, T_COLON, T_COLONEQUAL, T_END, T_END); return;
    case '=': op_family(z, T_EQUAL, T_EQEQUAL, T_END, T_END); return;
    case '+': op_family(z, T_PLUS, T_PLUSEQUAL, T_END, T_END); return;
    case '*': op_family(z, T_STAR, T_STAREQUAL, T_DOUBLESTAR, T_DOUBLESTAREQUAL); return;
    case '/': op_family(z, T_SLASH, T_SLASHEQUAL, T_DOUBLESLASH, T_DOUBLESLASHEQUAL); return;
    case '%': op_family(z, T_PERCENT, T_PERCENTEQUAL, T_END, T_END); return;
    case '|': op_family(z, T_VBAR, T_VBAREQUAL, T_END, T_END); return;
    case '&': op_family(z, T_AMPER, T_AMPEREQUAL, T_END, T_END); return;
    case '^': op_family(z, T_CIRCUMFLEX, T_CIRCUMFLEXEQUAL, T_END, T_END); return;
    case '@': op_family(z, T_AT, T_ATEQUAL, T_END, T_END); return;
    case '>': op_family(z, T_GREATER, T_GREATEREQUAL, T_RIGHTSHIFT, T_RIGHTSHIFTEQUAL); return;
    case '<':
        if (s[1] == '>') op(z, T_NOTEQUAL, 2);
        else op_family(z, T_LESS, T_LESSEQUAL, T_LEFTSHIFT, T_LEFTSHIFTEQUAL);
        return;
    case '-':
        if (s[1] == '>') op(z, T_ARROW, 2);
        else op_family(z, T_MINUS, T_MINEQUAL, T_END, T_END);
        return;
    case '!': op_family(z, T_OTHER, T_NOTEQUAL, T_END, T_END); return;
    case '.':
        if (s[1] == '.' && s[2] == '.') op(z, T_ELLIPSIS, 3);
        else op(z, T_DOT, 1);
        return;
    default:
        if ((uint8_t)*s < 0x20 || *s == 0x7f) {
            z->s++;
            fail(z, "invalid non-printable character U+%04X", (unsigned)(uint8_t)*s);
        } else op(z, T_OTHER, 1);
    }
}

/* ---- the loop --------------------------------------------------------------------------------------------------------------- */

static void end_of_text(Tokenizer *z)
{
    if (z->level) {
        fail_end_of_input(z);
        return;
    }
    bool in_line = z->s != z->line_start;
    settle_at_end(z);
    if (!z->out->size) z->lineno = 0;
    /* A single statement needs no newline behind it: the end of the text stands for it, and for the empty line that ends a compound one. */
    bool single = z->source->mode == PARSE_SINGLE && z->out->count;
    bool line_open = single && in_line;
    if (line_open) add_empty(z, T_NEWLINE, z->s);
    bool dedents = z->indent > 0 && !(line_open && (z->source->flags & PYCF_DONT_IMPLY_DEDENT));
    while (dedents && z->indent > 0) {
        z->indent--;
        add_empty(z, T_DEDENT, z->s);
    }
    if (single && (dedents || !line_open)) add_empty(z, T_NEWLINE, z->s);
    add_empty(z, T_END, z->s);
}

/* One line (or the rest of one after a newline inside parentheses). False at the end of the text. */
static bool line(Tokenizer *z)
{
    indentation(z);
    if (z->failed) return false;
    /* Blank and comment-only lines give no NEWLINE; neither does a line inside parentheses. */
    bool blank = !z->level && (*z->s == '#' || *z->s == '\n');
    if (z->in_async && !blank && !z->level && z->async_line_over && z->async_indent >= z->indent) z->in_async = false;
    for (;;) {
        while (*z->s == ' ' || *z->s == '\t' || *z->s == '\f') z->s++;
        const char *start = z->s;
        char c = *start;
        if (IS(c, C_START)) name(z);
        else if (IS(c, C_DIGIT) || (c == '.' && IS(start[1], C_DIGIT))) {
            if (number(z)) add(z, T_NUMBER, start, z->s);
        } else if (c == '"' || c == '\'') string(z, start);
        else if (c == '#' || c == '\n' || !c) {
            if (c == '#') {
                const char *end = strchr(start, '\n');
                if (!end) end = start + strlen(start);
                if (z->source->flags & PYCF_TYPE_COMMENTS && comment(z, start, end)) blank = false;
                z->s = end;
            }
            if (!*z->s) return false;
            if (!blank && !z->level) {
                add(z, T_NEWLINE, start, z->s);
                z->async_line_over = true;
            }
            z->s++;
            z->lineno++;
            z->last_buffer = z->buffer;
            z->line_start = z->buffer = z->s;
            return true;
        } else if (c == '\\') {
            z->s++;
            continuation(z);
        } else operator_or_error(z);
        if (z->failed) return false;
    }
}

/* Where the text was cut short is no end: dedents do not happen there, and it is no fault that something is still open. */
static void end_at_cut(Tokenizer *z)
{
    Tokens *tokens = z->out;
    while (tokens->count &&
           (tokens->items[tokens->count - 1].kind == T_END || tokens->items[tokens->count - 1].kind == T_DEDENT || tokens->items[tokens->count - 1].kind == T_ERROR))
        tokens->count--;
    add_empty(z, T_ERROR, z->text + tokens->size);
    tokens->error = (TokenError){.kind = ERROR_SYNTAX, .message = tokens->cut, .raised = true, .placeless = true};
    z->level = 0;
}

void tokenize(Source *source, Tokens *tokens)
{
    Tokenizer *z = arena_new(source->arena, Tokenizer);
    z->source = source;
    z->out = tokens;
    z->text = z->s = z->line_start = z->buffer = z->last_buffer = tokens->text;
    z->lineno = tokens->first_lineno ? tokens->first_lineno : 1;
    tokens->first_lineno = z->lineno;
    tokens->capacity = (uint32_t)(tokens->size / 5 + 16);
    tokens->items = arena_array(source->arena, Token, tokens->capacity);
    while (line(z)) {}
    if (!z->failed) end_of_text(z);
    if (tokens->cut && (!z->failed || tokens->error.at_end || z->s >= z->text + tokens->size)) end_at_cut(z);
    if (z->level) {
        tokens->unclosed = z->paren[z->level - 1];
        tokens->unclosed_lineno = z->paren_lineno[z->level - 1];
        tokens->unclosed_col = z->paren_col[z->level - 1];
    }
}
