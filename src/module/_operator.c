/* _operator.c: the operators as functions, and itemgetter, attrgetter, methodcaller. */
#include "module/module.h"
#include "object/descr.h"

/* --- operators as functions */

#define COMPARE_FUNCTION(name, op) \
    static NATIVE(operator_##name) { return object_compare(args[0], args[1], op); }
COMPARE_FUNCTION(lt, CMP_LT)
COMPARE_FUNCTION(le, CMP_LE)
COMPARE_FUNCTION(eq, CMP_EQ)
COMPARE_FUNCTION(ne, CMP_NE)
COMPARE_FUNCTION(ge, CMP_GE)
COMPARE_FUNCTION(gt, CMP_GT)

#define BINARY_FUNCTION(name, op) \
    static NATIVE(operator_##name) { return number_binary(args[0], args[1], op); } \
    static NATIVE(operator_i##name) { return number_inplace(args[0], args[1], op); }
BINARY_FUNCTION(add, BINARY_ADD)
BINARY_FUNCTION(sub, BINARY_SUBTRACT)
BINARY_FUNCTION(mul, BINARY_MULTIPLY)
BINARY_FUNCTION(matmul, BINARY_MATRIX_MULTIPLY)
BINARY_FUNCTION(floordiv, BINARY_FLOOR_DIVIDE)
BINARY_FUNCTION(truediv, BINARY_TRUE_DIVIDE)
BINARY_FUNCTION(mod, BINARY_REMAINDER)
BINARY_FUNCTION(lshift, BINARY_LSHIFT)
BINARY_FUNCTION(rshift, BINARY_RSHIFT)
BINARY_FUNCTION(and, BINARY_AND)
BINARY_FUNCTION(or, BINARY_OR)
BINARY_FUNCTION(xor, BINARY_XOR)

static NATIVE(operator_pow) { return number_power(args[0], args[1], NONE); }
static NATIVE(operator_ipow) { return number_inplace(args[0], args[1], BINARY_POWER); }
static NATIVE(operator_neg) { return number_unary(args[0], UNARY_NEGATIVE); }
static NATIVE(operator_pos) { return number_unary(args[0], UNARY_POSITIVE); }
static NATIVE(operator_abs) { return number_unary(args[0], UNARY_ABS); }
static NATIVE(operator_invert) { return number_unary(args[0], UNARY_INVERT); }
static NATIVE(operator_index)
{
    Value index = number_index(args[0]);
    return index && type_of(index) != &int_type ? int_exact(index) : index;   /* of True, 1 */
}
static NATIVE(operator_is) { return bool_value(args[0] == args[1]); }
static NATIVE(operator_is_not) { return bool_value(args[0] != args[1]); }
static NATIVE(operator_truth)
{
    int yes = object_truth(args[0]);
    return yes < 0 ? 0 : bool_value(yes);
}
static NATIVE(operator_not)
{
    int yes = object_truth(args[0]);
    return yes < 0 ? 0 : bool_value(!yes);
}
static NATIVE(operator_contains)
{
    int yes = object_contains(args[0], args[1]);
    return yes < 0 ? 0 : bool_value(yes);
}
static NATIVE(operator_getitem) { return object_getitem(args[0], args[1]); }
static NATIVE(operator_setitem) { return object_setitem(args[0], args[1], args[2]) ? NONE : 0; }
static NATIVE(operator_delitem) { return object_delitem(args[0], args[1]) ? NONE : 0; }

static bool is_sequence(Value v) { return (type_of(v)->seq_item || type_of(v)->concat) && !is_dict(v); }

static Value concat(Value a, Value b, bool inplace)
{
    Type *type = type_of(a);
    if (inplace && type->inplace_concat) return type->inplace_concat(a, b);
    if (type->concat) return type->concat(a, b);
    if (is_sequence(a) && is_sequence(b)) return inplace ? number_inplace(a, b, BINARY_ADD) : number_binary(a, b, BINARY_ADD);
    return raise_type("'%.200T' object can't be concatenated", a);
}
static NATIVE(operator_concat) { return concat(args[0], args[1], false); }
static NATIVE(operator_iconcat) { return concat(args[0], args[1], true); }

/* Counts items equal to `value`, or finds the first (indexOf). */
static Value search_sequence(Value sequence, Value value, bool find)
{
    Value iterator = object_iter(sequence), item;
    if (!iterator) {
        if (error_clear_if(&exc_TypeError)) raise_type("argument of type '%.200T' is not iterable", sequence);
        return 0;
    }
    int64_t index = 0, count = 0;
    while ((item = iter_next(iterator))) {
        int equal = object_equal(item, value);
        if (equal < 0) return 0;
        if (equal && find) return int_new(index);
        count += equal;
        index++;
    }
    if (thread_self->exception) return 0;
    return find ? raise_value("sequence.index(x): x not in sequence") : int_new(count);
}
static NATIVE(operator_countOf) { return search_sequence(args[0], args[1], false); }
static NATIVE(operator_indexOf) { return search_sequence(args[0], args[1], true); }

static NATIVE(operator_length_hint)
{
    Value otherwise = args[1];
    if (!is_int(otherwise)) return raise_type("'%.200T' object cannot be interpreted as an integer", otherwise);
    int64_t n;
    if (!number_as_count(otherwise, &n)) return 0;
    int64_t hint = object_length_hint(args[0], n);
    return hint == -1 && thread_self->exception ? 0 : int_new(hint);
}

static NATIVE(operator_call)
{
    if (nargs == 0) return raise_type("call expected at least 1 argument, got 0");
    return object_call(args[0], args + 1, nargs - 1, kwnames);
}

/* Equal without telling by its time how much of the text agrees. */
static bool same_bytes(const uint8_t *a, size_t a_size, const uint8_t *b, size_t b_size)
{
    volatile uint8_t difference = a_size != b_size;
    const volatile uint8_t *left = difference ? b : a, *right = b;
    for (size_t i = 0; i < b_size; i++) difference |= left[i] ^ right[i];
    return difference == 0;
}

static NATIVE(operator_compare_digest)
{
    Value a = args[0], b = args[1];
    if (is_str(a) && is_str(b)) {
        if (!str_is_ascii(a) || !str_is_ascii(b)) return raise_type("comparing strings with non-ASCII characters is not supported");
        return bool_value(same_bytes(str_data(a), (size_t)str_length(a), str_data(b), (size_t)str_length(b)));
    }
    if (!has_buffer(a) || !has_buffer(b)) return raise_type("unsupported operand types(s) or combination of types: '%.100T' and '%.100T'", a, b);
    Buffer x, y;
    if (!buffer_get(a, &x, BUFFER_SIMPLE)) return 0;
    if (!buffer_get(b, &y, BUFFER_SIMPLE)) {
        buffer_release(&x);
        return 0;
    }
    Value result =
        x.ndim > 1 || y.ndim > 1 ? raise_format(&exc_BufferError, "Buffer must be single dimension") : bool_value(same_bytes(x.data, (size_t)x.length, y.data, (size_t)y.length));
    buffer_release(&x);
    buffer_release(&y);
    return result;
}

/* --- itemgetter, attrgetter: `items` are the keys, or tuples of the parts of dotted names */

typedef struct GetterObj {
    Obj head;
    Value items;
    Value parts;
} GetterObj;

static void getter_trace(Obj *object)
{
    gc_visit(((GetterObj *)object)->items);
    gc_visit(((GetterObj *)object)->parts);
}

static Value itemgetter_new(Type *type, Value *args, size_t nargs, Value kwnames)
{
    if (!args_no_keywords("itemgetter", kwnames) || !args_check_count("itemgetter", (int64_t)nargs, 1, INT64_MAX)) return 0;
    Value v = type_alloc(type, 0), items = v ? tuple_from(args, (int64_t)nargs) : 0;
    if (!items) return 0;
    SET((GetterObj *)v, items, items);
    return v;
}

static Value itemgetter_call(Value self, Value *args, size_t nargs, Value kwnames)
{
    if (!args_no_keywords("itemgetter", kwnames) || !args_check_count("itemgetter", (int64_t)nargs, 1, 1)) return 0;
    Value items = ((GetterObj *)self)->items, object = args[0];
    int64_t count = tuple_size(items);
    if (count == 1) return object_getitem(object, tuple_get(items, 0));
    Value found = list_new(0);
    for (int64_t i = 0; found && i < count; i++) {
        Value item = object_getitem(object, tuple_get(items, i));
        if (!item || !list_append(found, item)) return 0;
    }
    return found ? list_to_tuple(found) : 0;
}

static Value getter_repr(Value v)
{
    int recursive = repr_enter(v);
    if (recursive) return recursive < 0 ? 0 : str_format_c("%T(...)", v);
    Value items = ((GetterObj *)v)->items, text = str_format_c("%s(", type_of(v)->name);
    for (int64_t i = 0; text && i < tuple_size(items); i++) text = str_format_c("%U%s%R", text, i ? ", " : "", tuple_get(items, i));
    if (text && !thread_self->exception) text = str_format_c("%U)", text);
    repr_leave(v);
    return text;
}

static NATIVE(getter_reduce) { return tuple_pack(2, VALUE(type_of(args[0])), ((GetterObj *)args[0])->items); }

static const NativeDef getter_methods[] = {{"__reduce__", "(self, /)", getter_reduce, "Return state information for pickling"}, {0}};
static Type itemgetter_type = {TYPE_INIT("operator.itemgetter", GetterObj),
                               .flags = TYPE_OWN_MODULE_NAME,
                               .trace = getter_trace,
                               .new = itemgetter_new,
                               .call = itemgetter_call,
                               .repr = getter_repr,
                               .methods = getter_methods,
                               .doc = "Return a callable object that fetches the given item(s) from its operand.\nAfter f = itemgetter(2), the call f(r) returns r[2]."};

/* "a.b.c" as a tuple of interned names. */
static Value split_name(Value name)
{
    Value parts = str_split(name, str_from_cstring("."), -1);
    if (!parts) return 0;
    for (int64_t i = 0; i < list_size(parts); i++) {
        Value part = str_intern(list_get(parts, i));
        if (!part || !list_set(parts, i, part)) return 0;
    }
    return list_to_tuple(parts);
}

static Value attrgetter_new(Type *type, Value *args, size_t nargs, Value kwnames)
{
    if (!args_no_keywords("attrgetter", kwnames) || !args_check_count("attrgetter", (int64_t)nargs, 1, INT64_MAX)) return 0;
    Value v = type_alloc(type, 0), items = v ? tuple_from(args, (int64_t)nargs) : 0, parts = items ? tuple_new((int64_t)nargs) : 0;
    if (!parts) return 0;
    for (size_t i = 0; i < nargs; i++) {
        if (!is_str(args[i])) return raise_type("attribute name must be a string");
        Value split = split_name(args[i]);
        if (!split) return 0;
        tuple_items(parts)[i] = split;
        gc_barrier((void *)parts);
    }
    SET((GetterObj *)v, items, items);
    SET((GetterObj *)v, parts, parts);
    return v;
}

static Value get_path(Value object, Value path)
{
    for (int64_t i = 0; object && i < tuple_size(path); i++) object = object_getattr(object, tuple_get(path, i));
    return object;
}

static Value attrgetter_call(Value self, Value *args, size_t nargs, Value kwnames)
{
    if (!args_no_keywords("attrgetter", kwnames) || !args_check_count("attrgetter", (int64_t)nargs, 1, 1)) return 0;
    Value parts = ((GetterObj *)self)->parts, object = args[0];
    int64_t count = tuple_size(parts);
    if (count == 1) return get_path(object, tuple_get(parts, 0));
    Value found = list_new(0);
    for (int64_t i = 0; found && i < count; i++) {
        Value item = get_path(object, tuple_get(parts, i));
        if (!item || !list_append(found, item)) return 0;
    }
    return found ? list_to_tuple(found) : 0;
}

static Type attrgetter_type = {TYPE_INIT("operator.attrgetter", GetterObj),
                               .flags = TYPE_OWN_MODULE_NAME,
                               .trace = getter_trace,
                               .new = attrgetter_new,
                               .call = attrgetter_call,
                               .repr = getter_repr,
                               .methods = getter_methods,
                               .doc =
                                   "Return a callable object that fetches the given attribute(s) from its operand.\nAfter f = attrgetter('name'), the call f(r) returns r.name."};

/* --- methodcaller */

typedef struct CallerObj {
    Obj head;
    Value name, args /* tuple */, kwargs /* dict or 0 */;
} CallerObj;

static void caller_trace(Obj *object) { gc_visit_values(&((CallerObj *)object)->name, 3); }

static Value caller_new(Type *type, Value *args, size_t nargs, Value kwnames)
{
    if (nargs < 1) return raise_type("methodcaller needs at least one argument, the method name");
    if (!is_str(args[0])) return raise_type("method name must be a string");
    Value v = type_alloc(type, 0), name = v ? str_intern(args[0]) : 0, rest = name ? tuple_from(args + 1, (int64_t)nargs - 1) : 0, kwargs = 0;
    if (!rest) return 0;
    if (kw_count(kwnames)) {
        kwargs = dict_new();
        for (size_t i = 0; kwargs && i < kw_count(kwnames); i++)
            if (!dict_set(kwargs, tuple_get(kwnames, (int64_t)i), args[nargs + i])) return 0;
        if (!kwargs) return 0;
    }
    CallerObj *caller = (CallerObj *)v;
    caller->name = name;
    caller->args = rest;
    SET(caller, kwargs, kwargs);
    return v;
}

static Value caller_call(Value self, Value *args, size_t nargs, Value kwnames)
{
    if (!args_no_keywords("methodcaller", kwnames) || !args_check_count("methodcaller", (int64_t)nargs, 1, 1)) return 0;
    CallerObj *caller = (CallerObj *)self;
    if (!caller->kwargs) return call_method(args[0], caller->name, tuple_items(caller->args), (size_t)tuple_size(caller->args));
    Value method = object_getattr(args[0], caller->name);
    return method ? object_call_tuple(method, caller->args, caller->kwargs) : 0;
}

static Value caller_repr(Value v)
{
    int recursive = repr_enter(v);
    if (recursive) return recursive < 0 ? 0 : str_format_c("%T(...)", v);
    CallerObj *caller = (CallerObj *)v;
    Value text = str_format_c("%s(%R", type_of(v)->name, caller->name), key, value;
    for (int64_t i = 0; text && i < tuple_size(caller->args); i++) text = str_format_c("%U, %R", text, tuple_get(caller->args, i));
    for (int64_t position = 0; text && caller->kwargs && dict_next(caller->kwargs, &position, &key, &value);) text = str_format_c("%U, %U=%R", text, key, value);
    if (text) text = str_format_c("%U)", text);
    repr_leave(v);
    return text;
}

static NATIVE(caller_reduce)
{
    CallerObj *caller = (CallerObj *)args[0];
    Value all = tuple_new(tuple_size(caller->args) + 1);
    if (!all) return 0;
    tuple_items(all)[0] = caller->name;
    memcpy(tuple_items(all) + 1, tuple_items(caller->args), (size_t)tuple_size(caller->args) * sizeof(Value));
    if (!caller->kwargs) return tuple_pack(2, VALUE(type_of(args[0])), all);
    /* With keywords: partial(methodcaller, name, **kwargs)(*args). */
    Value partial = import_attr("functools", "partial");
    Value head = partial ? tuple_pack(2, VALUE(type_of(args[0])), caller->name) : 0;
    Value made = head ? object_call_tuple(partial, head, caller->kwargs) : 0;
    return made ? tuple_pack(2, made, caller->args) : 0;
}

static const NativeDef caller_methods[] = {{"__reduce__", "(self, /)", caller_reduce, "Return state information for pickling"}, {0}};
static Type caller_type = {TYPE_INIT("operator.methodcaller", CallerObj),
                           .flags = TYPE_OWN_MODULE_NAME,
                           .trace = caller_trace,
                           .new = caller_new,
                           .call = caller_call,
                           .repr = caller_repr,
                           .methods = caller_methods,
                           .doc = "Return a callable object that calls the given method on its operand.\nAfter f = methodcaller('name'), the call f(r) returns r.name()."};

/* --- the module */

#define ONE(name, function, doc) {name, "(a, /)", function, doc}
#define TWO(name, function, doc) {name, "(a, b, /)", function, doc}
static const NativeDef functions[] = {
    ONE("truth", operator_truth, "Return True if a is true, False otherwise."),
    TWO("contains", operator_contains, "Same as b in a (note reversed operands)."),
    TWO("indexOf", operator_indexOf, "Return the first index of b in a."),
    TWO("countOf", operator_countOf, "Return the number of items in a which are, or which equal, b."),
    TWO("is_", operator_is, "Same as a is b."),
    TWO("is_not", operator_is_not, "Same as a is not b."),
    TWO("add", operator_add, "Same as a + b."),
    TWO("sub", operator_sub, "Same as a - b."),
    TWO("mul", operator_mul, "Same as a * b."),
    TWO("matmul", operator_matmul, "Same as a @ b."),
    TWO("floordiv", operator_floordiv, "Same as a // b."),
    TWO("truediv", operator_truediv, "Same as a / b."),
    TWO("mod", operator_mod, "Same as a % b."),
    ONE("neg", operator_neg, "Same as -a."),
    ONE("pos", operator_pos, "Same as +a."),
    ONE("abs", operator_abs, "Same as abs(a)."),
    ONE("inv", operator_invert, "Same as ~a."),
    ONE("invert", operator_invert, "Same as ~a."),
    TWO("lshift", operator_lshift, "Same as a << b."),
    TWO("rshift", operator_rshift, "Same as a >> b."),
    ONE("not_", operator_not, "Same as not a."),
    TWO("and_", operator_and, "Same as a & b."),
    TWO("xor", operator_xor, "Same as a ^ b."),
    TWO("or_", operator_or, "Same as a | b."),
    TWO("iadd", operator_iadd, "Same as a += b."),
    TWO("isub", operator_isub, "Same as a -= b."),
    TWO("imul", operator_imul, "Same as a *= b."),
    TWO("imatmul", operator_imatmul, "Same as a @= b."),
    TWO("ifloordiv", operator_ifloordiv, "Same as a //= b."),
    TWO("itruediv", operator_itruediv, "Same as a /= b."),
    TWO("imod", operator_imod, "Same as a %= b."),
    TWO("ilshift", operator_ilshift, "Same as a <<= b."),
    TWO("irshift", operator_irshift, "Same as a >>= b."),
    TWO("iand", operator_iand, "Same as a &= b."),
    TWO("ixor", operator_ixor, "Same as a ^= b."),
    TWO("ior", operator_ior, "Same as a |= b."),
    TWO("concat", operator_concat, "Same as a + b, for a and b sequences."),
    TWO("iconcat", operator_iconcat, "Same as a += b, for a and b sequences."),
    TWO("getitem", operator_getitem, "Same as a[b]."),
    {"setitem", "(a, b, c, /)", operator_setitem, "Same as a[b] = c."},
    TWO("delitem", operator_delitem, "Same as del a[b]."),
    TWO("pow", operator_pow, "Same as a ** b."),
    TWO("ipow", operator_ipow, "Same as a **= b."),
    TWO("eq", operator_eq, "Same as a == b."),
    TWO("ne", operator_ne, "Same as a != b."),
    TWO("lt", operator_lt, "Same as a < b."),
    TWO("le", operator_le, "Same as a <= b."),
    TWO("gt", operator_gt, "Same as a > b."),
    TWO("ge", operator_ge, "Same as a >= b."),
    ONE("index", operator_index, "Same as a.__index__()."),
    {"length_hint", "(obj, default=0, /)", operator_length_hint, "Return an estimate of the number of items in obj."},
    {"call", "(obj, /, *args, **kwargs)", operator_call, "Same as obj(*args, **kwargs).", NATIVE_VECTOR},
    TWO("_compare_digest", operator_compare_digest, "Return 'a == b', in a time that does not depend on where they differ."),
    {0},
};

static bool operator_init(Value module) { return module_add_type(module, &itemgetter_type) && module_add_type(module, &attrgetter_type) && module_add_type(module, &caller_type); }
const ModuleDef module__operator = {"_operator", "Operator interface.\n\nFunctions that correspond to the operators of Python.", functions, operator_init};
