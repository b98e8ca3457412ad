/* parser_params.c: parameter lists of functions and lambdas, and type comments. */
#include "syntax/parse.h"

const Text *parse_type_comment(Parser *p)
{
    if (peek(p) != T_TYPE_COMMENT) return 0;
    return p->t++->text;
}

static Arg *parameter(Parser *p, bool lambda, bool star_annotation)
{
    Token *start = expect(p, T_NAME);
    Arg *arg = arena_new(p->arena, Arg);
    arg->arg = start->text;
    if (!lambda && accept(p, T_COLON)) { arg->annotation = star_annotation ? parse_star_expression(p) : parse_expression(p); }
    PLACE(arg, start, p->t - 1);
    return arg;
}

/* Between parameters: the comma, with an optional type comment behind it (or in place of a last comma). True to go on. */
static bool separator(Parser *p, TokenKind closer, Arg *last)
{
    bool comma = accept(p, T_COMMA);
    const Text *comment = parse_type_comment(p);
    if (comment && last) last->type_comment = comment;
    return comma && peek(p) != closer;
}

typedef struct Lists {
    Seq *posonly;
    uint32_t base;
    uint32_t defaults, defaults_capacity;
    Expr **default_items;
} Lists;

static void add_default(Parser *p, Lists *lists, Expr *value)
{
    if (lists->defaults == lists->defaults_capacity) {
        uint32_t capacity = lists->defaults_capacity * 2 + 8;
        Expr **items = arena_array(p->arena, Expr *, capacity);
        for (uint32_t i = 0; i < lists->defaults; i++) items[i] = lists->default_items[i];
        lists->default_items = items;
        lists->defaults_capacity = capacity;
    }
    lists->default_items[lists->defaults++] = value;
}

static Seq *seq_from(Parser *p, Expr **items, uint32_t count)
{
    Seq *seq = arena_alloc(p->arena, sizeof(Seq) + count * sizeof(void *));
    seq->count = count;
    for (uint32_t i = 0; i < count; i++) seq->items[i] = items[i];
    return seq;
}

static Expr *default_value(Parser *p)
{
    parse_enter(p, 6);
    Expr *value = parse_expression(p);
    parse_leave(p, 6);
    return value;
}

/* Behind '*': the rest. */
static void keyword_only(Parser *p, Arguments *a, TokenKind closer, bool lambda)
{
    bool more = true, bare = false;
    if (peek(p) == T_NAME) {
        a->vararg = parameter(p, lambda, true);
        more = separator(p, closer, a->vararg);
    } else {
        bare = true;
        expect(p, T_COMMA);
        if (peek(p) == T_TYPE_COMMENT) parse_fail(p);
    }
    uint32_t base = p->top;
    Lists defaults = {0};
    while (more && peek(p) == T_NAME) {
        Arg *arg = parameter(p, lambda, false);
        push(p, arg);
        add_default(p, &defaults, accept(p, T_EQUAL) ? default_value(p) : 0);
        more = separator(p, closer, arg);
    }
    a->kwonlyargs = parse_pop(p, base);
    a->kw_defaults = seq_from(p, defaults.default_items, defaults.defaults);
    if (bare && !a->kwonlyargs->count) parse_fail(p);
    if (more && accept(p, T_DOUBLESTAR)) {
        a->kwarg = parameter(p, lambda, false);
        more = separator(p, closer, a->kwarg);
    }
    if (more) parse_fail(p);
}

Arguments *parse_parameters(Parser *p, TokenKind closer, bool lambda)
{
    Arguments *a = arena_new(p->arena, Arguments);
    Lists lists = {0};
    uint32_t base = p->top;
    bool more = peek(p) != closer;
    while (more && peek(p) == T_NAME) {
        Arg *arg = parameter(p, lambda, false);
        push(p, arg);
        if (accept(p, T_EQUAL)) add_default(p, &lists, default_value(p));
        else if (lists.defaults) parse_fail(p);
        more = separator(p, closer, arg);
        if (more && peek(p) == T_SLASH) {
            if (a->posonlyargs || p->source->feature_version < 8) parse_fail(p);
            p->t++;
            a->posonlyargs = parse_pop(p, base);
            more = accept(p, T_COMMA);
            if (more && peek(p) == closer) more = false;
        }
    }
    a->args = parse_pop(p, base);
    a->defaults = seq_from(p, lists.default_items, lists.defaults);
    if (!a->posonlyargs) a->posonlyargs = parse_pop(p, p->top);
    if (more && accept(p, T_STAR)) {
        keyword_only(p, a, closer, lambda);
        return a;
    }
    a->kwonlyargs = parse_pop(p, p->top);
    a->kw_defaults = parse_pop(p, p->top);
    if (more && accept(p, T_DOUBLESTAR)) {
        a->kwarg = parameter(p, lambda, false);
        more = separator(p, closer, a->kwarg);
    }
    if (more) parse_fail(p);
    return a;
}
