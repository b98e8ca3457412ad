/* sequence.h: what tuple, list and their iterators share. */
#pragma once
#include "object/container.h"
#include "object/function.h"
#include "object/number.h"
#include "object/str.h"
#include "object/value_hash.h"

/* A key that is an index (and not a slice): has __index__. */
static inline bool is_index(Value v) { return is_small_int(v) || is_int(v) || type_of(v)->index != 0; }
/* The index `key` of a sequence of `*size` items, negative ones counted from the end; the caller checks the bounds. false with an exception. The size is read after __index__ has run. */
static inline bool sequence_index(Value key, const int64_t *size, int64_t *out)
{
    if (is_small_int(key)) *out = small_int_value(key);
    else if (!number_as_index(key, out, &exc_IndexError)) return false;
    if (*out < 0) *out += *size;
    return true;
}
static inline bool quick_bound(Value v, int64_t length, int64_t otherwise, int64_t *out)
{
    if (v == NONE) return *out = otherwise, true;
    if (!is_small_int(v)) return false;
    int64_t n = small_int_value(v);
    if (n < 0) n = n < -length ? 0 : n + length;
    *out = n > length ? length : n;
    return true;
}
/* start and stop of a slice of a sequence, when it has no step and its bounds are None or small ints: the common case of slice_indices. stop is not before start. */
static inline bool quick_slice(Value slice, int64_t length, int64_t *start, int64_t *stop)
{
    SliceObj *s = (SliceObj *)slice;
    if (s->step != NONE || !quick_bound(s->start, length, 0, start) || !quick_bound(s->stop, length, length, stop)) return false;
    if (*stop < *start) *stop = *start;
    return true;
}
/* An int that C code calls an unsigned long long; no __index__. */
bool number_as_uint64(Value v, uint64_t *out);
/* start and stop arguments of index(): clipped like slice bounds of a sequence of `length`. TypeError for what is not an integer. */
bool sequence_bound(Value v, int64_t length, int64_t *out);
/* What join() is to go over, as a list or tuple. 0 with an exception. */
Value sequence_to_join(Value iterable);
/* "[a, b]" of `v`, whose items `items(v)` yields; the container may change meanwhile. */
Value sequence_repr(Value v, const char *open, const char *close, const char *recursive);
/* Two sequences by their items; `same` when one item of both was the same word counts as equal, as always in containers. Both tuples or both lists. */
Value sequence_compare(Value a, Value b, CompareOp op);
/* dict.h */
bool check_positional(const char *name, size_t nargs, Value kwnames, size_t least, size_t most);
/* `kwnames` must be empty unless `type` is a subclass of `base` with an __init__ of its own: TypeError "name() takes no keyword arguments". */
bool check_no_keywords(const char *name, Type *type, Type *base, Value kwnames);
/* A new instance of a type with a C struct, or of a subclass of it made in Python. */
#define NEW_OF(Struct, type, base) ((Struct *)((type) == &(base) ? VALUE(gc_alloc(Struct, &(base))) : type_alloc((type), 0)))
/* iter_next with the iterators over lists, tuples and ranges done on the spot. */
static inline Value iter_next_quick(Value iterator)
{
    Type *type = type_of(iterator);
    if (type == &list_iterator_type) {
        ListIter *it = (ListIter *)iterator;
        if (it->list && it->index < list_size(it->list)) return list_get(it->list, it->index++);
    } else if (type == &range_iterator_type) {
        RangeIter *it = (RangeIter *)iterator;
        if (it->remaining & 0xFFFF) {   /* from time to time the long way, which hears signals */
            int64_t n = it->next;
            it->remaining--;
            it->next = (int64_t)((uint64_t)n + (uint64_t)it->step);
            return int_new(n);
        }
    } else if (type == &tuple_iterator_type) {
        TupleIter *it = (TupleIter *)iterator;
        if (it->tuple && it->index < tuple_size(it->tuple)) return tuple_get(it->tuple, it->index++);
    }
    return iter_next(iterator);
}
/* The next item of an enumerate, a zip of two or an iterator over the items of a dict as two values, without the tuple: 1. At the end or with an exception: 0.
 * -1: another iterator, which was not asked. */
int iter_next_pair(Value iterator, Value pair[2]);
int dict_items_next(Value iterator, Value pair[2]);   /* the same of a dict's items; 1, 0 */
/* The keys of a dict, or what its values() or items() hold, as a list. */
Value dict_view_list(Value dict_or_view);
/* The object is alive up to here, though only its buffer is used: the collector does not look into buffers that only the C stack points to. */
#define KEEP_ALIVE(v) __asm__ volatile("" : : "r"(v) : "memory")
/* (builtin, (argument,)) and (builtin, (argument,), state): what __reduce__ of iterators returns. */
Value reduce_iterator(const char *builtin, Value argument, Value state /* 0: none */);
extern Type list_reverseiterator_type, seq_iterator_type, callable_iterator_type;
