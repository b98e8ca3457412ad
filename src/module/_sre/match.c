/* match.c: re.Match. */
#include "module/_sre/sre.h"

static MatchObj *mo(Value v) { return (MatchObj *)v; }

Value match_new(const Matcher *m, int64_t pos, int64_t endpos)
{
    int64_t groups = m->pattern->groups + 1;
    Value v = type_alloc(&match_type, 2 * groups);
    if (!v) return 0;
    MatchObj *match = mo(v);
    match->string = m->string;
    match->pattern = VALUE(m->pattern);
    match->pos = pos;
    match->endpos = endpos;
    match->groups = groups;
    match->lastindex = m->registers[REG_LAST];
    match->marks[0] = m->start;
    match->marks[1] = m->position;
    for (int64_t i = 1; i < groups; i++) {
        int64_t start = m->registers[REG_MARKS + 2 * (i - 1)], end = m->registers[REG_MARKS + 2 * (i - 1) + 1];
        bool set = start >= 0 && end >= start;
        match->marks[2 * i] = set ? start : -1;
        match->marks[2 * i + 1] = set ? end : -1;
    }
    return v;
}

static void match_trace(Obj *object)
{
    MatchObj *m = (MatchObj *)object;
    gc_visit(m->string);
    gc_visit(m->pattern);
    gc_visit(m->regs);
}

static Value slice(const MatchObj *m, int64_t start, int64_t end)
{
    if (is_str(m->string)) return str_substring(m->string, start, end);
    if (is_bytes(m->string)) {
        int64_t size = bytes_size(m->string);
        if (start == 0 && end == size && type_of(m->string) == &bytes_type) return m->string;
        return bytes_new(bytes_data(m->string) + start, (size_t)(end - start));
    }
    Buffer b;
    if (!buffer_get(m->string, &b, BUFFER_SIMPLE)) return 0;
    /* The buffer may have shrunk since. */
    if (end > b.length) end = b.length;
    if (start > end) start = end;
    Value v = bytes_new((const uint8_t *)b.data + start, (size_t)(end - start));
    buffer_release(&b);
    return v;
}

static Value group_value(const MatchObj *m, int64_t i, Value otherwise)
{
    if (m->marks[2 * i] < 0) return otherwise;
    return slice(m, m->marks[2 * i], m->marks[2 * i + 1]);
}

/* The number of the group that a number or name means; -1 with IndexError. */
static int64_t group_index(const MatchObj *m, Value key)
{
    int64_t i = -1;
    if (type_of(key)->index) {
        if (!number_as_size(key, &i)) return -1;
    } else {
        Value index = dict_get(((Pattern *)m->pattern)->groupindex, key);
        if (!index) error_clear();
        else if (!is_int(index) || int_as_int64_overflow(index, &i)) i = -1;
    }
    if (i >= 0 && i < m->groups) return i;
    raise_index("no such group");
    return -1;
}

static Value group_by_key(const MatchObj *m, Value key)
{
    int64_t i = group_index(m, key);
    return i < 0 ? 0 : group_value(m, i, NONE);
}

static NATIVE(match_group)
{
    const MatchObj *m = mo(args[0]);
    if (nargs == 1) return group_value(m, 0, NONE);
    if (nargs == 2) return group_by_key(m, args[1]);
    Value result = tuple_new((int64_t)nargs - 1);
    for (size_t i = 1; result && i < nargs; i++) {
        Value item = group_by_key(m, args[i]);
        if (!item) return 0;
        SET((TupleObj *)result, items[i - 1], item);
    }
    return result;
}

static Value match_getitem(Value v, Value key) { return group_by_key(mo(v), key); }

static NATIVE(match_start)
{
    int64_t i = group_index(mo(args[0]), args[1]);
    return i < 0 ? 0 : int_new(mo(args[0])->marks[2 * i]);
}

static NATIVE(match_end)
{
    int64_t i = group_index(mo(args[0]), args[1]);
    return i < 0 ? 0 : int_new(mo(args[0])->marks[2 * i + 1]);
}

static Value span(const MatchObj *m, int64_t i) { return tuple_pack(2, int_new(m->marks[2 * i]), int_new(m->marks[2 * i + 1])); }

static NATIVE(match_span)
{
    int64_t i = group_index(mo(args[0]), args[1]);
    return i < 0 ? 0 : span(mo(args[0]), i);
}

static NATIVE(match_groups)
{
    const MatchObj *m = mo(args[0]);
    Value result = tuple_new(m->groups - 1);
    for (int64_t i = 1; result && i < m->groups; i++) {
        Value item = group_value(m, i, args[1]);
        if (!item) return 0;
        SET((TupleObj *)result, items[i - 1], item);
    }
    return result;
}

static NATIVE(match_groupdict)
{
    const MatchObj *m = mo(args[0]);
    Value result = dict_new(), names = ((Pattern *)m->pattern)->groupindex, key, index;
    int64_t position = 0;
    while (result && dict_next(names, &position, &key, &index)) {
        int64_t i = group_index(m, key);
        Value item = i < 0 ? 0 : group_value(m, i, args[1]);
        if (!item || !dict_set(result, key, item)) return 0;
    }
    return result;
}

static NATIVE(match_expand)
{
    Value expand = import_attr("re", "_expand");
    return expand ? call_3(expand, mo(args[0])->pattern, args[0], args[1]) : 0;
}

static NATIVE(match_copy) { return args[0]; }

static Value match_repr(Value v)
{
    const MatchObj *m = mo(v);
    Value text = group_value(m, 0, NONE);
    return text ? str_format_c("<%s object; span=(%zd, %zd), match=%.50R>", type_of(v)->name, (size_t)m->marks[0], (size_t)m->marks[1], text) : 0;
}

static Value match_regs(Value v)
{
    MatchObj *m = mo(v);
    if (m->regs) return m->regs;
    Value regs = tuple_new(m->groups);
    for (int64_t i = 0; regs && i < m->groups; i++) {
        Value item = span(m, i);
        if (!item) return 0;
        SET((TupleObj *)regs, items[i], item);
    }
    if (regs) SET(m, regs, regs);
    return regs;
}

static Value match_lastindex(Value v) { return mo(v)->lastindex ? int_new(mo(v)->lastindex) : NONE; }

static Value match_lastgroup(Value v)
{
    const MatchObj *m = mo(v);
    Value names = ((Pattern *)m->pattern)->indexgroup;
    return m->lastindex && m->lastindex < tuple_size(names) ? tuple_get(names, m->lastindex) : NONE;
}

static const NativeDef match_methods[] = {
    {"group", 0, match_group, "group([group1, ...]): the text of a group, or of several as a tuple; group 0 is the whole match.", NATIVE_VECTOR | NATIVE_NO_KEYWORDS},
    {"start", "(self, group=0, /)", match_start, "Where the group starts; -1 if it took no part."},
    {"end", "(self, group=0, /)", match_end, "Where the group ends; -1 if it took no part."},
    {"span", "(self, group=0, /)", match_span, "(start, end) of the group."},
    {"groups", "(self, /, default=None)", match_groups, "The texts of all groups, default for those that took no part."},
    {"groupdict", "(self, /, default=None)", match_groupdict, "The texts of the named groups, by name."},
    {"expand", "(self, /, template)", match_expand, "The template with its group references replaced."},
    {"__copy__", "(self, /)", match_copy, 0},
    {"__deepcopy__", "(self, memo, /)", match_copy, 0},
    CLASS_GETITEM,
    {0},
};

static const GetSetDef match_getset[] = {
    {"lastindex", match_lastindex, 0, "The number of the last group that matched, or None."},
    {"lastgroup", match_lastgroup, 0, "The name of the last group that matched, or None."},
    {"regs", match_regs, 0, "The spans of all groups."},
    {0},
};

static const MemberDef match_members[] = {
    {"string", MEMBER_VALUE, offsetof(MatchObj, string), false, "The text that was searched."},
    {"re", MEMBER_VALUE, offsetof(MatchObj, pattern), false, "The pattern."},
    {"pos", MEMBER_INT64, offsetof(MatchObj, pos), false, "Where the search began."},
    {"endpos", MEMBER_INT64, offsetof(MatchObj, endpos), false, "Where the search had to end."},
    {0},
};

Type match_type = {
    .head = {.head = {.type = &type_type, .gc = GC_STATIC}},
    .name = "re.Match",
    .basic_size = sizeof(MatchObj),
    .item_size = sizeof(int64_t),
    .flags = TYPE_DISALLOW_NEW | TYPE_IMMUTABLE,
    .doc = "The result of re.match() and re.search().\nMatch objects always have a boolean value of True.",
    .trace = match_trace,
    .repr = match_repr,
    .getitem = match_getitem,
    .methods = match_methods,
    .getset = match_getset,
    .members = match_members,
};
