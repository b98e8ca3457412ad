/* gmp_memory.h: GMP's memory, and the way out when there is none.
 *
 * GMP's functions do not return without memory. So they get it here, and where it lacks the calculation is left with a jump to gmp_try.escape, which those set who begin one. What
 * the calculation held is then to be freed with gmp_leave: each piece knows how deep in tries it was asked for.
 */
#pragma once
#include <setjmp.h>
#include <stddef.h>

typedef struct GmpTry {
    jmp_buf *escape;
    size_t depth;
} GmpTry;
extern _Thread_local GmpTry gmp_try;

/* `stopped`, if any, is asked before large pieces within a try: true leaves the calculation as if memory lacked. */
void gmp_memory_init(bool (*stopped)(void));
/* Where the jump has led, or any other that passed over a try: back to the try of before; what was asked for in later ones is freed (mpz variables they changed are not to be used). */
void gmp_leave(GmpTry outer);
