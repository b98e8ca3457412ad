/* jump.c: setting f_lineno in a trace function, the debugger's `jump`.
 *
 * Stack kinds are computed for each stored instruction, three bits an entry as CPython does: a jump may drop entries but must not need any that are not there.
 * Registers add a condition: inside a basic block an entry that was only loaded or copied may not be in its register (lower.c), so no jump can take it along.
 */
#include "vm/run.h"
#include "object/bytes.h"
#include "object/error.h"
#include <stdlib.h>

enum { KIND_ITERATOR = 1, KIND_EXCEPT, KIND_OBJECT, KIND_NULL, KIND_LASTI, KIND_PENDING /* an object, and */, KIND_PENDING_NULL /* surely none, maybe not in their registers yet */ };
enum { BITS = 3, MAX_DEPTH = 20 };
static const int64_t UNKNOWN = -2, TOO_DEEP = -1;

static int64_t push_kind(int64_t stack, int kind) { return stack < 0 || stack >> (BITS * MAX_DEPTH) ? TOO_DEEP : stack << BITS | kind; }
static int64_t pop_kinds(int64_t stack, int64_t count) { return stack < 0 ? stack : count > MAX_DEPTH ? 0 : stack >> (BITS * count); }
static int top_kind(int64_t stack) { return (int)(stack & 7); }

static int settled_kind(int kind) { return kind == KIND_PENDING ? KIND_OBJECT : kind == KIND_PENDING_NULL ? KIND_NULL : kind; }
static bool is_null_kind(int kind) { return kind == KIND_NULL || kind == KIND_PENDING_NULL; }

/* At the beginning of a block all entries are in their registers. */
static int64_t settled(int64_t stack)
{
    for (int shift = 0; stack > 0 && stack >> shift; shift += BITS) stack = (stack & ~(7ll << shift)) | (int64_t)settled_kind(stack >> shift & 7) << shift;
    return stack;
}
/* Is there an object that may not be in its register? (What is no object can be put there: see drop_entries.) */
static bool has_pending(int64_t stack)
{
    for (; stack > 0; stack = pop_kinds(stack, 1))
        if (top_kind(stack) == KIND_PENDING) return true;
    return false;
}

static bool kind_fits(int from, int to)
{
    if (to == 0) return false;
    if (to == KIND_OBJECT) return !is_null_kind(from);
    return is_null_kind(to) || from == to;
}

static bool stack_fits(int64_t from, int64_t to)
{
    if (to < 0) return false;
    while (settled(from) > settled(to)) from = pop_kinds(from, 1);
    if (has_pending(from) || has_pending(to)) return false;
    for (; from; from = pop_kinds(from, 1), to = pop_kinds(to, 1))
        if (!kind_fits(top_kind(from), top_kind(to))) return false;
    return to == 0;
}

static const char *explain(int64_t to)
{
    if (to == TOO_DEEP) return "stack is too deep to analyze";
    switch (top_kind(to)) {
    case KIND_EXCEPT: return "can't jump into an 'except' block as there's no exception";
    case KIND_LASTI: return "can't jump into a re-raising block as there's no location";
    case KIND_ITERATOR: return "can't jump into the body of a for loop";
    default: return "incompatible stacks";
    }
}

/* The stack after an instruction that does not jump. */
static int64_t kinds_after(const StoredInsn *insn, int64_t stack)
{
    switch (insn->op) {
    case BC_GET_ITER:
    case BC_GET_AITER: return push_kind(pop_kinds(stack, 1), KIND_ITERATOR);
    case BC_PUSH_NULL: return push_kind(stack, KIND_PENDING_NULL);
    case BC_LOAD_FAST:
    case BC_LOAD_CONST:
    case BC_LOAD_CLOSURE: return push_kind(stack, KIND_PENDING);
    case BC_PUSH_EXC_INFO: return push_kind(stack, KIND_EXCEPT);
    case BC_LOAD_GLOBAL: return push_kind(insn->arg & 1 ? push_kind(stack, KIND_PENDING_NULL) : stack, KIND_OBJECT);
    case BC_LOAD_METHOD: return push_kind(push_kind(pop_kinds(stack, 1), KIND_NULL), KIND_OBJECT);
    case BC_COPY: return is_null_kind(top_kind(pop_kinds(stack, insn->arg - 1))) ? TOO_DEEP : push_kind(stack, KIND_PENDING);
    case BC_SWAP: {
        if (stack < 0 || insn->arg > MAX_DEPTH) return stack;
        int64_t shift = BITS * ((int64_t)insn->arg - 1);
        if (is_null_kind(stack & 7) || is_null_kind(stack >> shift & 7)) return TOO_DEEP;   /* no compiler does this */
        return (stack & ~(7ll | 7ll << shift)) | KIND_PENDING | (int64_t)KIND_PENDING << shift;
    }
    default: {
        Effect e = bytecode_effect(insn->op, insn->arg);
        stack = pop_kinds(stack, e.pops);
        for (int64_t n = 0; n < e.pushes; n++) stack = push_kind(stack, KIND_OBJECT);
        return stack;
    }
    }
}

static bool set_kinds(const Stored *s, int64_t *kinds, int32_t i, int64_t stack)
{
    if (kinds[i] != UNKNOWN) return false;
    kinds[i] = s->insns[i].leader ? settled(stack) : stack;
    return true;
}

static void mark_kinds(Stored *s, int64_t *kinds)
{
    for (int32_t i = 0; i < s->count; i++) kinds[i] = UNKNOWN;
    kinds[0] = 0;
    for (bool changed = true; changed;) {
        changed = false;
        for (int32_t i = 0; i < s->count; i++) {
            StoredInsn *insn = &s->insns[i];
            if (kinds[i] == UNKNOWN) continue;
            int64_t stack = kinds[i];
            if (insn->target >= 0) {
                int64_t there = insn->op == BC_FOR_ITER || insn->op == BC_SEND                              ? pop_kinds(stack, 1)
                                : insn->op == BC_JUMP_IF_FALSE_OR_POP || insn->op == BC_JUMP_IF_TRUE_OR_POP ? stack
                                                                                                            : kinds_after(insn, stack);
                changed |= set_kinds(s, kinds, insn->target, there);
            }
            if (!bytecode_ends_flow(insn->op) && i + 1 < s->count) changed |= set_kinds(s, kinds, i + 1, kinds_after(insn, stack));
            if (insn->handler >= 0) {
                StoredHandler *h = &s->handlers[insn->handler];
                int64_t there = pop_kinds(stack, insn->depth - h->depth);
                if (h->lasti) there = push_kind(there, KIND_LASTI);
                changed |= set_kinds(s, kinds, h->target, push_kind(there, KIND_EXCEPT));
            }
        }
    }
}

/* Lines of the instructions that begin one; -1 for the others. Returns the first line at or behind `wanted`, or -1. */
static int mark_lines(Stored *s, const int *unit_lines, int *lines, int wanted)
{
    int last = -1, found = -1;
    for (int32_t i = 0; i < s->count; i++) {
        int line = unit_lines[s->insns[i].at];
        lines[i] = line != last && line >= 0 ? line : -1;
        last = line;
        if (lines[i] >= wanted && (found < 0 || lines[i] < found)) found = lines[i];
    }
    return found;
}

/* Drops stack entries until as many as `to` has are left, undoing the handling of exceptions on the way. */
static void drop_entries(Frame *f, int64_t from, int64_t to, int32_t depth)
{
    Thread *t = thread_self;
    while (settled(from) > settled(to) && depth > 0) {
        Value v = f->r[f->code->nlocalsplus + --depth];
        if (top_kind(from) == KIND_EXCEPT) t->handled->exception = is_exception(v) ? v : 0;
        from = pop_kinds(from, 1);
    }
    for (; from > 0 && depth > 0; from = pop_kinds(from, 1)) {
        depth--;
        if (top_kind(from) == KIND_PENDING_NULL) f->r[f->code->nlocalsplus + depth] = 0;
    }
}

static bool jump_to(FrameObj *o, Stored *s, int64_t *kinds, int *lines, int wanted)
{
    Frame *f = o->frame;
    Lowered *low = frame_lowered(f);
    int line = mark_lines(s, low->lines, lines, wanted);
    if (line < 0) return raise_value("line %d comes after the current code block", wanted);
    mark_kinds(s, kinds);
    uint32_t unit = low->units[f->pc - low->words - 1];
    int32_t current = 0, best = -1;
    while (current < s->count && s->insns[current].at != unit) current++;
    if (current == s->count) return raise_value("cannot find bytecode for specified line");
    int64_t start = kinds[current], best_stack = TOO_DEEP;
    const char *problem = "cannot find bytecode for specified line";
    bool explained = false;
    for (int32_t i = 0; i < s->count; i++) {
        if (lines[i] != line) continue;
        if (stack_fits(start, kinds[i]) && s->insns[i].depth >= 0) {
            if (kinds[i] > best_stack) best_stack = kinds[i], best = i;
        } else if (!explained) {
            problem = start == TOO_DEEP ? "stack to deep to analyze" : kinds[i] == UNKNOWN ? "can't jump into an exception handler, or code may be unreachable" : explain(kinds[i]);
            explained = true;
        }
    }
    if (best < 0) return raise_value("%s", problem);
    uint32_t word = lowered_word_of_unit(low, s->insns[best].at);
    if (word == UINT32_MAX) return raise_value("can't jump into an exception handler, or code may be unreachable");
    drop_entries(f, start, best_stack, s->insns[current].depth);
    f->pc = low->words + word + 1;   /* behind the trace point: the line that was chosen is not reported again */
    f->last_traced = s->insns[best].at + 1;
    o->event_line = 0;
    return true;
}

/* Code makes its cells at its beginning, says the compiler, and then no jump leads past that; other code can make them anywhere. */
static bool cells_made(const Frame *f)
{
    const uint8_t *kinds = bytes_data(f->code->localspluskinds);
    for (int n = 0; n < f->code->nlocalsplus; n++)
        if ((kinds[n] & (LOCAL_CELL | LOCAL_FREE)) && (!f->r[n] || type_of(f->r[n]) != &cell_type)) return false;
    return true;
}

bool frame_set_line(FrameObj *o, int64_t line)
{
    Frame *f = o->frame;
    switch (o->may_jump) {
    case 1: break;
    case 3: return raise_value("can't jump from the 'call' trace event of a new frame");
    case 0: return raise_value("f_lineno can only be set in a trace function");
    default: return raise_value("can only jump from a 'line' trace event");
    }
    if (!o->trace || !(f->flags & FRAME_TRACED)) return raise_value("f_lineno can only be set by a trace function");
    if (line != (int)line) return raise_value("lineno out of range");
    if (!cells_made(f)) return raise_value("can't jump before the code's cells are made");
    if (line < f->code->firstlineno) return raise_value("line %d comes before the current code block", (int)line);
    Stored s;
    if (!bytecode_decode(f->code, &s)) {
        stored_free(&s);
        if (!s.problem) return raise_memory();
        return raise_value("cannot find bytecode for specified line");
    }
    int64_t *kinds = malloc(sizeof(int64_t) * (size_t)s.count);
    int *lines = malloc(sizeof(int) * (size_t)s.count);
    bool ok = kinds && lines ? jump_to(o, &s, kinds, lines, (int)line) : raise_memory();
    free(kinds);
    free(lines);
    stored_free(&s);
    return ok;
}
