/* fold.c: constant folding on the tree, before scopes are built.
 *
 * Folds what CPython 3.11 folds at this stage, no more and no less: operators on constants within size limits, tuples of constants, subscripts of
 * constants, lists and sets that are only iterated or searched, `not` of is/in, `__debug__`, and '%'-formatting with simple directives, which becomes
 * an f-string. Nodes are changed in place.
 */
#include "compile/internal.h"

typedef struct Folder {
    Arena *arena;
    Source *source;
    const KnownNames *known;
    int optimize, depth;
    bool future_annotations;
    jmp_buf bail;
} Folder;

static void fold_expr(Folder *f, Expr *e);
static void fold_stmt(Folder *f, Stmt *s);
static void fold_pattern(Folder *f, Pattern *p);

static void deeper(Folder *f)
{
    if (++f->depth <= f->source->tree_depth && (char *)__builtin_frame_address(0) >= f->source->stack_limit) return;
    compile_error_set(f->source, ERROR_RECURSION, 0, 0, 0, 0, "maximum recursion depth exceeded during compilation");
    longjmp(f->bail, 1);
}

static void fold_exprs(Folder *f, const Seq *seq)
{
    for (uint32_t i = 0; i < seq_count(seq); i++)
        if (seq->items[i]) fold_expr(f, seq_at(Expr *, seq, i));
}
static void fold_opt(Folder *f, Expr *e)
{
    if (e) fold_expr(f, e);
}
static void fold_stmts(Folder *f, const Seq *seq)
{
    for (uint32_t i = 0; i < seq_count(seq); i++) fold_stmt(f, seq_at(Stmt *, seq, i));
}
static void fold_keywords(Folder *f, const Seq *seq)
{
    for (uint32_t i = 0; i < seq_count(seq); i++) fold_expr(f, seq_at(Keyword *, seq, i)->value);
}

/* Turns `e` into a constant; 0 leaves it. */
static void become(Expr *e, const Const *value)
{
    if (!value) return;
    e->kind = Expr_Constant;
    e->Constant.value = value;
    e->Constant.kind = 0;
}

static bool has_starred(const Seq *elts)
{
    for (uint32_t i = 0; i < seq_count(elts); i++)
        if (seq_at(Expr *, elts, i)->kind == Expr_Starred) return true;
    return false;
}

static const Const **constant_items(Folder *f, const Seq *elts)
{
    uint32_t n = seq_count(elts);
    for (uint32_t i = 0; i < n; i++)
        if (seq_at(Expr *, elts, i)->kind != Expr_Constant) return 0;
    const Const **items = arena_array(f->arena, const Const *, n + 1);
    for (uint32_t i = 0; i < n; i++) items[i] = seq_at(Expr *, elts, i)->Constant.value;
    return items;
}

/* A list or set that nobody can see: it is only iterated over or searched. */
static void fold_iter(Folder *f, Expr *e)
{
    if (e->kind == Expr_List) {
        Seq *elts = e->List.elts;
        if (has_starred(elts)) return;
        ExprContext ctx = e->List.ctx;
        e->kind = Expr_Tuple;
        e->Tuple.elts = elts;
        e->Tuple.ctx = ctx;
        const Const **items = constant_items(f, elts);
        if (items) become(e, const_tuple(f->arena, items, seq_count(elts)));
    } else if (e->kind == Expr_Set) {
        const Const **items = constant_items(f, e->Set.elts);
        if (items) become(e, const_frozenset(f->arena, items, seq_count(e->Set.elts)));
    }
}

static void fold_unary(Folder *f, Expr *e)
{
    Expr *operand = e->UnaryOp.operand;
    if (operand->kind == Expr_Constant) {
        become(e, const_unary(f->arena, e->UnaryOp.op, operand->Constant.value));
        return;
    }
    if (e->UnaryOp.op != UnaryOp_Not || operand->kind != Expr_Compare || seq_count(operand->Compare.ops) != 1) return;
    CmpOp op = (CmpOp)(intptr_t)operand->Compare.ops->items[0], inverse;
    switch (op) {
    case CmpOp_Is: inverse = CmpOp_IsNot; break;
    case CmpOp_IsNot: inverse = CmpOp_Is; break;
    case CmpOp_In: inverse = CmpOp_NotIn; break;
    case CmpOp_NotIn: inverse = CmpOp_In; break;
    default: return;
    }
    operand->Compare.ops->items[0] = (void *)(intptr_t)inverse;
    *e = *operand;
}

/* ---- '%' formatting ---------------------------------------------------------------------------------------------------------------- */

static Expr *artificial_string(Folder *f, const char *bytes, size_t size)
{
    Expr *e = arena_new(f->arena, Expr);
    e->kind = Expr_Constant;
    e->lineno = e->col_offset = e->end_lineno = e->end_col_offset = -1;
    e->Constant.value = const_text(f->arena, bytes, size);
    return e;
}

/* The text up to the next directive, "%%" undone; 0 if there is none. */
static Expr *format_literal(Folder *f, const Text *format, uint32_t *position)
{
    uint32_t start = *position, p = start;
    while (p < format->length) {
        if (format->bytes[p] != '%') p++;
        else if (p + 1 < format->length && format->bytes[p + 1] == '%') p += 2;
        else break;
    }
    *position = p;
    if (p == start) return 0;
    char *buffer = arena_alloc(f->arena, p - start + 1);
    size_t n = 0;
    for (uint32_t i = start; i < p; i++) {
        buffer[n++] = format->bytes[i];
        if (format->bytes[i] == '%') i++;
    }
    return artificial_string(f, buffer, n);
}

/* Up to two digits at *position; -1 for none, -2 when CPython gives up. Leaves the character behind them in *ch. */
static int format_number(const Text *format, uint32_t *position, char *ch)
{
    if (*ch < '0' || *ch > '9') return -1;
    int value = 0, digits = 0;
    while (*ch >= '0' && *ch <= '9') {
        value = value * 10 + (*ch - '0');
        if (*position >= format->length) return -2;
        *ch = format->bytes[(*position)++];
        if (++digits >= 3) return -2;
    }
    return value;
}

/* One directive behind its '%'; 0 if it is not %s, %r or %a in a form that an f-string has too. */
static Expr *format_directive(Folder *f, const Text *format, uint32_t *position, Expr *argument)
{
    uint32_t p = *position;
    bool left = false;
    char ch;
    do {
        if (p >= format->length) return 0;
        ch = format->bytes[p++];
        left |= ch == '-';
    } while (ch == '-' || ch == '+' || ch == ' ' || ch == '#' || ch == '0');
    int width = format_number(format, &p, &ch), precision = -1;
    if (width == -2) return 0;
    if (ch == '.') {
        if (p >= format->length) return 0;
        ch = format->bytes[p++];
        precision = format_number(format, &p, &ch);
        if (precision == -2) return 0;
        if (precision == -1) precision = 0;   /* "%.s" */
    }
    if (ch != 's' && ch != 'r' && ch != 'a') return 0;
    *position = p;
    char spec[32];
    int n = 0;
    if (!left && width > 0) spec[n++] = '>';
    if (width >= 0) n += snprintf(spec + n, 12, "%d", width);
    if (precision >= 0) n += snprintf(spec + n, 13, ".%d", precision);
    Expr *e = arena_new(f->arena, Expr);
    *e = *argument;
    e->kind = Expr_FormattedValue;
    e->FormattedValue.value = argument;
    e->FormattedValue.conversion = ch;
    e->FormattedValue.format_spec = n ? artificial_string(f, spec, (size_t)n) : 0;
    return e;
}

static void fold_format(Folder *f, Expr *e, const Text *format, const Seq *elts)
{
    uint32_t count = seq_count(elts), used = 0, position = 0;
    Seq *values = arena_alloc(f->arena, sizeof(Seq) + sizeof(void *) * ((size_t)count * 2 + 1));
    for (;;) {
        Expr *literal = format_literal(f, format, &position);
        if (literal) values->items[values->count++] = literal;
        if (position >= format->length) break;
        if (used >= count) return;
        position++;
        Expr *value = format_directive(f, format, &position, seq_at(Expr *, elts, used));
        if (!value) return;
        used++;
        values->items[values->count++] = value;
    }
    if (used < count) return;
    e->kind = Expr_JoinedStr;
    e->JoinedStr.values = values;
}

static void fold_binop(Folder *f, Expr *e)
{
    Expr *left = e->BinOp.left, *right = e->BinOp.right;
    if (left->kind != Expr_Constant) return;
    const Const *value = left->Constant.value;
    if (e->BinOp.op == Operator_Mod && right->kind == Expr_Tuple && value->kind == CONST_STR && !has_starred(right->Tuple.elts)) {
        fold_format(f, e, value->text, right->Tuple.elts);
        return;
    }
    if (right->kind == Expr_Constant) become(e, const_binary(f->arena, e->BinOp.op, value, right->Constant.value));
}

/* ---- walking ----------------------------------------------------------------------------------------------------------------------- */

static void fold_arg_annotations(Folder *f, const Seq *args)
{
    for (uint32_t i = 0; i < seq_count(args); i++) fold_opt(f, seq_at(Arg *, args, i)->annotation);
}

static void fold_arguments(Folder *f, Arguments *a)
{
    if (!f->future_annotations) {
        fold_arg_annotations(f, a->posonlyargs);
        fold_arg_annotations(f, a->args);
        if (a->vararg) fold_opt(f, a->vararg->annotation);
        fold_arg_annotations(f, a->kwonlyargs);
        if (a->kwarg) fold_opt(f, a->kwarg->annotation);
    }
    fold_exprs(f, a->kw_defaults);
    fold_exprs(f, a->defaults);
}

static void fold_generators(Folder *f, const Seq *generators)
{
    for (uint32_t i = 0; i < seq_count(generators); i++) {
        Comprehension *c = seq_at(Comprehension *, generators, i);
        fold_expr(f, c->target);
        fold_expr(f, c->iter);
        fold_exprs(f, c->ifs);
        fold_iter(f, c->iter);
    }
}

static void fold_expr(Folder *f, Expr *e)
{
    deeper(f);
    switch (e->kind) {
    case Expr_BoolOp: fold_exprs(f, e->BoolOp.values); break;
    case Expr_NamedExpr: fold_expr(f, e->NamedExpr.value); break;
    case Expr_BinOp:
        fold_expr(f, e->BinOp.left);
        fold_expr(f, e->BinOp.right);
        fold_binop(f, e);
        break;
    case Expr_UnaryOp:
        fold_expr(f, e->UnaryOp.operand);
        fold_unary(f, e);
        break;
    case Expr_Lambda:
        fold_arguments(f, e->Lambda.args);
        fold_expr(f, e->Lambda.body);
        break;
    case Expr_IfExp:
        fold_expr(f, e->IfExp.test);
        fold_expr(f, e->IfExp.body);
        fold_expr(f, e->IfExp.orelse);
        break;
    case Expr_Dict:
        fold_exprs(f, e->Dict.keys);
        fold_exprs(f, e->Dict.values);
        break;
    case Expr_Set: fold_exprs(f, e->Set.elts); break;
    case Expr_ListComp:
    case Expr_SetComp:
    case Expr_GeneratorExp:
        fold_expr(f, e->ListComp.elt);
        fold_generators(f, e->ListComp.generators);
        break;
    case Expr_DictComp:
        fold_expr(f, e->DictComp.key);
        fold_expr(f, e->DictComp.value);
        fold_generators(f, e->DictComp.generators);
        break;
    case Expr_Await:
    case Expr_Yield:
    case Expr_YieldFrom: fold_opt(f, e->Yield.value); break;
    case Expr_Compare: {
        fold_expr(f, e->Compare.left);
        fold_exprs(f, e->Compare.comparators);
        uint32_t last = seq_count(e->Compare.ops) - 1;
        CmpOp op = (CmpOp)(intptr_t)e->Compare.ops->items[last];
        if (op == CmpOp_In || op == CmpOp_NotIn) fold_iter(f, seq_at(Expr *, e->Compare.comparators, last));
        break;
    }
    case Expr_Call:
        fold_expr(f, e->Call.func);
        fold_exprs(f, e->Call.args);
        fold_keywords(f, e->Call.keywords);
        break;
    case Expr_FormattedValue:
        fold_expr(f, e->FormattedValue.value);
        fold_opt(f, e->FormattedValue.format_spec);
        break;
    case Expr_JoinedStr: fold_exprs(f, e->JoinedStr.values); break;
    case Expr_Attribute: fold_expr(f, e->Attribute.value); break;
    case Expr_Subscript: {
        Expr *value = e->Subscript.value, *index = e->Subscript.slice;
        fold_expr(f, value);
        fold_expr(f, index);
        if (e->Subscript.ctx == ExprContext_Load && value->kind == Expr_Constant && index->kind == Expr_Constant)
            become(e, const_subscript(f->arena, value->Constant.value, index->Constant.value));
        break;
    }
    case Expr_Starred: fold_expr(f, e->Starred.value); break;
    case Expr_Slice:
        fold_opt(f, e->Slice.lower);
        fold_opt(f, e->Slice.upper);
        fold_opt(f, e->Slice.step);
        break;
    case Expr_List: fold_exprs(f, e->List.elts); break;
    case Expr_Tuple:
        fold_exprs(f, e->Tuple.elts);
        if (e->Tuple.ctx == ExprContext_Load) {
            const Const **items = constant_items(f, e->Tuple.elts);
            if (items) become(e, const_tuple(f->arena, items, seq_count(e->Tuple.elts)));
        }
        break;
    case Expr_Name:
        if (e->Name.ctx == ExprContext_Load && e->Name.id == f->known->dunder_debug) {
            Const *c = arena_new(f->arena, Const);
            c->kind = f->optimize ? CONST_FALSE : CONST_TRUE;
            f->source->depends_on_level = true;
            become(e, c);
        }
        break;
    default: break;
    }
    f->depth--;
}

const Text *body_docstring(const Seq *body)
{
    if (!seq_count(body)) return 0;
    const Stmt *s = seq_at(Stmt *, body, 0);
    if (s->kind != Stmt_Expr || s->Expr.value->kind != Expr_Constant || s->Expr.value->Constant.value->kind != CONST_STR) return 0;
    return s->Expr.value->Constant.value->text;
}

/* A first statement that only folding turned into a string must not become the docstring: it is wrapped. */
static void fold_body(Folder *f, const Seq *body)
{
    bool docstring = body_docstring(body);
    fold_stmts(f, body);
    if (docstring || !body_docstring(body)) return;
    Stmt *s = seq_at(Stmt *, body, 0);
    Seq *values = arena_alloc(f->arena, sizeof(Seq) + sizeof(void *));
    values->count = 1;
    values->items[0] = s->Expr.value;
    Expr *e = arena_new(f->arena, Expr);
    e->kind = Expr_JoinedStr;
    e->lineno = s->lineno, e->col_offset = s->col_offset, e->end_lineno = s->end_lineno, e->end_col_offset = s->end_col_offset;
    e->JoinedStr.values = values;
    s->Expr.value = e;
}

static void fold_handlers(Folder *f, const Seq *handlers)
{
    for (uint32_t i = 0; i < seq_count(handlers); i++) {
        ExceptHandler *h = seq_at(ExceptHandler *, handlers, i);
        fold_opt(f, h->ExceptHandler.type);
        fold_stmts(f, h->ExceptHandler.body);
    }
}

static void fold_match(Folder *f, Stmt *s)
{
    fold_expr(f, s->Match.subject);
    for (uint32_t i = 0; i < seq_count(s->Match.cases); i++) {
        MatchCase *m = seq_at(MatchCase *, s->Match.cases, i);
        fold_pattern(f, m->pattern);
        fold_opt(f, m->guard);
        fold_stmts(f, m->body);
    }
}

static void fold_stmt(Folder *f, Stmt *s)
{
    deeper(f);
    switch (s->kind) {
    case Stmt_FunctionDef:
    case Stmt_AsyncFunctionDef:
        fold_arguments(f, s->FunctionDef.args);
        fold_body(f, s->FunctionDef.body);
        fold_exprs(f, s->FunctionDef.decorator_list);
        if (!f->future_annotations) fold_opt(f, s->FunctionDef.returns);
        break;
    case Stmt_ClassDef:
        fold_exprs(f, s->ClassDef.bases);
        fold_keywords(f, s->ClassDef.keywords);
        fold_body(f, s->ClassDef.body);
        fold_exprs(f, s->ClassDef.decorator_list);
        break;
    case Stmt_Return: fold_opt(f, s->Return.value); break;
    case Stmt_Delete: fold_exprs(f, s->Delete.targets); break;
    case Stmt_Assign:
        fold_exprs(f, s->Assign.targets);
        fold_expr(f, s->Assign.value);
        break;
    case Stmt_AugAssign:
        fold_expr(f, s->AugAssign.target);
        fold_expr(f, s->AugAssign.value);
        break;
    case Stmt_AnnAssign:
        fold_expr(f, s->AnnAssign.target);
        if (!f->future_annotations) fold_expr(f, s->AnnAssign.annotation);
        fold_opt(f, s->AnnAssign.value);
        break;
    case Stmt_For:
    case Stmt_AsyncFor:
        fold_expr(f, s->For.target);
        fold_expr(f, s->For.iter);
        fold_stmts(f, s->For.body);
        fold_stmts(f, s->For.orelse);
        fold_iter(f, s->For.iter);
        break;
    case Stmt_While:
    case Stmt_If:
        fold_expr(f, s->If.test);
        fold_stmts(f, s->If.body);
        fold_stmts(f, s->If.orelse);
        break;
    case Stmt_With:
    case Stmt_AsyncWith:
        for (uint32_t i = 0; i < seq_count(s->With.items); i++) {
            WithItem *item = seq_at(WithItem *, s->With.items, i);
            fold_expr(f, item->context_expr);
            fold_opt(f, item->optional_vars);
        }
        fold_stmts(f, s->With.body);
        break;
    case Stmt_Match: fold_match(f, s); break;
    case Stmt_Raise:
        fold_opt(f, s->Raise.exc);
        fold_opt(f, s->Raise.cause);
        break;
    case Stmt_Try:
    case Stmt_TryStar:
        fold_stmts(f, s->Try.body);
        fold_handlers(f, s->Try.handlers);
        fold_stmts(f, s->Try.orelse);
        fold_stmts(f, s->Try.finalbody);
        break;
    case Stmt_Assert:
        fold_expr(f, s->Assert.test);
        fold_opt(f, s->Assert.msg);
        break;
    case Stmt_Expr: fold_expr(f, s->Expr.value); break;
    default: break;
    }
    f->depth--;
}

static void fold_patterns(Folder *f, const Seq *seq)
{
    for (uint32_t i = 0; i < seq_count(seq); i++) fold_pattern(f, seq_at(Pattern *, seq, i));
}

static void fold_pattern(Folder *f, Pattern *p)
{
    deeper(f);
    switch (p->kind) {
    case Pattern_MatchValue: fold_expr(f, p->MatchValue.value); break;
    case Pattern_MatchSequence: fold_patterns(f, p->MatchSequence.patterns); break;
    case Pattern_MatchMapping:
        fold_exprs(f, p->MatchMapping.keys);
        fold_patterns(f, p->MatchMapping.patterns);
        break;
    case Pattern_MatchClass:
        fold_expr(f, p->MatchClass.cls);
        fold_patterns(f, p->MatchClass.patterns);
        fold_patterns(f, p->MatchClass.kwd_patterns);
        break;
    case Pattern_MatchAs:
        if (p->MatchAs.pattern) fold_pattern(f, p->MatchAs.pattern);
        break;
    case Pattern_MatchOr: fold_patterns(f, p->MatchOr.patterns); break;
    default: break;
    }
    f->depth--;
}

void fold_tree(Source *source, Mod *tree, const KnownNames *known, int optimize, int future_flags)
{
    Folder f = {.arena = source->arena, .source = source, .known = known, .optimize = optimize, .future_annotations = future_flags & FUTURE_ANNOTATIONS};
    if (setjmp(f.bail)) return;
    switch (tree->kind) {
    case Mod_Module: fold_body(&f, tree->Module.body); break;
    case Mod_Interactive: fold_stmts(&f, tree->Interactive.body); break;
    case Mod_Expression: fold_expr(&f, tree->Expression.body); break;
    default: break;
    }
}
