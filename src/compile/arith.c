/* arith.c: Python's arithmetic on constants, for folding.
 *
 * A result of 0 means: leave the expression alone, because Python would raise, or because the result could be large (the limits are CPython's).
 * Integers are GMP numbers over the arena's limbs; floats follow C with Python's rules for // and %.
 */
#include "base/complex_math.h"
#include "base/gmp_memory.h"
#include "base/utf8.h"
#include "compile/internal.h"
#include <errno.h>
#include <limits.h>
#include <math.h>

enum { MAX_INT_BITS = 128, MAX_COLLECTION = 256, MAX_STR = 4096, MAX_TOTAL_ITEMS = 1024 };

static const Const *make_int(Arena *arena, const mpz_t z)
{
    Const *c = arena_new(arena, Const);
    c->kind = CONST_INT;
    size_t n = mpz_size(z);
    c->integer.size = mpz_sgn(z) < 0 ? -(int32_t)n : (int32_t)n;
    if (n) {
        c->integer.limbs = arena_array(arena, mp_limb_t, n);
        memcpy(c->integer.limbs, mpz_limbs_read(z), n * sizeof(mp_limb_t));
    }
    return c;
}

static const Const *make_float(Arena *arena, double value)
{
    Const *c = arena_new(arena, Const);
    c->kind = CONST_FLOAT;
    c->number.real = value;
    return c;
}

static const Const *make_complex(Arena *arena, double real, double imag)
{
    Const *c = arena_new(arena, Const);
    c->kind = CONST_COMPLEX;
    c->number.real = real;
    c->number.imag = imag;
    return c;
}

static const Const *make_bool(Arena *arena, bool value)
{
    Const *c = arena_new(arena, Const);
    c->kind = value ? CONST_TRUE : CONST_FALSE;
    return c;
}

static bool is_bool(const Const *c) { return c->kind == CONST_TRUE || c->kind == CONST_FALSE; }
static bool is_int(const Const *c) { return c->kind == CONST_INT || is_bool(c); }
static bool is_number(const Const *c) { return is_int(c) || c->kind == CONST_FLOAT || c->kind == CONST_COMPLEX; }
static bool is_text(const Const *c) { return c->kind == CONST_STR || c->kind == CONST_BYTES; }
static bool is_collection(const Const *c) { return c->kind == CONST_TUPLE || c->kind == CONST_FROZENSET; }

/* A read-only view of an int or bool. */
static void view(mpz_t z, const Const *c)
{
    static const mp_limb_t one = 1;
    if (c->kind == CONST_INT) mpz_roinit_n(z, c->integer.size ? c->integer.limbs : &one, c->integer.size);
    else mpz_roinit_n(z, &one, c->kind == CONST_TRUE);
}

/* The nearest double, ties to even; false if it is too large. */
static bool int_to_double(const mpz_t z, double *result)
{
    size_t bits = mpz_sgn(z) ? mpz_sizeinbase(z, 2) : 0;
    if (bits <= 53) {
        *result = mpz_get_d(z);
        return true;
    }
    if (bits > 1025) return false;
    size_t shift = bits - 54;
    mpz_t magnitude, head;
    mpz_init(magnitude);
    mpz_init(head);
    mpz_abs(magnitude, z);
    mpz_tdiv_q_2exp(head, magnitude, shift);
    bool sticky = mpz_scan1(magnitude, 0) < shift;
    uint64_t mantissa = mpz_get_ui(head);
    mpz_clear(head);
    mpz_clear(magnitude);
    if ((mantissa & 1) && (sticky || (mantissa & 2))) mantissa += 2;
    *result = ldexp((double)(mantissa >> 1), (int)shift + 1) * (mpz_sgn(z) < 0 ? -1 : 1);
    return isfinite(*result);
}

static bool to_double(const Const *c, double *result)
{
    if (c->kind == CONST_FLOAT || c->kind == CONST_COMPLEX) {
        *result = c->number.real;
        return true;
    }
    mpz_t z;
    view(z, c);
    return int_to_double(z, result);
}

/* ---- ints ------------------------------------------------------------------------------------------------------------------------ */

/* a / b, correctly rounded. */
static const Const *int_true_divide(Arena *arena, const mpz_t a, const mpz_t b)
{
    if (!mpz_sgn(b)) return 0;
    if (!mpz_sgn(a)) return make_float(arena, mpz_sgn(b) < 0 ? -0.0 : 0.0);
    long bits = (long)mpz_sizeinbase(a, 2) - (long)mpz_sizeinbase(b, 2);
    if (bits > 1024 || bits < -1100) return bits > 0 ? 0 : make_float(arena, mpz_sgn(a) * mpz_sgn(b) < 0 ? -0.0 : 0.0);
    long shift = 66 - bits;    /* the quotient gets 66 or 67 bits: enough for all roundings, subnormal ones too, with the sticky bit */
    mpz_t n, d, q, r;
    mpz_init(n), mpz_init(d), mpz_init(q), mpz_init(r);
    mpz_abs(n, a);
    mpz_abs(d, b);
    if (shift >= 0) mpz_mul_2exp(n, n, (mp_bitcnt_t)shift);
    else mpz_mul_2exp(d, d, (mp_bitcnt_t)-shift);
    mpz_tdiv_qr(q, r, n, d);
    if (mpz_sgn(r)) mpz_setbit(q, 0);
    long drop = (long)mpz_sizeinbase(q, 2) - 53, exponent = -shift;
    if (exponent + drop < -1074) drop = -1074 - exponent;
    bool half = mpz_tstbit(q, (mp_bitcnt_t)(drop - 1)), sticky = mpz_scan1(q, 0) < (mp_bitcnt_t)(drop - 1);
    mpz_tdiv_q_2exp(q, q, (mp_bitcnt_t)drop);
    if (half && (sticky || mpz_odd_p(q))) mpz_add_ui(q, q, 1);
    double value = ldexp(mpz_get_d(q), (int)(exponent + drop));
    mpz_clear(n), mpz_clear(d), mpz_clear(q), mpz_clear(r);
    if (!isfinite(value)) return 0;
    return make_float(arena, mpz_sgn(a) * mpz_sgn(b) < 0 ? -value : value);
}

static const Const *float_binary(Arena *arena, Operator op, double a, double b);
static const Const *complex_binary(Arena *arena, Operator op, const Const *left, const Const *right);

static const Const *int_power(Arena *arena, const mpz_t a, const mpz_t b)
{
    if (mpz_sgn(b) < 0) {
        double x, y;
        return int_to_double(a, &x) && int_to_double(b, &y) ? float_binary(arena, Operator_Pow, x, y) : 0;
    }
    if (mpz_sgn(a) && mpz_sgn(b)) {
        if (!mpz_fits_ulong_p(b)) return 0;
        if (mpz_sizeinbase(a, 2) > MAX_INT_BITS / mpz_get_ui(b)) return 0;
    }
    mpz_t r;
    mpz_init(r);
    if (!mpz_sgn(b)) mpz_set_ui(r, 1);
    else if (mpz_sgn(a)) mpz_pow_ui(r, a, mpz_get_ui(b));
    const Const *result = make_int(arena, r);
    mpz_clear(r);
    return result;
}

/* Whether CPython folds it at all: the size of the result is bounded. */
static bool int_result_is_small(Operator op, const mpz_t a, const mpz_t b)
{
    if (!mpz_sgn(a) || !mpz_sgn(b)) return true;
    if (op == Operator_Mult) return mpz_sizeinbase(a, 2) + mpz_sizeinbase(b, 2) <= MAX_INT_BITS;
    if (op == Operator_LShift) return mpz_fits_ulong_p(b) && mpz_get_ui(b) <= MAX_INT_BITS && mpz_sizeinbase(a, 2) <= MAX_INT_BITS - mpz_get_ui(b);
    return true;
}

static const Const *int_binary(Arena *arena, Operator op, const Const *left, const Const *right)
{
    mpz_t a, b, r;
    view(a, left);
    view(b, right);
    if (op == Operator_Div) return int_true_divide(arena, a, b);
    if (op == Operator_Pow) return int_power(arena, a, b);
    if ((op == Operator_FloorDiv || op == Operator_Mod) && !mpz_sgn(b)) return 0;
    if ((op == Operator_LShift || op == Operator_RShift) && mpz_sgn(b) < 0) return 0;
    if (!int_result_is_small(op, a, b)) return 0;
    bool bools = is_bool(left) && is_bool(right);
    mpz_init(r);
    switch (op) {
    case Operator_Add: mpz_add(r, a, b); break;
    case Operator_Sub: mpz_sub(r, a, b); break;
    case Operator_Mult: mpz_mul(r, a, b); break;
    case Operator_FloorDiv: mpz_fdiv_q(r, a, b); break;
    case Operator_Mod: mpz_fdiv_r(r, a, b); break;
    case Operator_LShift: mpz_mul_2exp(r, a, mpz_sgn(a) ? mpz_get_ui(b) : 0); break;
    case Operator_RShift:
        if (mpz_fits_ulong_p(b)) mpz_fdiv_q_2exp(r, a, mpz_get_ui(b));
        else mpz_set_si(r, mpz_sgn(a) < 0 ? -1 : 0);
        break;
    case Operator_BitOr: mpz_ior(r, a, b); break;
    case Operator_BitXor: mpz_xor(r, a, b); break;
    case Operator_BitAnd: mpz_and(r, a, b); break;
    default: mpz_clear(r); return 0;
    }
    bool logical = bools && (op == Operator_BitOr || op == Operator_BitXor || op == Operator_BitAnd);
    const Const *result = logical ? make_bool(arena, mpz_sgn(r) != 0) : make_int(arena, r);
    mpz_clear(r);
    return result;
}

/* ---- floats ---------------------------------------------------------------------------------------------------------------------- */

static void float_divmod(double a, double b, double *quotient, double *remainder)
{
    double mod = fmod(a, b), div = (a - mod) / b;
    if (mod) {
        if ((b < 0) != (mod < 0)) {
            mod += b;
            div -= 1.0;
        }
    } else {
        mod = copysign(0.0, b);
    }
    double floored = copysign(0.0, a / b);
    if (div) {
        floored = floor(div);
        if (div - floored > 0.5) floored += 1.0;
    }
    *quotient = floored;
    *remainder = mod;
}

static const Const *float_power(Arena *arena, double a, double b)
{
    if (b == 0 || a == 1.0) return make_float(arena, 1.0);
    if (isnan(a) || isnan(b)) return make_float(arena, isnan(a) ? a : b);
    bool odd = fmod(fabs(b), 2.0) == 1.0;
    if (isinf(b)) {
        double magnitude = fabs(a);
        if (magnitude == 1.0) return make_float(arena, 1.0);
        return make_float(arena, (b > 0) == (magnitude > 1.0) ? fabs(b) : 0.0);
    }
    if (isinf(a)) {
        if (b > 0) return make_float(arena, odd ? a : fabs(a));
        return make_float(arena, odd ? copysign(0.0, a) : 0.0);
    }
    if (a == 0) return b < 0 ? 0 : make_float(arena, odd ? a : 0.0);
    if (a < 0 && b != floor(b)) {
        Const left = {.kind = CONST_FLOAT, .number = {a, 0}}, right = {.kind = CONST_FLOAT, .number = {b, 0}};
        return complex_binary(arena, Operator_Pow, &left, &right);
    }
    bool negate = a < 0 && odd;
    a = fabs(a);
    if (a == 1.0) return make_float(arena, negate ? -1.0 : 1.0);
    errno = 0;
    double r = pow(a, b);
    if (isinf(r)) return 0;
    return make_float(arena, negate ? -r : r);
}

static const Const *float_binary(Arena *arena, Operator op, double a, double b)
{
    double quotient, remainder;
    switch (op) {
    case Operator_Add: return make_float(arena, a + b);
    case Operator_Sub: return make_float(arena, a - b);
    case Operator_Mult: return make_float(arena, a * b);
    case Operator_Div: return b == 0 ? 0 : make_float(arena, a / b);
    case Operator_Pow: return float_power(arena, a, b);
    case Operator_FloorDiv:
    case Operator_Mod:
        if (b == 0) return 0;
        float_divmod(a, b, &quotient, &remainder);
        return make_float(arena, op == Operator_Mod ? remainder : quotient);
    default: return 0;
    }
}

/* ---- complex numbers ------------------------------------------------------------------------------------------------------------- */

static bool to_complex(const Const *c, Complex *result)
{
    result->imag = c->kind == CONST_COMPLEX ? c->number.imag : 0;
    return to_double(c, &result->real);
}

static const Const *complex_binary(Arena *arena, Operator op, const Const *left, const Const *right)
{
    Complex a, b, r;
    if (!to_complex(left, &a) || !to_complex(right, &b)) return 0;
    switch (op) {
    case Operator_Add: r = (Complex){a.real + b.real, a.imag + b.imag}; break;
    case Operator_Sub: r = (Complex){a.real - b.real, a.imag - b.imag}; break;
    case Operator_Mult: r = complex_product(a, b); break;
    case Operator_Div:
        if (!complex_quotient(a, b, &r)) return 0;
        break;
    case Operator_Pow:
        if (!complex_power(a, b, &r) || isinf(r.real) || isinf(r.imag)) return 0;
        break;
    default: return 0;
    }
    return make_complex(arena, r.real, r.imag);
}

/* ---- sequences ------------------------------------------------------------------------------------------------------------------- */

static const Const *make_text(Arena *arena, ConstKind kind, const char *bytes, size_t size)
{
    Const *c = arena_new(arena, Const);
    c->kind = kind;
    c->text = text_new(arena, bytes, size);
    return c;
}

static size_t text_items(const Const *c) { return c->kind == CONST_STR && !c->text->ascii ? utf8_count(c->text->bytes, c->text->length) : c->text->length; }

static const Const *concat(Arena *arena, const Const *left, const Const *right)
{
    if (left->kind != right->kind) return 0;
    if (left->kind == CONST_TUPLE) {
        uint32_t count = left->tuple.count + right->tuple.count;
        const Const **items = arena_array(arena, const Const *, count);
        for (uint32_t i = 0; i < left->tuple.count; i++) items[i] = left->tuple.items[i];
        for (uint32_t i = 0; i < right->tuple.count; i++) items[left->tuple.count + i] = right->tuple.items[i];
        return const_tuple(arena, items, count);
    }
    size_t size = (size_t)left->text->length + right->text->length;
    if (size > UINT32_MAX / 2) return 0;
    char *buffer = arena_alloc(arena, size + 1);
    memcpy(buffer, left->text->bytes, left->text->length);
    memcpy(buffer + left->text->length, right->text->bytes, right->text->length);
    return make_text(arena, left->kind, buffer, size);
}

/* What is left of `limit` after counting all items of nested collections. */
static long count_down(const Const *c, long limit)
{
    if (!is_collection(c)) return limit;
    limit -= c->tuple.count;
    for (uint32_t i = 0; limit >= 0 && i < c->tuple.count; i++) limit = count_down(c->tuple.items[i], limit);
    return limit;
}

static const Const *repeat(Arena *arena, const Const *value, const Const *times)
{
    mpz_t z;
    view(z, times);
    bool fits = mpz_fits_slong_p(z);
    long n = fits ? mpz_get_si(z) : -1;
    size_t size = is_text(value) ? text_items(value) : value->tuple.count;
    if (size) {
        long most = is_text(value) ? MAX_STR : MAX_COLLECTION;
        if (n < 0 || n > most / (long)size) return 0;
        if (is_collection(value) && n && count_down(value, MAX_TOTAL_ITEMS / n) < 0) return 0;
    }
    if (value->kind == CONST_FROZENSET) return 0;
    if (!size) return fits ? value : 0;
    if (value->kind == CONST_TUPLE) {
        const Const **items = arena_array(arena, const Const *, size *(size_t)n);
        for (size_t i = 0; i < size * (size_t)n; i++) items[i] = value->tuple.items[i % size];
        return const_tuple(arena, items, (uint32_t)(size * (size_t)n));
    }
    size_t length = value->text->length;
    char *buffer = arena_alloc(arena, length * (size_t)n + 1);
    for (long i = 0; i < n; i++) memcpy(buffer + (size_t)i * length, value->text->bytes, length);
    return make_text(arena, value->kind, buffer, length * (size_t)n);
}

static const Const *binary(Arena *arena, Operator op, const Const *left, const Const *right)
{
    if (op == Operator_MatMult) return 0;
    if (is_number(left) && is_number(right)) {
        if (is_int(left) && is_int(right)) return int_binary(arena, op, left, right);
        if (left->kind == CONST_COMPLEX || right->kind == CONST_COMPLEX) return complex_binary(arena, op, left, right);
        double a, b;
        return to_double(left, &a) && to_double(right, &b) ? float_binary(arena, op, a, b) : 0;
    }
    if (op == Operator_Add && (is_text(left) || left->kind == CONST_TUPLE)) return concat(arena, left, right);
    if (op == Operator_Mult) {
        if (is_int(left) && (is_text(right) || is_collection(right))) return repeat(arena, right, left);
        if (is_int(right) && (is_text(left) || is_collection(left))) return repeat(arena, left, right);
        return 0;
    }
    return 0;
}

static const Const *unary(Arena *arena, UnaryOp op, const Const *operand)
{
    if (op == UnaryOp_Not) return operand->kind == CONST_OTHER ? 0 : make_bool(arena, !const_is_true(operand));
    if (operand->kind == CONST_FLOAT) return op == UnaryOp_Invert ? 0 : make_float(arena, op == UnaryOp_USub ? -operand->number.real : operand->number.real);
    if (operand->kind == CONST_COMPLEX) {
        if (op == UnaryOp_Invert) return 0;
        double sign = op == UnaryOp_USub ? -1 : 1;
        return make_complex(arena, sign * operand->number.real, sign * operand->number.imag);
    }
    if (!is_int(operand)) return 0;
    mpz_t z, r;
    view(z, operand);
    mpz_init(r);
    if (op == UnaryOp_Invert) mpz_com(r, z);
    else if (op == UnaryOp_USub) mpz_neg(r, z);
    else mpz_set(r, z);
    const Const *result = make_int(arena, r);
    mpz_clear(r);
    return result;
}

/* GMP without memory goes where the arena goes. */
static GmpTry gmp_as_arena(const Arena *arena)
{
    GmpTry outer = gmp_try;
    gmp_try = (GmpTry){arena->on_out_of_memory, outer.depth + 1};
    return outer;
}

const Const *const_binary(Arena *arena, Operator op, const Const *left, const Const *right)
{
    GmpTry outer = gmp_as_arena(arena);
    const Const *result = binary(arena, op, left, right);
    gmp_try = outer;
    return result;
}

const Const *const_unary(Arena *arena, UnaryOp op, const Const *operand)
{
    GmpTry outer = gmp_as_arena(arena);
    const Const *result = unary(arena, op, operand);
    gmp_try = outer;
    return result;
}

const Const *const_subscript(Arena *arena, const Const *value, const Const *index)
{
    if (!is_int(index) || !(is_text(value) || value->kind == CONST_TUPLE)) return 0;
    mpz_t z;
    view(z, index);
    if (!mpz_fits_slong_p(z)) return 0;
    long i = mpz_get_si(z), count = value->kind == CONST_TUPLE ? (long)value->tuple.count : (long)text_items(value);
    if (i < 0) i += count;
    if (i < 0 || i >= count) return 0;
    if (value->kind == CONST_TUPLE) return value->tuple.items[i];
    if (value->kind == CONST_BYTES) return const_int(arena, (uint8_t)value->text->bytes[i]);
    const char *s = value->text->bytes, *end = s + value->text->length;
    if (value->text->ascii) return make_text(arena, CONST_STR, s + i, 1);
    for (; i > 0; i--)
        for (s++; s < end && ((uint8_t)*s & 0xc0) == 0x80; s++) {}
    const char *stop = s + 1;
    while (stop < end && ((uint8_t)*stop & 0xc0) == 0x80) stop++;
    return make_text(arena, CONST_STR, s, (size_t)(stop - s));
}
