/* codec.h: the codecs written in C and their error handling, for str.encode, bytes.decode and module _codecs.
 *
 * A codec reads its input and writes to `out`; where the input is faulty it calls decode_fault or encode_fault, which asks the error handler, writes the
 * replacement and says where to go on.
 */
#pragma once
#include "object/bytes_internal.h"
#include "object/exception.h"

typedef struct Decoder {
    const char *encoding, *errors;   /* errors 0: strict */
    const uint8_t *data;
    int64_t size;
    Value handler, exception;        /* of the registry; 0 until first needed */
    bool any_index;                  /* a position that is no C integer is out of bounds like others (IndexError) */
    Value input;                     /* keeps data alive when a handler has exchanged it */
    StrBuilder out;
} Decoder;
/* The bytes [start, end) are faulty. The position to go on at; -1 with exception. May change d->data and d->size. */
int64_t decode_fault(Decoder *d, int64_t start, int64_t end, const char *reason);

typedef struct Encoder Encoder;
struct Encoder {
    const char *encoding, *errors;
    Value text;
    uint32_t limit;                  /* replacement texts may hold characters below this */
    bool (*put)(Encoder *, uint32_t c);   /* writes one character */
    Value handler, exception;
    BytesBuilder out;
    Value mapping;                   /* charmap */
    bool any_index;                  /* as in Decoder */
};
/* The characters [start, end) cannot be encoded. */
int64_t encode_fault(Encoder *e, int64_t start, int64_t end, const char *reason);

Value codec_latin1_decode(const uint8_t *data, int64_t size);
Value codec_ascii_decode(const char *bytes, size_t size, const char *errors);
Value codec_limited_encode(Value s, const char *errors, const char *encoding, uint32_t limit);   /* ASCII (128), Latin-1 (256) */
/* byteorder: -1 little, 1 big, 0 native with a mark; on decoding *byteorder says what a mark said. consumed 0: complete input. */
Value codec_utf16_decode(const uint8_t *data, int64_t size, const char *errors, int *byteorder, int64_t *consumed);
Value codec_utf32_decode(const uint8_t *data, int64_t size, const char *errors, int *byteorder, int64_t *consumed);
Value codec_utf16_encode(Value s, const char *errors, int byteorder);
Value codec_utf32_encode(Value s, const char *errors, int byteorder);
Value codec_utf7_decode(const uint8_t *data, int64_t size, const char *errors, int64_t *consumed);
Value codec_utf7_encode(Value s);
Value codec_unicode_escape_decode(const uint8_t *data, int64_t size, const char *errors, int64_t *consumed);
Value codec_unicode_escape_encode(Value s);
Value codec_raw_unicode_escape_decode(const uint8_t *data, int64_t size, const char *errors, int64_t *consumed);
Value codec_raw_unicode_escape_encode(Value s);
Value codec_bytes_escape_decode(const uint8_t *data, int64_t size, const char *errors);   /* bytes */
Value codec_bytes_escape_encode(Value bytes);
Value codec_charmap_decode(const uint8_t *data, int64_t size, const char *errors, Value mapping);   /* mapping 0 or NONE: Latin-1 */
Value codec_charmap_encode(Value s, const char *errors, Value mapping);
Value codec_charmap_build(Value map);
extern Type encoding_map_type;

/* The handler of that name: a callable; LookupError "unknown error handler name '...'". */
Value codec_error_handler(const char *name);
bool codec_register_error(Value name, Value handler);
