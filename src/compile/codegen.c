/* codegen.c: the base of code generation: units, emitting, names, constants, bodies, and compile_tree() itself. */
#include "compile/internal.h"

/* ---- errors and warnings ----------------------------------------------------------------------------------------------------------- */

void compile_error_set(Source *source, ErrorKind kind, int lineno, int offset, int end_lineno, int end_offset, const char *message)
{
    SyntaxError *error = &source->error;
    if (error->kind) return;
    error->kind = kind;
    error->message = text_new(source->arena, message, strlen(message));
    error->has_position = kind == ERROR_SYNTAX;
    error->lineno = lineno;
    error->offset = offset;
    error->end_lineno = end_lineno;
    error->end_offset = end_offset;
}

void cg_error(Compiler *c, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const Text *message = text_format(c->arena, format, arguments);
    va_end(arguments);
    Loc loc = c->unit->loc;
    compile_error_set(c->source, ERROR_SYNTAX, loc.line, loc.col + 1, loc.end_line, loc.end_col + 1, message->bytes);
    longjmp(c->bail, 1);
}

void cg_warn(Compiler *c, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const Text *message = text_format(c->arena, format, arguments);
    va_end(arguments);
    Loc loc = c->unit->loc;
    source_warn(c->source, false, loc.line, loc.col, loc.end_line, loc.end_col, "%s", message->bytes);
}

/* ---- emitting ---------------------------------------------------------------------------------------------------------------------- */

Block *unit_block(Arena *arena, Unit *unit)
{
    Block *block = arena_new(arena, Block);
    block->older = unit->newest;
    unit->newest = block;
    return block;
}

Block *cg_block(Compiler *c) { return unit_block(c->arena, c->unit); }

void cg_use(Compiler *c, Block *block)
{
    c->unit->current->next = block;
    c->unit->current = block;
}

Instr *block_append(Arena *arena, Block *block)
{
    if (block->used == block->room) {
        int room = block->room ? block->room * 2 : 8;
        Instr *instrs = arena_array(arena, Instr, room);
        if (block->used) memcpy(instrs, block->instrs, (size_t)block->used * sizeof *instrs);
        block->instrs = instrs;
        block->room = room;
    }
    Instr *instr = &block->instrs[block->used++];
    *instr = (Instr){0};
    return instr;
}

Instr *cg_emit(Compiler *c, int op, int arg)
{
    Block *block = c->unit->current;
    if (block->used) {
        int last = block->instrs[block->used - 1].op;
        if (op_is_jump(last) || op_is_exit(last)) {
            cg_use(c, cg_block(c));
            block = c->unit->current;
        }
    }
    Instr *instr = block_append(c->arena, block);
    instr->op = (uint8_t)op;
    instr->arg = arg;
    instr->loc = c->unit->loc;
    return instr;
}

void cg_op_noline(Compiler *c, int op) { cg_emit(c, op, 0)->loc = NO_LOC; }

void cg_jump(Compiler *c, int op, Block *target) { cg_emit(c, op, 0)->target = target; }

void cg_jump_noline(Compiler *c, int op, Block *target)
{
    Instr *instr = cg_emit(c, op, 0);
    instr->target = target;
    instr->loc = NO_LOC;
}

void cg_const(Compiler *c, const Const *value) { cg_emit(c, OP_LOAD_CONST, (int)const_table_add(c->arena, &c->unit->consts, value)); }

void cg_name_op(Compiler *c, int op, const Text *name) { cg_emit(c, op, (int)name_map_index(c->arena, &c->unit->names, mangle_name(c->source, c->unit->private_name, name))); }

/* The loop behind `await` and `yield from`: the awaited iterator and the value to send are on the stack. */
void cg_yield_from(Compiler *c, bool await)
{
    Block *start = cg_block(c), *resume = cg_block(c), *exit = cg_block(c);
    cg_use(c, start);
    cg_jump(c, OP_SEND, exit);
    cg_use(c, resume);
    cg_op(c, OP_YIELD_VALUE);
    cg_emit(c, OP_RESUME, await ? 3 : 2);
    cg_jump(c, OP_JUMP_NO_INTERRUPT, start);
    cg_use(c, exit);
}

/* ---- names ------------------------------------------------------------------------------------------------------------------------- */

bool cg_find_repeated(Compiler *c, const Text *const *names, uint32_t count, uint32_t *first, uint32_t *again)
{
    /* From the end: a name's value is where it was seen last, and so comes next. */
    NameMap next = {0};
    bool found = false;
    for (uint32_t i = count; i-- > 0;) {
        if (!names[i]) continue;
        uint32_t *seen = name_map_add(c->arena, &next, names[i]);
        if (*seen) *first = i, *again = *seen, found = true;
        *seen = i;
    }
    return found;
}

void cg_forbid(Compiler *c, const Text *name, ExprContext ctx)
{
    if (name != c->known->dunder_debug || ctx == ExprContext_Load) return;
    cg_error(c, ctx == ExprContext_Store ? "cannot assign to __debug__" : "cannot delete __debug__");
}

void cg_name(Compiler *c, const Text *name, ExprContext ctx)
{
    static const uint8_t deref[] = {OP_LOAD_DEREF, OP_STORE_DEREF, OP_DELETE_DEREF}, fast[] = {OP_LOAD_FAST, OP_STORE_FAST, OP_DELETE_FAST},
                         global[] = {OP_LOAD_GLOBAL, OP_STORE_GLOBAL, OP_DELETE_GLOBAL}, plain[] = {OP_LOAD_NAME, OP_STORE_NAME, OP_DELETE_NAME};
    Unit *u = c->unit;
    cg_forbid(c, name, ctx);
    const Text *mangled = mangle_name(c->source, u->private_name, name);
    bool function = u->scope->kind == SCOPE_FUNCTION;
    const uint8_t *ops = plain;
    switch (scope_of(u->scope, mangled)) {
    case SCOPE_FREE:
    case SCOPE_CELL: {
        bool free = scope_of(u->scope, mangled) == SCOPE_FREE;
        int op = ctx == ExprContext_Load && u->scope->kind == SCOPE_CLASS ? OP_LOAD_CLASSDEREF : deref[ctx];
        uint32_t i = name_map_index(c->arena, free ? &u->freevars : &u->cellvars, mangled);
        cg_emit(c, op, (int)(free ? i + u->cellvars.count : i));
        return;
    }
    case SCOPE_LOCAL:
        if (function) {
            cg_emit(c, fast[ctx], (int)name_map_index(c->arena, &u->varnames, mangled));
            return;
        }
        break;
    case SCOPE_GLOBAL_IMPLICIT:
        if (function) ops = global;
        break;
    case SCOPE_GLOBAL_EXPLICIT: ops = global; break;
    default: break;
    }
    uint32_t i = name_map_index(c->arena, &u->names, mangled);
    cg_emit(c, ops[ctx], (int)(ops[ctx] == OP_LOAD_GLOBAL ? i << 1 : i));
}

/* ---- units ------------------------------------------------------------------------------------------------------------------------- */

static int compare_names(const void *a, const void *b)
{
    const Text *x = *(const Text *const *)a, *y = *(const Text *const *)b;
    /* UTF-8 sorts as code points do. */
    int order = memcmp(x->bytes, y->bytes, x->length < y->length ? x->length : y->length);
    return order ? order : x->length < y->length ? -1 : x->length > y->length;
}

/* Names of a scope that are in `scope_kind`, or carry `flag`, in alphabetical order. */
static void collect_names(Compiler *c, NameMap *map, const Scope *scope, SymScope scope_kind, uint32_t flag)
{
    uint32_t n = 0;
    const Text **names = 0;
    for (uint32_t i = 0; i < scope->symbols.count; i++) {
        uint32_t flags = scope->symbols.values[i];
        if (((flags >> SYM_SCOPE_SHIFT) & SYM_SCOPE_MASK) != scope_kind && !(flags & flag)) continue;
        if (!names) names = arena_array(c->arena, const Text *, scope->symbols.count);
        names[n++] = scope->symbols.names[i];
    }
    if (n > 1) qsort(names, n, sizeof *names, compare_names);
    for (uint32_t i = 0; i < n; i++) name_map_add(c->arena, map, names[i]);
}

static const Text *join_names(Compiler *c, const Text *base, const char *middle, const Text *name)
{
    size_t m = strlen(middle), length = base->length + m + name->length;
    char *buffer = arena_alloc(c->arena, length + 1);
    memcpy(buffer, base->bytes, base->length);
    memcpy(buffer + base->length, middle, m);
    memcpy(buffer + base->length + m, name->bytes, name->length);
    return text_intern(&c->source->names, buffer, length);
}

static const Text *qualified_name(Compiler *c, Unit *u)
{
    Unit *parent = u->parent;
    if (!parent || !parent->parent) return u->name;
    if (u->kind == UNIT_FUNCTION || u->kind == UNIT_ASYNC_FUNCTION || u->kind == UNIT_CLASS) {
        const Text *mangled = mangle_name(c->source, parent->private_name, u->name);
        if (scope_of(parent->scope, mangled) == SCOPE_GLOBAL_EXPLICIT) return u->name;
    }
    bool locals = parent->kind == UNIT_FUNCTION || parent->kind == UNIT_ASYNC_FUNCTION || parent->kind == UNIT_LAMBDA;
    return join_names(c, parent->qualname, locals ? ".<locals>." : ".", u->name);
}

void cg_enter(Compiler *c, const Text *name, UnitKind kind, const void *key, int lineno)
{
    Unit *u = arena_new(c->arena, Unit);
    u->parent = c->unit;
    u->kind = kind;
    u->name = name;
    u->firstlineno = lineno;
    u->scope = symbols_find(&c->symbols, key);
    u->private_name = c->unit ? c->unit->private_name : 0;
    for (uint32_t i = 0; i < u->scope->params.count; i++) name_map_add(c->arena, &u->varnames, u->scope->params.names[i]);
    if (u->scope->needs_class_closure) name_map_add(c->arena, &u->cellvars, c->known->dunder_class);
    else collect_names(c, &u->cellvars, u->scope, SCOPE_CELL, 0);
    collect_names(c, &u->freevars, u->scope, SCOPE_FREE, SYM_FREE_CLASS);
    u->entry = u->current = unit_block(c->arena, u);
    c->unit = u;
    c->nesting++;
    u->qualname = qualified_name(c, u);
    int resume_line = kind == UNIT_MODULE ? 0 : lineno;
    u->loc = (Loc){resume_line, kind == UNIT_MODULE ? 1 : lineno, 0, 0};
    cg_emit(c, OP_RESUME, 0);
    if (kind == UNIT_MODULE) u->loc = NO_LOC;
}

CodeUnit *cg_leave(Compiler *c, bool add_none)
{
    CodeUnit *code = unit_assemble(c, c->unit, add_none);
    c->unit = c->unit->parent;
    c->nesting--;
    return code;
}

void cg_make_closure(Compiler *c, CodeUnit *code, int flags)
{
    Unit *u = c->unit;
    int free_count = 0;
    for (uint32_t i = 0; i < code->localsplus_count; i++) {
        if (!(code->localspluskinds[i] & 0x80)) continue;
        const Text *name = code->localsplusnames[i];
        bool cell = (u->kind == UNIT_CLASS && name == c->known->dunder_class) || scope_of(u->scope, name) == SCOPE_CELL;
        uint32_t k = name_map_index(c->arena, cell ? &u->cellvars : &u->freevars, name);
        cg_emit(c, OP_LOAD_CLOSURE, (int)(cell ? k : k + u->cellvars.count));
        free_count++;
    }
    if (free_count) {
        flags |= 8;
        cg_emit(c, OP_BUILD_TUPLE, free_count);
    }
    Const *value = arena_new(c->arena, Const);
    value->kind = CONST_CODE;
    value->code = code;
    cg_const(c, value);
    cg_emit(c, OP_MAKE_FUNCTION, flags);
}

bool cg_top_level_await(Compiler *c) { return (c->source->flags & PYCF_ALLOW_TOP_LEVEL_AWAIT) && c->unit->kind == UNIT_MODULE; }

/* ---- bodies ------------------------------------------------------------------------------------------------------------------------ */

/* Whether a body annotates variables, outside of functions and classes in it. (CPython does not look into `match`.) */
static bool has_annotations(const Seq *body)
{
    for (uint32_t i = 0; i < seq_count(body); i++) {
        const Stmt *s = seq_at(Stmt *, body, i);
        switch (s->kind) {
        case Stmt_AnnAssign: return true;
        case Stmt_For:
        case Stmt_AsyncFor:
            if (has_annotations(s->For.body) || has_annotations(s->For.orelse)) return true;
            break;
        case Stmt_While:
        case Stmt_If:
            if (has_annotations(s->If.body) || has_annotations(s->If.orelse)) return true;
            break;
        case Stmt_With:
        case Stmt_AsyncWith:
            if (has_annotations(s->With.body)) return true;
            break;
        case Stmt_Try:
        case Stmt_TryStar:
            for (uint32_t k = 0; k < seq_count(s->Try.handlers); k++)
                if (has_annotations(seq_at(ExceptHandler *, s->Try.handlers, k)->ExceptHandler.body)) return true;
            if (has_annotations(s->Try.body) || has_annotations(s->Try.orelse) || has_annotations(s->Try.finalbody)) return true;
            break;
        default: break;
        }
    }
    return false;
}

void cg_body(Compiler *c, const Seq *body)
{
    if (c->unit->kind == UNIT_MODULE && seq_count(body)) c->unit->loc = LOC_OF(seq_at(Stmt *, body, 0));
    if (has_annotations(body)) cg_op(c, OP_SETUP_ANNOTATIONS);
    uint32_t i = 0;
    if (c->optimize < 2 && body_docstring(body)) {
        cg_expr(c, seq_at(Stmt *, body, 0)->Expr.value);
        c->unit->loc = NO_LOC;
        cg_name(c, c->known->dunder_doc, ExprContext_Store);
        i = 1;
    }
    for (; i < seq_count(body); i++) cg_stmt(c, seq_at(Stmt *, body, i));
}

static CodeUnit *generate_module(Compiler *c, Mod *tree)
{
    bool add_none = true;
    cg_enter(c, c->known->module, UNIT_MODULE, tree, 1);
    switch (tree->kind) {
    case Mod_Module: cg_body(c, tree->Module.body); break;
    case Mod_Interactive:
        c->unit->loc = (Loc){1, 1, 0, 0};
        if (has_annotations(tree->Interactive.body)) cg_op(c, OP_SETUP_ANNOTATIONS);
        c->interactive = true;
        cg_stmts(c, tree->Interactive.body);
        break;
    case Mod_Expression:
        cg_expr(c, tree->Expression.body);
        add_none = false;
        break;
    default: break;
    }
    return cg_leave(c, add_none);
}

static const Const *simple_const(Compiler *c, ConstKind kind)
{
    Const *value = arena_new(c->arena, Const);
    value->kind = kind;
    return value;
}

CodeUnit *compile_tree(Source *source, Mod *tree)
{
    Compiler *c = arena_new(source->arena, Compiler);
    KnownNames *known = arena_new(source->arena, KnownNames);
    known_names_init(known, source);
    c->source = source;
    c->arena = source->arena;
    c->known = known;
    c->optimize = source->optimize;
    c->future_flags = source->flags & CODE_FUTURE_MASK;
    if (tree->kind == Mod_FunctionType) {
        compile_error_set(source, ERROR_SYSTEM, 0, 0, 0, 0, "this compiler does not handle FunctionTypes");
        return 0;
    }
    if (!future_scan(source, known, tree, &c->future_flags, &c->future_line)) return 0;
    if (source->folded != tree) fold_tree(source, tree, known, c->optimize, c->future_flags);
    source->folded = tree;
    if (source->error.kind) return 0;
    c->none = simple_const(c, CONST_NONE);
    c->ellipsis = simple_const(c, CONST_ELLIPSIS);
    c->true_ = simple_const(c, CONST_TRUE);
    c->false_ = simple_const(c, CONST_FALSE);
    if (setjmp(c->bail)) return 0;
    symbols_build(&c->symbols, source, known, tree, c->future_flags, &c->bail);
    return generate_module(c, tree);
}

CodeUnit *compile_source(Source *source)
{
    Mod *tree = parse(source);
    return tree ? compile_tree(source, tree) : 0;
}
