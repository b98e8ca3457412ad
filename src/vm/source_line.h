/* source_line.h: source lines under the entries of a traceback, and the carets below them. */
#pragma once
#include "object/function.h"

/* Line `lineno` (from 1) of the file without its line end, decoded by its coding cookie; the file is looked for along sys.path when it is not where its name says. 0 without exception: no such line. */
Value source_line(Value filename, int lineno);
/* The row of ^ and ~ under the shown line (characters [first, end) of `line`) for the instruction at `lasti`; 0: none. */
Value source_carets(CodeObj *code, int lasti, int lineno, Value line, int64_t first, int64_t end);
/* sys.path, for files that are not where their names say: set by module/sys.c. */
extern Value (*source_search_path)(void);
