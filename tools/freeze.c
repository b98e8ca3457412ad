/* freeze.c: compiles the modules of module/frozen.def from the standard library's sources, at build time.
 *
 * freeze STDLIB BLOB INDEX: writes all code, marshalled, one after the other to BLOB, and to INDEX a C enum of where each lies.
 */
#include "compile/compile.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *id, *code_name, *file, *text;
} codes[] = {
#define FROZEN_CODE(id, code_name, file) {#id, code_name, file, 0},
#define FROZEN_TEXT(id, code_name, text) {#id, code_name, 0, text},
#include "module/frozen.def"
};

[[noreturn]] static void fail(const char *what, const char *which)
{
    fprintf(stderr, "freeze: %s %s\n", what, which);
    exit(1);
}

static FILE *open_file(const char *path, const char *mode)
{
    FILE *f = fopen(path, mode);
    if (!f) fail("cannot open", path);
    return f;
}

static char *read_source(const char *stdlib, const char *file, size_t *size)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", stdlib, file);
    FILE *f = open_file(path, "rb");
    char *data = 0;
    FILE *copy = open_memstream(&data, size);
    for (int c; (c = getc(f)) != EOF;) putc(c, copy);
    fclose(f);
    fclose(copy);
    return data;
}

/* Appends the code of one source to the blob; its size. */
static size_t freeze(const char *text, size_t size, const char *code_name, FILE *blob)
{
    char filename[256];
    snprintf(filename, sizeof filename, "<frozen %s>", code_name);
    Arena arena;
    arena_init(&arena);
    Source source;
    source_init(&source, &arena, text, size, filename);
    CodeUnit *code = compile_source(&source);
    if (!code) fail("cannot compile", code_name);
    size_t bytes;
    const char *data = marshal_code(&source, code, &bytes);
    if (fwrite(data, 1, bytes, blob) != bytes) fail("cannot write", code_name);
    arena_free(&arena);
    return bytes;
}

int main(int argc, char **argv)
{
    if (argc != 4) fail("usage: freeze", "STDLIB BLOB INDEX");
    FILE *blob = open_file(argv[2], "wb"), *index = open_file(argv[3], "w");
    size_t offset = 0;
    fprintf(index, "/* Made by tools/freeze.c. */\nenum {\n");
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        size_t size = codes[i].text ? strlen(codes[i].text) : 0;
        char *text = codes[i].text ? strdup(codes[i].text) : read_source(argv[1], codes[i].file, &size);
        size_t bytes = freeze(text, size, codes[i].code_name, blob);
        fprintf(index, "    at_%s = %zu, size_%s = %zu,\n", codes[i].id, offset, codes[i].id, bytes);
        offset += bytes;
        free(text);
    }
    fprintf(index, "};\n");
    return fclose(blob) || fclose(index) ? 1 : 0;
}
