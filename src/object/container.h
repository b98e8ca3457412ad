/* container.h: tuple, list, dict, set, slice, range and cell as C code uses them. Layouts as in CPython's public headers. */
#pragma once
#include "object/object.h"

/* --- tuple (PyTupleObject) */
typedef struct TupleObj {
    Obj head;
    int64_t size;
    Value items[];
} TupleObj;
extern Type tuple_type;
static inline int64_t tuple_size(Value v) { return ((TupleObj *)v)->size; }
static inline Value *tuple_items(Value v) { return ((TupleObj *)v)->items; }
static inline Value tuple_get(Value v, int64_t i) { return ((TupleObj *)v)->items[i]; }
Value tuple_new(int64_t size);                       /* items 0, to be filled at once (size 0: the empty tuple) */
Value tuple_from(const Value *items, int64_t size);
Value tuple_pack(int64_t count, ...);                /* Values */
Value tuple_pair(Value first, Value second);
extern Value tuple_empty;
Value tuple_slice(Value tuple, int64_t start, int64_t end);

/* --- list (PyListObject) */
typedef struct ListObj {
    Obj head;
    int64_t size;
    Value *items;
    int64_t allocated;
} ListObj;
extern Type list_type;
static inline int64_t list_size(Value v) { return ((ListObj *)v)->size; }
static inline Value *list_items(Value v) { return ((ListObj *)v)->items; }
static inline Value list_get(Value v, int64_t i) { return ((ListObj *)v)->items[i]; }
Value list_new(int64_t size);                        /* items 0, to be filled at once */
Value list_from(const Value *items, int64_t size);
bool list_grow(ListObj *list, int64_t size);         /* room for `size` items */
bool list_append(Value list, Value item);
static inline bool list_append_fast(Value v, Value item)
{
    ListObj *list = (ListObj *)v;
    if (__builtin_expect(list->size >= list->allocated, 0)) return list_append(v, item);
    list->items[list->size++] = item;
    gc_barrier(list);
    return true;
}
bool list_insert(Value list, int64_t index, Value item);
bool list_extend(Value list, Value iterable);
bool list_set(Value list, int64_t index, Value item);/* index in range */
bool list_sort(Value list, Value key /* 0 or NONE */, bool reverse);
bool list_reverse(Value list);
Value list_slice(Value list, int64_t start, int64_t end);
Value list_to_tuple(Value list);

/* --- dict (PyDictObject head). Compact and ordered: an index table over an array of entries in insertion order. Entries with value 0 are deleted. */
typedef struct DictEntry {
    int64_t hash;
    Value key, value;
} DictEntry;
typedef struct DictKeys {
    uint32_t version; /* unique number of this set of keys: a new one whenever a key is inserted or deleted (not when a value is replaced). For inline caches; 0: none assigned */
    uint8_t log2_size; /* of the index table */
    bool stale; /* of a start-up image: hashes and indices are to be computed anew before the first use (rehash.h) */
    bool interned; /* stale only: every key is an interned str */
    bool all_str; /* every key is exactly a str: lookups of strs compare by identity, then hash and text, and never run Python */
    int64_t entry_count; /* used entries, deleted ones included */
    int64_t entry_limit;
    DictEntry *entries;
    int8_t indices[]; /* int8, int16 or int32 by log2_size */
} DictKeys;
typedef struct DictObj {
    Obj head;
    int64_t used;
    uint64_t version_tag;
    DictKeys *keys;
    Value *values_reserved;
} DictObj;
extern Type dict_type;
static inline int64_t dict_size(Value v) { return ((DictObj *)v)->used; }
Value dict_new(void);
Value dict_new_sized(int64_t expected);
/* 0 without exception: absent. With exception: hash or comparison failed. */
Value dict_get(Value dict, Value key);
Value dict_get_hash(Value dict, Value key, int64_t hash);
/* key exactly a str (interned is fastest): never raises, never runs Python unless the dict has other keys. */
Value dict_get_str(Value dict, Value key);
Value dict_get_cstring(Value dict, const char *key);
bool dict_set(Value dict, Value key, Value value);
bool dict_set_hash(Value dict, Value key, int64_t hash, Value value);
bool dict_set_cstring(Value dict, const char *key, Value value);
int dict_delete_hash(Value dict, Value key, int64_t hash);
int dict_delete(Value dict, Value key); /* 1 deleted, 0 absent (no exception), -1 */
Value dict_pop(Value dict, Value key); /* removes and returns; 0 without exception: absent */
Value dict_set_default(Value dict, Value key, Value value);
int dict_contains(Value dict, Value key);
Value dict_copy(Value dict);
bool dict_update(Value dict, Value mapping_or_pairs); /* as dict.update */
int dict_merge(Value dict, Value mapping, int override /* 0 keep, 1 replace, 2 error on duplicates (TypeError for **kwargs is the caller's: KeyError is set) */);
void dict_clear(Value dict);
/* Iteration in order; *position starts at 0. Safe while values change; keys must not be added. */
bool dict_next(Value dict, int64_t *position, Value *key, Value *value);
Value dict_keys_list(Value dict), dict_values_list(Value dict), dict_items_list(Value dict);
/* For inline caches: the entry index of `name` (an interned str), or -1; valid while keys->version is the same. Assigns keys->version. */
int64_t dict_entry_index(Value dict, Value name, uint32_t *version);
extern Type mappingproxy_type;
Value mappingproxy_new(Value mapping);

/* --- set, frozenset (PySetObject head) */
typedef struct SetEntry {
    Value key;
    int64_t hash;
} SetEntry;
typedef struct SetObj {
    Obj head;
    int64_t fill, used, mask;
    SetEntry *table;
    int64_t hash;
    int64_t finger;
    SetEntry small[8];
    Value weaklist;
} SetObj;
extern Type set_type, frozenset_type;
Value set_new(Value iterable); /* 0: empty */
Value frozenset_new(Value iterable);
int set_add(Value set, Value key); /* 0, -1 */
int set_contains(Value set, Value key);
int set_discard(Value set, Value key); /* 1 removed, 0 absent, -1 */
bool set_update(Value set, Value iterable);
static inline int64_t set_size(Value v) { return ((SetObj *)v)->used; }
bool set_next(Value set, int64_t *position, Value *key);
Value set_pop(Value set);

/* --- slice (PySliceObject), range, cell (PyCellObject) */
typedef struct SliceObj {
    Obj head;
    Value start, stop, step;
} SliceObj;
extern Type slice_type, range_type, cell_type, enumerate_type, reversed_type, zip_type, map_type, filter_type, ellipsis_type, none_type, not_implemented_type;
Value slice_new(Value start, Value stop, Value step); /* 0 means None */
/* The slice's numbers, by __index__ (false with an exception); then what they mean for a sequence of that length, of which the number of items is returned. Two steps, because __index__ may
 * change the sequence. slice_indices does both, for a length that it reads in between; -1 with an exception. */
bool slice_unpack(Value slice, int64_t *start, int64_t *stop, int64_t *step);
int64_t slice_adjust(int64_t length, int64_t *start, int64_t *stop, int64_t step);
int64_t slice_indices(Value slice, const int64_t *length, int64_t *start, int64_t *stop, int64_t *step);
typedef struct RangeObj {
    Obj head;
    Value start, stop, step, length;
} RangeObj;
Value range_new(Value start, Value stop, Value step);
typedef struct CellObj {
    Obj head;
    Value value;
} CellObj;
Value cell_new(Value value);
/* The concrete iterator structs that the VM's FOR_ITER runs inline: */
typedef struct ListIter {
    Obj head;
    int64_t index;
    Value list; /* 0: exhausted */
} ListIter;
typedef struct TupleIter {
    Obj head;
    int64_t index;
    Value tuple;
} TupleIter;
typedef struct RangeIter {
    Obj head;
    int64_t next, step, remaining, count /* at the start */;
} RangeIter; /* small ranges; others use a longrange iterator */
extern Type list_iterator_type, tuple_iterator_type, range_iterator_type, dict_keyiterator_type, dict_valueiterator_type, dict_itemiterator_type, dict_keys_type, dict_values_type,
    dict_items_type;
/* Iterators over dicts. dict 0: exhausted. */
typedef struct DictIter {
    Obj head;
    Value dict;
    int64_t used, position, remaining;
} DictIter;
Value callable_iterator_new(Value callable, Value sentinel); /* iter(callable, sentinel) */
/* types.SimpleNamespace(**dict), types.GenericAlias(origin, args), int | str */
Value namespace_new(Value dict);
extern Type namespace_type, generic_alias_type, union_type;
Value generic_alias_new(Value origin, Value args);
/* The method of a built-in class that has type parameters. */
NATIVE(generic_alias_class_getitem);
#define CLASS_GETITEM {"__class_getitem__", "(type, item, /)", generic_alias_class_getitem, "See PEP 585", NATIVE_CLASS}
Value union_new(Value a, Value b);
Value union_members(Value v); /* (int | str).__args__ */
/* Struct sequences (os.stat_result, time.struct_time, sys.flags): tuples with named fields. */
typedef struct StructSeqField {
    const char *name, *doc;
} StructSeqField; /* a name of 0 ends the table; "unnamed field": name "" */
Type *structseq_type(const char *name, const char *doc, const StructSeqField *fields, int visible);
Value structseq_new(Type *type, const Value *items /* as many as fields */);
