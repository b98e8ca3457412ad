/* dict_methods.c: the type dict: its methods and slots over the table of dict.c. */
#include "object/dict.h"
#include "object/set.h"

bool check_positional(const char *name, size_t nargs, Value kwnames, size_t least, size_t most)
{
    if (kwnames && tuple_size(kwnames) > 0) return raise_type("%s() takes no keyword arguments", name);
    if (nargs >= least && nargs <= most) return true;
    size_t bound = nargs < least ? least : most;
    return raise_type("%s expected %s%zu argument%s, got %zu", name, least == most ? "" : nargs < least ? "at least " : "at most ", bound, bound == 1 ? "" : "s", nargs);
}

void dict_trace(Obj *o)
{
    DictKeys *keys = ((DictObj *)o)->keys;
    if (!keys || keys == &dict_empty_keys) return;
    gc_visit_buffer(keys);
    for (int64_t i = 0; i < keys->entry_count; i++) {
        gc_visit(keys->entries[i].key);
        gc_visit(keys->entries[i].value);
    }
}

Value dict_make(Type *type, Value *args, size_t nargs, Value kwnames)
{
    Value dict = type == &dict_type ? dict_new() : type_alloc(type, 0);
    if (dict) ((DictObj *)dict)->keys = &dict_empty_keys;
    return dict;
}

static bool update_from_args(const char *name, Value self, Value *args, size_t nargs, Value kwnames)
{
    if (nargs > 1) return raise_type("%s expected at most 1 argument, got %zu", name, nargs);
    if (nargs == 1 && !dict_update(self, args[0])) return false;
    int64_t count = kwnames ? tuple_size(kwnames) : 0;
    for (int64_t i = 0; i < count; i++)
        if (!dict_set(self, tuple_get(kwnames, i), args[(int64_t)nargs + i])) return false;
    return true;
}

bool dict_init(Value self, Value *args, size_t nargs, Value kwnames) { return update_from_args("dict", self, args, nargs, kwnames); }

static Value dict_repr(Value self)
{
    int entered = repr_enter(self);
    if (entered) return entered < 0 ? 0 : str_from_cstring("{...}");
    StrBuilder b = {0};
    bool ok = str_builder_char(&b, '{');
    int64_t position = 0;
    Value key, value;
    for (bool first = true; ok && dict_next(self, &position, &key, &value); first = false) {
        Value text;
        ok = (first || str_builder_ascii(&b, ", ", 2)) && (text = object_repr(key)) && str_builder_str(&b, text) && str_builder_ascii(&b, ": ", 2) && (text = object_repr(value)) &&
             str_builder_str(&b, text);
    }
    ok = ok && str_builder_char(&b, '}');
    repr_leave(self);
    return ok ? str_builder_finish(&b) : 0;
}

static int64_t dict_length(Value self) { return dict_size(self); }

static Value dict_missing(Value self, Value key)
{
    if (type_of(self) != &dict_type) {
        Value missing = object_lookup_special(self, NAME("__missing__"));
        if (missing) return call_1(missing, key);
        if (thread_self->exception) return 0;
    }
    return raise_key(key);
}

static Value dict_subscript(Value self, Value key)
{
    int64_t hash;
    if (!value_hash(key, &hash)) return 0;
    int64_t entry = dict_lookup((DictObj *)self, key, hash);
    if (entry >= 0) return ((DictObj *)self)->keys->entries[entry].value;
    return entry == LOOKUP_ABSENT ? dict_missing(self, key) : 0;
}

static bool dict_assign(Value self, Value key, Value value)
{
    if (value) return dict_set(self, key, value);
    int deleted = dict_delete(self, key);
    if (deleted == 0) raise_key(key);
    return deleted > 0;
}

/* 1 equal, 0 different, -1 */
static int dict_equal(Value a, Value b)
{
    if (dict_size(a) != dict_size(b)) return 0;
    DictObj *dict = (DictObj *)a;
    dict_freshen(dict);
    for (int64_t i = 0; i < dict->keys->entry_count; i++) {
        DictEntry e = dict->keys->entries[i];
        if (!e.value) continue;
        /* Equal dicts mostly got their keys in the same order. */
        const DictKeys *twin = ((DictObj *)b)->keys;
        Value other = i < twin->entry_count && twin->entries[i].key == e.key && twin->entries[i].value ? twin->entries[i].value : dict_get_hash(b, e.key, e.hash);
        if (!other) return thread_self->exception ? -1 : 0;
        int same = is_exact_str(e.value) && is_exact_str(other) ? str_equal(e.value, other) : e.value == other && is_small_int(other) ? 1 : object_equal(e.value, other);
        if (same <= 0) return same;
    }
    return 1;
}

static Value dict_compare(Value a, Value b, CompareOp op)
{
    if (!is_dict(a) || !is_dict(b) || (op != CMP_EQ && op != CMP_NE)) return NOT_IMPLEMENTED;
    int same = dict_equal(a, b);
    return same < 0 ? 0 : bool_value(same == (op == CMP_EQ));
}

static Value dict_or(Value a, Value b)
{
    if (!is_dict(a) || !is_dict(b)) return NOT_IMPLEMENTED;
    Value result = dict_copy(a);
    return result && dict_update(result, b) ? result : 0;
}

static Value dict_inplace_or(Value a, Value b) { return dict_update(a, b) ? a : 0; }

/* --- methods */

static NATIVE(dict_get_method)
{
    Value value = dict_get(args[0], args[1]);
    return value ? value : thread_self->exception ? 0 : args[2];
}

static NATIVE(dict_setdefault_method) { return dict_set_default(args[0], args[1], args[2]); }

static NATIVE(dict_pop_method)
{
    Value value = dict_pop(args[0], args[1]);
    if (value || thread_self->exception) return value;
    return args[2] ? args[2] : raise_key(args[1]);
}

static NATIVE(dict_popitem_method)
{
    Value key, value;
    if (!dict_pop_last((DictObj *)args[0], &key, &value)) {
        Value text = str_from_cstring("popitem(): dictionary is empty");
        return text ? raise_key(text) : 0;
    }
    return tuple_pack(2, key, value);
}

static NATIVE(dict_clear_method) { return dict_clear(args[0]), NONE; }
static NATIVE(dict_copy_method) { return dict_copy(args[0]); }
static NATIVE(dict_keys_method) { return dict_view_new(args[0], &dict_keys_type); }
static NATIVE(dict_values_method) { return dict_view_new(args[0], &dict_values_type); }
static NATIVE(dict_items_method) { return dict_view_new(args[0], &dict_items_type); }
static NATIVE(dict_reversed_method) { return dict_reverse_iter_new(args[0], &dict_reversekeyiterator_type); }
static NATIVE(dict_update_method) { return update_from_args("update", args[0], args + 1, nargs - 1, kwnames) ? NONE : 0; }

static NATIVE(dict_contains_method)
{
    int found = dict_contains(args[0], args[1]);
    return found < 0 ? 0 : bool_value(found);
}

static NATIVE(dict_getitem_method) { return dict_subscript(args[0], args[1]); }

static NATIVE(dict_sizeof_method)
{
    DictObj *dict = (DictObj *)args[0];
    int64_t size = type_of(args[0])->basic_size;
    if (dict->keys != &dict_empty_keys) size += (char *)(dict->keys->entries + dict->keys->entry_limit) - (char *)dict->keys;
    return int_new(size);
}

/* Keys of a dict or a set bring their hashes along. */
static Value fill_from_hashed(Value dict, Value keys, Value value)
{
    if (is_dict(keys)) {
        DictObj *source = (DictObj *)keys;
        dict_freshen(source);
        for (int64_t i = 0; i < source->keys->entry_count; i++) {
            DictEntry e = source->keys->entries[i];
            if (e.value && !dict_set_hash(dict, e.key, e.hash, value)) return 0;
        }
        return dict;
    }
    int64_t position = 0;
    SetEntry e;
    while (set_next_entry((SetObj *)keys, &position, &e))
        if (!dict_set_hash(dict, e.key, e.hash, value)) return 0;
    return dict;
}

static Value fill_from_keys(Value dict, Value iterable, Value value)
{
    bool hashed = type_of(iterable) == &dict_type || type_of(iterable) == &set_type || type_of(iterable) == &frozenset_type;
    if (hashed && type_of(dict) == &dict_type && dict_size(dict) == 0) return fill_from_hashed(dict, iterable, value);
    Value iterator = object_iter(iterable), key;
    if (!iterator) return 0;
    bool plain = type_of(dict) == &dict_type;
    while ((key = iter_next_quick(iterator)))
        if (!(plain ? dict_set(dict, key, value) : object_setitem(dict, key, value))) return 0;
    return thread_self->exception ? 0 : dict;
}

static NATIVE(dict_fromkeys_method)
{
    Value dict = call_0(args[0]);
    return dict ? fill_from_keys(dict, args[1], args[2]) : 0;
}

static const NativeDef dict_method_table[] = {
    {"__contains__", "(self, key, /)", dict_contains_method, "True if the dictionary has the specified key, else False.", NATIVE_COEXIST},
    {"__getitem__", "(self, key, /)", dict_getitem_method, "x.__getitem__(y) <==> x[y]", NATIVE_COEXIST},
    {"__sizeof__", "(self, /)", dict_sizeof_method, "Size of the dict in memory, in bytes.", 0},
    {"__reversed__", "(self, /)", dict_reversed_method, "Return a reverse iterator over the dict keys.", 0},
    CLASS_GETITEM,
    {"get", "(self, key, default=None, /)", dict_get_method, "Return the value for key if key is in the dictionary, else default.", 0},
    {"setdefault", "(self, key, default=None, /)", dict_setdefault_method,
     "Insert key with a value of default if key is not in the dictionary.\n\nReturn the value for key if key is in the dictionary, else default.", 0},
    {"pop", "(self, key, default=<unrepresentable>, /)", dict_pop_method,
     "D.pop(k[,d]) -> v, remove specified key and return the corresponding value.\n\nIf the key is not found, return the default if given; otherwise,\nraise a KeyError.", 0},
    {"popitem", "(self, /)", dict_popitem_method, "Remove and return a (key, value) pair as a 2-tuple: the last one inserted.\n\nRaises KeyError if the dict is empty.", 0},
    {"keys", "(self, /)", dict_keys_method, "D.keys() -> a set-like object providing a view on D's keys", 0},
    {"items", "(self, /)", dict_items_method, "D.items() -> a set-like object providing a view on D's items", 0},
    {"values", "(self, /)", dict_values_method, "D.values() -> an object providing a view on D's values", 0},
    {"update", 0, dict_update_method,
     "D.update([E, ]**F) -> None.  Update D from dict/iterable E and F.\nIf E has a .keys() method: for k in E: D[k] = E[k];\n"
     "otherwise: for k, v in E: D[k] = v;\nthen for k in F: D[k] = F[k].",
     NATIVE_VECTOR},
    {"fromkeys", "(type, iterable, value=None, /)", dict_fromkeys_method, "Create a new dictionary with keys from iterable and values set to value.", NATIVE_CLASS},
    {"clear", "(self, /)", dict_clear_method, "D.clear() -> None.  Remove all items from D.", 0},
    {"copy", "(self, /)", dict_copy_method, "D.copy() -> a shallow copy of D", 0},
    {0},
};

Type dict_type = {
    TYPE_INIT("dict", DictObj),
    .flags = TYPE_BASE | TYPE_DICT | TYPE_MAPPING | TYPE_MATCH_SELF,
    .doc = "dict() -> new empty dictionary\ndict(mapping) -> new dictionary initialized from a mapping object's (key, value) pairs\n"
           "dict(iterable) -> new dictionary from an iterable of (key, value) pairs\ndict(**kwargs) -> new dictionary of the keyword arguments as name=value pairs",
    .trace = dict_trace,
    .new = dict_make,
    .init = dict_init,
    .repr = dict_repr,
    .compare = dict_compare,
    .iter = dict_iter_slot,
    .length = dict_length,
    .getitem = dict_subscript,
    .setitem = dict_assign,
    .contains = dict_contains,
    .binary[BINARY_OR] = dict_or,
    .inplace[BINARY_OR] = dict_inplace_or,
    .methods = dict_method_table,
};
