/* builtins.h: between the two files of the builtins module, what other modules that read source text need, and what the prompt lends to input(). */
#pragma once
#include "module/module.h"

NATIVE(builtin_build_class);
NATIVE(builtin_compile);
NATIVE(builtin_eval);
NATIVE(builtin_exec);
/* Source text of a str or bytes-like argument of `function`; *keep holds what owns the bytes (released by the caller if keep->owner). str sources are UTF-8 whatever cookie they hold: *flags says so. */
const char *builtin_source_text(Value source, const char *function, const char *expected, size_t *size, int *flags, Buffer *keep);
/* Reads a line with line editing for input() at a terminal; malloc'ed, 0 at the end of input or with an exception set. 0: no line editing here. */
extern char *(*input_readline)(const char *prompt);
