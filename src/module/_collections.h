/* _collections.h: what the files of the module _collections share. */
#pragma once
#include "module/module.h"
#include "object/sequence.h"

typedef struct DequeObj {
    Obj head;
    int64_t size, capacity /* power of 2, or 0 */, first;
    Value *items;
    int64_t maxlen /* -1: none */;
    uint64_t state;
} DequeObj;
extern Type deque_type, deque_iterator_type, deque_reverse_iterator_type, ordered_dict_type, odict_iterator_type, odict_keys_type, odict_values_type, odict_items_type;
