/* generic_alias.h: what generic_alias.c and union.c share: type parameters and their substitution. */
#pragma once
#include "object/container.h"
#include "object/str.h"

typedef struct GenericAliasObj {
    Obj head;
    Value origin, args, parameters /* 0: not collected yet */, weaklist;
    bool starred;
} GenericAliasObj;
extern Type generic_alias_iterator_type;

/* The type parameters in a tuple of arguments, in order of appearance: a tuple. */
Value type_parameters(Value args);
/* The arguments with `item` (one, or a tuple) put in for the parameters: a tuple. `self` is named in errors. */
Value type_substitute(Value self, Value args, Value parameters, Value item);
/* How an argument shows in a repr: list, collections.deque, list[int], ... */
bool type_argument_repr(StrBuilder *b, Value v);
/* a | b on types: NOT_IMPLEMENTED for what cannot be in a union. */
Value union_or(Value a, Value b);
