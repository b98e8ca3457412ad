/* text.c: texts and the interning table of one compilation (declared in syntax/constant.h). */
#include "syntax/constant.h"
#include "base/utf8.h"
#include <stdio.h>
#include <string.h>

static inline uint64_t mix(uint64_t a, uint64_t b)
{
    unsigned __int128 product = (unsigned __int128)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* A multiplicative hash that reads eight bytes a step; short names, the common case, take one. */
uint32_t text_hash(const char *bytes, size_t length)
{
    const uint64_t key = 0x9e3779b97f4a7c15ull;
    uint64_t hash = length * key, a = 0, b = 0;
    while (length > 16) {
        memcpy(&a, bytes, 8);
        memcpy(&b, bytes + 8, 8);
        hash = mix(hash ^ a, key ^ b);
        bytes += 16, length -= 16;
    }
    a = b = 0;
    if (length >= 8) {
        memcpy(&a, bytes, 8);
        memcpy(&b, bytes + length - 8, 8);
    } else if (length >= 4) {
        uint32_t low, high;
        memcpy(&low, bytes, 4);
        memcpy(&high, bytes + length - 4, 4);
        a = (uint64_t)high << 32 | low;
    } else if (length) {
        a = (uint64_t)(uint8_t)bytes[0] | (uint64_t)(uint8_t)bytes[length / 2] << 8 | (uint64_t)(uint8_t)bytes[length - 1] << 16;
    }
    hash = mix(hash ^ a, key ^ b);
    return (uint32_t)(hash ^ hash >> 32);
}

static Text *text_make(Arena *arena, const char *bytes, size_t length, uint32_t hash)
{
    Text *text = arena_alloc(arena, sizeof(Text) + length + 1);
    text->length = (uint32_t)length;
    text->hash = hash;
    text->ascii = utf8_is_ascii(bytes, length);
    if (length) memcpy(text->bytes, bytes, length);
    return text;
}

const Text *text_format(Arena *arena, const char *format, va_list arguments)
{
    char buffer[512];
    va_list again;
    va_copy(again, arguments);
    int length = vsnprintf(buffer, sizeof buffer, format, arguments);
    const Text *text;
    if (length < (int)sizeof buffer) text = text_new(arena, buffer, (size_t)length);
    else {
        char *large = arena_alloc(arena, (size_t)length + 1);
        vsnprintf(large, (size_t)length + 1, format, again);
        text = text_new(arena, large, (size_t)length);
    }
    va_end(again);
    return text;
}

const Text *text_new(Arena *arena, const char *bytes, size_t length) { return text_make(arena, bytes, length, text_hash(bytes, length)); }

void text_table_init(TextTable *table, Arena *arena)
{
    table->arena = arena;
    table->count = 0;
    table->mask = 255;
    table->slots = arena_array(arena, const Text *, table->mask + 1);
}

static void text_table_grow(TextTable *table)
{
    uint32_t mask = table->mask * 4 + 3;
    const Text **slots = arena_array(table->arena, const Text *, (size_t)mask + 1);
    for (uint32_t i = 0; i <= table->mask; i++) {
        const Text *text = table->slots[i];
        if (!text) continue;
        uint32_t k = text->hash & mask;
        while (slots[k]) k = (k + 1) & mask;
        slots[k] = text;
    }
    table->slots = slots;
    table->mask = mask;
}

const Text *text_intern(TextTable *table, const char *bytes, size_t length)
{
    uint32_t hash = text_hash(bytes, length);
    uint32_t i = hash & table->mask;
    for (const Text *text; (text = table->slots[i]); i = (i + 1) & table->mask)
        if (text->hash == hash && text->length == length && memcmp(text->bytes, bytes, length) == 0) return text;
    const Text *text = text_make(table->arena, bytes, length, hash);
    table->slots[i] = text;
    if (++table->count * 2 > table->mask) text_table_grow(table);
    return text;
}
