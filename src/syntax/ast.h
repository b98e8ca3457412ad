/* ast.h: the C structs of the abstract syntax tree, derived from ast.def.
 *
 * `expr` becomes `Expr`, with a tag `kind` (Expr_BinOp, ...) and one anonymous-union member a constructor: e->BinOp.left. Product types are
 * plain structs: keyword->value. Sequences are `Seq` of untyped words, read with seq_at(Expr *, seq, i).
 * Positions are CPython's: lines from 1, columns in UTF-8 bytes from 0.
 */
#pragma once
#include "syntax/constant.h"

typedef struct Seq {
    uint32_t count;
    void *items[];
} Seq;
#define seq_count(seq) ((seq) ? (seq)->count : 0u)
#define seq_at(T, seq, i) ((T)(seq)->items[i])

#define ENUM(type, Struct) typedef enum Struct {
#define ITEM(type, Struct, Name) Struct##_##Name,
#define ENUM_END(type) \
    } \
    AST_ENUM_##type;
#define AST_ENUM_expr_context ExprContext
#define AST_ENUM_boolop BoolOp
#define AST_ENUM_operator Operator
#define AST_ENUM_unaryop UnaryOp
#define AST_ENUM_cmpop CmpOp
#include "syntax/ast.def"

#define SUM(type, Struct, attributes) typedef struct Struct Struct;
#define PRODUCT(type, Struct, attributes, FIELDS) typedef struct Struct Struct;
#include "syntax/ast.def"

/* The C type of a field, by the name of its type in ast.def. */
#define AST_mod Mod *
#define AST_stmt Stmt *
#define AST_expr Expr *
#define AST_expr_context ExprContext
#define AST_boolop BoolOp
#define AST_operator Operator
#define AST_unaryop UnaryOp
#define AST_cmpop CmpOp
#define AST_comprehension Comprehension *
#define AST_excepthandler ExceptHandler *
#define AST_arguments Arguments *
#define AST_arg Arg *
#define AST_keyword Keyword *
#define AST_alias Alias *
#define AST_withitem WithItem *
#define AST_match_case MatchCase *
#define AST_pattern Pattern *
#define AST_type_ignore TypeIgnore *
#define AST_identifier const Text *
#define AST_string const Text *
#define AST_constant const Const *
#define AST_int int

#define F(type, name) AST_##type name;
#define O(type, name) AST_##type name;
#define I(type, name) AST_##type name;
#define S(type, name) Seq *name;
#define N(type, name) Seq *name;

#define SUM(type, Struct, attributes) \
    typedef enum Struct##Kind \
    { \
        Struct##_none_,
#define NODE(type, Struct, Name, FIELDS) Struct##_##Name,
#define SUM_END(type) \
    } \
    AST_KIND_##type;
#define AST_KIND_mod ModKind
#define AST_KIND_stmt StmtKind
#define AST_KIND_expr ExprKind
#define AST_KIND_excepthandler ExceptHandlerKind
#define AST_KIND_pattern PatternKind
#define AST_KIND_type_ignore TypeIgnoreKind
#include "syntax/ast.def"

#define SUM(type, Struct, attributes) \
    struct Struct { \
        Struct##Kind kind; \
        int lineno, col_offset, end_lineno, end_col_offset; \
        union {
#define NODE(type, Struct, Name, FIELDS) \
    struct { \
        FIELDS \
    } Name;
#define SUM_END(type) \
    } \
    ; \
    } \
    ;
#define PRODUCT(type, Struct, attributes, FIELDS) \
    struct Struct { \
        FIELDS int lineno, col_offset, end_lineno, end_col_offset; \
    };
#include "syntax/ast.def"

#undef F
#undef O
#undef S
#undef N
#undef I
