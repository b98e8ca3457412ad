/* codegen_function.c: functions, lambdas and classes: defaults, annotations, decorators, and the code objects of their bodies. */
#include "compile/internal.h"

static void check_params(Compiler *c, const Seq *args)
{
    for (uint32_t i = 0; i < seq_count(args); i++) cg_forbid(c, seq_at(Arg *, args, i)->arg, ExprContext_Store);
}

static void check_arguments(Compiler *c, const Arguments *a)
{
    check_params(c, a->posonlyargs);
    check_params(c, a->args);
    if (a->vararg) cg_forbid(c, a->vararg->arg, ExprContext_Store);
    check_params(c, a->kwonlyargs);
    if (a->kwarg) cg_forbid(c, a->kwarg->arg, ExprContext_Store);
}

/* Pushes what MAKE_FUNCTION needs for default values; its flags. */
static int push_defaults(Compiler *c, const Arguments *a)
{
    int flags = 0;
    if (seq_count(a->defaults)) {
        flags |= 1;
        cg_exprs(c, a->defaults);
        cg_emit(c, OP_BUILD_TUPLE, (int)a->defaults->count);
    }
    uint32_t n = seq_count(a->kwonlyargs), count = 0;
    const Const **names = n ? arena_array(c->arena, const Const *, n) : 0;
    for (uint32_t i = 0; i < n; i++) {
        Expr *value = seq_at(Expr *, a->kw_defaults, i);
        if (!value) continue;
        names[count++] = const_str(c->arena, mangle_name(c->source, c->unit->private_name, seq_at(Arg *, a->kwonlyargs, i)->arg));
        cg_expr(c, value);
    }
    if (count) {
        flags |= 2;
        cg_const(c, const_tuple(c->arena, names, count));
        cg_emit(c, OP_BUILD_CONST_KEY_MAP, (int)count);
    }
    return flags;
}

void cg_annotation(Compiler *c, Expr *annotation)
{
    if (c->future_flags & FUTURE_ANNOTATIONS) cg_const(c, const_str(c->arena, unparse_expr(c->arena, annotation)));
    else cg_expr(c, annotation);
}

static int push_annotation(Compiler *c, const Text *name, Expr *annotation)
{
    if (!annotation) return 0;
    cg_const(c, const_str(c->arena, mangle_name(c->source, c->unit->private_name, name)));
    if (!(c->future_flags & FUTURE_ANNOTATIONS) && annotation->kind == Expr_Starred) {
        /* `*args: *Ts`: the annotation is what the iterable unpacks to. */
        cg_expr(c, annotation->Starred.value);
        cg_emit(c, OP_UNPACK_SEQUENCE, 1);
    } else {
        cg_annotation(c, annotation);
    }
    return 2;
}

static int push_arg_annotations(Compiler *c, const Seq *args)
{
    int count = 0;
    for (uint32_t i = 0; i < seq_count(args); i++) {
        Arg *arg = seq_at(Arg *, args, i);
        count += push_annotation(c, arg->arg, arg->annotation);
    }
    return count;
}

static int push_annotations(Compiler *c, const Arguments *a, Expr *returns)
{
    int count = push_arg_annotations(c, a->args);
    count += push_arg_annotations(c, a->posonlyargs);
    if (a->vararg) count += push_annotation(c, a->vararg->arg, a->vararg->annotation);
    count += push_arg_annotations(c, a->kwonlyargs);
    if (a->kwarg) count += push_annotation(c, a->kwarg->arg, a->kwarg->annotation);
    count += push_annotation(c, c->known->return_, returns);
    if (!count) return 0;
    cg_emit(c, OP_BUILD_TUPLE, count);
    return 4;
}

static void apply_decorators(Compiler *c, const Seq *decorators)
{
    Loc outer = c->unit->loc;
    for (uint32_t i = seq_count(decorators); i > 0; i--) {
        c->unit->loc = LOC_OF(seq_at(Expr *, decorators, i - 1));
        cg_emit(c, OP_PRECALL, 0);
        cg_emit(c, OP_CALL, 0);
    }
    c->unit->loc = outer;
}

static int first_line(const Stmt *s, const Seq *decorators) { return seq_count(decorators) ? seq_at(Expr *, decorators, 0)->lineno : s->lineno; }

static void set_counts(Unit *u, const Arguments *a)
{
    u->posonlyargcount = (int)seq_count(a->posonlyargs);
    u->argcount = u->posonlyargcount + (int)seq_count(a->args);
    u->kwonlyargcount = (int)seq_count(a->kwonlyargs);
}

void cg_function(Compiler *c, Stmt *s, bool is_async)
{
    const Arguments *a = s->FunctionDef.args;
    const Seq *decorators = s->FunctionDef.decorator_list, *body = s->FunctionDef.body;
    check_arguments(c, a);
    cg_exprs(c, decorators);
    int flags = push_defaults(c, a);
    flags |= push_annotations(c, a, s->FunctionDef.returns);
    cg_enter(c, s->FunctionDef.name, is_async ? UNIT_ASYNC_FUNCTION : UNIT_FUNCTION, s, first_line(s, decorators));
    const Text *docstring = c->optimize < 2 ? body_docstring(body) : 0;
    const_table_add(c->arena, &c->unit->consts, docstring ? seq_at(Stmt *, body, 0)->Expr.value->Constant.value : c->none);
    set_counts(c->unit, a);
    for (uint32_t i = docstring ? 1 : 0; i < seq_count(body); i++) cg_stmt(c, seq_at(Stmt *, body, i));
    CodeUnit *code = cg_leave(c, true);
    cg_make_closure(c, code, flags);
    apply_decorators(c, decorators);
    cg_name(c, s->FunctionDef.name, ExprContext_Store);
}

void cg_lambda(Compiler *c, Expr *e)
{
    check_arguments(c, e->Lambda.args);
    int flags = push_defaults(c, e->Lambda.args);
    cg_enter(c, c->known->lambda, UNIT_LAMBDA, e, e->lineno);
    const_table_add(c->arena, &c->unit->consts, c->none); /* not a docstring */
    set_counts(c->unit, e->Lambda.args);
    cg_expr(c, e->Lambda.body);
    bool generator = c->unit->scope->generator;
    if (!generator) cg_op(c, OP_RETURN_VALUE);
    CodeUnit *code = cg_leave(c, !generator);
    cg_make_closure(c, code, flags);
}

void cg_class(Compiler *c, Stmt *s)
{
    const Seq *decorators = s->ClassDef.decorator_list;
    cg_exprs(c, decorators);
    cg_enter(c, s->ClassDef.name, UNIT_CLASS, s, first_line(s, decorators));
    c->unit->private_name = s->ClassDef.name;
    cg_name(c, c->known->dunder_name, ExprContext_Load);
    cg_name(c, c->known->dunder_module, ExprContext_Store);
    cg_const(c, const_str(c->arena, c->unit->qualname));
    cg_name(c, c->known->dunder_qualname, ExprContext_Store);
    cg_body(c, s->ClassDef.body);
    c->unit->loc = NO_LOC;
    if (c->unit->scope->needs_class_closure) {
        cg_emit(c, OP_LOAD_CLOSURE, 0);
        cg_emit(c, OP_COPY, 1);
        cg_name(c, c->known->dunder_classcell, ExprContext_Store);
    } else {
        cg_const(c, c->none);
    }
    cg_op(c, OP_RETURN_VALUE);
    CodeUnit *code = cg_leave(c, true);
    cg_op(c, OP_PUSH_NULL);
    cg_op(c, OP_LOAD_BUILD_CLASS);
    cg_make_closure(c, code, 0);
    cg_const(c, const_str(c->arena, s->ClassDef.name));
    cg_call_tail(c, 2, s->ClassDef.bases, s->ClassDef.keywords);
    apply_decorators(c, decorators);
    cg_name(c, s->ClassDef.name, ExprContext_Store);
}
