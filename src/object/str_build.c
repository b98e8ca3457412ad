/* str_build.c: strings made of pieces: the builder, join, and C's printf with Python's values. */
#include "object/str_internal.h"
#include "base/utf8.h"
#include <stdio.h>

/* --- the builder */
bool str_builder_reserve(StrBuilder *b, int64_t extra, uint32_t max_char)
{
    int kind = str_kind_for(max_char | b->max_char);
    int64_t needed;
    if (__builtin_add_overflow(b->length, extra, &needed) || needed > INT64_MAX / 16) return raise_memory();
    b->max_char |= max_char;
    if (kind <= b->kind && needed <= b->capacity) return true;
    int64_t capacity = needed <= b->capacity ? b->capacity : needed + needed / 2 + 16;
    if (kind <= b->kind && !b->borrowed) {
        void *data = gc_buffer_grow_raw(b->data, (size_t)(b->length * b->kind), (size_t)(capacity * b->kind));
        if (!data) return false;
        b->data = data;
    } else {
        if (kind < b->kind) kind = b->kind;
        void *data = gc_buffer_raw((size_t)(capacity * kind));
        if (!data) return false;
        if (b->length) str_copy_chars(kind, data, 0, b->kind, b->data, 0, b->length);
        b->data = data;
        b->kind = kind;
        b->borrowed = false;
    }
    b->capacity = capacity;
    return true;
}

bool str_builder_char_slow(StrBuilder *b, uint32_t c)
{
    if (b->length == b->capacity || str_kind_for(c) > b->kind) {
        if (!str_builder_reserve(b, 1, c)) return false;
    }
    b->max_char |= c;
    str_write(b->kind, b->data, b->length++, c);
    return true;
}

bool str_builder_fill(StrBuilder *b, uint32_t c, int64_t count)
{
    if (count <= 0) return true;
    if (!str_builder_reserve(b, count, c)) return false;
    str_fill_chars(b->kind, b->data, b->length, c, count);
    b->length += count;
    return true;
}

bool str_builder_ascii(StrBuilder *b, const char *text, size_t length)
{
    if (!length) return true;
    if (!str_builder_reserve(b, (int64_t)length, 0x7f)) return false;
    str_copy_chars(b->kind, b->data, b->length, 1, text, 0, (int64_t)length);
    b->length += (int64_t)length;
    return true;
}

bool str_builder_int(StrBuilder *b, int64_t n)
{
    char text[24];
    size_t length = int_small_to_decimal(n, text);
    if (b->kind != 1 || b->capacity - b->length < (int64_t)length) return str_builder_ascii(b, text, length);
    b->max_char |= 0x7f;
    memcpy((uint8_t *)b->data + b->length, text, length);
    b->length += (int64_t)length;
    return true;
}

/* Whether ASCII text has nothing that repr escapes. */
bool str_repr_is_plain(const uint8_t *text, int64_t length)
{
    for (int64_t i = 0; i < length; i++)
        if (text[i] < 0x20 || text[i] == 0x7f || text[i] == '\\' || text[i] == '\'') return false;
    return true;
}

bool str_builder_repr(StrBuilder *b, Value v)
{
    if (is_small_int(v)) return str_builder_int(b, small_int_value(v));
    if (is_str_exact(v) && str_is_ascii(v)) {
        int64_t length = str_length(v);
        const uint8_t *data = str_data(v);
        if (str_repr_is_plain(data, length)) return str_builder_char(b, '\'') && str_builder_ascii(b, (const char *)data, (size_t)length) && str_builder_char(b, '\'');
    }
    Value text = object_repr(v);
    return text && str_builder_str(b, text);
}

bool str_builder_cstring(StrBuilder *b, const char *text) { return str_builder_ascii(b, text, strlen(text)); }

bool str_builder_slice(StrBuilder *b, Value s, int64_t start, int64_t end)
{
    if (end > str_length(s)) end = str_length(s);
    if (start < 0) start = 0;
    if (start >= end) return true;
    int kind = str_kind(s);
    const void *data = str_data(s);
    /* A slice of a wide string may be narrow; the bound must not be too high, or finish would have to look again at every character. */
    uint32_t bound = str_is_ascii(s) ? 0x7f : str_max_in(kind, (const char *)data + start * kind, end - start);
    if (!str_builder_reserve(b, end - start, bound)) return false;
    str_copy_chars(b->kind, b->data, b->length, kind, data, start, end - start);
    b->length += end - start;
    return true;
}

bool str_builder_str(StrBuilder *b, Value s)
{
    int64_t length = str_length(s);
    if (!length) return true;
    if (!str_builder_reserve(b, length, str_max_bound(s))) return false;
    str_copy_chars(b->kind, b->data, b->length, str_kind(s), str_data(s), 0, length);
    b->length += length;
    return true;
}

Value str_builder_finish(StrBuilder *b)
{
    Value v;
    if (b->length == 1) v = str_from_char(str_read(b->kind, b->data, 0));
    else {
        v = str_alloc(b->length, b->max_char);
        if (v && b->length && b->max_char < 0x80 && b->kind == 1) memcpy((char *)v + STR_ASCII_HEADER, b->data, (size_t)b->length);
        else if (v && b->length) str_copy_chars(str_kind(v), str_data(v), 0, b->kind, b->data, 0, b->length);
    }
    *b = (StrBuilder){0};
    return v;
}

/* --- join */

/* `n` bytes for which `room` are there. A few are copied as sixteen when these fit: every string's cell is a multiple of that, and its text starts at one. */
static inline void copy_short(char *out, int64_t room, const char *from, int64_t n)
{
    if (n <= 16 && room >= 16) memcpy(out, from, 16);
    else memcpy(out, from, (size_t)n);
}

static void join_ascii(char *out, int64_t room, const char *between, int64_t gap, const Value *items, int64_t count)
{
    for (int64_t i = 0; i < count; i++) {
        if (i && gap) {
            if (gap == 1) *out = *between;
            else memcpy(out, between, (size_t)gap);
            out += gap;
            room -= gap;
        }
        int64_t length = str_length(items[i]);
        copy_short(out, room, str_data(items[i]), length);
        out += length;
        room -= length;
    }
}
static Value join_sequence(Value separator, const Value *items, int64_t count)
{
    int64_t total = 0;
    uint32_t bound = count > 1 ? str_max_bound(separator) : 0;
    for (int64_t i = 0; i < count; i++) {
        if (!is_str(items[i])) return raise_type("sequence item %zd: expected str instance, %.80s found", (size_t)i, type_of(items[i])->name);
        if (str_max_bound(items[i]) > bound) bound = str_max_bound(items[i]);
        if (__builtin_add_overflow(total, str_length(items[i]), &total) || (i && __builtin_add_overflow(total, str_length(separator), &total)))
            return raise_overflow("join() result is too long for a Python string");
    }
    if (total == 0) return str_empty;
    if (count > 1 && str_length(separator) == 0) bound = 0;
    for (int64_t i = 0; count > 1 && str_length(separator) == 0 && i < count; i++)
        if (str_length(items[i]) && str_max_bound(items[i]) > bound) bound = str_max_bound(items[i]);
    Value v = str_alloc(total, bound);
    if (!v) return 0;
    int kind = str_kind(v), between_kind = str_kind(separator);
    void *out = str_data(v);
    const void *between = str_data(separator);
    int64_t at = 0, gap = str_length(separator);
    if (bound < 0x80) join_ascii(out, total, between, gap, items, count);
    else
        for (int64_t i = 0; i < count; i++) {
            if (i && gap) {
                str_copy_chars(kind, out, at, between_kind, between, 0, gap);
                at += gap;
            }
            str_copy_chars(kind, out, at, str_kind(items[i]), str_data(items[i]), 0, str_length(items[i]));
            at += str_length(items[i]);
        }
    return v;
}

Value sequence_to_join(Value iterable)
{
    if (is_list(iterable) || is_tuple(iterable)) return iterable;
    Value iterator = object_iter(iterable);
    if (iterator) return object_to_list(iterator);
    if (error_clear_if(&exc_TypeError)) raise_type("can only join an iterable");
    return 0;
}

Value str_join(Value separator, Value iterable)
{
    Value sequence = sequence_to_join(iterable);
    if (!sequence) return 0;
    int64_t count = is_list(sequence) ? list_size(sequence) : tuple_size(sequence);
    const Value *items = is_list(sequence) ? list_items(sequence) : tuple_items(sequence);
    if (count == 0) return str_empty;
    if (count == 1 && is_str_exact(items[0])) return items[0];
    return join_sequence(separator, items, count);
}

/* --- str_format_c */
typedef struct Directive {
    bool left, zero, plus, space, alternate;
    int width, precision;
    char length;
    char conversion;
} Directive;

/* Parses what follows '%'; numbers may be '*'. */
static const char *directive_parse(const char *f, Directive *d, va_list *args)
{
    *d = (Directive){.precision = -1};
    for (;; f++) {
        if (*f == '-') d->left = true;
        else if (*f == '0') d->zero = true;
        else if (*f == '+') d->plus = true;
        else if (*f == ' ') d->space = true;
        else if (*f == '#') d->alternate = true;
        else break;
    }
    if (*f == '*') d->width = va_arg(*args, int), f++;
    else
        while (*f >= '0' && *f <= '9') d->width = d->width * 10 + (*f++ - '0');
    if (*f == '.') {
        f++;
        d->precision = 0;
        if (*f == '*') d->precision = va_arg(*args, int), f++;
        else
            while (*f >= '0' && *f <= '9') d->precision = d->precision * 10 + (*f++ - '0');
    }
    while (*f == 'l' || *f == 'h' || *f == 'z' || *f == 'j' || *f == 't') d->length = *f++;
    d->conversion = *f ? *f++ : 0;
    return f;
}

static bool format_number(StrBuilder *b, const Directive *d, va_list *args)
{
    char spec[32], text[512];
    snprintf(spec, sizeof spec, "%%%s%s%s%s%s*.*%s%c", d->left ? "-" : "", d->zero ? "0" : "", d->plus ? "+" : "", d->space ? " " : "", d->alternate ? "#" : "",
             d->length ? "l" : "", d->conversion);
    int width = d->width < 400 ? d->width : 400;
    int precision = d->precision < 300 ? d->precision : 300;
    if (d->conversion == 'p') snprintf(text, sizeof text, "%p", va_arg(*args, void *));
    else if (d->length == 'h' || !d->length) snprintf(text, sizeof text, spec, width, precision, va_arg(*args, int));
    else snprintf(text, sizeof text, spec, width, precision, va_arg(*args, long));
    return str_builder_cstring(b, text);
}

/* Adds a text with width and precision. */
static bool format_text(StrBuilder *b, const Directive *d, Value s)
{
    if (!s) return false;
    int64_t length = str_length(s);
    if (d->precision >= 0 && length > d->precision) length = d->precision;
    if (!d->left && !str_builder_fill(b, ' ', d->width - length)) return false;
    if (!str_builder_slice(b, s, 0, length)) return false;
    return !d->left || str_builder_fill(b, ' ', d->width - length);
}

/* A C string of at most `precision` bytes; what is not UTF-8 becomes U+FFFD. */
static Value format_cstring(const char *text, const Directive *d)
{
    if (!text) text = "(null)";
    size_t size = d->precision >= 0 ? strnlen(text, (size_t)d->precision) : strlen(text);
    return codec_utf8_decode(text, size, "replace", 0);
}

static bool format_value(StrBuilder *b, const Directive *d, va_list *args)
{
    Value v = va_arg(*args, Value);
    if (!v) return !thread_self->exception && str_builder_cstring(b, "<NULL>");   /* making the argument has failed */
    switch (d->conversion) {
    case 'R': return format_text(b, d, object_repr(v));
    case 'S': return format_text(b, d, object_str(v));
    case 'A': return format_text(b, d, object_ascii(v));
    case 'T': return format_text(b, d, str_from_cstring(type_full_name(type_of(v))));
    case 'N': return format_text(b, d, str_from_cstring(type_full_name((Type *)v)));
    default: return format_text(b, d, v);
    }
}

static bool format_directive(StrBuilder *b, const Directive *d, va_list *args)
{
    switch (d->conversion) {
    case '%': return str_builder_char(b, '%');
    case 'c': {
        int c = va_arg(*args, int);
        if (c < 0 || c > 0x10ffff) return raise_overflow("character argument not in range(0x110000)");
        return str_builder_char(b, (uint32_t)c);
    }
    case 'd':
    case 'i':
    case 'u':
    case 'x':
    case 'X':
    case 'o':
    case 'p': return format_number(b, d, args);
    case 's': {
        const char *text = va_arg(*args, const char *);
        return format_text(b, d, format_cstring(text, d));
    }
    case 'R':
    case 'S':
    case 'A':
    case 'U':
    case 'T':
    case 'N': return format_value(b, d, args);
    default: return raise_system("invalid format string: %%%c", d->conversion);
    }
}

Value str_format_v(const char *format, va_list list)
{
    StrBuilder b = {0};
    va_list args;
    va_copy(args, list);
    bool ok = true;
    while (ok && *format) {
        const char *stop = strchrnul(format, '%');
        if (utf8_is_ascii(format, (size_t)(stop - format))) ok = str_builder_ascii(&b, format, (size_t)(stop - format));
        else {
            Value piece = str_from_utf8(format, (size_t)(stop - format));
            ok = piece && str_builder_str(&b, piece);
        }
        format = stop;
        if (!ok || !*format) break;
        Directive d;
        format = directive_parse(format + 1, &d, &args);
        ok = format_directive(&b, &d, &args);
    }
    va_end(args);
    return ok ? str_builder_finish(&b) : 0;
}

Value str_format_c(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    Value v = str_format_v(format, args);
    va_end(args);
    return v;
}
