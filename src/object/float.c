/* float.c: floating point numbers. Text comes from base/float_text.h; formatting by specification is in format_number.c. */
#include "base/ascii.h"
#include "object/bytes.h"
#include "object/container.h"
#include "object/int_internal.h"
#include <math.h>
#include <stdio.h>

Value float_new_slow(double d)
{
    FloatObj *f = gc_alloc(FloatObj, &float_type);
    if (!f) return 0;
    f->value = d;
    return VALUE(f);
}

/* The operand as a double: 1; neither int nor float: 0; -1: an int too large. */
static int operand(Value v, double *out)
{
    if (is_small_float(v)) *out = small_float_value(v);
    else if (is_small_int(v)) *out = (double)small_int_value(v);
    else if (has_flag(v, TYPE_FLOAT)) *out = ((FloatObj *)v)->value;
    else if (has_flag(v, TYPE_INT)) return int_as_double(v, out) ? 1 : -1;
    else return 0;
    return 1;
}

#define OPERANDS(a, b, x, y) \
    double x, y; \
    { \
        int known_ = operand(a, &x); \
        if (known_ > 0) known_ = operand(b, &y); \
        if (known_ <= 0) return known_ ? 0 : NOT_IMPLEMENTED; \
    }

/* --- arithmetic */

static Value float_add(Value a, Value b)
{
    OPERANDS(a, b, x, y)
    return float_new(x + y);
}

static Value float_sub(Value a, Value b)
{
    OPERANDS(a, b, x, y)
    return float_new(x - y);
}

static Value float_mul(Value a, Value b)
{
    OPERANDS(a, b, x, y)
    return float_new(x * y);
}

static Value zero_division(const char *text) { return raise_format(&exc_ZeroDivisionError, "%s", text); }

static Value float_div(Value a, Value b)
{
    OPERANDS(a, b, x, y)
    return y == 0 ? zero_division("float division by zero") : float_new(x / y);
}

/* Quotient (floor) and remainder with the sign of y; y not zero. */
static void float_divide(double x, double y, double *quotient, double *remainder)
{
    double mod = fmod(x, y), div = (x - mod) / y;
    if (mod != 0) {
        if ((y < 0) != (mod < 0)) {
            mod += y;
            div -= 1;
        }
    } else mod = copysign(0, y);
    if (div != 0) {
        double floored = floor(div);
        if (div - floored > 0.5) floored += 1;
        *quotient = floored;
    } else *quotient = copysign(0, x / y);
    *remainder = mod;
}

static Value float_floordiv(Value a, Value b)
{
    double q, r;
    OPERANDS(a, b, x, y)
    if (y == 0) return zero_division("float floor division by zero");
    float_divide(x, y, &q, &r);
    return float_new(q);
}

static Value float_mod(Value a, Value b)
{
    OPERANDS(a, b, x, y)
    if (y == 0) return zero_division("float modulo");
    double mod = fmod(x, y);
    if (mod != 0) {
        if ((y < 0) != (mod < 0)) mod += y;
    } else mod = copysign(0, y);
    return float_new(mod);
}

static Value float_divmod(Value a, Value b)
{
    double q, r;
    OPERANDS(a, b, x, y)
    if (y == 0) return zero_division("float divmod()");
    float_divide(x, y, &q, &r);
    Value quotient = float_new(q), remainder = quotient ? float_new(r) : 0;
    return remainder ? tuple_pack(2, quotient, remainder) : 0;
}

static bool is_odd(double d) { return fmod(fabs(d), 2) == 1; }

Value float_power(double x, double y)
{
    if (y == 0) return float_new(1);
    if (isnan(x)) return float_new(x);
    if (isnan(y)) return float_new(x == 1 ? 1 : y);
    if (isinf(y)) {
        x = fabs(x);
        return float_new(x == 1 ? 1 : (y > 0) == (x > 1) ? fabs(y) : 0);
    }
    if (isinf(x)) {
        if (y > 0) return float_new(is_odd(y) ? x : fabs(x));
        return float_new(is_odd(y) ? copysign(0, x) : 0);
    }
    if (x == 0) {
        if (y < 0) return zero_division("0.0 cannot be raised to a negative power");
        return float_new(is_odd(y) ? x : 0);
    }
    bool negate = false;
    if (x < 0) {
        if (y != floor(y)) return number_power(complex_new(x, 0), float_new(y), NONE);
        negate = is_odd(y);
        x = -x;
    }
    double result = x == 1 ? 1 : pow(x, y);
    if (isinf(result)) {
        Value args = tuple_pack(2, small_int(34), NAME("Numerical result out of range"));
        Value exception = args ? exception_new(&exc_OverflowError, args) : 0;
        return exception ? raise_instance(exception) : 0;
    }
    return float_new(negate ? -result : result);
}

static Value float_pow(Value a, Value b)
{
    OPERANDS(a, b, x, y)
    return float_power(x, y);
}

static Value float_pow3(Value a, Value b, Value modulo)
{
    if (modulo != NONE) return raise_type("pow() 3rd argument not allowed unless all arguments are integers");
    return float_pow(a, b);
}

static Value float_exact(Value v) { return is_small_float(v) || type_of(v) == &float_type ? v : float_new(((FloatObj *)v)->value); }
static Value float_negative(Value v) { return float_new(-float_value(v)); }
static Value float_abs(Value v) { return float_new(fabs(float_value(v))); }
static int float_truth(Value v) { return float_value(v) != 0; }
static Value float_to_int(Value v) { return int_from_double(float_value(v)); }

double float_scale(uint64_t mantissa, int64_t exponent)
{
    int bits = mantissa ? 64 - __builtin_clzll(mantissa) : 0;
    if (!bits || exponent + bits < -1100) return 0;
    if (exponent + bits > 1024) return INFINITY;
    int64_t drop = bits - 53;
    if (exponent + drop < -1074) drop = -1074 - exponent;
    if (drop > 64) return 0;
    if (drop > 0) {
        uint64_t rest = drop == 64 ? mantissa : mantissa & (((uint64_t)1 << drop) - 1), half = (uint64_t)1 << (drop - 1);
        mantissa = drop == 64 ? 0 : mantissa >> drop;
        if (rest > half || (rest == half && mantissa & 1)) mantissa++;
        exponent += drop;
    }
    return ldexp((double)mantissa, (int)exponent);
}

/* --- comparison, hash */

static inline bool ordered(int order, CompareOp op)
{
    switch (op) {
    case CMP_LT: return order < 0;
    case CMP_LE: return order <= 0;
    case CMP_EQ: return order == 0;
    case CMP_NE: return order != 0;
    case CMP_GT: return order > 0;
    case CMP_GE: return order >= 0;
    }
    return false;
}

/* x against an int, exactly: the integral parts as ints, then the fraction. x is not a NaN. */
static bool compare_with_int(double x, Value n, CompareOp op, bool *result)
{
    int order;
    if (is_small_int(n) && small_int_value(n) >= -((int64_t)1 << 53) && small_int_value(n) <= (int64_t)1 << 53) {
        double y = (double)small_int_value(n);
        order = x < y ? -1 : x > y;
    } else if (isinf(x)) order = x > 0 ? 1 : -1;
    else {
        double whole = trunc(x);
        Value i = int_from_double(whole);
        if (!i) return false;
        order = int_compare(i, n);
        if (order == 0) order = x > whole ? 1 : x < whole ? -1 : 0;
    }
    *result = ordered(order, op);
    return true;
}

static Value float_compare(Value a, Value b, CompareOp op)
{
    double x = float_value(a), y;
    bool result;
    if (is_float(b)) y = float_value(b);
    else if (is_int(b)) {
        if (isnan(x)) return bool_value(op == CMP_NE);
        return compare_with_int(x, b, op, &result) ? bool_value(result) : 0;
    } else return NOT_IMPLEMENTED;
    switch (op) {
    case CMP_LT: return bool_value(x < y);
    case CMP_LE: return bool_value(x <= y);
    case CMP_EQ: return bool_value(x == y);
    case CMP_NE: return bool_value(x != y);
    case CMP_GT: return bool_value(x > y);
    case CMP_GE: return bool_value(x >= y);
    }
    return NOT_IMPLEMENTED;
}

/* The value modulo 2^61 - 1, as for ints, so that equal numbers hash alike. */
int64_t float_hash(double d)
{
    const int bits = 61;
    const uint64_t modulus = ((uint64_t)1 << bits) - 1;
    if (!isfinite(d)) return isinf(d) ? (d > 0 ? 314159 : -314159) : 0;
    int exponent;
    double m = frexp(fabs(d), &exponent);
    uint64_t x = 0;
    while (m != 0) {
        x = ((x << 28) & modulus) | x >> (bits - 28);
        m *= 268435456.0;
        exponent -= 28;
        uint64_t y = (uint64_t)m;
        m -= (double)y;
        x += y;
        if (x >= modulus) x -= modulus;
    }
    int turn = exponent >= 0 ? exponent % bits : bits - 1 - (-1 - exponent) % bits;
    if (turn) x = ((x << turn) & modulus) | x >> (bits - turn);
    int64_t hash = d < 0 ? -(int64_t)x : (int64_t)x;
    return hash == -1 ? -2 : hash;
}

static bool float_hash_slot(Value v, int64_t *hash)
{
    double d = float_value(v);
    /* NaNs are not equal to each other: hash by identity, lest many of them collide. */
    *hash = isnan(d) ? (int64_t)(v >> 4 | v << 60) : float_hash(d);
    if (*hash == -1) *hash = -2;
    return true;
}

/* --- text */

Value float_repr_text(double d)
{
    char text[FLOAT_REPR_SIZE];
    size_t length = float_repr(d, text);
    Value str = str_alloc((int64_t)length, 127);
    if (str) memcpy(str_data(str), text, length);
    return str;
}

static Value float_repr_slot(Value v) { return float_repr_text(float_value(v)); }

static Value float_from_ascii(const char *text, size_t length, Value original)
{
    const char *end = text + length;
    double d;
    while (text < end && ascii_is_space(*text)) text++;
    while (end > text && ascii_is_space(end[-1])) end--;
    size_t size = (size_t)(end - text);
    const char *clean = number_without_underscores(text, &size);
    if (!clean && thread_self->exception) return 0;
    if (!clean || !size || float_parse(clean, size, &d) != size) return raise_value("could not convert string to float: %R", original);
    return float_new(d);
}

Value float_from_text(Value v)
{
    if (is_str(v)) {
        size_t length;
        const char *text = number_ascii(v, &length);
        return text ? float_from_ascii(text, length, v) : 0;
    }
    if (is_bytes(v)) return float_from_ascii((const char *)bytes_data(v), (size_t)bytes_size(v), v);
    Buffer buffer;
    if (!buffer_get(v, &buffer, BUFFER_SIMPLE)) return 0;
    Value copy = bytes_new(buffer.data, (size_t)buffer.length);
    buffer_release(&buffer);
    return copy ? float_from_ascii((const char *)bytes_data(copy), (size_t)bytes_size(copy), v) : 0;
}

/* --- hexadecimal text */

static NATIVE(float_hex)
{
    double d = float_value(args[0]);
    if (!isfinite(d)) return float_repr_text(d);
    const char *sign = signbit(d) ? "-" : "";
    uint64_t bits;
    memcpy(&bits, &d, 8);
    uint64_t fraction = bits & 0xfffffffffffff;
    int exponent = (int)(bits >> 52 & 0x7ff);
    char text[48];
    if (d == 0) snprintf(text, sizeof text, "%s0x0.0p+0", sign);
    else snprintf(text, sizeof text, "%s0x%d.%013llxp%+d", sign, exponent != 0, (unsigned long long)fraction, exponent ? exponent - 1023 : -1022);
    return str_from_cstring(text);
}

/* Reads a signed decimal exponent, clipped; false: no digits. */
static bool read_exponent(const char **at, const char *end, int64_t *exponent)
{
    const char *s = *at;
    bool negative = false;
    if (s < end && (*s == '+' || *s == '-')) negative = *s++ == '-';
    if (s == end || *s < '0' || *s > '9') return false;
    int64_t n = 0;
    for (; s < end && *s >= '0' && *s <= '9'; s++) {
        if (n < 1000000000000) n = n * 10 + (*s - '0');
    }
    *exponent = negative ? -n : n;
    *at = s;
    return true;
}

/* [0x] hexdigits [. hexdigits] [p exponent]; the whole of text. 1, 0 invalid, -1 too large, whatever follows the number. */
static int parse_hex(const char *s, const char *end, double *result)
{
    uint64_t mantissa = 0;
    int64_t exponent = 0, said = 0;
    bool point = false, sticky = false, digits = false;
    if (end - s >= 2 && s[0] == '0' && (s[1] | 0x20) == 'x') s += 2;
    for (; s < end; s++) {
        if (*s == '.' && !point) {
            point = true;
            continue;
        }
        int digit = ascii_hex_value(*s);
        if (digit < 0) break;
        digits = true;
        if (mantissa >> 59) {
            sticky |= digit != 0;
            exponent += 4;
        } else mantissa = mantissa << 4 | (uint64_t)digit;
        if (point) exponent -= 4;
    }
    if (!digits) return 0;
    if (s < end && (*s | 0x20) == 'p') {
        s++;
        if (!read_exponent(&s, end, &said)) return 0;
    }
    *result = float_scale(mantissa | sticky, exponent + said);
    return isinf(*result) ? -1 : s == end;
}

static NATIVE(float_fromhex)
{
    Type *type = (Type *)args[0];
    double d;
    if (!is_str(args[1])) return raise_type("bad argument type for built-in operation");
    size_t size;
    const char *s = str_utf8(args[1], &size), *end;
    if (!s) return 0;
    end = s + size;
    while (s < end && ascii_is_space(*s)) s++;
    while (end > s && ascii_is_space(end[-1])) end--;
    bool negative = false;
    if (s < end && (*s == '+' || *s == '-')) negative = *s++ == '-';
    int good;
    char first = s < end ? (char)(*s | 0x20) : 0;
    if (first == 'i' || first == 'n') good = float_parse(s, (size_t)(end - s), &d) == (size_t)(end - s);
    else good = parse_hex(s, end, &d);
    if (good < 0) return raise_overflow("hexadecimal value too large to represent as a float");
    if (!good) return raise_value("invalid hexadecimal floating-point string");
    Value result = float_new(negative ? -d : d);
    return !result || type == &float_type ? result : call_1(VALUE(type), result);
}

/* --- construction and methods */

static Value float_make(Type *type, Value *args, size_t nargs, Value kwnames)
{
    if (kwnames && tuple_size(kwnames) && type->init == float_type.init) return raise_type("float() takes no keyword arguments");
    if (nargs > 1) return raise_type("float expected at most 1 argument, got %zu", nargs);
    Value result = nargs ? (type_of(args[0]) == &str_type ? float_from_text(args[0]) : number_float(args[0])) : float_new(0);
    if (!result || type == &float_type) return result;
    Value self = type_alloc(type, 0);
    if (self) ((FloatObj *)self)->value = float_value(result);
    return self;
}

static NATIVE(float_conjugate) { return float_exact(args[0]); }
static NATIVE(float_trunc) { return float_to_int(args[0]); }
static NATIVE(float_floor) { return int_from_double(floor(float_value(args[0]))); }
static NATIVE(float_ceil) { return int_from_double(ceil(float_value(args[0]))); }
static NATIVE(float_is_integer)
{
    double d = float_value(args[0]);
    return bool_value(isfinite(d) && floor(d) == d);
}

/* Rounding by exact decimal digits and back: correct in every case. */
static Value round_places(double d, int64_t places)
{
    if (!isfinite(d) || places > 323) return float_new(d);
    if (places < -308) return float_new(0 * d);
    uint64_t scaled;
    if (float_scaled(d, (int)places, &scaled) && scaled <= (uint64_t)1 << 53) {
        /* Both are exact doubles: the division rounds once. */
        static const double powers[] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
        return float_new(copysign((double)scaled / powers[places], d));
    }
    FloatDigits digits;
    float_digits_fixed(d, (int)places, &digits);
    if (!digits.count) return float_new(copysign(0, d));
    char text[FLOAT_MAX_DIGITS + 32];
    int length = snprintf(text, sizeof text, "0.%.*se%d", digits.count, digits.digits, digits.point);
    double result;
    float_parse(text, (size_t)length, &result);
    if (isinf(result)) return raise_overflow("rounded value too large to represent");
    return float_new(copysign(result, d));
}

static NATIVE(float_round)
{
    double d = float_value(args[0]);
    if (args[1] == NONE) {
        double rounded = round(d);
        if (fabs(d - rounded) == 0.5) rounded = 2 * round(d / 2);
        return int_from_double(rounded);
    }
    int64_t places;
    return number_as_size(args[1], &places) ? round_places(d, places) : 0;
}

static NATIVE(float_as_integer_ratio)
{
    double d = float_value(args[0]);
    if (isinf(d)) return raise_overflow("cannot convert Infinity to integer ratio");
    if (isnan(d)) return raise_value("cannot convert NaN to integer ratio");
    int exponent;
    double fraction = frexp(d, &exponent);
    for (int i = 0; i < 300 && fraction != floor(fraction); i++) {
        fraction *= 2;
        exponent--;
    }
    Value numerator = int_from_double(fraction), denominator = small_int(1);
    if (exponent > 0) numerator = int_lshift(numerator, small_int(exponent));
    else denominator = int_lshift(denominator, small_int(-exponent));
    return numerator && denominator ? tuple_pack(2, numerator, denominator) : 0;
}

static NATIVE(float_getnewargs)
{
    Value d = float_exact(args[0]);
    return d ? tuple_pack(1, d) : 0;
}

static NATIVE(float_format_method)
{
    if (!is_str(args[1])) return raise_bad_argument("__format__", "argument", "str", args[1]);
    return float_format_spec(args[0], args[1]);
}

static NATIVE(float_getformat)
{
    if (!is_str(args[1])) return raise_bad_argument("__getformat__", "argument", "str", args[1]);
    if (!str_equal_ascii(args[1], "double") && !str_equal_ascii(args[1], "float")) return raise_value("__getformat__() argument 1 must be 'double' or 'float'");
    return str_from_cstring(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? "IEEE, little-endian" : "IEEE, big-endian");
}

static Value float_real(Value v) { return float_exact(v); }
static Value float_imag(Value v) { return float_new(0); }

static const NativeDef float_methods[] = {
    {"conjugate", "(self, /)", float_conjugate, "Return self, the complex conjugate of any float."},
    {"__trunc__", "(self, /)", float_trunc, "Return the Integral closest to x between 0 and x."},
    {"__floor__", "(self, /)", float_floor, "Return the floor as an Integral."},
    {"__ceil__", "(self, /)", float_ceil, "Return the ceiling as an Integral."},
    {"__round__", "(self, ndigits=None, /)", float_round, "Return the Integral closest to x, rounding half toward even.\n\nWith ndigits, a float."},
    {"as_integer_ratio", "(self, /)", float_as_integer_ratio, "Return a pair of integers whose ratio is exactly the float.\n\n>>> (0.375).as_integer_ratio()\n(3, 8)"},
    {"fromhex", "(type, string, /)", float_fromhex, "Create a float from hexadecimal text.\n\n>>> float.fromhex('0x1.8p+3')\n12.0", NATIVE_CLASS},
    {"hex", "(self, /)", float_hex, "Return a hexadecimal representation of a floating-point number.\n\n>>> (-12.0).hex()\n'-0x1.8000000000000p+3'"},
    {"is_integer", "(self, /)", float_is_integer, "Return True if the float is an integer."},
    {"__getnewargs__", "(self, /)", float_getnewargs},
    {"__getformat__", "(type, typestr, /)", float_getformat, "How C doubles or floats are stored here.", NATIVE_CLASS},
    {"__format__", "(self, format_spec, /)", float_format_method, "Formats the float according to format_spec."},
    {0},
};
static const GetSetDef float_getset[] = {{"real", float_real, 0, "the real part of a complex number"}, {"imag", float_imag, 0, "the imaginary part of a complex number"}, {0}};

Type float_type = {
    TYPE_INIT("float", FloatObj),
    .flags = TYPE_BASE | TYPE_FLOAT | TYPE_MATCH_SELF,
    .doc = "float(x=0, /)\n--\n\nConvert a string or number to a floating point number, if possible.",
    .new = float_make,
    .repr = float_repr_slot,
    .hash = float_hash_slot,
    .compare = float_compare,
    .binary =
        {
            [BINARY_ADD] = float_add,
            [BINARY_SUBTRACT] = float_sub,
            [BINARY_MULTIPLY] = float_mul,
            [BINARY_TRUE_DIVIDE] = float_div,
            [BINARY_FLOOR_DIVIDE] = float_floordiv,
            [BINARY_REMAINDER] = float_mod,
            [BINARY_DIVMOD] = float_divmod,
            [BINARY_POWER] = float_pow,
        },
    .power3 = float_pow3,
    .unary = {[UNARY_NEGATIVE] = float_negative, [UNARY_POSITIVE] = float_exact, [UNARY_ABS] = float_abs},
    .truth = float_truth,
    .to_int = float_to_int,
    .to_float = float_exact,
    .methods = float_methods,
    .getset = float_getset,
};
