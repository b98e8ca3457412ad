/* itertools.h: what the files of the module itertools share. Every iterator is a struct whose Values come first, so that a few trace functions serve them all. */
#pragma once
#include "module/module.h"
#include "object/sequence.h"

static inline Value *values_of(void *object) { return (Value *)((Obj *)object + 1); }
void iter_trace_1(Obj *o), iter_trace_2(Obj *o), iter_trace_4(Obj *o);
/* Arguments of a type without keywords: count of positional ones is `count` exactly. */
bool iter_arguments(const char *name, Type *type, Type *base, size_t nargs, Value kwnames, size_t count);
/* Checks __setstate__'s argument: a tuple of `count` items ("state is not a tuple"). */
bool iter_state(Value state, int64_t count);
static inline Value reduce_2(Value self, Value arguments) { return arguments ? tuple_pack(2, VALUE(type_of(self)), arguments) : 0; }
static inline Value reduce_3(Value self, Value arguments, Value state) { return arguments && state ? tuple_pack(3, VALUE(type_of(self)), arguments, state) : 0; }
#define REDUCE(function) {"__reduce__", "(self, /)", function, "Return state information for pickling.", 0}
#define SETSTATE(function) {"__setstate__", "(self, state, /)", function, "Set state information for unpickling.", 0}
#define ITERATOR_SLOTS .flags = TYPE_BASE, .iter = iter_self

extern Type product_type, combinations_type, cwr_type, permutations_type, groupby_type, grouper_type, tee_type, tee_data_type, chain_type, islice_type, accumulate_type;
NATIVE(itertools_tee);
