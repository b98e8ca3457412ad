/* syntax.c: the front end under libFuzzer: `make fuzz-syntax`.
 *
 * The first byte of an input says how the rest is compiled (see `options_of`); then the whole way is taken: decoding, tokens, tree or explained error, symbol
 * table, code, marshal bytes. A tree compiled a second time, at another level, must give the bytes that a new tree gives there. tests/fuzz/seeds_syntax.py makes inputs from
 * sources, and tests/fuzz/corpus/syntax keeps what was found; ./test replays it (tests/test_fuzz_syntax.py).
 */
#include "compile/compile.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What the parser may use of the C stack, of which main() has 8 MiB or more. */
enum { STACK_SHARE = 6 << 20 };

/* '@' is a module at level 0, 'A' an expression, 'B' a line at the prompt, 'C' a function type; +4 and +8: levels 1 and 2; the bits above are flags. */
static void options_of(uint8_t byte, Source *source)
{
    byte ^= '@';
    source->mode = (ParseMode)(byte & 3);
    source->optimize = (byte >> 2 & 3) % 3;
    if (byte & 0x10) source->flags |= PYCF_TYPE_COMMENTS | PYCF_DONT_IMPLY_DEDENT;
    if (byte & 0x20) source->flags |= PYCF_SOURCE_IS_UTF8 | PYCF_IGNORE_COOKIE;
    if (byte & 0x40) source->flags |= PYCF_ALLOW_TOP_LEVEL_AWAIT | FUTURE_ANNOTATIONS;
    if (byte & 0x80) source->flags |= PYCF_ALLOW_INCOMPLETE_INPUT | FUTURE_BARRY_AS_BDFL;
    source->is_script = (byte & 0x60) == 0x40;
    source->feature_version = byte & 0x80 && byte & 0x10 ? 6 : 11;
}

static Mod *parse_input(Source *source, Arena *arena, const uint8_t *data, size_t size)
{
    source_init(source, arena, (const char *)data + 1, size - 1, "fuzz.py");
    options_of(data[0], source);
    source->decode = decode_with_iconv;
    source->stack_limit = (char *)__builtin_frame_address(0) - STACK_SHARE;
    return parse(source);
}

/* The marshal bytes of the tree at a level, or 0. */
static const char *compile_bytes(Source *source, Mod *tree, int level, size_t *size)
{
    source->optimize = level;
    CodeUnit *code = tree ? compile_tree(source, tree) : 0;
    if (code) return marshal_code(source, code, size);
    if (source->error.kind == ERROR_NONE || !source->error.message) abort();
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!size) return -1;
    Arena first, second;
    arena_init(&first);
    arena_init(&second);
    size_t first_size = 0, second_size = 0;
    Source source, fresh;
    Mod *tree = parse_input(&source, &first, data, size);
    int level = source.optimize, other = (level + 1) % 3;
    if (source.mode != PARSE_FUNC_TYPE && compile_bytes(&source, tree, level, &first_size) && size % 4 == 0 && !source.depends_on_level) {
        /* The same tree once more at another level, and a tree of its own there. */
        const char *again = compile_bytes(&source, tree, other, &first_size);
        const char *anew = compile_bytes(&fresh, parse_input(&fresh, &second, data, size), other, &second_size);
        if (!again || !anew || first_size != second_size || memcmp(again, anew, first_size) != 0) abort();
    }
    arena_free(&first);
    arena_free(&second);
    return 0;
}
