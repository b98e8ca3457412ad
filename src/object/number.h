/* number.h: int, bool, float and complex as C code uses them.
 *
 * An int is an immediate when it fits 63 bits, otherwise an IntObj with GMP limbs; the two never overlap, so equal ints of type `int` that are immediates are one word, and a heap
 * int of type `int` is always outside the immediate range. Instances of subclasses of int (bool excepted, which are two static IntObjs) are IntObjs of any magnitude.
 */
#pragma once
#include "object/object.h"
#include "base/float_text.h"
#include <gmp.h>

typedef struct IntObj {
    Obj head;
    int64_t size; /* sign and number of limbs */
    mp_limb_t *limbs;
    mp_limb_t small[1]; /* limbs points here for one limb */
} IntObj;
typedef struct FloatObj {
    Obj head;
    double value;
} FloatObj;              /* PyFloatObject */
typedef struct ComplexObj {
    Obj head;
    double real, imag;
} ComplexObj;     /* PyComplexObject */
extern Type bool_type, complex_type;

Value int_new_slow(int64_t n);
static inline Value int_new(int64_t n) { return fits_small_int(n) ? small_int(n) : int_new_slow(n); }
Value int_new_unsigned(uint64_t n);
/* From limbs, least significant first; trims; immediate when it fits. */
Value int_from_limbs(const mp_limb_t *limbs, size_t count, bool negative);
Value int_from_mpz(mpz_srcptr z);
Value int_from_double(double d);            /* truncates; OverflowError/ValueError for inf/nan */
/* A read-only mpz view of int `v` (any int, bool or subclass); `limb` is scratch. */
typedef struct IntView {
    mpz_t z;
    mp_limb_t limb;
} IntView;
mpz_srcptr int_view(Value v, IntView *view);
/* v must be an int: no __index__ here. false with OverflowError "Python int too large to convert to C long" */
bool int_as_int64(Value v, int64_t *out);
bool int_as_uint64(Value v, uint64_t *out);  /* OverflowError for negatives too */
/* The low 64 bits, whatever the size. */
uint64_t int_as_uint64_mask(Value v);
/* fits? no exceptions: -1 too small, 1 too large, 0 fits */
int int_as_int64_overflow(Value v, int64_t *out);
int int_sign(Value v);
size_t int_bit_length(Value v);
Value int_exact(Value v);                  /* the int as an exact int: bools and instances of other subclasses are copied */
/* frexp() of an int of any size. */
double int_frexp(Value v, int64_t *exponent);
bool int_as_double(Value v, double *out);   /* OverflowError "int too large to convert to float"; correctly rounded */
int int_compare(Value a, Value b);          /* -1 0 1, both ints */
bool int_to_bytes(Value v, uint8_t *bytes, size_t size, bool little, bool is_signed);   /* OverflowError when it does not fit */
Value int_from_bytes(const uint8_t *bytes, size_t size, bool little, bool is_signed);
Value int_from_text(Value str, int base);    /* int("..."): ValueError with CPython's text */
Value int_from_ascii(const char *text, size_t length, int base, Value original_for_error);
Value int_to_str(Value v, int base);         /* base 2, 8, 10, 16: no prefix; obeys sys.set_int_max_str_digits for 10 */
/* The digits of a machine word, with '-', into `out`; returns how many characters. Base 2, 8, 10 or 16. */
size_t int_small_to_decimal(int64_t n, char out[24]);
size_t int_small_to_base(int64_t n, int base, char out[72]);
extern int int_max_str_digits;               /* 4300 */
int64_t int_hash(Value v);                   /* modulo 2^61-1 */
/* Arithmetic on ints, also used by the VM's slow paths: both operands must be ints. */
Value int_add(Value a, Value b), int_sub(Value a, Value b), int_mul(Value a, Value b), int_floordiv(Value a, Value b), int_mod(Value a, Value b);
Value int_and(Value a, Value b), int_or(Value a, Value b), int_xor(Value a, Value b), int_lshift(Value a, Value b), int_rshift(Value a, Value b);
Value int_divmod(Value a, Value b);          /* tuple */

Value float_new_slow(double d);
static inline Value float_new(double d)
{
    Value v = small_float(d);
    return v ? v : float_new_slow(d);
}
static inline double float_value(Value v) { return is_small_float(v) ? small_float_value(v) : ((FloatObj *)v)->value; }   /* v: float or subclass */
Value float_from_text(Value str_or_bytes);   /* float("...") */
Value float_repr_text(double d);             /* repr */
int64_t float_hash(double d);
/* mantissa * 2^exponent, rounded once, half to even; infinity when too large. */
double float_scale(uint64_t mantissa, int64_t exponent);
/* A str as the ASCII text that numbers are read from: digits of all scripts are 0-9, spaces are spaces; the first character of another kind is '?' and the last. 0: MemoryError. */
const char *number_ascii(Value str, size_t *size);
/* Text without the underscores between digits, in a heap buffer when there are any; 0 without exception when one stands elsewhere, or with MemoryError. */
const char *number_without_underscores(const char *text, size_t *length);
Value float_power(double x, double y); /* x ** y with Python's errors; complex for fractional powers of negatives */
/* GMP's functions end the process when memory is short. Within GMP_TRY the statement is left instead, with MemoryError, or with what a signal handler raised (it may take
 * long): the value is then false, and all that GMP allocated in it is freed (mpz variables that it changed are not to be used or cleared). */
#include "base/gmp_memory.h"
void int_memory_init(void);
bool gmp_abandoned(GmpTry outer); /* frees what a left statement held; false, with an exception */
#define GMP_TRY(statement) \
    ({ \
        jmp_buf here_; \
        GmpTry outer_ = gmp_try; /* a signal handler may calculate, too */ \
        gmp_try = (GmpTry){&here_, outer_.depth + 1}; \
        bool good_ = !setjmp(here_); \
        if (good_) { \
            statement; \
            gmp_try = outer_; \
        } \
        good_ || gmp_abandoned(outer_); \
    })

/* Text of doubles by mode, precision and flags: base/float_text.h. */
Value complex_new(double real, double imag);
bool complex_value(Value v, double *real, double *imag); /* from complex, float, int, __complex__ */
/* format(v, spec) for ints, floats, complex: object/format_number.c */
Value int_format_spec(Value v, Value spec);
Value float_format_spec(Value v, Value spec);
Value complex_format_spec(Value v, Value spec);
