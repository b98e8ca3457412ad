/* ast_tables.h: the node kinds of syntax/ast.def as data: fields, their types, and where they lie in the C structs. */
#pragma once
#include "syntax/ast.h"

/* The types of fields. */
typedef enum AstType {
#define SUM(type, Struct, attributes) AST_T_##type,
#define PRODUCT(type, Struct, attributes, FIELDS) AST_T_##type,
#define ENUM(type, Struct) AST_T_##type,
#include "syntax/ast.def"
    AST_T_identifier,
    AST_T_string,
    AST_T_constant,
    AST_T_int,
    AST_TYPE_COUNT
} AstType;

typedef enum AstForm { AST_REQUIRED, AST_OPTIONAL, AST_SEQUENCE, AST_SEQUENCE_OF_OPTIONAL } AstForm;
typedef enum AstTypeRole { AST_LEAF_ROLE, AST_SUM_ROLE, AST_PRODUCT_ROLE, AST_ENUM_ROLE } AstTypeRole;
typedef enum AstRole { AST_SUM, AST_CONSTRUCTOR, AST_PRODUCT, AST_ITEM } AstRole;   /* AST_SUM also for the base class of an enum */

typedef struct AstField {
    const char *name;
    int type;
    AstForm form;
    size_t offset;
} AstField;

/* One class of the ast module. The constructors of a sum type follow it, in the order of their C tags, which count from 1; the items of an enum likewise, counting from 0. */
typedef struct AstKind {
    const char *name;
    AstRole role;
    int parent;             /* index of the sum type; -1 */
    bool has_position;      /* of sum and product types */
    int field_count;
    const AstField *fields;
} AstKind;

enum {
#define SUM(type, Struct, attributes) AST_K_##type,
#define NODE(type, Struct, Name, FIELDS) AST_K_##Struct##_##Name,
#define PRODUCT(type, Struct, attributes, FIELDS) AST_K_##type,
#define ENUM(type, Struct) AST_K_##type,
#define ITEM(type, Struct, Name) AST_K_##Struct##_##Name,
#include "syntax/ast.def"
    ast_kind_count
};
extern AstKind ast_kinds[ast_kind_count];
/* Fills ast_kinds: once, before its first use. */
void ast_tables_fill(void);
extern const char *const ast_type_names[AST_TYPE_COUNT];
extern const AstTypeRole ast_type_roles[AST_TYPE_COUNT];
extern const int ast_type_kinds[AST_TYPE_COUNT];            /* index in ast_kinds */
extern const size_t ast_type_sizes[AST_TYPE_COUNT];         /* of the C struct */
extern const size_t ast_position_offset[AST_TYPE_COUNT];    /* of lineno, which the other three follow */

/* ast_validate.c: whether the tree is one that the compiler can take; false with ValueError or TypeError. */
bool ast_validate(Mod *tree);
