/* format_spec.h: format()'s second argument, [[fill]align][sign][z][#][0][width][grouping][.precision][type], as numbers (format_number.c) and strings (str_format.c) read it. */
#pragma once
#include "object/str.h"

typedef enum Grouping { GROUP_NONE, GROUP_COMMA, GROUP_UNDERSCORE, GROUP_UNDERSCORE_FOUR, GROUP_LOCALE } Grouping;

typedef struct FormatSpec {
    uint32_t fill, type;
    char align, sign;          /* sign 0: none given */
    bool no_negative_zero, alternate;
    int64_t width, precision;  /* -1: none given */
    Grouping grouping;
} FormatSpec;

/* Reads the specification for `v`, which errors name; not an empty one. default_type is what it means without a type: 's' for text, which is aligned to the left, zeros or not. */
bool format_spec_parse(Value spec, Value v, uint32_t default_type, FormatSpec *out);
/* ValueError: no type of v's kind. */
uint64_t format_spec_unknown(uint32_t type, Value v);
/* The decimal number at [*at, end): -1 if there is none, -2 with ValueError. Digits of any script count. Moves *at behind it. */
int64_t format_read_number(Value text, int64_t *at, int64_t end);
