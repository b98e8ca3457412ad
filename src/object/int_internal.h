/* int_internal.h: what the files int*.c share: ints seen as limbs, and results under construction. */
#pragma once
#include "object/bytes.h"
#include "object/container.h"
#include "object/exception.h"
#include "object/number.h"
#include "object/str.h"

/* The magnitude of any int: `count` limbs, least significant first, the top one not zero; zero has none. `one` is where the limb of an immediate lives. */
typedef struct Limbs {
    const mp_limb_t *at;
    mp_size_t count;
    bool negative;
    mp_limb_t one;
} Limbs;

static inline void limbs_of(Value v, Limbs *l)
{
    if (is_small_int(v)) {
        int64_t n = small_int_value(v);
        l->negative = n < 0;
        l->one = n < 0 ? -(uint64_t)n : (uint64_t)n;
        l->at = &l->one;
        l->count = n != 0;
        return;
    }
    IntObj *i = (IntObj *)v;
    l->negative = i->size < 0;
    l->at = i->limbs;
    l->count = i->size < 0 ? -i->size : i->size;
}

/* An int of the exact type with room for `count` limbs behind it, in one cell; not visible until int_finish. */
IntObj *int_alloc(size_t count);
/* Trims, and turns to an immediate what fits one. */
Value int_finish(IntObj *result, mp_size_t count, bool negative);

/* a / b to the nearest integer, ties to even, and the remainder that belongs to it. b not zero. */
bool int_divide_nearest(Value a, Value b, Value *quotient, Value *remainder);
Value int_true_divide(Value a, Value b), int_power(Value a, Value b, Value modulo), int_negative(Value v), int_abs(Value v), int_invert(Value v);
Value int_round(Value v, Value digits);
/* Text of an int: with a prefix ("0x") when `prefix`; unlimited when not decimal. */
