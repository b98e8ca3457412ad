/* ast_tables.c: see ast_tables.h. Three passes over ast.def: structs that give the offsets of fields inside a constructor, the field tables, the table of kinds. */
#include "module/ast_tables.h"

/* The members of each constructor, as the anonymous struct in the union has them. */
#define F(type, name) AST_##type name;
#define O(type, name) AST_##type name;
#define I(type, name) AST_##type name;
#define S(type, name) Seq *name;
#define N(type, name) Seq *name;
#define NODE(type, Struct, Name, FIELDS) \
    typedef struct Members_##Struct##_##Name { \
        FIELDS \
    } Members_##Struct##_##Name;
#include "syntax/ast.def"
#undef F
#undef O
#undef S
#undef N
#undef I

/* Offsets inside `Members` are those inside the node but for the place of the union. */
#define F(type, name) {#name, AST_T_##type, AST_REQUIRED, BASE + offsetof(MEMBERS, name)},
#define O(type, name) {#name, AST_T_##type, AST_OPTIONAL, BASE + offsetof(MEMBERS, name)},
#define I(type, name) O(type, name)
#define S(type, name) {#name, AST_T_##type, AST_SEQUENCE, BASE + offsetof(MEMBERS, name)},
#define N(type, name) {#name, AST_T_##type, AST_SEQUENCE_OF_OPTIONAL, BASE + offsetof(MEMBERS, name)},
#define COUNT(array) ((int)(sizeof(array) / sizeof(AstField)))

/* BASE and MEMBERS are names of the enclosing function's scope: each table is a static in a function that returns it. */
#define NODE(type, Struct, Name, FIELDS) \
    static const AstField *fields_##Struct##_##Name(int *count) \
    { \
        enum { BASE = offsetof(Struct, Name) }; \
        typedef Members_##Struct##_##Name MEMBERS [[maybe_unused]]; \
        static const AstField fields[] = {FIELDS}; \
        *count = COUNT(fields); \
        return fields; \
    }
#define PRODUCT(type, Struct, attributes, FIELDS) \
    static const AstField *fields_##Struct(int *count) \
    { \
        enum { BASE = 0 }; \
        typedef Struct MEMBERS; \
        static const AstField fields[] = {FIELDS}; \
        *count = COUNT(fields); \
        return fields; \
    }
#include "syntax/ast.def"
#undef F
#undef O
#undef S
#undef N
#undef I
#undef COUNT

AstKind ast_kinds[ast_kind_count];

void ast_tables_fill(void)
{
    int parent = -1;
    AstKind *kind = ast_kinds;
#define SUM(type, Struct, attributes) parent = (int)(kind - ast_kinds), *kind++ = (AstKind){#type, AST_SUM, -1, attributes, 0, 0};
#define NODE(type, Struct, Name, FIELDS) \
    *kind = (AstKind){#Name, AST_CONSTRUCTOR, parent, false, 0, 0}; \
    kind->fields = fields_##Struct##_##Name(&kind->field_count); \
    kind++;
#define PRODUCT(type, Struct, attributes, FIELDS) \
    *kind = (AstKind){#type, AST_PRODUCT, -1, attributes, 0, 0}; \
    kind->fields = fields_##Struct(&kind->field_count); \
    kind++;
#define ENUM(type, Struct) parent = (int)(kind - ast_kinds), *kind++ = (AstKind){#type, AST_SUM, -1, false, 0, 0};
#define ITEM(type, Struct, Name) *kind++ = (AstKind){#Name, AST_ITEM, parent, false, 0, 0};
#include "syntax/ast.def"
}

const char *const ast_type_names[AST_TYPE_COUNT] = {
#define SUM(type, Struct, attributes) #type,
#define PRODUCT(type, Struct, attributes, FIELDS) #type,
#define ENUM(type, Struct) #type,
#include "syntax/ast.def"
    "identifier",
    "string",
    "constant",
    "int",
};

const AstTypeRole ast_type_roles[AST_TYPE_COUNT] = {
#define SUM(type, Struct, attributes) AST_SUM_ROLE,
#define PRODUCT(type, Struct, attributes, FIELDS) AST_PRODUCT_ROLE,
#define ENUM(type, Struct) AST_ENUM_ROLE,
#include "syntax/ast.def"
};

const int ast_type_kinds[AST_TYPE_COUNT] = {
#define SUM(type, Struct, attributes) AST_K_##type,
#define PRODUCT(type, Struct, attributes, FIELDS) AST_K_##type,
#define ENUM(type, Struct) AST_K_##type,
#include "syntax/ast.def"
};

const size_t ast_type_sizes[AST_TYPE_COUNT] = {
#define SUM(type, Struct, attributes) sizeof(Struct),
#define PRODUCT(type, Struct, attributes, FIELDS) sizeof(Struct),
#define ENUM(type, Struct) sizeof(Struct),
#include "syntax/ast.def"
};

const size_t ast_position_offset[AST_TYPE_COUNT] = {
#define SUM(type, Struct, attributes) offsetof(Struct, lineno),
#define PRODUCT(type, Struct, attributes, FIELDS) offsetof(Struct, lineno),
#define ENUM(type, Struct) 0,
#include "syntax/ast.def"
};
