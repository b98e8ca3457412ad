/* int_methods.c: the type `int`: its slots and methods. The arithmetic itself is in int.c, text in int_text.c. */
#include "object/int_internal.h"

/* --- operators. Either operand may be the int. */

#define INT_BINARY(name, function) \
    static Value name(Value a, Value b) { return is_int(a) && is_int(b) ? function(a, b) : NOT_IMPLEMENTED; }
INT_BINARY(slot_add, int_add)
INT_BINARY(slot_sub, int_sub)
INT_BINARY(slot_mul, int_mul)
INT_BINARY(slot_floordiv, int_floordiv)
INT_BINARY(slot_mod, int_mod)
INT_BINARY(slot_divmod, int_divmod)
INT_BINARY(slot_truediv, int_true_divide)
INT_BINARY(slot_and, int_and)
INT_BINARY(slot_or, int_or)
INT_BINARY(slot_xor, int_xor)
INT_BINARY(slot_lshift, int_lshift)
INT_BINARY(slot_rshift, int_rshift)

static Value slot_power(Value a, Value b) { return is_int(a) && is_int(b) ? int_power(a, b, NONE) : NOT_IMPLEMENTED; }
static Value slot_power3(Value a, Value b, Value c) { return is_int(a) && is_int(b) && (c == NONE || is_int(c)) ? int_power(a, b, c) : NOT_IMPLEMENTED; }

static Value slot_compare(Value a, Value b, CompareOp op)
{
    if (!is_int(a) || !is_int(b)) return NOT_IMPLEMENTED;
    return compare_result(int_compare(a, b), 0, op);
}

static Value slot_repr(Value v) { return int_to_str(v, 10); }
static bool slot_hash(Value v, int64_t *hash)
{
    *hash = int_hash(v);
    return true;
}
static int slot_truth(Value v) { return int_sign(v) != 0; }
static Value slot_float(Value v)
{
    double d;
    return int_as_double(v, &d) ? float_new(d) : 0;
}

static void int_trace(Obj *object)
{
    IntObj *i = (IntObj *)object;
    if (i->limbs != i->small) gc_visit_buffer(i->limbs);
}

/* --- construction */

/* `v` as an instance of a subclass: one limb inside the instance, more in a buffer. */
static Value as_subclass(Type *type, Value v)
{
    Limbs l;
    limbs_of(v, &l);
    Value self = type_alloc(type, 0);
    if (!self) return 0;
    IntObj *i = (IntObj *)self;
    mp_limb_t *limbs = i->small;
    if (l.count > 1) {
        limbs = gc_buffer_raw((size_t)l.count * sizeof *limbs);
        if (!limbs) return 0;
    }
    memcpy(limbs, l.at, (size_t)l.count * sizeof *limbs);
    i->limbs = limbs;
    i->size = l.negative ? -l.count : l.count;
    gc_barrier(i);
    return self;
}

static Value with_base(Value text, Value base_value)
{
    Value index = number_index(base_value);
    int64_t base;
    if (!index) return 0;
    if (int_as_int64_overflow(index, &base) || base < 0 || base == 1 || base > 36) return raise_value("int() base must be >= 2 and <= 36, or 0");
    if (is_str(text)) return int_from_text(text, (int)base);
    if (is_bytes(text)) return int_from_ascii((const char *)bytes_data(text), (size_t)bytes_size(text), (int)base, text);
    if (is_instance_of(text, &bytearray_type)) {
        Value copy = bytes_new(bytearray_data(text), (size_t)((ByteArrayObj *)text)->size);
        return copy ? int_from_ascii((const char *)bytes_data(copy), (size_t)bytes_size(copy), (int)base, copy) : 0;
    }
    return raise_type("int() can't convert non-string with explicit base");
}

static Value int_make(Type *type, Value *args, size_t nargs, Value kwnames)
{
    size_t keywords = kwnames ? (size_t)tuple_size(kwnames) : 0;
    if (nargs + keywords > 2) return raise_type("int() takes at most 2 %sarguments (%zu given)", nargs ? "" : "keyword ", nargs + keywords);
    Value x = nargs ? args[0] : 0, base = nargs > 1 ? args[1] : 0;
    for (size_t k = 0; k < keywords; k++) {
        if (!str_equal_ascii(tuple_get(kwnames, (int64_t)k), "base")) return raise_type("'%U' is an invalid keyword argument for int()", tuple_get(kwnames, (int64_t)k));
        if (base) return raise_type("argument for int() given by name ('base') and position (2)");
        base = args[nargs + k];
    }
    Value result;
    if (!x && base) return raise_type("int() missing string argument");
    if (!x) result = small_int(0);
    else result = base ? with_base(x, base) : number_int(x);
    return !result || type == &int_type ? result : as_subclass(type, result);
}

/* --- methods */

static NATIVE(int_self) { return int_exact(args[0]); }
static Value get_self(Value self) { return int_exact(self); }
static Value get_zero(Value self) { return small_int(0); }
static Value get_one(Value self) { return small_int(1); }

static NATIVE(int_bit_length_method) { return int_new((int64_t)int_bit_length(args[0])); }

static NATIVE(int_bit_count)
{
    Limbs l;
    limbs_of(args[0], &l);
    return int_new(l.count ? (int64_t)mpn_popcount(l.at, l.count) : 0);
}

static bool byte_order(Value order, const char *function, bool *little)
{
    if (!is_str(order)) return raise_bad_argument(function, "byteorder", "str", order);
    *little = str_equal_ascii(order, "little");
    return *little || str_equal_ascii(order, "big") ? true : raise_value("byteorder must be either 'little' or 'big'");
}

static NATIVE(int_to_bytes_method)
{
    Value self = args[0];
    int64_t length;
    bool little;
    int is_signed = object_truth(args[3]);
    if (is_signed < 0 || !number_as_count(args[1], &length) || !byte_order(args[2], "to_bytes", &little)) return 0;
    if (length < 0) return raise_value("length argument must be non-negative");
    Value result = bytes_new(0, (size_t)length);
    if (result && !length && is_signed && self == small_int(-1)) return result;     /* nothing but sign bits, of which there are none */
    return result && int_to_bytes(self, bytes_data(result), (size_t)length, little, is_signed) ? result : 0;
}

static NATIVE(int_from_bytes_method)
{
    Type *type = (Type *)args[0];
    Value source = args[1];
    bool little;
    int is_signed = object_truth(args[3]);
    if (is_signed < 0 || !byte_order(args[2], "from_bytes", &little)) return 0;
    Value method = is_bytes(source) ? 0 : object_lookup_special(source, NAME("__bytes__"));
    if (method) {
        source = call_0(method);
        if (source && !is_bytes(source)) return raise_type("__bytes__ returned non-bytes (type %.200T)", source);
    } else if (!thread_self->exception && !is_bytes(source)) {
        if (is_str(source)) return raise_type("cannot convert 'str' object to bytes");
        source = bytes_from_object(source);
    }
    if (!source || thread_self->exception) return 0;
    Value result = int_from_bytes(bytes_data(source), (size_t)bytes_size(source), little, is_signed);
    return !result || type == &int_type ? result : call_1(VALUE(type), result);
}

static NATIVE(int_as_integer_ratio)
{
    Value n = int_exact(args[0]);
    return n ? tuple_pack(2, n, small_int(1)) : 0;
}

static NATIVE(int_round_method)
{
    if (nargs > 2) return raise_type("__round__ expected at most 1 argument, got %zu", nargs - 1);
    if (nargs < 2) return int_exact(args[0]);
    Value self = args[0], digits = number_index(args[1]);
    return digits ? int_round(self, digits) : 0;
}

static NATIVE(int_getnewargs)
{
    Value n = int_exact(args[0]);
    return n ? tuple_pack(1, n) : 0;
}

static NATIVE(int_format_method)
{
    if (!is_str(args[1])) return raise_bad_argument("__format__", "argument", "str", args[1]);
    return int_format_spec(args[0], args[1]);
}

/* As CPython counts: digits of 30 bits behind a header of 24 bytes. */
static NATIVE(int_sizeof)
{
    size_t digits = (int_bit_length(args[0]) + 29) / 30;
    int64_t size = 24 + 4 * (int64_t)(digits ? digits : 1);
    Type *type = type_of(args[0]);
    return int_new(type->flags & TYPE_HEAP ? size + type->basic_size - (int64_t)sizeof(IntObj) : size);
}

static const NativeDef int_methods[] = {
    {"conjugate", 0, int_self, "Returns self, the complex conjugate of any int.", NATIVE_VECTOR | NATIVE_NO_KEYWORDS},
    {"bit_length", "(self, /)", int_bit_length_method, "Number of bits necessary to represent self in binary.\n\n>>> (100).bit_length()\n7"},
    {"bit_count", "(self, /)", int_bit_count, "Number of ones in the binary representation of the absolute value of self.\n\n>>> (100).bit_count()\n3"},
    {"to_bytes", "(self, /, length=1, byteorder='big', *, signed=False)", int_to_bytes_method, "Return an array of bytes representing an integer."},
    {"from_bytes", "(type, /, bytes, byteorder='big', *, signed=False)", int_from_bytes_method, "Return the integer represented by the given array of bytes.", NATIVE_CLASS},
    {"as_integer_ratio", "(self, /)", int_as_integer_ratio, "Return a pair of integers whose ratio is equal to self.\n\n>>> (-7).as_integer_ratio()\n(-7, 1)"},
    {"__trunc__", 0, int_self, "Truncating an int returns itself.", NATIVE_VECTOR | NATIVE_NO_KEYWORDS},
    {"__floor__", 0, int_self, "The floor of an int is itself.", NATIVE_VECTOR | NATIVE_NO_KEYWORDS},
    {"__ceil__", 0, int_self, "The ceiling of an int is itself.", NATIVE_VECTOR | NATIVE_NO_KEYWORDS},
    {"__round__", "(self, ndigits=<unrepresentable>, /)", int_round_method, "Rounding to tens, hundreds and so on with a negative ndigits.", NATIVE_VECTOR | NATIVE_NO_KEYWORDS},
    {"__getnewargs__", "(self, /)", int_getnewargs},
    {"__format__", "(self, format_spec, /)", int_format_method, "Format by the mini-language of format specifications."},
    {"__sizeof__", "(self, /)", int_sizeof, "Returns size in memory, in bytes."},
    {0},
};
static const GetSetDef int_getset[] = {
    {"real", get_self, 0, "the real part of a complex number"},
    {"imag", get_zero, 0, "the imaginary part of a complex number"},
    {"numerator", get_self, 0, "the numerator of a rational number in lowest terms"},
    {"denominator", get_one, 0, "the denominator of a rational number in lowest terms"},
    {0},
};

Type int_type = {
    TYPE_INIT("int", IntObj),
    .flags = TYPE_BASE | TYPE_INT | TYPE_MATCH_SELF,
    .doc = "int([x]) -> integer\nint(x, base=10) -> integer\n\nConvert a number or text to an integer; without arguments, 0. A base (0 or 2 to 36) goes with text only.\n\n>>> "
           "int('0x1F', base=16)\n31",
    .trace = int_trace,
    .new = int_make,
    .repr = slot_repr,
    .hash = slot_hash,
    .compare = slot_compare,
    .binary =
        {
            [BINARY_ADD] = slot_add,
            [BINARY_SUBTRACT] = slot_sub,
            [BINARY_MULTIPLY] = slot_mul,
            [BINARY_FLOOR_DIVIDE] = slot_floordiv,
            [BINARY_REMAINDER] = slot_mod,
            [BINARY_DIVMOD] = slot_divmod,
            [BINARY_TRUE_DIVIDE] = slot_truediv,
            [BINARY_POWER] = slot_power,
            [BINARY_AND] = slot_and,
            [BINARY_OR] = slot_or,
            [BINARY_XOR] = slot_xor,
            [BINARY_LSHIFT] = slot_lshift,
            [BINARY_RSHIFT] = slot_rshift,
        },
    .power3 = slot_power3,
    .unary = {[UNARY_NEGATIVE] = int_negative, [UNARY_POSITIVE] = int_exact, [UNARY_ABS] = int_abs, [UNARY_INVERT] = int_invert},
    .truth = slot_truth,
    .to_int = int_exact,
    .to_float = slot_float,
    .index = int_exact,
    .methods = int_methods,
    .getset = int_getset,
};
