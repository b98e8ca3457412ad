/* type_new.c: making classes: what type(name, bases, dict) and class statements do. */
#include "object/container.h"
#include "object/str.h"
#include "object/type_internal.h"

Value vm_globals(void);   /* vm/vm.h, which this room does not include */
void type_inherit_flags(Type *type, Type *base);
void type_inherit_collection_flags(Type *type);
Value type_type_new(Type *meta, Value *args, size_t nargs, Value kwnames);

Type *type_calculate_meta(Type *meta, Value bases)
{
    Type *winner = meta;
    for (int64_t i = 0; i < tuple_size(bases); i++) {
        Type *candidate = type_of(tuple_get(bases, i));
        if (type_is_subtype(winner, candidate)) continue;
        if (type_is_subtype(candidate, winner)) {
            winner = candidate;
            continue;
        }
        return (Type *)raise_type("metaclass conflict: the metaclass of a derived class must be a (non-strict) subclass of the metaclasses of all its bases");
    }
    return winner;
}

/* --- the parts of the namespace that the class takes for itself */

static bool take_qualname(Type *type)
{
    Value key = NAME("__qualname__"), qualname = dict_get_str(type->dict, key);
    if (!qualname) {
        SET(type, heap_qualname, type->heap_name);
        return true;
    }
    if (!is_str(qualname)) return raise_type("type __qualname__ must be a str, not %T", qualname);
    SET(type, heap_qualname, qualname);
    return dict_delete(type->dict, key) >= 0;
}

static bool set_module(Type *type)
{
    Value key = NAME("__module__");
    if (dict_get_str(type->dict, key)) return true;
    Value globals = vm_globals(), module = globals && is_dict(globals) ? dict_get_str(globals, NAME("__name__")) : 0;
    return !module || dict_set(type->dict, key, module);
}

static bool wrap_function(Type *type, Value key, Type *wrapper)
{
    Value function = dict_get_str(type->dict, key);
    if (!function || type_of(function) != &function_type) return true;
    Value wrapped = call_1(VALUE(wrapper), function);
    return wrapped && dict_set(type->dict, key, wrapped);
}

static bool set_classcell(Type *type)
{
    Value key = NAME("__classcell__"), cell = dict_get_str(type->dict, key);
    if (!cell) return true;
    if (type_of(cell) != &cell_type) return raise_type("__classcell__ must be a nonlocal cell, not %.200R", VALUE(type_of(cell)));
    SET((CellObj *)cell, value, VALUE(type));
    return dict_delete(type->dict, key) >= 0;
}

static bool add_getset(Type *type, const GetSetDef *def)
{
    Value key = str_intern_cstring(def->name), descr = key ? getset_new(type, def) : 0;
    if (!descr) return false;
    return dict_get_str(type->dict, key) || dict_set(type->dict, key, descr);
}

static bool add_slot_members(Type *type)
{
    for (int32_t i = 0; i < type->slots_count; i++) {
        Value name = tuple_get(type->heap_slots, i), member = slot_member_new(type, name, (uint32_t)(type->slots_offset + 8 * i));
        if (!member) return false;
        /* A name in __slots__ that is also in the namespace was refused before, except for special ones: they keep their value. */
        if (!dict_get_str(type->dict, name) && !dict_set(type->dict, name, member)) return false;
    }
    return true;
}

static bool fill_namespace(Type *type, Value slots)
{
    bool added_dict = false, added_weak = false;
    if (!type_lay_out(type, type->heap_name, type->bases, slots, &added_dict, &added_weak)) return false;
    if (!set_module(type) || !take_qualname(type)) return false;
    if (!wrap_function(type, NAME("__new__"), &staticmethod_type)) return false;
    if (!wrap_function(type, NAME("__init_subclass__"), &classmethod_type) || !wrap_function(type, NAME("__class_getitem__"), &classmethod_type)) return false;
    if (!set_classcell(type) || !add_slot_members(type)) return false;
    if (added_dict && !add_getset(type, &instance_dict_getset)) return false;
    if (added_weak && !add_getset(type, &instance_weakref_getset)) return false;
    Value eq = dict_get_str(type->dict, NAME("__eq__"));
    if (eq && !dict_get_str(type->dict, NAME("__hash__")) && !dict_set(type->dict, NAME("__hash__"), NONE)) return false;
    Value doc = dict_get_str(type->dict, NAME("__doc__"));
    if (!doc) return dict_set(type->dict, NAME("__doc__"), NONE);
    return !is_str(doc) || str_utf8(doc, 0);   /* CPython keeps it as UTF-8 too, and so refuses lone surrogates */
}

/* --- what is called once the class stands */

static bool call_set_names(Type *type)
{
    Value copy = dict_copy(type->dict), key, value;
    if (!copy) return false;
    for (int64_t position = 0; dict_next(copy, &position, &key, &value);) {
        Value method = object_lookup_special(value, NAME("__set_name__"));
        if (!method) {
            if (thread_self->exception) return false;
            continue;
        }
        if (!call_2(method, VALUE(type), key)) return raise_from(&exc_RuntimeError, "Error calling __set_name__ on '%.100T' instance %R in '%.100s'", value, key, type->name);
    }
    return true;
}

static bool call_init_subclass(Type *type, Value *kwvalues, Value kwnames)
{
    Value name = NAME("__init_subclass__"), found = 0;
    Value super = type->flags & TYPE_CUSTOM_MRO ? super_new(type, VALUE(type)) : 0;
    if (super) {
        found = object_getattr(super, name);
    } else {
        for (int64_t i = 1; i < tuple_size(type->mro) && !found; i++) found = dict_get_str(type_dict((Type *)tuple_get(type->mro, i)), name);
        Value (*get)(Value, Value, Type *) = found ? type_of(found)->descr_get : 0;
        if (get) found = get(found, 0, type);
    }
    if (!found) return false;
    size_t nkw = kw_count(kwnames);
    Value stack[10], *args = nkw < 9 ? stack : gc_buffer((nkw + 1) * sizeof(Value));
    if (!args) return false;
    args[0] = 0;
    if (nkw) memcpy(args + 1, kwvalues, nkw * sizeof(Value));
    return object_call(found, args + 1, 0, nkw ? kwnames : 0) != 0;
}

/* --- the class itself */

static bool check_bases(Value bases)
{
    for (int64_t i = 0; i < tuple_size(bases); i++) {
        Value base = tuple_get(bases, i);
        if (is_type(base)) continue;
        Value entries = object_getattr_opt(base, NAME("__mro_entries__"));
        if (entries) return raise_type("type() doesn't support MRO entry resolution; use types.new_class()");
        if (thread_self->exception) return false;
    }
    return true;
}

/* What PyType_Ready does for static types: order, slots, place in the tree. */
static bool complete(Type *type)
{
    Type *base = type->base;
    type_inherit_flags(type, base);
    type_inherit_collection_flags(type);
    type->trace = instance_trace;
    type_set_slots(type);
    type->trace = instance_trace;
    for (int64_t i = 0; i < tuple_size(type->bases); i++)
        if (!type_add_subclass((Type *)tuple_get(type->bases, i), type)) return false;
    return true;
}

Value type_new_class(Type *meta, Value name, Value bases, Value dict, Value *kwvalues, Value kwnames)
{
    if (!check_bases(bases)) return 0;
    if (tuple_size(bases) == 0 && !(bases = tuple_pack(1, VALUE(&object_type)))) return 0;
    Type *base = type_best_base(bases);
    if (!base) return 0;
    size_t length;
    const char *text = str_utf8(name, &length);
    if (!text) return 0;
    if (strlen(text) != length) return raise_value("type name must not contain null characters");
    Type *type = (Type *)type_alloc(meta, 0);
    if (!type) return 0;
    type->name = text;
    type->flags = TYPE_HEAP | TYPE_BASE | TYPE_READY | TYPE_FILLED;
    if (base->flags & TYPE_NO_WEAKREF) type->flags |= TYPE_NO_WEAKREF;
    type->base = base;
    type->bases = bases;
    type->heap_name = name;
    gc_barrier(type);
    Value copy = type_of(dict) == &dict_type ? dict_copy(dict) : dict_new();
    if (!copy || (type_of(dict) != &dict_type && !dict_update(copy, dict))) return 0;
    SET(type, dict, copy);
    Value slots = dict_get_str(copy, NAME("__slots__"));
    if (!fill_namespace(type, slots) || !type_set_mro(type) || !complete(type)) return 0;
    if (!call_set_names(type) || !call_init_subclass(type, kwvalues, kwnames)) return 0;
    return VALUE(type);
}

/* The new slot of `type`. */
Value type_type_new(Type *meta, Value *args, size_t nargs, Value kwnames)
{
    if (nargs != 3) return raise_type("type.__new__() takes exactly 3 arguments (%zu given)", nargs);
    Value name = args[0], bases = args[1], dict = args[2];
    if (!is_str(name)) return raise_type("type.__new__() argument 1 must be str, not %.50T", name);
    if (!is_tuple(bases)) return raise_type("type.__new__() argument 2 must be tuple, not %.50T", bases);
    if (!is_dict(dict)) return raise_type("type.__new__() argument 3 must be dict, not %.50T", dict);
    if (!check_bases(bases)) return 0;
    Type *winner = type_calculate_meta(meta, bases);
    if (!winner) return 0;
    if (winner != meta) {
        if (winner->new != type_type_new) return winner->new(winner, args, nargs, kwnames);
        meta = winner;
    }
    return type_new_class(meta, name, bases, dict, args + 3, kwnames);
}
