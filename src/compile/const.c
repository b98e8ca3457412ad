/* const.c: constants as values: making, comparing and hashing them, and the table that numbers a code object's constants. */
#include "compile/internal.h"
#include <math.h>

static Const *make(Arena *arena, ConstKind kind)
{
    Const *c = arena_new(arena, Const);
    c->kind = kind;
    return c;
}

const Const *const_int(Arena *arena, long value)
{
    Const *c = make(arena, CONST_INT);
    if (!value) return c;
    c->integer.size = value < 0 ? -1 : 1;
    c->integer.limbs = arena_new(arena, mp_limb_t);
    c->integer.limbs[0] = value < 0 ? 0 - (mp_limb_t)value : (mp_limb_t)value;
    return c;
}

const Const *const_str(Arena *arena, const Text *text)
{
    Const *c = make(arena, CONST_STR);
    c->text = text;
    return c;
}

const Const *const_text(Arena *arena, const char *bytes, size_t length) { return const_str(arena, text_new(arena, bytes, length)); }

const Const *const_tuple(Arena *arena, const Const **items, uint32_t count)
{
    Const *c = make(arena, CONST_TUPLE);
    c->tuple.items = items;
    c->tuple.count = count;
    return c;
}

/* ---- comparing ------------------------------------------------------------------------------------------------------------------- */

static bool text_equal(const Text *a, const Text *b) { return a == b || (a->length == b->length && a->hash == b->hash && memcmp(a->bytes, b->bytes, a->length) == 0); }

static bool int_equal(const Const *a, const Const *b)
{
    return a->integer.size == b->integer.size && memcmp(a->integer.limbs ? (void *)a->integer.limbs : (void *)a, b->integer.limbs ? (void *)b->integer.limbs : (void *)b,
                                                        (size_t)abs(a->integer.size) * sizeof(mp_limb_t)) == 0;
}

/* Equal and of one sign of zero; a NaN is only the same as itself, the object. */
static bool double_same(double a, double b) { return a == b && signbit(a) == signbit(b); }

static bool bytes_equal(const void *a, const void *b, size_t size) { return size == 0 || memcmp(a, b, size) == 0; }

static bool code_same(const CodeUnit *a, const CodeUnit *b)
{
    if (a->argcount != b->argcount || a->posonlyargcount != b->posonlyargcount || a->kwonlyargcount != b->kwonlyargcount || a->flags != b->flags ||
        a->firstlineno != b->firstlineno || a->code_size != b->code_size || a->const_count != b->const_count || a->name_count != b->name_count ||
        a->localsplus_count != b->localsplus_count || a->linetable_size != b->linetable_size || a->exceptiontable_size != b->exceptiontable_size)
        return false;
    if (!text_equal(a->name, b->name) || !bytes_equal(a->code, b->code, a->code_size) || !bytes_equal(a->linetable, b->linetable, a->linetable_size) ||
        !bytes_equal(a->exceptiontable, b->exceptiontable, a->exceptiontable_size))
        return false;
    for (uint32_t i = 0; i < a->name_count; i++)
        if (a->names[i] != b->names[i]) return false;
    for (uint32_t i = 0; i < a->localsplus_count; i++)
        if (a->localsplusnames[i] != b->localsplusnames[i]) return false;
    for (uint32_t i = 0; i < a->const_count; i++)
        if (!const_same(a->consts[i], b->consts[i])) return false;
    return true;
}

static bool set_same(const Const *a, const Const *b)
{
    if (a->tuple.count != b->tuple.count) return false;
    for (uint32_t i = 0; i < a->tuple.count; i++) {
        bool found = false;
        for (uint32_t k = 0; k < b->tuple.count && !found; k++) found = const_same(a->tuple.items[i], b->tuple.items[k]);
        if (!found) return false;
    }
    return true;
}

bool const_same(const Const *a, const Const *b)
{
    if (a == b) return true;
    if (a->kind != b->kind) return false;
    switch (a->kind) {
    case CONST_NONE:
    case CONST_FALSE:
    case CONST_TRUE:
    case CONST_ELLIPSIS: return true;
    case CONST_INT: return int_equal(a, b);
    case CONST_FLOAT: return double_same(a->number.real, b->number.real);
    case CONST_COMPLEX: return double_same(a->number.real, b->number.real) && double_same(a->number.imag, b->number.imag);
    case CONST_STR:
    case CONST_BYTES: return text_equal(a->text, b->text);
    case CONST_TUPLE:
        if (a->tuple.count != b->tuple.count) return false;
        for (uint32_t i = 0; i < a->tuple.count; i++)
            if (!const_same(a->tuple.items[i], b->tuple.items[i])) return false;
        return true;
    case CONST_FROZENSET: return set_same(a, b);
    case CONST_CODE: return code_same(a->code, b->code);
    case CONST_OTHER: return a->other == b->other;
    }
    return false;
}

static uint32_t combine(uint32_t hash, uint32_t part) { return (hash ^ part) * 0x01000193u + (hash >> 15); }

static uint32_t double_hash(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, 8);
    bits *= 0x9e3779b97f4a7c15ull;
    return (uint32_t)(bits >> 32);
}

uint32_t const_hash(const Const *c)
{
    uint32_t hash = (uint32_t)c->kind * 0x9e3779b1u;
    switch (c->kind) {
    case CONST_INT:
        for (int i = 0; i < abs(c->integer.size); i++) hash = combine(hash, (uint32_t)(c->integer.limbs[i] ^ c->integer.limbs[i] >> 32));
        return hash * 0x85ebca6bu + (uint32_t)c->integer.size;
    case CONST_FLOAT: return hash ^ double_hash(c->number.real);
    case CONST_COMPLEX: return combine(hash ^ double_hash(c->number.real), double_hash(c->number.imag));
    case CONST_STR:
    case CONST_BYTES: return hash ^ c->text->hash;
    case CONST_TUPLE:
        for (uint32_t i = 0; i < c->tuple.count; i++) hash = combine(hash, const_hash(c->tuple.items[i]));
        return hash;
    case CONST_FROZENSET: /* the order must not matter */
        for (uint32_t i = 0; i < c->tuple.count; i++) hash += const_hash(c->tuple.items[i]) * 0x9e3779b1u;
        return hash;
    case CONST_CODE: return combine(hash, c->code->code_size + (uint32_t)c->code->firstlineno * 31) ^ c->code->name->hash;
    default: return hash;
    }
}

static bool is_number(const Const *c) { return c->kind == CONST_INT || c->kind == CONST_FLOAT || c->kind == CONST_COMPLEX || c->kind == CONST_TRUE || c->kind == CONST_FALSE; }

/* The number as a complex one, if that is exact. */
static bool exact_double(const Const *c, double *real, double *imag)
{
    *imag = 0;
    switch (c->kind) {
    case CONST_TRUE: *real = 1; return true;
    case CONST_FALSE: *real = 0; return true;
    case CONST_FLOAT: *real = c->number.real; return true;
    case CONST_COMPLEX: *real = c->number.real, *imag = c->number.imag; return true;
    default: {
        if (!c->integer.size) {
            *real = 0;
            return true;
        }
        mpz_t z;
        mpz_roinit_n(z, c->integer.limbs, c->integer.size);
        *real = mpz_get_d(z);
        return isfinite(*real) && mpz_cmp_d(z, *real) == 0;
    }
    }
}

bool const_python_equal(const Const *a, const Const *b)
{
    if (a == b) return true;
    if (is_number(a) && is_number(b)) {
        if (a->kind == CONST_INT && b->kind == CONST_INT) return int_equal(a, b);
        double ar, ai, br, bi;
        return exact_double(a, &ar, &ai) && exact_double(b, &br, &bi) && ar == br && ai == bi;
    }
    if (a->kind != b->kind) return false;
    if (a->kind == CONST_TUPLE) {
        if (a->tuple.count != b->tuple.count) return false;
        for (uint32_t i = 0; i < a->tuple.count; i++)
            if (!const_python_equal(a->tuple.items[i], b->tuple.items[i])) return false;
        return true;
    }
    if (a->kind == CONST_FROZENSET) {
        if (a->tuple.count != b->tuple.count) return false;
        for (uint32_t i = 0; i < a->tuple.count; i++) {
            bool found = false;
            for (uint32_t k = 0; k < b->tuple.count && !found; k++) found = const_python_equal(a->tuple.items[i], b->tuple.items[k]);
            if (!found) return false;
        }
        return true;
    }
    return const_same(a, b);
}

/* A hash under which const_python_equal() values agree. */
static uint32_t python_hash(const Const *c)
{
    if (is_number(c)) {
        double real, imag;
        if (!exact_double(c, &real, &imag)) return const_hash(c);
        return double_hash(real + 0.0) ^ double_hash(imag + 0.0) * 31;
    }
    if (c->kind == CONST_TUPLE) {
        uint32_t hash = 7;
        for (uint32_t i = 0; i < c->tuple.count; i++) hash = combine(hash, python_hash(c->tuple.items[i]));
        return hash;
    }
    if (c->kind == CONST_FROZENSET) return c->tuple.count * 0x9e3779b1u;
    return const_hash(c);
}

void const_set_init(Arena *arena, ConstSet *set, uint32_t room)
{
    set->mask = 7;
    while (set->mask < room * 2) set->mask = set->mask * 2 + 1;
    set->index = arena_array(arena, uint32_t, (size_t)set->mask + 1);
    set->items = arena_array(arena, const Const *, room);
    set->count = 0;
}

bool const_set_add(ConstSet *set, const Const *c)
{
    uint32_t k = python_hash(c) & set->mask;
    for (; set->index[k]; k = (k + 1) & set->mask)
        if (const_python_equal(set->items[set->index[k] - 1], c)) return false;
    set->items[set->count++] = c;
    set->index[k] = set->count;
    return true;
}

const Const *const_frozenset(Arena *arena, const Const **items, uint32_t count)
{
    ConstSet set;
    const_set_init(arena, &set, count);
    for (uint32_t i = 0; i < count; i++) const_set_add(&set, items[i]);
    Const *c = make(arena, CONST_FROZENSET);
    c->tuple.items = set.items;
    c->tuple.count = set.count;
    return c;
}

bool const_is_true(const Const *c)
{
    switch (c->kind) {
    case CONST_NONE:
    case CONST_FALSE: return false;
    case CONST_INT: return c->integer.size != 0;
    case CONST_FLOAT: return c->number.real != 0;
    case CONST_COMPLEX: return c->number.real != 0 || c->number.imag != 0;
    case CONST_STR:
    case CONST_BYTES: return c->text->length != 0;
    case CONST_TUPLE:
    case CONST_FROZENSET: return c->tuple.count != 0;
    default: return true;
    }
}

/* ---- the table ------------------------------------------------------------------------------------------------------------------- */

static void table_grow(Arena *arena, ConstTable *table)
{
    uint32_t room = table->room ? table->room * 2 : 8;
    const Const **items = arena_array(arena, const Const *, room);
    if (table->count) memcpy(items, table->items, table->count * sizeof *items);
    table->items = items;
    table->room = room;
    table->mask = room * 2 - 1;
    table->index = arena_array(arena, uint32_t, (size_t)table->mask + 1);
    for (uint32_t i = 0; i < table->count; i++) {
        uint32_t k = const_hash(items[i]) & table->mask;
        while (table->index[k]) k = (k + 1) & table->mask;
        table->index[k] = i + 1;
    }
}

uint32_t const_table_add(Arena *arena, ConstTable *table, const Const *c)
{
    if (table->count == table->room) table_grow(arena, table);
    uint32_t k = const_hash(c) & table->mask;
    for (; table->index[k]; k = (k + 1) & table->mask)
        if (const_same(table->items[table->index[k] - 1], c)) return table->index[k] - 1;
    table->items[table->count++] = c;
    table->index[k] = table->count;
    return table->count - 1;
}
