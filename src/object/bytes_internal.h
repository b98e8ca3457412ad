/* bytes_internal.h: what bytes*.c, bytearray.c, memoryview*.c and the codecs share. */
#pragma once
#include "object/bytes.h"
#include "object/container.h"
#include "object/function.h"
#include "object/number.h"
#include "object/str_internal.h"

typedef struct Span {
    const uint8_t *data;
    int64_t size;
} Span;

#define is_bytearray(v) is_instance_of(v, &bytearray_type)
/* The bytes of a bytes or bytearray object (self of a shared method); valid until Python code runs. */
static inline Span bytes_span(Value v)
{
    if (is_bytes(v)) return (Span){bytes_data(v), bytes_size(v)};
    return (Span){bytearray_data(v), ((ByteArrayObj *)v)->size};
}
/* A new object like self: bytes or bytearray. */
static inline Value bytes_like_new(Value self, const void *data, int64_t size) { return is_bytes(self) ? bytes_new(data, (size_t)size) : bytearray_new(data, (size_t)size); }
static inline uint8_t *bytes_like_data(Value v) { return is_bytes(v) ? bytes_data(v) : bytearray_data(v); }

extern const NativeDef bytes_methods[], bytearray_methods[];
extern Type bytes_iterator_type, bytearray_iterator_type;
/* repr's inside: b'...' with the prefix and the closing text; escape_single: ' is escaped even between double quotes (as bytearray's repr does). */
Value bytes_repr_with(Span s, const char *prefix, const char *suffix, bool escape_single);
/* The byte an int means: ValueError "byte must be in range(0, 256)" (or the text given). */
bool byte_from_value(Value v, uint8_t *byte, const char *range_error);
Value bytes_subclass_new(Type *type, Value bytes);
Value bytes_repeat_span(Value self, Span s, int64_t count);
int bytes_contains_value(Value self, Value item);
/* bytes(...) and bytearray(...) without keywords: the bytes of `source` in a BytesBuilder; iterables of ints, buffers. */
bool bytes_collect(BytesBuilder *b, Value source, const char *type_name, const char *range_error);
/* The arguments of bytes(source, encoding, errors), bound and checked: a bytes object for str with encoding; otherwise use source (which may be a str: the caller's error). */
bool bytes_new_arguments(const char *name, Signature **signature, Value *args, size_t nargs, Value kwnames, Value *source, Value *encoded);
/* Comparison of bytes-likes; NOT_IMPLEMENTED if the other has no buffer. */
Value bytes_compare_values(Value a, Value b, CompareOp op);
/* hex() of bytes, bytearray, memoryview, binascii.hexlify: sep 0 for none. */
Value bytes_hex(const uint8_t *data, int64_t size, Value sep, int64_t group, bool as_bytes);
Value bytes_fromhex(Value text);   /* bytes */
NATIVE(bytes_percent_native);
