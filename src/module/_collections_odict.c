/* _collections_odict.c: collections.OrderedDict. Every dict is ordered here; what this type adds is moving and popping at both ends, a comparison by order, and methods
 * that go through __setitem__ of a subclass.
 *
 * So that taking from the front over and over stays linear, the object remembers up to where the front of its entry table is known to be empty.
 */
#include "module/_collections.h"
#include "object/dict.h"
#include "object/shape.h"

typedef struct OrderedDictObj {
    DictObj dict;
    DictKeys *hint_keys;   /* the table that `hint` is about, kept alive so that no other can have its address */
    int64_t hint;
    uint64_t state;        /* changes when keys come or go or move */
    int64_t count;         /* of items, as far as this type's own methods know */
    Value attrs;           /* __dict__ */
} OrderedDictObj;

static inline OrderedDictObj *as_odict(Value v) { return (OrderedDictObj *)v; }

static void odict_trace(Obj *o)
{
    OrderedDictObj *od = (OrderedDictObj *)o;
    dict_trace(o);
    if (od->hint_keys && od->hint_keys != &dict_empty_keys) gc_visit_buffer(od->hint_keys);
    gc_visit(od->attrs);
}

static int64_t *hint_of(OrderedDictObj *od)
{
    if (od->hint_keys != od->dict.keys) {
        od->hint_keys = od->dict.keys;
        od->hint = 0;
        gc_barrier(od);
    }
    return &od->hint;
}

/* Keys came, went or moved. */
static void note_change(Value self)
{
    as_odict(self)->state++;
    as_odict(self)->count = dict_size(self);
}

/* KeyError of None or of a tuple: as `raise KeyError, key` of old, which is how CPython does it here, None is no argument and a tuple is the arguments. */
static Value raise_old_key(Value key)
{
    if (key != NONE && !is_tuple(key)) return raise_key(key);
    Value error = exception_new(&exc_KeyError, key == NONE ? tuple_empty : key);
    return error ? raise_instance(error) : 0;
}

/* The value behind an entry, as the mapping says it: it may have been taken away with dict's own methods, or its key may not hash as it did. */
static Value entry_value(Value self, DictEntry e)
{
    if (as_odict(self)->dict.used < as_odict(self)->count) return raise_key(e.key);
    if (is_exact_str(e.key) || is_small_int(e.key)) return e.value;
    Value value = dict_get(self, e.key);
    return value || thread_self->exception ? value : raise_key(e.key);
}

static bool is_odict(Value v) { return is_instance_of(v, &ordered_dict_type); }
static bool is_exact(Value v) { return type_of(v) == &ordered_dict_type; }

enum { WANT_KEYS, WANT_VALUES, WANT_ITEMS };
static Value odict_iter_new(Value dict, int want, bool backwards);

/* --- changes */

static bool odict_assign(Value self, Value key, Value value)
{
    int64_t used = dict_size(self);
    if (value) {
        if (!dict_set(self, key, value)) return false;
    } else {
        int deleted = dict_delete(self, key);
        if (deleted <= 0) return deleted ? false : raise_key(key);
    }
    if (dict_size(self) != used) note_change(self);
    return true;
}

/* `pairs` yields pairs that are assigned with self[key] = value. */
static bool add_pairs(Value self, Value pairs)
{
    Value iterator = object_iter(pairs), pair;
    if (!iterator) return false;
    while ((pair = iter_next_quick(iterator))) {
        Value parts = object_iter(pair), item[3] = {0};
        if (!parts) return false;
        int count = 0;
        while (count < 3 && (item[count] = iter_next_quick(parts))) count++;
        if (thread_self->exception) return false;
        if (count < 2) return raise_value("need more than %d value%s to unpack", count, count == 1 ? "" : "s");
        if (count > 2) return raise_value("too many values to unpack (expected 2)");
        if (!object_setitem(self, item[0], item[1])) return false;
    }
    return thread_self->exception == 0;
}

/* MutableMapping.update(other) */
static bool update_from(Value self, Value other)
{
    if (type_of(other) == &dict_type) {
        Value items = dict_items_list(other);
        return items && add_pairs(self, items);
    }
    Value keys = object_getattr_opt(other, NAME("keys"));
    if (thread_self->exception) return false;
    if (keys) {
        Value list = call_0(keys), iterator = list ? object_iter(list) : 0, key;
        if (!iterator) return false;
        while ((key = iter_next_quick(iterator))) {
            Value value = object_getitem(other, key);
            if (!value || !object_setitem(self, key, value)) return false;
        }
        return thread_self->exception == 0;
    }
    Value items = object_getattr_opt(other, NAME("items"));
    if (thread_self->exception) return false;
    return add_pairs(self, items ? call_0(items) : other);
}

static bool update_from_args(Value self, Value *args, size_t nargs, Value kwnames)
{
    if (nargs == 1 && !update_from(self, args[0])) return false;
    for (int64_t i = 0; kwnames && i < tuple_size(kwnames); i++)
        if (!object_setitem(self, tuple_get(kwnames, i), args[(int64_t)nargs + i])) return false;
    return true;
}

static bool odict_init(Value self, Value *args, size_t nargs, Value kwnames)
{
    if (nargs > 1) return raise_type("expected at most 1 arguments, got %zu", nargs);
    return update_from_args(self, args, nargs, kwnames);
}

static NATIVE(odict_update)
{
    if (nargs > 2) return raise_type("update() takes at most 1 positional argument (%zu given)", nargs - 1);
    return update_from_args(args[0], args + 1, nargs - 1, kwnames) ? NONE : 0;
}

/* --- slots */

static Value odict_repr(Value self)
{
    if (dict_size(self) == 0) return str_format_c("%s()", type_name_of(self));
    int entered = repr_enter(self);
    if (entered) return entered < 0 ? 0 : str_from_cstring("...");
    Value items = 0, text = 0;
    if (is_exact(self)) {
        Value iterator = odict_iter_new(self, WANT_ITEMS, false);
        items = iterator ? object_to_list(iterator) : 0;
    } else {
        Value view = call_method_0(self, NAME("items"));
        items = view ? object_to_list(view) : 0;
    }
    if (items) text = str_format_c("%s(%R)", type_name_of(self), items);
    repr_leave(self);
    return text;
}

/* Equal dicts: are their keys in the same order? */
static int same_order(Value a, Value b)
{
    int64_t i = 0, j = 0;
    Value left, right;
    uint64_t first = as_odict(a)->state, second = as_odict(b)->state;
    for (;;) {
        bool more_a = dict_next(a, &i, &left, 0), more_b = dict_next(b, &j, &right, 0);
        if (!more_a || !more_b) return more_a == more_b;
        int same = object_equal(left, right);
        if (same <= 0) return same;
        if (first != as_odict(a)->state || second != as_odict(b)->state) return raise_runtime("OrderedDict mutated during iteration"), -1;
    }
}

static Value odict_compare(Value a, Value b, CompareOp op)
{
    if (!is_dict(b) || (op != CMP_EQ && op != CMP_NE)) return NOT_IMPLEMENTED;
    Value result = dict_type.compare(a, b, CMP_EQ);
    if (!result || result == NOT_IMPLEMENTED) return result;
    int same = result == TRUE;
    if (same && is_odict(b)) same = same_order(a, b);
    return same < 0 ? 0 : bool_value(same == (op == CMP_EQ));
}

static Value odict_or(Value a, Value b)
{
    bool left = is_odict(a);
    if (!is_dict(left ? b : a)) return NOT_IMPLEMENTED;
    Value result = call_1(VALUE(type_of(left ? a : b)), a);
    return result && update_from(result, b) ? result : 0;
}

static Value odict_inplace_or(Value a, Value b) { return update_from(a, b) ? a : 0; }

/* --- methods */

static NATIVE(odict_setdefault)
{
    Value self = args[0];
    if (is_exact(self)) {
        int64_t used = dict_size(self);
        Value value = dict_set_default(self, args[1], args[2]);
        if (dict_size(self) != used) note_change(self);
        return value;
    }
    int present = object_contains(self, args[1]);
    if (present < 0) return 0;
    if (present) return object_getitem(self, args[1]);
    return object_setitem(self, args[1], args[2]) ? args[2] : 0;
}

static Value pop_key(Value self, Value key, Value otherwise)
{
    int64_t hash;
    if (!value_hash(key, &hash)) return 0;
    Value value = dict_pop(self, key);
    if (value) note_change(self);
    if (value || thread_self->exception) return value;
    return otherwise ? otherwise : raise_old_key(key);
}

static NATIVE(odict_pop)
{
    static Signature *cache;
    Value bound[2];
    if (!native_bind("pop", "(key, default=<unrepresentable>)", &cache, args + 1, nargs - 1, kwnames, bound)) return 0;
    return pop_key(args[0], bound[0], bound[1]);
}

static NATIVE(odict_popitem)
{
    int last = object_truth(args[1]);
    if (last < 0) return 0;
    OrderedDictObj *od = as_odict(args[0]);
    if (od->dict.used == 0) {
        Value text = str_from_cstring("dictionary is empty");
        return text ? raise_key(text) : 0;
    }
    Value key, value;
    if (last) {
        dict_pop_last(&od->dict, &key, &value);
    } else {
        int64_t first = dict_first_entry(&od->dict, hint_of(od));
        key = od->dict.keys->entries[first].key, value = od->dict.keys->entries[first].value;
        dict_remove_entry(&od->dict, first);
    }
    note_change(args[0]);
    return tuple_pack(2, key, value);
}

static NATIVE(odict_move_to_end)
{
    OrderedDictObj *od = as_odict(args[0]);
    int64_t hash, last = object_truth(args[2]);
    if (last < 0 || !value_hash(args[1], &hash)) return 0;
    int64_t entry = dict_lookup(&od->dict, args[1], hash);
    if (entry < 0) return entry == LOOKUP_ABSENT ? raise_old_key(args[1]) : 0;
    od->state++;
    if (last) return dict_move_to_end(&od->dict, entry) ? NONE : 0;
    int64_t hint = *hint_of(od);
    if (!dict_move_to_front(&od->dict, entry, &hint)) return 0;
    *hint_of(od) = hint;
    return NONE;
}

static NATIVE(odict_clear)
{
    dict_clear(args[0]);
    note_change(args[0]);
    return NONE;
}

static NATIVE(odict_copy)
{
    Value self = args[0];
    Value copy = is_exact(self) ? dict_make(&ordered_dict_type, 0, 0, 0) : call_0(VALUE(type_of(self)));
    if (!copy) return 0;
    if (is_exact(self)) {
        for (int64_t i = 0; i < as_odict(self)->dict.keys->entry_count; i++) {
            DictEntry e = as_odict(self)->dict.keys->entries[i];
            Value value = e.value ? entry_value(self, e) : 0;
            if (value ? !dict_set_hash(copy, e.key, e.hash, value) : thread_self->exception != 0) return 0;
        }
        note_change(copy);
        return copy;
    }
    Value keys = dict_keys_list(self);
    for (int64_t i = 0; keys && i < list_size(keys); i++) {
        Value value = object_getitem(self, list_get(keys, i));
        if (!value || !object_setitem(copy, list_get(keys, i), value)) return 0;
    }
    return keys ? copy : 0;
}

static NATIVE(odict_fromkeys)
{
    Value dict = call_0(args[0]), iterator = dict ? object_iter(args[1]) : 0, key;
    if (!iterator) return 0;
    while ((key = iter_next_quick(iterator)))
        if (!object_setitem(dict, key, args[2])) return 0;
    return thread_self->exception ? 0 : dict;
}

static NATIVE(odict_reduce)
{
    Value state = call_method_0(args[0], NAME("__getstate__"));
    Value items = state ? call_method_0(args[0], NAME("items")) : 0;
    Value iterator = items ? object_iter(items) : 0;
    return iterator ? tuple_pack(5, VALUE(type_of(args[0])), tuple_empty, state, NONE, iterator) : 0;
}

static NATIVE(odict_sizeof)
{
    OrderedDictObj *od = as_odict(args[0]);
    int64_t size = type_of(args[0])->basic_size;
    if (od->dict.keys != &dict_empty_keys) size += (char *)(od->dict.keys->entries + od->dict.keys->entry_limit) - (char *)od->dict.keys;
    return int_new(size);
}

/* --- iterator and views */

typedef struct OdictIter {
    Obj head;
    Value dict; /* 0: exhausted */
    int64_t position, size;
    uint64_t state;
    uint8_t want;
    bool backwards;
} OdictIter;

static void odict_iter_trace(Obj *o) { gc_visit(((OdictIter *)o)->dict); }

static Value odict_iter_new(Value dict, int want, bool backwards)
{
    OdictIter *it = gc_alloc(OdictIter, &odict_iterator_type);
    if (!it) return 0;
    it->dict = dict;
    it->size = dict_size(dict);
    it->state = as_odict(dict)->state;
    it->want = (uint8_t)want;
    it->backwards = backwards;
    if (backwards) it->position = as_odict(dict)->dict.keys->entry_count - 1;
    return VALUE(it);
}

static Value odict_iter_next(Value self)
{
    OdictIter *it = (OdictIter *)self;
    if (!it->dict) return 0;
    OrderedDictObj *od = as_odict(it->dict);
    if (od->state != it->state) {
        it->dict = 0;
        return raise_runtime("OrderedDict mutated during iteration");
    }
    if (od->dict.used != it->size) {
        it->size = -1;
        return raise_runtime("OrderedDict changed size during iteration");
    }
    DictKeys *keys = od->dict.keys;
    int64_t i = it->position;
    if (it->backwards) {
        if (i >= keys->entry_count) i = keys->entry_count - 1;
        while (i >= 0 && !keys->entries[i].value) i--;
    } else {
        while (i < keys->entry_count && !keys->entries[i].value) i++;
    }
    if (i < 0 || i >= keys->entry_count) {
        it->dict = 0;
        return 0;
    }
    it->position = it->backwards ? i - 1 : i + 1;
    DictEntry *e = &keys->entries[i];
    if (it->want == WANT_KEYS) return od->dict.used < od->count ? raise_key(e->key) : e->key;
    Value key = e->key, value = entry_value(it->dict, *e);
    return it->want == WANT_VALUES || !value ? value : tuple_pack(2, key, value);
}

static NATIVE(odict_iter_reduce)
{
    OdictIter *it = (OdictIter *)args[0], *copy = gc_alloc(OdictIter, &odict_iterator_type);
    if (!copy) return 0;
    memcpy(&copy->dict, &it->dict, sizeof(OdictIter) - offsetof(OdictIter, dict));
    Value list = object_to_list(VALUE(copy));
    return list ? reduce_iterator("iter", list, 0) : 0;
}

static const NativeDef odict_iter_methods[] = {{"__reduce__", "(self, /)", odict_iter_reduce, "Return state information for pickling", 0}, {0}};
Type odict_iterator_type = {TYPE_INIT("odict_iterator", OdictIter), .flags = TYPE_DISALLOW_NEW, .trace = odict_iter_trace, .iter = iter_self, .next = odict_iter_next,
                            .methods = odict_iter_methods};

typedef struct DictView {
    Obj head;
    Value dict;
} DictView;
static inline Value view_dict(Value view) { return ((DictView *)view)->dict; }

static Value odict_iter(Value self) { return odict_iter_new(self, WANT_KEYS, false); }
static NATIVE(odict_reversed) { return odict_iter_new(args[0], WANT_KEYS, true); }
static NATIVE(odict_keys) { return dict_view_new(args[0], &odict_keys_type); }
static NATIVE(odict_values) { return dict_view_new(args[0], &odict_values_type); }
static NATIVE(odict_items) { return dict_view_new(args[0], &odict_items_type); }

static Value keys_iter(Value view) { return odict_iter_new(view_dict(view), WANT_KEYS, false); }
static Value values_iter(Value view) { return odict_iter_new(view_dict(view), WANT_VALUES, false); }
static Value items_iter(Value view) { return odict_iter_new(view_dict(view), WANT_ITEMS, false); }
static NATIVE(keys_reversed) { return odict_iter_new(view_dict(args[0]), WANT_KEYS, true); }
static NATIVE(values_reversed) { return odict_iter_new(view_dict(args[0]), WANT_VALUES, true); }
static NATIVE(items_reversed) { return odict_iter_new(view_dict(args[0]), WANT_ITEMS, true); }

static const NativeDef keys_methods[] = {{"__reversed__", "(self, /)", keys_reversed, 0, 0}, {0}}, values_methods[] = {{"__reversed__", "(self, /)", values_reversed, 0, 0}, {0}},
                       items_methods[] = {{"__reversed__", "(self, /)", items_reversed, 0, 0}, {0}};
#define ODICT_VIEW(what) \
    Type odict_##what##_type = {TYPE_INIT("odict_" #what, DictView), .base = &dict_##what##_type, .flags = TYPE_DISALLOW_NEW, .iter = what##_iter, .methods = what##_methods}
ODICT_VIEW(keys);
ODICT_VIEW(values);
ODICT_VIEW(items);

static const GetSetDef odict_getset[] = {{"__dict__", object_get_dict, object_set_dict, 0}, {0}};

static const NativeDef odict_methods[] = {
    {"fromkeys", "(type, iterable, value=None)", odict_fromkeys, "Create a new ordered dictionary with keys from iterable and values set to value.", NATIVE_CLASS},
    {"__sizeof__", "(self, /)", odict_sizeof, 0, 0},
    {"__reduce__", "(self, /)", odict_reduce, "Return state information for pickling", 0},
    {"setdefault", "(self, /, key, default=None)", odict_setdefault,
     "Insert key with a value of default if key is not in the dictionary.\n\nReturn the value for key if key is in the dictionary, else default.", 0},
    {"pop", "(self, /, key, default=<unrepresentable>)", odict_pop,
     "od.pop(key[,default]) -> v, remove specified key and return the corresponding value.\n\nIf the key is not found, return the default if given; otherwise,\nraise a KeyError.",
     NATIVE_VECTOR},
    {"popitem", "(self, /, last=True)", odict_popitem,
     "Remove and return a (key, value) pair from the dictionary.\n\nPairs are returned in LIFO order if last is true or FIFO order if false.", 0},
    {"keys", "(self, /)", odict_keys, 0, 0},
    {"values", "(self, /)", odict_values, 0, 0},
    {"items", "(self, /)", odict_items, 0, 0},
    {"update", "(self, /, *args, **kwargs)", odict_update, 0, NATIVE_VECTOR},
    {"clear", "(self, /)", odict_clear, "od.clear() -> None.  Remove all items from od.", 0},
    {"copy", "(self, /)", odict_copy, "od.copy() -> a shallow copy of od", 0},
    {"__reversed__", "(self, /)", odict_reversed, "od.__reversed__() <==> reversed(od)", 0},
    {"move_to_end", "(self, /, key, last=True)", odict_move_to_end,
     "Move an existing element to the end (or beginning if last is false).\n\nRaise KeyError if the element does not exist.", 0},
    {0},
};

Type ordered_dict_type = {
    TYPE_INIT("collections.OrderedDict", OrderedDictObj),
    .base = &dict_type,
    .flags = TYPE_BASE | TYPE_DICT | TYPE_MAPPING | TYPE_WEAKREF_OK,
    .doc = "Dictionary that remembers insertion order",
    .dict_offset = offsetof(OrderedDictObj, attrs),
    .trace = odict_trace,
    .init = odict_init,
    .repr = odict_repr,
    .compare = odict_compare,
    .iter = odict_iter,
    .setitem = odict_assign,
    .binary[BINARY_OR] = odict_or,
    .inplace[BINARY_OR] = odict_inplace_or,
    .getset = odict_getset,
    .methods = odict_methods,
};
