/* unicode.c: character properties, normalization form KC, and names.
 *
 * Names are not stored: a name is found by its 64-bit hash (FNV-1a), whose table is half the size of the names themselves. A wrong name has a chance of
 * about one in 10^14 to be taken for a character's; the generator checks that no two real names collide.
 */
#include "base/unicode.h"
#include "base/utf8.h"
#include "base/unicode_tables.h"
#include <string.h>

enum { XID_START = 1, XID_CONTINUE = 2, PRINTABLE = 4 };
enum { S_BASE = 0xac00, L_BASE = 0x1100, V_BASE = 0x1161, T_BASE = 0x11a7, L_COUNT = 19, V_COUNT = 21, T_COUNT = 28, S_COUNT = L_COUNT * V_COUNT * T_COUNT };
#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static uint8_t flags_of(uint32_t c) { return c < 0x110000 ? flag_blocks[flag_index[c >> 7]][c & 127] : 0; }

bool unicode_is_xid_start(uint32_t c) { return c == '_' || (flags_of(c) & XID_START); }
bool unicode_is_xid_continue(uint32_t c) { return flags_of(c) & XID_CONTINUE; }
bool unicode_is_printable(uint32_t c) { return flags_of(c) & PRINTABLE; }

static int combining_class(uint32_t c)
{
    size_t low = 0, high = COUNT(combining_classes);
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (combining_classes[middle].code < c) low = middle + 1;
        else high = middle;
    }
    return low < COUNT(combining_classes) && combining_classes[low].code == c ? combining_classes[low].class : 0;
}

/* Writes the compatibility decomposition of `c`; the number of characters (1: itself). */
static int decompose(uint32_t c, uint32_t *out)
{
    if (c >= S_BASE && c < S_BASE + S_COUNT) {
        uint32_t s = c - S_BASE;
        out[0] = L_BASE + s / (V_COUNT * T_COUNT);
        out[1] = V_BASE + s % (V_COUNT * T_COUNT) / T_COUNT;
        out[2] = T_BASE + s % T_COUNT;
        return s % T_COUNT ? 3 : 2;
    }
    size_t low = 0, high = COUNT(decompositions);
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (decompositions[middle].code < c) low = middle + 1;
        else high = middle;
    }
    if (low == COUNT(decompositions) || decompositions[low].code != c) {
        out[0] = c;
        return 1;
    }
    memcpy(out, decomposed + decompositions[low].offset, decompositions[low].count * sizeof *out);
    return decompositions[low].count;
}

/* The composition of two characters, or 0. */
static uint32_t compose(uint32_t first, uint32_t second)
{
    if (first >= L_BASE && first < L_BASE + L_COUNT && second >= V_BASE && second < V_BASE + V_COUNT) return S_BASE + ((first - L_BASE) * V_COUNT + (second - V_BASE)) * T_COUNT;
    if (first >= S_BASE && first < S_BASE + S_COUNT && (first - S_BASE) % T_COUNT == 0 && second > T_BASE && second < T_BASE + T_COUNT) return first + (second - T_BASE);
    size_t low = 0, high = COUNT(compositions);
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (compositions[middle].first < first || (compositions[middle].first == first && compositions[middle].second < second)) low = middle + 1;
        else high = middle;
    }
    return low < COUNT(compositions) && compositions[low].first == first && compositions[low].second == second ? compositions[low].composed : 0;
}

/* Stable sort of each run of combining marks by class. */
static void reorder(uint32_t *chars, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        uint32_t c = chars[i];
        int class = combining_class(c);
        if (!class) continue;
        size_t k = i;
        while (k > 0 && combining_class(chars[k - 1]) > class) {
            chars[k] = chars[k - 1];
            k--;
        }
        chars[k] = c;
    }
}

/* Canonical composition in place; the new count. */
static size_t recompose(uint32_t *chars, size_t count)
{
    size_t out = 0, starter = SIZE_MAX;
    int last_class = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t c = chars[i];
        int class = combining_class(c);
        /* A mark is blocked by one of the same or a higher class between it and the starter; a starter by anything. */
        if (starter != SIZE_MAX && (out == starter + 1 || (last_class && last_class < class))) {
            uint32_t composed = compose(chars[starter], c);
            if (composed) {
                chars[starter] = composed;
                continue;
            }
        }
        if (!class) starter = out;
        last_class = class;
        chars[out++] = c;
    }
    return out;
}

const char *unicode_nfkc(Arena *arena, const char *bytes, size_t *size)
{
    enum { LONGEST = 20 };
    size_t capacity = *size + LONGEST, count = 0;
    uint32_t *chars = arena_array(arena, uint32_t, capacity);
    for (const char *s = bytes, *end = bytes + *size; s < end;) {
        uint32_t c = utf8_next(&s);
        if (count + LONGEST > capacity) {
            uint32_t *larger = arena_array(arena, uint32_t, capacity * 2 + LONGEST);
            memcpy(larger, chars, count * sizeof *chars);
            chars = larger;
            capacity = capacity * 2 + LONGEST;
        }
        if (c < 0x80) chars[count++] = c;
        else count += (size_t)decompose(c, chars + count);
    }
    reorder(chars, count);
    count = recompose(chars, count);
    char *out = arena_alloc(arena, count * 4 + 1);
    size_t length = 0;
    for (size_t i = 0; i < count; i++) length += (size_t)utf8_encode(chars[i], out + length);
    *size = length;
    return out;
}

/* ---- names ------------------------------------------------------------------------------------------------------------------ */

static const char *const lead[L_COUNT] = {"G", "GG", "N", "D", "DD", "R", "M", "B", "BB", "S", "SS", "", "J", "JJ", "C", "K", "T", "P", "H"};
static const char *const vowel[V_COUNT] = {"A", "AE", "YA", "YAE", "EO", "E", "YEO", "YE", "O", "WA", "WAE", "OE", "YO", "U", "WEO", "WE", "WI", "YU", "EU", "YI", "I"};
static const char *const tail[T_COUNT] = {"",   "G",  "GG", "GS", "N",  "NJ", "NH", "D",  "L", "LG", "LM", "LB", "LS", "LT",
                                          "LP", "LH", "M",  "B",  "BS", "S",  "SS", "NG", "J", "C",  "K",  "T",  "P",  "H"};

/* The longest of the parts that the text begins with; its index, or -1. */
static int longest_part(const char *const *parts, int count, const char **s, size_t *length)
{
    int best = -1;
    size_t best_length = 0;
    for (int i = 0; i < count; i++) {
        size_t part = strlen(parts[i]);
        if (part > *length || memcmp(*s, parts[i], part) != 0 || (best >= 0 && part <= best_length)) continue;
        best = i;
        best_length = part;
    }
    *s += best_length;
    *length -= best_length;
    return best;
}

static int32_t hangul(const char *s, size_t length)
{
    int l = longest_part(lead, L_COUNT, &s, &length), v = longest_part(vowel, V_COUNT, &s, &length), t = longest_part(tail, T_COUNT, &s, &length);
    return l >= 0 && v >= 0 && t >= 0 && !length ? S_BASE + (l * V_COUNT + v) * T_COUNT + t : -1;
}

static int32_t ideograph(const char *s, size_t length)
{
    if (length != 4 && length != 5) return -1;
    uint32_t c = 0;
    for (size_t i = 0; i < length; i++) {
        if (s[i] >= '0' && s[i] <= '9') c = c * 16 + (uint32_t)(s[i] - '0');
        else if (s[i] >= 'A' && s[i] <= 'F') c = c * 16 + (uint32_t)(s[i] - 'A') + 10;
        else return -1;
    }
    static const uint32_t ranges[][2] = {{0x3400, 0x4dbf},   {0x4e00, 0x9fff},   {0x20000, 0x2a6df}, {0x2a700, 0x2b738},
                                         {0x2b740, 0x2b81d}, {0x2b820, 0x2cea1}, {0x2ceb0, 0x2ebe0}, {0x30000, 0x3134a}};
    for (size_t i = 0; i < COUNT(ranges); i++)
        if (c >= ranges[i][0] && c <= ranges[i][1]) return (int32_t)c;
    return -1;
}

int32_t unicode_lookup_name(const char *name, size_t length)
{
    if (length > 256) return -1;
    if (length > 16 && memcmp(name, "HANGUL SYLLABLE ", 16) == 0) return hangul(name + 16, length - 16);
    if (length > 22 && memcmp(name, "CJK UNIFIED IDEOGRAPH-", 22) == 0) return ideograph(name + 22, length - 22);
    uint64_t hash = 14695981039346656037ull;
    for (size_t i = 0; i < length; i++) {
        char c = name[i] >= 'a' && name[i] <= 'z' ? (char)(name[i] - 32) : name[i];
        hash = (hash ^ (uint8_t)c) * 1099511628211ull;
    }
    size_t low = 0, high = COUNT(name_hashes);
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (name_hashes[middle] < hash) low = middle + 1;
        else high = middle;
    }
    return low < COUNT(name_hashes) && name_hashes[low] == hash ? (int32_t)name_codes[low] : -1;
}
