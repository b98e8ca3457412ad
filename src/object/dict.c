/* dict.c: the hash table of dict, as C code uses it. See dict.h for its shape. */
#include "object/dict.h"
#include "object/rehash.h"
#include "object/sequence.h"
#include "heap/alloc.h"

DictKeys dict_empty_keys = {.version = 1, .log2_size = 0, .all_str = true, .indices = {INDEX_EMPTY}};
static uint32_t last_version = 1;

/* --- the table */

static inline void index_put(DictKeys *keys, size_t i, int64_t entry)
{
    if (keys->log2_size < 8) keys->indices[i] = (int8_t)entry;
    else if (keys->log2_size < 16) ((int16_t *)keys->indices)[i] = (int16_t)entry;
    else ((int32_t *)keys->indices)[i] = (int32_t)entry;
}

static size_t index_bytes(int log2_size) { return ((size_t)1 << log2_size) * (log2_size < 8 ? 1 : log2_size < 16 ? 2 : 4); }
static int64_t entries_for(int log2_size) { return ((int64_t)1 << log2_size) * 2 / 3; }
static size_t keys_bytes(int log2_size) { return sizeof(DictKeys) + ((index_bytes(log2_size) + 7) & ~(size_t)7) + (size_t)entries_for(log2_size) * sizeof(DictEntry); }

/* The smallest table, for up to five entries: what most dicts have. */
static inline DictKeys *keys_new_small(void)
{
    enum { SIZE = sizeof(DictKeys) + 8 + 5 * sizeof(DictEntry) };
    DictKeys *keys = SIZE <= QUICK_LIMIT ? gc_buffer_quick(SIZE) : 0;
    if (!keys && !(keys = gc_buffer_raw(SIZE))) return 0;
    *keys = (DictKeys){.log2_size = 3, .all_str = true, .entry_limit = 5, .entries = (DictEntry *)(keys->indices + 8)};
    memset(keys->indices, 0xff, 8);
    return keys;
}

static DictKeys *keys_new(int log2_size)
{
    if (log2_size == 3) return keys_new_small();
    if (log2_size > 31) return (DictKeys *)raise_memory();
    DictKeys *keys = gc_buffer_raw(keys_bytes(log2_size));
    if (!keys) return 0;
    size_t bytes = index_bytes(log2_size);
    *keys = (DictKeys){.log2_size = (uint8_t)log2_size, .all_str = true, .entry_limit = entries_for(log2_size)};
    keys->entries = (DictEntry *)(keys->indices + ((bytes + 7) & ~(size_t)7));
    memset(keys->indices, 0xff, bytes);
    return keys;
}

/* The smallest table that takes `count` entries. */
static int log2_for(int64_t count)
{
    int log2_size = 3;
    if (count <= 5) return 3;
    while (log2_size < 40 && entries_for(log2_size) < count) log2_size++;
    return log2_size;
}

static inline void index_insert(DictKeys *keys, int64_t hash, int64_t entry)
{
    size_t mask = ((size_t)1 << keys->log2_size) - 1, perturb = (size_t)hash, i = perturb & mask;
    while (index_get(keys, i) >= 0) {
        perturb >>= 5;
        i = (i * 5 + perturb + 1) & mask;
    }
    index_put(keys, i, entry);
}

/* Rebuilds the table for at least `count` entries, without the deleted ones. */
static bool dict_rebuild(DictObj *dict, int64_t count)
{
    if (dict->used == 0 && count <= 5) {
        DictKeys *keys = keys_new_small();
        if (!keys) return false;
        dict->keys = keys;
        gc_barrier(dict);
        return true;
    }
    dict_freshen(dict);
    DictKeys *old = dict->keys, *keys = keys_new(log2_for(count));
    if (!keys) return false;
    keys->all_str = old->all_str || dict->used == 0;
    if (old->entry_count == dict->used) {
        if (dict->used) memcpy(keys->entries, old->entries, (size_t)dict->used * sizeof(DictEntry));
    } else {
        DictEntry *to = keys->entries;
        for (int64_t i = 0; i < old->entry_count; i++)
            if (old->entries[i].value) *to++ = old->entries[i];
    }
    keys->entry_count = dict->used;
    for (int64_t i = 0; i < dict->used; i++) index_insert(keys, keys->entries[i].hash, i);
    dict->keys = keys;
    gc_barrier(dict);
    return true;
}

void dict_make_stale(Value v)
{
    DictKeys *keys = ((DictObj *)v)->keys;
    for (size_t i = 0; i < (size_t)1 << keys->log2_size; i++) index_put(keys, i, INDEX_STALE);
    keys->stale = keys->interned = true;
    for (int64_t i = 0; i < keys->entry_count; i++)
        if (keys->entries[i].value) keys->interned &= is_exact_str(keys->entries[i].key) && ((StrObj *)keys->entries[i].key)->interned;
}

void dict_rehash(DictKeys *keys)
{
    keys->stale = false;
    memset(keys->indices, 0xff, index_bytes(keys->log2_size));
    for (int64_t i = 0; i < keys->entry_count; i++) {
        DictEntry *e = &keys->entries[i];
        if (!e->value) continue;
        e->hash = rehash_key(e->key, e->hash);
        index_insert(keys, e->hash, i);
    }
}

/* --- lookup */

static __attribute__((noinline)) int64_t lookup_stale(DictKeys *keys, Value key, int64_t hash);

/* `key` exactly a str, and all keys of the table too: no Python code can run. */
static inline int64_t lookup_str(DictKeys *keys, Value key, int64_t hash)
{
    size_t mask = ((size_t)1 << keys->log2_size) - 1, perturb = (size_t)hash, i = perturb & mask;
    const DictEntry *entries = keys->entries;
    for (;;) {
        int64_t entry = index_get(keys, i);
        if (entry >= 0) {
            const DictEntry *e = &entries[entry];
            if (e->key == key || (e->hash == hash && str_equal(e->key, key))) return entry;
        } else if (entry == INDEX_EMPTY) {
            return LOOKUP_ABSENT;
        } else if (entry == INDEX_STALE) {
            return lookup_stale(keys, key, hash);
        }
        perturb >>= 5;
        i = (i * 5 + perturb + 1) & mask;
    }
}

/* A start looks up a few names in each of many dicts. To compare them with all keys one by one costs less than to compute the keys' hashes: that would touch every key. After
 * many such lookups, they are no longer a start's. */
static bool scan_stale(const DictKeys *keys, Value key, int64_t *entry)
{
    static unsigned scans;
    if (!keys->stale || !keys->interned || !((StrObj *)key)->interned || scans == 4096) return false;
    scans++;
    *entry = LOOKUP_ABSENT;
    for (int64_t i = 0; i < keys->entry_count; i++)
        if (keys->entries[i].key == key) {
            *entry = i;
            break;
        }
    return true;
}

static int64_t lookup_stale(DictKeys *keys, Value key, int64_t hash)
{
    int64_t entry;
    if (scan_stale(keys, key, &entry)) return entry;
    dict_rehash(keys);
    return lookup_str(keys, key, hash);
}

/* Small ints that are different words are different keys, so that only other kinds of value need a comparison. */
static int64_t lookup_any(DictObj *dict, Value key, int64_t hash)
{
restart:;
    DictKeys *keys = dict->keys;
    size_t mask = ((size_t)1 << keys->log2_size) - 1, perturb = (size_t)hash, i = perturb & mask;
    for (;;) {
        int64_t entry = index_get(keys, i);
        if (entry >= 0) {
            DictEntry *e = &keys->entries[entry];
            Value found = e->key;
            if (found == key) return entry;
            if (e->hash == hash && !(is_small_int(found) && is_small_int(key))) {
                int same;
                if (is_exact_str(found) && is_exact_str(key)) {
                    same = str_equal(found, key);
                } else {
                    same = object_compare_bool(found, key, CMP_EQ);
                    if (same < 0) return LOOKUP_ERROR;
                    if (dict->keys != keys || e->key != found) goto restart;
                }
                if (same) return entry;
            }
        } else if (entry == INDEX_EMPTY) {
            return LOOKUP_ABSENT;
        } else if (entry == INDEX_STALE) {
            dict_rehash(keys);
            goto restart;
        }
        perturb >>= 5;
        i = (i * 5 + perturb + 1) & mask;
    }
}

int64_t dict_lookup(DictObj *dict, Value key, int64_t hash)
{
    if (dict->keys->all_str && is_exact_str(key)) return lookup_str(dict->keys, key, hash);
    return lookup_any(dict, key, hash);
}

Value dict_get_hash(Value dict, Value key, int64_t hash)
{
    int64_t entry = dict_lookup((DictObj *)dict, key, hash);
    return entry < 0 ? 0 : ((DictObj *)dict)->keys->entries[entry].value;
}

Value dict_get(Value dict, Value key)
{
    int64_t hash;
    return value_hash(key, &hash) ? dict_get_hash(dict, key, hash) : 0;
}

Value dict_get_str(Value dict, Value key)
{
    const DictKeys *keys = ((DictObj *)dict)->keys;
    int64_t entry;
    if (__builtin_expect(keys->stale, 0) && scan_stale(keys, key, &entry)) return entry < 0 ? 0 : keys->entries[entry].value;
    int64_t hash = ((StrObj *)key)->hash;
    if (hash == -1) hash = str_hash(key);
    return dict_get_hash(dict, key, hash);
}

Value dict_get_cstring(Value dict, const char *key)
{
    Value name = str_intern_cstring(key);
    return name ? dict_get_str(dict, name) : 0;
}

int dict_contains(Value dict, Value key)
{
    int64_t hash;
    if (!value_hash(key, &hash)) return -1;
    int64_t entry = dict_lookup((DictObj *)dict, key, hash);
    return entry >= 0 ? 1 : entry == LOOKUP_ABSENT ? 0 : -1;
}

/* --- change */

/* Adds a key that is known to be absent. */
static bool dict_append(DictObj *dict, Value key, int64_t hash, Value value)
{
    dict_freshen(dict);
    DictKeys *keys = dict->keys;
    if (keys->entry_count >= keys->entry_limit) {
        int64_t want = dict->used * 3 / 2 + 1;
        if (want < dict->used + 1) want = dict->used + 1;
        /* A table three times as large as its content halves the number of rebuildings of a growing dict; a dict that lost most of its keys shrinks here. */
        if (!dict_rebuild(dict, dict->used < 50000 ? dict->used * 2 + 1 : want)) return false;
        keys = dict->keys;
    }
    if (!is_exact_str(key)) keys->all_str = false;
    index_insert(keys, hash, keys->entry_count);
    keys->entries[keys->entry_count++] = (DictEntry){hash, key, value};
    keys->version = 0;
    dict->used++;
    gc_barrier(dict);
    return true;
}

bool dict_set_hash(Value v, Value key, int64_t hash, Value value)
{
    DictObj *dict = (DictObj *)v;
    int64_t entry = dict_lookup(dict, key, hash);
    if (entry >= 0) {
        dict->keys->entries[entry].value = value;
        gc_barrier(dict);
        return true;
    }
    return entry == LOOKUP_ABSENT && dict_append(dict, key, hash, value);
}

bool dict_set(Value dict, Value key, Value value)
{
    int64_t hash;
    return key && value && value_hash(key, &hash) && dict_set_hash(dict, key, hash, value);
}

bool dict_set_cstring(Value dict, const char *key, Value value)
{
    Value name = str_intern_cstring(key);
    return name && dict_set(dict, name, value);
}

Value dict_set_default(Value v, Value key, Value value)
{
    DictObj *dict = (DictObj *)v;
    int64_t hash;
    if (!value_hash(key, &hash)) return 0;
    int64_t entry = dict_lookup(dict, key, hash);
    if (entry >= 0) return dict->keys->entries[entry].value;
    return entry == LOOKUP_ABSENT && dict_append(dict, key, hash, value) ? value : 0;
}

void dict_remove_entry(DictObj *dict, int64_t entry)
{
    dict_freshen(dict);
    DictKeys *keys = dict->keys;
    DictEntry *e = &keys->entries[entry];
    size_t mask = ((size_t)1 << keys->log2_size) - 1, perturb = (size_t)e->hash, i = perturb & mask;
    while (index_get(keys, i) != entry) {
        perturb >>= 5;
        i = (i * 5 + perturb + 1) & mask;
    }
    index_put(keys, i, INDEX_DELETED);
    *e = (DictEntry){0};
    keys->version = 0;
    dict->used--;
}

int dict_delete(Value v, Value key)
{
    int64_t hash;
    return value_hash(key, &hash) ? dict_delete_hash(v, key, hash) : -1;
}

int dict_delete_hash(Value v, Value key, int64_t hash)
{
    DictObj *dict = (DictObj *)v;
    int64_t entry = dict_lookup(dict, key, hash);
    if (entry < 0) return entry == LOOKUP_ABSENT ? 0 : -1;
    dict_remove_entry(dict, entry);
    return 1;
}

Value dict_pop(Value v, Value key)
{
    DictObj *dict = (DictObj *)v;
    int64_t hash;
    if (dict->used == 0) {   /* not hashing the key is what CPython does, and programs can tell */
        return 0;
    }
    if (!value_hash(key, &hash)) return 0;
    int64_t entry = dict_lookup(dict, key, hash);
    if (entry < 0) return 0;
    Value value = dict->keys->entries[entry].value;
    dict_remove_entry(dict, entry);
    return value;
}

/* Entries freed at the end are given back to the array but not to the limit: their indices stay DELETED, and each one counts against the two thirds. */
bool dict_pop_last(DictObj *dict, Value *key, Value *value)
{
    if (dict->used == 0) return false;
    DictKeys *keys = dict->keys;
    int64_t last = keys->entry_count - 1;
    while (!keys->entries[last].value) last--;
    *key = keys->entries[last].key;
    *value = keys->entries[last].value;
    dict_remove_entry(dict, last);
    keys->entry_limit -= keys->entry_count - last;
    keys->entry_count = last;
    return true;
}

void dict_clear(Value v)
{
    DictObj *dict = (DictObj *)v;
    dict->keys = &dict_empty_keys;
    dict->used = 0;
}

/* --- whole dicts */

Value dict_new(void)
{
    DictObj *dict = gc_new_quick(&dict_type, sizeof(DictObj));
    if (!dict && !(dict = gc_alloc(DictObj, &dict_type))) return 0;
    dict->keys = &dict_empty_keys;
    return VALUE(dict);
}

Value dict_of_strs(const Value *keys, const Value *values, int64_t count, int stride)
{
    int64_t hashes[5];
    if (count < 1 || count > 5) return 0;
    for (int64_t n = 0; n < count; n++) {
        if (!is_exact_str(keys[n * stride]) || (hashes[n] = ((StrObj *)keys[n * stride])->hash) == -1) return 0;
        for (int64_t other = 0; other < n; other++)
            if (hashes[other] == hashes[n]) return 0;
    }
    DictObj *dict = (DictObj *)dict_new();
    DictKeys *table = dict ? keys_new_small() : 0;
    if (!table) return 0;
    for (int64_t n = 0; n < count; n++) {
        size_t perturb = (size_t)hashes[n], i = perturb & 7;
        while (table->indices[i] >= 0) {
            perturb >>= 5;
            i = (i * 5 + perturb + 1) & 7;
        }
        table->indices[i] = (int8_t)n;
        table->entries[n] = (DictEntry){hashes[n], keys[n * stride], values[n * stride]};
    }
    table->entry_count = dict->used = count;
    SET(dict, keys, table);
    return VALUE(dict);
}

Value dict_new_sized(int64_t expected)
{
    Value dict = dict_new();
    if (!dict || expected <= 0) return dict;
    DictKeys *keys = keys_new(log2_for(expected));
    if (!keys) return 0;
    SET((DictObj *)dict, keys, keys);
    return dict;
}

/* Makes `to`, which is empty, equal to `from` by copying the table as it is. */
static bool dict_clone_into(DictObj *to, const DictObj *from)
{
    const DictKeys *keys = from->keys;
    size_t size = keys_bytes(keys->log2_size);
    DictKeys *copy = gc_buffer_raw(size);
    if (!copy) return false;
    size_t used = (size_t)((char *)(keys->entries + keys->entry_count) - (char *)keys);
    memcpy(copy, keys, used);
    copy->entries = (DictEntry *)((char *)copy + ((char *)keys->entries - (char *)keys));
    copy->version = 0;
    to->keys = copy;
    to->used = from->used;
    gc_barrier(to);
    return true;
}

/* A dict that only ever grew is worth it: its table is at least a quarter full. */
static inline bool worth_cloning(const DictObj *dict) { return dict->keys->entry_count == dict->used && dict->used * 4 >= entries_for(dict->keys->log2_size); }

/* Makes `to`, which is empty, equal to `from`. The keys differ from each other, so none is compared. */
static bool dict_copy_into(DictObj *to, const DictObj *from)
{
    if (from->used == 0) return true;
    if (worth_cloning(from)) return dict_clone_into(to, from);
    const DictKeys *own = to->keys;
    to->keys = from->keys;
    to->used = from->used;
    if (dict_rebuild(to, from->used)) return true;
    to->keys = (DictKeys *)own;
    to->used = 0;
    return false;
}

Value dict_copy(Value v)
{
    Value copy = dict_new();
    return copy && dict_copy_into((DictObj *)copy, (DictObj *)v) ? copy : 0;
}

bool dict_next(Value v, int64_t *position, Value *key, Value *value)
{
    const DictKeys *keys = ((DictObj *)v)->keys;
    int64_t i = *position;
    while (i < keys->entry_count && !keys->entries[i].value) i++;
    if (i >= keys->entry_count) return false;
    *position = i + 1;
    if (key) *key = keys->entries[i].key;
    if (value) *value = keys->entries[i].value;
    return true;
}

/* From another dict, without calling its methods. */
static int merge_dict(Value to, Value from, int override)
{
    DictObj *source = (DictObj *)from, *target = (DictObj *)to;
    if (to == from || source->used == 0) return 0;
    if (target->used == 0) return dict_copy_into(target, source) ? 0 : -1;
    dict_freshen(source);
    DictKeys *own = target->keys;
    if (own->entry_limit - own->entry_count < source->used && !dict_rebuild(target, target->used + source->used)) return -1;
    int64_t size = source->used;
    for (int64_t i = 0; i < source->keys->entry_count; i++) {
        DictEntry e = source->keys->entries[i];
        if (!e.value) continue;
        if (override == 1) {
            if (!dict_set_hash(to, e.key, e.hash, e.value)) return -1;
        } else {
            int64_t entry = dict_lookup(target, e.key, e.hash);
            if (entry == LOOKUP_ERROR) return -1;
            if (entry >= 0 && override == 2) return raise_key(e.key), -1;
            if (entry < 0 && !dict_append(target, e.key, e.hash, e.value)) return -1;
        }
        if (source->used != size) return raise_runtime("dict mutated during update"), -1;
    }
    return 0;
}

static int merge_mapping(Value to, Value mapping, int override)
{
    Value keys = call_method_0(mapping, NAME("keys"));
    Value iterator = keys ? object_iter(keys) : 0;
    if (!iterator) return -1;
    Value key;
    while ((key = iter_next_quick(iterator))) {
        if (override != 1) {
            int present = dict_contains(to, key);
            if (present < 0) return -1;
            if (present && override == 2) return raise_key(key), -1;
            if (present) continue;
        }
        Value value = object_getitem(mapping, key);
        if (!value || !dict_set(to, key, value)) return -1;
    }
    return thread_self->exception ? -1 : 0;
}

int dict_merge(Value dict, Value mapping, int override)
{
    if (is_dict(mapping) && type_of(mapping)->iter == dict_iter_slot) return merge_dict(dict, mapping, override);
    return merge_mapping(dict, mapping, override);
}

static bool update_from_pairs(Value dict, Value pairs)
{
    Value iterator = object_iter(pairs);
    if (!iterator) return false;
    Value item, both[2];
    int quick;
    while ((quick = iter_next_pair(iterator, both)) > 0)
        if (!dict_set(dict, both[0], both[1])) return false;
    if (quick == 0) return thread_self->exception == 0;
    int64_t count = type_of(pairs) == &list_type || type_of(pairs) == &tuple_type ? ((VarObj *)pairs)->size : 0;
    if (count > 5 && dict_size(dict) == 0 && !dict_rebuild((DictObj *)dict, count)) return false;
    for (int64_t i = 0; (item = iter_next_quick(iterator)); i++) {
        Value pair[2];
        int64_t size;
        if (type_of(item) == &tuple_type && tuple_size(item) == 2) {
            pair[0] = tuple_get(item, 0), pair[1] = tuple_get(item, 1);
        } else {
            Value list = object_to_list(item);
            if (!list) {
                if (error_matches(&exc_TypeError)) raise_type("cannot convert dictionary update sequence element #%zd to a sequence", i);
                return false;
            }
            if ((size = list_size(list)) != 2) return raise_value("dictionary update sequence element #%zd has length %zd; 2 is required", i, size);
            pair[0] = list_get(list, 0), pair[1] = list_get(list, 1);
        }
        if (!dict_set(dict, pair[0], pair[1])) return false;
    }
    return thread_self->exception == 0;
}

bool dict_update(Value dict, Value source)
{
    if (type_of(source) == &dict_type) return merge_dict(dict, source, 1) == 0;
    Value keys = object_getattr_opt(source, NAME("keys"));
    if (keys) return dict_merge(dict, source, 1) == 0;
    if (thread_self->exception) return false;
    return update_from_pairs(dict, source);
}

static Value dict_list(Value v, int what)
{
    DictObj *dict = (DictObj *)v;
    int64_t size = dict->used, n = 0;
    Value list = list_new(size);
    if (!list) return 0;
    for (int64_t i = 0; i < dict->keys->entry_count && n < size; i++) {
        DictEntry *e = &dict->keys->entries[i];
        if (!e->value) continue;
        Value item = what == 0 ? e->key : what == 1 ? e->value : tuple_pair(e->key, e->value);
        if (!item) return 0;
        list_items(list)[n++] = item;
        gc_barrier((Obj *)list);
    }
    return list;
}

Value dict_keys_list(Value dict) { return dict_list(dict, 0); }
Value dict_values_list(Value dict) { return dict_list(dict, 1); }
Value dict_items_list(Value dict) { return dict_list(dict, 2); }

int64_t dict_entry_index(Value v, Value name, uint32_t *version)
{
    DictObj *dict = (DictObj *)v;
    if (dict->keys->version == 0 && last_version != UINT32_MAX) dict->keys->version = ++last_version;
    *version = dict->keys->version;
    if (!dict->keys->all_str) {   /* a comparison could run Python code and change the keys */
        *version = 0;
        return LOOKUP_ABSENT;
    }
    int64_t entry;
    if (__builtin_expect(dict->keys->stale, 0) && scan_stale(dict->keys, name, &entry)) return entry;
    int64_t hash = ((StrObj *)name)->hash;
    return lookup_str(dict->keys, name, hash == -1 ? str_hash(name) : hash);
}

/* --- for OrderedDict: the first item, and moving items */

/* The number of the first entry, or -1. No entry before *hint is in use; *hint is updated. */
int64_t dict_first_entry(DictObj *dict, int64_t *hint)
{
    DictKeys *keys = dict->keys;
    int64_t i = *hint;
    while (i < keys->entry_count && !keys->entries[i].value) i++;
    if (i >= keys->entry_count) return -1;
    return *hint = i;
}

bool dict_move_to_end(DictObj *dict, int64_t entry)
{
    if (entry == dict->keys->entry_count - 1) return true;
    dict_freshen(dict);
    DictEntry e = dict->keys->entries[entry];
    dict_remove_entry(dict, entry);
    return dict_append(dict, e.key, e.hash, e.value);
}

/* Rebuilds the table with as many unused entries at the front as there are others, so that many items can be moved there one by one. */
static bool rebuild_with_front(DictObj *dict)
{
    dict_freshen(dict);
    int64_t gap = dict->used + 4;
    DictKeys *old = dict->keys, *keys = keys_new(log2_for(dict->used * 2 + gap));
    if (!keys) return false;
    keys->all_str = old->all_str;
    memset(keys->entries, 0, (size_t)gap * sizeof(DictEntry));
    keys->entry_count = gap;
    for (int64_t i = 0; i < old->entry_count; i++) {
        if (!old->entries[i].value) continue;
        index_insert(keys, old->entries[i].hash, keys->entry_count);
        keys->entries[keys->entry_count++] = old->entries[i];
    }
    dict->keys = keys;
    gc_barrier(dict);
    return true;
}

/* Moves entry `entry` before all others; *hint as for dict_first_entry, and reset when the table is rebuilt. */
bool dict_move_to_front(DictObj *dict, int64_t entry, int64_t *hint)
{
    int64_t first = dict_first_entry(dict, hint);
    if (first == entry) return true;
    dict_freshen(dict);
    DictEntry e = dict->keys->entries[entry];
    if (first == 0) {
        if (!rebuild_with_front(dict)) return false;
        *hint = 0;
        first = dict_first_entry(dict, hint);
        entry = dict_lookup(dict, e.key, e.hash);   /* the very same key: found by identity before any other is compared, or by a comparison that must hold */
        if (entry < 0) return entry == LOOKUP_ABSENT ? raise_key(e.key) : false;
    }
    dict_remove_entry(dict, entry);
    DictKeys *keys = dict->keys;
    *hint = first - 1;
    keys->entries[first - 1] = e;
    index_insert(keys, e.hash, first - 1);
    dict->used++;
    gc_barrier(dict);
    return true;
}
