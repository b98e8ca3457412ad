/* keep.h: values that must live for ever because memory outside the heap refers to them (names in shapes, defaults in signatures). */
#pragma once
#include "heap/value.h"

/* false with MemoryError. */
bool value_keep(Value v);
