/* explain_actions.c: what the rules of explain_grammar.c do when they match.
 *
 *   {a}                 the value is a's
 *   {=Kind}             an expression of that kind, from the first token to the last; lists and tuples get their items
 *   {!where message}    report a syntax error at: nothing (the last token read), a (that value), ab (from a to b), a> (from a to where the tokenizer is)
 *                       %ea: what sort of expression a is; %ta: its text; %la: its line
 *   {!I message}        the same as an IndentationError at the last token read
 *   {!Ta} {!Fa} {!Da}   a is no target of an assignment, a for, a del: report the part of it that is not
 *   {vN Things are}     a feature of Python 3.N: an error when the caller asks for an older version; may be followed by =Kind
 *   {#name}             a function below
 */
#include "base/utf8.h"
#include "syntax/explain.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* ---- reporting -------------------------------------------------------------------------------------------------------------- */

/* Where the tokenizer stands after the last token read. */
static void current_position(Explainer *x, int *lineno, int *col)
{
    const Token *t = explain_last_token(x);
    *lineno = t->end_lineno;
    if (t->col >= 0) {
        *col = t->end_col + (t->kind == T_NEWLINE);
        return;
    }
    const char *text = x->p->tokens->text, *s = text + t->start;
    if (s > text && s[-1] == '\n' && !*s) s--, *col = 1;
    else *col = 0;
    while (s > text && s[-1] != '\n') s--, ++*col;
}

/* The text from s to `end`, followed by a newline or not; behind the byte order mark of the file if it is the first line's and shown. */
static const Text *shown_text(Explainer *x, const char *s, const char *end, bool newline)
{
    static const char bom[] = "\xef\xbb\xbf";
    size_t mark = x->p->source->shows_bom && s == x->p->tokens->text && !x->inner ? sizeof bom - 1 : 0, size = (size_t)(end - s);
    char *copy = arena_alloc(x->arena, mark + size + 1);
    memcpy(copy, bom, mark);
    memcpy(copy + mark, s, size);
    copy[mark + size] = '\n';
    return text_new(x->arena, copy, mark + size + newline);
}

/* The lines that an error on line `lineno` shows. What the tokenizer is at comes whole, with its newline; an earlier line without. */
static const Text *shown_lines(Explainer *x, int lineno)
{
    const Token *last = explain_last_token(x);
    const char *text = x->p->tokens->text, *s, *stop;
    if (lineno >= last->end_lineno) {
        s = text + last->buffer;
        stop = text + (last->end > last->buffer ? last->end : last->buffer);
        if ((last->kind == T_ERROR || !*stop) && stop > s && stop[-1] == '\n') stop--;
        stop += strcspn(stop, "\n");
        return shown_text(x, s, stop, *stop || x->inner);
    }
    s = text;
    for (int line = x->p->tokens->first_lineno; line < lineno; line++) {
        s += strcspn(s, "\n");
        if (*s) s++;
    }
    return shown_text(x, s, s + strcspn(s, "\n"), false);
}

/* A column as reported: characters among the line's first `offset` bytes. */
static int shown_offset(Explainer *x, const Text *line, int offset)
{
    if (offset <= 0 || !x->p->source->char_columns) return offset;
    if (x->p->tokens->damaged) line = source_mended(x->arena, line);
    bool behind = (uint32_t)offset > line->length;
    size_t width = behind ? line->length : (size_t)offset;
    size_t count = x->p->tokens->damaged ? utf8_count_replaced(line->bytes, width) : utf8_count(line->bytes, width);
    return (int)count + behind;
}

void explain_raise(Explainer *x, ErrorKind kind, int lineno, int col, int end_lineno, int end_col, const char *format, ...)
{
    char message[700] = "f-string: ";
    size_t prefix = x->inner ? strlen(message) : 0;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message + prefix, sizeof message - prefix, format, arguments);
    va_end(arguments);
    if (end_lineno == CURRENT_POSITION) {
        current_position(x, &end_lineno, &end_col);
        end_col--;   /* where the tokenizer is counts from 0 and is reported as it is */
    }
    int offset = col + 1, end_offset = end_col + 1;
    if (x->inner) {
        /* Columns lie where the expression stands in the file; messages count from its own parenthesis. */
        if (offset > 0) offset -= x->p->start_col;
        if (end_offset > 0) end_offset -= x->p->start_col;
    }
    const Text *line = shown_lines(x, lineno);
    source_error_raw(x->p->source, kind, line, lineno, shown_offset(x, line, offset), end_lineno, shown_offset(x, line, end_offset), message);
    longjmp(x->raised, 1);
}

void explain_raise_here(Explainer *x, ErrorKind kind, const char *message)
{
    const Token *t = explain_last_token(x);
    if (t->col >= 0) explain_raise(x, kind, t->lineno, t->col, t->end_lineno, t->end_col, "%s", message);
    int lineno, col;
    current_position(x, &lineno, &col);
    explain_raise(x, kind, t->lineno, col - 1, t->end_lineno, -2, "%s", message);
}

void explain_literal_error(Parser *p, const Token *token, const char *message)
{
    Explainer *x = p->explainer;
    if (!token) explain_raise_here(x, ERROR_SYNTAX, message);
    if (strncmp(message, "Exceeds the limit", 17) == 0) explain_raise(x, ERROR_SYNTAX, token->lineno, -1, token->end_lineno, -1, "%s", message);
    explain_raise(x, ERROR_SYNTAX, token->lineno, token->col, token->end_lineno, token->end_col, "%s", message);
}

/* ---- looking at values ------------------------------------------------------------------------------------------------------ */

/* The first or last expression among a value's parts; 0 if there is none. */
static Expr *first_expr(const Val *val)
{
    if (val->e) return val->e;
    for (uint32_t i = 0; i < val->count; i++) {
        Expr *e = first_expr(val->items[i]);
        if (e) return e;
    }
    return 0;
}

static Expr *last_expr(const Val *val)
{
    if (val->e) return val->e;
    for (uint32_t i = val->count; i-- > 0;) {
        Expr *e = last_expr(val->items[i]);
        if (e) return e;
    }
    return 0;
}

/* Counts the expressions among a value's parts, and stores them if there is where. Keyword arguments are left out, but noted. */
static uint32_t gather(const Val *val, Expr **out, uint32_t count, bool *keyword, bool *double_star)
{
    if (val->keyword) {
        if (val->keyword == 1 && keyword) *keyword = true;
        if (val->keyword == 2 && double_star) *double_star = true;
        return count;
    }
    if (val->e) {
        if (out) out[count] = val->e;
        return count + 1;
    }
    for (uint32_t i = 0; i < val->count; i++) count = gather(val->items[i], out, count, keyword, double_star);
    return count;
}

static Seq *gathered(Explainer *x, const Val *val)
{
    uint32_t count = gather(val, 0, 0, 0, 0);
    Seq *seq = arena_alloc(x->arena, sizeof(Seq) + count * sizeof(void *));
    seq->count = count;
    gather(val, (Expr **)seq->items, 0, 0, 0);
    return seq;
}

typedef struct Range {
    int lineno, col, end_lineno, end_col;
} Range;

/* Where a value is: its expression, or its tokens. */
static Range range_of(Explainer *x, const Val *val)
{
    if (val->e) return (Range){val->e->lineno, val->e->col_offset, val->e->end_lineno, val->e->end_col_offset};
    const Token *a = &x->tokens[val->first], *b = &x->tokens[val->last > val->first ? val->last - 1 : val->first];
    return (Range){a->lineno, a->col, b->end_lineno, b->end_col};
}

static const char *constant_name(const Const *value)
{
    switch (value ? value->kind : CONST_OTHER) {
    case CONST_NONE: return "None";
    case CONST_TRUE: return "True";
    case CONST_FALSE: return "False";
    case CONST_ELLIPSIS: return "ellipsis";
    default: return "literal";
    }
}

static const char *expr_name(const Expr *e)
{
    switch (e->kind) {
    case Expr_Attribute: return "attribute";
    case Expr_Subscript: return "subscript";
    case Expr_Starred: return "starred";
    case Expr_Name: return "name";
    case Expr_List: return "list";
    case Expr_Tuple: return "tuple";
    case Expr_Lambda: return "lambda";
    case Expr_Call: return "function call";
    case Expr_BoolOp:
    case Expr_BinOp:
    case Expr_UnaryOp: return "expression";
    case Expr_GeneratorExp: return "generator expression";
    case Expr_Yield:
    case Expr_YieldFrom: return "yield expression";
    case Expr_Await: return "await expression";
    case Expr_ListComp: return "list comprehension";
    case Expr_SetComp: return "set comprehension";
    case Expr_DictComp: return "dict comprehension";
    case Expr_Dict: return "dict literal";
    case Expr_Set: return "set display";
    case Expr_JoinedStr:
    case Expr_FormattedValue: return "f-string expression";
    case Expr_Constant: return constant_name(e->Constant.value);
    case Expr_Compare: return "comparison";
    case Expr_IfExp: return "conditional expression";
    case Expr_NamedExpr: return "named expression";
    default: return "expression";
    }
}

/* ---- building --------------------------------------------------------------------------------------------------------------- */

static ExprKind kind_of_name(const char *name, size_t length)
{
    static const char *const names[] = {
        "",
#define SUM(type, Struct, attributes)
#define NODE(type, Struct, Name, FIELDS) NAME_OF_##Struct(Name)
#define NAME_OF_Expr(Name) #Name,
#define NAME_OF_Mod(Name)
#define NAME_OF_Stmt(Name)
#define NAME_OF_ExceptHandler(Name)
#define NAME_OF_Pattern(Name)
#define NAME_OF_TypeIgnore(Name)
#include "syntax/ast.def"
    };
    for (size_t i = 1; i < sizeof names / sizeof names[0]; i++)
        if (strlen(names[i]) == length && memcmp(names[i], name, length) == 0) return (ExprKind)i;
    return Expr_none_;
}

static Val *build(Explainer *x, ExprKind kind, uint32_t first, Val *parts)
{
    Expr *e = arena_new(x->arena, Expr);
    e->kind = kind;
    const Token *a = &x->tokens[first], *b = &x->tokens[x->mark - 1];
    PLACE(e, a, b);
    if (kind == Expr_Tuple) e->Tuple.elts = gathered(x, parts);
    else if (kind == Expr_List) e->List.elts = gathered(x, parts);
    else if (kind == Expr_Starred) e->Starred.value = first_expr(parts);
    else if (kind == Expr_Constant) {
        e->Constant.value = a->kind == T_NONE ? &const_none : a->kind == T_TRUE ? &const_true : a->kind == T_FALSE ? &const_false : &const_ellipsis;
    }
    Val *val = arena_new(x->arena, Val);
    *val = (Val){.e = e, .first = first, .last = x->mark};
    return val;
}

/* ---- reporting actions ------------------------------------------------------------------------------------------------------ */

enum { ASSIGN_TARGETS, FOR_TARGETS, DEL_TARGETS };

static Expr *invalid_target(Expr *e, int targets)
{
    if (!e) return 0;
    switch (e->kind) {
    case Expr_List:
    case Expr_Tuple: {
        Seq *elts = e->kind == Expr_List ? e->List.elts : e->Tuple.elts;
        for (uint32_t i = 0; i < seq_count(elts); i++) {
            Expr *child = invalid_target(seq_at(Expr *, elts, i), targets);
            if (child) return child;
        }
        return 0;
    }
    case Expr_Starred: return targets == DEL_TARGETS ? e : invalid_target(e->Starred.value, targets);
    case Expr_Compare:
        /* "for a in b" reads as a comparison: only its left side is the target. */
        if (targets != FOR_TARGETS) return e;
        return (CmpOp)(uintptr_t)e->Compare.ops->items[0] == CmpOp_In ? invalid_target(e->Compare.left, targets) : 0;
    case Expr_Name:
    case Expr_Subscript:
    case Expr_Attribute: return 0;
    default: return e;
    }
}

static Val *target_error(Explainer *x, char which, Val *val)
{
    int targets = which == 'T' ? ASSIGN_TARGETS : which == 'F' ? FOR_TARGETS : DEL_TARGETS;
    Expr *bad = invalid_target(val->e, targets);
    if (!bad) return 0;
    explain_raise(x, ERROR_SYNTAX, bad->lineno, bad->col_offset, bad->end_lineno, bad->end_col_offset, targets == DEL_TARGETS ? "cannot delete %s" : "cannot assign to %s",
                  expr_name(bad));
}

/* Replaces %ea, %ta and %la. */
static void format_message(Explainer *x, const char *s, const char *end, Val **by_letter, char *out, size_t size)
{
    size_t n = 0;
    while (s < end && n + 1 < size) {
        if (*s != '%' || s + 2 >= end) {
            out[n++] = *s++;
            continue;
        }
        const Val *val = by_letter[s[2] - 'a'];
        int written = 0;
        if (s[1] == 'e') written = snprintf(out + n, size - n, "%s", expr_name(val->e));
        else if (s[1] == 'l') written = snprintf(out + n, size - n, "%d", x->tokens[val->first].lineno);
        else {
            const Token *t = &x->tokens[val->first];
            written = snprintf(out + n, size - n, "%.*s", (int)(t->end - t->start), x->p->tokens->text + t->start);
        }
        n += (size_t)written < size - n ? (size_t)written : size - n - 1;
        s += 3;
    }
    out[n] = 0;
}

static Val *report(Explainer *x, const char *s, const char *end, Val **by_letter)
{
    char where[4] = {0};
    int n = 0;
    while (s < end && *s != ' ' && n < 3) where[n++] = *s++;
    if (where[0] == 'T' || where[0] == 'F' || where[0] == 'D') return target_error(x, where[0], by_letter[where[1] - 'a']);
    char message[300];
    format_message(x, s + 1, end, by_letter, message, sizeof message);
    if (!where[0]) explain_raise_here(x, ERROR_SYNTAX, message);
    if (where[0] == 'I') explain_raise_here(x, ERROR_INDENTATION, message);
    Range a = range_of(x, by_letter[where[0] - 'a']);
    if (where[1] == '>') explain_raise(x, ERROR_SYNTAX, a.lineno, a.col, CURRENT_POSITION, CURRENT_POSITION, "%s", message);
    if (where[1]) {
        const Val *to = by_letter[where[1] - 'a'];
        /* A run of parts ends where its last expression does, parentheses around that not counted. */
        const Expr *last = where[1] == where[0] ? 0 : last_expr(to);
        Range b = range_of(x, to);
        if (last) b.end_lineno = last->end_lineno, b.end_col = last->end_col_offset;
        a.end_lineno = b.end_lineno;
        a.end_col = b.end_col;
    }
    explain_raise(x, ERROR_SYNTAX, a.lineno, a.col, a.end_lineno, a.end_col, "%s", message);
}

/* ---- the functions ---------------------------------------------------------------------------------------------------------- */

static bool is_legacy(const Expr *e) { return e->kind == Expr_Name && (strcmp(e->Name.id->bytes, "print") == 0 || strcmp(e->Name.id->bytes, "exec") == 0); }

static Val *do_legacy(Explainer *x, Val **v, uint32_t first, Val *parts)
{
    const Expr *a = v[0]->e, *b = v[1]->e;
    if (!is_legacy(a)) return 0;
    const char *name = a->Name.id->bytes;
    explain_raise(x, ERROR_SYNTAX, a->lineno, a->col_offset, b->end_lineno, b->end_col_offset, "Missing parentheses in call to '%s'. Did you mean %s(...)?", name, name);
}

static Val *do_comma(Explainer *x, Val **v, uint32_t first, Val *parts)
{
    const Expr *a = v[0]->e, *b = v[1]->e;
    if (is_legacy(a) || !x->tokens[x->mark - 1].level) return 0;
    explain_raise(x, ERROR_SYNTAX, a->lineno, a->col_offset, b->end_lineno, b->end_col_offset, "invalid syntax. Perhaps you forgot a comma?");
}

/* f(x, y for y in z): only if something comes before the generator. */
static Val *do_genexp(Explainer *x, Val **v, uint32_t first, Val *parts)
{
    Seq *args = gathered(x, v[0]);
    if (args->count <= 1) return 0;
    const Expr *a = seq_at(Expr *, args, args->count - 1), *b = last_expr(v[1]);
    explain_raise(x, ERROR_SYNTAX, a->lineno, a->col_offset, b->end_lineno, b->end_col_offset, "Generator expression must be parenthesized");
}

static Val *do_positional(Explainer *x, Val **v, uint32_t first, Val *parts)
{
    bool keyword = false, double_star = false;
    gather(v[0], 0, 0, &keyword, &double_star);
    explain_raise_here(x, ERROR_SYNTAX, double_star ? "positional argument follows keyword argument unpacking" : "positional argument follows keyword argument");
}

static Val *do_key(Explainer *x, Val **v, uint32_t first, Val *parts)
{
    const Expr *a = v[0]->e;
    explain_raise(x, ERROR_SYNTAX, a->lineno, a->end_col_offset - 1, a->end_lineno, -1, "':' expected after dictionary key");
}

static Val *do_real(Explainer *x, Val **v, uint32_t first, Val *parts)
{
    if (v[0]->e->Constant.value->kind != CONST_COMPLEX) return v[0];
    const Expr *a = v[0]->e;
    explain_raise(x, ERROR_SYNTAX, a->lineno, a->col_offset, a->end_lineno, a->end_col_offset, "real number required in complex literal");
}

static Val *do_imaginary(Explainer *x, Val **v, uint32_t first, Val *parts)
{
    if (v[0]->e->Constant.value->kind == CONST_COMPLEX) return v[0];
    const Expr *a = v[0]->e;
    explain_raise(x, ERROR_SYNTAX, a->lineno, a->col_offset, a->end_lineno, a->end_col_offset, "imaginary number required in complex literal");
}

static Val *do_keyword(Explainer *x, Val **v, uint32_t first, Val *parts)
{
    parts->keyword = 1;
    return parts;
}

static Val *do_double(Explainer *x, Val **v, uint32_t first, Val *parts)
{
    parts->keyword = 2;
    return parts;
}

/* A value that is placed by its tokens alone. */
static Val *do_place(Explainer *x, Val **v, uint32_t first, Val *parts)
{
    parts->count = 0;
    return parts;
}

static Val *do_compare(Explainer *x, Val **v, uint32_t first, Val *parts)
{
    Val *val = build(x, Expr_Compare, first, parts);
    val->e->Compare.left = v[0]->e;
    Seq *ops = arena_alloc(x->arena, sizeof(Seq) + sizeof(void *));
    ops->count = 1;
    ops->items[0] = (void *)(uintptr_t)(x->tokens[v[1]->items[0]->first].kind == T_IN ? CmpOp_In : CmpOp_Eq);
    val->e->Compare.ops = ops;
    return val;
}

/* "!=" or "<>" has just been read: is it the one that counts? */
static Val *do_flufl(Explainer *x, Val **v, uint32_t first, Val *parts)
{
    const Token *t = &x->tokens[x->mark - 1];
    bool spelled_flufl = x->p->tokens->text[t->start] == '<', wanted = x->p->source->flags & FUTURE_BARRY_AS_BDFL;
    if (wanted && !spelled_flufl) explain_raise_here(x, ERROR_SYNTAX, "with Barry as BDFL, use '<>' instead of '!='");
    return spelled_flufl == wanted ? parts : 0;
}

static Val *do_strings(Explainer *x, Val **v, uint32_t first, Val *parts)
{
    parts->e = parse_strings(x->p, &x->tokens[first], &x->tokens[x->mark - 1]);
    return parts;
}

static Val *do_fail(Explainer *x, Val **v, uint32_t first, Val *parts) { return 0; }
static Val *do_noteq(Explainer *x, Val **v, uint32_t first, Val *parts) { return parts; }

/* The left-recursive rules, as loops. */
static Val *do_primary(Explainer *x, Val **v, uint32_t first, Val *parts)
{
    Val *val = explain_match_rule(x, "atom");
    while (val) {
        uint32_t mark = x->mark;
        Val *suffix = explain_match_rule(x, "primary_suffix");
        if (!suffix) {
            x->mark = mark;
            break;
        }
        val = build(x, suffix->e->kind, first, parts);
    }
    return val;
}

static Val *do_t_primary(Explainer *x, Val **v, uint32_t first, Val *parts)
{
    Val *val = explain_match_rule(x, "t_primary_atom");
    while (val) {
        uint32_t mark = x->mark;
        Val *suffix = explain_match_rule(x, "t_primary_suffix");
        if (!suffix) {
            x->mark = mark;
            break;
        }
    }
    return val;
}

typedef Val *Action(Explainer *x, Val **v, uint32_t first, Val *parts);
static const struct {
    const char *name;
    Action *action;
} actions[] = {
    {"comma", do_comma},     {"legacy", do_legacy},       {"genexp", do_genexp},   {"positional", do_positional}, {"key", do_key},
    {"real", do_real},       {"imaginary", do_imaginary}, {"keyword", do_keyword}, {"double", do_double},         {"place", do_place},
    {"compare", do_compare}, {"flufl", do_flufl},         {"noteq", do_noteq},     {"strings", do_strings},       {"fail", do_fail},
    {"primary", do_primary}, {"t_primary", do_t_primary},
};

static void check_version(Explainer *x, const char *s, const char *end)
{
    int version = s[0] - '0';
    s++;
    if (*s >= '0' && *s <= '9') version = version * 10 + *s++ - '0';
    if (x->p->source->feature_version >= version) return;
    char message[200];
    snprintf(message, sizeof message, "%.*s only supported in Python 3.%d and greater", (int)(end - s - 1), s + 1, version);
    explain_raise_here(x, ERROR_SYNTAX, message);
}

Val *explain_action(Explainer *x, const Alt *alt, Val **by_letter, uint32_t first, Val *parts)
{
    const char *s = alt->action, *end = s + alt->action_length;
    switch (*s) {
    case '=': return build(x, kind_of_name(s + 1, alt->action_length - 1), first, parts);
    case '!': return report(x, s + 1, end, by_letter);
    case '#':
        for (size_t i = 0; i < sizeof actions / sizeof actions[0]; i++)
            if (strlen(actions[i].name) == alt->action_length - 1 && memcmp(actions[i].name, s + 1, alt->action_length - 1) == 0)
                return actions[i].action(x, by_letter, first, parts);
        return 0;
    case 'v':
        if (alt->action_length > 1) {
            const char *kind = memchr(s, '=', alt->action_length);
            check_version(x, s + 1, kind ? kind : end);
            return kind ? build(x, kind_of_name(kind + 1, (size_t)(end - kind) - 1), first, parts) : parts;
        }
        break;
    }
    return by_letter[*s - 'a'];
}
