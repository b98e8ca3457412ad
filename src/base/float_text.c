/* float_text.c: reading and writing floating-point numbers; see the header.
 *
 * Reading: numbers of up to 15 digits with a small exponent are exact products or quotients of two doubles (Clinger's fast path); the rest goes to
 * libdouble-conversion. Writing exact digits: the C library's "%e" is exact with ties to even; we take its digits and place the point ourselves.
 */
#include "base/ascii.h"
#include "base/float_text.h"
#include <limits.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* float_shortest.cc */
int float_shortest_digits(double value, char *buffer, int size, int *point);
double float_parse_exact(const char *bytes, int size);

static bool matches(const char *bytes, size_t size, const char *word)
{
    size_t i = 0;
    for (; word[i]; i++)
        if (i >= size || (bytes[i] | 0x20) != word[i]) return false;
    return true;
}

static const double powers[] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

size_t float_parse(const char *bytes, size_t size, double *result)
{
    size_t i = 0;
    bool negative = false;
    if (size && (bytes[0] == '+' || bytes[0] == '-')) negative = bytes[i++] == '-';
    if (matches(bytes + i, size - i, "inf")) {
        i += matches(bytes + i, size - i, "infinity") ? 8 : 3;
        *result = negative ? -INFINITY : INFINITY;
        return i;
    }
    if (matches(bytes + i, size - i, "nan")) {
        *result = negative ? -NAN : NAN;
        return i + 3;
    }
    size_t start = i, digit_count = 0;
    uint64_t mantissa = 0;
    int64_t exponent = 0;
    bool any = false, dot = false;
    for (; i < size; i++) {
        if (ascii_is_digit(bytes[i])) {
            any = true;
            if (digit_count || bytes[i] != '0') {
                if (digit_count < 18) mantissa = mantissa * 10 + (uint64_t)(bytes[i] - '0');
                digit_count++;
            }
            exponent -= dot;
        } else if (bytes[i] == '.' && !dot) dot = true;
        else break;
    }
    if (!any) return 0;
    size_t used = i;
    if (i < size && (bytes[i] | 0x20) == 'e') {
        size_t k = i + 1;
        bool minus = false;
        if (k < size && (bytes[k] == '+' || bytes[k] == '-')) minus = bytes[k++] == '-';
        if (k < size && ascii_is_digit(bytes[k])) {
            int64_t written = 0;
            for (; k < size && ascii_is_digit(bytes[k]); k++)
                if (written < 100000000) written = written * 10 + (bytes[k] - '0');
            exponent += minus ? -written : written;
            used = k;
        }
    }
    double value;
    if (!digit_count) value = 0;
    else if (digit_count <= 15 && exponent >= -22 && exponent <= 22) value = exponent < 0 ? (double)mantissa / powers[-exponent] : (double)mantissa * powers[exponent];
    else {
        /* The library counts in ints; what lies behind 2^30 bytes of digits cannot matter. */
        size_t length = used - start;
        value = float_parse_exact(bytes + start, length > INT_MAX / 2 ? INT_MAX / 2 : (int)length);
    }
    *result = negative ? -value : value;
    return used;
}

static void digits_zero(FloatDigits *digits)
{
    digits->digits[0] = '0';
    digits->count = digits->point = 1;
}

void float_digits_shortest(double value, FloatDigits *digits)
{
    digits->negative = signbit(value);
    if (value == 0) {
        digits_zero(digits);
        return;
    }
    digits->count = float_shortest_digits(fabs(value), digits->digits, 32, &digits->point);
}

void float_digits_precision(double value, int count, FloatDigits *digits)
{
    digits->negative = signbit(value);
    if (value == 0) {
        digits_zero(digits);
        return;
    }
    /* No double has more than 767 significant digits. */
    if (count > 800) count = 800;
    if (count < 1) count = 1;
    char text[900];
    int length = snprintf(text, sizeof text, "%.*e", count - 1, fabs(value));
    int n = 0, i = 0;
    for (; i < length && text[i] != 'e'; i++)
        if (ascii_is_digit(text[i])) digits->digits[n++] = text[i];
    digits->point = atoi(text + i + 1) + 1;
    while (n > 1 && digits->digits[n - 1] == '0') n--;
    digits->count = n;
}

bool float_scaled(double value, int places, uint64_t *scaled)
{
    value = fabs(value);
    if (places < 0 || places > 22 || !(value < 0x1p63)) return false;
    /* The mantissa has 53 bits and 10^22 has 74: their product is exact in 128. */
    int exponent;
    unsigned __int128 product = (uint64_t)ldexp(frexp(value, &exponent), 53);
    exponent -= 53;
    for (int left = places; left > 0;) {
        static const uint64_t powers[] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000, 10000000000};
        int step = left < 10 ? left : 10;
        product *= powers[step];
        left -= step;
    }
    if (exponent >= 0) {
        if (exponent > 11 || product >> (64 - exponent)) return false;
        *scaled = (uint64_t)product << exponent;
        return true;
    }
    int shift = -exponent;
    if (shift > 127) {   /* far below a half: 2^127 times less than one */
        *scaled = 0;
        return true;
    }
    unsigned __int128 whole = product >> shift, rest = product & (((unsigned __int128)1 << shift) - 1), half = (unsigned __int128)1 << (shift - 1);
    if (rest > half || (rest == half && whole & 1)) whole++;
    if (whole >> 64) return false;
    *scaled = (uint64_t)whole;
    return true;
}

void float_digits_fixed(double value, int places, FloatDigits *digits)
{
    digits->negative = signbit(value);
    if (value == 0) {
        digits_zero(digits);
        return;
    }
    uint64_t scaled;
    if (float_scaled(value, places, &scaled)) {
        char reversed[24];
        int n = 0;
        for (uint64_t rest = scaled; rest; rest /= 10) reversed[n++] = (char)('0' + rest % 10);
        digits->point = n - places;
        int zeros = 0;
        while (zeros < n && reversed[zeros] == '0') zeros++;
        digits->count = n - zeros;
        for (int i = 0; i < digits->count; i++) digits->digits[i] = reversed[n - 1 - i];
        return;
    }
    if (places >= 0) {
        /* No double has a digit behind place 1074. */
        char text[1500];
        int length = snprintf(text, sizeof text, "%.*f", places > 1100 ? 1100 : places, fabs(value));
        int i = 0, n = 0, whole = 0;
        for (; i < length && (!ascii_is_digit(text[i]) || text[i] == '0'); i++) whole -= !ascii_is_digit(text[i]);
        bool small = whole != 0;   /* the point came before the first digit that counts */
        if (small) {
            digits->point = -(i - 2);
        } else {
            int k = i;
            while (k < length && ascii_is_digit(text[k])) k++;
            digits->point = k - i;
        }
        for (; i < length; i++)
            if (ascii_is_digit(text[i])) digits->digits[n++] = text[i];
        while (n && digits->digits[n - 1] == '0') n--;
        digits->count = n;
        if (!n) digits->point = -places;
        return;
    }
    /* To tens, hundreds, ...: round the exact digits by hand, ties to even. */
    float_digits_precision(value, 800, digits);
    int64_t keep = (int64_t)digits->point + places;
    if (keep >= digits->count) return;
    bool up = false;
    if (keep >= 0) {
        char next = digits->digits[keep];
        bool tie = next == '5' && keep + 1 == digits->count;
        up = tie ? keep > 0 && (digits->digits[keep - 1] & 1) : next >= '5';
    }
    digits->count = keep > 0 ? (int)keep : 0;
    if (up) {
        while (digits->count && digits->digits[digits->count - 1] == '9') digits->count--;
        if (digits->count) digits->digits[digits->count - 1]++;
        else {
            digits->digits[0] = '1';
            digits->count = 1;
            digits->point++;
        }
    }
    while (digits->count && digits->digits[digits->count - 1] == '0') digits->count--;
    if (!digits->count) digits->point = -places;
}

/* An output that counts what does not fit. */
typedef struct Sink {
    char *out;
    size_t size, length;
} Sink;

static void put(Sink *sink, char c)
{
    if (sink->length < sink->size) sink->out[sink->length] = c;
    sink->length++;
}

static void put_text(Sink *sink, const char *text, bool upper)
{
    for (; *text; text++) put(sink, upper && *text >= 'a' ? (char)(*text - 32) : *text);
}

static void put_zeros(Sink *sink, int64_t count)
{
    if (count <= 0) return;
    if (sink->length < sink->size) {
        size_t room = sink->size - sink->length;
        memset(sink->out + sink->length, '0', (size_t)count < room ? (size_t)count : room);
    }
    sink->length += (size_t)count;
}

/* Digits from position `from` up to `to` of the expansion; those that are not there are zeros. */
static void put_digits(Sink *sink, const FloatDigits *digits, int64_t from, int64_t to)
{
    if (from < 0) {
        put_zeros(sink, (to < 0 ? to : 0) - from);
        from = 0;
    }
    for (; from < to && from < digits->count; from++) put(sink, digits->digits[from]);
    put_zeros(sink, to - from);
}

/* A few decimals of a number of moderate size. The product with the power of ten, rounded by the processor, is wrong by less than 0.001, so that it decides unless it
 * lies near the middle between two results: false. */
static bool put_fixed_quickly(Sink *sink, double value, int precision)
{
    static const double powers[] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9};
    if (precision < 1 || precision > 9) return false;
    double scaled = fabs(value) * powers[precision];
    if (!(scaled < 8e12)) return false;
    uint64_t n = (uint64_t)scaled;
    double fraction = scaled - (double)n;
    if (fabs(fraction - 0.5) < 0.002) return false;
    n += fraction > 0.5;
    char text[32], *end = text + sizeof text, *at = end;
    for (int i = 0; i < precision; i++, n /= 10) *--at = (char)('0' + n % 10);
    *--at = '.';
    do *--at = (char)('0' + n % 10), n /= 10;
    while (n);
    while (at < end) put(sink, *at++);
    return true;
}

size_t float_format(double value, char mode, int precision, int flags, char *out, size_t size)
{
    Sink sink = {out, size, 0};
    bool upper = mode >= 'A' && mode <= 'Z';
    char kind = (char)(mode | 0x20);
    if (isnan(value)) {
        if (flags & FLOAT_SIGN) put(&sink, '+');
        put_text(&sink, "nan", upper);
        return sink.length;
    }
    if (signbit(value)) put(&sink, '-');
    else if (flags & FLOAT_SIGN) put(&sink, '+');
    if (isinf(value)) {
        put_text(&sink, "inf", upper);
        return sink.length;
    }
    if (kind == 'f' && put_fixed_quickly(&sink, value, precision < 0 ? 6 : precision)) return sink.length;
    FloatDigits digits;
    bool exponential = false, alternate = flags & FLOAT_ALTERNATE;
    int64_t shown;   /* significant digits in the exponential form; digits behind the point otherwise */
    if (precision < 0) precision = 6;
    if (kind == 'e') {
        float_digits_precision(value, precision == INT_MAX ? precision : precision + 1, &digits);
        exponential = true;
        shown = (int64_t)precision + 1;
    } else if (kind == 'f') {
        float_digits_fixed(value, precision, &digits);
        shown = precision;
    } else {
        if (kind == 'r') float_digits_shortest(value, &digits);
        else float_digits_precision(value, precision ? precision : 1, &digits);
        int limit = kind == 'r' ? 16 : precision ? precision : 1;
        /* With ".0" to come, a number that fills all digits would show one digit too many. */
        int fixed_limit = kind == 'g' && flags & FLOAT_DOT_ZERO ? limit - 1 : limit;
        exponential = digits.point <= -4 || digits.point > fixed_limit;
        int64_t significant = alternate && kind == 'g' ? limit : digits.count;
        if (exponential) shown = significant;
        else shown = significant > digits.point ? significant - digits.point : 0;
    }
    if (exponential) {
        put(&sink, digits.digits[0]);
        if (shown > 1 || alternate) put(&sink, '.');
        put_digits(&sink, &digits, 1, shown);
        int exponent = digits.point - 1;
        put(&sink, upper ? 'E' : 'e');
        put(&sink, exponent < 0 ? '-' : '+');
        char text[16];
        snprintf(text, sizeof text, "%02d", abs(exponent));
        put_text(&sink, text, false);
        return sink.length;
    }
    if (digits.point <= 0 || digits.count == 0) put(&sink, '0');
    else put_digits(&sink, &digits, 0, digits.point);
    if (shown > 0) {
        put(&sink, '.');
        int64_t from = digits.count == 0 ? 0 : digits.point;
        put_digits(&sink, &digits, from, from + shown);
    } else if (flags & FLOAT_DOT_ZERO) put_text(&sink, ".0", false);
    else if (alternate) put(&sink, '.');
    return sink.length;
}

size_t float_repr(double value, char out[FLOAT_REPR_SIZE]) { return float_format(value, 'r', 0, FLOAT_DOT_ZERO, out, FLOAT_REPR_SIZE); }
