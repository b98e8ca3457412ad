/* code.c: code objects: the type, their attributes, positions, replace(), comparison. */
#include "object/bytes.h"
#include "object/container.h"
#include "object/function.h"
#include "object/number.h"
#include "object/str.h"
#include "heap/barrier.h"
#include "vm/lower.h"
#include "vm/vm.h"

static CodeObj *as_code(Value v) { return (CodeObj *)v; }

/* ---- completing a new one */

static bool intern_names(Value *tuple)
{
    for (int64_t n = 0; n < tuple_size(*tuple); n++) {
        Value name = tuple_get(*tuple, n);
        if (type_of(name) != &str_type) return raise_type("name tuples must contain only strings, not '%.500s'", type_name_of(name));
        if (!(name = str_intern(name))) return false;
        tuple_items(*tuple)[n] = name;
        gc_barrier((void *)*tuple);
    }
    return true;
}

static bool looks_like_name(Value s)
{
    if (!str_is_ascii(s)) return false;
    int64_t length = str_length(s);
    const uint8_t *p = str_data(s);
    for (int64_t n = 0; n < length; n++) {
        uint8_t c = p[n];
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_')) return false;
    }
    return true;
}

static bool intern_constants(Value tuple)
{
    for (int64_t n = 0; n < tuple_size(tuple); n++) {
        Value v = tuple_get(tuple, n);
        if (type_of(v) == &tuple_type) {
            if (!intern_constants(v)) return false;
        } else if (type_of(v) == &str_type && looks_like_name(v)) {
            if (!(v = str_intern(v))) return false;
            tuple_items(tuple)[n] = v;
            gc_barrier((void *)tuple);
        }
    }
    return true;
}

static void code_trace(Obj *object)
{
    CodeObj *c = (CodeObj *)object;
    const Value fields[] = {c->consts, c->names, c->exceptiontable, c->localsplusnames, c->localspluskinds, c->filename, c->name, c->qualname, c->linetable, c->code, c->varnames,
                            c->cellvars, c->freevars};
    gc_visit_values(fields, sizeof fields / sizeof fields[0]);
    if (c->lowered) lowered_trace(c->lowered);
}

/* ---- the location table */

typedef struct Location { int start, end /* units */, line, end_line, column, end_column; } Location;
typedef struct LocationReader { const uint8_t *p, *end; int unit, line; } LocationReader;

static LocationReader locations(CodeObj *c)
{
    const uint8_t *p = bytes_data(c->linetable);
    return (LocationReader){p, p + bytes_size(c->linetable), 0, c->firstlineno};
}

static uint32_t location_varint(LocationReader *r)
{
    uint32_t value = 0;
    for (int shift = 0; r->p < r->end && shift < 32; shift += 6) {
        uint8_t byte = *r->p++;
        value |= (uint32_t)(byte & 63) << shift;
        if (!(byte & 64)) break;
    }
    return value;
}

static int location_svarint(LocationReader *r)
{
    uint32_t value = location_varint(r);
    return value & 1 ? -(int)(value >> 1) : (int)(value >> 1);
}

static uint8_t location_byte(LocationReader *r) { return r->p < r->end ? *r->p++ : 0; }

static bool location_next(LocationReader *r, Location *l)
{
    if (r->p >= r->end) return false;
    uint8_t first = *r->p++;
    int kind = (first >> 3) & 15, length = (first & 7) + 1;
    l->start = r->unit;
    l->end = r->unit += length;
    l->line = l->end_line = l->column = l->end_column = -1;
    switch (kind) {
    case 15: return true;
    case 14:
        r->line += location_svarint(r);
        l->line = r->line;
        l->end_line = r->line + (int)location_varint(r);
        l->column = (int)location_varint(r) - 1;
        l->end_column = (int)location_varint(r) - 1;
        return true;
    case 13:
        r->line += location_svarint(r);
        l->line = l->end_line = r->line;
        return true;
    case 10: case 11: case 12:
        r->line += kind - 10;
        l->line = l->end_line = r->line;
        l->column = location_byte(r);
        l->end_column = location_byte(r);
        return true;
    default: {
        uint8_t second = location_byte(r);
        l->line = l->end_line = r->line;
        l->column = kind << 3 | second >> 4;
        l->end_column = l->column + (second & 15);
        return true;
    }
    }
}

void code_position(CodeObj *code, int offset, int *line, int *end_line, int *column, int *end_column)
{
    LocationReader r = locations(code);
    Location l;
    bool found = false;
    while (offset >= 0 && !found && location_next(&r, &l)) found = offset / 2 < l.end;
    if (!found) l = (Location){0, 0, -1, -1, -1, -1};
    if (line) *line = l.line;
    if (end_line) *end_line = l.end_line;
    if (column) *column = l.column;
    if (end_column) *end_column = l.end_column;
}

void code_lines(CodeObj *code, int *lines, int units)
{
    LocationReader r = locations(code);
    Location l;
    int at = 0;
    while (at < units && location_next(&r, &l))
        for (; at < l.end && at < units; at++) lines[at] = l.line;
    for (; at < units; at++) lines[at] = -1;
}

static Value number_or_none(int n) { return n < 0 ? NONE : small_int(n); }

static NATIVE(code_co_lines)
{
    CodeObj *c = as_code(args[0]);
    Value list = list_new(0);
    LocationReader r = locations(c);
    Location l;
    int64_t units = bytes_size(c->code) / 2;
    while (list && location_next(&r, &l) && l.start < units) {
        Value item = tuple_pack(3, small_int(l.start * 2), small_int(l.end * 2), number_or_none(l.line));
        if (!item || !list_append(list, item)) return 0;
    }
    return list ? object_iter(list) : 0;
}

static NATIVE(code_co_positions)
{
    CodeObj *c = as_code(args[0]);
    Value list = list_new(0);
    LocationReader r = locations(c);
    Location l;
    int64_t units = bytes_size(c->code) / 2;
    while (list && location_next(&r, &l)) {
        Value item = tuple_pack(4, number_or_none(l.line), number_or_none(l.end_line), number_or_none(l.column), number_or_none(l.end_column));
        for (int n = l.start; n < l.end && n < units; n++)
            if (!item || !list_append(list, item)) return 0;
    }
    return list ? object_iter(list) : 0;
}

/* The table without columns, as -X no_debug_ranges wants it: each entry keeps its length and its line. */
static bool strip_columns(CodeObj *c)
{
    enum { NO_COLUMNS = 13, NOTHING = 15 };
    BytesBuilder out = {0};
    LocationReader r = locations(c);
    Location l;
    for (int line = c->firstlineno; location_next(&r, &l);) {
        int kind = l.line < 0 ? NOTHING : NO_COLUMNS;
        uint8_t entry[8] = {(uint8_t)(0x80 | kind << 3 | (l.end - l.start - 1))};
        size_t size = 1;
        if (kind == NO_COLUMNS) {
            int64_t delta = (int64_t)l.line - line;
            uint64_t value = delta < 0 ? (uint64_t)-delta << 1 | 1 : (uint64_t)delta << 1;
            for (; value >= 64; value >>= 6) entry[size++] = 64 | (value & 63);
            entry[size++] = (uint8_t)value;
            line = l.line;
        }
        if (!bytes_builder_add(&out, entry, size)) return false;
    }
    Value table = bytes_builder_finish(&out);
    if (!table) return false;
    SET(c, linetable, table);
    return true;
}

bool code_init(CodeObj *c)
{
    if (!intern_names(&c->names) || !intern_names(&c->localsplusnames) || !intern_constants(c->consts)) return false;
    if (c->argcount < 0 || c->posonlyargcount < 0 || c->kwonlyargcount < 0 || c->posonlyargcount > c->argcount) return raise_value("code: argument counts must not be negative");
    c->nlocalsplus = (int)tuple_size(c->localsplusnames);
    if (bytes_size(c->localspluskinds) != c->nlocalsplus) return raise_value("code: names and kinds of locals differ in number");
    c->nlocals = c->ncellvars = c->nfreevars = c->ncellvars_pure = 0;
    const uint8_t *kinds = bytes_data(c->localspluskinds);
    for (int n = 0; n < c->nlocalsplus; n++) {
        if (kinds[n] & LOCAL_FAST) c->nlocals++;
        if (kinds[n] & LOCAL_CELL) {
            c->ncellvars++;
            if (!(kinds[n] & LOCAL_FAST)) c->ncellvars_pure++;
        } else if (kinds[n] & LOCAL_FREE) c->nfreevars++;
    }
    int64_t args = (int64_t)c->argcount + c->kwonlyargcount + !!(c->flags & CO_VARARGS) + !!(c->flags & CO_VARKEYWORDS);
    if (args > c->nlocals) return raise_value("code: varnames is too small");
    if (vm_no_columns && !strip_columns(c)) return false;
    c->size = bytes_size(c->code) / 2;
    c->verified = 0;
    c->lowered = 0;
    gc_barrier(c);
    return true;
}

/* ---- attributes */

static Value names_of_kind(CodeObj *c, uint8_t kind)
{
    Value list = list_new(0);
    const uint8_t *kinds = bytes_data(c->localspluskinds);
    for (int n = 0; list && n < c->nlocalsplus; n++)
        if ((kinds[n] & kind) && !list_append(list, tuple_get(c->localsplusnames, n))) return 0;
    return list ? list_to_tuple(list) : 0;
}

#define NAMES_GETTER(field, kind) \
    static Value code_get_##field(Value self) \
    { \
        CodeObj *c = as_code(self); \
        if (!c->field) { \
            Value names = names_of_kind(c, kind); \
            if (!names) return 0; \
            SET(c, field, names); \
        } \
        return c->field; \
    }
NAMES_GETTER(varnames, LOCAL_FAST)
NAMES_GETTER(cellvars, LOCAL_CELL)
NAMES_GETTER(freevars, LOCAL_FREE)

static Value code_get_code(Value self) { return as_code(self)->code; }

static NATIVE(code_varname_from_oparg)
{
    int index;
    if (!number_as_int(args[1], &index)) return 0;
    CodeObj *c = as_code(args[0]);
    if (index < 0 || index >= c->nlocalsplus) return raise_index("tuple index out of range");
    return tuple_get(c->localsplusnames, index);
}

static Value code_repr(Value self)
{
    CodeObj *c = as_code(self);
    return str_format_c("<code object %U at %p, file \"%U\", line %d>", c->name, (void *)c, c->filename, c->firstlineno);
}

/* ---- comparison */

static int same_constant(Value a, Value b);

static int same_items(Value a, Value b)
{
    if (tuple_size(a) != tuple_size(b)) return 0;
    for (int64_t n = 0; n < tuple_size(a); n++) {
        int same = same_constant(tuple_get(a, n), tuple_get(b, n));
        if (same != 1) return same;
    }
    return 1;
}

/* Equal as constants of code are: the types agree as well, and the signs of zeros. */
static int same_constant(Value a, Value b)
{
    if (a == b) return 1;
    Type *type = type_of(a);
    if (type != type_of(b)) return 0;
    if (type == &tuple_type) return same_items(a, b);
    if (type == &float_type) {
        double x = float_value(a), y = float_value(b);
        return memcmp(&x, &y, sizeof x) == 0;
    }
    if (type == &complex_type) return memcmp(&((ComplexObj *)a)->real, &((ComplexObj *)b)->real, 2 * sizeof(double)) == 0;
    return object_equal(a, b);
}

static int code_equal(CodeObj *a, CodeObj *b)
{
    if (a->argcount != b->argcount || a->posonlyargcount != b->posonlyargcount || a->kwonlyargcount != b->kwonlyargcount || a->flags != b->flags || a->firstlineno != b->firstlineno)
        return 0;
    Value pairs[][2] = {{a->name, b->name}, {a->code, b->code}, {a->names, b->names}, {a->localsplusnames, b->localsplusnames}, {a->localspluskinds, b->localspluskinds},
                        {a->linetable, b->linetable}, {a->exceptiontable, b->exceptiontable}};
    for (size_t n = 0; n < sizeof pairs / sizeof pairs[0]; n++) {
        int same = object_equal(pairs[n][0], pairs[n][1]);
        if (same != 1) return same;
    }
    return same_items(a->consts, b->consts);
}

static Value code_compare(Value a, Value b, CompareOp op)
{
    if ((op != CMP_EQ && op != CMP_NE) || type_of(a) != &code_type || type_of(b) != &code_type) return NOT_IMPLEMENTED;
    int same = a == b ? 1 : code_equal(as_code(a), as_code(b));
    return same < 0 ? 0 : bool_value(same == (op == CMP_EQ));
}

static bool hash_constant(Value v, int64_t *hash)
{
    if (type_of(v) == &tuple_type) {
        uint64_t h = 0x345678;
        for (int64_t n = 0; n < tuple_size(v); n++) {
            int64_t item;
            if (!hash_constant(tuple_get(v, n), &item)) return false;
            h = (h ^ (uint64_t)item) * 1000003;
        }
        *hash = (int64_t)h;
        return true;
    }
    return object_hash(v, hash);
}

static bool code_hash(Value self, int64_t *hash)
{
    CodeObj *c = as_code(self);
    Value parts[] = {c->name, c->consts, c->names, c->localsplusnames, c->linetable, c->exceptiontable, c->code};
    uint64_t h = (uint64_t)(c->argcount ^ c->posonlyargcount ^ c->kwonlyargcount ^ c->flags ^ c->firstlineno);
    for (size_t n = 0; n < sizeof parts / sizeof parts[0]; n++) {
        int64_t part;
        if (!hash_constant(parts[n], &part)) return false;
        h = (h ^ (uint64_t)part) * 1000003;
    }
    *hash = (int64_t)h == -1 ? -2 : (int64_t)h;
    return true;
}

/* ---- making: code(...) and replace(...) */

enum { NEW_ARGCOUNT, NEW_POSONLY, NEW_KWONLY, NEW_NLOCALS, NEW_STACKSIZE, NEW_FLAGS, NEW_CODE, NEW_CONSTS, NEW_NAMES, NEW_VARNAMES, NEW_FILENAME, NEW_NAME, NEW_QUALNAME, NEW_FIRSTLINE,
       NEW_LINETABLE, NEW_EXCEPTIONTABLE, NEW_FREEVARS, NEW_CELLVARS, NEW_COUNT };

static bool name_index(Value tuple, Value name, int64_t *index)
{
    for (*index = 0; *index < tuple_size(tuple); ++*index)
        if (str_equal(tuple_get(tuple, *index), name)) return true;
    return false;
}

static bool all_strings(Value tuple)
{
    for (int64_t n = 0; n < tuple_size(tuple); n++)
        if (!is_str(tuple_get(tuple, n))) return raise_type("name tuples must contain only strings, not '%.500s'", type_name_of(tuple_get(tuple, n)));
    return true;
}

/* Locals, then cells that are no locals, then free variables. */
static bool set_locals(CodeObj *c, Value varnames, Value cellvars, Value freevars)
{
    Value names = list_new(0);
    BytesBuilder kinds = {0};
    if (!names || !all_strings(varnames) || !all_strings(cellvars) || !all_strings(freevars)) return false;
    for (int64_t n = 0; n < tuple_size(varnames); n++) {
        int64_t at;
        uint8_t kind = LOCAL_FAST | (name_index(cellvars, tuple_get(varnames, n), &at) ? LOCAL_CELL : 0);
        if (!list_append(names, tuple_get(varnames, n)) || !bytes_builder_add(&kinds, &kind, 1)) return false;
    }
    for (int64_t n = 0; n < tuple_size(cellvars); n++) {
        int64_t at;
        uint8_t kind = LOCAL_CELL;
        if (name_index(varnames, tuple_get(cellvars, n), &at)) continue;
        if (!list_append(names, tuple_get(cellvars, n)) || !bytes_builder_add(&kinds, &kind, 1)) return false;
    }
    for (int64_t n = 0; n < tuple_size(freevars); n++) {
        uint8_t kind = LOCAL_FREE;
        if (!list_append(names, tuple_get(freevars, n)) || !bytes_builder_add(&kinds, &kind, 1)) return false;
    }
    c->localsplusnames = list_to_tuple(names);
    c->localspluskinds = kinds.size ? bytes_builder_finish(&kinds) : bytes_empty;
    return c->localsplusnames && c->localspluskinds;
}

static Value code_make(Type *type, const Value *p)
{
    CodeObj *c = (CodeObj *)type_alloc(type, 0);
    int nlocals, *const ints[] = {&c->argcount, &c->posonlyargcount, &c->kwonlyargcount, &nlocals, &c->stacksize, &c->flags};
    if (!c) return 0;
    for (int n = 0; n < 6; n++)
        if (!number_as_int(p[n], ints[n])) return 0;
    if (!number_as_int(p[NEW_FIRSTLINE], &c->firstlineno)) return 0;
    static const struct { int index; Type *type; const char *expected; } checks[] = {
        {NEW_CODE, &bytes_type, "bytes"}, {NEW_CONSTS, &tuple_type, "tuple"}, {NEW_NAMES, &tuple_type, "tuple"}, {NEW_VARNAMES, &tuple_type, "tuple"}, {NEW_FILENAME, &str_type, "str"},
        {NEW_NAME, &str_type, "str"}, {NEW_QUALNAME, &str_type, "str"}, {NEW_LINETABLE, &bytes_type, "bytes"}, {NEW_EXCEPTIONTABLE, &bytes_type, "bytes"},
        {NEW_FREEVARS, &tuple_type, "tuple"}, {NEW_CELLVARS, &tuple_type, "tuple"},
    };
    for (size_t n = 0; n < sizeof checks / sizeof checks[0]; n++)
        if (!is_instance_of(p[checks[n].index], checks[n].type))
            return raise_type("code() argument %d must be %s, not %.200s", checks[n].index + 1, checks[n].expected, type_name_of(p[checks[n].index]));
    if (c->argcount < 0) return raise_value("code: argcount must not be negative");
    if (c->posonlyargcount < 0) return raise_value("code: posonlyargcount must not be negative");
    if (c->kwonlyargcount < 0) return raise_value("code: kwonlyargcount must not be negative");
    if (nlocals < 0) return raise_value("code: nlocals must not be negative");
    if (nlocals != tuple_size(p[NEW_VARNAMES])) return raise_value("code: co_nlocals != len(co_varnames)");
    c->code = p[NEW_CODE];
    c->consts = tuple_from(tuple_items(p[NEW_CONSTS]), tuple_size(p[NEW_CONSTS]));
    c->names = tuple_from(tuple_items(p[NEW_NAMES]), tuple_size(p[NEW_NAMES]));
    if (!c->consts || !c->names || !all_strings(c->names)) return 0;
    c->filename = p[NEW_FILENAME], c->name = p[NEW_NAME], c->qualname = p[NEW_QUALNAME];
    c->linetable = p[NEW_LINETABLE], c->exceptiontable = p[NEW_EXCEPTIONTABLE];
    if (!set_locals(c, p[NEW_VARNAMES], p[NEW_CELLVARS], p[NEW_FREEVARS])) return 0;
    gc_barrier(c);
    return code_init(c) ? VALUE(c) : 0;
}

static NATIVE(code_new)
{
    Value all[NEW_COUNT];
    Type *type = (Type *)args[0];
    memcpy(all, args + 1, sizeof all);
    if (!all[NEW_FREEVARS]) all[NEW_FREEVARS] = tuple_empty;
    if (!all[NEW_CELLVARS]) all[NEW_CELLVARS] = tuple_empty;
    return code_make(type, all);
}

static Value code_new_slot(Type *type, Value *args, size_t nargs, Value kwnames)
{
    static Signature *signature;
    Value bound[NEW_COUNT + 1] = {VALUE(type)};
    if (!native_bind("code", "(argcount, posonlyargcount, kwonlyargcount, nlocals, stacksize, flags, codestring, constants, names, varnames, filename, name, qualname, firstlineno, "
                     "linetable, exceptiontable, freevars=(), cellvars=(), /)", &signature, args, nargs, kwnames, bound + 1)) return 0;
    return code_new(bound, NEW_COUNT + 1, 0);
}

static NATIVE(code_replace)
{
    CodeObj *c = as_code(args[0]);
    enum { R_ARGCOUNT = 1, R_POSONLY, R_KWONLY, R_NLOCALS, R_STACKSIZE, R_FLAGS, R_FIRSTLINE, R_CODE, R_CONSTS, R_NAMES, R_VARNAMES, R_FREEVARS, R_CELLVARS, R_FILENAME, R_NAME, R_QUALNAME,
           R_LINETABLE, R_EXCEPTIONTABLE };
    Value all[NEW_COUNT];
#define TAKE(slot, arg, otherwise) all[slot] = args[arg] ? args[arg] : (otherwise); if (!all[slot]) return 0
    TAKE(NEW_ARGCOUNT, R_ARGCOUNT, small_int(c->argcount));
    TAKE(NEW_POSONLY, R_POSONLY, small_int(c->posonlyargcount));
    TAKE(NEW_KWONLY, R_KWONLY, small_int(c->kwonlyargcount));
    TAKE(NEW_NLOCALS, R_NLOCALS, small_int(c->nlocals));
    TAKE(NEW_STACKSIZE, R_STACKSIZE, small_int(c->stacksize));
    TAKE(NEW_FLAGS, R_FLAGS, small_int(c->flags));
    TAKE(NEW_FIRSTLINE, R_FIRSTLINE, small_int(c->firstlineno));
    TAKE(NEW_CODE, R_CODE, c->code);
    TAKE(NEW_CONSTS, R_CONSTS, c->consts);
    TAKE(NEW_NAMES, R_NAMES, c->names);
    TAKE(NEW_VARNAMES, R_VARNAMES, code_get_varnames(args[0]));
    TAKE(NEW_FREEVARS, R_FREEVARS, code_get_freevars(args[0]));
    TAKE(NEW_CELLVARS, R_CELLVARS, code_get_cellvars(args[0]));
    TAKE(NEW_FILENAME, R_FILENAME, c->filename);
    TAKE(NEW_NAME, R_NAME, c->name);
    TAKE(NEW_QUALNAME, R_QUALNAME, c->qualname);
    TAKE(NEW_LINETABLE, R_LINETABLE, c->linetable);
    TAKE(NEW_EXCEPTIONTABLE, R_EXCEPTIONTABLE, c->exceptiontable);
#undef TAKE
    return code_make(&code_type, all);
}

static NATIVE(code_sizeof) { return int_new((int64_t)sizeof(CodeObj) + bytes_size(as_code(args[0])->code)); }

static const NativeDef code_methods[] = {
    {"replace", "(self, /, *, co_argcount=<unrepresentable>, co_posonlyargcount=<unrepresentable>, co_kwonlyargcount=<unrepresentable>, co_nlocals=<unrepresentable>, "
                "co_stacksize=<unrepresentable>, co_flags=<unrepresentable>, co_firstlineno=<unrepresentable>, co_code=<unrepresentable>, co_consts=<unrepresentable>, "
                "co_names=<unrepresentable>, co_varnames=<unrepresentable>, co_freevars=<unrepresentable>, co_cellvars=<unrepresentable>, co_filename=<unrepresentable>, "
                "co_name=<unrepresentable>, co_qualname=<unrepresentable>, co_linetable=<unrepresentable>, co_exceptiontable=<unrepresentable>)",
     code_replace, "A copy of the code object with new values for the given fields.", 0},
    {"co_lines", "(self, /)", code_co_lines, "Iterates over (start, end, line) of the code's runs of one line.", 0},
    {"co_positions", "(self, /)", code_co_positions, "Iterates over the source positions of the instructions.", 0},
    {"_varname_from_oparg", "(self, /, oparg)", code_varname_from_oparg, "The name of the local variable with this index.", 0},
    {"__sizeof__", "(self, /)", code_sizeof, "Size in memory, in bytes.", 0},
    {0},
};
static const GetSetDef code_getset[] = {
    {"co_code", code_get_code, 0, "The instructions."},
    {"co_varnames", code_get_varnames, 0, "Names of the local variables."},
    {"co_cellvars", code_get_cellvars, 0, "Names of the variables that inner functions use."},
    {"co_freevars", code_get_freevars, 0, "Names of the variables of outer functions."},
    {"_co_code_adaptive", code_get_code, 0, "The instructions."},
    {0},
};
#define FIELD(name, kind, field) {name, kind, offsetof(CodeObj, field), false, 0}
static const MemberDef code_members[] = {
    FIELD("co_argcount", MEMBER_INT, argcount), FIELD("co_posonlyargcount", MEMBER_INT, posonlyargcount), FIELD("co_kwonlyargcount", MEMBER_INT, kwonlyargcount),
    FIELD("co_stacksize", MEMBER_INT, stacksize), FIELD("co_flags", MEMBER_INT, flags), FIELD("co_names", MEMBER_VALUE, names), FIELD("co_filename", MEMBER_VALUE, filename),
    FIELD("co_name", MEMBER_VALUE, name), FIELD("co_qualname", MEMBER_VALUE, qualname), FIELD("co_linetable", MEMBER_VALUE, linetable), FIELD("co_consts", MEMBER_VALUE, consts),
    FIELD("co_exceptiontable", MEMBER_VALUE, exceptiontable), FIELD("co_firstlineno", MEMBER_INT, firstlineno), FIELD("co_nlocals", MEMBER_INT, nlocals),
    FIELD("co_lnotab", MEMBER_VALUE, linetable),
    {0},
};

Type code_type = {
    TYPE_INIT("code", CodeObj), .flags = TYPE_WEAKREF_OK, .doc = "A compiled piece of Python.", .trace = code_trace, .repr = code_repr, .hash = code_hash, .compare = code_compare,
    .new = code_new_slot, .methods = code_methods, .getset = code_getset, .members = code_members,
};
