/* lower.c: stored bytecode -> register code.
 *
 * One pass over the reachable instructions, executing the operand stack symbolically: an entry of the stack is a register (its own "home", a local whose load was put off,
 * or the home of an entry below it), a constant, or NULL. Loads emit nothing; whoever consumes an entry names its register or constant as operand. An entry is
 * materialised (moved home) when a store changes the local it stands for, before a place where control flow joins, and when an exception handler counts on it. A result that is
 * stored to a local at once is written there directly: the store changes the destination of the instruction that made the value.
 *
 * Which locals are certainly assigned at each block is solved first (assigned_*), so that only the others are checked.
 */
#include "vm/lower.h"
#include "object/bytes.h"
#include "object/error.h"
#include "object/str.h"
#include "heap/barrier.h"
#include <stdio.h>
#include <stdlib.h>

enum { MAX_FUSED_UNITS = 6000 };
typedef enum EntryKind { ENTRY_REGISTER, ENTRY_CONST, ENTRY_NULL } EntryKind;
typedef struct Entry {
    EntryKind kind;
    uint32_t index;
} Entry;
typedef enum FixKind { FIX_JUMP16, FIX_JUMP32, FIX_EXIT, FIX_WORD } FixKind;
typedef struct Fix {
    uint32_t word, origin;
    FixKind kind;
    int32_t target;
} Fix;

typedef struct Lowering {
    Stored s;
    CodeObj *code;
    bool traced, fuse, failed;
    Word *words;
    uint32_t *units, *ordinals, *live;
    int32_t *handlers, handler;   /* of each word, of the present stored instruction: index into s.handlers or -1 */
    uint32_t live_before, live_call;
    uint32_t count, capacity, ordinal;
    uint32_t *word_of;            /* by stored instruction */
    Fix *fixes;
    uint32_t fix_count, fix_capacity;
    Entry *stack;
    int32_t depth, clean;         /* entries below `clean` are at home */
    uint32_t locals;
    int64_t last_dest;            /* word whose a (or, for a final word, dest) wrote the entry on top; -1 */
    bool last_dest_final;
    int64_t last_simple;          /* the last word of binary arithmetic; -1 */
    int64_t last_move;            /* word of a MOVE that a further one may join; -1 */
    uint32_t unit;
    int64_t kwnames;
    /* definite assignment */
    size_t set_words;
    uint64_t **assigned_in;       /* by stored instruction, for leaders */
    uint64_t *assigned;
    int64_t assigned_work, assigned_memory;   /* in words */
} Lowering;

/* ---- emission */

static bool reserve_words(Lowering *l, uint32_t capacity)
{
    Word *words = realloc(l->words, sizeof(Word) * capacity);
    if (words) l->words = words;
    uint32_t *units = realloc(l->units, sizeof(uint32_t) * capacity);
    if (units) l->units = units;
    uint32_t *ordinals = realloc(l->ordinals, sizeof(uint32_t) * capacity);
    if (ordinals) l->ordinals = ordinals;
    uint32_t *live = realloc(l->live, sizeof(uint32_t) * capacity);
    if (live) l->live = live;
    int32_t *handlers = realloc(l->handlers, sizeof(int32_t) * capacity);
    if (handlers) l->handlers = handlers;
    if (!words || !units || !ordinals || !live || !handlers) {
        l->failed = true;
        return false;
    }
    l->capacity = capacity;
    return true;
}

/* Without memory the lowering has failed, and what it still emits overwrites what it had. */
static uint32_t emit_word(Lowering *l, Word w)
{
    if (l->count == l->capacity && !reserve_words(l, l->capacity * 2)) l->count = 0;
    l->words[l->count] = w;
    l->units[l->count] = l->unit;
    l->ordinals[l->count] = l->ordinal++;
    l->handlers[l->count] = l->handler;
    uint32_t live = l->locals + (uint32_t)l->depth;
    l->live[l->count] = (live > l->live_before ? live : l->live_before) | l->live_call;
    return l->count++;
}

static uint32_t emit(Lowering *l, enum Op op, uint32_t a, uint32_t b, uint32_t c)
{
    l->last_dest = -1;
    l->last_move = -1;
    return emit_word(l, (Word){.op = (uint16_t)op, .a = (uint16_t)a, .b = (uint16_t)b, .c = (uint16_t)c});
}

/* An instruction that only the traced form has: what the plain form remembers of the last instruction stays true. */
static void emit_uncounted(Lowering *l, enum Op op, uint32_t a, int32_t bc)
{
    Word w = {.op = (uint16_t)op, .a = (uint16_t)a};
    w.jump = bc;
    emit_word(l, w);
    l->ordinal--;
}

static void add_fix(Lowering *l, uint32_t word, uint32_t origin, FixKind kind, int32_t target)
{
    if (l->fix_count == l->fix_capacity) {
        uint32_t capacity = l->fix_capacity ? l->fix_capacity * 2 : 64;
        Fix *fixes = realloc(l->fixes, sizeof(Fix) * capacity);
        if (!fixes) {
            l->failed = true;
            return;
        }
        l->fixes = fixes;
        l->fix_capacity = capacity;
    }
    l->fixes[l->fix_count++] = (Fix){word, origin, kind, target};
}

static uint32_t home(Lowering *l, int32_t depth) { return l->locals + (uint32_t)depth; }
static bool at_home(Lowering *l, int32_t d) { return l->stack[d].kind == ENTRY_REGISTER && l->stack[d].index == home(l, d); }

static void emit_move(Lowering *l, uint32_t to, uint32_t from)
{
    if (l->last_move >= 0 && l->words[l->last_move].a + 1u == to) {
        Word *w = &l->words[l->last_move];
        w->op = OP_MOVE2;
        w->c = (uint16_t)from;
        l->last_move = -1;
        l->last_dest = -1;
        return;
    }
    uint32_t word = emit(l, OP_MOVE, to, from, 0);
    l->last_move = word;
}

static void emit_long(Lowering *l, enum Op op, uint32_t a, uint32_t bc)
{
    uint32_t word = emit(l, op, a, 0, 0);
    l->words[word].jump = (int32_t)bc;
}

static void materialise(Lowering *l, int32_t d)
{
    Entry *e = &l->stack[d];
    if (at_home(l, d)) return;
    uint32_t to = home(l, d);
    switch (e->kind) {
    case ENTRY_REGISTER: emit_move(l, to, e->index); break;
    case ENTRY_CONST: emit_long(l, OP_LOADK, to, e->index); break;
    case ENTRY_NULL: emit(l, OP_LOADNULL, to, 0, 0); break;
    }
    *e = (Entry){ENTRY_REGISTER, to};
}

/* All entries below `depth` go home. */
static void flush(Lowering *l, int32_t depth)
{
    for (int32_t d = l->clean; d < depth; d++) materialise(l, d);
    if (depth > l->clean) l->clean = depth;
}

static void push_entry(Lowering *l, EntryKind kind, uint32_t index) { l->stack[l->depth++] = (Entry){kind, index}; }

static void pop(Lowering *l, int32_t count)
{
    l->depth -= count;
    if (l->clean > l->depth) l->clean = l->depth;
}

static void push_home(Lowering *l) { push_entry(l, ENTRY_REGISTER, home(l, l->depth)); }

/* The register that holds entry d (constants are loaded home). */
static uint32_t operand(Lowering *l, int32_t d)
{
    if (l->stack[d].kind != ENTRY_REGISTER) materialise(l, d);
    return l->stack[d].index;
}

static bool is_const_operand(Lowering *l, int32_t d) { return l->stack[d].kind == ENTRY_CONST && l->stack[d].index < 65536; }

/* Emits {op, home of the next entry, b, c}, and pushes the result. */
static uint32_t emit_result(Lowering *l, enum Op op, uint32_t b, uint32_t c)
{
    uint32_t word = emit(l, op, home(l, l->depth), b, c);
    push_home(l);
    l->last_dest = word;
    l->last_dest_final = false;
    return word;
}

static void emit_name(Lowering *l, uint32_t name) { emit_word(l, (Word){.value = tuple_get(l->code->names, name)}); }
static void emit_caches(Lowering *l, int count)
{
    while (count-- > 0) emit_word(l, (Word){.bits = 0});
}

/* The final word of what may start a frame; pushes the result. */
static void emit_final(Lowering *l)
{
    uint32_t word = emit_word(l, (Word){.dest = (uint16_t)home(l, l->depth)});
    push_home(l);
    l->last_dest = word;
    l->last_dest_final = true;
}

/* Results of the instruction with name and caches: result first, then words. */
static void emit_result_cached(Lowering *l, enum Op op, uint32_t b, uint32_t name, int caches)
{
    uint32_t word = emit_result(l, op, b, 0);
    emit_name(l, name);
    emit_caches(l, caches);
    l->last_dest = word;
}

/* Puts `count` entries from depth d on into neighbouring registers; returns the first. */
static uint32_t consecutive(Lowering *l, int32_t d, int32_t count)
{
    bool neighbours = count > 0;
    for (int32_t n = 0; n < count && neighbours; n++) neighbours = l->stack[d + n].kind == ENTRY_REGISTER && l->stack[d + n].index == l->stack[d].index + (uint32_t)n;
    if (neighbours) return l->stack[d].index;
    for (int32_t n = 0; n < count; n++) materialise(l, d + n);
    return home(l, d);
}

/* ---- definite assignment of locals */

static bool bit_get(const uint64_t *set, uint32_t i) { return set[i >> 6] >> (i & 63) & 1; }
static void bit_set(uint64_t *set, uint32_t i) { set[i >> 6] |= 1ull << (i & 63); }
static void bit_clear(uint64_t *set, uint32_t i) { set[i >> 6] &= ~(1ull << (i & 63)); }

/* As in verify.c: what no compiler's code takes. */
static const int64_t MAX_ASSIGNED_WORK = 1ll << 31, MAX_ASSIGNED_MEMORY = 1ll << 26;

typedef struct AssignWork {
    int32_t *items;
    int32_t count;
    uint8_t *queued;
} AssignWork;

static void assigned_flow(Lowering *l, AssignWork *work, int32_t target)
{
    uint64_t *in = l->assigned_in[target];
    bool changed = false;
    l->assigned_work += (int64_t)l->set_words;
    if (!in) {
        l->assigned_memory += (int64_t)l->set_words;
        in = malloc(sizeof(uint64_t) * l->set_words);
        if (!in) {
            l->failed = true;
            return;
        }
        memcpy(in, l->assigned, sizeof(uint64_t) * l->set_words);
        l->assigned_in[target] = in;
        changed = true;
    } else
        for (size_t i = 0; i < l->set_words; i++) {
            uint64_t both = in[i] & l->assigned[i];
            changed |= both != in[i];
            in[i] = both;
        }
    if (changed && !work->queued[target]) {
        work->queued[target] = 1;
        work->items[work->count++] = target;
    }
}

static void assigned_apply(Lowering *l, const StoredInsn *insn)
{
    switch (insn->op) {
    case BC_STORE_FAST:
    case BC_LOAD_FAST:
    case BC_MAKE_CELL: bit_set(l->assigned, insn->arg); break;
    case BC_DELETE_FAST: bit_clear(l->assigned, insn->arg); break;
    case BC_COPY_FREE_VARS:
        for (int i = l->code->nlocalsplus - l->code->nfreevars; i < l->code->nlocalsplus; i++) bit_set(l->assigned, (uint32_t)i);
        break;
    default: break;
    }
}

static void assigned_block(Lowering *l, AssignWork *work, int32_t first)
{
    memcpy(l->assigned, l->assigned_in[first], sizeof(uint64_t) * l->set_words);
    int32_t handler = -1;
    for (int32_t i = first; i < l->s.count; i++) {
        StoredInsn *insn = &l->s.insns[i];
        l->assigned_work++;
        if (i != first && insn->leader) {
            assigned_flow(l, work, i);
            return;
        }
        if (insn->handler >= 0 && insn->handler != handler) assigned_flow(l, work, l->s.handlers[insn->handler].target);
        handler = insn->op == BC_DELETE_FAST ? -1 : insn->handler;
        assigned_apply(l, insn);
        if (insn->target >= 0) assigned_flow(l, work, insn->target);
        if (bytecode_ends_flow(insn->op)) return;
    }
}

/* Arguments, and the cells that arguments become. */
static void assigned_entry(Lowering *l)
{
    CodeObj *c = l->code;
    int args = c->argcount + c->kwonlyargcount + !!(c->flags & CO_VARARGS) + !!(c->flags & CO_VARKEYWORDS);
    const uint8_t *kinds = bytes_data(c->localspluskinds);
    for (int i = 0; i < args; i++)
        if (!(kinds[i] & (LOCAL_CELL | LOCAL_FREE))) bit_set(l->assigned, (uint32_t)i);
}

static bool assigned_solve(Lowering *l)
{
    l->set_words = (l->locals + 63) / 64 + 1;
    l->assigned = calloc(l->set_words, sizeof(uint64_t));
    l->assigned_in = calloc((size_t)l->s.count, sizeof(uint64_t *));
    AssignWork work = {malloc(sizeof(int32_t) * ((size_t)l->s.count + 1)), 0, calloc((size_t)l->s.count, 1)};
    if (!l->assigned || !l->assigned_in || !work.items || !work.queued) l->failed = true;
    else {
        assigned_entry(l);
        assigned_flow(l, &work, 0);
        while (work.count > 0 && !l->failed) {
            int32_t i = work.items[--work.count];
            work.queued[i] = 0;
            assigned_block(l, &work, i);
            if (l->assigned_work > MAX_ASSIGNED_WORK || l->assigned_memory > MAX_ASSIGNED_MEMORY) {
                l->s.problem = "too many locals for so many blocks";
                l->failed = true;
            }
        }
    }
    free(work.items);
    free(work.queued);
    return !l->failed;
}

/* ---- the instructions */

static void lower_load_fast(Lowering *l, uint32_t local)
{
    if (!bit_get(l->assigned, local)) emit(l, OP_CHECK_LOCAL, local, 0, 0);
    else if (l->traced) emit_uncounted(l, OP_CHECK_LOCAL, local, 0);   /* a debugger may have jumped past the assignment */
    push_entry(l, ENTRY_REGISTER, local);
}

/* Pending loads of the local must see its old value. */
static void settle_local(Lowering *l, uint32_t local, int32_t depth)
{
    for (int32_t d = l->clean; d < depth; d++)
        if (l->stack[d].kind == ENTRY_REGISTER && l->stack[d].index == local) materialise(l, d);
}

static void lower_store_fast(Lowering *l, uint32_t local)
{
    int32_t top = l->depth - 1;
    int64_t dest = l->last_dest;
    bool final = l->last_dest_final;
    settle_local(l, local, top);
    Entry e = l->stack[top];
    if (at_home(l, top) && dest >= 0 && dest == l->last_dest) {
        if (final) l->words[dest].dest = (uint16_t)local;
        else l->words[dest].a = (uint16_t)local;
        l->last_dest = -1;
    } else if (e.kind == ENTRY_CONST) emit_long(l, OP_LOADK, local, e.index);
    else if (e.index != local) {
        emit(l, OP_MOVE, local, operand(l, top), 0);
    }
    pop(l, 1);
}

static void lower_swap(Lowering *l, int32_t n)
{
    int32_t t = l->depth - 1, b = l->depth - n;
    if (t == b) return;
    l->last_dest = -1;
    for (int32_t d = b + 1; d <= t; d++)   /* what stands for the home of another entry would change with it */
        if (l->stack[d].kind == ENTRY_REGISTER && l->stack[d].index >= home(l, b) && !at_home(l, d)) materialise(l, d);
    if (at_home(l, t) && at_home(l, b)) emit(l, OP_SWAP, home(l, t), home(l, b), 0);
    else if (at_home(l, t)) {
        Entry low = l->stack[b];
        emit(l, OP_MOVE, home(l, b), home(l, t), 0);
        l->stack[b] = (Entry){ENTRY_REGISTER, home(l, b)};
        l->stack[t] = low;
    } else if (at_home(l, b)) {
        Entry top = l->stack[t];
        emit(l, OP_MOVE, home(l, t), home(l, b), 0);
        l->stack[t] = (Entry){ENTRY_REGISTER, home(l, t)};
        l->stack[b] = top;
    } else {
        Entry top = l->stack[t];
        l->stack[t] = l->stack[b];
        l->stack[b] = top;
    }
    if (l->clean > b) l->clean = b;
}

/* Makes the last two instructions a pair where the table has it: the first has just been written by word, the second stands behind it. */
static void pair_with_last(Lowering *l, uint32_t second)
{
    static const struct {
        uint16_t first, second, pair;
    } pairs[] = {
        {OP_IADD_K, OP_JUMP_LT, OP_STEP_JUMP_LT},
        {OP_IADD_K, OP_JUMP_LT_K, OP_STEP_JUMP_LT_K},
        {OP_MOD_K, OP_JUMP_NOT_EQ_K, OP_MOD_JUMP_NOT_EQ},
        {OP_AND_K, OP_JUMP_FALSE, OP_AND_JUMP_FALSE},
    };
    if (l->traced || second == 0 || l->last_simple != (int64_t)second - 1) return;
    Word *w = &l->words[second - 1], next = l->words[second];
    for (size_t n = 0; n < sizeof pairs / sizeof *pairs; n++)
        if (w->op == pairs[n].first && next.op == pairs[n].second && w->a == next.a) w->op = pairs[n].pair;
}

static void lower_jump(Lowering *l, enum Op op, uint32_t a, int32_t target)
{
    uint32_t word = emit(l, op, a, 0, 0);
    add_fix(l, word, word, FIX_JUMP32, target);
}

static void lower_cond_jump(Lowering *l, enum Op op, int32_t target)
{
    uint32_t a = operand(l, l->depth - 1);
    pop(l, 1);
    flush(l, l->depth);
    lower_jump(l, op, a, target);
    pair_with_last(l, l->count - 1);
}

/* Stored instruction i + n when it is sure to come right after those from i on: none of them begins a block, and all have the same handler. */
static const StoredInsn *following(Lowering *l, int32_t i, int32_t n)
{
    if (i + n >= l->s.count) return 0;
    for (int32_t at = i + 1; at <= i + n; at++)
        if (l->s.insns[at].leader || l->s.insns[at].handler != l->s.insns[i].handler) return 0;
    return &l->s.insns[i + n];
}

/* The trace points of `count` stored instructions behind i that become one with it. */
static void trace_merged(Lowering *l, int32_t i, int32_t count)
{
    if (!l->traced) return;
    uint32_t unit = l->unit;
    for (int32_t n = 1; n <= count; n++) {
        l->unit = l->s.insns[i + n].at;
        emit_uncounted(l, OP_TRACE, TRACE_MERGED, (int32_t)l->unit);
    }
    l->unit = unit;
}

/* Is stored instruction i + 1 a jump on the result of i, which can be made one with it? */
static const StoredInsn *fusible_jump(Lowering *l, int32_t i)
{
    const StoredInsn *next = l->fuse ? following(l, i, 1) : 0;
    if (!next) return 0;
    switch (next->op) {
    case BC_POP_JUMP_FORWARD_IF_FALSE:
    case BC_POP_JUMP_FORWARD_IF_TRUE:
    case BC_POP_JUMP_BACKWARD_IF_FALSE:
    case BC_POP_JUMP_BACKWARD_IF_TRUE: return next;
    default: return 0;
    }
}

static bool jumps_if_true(const StoredInsn *insn) { return insn->op == BC_POP_JUMP_FORWARD_IF_TRUE || insn->op == BC_POP_JUMP_BACKWARD_IF_TRUE; }

/* {op, R[a], R[b] or K[b]} and the jump behind stored instruction i; returns how many stored instructions were used. */
static int lower_fused(Lowering *l, int32_t i, enum Op op, int constant_form)
{
    bool constant = constant_form && is_const_operand(l, l->depth - 1);
    uint32_t a = operand(l, l->depth - 2), b = constant ? l->stack[l->depth - 1].index : operand(l, l->depth - 1);
    if (constant) op += (enum Op)constant_form;
    pop(l, 2);
    trace_merged(l, i, 1);   /* before the flush, so that nothing comes between operands and trace point in one form only */
    flush(l, l->depth);
    uint32_t word = emit(l, op, a, b, 0);
    pair_with_last(l, word);
    add_fix(l, word, word, FIX_JUMP16, l->s.insns[i + 1].target);
    return 2;
}

static int lower_compare(Lowering *l, int32_t i)
{
    uint32_t cmp = l->s.insns[i].arg;
    const StoredInsn *jump = fusible_jump(l, i);
    if (jump) return lower_fused(l, i, (enum Op)(OP_JUMP_LT + 4 * cmp + (jumps_if_true(jump) ? 0 : 1)), 2);
    uint32_t b = operand(l, l->depth - 2), c = operand(l, l->depth - 1);
    pop(l, 2);
    emit_result(l, (enum Op)(OP_LT + cmp), b, c);
    return 1;
}

/* IS_OP and CONTAINS_OP */
static int lower_test(Lowering *l, int32_t i, enum Op plain, enum Op fused)
{
    uint32_t inverted = l->s.insns[i].arg != 0;
    const StoredInsn *jump = fusible_jump(l, i);
    if (jump) return lower_fused(l, i, (enum Op)(fused + (jumps_if_true(jump) ? inverted : !inverted)), 0);
    uint32_t b = operand(l, l->depth - 2), c = operand(l, l->depth - 1);
    pop(l, 2);
    emit_result(l, (enum Op)(plain + inverted), b, c);
    return 1;
}

/* Is stack entry d the result of the last word, a MUL, and in its home, where nobody else looks for it? */
static bool is_product(Lowering *l, int32_t d)
{
    uint32_t place = home(l, d);
    if (l->traced || l->last_dest < 0 || l->last_dest_final || l->last_dest != (int64_t)l->count - 1 || !at_home(l, d)) return false;
    Word w = l->words[l->last_dest];
    if (w.op != OP_MUL || w.a != place) return false;
    for (int32_t other = 0; other < l->depth; other++)
        if (other != d && l->stack[other].kind == ENTRY_REGISTER && l->stack[other].index == place) return false;
    return true;
}

/* The op of the pair of a MUL and an addition or subtraction (op, without constant) of the two entries on top; 0: they are no such pair. */
static enum Op product_pair(Lowering *l, uint32_t op)
{
    bool sub = op == BINARY_SUBTRACT;
    if (op != BINARY_ADD && !sub) return 0;
    if (is_product(l, l->depth - 1)) return sub ? OP_SUB_MUL : OP_ADD_MUL;
    return is_product(l, l->depth - 2) && l->stack[l->depth - 1].kind == ENTRY_REGISTER ? sub ? OP_MUL_SUB : OP_MUL_ADD : 0;
}

static void lower_binary(Lowering *l, uint32_t arg)
{
    static const uint16_t ops[13] = {
        [BINARY_ADD] = OP_ADD,       [BINARY_AND] = OP_AND,   [BINARY_FLOOR_DIVIDE] = OP_FLOORDIV, [BINARY_LSHIFT] = OP_LSHIFT, [BINARY_MULTIPLY] = OP_MUL,
        [BINARY_REMAINDER] = OP_MOD, [BINARY_OR] = OP_OR,     [BINARY_RSHIFT] = OP_RSHIFT,         [BINARY_SUBTRACT] = OP_SUB,  [BINARY_TRUE_DIVIDE] = OP_DIV,
        [BINARY_XOR] = OP_XOR,       [BINARY_POWER] = OP_POW,
    };
    uint32_t in_place = arg >= 13, op = in_place ? arg - 13 : arg;
    bool special = op == BINARY_MATRIX_MULTIPLY;
    bool constant = !special && is_const_operand(l, l->depth - 1);
    enum Op pair = constant ? 0 : product_pair(l, op);
    int64_t product = l->last_dest;
    uint32_t b = operand(l, l->depth - 2), c = constant ? l->stack[l->depth - 1].index : operand(l, l->depth - 1);
    pop(l, 2);
    if (special) {
        uint32_t word = emit_result(l, OP_BINARY, b, c);
        emit_word(l, (Word){.bits = arg});
        l->last_dest = word;
        return;
    }
    l->last_simple = emit_result(l, (enum Op)(ops[op] + in_place + 2 * constant), b, c);
    if (pair && l->last_simple == product + 1) l->words[product].op = (uint16_t)pair;
}

static void lower_unary(Lowering *l, enum Op op)
{
    uint32_t b = operand(l, l->depth - 1);
    pop(l, 1);
    emit_result(l, op, b, 0);
}

/* As lower_unary, but the operand stays on the stack. */
static void lower_peek(Lowering *l, enum Op op) { emit_result(l, op, operand(l, l->depth - 1), 0); }

static void lower_build(Lowering *l, enum Op op, int32_t entries, uint32_t c)
{
    uint32_t b = consecutive(l, l->depth - entries, entries);
    pop(l, entries);
    emit_result(l, op, b, c);
}

/* How many registers hold entries of the stack or locals. An entry may lie above its own home after a swap. */
static void note_live(Lowering *l)
{
    l->live_before = l->locals + (uint32_t)l->depth;
    for (int32_t d = 0; d < l->depth; d++)
        if (l->stack[d].kind == ENTRY_REGISTER && l->stack[d].index >= l->live_before) l->live_before = l->stack[d].index + 1;
}

/* Whether the registers from `first` to `last` hold none of the entries below `depth`. */
static bool unused(Lowering *l, int32_t depth, uint32_t first, uint32_t last)
{
    for (int32_t d = 0; d < depth; d++)
        if (l->stack[d].kind == ENTRY_REGISTER && l->stack[d].index >= first && l->stack[d].index <= last) return false;
    return true;
}

/* The registers of generators lie in the heap: callees cannot have their windows there. */
static bool heap_window(Lowering *l) { return l->code->flags & (CO_GENERATOR | CO_COROUTINE | CO_ASYNC_GENERATOR); }

static void lower_call(Lowering *l, int32_t nargs)
{
    int32_t base = l->depth - nargs - 2;
    for (int32_t d = base + 2; d < l->depth; d++) materialise(l, d);
    if (l->kwnames >= 0) {
        materialise(l, base);
        materialise(l, base + 1);
        emit(l, OP_CALL_KW, home(l, base), (uint32_t)nargs, 0);
        emit_word(l, (Word){.bits = (uint64_t)l->kwnames});
        l->kwnames = -1;
    } else if (l->stack[base].kind == ENTRY_NULL) {
        uint32_t callable = operand(l, base + 1), first = home(l, base);
        if (unused(l, base, first, first + 1)) l->live_call = LIVE_CALL;
        emit(l, heap_window(l) ? OP_CALL_COPY : OP_CALL, first, (uint32_t)nargs, callable);
        emit_caches(l, 3);
    } else {
        materialise(l, base);
        materialise(l, base + 1);
        emit(l, heap_window(l) ? OP_CALL_METHOD_COPY : OP_CALL_METHOD, home(l, base), (uint32_t)nargs, 0);
        emit_caches(l, 3);
    }
    pop(l, nargs + 2);
    emit_final(l);
    l->live_call = 0;
}

static void lower_call_ex(Lowering *l, uint32_t flags)
{
    int32_t base = l->depth - 3 - (int32_t)(flags & 1);
    uint32_t a = operand(l, base + 1), b = operand(l, base + 2), c = (flags & 1) ? operand(l, base + 3) : NO_REGISTER;
    pop(l, l->depth - base);
    emit(l, OP_CALL_EX, a, b, c);
    emit_final(l);
}

static void lower_yield(Lowering *l, int32_t i)
{
    uint32_t value = operand(l, l->depth - 1), iterator = NO_REGISTER;
    pop(l, 1);
    flush(l, l->depth);
    /* Only behind its SEND is what the generator would find after an exception there known: the depth, and the locals. */
    const StoredInsn *send = i > 0 && !l->s.insns[i].joins ? &l->s.insns[i - 1] : 0;
    bool waits = send && send->op == BC_SEND && send->depth >= 0 && i + 1 < l->s.count && l->s.insns[i + 1].op == BC_RESUME && (l->s.insns[i + 1].arg & 3) >= 2;
    if (waits) iterator = home(l, l->depth - 1);
    uint32_t word = emit(l, OP_YIELD, value, iterator, l->locals + (uint32_t)l->depth);
    uint32_t exit = emit_word(l, (Word){.bits = 0});
    if (waits) add_fix(l, exit, word, FIX_WORD, send->target);
    emit_final(l);
}

/* `a, b = sequence` and `a, b, c = sequence` with locals: their registers are written at once. Returns how many stored instructions were used; 0: it is something else. */
static int lower_unpack_locals(Lowering *l, int32_t i)
{
    int32_t count = (int32_t)l->s.insns[i].arg;
    if ((count != 2 && count != 3) || !following(l, i, count)) return 0;
    for (int32_t n = 1; n <= count; n++)
        if (l->s.insns[i + n].op != BC_STORE_FAST) return 0;
    uint32_t seq = operand(l, l->depth - 1);
    /* A FOR_ITER before need not make the pair (special_for), unless a copy is left. */
    if (!unused(l, l->depth - 1, seq, seq)) return 0;
    pop(l, 1);
    for (int32_t n = 1; n <= count; n++) settle_local(l, l->s.insns[i + n].arg, l->depth);
    trace_merged(l, i, count);
    emit(l, count == 2 ? OP_UNPACK2 : OP_UNPACK3, l->s.insns[i + 1].arg, seq, l->s.insns[i + 2].arg);
    if (count == 3) emit_word(l, (Word){.bits = l->s.insns[i + 3].arg});
    return 1 + count;
}

/* `a, b, c, d = x, y, z, w` with locals (the compiler has swaps for two and three): no tuple is made. As above. */
static int lower_parallel_assignment(Lowering *l, int32_t i)
{
    int32_t count = (int32_t)l->s.insns[i].arg;
    const StoredInsn *unpack = following(l, i, 1);
    if (count < 2 || !unpack || unpack->op != BC_UNPACK_SEQUENCE || unpack->arg != (uint32_t)count || !following(l, i, 1 + count)) return 0;
    for (int32_t n = 2; n < 2 + count; n++)
        if (l->s.insns[i + n].op != BC_STORE_FAST) return 0;
    trace_merged(l, i, 1 + count);
    int32_t first = l->depth - count;
    for (int32_t n = 0; n < count; n++) {
        uint32_t local = l->s.insns[i + 2 + n].arg;
        settle_local(l, local, first);
        for (int32_t d = first + n + 1; d < l->depth; d++)
            if (l->stack[d].kind == ENTRY_REGISTER && l->stack[d].index == local) materialise(l, d);
        Entry e = l->stack[first + n];
        if (e.kind == ENTRY_CONST) emit_long(l, OP_LOADK, local, e.index);
        else if (e.index != local) emit(l, OP_MOVE, local, operand(l, first + n), 0);
    }
    pop(l, count);
    return 2 + count;
}

static void lower_unpack(Lowering *l, enum Op op, uint32_t results, uint32_t c)
{
    uint32_t seq = operand(l, l->depth - 1);
    pop(l, 1);
    emit(l, op, home(l, l->depth), seq, c);
    for (uint32_t n = 0; n < results; n++) push_home(l);
}

static void lower_with(Lowering *l, enum Op op)
{
    uint32_t b = operand(l, l->depth - 1);
    pop(l, 1);
    emit(l, op, home(l, l->depth), b, 0);
    push_home(l);
    emit_final(l);
}

static void lower_send(Lowering *l, int32_t target)
{
    materialise(l, l->depth - 2);
    uint32_t value = operand(l, l->depth - 1);
    pop(l, 1);
    flush(l, l->depth);
    uint32_t word = emit(l, OP_SEND, home(l, l->depth - 1), value, 0);
    add_fix(l, l->count, word, FIX_EXIT, target);
    emit_final(l);
    l->last_dest = -1;
}

static void lower_for_iter(Lowering *l, int32_t target)
{
    flush(l, l->depth);
    uint32_t word = emit(l, OP_FOR_ITER, home(l, l->depth - 1), 0, 0);
    add_fix(l, l->count, word, FIX_EXIT, target);
    emit_final(l);
}

/* A jump back to a FOR_ITER: the instruction again, which goes on behind the first one; so that an iteration of the loop is one instruction less. */
/* Whether the jump at `i` ends the loop of a `yield from` or an `await`. It need not poll: each round yields. Damaged code can jump like this to anywhere. */
static bool is_delegation_loop(const Lowering *l, int32_t i)
{
    const StoredInsn *insn = &l->s.insns[i];
    return i > 1 && l->s.insns[insn->target].op == BC_SEND && !insn->leader && insn[-1].op == BC_RESUME && !insn[-1].leader && insn[-2].op == BC_YIELD_VALUE;
}

static void lower_jump_back(Lowering *l, int32_t i)
{
    int32_t target = l->s.insns[i].target;
    const StoredInsn *loop = &l->s.insns[target];
    flush(l, l->depth);
    if (loop->op == BC_FOR_ITER && target < i && loop->handler == l->handler && loop->depth == l->depth && target + 1 < l->s.count) {
        uint32_t first = l->word_of[target];
        while (l->words[first].op != OP_FOR_ITER) first++;
        l->unit = loop->at;
        if (l->traced) emit_uncounted(l, OP_TRACE, TRACE_MERGED, (int32_t)l->unit);
        uint32_t word = emit(l, OP_FOR_ITER, home(l, l->depth - 1), 0, 0);
        add_fix(l, l->count, word, FIX_EXIT, loop->target);
        emit_word(l, (Word){.dest = l->words[first + 1].dest});
        target++;
    }
    lower_jump(l, OP_JUMP_BACK, 0, target);
}

static void lower_load_global(Lowering *l, uint32_t arg)
{
    if (arg & 1) push_entry(l, ENTRY_NULL, 0);
    emit_result_cached(l, OP_LOAD_GLOBAL, 0, arg >> 1, 2);
}

static void lower_load_method(Lowering *l, uint32_t name)
{
    uint32_t b = operand(l, l->depth - 1);
    pop(l, 1);
    emit(l, OP_LOAD_METHOD, home(l, l->depth), b, 0);
    emit_name(l, name);
    emit_caches(l, 2);
    push_home(l);
    push_home(l);
}

static void lower_deref(Lowering *l, const StoredInsn *insn)
{
    if (!bit_get(l->assigned, insn->arg)) {
        if (!l->s.problem) l->s.problem = "cell used before it is made";
        l->failed = true;
    }
    if (insn->op == BC_LOAD_CLOSURE) push_entry(l, ENTRY_REGISTER, insn->arg);
    else if (insn->op == BC_LOAD_DEREF) emit_result(l, OP_LOAD_DEREF, insn->arg, 0);
    else if (insn->op == BC_LOAD_CLASSDEREF) emit_result(l, OP_LOAD_CLASSDEREF, insn->arg, 0);
    else if (insn->op == BC_DELETE_DEREF) emit(l, OP_DELETE_DEREF, insn->arg, 0, 0);
    else {
        emit(l, OP_STORE_DEREF, insn->arg, operand(l, l->depth - 1), 0);
        pop(l, 1);
    }
}

/* Instructions that take two or three registers and give nothing. */
static void lower_effect(Lowering *l, enum Op op, uint32_t a, uint32_t b, uint32_t c, int32_t pops)
{
    emit(l, op, a, b, c);
    pop(l, pops);
}

static void lower_named(Lowering *l, enum Op op, uint32_t name, uint32_t a, uint32_t b, int caches, int32_t pops)
{
    emit(l, op, a, b, 0);
    emit_name(l, name);
    emit_caches(l, caches);
    pop(l, pops);
}

static void lower_return(Lowering *l)
{
    Entry e = l->stack[l->depth - 1];
    if (e.kind == ENTRY_CONST) emit_long(l, OP_RETURN_K, 0, e.index);
    else emit(l, OP_RETURN, operand(l, l->depth - 1), 0, 0);
}

static void lower_make_function(Lowering *l, uint32_t flags)
{
    int32_t entries = 1 + __builtin_popcount(flags & 15);
    for (int32_t d = l->depth - entries; d < l->depth; d++) materialise(l, d);
    pop(l, entries);
    emit_result(l, OP_MAKE_FUNCTION, home(l, l->depth), flags);
}

static void lower_format(Lowering *l, uint32_t flags)
{
    int32_t entries = (flags & 4) ? 2 : 1;
    uint32_t value = operand(l, l->depth - entries), spec = (flags & 4) ? operand(l, l->depth - 1) : NO_REGISTER;
    pop(l, entries);
    uint32_t word = emit_result(l, OP_FORMAT, value, flags & 3);
    emit_word(l, (Word){.bits = spec});
    l->last_dest = word;
}

/* The register of a slice's bound; None needs none. */
static uint32_t slice_bound(Lowering *l, int32_t d)
{
    Entry e = l->stack[d];
    return e.kind == ENTRY_CONST && tuple_get(l->code->consts, e.index) == NONE ? NO_REGISTER : operand(l, d);
}

/* When the next stored instruction takes the slice, the two become one that need not make it. Returns how many were used. */
static int lower_slice(Lowering *l, int32_t i)
{
    int32_t count = (int32_t)l->s.insns[i].arg, d = l->depth - count;
    const StoredInsn *next = following(l, i, 1);
    uint32_t start = slice_bound(l, d), stop = slice_bound(l, d + 1), step = count == 3 ? slice_bound(l, d + 2) : NO_REGISTER;
    uint32_t word;
    int used = 1;
    if (next && next->op == BC_BINARY_SUBSCR && d >= 1) {
        uint32_t b = operand(l, d - 1);
        pop(l, count + 1);
        trace_merged(l, i, 1);
        l->unit = next->at;
        word = emit_result(l, OP_GET_SLICE, b, start);
        used = 2;
    } else if (next && next->op == BC_STORE_SUBSCR && d >= 2) {
        uint32_t a = operand(l, d - 1), c = operand(l, d - 2);
        pop(l, count + 2);
        trace_merged(l, i, 1);
        l->unit = next->at;
        word = emit(l, OP_SET_SLICE, a, start, c);
        used = 2;
    } else {
        pop(l, count);
        word = emit_result(l, OP_BUILD_SLICE, start, 0);
    }
    emit_word(l, (Word){.a = (uint16_t)stop, .b = (uint16_t)step});
    if (l->words[word].op != OP_SET_SLICE) l->last_dest = word;
    return used;
}

/* An unused register would keep what it holds alive until it is written again; of an exception that is too much: frames, and all that they refer to. */
static void forget(Lowering *l, uint32_t reg)
{
    for (int32_t d = 0; d < l->depth; d++)
        if (l->stack[d].kind == ENTRY_REGISTER && l->stack[d].index == reg) return;
    emit(l, OP_LOADNULL, reg, 0, 0);
}

static void lower_exception_op(Lowering *l, const StoredInsn *insn)
{
    int32_t top = l->depth - 1;
    switch (insn->op) {
    case BC_PUSH_EXC_INFO:
        materialise(l, top);
        emit(l, OP_PUSH_EXC_INFO, home(l, top), 0, 0);
        push_home(l);
        break;
    case BC_POP_EXCEPT:
        lower_effect(l, OP_POP_EXCEPT, operand(l, top), 0, 0, 1);
        forget(l, home(l, top));
        forget(l, home(l, top + 1));
        break;
    case BC_CHECK_EXC_MATCH: {
        uint32_t b = operand(l, top - 1), c = operand(l, top);
        pop(l, 1);
        emit_result(l, OP_CHECK_EXC_MATCH, b, c);
        break;
    }
    case BC_CHECK_EG_MATCH:
        materialise(l, top - 1);
        materialise(l, top);
        emit(l, OP_CHECK_EG_MATCH, home(l, top - 1), 0, 0);
        break;
    case BC_PREP_RERAISE_STAR: {
        uint32_t b = operand(l, top - 1), c = operand(l, top);
        pop(l, 2);
        emit_result(l, OP_PREP_RERAISE_STAR, b, c);
        break;
    }
    case BC_RERAISE: {
        uint32_t place = insn->arg ? operand(l, top - (int32_t)insn->arg) : NO_REGISTER;
        emit(l, OP_RERAISE, operand(l, top), place, 0);
        pop(l, 1);
        break;
    }
    case BC_RAISE_VARARGS: {
        uint32_t b = insn->arg ? operand(l, l->depth - (int32_t)insn->arg) : 0, c = insn->arg == 2 ? operand(l, top) : 0;
        emit(l, OP_RAISE, insn->arg, b, c);
        pop(l, (int32_t)insn->arg);
        break;
    }
    case BC_WITH_EXCEPT_START: {
        uint32_t b = operand(l, top - 3), c = operand(l, top);
        emit_result(l, OP_WITH_EXCEPT_START, b, c);
        break;
    }
    case BC_END_ASYNC_FOR: lower_effect(l, OP_END_ASYNC_FOR, 0, operand(l, top), 0, 2); break;
    default: break;
    }
}

/* The operand of an instruction that takes the key at depth d from a register, a constant, or as a small number itself; and which of the three it is. */
static enum Op item_key(Lowering *l, int32_t d, uint32_t *out, enum Op by_register, enum Op by_constant, enum Op by_number)
{
    if (is_const_operand(l, d)) {
        Value key = tuple_get(l->code->consts, l->stack[d].index);
        bool number = is_small_int(key) && small_int_value(key) >= 0 && small_int_value(key) < 65536;
        *out = number ? (uint32_t)small_int_value(key) : l->stack[d].index;
        return number ? by_number : by_constant;
    }
    *out = operand(l, d);
    return by_register;
}

/* The three entries on top, at these depths; the last of the `merged` stored instructions behind i is the store. */
static void lower_store_subscr(Lowering *l, int32_t i, int32_t merged, int32_t container, int32_t key, int32_t value)
{
    uint32_t b, a = operand(l, container);
    enum Op op = item_key(l, key, &b, OP_STORE_SUBSCR, OP_STORE_SUBSCR_K, OP_STORE_SUBSCR_I);
    uint32_t c = operand(l, value);
    trace_merged(l, i, merged);
    lower_effect(l, op, a, b, c, 3);
}

static void lower_container_op(Lowering *l, const StoredInsn *insn)
{
    int32_t top = l->depth - 1, arg = (int32_t)insn->arg;
    switch (insn->op) {
    case BC_LIST_APPEND: lower_effect(l, OP_LIST_APPEND, operand(l, top - arg), operand(l, top), 0, 1); break;
    case BC_SET_ADD: lower_effect(l, OP_SET_ADD, operand(l, top - arg), operand(l, top), 0, 1); break;
    case BC_LIST_EXTEND: lower_effect(l, OP_LIST_EXTEND, operand(l, top - arg), operand(l, top), 0, 1); break;
    case BC_SET_UPDATE: lower_effect(l, OP_SET_UPDATE, operand(l, top - arg), operand(l, top), 0, 1); break;
    case BC_DICT_UPDATE: lower_effect(l, OP_DICT_UPDATE, operand(l, top - arg), operand(l, top), 0, 1); break;
    case BC_DICT_MERGE: {
        uint32_t a = operand(l, top - arg), b = operand(l, top), c = operand(l, top - arg - 2);
        lower_effect(l, OP_DICT_MERGE, a, b, c, 1);
        break;
    }
    case BC_MAP_ADD: {
        uint32_t a = operand(l, top - 1 - arg), b = operand(l, top - 1), c = operand(l, top);
        lower_effect(l, OP_MAP_ADD, a, b, c, 2);
        break;
    }
    case BC_STORE_SUBSCR: lower_store_subscr(l, 0, 0, top - 1, top, top - 2); break;
    case BC_DELETE_SUBSCR: {
        uint32_t a = operand(l, top - 1), b = operand(l, top);
        lower_effect(l, OP_DELETE_SUBSCR, a, b, 0, 2);
        break;
    }
    case BC_BINARY_SUBSCR: {
        uint32_t c;
        enum Op op = item_key(l, top, &c, OP_SUBSCR, OP_SUBSCR_K, OP_SUBSCR_I);
        uint32_t b = operand(l, top - 1);
        pop(l, 2);
        emit_result(l, op, b, c);
        break;
    }
    case BC_BUILD_CONST_KEY_MAP: {
        uint32_t keys = operand(l, top);
        uint32_t b = consecutive(l, top - arg, arg);
        pop(l, arg + 1);
        uint32_t word = emit_result(l, OP_BUILD_CONST_KEY_MAP, b, (uint32_t)arg);
        emit_word(l, (Word){.bits = keys});
        l->last_dest = word;
        break;
    }
    default: break;
    }
}

static void lower_match_op(Lowering *l, const StoredInsn *insn)
{
    int32_t top = l->depth - 1;
    switch (insn->op) {
    case BC_GET_LEN: lower_peek(l, OP_GET_LEN); break;
    case BC_MATCH_MAPPING: lower_peek(l, OP_MATCH_MAPPING); break;
    case BC_MATCH_SEQUENCE: lower_peek(l, OP_MATCH_SEQUENCE); break;
    case BC_MATCH_KEYS: {
        uint32_t b = operand(l, top - 1), c = operand(l, top);
        emit_result(l, OP_MATCH_KEYS, b, c);
        break;
    }
    case BC_MATCH_CLASS:
        for (int32_t d = top - 2; d <= top; d++) materialise(l, d);
        pop(l, 3);
        emit_result(l, OP_MATCH_CLASS, home(l, l->depth), insn->arg);
        break;
    default: break;
    }
}

static void lower_import_op(Lowering *l, const StoredInsn *insn)
{
    int32_t top = l->depth - 1;
    if (insn->op == BC_IMPORT_NAME) {
        uint32_t b = operand(l, top - 1), c = operand(l, top);
        pop(l, 2);
        uint32_t word = emit_result(l, OP_IMPORT_NAME, b, c);
        emit_name(l, insn->arg);
        l->last_dest = word;
    } else if (insn->op == BC_IMPORT_FROM) {
        uint32_t word = emit_result(l, OP_IMPORT_FROM, operand(l, top), 0);
        emit_name(l, insn->arg);
        l->last_dest = word;
    } else lower_effect(l, OP_IMPORT_STAR, operand(l, top), 0, 0, 1);
}

/* Swaps before stores, which find their operands without them: `a[b] op= v`, `a.b op= v`, and `a, b = b, a` of locals. Returns how many stored instructions were used; 0:
 * it is something else. */
static int lower_swap_merged(Lowering *l, int32_t i)
{
    uint32_t distance = l->s.insns[i].arg;
    int32_t top = l->depth - 1;
    const StoredInsn *next = following(l, i, 1), *second = following(l, i, 2);
    if (!next) return 0;
    if (distance == 2 && next->op == BC_STORE_ATTR) {
        uint32_t a = operand(l, top - 1), b = operand(l, top);
        trace_merged(l, i, 1);
        lower_named(l, OP_STORE_ATTR, next->arg, a, b, 2, 2);
        return 2;
    }
    if (!second) return 0;
    if (distance == 3 && next->op == BC_SWAP && next->arg == 2 && second->op == BC_STORE_SUBSCR) {
        lower_store_subscr(l, i, 2, top - 2, top - 1, top);
        return 3;
    }
    if (distance == 2 && next->op == BC_STORE_FAST && second->op == BC_STORE_FAST && next->arg != second->arg) {
        Entry left = l->stack[top - 1], right = l->stack[top];
        if (left.kind != ENTRY_REGISTER || right.kind != ENTRY_REGISTER || left.index != second->arg || right.index != next->arg) return 0;
        pop(l, 2);
        settle_local(l, next->arg, l->depth);
        settle_local(l, second->arg, l->depth);
        trace_merged(l, i, 2);
        emit(l, OP_SWAP, next->arg, second->arg, 0);
        return 3;
    }
    return 0;
}

/* Lowers stored instruction i; returns how many were used. */
static int lower_insn(Lowering *l, int32_t i)
{
    const StoredInsn *insn = &l->s.insns[i];
    uint32_t arg = insn->arg;
    int32_t top = l->depth - 1;
    switch (insn->op) {
    case BC_NOP:
    case BC_RESUME:
    case BC_PRECALL: break;
    case BC_KW_NAMES: l->kwnames = arg; break;
    case BC_POP_TOP: pop(l, 1); break;
    case BC_PUSH_NULL: push_entry(l, ENTRY_NULL, 0); break;
    case BC_LOAD_CONST: push_entry(l, ENTRY_CONST, arg); break;
    case BC_LOAD_FAST: lower_load_fast(l, arg); break;
    case BC_STORE_FAST: lower_store_fast(l, arg); break;
    case BC_DELETE_FAST:
        settle_local(l, arg, l->depth);
        emit(l, OP_DELETE_LOCAL, arg, 0, 0);
        break;
    case BC_COPY: {
        Entry e = l->stack[l->depth - (int32_t)arg];
        if (e.kind == ENTRY_REGISTER && e.index >= l->locals) l->last_dest = -1;
        push_entry(l, e.kind, e.index);
        break;
    }
    case BC_SWAP: {
        int used = lower_swap_merged(l, i);
        if (used) return used;
        lower_swap(l, (int32_t)arg);
        break;
    }
    case BC_MAKE_CELL: emit(l, OP_MAKE_CELL, arg, 0, 0); break;
    case BC_COPY_FREE_VARS: emit(l, OP_COPY_FREE_VARS, arg, 0, 0); break;
    case BC_LOAD_CLOSURE:
    case BC_LOAD_DEREF:
    case BC_LOAD_CLASSDEREF:
    case BC_STORE_DEREF:
    case BC_DELETE_DEREF: lower_deref(l, insn); break;
    case BC_LOAD_GLOBAL: lower_load_global(l, arg); break;
    case BC_STORE_GLOBAL: lower_named(l, OP_STORE_GLOBAL, arg, operand(l, top), 0, 1, 1); break;
    case BC_DELETE_GLOBAL: lower_named(l, OP_DELETE_GLOBAL, arg, 0, 0, 0, 0); break;
    case BC_LOAD_NAME: emit_result_cached(l, OP_LOAD_NAME, 0, arg, 2); break;
    case BC_STORE_NAME: lower_named(l, OP_STORE_NAME, arg, operand(l, top), 0, 1, 1); break;
    case BC_DELETE_NAME: lower_named(l, OP_DELETE_NAME, arg, 0, 0, 0, 0); break;
    case BC_LOAD_ATTR: {
        uint32_t b = operand(l, top);
        pop(l, 1);
        emit_result_cached(l, OP_LOAD_ATTR, b, arg, 2);
        break;
    }
    case BC_STORE_ATTR: {
        uint32_t a = operand(l, top), b = operand(l, top - 1);
        lower_named(l, OP_STORE_ATTR, arg, a, b, 2, 2);
        break;
    }
    case BC_DELETE_ATTR: lower_named(l, OP_DELETE_ATTR, arg, operand(l, top), 0, 0, 1); break;
    case BC_LOAD_METHOD: lower_load_method(l, arg); break;
    case BC_BINARY_OP: lower_binary(l, arg); break;
    case BC_UNARY_NEGATIVE: lower_unary(l, OP_NEGATIVE); break;
    case BC_UNARY_POSITIVE: lower_unary(l, OP_POSITIVE); break;
    case BC_UNARY_NOT: lower_unary(l, OP_NOT); break;
    case BC_UNARY_INVERT: lower_unary(l, OP_INVERT); break;
    case BC_COMPARE_OP: return lower_compare(l, i);
    case BC_IS_OP: return lower_test(l, i, OP_IS, OP_JUMP_IS);
    case BC_CONTAINS_OP: return lower_test(l, i, OP_CONTAINS, OP_JUMP_IN);
    case BC_JUMP_BACKWARD:
    case BC_JUMP_BACKWARD_NO_INTERRUPT:
        if (insn->op == BC_JUMP_BACKWARD || !is_delegation_loop(l, i)) {
            lower_jump_back(l, i);
            break;
        }
        [[fallthrough]];
    case BC_JUMP_FORWARD:
        flush(l, l->depth);
        lower_jump(l, OP_JUMP, 0, insn->target);
        break;
    case BC_POP_JUMP_FORWARD_IF_FALSE:
    case BC_POP_JUMP_BACKWARD_IF_FALSE: lower_cond_jump(l, OP_JUMP_FALSE, insn->target); break;
    case BC_POP_JUMP_FORWARD_IF_TRUE:
    case BC_POP_JUMP_BACKWARD_IF_TRUE: lower_cond_jump(l, OP_JUMP_TRUE, insn->target); break;
    case BC_POP_JUMP_FORWARD_IF_NONE:
    case BC_POP_JUMP_BACKWARD_IF_NONE: lower_cond_jump(l, OP_JUMP_NONE, insn->target); break;
    case BC_POP_JUMP_FORWARD_IF_NOT_NONE:
    case BC_POP_JUMP_BACKWARD_IF_NOT_NONE: lower_cond_jump(l, OP_JUMP_NOT_NONE, insn->target); break;
    case BC_JUMP_IF_FALSE_OR_POP:
    case BC_JUMP_IF_TRUE_OR_POP:
        flush(l, l->depth);
        lower_jump(l, insn->op == BC_JUMP_IF_FALSE_OR_POP ? OP_JUMP_FALSE : OP_JUMP_TRUE, home(l, top), insn->target);
        pop(l, 1);
        break;
    case BC_GET_ITER: lower_unary(l, OP_GET_ITER); break;
    case BC_FOR_ITER: lower_for_iter(l, insn->target); break;
    case BC_CALL: lower_call(l, (int32_t)arg); break;
    case BC_CALL_FUNCTION_EX: lower_call_ex(l, arg); break;
    case BC_RETURN_VALUE: lower_return(l); break;
    case BC_MAKE_FUNCTION: lower_make_function(l, arg); break;
    case BC_RETURN_GENERATOR:
        flush(l, l->depth);
        emit(l, OP_RETURN_GENERATOR, 0, 0, 0);
        emit_final(l);
        l->last_dest = -1;
        break;
    case BC_YIELD_VALUE: lower_yield(l, i); break;
    case BC_SEND: lower_send(l, insn->target); break;
    case BC_GET_AWAITABLE: {
        uint32_t b = operand(l, top);
        pop(l, 1);
        emit_result(l, OP_GET_AWAITABLE, b, arg);
        break;
    }
    case BC_GET_YIELD_FROM_ITER: lower_unary(l, OP_GET_YIELD_FROM_ITER); break;
    case BC_GET_AITER: lower_unary(l, OP_GET_AITER); break;
    case BC_GET_ANEXT: lower_peek(l, OP_GET_ANEXT); break;
    case BC_ASYNC_GEN_WRAP: lower_unary(l, OP_ASYNC_GEN_WRAP); break;
    case BC_BEFORE_WITH: lower_with(l, OP_BEFORE_WITH); break;
    case BC_BEFORE_ASYNC_WITH: lower_with(l, OP_BEFORE_ASYNC_WITH); break;
    case BC_PUSH_EXC_INFO:
    case BC_POP_EXCEPT:
    case BC_CHECK_EXC_MATCH:
    case BC_CHECK_EG_MATCH:
    case BC_PREP_RERAISE_STAR:
    case BC_RERAISE:
    case BC_RAISE_VARARGS:
    case BC_WITH_EXCEPT_START:
    case BC_END_ASYNC_FOR: lower_exception_op(l, insn); break;
    case BC_LOAD_ASSERTION_ERROR: emit_result(l, OP_LOAD_ASSERTION_ERROR, 0, 0); break;
    case BC_LOAD_BUILD_CLASS: emit_result(l, OP_LOAD_BUILD_CLASS, 0, 0); break;
    case BC_BUILD_TUPLE: {
        int used = lower_parallel_assignment(l, i);
        if (used) return used;
        lower_build(l, OP_BUILD_TUPLE, (int32_t)arg, arg);
        break;
    }
    case BC_BUILD_LIST: lower_build(l, OP_BUILD_LIST, (int32_t)arg, arg); break;
    case BC_BUILD_SET: lower_build(l, OP_BUILD_SET, (int32_t)arg, arg); break;
    case BC_BUILD_STRING: lower_build(l, OP_BUILD_STRING, (int32_t)arg, arg); break;
    case BC_BUILD_MAP: lower_build(l, OP_BUILD_MAP, 2 * (int32_t)arg, arg); break;
    case BC_BUILD_SLICE: return lower_slice(l, i);
    case BC_FORMAT_VALUE: lower_format(l, arg); break;
    case BC_LIST_APPEND:
    case BC_SET_ADD:
    case BC_LIST_EXTEND:
    case BC_SET_UPDATE:
    case BC_DICT_UPDATE:
    case BC_DICT_MERGE:
    case BC_MAP_ADD:
    case BC_STORE_SUBSCR:
    case BC_DELETE_SUBSCR:
    case BC_BINARY_SUBSCR:
    case BC_BUILD_CONST_KEY_MAP: lower_container_op(l, insn); break;
    case BC_LIST_TO_TUPLE: lower_unary(l, OP_LIST_TO_TUPLE); break;
    case BC_UNPACK_SEQUENCE: {
        int used = lower_unpack_locals(l, i);
        if (used) return used;
        lower_unpack(l, OP_UNPACK, arg, arg);
        break;
    }
    case BC_UNPACK_EX: {
        if ((arg >> 8) > 255) {
            l->s.problem = "too many targets behind a starred one";
            l->failed = true;
            break;
        }
        lower_unpack(l, OP_UNPACK_EX, (arg & 0xff) + (arg >> 8) + 1, arg);
        break;
    }
    case BC_GET_LEN:
    case BC_MATCH_MAPPING:
    case BC_MATCH_SEQUENCE:
    case BC_MATCH_KEYS:
    case BC_MATCH_CLASS: lower_match_op(l, insn); break;
    case BC_IMPORT_NAME:
    case BC_IMPORT_FROM:
    case BC_IMPORT_STAR: lower_import_op(l, insn); break;
    case BC_PRINT_EXPR: lower_effect(l, OP_PRINT_EXPR, operand(l, top), 0, 0, 1); break;
    case BC_SETUP_ANNOTATIONS: emit(l, OP_SETUP_ANNOTATIONS, 0, 0, 0); break;
    default: l->failed = true; l->s.problem = "unknown opcode";
    }
    return 1;
}

static void begin_block(Lowering *l, int32_t i)
{
    l->depth = l->s.insns[i].depth;
    for (int32_t d = 0; d < l->depth; d++) l->stack[d] = (Entry){ENTRY_REGISTER, home(l, d)};
    l->clean = l->depth;
    l->last_dest = -1;
    l->last_move = -1;
    memcpy(l->assigned, l->assigned_in[i], sizeof(uint64_t) * l->set_words);
}

static void lower_all(Lowering *l)
{
    bool flows = false;
    for (int32_t i = 0; i < l->s.count && !l->failed;) {
        StoredInsn *insn = &l->s.insns[i];
        l->word_of[i] = l->count;
        if (insn->depth < 0) {
            flows = false;
            i++;
            continue;
        }
        if (insn->leader || !flows) {
            if (flows) flush(l, l->depth);
            l->word_of[i] = l->count;
            begin_block(l, i);
        }
        /* What the handler counts on comes before the trace point, whose function may raise. */
        if (insn->handler >= 0) flush(l, l->s.handlers[insn->handler].depth);
        l->unit = insn->at;
        l->handler = insn->handler;
        if (l->traced) emit_uncounted(l, OP_TRACE, 0, (int32_t)insn->at);
        note_live(l);
        int used = lower_insn(l, i);
        for (int n = 0; n < used; n++) assigned_apply(l, &l->s.insns[i + n]);
        flows = !bytecode_ends_flow(insn->op);
        for (int n = 1; n < used; n++) l->word_of[i + n] = l->count;
        i += used;
    }
}

/* ---- putting it together */

static void apply_fixes(Lowering *l)
{
    for (uint32_t n = 0; n < l->fix_count; n++) {
        Fix *fix = &l->fixes[n];
        uint32_t target = l->word_of[fix->target];
        int64_t offset = (int64_t)target - (int64_t)fix->origin - 1;
        switch (fix->kind) {
        case FIX_JUMP16:
            if (offset != (int16_t)offset) {
                l->s.problem = "code is too large";
                l->failed = true;
            }
            l->words[fix->word].c = (uint16_t)offset;
            break;
        case FIX_JUMP32: l->words[fix->word].jump = (int32_t)offset; break;
        case FIX_EXIT: l->words[fix->word].exit = (int32_t)offset; break;
        case FIX_WORD: l->words[fix->word].bits = target; break;
        }
    }
}

/* Handlers in terms of words: runs of instructions with the same handler. */
static uint32_t collect_handlers(Lowering *l, LoweredHandler *out)
{
    uint32_t count = 0;
    for (uint32_t w = 0; w < l->count;) {
        uint32_t start = w;
        int32_t h = l->handlers[w];
        while (w < l->count && l->handlers[w] == h) w++;
        if (h < 0) continue;
        StoredHandler *handler = &l->s.handlers[h];
        if (out) out[count] = (LoweredHandler){start, w, l->word_of[handler->target], (int32_t)l->locals + handler->depth + handler->lasti, handler->lasti};
        count++;
    }
    return count;
}

static Lowered *finish(Lowering *l)
{
    uint32_t handler_count = collect_handlers(l, 0);
    size_t words_size = sizeof(Word) * l->count, handlers_size = sizeof(LoweredHandler) * handler_count, units_size = sizeof(uint32_t) * l->count;
    int units = (int)(bytes_size(l->code->code) / 2);
    char *memory = gc_buffer_opaque(sizeof(Lowered) + words_size + handlers_size + 3 * units_size + (l->traced ? sizeof(int) * (size_t)units : 0));
    if (!memory) return 0;
    Lowered *low = (Lowered *)memory;
    low->words = (Word *)(memory + sizeof(Lowered));
    low->handlers = (LoweredHandler *)(memory + sizeof(Lowered) + words_size);
    low->units = (uint32_t *)(memory + sizeof(Lowered) + words_size + handlers_size);
    low->ordinals = low->units + l->count;
    memcpy(low->words, l->words, words_size);
    memcpy(low->units, l->units, units_size);
    memcpy(low->ordinals, l->ordinals, units_size);
    low->live = low->ordinals + l->count;
    memcpy(low->live, l->live, units_size);
    low->handler_count = collect_handlers(l, low->handlers);
    CodeObj *c = l->code;
    bool simple = !(c->flags & (CO_VARARGS | CO_VARKEYWORDS)) && c->kwonlyargcount == 0;
    low->simple_args = simple ? c->argcount : -1;
    low->locals_count = (int32_t)l->locals;
    low->register_count = l->locals + (uint32_t)l->s.max_depth + 2;
    low->word_count = l->count;
    low->k = tuple_items(c->consts);
    low->code = c;
    low->traced = l->traced;
    if (l->traced) {
        low->lines = (int *)(low->live + l->count);
        code_lines(c, low->lines, units);
    }
    return low;
}

static Lowered *lower_code(CodeObj *code, bool traced)
{
    Lowering l = {.code = code, .traced = traced, .kwnames = -1, .last_dest = -1, .last_simple = -1, .last_move = -1};
    Lowered *low = 0;
    bool ok = bytecode_decode(code, &l.s);
    if (ok) {
        if (!code->verified) code->verified = CODE_SOUND;
        l.locals = (uint32_t)code->nlocalsplus;
        l.fuse = bytes_size(code->code) / 2 <= MAX_FUSED_UNITS;
        l.word_of = calloc((size_t)l.s.count + 1, sizeof(uint32_t));
        l.stack = calloc((size_t)l.s.max_depth + 2, sizeof(Entry));
        if (!l.word_of || !l.stack) l.failed = true;
        if (!l.failed && reserve_words(&l, 256) && assigned_solve(&l)) {
            lower_all(&l);
            if (!l.failed) apply_fixes(&l);
            if (!l.failed) low = finish(&l);
        }
    }
    if (!low && !thread_self->exception) {
        if (l.s.problem) raise_value("bad code object %U: %s", code->qualname, l.s.problem);
        else raise_memory();
    }
    if (l.assigned_in)
        for (int32_t i = 0; i < l.s.count; i++) free(l.assigned_in[i]);
    free(l.assigned_in);
    free(l.assigned);
    free(l.word_of);
    free(l.stack);
    free(l.words);
    free(l.units);
    free(l.ordinals);
    free(l.live);
    free(l.handlers);
    free(l.fixes);
    stored_free(&l.s);
    return low;
}

Lowered *vm_lower(CodeObj *code)
{
    if (code->lowered) return code->lowered;
    Lowered *low = lower_code(code, false);
    if (low) SET(code, lowered, low);
    const char *dumped = low ? getenv("KRAIT_DUMP_LOWERED") : 0;
    if (dumped && (!strcmp(dumped, "1") || str_equal_ascii(code->filename, dumped))) lowered_dump(low);
    return low;
}

Lowered *vm_lower_traced(CodeObj *code)
{
    Lowered *low = vm_lower(code);
    if (!low) return 0;
    if (!low->traced_form) {
        low->traced_form = lower_code(code, true);
        gc_barrier(code);
    }
    return low->traced_form;
}

void lowered_trace(Lowered *low)
{
    gc_visit_buffer(low);
    if (low && low->traced_form) gc_visit_buffer(low->traced_form);
}

uint32_t lowered_word_of_unit(Lowered *low, uint32_t unit)
{
    for (uint32_t from = 0; from < low->word_count; from++)   /* trace points of merged instructions and the second FOR_ITER of a loop are out of order */
        if (low->units[from] == unit) return low->words[from].op == OP_TRACE && low->words[from].a == TRACE_MERGED ? UINT32_MAX : from;
    return UINT32_MAX;
}

const char *const op_names[] = {
#define OP(name, words, kinds, meaning) #name,
#include "vm/ops.def"
};
const uint8_t op_words[] = {
#define OP(name, words, kinds, meaning) words,
#include "vm/ops.def"
};

void lowered_dump(Lowered *low)
{
    fprintf(stderr, "code %s: %u registers, %d locals\n", str_utf8(low->code->qualname, 0), low->register_count, low->locals_count);
    for (uint32_t w = 0; w < low->word_count; w += op_words[low->words[w].op]) {
        Word i = low->words[w];
        fprintf(stderr, "%5u (%4u) %-22s %5u %5u %5u", w, low->units[w] * 2, op_names[i.op], i.a, i.b, i.c);
        for (int n = 1; n < op_words[i.op]; n++) fprintf(stderr, "  %llx", (unsigned long long)low->words[w + (uint32_t)n].bits);
        fprintf(stderr, "\n");
    }
    for (uint32_t h = 0; h < low->handler_count; h++)
        fprintf(stderr, "  handler [%u, %u) -> %u, R%d%s\n", low->handlers[h].start, low->handlers[h].end, low->handlers[h].target, low->handlers[h].reg,
                low->handlers[h].lasti ? " lasti" : "");
}
