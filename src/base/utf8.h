/* utf8.h: reading, writing, counting and checking UTF-8.
 *
 * Two dialects: the strict one of files, and the one of our texts, which may hold encoded surrogates (U+D800..U+DFFF as three bytes) because Python
 * strings may. Functions say which they take.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Writes `c` (surrogates too) at `out`, at most 4 bytes; the number of bytes. */
static inline int utf8_encode(uint32_t c, char *out)
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (char)(0xc0 | c >> 6);
        out[1] = (char)(0x80 | (c & 0x3f));
        return 2;
    }
    if (c < 0x10000) {
        out[0] = (char)(0xe0 | c >> 12);
        out[1] = (char)(0x80 | (c >> 6 & 0x3f));
        out[2] = (char)(0x80 | (c & 0x3f));
        return 3;
    }
    out[0] = (char)(0xf0 | c >> 18);
    out[1] = (char)(0x80 | (c >> 12 & 0x3f));
    out[2] = (char)(0x80 | (c >> 6 & 0x3f));
    out[3] = (char)(0x80 | (c & 0x3f));
    return 4;
}

/* The character at *cursor, which moves behind it. Takes text known to be valid (either dialect). */
static inline uint32_t utf8_next(const char **cursor)
{
    const uint8_t *s = (const uint8_t *)*cursor;
    if (s[0] < 0x80) {
        *cursor += 1;
        return s[0];
    }
    if (s[0] < 0xe0) {
        *cursor += 2;
        return (s[0] & 0x1fu) << 6 | (s[1] & 0x3fu);
    }
    if (s[0] < 0xf0) {
        *cursor += 3;
        return (s[0] & 0x0fu) << 12 | (s[1] & 0x3fu) << 6 | (s[2] & 0x3fu);
    }
    *cursor += 4;
    return (s[0] & 7u) << 18 | (s[1] & 0x3fu) << 12 | (s[2] & 0x3fu) << 6 | (s[3] & 0x3fu);
}

/* Why bytes are not UTF-8, as Python's UnicodeDecodeError says it. */
typedef enum Utf8Fault { UTF8_OK, UTF8_INVALID_START, UTF8_INVALID_CONTINUATION, UTF8_UNEXPECTED_END } Utf8Fault;

/* Checks strict UTF-8 (no surrogates, no overlong forms). On a fault *start and *end tell the offending bytes. */
Utf8Fault utf8_check(const char *bytes, size_t size, size_t *start, size_t *end);
/* "invalid start byte", ... */
const char *utf8_fault_text(Utf8Fault fault);
/* Characters in valid text (either dialect). */
size_t utf8_count(const char *bytes, size_t size);
/* Characters that any bytes decode to when each fault becomes one U+FFFD. */
size_t utf8_count_replaced(const char *bytes, size_t size);
/* Whether all bytes are below 0x80. */
bool utf8_is_ascii(const char *bytes, size_t size);
