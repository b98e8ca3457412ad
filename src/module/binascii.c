/* binascii.c: bytes to ASCII and back: hexadecimal, base64, uuencode, quoted-printable; and two checksums. */
#include "base/ascii.h"
#include "module/module.h"
#include "object/bytes_internal.h"
#include <zlib.h>

static Value error_type, incomplete_type;

#define FAIL(...) raise_format((Type *)error_type, __VA_ARGS__)

/* The bytes of an argument that may be ASCII text. */
typedef struct Ascii {
    const uint8_t *data;
    int64_t size;
    Buffer buffer;
    bool held;
} Ascii;

static bool ascii_get(Value v, Ascii *a)
{
    a->held = false;
    if (is_str(v)) {
        if (!str_is_ascii(v)) return raise_value("string argument should contain only ASCII characters");
        a->data = str_data(v);
        a->size = str_length(v);
        return true;
    }
    if (!has_buffer(v)) return raise_type("argument should be bytes, buffer or ASCII string, not '%.100T'", v);
    if (!buffer_get(v, &a->buffer, BUFFER_SIMPLE)) return false;
    a->held = true;
    a->data = a->buffer.data;
    a->size = a->buffer.length;
    return true;
}

/* Releases the argument and passes the result on. */
static Value ascii_done(Ascii *a, Value result)
{
    if (a->held) buffer_release(&a->buffer);
    return result;
}

/* --- hexadecimal */

static Value unhex(const uint8_t *data, int64_t size)
{
    if (size & 1) return FAIL("Odd-length string");
    Value result = bytes_new(0, (size_t)size / 2);
    for (int64_t i = 0; result && i < size; i += 2) {
        int high = ascii_hex_value(data[i]), low = ascii_hex_value(data[i + 1]);
        if (high < 0 || low < 0) return FAIL("Non-hexadecimal digit found");
        bytes_data(result)[i / 2] = (uint8_t)(high << 4 | low);
    }
    return result;
}

static NATIVE(a2b_hex)
{
    Ascii a;
    return ascii_get(args[0], &a) ? ascii_done(&a, unhex(a.data, a.size)) : 0;
}

static NATIVE(b2a_hex)
{
    Buffer b;
    int group;
    if (!buffer_get(args[0], &b, BUFFER_SIMPLE)) return 0;
    Value result = number_as_int(args[2], &group) ? bytes_hex(b.data, b.length, args[1], group, true) : 0;
    buffer_release(&b);
    return result;
}

/* --- base64 */

static Value base64_decode(const uint8_t *data, int64_t size, bool strict)
{
    BytesBuilder out = {0};
    uint8_t left = 0;
    int position = 0, pads = 0;
    bool padding = false;
    if (strict && size && data[0] == '=') return FAIL("Leading padding not allowed");
    if (!bytes_builder_reserve(&out, (size_t)(size / 4 + 1) * 3)) return 0;
    for (int64_t i = 0; i < size; i++) {
        if (data[i] == '=') {
            padding = true;
            if (position < 2 || position + ++pads < 4) continue;
            if (strict && i + 1 < size) return FAIL("Excess data after padding");
            return bytes_builder_finish(&out);
        }
        int value = ascii_base64_value(data[i]);
        if (value < 0) {
            if (strict) return FAIL("Only base64 data is allowed");
            continue;
        }
        if (strict && padding) return FAIL("Discontinuous padding not allowed");
        pads = 0;
        if (position == 0) left = (uint8_t)value;
        else {
            out.data[out.size++] = (uint8_t)(left << 2 * position | value >> (6 - 2 * position));
            left = (uint8_t)(value & (0x3f >> 2 * position));
        }
        position = (position + 1) & 3;
    }
    if (position == 1) return FAIL("Invalid base64-encoded string: number of data characters (%zd) cannot be 1 more than a multiple of 4", out.size / 3 * 4 + 1);
    if (position) return FAIL("Incorrect padding");
    return bytes_builder_finish(&out);
}

static NATIVE(a2b_base64)
{
    Ascii a;
    int strict = object_truth(args[1]);
    if (strict < 0 || !ascii_get(args[0], &a)) return 0;
    return ascii_done(&a, base64_decode(a.data, a.size, strict));
}

static Value base64_encode(const uint8_t *in, int64_t size, bool newline)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    if (size > INT64_MAX / 2 - 3) return FAIL("Too much data for base64 line");
    Value result = bytes_new(0, (size_t)((size + 2) / 3 * 4 + newline));
    if (!result || !bytes_size(result)) return result;
    uint8_t *out = bytes_data(result);
    for (int64_t i = 0; i < size; i += 3) {
        int64_t n = size - i;
        uint32_t word = (uint32_t)in[i] << 16 | (n > 1 ? (uint32_t)in[i + 1] << 8 : 0) | (n > 2 ? in[i + 2] : 0);
        *out++ = (uint8_t)digits[word >> 18];
        *out++ = (uint8_t)digits[word >> 12 & 63];
        *out++ = n > 1 ? (uint8_t)digits[word >> 6 & 63] : '=';
        *out++ = n > 2 ? (uint8_t)digits[word & 63] : '=';
    }
    if (newline) *out = '\n';
    return result;
}

static NATIVE(b2a_base64)
{
    Buffer b;
    int newline = object_truth(args[1]);
    if (newline < 0 || !buffer_get(args[0], &b, BUFFER_SIMPLE)) return 0;
    Value result = base64_encode(b.data, b.length, newline);
    buffer_release(&b);
    return result;
}

/* --- uuencode */
static Value uu_decode(const uint8_t *data, int64_t size)
{
    int64_t at = 1, length = ((size ? data[0] : 0) - ' ') & 0x3f, done = 0;
    Value result = bytes_new(0, (size_t)length);
    if (!result) return 0;
    uint8_t *out = length ? bytes_data(result) : 0;
    uint32_t left = 0;
    int bits = 0;
    for (; done < length; at++) {
        /* Missing characters at the end of a line are spaces. */
        uint8_t c = at < size ? data[at] : '\n';
        uint32_t value = 0;
        if (c != '\n' && c != '\r') {
            if (c < ' ' || c > ' ' + 64) return FAIL("Illegal char");
            value = (uint32_t)(c - ' ') & 0x3f;
        } else at--;
        if (at + 1 > size) at = size - 1;
        left = left << 6 | value;
        bits += 6;
        if (bits < 8) continue;
        bits -= 8;
        out[done++] = (uint8_t)(left >> bits);
        left &= (1u << bits) - 1;
    }
    for (; at < size; at++)
        if (data[at] != ' ' && data[at] != ' ' + 64 && data[at] != '\n' && data[at] != '\r') return FAIL("Trailing garbage");
    return result;
}

static NATIVE(a2b_uu)
{
    Ascii a;
    return ascii_get(args[0], &a) ? ascii_done(&a, uu_decode(a.data, a.size)) : 0;
}

static Value uu_encode(const uint8_t *in, int64_t size, bool backtick)
{
    if (size > 45) return FAIL("At most 45 bytes at once");
    uint8_t line[64], *out = line;
#define UU(value) (uint8_t)((value) || !backtick ? (value) + ' ' : '`')
    *out++ = UU(size);
    for (int64_t i = 0; i < size; i += 3) {
        uint32_t word = (uint32_t)in[i] << 16 | (i + 1 < size ? (uint32_t)in[i + 1] << 8 : 0) | (i + 2 < size ? in[i + 2] : 0);
        for (int k = 18; k >= 0; k -= 6) *out++ = UU(word >> k & 63);
    }
#undef UU
    *out++ = '\n';
    return bytes_new(line, (size_t)(out - line));
}

static NATIVE(b2a_uu)
{
    Buffer b;
    int backtick = object_truth(args[1]);
    if (backtick < 0 || !buffer_get(args[0], &b, BUFFER_SIMPLE)) return 0;
    Value result = uu_encode(b.data, b.length, backtick);
    buffer_release(&b);
    return result;
}

/* --- quoted-printable */
enum { QP_LINE = 76 };

static Value qp_decode(const uint8_t *in, int64_t size, bool header)
{
    BytesBuilder out = {0};
    for (int64_t i = 0; i < size;) {
        uint8_t c = in[i++];
        if (c == '=') {
            if (i >= size) break;
            if (in[i] == '\n' || in[i] == '\r') {
                while (i < size && in[i] != '\n') i++;
                i++;
                continue;
            }
            if (in[i] == '=') i++;
            else if (i + 1 < size && ascii_hex_value(in[i]) >= 0 && ascii_hex_value(in[i + 1]) >= 0) {
                c = (uint8_t)(ascii_hex_value(in[i]) << 4 | ascii_hex_value(in[i + 1]));
                i += 2;
            }
        } else if (header && c == '_') c = ' ';
        if (!bytes_builder_add(&out, &c, 1)) return 0;
    }
    return bytes_builder_finish(&out);
}

static NATIVE(a2b_qp)
{
    Ascii a;
    int header = object_truth(args[1]);
    if (header < 0 || !ascii_get(args[0], &a)) return 0;
    return ascii_done(&a, qp_decode(a.data, a.size, header));
}

typedef struct QpOptions {
    bool quote_tabs, text, header, crlf;
} QpOptions;

static bool qp_must_quote(const uint8_t *in, int64_t size, int64_t i, int64_t column, const QpOptions *o)
{
    uint8_t c = in[i];
    bool last = i + 1 == size, newline = c == '\r' || c == '\n', blank = c == '\t' || c == ' ';
    if (c > 126 || c == '=' || (o->header && c == '_')) return true;
    /* A line of a single dot would end a mail. */
    if (c == '.' && column == 0 && (last || in[i + 1] == '\n' || in[i + 1] == '\r' || in[i + 1] == 0)) return true;
    if (newline) return !o->text;
    if (blank && last) return true;
    return c < 33 && (o->quote_tabs || !blank);
}

static bool qp_newline(BytesBuilder *out, const QpOptions *o, bool soft)
{
    return (!soft || bytes_builder_add(out, "=", 1)) && (o->crlf ? bytes_builder_add(out, "\r\n", 2) : bytes_builder_add(out, "\n", 1));
}

static bool qp_quote(BytesBuilder *out, uint8_t c)
{
    static const char hex[] = "0123456789ABCDEF";
    char text[3] = {'=', hex[c >> 4], hex[c & 15]};
    return bytes_builder_add(out, text, 3);
}

static Value qp_encode(const uint8_t *in, int64_t size, QpOptions *o)
{
    BytesBuilder out = {0};
    int64_t column = 0;
    const uint8_t *first = size ? memchr(in, '\n', (size_t)size) : 0;
    o->crlf = first && first > in && first[-1] == '\r';
    for (int64_t i = 0; i < size;) {
        uint8_t c = in[i];
        if (qp_must_quote(in, size, i, column, o)) {
            if (column + 3 >= QP_LINE) {
                if (!qp_newline(&out, o, true)) return 0;
                column = 0;
            }
            if (!qp_quote(&out, c)) return 0;
            column += 3;
            i++;
        } else if (o->text && (c == '\n' || (c == '\r' && i + 1 < size && in[i + 1] == '\n'))) {
            /* White space at the end of a line would get lost. */
            uint8_t before = out.size ? out.data[out.size - 1] : 0;
            if (before == ' ' || before == '\t') {
                out.size--;
                if (!qp_quote(&out, before)) return 0;
            }
            if (!qp_newline(&out, o, false)) return 0;
            column = 0;
            i += c == '\r' ? 2 : 1;
        } else {
            if (i + 1 != size && in[i + 1] != '\n' && column + 1 >= QP_LINE) {
                if (!qp_newline(&out, o, true)) return 0;
                column = 0;
            }
            column++;
            if (o->header && c == ' ') c = '_';
            if (!bytes_builder_add(&out, &c, 1)) return 0;
            i++;
        }
    }
    return bytes_builder_finish(&out);
}

static NATIVE(b2a_qp)
{
    Buffer b;
    int quote_tabs = object_truth(args[1]), text = object_truth(args[2]), header = object_truth(args[3]);
    if (quote_tabs < 0 || text < 0 || header < 0 || !buffer_get(args[0], &b, BUFFER_SIMPLE)) return 0;
    Value result = qp_encode(b.data, b.length, &(QpOptions){.quote_tabs = quote_tabs, .text = text, .header = header});
    buffer_release(&b);
    return result;
}

/* --- checksums */
static NATIVE(binascii_crc32)
{
    Buffer b;
    if (!is_int(args[1]) && !type_of(args[1])->index) return raise_type("'%.200T' object cannot be interpreted as an integer", args[1]);
    Value start = number_index(args[1]);
    if (!start || !buffer_get(args[0], &b, BUFFER_SIMPLE)) return 0;
    uLong crc = crc32_z((uLong)(uint32_t)int_as_uint64_mask(start), b.data, (z_size_t)b.length);
    buffer_release(&b);
    return int_new((int64_t)(uint32_t)crc);
}

static NATIVE(binascii_crc_hqx)
{
    Buffer b;
    Value start = number_index(args[1]);
    if (!start || !buffer_get(args[0], &b, BUFFER_SIMPLE)) return 0;
    uint32_t crc = (uint32_t)int_as_uint64_mask(start) & 0xffff;
    for (int64_t i = 0; i < b.length; i++) {
        crc ^= (uint32_t)((const uint8_t *)b.data)[i] << 8;
        for (int k = 0; k < 8; k++) crc = (crc & 0x8000 ? crc << 1 ^ 0x1021 : crc << 1) & 0xffff;
    }
    buffer_release(&b);
    return int_new(crc);
}

static const NativeDef binascii_functions[] = {
    {"a2b_uu", "(data, /)", a2b_uu, "Decodes a line of uuencoded data."},
    {"b2a_uu", "(data, /, *, backtick=False)", b2a_uu, "Uuencodes a line of data."},
    {"a2b_base64", "(data, /, *, strict_mode=False)", a2b_base64, "Decodes base64 data."},
    {"b2a_base64", "(data, /, *, newline=True)", b2a_base64, "Encodes data in base64."},
    {"a2b_hex", "(hexstr, /)", a2b_hex, "The bytes that hexadecimal digits say."},
    {"b2a_hex", "(data, sep=<unrepresentable>, bytes_per_sep=1)", b2a_hex, "Hexadecimal digits of the data."},
    {"hexlify", "(data, sep=<unrepresentable>, bytes_per_sep=1)", b2a_hex, "Hexadecimal digits of the data."},
    {"unhexlify", "(hexstr, /)", a2b_hex, "The bytes that hexadecimal digits say."},
    {"crc_hqx", "(data, crc, /)", binascii_crc_hqx, "The CRC-CCITT checksum."},
    {"crc32", "(data, crc=0, /)", binascii_crc32, "The CRC-32 checksum."},
    {"a2b_qp", "(data, header=False)", a2b_qp, "Decodes quoted-printable data."},
    {"b2a_qp", "(data, quotetabs=False, istext=True, header=False)", b2a_qp, "Encodes data as quoted-printable."},
    {0},
};

static bool binascii_init(Value module)
{
    error_type = module_new_exception("binascii.Error", VALUE(&exc_ValueError), 0);
    incomplete_type = module_new_exception("binascii.Incomplete", VALUE(&exc_Exception), 0);
    gc_root(&error_type);
    gc_root(&incomplete_type);
    return module_add(module, "Error", error_type) && module_add(module, "Incomplete", incomplete_type);
}

const ModuleDef module_binascii = {.name = "binascii", .doc = "Conversion between binary data and ASCII", .functions = binascii_functions, .init = binascii_init};
