/* union.c: types.UnionType, int | str. */
#include "object/generic_alias.h"
#include "object/str.h"

typedef struct UnionObj {
    Obj head;
    Value args, parameters;
} UnionObj;

static void union_trace(Obj *object)
{
    gc_visit(((UnionObj *)object)->args);
    gc_visit(((UnionObj *)object)->parameters);
}

#define is_alias(v) is_instance_of(v, &generic_alias_type)
static bool can_join(Value v) { return v == NONE || is_type(v) || is_alias(v) || type_of(v) == &union_type; }

/* Adds a member (the members of a union) unless it is there: aliases are compared, classes are not. */
static bool add(Value list, Value v)
{
    if (v == NONE) v = VALUE(&none_type);
    if (type_of(v) == &union_type) {
        Value args = ((UnionObj *)v)->args;
        for (int64_t i = 0; i < tuple_size(args); i++) {
            if (!add(list, tuple_get(args, i))) return false;
        }
        return true;
    }
    for (int64_t i = 0; i < list_size(list); i++) {
        Value other = list_get(list, i);
        int same = is_alias(v) && is_alias(other) ? object_equal(v, other) : v == other;
        if (same) return same > 0;
    }
    return list_append(list, v);
}

static Value from_list(Value list)
{
    if (list_size(list) == 1) return list_get(list, 0);
    Value args = list_to_tuple(list);
    UnionObj *u = args ? gc_alloc(UnionObj, &union_type) : 0;
    if (u) u->args = args;
    return VALUE(u);
}

Value union_or(Value a, Value b)
{
    if (!can_join(a) || !can_join(b)) return NOT_IMPLEMENTED;
    Value list = list_new(0);
    return list && add(list, a) && add(list, b) ? from_list(list) : 0;
}

Value union_members(Value v) { return ((UnionObj *)v)->args; }
Value union_new(Value a, Value b) { return union_or(a, b); }

static Value union_repr(Value self)
{
    Value args = ((UnionObj *)self)->args;
    if (!recursion_enter(" while getting the repr of an object")) return 0;
    StrBuilder b = {0};
    bool good = true;
    for (int64_t i = 0; good && i < tuple_size(args); i++) {
        Value each = tuple_get(args, i);
        good = (!i || str_builder_cstring(&b, " | ")) && (each == VALUE(&none_type) ? str_builder_cstring(&b, "None") : type_argument_repr(&b, each));
    }
    recursion_leave();
    return good ? str_builder_finish(&b) : 0;
}

static bool union_hash(Value self, int64_t *hash)
{
    Value set = frozenset_new(((UnionObj *)self)->args);
    return set && object_hash(set, hash);
}

static Value union_compare(Value a, Value b, CompareOp op)
{
    if (type_of(b) != &union_type || (op != CMP_EQ && op != CMP_NE)) return NOT_IMPLEMENTED;
    Value x = set_new(((UnionObj *)a)->args), y = x ? set_new(((UnionObj *)b)->args) : 0;
    return y ? object_compare(x, y, op) : 0;
}

static Value union_parameters(Value self)
{
    UnionObj *u = (UnionObj *)self;
    if (!u->parameters) {
        Value parameters = type_parameters(u->args);
        if (!parameters) return 0;
        SET(u, parameters, parameters);
    }
    return u->parameters;
}

static Value union_getitem(Value self, Value item)
{
    Value parameters = union_parameters(self), args = parameters ? type_substitute(self, ((UnionObj *)self)->args, parameters, item) : 0;
    if (!args) return 0;
    Value result = tuple_get(args, 0);
    for (int64_t i = 1; result && i < tuple_size(args); i++) result = number_binary(result, tuple_get(args, i), BINARY_OR);
    return result;
}

static Value union_getattr(Value self, Value name)
{
    if (is_str(name) && str_equal_ascii(name, "__module__")) return NAME("types");
    return object_generic_getattr(self, name);
}

static const GetSetDef union_getset[] = {{"__parameters__", union_parameters, 0, "Type variables in the types.UnionType."}, {0}};
static const MemberDef union_fields[] = {{"__args__", MEMBER_VALUE, offsetof(UnionObj, args), false}, {0}};

Type union_type = {
    TYPE_INIT("types.UnionType", UnionObj),
    .flags = TYPE_DISALLOW_NEW,
    .doc = "Represent a PEP 604 union type\n\nE.g. for int | str",
    .trace = union_trace,
    .repr = union_repr,
    .hash = union_hash,
    .compare = union_compare,
    .getattr = union_getattr,
    .getitem = union_getitem,
    .binary = {[BINARY_OR] = union_or},
    .getset = union_getset,
    .members = union_fields,
};
