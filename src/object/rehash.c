/* rehash.c: see rehash.h. */
#include "object/rehash.h"
#include "heap/image.h"
#include "object/bytes.h"
#include "object/container.h"
#include "object/str.h"
#include "object/type_slot_functions.h"
#include "object/value_hash.h"
#include <stdio.h>

typedef struct ValueList {
    Value *items;
    size_t count, capacity;
} ValueList;
static ValueList sets;
static bool failed;

static void list_add(ValueList *list, Value v)
{
    if (list->count == list->capacity) {
        size_t capacity = list->capacity ? list->capacity * 2 : 1024;
        Value *items = lasting_grow(list->items, capacity * sizeof *items);
        if (!items) {
            failed = true;
            return;
        }
        list->items = items;
        list->capacity = capacity;
    }
    list->items[list->count++] = v;
}

/* Is the hash made of text? A class written in Python could answer anything. */
static bool depends_on_text(Value key)
{
    Type *type = type_of(key);
    if (type == &str_type || type == &bytes_type) return true;
    if (type == &tuple_type) {
        for (int64_t i = 0; i < tuple_size(key); i++)
            if (depends_on_text(tuple_get(key, i))) return true;
        return false;
    }
    if (type == &frozenset_type || type->hash == slot_hash) {
        fprintf(stderr, "krait: no image: a dict or set has a key of type %s\n", type->name);
        failed = true;
    }
    return false;
}

static bool look_at(Obj *o, void *context)
{
    Value v = VALUE(o), key;
    if (is_str(v)) {
        if (((StrObj *)o)->length) ((StrObj *)o)->hash = -1;
    } else if (is_bytes(v)) {
        if (((BytesObj *)o)->size) ((BytesObj *)o)->hash = -1;
    } else if (is_dict(v)) {
        DictKeys *keys = ((DictObj *)o)->keys;
        for (int64_t i = 0; i < keys->entry_count; i++)
            if (keys->entries[i].value && depends_on_text(keys->entries[i].key)) {
                dict_make_stale(v);
                break;
            }
    } else if (has_flag(v, TYPE_SET)) {
        int64_t position = 0;
        bool listed = false;
        while (set_next(v, &position, &key))
            if (!listed && depends_on_text(key)) list_add(&sets, v), listed = true;
    }
    return !failed;
}

bool rehash_prepare(void)
{
    if (!str_close_interned()) return false;
    gc_each_object(look_at, 0);
    return !failed;
}

int64_t rehash_key(Value key, int64_t hash)
{
    Type *type = type_of(key);
    if (type == &str_type) return str_hash(key);
    if (type == &bytes_type || type == &tuple_type) value_hash(key, &hash);
    return hash;
}

bool rehash_all(void)
{
    for (size_t i = 0; i < sets.count; i++)
        if (!set_rehash(sets.items[i])) return false;
    return true;
}
