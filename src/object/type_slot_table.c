/* type_slot_table.c: which dunder names feed which slots, in both directions.
 *
 * A class written in Python: type_set_slots looks the names up and puts slot_* functions (type_slots.c), or the built-in function itself when the method found is just its
 * wrapper. A static type: type_fill_slots makes a slot wrapper for each slot that the type defines.
 */
#include "object/container.h"
#include "object/number.h"
#include "object/str.h"
#include "object/type_internal.h"
#include "object/type_slot_functions.h"

#define AT(field) offsetof(Type, field)
#define SLOT(name, field, function, wrap, signature, doc) {name, AT(field), wrap, 0, (void *)(function), signature, doc}
#define UNARY(name, field, function, doc) SLOT(name, field, function, WRAP_UNARY, "($self, /)", doc)
#define BINARY(op, slot, function, symbol) \
    SLOT("__" slot "__", binary[op], function, WRAP_BINARY, "($self, value, /)", "Return self" symbol "value."), \
        SLOT("__r" slot "__", binary[op], function, WRAP_BINARY_SWAPPED, "($self, value, /)", "Return value" symbol "self.")
#define INPLACE(name, op, function, doc) SLOT(name, inplace[op], function, WRAP_BINARY, "($self, value, /)", doc)
#define COMPARE(name, op, doc) {name, AT(compare), WRAP_COMPARE, op, (void *)slot_compare, "($self, value, /)", doc}

const SlotDef slot_defs[] = {
    UNARY("__repr__", repr, slot_repr, "Return repr(self)."),
    SLOT("__hash__", hash, slot_hash, WRAP_HASH, "($self, /)", "Return hash(self)."),
    SLOT("__call__", call, slot_call, WRAP_CALL, "($self, /, *args, **kwargs)", "Call self as a function."),
    UNARY("__str__", str, slot_str, "Return str(self)."),
    SLOT("__getattribute__", getattr, slot_getattr_hook, WRAP_GETATTR, "($self, name, /)", "Return getattr(self, name)."),
    SLOT("__getattr__", getattr, slot_getattr_hook, WRAP_NONE, 0, 0),
    SLOT("__setattr__", setattr, slot_setattr, WRAP_SETATTR, "($self, name, value, /)", "Implement setattr(self, name, value)."),
    SLOT("__delattr__", setattr, slot_setattr, WRAP_DELATTR, "($self, name, /)", "Implement delattr(self, name)."),
    COMPARE("__lt__", CMP_LT, "Return self<value."),
    COMPARE("__le__", CMP_LE, "Return self<=value."),
    COMPARE("__eq__", CMP_EQ, "Return self==value."),
    COMPARE("__ne__", CMP_NE, "Return self!=value."),
    COMPARE("__gt__", CMP_GT, "Return self>value."),
    COMPARE("__ge__", CMP_GE, "Return self>=value."),
    UNARY("__iter__", iter, slot_iter, "Implement iter(self)."),
    SLOT("__next__", next, slot_next, WRAP_NEXT, "($self, /)", "Implement next(self)."),
    SLOT("__get__", descr_get, slot_descr_get, WRAP_DESCR_GET, "($self, instance, owner=None, /)", "Return an attribute of instance, which is of type owner."),
    SLOT("__set__", descr_set, slot_descr_set, WRAP_DESCR_SET, "($self, instance, value, /)", "Set an attribute of instance to value."),
    SLOT("__delete__", descr_set, slot_descr_set, WRAP_DESCR_DELETE, "($self, instance, /)", "Delete an attribute of instance."),
    SLOT("__init__", init, slot_init, WRAP_INIT, "($self, /, *args, **kwargs)", "Initialize self.  See help(type(self)) for accurate signature."),
    SLOT("__new__", new, slot_new, WRAP_NONE, 0, 0),
    SLOT("__del__", finalize, slot_finalize, WRAP_DEL, "($self, /)", 0),
    UNARY("__await__", await, slot_await, "Return an iterator to be used in await expression."),
    UNARY("__aiter__", aiter, slot_aiter, "Return an awaitable, that resolves in asynchronous iterator."),
    UNARY("__anext__", anext, slot_anext, "Return a value or raise StopAsyncIteration."),
    BINARY(BINARY_ADD, "add", slot_add, "+"),
    BINARY(BINARY_SUBTRACT, "sub", slot_subtract, "-"),
    BINARY(BINARY_MULTIPLY, "mul", slot_multiply, "*"),
    BINARY(BINARY_REMAINDER, "mod", slot_remainder, "%"),
    SLOT("__divmod__", binary[BINARY_DIVMOD], slot_divmod, WRAP_BINARY, "($self, value, /)", "Return divmod(self, value)."),
    SLOT("__rdivmod__", binary[BINARY_DIVMOD], slot_divmod, WRAP_BINARY_SWAPPED, "($self, value, /)", "Return divmod(value, self)."),
    SLOT("__pow__", binary[BINARY_POWER], slot_power, WRAP_POWER, "($self, value, mod=None, /)", "Return pow(self, value, mod)."),
    SLOT("__rpow__", binary[BINARY_POWER], slot_power, WRAP_POWER_SWAPPED, "($self, value, mod=None, /)", "Return pow(value, self, mod)."),
    SLOT("__pow__", power3, slot_power3, WRAP_NONE, 0, 0),
    UNARY("__neg__", unary[UNARY_NEGATIVE], slot_negative, "-self"),
    UNARY("__pos__", unary[UNARY_POSITIVE], slot_positive, "+self"),
    UNARY("__abs__", unary[UNARY_ABS], slot_absolute, "abs(self)"),
    SLOT("__bool__", truth, slot_truth, WRAP_TRUTH, "($self, /)", "True if self else False"),
    UNARY("__invert__", unary[UNARY_INVERT], slot_invert, "~self"),
    BINARY(BINARY_LSHIFT, "lshift", slot_lshift, "<<"),
    BINARY(BINARY_RSHIFT, "rshift", slot_rshift, ">>"),
    BINARY(BINARY_AND, "and", slot_and, "&"),
    BINARY(BINARY_XOR, "xor", slot_xor, "^"),
    BINARY(BINARY_OR, "or", slot_or, "|"),
    UNARY("__int__", to_int, slot_int, "int(self)"),
    UNARY("__float__", to_float, slot_float, "float(self)"),
    INPLACE("__iadd__", BINARY_ADD, slot_iadd, "Return self+=value."),
    INPLACE("__isub__", BINARY_SUBTRACT, slot_isubtract, "Return self-=value."),
    INPLACE("__imul__", BINARY_MULTIPLY, slot_imultiply, "Return self*=value."),
    INPLACE("__imod__", BINARY_REMAINDER, slot_iremainder, "Return self%=value."),
    INPLACE("__ipow__", BINARY_POWER, slot_ipower, "Return self**=value."),
    INPLACE("__ilshift__", BINARY_LSHIFT, slot_ilshift, "Return self<<=value."),
    INPLACE("__irshift__", BINARY_RSHIFT, slot_irshift, "Return self>>=value."),
    INPLACE("__iand__", BINARY_AND, slot_iand, "Return self&=value."),
    INPLACE("__ixor__", BINARY_XOR, slot_ixor, "Return self^=value."),
    INPLACE("__ior__", BINARY_OR, slot_ior, "Return self|=value."),
    BINARY(BINARY_FLOOR_DIVIDE, "floordiv", slot_floor_divide, "//"),
    BINARY(BINARY_TRUE_DIVIDE, "truediv", slot_true_divide, "/"),
    INPLACE("__ifloordiv__", BINARY_FLOOR_DIVIDE, slot_ifloor_divide, "Return self//=value."),
    INPLACE("__itruediv__", BINARY_TRUE_DIVIDE, slot_itrue_divide, "Return self/=value."),
    UNARY("__index__", index, slot_index, "Return self converted to an integer, if self is suitable for use as an index into a list."),
    BINARY(BINARY_MATRIX_MULTIPLY, "matmul", slot_matrix_multiply, "@"),
    INPLACE("__imatmul__", BINARY_MATRIX_MULTIPLY, slot_imatrix_multiply, "Return self@=value."),
    SLOT("__len__", length, slot_length, WRAP_LENGTH, "($self, /)", "Return len(self)."),
    SLOT("__getitem__", getitem, slot_getitem, WRAP_BINARY, "($self, key, /)", "Return self[key]."),
    SLOT("__setitem__", setitem, slot_setitem, WRAP_SETITEM, "($self, key, value, /)", "Set self[key] to value."),
    SLOT("__delitem__", setitem, slot_setitem, WRAP_DELITEM, "($self, key, /)", "Delete self[key]."),
    SLOT("__contains__", contains, slot_contains, WRAP_CONTAINS, "($self, key, /)", "Return key in self."),
    SLOT("__add__", concat, 0, WRAP_BINARY, "($self, value, /)", "Return self+value."),
    SLOT("__mul__", repeat, 0, WRAP_REPEAT, "($self, value, /)", "Return self*value."),
    SLOT("__rmul__", repeat, 0, WRAP_REPEAT, "($self, value, /)", "Return value*self."),
    SLOT("__iadd__", inplace_concat, 0, WRAP_BINARY, "($self, value, /)", "Implement self+=value."),
    SLOT("__imul__", inplace_repeat, 0, WRAP_REPEAT, "($self, value, /)", "Implement self*=value."),
    SLOT("__getitem__", seq_item, slot_seq_item, WRAP_SEQ_ITEM, "($self, key, /)", "Return self[key]."),
    {0},
};

/* Slots without a name: inherited as they are. */
static const uint16_t nameless_slots[] = {AT(send), AT(get_buffer), AT(release_buffer), AT(trace)};

static Value slot_names[sizeof slot_defs / sizeof slot_defs[0]];   /* interned, made once */

static bool make_names(void)
{
    static bool made;
    if (made) return true;
    for (size_t i = 0; slot_defs[i].name; i++) {
        if (slot_names[i]) continue;   /* an earlier call ran out of memory half-way */
        Value name = str_intern_cstring(slot_defs[i].name);
        if (!name) return false;
        slot_names[i] = name;
        gc_root(&slot_names[i]);
    }
    made = true;
    return true;
}

/* --- static types */

/* A slot found in `type` itself: as type_inherit_slots saw it, or set later (the VM does that for functions). */
static bool owns_slot(Type *type, size_t index)
{
    if (type->own_slots[index / 64] >> (index % 64) & 1) return true;
    void *here = *slot_place(type, &slot_defs[index]);
    return here && (!type->base || here != *slot_place(type->base, &slot_defs[index]));
}

void type_inherit_slots(Type *type, Type *base)
{
    bool compares = type->compare || type->hash;
    for (size_t i = 0; slot_defs[i].name; i++) {
        void **place = slot_place(type, &slot_defs[i]);
        if (*place) {
            type->own_slots[i / 64] |= 1ull << (i % 64);
            continue;
        }
        if (!base) continue;
        uint16_t offset = slot_defs[i].offset;
        if ((offset == AT(hash) || offset == AT(compare)) && compares) continue;
        if (offset == AT(new) && base == &object_type) continue;
        /* The later entries of the same slot must not take what was just inherited for their own. */
        size_t last = i;
        while (slot_defs[last + 1].name && slot_defs[last + 1].offset == offset) last++;
        *place = *slot_place(base, &slot_defs[i]);
        i = last;
    }
    if (!type->hash) type->hash = hash_not_implemented;
    if (!base) return;
    for (size_t i = 0; i < sizeof nameless_slots / sizeof nameless_slots[0]; i++) {
        void **place = (void **)((char *)type + nameless_slots[i]), **from = (void **)((char *)base + nameless_slots[i]);
        if (!*place) *place = *from;
    }
}

bool type_fill_slots(Type *type)
{
    if (!make_names() || (!type->dict && !(type->dict = dict_new()))) return false;
    for (size_t i = 0; slot_defs[i].name; i++) {
        const SlotDef *def = &slot_defs[i];
        if (def->wrap == WRAP_NONE || !owns_slot(type, i) || def->offset == AT(new)) continue;
        void *function = *slot_place(type, def);
        if (!function || dict_get_str(type->dict, slot_names[i])) continue;
        if (function == (void *)hash_not_implemented) {
            if (!dict_set(type->dict, slot_names[i], NONE)) return false;
            continue;
        }
        if (def->offset == AT(finalize) && !(type->flags & TYPE_FINALIZE)) continue;
        Value wrapper = wrapper_new(type, def, function);
        if (!wrapper || !dict_set(type->dict, slot_names[i], wrapper)) return false;
    }
    if (type->hash == hash_not_implemented && !dict_get_str(type->dict, NAME("__hash__"))) return dict_set(type->dict, NAME("__hash__"), NONE);
    return true;
}

/* --- classes written in Python */

/* The __new__ of a static type, of whichever one, leaves the class with its base's way to make instances (as in CPython). */
static void *native_new_of(Type *type, Value descr)
{
    if (type_of(descr) != &native_type) return 0;
    return ((NativeObj *)descr)->def == &new_def && type->base ? (void *)type->base->new : 0;
}

/* The function in the slot of a built-in type that has both the slot and a native method of the same name (NATIVE_COEXIST), or 0. */
static void *slot_of_method(NativeMethodObj *method, const SlotDef *def)
{
    if (!(method->def->flags & NATIVE_COEXIST) || strcmp(method->def->name, def->name) || method->owner->flags & TYPE_HEAP) return 0;
    return *slot_place(method->owner, def);
}

/* Sets the slot whose entries begin at index i; returns the index after them. The `+=` of a sequence serves as that of a number in its subclasses: it comes before their __add__, then.
 * Its `*=`, which is called otherwise, does not, as in CPython. */
static size_t set_slot(Type *type, size_t i)
{
    void **place = slot_place(type, &slot_defs[i]), *specific = 0, *generic = 0;
    bool use_generic = false;
    uint16_t offset = slot_defs[i].offset;
    for (; slot_defs[i].name && slot_defs[i].offset == offset; i++) {
        const SlotDef *def = &slot_defs[i];
        Value descr = type_lookup(type, slot_names[i]);
        if (!descr) {
            if (offset == AT(next)) specific = 0;
            continue;
        }
        if (type_of(descr) == &slot_wrapper_type && ((WrapperObj *)descr)->name == slot_names[i]) {
            WrapperObj *wrapper = (WrapperObj *)descr;
            bool same = wrapper->def->offset == offset || (offset == AT(inplace[BINARY_ADD]) && wrapper->def->offset == AT(inplace_concat));
            void *function = same ? wrapper->function : *slot_place(wrapper->owner, def);
            bool usable = type_is_subtype(type, wrapper->owner);
            if (!function && usable) continue;
            generic = def->function;
            if ((!specific || specific == function) && usable) specific = function;
            else use_generic = true;
        } else if (type_of(descr) == &native_method_type && slot_of_method((NativeMethodObj *)descr, def)) {
            /* The method of a built-in base does what the base's slot does. */
            void *function = slot_of_method((NativeMethodObj *)descr, def);
            generic = def->function;
            if ((!specific || specific == function) && type_is_subtype(type, ((NativeMethodObj *)descr)->owner)) specific = function;
            else use_generic = true;
        } else if (offset == AT(new) && native_new_of(type, descr)) {
            specific = native_new_of(type, descr);
        } else if (descr == NONE && offset == AT(hash)) {
            specific = (void *)hash_not_implemented;
        } else {
            use_generic = true;
            generic = def->function;
        }
    }
    *place = specific && !use_generic ? specific : generic;
    if (offset == AT(hash) && !*place) *place = (void *)hash_not_implemented;
    return i;
}

static void set_finalizer(Type *type)
{
    if (type->finalize) type->flags |= TYPE_FINALIZE;
    else if (type->base && type->base->finalize) {
        type->finalize = type->base->finalize;
        type->flags |= type->base->flags & (TYPE_FINALIZE | TYPE_FREES);
    }
}

/* A class with one base, itself a class in Python or object, has what the base has in a slot none of whose names it defines. */
static bool slots_like_base(const Type *type)
{
    return type->bases && tuple_size(type->bases) == 1 && type->dict && type_of(type->dict) == &dict_type && !(type->flags & TYPE_CUSTOM_MRO) &&
           tuple_get(type->bases, 0) == VALUE(type->base) && (type->base == &object_type || type->base->flags & TYPE_HEAP);
}

static bool defines_slot(Type *type, size_t i, size_t *next)
{
    uint16_t offset = slot_defs[i].offset;
    bool defines = false;
    for (; slot_defs[i].name && slot_defs[i].offset == offset; i++) defines = defines || dict_get_str(type->dict, slot_names[i]);
    *next = i;
    return defines;
}

void type_set_slots(Type *type)
{
    if (!make_names()) return;
    bool like_base = slots_like_base(type);
    for (size_t i = 0, next; slot_defs[i].name; i = next) {
        if (like_base && slot_defs[i].offset != AT(finalize) && !defines_slot(type, i, &next)) *slot_place(type, &slot_defs[i]) = *slot_place(type->base, &slot_defs[i]);
        else next = set_slot(type, i);
    }
    for (size_t i = 0; i + 1 < sizeof nameless_slots / sizeof nameless_slots[0]; i++)
        *(void **)((char *)type + nameless_slots[i]) = *(void **)((char *)type->base + nameless_slots[i]);
    set_finalizer(type);
}

/* --- a class and those below it: hierarchies may be deeper than the C stack, and have more ways through them than classes */

typedef struct Below {
    Distinct found;    /* in any order; each note is the number of bases among them that are still to come */
    Distinct *order;
    Value name;
} Below;

static bool concerned(const Type *type, const Below *b) { return type->flags & TYPE_HEAP && !(b->name && type->dict && dict_get_str(type->dict, b->name)); }

static bool count_base(Type *type, void *context)
{
    Below *b = context;
    if (!concerned(type, b)) return true;
    DistinctItem *item = distinct_add(&b->found, VALUE(type));
    return item && ++item->note;
}

static bool base_has_come(Type *type, void *context)
{
    Below *b = context;
    if (!concerned(type, b)) return true;
    DistinctItem *item = distinct_add(&b->found, VALUE(type));
    return item && (--item->note || distinct_add(b->order, VALUE(type)));
}

bool type_below(Type *type, Value name, Distinct *below)
{
    Below b = {.order = below, .name = name};
    if (!distinct_add(&b.found, VALUE(type)) || !distinct_add(below, VALUE(type))) return false;
    for (size_t i = 0; i < b.found.count; i++)
        if (!type_each_subclass((Type *)distinct_items(&b.found)[i].object, count_base, &b)) return false;
    for (size_t i = 0; i < below->count; i++)
        if (!type_each_subclass((Type *)distinct_items(below)[i].object, base_has_come, &b)) return false;
    return true;
}

static void update_slots(Type *type, Value name)
{
    bool known = false;
    for (size_t i = 0; slot_defs[i].name; i++) {
        if (slot_names[i] != name) continue;
        known = true;
        size_t first = i;
        while (first && slot_defs[first - 1].offset == slot_defs[i].offset) first--;
        set_slot(type, first);
    }
    if (known) set_finalizer(type);
}

void type_update_slots(Distinct *below, Value name)
{
    if (!make_names()) return;
    for (size_t i = 0; i < below->count; i++) update_slots((Type *)distinct_items(below)[i].object, name);
}

/* --- wrappers: calling a slot as a method */

static Value wrapped_power(WrapperObj *w, Value a, Value b, Value modulo)
{
    if (modulo != NONE) {
        Value (*power3)(Value, Value, Value) = w->owner->power3;
        return power3 ? power3(a, b, modulo) : NOT_IMPLEMENTED;
    }
    return ((Value(*)(Value, Value))w->function)(a, b);
}

/* Python code must not get round a built-in base's __setattr__ by object.__setattr__(int, ...). */
static bool check_setattr_base(Value self, void *function, const char *what)
{
    Type *type = type_of(self);
    while (type && type->flags & TYPE_HEAP) type = type->base;
    while (type && (void *)type->setattr != function && type->base && (void *)type->base->setattr == (void *)type->setattr) type = type->base;
    if (type && (void *)type->setattr != function && type->setattr != object_generic_setattr) return raise_type("can't apply this %s to %s object", what, type_of(self)->name);
    return true;
}

static bool wrong_count(size_t nargs, size_t expected)
{
    if (nargs == expected) return false;
    raise_type("expected %zu argument%s, got %zu", expected, expected == 1 ? "" : "s", nargs);
    return true;
}

static Value wrap_descr_get(void *function, Value self, Value *args, size_t nargs)
{
    if (!args_check_count("", (int64_t)nargs, 1, 2)) return 0;
    Value object = args[0] == NONE ? 0 : args[0], owner = nargs < 2 || args[1] == NONE ? 0 : args[1];
    if (!object && !owner) return raise_type("__get__(None, None) is invalid");
    return ((Value(*)(Value, Value, Type *))function)(self, object, (Type *)owner);
}

static bool key_to_index(Value self, Value key, int64_t *index)
{
    if (!number_as_index(key, index, &exc_IndexError)) return false;
    Type *type = type_of(self);
    if (*index < 0 && type->length) {
        int64_t length = type->length(self);
        if (length < 0) return false;
        *index += length;
    }
    return true;
}

/* The kinds with one argument. */
static Value wrap_call_1(WrapperObj *w, Value self, Value a)
{
    void *f = w->function;
    int64_t n;
    int yes;
    switch (w->def->wrap) {
    case WRAP_BINARY: return ((Value(*)(Value, Value))f)(self, a);
    case WRAP_BINARY_SWAPPED: return ((Value(*)(Value, Value))f)(a, self);
    case WRAP_COMPARE: return ((Value(*)(Value, Value, CompareOp))f)(self, a, w->def->extra);
    case WRAP_GETATTR: return ((Value(*)(Value, Value))f)(self, a);
    case WRAP_DELATTR:
        if (!check_setattr_base(self, f, "__delattr__")) return 0;
        return ((bool (*)(Value, Value, Value))f)(self, a, 0) ? NONE : 0;
    case WRAP_DESCR_DELETE:
    case WRAP_DELITEM: return ((bool (*)(Value, Value, Value))f)(self, a, 0) ? NONE : 0;
    case WRAP_CONTAINS: yes = ((int (*)(Value, Value))f)(self, a); return yes < 0 ? 0 : bool_value(yes);
    case WRAP_REPEAT: return number_as_index(a, &n, &exc_OverflowError) ? ((Value(*)(Value, int64_t))f)(self, n) : 0;
    case WRAP_SEQ_ITEM: return key_to_index(self, a, &n) ? ((Value(*)(Value, int64_t))f)(self, n) : 0;
    default: return raise_system("bad slot wrapper");
    }
}

static Value wrap_call_0(WrapperObj *w, Value self)
{
    void *f = w->function;
    int64_t n;
    int yes;
    switch (w->def->wrap) {
    case WRAP_UNARY: return ((Value(*)(Value))f)(self);
    case WRAP_TRUTH: yes = ((int (*)(Value))f)(self); return yes < 0 ? 0 : bool_value(yes);
    case WRAP_LENGTH: n = ((int64_t (*)(Value))f)(self); return n < 0 ? 0 : int_new(n);
    case WRAP_HASH: return ((bool (*)(Value, int64_t *))f)(self, &n) ? int_new(n) : 0;
    case WRAP_NEXT: {
        Value item = ((Value(*)(Value))f)(self);
        if (!item && !thread_self->exception) raise_stop_iteration(0);
        return item;
    }
    case WRAP_DEL: ((void (*)(Obj *))f)(as_obj(self)); return NONE;
    default: return raise_system("bad slot wrapper");
    }
}

Value slot_wrap_call(WrapperObj *w, Value self, Value *args, size_t nargs, Value kwnames)
{
    void *f = w->function;
    WrapKind wrap = w->def->wrap;
    if (wrap == WRAP_CALL) return ((Value(*)(Value, Value *, size_t, Value))f)(self, args, nargs, kwnames);
    if (wrap == WRAP_INIT) return ((bool (*)(Value, Value *, size_t, Value))f)(self, args, nargs, kwnames) ? NONE : 0;
    if (kw_count(kwnames)) return raise_type("wrapper %s() takes no keyword arguments", w->def->name);
    switch (wrap) {
    case WRAP_UNARY:
    case WRAP_TRUTH:
    case WRAP_LENGTH:
    case WRAP_HASH:
    case WRAP_NEXT:
    case WRAP_DEL: return wrong_count(nargs, 0) ? 0 : wrap_call_0(w, self);
    case WRAP_DESCR_GET: return wrap_descr_get(f, self, args, nargs);
    case WRAP_POWER:
    case WRAP_POWER_SWAPPED:
        if (!args_check_count("", (int64_t)nargs, 1, 2)) return 0;
        return wrap == WRAP_POWER ? wrapped_power(w, self, args[0], nargs > 1 ? args[1] : NONE) : wrapped_power(w, args[0], self, nargs > 1 ? args[1] : NONE);
    case WRAP_SETATTR:
        if (!args_check_count("", (int64_t)nargs, 2, 2) || !check_setattr_base(self, f, "__setattr__")) return 0;
        return ((bool (*)(Value, Value, Value))f)(self, args[0], args[1]) ? NONE : 0;
    case WRAP_SETITEM:
    case WRAP_DESCR_SET:
        if (!args_check_count("", (int64_t)nargs, 2, 2)) return 0;
        return ((bool (*)(Value, Value, Value))f)(self, args[0], args[1]) ? NONE : 0;
    default: return wrong_count(nargs, 1) ? 0 : wrap_call_1(w, self, args[0]);
    }
}
