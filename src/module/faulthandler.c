/* faulthandler.c: tracebacks when the process crashes, hangs, or gets a signal.
 *
 * The dump runs in signal handlers and in a thread without the interpreter lock, so it allocates nothing and writes with write() only. What it reads may be changing or
 * gone: it is copied without a fault and checked (vm/peek.h); lists that lead nowhere are left after so many steps.
 */
#include "base/peek.h"
#include "module/deadline.h"
#include "module/posix/posix.h"
#include "vm/peek.h"
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>

enum { MOST_FRAMES = 100, MOST_THREADS = 100, SIGNALS = 65 };

/* ---------------------------------------------------------------- writing */

static void put(int fd, const char *text)
{
    size_t size = strlen(text);
    while (size) {
        ssize_t n = write(fd, text, size);
        if (n <= 0) return;
        text += n, size -= (size_t)n;
    }
}
static void put_number(int fd, uint64_t n, unsigned base, int width)
{
    char digits[32], *p = digits + sizeof digits - 1;
    *p = 0;
    do *--p = "0123456789abcdef"[n % base], n /= base, width--;
    while (n || width > 0);
    put(fd, p);
}
/* ASCII, the rest as escapes. */
static void put_text(int fd, Value v)
{
    PeekedText text;
    if (!str_peek(v, &text)) return put(fd, "???");
    for (int i = 0; i < text.count; i++) {
        uint32_t c = str_read(text.kind, text.data, i);
        if (c >= 32 && c < 127) {
            char one[2] = {(char)c};
            put(fd, one);
            continue;
        }
        put(fd, c < 256 ? "\\x" : c < 0x10000 ? "\\u" : "\\U");
        put_number(fd, c, 16, c < 256 ? 2 : c < 0x10000 ? 4 : 8);
    }
    if (text.count < text.length) put(fd, "...");
}

static void put_frames(int fd, const Frame *frame)
{
    PeekedFrame f;
    if (!frame_peek(frame, &f)) return put(fd, "  <no Python frame>\n");
    int n = 0;
    do {
        if (n++ == MOST_FRAMES) return put(fd, "  ...\n");
        put(fd, "  File \"");
        put_text(fd, f.filename);
        put(fd, "\", line ");
        if (f.line >= 0) put_number(fd, (uint64_t)f.line, 10, 1);
        else put(fd, "???");
        put(fd, " in ");
        put_text(fd, f.name);
        put(fd, "\n");
    } while (frame_peek(f.previous, &f));
}
static void put_threads(int fd, Thread *current)
{
    int n = 0;
    Thread t;
    for (const Thread *at = thread_first(); at && PEEK(t, at); at = t.next) {
        if (n) put(fd, "\n");
        if (n++ == MOST_THREADS) return put(fd, "...\n");
        put(fd, at == current ? "Current thread 0x" : "Thread 0x");
        put_number(fd, t.id, 16, 16);
        put(fd, " (most recent call first):\n");
        if (thread_finalizes(at)) put(fd, "  Garbage-collecting\n");
        put_frames(fd, t.frame);
    }
}
static void dump(int fd, bool all, Thread *current)
{
    if (all) return put_threads(fd, current);
    put(fd, "Stack (most recent call first):\n");
    put_frames(fd, current ? current->frame : 0);
}

/* ---------------------------------------------------------------- where to */

/* The descriptor of `file` (0 or None: sys.stderr), which is flushed. -1: exception. */
static int file_argument(Value *file)
{
    int fd;
    if (!*file || *file == NONE) {
        *file = sys_get("stderr");
        if (!*file) return raise_runtime("unable to get sys.stderr"), -1;
        if (*file == NONE) return raise_runtime("sys.stderr is None"), -1;
    } else if (is_int(*file)) {
        if (!number_as_int(*file, &fd)) return -1;
        if (fd < 0) return raise_value("file is not a valid file descripter"), -1;
        return fd;
    }
    Value number = call_method_0(*file, NAME("fileno"));
    int64_t n;
    if (!number) return -1;
    if (!is_int(number) || int_as_int64_overflow(number, &n) || n < 0 || n > INT32_MAX) return raise_runtime("file.fileno() is not a valid file descriptor"), -1;
    if (!call_method_0(*file, NAME("flush"))) error_clear();
    return (int)n;
}
static bool truth(Value v, bool *out)
{
    int t = object_truth(v);
    *out = t > 0;
    return t >= 0;
}

/* ---------------------------------------------------------------- crashes */

static struct {
    int number;
    const char *name;
    struct sigaction previous;
    bool set;
} faults[] = {{SIGBUS, "Bus error"}, {SIGILL, "Illegal instruction"}, {SIGFPE, "Floating point exception"}, {SIGABRT, "Aborted"}, {SIGSEGV, "Segmentation fault"}};
enum { FAULTS = sizeof faults / sizeof *faults };
static bool enabled, fault_all;
static int fault_fd = -1;
static Value fault_file;
static uint8_t alternate_stack[65536];

static void fault_disable(int i)
{
    if (!faults[i].set) return;
    faults[i].set = false;
    sigaction(faults[i].number, &faults[i].previous, 0);
}
static void on_fault(int number)
{
    int saved = errno;
    if (!enabled) return;
    for (int i = 0; i < FAULTS; i++) {
        if (faults[i].number != number) continue;
        fault_disable(i);
        put(fault_fd, "Fatal Python error: ");
        put(fault_fd, faults[i].name);
        put(fault_fd, "\n\n");
        dump(fault_fd, fault_all, thread_self);
    }
    errno = saved;
    raise(number);   /* to the handler that was there before */
}
static NATIVE(fault_enable)
{
    int fd = file_argument(&args[0]);
    bool all;
    if (fd < 0 || !truth(args[1], &all)) return 0;
    fault_file = args[0];
    fault_fd = fd;
    fault_all = all;
    if (enabled) return NONE;
    enabled = true;
    stack_t stack, old;
    if (sigaltstack(0, &old) == 0 && old.ss_flags & SS_DISABLE) {
        stack = (stack_t){.ss_sp = alternate_stack, .ss_size = sizeof alternate_stack};
        sigaltstack(&stack, 0);
    }
    for (int i = 0; i < FAULTS; i++) {
        struct sigaction action = {.sa_handler = on_fault, .sa_flags = SA_NODEFER | SA_ONSTACK};
        if (sigaction(faults[i].number, &action, &faults[i].previous) < 0) return raise_errno();
        faults[i].set = true;
    }
    return NONE;
}
static NATIVE(fault_disable_all)
{
    bool was = enabled;
    enabled = false;
    for (int i = 0; i < FAULTS; i++) fault_disable(i);
    fault_file = 0;
    return bool_value(was);
}
static NATIVE(fault_is_enabled) { return bool_value(enabled); }
static NATIVE(fault_dump_traceback)
{
    int fd = file_argument(&args[0]);
    bool all;
    if (fd < 0 || !truth(args[1], &all)) return 0;
    dump(fd, all, thread_self);
    return safe_point() ? NONE : 0;
}

/* ---------------------------------------------------------------- hangs */

static struct {
    pthread_t thread;
    bool running, repeat, leave;
    int fd;
    int64_t timeout;
    char header[64];
    pthread_mutex_t mutex;
    pthread_cond_t cancelled;
    bool cancel;
    unsigned forks /* thread_forks when it was started */;
} later = {.mutex = PTHREAD_MUTEX_INITIALIZER};
static Value later_file;

static void *later_run(void *unused)
{
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, 0);
    pthread_mutex_lock(&later.mutex);
    do {
        int64_t deadline = deadline_after(later.timeout);
        struct timespec until = {deadline / 1000000000, deadline % 1000000000};
        int result = 0;
        while (!later.cancel && result != ETIMEDOUT) result = pthread_cond_timedwait(&later.cancelled, &later.mutex, &until);
        if (later.cancel) break;
        put(later.fd, later.header);
        put_threads(later.fd, 0);
        if (later.leave) _exit(1);
    } while (later.repeat);
    pthread_mutex_unlock(&later.mutex);
    return 0;
}
static void later_stop(void)
{
    if (!later.running) return;
    if (later.forks != thread_forks) {   /* the thread is the parent's */
        pthread_mutex_init(&later.mutex, 0);
        later.running = later.cancel = false;
        later_file = 0;
        return;
    }
    pthread_mutex_lock(&later.mutex);
    later.cancel = true;
    pthread_cond_signal(&later.cancelled);
    pthread_mutex_unlock(&later.mutex);
    BLOCKING(pthread_join(later.thread, 0));
    later.running = later.cancel = false;
    later_file = 0;
}
static NATIVE(fault_dump_traceback_later)
{
    int64_t timeout;
    bool repeat, leave;
    if (!timeout_nanoseconds(args[0], 1000000000, &timeout)) return 0;
    if (timeout / 1000 <= 0) return raise_value("timeout must be greater than 0");
    int fd = truth(args[1], &repeat) && truth(args[3], &leave) ? file_argument(&args[2]) : -1;
    if (fd < 0) return 0;
    later_stop();
    int64_t us = (timeout + 999) / 1000, seconds = us / 1000000;
    us %= 1000000;
    int n = snprintf(later.header, sizeof later.header, "Timeout (%ld:%02ld:%02ld", (long)(seconds / 3600), (long)(seconds / 60 % 60), (long)(seconds % 60));
    snprintf(later.header + n, sizeof later.header - (size_t)n, us ? ".%06ld)!\n" : ")!\n", (long)us);
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&later.cancelled, &attributes);
    pthread_condattr_destroy(&attributes);
    later.timeout = timeout, later.repeat = repeat, later.leave = leave, later.fd = fd;
    later_file = args[2];
    if (pthread_create(&later.thread, 0, later_run, 0)) return raise_runtime("unable to start watchdog thread");
    later.running = true;
    later.forks = thread_forks;
    return NONE;
}
static NATIVE(fault_cancel) { return later_stop(), NONE; }

/* ---------------------------------------------------------------- signals of the user's choice */

static struct {
    bool set, all, chain;
    int fd;
    struct sigaction previous;
} users[SIGNALS];
static Value user_files[SIGNALS];

static void on_user(int number);
static bool user_install(int number, bool chain, struct sigaction *previous)
{
    /* With chain, the earlier handler must be able to interrupt system calls as it did. */
    struct sigaction action = {.sa_handler = on_user, .sa_flags = SA_ONSTACK | (chain ? SA_NODEFER : SA_RESTART)};
    return sigaction(number, &action, previous) == 0;
}
static void on_user(int number)
{
    int saved = errno;
    if (!users[number].set) return;
    dump(users[number].fd, users[number].all, thread_self);
    if (users[number].chain) {
        sigaction(number, &users[number].previous, 0);
        errno = saved;
        raise(number);
        saved = errno;
        user_install(number, true, 0);
    }
    errno = saved;
}
static bool signal_argument(Value v, int *number)
{
    if (!number_as_int(v, number)) return false;
    for (int i = 0; i < FAULTS; i++)
        if (faults[i].number == *number) return raise_runtime("signal %i cannot be registered, use enable() instead", *number);
    return (*number >= 1 && *number < SIGNALS) || raise_value("signal number out of range");
}
static NATIVE(fault_register)
{
    int number, fd;
    bool all, chain;
    if (!signal_argument(args[0], &number) || !truth(args[2], &all) || !truth(args[3], &chain) || (fd = file_argument(&args[1])) < 0) return 0;
    if (!users[number].set && !user_install(number, chain, &users[number].previous)) return raise_errno();
    user_files[number] = args[1];
    users[number].fd = fd, users[number].all = all, users[number].chain = chain, users[number].set = true;
    return NONE;
}
static NATIVE(fault_unregister)
{
    int number;
    if (!signal_argument(args[0], &number)) return 0;
    if (!users[number].set) return FALSE;
    users[number].set = false;
    user_files[number] = 0;
    sigaction(number, &users[number].previous, 0);
    return TRUE;
}

/* ---------------------------------------------------------------- crashes on purpose, for tests */

static NATIVE(fault_sigsegv) { return raise(SIGSEGV), NONE; }
static NATIVE(fault_sigabrt) { return raise(SIGABRT), NONE; }
static NATIVE(fault_sigfpe) { return raise(SIGFPE), NONE; }
static NATIVE(fault_read_null)
{
    volatile int *nowhere = 0;
    __asm__ volatile("" : "+r"(nowhere));
    return int_new(*nowhere);
}

static const NativeDef functions[] = {
    {"enable", "(file=None, all_threads=True)", fault_enable, "Dump tracebacks when the process crashes.", 0},
    {"disable", "()", fault_disable_all, "Dump no tracebacks any more.", 0},
    {"is_enabled", "()", fault_is_enabled, "Whether crashes are handled.", 0},
    {"dump_traceback", "(file=None, all_threads=True)", fault_dump_traceback, "Dump the tracebacks of all threads, or of this one.", 0},
    {"dump_traceback_later", "(timeout, repeat=False, file=None, exit=False)", fault_dump_traceback_later, "Dump the tracebacks of all threads after a time.", 0},
    {"cancel_dump_traceback_later", "()", fault_cancel, "Undo dump_traceback_later.", 0},
    {"register", "(signum, file=None, all_threads=True, chain=False)", fault_register, "Dump tracebacks when a signal comes.", 0},
    {"unregister", "(signum)", fault_unregister, "Undo register.", 0},
    {"_sigsegv", "(release_gil=False)", fault_sigsegv, 0, 0},
    {"_sigabrt", "()", fault_sigabrt, 0, 0},
    {"_sigfpe", "()", fault_sigfpe, 0, 0},
    {"_read_null", "()", fault_read_null, 0, 0},
    {0},
};
static bool init(Value module)
{
    gc_root(&fault_file);
    gc_root(&later_file);
    for (int i = 0; i < SIGNALS; i++) gc_root(&user_files[i]);
    return true;
}
const ModuleDef module_faulthandler = {"faulthandler", "Tracebacks of crashes.", functions, init};
