/* bytecode.c: what CPython 3.11's instructions are: one table of facts, for the verifier, for lowering and for dis.stack_effect(). */
#include "vm/bytecode.h"

#define J JUMPS_FORWARD
#define B JUMPS_BACK
#define E ENDS_FLOW
#define X HAS_INDEX
#define V VARIES
/* FACT(name, pops, pushes, need, caches, flags) */
#define FACT(name, pops, pushes, need, caches, flags) [BC_##name] = {pops, pushes, need, caches, IS_KNOWN | (flags)}
/* clang-format off */
const OpFacts bytecode_facts[256] = {
    FACT(NOP, 0, 0, 0, 0, 0), FACT(RESUME, 0, 0, 0, 0, 0), FACT(PRECALL, 0, 0, 0, 1, 0), FACT(SETUP_ANNOTATIONS, 0, 0, 0, 0, 0),
    /* variables and constants */
    FACT(LOAD_CONST, 0, 1, 0, 0, X), FACT(LOAD_FAST, 0, 1, 0, 0, X), FACT(STORE_FAST, 1, 0, 0, 0, X), FACT(DELETE_FAST, 0, 0, 0, 0, X), FACT(LOAD_NAME, 0, 1, 0, 0, X),
    FACT(STORE_NAME, 1, 0, 0, 0, X), FACT(DELETE_NAME, 0, 0, 0, 0, X), FACT(LOAD_GLOBAL, 0, 1, 0, 5, X | V), FACT(STORE_GLOBAL, 1, 0, 0, 0, X), FACT(DELETE_GLOBAL, 0, 0, 0, 0, X),
    FACT(MAKE_CELL, 0, 0, 0, 0, X), FACT(COPY_FREE_VARS, 0, 0, 0, 0, X), FACT(LOAD_CLOSURE, 0, 1, 0, 0, X), FACT(LOAD_DEREF, 0, 1, 0, 0, X), FACT(LOAD_CLASSDEREF, 0, 1, 0, 0, X),
    FACT(STORE_DEREF, 1, 0, 0, 0, X), FACT(DELETE_DEREF, 0, 0, 0, 0, X), FACT(LOAD_ATTR, 1, 1, 0, 4, X), FACT(STORE_ATTR, 2, 0, 0, 4, X), FACT(DELETE_ATTR, 1, 0, 0, 0, X),
    FACT(LOAD_METHOD, 1, 2, 0, 10, X), FACT(LOAD_BUILD_CLASS, 0, 1, 0, 0, 0), FACT(LOAD_ASSERTION_ERROR, 0, 1, 0, 0, 0),
    /* the stack */
    FACT(POP_TOP, 1, 0, 0, 0, 0), FACT(PUSH_NULL, 0, 1, 0, 0, 0), FACT(SWAP, 0, 0, 0, 0, V), FACT(COPY, 0, 1, 0, 0, V),
    /* operators and items */
    FACT(UNARY_POSITIVE, 1, 1, 0, 0, 0), FACT(UNARY_NEGATIVE, 1, 1, 0, 0, 0), FACT(UNARY_NOT, 1, 1, 0, 0, 0), FACT(UNARY_INVERT, 1, 1, 0, 0, 0), FACT(BINARY_OP, 2, 1, 0, 1, X),
    FACT(COMPARE_OP, 2, 1, 0, 2, X), FACT(IS_OP, 2, 1, 0, 0, 0), FACT(CONTAINS_OP, 2, 1, 0, 0, 0), FACT(BINARY_SUBSCR, 2, 1, 0, 4, 0), FACT(STORE_SUBSCR, 3, 0, 0, 1, 0),
    FACT(DELETE_SUBSCR, 2, 0, 0, 0, 0), FACT(UNPACK_SEQUENCE, 0, 0, 0, 1, V), FACT(UNPACK_EX, 0, 0, 0, 0, V | X), FACT(GET_LEN, 0, 1, 1, 0, 0),
    /* jumps and iteration */
    FACT(JUMP_FORWARD, 0, 0, 0, 0, J | E), FACT(JUMP_BACKWARD, 0, 0, 0, 0, B | E), FACT(JUMP_BACKWARD_NO_INTERRUPT, 0, 0, 0, 0, B | E), FACT(JUMP_IF_FALSE_OR_POP, 1, 0, 0, 0, J),
    FACT(JUMP_IF_TRUE_OR_POP, 1, 0, 0, 0, J), FACT(POP_JUMP_FORWARD_IF_FALSE, 1, 0, 0, 0, J), FACT(POP_JUMP_FORWARD_IF_TRUE, 1, 0, 0, 0, J), FACT(POP_JUMP_FORWARD_IF_NONE, 1, 0, 0, 0, J),
    FACT(POP_JUMP_FORWARD_IF_NOT_NONE, 1, 0, 0, 0, J), FACT(POP_JUMP_BACKWARD_IF_FALSE, 1, 0, 0, 0, B), FACT(POP_JUMP_BACKWARD_IF_TRUE, 1, 0, 0, 0, B),
    FACT(POP_JUMP_BACKWARD_IF_NONE, 1, 0, 0, 0, B), FACT(POP_JUMP_BACKWARD_IF_NOT_NONE, 1, 0, 0, 0, B), FACT(FOR_ITER, 0, 1, 1, 0, J), FACT(GET_ITER, 1, 1, 0, 0, 0),
    /* calls and functions */
    FACT(KW_NAMES, 0, 0, 0, 0, X), FACT(CALL, 0, 0, 0, 4, V), FACT(CALL_FUNCTION_EX, 0, 0, 0, 0, V), FACT(MAKE_FUNCTION, 0, 0, 0, 0, V), FACT(RETURN_VALUE, 1, 0, 0, 0, E),
    /* generators and coroutines */
    FACT(RETURN_GENERATOR, 0, 1, 0, 0, X), FACT(YIELD_VALUE, 1, 1, 0, 0, X), FACT(ASYNC_GEN_WRAP, 1, 1, 0, 0, X), FACT(SEND, 1, 1, 2, 0, J), FACT(GET_YIELD_FROM_ITER, 1, 1, 0, 0, 0),
    FACT(GET_AWAITABLE, 1, 1, 0, 0, 0), FACT(GET_AITER, 1, 1, 0, 0, 0), FACT(GET_ANEXT, 0, 1, 1, 0, 0), FACT(END_ASYNC_FOR, 2, 0, 0, 0, 0),
    /* exceptions and with */
    FACT(RAISE_VARARGS, 0, 0, 0, 0, V | X | E), FACT(RERAISE, 1, 0, 0, 0, V | E), FACT(PUSH_EXC_INFO, 1, 2, 0, 0, 0), FACT(POP_EXCEPT, 1, 0, 0, 0, 0), FACT(CHECK_EXC_MATCH, 1, 1, 2, 0, 0),
    FACT(CHECK_EG_MATCH, 2, 2, 0, 0, 0), FACT(PREP_RERAISE_STAR, 2, 1, 0, 0, 0), FACT(BEFORE_WITH, 1, 2, 0, 0, 0), FACT(BEFORE_ASYNC_WITH, 1, 2, 0, 0, 0), FACT(WITH_EXCEPT_START, 0, 1, 4, 0, 0),
    /* building */
    FACT(BUILD_TUPLE, 0, 1, 0, 0, V), FACT(BUILD_LIST, 0, 1, 0, 0, V), FACT(BUILD_SET, 0, 1, 0, 0, V), FACT(BUILD_STRING, 0, 1, 0, 0, V), FACT(BUILD_MAP, 0, 1, 0, 0, V),
    FACT(BUILD_CONST_KEY_MAP, 0, 1, 0, 0, V), FACT(BUILD_SLICE, 0, 1, 0, 0, V | X), FACT(FORMAT_VALUE, 0, 1, 0, 0, V), FACT(LIST_APPEND, 1, 0, 0, 0, V), FACT(SET_ADD, 1, 0, 0, 0, V),
    FACT(MAP_ADD, 2, 0, 0, 0, V), FACT(LIST_EXTEND, 1, 0, 0, 0, V), FACT(SET_UPDATE, 1, 0, 0, 0, V), FACT(DICT_UPDATE, 1, 0, 0, 0, V), FACT(DICT_MERGE, 1, 0, 0, 0, V),
    FACT(LIST_TO_TUPLE, 1, 1, 0, 0, 0),
    /* match, modules */
    FACT(MATCH_MAPPING, 0, 1, 1, 0, 0), FACT(MATCH_SEQUENCE, 0, 1, 1, 0, 0), FACT(MATCH_KEYS, 0, 1, 2, 0, 0), FACT(MATCH_CLASS, 3, 1, 0, 0, 0), FACT(IMPORT_NAME, 2, 1, 0, 0, X),
    FACT(IMPORT_FROM, 0, 1, 1, 0, X), FACT(IMPORT_STAR, 1, 0, 0, 0, 0), FACT(PRINT_EXPR, 1, 0, 0, 0, 0),
};
/* clang-format on */
#undef J
#undef B
#undef E
#undef X
#undef V

/* Instructions whose effect depends on their argument. An argument that makes no sense needs more than any stack has. */
static Effect varying_effect(uint8_t op, int64_t arg)
{
    const OpFacts *f = &bytecode_facts[op];
    Effect e = {f->pops, f->pushes, f->need};
    int64_t place = arg < 1 ? INT32_MAX : arg;
    switch (op) {
    case BC_LOAD_GLOBAL: e.pushes = 1 + (arg & 1); break;
    case BC_SWAP:
    case BC_COPY: e.need = place; break;
    case BC_UNPACK_SEQUENCE: e.pops = 1, e.pushes = arg; break;
    case BC_UNPACK_EX: e.pops = 1, e.pushes = (arg & 0xff) + (arg >> 8) + 1; break;
    case BC_CALL: e.pops = arg + 2, e.pushes = 1; break;
    case BC_CALL_FUNCTION_EX: e.pops = 3 + (arg & 1), e.pushes = 1; break;
    case BC_MAKE_FUNCTION: e.pops = 1 + __builtin_popcountll((uint64_t)arg & 15), e.pushes = 1; break;
    case BC_RAISE_VARARGS: e.pops = arg; break;
    case BC_RERAISE: e.need = arg + 1; break;
    case BC_BUILD_TUPLE:
    case BC_BUILD_LIST:
    case BC_BUILD_SET:
    case BC_BUILD_STRING: e.pops = arg; break;
    case BC_BUILD_MAP: e.pops = 2 * arg; break;
    case BC_BUILD_CONST_KEY_MAP: e.pops = arg + 1; break;
    case BC_BUILD_SLICE: e.pops = arg == 3 ? 3 : 2; break;
    case BC_FORMAT_VALUE: e.pops = (arg & 4) ? 2 : 1; break;
    case BC_DICT_MERGE: e.need = place + 3; break;
    case BC_MAP_ADD: e.need = place + 2; break;
    default: e.need = place + 1;   /* LIST_APPEND and its like */
    }
    return e;
}

Effect bytecode_effect(uint8_t op, uint32_t arg)
{
    const OpFacts *f = &bytecode_facts[op];
    return f->flags & VARIES ? varying_effect(op, arg) : (Effect){f->pops, f->pushes, f->need};
}

int bytecode_stack_effect(uint8_t op, uint32_t arg, bool jump)
{
    if (!(bytecode_facts[op].flags & IS_KNOWN)) return INT32_MIN;
    Effect e = bytecode_effect(op, arg);
    if (!jump) return (int)(e.pushes - e.pops);
    switch (op) {
    case BC_FOR_ITER:
    case BC_SEND: return -1;
    case BC_JUMP_IF_FALSE_OR_POP:
    case BC_JUMP_IF_TRUE_OR_POP: return 0;
    default: return (int)(e.pushes - e.pops);
    }
}
