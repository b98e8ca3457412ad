/* hash.c: the hash of text and bytes, keyed so that an attacker cannot prepare colliding keys.
 *
 * SipHash-1-3 (Aumasson and Bernstein), with the key made as CPython makes it, so that a run with a given PYTHONHASHSEED has the same hashes here and there.
 */
#include "object/str.h"
#include <sys/random.h>
#include <time.h>

static uint64_t hash_key[2];

void hash_init(int64_t seed)
{
    uint8_t bytes[16] = {0};
    if (seed < 0) {
        if (getrandom(bytes, sizeof bytes, 0) != sizeof bytes) {
            struct timespec now;
            clock_gettime(CLOCK_REALTIME, &now);
            memcpy(bytes, &now, sizeof bytes);
        }
    } else if (seed > 0) {
        uint32_t x = (uint32_t)seed;
        for (size_t i = 0; i < sizeof bytes; i++) {
            x = x * 214013 + 2531011;
            bytes[i] = (uint8_t)(x >> 16);
        }
    }
    memcpy(hash_key, bytes, sizeof bytes);
}

static inline uint64_t rotate(uint64_t x, int n) { return x << n | x >> (64 - n); }

#define SIP_ROUND \
    (v0 += v1, v2 += v3, v1 = rotate(v1, 13) ^ v0, v3 = rotate(v3, 16) ^ v2, v0 = rotate(v0, 32), v2 += v1, v0 += v3, v1 = rotate(v1, 17) ^ v2, \
     v3 = rotate(v3, 21) ^ v0, v2 = rotate(v2, 32))

int64_t hash_bytes(const void *data, size_t size)
{
    if (size == 0) return 0;
    const uint8_t *in = data;
    uint64_t v0 = hash_key[0] ^ 0x736f6d6570736575ull, v1 = hash_key[1] ^ 0x646f72616e646f6dull;
    uint64_t v2 = hash_key[0] ^ 0x6c7967656e657261ull, v3 = hash_key[1] ^ 0x7465646279746573ull;
    uint64_t word, last = (uint64_t)size << 56;
    for (; size >= 8; in += 8, size -= 8) {
        memcpy(&word, in, 8);
        v3 ^= word;
        SIP_ROUND;
        v0 ^= word;
    }
    for (size_t i = 0; i < size; i++) last |= (uint64_t)in[i] << (8 * i);
    v3 ^= last;
    SIP_ROUND;
    v0 ^= last;
    v2 ^= 0xff;
    SIP_ROUND;
    SIP_ROUND;
    SIP_ROUND;
    int64_t hash = (int64_t)(v0 ^ v1 ^ v2 ^ v3);
    return hash == -1 ? -2 : hash;
}
