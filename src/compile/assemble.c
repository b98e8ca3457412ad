/* assemble.c: from finished blocks to the bytes and tables of a code object. */
#include "compile/internal.h"

static const uint8_t cache_entries[256] = {
#define OP(name, number, caches) [number] = caches,
#include "compile/opcodes.def"
};

/* A growing run of bytes. */
typedef struct Bytes {
    Arena *arena;
    uint8_t *data;
    uint32_t size, room;
} Bytes;

static void put_slow(Bytes *b)
{
    uint32_t room = b->room ? b->room * 2 : 64;
    uint8_t *data = arena_alloc(b->arena, room);
    if (b->size) memcpy(data, b->data, b->size);
    b->data = data;
    b->room = room;
}

static inline void put(Bytes *b, unsigned byte)
{
    if (b->size == b->room) put_slow(b);
    b->data[b->size++] = (uint8_t)byte;
}

/* ---- what comes before the first instruction ------------------------------------------------------------------------------------------ */

static int code_flags(Compiler *c, const Unit *u)
{
    const Scope *scope = u->scope;
    int flags = 0;
    if (scope->kind == SCOPE_FUNCTION) {
        flags |= CODE_NEWLOCALS | CODE_OPTIMIZED;
        if (scope->nested) flags |= CODE_NESTED;
        if (scope->generator) flags |= scope->coroutine ? CODE_ASYNC_GENERATOR : CODE_GENERATOR;
        else if (scope->coroutine) flags |= CODE_COROUTINE;
        if (scope->varargs) flags |= CODE_VARARGS;
        if (scope->varkeywords) flags |= CODE_VARKEYWORDS;
    }
    flags |= c->future_flags & CODE_FUTURE_MASK;
    if ((c->source->flags & PYCF_ALLOW_TOP_LEVEL_AWAIT) && u->kind == UNIT_MODULE && scope->coroutine && !scope->generator) flags |= CODE_COROUTINE;
    return flags;
}

/* Where each cell and free variable lies among the locals: a parameter that is captured keeps its place. */
static int *cell_offsets(Compiler *c, const Unit *u)
{
    uint32_t nlocals = u->varnames.count, ncells = u->cellvars.count, n = ncells + u->freevars.count;
    int *offsets = arena_array(c->arena, int, n + 1);
    for (uint32_t i = 0; i < n; i++) offsets[i] = (int)(nlocals + i);
    for (uint32_t i = 0; i < ncells; i++) {
        const uint32_t *value = name_map_find(&u->varnames, u->cellvars.names[i]);
        if (value) offsets[i] = (int)(value - u->varnames.values);
    }
    return offsets;
}

static void insert_prefix(Compiler *c, Unit *u, Block *entry, const int *offsets, int flags)
{
    uint32_t ncells = u->cellvars.count, nlocals = u->varnames.count;
    Instr *prefix = arena_array(c->arena, Instr, ncells + 3);
    int n = 0;
    if (u->freevars.count) prefix[n++] = (Instr){.op = OP_COPY_FREE_VARS, .arg = (int)u->freevars.count, .loc = NO_LOC};
    if (ncells) {
        int *sorted = arena_array(c->arena, int, ncells + nlocals);
        for (uint32_t i = 0; i < ncells; i++) sorted[offsets[i]] = (int)i + 1;
        for (uint32_t i = 0; i < ncells + nlocals; i++)
            if (sorted[i]) prefix[n++] = (Instr){.op = OP_MAKE_CELL, .arg = sorted[i] - 1, .loc = NO_LOC};
    }
    if (flags & (CODE_GENERATOR | CODE_COROUTINE | CODE_ASYNC_GENERATOR)) {
        Loc loc = {u->firstlineno, u->firstlineno, -1, -1};
        prefix[n++] = (Instr){.op = OP_RETURN_GENERATOR, .loc = loc};
        prefix[n++] = (Instr){.op = OP_POP_TOP, .loc = loc};
    }
    if (!n) return;
    for (int i = 0; i < n; i++) block_append(c->arena, entry);
    memmove(entry->instrs + n, entry->instrs, (size_t)(entry->used - n) * sizeof *prefix);
    memcpy(entry->instrs, prefix, (size_t)n * sizeof *prefix);
}

/* Turns indices of cells into places among the locals; the number of cells that share a parameter's place. */
static int fix_cells(const Unit *u, Block *entry, int *offsets)
{
    uint32_t nlocals = u->varnames.count, n = u->cellvars.count + u->freevars.count;
    if (!n) return 0;
    int dropped = 0;
    for (uint32_t i = 0; i < n; i++) {
        if (offsets[i] == (int)(i + nlocals)) offsets[i] -= dropped;
        else dropped++;
    }
    for (Block *b = entry; b; b = b->next) {
        for (int i = 0; i < b->used; i++) {
            switch (b->instrs[i].op) {
            case OP_MAKE_CELL:
            case OP_LOAD_CLOSURE:
            case OP_LOAD_DEREF:
            case OP_STORE_DEREF:
            case OP_DELETE_DEREF:
            case OP_LOAD_CLASSDEREF: b->instrs[i].arg = offsets[b->instrs[i].arg]; break;
            default: break;
            }
        }
    }
    return dropped;
}

static void set_locals(Compiler *c, const Unit *u, CodeUnit *code, const int *offsets, int dropped)
{
    uint32_t nlocals = u->varnames.count, ncells = u->cellvars.count, count = nlocals + ncells + u->freevars.count - (uint32_t)dropped;
    const Text **names = arena_array(c->arena, const Text *, count + 1);
    uint8_t *kinds = arena_alloc(c->arena, count + 1);
    for (uint32_t i = 0; i < nlocals; i++) {
        names[i] = u->varnames.names[i];
        kinds[i] = 0x20;
    }
    for (uint32_t i = 0; i < ncells; i++) {
        names[offsets[i]] = u->cellvars.names[i];
        kinds[offsets[i]] |= 0x40;
    }
    for (uint32_t i = 0; i < u->freevars.count; i++) {
        names[offsets[ncells + i]] = u->freevars.names[i];
        kinds[offsets[ncells + i]] = 0x80;
    }
    code->localsplusnames = names;
    code->localspluskinds = kinds;
    code->localsplus_count = count;
}

/* ---- code ---------------------------------------------------------------------------------------------------------------------------- */

/* In code units of two bytes. */
static inline int instr_size(const Instr *instr)
{
    unsigned arg = (unsigned)instr->arg;
    return (arg > 0xff) + (arg > 0xffff) + (arg > 0xffffff) + 1 + cache_entries[instr->op];
}

/* Lays out blocks until no jump changes its size any more. */
static void place_blocks(Block *entry)
{
    bool again;
    do {
        int total = 0;
        for (Block *b = entry; b; b = b->next) {
            b->offset = total;
            for (int i = 0; i < b->used; i++) total += instr_size(&b->instrs[i]);
        }
        again = false;
        for (Block *b = entry; b; b = b->next) {
            Instr *last = b->used ? &b->instrs[b->used - 1] : 0;
            if (!last || !op_is_jump(last->op)) continue;
            int size = instr_size(last), end = b->offset;
            for (int i = 0; i < b->used; i++) end += instr_size(&b->instrs[i]);
            int distance = last->target->offset - end;
            last->arg = distance < 0 ? -distance : distance;
            again |= instr_size(last) != size;
        }
    } while (again);
}

static void write_code(Bytes *out, const Block *entry)
{
    for (const Block *b = entry; b; b = b->next) {
        for (int i = 0; i < b->used; i++) {
            const Instr *instr = &b->instrs[i];
            unsigned arg = (unsigned)instr->arg;
            for (int shift = 24; shift; shift -= 8) {
                if (arg >> shift == 0) continue;
                put(out, OP_EXTENDED_ARG);
                put(out, arg >> shift);
            }
            put(out, instr->op);
            put(out, arg);
            for (int k = 0; k < cache_entries[instr->op]; k++) {
                put(out, 0);
                put(out, 0);
            }
        }
    }
}

/* ---- places -------------------------------------------------------------------------------------------------------------------------- */

static void put_varint(Bytes *out, unsigned value)
{
    for (; value >= 64; value >>= 6) put(out, 64 | (value & 63));
    put(out, value);
}

static void put_signed_varint(Bytes *out, int value) { put_varint(out, value < 0 ? (0u - (unsigned)value) << 1 | 1 : (unsigned)value << 1); }

static void write_place(Bytes *out, const Loc *loc, int size, int *line)
{
    enum { ONE_LINE = 10, NO_COLUMNS = 13, LONG = 14, NONE = 15 };
    unsigned length = (unsigned)size - 1;
    if (loc->line < 0) {
        put(out, 0x80 | NONE << 3 | length);
        return;
    }
    int delta = loc->line - *line, column = loc->col, end_column = loc->end_col;
    if (column < 0 || end_column < 0) {
        if (loc->end_line == loc->line || loc->end_line == -1) {
            put(out, 0x80 | NO_COLUMNS << 3 | length);
            put_signed_varint(out, delta);
            *line = loc->line;
            return;
        }
    } else if (loc->end_line == loc->line) {
        if (delta == 0 && column < 80 && end_column >= column && end_column - column < 16) {
            put(out, 0x80 | (unsigned)(column >> 3) << 3 | length);
            put(out, (unsigned)(column & 7) << 4 | (unsigned)(end_column - column));
            return;
        }
        if (delta >= 0 && delta < 3 && column < 128 && end_column < 128) {
            put(out, 0x80 | (unsigned)(ONE_LINE + delta) << 3 | length);
            put(out, (unsigned)column);
            put(out, (unsigned)end_column);
            *line = loc->line;
            return;
        }
    }
    put(out, 0x80 | LONG << 3 | length);
    put_signed_varint(out, delta);
    put_varint(out, (unsigned)(loc->end_line - loc->line));
    put_varint(out, (unsigned)(column + 1));
    put_varint(out, (unsigned)(end_column + 1));
    *line = loc->line;
}

static void write_places(Bytes *out, const Block *entry, int line)
{
    for (const Block *b = entry; b; b = b->next) {
        for (int i = 0; i < b->used; i++) {
            int size = instr_size(&b->instrs[i]);
            for (; size > 8; size -= 8) write_place(out, &b->instrs[i].loc, 8, &line);
            write_place(out, &b->instrs[i].loc, size, &line);
        }
    }
}

/* ---- exception table ----------------------------------------------------------------------------------------------------------------- */

static void put_item(Bytes *out, unsigned value, unsigned marker)
{
    for (int shift = 24; shift; shift -= 6) {
        if (value >> shift == 0) continue;
        put(out, ((value >> shift) & 63) | 64 | marker);
        marker = 0;
    }
    put(out, (value & 63) | marker);
}

static void put_range(Bytes *out, int start, int end, const Block *handler)
{
    if (start == end) return;
    int depth = handler->start_depth - 1 - handler->preserve_lasti;
    put_item(out, (unsigned)start, 128);
    put_item(out, (unsigned)(end - start), 0);
    put_item(out, (unsigned)handler->offset, 0);
    put_item(out, (unsigned)depth << 1 | handler->preserve_lasti, 0);
}

static void write_exceptions(Bytes *out, const Block *entry)
{
    const Block *handler = 0;
    int start = 0, offset = 0;
    for (const Block *b = entry; b; b = b->next) {
        offset = b->offset;
        for (int i = 0; i < b->used; i++) {
            if (b->instrs[i].handler != handler) {
                if (handler) put_range(out, start, offset, handler);
                start = offset;
                handler = b->instrs[i].handler;
            }
            offset += instr_size(&b->instrs[i]);
        }
    }
    if (handler) put_range(out, start, offset, handler);
}

/* ---- all together -------------------------------------------------------------------------------------------------------------------- */

CodeUnit *unit_assemble(Compiler *c, Unit *u, bool add_none)
{
    const Block *current = u->current;
    if (!current->used || current->instrs[current->used - 1].op != OP_RETURN_VALUE) {
        u->loc = NO_LOC;
        if (add_none) cg_const(c, c->none);
        cg_op(c, OP_RETURN_VALUE);
    }
    Block *entry = u->entry;
    CodeUnit *code = arena_new(c->arena, CodeUnit);
    code->flags = code_flags(c, u);
    int *offsets = cell_offsets(c, u);
    insert_prefix(c, u, entry, offsets, code->flags);
    int dropped = fix_cells(u, entry, offsets);
    set_locals(c, u, code, offsets, dropped);
    flow_optimize(c, u, entry);
    code->stacksize = flow_stack_depth(c, entry, code->flags);
    flow_label_handlers(c, entry);
    flow_normalize_jumps(c, entry);
    place_blocks(entry);
    Bytes bytes = {.arena = c->arena}, places = {.arena = c->arena}, exceptions = {.arena = c->arena};
    write_code(&bytes, entry);
    write_places(&places, entry, u->firstlineno);
    write_exceptions(&exceptions, entry);
    code->code = bytes.data, code->code_size = bytes.size;
    code->linetable = places.data, code->linetable_size = places.size;
    code->exceptiontable = exceptions.data, code->exceptiontable_size = exceptions.size;
    code->argcount = u->argcount;
    code->posonlyargcount = u->posonlyargcount;
    code->kwonlyargcount = u->kwonlyargcount;
    code->firstlineno = u->firstlineno;
    code->consts = u->consts.items, code->const_count = u->consts.count;
    code->names = u->names.names, code->name_count = u->names.count;
    code->name = u->name;
    code->qualname = u->qualname;
    code->filename = text_intern(&c->source->names, c->source->filename, strlen(c->source->filename));
    return code;
}
