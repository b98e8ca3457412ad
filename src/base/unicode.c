/* unicode.c: temporary answers. */
#include "base/unicode.h"
bool unicode_is_xid_start(uint32_t c) { return c >= 128; }
bool unicode_is_xid_continue(uint32_t c) { return c >= 128; }
bool unicode_is_printable(uint32_t c) { return c >= 0xa1; }
const char *unicode_nfkc(Arena *arena, const char *bytes, size_t *size) { return bytes; }
int32_t unicode_lookup_name(const char *name, size_t length) { return -1; }
