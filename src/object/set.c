/* set.c: the hash table of set and frozenset. */
#include "object/set.h"
#include "object/dict.h"
#include "object/rehash.h"
#include <stdlib.h>

alignas(16) Obj set_dummy = {.type = &object_type, .gc = GC_STATIC};

void set_reset(SetObj *set)
{
    memset(set->small, 0, sizeof set->small);
    set->fill = set->used = 0;
    set->mask = SET_SMALL - 1;
    set->table = set->small;
    set->hash = -1;
}

void set_swap(SetObj *a, SetObj *b)
{
    SetObj copy = *a;
    a->fill = b->fill, a->used = b->used, a->mask = b->mask;
    a->table = b->table == b->small ? a->small : b->table;
    memcpy(a->small, b->small, sizeof a->small);
    b->fill = copy.fill, b->used = copy.used, b->mask = copy.mask;
    b->table = copy.table == a->small ? b->small : copy.table;
    memcpy(b->small, copy.small, sizeof b->small);
    a->hash = b->hash = -1;
    gc_barrier(a);
    gc_barrier(b);
}

/* 1: the key of the entry is `key`, whose hash is the same. -1 exception, -2 the table changed meanwhile. */
static inline int same_key(SetObj *set, SetEntry *table, SetEntry *e, Value key)
{
    Value found = e->key;
    if (found == key) return 1;
    if (is_small_int(found) && is_small_int(key)) return 0;
    if (is_exact_str(found) && is_exact_str(key)) return str_equal(found, key);
    int same = object_compare_bool(found, key, CMP_EQ);
    if (same >= 0 && (set->table != table || e->key != found)) return -2;
    return same;
}

/* The entry of the key, or the unused one (key 0) where the search ended; 0 with an exception. *dummy: the last dummy on the way, or 0. */
static inline SetEntry *set_find(SetObj *set, Value key, int64_t hash, SetEntry **dummy)
{
restart:
    *dummy = 0;
    SetEntry *table = set->table;
    size_t mask = (size_t)set->mask, perturb = (size_t)hash, i = perturb & mask;
    if (!table[i].key || (table[i].key == key && table[i].hash == hash)) return &table[i];
    for (;;) {
        SetEntry *e = &table[i];
        for (int probes = i + SET_LINEAR <= mask ? SET_LINEAR : 0; probes >= 0; probes--, e++) {
            if (!e->key) return e;
            if (e->hash != hash) {
                if (e->hash == -1) *dummy = e;
                continue;
            }
            int same = same_key(set, table, e, key);
            if (same > 0) return e;
            if (same == -1) return 0;
            if (same == -2) goto restart;
        }
        perturb >>= 5;
        i = (i * 5 + 1 + perturb) & mask;
    }
}

/* Enters a key that is absent from a table without dummies. */
static void insert_clean(SetEntry *table, size_t mask, Value key, int64_t hash)
{
    size_t perturb = (size_t)hash, i = perturb & mask;
    if (!table[i].key) {   /* nearly always */
        table[i] = (SetEntry){key, hash};
        return;
    }
    for (;;) {
        SetEntry *e = &table[i];
        for (int probes = i + SET_LINEAR <= mask ? SET_LINEAR : 0; probes >= 0; probes--, e++) {
            if (e->key) continue;
            *e = (SetEntry){key, hash};
            return;
        }
        perturb >>= 5;
        i = (i * 5 + 1 + perturb) & mask;
    }
}

bool set_resize(SetObj *set, int64_t least)
{
    size_t size = SET_SMALL;
    while ((int64_t)size <= least) size <<= 1;
    SetEntry *old = set->table, small[SET_SMALL], *table;
    size_t old_size = (size_t)set->mask + 1;
    if (size == SET_SMALL) {
        if (old == set->small) {
            if (set->fill == set->used) return true;
            memcpy(small, old, sizeof small);
            old = small;
        }
        memset(set->small, 0, sizeof set->small);
        table = set->small;
    } else {
        table = gc_buffer(size * sizeof(SetEntry));
        if (!table) return false;
    }
    for (size_t i = 0; i < old_size; i++)
        if (entry_used(&old[i])) insert_clean(table, size - 1, old[i].key, old[i].hash);
    set->table = table;
    set->mask = (int64_t)size - 1;
    set->fill = set->used;
    gc_barrier(set);
    return true;
}

bool set_rehash(Value v)
{
    SetObj *set = as_set(v);
    size_t size = (size_t)set->mask + 1;
    SetEntry few[64], *old = size <= 64 ? few : malloc(size * sizeof *old);
    if (!old) return false;
    memcpy(old, set->table, size * sizeof *old);
    memset(set->table, 0, size * sizeof *old);
    for (size_t i = 0; i < size; i++)
        if (entry_used(&old[i])) insert_clean(set->table, size - 1, old[i].key, rehash_key(old[i].key, old[i].hash));
    set->fill = set->used;
    set->hash = -1;
    if (old != few) free(old);
    return true;
}

int set_contains_hash(SetObj *set, Value key, int64_t hash)
{
    SetEntry *dummy, *e = set_find(set, key, hash, &dummy);
    return !e ? -1 : e->key != 0;
}

int set_add_hash(SetObj *set, Value key, int64_t hash)
{
    SetEntry *dummy, *e = set_find(set, key, hash, &dummy);
    if (!e) return -1;
    if (e->key) return 0;
    set->used++;
    if (dummy) {
        *dummy = (SetEntry){key, hash};
        gc_barrier(set);
        return 0;
    }
    *e = (SetEntry){key, hash};
    set->fill++;
    gc_barrier(set);
    if (set->fill * 5 < set->mask * 3) return 0;
    return set_resize(set, set->used > 50000 ? set->used * 2 : set->used * 4) ? 0 : -1;
}

int set_discard_hash(SetObj *set, Value key, int64_t hash)
{
    SetEntry *dummy, *e = set_find(set, key, hash, &dummy);
    if (!e) return -1;
    if (!e->key) return 0;
    *e = (SetEntry){SET_DUMMY, -1};
    set->used--;
    return 1;
}

bool set_next_entry(SetObj *set, int64_t *position, SetEntry *out)
{
    int64_t i = *position;
    while (i <= set->mask && !entry_used(&set->table[i])) i++;
    *position = i + 1;
    if (i > set->mask) return false;
    *out = set->table[i];
    return true;
}

bool set_merge(SetObj *set, SetObj *other)
{
    if (set == other || other->used == 0) return true;
    if ((set->fill + other->used) * 5 >= set->mask * 3 && !set_resize(set, (set->used + other->used) * 2)) return false;
    if (set->fill == 0) {
        if (set->mask == other->mask && other->fill == other->used) {
            memcpy(set->table, other->table, ((size_t)other->mask + 1) * sizeof(SetEntry));
        } else {
            for (int64_t i = 0; i <= other->mask; i++)
                if (entry_used(&other->table[i])) insert_clean(set->table, (size_t)set->mask, other->table[i].key, other->table[i].hash);
        }
        set->fill = set->used = other->used;
        gc_barrier(set);
        return true;
    }
    int64_t position = 0;
    SetEntry e;
    while (set_next_entry(other, &position, &e))
        if (set_add_hash(set, e.key, e.hash) < 0) return false;
    return true;
}

/* --- for C code */

int set_add(Value set, Value key)
{
    int64_t hash;
    return key && value_hash(key, &hash) ? set_add_hash(as_set(set), key, hash) : -1;
}

int set_contains(Value set, Value key)
{
    int64_t hash;
    return value_hash(key, &hash) ? set_contains_hash(as_set(set), key, hash) : -1;
}

int set_discard(Value set, Value key)
{
    int64_t hash;
    return value_hash(key, &hash) ? set_discard_hash(as_set(set), key, hash) : -1;
}

bool set_next(Value set, int64_t *position, Value *key)
{
    SetEntry e;
    if (!set_next_entry(as_set(set), position, &e)) return false;
    *key = e.key;
    return true;
}

static bool update_from_dict(SetObj *set, Value dict)
{
    int64_t size = dict_size(dict);
    if ((set->fill + size) * 5 >= set->mask * 3 && !set_resize(set, (set->used + size) * 2)) return false;
    DictObj *d = (DictObj *)dict;
    dict_freshen(d);
    for (int64_t i = 0; i < d->keys->entry_count; i++) {
        DictEntry e = d->keys->entries[i];
        if (e.value && set_add_hash(set, e.key, e.hash) < 0) return false;
    }
    return true;
}

bool set_update(Value set, Value iterable)
{
    if (is_any_set(iterable)) return set_merge(as_set(set), as_set(iterable));
    if (type_of(iterable) == &dict_type) return update_from_dict(as_set(set), iterable);
    Value iterator = object_iter(iterable), item;
    if (!iterator) return false;
    while ((item = iter_next_quick(iterator)))
        if (set_add(set, item) < 0) return false;
    return thread_self->exception == 0;
}

Value set_make(Type *type, Value iterable)
{
    SetObj *set = type == &set_type || type == &frozenset_type ? gc_alloc(SetObj, type) : (SetObj *)type_alloc(type, 0);
    if (!set) return 0;
    set->mask = SET_SMALL - 1;
    set->table = set->small;
    set->hash = -1;
    return !iterable || set_update(VALUE(set), iterable) ? VALUE(set) : 0;
}

Value set_new(Value iterable) { return set_make(&set_type, iterable); }
Value frozenset_new(Value iterable) { return set_make(&frozenset_type, iterable); }

/* The finger makes taking everything out of a large set linear. */
Value set_pop(Value v)
{
    SetObj *set = as_set(v);
    if (set->used == 0) {
        Value text = str_from_cstring("pop from an empty set");
        return text ? raise_key(text) : 0;
    }
    int64_t i = set->finger & set->mask;
    while (!entry_used(&set->table[i])) i = i == set->mask ? 0 : i + 1;
    Value key = set->table[i].key;
    set->table[i] = (SetEntry){SET_DUMMY, -1};
    set->used--;
    set->finger = i + 1;
    return key;
}
