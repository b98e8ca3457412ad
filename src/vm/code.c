/* code.c: code objects: the type, their attributes, positions, replace(), comparison. */
#include "vm/peek.h"
#include "base/peek.h"
#include "object/bytes.h"
#include "object/container.h"
#include "object/function.h"
#include "object/number.h"
#include "object/str_internal.h"
#include "heap/barrier.h"
#include "heap/distinct.h"
#include "vm/lower.h"
#include "vm/vm.h"
#include <limits.h>
#include <stdio.h>

static CodeObj *as_code(Value v) { return (CodeObj *)v; }

/* ---- completing a new one */

static bool intern_names(Value *tuple)
{
    for (int64_t n = 0; n < tuple_size(*tuple); n++) {
        Value name = tuple_get(*tuple, n);
        if (type_of(name) != &str_type) return raise_system("non-string found in code slot");
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

/* Interns the names in one tuple of constants, and adds the tuples in it to those found. */
static bool intern_inside(Value tuple, Distinct *found)
{
    for (int64_t n = 0; n < tuple_size(tuple); n++) {
        Value v = tuple_get(tuple, n);
        if (type_of(v) == &tuple_type) {
            if (!distinct_add(found, v)) return false;
        } else if (type_of(v) == &str_type && looks_like_name(v)) {
            if (!(v = str_intern(v))) return false;
            tuple_items(tuple)[n] = v;
            gc_barrier((void *)tuple);
        }
    }
    return true;
}

/* Constants nest as deep as somebody makes them and share their parts as often, and marshal data can hold a tuple in itself. */
static bool intern_constants(Value tuple)
{
    Distinct found = {.count = 0};
    bool ok = intern_inside(tuple, &found);
    for (size_t n = 0; ok && n < found.count; n++) ok = intern_inside(distinct_items(&found)[n].object, &found);
    return ok;
}

static void code_trace(Obj *object)
{
    CodeObj *c = (CodeObj *)object;
    const Value fields[] = {c->consts,   c->names,     c->exceptiontable, c->localsplusnames, c->localspluskinds, c->filename, c->name,
                            c->qualname, c->linetable, c->code,           c->varnames,        c->cellvars,        c->freevars};
    gc_visit_values(fields, sizeof fields / sizeof fields[0]);
    if (c->lowered) lowered_trace(c->lowered);
}

/* ---- the location table */

typedef struct Location {
    int start, end /* units */, line, end_line, column, end_column;
} Location;
typedef struct LocationReader {
    const uint8_t *p, *end;
    int unit, line;
    bool damaged;
} LocationReader;

static LocationReader locations(CodeObj *c)
{
    const uint8_t *p = bytes_data(c->linetable);
    return (LocationReader){p, p + bytes_size(c->linetable), 0, c->firstlineno, false};
}

static uint8_t location_byte(LocationReader *r)
{
    if (r->p < r->end) return *r->p++;
    r->damaged = true;
    return 0;
}

static uint32_t location_varint(LocationReader *r)
{
    uint32_t value = 0;
    uint8_t byte = 64;
    for (int shift = 0; byte & 64; shift += 6) {
        byte = location_byte(r);
        if (shift < 32) value |= (uint32_t)(byte & 63) << shift;
        else if (byte & 63) r->damaged = true;
    }
    return value;
}

/* A number of the table added to one that is known; what does not fit is damage. */
static int location_sum(LocationReader *r, int n, int64_t more)
{
    int sum;
    r->damaged |= __builtin_add_overflow(n, more, &sum);
    return sum;
}

static int64_t location_svarint(LocationReader *r)
{
    uint32_t value = location_varint(r);
    return value & 1 ? -(int64_t)(value >> 1) : (int64_t)(value >> 1);
}

/* The next entry; false at the end. What is damaged yields anything, but harms nobody: r->damaged tells. */
static bool location_next(LocationReader *r, Location *l)
{
    if (r->p >= r->end || r->unit > INT_MAX / 2 - 8) return false;
    uint8_t first = *r->p++;
    int kind = (first >> 3) & 15, length = (first & 7) + 1;
    r->damaged |= !(first & 128);
    l->start = r->unit;
    l->end = r->unit += length;
    l->line = l->end_line = l->column = l->end_column = -1;
    switch (kind) {
    case 15: return true;
    case 14:
        r->line = location_sum(r, r->line, location_svarint(r));
        l->line = r->line;
        l->end_line = location_sum(r, r->line, location_varint(r));
        l->column = location_sum(r, -1, location_varint(r));
        l->end_column = location_sum(r, -1, location_varint(r));
        return true;
    case 13:
        r->line = location_sum(r, r->line, location_svarint(r));
        l->line = l->end_line = r->line;
        return true;
    case 10:
    case 11:
    case 12:
        r->line = location_sum(r, r->line, kind - 10);
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

bool code_locations_sound(CodeObj *c)
{
    LocationReader r = locations(c);
    Location l;
    for (;;) {
        /* Most entries have two or three bytes, which cannot be wrong. */
        while (r.end - r.p >= 3 && *r.p >= 128 && *r.p < (128 | 13 << 3) && r.line < INT_MAX - 2) {
            int lines = (*r.p >> 3 & 15) - 10;
            if (lines > 0) r.line += lines;
            r.p += lines < 0 ? 2 : 3;
        }
        if (!location_next(&r, &l)) return r.p == r.end;
        if (r.damaged) return false;
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

int code_line_peek(const CodeObj *code, int unit)
{
    enum { LONGEST = 64 };   /* more than an entry takes that makes sense */
    uint8_t window[8 * LONGEST];
    BytesObj head;
    if (!PEEK(head, (BytesObj *)code->linetable) || head.head.type != &bytes_type || head.size < 0) return -1;
    const uint8_t *next = ((BytesObj *)code->linetable)->data;
    size_t rest = (size_t)head.size;
    LocationReader r = {window, window, 0, code->firstlineno, false};
    for (Location l;;) {
        size_t left = (size_t)(r.end - r.p);
        if (left < LONGEST && rest) {
            size_t more = rest < sizeof window - left ? rest : sizeof window - left;
            memmove(window, r.p, left);
            if (!memory_peek(window + left, next, more)) return -1;
            r.p = window, r.end = window + left + more;
            next += more, rest -= more;
        }
        if (!location_next(&r, &l)) return 0;
        if (unit < l.end) return l.line;
    }
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

static bool add_delta(BytesBuilder *out, int64_t bytes, int64_t lines)
{
    for (; bytes > 255; bytes -= 255)
        if (!bytes_builder_add(out, (uint8_t[]){255, 0}, 2)) return false;
    while (lines > 127 || lines < -128) {
        int64_t step = lines > 0 ? 127 : -128;
        if (!bytes_builder_add(out, (uint8_t[]){(uint8_t)bytes, (uint8_t)step}, 2)) return false;
        bytes = 0;
        lines -= step;
    }
    return bytes_builder_add(out, (uint8_t[]){(uint8_t)bytes, (uint8_t)lines}, 2);
}

/* co_lnotab, the format before 3.10: pairs of a distance in bytes and a signed one in lines. */
static Value code_get_lnotab(Value self)
{
    CodeObj *c = as_code(self);
    BytesBuilder out = {0};
    LocationReader r = locations(c);
    Location l;
    int64_t at = 0, line = c->firstlineno;
    while (location_next(&r, &l) && !r.damaged) {
        if (r.line == line) continue;
        if (!add_delta(&out, 2 * (int64_t)l.start - at, r.line - line)) return 0;
        at = 2 * (int64_t)l.start;
        line = r.line;
    }
    return out.size ? bytes_builder_finish(&out) : bytes_empty;
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

/* What anything that looks at a code object relies on; the rest is the verifier's, when the code is to run. Exceptions are those of CPython. */
static bool fields_sound(CodeObj *c)
{
    if (c->argcount < c->posonlyargcount || c->posonlyargcount < 0 || c->kwonlyargcount < 0) return raise_system("code: numbers of arguments contradict one another");
    if (c->stacksize < 0 || c->flags < 0) return raise_system("code: the stack size and the flags must not be negative");
    if (!is_bytes(c->code) || !is_bytes(c->localspluskinds) || !is_bytes(c->linetable) || !is_bytes(c->exceptiontable)) return raise_system("code: bytes expected");
    if (!is_tuple(c->consts) || !is_tuple(c->names) || !is_tuple(c->localsplusnames)) return raise_system("code: tuple expected");
    if (!is_str(c->filename) || !is_str(c->name) || !is_str(c->qualname)) return raise_system("code: string expected");
    if (bytes_size(c->localspluskinds) != tuple_size(c->localsplusnames)) return raise_system("code: names and kinds of locals differ in number");
    if (bytes_size(c->code) > INT_MAX) return raise_format(&exc_OverflowError, "code: co_code larger than INT_MAX");
    return bytes_size(c->code) % 2 == 0 || raise_value("code: co_code is malformed");
}

static bool count_locals(CodeObj *c)
{
    c->nlocalsplus = (int)tuple_size(c->localsplusnames);
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
    return args <= c->nlocals || raise_value("code: co_varnames is too small");
}

static bool complete(CodeObj *c)
{
    if (!intern_names(&c->names) || !intern_names(&c->localsplusnames) || !intern_constants(c->consts)) return false;
    if (vm_no_columns && !strip_columns(c)) return false;
    c->size = bytes_size(c->code) / 2;
    c->verified = 0;
    c->lowered = 0;
    gc_barrier(c);
    return true;
}

bool code_init(CodeObj *c) { return fields_sound(c) && count_locals(c) && complete(c); }

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

static bool nests_too_deep(void) { return c_stack_low() && !raise_format(&exc_RecursionError, "maximum recursion depth exceeded in the constants of a code object"); }

static int same_constant(Value a, Value b);

static int same_items(Value a, Value b)
{
    if (nests_too_deep()) return -1;
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
    if (a->argcount != b->argcount || a->posonlyargcount != b->posonlyargcount || a->kwonlyargcount != b->kwonlyargcount || a->flags != b->flags ||
        a->firstlineno != b->firstlineno)
        return 0;
    Value pairs[][2] = {{a->name, b->name},
                        {a->code, b->code},
                        {a->names, b->names},
                        {a->localsplusnames, b->localsplusnames},
                        {a->localspluskinds, b->localspluskinds},
                        {a->linetable, b->linetable},
                        {a->exceptiontable, b->exceptiontable}};
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
        if (nests_too_deep()) return false;
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

enum {
    NEW_ARGCOUNT,
    NEW_POSONLY,
    NEW_KWONLY,
    NEW_NLOCALS,
    NEW_STACKSIZE,
    NEW_FLAGS,
    NEW_CODE,
    NEW_CONSTS,
    NEW_NAMES,
    NEW_VARNAMES,
    NEW_FILENAME,
    NEW_NAME,
    NEW_QUALNAME,
    NEW_FIRSTLINE,
    NEW_LINETABLE,
    NEW_EXCEPTIONTABLE,
    NEW_FREEVARS,
    NEW_CELLVARS,
    NEW_COUNT
};

static bool name_index(Value tuple, Value name, int64_t *index)
{
    for (*index = 0; *index < tuple_size(tuple); ++*index)
        if (str_equal(tuple_get(tuple, *index), name)) return true;
    return false;
}

/* A copy of a tuple of names, with plain strings for those of subclasses. CPython's replace() is stricter than code(), and says so in other words. */
static Value names_copy(Value tuple, bool replacing)
{
    Value copy = tuple_from(tuple_items(tuple), tuple_size(tuple));
    for (int64_t n = 0; copy && n < tuple_size(copy); n++) {
        Value name = tuple_get(copy, n);
        if (type_of(name) == &str_type) continue;
        if (replacing) return raise_system("non-string found in code slot");
        if (!is_str(name)) return raise_type("name tuples must contain only strings, not '%.500s'", type_of(name)->name);
        if (!(tuple_items(copy)[n] = str_exact(name))) return 0;
        gc_barrier((void *)copy);
    }
    return copy;
}

/* Locals, then cells that are no locals, then free variables. */
static bool set_locals(CodeObj *c, Value varnames, Value cellvars, Value freevars)
{
    Value names = list_new(0);
    BytesBuilder kinds = {0};
    if (!names) return false;
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

/* The fields in the order of code()'s arguments; 0 for type: int. */
static const struct {
    Type *type;
    const char *name;
} new_fields[NEW_COUNT] = {
    [NEW_ARGCOUNT] = {0, "co_argcount"},
    [NEW_POSONLY] = {0, "co_posonlyargcount"},
    [NEW_KWONLY] = {0, "co_kwonlyargcount"},
    [NEW_NLOCALS] = {0, "co_nlocals"},
    [NEW_STACKSIZE] = {0, "co_stacksize"},
    [NEW_FLAGS] = {0, "co_flags"},
    [NEW_CODE] = {&bytes_type, "co_code"},
    [NEW_CONSTS] = {&tuple_type, "co_consts"},
    [NEW_NAMES] = {&tuple_type, "co_names"},
    [NEW_VARNAMES] = {&tuple_type, "co_varnames"},
    [NEW_FILENAME] = {&str_type, "co_filename"},
    [NEW_NAME] = {&str_type, "co_name"},
    [NEW_QUALNAME] = {&str_type, "co_qualname"},
    [NEW_FIRSTLINE] = {0, "co_firstlineno"},
    [NEW_LINETABLE] = {&bytes_type, "co_linetable"},
    [NEW_EXCEPTIONTABLE] = {&bytes_type, "co_exceptiontable"},
    [NEW_FREEVARS] = {&tuple_type, "co_freevars"},
    [NEW_CELLVARS] = {&tuple_type, "co_cellvars"},
};

static bool check_new_field(Value v, int n, bool replacing, int *number)
{
    Type *type = new_fields[n].type;
    if (!type) return number_as_int(v, number);
    if (is_instance_of(v, type)) return true;
    char position[12];
    snprintf(position, sizeof position, "%d", n + 1);
    return raise_bad_argument(replacing ? "replace" : "code", replacing ? new_fields[n].name : position, type->name, v);
}

static bool check_not_negative(const int *numbers, bool replacing)
{
    for (int n = 0; n < NEW_COUNT; n++) {
        if (new_fields[n].type || numbers[n] >= 0) continue;
        if (replacing) return raise_value("%s must be a positive integer", new_fields[n].name);
        if (n <= NEW_NLOCALS) return raise_value("code: %s must not be negative", new_fields[n].name + 3);
    }
    return true;
}

/* p: values in the order of code()'s arguments. */
static Value code_make(Type *type, const Value *p, bool replacing)
{
    int numbers[NEW_COUNT];
    for (int n = 0; n < NEW_COUNT; n++)
        if (!check_new_field(p[n], n, replacing, &numbers[n])) return 0;
    if (!check_not_negative(numbers, replacing)) return 0;
    CodeObj *c = (CodeObj *)type_alloc(type, 0);
    if (!c) return 0;
    c->argcount = numbers[NEW_ARGCOUNT], c->posonlyargcount = numbers[NEW_POSONLY], c->kwonlyargcount = numbers[NEW_KWONLY];
    c->stacksize = numbers[NEW_STACKSIZE], c->flags = numbers[NEW_FLAGS], c->firstlineno = numbers[NEW_FIRSTLINE];
    Value varnames, freevars, cellvars;
    if (!(c->names = names_copy(p[NEW_NAMES], replacing)) || !(varnames = names_copy(p[NEW_VARNAMES], replacing)) || !(freevars = names_copy(p[NEW_FREEVARS], replacing)) ||
        !(cellvars = names_copy(p[NEW_CELLVARS], replacing)))
        return 0;
    c->code = type_of(p[NEW_CODE]) == &bytes_type ? p[NEW_CODE] : bytes_new(bytes_data(p[NEW_CODE]), (size_t)bytes_size(p[NEW_CODE]));
    c->consts = tuple_from(tuple_items(p[NEW_CONSTS]), tuple_size(p[NEW_CONSTS]));
    if (!c->code || !c->consts || !set_locals(c, varnames, cellvars, freevars)) return 0;
    c->filename = p[NEW_FILENAME], c->name = p[NEW_NAME], c->qualname = p[NEW_QUALNAME];
    c->linetable = p[NEW_LINETABLE], c->exceptiontable = p[NEW_EXCEPTIONTABLE];
    gc_barrier(c);
    if (!fields_sound(c) || !count_locals(c)) return 0;
    if (numbers[NEW_NLOCALS] != tuple_size(varnames)) return raise_value("code: co_nlocals != len(co_varnames)");
    return complete(c) ? VALUE(c) : 0;
}

static Value code_new_slot(Type *type, Value *args, size_t nargs, Value kwnames)
{
    static Signature *signature;
    Value all[NEW_COUNT];
    if (!native_bind("code",
                     "(argcount, posonlyargcount, kwonlyargcount, nlocals, stacksize, flags, codestring, constants, names, varnames, filename, name, qualname, firstlineno, "
                     "linetable, exceptiontable, freevars=(), cellvars=(), /)",
                     &signature, args, nargs, kwnames, all))
        return 0;
    if (!all[NEW_FREEVARS]) all[NEW_FREEVARS] = tuple_empty;
    if (!all[NEW_CELLVARS]) all[NEW_CELLVARS] = tuple_empty;
    return code_make(type, all, false);
}

static NATIVE(code_replace)
{
    CodeObj *c = as_code(args[0]);
    enum {
        R_ARGCOUNT = 1,
        R_POSONLY,
        R_KWONLY,
        R_NLOCALS,
        R_STACKSIZE,
        R_FLAGS,
        R_FIRSTLINE,
        R_CODE,
        R_CONSTS,
        R_NAMES,
        R_VARNAMES,
        R_FREEVARS,
        R_CELLVARS,
        R_FILENAME,
        R_NAME,
        R_QUALNAME,
        R_LINETABLE,
        R_EXCEPTIONTABLE
    };
    Value all[NEW_COUNT];
#define TAKE(slot, arg, otherwise) \
    all[slot] = args[arg] ? args[arg] : (otherwise); \
    if (!all[slot]) return 0
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
    return code_make(&code_type, all, true);
}

static NATIVE(code_sizeof) { return int_new((int64_t)sizeof(CodeObj) + bytes_size(as_code(args[0])->code)); }

static const NativeDef code_methods[] = {
    {"replace",
     "(self, /, *, co_argcount=<unrepresentable>, co_posonlyargcount=<unrepresentable>, co_kwonlyargcount=<unrepresentable>, co_nlocals=<unrepresentable>, "
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
    {"co_lnotab", code_get_lnotab, 0, "Pairs of distances in bytes and lines: the line table of Python 3.9."},
    {"_co_code_adaptive", code_get_code, 0, "The instructions."},
    {0},
};
#define FIELD(name, kind, field) {name, kind, offsetof(CodeObj, field), false, 0}
static const MemberDef code_members[] = {
    FIELD("co_argcount", MEMBER_INT, argcount),
    FIELD("co_posonlyargcount", MEMBER_INT, posonlyargcount),
    FIELD("co_kwonlyargcount", MEMBER_INT, kwonlyargcount),
    FIELD("co_stacksize", MEMBER_INT, stacksize),
    FIELD("co_flags", MEMBER_INT, flags),
    FIELD("co_names", MEMBER_VALUE, names),
    FIELD("co_filename", MEMBER_VALUE, filename),
    FIELD("co_name", MEMBER_VALUE, name),
    FIELD("co_qualname", MEMBER_VALUE, qualname),
    FIELD("co_linetable", MEMBER_VALUE, linetable),
    FIELD("co_consts", MEMBER_VALUE, consts),
    FIELD("co_exceptiontable", MEMBER_VALUE, exceptiontable),
    FIELD("co_firstlineno", MEMBER_INT, firstlineno),
    FIELD("co_nlocals", MEMBER_INT, nlocals),
    {0},
};

Type code_type = {
    TYPE_INIT("code", CodeObj), .flags = TYPE_WEAKREF_OK, .doc = "A compiled piece of Python.",
    .trace = code_trace,        .repr = code_repr,        .hash = code_hash,
    .compare = code_compare,    .new = code_new_slot,     .methods = code_methods,
    .getset = code_getset,      .members = code_members,
};
