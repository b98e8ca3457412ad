/* machine.c: runs the instructions of a pattern on a text: matching at a position, and searching for one. See sre.h for how backtracking works. */
#include "module/_sre/sre.h"
#include <ctype.h>
#include <stdlib.h>

typedef struct Choice {
    uint32_t pc;
    uint32_t kind;          /* CHOICE_* */
    int64_t position;
    int64_t limit;          /* GREEDY: least position; LAZY: characters that may still be added */
    size_t trail;           /* height of the trail to undo to */
} Choice;
enum { CHOICE_PLAIN, CHOICE_GREEDY, CHOICE_LAZY, CHOICE_UNTIL_MIN };

typedef struct Undo {
    uint32_t reg;
    int64_t value;
} Undo;

enum { SMALL_CHOICES = 64, SMALL_TRAIL = 64 };

typedef struct Machine {
    Matcher *m;
    Choice *choices;
    Undo *trail;
    size_t choice_count, choice_room, trail_count, trail_room;
    int64_t budget;             /* of work until signals are asked for: about one for each step back, and for 32 characters gone over */
    Choice small_choices[SMALL_CHOICES];
    Undo small_trail[SMALL_TRAIL];
} Machine;

static bool machine_grow(void **items, size_t *room, size_t item_size, void *small)
{
    size_t bytes;
    void *grown = 0;
    if (!__builtin_mul_overflow(*room * 2, item_size, &bytes)) grown = *items == small ? malloc(bytes) : realloc(*items, bytes);
    if (!grown) return raise_memory();
    if (*items == small) memcpy(grown, small, *room * item_size);
    *items = grown;
    *room *= 2;
    return true;
}

static inline bool push_choice(Machine *x, uint32_t pc, uint32_t kind, int64_t position, int64_t limit)
{
    if (x->choice_count == x->choice_room && !machine_grow((void **)&x->choices, &x->choice_room, sizeof(Choice), x->small_choices)) return false;
    x->choices[x->choice_count++] = (Choice){pc, kind, position, limit, x->trail_count};
    return true;
}

/* Sets a register; the old value goes to the trail if a failure could need it. */
static inline bool set_register(Machine *x, uint32_t reg, int64_t value)
{
    if (x->choice_count) {
        if (x->trail_count == x->trail_room && !machine_grow((void **)&x->trail, &x->trail_room, sizeof(Undo), x->small_trail)) return false;
        x->trail[x->trail_count++] = (Undo){reg, x->m->registers[reg]};
    }
    x->m->registers[reg] = value;
    return true;
}

#define READ(i) str_read(kind, text, (i))
#define ALWAYS_INLINE static inline __attribute__((always_inline))

ALWAYS_INLINE bool set_has(const Pattern *p, uint32_t index, uint32_t c)
{
    const Set *set = &p->sets[index];
    if (c < 256) return set->bits[c >> 6] >> (c & 63) & 1;
    return unit_test(p->code + set->code, set->op, c);
}

ALWAYS_INLINE bool unit_matches(const Pattern *p, const Inst *inst, uint32_t c)
{
    switch (inst->unit) {
    case UNIT_ANY: return c != '\n';
    case UNIT_ALL: return true;
    case UNIT_LITERAL: return c == inst->a;
    case UNIT_NOT_LITERAL: return c != inst->a;
    case UNIT_SET: return set_has(p, inst->a, c);
    default: return unit_test(p->code + p->sets[inst->a].code, p->sets[inst->a].op, c);
    }
}

/* How many characters from `at` on (at most `limit` position) the unit matches: the position after them. */
ALWAYS_INLINE int64_t unit_run(const Pattern *p, const Inst *inst, int kind, const void *text, int64_t at, int64_t limit)
{
    switch (inst->unit) {
    case UNIT_ALL: return limit;
    case UNIT_ANY:
    case UNIT_NOT_LITERAL: {
        int64_t hit = str_find_char_raw(kind, (const char *)text + at * kind, limit - at, inst->unit == UNIT_ANY ? '\n' : inst->a);
        return hit < 0 ? limit : at + hit;
    }
    case UNIT_LITERAL:
        while (at < limit && READ(at) == inst->a) at++;
        return at;
    case UNIT_SET: {
        const uint64_t *bits = p->sets[inst->a].bits;
        for (; at < limit; at++) {
            uint32_t c = READ(at);
            if (kind == 1 || c < 256 ? !(bits[c >> 6] >> (c & 63) & 1) : !set_has(p, inst->a, c)) break;
        }
        return at;
    }
    default:
        while (at < limit && unit_matches(p, inst, READ(at))) at++;
        return at;
    }
}

static bool is_word(uint32_t c, int how)
{
    if (c == '_') return true;
    if (how == 3) return unicode_is_alnum(c);
    if (how == 2) return c < 256 && isalnum((int)c);
    return c < 128 && isalnum((int)c);
}

static bool at_position(const Matcher *m, uint32_t where, int64_t at)
{
    int kind = m->kind;
    const void *text = m->text;
    switch (where) {
    case AT_BEGINNING:
    case AT_BEGINNING_STRING: return at == 0;
    case AT_BEGINNING_LINE: return at == 0 || READ(at - 1) == '\n';
    case AT_END: return at == m->end || (at + 1 == m->end && READ(at) == '\n');
    case AT_END_LINE: return at == m->end || READ(at) == '\n';
    case AT_END_STRING: return at == m->end;
    }
    int how = where >= AT_UNI_BOUNDARY ? 3 : where >= AT_LOC_BOUNDARY ? 2 : 1;
    if (m->end == 0) return false;
    bool before = at > 0 && is_word(READ(at - 1), how), after = at < m->end && is_word(READ(at), how);
    bool boundary = where == AT_BOUNDARY || where == AT_LOC_BOUNDARY || where == AT_UNI_BOUNDARY;
    return (before != after) == boundary;
}

/* The position behind a repetition of group `inst->a` at `at`, or -1. */
static int64_t group_again(const Matcher *m, const Inst *inst, int64_t at)
{
    int64_t start = m->registers[REG_MARKS + 2 * inst->a], end = m->registers[REG_MARKS + 2 * inst->a + 1];
    int kind = m->kind;
    const void *text = m->text;
    if (start < 0 || end < start || end - start > m->end - at) return -1;
    for (; start < end; start++, at++) {
        uint32_t c = READ(start), d = READ(at);
        if (inst->b ? sre_lower(c, (int)inst->b) != sre_lower(d, (int)inst->b) : c != d) return -1;
    }
    return at;
}

/* Drops the choices above `height`, as an atomic part does when it has matched. */
static inline void cut_choices(Machine *x, int64_t height) { x->choice_count = (size_t)height; }

/* A round that matched nothing can be repeated for ever: where so many are required that it takes noticeable time, one stands for all but the last (which has the last word in what groups capture). */
enum { POLL_INTERVAL = 1 << 14, MANY_ROUNDS = 1000 };

/* 1, 0, -1. */
ALWAYS_INLINE int machine_run(Machine *x, int64_t at, int kind)
{
    Matcher *m = x->m;
    const Pattern *p = m->pattern;
    const Inst *insts = p->insts, *inst;
    const void *text = m->text;
    int64_t end = m->end;
    int64_t budget = x->budget;
    uint32_t pc = 0;
#define TRY(condition) \
    if (!(condition)) return -1
#define GONE_OVER(count) (budget -= (count) >> 5)
    for (;;) {
        inst = &insts[pc];
        switch ((Op)inst->op) {
        case OP_FAIL:
        case OP_DATA: goto fail;
        case OP_MATCH:
            if ((m->full && at != end) || (m->must_advance && at == m->start)) goto fail;
            m->position = at;
            x->budget = budget;
            return 1;
        case OP_UNIT:
            if (at >= end || !unit_matches(p, inst, READ(at))) goto fail;
            at++;
            pc++;
            continue;
        case OP_GREEDY: {
            if (end - at < inst->b) goto fail;
            int64_t limit = end - at < inst->c ? end : at + inst->c, least = at + inst->b, from = at;
            at = unit_run(p, inst, kind, text, at, limit);
            GONE_OVER(at - from);
            if (at < least) goto fail;
            if (at > least) TRY(push_choice(x, pc, CHOICE_GREEDY, at, least));
            pc++;
            continue;
        }
        case OP_POSSESSIVE: {
            if (end - at < inst->b) goto fail;
            int64_t limit = end - at < inst->c ? end : at + inst->c, least = at + inst->b, from = at;
            at = unit_run(p, inst, kind, text, at, limit);
            GONE_OVER(at - from);
            if (at < least) goto fail;
            pc++;
            continue;
        }
        case OP_LAZY: {
            if (end - at < inst->b) goto fail;
            int64_t least = at + inst->b;
            at = unit_run(p, inst, kind, text, at, least);
            GONE_OVER(inst->b);
            if (at < least) goto fail;
            if (inst->c > inst->b) TRY(push_choice(x, pc, CHOICE_LAZY, at, (int64_t)inst->c - inst->b));
            pc++;
            continue;
        }
        case OP_AT:
            if (!at_position(m, inst->a, at)) goto fail;
            pc++;
            continue;
        case OP_MARK:
            TRY(set_register(x, REG_MARKS + inst->a, at));
            if (inst->a & 1) TRY(set_register(x, REG_LAST, inst->a / 2 + 1));
            pc++;
            continue;
        case OP_GROUP_REF:
            if ((at = group_again(m, inst, at)) < 0) goto fail;
            pc++;
            continue;
        case OP_GROUP_EXISTS: {
            int64_t first = m->registers[REG_MARKS + 2 * inst->a], last = m->registers[REG_MARKS + 2 * inst->a + 1];
            pc = first >= 0 && last >= first ? pc + 1 : inst->b;
            continue;
        }
        case OP_JUMP: pc = inst->a; continue;
        case OP_CHOICE: {
            /* An alternative that begins with another character need not be tried. */
            const Inst *next = inst + 1;
            if (next->op == OP_UNIT && next->unit <= UNIT_SET && (at >= end || !unit_matches(p, next, READ(at)))) {
                pc = inst->a;
                continue;
            }
            TRY(push_choice(x, inst->a, CHOICE_PLAIN, at, 0));
            pc++;
            continue;
        }
        case OP_LOOP:
            TRY(set_register(x, inst->a, -1) && set_register(x, inst->a + 1, -1) && set_register(x, inst->a + 2, -1));
            pc = inst->b;
            continue;
        case OP_UNTIL_MAX: {
            int64_t rounds = m->registers[inst->a] + 1, min = inst[1].b, max = inst[1].c;
            if (rounds < min && min >= MANY_ROUNDS) {
                if (at == m->registers[inst->a + 2]) rounds = min - 1;
                TRY(set_register(x, inst->a + 2, at));
            }
            if (rounds >= min) {
                if ((rounds >= max && max != SRE_MAX_REPEAT) || at == m->registers[inst->a + 1]) {
                    pc += 2;
                    continue;
                }
                TRY(push_choice(x, pc + 2, CHOICE_PLAIN, at, 0));
                TRY(set_register(x, inst->a + 1, at));
            }
            TRY(set_register(x, inst->a, rounds));
            pc = inst->c;
            if (--budget <= 0) goto poll;
            continue;
        }
        case OP_UNTIL_MIN: {
            int64_t rounds = m->registers[inst->a] + 1, min = inst[1].b;
            if (rounds < min && min >= MANY_ROUNDS) {
                if (at == m->registers[inst->a + 2]) rounds = min - 1;
                TRY(set_register(x, inst->a + 2, at));
            }
            if (rounds < min) {
                TRY(set_register(x, inst->a, rounds));
                pc = inst->c;
                continue;
            }
            TRY(push_choice(x, pc, CHOICE_UNTIL_MIN, at, 0));
            pc += 2;
            continue;
        }
        case OP_ROUND: {
            int64_t rounds = m->registers[inst->a] + 1, min = inst[1].b, max = inst[1].c;
            if (rounds < min && min >= MANY_ROUNDS) {
                if (at == m->registers[inst->a + 2]) rounds = min - 1;
                TRY(set_register(x, inst->a + 2, at));
            }
            TRY(set_register(x, inst->a + 3, (int64_t)x->choice_count));
            if (rounds >= min) {
                if ((rounds >= max && max != SRE_MAX_REPEAT) || at == m->registers[inst->a + 1]) {
                    pc = inst->c;
                    continue;
                }
                TRY(push_choice(x, inst->c, CHOICE_PLAIN, at, 0));
                TRY(set_register(x, inst->a + 1, at));
            }
            TRY(set_register(x, inst->a, rounds));
            pc += 2;
            if (--budget <= 0) goto poll;
            continue;
        }
        case OP_ROUND_END:
            cut_choices(x, m->registers[inst->a + 3]);
            pc = inst->c;
            continue;
        case OP_ATOMIC:
            TRY(set_register(x, inst->a, (int64_t)x->choice_count));
            pc++;
            continue;
        case OP_ATOMIC_END:
            cut_choices(x, m->registers[inst->a]);
            pc++;
            continue;
        case OP_ASSERT:
            if (at < inst->b) goto fail;
            TRY(set_register(x, inst->a, (int64_t)x->choice_count) && set_register(x, inst->a + 1, at));
            at -= inst->b;
            pc++;
            continue;
        case OP_ASSERT_END:
            cut_choices(x, m->registers[inst->a]);
            at = m->registers[inst->a + 1];
            pc++;
            continue;
        case OP_ASSERT_NOT:
            if (at < inst->b) {
                pc = inst->c;
                continue;
            }
            TRY(set_register(x, inst->a, (int64_t)x->choice_count));
            TRY(push_choice(x, inst->c, CHOICE_PLAIN, at, 0));
            at -= inst->b;
            pc++;
            continue;
        case OP_ASSERT_NOT_END: cut_choices(x, m->registers[inst->a]); goto fail;
        }
    poll:
        budget = POLL_INTERVAL;
        if (!safe_point()) return -1;
        continue;
    fail:
        if (x->choice_count == 0) {
            x->budget = budget;
            return 0;
        }
        Choice *choice = &x->choices[x->choice_count - 1];
        while (x->trail_count > choice->trail) {
            x->trail_count--;
            m->registers[x->trail[x->trail_count].reg] = x->trail[x->trail_count].value;
        }
        pc = choice->pc;
        at = choice->position;
        switch (choice->kind) {
        case CHOICE_PLAIN: x->choice_count--; break;
        case CHOICE_GREEDY: {
            /* Give back one character, or as many as the next literal needs. */
            const Inst *next = &insts[pc + 1];
            at--;
            if (next->op == OP_UNIT && next->unit == UNIT_LITERAL)
                while (at > choice->limit && READ(at) != next->a) at--;
            GONE_OVER(choice->position - at);
            choice->position = at;
            if (at <= choice->limit) x->choice_count--;
            pc++;
            break;
        }
        case CHOICE_LAZY: {
            const Inst *lazy = &insts[pc], *next = lazy + 1;
            int64_t left = choice->limit;
            x->choice_count--;
            if (at >= end || !unit_matches(p, lazy, READ(at))) goto fail;
            at++, left--;
            if (next->op == OP_UNIT && next->unit == UNIT_LITERAL) {
                while (left > 0 && at < end && READ(at) != next->a && unit_matches(p, lazy, READ(at))) at++, left--;
            }
            GONE_OVER(at - choice->position);
            if (left > 0) TRY(push_choice(x, pc, CHOICE_LAZY, at, lazy->c == SRE_MAX_REPEAT ? (int64_t)SRE_MAX_REPEAT : left));
            pc++;
            break;
        }
        case CHOICE_UNTIL_MIN: {
            inst = &insts[pc];
            x->choice_count--;
            int64_t rounds = m->registers[inst->a] + 1, max = inst[1].c;
            if ((rounds >= max && max != SRE_MAX_REPEAT) || at == m->registers[inst->a + 1]) goto fail;
            TRY(set_register(x, inst->a, rounds) && set_register(x, inst->a + 1, at));
            pc = inst->c;
            break;
        }
        }
        if (--budget <= 0) goto poll;
    }
}

static int run_1(Machine *x, int64_t at) { return machine_run(x, at, 1); }
static int run_2(Machine *x, int64_t at) { return machine_run(x, at, 2); }
static int run_4(Machine *x, int64_t at) { return machine_run(x, at, 4); }

static void machine_init(Machine *x, Matcher *m)
{
    x->m = m;
    x->budget = POLL_INTERVAL;
    x->choices = x->small_choices;
    x->trail = x->small_trail;
    x->choice_room = SMALL_CHOICES;
    x->trail_room = SMALL_TRAIL;
}

static void machine_free(Machine *x)
{
    if (x->choices != x->small_choices) free(x->choices);
    if (x->trail != x->small_trail) free(x->trail);
}

static int machine_try(Machine *x, int64_t at)
{
    Matcher *m = x->m;
    x->choice_count = x->trail_count = 0;
    m->registers[REG_LAST] = 0;
    for (int64_t i = 0; i < 2 * m->pattern->groups; i++) m->registers[REG_MARKS + i] = -1;
    return m->kind == 1 ? run_1(x, at) : m->kind == 2 ? run_2(x, at) : run_4(x, at);
}

/* --- entry points */
bool matcher_init(Matcher *m, Pattern *p, Value string, int64_t start, int64_t end)
{
    m->pattern = p;
    m->string = string;
    m->held = false;
    m->full = m->must_advance = false;
    m->registers = m->small_registers;
    if (is_str(string)) {
        if (p->is_bytes > 0) return raise_type("cannot use a bytes pattern on a string-like object");
        m->kind = str_kind(string);
        m->text = str_data(string);
        m->length = str_length(string);
    } else {
        if (!has_buffer(string) || !buffer_get(string, &m->buffer, BUFFER_SIMPLE)) {
            error_clear();
            return raise_type("expected string or bytes-like object, got '%.200T'", string);
        }
        m->held = true;
        m->kind = 1;
        m->text = m->buffer.data;
        m->length = m->buffer.length;
        if (p->is_bytes == 0) {
            matcher_release(m);
            return raise_type("cannot use a string pattern on a bytes-like object");
        }
    }
    if (p->registers > (int64_t)(sizeof m->small_registers / sizeof *m->small_registers)) {
        m->registers = gc_buffer_raw((size_t)p->registers * sizeof(int64_t));
        if (!m->registers) {
            matcher_release(m);
            return false;
        }
    }
    m->start = start < 0 ? 0 : start > m->length ? m->length : start;
    m->end = end < 0 ? 0 : end > m->length ? m->length : end;
    return true;
}

void matcher_release(Matcher *m)
{
    if (m->held) buffer_release(&m->buffer);
    m->held = false;
}

int matcher_match(Matcher *m)
{
    Machine x;
    machine_init(&x, m);
    x.choice_count = x.trail_count = 0;
    int result = m->start > m->end ? 0 : machine_try(&x, m->start);
    machine_free(&x);
    return result;
}

/* The next position from `at` where a match can begin, or -1. */
static int64_t next_candidate(const Matcher *m, int64_t at)
{
    const Pattern *p = m->pattern;
    int64_t last = m->end - p->min_width;
    if (at > last) return -1;
    if (p->prefix_length) {
        int64_t hit = str_find_raw(m->kind, (const char *)m->text + at * m->kind, m->end - at, p->prefix_kind, p->prefix, p->prefix_length);
        return hit < 0 ? -1 : at + hit;
    }
    if (p->first_set >= 0) {
        while (at <= last && at < m->end && !set_has(p, (uint32_t)p->first_set, str_read(m->kind, m->text, at))) at++;
        return at <= last && at < m->end ? at : -1;
    }
    return at;
}

int matcher_search(Matcher *m)
{
    Machine x;
    int result = 0;
    machine_init(&x, m);
    for (int64_t at = m->start; at <= m->end && result == 0;) {
        int64_t candidate = next_candidate(m, at);
        if (candidate < 0 || (m->pattern->anchored && candidate > 0)) break;
        if (candidate > m->start) m->must_advance = false;
        m->start = candidate;
        result = machine_try(&x, candidate);
        at = candidate + 1;
        if (--x.budget <= 0) {
            x.budget = POLL_INTERVAL;
            if (!safe_point()) result = -1;
        }
    }
    machine_free(&x);
    return result;
}

Value matcher_slice(const Matcher *m, int64_t start, int64_t end)
{
    if (is_str(m->string)) return str_substring(m->string, start, end);
    if (start == 0 && end == m->length && type_of(m->string) == &bytes_type) return m->string;
    if (start >= end) return bytes_empty;
    return bytes_new((const uint8_t *)m->text + start, (size_t)(end - start));
}
