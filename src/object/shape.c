/* shape.c: the transition trees of attribute layouts, and the attributes of instances themselves. See shape.h. */
#include "object/shape.h"
#include "heap/image.h"
#include "object/container.h"
#include "object/str.h"
#include "object/keep.h"

Shape *shape_table;
static uint32_t shape_used = 1, shape_capacity;

/* --- the tree */

static uint32_t shape_make(uint32_t parent, Value name, uint16_t count)
{
    if (shape_used >= SHAPE_LIMIT) return 0;
    if (shape_used >= shape_capacity) {
        uint32_t capacity = shape_capacity ? shape_capacity * 2 : 1024;
        Shape *table = lasting_grow(shape_table, capacity * sizeof(Shape));
        if (!table) return 0;
        if (!shape_capacity) memset(table, 0, sizeof(Shape));
        shape_table = table;
        shape_capacity = capacity;
    }
    if (name && !value_keep(name)) {
        error_clear();
        return 0;
    }
    uint32_t id = shape_used++;
    shape_table[id] = (Shape){.name = name, .parent = parent, .count = count};
    if (parent) {
        shape_table[id].next_sibling = shape_table[parent].first_child;
        shape_table[parent].first_child = id;
        shape_table[parent].children++;
    }
    return id;
}

uint32_t shape_root(Type *type)
{
    if (!type->root_shape && type->attrs_offset) type->root_shape = shape_make(0, 0, 0);
    return type->root_shape;
}

uint32_t shape_add(uint32_t shape, Value name)
{
    Shape *s = &shape_table[shape];
    for (uint32_t child = s->first_child; child; child = shape_table[child].next_sibling)
        if (shape_table[child].name == name) return child;
    if (s->count >= SHAPE_MAX_SLOTS || s->children >= SHAPE_MAX_CHILDREN) return 0;
    return shape_make(shape, name, s->count + 1);
}

/* Answers of shape_lookup, "absent" included. The names are interned, so that they live for ever: another str could get the address of one that died. */
enum { LOOKUP_CACHE = 1024 };
static struct {
    Value name;
    uint32_t shape;
    int32_t slot;
} lookup_cache[LOOKUP_CACHE];

int shape_lookup(uint32_t shape, Value name)
{
    uint32_t i = (shape * 0x9e3779b1u ^ (uint32_t)(name >> 4)) % LOOKUP_CACHE;
    if (lookup_cache[i].name == name && lookup_cache[i].shape == shape) return lookup_cache[i].slot;
    int slot = -1;
    for (uint32_t s = shape; shape_table[s].name; s = shape_table[s].parent) {
        if (shape_table[s].name == name) {
            slot = shape_table[s].count - 1;
            break;
        }
    }
    if (!((StrObj *)name)->interned) return slot;
    lookup_cache[i].name = name;
    lookup_cache[i].shape = shape;
    lookup_cache[i].slot = slot;
    return slot;
}

/* --- names */

Value attribute_name_slow(Value name)
{
    if (!is_str(name)) return raise_type("attribute name must be string, not '%.200T'", name);
    if (type_of(name) == &str_type) return str_intern(name);
    Value exact = str_from_kind(str_kind(name), str_data(name), str_length(name));
    return exact ? str_intern(exact) : 0;
}

/* --- instances */

static bool instance_to_dict(Obj *object)
{
    Value *attrs = instance_attrs(object);
    uint32_t shape = object->shape;
    uint32_t count = shape ? shape_table[shape].count : 0;
    Value dict = dict_new_sized(count);
    if (!dict) return false;
    Value names[SHAPE_MAX_SLOTS];
    for (uint32_t s = shape; s && shape_table[s].name; s = shape_table[s].parent) names[shape_table[s].count - 1] = shape_table[s].name;
    for (uint32_t i = 0; i < count; i++)
        if (!dict_set(dict, names[i], *instance_slot(object, i))) return false;
    attrs = instance_attrs(object);
    object->shape = 0;
    attrs[0] = dict;
    if (shape) memset(attrs + 1, 0, object->type->inline_slots * sizeof(Value));
    gc_barrier(object);
    return true;
}

bool instance_add_slot(Obj *object, uint32_t shape, Value value)
{
    uint32_t index = shape_table[shape].count - 1, inline_slots = object->type->inline_slots;
    if (index >= inline_slots) {
        uint32_t used = index - inline_slots;
        Value *attrs = instance_attrs(object);
        /* Capacities are 4, 8, 16...: the buffer is full exactly when `used` is one of them (or 0). */
        if (used == 0 || (used >= 4 && (used & (used - 1)) == 0)) {
            void *buffer = used ? gc_buffer_grow((void *)attrs[0], used * sizeof(Value), used * 2 * sizeof(Value)) : gc_buffer(4 * sizeof(Value));
            if (!buffer) return false;
            attrs[0] = VALUE(buffer);
        }
    }
    object->shape = shape;
    *instance_slot(object, index) = value;
    gc_barrier(object);
    return true;
}

Value instance_get(Obj *object, Value name)
{
    if (object->shape) {
        int slot = shape_lookup(object->shape, name);
        return slot < 0 ? 0 : *instance_slot(object, slot);
    }
    Type *type = object->type;
    Value dict = 0;
    if (type->attrs_offset) dict = instance_attrs(object)[0];
    else if (type->dict_offset) dict = *(Value *)((char *)object + type->dict_offset);
    return dict ? dict_get_str(dict, name) : 0;
}

bool instance_set(Obj *object, Value name, Value value)
{
    Type *type = object->type;
    if (type->attrs_offset) {
        uint32_t shape = object->shape;
        if (!shape && !instance_attrs(object)[0]) shape = object->shape = shape_root(type);
        if (shape) {
            int slot = shape_lookup(shape, name);
            if (slot >= 0) {
                *instance_slot(object, slot) = value;
                gc_barrier(object);
                return true;
            }
            uint32_t next = shape_add(shape, name);
            if (next) return instance_add_slot(object, next, value);
            if (!instance_to_dict(object)) return false;
        }
        return dict_set(instance_attrs(object)[0], name, value);
    }
    Value dict = instance_dict(object);
    return dict && dict_set(dict, name, value);
}

enum { CLOSE_GAP_LIMIT = 16 };
/* Takes slot `slot` out: the attributes behind it move down, to the shape of an instance that never had it. false: there is none, use dict mode. */
static bool close_gap(Obj *object, uint32_t slot)
{
    uint32_t count = shape_table[object->shape].count, shape = object->shape;
    if (count > CLOSE_GAP_LIMIT) return false;
    Value names[CLOSE_GAP_LIMIT];
    for (uint32_t s = shape; shape_table[s].name; s = shape_table[s].parent) {
        if (shape_table[s].count > slot) names[shape_table[s].count - 1] = shape_table[s].name;
        shape = shape_table[s].parent;
        if (shape_table[s].count - 1u == slot) break;
    }
    for (uint32_t i = slot + 1; i < count; i++)
        if (!(shape = shape_add(shape, names[i]))) return false;
    for (uint32_t i = slot + 1; i < count; i++) *instance_slot(object, i - 1) = *instance_slot(object, i);
    *instance_slot(object, count - 1) = 0;
    object->shape = shape;
    gc_barrier(object);
    return true;
}

int instance_delete(Obj *object, Value name)
{
    Type *type = object->type;
    if (object->shape) {
        uint32_t shape = object->shape;
        int slot = shape_lookup(shape, name);
        if (slot < 0) return 0;
        if (slot == shape_table[shape].count - 1) {
            *instance_slot(object, slot) = 0;
            /* A single attribute more must not find an overflow buffer: keep it, its size follows from the slot number. */
            object->shape = shape_table[shape].parent;
            return 1;
        }
        if (close_gap(object, (uint32_t)slot)) return 1;
        if (!instance_to_dict(object)) return -1;
    }
    Value dict = 0;
    if (type->attrs_offset) dict = instance_attrs(object)[0];
    else if (type->dict_offset) dict = *(Value *)((char *)object + type->dict_offset);
    return dict ? dict_delete(dict, name) : 0;
}

Value instance_dict(Obj *object)
{
    Type *type = object->type;
    if (type->attrs_offset) {
        Value *attrs = instance_attrs(object);
        if ((object->shape || !attrs[0]) && !instance_to_dict(object)) return 0;
        return attrs[0];
    }
    if (!type->dict_offset) return 0;
    Value *place = (Value *)((char *)object + type->dict_offset);
    if (!*place) {
        Value dict = dict_new();
        if (!dict) return 0;
        *place = dict;
        gc_barrier(object);
    }
    return *place;
}

bool instance_set_dict(Obj *object, Value dict)
{
    Type *type = object->type;
    if (type->attrs_offset) {
        Value *attrs = instance_attrs(object);
        if (!dict && !(dict = dict_new())) return false;
        if (object->shape) memset(attrs + 1, 0, type->inline_slots * sizeof(Value));
        object->shape = 0;
        attrs[0] = dict;
    } else {
        *(Value *)((char *)object + type->dict_offset) = dict;
    }
    gc_barrier(object);
    return true;
}

bool instance_change_type(Obj *object, Type *type)
{
    /* The new type may have more inline slots than the instance has room for. In dict mode nobody touches them, and an instance never leaves that mode. */
    if (type->attrs_offset && (object->shape || !instance_attrs(object)[0]) && !instance_to_dict(object)) return false;
    object->type = type;
    gc_barrier(object);
    return true;
}

void instance_trace(Obj *object)
{
    Type *type = object->type, *t = type;
    gc_visit(VALUE(type));
    for (; t->flags & TYPE_HEAP; t = t->base)
        if (t->slots_count) gc_visit_values((Value *)((char *)object + t->slots_offset), t->slots_count);
    if (t->trace && t->trace != instance_trace) t->trace(object);   /* static types with attributes may use this one themselves */
    instance_trace_attributes(object);
}

void instance_trace_attributes(Obj *object)
{
    Type *type = object->type;
    if (!type->attrs_offset) return;
    Value *attrs = instance_attrs(object);
    uint32_t shape = object->shape;
    if (!shape) {
        gc_visit(attrs[0]);
        return;
    }
    uint32_t count = shape_table[shape].count, inline_slots = type->inline_slots;
    gc_visit_values(attrs + 1, count < inline_slots ? count : inline_slots);
    if (attrs[0]) {
        gc_visit_buffer((void *)attrs[0]);
        if (count > inline_slots) gc_visit_values((Value *)attrs[0], count - inline_slots);
    }
}
