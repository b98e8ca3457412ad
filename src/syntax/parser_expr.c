/* parser_expr.c: expressions, by recursive descent; binary operators by precedence climbing.
 *
 * Positions follow one rule: a node runs from its first token to its last, parentheses of the group around it not counted.
 */
#include "syntax/parse.h"

static Expr *disjunction(Parser *p);
static Expr *bitwise_or(Parser *p);

/* ---- targets ---------------------------------------------------------------------------------------------------------------- */

static void to_target(Parser *p, Expr *e, ExprContext ctx, bool star_allowed)
{
    switch (e->kind) {
    case Expr_Name: e->Name.ctx = ctx; return;
    case Expr_Attribute: e->Attribute.ctx = ctx; return;
    case Expr_Subscript: e->Subscript.ctx = ctx; return;
    case Expr_Starred:
        if (!star_allowed || ctx == ExprContext_Del) parse_fail(p);
        e->Starred.ctx = ctx;
        to_target(p, e->Starred.value, ctx, false);
        return;
    case Expr_Tuple:
        e->Tuple.ctx = ctx;
        for (uint32_t i = 0; i < e->Tuple.elts->count; i++) to_target(p, seq_at(Expr *, e->Tuple.elts, i), ctx, true);
        return;
    case Expr_List:
        e->List.ctx = ctx;
        for (uint32_t i = 0; i < e->List.elts->count; i++) to_target(p, seq_at(Expr *, e->List.elts, i), ctx, true);
        return;
    default: parse_fail(p);
    }
}

void parse_to_target(Parser *p, Expr *e, ExprContext ctx) { to_target(p, e, ctx, true); }

Expr *parse_star_target(Parser *p)
{
    Token *start = p->t;
    if (accept(p, T_STAR)) {
        Expr *value = parse_primary(p);
        to_target(p, value, ExprContext_Store, false);
        Expr *e = new_expr(p, Expr_Starred, start);
        e->Starred.value = value;
        e->Starred.ctx = ExprContext_Store;
        return e;
    }
    Expr *e = parse_primary(p);
    to_target(p, e, ExprContext_Store, false);
    return e;
}

static bool starts_target(TokenKind kind)
{
    switch (kind) {
    case T_STAR:
    case T_NAME:
    case T_LPAR:
    case T_LSQB:
    case T_LBRACE:
    case T_STRING:
    case T_NUMBER:
    case T_ELLIPSIS:
    case T_NONE:
    case T_TRUE:
    case T_FALSE: return true;
    default: return false;
    }
}

/* One item, or a tuple of items without parentheses. */
static inline Expr *item_or_tuple(Parser *p, Expr *(*item)(Parser *p), bool (*starts)(TokenKind kind), ExprContext ctx)
{
    Token *start = p->t;
    Expr *e = item(p);
    if (peek(p) != T_COMMA) return e;
    uint32_t base = p->top;
    push(p, e);
    while (accept(p, T_COMMA)) {
        if (!starts(peek(p))) break;
        push(p, item(p));
    }
    Seq *elts = parse_pop(p, base);
    e = new_expr(p, Expr_Tuple, start);
    e->Tuple.elts = elts;
    e->Tuple.ctx = ctx;
    return e;
}

Expr *parse_star_targets(Parser *p) { return item_or_tuple(p, parse_star_target, starts_target, ExprContext_Store); }

/* ---- comprehensions --------------------------------------------------------------------------------------------------------- */

static Seq *for_if_clauses(Parser *p)
{
    uint32_t base = p->top;
    while (peek(p) == T_FOR || (peek(p) == T_ASYNC && p->t[1].kind == T_FOR)) {
        Comprehension *c = arena_new(p->arena, Comprehension);
        c->is_async = accept(p, T_ASYNC);
        p->t++;
        c->target = parse_star_targets(p);
        expect(p, T_IN);
        c->iter = disjunction(p);
        uint32_t ifs = p->top;
        while (accept(p, T_IF)) push(p, disjunction(p));
        c->ifs = parse_pop(p, ifs);
        if (c->is_async && p->source->feature_version < 6) parse_fail(p);
        push(p, c);
    }
    return parse_pop(p, base);
}

static inline bool at_comprehension(const Parser *p) { return peek(p) == T_FOR || (peek(p) == T_ASYNC && p->t[1].kind == T_FOR); }

/* ---- atoms ------------------------------------------------------------------------------------------------------------------ */

Expr *parse_name(Parser *p, ExprContext ctx)
{
    Token *t = expect(p, T_NAME);
    Expr *e = new_expr(p, Expr_Name, t);
    e->Name.id = t->text;
    e->Name.ctx = ctx;
    return e;
}

static Expr *constant(Parser *p, const Const *value)
{
    Token *t = p->t++;
    Expr *e = new_expr(p, Expr_Constant, t);
    e->Constant.value = value;
    return e;
}

/* The items of a tuple, list or set from the first, which is parsed, to the closing token. */
static Seq *star_items(Parser *p, Expr *first, TokenKind closer)
{
    uint32_t base = p->top;
    push(p, first);
    while (accept(p, T_COMMA)) {
        if (peek(p) == closer) break;
        push(p, parse_star_named_expression(p));
    }
    expect(p, closer);
    return parse_pop(p, base);
}

static Expr *parenthesized(Parser *p)
{
    Token *start = p->t++;
    Expr *e;
    if (accept(p, T_RPAR)) {
        e = new_expr(p, Expr_Tuple, start);
        e->Tuple.elts = parse_pop(p, p->top);
        return e;
    }
    if (peek(p) == T_YIELD) {
        e = parse_yield(p);
        expect(p, T_RPAR);
        return e;
    }
    Expr *first = parse_star_named_expression(p);
    if (peek(p) == T_COMMA) {
        Seq *elts = star_items(p, first, T_RPAR);
        e = new_expr(p, Expr_Tuple, start);
        e->Tuple.elts = elts;
        return e;
    }
    if (first->kind == Expr_Starred) parse_fail(p);
    if (at_comprehension(p)) {
        Seq *generators = for_if_clauses(p);
        expect(p, T_RPAR);
        e = new_expr(p, Expr_GeneratorExp, start);
        e->GeneratorExp.elt = first;
        e->GeneratorExp.generators = generators;
        return e;
    }
    expect(p, T_RPAR);
    return first;
}

static Expr *list_display(Parser *p)
{
    Token *start = p->t++;
    Seq *elts;
    Expr *e;
    if (accept(p, T_RSQB)) elts = parse_pop(p, p->top);
    else {
        Expr *first = parse_star_named_expression(p);
        if (at_comprehension(p) && first->kind != Expr_Starred) {
            Seq *generators = for_if_clauses(p);
            expect(p, T_RSQB);
            e = new_expr(p, Expr_ListComp, start);
            e->ListComp.elt = first;
            e->ListComp.generators = generators;
            return e;
        }
        elts = star_items(p, first, T_RSQB);
    }
    e = new_expr(p, Expr_List, start);
    e->List.elts = elts;
    return e;
}

static Expr *dict_items(Parser *p, Token *start, Expr *first_key, Expr *first_value)
{
    uint32_t base = p->top;
    push(p, first_key);
    push(p, first_value);
    while (accept(p, T_COMMA)) {
        if (peek(p) == T_RBRACE) break;
        if (accept(p, T_DOUBLESTAR)) {
            push(p, 0);
            push(p, bitwise_or(p));
        } else {
            push(p, parse_expression(p));
            expect(p, T_COLON);
            push(p, parse_expression(p));
        }
    }
    expect(p, T_RBRACE);
    Seq *keys, *values;
    parse_pop_pairs(p, base, &keys, &values);
    Expr *e = new_expr(p, Expr_Dict, start);
    e->Dict.keys = keys;
    e->Dict.values = values;
    return e;
}

static Expr *braces(Parser *p)
{
    Token *start = p->t++;
    Expr *e;
    if (accept(p, T_RBRACE)) {
        e = new_expr(p, Expr_Dict, start);
        e->Dict.keys = parse_pop(p, p->top);
        e->Dict.values = parse_pop(p, p->top);
        return e;
    }
    if (accept(p, T_DOUBLESTAR)) {
        Expr *value = bitwise_or(p);
        return dict_items(p, start, 0, value);
    }
    bool named = peek(p) == T_NAME && p->t[1].kind == T_COLONEQUAL;
    Expr *first = parse_star_named_expression(p);
    if (peek(p) == T_COLON && !named && first->kind != Expr_Starred) {
        p->t++;
        Expr *value = parse_expression(p);
        if (!at_comprehension(p)) return dict_items(p, start, first, value);
        Seq *generators = for_if_clauses(p);
        expect(p, T_RBRACE);
        e = new_expr(p, Expr_DictComp, start);
        e->DictComp.key = first;
        e->DictComp.value = value;
        e->DictComp.generators = generators;
        return e;
    }
    if (at_comprehension(p) && first->kind != Expr_Starred) {
        Seq *generators = for_if_clauses(p);
        expect(p, T_RBRACE);
        e = new_expr(p, Expr_SetComp, start);
        e->SetComp.elt = first;
        e->SetComp.generators = generators;
        return e;
    }
    Seq *elts = star_items(p, first, T_RBRACE);
    e = new_expr(p, Expr_Set, start);
    e->Set.elts = elts;
    return e;
}

Expr *parse_string_tokens(Parser *p)
{
    Token *first = p->t;
    while (peek(p) == T_STRING) p->t++;
    if (peek(p) == T_ERROR) parse_fail(p);   /* which comes before what may be wrong inside the literal */
    return parse_strings(p, first, p->t - 1);
}

static Expr *atom(Parser *p)
{
    Expr *e;
    switch (peek(p)) {
    case T_NAME: {
        Token *t = p->t++;
        e = new_expr(p, Expr_Name, t);
        e->Name.id = t->text;
        return e;
    }
    case T_NUMBER: p->t++; return parse_number(p, p->t - 1);
    case T_STRING: return parse_string_tokens(p);
    case T_NONE: return constant(p, &const_none);
    case T_TRUE: return constant(p, &const_true);
    case T_FALSE: return constant(p, &const_false);
    case T_ELLIPSIS: return constant(p, &const_ellipsis);
    case T_LPAR: break;
    case T_LSQB: break;
    case T_LBRACE: break;
    default: parse_fail(p);
    }
    enum { WEIGHT = 20 };
    parse_enter(p, WEIGHT);
    e = peek(p) == T_LPAR ? parenthesized(p) : peek(p) == T_LSQB ? list_display(p) : braces(p);
    parse_leave(p, WEIGHT);
    return e;
}

/* ---- calls, subscripts, attributes ------------------------------------------------------------------------------------------ */

static Keyword *keyword_argument(Parser *p)
{
    Token *start = p->t;
    Keyword *keyword = arena_new(p->arena, Keyword);
    if (!accept(p, T_DOUBLESTAR)) {
        keyword->arg = p->t->text;
        p->t += 2;
    }
    keyword->value = parse_expression(p);
    PLACE(keyword, start, p->t - 1);
    return keyword;
}

static Expr *starred_argument(Parser *p)
{
    Token *start = p->t++;
    Expr *value = parse_expression(p);
    Expr *e = new_expr(p, Expr_Starred, start);
    e->Starred.value = value;
    return e;
}

/* Behind the opening parenthesis `open`, up to and including the closing one. */
void parse_arguments(Parser *p, Seq **args, Seq **keywords, bool genexp_allowed, const Token *open)
{
    uint32_t base = p->top;
    Keyword *keyword_buffer[8];
    Keyword **named = keyword_buffer;
    uint32_t named_count = 0, named_capacity = 8, count = 0;
    bool any_double_star = false;
    while (peek(p) != T_RPAR) {
        if (peek(p) == T_DOUBLESTAR || (peek(p) == T_NAME && p->t[1].kind == T_EQUAL)) {
            any_double_star |= peek(p) == T_DOUBLESTAR;
            if (named_count == named_capacity) {
                Keyword **larger = arena_array(p->arena, Keyword *, named_capacity * 4);
                for (uint32_t i = 0; i < named_count; i++) larger[i] = named[i];
                named = larger;
                named_capacity *= 4;
            }
            named[named_count++] = keyword_argument(p);
        } else if (peek(p) == T_STAR) {
            if (any_double_star) parse_fail(p);
            push(p, starred_argument(p));
        } else {
            if (named_count) parse_fail(p);
            Expr *e = parse_named_expression(p);
            if (at_comprehension(p)) {
                if (count || !genexp_allowed) parse_fail(p);
                Seq *generators = for_if_clauses(p);
                expect(p, T_RPAR);
                Expr *g = new_expr(p, Expr_GeneratorExp, open);
                g->GeneratorExp.elt = e;
                g->GeneratorExp.generators = generators;
                push(p, g);
                goto done;
            }
            push(p, e);
        }
        count++;
        if (!accept(p, T_COMMA)) break;
    }
    expect(p, T_RPAR);
done:
    *args = parse_pop(p, base);
    Seq *seq = arena_alloc(p->arena, sizeof(Seq) + named_count * sizeof(void *));
    seq->count = named_count;
    for (uint32_t i = 0; i < named_count; i++) seq->items[i] = named[i];
    *keywords = seq;
}

static Expr *slice_item(Parser *p)
{
    Token *start = p->t;
    if (peek(p) == T_STAR) return starred_argument(p);
    bool named = peek(p) == T_NAME && p->t[1].kind == T_COLONEQUAL;
    Expr *lower = 0, *upper = 0, *step = 0;
    if (peek(p) != T_COLON) {
        lower = parse_named_expression(p);
        if (peek(p) != T_COLON || named) return lower;
    }
    expect(p, T_COLON);
    if (peek(p) != T_COLON && peek(p) != T_COMMA && peek(p) != T_RSQB) upper = parse_expression(p);
    if (accept(p, T_COLON) && peek(p) != T_COMMA && peek(p) != T_RSQB) step = parse_expression(p);
    Expr *e = new_expr(p, Expr_Slice, start);
    e->Slice.lower = lower;
    e->Slice.upper = upper;
    e->Slice.step = step;
    return e;
}

static Expr *slices(Parser *p)
{
    Token *start = p->t;
    Expr *e = slice_item(p);
    if (peek(p) != T_COMMA && e->kind != Expr_Starred) return e;
    uint32_t base = p->top;
    push(p, e);
    while (accept(p, T_COMMA)) {
        if (peek(p) == T_RSQB) break;
        push(p, slice_item(p));
    }
    Seq *elts = parse_pop(p, base);
    e = new_expr(p, Expr_Tuple, start);
    e->Tuple.elts = elts;
    return e;
}

Expr *parse_primary(Parser *p)
{
    Token *start = p->t;
    Expr *e = atom(p);
    for (;;) {
        switch (peek(p)) {
        case T_DOT: {
            p->t++;
            Token *name = expect(p, T_NAME);
            Expr *a = new_expr(p, Expr_Attribute, start);
            a->Attribute.value = e;
            a->Attribute.attr = name->text;
            e = a;
            break;
        }
        case T_LPAR: {
            Token *open = p->t++;
            Seq *args, *keywords;
            parse_enter(p, 20);
            parse_arguments(p, &args, &keywords, true, open);
            parse_leave(p, 20);
            Expr *call = new_expr(p, Expr_Call, start);
            call->Call.func = e;
            call->Call.args = args;
            call->Call.keywords = keywords;
            e = call;
            break;
        }
        case T_LSQB: {
            p->t++;
            parse_enter(p, 20);
            Expr *slice = slices(p);
            parse_leave(p, 20);
            expect(p, T_RSQB);
            Expr *s = new_expr(p, Expr_Subscript, start);
            s->Subscript.value = e;
            s->Subscript.slice = slice;
            e = s;
            break;
        }
        default: return e;
        }
    }
}

static Expr *await_primary(Parser *p)
{
    Token *start = p->t;
    if (!accept(p, T_AWAIT)) return parse_primary(p);
    if (p->source->feature_version < 5) parse_fail(p);
    Expr *value = parse_primary(p);
    Expr *e = new_expr(p, Expr_Await, start);
    e->Await.value = value;
    return e;
}

/* ---- operators -------------------------------------------------------------------------------------------------------------- */

static Expr *factor(Parser *p)
{
    Token *start = p->t;
    UnaryOp op;
    switch (peek(p)) {
    case T_PLUS: op = UnaryOp_UAdd; break;
    case T_MINUS: op = UnaryOp_USub; break;
    case T_TILDE: op = UnaryOp_Invert; break;
    default: {
        Expr *e = await_primary(p);
        if (!accept(p, T_DOUBLESTAR)) return e;
        parse_enter(p, 2);
        Expr *right = factor(p);
        parse_leave(p, 2);
        Expr *power = new_expr(p, Expr_BinOp, start);
        power->BinOp.left = e;
        power->BinOp.op = Operator_Pow;
        power->BinOp.right = right;
        return power;
    }
    }
    p->t++;
    parse_enter(p, 1);
    Expr *operand = factor(p);
    parse_leave(p, 1);
    Expr *e = new_expr(p, Expr_UnaryOp, start);
    e->UnaryOp.op = op;
    e->UnaryOp.operand = operand;
    return e;
}

/* How tightly a binary operator binds (0: not one), and which it is. */
static const struct {
    uint8_t binding;
    Operator op;
} binary[T_KIND_COUNT] = {
    [T_VBAR] = {1, Operator_BitOr},        [T_CIRCUMFLEX] = {2, Operator_BitXor},
    [T_AMPER] = {3, Operator_BitAnd},      [T_LEFTSHIFT] = {4, Operator_LShift},
    [T_RIGHTSHIFT] = {4, Operator_RShift}, [T_PLUS] = {5, Operator_Add},
    [T_MINUS] = {5, Operator_Sub},         [T_STAR] = {6, Operator_Mult},
    [T_SLASH] = {6, Operator_Div},         [T_DOUBLESLASH] = {6, Operator_FloorDiv},
    [T_PERCENT] = {6, Operator_Mod},       [T_AT] = {6, Operator_MatMult},
};

static Expr *binary_operators(Parser *p, int least)
{
    Token *start = p->t;
    Expr *left = factor(p);
    int binding;
    while ((binding = binary[peek(p)].binding) >= least && binding) {
        Operator op = binary[peek(p)].op;
        if (op == Operator_MatMult && p->source->feature_version < 5) parse_fail(p);
        p->t++;
        Expr *right = binary_operators(p, binding + 1);
        Expr *e = new_expr(p, Expr_BinOp, start);
        e->BinOp.left = left;
        e->BinOp.op = op;
        e->BinOp.right = right;
        left = e;
    }
    return left;
}

static Expr *bitwise_or(Parser *p) { return binary_operators(p, 1); }

/* The comparison operator at the next token (and how many tokens it takes), or 0 tokens. */
static int comparison_operator(const Parser *p, CmpOp *op)
{
    switch (peek(p)) {
    case T_EQEQUAL: *op = CmpOp_Eq; return 1;
    case T_NOTEQUAL: {
        /* "<>" is spelled only under `from __future__ import barry_as_FLUFL`, "!=" only without it. */
        bool flufl = p->source->flags & FUTURE_BARRY_AS_BDFL;
        *op = CmpOp_NotEq;
        return (p->tokens->text[p->t->start] == '<') == flufl;
    }
    case T_LESS: *op = CmpOp_Lt; return 1;
    case T_LESSEQUAL: *op = CmpOp_LtE; return 1;
    case T_GREATER: *op = CmpOp_Gt; return 1;
    case T_GREATEREQUAL: *op = CmpOp_GtE; return 1;
    case T_IN: *op = CmpOp_In; return 1;
    case T_IS: *op = p->t[1].kind == T_NOT ? CmpOp_IsNot : CmpOp_Is; return p->t[1].kind == T_NOT ? 2 : 1;
    case T_NOT: *op = CmpOp_NotIn; return p->t[1].kind == T_IN ? 2 : 0;
    default: return 0;
    }
}

static Expr *comparison(Parser *p)
{
    Token *start = p->t;
    Expr *left = bitwise_or(p);
    CmpOp op;
    int taken = comparison_operator(p, &op);
    if (!taken) return left;
    uint32_t base = p->top;
    do {
        p->t += taken;
        push(p, (void *)(uintptr_t)op);
        push(p, bitwise_or(p));
    } while ((taken = comparison_operator(p, &op)));
    Seq *ops, *comparators;
    parse_pop_pairs(p, base, &ops, &comparators);
    Expr *e = new_expr(p, Expr_Compare, start);
    e->Compare.left = left;
    e->Compare.ops = ops;
    e->Compare.comparators = comparators;
    return e;
}

static Expr *inversion(Parser *p)
{
    Token *start = p->t;
    if (!accept(p, T_NOT)) return comparison(p);
    parse_enter(p, 1);
    Expr *operand = inversion(p);
    parse_leave(p, 1);
    Expr *e = new_expr(p, Expr_UnaryOp, start);
    e->UnaryOp.op = UnaryOp_Not;
    e->UnaryOp.operand = operand;
    return e;
}

/* Behind the first operand: the others, if the operator follows. */
static inline Expr *bool_operation(Parser *p, Token *start, Expr *first, TokenKind operator, BoolOp op, Expr *(*operand)(Parser *p))
{
    if (peek(p) != operator) return first;
    uint32_t base = p->top;
    push(p, first);
    while (accept(p, operator)) push(p, operand(p));
    Seq *values = parse_pop(p, base);
    Expr *e = new_expr(p, Expr_BoolOp, start);
    e->BoolOp.op = op;
    e->BoolOp.values = values;
    return e;
}

static Expr *conjunction(Parser *p)
{
    Token *start = p->t;
    return bool_operation(p, start, inversion(p), T_AND, BoolOp_And, inversion);
}

/* Tokens behind which an operand that is one token long is a whole expression. */
static inline bool ends_operand(TokenKind kind)
{
    switch (kind) {
    case T_COMMA:
    case T_RPAR:
    case T_NEWLINE:
    case T_COLON:
    case T_RSQB:
    case T_RBRACE:
    case T_EQUAL: return true;
    default: return false;
    }
}

static Expr *disjunction(Parser *p)
{
    if (ends_operand(p->t[0].kind == T_END || p->t[0].kind == T_ERROR ? T_END : p->t[1].kind)) {
        if (peek(p) == T_NAME || peek(p) == T_NUMBER || (peek(p) >= T_FALSE && peek(p) <= T_TRUE)) return atom(p);
    }
    Token *start = p->t;
    return bool_operation(p, start, conjunction(p), T_OR, BoolOp_Or, conjunction);
}

/* ---- whole expressions ------------------------------------------------------------------------------------------------------ */

static Expr *lambda(Parser *p)
{
    Token *start = p->t++;
    parse_enter(p, 2);
    Arguments *args = parse_parameters(p, T_COLON, true);
    expect(p, T_COLON);
    Expr *body = parse_expression(p);
    parse_leave(p, 2);
    Expr *e = new_expr(p, Expr_Lambda, start);
    e->Lambda.args = args;
    e->Lambda.body = body;
    return e;
}

Expr *parse_expression(Parser *p)
{
    Token *start = p->t;
    if (peek(p) == T_LAMBDA) return lambda(p);
    Expr *body = disjunction(p);
    if (peek(p) != T_IF) return body;
    p->t++;
    Expr *test = disjunction(p);
    expect(p, T_ELSE);
    parse_enter(p, 1);
    Expr *orelse = parse_expression(p);
    parse_leave(p, 1);
    Expr *e = new_expr(p, Expr_IfExp, start);
    e->IfExp.test = test;
    e->IfExp.body = body;
    e->IfExp.orelse = orelse;
    return e;
}

Expr *parse_named_expression(Parser *p)
{
    Token *start = p->t;
    if (peek(p) != T_NAME || p->t[1].kind != T_COLONEQUAL) return parse_expression(p);
    if (p->source->feature_version < 8) parse_fail(p);
    Expr *target = parse_name(p, ExprContext_Store);
    p->t++;
    Expr *value = parse_expression(p);
    Expr *e = new_expr(p, Expr_NamedExpr, start);
    e->NamedExpr.target = target;
    e->NamedExpr.value = value;
    return e;
}

static Expr *starred_operand(Parser *p)
{
    Token *start = p->t++;
    Expr *value = bitwise_or(p);
    Expr *e = new_expr(p, Expr_Starred, start);
    e->Starred.value = value;
    return e;
}

Expr *parse_star_expression(Parser *p) { return peek(p) == T_STAR ? starred_operand(p) : parse_expression(p); }

Expr *parse_star_named_expression(Parser *p) { return peek(p) == T_STAR ? starred_operand(p) : parse_named_expression(p); }

static bool starts_expression(TokenKind kind)
{
    switch (kind) {
    case T_NAME:
    case T_NUMBER:
    case T_STRING:
    case T_LPAR:
    case T_LSQB:
    case T_LBRACE:
    case T_ELLIPSIS:
    case T_NONE:
    case T_TRUE:
    case T_FALSE:
    case T_PLUS:
    case T_MINUS:
    case T_TILDE:
    case T_NOT:
    case T_AWAIT:
    case T_LAMBDA:
    case T_STAR: return true;
    default: return false;
    }
}

Expr *parse_star_expressions(Parser *p) { return item_or_tuple(p, parse_star_expression, starts_expression, ExprContext_Load); }

Expr *parse_yield(Parser *p)
{
    Token *start = p->t++;
    Expr *e;
    if (accept(p, T_FROM)) {
        Expr *value = parse_expression(p);
        e = new_expr(p, Expr_YieldFrom, start);
        e->YieldFrom.value = value;
        return e;
    }
    Expr *value = starts_expression(peek(p)) ? parse_star_expressions(p) : 0;
    e = new_expr(p, Expr_Yield, start);
    e->Yield.value = value;
    return e;
}
