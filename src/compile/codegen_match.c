/* codegen_match.c: `match` statements.
 *
 * While a pattern is compiled the stack holds, from the bottom: names captured so far (in order, to be stored when the whole pattern has
 * matched), then `on_top` items that the pattern still works on. A failing test jumps to the label fail_pop[n], which pops n items and falls
 * through to fail_pop[n - 1].
 */
#include "compile/internal.h"

typedef struct Pat {
    const Text **stores;
    int store_count, store_room;
    bool allow_irrefutable;
    Block **fail_pop;
    int fail_count, fail_room;
    int on_top;
} Pat;

static void gen_pattern(Compiler *c, Pattern *p, Pat *pat);

static bool is_wildcard(const Pattern *p) { return p->kind == Pattern_MatchAs && !p->MatchAs.name && !p->MatchAs.pattern; }
static bool is_star_wildcard(const Pattern *p) { return p->kind == Pattern_MatchStar && !p->MatchStar.name; }

static void ensure_fail_pop(Compiler *c, Pat *pat, int n)
{
    if (n < pat->fail_count) return;
    if (n >= pat->fail_room) {
        int room = n * 2 + 8;
        Block **blocks = arena_array(c->arena, Block *, room);
        if (pat->fail_count) memcpy(blocks, pat->fail_pop, (size_t)pat->fail_count * sizeof *blocks);
        pat->fail_pop = blocks;
        pat->fail_room = room;
    }
    while (pat->fail_count <= n) pat->fail_pop[pat->fail_count++] = cg_block(c);
}

static void jump_to_fail(Compiler *c, Pat *pat, int op)
{
    int pops = pat->on_top + pat->store_count;
    ensure_fail_pop(c, pat, pops);
    cg_jump(c, op, pat->fail_pop[pops]);
}

static void emit_fail_pops(Compiler *c, Pat *pat)
{
    if (!pat->fail_count) return;
    while (--pat->fail_count) {
        cg_use(c, pat->fail_pop[pat->fail_count]);
        cg_op(c, OP_POP_TOP);
    }
    cg_use(c, pat->fail_pop[0]);
    pat->fail_pop = 0;
    pat->fail_room = 0;
}

static void rotate(Compiler *c, int count)
{
    while (count > 1) cg_emit(c, OP_SWAP, count--);
}

static void append_store(Compiler *c, Pat *pat, const Text *name)
{
    if (pat->store_count == pat->store_room) {
        int room = pat->store_room ? pat->store_room * 2 : 4;
        const Text **stores = arena_array(c->arena, const Text *, room);
        if (pat->store_count) memcpy(stores, pat->stores, (size_t)pat->store_count * sizeof *stores);
        pat->stores = stores;
        pat->store_room = room;
    }
    pat->stores[pat->store_count++] = name;
}

static int find_store(const Pat *pat, const Text *name)
{
    for (int i = 0; i < pat->store_count; i++)
        if (pat->stores[i] == name) return i;
    return -1;
}

[[noreturn]] static void duplicate_store(Compiler *c, const Text *name)
{
    cg_error(c, "multiple assignments to name %s in pattern", const_repr(c->arena, const_str(c->arena, name))->bytes);
}

static void capture(Compiler *c, const Text *name, Pat *pat)
{
    if (!name) {
        cg_op(c, OP_POP_TOP);
        return;
    }
    cg_forbid(c, name, ExprContext_Store);
    if (find_store(pat, name) >= 0) duplicate_store(c, name);
    rotate(c, pat->on_top + pat->store_count + 1);
    append_store(c, pat, name);
}

static void gen_subpattern(Compiler *c, Pattern *p, Pat *pat)
{
    bool outer = pat->allow_irrefutable;
    pat->allow_irrefutable = true;
    gen_pattern(c, p, pat);
    pat->allow_irrefutable = outer;
}

/* ---- sequences ----------------------------------------------------------------------------------------------------------------------- */

static void unpack_sequence(Compiler *c, const Seq *patterns, Pat *pat)
{
    uint32_t n = seq_count(patterns);
    bool starred = false;
    for (uint32_t i = 0; i < n; i++) {
        if (seq_at(Pattern *, patterns, i)->kind != Pattern_MatchStar) continue;
        if (starred) cg_error(c, "multiple starred expressions in sequence pattern");
        if (i >= 256 || n - i - 1 >= 0x7fffff) cg_error(c, "too many expressions in star-unpacking sequence pattern");
        cg_emit(c, OP_UNPACK_EX, (int)(i + ((n - i - 1) << 8)));
        starred = true;
    }
    if (!starred) cg_emit(c, OP_UNPACK_SEQUENCE, (int)n);
    pat->on_top += (int)n;
    for (uint32_t i = 0; i < n; i++) {
        pat->on_top--;
        gen_subpattern(c, seq_at(Pattern *, patterns, i), pat);
    }
}

/* With a star that binds nothing, only the items that are looked at are fetched. */
static void subscript_sequence(Compiler *c, const Seq *patterns, int star, Pat *pat)
{
    pat->on_top++;
    int size = (int)seq_count(patterns);
    for (int i = 0; i < size; i++) {
        Pattern *p = seq_at(Pattern *, patterns, i);
        if (is_wildcard(p) || i == star) continue;
        cg_emit(c, OP_COPY, 1);
        if (i < star) {
            cg_const(c, const_int(c->arena, i));
        } else {
            cg_op(c, OP_GET_LEN);
            cg_const(c, const_int(c->arena, size - i));
            cg_binary_op(c, Operator_Sub, false);
        }
        cg_op(c, OP_BINARY_SUBSCR);
        gen_subpattern(c, p, pat);
    }
    pat->on_top--;
    cg_op(c, OP_POP_TOP);
}

static void check_length(Compiler *c, int size, CmpOp op, Pat *pat)
{
    cg_op(c, OP_GET_LEN);
    cg_const(c, const_int(c->arena, size));
    cg_compare_op(c, op);
    jump_to_fail(c, pat, OP_POP_JUMP_IF_FALSE);
}

static void gen_sequence(Compiler *c, Pattern *p, Pat *pat)
{
    const Seq *patterns = p->MatchSequence.patterns;
    int size = (int)seq_count(patterns), star = -1;
    bool only_wildcard = true, star_wildcard = false;
    for (int i = 0; i < size; i++) {
        Pattern *sub = seq_at(Pattern *, patterns, i);
        if (sub->kind == Pattern_MatchStar) {
            if (star >= 0) cg_error(c, "multiple starred names in sequence pattern");
            star_wildcard = is_star_wildcard(sub);
            only_wildcard &= star_wildcard;
            star = i;
            continue;
        }
        only_wildcard &= is_wildcard(sub);
    }
    pat->on_top++;
    cg_op(c, OP_MATCH_SEQUENCE);
    jump_to_fail(c, pat, OP_POP_JUMP_IF_FALSE);
    if (star < 0) check_length(c, size, CmpOp_Eq, pat);
    else if (size > 1) check_length(c, size - 1, CmpOp_GtE, pat);
    pat->on_top--;
    if (only_wildcard) cg_op(c, OP_POP_TOP);
    else if (star_wildcard) subscript_sequence(c, patterns, star, pat);
    else unpack_sequence(c, patterns, pat);
}

/* ---- classes and mappings ------------------------------------------------------------------------------------------------------------ */

static void validate_attributes(Compiler *c, const Seq *attrs, const Seq *patterns)
{
    uint32_t count = seq_count(attrs), first, again;
    bool repeated = count > 1 && cg_find_repeated(c, (const Text *const *)attrs->items, count, &first, &again);
    for (uint32_t i = 0; i < count; i++) {
        const Text *attr = seq_at(const Text *, attrs, i);
        c->unit->loc = LOC_OF(seq_at(Pattern *, patterns, i));
        cg_forbid(c, attr, ExprContext_Store);
        if (!repeated || i != first) continue;
        c->unit->loc = LOC_OF(seq_at(Pattern *, patterns, again));
        cg_error(c, "attribute name repeated in class pattern: %s", attr->bytes);
    }
}

static void gen_class(Compiler *c, Pattern *p, Pat *pat)
{
    const Seq *patterns = p->MatchClass.patterns, *attrs = p->MatchClass.kwd_attrs, *kwd_patterns = p->MatchClass.kwd_patterns;
    int nargs = (int)seq_count(patterns), nattrs = (int)seq_count(attrs);
    if (nattrs != (int)seq_count(kwd_patterns)) cg_error(c, "kwd_attrs (%d) / kwd_patterns (%d) length mismatch in class pattern", nattrs, (int)seq_count(kwd_patterns));
    if (nattrs) {
        validate_attributes(c, attrs, kwd_patterns);
        c->unit->loc = LOC_OF(p);
    }
    cg_expr(c, p->MatchClass.cls);
    const Const **names = arena_array(c->arena, const Const *, nattrs + 1);
    for (int i = 0; i < nattrs; i++) names[i] = const_str(c->arena, seq_at(const Text *, attrs, i));
    cg_const(c, const_tuple(c->arena, names, (uint32_t)nattrs));
    cg_emit(c, OP_MATCH_CLASS, nargs);
    cg_emit(c, OP_COPY, 1);
    cg_const(c, c->none);
    cg_emit(c, OP_IS_OP, 1);
    pat->on_top++;
    jump_to_fail(c, pat, OP_POP_JUMP_IF_FALSE);
    cg_emit(c, OP_UNPACK_SEQUENCE, nargs + nattrs);
    pat->on_top += nargs + nattrs - 1;
    for (int i = 0; i < nargs + nattrs; i++) {
        pat->on_top--;
        Pattern *sub = i < nargs ? seq_at(Pattern *, patterns, i) : seq_at(Pattern *, kwd_patterns, i - nargs);
        if (is_wildcard(sub)) cg_op(c, OP_POP_TOP);
        else gen_subpattern(c, sub, pat);
    }
}

static void push_keys(Compiler *c, Pattern *p)
{
    const Seq *keys = p->MatchMapping.keys;
    uint32_t size = seq_count(keys);
    ConstSet seen;
    const_set_init(c->arena, &seen, size);
    for (uint32_t i = 0; i < size; i++) {
        Expr *key = seq_at(Expr *, keys, i);
        if (!key) {
            c->unit->loc = LOC_OF(seq_at(Pattern *, p->MatchMapping.patterns, i));
            cg_error(c, "can't use NULL keys in MatchMapping (set 'rest' parameter instead)");
        }
        if (key->kind == Expr_Constant) {
            if (!const_set_add(&seen, key->Constant.value)) cg_error(c, "mapping pattern checks duplicate key (%s)", const_repr(c->arena, key->Constant.value)->bytes);
        } else if (key->kind != Expr_Attribute) {
            cg_error(c, "mapping pattern keys may only match literals and attribute lookups");
        }
        cg_expr(c, key);
    }
}

static void gen_mapping(Compiler *c, Pattern *p, Pat *pat)
{
    const Seq *patterns = p->MatchMapping.patterns;
    int size = (int)seq_count(p->MatchMapping.keys);
    const Text *rest = p->MatchMapping.rest;
    if (size != (int)seq_count(patterns)) cg_error(c, "keys (%d) / patterns (%d) length mismatch in mapping pattern", size, (int)seq_count(patterns));
    pat->on_top++;
    cg_op(c, OP_MATCH_MAPPING);
    jump_to_fail(c, pat, OP_POP_JUMP_IF_FALSE);
    if (!size && !rest) {
        pat->on_top--;
        cg_op(c, OP_POP_TOP);
        return;
    }
    if (size) check_length(c, size, CmpOp_GtE, pat);
    push_keys(c, p);
    cg_emit(c, OP_BUILD_TUPLE, size);
    cg_op(c, OP_MATCH_KEYS);
    pat->on_top += 2;
    cg_emit(c, OP_COPY, 1);
    cg_const(c, c->none);
    cg_emit(c, OP_IS_OP, 1);
    jump_to_fail(c, pat, OP_POP_JUMP_IF_FALSE);
    cg_emit(c, OP_UNPACK_SEQUENCE, size);
    pat->on_top += size - 1;
    for (int i = 0; i < size; i++) {
        pat->on_top--;
        gen_subpattern(c, seq_at(Pattern *, patterns, i), pat);
    }
    pat->on_top -= 2;
    if (!rest) {
        cg_op(c, OP_POP_TOP);
        cg_op(c, OP_POP_TOP);
        return;
    }
    cg_emit(c, OP_BUILD_MAP, 0);
    cg_emit(c, OP_SWAP, 3);
    cg_emit(c, OP_DICT_UPDATE, 2);
    cg_emit(c, OP_UNPACK_SEQUENCE, size);
    for (; size; size--) {
        cg_emit(c, OP_COPY, 1 + size);
        cg_emit(c, OP_SWAP, 2);
        cg_op(c, OP_DELETE_SUBSCR);
    }
    capture(c, rest, pat);
}

/* ---- alternatives -------------------------------------------------------------------------------------------------------------------- */

/* Brings the captures of an alternative into the order of the first one's, here and on the stack. */
static void reorder_captures(Compiler *c, Pat *pat, const Pat *control)
{
    for (int k = control->store_count - 1; k >= 0; k--) {
        int at = find_store(pat, control->stores[k]);
        if (at < 0) cg_error(c, "alternative patterns bind different names");
        if (at == k) continue;
        int rotations = at + 1;
        const Text **moved = arena_array(c->arena, const Text *, pat->store_count);
        for (int i = 0; i < k - at; i++) moved[i] = pat->stores[rotations + i];
        for (int i = 0; i < rotations; i++) moved[k - at + i] = pat->stores[i];
        for (int i = k + 1; i < pat->store_count; i++) moved[i] = pat->stores[i];
        memcpy(pat->stores, moved, (size_t)pat->store_count * sizeof *moved);
        while (rotations--) rotate(c, k + 1);
    }
}

static void gen_or(Compiler *c, Pattern *p, Pat *pat)
{
    Block *end = cg_block(c);
    uint32_t size = seq_count(p->MatchOr.patterns);
    Pat control = {0};
    for (uint32_t i = 0; i < size; i++) {
        Pattern *alternative = seq_at(Pattern *, p->MatchOr.patterns, i);
        c->unit->loc = LOC_OF(alternative);
        Pat sub = {.allow_irrefutable = i + 1 == size && pat->allow_irrefutable};
        cg_emit(c, OP_COPY, 1);
        gen_pattern(c, alternative, &sub);
        if (i == 0) {
            control = sub;
        } else {
            if (sub.store_count != control.store_count) cg_error(c, "alternative patterns bind different names");
            reorder_captures(c, &sub, &control);
        }
        cg_jump(c, OP_JUMP, end);
        emit_fail_pops(c, &sub);
    }
    cg_op(c, OP_POP_TOP);
    jump_to_fail(c, pat, OP_JUMP);
    cg_use(c, end);
    int rotations = control.store_count + 1 + pat->on_top + pat->store_count;
    for (int i = 0; i < control.store_count; i++) {
        rotate(c, rotations);
        if (find_store(pat, control.stores[i]) >= 0) duplicate_store(c, control.stores[i]);
        append_store(c, pat, control.stores[i]);
    }
    cg_op(c, OP_POP_TOP);
}

static void gen_as(Compiler *c, Pattern *p, Pat *pat)
{
    const Text *name = p->MatchAs.name;
    if (!p->MatchAs.pattern) {
        if (!pat->allow_irrefutable) {
            if (name) cg_error(c, "name capture %s makes remaining patterns unreachable", const_repr(c->arena, const_str(c->arena, name))->bytes);
            cg_error(c, "wildcard makes remaining patterns unreachable");
        }
        capture(c, name, pat);
        return;
    }
    pat->on_top++;
    cg_emit(c, OP_COPY, 1);
    gen_pattern(c, p->MatchAs.pattern, pat);
    pat->on_top--;
    capture(c, name, pat);
}

static void gen_pattern(Compiler *c, Pattern *p, Pat *pat)
{
    c->unit->loc = LOC_OF(p);
    switch (p->kind) {
    case Pattern_MatchValue:
        if (p->MatchValue.value->kind != Expr_Constant && p->MatchValue.value->kind != Expr_Attribute) cg_error(c, "patterns may only match literals and attribute lookups");
        cg_expr(c, p->MatchValue.value);
        cg_compare_op(c, CmpOp_Eq);
        jump_to_fail(c, pat, OP_POP_JUMP_IF_FALSE);
        break;
    case Pattern_MatchSingleton:
        cg_const(c, p->MatchSingleton.value);
        cg_compare_op(c, CmpOp_Is);
        jump_to_fail(c, pat, OP_POP_JUMP_IF_FALSE);
        break;
    case Pattern_MatchSequence: gen_sequence(c, p, pat); break;
    case Pattern_MatchMapping: gen_mapping(c, p, pat); break;
    case Pattern_MatchClass: gen_class(c, p, pat); break;
    case Pattern_MatchStar: capture(c, p->MatchStar.name, pat); break;
    case Pattern_MatchAs: gen_as(c, p, pat); break;
    case Pattern_MatchOr: gen_or(c, p, pat); break;
    default: break;
    }
}

void cg_match(Compiler *c, Stmt *s)
{
    const Seq *cases = s->Match.cases;
    uint32_t n = seq_count(cases);
    cg_expr(c, s->Match.subject);
    Block *end = cg_block(c);
    bool has_default = n > 1 && is_wildcard(seq_at(MatchCase *, cases, n - 1)->pattern);
    for (uint32_t i = 0; i < n - has_default; i++) {
        MatchCase *m = seq_at(MatchCase *, cases, i);
        bool last = i + 1 == n - has_default;
        c->unit->loc = LOC_OF(m->pattern);
        if (!last) cg_emit(c, OP_COPY, 1);
        Pat pat = {.allow_irrefutable = m->guard || i + 1 == n};
        gen_pattern(c, m->pattern, &pat);
        for (int k = 0; k < pat.store_count; k++) cg_name(c, pat.stores[k], ExprContext_Store);
        if (m->guard) {
            ensure_fail_pop(c, &pat, 0);
            cg_jump_if(c, m->guard, pat.fail_pop[0], false);
        }
        if (!last) cg_op(c, OP_POP_TOP);
        cg_stmts(c, m->body);
        cg_jump(c, OP_JUMP, end);
        c->unit->loc = LOC_OF(m->pattern);
        emit_fail_pops(c, &pat);
    }
    if (has_default) {
        MatchCase *m = seq_at(MatchCase *, cases, n - 1);
        c->unit->loc = LOC_OF(m->pattern);
        cg_op(c, OP_NOP);
        if (m->guard) cg_jump_if(c, m->guard, end, false);
        cg_stmts(c, m->body);
    }
    cg_use(c, end);
}
