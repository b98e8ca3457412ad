/* type_internal.h: what the files that make up the type system share among themselves. */
#pragma once
#include "heap/distinct.h"
#include "object/descr.h"
#include "object/shape.h"
#include "object/str.h"

/* How the descriptor of a slot calls it: the kinds of slot wrappers. */
/* clang-format off */
typedef enum WrapKind {
    WRAP_NONE, WRAP_UNARY, WRAP_BINARY, WRAP_BINARY_SWAPPED, WRAP_POWER, WRAP_POWER_SWAPPED, WRAP_TRUTH, WRAP_LENGTH, WRAP_COMPARE, WRAP_HASH, WRAP_CALL, WRAP_GETATTR,
    WRAP_SETATTR, WRAP_DELATTR, WRAP_NEXT, WRAP_DESCR_GET, WRAP_DESCR_SET, WRAP_DESCR_DELETE, WRAP_INIT, WRAP_SETITEM, WRAP_DELITEM, WRAP_CONTAINS, WRAP_REPEAT,
    WRAP_SEQ_ITEM, WRAP_DEL,
} WrapKind;
/* clang-format on */

struct SlotDef {
    const char *name;          /* "__add__" */
    uint16_t offset;           /* of the slot in Type */
    uint8_t wrap;
    uint8_t extra;             /* CompareOp, or the index of the slot among all (own_slots) */
    void *function;            /* slot_*: what a class written in Python has there */
    const char *signature, *doc;
};
extern const SlotDef slot_defs[];      /* ended by a name of 0; entries of one slot stand together */
static inline void **slot_place(Type *type, const SlotDef *def) { return (void **)((char *)type + def->offset); }

/* Sets the slots of a class written in Python from its MRO. */
void type_set_slots(Type *type);
/* Into `below`: the type and the classes below it, each once and after all of its bases, but for those that define `name` (0: none is left out) and what is below them only.
 * false: MemoryError is set. */
bool type_below(Type *type, Value name, Distinct *below);
/* Sets the slots that the dunder `name` feeds. */
void type_update_slots(Distinct *below, Value name);
/* Adds wrappers for the slots that a static type defines. */
bool type_fill_slots(Type *type);
/* Called when a static type is readied: notes its own slots, then inherits the others from base. */
void type_inherit_slots(Type *type, Type *base);

/* Sets the sizes and offsets of a new class from its base and __slots__ (0: none given). */
bool type_lay_out(Type *type, Value class_name, Value bases, Value slots, bool *added_dict, bool *added_weak);

Value slot_wrap_call(WrapperObj *wrapper, Value self, Value *args, size_t nargs, Value kwnames);
Value slot_new(Type *type, Value *args, size_t nargs, Value kwnames);
bool slot_init(Value self, Value *args, size_t nargs, Value kwnames);
Value slot_getattr_hook(Value self, Value name);
bool hash_not_implemented(Value v, int64_t *hash);
Value next_not_implemented(Value v);

/* The dict of a type, filled. Borrowed; 0 with exception. */
static inline Value type_dict(Type *type) { return (type->flags & TYPE_FILLED) || type_fill(type) ? type->dict : 0; }
Value type_compute_mro(Type *type);                 /* C3 of type->bases; a tuple or 0 */
bool type_set_mro(Type *type);                      /* by C3, or by a metaclass's mro() */
bool type_add_subclass(Type *base, Type *type);
void type_remove_subclass(Type *base, Type *type);
/* Calls visit for every live direct subclass; stops at false. */
bool type_each_subclass(Type *type, bool (*visit)(Type *, void *), void *context);
Type *type_best_base(Value bases);
Type *type_solid(Type *type);
bool type_layouts_compatible(Type *old, Type *new, const char *attribute);
/* Only versions, no slots. */
void type_invalidate(Type *type);
extern const GetSetDef type_getset[];
extern const NativeDef type_methods[];
bool type_check_settable(Type *type, const char *attribute);
Value type_module_value(Type *type);
Value type_qualname_value(Type *type);
Value type_name_value(Type *type);

void attribute_error_complete(Value v, Value name);  /* the pending AttributeError learns whose attribute was missing, unless it knows */
Value super_getattr(Value self, Value name);
Value super_get_method(Value self, Value name, Value *bound);   /* as object_get_method */
Value object_new(Type *type, Value *args, size_t nargs, Value kwnames);
bool object_init(Value self, Value *args, size_t nargs, Value kwnames);
bool object_identity_hash(Value v, int64_t *hash);
extern const GetSetDef instance_dict_getset, instance_weakref_getset;
extern const NativeDef new_def;                     /* __new__ of static types */

/* An attribute name as the tables want it: an interned str; 0 with TypeError. */
static inline Value attribute_name(Value name)
{
    if (__builtin_expect(is_pointer(name) && as_obj(name)->type == &str_type && ((StrObj *)name)->interned, 1)) return name;
    return attribute_name_slow(name);
}
