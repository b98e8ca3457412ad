/* object_number.c: arithmetic on any values, with reflection; conversions to numbers. */
#include "object/bytes.h"
#include "object/number.h"
#include "object/type_slot_functions.h"

/* clang-format off */
static const char *const binary_symbols[BINARY_COUNT] = {
    [BINARY_ADD] = "+", [BINARY_AND] = "&", [BINARY_FLOOR_DIVIDE] = "//", [BINARY_LSHIFT] = "<<", [BINARY_MATRIX_MULTIPLY] = "@", [BINARY_MULTIPLY] = "*",
    [BINARY_REMAINDER] = "%", [BINARY_OR] = "|", [BINARY_POWER] = "** or pow()", [BINARY_RSHIFT] = ">>", [BINARY_SUBTRACT] = "-", [BINARY_TRUE_DIVIDE] = "/",
    [BINARY_XOR] = "^", [BINARY_DIVMOD] = "divmod()",
};
/* clang-format on */
static const char *const inplace_symbols[BINARY_COUNT] = {
    [BINARY_ADD] = "+=",       [BINARY_AND] = "&=",          [BINARY_FLOOR_DIVIDE] = "//=", [BINARY_LSHIFT] = "<<=", [BINARY_MATRIX_MULTIPLY] = "@=", [BINARY_MULTIPLY] = "*=",
    [BINARY_REMAINDER] = "%=", [BINARY_OR] = "|=",           [BINARY_POWER] = "**=",        [BINARY_RSHIFT] = ">>=", [BINARY_SUBTRACT] = "-=",        [BINARY_TRUE_DIVIDE] = "/=",
    [BINARY_XOR] = "^=",       [BINARY_DIVMOD] = "divmod()",
};

/* The number slots of both sides: the right one first when it is of a subclass. NOT_IMPLEMENTED when neither knows. */
static Value binary_slots(Value a, Value b, BinaryOp op)
{
    Type *ta = type_of(a), *tb = type_of(b);
    Value (*left)(Value, Value) = ta->binary[op], (*right)(Value, Value) = tb == ta ? 0 : tb->binary[op];
    if (right == left) right = 0;
    if (left) {
        if (right && type_is_subtype(tb, ta)) {
            Value result = right(a, b);
            if (result != NOT_IMPLEMENTED) return result;
            right = 0;
        }
        Value result = left(a, b);
        if (result != NOT_IMPLEMENTED) return result;
    }
    return right ? right(a, b) : NOT_IMPLEMENTED;
}

static Value repeat_by(Value (*repeat)(Value, int64_t), Value sequence, Value count)
{
    if (!type_of(count)->index) return raise_type("can't multiply sequence by non-int of type '%.200T'", count);
    int64_t n;
    return number_as_index(count, &n, &exc_OverflowError) ? repeat(sequence, n) : 0;
}

/* print >> file is Python 2: CPython says so. */
static Value raise_rshift(Value a, Value b)
{
    if (type_of(a) == &native_type && !strcmp(((NativeObj *)a)->def->name, "print"))
        return raise_type("unsupported operand type(s) for >>: '%.100T' and '%.100T'. Did you mean \"print(<message>, file=<output_stream>)\"?", a, b);
    return raise_unsupported_operand(a, b, ">>");
}

/* When no number slot knows: sequences, else the error. */
static Value binary_last(Value a, Value b, BinaryOp op)
{
    Type *ta = type_of(a), *tb = type_of(b);
    if (op == BINARY_ADD && ta->concat) return ta->concat(a, b);
    if (op == BINARY_MULTIPLY) {
        if (ta->repeat) return repeat_by(ta->repeat, a, b);
        if (tb->repeat) return repeat_by(tb->repeat, b, a);
    }
    if (op == BINARY_RSHIFT) return raise_rshift(a, b);
    if (op == BINARY_POWER && (ta->power3 || tb->power3)) return number_power(a, b, NONE);
    return raise_unsupported_operand(a, b, binary_symbols[op]);
}

Value number_binary(Value a, Value b, BinaryOp op)
{
    if (!c_stack_check()) return 0;
    Value result = binary_slots(a, b, op);
    return result != NOT_IMPLEMENTED ? result : binary_last(a, b, op);
}

static Value inplace_last(Value a, Value b, BinaryOp op)
{
    Type *ta = type_of(a), *tb = type_of(b);
    if (op == BINARY_ADD) {
        Value (*concat)(Value, Value) = ta->inplace_concat ? ta->inplace_concat : ta->concat;
        if (concat) return concat(a, b);
    }
    if (op == BINARY_MULTIPLY) {
        Value (*repeat)(Value, int64_t) = ta->inplace_repeat ? ta->inplace_repeat : ta->repeat;
        if (repeat) return repeat_by(repeat, a, b);
        /* The right operand must not change in place: plain repeat. */
        if (tb->repeat) return repeat_by(tb->repeat, b, a);
    }
    return raise_unsupported_operand(a, b, inplace_symbols[op]);
}

Value number_inplace(Value a, Value b, BinaryOp op)
{
    Type *ta = type_of(a);
    Value result = NOT_IMPLEMENTED;
    if (ta->inplace[op]) result = ta->inplace[op](a, b);
    if (result == NOT_IMPLEMENTED) result = binary_slots(a, b, op);
    return result != NOT_IMPLEMENTED ? result : inplace_last(a, b, op);
}

Value number_binary_rest(Value a, Value b, BinaryOp op, bool in_place, BinaryMethod tried)
{
    Value result = NOT_IMPLEMENTED;
    if (tried == METHOD_IN_PLACE) result = binary_slots(a, b, op);
    else if (tried == METHOD_LEFT) result = slot_binary_reflected(a, b, op);
    return result != NOT_IMPLEMENTED ? result : in_place ? inplace_last(a, b, op) : binary_last(a, b, op);
}

Value number_power(Value a, Value b, Value modulo)
{
    Type *ta = type_of(a), *tb = type_of(b);
    if (modulo == NONE) {
        Value result = binary_slots(a, b, BINARY_POWER);
        if (result == NOT_IMPLEMENTED && ta->power3 && !ta->binary[BINARY_POWER]) result = ta->power3(a, b, NONE);
        if (result == NOT_IMPLEMENTED && tb != ta && tb->power3 && !tb->binary[BINARY_POWER]) result = tb->power3(a, b, NONE);
        return result == NOT_IMPLEMENTED ? raise_unsupported_operand(a, b, binary_symbols[BINARY_POWER]) : result;
    }
    Type *tc = type_of(modulo);
    Value (*left)(Value, Value, Value) = ta->power3, (*right)(Value, Value, Value) = tb == ta ? 0 : tb->power3;
    if (right == left) right = 0;
    Value result = NOT_IMPLEMENTED;
    if (left && right && type_is_subtype(tb, ta)) {
        result = right(a, b, modulo);
        right = 0;
    }
    if (result == NOT_IMPLEMENTED && left) result = left(a, b, modulo);
    if (result == NOT_IMPLEMENTED && right) result = right(a, b, modulo);
    if (result == NOT_IMPLEMENTED && tc->power3 && tc->power3 != ta->power3 && tc->power3 != tb->power3) result = tc->power3(a, b, modulo);
    if (result != NOT_IMPLEMENTED) return result;
    return raise_type("unsupported operand type(s) for ** or pow(): '%.100T', '%.100T', '%.100T'", a, b, modulo);
}

Value number_unary(Value v, UnaryOpKind op)
{
    Value (*function)(Value) = type_of(v)->unary[op];
    if (function) return function(v);
    static const char *const names[] = {[UNARY_NEGATIVE] = "unary -", [UNARY_POSITIVE] = "unary +", [UNARY_ABS] = "abs()", [UNARY_INVERT] = "unary ~"};
    return raise_type("bad operand type for %s: '%.200T'", names[op], v);
}

/* --- to int */

Value number_index(Value v)
{
    if (is_int(v)) return v;
    Value (*index)(Value) = type_of(v)->index;
    if (!index) return raise_type("'%.200T' object cannot be interpreted as an integer", v);
    Value result = index(v);
    if (!result || type_of(result) == &int_type) return result;
    if (!is_int(result)) return raise_type("__index__ returned non-int (type %.200T)", result);
    if (!warn_format(&exc_DeprecationWarning, 1,
                     "__index__ returned non-int (type %.200T).  The ability to return an instance of a strict subclass of int is deprecated, and may not be supported in a future "
                     "version of Python.",
                     result))
        return 0;
    return result;
}

/* The plain int of an int or an instance of a subclass. */
static Value exact_int(Value v)
{
    if (type_of(v) == &int_type) return v;
    int64_t n;
    if (int_as_int64_overflow(v, &n) == 0) return int_new(n);
    return int_add(v, small_int(0));
}

Value number_int(Value v)
{
    Type *type = type_of(v);
    if (type == &int_type) return v;
    if (type->to_int) {
        Value result = type->to_int(v);
        if (!result || type_of(result) == &int_type) return result;
        if (!is_int(result)) return raise_type("__int__ returned non-int (type %.200T)", result);
        if (!warn_format(&exc_DeprecationWarning, 1,
                         "__int__ returned non-int (type %.200T).  The ability to return an instance of a strict subclass of int is deprecated, and may not be supported in a "
                         "future version of Python.",
                         result))
            return 0;
        return exact_int(result);
    }
    if (type->index) {
        Value result = number_index(v);
        return result ? exact_int(result) : 0;
    }
    Value trunc = object_lookup_special(v, NAME("__trunc__"));
    if (trunc) {
        if (!warn_format(&exc_DeprecationWarning, 1, "The delegation of int() to __trunc__ is deprecated.")) return 0;
        Value result = call_0(trunc);
        if (!result || is_int(result)) return result ? exact_int(result) : 0;
        if (!type_of(result)->index) return raise_type("__trunc__ returned non-Integral (type %.200T)", result);
        result = number_index(result);
        return result ? exact_int(result) : 0;
    }
    if (thread_self->exception) return 0;
    if (is_str(v)) return int_from_text(v, 10);
    if (is_bytes(v)) return int_from_ascii((const char *)bytes_data(v), (size_t)bytes_size(v), 10, v);
    if (type_is_subtype(type, &bytearray_type)) {
        Buffer buffer;
        if (!buffer_get(v, &buffer, BUFFER_SIMPLE)) return 0;
        Value result = int_from_ascii(buffer.data, (size_t)buffer.length, 10, v);
        buffer_release(&buffer);
        return result;
    }
    if (type->get_buffer) {
        Buffer buffer;
        if (!buffer_get(v, &buffer, BUFFER_SIMPLE)) return 0;
        Value copy = bytes_new(buffer.data, (size_t)buffer.length);
        buffer_release(&buffer);
        return copy ? int_from_ascii((const char *)bytes_data(copy), (size_t)bytes_size(copy), 10, copy) : 0;
    }
    return raise_type("int() argument must be a string, a bytes-like object or a real number, not '%.200T'", v);
}

bool number_as_int64(Value v, int64_t *out)
{
    if (is_small_int(v)) {
        *out = small_int_value(v);
        return true;
    }
    Value index = number_index(v);
    return index && int_as_int64(index, out);
}

/* __index__ in a range; `type` as CPython calls it. */
static bool as_c_integer(Value v, int64_t low, int64_t high, const char *type, int64_t *out)
{
    if (is_small_int(v)) *out = small_int_value(v);
    else {
        Value index = number_index(v);
        if (!index) return false;
        if (int_as_int64_overflow(index, out)) return raise_overflow("Python int too large to convert to C %s", type);
    }
    return (*out >= low && *out <= high) || raise_overflow("Python int too large to convert to C %s", type);
}

bool number_as_int(Value v, int *out)
{
    int64_t n;
    if (!as_c_integer(v, INT32_MIN, INT32_MAX, "int", &n)) return false;
    *out = (int)n;
    return true;
}

bool number_as_count(Value v, int64_t *out) { return as_c_integer(v, INT64_MIN, INT64_MAX, "ssize_t", out); }
bool int_as_count(Value v, int64_t *out) { return is_int(v) ? number_as_count(v, out) : raise_type("an integer is required"); }

bool number_as_size(Value v, int64_t *out)
{
    if (is_small_int(v)) {
        *out = small_int_value(v);
        return true;
    }
    Value index = number_index(v);
    if (!index) return false;
    int fit = int_as_int64_overflow(index, out);
    if (fit) *out = fit > 0 ? INT64_MAX : INT64_MIN;
    return true;
}

bool number_as_index(Value v, int64_t *out, Type *overflow)
{
    if (is_small_int(v)) {
        *out = small_int_value(v);
        return true;
    }
    Value index = number_index(v);
    if (!index) return false;
    if (int_as_int64_overflow(index, out) == 0) return true;
    return raise_format(overflow, "cannot fit '%.200T' into an index-sized integer", v);
}

/* --- to float */

/* v.__float__(), through the type's slot. */
static bool call_float(Value v, double *out)
{
    Value result = type_of(v)->to_float(v);
    if (!result) return false;
    if (!is_float(result)) return raise_type("%.50T.__float__ returned non-float (type %.50T)", v, result);
    if (type_of(result) != &float_type &&
        !warn_format(&exc_DeprecationWarning, 1,
                     "%.50T.__float__ returned non-float (type %.50T).  The ability to return an instance of a strict subclass of float is deprecated, and may be removed in "
                     "a future version of Python.",
                     v, result))
        return false;
    *out = float_value(result);
    return true;
}

bool number_as_double(Value v, double *out)
{
    if (is_float(v)) {
        *out = float_value(v);
        return true;
    }
    if (is_int(v) && !(type_of(v)->flags & TYPE_HEAP)) return int_as_double(v, out);
    Type *type = type_of(v);
    if (type->to_float) return call_float(v, out);
    if (!type->index) return raise_type("must be real number, not %.50T", v);
    Value index = number_index(v);
    return index && int_as_double(index, out);
}

Value number_float(Value v)
{
    Type *type = type_of(v);
    if (type == &float_type) return v;
    double d;
    if (is_float(v)) return call_float(v, &d) ? float_new(d) : 0;   /* a subclass may have a __float__ of its own */
    if (type->to_float || type->index) return number_as_double(v, &d) ? float_new(d) : 0;
    if (is_str(v) || is_bytes(v) || type->get_buffer) return float_from_text(v);
    return raise_type("float() argument must be a string or a real number, not '%.200T'", v);
}
