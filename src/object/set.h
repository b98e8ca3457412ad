/* set.h: what set.c (the table), set_methods.c (the types) and set_ops.c (the algebra) share.
 *
 * Open addressing over entries of key and hash: ten neighbours are looked at before the probe jumps. A removed entry keeps its place as a dummy of hash -1, which no key has.
 * Growth and probing follow CPython's scheme, so that sets of small ints print in the order that users know.
 */
#pragma once
#include "object/sequence.h"

enum { SET_SMALL = 8, SET_LINEAR = 9 };
extern Obj set_dummy;
#define SET_DUMMY VALUE(&set_dummy)

static inline SetObj *as_set(Value v) { return (SetObj *)v; }
static inline bool is_any_set(Value v) { return has_flag(v, TYPE_SET); }
static inline bool entry_used(const SetEntry *e) { return e->key && e->hash != -1; }

void set_reset(SetObj *set);                             /* empty; the table is the one inside */
int set_contains_hash(SetObj *set, Value key, int64_t hash);   /* 1, 0, -1 */
int set_add_hash(SetObj *set, Value key, int64_t hash);        /* 0, -1 */
int set_discard_hash(SetObj *set, Value key, int64_t hash);    /* 1 removed, 0, -1 */
bool set_resize(SetObj *set, int64_t least);
bool set_merge(SetObj *set, SetObj *other);
bool set_next_entry(SetObj *set, int64_t *position, SetEntry *out);
Value set_make(Type *type, Value iterable /* 0: empty */);
/* set or frozenset, whichever `v` is an instance of */
static inline Type *set_base(Value v) { return is_instance_of(v, &set_type) ? &set_type : &frozenset_type; }
void set_swap(SetObj *a, SetObj *b);

/* set_ops.c: `other` is any iterable; results are 0 or false with an exception */
Value set_union(Value self, Value other), set_intersection(Value self, Value other), set_difference(Value self, Value other), set_symmetric_difference(Value self, Value other);
bool set_intersect_with(Value self, Value other), set_subtract(Value self, Value other), set_flip(Value self, Value other);
int set_is_subset(Value self, Value other), set_is_superset(Value self, Value other), set_is_disjoint(Value self, Value other);
Value set_compare(Value a, Value b, CompareOp op);
extern Type set_iterator_type;
