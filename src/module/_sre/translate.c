/* translate.c: checks opcodes of the standard library's compiler and translates them to the machine's instructions.
 *
 * The opcodes may come from anybody who calls _sre.compile: every operand, jump and nesting is checked here, so that the machine need not.
 */
#include "module/_sre/sre.h"
#include <ctype.h>

enum { MAX_NESTING = 1500 };

typedef struct Translator {
    Pattern *p;
    const uint32_t *code;
    BytesBuilder insts, sets;
    uint32_t registers;
    int depth;
} Translator;

static bool invalid(void) { return raise_runtime("invalid SRE code"); }

/* --- one character */
/* Unicode's case is the first character of the full mapping, as in CPython. */
uint32_t sre_lower(uint32_t c, int how)
{
    uint32_t full[3];
    if (how == 3) return c < 128 ? sre_lower(c, 1) : (unicode_full_lower(c, full), full[0]);
    if (how == 2) return c < 256 ? (uint32_t)tolower((int)c) : c;
    return c >= 'A' && c <= 'Z' ? c | 0x20 : c;
}

uint32_t sre_upper(uint32_t c, int how)
{
    uint32_t full[3];
    if (how == 3) return c < 128 ? sre_upper(c, 1) : (unicode_full_upper(c, full), full[0]);
    if (how == 2) return c < 256 ? (uint32_t)toupper((int)c) : c;
    return c >= 'a' && c <= 'z' ? c & ~0x20u : c;
}

static bool category_test(uint32_t category, uint32_t c)
{
    bool in = false;
    switch (category >> 1) {
    case 0: in = c - '0' < 10; break;
    case 1: in = c == ' ' || (c >= 9 && c <= 13); break;
    case 2: in = c < 128 && (isalnum((int)c) || c == '_'); break;
    case 3: in = c == '\n'; break;
    case 4: in = c < 256 && (isalnum((int)c) || c == '_'); break;
    case 5: in = unicode_is_decimal(c); break;
    case 6: in = unicode_is_space(c); break;
    case 7: in = unicode_is_alnum(c) || c == '_'; break;
    case 8: in = unicode_is_linebreak(c); break;
    }
    return in != (category & 1);
}

static bool set_test(const uint32_t *set, uint32_t c)
{
    bool found = true;
    for (;;) {
        switch (*set++) {
        case SRE_FAILURE: return !found;
        case SRE_LITERAL:
            if (c == *set++) return found;
            break;
        case SRE_CATEGORY:
            if (category_test(*set++, c)) return found;
            break;
        case SRE_CHARSET:
            if (c < 256 && set[c >> 5] >> (c & 31) & 1) return found;
            set += 8;
            break;
        case SRE_RANGE_UNI_IGNORE: {
            uint32_t upper = sre_upper(c, 3);
            if ((set[0] <= c && c <= set[1]) || (set[0] <= upper && upper <= set[1])) return found;
            set += 2;
            break;
        }
        case SRE_RANGE:
            if (set[0] <= c && c <= set[1]) return found;
            set += 2;
            break;
        case SRE_NEGATE: found = !found; break;
        case SRE_BIGCHARSET: {
            uint32_t count = *set++;
            if (c < 65536) {
                uint32_t block = set[c >> 10] >> (c >> 8 & 3) * 8 & 255;
                if (set[64 + block * 8 + ((c & 255) >> 5)] >> (c & 31) & 1) return found;
            }
            set += 64 + count * 8;
            break;
        }
        default: return false;   /* not reached: translate checked */
        }
    }
}

bool unit_test(const uint32_t *code, uint32_t op, uint32_t c)
{
    switch (op) {
    case SRE_IN: return set_test(code, c);
    case SRE_IN_IGNORE: return set_test(code, sre_lower(c, 1));
    case SRE_IN_UNI_IGNORE: return set_test(code, sre_lower(c, 3));
    case SRE_IN_LOC_IGNORE: return set_test(code, sre_lower(c, 2)) || set_test(code, sre_upper(c, 2));
    case SRE_LITERAL_IGNORE: return sre_lower(c, 1) == *code;
    case SRE_NOT_LITERAL_IGNORE: return sre_lower(c, 1) != *code;
    case SRE_LITERAL_UNI_IGNORE: return sre_lower(c, 3) == *code;
    case SRE_NOT_LITERAL_UNI_IGNORE: return sre_lower(c, 3) != *code;
    case SRE_LITERAL_LOC_IGNORE: return c == *code || sre_lower(c, 2) == *code || sre_upper(c, 2) == *code;
    case SRE_NOT_LITERAL_LOC_IGNORE: return !(c == *code || sre_lower(c, 2) == *code || sre_upper(c, 2) == *code);
    }
    return false;
}

/* --- sets */
/* Checks a set's opcodes [at, end), the last of which must be FAILURE; *locale: the test depends on the locale. */
static bool set_check(const uint32_t *code, int64_t at, int64_t end, bool *locale)
{
    if (at >= end || code[end - 1] != SRE_FAILURE) return false;
    while (at < end - 1) {
        int64_t left = end - 1 - ++at;
        switch (code[at - 1]) {
        case SRE_NEGATE: break;
        case SRE_LITERAL:
            if (left < 1) return false;
            at++;
            break;
        case SRE_CATEGORY:
            if (left < 1 || code[at] >= CATEGORY_COUNT) return false;
            *locale |= code[at] >> 1 == 4;
            at++;
            break;
        case SRE_RANGE:
        case SRE_RANGE_UNI_IGNORE:
            if (left < 2) return false;
            at += 2;
            break;
        case SRE_CHARSET:
            if (left < 8) return false;
            at += 8;
            break;
        case SRE_BIGCHARSET: {
            if (left < 65 || code[at] > (left - 65) / 8) return false;
            const uint8_t *blocks = (const uint8_t *)(code + at + 1);
            for (int i = 0; i < 256; i++)
                if (blocks[i] >= code[at]) return false;
            at += 65 + (int64_t)code[at] * 8;
            break;
        }
        default: return false;
        }
    }
    return at == end - 1;
}

static bool add_set(Translator *t, uint32_t op, int64_t operand, uint32_t *index)
{
    Set set = {.op = op, .code = (uint32_t)operand};
    for (uint32_t c = 0; c < 256; c++)
        if (unit_test(t->code + operand, op, c)) set.bits[c >> 6] |= 1ull << (c & 63);
    *index = (uint32_t)(t->sets.size / sizeof set);
    return bytes_builder_add(&t->sets, &set, sizeof set);
}

/* --- emitting */
static uint32_t here(const Translator *t) { return (uint32_t)(t->insts.size / sizeof(Inst)); }
static bool emit(Translator *t, Inst inst) { return bytes_builder_add(&t->insts, &inst, sizeof inst); }
static Inst *inst_at(Translator *t, uint32_t pc) { return (Inst *)t->insts.data + pc; }

static uint32_t new_registers(Translator *t, uint32_t count)
{
    uint32_t first = t->registers;
    t->registers += count;
    return first;
}

/* The one-character opcode at `at` (before `end`): fills inst->unit and a, and *next. 0: it is none; -1: error. */
static int translate_unit(Translator *t, int64_t at, int64_t end, Inst *inst, int64_t *next)
{
    uint32_t op = t->code[at];
    switch (op) {
    case SRE_ANY:
    case SRE_ANY_ALL:
        inst->unit = op == SRE_ANY ? UNIT_ANY : UNIT_ALL;
        *next = at + 1;
        return 1;
    case SRE_LITERAL:
    case SRE_NOT_LITERAL:
        if (at + 1 >= end) return invalid(), -1;
        inst->unit = op == SRE_LITERAL ? UNIT_LITERAL : UNIT_NOT_LITERAL;
        inst->a = t->code[at + 1];
        *next = at + 2;
        return 1;
    case SRE_LITERAL_IGNORE:
    case SRE_NOT_LITERAL_IGNORE:
    case SRE_LITERAL_UNI_IGNORE:
    case SRE_NOT_LITERAL_UNI_IGNORE:
    case SRE_LITERAL_LOC_IGNORE:
    case SRE_NOT_LITERAL_LOC_IGNORE:
        if (at + 1 >= end) return invalid(), -1;
        inst->unit = op == SRE_LITERAL_LOC_IGNORE || op == SRE_NOT_LITERAL_LOC_IGNORE ? UNIT_SLOW : UNIT_SET;
        *next = at + 2;
        return add_set(t, op, at + 1, &inst->a) ? 1 : -1;
    case SRE_IN:
    case SRE_IN_IGNORE:
    case SRE_IN_UNI_IGNORE:
    case SRE_IN_LOC_IGNORE: {
        bool locale = op == SRE_IN_LOC_IGNORE;
        if (at + 1 >= end || t->code[at + 1] < 1 || t->code[at + 1] > end - at - 1) return invalid(), -1;
        *next = at + 1 + t->code[at + 1];
        if (!set_check(t->code, at + 2, *next, &locale)) return invalid(), -1;
        inst->unit = locale ? UNIT_SLOW : UNIT_SET;
        return add_set(t, op, at + 2, &inst->a) ? 1 : -1;
    }
    }
    return 0;
}

static bool translate(Translator *t, int64_t at, int64_t end);

/* Operand `skip` at `at` that must lead to a place not behind end; the place, or -1. */
static int64_t skip_target(const Translator *t, int64_t at, int64_t end)
{
    if (at >= end || t->code[at] < 1 || t->code[at] > end - at) return -1;
    return at + t->code[at];
}

static bool translate_repeat_one(Translator *t, int64_t at, int64_t end, int64_t *next)
{
    uint32_t op = t->code[at];
    Inst inst = {.op = op == SRE_REPEAT_ONE ? OP_GREEDY : op == SRE_MIN_REPEAT_ONE ? OP_LAZY : OP_POSSESSIVE};
    int64_t target = skip_target(t, at + 1, end), after;
    if (target < 0 || at + 4 >= target || t->code[target - 1] != SRE_SUCCESS) return invalid();
    inst.b = t->code[at + 2];
    inst.c = t->code[at + 3];
    int unit = translate_unit(t, at + 4, target, &inst, &after);
    if (unit < 0) return false;
    if (!unit || after != target - 1 || inst.b > inst.c) return invalid();
    *next = target;
    return emit(t, inst);
}

static bool translate_repeat(Translator *t, int64_t at, int64_t end, int64_t *next)
{
    int64_t target = skip_target(t, at + 1, end);
    if (target < 0 || at + 4 > target || target >= end || t->code[at + 2] > t->code[at + 3]) return invalid();
    uint32_t until = t->code[target], min = t->code[at + 2], max = t->code[at + 3], loop = new_registers(t, 3), start = here(t);
    if (until != SRE_MAX_UNTIL && until != SRE_MIN_UNTIL) return invalid();
    if (!emit(t, (Inst){.op = OP_LOOP, .a = loop}) || !translate(t, at + 4, target)) return false;
    inst_at(t, start)->b = here(t);
    *next = target + 1;
    return emit(t, (Inst){.op = until == SRE_MAX_UNTIL ? OP_UNTIL_MAX : OP_UNTIL_MIN, .a = loop, .c = start + 1}) && emit(t, (Inst){.op = OP_DATA, .b = min, .c = max});
}

static bool translate_possessive(Translator *t, int64_t at, int64_t end, int64_t *next)
{
    int64_t target = skip_target(t, at + 1, end);
    if (target < 0 || at + 4 > target || target >= end || t->code[target] != SRE_SUCCESS || t->code[at + 2] > t->code[at + 3]) return invalid();
    uint32_t loop = new_registers(t, 4), start = here(t);
    if (!emit(t, (Inst){.op = OP_LOOP, .a = loop, .b = start + 1}) || !emit(t, (Inst){.op = OP_ROUND, .a = loop})) return false;
    if (!emit(t, (Inst){.op = OP_DATA, .b = t->code[at + 2], .c = t->code[at + 3]}) || !translate(t, at + 4, target)) return false;
    if (!emit(t, (Inst){.op = OP_ROUND_END, .a = loop, .c = start + 1})) return false;
    inst_at(t, start + 1)->c = here(t);
    *next = target + 1;
    return true;
}

static bool translate_branch(Translator *t, int64_t at, int64_t end, int64_t *next)
{
    BytesBuilder jumps = {0};
    int64_t common = -1;
    at++;
    while (true) {
        if (at >= end) return invalid();
        if (t->code[at] == 0) break;
        int64_t target = skip_target(t, at, end);
        if (target < 0 || target - at < 3 || target >= end || t->code[target - 2] != SRE_JUMP) return invalid();
        int64_t after = skip_target(t, target - 1, end);
        if (after < 0 || (common >= 0 && after != common)) return invalid();
        common = after;
        bool last = t->code[target] == 0;
        uint32_t choice = here(t);
        if (!last && !emit(t, (Inst){.op = OP_CHOICE})) return false;
        if (!translate(t, at + 1, target - 2)) return false;
        uint32_t jump = here(t);
        if (!last && (!bytes_builder_add(&jumps, &jump, sizeof jump) || !emit(t, (Inst){.op = OP_JUMP}))) return false;
        if (!last) inst_at(t, choice)->a = here(t);
        at = target;
    }
    if (common >= 0 ? common != at + 1 : !emit(t, (Inst){.op = OP_FAIL})) return common >= 0 ? invalid() : false;
    for (size_t i = 0; i < jumps.size / sizeof(uint32_t); i++) inst_at(t, ((uint32_t *)jumps.data)[i])->a = here(t);
    *next = at + 1;
    return true;
}

static bool translate_assert(Translator *t, int64_t at, int64_t end, int64_t *next)
{
    bool positive = t->code[at] == SRE_ASSERT;
    int64_t target = skip_target(t, at + 1, end);
    if (target < 0 || at + 3 >= target || t->code[target - 1] != SRE_SUCCESS) return invalid();
    uint32_t back = t->code[at + 2], registers = new_registers(t, 2), start = here(t);
    if (back & 0x80000000u) return invalid();
    if (!emit(t, (Inst){.op = positive ? OP_ASSERT : OP_ASSERT_NOT, .a = registers, .b = back}) || !translate(t, at + 3, target - 1)) return false;
    if (!emit(t, (Inst){.op = positive ? OP_ASSERT_END : OP_ASSERT_NOT_END, .a = registers})) return false;
    inst_at(t, start)->c = here(t);
    *next = target;
    return true;
}

static bool translate_atomic(Translator *t, int64_t at, int64_t end, int64_t *next)
{
    int64_t target = skip_target(t, at + 1, end);
    if (target < 0 || at + 2 >= target || t->code[target - 1] != SRE_SUCCESS) return invalid();
    uint32_t reg = new_registers(t, 1);
    *next = target;
    return emit(t, (Inst){.op = OP_ATOMIC, .a = reg}) && translate(t, at + 2, target - 1) && emit(t, (Inst){.op = OP_ATOMIC_END, .a = reg});
}

/* Translates [at, end), but stops before a JUMP whose operand ends the range: *stop tells where. */
static bool translate_until_jump(Translator *t, int64_t at, int64_t end, int64_t *stop);

static bool translate_exists(Translator *t, int64_t at, int64_t end, int64_t *next)
{
    if (at + 2 >= end || t->code[at + 1] >= (uint64_t)t->p->groups || t->code[at + 2] < 2 || t->code[at + 2] > end - at - 1) return invalid();
    int64_t other = at + 1 + t->code[at + 2], stop;
    uint32_t start = here(t);
    if (!emit(t, (Inst){.op = OP_GROUP_EXISTS, .a = t->code[at + 1]}) || !translate_until_jump(t, at + 3, other, &stop)) return false;
    *next = other;
    if (stop == other) {
        inst_at(t, start)->b = here(t);
        return true;
    }
    int64_t after = skip_target(t, other - 1, end);
    uint32_t jump = here(t);
    if (after < 0) return invalid();
    if (!emit(t, (Inst){.op = OP_JUMP})) return false;
    inst_at(t, start)->b = here(t);
    if (!translate(t, other, after)) return false;
    inst_at(t, jump)->a = here(t);
    *next = after;
    return true;
}

/* One opcode at `at`. */
static bool translate_one(Translator *t, int64_t at, int64_t end, int64_t *next)
{
    Inst inst = {.op = OP_UNIT};
    int unit = translate_unit(t, at, end, &inst, next);
    if (unit) return unit > 0 && emit(t, inst);
    uint32_t op = t->code[at];
    uint64_t operand = at + 1 < end ? t->code[at + 1] : UINT64_MAX;
    *next = at + 2;
    switch (op) {
    case SRE_FAILURE: *next = at + 1; return emit(t, (Inst){.op = OP_FAIL});
    case SRE_MARK: return operand < 2 * (uint64_t)t->p->groups ? emit(t, (Inst){.op = OP_MARK, .a = (uint32_t)operand}) : invalid();
    case SRE_AT: return operand < AT_COUNT ? emit(t, (Inst){.op = OP_AT, .a = (uint32_t)operand}) : invalid();
    case SRE_GROUPREF:
    case SRE_GROUPREF_IGNORE:
    case SRE_GROUPREF_LOC_IGNORE:
    case SRE_GROUPREF_UNI_IGNORE: {
        uint32_t how = op == SRE_GROUPREF ? 0 : op == SRE_GROUPREF_IGNORE ? 1 : op == SRE_GROUPREF_LOC_IGNORE ? 2 : 3;
        return operand < (uint64_t)t->p->groups ? emit(t, (Inst){.op = OP_GROUP_REF, .a = (uint32_t)operand, .b = how}) : invalid();
    }
    case SRE_REPEAT_ONE:
    case SRE_MIN_REPEAT_ONE:
    case SRE_POSSESSIVE_REPEAT_ONE: return translate_repeat_one(t, at, end, next);
    case SRE_REPEAT: return translate_repeat(t, at, end, next);
    case SRE_POSSESSIVE_REPEAT: return translate_possessive(t, at, end, next);
    case SRE_BRANCH: return translate_branch(t, at, end, next);
    case SRE_ASSERT:
    case SRE_ASSERT_NOT: return translate_assert(t, at, end, next);
    case SRE_ATOMIC_GROUP: return translate_atomic(t, at, end, next);
    case SRE_GROUPREF_EXISTS: return translate_exists(t, at, end, next);
    }
    return invalid();
}

static bool translate_until_jump(Translator *t, int64_t at, int64_t end, int64_t *stop)
{
    if (++t->depth > MAX_NESTING) return raise_runtime("regular expression is nested too deeply");
    while (at < end && !(stop && at == end - 2 && t->code[at] == SRE_JUMP))
        if (!translate_one(t, at, end, &at)) return false;
    t->depth--;
    if (stop) *stop = at;
    return true;
}

static bool translate(Translator *t, int64_t at, int64_t end) { return translate_until_jump(t, at, end, 0); }

/* The INFO block at the start: what helps searching. */
static bool translate_info(Translator *t, int64_t *at)
{
    const uint32_t *code = t->code;
    Pattern *p = t->p;
    int64_t end = p->code_size, target = skip_target(t, 1, end), i = 5;
    if (target < 5) return invalid();
    uint32_t flags = code[2];
    p->min_width = code[3];
    if (flags & INFO_PREFIX) {
        if (target < 7 || code[5] > (target - 7) / 2 || code[6] > code[5]) return invalid();
        p->prefix_length = code[5];
        i = 7;
        p->prefix_kind = str_kind_for(str_max_in(4, code + i, p->prefix_length));
        p->prefix = gc_buffer_raw((size_t)(p->prefix_length * p->prefix_kind));
        if (!p->prefix) return false;
        str_copy_chars(p->prefix_kind, p->prefix, 0, 4, code + i, 0, p->prefix_length);
        gc_barrier(p);
    } else if (flags & INFO_CHARSET) {
        bool locale = false;
        uint32_t index;
        if (!set_check(code, i, target, &locale)) return invalid();
        if (!locale) {
            if (!add_set(t, SRE_IN, i, &index)) return false;
            p->first_set = (int32_t)index;
        }
    }
    *at = target;
    return true;
}

bool pattern_translate(Pattern *p)
{
    Translator t = {.p = p, .code = p->code, .registers = REG_MARKS + 2 * (uint32_t)p->groups};
    int64_t at = 0;
    p->first_set = -1;
    if (p->code_size < 1 || p->code[p->code_size - 1] != SRE_SUCCESS) return invalid();
    if (p->code[0] == SRE_INFO && !translate_info(&t, &at)) return false;
    if (!translate(&t, at, p->code_size - 1) || !emit(&t, (Inst){.op = OP_MATCH})) return false;
    p->insts = (Inst *)t.insts.data;
    p->inst_count = here(&t);
    p->sets = (Set *)t.sets.data;
    p->set_count = (int64_t)(t.sets.size / sizeof(Set));
    p->registers = t.registers;
    p->anchored = p->insts[0].op == OP_AT && (p->insts[0].a == AT_BEGINNING || p->insts[0].a == AT_BEGINNING_STRING);
    gc_barrier(p);
    return true;
}
