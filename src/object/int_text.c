/* int_text.c: integers and text: digits in any base from 2 to 36, both ways, and raw bytes. */
#include "base/ascii.h"
#include "object/int_internal.h"
#include <math.h>
#include <sys/types.h>

int int_max_str_digits = 4300;

/* --- reading */

static inline int digit_value(uint8_t c)
{
    if (c >= '0' && c <= '9') return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'z' ? c - 'a' + 10 : 37;
}

static Value invalid_literal(int base, Value original)
{
    /* Bytearrays and other buffers show as bytes; the quotes go by what is shown. */
    if (!is_str(original) && !is_bytes(original)) original = bytes_from_object(original);
    if (original && is_bytes(original) && bytes_size(original) > 200) original = bytes_new(bytes_data(original), 200);
    return original ? raise_value("invalid literal for int() with base %d: %.200R", base, original) : 0;
}

/* `digits` (values, not characters; the first not 0) to an int. */
static Value from_digit_values(const uint8_t *digits, size_t count, int base, bool negative)
{
    if (!count) return small_int(0);
    if (count <= 18 && base <= 10) {
        int64_t n = 0;
        for (size_t i = 0; i < count; i++) n = n * base + digits[i];
        return int_new(negative ? -n : n);
    }
    IntObj *i = int_alloc((size_t)((double)count * log2(base) / 64) + 2);
    if (!i) return 0;
    mp_size_t limbs;
    if (!GMP_TRY(limbs = mpn_set_str(i->limbs, digits, count, base))) return 0;
    return int_finish(i, limbs, negative);
}

/* Skips "0x" and the like; base 0 is found out. Whether the number must be zero, because it looks like an old octal one. */
static bool skip_prefix(const char **at, const char *end, int *base)
{
    const char *s = *at;
    char second = end - s >= 2 && s[0] == '0' ? (char)(s[1] | 0x20) : 0;
    int said = second == 'x' ? 16 : second == 'o' ? 8 : second == 'b' ? 2 : 0;
    bool automatic = *base == 0;
    if (automatic) *base = said ? said : 10;
    if (!said || said != *base) return automatic && s < end && *s == '0';
    s += 2;
    if (s < end && *s == '_') s++;
    *at = s;
    return false;
}

Value int_from_ascii(const char *text, size_t length, int base, Value original)
{
    const char *s = text, *end = text + length;
    int given = base;
    bool negative = false;
    while (s < end && ascii_is_space((uint8_t)*s)) s++;
    while (end > s && ascii_is_space((uint8_t)end[-1])) end--;
    if (s < end && (*s == '+' || *s == '-')) negative = *s++ == '-';
    bool only_zero = skip_prefix(&s, end, &base);
    if (s == end || *s == '_') return invalid_literal(given, original);
    uint8_t fixed[512], *digits = fixed;
    if ((size_t)(end - s) > sizeof fixed) {
        digits = gc_buffer_raw((size_t)(end - s));
        if (!digits) return 0;
    }
    size_t count = 0, seen = 0;
    for (; s < end; s++) {
        if (*s == '_') {
            if (s + 1 == end || digit_value((uint8_t)s[1]) >= base) return invalid_literal(given, original);
            continue;
        }
        int value = digit_value((uint8_t)*s);
        if (value >= base) break;
        seen++;
        if (count || value) digits[count++] = (uint8_t)value;
    }
    if ((base & (base - 1)) != 0 && int_max_str_digits > 0 && seen > (size_t)int_max_str_digits) {
        return raise_value("Exceeds the limit (%d digits) for integer string conversion: value has %zd digits; use sys.set_int_max_str_digits() to increase the limit",
                           int_max_str_digits, (ssize_t)seen);
    }
    if (s < end || (only_zero && count)) return invalid_literal(given, original);
    return from_digit_values(digits, count, base, negative);
}

const char *number_ascii(Value str, size_t *size)
{
    int64_t length = str_length(str);
    *size = (size_t)length;
    if (str_is_ascii(str)) return str_data(str);
    int kind = str_kind(str);
    const void *data = str_data(str);
    char *ascii = gc_buffer_raw((size_t)length + 1);
    if (!ascii) return 0;
    for (int64_t i = 0; i < length; i++) {
        uint32_t c = str_read(kind, data, i);
        int decimal = c < 128 ? -1 : unicode_decimal_value(c);
        ascii[i] = c < 128 ? (char)c : unicode_is_space(c) ? ' ' : decimal >= 0 ? (char)('0' + decimal) : '?';
        if (c < 128 || ascii[i] != '?') continue;
        *size = (size_t)i + 1;
        break;
    }
    ascii[*size] = 0;
    return ascii;
}

const char *number_without_underscores(const char *text, size_t *length)
{
    if (!memchr(text, '_', *length)) return text;
    char *out = gc_buffer_raw(*length + 1);
    size_t count = 0;
    for (size_t i = 0; out && i < *length; i++) {
        if (text[i] != '_') out[count++] = text[i];
        else if (!i || i + 1 == *length || (uint8_t)(text[i - 1] - '0') > 9 || (uint8_t)(text[i + 1] - '0') > 9) return 0;
    }
    *length = count;
    return out;
}

Value int_from_text(Value str, int base)
{
    size_t length;
    const char *ascii = number_ascii(str, &length);
    return ascii ? int_from_ascii(ascii, length, base, str) : 0;
}

/* --- writing */

size_t int_small_to_decimal(int64_t n, char out[24])
{
    static const char pairs[] = "00010203040506070809101112131415161718192021222324252627282930313233343536373839404142434445464748495051525354555657585960616263646566676869"
                                "707172737475767778798081828384858687888990919293949596979899";
    char reversed[24], *at = reversed + sizeof reversed;
    uint64_t rest = n < 0 ? -(uint64_t)n : (uint64_t)n;
    for (; rest >= 100; rest /= 100) memcpy(at -= 2, pairs + rest % 100 * 2, 2);
    if (rest >= 10) memcpy(at -= 2, pairs + rest * 2, 2);
    else *--at = (char)('0' + rest);
    if (n < 0) *--at = '-';
    size_t length = (size_t)(reversed + sizeof reversed - at);
    memcpy(out, at, length);
    return length;
}

size_t int_small_to_base(int64_t n, int base, char out[72])
{
    if (base == 10) return int_small_to_decimal(n, out);
    char *start = out;
    uint64_t rest = n < 0 ? -(uint64_t)n : (uint64_t)n;
    if (n < 0) *out++ = '-';
    int shift = __builtin_ctz((unsigned)base), digits = rest ? (63 - __builtin_clzll(rest)) / shift + 1 : 1;
    for (int i = digits; i-- > 0; rest >>= shift) out[i] = "0123456789abcdef"[rest & ((uint64_t)base - 1)];
    return (size_t)(out + digits - start);
}

static Value too_many_digits(void)
{
    return raise_value("Exceeds the limit (%d digits) for integer string conversion; use sys.set_int_max_str_digits() to increase the limit", int_max_str_digits);
}

Value int_to_str(Value v, int base)
{
    Limbs l;
    if (is_small_int(v) && (base == 10 || base == 16 || base == 8 || base == 2)) {
        char text[72];
        size_t length = int_small_to_base(small_int_value(v), base, text);
        if (length == 1) return str_from_char((uint8_t)text[0]);
        Value str = str_alloc((int64_t)length, 127);
        if (str) memcpy((char *)str + STR_ASCII_HEADER, text, length);
        return str;
    }
    limbs_of(v, &l);
    if (!l.count) return str_from_char('0');
    bool power_of_two = (base & (base - 1)) == 0;
    /* Far beyond the limit there is no need to convert first. */
    if (!power_of_two && int_max_str_digits > 0 && (double)(l.count - 1) * 64 * 0.30102999 > int_max_str_digits + 1) return too_many_digits();
    size_t room = mpn_sizeinbase(l.at, l.count, base) + 2;
    uint8_t *digits = gc_buffer_raw(room);
    mp_limb_t *copy = digits ? gc_buffer_raw(((size_t)l.count + 1) * sizeof *copy) : 0;
    if (!copy) return 0;
    memcpy(copy, l.at, (size_t)l.count * sizeof *copy);
    size_t count, start = 0;
    if (!GMP_TRY(count = mpn_get_str(digits, base, copy, l.count))) return 0;
    while (start + 1 < count && !digits[start]) start++;
    if (!power_of_two && int_max_str_digits > 0 && count - start > (size_t)int_max_str_digits) return too_many_digits();
    Value str = str_alloc((int64_t)(count - start) + l.negative, 127);
    if (!str) return 0;
    char *out = str_data(str);
    if (l.negative) *out++ = '-';
    for (size_t i = start; i < count; i++) *out++ = "0123456789abcdefghijklmnopqrstuvwxyz"[digits[i]];
    return str;
}

/* --- bytes */

Value int_from_bytes(const uint8_t *bytes, size_t size, bool little, bool is_signed)
{
    bool negative = is_signed && size && (bytes[little ? size - 1 : 0] & 0x80);
    if (size <= 8) {
        uint64_t n = negative ? ~0ull : 0;
        for (size_t i = 0; i < size; i++) n = n << 8 | bytes[little ? size - 1 - i : i];
        return is_signed ? int_new((int64_t)n) : int_new_unsigned(n);
    }
    size_t count = (size + 7) / 8;
    IntObj *i = int_alloc(count);
    if (!i) return 0;
    uint8_t *out = (uint8_t *)i->limbs;
    if (negative) memset(out, 0xff, count * 8);
    if (little) memcpy(out, bytes, size);
    else
        for (size_t k = 0; k < size; k++) out[k] = bytes[size - 1 - k];
    if (negative) mpn_neg(i->limbs, i->limbs, (mp_size_t)count);
    return int_finish(i, (mp_size_t)count, negative);
}

bool int_to_bytes(Value v, uint8_t *bytes, size_t size, bool little, bool is_signed)
{
    Limbs l;
    limbs_of(v, &l);
    if (l.negative && !is_signed) return raise_overflow("can't convert negative int to unsigned");
    const uint8_t *in = (const uint8_t *)l.at;
    size_t have = (size_t)l.count * 8;
    uint8_t carry = 1;
    for (size_t i = 0; i < size; i++) {
        uint8_t byte = i < have ? in[i] : 0;
        if (l.negative) {
            byte = (uint8_t)(~byte + carry);
            carry = carry && byte == 0;
        }
        bytes[little ? i : size - 1 - i] = byte;
    }
    /* Fits? Unsigned: no bits above. Signed: magnitude below 2^(bits-1), or equal to it for negatives. */
    size_t bits = int_bit_length(v), room = size * 8;
    bool fits = !is_signed ? bits <= room : bits < room || bits == 0;
    if (!fits && l.negative && bits == room && room) {
        fits = true;
        for (mp_size_t i = 0; i + 1 < l.count && fits; i++) fits = l.at[i] == 0;
        mp_limb_t top = l.at[l.count - 1];
        fits = fits && (top & (top - 1)) == 0;
    }
    return fits ? true : raise_overflow("int too big to convert");
}
