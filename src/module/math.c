/* math.c: the module `math`: the C library's functions with Python's errors, exact sums, and integer functions on GMP.
 *
 * Which error: a NaN from arguments that are none is a domain error; an infinity from finite arguments is a range error, or a domain error where the function has a pole.
 */
#include "module/module.h"
#include <math.h>

static uint64_t domain_error(void) { return raise_value("math domain error"); }
static uint64_t range_error(void) { return raise_overflow("math range error"); }

/* --- functions of one number */

typedef enum Infinity { POLE, OVERFLOWS } Infinity;

static Value apply(Value v, double (*function)(double), Infinity infinity)
{
    double x;
    if (!number_as_double(v, &x)) return 0;
    double r = function(x);
    if (isnan(r) && !isnan(x)) return domain_error();
    if (isinf(r) && isfinite(x)) return infinity == OVERFLOWS ? range_error() : domain_error();
    return float_new(r);
}

#define UNARY(name, infinity) \
    static NATIVE(math_##name) { return apply(args[0], name, infinity); }
UNARY(acos, POLE)
UNARY(acosh, POLE)
UNARY(asin, POLE)
UNARY(asinh, POLE)
UNARY(atan, POLE)
UNARY(atanh, POLE)
UNARY(cbrt, POLE)
UNARY(cos, POLE)
UNARY(cosh, OVERFLOWS)
UNARY(exp, OVERFLOWS)
UNARY(exp2, OVERFLOWS)
UNARY(expm1, OVERFLOWS)
UNARY(fabs, POLE)
UNARY(log1p, POLE)
UNARY(sin, POLE)
UNARY(sinh, OVERFLOWS)
UNARY(sqrt, POLE)
UNARY(tan, POLE)
UNARY(tanh, POLE)
UNARY(erf, OVERFLOWS)
UNARY(erfc, OVERFLOWS)

/* Small whole numbers exactly: products of at most 22 factors have no rounding error. */
static double gamma_of(double x)
{
    if (x == floor(x) && x >= 1 && x <= 23) {
        double r = 1;
        for (double i = 2; i < x; i++) r *= i;
        return r;
    }
    return tgamma(x);
}

static NATIVE(math_gamma)
{
    double x;
    if (!number_as_double(args[0], &x)) return 0;
    if (x == 0 || (x < 0 && x == floor(x))) return domain_error();   /* -inf too */
    double r = gamma_of(x);
    return isinf(r) && isfinite(x) ? range_error() : float_new(r);
}

static NATIVE(math_lgamma)
{
    double x;
    int sign;
    if (!number_as_double(args[0], &x)) return 0;
    if (isinf(x)) return float_new(INFINITY);
    if (x <= 0 && x == floor(x)) return domain_error();
    double r = x == 1 || x == 2 ? 0 : lgamma_r(x, &sign);
    return isinf(r) && isfinite(x) ? range_error() : float_new(r);
}

static NATIVE(math_isfinite)
{
    double x;
    return number_as_double(args[0], &x) ? bool_value(isfinite(x)) : 0;
}

static NATIVE(math_isinf)
{
    double x;
    return number_as_double(args[0], &x) ? bool_value(isinf(x)) : 0;
}

static NATIVE(math_isnan)
{
    double x;
    return number_as_double(args[0], &x) ? bool_value(isnan(x)) : 0;
}

static NATIVE(math_degrees)
{
    double x;
    return number_as_double(args[0], &x) ? float_new(x * (180.0 / M_PI)) : 0;
}

static NATIVE(math_radians)
{
    double x;
    return number_as_double(args[0], &x) ? float_new(x * (M_PI / 180.0)) : 0;
}

static NATIVE(math_ulp)
{
    double x;
    if (!number_as_double(args[0], &x)) return 0;
    x = fabs(x);
    if (!isfinite(x)) return float_new(x);
    double next = nextafter(x, INFINITY);
    return float_new(isinf(next) ? x - nextafter(x, -INFINITY) : next - x);
}

static NATIVE(math_frexp)
{
    double x;
    int exponent = 0;
    if (!number_as_double(args[0], &x)) return 0;
    if (isfinite(x) && x != 0) x = frexp(x, &exponent);
    Value mantissa = float_new(x);
    return mantissa ? tuple_pack(2, mantissa, small_int(exponent)) : 0;
}

static NATIVE(math_modf)
{
    double x, whole;
    if (!number_as_double(args[0], &x)) return 0;
    double fraction = modf(x, &whole);
    Value a = float_new(fraction), b = a ? float_new(whole) : 0;
    return b ? tuple_pack(2, a, b) : 0;
}

/* --- rounding to ints */

static Value round_with(Value v, Value name, double (*function)(double))
{
    double x;
    if (type_of(v) != &float_type) {
        Value method = object_lookup_special(v, name);
        if (method) return call_0(method);
        if (thread_self->exception) return 0;
    }
    return number_as_double(v, &x) ? int_from_double(function(x)) : 0;
}

static NATIVE(math_floor) { return round_with(args[0], NAME("__floor__"), floor); }
static NATIVE(math_ceil) { return round_with(args[0], NAME("__ceil__"), ceil); }

static NATIVE(math_trunc)
{
    Value v = args[0];
    if (type_of(v) == &float_type) return int_from_double(float_value(v));
    Value method = object_lookup_special(v, NAME("__trunc__"));
    if (method) return call_0(method);
    return thread_self->exception ? 0 : raise_type("type %.100T doesn't define __trunc__ method", v);
}

/* --- logarithms, of ints of any size too */

static double checked_log(double x, double (*function)(double), bool *bad)
{
    *bad = x <= 0 && !isnan(x);
    return *bad ? 0 : function(x);
}

static Value logarithm(Value v, double (*function)(double), double of_two)
{
    bool bad;
    double x;
    if (is_int(v)) {
        if (int_sign(v) <= 0) return domain_error();
        int64_t exponent;
        if (int_bit_length(v) > 1000) {
            double mantissa = int_frexp(v, &exponent);
            return float_new(function(mantissa) + of_two * (double)exponent);
        }
    }
    if (!number_as_double(v, &x)) return 0;
    double r = checked_log(x, function, &bad);
    return bad ? domain_error() : float_new(r);
}

static NATIVE(math_log)
{
    if (nargs < 1 || nargs > 2) return raise_type("math.log requires 1 to 2 arguments");
    Value base = nargs > 1 ? args[1] : 0;
    Value numerator = logarithm(args[0], log, M_LN2);
    if (!numerator || !base) return numerator;
    Value denominator = logarithm(base, log, M_LN2);
    return denominator ? number_binary(numerator, denominator, BINARY_TRUE_DIVIDE) : 0;
}

static NATIVE(math_log2) { return logarithm(args[0], log2, 1); }
static NATIVE(math_log10) { return logarithm(args[0], log10, 0.30102999566398119521); }

/* --- functions of two numbers */

static bool two_doubles(Value *args, double *x, double *y) { return number_as_double(args[0], x) && number_as_double(args[1], y); }

static NATIVE(math_atan2)
{
    double x, y;
    return two_doubles(args, &y, &x) ? float_new(atan2(y, x)) : 0;
}

static NATIVE(math_copysign)
{
    double x, y;
    return two_doubles(args, &x, &y) ? float_new(copysign(x, y)) : 0;
}

static NATIVE(math_nextafter)
{
    double x, y;
    return two_doubles(args, &x, &y) ? float_new(nextafter(x, y)) : 0;
}

static NATIVE(math_fmod)
{
    double x, y;
    if (!two_doubles(args, &x, &y)) return 0;
    if (isinf(y) && isfinite(x)) return float_new(x);
    double r = fmod(x, y);
    return isnan(r) && !isnan(x) && !isnan(y) ? domain_error() : float_new(r);
}

static NATIVE(math_remainder)
{
    double x, y;
    if (!two_doubles(args, &x, &y)) return 0;
    double r = isinf(y) && isfinite(x) ? x : remainder(x, y);
    if (r == 0) r = copysign(r, x);          /* glibc loses the sign where y is subnormal or nearly */
    return isnan(r) && !isnan(x) && !isnan(y) ? domain_error() : float_new(r);
}

static NATIVE(math_pow)
{
    double x, y;
    if (!two_doubles(args, &x, &y)) return 0;
    double r = pow(x, y);
    if (isfinite(x) && isfinite(y)) {
        if (isnan(r)) return domain_error();
        if (isinf(r)) return x == 0 ? domain_error() : range_error();
    }
    return float_new(r);
}

static NATIVE(math_ldexp)
{
    double x;
    if (!number_as_double(args[0], &x)) return 0;
    if (!is_int(args[1])) return raise_type("Expected an int as second argument to ldexp.");
    if (x == 0 || !isfinite(x)) return float_new(x);
    int64_t exponent;
    int size = int_as_int64_overflow(args[1], &exponent);
    if (size > 0 || (!size && exponent > INT32_MAX)) return range_error();
    if (size < 0 || exponent < INT32_MIN) return float_new(copysign(0, x));
    double r = ldexp(x, (int)exponent);
    return isinf(r) ? range_error() : float_new(r);
}

static NATIVE(math_isclose)
{
    double a, b, relative, absolute;
    if (!number_as_double(args[0], &a) || !number_as_double(args[1], &b) || !number_as_double(args[2], &relative) || !number_as_double(args[3], &absolute)) return 0;
    if (relative < 0 || absolute < 0) return raise_value("tolerances must be non-negative");
    if (a == b) return TRUE;
    if (isinf(a) || isinf(b)) return FALSE;
    double difference = fabs(b - a);
    return bool_value(difference <= fabs(relative * b) || difference <= fabs(relative * a) || difference <= absolute);
}

/* --- lengths of vectors */

#ifdef __SIZEOF_FLOAT128__
typedef __float128 Wide;
#else
typedef long double Wide;   /* 128 bits where there is no __float128 */
#endif

/* The squares of doubles are exact in 128-bit floats, which have range to spare; one Newton step makes the root good to far more than 53 bits. */
static double vector_length(const double *at, int64_t count)
{
    Wide sum = 0;
    bool nan = false;
    for (int64_t i = 0; i < count; i++) {
        if (isinf(at[i])) return INFINITY;
        nan |= isnan(at[i]);
        sum += (Wide)at[i] * at[i];
    }
    if (nan) return NAN;
    if (sum == 0) return 0;
    if (count == 1) return fabs(at[0]);
    Wide root = sqrtl((long double)sum);
    root += (sum - root * root) / (2 * root);
    return (double)root;
}

static NATIVE(math_hypot)
{
    double fixed[16], *at = nargs <= 16 ? fixed : gc_buffer_raw(nargs * sizeof *at);
    if (!at) return 0;
    for (size_t i = 0; i < nargs; i++) {
        if (!number_as_double(args[i], &at[i])) return 0;
    }
    return float_new(vector_length(at, (int64_t)nargs));
}

static NATIVE(math_dist)
{
    Value q_value = args[1], p = object_to_tuple(args[0]), q = p ? object_to_tuple(q_value) : 0;
    if (!q) return 0;
    int64_t count = tuple_size(p);
    if (count != tuple_size(q)) return raise_value("both points must have the same number of dimensions");
    double *at = gc_buffer_raw((size_t)(count ? count : 1) * sizeof *at);
    if (!at) return 0;
    for (int64_t i = 0; i < count; i++) {
        double x, y;
        if (!number_as_double(tuple_get(p, i), &x) || !number_as_double(tuple_get(q, i), &y)) return 0;
        at[i] = fabs(x - y);
    }
    return float_new(vector_length(at, count));
}

/* --- sums and products */

/* Shewchuk's exact sum: `partials` never overlap, smallest first; together they are the sum so far. */
typedef struct ExactSum {
    double *partials;
    int64_t count, capacity;
    double special, infinities;
} ExactSum;

static bool exact_add(ExactSum *s, double x)
{
    double original = x;
    int64_t kept = 0;
    for (int64_t i = 0; i < s->count; i++) {
        double y = s->partials[i];
        if (fabs(x) < fabs(y)) {
            double t = x;
            x = y, y = t;
        }
        double high = x + y, low = y - (high - x);
        if (low != 0) s->partials[kept++] = low;
        x = high;
    }
    s->count = kept;
    if (x == 0) return true;
    if (!isfinite(x)) {
        if (isfinite(original)) return raise_overflow("intermediate overflow in fsum");
        if (isinf(original)) s->infinities += original;
        s->special += original;
        s->count = 0;
        return true;
    }
    if (s->count == s->capacity) {
        int64_t capacity = s->capacity ? s->capacity * 2 : 32;
        s->partials = gc_buffer_grow(s->partials, (size_t)s->count * sizeof(double), (size_t)capacity * sizeof(double));
        if (!s->partials) return false;
        s->capacity = capacity;
    }
    s->partials[s->count++] = x;
    return true;
}

/* The sum rounded once, half to even. */
static double exact_total(ExactSum *s)
{
    int64_t n = s->count;
    if (!n) return 0;
    double high = s->partials[--n], low = 0;
    while (n > 0) {
        double x = high, y = s->partials[--n];
        high = x + y;
        low = y - (high - x);
        if (low != 0) break;
    }
    /* A tie that what lies below breaks. */
    if (n > 0 && ((low < 0 && s->partials[n - 1] < 0) || (low > 0 && s->partials[n - 1] > 0))) {
        double twice = low * 2, rounded = high + twice;
        if (twice == rounded - high) high = rounded;
    }
    return high;
}

static NATIVE(math_fsum)
{
    Value iterator = object_iter(args[0]), item;
    ExactSum sum = {0};
    double x;
    if (!iterator) return 0;
    while ((item = iter_next(iterator))) {
        if (!number_as_double(item, &x) || !exact_add(&sum, x)) return 0;
    }
    if (thread_self->exception) return 0;
    if (sum.special != 0) return isnan(sum.infinities) ? raise_value("-inf + inf in fsum") : float_new(sum.special);
    return float_new(exact_total(&sum));
}

static NATIVE(math_prod)
{
    Value result = args[1], iterator = object_iter(args[0]), item;
    if (!iterator) return 0;
    while ((item = iter_next(iterator))) {
        result = number_binary(result, item, BINARY_MULTIPLY);
        if (!result) return 0;
    }
    return thread_self->exception ? 0 : result;
}

/* --- whole numbers */

static int64_t gcd_words(int64_t a, int64_t b)
{
    while (b) {
        int64_t r = a % b;
        a = b, b = r;
    }
    return a < 0 ? -a : a;
}

static Value gcd_of(Value a, Value b)
{
    if (is_small_int(a) && is_small_int(b)) return int_new(gcd_words(small_int_value(a), small_int_value(b)));
    IntView x, y;
    mpz_t r;
    mpz_init(r);
    if (!GMP_TRY(mpz_gcd(r, int_view(a, &x), int_view(b, &y)))) return 0;
    Value result = int_from_mpz(r);
    mpz_clear(r);
    return result;
}

static Value absolute(Value v) { return v && int_sign(v) < 0 ? int_sub(small_int(0), v) : v; }

static NATIVE(math_gcd)
{
    Value result = small_int(0);
    for (size_t i = 0; i < nargs; i++) {
        Value v = number_index(args[i]);
        result = v ? gcd_of(result, v) : 0;
        if (!result) return 0;
    }
    return result;
}

static NATIVE(math_lcm)
{
    Value result = small_int(1);
    for (size_t i = 0; i < nargs; i++) {
        Value v = number_index(args[i]);
        if (!v) return 0;
        if (result == small_int(0)) continue;   /* the others are still checked */
        if (int_sign(v) == 0) {
            result = small_int(0);
            continue;
        }
        Value common = gcd_of(result, v), part = common ? int_floordiv(result, common) : 0;
        result = part ? absolute(int_mul(part, v)) : 0;
        if (!result) return 0;
    }
    return result;
}

static NATIVE(math_isqrt)
{
    Value n = number_index(args[0]);
    if (!n) return 0;
    if (int_sign(n) < 0) return raise_value("isqrt() argument must be nonnegative");
    IntView view;
    mpz_t r;
    mpz_init(r);
    if (!GMP_TRY(mpz_sqrt(r, int_view(n, &view)))) return 0;
    Value result = int_from_mpz(r);
    mpz_clear(r);
    return result;
}

static Value factorial(Value v)
{
    Value n = number_index(v);
    int64_t count;
    if (!n) return 0;
    int size = int_as_int64_overflow(n, &count);
    if (size > 0) return raise_overflow("factorial() argument should not exceed %ld", INT64_MAX);
    if (size < 0 || count < 0) return raise_value("factorial() not defined for negative values");
    if ((double)count * log2((double)count + 1) > 1e12) return raise_memory();
    mpz_t r;
    mpz_init(r);
    if (!GMP_TRY(mpz_fac_ui(r, (unsigned long)count))) return 0;
    Value result = int_from_mpz(r);
    mpz_clear(r);
    return result;
}

static NATIVE(math_factorial) { return factorial(args[0]); }

/* r = n (n-1) ... (n-count+1), by halves so that GMP multiplies numbers of like size. */
static void falling_product(mpz_ptr r, mpz_srcptr n, unsigned long count)
{
    if (count <= 8) {
        mpz_t factor;
        mpz_init_set(factor, n);
        mpz_set_ui(r, 1);
        for (unsigned long i = 0; i < count; i++) {
            mpz_mul(r, r, factor);
            mpz_sub_ui(factor, factor, 1);
        }
        mpz_clear(factor);
        return;
    }
    mpz_t rest, lower;
    mpz_inits(rest, lower, (mpz_ptr)0);
    falling_product(r, n, count / 2);
    mpz_sub_ui(lower, n, count / 2);
    falling_product(rest, lower, count - count / 2);
    mpz_mul(r, r, rest);
    mpz_clears(rest, lower, (mpz_ptr)0);
}

static bool not_negative(Value v, const char *name) { return int_sign(v) >= 0 ? true : raise_value("%s must be a non-negative integer", name); }

static NATIVE(math_perm)
{
    if (args[1] == NONE) return factorial(args[0]);
    Value second = args[1], n = number_index(args[0]), k = n ? number_index(second) : 0;
    int64_t count;
    if (!k || !not_negative(n, "n") || !not_negative(k, "k")) return 0;
    if (int_compare(n, k) < 0) return small_int(0);
    if (int_as_int64_overflow(k, &count)) return raise_overflow("k must not exceed %lld", INT64_MAX);
    if ((double)count * (double)int_bit_length(n) > 1e12) return raise_memory();
    IntView view;
    mpz_t r;
    mpz_init(r);
    if (!GMP_TRY(falling_product(r, int_view(n, &view), (unsigned long)count))) return 0;
    Value result = int_from_mpz(r);
    mpz_clear(r);
    return result;
}

static NATIVE(math_comb)
{
    Value second = args[1], n = number_index(args[0]), k = n ? number_index(second) : 0;
    int64_t count;
    if (!k || !not_negative(n, "n") || !not_negative(k, "k")) return 0;
    Value other = int_sub(n, k);
    if (!other) return 0;
    if (int_sign(other) < 0) return small_int(0);
    if (int_compare(other, k) < 0) k = other;
    if (int_as_int64_overflow(k, &count)) return raise_overflow("min(n - k, k) must not exceed %lld", INT64_MAX);
    if ((double)count * ((double)int_bit_length(n) - log2((double)count + 1)) > 1e12) return raise_memory();
    IntView view;
    mpz_t r;
    mpz_init(r);
    if (!GMP_TRY(mpz_bin_ui(r, int_view(n, &view), (unsigned long)count))) return 0;
    Value result = int_from_mpz(r);
    mpz_clear(r);
    return result;
}

/* --- the module */

#define ONE(name, doc) {#name, "(x, /)", math_##name, doc}
#define TWO(name, doc) {#name, "(x, y, /)", math_##name, doc}
static const NativeDef math_functions[] = {
    ONE(acos, "Return the arc cosine (measured in radians) of x."),
    ONE(acosh, "Return the inverse hyperbolic cosine of x."),
    ONE(asin, "Return the arc sine (measured in radians) of x."),
    ONE(asinh, "Return the inverse hyperbolic sine of x."),
    ONE(atan, "Return the arc tangent (measured in radians) of x."),
    {"atan2", "(y, x, /)", math_atan2, "Return the arc tangent of y/x, in the quadrant that the signs tell."},
    ONE(atanh, "Return the inverse hyperbolic tangent of x."),
    ONE(cbrt, "Return the cube root of x."),
    ONE(ceil, "Return the ceiling of x as an Integral: the smallest integer >= x."),
    {"comb", "(n, k, /)", math_comb, "Number of ways to choose k items from n items without repetition and without order."},
    TWO(copysign, "Return a float with the magnitude of x and the sign of y."),
    ONE(cos, "Return the cosine of x (measured in radians)."),
    ONE(cosh, "Return the hyperbolic cosine of x."),
    ONE(degrees, "Convert angle x from radians to degrees."),
    {"dist", "(p, q, /)", math_dist, "Return the Euclidean distance between two points p and q."},
    ONE(erf, "Error function at x."),
    ONE(erfc, "Complementary error function at x."),
    ONE(exp, "Return e raised to the power of x."),
    ONE(exp2, "Return 2 raised to the power of x."),
    ONE(expm1, "Return exp(x)-1, precisely for small x too."),
    ONE(fabs, "Return the absolute value of the float x."),
    {"factorial", "(n, /)", math_factorial, "Find n!."},
    ONE(floor, "Return the floor of x as an Integral: the largest integer <= x."),
    TWO(fmod, "Return fmod(x, y), according to platform C."),
    ONE(frexp, "Return the mantissa and exponent of x, as pair (m, e)."),
    {"fsum", "(seq, /)", math_fsum, "Return an accurate floating point sum of values in the iterable seq."},
    ONE(gamma, "Gamma function at x."),
    {"gcd", "(*integers)", math_gcd, "Greatest Common Divisor.", NATIVE_VECTOR | NATIVE_NO_KEYWORDS},
    {"hypot", 0, math_hypot, "hypot(*coordinates) -> value\n\nThe Euclidean distance from the origin.", NATIVE_VECTOR | NATIVE_NO_KEYWORDS},
    {"isclose", "(a, b, *, rel_tol=1e-09, abs_tol=0.0)", math_isclose, "Determine whether two floating point numbers are close in value."},
    ONE(isfinite, "Return True if x is neither an infinity nor a NaN, and False otherwise."),
    ONE(isinf, "Return True if x is a positive or negative infinity, and False otherwise."),
    ONE(isnan, "Return True if x is a NaN (not a number), and False otherwise."),
    {"isqrt", "(n, /)", math_isqrt, "Return the integer part of the square root of the input."},
    {"lcm", "(*integers)", math_lcm, "Least Common Multiple.", NATIVE_VECTOR | NATIVE_NO_KEYWORDS},
    {"ldexp", "(x, i, /)", math_ldexp, "Return x * (2**i)."},
    ONE(lgamma, "Natural logarithm of absolute value of Gamma function at x."),
    {"log", 0, math_log, "log(x, [base=math.e])\nReturn the logarithm of x to the given base.", NATIVE_VECTOR | NATIVE_NO_KEYWORDS},
    ONE(log10, "Return the base 10 logarithm of x."),
    ONE(log1p, "Return the natural logarithm of 1+x (base e)."),
    ONE(log2, "Return the base 2 logarithm of x."),
    ONE(modf, "Return the fractional and integer parts of x."),
    TWO(nextafter, "Return the next floating-point value after x towards y."),
    {"perm", "(n, k=None, /)", math_perm, "Number of ways to choose k items from n items without repetition and with order."},
    TWO(pow, "Return x**y (x to the power of y)."),
    {"prod", "(iterable, /, *, start=1)", math_prod, "Calculate the product of all the elements in the input iterable."},
    ONE(radians, "Convert angle x from degrees to radians."),
    TWO(remainder, "Difference between x and the closest integer multiple of y."),
    ONE(sin, "Return the sine of x (measured in radians)."),
    ONE(sinh, "Return the hyperbolic sine of x."),
    ONE(sqrt, "Return the square root of x."),
    ONE(tan, "Return the tangent of x (measured in radians)."),
    ONE(tanh, "Return the hyperbolic tangent of x."),
    ONE(trunc, "Truncates the Real x to the nearest Integral toward 0."),
    ONE(ulp, "Return the value of the least significant bit of the float x."),
    {0},
};

static bool math_init(Value module)
{
    return module_add(module, "pi", float_new(M_PI)) && module_add(module, "e", float_new(M_E)) && module_add(module, "tau", float_new(2 * M_PI)) &&
           module_add(module, "inf", float_new(INFINITY)) && module_add(module, "nan", float_new(NAN));
}

const ModuleDef module_math = {"math", "This module provides access to the mathematical functions\ndefined by the C standard.", math_functions, math_init};
