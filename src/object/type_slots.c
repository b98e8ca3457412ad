/* type_slots.c: the functions that stand in the slots of classes written in Python. Each looks its dunder method up on the type and calls it.
 *
 * The table that ties slots to names, and the wrappers that go the other way, are in type_slot_table.c; type_slot_functions.h lists what is defined here.
 */
#include "object/number.h"
#include "object/str.h"
#include "object/type_internal.h"
#include "object/type_slot_functions.h"

/* --- calling special methods */

/* Methods that are not Python functions: a built-in one may well come back here, with no Python frame between to bound the recursion. */
static Value special_call_other(Value descr, Value *args, size_t nargs)
{
    Type *descr_type = type_of(descr);
    if (!recursion_enter(" while calling a Python object")) return 0;
    Value result = 0;
    if (descr_type->flags & TYPE_METHOD_DESCRIPTOR) result = object_call(descr, args, nargs, 0);
    else if (!descr_type->descr_get || (descr = descr_type->descr_get(descr, args[0], type_of(args[0])))) result = object_call(descr, args + 1, nargs - 1, 0);
    recursion_leave();
    return result;
}

/* Calls the method `name` of args[0] with all of args[0..nargs); args[-1] is scratch. *missing set, and 0 returned without exception, when the type has no such method. */
static Value special_call(Value name, Value *args, size_t nargs, bool *missing)
{
    Type *type = type_of(args[0]);
    Value descr = type_lookup(type, name);
    *missing = !descr;
    if (!descr) return 0;
    Type *descr_type = type_of(descr);
    if (__builtin_expect(descr_type == &function_type, 1)) return object_call(descr, args, nargs, 0);
    return special_call_other(descr, args, nargs);
}

static Value special_required(Value name, Value *args, size_t nargs)
{
    bool missing;
    Value result = special_call(name, args, nargs, &missing);
    return missing ? raise_value_of(&exc_AttributeError, name) : result;
}

static Value special_1(Value name, Value self)
{
    Value args[] = {0, self};
    return special_required(name, args + 1, 1);
}

static Value special_2(Value name, Value self, Value other)
{
    Value args[] = {0, self, other};
    return special_required(name, args + 1, 2);
}

/* As special_2, but NotImplemented when there is no such method. */
static Value special_2_maybe(Value name, Value self, Value other)
{
    Value args[] = {0, self, other};
    bool missing;
    Value result = special_call(name, args + 1, 2, &missing);
    return missing ? NOT_IMPLEMENTED : result;
}

/* --- unary */

#define UNARY_SLOT(function, text) \
    Value function(Value self) { return special_1(NAME(text), self); }
UNARY_SLOT(slot_negative, "__neg__")
UNARY_SLOT(slot_positive, "__pos__")
UNARY_SLOT(slot_absolute, "__abs__")
UNARY_SLOT(slot_invert, "__invert__")
UNARY_SLOT(slot_int, "__int__")
UNARY_SLOT(slot_float, "__float__")
UNARY_SLOT(slot_index, "__index__")
UNARY_SLOT(slot_str, "__str__")

Value slot_repr(Value self)
{
    Value args[] = {0, self};
    bool missing;
    Value result = special_call(NAME("__repr__"), args + 1, 1, &missing);
    return missing ? str_format_c("<%s object at %p>", type_of(self)->name, (void *)self) : result;
}

Value slot_iter(Value self)
{
    Value method = type_lookup(type_of(self), NAME("__iter__"));
    if (method == NONE) return raise_type("'%.200T' object is not iterable", self);
    if (method) return special_1(NAME("__iter__"), self);
    if (!type_lookup(type_of(self), NAME("__getitem__"))) return raise_type("'%.200T' object is not iterable", self);
    return seq_iter_new(self);
}

Value slot_next(Value self)
{
    Value result = special_1(NAME("__next__"), self);
    if (!result && thread_self->exception) error_clear_if(&exc_StopIteration);
    return result;
}

Value next_not_implemented(Value v) { return raise_type("'%.200T' object is not iterable", v); }

static Value async_special(Value self, Value name, const char *text)
{
    Value args[] = {0, self};
    bool missing;
    Value result = special_call(name, args + 1, 1, &missing);
    return missing ? raise_attribute("object %.50T does not have %s method", self, text) : result;
}
Value slot_await(Value self) { return async_special(self, NAME("__await__"), "__await__"); }
Value slot_aiter(Value self) { return async_special(self, NAME("__aiter__"), "__aiter__"); }
Value slot_anext(Value self) { return async_special(self, NAME("__anext__"), "__anext__"); }

bool hash_not_implemented(Value v, int64_t *hash) { return raise_type("unhashable type: '%.200T'", v); }

bool slot_hash(Value self, int64_t *hash)
{
    Value method = type_lookup(type_of(self), NAME("__hash__"));
    if (!method || method == NONE) return hash_not_implemented(self, hash);
    Value result = special_1(NAME("__hash__"), self);
    if (!result) return false;
    if (!is_int(result)) return raise_type("__hash__ method should return an integer");
    int64_t n;
    if (int_as_int64_overflow(result, &n) != 0) n = int_hash(result);
    *hash = n == -1 ? -2 : n;
    return true;
}

int slot_truth_of(Value result, bool by_length)
{
    if (by_length) {
        if (!is_int(result) && !(result = number_index(result))) return -1;
        int64_t n;
        if (int_sign(result) < 0) return (int)raise_value("__len__() should return >= 0") - 1;
        return !int_as_int64(result, &n) ? (error_clear_if(&exc_OverflowError), (int)raise_overflow("cannot fit '%.200T' into an index-sized integer", result) - 1) : n != 0;
    }
    if (result == TRUE || result == FALSE) return result == TRUE;
    raise_type("__bool__ should return bool, returned %.200T", result);
    return -1;
}

int slot_truth(Value self)
{
    Type *type = type_of(self);
    Value name = NAME("__bool__");
    bool by_length = false;
    if (!type_lookup(type, name)) {
        name = NAME("__len__");
        if (!type_lookup(type, name)) return 1;
        by_length = true;
    }
    Value result = special_1(name, self);
    return result ? slot_truth_of(result, by_length) : -1;
}

int64_t slot_length_of(Value result)
{
    Value index = number_index(result);
    if (!index) return -1;
    int64_t n;
    int fit = int_as_int64_overflow(index, &n);
    if (fit < 0 || (fit == 0 && n < 0)) return (int64_t)raise_value("__len__() should return >= 0") - 1;
    if (fit > 0) return (int64_t)raise_overflow("cannot fit '%.200T' into an index-sized integer", index) - 1;
    return n;
}

int64_t slot_length(Value self)
{
    Value result = special_1(NAME("__len__"), self);
    return result ? slot_length_of(result) : -1;
}

/* --- calls */

Value slot_call(Value self, Value *args, size_t nargs, Value kwnames)
{
    if (!recursion_enter(" while calling a Python object")) return 0;
    Type *type = type_of(self);
    Value descr = type_lookup(type, NAME("__call__")), result = 0;
    if (!descr) {
        raise_attribute_error(self, NAME("__call__"));
    } else if (type_of(descr)->flags & TYPE_METHOD_DESCRIPTOR) {
        Value buffer[10], *copy = nargs + kw_count(kwnames) <= 8 ? buffer : gc_buffer((nargs + kw_count(kwnames) + 2) * sizeof(Value));
        if (copy) {
            copy[0] = 0;
            copy[1] = self;
            values_copy(copy + 2, args, nargs + kw_count(kwnames));
            result = object_call(descr, copy + 1, nargs + 1, kwnames);
        }
    } else {
        Value (*get)(Value, Value, Type *) = type_of(descr)->descr_get;
        if (!get || (descr = get(descr, self, type))) result = object_call(descr, args, nargs, kwnames);
    }
    recursion_leave();
    return result;
}

bool slot_init(Value self, Value *args, size_t nargs, Value kwnames)
{
    Type *type = type_of(self);
    Value descr = type_lookup(type, NAME("__init__")), result;
    if (!descr) return raise_attribute_error(self, NAME("__init__"));
    if (type_of(descr)->flags & TYPE_METHOD_DESCRIPTOR) {
        size_t total = nargs + kw_count(kwnames);
        Value buffer[10], *copy = total <= 8 ? buffer : gc_buffer((total + 2) * sizeof(Value));
        if (!copy) return false;
        copy[0] = 0;
        copy[1] = self;
        values_copy(copy + 2, args, total);
        result = object_call(descr, copy + 1, nargs + 1, kwnames);
    } else {
        Value (*get)(Value, Value, Type *) = type_of(descr)->descr_get;
        if (get && !(descr = get(descr, self, type))) return false;
        result = object_call(descr, args, nargs, kwnames);
    }
    if (!result) return false;
    return result == NONE || raise_type("__init__() should return None, not '%.200T'", result);
}

Value slot_new(Type *type, Value *args, size_t nargs, Value kwnames)
{
    Value new = object_getattr(VALUE(type), NAME("__new__"));
    if (!new) return 0;
    size_t total = nargs + kw_count(kwnames);
    Value buffer[10], *copy = total <= 8 ? buffer : gc_buffer((total + 2) * sizeof(Value));
    if (!copy) return 0;
    copy[0] = 0;
    copy[1] = VALUE(type);
    values_copy(copy + 2, args, total);
    return object_call(new, copy + 1, nargs + 1, kwnames);
}

void slot_finalize(Obj *object)
{
    Value saved = error_take();
    Value descr = type_lookup(object->type, NAME("__del__"));
    if (descr) {
        Value args[] = {0, VALUE(object)};
        bool missing;
        if (!special_call(NAME("__del__"), args + 1, 1, &missing)) error_unraisable(descr, 0);
    }
    if (saved) error_restore(saved);
}

/* --- attributes */

static Value slot_getattribute(Value self, Value name) { return special_2(NAME("__getattribute__"), self, name); }

Value slot_getattr_hook(Value self, Value name)
{
    Type *type = type_of(self);
    Value getattr = type_lookup(type, NAME("__getattr__"));
    if (!getattr) return slot_getattribute(self, name);
    Value getattribute = type_lookup(type, NAME("__getattribute__")), result;
    bool generic = getattribute && type_of(getattribute) == &slot_wrapper_type && ((WrapperObj *)getattribute)->function == (void *)object_generic_getattr;
    if (generic) {
        result = object_generic_getattr_opt(self, name);
        if (result || thread_self->exception) return result;
    } else {
        result = slot_getattribute(self, name);
        if (result || !error_matches(&exc_AttributeError)) return result;
        error_clear();
    }
    return special_2(NAME("__getattr__"), self, name);
}

bool slot_setattr(Value self, Value name, Value value)
{
    if (!value) return special_2(NAME("__delattr__"), self, name) != 0;
    Value args[] = {0, self, name, value};
    return special_required(NAME("__setattr__"), args + 1, 3) != 0;
}

Value slot_descr_get(Value self, Value object, Type *owner)
{
    Type *type = type_of(self);
    Value get = type_lookup(type, NAME("__get__"));
    if (!get) return self;
    Value args[] = {0, self, object ? object : NONE, owner ? VALUE(owner) : NONE};
    return special_required(NAME("__get__"), args + 1, 3);
}

bool slot_descr_set(Value self, Value object, Value value)
{
    if (!value) return special_2(NAME("__delete__"), self, object) != 0;
    Value args[] = {0, self, object, value};
    return special_required(NAME("__set__"), args + 1, 3) != 0;
}

/* --- items */

Value slot_getitem(Value self, Value key) { return special_2(NAME("__getitem__"), self, key); }
Value slot_seq_item(Value self, int64_t index)
{
    Value key = int_new(index);
    return key ? special_2(NAME("__getitem__"), self, key) : 0;
}

bool slot_setitem(Value self, Value key, Value value)
{
    if (!value) return special_2(NAME("__delitem__"), self, key) != 0;
    Value args[] = {0, self, key, value};
    return special_required(NAME("__setitem__"), args + 1, 3) != 0;
}

int slot_contains(Value self, Value item)
{
    Value method = type_lookup(type_of(self), NAME("__contains__"));
    if (method == NONE) return (int)raise_type("'%.200T' object is not a container", self) - 1;
    if (method) {
        Value result = special_2(NAME("__contains__"), self, item);
        return result ? object_truth(result) : -1;
    }
    Value iterator = object_iter(self), each;
    if (!iterator) return -1;
    while ((each = iter_next(iterator))) {
        int equal = object_equal(each, item);
        if (equal) return equal;
    }
    return thread_self->exception ? -1 : 0;
}

/* --- comparison */

Value slot_compare_name(CompareOp op)
{
    switch (op) {
    case CMP_LT: return NAME("__lt__");
    case CMP_LE: return NAME("__le__");
    case CMP_EQ: return NAME("__eq__");
    case CMP_NE: return NAME("__ne__");
    case CMP_GT: return NAME("__gt__");
    default: return NAME("__ge__");
    }
}

Value slot_compare(Value a, Value b, CompareOp op)
{
    Value name = slot_compare_name(op);
    Type *type = type_of(a);
    Value descr = type_lookup(type, name), args[] = {0, a, b};
    if (!descr) return NOT_IMPLEMENTED;
    Type *descr_type = type_of(descr);
    if (descr_type->flags & TYPE_METHOD_DESCRIPTOR) return object_call(descr, args + 1, 2, 0);
    if (descr_type->descr_get && !(descr = descr_type->descr_get(descr, a, type))) {
        /* A method that cannot even be fetched counts as absent here, as in CPython. */
        if (error_matches(&exc_MemoryError)) return 0;
        error_clear();
        return NOT_IMPLEMENTED;
    }
    return object_call(descr, args + 2, 1, 0);
}

/* --- arithmetic */

static Value binary_names[BINARY_COUNT][3];
#define NAMES(Op, left, reflected, in_place) \
    {&binary_names[BINARY_##Op][0], left}, {&binary_names[BINARY_##Op][1], reflected}, { &binary_names[BINARY_##Op][2], in_place }
NAME_SITE binary_name_sites[] = {
    NAMES(ADD, "__add__", "__radd__", "__iadd__"),
    NAMES(AND, "__and__", "__rand__", "__iand__"),
    NAMES(FLOOR_DIVIDE, "__floordiv__", "__rfloordiv__", "__ifloordiv__"),
    NAMES(LSHIFT, "__lshift__", "__rlshift__", "__ilshift__"),
    NAMES(MATRIX_MULTIPLY, "__matmul__", "__rmatmul__", "__imatmul__"),
    NAMES(MULTIPLY, "__mul__", "__rmul__", "__imul__"),
    NAMES(REMAINDER, "__mod__", "__rmod__", "__imod__"),
    NAMES(OR, "__or__", "__ror__", "__ior__"),
    NAMES(POWER, "__pow__", "__rpow__", "__ipow__"),
    NAMES(RSHIFT, "__rshift__", "__rrshift__", "__irshift__"),
    NAMES(SUBTRACT, "__sub__", "__rsub__", "__isub__"),
    NAMES(TRUE_DIVIDE, "__truediv__", "__rtruediv__", "__itruediv__"),
    NAMES(XOR, "__xor__", "__rxor__", "__ixor__"),
    NAMES(DIVMOD, "__divmod__", "__rdivmod__", "__divmod__"),
};
#undef NAMES

Value slot_binary_name(BinaryOp op, BinaryMethod method) { return binary_names[op][method]; }

Value slot_binary_reflected(Value a, Value b, BinaryOp op)
{
    Type *ta = type_of(a), *tb = type_of(b);
    if (ta == tb || !tb->binary[op]) return NOT_IMPLEMENTED;
    return tb->binary[op] == ta->binary[op] ? special_2_maybe(slot_binary_name(op, METHOD_REFLECTED), b, a) : tb->binary[op](a, b);
}

/* Whether `other` has its own idea of the reflected method `name` (and not just the same inherited one). */
static int overrides(Value self, Value other, Value name)
{
    Value b = type_lookup(type_of(other), name);
    if (!b) return 0;
    Value a = type_lookup(type_of(self), name);
    return a != b;
}

/* `here` is the slot function itself, to see which operand's type is a class that has it. */
static Value slot_binary(Value a, Value b, BinaryOp op, Value (*here)(Value, Value), Value name, Value reflected)
{
    Type *ta = type_of(a), *tb = type_of(b);
    bool try_b = ta != tb && tb->binary[op] == here;
    if (ta->binary[op] == here) {
        if (try_b && type_is_subtype(tb, ta)) {
            if (overrides(a, b, reflected)) {
                Value result = special_2_maybe(reflected, b, a);
                if (result != NOT_IMPLEMENTED) return result;
                try_b = false;
            }
        }
        Value result = special_2_maybe(name, a, b);
        if (result != NOT_IMPLEMENTED || ta == tb) return result;
    }
    return try_b ? special_2_maybe(reflected, b, a) : NOT_IMPLEMENTED;
}

#define BINARY_SLOT(function, op, text, reflected_text) \
    Value function(Value a, Value b) { return slot_binary(a, b, op, function, NAME(text), NAME(reflected_text)); }
BINARY_SLOT(slot_add, BINARY_ADD, "__add__", "__radd__")
BINARY_SLOT(slot_and, BINARY_AND, "__and__", "__rand__")
BINARY_SLOT(slot_floor_divide, BINARY_FLOOR_DIVIDE, "__floordiv__", "__rfloordiv__")
BINARY_SLOT(slot_lshift, BINARY_LSHIFT, "__lshift__", "__rlshift__")
BINARY_SLOT(slot_matrix_multiply, BINARY_MATRIX_MULTIPLY, "__matmul__", "__rmatmul__")
BINARY_SLOT(slot_multiply, BINARY_MULTIPLY, "__mul__", "__rmul__")
BINARY_SLOT(slot_remainder, BINARY_REMAINDER, "__mod__", "__rmod__")
BINARY_SLOT(slot_or, BINARY_OR, "__or__", "__ror__")
BINARY_SLOT(slot_power, BINARY_POWER, "__pow__", "__rpow__")
BINARY_SLOT(slot_rshift, BINARY_RSHIFT, "__rshift__", "__rrshift__")
BINARY_SLOT(slot_subtract, BINARY_SUBTRACT, "__sub__", "__rsub__")
BINARY_SLOT(slot_true_divide, BINARY_TRUE_DIVIDE, "__truediv__", "__rtruediv__")
BINARY_SLOT(slot_xor, BINARY_XOR, "__xor__", "__rxor__")
BINARY_SLOT(slot_divmod, BINARY_DIVMOD, "__divmod__", "__rdivmod__")

#define INPLACE_SLOT(function, text) \
    Value function(Value a, Value b) { return special_2(NAME(text), a, b); }
INPLACE_SLOT(slot_iadd, "__iadd__")
INPLACE_SLOT(slot_iand, "__iand__")
INPLACE_SLOT(slot_ifloor_divide, "__ifloordiv__")
INPLACE_SLOT(slot_ilshift, "__ilshift__")
INPLACE_SLOT(slot_imatrix_multiply, "__imatmul__")
INPLACE_SLOT(slot_imultiply, "__imul__")
INPLACE_SLOT(slot_iremainder, "__imod__")
INPLACE_SLOT(slot_ior, "__ior__")
INPLACE_SLOT(slot_ipower, "__ipow__")
INPLACE_SLOT(slot_irshift, "__irshift__")
INPLACE_SLOT(slot_isubtract, "__isub__")
INPLACE_SLOT(slot_itrue_divide, "__itruediv__")
INPLACE_SLOT(slot_ixor, "__ixor__")

Value slot_power3(Value a, Value b, Value c)
{
    if (c == NONE) return slot_power(a, b);
    /* Three-argument power does not use __rpow__. */
    if (type_of(a)->power3 != slot_power3) return NOT_IMPLEMENTED;
    Value args[] = {0, a, b, c};
    return special_required(NAME("__pow__"), args + 1, 3);
}
