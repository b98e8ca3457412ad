/* explain.c: why a source is not Python.
 *
 * What CPython says about an error depends on the order in which its generated parser tries alternatives, how far it looks ahead, and what it remembers
 * on the way. So the explainer is a small interpreter of a parsing expression grammar (explain_grammar.c) over the token array, in two passes as
 * there: the first, by the rules of valid code, finds the furthest token that was looked at, where a plain "invalid syntax" goes; the second also tries
 * the rules for common mistakes, whose actions (explain_actions.c) report and leave. It runs only after the fast parser has failed, from the beginning of the
 * top-level statement that failed. The grammar's text is compiled on each use, rule by rule as they are needed: some
 * microseconds, and no state to keep.
 */
#include "syntax/explain.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- compiling the grammar -------------------------------------------------------------------------------------------------- */

/* MAX_ITEMS: the most items of one alternative; kept small, for matching recurses. */
enum { RULE_LIMIT = 512, MAX_ITEMS = 14 };

typedef struct Reader {
    Explainer *x;
    const char *s;
} Reader;

static Alt *read_alts(Reader *r);

static void skip_spaces(Reader *r)
{
    while (*r->s == ' ') r->s++;
}

static Node *new_node(Reader *r, NodeOp op)
{
    Node *node = arena_new(r->x->arena, Node);
    node->op = op;
    return node;
}

static uint32_t rule_hash(const char *name, size_t length)
{
    uint32_t hash = (uint32_t)length;
    for (size_t i = 0; i < length; i++) hash = hash * 31 + (uint8_t)name[i];
    return hash;
}

/* Rules live in an open hash table: a rule's number is its slot. */
static uint16_t rule_number(Explainer *x, const char *name, size_t length)
{
    uint32_t i = rule_hash(name, length) % RULE_LIMIT;
    while (x->rules[i].name && (x->rules[i].name_length != length || memcmp(x->rules[i].name, name, length) != 0)) i = (i + 1) % RULE_LIMIT;
    x->rules[i].name = name;
    x->rules[i].name_length = (uint32_t)length;
    return (uint16_t)i;
}

static uint8_t text_slot(const char *text, size_t length) { return (uint8_t)((uint8_t)text[0] + 7 * (uint8_t)text[length - 1] + 37 * length + 13 * (uint8_t)text[length / 2]); }

/* Operators and keywords by their text: a small hash table. */
static void fill_token_table(Explainer *x)
{
    for (int kind = T_ERROR + 1; kind < T_FIRST_SOFT_KEYWORD; kind++) {
        if (kind == T_FIRST_KEYWORD || kind == T_OTHER) continue;
        const char *text = token_kind_text((TokenKind)kind);
        uint8_t i = text_slot(text, strlen(text));
        while (x->token_table[i]) i++;
        x->token_table[i] = (TokenKind)kind;
    }
}

static TokenKind token_of_text(Explainer *x, const char *text, size_t length)
{
    for (uint8_t i = text_slot(text, length); x->token_table[i]; i++) {
        const char *known = token_kind_text(x->token_table[i]);
        if (strncmp(known, text, length) == 0 && !known[length]) return x->token_table[i];
    }
    return T_ERROR;
}

static Node *read_word(Reader *r)
{
    static const struct {
        const char *name;
        NodeOp op;
        TokenKind kind;
    } words[] = {
        {"NAME", N_NAME, T_NAME},
        {"NUMBER", N_NUMBER, T_NUMBER},
        {"STRING", N_TOKEN, T_STRING},
        {"NEWLINE", N_TOKEN, T_NEWLINE},
        {"INDENT", N_TOKEN, T_INDENT},
        {"DEDENT", N_TOKEN, T_DEDENT},
        {"ENDMARKER", N_TOKEN, T_END},
        {"TYPE_COMMENT", N_TOKEN, T_TYPE_COMMENT},
        {"SOFT_KEYWORD", N_ANY_SOFT, T_NAME},
    };
    const char *start = r->s;
    while ((*r->s >= 'a' && *r->s <= 'z') || (*r->s >= 'A' && *r->s <= 'Z') || *r->s == '_') r->s++;
    size_t length = (size_t)(r->s - start);
    if (*start >= 'A' && *start <= 'Z')
        for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
            if (words[i].name[0] == *start && strncmp(words[i].name, start, length) == 0 && !words[i].name[length]) {
                Node *node = new_node(r, words[i].op);
                node->token = words[i].kind;
                return node;
            }
    Node *node = new_node(r, N_RULE);
    node->rule = rule_number(r->x, start, length);
    return node;
}

static Node *read_quoted(Reader *r)
{
    char quote = *r->s++;
    const char *start = r->s;
    while (*r->s != quote) r->s++;
    size_t length = (size_t)(r->s++ - start);
    Node *node = new_node(r, quote == '`' ? N_SOFT : N_TOKEN);
    if (quote == '\'') node->token = token_of_text(r->x, start, length);
    else node->token = *start == 'm' ? T_MATCH : *start == 'c' ? T_CASE : T_UNDERSCORE;
    return node;
}

static Node *read_item(Reader *r)
{
    skip_spaces(r);
    const char *s = r->s;
    if (s[0] >= 'a' && s[0] <= 'z' && s[1] == '=') {
        r->s += 2;
        Node *node = read_item(r);
        node->variable = s[0];
        return node;
    }
    if (*s == '~') {
        r->s++;
        return new_node(r, N_CUT);
    }
    if (*s == '&' || *s == '!') {
        bool forced = s[1] == '&';
        r->s += forced ? 2 : 1;
        Node *node = new_node(r, forced ? N_FORCED : *s == '&' ? N_AND : N_NOT);
        node->of = read_item(r);
        return node;
    }
    Node *node;
    if (*s == '(' || *s == '[') {
        r->s++;
        node = new_node(r, N_GROUP);
        node->alts = read_alts(r);
        skip_spaces(r);
        r->s++;
        if (*s == '[') {
            Node *optional = new_node(r, N_OPTIONAL);
            /* A single item needs no group around it: CPython's parser has no extra rule there either. */
            bool single = !node->alts->next && node->alts->count == 1;
            optional->of = single ? node->alts->items[0] : node;
            return optional;
        }
    } else if (*s == '\'' || *s == '`') node = read_quoted(r);
    else node = read_word(r);
    if (*r->s == '.') {
        r->s++;
        Node *gather = new_node(r, N_GATHER);
        gather->separator = node;
        Node *plus = read_item(r);
        gather->of = plus->of;
        return gather;
    }
    if (*r->s == '*' || *r->s == '+' || *r->s == '?') {
        Node *repeat = new_node(r, *r->s == '*' ? N_STAR : *r->s == '+' ? N_PLUS : N_OPTIONAL);
        r->s++;
        repeat->of = node;
        return repeat;
    }
    return node;
}

static Alt *read_alts(Reader *r)
{
    Alt *first = 0, **last = &first;
    for (;;) {
        Alt *alt = arena_new(r->x->arena, Alt);
        Node *items[MAX_ITEMS];
        for (;;) {
            skip_spaces(r);
            char c = *r->s;
            if (!c || c == '|' || c == ')' || c == ']') break;
            if (c == '{') {
                alt->action = ++r->s;
                while (*r->s != '}') r->s++;
                alt->action_length = (uint32_t)(r->s++ - alt->action);
                continue;
            }
            items[alt->count++] = read_item(r);
        }
        alt->items = arena_array(r->x->arena, Node *, alt->count);
        if (alt->count) memcpy(alt->items, items, alt->count * sizeof *items);
        *last = alt;
        last = &alt->next;
        skip_spaces(r);
        if (*r->s != '|') return first;
        r->s++;
    }
}

static void index_grammar(Explainer *x)
{
    x->rules = arena_array(x->arena, Rule, RULE_LIMIT);
    fill_token_table(x);
    for (int i = 0; explain_grammar[i]; i++) {
        const char *s = explain_grammar[i], *name = s;
        while (*s != ':' && *s != '/') s++;
        Rule *rule = &x->rules[rule_number(x, name, (size_t)(s - name))];
        for (; *s == '/'; s += 2) {
            if (s[1] == 'm') rule->memo = true;
            else rule->no_invalid = true;
        }
        rule->text = s + 1;
    }
}

/* Rules are compiled when they are first tried: most errors need a part of the grammar. */
static void compile_rule(Explainer *x, Rule *rule)
{
    Reader reader = {x, rule->text};
    rule->alts = read_alts(&reader);
    for (Alt *alt = rule->alts; alt; alt = alt->next) {
        /* As in CPython, only an alternative that is nothing but such a rule waits for the second pass: "'{' invalid_... '}'" does not. */
        const Node *node = alt->count == 1 ? alt->items[0] : 0;
        alt->invalid = node && node->op == N_RULE && strncmp(x->rules[node->rule].name, "invalid_", 8) == 0;
    }
}

/* ---- matching --------------------------------------------------------------------------------------------------------------- */

static Val *match_rule(Explainer *x, uint16_t number);
static Val *match_alts(Explainer *x, const Alt *alts);

const Token *explain_last_token(Explainer *x) { return &x->tokens[x->fill ? x->fill - 1 : 0]; }

/* The text of line `lineno`. */
static const Text *plain_line(Explainer *x, int lineno, bool newline)
{
    const char *s = x->p->tokens->text;
    for (int line = x->p->tokens->first_lineno; line < lineno; line++) {
        s += strcspn(s, "\n");
        if (*s) s++;
    }
    size_t size = strcspn(s, "\n");
    char *copy = arena_copy(x->arena, s, size);
    if (newline) copy[size] = '\n';
    return text_new(x->arena, copy, size + newline);
}

[[noreturn]] static void raise_token_error(Explainer *x)
{
    const TokenError *e = &x->p->tokens->error;
    if (e->placeless) {
        syntax_error_at(x->p->source, e->kind, -1, 0, 0, 0, "%s", e->message);
        longjmp(x->raised, 1);
    }
    if (!e->raised && !x->inner) explain_raise(x, e->kind, e->lineno, e->offset - 1, e->end_lineno, e->end_offset - 1, "%s", e->message);
    source_error_raw(x->p->source, e->kind, plain_line(x, e->lineno, e->undecodable), e->lineno, e->offset, e->end_lineno, e->end_offset, e->message);
    longjmp(x->raised, 1);
}

/* The next token, which counts as read. */
static const Token *look(Explainer *x)
{
    const Token *t = &x->tokens[x->mark];
    if (x->mark >= x->fill) {
        x->fill = x->mark + 1;
        if (t->kind == T_ERROR) raise_token_error(x);
    }
    return t;
}

static Val *new_val(Explainer *x, uint32_t first)
{
    Val *val = arena_new(x->arena, Val);
    val->first = first;
    val->last = x->mark;
    return val;
}

static Val *take(Explainer *x)
{
    x->mark++;
    return new_val(x, x->mark - 1);
}

static Val *take_expr(Explainer *x, ExprKind kind)
{
    Val *val = take(x);
    const Token *t = &x->tokens[x->mark - 1];
    val->e = arena_new(x->arena, Expr);
    val->e->kind = kind;
    PLACE(val->e, t, t);
    if (kind == Expr_Name) val->e->Name.id = t->text;
    return val;
}

static void enter(Explainer *x, int count)
{
    if ((x->level += count) > MAX_DEPTH || (char *)__builtin_frame_address(0) < x->p->source->stack_limit) {
        depth_error(x->p->source, x->level);
        longjmp(x->raised, 1);
    }
}

static Val *match_repeat(Explainer *x, const Node *node)
{
    uint32_t first = x->mark, count = 0, capacity = 0;
    Val **items = 0;
    enter(x, 1);
    for (;;) {
        uint32_t before = x->mark;
        Val *item;
        if (node->op == N_GATHER && count) {
            if (look(x)->kind != node->separator->token) break;
            x->mark++;
        }
        item = explain_match_node(x, node->of);
        if (!item || x->mark == before) {
            x->mark = before;
            if (!item) break;
        }
        if (count == capacity) {
            uint32_t larger = capacity * 2 + 4;
            Val **copy = arena_array(x->arena, Val *, larger);
            if (count) memcpy(copy, items, count * sizeof *copy);
            items = copy;
            capacity = larger;
        }
        items[count++] = item;
        if (x->mark == before) break;
    }
    x->level--;
    if (!count && node->op != N_STAR) {
        x->mark = first;
        return 0;
    }
    Val *val = new_val(x, first);
    val->items = items;
    val->count = count;
    return val;
}

/* CPython compares as many characters as the name has: "m" and "cas" count as soft keywords here. */
static bool begins_soft_keyword(const Text *name)
{
    return (name->length <= 5 && memcmp(name->bytes, "match", name->length) == 0) || (name->length <= 4 && memcmp(name->bytes, "case", name->length) == 0) ||
           (name->length == 1 && name->bytes[0] == '_');
}

Val *explain_match_node(Explainer *x, const Node *node)
{
    const Token *t;
    uint32_t mark = x->mark;
    Val *val;
    switch (node->op) {
    case N_TOKEN: return look(x)->kind == node->token ? take(x) : 0;
    case N_NAME: return look(x)->kind == T_NAME ? take_expr(x, Expr_Name) : 0;
    case N_NUMBER:
        t = look(x);
        if (t->kind != T_NUMBER) return 0;
        val = take_expr(x, Expr_Constant);
        val->e = parse_number(x->p, t);
        return val;
    case N_SOFT: t = look(x); return is_soft(t, node->token) ? take(x) : 0;
    case N_ANY_SOFT: t = look(x); return t->kind == T_NAME && begins_soft_keyword(t->text) ? take(x) : 0;
    case N_RULE: return match_rule(x, node->rule);
    case N_OPTIONAL:
        val = explain_match_node(x, node->of);
        if (val) return val;
        x->mark = mark;
        return new_val(x, mark);
    case N_STAR:
    case N_PLUS:
    case N_GATHER: return match_repeat(x, node);
    case N_AND:
    case N_NOT:
        val = explain_match_node(x, node->of);
        x->mark = mark;
        return (val != 0) == (node->op == N_AND) ? new_val(x, mark) : 0;
    case N_GROUP:
        enter(x, 1);
        val = match_alts(x, node->alts);
        x->level--;
        return val;
    case N_FORCED:
        t = look(x);
        if (t->kind == node->of->token) return take(x);
        explain_raise(x, ERROR_SYNTAX, t->lineno, t->col, t->end_lineno, t->end_col, "expected '%s'", token_kind_text(node->of->token));
    case N_CUT: break;
    }
    return new_val(x, mark);
}

static Val *match_alt(Explainer *x, const Alt *alt, bool *cut, bool *done)
{
    Val *items[MAX_ITEMS], *by_letter[2] = {0};
    uint32_t first = x->mark, count = 0;
    for (uint32_t i = 0; i < alt->count; i++) {
        const Node *node = alt->items[i];
        if (node->op == N_CUT) {
            *cut = true;
            continue;
        }
        Val *val = explain_match_node(x, node);
        if (!val) return 0;
        if (node->variable) by_letter[node->variable - 'a'] = val;
        if (node->op != N_AND && node->op != N_NOT) items[count++] = val;
    }
    *done = true;
    Val *parts;
    if (count == 1 && !alt->action) parts = items[0];
    else {
        parts = new_val(x, first);
        parts->count = count;
        parts->items = arena_array(x->arena, Val *, count);
        if (count) memcpy(parts->items, items, count * sizeof *items);
    }
    return alt->action ? explain_action(x, alt, by_letter, first, parts) : parts;
}

static Val *match_alts(Explainer *x, const Alt *alts)
{
    uint32_t first = x->mark;
    for (const Alt *alt = alts; alt; alt = alt->next) {
        if (alt->invalid && !x->second_pass) continue;
        bool cut = false, done = false;
        Val *val = match_alt(x, alt, &cut, &done);
        if (val) return val;
        /* An action that gives nothing fails the rule: what comes after it is not tried. */
        x->mark = first;
        if (cut || done) return 0;
    }
    return 0;
}

static Val *match_rule(Explainer *x, uint16_t number)
{
    Rule *rule = &x->rules[number];
    uint32_t first = x->mark;
    if (!rule->alts) compile_rule(x, rule);
    if (rule->memo)
        for (const Memo *memo = x->memo[first]; memo; memo = memo->next)
            if (memo->rule == number) {
                x->mark = memo->mark;
                return memo->val;
            }
    enter(x, 1);
    bool pass = x->second_pass;
    if (rule->no_invalid) x->second_pass = false;
    Val *val = match_alts(x, rule->alts);
    x->second_pass = pass;
    x->level--;
    if (rule->memo) {
        Memo *memo = arena_new(x->arena, Memo);
        *memo = (Memo){x->memo[first], number, x->mark, val};
        x->memo[first] = memo;
    }
    return val;
}

Val *explain_match_rule(Explainer *x, const char *name) { return match_rule(x, rule_number(x, name, strlen(name))); }

/* ---- the two passes --------------------------------------------------------------------------------------------------------- */

static Val *run_pass(Explainer *x, bool second)
{
    static const char *const starts[] = {[PARSE_FILE] = "file", [PARSE_EVAL] = "eval", [PARSE_SINGLE] = "interactive", [PARSE_FUNC_TYPE] = "func_type"};
    const char *name = x->inner ? "fstring" : starts[x->p->source->mode];
    memset(x->memo, 0, (x->p->tokens->count + 1) * sizeof *x->memo);
    x->mark = x->start;
    x->level = 0;
    x->second_pass = second;
    return match_rule(x, rule_number(x, name, strlen(name)));
}

static bool is_suspect(const Token *t) { return t->kind == T_NAME && (t->text->keyword == T_MATCH || strcmp(t->text->bytes, "print") == 0 || strcmp(t->text->bytes, "exec") == 0); }

/* The statements before the one that failed, in the second pass. They are right, but the rules for mistakes may say otherwise ("match()" alone on a line,
 * "print -1"), and what CPython then reports is theirs. Only statements with such a name can be concerned. */
static void run_prefix(Explainer *x)
{
    Parser q = *x->p;
    q.t = x->tokens;
    while (q.t < x->tokens + x->start) {
        const Token *start = q.t;
        parse_statement(&q);
        const Token *t = start;
        while (t < q.t && !is_suspect(t)) t++;
        if (t == q.t) continue;
        x->mark = (uint32_t)(start - x->tokens);
        x->level = 0;
        x->second_pass = true;
        explain_match_rule(x, "statement");
    }
}

/* CPython's second pass parses from the beginning of the file: what literals before the failed statement were warned about is said again. */
static void repeat_warnings(Explainer *x)
{
    Source *source = x->p->source;
    const Token *start = &x->tokens[x->start];
    size_t count = 0;
    for (const FrontWarning *w = source->warnings; w; w = w->next) count++;
    const FrontWarning *w = source->warnings;
    for (; count; w = w->next, count--)
        if (w->deprecation && (w->lineno < start->lineno || (w->lineno == start->lineno && w->col_offset < start->col)))
            source_warn(source, true, w->lineno, w->col_offset, w->end_lineno, w->end_col_offset, "%s", w->message->bytes);
}

/* An error further on that the tokenizer finds by itself (a bad number, an open parenthesis) is reported instead of one of the parser's. */
static void prefer_token_error(Explainer *x)
{
    const Token *last = explain_last_token(x);
    Tokens *tokens = x->p->tokens;
    if (last->kind == T_END || last->kind == T_ERROR || tokens->items[tokens->count - 1].kind != T_ERROR) return;
    SyntaxError *error = &x->p->source->error, before = *error;
    error->kind = ERROR_NONE;
    if (setjmp(x->raised)) return;
    if (tokens->error.raised) raise_token_error(x);
    if (tokens->error.undecodable) {
        /* CPython lets the codec's own exception out here. */
        const char *message = strstr(tokens->error.message, "'utf-8'");
        syntax_error_at(x->p->source, ERROR_UNICODE_DECODE, -1, 0, 0, 0, "%s", message ? message : tokens->error.message);
        return;
    }
    if (tokens->unclosed && last->lineno > tokens->unclosed_lineno)
        explain_raise(x, ERROR_SYNTAX, tokens->unclosed_lineno, tokens->unclosed_col, tokens->unclosed_lineno, -1, "'%c' was never closed", tokens->unclosed);
    *error = before;
}

/* Letter case aside, an optimal string alignment distance of at most one: one letter added, left out, changed, or two swapped. */
static bool nearly_equal(const char *a, size_t n, const char *b, size_t m)
{
    size_t i = 0;
    while (i < n && i < m && (a[i] | 0x20) == (b[i] | 0x20)) i++;
    if (n == m) {
        if (i == n || strncasecmp(a + i + 1, b + i + 1, n - i - 1) == 0) return n > 2 || i == n;   /* "of" is no "or" */
        return i + 1 < n && a[i] == b[i + 1] && a[i + 1] == b[i] && strncasecmp(a + i + 2, b + i + 2, n - i - 2) == 0;
    }
    if (n < 2) return false;
    if (n + 1 == m) return strncasecmp(a + i, b + i + 1, n - i) == 0;
    return n == m + 1 && strncasecmp(a + i + 1, b + i, m - i) == 0;
}

/* The top-level statement before the one that failed, which "else" may belong to. */
static uint32_t statement_before(const Explainer *x)
{
    uint32_t i = x->start;
    for (int depth = 0; i > 0; i--) {
        const Token *t = &x->tokens[i - 1];
        if (depth == 0 && i < x->start && (t->kind == T_DEDENT || (t->kind == T_NEWLINE && x->tokens[i].kind != T_INDENT && i + 1 < x->start))) break;
        depth += (t->kind == T_DEDENT) - (t->kind == T_INDENT);
    }
    return i;
}

/* Whether the grammar gets past `line_end`, a NEWLINE where it got stuck before, or at it. */
static bool parses_past(Explainer *x, const Token *line_end)
{
    Source *source = x->p->source;
    SyntaxError error = source->error;
    FrontWarning *warnings = source->warnings, **last_warning = source->last_warning;
    jmp_buf literal_failed, *on_failure = x->p->on_failure, raised;
    memcpy(&raised, &x->raised, sizeof raised);
    x->p->on_failure = &literal_failed;
    x->fill = x->start;
    bool matched = false;
    if (!setjmp(literal_failed) && !setjmp(x->raised)) matched = run_pass(x, false);
    bool past = matched || x->tokens + x->fill > line_end + 1;
    memcpy(&x->raised, &raised, sizeof raised);
    x->p->on_failure = on_failure;
    source->error = error;
    source->warnings = warnings;
    source->last_warning = last_warning;
    *last_warning = 0;
    return past;
}

/* The keyword that `t`, a name, was probably meant to be: one that is spelt almost like it and with which the whole line would be right. */
static const char *keyword_for(Explainer *x, Token *t, const Token *line_end)
{
    const Token original = *t;
    const Text *name = original.text;
    /* First those of the same length: "form" is "from", not "for". */
    for (int other_length = 0; other_length < 2; other_length++)
        for (int kind = T_FIRST_KEYWORD + 1; kind < T_KIND_COUNT; kind++) {
            if (kind == T_FIRST_SOFT_KEYWORD) continue;
            const char *keyword = token_kind_text((TokenKind)kind);
            size_t length = strlen(keyword);
            if ((length != name->length) != other_length || length < 2 || !nearly_equal(name->bytes, name->length, keyword, length)) continue;
            if (kind < T_FIRST_SOFT_KEYWORD) t->kind = (TokenKind)kind;
            t->text = text_intern(&x->p->source->names, keyword, length);
            const uint32_t start = x->start;
            if (kind == T_ELSE || kind == T_ELIF) x->start = statement_before(x);
            bool right = t->text != name && parses_past(x, line_end);
            x->start = start;
            *t = original;
            if (right) return keyword;
        }
    return 0;
}

/* The misspelt keyword that made the grammar stop at `last`: that word, the one before, or the first of the line. */
static const char *misspelt_keyword(Explainer *x, uint32_t last)
{
    uint32_t end = last, start = last;
    while (x->tokens[end].kind != T_NEWLINE)
        if (++end >= x->p->tokens->count) return 0;
    while (start > 0 && x->tokens[start - 1].kind != T_NEWLINE && x->tokens[start - 1].kind != T_INDENT && x->tokens[start - 1].kind != T_DEDENT &&
           x->tokens[start - 1].kind != T_SEMI)
        start--;
    const uint32_t places[] = {start, last > start ? last - 1 : start, last};
    for (int i = 0; i < 3; i++) {
        if (x->tokens[places[i]].kind != T_NAME || (i && places[i] == places[i - 1])) continue;
        const char *keyword = keyword_for(x, &x->tokens[places[i]], &x->tokens[end]);
        if (keyword) return keyword;
    }
    return 0;
}

[[noreturn]] static void raise_plain(Explainer *x, const Token *last)
{
    x->settled = true;
    if (last->kind == T_INDENT || last->kind == T_DEDENT) explain_raise_here(x, ERROR_INDENTATION, last->kind == T_INDENT ? "unexpected indent" : "unexpected unindent");
    x->settled = false;
    uint32_t fill = x->fill;
    const char *keyword = x->inner ? 0 : misspelt_keyword(x, (uint32_t)(last - x->tokens));
    x->fill = fill;
    if (keyword) explain_raise(x, ERROR_SYNTAX, last->lineno, last->col, last->end_lineno, last->end_col, "invalid syntax, did you mean '%s'?", keyword);
    explain_raise(x, ERROR_SYNTAX, last->lineno, last->col, last->end_lineno, last->end_col, "invalid syntax");
}

/* Whether the tokenizer has seen the end of the text: as its last token, or behind it (a literal's end needs no look at what follows). */
static bool reached_end(Explainer *x, const Token *last)
{
    if (last->kind == T_ERROR) return x->p->tokens->error.at_end;
    return last->kind == T_END || (last->end == x->p->tokens->size && last->kind != T_STRING);
}

void explain_failure(Parser *p)
{
    Explainer *x = arena_new(p->arena, Explainer);
    Explainer *outer = p->explainer;
    x->p = p;
    x->arena = p->arena;
    x->tokens = p->tokens->items;
    x->inner = p->inner_text;
    x->start = x->fill = p->statement ? (uint32_t)(p->statement - p->tokens->items) : 0;
    x->memo = arena_array(p->arena, Memo *, p->tokens->count + 1);
    p->explainer = x;
    index_grammar(x);
    SyntaxError *error = &p->source->error;
    jmp_buf literal_failed, *on_failure = p->on_failure;
    p->on_failure = &literal_failed;
    if (setjmp(literal_failed)) goto found;   /* an f-string inside has reported its own error */
    if (!setjmp(x->raised)) run_pass(x, false);
    const Token *last = explain_last_token(x);
    bool end = reached_end(x, last);
    error->incomplete = end && (last->kind != T_ERROR || p->tokens->error.end_of_input);
    if (end && (p->source->flags & PYCF_ALLOW_INCOMPLETE_INPUT) && error->kind != ERROR_MEMORY) {
        error->kind = ERROR_NONE;
        x->settled = true;
        if (!setjmp(x->raised)) explain_raise_here(x, ERROR_SYNTAX, "incomplete input");
    } else if (!error->kind && !setjmp(x->raised)) {
        memset(x->memo, 0, (p->tokens->count + 1) * sizeof *x->memo);
        if (!x->inner && p->source->mode == PARSE_FILE) run_prefix(x);
        repeat_warnings(x);
        p->warns_again = true;
        run_pass(x, true);
        p->warns_again = false;
        raise_plain(x, last);
    }
found:
    /* A failure that nobody has put into words (it should not be). */
    if (!error->kind && !setjmp(x->raised)) raise_plain(x, explain_last_token(x));
    if (error->kind != ERROR_MEMORY && !x->settled) prefer_token_error(x);
    p->explainer = outer;
    p->warns_again = false;
    p->on_failure = on_failure;
}
