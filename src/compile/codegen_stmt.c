/* codegen_stmt.c: statements, and the unwinding that return, break and continue do on their way out of blocks. */
#include "compile/internal.h"

void cg_push_frame(Compiler *c, FrameKind kind, Block *block, Block *exit, const void *datum)
{
    Unit *u = c->unit;
    if (u->frame_count >= MAX_FRAMES) cg_error(c, "too many statically nested blocks");
    u->frames[u->frame_count++] = (Frame){kind, block, exit, datum};
}

void cg_pop_frame(Compiler *c) { c->unit->frame_count--; }

static void exit_with_nones(Compiler *c)
{
    for (int i = 0; i < 3; i++) cg_const(c, c->none);
    cg_emit(c, OP_PRECALL, 2);
    cg_emit(c, OP_CALL, 2);
}

static void await_exit(Compiler *c)
{
    cg_emit(c, OP_GET_AWAITABLE, 2);
    cg_const(c, c->none);
    cg_yield_from(c, true);
}

/* ---- unwinding --------------------------------------------------------------------------------------------------------------------- */

static void swap_if(Compiler *c, bool preserve_tos)
{
    if (preserve_tos) cg_emit(c, OP_SWAP, 2);
}

/* Name = None; del name, as at the end of `except ... as name`. */
static void clear_name(Compiler *c, const Text *name)
{
    cg_const(c, c->none);
    cg_name(c, name, ExprContext_Store);
    cg_name(c, name, ExprContext_Del);
}

static void unwind_frame(Compiler *c, const Frame *frame, bool preserve_tos)
{
    switch (frame->kind) {
    case FRAME_WHILE:
    case FRAME_EXCEPTION_HANDLER:
    case FRAME_EXCEPTION_GROUP_HANDLER:
    case FRAME_ASYNC_COMPREHENSION: break;
    case FRAME_FOR:
    case FRAME_POP_VALUE:
        swap_if(c, preserve_tos);
        cg_op(c, OP_POP_TOP);
        break;
    case FRAME_TRY_EXCEPT: cg_op(c, OP_POP_BLOCK); break;
    case FRAME_FINALLY_TRY:
        cg_op(c, OP_POP_BLOCK);
        if (preserve_tos) cg_push_frame(c, FRAME_POP_VALUE, 0, 0, 0);
        cg_stmts(c, frame->datum);
        if (preserve_tos) cg_pop_frame(c);
        c->unit->loc = NO_LOC;
        break;
    case FRAME_FINALLY_END:
        swap_if(c, preserve_tos);
        cg_op(c, OP_POP_TOP);
        swap_if(c, preserve_tos);
        cg_op(c, OP_POP_BLOCK);
        cg_op(c, OP_POP_EXCEPT);
        break;
    case FRAME_WITH:
    case FRAME_ASYNC_WITH:
        c->unit->loc = LOC_OF((const Stmt *)frame->datum);
        cg_op(c, OP_POP_BLOCK);
        swap_if(c, preserve_tos);
        exit_with_nones(c);
        if (frame->kind == FRAME_ASYNC_WITH) await_exit(c);
        cg_op(c, OP_POP_TOP);
        c->unit->loc = NO_LOC;
        break;
    case FRAME_HANDLER_CLEANUP:
        if (frame->datum) cg_op(c, OP_POP_BLOCK);
        swap_if(c, preserve_tos);
        cg_op(c, OP_POP_BLOCK);
        cg_op(c, OP_POP_EXCEPT);
        if (frame->datum) clear_name(c, frame->datum);
        break;
    }
}

/* Leaves all frames, or (if loop is given) those inside the innermost loop, which is copied to *loop. While a frame is being left it is not there:
 * a `finally` body compiled on the way out sees only what is around it. */
static bool unwind_frames(Compiler *c, bool preserve_tos, Frame *loop)
{
    Unit *u = c->unit;
    if (!u->frame_count) return false;
    Frame *top = &u->frames[u->frame_count - 1];
    if (top->kind == FRAME_EXCEPTION_GROUP_HANDLER) cg_error(c, "'break', 'continue' and 'return' cannot appear in an except* block");
    if (loop && (top->kind == FRAME_WHILE || top->kind == FRAME_FOR)) {
        *loop = *top;
        return true;
    }
    Frame copy = *top;
    u->frame_count--;
    unwind_frame(c, &copy, preserve_tos);
    bool found = unwind_frames(c, preserve_tos, loop);
    u->frames[u->frame_count++] = copy;
    return found;
}

static void gen_return(Compiler *c, Stmt *s)
{
    Expr *value = s->Return.value;
    bool preserve_tos = value && value->kind != Expr_Constant;
    const Scope *scope = c->unit->scope;
    if (scope->kind != SCOPE_FUNCTION) cg_error(c, "'return' outside function");
    if (value && scope->coroutine && scope->generator) cg_error(c, "'return' with value in async generator");
    if (preserve_tos) {
        cg_expr(c, value);
    } else if (value) {
        c->unit->loc = LOC_OF(value);
        cg_op(c, OP_NOP);
    }
    if (!value || value->lineno != s->lineno) {
        c->unit->loc = LOC_OF(s);
        cg_op(c, OP_NOP);
    }
    unwind_frames(c, preserve_tos, 0);
    if (!value) cg_const(c, c->none);
    else if (!preserve_tos) cg_const(c, value->Constant.value);
    cg_op(c, OP_RETURN_VALUE);
}

static void gen_break(Compiler *c, bool is_continue)
{
    Frame loop;
    Loc here = c->unit->loc;
    cg_op(c, OP_NOP);
    if (!unwind_frames(c, false, &loop)) {
        c->unit->loc = here;
        cg_error(c, is_continue ? "'continue' not properly in loop" : "'break' outside loop");
    }
    if (!is_continue) unwind_frame(c, &loop, false);
    cg_jump(c, OP_JUMP, is_continue ? loop.block : loop.exit);
}

/* ---- loops ------------------------------------------------------------------------------------------------------------------------- */

static void gen_if(Compiler *c, Stmt *s)
{
    Block *end = cg_block(c), *next = seq_count(s->If.orelse) ? cg_block(c) : end;
    cg_jump_if(c, s->If.test, next, false);
    cg_stmts(c, s->If.body);
    if (next != end) {
        cg_jump_noline(c, OP_JUMP, end);
        cg_use(c, next);
        cg_stmts(c, s->If.orelse);
    }
    cg_use(c, end);
}

static void gen_for(Compiler *c, Stmt *s)
{
    Block *start = cg_block(c), *body = cg_block(c), *cleanup = cg_block(c), *end = cg_block(c);
    cg_push_frame(c, FRAME_FOR, start, end, 0);
    cg_expr(c, s->For.iter);
    cg_op(c, OP_GET_ITER);
    cg_use(c, start);
    cg_jump(c, OP_FOR_ITER, cleanup);
    cg_use(c, body);
    cg_expr(c, s->For.target);
    cg_stmts(c, s->For.body);
    c->unit->loc = NO_LOC;
    cg_jump(c, OP_JUMP, start);
    cg_use(c, cleanup);
    cg_pop_frame(c);
    cg_stmts(c, s->For.orelse);
    cg_use(c, end);
}

static void gen_async_for(Compiler *c, Stmt *s)
{
    if (cg_top_level_await(c)) c->unit->scope->coroutine = true;
    else if (c->unit->kind != UNIT_ASYNC_FUNCTION) cg_error(c, "'async for' outside async function");
    Block *start = cg_block(c), *except = cg_block(c), *end = cg_block(c);
    cg_expr(c, s->For.iter);
    cg_op(c, OP_GET_AITER);
    cg_use(c, start);
    cg_push_frame(c, FRAME_FOR, start, end, 0);
    cg_jump(c, OP_SETUP_FINALLY, except);
    cg_op(c, OP_GET_ANEXT);
    cg_const(c, c->none);
    cg_yield_from(c, true);
    cg_op(c, OP_POP_BLOCK);
    cg_expr(c, s->For.target);
    cg_stmts(c, s->For.body);
    c->unit->loc = NO_LOC;
    cg_jump(c, OP_JUMP, start);
    cg_pop_frame(c);
    cg_use(c, except);
    c->unit->loc = LOC_OF(s->For.iter);
    cg_op(c, OP_END_ASYNC_FOR);
    cg_stmts(c, s->For.orelse);
    cg_use(c, end);
}

static void gen_while(Compiler *c, Stmt *s)
{
    Block *loop = cg_block(c), *body = cg_block(c), *anchor = cg_block(c), *end = cg_block(c);
    cg_use(c, loop);
    cg_push_frame(c, FRAME_WHILE, loop, end, 0);
    cg_jump_if(c, s->While.test, anchor, false);
    cg_use(c, body);
    cg_stmts(c, s->While.body);
    c->unit->loc = LOC_OF(s);
    cg_jump_if(c, s->While.test, body, true);
    cg_pop_frame(c);
    cg_use(c, anchor);
    cg_stmts(c, s->While.orelse);
    cg_use(c, end);
}

/* ---- try ----------------------------------------------------------------------------------------------------------------------------- */

static void reraise_handler(Compiler *c, Block *cleanup)
{
    cg_use(c, cleanup);
    cg_emit(c, OP_COPY, 3);
    cg_op(c, OP_POP_EXCEPT);
    cg_emit(c, OP_RERAISE, 1);
}

static void gen_named_handler(Compiler *c, const Text *name, const Seq *body, Block *end)
{
    Block *cleanup_end = cg_block(c), *cleanup_body = cg_block(c);
    cg_name(c, name, ExprContext_Store);
    cg_jump(c, OP_SETUP_CLEANUP, cleanup_end);
    cg_use(c, cleanup_body);
    cg_push_frame(c, FRAME_HANDLER_CLEANUP, cleanup_body, 0, name);
    cg_stmts(c, body);
    cg_pop_frame(c);
    c->unit->loc = NO_LOC;
    cg_op(c, OP_POP_BLOCK);
    cg_op(c, OP_POP_BLOCK);
    cg_op(c, OP_POP_EXCEPT);
    clear_name(c, name);
    cg_jump(c, OP_JUMP, end);
    cg_use(c, cleanup_end);
    c->unit->loc = NO_LOC;
    clear_name(c, name);
    cg_emit(c, OP_RERAISE, 1);
}

static void gen_plain_handler(Compiler *c, const Seq *body, Block *end)
{
    Block *cleanup_body = cg_block(c);
    cg_op(c, OP_POP_TOP);
    cg_use(c, cleanup_body);
    cg_push_frame(c, FRAME_HANDLER_CLEANUP, cleanup_body, 0, 0);
    cg_stmts(c, body);
    cg_pop_frame(c);
    c->unit->loc = NO_LOC;
    cg_op(c, OP_POP_BLOCK);
    cg_op(c, OP_POP_EXCEPT);
    cg_jump(c, OP_JUMP, end);
}

static void gen_try_except(Compiler *c, Stmt *s)
{
    Block *body = cg_block(c), *except = cg_block(c), *end = cg_block(c), *cleanup = cg_block(c);
    cg_jump(c, OP_SETUP_FINALLY, except);
    cg_use(c, body);
    cg_push_frame(c, FRAME_TRY_EXCEPT, body, 0, 0);
    cg_stmts(c, s->Try.body);
    cg_pop_frame(c);
    cg_op_noline(c, OP_POP_BLOCK);
    cg_stmts(c, s->Try.orelse);
    cg_jump_noline(c, OP_JUMP, end);
    cg_use(c, except);
    c->unit->loc = NO_LOC;
    cg_jump(c, OP_SETUP_CLEANUP, cleanup);
    cg_op(c, OP_PUSH_EXC_INFO);
    cg_push_frame(c, FRAME_EXCEPTION_HANDLER, 0, 0, 0);
    uint32_t n = seq_count(s->Try.handlers);
    for (uint32_t i = 0; i < n; i++) {
        ExceptHandler *h = seq_at(ExceptHandler *, s->Try.handlers, i);
        c->unit->loc = LOC_OF(h);
        if (!h->ExceptHandler.type && i + 1 < n) cg_error(c, "default 'except:' must be last");
        except = cg_block(c);
        if (h->ExceptHandler.type) {
            cg_expr(c, h->ExceptHandler.type);
            cg_op(c, OP_CHECK_EXC_MATCH);
            cg_jump(c, OP_POP_JUMP_IF_FALSE, except);
        }
        if (h->ExceptHandler.name) gen_named_handler(c, h->ExceptHandler.name, h->ExceptHandler.body, end);
        else gen_plain_handler(c, h->ExceptHandler.body, end);
        cg_use(c, except);
    }
    c->unit->loc = NO_LOC;
    cg_pop_frame(c);
    cg_emit(c, OP_RERAISE, 0);
    reraise_handler(c, cleanup);
    cg_use(c, end);
}

/* One `except* type as name: body`. What it raises is collected in a list below the unhandled rest of the group. */
static void gen_star_handler(Compiler *c, ExceptHandler *h, bool first, Block *next)
{
    Block *match = cg_block(c), *cleanup_end = cg_block(c), *cleanup_body = cg_block(c);
    const Text *name = h->ExceptHandler.name;
    if (first) {
        cg_emit(c, OP_COPY, 1);
        cg_emit(c, OP_BUILD_LIST, 0);
        cg_emit(c, OP_SWAP, 2);
    }
    if (h->ExceptHandler.type) {
        cg_expr(c, h->ExceptHandler.type);
        cg_op(c, OP_CHECK_EG_MATCH);
        cg_emit(c, OP_COPY, 1);
        cg_jump(c, OP_POP_JUMP_IF_NOT_NONE, match);
        cg_op(c, OP_POP_TOP);
        cg_jump(c, OP_JUMP, next);
    }
    cg_use(c, match);
    if (name) cg_name(c, name, ExprContext_Store);
    else cg_op(c, OP_POP_TOP);
    cg_jump(c, OP_SETUP_CLEANUP, cleanup_end);
    cg_use(c, cleanup_body);
    cg_push_frame(c, FRAME_HANDLER_CLEANUP, cleanup_body, 0, name);
    cg_stmts(c, h->ExceptHandler.body);
    cg_pop_frame(c);
    c->unit->loc = NO_LOC;
    cg_op(c, OP_POP_BLOCK);
    if (name) clear_name(c, name);
    cg_jump(c, OP_JUMP, next);
    cg_use(c, cleanup_end);
    c->unit->loc = NO_LOC;
    if (name) clear_name(c, name);
    cg_emit(c, OP_LIST_APPEND, 3);
    cg_op(c, OP_POP_TOP);
    cg_jump(c, OP_JUMP, next);
}

static void gen_try_star_except(Compiler *c, Stmt *s)
{
    Block *body = cg_block(c), *except = cg_block(c), *orelse = cg_block(c), *end = cg_block(c), *cleanup = cg_block(c), *reraise_star = cg_block(c), *reraise = cg_block(c);
    cg_jump(c, OP_SETUP_FINALLY, except);
    cg_use(c, body);
    cg_push_frame(c, FRAME_TRY_EXCEPT, body, 0, 0);
    cg_stmts(c, s->TryStar.body);
    cg_pop_frame(c);
    cg_op_noline(c, OP_POP_BLOCK);
    cg_jump_noline(c, OP_JUMP, orelse);
    cg_use(c, except);
    c->unit->loc = NO_LOC;
    cg_jump(c, OP_SETUP_CLEANUP, cleanup);
    cg_op(c, OP_PUSH_EXC_INFO);
    cg_push_frame(c, FRAME_EXCEPTION_GROUP_HANDLER, 0, 0, 0);
    uint32_t n = seq_count(s->TryStar.handlers);
    for (uint32_t i = 0; i < n; i++) {
        ExceptHandler *h = seq_at(ExceptHandler *, s->TryStar.handlers, i);
        c->unit->loc = LOC_OF(h);
        Block *next = cg_block(c);
        gen_star_handler(c, h, i == 0, next);
        cg_use(c, next);
        if (i + 1 == n) {
            cg_emit(c, OP_LIST_APPEND, 1);
            cg_jump(c, OP_JUMP, reraise_star);
        }
    }
    cg_pop_frame(c);
    c->unit->loc = NO_LOC;
    cg_use(c, reraise_star);
    cg_op(c, OP_PREP_RERAISE_STAR);
    cg_emit(c, OP_COPY, 1);
    cg_jump(c, OP_POP_JUMP_IF_NOT_NONE, reraise);
    cg_op(c, OP_POP_TOP);
    cg_op(c, OP_POP_BLOCK);
    cg_op(c, OP_POP_EXCEPT);
    cg_jump(c, OP_JUMP, end);
    cg_use(c, reraise);
    cg_op(c, OP_POP_BLOCK);
    cg_emit(c, OP_SWAP, 2);
    cg_op(c, OP_POP_EXCEPT);
    cg_emit(c, OP_RERAISE, 0);
    reraise_handler(c, cleanup);
    cg_use(c, orelse);
    cg_stmts(c, s->TryStar.orelse);
    cg_use(c, end);
}

static void gen_try(Compiler *c, Stmt *s)
{
    void (*gen_except)(Compiler *, Stmt *) = s->kind == Stmt_TryStar ? gen_try_star_except : gen_try_except;
    const Seq *finalbody = s->Try.finalbody;
    if (!seq_count(finalbody)) {
        gen_except(c, s);
        return;
    }
    Block *body = cg_block(c), *end = cg_block(c), *exit = cg_block(c), *cleanup = cg_block(c);
    cg_jump(c, OP_SETUP_FINALLY, end);
    cg_use(c, body);
    cg_push_frame(c, FRAME_FINALLY_TRY, body, end, finalbody);
    if (seq_count(s->Try.handlers)) gen_except(c, s);
    else cg_stmts(c, s->Try.body);
    cg_op_noline(c, OP_POP_BLOCK);
    cg_pop_frame(c);
    cg_stmts(c, finalbody);
    cg_jump_noline(c, OP_JUMP, exit);
    cg_use(c, end);
    cg_push_frame(c, FRAME_FINALLY_END, end, 0, 0);
    c->unit->loc = NO_LOC;
    cg_jump(c, OP_SETUP_CLEANUP, cleanup);
    cg_op(c, OP_PUSH_EXC_INFO);
    cg_stmts(c, finalbody);
    cg_pop_frame(c);
    cg_emit(c, OP_RERAISE, 0);
    reraise_handler(c, cleanup);
    cg_use(c, exit);
}

/* ---- with ---------------------------------------------------------------------------------------------------------------------------- */

static void with_except_finish(Compiler *c, Block *cleanup)
{
    Block *exit = cg_block(c);
    cg_jump(c, OP_POP_JUMP_IF_TRUE, exit);
    cg_emit(c, OP_RERAISE, 2);
    c->unit->loc = NO_LOC;
    reraise_handler(c, cleanup);
    cg_use(c, exit);
    cg_op(c, OP_POP_TOP);
    cg_op(c, OP_POP_BLOCK);
    cg_op(c, OP_POP_EXCEPT);
    cg_op(c, OP_POP_TOP);
    cg_op(c, OP_POP_TOP);
}

static void gen_with(Compiler *c, Stmt *s, uint32_t position, bool is_async)
{
    WithItem *item = seq_at(WithItem *, s->With.items, position);
    if (is_async) {
        if (cg_top_level_await(c)) c->unit->scope->coroutine = true;
        else if (c->unit->kind != UNIT_ASYNC_FUNCTION) cg_error(c, "'async with' outside async function");
    }
    Block *block = cg_block(c), *final = cg_block(c), *exit = cg_block(c), *cleanup = cg_block(c);
    cg_expr(c, item->context_expr);
    if (is_async) {
        cg_op(c, OP_BEFORE_ASYNC_WITH);
        cg_emit(c, OP_GET_AWAITABLE, 1);
        cg_const(c, c->none);
        cg_yield_from(c, true);
    } else {
        cg_op(c, OP_BEFORE_WITH);
    }
    cg_jump(c, OP_SETUP_WITH, final);
    cg_use(c, block);
    cg_push_frame(c, is_async ? FRAME_ASYNC_WITH : FRAME_WITH, block, final, s);
    if (item->optional_vars) cg_expr(c, item->optional_vars);
    else cg_op(c, OP_POP_TOP);
    if (position + 1 == seq_count(s->With.items)) cg_stmts(c, s->With.body);
    else gen_with(c, s, position + 1, is_async);
    cg_pop_frame(c);
    if (!is_async) c->unit->loc = NO_LOC;
    cg_op(c, OP_POP_BLOCK);
    c->unit->loc = LOC_OF(s);
    exit_with_nones(c);
    if (is_async) await_exit(c);
    cg_op(c, OP_POP_TOP);
    cg_jump(c, OP_JUMP, exit);
    cg_use(c, final);
    cg_jump(c, OP_SETUP_CLEANUP, cleanup);
    cg_op(c, OP_PUSH_EXC_INFO);
    cg_op(c, OP_WITH_EXCEPT_START);
    if (is_async) await_exit(c);
    with_except_finish(c, cleanup);
    cg_use(c, exit);
}

/* ---- imports ------------------------------------------------------------------------------------------------------------------------- */

/* `import a.b.c as x` binds the innermost module. */
static void gen_import_as(Compiler *c, const Text *name, const Text *asname)
{
    const char *end = name->bytes + name->length, *dot = memchr(name->bytes, '.', name->length);
    if (!dot) {
        cg_name(c, asname, ExprContext_Store);
        return;
    }
    for (;;) {
        const char *start = dot + 1;
        dot = memchr(start, '.', (size_t)(end - start));
        const Text *attr = text_intern(&c->source->names, start, (size_t)((dot ? dot : end) - start));
        cg_emit(c, OP_IMPORT_FROM, (int)name_map_index(c->arena, &c->unit->names, attr));
        if (!dot) break;
        cg_emit(c, OP_SWAP, 2);
        cg_op(c, OP_POP_TOP);
    }
    cg_name(c, asname, ExprContext_Store);
    cg_op(c, OP_POP_TOP);
}

static void gen_import(Compiler *c, Stmt *s)
{
    for (uint32_t i = 0; i < seq_count(s->Import.names); i++) {
        Alias *alias = seq_at(Alias *, s->Import.names, i);
        cg_const(c, const_int(c->arena, 0));
        cg_const(c, c->none);
        cg_name_op(c, OP_IMPORT_NAME, alias->name);
        if (alias->asname) {
            gen_import_as(c, alias->name, alias->asname);
            continue;
        }
        const char *dot = memchr(alias->name->bytes, '.', alias->name->length);
        cg_name(c, dot ? text_intern(&c->source->names, alias->name->bytes, (size_t)(dot - alias->name->bytes)) : alias->name, ExprContext_Store);
    }
}

static void gen_import_from(Compiler *c, Stmt *s)
{
    const Seq *names = s->ImportFrom.names;
    uint32_t n = seq_count(names);
    const Const **items = arena_array(c->arena, const Const *, n);
    for (uint32_t i = 0; i < n; i++) items[i] = const_str(c->arena, seq_at(Alias *, names, i)->name);
    cg_const(c, const_int(c->arena, s->ImportFrom.level));
    if (s->lineno > c->future_line && s->ImportFrom.module == c->known->dunder_future) cg_error(c, "from __future__ imports must occur at the beginning of the file");
    cg_const(c, const_tuple(c->arena, items, n));
    cg_name_op(c, OP_IMPORT_NAME, s->ImportFrom.module ? s->ImportFrom.module : c->known->empty);
    for (uint32_t i = 0; i < n; i++) {
        Alias *alias = seq_at(Alias *, names, i);
        if (i == 0 && alias->name->bytes[0] == '*') {
            cg_op(c, OP_IMPORT_STAR);
            return;
        }
        cg_name_op(c, OP_IMPORT_FROM, alias->name);
        cg_name(c, alias->asname ? alias->asname : alias->name, ExprContext_Store);
    }
    cg_op(c, OP_POP_TOP);
}

/* ---- assignments and the rest -------------------------------------------------------------------------------------------------------- */

static void gen_aug_assign(Compiler *c, Stmt *s)
{
    Expr *target = s->AugAssign.target;
    Loc outer = c->unit->loc;
    c->unit->loc = LOC_OF(target);
    switch (target->kind) {
    case Expr_Attribute:
        cg_expr(c, target->Attribute.value);
        cg_emit(c, OP_COPY, 1);
        cg_attr_loc(c, target);
        cg_name_op(c, OP_LOAD_ATTR, target->Attribute.attr);
        break;
    case Expr_Subscript:
        cg_expr(c, target->Subscript.value);
        cg_expr(c, target->Subscript.slice);
        cg_emit(c, OP_COPY, 2);
        cg_emit(c, OP_COPY, 2);
        cg_op(c, OP_BINARY_SUBSCR);
        break;
    default: cg_name(c, target->Name.id, ExprContext_Load); break;
    }
    c->unit->loc = outer;
    cg_expr(c, s->AugAssign.value);
    cg_binary_op(c, s->AugAssign.op, true);
    c->unit->loc = LOC_OF(target);
    switch (target->kind) {
    case Expr_Attribute:
        cg_attr_loc(c, target);
        cg_emit(c, OP_SWAP, 2);
        cg_name_op(c, OP_STORE_ATTR, target->Attribute.attr);
        break;
    case Expr_Subscript:
        cg_emit(c, OP_SWAP, 3);
        cg_emit(c, OP_SWAP, 2);
        cg_op(c, OP_STORE_SUBSCR);
        break;
    default: cg_name(c, target->Name.id, ExprContext_Store); break;
    }
}

/* Evaluates an expression for its effects only. */
static void evaluate(Compiler *c, Expr *e)
{
    if (!e) return;
    cg_expr(c, e);
    cg_op(c, OP_POP_TOP);
}

static void evaluate_subscript(Compiler *c, Expr *e)
{
    if (e->kind == Expr_Slice) {
        evaluate(c, e->Slice.lower);
        evaluate(c, e->Slice.upper);
        evaluate(c, e->Slice.step);
    } else if (e->kind == Expr_Tuple) {
        for (uint32_t i = 0; i < seq_count(e->Tuple.elts); i++) evaluate_subscript(c, seq_at(Expr *, e->Tuple.elts, i));
    } else {
        evaluate(c, e);
    }
}

static void gen_ann_assign(Compiler *c, Stmt *s)
{
    Expr *target = s->AnnAssign.target;
    bool storing = c->unit->kind == UNIT_MODULE || c->unit->kind == UNIT_CLASS, has_value = s->AnnAssign.value;
    if (has_value) {
        cg_expr(c, s->AnnAssign.value);
        cg_expr(c, target);
    }
    switch (target->kind) {
    case Expr_Name:
        cg_forbid(c, target->Name.id, ExprContext_Store);
        if (s->AnnAssign.simple && storing) {
            cg_annotation(c, s->AnnAssign.annotation);
            cg_name_op(c, OP_LOAD_NAME, c->known->dunder_annotations);
            cg_const(c, const_str(c->arena, mangle_name(c->source, c->unit->private_name, target->Name.id)));
            cg_op(c, OP_STORE_SUBSCR);
        }
        break;
    case Expr_Attribute:
        cg_forbid(c, target->Attribute.attr, ExprContext_Store);
        if (!has_value) evaluate(c, target->Attribute.value);
        break;
    case Expr_Subscript:
        if (!has_value) {
            evaluate(c, target->Subscript.value);
            evaluate_subscript(c, target->Subscript.slice);
        }
        break;
    default: break;
    }
    if (!s->AnnAssign.simple && storing && !(c->future_flags & FUTURE_ANNOTATIONS)) evaluate(c, s->AnnAssign.annotation);
}

static void gen_assert(Compiler *c, Stmt *s)
{
    const Expr *test = s->Assert.test;
    if ((test->kind == Expr_Tuple && seq_count(test->Tuple.elts)) ||
        (test->kind == Expr_Constant && test->Constant.value->kind == CONST_TUPLE && test->Constant.value->tuple.count))
        cg_warn(c, "assertion is always true, perhaps remove parentheses?");
    if (c->optimize) return;
    Block *end = cg_block(c);
    cg_jump_if(c, s->Assert.test, end, true);
    cg_op(c, OP_LOAD_ASSERTION_ERROR);
    if (s->Assert.msg) {
        cg_expr(c, s->Assert.msg);
        cg_emit(c, OP_PRECALL, 0);
        cg_emit(c, OP_CALL, 0);
    }
    cg_emit(c, OP_RAISE_VARARGS, 1);
    cg_use(c, end);
}

static void gen_assign(Compiler *c, Stmt *s)
{
    cg_expr(c, s->Assign.value);
    uint32_t n = seq_count(s->Assign.targets);
    for (uint32_t i = 0; i < n; i++) {
        if (i + 1 < n) cg_emit(c, OP_COPY, 1);
        cg_expr(c, seq_at(Expr *, s->Assign.targets, i));
    }
}

static void gen_expr_stmt(Compiler *c, Expr *value)
{
    if (c->interactive && c->nesting <= 1) {
        cg_expr(c, value);
        cg_op(c, OP_PRINT_EXPR);
        return;
    }
    if (value->kind == Expr_Constant) {
        cg_op(c, OP_NOP);
        return;
    }
    cg_expr(c, value);
    c->unit->loc = NO_LOC;
    cg_op(c, OP_POP_TOP);
}

void cg_stmts(Compiler *c, const Seq *body)
{
    for (uint32_t i = 0; i < seq_count(body); i++) cg_stmt(c, seq_at(Stmt *, body, i));
}

void cg_stmt(Compiler *c, Stmt *s)
{
    c->unit->loc = LOC_OF(s);
    switch (s->kind) {
    case Stmt_FunctionDef: cg_function(c, s, false); break;
    case Stmt_AsyncFunctionDef: cg_function(c, s, true); break;
    case Stmt_ClassDef: cg_class(c, s); break;
    case Stmt_Return: gen_return(c, s); break;
    case Stmt_Delete: cg_exprs(c, s->Delete.targets); break;
    case Stmt_Assign: gen_assign(c, s); break;
    case Stmt_AugAssign: gen_aug_assign(c, s); break;
    case Stmt_AnnAssign: gen_ann_assign(c, s); break;
    case Stmt_For: gen_for(c, s); break;
    case Stmt_AsyncFor: gen_async_for(c, s); break;
    case Stmt_While: gen_while(c, s); break;
    case Stmt_If: gen_if(c, s); break;
    case Stmt_With: gen_with(c, s, 0, false); break;
    case Stmt_AsyncWith: gen_with(c, s, 0, true); break;
    case Stmt_Match: cg_match(c, s); break;
    case Stmt_Raise:
        if (s->Raise.exc) cg_expr(c, s->Raise.exc);
        if (s->Raise.cause) cg_expr(c, s->Raise.cause);
        cg_emit(c, OP_RAISE_VARARGS, (s->Raise.exc != 0) + (s->Raise.cause != 0));
        break;
    case Stmt_Try:
    case Stmt_TryStar: gen_try(c, s); break;
    case Stmt_Assert: gen_assert(c, s); break;
    case Stmt_Import: gen_import(c, s); break;
    case Stmt_ImportFrom: gen_import_from(c, s); break;
    case Stmt_Expr: gen_expr_stmt(c, s->Expr.value); break;
    case Stmt_Pass: cg_op(c, OP_NOP); break;
    case Stmt_Break: gen_break(c, false); break;
    case Stmt_Continue: gen_break(c, true); break;
    default: break;
    }
}
