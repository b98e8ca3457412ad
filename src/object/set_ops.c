/* set_ops.c: union, intersection, difference and comparison of sets. The other operand is any iterable here; operators check for sets first. */
#include "object/set.h"
#include "object/dict.h"

Value set_union(Value self, Value other)
{
    Value result = set_make(set_base(self), self);
    return result && (other == self || set_update(result, other)) ? result : 0;
}

Value set_intersection(Value self, Value other)
{
    if (self == other) return set_make(set_base(self), self);
    Value result = set_make(set_base(self), 0);
    if (!result) return 0;
    if (is_any_set(other)) {
        SetObj *walked = as_set(other), *asked = as_set(self);
        if (walked->used > asked->used) walked = as_set(self), asked = as_set(other);
        int64_t position = 0;
        SetEntry e;
        while (set_next_entry(walked, &position, &e)) {
            int found = set_contains_hash(asked, e.key, e.hash);
            if (found < 0 || (found && set_add_hash(as_set(result), e.key, e.hash) < 0)) return 0;
        }
        return result;
    }
    Value iterator = object_iter(other), item;
    if (!iterator) return 0;
    while ((item = iter_next_quick(iterator))) {
        int64_t hash;
        if (!value_hash(item, &hash)) return 0;
        int found = set_contains_hash(as_set(self), item, hash);
        if (found < 0 || (found && set_add_hash(as_set(result), item, hash) < 0)) return 0;
    }
    return thread_self->exception ? 0 : result;
}

bool set_intersect_with(Value self, Value other)
{
    Value result = set_intersection(self, other);
    if (!result) return false;
    set_swap(as_set(self), as_set(result));
    return true;
}

bool set_subtract(Value self, Value other)
{
    SetObj *set = as_set(self);
    if (self == other) {
        set_reset(set);
        return true;
    }
    if (is_any_set(other)) {
        int64_t position = 0;
        SetEntry e;
        if (as_set(other)->used >> 3 > set->used) {   /* only the common ones matter */
            other = set_intersection(self, other);
            if (!other) return false;
        }
        while (set_next_entry(as_set(other), &position, &e))
            if (set_discard_hash(set, e.key, e.hash) < 0) return false;
    } else {
        Value iterator = object_iter(other), item;
        if (!iterator) return false;
        while ((item = iter_next_quick(iterator)))
            if (set_discard(self, item) < 0) return false;
        if (thread_self->exception) return false;
    }
    /* Many dummies make every probe long. */
    if (set->fill - set->used <= set->mask / 4) return true;
    return set_resize(set, set->used > 50000 ? set->used * 2 : set->used * 4);
}

static int other_contains(Value other, Value key, int64_t hash)
{
    if (is_any_set(other)) return set_contains_hash(as_set(other), key, hash);
    Value found = dict_get_hash(other, key, hash);
    return found ? 1 : thread_self->exception ? -1 : 0;
}

Value set_difference(Value self, Value other)
{
    bool quick = is_any_set(other) || is_dict(other);
    int64_t other_size = is_any_set(other) ? set_size(other) : quick ? dict_size(other) : 0;
    if (!quick || set_size(self) >> 2 > other_size) {
        Value result = set_make(set_base(self), self);
        return result && set_subtract(result, other) ? result : 0;
    }
    Value result = set_make(set_base(self), 0);
    int64_t position = 0;
    SetEntry e;
    while (result && set_next_entry(as_set(self), &position, &e)) {
        int found = other_contains(other, e.key, e.hash);
        if (found < 0 || (!found && set_add_hash(as_set(result), e.key, e.hash) < 0)) return 0;
    }
    return result;
}

static bool flip_keys(SetObj *set, Value dict)
{
    DictObj *d = (DictObj *)dict;
    dict_freshen(d);
    for (int64_t i = 0; i < d->keys->entry_count; i++) {
        DictEntry e = d->keys->entries[i];
        if (!e.value) continue;
        int removed = set_discard_hash(set, e.key, e.hash);
        if (removed < 0 || (!removed && set_add_hash(set, e.key, e.hash) < 0)) return false;
    }
    return true;
}

bool set_flip(Value self, Value other)
{
    SetObj *set = as_set(self);
    if (self == other) {
        set_reset(set);
        return true;
    }
    if (type_of(other) == &dict_type) return flip_keys(set, other);
    if (!is_any_set(other) && !(other = set_make(set_base(self), other))) return false;
    int64_t position = 0;
    SetEntry e;
    while (set_next_entry(as_set(other), &position, &e)) {
        int removed = set_discard_hash(set, e.key, e.hash);
        if (removed < 0 || (!removed && set_add_hash(set, e.key, e.hash) < 0)) return false;
    }
    return true;
}

Value set_symmetric_difference(Value self, Value other)
{
    Value result = set_make(set_base(self), other);
    return result && set_flip(result, self) ? result : 0;
}

int set_is_subset(Value self, Value other)
{
    if (!is_any_set(other) && !(other = set_new(other))) return -1;
    if (set_size(self) > set_size(other)) return 0;
    int64_t position = 0;
    SetEntry e;
    while (set_next_entry(as_set(self), &position, &e)) {
        int found = set_contains_hash(as_set(other), e.key, e.hash);
        if (found <= 0) return found;
    }
    return 1;
}

int set_is_superset(Value self, Value other)
{
    if (is_any_set(other)) return set_is_subset(other, self);
    Value iterator = object_iter(other), item;
    if (!iterator) return -1;
    while ((item = iter_next_quick(iterator))) {
        int found = set_contains(self, item);
        if (found <= 0) return found;
    }
    return thread_self->exception ? -1 : 1;
}

int set_is_disjoint(Value self, Value other)
{
    if (self == other) return set_size(self) == 0;
    if (is_any_set(other)) {
        if (set_size(other) > set_size(self)) {
            Value swap = self;
            self = other, other = swap;
        }
        int64_t position = 0;
        SetEntry e;
        while (set_next_entry(as_set(other), &position, &e)) {
            int found = set_contains_hash(as_set(self), e.key, e.hash);
            if (found) return found < 0 ? -1 : 0;
        }
        return 1;
    }
    Value iterator = object_iter(other), item;
    if (!iterator) return -1;
    while ((item = iter_next_quick(iterator))) {
        int found = set_contains(self, item);
        if (found) return found < 0 ? -1 : 0;
    }
    return thread_self->exception ? -1 : 1;
}

Value set_compare(Value a, Value b, CompareOp op)
{
    if (!is_any_set(a) || !is_any_set(b)) return NOT_IMPLEMENTED;
    int64_t left = set_size(a), right = set_size(b);
    int result = 0;
    switch (op) {
    case CMP_EQ:
    case CMP_NE:
        if (left != right || (as_set(a)->hash != -1 && as_set(b)->hash != -1 && as_set(a)->hash != as_set(b)->hash)) result = 0;
        else result = set_is_subset(a, b);
        break;
    case CMP_LT: result = left < right ? set_is_subset(a, b) : 0; break;
    case CMP_LE: result = set_is_subset(a, b); break;
    case CMP_GT: result = left > right ? set_is_subset(b, a) : 0; break;
    case CMP_GE: result = set_is_subset(b, a); break;
    }
    return result < 0 ? 0 : bool_value(op == CMP_NE ? !result : result);
}
