/* flowgraph.c: passes over the blocks of one code object: jump threading, folding of what constants decide, removal of code that is never
 * reached and of NOPs that carry no line, places for artificial instructions, stack depth, exception handlers.
 *
 * CPython's passes, in CPython's order: which jump is threaded first and which block is copied shows in the bytes.
 */
#include "compile/internal.h"

/* clang-format off */
const uint8_t op_flags[256] = {
    [OP_JUMP] = OP_FLAG_JUMP, [OP_JUMP_NO_INTERRUPT] = OP_FLAG_JUMP, [OP_POP_JUMP_IF_NONE] = OP_FLAG_JUMP,
    [OP_POP_JUMP_IF_NOT_NONE] = OP_FLAG_JUMP, [OP_POP_JUMP_IF_FALSE] = OP_FLAG_JUMP, [OP_POP_JUMP_IF_TRUE] = OP_FLAG_JUMP,
    [OP_FOR_ITER] = OP_FLAG_JUMP, [OP_SEND] = OP_FLAG_JUMP, [OP_JUMP_FORWARD] = OP_FLAG_JUMP, [OP_JUMP_BACKWARD] = OP_FLAG_JUMP,
    [OP_JUMP_BACKWARD_NO_INTERRUPT] = OP_FLAG_JUMP, [OP_JUMP_IF_FALSE_OR_POP] = OP_FLAG_JUMP, [OP_JUMP_IF_TRUE_OR_POP] = OP_FLAG_JUMP,
    [OP_POP_JUMP_FORWARD_IF_FALSE] = OP_FLAG_JUMP, [OP_POP_JUMP_FORWARD_IF_TRUE] = OP_FLAG_JUMP,
    [OP_POP_JUMP_FORWARD_IF_NONE] = OP_FLAG_JUMP, [OP_POP_JUMP_FORWARD_IF_NOT_NONE] = OP_FLAG_JUMP,
    [OP_POP_JUMP_BACKWARD_IF_FALSE] = OP_FLAG_JUMP, [OP_POP_JUMP_BACKWARD_IF_TRUE] = OP_FLAG_JUMP,
    [OP_POP_JUMP_BACKWARD_IF_NONE] = OP_FLAG_JUMP, [OP_POP_JUMP_BACKWARD_IF_NOT_NONE] = OP_FLAG_JUMP,
    [OP_SETUP_FINALLY] = OP_FLAG_SETUP, [OP_SETUP_CLEANUP] = OP_FLAG_SETUP, [OP_SETUP_WITH] = OP_FLAG_SETUP,
    [OP_RETURN_VALUE] = OP_FLAG_EXIT, [OP_RAISE_VARARGS] = OP_FLAG_EXIT, [OP_RERAISE] = OP_FLAG_EXIT,
};
/* clang-format on */

static bool is_unconditional(int op) { return op == OP_JUMP || op == OP_JUMP_NO_INTERRUPT; }

static void make_nop(Instr *instr)
{
    instr->op = OP_NOP;
    instr->arg = 0;
}

static Instr *last_of(const Block *b) { return b->used ? &b->instrs[b->used - 1] : 0; }

/* ---- shape of blocks ----------------------------------------------------------------------------------------------------------------- */

static void skip_empty_targets(Instr *instr)
{
    while (!instr->target->used) instr->target = instr->target->next;
}

static void classify(Block *b)
{
    for (int i = 0; i < b->used; i++) {
        Instr *instr = &b->instrs[i];
        if (op_is_exit(instr->op)) {
            b->exit = true;
            b->no_fallthrough = true;
        } else if (op_is_jump(instr->op)) {
            skip_empty_targets(instr);
            if (is_unconditional(instr->op)) b->no_fallthrough = true;
        }
    }
}

static bool exits_without_line(const Block *b)
{
    if (!b->exit) return false;
    for (int i = 0; i < b->used; i++)
        if (b->instrs[i].loc.line >= 0) return false;
    return true;
}

enum { MAX_COPIED_EXIT = 4 };

/* A jump to a small artificial block that leaves the code object is replaced by a copy of that block. */
static void inline_exit(Arena *arena, Block *b)
{
    Instr *last = last_of(b);
    if (!last || last->op != OP_JUMP) return;
    Block *target = last->target;
    if (!exits_without_line(target) || target->used > MAX_COPIED_EXIT) return;
    make_nop(last);
    last->target = 0;
    for (int i = 0; i < target->used; i++) {
        Instr *copy = block_append(arena, b);
        *copy = target->instrs[i];
    }
    b->exit = true;
}

/* Drops NOPs whose line is also that of a neighbour, or that have none. */
static void remove_nops(Block *b, int previous_line)
{
    int kept = 0;
    for (int i = 0; i < b->used; i++) {
        int line = b->instrs[i].loc.line;
        if (b->instrs[i].op == OP_NOP) {
            if (line < 0 || line == previous_line) continue;
            if (i < b->used - 1) {
                int next_line = b->instrs[i + 1].loc.line;
                if (next_line == line) continue;
                if (next_line < 0) {
                    b->instrs[i + 1].loc = b->instrs[i].loc;
                    continue;
                }
            } else {
                const Block *next = b->next;
                while (next && !next->used) next = next->next;
                if (next && next->instrs[0].loc.line == line) continue;
            }
        }
        if (kept != i) b->instrs[kept] = b->instrs[i];
        kept++;
        previous_line = line;
    }
    b->used = kept;
}

static void remove_empty_blocks(Block *entry)
{
    for (Block *b = entry; b; b = b->next) {
        Block *next = b->next;
        while (next && !next->used) next = next->next;
        b->next = next;
    }
    for (Block *b = entry; b; b = b->next)
        for (int i = 0; i < b->used; i++)
            if (op_has_target(b->instrs[i].op)) skip_empty_targets(&b->instrs[i]);
}

/* ---- peephole ------------------------------------------------------------------------------------------------------------------------ */

/* Replaces a run of SWAPs (and NOPs), beginning at *position, by the least number of them; *position goes to its end. */
static void simplify_swaps(Arena *arena, Block *b, int *position)
{
    Instr *run = &b->instrs[*position];
    int depth = run->arg, length = 0, limit = b->used - *position;
    bool more = false;
    while (++length < limit) {
        if (run[length].op == OP_SWAP) {
            if (run[length].arg > depth) depth = run[length].arg;
            more = true;
        } else if (run[length].op != OP_NOP) {
            break;
        }
    }
    if (!more) return;
    int *stack = arena_array(arena, int, depth);
    for (int i = 0; i < depth; i++) stack[i] = i;
    for (int i = 0; i < length; i++) {
        if (run[i].op != OP_SWAP) continue;
        int top = stack[0];
        stack[0] = stack[run[i].arg - 1];
        stack[run[i].arg - 1] = top;
    }
    /* Every cycle of the permutation is undone from the top of the stack; written backwards, that does the permutation. */
    int current = length - 1;
    for (int i = 0; i < depth; i++) {
        if (stack[i] < 0 || stack[i] == i) continue;
        for (int k = i;;) {
            if (k) {
                run[current].op = OP_SWAP;
                run[current--].arg = k + 1;
            }
            if (stack[k] < 0) break;
            int next = stack[k];
            stack[k] = -1;
            k = next;
        }
    }
    while (current >= 0) make_nop(&run[current--]);
    *position += length - 1;
}

static bool is_swappable(int op) { return op == OP_STORE_FAST || op == OP_POP_TOP; }

/* The next instruction that only takes the top of the stack; -1 if something else is in the way, or another line than `line` (if that is not -1). */
static int next_swappable(const Block *b, int i, int line)
{
    while (++i < b->used) {
        const Instr *instr = &b->instrs[i];
        if (line >= 0 && instr->loc.line != line) return -1;
        if (instr->op == OP_NOP) {
            line = instr->loc.line;
            continue;
        }
        return is_swappable(instr->op) ? i : -1;
    }
    return -1;
}

/* SWAP n before n stores: exchange the stores instead. */
static void apply_swaps(Block *b, int i)
{
    for (; i >= 0; i--) {
        Instr *swap = &b->instrs[i];
        if (swap->op != OP_SWAP) {
            if (swap->op == OP_NOP || is_swappable(swap->op)) continue;
            return;
        }
        int first = next_swappable(b, i, -1);
        if (first < 0) return;
        int other = first, line = b->instrs[first].loc.line;
        for (int count = swap->arg - 1; count > 0; count--) {
            other = next_swappable(b, other, line);
            if (other < 0) return;
        }
        make_nop(swap);
        Instr saved = b->instrs[first];
        b->instrs[first] = b->instrs[other];
        b->instrs[other] = saved;
    }
}

/* Jump to a jump: goes to the end of the chain, if no line is lost. */
static bool thread_jump(Instr *instr, const Instr *target, int op)
{
    if (instr->loc.line != target->loc.line || instr->target == target->target) return false;
    instr->target = target->target;
    instr->op = (uint8_t)op;
    return true;
}

/* n loads of constants before BUILD_TUPLE n become one load. */
static void fold_tuple(Compiler *c, Unit *u, Instr *build)
{
    int n = build->arg;
    for (int i = 1; i <= n; i++)
        if (build[-i].op != OP_LOAD_CONST) return;
    const Const **items = arena_array(c->arena, const Const *, n + 1);
    for (int i = 0; i < n; i++) items[i] = u->consts.items[build[i - n].arg];
    for (int i = 1; i <= n; i++) { make_nop(&build[-i]); }
    build->op = OP_LOAD_CONST;
    build->arg = (int)const_table_add(c->arena, &u->consts, const_tuple(c->arena, items, (uint32_t)n));
}

/* A constant that decides the jump behind it. */
static void fold_constant_jump(Unit *u, Block *b, int i)
{
    Instr *load = &b->instrs[i], *next = load + 1;
    if (i + 1 >= b->used) return;
    const Const *value = u->consts.items[load->arg];
    bool when_true = next->op == OP_POP_JUMP_IF_TRUE || next->op == OP_JUMP_IF_TRUE_OR_POP;
    switch (next->op) {
    case OP_POP_JUMP_IF_FALSE:
    case OP_POP_JUMP_IF_TRUE:
        make_nop(load);
        if (const_is_true(value) == when_true) {
            next->op = OP_JUMP;
            b->no_fallthrough = true;
        } else {
            make_nop(next);
        }
        break;
    case OP_JUMP_IF_FALSE_OR_POP:
    case OP_JUMP_IF_TRUE_OR_POP:
        if (const_is_true(value) == when_true) {
            next->op = OP_JUMP;
            b->no_fallthrough = true;
        } else {
            make_nop(load);
            make_nop(next);
        }
        break;
    case OP_IS_OP: {
        if (value->kind != CONST_NONE || i + 2 >= b->used) break;
        Instr *jump = load + 2;
        if (jump->op != OP_POP_JUMP_IF_FALSE && jump->op != OP_POP_JUMP_IF_TRUE) break;
        bool is_not = next->arg == 1;
        make_nop(load);
        make_nop(next);
        jump->op = is_not != (jump->op == OP_POP_JUMP_IF_FALSE) ? OP_POP_JUMP_IF_NOT_NONE : OP_POP_JUMP_IF_NONE;
        break;
    }
    default: break;
    }
}

/* One of JUMP_IF_x_OR_POP: what the jump's target does with the value is known. True: look at the instruction again. */
static bool fold_or_pop(Instr *instr, const Instr *target)
{
    bool is_false = instr->op == OP_JUMP_IF_FALSE_OR_POP;
    int same_pop = is_false ? OP_POP_JUMP_IF_FALSE : OP_POP_JUMP_IF_TRUE, other_pop = is_false ? OP_POP_JUMP_IF_TRUE : OP_POP_JUMP_IF_FALSE;
    int other = is_false ? OP_JUMP_IF_TRUE_OR_POP : OP_JUMP_IF_FALSE_OR_POP;
    if (target->op == same_pop) return thread_jump(instr, target, same_pop);
    if (target->op == OP_JUMP || target->op == instr->op) return thread_jump(instr, target, instr->op);
    if (target->op == other || target->op == other_pop) {
        if (instr->loc.line != target->loc.line) return false;
        instr->op = (uint8_t)same_pop;
        instr->target = instr->target->next;
        return true;
    }
    return false;
}

static void optimize_block(Compiler *c, Unit *u, Block *b)
{
    static const Instr nop = {.op = OP_NOP};
    for (int i = 0; i < b->used; i++) {
        Instr *instr = &b->instrs[i];
        int next_op = i + 1 < b->used ? instr[1].op : 0;
        const Instr *target = &nop;
        if (op_has_target(instr->op)) {
            skip_empty_targets(instr);
            target = &instr->target->instrs[0];
        }
        switch (instr->op) {
        case OP_LOAD_CONST: fold_constant_jump(u, b, i); break;
        case OP_BUILD_TUPLE:
            if (next_op == OP_UNPACK_SEQUENCE && instr->arg == instr[1].arg) {
                if (instr->arg == 1) {
                    make_nop(instr);
                    make_nop(&instr[1]);
                    continue;
                }
                if (instr->arg == 2 || instr->arg == 3) {
                    make_nop(instr);
                    instr[1].op = OP_SWAP;
                    continue;
                }
            }
            if (i >= instr->arg) fold_tuple(c, u, instr);
            break;
        case OP_JUMP_IF_FALSE_OR_POP:
        case OP_JUMP_IF_TRUE_OR_POP: i -= fold_or_pop(instr, target); break;
        case OP_POP_JUMP_IF_NONE:
        case OP_POP_JUMP_IF_NOT_NONE:
        case OP_POP_JUMP_IF_FALSE:
        case OP_POP_JUMP_IF_TRUE:
        case OP_JUMP:
            if (target->op == OP_JUMP) i -= thread_jump(instr, target, instr->op);
            break;
        case OP_SWAP:
            if (instr->arg == 1) {
                make_nop(instr);
                break;
            }
            simplify_swaps(c->arena, b, &i);
            apply_swaps(b, i);
            break;
        case OP_PUSH_NULL:
            if (next_op == OP_LOAD_GLOBAL) {
                make_nop(instr);
                instr[1].arg |= 1;
            }
            break;
        default: break;
        }
    }
}

/* ---- reachability -------------------------------------------------------------------------------------------------------------------- */

typedef struct BlockStack {
    Block **items;
    int count;
} BlockStack;

static int count_blocks(const Block *entry)
{
    int n = 0;
    for (const Block *b = entry; b; b = b->next) n++;
    return n;
}

static void mark_reachable(Compiler *c, Block *entry)
{
    BlockStack stack = {arena_array(c->arena, Block *, count_blocks(entry) + 1), 0};
    entry->predecessors = 1;
    stack.items[stack.count++] = entry;
    while (stack.count) {
        Block *b = stack.items[--stack.count];
        if (b->next && !b->no_fallthrough) {
            if (!b->next->predecessors) stack.items[stack.count++] = b->next;
            b->next->predecessors++;
        }
        for (int i = 0; i < b->used; i++) {
            Instr *instr = &b->instrs[i];
            if (!op_has_target(instr->op)) continue;
            if (!instr->target->predecessors) stack.items[stack.count++] = instr->target;
            instr->target->predecessors++;
        }
    }
}

static void remove_redundant_jumps(Block *entry)
{
    for (Block *b = entry; b; b = b->next) {
        Instr *last = last_of(b);
        if (!last || !is_unconditional(last->op) || last->target != b->next) continue;
        b->no_fallthrough = false;
        make_nop(last);
        last->target = 0;
    }
}

/* ---- lines ----------------------------------------------------------------------------------------------------------------------------- */

/* An exit block that has no line and several ways in gets a copy for each, so that each can have the line of its jump. */
static void duplicate_exits(Compiler *c, Unit *u, Block *entry)
{
    for (Block *b = u->newest; b; b = b->older) {
        Instr *last = last_of(b);
        if (!last || !op_is_jump(last->op)) continue;
        Block *target = last->target;
        if (!exits_without_line(target) || target->predecessors <= 1) continue;
        Block *copy = unit_block(c->arena, u);
        for (int i = 0; i < target->used; i++) {
            Instr *instr = block_append(c->arena, copy);
            *instr = target->instrs[i];
        }
        copy->exit = true;
        copy->no_fallthrough = true;
        copy->instrs[0].loc = last->loc;
        last->target = copy;
        target->predecessors--;
        copy->predecessors = 1;
        copy->next = target->next;
        target->next = copy;
    }
    remove_empty_blocks(entry);
    for (Block *b = entry; b; b = b->next)
        if (!b->no_fallthrough && b->next && b->used && exits_without_line(b->next)) b->next->instrs[0].loc = last_of(b)->loc;
}

static void propagate_lines(Block *entry)
{
    for (Block *b = entry; b; b = b->next) {
        if (!b->used) continue;
        Loc loc = NO_LOC;
        for (int i = 0; i < b->used; i++) {
            if (b->instrs[i].loc.line < 0) b->instrs[i].loc = loc;
            else loc = b->instrs[i].loc;
        }
        if (!b->no_fallthrough && b->next && b->next->predecessors == 1 && b->next->used && b->next->instrs[0].loc.line < 0) b->next->instrs[0].loc = loc;
        Instr *last = last_of(b);
        if (op_is_jump(last->op) && last->target->predecessors == 1 && last->target->instrs[0].loc.line < 0) last->target->instrs[0].loc = loc;
    }
}

static void guarantee_exit_lines(Block *entry, int line)
{
    for (Block *b = entry; b; b = b->next) {
        Instr *last = last_of(b);
        if (!last) continue;
        if (last->loc.line >= 0) line = last->loc.line;
        else if (last->op == OP_RETURN_VALUE)
            for (int i = 0; i < b->used; i++) b->instrs[i].loc.line = line;
    }
}

/* Constants behind the last one used are dropped; the first stays, as it may be the docstring. */
static void trim_consts(Unit *u, const Block *entry)
{
    int most = 0;
    for (const Block *b = entry; b; b = b->next)
        for (int i = 0; i < b->used; i++)
            if ((b->instrs[i].op == OP_LOAD_CONST || b->instrs[i].op == OP_KW_NAMES) && b->instrs[i].arg > most) most = b->instrs[i].arg;
    if ((uint32_t)most + 1 < u->consts.count) u->consts.count = (uint32_t)most + 1;
}

void flow_optimize(Compiler *c, Unit *u, Block *entry)
{
    for (Block *b = entry; b; b = b->next) classify(b);
    for (Block *b = u->newest; b; b = b->older) inline_exit(c->arena, b);
    for (Block *b = entry; b; b = b->next) {
        optimize_block(c, u, b);
        remove_nops(b, -1);
    }
    for (Block *b = u->newest; b; b = b->older) inline_exit(c->arena, b);
    mark_reachable(c, entry);
    for (Block *b = entry; b; b = b->next) {
        if (b->predecessors) continue;
        b->used = 0;
        b->no_fallthrough = false;
    }
    for (Block *b = entry; b; b = b->next) remove_nops(b, -1);
    remove_empty_blocks(entry);
    remove_redundant_jumps(entry);
    duplicate_exits(c, u, entry);
    trim_consts(u, entry);
    propagate_lines(entry);
    guarantee_exit_lines(entry, u->firstlineno);
}

/* ---- stack depth --------------------------------------------------------------------------------------------------------------------- */

static int stack_effect(int op, int arg, bool jump)
{
    switch (op) {
    case OP_POP_TOP:
    case OP_POP_EXCEPT:
    case OP_BINARY_SUBSCR:
    case OP_SET_ADD:
    case OP_LIST_APPEND:
    case OP_PRINT_EXPR:
    case OP_RETURN_VALUE:
    case OP_IMPORT_STAR:
    case OP_STORE_NAME:
    case OP_DELETE_ATTR:
    case OP_STORE_GLOBAL:
    case OP_COMPARE_OP:
    case OP_IS_OP:
    case OP_CONTAINS_OP:
    case OP_IMPORT_NAME:
    case OP_POP_JUMP_IF_NONE:
    case OP_POP_JUMP_IF_NOT_NONE:
    case OP_POP_JUMP_IF_FALSE:
    case OP_POP_JUMP_IF_TRUE:
    case OP_PREP_RERAISE_STAR:
    case OP_RERAISE:
    case OP_STORE_FAST:
    case OP_CALL:
    case OP_STORE_DEREF:
    case OP_LIST_EXTEND:
    case OP_SET_UPDATE:
    case OP_DICT_MERGE:
    case OP_DICT_UPDATE:
    case OP_BINARY_OP: return -1;
    case OP_MAP_ADD:
    case OP_DELETE_SUBSCR:
    case OP_STORE_ATTR:
    case OP_END_ASYNC_FOR:
    case OP_MATCH_CLASS: return -2;
    case OP_STORE_SUBSCR: return -3;
    case OP_LOAD_BUILD_CLASS:
    case OP_LOAD_CONST:
    case OP_LOAD_NAME:
    case OP_IMPORT_FROM:
    case OP_PUSH_EXC_INFO:
    case OP_WITH_EXCEPT_START:
    case OP_LOAD_FAST:
    case OP_LOAD_METHOD:
    case OP_LOAD_CLOSURE:
    case OP_LOAD_DEREF:
    case OP_LOAD_CLASSDEREF:
    case OP_BEFORE_ASYNC_WITH:
    case OP_BEFORE_WITH:
    case OP_GET_ANEXT:
    case OP_GET_LEN:
    case OP_MATCH_MAPPING:
    case OP_MATCH_SEQUENCE:
    case OP_MATCH_KEYS:
    case OP_COPY:
    case OP_PUSH_NULL:
    case OP_LOAD_ASSERTION_ERROR: return 1;
    case OP_UNPACK_SEQUENCE: return arg - 1;
    case OP_UNPACK_EX: return (arg & 0xff) + (arg >> 8);
    case OP_FOR_ITER: return jump ? -1 : 1;
    case OP_SEND: return jump ? -1 : 0;
    case OP_BUILD_TUPLE:
    case OP_BUILD_LIST:
    case OP_BUILD_SET:
    case OP_BUILD_STRING: return 1 - arg;
    case OP_BUILD_MAP: return 1 - 2 * arg;
    case OP_BUILD_CONST_KEY_MAP:
    case OP_PRECALL:
    case OP_RAISE_VARARGS: return -arg;
    case OP_JUMP_IF_TRUE_OR_POP:
    case OP_JUMP_IF_FALSE_OR_POP: return jump ? 0 : -1;
    case OP_LOAD_GLOBAL: return (arg & 1) + 1;
    case OP_SETUP_FINALLY:
    case OP_SETUP_WITH: return jump ? 1 : 0;
    case OP_SETUP_CLEANUP: return jump ? 2 : 0;
    case OP_FORMAT_VALUE: return arg & 4 ? -1 : 0;
    case OP_CALL_FUNCTION_EX: return -2 - (arg & 1);
    case OP_MAKE_FUNCTION: return -__builtin_popcount((unsigned)arg & 15);
    case OP_BUILD_SLICE: return arg == 3 ? -2 : -1;
    default: return 0;
    }
}

static void push_depth(BlockStack *stack, Block *b, int depth)
{
    if (b->start_depth >= depth) return;
    b->start_depth = depth;
    stack->items[stack->count++] = b;
}

int flow_stack_depth(Compiler *c, Block *entry, int code_flags)
{
    int most = 0, n = 0;
    for (Block *b = entry; b; b = b->next) {
        b->start_depth = -1;
        n++;
    }
    /* Depths agree on all ways into a block, so each is pushed once. Should they not, the stack is deep enough for some repeats. */
    BlockStack stack = {arena_array(c->arena, Block *, n * 4 + 16), 0};
    int limit = n * 4;
    push_depth(&stack, entry, code_flags & (CODE_GENERATOR | CODE_COROUTINE | CODE_ASYNC_GENERATOR) ? 1 : 0);
    while (stack.count && stack.count < limit + 8) {
        Block *b = stack.items[--stack.count], *next = b->next;
        int depth = b->start_depth;
        for (int i = 0; i < b->used; i++) {
            Instr *instr = &b->instrs[i];
            int after = depth + stack_effect(instr->op, instr->arg, false);
            if (after > most) most = after;
            if (op_has_target(instr->op)) {
                int there = depth + stack_effect(instr->op, instr->arg, true);
                if (there > most) most = there;
                push_depth(&stack, instr->target, there);
            }
            depth = after;
            if (is_unconditional(instr->op) || op_is_exit(instr->op)) {
                next = 0;
                break;
            }
        }
        if (next) push_depth(&stack, next, depth);
    }
    return most;
}

/* ---- exception handlers -------------------------------------------------------------------------------------------------------------- */

struct HandlerStack {
    int depth;
    Block *handlers[MAX_FRAMES + 2];
};

static HandlerStack *copy_handlers(Compiler *c, const HandlerStack *stack)
{
    HandlerStack *copy = arena_new(c->arena, HandlerStack);
    *copy = *stack;
    return copy;
}

static void visit_later(BlockStack *todo, Block *b, HandlerStack *handlers)
{
    b->visited = true;
    b->handlers = handlers;
    todo->items[todo->count++] = b;
}

/* Gives every instruction its handler, then turns the SETUP_* and POP_BLOCK markers to NOPs. */
void flow_label_handlers(Compiler *c, Block *entry)
{
    bool any = false;
    for (Block *b = entry; b && !any; b = b->next)
        for (int i = 0; i < b->used && !any; i++) any = op_is_setup(b->instrs[i].op);
    BlockStack todo = {0};
    if (any) {
        todo.items = arena_array(c->arena, Block *, count_blocks(entry) + 1);
        visit_later(&todo, entry, arena_new(c->arena, HandlerStack));
    }
    while (todo.count) {
        Block *b = todo.items[--todo.count];
        HandlerStack *stack = b->handlers;
        b->handlers = 0;
        Block *handler = stack->depth ? stack->handlers[stack->depth - 1] : 0;
        for (int i = 0; i < b->used; i++) {
            Instr *instr = &b->instrs[i];
            /* The markers themselves, should they stay as NOPs, are in no handler's range. */
            if (op_is_setup(instr->op)) {
                if (!instr->target->visited) visit_later(&todo, instr->target, copy_handlers(c, stack));
                if (instr->op != OP_SETUP_FINALLY) instr->target->preserve_lasti = true;
                handler = instr->target;
                if (stack->depth < MAX_FRAMES + 2) stack->handlers[stack->depth++] = handler;
            } else if (instr->op == OP_POP_BLOCK) {
                if (stack->depth) stack->depth--;
                handler = stack->depth ? stack->handlers[stack->depth - 1] : 0;
            } else {
                instr->handler = handler;
                if (op_is_jump(instr->op) && !instr->target->visited) visit_later(&todo, instr->target, b->no_fallthrough ? stack : copy_handlers(c, stack));
            }
        }
        if (!b->no_fallthrough && b->next && !b->next->visited) visit_later(&todo, b->next, stack);
    }
    for (Block *b = entry; b; b = b->next) {
        for (int i = 0; i < b->used; i++)
            if (op_is_setup(b->instrs[i].op) || b->instrs[i].op == OP_POP_BLOCK) {
                make_nop(&b->instrs[i]);
                b->instrs[i].target = 0;
            }
        remove_nops(b, -1);
    }
}

/* ---- directions ---------------------------------------------------------------------------------------------------------------------- */

void flow_normalize_jumps(Compiler *c, Block *entry)
{
    for (Block *b = entry; b; b = b->next) b->visited = false;
    for (Block *b = entry; b; b = b->next) {
        b->visited = true;
        Instr *last = last_of(b);
        if (!last || !op_is_jump(last->op)) continue;
        bool forward = !last->target->visited;
        switch (last->op) {
        case OP_JUMP: last->op = forward ? OP_JUMP_FORWARD : OP_JUMP_BACKWARD; break;
        case OP_JUMP_NO_INTERRUPT: last->op = forward ? OP_JUMP_FORWARD : OP_JUMP_BACKWARD_NO_INTERRUPT; break;
        case OP_POP_JUMP_IF_NONE: last->op = forward ? OP_POP_JUMP_FORWARD_IF_NONE : OP_POP_JUMP_BACKWARD_IF_NONE; break;
        case OP_POP_JUMP_IF_NOT_NONE: last->op = forward ? OP_POP_JUMP_FORWARD_IF_NOT_NONE : OP_POP_JUMP_BACKWARD_IF_NOT_NONE; break;
        case OP_POP_JUMP_IF_FALSE: last->op = forward ? OP_POP_JUMP_FORWARD_IF_FALSE : OP_POP_JUMP_BACKWARD_IF_FALSE; break;
        case OP_POP_JUMP_IF_TRUE: last->op = forward ? OP_POP_JUMP_FORWARD_IF_TRUE : OP_POP_JUMP_BACKWARD_IF_TRUE; break;
        case OP_JUMP_IF_TRUE_OR_POP:
        case OP_JUMP_IF_FALSE_OR_POP:
            if (!forward) {
                compile_error_set(c->source, ERROR_SYSTEM, 0, 0, 0, 0,
                                  last->op == OP_JUMP_IF_TRUE_OR_POP ? "unexpected JUMP_IF_TRUE_OR_POP jumping backwards" : "unexpected JUMP_IF_FALSE_OR_POP jumping backwards");
                longjmp(c->bail, 1);
            }
            break;
        default: break;
        }
    }
}
