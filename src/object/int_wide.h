/* int_wide.h: arithmetic on ints that do not fit an immediate but 128 bits: hashes, random numbers, products on their way through a modulus. */
#pragma once
#include "object/number.h"
#include "object/type.h"

/* a op b for two ints of the exact type. 0 (with or without MemoryError): the general functions must do it. */
Value int_wide(Value a, Value b, BinaryOp op);
