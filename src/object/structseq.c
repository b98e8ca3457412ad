/* structseq.c: struct sequences, tuples whose items have names too.
 *
 * The first `visible` fields are the tuple; the others are only attributes and lie behind the tuple's items in the same cell.
 */
#include "heap/image.h"
#include "object/container.h"
#include "object/function.h"
#include "object/str.h"

typedef struct SeqType {
    Type type;
    int fields, visible, unnamed;
    const char **names;        /* without the unnamed fields, `fields - unnamed` of them */
} SeqType;

static const SeqType *seq_type(Value v) { return (const SeqType *)type_of(v); }

static void structseq_trace(Obj *object)
{
    TupleObj *t = (TupleObj *)object;
    gc_visit_values(t->items, (size_t)((const SeqType *)object->type)->fields);
}

static TupleObj *allocate(Type *type)
{
    const SeqType *seq = (const SeqType *)type;
    TupleObj *t = gc_new(type, sizeof(TupleObj) + (size_t)seq->fields * sizeof(Value));
    if (t) t->size = seq->visible;
    return t;
}

Value structseq_new(Type *type, const Value *items)
{
    TupleObj *t = allocate(type);
    if (t) memcpy(t->items, items, (size_t)((const SeqType *)type)->fields * sizeof(Value));
    return VALUE(t);
}

static Value structseq_make(Type *type, Value *args, size_t nargs, Value kwnames)
{
    if (type->flags & TYPE_DISALLOW_NEW) return raise_type("cannot create '%s' instances", type->name);
    static Signature *signature;
    const SeqType *seq = (const SeqType *)type;
    Value in[2];
    if (!native_bind("structseq", "(sequence, dict=<unrepresentable>)", &signature, args, nargs, kwnames, in)) return 0;
    Value dict = in[1];
    if (!type_of(in[0])->iter && !type_of(in[0])->getitem) return raise_type("constructor requires a sequence");
    Value given = object_to_tuple(in[0]);
    if (!given) return 0;
    if (dict && !is_dict(dict)) return raise_type("%.500s() takes a dict as second arg, if any", type->name);
    int64_t count = tuple_size(given);
    if (count < seq->visible || count > seq->fields) {
        const char *bound = seq->visible == seq->fields ? "a" : count < seq->visible ? "an at least" : "an at most";
        return raise_type("%.500s() takes %s %d-sequence (%lld-sequence given)", type->name, bound, count < seq->visible ? seq->visible : seq->fields, (long long)count);
    }
    TupleObj *t = allocate(type);
    if (!t) return 0;
    for (int i = 0; i < seq->fields; i++) {
        Value item = i < count ? tuple_get(given, i) : dict ? dict_get_cstring(dict, seq->names[i - seq->unnamed]) : NONE;
        t->items[i] = item ? item : NONE;
    }
    gc_barrier(t);
    return VALUE(t);
}

static Value structseq_repr(Value self)
{
    const SeqType *seq = seq_type(self);
    if (!recursion_enter(" while getting the repr of an object")) return 0;
    StrBuilder b = {0};
    bool good = str_builder_cstring(&b, seq->type.name) && str_builder_char(&b, '(');
    for (int i = 0; good && i < seq->visible && i < seq->fields - seq->unnamed; i++) {
        Value text = object_repr(tuple_get(self, i));
        good = text && (i == 0 || str_builder_cstring(&b, ", ")) && str_builder_cstring(&b, seq->names[i]) && str_builder_char(&b, '=') && str_builder_str(&b, text);
    }
    recursion_leave();
    return good && str_builder_char(&b, ')') ? str_builder_finish(&b) : 0;
}

static NATIVE(structseq_reduce)
{
    Value self = args[0];
    const SeqType *seq = seq_type(self);
    Value visible = tuple_from(tuple_items(self), seq->visible), rest = visible ? dict_new() : 0;
    for (int i = seq->visible; rest && i < seq->fields; i++) {
        if (!dict_set_cstring(rest, seq->names[i - seq->unnamed], ((TupleObj *)self)->items[i])) return 0;
    }
    Value arguments = rest ? tuple_pack(2, visible, rest) : 0;
    return arguments ? tuple_pack(2, VALUE(&seq->type), arguments) : 0;
}

static const NativeDef structseq_methods[] = {{"__reduce__", "(self, /)", structseq_reduce}, {0}};

static bool add_constants(SeqType *seq)
{
    Type *type = &seq->type;
    Value match = tuple_new(seq->visible - seq->unnamed);   /* unnamed fields are among the visible ones */
    if (!match) return false;
    for (int64_t i = 0; i < tuple_size(match); i++) {
        Value name = str_intern_cstring(seq->names[i]);
        if (!name) return false;
        tuple_items(match)[i] = name;
        gc_barrier((void *)match);
    }
    bool good = dict_set_cstring(type->dict, "n_sequence_fields", small_int(seq->visible)) && dict_set_cstring(type->dict, "n_fields", small_int(seq->fields)) &&
                dict_set_cstring(type->dict, "n_unnamed_fields", small_int(seq->unnamed)) && dict_set_cstring(type->dict, "__match_args__", match);
    if (good) type_modified(type);
    return good;
}

/* Types live for ever, like the static ones they stand beside. */
Type *structseq_type(const char *name, const char *doc, const StructSeqField *fields, int visible)
{
    int count = 0, named = 0;
    while (fields[count].name) count++;
    SeqType *seq = lasting_alloc(sizeof *seq);
    MemberDef *members = lasting_alloc(((size_t)count + 1) * sizeof *members);
    const char **names = lasting_alloc(((size_t)count + 1) * sizeof *names);
    if (!seq || !members || !names) {
        raise_memory();
        return 0;
    }
    for (int i = 0; i < count; i++) {
        if (!*fields[i].name) continue;
        names[named] = fields[i].name;
        members[named++] = (MemberDef){fields[i].name, MEMBER_VALUE, (uint32_t)(offsetof(TupleObj, items) + (size_t)i * sizeof(Value)), false, fields[i].doc};
    }
    seq->fields = count;
    seq->visible = visible;
    seq->unnamed = count - named;
    seq->names = names;
    seq->type = (Type){
        TYPE_INIT(name, TupleObj), .item_size = sizeof(Value), .base = &tuple_type,    .flags = TYPE_TUPLE | TYPE_SEQUENCE, .doc = doc,
        .trace = structseq_trace,  .new = structseq_make,      .repr = structseq_repr, .methods = structseq_methods,        .members = members,
    };
    return type_ready(&seq->type) && type_fill(&seq->type) && add_constants(seq) ? &seq->type : 0;
}
