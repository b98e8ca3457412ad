/* object_reduce.c: object.__reduce__, __reduce_ex__ and __getstate__: how copy and pickle take an object apart. */
#include "object/container.h"
#include "object/type_internal.h"

/* copyreg's cached list of the __slots__ names of a class: a list, or None. */
static Value slot_names_of(Type *type)
{
    Value name = NAME("__slotnames__");
    Value cached = dict_get_str(type_dict(type), name);
    if (cached) {
        if (cached != NONE && !is_list(cached)) return raise_type("%.200s.__slotnames__ should be a list or None, not %.200T", type->name, cached);
        return cached;
    }
    Value find = import_attr("copyreg", "_slotnames");
    Value names = find ? call_1(find, VALUE(type)) : 0;
    if (names && names != NONE && !is_list(names)) return raise_type("copyreg._slotnames didn't return a list or None");
    return names;
}

/* What __dict__ and __weakref__ add to the size of an instance, so that hidden C state can be told from slots. */
static int64_t plain_size(Type *type)
{
    int64_t size = type->basic_size;
    if (type->attrs_offset > 0) size -= 8 * (1 + (int64_t)type->inline_slots);
    return size;
}

static Value slots_state(Value v, Value names)
{
    Value slots = dict_new();
    if (!slots) return 0;
    for (int64_t i = 0; i < list_size(names); i++) {
        Value name = list_get(names, i), value = object_getattr_opt(v, name);
        if (!value && thread_self->exception) return 0;
        if (value && !dict_set(slots, name, value)) return 0;
    }
    return slots;
}

/* No attributes in a dict of its own; does not make one. */
static bool instance_is_empty(Value v)
{
    if (!is_pointer(v)) return true;
    Obj *object = as_obj(v);
    Type *type = object->type;
    if (object->shape) return shape_count(object->shape) == 0;
    Value dict = type->attrs_offset ? instance_attrs(object)[0] : type->dict_offset ? *(Value *)((char *)object + type->dict_offset) : 0;
    return !dict || dict_size(dict) == 0;
}

static Value default_state(Value v, bool required)
{
    Type *type = type_of(v);
    if (required && type->item_size) return raise_type("cannot pickle %.200s objects", type->name);
    Value dict = instance_is_empty(v) ? NONE : object_getattr_opt(v, NAME("__dict__"));
    if (!dict && thread_self->exception) return 0;
    Value state = dict && !(is_dict(dict) && dict_size(dict) == 0) ? dict : NONE;   /* no attributes: no state */
    Value names = slot_names_of(type);
    if (!names) return 0;
    if (required) {
        int64_t size = 16 + (names == NONE ? 0 : 8 * list_size(names));
        if (!type->attrs_offset && type->dict_offset) size += 8;
        if (plain_size(type) > size) return raise_type("cannot pickle '%.200s' object", type->name);
    }
    if (names == NONE || list_size(names) == 0) return state;
    Value slots = slots_state(v, names);
    if (!slots) return 0;
    return dict_size(slots) ? tuple_pack(2, state, slots) : state;
}

NATIVE(object_getstate_method) { return default_state(args[0], false); }

/* The instance's state: its own __getstate__, or the default one which then knows whether it must be complete. */
static Value get_state(Value v, bool required)
{
    Value method = object_getattr(v, NAME("__getstate__"));
    if (!method) return 0;
    if (type_of(method) == &native_type && ((NativeObj *)method)->self == v && ((NativeObj *)method)->def->function == object_getstate_method) return default_state(v, required);
    return call_0(method);
}

/* The arguments for __new__: *args is a tuple or 0, *kwargs a dict or 0. */
static bool new_arguments(Value v, Value *args, Value *kwargs)
{
    *args = *kwargs = 0;
    Value method = object_lookup_special(v, NAME("__getnewargs_ex__"));
    if (!method && thread_self->exception) return false;
    if (method) {
        Value pair = call_0(method);
        if (!pair) return false;
        if (!is_tuple(pair)) return raise_type("__getnewargs_ex__ should return a tuple, not '%.200T'", pair);
        if (tuple_size(pair) != 2) return raise_value("__getnewargs_ex__ should return a tuple of length 2, not %lld", (long long)tuple_size(pair));
        *args = tuple_get(pair, 0);
        *kwargs = tuple_get(pair, 1);
        if (!is_tuple(*args)) return raise_type("first item of the tuple returned by __getnewargs_ex__ must be a tuple, not '%.200T'", *args);
        if (!is_dict(*kwargs)) return raise_type("second item of the tuple returned by __getnewargs_ex__ must be a dict, not '%.200T'", *kwargs);
        return true;
    }
    method = object_lookup_special(v, NAME("__getnewargs__"));
    if (!method) return !thread_self->exception;
    *args = call_0(method);
    if (!*args) return false;
    if (!is_tuple(*args)) return raise_type("__getnewargs__ should return a tuple, not '%.200T'", *args);
    return true;
}

static bool item_iterators(Value v, Value *list_items, Value *dict_items)
{
    *list_items = *dict_items = NONE;
    if (is_list(v) && !(*list_items = object_iter(v))) return false;
    if (!is_dict(v)) return true;
    Value items = call_method_0(v, NAME("items"));
    return items && (*dict_items = object_iter(items));
}

static Value reduce_newobj(Value v)
{
    Type *type = type_of(v);
    if (!type->new || (type->flags & TYPE_DISALLOW_NEW)) return raise_type("cannot pickle '%.200s' object", type->name);
    Value args, kwargs;
    if (!new_arguments(v, &args, &kwargs)) return 0;
    bool has_args = args != 0;
    Value newobj, newargs;
    if (!kwargs || dict_size(kwargs) == 0) {
        int64_t count = args ? tuple_size(args) : 0;
        newobj = import_attr("copyreg", "__newobj__");
        newargs = newobj ? tuple_new(count + 1) : 0;
        if (!newargs) return 0;
        tuple_items(newargs)[0] = VALUE(type);
        for (int64_t i = 0; i < count; i++) tuple_items(newargs)[i + 1] = tuple_get(args, i);
    } else {
        newobj = import_attr("copyreg", "__newobj_ex__");
        newargs = newobj ? tuple_pack(3, VALUE(type), args, kwargs) : 0;
        if (!newargs) return 0;
    }
    Value state = get_state(v, !(has_args || is_list(v) || is_dict(v))), list_items, dict_items;
    if (!state || !item_iterators(v, &list_items, &dict_items)) return 0;
    return tuple_pack(5, newobj, newargs, state, list_items, dict_items);
}

static Value common_reduce(Value v, int protocol)
{
    if (protocol >= 2) return reduce_newobj(v);
    Value reduce = import_attr("copyreg", "_reduce_ex");
    return reduce ? call_2(reduce, v, small_int(protocol)) : 0;
}

NATIVE(object_reduce_method) { return common_reduce(args[0], 0); }

NATIVE(object_reduce_ex_method)
{
    int protocol;
    if (!number_as_int(args[1], &protocol)) return 0;
    Value v = args[0];
    Value reduce = object_getattr_opt(v, NAME("__reduce__"));
    if (!reduce && thread_self->exception) return 0;
    if (reduce) {
        Value on_class = object_getattr(VALUE(type_of(v)), NAME("__reduce__"));
        if (!on_class) return 0;
        if (on_class != dict_get_str(type_dict(&object_type), NAME("__reduce__"))) return call_0(reduce);
    }
    return common_reduce(v, protocol);
}
