/* complex_math.c: see complex_math.h. */
#include "base/complex_math.h"
#include <math.h>

bool complex_quotient(Complex x, Complex y, Complex *out)
{
    double abs_real = fabs(y.real), abs_imag = fabs(y.imag);
    if (abs_real >= abs_imag) {
        if (abs_real == 0) {
            *out = (Complex){0, 0};
            return false;
        }
        double ratio = y.imag / y.real, denominator = y.real + y.imag * ratio;
        *out = (Complex){(x.real + x.imag * ratio) / denominator, (x.imag - x.real * ratio) / denominator};
    } else if (abs_imag >= abs_real) {
        double ratio = y.real / y.imag, denominator = y.real * ratio + y.imag;
        *out = (Complex){(x.real * ratio + x.imag) / denominator, (x.imag * ratio - x.real) / denominator};
    } else *out = (Complex){NAN, NAN};
    return true;
}

/* x to a small whole power; false: division by zero. */
static bool whole_power(Complex x, long n, Complex *out)
{
    Complex result = {1, 0}, square = x;
    unsigned long count = n < 0 ? -(unsigned long)n : (unsigned long)n;
    for (unsigned long mask = 1; mask <= count; mask <<= 1) {
        if (count & mask) result = complex_product(result, square);
        square = complex_product(square, square);
    }
    if (n > 0) {
        *out = result;
        return true;
    }
    return complex_quotient((Complex){1, 0}, result, out);
}

static bool polar_power(Complex x, Complex y, Complex *out)
{
    *out = (Complex){0, 0};
    if (y.real == 0 && y.imag == 0) out->real = 1;
    else if (x.real == 0 && x.imag == 0) return y.imag == 0 && y.real >= 0;
    else {
        double size = hypot(x.real, x.imag), length = pow(size, y.real), angle = atan2(x.imag, x.real), phase = angle * y.real;
        if (y.imag != 0) {
            length /= exp(angle * y.imag);
            phase += y.imag * log(size);
        }
        if (isinf(phase)) return false;
        *out = (Complex){length * cos(phase), length * sin(phase)};
    }
    return true;
}

bool complex_power(Complex x, Complex y, Complex *out)
{
    bool whole = y.imag == 0 && y.real == floor(y.real) && fabs(y.real) <= 100;
    return whole ? whole_power(x, (long)y.real, out) : polar_power(x, y, out);
}
