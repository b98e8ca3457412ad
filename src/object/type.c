/* type.c: readying of types, method resolution order, lookup with its cache, versions, and the tree of subclasses. See type.h. */
#include "heap/image.h"
#include "object/container.h"
#include "object/str.h"
#include "object/type_internal.h"

/* --- static types as roots: they lie outside the heap, what they refer to does not */

static Type **static_types;
static size_t static_used, static_capacity;
static void type_trace_fields(Type *type);

static void static_types_trace(void)
{
    for (size_t i = 0; i < static_used; i++) type_trace_fields(static_types[i]);
}

static bool register_static(Type *type)
{
    if (static_used == static_capacity) {
        size_t capacity = static_capacity ? static_capacity * 2 : 512;
        Type **grown = lasting_grow(static_types, capacity * sizeof *grown);
        if (!grown) return raise_memory();
        if (!static_types) gc_root_tracer(static_types_trace);
        static_types = grown;
        static_capacity = capacity;
    }
    static_types[static_used++] = type;
    return true;
}

static void type_trace_fields(Type *type)
{
    gc_visit(VALUE(type->base));
    gc_visit(type->dict);
    gc_visit(type->bases);
    gc_visit(type->mro);
    gc_visit(type->cache);
    gc_visit(type->subclasses);
    gc_visit(type->weaklist);
    gc_visit(type->heap_name);
    gc_visit(type->heap_qualname);
    gc_visit(type->heap_slots);
    gc_visit(type->heap_module);
}

void type_trace(Obj *object)
{
    gc_visit(VALUE(object->type));
    type_trace_fields((Type *)object);
}

/* --- readying */

static const uint64_t INHERITED_FLAGS =
    TYPE_INT | TYPE_LIST | TYPE_TUPLE | TYPE_BYTES | TYPE_STR | TYPE_DICT | TYPE_EXCEPTION | TYPE_TYPE | TYPE_FLOAT | TYPE_SET | TYPE_MATCH_SELF | TYPE_FINALIZE | TYPE_WEAKREF_OK;

void type_inherit_flags(Type *type, Type *base) { type->flags |= base->flags & INHERITED_FLAGS; }

/* Whether patterns see a sequence or a mapping: the first class of the order that says so decides. */
void type_inherit_collection_flags(Type *type)
{
    for (int64_t i = 1; i < tuple_size(type->mro) && !(type->flags & (TYPE_SEQUENCE | TYPE_MAPPING)); i++)
        type->flags |= ((Type *)tuple_get(type->mro, i))->flags & (TYPE_SEQUENCE | TYPE_MAPPING);
}

static bool inherit(Type *type, Type *base)
{
    if (type->flags & TYPE_INHERITED) return true;
    if (!register_static(type)) return false;
    type->flags |= TYPE_INHERITED | TYPE_IMMUTABLE;
    if (base) {
        type_inherit_flags(type, base);
        if (!type->item_size) type->item_size = base->item_size;
        if (!type->dict_offset) type->dict_offset = base->dict_offset;
        if (!type->attrs_offset) type->attrs_offset = base->attrs_offset, type->inline_slots = base->inline_slots;
        if (type->head.head.type == &type_type) type->head.head.type = base->head.head.type;
    }
    type_inherit_slots(type, base);
    if (!type->new && base == &object_type) type->flags |= TYPE_DISALLOW_NEW;
    return true;
}

static bool find_place(Type *type, Type *base)
{
    if (!type->bases) type->bases = base ? tuple_pack(1, VALUE(base)) : tuple_new(0);
    if (!type->bases || (!type->mro && !type_set_mro(type))) return false;
    type_inherit_collection_flags(type);
    for (int64_t i = 0; i < tuple_size(type->bases); i++) {
        Type *parent = (Type *)tuple_get(type->bases, i);
        type_remove_subclass(parent, type);
        if (!type_add_subclass(parent, type)) return false;
    }
    return true;
}

/* Where memory lacks half-way, the type is not ready, and the next call goes on from there. */
bool type_ready(Type *type)
{
    if (type->flags & TYPE_READY) return true;
    if (type != &object_type && !type->base) type->base = &object_type;
    Type *base = type->base;
    if ((base && !type_ready(base)) || !inherit(type, base)) return false;
    type->flags |= TYPE_READY;
    if (find_place(type, base)) return true;
    type->flags &= ~(uint64_t)TYPE_READY;
    return false;
}

/* --- filling the dict of a static type */

static bool fill_entry(Type *type, const char *name, Value descr, bool replace)
{
    Value key = descr ? str_intern_cstring(name) : 0;
    if (!key) return false;
    if (!replace && dict_get_str(type->dict, key)) return true;
    return dict_set(type->dict, key, descr);
}

static bool fill_method(Type *type, const NativeDef *def)
{
    Value descr;
    if (def->flags & NATIVE_STATIC) {
        descr = native_new(def, 0, 0);
        if (!descr) return false;
        ((NativeObj *)descr)->owner = type;
        if (strcmp(def->name, "__new__")) descr = !type_ready(&staticmethod_type) ? 0 : call_1(VALUE(&staticmethod_type), descr);
    } else {
        descr = native_method_new(type, def);
    }
    return fill_entry(type, def->name, descr, def->flags & NATIVE_COEXIST);
}

static bool fill_dict(Type *type)
{
    if (!type_fill_slots(type)) return false;
    if (type->new && (type == &object_type || !type->base || type->new != type->base->new || (type->flags & TYPE_EXCEPTION))) {
        Value new = native_new(&new_def, VALUE(type), 0);
        if (!fill_entry(type, "__new__", new, true)) return false;
    }
    for (const NativeDef *def = type->methods; def && def->name; def++)
        if (!fill_method(type, def)) return false;
    for (const MemberDef *def = type->members; def && def->name; def++)
        if (!fill_entry(type, def->name, member_new(type, def), false)) return false;
    for (const GetSetDef *def = type->getset; def && def->name; def++)
        if (!fill_entry(type, def->name, getset_new(type, def), false)) return false;
    return fill_entry(type, "__doc__", type->doc ? doc_without_signature(type->name, type->doc) : NONE, false);
}

/* Where memory lacks half-way, the next call fills in the rest. */
bool type_fill(Type *type)
{
    if (type->flags & TYPE_FILLED) return true;
    if (!type_ready(type)) return false;
    if (!type->dict && !(type->dict = dict_new())) return false;
    type->flags |= TYPE_FILLED;
    if (fill_dict(type)) return true;
    type->flags &= ~TYPE_FILLED;
    return false;
}

/* --- method resolution order */

/* The head of one of the sequences that is in the tail of none; 0: none. */
static Value merge_candidate(Value *sequences, int64_t *positions, int64_t count)
{
    for (int64_t i = 0; i < count; i++) {
        if (positions[i] >= tuple_size(sequences[i])) continue;
        Value candidate = tuple_get(sequences[i], positions[i]);
        bool in_tail = false;
        for (int64_t j = 0; j < count && !in_tail; j++)
            for (int64_t k = positions[j] + 1; k < tuple_size(sequences[j]) && !in_tail; k++) in_tail = tuple_get(sequences[j], k) == candidate;
        if (!in_tail) return candidate;
    }
    return 0;
}

static Value raise_mro_conflict(Value *sequences, int64_t *positions, int64_t count)
{
    Value seen = list_new(0), text = str_from_cstring("");
    for (int64_t i = 0; seen && text && i < count; i++) {
        if (positions[i] >= tuple_size(sequences[i])) continue;
        Value type = tuple_get(sequences[i], positions[i]);
        bool known = false;
        for (int64_t k = 0; k < list_size(seen); k++) known |= list_get(seen, k) == type;
        if (known) continue;
        text = str_format_c("%U%s %s", text, list_size(seen) ? "," : "", type_name((Type *)type));
        if (!text || !list_append(seen, type)) return 0;
    }
    return text ? raise_type("Cannot create a consistent method resolution\norder (MRO) for bases%U", text) : 0;
}

Value type_compute_mro(Type *type)
{
    Value bases = type->bases;
    int64_t count = tuple_size(bases);
    for (int64_t i = 0; i < count; i++) {
        Type *base = (Type *)tuple_get(bases, i);
        if (!base->mro && !type_ready(base)) return 0;
        if (!base->mro) return raise_type("Cannot extend an incomplete type '%.100s'", base->name);
    }
    if (count == 1) {
        Value mro = ((Type *)tuple_get(bases, 0))->mro, result = tuple_new(tuple_size(mro) + 1);
        if (!result) return 0;
        tuple_items(result)[0] = VALUE(type);
        memcpy(tuple_items(result) + 1, tuple_items(mro), tuple_size(mro) * sizeof(Value));
        return result;
    }
    for (int64_t i = 0; i < count; i++)
        for (int64_t k = i + 1; k < count; k++)
            if (tuple_get(bases, i) == tuple_get(bases, k)) return raise_type("duplicate base class %s", ((Type *)tuple_get(bases, i))->name);
    Value *sequences = gc_buffer((count + 1) * sizeof(Value)), result = list_new(0);
    int64_t *positions = gc_buffer((count + 1) * sizeof(int64_t));
    if (!sequences || !positions || !result || !list_append(result, VALUE(type))) return 0;
    for (int64_t i = 0; i < count; i++) sequences[i] = ((Type *)tuple_get(bases, i))->mro;
    sequences[count] = bases;
    for (;;) {
        Value next = merge_candidate(sequences, positions, count + 1);
        if (!next) break;
        if (!list_append(result, next)) return 0;
        for (int64_t i = 0; i <= count; i++)
            if (positions[i] < tuple_size(sequences[i]) && tuple_get(sequences[i], positions[i]) == next) positions[i]++;
    }
    for (int64_t i = 0; i <= count; i++)
        if (positions[i] < tuple_size(sequences[i])) return raise_mro_conflict(sequences, positions, count + 1);
    return list_to_tuple(result);
}

/* What a metaclass's own mro() returned must be classes of fitting layout. */
static bool check_mro(Type *type, Value mro)
{
    Type *solid = type_solid(type);
    for (int64_t i = 0; i < tuple_size(mro); i++) {
        Value base = tuple_get(mro, i);
        if (!is_type(base)) return raise_type("mro() returned a non-class ('%.500T')", base);
        if (!type_is_subtype(solid, type_solid((Type *)base))) return raise_type("mro() returned base with unsuitable layout ('%.500s')", ((Type *)base)->name);
    }
    return true;
}

bool type_set_mro(Type *type)
{
    Type *meta = type->head.head.type;
    Value mro;
    bool custom = false;
    if (meta != &type_type && (type->flags & TYPE_HEAP)) {
        Value method = type_lookup(meta, NAME("mro"));
        custom = method && method != dict_get_str(type_dict(&type_type), NAME("mro"));
    }
    Value old = type->mro;
    if (custom) {
        Value list = call_method_0(VALUE(type), NAME("mro"));
        mro = list ? object_to_tuple(list) : 0;
        if (!mro) return false;
        if (tuple_size(mro) == 0) return raise_type("type MRO must not be empty");
        if (!check_mro(type, mro)) return false;
        /* mro() itself may have set the order (by assigning __bases__): the later one wins. */
        if (type->mro != old) return true;
        type->flags |= TYPE_CUSTOM_MRO;
    } else {
        mro = type_compute_mro(type);
        if (!mro) return false;
    }
    SET(type, mro, mro);
    type_invalidate(type);
    return true;
}

/* --- lookup */

/* The names are interned, which lets them live for ever; what is found is kept alive by the types while their versions stand. */
enum { METHOD_CACHE = 4096 };
static struct {
    Value name, found;
    uint32_t version;
} method_cache[METHOD_CACHE];
static uint32_t next_version = 1;

static bool assign_version(Type *type)
{
    if ((type->flags & TYPE_CUSTOM_MRO) || !type->mro || next_version == UINT32_MAX) return false;
    for (int64_t i = tuple_size(type->mro); i-- > 0;) {
        Type *base = (Type *)tuple_get(type->mro, i);
        if (base->flags & TYPE_CUSTOM_MRO) return false;
        if (!base->version && base->mro) base->version = next_version++;
    }
    return type->version != 0;
}

uint32_t type_version(Type *type)
{
    if (!type->version) assign_version(type);
    return type->version;
}

static Value lookup_mro(Type *type, Value name)
{
    if (!type->mro && !type_ready(type)) return 0;
    Value mro = type->mro;
    if (!mro) return 0;
    for (int64_t i = 0; i < tuple_size(mro); i++) {
        Type *base = (Type *)tuple_get(mro, i);
        if (!(base->flags & TYPE_FILLED) && !type_fill(base)) return 0;
        Value found = dict_get_str(base->dict, name);
        if (found) return found;
    }
    return 0;
}

Value type_lookup(Type *type, Value name)
{
    uint32_t version = type->version;
    uint32_t i = (version * 0x9e3779b1u ^ (uint32_t)(name >> 4)) % METHOD_CACHE;
    if (__builtin_expect(version && method_cache[i].version == version && method_cache[i].name == name, 1)) return method_cache[i].found;
    Value found = lookup_mro(type, name);
    if (!found && thread_self->exception) return 0;
    version = type_version(type);
    if (!version || !((StrObj *)name)->interned) return found;
    i = (version * 0x9e3779b1u ^ (uint32_t)(name >> 4)) % METHOD_CACHE;
    method_cache[i].version = version;
    method_cache[i].name = name;
    method_cache[i].found = found;
    return found;
}

/* --- change */

static bool invalidate_one(Type *type, void *context)
{
    type_invalidate(type);
    return true;
}

static bool invalidate_object(Obj *object, void *context)
{
    if (is_type(VALUE(object))) ((Type *)object)->version = 0;
    return true;
}

/* A type with a version has bases with versions: so where there is none, there is none below. Classes nested deeper than the C stack lose theirs with all that are in the heap
 * (the static ones are nested less deep than what is left of the stack then). */
void type_invalidate(Type *type)
{
    if (!type->version) return;
    type->version = 0;
    if (c_stack_low() && type->flags & TYPE_HEAP) {
        gc_each_object(invalidate_object, 0);
        return;
    }
    type_each_subclass(type, invalidate_one, 0);
}

void type_modified(Type *type)
{
    type_invalidate(type);
    if (type->flags & TYPE_HEAP) type_set_slots(type);
}

/* --- subclasses: static types as they are, heap types by weak references */

static Type *subclass_entry(Value entry)
{
    if (is_type(entry)) return (Type *)entry;
    Value target = weakref_target(entry);
    return target == NONE ? 0 : (Type *)target;
}

bool type_add_subclass(Type *base, Type *type)
{
    if (!base->subclasses) {
        Value list = list_new(0);
        if (!list) return false;
        SET(base, subclasses, list);
    }
    Value entry = type->flags & TYPE_HEAP ? weakref_new(VALUE(type), 0) : VALUE(type);
    if (!entry) return false;
    /* A list that is about to grow first loses the entries of dead classes. */
    ListObj *list = (ListObj *)base->subclasses;
    if (list->size == list->allocated) {
        int64_t kept = 0;
        for (int64_t i = 0; i < list->size; i++)
            if (subclass_entry(list->items[i])) list->items[kept++] = list->items[i];
        list->size = kept;
    }
    return list_append(base->subclasses, entry);
}

void type_remove_subclass(Type *base, Type *type)
{
    if (!base->subclasses) return;
    ListObj *list = (ListObj *)base->subclasses;
    int64_t kept = 0;
    for (int64_t i = 0; i < list->size; i++)
        if (subclass_entry(list->items[i]) != type) list->items[kept++] = list->items[i];
    list->size = kept;
}

bool type_each_subclass(Type *type, bool (*visit)(Type *, void *), void *context)
{
    Value list = type->subclasses;
    for (int64_t i = 0; list && i < list_size(list); i++) {
        Type *subclass = subclass_entry(list_get(list, i));
        if (subclass && !visit(subclass, context)) return false;
    }
    return true;
}

/* --- questions */

bool type_is_subtype(Type *type, Type *base)
{
    Value mro = type->mro;
    if (mro) {
        Value *items = tuple_items(mro);
        for (int64_t i = 0, count = tuple_size(mro); i < count; i++)
            if (items[i] == VALUE(base)) return true;
        return false;
    }
    for (Type *t = type; t; t = t->base)
        if (t == base) return true;
    return base == &object_type;
}

const char *type_name(Type *type)
{
    if (type->flags & TYPE_HEAP) return type->name;
    const char *dot = strrchr(type->name, '.');
    return dot ? dot + 1 : type->name;
}
