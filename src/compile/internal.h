/* internal.h: what the files of the code generator share.
 *
 * One `Compiler` lives for one call of compile_tree(). It holds a chain of `Unit`s, one for each code object under construction, innermost first. Code
 * generation appends `Instr`s to the current `Block` of the innermost unit; `unit_assemble` runs the flow graph passes over its blocks and packs a
 * CodeUnit. All of it is arena memory. An error leaves by longjmp to compile_tree(), which is safe because nothing but the arena is owned.
 *
 * The order of everything that is emitted is CPython 3.11's: code objects have to come out equal, byte for byte (see tools/identity.py).
 */
#pragma once
#include "compile/compile.h"
#include "compile/symtable.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
#define OP(name, number, caches) OP_##name = number,
#include "compile/opcodes.def"
    /* Instructions of the flow graph only: gone, or made definite, before bytes are written. */
    OP_SETUP_FINALLY = 255,
    OP_SETUP_CLEANUP = 254,
    OP_SETUP_WITH = 253,
    OP_POP_BLOCK = 252,
    OP_JUMP = 251,
    OP_JUMP_NO_INTERRUPT = 250,
    OP_POP_JUMP_IF_NONE = 249,
    OP_POP_JUMP_IF_NOT_NONE = 248,
    OP_POP_JUMP_IF_FALSE = 247,
    OP_POP_JUMP_IF_TRUE = 246,
};

enum {
    CODE_OPTIMIZED = 1,
    CODE_NEWLOCALS = 2,
    CODE_VARARGS = 4,
    CODE_VARKEYWORDS = 8,
    CODE_NESTED = 16,
    CODE_GENERATOR = 32,
    CODE_COROUTINE = 128,
    CODE_ASYNC_GENERATOR = 512,
    CODE_FUTURE_MASK = 0x1fe0000
};

/* A place in the source; line -1: none. Columns are bytes from 0; -1: none. */
typedef struct Loc {
    int line, end_line, col, end_col;
} Loc;
#define NO_LOC ((Loc){-1, -1, -1, -1})
#define LOC_OF(node) ((Loc){(node)->lineno, (node)->end_lineno, (node)->col_offset, (node)->end_col_offset})

typedef struct Block Block;
typedef struct Instr {
    uint8_t op;
    int arg;
    Loc loc;
    Block *target;     /* of jumps and SETUP_* */
    Block *handler;    /* where an exception here goes; set late */
} Instr;

typedef struct HandlerStack HandlerStack;
struct Block {
    Block *next;            /* in order of code */
    Block *older;           /* made before this one */
    Instr *instrs;
    int used, room;
    int start_depth, predecessors, offset;
    bool exit;              /* leaves the code object: RETURN_VALUE, RAISE_VARARGS, RERAISE */
    bool no_fallthrough;
    bool preserve_lasti;    /* handler that wants the raising instruction's offset on the stack */
    bool visited;
    HandlerStack *handlers;
};

/* The constants of one code object: index by value and type. */
typedef struct ConstTable {
    const Const **items;
    uint32_t count, room, *index, mask;
} ConstTable;

/* What the statement being compiled is inside of, for return, break and continue to unwind. */
/* clang-format off */
typedef enum FrameKind {
    FRAME_WHILE, FRAME_FOR, FRAME_TRY_EXCEPT, FRAME_FINALLY_TRY, FRAME_FINALLY_END, FRAME_WITH, FRAME_ASYNC_WITH, FRAME_HANDLER_CLEANUP,
    FRAME_POP_VALUE, FRAME_EXCEPTION_HANDLER, FRAME_EXCEPTION_GROUP_HANDLER, FRAME_ASYNC_COMPREHENSION,
} FrameKind;
/* clang-format on */
typedef struct Frame {
    FrameKind kind;
    Block *block, *exit;
    const void *datum;      /* With: the statement; FinallyTry: Seq of its body; HandlerCleanup: the bound name or 0 */
} Frame;
enum { MAX_FRAMES = 20 };

typedef enum UnitKind { UNIT_MODULE, UNIT_CLASS, UNIT_FUNCTION, UNIT_ASYNC_FUNCTION, UNIT_LAMBDA, UNIT_COMPREHENSION } UnitKind;

typedef struct Unit Unit;
struct Unit {
    Unit *parent;
    UnitKind kind;
    Scope *scope;
    const Text *name, *qualname, *private_name;
    ConstTable consts;
    NameMap names, varnames, cellvars, freevars;
    int argcount, posonlyargcount, kwonlyargcount, firstlineno;
    Block *entry, *current;
    Block *newest;          /* all blocks, by `older`: an order that shows where exits are duplicated */
    Loc loc;                /* given to what is emitted next */
    int frame_count;
    Frame frames[MAX_FRAMES];
};

typedef struct Compiler {
    Source *source;
    Arena *arena;
    const KnownNames *known;
    Symbols symbols;
    Unit *unit;
    int nesting;            /* units open */
    int optimize;
    bool interactive;
    int future_flags, future_line;
    int depth;              /* of the recursion over the tree */
    jmp_buf bail;
    const Const *none, *ellipsis, *true_, *false_;
    const Const *small[2];  /* 0 and 1, which imports use */
} Compiler;

/* Displays, calls and f-strings with more parts than this are built piecewise. */
enum { STACK_USE_GUIDELINE = 30 };

/* Sets source->error, if none is set yet; offsets from 1, in bytes, as CPython's compiler reports them; end_offset may be OFFSET_NONE. */
void compile_error_set(Source *source, ErrorKind kind, int lineno, int offset, int end_lineno, int end_offset, const char *message);

/* ---- fold.c: constant folding on the tree, in place */
void fold_tree(Source *source, Mod *tree, const KnownNames *known, int optimize, int future_flags);
const Text *body_docstring(const Seq *body);

/* ---- const.c: constants as values */
const Const *const_int(Arena *arena, long value);
const Const *const_str(Arena *arena, const Text *text);
const Const *const_text(Arena *arena, const char *bytes, size_t length);
const Const *const_tuple(Arena *arena, const Const **items, uint32_t count);
const Const *const_frozenset(Arena *arena, const Const **items, uint32_t count);
/* A Python set under construction, of at most `room` items; the first of equal ones stays. */
typedef struct ConstSet {
    const Const **items;
    uint32_t count, *index, mask;
} ConstSet;
void const_set_init(Arena *arena, ConstSet *set, uint32_t room);
bool const_set_add(ConstSet *set, const Const *c);         /* false: it was there */
bool const_same(const Const *a, const Const *b);           /* same type and value: one entry in co_consts */
bool const_python_equal(const Const *a, const Const *b);   /* a == b as Python sees it */
uint32_t const_hash(const Const *c);
bool const_is_true(const Const *c);
uint32_t const_table_add(Arena *arena, ConstTable *table, const Const *c);

/* ---- arith.c: arithmetic on constants; 0 where CPython would raise or not fold */
const Const *const_binary(Arena *arena, Operator op, const Const *left, const Const *right);
const Const *const_unary(Arena *arena, UnaryOp op, const Const *operand);
const Const *const_subscript(Arena *arena, const Const *value, const Const *index);

/* ---- unparse.c: an expression as source text, for `from __future__ import annotations`; and repr() of constants for messages */
const Text *unparse_expr(Arena *arena, const Expr *e);
const Text *const_repr(Arena *arena, const Const *c);

/* ---- codegen.c: emitting */
[[noreturn]] void cg_error(Compiler *c, const char *format, ...) __attribute__((format(printf, 2, 3)));
void cg_warn(Compiler *c, const char *format, ...) __attribute__((format(printf, 2, 3)));
Block *cg_block(Compiler *c);
Block *unit_block(Arena *arena, Unit *unit);
void cg_use(Compiler *c, Block *block);
Instr *cg_emit(Compiler *c, int op, int arg);
static inline void cg_op(Compiler *c, int op) { cg_emit(c, op, 0); }
void cg_jump(Compiler *c, int op, Block *target);
void cg_jump_noline(Compiler *c, int op, Block *target);
void cg_op_noline(Compiler *c, int op);
void cg_const(Compiler *c, const Const *value);
void cg_name_op(Compiler *c, int op, const Text *name);       /* index into co_names, mangled */
void cg_name(Compiler *c, const Text *name, ExprContext ctx); /* load, store or delete a variable */
void cg_forbid(Compiler *c, const Text *name, ExprContext ctx);
void cg_yield_from(Compiler *c, bool await);
/* The first of the names (0 among them: none) that comes again, and where; false: none does. */
bool cg_find_repeated(Compiler *c, const Text *const *names, uint32_t count, uint32_t *first, uint32_t *again);
void cg_enter(Compiler *c, const Text *name, UnitKind kind, const void *key, int lineno);
CodeUnit *cg_leave(Compiler *c, bool add_none);               /* assembles the innermost unit and closes it */
void cg_make_closure(Compiler *c, CodeUnit *code, int flags);
void cg_body(Compiler *c, const Seq *body);
bool cg_top_level_await(Compiler *c);

/* ---- codegen_stmt.c, codegen_function.c */
void cg_stmt(Compiler *c, Stmt *s);
void cg_stmts(Compiler *c, const Seq *body);
void cg_function(Compiler *c, Stmt *s, bool is_async);
void cg_class(Compiler *c, Stmt *s);
void cg_lambda(Compiler *c, Expr *e);
void cg_annotation(Compiler *c, Expr *annotation);
void cg_push_frame(Compiler *c, FrameKind kind, Block *block, Block *exit, const void *datum);
void cg_pop_frame(Compiler *c);

/* ---- codegen_expr.c, codegen_call.c, codegen_comp.c, codegen_match.c */
void cg_expr(Compiler *c, Expr *e);
void cg_exprs(Compiler *c, const Seq *exprs);
void cg_jump_if(Compiler *c, Expr *e, Block *target, bool condition);
void cg_compare_op(Compiler *c, CmpOp op);
void cg_binary_op(Compiler *c, Operator op, bool inplace);
void cg_unpack_literal(Compiler *c, const Seq *elts, int pushed, int build, int add, int extend, bool tuple);
void cg_attr_loc(Compiler *c, const Expr *attr);
void cg_call(Compiler *c, Expr *e);
void cg_call_tail(Compiler *c, int pushed, const Seq *args, const Seq *keywords);
void cg_check_subscript(Compiler *c, Expr *e);
void cg_check_compare(Compiler *c, Expr *e);
void cg_comprehension(Compiler *c, Expr *e);
void cg_match(Compiler *c, Stmt *s);

/* ---- flowgraph.c, assemble.c */
enum { OP_FLAG_JUMP = 1, OP_FLAG_SETUP = 2, OP_FLAG_EXIT = 4 };
extern const uint8_t op_flags[256];
static inline bool op_is_jump(int op) { return op_flags[op] & OP_FLAG_JUMP; }
static inline bool op_is_setup(int op) { return op_flags[op] & OP_FLAG_SETUP; }
static inline bool op_is_exit(int op) { return op_flags[op] & OP_FLAG_EXIT; }
static inline bool op_has_target(int op) { return op_flags[op] & (OP_FLAG_JUMP | OP_FLAG_SETUP); }
Instr *block_append(Arena *arena, Block *block);
void flow_optimize(Compiler *c, Unit *unit, Block *entry);
int flow_stack_depth(Compiler *c, Block *entry, int code_flags);
void flow_label_handlers(Compiler *c, Block *entry);
void flow_normalize_jumps(Compiler *c, Block *entry);
CodeUnit *unit_assemble(Compiler *c, Unit *unit, bool add_none);
