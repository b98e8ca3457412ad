/* hash.c: the hash of text and bytes, keyed so that an attacker cannot prepare colliding keys.
 *
 * SipHash-1-3 with the key made as CPython makes it, so that a run with a given PYTHONHASHSEED has the same hashes here and there.
 */
#include "base/siphash.h"
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

int64_t hash_bytes(const void *data, size_t size)
{
    if (size == 0) return 0;
    int64_t hash = (int64_t)siphash13(hash_key[0], hash_key[1], data, size);
    return hash == -1 ? -2 : hash;
}
