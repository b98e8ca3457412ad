/* unicode_db.c: the Unicode character database in tables made at build time (tools/unicode_tables.c), and normalization. */
#include "object/unicode_db.h"
#include "object/str_internal.h"
#include <stdio.h>
#include <stdlib.h>

typedef struct DbRecord {
    uint8_t category, bidi, combining, mirrored, width, quick, in_3_2;
} DbRecord;
#include "object/unicode_db_tables.h"

#define TRIE(name, c) name##_2[name##_1[(c) >> 7] << 7 | ((c) & 127)]
#define COUNT(array) (sizeof(array) / sizeof *(array))

static const DbRecord *record(uint32_t c) { return &db_records[TRIE(db_index, c < 0x110000 ? c : 0xffff)]; }

/* --- Unicode 3.2 */
typedef struct OldText {
    uint32_t first, last;
    const char *value;
} OldText;
typedef struct OldNumber {
    uint32_t first, last;
    int64_t value;
} OldNumber;
#define OLD_CATEGORY(first, last, value)
#define OLD_BIDIRECTIONAL(first, last, value)
#define OLD_WIDTH(first, last, value)
#define OLD_MIRRORED(first, last, value)
#define OLD_DECIMAL(first, last, value)
#define OLD_DECOMPOSITION(first, last, value)
#define ENTRY(first, last, value) {first, last, value},
static const OldText old_categories[] = {
#undef OLD_CATEGORY
#define OLD_CATEGORY ENTRY
#include "object/unicode_3_2.def"
#undef OLD_CATEGORY
#define OLD_CATEGORY(first, last, value)
};
static const OldText old_bidis[] = {
#undef OLD_BIDIRECTIONAL
#define OLD_BIDIRECTIONAL ENTRY
#include "object/unicode_3_2.def"
#undef OLD_BIDIRECTIONAL
#define OLD_BIDIRECTIONAL(first, last, value)
};
static const OldText old_widths[] = {
#undef OLD_WIDTH
#define OLD_WIDTH ENTRY
#include "object/unicode_3_2.def"
#undef OLD_WIDTH
#define OLD_WIDTH(first, last, value)
};
static const OldNumber old_mirrored[] = {
#undef OLD_MIRRORED
#define OLD_MIRRORED ENTRY
#include "object/unicode_3_2.def"
#undef OLD_MIRRORED
#define OLD_MIRRORED(first, last, value)
};
static const OldNumber old_decimals[] = {
#undef OLD_DECIMAL
#define OLD_DECIMAL ENTRY
#include "object/unicode_3_2.def"
#undef OLD_DECIMAL
#define OLD_DECIMAL(first, last, value)
};
static const OldNumber old_decompositions[] = {
#undef OLD_DECOMPOSITION
#define OLD_DECOMPOSITION ENTRY
#include "object/unicode_3_2.def"
#undef OLD_DECOMPOSITION
};

static const char *old_text(const OldText *table, size_t count, uint32_t c)
{
    for (size_t i = 0; i < count; i++)
        if (c >= table[i].first && c <= table[i].last) return table[i].value;
    return 0;
}

static const OldNumber *old_number(const OldNumber *table, size_t count, uint32_t c)
{
    for (size_t i = 0; i < count; i++)
        if (c >= table[i].first && c <= table[i].last) return &table[i];
    return 0;
}

bool unicode_assigned_3_2(uint32_t c) { return record(c)->in_3_2; }

/* --- properties */
const char *unicode_category(uint32_t c, bool old)
{
    if (old && !record(c)->in_3_2) return "Cn";
    const char *was = old ? old_text(old_categories, COUNT(old_categories), c) : 0;
    return was ? was : category_names[record(c)->category];
}

const char *unicode_bidirectional(uint32_t c, bool old)
{
    if (old && !record(c)->in_3_2) return "";
    const char *was = old ? old_text(old_bidis, COUNT(old_bidis), c) : 0;
    return was ? was : bidi_names[record(c)->bidi];
}

const char *unicode_east_asian_width(uint32_t c, bool old)
{
    if (old && !record(c)->in_3_2) return "F";
    const char *was = old ? old_text(old_widths, COUNT(old_widths), c) : 0;
    return was ? was : width_names[record(c)->width];
}

int unicode_combining(uint32_t c, bool old) { return old && !record(c)->in_3_2 ? 0 : record(c)->combining; }

bool unicode_mirrored(uint32_t c, bool old)
{
    if (old && !record(c)->in_3_2) return false;
    const OldNumber *was = old ? old_number(old_mirrored, COUNT(old_mirrored), c) : 0;
    return was ? was->value != 0 : record(c)->mirrored;
}

int unicode_decimal_3_2(uint32_t c)
{
    if (!record(c)->in_3_2) return -1;
    const OldNumber *was = old_number(old_decimals, COUNT(old_decimals), c);
    return was ? (int)was->value : unicode_decimal_value(c);
}

int unicode_decomposition(uint32_t c, bool old, const char **tag, const uint32_t **to)
{
    uint32_t at = c < 0x110000 && !(old && !record(c)->in_3_2) ? TRIE(decomp_index, c) : 0;
    if (!at) return 0;
    *tag = decomp_prefixes[decomp_data[at] >> 8];
    *to = &decomp_data[at + 1];
    return (int)(decomp_data[at] & 255);
}

/* --- names */
enum { HANGUL_FIRST = 0xac00, HANGUL_COUNT = 11172, HANGUL_L = 0x1100, HANGUL_V = 0x1161, HANGUL_T = 0x11a7, L_COUNT = 19, V_COUNT = 21, T_COUNT = 28 };

static size_t hangul_name(uint32_t c, char *out)
{
    static const char *const leads[] = {"G", "GG", "N", "D", "DD", "R", "M", "B", "BB", "S", "SS", "", "J", "JJ", "C", "K", "T", "P", "H"};
    static const char *const vowels[] = {"A", "AE", "YA", "YAE", "EO", "E", "YEO", "YE", "O", "WA", "WAE", "OE", "YO", "U", "WEO", "WE", "WI", "YU", "EU", "YI", "I"};
    static const char *const tails[] = {"",   "G",  "GG", "GS", "N",  "NJ", "NH", "D",  "L", "LG", "LM", "LB", "LS", "LT",
                                        "LP", "LH", "M",  "B",  "BS", "S",  "SS", "NG", "J", "C",  "K",  "T",  "P",  "H"};
    uint32_t i = c - HANGUL_FIRST;
    return (size_t)snprintf(out, UNICODE_NAME_SIZE, "HANGUL SYLLABLE %s%s%s", leads[i / (V_COUNT * T_COUNT)], vowels[i / T_COUNT % V_COUNT], tails[i % T_COUNT]);
}

size_t unicode_name(uint32_t c, char out[UNICODE_NAME_SIZE])
{
    if (c >= 0x110000) return 0;
    if (c - HANGUL_FIRST < HANGUL_COUNT) return hangul_name(c, out);
    for (size_t i = 0; i < COUNT(cjk_ranges); i++)
        if (c >= cjk_ranges[i].first && c <= cjk_ranges[i].last) return (size_t)snprintf(out, UNICODE_NAME_SIZE, "CJK UNIFIED IDEOGRAPH-%X", c);
    uint32_t at = TRIE(name_index, c);
    if (!at) return 0;
    size_t length = 0;
    for (;; at++) {
        const char *word = name_words + name_word_offsets[name_data[at] & 0x7fff];
        size_t n = strlen(word);
        if (length + n + 2 > UNICODE_NAME_SIZE) return 0;
        memcpy(out + length, word, n);
        length += n;
        if (name_data[at] & 0x8000) break;
        out[length++] = ' ';
    }
    out[length] = 0;
    return length;
}

size_t unicode_replacement_name(uint32_t c, char out[UNICODE_NAME_SIZE])
{
    enum { ALIASES = 0xf0000, SEQUENCES = 0xf0200 };
    const char *name = c >= ALIASES && c - ALIASES < COUNT(name_aliases) ? name_aliases[c - ALIASES] : c >= SEQUENCES && c - SEQUENCES < COUNT(named_sequences) ? named_sequences[c - SEQUENCES].name : 0;
    return name ? (size_t)snprintf(out, UNICODE_NAME_SIZE, "%s", name) : unicode_name(c, out);
}

const uint32_t *unicode_named_sequence(const char *name, size_t length)
{
    for (size_t i = 0; i < COUNT(named_sequences); i++)
        if (!strncasecmp(named_sequences[i].name, name, length) && !named_sequences[i].name[length]) return named_sequences[i].chars;
    return 0;
}

/* --- normalization */
NormalForm unicode_form(const char *name)
{
    static const char *const names[] = {"NFD", "NFKD", "NFC", "NFKC"};
    for (int i = 0; i < 4; i++)
        if (!strcmp(name, names[i])) return (NormalForm)i;
    return FORM_INVALID;
}

QuickCheck unicode_quick_check(Value s, NormalForm form, bool old, bool yes_only)
{
    if (old) return CHECK_NO;
    if (str_is_ascii(s)) return CHECK_YES;
    QuickCheck result = CHECK_YES;
    int64_t length = str_length(s);
    int kind = str_kind(s), previous = 0;
    const void *data = str_data(s);
    for (int64_t i = 0; i < length; i++) {
        const DbRecord *r = record(str_read(kind, data, i));
        if (r->combining && previous > r->combining) return CHECK_NO;
        previous = r->combining;
        int check = r->quick >> 2 * (int)form & 3;
        if (!check) continue;
        if (yes_only) return CHECK_MAYBE;
        if (check == 1) return CHECK_NO;
        result = CHECK_MAYBE;
    }
    return result;
}

typedef struct Chars {
    uint32_t *data;
    size_t count, room;
} Chars;

static bool add_char(Chars *b, uint32_t c)
{
    if (b->count == b->room) {
        size_t room = b->room * 2 + 64;
        uint32_t *data = gc_buffer_grow(b->data, b->count * sizeof *data, room * sizeof *data);
        if (!data) return false;
        b->data = data;
        b->room = room;
    }
    b->data[b->count++] = c;
    return true;
}

/* Adds c fully decomposed. Depth is bounded by the data (a few levels). */
static bool add_decomposed(Chars *b, uint32_t c, bool compatible, bool old)
{
    const char *tag;
    const uint32_t *to;
    if (c - HANGUL_FIRST < HANGUL_COUNT) {
        uint32_t i = c - HANGUL_FIRST, tail = i % T_COUNT;
        return add_char(b, HANGUL_L + i / (V_COUNT * T_COUNT)) && add_char(b, HANGUL_V + i / T_COUNT % V_COUNT) && (!tail || add_char(b, HANGUL_T + tail));
    }
    const OldNumber *was = old ? old_number(old_decompositions, COUNT(old_decompositions), c) : 0;
    if (was) return add_char(b, (uint32_t)was->value);
    int count = unicode_decomposition(c, old, &tag, &to);
    if (!count || (*tag && !compatible)) return add_char(b, c);
    for (int i = 0; i < count; i++)
        if (!add_decomposed(b, to[i], compatible, old)) return false;
    return true;
}

/* Puts combining characters in canonical order: a stable sort of each run of them. */
typedef struct Ranked {
    uint32_t c, rank;
} Ranked;

static int compare_ranked(const void *a, const void *b)
{
    uint32_t x = ((const Ranked *)a)->rank, y = ((const Ranked *)b)->rank;
    return x < y ? -1 : x > y;
}

static bool sort_run(uint32_t *run, size_t n)
{
    if (n < 20) {
        for (size_t i = 1; i < n; i++) {
            uint32_t c = run[i];
            int rank = record(c)->combining;
            size_t k = i;
            for (; k && record(run[k - 1])->combining > rank; k--) run[k] = run[k - 1];
            run[k] = c;
        }
        return true;
    }
    /* Long runs (they are hostile) in n log n; the place makes the order stable. */
    Ranked *ranked = gc_buffer_raw(n * sizeof *ranked);
    if (!ranked) return false;
    if (n > 1u << 23) {
        /* The rank would not fit beside the place: counting by class instead. */
        size_t at = 0;
        for (int rank = 0; rank < 256; rank++)
            for (size_t i = 0; i < n; i++)
                if (record(run[i])->combining == rank) ranked[at++].c = run[i];
    } else {
        for (size_t i = 0; i < n; i++) ranked[i] = (Ranked){run[i], (uint32_t)record(run[i])->combining << 23 | (uint32_t)i};
        qsort(ranked, n, sizeof *ranked, compare_ranked);
    }
    for (size_t i = 0; i < n; i++) run[i] = ranked[i].c;
    return true;
}

static bool canonical_order(Chars *b)
{
    for (size_t i = 0; i < b->count;) {
        if (!record(b->data[i])->combining) {
            i++;
            continue;
        }
        size_t start = i;
        while (i < b->count && record(b->data[i])->combining) i++;
        if (!sort_run(b->data + start, i - start)) return false;
    }
    return true;
}

/* The character that first and second compose to, or 0. */
static uint32_t compose_pair(uint32_t first, uint32_t second)
{
    if (first - HANGUL_L < L_COUNT && second - HANGUL_V < V_COUNT) return HANGUL_FIRST + ((first - HANGUL_L) * V_COUNT + (second - HANGUL_V)) * T_COUNT;
    if (first - HANGUL_FIRST < HANGUL_COUNT && (first - HANGUL_FIRST) % T_COUNT == 0 && second > HANGUL_T && second < HANGUL_T + T_COUNT) return first + (second - HANGUL_T);
    size_t low = 0, high = COUNT(compositions);
    while (low < high) {
        size_t middle = (low + high) / 2;
        uint32_t a = compositions[middle].first, b = compositions[middle].second;
        if (a == first && b == second) return compositions[middle].composed;
        if (a < first || (a == first && b < second)) low = middle + 1;
        else high = middle;
    }
    return 0;
}

static void compose(Chars *b)
{
    size_t out = 0, starter = SIZE_MAX;
    int last = 0;   /* the combining class of the character before, if it stayed behind the starter */
    for (size_t i = 0; i < b->count; i++) {
        uint32_t c = b->data[i];
        int rank = record(c)->combining;
        bool blocked = starter == SIZE_MAX || (out > starter + 1 && (last >= rank || last == 0));
        uint32_t composed = blocked ? 0 : compose_pair(b->data[starter], c);
        if (composed) {
            b->data[starter] = composed;
            continue;
        }
        if (!rank) starter = out;
        last = rank;
        b->data[out++] = c;
    }
    b->count = out;
}

Value unicode_normalize(Value s, NormalForm form, bool old)
{
    if (!str_length(s) || unicode_quick_check(s, form, old, true) == CHECK_YES) return str_exact(s);
    Chars b = {0};
    int kind = str_kind(s);
    int64_t length = str_length(s);
    bool compatible = form == FORM_NFKC || form == FORM_NFKD;
    for (int64_t i = 0; i < length; i++)
        if (!add_decomposed(&b, str_read(kind, str_data(s), i), compatible, old)) return 0;
    if (!canonical_order(&b)) return 0;
    if (form == FORM_NFC || form == FORM_NFKC) compose(&b);
    return str_from_kind(4, b.data, (int64_t)b.count);
}
