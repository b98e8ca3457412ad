/* _signal.c: signals.
 *
 * The C handler only notes that the signal came, wakes whoever listens (set_wakeup_fd), and asks the main thread to stop at its next safe point, where the Python handler runs.
 */
#include "module/module.h"
#include "module/signal.h"
#include "vm/frame.h"
#include "vm/vm.h"
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/socket.h>
#include <unistd.h>

enum { SIGNALS = 65 };

static Value handlers[SIGNALS];          /* what signal.getsignal returns; 0: not set from Python and not known */
static atomic_bool arrived[SIGNALS];
static atomic_bool any_arrived;
static Value default_handler, ignore_handler, int_handler;
static Value itimer_error;
static Type *siginfo_type;
static atomic_int wakeup_fd = -1;
static bool wakeup_warn = true;
static atomic_int wakeup_error;

static bool valid_number(int64_t n) { return n >= 1 && n < SIGNALS; }

/* --- when a signal comes */

static void note_arrival(int number)
{
    atomic_store(&arrived[number], true);
    atomic_store(&any_arrived, true);
    if (main_thread) thread_interrupt(main_thread, INTERRUPT_SIGNAL);
    int fd = atomic_load(&wakeup_fd);
    if (fd < 0) return;
    unsigned char byte = (unsigned char)number;
    ssize_t written = send(fd, &byte, 1, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (written < 0 && errno == ENOTSOCK) written = write(fd, &byte, 1);
    if (written < 0 && (wakeup_warn || (errno != EWOULDBLOCK && errno != EAGAIN))) atomic_store(&wakeup_error, errno);
}

static void on_signal(int number)
{
    int saved = errno;
    note_arrival(number);
    errno = saved;
}

bool signal_simulate(int number)
{
    if (!valid_number(number)) return false;
    Value handler = handlers[number];
    if (handler && handler != default_handler && handler != ignore_handler && handler != NONE) note_arrival(number);
    return true;
}

static bool report_wakeup_error(void)
{
    int error = atomic_exchange(&wakeup_error, 0);
    if (!error) return true;
    raise_errno_with(error, 0, 0);
    error_unraisable(0, "when trying to send to the signal wakeup fd");
    return true;
}

/* importlib takes and gives back its locks in Python: an exception between two of its steps would leave one taken, and every import of another thread waiting for ever (CPython has that
 * gap). So handlers wait while its own code runs, which is short: what it calls, modules being executed above all, has frames of its own. Only _ModuleLock.acquire waits for others; there it
 * has nothing yet that it would not give back. */
static bool amid_import_locks(bool waiting)
{
    const Frame *f = thread_self->frame;
    return f && str_equal_ascii(f->code->filename, "<frozen importlib._bootstrap>") && !(waiting && str_equal_ascii(f->code->qualname, "_ModuleLock.acquire"));
}

static bool run_arrived(bool waiting)
{
    if (!atomic_load(&any_arrived) && !atomic_load(&wakeup_error)) return true;
    if (thread_self != main_thread || amid_import_locks(waiting)) {
        if (atomic_load(&any_arrived)) thread_interrupt(main_thread, INTERRUPT_SIGNAL);
        return true;
    }
    report_wakeup_error();
    if (!atomic_exchange(&any_arrived, false)) return true;
    for (int number = 1; number < SIGNALS; number++) {
        if (!atomic_exchange(&arrived[number], false)) continue;
        Value handler = handlers[number];
        if (!handler || handler == NONE || handler == default_handler || handler == ignore_handler) continue;
        Value frame = thread_self->frame ? vm_frame_object(0) : NONE;
        if (!frame) {
            error_clear();
            frame = NONE;
        }
        if (call_2(handler, int_new(number), frame)) continue;
        /* The remaining ones run at the next safe point. */
        atomic_store(&any_arrived, true);
        thread_interrupt(main_thread, INTERRUPT_SIGNAL);
        return false;
    }
    return true;
}

bool signal_check(void) { return run_arrived(false); }
bool signal_check_waiting(void) { return run_arrived(true); }

void signal_forget(void)
{
    atomic_store(&any_arrived, false);
    for (int number = 1; number < SIGNALS; number++) atomic_store(&arrived[number], false);
}

/* --- handlers */

static NATIVE(default_int_handler) { return raise_object(VALUE(&exc_KeyboardInterrupt), 0); }

static bool set_action(int number, void (*action)(int))
{
    struct sigaction sa = {.sa_handler = action};
    sigemptyset(&sa.sa_mask);
    return sigaction(number, &sa, 0) == 0;
}

static NATIVE(signal_signal)
{
    int number;
    if (!number_as_int(args[0], &number)) return 0;
    Value handler = args[1];
    if (thread_self != main_thread) return raise_value("signal only works in main thread of the main interpreter");
    if (!valid_number(number)) return raise_value("signal number out of range");
    void (*action)(int);
    int is_default = object_compare_bool(handler, default_handler, CMP_EQ);
    int is_ignore = is_default < 0 ? -1 : object_compare_bool(handler, ignore_handler, CMP_EQ);
    if (is_ignore < 0) return 0;
    if (is_ignore) action = SIG_IGN;
    else if (is_default) action = SIG_DFL;
    else if (!is_callable(handler)) return raise_type("signal handler must be signal.SIG_IGN, signal.SIG_DFL, or a callable object");
    else action = on_signal;
    if (!signal_check()) return 0;
    if (!set_action(number, action)) return raise_errno();
    Value old = handlers[number];
    handlers[number] = is_ignore ? ignore_handler : is_default ? default_handler : handler;
    return old ? old : NONE;
}

static NATIVE(getsignal)
{
    int number;
    if (!number_as_int(args[0], &number)) return 0;
    if (!valid_number(number)) return raise_value("signal number out of range");
    return handlers[number] ? handlers[number] : NONE;
}

static NATIVE(raise_signal)
{
    int number, result;
    if (!number_as_int(args[0], &number)) return 0;
    BLOCKING(result = raise(number));
    if (result) return raise_errno();
    return signal_check() ? NONE : 0;
}

static NATIVE(strsignal_)
{
    int number;
    if (!number_as_int(args[0], &number)) return 0;
    if (!valid_number(number)) return raise_value("signal number out of range");
    errno = 0;
    const char *text = strsignal(number);
    if (errno || !text || strstr(text, "Unknown signal")) return NONE;
    return str_from_cstring(text);
}

static NATIVE(siginterrupt_)
{
    int number, flag;
    if (!number_as_int(args[0], &number) || !number_as_int(args[1], &flag)) return 0;
    if (!valid_number(number)) return raise_value("signal number out of range");
    struct sigaction sa;
    if (sigaction(number, 0, &sa) < 0) return raise_errno();
    sa.sa_flags = flag ? sa.sa_flags & ~SA_RESTART : sa.sa_flags | SA_RESTART;
    if (sigaction(number, &sa, 0) < 0) return raise_errno();
    return NONE;
}

static NATIVE(set_wakeup_fd)
{
    static Signature *cache;
    Value bound[2];
    if (!native_bind("set_wakeup_fd", "(fd, /, *, warn_on_full_buffer=True)", &cache, args, nargs, kwnames, bound)) return 0;
    int fd;
    if (!number_as_int(bound[0], &fd)) return 0;
    int warn = object_truth(bound[1]);
    if (warn < 0) return 0;
    if (thread_self != main_thread) return raise_value("set_wakeup_fd only works in main thread of the main interpreter");
    if (fd != -1) {
        int flags = fcntl(fd, F_GETFL);
        if (flags < 0) return raise_errno();
        if (!(flags & O_NONBLOCK)) return raise_value("the fd %i must be in non-blocking mode", fd);
    }
    int old = atomic_exchange(&wakeup_fd, fd);
    wakeup_warn = warn;
    return int_new(old);
}

/* --- waiting and timers */

static NATIVE(alarm_)
{
    int seconds;
    if (!number_as_int(args[0], &seconds)) return 0;
    unsigned left = alarm((unsigned)seconds);
    return signal_check() ? int_new((int64_t)left) : 0;   /* as in setitimer_ */
}

static NATIVE(pause_)
{
    BLOCKING(pause());
    return signal_check() ? NONE : 0;
}

static bool to_timeval(Value v, struct timeval *t)
{
    double seconds;
    if (!v) {
        *t = (struct timeval){0};
        return true;
    }
    if (!number_as_double(v, &seconds)) return false;
    if (isnan(seconds)) return raise_value("Invalid value NaN (not a number)");
    if (fabs(seconds) > 9e15) return raise_overflow("timestamp out of range for platform time_t");
    double whole = floor(seconds);
    t->tv_sec = (time_t)whole;
    t->tv_usec = (suseconds_t)ceil((seconds - whole) * 1e6);
    if (t->tv_usec >= 1000000) {
        t->tv_sec++;
        t->tv_usec -= 1000000;
    }
    return true;
}

static Value from_itimer(struct itimerval *t)
{
    Value a = float_new((double)t->it_value.tv_sec + t->it_value.tv_usec / 1e6), b = float_new((double)t->it_interval.tv_sec + t->it_interval.tv_usec / 1e6);
    return a && b ? tuple_pack(2, a, b) : 0;
}

static Value raise_itimer(void)
{
    Value text = str_from_cstring(strerror(errno));
    Value pair = text ? tuple_pack(2, int_new(errno), text) : 0;
    Value exception = pair ? object_call_tuple(itimer_error, pair, 0) : 0;
    return exception ? raise_instance(exception) : 0;
}

static NATIVE(setitimer_)
{
    int which;
    struct itimerval new, old;
    if (!number_as_int(args[0], &which) || !to_timeval(args[1], &new.it_value) || !to_timeval(args[2], &new.it_interval)) return 0;
    if (setitimer(which, &new, &old) < 0) return raise_itimer();
    return signal_check() ? from_itimer(&old) : 0;   /* who stops a timer counts on it that nothing comes afterwards */
}

static NATIVE(getitimer_)
{
    int which;
    struct itimerval old;
    if (!number_as_int(args[0], &which)) return 0;
    if (getitimer(which, &old) < 0) return raise_itimer();
    return from_itimer(&old);
}

/* --- masks */

static bool to_sigset(Value iterable, sigset_t *set)
{
    sigemptyset(set);
    Value iterator = object_iter(iterable);
    if (!iterator) return false;
    for (Value item; (item = iter_next(iterator));) {
        int64_t number;
        if (!number_as_int64(item, &number)) {
            if (!error_clear_if(&exc_OverflowError)) return false;
            number = -1;
        }
        if (!valid_number(number)) return raise_value("signal number %ld out of range [1; %i]", (long)number, SIGNALS - 1);
        /* Numbers that the C library keeps for itself cannot be set; that is no error. */
        sigaddset(set, (int)number);
    }
    return !thread_self->exception;
}

static Value from_sigset(const sigset_t *set)
{
    Value result = set_new(0);
    for (int n = 1; result && n < SIGNALS; n++)
        if (sigismember(set, n) == 1 && set_add(result, int_new(n)) < 0) return 0;
    return result;
}

static NATIVE(pthread_sigmask_)
{
    int how;
    sigset_t set, old;
    if (!number_as_int(args[0], &how) || !to_sigset(args[1], &set)) return 0;
    int error = pthread_sigmask(how, &set, &old);
    if (error) return raise_errno_with(error, 0, 0);
    /* Signals let through just now are handled before this returns. */
    if (!signal_check()) return 0;
    return from_sigset(&old);
}

static NATIVE(sigpending_)
{
    sigset_t set;
    if (sigpending(&set) < 0) return raise_errno();
    return from_sigset(&set);
}

static NATIVE(valid_signals)
{
    sigset_t set;
    sigemptyset(&set);
    if (sigfillset(&set)) return raise_errno();
    return from_sigset(&set);
}

static NATIVE(sigwait_)
{
    sigset_t set;
    int number, error;
    if (!to_sigset(args[0], &set)) return 0;
    BLOCKING(error = sigwait(&set, &number));
    if (error) return raise_errno_with(error, 0, 0);
    return int_new(number);
}

static Value from_siginfo(const siginfo_t *info)
{
    Value items[7] = {
        int_new(info->si_signo),        int_new(info->si_code),   int_new(info->si_errno), int_new(info->si_pid),
        int_new_unsigned(info->si_uid), int_new(info->si_status), int_new(info->si_band),
    };
    return structseq_new(siginfo_type, items);
}

static NATIVE(sigwaitinfo_)
{
    sigset_t set;
    siginfo_t info;
    if (!to_sigset(args[0], &set)) return 0;
    for (;;) {
        int result;
        BLOCKING(result = sigwaitinfo(&set, &info));
        if (result >= 0) return from_siginfo(&info);
        if (errno != EINTR) return raise_errno();
        if (!signal_check()) return 0;
    }
}

static NATIVE(sigtimedwait_)
{
    sigset_t set;
    siginfo_t info;
    double seconds;
    if (!to_sigset(args[0], &set) || !number_as_double(args[1], &seconds)) return 0;
    if (isnan(seconds)) return raise_value("Invalid value NaN (not a number)");
    if (seconds < 0) return raise_value("timeout must be non-negative");
    if (seconds > 9e9) return raise_overflow("timestamp too large to convert to C _PyTime_t");
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    double end = (double)now.tv_sec + now.tv_nsec / 1e9 + seconds;
    for (;;) {
        struct timespec wait = {.tv_sec = (time_t)seconds, .tv_nsec = (long)((seconds - floor(seconds)) * 1e9)};
        int result;
        BLOCKING(result = sigtimedwait(&set, &info, &wait));
        if (result >= 0) return from_siginfo(&info);
        if (errno == EAGAIN) return NONE;
        if (errno != EINTR) return raise_errno();
        if (!signal_check()) return 0;
        clock_gettime(CLOCK_MONOTONIC, &now);
        seconds = end - ((double)now.tv_sec + now.tv_nsec / 1e9);
        if (seconds < 0) return NONE;
    }
}

static NATIVE(pthread_kill_)
{
    int number;
    if (!is_int(args[0])) return raise_type("an integer is required (got type %T)", args[0]);
    if (!number_as_int(args[1], &number)) return 0;
    uint64_t id = int_as_uint64_mask(args[0]);
    if (!sys_audit("signal.pthread_kill", 2, args[0], args[1])) return 0;
    int error = thread_known(id) ? pthread_kill((pthread_t)id, number) : ESRCH;
    if (error) return raise_errno_with(error, 0, 0);
    return signal_check() ? NONE : 0;
}

static NATIVE(pidfd_send_signal_)
{
    int fd, number, flags;
    if (!number_as_int(args[0], &fd) || !number_as_int(args[1], &number) || !number_as_int(args[3], &flags)) return 0;
    if (args[2] != NONE) return raise_type("siginfo must be None");
    if (syscall(SYS_pidfd_send_signal, fd, number, 0, flags) < 0) return raise_errno();
    return signal_check() ? NONE : 0;
}

/* --- start */

static bool prepared;

/* What the handlers are when the interpreter starts. */
static bool read_handlers(Value module)
{
    for (int n = 1; n < SIGNALS; n++) {
        struct sigaction sa;
        handlers[n] = sigaction(n, 0, &sa) < 0 ? 0 : sa.sa_handler == SIG_DFL ? default_handler : sa.sa_handler == SIG_IGN ? ignore_handler : NONE;
    }
    return true;
}

static bool prepare(void)
{
    if (prepared) return true;
    prepared = true;
    static const NativeDef int_def = {"default_int_handler", "(signalnum, frame, /)", default_int_handler, "The default handler of SIGINT: raises KeyboardInterrupt.", 0};
    for (int n = 0; n < SIGNALS; n++) gc_root(&handlers[n]);
    gc_root(&int_handler);
    gc_root(&itimer_error);
    default_handler = int_new(0);
    ignore_handler = int_new(1);
    int_handler = native_new(&int_def, 0, NAME("_signal"));
    if (!int_handler) return false;
    safe_point_handler(INTERRUPT_SIGNAL, signal_check);
    return read_handlers(0);
}

bool signal_init(void)
{
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    if (!prepare()) return false;
    if (handlers[SIGINT] == default_handler) {
        handlers[SIGINT] = int_handler;
        set_action(SIGINT, on_signal);
    }
    return true;
}

static const NativeDef functions[] = {
    {"alarm", "(seconds, /)", alarm_, "A SIGALRM after so many seconds; returns what was left of an earlier alarm.", 0},
    {"setitimer", "(which, seconds, interval=0.0, /)", setitimer_, "Sets an interval timer; returns its old values.", 0},
    {"getitimer", "(which, /)", getitimer_, "The values of an interval timer.", 0},
    {"signal", "(signalnum, handler, /)", signal_signal, "Sets what happens on a signal: SIG_DFL, SIG_IGN or a function of the number and the frame. Returns the old one.", 0},
    {"raise_signal", "(signalnum, /)", raise_signal, "Sends a signal to this process.", 0},
    {"strsignal", "(signalnum, /)", strsignal_, "The system's description of a signal, or None.", 0},
    {"getsignal", "(signalnum, /)", getsignal, "What happens on the signal: a function, SIG_DFL, SIG_IGN, or None if it was not set from Python.", 0},
    {"set_wakeup_fd", 0, set_wakeup_fd, "set_wakeup_fd(fd, *, warn_on_full_buffer=True): signal numbers are written to fd. Returns the old one.", NATIVE_VECTOR},
    {"siginterrupt", "(signalnum, flag, /)", siginterrupt_, "Whether system calls are interrupted by the signal.", 0},
    {"pause", "()", pause_, "Waits for a signal.", 0},
    {"pidfd_send_signal", "(pidfd, signalnum, siginfo=None, flags=0, /)", pidfd_send_signal_, "Sends a signal to the process of a pidfd.", 0},
    {"pthread_kill", "(thread_id, signalnum, /)", pthread_kill_, "Sends a signal to a thread.", 0},
    {"pthread_sigmask", "(how, mask, /)", pthread_sigmask_, "Changes the thread's signal mask; returns the old one.", 0},
    {"sigpending", "()", sigpending_, "The signals that wait to be let through.", 0},
    {"sigwait", "(sigset, /)", sigwait_, "Waits for one of the signals and returns its number.", 0},
    {"sigwaitinfo", "(sigset, /)", sigwaitinfo_, "Waits for one of the signals and returns a struct_siginfo.", 0},
    {"sigtimedwait", "(sigset, timeout, /)", sigtimedwait_, "As sigwaitinfo, at most 'timeout' seconds; then None.", 0},
    {"valid_signals", "()", valid_signals, "The set of this system's signal numbers.", 0},
    {0},
};

static const struct {
    const char *name;
    int value;
} constants[] = {
    {"NSIG", SIGNALS},
    {"SIG_DFL", 0},
    {"SIG_IGN", 1},
    {"SIG_BLOCK", SIG_BLOCK},
    {"SIG_UNBLOCK", SIG_UNBLOCK},
    {"SIG_SETMASK", SIG_SETMASK},
    {"SIGHUP", SIGHUP},
    {"SIGINT", SIGINT},
    {"SIGQUIT", SIGQUIT},
    {"SIGILL", SIGILL},
    {"SIGTRAP", SIGTRAP},
    {"SIGIOT", SIGIOT},
    {"SIGABRT", SIGABRT},
    {"SIGFPE", SIGFPE},
    {"SIGKILL", SIGKILL},
    {"SIGBUS", SIGBUS},
    {"SIGSEGV", SIGSEGV},
    {"SIGSYS", SIGSYS},
    {"SIGPIPE", SIGPIPE},
    {"SIGALRM", SIGALRM},
    {"SIGTERM", SIGTERM},
    {"SIGUSR1", SIGUSR1},
    {"SIGUSR2", SIGUSR2},
    {"SIGCLD", SIGCHLD},
    {"SIGCHLD", SIGCHLD},
    {"SIGPWR", SIGPWR},
    {"SIGIO", SIGIO},
    {"SIGURG", SIGURG},
    {"SIGWINCH", SIGWINCH},
    {"SIGPOLL", SIGPOLL},
    {"SIGSTOP", SIGSTOP},
    {"SIGTSTP", SIGTSTP},
    {"SIGCONT", SIGCONT},
    {"SIGTTIN", SIGTTIN},
    {"SIGTTOU", SIGTTOU},
    {"SIGVTALRM", SIGVTALRM},
    {"SIGPROF", SIGPROF},
    {"SIGXCPU", SIGXCPU},
    {"SIGXFSZ", SIGXFSZ},
    {"SIGSTKFLT", 16},
    {"ITIMER_REAL", ITIMER_REAL},
    {"ITIMER_VIRTUAL", ITIMER_VIRTUAL},
    {"ITIMER_PROF", ITIMER_PROF},
};

static const StructSeqField siginfo_fields[] = {
    {"si_signo", "signal number"},
    {"si_code", "signal code"},
    {"si_errno", "errno associated with this signal"},
    {"si_pid", "sending process ID"},
    {"si_uid", "real user ID of sending process"},
    {"si_status", "exit value or signal"},
    {"si_band", "band event for SIGPOLL"},
    {0},
};

static bool init(Value module)
{
    if (!prepare()) return false;
    for (size_t i = 0; i < sizeof constants / sizeof *constants; i++)
        if (!module_add_int(module, constants[i].name, constants[i].value)) return false;
    if (!module_add_int(module, "SIGRTMIN", SIGRTMIN) || !module_add_int(module, "SIGRTMAX", SIGRTMAX)) return false;
    if (!siginfo_type) siginfo_type = structseq_type("signal.struct_siginfo", "What sigwaitinfo() and sigtimedwait() return.", siginfo_fields, 7);
    if (!itimer_error) itimer_error = module_new_exception("signal.itimer_error", VALUE(&exc_OSError), 0);
    return siginfo_type && module_add(module, "default_int_handler", int_handler) && module_add(module, "struct_siginfo", VALUE(siginfo_type)) &&
           module_add(module, "ItimerError", itimer_error);
}

const ModuleDef module__signal = {"_signal", "Signals: the natives of the module signal. Handlers run in the main thread, with the signal's number and the interrupted frame.",
                                  functions, init, read_handlers};
