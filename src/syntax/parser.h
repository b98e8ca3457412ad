/* parser.h: from source bytes to a tree, or to an error.
 *
 * The whole front end works on one `Source`, which owns nothing: all memory is the arena's, and the embedder frees that. No globals, so any
 * number of threads may parse at once, each with its own Source.
 */
#pragma once
#include "syntax/ast.h"

typedef enum ParseMode { PARSE_FILE, PARSE_EVAL, PARSE_SINGLE, PARSE_FUNC_TYPE } ParseMode;

/* The exception that an error becomes in Python. */
/* clang-format off */
typedef enum ErrorKind {
    ERROR_NONE, ERROR_SYNTAX, ERROR_INDENTATION, ERROR_TAB, ERROR_VALUE, ERROR_OVERFLOW, ERROR_MEMORY, ERROR_RECURSION, ERROR_UNICODE_DECODE, ERROR_SYSTEM, ERROR_TYPE,
} ErrorKind;
/* clang-format on */
const char *error_kind_name(ErrorKind kind);   /* "SyntaxError" */

enum { OFFSET_NONE = -2 };
typedef struct SyntaxError {
    ErrorKind kind;
    const Text *message;
    /* As the exception's attributes: lines from 1, offsets in characters from 1 (-1 where CPython has -1); OFFSET_NONE: None. end_lineno 0: not set. */
    int lineno, offset, end_lineno, end_offset;
    const Text *line;    /* the source line (UTF-8), or 0 for None */
    bool has_position;   /* false: the exception carries a message only */
    bool bare_args;      /* the place is in the attributes, not in the arguments (errors about names and futures) */
    bool incomplete;     /* more input could make it right (the prompt asks for another line) */
} SyntaxError;

/* SyntaxWarning or DeprecationWarning, in the order CPython would issue them. */
typedef struct FrontWarning {
    struct FrontWarning *next;
    bool deprecation;
    const Text *message;
    int lineno, col_offset, end_lineno, end_col_offset;
} FrontWarning;

/* `from __future__` and PyCF flags, with CPython's values. */
enum {
    FUTURE_BARRY_AS_BDFL = 0x400000,
    FUTURE_GENERATOR_STOP = 0x800000,
    FUTURE_ANNOTATIONS = 0x1000000,
    PYCF_SOURCE_IS_UTF8 = 0x100,
    PYCF_DONT_IMPLY_DEDENT = 0x200,
    PYCF_ONLY_AST = 0x400,
    PYCF_IGNORE_COOKIE = 0x800,
    PYCF_TYPE_COMMENTS = 0x1000,
    PYCF_ALLOW_TOP_LEVEL_AWAIT = 0x2000,
    PYCF_ALLOW_INCOMPLETE_INPUT = 0x4000,
};

typedef struct Source {
    Arena *arena;
    TextTable names;
    const char *bytes;      /* as read from the file; any encoding */
    size_t size;
    const char *filename;   /* UTF-8, for messages and co_filename */
    ParseMode mode;
    int flags;              /* PYCF_* and FUTURE_* */
    int feature_version;    /* minor version for ast.parse(feature_version=...), else 11 */
    int optimize;           /* 0, 1, 2: __debug__, assert, docstrings */
    int max_int_digits;     /* limit on decimal int literals; 0: none */
    bool is_script;         /* the main program, which CPython reads line by line: faults in its encoding have other messages than those of imported modules */
    bool shows_bom;         /* a byte order mark counts as part of the first line in errors, as where CPython shows the line from the file */
    bool char_columns;      /* set by source_decode(): errors count columns in characters; else in bytes, as CPython does for bytes without a cookie */
    const char *prompt_name;
    SyntaxError error;
    FrontWarning *warnings, **last_warning;
    /* Decodes source in an encoding other than UTF-8, Latin-1 and ASCII, which the front end does itself. Returns false when unknown.
     * The runtime supplies it (codecs are Python); kraitc uses iconv. */
    bool (*decode)(struct Source *source, const char *encoding, const char *bytes, size_t size, const char **utf8, size_t *utf8_size);
    void *embedder;
    const void *folded;     /* the tree whose constants compile_tree() has folded, in place */
    bool depends_on_level;  /* and in which `__debug__` was one */
    int tree_depth;         /* how deep the folder and the symbol table may go: three times the calls that Python code has left at its recursion limit */
    char *stack_limit;      /* C stack below this address is not for the parser, the folder and the symbol table; 0: no limit */
    bool stack_in_use;      /* most of the C stack was in use before: should it run out, that is a recursion which began outside */
} Source;

void source_init(Source *source, Arena *arena, const char *bytes, size_t size, const char *filename);
/* The encoding that a comment in the first two lines names, in its normal form, or 0. */
char *source_cookie(Source *source, const char *s, const char *end);
/* The tree, or 0 with source->error filled. */
Mod *parse(Source *source);
/* Sets source->error unless one is set already; returns 0 for `return error_at(...)`. */
void *syntax_error_at(Source *source, ErrorKind kind, int lineno, int col_offset, int end_lineno, int end_col_offset, const char *format, ...)
    __attribute__((format(printf, 7, 8)));
void source_warn(Source *source, bool deprecation, int lineno, int col_offset, int end_lineno, int end_col_offset, const char *format, ...) __attribute__((format(printf, 7, 8)));
