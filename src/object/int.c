/* int.c: integers: representation and arithmetic.
 *
 * Two forms: an immediate of 63 bits, or an IntObj with the limbs of its magnitude right behind its header (of a subclass: in a buffer when there is more than one limb).
 * Arithmetic tries machine words first, then GMP's mpn functions directly on the limbs, so results need no copying. Only where GMP offers nothing below mpz (powers,
 * inverses) are there mpz temporaries, in malloc memory that lives no longer than the function.
 */
#include "object/int_internal.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <stdnoreturn.h>

/* --- GMP's temporaries */

/* A signal handler runs; did it raise? */
static bool calculation_stopped(void)
{
    if (!(thread_self->interrupt & INTERRUPT_SIGNAL)) return false;
    bool go_on = safe_point_slow();
    /* The callers of int's functions don't expect a collection: the next one must not rely on their barriers. */
    gc_next_full();
    return !go_on;
}

bool gmp_abandoned(GmpTry outer)
{
    gmp_leave(outer);
    return thread_self->exception ? false : raise_memory();
}

void int_memory_init(void) { gmp_memory_init(calculation_stopped); }

/* Below this many limbs GMP's temporaries are on the stack. */
enum { GUARD_LIMBS = 1000 };

/* --- making ints */

IntObj *int_alloc(size_t count)
{
    if (count > (size_t)1 << 57) return (IntObj *)(uintptr_t)raise_memory();
    IntObj *i = gc_new(&int_type, offsetof(IntObj, small) + (count ? count : 1) * sizeof(mp_limb_t));
    if (i) i->limbs = i->small;
    return i;
}

Value int_finish(IntObj *i, mp_size_t count, bool negative)
{
    while (count > 0 && i->limbs[count - 1] == 0) count--;
    if (count == 0) return small_int(0);
    if (count == 1) {
        mp_limb_t limb = i->limbs[0];
        if (limb <= (mp_limb_t)SMALL_INT_MAX) return small_int(negative ? -(int64_t)limb : (int64_t)limb);
        if (negative && limb == (mp_limb_t)SMALL_INT_MAX + 1) return small_int(SMALL_INT_MIN);
    }
    i->size = negative ? -count : count;
    return VALUE(i);
}

Value int_new_slow(int64_t n)
{
    IntObj *i = int_alloc(1);
    if (!i) return 0;
    i->small[0] = n < 0 ? -(uint64_t)n : (uint64_t)n;
    return int_finish(i, 1, n < 0);
}

Value int_new_unsigned(uint64_t n)
{
    if (n <= (uint64_t)SMALL_INT_MAX) return small_int((int64_t)n);
    IntObj *i = int_alloc(1);
    if (!i) return 0;
    i->small[0] = n;
    return int_finish(i, 1, false);
}

Value int_from_limbs(const mp_limb_t *limbs, size_t count, bool negative)
{
    while (count > 0 && limbs[count - 1] == 0) count--;
    if (count == 0) return small_int(0);
    if (count == 1 && limbs[0] <= (mp_limb_t)SMALL_INT_MAX) return small_int(negative ? -(int64_t)limbs[0] : (int64_t)limbs[0]);
    IntObj *i = int_alloc(count);
    if (!i) return 0;
    memcpy(i->limbs, limbs, count * sizeof *limbs);
    return int_finish(i, (mp_size_t)count, negative);
}

Value int_from_mpz(mpz_srcptr z) { return int_from_limbs(mpz_limbs_read(z), mpz_size(z), mpz_sgn(z) < 0); }

Value int_from_double(double d)
{
    if (isinf(d)) return raise_overflow("cannot convert float infinity to integer");
    if (isnan(d)) return raise_value("cannot convert float NaN to integer");
    if (fabs(d) < 4.0e18) return int_new((int64_t)d);
    int exponent;
    double fraction = frexp(fabs(d), &exponent);
    uint64_t mantissa = (uint64_t)ldexp(fraction, 64);   /* value = mantissa * 2^(exponent - 64) */
    int shift = exponent - 64;
    if (shift <= 0)
        return int_finish(({
                              IntObj *i = int_alloc(1);
                              if (!i) return 0;
                              i->small[0] = mantissa >> -shift;
                              i;
                          }),
                          1, d < 0);
    mp_size_t low = shift / 64;
    IntObj *i = int_alloc((size_t)low + 2);
    if (!i) return 0;
    i->limbs[low] = mantissa << shift % 64;
    i->limbs[low + 1] = shift % 64 ? mantissa >> (64 - shift % 64) : 0;
    return int_finish(i, low + 2, d < 0);
}

mpz_srcptr int_view(Value v, IntView *view)
{
    Limbs l;
    limbs_of(v, &l);
    view->limb = l.one;
    const mp_limb_t *at = is_small_int(v) ? &view->limb : l.at;
    return mpz_roinit_n(view->z, at, l.negative ? -l.count : l.count);
}

Value int_exact(Value v)
{
    if (is_small_int(v) || type_of(v) == &int_type) return v;
    Limbs l;
    limbs_of(v, &l);
    return int_from_limbs(l.at, (size_t)l.count, l.negative);
}

/* --- to C types */

int int_as_int64_overflow(Value v, int64_t *out)
{
    if (is_small_int(v)) {
        *out = small_int_value(v);
        return 0;
    }
    Limbs l;
    limbs_of(v, &l);
    mp_limb_t limb = l.count ? l.at[0] : 0;
    if (l.count <= 1 && limb <= (mp_limb_t)INT64_MAX + l.negative) {
        *out = l.negative ? (int64_t)-limb : (int64_t)limb;
        return 0;
    }
    return l.negative ? -1 : 1;
}

bool int_as_int64(Value v, int64_t *out) { return int_as_int64_overflow(v, out) == 0 ? true : raise_overflow("Python int too large to convert to C long"); }

bool int_as_uint64(Value v, uint64_t *out)
{
    Limbs l;
    limbs_of(v, &l);
    if (l.negative) return raise_overflow("can't convert negative int to unsigned");
    if (l.count > 1) return raise_overflow("Python int too large to convert to C unsigned long");
    *out = l.count ? l.at[0] : 0;
    return true;
}

uint64_t int_as_uint64_mask(Value v)
{
    if (is_small_int(v)) return (uint64_t)small_int_value(v);
    Limbs l;
    limbs_of(v, &l);
    uint64_t low = l.count ? l.at[0] : 0;
    return l.negative ? -low : low;
}

int int_sign(Value v)
{
    if (is_small_int(v)) return v == small_int(0) ? 0 : (int64_t)v < 0 ? -1 : 1;
    int64_t size = ((IntObj *)v)->size;
    return size < 0 ? -1 : size > 0;
}

static size_t bits_of(const Limbs *l) { return l->count ? (size_t)l->count * 64 - (size_t)__builtin_clzll(l->at[l->count - 1]) : 0; }

size_t int_bit_length(Value v)
{
    Limbs l;
    limbs_of(v, &l);
    return bits_of(&l);
}

/* The top 64 bits of a magnitude, the lowest set when anything below is (so that rounding from there is exact); the value is about the result times 2^*shift. */
static uint64_t top_bits(const Limbs *l, int64_t *shift)
{
    size_t bits = bits_of(l);
    if (bits <= 64) {
        *shift = 0;
        return l->count ? l->at[0] : 0;
    }
    *shift = (int64_t)bits - 64;
    mp_size_t word = *shift / 64;
    int bit = *shift % 64;
    uint64_t top = bit ? l->at[word] >> bit | l->at[word + 1] << (64 - bit) : l->at[word];
    bool sticky = bit && (l->at[word] & (((mp_limb_t)1 << bit) - 1));
    for (mp_size_t i = 0; i < word && !sticky; i++) sticky = l->at[i] != 0;
    return top | sticky;
}

bool int_as_double(Value v, double *out)
{
    if (is_small_int(v)) {
        *out = (double)small_int_value(v);
        return true;
    }
    Limbs l;
    int64_t shift;
    limbs_of(v, &l);
    uint64_t top = top_bits(&l, &shift);
    double d = shift > 1100 ? INFINITY : ldexp((double)top, (int)shift);
    if (isinf(d)) return raise_overflow("int too large to convert to float");
    *out = l.negative ? -d : d;
    return true;
}

double int_frexp(Value v, int64_t *exponent)
{
    Limbs l;
    int64_t shift;
    limbs_of(v, &l);
    uint64_t top = top_bits(&l, &shift);
    int e;
    double d = frexp((double)top, &e);
    *exponent = shift + e;
    return l.negative ? -d : d;
}

/* --- comparison, hash */

static int compare_magnitudes(const Limbs *a, const Limbs *b)
{
    if (a->count != b->count) return a->count < b->count ? -1 : 1;
    int c = a->count ? mpn_cmp(a->at, b->at, a->count) : 0;
    return c < 0 ? -1 : c > 0;
}

int int_compare(Value a, Value b)
{
    if (is_small_int(a) && is_small_int(b)) return (int64_t)a<(int64_t)b ? -1 : (int64_t)a>(int64_t) b;
    Limbs x, y;
    limbs_of(a, &x);
    limbs_of(b, &y);
    if (x.negative != y.negative) return x.negative ? -1 : 1;
    int c = compare_magnitudes(&x, &y);
    return x.negative ? -c : c;
}

int64_t int_hash(Value v)
{
    const uint64_t modulus = ((uint64_t)1 << 61) - 1;
    Limbs l;
    limbs_of(v, &l);
    uint64_t rest = l.count == 0 ? 0 : l.count == 1 ? l.at[0] % modulus : mpn_mod_1(l.at, l.count, modulus);
    int64_t hash = l.negative ? -(int64_t)rest : (int64_t)rest;
    return hash == -1 ? -2 : hash;
}

/* --- sums, products */

static Value add_limbs(const Limbs *a, const Limbs *b, bool negate_b)
{
    bool b_negative = b->negative != negate_b;
    if (a->count < b->count) {
        Limbs flipped = *b;
        flipped.negative = b_negative;
        if (b->at == &b->one) flipped.at = &flipped.one;
        return add_limbs(&flipped, a, false);
    }
    IntObj *i = int_alloc((size_t)a->count + 1);
    if (!i) return 0;
    if (b->count == 0) {
        memcpy(i->limbs, a->at, (size_t)a->count * sizeof(mp_limb_t));
        return int_finish(i, a->count, a->negative);
    }
    if (a->negative == b_negative) {
        i->limbs[a->count] = mpn_add(i->limbs, a->at, a->count, b->at, b->count);
        return int_finish(i, a->count + 1, a->negative);
    }
    if (compare_magnitudes(a, b) >= 0) {
        mpn_sub(i->limbs, a->at, a->count, b->at, b->count);
        return int_finish(i, a->count, a->negative);
    }
    mpn_sub(i->limbs, b->at, b->count, a->at, a->count);
    return int_finish(i, b->count, b_negative);
}

Value int_add(Value a, Value b)
{
    if (is_small_int(a) && is_small_int(b)) return int_new(small_int_value(a) + small_int_value(b));
    Limbs x, y;
    limbs_of(a, &x);
    limbs_of(b, &y);
    return add_limbs(&x, &y, false);
}

Value int_sub(Value a, Value b)
{
    if (is_small_int(a) && is_small_int(b)) return int_new(small_int_value(a) - small_int_value(b));
    Limbs x, y;
    limbs_of(a, &x);
    limbs_of(b, &y);
    return add_limbs(&x, &y, true);
}

static void multiply(mp_limb_t *out, const Limbs *x, const Limbs *y)
{
    if (x->count == y->count && (x->at == y->at || (x->count == 1 && x->at[0] == y->at[0]))) mpn_sqr(out, x->at, x->count);
    else if (x->count >= y->count) mpn_mul(out, x->at, x->count, y->at, y->count);
    else mpn_mul(out, y->at, y->count, x->at, x->count);
}

Value int_mul(Value a, Value b)
{
    int64_t small;
    if (is_small_int(a) && is_small_int(b) && !__builtin_mul_overflow(small_int_value(a), small_int_value(b), &small)) return int_new(small);
    Limbs x, y;
    limbs_of(a, &x);
    limbs_of(b, &y);
    if (!x.count || !y.count) return small_int(0);
    IntObj *i = int_alloc((size_t)(x.count + y.count));
    if (!i) return 0;
    if (x.count + y.count > GUARD_LIMBS) {
        if (!GMP_TRY(multiply(i->limbs, &x, &y))) return 0;
    } else multiply(i->limbs, &x, &y);
    return int_finish(i, x.count + y.count, x.negative != y.negative);
}

Value int_negative(Value v)
{
    if (is_small_int(v)) return int_new(-small_int_value(v));
    Limbs l;
    limbs_of(v, &l);
    return int_from_limbs(l.at, (size_t)l.count, !l.negative);
}

Value int_abs(Value v)
{
    if (int_sign(v) < 0) return int_negative(v);
    return int_exact(v);
}

Value int_invert(Value v)
{
    if (is_small_int(v)) return small_int(~small_int_value(v));
    Value next = int_add(v, small_int(1));
    return next ? int_negative(next) : 0;
}

/* --- division */

/* Quotient and remainder towards zero; either out pointer may be 0. b not zero. */
static bool divide_truncated(const Limbs *a, const Limbs *b, Value *quotient, Value *remainder)
{
    if (compare_magnitudes(a, b) < 0) {
        if (quotient) *quotient = small_int(0);
        if (remainder) *remainder = int_from_limbs(a->at, (size_t)a->count, a->negative);
        return !remainder || *remainder;
    }
    mp_size_t q_count = a->count - b->count + 1;
    IntObj *q = int_alloc((size_t)q_count), *r = q ? int_alloc((size_t)b->count) : 0;
    if (!r) return false;
    if (b->count == 1) r->limbs[0] = mpn_divrem_1(q->limbs, 0, a->at, a->count, b->at[0]);
    else if (a->count > GUARD_LIMBS) {
        if (!GMP_TRY(mpn_tdiv_qr(q->limbs, r->limbs, 0, a->at, a->count, b->at, b->count))) return false;
    } else mpn_tdiv_qr(q->limbs, r->limbs, 0, a->at, a->count, b->at, b->count);
    if (quotient) *quotient = int_finish(q, q_count, a->negative != b->negative);
    if (remainder) *remainder = int_finish(r, b->count, a->negative);
    return true;
}

/* Floor division: Python's // and %. */
static bool divide_floor(Value a, Value b, Value *quotient, Value *remainder)
{
    if (is_small_int(a) && is_small_int(b)) {
        int64_t x = small_int_value(a), y = small_int_value(b), q = x / y, r = x % y;
        if (r && (r < 0) != (y < 0)) q--, r += y;
        if (quotient) *quotient = int_new(q);
        if (remainder) *remainder = int_new(r);
        return !quotient || *quotient;
    }
    Limbs x, y;
    limbs_of(a, &x);
    limbs_of(b, &y);
    Value r;
    if (!divide_truncated(&x, &y, quotient, &r)) return false;
    if (r != small_int(0) && x.negative != y.negative) {
        r = int_add(r, b);
        if (quotient) *quotient = int_sub(*quotient, small_int(1));
        if (!r || (quotient && !*quotient)) return false;
    }
    if (remainder) *remainder = r;
    return true;
}

Value int_floordiv(Value a, Value b)
{
    Value q;
    if (int_sign(b) == 0) return raise_format(&exc_ZeroDivisionError, "integer division or modulo by zero");
    return divide_floor(a, b, &q, 0) ? q : 0;
}

Value int_mod(Value a, Value b)
{
    Value r;
    if (int_sign(b) == 0) return raise_format(&exc_ZeroDivisionError, "integer modulo by zero");
    return divide_floor(a, b, 0, &r) ? r : 0;
}

Value int_divmod(Value a, Value b)
{
    Value q, r;
    if (int_sign(b) == 0) return raise_format(&exc_ZeroDivisionError, "integer division or modulo by zero");
    return divide_floor(a, b, &q, &r) ? tuple_pack(2, q, r) : 0;
}

bool int_divide_nearest(Value a, Value b, Value *quotient, Value *remainder)
{
    if (int_sign(b) == 0) return raise_format(&exc_ZeroDivisionError, "integer division or modulo by zero");
    Value q, r;
    if (!divide_floor(a, b, &q, &r)) return false;
    /* The remainder has the sign of b. Up when 2|r| > |b|, or equal with an odd quotient. */
    Value twice = int_lshift(r, small_int(1));
    if (!twice) return false;
    int order = int_sign(b) < 0 ? int_compare(b, twice) : int_compare(twice, b);
    if (order > 0 || (order == 0 && int_as_uint64_mask(q) & 1)) {
        q = int_add(q, small_int(1));
        r = int_sub(r, b);
        if (!q || !r) return false;
    }
    *quotient = q;
    *remainder = r;
    return true;
}

/* Correctly rounded: the quotient is computed to 64 or 65 bits (fewer where the result is subnormal, so that it is rounded once), with the rest folded into the lowest bit. */
Value int_true_divide(Value a, Value b)
{
    Limbs x, y;
    limbs_of(a, &x);
    limbs_of(b, &y);
    if (!y.count) return raise_format(&exc_ZeroDivisionError, "division by zero");
    if (!x.count) return float_new(y.negative ? -0.0 : 0.0);
    bool negative = x.negative != y.negative;
    const mp_limb_t exact = (mp_limb_t)1 << 53;
    if (x.count == 1 && y.count == 1 && x.at[0] <= exact && y.at[0] <= exact) {
        double d = (double)x.at[0] / (double)y.at[0];
        return float_new(negative ? -d : d);
    }
    int64_t difference = (int64_t)bits_of(&x) - (int64_t)bits_of(&y);
    if (difference > 1024) return raise_overflow("integer division result too large for a float");
    if (difference < -1076) return float_new(negative ? -0.0 : 0.0);
    int64_t shift = 64 - difference;                       /* numerator << shift */
    /* For subnormal results the lowest bit kept is two below the last one of the format, at 2^-1076. */
    if (shift > 1076) shift = 1076;
    Value numerator = x.negative ? int_negative(a) : a, denominator = y.negative ? int_negative(b) : b;
    if (!numerator || !denominator) return 0;
    if (shift >= 0) numerator = int_lshift(numerator, int_new(shift));
    else denominator = int_lshift(denominator, int_new(-shift));
    Value q, r;
    if (!numerator || !denominator || !divide_floor(numerator, denominator, &q, &r)) return 0;
    Limbs quotient;
    limbs_of(q, &quotient);
    int64_t extra;
    uint64_t top = top_bits(&quotient, &extra);
    top |= r != small_int(0);
    double d = float_scale(top, extra - shift);
    if (isinf(d)) return raise_overflow("integer division result too large for a float");
    return float_new(negative ? -d : d);
}

/* --- bits */

/* Two's complement of `l` in `count` limbs. */
static void to_complement(const Limbs *l, mp_limb_t *out, mp_size_t count)
{
    memcpy(out, l->at, (size_t)l->count * sizeof *out);
    memset(out + l->count, 0, (size_t)(count - l->count) * sizeof *out);
    if (l->negative) mpn_neg(out, out, count);
}

typedef enum BitOp { BIT_AND, BIT_OR, BIT_XOR } BitOp;

static Value bitwise(Value a, Value b, BitOp op)
{
    Limbs x, y;
    limbs_of(a, &x);
    limbs_of(b, &y);
    mp_size_t count = (x.count > y.count ? x.count : y.count) + 1;
    IntObj *i = int_alloc((size_t)count);
    mp_limb_t *other = i ? gc_buffer_raw((size_t)count * sizeof *other) : 0, *out = i ? i->limbs : 0;
    if (!other) return 0;
    to_complement(&x, out, count);
    to_complement(&y, other, count);
    for (mp_size_t k = 0; k < count; k++) out[k] = op == BIT_AND ? out[k] & other[k] : op == BIT_OR ? out[k] | other[k] : out[k] ^ other[k];
    bool negative = out[count - 1] >> 63;
    if (negative) mpn_neg(out, out, count);
    return int_finish(i, count, negative);
}

Value int_and(Value a, Value b)
{
    if (is_small_int(a) && is_small_int(b)) return a & b;
    return bitwise(a, b, BIT_AND);
}

Value int_or(Value a, Value b)
{
    if (is_small_int(a) && is_small_int(b)) return a | b;
    return bitwise(a, b, BIT_OR);
}

Value int_xor(Value a, Value b)
{
    if (is_small_int(a) && is_small_int(b)) return (a ^ b) | 1;
    return bitwise(a, b, BIT_XOR);
}

/* Whether CPython's ints could not have so many bits whatever the memory: as many digits of 30 bits as fill the address space with 4 bytes each. */
static bool shift_exceeds_ints(Value b)
{
    Value most = int_mul(int_new(INT64_MAX / 4 - 7), small_int(30));
    if (!most) return error_clear(), false;
    return int_compare(b, most) >= 0;
}

Value int_lshift(Value a, Value b)
{
    int64_t count;
    if (int_sign(b) < 0) return raise_value("negative shift count");
    if (int_sign(a) == 0) return small_int(0);
    if (int_as_int64_overflow(b, &count)) return shift_exceeds_ints(b) ? raise_overflow("too many digits in integer") : raise_memory();
    if (is_small_int(a)) {
        int64_t n = small_int_value(a), magnitude = n < 0 ? ~n : n;
        if (count < __builtin_clzll((uint64_t)magnitude | 1) - 1) return int_new((int64_t)((uint64_t)n << count));
    }
    Limbs l;
    limbs_of(a, &l);
    mp_size_t words = count / 64;
    IntObj *i = int_alloc((size_t)(l.count + words + 1));
    if (!i) return 0;
    mp_limb_t *out = i->limbs;
    if (count % 64) out[words + l.count] = mpn_lshift(out + words, l.at, l.count, count % 64);
    else memcpy(out + words, l.at, (size_t)l.count * sizeof *out);
    return int_finish(i, l.count + words + 1, l.negative);
}

Value int_rshift(Value a, Value b)
{
    int64_t count;
    if (int_sign(b) < 0) return raise_value("negative shift count");
    bool huge = int_as_int64_overflow(b, &count) != 0;
    if (is_small_int(a)) return small_int(small_int_value(a) >> (huge || count > 62 ? 62 : count));
    Limbs l;
    limbs_of(a, &l);
    if (huge || count >= l.count * 64) return small_int(l.negative ? -1 : 0);
    mp_size_t words = count / 64, rest = l.count - words;
    IntObj *i = int_alloc((size_t)rest + 1);
    if (!i) return 0;
    mp_limb_t lost = 0;
    for (mp_size_t k = 0; k < words && !lost; k++) lost = l.at[k];
    if (count % 64) lost |= mpn_rshift(i->limbs, l.at + words, rest, count % 64);
    else memcpy(i->limbs, l.at + words, (size_t)rest * sizeof(mp_limb_t));
    i->limbs[rest] = 0;
    if (l.negative && lost) mpn_add_1(i->limbs, i->limbs, rest + 1, 1);   /* towards minus infinity */
    return int_finish(i, rest + 1, l.negative);
}

/* --- powers */

static Value power_modulo_unguarded(Value a, Value b, Value modulo)
{
    IntView va, vb, vm;
    mpz_t base, result, positive;
    mpz_inits(base, result, positive, (mpz_ptr)0);
    mpz_abs(positive, int_view(modulo, &vm));
    mpz_srcptr exponent = int_view(b, &vb);
    mpz_mod(base, int_view(a, &va), positive);
    bool good = true;
    mpz_t negated;
    if (int_sign(b) < 0) {
        /* 1 modulo 1 is 0, whose inverse GMP refuses but Python takes as 0. */
        if (mpz_cmp_ui(positive, 1) != 0) good = mpz_invert(base, base, positive) != 0;
        mpz_init(negated);
        mpz_neg(negated, exponent);
        if (good) mpz_powm(result, base, negated, positive);
        mpz_clear(negated);
    } else mpz_powm(result, base, exponent, positive);
    if (good && int_sign(modulo) < 0 && mpz_sgn(result) != 0) mpz_sub(result, result, positive);
    Value value = good ? int_from_mpz(result) : raise_value("base is not invertible for the given modulus");
    mpz_clears(base, result, positive, (mpz_ptr)0);
    return value;
}

static Value power_modulo(Value a, Value b, Value modulo)
{
    if (int_sign(modulo) == 0) return raise_value("pow() 3rd argument cannot be 0");
    Value result;
    return GMP_TRY(result = power_modulo_unguarded(a, b, modulo)) ? result : 0;
}

Value int_power(Value a, Value b, Value modulo)
{
    if (modulo != NONE) return power_modulo(a, b, modulo);
    if (int_sign(b) < 0) {
        double x, y;
        if (!int_as_double(a, &x) || !int_as_double(b, &y)) return 0;
        return float_power(x, y);
    }
    int64_t exponent;
    bool huge = int_as_int64_overflow(b, &exponent) != 0;
    if (!huge && exponent == 0) return small_int(1);
    if (a == small_int(0) || a == small_int(1)) return a;
    if (a == small_int(-1)) return small_int(int_as_uint64_mask(b) & 1 ? -1 : 1);
    if (is_small_int(a)) {
        int64_t base = small_int_value(a), result = 1;
        if (!huge && exponent < 64) {
            int64_t left = exponent;
            bool fits = true;
            for (;;) {
                if (left & 1) fits = !__builtin_mul_overflow(result, base, &result);
                left >>= 1;
                if (!left || !fits) break;
                fits = !__builtin_mul_overflow(base, base, &base);
                if (!fits) break;
            }
            if (fits) return int_new(result);
        }
    }
    size_t bits = int_bit_length(a);
    if (bits == 0) return small_int(0);
    if (bits == 1) return small_int(int_sign(a) < 0 && int_as_uint64_mask(b) & 1 ? -1 : 1);   /* 1 and -1 in instances of subclasses */
    /* GMP would end the process where memory does not suffice: refuse here what the heap could not hold. */
    double bytes = (double)(bits - 1) * (double)exponent / 8;
    size_t limit = bytes > 1 << 20 ? heap_stats().limit : 0;   /* counting the heap is not free */
    if (huge || (double)bits * (double)exponent > 1e12 || (limit && bytes > (double)limit)) return raise_memory();
    IntView view;
    mpz_t result;
    mpz_init(result);
    if (!GMP_TRY(mpz_pow_ui(result, int_view(a, &view), (unsigned long)exponent))) return 0;
    Value value = int_from_mpz(result);
    mpz_clear(result);
    return value;
}

/* --- rounding to powers of ten */

Value int_round(Value v, Value digits)
{
    if (int_sign(digits) >= 0) return int_exact(v);
    /* Beyond the number of digits of v the result is 0: no need for a giant power of ten. */
    int64_t places;
    if (int_as_int64_overflow(digits, &places) || -places > (int64_t)(int_bit_length(v) * 0.30103) + 3) return small_int(0);
    Value unit = int_power(small_int(10), small_int(-places), NONE), q, r;
    if (!unit || !int_divide_nearest(v, unit, &q, &r)) return 0;
    return int_sub(v, r);
}
