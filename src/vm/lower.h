/* lower.h: register code, what Krait runs.
 *
 * A word of register code is 64 bits: {op, a, b, c} of 16 bits each, or {op, a, jump} with a jump of 32 bits, relative to the word behind the instruction's first. Some
 * instructions have further words: names (Values kept alive by the code object), inline caches (guarded by version numbers that are never used twice, so the collector
 * need not know them), and, last, for all that can start a Python frame, the word {dest, aux, jump}: whoever resumes at `pc` finds at pc[-1].dest where the result belongs.
 *
 * The list of instructions is ops.def. Registers: the code object's "locals plus" (locals, cells, free variables), then one for each stack slot, by depth.
 */
#pragma once
#include "vm/bytecode.h"
#include "vm/frame.h"

union Word {
    uint64_t bits;
    struct {
        uint16_t op, a, b, c;
    };
    struct {
        uint32_t low;
        int32_t jump;
    };                 /* {op, a} and the long jump */
    struct {
        uint16_t dest, aux;
        int32_t exit;
    };           /* last word of what starts frames */
    struct {
        uint32_t version, index;
    };                    /* caches */
    Value value;
    void *pointer;
};

enum Op {
#define OP(name, words, kinds, meaning) OP_##name,
#include "vm/ops.def"
    OP_COUNT
};

typedef struct LoweredHandler {
    uint32_t start, end; /* words */
    uint32_t target;
    int32_t reg; /* where the exception goes, lasti before it */
    bool lasti;
} LoweredHandler;

struct Lowered {
    int32_t simple_args;       /* number of arguments when positional arguments only; else -1 */
    uint32_t register_count;
    int32_t locals_count;      /* nlocalsplus */
    uint32_t word_count;
    Value *k;
    CodeObj *code;
    uint32_t *units;           /* for each word, the unit of stored code it comes from */
    LoweredHandler *handlers;
    uint32_t handler_count;
    bool traced;
    Word *words;
    Lowered *traced_form;      /* the same with trace points, or 0 */
    uint32_t *live;            /* for each word: registers in use before its stored instruction; LIVE_CALL: see vm/live.c */
    int *lines;                /* traced form only: the line of each unit */
    uint32_t *ordinals;        /* for each word the number of real instructions before it: maps places between both forms */
};

/* The words lie behind the record: found without a load. */
static inline const Word *lowered_words(Lowered *low) { return (const Word *)(low + 1); }

extern const char *const op_names[];
extern const uint8_t op_words[];

/* The register code of `code`, made on first use; 0 with an exception (unsound code, no memory). */
Lowered *vm_lower(CodeObj *code);
Lowered *vm_lower_traced(CodeObj *code);
/* In `live`: the two registers that a call keeps for the callable (a and a + 1 of its first word) hold nothing but perhaps the callable (c). */
enum { LIVE_CALL = 1 << 30 };
/* In place of a register: none. */
enum { NO_REGISTER = 65535 };
/* In a of TRACE: the stored instruction is part of the one before. */
enum { TRACE_MERGED = 1 };
/* The word where the stored instruction at `unit` begins; UINT32_MAX: not reached, or inside an instruction. For jumps by debuggers. */
uint32_t lowered_word_of_unit(Lowered *low, uint32_t unit);
static inline Lowered *code_lowered(CodeObj *code) { return (Lowered *)code->lowered; }
/* Text of the register code, for -X dump or debugging. */
void lowered_dump(Lowered *low);
/* The collector's view of it. */
void lowered_trace(Lowered *low);
