/* gmp_memory.c: see gmp_memory.h. */
#include "base/gmp_memory.h"
#include <gmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <stdnoreturn.h>
#include <string.h>

typedef struct GmpBlock {
    struct GmpBlock *next, *previous;
    size_t depth, unused;
} GmpBlock;
_Thread_local GmpTry gmp_try;
static _Thread_local GmpBlock *gmp_blocks;
static bool (*gmp_stopped)(void);
/* Calculations that ask for so much at once take long enough that somebody may want to stop them. */
enum { LONG_CALCULATION = 1 << 16 };

static noreturn void give_up(void)
{
    if (gmp_try.escape) longjmp(*gmp_try.escape, 1);
    fputs("krait: out of memory for a small calculation\n", stderr);
    abort();
}

static void block_link(GmpBlock *b)
{
    *b = (GmpBlock){.next = gmp_blocks, .depth = gmp_try.depth};
    if (gmp_blocks) gmp_blocks->previous = b;
    gmp_blocks = b;
}

static void block_unlink(GmpBlock *b)
{
    if (b->next) b->next->previous = b->previous;
    if (b->previous) b->previous->next = b->next;
    else gmp_blocks = b->next;
}

static void *gmp_get(size_t size)
{
    if (size >= LONG_CALCULATION && gmp_try.escape && gmp_stopped && gmp_stopped()) give_up();
    GmpBlock *b = malloc(sizeof *b + size);
    if (!b) give_up();
    block_link(b);
    return b + 1;
}

static void gmp_drop(void *memory, size_t size)
{
    GmpBlock *b = (GmpBlock *)memory - 1;
    block_unlink(b);
    free(b);
}

static void *gmp_change(void *old, size_t old_size, size_t size)
{
    void *new = gmp_get(size);
    memcpy(new, old, old_size < size ? old_size : size);
    gmp_drop(old, old_size);
    return new;
}

void gmp_leave(GmpTry outer)
{
    gmp_try = outer;
    for (GmpBlock *b = gmp_blocks, *next; b; b = next) {
        next = b->next;
        if (b->depth > outer.depth) gmp_drop(b + 1, 0);
    }
}

void gmp_memory_init(bool (*stopped)(void))
{
    gmp_stopped = stopped;
    mp_set_memory_functions(gmp_get, gmp_change, gmp_drop);
}
