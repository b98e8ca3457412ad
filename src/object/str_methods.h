/* str_methods.h: the parts of the type str that stand in different files. */
#pragma once
#include "object/str_internal.h"
#include "object/bytes.h"

extern const NativeDef str_methods[];
void str_trace(Obj *object);
extern Type str_iterator_type, str_ascii_iterator_type;
/* UTF-8 of a str argument without null characters; TypeError "function() argument 'argument' must be str, not ...". */
const char *str_cstring_argument(const char *function, const char *argument, Value v);

/* [start, end) of the arguments args[at] and args[at + 1] of find and its like, clipped to length as slices do; start may still be above end or length. */
bool slice_arguments(Value *args, size_t nargs, size_t at, int64_t length, int64_t *start, int64_t *end);
/* Shared with bytes: checks the number of arguments of methods that parse their own (self not counted), with the texts of CPython's find and startswith. */
bool arity_between(const char *function, size_t nargs, size_t least, size_t most);

NATIVE(str_format_native);
NATIVE(str_format_map_native);
NATIVE(str_format_spec_native);   /* str.__format__ */
NATIVE(str_isidentifier_native);
/* Methods of case and character classes: str_case.c */
NATIVE(str_lower_native);
NATIVE(str_upper_native);
NATIVE(str_title_native);
NATIVE(str_capitalize_native);
NATIVE(str_swapcase_native);
NATIVE(str_casefold_native);
NATIVE(str_isalnum_native);
NATIVE(str_isalpha_native);
NATIVE(str_isascii_native);
NATIVE(str_isdecimal_native);
NATIVE(str_isdigit_native);
NATIVE(str_islower_native);
NATIVE(str_isnumeric_native);
NATIVE(str_isprintable_native);
NATIVE(str_isspace_native);
NATIVE(str_istitle_native);
NATIVE(str_isupper_native);
