/* arena.h: memory that is freed all at once.
 *
 * The front end allocates everything, from tokens to the finished bytes of a `.pyc`, out of one arena: nodes are
 * never freed one by one, so there is no ownership to track and no leak on an error path; a compilation that fails half-way drops its arena
 * and is gone. Allocation is a pointer bump. A request that cannot be met does not return: it longjmps to `on_out_of_memory`, the
 * one place where the caller of the front end waits for it. An arena belongs to one thread at a time.
 *
 * Under AddressSanitizer every allocation ends with bytes that may not be touched, and so does what no allocation has reached yet: a step over the
 * end of one object into the next is reported as if each came from malloc.
 */
#pragma once
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>

#if __has_feature(address_sanitizer)
#include <sanitizer/asan_interface.h>
enum { ARENA_RED_ZONE = 16 };
#else
#define ASAN_POISON_MEMORY_REGION(start, size) ((void)0)
#define ASAN_UNPOISON_MEMORY_REGION(start, size) ((void)0)
enum { ARENA_RED_ZONE = 0 };
#endif

typedef struct ArenaBlock ArenaBlock;

typedef struct Arena {
    char *next, *end;            /* free bytes of the newest block */
    ArenaBlock *blocks;          /* all blocks, newest first */
    size_t total;                /* bytes taken from the system so far */
    size_t limit;                /* most bytes it may take; 0: no limit */
    jmp_buf *on_out_of_memory;   /* where to go when memory is short; 0: abort */
} Arena;

void arena_init(Arena *arena);
void arena_free(Arena *arena);
/* Empties the arena but keeps memory for the next use: one arena for many compilations in turn saves the system most of its work. */
void arena_reset(Arena *arena);

/* The slow path of arena_alloc: a new block for `taken` bytes, of which `size` are used. Does not return on failure. */
void *arena_alloc_slow(Arena *arena, size_t size, size_t taken);

/* `size` zeroed bytes, aligned to 8. Never returns 0. */
static inline void *arena_alloc(Arena *arena, size_t size)
{
    size_t taken = ((size + 7) & ~(size_t)7) + ARENA_RED_ZONE;
    if (taken <= (size_t)(arena->end - arena->next)) {
        void *result = arena->next;
        arena->next += taken;
        ASAN_UNPOISON_MEMORY_REGION(result, size);
        return result;
    }
    return arena_alloc_slow(arena, size, taken);
}

/* A copy of `size` bytes at `bytes`, followed by a zero byte. */
char *arena_copy(Arena *arena, const char *bytes, size_t size);

#define arena_new(arena, T) ((T *)arena_alloc((arena), sizeof(T)))
#define arena_array(arena, T, count) ((T *)arena_alloc((arena), sizeof(T) * (size_t)(count)))
