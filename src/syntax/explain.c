/* explain.c: temporary. */
#include "syntax/parse.h"
void explain_failure(Parser *p)
{
    const Token *t = p->t;
    if (t->kind == T_ERROR) {
        TokenError *e = &p->tokens->error;
        syntax_error_at(p->source, e->kind, e->lineno, e->offset - 1, e->end_lineno, e->end_offset - 1, "%s", e->message);
    }
    syntax_error_at(p->source, ERROR_SYNTAX, t->lineno, t->col, t->end_lineno, t->end_col, "invalid syntax");
}
[[noreturn]] void explain_literal_error(Parser *p, const Token *token, const char *message) { parse_fail(p); }
