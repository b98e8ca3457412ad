/* unicode.h: what the front end needs to know of Unicode 14.0: which characters make names, which are printable, and NFKC.
 *
 * The tables are generated at build time from Debian's unicode-data by tools/unicode_gen.c.
 */
#pragma once
#include "base/arena.h"
#include <stdbool.h>

/* The two Unicode properties, as Python's str.isidentifier() uses them ('_' is a start). */
bool unicode_is_xid_start(uint32_t c);
bool unicode_is_xid_continue(uint32_t c);
/* Python's str.isprintable(): not in a category Cc, Cf, Cs, Co, Cn, Zl, Zp, nor Zs other than space. */
bool unicode_is_printable(uint32_t c);
/* Normalization form KC of valid UTF-8; `bytes` itself when it is normal already. */
const char *unicode_nfkc(Arena *arena, const char *bytes, size_t *size);
/* The character of that name or alias (any case; algorithmic names too, named sequences not), or -1. */
int32_t unicode_lookup_name(const char *name, size_t length);
