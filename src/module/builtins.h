/* builtins.h: between the two files of the builtins module, and what the prompt lends to input(). */
#pragma once
#include "module/module.h"

NATIVE(builtin_build_class);
NATIVE(builtin_compile);
NATIVE(builtin_eval);
NATIVE(builtin_exec);
/* Reads a line with line editing for input() at a terminal; malloc'ed, 0 at the end of input or with an exception set. 0: no line editing here. */
extern char *(*input_readline)(const char *prompt);
