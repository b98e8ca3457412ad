/* ascii.h: what an ASCII character is, for the readers of numbers, escapes and encodings: ctype.h asks the locale, and has no values. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

static inline bool ascii_is_space(uint32_t c) { return c == ' ' || (c >= 9 && c <= 13); }
static inline bool ascii_is_digit(uint32_t c) { return c >= '0' && c <= '9'; }
/* -1: not a digit. */
static inline int ascii_hex_value(uint32_t c)
{
    if (ascii_is_digit(c)) return (int)(c - '0');
    uint32_t lower = c | 0x20;
    return lower >= 'a' && lower <= 'f' ? (int)(lower - 'a' + 10) : -1;
}
static inline int ascii_base64_value(uint32_t c)
{
    if (c >= 'A' && c <= 'Z') return (int)(c - 'A');
    if (c >= 'a' && c <= 'z') return (int)(c - 'a' + 26);
    if (ascii_is_digit(c)) return (int)(c - '0' + 52);
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}
