/* shape.h: hidden classes, the layout of instance attributes.
 *
 * An instance of a type with attrs_offset has, at that offset, one word (`overflow or dict`) followed by type->inline_slots words for attribute values.
 * While head.shape is not 0 the instance is in shape mode: the shape tells which names it has and in which slot each lies; slots 0 .. inline_slots-1 are inline, the others in
 * the buffer that the first word points to. While head.shape is 0 the first word is the instance's real dict ("dict mode"), or 0 when it has no attributes yet.
 *
 * Shapes form one transition tree for each type, whose root (type->root_shape) a fresh instance has: so a shape id other than 0 also tells the type of its instance.
 * What a shape does not tell is what the type itself holds: inline caches check type_version too (data descriptors win over instance attributes).
 *
 * Taking `__dict__`, deleting an attribute that is not the newest of an instance that has many, a name that is not exactly a str, or more than SHAPE_MAX_SLOTS attributes turn an instance to dict mode for
 * good; `obj.__dict__` is therefore always an ordinary dict, and live. Built-in types with a dict field of their own use dict_offset instead of attrs_offset and never have shapes.
 *
 * All names are interned strs and are compared by identity.
 */
#pragma once
#include "object/object.h"

enum { SHAPE_MAX_SLOTS = 64, SHAPE_MAX_CHILDREN = 256, SHAPE_LIMIT = 1 << 20 };

typedef struct Shape {
    Value name;                /* of the newest attribute, which has slot count - 1; 0 in a root */
    uint32_t parent;           /* shape without that attribute; 0 in a root */
    uint32_t first_child, next_sibling;
    uint16_t count;            /* attributes */
    uint16_t children;
} Shape;
extern Shape *shape_table;     /* by id; grows, so do not keep pointers */

/* The slot of `name`, or -1. */
int shape_lookup(uint32_t shape, Value name);
/* The shape with `name` (which it lacks) added as slot `count`; 0: no more shapes here, use dict mode. */
uint32_t shape_add(uint32_t shape, Value name);
static inline uint32_t shape_count(uint32_t shape) { return shape_table[shape].count; }
/* The root shape of a type, made when there is none; 0: the type has no attribute words. */
uint32_t shape_root(Type *type);

/* The attribute words of an instance: [0] overflow or dict, [1...] inline slots; 0: it has none. */
static inline Value *instance_attrs(Obj *object)
{
    Type *type = object->type;
    if (type->attrs_offset > 0) return (Value *)((char *)object + type->attrs_offset);
    if (type->attrs_offset == 0) return 0;
    int64_t size = ((VarObj *)object)->size;
    if (size < 0) size = -size;
    return (Value *)((char *)object + ((type->basic_size + type->item_size * size + 15) & ~7ll));
}
/* The address of slot `index` of an instance in shape mode. */
static inline Value *instance_slot(Obj *object, uint32_t index)
{
    Value *attrs = instance_attrs(object);
    uint32_t inline_slots = object->type->inline_slots;
    return index < inline_slots ? &attrs[1 + index] : &((Value *)attrs[0])[index - inline_slots];
}
/* For inline caches: the byte offset of slot `index` from the start of any instance of `type`, or -1 when it lies in the overflow buffer (index - inline_slots there). */
static inline int32_t instance_slot_offset(Type *type, uint32_t index)
{
    return type->attrs_offset > 0 && index < type->inline_slots ? type->attrs_offset + 8 * (1 + (int32_t)index) : -1;
}
/* Moves an instance in shape mode to `shape`, a child of its present shape, with `value` in the new slot. false: MemoryError. */
bool instance_add_slot(Obj *object, uint32_t shape, Value value);

/* Attributes of the instance itself, past all descriptors. name: interned str. get: 0 without exception when absent (with one: a dict lookup failed). */
Value instance_get(Obj *object, Value name);
bool instance_set(Obj *object, Value name, Value value);
int instance_delete(Obj *object, Value name);   /* 1 deleted, 0 absent, -1 */
/* The dict of an instance, turning it to dict mode; 0 without exception: instances have no dict; 0 with exception: MemoryError. Handles dict_offset types too. */
Value instance_dict(Obj *object);
/* Makes `dict` (0: a fresh empty one, later) the instance's dict. */
bool instance_set_dict(Obj *object, Value dict);
/* The type of the instance changes to one with the same layout: attributes move to the new type's shapes. */
bool instance_change_type(Obj *object, Type *type);
/* `trace` of classes written in Python: what the built-in base holds, __slots__ and attributes. */
void instance_trace(Obj *object);
/* Only the attributes: for the `trace` of a built-in type with attrs_offset, on its direct instances. */
void instance_trace_attributes(Obj *object);
/* Whether instances of the type can have a dict at all. */
static inline bool type_has_dict(Type *type) { return type->attrs_offset != 0 || type->dict_offset != 0; }
/* An attribute name as the interned exact str that all of these want; 0 with TypeError "attribute name must be string, not 'int'". */
Value attribute_name_slow(Value name);
