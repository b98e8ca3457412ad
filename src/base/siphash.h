/* siphash.h: SipHash-1-3, the keyed hash of str and bytes and of the sources named by hash-based .pyc files.
 *
 * After "SipHash: a fast short-input PRF" (Aumasson, Bernstein, 2012), with 1 compression and 3 finalization rounds. The result for key (k, 0) is what a hash-based .pyc holds, so it
 * must never change.
 */
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline uint64_t siphash_rotate(uint64_t x, int b) { return x << b | x >> (64 - b); }

static inline void siphash_round(uint64_t v[4])
{
    v[0] += v[1], v[2] += v[3];
    v[1] = siphash_rotate(v[1], 13) ^ v[0], v[3] = siphash_rotate(v[3], 16) ^ v[2];
    v[0] = siphash_rotate(v[0], 32);
    v[2] += v[1], v[0] += v[3];
    v[1] = siphash_rotate(v[1], 17) ^ v[2], v[3] = siphash_rotate(v[3], 21) ^ v[0];
    v[2] = siphash_rotate(v[2], 32);
}

static inline uint64_t siphash13(uint64_t k0, uint64_t k1, const void *data, size_t size)
{
    const uint8_t *p = data;
    uint64_t v[4] = {k0 ^ 0x736f6d6570736575ull, k1 ^ 0x646f72616e646f6dull, k0 ^ 0x6c7967656e657261ull, k1 ^ 0x7465646279746573ull};
    uint64_t last = (uint64_t)size << 56;
    for (; size >= 8; size -= 8, p += 8) {
        uint64_t word;
        memcpy(&word, p, 8);
        v[3] ^= word;
        siphash_round(v);
        v[0] ^= word;
    }
    for (size_t i = 0; i < size; i++) last |= (uint64_t)p[i] << 8 * i;
    v[3] ^= last;
    siphash_round(v);
    v[0] ^= last;
    v[2] ^= 0xff;
    for (int i = 0; i < 3; i++) siphash_round(v);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}
