/* compile.h: from a tree to code, and to the bytes that a `.pyc` holds.
 *
 * The result of compiling is a tree of `CodeUnit`s in the arena, with every field of CPython 3.11's code object. `marshal_code` turns it into the bytes behind
 * the 16 byte header of a `.pyc`; the runtime loads just those bytes, so both interpreters' caches and ours pass through one door.
 */
#pragma once
#include "syntax/parser.h"

typedef struct CodeUnit {
    int argcount, posonlyargcount, kwonlyargcount, stacksize, flags, firstlineno;
    const uint8_t *code;
    uint32_t code_size;           /* bytes, caches included */
    const Const **consts;
    uint32_t const_count;
    const Text **names;
    uint32_t name_count;
    const Text **localsplusnames;
    uint32_t localsplus_count;
    const uint8_t *localspluskinds;
    const Text *filename, *name, *qualname;
    const uint8_t *linetable;
    uint32_t linetable_size;
    const uint8_t *exceptiontable;
    uint32_t exceptiontable_size;
} CodeUnit;

/* Compiles a tree (from parse(), or from the embedder's AST objects). 0 with source->error filled. The tree may be compiled again at another
 * source->optimize, unless source->depends_on_level. */
CodeUnit *compile_tree(Source *source, Mod *tree);
/* parse() and compile_tree(). */
CodeUnit *compile_source(Source *source);
/* The marshal bytes (version 4) of `code`: same code, same bytes. In the arena. */
const char *marshal_code(Source *source, const CodeUnit *code, size_t *size);
/* "import a.b" style mangling: private names inside class `cls` (0: outside a class). */
const Text *mangle_name(Source *source, const Text *cls, const Text *name);
/* For Source.decode: encodings that the C library's iconv() knows and Python has under that name. */
bool decode_with_iconv(Source *source, const char *encoding, const char *bytes, size_t size, const char **utf8, size_t *utf8_size);
