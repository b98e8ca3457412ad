/* astdump.c: reads source files and prints their trees, or their syntax errors.
 *
 * For each path on the command line (or on standard input with "-i"): a line with the tree as `ast.dump(..., include_attributes=True)` gives it, or
 * "ERROR kind|lineno|offset|end_lineno|end_offset|message". "-q" parses without printing, "-n COUNT" repeats: for timing. "-w" prints warnings too,
 * "-l" the line of an error. "-u": the source is a str (columns count characters, no coding cookie). "-b": the files hold many sources, each after a line with its size.
 */
#include "syntax/ast_dump.h"
#include "syntax/parser.h"
#include <fcntl.h>
#include <iconv.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const kinds[] = {"None",        "SyntaxError",    "IndentationError",   "TabError",    "ValueError", "OverflowError",
                                    "MemoryError", "RecursionError", "UnicodeDecodeError", "SystemError", "TypeError"};

/* The file's bytes, in a buffer that the next call uses again. */
static char *read_file(const char *path, size_t *size)
{
    static char *bytes;
    static size_t capacity;
    int file = open(path, O_RDONLY);
    if (file < 0) return 0;
    *size = 0;
    for (;;) {
        if (*size == capacity) bytes = realloc(bytes, capacity = capacity * 2 + (1 << 20));
        ssize_t got = read(file, bytes + *size, capacity - *size);
        if (got <= 0) break;
        *size += (size_t)got;
    }
    close(file);
    return bytes;
}

/* Source in an encoding that the front end does not know. */
static bool decode(Source *source, const char *encoding, const char *bytes, size_t size, const char **utf8, size_t *utf8_size)
{
    iconv_t converter = iconv_open("UTF-8", encoding);
    if (converter == (iconv_t)-1) return false;
    char *out = arena_alloc(source->arena, size * 4 + 1), *o = out, *in = (char *)bytes;
    size_t room = size * 4, left = size;
    size_t result = iconv(converter, &in, &left, &o, &room);
    iconv_close(converter);
    *utf8 = out;
    *utf8_size = (size_t)(o - out);
    return result != (size_t)-1;
}

static bool quiet, warnings, show_line, records, characters, type_comments;
static int version = 11, flags;
static ParseMode mode;
static Arena arena;

/* Behind a tab, newlines as "\n". */
static void print_line(const Text *line)
{
    putchar('\t');
    if (!line) fputs("None", stdout);
    for (uint32_t i = 0; line && i < line->length; i++) {
        if (line->bytes[i] == '\n') fputs("\\n", stdout);
        else putchar(line->bytes[i]);
    }
}

static void run(const char *path, const char *bytes, size_t size)
{
    Source source;
    source_init(&source, &arena, bytes, size, path);
    source.mode = mode;
    if (characters) source.flags |= PYCF_IGNORE_COOKIE | PYCF_SOURCE_IS_UTF8;
    source.decode = decode;
    source.feature_version = version;
    source.flags |= flags;
    if (type_comments) source.flags |= PYCF_TYPE_COMMENTS;
    Mod *tree = parse(&source);
    if (warnings)
        for (FrontWarning *w = source.warnings; w; w = w->next) printf("WARNING %d %s\n", w->lineno, w->message->bytes);
    if (!tree) {
        SyntaxError *e = &source.error;
        printf("ERROR %s|%d|%d|%d|%d|%s", kinds[e->kind], e->lineno, e->offset, e->end_lineno, e->end_offset, e->message ? e->message->bytes : "");
        if (show_line) print_line(e->line);
        putchar('\n');
    } else if (!quiet) {
        ast_dump(tree, stdout);
        putchar('\n');
    } else if (records) puts("OK");
    arena_reset(&arena);
}

static void run_file(const char *path)
{
    size_t size;
    char *bytes = read_file(path, &size);
    if (!bytes) {
        printf("cannot read %s\n", path);
        return;
    }
    run(path, bytes, size);
}

/* A file of sources, each after a line with its size. */
static void run_records(const char *path)
{
    size_t size, length;
    char *bytes = read_file(path, &size), *s = bytes;
    while (s < bytes + size) {
        length = strtoul(s, &s, 10);
        s++;
        /* A copy of its own, so that reading past the end shows. */
        char *copy = malloc(length ? length : 1);
        memcpy(copy, s, length);
        run("<record>", copy, length);
        fflush(stdout);
        free(copy);
        s += length;
    }
}

int main(int argc, char **argv)
{
    int count = 1, i = 1;
    bool from_input = false;
    for (; i < argc && argv[i][0] == '-'; i++) {
        if (strcmp(argv[i], "-q") == 0) quiet = true;
        else if (strcmp(argv[i], "-w") == 0) warnings = true;
        else if (strcmp(argv[i], "-l") == 0) show_line = true;
        else if (strcmp(argv[i], "-b") == 0) records = true;
        else if (strcmp(argv[i], "-u") == 0) characters = true;
        else if (strcmp(argv[i], "-i") == 0) from_input = true;
        else if (strcmp(argv[i], "-e") == 0) mode = PARSE_EVAL;
        else if (strcmp(argv[i], "-s") == 0) mode = PARSE_SINGLE;
        else if (strcmp(argv[i], "-f") == 0) mode = PARSE_FUNC_TYPE;
        else if (strcmp(argv[i], "-t") == 0) type_comments = true;
        else if (strcmp(argv[i], "-F") == 0) flags = (int)strtol(argv[++i], 0, 16);
        else if (strcmp(argv[i], "-V") == 0) version = atoi(argv[++i]);
        else if (strcmp(argv[i], "-n") == 0) count = atoi(argv[++i]);
    }
    for (int n = 0; n < count; n++)
        for (int k = i; k < argc; k++) records ? run_records(argv[k]) : run_file(argv[k]);
    char line[4096];
    while (from_input && fgets(line, sizeof line, stdin)) {
        line[strcspn(line, "\n")] = 0;
        run_file(line);
        fflush(stdout);
    }
    return 0;
}
