/* ops_basic.c: handlers of moves, variables, arithmetic, comparison and jumps. */
#include "vm/interp.h"
#include "heap/alloc.h"
#include "object/container.h"
#include "object/int_wide.h"

OPCODE(MOVE)
{
    r[A] = r[B];
    NEXT;
}
OPCODE(MOVE2)
{
    r[A] = r[B];
    r[A + 1] = r[C];
    NEXT;
}
OPCODE(LOADK)
{
    r[A] = k[(uint32_t)JUMP32];
    NEXT;
}
OPCODE(LOADNULL)
{
    r[A] = 0;
    NEXT;
}
OPCODE(SWAP)
{
    Value v = r[A];
    r[A] = r[B];
    r[B] = v;
    NEXT;
}

/* ---- variables */

static COLD HANDLER(unbound_local)
{
    SAVE();
    vm_unbound_local(f->code, A);
    ERROR;
}

OPCODE(CHECK_LOCAL)
{
    if (UNLIKELY(!r[A])) TAIL(unbound_local);
    NEXT;
}
OPCODE(DELETE_LOCAL)
{
    if (UNLIKELY(!r[A])) TAIL(unbound_local);
    r[A] = 0;
    NEXT;
}

static __attribute__((noinline)) HANDLER(rest_MAKE_CELL)
{
    SAVE();
    RESULT(cell_new(r[A]));
}
OPCODE(MAKE_CELL)
{
    CellObj *cell = gc_new_quick(&cell_type, sizeof(CellObj));
    if (UNLIKELY(!cell)) TAIL(rest_MAKE_CELL);
    cell->value = r[A];
    r[A] = VALUE(cell);
    NEXT;
}

OPCODE(COPY_FREE_VARS)
{
    Value closure = f->function->closure;
    int count = A;
    if (UNLIKELY(!closure || tuple_size(closure) != count)) {
        SAVE();
        raise_system("closure does not fit the code");
        ERROR;
    }
    Value *to = r + f->code->nlocalsplus - count;
    for (int n = 0; n < count; n++) to[n] = tuple_get(closure, n);
    NEXT;
}

static COLD HANDLER(unbound_cell)
{
    SAVE();
    vm_unbound_cell(f->code, i == OP_DELETE_DEREF ? A : B);
    ERROR;
}

OPCODE(LOAD_DEREF)
{
    Value v = ((CellObj *)r[B])->value;
    if (UNLIKELY(!v)) TAIL(unbound_cell);
    r[A] = v;
    NEXT;
}
OPCODE(STORE_DEREF)
{
    CellObj *cell = (CellObj *)r[A];
    SET(cell, value, r[B]);
    NEXT;
}
OPCODE(DELETE_DEREF)
{
    CellObj *cell = (CellObj *)r[A];
    if (UNLIKELY(!cell->value)) TAIL(unbound_cell);
    cell->value = 0;
    NEXT;
}

OPCODE(LOAD_CLASSDEREF)
{
    SAVE();
    Value name = tuple_get(f->code->localsplusnames, B), v = 0;
    if (f->locals) {
        if (has_type(f->locals, &dict_type)) v = dict_get_str(f->locals, name);
        else {
            v = object_getitem(f->locals, name);
            if (!v && error_matches(&exc_KeyError)) error_clear();
        }
        if (UNLIKELY(!v && t->exception)) ERROR;
    }
    if (!v) v = ((CellObj *)r[B])->value;
    if (UNLIKELY(!v)) TAIL(unbound_cell);
    r[A] = v;
    NEXT;
}

/* The value that a {version, index} cache finds in a dict, or 0. */
static inline Value cached_entry(Value dict, Word cache)
{
    DictKeys *keys = ((DictObj *)dict)->keys;
    if (LIKELY(keys->version == cache.version && cache.version != 0)) return keys->entries[cache.index].value;
    return 0;
}

/* Looks the name up in globals and builtins, filling the caches when both are plain dicts. */
static Value load_global_slow(Value globals, Value builtins, Value name, Word *cache)
{
    cache[0].bits = cache[1].bits = 0;
    if (!has_type(globals, &dict_type) || !has_type(builtins, &dict_type)) {
        Value v = object_getitem(globals, name);
        if (v) return v;
        if (thread_self->exception && !error_clear_if(&exc_KeyError)) return 0;
        v = object_getitem(builtins, name);
        if (!v && error_clear_if(&exc_KeyError)) vm_name_error(name);
        return v;
    }
    uint32_t version = 0, builtins_version = 0;
    int64_t index = dict_entry_index(globals, name, &version);
    if (index >= 0) {
        if (version) cache[0] = (Word){.version = version, .index = (uint32_t)index};
        return ((DictObj *)globals)->keys->entries[index].value;
    }
    index = dict_entry_index(builtins, name, &builtins_version);
    if (index >= 0) {
        if (version && builtins_version) {
            cache[0] = (Word){.version = version, .index = UINT32_MAX};
            cache[1] = (Word){.version = builtins_version, .index = (uint32_t)index};
        }
        return ((DictObj *)builtins)->keys->entries[index].value;
    }
    Value v = dict_get(globals, name);
    if (!v && !thread_self->exception) v = dict_get(builtins, name);
    if (!v && !thread_self->exception) vm_name_error(name);
    return v;
}

static inline Value cached_global(Value globals, Value builtins, const Word *pc)
{
    DictKeys *keys = ((DictObj *)globals)->keys;
    if (UNLIKELY(keys->version != pc[1].version || !pc[1].version)) return 0;
    if (pc[1].index != UINT32_MAX) return keys->entries[pc[1].index].value;
    return LIKELY(has_type(builtins, &dict_type)) ? cached_entry(builtins, pc[2]) : 0;   /* another function with this code may have anything for its builtins */
}

static HANDLER(load_global_miss)
{
    SAVE();
    Value v = load_global_slow(frame_globals(f), frame_builtins(f), pc[0].value, (Word *)pc + 1);
    if (UNLIKELY(!v)) ERROR;
    r[A] = v;
    SKIP(4);
}

OPCODE(LOAD_GLOBAL)
{
    Value v = cached_global(f->function->globals, f->function->builtins, pc);
    if (UNLIKELY(!v)) TAIL(load_global_miss);
    r[A] = v;
    SKIP(4);
}

static bool store_cached(Value dict, Value name, Value value, Word *cache)
{
    if (has_type(dict, &dict_type)) {
        uint32_t version = 0;
        if (!dict_set(dict, name, value)) return false;
        int64_t index = dict_entry_index(dict, name, &version);
        if (index >= 0 && version) *cache = (Word){.version = version, .index = (uint32_t)index};
        return true;
    }
    return is_dict(dict) && !type_of(dict)->setitem ? dict_set(dict, name, value) : object_setitem(dict, name, value);
}

OPCODE(STORE_GLOBAL)
{
    Value globals = f->function->globals;
    DictKeys *keys = ((DictObj *)globals)->keys;
    if (LIKELY(keys->version == pc[1].version && pc[1].version && keys->entries[pc[1].index].value)) {
        keys->entries[pc[1].index].value = r[A];
        gc_barrier((void *)globals);
        SKIP(3);
    }
    SAVE();
    if (is_dict(globals) ? !store_cached(globals, pc[0].value, r[A], (Word *)pc + 1) : !object_setitem(globals, pc[0].value, r[A])) ERROR;
    SKIP(3);
}

OPCODE(DELETE_GLOBAL)
{
    SAVE();
    int found = dict_delete(frame_globals(f), pc[0].value);
    if (found == 0) vm_name_error(pc[0].value);
    if (found <= 0) ERROR;
    SKIP(2);
}

OPCODE(LOAD_NAME)
{
    Value globals = f->function->globals;
    if (LIKELY(f->locals == globals)) {
        Value v = cached_global(globals, f->function->builtins, pc);
        if (LIKELY(v)) {
            r[A] = v;
            SKIP(4);
        }
    }
    SAVE();
    Value v;
    if (f->locals == globals && has_type(globals, &dict_type)) v = load_global_slow(globals, frame_builtins(f), pc[0].value, (Word *)pc + 1);
    else v = vm_load_name(f, pc[0].value);
    if (UNLIKELY(!v)) ERROR;
    r[A] = v;
    SKIP(4);
}

OPCODE(STORE_NAME)
{
    Value locals = vm_name_locals(f);
    SAVE();
    if (UNLIKELY(!locals)) {
        raise_system("no locals found when storing %R", pc[0].value);
        ERROR;
    }
    if (LIKELY(has_type(locals, &dict_type))) {
        DictKeys *keys = ((DictObj *)locals)->keys;
        if (keys->version == pc[1].version && pc[1].version && keys->entries[pc[1].index].value) {
            keys->entries[pc[1].index].value = r[A];
            gc_barrier((void *)locals);
            SKIP(3);
        }
        if (f->code->flags & CO_NEWLOCALS ? !dict_set(locals, pc[0].value, r[A]) : !store_cached(locals, pc[0].value, r[A], (Word *)pc + 1)) ERROR;
    } else if (!object_setitem(locals, pc[0].value, r[A])) ERROR;
    SKIP(3);
}

OPCODE(DELETE_NAME)
{
    SAVE();
    Value locals = vm_name_locals(f), name = pc[0].value;
    if (UNLIKELY(!locals)) {
        raise_system("no locals when deleting %R", name);
        ERROR;
    }
    if (has_type(locals, &dict_type)) {
        int found = dict_delete(locals, name);
        if (found == 0) vm_name_error(name);
        if (found <= 0) ERROR;
    } else if (!object_delitem(locals, name)) {
        if (error_clear_if(&exc_KeyError)) vm_name_error(name);
        ERROR;
    }
    SKIP(2);
}

/* ---- arithmetic. The handler of an op does small ints and small floats, without a stack frame; mixed_* operands of both kinds and heap floats; rest_* all else. */

static inline bool both_small_floats(Value a, Value b) { return (((a ^ 2) | (b ^ 2)) & 3) == 0; }

/* Ints of 63 bits become the nearest double, as in Python. */
static inline bool as_double(Value v, double *out)
{
    if (is_small_float(v)) *out = small_float_value(v);
    else if (is_small_int(v)) *out = (double)small_int_value(v);
    else if (as_obj(v)->type == &float_type) *out = ((FloatObj *)v)->value;
    else return false;
    return true;
}

static inline bool is_exact_int(Value v) { return is_small_int(v) || has_type(v, &int_type); }

/* The slow ways. Only the last resort knows whether the operator was an augmented one; what has quick ways has no ways of its own in place. */
static inline Value operator_slow(Value a, Value b, int op, Value (*rest)(Value, Value, BinaryOp))
{
    double x, y;
    if (is_exact_int(a) && is_exact_int(b)) {
        Value v = int_wide(a, b, (BinaryOp)op);
        if (v) return v;
    } else if (op == BINARY_ADD && is_pointer(a) && has_type(b, as_obj(a)->type)) {
        Type *type = as_obj(a)->type;
        if (type == &str_type) return str_concat(a, b);
        if (rest == number_binary && (type == &list_type || type == &tuple_type)) return type->concat(a, b);
    }
    if ((is_float(a) || is_float(b)) && as_double(a, &x) && as_double(b, &y)) {
        switch (op) {
        case BINARY_ADD: return float_new(x + y);
        case BINARY_SUBTRACT: return float_new(x - y);
        case BINARY_MULTIPLY: return float_new(x * y);
        case BINARY_TRUE_DIVIDE:
            if (y != 0) return float_new(x / y);
            break;
        case BINARY_POWER: return float_power(x, y);
        }
    }
    return rest(a, b, (BinaryOp)op);
}

static __attribute__((noinline)) Value binary_slow(Value a, Value b, int op) { return operator_slow(a, b, op, number_binary); }
static __attribute__((noinline)) Value inplace_slow(Value a, Value b, int op) { return operator_slow(a, b, op, number_inplace); }

/* fast_*: the result for two small ints, or 0. */
static inline Value fast_ADD(Value a, Value b)
{
    int64_t sum;
    return LIKELY(!__builtin_add_overflow((int64_t)a, (int64_t)(b - 1), &sum)) ? (Value)sum : 0;
}
static inline Value fast_SUB(Value a, Value b)
{
    int64_t difference;
    return LIKELY(!__builtin_sub_overflow((int64_t)a, (int64_t)(b - 1), &difference)) ? (Value)difference : 0;
}
static inline Value fast_MUL(Value a, Value b)
{
    int64_t product;
    return LIKELY(!__builtin_mul_overflow((int64_t)(a - 1), (int64_t)b >> 1, &product)) ? (Value)product | 1 : 0;
}
static inline Value fast_FLOORDIV(Value a, Value b)
{
    int64_t x = (int64_t)a >> 1, y = (int64_t)b >> 1;
    if (UNLIKELY(y <= 0)) return 0;
    if (((uint64_t)x | (uint64_t)y) >> 32 == 0) return small_int((uint32_t)x / (uint32_t)y);
    int64_t q = x / y;
    if (x % y < 0) q--;
    return small_int(q);
}
static inline Value fast_MOD(Value a, Value b)
{
    int64_t x = (int64_t)a >> 1, y = (int64_t)b >> 1;
    if (UNLIKELY(y <= 0)) return 0;
    if (((uint64_t)x | (uint64_t)y) >> 32 == 0) return small_int((uint32_t)x % (uint32_t)y);
    int64_t m = x % y;
    return small_int(m < 0 ? m + y : m);
}
/* Both operands are doubles without rounding. */
static inline Value fast_DIV(Value a, Value b)
{
    int64_t x = (int64_t)a >> 1, y = (int64_t)b >> 1, limit = 1ll << 53;
    if (y != 0 && x <= limit && x >= -limit && y <= limit && y >= -limit) return small_float((double)x / (double)y);
    return 0;
}
static inline Value fast_AND(Value a, Value b) { return a & b; }
static inline Value fast_OR(Value a, Value b) { return a | b; }
static inline Value fast_XOR(Value a, Value b) { return (a ^ b) | 1; }
static inline Value fast_LSHIFT(Value a, Value b)
{
    int64_t x = (int64_t)a >> 1, y = (int64_t)b >> 1;
    if (y >= 0 && y < 62) {
        int64_t shifted = (int64_t)((uint64_t)x << y);
        if (shifted >> y == x && fits_small_int(shifted)) return small_int(shifted);
    }
    return 0;
}
static inline Value fast_RSHIFT(Value a, Value b)
{
    int64_t x = (int64_t)a >> 1, y = (int64_t)b >> 1;
    return y >= 0 ? small_int(x >> (y > 63 ? 63 : y)) : 0;
}
static inline Value fast_POW(Value a, Value b)
{
    int64_t base = (int64_t)a >> 1, y = (int64_t)b >> 1, power = 1;
    if (y < 0) return 0;
    for (;;) {
        if ((y & 1) && __builtin_mul_overflow(power, base, &power)) return 0;
        y >>= 1;
        if (!y) return fits_small_int(power) ? small_int(power) : 0;
        if (__builtin_mul_overflow(base, base, &base)) return 0;
    }
}

/* float_*: the result for two doubles as an immediate, or 0. */
static inline Value float_ADD(double x, double y) { return small_float(x + y); }
static inline Value float_SUB(double x, double y) { return small_float(x - y); }
static inline Value float_MUL(double x, double y) { return small_float(x * y); }
static inline Value float_DIV(double x, double y) { return LIKELY(y != 0) ? small_float(x / y) : 0; }

/* boxed_*: the result for two doubles in any form; 0: division by zero, or no memory at hand. */
static inline Value boxed_float(double d)
{
    Value v = small_float(d);
    if (LIKELY(v)) return v;
    FloatObj *object = gc_new_quick(&float_type, sizeof(FloatObj));
    if (object) object->value = d;
    return VALUE(object);
}
static inline Value boxed_ADD(double x, double y) { return boxed_float(x + y); }
static inline Value boxed_SUB(double x, double y) { return boxed_float(x - y); }
static inline Value boxed_MUL(double x, double y) { return boxed_float(x * y); }
static inline Value boxed_DIV(double x, double y) { return LIKELY(y != 0) ? boxed_float(x / y) : 0; }

#define REST_HANDLER(name, right, slow, op) \
    static __attribute__((noinline)) HANDLER(rest_##name) \
    { \
        if (is_instance(r[B]) || is_instance(right)) TAIL(vm_special_binary); \
        SAVE(); \
        RESULT(slow(r[B], right, op)); \
    }
#define INT_HANDLER(name, fast, right, slow, op) \
    REST_HANDLER(name, right, slow, op) \
    OPCODE(name) \
    { \
        Value a = r[B], b = right; \
        if (LIKELY(a & b & 1)) { \
            Value v = fast(a, b); \
            if (LIKELY(v)) GIVE(v); \
        } \
        TAIL(rest_##name); \
    }
#define FLOAT_HANDLER(name, fast, fast_float, boxed, right, slow, op) \
    REST_HANDLER(name, right, slow, op) \
    static __attribute__((noinline)) HANDLER(mixed_##name) \
    { \
        Value a = r[B], b = right; \
        double x, y; \
        if (LIKELY(as_double(a, &x)) && LIKELY(as_double(b, &y))) { \
            Value v = boxed(x, y); \
            if (LIKELY(v)) GIVE(v); \
        } \
        TAIL(rest_##name); \
    } \
    OPCODE(name) \
    { \
        Value a = r[B], b = right, v; \
        if (a & b & 1) { \
            v = fast(a, b); \
            if (LIKELY(v)) GIVE(v); \
            TAIL(rest_##name); \
        } \
        if (LIKELY(both_small_floats(a, b))) { \
            v = fast_float(small_float_value(a), small_float_value(b)); \
            if (LIKELY(v)) GIVE(v); \
        } \
        TAIL(mixed_##name); \
    }
#define INT_OP(name, op) \
    INT_HANDLER(name, fast_##name, r[C], binary_slow, op) \
    INT_HANDLER(I##name, fast_##name, r[C], inplace_slow, op) \
    INT_HANDLER(name##_K, fast_##name, k[C], binary_slow, op) \
    INT_HANDLER(I##name##_K, fast_##name, k[C], inplace_slow, op)
#define FLOAT_OP(name, op) \
    FLOAT_HANDLER(name, fast_##name, float_##name, boxed_##name, r[C], binary_slow, op) \
    FLOAT_HANDLER(I##name, fast_##name, float_##name, boxed_##name, r[C], inplace_slow, op) \
    FLOAT_HANDLER(name##_K, fast_##name, float_##name, boxed_##name, k[C], binary_slow, op) \
    FLOAT_HANDLER(I##name##_K, fast_##name, float_##name, boxed_##name, k[C], inplace_slow, op)
FLOAT_OP(ADD, BINARY_ADD)
FLOAT_OP(SUB, BINARY_SUBTRACT)
FLOAT_OP(MUL, BINARY_MULTIPLY)
FLOAT_OP(DIV, BINARY_TRUE_DIVIDE)
INT_OP(FLOORDIV, BINARY_FLOOR_DIVIDE)
INT_OP(MOD, BINARY_REMAINDER)
INT_OP(POW, BINARY_POWER)
INT_OP(AND, BINARY_AND)
INT_OP(OR, BINARY_OR)
INT_OP(XOR, BINARY_XOR)
INT_OP(LSHIFT, BINARY_LSHIFT)
INT_OP(RSHIFT, BINARY_RSHIFT)

/* Pairs: the second word is a whole instruction, which runs by itself where the pair does not apply. The first becomes what it was, then: the site sees other things. */
#define MUL_PAIR(name, other, expression, fast, left, right) \
    OPCODE(name) \
    { \
        Value x = r[B], y = r[C], s = r[pc[0].other], v; \
        if (LIKELY(both_small_floats(x, y)) && LIKELY(is_small_float(s))) { \
            double product = small_float_value(x) * small_float_value(y), sum = small_float_value(s); \
            v = small_float(expression); \
            if (LIKELY(v)) { \
                r[pc[0].a] = v; \
                SKIP(2); \
            } \
        } else if (x & y & s & 1) { \
            Value product = fast_MUL(x, y); \
            v = LIKELY(product) ? fast(left, right) : 0; \
            if (LIKELY(v)) { \
                r[pc[0].a] = v; \
                SKIP(2); \
            } \
        } \
        BECOME(OP_MUL); \
        TAIL(op_MUL); \
    }
MUL_PAIR(MUL_ADD, c, product + sum, fast_ADD, product, s)
MUL_PAIR(ADD_MUL, b, sum + product, fast_ADD, s, product)
MUL_PAIR(MUL_SUB, c, product - sum, fast_SUB, product, s)
MUL_PAIR(SUB_MUL, b, sum - product, fast_SUB, s, product)

#define STEP_JUMP_HANDLER(name, right) \
    OPCODE(name) \
    { \
        Value a = r[B], b = k[C], v; \
        if (LIKELY(a & b & 1) && LIKELY((v = fast_ADD(a, b)) != 0)) { \
            r[A] = v; \
            Value limit = right; \
            if (UNLIKELY(!is_small_int(limit))) NEXT; \
            if ((int64_t)v < (int64_t)limit) TAKE(1 + (int16_t)pc[0].c); \
            SKIP(2); \
        } \
        BECOME(OP_IADD_K); \
        TAIL(op_IADD_K); \
    }
STEP_JUMP_HANDLER(STEP_JUMP_LT, r[pc[0].b])
STEP_JUMP_HANDLER(STEP_JUMP_LT_K, k[pc[0].b])

OPCODE(MOD_JUMP_NOT_EQ)
{
    Value a = r[B], b = k[C], v, other = k[pc[0].b];
    if (LIKELY(a & b & other & 1) && LIKELY((v = fast_MOD(a, b)) != 0)) {
        r[A] = v;
        if (v != other) TAKE(1 + (int16_t)pc[0].c);
        SKIP(2);
    }
    BECOME(OP_MOD_K);
    TAIL(op_MOD_K);
}
OPCODE(AND_JUMP_FALSE)
{
    Value a = r[B], b = k[C];
    if (LIKELY(a & b & 1)) {
        Value v = a & b;
        r[A] = v;
        if (v == small_int(0)) TAKE(1 + pc[0].jump);
        SKIP(2);
    }
    BECOME(OP_AND_K);
    TAIL(op_AND_K);
}

OPCODE(BINARY)
{
    SAVE();
    int op = (int)pc[0].bits;
    Value v = op >= 13 ? number_inplace(r[B], r[C], (BinaryOp)(op - 13)) : number_binary(r[B], r[C], (BinaryOp)op);
    if (UNLIKELY(!v)) ERROR;
    r[A] = v;
    SKIP(2);
}

OPCODE(NEGATIVE)
{
    Value v = r[B];
    if (is_small_int(v) && v != small_int(SMALL_INT_MIN)) {
        r[A] = small_int(-small_int_value(v));
        NEXT;
    }
    if (is_small_float(v) && v != SMALL_FLOAT_ZERO) {
        Value negative = small_float(-small_float_value(v));
        if (LIKELY(negative)) {
            r[A] = negative;
            NEXT;
        }
    }
    if (is_instance(v)) TAIL(vm_special_unary);
    SAVE();
    RESULT(number_unary(v, UNARY_NEGATIVE));
}
OPCODE(POSITIVE)
{
    if (is_small_int(r[B])) {
        r[A] = r[B];
        NEXT;
    }
    if (is_instance(r[B])) TAIL(vm_special_unary);
    SAVE();
    RESULT(number_unary(r[B], UNARY_POSITIVE));
}
OPCODE(INVERT)
{
    if (is_small_int(r[B])) {
        r[A] = small_int(~small_int_value(r[B]));
        NEXT;
    }
    if (is_instance(r[B])) TAIL(vm_special_unary);
    SAVE();
    RESULT(number_unary(r[B], UNARY_INVERT));
}

/* The truth of what needs no call: 1 or 0; -1: ask object_truth_slow. */
static inline int plain_truth(Value v)
{
    if (v == TRUE) return 1;
    if (v == FALSE || v == NONE) return 0;
    if (is_small_int(v)) return v != small_int(0);
    if (is_small_float(v)) return v != SMALL_FLOAT_ZERO;
    Type *type = as_obj(v)->type;
    static_assert(offsetof(ListObj, size) == offsetof(VarObj, size) && offsetof(TupleObj, size) == offsetof(VarObj, size) && offsetof(DictObj, used) == offsetof(VarObj, size) &&
                  offsetof(StrObj, length) == offsetof(VarObj, size));
    if (type == &list_type || type == &str_type || type == &dict_type || type == &tuple_type) return ((VarObj *)v)->size != 0;
    return type->truth || type->length ? -1 : 1;
}

static __attribute__((noinline)) HANDLER(not_by_call)
{
    if (is_instance(r[B])) TAIL(vm_special_truth);
    SAVE();
    int yes = object_truth_slow(r[B]);
    if (UNLIKELY(yes < 0)) ERROR;
    r[A] = yes ? FALSE : TRUE;
    NEXT;
}
OPCODE(NOT)
{
    int yes = plain_truth(r[B]);
    if (UNLIKELY(yes < 0)) TAIL(not_by_call);
    r[A] = yes ? FALSE : TRUE;
    NEXT;
}

/* ---- comparison */

static __attribute__((noinline)) Value compare_slow(Value a, Value b, CompareOp op)
{
    if (has_type(a, &str_type) && has_type(b, &str_type) && (op == CMP_EQ || op == CMP_NE)) return bool_value((a == b || str_equal(a, b)) == (op == CMP_EQ));
    return object_compare(a, b, op);
}

/* The comparison as a condition: 1, 0, -1. */
static __attribute__((noinline)) int compare_truth(Value a, Value b, CompareOp op)
{
    if (has_type(a, &str_type) && has_type(b, &str_type) && (op == CMP_EQ || op == CMP_NE)) return (a == b || str_equal(a, b)) == (op == CMP_EQ);
    Value v = object_compare(a, b, op);
    return v ? object_truth(v) : -1;
}

#define COMPARE_HANDLER(name, sign) \
    static __attribute__((noinline)) HANDLER(rest_##name) \
    { \
        if (is_instance(r[B])) TAIL(vm_special_compare); \
        SAVE(); \
        RESULT(compare_slow(r[B], r[C], CMP_##name)); \
    } \
    OPCODE(name) \
    { \
        Value a = r[B], b = r[C]; \
        if (LIKELY(a & b & 1)) { \
            r[A] = bool_value((int64_t)a sign(int64_t) b); \
            NEXT; \
        } \
        if (LIKELY(both_small_floats(a, b))) { \
            r[A] = bool_value(small_float_value(a) sign small_float_value(b)); \
            NEXT; \
        } \
        TAIL(rest_##name); \
    }
COMPARE_HANDLER(LT, <)
COMPARE_HANDLER(LE, <=) COMPARE_HANDLER(EQ, ==) COMPARE_HANDLER(NE, !=) COMPARE_HANDLER(GT, >) COMPARE_HANDLER(GE, >=)

    OPCODE(IS)
{
    r[A] = bool_value(r[B] == r[C]);
    NEXT;
}
OPCODE(IS_NOT)
{
    r[A] = bool_value(r[B] != r[C]);
    NEXT;
}
/* ---- jumps */

OPCODE(JUMP)
{
    pc += JUMP32;
    NEXT;
}
OPCODE(JUMP_BACK) { TAKE(JUMP32); }
#define TRUTH_JUMP_HANDLER(name, wanted) \
    static __attribute__((noinline)) HANDLER(name##_by_call) \
    { \
        if (is_instance(r[A])) TAIL(vm_special_truth); \
        SAVE(); \
        int yes = object_truth_slow(r[A]); \
        if (UNLIKELY(yes < 0)) ERROR; \
        if (yes == wanted) TAKE(JUMP32); \
        NEXT; \
    } \
    static __attribute__((noinline)) HANDLER(rest_##name) \
    { \
        int yes = plain_truth(r[A]); \
        if (UNLIKELY(yes < 0)) TAIL(name##_by_call); \
        if (yes == wanted) TAKE(JUMP32); \
        NEXT; \
    } \
    OPCODE(name) \
    { \
        Value v = r[A]; \
        if (v == bool_value(wanted)) TAKE(JUMP32); \
        if (v == bool_value(!wanted)) NEXT; \
        if (UNLIKELY(!is_small_int(v))) TAIL(rest_##name); \
        if ((v != small_int(0)) == wanted) TAKE(JUMP32); \
        NEXT; \
    }
TRUTH_JUMP_HANDLER(JUMP_FALSE, 0)
TRUTH_JUMP_HANDLER(JUMP_TRUE, 1)
OPCODE(JUMP_NONE)
{
    if (r[A] == NONE) TAKE(JUMP32);
    NEXT;
}
OPCODE(JUMP_NOT_NONE)
{
    if (r[A] != NONE) TAKE(JUMP32);
    NEXT;
}

#define COMPARE_JUMP_HANDLER(name, cmp, sign, right, wanted) \
    static __attribute__((noinline)) HANDLER(rest_##name) \
    { \
        if (is_instance(r[A])) TAIL(vm_special_compare); \
        SAVE(); \
        int yes = compare_truth(r[A], right, cmp); \
        if (UNLIKELY(yes < 0)) ERROR; \
        if (yes == wanted) TAKE(JUMP16); \
        NEXT; \
    } \
    OPCODE(name) \
    { \
        Value a = r[A], b = right; \
        if (LIKELY(a & b & 1)) { \
            if (((int64_t)a sign(int64_t) b) == wanted) TAKE(JUMP16); \
            NEXT; \
        } \
        if (LIKELY(both_small_floats(a, b))) { \
            if ((small_float_value(a) sign small_float_value(b)) == wanted) TAKE(JUMP16); \
            NEXT; \
        } \
        TAIL(rest_##name); \
    }
#define COMPARE_JUMPS(name, sign) \
    COMPARE_JUMP_HANDLER(JUMP_##name, CMP_##name, sign, r[B], 1) \
    COMPARE_JUMP_HANDLER(JUMP_NOT_##name, CMP_##name, sign, r[B], 0) \
    COMPARE_JUMP_HANDLER(JUMP_##name##_K, CMP_##name, sign, k[B], 1) \
    COMPARE_JUMP_HANDLER(JUMP_NOT_##name##_K, CMP_##name, sign, k[B], 0)
COMPARE_JUMPS(LT, <)
COMPARE_JUMPS(LE, <=) COMPARE_JUMPS(EQ, ==) COMPARE_JUMPS(NE, !=) COMPARE_JUMPS(GT, >) COMPARE_JUMPS(GE, >=)

    OPCODE(JUMP_IS)
{
    if (r[A] == r[B]) TAKE(JUMP16);
    NEXT;
}
OPCODE(JUMP_IS_NOT)
{
    if (r[A] != r[B]) TAKE(JUMP16);
    NEXT;
}
