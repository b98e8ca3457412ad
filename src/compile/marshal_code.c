/* marshal_code.c: code as marshal bytes, version 4: what follows the header of a `.pyc`.
 *
 * What occurs twice is written once and referred to afterwards, if a reference is shorter: texts (names, and string constants that look like names, as
 * interned strings), bytes (instructions and tables among them), tuples and frozensets without code, numbers. What is the same is decided by value,
 * and the order of writing is that of the code object, so the bytes depend on nothing but the code.
 */
#include "compile/internal.h"

typedef struct TextRef {
    const Text *text;
    uint32_t number;
} TextRef;

/* Something else that was written: `count` bytes, names or constants. */
typedef enum SharedKind : uint8_t { SHARED_NONE, SHARED_BYTES, SHARED_NAMES, SHARED_TUPLE, SHARED_FROZENSET, SHARED_NUMBER } SharedKind;
typedef struct Shared {
    const void *data;
    uint32_t count, hash, number;
    SharedKind kind;
} Shared;

typedef struct Writer {
    Arena *arena;
    char *data;
    size_t size, room;
    TextRef *refs;       /* open addressing by hash and content */
    uint32_t ref_count, ref_mask, numbered;
    Shared *shared;      /* the same */
    uint32_t shared_count, shared_mask;
} Writer;

enum { FLAG_REF = 0x80 };

static void grow(Writer *w, size_t more)
{
    size_t room = (w->room + more) * 2;
    char *data = arena_alloc(w->arena, room);
    memcpy(data, w->data, w->size);
    w->data = data;
    w->room = room;
}

static inline void need(Writer *w, size_t more)
{
    if (w->size + more > w->room) grow(w, more);
}

static inline void put_byte(Writer *w, int byte)
{
    need(w, 1);
    w->data[w->size++] = (char)byte;
}

static inline void put_long(Writer *w, uint32_t value)
{
    need(w, 4);
    memcpy(w->data + w->size, &value, 4);
    w->size += 4;
}

static void put_raw(Writer *w, const void *bytes, size_t size)
{
    need(w, size);
    if (size) memcpy(w->data + w->size, bytes, size);
    w->size += size;
}

static void put_double(Writer *w, double value) { put_raw(w, &value, 8); }

/* ---- texts --------------------------------------------------------------------------------------------------------------------------- */

static void refs_grow(Writer *w)
{
    uint32_t mask = w->ref_mask ? w->ref_mask * 2 + 1 : 1023;
    TextRef *refs = arena_array(w->arena, TextRef, (size_t)mask + 1);
    for (uint32_t i = 0; w->refs && i <= w->ref_mask; i++) {
        if (!w->refs[i].text) continue;
        uint32_t k = w->refs[i].text->hash & mask;
        while (refs[k].text) k = (k + 1) & mask;
        refs[k] = w->refs[i];
    }
    w->refs = refs;
    w->ref_mask = mask;
}

static bool looks_like_name(const Text *t)
{
    if (!t->ascii) return false;
    for (uint32_t i = 0; i < t->length; i++) {
        char ch = t->bytes[i];
        if (!((ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || (ch >= '0' && ch <= '9') || ch == '_')) return false;
    }
    return true;
}

static void put_text(Writer *w, const Text *t)
{
    if (w->ref_count * 2 >= w->ref_mask) refs_grow(w);
    uint32_t k = t->hash & w->ref_mask;
    for (; w->refs[k].text; k = (k + 1) & w->ref_mask) {
        const Text *other = w->refs[k].text;
        if (other != t && (other->hash != t->hash || other->length != t->length || memcmp(other->bytes, t->bytes, t->length) != 0)) continue;
        put_byte(w, 'r');
        put_long(w, w->refs[k].number);
        return;
    }
    w->refs[k] = (TextRef){t, w->numbered++};
    w->ref_count++;
    bool interned = looks_like_name(t);
    if (!t->ascii) {
        put_byte(w, 'u' | FLAG_REF);
        put_long(w, t->length);
    } else if (t->length < 256) {
        put_byte(w, (interned ? 'Z' : 'z') | FLAG_REF);
        put_byte(w, (int)t->length);
    } else {
        put_byte(w, (interned ? 'A' : 'a') | FLAG_REF);
        put_long(w, t->length);
    }
    put_raw(w, t->bytes, t->length);
}

/* ---- what else is shared ------------------------------------------------------------------------------------------------------------- */

static void shared_grow(Writer *w)
{
    uint32_t mask = w->shared_mask ? w->shared_mask * 2 + 1 : 255;
    Shared *shared = arena_array(w->arena, Shared, (size_t)mask + 1);
    for (uint32_t i = 0; w->shared && i <= w->shared_mask; i++) {
        if (!w->shared[i].kind) continue;
        uint32_t k = w->shared[i].hash & mask;
        while (shared[k].kind) k = (k + 1) & mask;
        shared[k] = w->shared[i];
    }
    w->shared = shared;
    w->shared_mask = mask;
}

static uint32_t shared_hash(SharedKind kind, const void *data, uint32_t count)
{
    uint32_t hash = count * 0x9e3779b1u + kind;
    switch (kind) {
    case SHARED_BYTES: return hash ^ text_hash(data, count);
    case SHARED_NAMES:
        for (uint32_t i = 0; i < count; i++) hash = (hash ^ ((const Text *const *)data)[i]->hash) * 0x01000193u + (hash >> 15);
        return hash;
    case SHARED_NUMBER: return hash ^ const_hash(data);
    default:
        /* The order does not matter to a set. */
        for (uint32_t i = 0; i < count; i++) {
            uint32_t item = const_hash(((const Const *const *)data)[i]);
            hash = kind == SHARED_FROZENSET ? hash + item : (hash ^ item) * 0x01000193u + (hash >> 15);
        }
        return hash;
    }
}

static bool shared_equal(SharedKind kind, const void *a, const void *b, uint32_t count)
{
    if (kind == SHARED_BYTES) return memcmp(a, b, count) == 0;
    if (kind == SHARED_NUMBER) return const_same(a, b);
    if (kind == SHARED_NAMES) {
        /* Names are interned: equal ones are one. */
        return memcmp(a, b, count * sizeof(const Text *)) == 0;
    }
    Const left = {.kind = kind == SHARED_TUPLE ? CONST_TUPLE : CONST_FROZENSET, .tuple = {count, (const Const **)a}}, right = left;
    right.tuple.items = (const Const **)b;
    return const_same(&left, &right);
}

/* Writes a reference if the same was written before: true. Else it has a number from now on, and is to be written with FLAG_REF. */
static bool put_shared(Writer *w, SharedKind kind, const void *data, uint32_t count)
{
    if (w->shared_count * 2 >= w->shared_mask) shared_grow(w);
    uint32_t hash = shared_hash(kind, data, count), k = hash & w->shared_mask;
    for (; w->shared[k].kind; k = (k + 1) & w->shared_mask) {
        const Shared *s = &w->shared[k];
        if (s->hash != hash || s->kind != kind || s->count != count || !shared_equal(kind, s->data, data, count)) continue;
        put_byte(w, 'r');
        put_long(w, s->number);
        return true;
    }
    w->shared[k] = (Shared){data, count, hash, w->numbered++, kind};
    w->shared_count++;
    return false;
}

static void put_bytes_object(Writer *w, const void *bytes, size_t size)
{
    if (size && put_shared(w, SHARED_BYTES, bytes, (uint32_t)size)) return;
    put_byte(w, size ? 's' | FLAG_REF : 's');
    put_long(w, (uint32_t)size);
    put_raw(w, bytes, size);
}

/* ---- objects ------------------------------------------------------------------------------------------------------------------------- */

static void put_code(Writer *w, const CodeUnit *code);

/* 32 bits, or 15-bit digits. */
static void put_int(Writer *w, const Const *c)
{
    int32_t size = c->integer.size;
    uint32_t limbs = (uint32_t)abs(size);
    mp_limb_t low = limbs ? c->integer.limbs[0] : 0;
    if (limbs <= 1 && (size >= 0 ? low <= INT32_MAX : low <= (mp_limb_t)1 << 31)) {
        put_byte(w, 'i');
        put_long(w, size < 0 ? 0u - (uint32_t)low : (uint32_t)low);
        return;
    }
    uint64_t bits = (uint64_t)limbs * 64 - (uint64_t)__builtin_clzll(c->integer.limbs[limbs - 1]);
    int32_t digits = (int32_t)((bits + 14) / 15);
    if (put_shared(w, SHARED_NUMBER, c, 1)) return;
    put_byte(w, 'l' | FLAG_REF);
    put_long(w, (uint32_t)(size < 0 ? -digits : digits));
    for (int32_t i = 0; i < digits; i++) {
        uint64_t bit = (uint64_t)i * 15, index = bit / 64, shift = bit % 64;
        uint64_t digit = c->integer.limbs[index] >> shift;
        if (shift > 49 && index + 1 < limbs) digit |= c->integer.limbs[index + 1] << (64 - shift);
        put_byte(w, (int)(digit & 0xff));
        put_byte(w, (int)(digit >> 8 & 0x7f));
    }
}

static void put_tuple_head(Writer *w, uint32_t count, int flag)
{
    put_byte(w, (count < 256 ? ')' : '(') | flag);
    if (count < 256) put_byte(w, (int)count);
    else put_long(w, count);
}

static void put_const(Writer *w, const Const *c);

static void put_const_tuple(Writer *w, const Const *const *items, uint32_t count)
{
    bool shares = count > 0;
    for (uint32_t i = 0; i < count && shares; i++) shares = items[i]->kind != CONST_CODE;
    if (shares && put_shared(w, SHARED_TUPLE, items, count)) return;
    put_tuple_head(w, count, shares ? FLAG_REF : 0);
    for (uint32_t i = 0; i < count; i++) put_const(w, items[i]);
}

static void put_const(Writer *w, const Const *c)
{
    switch (c->kind) {
    case CONST_NONE: put_byte(w, 'N'); break;
    case CONST_FALSE: put_byte(w, 'F'); break;
    case CONST_TRUE: put_byte(w, 'T'); break;
    case CONST_ELLIPSIS: put_byte(w, '.'); break;
    case CONST_INT: put_int(w, c); break;
    case CONST_FLOAT:
        if (put_shared(w, SHARED_NUMBER, c, 1)) break;
        put_byte(w, 'g' | FLAG_REF);
        put_double(w, c->number.real);
        break;
    case CONST_COMPLEX:
        if (put_shared(w, SHARED_NUMBER, c, 1)) break;
        put_byte(w, 'y' | FLAG_REF);
        put_double(w, c->number.real);
        put_double(w, c->number.imag);
        break;
    case CONST_STR: put_text(w, c->text); break;
    case CONST_BYTES: put_bytes_object(w, c->text->bytes, c->text->length); break;
    case CONST_TUPLE: put_const_tuple(w, c->tuple.items, c->tuple.count); break;
    case CONST_FROZENSET:
        if (put_shared(w, SHARED_FROZENSET, c->tuple.items, c->tuple.count)) break;
        put_byte(w, '>' | FLAG_REF);
        put_long(w, c->tuple.count);
        for (uint32_t i = 0; i < c->tuple.count; i++) put_const(w, c->tuple.items[i]);
        break;
    case CONST_CODE: put_code(w, c->code); break;
    case CONST_OTHER: put_byte(w, '?'); break;
    }
}

static void put_names(Writer *w, const Text *const *names, uint32_t count)
{
    if (count && put_shared(w, SHARED_NAMES, names, count)) return;
    put_tuple_head(w, count, count ? FLAG_REF : 0);
    for (uint32_t i = 0; i < count; i++) put_text(w, names[i]);
}

static void put_code(Writer *w, const CodeUnit *code)
{
    put_byte(w, 'c');
    put_long(w, (uint32_t)code->argcount);
    put_long(w, (uint32_t)code->posonlyargcount);
    put_long(w, (uint32_t)code->kwonlyargcount);
    put_long(w, (uint32_t)code->stacksize);
    put_long(w, (uint32_t)code->flags);
    put_bytes_object(w, code->code, code->code_size);
    put_const_tuple(w, code->consts, code->const_count);
    put_names(w, code->names, code->name_count);
    put_names(w, code->localsplusnames, code->localsplus_count);
    put_bytes_object(w, code->localspluskinds, code->localsplus_count);
    put_text(w, code->filename);
    put_text(w, code->name);
    put_text(w, code->qualname);
    put_long(w, (uint32_t)code->firstlineno);
    put_bytes_object(w, code->linetable, code->linetable_size);
    put_bytes_object(w, code->exceptiontable, code->exceptiontable_size);
}

const char *marshal_code(Source *source, const CodeUnit *code, size_t *size)
{
    Writer w = {.arena = source->arena, .room = source->size * 2 + 1024};
    w.data = arena_alloc(source->arena, w.room);
    put_code(&w, code);
    *size = w.size;
    return w.data;
}
