/* token.h: tokens as the parser sees them.
 *
 * A source is tokenized whole, into one array, before parsing: the parser then looks ahead and backtracks by moving an index. What the tokenizer
 * rejects becomes a last token of kind T_ERROR with the error's record, which is reported only when (and if) the parser gets that far: an error
 * that stands earlier in the file wins, as it does in an implementation that tokenizes on demand.
 */
#pragma once
#include "syntax/parser.h"

#define OPERATORS(X) \
    X(LPAR, "(") \
    X(RPAR, ")") X(LSQB, "[") X(RSQB, "]") X(LBRACE, "{") X(RBRACE, "}") X(COLON, ":") X(COMMA, ",") X(SEMI, ";") X(DOT, ".") X(ELLIPSIS, "...") X(ARROW, "->") \
        X(COLONEQUAL, ":=") X(EQUAL, "=") X(AT, "@") X(PLUS, "+") X(MINUS, "-") X(STAR, "*") X(DOUBLESTAR, "**") X(SLASH, "/") X(DOUBLESLASH, "//") X(PERCENT, "%") X(VBAR, "|") \
            X(CIRCUMFLEX, "^") X(AMPER, "&") X(LEFTSHIFT, "<<") X(RIGHTSHIFT, ">>") X(TILDE, "~") X(EQEQUAL, "==") X(NOTEQUAL, "!=") X(LESS, "<") X(GREATER, ">") \
                X(LESSEQUAL, "<=") X(GREATEREQUAL, ">=") X(PLUSEQUAL, "+=") X(MINEQUAL, "-=") X(STAREQUAL, "*=") X(ATEQUAL, "@=") X(SLASHEQUAL, "/=") X(PERCENTEQUAL, "%=") \
                    X(AMPEREQUAL, "&=") X(VBAREQUAL, "|=") X(CIRCUMFLEXEQUAL, "^=") X(LEFTSHIFTEQUAL, "<<=") X(RIGHTSHIFTEQUAL, ">>=") X(DOUBLESTAREQUAL, "**=") \
                        X(DOUBLESLASHEQUAL, "//=") X(OTHER, "<other>")

#define KEYWORDS(X) \
    X(FALSE, "False") \
    X(NONE, "None") X(TRUE, "True") X(AND, "and") X(AS, "as") X(ASSERT, "assert") X(ASYNC, "async") X(AWAIT, "await") X(BREAK, "break") X(CLASS, "class") X(CONTINUE, "continue") \
        X(DEF, "def") X(DEL, "del") X(ELIF, "elif") X(ELSE, "else") X(EXCEPT, "except") X(FINALLY, "finally") X(FOR, "for") X(FROM, "from") X(GLOBAL, "global") X(IF, "if") \
            X(IMPORT, "import") X(IN, "in") X(IS, "is") X(LAMBDA, "lambda") X(NONLOCAL, "nonlocal") X(NOT, "not") X(OR, "or") X(PASS, "pass") X(RAISE, "raise") \
                X(RETURN, "return") X(TRY, "try") X(WHILE, "while") X(WITH, "with") X(YIELD, "yield")

/* Names that are keywords in some places only: tokens of kind T_NAME whose text carries the mark. */
#define SOFT_KEYWORDS(X) X(MATCH, "match") X(CASE, "case") X(UNDERSCORE, "_")

typedef enum TokenKind : uint8_t {
    T_END,
    T_NAME,
    T_NUMBER,
    T_STRING,
    T_NEWLINE,
    T_INDENT,
    T_DEDENT,
    T_TYPE_COMMENT,
    T_ERROR,
#define X(name, text) T_##name,
    OPERATORS(X) T_FIRST_KEYWORD,
    KEYWORDS(X) T_FIRST_SOFT_KEYWORD,
    SOFT_KEYWORDS(X)
#undef X
        T_KIND_COUNT
} TokenKind;

typedef struct Token {
    TokenKind kind;
    uint8_t level;                            /* parentheses open behind the token */
    uint32_t start, end;                      /* byte offsets in the text */
    uint32_t buffer;                          /* where the lines begin that an error here shows: more than one inside a long literal */
    int lineno, col, end_lineno, end_col;     /* as AST nodes have them; col -1: the token stands for no text (INDENT, DEDENT, END) */
    const Text *text;                         /* names and keywords: interned; type comments: the comment */
} Token;

/* The error that a T_ERROR token stands for, ready to be reported. */
typedef struct TokenError {
    ErrorKind kind;
    const char *message;
    int lineno, end_lineno;
    int offset, end_offset;      /* as reported; byte columns unless `raised`, when they count characters */
    bool end_of_input;           /* more input could have helped */
    bool undecodable;            /* a name is not UTF-8 */
    bool at_end;                 /* it was found at the end of the text */
    bool raised;                 /* the tokenizer's own message: wins over errors that the parser finds earlier */
    bool placeless;              /* the exception has no place */
} TokenError;

typedef struct TokenComment {
    int lineno;
    const Text *tag;
} TokenComment;

typedef struct Tokens {
    const char *text;            /* UTF-8, '\n' line ends, followed by zero bytes */
    size_t size;
    Token *items;
    uint32_t count, capacity;
    TokenError error;
    int first_lineno;            /* of the text; 1 except inside f-strings */
    bool inner;                  /* an f-string's expression */
    int inner_col;               /* and the column where it begins */
    const char *cut;             /* the text ends early, before a line that is not UTF-8: the message to give there */
    bool damaged;                /* the text is not all valid UTF-8: names and literals must look */
    int unclosed_lineno, unclosed_col;   /* the innermost parenthesis still open at the end of the file */
    char unclosed;
    TokenComment *ignores;       /* "# type: ignore" comments */
    uint32_t ignore_count, ignore_capacity;
} Tokens;

/* Tokenizes tokens->text into tokens->items; never fails (see above). `inner` is set for the expressions of f-strings. */
void tokenize(Source *source, Tokens *tokens);
/* Decodes the source's bytes to UTF-8 with '\n' line ends. False with source->error set. */
bool source_decode(Source *source, Tokens *tokens);
/* The line as valid UTF-8: each fault becomes U+FFFD. */
const Text *source_mended(Arena *arena, const Text *line);
/* An error with its attributes as they are. */
void source_error_raw(Source *source, ErrorKind kind, const Text *line, int lineno, int offset, int end_lineno, int end_offset, const char *message);
/* Marks keywords in the table of names; called once a source. */
void keywords_mark(TextTable *names);
/* "(", "if", "NAME": how messages name a token. */
const char *token_kind_text(TokenKind kind);
