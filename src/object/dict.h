/* dict.h: what the files of the dict share: dict.c (the table), dict_methods.c (the type), dict_iter.c (iterators), dict_views.c.
 *
 * A dict is a table of indices over an array of entries in insertion order. Table and entries are one heap buffer, DictKeys. An index is EMPTY, DELETED or the number
 * of an entry; probing is open addressing with the recurrence i = 5i + perturb + 1. At most two thirds of the indices are ever used between two rebuildings, deleted ones
 * included, so every probe ends at an EMPTY. All dicts without keys share one constant table.
 *
 * Comparing keys may run Python code, which may change the very dict: a lookup that called out starts over when the table is another one or the entry has changed.
 */
#pragma once
#include "object/container.h"
#include "object/value_hash.h"

enum { INDEX_EMPTY = -1, INDEX_DELETED = -2, INDEX_STALE = -3 };   /* a stale table has the last everywhere */
enum { LOOKUP_ABSENT = -1, LOOKUP_ERROR = -2 };

static inline int64_t index_get(const DictKeys *keys, size_t i)
{
    if (keys->log2_size < 8) return keys->indices[i];
    if (keys->log2_size < 16) return ((const int16_t *)keys->indices)[i];
    return ((const int32_t *)keys->indices)[i];
}

extern DictKeys dict_empty_keys;
/* Computes hashes and indices of a stale table. Lookups do so by themselves; who takes hashes from entries calls dict_freshen first. */
void dict_rehash(DictKeys *keys);
static inline void dict_freshen(DictObj *dict)
{
    if (__builtin_expect(dict->keys->stale, 0)) dict_rehash(dict->keys);
}
/* The number of the entry, LOOKUP_ABSENT or LOOKUP_ERROR. */
int64_t dict_lookup(DictObj *dict, Value key, int64_t hash);
/* Removes entry `entry` (which exists) from the table. */
void dict_remove_entry(DictObj *dict, int64_t entry);
/* Removes the last item; false: the dict is empty. */
bool dict_pop_last(DictObj *dict, Value *key, Value *value);
/* A new dict of up to five strs that know their hashes: keys[n * stride] with values[n * stride]. 0 without exception: dict_set must do it. */
Value dict_of_strs(const Value *keys, const Value *values, int64_t count, int stride);
Value dict_iter_new(Value dict, Type *type);
Value dict_reverse_iter_new(Value dict, Type *type);
Value dict_view_new(Value dict, Type *type);
extern Type dict_reversekeyiterator_type, dict_reversevalueiterator_type, dict_reverseitemiterator_type;
Value dict_iter_slot(Value self);
/* Rejects keyword arguments and too many positional ones: "name() takes no keyword arguments", "name expected at most 1 argument, got 2". */
bool check_positional(const char *name, size_t nargs, Value kwnames, size_t least, size_t most);
/* For OrderedDict. Entries before *hint are not in use; the hint belongs to the present table and is 0 for a new one. */
int64_t dict_first_entry(DictObj *dict, int64_t *hint);
bool dict_move_to_end(DictObj *dict, int64_t entry);
bool dict_move_to_front(DictObj *dict, int64_t entry, int64_t *hint);
void dict_trace(Obj *o);
Value dict_make(Type *type, Value *args, size_t nargs, Value kwnames);
bool dict_init(Value self, Value *args, size_t nargs, Value kwnames);
