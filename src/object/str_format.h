/* str_format.h: the parsing of format strings ("{0.name!r:>{width}}"), shared by str.format and module _string. */
#pragma once
#include "object/str_internal.h"

/* A format string, or a part of it, being read. */
typedef struct Markup {
    Value text;
    int64_t at, end;
} Markup;
/* What markup_next found: literal text, then perhaps a field. */
typedef struct MarkupPiece {
    int64_t literal_start, literal_end;
    bool field;
    int64_t name_start, name_end, spec_start, spec_end;
    uint32_t conversion;     /* 0: none */
    bool nested;             /* the specification has fields itself */
} MarkupPiece;
/* 1: a piece, 0: the end, -1: ValueError. */
int markup_next(Markup *m, MarkupPiece *piece);

/* A field name: its first part, then ".attribute" and "[item]" parts. */
typedef struct FieldName {
    Value text;
    int64_t at, end;
} FieldName;
/* The first part is text[start, first_end), and a number if *number >= 0; *rest gets what follows. */
bool field_name_first(Value text, int64_t start, int64_t end, int64_t *first_end, int64_t *number, FieldName *rest);
/* The next part: its key as a str or int, and whether it is an attribute. 1, 0 at the end, -1. */
int field_name_next(FieldName *f, bool *is_attribute, Value *key);
