/* list.c: lists as C code uses them, and the operations of the type; the methods are in list_methods.c, sorting in list_sort.c. */
#include "object/list.h"
#include "heap/alloc.h"

void list_trace(Obj *o)
{
    ListObj *list = (ListObj *)o;
    gc_visit_buffer(list->items);
    if (list->items) gc_visit_values(list->items, (size_t)list->size);
}

/* --- for C code */

Value list_new_unset(int64_t size)
{
    if (size > (INT64_MAX - 64) / 8) return raise_memory();
    ListObj *list = gc_new_quick(&list_type, sizeof(ListObj));
    if (!list) list = gc_alloc(ListObj, &list_type);
    if (!list || size <= 0) return VALUE(list);
    Value *items = size * (int64_t)sizeof(Value) <= QUICK_LIMIT ? gc_buffer_quick((size_t)size * sizeof(Value)) : 0;
    if (!items && !(items = gc_buffer_raw((size_t)size * sizeof(Value)))) return 0;
    list->items = items;
    list->size = list->allocated = size;
    gc_barrier(list);
    return VALUE(list);
}

Value list_new(int64_t size)
{
    Value list = list_new_unset(size);
    if (list && size > 0) memset(list_items(list), 0, (size_t)size * sizeof(Value));
    return list;
}

Value list_from(const Value *items, int64_t size)
{
    Value list = list_new_unset(size);
    if (list && size > 0) values_copy(list_items(list), items, (size_t)size);
    return list;
}

/* Half as much again, a quarter for huge lists: copying costs a list of n items O(n) in all. */
bool list_grow(ListObj *list, int64_t size)
{
    if (size <= list->allocated) return true;
    if (size > (INT64_MAX - 64) / 16) return raise_memory();
    int64_t room = size + (size < 10000000 ? size >> 1 : size >> 2) + 3;
    if (size > 100 && list->allocated == 0) room = size;   /* filled in one go: as large as it will be */
    Value *items = gc_buffer_grow_raw(list->items, (size_t)list->size * sizeof(Value), (size_t)room * sizeof(Value));
    if (!items) return false;
    list->items = items;
    list->allocated = room;
    gc_barrier(list);
    return true;
}

/* After removal: gives memory back when most of it lies idle. */
void list_shrink(ListObj *list)
{
    if (list->size == 0) {
        if (!list->items) return;   /* also a list that is being sorted, whose `allocated` says so */
        list->items = 0;
        list->allocated = 0;
    } else if (list->allocated > 64 && list->size < list->allocated / 4) {
        int64_t room = list->size + (list->size >> 1);
        Value *items = gc_buffer_raw((size_t)room * sizeof(Value));
        if (!items) {
            error_clear();
            return;
        }
        memcpy(items, list->items, (size_t)list->size * sizeof(Value));
        list->items = items;
        list->allocated = room;
        gc_barrier(list);
    }
}

bool list_append(Value v, Value item)
{
    ListObj *list = (ListObj *)v;
    if (!item) return false;
    if (__builtin_expect(list->size >= list->allocated, 0) && !list_grow(list, list->size + 1)) return false;
    list->items[list->size++] = item;
    gc_barrier(list);
    return true;
}

bool list_insert(Value v, int64_t index, Value item)
{
    ListObj *list = (ListObj *)v;
    if (!list_grow(list, list->size + 1)) return false;
    if (index < 0) index += list->size;
    if (index < 0) index = 0;
    if (index > list->size) index = list->size;
    memmove(list->items + index + 1, list->items + index, (size_t)(list->size - index) * sizeof(Value));
    list->items[index] = item;
    list->size++;
    gc_barrier(list);
    return true;
}

bool list_set(Value list, int64_t index, Value item)
{
    list_items(list)[index] = item;
    gc_barrier((Obj *)list);
    return true;
}

static bool append_all(ListObj *list, const Value *items, int64_t count, Value source)
{
    if (count == 0) return true;
    if (!list_grow(list, list->size + count)) return false;
    if (source == VALUE(list)) items = list->items;
    memcpy(list->items + list->size, items, (size_t)count * sizeof(Value));
    list->size += count;
    gc_barrier(list);
    return true;
}

bool list_extend(Value v, Value iterable)
{
    ListObj *list = (ListObj *)v;
    if (type_of(iterable) == &list_type) return append_all(list, list_items(iterable), list_size(iterable), iterable);
    if (type_of(iterable) == &tuple_type) return append_all(list, tuple_items(iterable), tuple_size(iterable), iterable);
    if (type_of(iterable) == &dict_items_type || type_of(iterable) == &dict_values_type || (type_of(iterable) == &dict_type && dict_size(iterable))) {
        Value all = dict_view_list(iterable);
        return all && append_all(list, list_items(all), list_size(all), all);
    }
    Value iterator = object_iter(iterable), item;
    if (!iterator) return false;
    int64_t hint = object_length_hint(iterable, 8);
    if (hint < 0) return false;
    if (list->allocated == 0 && hint > 8 && hint < (1 << 28) && !list_grow(list, hint)) return false;   /* a larger hint need not be true */
    while ((item = iter_next_quick(iterator)))
        if (!list_append(v, item)) return false;
    return thread_self->exception == 0;
}

bool list_reverse(Value v)
{
    if (list_size(v) < 2) return true;   /* an empty list may have no items at all */
    /* Four at each end at once; the two do not overlap. */
    typedef Value Four __attribute__((vector_size(32), aligned(8)));
    Value *low = list_items(v), *high = low + list_size(v);
    for (; high - low >= 8; low += 4, high -= 4) {
        Four front, back;
        memcpy(&front, low, sizeof front);
        memcpy(&back, high - 4, sizeof back);
        front = __builtin_shufflevector(front, front, 3, 2, 1, 0);
        back = __builtin_shufflevector(back, back, 3, 2, 1, 0);
        memcpy(low, &back, sizeof back);
        memcpy(high - 4, &front, sizeof front);
    }
    for (high--; low < high;) {
        Value swap = *low;
        *low++ = *high;
        *high-- = swap;
    }
    return true;
}

Value list_slice(Value list, int64_t start, int64_t end)
{
    if (start < 0) start = 0;
    if (end > list_size(list)) end = list_size(list);
    if (end < start) end = start;
    return list_from(list_items(list) + start, end - start);
}

Value list_to_tuple(Value list) { return tuple_from(list_items(list), list_size(list)); }

/* --- items and slices */

Value list_item(Value self, int64_t i)
{
    if ((uint64_t)i >= (uint64_t)list_size(self)) return raise_index("list index out of range");
    return list_get(self, i);
}

Value list_subscript(Value self, Value key)
{
    int64_t size = list_size(self), start, stop, step;
    if (is_pointer(key) && as_obj(key)->type == &slice_type && quick_slice(key, size, &start, &stop)) return list_from(list_items(self) + start, stop - start);
    if (is_index(key)) {
        if (!sequence_index(key, &((ListObj *)self)->size, &start)) return 0;
        return list_item(self, start);
    }
    if (type_of(key) != &slice_type) return raise_type("list indices must be integers or slices, not %.200s", type_of(key)->name);
    int64_t count = slice_indices(key, &((ListObj *)self)->size, &start, &stop, &step);
    if (count < 0) return 0;
    if (step == 1) return list_slice(self, start, start + count);
    Value result = list_new(count);
    if (result)
        for (int64_t i = 0, from = start; i < count; i++, from += step) list_items(result)[i] = list_get(self, from);
    return result;
}

/* list[low:high] = items. `items` belongs to no list that changes here. */
static bool replace_range(ListObj *list, int64_t low, int64_t high, const Value *items, int64_t count)
{
    int64_t change = count - (high - low);
    if (change > 0 && !list_grow(list, list->size + change)) return false;
    if (change) memmove(list->items + high + change, list->items + high, (size_t)(list->size - high) * sizeof(Value));
    if (count) memcpy(list->items + low, items, (size_t)count * sizeof(Value));
    list->size += change;
    if (change < 0) list_shrink(list);
    gc_barrier(list);
    return true;
}

/* A sequence whose items stay as they are: the tuple or list itself, or a new list of what it yields. */
static Value fixed_items(Value self, Value value, const char *message)
{
    if (value == self) return list_slice(self, 0, list_size(self));
    if (is_tuple(value) || type_of(value) == &list_type) return value;
    Value iterator = object_iter(value);
    if (!iterator && error_matches(&exc_TypeError)) raise_type("%s", message);
    return iterator ? object_to_list(iterator) : 0;
}

static const Value *fixed_data(Value v, int64_t *count)
{
    *count = ((VarObj *)v)->size;
    return is_tuple(v) ? tuple_items(v) : list_items(v);
}

bool list_assign_range(Value self, int64_t low, int64_t high, Value value)
{
    int64_t count = 0;
    const Value *items = 0;
    if (value) {
        value = fixed_items(self, value, "can only assign an iterable");
        if (!value) return false;
        items = fixed_data(value, &count);
    }
    int64_t size = list_size(self);
    if (low < 0) low = 0;
    if (low > size) low = size;
    if (high < low) high = low;
    if (high > size) high = size;
    return replace_range((ListObj *)self, low, high, items, count);
}

static bool delete_extended(ListObj *list, int64_t start, int64_t step, int64_t count)
{
    if (count <= 0) return true;
    if (step < 0) {
        start += step * (count - 1);
        step = -step;
    }
    Value *to = list->items + start;
    int64_t next = start;
    for (int64_t i = start; i < list->size; i++) {
        if (i == next && count > 0) {
            next += step;
            count--;
        } else {
            *to++ = list->items[i];
        }
    }
    list->size = to - list->items;
    list_shrink(list);
    return true;
}

static bool assign_extended(Value self, int64_t start, int64_t stop, int64_t step, Value value)
{
    int64_t given;
    value = fixed_items(self, value, "must assign iterable to extended slice");
    if (!value) return false;
    const Value *items = fixed_data(value, &given);
    int64_t count = slice_adjust(list_size(self), &start, &stop, step);   /* only now: making the items may have changed the list */
    if (given != count) return raise_value("attempt to assign sequence of size %zd to extended slice of size %zd", given, count);
    for (int64_t i = 0, to = start; i < count; i++, to += step) list_items(self)[to] = items[i];
    gc_barrier((Obj *)self);
    return true;
}

static bool list_assign_index(Value self, int64_t index, Value value)
{
    ListObj *list = (ListObj *)self;
    if ((uint64_t)index >= (uint64_t)list->size) return raise_index("list assignment index out of range");
    if (!value) return replace_range(list, index, index + 1, 0, 0);
    list->items[index] = value;
    gc_barrier(list);
    return true;
}

bool list_assign(Value self, Value key, Value value)
{
    int64_t start, stop, step;
    if (is_index(key)) return sequence_index(key, &((ListObj *)self)->size, &start) && list_assign_index(self, start, value);
    if (type_of(key) != &slice_type) return raise_type("list indices must be integers or slices, not %.200s", type_of(key)->name);
    if (!slice_unpack(key, &start, &stop, &step)) return false;
    if (value && step != 1) return assign_extended(self, start, stop, step, value);
    int64_t count = slice_adjust(list_size(self), &start, &stop, step);
    if (step == 1) return list_assign_range(self, start, start + count, value);
    return delete_extended((ListObj *)self, start, step, count);
}
