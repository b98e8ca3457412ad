/* codec_wide.c: UTF-16 and UTF-32. */
#include "object/codec.h"

static uint32_t unit16(const uint8_t *p, bool big) { return big ? (uint32_t)p[0] << 8 | p[1] : (uint32_t)p[1] << 8 | p[0]; }
static uint32_t unit32(const uint8_t *p, bool big)
{
    return big ? (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3] : (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

/* What is wrong with the units at `at`: 0 if they are a character (*c, *units), else the reason and the number of faulty bytes. */
static const char *read_utf16(const uint8_t *p, int64_t left, bool big, uint32_t *c, int64_t *bytes)
{
    *bytes = left < 2 ? left : 2;
    if (left < 2) return "truncated data";
    *c = unit16(p, big);
    if ((*c & ~0x7ffu) != 0xd800) return 0;
    if (*c >= 0xdc00) return "illegal encoding";
    if (left < 4) {
        *bytes = left;
        return "unexpected end of data";
    }
    uint32_t low = unit16(p + 2, big);
    if ((low & ~0x3ffu) != 0xdc00) return "illegal UTF-16 surrogate";
    *c = 0x10000 + ((*c & 0x3ff) << 10) + (low & 0x3ff);
    *bytes = 4;
    return 0;
}

Value codec_utf16_decode(const uint8_t *data, int64_t size, const char *errors, int *byteorder, int64_t *consumed)
{
    Decoder d = {.errors = errors, .data = data, .size = size};
    int64_t at = 0;
    if (*byteorder == 0 && size >= 2) {
        uint32_t mark = unit16(data, false);
        if (mark == 0xfeff) *byteorder = -1, at = 2;
        else if (mark == 0xfffe) *byteorder = 1, at = 2;
    }
    bool big = *byteorder > 0;
    d.encoding = big ? "utf-16-be" : "utf-16-le";
    if (!str_builder_reserve(&d.out, size / 2, 0)) return 0;
    while (at < d.size) {
        uint32_t c;
        int64_t bytes;
        const char *fault = read_utf16(d.data + at, d.size - at, big, &c, &bytes);
        if (!fault) {
            if (!str_builder_char(&d.out, c)) return 0;
            at += bytes;
            continue;
        }
        if (consumed && (*fault == 't' || *fault == 'u')) break;
        at = decode_fault(&d, at, at + bytes, fault);
        if (at < 0) return 0;
    }
    if (consumed) *consumed = at;
    return str_builder_finish(&d.out);
}

Value codec_utf32_decode(const uint8_t *data, int64_t size, const char *errors, int *byteorder, int64_t *consumed)
{
    Decoder d = {.errors = errors, .data = data, .size = size};
    int64_t at = 0;
    if (*byteorder == 0 && size >= 4) {
        uint32_t mark = unit32(data, false);
        if (mark == 0xfeff) *byteorder = -1, at = 4;
        else if (mark == 0xfffe0000) *byteorder = 1, at = 4;
    }
    bool big = *byteorder > 0;
    d.encoding = big ? "utf-32-be" : "utf-32-le";
    if (!str_builder_reserve(&d.out, size / 4, 0)) return 0;
    while (at < d.size) {
        int64_t left = d.size - at;
        const char *fault = 0;
        uint32_t c = 0;
        if (left < 4) {
            if (consumed) break;
            fault = "truncated data";
        } else {
            c = unit32(d.data + at, big);
            if ((c & ~0x7ffu) == 0xd800) fault = "code point in surrogate code point range(0xd800, 0xe000)";
            else if (c > 0x10ffff) fault = "code point not in range(0x110000)";
        }
        if (!fault) {
            if (!str_builder_char(&d.out, c)) return 0;
            at += 4;
            continue;
        }
        at = decode_fault(&d, at, at + (left < 4 ? left : 4), fault);
        if (at < 0) return 0;
    }
    if (consumed) *consumed = at;
    return str_builder_finish(&d.out);
}

static bool put_unit16(Encoder *e, uint32_t unit, bool big)
{
    uint8_t bytes[2] = {(uint8_t)(big ? unit >> 8 : unit), (uint8_t)(big ? unit : unit >> 8)};
    return bytes_builder_add(&e->out, bytes, 2);
}

static bool put_utf16(Encoder *e, uint32_t c, bool big)
{
    if (c < 0x10000) return put_unit16(e, c, big);
    return put_unit16(e, 0xd7c0 + (c >> 10), big) && put_unit16(e, 0xdc00 | (c & 0x3ff), big);
}
static bool put_utf16_le(Encoder *e, uint32_t c) { return put_utf16(e, c, false); }
static bool put_utf16_be(Encoder *e, uint32_t c) { return put_utf16(e, c, true); }

static bool put_utf32(Encoder *e, uint32_t c, bool big)
{
    uint8_t bytes[4];
    for (int i = 0; i < 4; i++) bytes[i] = (uint8_t)(c >> 8 * (big ? 3 - i : i));
    return bytes_builder_add(&e->out, bytes, 4);
}
static bool put_utf32_le(Encoder *e, uint32_t c) { return put_utf32(e, c, false); }
static bool put_utf32_be(Encoder *e, uint32_t c) { return put_utf32(e, c, true); }

static Value encode_wide(Encoder *e, bool mark, int width)
{
    int64_t length = str_length(e->text);
    int kind = str_kind(e->text);
    const void *data = str_data(e->text);
    if (!bytes_builder_reserve(&e->out, (size_t)(length + 1) * (size_t)width)) return 0;
    if (mark && !e->put(e, 0xfeff)) return 0;
    for (int64_t i = 0; i < length;) {
        uint32_t c = str_read(kind, data, i);
        if ((c & ~0x7ffu) != 0xd800) {
            if (!e->put(e, c)) return 0;
            i++;
            continue;
        }
        size_t before = e->out.size;
        int64_t next = encode_fault(e, i, i + 1, "surrogates not allowed");
        if (next < 0) return 0;
        /* A replacement in bytes must be whole units. */
        if ((e->out.size - before) % (size_t)width) return raise_instance(unicode_encode_error(e->encoding, e->text, i, i + 1, "surrogates not allowed"));
        i = next;
    }
    return bytes_builder_finish(&e->out);
}

Value codec_utf16_encode(Value s, const char *errors, int byteorder)
{
    Encoder e = {.errors = errors, .text = s, .limit = 0xd800, .put = byteorder > 0 ? put_utf16_be : put_utf16_le};
    e.encoding = byteorder < 0 ? "utf-16-le" : byteorder > 0 ? "utf-16-be" : "utf-16";
    return encode_wide(&e, byteorder == 0, 2);
}

Value codec_utf32_encode(Value s, const char *errors, int byteorder)
{
    Encoder e = {.errors = errors, .text = s, .limit = 0xd800, .put = byteorder > 0 ? put_utf32_be : put_utf32_le};
    e.encoding = byteorder < 0 ? "utf-32-le" : byteorder > 0 ? "utf-32-be" : "utf-32";
    return encode_wide(&e, byteorder == 0, 4);
}
