/* front_threads.c: two threads compile every file of a list at once, each all of them: `make tsan-frontend` runs it under ThreadSanitizer.
 *
 * Usage: front_threads FOLDER. Both must come to the same bytes, or the same errors, at every level.
 */
#include "compile/compile.h"
#include <ftw.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { THREADS = 2, MAX_FILES = 20000 };
static char *paths[MAX_FILES];
static size_t path_count;
static uint32_t *digests[THREADS];

static int add_path(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    size_t n = strlen(path);
    if (kind == FTW_F && n > 3 && strcmp(path + n - 3, ".py") == 0 && path_count < MAX_FILES) paths[path_count++] = strdup(path);
    return 0;
}

static char *read_file(const char *path, size_t *size)
{
    FILE *f = fopen(path, "rb");
    if (!f) return 0;
    fseek(f, 0, SEEK_END);
    *size = (size_t)ftell(f);
    rewind(f);
    char *data = malloc(*size + 1);
    *size = fread(data, 1, *size, f);
    fclose(f);
    return data;
}

static uint32_t compile_digest(Arena *arena, const char *path, const char *data, size_t size, int level)
{
    Source source;
    source_init(&source, arena, data, size, path);
    source.optimize = level;
    source.decode = decode_with_iconv;
    CodeUnit *code = compile_source(&source);
    size_t length = 0;
    const char *bytes = code ? marshal_code(&source, code, &length) : source.error.message->bytes;
    uint32_t digest = text_hash(bytes, code ? length : source.error.message->length);
    arena_reset(arena);
    return digest;
}

static void *work(void *argument)
{
    uint32_t *digest = argument;
    Arena arena;
    arena_init(&arena);
    for (size_t i = 0; i < path_count; i++) {
        size_t size;
        char *data = read_file(paths[i], &size);
        for (int level = 0; data && level < 3; level++) digest[i * 3 + (size_t)level] = compile_digest(&arena, paths[i], data, size, level);
        free(data);
    }
    arena_free(&arena);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc != 2 || nftw(argv[1], add_path, 20, FTW_PHYS) != 0 || !path_count) return 2;
    pthread_t threads[THREADS];
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, (size_t)256 << 20);
    for (int i = 0; i < THREADS; i++) {
        digests[i] = calloc(path_count * 3, sizeof **digests);
        if (pthread_create(&threads[i], &attributes, work, digests[i]) != 0) return 2;
    }
    for (int i = 0; i < THREADS; i++) pthread_join(threads[i], 0);
    size_t different = 0;
    for (size_t i = 0; i < path_count * 3; i++) different += digests[0][i] != digests[1][i];
    printf("%zu files, 3 levels, %d threads: %zu results differ\n", path_count, THREADS, different);
    return different != 0;
}
