/* ops_item.c: handlers of items, slices, membership and iteration. */
#include "vm/interp.h"
#include "heap/alloc.h"
#include "object/iterators.h"
#include "object/quick_lookup.h"

/* ---- items */

static __attribute__((noinline)) Value subscr_slow(Value v, Value key)
{
    if (has_type(v, &dict_type)) {
        Value found = dict_get(v, key);
        if (!found && !thread_self->exception) raise_key(key);
        return found;
    }
    return object_getitem(v, key);
}

static inline Value subscr_fast(Value v, Value key)
{
    if (LIKELY(is_pointer(v) && is_small_int(key))) {
        int64_t n = small_int_value(key);
        if (as_obj(v)->type == &list_type) {
            ListObj *list = (ListObj *)v;
            if (n < 0) n += list->size;
            if ((uint64_t)n < (uint64_t)list->size) return list->items[n];
        } else if (as_obj(v)->type == &tuple_type) {
            TupleObj *tuple = (TupleObj *)v;
            if (n < 0) n += tuple->size;
            if ((uint64_t)n < (uint64_t)tuple->size) return tuple->items[n];
        }
    }
    return 0;
}

/* Where the dict v has the value of the key, when that is found without calling anything; else 0. */
static inline Value *quick_dict_value(Value v, Value key)
{
    if (UNLIKELY(!has_type(v, &dict_type))) return 0;
    DictKeys *keys = ((DictObj *)v)->keys;
    int64_t entry = quick_dict_entry(keys, key);
    return LIKELY(entry >= 0) ? &keys->entries[entry].value : 0;
}

#define SUBSCR_HANDLER(name, right) \
    static __attribute__((noinline)) HANDLER(rest_##name) \
    { \
        if (is_instance(r[B])) TAIL(vm_special_getitem); \
        SAVE(); \
        RESULT(subscr_slow(r[B], right)); \
    } \
    static __attribute__((noinline)) HANDLER(dict_##name) \
    { \
        Value *found = quick_dict_value(r[B], right); \
        if (LIKELY(found != 0)) { \
            r[A] = *found; \
            NEXT; \
        } \
        TAIL(rest_##name); \
    } \
    OPCODE(name) \
    { \
        Value v = subscr_fast(r[B], right); \
        if (UNLIKELY(!v)) TAIL(dict_##name); \
        r[A] = v; \
        NEXT; \
    }
SUBSCR_HANDLER(SUBSCR, r[C])
SUBSCR_HANDLER(SUBSCR_K, k[C])
SUBSCR_HANDLER(SUBSCR_I, small_int(C))

/* The barrier of a store into R[a], out of line so that the store needs no stack frame. */
static __attribute__((noinline)) HANDLER(remember_a)
{
    gc_remember(as_obj(r[A]));
    NEXT;
}
#define STORE_SUBSCR_HANDLER(name, middle) \
    static __attribute__((noinline)) HANDLER(rest_##name) \
    { \
        if (is_instance(r[A])) TAIL(vm_special_setitem); \
        SAVE(); \
        Value v = r[A], key = middle; \
        bool ok = has_type(v, &dict_type) ? dict_set(v, key, r[C]) : object_setitem(v, key, r[C]); \
        if (UNLIKELY(!ok)) ERROR; \
        NEXT; \
    } \
    static __attribute__((noinline)) HANDLER(dict_##name) \
    { \
        Value *found = quick_dict_value(r[A], middle); \
        if (LIKELY(found != 0)) { \
            *found = r[C]; \
            if (UNLIKELY(as_obj(r[A])->gc & (GC_OLD | GC_EXPOSED))) TAIL(remember_a); \
            NEXT; \
        } \
        TAIL(rest_##name); \
    } \
    OPCODE(name) \
    { \
        Value v = r[A], key = middle; \
        if (LIKELY(is_small_int(key) && has_type(v, &list_type))) { \
            ListObj *list = (ListObj *)v; \
            int64_t n = small_int_value(key); \
            if (n < 0) n += list->size; \
            if (LIKELY((uint64_t)n < (uint64_t)list->size)) { \
                list->items[n] = r[C]; \
                if (UNLIKELY(list->head.gc & (GC_OLD | GC_EXPOSED))) TAIL(remember_a); \
                NEXT; \
            } \
        } \
        TAIL(dict_##name); \
    }
STORE_SUBSCR_HANDLER(STORE_SUBSCR, r[B])
STORE_SUBSCR_HANDLER(STORE_SUBSCR_K, k[B])
STORE_SUBSCR_HANDLER(STORE_SUBSCR_I, small_int(B))
OPCODE(DELETE_SUBSCR)
{
    SAVE();
    if (UNLIKELY(!object_delitem(r[A], r[B]))) ERROR;
    NEXT;
}

/* ---- slices */

/* No bound that is plain has an __index__ which could run Python. */
static inline bool plain_bound(Value v) { return is_small_int(v) || v == NONE; }
static inline Value bound_in(const Value *r, uint16_t n) { return n == NO_REGISTER ? NONE : r[n]; }

/* `from` and `to` of a slice without step, clipped to the length. */
static inline void clip_bounds(Value start, Value stop, int64_t length, int64_t *from, int64_t *to)
{
    int64_t low = start == NONE ? 0 : small_int_value(start), high = stop == NONE ? length : small_int_value(stop);
    if (low < 0) low = low + length < 0 ? 0 : low + length;
    if (high < 0) high += length;
    if (high > length) high = length;
    *from = low;
    *to = high < low ? low : high;
}

/* Built-in sequences with plain bounds take a slice that lies on the C stack. */
static __attribute__((noinline)) Value slice_of(Value v, Value start, Value stop, Value step)
{
    bool list = has_type(v, &list_type);
    if ((list || has_type(v, &tuple_type) || has_type(v, &str_type)) && plain_bound(start) && plain_bound(stop) && plain_bound(step)) {
        int64_t from, to;
        if (list && step == NONE) {
            clip_bounds(start, stop, list_size(v), &from, &to);
            return from < to ? list_from(list_items(v) + from, to - from) : list_new(0);
        }
        SliceObj slice = {.head = {.type = &slice_type, .gc = GC_STATIC}, .start = start, .stop = stop, .step = step};
        return type_of(v)->getitem(v, VALUE(&slice));
    }
    Value slice = slice_new(start, stop, step);
    return slice ? subscr_slow(v, slice) : 0;
}

static __attribute__((noinline)) bool set_slice_of(Value v, Value start, Value stop, Value step, Value value)
{
    if (has_type(v, &list_type) && plain_bound(start) && plain_bound(stop) && plain_bound(step)) {
        int64_t from, to;
        if (step == NONE && has_type(value, &list_type) && value != v) {
            clip_bounds(start, stop, list_size(v), &from, &to);
            if (to - from == list_size(value)) {
                memcpy(list_items(v) + from, list_items(value), sizeof(Value) * (size_t)(to - from));
                gc_barrier(as_obj(v));
                return true;
            }
        }
        SliceObj slice = {.head = {.type = &slice_type, .gc = GC_STATIC}, .start = start, .stop = stop, .step = step};
        return list_type.setitem(v, VALUE(&slice), value);
    }
    Value slice = slice_new(start, stop, step);
    return slice && (has_type(v, &dict_type) ? dict_set(v, slice, value) : object_setitem(v, slice, value));
}

static __attribute__((noinline)) HANDLER(rest_GET_SLICE)
{
    SAVE();
    Value v = slice_of(r[B], bound_in(r, C), bound_in(r, pc[0].a), bound_in(r, pc[0].b));
    if (UNLIKELY(!v)) ERROR;
    r[A] = v;
    SKIP(2);
}
/* Short slices of lists, forwards without step or backwards one by one, are copied on the spot. */
OPCODE(GET_SLICE)
{
    Value v = r[B], start = bound_in(r, C), stop = bound_in(r, pc[0].a);
    bool back = pc[0].b != NO_REGISTER;
    if (UNLIKELY(!has_type(v, &list_type) || !plain_bound(start) || !plain_bound(stop) || (back && (r[pc[0].b] != small_int(-1) || stop != NONE)))) TAIL(rest_GET_SLICE);
    int64_t length = list_size(v), from, to;
    if (back) {
        from = start == NONE ? length - 1 : small_int_value(start);
        if (from < 0) from += length;
        if (UNLIKELY(from < 0)) TAIL(rest_GET_SLICE);
        to = from < length ? from + 1 : length;   /* as many items, from the end of which they are taken */
        from = 0;
    } else clip_bounds(start, stop, length, &from, &to);
    int64_t count = to - from;
    if (UNLIKELY(count > QUICK_LIMIT / (int64_t)sizeof(Value) || count <= 0)) TAIL(rest_GET_SLICE);
    ListObj *list = gc_new_quick(&list_type, sizeof(ListObj));
    Value *items = gc_buffer_quick(sizeof(Value) * (size_t)count);
    if (UNLIKELY(!list || !items)) TAIL(rest_GET_SLICE);
    const Value *source = list_items(v) + from;
    if (back)
        for (int64_t n = 0; n < count; n++) items[n] = source[count - 1 - n];
    else
        for (int64_t n = 0; n < count; n++) items[n] = source[n];
    list->items = items;
    list->size = list->allocated = count;
    r[A] = VALUE(list);
    SKIP(2);
}
OPCODE(SET_SLICE)
{
    SAVE();
    if (UNLIKELY(!set_slice_of(r[A], bound_in(r, B), bound_in(r, pc[0].a), bound_in(r, pc[0].b), r[C]))) ERROR;
    SKIP(2);
}
OPCODE(BUILD_SLICE)
{
    SAVE();
    Value v = slice_new(bound_in(r, B), bound_in(r, pc[0].a), bound_in(r, pc[0].b));
    if (UNLIKELY(!v)) ERROR;
    r[A] = v;
    SKIP(2);
}

/* ---- membership */

/* 1, QUICK_ABSENT or QUICK_UNKNOWN */
static inline int quick_contains(Value container, Value item)
{
    if (UNLIKELY(!is_pointer(container))) return QUICK_UNKNOWN;
    Type *type = as_obj(container)->type;
    if (type == &dict_type) {
        int64_t entry = quick_dict_entry(((DictObj *)container)->keys, item);
        return entry >= 0 ? 1 : (int)entry;
    }
    return type == &set_type || type == &frozenset_type ? quick_set_contains((SetObj *)container, item) : QUICK_UNKNOWN;
}

#define CONTAINS_HANDLER(name, container, item, yes, no) \
    static __attribute__((noinline)) HANDLER(rest_##name) \
    { \
        if (is_instance(container)) TAIL(vm_special_contains); \
        SAVE(); \
        int found = object_contains(container, item); \
        if (UNLIKELY(found < 0)) ERROR; \
        if (found) yes; \
        no; \
    } \
    OPCODE(name) \
    { \
        int found = quick_contains(container, item); \
        if (found > 0) yes; \
        if (found == QUICK_ABSENT) no; \
        TAIL(rest_##name); \
    }
CONTAINS_HANDLER(CONTAINS, r[C], r[B], GIVE(TRUE), GIVE(FALSE))
CONTAINS_HANDLER(NOT_CONTAINS, r[C], r[B], GIVE(FALSE), GIVE(TRUE))
CONTAINS_HANDLER(JUMP_IN, r[B], r[A], TAKE(JUMP16), NEXT)
CONTAINS_HANDLER(JUMP_NOT_IN, r[B], r[A], NEXT, TAKE(JUMP16))

/* ---- iteration */

static __attribute__((noinline)) HANDLER(rest_GET_ITER)
{
    if (is_instance(r[B])) TAIL(vm_special_iter);
    SAVE();
    RESULT(object_iter(r[B]));
}
OPCODE(GET_ITER)
{
    Value v = r[B];
    if (UNLIKELY(!is_pointer(v))) TAIL(rest_GET_ITER);
    Type *type = as_obj(v)->type;
    static_assert(sizeof(ListIter) == sizeof(TupleIter) && offsetof(ListIter, list) == offsetof(TupleIter, tuple));
    if (type == &list_type || type == &tuple_type) {
        ListIter *it = gc_new_quick(type == &list_type ? &list_iterator_type : &tuple_iterator_type, sizeof(ListIter));
        if (UNLIKELY(!it)) TAIL(rest_GET_ITER);
        it->list = v;
        r[A] = VALUE(it);
        NEXT;
    }
    if (type == &range_type) {
        RangeObj *range = (RangeObj *)v;
        if (UNLIKELY(!(range->start & range->stop & range->step & range->length & 1))) TAIL(rest_GET_ITER);
        RangeIter *it = gc_new_quick(&range_iterator_type, sizeof(RangeIter));
        if (UNLIKELY(!it)) TAIL(rest_GET_ITER);
        it->next = small_int_value(range->start);
        it->step = small_int_value(range->step);
        it->remaining = it->count = small_int_value(range->length);
        r[A] = VALUE(it);
        NEXT;
    }
    if (type == &generator_type) {
        r[A] = v;
        NEXT;
    }
    TAIL(rest_GET_ITER);
}

static inline bool is_zip_of_two(Value v) { return has_type(v, &zip_type) && tuple_size(((ZipObj *)v)->iterators) == 2; }

/* A loop's second FOR_ITER, at its end, stands before the JUMP_BACK to its body; the special forms of it jump there at once. */
#define BODY (pc + 2 + pc[1].jump)
#define NEXT_ITEM SKIP(2)
#define NEXT_ITEM_BACK \
    do { \
        pc = BODY; \
        POLL(); \
        NEXT; \
    } while (0)

/* The special form of FOR_ITER (at pc - 1) for such an iterator. A pair that UNPACK2 takes apart at once, in a register that nothing else reads, need not be made. */
static enum Op special_for(const Frame *f, const Word *pc, Value iterator)
{
    Type *type = type_of(iterator);
    bool back = pc[1].op == OP_JUMP_BACK;
    const Word *body = back ? BODY : pc + 1;
    if (type == &list_iterator_type) return back ? OP_FOR_LIST_BACK : OP_FOR_LIST;
    if (type == &tuple_iterator_type) return back ? OP_FOR_TUPLE_BACK : OP_FOR_TUPLE;
    if (type == &range_iterator_type) return back ? OP_FOR_RANGE_BACK : OP_FOR_RANGE;
    if (type == &generator_type) return OP_FOR_GENERATOR;
    if (type == &dict_keyiterator_type || type == &dict_valueiterator_type) return back ? OP_FOR_DICT_BACK : OP_FOR_DICT;
    bool pair = body->op == OP_UNPACK2 && body->b == pc[0].dest && pc[0].dest >= f->code->nlocalsplus;
    if (pair && (type == &dict_itemiterator_type || type == &enumerate_type || is_zip_of_two(iterator))) return back ? OP_FOR_PAIR_BACK : OP_FOR_PAIR;
    return OP_FOR_ANY;
}

/* Iterators without a special form. At its end the loop is asked again what it iterates over. */
OPCODE(FOR_ANY)
{
    Value iterator = r[A];
    Type *type = type_of(iterator);
    bool traced = UNLIKELY(f->flags & FRAME_TRACED) && t->trace_function && !t->tracing;
    if (type->flags & TYPE_HEAP && !traced) {
        BECOME(OP_FOR_ITER);
        TAIL(vm_special_next);
    }
    SAVE();
    if (UNLIKELY(!type->next)) {
        raise_type("'%.200s' object is not an iterator", type->name);
        ERROR;
    }
    Value v = traced ? vm_next_raising(iterator) : type->next(iterator);
    if (LIKELY(v)) {
        r[pc[0].dest] = v;
        SKIP(2);
    }
    if (UNLIKELY(t->exception)) {
        if (traced && error_matches(&exc_StopIteration) && !vm_trace_exception(t, f)) ERROR;
        if (!error_clear_if(&exc_StopIteration)) ERROR;
    }
    BECOME(OP_FOR_ITER);
    pc += pc[0].exit;
    NEXT;
}

OPCODE(FOR_ITER)
{
    enum Op special = special_for(f, pc, r[A]);
    if (UNLIKELY(special == i)) TAIL(op_FOR_ANY);   /* a special form that this iterator is too special for */
    BECOME((uint16_t)special);
    i = special;
    __attribute__((musttail)) return vm_handlers[special](STATE_ARGS);
}

#define EXHAUSTED \
    do { \
        pc += pc[0].exit; \
        NEXT; \
    } while (0)

#define FOR_SEQUENCE(name, Iter, sequence, Sequence, type_, next_item) \
    OPCODE(name) \
    { \
        Value v = r[A]; \
        if (UNLIKELY(!has_type(v, &type_))) TAIL(op_FOR_ITER); \
        Iter *it = (Iter *)v; \
        if (LIKELY(it->sequence)) { \
            Sequence *items = (Sequence *)it->sequence; \
            if (LIKELY((uint64_t)it->index < (uint64_t)items->size)) { \
                r[pc[0].dest] = items->items[it->index++]; \
                next_item; \
            } \
            it->sequence = 0; \
        } \
        EXHAUSTED; \
    }
FOR_SEQUENCE(FOR_LIST, ListIter, list, ListObj, list_iterator_type, NEXT_ITEM)
FOR_SEQUENCE(FOR_LIST_BACK, ListIter, list, ListObj, list_iterator_type, NEXT_ITEM_BACK)
FOR_SEQUENCE(FOR_TUPLE, TupleIter, tuple, TupleObj, tuple_iterator_type, NEXT_ITEM)
FOR_SEQUENCE(FOR_TUPLE_BACK, TupleIter, tuple, TupleObj, tuple_iterator_type, NEXT_ITEM_BACK)

/* Iterators of this type are made for ranges of immediate ints only. */
#define FOR_RANGE_HANDLER(name, next_item) \
    OPCODE(name) \
    { \
        Value v = r[A]; \
        if (UNLIKELY(!has_type(v, &range_iterator_type))) TAIL(op_FOR_ITER); \
        RangeIter *it = (RangeIter *)v; \
        if (LIKELY(it->remaining > 0)) { \
            int64_t n = it->next; \
            it->remaining--; \
            it->next = (int64_t)((uint64_t)n + (uint64_t)it->step); \
            r[pc[0].dest] = small_int(n); \
            next_item; \
        } \
        EXHAUSTED; \
    }
FOR_RANGE_HANDLER(FOR_RANGE, NEXT_ITEM)
FOR_RANGE_HANDLER(FOR_RANGE_BACK, NEXT_ITEM_BACK)

/* Out of sight of FOR_DICT: the end, and the errors. */
static __attribute__((noinline)) HANDLER(rest_FOR_DICT)
{
    SAVE();
    Value v = type_of(r[A])->next(r[A]);
    if (LIKELY(v)) {
        r[pc[0].dest] = v;
        NEXT_ITEM;
    }
    if (UNLIKELY(t->exception)) ERROR;
    EXHAUSTED;
}
#define FOR_DICT_HANDLER(name, next_item) \
    OPCODE(name) \
    { \
        Value v = r[A]; \
        bool keys = has_type(v, &dict_keyiterator_type); \
        if (UNLIKELY(!keys && !has_type(v, &dict_valueiterator_type))) TAIL(op_FOR_ITER); \
        DictIter *it = (DictIter *)v; \
        if (LIKELY(it->dict && ((DictObj *)it->dict)->used == it->used && it->remaining > 0)) { \
            DictKeys *table = ((DictObj *)it->dict)->keys; \
            if (LIKELY(it->position < table->entry_count)) { \
                DictEntry *e = &table->entries[it->position]; \
                if (LIKELY(e->value)) { \
                    it->position++; \
                    it->remaining--; \
                    r[pc[0].dest] = keys ? e->key : e->value; \
                    next_item; \
                } \
            } \
        } \
        TAIL(rest_FOR_DICT); \
    }
FOR_DICT_HANDLER(FOR_DICT, NEXT_ITEM)
FOR_DICT_HANDLER(FOR_DICT_BACK, NEXT_ITEM_BACK)

/* The next pair of an iterator for which special_for gives OP_FOR_PAIR; -1: it is none. */
static inline int next_pair(Value v, Value *first, Value *second)
{
    if (has_type(v, &enumerate_type)) {
        EnumerateObj *it = (EnumerateObj *)v;
        if (LIKELY(has_type(it->iterator, &list_iterator_type)) && LIKELY(!it->large && it->index < SMALL_INT_MAX)) {
            ListIter *inner = (ListIter *)it->iterator;
            if (LIKELY(inner->list && (uint64_t)inner->index < (uint64_t)list_size(inner->list))) {
                *first = small_int(it->index++);
                *second = list_get(inner->list, inner->index++);
                return 1;
            }
        }
        return enumerate_next_pair(v, first, second);
    }
    if (has_type(v, &dict_itemiterator_type)) return dict_next_pair(v, first, second);
    return is_zip_of_two(v) ? zip_next_pair(v, first, second) : -1;
}
/* FOR_ITER and the UNPACK2 behind it. */
#define FOR_PAIR_HANDLER(name, unpack, next_item) \
    OPCODE(name) \
    { \
        const Word *to = unpack; \
        SAVE(); \
        int found = next_pair(r[A], r + to->a, r + to->c); \
        if (LIKELY(found > 0)) next_item; \
        if (UNLIKELY(found < 0)) TAIL(op_FOR_ITER); \
        if (UNLIKELY(t->exception) && !error_clear_if(&exc_StopIteration)) ERROR; \
        EXHAUSTED; \
    }
FOR_PAIR_HANDLER(FOR_PAIR, pc + 1, SKIP(3))
FOR_PAIR_HANDLER(
    FOR_PAIR_BACK, BODY, do {
        pc = BODY + 1;
        POLL();
        NEXT;
    } while (0))
