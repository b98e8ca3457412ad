/* ast_validate.c: is a tree made of `ast` objects one that the compiler can take?
 *
 * The parser's own trees are right by construction; those that programs build may have empty bodies, names in the wrong context, None where a node must be, or constants of odd types. The
 * errors are CPython's.
 */
#include "module/ast_tables.h"
#include "object/object.h"

static bool expression(const Expr *e, ExprContext context);
static bool statements(const Seq *seq);
static bool pattern(const Pattern *p, bool star_ok);

static bool missing(const char *what) { return raise_value("None disallowed in %s list", what); }

static bool expressions(const Seq *seq, ExprContext context, bool null_ok)
{
    for (uint32_t i = 0; i < seq_count(seq); i++) {
        const Expr *e = seq_at(const Expr *, seq, i);
        if (!e && null_ok) continue;
        if (!e) return missing("expression");
        if (!expression(e, context)) return false;
    }
    return true;
}

static bool optional(const Expr *e) { return !e || expression(e, ExprContext_Load); }

static bool nonempty(const Seq *seq, const char *what, const char *owner) { return seq_count(seq) || raise_value("empty %s on %s", what, owner); }

static bool annotations(const Seq *args)
{
    for (uint32_t i = 0; i < seq_count(args); i++) {
        const Arg *a = seq_at(const Arg *, args, i);
        if (!optional(a->annotation)) return false;
    }
    return true;
}

static bool parameters(const Arguments *a)
{
    if (!annotations(a->posonlyargs) || !annotations(a->args) || (a->vararg && !optional(a->vararg->annotation)) || !annotations(a->kwonlyargs) ||
        (a->kwarg && !optional(a->kwarg->annotation)))
        return false;
    if (seq_count(a->defaults) > seq_count(a->posonlyargs) + seq_count(a->args)) return raise_value("more positional defaults than args on arguments");
    if (seq_count(a->kw_defaults) != seq_count(a->kwonlyargs)) return raise_value("length of kwonlyargs is not the same as kw_defaults on arguments");
    return expressions(a->defaults, ExprContext_Load, false) && expressions(a->kw_defaults, ExprContext_Load, true);
}

static bool keywords(const Seq *seq)
{
    for (uint32_t i = 0; i < seq_count(seq); i++)
        if (!expression(seq_at(const Keyword *, seq, i)->value, ExprContext_Load)) return false;
    return true;
}

static bool generators(const Seq *seq)
{
    if (!seq_count(seq)) return raise_value("comprehension with no generators");
    for (uint32_t i = 0; i < seq_count(seq); i++) {
        const Comprehension *c = seq_at(const Comprehension *, seq, i);
        if (!expression(c->target, ExprContext_Store) || !expression(c->iter, ExprContext_Load) || !expressions(c->ifs, ExprContext_Load, false)) return false;
    }
    return true;
}

static bool name_allowed(const Text *name)
{
    static const char *const forbidden[] = {"None", "True", "False"};
    for (int i = 0; i < 3; i++)
        if (!strcmp(name->bytes, forbidden[i])) return raise_value("identifier field can't represent '%s' constant", forbidden[i]);
    return true;
}

static const char *const context_names[] = {"Load", "Store", "Del"};

static bool check_context(const Expr *e, ExprContext wanted)
{
    ExprContext found;
    switch (e->kind) {
    case Expr_Attribute: found = e->Attribute.ctx; break;
    case Expr_Subscript: found = e->Subscript.ctx; break;
    case Expr_Starred: found = e->Starred.ctx; break;
    case Expr_Name: found = e->Name.ctx; break;
    case Expr_List: found = e->List.ctx; break;
    case Expr_Tuple: found = e->Tuple.ctx; break;
    default:
        if (wanted != ExprContext_Load) return raise_value("expression which can't be assigned to in %s context", context_names[wanted]);
        return true;
    }
    return found == wanted || raise_value("expression must have %s context but has %s instead", context_names[wanted], context_names[found]);
}

static bool check_positions(int lineno, int col_offset, int end_lineno, int end_col_offset)
{
    if (lineno > end_lineno) return raise_value("AST node line range (%d, %d) is not valid", lineno, end_lineno);
    if ((lineno < 0 && end_lineno != lineno) || (col_offset < 0 && col_offset != end_col_offset))
        return raise_value("AST node column range (%d, %d) for line range (%d, %d) is not valid", col_offset, end_col_offset, lineno, end_lineno);
    if (lineno == end_lineno && col_offset > end_col_offset) return raise_value("line %d, column %d-%d is not a valid range", lineno, col_offset, end_col_offset);
    return true;
}

static bool expression_parts(const Expr *e, ExprContext context)
{
    const ExprContext load = ExprContext_Load;
    switch (e->kind) {
    case Expr_BoolOp:
        if (seq_count(e->BoolOp.values) < 2) return raise_value("BoolOp with less than 2 values");
        return expressions(e->BoolOp.values, load, false);
    case Expr_NamedExpr: return expression(e->NamedExpr.target, ExprContext_Store) && expression(e->NamedExpr.value, load);
    case Expr_BinOp: return expression(e->BinOp.left, load) && expression(e->BinOp.right, load);
    case Expr_UnaryOp: return expression(e->UnaryOp.operand, load);
    case Expr_Lambda: return parameters(e->Lambda.args) && expression(e->Lambda.body, load);
    case Expr_IfExp: return expression(e->IfExp.test, load) && expression(e->IfExp.body, load) && expression(e->IfExp.orelse, load);
    case Expr_Dict:
        if (seq_count(e->Dict.keys) != seq_count(e->Dict.values)) return raise_value("Dict doesn't have the same number of keys as values");
        return expressions(e->Dict.keys, load, true) && expressions(e->Dict.values, load, false);
    case Expr_Set: return expressions(e->Set.elts, load, false);
    case Expr_ListComp: return generators(e->ListComp.generators) && expression(e->ListComp.elt, load);
    case Expr_SetComp: return generators(e->SetComp.generators) && expression(e->SetComp.elt, load);
    case Expr_GeneratorExp: return generators(e->GeneratorExp.generators) && expression(e->GeneratorExp.elt, load);
    case Expr_DictComp: return generators(e->DictComp.generators) && expression(e->DictComp.key, load) && expression(e->DictComp.value, load);
    case Expr_Yield: return optional(e->Yield.value);
    case Expr_YieldFrom: return expression(e->YieldFrom.value, load);
    case Expr_Await: return expression(e->Await.value, load);
    case Expr_Compare:
        if (!seq_count(e->Compare.comparators)) return raise_value("Compare with no comparators");
        if (seq_count(e->Compare.comparators) != seq_count(e->Compare.ops)) return raise_value("Compare has a different number of comparators and operands");
        return expressions(e->Compare.comparators, load, false) && expression(e->Compare.left, load);
    case Expr_Call: return expression(e->Call.func, load) && expressions(e->Call.args, load, false) && keywords(e->Call.keywords);
    case Expr_JoinedStr: return expressions(e->JoinedStr.values, load, false);
    case Expr_FormattedValue: return expression(e->FormattedValue.value, load) && optional(e->FormattedValue.format_spec);
    case Expr_Attribute: return expression(e->Attribute.value, load);
    case Expr_Subscript: return expression(e->Subscript.slice, load) && expression(e->Subscript.value, load);
    case Expr_Starred: return expression(e->Starred.value, context);
    case Expr_Slice: return optional(e->Slice.lower) && optional(e->Slice.upper) && optional(e->Slice.step);
    case Expr_List: return expressions(e->List.elts, context, false);
    case Expr_Tuple: return expressions(e->Tuple.elts, context, false);
    case Expr_Name: return name_allowed(e->Name.id);
    default: return true;
    }
}

static bool expression(const Expr *e, ExprContext context)
{
    if (!check_positions(e->lineno, e->col_offset, e->end_lineno, e->end_col_offset)) return false;
    if (!recursion_enter(" during compilation")) return false;
    bool ok = check_context(e, context) && expression_parts(e, context);
    recursion_leave();
    return ok;
}

/* ---------------------------------------------------------------- patterns */

static bool capture(const Text *name)
{
    if (!strcmp(name->bytes, "_")) return raise_value("can't capture name '_' in patterns");
    return name_allowed(name);
}

static bool patterns(const Seq *seq, bool star_ok)
{
    for (uint32_t i = 0; i < seq_count(seq); i++)
        if (!pattern(seq_at(const Pattern *, seq, i), star_ok)) return false;
    return true;
}

static bool match_constant(const Const *c)
{
    return c->kind == CONST_INT || c->kind == CONST_FLOAT || c->kind == CONST_COMPLEX || c->kind == CONST_STR || c->kind == CONST_BYTES ||
           raise_value("unexpected constant inside of a literal pattern");
}

static bool is_number(const Expr *e, bool imaginary)
{
    if (e->kind == Expr_UnaryOp && e->UnaryOp.op == UnaryOp_USub && !imaginary) e = e->UnaryOp.operand;
    if (e->kind != Expr_Constant) return false;
    ConstKind kind = e->Constant.value->kind;
    return imaginary ? kind == CONST_COMPLEX : kind == CONST_INT || kind == CONST_FLOAT;
}

static bool match_value(const Expr *e)
{
    if (!expression(e, ExprContext_Load)) return false;
    switch (e->kind) {
    case Expr_Constant: return match_constant(e->Constant.value);
    case Expr_Attribute: return true;
    case Expr_UnaryOp:
        if (e->UnaryOp.op == UnaryOp_USub && e->UnaryOp.operand->kind == Expr_Constant) return match_constant(e->UnaryOp.operand->Constant.value);
        break;
    case Expr_BinOp:
        if ((e->BinOp.op == Operator_Add || e->BinOp.op == Operator_Sub) && is_number(e->BinOp.left, false) && is_number(e->BinOp.right, true)) return true;
        break;
    case Expr_JoinedStr: return true;
    default: break;
    }
    return raise_value("patterns may only match literals and attribute lookups");
}

static bool match_class(const Pattern *p)
{
    const Expr *cls = p->MatchClass.cls;
    if (seq_count(p->MatchClass.kwd_attrs) != seq_count(p->MatchClass.kwd_patterns))
        return raise_value("MatchClass doesn't have the same number of keyword attributes as patterns");
    if (!expression(cls, ExprContext_Load)) return false;
    while (cls->kind == Expr_Attribute) cls = cls->Attribute.value;
    if (cls->kind != Expr_Name) return raise_value("MatchClass cls field can only contain Name or Attribute nodes.");
    for (uint32_t i = 0; i < seq_count(p->MatchClass.kwd_attrs); i++)
        if (!name_allowed(seq_at(const Text *, p->MatchClass.kwd_attrs, i))) return false;
    return patterns(p->MatchClass.patterns, false) && patterns(p->MatchClass.kwd_patterns, false);
}

static bool pattern_parts(const Pattern *p, bool star_ok)
{
    switch (p->kind) {
    case Pattern_MatchValue: return match_value(p->MatchValue.value);
    case Pattern_MatchSingleton: {
        ConstKind kind = p->MatchSingleton.value->kind;
        return kind == CONST_NONE || kind == CONST_TRUE || kind == CONST_FALSE || raise_value("MatchSingleton can only contain True, False and None");
    }
    case Pattern_MatchSequence: return patterns(p->MatchSequence.patterns, true);
    case Pattern_MatchMapping:
        if (seq_count(p->MatchMapping.keys) != seq_count(p->MatchMapping.patterns)) return raise_value("MatchMapping doesn't have the same number of keys as patterns");
        if (p->MatchMapping.rest && !capture(p->MatchMapping.rest)) return false;
        for (uint32_t i = 0; i < seq_count(p->MatchMapping.keys); i++) {
            const Expr *key = seq_at(const Expr *, p->MatchMapping.keys, i);
            if (key->kind == Expr_Constant && key->Constant.value->kind <= CONST_TRUE) continue;
            if (!match_value(key)) return false;
        }
        return patterns(p->MatchMapping.patterns, false);
    case Pattern_MatchClass: return match_class(p);
    case Pattern_MatchStar:
        if (!star_ok) return raise_value("can't use MatchStar here");
        return !p->MatchStar.name || capture(p->MatchStar.name);
    case Pattern_MatchAs:
        if (p->MatchAs.name && !capture(p->MatchAs.name)) return false;
        if (!p->MatchAs.pattern) return true;
        if (!p->MatchAs.name) return raise_value("MatchAs must specify a target name if a pattern is given");
        return pattern(p->MatchAs.pattern, false);
    case Pattern_MatchOr:
        if (seq_count(p->MatchOr.patterns) < 2) return raise_value("MatchOr requires at least 2 patterns");
        return patterns(p->MatchOr.patterns, false);
    default: return true;
    }
}

static bool pattern(const Pattern *p, bool star_ok)
{
    if (!p) return missing("pattern");
    if (!check_positions(p->lineno, p->col_offset, p->end_lineno, p->end_col_offset) || !recursion_enter(" during compilation")) return false;
    bool ok = pattern_parts(p, star_ok);
    recursion_leave();
    return ok;
}

/* ---------------------------------------------------------------- statements */

static bool body(const Seq *seq, const char *owner) { return nonempty(seq, "body", owner) && statements(seq); }
static bool targets(const Seq *seq, ExprContext context, const char *owner) { return nonempty(seq, "targets", owner) && expressions(seq, context, false); }

static bool handlers(const Seq *seq)
{
    for (uint32_t i = 0; i < seq_count(seq); i++) {
        const ExceptHandler *h = seq_at(const ExceptHandler *, seq, i);
        if (!optional(h->ExceptHandler.type) || !body(h->ExceptHandler.body, "ExceptHandler")) return false;
    }
    return true;
}

static bool try_statement(const Seq *body_seq, const Seq *handler_seq, const Seq *orelse, const Seq *final, const char *owner)
{
    if (!body(body_seq, owner)) return false;
    if (!seq_count(handler_seq) && !seq_count(final)) return raise_value("%s has neither except handlers nor finalbody", owner);
    if (!seq_count(handler_seq) && seq_count(orelse)) return raise_value("%s has orelse but no except handlers", owner);
    return handlers(handler_seq) && statements(orelse) && statements(final);
}

static bool with_items(const Seq *items, const char *owner)
{
    if (!nonempty(items, "items", owner)) return false;
    for (uint32_t i = 0; i < seq_count(items); i++) {
        const WithItem *item = seq_at(const WithItem *, items, i);
        if (!expression(item->context_expr, ExprContext_Load) || (item->optional_vars && !expression(item->optional_vars, ExprContext_Store))) return false;
    }
    return true;
}

static bool match_statement(const Stmt *s)
{
    if (!expression(s->Match.subject, ExprContext_Load) || !nonempty(s->Match.cases, "cases", "Match")) return false;
    for (uint32_t i = 0; i < seq_count(s->Match.cases); i++) {
        const MatchCase *c = seq_at(const MatchCase *, s->Match.cases, i);
        if (!pattern(c->pattern, false) || !optional(c->guard) || !body(c->body, "match_case")) return false;
    }
    return true;
}

static bool function(const Seq *body_seq, const Arguments *args, const Seq *decorators, const Expr *returns, const char *owner)
{
    return body(body_seq, owner) && parameters(args) && expressions(decorators, ExprContext_Load, false) && optional(returns);
}

static bool for_statement(const Expr *target, const Expr *iter, const Seq *body_seq, const Seq *orelse, const char *owner)
{
    return expression(target, ExprContext_Store) && expression(iter, ExprContext_Load) && body(body_seq, owner) && statements(orelse);
}

static bool statement_parts(const Stmt *s)
{
    const ExprContext load = ExprContext_Load;
    switch (s->kind) {
    case Stmt_FunctionDef: return function(s->FunctionDef.body, s->FunctionDef.args, s->FunctionDef.decorator_list, s->FunctionDef.returns, "FunctionDef");
    case Stmt_AsyncFunctionDef:
        return function(s->AsyncFunctionDef.body, s->AsyncFunctionDef.args, s->AsyncFunctionDef.decorator_list, s->AsyncFunctionDef.returns, "AsyncFunctionDef");
    case Stmt_ClassDef:
        return body(s->ClassDef.body, "ClassDef") && expressions(s->ClassDef.bases, load, false) && keywords(s->ClassDef.keywords) &&
               expressions(s->ClassDef.decorator_list, load, false);
    case Stmt_Return: return optional(s->Return.value);
    case Stmt_Delete: return targets(s->Delete.targets, ExprContext_Del, "Delete");
    case Stmt_Assign: return targets(s->Assign.targets, ExprContext_Store, "Assign") && expression(s->Assign.value, load);
    case Stmt_AugAssign: return expression(s->AugAssign.target, ExprContext_Store) && expression(s->AugAssign.value, load);
    case Stmt_AnnAssign:
        if (s->AnnAssign.target->kind != Expr_Name && s->AnnAssign.simple) return raise_type("AnnAssign with simple non-Name target");
        return expression(s->AnnAssign.target, ExprContext_Store) && optional(s->AnnAssign.value) && expression(s->AnnAssign.annotation, load);
    case Stmt_For: return for_statement(s->For.target, s->For.iter, s->For.body, s->For.orelse, "For");
    case Stmt_AsyncFor: return for_statement(s->AsyncFor.target, s->AsyncFor.iter, s->AsyncFor.body, s->AsyncFor.orelse, "AsyncFor");
    case Stmt_While: return expression(s->While.test, load) && body(s->While.body, "While") && statements(s->While.orelse);
    case Stmt_If: return expression(s->If.test, load) && body(s->If.body, "If") && statements(s->If.orelse);
    case Stmt_With: return with_items(s->With.items, "With") && body(s->With.body, "With");
    case Stmt_AsyncWith: return with_items(s->AsyncWith.items, "AsyncWith") && body(s->AsyncWith.body, "AsyncWith");
    case Stmt_Match: return match_statement(s);
    case Stmt_Raise:
        if (s->Raise.cause && !s->Raise.exc) return raise_value("Raise with cause but no exception");
        return optional(s->Raise.exc) && optional(s->Raise.cause);
    case Stmt_Try: return try_statement(s->Try.body, s->Try.handlers, s->Try.orelse, s->Try.finalbody, "Try");
    case Stmt_TryStar: return try_statement(s->TryStar.body, s->TryStar.handlers, s->TryStar.orelse, s->TryStar.finalbody, "TryStar");
    case Stmt_Assert: return expression(s->Assert.test, load) && optional(s->Assert.msg);
    case Stmt_Import: return nonempty(s->Import.names, "names", "Import");
    case Stmt_ImportFrom:
        if (s->ImportFrom.level < 0) return raise_value("Negative ImportFrom level");
        return nonempty(s->ImportFrom.names, "names", "ImportFrom");
    case Stmt_Global: return nonempty(s->Global.names, "names", "Global");
    case Stmt_Nonlocal: return nonempty(s->Nonlocal.names, "names", "Nonlocal");
    case Stmt_Expr: return expression(s->Expr.value, load);
    default: return true;
    }
}

static bool statements(const Seq *seq)
{
    for (uint32_t i = 0; i < seq_count(seq); i++) {
        const Stmt *s = seq_at(const Stmt *, seq, i);
        if (!s) return missing("statement");
        if (!check_positions(s->lineno, s->col_offset, s->end_lineno, s->end_col_offset) || !recursion_enter(" during compilation")) return false;
        bool ok = statement_parts(s);
        recursion_leave();
        if (!ok) return false;
    }
    return true;
}

bool ast_validate(Mod *tree)
{
    switch (tree->kind) {
    case Mod_Module: return statements(tree->Module.body);
    case Mod_Interactive: return statements(tree->Interactive.body);
    case Mod_Expression: return expression(tree->Expression.body, ExprContext_Load);
    default: return expressions(tree->FunctionType.argtypes, ExprContext_Load, false) && expression(tree->FunctionType.returns, ExprContext_Load);
    }
}
