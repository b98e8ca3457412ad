/* utf8.c: the loops over UTF-8 text; eight bytes at a time where text is ASCII. */
#include "base/utf8.h"
#include <string.h>

#define HIGH_BITS 0x8080808080808080ull

bool utf8_is_ascii(const char *bytes, size_t size)
{
    uint64_t word, all = 0;
    while (size >= 64) {
        uint64_t words[8];
        memcpy(words, bytes, 64);
        for (int i = 0; i < 8; i++) all |= words[i];
        if (all & HIGH_BITS) return false;
        bytes += 64;
        size -= 64;
    }
    for (; size >= 8; bytes += 8, size -= 8) {
        memcpy(&word, bytes, 8);
        all |= word;
    }
    for (; size; bytes++, size--) all |= (uint8_t)*bytes;
    return !(all & HIGH_BITS);
}

size_t utf8_count(const char *bytes, size_t size)
{
    size_t count = 0;
    for (size_t i = 0; i < size; i++) count += ((uint8_t)bytes[i] & 0xc0) != 0x80;
    return count;
}

const char *utf8_fault_text(Utf8Fault fault)
{
    switch (fault) {
    case UTF8_INVALID_START: return "invalid start byte";
    case UTF8_INVALID_CONTINUATION: return "invalid continuation byte";
    case UTF8_UNEXPECTED_END: return "unexpected end of data";
    case UTF8_OK: break;
    }
    return "no fault";
}

Utf8Fault utf8_check(const char *bytes, size_t size, size_t *start, size_t *end)
{
    const uint8_t *s = (const uint8_t *)bytes;
    size_t i = 0;
    while (i < size) {
        if (s[i] < 0x80) {
            uint64_t word;
            while (i + 8 <= size) {
                memcpy(&word, s + i, 8);
                if (word & HIGH_BITS) break;
                i += 8;
            }
            while (i < size && s[i] < 0x80) i++;
            continue;
        }
        uint8_t lead = s[i], low = 0x80, high = 0xbf;
        int more;
        *start = i;
        if (lead >= 0xc2 && lead <= 0xdf) more = 1;
        else if (lead >= 0xe0 && lead <= 0xef) {
            more = 2;
            if (lead == 0xe0) low = 0xa0;
            if (lead == 0xed) high = 0x9f;
        } else if (lead >= 0xf0 && lead <= 0xf4) {
            more = 3;
            if (lead == 0xf0) low = 0x90;
            if (lead == 0xf4) high = 0x8f;
        } else {
            *end = i + 1;
            return UTF8_INVALID_START;
        }
        i++;
        for (int k = 0; k < more; k++, i++) {
            if (i == size) {
                *end = i;
                return UTF8_UNEXPECTED_END;
            }
            if (s[i] < low || s[i] > high) {
                *end = i;
                return UTF8_INVALID_CONTINUATION;
            }
            low = 0x80, high = 0xbf;
        }
    }
    return UTF8_OK;
}

size_t utf8_count_replaced(const char *bytes, size_t size)
{
    size_t count = 0, start, end;
    while (utf8_check(bytes, size, &start, &end)) {
        count += utf8_count(bytes, start) + 1;
        bytes += end;
        size -= end;
    }
    return count + utf8_count(bytes, size);
}
