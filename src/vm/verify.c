/* verify.c: decodes stored code and proves that it cannot harm the interpreter.
 *
 * What is proved: every instruction is known and complete; every jump, handler and index stays inside its table; the stack has one depth at each instruction, whichever way it is
 * reached, never below zero nor above co_stacksize; and no instruction but those that expect it sees the "no value" that PUSH_NULL and LOAD_METHOD push. One pass over the
 * blocks, from the entry and the handlers that reached code can raise to: linear in the size of the code. What depends on the kinds of values (is this a list?) is
 * checked by the handlers as they run.
 */
#include "vm/bytecode.h"
#include "heap/distinct.h"
#include "vm/lower.h"
#include "vm/vm.h"
#include "object/bytes.h"
#include "object/container.h"
#include "object/str.h"
#include <stdlib.h>

enum { KIND_VALUE, KIND_NULL, KIND_MAYBE };

static bool unsound(Stored *s, const char *why)
{
    if (!s->problem) s->problem = why;
    return false;
}

/* Units -> instructions; `index_of` (count of units + 1 entries) maps units where instructions start. */
static bool decode_units(Stored *s, const uint8_t *bytes, uint32_t units, int32_t *index_of)
{
    uint32_t at = 0;
    for (uint32_t i = 0; i <= units; i++) index_of[i] = -1;
    while (at < units) {
        StoredInsn *insn = &s->insns[s->count];
        uint32_t start = at;
        uint64_t arg = bytes[2 * at + 1];
        uint8_t op = bytes[2 * at];
        int prefixes = 0;
        while (op == BC_EXTENDED_ARG) {
            if (++at >= units || ++prefixes > 3) return unsound(s, "EXTENDED_ARG without an instruction");
            op = bytes[2 * at];
            arg = arg << 8 | bytes[2 * at + 1];
        }
        const OpFacts *facts = &bytecode_facts[op];
        if (!(facts->flags & IS_KNOWN)) return unsound(s, "unknown opcode");
        if (arg > 0x7fffffff) return unsound(s, "argument is too large");
        *insn = (StoredInsn){.op = op, .arg = (uint32_t)arg, .start = start, .at = at, .end = at + 1 + facts->caches, .target = -1, .depth = -1, .handler = -1};
        if (insn->end > units) return unsound(s, "code ends inside an instruction");
        index_of[start] = s->count++;
        at = insn->end;
    }
    return s->count > 0 || unsound(s, "no code");
}

static bool resolve_jumps(Stored *s, uint32_t units, const int32_t *index_of)
{
    for (int32_t i = 0; i < s->count; i++) {
        StoredInsn *insn = &s->insns[i];
        uint8_t flags = bytecode_facts[insn->op].flags;
        if (!(flags & (JUMPS_FORWARD | JUMPS_BACK))) continue;
        int64_t target = (int64_t)insn->end + (flags & JUMPS_BACK ? -(int64_t)insn->arg : (int64_t)insn->arg);
        if (target < 0 || target >= units || index_of[target] < 0) return unsound(s, "jump to no instruction");
        insn->target = index_of[target];
        s->insns[insn->target].leader = s->insns[insn->target].joins = true;
        if (i + 1 < s->count) s->insns[i + 1].leader = s->insns[i + 1].leader || insn->op != BC_FOR_ITER;
    }
    return true;
}

static bool read_varint(const uint8_t **p, const uint8_t *end, uint32_t *out)
{
    uint32_t value = 0;
    for (int n = 0; *p < end && n < 6; n++) {
        uint8_t byte = *(*p)++;
        value = value << 6 | (byte & 63);
        if (!(byte & 64)) {
            *out = value;
            return value < 0x7fffffff;
        }
    }
    return false;
}

static bool decode_handlers(Stored *s, uint32_t units, const int32_t *index_of)
{
    Value table = s->code->exceptiontable;
    const uint8_t *p = bytes_data(table), *end = p + bytes_size(table);
    s->handlers = malloc(sizeof(StoredHandler) * (bytes_size(table) / 4 + 1));
    if (!s->handlers) return false;
    uint32_t last_end = 0;
    while (p < end) {
        uint32_t start, size, target, depth_lasti;
        if (!read_varint(&p, end, &start) || !read_varint(&p, end, &size) || !read_varint(&p, end, &target) || !read_varint(&p, end, &depth_lasti))
            return unsound(s, "damaged exception table");
        if (start < last_end || (uint64_t)start + size > units || target >= units || index_of[target] < 0) return unsound(s, "exception table leads out of the code");
        last_end = start + size;
        s->handlers[s->handler_count] = (StoredHandler){start, start + size, index_of[target], (int32_t)(depth_lasti >> 1), depth_lasti & 1};
        s->insns[index_of[target]].leader = s->insns[index_of[target]].joins = true;
        s->handler_count++;
    }
    int32_t h = 0;
    for (int32_t i = 0; i < s->count && h < s->handler_count; i++) {
        while (h < s->handler_count && s->handlers[h].end <= s->insns[i].at) h++;
        if (h < s->handler_count && s->handlers[h].start <= s->insns[i].at) s->insns[i].handler = h;
    }
    return true;
}

/* Tables and arguments that do not depend on the stack. */
static bool check_argument(Stored *s, int32_t i)
{
    CodeObj *code = s->code;
    StoredInsn *insn = &s->insns[i];
    int64_t arg = insn->arg;
    const uint8_t *kinds = bytes_data(code->localspluskinds);
    switch (insn->op) {
    case BC_LOAD_CONST: return arg < tuple_size(code->consts) || unsound(s, "constant index out of range");
    case BC_KW_NAMES: {
        if (arg >= tuple_size(code->consts) || !is_tuple(tuple_get(code->consts, arg))) return unsound(s, "KW_NAMES without names");
        Value names = tuple_get(code->consts, arg);
        for (int64_t n = 0; n < tuple_size(names); n++)
            if (!is_str(tuple_get(names, n))) return unsound(s, "KW_NAMES without names");
        int32_t next = i + 1;
        if (next < s->count && s->insns[next].op == BC_PRECALL && !s->insns[next].leader) next++;
        if (next >= s->count || s->insns[next].op != BC_CALL || s->insns[next].leader || s->insns[next].arg < tuple_size(names)) return unsound(s, "KW_NAMES without CALL");
        return true;
    }
    case BC_LOAD_GLOBAL: arg >>= 1; [[fallthrough]];
    case BC_STORE_NAME:
    case BC_DELETE_NAME:
    case BC_STORE_ATTR:
    case BC_DELETE_ATTR:
    case BC_STORE_GLOBAL:
    case BC_DELETE_GLOBAL:
    case BC_LOAD_NAME:
    case BC_LOAD_ATTR:
    case BC_IMPORT_NAME:
    case BC_IMPORT_FROM:
    case BC_LOAD_METHOD: return arg < tuple_size(code->names) || unsound(s, "name index out of range");
    case BC_LOAD_FAST:
    case BC_STORE_FAST:
    case BC_DELETE_FAST:
        if (arg >= code->nlocalsplus) return unsound(s, "local variable index out of range");
        return !(kinds[arg] & (LOCAL_CELL | LOCAL_FREE)) || unsound(s, "cell used as a local variable");
    case BC_MAKE_CELL: return (arg < code->nlocalsplus && (kinds[arg] & LOCAL_CELL)) || unsound(s, "MAKE_CELL of what is no cell variable");
    case BC_LOAD_CLOSURE:
    case BC_LOAD_DEREF:
    case BC_STORE_DEREF:
    case BC_DELETE_DEREF:
    case BC_LOAD_CLASSDEREF:
        if (arg >= code->nlocalsplus || !(kinds[arg] & (LOCAL_CELL | LOCAL_FREE))) return unsound(s, "cell index out of range");
        s->cells_open |= !s->made[arg];
        return true;
    case BC_COPY_FREE_VARS: return arg == code->nfreevars || unsound(s, "COPY_FREE_VARS of a wrong count");
    case BC_COMPARE_OP: return arg <= CMP_GE || unsound(s, "unknown comparison");
    case BC_BINARY_OP: return arg < 26 || unsound(s, "unknown binary operation");
    case BC_RAISE_VARARGS: return arg <= 2 || unsound(s, "damaged RAISE_VARARGS");
    case BC_BUILD_SLICE: return arg == 2 || arg == 3 || unsound(s, "damaged BUILD_SLICE");
    case BC_UNPACK_EX: return (arg >> 8) < 0x1000000 || unsound(s, "damaged UNPACK_EX");
    case BC_RETURN_GENERATOR:
        if (insn->depth > 0) return unsound(s, "generator made with values on the stack");   /* a frame that waits there has none */
        [[fallthrough]];
    case BC_YIELD_VALUE:
    case BC_ASYNC_GEN_WRAP: return (code->flags & (CO_GENERATOR | CO_COROUTINE | CO_ASYNC_GENERATOR)) || unsound(s, "generator instruction outside a generator");
    default: return true;
    }
}

static void note_made(Stored *s, const StoredInsn *insn)
{
    if (insn->op == BC_MAKE_CELL) s->made[insn->arg] = true;
    if (insn->op == BC_COPY_FREE_VARS && insn->arg) memset(s->made + s->code->nlocalsplus - insn->arg, true, insn->arg);
}

/* The walk over the blocks. No compiler makes code that comes near these limits; they keep what is made to use up memory or time from doing so. */
enum { MAX_ENTRIES = 1 << 28 };
static const int64_t MAX_DEPTH_BY_COUNT = 1ll << 31;   /* lowering looks at the whole stack now and then */
typedef struct Walk {
    Stored *s;
    uint8_t *entries;        /* kinds of the stack's entries at block starts, one block behind the other */
    size_t used, room, last, last_size;   /* the latest one */
    size_t *entry;           /* where those of an instruction begin; of leaders that have been reached */
    int32_t *work;
    int32_t work_count;
    uint8_t *stack;
    int32_t depth, limit;
} Walk;

/* A stack is often that of the block before, of which there is one copy then. */
static bool keep_entry(Walk *w, int32_t target, const uint8_t *kinds, int32_t depth)
{
    size_t size = (size_t)depth;
    if (size <= w->last_size && memcmp(w->entries + w->last, kinds, size) == 0) {
        w->entry[target] = w->last;
        return true;
    }
    if (w->used + size > MAX_ENTRIES) return unsound(w->s, "too many blocks with too many stack entries");
    if (w->room - w->used < size) {
        size_t room = 2 * w->room + size;
        uint8_t *more = realloc(w->entries, room);
        if (!more) return false;
        w->entries = more;
        w->room = room;
    }
    w->entry[target] = w->last = w->used;
    w->last_size = size;
    memcpy(w->entries + w->used, kinds, size);
    w->used += size;
    return true;
}

static bool flow_to(Walk *w, int32_t target, const uint8_t *kinds, int32_t depth)
{
    StoredInsn *insn = &w->s->insns[target];
    if (insn->depth < 0) {
        insn->depth = depth;
        insn->leader = true;
        if (!keep_entry(w, target, kinds, depth)) return false;
        w->work[w->work_count++] = target;
        return true;
    }
    if (insn->depth != depth) return unsound(w->s, "stack depth differs between ways to an instruction");
    if (memcmp(w->entries + w->entry[target], kinds, (size_t)depth) != 0) return unsound(w->s, "stack contents differ between ways to an instruction");
    return true;
}

static bool flow_to_handler(Walk *w, StoredHandler *h)
{
    uint8_t buffer[256], *kinds = buffer;
    int32_t depth = h->depth + h->lasti + 1;
    if (depth > w->limit) return unsound(w->s, "exception handler expects a deeper stack");
    if (depth > 256 && !(kinds = malloc((size_t)depth))) return false;
    memcpy(kinds, w->stack, (size_t)h->depth);
    memset(kinds + h->depth, KIND_VALUE, (size_t)(depth - h->depth));
    bool ok = flow_to(w, h->target, kinds, depth);
    if (kinds != buffer) free(kinds);
    return ok;
}

static bool values_only(Walk *w, int64_t from_top, int64_t count)
{
    for (int64_t n = 0; n < count; n++)
        if (w->stack[w->depth - from_top + n] != KIND_VALUE) return unsound(w->s, "an instruction would see no value");
    return true;
}

/* Applies the instruction to w->stack; *lowest: the lowest entry that changed. */
static bool apply(Walk *w, StoredInsn *insn, int32_t *lowest)
{
    Effect e = bytecode_effect(insn->op, insn->arg);
    if (e.need > w->depth || e.pops > w->depth) return unsound(w->s, "stack underflow");
    if (w->depth - e.pops + e.pushes > w->limit) return unsound(w->s, "stack overflow");
    uint8_t *top = w->stack + w->depth;
    *lowest = w->depth - (int32_t)e.pops;
    switch (insn->op) {
    case BC_POP_TOP: break;
    case BC_PUSH_NULL: top[0] = KIND_NULL; break;
    case BC_SWAP: {
        uint8_t kind = top[-1];
        top[-1] = top[-(int64_t)insn->arg];
        top[-(int64_t)insn->arg] = kind;
        *lowest = w->depth - (int32_t)insn->arg;
        break;
    }
    case BC_COPY: top[0] = top[-(int64_t)insn->arg]; break;
    case BC_LOAD_GLOBAL:
        top[0] = (insn->arg & 1) ? KIND_NULL : KIND_VALUE;
        top[1] = KIND_VALUE;
        break;
    case BC_LOAD_METHOD:
        if (!values_only(w, 1, 1)) return false;
        top[-1] = KIND_MAYBE;
        top[0] = KIND_VALUE;
        break;
    case BC_CALL:
    case BC_CALL_FUNCTION_EX:
        if (!values_only(w, e.pops - 1, e.pops - 1)) return false;
        top[-e.pops] = KIND_VALUE;
        break;
    default:
        if (!values_only(w, e.pops, e.pops) || (e.need > e.pops && !values_only(w, e.need, e.need - e.pops))) return false;
        memset(top - e.pops, KIND_VALUE, (size_t)e.pushes);
    }
    w->depth += (int32_t)(e.pushes - e.pops);
    if (w->depth > w->s->max_depth) w->s->max_depth = w->depth;
    return true;
}

/* How many entries may hold anything when the instruction fails: what it takes. A call gives its arguments away to the callee, a yield forgets its value. */
static int64_t entries_lost(const StoredInsn *insn) { return insn->op == BC_PUSH_EXC_INFO ? 0 : bytecode_effect(insn->op, insn->arg).pops; }

static bool walk_block(Walk *w, int32_t i)
{
    Stored *s = w->s;
    w->depth = s->insns[i].depth;
    if (w->depth > s->max_depth) s->max_depth = w->depth;
    memcpy(w->stack, w->entries + w->entry[i], (size_t)w->depth);
    int32_t lowest = 0, last_handler = -1, first = i;
    bool beginning = i == 0;
    for (;; i++) {
        StoredInsn *insn = &s->insns[i];
        if (i != first) {
            if (insn->depth >= 0 || insn->leader) return flow_to(w, i, w->stack, w->depth);
            insn->depth = w->depth;
        }
        uint8_t flags = bytecode_facts[insn->op].flags;
        if (flags & HAS_INDEX && !check_argument(s, i)) return false;
        if (insn->handler >= 0) {
            StoredHandler *h = &s->handlers[insn->handler];
            if (h->depth > w->depth - entries_lost(insn)) return unsound(s, "exception handler expects a deeper stack");
            if ((insn->handler != last_handler || lowest < h->depth) && !flow_to_handler(w, h)) return false;
        }
        last_handler = insn->handler;
        beginning = beginning && insn->handler < 0 && insn->target < 0;
        if (beginning) note_made(s, insn);
        int32_t depth_before = w->depth;
        if (!apply(w, insn, &lowest)) return false;
        if (insn->target >= 0) {
            int32_t depth = w->depth;
            if (insn->op == BC_FOR_ITER) depth = depth_before - 1;
            if (insn->op == BC_SEND) {
                depth = depth_before - 1;
                w->stack[depth - 1] = KIND_VALUE;
            }
            if (insn->op == BC_JUMP_IF_FALSE_OR_POP || insn->op == BC_JUMP_IF_TRUE_OR_POP) depth = depth_before;
            if (!flow_to(w, insn->target, w->stack, depth)) return false;
        }
        if (flags & ENDS_FLOW) return true;
        if (i + 1 >= s->count) return unsound(s, "execution runs off the end of the code");
    }
}

static bool walk(Stored *s)
{
    enum { ROOM = 1024 };
    size_t limit = (size_t)s->code->stacksize + 2, count = (size_t)s->count, locals = (size_t)s->code->nlocalsplus;
    /* One piece of memory for what a code object takes only while it is checked. */
    char *memory = malloc(count * (sizeof(size_t) + sizeof(int32_t)) + limit + 2 + locals + 1);
    Walk w = {.s = s, .entries = malloc(ROOM), .room = ROOM, .limit = (int32_t)limit};
    bool ok = memory && w.entries;
    if (ok) {
        w.entry = (size_t *)memory;
        w.work = (int32_t *)(w.entry + count);
        w.stack = (uint8_t *)(w.work + count);
        s->made = memset(w.stack + limit + 2, 0, locals + 1);
        ok = flow_to(&w, 0, w.stack, 0);
    }
    while (ok && w.work_count > 0) ok = walk_block(&w, w.work[--w.work_count]);
    free(w.entries);
    free(memory);
    s->made = 0;
    return ok;
}

/* Locals come first, arguments before all; then cells that are no locals, then free variables: frames and closures are laid out so. -1: no such kind. */
static int kind_group(uint8_t kind)
{
    switch (kind) {
    case LOCAL_FAST:
    case LOCAL_FAST | LOCAL_CELL: return 0;
    case LOCAL_CELL: return 1;
    case LOCAL_FREE: return 2;
    default: return -1;
    }
}

/* What the fields say beyond their types and numbers, which code_init() has checked. */
static bool check_fields(Stored *s)
{
    CodeObj *c = s->code;
    if (bytes_size(c->code) > 0x3fffffff) return unsound(s, "code is too large");
    if (c->stacksize > 0x1000000) return unsound(s, "stack size out of range");
    const uint8_t *kinds = bytes_data(c->localspluskinds);
    int group = 0;
    for (int64_t i = 0; i < c->nlocalsplus; i++) {
        int next = kind_group(kinds[i]);
        if (next < 0) return unsound(s, "unknown kind of local");
        if (next < group) return unsound(s, "locals, cells and free variables are not in order");
        group = next;
    }
    return code_locations_sound(c) || unsound(s, "damaged line table");
}

bool bytecode_decode(CodeObj *code, Stored *s)
{
    *s = (Stored){.code = code};
    if (!check_fields(s)) return false;
    uint32_t units = (uint32_t)(bytes_size(code->code) / 2);
    s->insns = malloc(sizeof(StoredInsn) * (units + 1));
    int32_t *index_of = malloc(sizeof(int32_t) * (units + 1));
    bool ok =
        s->insns && index_of && decode_units(s, bytes_data(code->code), units, index_of) && resolve_jumps(s, units, index_of) && decode_handlers(s, units, index_of) && walk(s);
    free(index_of);
    if (ok && (int64_t)code->nlocalsplus + s->max_depth + 2 > MAX_REGISTERS) return unsound(s, "more than 65000 locals and stack entries");
    return ok && ((int64_t)s->max_depth * s->count <= MAX_DEPTH_BY_COUNT || unsound(s, "too many stack entries for so many instructions"));
}

void stored_free(Stored *s)
{
    free(s->insns);
    free(s->handlers);
    s->insns = 0;
    s->handlers = 0;
}

static bool verify(CodeObj *code)
{
    Stored stored;
    bool ok = bytecode_decode(code, &stored);
    if (ok) ok = !stored.cells_open || vm_lower(code);
    else if (stored.problem) raise_value("bad code object %U: %s", code->qualname, stored.problem);
    else raise_memory();
    stored_free(&stored);
    return ok;
}

/* Code that is still to be looked at, and the containers that may hold more, come into `found`: all reachable from the first, so they stay. */
static bool find_code(Distinct *found, Value v)
{
    if (type_of(v) == &code_type) {
        CodeObj *code = (CodeObj *)v;
        if (code->verified >= CODE_ALL_SOUND) return true;
        if (!distinct_add(found, v) || (!code->verified && !verify(code))) return false;
        code->verified = CODE_WALKED;
        return true;
    }
    return (!is_tuple(v) && type_of(v) != &frozenset_type) || distinct_add(found, v);
}

static bool find_code_inside(Distinct *found, Value v)
{
    if (type_of(v) == &frozenset_type) {
        Value item;
        for (int64_t position = 0; set_next(v, &position, &item);)
            if (!find_code(found, item)) return false;
        return true;
    }
    Value tuple = type_of(v) == &code_type ? ((CodeObj *)v)->consts : v;
    for (int64_t i = 0; i < tuple_size(tuple); i++)
        if (!find_code(found, tuple_get(tuple, i))) return false;
    return true;
}

bool vm_verify_all(CodeObj *code)
{
    if (code->verified >= CODE_ALL_SOUND) return true;
    Distinct found = {.count = 0};
    bool ok = find_code(&found, VALUE(code));
    for (size_t i = 0; ok && i < found.count; i++) ok = find_code_inside(&found, distinct_items(&found)[i].object);
    for (size_t i = 0; i < found.count; i++) {
        CodeObj *each = (CodeObj *)distinct_items(&found)[i].object;
        if (each->head.type == &code_type && each->verified == CODE_WALKED) each->verified = ok ? CODE_ALL_SOUND : CODE_SOUND;
    }
    return ok;
}
