/* str_find.c: searching characters and substrings, forwards and backwards, in linear time.
 *
 * One character: memchr where characters are bytes. A substring of bytes: its first and last byte are compared at sixteen places at once, or memmem (two-way). Otherwise: look for the needle's first character and compare; when that has
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

/* --- bytes in bytes, sixteen places at once: where do the needle's first and last byte stand right? */
typedef uint8_t Bytes16 __attribute__((vector_size(16)));
typedef bool Mask16 __attribute__((ext_vector_type(16)));

static inline Bytes16 load16(const uint8_t *p)
{
    Bytes16 v;
    memcpy(&v, p, sizeof v);
    return v;
}

static inline uint32_t mask_of(Bytes16 all_or_nothing) { return __builtin_bit_cast(uint16_t, __builtin_convertvector(all_or_nothing, Mask16)); }

static inline uint32_t candidates(const uint8_t *at, int64_t m, uint8_t first, uint8_t last) { return mask_of((Bytes16)((load16(at) == first) & (load16(at + m - 1) == last))); }

/* The rest of a search that met too many false candidates: memmem cannot degenerate. */
static int64_t hits_by_memmem(const uint8_t *text, int64_t n, const uint8_t *needle, int64_t m, int64_t from, int64_t *hits, int64_t count, int64_t most)
{
    while (count < most) {
        const uint8_t *hit = memmem(text + from, (size_t)(n - from), needle, (size_t)m);
        if (!hit) break;
        hits[count++] = hit - text;
        from = hit - text + m;
    }
    return count;
}

static int64_t hits_in_bytes(const uint8_t *text, int64_t n, const uint8_t *needle, int64_t m, int64_t *hits, int64_t most)
{
    int64_t count = 0, at = 0, next = 0, wasted = 0, end = n - m + 1;   /* no hit may start before `next` */
    uint8_t first = needle[0], last = needle[m - 1];
    for (; at + 16 <= end; at += 16) {
        for (uint32_t mask = candidates(text + at, m, first, last); mask; mask &= mask - 1) {
            int64_t place = at + __builtin_ctz(mask);
            if (place < next) continue;
            if (m > 2 && memcmp(text + place + 1, needle + 1, (size_t)m - 2)) {
                if (++wasted > 64 && wasted * 16 > place) return hits_by_memmem(text, n, needle, m, place + 1, hits, count, most);
                continue;
            }
            hits[count++] = place;
            next = place + m;
            if (count == most) return count;
        }
    }
    if (at < next) at = next;
    for (; at < end; at++) {
        if (text[at] != first || text[at + m - 1] != last || (m > 2 && memcmp(text + at + 1, needle + 1, (size_t)m - 2))) continue;
        hits[count++] = at;
        at += m - 1;
        if (count == most) break;
    }
    return count;
}

/* The last place, or -1. */
static int64_t rfind_bytes(const uint8_t *text, int64_t n, const uint8_t *needle, int64_t m)
{
    int64_t at = n - m + 1, wasted = 0;
    uint8_t first = needle[0], last = needle[m - 1];
    while (at > 0) {
        int64_t block = at < 16 ? at : 16;
        uint32_t mask = 0;
        at -= block;
        if (block == 16) mask = candidates(text + at, m, first, last);
        else
            for (int64_t i = 0; i < block; i++) mask |= (uint32_t)(text[at + i] == first && text[at + i + m - 1] == last) << i;
        for (; mask; mask &= ~(1u << (31 - __builtin_clz(mask)))) {
            int64_t place = at + 31 - __builtin_clz(mask);
            if (m <= 2 || memcmp(text + place + 1, needle + 1, (size_t)m - 2) == 0) return place;
            if (++wasted > 64 && wasted * 16 > n - place) {
                int64_t back = find_plain(1, text, place + m - 1, 1, needle, m, true);
                return back < 0 ? -1 : place - 1 - back;
            }
        }
    }
    return -1;
}

int64_t str_find_hits(int kind, const void *text, int64_t n, int needle_kind, const void *needle, int64_t m, int64_t *hits, int64_t most)
{
    if (m > n || most <= 0) return 0;
    if (kind == 1 && needle_kind == 1) return hits_in_bytes(text, n, needle, m, hits, most);
    int64_t count = 0;
    for (int64_t at = 0; count < most;) {
        int64_t hit = str_find_raw(kind, (const char *)text + at * kind, n - at, needle_kind, needle, m);
        if (hit < 0) break;
        hits[count++] = at + hit;
        at += hit + m;
    }
    return count;
}

static int64_t count_byte(const uint8_t *text, int64_t n, uint8_t c)
{
    int64_t count = 0, i = 0;
    while (i + 16 <= n) {
        /* Sixteen counters of a byte each, which 255 rounds cannot overflow. */
        Bytes16 sums = {0};
        for (int round = 0; round < 255 && i + 16 <= n; round++, i += 16) sums -= (Bytes16)(load16(text + i) == c);
        for (int k = 0; k < 16; k++) count += sums[k];
    }
    for (; i < n; i++) count += text[i] == c;
    return count;
}

int64_t str_find_raw(int kind, const void *text, int64_t n, int needle_kind, const void *needle, int64_t m)
{
    if (m == 0) return 0;
    if (m > n) return -1;
    if (m == 1) return str_find_char_raw(kind, text, n, str_read(needle_kind, needle, 0));
    if (kind == 1 && needle_kind == 1) {
        int64_t hit;
        return hits_in_bytes(text, n, needle, m, &hit, 1) ? hit : -1;
    }
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
    if (kind == 1) return rfind_bytes(text, n, needle, m);
    int64_t at = find_plain(kind, text, n, needle_kind, needle, m, true);
    return at < 0 ? -1 : n - m - at;
}

int64_t str_count_raw(int kind, const void *text, int64_t n, int needle_kind, const void *needle, int64_t m, int64_t max)
{
    if (m == 0) return n + 1 < max ? n + 1 : max;
    if (m == 1 && kind == 1 && max >= n) return needle_kind == 1 ? count_byte(text, n, *(const uint8_t *)needle) : 0;
    int64_t hits[64], total = 0, at = 0;
    while (total < max) {
        int64_t most = max - total < 64 ? max - total : 64;
        int64_t count = str_find_hits(kind, (const char *)text + at * kind, n - at, needle_kind, needle, m, hits, most);
        total += count;
        if (count < 64) break;
        at += hits[63] + m;
    }
    return total;
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
