/* codec_errors.c: the error handlers of codecs: the built-in ones as functions that take the exception, and the table of all by name. */
#include "object/codec.h"
#include "object/unicode_db.h"
#include <stdio.h>

/* What a handler sees: the exception's object and the faulty part of it, clipped to the object. */
typedef struct Fault {
    enum { FAULT_ENCODE = 1, FAULT_DECODE = 2, FAULT_TRANSLATE = 4 } kind;
    UnicodeErrorObj *error;
    Value object;
    int64_t start, end;
} Fault;

static bool fault_get(Value exception, int kinds, Fault *f)
{
    f->kind = is_instance_of(exception, &exc_UnicodeEncodeError)      ? FAULT_ENCODE
              : is_instance_of(exception, &exc_UnicodeDecodeError)    ? FAULT_DECODE
              : is_instance_of(exception, &exc_UnicodeTranslateError) ? FAULT_TRANSLATE
                                                                      : 0;
    if (!(f->kind & kinds)) return raise_type("don't know how to handle %.200T in error callback", exception);
    UnicodeErrorObj *e = f->error = (UnicodeErrorObj *)exception;
    f->object = e->object;
    bool bytes = f->kind == FAULT_DECODE;
    if (!f->object) return raise_type("object attribute not set");
    if (bytes && !is_bytes(f->object)) return raise_type("object attribute must be bytes");
    if (!bytes && !is_str(f->object)) return raise_type("object attribute must be unicode");
    int64_t size = bytes ? bytes_size(f->object) : str_length(f->object);
    f->start = e->start < 0 ? 0 : e->start;
    if (f->start >= size) f->start = size ? size - 1 : 0;
    f->end = e->end < 1 ? 1 : e->end;
    if (f->end > size) f->end = size;
    return true;
}

static Value result(Value text, int64_t position)
{
    Value at = text ? int_new(position) : 0;
    return at ? tuple_pack(2, text, at) : 0;
}

static NATIVE(strict_errors)
{
    if (is_exception(args[0])) return raise_instance(args[0]);
    return raise_type("codec must pass exception instance");
}

static NATIVE(ignore_errors)
{
    Fault f;
    return fault_get(args[0], FAULT_ENCODE | FAULT_DECODE | FAULT_TRANSLATE, &f) ? result(str_empty, f.end) : 0;
}

static NATIVE(replace_errors)
{
    Fault f;
    StrBuilder b = {0};
    if (!fault_get(args[0], FAULT_ENCODE | FAULT_DECODE | FAULT_TRANSLATE, &f)) return 0;
    if (!str_builder_fill(&b, f.kind == FAULT_ENCODE ? '?' : 0xfffd, f.kind == FAULT_DECODE ? 1 : f.end - f.start)) return 0;
    return result(str_builder_finish(&b), f.end);
}

static NATIVE(xmlcharrefreplace_errors)
{
    Fault f;
    StrBuilder b = {0};
    if (!fault_get(args[0], FAULT_ENCODE, &f)) return 0;
    for (int64_t i = f.start; i < f.end; i++) {
        char text[16];
        snprintf(text, sizeof text, "&#%u;", str_char(f.object, i));
        if (!str_builder_cstring(&b, text)) return 0;
    }
    return result(str_builder_finish(&b), f.end);
}

static bool add_backslash(StrBuilder *b, uint32_t c)
{
    char text[16];
    snprintf(text, sizeof text, c < 0x100 ? "\\x%02x" : c < 0x10000 ? "\\u%04x" : "\\U%08x", c);
    return str_builder_cstring(b, text);
}

static NATIVE(backslashreplace_errors)
{
    Fault f;
    StrBuilder b = {0};
    if (!fault_get(args[0], FAULT_ENCODE | FAULT_DECODE | FAULT_TRANSLATE, &f)) return 0;
    for (int64_t i = f.start; i < f.end; i++)
        if (!add_backslash(&b, f.kind == FAULT_DECODE ? bytes_data(f.object)[i] : str_char(f.object, i))) return 0;
    return result(str_builder_finish(&b), f.end);
}

static NATIVE(namereplace_errors)
{
    Fault f;
    StrBuilder b = {0};
    if (!fault_get(args[0], FAULT_ENCODE, &f)) return 0;
    for (int64_t i = f.start; i < f.end; i++) {
        char name[UNICODE_NAME_SIZE];
        uint32_t c = str_char(f.object, i);
        if (!unicode_replacement_name(c, name)) {
            if (!add_backslash(&b, c)) return 0;
        } else if (!str_builder_cstring(&b, "\\N{") || !str_builder_cstring(&b, name) || !str_builder_char(&b, '}')) return 0;
    }
    return result(str_builder_finish(&b), f.end);
}

/* The unit size and byte order of a UTF's name: 1 for UTF-8, 0: not a UTF. */
static int utf_units(Value encoding, bool *big)
{
    *big = false;
    if (!encoding || !is_str(encoding)) return 0;
    const char *s = str_utf8(encoding, 0);
    if (!s) {
        error_clear();
        return 0;
    }
    if (strncasecmp(s, "utf", 3)) return 0;
    s += 3;
    if (*s == '-' || *s == '_') s++;
    if (!strcmp(s, "8")) return 1;
    int units = !strncmp(s, "16", 2) ? 2 : !strncmp(s, "32", 2) ? 4 : 0;
    if (!units) return 0;
    s += 2;
    if (!*s) return units;
    if (*s == '-' || *s == '_') s++;
    if (strcasecmp(s, "be") && strcasecmp(s, "le")) return 0;
    *big = (*s | 0x20) == 'b';
    return units;
}

static Value surrogatepass_encode(const Fault *f, int units, bool big)
{
    BytesBuilder b = {0};
    for (int64_t i = f->start; i < f->end; i++) {
        uint32_t c = str_char(f->object, i);
        if ((c & ~0x7ffu) != 0xd800) return raise_instance(VALUE(f->error));
        uint8_t out[4] = {0xed, (uint8_t)(0x80 | (c >> 6 & 0x3f)), (uint8_t)(0x80 | (c & 0x3f))};
        for (int k = 0; units > 1 && k < units; k++) out[k] = (uint8_t)(c >> 8 * (big ? units - 1 - k : k));
        if (!bytes_builder_add(&b, out, units == 1 ? 3 : (size_t)units)) return 0;
    }
    return result(bytes_builder_finish(&b), f->end);
}

static Value surrogatepass_decode(const Fault *f, int units, bool big)
{
    const uint8_t *p = bytes_data(f->object) + f->start;
    int64_t left = bytes_size(f->object) - f->start;
    int length = units == 1 ? 3 : units;
    uint32_t c = 0;
    if (left >= length) {
        if (units == 1) {
            if ((p[0] & 0xf0) == 0xe0 && (p[1] & 0xc0) == 0x80 && (p[2] & 0xc0) == 0x80) c = (uint32_t)(p[0] & 15) << 12 | (uint32_t)(p[1] & 0x3f) << 6 | (p[2] & 0x3f);
        } else
            for (int k = 0; k < units; k++) c |= (uint32_t)p[big ? units - 1 - k : k] << 8 * k;
    }
    if ((c & ~0x7ffu) != 0xd800) return raise_instance(VALUE(f->error));
    return result(str_from_char(c), f->start + length);
}

static NATIVE(surrogatepass_errors)
{
    Fault f;
    bool big;
    if (!fault_get(args[0], FAULT_ENCODE | FAULT_DECODE, &f)) return 0;
    int units = utf_units(f.error->encoding, &big);
    if (!units) return raise_instance(args[0]);
    return f.kind == FAULT_ENCODE ? surrogatepass_encode(&f, units, big) : surrogatepass_decode(&f, units, big);
}

static NATIVE(surrogateescape_errors)
{
    Fault f;
    if (!fault_get(args[0], FAULT_ENCODE | FAULT_DECODE, &f)) return 0;
    if (f.kind == FAULT_ENCODE) {
        BytesBuilder out = {0};
        for (int64_t i = f.start; i < f.end; i++) {
            uint32_t c = str_char(f.object, i);
            uint8_t byte = (uint8_t)(c - 0xdc00);
            if (c < 0xdc80 || c > 0xdcff) return raise_instance(args[0]);
            if (!bytes_builder_add(&out, &byte, 1)) return 0;
        }
        return result(bytes_builder_finish(&out), f.end);
    }
    StrBuilder b = {0};
    int64_t at = f.start;
    for (; at < f.end && at < f.start + 4 && bytes_data(f.object)[at] >= 128; at++)
        if (!str_builder_char(&b, 0xdc00 + bytes_data(f.object)[at])) return 0;
    return at > f.start ? result(str_builder_finish(&b), at) : raise_instance(args[0]);
}

static const NativeDef handlers[] = {
    {"strict_errors", "(exc, /)", strict_errors, "Raises the exception."},
    {"ignore_errors", "(exc, /)", ignore_errors, "Leaves the faulty part out."},
    {"replace_errors", "(exc, /)", replace_errors, "Puts a replacement mark for the faulty part."},
    {"xmlcharrefreplace_errors", "(exc, /)", xmlcharrefreplace_errors, "Puts XML character references."},
    {"backslashreplace_errors", "(exc, /)", backslashreplace_errors, "Puts escapes with a backslash."},
    {"namereplace_errors", "(exc, /)", namereplace_errors, "Puts \\N{...} escapes."},
    {"surrogatepass_errors", "(exc, /)", surrogatepass_errors, "Lets surrogates pass in the UTFs."},
    {"surrogateescape_errors", "(exc, /)", surrogateescape_errors, "Bytes to surrogates and back."},
    {0},
};

/* --- the table */
static Value handler_table;   /* dict: name -> handler */

static bool table_ready(void)
{
    if (handler_table) return true;
    Value table = dict_new();
    if (!table) return false;
    for (const NativeDef *def = handlers; def->name; def++) {
        Value name = str_from_utf8(def->name, strlen(def->name) - strlen("_errors")), function = native_new(def, 0, 0);
        if (!name || !function || !dict_set(table, name, function)) return false;
    }
    handler_table = table;
    gc_root(&handler_table);
    return true;
}

bool codec_register_error(Value name, Value handler)
{
    if (!is_callable(handler)) return raise_type("handler must be callable");
    return table_ready() && dict_set(handler_table, name, handler);
}

Value codec_error_handler(const char *name)
{
    Value key = str_from_cstring(name ? name : "strict");
    if (!key || !table_ready()) return 0;
    Value handler = dict_get(handler_table, key);
    if (!handler && !thread_self->exception) raise_format(&exc_LookupError, "unknown error handler name '%.400s'", name);
    return handler;
}
