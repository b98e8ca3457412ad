/* complex_math.h: arithmetic of complex numbers, for the type (object/complex.c) and for constants (compile/arith.c), which must agree to the last bit. */
#pragma once
#include <stdbool.h>

typedef struct Complex {
    double real, imag;
} Complex;

static inline Complex complex_product(Complex x, Complex y) { return (Complex){x.real * y.real - x.imag * y.imag, x.real * y.imag + x.imag * y.real}; }
/* By Smith's method, which scales by the larger part of the divisor, so that nothing overflows early. false: division by zero. */
bool complex_quotient(Complex x, Complex y, Complex *out);
/* Small whole powers by multiplication, others in polar coordinates. false: zero to a power that is negative or complex, or what counts as that. The parts may be infinite. */
bool complex_power(Complex x, Complex y, Complex *out);
