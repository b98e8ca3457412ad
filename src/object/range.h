/* range.h: what slice.c and range.c share. */
#pragma once
#include "object/container.h"

/* slice.indices() with ints of any size. */
bool slice_indices_big(Value slice, Value length, Value *start, Value *stop, Value *step);
extern Type longrange_iterator_type;
