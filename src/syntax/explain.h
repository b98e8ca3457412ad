/* explain.h: what the files of the error explainer share. See explain.c.
 */
#pragma once
#include "syntax/parse.h"

typedef struct Val Val;
/* What a rule matched: perhaps an expression (positions and the few fields that messages depend on), else the parts it was made of. */
struct Val {
    Expr *e;
    uint8_t keyword;          /* an argument: 1 name=value, 2 **value */
    uint32_t first, last;     /* tokens; last is exclusive */
    uint32_t count;
    Val **items;
};

/* clang-format off */
typedef enum NodeOp : uint8_t {
    N_TOKEN, N_SOFT, N_ANY_SOFT, N_NAME, N_NUMBER, N_RULE, N_OPTIONAL, N_STAR, N_PLUS, N_GATHER, N_AND, N_NOT, N_CUT, N_GROUP, N_FORCED,
} NodeOp;
/* clang-format on */

typedef struct Alt Alt;
typedef struct Node {
    NodeOp op;
    TokenKind token;
    char variable;            /* 'a', 'b', or 0 */
    uint16_t rule;
    struct Node *of, *separator;
    Alt *alts;
} Node;

struct Alt {
    Alt *next;
    uint32_t count;
    Node **items;
    const char *action;       /* text between the braces, or 0 */
    uint32_t action_length;
    bool invalid;             /* begins with an invalid_ rule: only tried in the second pass */
};

typedef struct Rule {
    const char *name;
    uint32_t name_length;
    Alt *alts;
    const char *text;         /* what follows the name */
    bool memo, no_invalid;
} Rule;

typedef struct Memo {
    struct Memo *next;
    uint16_t rule;
    uint32_t mark;
    Val *val;
} Memo;

struct Explainer {
    Parser *p;
    Arena *arena;
    Rule *rules;
    TokenKind token_table[256];
    Token *tokens;
    uint32_t start, mark, fill;
    Memo **memo;
    int level;
    bool second_pass;         /* invalid_ rules are on */
    bool inner;               /* an f-string's expression */
    bool settled;             /* the error found stays, whatever the tokenizer finds further on */
    jmp_buf raised;
};

/* explain_grammar.c: rules as text, one a string; ends with 0. */
extern const char *const explain_grammar[];

/* explain.c */
const Token *explain_last_token(Explainer *x);
Val *explain_match_rule(Explainer *x, const char *name);
Val *explain_match_node(Explainer *x, const Node *node);
/* explain_actions.c: the value of an alternative; 0 fails the whole rule. Values are by variable letter. */
Val *explain_action(Explainer *x, const Alt *alt, Val **by_letter, uint32_t first, Val *parts);
/* Report and leave. Columns count from 0; end_col -1 gives end_offset 0. */
enum { CURRENT_POSITION = -5 };
[[noreturn]] void explain_raise(Explainer *x, ErrorKind kind, int lineno, int col, int end_lineno, int end_col, const char *format, ...) __attribute__((format(printf, 7, 8)));
/* At the last token read. */
[[noreturn]] void explain_raise_here(Explainer *x, ErrorKind kind, const char *message);
