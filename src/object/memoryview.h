/* memoryview.h: the parts of memoryview.c, buffer_format.c. */
#pragma once
#include "object/bytes_internal.h"

/* The code of a native single-character format ("B", "@I"), or 0; *size gets the size of an item. */
char format_native(const char *format, int64_t *size);
/* The constant string of a native format, with '@' if `text` has it. */
const char *format_constant(const char *text);
Value format_unpack(char code, const void *item);
/* TypeError "memoryview: invalid type for format 'x'", ValueError "memoryview: invalid value for format 'x'". */
bool format_pack(char code, const char *format, void *item, Value v);
/* Whether two buffers have equal shapes and items: 1, 0, -1. */
int buffers_equal(const Buffer *a, const Buffer *b);
/* Copies src to dest: same shape, same item size; true strides in both. */
void buffer_copy(const Buffer *dest, const Buffer *src);
