/* bytecode.h: CPython 3.11's instructions, as code objects store them.
 *
 * Stored code is a sequence of 16-bit units, opcode and argument byte; EXTENDED_ARG gives further argument bytes, and some instructions are followed by cache units, which
 * Krait ignores (its caches lie in the register code). `bytecode_decode` makes instructions of the units once, for the verifier and for lowering.
 */
#pragma once
#include "object/function.h"

/* clang-format off */
enum {
    BC_CACHE = 0, BC_POP_TOP = 1, BC_PUSH_NULL = 2, BC_NOP = 9, BC_UNARY_POSITIVE = 10, BC_UNARY_NEGATIVE = 11, BC_UNARY_NOT = 12, BC_UNARY_INVERT = 15, BC_BINARY_SUBSCR = 25,
    BC_GET_LEN = 30, BC_MATCH_MAPPING = 31, BC_MATCH_SEQUENCE = 32, BC_MATCH_KEYS = 33, BC_PUSH_EXC_INFO = 35, BC_CHECK_EXC_MATCH = 36, BC_CHECK_EG_MATCH = 37,
    BC_WITH_EXCEPT_START = 49, BC_GET_AITER = 50, BC_GET_ANEXT = 51, BC_BEFORE_ASYNC_WITH = 52, BC_BEFORE_WITH = 53, BC_END_ASYNC_FOR = 54, BC_STORE_SUBSCR = 60,
    BC_DELETE_SUBSCR = 61, BC_GET_ITER = 68, BC_GET_YIELD_FROM_ITER = 69, BC_PRINT_EXPR = 70, BC_LOAD_BUILD_CLASS = 71, BC_LOAD_ASSERTION_ERROR = 74, BC_RETURN_GENERATOR = 75,
    BC_LIST_TO_TUPLE = 82, BC_RETURN_VALUE = 83, BC_IMPORT_STAR = 84, BC_SETUP_ANNOTATIONS = 85, BC_YIELD_VALUE = 86, BC_ASYNC_GEN_WRAP = 87, BC_PREP_RERAISE_STAR = 88,
    BC_POP_EXCEPT = 89, BC_STORE_NAME = 90, BC_DELETE_NAME = 91, BC_UNPACK_SEQUENCE = 92, BC_FOR_ITER = 93, BC_UNPACK_EX = 94, BC_STORE_ATTR = 95, BC_DELETE_ATTR = 96,
    BC_STORE_GLOBAL = 97, BC_DELETE_GLOBAL = 98, BC_SWAP = 99, BC_LOAD_CONST = 100, BC_LOAD_NAME = 101, BC_BUILD_TUPLE = 102, BC_BUILD_LIST = 103, BC_BUILD_SET = 104,
    BC_BUILD_MAP = 105, BC_LOAD_ATTR = 106, BC_COMPARE_OP = 107, BC_IMPORT_NAME = 108, BC_IMPORT_FROM = 109, BC_JUMP_FORWARD = 110, BC_JUMP_IF_FALSE_OR_POP = 111,
    BC_JUMP_IF_TRUE_OR_POP = 112, BC_POP_JUMP_FORWARD_IF_FALSE = 114, BC_POP_JUMP_FORWARD_IF_TRUE = 115, BC_LOAD_GLOBAL = 116, BC_IS_OP = 117, BC_CONTAINS_OP = 118,
    BC_RERAISE = 119, BC_COPY = 120, BC_BINARY_OP = 122, BC_SEND = 123, BC_LOAD_FAST = 124, BC_STORE_FAST = 125, BC_DELETE_FAST = 126, BC_POP_JUMP_FORWARD_IF_NOT_NONE = 128,
    BC_POP_JUMP_FORWARD_IF_NONE = 129, BC_RAISE_VARARGS = 130, BC_GET_AWAITABLE = 131, BC_MAKE_FUNCTION = 132, BC_BUILD_SLICE = 133, BC_JUMP_BACKWARD_NO_INTERRUPT = 134,
    BC_MAKE_CELL = 135, BC_LOAD_CLOSURE = 136, BC_LOAD_DEREF = 137, BC_STORE_DEREF = 138, BC_DELETE_DEREF = 139, BC_JUMP_BACKWARD = 140, BC_CALL_FUNCTION_EX = 142,
    BC_EXTENDED_ARG = 144, BC_LIST_APPEND = 145, BC_SET_ADD = 146, BC_MAP_ADD = 147, BC_LOAD_CLASSDEREF = 148, BC_COPY_FREE_VARS = 149, BC_RESUME = 151, BC_MATCH_CLASS = 152,
    BC_FORMAT_VALUE = 155, BC_BUILD_CONST_KEY_MAP = 156, BC_BUILD_STRING = 157, BC_LOAD_METHOD = 160, BC_LIST_EXTEND = 162, BC_SET_UPDATE = 163, BC_DICT_MERGE = 164,
    BC_DICT_UPDATE = 165, BC_PRECALL = 166, BC_CALL = 171, BC_KW_NAMES = 172, BC_POP_JUMP_BACKWARD_IF_NOT_NONE = 173, BC_POP_JUMP_BACKWARD_IF_NONE = 174,
    BC_POP_JUMP_BACKWARD_IF_FALSE = 175, BC_POP_JUMP_BACKWARD_IF_TRUE = 176,
};
/* clang-format on */

/* One stored instruction. Offsets count units. */
typedef struct StoredInsn {
    uint8_t op;
    bool leader;          /* a block begins here */
    bool joins;           /* a jump or a handler leads here */
    uint32_t arg;
    uint32_t start;       /* of its first EXTENDED_ARG, if any */
    uint32_t at;          /* of the opcode itself: what f_lasti / 2 says */
    uint32_t end;         /* behind its caches */
    int32_t target;       /* index of the instruction it may jump to, or -1 */
    int32_t depth;        /* of the stack before it; -1: never reached */
    int32_t handler;      /* index of the exception table entry that covers it, or -1 */
} StoredInsn;

typedef struct StoredHandler {
    uint32_t start, end;  /* units */
    int32_t target;       /* index of the instruction */
    int32_t depth;
    bool lasti;
} StoredHandler;

typedef struct Stored {
    CodeObj *code;
    StoredInsn *insns;
    int32_t count;
    StoredHandler *handlers;
    int32_t handler_count;
    int32_t max_depth;
    uint8_t *made;        /* during the walk: cells that the code's beginning makes, before anything can jump */
    bool cells_open;      /* a cell is used that is not one of these: lowering finds out whether it is made on all ways */
    const char *problem;  /* why the code is unsound; 0: memory has run out */
} Stored;

/* Decodes and checks `code`; false, without an exception, when it is not sound or memory lacks: see stored->problem. Memory is malloc'ed: stored_free. */
bool bytecode_decode(CodeObj *code, Stored *stored);
void stored_free(Stored *stored);

/* What is so of an instruction, whatever its argument. */
enum {
    IS_KNOWN = 1,
    JUMPS_FORWARD = 2,
    JUMPS_BACK = 4,
    ENDS_FLOW = 8 /* never goes on behind itself */,
    HAS_INDEX = 16 /* the argument has a range of its own */,
    VARIES = 32 /* effect by argument */
};
typedef struct OpFacts {
    uint8_t pops, pushes, need, caches /* units behind it */, flags;
} OpFacts;
extern const OpFacts bytecode_facts[256];
static inline bool bytecode_ends_flow(uint8_t op) { return bytecode_facts[op].flags & ENDS_FLOW; }
/* How many entries an instruction takes and gives when it does not jump; `need`: how deep it looks. */
typedef struct Effect {
    int64_t pops, pushes, need;
} Effect;
Effect bytecode_effect(uint8_t op, uint32_t arg);
enum { MAX_REGISTERS = 65000 };
/* What the instruction does to the stack's depth; `jump`: on its jump. INT32_MIN: no such opcode. */
int bytecode_stack_effect(uint8_t op, uint32_t arg, bool jump);
