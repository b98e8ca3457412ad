/* unicode_db.h: what the Unicode character database says beyond what str's methods need: names, categories, decompositions. For module unicodedata and the error handler namereplace. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { UNICODE_NAME_SIZE = 256 };
/* The name of c, 0-terminated; its length, 0 if it has none. */
size_t unicode_name(uint32_t c, char out[UNICODE_NAME_SIZE]);
