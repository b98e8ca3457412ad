/* ast_convert.h: between the front end's tree and the `ast` module's objects (module/_ast.c). */
#pragma once
#include "module/module.h"

/* Whether v is an ast.AST instance; -1 with exception. Cheap while _ast has not been imported. */
int ast_is_node(Value v);
/* Source text -> ast objects, as compile(..., PyCF_ONLY_AST). */
Value ast_parse(const char *text, size_t size, Value filename, int mode, int flags, int feature_version);
/* ast objects -> code object. TypeError, ValueError for trees that are not well formed. */
Value ast_compile(Value tree, Value filename, int mode, int flags, int optimize);
