/* codec.c: encoding and decoding text: the entry points, UTF-8, ASCII, Latin-1, and what all codecs do about faulty input.
 *
 * UTF-8, Latin-1, ASCII, UTF-16 and UTF-32 work without the registry, so that the interpreter can start before it has imported `encodings`.
 */
#include "object/codec.h"
#include "base/utf8.h"

/* --- faults when decoding */
static Value decoder_exception(Decoder *d, int64_t start, int64_t end, const char *reason)
{
    if (!d->input && !(d->input = bytes_new(d->data, (size_t)d->size))) return 0;
    if (!d->exception) return d->exception = unicode_decode_error(d->encoding, d->input, start, end, reason);
    UnicodeErrorObj *e = (UnicodeErrorObj *)d->exception;
    e->object = d->input;
    e->start = start;
    e->end = end;
    e->reason = str_from_cstring(reason);
    gc_barrier(e);
    return e->reason ? d->exception : 0;
}

/* The position in what an error handler returns. The East Asian codecs want an int, and take any one: one that is too large is out of bounds. */
static bool handler_position(Value result, bool any_index, const char *wanted, int64_t *position)
{
    Value v = tuple_get(result, 1);
    if (!any_index) return number_as_count(v, position);
    if (!is_int(v)) return raise_type("%s", wanted);
    if (int_as_int64_overflow(v, position)) *position = INT64_MAX;
    return true;
}

/* Calls the registered handler; (text, position) as it says. */
static int64_t decode_fault_registry(Decoder *d, int64_t start, int64_t end, const char *reason)
{
    if (!d->handler && !(d->handler = codec_error_handler(d->errors))) return -1;
    Value exception = decoder_exception(d, start, end, reason);
    Value result = exception ? call_1(d->handler, exception) : 0;
    if (!result) return -1;
    int64_t position;
    if (!is_tuple(result) || tuple_size(result) != 2 || !is_str(tuple_get(result, 0))) {
        raise_type("decoding error handler must return (str, int) tuple");
        return -1;
    }
    if (!handler_position(result, d->any_index, "decoding error handler must return (str, int) tuple", &position)) return -1;
    /* The handler may have exchanged the input. */
    Value input = ((UnicodeErrorObj *)exception)->object;
    if (!input || !is_bytes(input)) {
        raise_type("exception attribute object must be bytes");
        return -1;
    }
    if (input != d->input) {
        d->input = input;
        d->data = bytes_data(input);
        d->size = bytes_size(input);
    }
    int64_t at = position < 0 ? position + d->size : position;
    if (at < 0 || at > d->size) {
        raise_index("position %zd from error handler out of bounds", (size_t)position);
        return -1;
    }
    return str_builder_str(&d->out, tuple_get(result, 0)) ? at : -1;
}

int64_t decode_fault(Decoder *d, int64_t start, int64_t end, const char *reason)
{
    if (!d->errors || !strcmp(d->errors, "strict")) {
        Value exception = decoder_exception(d, start, end, reason);
        if (exception) raise_instance(exception);
        return -1;
    }
    if (!strcmp(d->errors, "ignore")) return end;
    if (!strcmp(d->errors, "replace")) return str_builder_char(&d->out, 0xfffd) ? end : -1;
    if (!strcmp(d->errors, "surrogateescape")) {
        int64_t at = start;
        for (; at < end && d->data[at] >= 128; at++)
            if (!str_builder_char(&d->out, 0xdc00 + d->data[at])) return -1;
        if (at > start) return at;
    }
    return decode_fault_registry(d, start, end, reason);
}

/* --- faults when encoding */
static Value encoder_exception(Encoder *e, int64_t start, int64_t end, const char *reason)
{
    if (!e->exception) return e->exception = unicode_encode_error(e->encoding, e->text, start, end, reason);
    UnicodeErrorObj *x = (UnicodeErrorObj *)e->exception;
    x->start = start;
    x->end = end;
    x->reason = str_from_cstring(reason);
    gc_barrier(x);
    return x->reason ? e->exception : 0;
}

static int64_t raise_encoder(Encoder *e, int64_t start, int64_t end, const char *reason)
{
    Value exception = encoder_exception(e, start, end, reason);
    if (exception) raise_instance(exception);
    return -1;
}

static int64_t encode_fault_registry(Encoder *e, int64_t start, int64_t end, const char *reason)
{
    if (!e->handler && !(e->handler = codec_error_handler(e->errors))) return -1;
    Value exception = encoder_exception(e, start, end, reason);
    Value result = exception ? call_1(e->handler, exception) : 0;
    if (!result) return -1;
    int64_t position, length = str_length(e->text);
    const char *wanted = e->any_index ? "encoding error handler must return (str, int) tuple" : "encoding error handler must return (str/bytes, int) tuple";
    bool ok = is_tuple(result) && tuple_size(result) == 2;
    if (ok && !handler_position(result, e->any_index, wanted, &position)) return -1;
    Value text = ok ? tuple_get(result, 0) : 0;
    if (!ok || (!is_str(text) && !is_bytes(text))) {
        raise_type("%s", wanted);
        return -1;
    }
    int64_t at = position < 0 ? position + length : position;
    if (at < 0 || at > length) {
        raise_index("position %zd from error handler out of bounds", (size_t)position);
        return -1;
    }
    if (is_bytes(text)) return bytes_builder_add(&e->out, bytes_data(text), (size_t)bytes_size(text)) ? at : -1;
    for (int64_t i = 0; i < str_length(text); i++) {
        uint32_t c = str_char(text, i);
        if (c >= e->limit) return raise_encoder(e, start, end, reason);
        if (!e->put(e, c)) return thread_self->exception ? -1 : raise_encoder(e, start, end, reason);
    }
    return at;
}

int64_t encode_fault(Encoder *e, int64_t start, int64_t end, const char *reason)
{
    if (!e->errors || !strcmp(e->errors, "strict")) return raise_encoder(e, start, end, reason);
    if (!strcmp(e->errors, "ignore")) return end;
    if (!strcmp(e->errors, "surrogateescape") && e->limit <= 256) {
        int64_t at = start;
        for (; at < end; at++) {
            uint32_t c = str_char(e->text, at);
            uint8_t byte = (uint8_t)(c - 0xdc00);
            if (c < 0xdc80 || c > 0xdcff) break;
            if (!bytes_builder_add(&e->out, &byte, 1)) return -1;
        }
        if (at > start) return at;
    }
    return encode_fault_registry(e, start, end, reason);
}

/* --- UTF-8 */
Value codec_utf8_decode(const char *bytes, size_t size, const char *errors, size_t *consumed)
{
    Value valid = str_from_valid_utf8(bytes, size);
    if (valid || thread_self->exception) {
        if (consumed) *consumed = size;
        return valid;
    }
    Decoder d = {.encoding = "utf-8", .errors = errors, .data = (const uint8_t *)bytes, .size = (int64_t)size};
    int64_t at = 0;
    while (true) {
        size_t bad, bad_end;
        int64_t left = d.size - at;
        Utf8Fault fault = utf8_check((const char *)d.data + at, (size_t)left, &bad, &bad_end);
        if (fault == UTF8_OK) bad = (size_t)left;
        if (bad) {
            Value good = str_from_utf8((const char *)d.data + at, bad);
            if (!good || !str_builder_str(&d.out, good)) return 0;
        }
        at += (int64_t)bad;
        if (fault == UTF8_OK || (fault == UTF8_UNEXPECTED_END && consumed)) break;
        /* The beginning of an encoded surrogate, which a handler may want whole. */
        if (consumed && d.size - at == 2 && d.data[at] == 0xed && (d.data[at + 1] & 0xe0) == 0xa0) break;
        at = decode_fault(&d, at, at + (int64_t)(bad_end - bad), utf8_fault_text(fault));
        if (at < 0) return 0;
    }
    if (consumed) *consumed = (size_t)at;
    return str_builder_finish(&d.out);
}

static bool put_utf8(Encoder *e, uint32_t c)
{
    char text[4];
    return bytes_builder_add(&e->out, text, (size_t)utf8_encode(c, text));
}

Value codec_utf8_encode(Value s, const char *errors)
{
    int64_t length = str_length(s);
    int kind = str_kind(s);
    const void *data = str_data(s);
    if (str_is_ascii(s)) return bytes_new(data, (size_t)length);
    int64_t size = str_utf8_size(kind, data, length);
    if (size >= 0) {
        Value result = bytes_new(0, (size_t)size);
        if (result) str_utf8_write(kind, data, length, (char *)bytes_data(result));
        return result;
    }
    Encoder e = {.encoding = "utf-8", .errors = errors, .text = s, .limit = 128, .put = put_utf8};
    if (!bytes_builder_reserve(&e.out, (size_t)(length + length / 2))) return 0;
    for (int64_t i = 0; i < length;) {
        uint32_t c = str_read(kind, data, i);
        if ((c & ~0x7ffu) != 0xd800) {
            uint8_t *out = bytes_builder_reserve(&e.out, 4);
            if (!out) return 0;
            e.out.size += (size_t)utf8_encode(c, (char *)out);
            i++;
            continue;
        }
        int64_t end = i + 1;
        while (end < length && (str_read(kind, data, end) & ~0x7ffu) == 0xd800) end++;
        if (errors && !strcmp(errors, "surrogatepass")) {
            for (; i < end; i++)
                if (!put_utf8(&e, str_read(kind, data, i))) return 0;
            continue;
        }
        if (errors && !strcmp(errors, "replace")) {
            for (; i < end; i++)
                if (!put_utf8(&e, '?')) return 0;
            continue;
        }
        if (errors && !strcmp(errors, "surrogateescape")) {
            e.limit = 256;   /* lets the fault handler write the bytes directly */
            i = encode_fault(&e, i, end, "surrogates not allowed");
            e.limit = 128;
        } else i = encode_fault(&e, i, end, "surrogates not allowed");
        if (i < 0) return 0;
    }
    return bytes_builder_finish(&e.out);
}

/* --- ASCII, Latin-1 */
Value codec_latin1_decode(const uint8_t *data, int64_t size) { return str_from_latin1(data, (size_t)size); }

Value codec_ascii_decode(const char *bytes, size_t size, const char *errors)
{
    if (utf8_is_ascii(bytes, size)) return str_from_latin1((const uint8_t *)bytes, size);
    Decoder d = {.encoding = "ascii", .errors = errors, .data = (const uint8_t *)bytes, .size = (int64_t)size};
    for (int64_t at = 0; at < d.size;) {
        if (d.data[at] < 128) {
            if (!str_builder_char(&d.out, d.data[at++])) return 0;
            continue;
        }
        at = decode_fault(&d, at, at + 1, "ordinal not in range(128)");
        if (at < 0) return 0;
    }
    return str_builder_finish(&d.out);
}

static bool put_byte(Encoder *e, uint32_t c)
{
    uint8_t byte = (uint8_t)c;
    return bytes_builder_add(&e->out, &byte, 1);
}

Value codec_limited_encode(Value s, const char *errors, const char *encoding, uint32_t limit)
{
    int64_t length = str_length(s);
    int kind = str_kind(s);
    const void *data = str_data(s);
    if (str_is_ascii(s) || (kind == 1 && limit == 256)) return bytes_new(data, (size_t)length);
    Encoder e = {.encoding = encoding, .errors = errors, .text = s, .limit = limit, .put = put_byte};
    for (int64_t i = 0; i < length;) {
        uint32_t c = str_read(kind, data, i);
        if (c < limit) {
            if (!put_byte(&e, c)) return 0;
            i++;
            continue;
        }
        int64_t end = i + 1;
        while (end < length && str_read(kind, data, end) >= limit) end++;
        if (errors && !strcmp(errors, "replace")) {
            for (; i < end; i++)
                if (!put_byte(&e, '?')) return 0;
            continue;
        }
        i = encode_fault(&e, i, end, limit == 128 ? "ordinal not in range(128)" : "ordinal not in range(256)");
        if (i < 0) return 0;
    }
    return bytes_builder_finish(&e.out);
}

/* --- by name */
enum { BY_REGISTRY, BY_UTF8, BY_LATIN1, BY_ASCII, BY_UTF16, BY_UTF32 };

/* Which codec a name means, if it is one of those that need no registry. */
static int known_encoding(const char *name)
{
    static const struct {
        const char *name;
        int codec;
    } known[] = {
        {"utf-8", BY_UTF8},       {"utf8", BY_UTF8},   {"latin-1", BY_LATIN1}, {"latin1", BY_LATIN1}, {"iso-8859-1", BY_LATIN1},
        {"iso8859-1", BY_LATIN1}, {"ascii", BY_ASCII}, {"us-ascii", BY_ASCII}, {"utf-16", BY_UTF16},  {"utf-32", BY_UTF32},
    };
    if (!strcmp(name, "utf-8")) return BY_UTF8;
    char lower[16];
    size_t n = 0;
    for (; name[n]; n++) {
        if (n == sizeof lower - 1) return BY_REGISTRY;
        char c = name[n];
        lower[n] = c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c == '_' ? '-' : c;
    }
    lower[n] = 0;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (!strcmp(lower, known[i].name)) return known[i].codec;
    return BY_REGISTRY;
}

bool str_check_codecs;

/* -X dev: whether the names mean something. */
static bool names_known(const char *encoding, const char *errors)
{
    static const char *const builtin[] = {"strict", "ignore", "replace", "surrogateescape", "surrogatepass"};
    if (encoding && known_encoding(encoding) != BY_UTF8 && known_encoding(encoding) != BY_ASCII && !codec_known(encoding)) return false;
    for (int i = 0; errors && i < 5; i++)
        if (!strcmp(errors, builtin[i])) return true;
    return !errors || codec_error_handler(errors);
}

Value str_encode(Value s, const char *encoding, const char *errors)
{
    if (str_check_codecs && !names_known(encoding, errors)) return 0;
    switch (encoding ? known_encoding(encoding) : BY_UTF8) {
    case BY_UTF8: return codec_utf8_encode(s, errors);
    case BY_LATIN1: return codec_limited_encode(s, errors, "latin-1", 256);
    case BY_ASCII: return codec_limited_encode(s, errors, "ascii", 128);
    case BY_UTF16: return codec_utf16_encode(s, errors, 0);
    case BY_UTF32: return codec_utf32_encode(s, errors, 0);
    }
    Value result = codec_encode_registry(s, encoding, errors);
    if (!result || is_bytes(result)) return result;
    if (is_bytearray(result)) {
        if (!warn_format(&exc_RuntimeWarning, 1, "encoder %s returned bytearray instead of bytes; use codecs.encode() to encode to arbitrary types", encoding)) return 0;
        return bytes_new(bytearray_data(result), (size_t)((ByteArrayObj *)result)->size);
    }
    return raise_type("'%.400s' encoder returned '%.400T' instead of 'bytes'; use codecs.encode() to encode to arbitrary types", encoding, result);
}

Value str_decode(const char *bytes, size_t size, const char *encoding, const char *errors)
{
    int byteorder = 0;
    if (str_check_codecs && !names_known(encoding, errors)) return 0;
    switch (encoding ? known_encoding(encoding) : BY_UTF8) {
    case BY_UTF8: return codec_utf8_decode(bytes, size, errors, 0);
    case BY_LATIN1: return str_from_latin1((const uint8_t *)bytes, size);
    case BY_ASCII: return codec_ascii_decode(bytes, size, errors);
    case BY_UTF16: return codec_utf16_decode((const uint8_t *)bytes, (int64_t)size, errors, &byteorder, 0);
    case BY_UTF32: return codec_utf32_decode((const uint8_t *)bytes, (int64_t)size, errors, &byteorder, 0);
    }
    Value input = bytes_new(bytes, size), view = input ? memoryview_new(input) : 0;
    Value result = view ? codec_decode_registry(view, encoding, errors) : 0;
    if (!result || is_str(result)) return result;
    return raise_type("'%.400s' decoder returned '%.400T' instead of 'str'; use codecs.decode() to decode to arbitrary types", encoding, result);
}

/* --- the file system's encoding: UTF-8 with surrogateescape */
Value str_from_fs(const char *bytes, size_t size) { return codec_utf8_decode(bytes, size, "surrogateescape", 0); }

Value fs_path(Value v)
{
    if (is_str(v) || is_bytes(v)) return v;
    Value method = object_lookup_special(v, NAME("__fspath__"));
    if (!method) return thread_self->exception ? 0 : raise_type("expected str, bytes or os.PathLike object, not %.200T", v);
    Value path = call_0(method);
    if (!path || is_str(path) || is_bytes(path)) return path;
    return raise_type("expected %.200T.__fspath__() to return str or bytes, not %.200T", v, path);
}

Value path_str(Value v)
{
    Value path;
    if (!is_str(v) && !is_bytes(v) && has_buffer(v) && !object_lookup_special(v, NAME("__fspath__"))) {
        if (!warn_format(&exc_DeprecationWarning, 1, "path should be string, bytes, or os.PathLike, not %.200T", v)) return 0;
        path = bytes_from_object(v);
    } else path = fs_path(v);
    if (path && is_bytes(path)) path = str_from_fs((const char *)bytes_data(path), (size_t)bytes_size(path));
    if (!path) return 0;
    for (int64_t i = 0; i < str_length(path); i++)
        if (!str_char(path, i)) return raise_value("embedded null character");
    return path;
}

const char *path_bytes(Value v, size_t *size)
{
    Value path = fs_path(v);
    if (!path) return 0;
    if (is_str(path) && !(path = codec_utf8_encode(path, "surrogateescape"))) return 0;
    const char *text = (const char *)bytes_data(path);
    size_t length = (size_t)bytes_size(path);
    if (memchr(text, 0, length)) return (const char *)raise_value("embedded null byte");
    if (size) *size = length;
    return text;
}
