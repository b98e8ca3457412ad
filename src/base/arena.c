/* arena.c: the block list behind the arena's pointer bump.
 *
 * Blocks double in size up to a bound, so that a one-line source costs one small block and a large module a handful of big ones.
 */
#include "base/arena.h"
#include <stdlib.h>
#include <string.h>

struct ArenaBlock {
    ArenaBlock *older;
    size_t size;
    char bytes[];
};

enum { FIRST_BLOCK = 32 * 1024, LARGEST_BLOCK = 4 * 1024 * 1024, LARGEST_KEPT = 16 * 1024 * 1024 };

void arena_init(Arena *arena) { memset(arena, 0, sizeof *arena); }

void arena_free(Arena *arena)
{
    ArenaBlock *block = arena->blocks;
    while (block) {
        ArenaBlock *older = block->older;
        ASAN_UNPOISON_MEMORY_REGION(block->bytes, block->size);
        free(block);
        block = older;
    }
    arena->blocks = 0;
    arena->next = arena->end = 0;
    arena->total = 0;
}

void arena_reset(Arena *arena)
{
    ArenaBlock *block = arena->blocks;
    if (!block) return;
    if (block->older) {
        /* More than one block was needed: one of the size of all together will do for the next time. */
        size_t total = arena->total < LARGEST_KEPT ? arena->total : LARGEST_KEPT;
        arena_free(arena);
        block = calloc(1, sizeof *block + total);
        if (!block) return;
        block->size = total;
        arena->blocks = block;
    } else {
        ASAN_UNPOISON_MEMORY_REGION(block->bytes, block->size);
        memset(block->bytes, 0, (size_t)(arena->next - block->bytes));
    }
    ASAN_POISON_MEMORY_REGION(block->bytes, block->size);
    arena->next = block->bytes;
    arena->end = block->bytes + block->size;
    arena->total = block->size;
}

static void out_of_memory(Arena *arena)
{
    if (arena->on_out_of_memory) longjmp(*arena->on_out_of_memory, 1);
    abort();
}

void *arena_alloc_slow(Arena *arena, size_t size, size_t taken)
{
    size_t wanted = arena->total < FIRST_BLOCK ? FIRST_BLOCK : arena->total > LARGEST_BLOCK ? LARGEST_BLOCK : arena->total;
    /* A request that would fill most of a block gets one of its own, and the current block keeps its free bytes. */
    bool alone = taken > wanted / 4;
    size_t capacity = alone ? taken : wanted;
    if (taken < size || taken > PTRDIFF_MAX / 2 || (arena->limit && arena->total + capacity > arena->limit)) out_of_memory(arena);
    ArenaBlock *block = calloc(1, sizeof *block + capacity);
    if (!block) {
        out_of_memory(arena);
        return 0;
    }
    block->size = capacity;
    arena->total += capacity;
    ASAN_POISON_MEMORY_REGION(block->bytes + size, capacity - size);
    if (alone && arena->blocks) {
        block->older = arena->blocks->older;
        arena->blocks->older = block;
        return block->bytes;
    }
    block->older = arena->blocks;
    arena->blocks = block;
    arena->next = block->bytes + taken;
    arena->end = block->bytes + capacity;
    return block->bytes;
}

char *arena_copy(Arena *arena, const char *bytes, size_t size)
{
    char *result = arena_alloc(arena, size + 1);
    if (size) memcpy(result, bytes, size);
    result[size] = 0;
    return result;
}
