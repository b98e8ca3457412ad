/* peek.h: memory that may be changing or gone, read without a fault.
 *
 * For who looks at another thread while it runs (module/faulthandler.c), or at anything after a crash. The kernel copies, so that what is not mapped is an error and no signal. What was
 * copied may be of two moments, or not what it was taken for: so it is checked before it is believed.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>

/* Async-signal-safe. false: not all of it is there. */
bool memory_peek(void *to, const void *from, size_t size);
#define PEEK(to, from) memory_peek(&(to), (from), sizeof(to))
