/* layout.h: the table that the two halves of test_layout.c exchange: CPython's headers and Krait's name the same things, so no file can include both. */
#pragma once
#include <stddef.h>

typedef struct Place {
    const char *what;
    size_t offset, size;
} Place;
extern const Place cpython_layout[];
/* The bits of a string's state as CPython's bit-field has them, and the values of the flags of types. */
typedef struct Bits {
    const char *what;
    unsigned long value;
} Bits;
extern const Bits cpython_bits[];
const Bits *cpython_string_bits(void);
