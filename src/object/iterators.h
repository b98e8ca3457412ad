/* iterators.h: iterators that give pairs, as loops that unpack these at once use them. */
#pragma once
#include "object/container.h"

/* The next number is `index`, or `large` once it is beyond the immediate ints. */
typedef struct EnumerateObj {
    Obj head;
    int64_t index;
    Value iterator, large;
} EnumerateObj;
typedef struct ZipObj {
    Obj head;
    Value iterators; /* tuple */
    bool strict;
} ZipObj;

/* The next pair of an iterator over the items of a dict, of an enumerate, and of a zip of two. false: none left, or an exception. */
bool dict_next_pair(Value iterator, Value *first, Value *second);
bool enumerate_next_pair(Value iterator, Value *first, Value *second);
bool zip_next_pair(Value iterator, Value *first, Value *second);
