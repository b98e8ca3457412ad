/* str_methods.c: the methods of str: searching, splitting, stripping, padding, replacing, translating. Case is in str_case.c, formatting in str_format.c. */
#include "object/str_methods.h"

/* --- arguments */
static bool slice_index(Value v, int64_t *out)
{
    if (is_small_int(v)) {
        *out = small_int_value(v);
        return true;
    }
    if (!type_of(v)->index) return raise_type("slice indices must be integers or None or have an __index__ method");
    return number_as_size(v, out);
}

bool slice_arguments(Value *args, size_t nargs, size_t at, int64_t length, int64_t *start, int64_t *end)
{
    *start = 0;
    *end = INT64_MAX;
    if (nargs > at && args[at] != NONE && !slice_index(args[at], start)) return false;
    if (nargs > at + 1 && args[at + 1] != NONE && !slice_index(args[at + 1], end)) return false;
    if (*end > length) *end = length;
    else if (*end < 0 && (*end += length) < 0) *end = 0;
    if (*start < 0 && (*start += length) < 0) *start = 0;
    return true;
}

bool arity_between(const char *function, size_t nargs, size_t least, size_t most)
{
    if (nargs < least) return raise_type("%s() takes at least %zu argument%s (%zu given)", function, least, least == 1 ? "" : "s", nargs);
    if (nargs > most) return raise_type("%s() takes at most %zu argument%s (%zu given)", function, most, most == 1 ? "" : "s", nargs);
    return true;
}

static bool must_be_str(Value v)
{
    if (is_str(v)) return true;
    return raise_type("must be str, not %.100T", v);
}

/* --- find and its like */
typedef struct Range {
    const char *data;
    int kind;
    int64_t start, length;
    Value sub;
} Range;   /* where to search for what */

static int find_arguments(const char *name, Value *args, size_t nargs, Range *r)
{
    int64_t start, end;
    if (!arity_between(name, nargs - 1, 1, 3) || !must_be_str(args[1])) return -1;
    if (!slice_arguments(args, nargs, 2, str_length(args[0]), &start, &end)) return -1;
    *r = (Range){.kind = str_kind(args[0]), .start = start, .length = end - start, .sub = args[1]};
    r->data = (const char *)str_data(args[0]) + start * r->kind;
    return start <= end;
}

static int64_t find_forward(const Range *r)
{
    int64_t at = str_find_raw(r->kind, r->data, r->length, str_kind(r->sub), str_data(r->sub), str_length(r->sub));
    return at < 0 ? -1 : at + r->start;
}

static int64_t find_backward(const Range *r)
{
    int64_t at = str_rfind_raw(r->kind, r->data, r->length, str_kind(r->sub), str_data(r->sub), str_length(r->sub));
    return at < 0 ? -1 : at + r->start;
}

static NATIVE(str_find_native)
{
    Range r;
    int ok = find_arguments("find", args, nargs, &r);
    return ok < 0 ? 0 : small_int(ok ? find_forward(&r) : -1);
}

static NATIVE(str_rfind_native)
{
    Range r;
    int ok = find_arguments("rfind", args, nargs, &r);
    return ok < 0 ? 0 : small_int(ok ? find_backward(&r) : -1);
}

static NATIVE(str_index_native)
{
    Range r;
    int ok = find_arguments("index", args, nargs, &r);
    if (ok < 0) return 0;
    int64_t at = ok ? find_forward(&r) : -1;
    return at < 0 ? raise_value("substring not found") : small_int(at);
}

static NATIVE(str_rindex_native)
{
    Range r;
    int ok = find_arguments("rindex", args, nargs, &r);
    if (ok < 0) return 0;
    int64_t at = ok ? find_backward(&r) : -1;
    return at < 0 ? raise_value("substring not found") : small_int(at);
}

static NATIVE(str_count_native)
{
    Range r;
    int ok = find_arguments("count", args, nargs, &r);
    if (ok <= 0) return ok < 0 ? 0 : small_int(0);
    return small_int(str_count_raw(r.kind, r.data, r.length, str_kind(r.sub), str_data(r.sub), str_length(r.sub), INT64_MAX));
}

/* Whether s[start:end] begins (or ends) with sub. */
static bool tail_match(Value s, Value sub, int64_t start, int64_t end, bool at_end)
{
    int64_t n = str_length(sub);
    if (start > end || end - start < n) return false;
    if (n == 0) return true;
    if (str_kind(sub) > str_kind(s)) return false;
    int64_t at = at_end ? end - n : start;
    int kind = str_kind(s), sub_kind = str_kind(sub);
    const char *data = (const char *)str_data(s) + at * kind;
    const void *sub_data = str_data(sub);
    if (kind == sub_kind) return memcmp(data, sub_data, (size_t)(n * kind)) == 0;
    for (int64_t i = 0; i < n; i++)
        if (str_read(kind, data, i) != str_read(sub_kind, sub_data, i)) return false;
    return true;
}

static Value tail_method(const char *name, Value *args, size_t nargs, bool at_end)
{
    int64_t start, end;
    if (!arity_between(name, nargs - 1, 1, 3) || !slice_arguments(args, nargs, 2, str_length(args[0]), &start, &end)) return 0;
    Value sub = args[1];
    if (is_str(sub)) return bool_value(tail_match(args[0], sub, start, end, at_end));
    if (!is_tuple(sub)) return raise_type("%s first arg must be str or a tuple of str, not %.100T", name, sub);
    for (int64_t i = 0; i < tuple_size(sub); i++) {
        Value item = tuple_get(sub, i);
        if (!is_str(item)) return raise_type("tuple for %s must only contain str, not %.100T", name, item);
        if (tail_match(args[0], item, start, end, at_end)) return TRUE;
    }
    return FALSE;
}

static NATIVE(str_startswith_native) { return tail_method("startswith", args, nargs, false); }
static NATIVE(str_endswith_native) { return tail_method("endswith", args, nargs, true); }

static NATIVE(str_removeprefix_native)
{
    if (!is_str(args[1])) return raise_bad_argument("removeprefix", "argument", "str", args[1]);
    int64_t length = str_length(args[0]);
    if (!tail_match(args[0], args[1], 0, length, false)) return str_exact(args[0]);
    return str_substring(args[0], str_length(args[1]), length);
}

static NATIVE(str_removesuffix_native)
{
    if (!is_str(args[1])) return raise_bad_argument("removesuffix", "argument", "str", args[1]);
    int64_t length = str_length(args[0]);
    if (!tail_match(args[0], args[1], 0, length, true)) return str_exact(args[0]);
    return str_substring(args[0], 0, length - str_length(args[1]));
}

/* --- split */
static bool list_add_slice(Value list, Value s, int64_t start, int64_t end)
{
    Value piece = str_substring(s, start, end);
    return piece && list_append(list, piece);
}

enum { SPLIT_ROOM = 8 };   /* a guess of the number of pieces */

/* A piece of an ASCII string, whose characters are at `text`. */
static inline bool list_add_ascii(Value list, const uint8_t *text, int64_t length)
{
    Value piece = str_from_ascii(text, length);
    return piece && list_append_fast(list, piece);
}

static Value split_space_ascii(Value s, int64_t max)
{
    Value list = list_new(0);
    int64_t length = str_length(s), i = 0;
    const uint8_t *data = str_data(s);
    if (!list || !list_grow((ListObj *)list, SPLIT_ROOM)) return 0;
    while (true) {
        while (i < length && is_space_char(data[i])) i++;
        if (i == length) return list;
        if (max-- == 0) return list_add_slice(list, s, i, length) ? list : 0;
        int64_t start = i++;
        while (i < length && !is_space_char(data[i])) i++;
        if (start == 0 && i == length ? !list_add_slice(list, s, 0, length) : !list_add_ascii(list, data + start, i - start)) return 0;
    }
}

static Value split_space(Value s, int64_t max)
{
    if (str_is_ascii(s)) return split_space_ascii(s, max);
    Value list = list_new(0);
    int64_t length = str_length(s), i = 0;
    int kind = str_kind(s);
    const void *data = str_data(s);
    if (!list) return 0;
    while (true) {
        while (i < length && is_space_char(str_read(kind, data, i))) i++;
        if (i == length) return list;
        if (max-- == 0) break;
        int64_t start = i++;
        while (i < length && !is_space_char(str_read(kind, data, i))) i++;
        if (!list_add_slice(list, s, start, i)) return 0;
    }
    return list_add_slice(list, s, i, length) ? list : 0;
}

Value str_split(Value s, Value separator, int64_t max)
{
    if (max < 0) max = INT64_MAX;
    if (!separator) return split_space(s, max);
    int64_t length = str_length(s), gap = str_length(separator), at = 0;
    if (gap == 0) return raise_value("empty separator");
    Value list = list_new(0);
    if (!list || !list_grow((ListObj *)list, SPLIT_ROOM)) return 0;
    int kind = str_kind(s);
    const char *data = str_data(s);
    const void *needle = str_data(separator);
    bool ascii = str_is_ascii(s);
    while (max > 0) {
        int64_t hits[64], base = at, most = max < 64 ? max : 64;
        int64_t count = str_find_hits(kind, data + at * kind, length - at, str_kind(separator), needle, gap, hits, most);
        for (int64_t i = 0; i < count; i++) {
            int64_t hit = base + hits[i];
            if (!(ascii ? list_add_ascii(list, (const uint8_t *)data + at, hit - at) : list_add_slice(list, s, at, hit))) return 0;
            at = hit + gap;
        }
        max -= count;
        if (count < most) break;
    }
    return list_add_slice(list, s, at, length) ? list : 0;
}

static Value rsplit_space(Value s, int64_t max)
{
    Value list = list_new(0);
    int64_t i = str_length(s);
    int kind = str_kind(s);
    const void *data = str_data(s);
    if (!list) return 0;
    while (true) {
        while (i > 0 && unicode_is_space(str_read(kind, data, i - 1))) i--;
        if (i == 0) return list;
        if (max-- == 0) break;
        int64_t end = i--;
        while (i > 0 && !unicode_is_space(str_read(kind, data, i - 1))) i--;
        if (!list_add_slice(list, s, i, end)) return 0;
    }
    return list_add_slice(list, s, 0, i) ? list : 0;
}

static Value str_rsplit(Value s, Value separator, int64_t max)
{
    if (max < 0) max = INT64_MAX;
    Value list;
    if (!separator) list = rsplit_space(s, max);
    else {
        int64_t end = str_length(s), gap = str_length(separator);
        if (gap == 0) return raise_value("empty separator");
        list = list_new(0);
        int kind = str_kind(s);
        const void *data = str_data(s), *needle = str_data(separator);
        while (list && max-- > 0) {
            int64_t hit = str_rfind_raw(kind, data, end, str_kind(separator), needle, gap);
            if (hit < 0) break;
            if (!list_add_slice(list, s, hit + gap, end)) return 0;
            end = hit;
        }
        if (list && !list_add_slice(list, s, 0, end)) return 0;
    }
    return list && list_reverse(list) ? list : 0;
}

static bool split_arguments(Value *args, Value *separator, int64_t *max)
{
    if (!number_as_count(args[2], max)) return false;
    *separator = args[1] == NONE ? 0 : args[1];
    if (*separator && !is_str(*separator)) return raise_type("must be str or None, not %.100T", *separator);
    return true;
}

static NATIVE(str_split_native)
{
    Value separator;
    int64_t max;
    return split_arguments(args, &separator, &max) ? str_split(args[0], separator, max) : 0;
}

static NATIVE(str_rsplit_native)
{
    Value separator;
    int64_t max;
    return split_arguments(args, &separator, &max) ? str_rsplit(args[0], separator, max) : 0;
}

/* Where the line that starts at i ends. */
static int64_t line_end(int kind, const void *data, int64_t i, int64_t length)
{
    if (kind == 1) {
        const uint8_t *p = data;
        while (i < length && !is_linebreak_char(p[i])) i++;
    } else
        while (i < length && !is_linebreak_char(str_read(kind, data, i))) i++;
    return i;
}

static NATIVE(str_splitlines_native)
{
    Value s = args[0], list;
    int keep;
    if (!number_as_int(args[1], &keep) || !(list = list_new(0))) return 0;
    int64_t length = str_length(s), i = 0;
    int kind = str_kind(s);
    const void *data = str_data(s);
    bool ascii = str_is_ascii(s);
    while (i < length) {
        int64_t start = i;
        i = line_end(kind, data, i, length);
        int64_t end = i;
        if (i < length) {
            i += str_read(kind, data, i) == '\r' && i + 1 < length && str_read(kind, data, i + 1) == '\n' ? 2 : 1;
            if (keep) end = i;
        }
        if (!(ascii && i < length ? list_add_ascii(list, (const uint8_t *)data + start, end - start) : list_add_slice(list, s, start, end))) return 0;
    }
    return list;
}

static Value partition_at(Value s, Value separator, int64_t at)
{
    Value head = str_substring(s, 0, at), tail = str_substring(s, at + str_length(separator), str_length(s)), result;
    if (!head || !tail || !(result = tuple_new(3))) return 0;
    tuple_items(result)[0] = head, tuple_items(result)[1] = separator, tuple_items(result)[2] = tail;
    return result;
}

static NATIVE(str_partition_native)
{
    if (!must_be_str(args[1])) return 0;
    if (!str_length(args[1])) return raise_value("empty separator");
    int64_t at = str_find(args[0], args[1], 0, str_length(args[0]));
    return at < 0 ? tuple_pack(3, str_exact(args[0]), str_empty, str_empty) : partition_at(args[0], args[1], at);
}

static NATIVE(str_rpartition_native)
{
    if (!must_be_str(args[1])) return 0;
    if (!str_length(args[1])) return raise_value("empty separator");
    int64_t at = str_rfind_raw(str_kind(args[0]), str_data(args[0]), str_length(args[0]), str_kind(args[1]), str_data(args[1]), str_length(args[1]));
    return at < 0 ? tuple_pack(3, str_empty, str_empty, str_exact(args[0])) : partition_at(args[0], args[1], at);
}

static NATIVE(str_join_native) { return str_join(args[0], args[1]); }

/* --- strip, pad */
static Value strip(Value s, Value chars, bool left, bool right, const char *name)
{
    int64_t start = 0, end = str_length(s);
    int kind = str_kind(s);
    const void *data = str_data(s);
    if (chars == NONE) {
        if (kind == 1) {
            const uint8_t *p = data;
            if (left)
                while (start < end && is_space_char(p[start])) start++;
            if (right)
                while (end > start && is_space_char(p[end - 1])) end--;
        } else {
            if (left)
                while (start < end && is_space_char(str_read(kind, data, start))) start++;
            if (right)
                while (end > start && is_space_char(str_read(kind, data, end - 1))) end--;
        }
        return str_substring(s, start, end);
    }
    if (!is_str(chars)) return raise_type("%s arg must be None or str", name);
    int set_kind = str_kind(chars);
    const void *set = str_data(chars);
    int64_t set_size = str_length(chars);
    uint32_t only = set_size == 1 ? str_read(set_kind, set, 0) : UINT32_MAX;
#define STRIPPED(c) (set_size == 1 ? (c) == only : str_find_char_raw(set_kind, set, set_size, c) >= 0)
    if (left)
        while (start < end && STRIPPED(str_read(kind, data, start))) start++;
    if (right)
        while (end > start && STRIPPED(str_read(kind, data, end - 1))) end--;
#undef STRIPPED
    return str_substring(s, start, end);
}

static NATIVE(str_strip_native) { return strip(args[0], args[1], true, true, "strip"); }
static NATIVE(str_lstrip_native) { return strip(args[0], args[1], true, false, "lstrip"); }
static NATIVE(str_rstrip_native) { return strip(args[0], args[1], false, true, "rstrip"); }

static Value pad(Value s, int64_t left, int64_t right, uint32_t fill)
{
    if (left < 0) left = 0;
    if (right < 0) right = 0;
    if (!left && !right) return str_exact(s);
    int64_t length = str_length(s);
    if (left > INT64_MAX - length || right > INT64_MAX - left - length) return raise_overflow("padded string is too long");
    Value result = str_alloc(left + length + right, fill > str_max_bound(s) ? fill : str_max_bound(s));
    if (!result) return 0;
    int kind = str_kind(result);
    void *out = str_data(result);
    str_fill_chars(kind, out, 0, fill, left);
    str_copy_chars(kind, out, left, str_kind(s), str_data(s), 0, length);
    str_fill_chars(kind, out, left + length, fill, right);
    return result;
}

/* The missing width, and the fill character of args[2]. */
static bool pad_arguments(Value *args, int64_t *missing, uint32_t *fill)
{
    if (!number_as_count(args[1], missing)) return false;
    if (!is_str(args[2])) return raise_type("The fill character must be a unicode character, not %.100T", args[2]);
    if (str_length(args[2]) != 1) return raise_type("The fill character must be exactly one character long");
    *fill = str_char(args[2], 0);
    int64_t length = str_length(args[0]);
    *missing = *missing > length ? *missing - length : 0;
    return true;
}

static NATIVE(str_center_native)
{
    int64_t missing;
    uint32_t fill;
    if (!pad_arguments(args, &missing, &fill)) return 0;
    int64_t width = missing + str_length(args[0]), left = missing / 2 + (missing & width & 1);
    return pad(args[0], left, missing - left, fill);
}

static NATIVE(str_ljust_native)
{
    int64_t missing;
    uint32_t fill;
    return pad_arguments(args, &missing, &fill) ? pad(args[0], 0, missing, fill) : 0;
}

static NATIVE(str_rjust_native)
{
    int64_t missing;
    uint32_t fill;
    return pad_arguments(args, &missing, &fill) ? pad(args[0], missing, 0, fill) : 0;
}

static NATIVE(str_zfill_native)
{
    int64_t width, length = str_length(args[0]);
    if (!number_as_count(args[1], &width)) return 0;
    if (width <= length) return str_exact(args[0]);
    int64_t zeros = width - length;
    Value result = pad(args[0], zeros, 0, '0');
    if (!result || !length) return result;
    uint32_t first = str_char(args[0], 0);
    if (first == '+' || first == '-') {
        str_write(str_kind(result), str_data(result), 0, first);
        str_write(str_kind(result), str_data(result), zeros, '0');
    }
    return result;
}

static NATIVE(str_expandtabs_native)
{
    int tab;
    if (!number_as_int(args[1], &tab)) return 0;
    Value s = args[0];
    int64_t length = str_length(s), column = 0;
    if (str_find_char(s, '\t', 0, length, 1) < 0) return str_exact(s);
    StrBuilder b = {0};
    for (int64_t i = 0; i < length; i++) {
        uint32_t c = str_char(s, i);
        if (c == '\t') {
            int64_t spaces = tab > 0 ? tab - column % tab : 0;
            column += spaces;
            if (b.length > INT64_MAX / 8 - spaces) return raise_overflow("new string is too long");
            if (!str_builder_fill(&b, ' ', spaces)) return 0;
            continue;
        }
        column = c == '\n' || c == '\r' ? 0 : column + 1;
        if (!str_builder_char(&b, c)) return 0;
    }
    return str_builder_finish(&b);
}

/* --- replace, translate */
/* One character for one other in a string of bytes that stays one. */
static Value replace_byte(Value s, uint8_t old, uint8_t new, int64_t max)
{
    int64_t length = str_length(s);
    const uint8_t *in = str_data(s);
    const uint8_t *first = memchr(in, old, (size_t)length);
    if (!first) return str_exact(s);
    Value result = str_alloc(length, str_max_bound(s));
    if (!result) return 0;
    uint8_t *out = str_data(result);
    int64_t from = first - in;
    memcpy(out, in, (size_t)from);
    if (max >= length) {
        for (int64_t i = from; i < length; i++) out[i] = in[i] == old ? new : in[i];
        return result;
    }
    for (int64_t i = from; i < length; i++) out[i] = in[i] == old && max-- > 0 ? new : in[i];
    return result;
}

/* Puts `new` before each of the first max characters and behind the last. */
static Value replace_empty(Value s, Value new, int64_t max)
{
    StrBuilder b = {0};
    int64_t length = str_length(s);
    if (max && __builtin_mul_overflow(max < length + 1 ? max : length + 1, str_length(new), &(int64_t){0})) return raise_overflow("replace string is too long");
    for (int64_t i = 0; i <= length; i++) {
        if (i < max && !str_builder_str(&b, new)) return 0;
        if (i < length && !str_builder_char(&b, str_char(s, i))) return 0;
    }
    return str_builder_finish(&b);
}

enum { REPLACE_HITS = 64 };

/* Replaces `count` occurrences, which there are; the first of them at `hits`; the result has `total` characters. */
static Value replace_all(Value s, Value old, Value new, int64_t count, int64_t total, int64_t *hits)
{
    /* Taking away can leave narrower characters: then the result is made again. */
    uint32_t bound = str_max_bound(s) > str_max_bound(new) ? str_max_bound(s) : str_max_bound(new);
    Value result = str_alloc(total, bound);
    if (!result || !total) return result;
    int kind = str_kind(s), to = str_kind(result), new_kind = str_kind(new);
    int64_t length = str_length(s), n = str_length(old), added = str_length(new), from = 0, at = 0, base = 0;
    const char *data = str_data(s), *with = str_data(new);
    void *out = str_data(result);
    for (int64_t i = 0; i < count; i++) {
        if (i && i % REPLACE_HITS == 0) {
            base = from;
            str_find_hits(kind, data + from * kind, length - from, str_kind(old), str_data(old), n, hits, REPLACE_HITS);
        }
        int64_t hit = base + hits[i % REPLACE_HITS];
        str_copy_chars(to, out, at, kind, data, from, hit - from);
        at += hit - from;
        str_copy_chars(to, out, at, new_kind, with, 0, added);
        at += added;
        from = hit + n;
    }
    str_copy_chars(to, out, at, kind, data, from, length - from);
    return bound < 0x80 || str_max_in(to, out, total) == bound ? result : str_from_kind(to, out, total);
}

Value str_replace(Value s, Value old, Value new, int64_t max)
{
    if (max < 0) max = INT64_MAX;
    int64_t length = str_length(s), n = str_length(old);
    if (max == 0 || n > length || str_equal(old, new)) return str_exact(s);
    if (n == 0) return replace_empty(s, new, max);
    int kind = str_kind(s), old_kind = str_kind(old);
    /* Only ASCII: taking the last character above it away would change what the string is. */
    if (n == 1 && str_length(new) == 1 && str_is_ascii(s) && str_is_ascii(new) && str_is_ascii(old))
        return replace_byte(s, (uint8_t)str_char(old, 0), (uint8_t)str_char(new, 0), max);
    const char *data = str_data(s), *needle = str_data(old);
    int64_t hits[REPLACE_HITS], grown, total;
    int64_t count = str_find_hits(kind, data, length, old_kind, needle, n, hits, max < REPLACE_HITS ? max : REPLACE_HITS);
    if (count == 0) return str_exact(s);
    if (count == REPLACE_HITS) {
        int64_t seen = hits[REPLACE_HITS - 1] + n;
        count += str_count_raw(kind, data + seen * kind, length - seen, old_kind, needle, n, max - count);
    }
    if (__builtin_mul_overflow(count, str_length(new) - n, &grown) || __builtin_add_overflow(length, grown, &total)) return raise_overflow("replace string is too long");
    return replace_all(s, old, new, count, total, hits);
}

static NATIVE(str_replace_native)
{
    int64_t max;
    if (!is_str(args[1])) return raise_bad_argument("replace", "1", "str", args[1]);
    if (!is_str(args[2])) return raise_bad_argument("replace", "2", "str", args[2]);
    return number_as_count(args[3], &max) ? str_replace(args[0], args[1], args[2], max) : 0;
}

/* Adds what the table says of c. */
static bool translate_char(StrBuilder *b, Value table, uint32_t c)
{
    Value to;
    if (type_of(table) == &dict_type) {
        to = dict_get(table, small_int(c));
        if (!to) return !thread_self->exception && str_builder_char(b, c);
    } else if (!(to = object_getitem(table, small_int(c)))) return error_clear_if(&exc_LookupError) && str_builder_char(b, c);
    if (to == NONE) return true;
    if (is_str(to)) return str_builder_str(b, to);
    if (!is_int(to)) return raise_type("character mapping must return integer, None or str");
    int64_t code;
    if (int_as_int64_overflow(to, &code) || code < 0 || code > 0x10ffff) return raise_value("character mapping must be in range(0x%x)", 0x110000);
    return str_builder_char(b, (uint32_t)code);
}

static NATIVE(str_translate_native)
{
    Value s = args[0];
    int64_t length = str_length(s);
    int kind = str_kind(s);
    const void *data = str_data(s);
    StrBuilder b = {0};
    int32_t cache[128];   /* for ASCII: what a character became last time if that is one character; -1: unknown */
    memset(cache, 0xff, sizeof cache);
    bool plain = type_of(args[1]) == &dict_type;
    if (length && !str_builder_reserve(&b, length, 0)) return 0;
    for (int64_t i = 0; i < length; i++) {
        uint32_t c = str_read(kind, data, i);
        if (plain && c < 128 && cache[c] >= 0) {
            if (!str_builder_char(&b, (uint32_t)cache[c])) return 0;
            continue;
        }
        int64_t before = b.length;
        if (!translate_char(&b, args[1], c)) return 0;
        if (c < 128 && b.length == before + 1) cache[c] = (int32_t)str_read(b.kind, b.data, before);
    }
    return str_builder_finish(&b);
}

static Value maketrans_dict(Value from, Value result)
{
    int64_t position = 0;
    Value key, value;
    while (dict_next(from, &position, &key, &value)) {
        if (is_str(key)) {
            if (str_length(key) != 1) return raise_value("string keys in translate table must be of length 1");
            key = small_int(str_char(key, 0));
        } else if (!is_int(key)) return raise_type("keys in translate table must be strings or integers");
        if (!dict_set(result, key, value)) return 0;
    }
    return result;
}

static NATIVE(str_maketrans_native)
{
    Value x = args[0], y = args[1], z = args[2], result = dict_new();
    if (!result) return 0;
    if (y && !is_str(y)) return raise_bad_argument("maketrans", "2", "str", y);
    if (z && !is_str(z)) return raise_bad_argument("maketrans", "3", "str", z);
    if (!y) {
        if (type_of(x) != &dict_type) return raise_type("if you give only one argument to maketrans it must be a dict");
        return maketrans_dict(x, result);
    }
    if (!is_str(x)) return raise_type("first maketrans argument must be a string if there is a second argument");
    if (str_length(x) != str_length(y)) return raise_value("the first two maketrans arguments must have equal length");
    for (int64_t i = 0; i < str_length(x); i++)
        if (!dict_set(result, small_int(str_char(x, i)), small_int(str_char(y, i)))) return 0;
    for (int64_t i = 0; z && i < str_length(z); i++)
        if (!dict_set(result, small_int(str_char(z, i)), NONE)) return 0;
    return result;
}

static NATIVE(str_encode_native)
{
    if (is_str(args[1]) && is_str(args[2]) && str_is_literal(args[1], "utf-8") && str_is_literal(args[2], "strict")) return codec_utf8_encode(args[0], 0);
    const char *encoding = str_cstring_argument("encode", "encoding", args[1]), *errors = encoding ? str_cstring_argument("encode", "errors", args[2]) : 0;
    return errors ? str_encode(args[0], encoding, errors) : 0;
}

/* A copy: pickle and copy memoize by identity, and the text must not be confused with the object it is the text of. */
static NATIVE(str_getnewargs_native)
{
    int64_t length = str_length(args[0]);
    Value copy = str_alloc(length, str_max_bound(args[0]));
    if (copy && length) memcpy(str_data(copy), str_data(args[0]), (size_t)(length * str_kind(args[0])));
    return copy ? tuple_pack(1, copy) : 0;
}

static NATIVE(str_sizeof_native)
{
    StrObj *s = (StrObj *)args[0];
    int64_t header = s->compact && s->ascii ? STR_ASCII_HEADER : s->compact ? STR_COMPACT_HEADER : type_of(args[0])->basic_size;
    int64_t size = header + (s->length + 1) * s->kind;
    if (!(s->compact && s->ascii) && s->utf8) size += s->utf8_length + 1;
    return int_new(size);
}

enum { VECTOR = NATIVE_VECTOR | NATIVE_NO_KEYWORDS };
const NativeDef str_methods[] = {
    {"encode", "(self, /, encoding='utf-8', errors='strict')", str_encode_native, "The string encoded as bytes."},
    {"replace", "(self, old, new, count=-1, /)", str_replace_native, "A copy with occurrences of old replaced by new, the first count of them if count is not -1."},
    {"split", "(self, /, sep=None, maxsplit=-1)", str_split_native, "The list of the parts between separators (white space if sep is None), split at most maxsplit times."},
    {"rsplit", "(self, /, sep=None, maxsplit=-1)", str_rsplit_native, "As split, but starting from the end."},
    {"join", "(self, iterable, /)", str_join_native, "The strings of the iterable, with this string between them."},
    {"capitalize", "(self, /)", str_capitalize_native, "A copy with the first character in title case and the rest in lower case."},
    {"casefold", "(self, /)", str_casefold_native, "A copy for caseless comparison."},
    {"title", "(self, /)", str_title_native, "A copy with each word capitalized."},
    {"center", "(self, width, fillchar=' ', /)", str_center_native, "A copy centered in a field of the width."},
    {"count", 0, str_count_native, "S.count(sub[, start[, end]]): how often sub occurs in S[start:end], not overlapping.", VECTOR},
    {"expandtabs", "(self, /, tabsize=8)", str_expandtabs_native, "A copy with tabs expanded to spaces."},
    {"find", 0, str_find_native, "S.find(sub[, start[, end]]): the lowest index of sub in S[start:end], or -1.", VECTOR},
    {"partition", "(self, sep, /)", str_partition_native, "(head, sep, tail) around the first separator; (self, '', '') if there is none."},
    {"index", 0, str_index_native, "S.index(sub[, start[, end]]): as find, but raises ValueError when there is none.", VECTOR},
    {"ljust", "(self, width, fillchar=' ', /)", str_ljust_native, "A copy at the left of a field of the width."},
    {"lower", "(self, /)", str_lower_native, "A copy in lower case."},
    {"lstrip", "(self, chars=None, /)", str_lstrip_native, "A copy without leading white space, or without leading characters of chars."},
    {"rfind", 0, str_rfind_native, "S.rfind(sub[, start[, end]]): the highest index of sub in S[start:end], or -1.", VECTOR},
    {"rindex", 0, str_rindex_native, "S.rindex(sub[, start[, end]]): as rfind, but raises ValueError when there is none.", VECTOR},
    {"rjust", "(self, width, fillchar=' ', /)", str_rjust_native, "A copy at the right of a field of the width."},
    {"rstrip", "(self, chars=None, /)", str_rstrip_native, "A copy without trailing white space, or without trailing characters of chars."},
    {"rpartition", "(self, sep, /)", str_rpartition_native, "(head, sep, tail) around the last separator; ('', '', self) if there is none."},
    {"splitlines", "(self, /, keepends=False)", str_splitlines_native, "The list of lines, with their ends if keepends is true."},
    {"strip", "(self, chars=None, /)", str_strip_native, "A copy without leading and trailing white space, or characters of chars."},
    {"swapcase", "(self, /)", str_swapcase_native, "A copy with upper case made lower and lower made upper."},
    {"translate", "(self, table, /)", str_translate_native, "A copy with each character replaced by what the table says of its number."},
    {"upper", "(self, /)", str_upper_native, "A copy in upper case."},
    {"startswith", 0, str_startswith_native, "S.startswith(prefix[, start[, end]]): whether S[start:end] starts with the prefix, or one of a tuple.", VECTOR},
    {"endswith", 0, str_endswith_native, "S.endswith(suffix[, start[, end]]): whether S[start:end] ends with the suffix, or one of a tuple.", VECTOR},
    {"removeprefix", "(self, prefix, /)", str_removeprefix_native, "A copy without the prefix, if it is there."},
    {"removesuffix", "(self, suffix, /)", str_removesuffix_native, "A copy without the suffix, if it is there."},
    {"isascii", "(self, /)", str_isascii_native, "Whether all characters are ASCII; true for the empty string."},
    {"islower", "(self, /)", str_islower_native, "Whether all cased characters are lower case, and there is one."},
    {"isupper", "(self, /)", str_isupper_native, "Whether all cased characters are upper case, and there is one."},
    {"istitle", "(self, /)", str_istitle_native, "Whether upper case starts words and lower case follows it."},
    {"isspace", "(self, /)", str_isspace_native, "Whether all characters are white space, and there is one."},
    {"isdecimal", "(self, /)", str_isdecimal_native, "Whether all characters are decimal digits, and there is one."},
    {"isdigit", "(self, /)", str_isdigit_native, "Whether all characters are digits, and there is one."},
    {"isnumeric", "(self, /)", str_isnumeric_native, "Whether all characters are numeric, and there is one."},
    {"isalpha", "(self, /)", str_isalpha_native, "Whether all characters are letters, and there is one."},
    {"isalnum", "(self, /)", str_isalnum_native, "Whether all characters are letters or numeric, and there is one."},
    {"isidentifier", "(self, /)", str_isidentifier_native, "Whether the string is a valid name (keywords are, too)."},
    {"isprintable", "(self, /)", str_isprintable_native, "Whether repr shows all characters as they are; true for the empty string."},
    {"zfill", "(self, width, /)", str_zfill_native, "A copy with zeros put after the sign, to fill the width."},
    {"format", 0, str_format_native, "S.format(*args, **kwargs): the string with the fields in braces replaced.", NATIVE_VECTOR},
    {"format_map", "(self, mapping, /)", str_format_map_native, "S.format_map(mapping): as format, with the fields taken from the mapping."},
    {"__format__", "(self, format_spec, /)", str_format_spec_native, "The string formatted by the specification."},
    {"maketrans", "(x, y=<unrepresentable>, z=<unrepresentable>, /)", str_maketrans_native, "A table for translate.", NATIVE_STATIC},
    {"__getnewargs__", "(self, /)", str_getnewargs_native, "What pickle gives to __new__."},
    {"__sizeof__", "(self, /)", str_sizeof_native, "The size in memory, in bytes."},
    {0},
};
