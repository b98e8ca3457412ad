/* list.h: what list.c, list_methods.c and list_sort.c share. */
#pragma once
#include "object/sequence.h"

void list_trace(Obj *o);
/* A list of `size` items that are not set yet; the caller sets them before anything else is allocated. */
Value list_new_unset(int64_t size);
void list_shrink(ListObj *list);
Value list_item(Value self, int64_t i);
Value list_subscript(Value self, Value key);
bool list_assign(Value self, Value key, Value value);
/* self[low:high] = value; value 0: delete */
bool list_assign_range(Value self, int64_t low, int64_t high, Value value);
