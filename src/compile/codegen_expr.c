/* codegen_expr.c: expressions and conditions. */
#include "base/utf8.h"
#include "compile/internal.h"

void cg_exprs(Compiler *c, const Seq *exprs)
{
    for (uint32_t i = 0; i < seq_count(exprs); i++) cg_expr(c, seq_at(Expr *, exprs, i));
}

void cg_binary_op(Compiler *c, Operator op, bool inplace)
{
    static const uint8_t number[] = {
        [Operator_Add] = 0,   [Operator_BitAnd] = 1, [Operator_FloorDiv] = 2, [Operator_LShift] = 3, [Operator_MatMult] = 4, [Operator_Mult] = 5,    [Operator_Mod] = 6,
        [Operator_BitOr] = 7, [Operator_Pow] = 8,    [Operator_RShift] = 9,   [Operator_Sub] = 10,   [Operator_Div] = 11,    [Operator_BitXor] = 12,
    };
    cg_emit(c, OP_BINARY_OP, number[op] + (inplace ? 13 : 0));
}

void cg_compare_op(Compiler *c, CmpOp op)
{
    switch (op) {
    case CmpOp_Lt: cg_emit(c, OP_COMPARE_OP, 0); break;
    case CmpOp_LtE: cg_emit(c, OP_COMPARE_OP, 1); break;
    case CmpOp_Eq: cg_emit(c, OP_COMPARE_OP, 2); break;
    case CmpOp_NotEq: cg_emit(c, OP_COMPARE_OP, 3); break;
    case CmpOp_Gt: cg_emit(c, OP_COMPARE_OP, 4); break;
    case CmpOp_GtE: cg_emit(c, OP_COMPARE_OP, 5); break;
    case CmpOp_Is: cg_emit(c, OP_IS_OP, 0); break;
    case CmpOp_IsNot: cg_emit(c, OP_IS_OP, 1); break;
    case CmpOp_In: cg_emit(c, OP_CONTAINS_OP, 0); break;
    case CmpOp_NotIn: cg_emit(c, OP_CONTAINS_OP, 1); break;
    }
}

/* Errors in an attribute access point at the line of the attribute, where that differs. */
void cg_attr_loc(Compiler *c, const Expr *attr)
{
    Loc *loc = &c->unit->loc;
    if (loc->line == attr->end_lineno) return;
    loc->line = attr->end_lineno;
    const Text *name = attr->Attribute.attr;
    int length = (int)(name->ascii ? name->length : utf8_count(name->bytes, name->length));
    if (length <= attr->end_col_offset) {
        loc->col = attr->end_col_offset - length;
        if (loc->end_line <= loc->line && loc->end_col < loc->col) loc->end_col = loc->col;
    } else {
        loc->col = loc->end_col = -1;
    }
    if (loc->end_line < loc->line) loc->end_line = loc->line;
}

/* ---- displays ------------------------------------------------------------------------------------------------------------------------ */

static bool all_constant(const Seq *elts, uint32_t begin, uint32_t end)
{
    for (uint32_t i = begin; i < end; i++)
        if (!elts->items[i] || seq_at(Expr *, elts, i)->kind != Expr_Constant) return false;
    return true;
}

static const Const **constants(Compiler *c, const Seq *elts, uint32_t begin, uint32_t end)
{
    const Const **items = arena_array(c->arena, const Const *, end - begin + 1);
    for (uint32_t i = begin; i < end; i++) items[i - begin] = seq_at(Expr *, elts, i)->Constant.value;
    return items;
}

void cg_unpack_literal(Compiler *c, const Seq *elts, int pushed, int build, int add, int extend, bool tuple)
{
    uint32_t n = seq_count(elts);
    if (n > 2 && all_constant(elts, 0, n)) {
        const Const **items = constants(c, elts, 0, n);
        if (tuple && !pushed) {
            cg_const(c, const_tuple(c->arena, items, n));
            return;
        }
        cg_emit(c, build, pushed);
        cg_const(c, add == OP_SET_ADD ? const_frozenset(c->arena, items, n) : const_tuple(c->arena, items, n));
        cg_emit(c, extend, 1);
        if (tuple) cg_op(c, OP_LIST_TO_TUPLE);
        return;
    }
    bool big = (int)n + pushed > STACK_USE_GUIDELINE, starred = false;
    for (uint32_t i = 0; i < n; i++) starred |= seq_at(Expr *, elts, i)->kind == Expr_Starred;
    if (!starred && !big) {
        cg_exprs(c, elts);
        cg_emit(c, tuple ? OP_BUILD_TUPLE : build, (int)n + pushed);
        return;
    }
    bool built = big;
    if (big) cg_emit(c, build, pushed);
    for (uint32_t i = 0; i < n; i++) {
        Expr *elt = seq_at(Expr *, elts, i);
        if (elt->kind == Expr_Starred) {
            if (!built) cg_emit(c, build, (int)i + pushed);
            built = true;
            cg_expr(c, elt->Starred.value);
            cg_emit(c, extend, 1);
        } else {
            cg_expr(c, elt);
            if (built) cg_emit(c, add, 1);
        }
    }
    if (tuple) cg_op(c, OP_LIST_TO_TUPLE);
}

static void gen_unpack(Compiler *c, const Seq *elts)
{
    uint32_t n = seq_count(elts);
    bool starred = false;
    for (uint32_t i = 0; i < n; i++) {
        if (seq_at(Expr *, elts, i)->kind != Expr_Starred) continue;
        if (starred) cg_error(c, "multiple starred expressions in assignment");
        if (i >= 256 || n - i - 1 >= 0x7fffff) cg_error(c, "too many expressions in star-unpacking assignment");
        cg_emit(c, OP_UNPACK_EX, (int)(i + ((n - i - 1) << 8)));
        starred = true;
    }
    if (!starred) cg_emit(c, OP_UNPACK_SEQUENCE, (int)n);
    for (uint32_t i = 0; i < n; i++) {
        Expr *elt = seq_at(Expr *, elts, i);
        cg_expr(c, elt->kind == Expr_Starred ? elt->Starred.value : elt);
    }
}

static void gen_sequence(Compiler *c, const Seq *elts, ExprContext ctx, bool tuple)
{
    if (ctx == ExprContext_Store) gen_unpack(c, elts);
    else if (ctx == ExprContext_Load) cg_unpack_literal(c, elts, 0, OP_BUILD_LIST, OP_LIST_APPEND, OP_LIST_EXTEND, tuple);
    else cg_exprs(c, elts);
}

static void gen_dict_part(Compiler *c, Expr *e, uint32_t begin, uint32_t end)
{
    uint32_t n = end - begin;
    bool big = n * 2 > STACK_USE_GUIDELINE;
    if (n > 1 && !big && all_constant(e->Dict.keys, begin, end)) {
        for (uint32_t i = begin; i < end; i++) cg_expr(c, seq_at(Expr *, e->Dict.values, i));
        cg_const(c, const_tuple(c->arena, constants(c, e->Dict.keys, begin, end), n));
        cg_emit(c, OP_BUILD_CONST_KEY_MAP, (int)n);
        return;
    }
    if (big) cg_emit(c, OP_BUILD_MAP, 0);
    for (uint32_t i = begin; i < end; i++) {
        cg_expr(c, seq_at(Expr *, e->Dict.keys, i));
        cg_expr(c, seq_at(Expr *, e->Dict.values, i));
        if (big) cg_emit(c, OP_MAP_ADD, 1);
    }
    if (!big) cg_emit(c, OP_BUILD_MAP, (int)n);
}

static void gen_dict(Compiler *c, Expr *e)
{
    uint32_t n = seq_count(e->Dict.values), elements = 0;
    bool have_dict = false;
    for (uint32_t i = 0; i < n; i++) {
        if (!e->Dict.keys->items[i]) {
            if (elements) {
                gen_dict_part(c, e, i - elements, i);
                if (have_dict) cg_emit(c, OP_DICT_UPDATE, 1);
                have_dict = true;
                elements = 0;
            }
            if (!have_dict) {
                cg_emit(c, OP_BUILD_MAP, 0);
                have_dict = true;
            }
            cg_expr(c, seq_at(Expr *, e->Dict.values, i));
            cg_emit(c, OP_DICT_UPDATE, 1);
        } else if (elements * 2 > STACK_USE_GUIDELINE) {
            gen_dict_part(c, e, i - elements, i + 1);
            if (have_dict) cg_emit(c, OP_DICT_UPDATE, 1);
            have_dict = true;
            elements = 0;
        } else {
            elements++;
        }
    }
    if (elements) {
        gen_dict_part(c, e, n - elements, n);
        if (have_dict) cg_emit(c, OP_DICT_UPDATE, 1);
        have_dict = true;
    }
    if (!have_dict) cg_emit(c, OP_BUILD_MAP, 0);
}

/* ---- conditions ---------------------------------------------------------------------------------------------------------------------- */

static CmpOp op_at(const Expr *compare, uint32_t i) { return (CmpOp)(intptr_t)compare->Compare.ops->items[i]; }

static void jump_if_boolop(Compiler *c, Expr *e, Block *target, bool condition)
{
    const Seq *values = e->BoolOp.values;
    uint32_t last = seq_count(values) - 1;
    bool is_or = e->BoolOp.op == BoolOp_Or;
    Block *next = is_or != condition ? cg_block(c) : target;
    for (uint32_t i = 0; i < last; i++) cg_jump_if(c, seq_at(Expr *, values, i), next, is_or);
    cg_jump_if(c, seq_at(Expr *, values, last), target, condition);
    if (next != target) cg_use(c, next);
}

static void jump_if_compare(Compiler *c, Expr *e, Block *target, bool condition)
{
    cg_check_compare(c, e);
    uint32_t last = seq_count(e->Compare.ops) - 1;
    Block *cleanup = cg_block(c);
    cg_expr(c, e->Compare.left);
    for (uint32_t i = 0; i < last; i++) {
        cg_expr(c, seq_at(Expr *, e->Compare.comparators, i));
        cg_emit(c, OP_SWAP, 2);
        cg_emit(c, OP_COPY, 2);
        cg_compare_op(c, op_at(e, i));
        cg_jump(c, OP_POP_JUMP_IF_FALSE, cleanup);
    }
    cg_expr(c, seq_at(Expr *, e->Compare.comparators, last));
    cg_compare_op(c, op_at(e, last));
    cg_jump(c, condition ? OP_POP_JUMP_IF_TRUE : OP_POP_JUMP_IF_FALSE, target);
    Block *end = cg_block(c);
    cg_jump_noline(c, OP_JUMP, end);
    cg_use(c, cleanup);
    cg_op(c, OP_POP_TOP);
    if (!condition) cg_jump_noline(c, OP_JUMP, target);
    cg_use(c, end);
}

void cg_jump_if(Compiler *c, Expr *e, Block *target, bool condition)
{
    switch (e->kind) {
    case Expr_UnaryOp:
        if (e->UnaryOp.op == UnaryOp_Not) {
            cg_jump_if(c, e->UnaryOp.operand, target, !condition);
            return;
        }
        break;
    case Expr_BoolOp: jump_if_boolop(c, e, target, condition); return;
    case Expr_IfExp: {
        Block *end = cg_block(c), *next = cg_block(c);
        cg_jump_if(c, e->IfExp.test, next, false);
        cg_jump_if(c, e->IfExp.body, target, condition);
        cg_jump_noline(c, OP_JUMP, end);
        cg_use(c, next);
        cg_jump_if(c, e->IfExp.orelse, target, condition);
        cg_use(c, end);
        return;
    }
    case Expr_Compare:
        c->unit->loc = LOC_OF(e);
        if (seq_count(e->Compare.ops) > 1) {
            jump_if_compare(c, e, target, condition);
            return;
        }
        break;
    default: break;
    }
    cg_expr(c, e);
    cg_jump(c, condition ? OP_POP_JUMP_IF_TRUE : OP_POP_JUMP_IF_FALSE, target);
}

/* ---- single expressions -------------------------------------------------------------------------------------------------------------- */

static void gen_compare(Compiler *c, Expr *e)
{
    cg_check_compare(c, e);
    uint32_t last = seq_count(e->Compare.ops) - 1;
    cg_expr(c, e->Compare.left);
    if (!last) {
        cg_expr(c, seq_at(Expr *, e->Compare.comparators, 0));
        cg_compare_op(c, op_at(e, 0));
        return;
    }
    Block *cleanup = cg_block(c), *end = cg_block(c);
    for (uint32_t i = 0; i < last; i++) {
        cg_expr(c, seq_at(Expr *, e->Compare.comparators, i));
        cg_emit(c, OP_SWAP, 2);
        cg_emit(c, OP_COPY, 2);
        cg_compare_op(c, op_at(e, i));
        cg_jump(c, OP_JUMP_IF_FALSE_OR_POP, cleanup);
    }
    cg_expr(c, seq_at(Expr *, e->Compare.comparators, last));
    cg_compare_op(c, op_at(e, last));
    cg_jump_noline(c, OP_JUMP, end);
    cg_use(c, cleanup);
    cg_emit(c, OP_SWAP, 2);
    cg_op(c, OP_POP_TOP);
    cg_use(c, end);
}

static void gen_boolop(Compiler *c, Expr *e)
{
    int op = e->BoolOp.op == BoolOp_And ? OP_JUMP_IF_FALSE_OR_POP : OP_JUMP_IF_TRUE_OR_POP;
    Block *end = cg_block(c);
    uint32_t last = seq_count(e->BoolOp.values) - 1;
    for (uint32_t i = 0; i < last; i++) {
        cg_expr(c, seq_at(Expr *, e->BoolOp.values, i));
        cg_jump(c, op, end);
        cg_use(c, cg_block(c));
    }
    cg_expr(c, seq_at(Expr *, e->BoolOp.values, last));
    cg_use(c, end);
}

static void gen_if_exp(Compiler *c, Expr *e)
{
    Block *end = cg_block(c), *next = cg_block(c);
    cg_jump_if(c, e->IfExp.test, next, false);
    cg_expr(c, e->IfExp.body);
    cg_jump_noline(c, OP_JUMP, end);
    cg_use(c, next);
    cg_expr(c, e->IfExp.orelse);
    cg_use(c, end);
}

static void gen_joined_str(Compiler *c, Expr *e)
{
    uint32_t n = seq_count(e->JoinedStr.values);
    if (n > STACK_USE_GUIDELINE) {
        cg_const(c, const_str(c->arena, c->known->empty));
        cg_name_op(c, OP_LOAD_METHOD, c->known->join);
        cg_emit(c, OP_BUILD_LIST, 0);
        for (uint32_t i = 0; i < n; i++) {
            cg_expr(c, seq_at(Expr *, e->JoinedStr.values, i));
            cg_emit(c, OP_LIST_APPEND, 1);
        }
        cg_emit(c, OP_PRECALL, 1);
        cg_emit(c, OP_CALL, 1);
        return;
    }
    cg_exprs(c, e->JoinedStr.values);
    if (n != 1) cg_emit(c, OP_BUILD_STRING, (int)n);
}

static void gen_formatted_value(Compiler *c, Expr *e)
{
    int conversion = e->FormattedValue.conversion, arg = 0;
    cg_expr(c, e->FormattedValue.value);
    if (conversion == 's') arg = 1;
    else if (conversion == 'r') arg = 2;
    else if (conversion == 'a') arg = 3;
    else if (conversion != -1) {
        compile_error_set(c->source, ERROR_SYSTEM, 0, 0, 0, 0, "Unrecognized conversion character");
        longjmp(c->bail, 1);
    }
    if (e->FormattedValue.format_spec) {
        cg_expr(c, e->FormattedValue.format_spec);
        arg |= 4;
    }
    cg_emit(c, OP_FORMAT_VALUE, arg);
}

static void gen_attribute(Compiler *c, Expr *e)
{
    static const uint8_t ops[] = {OP_LOAD_ATTR, OP_STORE_ATTR, OP_DELETE_ATTR};
    cg_expr(c, e->Attribute.value);
    c->unit->loc = LOC_OF(e);
    cg_attr_loc(c, e);
    if (e->Attribute.ctx == ExprContext_Store) cg_forbid(c, e->Attribute.attr, ExprContext_Store);
    cg_name_op(c, ops[e->Attribute.ctx], e->Attribute.attr);
}

static void gen_subscript(Compiler *c, Expr *e)
{
    static const uint8_t ops[] = {OP_BINARY_SUBSCR, OP_STORE_SUBSCR, OP_DELETE_SUBSCR};
    if (e->Subscript.ctx == ExprContext_Load) cg_check_subscript(c, e);
    cg_expr(c, e->Subscript.value);
    cg_expr(c, e->Subscript.slice);
    cg_op(c, ops[e->Subscript.ctx]);
}

static void gen_slice_part(Compiler *c, Expr *e)
{
    if (e) cg_expr(c, e);
    else cg_const(c, c->none);
}

static void gen_yield(Compiler *c, Expr *e)
{
    const Scope *scope = c->unit->scope;
    if (scope->kind != SCOPE_FUNCTION) cg_error(c, "'yield' outside function");
    gen_slice_part(c, e->Yield.value);
    if (scope->generator && scope->coroutine) cg_op(c, OP_ASYNC_GEN_WRAP);
    cg_op(c, OP_YIELD_VALUE);
    cg_emit(c, OP_RESUME, 1);
}

static void gen_yield_from(Compiler *c, Expr *e)
{
    if (c->unit->scope->kind != SCOPE_FUNCTION) cg_error(c, "'yield' outside function");
    if (c->unit->kind == UNIT_ASYNC_FUNCTION) cg_error(c, "'yield from' inside async function");
    cg_expr(c, e->YieldFrom.value);
    cg_op(c, OP_GET_YIELD_FROM_ITER);
    cg_const(c, c->none);
    cg_yield_from(c, false);
}

static void gen_await(Compiler *c, Expr *e)
{
    if (!cg_top_level_await(c)) {
        if (c->unit->scope->kind != SCOPE_FUNCTION) cg_error(c, "'await' outside function");
        if (c->unit->kind != UNIT_ASYNC_FUNCTION && c->unit->kind != UNIT_COMPREHENSION) cg_error(c, "'await' outside async function");
    }
    cg_expr(c, e->Await.value);
    cg_emit(c, OP_GET_AWAITABLE, 0);
    cg_const(c, c->none);
    cg_yield_from(c, true);
}

static void gen_unary(Compiler *c, Expr *e)
{
    static const uint8_t ops[] = {[UnaryOp_Invert] = OP_UNARY_INVERT, [UnaryOp_Not] = OP_UNARY_NOT, [UnaryOp_UAdd] = OP_UNARY_POSITIVE, [UnaryOp_USub] = OP_UNARY_NEGATIVE};
    cg_expr(c, e->UnaryOp.operand);
    cg_op(c, ops[e->UnaryOp.op]);
}

static void gen_expr(Compiler *c, Expr *e)
{
    switch (e->kind) {
    case Expr_NamedExpr:
        cg_expr(c, e->NamedExpr.value);
        cg_emit(c, OP_COPY, 1);
        cg_expr(c, e->NamedExpr.target);
        break;
    case Expr_BoolOp: gen_boolop(c, e); break;
    case Expr_BinOp:
        cg_expr(c, e->BinOp.left);
        cg_expr(c, e->BinOp.right);
        cg_binary_op(c, e->BinOp.op, false);
        break;
    case Expr_UnaryOp: gen_unary(c, e); break;
    case Expr_Lambda: cg_lambda(c, e); break;
    case Expr_IfExp: gen_if_exp(c, e); break;
    case Expr_Dict: gen_dict(c, e); break;
    case Expr_Set: cg_unpack_literal(c, e->Set.elts, 0, OP_BUILD_SET, OP_SET_ADD, OP_SET_UPDATE, false); break;
    case Expr_ListComp:
    case Expr_SetComp:
    case Expr_DictComp:
    case Expr_GeneratorExp: cg_comprehension(c, e); break;
    case Expr_Yield: gen_yield(c, e); break;
    case Expr_YieldFrom: gen_yield_from(c, e); break;
    case Expr_Await: gen_await(c, e); break;
    case Expr_Compare: gen_compare(c, e); break;
    case Expr_Call: cg_call(c, e); break;
    case Expr_Constant: cg_const(c, e->Constant.value); break;
    case Expr_JoinedStr: gen_joined_str(c, e); break;
    case Expr_FormattedValue: gen_formatted_value(c, e); break;
    case Expr_Attribute: gen_attribute(c, e); break;
    case Expr_Subscript: gen_subscript(c, e); break;
    case Expr_Starred: cg_error(c, e->Starred.ctx == ExprContext_Store ? "starred assignment target must be in a list or tuple" : "can't use starred expression here");
    case Expr_Slice:
        gen_slice_part(c, e->Slice.lower);
        gen_slice_part(c, e->Slice.upper);
        if (e->Slice.step) cg_expr(c, e->Slice.step);
        cg_emit(c, OP_BUILD_SLICE, e->Slice.step ? 3 : 2);
        break;
    case Expr_Name: cg_name(c, e->Name.id, e->Name.ctx); break;
    case Expr_List: gen_sequence(c, e->List.elts, e->List.ctx, false); break;
    case Expr_Tuple: gen_sequence(c, e->Tuple.elts, e->Tuple.ctx, true); break;
    default: break;
    }
}

void cg_expr(Compiler *c, Expr *e)
{
    Loc outer = c->unit->loc;
    c->unit->loc = LOC_OF(e);
    gen_expr(c, e);
    c->unit->loc = outer;
}
