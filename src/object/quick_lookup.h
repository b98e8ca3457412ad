/* quick_lookup.h: finding small ints and strs in dicts and sets without a call, for the interpreter's handlers, which a call would cost a stack frame.
 *
 * Keys are compared by identity only. That is enough to find an int or an interned str; that a key is absent is certain when no key on the way has its hash. Otherwise the answer
 * is that the full lookup must decide.
 */
#pragma once
#include "object/dict.h"
#include "object/set.h"

enum { QUICK_ABSENT = -1, QUICK_UNKNOWN = -2 };

/* false: the key is of another kind, or its hash is not known yet. */
static inline bool quick_hash(Value key, int64_t *hash)
{
    if (is_small_int(key)) {
        int64_t n = small_int_value(key);
        *hash = n == -1 ? -2 : n;
        return n > -(1ll << 61) + 1 && n < (1ll << 61) - 1;
    }
    if (!is_exact_str(key)) return false;
    *hash = ((StrObj *)key)->hash;
    return *hash != -1;
}

/* The number of the key's entry, QUICK_ABSENT or QUICK_UNKNOWN. */
static inline int64_t quick_dict_entry(const DictKeys *keys, Value key)
{
    int64_t hash;
    if (!quick_hash(key, &hash)) return QUICK_UNKNOWN;
    size_t mask = ((size_t)1 << keys->log2_size) - 1, perturb = (size_t)hash, i = perturb & mask;
    for (;;) {
        int64_t entry = index_get(keys, i);
        if (entry >= 0) {
            const DictEntry *e = &keys->entries[entry];
            if (e->key == key) return entry;
            if (e->hash == hash) return QUICK_UNKNOWN;
        } else if (entry == INDEX_EMPTY) return QUICK_ABSENT;
        else if (entry == INDEX_STALE) return QUICK_UNKNOWN;
        perturb >>= 5;
        i = (i * 5 + perturb + 1) & mask;
    }
}

/* 1, QUICK_ABSENT or QUICK_UNKNOWN. */
static inline int quick_set_contains(const SetObj *set, Value key)
{
    int64_t hash;
    if (!quick_hash(key, &hash)) return QUICK_UNKNOWN;
    size_t mask = (size_t)set->mask, perturb = (size_t)hash, i = perturb & mask;
    for (;;) {
        const SetEntry *e = &set->table[i];
        for (int probes = i + SET_LINEAR <= mask ? SET_LINEAR : 0; probes >= 0; probes--, e++) {
            if (e->key == key) return 1;
            if (!e->key) return QUICK_ABSENT;
            if (e->hash == hash) return QUICK_UNKNOWN;
        }
        perturb >>= 5;
        i = (i * 5 + 1 + perturb) & mask;
    }
}
