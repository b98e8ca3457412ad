/* float_text.h: the one place where binary floating point meets decimal text.
 *
 * Reading is correctly rounded (half to even) for input of any length; writing gives either the shortest digits that read back as the same double
 * (Python's repr) or any number of exact digits, ties to even, as CPython's `PyOS_double_to_string` does. Nothing here looks at the locale.
 * The shortest digits and the slow path of reading are libdouble-conversion's; exact digits are the C library's.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Reads the longest prefix of the form [sign] (digits [. digits] | . digits) [e [sign] digits], or [sign] inf | infinity | nan (any case).
 * Returns the number of bytes read, 0 if there is no such prefix. Overflow gives an infinity. No spaces, no underscores. */
size_t float_parse(const char *bytes, size_t size, double *result);

/* The digits of a finite number's absolute value. It equals 0.DIGITS times 10 to the power of `point`; zero is "0" with point 1. */
enum { FLOAT_MAX_DIGITS = 1500 };
typedef struct FloatDigits {
    int count, point;
    bool negative;
    char digits[FLOAT_MAX_DIGITS];
} FloatDigits;

/* Shortest digits that identify the number (1 to 17 of them). */
void float_digits_shortest(double value, FloatDigits *digits);
/* `count` >= 1 significant digits; digits behind the exact expansion's end are left out, so fewer may come back. */
void float_digits_precision(double value, int count, FloatDigits *digits);
/* `places` digits behind the decimal point (may be negative: rounds to tens); fewer may come back, or none: the number is then zero to that many places. */
void float_digits_fixed(double value, int places, FloatDigits *digits);

/* |value| * 10^places rounded to an integer, ties to even, exactly; false where that is no quick matter (places beyond 0..22, results beyond 64 bits). */
bool float_scaled(double value, int places, uint64_t *scaled);

/* Flags of float_format, as Py_DTSF_*: always a sign, ".0" when it would look like an integer, the '#' form (keep the point and trailing zeros). */
enum { FLOAT_SIGN = 1, FLOAT_DOT_ZERO = 2, FLOAT_ALTERNATE = 4 };
/* Text of `value`: mode 'e', 'f', 'g' (or upper case) with `precision` >= 0, or 'r' for repr (precision not used). inf and nan included.
 * Writes at most `size` bytes, no zero byte at the end, and returns the length the whole text has: call again with more room when it exceeds `size`. */
size_t float_format(double value, char mode, int precision, int flags, char *out, size_t size);
/* repr(value): float_format(value, 'r', 0, FLOAT_DOT_ZERO, ...), for which 32 bytes always suffice. */
enum { FLOAT_REPR_SIZE = 32 };
size_t float_repr(double value, char out[FLOAT_REPR_SIZE]);
