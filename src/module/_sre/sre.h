/* sre.h: the regular expression engine.
 *
 * The standard library's re._compiler makes a list of opcodes (SRE_MAGIC 20220615). _sre.compile checks it and translates it (translate.c) to instructions for a backtracking
 * machine (machine.c) with two stacks of its own and no C recursion:
 *   choices   where to go on when matching fails, and how far to undo
 *   trail     the old values of registers changed since
 * Registers hold the marks (group boundaries), the last group closed, and the state of loops. A failure takes the newest choice, undoes the trail up to the
 * height noted there, and goes on. Atomic parts (lookaround, possessive repeats) drop the choices made inside but leave the trail, so that an outer failure still undoes them.
 */
#pragma once
#include "module/module.h"
#include "object/bytes_internal.h"

enum { SRE_MAGIC = 20220615, SRE_CODE_SIZE = 4 };
#define SRE_MAX_REPEAT 0xffffffffu
#define SRE_MAX_GROUPS (0x7fffffff / 2)
enum { FLAG_IGNORECASE = 2, FLAG_LOCALE = 4, FLAG_UNICODE = 32, FLAG_ASCII = 256 };

/* The opcodes of the standard library's compiler. */
/* clang-format off */
enum {
    SRE_FAILURE, SRE_SUCCESS, SRE_ANY, SRE_ANY_ALL, SRE_ASSERT, SRE_ASSERT_NOT, SRE_AT, SRE_BRANCH, SRE_CATEGORY, SRE_CHARSET, SRE_BIGCHARSET, SRE_GROUPREF, SRE_GROUPREF_EXISTS,
    SRE_IN, SRE_INFO, SRE_JUMP, SRE_LITERAL, SRE_MARK, SRE_MAX_UNTIL, SRE_MIN_UNTIL, SRE_NOT_LITERAL, SRE_NEGATE, SRE_RANGE, SRE_REPEAT, SRE_REPEAT_ONE, SRE_SUBPATTERN,
    SRE_MIN_REPEAT_ONE, SRE_ATOMIC_GROUP, SRE_POSSESSIVE_REPEAT, SRE_POSSESSIVE_REPEAT_ONE, SRE_GROUPREF_IGNORE, SRE_IN_IGNORE, SRE_LITERAL_IGNORE, SRE_NOT_LITERAL_IGNORE,
    SRE_GROUPREF_LOC_IGNORE, SRE_IN_LOC_IGNORE, SRE_LITERAL_LOC_IGNORE, SRE_NOT_LITERAL_LOC_IGNORE, SRE_GROUPREF_UNI_IGNORE, SRE_IN_UNI_IGNORE, SRE_LITERAL_UNI_IGNORE,
    SRE_NOT_LITERAL_UNI_IGNORE, SRE_RANGE_UNI_IGNORE,
};
/* clang-format on */
enum {
    AT_BEGINNING,
    AT_BEGINNING_LINE,
    AT_BEGINNING_STRING,
    AT_BOUNDARY,
    AT_NON_BOUNDARY,
    AT_END,
    AT_END_LINE,
    AT_END_STRING,
    AT_LOC_BOUNDARY,
    AT_LOC_NON_BOUNDARY,
    AT_UNI_BOUNDARY,
    AT_UNI_NON_BOUNDARY,
    AT_COUNT
};
enum { CATEGORY_COUNT = 18 };
enum { INFO_PREFIX = 1, INFO_LITERAL = 2, INFO_CHARSET = 4 };

/* The machine's instructions. R: registers; `a`, `b`, `c` as in the comments. */
typedef enum Op {
    OP_FAIL,
    OP_MATCH,            /* the end of the pattern */
    OP_UNIT,             /* one character (unit, a) */
    OP_GREEDY,           /* b to c characters (unit, a), as many as possible first */
    OP_LAZY,             /* ..., as few as possible first */
    OP_POSSESSIVE,       /* ..., as many as possible, never fewer */
    OP_AT,               /* position a */
    OP_MARK,             /* mark a := position */
    OP_GROUP_REF,        /* the text of group a again; b: 0 exact, 1 ASCII, 2 locale, 3 Unicode case ignored */
    OP_GROUP_EXISTS,     /* go to b unless group a is set */
    OP_JUMP,             /* go to a */
    OP_CHOICE,           /* go on; on failure at a. */
    OP_LOOP,             /* R[a] := -1 rounds, R[a+1] := no position; go to b (the OP_UNTIL) */
    OP_UNTIL_MAX,        /* loop a, body c; min and max in the next instruction's b, c */
    OP_UNTIL_MIN,
    OP_ROUND,            /* possessive loop a: begin a round or go on at c; min and max in the next instruction */
    OP_ROUND_END,        /* round of loop a done: drop its choices; go to c */
    OP_DATA,             /* operands of the instruction before */
    OP_ATOMIC,           /* R[a] := number of choices */
    OP_ATOMIC_END,       /* drop choices down to R[a] */
    OP_ASSERT,           /* R[a] := number of choices, R[a+1] := position; move b characters back */
    OP_ASSERT_END,       /* drop choices down to R[a], position := R[a+1] */
    OP_ASSERT_NOT,       /* ..., on failure go on at c; at c directly if there are not b characters before */
    OP_ASSERT_NOT_END,   /* drop choices down to R[a] and fail */
} Op;

/* Kinds of one-character matches. */
typedef enum Unit { UNIT_ANY /* but newline */, UNIT_ALL, UNIT_LITERAL, UNIT_NOT_LITERAL, UNIT_SET /* a: set */, UNIT_SLOW /* a: set, whose test depends on the locale */ } Unit;

typedef struct Inst {
    uint8_t op, unit;
    uint32_t a, b, c;
} Inst;
/* A set of characters: a bitmap for Latin-1, the opcodes for the rest. */
typedef struct Set {
    uint64_t bits[4];
    uint32_t op, code;
} Set;

typedef struct Pattern {
    Obj head;
    int64_t groups;
    int flags, is_bytes;         /* is_bytes -1: compiled from no text */
    Value pattern, groupindex, indexgroup, weaklist;
    uint32_t *code;              /* as given */
    int64_t code_size;
    Inst *insts;
    Set *sets;
    int64_t inst_count, set_count, registers;
    /* What search knows: characters a match has at least; the set its first one is in (-1: any); the text it begins with; or that it must be at the beginning. */
    uint32_t min_width;
    int32_t first_set;
    bool anchored;
    void *prefix;
    int64_t prefix_length;
    int prefix_kind;
} Pattern;
extern Type pattern_type, match_type, scanner_type;

/* R[0]: last group closed; R[1 + m]: mark m; then loops: rounds, start of the last optional round, start of the last required one, number of choices (possessive). */
enum { REG_LAST = 0, REG_MARKS = 1 };

/* Translates pattern->code; RuntimeError "invalid SRE code". */
bool pattern_translate(Pattern *p);
/* Whether a character is matched by the one-character opcode at code. */
bool unit_test(const uint32_t *code, uint32_t op, uint32_t c);
uint32_t sre_lower(uint32_t c, int how), sre_upper(uint32_t c, int how);   /* how: 1 ASCII, 2 locale, 3 Unicode */

typedef struct Matcher {
    Pattern *pattern;
    Value string;
    int kind;
    const void *text;
    int64_t length, start, end, position;   /* position: where the match ended */
    bool full, must_advance;                /* the match must reach the end; must not be empty at `start` */
    int64_t *registers;
    int64_t small_registers[32];
    Buffer buffer;
    bool held;
} Matcher;
/* Gets at the text; false with TypeError. matcher_release must follow. */
bool matcher_init(Matcher *m, Pattern *p, Value string, int64_t start, int64_t end);
void matcher_release(Matcher *m);
/* 1 matched at m->start, 0, -1 with exception. Afterwards m->position and the registers tell. */
int matcher_match(Matcher *m);
/* As above at the first position from m->start where it matches, to which m->start moves. */
int matcher_search(Matcher *m);
/* string[start:end] as str or bytes. */
Value matcher_slice(const Matcher *m, int64_t start, int64_t end);

typedef struct MatchObj {
    VarObj head;
    Value string, pattern, regs;
    int64_t pos, endpos, lastindex, groups;   /* lastindex 0: none; groups counts the whole match */
    int64_t marks[];                          /* start and end of each group; -1: unset */
} MatchObj;
Value match_new(const Matcher *m, int64_t pos, int64_t endpos);
