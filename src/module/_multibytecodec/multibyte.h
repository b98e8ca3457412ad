/* multibyte.h: the codecs of Chinese, Japanese and Korean, over the C library's iconv.
 *
 * iconv knows the tables; it is asked for one character at a time (coding.c), so that error handlers and incremental use work as Python has them. The encodings with shift states
 * (ISO 2022, HZ) are done here over the tables of the EUC encodings. codec.c has the Python types, modules.c the modules _codecs_cn and so on.
 */
#pragma once
#include "module/module.h"
#include "object/codec.h"
#include <iconv.h>

typedef enum CodingKind { CODING_PLAIN, CODING_HZ, CODING_ISO2022 } CodingKind;

typedef struct CodingDef {
    const char *name;
    CodingKind kind;
    const char *tables;     /* CODING_PLAIN: iconv's name; ISO 2022: the letters of its character sets, in the order they are tried for encoding */
} CodingDef;

/* Shift state of a stateful encoding. 0 is the initial one. */
typedef struct CodingState {
    uint8_t set;
    bool shifted, announced;
} CodingState;

enum { CODING_OK, CODING_INCOMPLETE, CODING_ILLEGAL };
/* Reads one unit from bytes: characters (0 to 2 of them: escape sequences have none) and its size. For faults *size is the number of faulty bytes. */
int coding_read(const CodingDef *def, CodingState *state, const uint8_t *bytes, int64_t left, uint32_t chars[2], int *count, int *size);
/* Writes one character, or two that combine (*used). CODING_ILLEGAL: there is no such character. */
int coding_write(const CodingDef *def, CodingState *state, const uint32_t *chars, int64_t left, uint8_t out[16], int *size, int *used);
/* What returns to the initial state. */
int coding_reset(const CodingDef *def, CodingState *state, uint8_t out[16]);

extern Type multibyte_codec_type;
Value multibyte_codec_new(const CodingDef *def);
