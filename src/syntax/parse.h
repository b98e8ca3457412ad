/* parse.h: what the files of the parser share.
 *
 * Parsing valid code is one pass of recursive descent over the token array. A mismatch anywhere longjmps out (parse_fail): the fast parser never
 * explains. What is wrong, and where, is found afterwards by explain.c, which parses the same tokens again by the rules that decide about messages.
 */
#pragma once
#include "syntax/token.h"
#include <setjmp.h>

typedef struct Explainer Explainer;

typedef struct Parser {
    Source *source;
    Arena *arena;
    Tokens *tokens;
    Token *t;                /* the next token */
    Token *statement;        /* where the top-level statement at work began */
    jmp_buf *on_failure;
    void **stack;            /* items of sequences under construction */
    uint32_t top, capacity;
    int depth;
    const Token *warned;     /* string tokens up to this one have had their warnings: backtracking must not repeat them */
    bool warns_again;        /* the explainer's second pass: literals have their warnings once more */
    Explainer *explainer;    /* set when literals are read to explain an error: their errors are reported */
    const Text *inner_text;  /* f-strings: the expression in parentheses, which messages show as the line */
    int start_lineno, start_col;   /* f-strings: where the expression begins in the file */
} Parser;

[[noreturn]] void parse_fail(Parser *p);

/* Nesting that takes C stack. A limit beyond what real code has; passing it is a MemoryError, as in CPython, whose parser has been through FIRST_DEPTH
 * rules when it is at an operand of a plain expression statement. */
enum { MAX_DEPTH = 6000, FIRST_DEPTH = 31 };
/* The error of one that went `depth` levels deep and may not go on. */
void depth_error(Source *source, int depth);
[[noreturn]] void parse_too_deep(Parser *p);
static inline void parse_enter(Parser *p, int weight)
{
    if ((p->depth += weight) > MAX_DEPTH || (char *)__builtin_frame_address(0) < p->source->stack_limit) parse_too_deep(p);
}
static inline void parse_leave(Parser *p, int weight) { p->depth -= weight; }

static inline TokenKind peek(const Parser *p) { return p->t->kind; }
static inline bool accept(Parser *p, TokenKind kind)
{
    if (p->t->kind != kind) return false;
    p->t++;
    return true;
}
static inline Token *expect(Parser *p, TokenKind kind)
{
    if (p->t->kind != kind) parse_fail(p);
    return p->t++;
}
static inline bool is_soft(const Token *token, TokenKind keyword) { return token->kind == T_NAME && token->text->keyword == (uint8_t)keyword; }

void parse_grow_stack(Parser *p);
static inline void push(Parser *p, void *item)
{
    if (p->top == p->capacity) parse_grow_stack(p);
    p->stack[p->top++] = item;
}
/* The items pushed since the stack was `base` high, as a sequence. */
Seq *parse_pop(Parser *p, uint32_t base);
Seq *seq_of(Parser *p, void *item);
/* The same for items pushed by twos: two sequences. */
void parse_pop_pairs(Parser *p, uint32_t base, Seq **firsts, Seq **seconds);
/* What `parse` gives, or 0 with nothing taken if it fails. */
void *parse_try(Parser *p, void *(*parse)(Parser *p));

/* A new node from token `start` to the last token taken. */
Expr *new_expr(Parser *p, ExprKind kind, const Token *start);
Stmt *new_stmt(Parser *p, StmtKind kind, const Token *start);
Pattern *new_pattern(Parser *p, PatternKind kind, const Token *start);
/* The last token taken that is text (not NEWLINE, INDENT, DEDENT). */
const Token *last_text_token(const Parser *p);
#define PLACE(node, first, last) \
    ((node)->lineno = (first)->lineno, (node)->col_offset = (first)->col, (node)->end_lineno = (last)->end_lineno, (node)->end_col_offset = (last)->end_col)

extern const Const const_none, const_true, const_false, const_ellipsis;

/* parser_expr.c */
Expr *parse_expression(Parser *p);
Expr *parse_named_expression(Parser *p);
Expr *parse_star_expressions(Parser *p);
Expr *parse_star_expression(Parser *p);
Expr *parse_star_named_expression(Parser *p);
Expr *parse_yield(Parser *p);
Expr *parse_primary(Parser *p);
Expr *parse_star_targets(Parser *p);
Expr *parse_star_target(Parser *p);
Expr *parse_name(Parser *p, ExprContext ctx);
void parse_arguments(Parser *p, Seq **args, Seq **keywords, bool genexp_allowed, const Token *open);
/* Turns an expression into a target (Store or Del) or fails. */
void parse_to_target(Parser *p, Expr *e, ExprContext ctx);
/* The string tokens here, one literal. */
Expr *parse_string_tokens(Parser *p);
/* parser_params.c */
Arguments *parse_parameters(Parser *p, TokenKind closer, bool lambda);
const Text *parse_type_comment(Parser *p);
/* parser_stmt.c */
Seq *parse_statements(Parser *p, TokenKind end);
void parse_statement(Parser *p);   /* pushes the statement, or the statements of one line */
Seq *parse_interactive(Parser *p);
Seq *parse_block(Parser *p);
/* parser_pattern.c */
Stmt *parse_match(Parser *p);

/* literal.c */
Expr *parse_number(Parser *p, const Token *token);
/* The adjacent string tokens from `first` to `last`, one literal. */
Expr *parse_strings(Parser *p, const Token *first, const Token *last);
/* string.c: decodes the inside of a literal. */
const Text *string_decode(Parser *p, const Token *token, const char *bytes, size_t size, bool raw);
const Text *bytes_decode(Parser *p, const Token *token, const char *bytes, size_t size, bool raw);
void string_warn_escape(Parser *p, const Token *token, const char *escape);
/* An error found in a literal: reported if an explainer is at work, else plain failure. `token` 0: where the parser stands. */
[[noreturn]] void literal_error(Parser *p, const Token *token, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* parser.c: the expression of an f-string field: `text` is it, in parentheses. */
Expr *parse_fstring_expression(Parser *p, const char *text, size_t size, int lineno, int col);
/* explain.c: finds what is wrong. Sets source->error. */
void explain_failure(Parser *p);
[[noreturn]] void explain_literal_error(Parser *p, const Token *token, const char *message);
