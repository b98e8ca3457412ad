/* ast_dump.c: a tree as text, in exactly the form of Python's `ast.dump(tree, include_attributes=True)`; derived from ast.def.
 *
 * It exists to compare our trees with another implementation's, and to look at them.
 */
#include "syntax/ast_dump.h"
#include "base/float_text.h"
#include "base/unicode.h"
#include "base/utf8.h"
#include <stdlib.h>
#include <string.h>

typedef struct Dump {
    FILE *out;
    const char *separator;
} Dump;

static void put(Dump *d, const char *text) { fputs(text, d->out); }

/* "name=" of a field, after the separator if it is not the first. */
static void field(Dump *d, const char *name)
{
    fputs(d->separator, d->out);
    fputs(name, d->out);
    fputc('=', d->out);
    d->separator = ", ";
}

static void put_repr(Dump *d, const Text *text, bool bytes)
{
    const char *s = text->bytes, *end = s + text->length;
    bool single = memchr(s, '\'', text->length), twice = memchr(s, '"', text->length);
    char quote = single && !twice ? '"' : '\'';
    if (bytes) fputc('b', d->out);
    fputc(quote, d->out);
    while (s < end) {
        const char *at = s;
        uint32_t c = bytes ? (uint8_t)*s++ : utf8_next(&s);
        if (c == (uint32_t)quote || c == '\\') fprintf(d->out, "\\%c", (int)c);
        else if (c == '\n') put(d, "\\n");
        else if (c == '\r') put(d, "\\r");
        else if (c == '\t') put(d, "\\t");
        else if (c >= ' ' && c < 0x7f) fputc((int)c, d->out);
        else if (c < 0x100 && (bytes || !unicode_is_printable(c))) fprintf(d->out, "\\x%02x", c);
        else if (unicode_is_printable(c)) fwrite(at, 1, (size_t)(s - at), d->out);
        else fprintf(d->out, c < 0x10000 ? "\\u%04x" : "\\U%08x", c);
    }
    fputc(quote, d->out);
}

static void put_integer(Dump *d, const Const *value)
{
    mpz_t z;
    size_t size = (size_t)abs(value->integer.size);
    mpz_roinit_n(z, value->integer.limbs, value->integer.size);
    char *text = malloc(mpz_sizeinbase(z, 10) + 2);
    if (!text) return;
    mpz_get_str(text, 10, z);
    put(d, size ? text : "0");
    free(text);
}

static void put_float(Dump *d, double value, int flags)
{
    char text[FLOAT_REPR_SIZE];
    size_t length = float_format(value, 'r', 0, flags, text, sizeof text);
    fwrite(text, 1, length, d->out);
}

static void dump_constant(Dump *d, const Const *value)
{
    switch (value->kind) {
    case CONST_NONE: put(d, "None"); break;
    case CONST_TRUE: put(d, "True"); break;
    case CONST_FALSE: put(d, "False"); break;
    case CONST_ELLIPSIS: put(d, "Ellipsis"); break;
    case CONST_INT: put_integer(d, value); break;
    case CONST_FLOAT: put_float(d, value->number.real, FLOAT_DOT_ZERO); break;
    case CONST_COMPLEX:
        put_float(d, value->number.imag, 0);
        put(d, "j");
        break;
    case CONST_STR: put_repr(d, value->text, false); break;
    case CONST_BYTES: put_repr(d, value->text, true); break;
    default: put(d, "?"); break;
    }
}

static void dump_int(Dump *d, int value) { fprintf(d->out, "%d", value); }
static void dump_identifier(Dump *d, const Text *text) { put_repr(d, text, false); }
static void dump_string(Dump *d, const Text *text) { put_repr(d, text, false); }

#define ENUM(type, Struct) \
    static void dump_##type(Dump *d, Struct value) \
    { \
        switch (value) {
#define ITEM(type, Struct, Name) \
    case Struct##_##Name: put(d, #Name "()"); break;
#define ENUM_END(type) \
    } \
    }
#include "syntax/ast.def"

#define SUM(type, Struct, attributes) static void dump_##type(Dump *d, const Struct *node);
#define PRODUCT(type, Struct, attributes, FIELDS) static void dump_##type(Dump *d, const Struct *node);
#include "syntax/ast.def"

/* Items of a sequence: enums lie in the pointers' place. */
#define AS_POINTER(type, item) dump_##type(d, item)
#define ITEM_OF_expr(item) dump_expr(d, item)
#define ITEM_OF_stmt(item) dump_stmt(d, item)
#define ITEM_OF_keyword(item) dump_keyword(d, item)
#define ITEM_OF_identifier(item) dump_identifier(d, item)
#define ITEM_OF_alias(item) dump_alias(d, item)
#define ITEM_OF_arg(item) dump_arg(d, item)
#define ITEM_OF_comprehension(item) dump_comprehension(d, item)
#define ITEM_OF_excepthandler(item) dump_excepthandler(d, item)
#define ITEM_OF_match_case(item) dump_match_case(d, item)
#define ITEM_OF_pattern(item) dump_pattern(d, item)
#define ITEM_OF_withitem(item) dump_withitem(d, item)
#define ITEM_OF_type_ignore(item) dump_type_ignore(d, item)
#define ITEM_OF_cmpop(item) dump_cmpop(d, (CmpOp)(uintptr_t)(item))

#define DUMP_SEQ(type, seq) \
    put(d, "["); \
    for (uint32_t i = 0; i < seq_count(seq); i++) { \
        if (i) put(d, ", "); \
        if ((seq)->items[i] || strcmp(#type, "cmpop") == 0) ITEM_OF_##type((seq)->items[i]); \
        else put(d, "None"); \
    } \
    put(d, "]");

static void dump_attributes(Dump *d, int lineno, int col_offset, int end_lineno, int end_col_offset)
{
    fprintf(d->out, "%slineno=%d, col_offset=%d, end_lineno=%d, end_col_offset=%d", d->separator, lineno, col_offset, end_lineno, end_col_offset);
}

#define F(type, name) \
    field(d, #name); \
    dump_##type(d, FIELDS_OF name);
#define O(type, name) \
    if (FIELDS_OF name) { \
        field(d, #name); \
        dump_##type(d, FIELDS_OF name); \
    }
#define I(type, name) F(type, name)
#define S(type, name) \
    field(d, #name); \
    DUMP_SEQ(type, FIELDS_OF name)
#define N(type, name) S(type, name)

/* Each constructor gets a function, in which the fields are reached through `n`. */
#define FIELDS_OF n->
#define SUM(type, Struct, attributes) enum { attributes_of_##type = attributes };
#define NODE(type, Struct, Name, FIELDS) \
    static void dump_##Struct##_##Name(Dump *d, const typeof(((Struct *)0)->Name) *n) \
    { \
        (void)n; \
        FIELDS \
    }
#include "syntax/ast.def"

#define SUM(type, Struct, attributes) \
    static void dump_##type(Dump *d, const Struct *node) \
    { \
        const char *separator = d->separator; \
        d->separator = ""; \
        switch (node->kind) { \
        case Struct##_none_: break;
#define NODE(type, Struct, Name, FIELDS) \
    case Struct##_##Name: \
        put(d, #Name "("); \
        dump_##Struct##_##Name(d, &node->Name); \
        break;
#define SUM_END(type) \
    } \
    if (attributes_of_##type) dump_attributes(d, node->lineno, node->col_offset, node->end_lineno, node->end_col_offset); \
    put(d, ")"); \
    d->separator = separator; \
    }
#define PRODUCT(type, Struct, attributes, FIELDS) \
    static void dump_##type(Dump *d, const Struct *n) \
    { \
        const char *separator = d->separator; \
        d->separator = ""; \
        put(d, #type "("); \
        FIELDS \
        if (attributes) dump_attributes(d, n->lineno, n->col_offset, n->end_lineno, n->end_col_offset); \
        put(d, ")"); \
        d->separator = separator; \
    }
#include "syntax/ast.def"

void ast_dump(const Mod *tree, FILE *out)
{
    Dump d = {out, ""};
    dump_mod(&d, tree);
}
