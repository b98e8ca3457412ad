/* complex.c: complex numbers, pairs of doubles. */
#include "base/ascii.h"
#include "base/complex_math.h"
#include "object/container.h"
#include "object/int_internal.h"
#include <errno.h>
#include <math.h>

Value complex_new(double real, double imag)
{
    ComplexObj *c = gc_alloc(ComplexObj, &complex_type);
    if (!c) return 0;
    c->real = real;
    c->imag = imag;
    return VALUE(c);
}

#define is_complex(v) is_instance_of(v, &complex_type)
static Complex pair_of(Value v) { return (Complex){((ComplexObj *)v)->real, ((ComplexObj *)v)->imag}; }
static Value from_pair(Complex p) { return complex_new(p.real, p.imag); }

/* v.__complex__(): 1, 0 when it has none, -1. */
static int call_complex(Value v, Complex *out)
{
    Value method = object_lookup_special(v, NAME("__complex__"));
    if (!method) return thread_self->exception ? -1 : 0;
    Value result = call_0(method);
    if (!result) return -1;
    if (!is_complex(result)) {
        raise_type("__complex__ returned non-complex (type %.200T)", result);
        return -1;
    }
    if (type_of(result) != &complex_type && !warn_format(&exc_DeprecationWarning, 1,
                                                         "__complex__ returned non-complex (type %.200T).  The ability to return an instance of a strict subclass of complex "
                                                         "is deprecated, and may be removed in a future version of Python.",
                                                         result)) {
        return -1;
    }
    *out = pair_of(result);
    return 1;
}

bool complex_value(Value v, double *real, double *imag)
{
    Complex p;
    if (is_complex(v)) p = pair_of(v);
    else {
        int have = is_small_int(v) || is_small_float(v) ? 0 : call_complex(v, &p);
        if (have < 0) return false;
        if (!have) {
            p.imag = 0;
            if (!number_as_double(v, &p.real)) return false;
        }
    }
    *real = p.real;
    *imag = p.imag;
    return true;
}

static int operand(Value v, Complex *out)
{
    out->imag = 0;
    if (is_float(v)) out->real = float_value(v);
    else if (is_int(v)) return int_as_double(v, &out->real) ? 1 : -1;
    else if (is_complex(v)) *out = pair_of(v);
    else return 0;
    return 1;
}

#define OPERANDS(a, b, x, y) \
    Complex x, y; \
    { \
        int known_ = operand(a, &x); \
        if (known_ > 0) known_ = operand(b, &y); \
        if (known_ <= 0) return known_ ? 0 : NOT_IMPLEMENTED; \
    }

/* --- arithmetic */

static Value complex_add(Value a, Value b)
{
    OPERANDS(a, b, x, y)
    return complex_new(x.real + y.real, x.imag + y.imag);
}

static Value complex_sub(Value a, Value b)
{
    OPERANDS(a, b, x, y)
    return complex_new(x.real - y.real, x.imag - y.imag);
}

static Value complex_mul(Value a, Value b)
{
    OPERANDS(a, b, x, y)
    return from_pair(complex_product(x, y));
}

static Value complex_div(Value a, Value b)
{
    Complex q;
    OPERANDS(a, b, x, y)
    return complex_quotient(x, y, &q) ? from_pair(q) : raise_format(&exc_ZeroDivisionError, "complex division by zero");
}

static Value complex_pow(Value a, Value b)
{
    Complex result;
    OPERANDS(a, b, x, y)
    if (!complex_power(x, y, &result)) return raise_format(&exc_ZeroDivisionError, "0.0 to a negative or complex power");
    if (isinf(result.real) || isinf(result.imag)) return raise_overflow("complex exponentiation");
    return from_pair(result);
}

static Value complex_pow3(Value a, Value b, Value modulo)
{
    OPERANDS(a, b, x, y)
    return modulo != NONE ? raise_value("complex modulo") : complex_pow(a, b);
}

static Value complex_negative(Value v) { return complex_new(-pair_of(v).real, -pair_of(v).imag); }
static Value complex_exact(Value v) { return type_of(v) == &complex_type ? v : from_pair(pair_of(v)); }
static int complex_truth(Value v) { return pair_of(v).real != 0 || pair_of(v).imag != 0; }

static Value complex_abs(Value v)
{
    Complex p = pair_of(v);
    double size = hypot(p.real, p.imag);
    if (isinf(size) && isfinite(p.real) && isfinite(p.imag)) return raise_overflow("absolute value too large");
    return float_new(size);
}

static Value complex_compare(Value a, Value b, CompareOp op)
{
    if (op != CMP_EQ && op != CMP_NE) return NOT_IMPLEMENTED;
    Complex x = pair_of(a);
    bool equal;
    if (is_int(b)) {
        if (x.imag != 0) equal = false;
        else {
            Value real = float_new(x.real);
            return real ? float_type.compare(real, b, op) : 0;
        }
    } else if (is_float(b)) equal = x.imag == 0 && x.real == float_value(b);
    else if (is_complex(b)) equal = x.real == pair_of(b).real && x.imag == pair_of(b).imag;
    else return NOT_IMPLEMENTED;
    return bool_value(equal == (op == CMP_EQ));
}

static bool complex_hash(Value v, int64_t *hash)
{
    Complex p = pair_of(v);
    int64_t nan_hash = (int64_t)(v >> 4);
    uint64_t real = (uint64_t)(isnan(p.real) ? nan_hash : float_hash(p.real)), imag = (uint64_t)(isnan(p.imag) ? nan_hash : float_hash(p.imag));
    *hash = (int64_t)(real + 1000003 * imag);
    if (*hash == -1) *hash = -2;
    return true;
}

/* --- text */

static Value complex_repr(Value v)
{
    Complex p = pair_of(v);
    char text[80];
    size_t length = 0;
    bool imag_only = p.real == 0 && !signbit(p.real);
    if (!imag_only) {
        text[length++] = '(';
        length += float_format(p.real, 'r', 0, 0, text + length, 32);
    }
    length += float_format(p.imag, 'r', 0, imag_only ? 0 : FLOAT_SIGN, text + length, 32);
    text[length++] = 'j';
    if (!imag_only) text[length++] = ')';
    return str_from_utf8(text, length);
}

/* A float, or a bare sign (or nothing) before a `j`: 1. */
static size_t read_part(const char *s, const char *end, bool sign_needed, double *out)
{
    if (sign_needed && (s == end || (*s != '+' && *s != '-'))) return 0;
    size_t size = float_parse(s, (size_t)(end - s), out);
    if (size) return size;
    const char *p = s;
    if (p < end && (*p == '+' || *p == '-')) p++;
    if (p < end && (*p == 'j' || *p == 'J')) {
        *out = *s == '-' ? -1 : 1;
        return p == s ? (size_t)-1 : (size_t)(p - s);   /* -1: nothing read, but good */
    }
    return 0;
}

/* float | [float] j | float sign [float] j, in spaces and perhaps in parentheses. */
static bool parse_complex(const char *s, size_t length, Complex *out)
{
    const char *end = s + length;
    double first, second;
    *out = (Complex){0, 0};
    while (s < end && ascii_is_space(*s)) s++;
    while (end > s && ascii_is_space(end[-1])) end--;
    if (s < end && *s == '(') {
        if (end[-1] != ')' || end - s < 2) return false;
        s++, end--;
        while (s < end && ascii_is_space(*s)) s++;
        while (end > s && ascii_is_space(end[-1])) end--;
    }
    size_t size = read_part(s, end, false, &first);
    if (!size) return false;
    if (size != (size_t)-1) s += size;
    if (s < end && (*s == 'j' || *s == 'J')) {
        out->imag = first;
        return s + 1 == end;
    }
    out->real = first;
    if (s == end) return true;
    size = read_part(s, end, true, &second);
    if (!size || size == (size_t)-1) return false;
    s += size;
    out->imag = second;
    return s + 1 == end && (*s == 'j' || *s == 'J');
}

/* --- construction and methods */

static Value make(Type *type, Complex p)
{
    if (type == &complex_type) return from_pair(p);
    Value self = type_alloc(type, 0);
    if (!self) return 0;
    ((ComplexObj *)self)->real = p.real;
    ((ComplexObj *)self)->imag = p.imag;
    return self;
}

static Value from_text(Type *type, Value str)
{
    Complex p;
    size_t length;
    const char *text = number_ascii(str, &length);
    if (!text) return 0;
    size_t all = length, visible = strnlen(text, length);
    if (memchr(text, '_', visible)) {      /* one after a NUL nobody sees */
        text = number_without_underscores(text, &length);
        if (!text && thread_self->exception) return 0;
        if (!text || visible < all) return raise_value("could not convert string to complex: %R", str);
    }
    return parse_complex(text, length, &p) ? make(type, p) : raise_value("complex() arg is a malformed string");
}

static bool is_real(Value v) { return type_of(v)->to_float || type_of(v)->index; }

static Value complex_make(Type *type, Value *args, size_t nargs, Value kwnames)
{
    size_t keywords = kwnames ? (size_t)tuple_size(kwnames) : 0;
    if (nargs + keywords > 2) return raise_type("complex() takes at most 2 %sarguments (%zu given)", nargs ? "" : "keyword ", nargs + keywords);
    Value r = nargs ? args[0] : 0, i = nargs > 1 ? args[1] : 0;
    for (size_t k = 0; k < keywords; k++) {
        Value name = tuple_get(kwnames, (int64_t)k);
        bool real = str_equal_ascii(name, "real"), imag = str_equal_ascii(name, "imag");
        if (!real && !imag) return raise_type("'%U' is an invalid keyword argument for complex()", name);
        if (real ? r : i) return raise_type("argument for complex() given by name ('%U') and position (%d)", name, real ? 1 : 2);
        *(real ? &r : &i) = args[nargs + k];
    }
    if (!r) r = small_int(0);
    if (!i && type == &complex_type && type_of(r) == &complex_type) return r;
    if (is_str(r)) {
        if (i) return raise_type("complex() can't take second arg if first is a string");
        return from_text(type, r);
    }
    if (i && is_str(i)) return raise_type("complex() second arg can't be a string");
    Complex x = {0, 0}, y = {0, 0};
    int from_method = is_small_int(r) || is_small_float(r) || type_of(r) == &complex_type ? 0 : call_complex(r, &x);
    if (from_method < 0) return 0;
    if (!from_method) {
        if (is_complex(r)) x = pair_of(r);
        else if (!is_real(r)) return raise_type("complex() first argument must be a string or a number, not '%.200T'", r);
        else if (i && !is_complex(i) && !is_real(i)) return raise_type("complex() second argument must be a number, not '%.200T'", i);
        else if (!number_as_double(r, &x.real)) return 0;
    }
    if (i) {
        if (is_complex(i)) y = pair_of(i);
        else if (!is_real(i)) return raise_type("complex() second argument must be a number, not '%.200T'", i);
        else if (!number_as_double(i, &y.real)) return 0;
        /* real + imag * 1j, where both may be complex; signs of zeros survive when they are not. */
        if (is_complex(i)) x.real -= y.imag;
        bool complex_real = from_method || is_complex(r);
        x.imag = complex_real ? x.imag + y.real : y.real;
    }
    return make(type, x);
}

static NATIVE(complex_conjugate)
{
    Complex p = pair_of(args[0]);
    return complex_new(p.real, -p.imag);
}

static NATIVE(complex_complex) { return complex_exact(args[0]); }

static NATIVE(complex_getnewargs)
{
    Complex p = pair_of(args[0]);
    Value real = float_new(p.real), imag = real ? float_new(p.imag) : 0;
    return imag ? tuple_pack(2, real, imag) : 0;
}

static NATIVE(complex_format_method)
{
    if (!is_str(args[1])) return raise_bad_argument("__format__", "argument", "str", args[1]);
    return complex_format_spec(args[0], args[1]);
}

static const NativeDef complex_methods[] = {
    {"conjugate", "(self, /)", complex_conjugate, "Return the complex conjugate of its argument. (3-4j).conjugate() == 3+4j."},
    {"__complex__", "(self, /)", complex_complex, "Convert this value to exact type complex."},
    {"__getnewargs__", "(self, /)", complex_getnewargs},
    {"__format__", "(self, format_spec, /)", complex_format_method, "Convert to a string according to format_spec."},
    {0},
};
static const MemberDef complex_members[] = {
    {"real", MEMBER_DOUBLE, offsetof(ComplexObj, real), false, "the real part of a complex number"},
    {"imag", MEMBER_DOUBLE, offsetof(ComplexObj, imag), false, "the imaginary part of a complex number"},
    {0},
};

Type complex_type = {
    TYPE_INIT("complex", ComplexObj),
    .flags = TYPE_BASE,
    .doc = "complex(real=0, imag=0)\n--\n\nCreate a complex number from a real part and an optional imaginary part.",
    .new = complex_make,
    .repr = complex_repr,
    .hash = complex_hash,
    .compare = complex_compare,
    .binary =
        {
            [BINARY_ADD] = complex_add,
            [BINARY_SUBTRACT] = complex_sub,
            [BINARY_MULTIPLY] = complex_mul,
            [BINARY_TRUE_DIVIDE] = complex_div,
            [BINARY_POWER] = complex_pow,
        },
    .power3 = complex_pow3,
    .unary = {[UNARY_NEGATIVE] = complex_negative, [UNARY_POSITIVE] = complex_exact, [UNARY_ABS] = complex_abs},
    .truth = complex_truth,
    .methods = complex_methods,
    .members = complex_members,
};
