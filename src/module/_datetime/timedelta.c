/* timedelta.c: differences of times.
 *
 * A timedelta is kept normalized: microseconds and seconds are not negative and less than a second and a day. Sums and differences work on the three fields; products and quotients on
 * the microseconds as one integer, which has 68 bits at most. What does not fit 128 bits cannot come back into range, but for the sum that the constructor makes.
 */
#include "module/_datetime/datetime.h"
#include "object/int_internal.h"
#include <math.h>
#include <stdio.h>

typedef __int128 Wide;
#define DAY_US ((int64_t)DAY_SECONDS * SECOND_US)
enum { WIDE_BITS = 126 };

static Value too_large(void) { return raise_overflow("Python int too large to convert to C int"); }

static Value delta_make(Type *type, int64_t days, int seconds, int microseconds)
{
    if (days > MAX_DELTA_DAYS || days < -MAX_DELTA_DAYS) {
        if (days != (int)days) return too_large();
        return raise_overflow("days=%d; must have magnitude <= %d", (int)days, MAX_DELTA_DAYS);
    }
    DeltaObj *d = new_instance(type, &delta_type, sizeof *d);
    if (!d) return 0;
    d->hash = -1;
    d->days = (int)days, d->seconds = seconds, d->microseconds = microseconds;
    return VALUE(d);
}

/* *high += the whole times that `unit` goes into *low, which is what is left. */
static inline void carry(int64_t *high, int64_t *low, int64_t unit)
{
    if (*low >= 0 && *low < unit) return;
    int64_t whole = *low / unit - (*low % unit < 0);
    *high += whole;
    *low -= whole * unit;
}

static Value delta_of(Type *type, int64_t days, int64_t seconds, int64_t microseconds)
{
    carry(&seconds, &microseconds, SECOND_US);
    carry(&days, &seconds, DAY_SECONDS);
    return delta_make(type, days, (int)seconds, (int)microseconds);
}

Value delta_new(int64_t days, int64_t seconds, int64_t microseconds) { return delta_of(&delta_type, days, seconds, microseconds); }

/* --- as one integer */

static inline Wide total_us(Value v)
{
    DeltaObj *d = as_delta(v);
    return (Wide)d->days * DAY_US + (int64_t)d->seconds * SECOND_US + d->microseconds;
}

static Value delta_of_us(Type *type, Wide us)
{
    if (us == (int64_t)us) return delta_of(type, 0, (int64_t)us / SECOND_US, (int64_t)us % SECOND_US);
    Wide days = us / DAY_US;
    if (days != (int64_t)days) return too_large();
    int64_t rest = (int64_t)(us % DAY_US);
    return delta_of(type, (int64_t)days, rest / SECOND_US, rest % SECOND_US);
}

static Value int_of_wide(Wide n)
{
    if (n == (int64_t)n) return int_new((int64_t)n);
    unsigned __int128 magnitude = n < 0 ? -(unsigned __int128)n : (unsigned __int128)n;
    return int_from_limbs((mp_limb_t[]){(mp_limb_t)magnitude, (mp_limb_t)(magnitude >> 64)}, 2, n < 0);
}

/* Whether the int fits. */
static bool wide_of_int(Value v, Wide *out)
{
    if (is_small_int(v)) return *out = small_int_value(v), true;
    if (int_bit_length(v) > WIDE_BITS) return false;
    IntView view;
    mpz_srcptr z = int_view(v, &view);
    size_t limbs = mpz_size(z);
    unsigned __int128 magnitude = (limbs > 1 ? (unsigned __int128)mpz_getlimbn(z, 1) << 64 : 0) | (limbs ? mpz_getlimbn(z, 0) : 0);
    *out = mpz_sgn(z) < 0 ? -(Wide)magnitude : (Wide)magnitude;
    return true;
}

static int wide_bits(Wide n)
{
    unsigned __int128 m = n < 0 ? -(unsigned __int128)n : (unsigned __int128)n;
    uint64_t high = (uint64_t)(m >> 64), low = (uint64_t)m;
    return high ? 128 - __builtin_clzll(high) : low ? 64 - __builtin_clzll(low) : 0;
}

static Wide floor_divide(Wide a, Wide b, Wide *rest)
{
    Wide q, r;
    if (a == (int64_t)a && b == (int64_t)b && a != INT64_MIN) q = (int64_t)a / (int64_t)b, r = (int64_t)a % (int64_t)b;
    else q = a / b, r = a % b;
    if (r && (r < 0) != (b < 0)) q--, r += b;
    *rest = r;
    return q;
}

/* a / b, halves to even. b is less than 2^125. */
static Wide nearest_divide(Wide a, Wide b)
{
    if (b < 0) a = -a, b = -b;
    Wide rest, q = floor_divide(a, b, &rest);
    return rest * 2 > b || (rest * 2 == b && (q & 1)) ? q + 1 : q;
}

static Value divide_by_zero(void) { return raise_format(&exc_ZeroDivisionError, "integer division or modulo by zero"); }

/* --- construction */

/* A sum of integers of any size; `large` (0: none) is what does not fit `small`. */
typedef struct Sum {
    Wide small;
    Value large;
    double fraction /* microseconds, not yet rounded */;
} Sum;

static bool sum_add_int(Sum *sum, Value n, int64_t factor)
{
    Wide wide;
    if (wide_of_int(n, &wide) && wide_bits(wide) <= 80) return sum->small += wide * factor, true;
    Value product = int_mul(n, int_new(factor));
    sum->large = !product ? 0 : sum->large ? int_add(sum->large, product) : product;
    return sum->large != 0;
}

static bool sum_add(Sum *sum, Value v, int64_t factor, const char *name)
{
    if (is_int(v)) return sum_add_int(sum, v, factor);
    if (!is_float(v)) return raise_type("unsupported type for timedelta %s component: %s", name, type_full_name(type_of(v)));
    double whole, rest = modf(float_value(v), &whole);
    Value n = int_from_double(whole);
    if (!n || !sum_add_int(sum, n, factor)) return false;
    if (rest == 0) return true;
    rest = modf((double)factor * rest, &whole);
    sum->small += (int64_t)whole;
    sum->fraction += rest;
    return true;
}

static Value sum_finish(Sum *sum, Type *type)
{
    Wide total = sum->small;
    if (sum->large) {
        Value small = int_of_wide(sum->small), all = small ? int_add(sum->large, small) : 0;
        if (!all) return 0;
        if (!wide_of_int(all, &total)) return too_large();
    }
    if (sum->fraction != 0) {   /* a half is rounded so that the whole sum becomes even */
        double whole = round(sum->fraction);
        int odd = total & 1;
        if (fabs(whole - sum->fraction) == 0.5) whole = 2.0 * round((sum->fraction + odd) * 0.5) - odd;
        total += (int64_t)whole;
    }
    return delta_of_us(type, total);
}

static Value delta_construct(Type *type, Value *args, size_t nargs, Value kwnames)
{
    static const struct {
        int argument;
        const char *name;
        int64_t factor;
    } units[] = {{2, "microseconds", 1},           {3, "milliseconds", 1000}, {1, "seconds", SECOND_US}, {4, "minutes", 60ll * SECOND_US},
                 {5, "hours", 3600ll * SECOND_US}, {0, "days", DAY_US},       {6, "weeks", 7 * DAY_US}};
    static Signature *signature;
    Value in[7] = {0};
    if (!kw_count(kwnames) && nargs <= 7) values_copy(in, args, nargs);
    else if (!native_bind("__new__",
                          "(days=<unrepresentable>, seconds=<unrepresentable>, microseconds=<unrepresentable>, milliseconds=<unrepresentable>, minutes=<unrepresentable>, "
                          "hours=<unrepresentable>, "
                          "weeks=<unrepresentable>)",
                          &signature, args, nargs, kwnames, in))
        return 0;
    Sum sum = {0};
    for (int i = 0; i < 7; i++) {
        Value v = in[units[i].argument];
        if (!v) continue;
        if (is_small_int(v)) sum.small += (Wide)small_int_value(v) * units[i].factor;
        else if (!sum_add(&sum, v, units[i].factor, units[i].name)) return 0;
    }
    return sum_finish(&sum, type);
}

/* --- arithmetic */

Value delta_subtract(Value a, Value b)
{
    DeltaObj *x = as_delta(a), *y = as_delta(b);
    return delta_new((int64_t)x->days - y->days, x->seconds - y->seconds, x->microseconds - y->microseconds);
}

static Value delta_add(Value a, Value b)
{
    if (!is_delta(a) || !is_delta(b)) return NOT_IMPLEMENTED;
    DeltaObj *x = as_delta(a), *y = as_delta(b);
    return delta_new((int64_t)x->days + y->days, x->seconds + y->seconds, x->microseconds + y->microseconds);
}

static Value delta_subtract_slot(Value a, Value b) { return is_delta(a) && is_delta(b) ? delta_subtract(a, b) : NOT_IMPLEMENTED; }

static Value multiply_by_int(Value delta, Value n)
{
    Wide us = total_us(delta), factor, product;
    if (!us) return delta_new(0, 0, 0);
    if (!wide_of_int(n, &factor) || __builtin_mul_overflow(us, factor, &product)) return too_large();
    return delta_of_us(&delta_type, product);
}

/* A finite float as mantissa * 2^exponent; false with an exception. */
static bool float_parts(double d, int64_t *mantissa, int *exponent)
{
    if (isinf(d)) return raise_overflow("cannot convert Infinity to integer ratio");
    if (isnan(d)) return raise_value("cannot convert NaN to integer ratio");
    *mantissa = (int64_t)ldexp(frexp(d, exponent), 53);
    *exponent -= 53;
    for (; *mantissa && !(*mantissa & 1); ++*exponent) *mantissa >>= 1;
    return true;
}

/* us * 2^exponent / divisor, halves to even. A numerator that does not fit gives a quotient out of range, because divisors have 53 bits. */
static Value scale_us(Wide us, int exponent, int64_t divisor)
{
    int bits = wide_bits(us);
    if (!us) return delta_new(0, 0, 0);
    if (exponent >= 0) {
        if (bits + exponent > WIDE_BITS - 2) return too_large();
        return delta_of_us(&delta_type, nearest_divide(us * ((Wide)1 << exponent), divisor));
    }
    int down = -exponent + wide_bits(divisor);
    if (bits + 1 < down) return delta_new(0, 0, 0);   /* less than a half */
    return delta_of_us(&delta_type, nearest_divide(us, (Wide)divisor * ((Wide)1 << -exponent)));
}

/* a / b of two ints of any size, halves to even, in microseconds. */
static Value quotient_us(Value a, Value b)
{
    if (int_sign(b) == 0) return divide_by_zero();
    Value pair = int_divmod(a, b), twice = pair ? int_mul(tuple_get(pair, 1), small_int(2)) : 0;
    if (!twice) return 0;
    Value quotient = tuple_get(pair, 0);
    int order = int_compare(twice, b);   /* both have the divisor's sign */
    if (int_sign(b) < 0) order = -order;
    if (order > 0 || (order == 0 && (int_as_uint64_mask(quotient) & 1))) quotient = int_add(quotient, small_int(1));
    Wide us;
    if (!quotient) return 0;
    return wide_of_int(quotient, &us) ? delta_of_us(&delta_type, us) : too_large();
}

/* By a float of a subclass, which may have an as_integer_ratio() of its own. */
static Value scale_by_ratio(Value delta, Value number, bool divide)
{
    Value ratio = call_method_0(number, NAME("as_integer_ratio"));
    if (!ratio) return 0;
    if (!is_tuple(ratio)) return raise_type("unexpected return type from as_integer_ratio(): expected tuple, got '%.200s'", type_full_name(type_of(ratio)));
    if (tuple_size(ratio) != 2) return raise_value("as_integer_ratio() must return a 2-tuple");
    Value factor = tuple_get(ratio, divide), divisor = tuple_get(ratio, !divide);
    if (!is_int(factor) || !is_int(divisor)) return raise_type("non-integer arguments in division");
    Value us = int_of_wide(total_us(delta)), product = us ? int_mul(us, factor) : 0;
    return product ? quotient_us(product, divisor) : 0;
}

static inline bool is_exact_float(Value v) { return type_of(v) == &float_type; }

static Value multiply_by_float(Value delta, Value factor)
{
    if (!is_exact_float(factor)) return scale_by_ratio(delta, factor, false);
    int64_t mantissa;
    int exponent;
    return float_parts(float_value(factor), &mantissa, &exponent) ? scale_us(total_us(delta) * mantissa, exponent, 1) : 0;
}

static Value divide_by_float(Value delta, Value divisor)
{
    if (!is_exact_float(divisor)) return scale_by_ratio(delta, divisor, true);
    int64_t mantissa;
    int exponent;
    if (!float_parts(float_value(divisor), &mantissa, &exponent)) return 0;
    if (!mantissa) return divide_by_zero();
    return mantissa < 0 ? scale_us(-total_us(delta), -exponent, -mantissa) : scale_us(total_us(delta), -exponent, mantissa);
}

static Value delta_multiply(Value a, Value b)
{
    if (!is_delta(a)) {
        Value other = a;
        a = b, b = other;
    }
    return is_int(b) ? multiply_by_int(a, b) : is_float(b) ? multiply_by_float(a, b) : NOT_IMPLEMENTED;
}

/* Divides by an int, rounding down or to nearest. Divisors that do not fit have results of less than a microsecond. */
static Value divide_by_int(Value delta, Value n, bool nearest)
{
    Wide us = total_us(delta), divisor, rest;
    if (!wide_of_int(n, &divisor)) return delta_new(0, 0, !nearest && us && (us < 0) != (int_sign(n) < 0) ? -1 : 0);
    if (!divisor) return divide_by_zero();
    if (nearest && wide_bits(divisor) > 100) return delta_new(0, 0, 0);
    return delta_of_us(&delta_type, nearest ? nearest_divide(us, divisor) : floor_divide(us, divisor, &rest));
}

static Value delta_floor_divide(Value a, Value b)
{
    if (!is_delta(a)) return NOT_IMPLEMENTED;
    if (is_int(b)) return divide_by_int(a, b, false);
    if (!is_delta(b)) return NOT_IMPLEMENTED;
    Wide rest;
    return delta_is_zero(b) ? divide_by_zero() : int_of_wide(floor_divide(total_us(a), total_us(b), &rest));
}

/* The float nearest to a / b. */
static Value true_quotient(Wide a, Wide b)
{
    if (wide_bits(a) <= 53 && wide_bits(b) <= 53) return float_new((double)(int64_t)a / (double)(int64_t)b);
    Value x = int_of_wide(a), y = x ? int_of_wide(b) : 0;
    return y ? int_true_divide(x, y) : 0;
}

static Value delta_true_divide(Value a, Value b)
{
    if (!is_delta(a)) return NOT_IMPLEMENTED;
    if (is_int(b)) return divide_by_int(a, b, true);
    if (is_float(b)) return divide_by_float(a, b);
    if (!is_delta(b)) return NOT_IMPLEMENTED;
    return delta_is_zero(b) ? raise_format(&exc_ZeroDivisionError, "division by zero") : true_quotient(total_us(a), total_us(b));
}

static Value delta_remainder(Value a, Value b)
{
    if (!is_delta(a) || !is_delta(b)) return NOT_IMPLEMENTED;
    if (delta_is_zero(b)) return raise_format(&exc_ZeroDivisionError, "integer modulo by zero");
    Wide rest;
    floor_divide(total_us(a), total_us(b), &rest);
    return delta_of_us(&delta_type, rest);
}

static Value delta_divmod(Value a, Value b)
{
    if (!is_delta(a) || !is_delta(b)) return NOT_IMPLEMENTED;
    if (delta_is_zero(b)) return divide_by_zero();
    Wide rest, quotient = floor_divide(total_us(a), total_us(b), &rest);
    Value q = int_of_wide(quotient), r = q ? delta_of_us(&delta_type, rest) : 0;
    return r ? tuple_pack(2, q, r) : 0;
}

static Value delta_positive(Value self) { return delta_new(as_delta(self)->days, as_delta(self)->seconds, as_delta(self)->microseconds); }
static Value delta_negative(Value self) { return delta_new(-(int64_t)as_delta(self)->days, -as_delta(self)->seconds, -as_delta(self)->microseconds); }
static Value delta_abs(Value self) { return as_delta(self)->days < 0 ? delta_negative(self) : delta_positive(self); }
static int delta_truth(Value self) { return !delta_is_zero(self); }

/* --- comparison, hash, text */

int delta_order(Value a, Value b)
{
    DeltaObj *x = as_delta(a), *y = as_delta(b);
    int difference = x->days - y->days;
    if (!difference && !(difference = x->seconds - y->seconds)) difference = x->microseconds - y->microseconds;
    return difference;
}

static Value delta_compare(Value a, Value b, CompareOp op) { return is_delta(b) ? compare_ranks(delta_order(a, b), op) : NOT_IMPLEMENTED; }

static Value delta_state(Value self)
{
    DeltaObj *d = as_delta(self);
    return tuple_pack(3, small_int(d->days), small_int(d->seconds), small_int(d->microseconds));
}

static bool delta_hash(Value self, int64_t *hash)
{
    DeltaObj *d = as_delta(self);
    if (d->hash == -1) {
        Value state = delta_state(self);
        if (!state || !object_hash(state, &d->hash)) return false;
    }
    *hash = d->hash;
    return true;
}

static Value delta_repr(Value self)
{
    DeltaObj *d = as_delta(self);
    const struct {
        const char *name;
        int value;
    } parts[] = {{"days", d->days}, {"seconds", d->seconds}, {"microseconds", d->microseconds}};
    char text[FORMAT_ROOM] = "0";
    int n = 0;
    for (int i = 0; i < 3; i++)
        if (parts[i].value) n += snprintf(text + n, sizeof text - (size_t)n, "%s%s=%d", n ? ", " : "", parts[i].name, parts[i].value);
    return str_format_c("%s(%s)", type_full_name(type_of(self)), text);
}

static Value delta_str(Value self)
{
    DeltaObj *d = as_delta(self);
    char text[FORMAT_ROOM];
    int n = 0;
    if (d->days) n = snprintf(text, sizeof text, "%d day%s, ", d->days, d->days == 1 || d->days == -1 ? "" : "s");
    n += snprintf(text + n, sizeof text - (size_t)n, "%d:%02d:%02d", d->seconds / 3600, d->seconds / 60 % 60, d->seconds % 60);
    if (d->microseconds) n += snprintf(text + n, sizeof text - (size_t)n, ".%06d", d->microseconds);
    return str_from_latin1((const uint8_t *)text, (size_t)n);
}

/* --- methods */

static NATIVE(delta_total_seconds) { return true_quotient(total_us(args[0]), SECOND_US); }

static NATIVE(delta_reduce)
{
    Value state = delta_state(args[0]);
    return state ? tuple_pack(2, VALUE(type_of(args[0])), state) : 0;
}

static const NativeDef delta_methods[] = {
    {"total_seconds", "(self, /)", delta_total_seconds, "The whole duration in seconds.", 0},
    {"__reduce__", "(self, /)", delta_reduce, "__reduce__() -> (cls, state)", 0},
    {0},
};
static const MemberDef delta_members[] = {
    {"days", MEMBER_INT, offsetof(DeltaObj, days), false, "Number of days."},
    {"seconds", MEMBER_INT, offsetof(DeltaObj, seconds), false, "Number of seconds (>= 0 and less than 1 day)."},
    {"microseconds", MEMBER_INT, offsetof(DeltaObj, microseconds), false, "Number of microseconds (>= 0 and less than 1 second)."},
    {0},
};

Type delta_type = {
    TYPE_INIT("datetime.timedelta", DeltaObj),
    .flags = TYPE_BASE,
    .doc = "A duration: the difference between two times.\n\ntimedelta(days=0, seconds=0, microseconds=0, milliseconds=0, minutes=0, hours=0, weeks=0)\n\nArguments are ints or "
           "floats, "
           "positive or negative, and are 0 where not given.",
    .new = delta_construct,
    .repr = delta_repr,
    .str = delta_str,
    .hash = delta_hash,
    .compare = delta_compare,
    .truth = delta_truth,
    .binary = {[BINARY_ADD] = delta_add,
               [BINARY_SUBTRACT] = delta_subtract_slot,
               [BINARY_MULTIPLY] = delta_multiply,
               [BINARY_FLOOR_DIVIDE] = delta_floor_divide,
               [BINARY_TRUE_DIVIDE] = delta_true_divide,
               [BINARY_REMAINDER] = delta_remainder,
               [BINARY_DIVMOD] = delta_divmod},
    .unary = {[UNARY_NEGATIVE] = delta_negative, [UNARY_POSITIVE] = delta_positive, [UNARY_ABS] = delta_abs},
    .methods = delta_methods,
    .members = delta_members,
};

bool delta_add_constants(void)
{
    Value min = delta_new(-MAX_DELTA_DAYS, 0, 0), max = delta_new(MAX_DELTA_DAYS, DAY_SECONDS - 1, SECOND_US - 1), resolution = delta_new(0, 0, 1);
    return min && max && resolution && dict_set_cstring(delta_type.dict, "min", min) && dict_set_cstring(delta_type.dict, "max", max) &&
           dict_set_cstring(delta_type.dict, "resolution", resolution);
}
