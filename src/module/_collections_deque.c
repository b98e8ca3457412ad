/* _collections_deque.c: collections.deque and its iterators.
 *
 * The items lie in a ring whose size is a power of two; it doubles when full and is given back when it becomes mostly idle. `state` changes with every change of the deque, so
 * that iterators and searches notice one.
 */
#include "module/_collections.h"

static inline DequeObj *as_deque(Value v) { return (DequeObj *)v; }
static inline Value *place(DequeObj *d, int64_t i) { return &d->items[(d->first + i) & (d->capacity - 1)]; }

static void deque_trace(Obj *o)
{
    DequeObj *d = (DequeObj *)o;
    if (!d->items) return;
    gc_visit_buffer(d->items);
    for (int64_t i = 0; i < d->size; i++) gc_visit(*place(d, i));
}

static bool deque_resize(DequeObj *d, int64_t capacity)
{
    Value *items = gc_buffer_raw((size_t)capacity * sizeof(Value));
    if (!items) return false;
    for (int64_t i = 0; i < d->size; i++) items[i] = *place(d, i);
    d->items = items;
    d->capacity = capacity;
    d->first = 0;
    gc_barrier(d);
    return true;
}

static inline bool deque_room(DequeObj *d) { return d->size < d->capacity || deque_resize(d, d->capacity ? d->capacity * 2 : 8); }

static void deque_shrink(DequeObj *d)
{
    if (d->capacity > 64 && d->size < d->capacity / 8 && !deque_resize(d, d->capacity / 4)) error_clear();
}

static Value deque_pop_last(DequeObj *d)
{
    Value item = *place(d, --d->size);
    d->state++;
    deque_shrink(d);
    return item;
}

static Value deque_pop_first(DequeObj *d)
{
    Value item = *place(d, 0);
    d->first = (d->first + 1) & (d->capacity - 1);
    d->size--;
    d->state++;
    deque_shrink(d);
    return item;
}

static bool deque_push(DequeObj *d, Value item)
{
    if (d->maxlen == 0) return true;
    if (d->size == d->maxlen) deque_pop_first(d);
    if (!deque_room(d)) return false;
    *place(d, d->size++) = item;
    d->state++;
    gc_barrier(d);
    return true;
}

static bool deque_push_left(DequeObj *d, Value item)
{
    if (d->maxlen == 0) return true;
    if (d->size == d->maxlen) deque_pop_last(d);
    if (!deque_room(d)) return false;
    d->first = (d->first - 1) & (d->capacity - 1);
    d->items[d->first] = item;
    d->size++;
    d->state++;
    gc_barrier(d);
    return true;
}

static void deque_clear(DequeObj *d)
{
    d->items = 0;
    d->size = d->capacity = d->first = 0;
    d->state++;
}

static bool deque_extend(DequeObj *d, Value iterable, bool (*push)(DequeObj *, Value))
{
    if (iterable == VALUE(d) && !(iterable = object_to_list(iterable))) return false;
    Value iterator = object_iter(iterable), item;
    if (!iterator) return false;
    while ((item = iter_next_quick(iterator)))
        if (!push(d, item)) return false;
    return thread_self->exception == 0;
}

/* --- slots */

static Value deque_make(Type *type, Value *args, size_t nargs, Value kwnames)
{
    DequeObj *d = NEW_OF(DequeObj, type, deque_type);
    if (d) d->maxlen = -1;
    return VALUE(d);
}

static bool deque_init(Value self, Value *args, size_t nargs, Value kwnames)
{
    static Signature *cache;
    Value bound[2];
    int64_t maxlen = -1;
    if (!native_bind("deque", "(iterable=<unrepresentable>, maxlen=None)", &cache, args, nargs, kwnames, bound)) return false;
    if (bound[1] && bound[1] != NONE) {
        if (!is_int(bound[1])) return raise_type("an integer is required");
        if (!number_as_count(bound[1], &maxlen)) return false;
        if (maxlen < 0) return raise_value("maxlen must be non-negative");
    }
    DequeObj *d = as_deque(self);
    d->maxlen = maxlen;
    if (d->size) deque_clear(d);
    return !bound[0] || deque_extend(d, bound[0], deque_push);
}

static Value deque_copy_of(Value self)
{
    DequeObj *d = as_deque(self);
    if (type_of(self) == &deque_type) {
        Value copy = deque_make(&deque_type, 0, 0, 0);
        if (!copy) return 0;
        as_deque(copy)->maxlen = d->maxlen;
        return deque_extend(as_deque(copy), self, deque_push) ? copy : 0;
    }
    Value type = VALUE(type_of(self));
    Value copy = d->maxlen < 0 ? call_1(type, self) : call_2(type, self, int_new(d->maxlen));
    if (copy && !is_instance_of(copy, &deque_type)) return raise_type("%.200s() must return a deque, not %.200s", type_of(self)->name, type_of(copy)->name);
    return copy;
}

static Value deque_repr(Value self)
{
    int entered = repr_enter(self);
    if (entered) return entered < 0 ? 0 : str_from_cstring("[...]");
    Value list = object_to_list(self), text = 0;
    if (list) {
        DequeObj *d = as_deque(self);
        text = d->maxlen >= 0 ? str_format_c("%s(%R, maxlen=%zd)", type_name_of(self), list, d->maxlen) : str_format_c("%s(%R)", type_name_of(self), list);
    }
    repr_leave(self);
    return text;
}

static Value deque_compare(Value a, Value b, CompareOp op)
{
    if (!is_instance_of(a, &deque_type) || !is_instance_of(b, &deque_type)) return NOT_IMPLEMENTED;
    int64_t left = as_deque(a)->size, right = as_deque(b)->size;
    if (a == b && (op == CMP_EQ || op == CMP_LE || op == CMP_GE)) return TRUE;
    if (a == b) return FALSE;
    if (left != right && (op == CMP_EQ || op == CMP_NE)) return bool_value(op == CMP_NE);
    Value first = object_iter(a), second = first ? object_iter(b) : 0;
    if (!second) return 0;
    for (;;) {
        Value x = iter_next_quick(first);
        if (!x && thread_self->exception) return 0;
        Value y = iter_next_quick(second);
        if (!y && thread_self->exception) return 0;
        if (!x || !y) return compare_result(x != 0, y != 0, op);
        int same = object_equal(x, y);
        if (same < 0) return 0;
        if (!same) return op == CMP_EQ ? FALSE : op == CMP_NE ? TRUE : object_compare(x, y, op);
    }
}

static int64_t deque_length(Value self) { return as_deque(self)->size; }

static Value deque_item(Value self, int64_t i)
{
    DequeObj *d = as_deque(self);
    return (uint64_t)i < (uint64_t)d->size ? *place(d, i) : raise_index("deque index out of range");
}

static bool deque_index_of(Value self, Value key, int64_t *index)
{
    if (!is_index(key)) return raise_type("sequence index must be integer, not '%.200s'", type_of(key)->name);
    return sequence_index(key, &as_deque(self)->size, index);
}

static Value deque_getitem(Value self, Value key)
{
    int64_t i;
    return deque_index_of(self, key, &i) ? deque_item(self, i) : 0;
}

/* Takes out item i, moving what is on the shorter side of it. */
static void deque_remove_at(DequeObj *d, int64_t i)
{
    if (i < d->size / 2) {
        for (; i > 0; i--) *place(d, i) = *place(d, i - 1);
        d->first = (d->first + 1) & (d->capacity - 1);
    } else {
        for (; i < d->size - 1; i++) *place(d, i) = *place(d, i + 1);
    }
    d->size--;
    d->state++;
}

static bool deque_setitem(Value self, Value key, Value value)
{
    int64_t i;
    DequeObj *d = as_deque(self);
    if (!deque_index_of(self, key, &i)) return false;
    if ((uint64_t)i >= (uint64_t)d->size) return raise_index("deque index out of range");
    if (value) {
        *place(d, i) = value;
        gc_barrier(d);
    } else {
        deque_remove_at(d, i);
    }
    return true;
}

/* The place of the item in [start, stop), -1 absent, -2 exception; `type` and `message` for a deque that changed meanwhile. */
static int64_t deque_search(DequeObj *d, Value item, int64_t start, int64_t stop, Type *type, const char *message)
{
    uint64_t state = d->state;
    for (int64_t i = start; i < stop; i++) {
        int same = object_equal(*place(d, i), item);
        if (same < 0) return -2;
        if (d->state != state) return raise_format(type, "%s", message), -2;
        if (same) return i;
    }
    return -1;
}

#define MUTATED "deque mutated during iteration"

static int deque_contains(Value self, Value item)
{
    int64_t found = deque_search(as_deque(self), item, 0, as_deque(self)->size, &exc_RuntimeError, MUTATED);
    return found >= 0 ? 1 : found == -1 ? 0 : -1;
}

static Value deque_inplace_concat(Value self, Value other) { return deque_extend(as_deque(self), other, deque_push) ? self : 0; }

static Value deque_concat(Value self, Value other)
{
    if (!is_instance_of(other, &deque_type)) return raise_type("can only concatenate deque (not \"%.200s\") to deque", type_of(other)->name);
    Value copy = deque_copy_of(self);
    return copy ? deque_inplace_concat(copy, other) : 0;
}

static Value deque_inplace_repeat(Value self, int64_t times)
{
    DequeObj *d = as_deque(self);
    if (d->size == 0 || times == 1) return self;
    if (times <= 0) return deque_clear(d), self;
    int64_t size = d->size, total;
    if (__builtin_mul_overflow(size, times, &total) || total > INT64_MAX / 16) return raise_memory();
    if (d->maxlen >= 0 && total > d->maxlen) times = (d->maxlen + size - 1) / size;
    Value items = object_to_list(self);
    if (!items) return 0;
    if (times > 1 && size * times > 1 << 20 && d->maxlen < 0) {   /* fail early when there is no memory for so many */
        int64_t capacity = d->capacity;
        while (capacity < size * times) capacity *= 2;
        if (!deque_resize(d, capacity)) return 0;
    }
    for (int64_t n = 1; n < times; n++)
        for (int64_t i = 0; i < size; i++)
            if (!deque_push(d, list_get(items, i))) return 0;
    return self;
}

static Value deque_repeat(Value self, int64_t times)
{
    Value copy = deque_copy_of(self);
    return copy ? deque_inplace_repeat(copy, times) : 0;
}

/* --- methods */

static NATIVE(deque_append) { return deque_push(as_deque(args[0]), args[1]) ? NONE : 0; }
static NATIVE(deque_appendleft) { return deque_push_left(as_deque(args[0]), args[1]) ? NONE : 0; }
static NATIVE(deque_extend_method) { return deque_extend(as_deque(args[0]), args[1], deque_push) ? NONE : 0; }
static NATIVE(deque_extendleft) { return deque_extend(as_deque(args[0]), args[1], deque_push_left) ? NONE : 0; }
static NATIVE(deque_pop) { return as_deque(args[0])->size ? deque_pop_last(as_deque(args[0])) : raise_index("pop from an empty deque"); }
static NATIVE(deque_popleft) { return as_deque(args[0])->size ? deque_pop_first(as_deque(args[0])) : raise_index("pop from an empty deque"); }
static NATIVE(deque_clear_method) { return deque_clear(as_deque(args[0])), NONE; }
static NATIVE(deque_copy_method) { return deque_copy_of(args[0]); }

static NATIVE(deque_count)
{
    DequeObj *d = as_deque(args[0]);
    int64_t count = 0;
    uint64_t state = d->state;
    for (int64_t i = 0; i < d->size; i++) {
        int same = object_equal(*place(d, i), args[1]);
        if (same < 0) return 0;
        if (d->state != state) return raise_runtime(MUTATED);
        count += same;
    }
    return int_new(count);
}

static NATIVE(deque_index)
{
    DequeObj *d = as_deque(args[0]);
    int64_t start, stop;
    if (!sequence_bound(args[2], d->size, &start) || !sequence_bound(args[3], d->size, &stop)) return 0;
    int64_t found = deque_search(d, args[1], start, stop < d->size ? stop : d->size, &exc_RuntimeError, MUTATED);
    if (found == -1) return raise_value("%R is not in deque", args[1]);
    return found < 0 ? 0 : int_new(found);
}

static NATIVE(deque_remove)
{
    DequeObj *d = as_deque(args[0]);
    int64_t found = deque_search(d, args[1], 0, d->size, &exc_IndexError, MUTATED);
    if (found == -1) return raise_value("%R is not in deque", args[1]);
    if (found < 0) return 0;
    deque_remove_at(d, found);
    return NONE;
}

static NATIVE(deque_insert)
{
    DequeObj *d = as_deque(args[0]);
    int64_t index;
    if (!number_as_count(args[1], &index)) return 0;
    if (d->maxlen >= 0 && d->size >= d->maxlen) return raise_index("deque already at its maximum size");
    if (index < 0) index = index < -d->size ? 0 : index + d->size;
    if (index > d->size) index = d->size;
    if (index < d->size / 2) {
        if (!deque_push_left(d, args[2])) return 0;
        for (int64_t i = 0; i < index; i++) *place(d, i) = *place(d, i + 1);
    } else {
        if (!deque_push(d, args[2])) return 0;
        for (int64_t i = d->size - 1; i > index; i--) *place(d, i) = *place(d, i - 1);
    }
    *place(d, index) = args[2];
    return NONE;
}

static NATIVE(deque_reverse)
{
    DequeObj *d = as_deque(args[0]);
    for (int64_t i = 0, j = d->size - 1; i < j; i++, j--) {
        Value swap = *place(d, i);
        *place(d, i) = *place(d, j);
        *place(d, j) = swap;
    }
    return NONE;
}

static NATIVE(deque_rotate)
{
    DequeObj *d = as_deque(args[0]);
    int64_t n = 1;
    if (!check_positional("deque.rotate", nargs - 1, 0, 0, 1) || (nargs == 2 && !number_as_count(args[1], &n))) return 0;
    if (d->size < 2) return NONE;
    n %= d->size;
    if (n > d->size / 2) n -= d->size;
    if (n < -(d->size / 2)) n += d->size;
    for (; n > 0; n--) {   /* the last becomes the first; in a full ring it does not even move */
        Value item = *place(d, d->size - 1);
        d->first = (d->first - 1) & (d->capacity - 1);
        d->items[d->first] = item;
    }
    for (; n < 0; n++) {
        Value item = *place(d, 0);
        d->first = (d->first + 1) & (d->capacity - 1);
        *place(d, d->size - 1) = item;
    }
    d->state++;
    return NONE;
}

static NATIVE(deque_reduce)
{
    DequeObj *d = as_deque(args[0]);
    Value state = call_method_0(args[0], NAME("__getstate__"));
    Value iterator = state ? object_iter(args[0]) : 0;
    Value arguments = !iterator ? 0 : d->maxlen < 0 ? tuple_empty : tuple_pack(2, tuple_empty, int_new(d->maxlen));
    return arguments ? tuple_pack(4, VALUE(type_of(args[0])), arguments, state, iterator) : 0;
}

static NATIVE(deque_sizeof) { return int_new(type_of(args[0])->basic_size + as_deque(args[0])->capacity * (int64_t)sizeof(Value)); }
static Value deque_get_maxlen(Value self) { return as_deque(self)->maxlen < 0 ? NONE : int_new(as_deque(self)->maxlen); }
static const GetSetDef deque_getset[] = {{"maxlen", deque_get_maxlen, 0, "maximum size of a deque or None if unbounded"}, {0}};

/* --- iterators, in both directions */

typedef struct DequeIter {
    Obj head;
    Value deque;
    int64_t position, remaining;
    uint64_t state;
} DequeIter;

static void deque_iter_trace(Obj *o) { gc_visit(((DequeIter *)o)->deque); }

static Value deque_iter_new(Value deque, Type *type)
{
    DequeIter *it = gc_alloc(DequeIter, type);
    if (!it) return 0;
    it->deque = deque;
    it->remaining = as_deque(deque)->size;
    it->state = as_deque(deque)->state;
    return VALUE(it);
}

static Value deque_iter(Value self) { return deque_iter_new(self, &deque_iterator_type); }
static NATIVE(deque_reversed) { return deque_iter_new(args[0], &deque_reverse_iterator_type); }

static Value deque_iter_next(Value self)
{
    DequeIter *it = (DequeIter *)self;
    DequeObj *d = as_deque(it->deque);
    if (it->state != d->state) {
        it->remaining = 0;
        return raise_runtime(MUTATED);
    }
    if (it->remaining == 0) return 0;
    it->remaining--;
    int64_t i = it->position++;
    return *place(d, it->head.type == &deque_iterator_type ? i : d->size - 1 - i);
}

static Value deque_iter_make_of(Type *type, Value *args, size_t nargs, Value kwnames)
{
    const char *name = type_name(type);
    int64_t skip = 0;
    if (kwnames && tuple_size(kwnames)) return raise_type("%s() takes no keyword arguments", name);
    if (nargs < 1 || nargs > 2) return raise_type("function takes at %s %d argument%s (%zu given)", nargs < 1 ? "least" : "most", nargs < 1 ? 1 : 2, nargs < 1 ? "" : "s", nargs);
    if (!is_instance_of(args[0], &deque_type)) return raise_type("argument 1 must be collections.deque, not %s", type_of(args[0])->name);
    if (nargs == 2 && !number_as_count(args[1], &skip)) return 0;
    Value it = deque_iter_new(args[0], type);
    for (int64_t i = 0; it && i < skip; i++)
        if (!deque_iter_next(it)) return thread_self->exception ? 0 : it;
    return it;
}

static NATIVE(deque_iter_length_hint) { return int_new(((DequeIter *)args[0])->remaining); }

static NATIVE(deque_iter_reduce)
{
    DequeIter *it = (DequeIter *)args[0];
    Value arguments = tuple_pack(2, it->deque, int_new(as_deque(it->deque)->size - it->remaining));
    return arguments ? tuple_pack(2, VALUE(it->head.type), arguments) : 0;
}

static const NativeDef deque_iter_methods[] = {
    {"__length_hint__", "(self, /)", deque_iter_length_hint, "Private method returning an estimate of len(list(it)).", 0},
    {"__reduce__", "(self, /)", deque_iter_reduce, "Return state information for pickling.", 0},
    {0},
};
Type deque_iterator_type = {TYPE_INIT("_collections._deque_iterator", DequeIter),
                            .trace = deque_iter_trace,
                            .new = deque_iter_make_of,
                            .iter = iter_self,
                            .next = deque_iter_next,
                            .methods = deque_iter_methods};
Type deque_reverse_iterator_type = {TYPE_INIT("_collections._deque_reverse_iterator", DequeIter),
                                    .trace = deque_iter_trace,
                                    .new = deque_iter_make_of,
                                    .iter = iter_self,
                                    .next = deque_iter_next,
                                    .methods = deque_iter_methods};

static const NativeDef deque_methods[] = {
    {"append", "(self, item, /)", deque_append, "Add an element to the right side of the deque.", 0},
    {"appendleft", "(self, item, /)", deque_appendleft, "Add an element to the left side of the deque.", 0},
    {"clear", "(self, /)", deque_clear_method, "Remove all elements from the deque.", 0},
    {"__copy__", "(self, /)", deque_copy_method, "Return a shallow copy of a deque.", 0},
    {"copy", "(self, /)", deque_copy_method, "Return a shallow copy of a deque.", 0},
    {"count", "(self, value, /)", deque_count, "Return number of occurrences of value.", 0},
    {"extend", "(self, iterable, /)", deque_extend_method, "Extend the right side of the deque with elements from the iterable", 0},
    {"extendleft", "(self, iterable, /)", deque_extendleft, "Extend the left side of the deque with elements from the iterable", 0},
    {"index", "(self, value, start=0, stop=9223372036854775807, /)", deque_index, "Return first index of value.\n\nRaises ValueError if the value is not present.", 0},
    {"insert", "(self, index, object, /)", deque_insert, "Insert object before index", 0},
    {"pop", "(self, /)", deque_pop, "Remove and return the rightmost element.", 0},
    {"popleft", "(self, /)", deque_popleft, "Remove and return the leftmost element.", 0},
    {"__reduce__", "(self, /)", deque_reduce, "Return state information for pickling.", 0},
    {"remove", "(self, value, /)", deque_remove, "Remove first occurrence of value.", 0},
    {"__reversed__", "(self, /)", deque_reversed, "Return a reverse iterator over the deque.", 0},
    {"reverse", "(self, /)", deque_reverse, "Reverse *IN PLACE*", 0},
    {"rotate", 0, deque_rotate, "Rotate the deque n steps to the right (default n=1).  If n is negative, rotates left.", NATIVE_VECTOR | NATIVE_NO_KEYWORDS},
    {"__sizeof__", "(self, /)", deque_sizeof, "Size of the deque in memory, in bytes", 0},
    CLASS_GETITEM,
    {0},
};

Type deque_type = {
    TYPE_INIT("collections.deque", DequeObj),
    .flags = TYPE_BASE | TYPE_SEQUENCE | TYPE_WEAKREF_OK,
    .doc = "deque([iterable[, maxlen]]) --> deque object\n\nA list-like sequence optimized for data accesses near its endpoints.",
    .trace = deque_trace,
    .new = deque_make,
    .init = deque_init,
    .repr = deque_repr,
    .compare = deque_compare,
    .iter = deque_iter,
    .length = deque_length,
    .getitem = deque_getitem,
    .setitem = deque_setitem,
    .seq_item = deque_item,
    .contains = deque_contains,
    .concat = deque_concat,
    .repeat = deque_repeat,
    .inplace_concat = deque_inplace_concat,
    .inplace_repeat = deque_inplace_repeat,
    .getset = deque_getset,
    .methods = deque_methods,
};
