/* prompt.c: the interactive prompt.
 *
 * Statements are read until they are complete, compiled in `single` mode (which prints values through sys.displayhook) and run in __main__. At a terminal libedit gives line editing,
 * history (~/.krait_history) and completion of names and attributes (by the standard library's rlcompleter). sys.ps1 and sys.ps2 are obeyed.
 */
#include "main/run.h"
#include "main/start.h"
#include "module/builtins.h"
#include "module/sys.h"
#include "syntax/parser.h"
#include "vm/vm.h"
#include <editline/readline.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static bool editing;          /* both ends are a terminal */
static char history_path[4096];
static Value completer;       /* rlcompleter.Completer(namespace).complete, or 0 */

/* ---------------------------------------------------------------- line editing */

static char *completion(const char *text, int state)
{
    if (!completer) return 0;
    thread_acquire();
    Value word = str_from_utf8(text, strlen(text)), found = word ? call_2(completer, word, int_new(state)) : 0;
    char *result = 0;
    if (found && is_str(found)) {
        const char *s = str_utf8(found, 0);
        if (s) result = strdup(s);
    }
    error_clear();
    thread_release();
    return result;
}

static char **complete(const char *text, int start, int end)
{
    (void)end;
    rl_attempted_completion_over = 1;
    if (start == 0 && !*text) return 0;
    return rl_completion_matches(text, completion);
}

static void start_editing(void)
{
    const char *home = getenv("HOME");
    rl_readline_name = (char *)"krait";
    rl_initialize();
    rl_basic_word_break_characters = (char *)" \t\n\"\\'`@$><=;|&{(,[]+-*/%:";
    rl_attempted_completion_function = complete;
    rl_completion_append_character = 0;   /* the completer knows best what follows */
    using_history();
    if (home && snprintf(history_path, sizeof history_path, "%s/.krait_history", home) < (int)sizeof history_path) read_history(history_path);
    Value cls = import_attr("rlcompleter", "Completer"), object = cls ? call_1(cls, main_namespace()) : 0;
    completer = object ? object_getattr(object, NAME("complete")) : 0;
    gc_root(&completer);
    error_clear();
}

static struct {
    bool complete;
    char *line;
} edited;

static void take_line(char *line)
{
    edited.complete = true;
    edited.line = line;
    rl_callback_handler_remove();   /* or the next prompt would be shown at once */
}

/* Waits for a key, without the lock. Signals are let through only while it waits, so that none can come between the look for those that have arrived and the wait. */
static void wait_for_key(void)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    struct pollfd in = {.fd = fileno(rl_instream ? rl_instream : stdin), .events = POLLIN};
    if ((atomic_load(&thread_self->interrupt) & INTERRUPT_SIGNAL) || ppoll(&in, 1, 0, &before) < 0) in.revents = 0;
    pthread_sigmask(SIG_SETMASK, &before, 0);
    if (in.revents & ~POLLIN) take_line(0);   /* the terminal is gone, which libedit does not tell */
    else if (in.revents) rl_callback_read_char();
}

/* A line with its line end, malloc'ed; 0 at the end of input or when a signal handler raised. */
static char *edit_line(const char *prompt)
{
    edited.complete = false;
    edited.line = 0;
    rl_callback_handler_install(prompt, take_line);
    while (!edited.complete) {
        BLOCKING(wait_for_key());
        if (safe_point()) continue;
        if (!edited.complete) rl_callback_handler_remove();
        free(edited.line);
        return 0;
    }
    char *line = edited.line;
    if (!line) return 0;
    if (*line) {
        add_history(line);
        if (*history_path) write_history(history_path);
    }
    size_t size = strlen(line);
    char *with_end = realloc(line, size + 2);
    if (!with_end) return free(line), (char *)raise_memory();
    strcpy(with_end + size, "\n");
    return with_end;
}

/* The same without a terminal: the prompt goes to standard error, as sys.stdout may be a file. */
static char *plain_line(const char *prompt)
{
    char *line = 0;
    size_t capacity = 0;
    ssize_t size;
    fputs(prompt, stderr);
    fflush(stderr);
    BLOCKING(size = getline(&line, &capacity, stdin));
    if (size > 0 && safe_point()) return line;
    free(line);
    return 0;
}

/* ---------------------------------------------------------------- statements */

/* str(sys.ps1) and its like. */
static const char *prompt_text(const char *name, const char *otherwise)
{
    Value v = sys_get(name), text = v ? object_str(v) : 0;
    const char *bytes = text ? str_utf8(text, 0) : 0;
    if (!bytes) error_clear();
    return bytes ? bytes : otherwise;
}

static bool add_line(char **text, size_t *size, const char *line)
{
    size_t n = strlen(line);
    char *more = realloc(*text, *size + n + 1);
    if (!more) return raise_memory();
    memcpy(more + *size, line, n + 1);
    *text = more;
    *size += n;
    return true;
}

static bool is_blank(const char *line)
{
    while (*line == ' ' || *line == '\t' || *line == '\f') line++;
    return !*line || *line == '\n' || *line == '#';
}

/* Whether the (complete) statement is a compound one: it then ends at an empty line. `match` is a name too: it opens a block where its line ends in a colon. */
static bool opens_block(const char *text, size_t size)
{
    static const char *const words[] = {"if", "while", "for", "try", "with", "def", "class", "async"};
    size_t length = strspn(text, "abcdefghijklmnopqrstuvwxyz");
    if (*text == '@') return true;
    if (strchr("_0123456789", text[length]) && text[length]) return false;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (length == strlen(words[i]) && !memcmp(text, words[i], length)) return true;
    const char *newline = memchr(text, '\n', size);
    if (length != 5 || memcmp(text, "match", 5) || !newline || (size_t)(newline - text) + 1 >= size) return false;
    while (newline > text && (newline[-1] == ' ' || newline[-1] == '\t')) newline--;
    return newline > text && newline[-1] == ':';
}

/* The code of the text so far; 0 with *incomplete set, when another line could complete it, or with an exception. */
static Value compile_statement(const char *text, size_t size, bool *incomplete)
{
    *incomplete = false;
    Value code = vm_compile(text, size, NAME("<stdin>"), PARSE_SINGLE, PYCF_ALLOW_INCOMPLETE_INPUT | PYCF_DONT_IMPLY_DEDENT, -1, 11);
    if (code || !error_matches(&exc_SyntaxError)) return code;
    Value exception = error_take();
    Value message = ((SyntaxErrorObj *)exception)->msg;
    if (message && is_str(message) && str_equal_ascii(message, "incomplete input")) return *incomplete = true, (Value)0;
    error_restore(exception);
    return 0;
}

/* Reads, compiles and runs one statement. false at the end of input. *status: of a SystemExit. */
static bool one_statement(int *status, bool *ended)
{
    char *text = 0;
    size_t size = 0;
    Value code = 0;
    bool incomplete = true, more = true;
    while (incomplete) {
        const char *prompt = size ? prompt_text("ps2", "... ") : prompt_text("ps1", ">>> ");
        sys_flush();
        char *line = editing ? edit_line(prompt) : plain_line(prompt);
        if (!line) {
            if (!thread_self->exception) more = false;
            if (!size || thread_self->exception) break;
            if (!(line = strdup("\n"))) {
                raise_memory();
                break;
            }
        }
        if (!size && is_blank(line)) {
            free(line);
            return true;
        }
        bool blank = is_blank(line) && *line == '\n';
        bool ok = add_line(&text, &size, line);
        free(line);
        if (!ok) break;
        code = compile_statement(text, size, &incomplete);
        if (code && opens_block(text, size) && !blank && more) incomplete = true;
        if (incomplete && !more) {
            incomplete = false;
            code = vm_compile(text, size, NAME("<stdin>"), PARSE_SINGLE, 0, -1, 11);
        }
    }
    free(text);
    Value namespace = main_namespace();
    if (code && namespace && vm_eval_code(code, namespace, namespace)) return more;
    if (!thread_self->exception) return more;
    if (!code && error_matches(&exc_KeyboardInterrupt)) {   /* while the statement was read */
        error_clear();
        sys_write_stderr("\nKeyboardInterrupt\n");
        return true;
    }
    *ended = error_matches(&exc_SystemExit);
    *status = sys_report_exception();
    return more && !*ended;
}

static void banner(void)
{
    if (config.quiet) return;
    Value version = sys_get("version");
    sys_write_stderr("Python %S on linux\nType \"help\", \"copyright\", \"credits\" or \"license\" for more information.\n", version ? version : NAME("3.11"));
}

/* PYTHONSTARTUP's file, in __main__. */
static void run_startup_file(void)
{
    if (!config.startup_file) return;
    static const char source[] = "def run(path, namespace):\n"
                                 " with open(path, 'rb') as f: text = f.read()\n"
                                 " exec(compile(text, path, 'exec', dont_inherit=True), namespace)\n";
    if (access(config.startup_file, R_OK) < 0) {
        sys_write_stderr("Could not open PYTHONSTARTUP\nFileNotFoundError: [Errno %d] %s: '%s'\n", errno, strerror(errno), config.startup_file);
        return;
    }
    Value run = vm_compile(source, sizeof source - 1, NAME("<startup>"), PARSE_FILE, 0, -1, 11);
    Value names = run ? dict_new() : 0, path = str_from_fs(config.startup_file, strlen(config.startup_file));
    Value function = names && vm_eval_code(run, names, names) ? dict_get_cstring(names, "run") : 0;
    if (!function || !call_2(function, path, main_namespace())) sys_report_exception();
}

int prompt_run(void)
{
    editing = isatty(0) && isatty(1);
    if (!config.command && !config.module && !config.script) {
        banner();
        run_startup_file();
    }
    if (!sys_get("ps1")) sys_set("ps1", NAME(">>> "));
    if (!sys_get("ps2")) sys_set("ps2", NAME("... "));
    if (editing) {
        start_editing();
        input_readline = edit_line;
    }
    Value hook = config.isolated ? 0 : sys_get("__interactivehook__");
    if (hook && editing && !call_0(hook)) sys_report_exception();
    int status = 0;
    bool ended = false;
    while (one_statement(&status, &ended)) {}
    if (ended) return status;
    sys_write_stderr("\n");
    return 0;
}
