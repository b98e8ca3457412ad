/* str_find.c: searching characters and substrings, forwards and backwards, in linear time.
 *
 * One character: memchr where characters are bytes. A substring of bytes: memchr for its first byte, or memmem (two-way). Otherwise: look for the needle's first character and compare; when that has
 * wasted more comparisons than the text has characters, finish with Knuth-Morris-Pratt, so that hostile input costs linear time too.
 */
#include "object/str_internal.h"

int64_t str_find_char_raw(int kind, const void *text, int64_t length, uint32_t c)
{
    if (kind == 1) {
        if (c > 0xff || length <= 0) return -1;
        const uint8_t *hit = memchr(text, (int)c, (size_t)length);
        return hit ? hit - (const uint8_t *)text : -1;
    }
    if (kind == 2) {
        if (c > 0xffff) return -1;
        const uint16_t *p = text;
        for (int64_t i = 0; i < length; i++)
            if (p[i] == c) return i;
        return -1;
    }
    const uint32_t *p = text;
    for (int64_t i = 0; i < length; i++)
        if (p[i] == c) return i;
    return -1;
}

int64_t str_rfind_char_raw(int kind, const void *text, int64_t length, uint32_t c)
{
    if (kind == 1) {
        if (c > 0xff || length <= 0) return -1;
        const uint8_t *hit = memrchr(text, (int)c, (size_t)length);
        return hit ? hit - (const uint8_t *)text : -1;
    }
    for (int64_t i = length; i-- > 0;)
        if (str_read(kind, text, i) == c) return i;
    return -1;
}

/* The two searches below see text and needle through AT, which reverses both for a backward search. */
#define AT(kind, data, size, i) (backwards ? str_read(kind, data, (size) - 1 - (i)) : str_read(kind, data, i))

static int64_t find_kmp(int kind, const void *text, int64_t n, int needle_kind, const void *needle, int64_t m, int64_t from, bool backwards)
{
    int64_t *border = gc_buffer_raw((size_t)(m + 1) * sizeof(int64_t));
    if (!border) {
        error_clear();
        border = 0;
    }
    if (border) {
        border[0] = -1;
        for (int64_t i = 0, k = -1; i < m;) {
            while (k >= 0 && AT(needle_kind, needle, m, i) != AT(needle_kind, needle, m, k)) k = border[k];
            border[++i] = ++k;
        }
        for (int64_t i = from, k = 0; i < n; i++) {
            uint32_t c = AT(kind, text, n, i);
            while (k >= 0 && c != AT(needle_kind, needle, m, k)) k = border[k];
            if (++k == m) return i + 1 - m;
        }
        return -1;
    }
    for (int64_t i = from; i + m <= n; i++) {
        int64_t k = 0;
        while (k < m && AT(kind, text, n, i + k) == AT(needle_kind, needle, m, k)) k++;
        if (k == m) return i;
    }
    return -1;
}

static inline __attribute__((always_inline)) int64_t find_plain(int kind, const void *text, int64_t n, int needle_kind, const void *needle, int64_t m, bool backwards)
{
    uint32_t first = AT(needle_kind, needle, m, 0);
    int64_t wasted = 0;
    for (int64_t i = 0; i + m <= n; i++) {
        if (AT(kind, text, n, i) != first) continue;
        int64_t k = 1;
        while (k < m && AT(kind, text, n, i + k) == AT(needle_kind, needle, m, k)) k++;
        if (k == m) return i;
        wasted += k;
        if (wasted > 2 * i + 1000) return find_kmp(kind, text, n, needle_kind, needle, m, i + 1, backwards);
    }
    return -1;
}

/* Bytes in bytes, m >= 2: looks for the first byte, and hands over to memmem, which cannot degenerate, when that finds too much. */
static int64_t find_bytes(const uint8_t *text, int64_t n, const uint8_t *needle, int64_t m)
{
    const uint8_t *at = text, *end = text + (n - m + 1);
    uint8_t last = needle[m - 1];
    for (int64_t wasted = 0; at < end; at++) {
        at = memchr(at, *needle, (size_t)(end - at));
        if (!at) return -1;
        if (at[m - 1] == last && memcmp(at + 1, needle + 1, (size_t)m - 2) == 0) return at - text;
        if (++wasted > 16 && wasted * 16 > at - text) {
            const uint8_t *hit = memmem(at + 1, (size_t)(text + n - at - 1), needle, (size_t)m);
            return hit ? hit - text : -1;
        }
    }
    return -1;
}

int64_t str_find_raw(int kind, const void *text, int64_t n, int needle_kind, const void *needle, int64_t m)
{
    if (m == 0) return 0;
    if (m > n) return -1;
    if (m == 1) return str_find_char_raw(kind, text, n, str_read(needle_kind, needle, 0));
    if (kind == 1 && needle_kind == 1) return find_bytes(text, n, needle, m);
    if (needle_kind > kind) return -1;
    if (kind == 2 && needle_kind == 1) return find_plain(2, text, n, 1, needle, m, false);
    if (kind == 2) return find_plain(2, text, n, 2, needle, m, false);
    return find_plain(4, text, n, needle_kind, needle, m, false);
}

int64_t str_rfind_raw(int kind, const void *text, int64_t n, int needle_kind, const void *needle, int64_t m)
{
    if (m == 0) return n;
    if (m > n || needle_kind > kind) return -1;
    if (m == 1) return str_rfind_char_raw(kind, text, n, str_read(needle_kind, needle, 0));
    int64_t at = kind == 1 ? find_plain(1, text, n, 1, needle, m, true) : find_plain(kind, text, n, needle_kind, needle, m, true);
    return at < 0 ? -1 : n - m - at;
}

int64_t str_count_raw(int kind, const void *text, int64_t n, int needle_kind, const void *needle, int64_t m, int64_t max)
{
    if (m == 0) return n + 1 < max ? n + 1 : max;
    int64_t count = 0;
    for (int64_t at = 0; count < max; count++) {
        int64_t hit = str_find_raw(kind, (const char *)text + at * kind, n - at, needle_kind, needle, m);
        if (hit < 0) break;
        at += hit + m;
    }
    return count;
}

int64_t str_find(Value s, Value sub, int64_t start, int64_t end)
{
    if (end > str_length(s)) end = str_length(s);
    if (start < 0) start = 0;
    if (start > end) return -1;
    int kind = str_kind(s);
    int64_t at = str_find_raw(kind, (const char *)str_data(s) + start * kind, end - start, str_kind(sub), str_data(sub), str_length(sub));
    return at < 0 ? -1 : at + start;
}

int64_t str_find_char(Value s, uint32_t c, int64_t start, int64_t end, int direction)
{
    if (end > str_length(s)) end = str_length(s);
    if (start < 0) start = 0;
    if (start >= end) return -1;
    int kind = str_kind(s);
    const char *text = (const char *)str_data(s) + start * kind;
    int64_t at = direction < 0 ? str_rfind_char_raw(kind, text, end - start, c) : str_find_char_raw(kind, text, end - start, c);
    return at < 0 ? -1 : at + start;
}
