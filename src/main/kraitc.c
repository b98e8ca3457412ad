/* kraitc.c: `kraitc`, the front end as a command: compiles Python sources to `.pyc` files, many at once.
 *
 * A replacement for `python3.11 -m compileall`: options mean what they mean there, the files it writes are those that python3.11 looks for and takes.
 * Each worker thread takes the next file of one list; nothing else is shared but the lock around output. A file is written under a temporary
 * name in its folder and renamed, so that no reader ever meets half of it.
 */
#include "base/gmp_memory.h"
#include "base/siphash.h"
#include "base/utf8.h"
#include "compile/compile.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <pthread.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MAGIC = 3495 | '\r' << 16 | '\n' << 24 };
enum Invalidation { TIMESTAMP, CHECKED_HASH, UNCHECKED_HASH };

typedef struct Options {
    bool levels[3], force, legacy, hardlink, no_recursion;
    int quiet, max_depth, workers;
    enum Invalidation invalidation;
    const char *dest_dir, *strip_dir, *prepend_dir, *limit_links, *cache_prefix;
    pcre2_code *skip;
} Options;

/* A source; `tail`: where in the path the part begins that goes behind -d's folder. */
typedef struct File {
    char *path;
    size_t tail;
} File;

typedef struct Job {
    Options *options;
    File *files;
    size_t count, room, given;   /* given: paths on the command line and in the list */
    atomic_size_t next, done, compiled, failed, lines;
    pthread_mutex_t output;
    bool progress;
} Job;

/* ---- the list of files --------------------------------------------------------------------------------------------------------------- */

static void *must(void *p)
{
    if (p) return p;
    fputs("kraitc: out of memory\n", stderr);
    exit(1);
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static char *join_path(const char *folder, const char *name)
{
    size_t n = strlen(folder);
    char *path = must(malloc(n + strlen(name) + 2));
    /* As os.path.join does: an absolute second part replaces the first. */
    if (name[0] == '/' || !n) return strcpy(path, name);
    sprintf(path, "%s%s%s", folder, folder[n - 1] == '/' ? "" : "/", name);
    return path;
}

static void add_file(Job *job, char *path, size_t tail)
{
    if (job->count == job->room) {
        job->room = job->room ? job->room * 2 : 256;
        job->files = must(realloc(job->files, job->room * sizeof *job->files));
    }
    job->files[job->count++] = (File){path, tail};
}

static int compare_strings(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

/* False if the folder cannot be read. */
static bool add_folder(Job *job, const char *folder, size_t tail, int depth)
{
    DIR *dir = opendir(folder);
    if (!dir) {
        if (job->options->quiet < 2) printf("Can't list '%s'\n", folder);
        return true;
    }
    char **names = 0;
    size_t count = 0, room = 0;
    for (struct dirent *entry; (entry = readdir(dir));) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 || strcmp(entry->d_name, "__pycache__") == 0) continue;
        if (count == room) names = must(realloc(names, (room = room ? room * 2 : 64) * sizeof *names));
        names[count++] = must(strdup(entry->d_name));
    }
    closedir(dir);
    if (count) qsort(names, count, sizeof *names, compare_strings);
    for (size_t i = 0; i < count; i++) {
        char *path = join_path(folder, names[i]);
        struct stat st;
        size_t n = strlen(names[i]);
        if (lstat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
            if (depth > 0) add_folder(job, path, tail, depth - 1);
            free(path);
        } else if (n > 3 && strcmp(names[i] + n - 3, ".py") == 0) {
            add_file(job, path, tail);
        } else {
            free(path);
        }
        free(names[i]);
    }
    free(names);
    return true;
}

static bool add_path(Job *job, const char *path)
{
    struct stat st;
    job->given++;
    if (stat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
        const Options *o = job->options;
        size_t n = strlen(path);
        return add_folder(job, path, n + (path[n - 1] != '/'), o->no_recursion ? 0 : o->max_depth);
    }
    add_file(job, must(strdup(path)), (size_t)(base_name(path) - path));
    return true;
}

/* ---- names --------------------------------------------------------------------------------------------------------------------------- */

/* The .pyc of a source at a level: beside it, in __pycache__, or below PYTHONPYCACHEPREFIX. */
static char *cache_path(const Options *o, const char *path, int level)
{
    char buffer[PATH_MAX * 2];
    const char *base = base_name(path);
    if (o->legacy) {
        snprintf(buffer, sizeof buffer, "%sc", path);
        return must(strdup(buffer));
    }
    char suffix[32] = ".cpython-311.pyc";
    if (level) snprintf(suffix, sizeof suffix, ".cpython-311.opt-%d.pyc", level);
    int folder = (int)(base - path), stem = (int)strlen(base) - 3;
    if (o->cache_prefix) {
        char cwd[PATH_MAX] = "";
        if (path[0] != '/' && !getcwd(cwd, sizeof cwd)) cwd[0] = 0;
        snprintf(buffer, sizeof buffer, "%s%s/%.*s%.*s%s", o->cache_prefix, cwd, folder, path, stem, base, suffix);
    } else {
        snprintf(buffer, sizeof buffer, "%.*s__pycache__/%.*s%s", folder, path, stem, base, suffix);
    }
    return must(strdup(buffer));
}

/* `path` without the parts that it shares with `strip`, part by part, as compileall does it: not only at the front. */
static char *strip_parts(const char *path, const char *strip)
{
    char *copy = must(strdup(path)), *result = must(calloc(1, strlen(path) + 2));
    char *parts[PATH_MAX / 2];
    size_t count = 0;
    for (char *s = copy; s && count < PATH_MAX / 2;) {
        char *slash = strchr(s, '/');
        if (slash) *slash = 0;
        parts[count++] = s;
        s = slash ? slash + 1 : 0;
    }
    bool removed[PATH_MAX / 2] = {0};
    const char *s = strip;
    for (size_t i = 0; s && i < count; i++) {
        const char *slash = strchr(s, '/');
        size_t n = slash ? (size_t)(slash - s) : strlen(s);
        if (strlen(parts[i]) == n && memcmp(parts[i], s, n) == 0)
            for (size_t k = 0; k < count; k++)
                if (!removed[k] && strcmp(parts[k], parts[i]) == 0) {
                    removed[k] = true;
                    break;
                }
        s = slash ? slash + 1 : 0;
    }
    for (size_t i = 0; i < count; i++) {
        if (removed[i]) continue;
        if (result[0] && result[strlen(result) - 1] != '/') strcat(result, "/");
        strcat(result, parts[i]);
    }
    free(copy);
    return result;
}

/* The name that goes into the code. */
static char *code_filename(const Options *o, const char *path, size_t tail)
{
    if (o->dest_dir) return join_path(o->dest_dir, path + tail);
    char *name = o->strip_dir ? strip_parts(path, o->strip_dir) : must(strdup(path));
    if (!o->prepend_dir) return name;
    char *joined = join_path(o->prepend_dir, name);
    free(name);
    return joined;
}

/* ---- messages ------------------------------------------------------------------------------------------------------------------------ */

/* The source line under an error; *from_bytes: columns count its bytes. */
static const char *error_line(const Source *source, const SyntaxError *e, size_t *size, bool *from_bytes)
{
    *from_bytes = !e->line;
    if (e->line) {
        *size = e->line->length;
        return e->line->bytes;
    }
    const char *s = source->bytes, *end = s + source->size;
    for (int line = 1; s < end && line < e->lineno; line++) {
        const char *newline = memchr(s, '\n', (size_t)(end - s));
        s = newline ? newline + 1 : end;
    }
    if (s == end || e->lineno < 1) return 0;
    const char *newline = memchr(s, '\n', (size_t)(end - s));
    *size = (size_t)((newline ? newline : end) - s);
    return s;
}

static void print_error(const Source *source, const char *path)
{
    const SyntaxError *e = &source->error;
    if (e->has_position) {
        printf("  File \"%s\", line %d\n", path, e->lineno);
        size_t size = 0;
        bool from_bytes;
        const char *line = error_line(source, e, &size, &from_bytes);
        while (line && size && (line[size - 1] == '\n' || line[size - 1] == '\r')) size--;
        size_t blank = 0;
        while (line && blank < size && (line[blank] == ' ' || line[blank] == '\t' || line[blank] == '\f')) blank++;
        if (line && size > blank) {
            printf("    %.*s\n", (int)(size - blank), line + blank);
            int end = e->end_offset > 0 && e->end_offset != e->offset ? e->end_offset : e->offset + 1;
            if (e->end_lineno > e->lineno) end = (int)utf8_count(line, size) + 1;
            int column = e->offset - 1 - (int)blank;
            if (column >= 0) {
                printf("    %*s", column, "");
                for (int i = e->offset; i < end; i++) putchar('^');
                putchar('\n');
            }
        }
    }
    printf("%s: %s\n\n", error_kind_name(e->kind), e->message->bytes);
}

static void print_warnings(const Source *source, const char *path)
{
    for (const FrontWarning *w = source->warnings; w; w = w->next)
        if (!w->deprecation) fprintf(stderr, "%s:%d: SyntaxWarning: %s\n", path, w->lineno, w->message->bytes);
}

static void clear_progress(Job *job)
{
    if (job->progress) fputs("\r\033[K", stderr);
}

static void report_problem(Job *job, const char *path, const char *what)
{
    atomic_fetch_add(&job->failed, 1);
    if (job->options->quiet >= 2) return;
    pthread_mutex_lock(&job->output);
    clear_progress(job);
    printf("*** Error compiling '%s'...\n%s\n", path, what);
    pthread_mutex_unlock(&job->output);
}

/* ---- files --------------------------------------------------------------------------------------------------------------------------- */

static char *read_source(const char *path, size_t *size, struct stat *st)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return 0;
    char *data = 0;
    if (fstat(fd, st) == 0 && S_ISREG(st->st_mode)) {
        size_t room = (size_t)st->st_size, used = 0;
        data = malloc(room + 1);
        for (ssize_t n; data && used < room && (n = read(fd, data + used, room - used)) != 0;) {
            if (n < 0 && errno == EINTR) continue;
            if (n < 0) {
                free(data);
                data = 0;
            } else {
                used += (size_t)n;
            }
        }
        if (data) data[used] = 0;
        *size = used;
    } else if (!errno) {
        errno = EISDIR;
    }
    int saved = errno;
    close(fd);
    errno = saved;
    return data;
}

static bool make_folders(const char *path)
{
    char buffer[PATH_MAX * 2];
    snprintf(buffer, sizeof buffer, "%s", path);
    char *last = strrchr(buffer, '/');
    if (!last) return true;
    *last = 0;
    if (mkdir(buffer, 0777) == 0 || errno == EEXIST) return true;
    if (errno != ENOENT) return false;
    return make_folders(buffer) && (mkdir(buffer, 0777) == 0 || errno == EEXIST);
}

static bool write_all(int fd, const char *data, size_t size)
{
    while (size) {
        ssize_t n = write(fd, data, size);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return false;
        data += n;
        size -= (size_t)n;
    }
    return true;
}

/* A new file under a temporary name, then renamed over the old one. */
static bool write_atomic(const char *path, const char header[16], const char *data, size_t size, mode_t mode)
{
    static atomic_uint serial;
    char temporary[PATH_MAX * 2 + 64];
    snprintf(temporary, sizeof temporary, "%s.%ld%06u", path, (long)getpid(), atomic_fetch_add(&serial, 1));
    int fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode & 0666);
    if (fd < 0) return false;
    bool ok = write_all(fd, header, 16) && write_all(fd, data, size);
    int saved = errno;
    if (close(fd) != 0 && ok) {
        ok = false;
        saved = errno;
    }
    if (ok && rename(temporary, path) == 0) return true;
    if (ok) saved = errno;
    unlink(temporary);
    errno = saved;
    return false;
}

static void put32(char *out, uint32_t value)
{
    for (int i = 0; i < 4; i++) out[i] = (char)(value >> 8 * i);
}

static void make_header(const Options *o, char header[16], const char *source, size_t size, const struct stat *st)
{
    put32(header, MAGIC);
    if (o->invalidation == TIMESTAMP) {
        put32(header + 4, 0);
        put32(header + 8, (uint32_t)st->st_mtime);
        put32(header + 12, (uint32_t)st->st_size);
        return;
    }
    put32(header + 4, o->invalidation == CHECKED_HASH ? 3 : 1);
    uint64_t hash = siphash13((uint32_t)MAGIC, 0, source, size);
    put32(header + 8, (uint32_t)hash);
    put32(header + 12, (uint32_t)(hash >> 32));
}

/* Whether the cache is there with this source's time: the check that compileall makes, which hash-based caches never pass. */
static bool is_fresh(const char *path, const struct stat *st)
{
    char expected[12], actual[12];
    put32(expected, MAGIC);
    put32(expected + 4, 0);
    put32(expected + 8, (uint32_t)st->st_mtime);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return false;
    bool same = read(fd, actual, 12) == 12 && memcmp(expected, actual, 12) == 0;
    close(fd);
    return same;
}

static bool target_is_safe(const char *path, char *why, size_t room)
{
    struct stat st;
    if (lstat(path, &st) != 0) return true;
    if (S_ISLNK(st.st_mode)) snprintf(why, room, "FileExistsError: %s is a symlink and will be changed into a regular file if import writes a byte-compiled file to it", path);
    else if (!S_ISREG(st.st_mode))
        snprintf(why, room, "FileExistsError: %s is a non-regular file and will be changed into a regular one if import writes a byte-compiled file to it", path);
    else return true;
    return false;
}

/* ---- one file ------------------------------------------------------------------------------------------------------------------------ */

typedef struct Input {
    const char *path, *name, *data;
    size_t size;
    struct stat st;
} Input;

/* What was written last, which an equal cache of another level may be a link to. */
typedef struct Written {
    const char *bytes, *target;
    size_t size;
} Written;

static void report_error(Job *job, const Source *source, const Input *in)
{
    atomic_fetch_add(&job->failed, 1);
    if (job->options->quiet >= 2) return;
    pthread_mutex_lock(&job->output);
    clear_progress(job);
    printf("*** Error compiling '%s'...\n", in->path);
    print_error(source, in->name);
    fflush(stdout);
    pthread_mutex_unlock(&job->output);
}

static bool write_cache(Job *job, const Input *in, const char *target, const char *bytes, size_t size, Written *last)
{
    char header[16], why[PATH_MAX * 2 + 200];
    make_header(job->options, header, in->data, in->size, &in->st);
    if (!target_is_safe(target, why, sizeof why)) {
        report_problem(job, in->path, why);
        return false;
    }
    bool ok;
    if (job->options->hardlink && last->bytes && last->size == size && memcmp(last->bytes, bytes, size) == 0) {
        unlink(target);
        ok = link(last->target, target) == 0;
    } else {
        ok = make_folders(target) && write_atomic(target, header, bytes, size, in->st.st_mode | 0200);
    }
    if (!ok) {
        snprintf(why, sizeof why, "%s: %s: '%s'", errno == EACCES || errno == EPERM ? "PermissionError" : "OSError", strerror(errno), target);
        report_problem(job, in->path, why);
    }
    *last = (Written){bytes, target, size};
    return ok;
}

static Mod *parse_input(Source *source, Arena *arena, const Input *in, int level)
{
    source_init(source, arena, in->data, in->size, in->name);
    source->optimize = level;
    source->decode = decode_with_iconv;
    return parse(source);
}

/* Compiles at each level that has a target. The source is parsed once, unless its tree depends on the level. */
static void compile_levels(Job *job, Arena *arena, const Input *in, char *const targets[3])
{
    jmp_buf no_memory;
    if (setjmp(no_memory)) {
        gmp_leave((GmpTry){0});
        report_problem(job, in->path, "MemoryError");
        arena_reset(arena);
        return;
    }
    arena->on_out_of_memory = &no_memory;
    Source source;
    Mod *tree = 0;
    Written last = {0};
    bool ok = true;
    for (int level = 0; level < 3 && ok; level++) {
        if (!targets[level]) continue;
        bool first = !tree;
        if (first || source.depends_on_level) tree = parse_input(&source, arena, in, level);
        source.optimize = level;
        CodeUnit *code = tree ? compile_tree(&source, tree) : 0;
        if (!code) {
            report_error(job, &source, in);
            break;
        }
        if (first && source.warnings && job->options->quiet < 2) {
            pthread_mutex_lock(&job->output);
            clear_progress(job);
            print_warnings(&source, in->name);
            pthread_mutex_unlock(&job->output);
        }
        size_t size;
        const char *bytes = marshal_code(&source, code, &size);
        ok = write_cache(job, in, targets[level], bytes, size, &last);
    }
    arena_reset(arena);
}

static bool outside_limit(const Options *o, const char *path)
{
    struct stat st;
    if (!o->limit_links || lstat(path, &st) != 0 || !S_ISLNK(st.st_mode)) return false;
    char limit[PATH_MAX], real[PATH_MAX];
    if (!realpath(o->limit_links, limit) || !realpath(path, real)) return true;
    size_t n = strlen(limit);
    return strncmp(real, limit, n) != 0 || (real[n] != '/' && limit[n - 1] != '/');
}

static bool is_skipped(const Options *o, const char *path)
{
    if (!o->skip) return false;
    pcre2_match_data *match = must(pcre2_match_data_create_from_pattern(o->skip, 0));
    int found = pcre2_match(o->skip, (PCRE2_SPTR)path, PCRE2_ZERO_TERMINATED, 0, 0, match, 0);
    pcre2_match_data_free(match);
    return found > 0;
}

static void compile_file(Job *job, Arena *arena, const char *path, size_t tail)
{
    const Options *o = job->options;
    size_t n = strlen(path);
    Input in = {.path = path};
    if (is_skipped(o, path)) return;
    if (outside_limit(o, path)) return;
    if (stat(path, &in.st) != 0 || !S_ISREG(in.st.st_mode) || n <= 3 || strcmp(path + n - 3, ".py") != 0) return;
    char *targets[3] = {0};
    bool fresh = !o->force;
    for (int level = 0; level < 3; level++) {
        if (!o->levels[level]) continue;
        targets[level] = cache_path(o, path, level);
        fresh = fresh && is_fresh(targets[level], &in.st);
    }
    char *data = 0, *name = 0;
    if (!fresh && !(data = read_source(path, &in.size, &in.st))) {
        char why[PATH_MAX + 200];
        snprintf(why, sizeof why, "%s: %s: '%s'", errno == EACCES ? "PermissionError" : "OSError", strerror(errno), path);
        report_problem(job, path, why);
    }
    if (data) {
        in.data = data;
        in.name = name = code_filename(o, path, tail);
        compile_levels(job, arena, &in, targets);
        size_t lines = 0;
        for (size_t i = 0; i < in.size; i++) lines += data[i] == '\n';
        atomic_fetch_add(&job->lines, lines);
        atomic_fetch_add(&job->compiled, 1);
    }
    for (int level = 0; level < 3; level++) free(targets[level]);
    free(data);
    free(name);
}

static void *work(void *argument)
{
    Job *job = argument;
    Arena arena;
    arena_init(&arena);
    for (;;) {
        size_t i = atomic_fetch_add(&job->next, 1);
        if (i >= job->count) break;
        compile_file(job, &arena, job->files[i].path, job->files[i].tail);
        size_t done = atomic_fetch_add(&job->done, 1) + 1;
        if (!job->progress || (done % 16 && done != job->count)) continue;
        pthread_mutex_lock(&job->output);
        fprintf(stderr, "\r\033[K[%zu/%zu] %.60s", done, job->count, base_name(job->files[i].path));
        pthread_mutex_unlock(&job->output);
    }
    arena_free(&arena);
    return 0;
}

/* ---- the command line ---------------------------------------------------------------------------------------------------------------- */

static const char usage[] = "usage: kraitc [-O LEVELS] [-j N] [-f] [-q] [-l] [-r N] [-b] [-d DIR | -s DIR -p DIR] [-x REGEX] [-i FILE] [-e DIR]\n"
                            "              [--invalidation-mode MODE] [--hardlink-dupes] [DIR|FILE...]\n";
static const char help[] = "\nCompiles Python 3.11 sources to the .pyc files that python3.11 and krait load. Without DIR and FILE: the modules in the folders (without their\n"
                           "subfolders) of sys.path as python3.11, else krait, reports it; only -f, -q, -b and --invalidation-mode count then.\n\n"
                           "  -O, -o LEVELS          optimization levels, such as 0 or 0,1,2 (default 0)\n"
                           "  -j N                   threads; 0, the default: one for each processor\n"
                           "  -f                     compile even if the .pyc is up to date\n"
                           "  -q                     print errors only; -qq: nothing\n"
                           "  -l                     do not go into subfolders\n"
                           "  -r N                   go at most N folders deep\n"
                           "  -b                     write MODULE.pyc beside the source, not into __pycache__\n"
                           "  -d DIR                 put DIR before the file's place in the folder given, in the code's file name\n"
                           "  -s DIR                 strip the parts of DIR from the path that goes into the code\n"
                           "  -p DIR                 put DIR before the path that goes into the code\n"
                           "  -x REGEX               skip files whose path matches this regular expression, in Python's syntax (PCRE2's, with Python's \\Z) anywhere\n"
                           "  -i FILE                compile what FILE lists, one path a line; '-': standard input\n"
                           "  -e DIR                 skip symbolic links that point outside DIR\n"
                           "  --invalidation-mode M  timestamp, checked-hash or unchecked-hash (default: timestamp, or checked-hash if SOURCE_DATE_EPOCH is set)\n"
                           "  --hardlink-dupes       link equal files of different levels\n"
                           "  -h, --help             this text\n\n"
                           "Exit status: 0 if all files were compiled or up to date, 1 if one failed, 2 for wrong usage.\n";

[[noreturn]] static void bad_usage(const char *format, const char *what)
{
    fputs(usage, stderr);
    fputs("kraitc: error: ", stderr);
    fprintf(stderr, format, what);
    fputc('\n', stderr);
    exit(2);
}

static int parse_number(const char *option, const char *text)
{
    char *end;
    long value = strtol(text, &end, 10);
    if (!*text || *end || value < 0 || value > 1000000) {
        char message[64];
        snprintf(message, sizeof message, "argument %s: invalid number: '%%s'", option);
        bad_usage(message, text);
    }
    return (int)value;
}

static void parse_levels(Options *o, const char *text)
{
    for (const char *s = text;; s += 2) {
        if (*s < '0' || *s > '2' || (s[1] && s[1] != ',')) bad_usage("argument -O: levels are 0, 1 and 2, separated by commas: '%s'", text);
        o->levels[*s - '0'] = true;
        if (!s[1]) return;
    }
}

static enum Invalidation parse_mode(const char *text)
{
    if (strcmp(text, "timestamp") == 0) return TIMESTAMP;
    if (strcmp(text, "checked-hash") == 0) return CHECKED_HASH;
    if (strcmp(text, "unchecked-hash") == 0) return UNCHECKED_HASH;
    bad_usage("argument --invalidation-mode: invalid choice: '%s' (choose from 'checked-hash', 'timestamp', 'unchecked-hash')", text);
}

/* Python's expressions are nearly those of PCRE2. Of what both know, \\Z alone means something else: there, the very end. */
static pcre2_code *compile_pattern(const char *text)
{
    char *pattern = must(strdup(text));
    for (char *s = pattern; *s; s++)
        if (*s == '\\' && s[1] && *++s == 'Z') *s = 'z';
    int error;
    PCRE2_SIZE at;
    pcre2_code *code = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED, PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_UCP | PCRE2_ALT_BSUX, &error, &at, 0);
    free(pattern);
    if (code) return code;
    char message[256];
    pcre2_get_error_message(error, (PCRE2_UCHAR *)message, sizeof message);
    fprintf(stderr, "%skraitc: error: argument -x: invalid regular expression: %s at position %zu: '%s'\n", usage, message, (size_t)at, text);
    exit(2);
}

static bool add_list(Job *job, const char *path)
{
    FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "r");
    if (!f) {
        if (job->options->quiet < 2) printf("Error reading file list %s\n", path);
        return false;
    }
    char *line = 0;
    size_t room = 0;
    for (ssize_t n; (n = getline(&line, &room, f)) > 0;) {
        while (n && (line[n - 1] == '\n' || line[n - 1] == '\r' || line[n - 1] == ' ')) line[--n] = 0;
        if (n) add_path(job, line);
    }
    free(line);
    if (f != stdin) fclose(f);
    return true;
}

static const char *parse_options(Options *o, int argc, char **argv)
{
    static const struct option long_options[] = {
        {"help", no_argument, 0, 'h'}, {"invalidation-mode", required_argument, 0, 'M'}, {"hardlink-dupes", no_argument, 0, 'H'}, {"workers", required_argument, 0, 'j'}, {0}};
    const char *list = 0;
    opterr = 0;
    for (int c; (c = getopt_long(argc, argv, "O:o:j:fqlr:bd:s:p:x:i:e:h", long_options, 0)) != -1;) {
        switch (c) {
        case 'O':
        case 'o': parse_levels(o, optarg); break;
        case 'j': o->workers = parse_number("-j", optarg); break;
        case 'f': o->force = true; break;
        case 'q': o->quiet++; break;
        case 'l': o->no_recursion = true; break;
        case 'r': o->max_depth = parse_number("-r", optarg); break;
        case 'b': o->legacy = true; break;
        case 'd': o->dest_dir = optarg; break;
        case 's': o->strip_dir = optarg; break;
        case 'p': o->prepend_dir = optarg; break;
        case 'x':
            pcre2_code_free(o->skip);
            o->skip = compile_pattern(optarg);
            break;
        case 'i': list = optarg; break;
        case 'e': o->limit_links = optarg; break;
        case 'M': o->invalidation = parse_mode(optarg); break;
        case 'H': o->hardlink = true; break;
        case 'h':
            fputs(usage, stdout);
            fputs(help, stdout);
            exit(0);
        default: bad_usage("unknown option or missing argument: '%s'", argv[optind - 1]);
        }
    }
    if (o->dest_dir && (o->strip_dir || o->prepend_dir)) bad_usage("%s", "-d cannot be used in combination with -s or -p");
    int levels = o->levels[0] + o->levels[1] + o->levels[2];
    if (o->hardlink && levels < 2) bad_usage("%s", "Hardlinking of duplicated bytecode makes sense only for more than one optimization level.");
    if (!levels) o->levels[0] = true;
    return list;
}

/* What the program that runs `python` has as sys.path, but for the current folder: one folder a line; 0 if there is no such program. */
static FILE *search_path_of(const char *python, pid_t *child)
{
    static char print_path[] = "import sys\nfor p in sys.path:\n    if p: print(p)";
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return 0;
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
    char *arguments[] = {(char *)python, "-c", print_path, 0};
    int failed = posix_spawnp(child, python, &actions, 0, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    FILE *lines = failed ? 0 : fdopen(ends[0], "r");
    if (!lines) close(ends[0]);
    return lines;
}

/* No paths given: as compileall, which compiles sys.path then, with few of its options. */
static bool add_search_path(Job *job)
{
    Options *o = job->options;
    *o = (Options){
        .levels = {true}, .force = o->force, .quiet = o->quiet, .legacy = o->legacy, .invalidation = o->invalidation, .cache_prefix = o->cache_prefix, .workers = o->workers};
    char beside[PATH_MAX] = "krait";
    ssize_t n = readlink("/proc/self/exe", beside, sizeof beside - 8);
    if (n > 0) strcpy(beside + n - strlen(base_name(beside)), "krait");
    pid_t child;
    FILE *folders = search_path_of("python3.11", &child);
    if (!folders) folders = search_path_of(beside, &child);
    if (!folders) bad_usage("%s", "no files or folders given, and there is no python3.11 to ask for its sys.path");
    if (o->quiet < 2) puts("Skipping current directory");
    char *line = 0;
    size_t room = 0;
    for (ssize_t length; (length = getline(&line, &room, folders)) > 0;) {
        line[strcspn(line, "\n")] = 0;
        add_folder(job, line, strlen(line) + (line[strlen(line) - 1] != '/'), 0);
    }
    free(line);
    fclose(folders);
    int status;
    return waitpid(child, &status, 0) == child && status == 0;
}

static void run_workers(Job *job)
{
    long workers = job->options->workers ? job->options->workers : sysconf(_SC_NPROCESSORS_ONLN);
    if (workers < 1) workers = 1;
    if ((size_t)workers > job->count) workers = (long)job->count;
    pthread_t *threads = must(calloc((size_t)workers + 1, sizeof *threads));
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    /* Deeply nested source takes stack; untouched pages cost nothing. */
    pthread_attr_setstacksize(&attributes, (size_t)256 << 20);
    long started = 0;
    while (started < workers && pthread_create(&threads[started], &attributes, work, job) == 0) started++;
    if (!started) work(job);
    for (long i = 0; i < started; i++) pthread_join(threads[i], 0);
    pthread_attr_destroy(&attributes);
    free(threads);
}

int main(int argc, char **argv)
{
    Options options = {.max_depth = 1000};
    const char *epoch = getenv("SOURCE_DATE_EPOCH"), *prefix = getenv("PYTHONPYCACHEPREFIX");
    if (epoch && *epoch) options.invalidation = CHECKED_HASH;
    if (prefix && *prefix) options.cache_prefix = prefix;
    const char *list = parse_options(&options, argc, argv);
    Job job = {.options = &options};
    pthread_mutex_init(&job.output, 0);
    gmp_memory_init(0);
    bool ok = true;
    if (list) ok &= add_list(&job, list);
    for (int i = optind; i < argc; i++) ok &= add_path(&job, argv[i]);
    if (!job.given && ok) ok = add_search_path(&job);
    job.progress = !options.quiet && isatty(2);
    struct timespec start, end;
    clock_gettime(CLOCK_MONOTONIC, &start);
    run_workers(&job);
    clock_gettime(CLOCK_MONOTONIC, &end);
    clear_progress(&job);
    double seconds = (double)(end.tv_sec - start.tv_sec) + (double)(end.tv_nsec - start.tv_nsec) * 1e-9;
    if (!options.quiet)
        printf("%zu files compiled, %zu up to date or skipped, %zu lines, %.2f s, %zu errors\n", (size_t)job.compiled, job.count - (size_t)job.compiled, (size_t)job.lines, seconds,
               (size_t)job.failed);
    for (size_t i = 0; i < job.count; i++) free(job.files[i].path);
    free(job.files);
    pcre2_code_free(options.skip);
    return ok && !job.failed ? 0 : 1;
}
