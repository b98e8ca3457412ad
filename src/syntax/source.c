/* source.c: the source's bytes: encoding, line ends, and the record of errors and warnings.
 *
 * A source is UTF-8 unless its first or second line has a coding cookie. Latin-1 and ASCII are decoded here; any other encoding is the embedder's business.
 */
#include "base/utf8.h"
#include "syntax/token.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void source_init(Source *source, Arena *arena, const char *bytes, size_t size, const char *filename)
{
    memset(source, 0, sizeof *source);
    source->arena = arena;
    source->bytes = bytes;
    source->size = size;
    source->filename = filename;
    source->feature_version = 11;
    source->max_int_digits = 4300;
    source->tree_depth = 3000;
    source->last_warning = &source->warnings;
    text_table_init(&source->names, arena);
}

/* The text of line `lineno` with its newline (0 if there is no such line), from UTF-8 with '\n', '\r\n' or '\r' line ends. */
static const Text *line_text(Source *source, int lineno)
{
    const char *s = source->bytes, *end = s + source->size;
    if (!source->shows_bom && end - s >= 3 && memcmp(s, "\xef\xbb\xbf", 3) == 0) s += 3;
    for (int i = 1; i < lineno; i++) {
        while (s < end && *s != '\n' && *s != '\r') s++;
        if (s == end) return 0;
        s += *s == '\r' && s + 1 < end && s[1] == '\n' ? 2 : 1;
    }
    const char *stop = s;
    while (stop < end && *stop != '\n' && *stop != '\r') stop++;
    char *copy = arena_alloc(source->arena, (size_t)(stop - s) + 1);
    memcpy(copy, s, (size_t)(stop - s));
    copy[stop - s] = '\n';
    return text_new(source->arena, copy, (size_t)(stop - s) + (stop < end || source->mode == PARSE_FILE));
}

/* Characters in the first `column` bytes of the line. */
static int characters_before(const Text *line, int column)
{
    if (!line || column <= 0) return column;
    size_t size = (size_t)column < line->length ? (size_t)column : line->length;
    return (int)utf8_count(line->bytes, size) + (int)((size_t)column - size);
}

void *syntax_error_at(Source *source, ErrorKind kind, int lineno, int col_offset, int end_lineno, int end_col_offset, const char *format, ...)
{
    SyntaxError *error = &source->error;
    if (error->kind) return 0;
    *error = (SyntaxError){.kind = kind, .incomplete = error->incomplete};
    va_list arguments;
    va_start(arguments, format);
    error->message = text_format(source->arena, format, arguments);
    va_end(arguments);
    if (lineno < 0) return 0;
    error->has_position = true;
    error->lineno = lineno;
    error->end_lineno = end_lineno;
    error->line = lineno > 0 ? line_text(source, lineno) : 0;
    const Text *last = end_lineno == lineno ? error->line : end_lineno > 0 ? line_text(source, end_lineno) : 0;
    error->offset = col_offset < 0 ? -1 : 1 + (source->char_columns ? characters_before(error->line, col_offset) : col_offset);
    error->end_offset = end_col_offset < 0 ? -1 : 1 + (source->char_columns ? characters_before(last, end_col_offset) : end_col_offset);
    return 0;
}

const Text *source_mended(Arena *arena, const Text *line)
{
    size_t start, end, left = line ? line->length : 0, n = 0;
    if (!line || !utf8_check(line->bytes, left, &start, &end)) return line;
    char *out = arena_alloc(arena, left * 3 + 1);
    const char *s = line->bytes;
    while (utf8_check(s, left, &start, &end)) {
        memcpy(out + n, s, start);
        n += start;
        n += (size_t)utf8_encode(0xfffd, out + n);
        s += end;
        left -= end;
    }
    memcpy(out + n, s, left);
    return text_new(arena, out, n + left);
}

void source_error_raw(Source *source, ErrorKind kind, const Text *line, int lineno, int offset, int end_lineno, int end_offset, const char *message)
{
    SyntaxError *error = &source->error;
    if (error->kind) return;
    error->kind = kind;
    error->message = text_new(source->arena, message, strlen(message));
    error->has_position = true;
    error->line = source_mended(source->arena, line);
    error->lineno = lineno;
    error->offset = offset;
    error->end_lineno = end_lineno;
    error->end_offset = end_offset;
}

void source_warn(Source *source, bool deprecation, int lineno, int col_offset, int end_lineno, int end_col_offset, const char *format, ...)
{
    FrontWarning *warning = arena_new(source->arena, FrontWarning);
    va_list arguments;
    va_start(arguments, format);
    warning->message = text_format(source->arena, format, arguments);
    va_end(arguments);
    warning->deprecation = deprecation;
    warning->lineno = lineno;
    warning->col_offset = col_offset;
    warning->end_lineno = end_lineno;
    warning->end_col_offset = end_col_offset;
    *source->last_warning = warning;
    source->last_warning = &warning->next;
}

/* ---- the coding cookie ------------------------------------------------------------------------------------------------------ */

static bool is_cookie_char(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.'; }

/* "utf-8", "utf-8-..." and "latin-1", "iso-8859-1", "iso-latin-1" (with suffixes) have one spelling each inside. */
static void normalize_encoding(char *name)
{
    char low[13];
    size_t i = 0;
    for (; i < 12 && name[i]; i++) low[i] = name[i] == '_' ? '-' : name[i] >= 'A' && name[i] <= 'Z' ? (char)(name[i] | 0x20) : name[i];
    low[i] = 0;
    if (strcmp(low, "utf-8") == 0 || strncmp(low, "utf-8-", 6) == 0) strcpy(name, "utf-8");
    static const char *const latin[] = {"latin-1", "iso-8859-1", "iso-latin-1"};
    for (int k = 0; k < 3; k++) {
        size_t length = strlen(latin[k]);
        if (strncmp(low, latin[k], length) == 0 && (!low[length] || low[length] == '-')) strcpy(name, "iso-8859-1");
    }
}

/* The cookie of one line: a comment that says "coding:" or "coding=" and a name. *only_comment: the line is blank or a comment, so the next may have it. */
static char *line_cookie(Arena *arena, const char *line, const char *end, bool *only_comment)
{
    *only_comment = false;
    const char *s = line;
    while (s < end && (*s == ' ' || *s == '\t' || *s == '\f')) s++;
    if (s < end && *s != '#') return 0;
    *only_comment = true;
    for (; s + 6 < end; s++) {
        if (memcmp(s, "coding", 6) != 0) continue;
        const char *t = s + 6;
        if (*t != ':' && *t != '=') continue;
        do t++;
        while (t < end && (*t == ' ' || *t == '\t'));
        const char *begin = t;
        while (t < end && is_cookie_char(*t)) t++;
        if (t == begin) continue;
        char *name = arena_alloc(arena, (size_t)(t - begin) + 16);
        memcpy(name, begin, (size_t)(t - begin));
        normalize_encoding(name);
        return name;
    }
    return 0;
}

/* A line counts once its newline is there; a file's last line always has one. */
char *source_cookie(Source *source, const char *s, const char *end)
{
    for (int line = 0; line < 2 && s < end; line++) {
        const char *stop = s;
        while (stop < end && *stop != '\n' && *stop != '\r') stop++;
        if (stop == end && source->mode != PARSE_FILE) return 0;
        bool only_comment;
        char *name = line_cookie(source->arena, s, stop, &only_comment);
        if (name || !only_comment) return name;
        if (stop == end) break;
        s = stop + (stop[0] == '\r' && stop + 1 < end && stop[1] == '\n' ? 2 : 1);
    }
    return 0;
}

/* ---- decoding --------------------------------------------------------------------------------------------------------------- */

static void latin1_to_utf8(Arena *arena, const char **bytes, size_t *size)
{
    char *out = arena_alloc(arena, *size * 2 + 1);
    size_t n = 0;
    for (size_t i = 0; i < *size; i++) n += (size_t)utf8_encode((uint8_t)(*bytes)[i], out + n);
    *bytes = out;
    *size = n;
}

/* '\r\n' and '\r' become '\n'; a file's last line gets its newline. Zero bytes follow, so that scanning may look a few bytes ahead. */
static void translate_newlines(Source *source, Tokens *tokens, const char *bytes, size_t size)
{
    enum { PADDING = 8 };
    char *out = arena_alloc(source->arena, size + 1 + PADDING), *o = out;
    const char *s = bytes, *end = bytes + size;
    while (s < end) {
        const char *cr = memchr(s, '\r', (size_t)(end - s));
        size_t length = (size_t)((cr ? cr : end) - s);
        memcpy(o, s, length);
        o += length;
        s += length;
        if (!cr) break;
        *o++ = '\n';
        s += s + 1 < end && s[1] == '\n' ? 2 : 1;
    }
    if (source->mode == PARSE_FILE && o > out && o[-1] != '\n') *o++ = '\n';
    tokens->text = out;
    tokens->size = (size_t)(o - out);
}

/* Whether `name` is among the words of the list, letter case and '_' for '-' aside. */
static bool is_one_of(const char *name, const char *list)
{
    size_t length = strlen(name);
    while (*list) {
        size_t word = strcspn(list, " "), i = 0;
        while (i < word && i < length && (name[i] == '_' ? '-' : name[i] >= 'A' && name[i] <= 'Z' ? name[i] | 0x20 : name[i]) == list[i]) i++;
        if (i == word && i == length) return true;
        list += word + (list[word] == ' ');
    }
    return false;
}

/* The message of a codec that refuses the file as a whole. */
static void codec_error(Source *source, bool ascii, const char *bytes, size_t size)
{
    size_t start = 0, end;
    if (ascii) {
        while (!((uint8_t)bytes[start] & 0x80)) start++;
        syntax_error_at(source, ERROR_SYNTAX, 0, -1, -1, -1, "'ascii' codec can't decode byte 0x%02x in position %zu: ordinal not in range(128)", (uint8_t)bytes[start], start);
        return;
    }
    Utf8Fault fault = utf8_check(bytes, size, &start, &end);
    if (end == start + 1)
        syntax_error_at(source, ERROR_SYNTAX, 0, -1, -1, -1, "'utf-8' codec can't decode byte 0x%02x in position %zu: %s", (uint8_t)bytes[start], start, utf8_fault_text(fault));
    else syntax_error_at(source, ERROR_SYNTAX, 0, -1, -1, -1, "'utf-8' codec can't decode bytes in position %zu-%zu: %s", start, end - 1, utf8_fault_text(fault));
}

/* A source whose encoding cannot be read. */
static bool encoding_problem(Source *source, const char *format, const char *cookie)
{
    int lineno = source->is_script ? -1 : 0;
    syntax_error_at(source, ERROR_SYNTAX, lineno, -1, -1, -1, format, cookie);
    return false;
}

/* In a script without a cookie, the text ends where a line begins that is not UTF-8: the size up to there. */
static size_t cut_text(Source *source, Tokens *tokens, const char *bytes, size_t size)
{
    size_t start, end;
    if (utf8_check(bytes, size, &start, &end) == UTF8_OK) return size;
    int lineno = 1;
    size_t line = 0;
    for (size_t i = 0; i < start; i++)
        if (bytes[i] == '\n' || (bytes[i] == '\r' && bytes[i + 1] != '\n')) lineno++, line = i + 1;
    static const char format[] = "Non-UTF-8 code starting with '\\x%02x' in file %s on line %d, but no encoding declared; see https://peps.python.org/pep-0263/ for details";
    size_t room = sizeof format + strlen(source->filename) + 16;
    char *message = arena_alloc(source->arena, room);
    snprintf(message, room, format, (uint8_t)bytes[start], source->filename, lineno);
    tokens->cut = message;
    return line;
}

bool source_decode(Source *source, Tokens *tokens)
{
    size_t at, after;
    const char *bytes = source->bytes;
    size_t size = source->size;
    if (memchr(bytes, 0, size)) {
        syntax_error_at(source, ERROR_VALUE, -1, 0, 0, 0, "source code string cannot contain null bytes");
        return false;
    }
    if (size > INT32_MAX - 64) {
        syntax_error_at(source, ERROR_MEMORY, -1, 0, 0, 0, "source is too large");
        return false;
    }
    bool bom = !(source->flags & PYCF_IGNORE_COOKIE) && size >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0;
    if (bom) bytes += 3, size -= 3;
    char *cookie = source->flags & (PYCF_IGNORE_COOKIE | PYCF_SOURCE_IS_UTF8) ? 0 : source_cookie(source, bytes, bytes + size);
    if (cookie && bom && strcmp(cookie, "utf-8") != 0) return encoding_problem(source, "encoding problem: %s with BOM", cookie);
    if (cookie && strcmp(cookie, "utf-8") != 0) {
        if (is_one_of(cookie, "iso-8859-1 latin1 latin l1 iso8859-1 cp819")) latin1_to_utf8(source->arena, &bytes, &size);
        else if (is_one_of(cookie, "ascii us-ascii 646") && utf8_is_ascii(bytes, size)) {
        } else if (is_one_of(cookie, "utf8 u8 utf cp65001") && utf8_check(bytes, size, &at, &after) == UTF8_OK) {
        } else if (is_one_of(cookie, "ascii us-ascii 646 utf8 u8 utf cp65001")) {
            if (source->is_script) return encoding_problem(source, "encoding problem: %s", cookie);
            codec_error(source, is_one_of(cookie, "ascii us-ascii 646"), bytes, size);
            return false;
        } else if (!source->decode || !source->decode(source, cookie, bytes, size, &bytes, &size))
            return encoding_problem(source, source->is_script ? "encoding problem: %s" : "unknown encoding: %s", cookie);
        source->bytes = bytes;
        source->size = size;
    }
    if (source->is_script && !cookie && !bom) size = cut_text(source, tokens, bytes, size);
    size_t start, end;
    tokens->damaged = utf8_check(bytes, size, &start, &end) != UTF8_OK;
    source->char_columns = cookie || bom || (source->flags & (PYCF_IGNORE_COOKIE | PYCF_SOURCE_IS_UTF8));
    translate_newlines(source, tokens, bytes, size);
    return true;
}
