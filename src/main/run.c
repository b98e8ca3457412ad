/* run.c: running what the command line names. */
#include "main/run.h"
#include "main/start.h"
#include "module/import.h"
#include "vm/marshal.h"
#include "module/sys.h"
#include "syntax/parser.h"
#include "vm/vm.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static bool set_argv(const char *first)
{
    Value list = list_new(0), text = str_from_fs(first, strlen(first));
    if (!list || !text || !list_append(list, text)) return false;
    for (size_t i = 0; i < config.args.count; i++) {
        Value item = str_from_fs(config.args.items[i], strlen(config.args.items[i]));
        if (!item || !list_append(list, item)) return false;
    }
    return sys_set("argv", list);
}

static bool insert_path(Value entry)
{
    Value path = sys_get("path");
    return entry && path && is_list(path) && list_insert(path, 0, entry);
}

/* The bytes of a whole file; 0 with errno. */
static char *read_file(int fd, size_t *size)
{
    size_t capacity = 1 << 16, used = 0;
    struct stat st;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) capacity = (size_t)st.st_size + 1;
    char *data = malloc(capacity + 1);
    for (ssize_t n; data && (n = read(fd, data + used, capacity - used)) != 0;) {
        if (n < 0) {
            if (errno == EINTR) continue;
            free(data);
            return 0;
        }
        used += (size_t)n;
        if (used == capacity) {
            char *more = realloc(data, (capacity *= 2) + 1);
            if (!more) free(data);
            data = more;
        }
    }
    *size = used;
    return data;
}

/* The path as __file__ and tracebacks show it: absolute, otherwise as given. */
static Value absolute_path(const char *path)
{
    char cwd[4096], *whole;
    if (*path == '/' || !getcwd(cwd, sizeof cwd)) return str_from_fs(path, strlen(path));
    if (asprintf(&whole, "%s/%s", cwd, path) < 0) return raise_memory();
    Value result = str_from_fs(whole, strlen(whole));
    free(whole);
    return result;
}

/* -i: an exit at the end of the program is shown, and the prompt comes all the same. */
static bool wants_prompt(void)
{
    const char *inspect = config.ignore_environment ? 0 : getenv("PYTHONINSPECT");
    if (!config.inspect && inspect && *inspect) config.inspect = 1;
    return config.inspect && (config.interactive || isatty(0));
}

static int report(void)
{
    if (wants_prompt() && error_matches(&exc_SystemExit)) {
        sys_flush();
        excepthook_print(error_take());
        return 1;
    }
    return sys_report_exception();
}

static bool run_code(Value code)
{
    Value namespace = main_namespace();
    return code && namespace && vm_eval_code(code, namespace, namespace);
}

/* CPython reads a script line by line, as C strings: a null byte hides the rest of its line, line end included; at the beginning of a line it is the end of the script. The text without
 * what is hidden, in memory of its own; 0: MemoryError. */
static char *visible_text(const char *text, size_t *size)
{
    char *out = malloc(*size + 1);
    if (!out) return raise_memory(), (char *)0;
    size_t length = 0;
    for (const char *end = text + *size; text < end;) {
        const char *line_end = memchr(text, '\n', (size_t)(end - text)), *next = line_end ? line_end + 1 : end, *null = memchr(text, 0, (size_t)(next - text));
        if (null == text && (length == 0 || out[length - 1] == '\n')) break;
        size_t seen = (size_t)((null ? null : next) - text);
        memcpy(out + length, text, seen);
        length += seen;
        text = next;
    }
    *size = length;
    return out;
}

static bool run_source(const char *text, size_t size, Value filename)
{
    if (memchr(text, 0, size)) {
        char *visible = visible_text(text, &size);
        Value code = visible ? vm_compile(visible, size, filename, PARSE_FILE, VM_COMPILE_SCRIPT, -1, 11) : 0;
        free(visible);
        return run_code(code);
    }
    return run_code(vm_compile(text, size, filename, PARSE_FILE, VM_COMPILE_SCRIPT, -1, 11));
}

/* runpy runs modules, folders and archives. */
static bool run_module(const char *name, bool set_argv0)
{
    Value run = import_attr("runpy", "_run_module_as_main"), text = str_from_fs(name, strlen(name));
    return run && text && call_2(run, text, bool_value(set_argv0));
}

/* -x: without the first line, but with its line end, so that line numbers stay right. */
static void skip_first_line(const char **text, size_t *size)
{
    const char *end = memchr(*text, '\n', *size);
    if (!config.skip_first_line || !end) return;
    *size -= (size_t)(end - *text);
    *text = end;
}

static bool is_cache(const char *text, size_t size, const char *path)
{
    size_t length = strlen(path);
    return (length > 4 && !strcmp(path + length - 4, ".pyc")) || (size >= 4 && !memcmp(text, "\xa7\x0d\x0d\x0a", 4));
}

static bool run_cache(const char *text, size_t size)
{
    if (size < 4 || memcmp(text, "\xa7\x0d\x0d\x0a", 4)) return raise_runtime("Bad magic number in .pyc file");
    if (size < 16) return raise_format(&exc_EOFError, "EOF read where not expected");
    Value code = marshal_load_bytes(text + 16, size - 16);
    bool sound = code && type_of(code) == &code_type && vm_verify_all((CodeObj *)code);
    return sound ? run_code(code) : import_raise_bad_main();
}

static bool set_file_loader(Value path, bool cache)
{
    Value external = dict_get_cstring(sys_modules(), "_frozen_importlib_external");
    Value cls = external ? object_getattr(external, cache ? NAME("SourcelessFileLoader") : NAME("SourceFileLoader")) : 0;
    Value loader = cls ? call_2(cls, NAME("__main__"), path) : 0;
    Value namespace = main_namespace();
    return loader && dict_set_cstring(namespace, "__loader__", loader) && dict_set_cstring(namespace, "__file__", path) && dict_set_cstring(namespace, "__cached__", NONE);
}

/* The folder of the script, links followed, goes first on sys.path. */
static bool insert_script_folder(const char *script)
{
    if (config.safe_path) return true;
    char real[PATH_MAX];
    const char *path = realpath(script, real) ? real : script, *slash = strrchr(path, '/');
    Value folder = slash ? str_from_fs(path, slash == path ? 1 : (size_t)(slash - path)) : str_empty;
    return insert_path(folder);
}

static int cannot_open(const char *script, int error)
{
    char cwd[4096] = "";
    if (*script != '/' && getcwd(cwd, sizeof cwd - 1)) strcat(cwd, "/");
    fprintf(stderr, "%s: can't open file '%s%s': [Errno %d] %s\n", config.original_args.items[0], *script == '/' ? "" : cwd, script, error, strerror(error));
    return 2;
}

static bool has_main(const char *script)
{
    Value hook = import_attr("pkgutil", "get_importer"), path = str_from_fs(script, strlen(script));
    Value importer = hook && path ? call_1(hook, path) : 0;
    if (!importer) error_clear();
    return importer && importer != NONE;
}

static int run_file(const char *script)
{
    struct stat st;
    if (stat(script, &st) < 0) return cannot_open(script, errno);
    size_t size = 0;
    int fd = open(script, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return cannot_open(script, errno);
    bool folder = S_ISDIR(st.st_mode);
    char *data = folder ? 0 : read_file(fd, &size);
    close(fd);
    if (!folder && !data) return cannot_open(script, errno);
    if (folder || (size > 4 && memmem(data + (size > 65600 ? size - 65600 : 0), size > 65600 ? 65600 : size, "PK\5\6", 4) && has_main(script))) {
        free(data);
        Value path = absolute_path(script);
        return path && insert_path(path) && run_module("__main__", false) ? 0 : report();
    }
    Value path = absolute_path(script);
    bool cache = is_cache(data, size, script);
    bool ok = path && insert_script_folder(script) && set_file_loader(path, cache);
    const char *text = data;
    if (ok && !cache) skip_first_line(&text, &size);
    ok = ok && (cache ? run_cache(data, size) : run_source(text, size, path));
    free(data);
    return ok ? 0 : report();
}

static int run_command(void)
{
    char *text;
    if (asprintf(&text, "%s\n", config.command) < 0) return raise_memory(), report();
    if (!str_from_utf8(text, strlen(text))) {
        fputs("Unable to decode the command from the command line:\n", stderr);
        free(text);
        return report();
    }
    bool ok = (config.safe_path || insert_path(str_empty)) && run_code(vm_compile(text, strlen(text), NAME("<string>"), PARSE_FILE, PYCF_IGNORE_COOKIE, -1, 11));
    free(text);
    return ok ? 0 : report();
}

static int run_stdin(void)
{
    if (!config.safe_path && !insert_path(str_empty)) return report();
    if (isatty(0) || config.interactive) return prompt_run();
    size_t size;
    char *data = read_file(0, &size);
    if (!data) return 0;   /* a closed standard input is an empty program */
    Value namespace = main_namespace(), name = NAME("<stdin>");
    bool ok = namespace && dict_set_cstring(namespace, "__file__", name) && dict_set_cstring(namespace, "__cached__", NONE) && run_source(data, size, name);
    free(data);
    return ok ? 0 : report();
}

static int run_module_option(void)
{
    char cwd[4096];
    if (!config.safe_path && getcwd(cwd, sizeof cwd) && !insert_path(str_from_fs(cwd, strlen(cwd)))) return report();
    return run_module(config.module, true) ? 0 : report();
}

int run_main(void)
{
    if (!set_argv(config.command ? "-c" : config.module ? "-m" : config.script ? config.script : config.original_args.count > 1 && !isatty(0) ? "-" : "")) return report();
    gc_program_begins();
    int status = config.command ? run_command() : config.module ? run_module_option() : config.script ? run_file(config.script) : run_stdin();
    if ((config.command || config.module || config.script) && wants_prompt()) {
        config.inspect = 0;
        status = prompt_run();
    }
    gc_program_ends();
    return status;
}
