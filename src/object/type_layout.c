/* type_layout.c: where the fields of instances lie: which base gives a class its C layout, what __slots__ and attribute words add, which layouts are the same.
 *
 * The attribute words (object/shape.h) never count as layout of their own: instances of different classes may have different numbers of inline slots.
 */
#include "object/bytes.h"
#include "object/container.h"
#include "object/number.h"
#include "object/str.h"
#include "object/type_internal.h"

/* The size of an instance without its attribute words. */
static int64_t core_size(Type *type) { return type->basic_size - (type->attrs_offset > 0 ? 8 * (1 + (int64_t)type->inline_slots) : 0); }

static bool adds_fields(Type *type, Type *base) { return core_size(type) != core_size(base) || type->item_size != base->item_size; }

/* The nearest base (or the type itself) that adds C fields. */
Type *type_solid(Type *type)
{
    while (type->base && !adds_fields(type, type->base)) type = type->base;
    return type;
}

Type *type_best_base(Value bases)
{
    Type *winner = 0, *best = 0;
    for (int64_t i = 0; i < tuple_size(bases); i++) {
        Value item = tuple_get(bases, i);
        if (!is_type(item)) return (Type *)raise_type("bases must be types");
        Type *base = (Type *)item;
        if (!type_ready(base)) return 0;
        if (!(base->flags & TYPE_BASE)) return (Type *)raise_type("type '%.100s' is not an acceptable base type", base->name);
        Type *candidate = type_solid(base);
        if (!winner || (candidate != winner && type_is_subtype(candidate, winner))) {
            winner = candidate;
            best = base;
        } else if (!type_is_subtype(winner, candidate)) {
            return (Type *)raise_type("multiple bases have instance lay-out conflict");
        }
    }
    return best;
}

static bool weakly_referenceable(Type *type) { return type->flags & TYPE_HEAP ? !(type->flags & TYPE_NO_WEAKREF) : (type->flags & TYPE_WEAKREF_OK) != 0; }

/* A class made in Python that adds nothing to the layout of its base. */
static bool same_as_base(Type *type)
{
    Type *base = type->base;
    return base && (type->flags & TYPE_HEAP) && !adds_fields(type, base) && type->slots_count == 0 &&
           (type->attrs_offset != 0) == (base->attrs_offset != 0) && weakly_referenceable(type) == weakly_referenceable(base);
}

static bool same_slots(Type *a, Type *b)
{
    if (a->base != b->base || core_size(a) != core_size(b) || a->slots_count != b->slots_count || a->slots_offset != b->slots_offset) return false;
    if ((a->attrs_offset != 0) != (b->attrs_offset != 0) || weakly_referenceable(a) != weakly_referenceable(b)) return false;
    if (!a->slots_count) return true;
    return object_equal(a->heap_slots, b->heap_slots) == 1;
}

static bool type_same_layout(Type *a, Type *b)
{
    while (same_as_base(a)) a = a->base;
    while (same_as_base(b)) b = b->base;
    if ((a->flags & TYPE_HEAP) && (b->flags & TYPE_HEAP)) return a == b || same_slots(a, b);
    return !((a->flags | b->flags) & TYPE_HEAP) && type_solid(a) == type_solid(b);
}

/* Instances of these are freed in another way by CPython, which says so first. */
static bool refers_to_nothing(const Type *type)
{
    static const Type *const types[] = {&object_type, &int_type, &bool_type, &float_type, &complex_type, &str_type, &bytes_type, &bytearray_type, &range_type};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (type == types[i]) return true;
    return false;
}

bool type_layouts_compatible(Type *old, Type *new, const char *attribute)
{
    bool modules = type_is_subtype(old, &module_type) && type_is_subtype(new, &module_type);
    if (modules && core_size(old) == core_size(new) && (old->attrs_offset != 0) == (new->attrs_offset != 0)) return true;
    if (refers_to_nothing(old) != refers_to_nothing(new)) return raise_type("%s assignment: '%s' deallocator differs from '%s'", attribute, new->name, old->name);
    if (type_same_layout(old, new)) return true;
    return raise_type("%s assignment: '%s' object layout differs from '%s'", attribute, new->name, old->name);
}

/* --- __slots__ */

/* The private form of a name, as the compiler gives it to attributes in the body of class `class_name`. */
static Value mangle(Value class_name, Value name)
{
    int64_t length = str_length(name), class_length = str_length(class_name), skip = 0;
    if (length < 2 || str_char(name, 0) != '_' || str_char(name, 1) != '_') return name;
    if (length >= 2 && str_char(name, length - 1) == '_' && str_char(name, length - 2) == '_') return name;
    if (str_find_char(name, '.', 0, length, 1) >= 0) return name;
    while (skip < class_length && str_char(class_name, skip) == '_') skip++;
    if (skip == class_length) return name;
    Value tail = str_substring(class_name, skip, class_length);
    return tail ? str_format_c("_%U%U", tail, name) : 0;
}

static bool is_identifier(Value name)
{
    int64_t length = str_length(name);
    if (!length) return false;
    for (int64_t i = 0; i < length; i++) {
        uint32_t c = str_char(name, i);
        bool ok = c == '_' || (i ? unicode_is_xid_continue(c) : unicode_is_xid_start(c));
        if (!ok) return false;
    }
    return true;
}

/* __slots__ as a tuple. */
static Value slots_tuple(Value slots)
{
    if (is_str(slots)) return tuple_pack(1, slots);
    return object_to_tuple(slots);
}

/* Reads __slots__: *names the sorted list of mangled names that need words; *wants_dict, *wants_weak. */
static bool read_slots(Type *type, Type *base, Value class_name, Value slots, Value *names, bool *wants_dict, bool *wants_weak)
{
    slots = slots_tuple(slots);
    if (!slots) return false;
    if (tuple_size(slots) && (base->item_size || (base->flags & TYPE_INT))) return raise_type("nonempty __slots__ not supported for subtype of '%s'", base->name);
    Value list = list_new(0);
    for (int64_t i = 0; list && i < tuple_size(slots); i++) {
        Value name = tuple_get(slots, i);
        if (!is_str(name)) return raise_type("__slots__ items must be strings, not '%.200T'", name);
        if (!is_identifier(name)) return raise_type("__slots__ must be identifiers");
        if (str_equal_ascii(name, "__dict__")) {
            if (type_has_dict(base) || *wants_dict) return raise_type("__dict__ slot disallowed: we already got one");
            *wants_dict = true;
            continue;
        }
        if (str_equal_ascii(name, "__weakref__")) {
            if (weakly_referenceable(base) || base->item_size || (base->flags & TYPE_INT) || *wants_weak)
                return raise_type("__weakref__ slot disallowed: either we already got one, or __itemsize__ != 0");
            *wants_weak = true;
            continue;
        }
        Value mangled = mangle(class_name, name);
        if (mangled && type_of(mangled) != &str_type) mangled = str_from_kind(str_kind(mangled), str_data(mangled), str_length(mangled));
        mangled = mangled ? str_intern(mangled) : 0;
        if (!mangled || !list_append(list, mangled)) return false;
        if (dict_get_str(type->dict, mangled) && !str_equal_ascii(name, "__qualname__") && !str_equal_ascii(name, "__classcell__"))
            return raise_value("%R in __slots__ conflicts with class variable", name);
    }
    *names = list && list_sort(list, 0, false) ? list_to_tuple(list) : 0;
    return *names != 0;
}

/* --- attribute words */

/* How many different attributes the function stores: a guess at how many its instances will have. */
static uint32_t stored_attributes(Value function)
{
    enum { STORE_ATTR = 95, EXTENDED_ARG = 144, MOST = 24 };
    if (!function || type_of(function) != &function_type) return 0;
    CodeObj *code = (CodeObj *)((FunctionObj *)function)->code;
    if (!code || !code->code || !is_bytes(code->code)) return 0;
    const uint8_t *bytes = bytes_data(code->code);
    int64_t size = ((VarObj *)code->code)->size;
    uint32_t seen[MOST], count = 0, argument = 0;
    for (int64_t i = 0; i + 1 < size; i += 2) {
        argument = argument << 8 | bytes[i + 1];
        if (bytes[i] == EXTENDED_ARG) continue;
        if (bytes[i] == STORE_ATTR && count < MOST) {
            uint32_t k = 0;
            while (k < count && seen[k] != argument) k++;
            if (k == count) seen[count++] = argument;
            i += 8;   /* its inline cache */
        }
        argument = 0;
    }
    return count;
}

/* Odd, so that an instance with nothing else fills its 16-byte cells. */
static uint32_t inline_slots_for(Type *type, uint32_t inherited)
{
    uint32_t own = stored_attributes(dict_get_str(type->dict, NAME("__init__")));
    uint32_t count = inherited + own;
    if (count < 3) count = 3;
    if (count > 31) count = 31;
    return count | 1;
}

static bool base_gives(Value bases, Type *primary, bool (*gives)(Type *))
{
    for (int64_t i = 0; i < tuple_size(bases); i++) {
        Type *base = (Type *)tuple_get(bases, i);
        if (base != primary && gives(base)) return true;
    }
    return false;
}

bool type_lay_out(Type *type, Value class_name, Value bases, Value slots, bool *added_dict, bool *added_weak)
{
    Type *base = type->base;
    bool may_dict = !type_has_dict(base), may_weak = !weakly_referenceable(base) && !base->item_size && !(base->flags & TYPE_INT);
    bool wants_dict = false, wants_weak = false;
    Value names = 0;
    if (slots) {
        if (!read_slots(type, base, class_name, slots, &names, &wants_dict, &wants_weak)) return false;
        wants_dict = wants_dict || (may_dict && base_gives(bases, base, type_has_dict));
        wants_weak = wants_weak || (may_weak && base_gives(bases, base, weakly_referenceable));
    } else {
        wants_dict = may_dict;
        wants_weak = may_weak;
    }
    int64_t size = type->basic_size = base->basic_size;
    type->item_size = base->item_size;
    type->dict_offset = base->dict_offset;
    type->attrs_offset = base->attrs_offset;
    type->inline_slots = base->inline_slots;
    type->slots_count = names ? (int32_t)tuple_size(names) : 0;
    if (type->slots_count) {
        size = (size + 7) & ~7ll;
        type->slots_offset = (int32_t)size;
        SET(type, heap_slots, names);
        size += 8 * (int64_t)type->slots_count;
    }
    if (wants_dict) {
        type->inline_slots = inline_slots_for(type, 0);
        type->attrs_offset = base->item_size ? -1 : (int32_t)((size + 7) & ~7ll);
        if (!base->item_size) size = type->attrs_offset + 8 * (1 + (int64_t)type->inline_slots);
    } else if (type->attrs_offset > 0 && !type->slots_count && type->attrs_offset + 8 * (1 + (int64_t)type->inline_slots) == base->basic_size) {
        type->inline_slots = inline_slots_for(type, base->inline_slots);
        size = type->attrs_offset + 8 * (1 + (int64_t)type->inline_slots);
    }
    type->basic_size = size;
    if (!wants_weak && !weakly_referenceable(base)) type->flags |= TYPE_NO_WEAKREF;
    else if (wants_weak) type->flags &= ~TYPE_NO_WEAKREF;
    *added_dict = wants_dict;
    *added_weak = wants_weak;
    return true;
}
