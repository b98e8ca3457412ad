/* ops_object.c: handlers of attributes, with their inline caches.
 *
 * A generic instruction that has found out what it deals with rewrites its own opcode to a special form; a special form whose guess fails does the generic thing, which
 * rewrites again. Guards compare shapes and type versions: numbers that are never reused, so the cached values need not be known to the collector.
 */
#include "vm/enter.h"
#include "object/shape.h"
#include "object/descr.h"
#include "object/type_internal.h"
#include "object/type_slot_functions.h"

/* ---- attributes */

static inline bool is_descriptor(Value v) { return type_of(v)->descr_get != 0; }
static inline bool is_data_descriptor(Value v) { return type_of(v)->descr_set != 0; }

static inline bool is_native_descriptor(Value v) { return is_descriptor(v) && !(type_of(v)->flags & TYPE_HEAP); }

/* Are attributes looked up by `usual` (object_generic_getattr, type_getattr), at least before a __getattr__ in Python is asked? */
static bool looks_up_plainly(Type *type, Value (*usual)(Value, Value))
{
    if (type->getattr == usual) return true;
    if (type->getattr != slot_getattr_hook) return false;
    Value own = type_lookup(type, NAME("__getattribute__"));
    return own && has_type(own, &slot_wrapper_type) && ((WrapperObj *)own)->function == (void *)usual;
}

/* What class `v` has for name, where its metaclass has nothing of that name and looks attributes up in the usual way; 0: none. versions: of the class and of its class. */
static Value class_attribute(Value v, Value name, Word *versions)
{
    Type *meta = type_of(v);
    if (!is_type(v) || !looks_up_plainly(meta, type_getattr) || type_lookup(meta, name)) return 0;
    *versions = (Word){.version = type_version((Type *)v), .index = type_version(meta)};
    return versions->version && versions->index ? type_lookup((Type *)v, name) : 0;
}
/* The value that it has when read, where that needs no call: 0 otherwise. */
static Value class_value(Value own)
{
    if (own && has_type(own, &staticmethod_type)) return ((WrappedObj *)own)->callable;
    return own && (!is_descriptor(own) || has_type(own, &function_type) || has_type(own, &native_method_type)) ? own : 0;
}
static inline bool is_cached_class(Value v, Word versions)
{
    return LIKELY(is_pointer(v)) && as_obj(v)->type->version == versions.index && ((Type *)v)->version == versions.version;
}
/* v is an instance with the attributes and of the class that the site has seen. */
static inline bool is_cached_instance(Value v, uint32_t shape, uint32_t version) { return is_pointer(v) && as_obj(v)->shape == shape && as_obj(v)->type->version == version; }
/* An instance of the class, whatever its attributes. */
static inline bool is_cached_instance_of(Value v, uint32_t version) { return is_pointer(v) && as_obj(v)->type->version == version; }
/* What the module v has at the place where the site has found the attribute before; 0: look it up. */
static inline Value cached_module_attribute(Value v, Word site)
{
    if (UNLIKELY(!has_type(v, &module_type))) return 0;
    DictKeys *keys = ((DictObj *)module_dict(v))->keys;
    return LIKELY(keys->version == site.version && site.version) ? keys->entries[site.index].value : 0;
}

/* A slot of __slots__ in instances of `type`, or 0. */
static MemberObj *plain_member(Type *type, Value own)
{
    if (!own || !has_type(own, &member_type)) return 0;
    MemberObj *member = (MemberObj *)own;
    return member->kind == MEMBER_VALUE && type_is_subtype(type, member->owner) ? member : 0;
}

/* Where a value that can have a real dict, but no shape, has it (or 0 there): byte offset, or 0 when there is no such place. */
static uint32_t dict_place(Value v)
{
    Type *type = type_of(v);
    int64_t offset = type->attrs_offset ? type->attrs_offset : type->dict_offset;
    return !is_pointer(v) || as_obj(v)->shape || offset <= 0 || offset > UINT16_MAX ? 0 : (uint32_t)offset;
}
static inline DictObj *dict_at(Obj *o, uint32_t offset) { return *(DictObj **)((char *)o + offset); }

/* The entry of `name` in the dict of an instance, tried where the cache c says; 0: not there. */
static inline DictEntry *dict_attribute(Obj *o, Word c, Value name)
{
    if (UNLIKELY(o->type->version != c.version || o->shape)) return 0;
    DictObj *dict = dict_at(o, c.index & UINT16_MAX);
    int64_t entry = c.index >> 16;
    if (UNLIKELY(!dict) || UNLIKELY(entry >= dict->keys->entry_count)) return 0;
    DictEntry *e = &dict->keys->entries[entry];
    return LIKELY(e->key == name && e->value) ? e : 0;
}
/* Fills the cache for dict_attribute. */
static bool find_dict_attribute(Value v, Value name, uint32_t version, Word *c)
{
    uint32_t offset = dict_place(v), keys_version;
    if (!offset || !version || !dict_at(as_obj(v), offset)) return false;
    int64_t entry = dict_entry_index(VALUE(dict_at(as_obj(v), offset)), name, &keys_version);
    if (entry < 0 || entry > UINT16_MAX) return false;
    *c = (Word){.version = version, .index = (uint32_t)entry << 16 | offset};
    return true;
}

/* Starts the function `method` to finish the instruction at pc; goes on behind this statement when that cannot be. */
#define START(method, nargs, a, b, c) \
    do { \
        Frame *frame_ = start_special(t, f, pc, (method), (nargs), (a), (b), (c)); \
        if (LIKELY(frame_ != 0)) RUN(frame_); \
    } while (0)

/* Which special form would serve `v`.name? Fills the caches c[0], c[1]; 0: none. */
static uint16_t specialize_load(Value v, Value name, Word *c)
{
    Type *type = type_of(v);
    if (type == &module_type && type->getattr) {
        uint32_t version = 0;
        Value dict = module_dict(v);
        if (!dict || !has_type(dict, &dict_type)) return 0;
        Value own = type_lookup(type, name);
        if (own && is_data_descriptor(own)) return 0;
        int64_t index = dict_entry_index(dict, name, &version);
        if (index < 0 || !version) return 0;
        c[0] = (Word){.version = version, .index = (uint32_t)index};
        return OP_LOAD_ATTR_MODULE;
    }
    Value own = class_value(class_attribute(v, name, c));
    if (own) {
        c[1] = (Word){.value = own};
        return OP_LOAD_ATTR_CLASS;
    }
    if (is_type(v) && looks_up_plainly(type, type_getattr)) {   /* __name__, __mro__, ... */
        c[0] = (Word){.version = type_version(type)};
        c[1] = (Word){.value = type_lookup(type, name)};
        return c[0].version && c[1].value && is_data_descriptor(c[1].value) && is_native_descriptor(c[1].value) ? OP_LOAD_ATTR_NATIVE : 0;
    }
    if (!is_pointer(v) || !looks_up_plainly(type, object_generic_getattr)) return 0;
    bool hooked = type->getattr != object_generic_getattr;
    uint32_t version = type_version(type);
    own = type_lookup(type, name);
    MemberObj *member = plain_member(type, own);
    if (member && version) {
        c[0] = (Word){.version = version, .index = member->offset};
        return OP_LOAD_ATTR_MEMBER;
    }
    if (version && own && !hooked && has_type(own, &property_type) && ((PropertyObj *)own)->get && has_type(((PropertyObj *)own)->get, &function_type)) {
        c[0] = (Word){.version = version};
        c[1] = (Word){.value = ((PropertyObj *)own)->get};
        return OP_LOAD_ATTR_PROPERTY;
    }
    if (version && own && is_data_descriptor(own)) {
        c[0] = (Word){.version = version};
        c[1] = (Word){.value = own};
        if (!hooked && is_native_descriptor(own)) return OP_LOAD_ATTR_NATIVE;
        return hooked || !python_method(type_of(own), NAME("__get__")) ? 0 : OP_LOAD_ATTR_GET;
    }
    if (!version) return 0;
    if (own && is_native_descriptor(own) && !hooked && type->attrs_offset == 0 && type->dict_offset == 0) {
        c[0] = (Word){.version = version};
        c[1] = (Word){.value = own};
        return OP_LOAD_ATTR_NATIVE;
    }
    if (find_dict_attribute(v, name, version, c)) return OP_LOAD_ATTR_DICT;
    if (type->attrs_offset <= 0 || !as_obj(v)->shape) return 0;
    uint32_t shape = as_obj(v)->shape;
    int slot = shape_lookup(shape, name);
    if (slot >= 0) {
        int32_t offset = instance_slot_offset(type, (uint32_t)slot);
        c[0] = (Word){.version = shape, .index = offset >= 0 ? (uint32_t)offset : (uint32_t)slot - type->inline_slots};
        c[1] = (Word){.version = version};
        return offset >= 0 ? OP_LOAD_ATTR_SLOT : OP_LOAD_ATTR_OVERFLOW;
    }
    if (own && is_descriptor(own)) {
        c[0] = (Word){.version = version, .index = shape};
        c[1] = (Word){.value = own};
        if (!hooked && is_native_descriptor(own)) return OP_LOAD_ATTR_NATIVE;
        return hooked || !python_method(type_of(own), NAME("__get__")) ? 0 : OP_LOAD_ATTR_GET;
    }
    if (!own && hooked) own = python_method(type, NAME("__getattr__")), hooked = own != 0;
    else hooked = false;
    c[0] = (Word){.version = shape, .index = version};
    c[1] = (Word){.value = own};
    return !own ? 0 : hooked ? OP_LOAD_ATTR_HOOK : OP_LOAD_ATTR_VALUE;
}

/* ---- sites that see many classes. The first word's c counts how often a site was specialized; after POLY_LIMIT times it gets a table of its own for a few classes, and where
 * that is not enough (or no more tables are left) it uses one that all sites share. Answers are found by type version and shape; they are what specialize_* found: a special opcode
 * with its caches. */

enum { POLY_LIMIT = 6, POLY_ENTRIES = 2048, POLY_WAYS = 4, POLY_SITES = 4096, POLY_EVICTIONS = 32 };
typedef struct PolyAnswer {
    Word caches[2];
    uint16_t op;
} PolyAnswer;
typedef struct PolySite {
    uint64_t keys[POLY_WAYS];
    PolyAnswer answers[POLY_WAYS];
    uint32_t next;
} PolySite;
typedef struct PolyEntry {
    Value name;
    uint64_t key;
    PolyAnswer answer;
    uint16_t kind;
} PolyEntry;
static PolyEntry poly_table[POLY_ENTRIES];
static PolySite poly_sites[POLY_SITES] __attribute__((section(".bss.image")));   /* not worth a place in the start-up image: an empty table fills itself */
static uint32_t poly_sites_used;

static inline PolyEntry *poly_entry(Value name, uint64_t key, uint16_t kind)
{
    return &poly_table[((name >> 4 ^ key * 0x85ebca6b ^ kind) * 0x9e3779b97f4a7c15ull) >> 53 & (POLY_ENTRIES - 1)];
}

/* What tells types apart, and values of one type: the shape of an instance, the version of a class. 0: nothing. */
static inline uint64_t poly_key(Obj *o) { return (uint64_t)o->type->version << 32 | (UNLIKELY(o->type->flags & TYPE_TYPE) ? ((Type *)o)->version : o->shape); }

typedef uint16_t Specialize(Value, Value, Word *);

/* No answer in the site's table, or in the common one: it is worked out and kept. */
static __attribute__((noinline)) PolyAnswer *poly_miss(const Word *pc, Value v, uint16_t kind, Specialize *specialize)
{
    static PolyAnswer none;
    Obj *o = as_obj(v);
    Value name = pc[0].value;
    PolySite *site = pc[1].pointer;
    if (!o->type->version && !type_version(o->type)) return &none;
    if (!site) {
        PolyEntry *entry = poly_entry(name, poly_key(o), kind);
        if (entry->name == name && entry->key == poly_key(o) && entry->kind == kind) return &entry->answer;
    }
    PolyAnswer answer = {0};
    if (o->type != &module_type) answer.op = specialize(v, name, answer.caches);
    if (site) {
        uint32_t way = site->next++ % POLY_WAYS;
        if (site->next > POLY_EVICTIONS) CACHE(1).pointer = 0;
        site->keys[way] = poly_key(o);
        site->answers[way] = answer;
        return &site->answers[way];
    }
    PolyEntry *entry = poly_entry(name, poly_key(o), kind);
    *entry = (PolyEntry){name, poly_key(o), answer, kind};
    return &entry->answer;
}

/* The answer for a value with a header. op 0: none, do the generic thing. */
static inline PolyAnswer *poly_find(const Word *pc, Value v, uint16_t kind, Specialize *specialize)
{
    PolySite *site = pc[1].pointer;
    uint64_t key = poly_key(as_obj(v));
    if (LIKELY(site != 0)) {
        if (site->keys[0] == key) return &site->answers[0];
        if (site->keys[1] == key) return &site->answers[1];
        if (site->keys[2] == key) return &site->answers[2];
        if (site->keys[3] == key) return &site->answers[3];
    }
    return poly_miss(pc, v, kind, specialize);
}

/* The site takes the form for many classes. */
static void become_poly(const Word *pc, uint16_t op)
{
    CACHE(1).pointer = poly_sites_used < POLY_SITES ? &poly_sites[poly_sites_used++] : 0;
    BECOME(op);
}

/* Counts the specialization of a site; true: it has had its share. */
static inline bool poly_due(const Word *pc) { return ((Word *)pc)[-1].c >= POLY_LIMIT || (((Word *)pc)[-1].c++, false); }

/* Makes the site at pc the form that `specialize` finds for v; it stays what it is where there is none. */
static __attribute__((noinline)) uint16_t settle(const Word *pc, Value v, Specialize *specialize)
{
    Word caches[2] = {0};
    uint16_t special = specialize(v, pc[0].value, caches);
    if (special) {
        CACHE(1) = caches[0];
        CACHE(2) = caches[1];
        BECOME(special);
    }
    return special;
}

/* The ends of LOAD_ATTR's and LOAD_METHOD's handlers: behind the instruction lie 4 words of cache. A method goes to r[A] with its self behind it, other callables to r[A + 1]. */
#define ANSWER(value) \
    do { \
        r[A] = (value); \
        SKIP(4); \
    } while (0)
#define ANSWER_METHOD(method, self) \
    do { \
        Value self_or_callable = (self); \
        r[A] = (method); \
        r[A + 1] = self_or_callable; \
        SKIP(4); \
    } while (0)

OPCODE(LOAD_ATTR)
{
    SAVE();
    Value v = r[B], name = pc[0].value;
    if (UNLIKELY(poly_due(pc))) {
        become_poly(pc, OP_LOAD_ATTR_POLY);
        i = pc[-1].op;
        TAIL(op_LOAD_ATTR_POLY);
    }
    settle(pc, v, specialize_load);
    v = object_getattr(v, name);
    if (UNLIKELY(!v)) ERROR;
    ANSWER(v);
}

OPCODE(LOAD_ATTR_SLOT)
{
    Value v = r[B];
    if (LIKELY(is_cached_instance(v, pc[1].version, pc[2].version))) ANSWER(*(Value *)((char *)v + pc[1].index));
    TAIL(op_LOAD_ATTR);
}
OPCODE(LOAD_ATTR_OVERFLOW)
{
    Value v = r[B];
    if (LIKELY(is_cached_instance(v, pc[1].version, pc[2].version))) {
        Value *attrs = (Value *)((char *)v + as_obj(v)->type->attrs_offset);
        ANSWER(((Value *)attrs[0])[pc[1].index]);
    }
    TAIL(op_LOAD_ATTR);
}
OPCODE(LOAD_ATTR_VALUE)
{
    Value v = r[B];
    if (LIKELY(is_cached_instance(v, pc[1].version, pc[1].index))) ANSWER(pc[2].value);
    TAIL(op_LOAD_ATTR);
}
OPCODE(LOAD_ATTR_MODULE)
{
    Value v = r[B];
    Value found = cached_module_attribute(v, pc[1]);
    if (LIKELY(found)) ANSWER(found);
    TAIL(op_LOAD_ATTR);
}
OPCODE(LOAD_ATTR_MEMBER)
{
    Value v = r[B];
    if (LIKELY(is_cached_instance_of(v, pc[1].version))) {
        Value found = *(Value *)((char *)v + pc[1].index);
        if (LIKELY(found)) {
            r[A] = found;
            SKIP(4);
        }
    }
    TAIL(op_LOAD_ATTR);
}
OPCODE(LOAD_ATTR_CLASS)
{
    Value v = r[B];
    if (is_cached_class(v, pc[1])) ANSWER(pc[2].value);
    TAIL(op_LOAD_ATTR);
}
OPCODE(LOAD_ATTR_PROPERTY)
{
    Value v = r[B];
    if (LIKELY(is_cached_instance_of(v, pc[1].version))) START(pc[2].value, 1, v, 0, 0);
    TAIL(op_LOAD_ATTR);
}
OPCODE(LOAD_ATTR_DICT)
{
    Value v = r[B];
    if (LIKELY(is_pointer(v))) {
        DictEntry *entry = dict_attribute(as_obj(v), pc[1], pc[0].value);
        if (LIKELY(entry != 0)) {
            r[A] = entry->value;
            SKIP(4);
        }
    }
    TAIL(op_LOAD_ATTR);
}
OPCODE(LOAD_ATTR_NATIVE)
{
    Value v = r[B];
    if (LIKELY(is_pointer(v) && as_obj(v)->type->version == pc[1].version && (!pc[1].index || as_obj(v)->shape == pc[1].index))) {
        Value own = pc[2].value, (*get)(Value, Value, Type *) = type_of(own)->descr_get;
        SAVE();
        v = get(own, v, as_obj(v)->type);
        if (UNLIKELY(!v)) ERROR;
        ANSWER(v);
    }
    TAIL(op_LOAD_ATTR);
}
OPCODE(LOAD_ATTR_GET)
{
    Value v = r[B];
    if (LIKELY(is_cached_instance_of(v, pc[1].version))) {
        Value own = pc[2].value, get = python_method(type_of(own), NAME("__get__"));
        if (LIKELY(get) && LIKELY(pc[1].index ? as_obj(v)->shape == pc[1].index : is_data_descriptor(own))) START(get, 3, own, v, VALUE(as_obj(v)->type));
    }
    TAIL(op_LOAD_ATTR);
}
OPCODE(LOAD_ATTR_HOOK)
{
    Value v = r[B];
    if (LIKELY(is_cached_instance(v, pc[1].version, pc[1].index))) START(pc[2].value, 2, v, pc[0].value, 0);
    TAIL(op_LOAD_ATTR);
}

OPCODE(LOAD_ATTR_POLY)
{
    Value v = r[B], found;
    if (LIKELY(is_pointer(v))) {
        Obj *o = as_obj(v);
        PolyAnswer *entry = poly_find(pc, v, OP_LOAD_ATTR, specialize_load);
        if (LIKELY(entry->op == OP_LOAD_ATTR_SLOT)) {
            r[A] = *(Value *)((char *)o + entry->caches[0].index);
            SKIP(4);
        }
        switch (entry->op) {
        case OP_LOAD_ATTR_OVERFLOW: ANSWER((*(Value **)((char *)o + o->type->attrs_offset))[entry->caches[0].index]);
        case OP_LOAD_ATTR_VALUE: ANSWER(entry->caches[1].value);
        case OP_LOAD_ATTR_MEMBER:
            found = *(Value *)((char *)o + entry->caches[0].index);
            if (LIKELY(found)) {
                r[A] = found;
                SKIP(4);
            }
            break;
        case OP_LOAD_ATTR_CLASS: ANSWER(entry->caches[1].value);
        case OP_LOAD_ATTR_DICT: {
            DictEntry *item = dict_attribute(o, entry->caches[0], pc[0].value);
            if (LIKELY(item != 0)) {
                r[A] = item->value;
                SKIP(4);
            }
            break;
        }
        case OP_LOAD_ATTR_NATIVE:
            SAVE();
            v = type_of(entry->caches[1].value)->descr_get(entry->caches[1].value, v, o->type);
            if (UNLIKELY(!v)) ERROR;
            r[A] = v;
            SKIP(4);
        case OP_LOAD_ATTR_PROPERTY: START(entry->caches[1].value, 1, v, 0, 0); break;
        case OP_LOAD_ATTR_HOOK: START(entry->caches[1].value, 2, v, pc[0].value, 0);
        }
    }
    SAVE();
    v = object_getattr(v, pc[0].value);
    if (UNLIKELY(!v)) ERROR;
    ANSWER(v);
}

static uint16_t specialize_store(Value v, Value name, Word *c)
{
    Type *type = type_of(v);
    if (!is_pointer(v)) return 0;
    uint32_t version = type_version(type);
    if (type->setattr == slot_setattr) {
        c[0] = (Word){.version = version};
        c[1].value = python_method(type, NAME("__setattr__"));
        return version && c[1].value ? OP_STORE_ATTR_HOOK : 0;
    }
    if (type->setattr != object_generic_setattr) return 0;
    Value own = type_lookup(type, name);
    if (version && own && has_type(own, &property_type) && ((PropertyObj *)own)->set && has_type(((PropertyObj *)own)->set, &function_type)) {
        c[0] = (Word){.version = version};
        c[1] = (Word){.value = ((PropertyObj *)own)->set};
        return OP_STORE_ATTR_PROPERTY;
    }
    MemberObj *member = plain_member(type, own);
    if (version && member && member->writable) {
        c[0] = (Word){.version = version, .index = member->offset};
        return OP_STORE_ATTR_MEMBER;
    }
    if (!version || (own && is_data_descriptor(own))) return 0;
    if (find_dict_attribute(v, name, version, c)) return OP_STORE_ATTR_DICT;
    if (type->attrs_offset <= 0 || !as_obj(v)->shape) return 0;
    uint32_t shape = as_obj(v)->shape;
    int slot = shape_lookup(shape, name);
    if (slot >= 0) {
        int32_t offset = instance_slot_offset(type, (uint32_t)slot);
        if (offset < 0) return 0;
        c[0] = (Word){.version = shape, .index = (uint32_t)offset};
        c[1] = (Word){.version = version};
        return OP_STORE_ATTR_SLOT;
    }
    uint32_t next = shape_add(shape, name);
    if (!next) return 0;
    int32_t offset = instance_slot_offset(type, shape_count(next) - 1);
    if (offset < 0) return 0;
    c[0] = (Word){.version = shape, .index = (uint32_t)offset};
    c[1] = (Word){.version = next, .index = version};
    return OP_STORE_ATTR_ADD;
}

OPCODE(STORE_ATTR)
{
    SAVE();
    if (UNLIKELY(poly_due(pc))) {
        become_poly(pc, OP_STORE_ATTR_POLY);
        i = pc[-1].op;
        TAIL(op_STORE_ATTR_POLY);
    }
    settle(pc, r[A], specialize_store);
    if (UNLIKELY(!object_setattr(r[A], pc[0].value, r[B]))) ERROR;
    SKIP(4);
}
OPCODE(STORE_ATTR_SLOT)
{
    Value v = r[A];
    if (LIKELY(is_cached_instance(v, pc[1].version, pc[2].version))) {
        *(Value *)((char *)v + pc[1].index) = r[B];
        gc_barrier(as_obj(v));
        SKIP(4);
    }
    TAIL(op_STORE_ATTR);
}
OPCODE(STORE_ATTR_ADD)
{
    Value v = r[A];
    if (LIKELY(is_cached_instance(v, pc[1].version, pc[2].index))) {
        Obj *o = as_obj(v);
        *(Value *)((char *)v + pc[1].index) = r[B];
        o->shape = pc[2].version;
        gc_barrier(o);
        SKIP(4);
    }
    TAIL(op_STORE_ATTR);
}
OPCODE(STORE_ATTR_MEMBER)
{
    Value v = r[A];
    if (LIKELY(is_cached_instance_of(v, pc[1].version))) {
        *(Value *)((char *)v + pc[1].index) = r[B];
        gc_barrier((void *)v);
        SKIP(4);
    }
    TAIL(op_STORE_ATTR);
}

OPCODE(STORE_ATTR_DICT)
{
    Value v = r[A];
    if (LIKELY(is_pointer(v))) {
        DictEntry *entry = dict_attribute(as_obj(v), pc[1], pc[0].value);
        if (LIKELY(entry != 0)) {
            entry->value = r[B];
            gc_barrier(dict_at(as_obj(v), pc[1].index & UINT16_MAX));
            SKIP(4);
        }
    }
    TAIL(op_STORE_ATTR);
}
OPCODE(STORE_ATTR_PROPERTY)
{
    Value v = r[A];
    if (LIKELY(is_cached_instance_of(v, pc[1].version))) START(pc[2].value, 2, v, r[B], 0);
    TAIL(op_STORE_ATTR);
}
OPCODE(STORE_ATTR_HOOK)
{
    Value v = r[A];
    if (LIKELY(is_cached_instance_of(v, pc[1].version))) START(pc[2].value, 3, v, pc[0].value, r[B]);
    TAIL(op_STORE_ATTR);
}

OPCODE(STORE_ATTR_POLY)
{
    Value v = r[A];
    if (LIKELY(is_pointer(v))) {
        Obj *o = as_obj(v);
        PolyAnswer *entry = poly_find(pc, v, OP_STORE_ATTR, specialize_store);
        switch (entry->op) {
        case OP_STORE_ATTR_ADD: o->shape = entry->caches[1].version; [[fallthrough]];
        case OP_STORE_ATTR_SLOT:
        case OP_STORE_ATTR_MEMBER:
            *(Value *)((char *)o + entry->caches[0].index) = r[B];
            gc_barrier(o);
            SKIP(4);
        case OP_STORE_ATTR_PROPERTY: START(entry->caches[1].value, 2, v, r[B], 0); break;
        case OP_STORE_ATTR_HOOK: START(entry->caches[1].value, 3, v, pc[0].value, r[B]);
        }
    }
    SAVE();
    if (UNLIKELY(!object_setattr(v, pc[0].value, r[B]))) ERROR;
    SKIP(4);
}

OPCODE(DELETE_ATTR)
{
    SAVE();
    if (UNLIKELY(!object_setattr(r[A], pc[0].value, 0))) ERROR;
    SKIP(2);
}

/* What is found at the class of an instance without an attribute of its own by that name, or 0 for methods of functions. c[0]: the guard. */
static uint16_t specialize_class_value(Value own, Word *c)
{
    if (has_type(own, &classmethod_type)) {
        c[1].value = ((WrappedObj *)own)->callable;
        return c[1].value && has_type(c[1].value, &function_type) ? OP_LOAD_METHOD_BOUND : 0;
    }
    c[1].value = has_type(own, &staticmethod_type) ? ((WrappedObj *)own)->callable : is_descriptor(own) ? 0 : own;
    return c[1].value ? OP_LOAD_METHOD_VALUE : 0;
}

static uint16_t specialize_method(Value v, Value name, Word *c)
{
    Type *type = type_of(v);
    Value own = class_attribute(v, name, c);
    if (own) {
        c[1].value = has_type(own, &classmethod_type) ? ((WrappedObj *)own)->callable : has_type(own, &native_classmethod_type) ? own : 0;
        if (c[1].value && (c[1].value == own || has_type(c[1].value, &function_type))) return OP_LOAD_METHOD_CLASS_BOUND;
        c[1].value = class_value(own);
        return c[1].value ? OP_LOAD_METHOD_CLASS : 0;
    }
    if (!looks_up_plainly(type, object_generic_getattr)) return 0;
    uint32_t version = type_version(type);
    own = type_lookup(type, name);
    if (!version) return 0;
    bool method = own && (type_of(own)->flags & TYPE_METHOD_DESCRIPTOR);
    c[0] = (Word){.version = version};
    c[1] = (Word){.value = own};
    if (type->attrs_offset == 0 && type->dict_offset == 0) return method ? OP_LOAD_METHOD_TYPE : 0;
    uint32_t place = dict_place(v);
    if (method && place) {
        DictObj *dict = dict_at(as_obj(v), place);
        c[0] = (Word){.version = version, .index = place};
        return dict && dict_get_str(VALUE(dict), name) ? 0 : OP_LOAD_METHOD_DICT;
    }
    if (type->attrs_offset <= 0 || !as_obj(v)->shape) return 0;
    int slot = shape_lookup(as_obj(v)->shape, name);
    if (slot < 0) {
        c[0] = (Word){.version = as_obj(v)->shape, .index = version};
        return method ? OP_LOAD_METHOD_SHAPE : own ? specialize_class_value(own, c) : 0;
    }
    int32_t offset = instance_slot_offset(type, (uint32_t)slot);
    if (offset < 0 || (own && is_data_descriptor(own))) return 0;
    c[0] = (Word){.version = as_obj(v)->shape, .index = (uint32_t)offset};
    c[1] = (Word){.version = version};
    return OP_LOAD_METHOD_SLOT;
}

OPCODE(LOAD_METHOD)
{
    SAVE();
    Value v = r[B], name = pc[0].value, self = 0;
    if (UNLIKELY(poly_due(pc))) {
        become_poly(pc, OP_LOAD_METHOD_POLY);
        i = pc[-1].op;
        TAIL(op_LOAD_METHOD_POLY);
    }
    if (!settle(pc, v, specialize_method) && has_type(v, &module_type) && settle(pc, v, specialize_load)) BECOME(OP_LOAD_METHOD_ATTR);
    Value method = object_get_method(v, name, &self);
    if (UNLIKELY(!method)) ERROR;
    ANSWER_METHOD(self ? method : 0, self ? self : method);
}
OPCODE(LOAD_METHOD_POLY)
{
    Value v = r[B], self = 0;
    if (LIKELY(is_pointer(v))) {
        PolyAnswer *entry = poly_find(pc, v, OP_LOAD_METHOD, specialize_method);
        switch (entry->op) {
        case OP_LOAD_METHOD_SHAPE:
        case OP_LOAD_METHOD_TYPE: ANSWER_METHOD(entry->caches[1].value, v);
        case OP_LOAD_METHOD_VALUE: ANSWER_METHOD(0, entry->caches[1].value);
        case OP_LOAD_METHOD_SLOT: ANSWER_METHOD(0, *(Value *)((char *)as_obj(v) + entry->caches[0].index));
        case OP_LOAD_METHOD_BOUND: ANSWER_METHOD(entry->caches[1].value, VALUE(as_obj(v)->type));
        case OP_LOAD_METHOD_CLASS: ANSWER_METHOD(0, entry->caches[1].value);
        case OP_LOAD_METHOD_CLASS_BOUND: ANSWER_METHOD(entry->caches[1].value, v);
        }
    }
    SAVE();
    Value method = object_get_method(v, pc[0].value, &self);
    if (UNLIKELY(!method)) ERROR;
    ANSWER_METHOD(self ? method : 0, self ? self : method);
}
OPCODE(LOAD_METHOD_SHAPE)
{
    Value v = r[B];
    if (LIKELY(is_cached_instance(v, pc[1].version, pc[1].index))) ANSWER_METHOD(pc[2].value, v);
    TAIL(op_LOAD_METHOD);
}
OPCODE(LOAD_METHOD_TYPE)
{
    Value v = r[B];
    if (LIKELY(type_of(v)->version == pc[1].version)) ANSWER_METHOD(pc[2].value, v);
    TAIL(op_LOAD_METHOD);
}
OPCODE(LOAD_METHOD_DICT)
{
    Value v = r[B];
    if (LIKELY(is_pointer(v))) {
        Obj *o = as_obj(v);
        if (LIKELY(o->type->version == pc[1].version && !o->shape)) {
            DictObj *dict = dict_at(o, pc[1].index);
            if (!dict || (dict->keys->all_str && !dict_get_str(VALUE(dict), pc[0].value))) {
                r[A] = pc[2].value;
                r[A + 1] = v;
                SKIP(4);
            }
        }
    }
    TAIL(op_LOAD_METHOD);
}
OPCODE(LOAD_METHOD_VALUE)
{
    Value v = r[B];
    if (LIKELY(is_cached_instance(v, pc[1].version, pc[1].index))) ANSWER_METHOD(0, pc[2].value);
    TAIL(op_LOAD_METHOD);
}
OPCODE(LOAD_METHOD_SLOT)
{
    Value v = r[B];
    if (LIKELY(is_cached_instance(v, pc[1].version, pc[2].version))) ANSWER_METHOD(0, *(Value *)((char *)v + pc[1].index));
    TAIL(op_LOAD_METHOD);
}
OPCODE(LOAD_METHOD_BOUND)
{
    Value v = r[B];
    if (LIKELY(is_cached_instance(v, pc[1].version, pc[1].index))) ANSWER_METHOD(pc[2].value, VALUE(as_obj(v)->type));
    TAIL(op_LOAD_METHOD);
}
OPCODE(LOAD_METHOD_CLASS)
{
    Value v = r[B];
    if (is_cached_class(v, pc[1])) ANSWER_METHOD(0, pc[2].value);
    TAIL(op_LOAD_METHOD);
}
OPCODE(LOAD_METHOD_CLASS_BOUND)
{
    Value v = r[B];
    if (is_cached_class(v, pc[1])) ANSWER_METHOD(pc[2].value, v);
    TAIL(op_LOAD_METHOD);
}
/* Functions of modules. */
OPCODE(LOAD_METHOD_ATTR)
{
    Value v = r[B];
    Value found = cached_module_attribute(v, pc[1]);
    if (LIKELY(found)) ANSWER_METHOD(0, found);
    TAIL(op_LOAD_METHOD);
}
