/* dict_views.c: dict.keys(), dict.values() and dict.items(), live views of a dict. Keys and items are sets too. */
#include "object/dict.h"
#include "object/sequence.h"

typedef struct DictView {
    Obj head;
    Value dict;
} DictView;

static void view_trace(Obj *o) { gc_visit(((DictView *)o)->dict); }
static inline Value view_dict(Value view) { return ((DictView *)view)->dict; }

Value dict_view_list(Value v)
{
    Type *type = type_of(v);
    return type == &dict_items_type ? dict_items_list(view_dict(v)) : type == &dict_values_type ? dict_values_list(view_dict(v)) : dict_keys_list(v);
}

Value dict_view_new(Value dict, Type *type)
{
    DictView *view = gc_alloc(DictView, type);
    if (!view) return 0;
    view->dict = dict;
    return VALUE(view);
}

static bool is_keys(Value v) { return is_instance_of(v, &dict_keys_type); }
static bool is_items(Value v) { return is_instance_of(v, &dict_items_type); }
static bool is_set_like(Value v) { return has_flag(v, TYPE_SET) || is_keys(v) || is_items(v); }

static int64_t view_length(Value self) { return view_dict(self) ? dict_size(view_dict(self)) : 0; }
static Value keys_iter(Value self) { return dict_iter_new(view_dict(self), &dict_keyiterator_type); }
static Value values_iter(Value self) { return dict_iter_new(view_dict(self), &dict_valueiterator_type); }
static Value items_iter(Value self) { return dict_iter_new(view_dict(self), &dict_itemiterator_type); }
static int keys_contains(Value self, Value key) { return dict_contains(view_dict(self), key); }

static int items_contains(Value self, Value item)
{
    if (!is_tuple(item) || tuple_size(item) != 2) return 0;
    Value found = dict_get(view_dict(self), tuple_get(item, 0));
    if (!found) return thread_self->exception ? -1 : 0;
    return object_equal(found, tuple_get(item, 1));
}

static Value view_repr(Value self)
{
    int entered = repr_enter(self);
    if (entered) return entered < 0 ? 0 : str_from_cstring("...");
    Value list = object_to_list(self);
    Value text = list ? str_format_c("%s(%R)", type_name_of(self), list) : 0;
    repr_leave(self);
    return text;
}

/* --- as sets */

/* 1: every item of `a` is in `b`. */
static int all_contained(Value a, Value b)
{
    Value iterator = object_iter(a), item;
    if (!iterator) return -1;
    while ((item = iter_next_quick(iterator))) {
        int found = object_contains(b, item);
        if (found <= 0) return found;
    }
    return thread_self->exception ? -1 : 1;
}

static Value view_compare(Value a, Value b, CompareOp op)
{
    if (!is_set_like(b)) return NOT_IMPLEMENTED;
    int64_t left = object_length(a), right = left < 0 ? -1 : object_length(b);
    if (right < 0) return 0;
    int result = 0;
    switch (op) {
    case CMP_EQ:
    case CMP_NE: result = left == right ? all_contained(a, b) : 0; break;
    case CMP_LT: result = left < right ? all_contained(a, b) : 0; break;
    case CMP_LE: result = left <= right ? all_contained(a, b) : 0; break;
    case CMP_GT: result = left > right ? all_contained(b, a) : 0; break;
    case CMP_GE: result = left >= right ? all_contained(b, a) : 0; break;
    }
    return result < 0 ? 0 : bool_value(op == CMP_NE ? !result : result);
}

static Value view_subtract(Value a, Value b)
{
    Value result = set_new(a), iterator = result ? object_iter(b) : 0, item;
    if (!iterator) return 0;
    while ((item = iter_next_quick(iterator)))
        if (set_discard(result, item) < 0) return 0;
    return thread_self->exception ? 0 : result;
}

static Value view_intersect(Value self, Value other)
{
    if (!is_keys(self) && !is_items(self)) {   /* reflected: the view is the right operand */
        Value swap = self;
        self = other, other = swap;
    }
    /* The smaller one is walked, when both are quick to look into. */
    if ((is_keys(other) || is_items(other)) && view_length(other) > view_length(self)) {
        Value swap = self;
        self = other, other = swap;
    }
    Value result = set_new(0), iterator = result ? object_iter(other) : 0, item;
    if (!iterator) return 0;
    while ((item = iter_next_quick(iterator))) {
        int found = is_items(self) ? items_contains(self, item) : keys_contains(self, item);
        if (found < 0 || (found && set_add(result, item) < 0)) return 0;
    }
    return thread_self->exception ? 0 : result;
}

static Value view_union(Value a, Value b)
{
    Value result = set_new(a);
    return result && set_update(result, b) ? result : 0;
}

static Value view_symmetric_difference(Value a, Value b)
{
    Value result = set_new(a), other = result ? set_new(b) : 0;
    int64_t position = 0;
    Value item;
    if (!other) return 0;
    while (set_next(other, &position, &item)) {
        int removed = set_discard(result, item);
        if (removed < 0 || (!removed && set_add(result, item) < 0)) return 0;
    }
    return result;
}

static NATIVE(view_isdisjoint)
{
    Value self = args[0], other = args[1];
    if (self == other) return bool_value(view_length(self) == 0);
    if (is_set_like(other)) {
        int64_t length = object_length(other);
        if (length < 0) return 0;
        if (length > view_length(self)) {
            Value swap = self;
            self = other, other = swap;
        }
    }
    Value iterator = object_iter(other), item;
    if (!iterator) return 0;
    while ((item = iter_next_quick(iterator))) {
        int found = object_contains(self, item);
        if (found) return found < 0 ? 0 : FALSE;
    }
    return thread_self->exception ? 0 : TRUE;
}

static Value view_mapping(Value self) { return mappingproxy_new(view_dict(self)); }
static NATIVE(keys_reversed) { return dict_reverse_iter_new(view_dict(args[0]), &dict_reversekeyiterator_type); }
static NATIVE(values_reversed) { return dict_reverse_iter_new(view_dict(args[0]), &dict_reversevalueiterator_type); }
static NATIVE(items_reversed) { return dict_reverse_iter_new(view_dict(args[0]), &dict_reverseitemiterator_type); }

static const GetSetDef view_getset[] = {{"mapping", view_mapping, 0, "dictionary that this view refers to"}, {0}};

#define SET_LIKE_METHODS(reversed_function, what) \
    { \
        {"isdisjoint", "(self, other, /)", view_isdisjoint, "Return True if the view and the given iterable have a null intersection.", 0}, \
        {"__reversed__", "(self, /)", reversed_function, "Return a reverse iterator over the dict " what ".", 0}, \
        {0}, \
    }
static const NativeDef keys_methods[] = SET_LIKE_METHODS(keys_reversed, "keys");
static const NativeDef items_methods[] = SET_LIKE_METHODS(items_reversed, "items");
static const NativeDef values_methods[] = {{"__reversed__", "(self, /)", values_reversed, "Return a reverse iterator over the dict values.", 0}, {0}};

#define VIEW_SLOTS .flags = TYPE_DISALLOW_NEW, .trace = view_trace, .repr = view_repr, .length = view_length, .getset = view_getset
#define SET_SLOTS \
    .compare = view_compare, .binary[BINARY_SUBTRACT] = view_subtract, .binary[BINARY_AND] = view_intersect, .binary[BINARY_OR] = view_union, \
    .binary[BINARY_XOR] = view_symmetric_difference

Type dict_keys_type = {TYPE_INIT("dict_keys", DictView), VIEW_SLOTS, SET_SLOTS, .iter = keys_iter, .contains = keys_contains, .methods = keys_methods};
Type dict_items_type = {TYPE_INIT("dict_items", DictView), VIEW_SLOTS, SET_SLOTS, .iter = items_iter, .contains = items_contains, .methods = items_methods};
Type dict_values_type = {TYPE_INIT("dict_values", DictView), VIEW_SLOTS, .iter = values_iter, .methods = values_methods};
