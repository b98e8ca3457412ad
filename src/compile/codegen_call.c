/* codegen_call.c: calls, comprehensions, and the warnings about expressions that cannot work. */
#include "compile/internal.h"

/* ---- warnings ------------------------------------------------------------------------------------------------------------------------ */

static const char *const_type_name(const Const *value)
{
    switch (value->kind) {
    case CONST_NONE: return "NoneType";
    case CONST_FALSE:
    case CONST_TRUE: return "bool";
    case CONST_ELLIPSIS: return "ellipsis";
    case CONST_INT: return "int";
    case CONST_FLOAT: return "float";
    case CONST_COMPLEX: return "complex";
    case CONST_STR: return "str";
    case CONST_BYTES: return "bytes";
    case CONST_TUPLE: return "tuple";
    case CONST_FROZENSET: return "frozenset";
    case CONST_CODE: return "code";
    default: return "object";
    }
}

/* The type that an expression certainly has, or 0. */
static const char *infer_type(const Expr *e)
{
    switch (e->kind) {
    case Expr_Tuple: return "tuple";
    case Expr_List:
    case Expr_ListComp: return "list";
    case Expr_Dict:
    case Expr_DictComp: return "dict";
    case Expr_Set:
    case Expr_SetComp: return "set";
    case Expr_GeneratorExp: return "generator";
    case Expr_Lambda: return "function";
    case Expr_JoinedStr:
    case Expr_FormattedValue: return "str";
    case Expr_Constant: return const_type_name(e->Constant.value);
    default: return 0;
    }
}

static void check_caller(Compiler *c, const Expr *func)
{
    if (func->kind == Expr_Lambda) return;
    const char *type = infer_type(func);
    if (type) cg_warn(c, "'%.200s' object is not callable; perhaps you missed a comma?", type);
}

static void check_subscripted(Compiler *c, const Expr *value)
{
    switch (value->kind) {
    case Expr_Constant:
        switch (value->Constant.value->kind) {
        case CONST_STR:
        case CONST_BYTES:
        case CONST_TUPLE:
        case CONST_CODE:
        case CONST_OTHER: return;
        default: break;
        }
        break;
    case Expr_Set:
    case Expr_SetComp:
    case Expr_GeneratorExp:
    case Expr_Lambda: break;
    default: return;
    }
    cg_warn(c, "'%.200s' object is not subscriptable; perhaps you missed a comma?", infer_type(value));
}

static void check_index(Compiler *c, const Expr *value, const Expr *index)
{
    const char *type = infer_type(index);
    if (!type || (index->kind == Expr_Constant && (index->Constant.value->kind == CONST_INT || index->Constant.value->kind == CONST_TRUE ||
                                                   index->Constant.value->kind == CONST_FALSE || index->Constant.value->kind == CONST_OTHER)))
        return;
    switch (value->kind) {
    case Expr_Constant:
        if (value->Constant.value->kind != CONST_STR && value->Constant.value->kind != CONST_BYTES && value->Constant.value->kind != CONST_TUPLE) return;
        break;
    case Expr_Tuple:
    case Expr_List:
    case Expr_ListComp:
    case Expr_JoinedStr:
    case Expr_FormattedValue: break;
    default: return;
    }
    cg_warn(c, "%.200s indices must be integers or slices, not %.200s; perhaps you missed a comma?", infer_type(value), type);
}

void cg_check_subscript(Compiler *c, Expr *e)
{
    check_subscripted(c, e->Subscript.value);
    check_index(c, e->Subscript.value, e->Subscript.slice);
}

static bool identity_makes_sense(const Expr *e)
{
    if (e->kind != Expr_Constant) return true;
    ConstKind kind = e->Constant.value->kind;
    return kind == CONST_NONE || kind == CONST_FALSE || kind == CONST_TRUE || kind == CONST_ELLIPSIS;
}

void cg_check_compare(Compiler *c, Expr *e)
{
    bool left = identity_makes_sense(e->Compare.left);
    for (uint32_t i = 0; i < seq_count(e->Compare.ops); i++) {
        CmpOp op = (CmpOp)(intptr_t)e->Compare.ops->items[i];
        bool right = identity_makes_sense(seq_at(Expr *, e->Compare.comparators, i));
        if ((op == CmpOp_Is || op == CmpOp_IsNot) && (!left || !right)) {
            cg_warn(c, "%s", op == CmpOp_Is ? "\"is\" with a literal. Did you mean \"==\"?" : "\"is not\" with a literal. Did you mean \"!=\"?");
            return;
        }
        left = right;
    }
}

/* ---- calls --------------------------------------------------------------------------------------------------------------------------- */

static void validate_keywords(Compiler *c, const Seq *keywords)
{
    uint32_t count = seq_count(keywords), first, again;
    if (!count) return;
    const Text **names = arena_array(c->arena, const Text *, count);
    for (uint32_t i = 0; i < count; i++) names[i] = seq_at(Keyword *, keywords, i)->arg;
    bool repeated = count > 1 && cg_find_repeated(c, names, count, &first, &again);
    for (uint32_t i = 0; i < count; i++) {
        if (names[i]) cg_forbid(c, names[i], ExprContext_Store);
        if (!repeated || i != first) continue;
        c->unit->loc = LOC_OF(seq_at(Keyword *, keywords, again));
        cg_error(c, "keyword argument repeated: %s", names[i]->bytes);
    }
}

static const Const *keyword_names(Compiler *c, const Seq *keywords, uint32_t begin, uint32_t end)
{
    const Const **items = arena_array(c->arena, const Const *, end - begin);
    for (uint32_t i = begin; i < end; i++) items[i - begin] = const_str(c->arena, seq_at(Keyword *, keywords, i)->arg);
    return const_tuple(c->arena, items, end - begin);
}

static void gen_simple_keywords(Compiler *c, const Seq *keywords)
{
    uint32_t n = seq_count(keywords);
    if (!n) return;
    for (uint32_t i = 0; i < n; i++) cg_expr(c, seq_at(Keyword *, keywords, i)->value);
    cg_emit(c, OP_KW_NAMES, (int)const_table_add(c->arena, &c->unit->consts, keyword_names(c, keywords, 0, n)));
}

static bool has_unpacking(const Seq *args, const Seq *keywords)
{
    for (uint32_t i = 0; i < seq_count(args); i++)
        if (seq_at(Expr *, args, i)->kind == Expr_Starred) return true;
    for (uint32_t i = 0; i < seq_count(keywords); i++)
        if (!seq_at(Keyword *, keywords, i)->arg) return true;
    return false;
}

/* obj.method(...): without making a bound method. Not for attributes of modules that are imported at the top, whose functions are no methods. */
static bool gen_method_call(Compiler *c, Expr *e)
{
    Expr *method = e->Call.func;
    if (method->kind != Expr_Attribute || method->Attribute.ctx != ExprContext_Load) return false;
    Expr *object = method->Attribute.value;
    if (object->kind == Expr_Name && (scope_flags(c->symbols.top, object->Name.id) & SYM_IMPORT)) return false;
    uint32_t nargs = seq_count(e->Call.args), nkeywords = seq_count(e->Call.keywords);
    if (nargs + nkeywords + (nkeywords != 0) >= STACK_USE_GUIDELINE || has_unpacking(e->Call.args, e->Call.keywords)) return false;
    Loc outer = c->unit->loc;
    cg_expr(c, object);
    c->unit->loc = LOC_OF(method);
    cg_attr_loc(c, method);
    cg_name_op(c, OP_LOAD_METHOD, method->Attribute.attr);
    cg_exprs(c, e->Call.args);
    gen_simple_keywords(c, e->Call.keywords);
    c->unit->loc = LOC_OF(e);
    cg_attr_loc(c, method);
    cg_emit(c, OP_PRECALL, (int)(nargs + nkeywords));
    cg_emit(c, OP_CALL, (int)(nargs + nkeywords));
    c->unit->loc = outer;
    return true;
}

void cg_call(Compiler *c, Expr *e)
{
    validate_keywords(c, e->Call.keywords);
    if (gen_method_call(c, e)) return;
    check_caller(c, e->Call.func);
    c->unit->loc = LOC_OF(e->Call.func);
    cg_op(c, OP_PUSH_NULL);
    c->unit->loc = LOC_OF(e);
    cg_expr(c, e->Call.func);
    cg_call_tail(c, 0, e->Call.args, e->Call.keywords);
}

/* Keywords [begin, end) as a dict on the stack. */
static void gen_keyword_dict(Compiler *c, const Seq *keywords, uint32_t begin, uint32_t end)
{
    uint32_t n = end - begin;
    bool big = n * 2 > STACK_USE_GUIDELINE;
    if (n > 1 && !big) {
        for (uint32_t i = begin; i < end; i++) cg_expr(c, seq_at(Keyword *, keywords, i)->value);
        cg_const(c, keyword_names(c, keywords, begin, end));
        cg_emit(c, OP_BUILD_CONST_KEY_MAP, (int)n);
        return;
    }
    if (big) cg_emit(c, OP_BUILD_MAP, 0)->loc = NO_LOC;
    for (uint32_t i = begin; i < end; i++) {
        Keyword *k = seq_at(Keyword *, keywords, i);
        cg_const(c, const_str(c->arena, k->arg));
        cg_expr(c, k->value);
        if (big) cg_emit(c, OP_MAP_ADD, 1)->loc = NO_LOC;
    }
    if (!big) cg_emit(c, OP_BUILD_MAP, (int)n);
}

static void gen_unpacked_keywords(Compiler *c, const Seq *keywords)
{
    uint32_t n = seq_count(keywords), seen = 0;
    bool have_dict = false;
    for (uint32_t i = 0; i < n; i++) {
        Keyword *k = seq_at(Keyword *, keywords, i);
        if (k->arg) {
            seen++;
            continue;
        }
        if (seen) {
            gen_keyword_dict(c, keywords, i - seen, i);
            if (have_dict) cg_emit(c, OP_DICT_MERGE, 1);
            have_dict = true;
            seen = 0;
        }
        if (!have_dict) {
            cg_emit(c, OP_BUILD_MAP, 0);
            have_dict = true;
        }
        cg_expr(c, k->value);
        cg_emit(c, OP_DICT_MERGE, 1);
    }
    if (!seen) return;
    gen_keyword_dict(c, keywords, n - seen, n);
    if (have_dict) cg_emit(c, OP_DICT_MERGE, 1);
}

void cg_call_tail(Compiler *c, int pushed, const Seq *args, const Seq *keywords)
{
    validate_keywords(c, keywords);
    uint32_t nargs = seq_count(args), nkeywords = seq_count(keywords);
    if (nargs + nkeywords * 2 <= STACK_USE_GUIDELINE && !has_unpacking(args, keywords)) {
        cg_exprs(c, args);
        gen_simple_keywords(c, keywords);
        int total = pushed + (int)(nargs + nkeywords);
        cg_emit(c, OP_PRECALL, total);
        cg_emit(c, OP_CALL, total);
        return;
    }
    if (!pushed && nargs == 1 && seq_at(Expr *, args, 0)->kind == Expr_Starred) cg_expr(c, seq_at(Expr *, args, 0)->Starred.value);
    else cg_unpack_literal(c, args, pushed, OP_BUILD_LIST, OP_LIST_APPEND, OP_LIST_EXTEND, true);
    if (nkeywords) gen_unpacked_keywords(c, keywords);
    cg_emit(c, OP_CALL_FUNCTION_EX, nkeywords > 0);
}

/* ---- comprehensions ------------------------------------------------------------------------------------------------------------------ */

typedef struct Comp {
    ExprKind kind;
    const Seq *generators;
    Expr *elt, *value;
} Comp;

static void gen_element(Compiler *c, const Comp *comp, int depth)
{
    cg_expr(c, comp->elt);
    switch (comp->kind) {
    case Expr_GeneratorExp:
        if (c->unit->scope->generator && c->unit->scope->coroutine) cg_op(c, OP_ASYNC_GEN_WRAP);
        cg_op(c, OP_YIELD_VALUE);
        cg_emit(c, OP_RESUME, 1);
        cg_op(c, OP_POP_TOP);
        break;
    case Expr_ListComp: cg_emit(c, OP_LIST_APPEND, depth + 1); break;
    case Expr_SetComp: cg_emit(c, OP_SET_ADD, depth + 1); break;
    default:
        cg_expr(c, comp->value);
        cg_emit(c, OP_MAP_ADD, depth + 1);
        break;
    }
}

/* `for y in [expr]` is an assignment. */
static Expr *single_element(const Expr *iter)
{
    if (iter->kind != Expr_List && iter->kind != Expr_Tuple) return 0;
    if (seq_count(iter->List.elts) != 1) return 0;
    Expr *elt = seq_at(Expr *, iter->List.elts, 0);
    return elt->kind == Expr_Starred ? 0 : elt;
}

/* One `for` of a comprehension, between its beginning and its end. */
typedef struct OpenGenerator {
    Block *start, *if_cleanup, *end;
    bool loop;
} OpenGenerator;

/* Both begin functions return how many values the loop keeps on the stack. */
static int begin_sync_generator(Compiler *c, const Comprehension *gen, bool first, OpenGenerator *open)
{
    open->loop = true;
    if (first) {
        c->unit->argcount = 1;
        cg_emit(c, OP_LOAD_FAST, 0);
    } else {
        Expr *single = single_element(gen->iter);
        cg_expr(c, single ? single : gen->iter);
        if (single) open->loop = false;
        else cg_op(c, OP_GET_ITER);
    }
    if (open->loop) {
        cg_use(c, open->start);
        cg_jump(c, OP_FOR_ITER, open->end);
    }
    cg_expr(c, gen->target);
    return open->loop;
}

static int begin_async_generator(Compiler *c, const Comprehension *gen, bool first, OpenGenerator *open)
{
    if (first) {
        c->unit->argcount = 1;
        cg_emit(c, OP_LOAD_FAST, 0);
    } else {
        cg_expr(c, gen->iter);
        cg_op(c, OP_GET_AITER);
    }
    cg_use(c, open->start);
    cg_push_frame(c, FRAME_ASYNC_COMPREHENSION, open->start, 0, 0);
    cg_jump(c, OP_SETUP_FINALLY, open->end);
    cg_op(c, OP_GET_ANEXT);
    cg_const(c, c->none);
    cg_yield_from(c, true);
    cg_op(c, OP_POP_BLOCK);
    cg_expr(c, gen->target);
    return 1;
}

static void end_generator(Compiler *c, const Comprehension *gen, const OpenGenerator *open)
{
    cg_use(c, open->if_cleanup);
    if (gen->is_async) {
        cg_jump(c, OP_JUMP, open->start);
        cg_pop_frame(c);
        cg_use(c, open->end);
        cg_op(c, OP_END_ASYNC_FOR);
    } else if (open->loop) {
        cg_jump(c, OP_JUMP, open->start);
        cg_use(c, open->end);
    }
}

/* A loop, not a recursion: text of any length may follow `[x for ...`, without a level of the tree for each `for`. */
static void gen_generators(Compiler *c, const Comp *comp)
{
    uint32_t count = seq_count(comp->generators);
    OpenGenerator *open = arena_array(c->arena, OpenGenerator, count);
    int depth = 0;
    for (uint32_t i = 0; i < count; i++) {
        const Comprehension *gen = seq_at(Comprehension *, comp->generators, i);
        open[i] = (OpenGenerator){cg_block(c), cg_block(c), cg_block(c)};
        depth += gen->is_async ? begin_async_generator(c, gen, i == 0, &open[i]) : begin_sync_generator(c, gen, i == 0, &open[i]);
        for (uint32_t n = 0; n < seq_count(gen->ifs); n++) cg_jump_if(c, seq_at(Expr *, gen->ifs, n), open[i].if_cleanup, false);
    }
    gen_element(c, comp, depth);
    for (uint32_t i = count; i-- > 0;) end_generator(c, seq_at(Comprehension *, comp->generators, i), &open[i]);
}

void cg_comprehension(Compiler *c, Expr *e)
{
    Comp comp = {.kind = e->kind, .generators = e->ListComp.generators, .elt = e->ListComp.elt};
    const Text *name = c->known->genexpr;
    int build = 0;
    switch (e->kind) {
    case Expr_ListComp: name = c->known->listcomp, build = OP_BUILD_LIST; break;
    case Expr_SetComp: name = c->known->setcomp, build = OP_BUILD_SET; break;
    case Expr_DictComp:
        name = c->known->dictcomp, build = OP_BUILD_MAP;
        comp = (Comp){e->kind, e->DictComp.generators, e->DictComp.key, e->DictComp.value};
        break;
    default: break;
    }
    bool top_level_await = cg_top_level_await(c);
    UnitKind outer_kind = c->unit->kind;
    Comprehension *first = seq_at(Comprehension *, comp.generators, 0);
    cg_enter(c, name, UNIT_COMPREHENSION, e, e->lineno);
    c->unit->loc = LOC_OF(e);
    bool is_async = c->unit->scope->coroutine;
    if (is_async && build && outer_kind != UNIT_ASYNC_FUNCTION && outer_kind != UNIT_COMPREHENSION && !top_level_await)
        cg_error(c, "asynchronous comprehension outside of an asynchronous function");
    if (build) cg_emit(c, build, 0);
    gen_generators(c, &comp);
    if (build) cg_op(c, OP_RETURN_VALUE);
    CodeUnit *code = cg_leave(c, true);
    if (top_level_await && is_async) c->unit->scope->coroutine = true;
    cg_make_closure(c, code, 0);
    cg_expr(c, first->iter);
    cg_op(c, first->is_async ? OP_GET_AITER : OP_GET_ITER);
    cg_emit(c, OP_PRECALL, 0);
    cg_emit(c, OP_CALL, 0);
    if (is_async && build) {
        cg_emit(c, OP_GET_AWAITABLE, 0);
        cg_const(c, c->none);
        cg_yield_from(c, true);
    }
}
