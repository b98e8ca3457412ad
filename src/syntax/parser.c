/* parser.c: the parser's entry points and the small tools that its files share. */
#include "syntax/parse.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const Const const_none = {.kind = CONST_NONE}, const_true = {.kind = CONST_TRUE}, const_false = {.kind = CONST_FALSE}, const_ellipsis = {.kind = CONST_ELLIPSIS};

const char *error_kind_name(ErrorKind kind)
{
    static const char *const names[] = {
        [ERROR_NONE] = "",
        [ERROR_SYNTAX] = "SyntaxError",
        [ERROR_INDENTATION] = "IndentationError",
        [ERROR_TAB] = "TabError",
        [ERROR_VALUE] = "ValueError",
        [ERROR_OVERFLOW] = "OverflowError",
        [ERROR_MEMORY] = "MemoryError",
        [ERROR_RECURSION] = "RecursionError",
        [ERROR_UNICODE_DECODE] = "UnicodeDecodeError",
        [ERROR_SYSTEM] = "SystemError",
        [ERROR_TYPE] = "TypeError",
    };
    return names[kind];
}

[[noreturn]] void parse_fail(Parser *p) { longjmp(*p->on_failure, 1); }

void depth_error(Source *source, int depth)
{
    bool outside = depth <= MAX_DEPTH && source->stack_in_use;
    syntax_error_at(source, outside ? ERROR_RECURSION : ERROR_MEMORY, -1, 0, 0, 0, "%s", outside ? "maximum recursion depth exceeded during compilation" : "");
}

[[noreturn]] void parse_too_deep(Parser *p)
{
    depth_error(p->source, p->depth);
    longjmp(*p->on_failure, 1);
}

void parse_grow_stack(Parser *p)
{
    uint32_t capacity = p->capacity * 2 + 256;
    void **stack = arena_array(p->arena, void *, capacity);
    if (p->top) memcpy(stack, p->stack, p->top * sizeof *stack);
    p->stack = stack;
    p->capacity = capacity;
}

Seq *parse_pop(Parser *p, uint32_t base)
{
    uint32_t count = p->top - base;
    p->top = base;
    Seq *seq = arena_alloc(p->arena, sizeof(Seq) + count * sizeof(void *));
    seq->count = count;
    if (count) memcpy(seq->items, p->stack + base, count * sizeof(void *));
    return seq;
}

void parse_pop_pairs(Parser *p, uint32_t base, Seq **firsts, Seq **seconds)
{
    uint32_t count = (p->top - base) / 2;
    *firsts = arena_alloc(p->arena, sizeof(Seq) + count * sizeof(void *));
    *seconds = arena_alloc(p->arena, sizeof(Seq) + count * sizeof(void *));
    (*firsts)->count = (*seconds)->count = count;
    for (uint32_t i = 0; i < count; i++) {
        (*firsts)->items[i] = p->stack[base + 2 * i];
        (*seconds)->items[i] = p->stack[base + 2 * i + 1];
    }
    p->top = base;
}

void *parse_try(Parser *p, void *(*parse)(Parser *p))
{
    Token *start = p->t;
    uint32_t base = p->top;
    int depth = p->depth;
    jmp_buf failed, *outer = p->on_failure;
    p->on_failure = &failed;
    void *result = 0;
    if (setjmp(failed)) {
        p->on_failure = outer;
        if (p->source->error.kind) parse_fail(p);
        /* What came first has warned already: the tokens will be read a second time. */
        if (!p->warned || p->t > p->warned) p->warned = p->t;
        p->t = start;
        p->top = base;
        p->depth = depth;
        return 0;
    }
    result = parse(p);
    p->on_failure = outer;
    return result;
}

Seq *seq_of(Parser *p, void *item)
{
    Seq *seq = arena_alloc(p->arena, sizeof(Seq) + sizeof(void *));
    seq->count = 1;
    seq->items[0] = item;
    return seq;
}

Expr *new_expr(Parser *p, ExprKind kind, const Token *start)
{
    Expr *e = arena_new(p->arena, Expr);
    e->kind = kind;
    PLACE(e, start, p->t - 1);
    return e;
}

const Token *last_text_token(const Parser *p)
{
    const Token *t = p->t - 1;
    while (t > p->tokens->items && (t->kind == T_NEWLINE || t->kind == T_INDENT || t->kind == T_DEDENT || t->kind == T_END)) t--;
    return t;
}

Stmt *new_stmt(Parser *p, StmtKind kind, const Token *start)
{
    Stmt *s = arena_new(p->arena, Stmt);
    s->kind = kind;
    PLACE(s, start, last_text_token(p));
    return s;
}

Pattern *new_pattern(Parser *p, PatternKind kind, const Token *start)
{
    Pattern *pattern = arena_new(p->arena, Pattern);
    pattern->kind = kind;
    PLACE(pattern, start, p->t - 1);
    return pattern;
}

[[noreturn]] void literal_error(Parser *p, const Token *token, const char *format, ...)
{
    if (!p->explainer) parse_fail(p);
    char message[600];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    explain_literal_error(p, token, message);
}

static Seq *type_ignores(Parser *p)
{
    Tokens *tokens = p->tokens;
    Seq *seq = arena_alloc(p->arena, sizeof(Seq) + tokens->ignore_count * sizeof(void *));
    seq->count = tokens->ignore_count;
    for (uint32_t i = 0; i < tokens->ignore_count; i++) {
        TypeIgnore *ignore = arena_new(p->arena, TypeIgnore);
        ignore->kind = TypeIgnore_TypeIgnore;
        ignore->TypeIgnore.lineno = tokens->ignores[i].lineno;
        ignore->TypeIgnore.tag = tokens->ignores[i].tag;
        seq->items[i] = ignore;
    }
    return seq;
}

/* "(int, *str, **Any) -> float": the types' order is free of names, so they land in one list. */
static Mod *function_type(Parser *p)
{
    Mod *mod = arena_new(p->arena, Mod);
    mod->kind = Mod_FunctionType;
    expect(p, T_LPAR);
    uint32_t base = p->top;
    bool star = false, double_star = false;
    while (peek(p) != T_RPAR) {
        if (double_star) parse_fail(p);
        if (accept(p, T_DOUBLESTAR)) double_star = true;
        else if (accept(p, T_STAR)) {
            if (star) parse_fail(p);
            star = true;
        } else if (star) parse_fail(p);
        push(p, parse_expression(p));
        if (!accept(p, T_COMMA)) break;
        if (peek(p) == T_RPAR) parse_fail(p);
    }
    expect(p, T_RPAR);
    mod->FunctionType.argtypes = parse_pop(p, base);
    expect(p, T_ARROW);
    mod->FunctionType.returns = parse_expression(p);
    while (accept(p, T_NEWLINE)) {}
    expect(p, T_END);
    return mod;
}

static Mod *parse_mod(Parser *p)
{
    Mod *mod = arena_new(p->arena, Mod);
    switch (p->source->mode) {
    case PARSE_FILE:
        mod->kind = Mod_Module;
        mod->Module.body = parse_statements(p, T_END);
        expect(p, T_END);
        mod->Module.type_ignores = type_ignores(p);
        break;
    case PARSE_EVAL:
        mod->kind = Mod_Expression;
        mod->Expression.body = 0;
        {
            Token *start = p->t;
            Expr *e = parse_expression(p);
            if (peek(p) == T_COMMA) {
                uint32_t base = p->top;
                push(p, e);
                while (accept(p, T_COMMA)) {
                    if (peek(p) == T_NEWLINE || peek(p) == T_END) break;
                    push(p, parse_expression(p));
                }
                Seq *elts = parse_pop(p, base);
                e = new_expr(p, Expr_Tuple, start);
                e->Tuple.elts = elts;
                e->Tuple.ctx = ExprContext_Load;
            }
            mod->Expression.body = e;
        }
        while (accept(p, T_NEWLINE)) {}
        expect(p, T_END);
        break;
    case PARSE_SINGLE:
        mod->kind = Mod_Interactive;
        mod->Interactive.body = parse_interactive(p);
        break;
    case PARSE_FUNC_TYPE: return function_type(p);
    }
    return mod;
}

Expr *parse_fstring_expression(Parser *outer, const char *text, size_t size, int lineno, int col)
{
    Tokens *tokens = arena_new(outer->arena, Tokens);
    tokens->text = text;
    tokens->size = size;
    tokens->first_lineno = lineno;
    tokens->inner = true;
    tokens->inner_col = col;
    tokens->damaged = outer->tokens->damaged;
    int mode = outer->source->mode;
    outer->source->mode = PARSE_EVAL;
    tokenize(outer->source, tokens);
    outer->source->mode = mode;
    for (uint32_t i = 0; i < tokens->count; i++) {
        Token *t = &tokens->items[i];
        /* As CPython has it: a literal that begins on the first line but ends on another is not moved. */
        if (t->end_lineno != lineno || t->col < 0) continue;
        t->col += col;
        t->end_col += col;
    }
    Parser inner = {.source = outer->source, .arena = outer->arena, .tokens = tokens, .t = tokens->items, .start_lineno = lineno, .start_col = col};
    inner.depth = outer->depth;
    jmp_buf failed;
    inner.on_failure = outer->explainer ? &failed : outer->on_failure;
    if (outer->explainer && setjmp(failed)) {
        inner.explainer = outer->explainer;
        inner.inner_text = text_new(outer->arena, text, size);
        explain_failure(&inner);
        SyntaxError *error = &outer->source->error;
        if (error->kind == ERROR_UNICODE_DECODE) {
            error->kind = ERROR_NONE;
            literal_error(outer, 0, "(unicode error) %s", error->message->bytes);
        }
        parse_fail(outer);
    }
    Expr *e = parse_star_expressions(&inner);
    while (accept(&inner, T_NEWLINE)) {}
    expect(&inner, T_END);
    return e;
}

/* Behind a single statement only blank lines and comments may follow. */
static bool more_statements(Parser *p)
{
    const char *s = p->tokens->text + p->t[-1].end;
    for (;;) {
        while (*s == ' ' || *s == '\t' || *s == '\n' || *s == '\f') s++;
        if (!*s) return false;
        if (*s != '#') return true;
        while (*s && *s != '\n') s++;
    }
}

Mod *parse(Source *source)
{
    Tokens *tokens = arena_new(source->arena, Tokens);
    if (!source_decode(source, tokens)) return 0;
    keywords_mark(&source->names);
    tokens->first_lineno = 1;
    tokenize(source, tokens);
    Parser *p = arena_new(source->arena, Parser);
    p->source = source;
    p->depth = FIRST_DEPTH;
    p->arena = source->arena;
    p->tokens = tokens;
    p->t = tokens->items;
    jmp_buf failed;
    p->on_failure = &failed;
    if (setjmp(failed)) {
        if (!source->error.kind) explain_failure(p);
        return 0;
    }
    Mod *mod = parse_mod(p);
    if (source->mode == PARSE_SINGLE && more_statements(p)) {
        const Token *t = p->t - 1;
        return syntax_error_at(source, ERROR_SYNTAX, t->lineno, t->col, t->end_lineno, t->end_col, "multiple statements found while compiling a single statement");
    }
    return mod;
}
