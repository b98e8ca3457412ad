/* ast_dump.h: a tree as text. */
#pragma once
#include "syntax/ast.h"
#include <stdio.h>

/* Writes what Python's ast.dump(tree, include_attributes=True) gives. */
void ast_dump(const Mod *tree, FILE *out);
