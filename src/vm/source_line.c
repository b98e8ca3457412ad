/* source_line.c: source lines under the entries of a traceback, and the carets below them.
 *
 * The carets come from the code object's position table. For a binary operation or a subscript that failed, the segment is parsed again by the front end, and the operator (or the brackets) is marked
 * with ^ between the ~ of its operands.
 */
#include "vm/source_line.h"
#include "object/container.h"
#include "object/str.h"
#include "syntax/parser.h"
#include <fcntl.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LARGEST_SOURCE = 64 << 20 };

static char *read_source(const char *path, size_t *size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat st;
    if (fd < 0) return 0;
    char *data = 0;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size < LARGEST_SOURCE && (data = malloc((size_t)st.st_size + 1))) {
        ssize_t n = read(fd, data, (size_t)st.st_size);
        *size = n > 0 ? (size_t)n : 0;
    }
    close(fd);
    return data;
}

Value (*source_search_path)(void);

/* A relative or moved file: its last part in the folders of sys.path. */
static char *search_source(const char *filename, size_t *size)
{
    Value path = source_search_path ? source_search_path() : 0;
    const char *tail = strrchr(filename, '/');
    tail = tail ? tail + 1 : filename;
    for (int64_t i = 0; path && is_list(path) && i < list_size(path); i++) {
        Value folder = list_get(path, i);
        const char *text = is_str(folder) ? str_utf8(folder, 0) : 0;
        char full[4096];
        if (!text || snprintf(full, sizeof full, "%s%s%s", text, *text ? "/" : "", tail) >= (int)sizeof full) {
            error_clear();
            continue;
        }
        char *data = read_source(full, size);
        if (data) return data;
    }
    return 0;
}

/* A line of the source in the encoding that its cookie names. */
static Value decode_line(const char *data, size_t size, const char *line, size_t length)
{
    Arena arena;
    jmp_buf out_of_memory;
    arena_init(&arena);
    arena.on_out_of_memory = &out_of_memory;
    Value text = 0;
    if (!setjmp(out_of_memory)) {
        Source source;
        source_init(&source, &arena, data, size, "<traceback>");
        const char *cookie = source_cookie(&source, data, data + size);
        text = str_decode(line, length, cookie ? cookie : "utf-8", "replace");
    }
    arena_free(&arena);
    return text;
}

Value source_line(Value filename, int lineno)
{
    const char *path = is_str(filename) ? str_utf8(filename, 0) : 0;
    size_t size = 0;
    if (!path || lineno < 1 || *path == '<') return error_clear(), (Value)0;
    char *data = read_source(path, &size);
    if (!data && !(data = search_source(path, &size))) return 0;
    const char *p = data, *end = data + size;
    for (int i = 1; i < lineno && p; i++) {
        p = memchr(p, '\n', (size_t)(end - p));
        if (p) p++;
    }
    Value line = 0;
    if (p && p < end) {
        const char *stop = memchr(p, '\n', (size_t)(end - p));
        if (!stop) stop = end;
        if (lineno == 1 && stop - p >= 3 && !memcmp(p, "\xef\xbb\xbf", 3)) p += 3;
        line = decode_line(data, size, p, (size_t)(stop - p));
    }
    free(data);
    if (!line) error_clear();
    return line;
}

/* ---------------------------------------------------------------- carets */

/* Characters of the first `bytes` bytes of the line's UTF-8. */
static int64_t to_characters(const char *utf8, size_t size, int bytes)
{
    int64_t n = 0;
    for (int i = 0; i < bytes && (size_t)i < size; i++) n += (utf8[i] & 0xc0) != 0x80;
    return n;
}

typedef struct Anchors {
    int left, right;
} Anchors;   /* byte offsets in the segment of what gets ^ */

static bool anchors_of(Expr *e, const char *segment, Anchors *anchors)
{
    if (e->kind == Expr_BinOp) {
        int i = e->BinOp.left->end_col_offset - 1, end = e->BinOp.right->col_offset - 1;
        while (i < end && (segment[i] == ' ' || segment[i] == '\t' || segment[i] == '\f')) i++;
        if (i >= end) return false;
        anchors->left = i;
        anchors->right = i + 1 + (i + 1 < end && segment[i + 1] != ' ' && segment[i + 1] != '\t' && segment[i + 1] != '\f');
        return true;
    }
    if (e->kind != Expr_Subscript) return false;
    anchors->left = e->Subscript.value->end_col_offset - 1;
    anchors->right = e->Subscript.slice->end_col_offset;
    return true;
}

/* Parses the segment in parentheses, whose byte offsets are thus one too great. */
static bool find_anchors(const char *segment, size_t size, Anchors *anchors)
{
    Arena arena;
    jmp_buf out_of_memory;
    arena_init(&arena);
    arena.on_out_of_memory = &out_of_memory;
    volatile bool found = false;
    if (!setjmp(out_of_memory)) {
        char *text = arena_alloc(&arena, size + 3);
        text[0] = '(';
        memcpy(text + 1, segment, size);
        text[size + 1] = ')';
        Source source;
        source_init(&source, &arena, text, size + 2, "<traceback>");
        source.stack_limit = c_stack_quarter();
        source.mode = PARSE_EVAL;
        source.flags |= PYCF_IGNORE_COOKIE;
        Mod *tree = parse(&source);
        found = tree && tree->kind == Mod_Expression && tree->Expression.body->lineno == tree->Expression.body->end_lineno && anchors_of(tree->Expression.body, segment, anchors) &&
                anchors->left >= 0 && anchors->right <= (int)size && anchors->left < anchors->right;
    }
    arena_free(&arena);
    return found;
}

Value source_carets(CodeObj *code, int lasti, int lineno, Value line, int64_t first, int64_t end)
{
    int start_line, end_line, start_column, end_column;
    code_position(code, lasti, &start_line, &end_line, &start_column, &end_column);
    if (start_line < 0 || end_line < 0 || start_column < 0 || end_column < 0 || start_line != lineno) return 0;
    size_t size;
    const char *utf8 = str_utf8(line, &size);
    if (!utf8) return 0;
    int64_t from = to_characters(utf8, size, start_column);
    int64_t to = start_line == end_line ? to_characters(utf8, size, end_column) : end;
    if (from < first || to > end || from >= to) return 0;
    int64_t left = -1, right = -1;
    Anchors anchors;
    if (start_line == end_line && (size_t)end_column <= size && find_anchors(utf8 + start_column, (size_t)(end_column - start_column), &anchors)) {
        left = to_characters(utf8, size, start_column + anchors.left);
        right = to_characters(utf8, size, start_column + anchors.right);
    }
    if (left < 0 && from == first && to == end) return 0;   /* all of the line: the carets would say nothing */
    StrBuilder b = {0};
    for (int64_t i = first; i < to; i++) str_builder_char(&b, i < from ? ' ' : left < 0 || (i >= left && i < right) ? '^' : '~');
    return str_builder_finish(&b);
}
