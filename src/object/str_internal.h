/* str_internal.h: what the files str*.c, codec*.c and module/_sre share about strings and nobody else needs. */
#pragma once
#include "object/str.h"
#include "object/container.h"
#include "object/number.h"

/* The characters of every string that is not compact stand behind this header, so that `a + b` can append to a's buffer in place when a is the
 * last string that was made in it. */
typedef struct StrBuffer {
    int64_t used, capacity;
} StrBuffer;   /* in characters; when somebody counts on it, the zero behind the last is one */
static inline StrBuffer *str_buffer_of(const StrObj *s) { return (StrBuffer *)((char *)s->any - sizeof(StrBuffer)); }

static inline int str_kind_for(uint32_t max_char) { return max_char < 0x100 ? 1 : max_char < 0x10000 ? 2 : 4; }
/* An upper bound of the characters in s, exact as to kind and ASCII. */
static inline uint32_t str_max_bound(Value v)
{
    const StrObj *s = (const StrObj *)v;
    return s->ascii ? 0x7f : s->kind == 1 ? 0xff : s->kind == 2 ? 0xffff : 0x10ffff;
}
#define is_str_exact(v) (is_pointer(v) && as_obj(v)->type == &str_type)

/* The classes (unicode_flags.h) of the first 256 characters. */
extern const uint16_t unicode_latin1_flags[256];
/* The static strings of one Latin-1 character; the last is the empty one. */
typedef struct SmallStr {
    alignas(16) StrObj s;
    char room[16];
} SmallStr;
extern SmallStr small_strs[257];
static inline Value str_from_char_fast(uint32_t c) { return __builtin_expect(c < 256, 1) ? VALUE(&small_strs[c]) : str_from_char(c); }
/* unicode_is_space, without a call for ASCII. */
static inline bool is_space_char(uint32_t c)
{
    if (c < 64) return (1ull << ' ' | 0x1full << 9 | 0xfull << 0x1c) >> c & 1;
    return c >= 128 && unicode_is_space(c);
}

static inline bool is_linebreak_char(uint32_t c)
{
    if (c < 32) return (0xfu << 10 | 7u << 0x1c) >> c & 1;
    return c >= 128 && unicode_is_linebreak(c);
}
/* `c` `count` times. */
static inline void str_fill_chars(int kind, void *data, int64_t index, uint32_t c, int64_t count)
{
    if (kind == 1) memset((uint8_t *)data + index, (int)c, (size_t)count);
    else
        for (int64_t i = 0; i < count; i++) str_write(kind, data, index + i, c);
}

/* Copies 1 to 16 bytes. */
static inline void copy_few(char *out, const char *from, size_t n)
{
    if (n >= 8) {
        uint64_t head, tail;
        memcpy(&head, from, 8), memcpy(&tail, from + n - 8, 8);
        memcpy(out, &head, 8), memcpy(out + n - 8, &tail, 8);
    } else if (n >= 4) {
        uint32_t head, tail;
        memcpy(&head, from, 4), memcpy(&tail, from + n - 4, 4);
        memcpy(out, &head, 4), memcpy(out + n - 4, &tail, 4);
    } else {
        out[0] = from[0];
        out[n >> 1] = from[n >> 1];
        out[n - 1] = from[n - 1];
    }
}
/* A str of ASCII characters. */
static inline Value str_from_ascii(const void *text, int64_t length)
{
    if (length < 2) return length ? VALUE(&small_strs[*(const uint8_t *)text]) : str_empty;
    Value v = str_alloc(length, 0x7f);
    if (!v) return 0;
    if (length <= 16) copy_few((char *)v + STR_ASCII_HEADER, text, (size_t)length);
    else memcpy((char *)v + STR_ASCII_HEADER, text, (size_t)length);
    return v;
}

/* str_equal_ascii for a literal, on the spot. */
#define str_is_literal(v, text) (str_length(v) == sizeof(text) - 1 && str_is_ascii(v) && memcmp(str_data(v), text, sizeof(text) - 1) == 0)

/* The largest character (exact up to the bounds 0x7f, 0xff, 0xffff, 0x10ffff). */
uint32_t str_max_in(int kind, const void *data, int64_t length);
/* Copies n characters, widening or narrowing (they must fit). */
void str_copy_chars(int to_kind, void *to, int64_t to_index, int from_kind, const void *from, int64_t from_index, int64_t n);
/* `type` is a subclass of str: a new instance with s's text. */
Value str_subclass_new(Type *type, Value s);
/* s itself if it is exactly a str, else a str of the same text. */
Value str_exact(Value s);
/* The bytes that UTF-8 takes, or -1 - i if character i is a surrogate; and writing it. */
int64_t str_utf8_size(int kind, const void *data, int64_t length);
void str_utf8_write(int kind, const void *data, int64_t length, char *out);
/* The str of valid UTF-8 (without surrogates); 0 without an exception when it is not valid. */
Value str_from_valid_utf8(const char *bytes, size_t size);
/* Search in raw characters; the needle's kind may differ. Result: index, or -1. An empty needle is found at once. */
int64_t str_find_raw(int kind, const void *text, int64_t length, int needle_kind, const void *needle, int64_t needle_length);
int64_t str_rfind_raw(int kind, const void *text, int64_t length, int needle_kind, const void *needle, int64_t needle_length);
/* The first `most` places, not overlapping, at which the needle (not empty) stands; returns how many there are. */
int64_t str_find_hits(int kind, const void *text, int64_t length, int needle_kind, const void *needle, int64_t needle_length, int64_t *hits, int64_t most);
int64_t str_find_char_raw(int kind, const void *text, int64_t length, uint32_t c);
int64_t str_rfind_char_raw(int kind, const void *text, int64_t length, uint32_t c);
int64_t str_count_raw(int kind, const void *text, int64_t length, int needle_kind, const void *needle, int64_t needle_length, int64_t max);
/* Whether ASCII text has nothing that repr escapes. */
bool str_repr_is_plain(const uint8_t *text, int64_t length);
/* Room for `extra` more characters of at most max_char in the builder. */
bool str_builder_reserve(StrBuilder *b, int64_t extra, uint32_t max_char);
/* `c` `count` times. */
bool str_builder_fill(StrBuilder *b, uint32_t c, int64_t count);
