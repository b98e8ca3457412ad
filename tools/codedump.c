/* codedump.c: compiles what it is sent and answers with marshal bytes or an error record; tools/identity.py and the tests of errors talk to it.
 *
 * Request:  one line "OPTIMIZE MODE FLAGS SIZE NAME", MODE one of exec, eval, single, and SIZE bytes of source.
 * Answer:   one line "KIND SIZE WARNINGS"; KIND is `code` or the name of an exception; SIZE bytes: the code, or lines of "lineno offset end_lineno
 *           end_offset" and the message (has_position 0: "-"); then WARNINGS bytes: lines "category lineno message".
 * With --time LEVEL FILE...: compiles the files and prints lines and seconds.
 */
#include "compile/compile.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void answer(Source *source, CodeUnit *code)
{
    char *warnings = 0, *record = 0;
    size_t warnings_size = 0, size = 0;
    FILE *w = open_memstream(&warnings, &warnings_size);
    for (FrontWarning *f = source->warnings; f; f = f->next) fprintf(w, "%s %d %s\n", f->deprecation ? "DeprecationWarning" : "SyntaxWarning", f->lineno, f->message->bytes);
    fclose(w);
    const char *kind = "code", *data = 0;
    if (code) {
        data = marshal_code(source, code, &size);
    } else {
        const SyntaxError *e = &source->error;
        kind = error_kind_name(e->kind);
        FILE *r = open_memstream(&record, &size);
        if (e->has_position) fprintf(r, "%d %d %d %d\n", e->lineno, e->offset, e->end_lineno, e->end_offset);
        else fprintf(r, "-\n");
        fwrite(e->message->bytes, 1, e->message->length, r);
        fclose(r);
        data = record;
    }
    printf("%s %zu %zu\n", kind, size, warnings_size);
    fwrite(data, 1, size, stdout);
    fwrite(warnings, 1, warnings_size, stdout);
    fflush(stdout);
    free(record);
    free(warnings);
}

static void compile_one(const char *bytes, size_t size, const char *name, int optimize, const char *mode, int flags, bool quiet)
{
    static Arena arena;
    Source source;
    source_init(&source, &arena, bytes, size, name);
    source.optimize = optimize;
    source.mode = strcmp(mode, "eval") == 0 ? PARSE_EVAL : strcmp(mode, "single") == 0 ? PARSE_SINGLE : PARSE_FILE;
    source.flags |= flags;
    source.decode = decode_with_iconv;
    CodeUnit *code = compile_source(&source);
    if (!quiet) answer(&source, code);
    else if (code) {
        size_t out;
        marshal_code(&source, code, &out);
    }
    arena_reset(&arena);
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
    data[*size] = 0;
    fclose(f);
    return data;
}

static int time_files(int argc, char **argv)
{
    double seconds = 0;
    long lines = 0;
    for (int i = 3; i < argc; i++) {
        size_t size;
        char *data = read_file(argv[i], &size);
        if (!data) continue;
        for (size_t k = 0; k < size; k++) lines += data[k] == '\n';
        struct timespec a, b;
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
        compile_one(data, size, argv[i], atoi(argv[2]), "exec", 0, true);
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &b);
        seconds += (double)(b.tv_sec - a.tv_sec) + (double)(b.tv_nsec - a.tv_nsec) * 1e-9;
        free(data);
    }
    printf("%ld %.6f\n", lines, seconds);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc > 3 && strcmp(argv[1], "--time") == 0) return time_files(argc, argv);
    char *line = 0;
    size_t room = 0;
    ssize_t length;
    while ((length = getline(&line, &room, stdin)) > 0) {
        if (line[length - 1] == '\n') line[length - 1] = 0;
        int optimize, flags, at;
        size_t size;
        char mode[16];
        if (sscanf(line, "%d %15s %d %zu %n", &optimize, mode, &flags, &size, &at) != 4) return 2;
        char *bytes = malloc(size + 1);
        if (fread(bytes, 1, size, stdin) != size) return 2;
        bytes[size] = 0;
        compile_one(bytes, size, line + at, optimize, mode, flags, false);
        free(bytes);
    }
    free(line);
    return 0;
}
