/* codec_escape.c: the escapes of Python source as codecs: unicode_escape, raw_unicode_escape, and the escapes of bytes literals. */
#include "base/ascii.h"
#include "object/codec.h"
#include "base/unicode.h"
#include <stdio.h>

static int simple_escape(uint8_t c)
{
    switch (c) {
    case '\\':
    case '\'':
    case '"': return c;
    case 'a': return 7;
    case 'b': return 8;
    case 't': return 9;
    case 'n': return 10;
    case 'v': return 11;
    case 'f': return 12;
    case 'r': return 13;
    default: return -1;
    }
}

/* An escape that is neither: remembered, so that one warning is given at the end. */
static bool warn_escape(const uint8_t *escape, int64_t size)
{
    if (!escape) return true;
    if (size >= 3 && *escape >= '4' && *escape <= '7') return warn_format(&exc_DeprecationWarning, 1, "invalid octal escape sequence '\\%c%c%c'", escape[0], escape[1], escape[2]);
    return warn_format(&exc_DeprecationWarning, 1, "invalid escape sequence '\\%c'", (int)*escape);
}

/* --- unicode_escape */
typedef struct Escape {
    int64_t end;
    const char *fault;
    bool incomplete;
    uint32_t c;
} Escape;

static Escape read_hex(const Decoder *d, int64_t at, int digits, const char *fault)
{
    Escape e = {.end = at};
    for (int i = 0; i < digits; i++, e.end++) {
        if (e.end >= d->size) return (Escape){e.end, fault, true, 0};
        int digit = ascii_hex_value(d->data[e.end]);
        if (digit < 0) return (Escape){e.end, fault, false, 0};
        e.c = e.c << 4 | (uint32_t)digit;
    }
    if (e.c > 0x10ffff) e.fault = "illegal Unicode character";
    return e;
}

static Escape read_name(const Decoder *d, int64_t at)
{
    const char *malformed = "malformed \\N character escape";
    if (at >= d->size) return (Escape){at, malformed, true, 0};
    if (d->data[at] != '{') return (Escape){at, malformed, false, 0};
    int64_t start = ++at;
    while (at < d->size && d->data[at] != '}') at++;
    if (at >= d->size) return (Escape){at, malformed, true, 0};
    if (at == start) return (Escape){at, malformed, false, 0};
    int32_t c = unicode_lookup_name((const char *)d->data + start, (size_t)(at - start));
    if (c < 0) return (Escape){at + 1, "unknown Unicode character name", false, 0};
    return (Escape){at + 1, 0, false, (uint32_t)c};
}

/* The escape whose letter is at `at`. */
static Escape read_escape(const Decoder *d, int64_t at, const uint8_t **odd)
{
    if (at >= d->size) return (Escape){at, "\\ at end of string", true, 0};
    uint8_t letter = d->data[at++];
    int simple = simple_escape(letter);
    if (simple >= 0) return (Escape){at, 0, false, (uint32_t)simple};
    if (letter >= '0' && letter <= '7') {
        Escape e = {at, 0, false, (uint32_t)(letter - '0')};
        for (int i = 0; i < 2 && e.end < d->size && d->data[e.end] >= '0' && d->data[e.end] <= '7'; i++) e.c = e.c * 8 + (uint32_t)(d->data[e.end++] - '0');
        if (e.c > 0xff && !*odd) *odd = d->data + at - 1;
        return e;
    }
    switch (letter) {
    case 'x': return read_hex(d, at, 2, "truncated \\xXX escape");
    case 'u': return read_hex(d, at, 4, "truncated \\uXXXX escape");
    case 'U': return read_hex(d, at, 8, "truncated \\UXXXXXXXX escape");
    case 'N': return read_name(d, at);
    }
    return (Escape){at, "", false, letter};
}

Value codec_unicode_escape_decode(const uint8_t *data, int64_t size, const char *errors, int64_t *consumed)
{
    Decoder d = {.encoding = "unicodeescape", .errors = errors, .data = data, .size = size};
    const uint8_t *odd = 0;
    uint8_t odd_text[3] = {0};
    int64_t at = 0;
    while (at < d.size) {
        if (d.data[at] != '\\') {
            if (!str_builder_char(&d.out, d.data[at++])) return 0;
            continue;
        }
        if (at + 1 < d.size && d.data[at + 1] == '\n') {
            at += 2;
            continue;
        }
        const uint8_t *octal = 0;
        Escape e = read_escape(&d, at + 1, &octal);
        if (octal && !odd) memcpy(odd_text, octal, 3), odd = odd_text;
        if (e.fault && !*e.fault) {
            if (!odd) odd_text[0] = (uint8_t)e.c, odd = odd_text;
            if (!str_builder_char(&d.out, '\\') || !str_builder_char(&d.out, e.c)) return 0;
            at = e.end;
        } else if (!e.fault) {
            if (!str_builder_char(&d.out, e.c)) return 0;
            at = e.end;
        } else if (e.incomplete && consumed) break;
        else if ((at = decode_fault(&d, at, e.end, e.fault)) < 0) return 0;
    }
    if (consumed) *consumed = at;
    if (odd && !warn_escape(odd, odd[1] ? 3 : 1)) return 0;
    return str_builder_finish(&d.out);
}

/* \x41, \u1234 or \U00012345. */
static bool add_hex(BytesBuilder *b, uint32_t c)
{
    int digits = c < 0x100 ? 2 : c < 0x10000 ? 4 : 8;
    char text[10] = {'\\', digits == 2 ? 'x' : digits == 4 ? 'u' : 'U'};
    for (int i = digits + 1; i > 1; i--, c >>= 4) text[i] = "0123456789abcdef"[c & 15];
    return bytes_builder_add(b, text, (size_t)digits + 2);
}

/* What stands for a character below 256 that is not itself. */
static bool add_escape(BytesBuilder *b, uint8_t c)
{
    const char *letter = c == '\t' ? "\\t" : c == '\n' ? "\\n" : c == '\r' ? "\\r" : 0;
    if (letter) return bytes_builder_add(b, letter, 2);
    return c < 32 || c >= 127 ? add_hex(b, c) : bytes_builder_add(b, (char[]){'\\', (char)c}, 2);
}

/* Bytes, or characters below 256, with their escapes; those in a row that need none are added at once. quote: is escaped, too (0: none is). */
static bool add_escaped(BytesBuilder *b, const uint8_t *data, int64_t size, uint8_t quote)
{
    for (int64_t i = 0, start = 0;; i++) {
        if (i < size && data[i] >= 32 && data[i] < 127 && data[i] != '\\' && data[i] != quote) continue;
        if (i > start && !bytes_builder_add(b, data + start, (size_t)(i - start))) return false;
        if (i == size) return true;
        if (!add_escape(b, data[i])) return false;
        start = i + 1;
    }
}

Value codec_unicode_escape_encode(Value s)
{
    BytesBuilder b = {0};
    int kind = str_kind(s);
    if (kind == 1) return add_escaped(&b, str_data(s), str_length(s), 0) ? bytes_builder_finish(&b) : 0;
    for (int64_t i = 0; i < str_length(s); i++) {
        uint32_t c = str_read(kind, str_data(s), i);
        uint8_t byte = (uint8_t)c;
        if (!(c < 0x100 ? add_escaped(&b, &byte, 1, 0) : add_hex(&b, c))) return 0;
    }
    return bytes_builder_finish(&b);
}

/* --- raw_unicode_escape: only \u and \U after an odd number of backslashes */
Value codec_raw_unicode_escape_decode(const uint8_t *data, int64_t size, const char *errors, int64_t *consumed)
{
    Decoder d = {.encoding = "rawunicodeescape", .errors = errors, .data = data, .size = size};
    int64_t at = 0;
    while (at < d.size) {
        uint8_t c = d.data[at];
        if (c != '\\' || (at + 1 >= d.size && !consumed)) {
            if (!str_builder_char(&d.out, c)) return 0;
            at++;
            continue;
        }
        if (at + 1 >= d.size) break;
        uint8_t letter = d.data[at + 1];
        if (letter != 'u' && letter != 'U') {
            if (!str_builder_char(&d.out, '\\') || !str_builder_char(&d.out, letter)) return 0;
            at += 2;
            continue;
        }
        Escape e = read_hex(&d, at + 2, letter == 'u' ? 4 : 8, letter == 'u' ? "truncated \\uXXXX escape" : "truncated \\UXXXXXXXX escape");
        if (e.fault && *e.fault == 'i') e.fault = "\\Uxxxxxxxx out of range";
        if (!e.fault) {
            if (!str_builder_char(&d.out, e.c)) return 0;
            at = e.end;
        } else if (e.incomplete && consumed) break;
        else if ((at = decode_fault(&d, at, e.end, e.fault)) < 0) return 0;
    }
    if (consumed) *consumed = at;
    return str_builder_finish(&d.out);
}

Value codec_raw_unicode_escape_encode(Value s)
{
    BytesBuilder b = {0};
    int kind = str_kind(s);
    if (kind == 1) return bytes_new(str_data(s), (size_t)str_length(s));
    for (int64_t i = 0; i < str_length(s); i++) {
        uint32_t c = str_read(kind, str_data(s), i);
        uint8_t byte = (uint8_t)c;
        if (!(c < 0x100 ? bytes_builder_add(&b, &byte, 1) : add_hex(&b, c))) return 0;
    }
    return bytes_builder_finish(&b);
}

/* --- the escapes of bytes literals */
Value codec_bytes_escape_decode(const uint8_t *data, int64_t size, const char *errors)
{
    BytesBuilder b = {0};
    const uint8_t *odd = 0;
    for (int64_t i = 0; i < size;) {
        uint8_t c = data[i++];
        if (c == '\\') {
            if (i >= size) return raise_value("Trailing \\ in string");
            c = data[i++];
            if (c == '\n') continue;
            int simple = simple_escape(c);
            if (simple >= 0) c = (uint8_t)simple;
            else if (c >= '0' && c <= '7') {
                int n = c - '0';
                const uint8_t *start = data + i - 1;
                for (int k = 0; k < 2 && i < size && data[i] >= '0' && data[i] <= '7'; k++) n = n * 8 + (data[i++] - '0');
                if (n > 255 && !odd) odd = start;
                c = (uint8_t)n;
            } else if (c == 'x') {
                int high = i < size ? ascii_hex_value(data[i]) : -1, low = i + 1 < size ? ascii_hex_value(data[i + 1]) : -1;
                if (high >= 0 && low >= 0) {
                    c = (uint8_t)(high << 4 | low);
                    i += 2;
                } else {
                    if (!errors || !strcmp(errors, "strict")) return raise_value("invalid \\x escape at position %zd", (size_t)(i - 2));
                    bool ignore = !strcmp(errors, "ignore");
                    if (!ignore && strcmp(errors, "replace")) return raise_value("decoding error; unknown error handling code: %.400s", errors);
                    if (high >= 0) i++;
                    if (ignore) continue;
                    c = '?';
                }
            } else {
                if (!odd) odd = data + i - 1;
                if (!bytes_builder_add(&b, "\\", 1)) return 0;
            }
        }
        if (!bytes_builder_add(&b, &c, 1)) return 0;
    }
    if (odd && !warn_escape(odd, size - (odd - data))) return 0;
    return bytes_builder_finish(&b);
}

Value codec_bytes_escape_encode(Value bytes)
{
    BytesBuilder b = {0};
    return add_escaped(&b, bytes_data(bytes), bytes_size(bytes), '\'') ? bytes_builder_finish(&b) : 0;
}
