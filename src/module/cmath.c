/* cmath.c: the module `cmath`: the C library's complex functions, whose special values are C99's, with Python's errors. */
#include "module/module.h"
#include <complex.h>
#include <math.h>

typedef double _Complex Complex;

static uint64_t domain_error(void) { return raise_value("math domain error"); }
static uint64_t range_error(void) { return raise_overflow("math range error"); }

static bool take(Value v, Complex *out)
{
    double real, imag;
    if (!complex_value(v, &real, &imag)) return false;
    *out = __builtin_complex(real, imag);
    return true;
}

static Value give(Complex z) { return complex_new(creal(z), cimag(z)); }
static bool is_finite(Complex z) { return isfinite(creal(z)) && isfinite(cimag(z)); }

/* The result of a function that may overflow. */
static Value give_checked(Complex z, Complex result)
{
    if (is_finite(z) && (isinf(creal(result)) || isinf(cimag(result)))) return range_error();
    return give(result);
}

#define PLAIN(name, function) \
    static NATIVE(name) \
    { \
        Complex z; \
        return take(args[0], &z) ? give(function(z)) : 0; \
    }
PLAIN(cmath_asinh, casinh)
PLAIN(cmath_sqrt, csqrt)

/* Where C99 leaves a sign or a NaN open, C libraries differ; what follows decides as CPython does. */

static NATIVE(cmath_acos)
{
    Complex z;
    if (!take(args[0], &z)) return 0;
    return isinf(creal(z)) && isnan(cimag(z)) ? complex_new(NAN, INFINITY) : give(cacos(z));
}

static NATIVE(cmath_asin)
{
    Complex z;
    if (!take(args[0], &z)) return 0;
    return isinf(creal(z)) && isnan(cimag(z)) ? complex_new(NAN, -INFINITY) : give(casin(z));
}

static Complex cosh_of(Complex z)
{
    if (isnan(creal(z)) && cimag(z) == 0) return __builtin_complex((double)NAN, 0.0);
    return ccosh(z);
}

static Complex sinh_of(Complex z)
{
    if (creal(z) == 0 && isnan(cimag(z))) return __builtin_complex(0.0, (double)NAN);
    return csinh(z);
}

static Complex tanh_of(Complex z)
{
    if (creal(z) == 0 && isnan(cimag(z))) return __builtin_complex((double)NAN, (double)NAN);
    if (isinf(creal(z)) && isinf(cimag(z))) return __builtin_complex(copysign(1, creal(z)), 0.0);
    return ctanh(z);
}

static Complex times_i(Complex z) { return __builtin_complex(-cimag(z), creal(z)); }
static Complex over_i(Complex z) { return __builtin_complex(cimag(z), -creal(z)); }

static NATIVE(cmath_acosh)
{
    Complex z;
    if (!take(args[0], &z)) return 0;
    if (creal(z) == 0 && isnan(cimag(z))) return complex_new(NAN, NAN);   /* as CPython; C libraries differ */
    return give(cacosh(z));
}

static NATIVE(cmath_atanh)
{
    Complex z;
    if (!take(args[0], &z)) return 0;
    if (fabs(creal(z)) == 1 && cimag(z) == 0) return domain_error();
    return give(catanh(z));
}

static NATIVE(cmath_atan)
{
    Complex z;
    if (!take(args[0], &z)) return 0;
    if (creal(z) == 0 && fabs(cimag(z)) == 1) return domain_error();
    Complex result = over_i(catanh(times_i(z)));
    if (isinf(creal(z)) && isnan(cimag(z))) result = __builtin_complex(creal(result), -0.0);
    return give(result);
}

/* An infinite angle has no sine or cosine, unless the other part is a NaN. */
static Value hyperbolic(Complex z, Complex (*function)(Complex), bool *turned)
{
    if (isinf(cimag(z)) && !isnan(creal(z))) return domain_error();
    Complex result = function(z);
    return give_checked(z, *turned ? over_i(result) : result);
}

static NATIVE(cmath_cosh)
{
    Complex z;
    bool turned = false;
    return take(args[0], &z) ? hyperbolic(z, cosh_of, &turned) : 0;
}

static NATIVE(cmath_sinh)
{
    Complex z;
    bool turned = false;
    return take(args[0], &z) ? hyperbolic(z, sinh_of, &turned) : 0;
}

static NATIVE(cmath_cos)
{
    Complex z;
    bool turned = false;
    return take(args[0], &z) ? hyperbolic(times_i(z), cosh_of, &turned) : 0;
}

static NATIVE(cmath_sin)
{
    Complex z;
    bool turned = true;
    return take(args[0], &z) ? hyperbolic(times_i(z), sinh_of, &turned) : 0;
}

static NATIVE(cmath_tanh)
{
    Complex z;
    if (!take(args[0], &z)) return 0;
    if (isinf(cimag(z)) && isfinite(creal(z))) return domain_error();
    return give(tanh_of(z));
}

static NATIVE(cmath_tan)
{
    Complex z;
    if (!take(args[0], &z)) return 0;
    if (isinf(creal(z)) && isfinite(cimag(z))) return domain_error();
    return give(over_i(tanh_of(times_i(z))));
}

static NATIVE(cmath_exp)
{
    Complex z;
    if (!take(args[0], &z)) return 0;
    if (isinf(cimag(z)) && (isfinite(creal(z)) || (isinf(creal(z)) && creal(z) > 0))) return domain_error();
    if (isinf(creal(z)) && isinf(cimag(z))) return complex_new(0, 0);   /* real part -inf */
    return give_checked(z, cexp(z));
}

static NATIVE(cmath_log)
{
    Complex z, base;
    if (!take(args[0], &z)) return 0;
    if (!args[1]) return z == 0 ? domain_error() : give(clog(z));
    if (!take(args[1], &base)) return 0;
    if (base == 0) return domain_error();
    Value numerator = give(clog(z)), denominator = numerator ? give(clog(base)) : 0;
    if (!denominator) return 0;
    if (base == 1) return domain_error();
    return number_binary(numerator, denominator, BINARY_TRUE_DIVIDE);
}

static NATIVE(cmath_log10)
{
    Complex z;
    if (!take(args[0], &z)) return 0;
    return z == 0 ? domain_error() : give(clog10(z));
}

static NATIVE(cmath_phase)
{
    Complex z;
    return take(args[0], &z) ? float_new(atan2(cimag(z), creal(z))) : 0;
}

static NATIVE(cmath_polar)
{
    Complex z;
    if (!take(args[0], &z)) return 0;
    double size = hypot(creal(z), cimag(z));
    if (isinf(size) && is_finite(z)) return range_error();
    Value r = float_new(size), phi = r ? float_new(atan2(cimag(z), creal(z))) : 0;
    return phi ? tuple_pack(2, r, phi) : 0;
}

/* What r * cos(phi) means for infinite r: the sign of the cosine, never a NaN from 0 * inf. */
static NATIVE(cmath_rect)
{
    double r, phi;
    if (!number_as_double(args[0], &r) || !number_as_double(args[1], &phi)) return 0;
    if (r != 0 && !isnan(r) && isinf(phi)) return domain_error();
    if (isinf(r) && isfinite(phi) && phi != 0) {
        double real = copysign(INFINITY, cos(phi)), imag = copysign(INFINITY, sin(phi));
        return r > 0 ? complex_new(real, imag) : complex_new(-real, -imag);
    }
    if (phi == 0 && isnan(r)) return complex_new(r, 0);
    if (phi == 0) return complex_new(r, r * phi == r * phi ? r * phi : copysign(0, copysign(1, r) * copysign(1, phi)));
    if (r == 0 && !isfinite(phi)) return complex_new(0, 0);
    if (isinf(r) && isnan(phi)) return complex_new(fabs(r), NAN);
    return complex_new(r * cos(phi), r * sin(phi));
}

static NATIVE(cmath_isfinite)
{
    Complex z;
    return take(args[0], &z) ? bool_value(is_finite(z)) : 0;
}

static NATIVE(cmath_isinf)
{
    Complex z;
    return take(args[0], &z) ? bool_value(isinf(creal(z)) || isinf(cimag(z))) : 0;
}

static NATIVE(cmath_isnan)
{
    Complex z;
    return take(args[0], &z) ? bool_value(isnan(creal(z)) || isnan(cimag(z))) : 0;
}

static NATIVE(cmath_isclose)
{
    Complex a, b;
    double relative, absolute;
    if (!take(args[0], &a) || !take(args[1], &b) || !number_as_double(args[2], &relative) || !number_as_double(args[3], &absolute)) return 0;
    if (relative < 0 || absolute < 0) return raise_value("tolerances must be non-negative");
    if (creal(a) == creal(b) && cimag(a) == cimag(b)) return TRUE;
    if (isinf(creal(a)) || isinf(cimag(a)) || isinf(creal(b)) || isinf(cimag(b))) return FALSE;
    double difference = hypot(creal(a) - creal(b), cimag(a) - cimag(b));
    return bool_value(difference <= relative * hypot(creal(b), cimag(b)) || difference <= relative * hypot(creal(a), cimag(a)) || difference <= absolute);
}

#define ONE(name, doc) {#name, "(z, /)", cmath_##name, doc}
static const NativeDef cmath_functions[] = {
    ONE(acos, "Return the arc cosine of z."),
    ONE(acosh, "Return the inverse hyperbolic cosine of z."),
    ONE(asin, "Return the arc sine of z."),
    ONE(asinh, "Return the inverse hyperbolic sine of z."),
    ONE(atan, "Return the arc tangent of z."),
    ONE(atanh, "Return the inverse hyperbolic tangent of z."),
    ONE(cos, "Return the cosine of z."),
    ONE(cosh, "Return the hyperbolic cosine of z."),
    ONE(exp, "Return the exponential value e**z."),
    {"isclose", "(a, b, *, rel_tol=1e-09, abs_tol=0.0)", cmath_isclose, "Determine whether two complex numbers are close in value."},
    ONE(isfinite, "Return True if both the real and imaginary parts of z are finite, else False."),
    ONE(isinf, "Checks if the real or imaginary part of z is infinite."),
    ONE(isnan, "Checks if the real or imaginary part of z not a number (NaN)."),
    {"log", "(z, base=<unrepresentable>, /)", cmath_log, "log(z[, base]) -> the logarithm of z to the given base (e)."},
    ONE(log10, "Return the base-10 logarithm of z."),
    ONE(phase, "Return argument, also known as the phase angle, of a complex."),
    ONE(polar, "Convert a complex from rectangular coordinates to polar coordinates."),
    {"rect", "(r, phi, /)", cmath_rect, "Convert from polar coordinates to rectangular coordinates."},
    ONE(sin, "Return the sine of z."),
    ONE(sinh, "Return the hyperbolic sine of z."),
    ONE(sqrt, "Return the square root of z."),
    ONE(tan, "Return the tangent of z."),
    ONE(tanh, "Return the hyperbolic tangent of z."),
    {0},
};

static bool cmath_init(Value module)
{
    return module_add(module, "pi", float_new(M_PI)) && module_add(module, "e", float_new(M_E)) && module_add(module, "tau", float_new(2 * M_PI)) &&
           module_add(module, "inf", float_new(INFINITY)) && module_add(module, "nan", float_new(NAN)) && module_add(module, "infj", complex_new(0, INFINITY)) &&
           module_add(module, "nanj", complex_new(0, NAN));
}

const ModuleDef module_cmath = {"cmath", "This module provides access to mathematical functions for complex\nnumbers.", cmath_functions, cmath_init};
