/* sequence.c: comparison, repr and index arguments, the same for tuple and list. */
#include "object/sequence.h"

bool number_as_uint64(Value v, uint64_t *out)
{
    if (!is_int(v)) return raise_type("an integer is required");
    if (int_sign(v) < 0) return raise_overflow("can't convert negative int to unsigned");
    return int_as_uint64(v, out) || (error_clear(), raise_overflow("int too big to convert"));
}

bool sequence_bound(Value v, int64_t length, int64_t *out)
{
    if (is_small_int(v)) {
        *out = small_int_value(v);
    } else {
        if (!is_index(v)) return raise_type("slice indices must be integers or have an __index__ method");
        if (!number_as_size(v, out)) return false;
    }
    if (*out < 0) {
        *out += length;
        if (*out < 0) *out = 0;
    }
    return true;
}

static inline int64_t length_of(Value v) { return ((VarObj *)v)->size; }   /* tuple and list have their size in the same place */
static inline Value item_of(Value v, int64_t i) { return is_tuple(v) ? tuple_get(v, i) : list_get(v, i); }

Value sequence_repr(Value v, const char *open, const char *close, const char *recursive)
{
    int entered = repr_enter(v);
    if (entered) return entered < 0 ? 0 : str_from_cstring(recursive);
    uint8_t room[512];
    StrBuilder b = STR_BUILDER_ON(room);
    bool ok = str_builder_cstring(&b, open);
    for (int64_t i = 0; ok && i < length_of(v); i++) { ok = (i == 0 || (str_builder_char(&b, ',') && str_builder_char(&b, ' '))) && str_builder_repr(&b, item_of(v, i)); }
    ok = ok && str_builder_cstring(&b, close);
    repr_leave(v);
    return ok ? str_builder_finish(&b) : 0;
}

Value sequence_compare(Value a, Value b, CompareOp op)
{
    bool tuples = is_tuple(a);
    if (!tuples && length_of(a) != length_of(b) && (op == CMP_EQ || op == CMP_NE)) return bool_value(op == CMP_NE);
    int64_t i = 0;
    /* Items that are the same word are equal, and nothing runs while one looks at them. */
    const Value *x = tuples ? tuple_items(a) : list_items(a), *y = tuples ? tuple_items(b) : list_items(b);
    for (int64_t n = length_of(a) < length_of(b) ? length_of(a) : length_of(b); i < n && x[i] == y[i]; i++) {}
    for (; i < length_of(a) && i < length_of(b); i++) {
        Value left = tuples ? tuple_get(a, i) : list_get(a, i), right = tuples ? tuple_get(b, i) : list_get(b, i);
        int same = quick_equal(left, right);
        if (same < 0) return 0;
        if (same) continue;
        if (i >= length_of(a) || i >= length_of(b)) break;   /* the comparison emptied a list */
        if (op == CMP_EQ || op == CMP_NE) return bool_value(op == CMP_NE);
        return object_compare(left, right, op);
    }
    return compare_result(length_of(a), length_of(b), op);
}

Value reduce_iterator(const char *builtin, Value argument, Value state)
{
    Value function = import_attr("builtins", builtin);
    Value arguments = function && argument ? tuple_pack(1, argument) : 0;
    if (!arguments) return 0;
    return state ? tuple_pack(3, function, arguments, state) : tuple_pack(2, function, arguments);
}

bool check_no_keywords(const char *name, Type *type, Type *base, Value kwnames)
{
    if (!kwnames || tuple_size(kwnames) == 0 || (type != base && type->init != base->init)) return true;
    return raise_type("%s() takes no keyword arguments", name);
}
