/* str.h: Unicode strings.
 *
 * The layout is CPython's: a compact string has its characters behind the header (ASCII: StrObj header of 48 bytes; other: 72 bytes), 1, 2 or 4 bytes each, always in the narrowest
 * kind that holds its largest character. A string that is not compact is an instance of a subclass or the result of +: `any` points at the characters, which are in a buffer.
 * Use only the accessors below. Strings never change once visible, except for their caches (hash, UTF-8).
 */
#pragma once
#include "object/object.h"

typedef struct StrObj {          /* PyASCIIObject, PyCompactUnicodeObject, PyUnicodeObject */
    Obj head;
    int64_t length;              /* characters */
    int64_t hash;                /* -1: not computed */
    union {
        struct {
            uint32_t interned : 2, kind : 3, compact : 1, ascii : 1, ready : 1, : 24;
        };
        uint32_t state;          /* all of them: 0 before the first is set, so that none has to be read */
    };
    void *wstr;                  /* 0 */
    int64_t utf8_length;         /* from here on absent in compact ASCII strings */
    char *utf8;                  /* cached UTF-8 */
    int64_t wstr_length;
    void *any;                   /* non-compact: the characters */
} StrObj;
enum { STR_ASCII_HEADER = 48, STR_COMPACT_HEADER = 72 };
enum { STR_STATE_COMPACT_ASCII = 1 << 5 | 1 << 6 };   /* in `state` */
extern Type str_type;

/* Every accessor takes a str or an instance of a subclass. */
static inline int64_t str_length(Value v) { return ((StrObj *)v)->length; }
static inline int str_kind(Value v) { return ((StrObj *)v)->kind; }          /* 1, 2, 4 bytes a character */
static inline bool str_is_ascii(Value v) { return ((StrObj *)v)->ascii; }
static inline void *str_data(Value v)
{
    StrObj *s = (StrObj *)v;
    return !s->compact ? s->any : s->ascii ? (char *)s + STR_ASCII_HEADER : (char *)s + STR_COMPACT_HEADER;
}
static inline uint32_t str_read(int kind, const void *data, int64_t index)
{
    return kind == 1 ? ((const uint8_t *)data)[index] : kind == 2 ? ((const uint16_t *)data)[index] : ((const uint32_t *)data)[index];
}
static inline void str_write(int kind, void *data, int64_t index, uint32_t c)
{
    if (kind == 1) ((uint8_t *)data)[index] = (uint8_t)c;
    else if (kind == 2) ((uint16_t *)data)[index] = (uint16_t)c;
    else ((uint32_t *)data)[index] = c;
}
static inline uint32_t str_char(Value v, int64_t index) { return str_read(str_kind(v), str_data(v), index); }

/* An unset string of `length` characters, none above `max_char`; the caller fills str_data before anyone sees it. */
Value str_alloc(int64_t length, uint32_t max_char);
extern Value str_empty;                              /* '' */
Value str_from_utf8(const char *bytes, size_t size); /* strict; UnicodeDecodeError */
Value str_from_utf8_surrogatepass(const char *bytes, size_t size);   /* marshal's form */
Value str_from_cstring(const char *text);            /* ASCII or UTF-8, 0-terminated */
Value str_from_latin1(const uint8_t *bytes, size_t size);
Value str_from_kind(int kind, const void *data, int64_t length);   /* copies, narrows */
Value str_from_char(uint32_t c);                     /* cached below 256 */
Value str_format_c(const char *format, ...);         /* error.h's formats */
Value str_format_v(const char *format, va_list args);
Value str_intern(Value s);                           /* the interned twin; s must be exactly a str */
Value str_intern_cstring(const char *text);
Value str_intern_latin1(const void *data, size_t size);
/* UTF-8 bytes of the string, cached in it, 0-terminated; 0 with UnicodeEncodeError for surrogates. size may be 0. */
const char *str_utf8(Value s, size_t *size);
/* File system path: str or bytes or os.PathLike -> bytes in the file system encoding (UTF-8 with surrogateescape), 0-terminated; 0 with exception ("embedded null byte") */
const char *path_bytes(Value path, size_t *size);
Value str_from_fs(const char *bytes, size_t size);   /* decode with surrogateescape: a str */
Value path_str(Value path);                          /* the same path as a str; ValueError ("embedded null character") */
Value fs_path(Value v);                              /* os.fspath(v) */
bool str_equal(Value a, Value b);                    /* both strs */
bool str_equal_ascii(Value a, const char *text);
int str_compare(Value a, Value b);                   /* -1 0 1 by code point */
int64_t str_hash(Value s);
/* The hash of bytes and str: SipHash-1-3 over the characters as stored. hash_init sets its key: -1 a random one, otherwise what PYTHONHASHSEED=seed means to CPython (0: all zero). */
void hash_init(int64_t seed);
int64_t hash_bytes(const void *data, size_t size);
Value str_concat(Value a, Value b); /* both strs */
Value str_join(Value separator, Value iterable);
Value str_substring(Value s, int64_t start, int64_t end);
int64_t str_find(Value s, Value sub, int64_t start, int64_t end); /* -1: not found */
int64_t str_find_char(Value s, uint32_t c, int64_t start, int64_t end, int direction);
Value str_replace(Value s, Value old, Value new, int64_t max_count /* -1: all */);
Value str_split(Value s, Value separator /* 0: white space */, int64_t max);
Value str_repr(Value s);
Value str_percent(Value format, Value args); /* format % args */
Value str_format_method(Value self, Value args_tuple, Value kwargs_dict_or_mapping); /* str.format */
Value str_encode(Value s, const char *encoding, const char *errors); /* bytes; encoding 0: UTF-8; object/codec.c, registry for the unknown */
Value str_decode(const char *bytes, size_t size, const char *encoding, const char *errors);
extern bool str_check_codecs; /* -X dev: str_encode and str_decode complain about unknown names even when they would not matter */

/* Builds a string piece by piece; widens as needed. Start with {0}, or with STR_BUILDER_ON(an array of uint8_t), which is used until it is full. */
typedef struct StrBuilder {
    void *data;
    int64_t length, capacity;
    int kind;
    uint32_t max_char;
    bool borrowed;
} StrBuilder;
#define STR_BUILDER_ON(array) {.data = (array), .capacity = sizeof(array), .kind = 1, .borrowed = true}
bool str_builder_char_slow(StrBuilder *b, uint32_t c);
static inline bool str_builder_char(StrBuilder *b, uint32_t c)
{
    if (__builtin_expect(b->kind != 1 || c > 0xff || b->length == b->capacity, 0)) return str_builder_char_slow(b, c);
    b->max_char |= c;
    ((uint8_t *)b->data)[b->length++] = (uint8_t)c;
    return true;
}
bool str_builder_ascii(StrBuilder *b, const char *text, size_t length);
bool str_builder_cstring(StrBuilder *b, const char *text); /* ASCII */
bool str_builder_str(StrBuilder *b, Value s);
bool str_builder_int(StrBuilder *b, int64_t n); /* in decimal */
bool str_builder_repr(StrBuilder *b, Value v); /* repr(v) */
bool str_builder_slice(StrBuilder *b, Value s, int64_t start, int64_t end);
Value str_builder_finish(StrBuilder *b); /* the string; the builder is empty again */

/* Unicode character properties (object/unicode.c; tables generated at build time). */
bool unicode_is_alpha(uint32_t c), unicode_is_decimal(uint32_t c), unicode_is_digit(uint32_t c), unicode_is_numeric(uint32_t c), unicode_is_space(uint32_t c),
    unicode_is_linebreak(uint32_t c), unicode_is_upper(uint32_t c), unicode_is_lower(uint32_t c), unicode_is_title(uint32_t c), unicode_is_printable(uint32_t c),
    unicode_is_xid_start(uint32_t c), unicode_is_xid_continue(uint32_t c), unicode_is_cased(uint32_t c), unicode_is_case_ignorable(uint32_t c);
static inline bool unicode_is_alnum(uint32_t c) { return unicode_is_alpha(c) || unicode_is_decimal(c) || unicode_is_digit(c) || unicode_is_numeric(c); }
int unicode_decimal_value(uint32_t c), unicode_digit_value(uint32_t c); /* -1: none */
double unicode_numeric_value(uint32_t c); /* -1: none */
int unicode_full_lower(uint32_t c, uint32_t out[3]), unicode_full_upper(uint32_t c, uint32_t out[3]), unicode_full_title(uint32_t c, uint32_t out[3]),
    unicode_full_fold(uint32_t c, uint32_t out[3]);

/* Codecs in C (object/codec.c). errors: 0 is "strict"; other handlers through the registry (module/_codecs.c). *consumed as in incremental decoders; 0: the input is complete. */
Value codec_utf8_decode(const char *bytes, size_t size, const char *errors, size_t *consumed);
Value codec_utf8_encode(Value s, const char *errors);
/* The registry's entry points, in module/_codecs.c */
Value codec_encode_registry(Value object, const char *encoding, const char *errors);
Value codec_decode_registry(Value object, const char *encoding, const char *errors);
bool codec_known(const char *encoding); /* false with LookupError */
