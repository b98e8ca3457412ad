/* constant.h: constants and identifiers as the front end sees them.
 *
 * The front end knows no Python objects: a constant is a tagged record in the arena. Text is UTF-8 that may also hold encoded surrogates
 * ("\ud800" is legal in a literal), which is just how `marshal` stores it. Big integers are GMP limbs.
 *
 * Identifiers are interned per compilation: two equal names are one `Text *`, so tables are keyed by address.
 */
#pragma once
#include "base/arena.h"
#include <stdarg.h>
#include <stdbool.h>
#include <gmp.h>

typedef struct Text {
    uint32_t length;     /* bytes */
    uint32_t hash;
    bool ascii;
    uint8_t keyword;     /* the parser's mark on names that are keywords; 0 on all others */
    char bytes[];        /* followed by a zero byte */
} Text;

typedef enum ConstKind {
    CONST_NONE,
    CONST_FALSE,
    CONST_TRUE,
    CONST_ELLIPSIS,
    CONST_INT,
    CONST_FLOAT,
    CONST_COMPLEX,
    CONST_STR,
    CONST_BYTES,
    CONST_TUPLE,
    CONST_FROZENSET,
    CONST_CODE,          /* only in the constants of finished code */
    CONST_OTHER,         /* an object of the embedder's, from an AST given to compile(): opaque to the front end */
} ConstKind;

typedef struct Const Const;
struct Const {
    ConstKind kind;
    union {
        struct {
            int32_t size;
            mp_limb_t *limbs;
        } integer;   /* sign of size is the sign; 0 limbs: zero */
        struct {
            double real, imag;
        } number;                 /* float uses real */
        const Text *text;                                     /* str, bytes */
        struct {
            uint32_t count;
            const Const **items;
        } tuple; /* tuple, frozenset (in insertion order) */
        struct CodeUnit *code;
        void *other;
    };
};

/* The interning table of one compilation. */
typedef struct TextTable {
    Arena *arena;
    const Text **slots;
    uint32_t count, mask;
} TextTable;
void text_table_init(TextTable *table, Arena *arena);
const Text *text_intern(TextTable *table, const char *bytes, size_t length);
/* What vprintf() would print. */
const Text *text_format(Arena *arena, const char *format, va_list arguments);
/* The hash of a text with these bytes. */
uint32_t text_hash(const char *bytes, size_t length);
/* A text that is not interned (string literals). */
const Text *text_new(Arena *arena, const char *bytes, size_t length);
