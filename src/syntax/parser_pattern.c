/* parser_pattern.c: the match statement.
 *
 * "match" and "case" are keywords only where a match statement is: a line that begins with the name "match" is tried as one, up to the colon and
 * the line end behind it, and read as an ordinary statement when that fails.
 */
#include "syntax/parse.h"

static Pattern *or_pattern(Parser *p);
static Pattern *pattern(Parser *p);

static Expr *signed_number(Parser *p, bool *imaginary)
{
    Token *start = p->t;
    bool minus = accept(p, T_MINUS);
    Token *number = expect(p, T_NUMBER);
    Expr *e = parse_number(p, number);
    *imaginary = e->Constant.value->kind == CONST_COMPLEX;
    if (!minus) return e;
    Expr *negative = new_expr(p, Expr_UnaryOp, start);
    negative->UnaryOp.op = UnaryOp_USub;
    negative->UnaryOp.operand = e;
    return negative;
}

/* -1, 2.5, 3+4j */
static Expr *number_literal(Parser *p)
{
    Token *start = p->t;
    bool imaginary;
    Expr *left = signed_number(p, &imaginary);
    if (peek(p) != T_PLUS && peek(p) != T_MINUS) return left;
    Operator op = peek(p) == T_PLUS ? Operator_Add : Operator_Sub;
    p->t++;
    if (imaginary || peek(p) == T_MINUS) parse_fail(p);
    Expr *right = signed_number(p, &imaginary);
    if (!imaginary) parse_fail(p);
    Expr *e = new_expr(p, Expr_BinOp, start);
    e->BinOp.left = left;
    e->BinOp.op = op;
    e->BinOp.right = right;
    return e;
}

/* a.b.c, or just a */
static Expr *name_or_attribute(Parser *p)
{
    Token *start = p->t;
    Expr *e = parse_name(p, ExprContext_Load);
    while (accept(p, T_DOT)) {
        Token *name = expect(p, T_NAME);
        Expr *a = new_expr(p, Expr_Attribute, start);
        a->Attribute.value = e;
        a->Attribute.attr = name->text;
        e = a;
    }
    return e;
}

static Pattern *value_pattern(Parser *p, const Token *start, Expr *value)
{
    Pattern *result = new_pattern(p, Pattern_MatchValue, start);
    result->MatchValue.value = value;
    return result;
}

static Pattern *singleton(Parser *p, const Const *value)
{
    Token *start = p->t++;
    Pattern *result = new_pattern(p, Pattern_MatchSingleton, start);
    result->MatchSingleton.value = value;
    return result;
}

/* A name that a pattern binds; not "_", and not the start of something longer. */
static const Text *capture_target(Parser *p)
{
    Token *name = expect(p, T_NAME);
    if (is_soft(name, T_UNDERSCORE) || peek(p) == T_DOT || peek(p) == T_LPAR || peek(p) == T_EQUAL) parse_fail(p);
    return name->text;
}

static Pattern *maybe_star(Parser *p)
{
    Token *start = p->t;
    if (!accept(p, T_STAR)) return pattern(p);
    const Text *name = 0;
    if (is_soft(p->t, T_UNDERSCORE)) p->t++;
    else name = capture_target(p);
    Pattern *result = new_pattern(p, Pattern_MatchStar, start);
    result->MatchStar.name = name;
    return result;
}

static Pattern *sequence(Parser *p, const Token *start, Seq *patterns)
{
    Pattern *result = new_pattern(p, Pattern_MatchSequence, start);
    result->MatchSequence.patterns = patterns;
    return result;
}

/* '[' ... ']', or '(' ... ')', which is a group if it holds one pattern without a comma. */
static Pattern *bracketed(Parser *p, TokenKind closer)
{
    Token *start = p->t++;
    uint32_t base = p->top;
    bool comma = false;
    while (peek(p) != closer) {
        push(p, maybe_star(p));
        if (!(comma = accept(p, T_COMMA))) break;
    }
    expect(p, closer);
    if (closer == T_RPAR && p->top == base + 1 && !comma) {
        Pattern *only = p->stack[base];
        if (only->kind == Pattern_MatchStar) parse_fail(p);
        p->top = base;
        return only;
    }
    return sequence(p, start, parse_pop(p, base));
}

static Expr *mapping_key(Parser *p)
{
    switch (peek(p)) {
    case T_NUMBER:
    case T_MINUS: return number_literal(p);
    case T_STRING: return parse_string_tokens(p);
    case T_NONE:
    case T_TRUE:
    case T_FALSE: {
        Token *t = p->t++;
        Expr *e = new_expr(p, Expr_Constant, t);
        e->Constant.value = t->kind == T_NONE ? &const_none : t->kind == T_TRUE ? &const_true : &const_false;
        return e;
    }
    default: {
        Expr *e = name_or_attribute(p);
        if (e->kind == Expr_Name) parse_fail(p);
        return e;
    }
    }
}

static Pattern *mapping(Parser *p)
{
    Token *start = p->t++;
    uint32_t base = p->top;
    const Text *rest = 0;
    while (peek(p) != T_RBRACE) {
        if (accept(p, T_DOUBLESTAR)) {
            rest = capture_target(p);
            accept(p, T_COMMA);
            break;
        }
        push(p, mapping_key(p));
        expect(p, T_COLON);
        push(p, pattern(p));
        if (!accept(p, T_COMMA)) break;
    }
    expect(p, T_RBRACE);
    Seq *keys, *patterns;
    parse_pop_pairs(p, base, &keys, &patterns);
    Pattern *result = new_pattern(p, Pattern_MatchMapping, start);
    result->MatchMapping.keys = keys;
    result->MatchMapping.patterns = patterns;
    result->MatchMapping.rest = rest;
    return result;
}

/* Behind the class and the opening parenthesis. */
static Pattern *class_pattern(Parser *p, const Token *start, Expr *cls)
{
    uint32_t base = p->top;
    while (peek(p) != T_RPAR && !(peek(p) == T_NAME && p->t[1].kind == T_EQUAL)) {
        push(p, pattern(p));
        if (!accept(p, T_COMMA)) break;
    }
    bool comma = p->t[-1].kind == T_COMMA || p->t[-1].kind == T_LPAR;
    Seq *patterns = parse_pop(p, base);
    Seq *names = 0;
    while (comma && peek(p) == T_NAME && p->t[1].kind == T_EQUAL) {
        push(p, (void *)p->t->text);
        p->t += 2;
        push(p, pattern(p));
        comma = accept(p, T_COMMA);
    }
    expect(p, T_RPAR);
    Seq *keyword_patterns;
    parse_pop_pairs(p, base, &names, &keyword_patterns);
    Pattern *result = new_pattern(p, Pattern_MatchClass, start);
    result->MatchClass.cls = cls;
    result->MatchClass.patterns = patterns;
    result->MatchClass.kwd_attrs = names;
    result->MatchClass.kwd_patterns = keyword_patterns;
    return result;
}

static Pattern *name_pattern(Parser *p)
{
    Token *start = p->t;
    if (is_soft(start, T_UNDERSCORE)) {
        p->t++;
        return new_pattern(p, Pattern_MatchAs, start);
    }
    if (p->t[1].kind != T_DOT && p->t[1].kind != T_LPAR) {
        const Text *name = capture_target(p);
        Pattern *result = new_pattern(p, Pattern_MatchAs, start);
        result->MatchAs.name = name;
        return result;
    }
    Expr *e = name_or_attribute(p);
    if (accept(p, T_LPAR)) return class_pattern(p, start, e);
    if (peek(p) == T_EQUAL) parse_fail(p);
    return value_pattern(p, start, e);
}

static Pattern *closed_pattern(Parser *p)
{
    Token *start = p->t;
    enum { WEIGHT = 10 };
    Pattern *result;
    switch (peek(p)) {
    case T_NUMBER:
    case T_MINUS: return value_pattern(p, start, number_literal(p));
    case T_STRING: return value_pattern(p, start, parse_string_tokens(p));
    case T_NONE: return singleton(p, &const_none);
    case T_TRUE: return singleton(p, &const_true);
    case T_FALSE: return singleton(p, &const_false);
    case T_NAME: return name_pattern(p);
    case T_LPAR:
    case T_LSQB:
    case T_LBRACE:
        parse_enter(p, WEIGHT);
        result = start->kind == T_LPAR ? bracketed(p, T_RPAR) : start->kind == T_LSQB ? bracketed(p, T_RSQB) : mapping(p);
        parse_leave(p, WEIGHT);
        return result;
    default: parse_fail(p);
    }
}

static Pattern *or_pattern(Parser *p)
{
    Token *start = p->t;
    Pattern *first = closed_pattern(p);
    if (peek(p) != T_VBAR) return first;
    uint32_t base = p->top;
    push(p, first);
    while (accept(p, T_VBAR)) push(p, closed_pattern(p));
    Seq *patterns = parse_pop(p, base);
    Pattern *result = new_pattern(p, Pattern_MatchOr, start);
    result->MatchOr.patterns = patterns;
    return result;
}

static Pattern *pattern(Parser *p)
{
    Token *start = p->t;
    Pattern *inner = or_pattern(p);
    if (!accept(p, T_AS)) return inner;
    const Text *name = capture_target(p);
    Pattern *result = new_pattern(p, Pattern_MatchAs, start);
    result->MatchAs.pattern = inner;
    result->MatchAs.name = name;
    return result;
}

static Pattern *patterns(Parser *p)
{
    Token *start = p->t;
    Pattern *first = maybe_star(p);
    if (peek(p) != T_COMMA) {
        if (first->kind == Pattern_MatchStar) parse_fail(p);
        return first;
    }
    uint32_t base = p->top;
    push(p, first);
    while (accept(p, T_COMMA)) {
        if (peek(p) == T_COLON || peek(p) == T_IF) break;
        push(p, maybe_star(p));
    }
    return sequence(p, start, parse_pop(p, base));
}

static MatchCase *match_case(Parser *p)
{
    if (!is_soft(p->t, T_CASE)) parse_fail(p);
    p->t++;
    MatchCase *result = arena_new(p->arena, MatchCase);
    result->pattern = patterns(p);
    if (accept(p, T_IF)) result->guard = parse_named_expression(p);
    expect(p, T_COLON);
    result->body = parse_block(p);
    return result;
}

/* The subject of a match statement, up to and including the INDENT. */
static void *subject(Parser *p)
{
    p->t++;
    Token *first = p->t;
    Expr *e = parse_star_named_expression(p);
    if (peek(p) == T_COMMA) {
        uint32_t items = p->top;
        push(p, e);
        while (accept(p, T_COMMA)) {
            if (peek(p) == T_COLON) break;
            push(p, parse_star_named_expression(p));
        }
        Seq *elts = parse_pop(p, items);
        e = new_expr(p, Expr_Tuple, first);
        e->Tuple.elts = elts;
    } else if (e->kind == Expr_Starred) parse_fail(p);
    expect(p, T_COLON);
    expect(p, T_NEWLINE);
    expect(p, T_INDENT);
    if (!is_soft(p->t, T_CASE)) parse_fail(p);
    return e;
}

Stmt *parse_match(Parser *p)
{
    Token *start = p->t;
    switch (p->t[1].kind) {
    case T_NAME:
    case T_NUMBER:
    case T_STRING:
    case T_LPAR:
    case T_LSQB:
    case T_LBRACE:
    case T_MINUS:
    case T_PLUS:
    case T_TILDE:
    case T_STAR:
    case T_NOT:
    case T_LAMBDA:
    case T_AWAIT:
    case T_NONE:
    case T_TRUE:
    case T_FALSE:
    case T_ELLIPSIS: break;
    default: return 0;
    }
    Expr *e = parse_try(p, subject);
    if (!e) return 0;
    if (p->source->feature_version < 10) parse_fail(p);
    uint32_t base = p->top;
    parse_enter(p, 8);
    do push(p, match_case(p));
    while (peek(p) != T_DEDENT);
    parse_leave(p, 8);
    p->t++;
    Seq *cases = parse_pop(p, base);
    Stmt *s = new_stmt(p, Stmt_Match, start);
    s->Match.subject = e;
    s->Match.cases = cases;
    return s;
}
