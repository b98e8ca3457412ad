/* ops_special.c: operators on instances of classes written in Python.
 *
 * A special method in Python runs in a frame of its own, without C recursion: the instruction that needs it links the frame (start_special) with FRAME_SPECIAL and is finished
 * by vm_finish_special when the method returns; what that means only the opcode tells. Operands stay in the registers of the caller meanwhile. Whatever is not so plain (methods that are
 * not functions, defaults, tracing) goes through the type's slots, by C.
 */
#include "vm/enter.h"
#include "object/type_slot_functions.h"

/* Runs `method` (0: none) for the instruction at pc; goes on behind this statement when it cannot. */
#define START(method, nargs, a, b, c) \
    do { \
        Value method_ = (method); \
        Frame *frame_ = LIKELY(method_ != 0) ? start_special(t, f, pc, method_, (nargs), (a), (b), (c)) : 0; \
        if (LIKELY(frame_ != 0)) RUN(frame_); \
    } while (0)

/* ---- arithmetic */

typedef struct BinarySite {
    Value a, b;
    BinaryOp op;
    bool in_place;
} BinarySite;

static inline BinarySite binary_site(const Word *pc, const Value *r, const Value *k)
{
    static const uint8_t ops[] = {BINARY_ADD,   BINARY_SUBTRACT, BINARY_MULTIPLY, BINARY_FLOOR_DIVIDE, BINARY_REMAINDER, BINARY_TRUE_DIVIDE,
                                  BINARY_POWER, BINARY_AND,      BINARY_OR,       BINARY_XOR,          BINARY_LSHIFT,    BINARY_RSHIFT};
    static_assert(OP_IADD == OP_ADD + 1 && OP_ADD_K == OP_ADD + 2 && OP_IRSHIFT_K == OP_ADD + 4 * (int)sizeof ops - 1 && OP_POW == OP_ADD + 24 && OP_AND == OP_ADD + 28);
    unsigned form = pc[-1].op - OP_ADD;
    return (BinarySite){r[B], form & 2 ? k[C] : r[C], (BinaryOp)ops[form / 4], form & 1};
}

/* Which method is the first to be asked; 0: by the slots. */
static Value first_binary(const BinarySite *s, BinaryMethod *which)
{
    Type *ta = type_of(s->a), *tb = type_of(s->b);
    *which = METHOD_LEFT;
    if (s->in_place && ta->inplace[s->op]) {
        *which = METHOD_IN_PLACE;
        return python_method(ta, slot_binary_name(s->op, METHOD_IN_PLACE));
    }
    if (ta->flags & TYPE_HEAP) return ta == tb || !type_is_subtype(tb, ta) ? python_method(ta, slot_binary_name(s->op, METHOD_LEFT)) : 0;
    /* Plain numbers know nothing of instances that are no numbers. */
    if ((ta != &int_type && ta != &float_type) || tb->flags & (TYPE_INT | TYPE_FLOAT)) return 0;
    *which = METHOD_REFLECTED;
    return python_method(tb, slot_binary_name(s->op, METHOD_REFLECTED));
}

HANDLER(vm_special_binary)
{
    BinarySite s = binary_site(pc, r, k);
    BinaryMethod which;
    Value method = first_binary(&s, &which);
    START(method, 2, which == METHOD_REFLECTED ? s.b : s.a, which == METHOD_REFLECTED ? s.a : s.b, 0);
    SAVE();
    RESULT(s.in_place ? number_inplace(s.a, s.b, s.op) : number_binary(s.a, s.b, s.op));
}

static __attribute__((noinline)) HANDLER(finish_binary)
{
    Value value = f->result;
    if (UNLIKELY(value == NOT_IMPLEMENTED)) {
        BinarySite s = binary_site(pc, r, k);
        BinaryMethod which;
        first_binary(&s, &which);
        SAVE();
        value = number_binary_rest(s.a, s.b, s.op, s.in_place, which);
    }
    RESULT(value);
}

static HANDLER(vm_unary_by_slot)
{
    SAVE();
    uint16_t op = pc[-1].op;
    RESULT(number_unary(r[B], op == OP_NEGATIVE ? UNARY_NEGATIVE : op == OP_POSITIVE ? UNARY_POSITIVE : UNARY_INVERT));
}
HANDLER(vm_special_unary)
{
    uint16_t op = pc[-1].op;
    START(python_method(type_of(r[B]), op == OP_NEGATIVE ? NAME("__neg__") : op == OP_POSITIVE ? NAME("__pos__") : NAME("__invert__")), 1, r[B], 0, 0);
    TAIL(vm_unary_by_slot);
}

/* ---- comparison */

typedef struct CompareSite {
    Value a, b;
    CompareOp op;
    bool jump, wanted;
} CompareSite;

static inline CompareSite compare_site(const Word *pc, const Value *r, const Value *k)
{
    static_assert(OP_GE == OP_LT + CMP_GE && OP_EQ == OP_LT + CMP_EQ && OP_JUMP_NOT_LT == OP_JUMP_LT + 1 && OP_JUMP_LT_K == OP_JUMP_LT + 2 && OP_JUMP_NOT_GE_K == OP_JUMP_LT + 23);
    uint16_t op = pc[-1].op;
    if (op <= OP_GE) return (CompareSite){r[B], r[C], (CompareOp)(op - OP_LT), false, true};
    unsigned form = op - OP_JUMP_LT;
    return (CompareSite){r[A], form & 2 ? k[B] : r[B], (CompareOp)(form / 4), true, !(form & 1)};
}

/* Has the class no __ne__ of its own but the one that asks __eq__? */
static bool unequal_by_equal(Type *type)
{
    Value method = type_lookup(type, NAME("__ne__"));
    return method && has_type(method, &slot_wrapper_type) && ((WrapperObj *)method)->owner == &object_type;
}

static Value first_compare(const CompareSite *s)
{
    Type *ta = type_of(s->a), *tb = type_of(s->b);
    if (ta->compare != slot_compare || (ta != tb && type_is_subtype(tb, ta))) return 0;
    Value method = python_method(ta, slot_compare_name(s->op));
    return method || s->op != CMP_NE || !unequal_by_equal(ta) ? method : python_method(ta, NAME("__eq__"));
}

/* f->result is the comparison's value. */
static HANDLER(use_comparison)
{
    CompareSite s = compare_site(pc, r, k);
    Value value = f->result;
    if (!s.jump) {
        r[A] = value;
        NEXT;
    }
    int yes = value == TRUE ? 1 : value == FALSE ? 0 : -1;
    if (UNLIKELY(yes < 0)) {
        SAVE();
        yes = object_truth(value);
        if (UNLIKELY(yes < 0)) ERROR;
    }
    if (yes == s.wanted) TAKE(JUMP16);
    NEXT;
}

HANDLER(vm_special_compare)
{
    CompareSite s = compare_site(pc, r, k);
    START(first_compare(&s), 2, s.a, s.b, 0);
    SAVE();
    f->result = object_compare(s.a, s.b, s.op);
    if (UNLIKELY(!f->result)) ERROR;
    TAIL(use_comparison);
}

static __attribute__((noinline)) HANDLER(finish_compare)
{
    CompareSite s = compare_site(pc, r, k);
    Value value = f->result;
    SAVE();
    if (UNLIKELY(value == NOT_IMPLEMENTED)) value = object_compare_rest(s.a, s.b, s.op);
    else if (s.op == CMP_NE && !python_method(type_of(s.a), NAME("__ne__"))) {
        int yes = object_truth(value);
        value = yes < 0 ? 0 : bool_value(!yes);
    }
    if (UNLIKELY(!value)) ERROR;
    f->result = value;
    TAIL(use_comparison);
}

/* ---- truth */

static inline Value truth_operand(const Word *pc, const Value *r) { return pc[-1].op == OP_NOT ? r[B] : r[A]; }

/* NOT, JUMP_FALSE or JUMP_TRUE, when the operand is found to be true or not. */
#define USE_TRUTH(truth) \
    do { \
        int truth_ = (truth); \
        if (UNLIKELY(truth_ < 0)) ERROR; \
        if (pc[-1].op == OP_NOT) { \
            r[A] = bool_value(!truth_); \
            NEXT; \
        } \
        if (truth_ == (pc[-1].op == OP_JUMP_TRUE)) TAKE(JUMP32); \
        NEXT; \
    } while (0)

HANDLER(vm_special_truth)
{
    Value v = truth_operand(pc, r);
    Type *type = type_of(v);
    if (type->truth == slot_truth) START(python_method(type, NAME("__bool__")), 1, v, 0, 0);
    else if (!type->truth && type->length == slot_length) START(python_method(type, NAME("__len__")), 1, v, 0, 0);
    SAVE();
    USE_TRUTH(object_truth(v));
}

static __attribute__((noinline)) HANDLER(finish_truth)
{
    Value v = truth_operand(pc, r);
    SAVE();
    USE_TRUTH(slot_truth_of(f->result, !type_of(v)->truth));
}

static __attribute__((noinline)) HANDLER(finish_length)
{
    SAVE();
    int64_t length = slot_length_of(f->result);
    Value value = length < 0 ? 0 : int_new(length);
    if (UNLIKELY(!value)) ERROR;
    r[pc[3].dest] = value;
    SKIP(5);
}

/* ---- items */

static inline Value item_key(const Word *pc, const Value *r, const Value *k)
{
    uint16_t op = pc[-1].op;
    switch (op) {
    case OP_SUBSCR: return r[C];
    case OP_SUBSCR_K: return k[C];
    case OP_SUBSCR_I: return small_int(C);
    case OP_STORE_SUBSCR: return r[B];
    case OP_STORE_SUBSCR_I: return small_int(B);
    default: return k[B];
    }
}

HANDLER(vm_special_getitem)
{
    Value v = r[B], key = item_key(pc, r, k);
    if (type_of(v)->getitem == slot_getitem) START(python_method(type_of(v), NAME("__getitem__")), 2, v, key, 0);
    SAVE();
    RESULT(object_getitem(v, key));
}

HANDLER(vm_special_setitem)
{
    Value v = r[A], key = item_key(pc, r, k);
    if (type_of(v)->setitem == slot_setitem) START(python_method(type_of(v), NAME("__setitem__")), 3, v, key, r[C]);
    SAVE();
    if (UNLIKELY(!object_setitem(v, key, r[C]))) ERROR;
    NEXT;
}

static inline bool contains_jumps(const Word *pc) { return pc[-1].op == OP_JUMP_IN || pc[-1].op == OP_JUMP_NOT_IN; }

#define USE_CONTAINS(found) \
    do { \
        int found_ = (found); \
        if (UNLIKELY(found_ < 0)) ERROR; \
        uint16_t op_ = pc[-1].op; \
        if (op_ == OP_NOT_CONTAINS || op_ == OP_JUMP_NOT_IN) found_ = !found_; \
        if (op_ == OP_CONTAINS || op_ == OP_NOT_CONTAINS) { \
            r[A] = bool_value(found_); \
            NEXT; \
        } \
        if (found_) TAKE(JUMP16); \
        NEXT; \
    } while (0)

HANDLER(vm_special_contains)
{
    Value container = contains_jumps(pc) ? r[B] : r[C], item = contains_jumps(pc) ? r[A] : r[B];
    if (type_of(container)->contains == slot_contains) START(python_method(type_of(container), NAME("__contains__")), 2, container, item, 0);
    SAVE();
    USE_CONTAINS(object_contains(container, item));
}

static __attribute__((noinline)) HANDLER(finish_contains)
{
    SAVE();
    USE_CONTAINS(object_truth(f->result));
}

/* ---- iteration */

HANDLER(vm_special_iter)
{
    Value v = r[B];
    if (type_of(v)->iter == slot_iter) START(python_method(type_of(v), NAME("__iter__")), 1, v, 0, 0);
    SAVE();
    RESULT(object_iter(v));
}

static __attribute__((noinline)) HANDLER(finish_iter)
{
    Value iterator = f->result;
    if (UNLIKELY(!is_iterator(iterator))) {
        SAVE();
        raise_type("iter() returned non-iterator of type '%.100T'", iterator);
        ERROR;
    }
    r[A] = iterator;
    NEXT;
}

/* FOR_ITER on an instance. A StopIteration that leaves the method ends the loop: see unwind. */
HANDLER(vm_special_next)
{
    Value iterator = r[A];
    Type *type = type_of(iterator);
    if (type->next == slot_next) START(python_method(type, NAME("__next__")), 1, iterator, 0, 0);
    SAVE();
    Value v = type->next ? type->next(iterator) : raise_type("'%.200s' object is not an iterator", type->name);
    if (LIKELY(v)) {
        r[pc[0].dest] = v;
        SKIP(2);
    }
    if (UNLIKELY(t->exception) && !error_clear_if(&exc_StopIteration)) ERROR;
    pc += pc[0].exit;
    NEXT;
}

/* ---- the end of a method */

HANDLER(vm_finish_special)
{
    uint16_t op = pc[-1].op;
    if (op >= OP_ADD && op <= OP_IRSHIFT_K) TAIL(finish_binary);
    if ((op >= OP_LT && op <= OP_GE) || (op >= OP_JUMP_LT && op <= OP_JUMP_NOT_GE_K)) TAIL(finish_compare);
    if (op >= OP_FOR_ITER && op <= OP_FOR_GENERATOR) {
        r[pc[0].dest] = f->result;
        SKIP(2);
    }
    if (op >= OP_LOAD_METHOD && op <= OP_LOAD_METHOD_ATTR) {
        r[A] = 0;
        r[A + 1] = f->result;
        SKIP(4);
    }
    if (op >= OP_CALL && op < OP_CALL_METHOD) TAIL(finish_length);   /* it was CALL_LEN; another call at this site, or tracing, can have changed that meanwhile */
    switch (op) {
    case OP_NOT:
    case OP_JUMP_FALSE:
    case OP_JUMP_TRUE: TAIL(finish_truth);
    case OP_CONTAINS:
    case OP_NOT_CONTAINS:
    case OP_JUMP_IN:
    case OP_JUMP_NOT_IN: TAIL(finish_contains);
    case OP_GET_ITER: TAIL(finish_iter);
    case OP_STORE_SUBSCR:
    case OP_STORE_SUBSCR_K:
    case OP_STORE_SUBSCR_I: NEXT;
    case OP_STORE_ATTR:
    case OP_STORE_ATTR_SLOT:
    case OP_STORE_ATTR_ADD:
    case OP_STORE_ATTR_MEMBER:
    case OP_STORE_ATTR_POLY:
    case OP_STORE_ATTR_DICT:
    case OP_STORE_ATTR_PROPERTY:
    case OP_STORE_ATTR_HOOK: SKIP(4);
    default: r[A] = f->result; SKIP(op_words[op]);
    }
}
