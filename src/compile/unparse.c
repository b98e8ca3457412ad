/* unparse.c: expressions as text, the way `from __future__ import annotations` stores them; and repr() of constants.
 *
 * The text is CPython's: one space around operators, parentheses only where precedence asks for them, strings as repr() writes them.
 */
#include "base/float_text.h"
#include "base/unicode.h"
#include "compile/internal.h"

typedef struct Out {
    Arena *arena;
    char *data;
    size_t size, room;
} Out;

static void put_bytes(Out *o, const char *bytes, size_t size)
{
    if (o->size + size + 1 > o->room) {
        size_t room = o->room * 2 + size + 64;
        char *data = arena_alloc(o->arena, room);
        if (o->size) memcpy(data, o->data, o->size);
        o->data = data;
        o->room = room;
    }
    memcpy(o->data + o->size, bytes, size);
    o->size += size;
}
static void put(Out *o, const char *s) { put_bytes(o, s, strlen(s)); }
static void put_text(Out *o, const Text *t) { put_bytes(o, t->bytes, t->length); }

enum Level { TUPLE, TEST, OR, AND, NOT, CMP, EXPR, BXOR, BAND, SHIFT, ARITH, TERM, FACTOR, POWER, AWAIT, ATOM };

static void put_expr(Out *o, const Expr *e, int level);

/* ---- constants ----------------------------------------------------------------------------------------------------------------------- */

static char choose_quote(const char *bytes, size_t size) { return size && memchr(bytes, '\'', size) && !memchr(bytes, '"', size) ? '"' : '\''; }

/* The next character of valid (surrogates allowed) UTF-8. */
static uint32_t next_char(const char **s)
{
    const uint8_t *p = (const uint8_t *)*s;
    if (p[0] < 0x80) {
        *s += 1;
        return p[0];
    }
    if (p[0] < 0xe0) {
        *s += 2;
        return (uint32_t)(p[0] & 31) << 6 | (p[1] & 63);
    }
    if (p[0] < 0xf0) {
        *s += 3;
        return (uint32_t)(p[0] & 15) << 12 | (uint32_t)(p[1] & 63) << 6 | (p[2] & 63);
    }
    *s += 4;
    return (uint32_t)(p[0] & 7) << 18 | (uint32_t)(p[1] & 63) << 12 | (uint32_t)(p[2] & 63) << 6 | (p[3] & 63);
}

static bool put_simple_escape(Out *o, uint32_t c, char quote)
{
    switch (c) {
    case '\\': put(o, "\\\\"); return true;
    case '\t': put(o, "\\t"); return true;
    case '\n': put(o, "\\n"); return true;
    case '\r': put(o, "\\r"); return true;
    default:
        if (c != (uint32_t)quote) return false;
        put(o, quote == '"' ? "\\\"" : "\\'");
        return true;
    }
}

static void put_str_repr(Out *o, const char *bytes, size_t size)
{
    char quote = choose_quote(bytes, size), escape[16];
    put_bytes(o, &quote, 1);
    for (const char *s = bytes, *end = bytes + size; s < end;) {
        const char *start = s;
        uint32_t c = next_char(&s);
        if (put_simple_escape(o, c, quote)) continue;
        if (c < 0x80 ? c >= ' ' && c != 0x7f : unicode_is_printable(c)) {
            put_bytes(o, start, (size_t)(s - start));
            continue;
        }
        snprintf(escape, sizeof escape, c < 0x100 ? "\\x%02x" : c < 0x10000 ? "\\u%04x" : "\\U%08x", c);
        put(o, escape);
    }
    put_bytes(o, &quote, 1);
}

static void put_bytes_repr(Out *o, const Text *t)
{
    char quote = choose_quote(t->bytes, t->length), escape[8];
    put(o, "b");
    put_bytes(o, &quote, 1);
    for (uint32_t i = 0; i < t->length; i++) {
        uint8_t c = (uint8_t)t->bytes[i];
        if (put_simple_escape(o, c, quote)) continue;
        if (c < ' ' || c >= 0x7f) {
            snprintf(escape, sizeof escape, "\\x%02x", c);
            put(o, escape);
        } else {
            put_bytes(o, &t->bytes[i], 1);
        }
    }
    put_bytes(o, &quote, 1);
}

static void put_int(Out *o, const Const *c)
{
    static const mp_limb_t zero = 0;
    mpz_t z;
    mpz_roinit_n(z, c->integer.size ? c->integer.limbs : &zero, c->integer.size);
    char *digits = arena_alloc(o->arena, mpz_sizeinbase(z, 10) + 3);
    mpz_get_str(digits, 10, z);
    put(o, digits);
}

/* One part of a number; infinity in a form that reads back, if asked for. */
static void put_double(Out *o, double value, bool dot_zero, bool finite)
{
    char buffer[64];
    size_t n = float_format(value, 'r', 0, dot_zero ? FLOAT_DOT_ZERO : 0, buffer, sizeof buffer - 1);
    buffer[n] = 0;
    char *inf = finite ? strstr(buffer, "inf") : 0;
    if (!inf) {
        put(o, buffer);
        return;
    }
    put_bytes(o, buffer, (size_t)(inf - buffer));
    put(o, "1e309");
}

static void put_complex(Out *o, const Const *c, bool finite)
{
    if (c->number.real == 0 && !__builtin_signbit(c->number.real)) {
        put_double(o, c->number.imag, false, finite);
        put(o, "j");
        return;
    }
    put(o, "(");
    put_double(o, c->number.real, false, finite);
    if (!__builtin_signbit(c->number.imag) || c->number.imag != c->number.imag) put(o, "+");
    put_double(o, c->number.imag, false, finite);
    put(o, "j)");
}

static void put_const(Out *o, const Const *c, bool finite)
{
    switch (c->kind) {
    case CONST_NONE: put(o, "None"); break;
    case CONST_TRUE: put(o, "True"); break;
    case CONST_FALSE: put(o, "False"); break;
    case CONST_ELLIPSIS: put(o, finite ? "..." : "Ellipsis"); break;
    case CONST_INT: put_int(o, c); break;
    case CONST_FLOAT: put_double(o, c->number.real, true, finite); break;
    case CONST_COMPLEX: put_complex(o, c, finite); break;
    case CONST_STR: put_str_repr(o, c->text->bytes, c->text->length); break;
    case CONST_BYTES: put_bytes_repr(o, c->text); break;
    case CONST_TUPLE:
        put(o, "(");
        for (uint32_t i = 0; i < c->tuple.count; i++) {
            if (i) put(o, ", ");
            put_const(o, c->tuple.items[i], finite);
        }
        put(o, c->tuple.count == 1 ? ",)" : ")");
        break;
    case CONST_FROZENSET:
        put(o, "frozenset({");
        for (uint32_t i = 0; i < c->tuple.count; i++) {
            if (i) put(o, ", ");
            put_const(o, c->tuple.items[i], finite);
        }
        put(o, "})");
        break;
    default: put(o, "<object>"); break;
    }
}

const Text *const_repr(Arena *arena, const Const *c)
{
    Out o = {.arena = arena};
    put_const(&o, c, false);
    return text_new(arena, o.data ? o.data : "", o.size);
}

/* ---- f-strings ----------------------------------------------------------------------------------------------------------------------- */

static void put_fstring_element(Out *o, const Expr *e, bool in_spec);

static void put_braces_doubled(Out *o, const Text *t)
{
    for (uint32_t i = 0; i < t->length; i++) {
        put_bytes(o, &t->bytes[i], 1);
        if (t->bytes[i] == '{' || t->bytes[i] == '}') put_bytes(o, &t->bytes[i], 1);
    }
}

static void put_joined(Out *o, const Expr *e, bool in_spec)
{
    Out body = {.arena = o->arena};
    for (uint32_t i = 0; i < seq_count(e->JoinedStr.values); i++) put_fstring_element(&body, seq_at(Expr *, e->JoinedStr.values, i), in_spec);
    if (in_spec) {
        if (body.size) put_bytes(o, body.data, body.size);
        return;
    }
    put(o, "f");
    put_str_repr(o, body.data ? body.data : "", body.size);
}

static void put_formatted(Out *o, const Expr *e)
{
    Out value = {.arena = o->arena};
    put_expr(&value, e->FormattedValue.value, TEST + 1);
    put(o, value.size && value.data[0] == '{' ? "{ " : "{");
    put_bytes(o, value.data ? value.data : "", value.size);
    switch (e->FormattedValue.conversion) {
    case 'a': put(o, "!a"); break;
    case 'r': put(o, "!r"); break;
    case 's': put(o, "!s"); break;
    default: break;
    }
    if (e->FormattedValue.format_spec) {
        put(o, ":");
        put_fstring_element(o, e->FormattedValue.format_spec, true);
    }
    put(o, "}");
}

static void put_fstring_element(Out *o, const Expr *e, bool in_spec)
{
    if (e->kind == Expr_Constant && e->Constant.value->kind == CONST_STR) put_braces_doubled(o, e->Constant.value->text);
    else if (e->kind == Expr_JoinedStr) put_joined(o, e, in_spec);
    else if (e->kind == Expr_FormattedValue) put_formatted(o, e);
}

/* ---- expressions --------------------------------------------------------------------------------------------------------------------- */

static void put_list(Out *o, const Seq *elts, int level)
{
    for (uint32_t i = 0; i < seq_count(elts); i++) {
        if (i) put(o, ", ");
        put_expr(o, seq_at(Expr *, elts, i), level);
    }
}

static void open_if(Out *o, bool condition)
{
    if (condition) put(o, "(");
}
static void close_if(Out *o, bool condition)
{
    if (condition) put(o, ")");
}

static void put_binop(Out *o, const Expr *e, int level)
{
    static const struct {
        const char *text;
        int level;
    } ops[] = {
        [Operator_Add] = {" + ", ARITH},  [Operator_Sub] = {" - ", ARITH},   [Operator_Mult] = {" * ", TERM},     [Operator_MatMult] = {" @ ", TERM},
        [Operator_Div] = {" / ", TERM},   [Operator_Mod] = {" % ", TERM},    [Operator_LShift] = {" << ", SHIFT}, [Operator_RShift] = {" >> ", SHIFT},
        [Operator_BitOr] = {" | ", EXPR}, [Operator_BitXor] = {" ^ ", BXOR}, [Operator_BitAnd] = {" & ", BAND},   [Operator_FloorDiv] = {" // ", TERM},
        [Operator_Pow] = {" ** ", POWER},
    };
    int own = ops[e->BinOp.op].level;
    bool right = e->BinOp.op == Operator_Pow;
    open_if(o, level > own);
    put_expr(o, e->BinOp.left, own + right);
    put(o, ops[e->BinOp.op].text);
    put_expr(o, e->BinOp.right, own + !right);
    close_if(o, level > own);
}

static void put_unary(Out *o, const Expr *e, int level)
{
    static const char *const texts[] = {[UnaryOp_Invert] = "~", [UnaryOp_Not] = "not ", [UnaryOp_UAdd] = "+", [UnaryOp_USub] = "-"};
    int own = e->UnaryOp.op == UnaryOp_Not ? NOT : FACTOR;
    open_if(o, level > own);
    put(o, texts[e->UnaryOp.op]);
    put_expr(o, e->UnaryOp.operand, own);
    close_if(o, level > own);
}

static void put_arg(Out *o, const Arg *arg, bool *first, const Expr *value)
{
    if (!*first) put(o, ", ");
    *first = false;
    put_text(o, arg->arg);
    if (arg->annotation) {
        put(o, ": ");
        put_expr(o, arg->annotation, TEST);
    }
    if (value) {
        put(o, "=");
        put_expr(o, value, TEST);
    }
}

static void put_arguments(Out *o, const Arguments *a)
{
    bool first = true;
    uint32_t npos = seq_count(a->posonlyargs), nargs = seq_count(a->args), ndefaults = seq_count(a->defaults);
    for (uint32_t i = 0; i < npos + nargs; i++) {
        const Arg *arg = i < npos ? seq_at(Arg *, a->posonlyargs, i) : seq_at(Arg *, a->args, i - npos);
        int64_t k = (int64_t)i - (npos + nargs - ndefaults);
        put_arg(o, arg, &first, k >= 0 ? seq_at(Expr *, a->defaults, k) : 0);
        if (npos && i + 1 == npos) put(o, ", /");
    }
    if (a->vararg || seq_count(a->kwonlyargs)) {
        put(o, first ? "*" : ", *");
        first = true;
        if (a->vararg) put_arg(o, a->vararg, &first, 0);
        first = false;
    }
    for (uint32_t i = 0; i < seq_count(a->kwonlyargs); i++) put_arg(o, seq_at(Arg *, a->kwonlyargs, i), &first, seq_at(Expr *, a->kw_defaults, i));
    if (a->kwarg) {
        put(o, first ? "**" : ", **");
        first = true;
        put_arg(o, a->kwarg, &first, 0);
    }
}

static void put_lambda(Out *o, const Expr *e, int level)
{
    const Arguments *a = e->Lambda.args;
    bool any = seq_count(a->posonlyargs) || seq_count(a->args) || a->vararg || seq_count(a->kwonlyargs) || a->kwarg;
    open_if(o, level > TEST);
    put(o, any ? "lambda " : "lambda");
    put_arguments(o, a);
    put(o, ": ");
    put_expr(o, e->Lambda.body, TEST);
    close_if(o, level > TEST);
}

static void put_dict(Out *o, const Expr *e)
{
    put(o, "{");
    for (uint32_t i = 0; i < seq_count(e->Dict.values); i++) {
        if (i) put(o, ", ");
        const Expr *key = seq_at(Expr *, e->Dict.keys, i), *value = seq_at(Expr *, e->Dict.values, i);
        if (key) {
            put_expr(o, key, TEST);
            put(o, ": ");
            put_expr(o, value, TEST);
        } else {
            put(o, "**");
            put_expr(o, value, EXPR);
        }
    }
    put(o, "}");
}

static void put_generators(Out *o, const Seq *generators)
{
    for (uint32_t i = 0; i < seq_count(generators); i++) {
        const Comprehension *c = seq_at(Comprehension *, generators, i);
        put(o, c->is_async ? " async for " : " for ");
        put_expr(o, c->target, TUPLE);
        put(o, " in ");
        put_expr(o, c->iter, TEST + 1);
        for (uint32_t k = 0; k < seq_count(c->ifs); k++) {
            put(o, " if ");
            put_expr(o, seq_at(Expr *, c->ifs, k), TEST + 1);
        }
    }
}

static void put_comp(Out *o, const Expr *e, const char *open, const char *close)
{
    put(o, open);
    put_expr(o, e->ListComp.elt, TEST);
    put_generators(o, e->ListComp.generators);
    put(o, close);
}

static void put_compare(Out *o, const Expr *e, int level)
{
    static const char *const texts[] = {[CmpOp_Eq] = " == ",  [CmpOp_NotEq] = " != ", [CmpOp_Lt] = " < ",         [CmpOp_LtE] = " <= ", [CmpOp_Gt] = " > ",
                                        [CmpOp_GtE] = " >= ", [CmpOp_Is] = " is ",    [CmpOp_IsNot] = " is not ", [CmpOp_In] = " in ",  [CmpOp_NotIn] = " not in "};
    open_if(o, level > CMP);
    put_expr(o, e->Compare.left, CMP + 1);
    for (uint32_t i = 0; i < seq_count(e->Compare.ops); i++) {
        put(o, texts[(intptr_t)e->Compare.ops->items[i]]);
        put_expr(o, seq_at(Expr *, e->Compare.comparators, i), CMP + 1);
    }
    close_if(o, level > CMP);
}

static void put_call(Out *o, const Expr *e)
{
    put_expr(o, e->Call.func, ATOM);
    uint32_t nargs = seq_count(e->Call.args), nkeywords = seq_count(e->Call.keywords);
    if (nargs == 1 && !nkeywords && seq_at(Expr *, e->Call.args, 0)->kind == Expr_GeneratorExp) {
        put_expr(o, seq_at(Expr *, e->Call.args, 0), TEST);
        return;
    }
    put(o, "(");
    put_list(o, e->Call.args, TEST);
    for (uint32_t i = 0; i < nkeywords; i++) {
        const Keyword *k = seq_at(Keyword *, e->Call.keywords, i);
        if (i || nargs) put(o, ", ");
        if (k->arg) {
            put_text(o, k->arg);
            put(o, "=");
        } else {
            put(o, "**");
        }
        put_expr(o, k->value, TEST);
    }
    put(o, ")");
}

static void put_boolop(Out *o, const Expr *e, int level)
{
    bool is_and = e->BoolOp.op == BoolOp_And;
    int own = is_and ? AND : OR;
    open_if(o, level > own);
    for (uint32_t i = 0; i < seq_count(e->BoolOp.values); i++) {
        if (i) put(o, is_and ? " and " : " or ");
        put_expr(o, seq_at(Expr *, e->BoolOp.values, i), own + 1);
    }
    close_if(o, level > own);
}

static void put_slice(Out *o, const Expr *e)
{
    if (e->Slice.lower) put_expr(o, e->Slice.lower, TEST);
    put(o, ":");
    if (e->Slice.upper) put_expr(o, e->Slice.upper, TEST);
    if (!e->Slice.step) return;
    put(o, ":");
    put_expr(o, e->Slice.step, TEST);
}

static void put_expr(Out *o, const Expr *e, int level)
{
    switch (e->kind) {
    case Expr_BoolOp: put_boolop(o, e, level); break;
    case Expr_BinOp: put_binop(o, e, level); break;
    case Expr_UnaryOp: put_unary(o, e, level); break;
    case Expr_Lambda: put_lambda(o, e, level); break;
    case Expr_IfExp:
        open_if(o, level > TEST);
        put_expr(o, e->IfExp.body, TEST + 1);
        put(o, " if ");
        put_expr(o, e->IfExp.test, TEST + 1);
        put(o, " else ");
        put_expr(o, e->IfExp.orelse, TEST);
        close_if(o, level > TEST);
        break;
    case Expr_Dict: put_dict(o, e); break;
    case Expr_Set:
        put(o, "{");
        put_list(o, e->Set.elts, TEST);
        put(o, "}");
        break;
    case Expr_GeneratorExp: put_comp(o, e, "(", ")"); break;
    case Expr_ListComp: put_comp(o, e, "[", "]"); break;
    case Expr_SetComp: put_comp(o, e, "{", "}"); break;
    case Expr_DictComp:
        put(o, "{");
        put_expr(o, e->DictComp.key, TEST);
        put(o, ": ");
        put_expr(o, e->DictComp.value, TEST);
        put_generators(o, e->DictComp.generators);
        put(o, "}");
        break;
    case Expr_Yield:
        put(o, e->Yield.value ? "(yield " : "(yield");
        if (e->Yield.value) put_expr(o, e->Yield.value, TEST);
        put(o, ")");
        break;
    case Expr_YieldFrom:
        put(o, "(yield from ");
        put_expr(o, e->YieldFrom.value, TEST);
        put(o, ")");
        break;
    case Expr_Await:
        open_if(o, level > AWAIT);
        put(o, "await ");
        put_expr(o, e->Await.value, ATOM);
        close_if(o, level > AWAIT);
        break;
    case Expr_Compare: put_compare(o, e, level); break;
    case Expr_Call: put_call(o, e); break;
    case Expr_Constant:
        if (e->Constant.kind) put_text(o, e->Constant.kind);
        put_const(o, e->Constant.value, true);
        break;
    case Expr_JoinedStr: put_joined(o, e, false); break;
    case Expr_FormattedValue: put_formatted(o, e); break;
    case Expr_Attribute:
        put_expr(o, e->Attribute.value, ATOM);
        put(o, e->Attribute.value->kind == Expr_Constant && e->Attribute.value->Constant.value->kind == CONST_INT ? " ." : ".");
        put_text(o, e->Attribute.attr);
        break;
    case Expr_Starred:
        put(o, "*");
        put_expr(o, e->Starred.value, EXPR);
        break;
    case Expr_Name: put_text(o, e->Name.id); break;
    case Expr_List:
        put(o, "[");
        put_list(o, e->List.elts, TEST);
        put(o, "]");
        break;
    case Expr_Tuple:
        if (!seq_count(e->Tuple.elts)) {
            put(o, "()");
            break;
        }
        open_if(o, level > TUPLE);
        put_list(o, e->Tuple.elts, TEST);
        if (seq_count(e->Tuple.elts) == 1) put(o, ",");
        close_if(o, level > TUPLE);
        break;
    case Expr_Subscript:
        put_expr(o, e->Subscript.value, ATOM);
        put(o, "[");
        put_expr(o, e->Subscript.slice, TUPLE);
        put(o, "]");
        break;
    case Expr_Slice: put_slice(o, e); break;
    case Expr_NamedExpr:
        open_if(o, level > TUPLE);
        put_expr(o, e->NamedExpr.target, ATOM);
        put(o, " := ");
        put_expr(o, e->NamedExpr.value, ATOM);
        close_if(o, level > TUPLE);
        break;
    default: break;
    }
}

const Text *unparse_expr(Arena *arena, const Expr *e)
{
    Out o = {.arena = arena};
    put_expr(&o, e, TEST);
    return text_new(arena, o.data ? o.data : "", o.size);
}
