/* ops_item.c: handlers of items, slices, membership and iteration. */
#include "vm/interp.h"
#include "object/container.h"

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

#define SUBSCR_HANDLER(name, right) \
    static __attribute__((noinline)) HANDLER(rest_##name) \
    { \
        SAVE(); \
        RESULT(subscr_slow(r[B], right)); \
    } \
    OPCODE(name) \
    { \
        Value v = subscr_fast(r[B], right); \
        if (UNLIKELY(!v)) TAIL(rest_##name); \
        r[A] = v; \
        NEXT; \
    }
SUBSCR_HANDLER(SUBSCR, r[C])
SUBSCR_HANDLER(SUBSCR_K, k[C])

static __attribute__((noinline)) HANDLER(rest_STORE_SUBSCR)
{
    SAVE();
    bool ok = has_type(r[A], &dict_type) ? dict_set(r[A], r[B], r[C]) : object_setitem(r[A], r[B], r[C]);
    if (UNLIKELY(!ok)) ERROR;
    NEXT;
}
OPCODE(STORE_SUBSCR)
{
    Value v = r[A], key = r[B];
    if (LIKELY(is_small_int(key) && has_type(v, &list_type))) {
        ListObj *list = (ListObj *)v;
        int64_t n = small_int_value(key);
        if (n < 0) n += list->size;
        if (LIKELY((uint64_t)n < (uint64_t)list->size)) {
            list->items[n] = r[C];
            gc_barrier(list);
            NEXT;
        }
    }
    TAIL(rest_STORE_SUBSCR);
}
OPCODE(DELETE_SUBSCR)
{
    SAVE();
    if (UNLIKELY(!object_delitem(r[A], r[B]))) ERROR;
    NEXT;
}

/* ---- slices */

/* Items of a built-in sequence by a slice that nobody else sees: it lies on the C stack. 0 without an exception: make a real one. */
static __attribute__((noinline)) Value slice_of(Value v, Value start, Value stop, Value step)
{
    SliceObj slice = {.head = {.type = &slice_type, .gc = GC_STATIC}, .start = start, .stop = stop, .step = step};
    return type_of(v)->getitem(v, VALUE(&slice));
}
static __attribute__((noinline)) bool set_slice_of(Value v, Value start, Value stop, Value step, Value value)
{
    SliceObj slice = {.head = {.type = &slice_type, .gc = GC_STATIC}, .start = start, .stop = stop, .step = step};
    return type_of(v)->setitem(v, VALUE(&slice), value);
}
static inline bool plain_bound(Value v) { return is_small_int(v) || v == NONE; }

OPCODE(BUILD_SLICE)
{
    Value start = r[B], stop = r[C], step = (uint16_t)pc[0].bits == 65535 ? NONE : r[(uint16_t)pc[0].bits];
    Word next = pc[1];
    if (LIKELY(pc[0].bits & SLICE_ONCE) && plain_bound(start) && plain_bound(stop) && plain_bound(step)) {
        if (next.op == OP_SUBSCR && next.c == A && next.b != A) {
            Value v = r[next.b];
            if (has_type(v, &list_type) || has_type(v, &tuple_type) || has_type(v, &str_type)) {
                pc += 2;
                i = next.op;
                SAVE();
                v = slice_of(v, start, stop, step);
                if (UNLIKELY(!v)) ERROR;
                r[A] = v;
                NEXT;
            }
        } else if (next.op == OP_STORE_SUBSCR && next.b == A && next.a != A && next.c != A && has_type(r[next.a], &list_type)) {
            pc += 2;
            i = next.op;
            SAVE();
            if (UNLIKELY(!set_slice_of(r[A], start, stop, step, r[C]))) ERROR;
            NEXT;
        }
    }
    SAVE();
    Value v = slice_new(start, stop, step);
    if (UNLIKELY(!v)) ERROR;
    r[A] = v;
    SKIP(2);
}

/* ---- membership */

OPCODE(CONTAINS)
{
    SAVE();
    int found = object_contains(r[C], r[B]);
    if (UNLIKELY(found < 0)) ERROR;
    r[A] = bool_value(found);
    NEXT;
}
OPCODE(NOT_CONTAINS)
{
    SAVE();
    int found = object_contains(r[C], r[B]);
    if (UNLIKELY(found < 0)) ERROR;
    r[A] = bool_value(!found);
    NEXT;
}
OPCODE(JUMP_IN)
{
    SAVE();
    int found = object_contains(r[B], r[A]);
    if (UNLIKELY(found < 0)) ERROR;
    if (found) TAKE(JUMP16);
    NEXT;
}
OPCODE(JUMP_NOT_IN)
{
    SAVE();
    int found = object_contains(r[B], r[A]);
    if (UNLIKELY(found < 0)) ERROR;
    if (!found) TAKE(JUMP16);
    NEXT;
}

/* ---- iteration */

OPCODE(GET_ITER)
{
    SAVE();
    RESULT(object_iter(r[B]));
}

OPCODE(FOR_ITER)
{
    Value iterator = r[A];
    Type *type = type_of(iterator);
    uint16_t op = (uint16_t)i, special = type == &list_iterator_type ? OP_FOR_LIST : type == &tuple_iterator_type ? OP_FOR_TUPLE : type == &range_iterator_type ? OP_FOR_RANGE
                                        : type == &generator_type ? OP_FOR_GENERATOR : OP_FOR_ITER;
    if (special != op) {
        BECOME(special);
        if (special != OP_FOR_ITER) {
            i = pc[-1].op;
            __attribute__((musttail)) return vm_handlers[special](STATE_ARGS);
        }
    }
    SAVE();
    if (UNLIKELY(!type->next)) {
        raise_type("'%.200s' object is not an iterator", type_name(type));
        ERROR;
    }
    bool traced = UNLIKELY(f->flags & FRAME_TRACED) && t->trace_function && !t->tracing;
    Value v = traced ? vm_next_raising(iterator) : type->next(iterator);
    if (LIKELY(v)) {
        r[pc[0].dest] = v;
        SKIP(2);
    }
    if (UNLIKELY(t->exception)) {
        if (traced && error_matches(&exc_StopIteration) && !vm_trace_exception(t, f)) ERROR;
        if (!error_clear_if(&exc_StopIteration)) ERROR;
    }
    pc += pc[0].exit;
    NEXT;
}

#define EXHAUSTED do { pc += pc[0].exit; NEXT; } while (0)

OPCODE(FOR_LIST)
{
    Value v = r[A];
    if (UNLIKELY(!has_type(v, &list_iterator_type))) TAIL(op_FOR_ITER);
    ListIter *it = (ListIter *)v;
    if (LIKELY(it->list)) {
        ListObj *list = (ListObj *)it->list;
        if (LIKELY((uint64_t)it->index < (uint64_t)list->size)) {
            r[pc[0].dest] = list->items[it->index++];
            SKIP(2);
        }
        it->list = 0;
    }
    EXHAUSTED;
}
OPCODE(FOR_TUPLE)
{
    Value v = r[A];
    if (UNLIKELY(!has_type(v, &tuple_iterator_type))) TAIL(op_FOR_ITER);
    TupleIter *it = (TupleIter *)v;
    if (LIKELY(it->tuple)) {
        TupleObj *tuple = (TupleObj *)it->tuple;
        if (LIKELY((uint64_t)it->index < (uint64_t)tuple->size)) {
            r[pc[0].dest] = tuple->items[it->index++];
            SKIP(2);
        }
        it->tuple = 0;
    }
    EXHAUSTED;
}
OPCODE(FOR_RANGE)
{
    Value v = r[A];
    if (UNLIKELY(!has_type(v, &range_iterator_type))) TAIL(op_FOR_ITER);
    RangeIter *it = (RangeIter *)v;
    if (LIKELY(it->remaining > 0)) {
        int64_t n = it->next;
        it->remaining--;
        it->next = (int64_t)((uint64_t)n + (uint64_t)it->step);
        if (UNLIKELY(!fits_small_int(n))) {
            Value large = int_new(n);
            if (!large) ERROR;
            r[pc[0].dest] = large;
        } else r[pc[0].dest] = small_int(n);
        SKIP(2);
    }
    EXHAUSTED;
}
