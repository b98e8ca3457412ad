/* type_slot_functions.h: the slot_* functions of type_slots.c, for the table in type_slot_table.c. */
#pragma once
#include "object/type_internal.h"

Value slot_negative(Value), slot_positive(Value), slot_absolute(Value), slot_invert(Value), slot_int(Value), slot_float(Value), slot_index(Value), slot_str(Value),
    slot_repr(Value), slot_iter(Value), slot_next(Value), slot_await(Value), slot_aiter(Value), slot_anext(Value);
bool slot_hash(Value, int64_t *);
int slot_truth(Value), slot_contains(Value, Value);
int64_t slot_length(Value);
Value slot_call(Value self, Value *args, size_t nargs, Value kwnames);
void slot_finalize(Obj *);
bool slot_setattr(Value, Value, Value), slot_descr_set(Value, Value, Value), slot_setitem(Value, Value, Value);
Value slot_descr_get(Value, Value, Type *), slot_getitem(Value, Value), slot_seq_item(Value, int64_t), slot_compare(Value, Value, CompareOp);
Value slot_add(Value, Value), slot_and(Value, Value), slot_floor_divide(Value, Value), slot_lshift(Value, Value), slot_matrix_multiply(Value, Value), slot_multiply(Value, Value),
    slot_remainder(Value, Value), slot_or(Value, Value), slot_power(Value, Value), slot_rshift(Value, Value), slot_subtract(Value, Value), slot_true_divide(Value, Value),
    slot_xor(Value, Value), slot_divmod(Value, Value);
Value slot_iadd(Value, Value), slot_iand(Value, Value), slot_ifloor_divide(Value, Value), slot_ilshift(Value, Value), slot_imatrix_multiply(Value, Value),
    slot_imultiply(Value, Value), slot_iremainder(Value, Value), slot_ior(Value, Value), slot_ipower(Value, Value), slot_irshift(Value, Value), slot_isubtract(Value, Value),
    slot_itrue_divide(Value, Value), slot_ixor(Value, Value);
Value slot_power3(Value, Value, Value);

/* For the VM, which runs special methods in Python itself. */
typedef enum BinaryMethod { METHOD_LEFT, METHOD_REFLECTED, METHOD_IN_PLACE } BinaryMethod;   /* __add__, __radd__, __iadd__ */
Value slot_binary_name(BinaryOp op, BinaryMethod method);
Value slot_compare_name(CompareOp op);
/* What is left of `a op b` when its first method has said NotImplemented: a's own, b's reflected one, or a's in-place one. */
Value number_binary_rest(Value a, Value b, BinaryOp op, bool in_place, BinaryMethod tried);
Value slot_binary_reflected(Value a, Value b, BinaryOp op);   /* NotImplemented when b does not know either */
/* What is left of a comparison when a's own method has said NotImplemented. */
Value object_compare_rest(Value a, Value b, CompareOp op);
/* What the results of __bool__ (by_length: __len__) and of __len__ mean; -1 with an exception. */
int slot_truth_of(Value result, bool by_length);
int64_t slot_length_of(Value result);
