/* _random.c: the Mersenne Twister (Matsumoto and Nishimura, MT19937), seeded and read as CPython does, so that a seed gives the same numbers here and there. */
#include "module/module.h"
#include <errno.h>
#include <sys/random.h>

enum { STATE_SIZE = 624, SHIFT = 397 };
typedef struct RandomObj {
    Obj head;
    int index;
    uint32_t state[STATE_SIZE];
} RandomObj;

static uint32_t next_word(RandomObj *r)
{
    uint32_t *mt = r->state, y;
    if (r->index >= STATE_SIZE) {
        for (int k = 0; k < STATE_SIZE; k++) {
            y = (mt[k] & 0x80000000u) | (mt[(k + 1) % STATE_SIZE] & 0x7fffffffu);
            mt[k] = mt[(k + SHIFT) % STATE_SIZE] ^ y >> 1 ^ (y & 1 ? 0x9908b0dfu : 0);
        }
        r->index = 0;
    }
    y = mt[r->index++];
    y ^= y >> 11;
    y ^= y << 7 & 0x9d2c5680u;
    y ^= y << 15 & 0xefc60000u;
    return y ^ y >> 18;
}

static void seed_word(RandomObj *r, uint32_t seed)
{
    r->state[0] = seed;
    for (uint32_t i = 1; i < STATE_SIZE; i++) r->state[i] = 1812433253u * (r->state[i - 1] ^ r->state[i - 1] >> 30) + i;
    r->index = STATE_SIZE;
}

static void seed_words(RandomObj *r, const uint32_t *key, size_t count)
{
    uint32_t *mt = r->state;
    seed_word(r, 19650218u);
    size_t i = 1, j = 0;
    for (size_t k = count > STATE_SIZE ? count : STATE_SIZE; k; k--) {
        mt[i] = (mt[i] ^ (mt[i - 1] ^ mt[i - 1] >> 30) * 1664525u) + key[j] + (uint32_t)j;
        if (++i >= STATE_SIZE) mt[0] = mt[STATE_SIZE - 1], i = 1;
        if (++j >= count) j = 0;
    }
    for (size_t k = STATE_SIZE - 1; k; k--) {
        mt[i] = (mt[i] ^ (mt[i - 1] ^ mt[i - 1] >> 30) * 1566083941u) - (uint32_t)i;
        if (++i >= STATE_SIZE) mt[0] = mt[STATE_SIZE - 1], i = 1;
    }
    mt[0] = 0x80000000u;
}

static bool seed_random(RandomObj *r)
{
    uint32_t key[STATE_SIZE];
    for (size_t have = 0; have < sizeof key;) {
        ssize_t n = getrandom((char *)key + have, sizeof key - have, 0);
        if (n < 0 && errno != EINTR) return raise_errno();
        if (n > 0) have += (size_t)n;
    }
    seed_words(r, key, STATE_SIZE);
    return true;
}

/* None: from the system. An int: its magnitude, in words of 32 bits. Anything else: its hash. */
static bool seed(RandomObj *r, Value v)
{
    if (!v || v == NONE) return seed_random(r);
    Value n;
    if (is_int(v)) n = type_of(v) == &int_type ? v : number_unary(v, UNARY_ABS);
    else {
        int64_t hash;
        if (!object_hash(v, &hash)) return false;
        n = int_new_unsigned((uint64_t)hash);
    }
    if (n && !is_int(n)) return raise_type("an integer is required");
    if (n && int_sign(n) < 0) n = int_sub(small_int(0), n);
    if (!n) return false;
    size_t bits = int_bit_length(n), count = bits ? (bits + 31) / 32 : 1;
    uint32_t *key = gc_buffer(count * 4);
    if (!key || !int_to_bytes(n, (uint8_t *)key, count * 4, true, false)) return false;
    seed_words(r, key, count);
    return true;
}

static Value random_make(Type *type, Value *args, size_t nargs, Value kwnames)
{
    Value self = type_alloc(type, 0);
    if (self) seed_word((RandomObj *)self, 5489);   /* a state to start from; __init__ or seed() sets the real one */
    return self;
}

static bool random_init(Value self, Value *args, size_t nargs, Value kwnames)
{
    if (kwnames && tuple_size(kwnames)) return raise_type("Random() takes no keyword arguments");
    if (nargs > 1) return raise_type("Random() requires 0 or 1 argument");
    return seed((RandomObj *)self, nargs ? args[0] : 0);
}

static NATIVE(random_random)
{
    RandomObj *r = (RandomObj *)args[0];
    uint32_t a = next_word(r) >> 5, b = next_word(r) >> 6;
    return float_new((a * 67108864.0 + b) * (1.0 / 9007199254740992.0));
}

static NATIVE(random_seed) { return seed((RandomObj *)args[0], args[1]) ? NONE : 0; }

static NATIVE(random_getrandbits)
{
    RandomObj *r = (RandomObj *)args[0];
    int k;
    if (!number_as_int(args[1], &k)) return 0;
    if (k < 0) return raise_value("number of bits must be non-negative");
    if (k == 0) return small_int(0);
    if (k <= 32) return int_new(next_word(r) >> (32 - k));
    size_t count = ((size_t)k - 1) / 32 + 1;
    uint32_t *words = gc_buffer_raw(count * 4);
    if (!words) return 0;
    for (size_t i = 0; i < count; i++, k -= 32) words[i] = k < 32 ? next_word(r) >> (32 - k) : next_word(r);
    return int_from_bytes((uint8_t *)words, count * 4, true, false);
}

static NATIVE(random_getstate)
{
    RandomObj *r = (RandomObj *)args[0];
    Value state = tuple_new(STATE_SIZE + 1);
    if (!state) return 0;
    for (int i = 0; i < STATE_SIZE; i++) tuple_items(state)[i] = int_new(r->state[i]);
    tuple_items(state)[STATE_SIZE] = int_new(r->index);
    return state;
}

static NATIVE(random_setstate)
{
    RandomObj *r = (RandomObj *)args[0];
    Value state = args[1];
    uint32_t words[STATE_SIZE];
    if (!is_tuple(state)) return raise_type("state vector must be a tuple");
    if (tuple_size(state) != STATE_SIZE + 1) return raise_value("state vector is the wrong size");
    for (int i = 0; i <= STATE_SIZE; i++) {
        Value v = tuple_get(state, i);
        if (!is_int(v)) return raise_type("an integer is required");
        if (i == STATE_SIZE) {
            int64_t index;
            if (!int_as_int64(v, &index)) return 0;
            if (index < 0 || index > STATE_SIZE) return raise_value("invalid state");
            r->index = (int)index;
            break;
        }
        uint64_t word;
        if (int_sign(v) < 0) return raise_overflow("can't convert negative value to unsigned int");
        if (!int_as_uint64(v, &word)) return 0;
        words[i] = (uint32_t)word;
    }
    memcpy(r->state, words, sizeof words);
    return NONE;
}

static const NativeDef random_methods[] = {
    {"random", "(self, /)", random_random, "random() -> x in the interval [0, 1)."},
    {"seed", "(self, n=None, /)", random_seed, "seed([n]) -> None.\n\nDefaults to use urandom and falls back to a combination\nof the current time and the process identifier."},
    {"getstate", "(self, /)", random_getstate, "getstate() -> tuple containing the current state."},
    {"setstate", "(self, state, /)", random_setstate, "setstate(state) -> None.  Restores generator state."},
    {"getrandbits", "(self, k, /)", random_getrandbits, "getrandbits(k) -> x.  Generates an int with k random bits."},
    {0},
};

static Type random_type = {
    TYPE_INIT("_random.Random", RandomObj),
    .flags = TYPE_BASE,
    .doc = "Random() -> create a random number generator with its own internal state.",
    .new = random_make,
    .init = random_init,
    .methods = random_methods,
};

static bool random_module_init(Value module) { return module_add_type(module, &random_type); }
const ModuleDef module__random = {"_random", "Module implements the Mersenne Twister random number generator.", 0, random_module_init};
