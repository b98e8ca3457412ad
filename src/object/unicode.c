/* unicode.c: the properties of characters that the methods of str need, from tables made at build time (tools/unicode_tables.c). What the front end needs too
 * (names, printable characters) is in base/unicode.c. */
#include "object/str_internal.h"
#include "object/unicode_flags.h"

typedef struct FullCase {
    uint8_t count[4];
    uint32_t to[4][3];
} FullCase;   /* lower, upper, title, fold */
typedef struct CharRecord {
    uint16_t flags;
    int8_t decimal, digit;
    uint16_t full;
    int32_t lower, upper, title;
} CharRecord;

#include "object/unicode_tables.h"

static inline const CharRecord *record(uint32_t c)
{
    if (c >= 0x110000) c = 0xffff;   /* unassigned */
    return &unicode_records[unicode_index_2[unicode_index_1[c >> 7] << 7 | (c & 127)]];
}

#define FLAG_TEST(name, flag) \
    bool name(uint32_t c) { return record(c)->flags & (flag); }
FLAG_TEST(unicode_is_alpha, ALPHA)
FLAG_TEST(unicode_is_upper, UPPER)
FLAG_TEST(unicode_is_lower, LOWER)
FLAG_TEST(unicode_is_title, TITLE)
FLAG_TEST(unicode_is_cased, CASED)
FLAG_TEST(unicode_is_case_ignorable, CASE_IGNORABLE)
FLAG_TEST(unicode_is_numeric, NUMERIC)

bool unicode_is_space(uint32_t c)
{
    if (c < 128) return c == ' ' || (c >= 9 && c <= 13) || (c >= 0x1c && c <= 0x1f);
    return record(c)->flags & SPACE;
}

bool unicode_is_linebreak(uint32_t c)
{
    if (c < 128) return (c >= 10 && c <= 13) || (c >= 0x1c && c <= 0x1e);
    return record(c)->flags & LINEBREAK;
}

bool unicode_is_decimal(uint32_t c) { return record(c)->decimal >= 0; }
bool unicode_is_digit(uint32_t c) { return record(c)->digit >= 0; }
int unicode_decimal_value(uint32_t c) { return c - '0' < 10u ? (int)(c - '0') : c < 128 ? -1 : record(c)->decimal; }
int unicode_digit_value(uint32_t c) { return record(c)->digit; }

double unicode_numeric_value(uint32_t c)
{
    size_t low = 0, high = sizeof unicode_numbers / sizeof *unicode_numbers;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (unicode_numbers[middle].code == c) return unicode_numbers[middle].value;
        if (unicode_numbers[middle].code < c) low = middle + 1;
        else high = middle;
    }
    return -1.0;
}

static int full_case(uint32_t c, int which, int32_t delta, const CharRecord *r, uint32_t out[3])
{
    if (!(r->flags & FULL)) {
        out[0] = c + (uint32_t)delta;
        return 1;
    }
    const FullCase *f = &unicode_full[r->full];
    memcpy(out, f->to[which], sizeof f->to[which]);
    return f->count[which];
}

int unicode_full_lower(uint32_t c, uint32_t out[3])
{
    const CharRecord *r = record(c);
    return full_case(c, 0, r->lower, r, out);
}

int unicode_full_upper(uint32_t c, uint32_t out[3])
{
    const CharRecord *r = record(c);
    return full_case(c, 1, r->upper, r, out);
}

int unicode_full_title(uint32_t c, uint32_t out[3])
{
    const CharRecord *r = record(c);
    return full_case(c, 2, r->title, r, out);
}

int unicode_full_fold(uint32_t c, uint32_t out[3])
{
    const CharRecord *r = record(c);
    return full_case(c, 3, r->lower, r, out);
}
