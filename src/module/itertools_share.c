/* itertools_share.c: groupby and tee, whose iterators share a source. */
#include "module/itertools.h"

/* --- groupby */

typedef struct Groupby {
    Obj head;
    Value iterator, key_function /* NONE: the item itself */, target, key, value, group;
} Groupby;
typedef struct Grouper {
    Obj head;
    Value parent, target;
} Grouper;

static void groupby_trace(Obj *o) { gc_visit_values(values_of(o), 5); }   /* `group` is only compared with, and lives as long as it is asked */

static Value groupby_make(Type *type, Value *args, size_t nargs, Value kwnames)
{
    static Signature *cache;
    Value bound[2];
    if (!native_bind("groupby", "(iterable, key=None)", &cache, args, nargs, kwnames, bound)) return 0;
    Value iterator = object_iter(bound[0]);
    Groupby *it = iterator ? NEW_OF(Groupby, type, groupby_type) : 0;
    if (!it) return 0;
    it->key_function = bound[1];
    SET(it, iterator, iterator);
    return VALUE(it);
}

static bool groupby_step(Groupby *it)
{
    Value value = iter_next_quick(it->iterator);
    Value key = !value ? 0 : it->key_function == NONE ? value : call_1(it->key_function, value);
    if (!key) return false;
    it->value = value;
    SET(it, key, key);
    return true;
}

static Value grouper_new(Value parent, Value target)
{
    Grouper *group = gc_alloc(Grouper, &grouper_type);
    if (!group) return 0;
    group->parent = parent, group->target = target;
    ((Groupby *)parent)->group = VALUE(group);
    return VALUE(group);
}

static Value groupby_next(Value self)
{
    Groupby *it = (Groupby *)self;
    it->group = 0;
    for (;;) {
        if (it->key) {
            if (!it->target) break;
            int same = object_equal(it->target, it->key);
            if (same < 0) return 0;
            if (!same) break;
        }
        if (!groupby_step(it)) return 0;
    }
    SET(it, target, it->key);
    Value group = grouper_new(self, it->target);
    return group ? tuple_pack(2, it->key, group) : 0;
}

static NATIVE(groupby_reduce)
{
    Groupby *it = (Groupby *)args[0];
    Value arguments = tuple_pack(2, it->iterator, it->key_function);
    if (it->target && it->key && it->value) return reduce_3(args[0], arguments, tuple_pack(3, it->key, it->value, it->target));
    return reduce_2(args[0], arguments);
}

static NATIVE(groupby_setstate)
{
    Groupby *it = (Groupby *)args[0];
    if (!iter_state(args[1], 3)) return 0;
    it->key = tuple_get(args[1], 0), it->value = tuple_get(args[1], 1), it->target = tuple_get(args[1], 2);
    gc_barrier(it);
    return NONE;
}

static Value grouper_make(Type *type, Value *args, size_t nargs, Value kwnames)
{
    if (!iter_arguments("_grouper", type, &grouper_type, nargs, kwnames, 2)) return 0;
    if (!is_instance_of(args[0], &groupby_type)) return raise_type("_grouper() argument 1 must be itertools.groupby, not %s", type_of(args[0])->name);
    return grouper_new(args[0], args[1]);
}

static Value grouper_next(Value self)
{
    Grouper *group = (Grouper *)self;
    Groupby *it = (Groupby *)group->parent;
    if (it->group != self) return 0;
    if (!it->value && !groupby_step(it)) return 0;
    int same = object_equal(group->target, it->key);
    if (same <= 0) return 0;
    Value value = it->value;
    it->value = it->key = 0;
    return value;
}

static NATIVE(grouper_reduce)
{
    Grouper *group = (Grouper *)args[0];
    if (((Groupby *)group->parent)->group != args[0]) return reduce_iterator("iter", tuple_empty, 0);
    return reduce_2(args[0], tuple_pack(2, group->parent, group->target));
}

static const NativeDef groupby_methods[] = {REDUCE(groupby_reduce), SETSTATE(groupby_setstate), {0}};
Type groupby_type = {
    TYPE_INIT("itertools.groupby", Groupby),
    ITERATOR_SLOTS,
    .doc = "make an iterator that returns consecutive keys and groups from the iterable\n\n  iterable\n    Elements to divide into groups according to the key function.\n"
           "  key\n    A function for computing the group category for each element.\n    If the key function is not specified or is None, the element itself\n    is used for "
           "grouping.",
    .trace = groupby_trace,
    .new = groupby_make,
    .next = groupby_next,
    .methods = groupby_methods};
static const NativeDef grouper_methods[] = {REDUCE(grouper_reduce), {0}};
Type grouper_type = {TYPE_INIT("itertools._grouper", Grouper), .iter = iter_self, .trace = iter_trace_2, .new = grouper_make, .next = grouper_next, .methods = grouper_methods};

/* --- tee: iterators walk along a chain of cells with the items read so far; the last cell has the source */

enum { TEE_CELL = 57 };
typedef struct TeeData {
    Obj head;
    Value iterator, next;
    Value items[TEE_CELL];
    int64_t count;
    bool running;
} TeeData;
typedef struct Tee {
    Obj head;
    Value data;
    int64_t index;
} Tee;

static void tee_data_trace(Obj *o) { gc_visit_values(values_of(o), 2 + TEE_CELL); }

static TeeData *tee_data_new(Value iterator)
{
    TeeData *data = gc_alloc(TeeData, &tee_data_type);
    if (data) data->iterator = iterator;
    return data;
}

static Value tee_data_item(TeeData *data, int64_t i)
{
    if (i < data->count) return data->items[i];
    if (data->running) return raise_runtime("cannot re-enter the tee iterator");
    data->running = true;
    Value item = iter_next_quick(data->iterator);
    data->running = false;
    if (!item) return 0;
    data->items[data->count++] = item;
    gc_barrier(data);
    return item;
}

static TeeData *tee_data_follow(TeeData *data)
{
    if (!data->next) {
        TeeData *next = tee_data_new(data->iterator);
        if (!next) return 0;
        SET(data, next, VALUE(next));
    }
    return (TeeData *)data->next;
}

static Value tee_data_make(Type *type, Value *args, size_t nargs, Value kwnames)
{
    if (!iter_arguments("teedataobject", type, &tee_data_type, nargs, kwnames, 3)) return 0;
    Value values = args[1], next = args[2];
    if (!is_list(values)) return raise_type("teedataobject() argument 2 must be list, not %s", type_of(values)->name);
    TeeData *data = tee_data_new(args[0]);
    if (!data) return 0;
    if (list_size(values) > TEE_CELL) return raise_value("Invalid arguments");
    memcpy(data->items, list_items(values), (size_t)list_size(values) * sizeof(Value));
    data->count = list_size(values);
    if (next != NONE) {
        if (data->count != TEE_CELL) return raise_value("Invalid arguments");
        if (type_of(next) != &tee_data_type) return raise_type("Invalid arguments");
        data->next = next;
    }
    gc_barrier(data);
    return VALUE(data);
}

static NATIVE(tee_data_reduce)
{
    TeeData *data = (TeeData *)args[0];
    Value values = list_from(data->items, data->count);
    return values ? reduce_2(args[0], tuple_pack(3, data->iterator, values, data->next ? data->next : NONE)) : 0;
}

static Value tee_new(TeeData *data, int64_t index)
{
    Tee *tee = data ? gc_alloc(Tee, &tee_type) : 0;
    if (!tee) return 0;
    tee->data = VALUE(data), tee->index = index;
    return VALUE(tee);
}

static Value tee_from_iterable(Value iterable)
{
    Value iterator = object_iter(iterable);
    if (!iterator) return 0;
    if (is_instance_of(iterator, &tee_type)) return tee_new((TeeData *)((Tee *)iterator)->data, ((Tee *)iterator)->index);
    return tee_new(tee_data_new(iterator), 0);
}

static Value tee_make(Type *type, Value *args, size_t nargs, Value kwnames) { return iter_arguments("_tee", type, &tee_type, nargs, kwnames, 1) ? tee_from_iterable(args[0]) : 0; }

static Value tee_next(Value self)
{
    Tee *tee = (Tee *)self;
    if (tee->index >= TEE_CELL) {
        TeeData *next = tee_data_follow((TeeData *)tee->data);
        if (!next) return 0;
        SET(tee, data, VALUE(next));
        tee->index = 0;
    }
    Value item = tee_data_item((TeeData *)tee->data, tee->index);
    if (item) tee->index++;
    return item;
}

static NATIVE(tee_copy) { return tee_new((TeeData *)((Tee *)args[0])->data, ((Tee *)args[0])->index); }

static NATIVE(tee_reduce)
{
    Tee *tee = (Tee *)args[0];
    return reduce_3(args[0], tuple_pack(1, tuple_empty), tuple_pack(2, tee->data, int_new(tee->index)));
}

static NATIVE(tee_setstate)
{
    if (!iter_state(args[1], 2)) return 0;
    Value data = tuple_get(args[1], 0);
    int64_t index;
    if (type_of(data) != &tee_data_type) return raise_type("argument 1 must be itertools._tee_dataobject, not %s", type_of(data)->name);
    if (!number_as_count(tuple_get(args[1], 1), &index)) return 0;
    if (index < 0 || index > TEE_CELL || index > ((TeeData *)data)->count) return raise_value("Index out of range");
    SET((Tee *)args[0], data, data);
    ((Tee *)args[0])->index = index;
    return NONE;
}

NATIVE(itertools_tee)
{
    int64_t n = 2;
    if (!check_positional("tee", nargs, 0, 1, 2) || (nargs == 2 && !number_as_count(args[1], &n))) return 0;
    if (n < 0) return raise_value("n must be >= 0");
    Value result = tuple_new(n), iterator = result ? object_iter(args[0]) : 0;
    if (!iterator) return 0;
    if (n == 0) return result;
    Value copy = object_getattr_opt(iterator, NAME("__copy__"));
    if (!copy) {
        if (thread_self->exception || !(iterator = tee_from_iterable(iterator))) return 0;
        copy = object_getattr(iterator, NAME("__copy__"));
    }
    for (int64_t i = 0; copy && i < n; i++) {
        Value item = i == 0 ? iterator : call_0(copy);
        if (!item) return 0;
        tuple_items(result)[i] = item;
        gc_barrier((Obj *)result);
    }
    return copy ? result : 0;
}

static const NativeDef tee_data_methods[] = {REDUCE(tee_data_reduce), {0}};
Type tee_data_type = {TYPE_INIT("itertools._tee_dataobject", TeeData), .doc = "teedataobject(iterable, values, next, /)\n--\n\nData container common to multiple tee objects.",
                      .trace = tee_data_trace, .new = tee_data_make, .methods = tee_data_methods};
static const NativeDef tee_methods[] = {
    REDUCE(tee_reduce),
    SETSTATE(tee_setstate),
    {"__copy__", "(self, /)", tee_copy, "Returns an independent iterator.", 0},
    {0},
};
Type tee_type = {TYPE_INIT("itertools._tee", Tee),
                 .flags = TYPE_WEAKREF_OK,
                 .doc = "Iterator wrapped to make it copyable.",
                 .iter = iter_self,
                 .trace = iter_trace_1,
                 .new = tee_make,
                 .next = tee_next,
                 .methods = tee_methods};
