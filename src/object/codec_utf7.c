/* codec_utf7.c: UTF-7 (RFC 2152): what is not plain ASCII stands in base64 of UTF-16 between '+' and '-'. */
#include "base/ascii.h"
#include "object/codec.h"

static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

typedef struct Shift {
    bool on;
    int bits;
    uint32_t buffer, surrogate;
    int64_t start, out_start;
} Shift;

static bool shift_add(Decoder *d, Shift *s, int value)
{
    s->buffer = s->buffer << 6 | (uint32_t)value;
    s->bits += 6;
    if (s->bits < 16) return true;
    uint32_t c = s->buffer >> (s->bits - 16);
    s->bits -= 16;
    s->buffer &= (1u << s->bits) - 1;
    if (s->surrogate) {
        uint32_t high = s->surrogate;
        s->surrogate = 0;
        if ((c & ~0x3ffu) == 0xdc00) return str_builder_char(&d->out, 0x10000 + ((high & 0x3ff) << 10) + (c & 0x3ff));
        if (!str_builder_char(&d->out, high)) return false;
    }
    if ((c & ~0x3ffu) == 0xd800) {
        s->surrogate = c;
        return true;
    }
    return str_builder_char(&d->out, c);
}

/* Leaves base64 before the character c; the fault found, or 0. */
static const char *shift_end(Decoder *d, Shift *s, uint8_t c, bool *ok)
{
    s->on = false;
    *ok = true;
    if (s->bits >= 6) return "partial character in shift sequence";
    if (s->bits > 0 && s->buffer) return "non-zero padding bits in shift sequence";
    if (s->surrogate && c < 128 && c != '+') *ok = str_builder_char(&d->out, s->surrogate);
    s->surrogate = 0;
    return 0;
}

Value codec_utf7_decode(const uint8_t *data, int64_t size, const char *errors, int64_t *consumed)
{
    Decoder d = {.encoding = "utf7", .errors = errors, .data = data, .size = size};
    Shift s = {0};
    int64_t at = 0;
restart:
    while (at < d.size) {
        uint8_t c = d.data[at];
        const char *fault = 0;
        bool ok = true;
        int64_t start = s.start;
        if (s.on) {
            int value = ascii_base64_value(c);
            if (value >= 0) {
                if (!shift_add(&d, &s, value)) return 0;
                at++;
                continue;
            }
            fault = shift_end(&d, &s, c, &ok);
            if (fault || c == '-') at++;
        } else if (c == '+') {
            start = s.start = at++;
            if (at < d.size && d.data[at] == '-') {
                at++;
                ok = str_builder_char(&d.out, '+');
            } else if (at < d.size && ascii_base64_value(d.data[at]) < 0) {
                at++;
                fault = "ill-formed sequence";
            } else s = (Shift){.on = true, .start = start, .out_start = d.out.length};
        } else if (c < 128) {
            at++;
            ok = str_builder_char(&d.out, c);
        } else {
            start = at++;
            fault = "unexpected special character";
        }
        if (!ok || (fault && (at = decode_fault(&d, start, at, fault)) < 0)) return 0;
    }
    if (s.on && !consumed) {
        s.on = false;
        if (s.surrogate || s.bits >= 6 || (s.bits > 0 && s.buffer)) {
            at = decode_fault(&d, s.start, d.size, "unterminated shift sequence");
            if (at < 0) return 0;
            if (at < d.size) goto restart;
        }
    }
    if (consumed) {
        *consumed = s.on ? s.start : at;
        if (s.on) {
            /* The maximum is that of all characters so far; what remains may be narrower. */
            Value text = str_from_kind(d.out.kind ? d.out.kind : 1, d.out.data, s.out_start);
            return text;
        }
    }
    return str_builder_finish(&d.out);
}

static bool is_direct(uint32_t c)
{
    if (c >= 128) return false;
    if (c == '\t' || c == '\n' || c == '\r') return true;
    return c >= 32 && c != 127 && c != '+' && c != '\\' && c != '~';
}

typedef struct Base64Out {
    BytesBuilder out;
    uint32_t buffer;
    int bits;
    bool on;
} Base64Out;

static bool out_byte(Base64Out *b, char c) { return bytes_builder_add(&b->out, &c, 1); }

static bool out_unit(Base64Out *b, uint32_t unit)
{
    b->buffer = b->buffer << 16 | unit;
    for (b->bits += 16; b->bits >= 6; b->bits -= 6)
        if (!out_byte(b, base64[b->buffer >> (b->bits - 6) & 63])) return false;
    b->buffer &= (1u << b->bits) - 1;
    return true;
}

static bool out_flush(Base64Out *b)
{
    if (b->bits && !out_byte(b, base64[b->buffer << (6 - b->bits) & 63])) return false;
    b->bits = 0;
    b->buffer = 0;
    b->on = false;
    return true;
}

Value codec_utf7_encode(Value text)
{
    Base64Out b = {0};
    for (int64_t i = 0; i < str_length(text); i++) {
        uint32_t c = str_char(text, i);
        if (is_direct(c)) {
            if (b.on && (!out_flush(&b) || ((ascii_base64_value((uint8_t)c) >= 0 || c == '-') && !out_byte(&b, '-')))) return 0;
            if (!out_byte(&b, (char)c)) return 0;
            continue;
        }
        if (!b.on) {
            if (c == '+') {
                if (!bytes_builder_add(&b.out, "+-", 2)) return 0;
                continue;
            }
            if (!out_byte(&b, '+')) return 0;
            b.on = true;
        }
        if (c >= 0x10000 ? !out_unit(&b, 0xd7c0 + (c >> 10)) || !out_unit(&b, 0xdc00 | (c & 0x3ff)) : !out_unit(&b, c)) return 0;
    }
    if (b.on && (!out_flush(&b) || !out_byte(&b, '-'))) return 0;
    return bytes_builder_finish(&b.out);
}
