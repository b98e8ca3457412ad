/* str_case.c: str's methods about case and classes of characters. */
#include "object/str_methods.h"
#include "object/unicode_flags.h"

/* --- case mapping */
typedef int FullMapping(uint32_t c, uint32_t out[3]);

/* Whether the capital sigma at `index` ends a word: a cased character before it, none behind it, looking through case-ignorable ones. */
static bool is_final_sigma(int kind, const void *data, int64_t length, int64_t index)
{
    int64_t i = index - 1;
    while (i >= 0 && unicode_is_case_ignorable(str_read(kind, data, i))) i--;
    if (i < 0 || !unicode_is_cased(str_read(kind, data, i))) return false;
    for (i = index + 1; i < length && unicode_is_case_ignorable(str_read(kind, data, i));) i++;
    return i == length || !unicode_is_cased(str_read(kind, data, i));
}

static int lower_at(int kind, const void *data, int64_t length, int64_t index, uint32_t out[3])
{
    uint32_t c = str_read(kind, data, index);
    if (c == 0x3a3) {
        out[0] = is_final_sigma(kind, data, length, index) ? 0x3c2 : 0x3c3;
        return 1;
    }
    return unicode_full_lower(c, out);
}

static bool builder_add(StrBuilder *b, const uint32_t *chars, int count)
{
    for (int i = 0; i < count; i++)
        if (!str_builder_char(b, chars[i])) return false;
    return true;
}

/* Text of two bytes a character, when each becomes one and the result is such text again; else 0, as without memory. */
static Value map_wide(const uint16_t *data, int64_t length, FullMapping *mapping)
{
    Value result = str_alloc(length, 0xffff);
    if (!result) return 0;
    uint16_t *to = str_data(result);
    uint32_t out[3], all = 0;
    for (int64_t i = 0; i < length; i++) {
        int n = mapping ? mapping(data[i], out) : lower_at(2, data, length, i, out);
        if (n != 1) return 0;
        all |= out[0];
        to[i] = (uint16_t)out[0];
    }
    return all <= 0xffff && str_max_in(2, to, length) == 0xffff ? result : 0;
}

static Value map_all(Value s, FullMapping *mapping)
{
    int64_t length = str_length(s);
    int kind = str_kind(s);
    const void *data = str_data(s);
    uint32_t out[3];
    if (kind == 2) {
        Value result = map_wide(data, length, mapping);
        if (result || thread_self->exception) return result;
    }
    StrBuilder b = {0};
    if (!str_builder_reserve(&b, length, 0)) return 0;
    for (int64_t i = 0; i < length; i++) {
        int n = mapping ? mapping(str_read(kind, data, i), out) : lower_at(kind, data, length, i, out);
        if (!builder_add(&b, out, n)) return 0;
    }
    return str_builder_finish(&b);
}

static Value ascii_case(Value s, uint8_t from, uint8_t to)
{
    int64_t length = str_length(s);
    Value result = str_alloc(length, 0x7f);
    if (!result || !length) return result;
    const uint8_t *in = str_data(s);
    uint8_t *out = str_data(result);
    for (int64_t i = 0; i < length; i++) out[i] = in[i] >= from && in[i] <= to ? in[i] ^ 0x20 : in[i];
    return result;
}

NATIVE(str_lower_native) { return str_is_ascii(args[0]) ? ascii_case(args[0], 'A', 'Z') : map_all(args[0], 0); }
NATIVE(str_upper_native) { return str_is_ascii(args[0]) ? ascii_case(args[0], 'a', 'z') : map_all(args[0], unicode_full_upper); }
NATIVE(str_casefold_native) { return str_is_ascii(args[0]) ? ascii_case(args[0], 'A', 'Z') : map_all(args[0], unicode_full_fold); }

static inline bool ascii_cased(uint8_t c) { return (uint8_t)((c | 0x20) - 'a') < 26; }

static Value ascii_title(Value s, bool each_word)
{
    int64_t length = str_length(s);
    Value result = str_alloc(length, 0x7f);
    if (!result || !length) return result;
    const uint8_t *in = str_data(s);
    uint8_t *out = str_data(result);
    bool inside = false;
    for (int64_t i = 0; i < length; i++) {
        bool cased = ascii_cased(in[i]);
        out[i] = !cased ? in[i] : inside ? in[i] | 0x20 : in[i] & ~0x20;
        inside = cased || !each_word;
    }
    return result;
}

/* The first letter of each word, or the very first character, in title case and the rest in lower case. */
static Value title(Value s, bool each_word)
{
    if (str_is_ascii(s)) return ascii_title(s, each_word);
    int64_t length = str_length(s);
    int kind = str_kind(s);
    const void *data = str_data(s);
    bool inside = false;
    uint32_t out[3];
    StrBuilder b = {0};
    for (int64_t i = 0; i < length; i++) {
        uint32_t c = str_read(kind, data, i);
        int n = inside ? lower_at(kind, data, length, i, out) : unicode_full_title(c, out);
        if (!builder_add(&b, out, n)) return 0;
        inside = !each_word || unicode_is_cased(c);
    }
    return str_builder_finish(&b);
}

NATIVE(str_title_native) { return title(args[0], true); }
NATIVE(str_capitalize_native) { return title(args[0], false); }

NATIVE(str_swapcase_native)
{
    Value s = args[0];
    int64_t length = str_length(s);
    int kind = str_kind(s);
    const void *data = str_data(s);
    uint32_t out[3];
    StrBuilder b = {0};
    for (int64_t i = 0; i < length; i++) {
        uint32_t c = str_read(kind, data, i);
        int n = 1;
        out[0] = c;
        if (unicode_is_upper(c)) n = lower_at(kind, data, length, i, out);
        else if (unicode_is_lower(c)) n = unicode_full_upper(c, out);
        if (!builder_add(&b, out, n)) return 0;
    }
    return str_builder_finish(&b);
}

/* --- classes */
static Value all_of(Value s, unsigned flags, bool (*test)(uint32_t), bool empty)
{
    int64_t length = str_length(s);
    int kind = str_kind(s);
    const void *data = str_data(s);
    if (!length) return bool_value(empty);
    if (kind == 1 && flags) {
        const uint8_t *p = data;
        for (int64_t i = 0; i < length; i++)
            if (!(unicode_latin1_flags[p[i]] & flags)) return FALSE;
        return TRUE;
    }
    for (int64_t i = 0; i < length; i++)
        if (!test(str_read(kind, data, i))) return FALSE;
    return TRUE;
}

static bool is_alnum(uint32_t c) { return unicode_is_alnum(c); }

NATIVE(str_isalnum_native) { return all_of(args[0], ALPHA | DECIMAL | DIGIT | NUMERIC, is_alnum, false); }
NATIVE(str_isalpha_native) { return all_of(args[0], ALPHA, unicode_is_alpha, false); }
NATIVE(str_isascii_native) { return bool_value(str_is_ascii(args[0])); }
NATIVE(str_isdecimal_native) { return all_of(args[0], DECIMAL, unicode_is_decimal, false); }
NATIVE(str_isdigit_native) { return all_of(args[0], DIGIT, unicode_is_digit, false); }
NATIVE(str_isnumeric_native) { return all_of(args[0], NUMERIC, unicode_is_numeric, false); }
NATIVE(str_isprintable_native) { return all_of(args[0], 0, unicode_is_printable, true); }
NATIVE(str_isspace_native) { return all_of(args[0], SPACE, unicode_is_space, false); }

static Value all_cased(Value s, bool (*right)(uint32_t), bool (*wrong)(uint32_t))
{
    int64_t length = str_length(s);
    int kind = str_kind(s);
    const void *data = str_data(s);
    bool cased = false;
    if (str_is_ascii(s)) {
        const uint8_t *p = data;
        unsigned bad = right == unicode_is_upper ? LOWER : UPPER, all = 0;
        for (int64_t i = 0; i < length; i++) all |= unicode_latin1_flags[p[i]];
        return bool_value(!(all & bad) && (all & (UPPER | LOWER)));
    }
    for (int64_t i = 0; i < length; i++) {
        uint32_t c = str_read(kind, data, i);
        if (wrong(c) || unicode_is_title(c)) return FALSE;
        cased |= right(c);
    }
    return bool_value(cased);
}

NATIVE(str_islower_native) { return all_cased(args[0], unicode_is_lower, unicode_is_upper); }
NATIVE(str_isupper_native) { return all_cased(args[0], unicode_is_upper, unicode_is_lower); }

NATIVE(str_istitle_native)
{
    Value s = args[0];
    int64_t length = str_length(s);
    int kind = str_kind(s);
    const void *data = str_data(s);
    bool cased = false, after_cased = false;
    for (int64_t i = 0; i < length; i++) {
        uint32_t c = str_read(kind, data, i);
        if (unicode_is_upper(c) || unicode_is_title(c)) {
            if (after_cased) return FALSE;
            after_cased = cased = true;
        } else if (unicode_is_lower(c)) {
            if (!after_cased) return FALSE;
            cased = true;
        } else after_cased = false;
    }
    return bool_value(cased);
}

NATIVE(str_isidentifier_native)
{
    Value s = args[0];
    int64_t length = str_length(s);
    int kind = str_kind(s);
    const void *data = str_data(s);
    if (!length) return FALSE;
    if (str_is_ascii(s)) {
        const uint8_t *p = data;
        if (p[0] != '_' && !ascii_cased(p[0])) return FALSE;
        for (int64_t i = 1; i < length; i++)
            if (p[i] != '_' && !(unicode_latin1_flags[p[i]] & (ALPHA | DECIMAL))) return FALSE;
        return TRUE;
    }
    uint32_t first = str_read(kind, data, 0);
    if (first != '_' && !unicode_is_xid_start(first)) return FALSE;
    for (int64_t i = 1; i < length; i++)
        if (!unicode_is_xid_continue(str_read(kind, data, i))) return FALSE;
    return TRUE;
}
