/* list_methods.c: the type list: slots, methods, iterators. */
#include "object/list.h"

/* --- slots */

static Value list_make(Type *type, Value *args, size_t nargs, Value kwnames) { return type == &list_type ? list_new(0) : type_alloc(type, 0); }

static bool list_init(Value self, Value *args, size_t nargs, Value kwnames)
{
    Type *type = type_of(self);
    if ((type == &list_type || type->new == list_make) && !check_positional("list", 0, kwnames, 0, 0)) return false;
    if (!check_positional("list", nargs, 0, 0, 1)) return false;
    ListObj *list = (ListObj *)self;
    list->size = list->allocated = 0;
    list->items = 0;
    return nargs == 0 || list_extend(self, args[0]);
}

static Value list_repr(Value self)
{
    if (list_size(self) == 0) return str_from_cstring("[]");
    return sequence_repr(self, "[", "]", "[...]");
}

static Value list_compare(Value a, Value b, CompareOp op) { return is_list(a) && is_list(b) ? sequence_compare(a, b, op) : NOT_IMPLEMENTED; }
static int64_t list_length(Value self) { return list_size(self); }

static int list_contains(Value self, Value item)
{
    for (int64_t i = 0; i < list_size(self); i++) {
        int same = quick_equal(list_get(self, i), item);
        if (same) return same;
    }
    return 0;
}

static Value list_concat(Value a, Value b)
{
    if (!is_list(b)) return raise_type("can only concatenate list (not \"%.200s\") to list", type_of(b)->name);
    Value result = list_new_unset(list_size(a) + list_size(b));
    if (!result) return 0;
    if (list_size(a)) memcpy(list_items(result), list_items(a), (size_t)list_size(a) * sizeof(Value));
    if (list_size(b)) memcpy(list_items(result) + list_size(a), list_items(b), (size_t)list_size(b) * sizeof(Value));
    return result;
}

/* Fills `total` items with the first `size` again and again; `from` may be `to`. */
static void repeat_items(Value *to, const Value *from, int64_t size, int64_t total)
{
    if (size == 1) {
        Value item = *from;
        for (int64_t i = 0; i < total; i++) to[i] = item;
        return;
    }
    if (to != from) memcpy(to, from, (size_t)size * sizeof(Value));
    for (int64_t done = size; done < total;) {
        int64_t more = done < total - done ? done : total - done;
        memcpy(to + done, to, (size_t)more * sizeof(Value));
        done += more;
    }
}

static Value list_repeat(Value self, int64_t times)
{
    int64_t size = list_size(self), total;
    if (times <= 0 || size == 0) return list_new(0);
    if (__builtin_mul_overflow(size, times, &total)) return raise_memory();
    Value result = list_new_unset(total);
    if (!result) return 0;
    repeat_items(list_items(result), list_items(self), size, total);
    return result;
}

static Value list_inplace_concat(Value self, Value other) { return list_extend(self, other) ? self : 0; }

static Value list_inplace_repeat(Value self, int64_t times)
{
    ListObj *list = (ListObj *)self;
    int64_t size = list->size, total;
    if (size == 0 || times == 1) return self;
    if (times <= 0) {
        list->size = 0;
        list_shrink(list);
        return self;
    }
    if (__builtin_mul_overflow(size, times, &total)) return raise_memory();
    if (!list_grow(list, total)) return 0;
    repeat_items(list->items, list->items, size, total);
    list->size = total;
    gc_barrier(list);
    return self;
}

/* --- methods */

static NATIVE(list_append_method) { return list_append_fast(args[0], args[1]) ? NONE : 0; }
static NATIVE(list_extend_method) { return list_extend(args[0], args[1]) ? NONE : 0; }
static NATIVE(list_copy_method) { return list_slice(args[0], 0, list_size(args[0])); }
static NATIVE(list_reverse_method) { return list_reverse(args[0]), NONE; }
static NATIVE(list_getitem_method) { return list_subscript(args[0], args[1]); }

static NATIVE(list_insert_method)
{
    int64_t index;
    if (is_small_int(args[1])) index = small_int_value(args[1]);
    else if (!number_as_count(args[1], &index)) return 0;
    return list_insert(args[0], index, args[2]) ? NONE : 0;
}

static NATIVE(list_clear_method)
{
    ((ListObj *)args[0])->size = 0;
    list_shrink((ListObj *)args[0]);
    return NONE;
}

static NATIVE(list_pop_method)
{
    ListObj *list = (ListObj *)args[0];
    int64_t index;
    if (is_small_int(args[1])) index = small_int_value(args[1]);
    else if (!number_as_count(args[1], &index)) return 0;
    if (list->size == 0) return raise_index("pop from empty list");
    if (index < 0) index += list->size;
    if ((uint64_t)index >= (uint64_t)list->size) return raise_index("pop index out of range");
    Value item = list->items[index];
    list->size--;
    if (index < list->size) memmove(list->items + index, list->items + index + 1, (size_t)(list->size - index) * sizeof(Value));
    if (list->size < list->allocated / 4) list_shrink(list);
    return item;
}

static NATIVE(list_remove_method)
{
    for (int64_t i = 0; i < list_size(args[0]); i++) {
        int same = quick_equal(list_get(args[0], i), args[1]);
        if (same < 0) return 0;
        if (same) return list_assign_range(args[0], i, i + 1, 0) ? NONE : 0;
    }
    return raise_value("list.remove(x): x not in list");
}

static NATIVE(list_index_method)
{
    int64_t start, stop;
    if (!sequence_bound(args[2], list_size(args[0]), &start) || !sequence_bound(args[3], list_size(args[0]), &stop)) return 0;
    for (int64_t i = start; i < stop && i < list_size(args[0]); i++) {
        int same = quick_equal(list_get(args[0], i), args[1]);
        if (same) return same < 0 ? 0 : int_new(i);
    }
    return raise_value("%R is not in list", args[1]);
}

static NATIVE(list_count_method)
{
    int64_t count = 0;
    for (int64_t i = 0; i < list_size(args[0]); i++) {
        int same = quick_equal(list_get(args[0], i), args[1]);
        if (same < 0) return 0;
        count += same;
    }
    return int_new(count);
}

static NATIVE(list_sort_method)
{
    int reverse;
    if (args[2] == FALSE) reverse = 0;
    else if (args[2] == TRUE) reverse = 1;
    else if (!number_as_int(args[2], &reverse)) return 0;
    return list_sort(args[0], args[1], reverse != 0) ? NONE : 0;
}

static NATIVE(list_sizeof_method) { return int_new(type_of(args[0])->basic_size + ((ListObj *)args[0])->allocated * (int64_t)sizeof(Value)); }

static NATIVE(list_reversed_method)
{
    ListIter *it = gc_alloc(ListIter, &list_reverseiterator_type);
    if (!it) return 0;
    it->list = args[0];
    it->index = list_size(args[0]) - 1;
    return VALUE(it);
}

static const NativeDef list_method_table[] = {
    {"__getitem__", "(self, index, /)", list_getitem_method, "x.__getitem__(y) <==> x[y]", NATIVE_COEXIST},
    {"__reversed__", "(self, /)", list_reversed_method, "Return a reverse iterator over the list.", 0},
    {"__sizeof__", "(self, /)", list_sizeof_method, "Return the size of the list in memory, in bytes.", 0},
    {"clear", "(self, /)", list_clear_method, "Remove all items from list.", 0},
    {"copy", "(self, /)", list_copy_method, "Return a shallow copy of the list.", 0},
    {"append", "(self, object, /)", list_append_method, "Append object to the end of the list.", 0},
    {"insert", "(self, index, object, /)", list_insert_method, "Insert object before index.", 0},
    {"extend", "(self, iterable, /)", list_extend_method, "Extend list by appending elements from the iterable.", 0},
    {"pop", "(self, index=-1, /)", list_pop_method, "Remove and return item at index (default last).\n\nRaises IndexError if list is empty or index is out of range.", 0},
    {"remove", "(self, value, /)", list_remove_method, "Remove first occurrence of value.\n\nRaises ValueError if the value is not present.", 0},
    {"index", "(self, value, start=0, stop=9223372036854775807, /)", list_index_method, "Return first index of value.\n\nRaises ValueError if the value is not present.", 0},
    {"count", "(self, value, /)", list_count_method, "Return number of occurrences of value.", 0},
    {"reverse", "(self, /)", list_reverse_method, "Reverse *IN PLACE*.", 0},
    {"sort", "(self, /, *, key=None, reverse=False)", list_sort_method,
     "Sort the list in ascending order and return None.\n\nThe sort is in-place (the list itself is modified) and stable: equal items keep their order.\n\n"
     "If a key function is given, apply it once to each list item and sort them,\nascending or descending, according to their function values.\n\n"
     "The reverse flag can be set to sort in descending order.",
     0},
    CLASS_GETITEM,
    {0},
};

/* --- iterators */

static void list_iter_trace(Obj *o) { gc_visit(((ListIter *)o)->list); }

static Value list_iter(Value self)
{
    ListIter *it = gc_alloc(ListIter, &list_iterator_type);
    if (it) it->list = self;
    return VALUE(it);
}

static Value list_iter_next(Value self)
{
    ListIter *it = (ListIter *)self;
    if (!it->list) return 0;
    if (it->index < list_size(it->list)) return list_get(it->list, it->index++);
    it->list = 0;
    return 0;
}

static Value list_reverse_next(Value self)
{
    ListIter *it = (ListIter *)self;
    if (!it->list) return 0;
    if (it->index >= 0 && it->index < list_size(it->list)) return list_get(it->list, it->index--);
    it->index = -1;
    it->list = 0;
    return 0;
}

static NATIVE(list_iter_length_hint)
{
    ListIter *it = (ListIter *)args[0];
    int64_t left = it->list ? list_size(it->list) - it->index : 0;
    return int_new(left < 0 ? 0 : left);
}

static NATIVE(list_reverse_length_hint)
{
    ListIter *it = (ListIter *)args[0];
    return int_new(it->list && list_size(it->list) > it->index ? it->index + 1 : 0);
}

static NATIVE(list_iter_reduce)
{
    ListIter *it = (ListIter *)args[0];
    return it->list ? reduce_iterator("iter", it->list, int_new(it->index)) : reduce_iterator("iter", list_new(0), 0);
}

static NATIVE(list_reverse_reduce)
{
    ListIter *it = (ListIter *)args[0];
    return it->list ? reduce_iterator("reversed", it->list, int_new(it->index)) : reduce_iterator("iter", list_new(0), 0);
}

static NATIVE(list_iter_setstate)
{
    ListIter *it = (ListIter *)args[0];
    int64_t index;
    if (!int_as_count(args[1], &index)) return 0;
    if (it->list) it->index = index < 0 ? 0 : index > list_size(it->list) ? list_size(it->list) : index;
    return NONE;
}

static NATIVE(list_reverse_setstate)
{
    ListIter *it = (ListIter *)args[0];
    int64_t index;
    if (!int_as_count(args[1], &index)) return 0;
    if (it->list) it->index = index < -1 ? -1 : index > list_size(it->list) - 1 ? list_size(it->list) - 1 : index;
    return NONE;
}

static const NativeDef list_iter_methods[] = {
    {"__length_hint__", "(self, /)", list_iter_length_hint, "Private method returning an estimate of len(list(it)).", 0},
    {"__reduce__", "(self, /)", list_iter_reduce, "Return state information for pickling.", 0},
    {"__setstate__", "(self, object, /)", list_iter_setstate, "Set state information for unpickling.", 0},
    {0},
};

static const NativeDef list_reverse_methods[] = {
    {"__length_hint__", "(self, /)", list_reverse_length_hint, "Private method returning an estimate of len(list(it)).", 0},
    {"__reduce__", "(self, /)", list_reverse_reduce, "Return state information for pickling.", 0},
    {"__setstate__", "(self, object, /)", list_reverse_setstate, "Set state information for unpickling.", 0},
    {0},
};

Type list_iterator_type = {
    TYPE_INIT("list_iterator", ListIter), .flags = TYPE_DISALLOW_NEW, .trace = list_iter_trace, .iter = iter_self, .next = list_iter_next, .methods = list_iter_methods,
};

Type list_reverseiterator_type = {
    TYPE_INIT("list_reverseiterator", ListIter),
    .flags = TYPE_DISALLOW_NEW,
    .trace = list_iter_trace,
    .iter = iter_self,
    .next = list_reverse_next,
    .methods = list_reverse_methods,
};

Type list_type = {
    TYPE_INIT("list", ListObj),
    .flags = TYPE_BASE | TYPE_LIST | TYPE_SEQUENCE | TYPE_MATCH_SELF,
    .doc = "Built-in mutable sequence.\n\nIf no argument is given, the constructor creates a new empty list.\nThe argument must be an iterable if specified.",
    .trace = list_trace,
    .new = list_make,
    .init = list_init,
    .repr = list_repr,
    .compare = list_compare,
    .iter = list_iter,
    .length = list_length,
    .getitem = list_subscript,
    .setitem = list_assign,
    .seq_item = list_item,
    .contains = list_contains,
    .concat = list_concat,
    .repeat = list_repeat,
    .inplace_concat = list_inplace_concat,
    .inplace_repeat = list_inplace_repeat,
    .methods = list_method_table,
};
