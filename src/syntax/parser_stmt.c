/* parser_stmt.c: statements. */
#include "syntax/parse.h"
#include <string.h>

static Stmt *compound_or_null(Parser *p);

/* ---- simple statements ------------------------------------------------------------------------------------------------------ */

static const Operator augmented[T_KIND_COUNT] = {
    [T_PLUSEQUAL] = Operator_Add,
    [T_MINEQUAL] = Operator_Sub,
    [T_STAREQUAL] = Operator_Mult,
    [T_ATEQUAL] = Operator_MatMult,
    [T_SLASHEQUAL] = Operator_Div,
    [T_PERCENTEQUAL] = Operator_Mod,
    [T_AMPEREQUAL] = Operator_BitAnd,
    [T_VBAREQUAL] = Operator_BitOr,
    [T_CIRCUMFLEXEQUAL] = Operator_BitXor,
    [T_LEFTSHIFTEQUAL] = Operator_LShift,
    [T_RIGHTSHIFTEQUAL] = Operator_RShift,
    [T_DOUBLESTAREQUAL] = Operator_Pow,
    [T_DOUBLESLASHEQUAL] = Operator_FloorDiv,
};

static Expr *yield_or_star_expressions(Parser *p) { return peek(p) == T_YIELD ? parse_yield(p) : parse_star_expressions(p); }

static Stmt *assignment(Parser *p, Token *start, Expr *first)
{
    uint32_t base = p->top;
    Expr *value = first;
    while (accept(p, T_EQUAL)) {
        parse_to_target(p, value, ExprContext_Store);
        push(p, value);
        if (peek(p) == T_YIELD) {
            value = parse_yield(p);
            break;
        }
        value = parse_star_expressions(p);
    }
    Seq *targets = parse_pop(p, base);
    const Text *comment = parse_type_comment(p);
    Stmt *s = new_stmt(p, Stmt_Assign, start);
    s->Assign.targets = targets;
    s->Assign.value = value;
    s->Assign.type_comment = comment;
    return s;
}

/* The target of an annotation or of "+=": a name, an attribute or a subscript. */
static void single_target(Parser *p, Expr *target)
{
    if (target->kind != Expr_Name && target->kind != Expr_Attribute && target->kind != Expr_Subscript) parse_fail(p);
    parse_to_target(p, target, ExprContext_Store);
}

static Stmt *annotated(Parser *p, Token *start, Expr *target)
{
    if (p->source->feature_version < 6) parse_fail(p);
    single_target(p, target);
    p->t++;
    Expr *annotation = parse_expression(p);
    Expr *value = accept(p, T_EQUAL) ? yield_or_star_expressions(p) : 0;
    Stmt *s = new_stmt(p, Stmt_AnnAssign, start);
    s->AnnAssign.target = target;
    s->AnnAssign.annotation = annotation;
    s->AnnAssign.value = value;
    s->AnnAssign.simple = target->kind == Expr_Name && start->kind == T_NAME;
    return s;
}

static Stmt *expression_statement(Parser *p)
{
    Token *start = p->t;
    bool yield = peek(p) == T_YIELD;
    Expr *e = yield_or_star_expressions(p);
    TokenKind kind = peek(p);
    if (!yield) {
        if (kind == T_EQUAL) return assignment(p, start, e);
        if (kind == T_COLON) return annotated(p, start, e);
        if (kind >= T_PLUSEQUAL && kind <= T_DOUBLESLASHEQUAL) {
            if (kind == T_ATEQUAL && p->source->feature_version < 5) parse_fail(p);
            single_target(p, e);
            p->t++;
            Expr *value = yield_or_star_expressions(p);
            Stmt *s = new_stmt(p, Stmt_AugAssign, start);
            s->AugAssign.target = e;
            s->AugAssign.op = augmented[kind];
            s->AugAssign.value = value;
            return s;
        }
    }
    Stmt *s = new_stmt(p, Stmt_Expr, start);
    s->Expr.value = e;
    return s;
}

static Stmt *delete_statement(Parser *p)
{
    Token *start = p->t++;
    uint32_t base = p->top;
    do {
        if (peek(p) == T_SEMI || peek(p) == T_NEWLINE) {
            if (p->top == base) parse_fail(p);
            break;
        }
        Expr *target = parse_primary(p);
        parse_to_target(p, target, ExprContext_Del);
        push(p, target);
    } while (accept(p, T_COMMA));
    Seq *targets = parse_pop(p, base);
    Stmt *s = new_stmt(p, Stmt_Delete, start);
    s->Delete.targets = targets;
    return s;
}

static bool ends_statement(TokenKind kind) { return kind == T_NEWLINE || kind == T_SEMI; }

static Stmt *return_statement(Parser *p)
{
    Token *start = p->t++;
    Expr *value = ends_statement(peek(p)) ? 0 : parse_star_expressions(p);
    Stmt *s = new_stmt(p, Stmt_Return, start);
    s->Return.value = value;
    return s;
}

static Stmt *raise_statement(Parser *p)
{
    Token *start = p->t++;
    Expr *exc = ends_statement(peek(p)) ? 0 : parse_expression(p), *cause = exc && accept(p, T_FROM) ? parse_expression(p) : 0;
    Stmt *s = new_stmt(p, Stmt_Raise, start);
    s->Raise.exc = exc;
    s->Raise.cause = cause;
    return s;
}

static Stmt *assert_statement(Parser *p)
{
    Token *start = p->t++;
    Expr *test = parse_expression(p), *msg = accept(p, T_COMMA) ? parse_expression(p) : 0;
    Stmt *s = new_stmt(p, Stmt_Assert, start);
    s->Assert.test = test;
    s->Assert.msg = msg;
    return s;
}

static Stmt *names_statement(Parser *p, StmtKind kind)
{
    Token *start = p->t++;
    uint32_t base = p->top;
    do push(p, (void *)expect(p, T_NAME)->text);
    while (accept(p, T_COMMA));
    Seq *names = parse_pop(p, base);
    Stmt *s = new_stmt(p, kind, start);
    s->Global.names = names;
    return s;
}

static Stmt *bare_statement(Parser *p, StmtKind kind)
{
    Token *start = p->t++;
    return new_stmt(p, kind, start);
}

/* ---- imports ---------------------------------------------------------------------------------------------------------------- */

/* a.b.c as one name. */
static const Text *dotted_name(Parser *p)
{
    Token *first = expect(p, T_NAME);
    if (peek(p) != T_DOT) return first->text;
    char *bytes = 0;
    size_t size = 0, capacity = 0;
    const Text *part = first->text;
    for (;;) {
        if (size + part->length + 1 > capacity) {
            capacity = (size + part->length + 1) * 2 + 64;
            char *larger = arena_alloc(p->arena, capacity);
            if (size) memcpy(larger, bytes, size);
            bytes = larger;
        }
        memcpy(bytes + size, part->bytes, part->length);
        size += part->length;
        if (!accept(p, T_DOT)) break;
        bytes[size++] = '.';
        part = expect(p, T_NAME)->text;
    }
    return text_intern(&p->source->names, bytes, size);
}

static Alias *alias_of(Parser *p, const Token *start, const Text *name)
{
    Alias *alias = arena_new(p->arena, Alias);
    alias->name = name;
    if (accept(p, T_AS)) alias->asname = expect(p, T_NAME)->text;
    PLACE(alias, start, p->t - 1);
    return alias;
}

static Stmt *import_statement(Parser *p)
{
    Token *start = p->t++;
    uint32_t base = p->top;
    do {
        Token *first = p->t;
        const Text *name = dotted_name(p);
        push(p, alias_of(p, first, name));
    } while (accept(p, T_COMMA));
    Seq *names = parse_pop(p, base);
    Stmt *s = new_stmt(p, Stmt_Import, start);
    s->Import.names = names;
    return s;
}

static Seq *import_targets(Parser *p)
{
    uint32_t base = p->top;
    if (peek(p) == T_STAR) {
        Alias *alias = arena_new(p->arena, Alias);
        alias->name = text_intern(&p->source->names, "*", 1);
        PLACE(alias, p->t, p->t);
        p->t++;
        return seq_of(p, alias);
    }
    bool parens = accept(p, T_LPAR);
    do {
        if (parens && p->top > base && peek(p) == T_RPAR) break;
        Token *first = expect(p, T_NAME);
        push(p, alias_of(p, first, first->text));
    } while (accept(p, T_COMMA));
    if (parens) expect(p, T_RPAR);
    return parse_pop(p, base);
}

static Stmt *import_from(Parser *p)
{
    Token *start = p->t++;
    int level = 0;
    for (;;) {
        if (accept(p, T_DOT)) level++;
        else if (accept(p, T_ELLIPSIS)) level += 3;
        else break;
    }
    const Text *module = 0;
    if (!level || peek(p) == T_NAME) module = dotted_name(p);
    expect(p, T_IMPORT);
    Seq *names = import_targets(p);
    Stmt *s = new_stmt(p, Stmt_ImportFrom, start);
    s->ImportFrom.module = module;
    s->ImportFrom.names = names;
    s->ImportFrom.level = level;
    return s;
}

static Stmt *simple_statement(Parser *p)
{
    switch (peek(p)) {
    case T_RETURN: return return_statement(p);
    case T_IMPORT: return import_statement(p);
    case T_FROM: return import_from(p);
    case T_RAISE: return raise_statement(p);
    case T_PASS: return bare_statement(p, Stmt_Pass);
    case T_DEL: return delete_statement(p);
    case T_ASSERT: return assert_statement(p);
    case T_BREAK: return bare_statement(p, Stmt_Break);
    case T_CONTINUE: return bare_statement(p, Stmt_Continue);
    case T_GLOBAL: return names_statement(p, Stmt_Global);
    case T_NONLOCAL: return names_statement(p, Stmt_Nonlocal);
    default: return expression_statement(p);
    }
}

/* A line of simple statements, pushed. */
static void simple_statements(Parser *p)
{
    do push(p, simple_statement(p));
    while (accept(p, T_SEMI) && peek(p) != T_NEWLINE);
    expect(p, T_NEWLINE);
}

/* ---- blocks ----------------------------------------------------------------------------------------------------------------- */

void parse_statement(Parser *p)
{
    Stmt *s = compound_or_null(p);
    if (s) push(p, s);
    else simple_statements(p);
}

Seq *parse_statements(Parser *p, TokenKind end)
{
    uint32_t base = p->top;
    while (peek(p) != end) {
        p->statement = p->t;
        parse_statement(p);
    }
    return parse_pop(p, base);
}

Seq *parse_block(Parser *p)
{
    uint32_t base = p->top;
    if (!accept(p, T_NEWLINE)) {
        simple_statements(p);
        return parse_pop(p, base);
    }
    expect(p, T_INDENT);
    enum { WEIGHT = 8 };
    parse_enter(p, WEIGHT);
    do parse_statement(p);
    while (peek(p) != T_DEDENT);
    parse_leave(p, WEIGHT);
    p->t++;
    return parse_pop(p, base);
}

Seq *parse_interactive(Parser *p)
{
    uint32_t base = p->top;
    if (peek(p) == T_NEWLINE) {
        Token *t = p->t++;
        Stmt *s = arena_new(p->arena, Stmt);
        s->kind = Stmt_Pass;
        PLACE(s, t, t);
        return seq_of(p, s);
    }
    Stmt *s = compound_or_null(p);
    if (s) {
        push(p, s);
        expect(p, T_NEWLINE);
    } else simple_statements(p);
    return parse_pop(p, base);
}

/* ---- compound statements ---------------------------------------------------------------------------------------------------- */

static Seq *else_block(Parser *p)
{
    if (!accept(p, T_ELSE)) return parse_pop(p, p->top);
    expect(p, T_COLON);
    return parse_block(p);
}

/* From "if" or "elif". */
static Stmt *if_statement(Parser *p)
{
    Token *start = p->t++;
    Expr *test = parse_named_expression(p);
    expect(p, T_COLON);
    Seq *body = parse_block(p), *orelse;
    if (peek(p) == T_ELIF) {
        parse_enter(p, 1);
        orelse = seq_of(p, if_statement(p));
        parse_leave(p, 1);
    } else orelse = else_block(p);
    Stmt *s = new_stmt(p, Stmt_If, start);
    s->If.test = test;
    s->If.body = body;
    s->If.orelse = orelse;
    return s;
}

static Stmt *while_statement(Parser *p)
{
    Token *start = p->t++;
    Expr *test = parse_named_expression(p);
    expect(p, T_COLON);
    Seq *body = parse_block(p), *orelse = else_block(p);
    Stmt *s = new_stmt(p, Stmt_While, start);
    s->While.test = test;
    s->While.body = body;
    s->While.orelse = orelse;
    return s;
}

static Stmt *for_statement(Parser *p, Token *start, bool async)
{
    p->t++;
    Expr *target = parse_star_targets(p);
    expect(p, T_IN);
    Expr *iter = parse_star_expressions(p);
    expect(p, T_COLON);
    const Text *comment = parse_type_comment(p);
    Seq *body = parse_block(p), *orelse = else_block(p);
    Stmt *s = new_stmt(p, async ? Stmt_AsyncFor : Stmt_For, start);
    s->For.target = target;
    s->For.iter = iter;
    s->For.body = body;
    s->For.orelse = orelse;
    s->For.type_comment = comment;
    return s;
}

static WithItem *with_item(Parser *p)
{
    WithItem *item = arena_new(p->arena, WithItem);
    item->context_expr = parse_expression(p);
    if (accept(p, T_AS)) {
        item->optional_vars = parse_star_target(p);
        if (peek(p) != T_COMMA && peek(p) != T_RPAR && peek(p) != T_COLON) parse_fail(p);
    }
    return item;
}

/* "with (a as b, c):". The parentheses may also belong to the first item's expression: this is tried. */
static void *parenthesized_items(Parser *p)
{
    uint32_t base = p->top;
    p->t++;
    do {
        if (p->top > base && peek(p) == T_RPAR) break;
        push(p, with_item(p));
    } while (accept(p, T_COMMA));
    expect(p, T_RPAR);
    expect(p, T_COLON);
    if (peek(p) == T_TYPE_COMMENT) parse_fail(p);   /* which only the form without parentheses takes */
    p->t--;
    return parse_pop(p, base);
}

static Stmt *with_statement(Parser *p, Token *start, bool async)
{
    p->t++;
    Seq *items = peek(p) == T_LPAR ? parse_try(p, parenthesized_items) : 0;
    bool parens = items;
    if (!parens) {
        uint32_t base = p->top;
        do push(p, with_item(p));
        while (accept(p, T_COMMA));
        items = parse_pop(p, base);
    } else if (p->source->feature_version < 9) parse_fail(p);
    expect(p, T_COLON);
    const Text *comment = parens ? 0 : parse_type_comment(p);
    Seq *body = parse_block(p);
    Stmt *s = new_stmt(p, async ? Stmt_AsyncWith : Stmt_With, start);
    s->With.items = items;
    s->With.body = body;
    s->With.type_comment = comment;
    return s;
}

static ExceptHandler *except_handler(Parser *p, bool star)
{
    Token *start = p->t++;
    ExceptHandler *handler = arena_new(p->arena, ExceptHandler);
    handler->kind = ExceptHandler_ExceptHandler;
    if (star) expect(p, T_STAR);
    if (star || peek(p) != T_COLON) {
        handler->ExceptHandler.type = parse_expression(p);
        if (accept(p, T_AS)) handler->ExceptHandler.name = expect(p, T_NAME)->text;
    }
    expect(p, T_COLON);
    handler->ExceptHandler.body = parse_block(p);
    PLACE(handler, start, last_text_token(p));
    return handler;
}

static Stmt *try_statement(Parser *p)
{
    Token *start = p->t++;
    expect(p, T_COLON);
    Seq *body = parse_block(p);
    bool star = peek(p) == T_EXCEPT && p->t[1].kind == T_STAR, any = peek(p) == T_EXCEPT;
    uint32_t base = p->top;
    while (peek(p) == T_EXCEPT) push(p, except_handler(p, star));
    Seq *handlers = parse_pop(p, base);
    Seq *orelse = any ? else_block(p) : parse_pop(p, p->top), *finalbody;
    if (accept(p, T_FINALLY)) {
        expect(p, T_COLON);
        finalbody = parse_block(p);
    } else {
        if (!any) parse_fail(p);
        finalbody = parse_pop(p, p->top);
    }
    if (star && p->source->feature_version < 11) parse_fail(p);
    Stmt *s = new_stmt(p, star ? Stmt_TryStar : Stmt_Try, start);
    s->Try.body = body;
    s->Try.handlers = handlers;
    s->Try.orelse = orelse;
    s->Try.finalbody = finalbody;
    return s;
}

static Stmt *function_definition(Parser *p, Token *start, Seq *decorators, bool async)
{
    p->t++;
    const Text *name = expect(p, T_NAME)->text;
    expect(p, T_LPAR);
    Arguments *args = parse_parameters(p, T_RPAR, false);
    expect(p, T_RPAR);
    Expr *returns = accept(p, T_ARROW) ? parse_expression(p) : 0;
    expect(p, T_COLON);
    const Text *comment = 0;
    if (peek(p) == T_TYPE_COMMENT) comment = parse_type_comment(p);
    else if (peek(p) == T_NEWLINE && p->t[1].kind == T_TYPE_COMMENT && p->t[2].kind == T_NEWLINE && p->t[3].kind == T_INDENT) {
        p->t++;
        comment = parse_type_comment(p);
    }
    Seq *body = parse_block(p);
    Stmt *s = new_stmt(p, async ? Stmt_AsyncFunctionDef : Stmt_FunctionDef, start);
    s->FunctionDef.name = name;
    s->FunctionDef.args = args;
    s->FunctionDef.body = body;
    s->FunctionDef.decorator_list = decorators;
    s->FunctionDef.returns = returns;
    s->FunctionDef.type_comment = comment;
    return s;
}

static Stmt *class_definition(Parser *p, Seq *decorators)
{
    Token *start = p->t++;
    const Text *name = expect(p, T_NAME)->text;
    Seq *bases, *keywords;
    Token *open = p->t;
    if (accept(p, T_LPAR)) parse_arguments(p, &bases, &keywords, false, open);
    else {
        bases = parse_pop(p, p->top);
        keywords = parse_pop(p, p->top);
    }
    expect(p, T_COLON);
    Seq *body = parse_block(p);
    Stmt *s = new_stmt(p, Stmt_ClassDef, start);
    s->ClassDef.name = name;
    s->ClassDef.bases = bases;
    s->ClassDef.keywords = keywords;
    s->ClassDef.body = body;
    s->ClassDef.decorator_list = decorators;
    return s;
}

static Stmt *definition(Parser *p)
{
    uint32_t base = p->top;
    while (accept(p, T_AT)) {
        push(p, parse_named_expression(p));
        expect(p, T_NEWLINE);
    }
    Seq *decorators = parse_pop(p, base);
    Token *start = p->t;
    if (peek(p) == T_CLASS) return class_definition(p, decorators);
    bool async = accept(p, T_ASYNC);
    if (peek(p) != T_DEF || (async && p->source->feature_version < 5)) parse_fail(p);
    return function_definition(p, start, decorators, async);
}

static Stmt *async_statement(Parser *p)
{
    Token *start = p->t;
    if (p->source->feature_version < 5) parse_fail(p);
    switch (p->t[1].kind) {
    case T_DEF: return definition(p);
    case T_WITH: p->t++; return with_statement(p, start, true);
    case T_FOR: p->t++; return for_statement(p, start, true);
    default: parse_fail(p);
    }
}

/* A compound statement, or 0 with nothing taken. */
static Stmt *compound_or_null(Parser *p)
{
    switch (peek(p)) {
    case T_IF: return if_statement(p);
    case T_FOR: return for_statement(p, p->t, false);
    case T_DEF:
    case T_CLASS:
    case T_AT: return definition(p);
    case T_WITH: return with_statement(p, p->t, false);
    case T_TRY: return try_statement(p);
    case T_WHILE: return while_statement(p);
    case T_ASYNC: return async_statement(p);
    case T_NAME: return p->t->text->keyword == (uint8_t)T_MATCH ? parse_match(p) : 0;
    default: return 0;
    }
}
