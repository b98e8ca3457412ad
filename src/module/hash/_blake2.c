/* _blake2.c: BLAKE2b and BLAKE2s with all their parameters (key, salt, personalization, tree mode), after RFC 7693 and the BLAKE2 paper.
 *
 * OpenSSL's versions take no parameters, so these are ours. Both run in one implementation over 64-bit words, where BLAKE2s masks to 32 bits and rotates by its own
 * distances.
 */
#include "module/hash/hash.h"

typedef struct Variant {
    const char *name;
    int word, rounds, max_digest, salt, rotations[4];
    const uint64_t *iv;
} Variant;
static const uint64_t iv_b[8] = {0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
                                 0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179};
static const uint64_t iv_s[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
static const Variant variant_b = {"blake2b", 8, 12, 64, 16, {32, 24, 16, 63}, iv_b}, variant_s = {"blake2s", 4, 10, 32, 8, {16, 12, 8, 7}, iv_s};
static const uint8_t sigma[10][16] = {{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}, {14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
                                      {11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4}, {7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8},
                                      {9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13}, {2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9},
                                      {12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11}, {13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10},
                                      {6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5}, {10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0}};

typedef struct Blake2 {
    Obj head;
    const Variant *variant;
    uint64_t state[8], count_low, count_high;
    uint8_t block[128];
    int used, digest_size;
    bool last_node;
} Blake2;

static uint64_t mask_of(const Variant *v) { return v->word == 8 ? ~0ull : 0xffffffffull; }
static int block_size(const Variant *v) { return 16 * v->word; }

static uint64_t rotate(const Variant *v, uint64_t x, int n)
{
    int bits = 8 * v->word;
    return (x >> n | x << (bits - n)) & mask_of(v);
}

static void mix(const Variant *v, uint64_t *w, int a, int b, int c, int d, uint64_t x, uint64_t y)
{
    uint64_t mask = mask_of(v);
    w[a] = (w[a] + w[b] + x) & mask, w[d] = rotate(v, w[d] ^ w[a], v->rotations[0]);
    w[c] = (w[c] + w[d]) & mask, w[b] = rotate(v, w[b] ^ w[c], v->rotations[1]);
    w[a] = (w[a] + w[b] + y) & mask, w[d] = rotate(v, w[d] ^ w[a], v->rotations[2]);
    w[c] = (w[c] + w[d]) & mask, w[b] = rotate(v, w[b] ^ w[c], v->rotations[3]);
}

static void compress(Blake2 *h, bool last)
{
    const Variant *v = h->variant;
    uint64_t m[16], w[16], mask = mask_of(v);
    for (int i = 0; i < 16; i++) {
        m[i] = 0;
        memcpy(&m[i], h->block + i * v->word, (size_t)v->word);
    }
    for (int i = 0; i < 8; i++) w[i] = h->state[i], w[i + 8] = v->iv[i];
    w[12] ^= h->count_low & mask;
    w[13] ^= v->word == 8 ? h->count_high : h->count_low >> 32;
    if (last) w[14] ^= mask;
    if (last && h->last_node) w[15] ^= mask;
    for (int r = 0; r < v->rounds; r++) {
        const uint8_t *s = sigma[r % 10];
        for (int i = 0; i < 4; i++) mix(v, w, i, i + 4, i + 8, i + 12, m[s[2 * i]], m[s[2 * i + 1]]);
        for (int i = 0; i < 4; i++) mix(v, w, i, (i + 1) % 4 + 4, (i + 2) % 4 + 8, (i + 3) % 4 + 12, m[s[8 + 2 * i]], m[s[9 + 2 * i]]);
    }
    for (int i = 0; i < 8; i++) h->state[i] ^= w[i] ^ w[i + 8];
}

static void add_count(Blake2 *h, uint64_t n)
{
    h->count_low += n;
    h->count_high += h->count_low < n;
}

static void update(Blake2 *h, const uint8_t *data, size_t size)
{
    size_t whole = (size_t)block_size(h->variant);
    while (size) {
        if ((size_t)h->used == whole) {   /* full, and more follows: so it is not the last block */
            add_count(h, whole);
            compress(h, false);
            h->used = 0;
        }
        size_t n = whole - (size_t)h->used < size ? whole - (size_t)h->used : size;
        memcpy(h->block + h->used, data, n);
        h->used += (int)n, data += n, size -= n;
    }
}

/* ---------------------------------------------------------------- objects */

static Type blake2b_type, blake2s_type;

static bool update_value(Blake2 *h, Value data)
{
    Buffer b;
    if (!hash_data(data, &b)) return false;
    update(h, b.data, (size_t)b.length);
    buffer_release(&b);
    return true;
}

static void put_little(uint8_t *p, uint64_t n, int size)
{
    for (int i = 0; i < size; i++) p[i] = (uint8_t)(n >> 8 * i);
}

/* A bytes-like parameter of at most `limit` bytes into p. */
static bool bytes_parameter(Value v, int limit, const char *name, uint8_t *p, int64_t *size)
{
    Buffer b;
    *size = 0;
    if (!v) return true;
    if (!buffer_get(v, &b, BUFFER_SIMPLE)) return false;
    *size = b.length;
    if (b.length <= limit) memcpy(p, b.data, (size_t)b.length);
    buffer_release(&b);
    return *size <= limit || raise_value("maximum %s length is %d bytes", name, limit);
}

static bool unsigned_parameter(Value v, uint64_t *out)
{
    Value n = number_index(v);
    if (!n) return false;
    return int_sign(n) < 0 ? raise_value("value must be positive") : int_as_uint64(n, out);
}

enum { DATA, DIGEST_SIZE, KEY, SALT, PERSON, FANOUT, DEPTH, LEAF_SIZE, NODE_OFFSET, NODE_DEPTH, INNER_SIZE, LAST_NODE, USED_FOR_SECURITY, PARAMETERS };

static Value blake2_new(Type *type, Value *args, size_t nargs, Value kwnames)
{
    static Signature *signatures[2];
    const Variant *v = type_is_subtype(type, &blake2b_type) ? &variant_b : &variant_s;
    Value a[PARAMETERS];
    if (!native_bind(v->name,
                     "(data=<unrepresentable>, /, *, digest_size=0, key=<unrepresentable>, salt=<unrepresentable>, person=<unrepresentable>, fanout=1, depth=1, leaf_size=0, "
                     "node_offset=0, node_depth=0, inner_size=0, last_node=False, usedforsecurity=True)",
                     &signatures[v == &variant_b], args, nargs, kwnames, a))
        return 0;
    bool given = false;
    for (int64_t i = 0; kwnames && i < tuple_size(kwnames); i++) given |= str_equal_ascii(tuple_get(kwnames, i), "digest_size");
    int64_t digest = v->max_digest, fanout, depth, node_depth, inner, key_size, salt_size, person_size;
    uint64_t leaf, offset;
    if (given && !number_as_int64(a[DIGEST_SIZE], &digest)) return 0;
    if (digest <= 0 || digest > v->max_digest) return raise_value("digest_size for %s must be between 1 and %d bytes, here it is %lld", v->name, v->max_digest, (long long)digest);
    if (!number_as_int64(a[FANOUT], &fanout) || !number_as_int64(a[DEPTH], &depth) || !number_as_int64(a[NODE_DEPTH], &node_depth) || !number_as_int64(a[INNER_SIZE], &inner))
        return 0;
    if (!unsigned_parameter(a[LEAF_SIZE], &leaf) || !unsigned_parameter(a[NODE_OFFSET], &offset)) return 0;
    uint8_t parameters[64] = {0}, key[128] = {0};
    int w = v->word;
    if (!bytes_parameter(a[SALT], v->salt, "salt", parameters + 4 * w, &salt_size) || !bytes_parameter(a[PERSON], v->salt, "person", parameters + 6 * w, &person_size) ||
        !bytes_parameter(a[KEY], v->max_digest, "key", key, &key_size))
        return 0;
    if (fanout < 0 || fanout > 255) return raise_value("fanout must be between 0 and 255");
    if (depth <= 0 || depth > 255) return raise_value("depth must be between 1 and 255");
    if (leaf > UINT32_MAX) return raise_overflow("leaf_size is too large");
    if (w == 4 && offset > 0xffffffffffffull) return raise_overflow("node_offset is too large");
    if (node_depth < 0 || node_depth > 255) return raise_value("node_depth must be between 0 and 255");
    if (inner < 0 || inner > v->max_digest) return raise_value("inner_size must be between 0 and is %d", v->max_digest);
    int last = object_truth(a[LAST_NODE]);
    Blake2 *h = last < 0 ? 0 : (Blake2 *)type_alloc(type, 0);
    if (!h) return 0;
    parameters[0] = (uint8_t)digest, parameters[1] = (uint8_t)key_size, parameters[2] = (uint8_t)fanout, parameters[3] = (uint8_t)depth;
    put_little(parameters + 4, leaf, 4);
    put_little(parameters + 8, offset, w == 8 ? 8 : 6);
    parameters[w == 8 ? 16 : 14] = (uint8_t)node_depth, parameters[w == 8 ? 17 : 15] = (uint8_t)inner;
    h->variant = v, h->digest_size = (int)digest, h->last_node = last;
    for (int i = 0; i < 8; i++) {
        uint64_t word = 0;
        memcpy(&word, parameters + i * w, (size_t)w);
        h->state[i] = v->iv[i] ^ word;
    }
    if (key_size) update(h, key, (size_t)block_size(v));
    return !a[DATA] || update_value(h, a[DATA]) ? VALUE(h) : 0;
}

static void finish(const Blake2 *h, uint8_t out[64])
{
    Blake2 copy = *h;
    add_count(&copy, (uint64_t)copy.used);
    memset(copy.block + copy.used, 0, sizeof copy.block - (size_t)copy.used);
    compress(&copy, true);
    for (int i = 0; i < 8; i++) put_little(out + i * h->variant->word, copy.state[i], h->variant->word);
}

static NATIVE(blake2_update) { return update_value((Blake2 *)args[0], args[1]) ? NONE : 0; }
static NATIVE(blake2_digest)
{
    uint8_t out[64];
    finish((Blake2 *)args[0], out);
    return bytes_new(out, (size_t)((Blake2 *)args[0])->digest_size);
}
static NATIVE(blake2_hexdigest)
{
    Value bytes = blake2_digest(args, 1, 0);
    return bytes ? call_method_0(bytes, NAME("hex")) : 0;
}
static NATIVE(blake2_copy)
{
    Blake2 *h = (Blake2 *)args[0], *copy = (Blake2 *)type_alloc(h->head.type, 0);
    if (copy) memcpy((char *)copy + sizeof(Obj), (char *)h + sizeof(Obj), sizeof *h - sizeof(Obj));
    return VALUE(copy);
}
static Value get_name(Value v) { return str_from_cstring(((Blake2 *)v)->variant->name); }
static Value get_digest_size(Value v) { return int_new(((Blake2 *)v)->digest_size); }
static Value get_block_size(Value v) { return int_new(block_size(((Blake2 *)v)->variant)); }
static const NativeDef methods[] = {{"update", "(self, data, /)", blake2_update, 0, 0},
                                    {"digest", "(self, /)", blake2_digest, 0, 0},
                                    {"hexdigest", "(self, /)", blake2_hexdigest, 0, 0},
                                    {"copy", "(self, /)", blake2_copy, 0, 0},
                                    {0}};
static const GetSetDef getset[] = {{"name", get_name, 0, 0}, {"digest_size", get_digest_size, 0, 0}, {"block_size", get_block_size, 0, 0}, {0}};
static Type blake2b_type = {TYPE_INIT("_blake2.blake2b", Blake2), .new = blake2_new, .methods = methods, .getset = getset};
static Type blake2s_type = {TYPE_INIT("_blake2.blake2s", Blake2), .new = blake2_new, .methods = methods, .getset = getset};

static bool add_type(Value module, Type *type, const char *prefix, const Variant *v)
{
    if (!module_add_type(module, type) || !type_fill(type)) return false;
    const struct {
        const char *name;
        int value;
    } limits[] = {{"SALT_SIZE", v->salt}, {"PERSON_SIZE", v->salt}, {"MAX_KEY_SIZE", v->max_digest}, {"MAX_DIGEST_SIZE", v->max_digest}};
    for (int i = 0; i < 4; i++) {
        Value name = str_format_c("%s_%s", prefix, limits[i].name);
        const char *text = name ? str_utf8(name, 0) : 0;
        if (!text || !module_add_int(module, text, limits[i].value) || !dict_set_cstring(type->dict, limits[i].name, int_new(limits[i].value))) return false;
    }
    return true;
}

static bool init(Value module) { return add_type(module, &blake2b_type, "BLAKE2B", &variant_b) && add_type(module, &blake2s_type, "BLAKE2S", &variant_s); }

const ModuleDef module__blake2 = {"_blake2", "BLAKE2b and BLAKE2s.", 0, init};
