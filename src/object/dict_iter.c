/* dict_iter.c: the six iterators over dicts: keys, values and items, forwards and backwards.
 *
 * An iterator keeps the number of items that the dict had and refuses to go on when it has changed; a dict whose keys were exchanged for as many others is noticed
 * when more items come than were there at the start.
 */
#include "object/dict.h"
#include "object/iterators.h"
#include "object/number.h"
#include "object/sequence.h"

static void dict_iter_trace(Obj *o) { gc_visit(((DictIter *)o)->dict); }

Value dict_iter_new(Value dict, Type *type)
{
    DictIter *it = gc_alloc(DictIter, type);
    if (!it) return 0;
    it->dict = dict;
    it->used = it->remaining = dict_size(dict);
    return VALUE(it);
}

Value dict_reverse_iter_new(Value dict, Type *type)
{
    Value it = dict_iter_new(dict, type);
    if (it) ((DictIter *)it)->position = ((DictObj *)dict)->keys->entry_count - 1;
    return it;
}

Value dict_iter_slot(Value self) { return dict_iter_new(self, &dict_keyiterator_type); }

static DictEntry *size_changed(DictIter *it)
{
    it->used = -1;   /* and it stays so */
    return (DictEntry *)raise_runtime("dictionary changed size during iteration");
}

static inline DictEntry *step(Value self)
{
    DictIter *it = (DictIter *)self;
    if (!it->dict) return 0;
    DictObj *dict = (DictObj *)it->dict;
    if (it->used != dict->used) return size_changed(it);
    DictKeys *keys = dict->keys;
    int64_t i = it->position;
    while (i < keys->entry_count && !keys->entries[i].value) i++;
    if (i >= keys->entry_count) {
        it->dict = 0;
        return 0;
    }
    if (it->remaining == 0) {
        it->dict = 0;
        return (DictEntry *)raise_runtime("dictionary keys changed during iteration");
    }
    it->position = i + 1;
    it->remaining--;
    return &keys->entries[i];
}

static inline DictEntry *step_back(Value self)
{
    DictIter *it = (DictIter *)self;
    if (!it->dict) return 0;
    DictObj *dict = (DictObj *)it->dict;
    if (it->used != dict->used) return size_changed(it);
    DictKeys *keys = dict->keys;
    int64_t i = it->position < keys->entry_count ? it->position : keys->entry_count - 1;
    while (i >= 0 && !keys->entries[i].value) i--;
    if (i < 0) {
        it->dict = 0;
        return 0;
    }
    it->position = i - 1;
    it->remaining--;
    return &keys->entries[i];
}

static Value next_key(Value self)
{
    DictEntry *e = step(self);
    return e ? e->key : 0;
}
static Value next_value(Value self)
{
    DictEntry *e = step(self);
    return e ? e->value : 0;
}
bool dict_next_pair(Value self, Value *first, Value *second)
{
    DictEntry *e = step(self);
    if (!e) return false;
    *first = e->key;
    *second = e->value;
    return true;
}
static Value next_item(Value self)
{
    DictEntry *e = step(self);
    return e ? tuple_pair(e->key, e->value) : 0;
}
static Value next_key_back(Value self)
{
    DictEntry *e = step_back(self);
    return e ? e->key : 0;
}
static Value next_value_back(Value self)
{
    DictEntry *e = step_back(self);
    return e ? e->value : 0;
}
static Value next_item_back(Value self)
{
    DictEntry *e = step_back(self);
    return e ? tuple_pair(e->key, e->value) : 0;
}

int dict_items_next(Value iterator, Value pair[2])
{
    DictEntry *e = step(iterator);
    if (!e) return 0;
    pair[0] = e->key;
    pair[1] = e->value;
    return 1;
}

static NATIVE(dict_iter_length_hint)
{
    DictIter *it = (DictIter *)args[0];
    int64_t left = it->dict && it->used == dict_size(it->dict) ? it->remaining : 0;
    return int_new(left < 0 ? 0 : left);
}

/* (iter, ([the items that are left],)), which leaves the iterator where it is. */
static NATIVE(dict_iter_reduce)
{
    DictIter *it = (DictIter *)args[0], *copy = gc_alloc(DictIter, it->head.type);
    if (!copy) return 0;
    copy->dict = it->dict, copy->used = it->used, copy->position = it->position, copy->remaining = it->remaining;
    Value list = object_to_list(VALUE(copy)), iter = list ? import_attr("builtins", "iter") : 0;
    Value arguments = iter ? tuple_pack(1, list) : 0;
    return arguments ? tuple_pack(2, iter, arguments) : 0;
}

static const NativeDef dict_iter_methods[] = {
    {"__length_hint__", "(self, /)", dict_iter_length_hint, "Private method returning an estimate of len(list(it)).", 0},
    {"__reduce__", "(self, /)", dict_iter_reduce, "Return state information for pickling.", 0},
    {0},
};

#define DICT_ITERATOR(variable, type_name, next_function) \
    Type variable = {TYPE_INIT(type_name, DictIter), .flags = TYPE_DISALLOW_NEW, .trace = dict_iter_trace, .iter = iter_self, .next = next_function, .methods = dict_iter_methods}

DICT_ITERATOR(dict_keyiterator_type, "dict_keyiterator", next_key);
DICT_ITERATOR(dict_valueiterator_type, "dict_valueiterator", next_value);
DICT_ITERATOR(dict_itemiterator_type, "dict_itemiterator", next_item);
DICT_ITERATOR(dict_reversekeyiterator_type, "dict_reversekeyiterator", next_key_back);
DICT_ITERATOR(dict_reversevalueiterator_type, "dict_reversevalueiterator", next_value_back);
DICT_ITERATOR(dict_reverseitemiterator_type, "dict_reverseitemiterator", next_item_back);
