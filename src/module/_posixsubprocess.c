/* _posixsubprocess.c: starting a child process in one go, for subprocess.
 *
 * Everything that allocates or may raise happens before the fork; the child makes system calls only (unless there is a preexec_fn, which is Python code), because other threads
 * may hold locks of the C library. Without a preexec_fn and changes of user the child is made by vfork: it borrows the parent's memory until exec, so it must not change what
 * the parent relies on. What fails in the child is reported over a pipe as "ExceptionName:errno in hexadecimal:message".
 */
#include "module/posix/posix.h"
#include <grp.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>

enum { MOST_GROUPS = NGROUPS_MAX < 65536 ? NGROUPS_MAX : 65536 };

typedef struct Child {
    char **argv, **executables, **envp;
    bool close_fds, restore_signals, new_session, set_gid, set_uid, set_groups;
    const int *keep;
    int64_t keep_count;
    const char *cwd;
    int p2cread, p2cwrite, c2pread, c2pwrite, errread, errwrite, errpipe_read, errpipe_write;
    int process_group, umask;
    gid_t gid, *groups;
    int64_t group_count;
    uid_t uid;
    Value preexec;           /* 0: none */
    const sigset_t *mask;    /* to be set again in the child of vfork; 0: nothing is blocked */
} Child;

/* ---------------------------------------------------------------- in the child */

static bool set_inheritable(int fd, bool inheritable)
{
    int flags = fcntl(fd, F_GETFD);
    if (flags < 0) return false;
    int wanted = inheritable ? flags & ~FD_CLOEXEC : flags | FD_CLOEXEC;
    return wanted == flags || fcntl(fd, F_SETFD, wanted) == 0;
}

static void close_from_to(unsigned first, unsigned last)
{
    if (first > last || syscall(SYS_close_range, first, last, 0) == 0) return;
    long most = sysconf(_SC_OPEN_MAX);
    unsigned end = last < (unsigned)(most > 0 ? most : 256) ? last : (unsigned)(most > 0 ? most : 256);
    for (unsigned fd = first; fd <= end; fd++) close((int)fd);
}

/* All descriptors from 3 on but the kept ones, which are sorted. */
static void close_others(const Child *c)
{
    unsigned start = 3;
    for (int64_t i = 0; i < c->keep_count; i++) {
        if (c->keep[i] < (int)start) continue;
        if (c->keep[i] > (int)start) close_from_to(start, (unsigned)c->keep[i] - 1);
        start = (unsigned)c->keep[i] + 1;
    }
    close_from_to(start, ~0u);
}

static bool place(int from, int to)
{
    if (from == to) return set_inheritable(from, true);
    return from == -1 || dup2(from, to) >= 0;
}

static bool child_descriptors(Child *c)
{
    for (int64_t i = 0; i < c->keep_count; i++)
        if (c->keep[i] != c->errpipe_write && !set_inheritable(c->keep[i], true)) return false;
    int parents[] = {c->p2cwrite, c->c2pread, c->errread, c->errpipe_read};
    for (int i = 0; i < 4; i++)
        if (parents[i] != -1 && close(parents[i]) < 0) return false;
    /* Low descriptors would be overwritten before they are in place. */
    if (c->c2pwrite == 0 && ((c->c2pwrite = dup(0)) < 0 || !set_inheritable(c->c2pwrite, false))) return false;
    while (c->errwrite == 0 || c->errwrite == 1)
        if ((c->errwrite = dup(c->errwrite)) < 0 || !set_inheritable(c->errwrite, false)) return false;
    return place(c->p2cread, 0) && place(c->c2pwrite, 1) && place(c->errwrite, 2);
}

static void default_signals(void)
{
    int numbers[] = {SIGPIPE, SIGXFSZ};
    for (int i = 0; i < 2; i++) {
        struct sigaction action = {.sa_handler = SIG_DFL};
        sigaction(numbers[i], &action, 0);
    }
}

/* The system calls themselves: the C library's functions would have all threads change, which in a child of vfork is the parent. */
static bool child_ids(const Child *c)
{
    if (c->set_groups && syscall(SYS_setgroups, (size_t)c->group_count, c->groups) < 0) return false;
    if (c->set_gid && syscall(SYS_setregid, c->gid, c->gid) < 0) return false;
    return !c->set_uid || syscall(SYS_setreuid, c->uid, c->uid) == 0;
}

/* Where handlers are set in the parent's memory, a child of vfork must not run them. */
static void child_unblock(const sigset_t *mask)
{
    for (int number = 1; number < 65; number++) {
        struct sigaction action;
        if (sigaction(number, 0, &action) < 0 || action.sa_handler == SIG_DFL || action.sa_handler == SIG_IGN) continue;
        action = (struct sigaction){.sa_handler = SIG_DFL};
        sigaction(number, &action, 0);
    }
    pthread_sigmask(SIG_SETMASK, mask, 0);
}

static void child_report(int fd, const char *kind, int error, const char *message)
{
    char text[128], digits[16], *p = digits + sizeof digits;
    size_t n = 0;
    unsigned rest = (unsigned)error;
    do *--p = "0123456789ABCDEF"[rest & 15];
    while (rest >>= 4);
    for (const char *s = kind; *s;) text[n++] = *s++;
    text[n++] = ':';
    while (p < digits + sizeof digits) text[n++] = *p++;
    text[n++] = ':';
    for (const char *s = message; *s;) text[n++] = *s++;
    ssize_t written = write(fd, text, n);
    (void)written;
}

[[noreturn]] static void child_run(Child *c)
{
    bool ready = child_descriptors(c) && (!c->cwd || chdir(c->cwd) == 0);
    if (ready) {
        if (c->umask >= 0) umask((mode_t)c->umask);
        if (c->restore_signals) default_signals();
        if (c->mask) child_unblock(c->mask);
        ready = (!c->new_session || setsid() >= 0) && (c->process_group < 0 || setpgid(0, c->process_group) == 0) && child_ids(c);
    }
    if (!ready) {
        child_report(c->errpipe_write, "OSError", errno, "noexec");
        _exit(255);
    }
    if (c->preexec && !call_0(c->preexec)) {
        child_report(c->errpipe_write, "SubprocessError", 0, "Exception occurred in preexec_fn.");
        _exit(255);
    }
    if (c->close_fds) close_others(c);
    int error = 0;
    for (char **path = c->executables; *path; path++) {
        if (c->envp) execve(*path, c->argv, c->envp);
        else execv(*path, c->argv);
        if (errno != ENOENT && errno != ENOTDIR && !error) error = errno;
    }
    child_report(c->errpipe_write, "OSError", error ? error : errno, "");
    _exit(255);
}

/* ---------------------------------------------------------------- in the parent */

[[gnu::noinline]] static pid_t start_vfork(Child *c)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    c->mask = &before;
    pid_t pid = vfork();
    if (!pid) child_run(c);
    int error = errno;
    pthread_sigmask(SIG_SETMASK, &before, 0);
    errno = error;
    return pid;
}

static pid_t start_fork(Child *c)
{
    if (c->preexec) fork_before();
    pid_t pid = fork();
    if (!pid) {
        if (c->preexec) fork_after_child();
        child_run(c);
    }
    int error = errno;
    if (c->preexec) fork_after_parent();
    errno = error;
    return pid;
}

/* Bytes objects as a 0-ended array; *keep owns them. */
static char **bytes_array(Value sequence, Value *keep)
{
    int64_t size = object_length(sequence);
    char **array = size < 0 ? 0 : gc_buffer(sizeof *array * (size_t)(size + 1));
    if (!array || !(*keep = list_new(0))) return 0;
    for (int64_t i = 0; i < size; i++) {
        Value item = object_getitem(sequence, int_new(i));
        if (!item) return 0;
        if (!is_bytes(item)) return (char **)raise_type("expected bytes, %.200T found", item);
        if (strlen((char *)bytes_data(item)) != (size_t)bytes_size(item)) return (char **)raise_value("embedded null byte");
        if (!list_append(*keep, item)) return 0;
        array[i] = (char *)bytes_data(item);
    }
    return array;
}

static char **argument_array(Value sequence, Value *keep)
{
    Value list = is_list(sequence) || is_tuple(sequence) ? object_to_list(sequence) : type_of(sequence)->iter || type_of(sequence)->getitem ? object_to_list(sequence) : 0;
    if (!list) return thread_self->exception ? 0 : (char **)raise_type("argv must be a tuple");
    int64_t size = list_size(list);
    char **array = gc_buffer(sizeof *array * (size_t)(size + 1));
    if (!array || !(*keep = list_new(0))) return 0;
    for (int64_t i = 0; i < size; i++) {
        Value item = fs_path(list_get(list, i)), bytes = !item ? 0 : is_str(item) ? str_encode(item, "utf-8", "surrogateescape") : item;
        if (!bytes) return 0;
        if (strlen((char *)bytes_data(bytes)) != (size_t)bytes_size(bytes)) return (char **)raise_value("embedded null byte");
        if (!list_append(*keep, bytes)) return 0;
        array[i] = (char *)bytes_data(bytes);
    }
    return array;
}

static bool keep_argument(Value tuple, Child *c)
{
    int64_t previous = -1, count = tuple_size(tuple);
    int *fds = gc_buffer_raw(sizeof *fds * (size_t)(count + 1));
    for (int64_t i = 0; fds && i < count; i++) {
        Value item = tuple_get(tuple, i);
        int64_t fd;
        if (!is_int(item) || int_as_int64_overflow(item, &fd) || fd < 0 || fd <= previous || fd > INT_MAX) return raise_value("bad value(s) in fds_to_keep");
        fds[i] = (int)(previous = fd);
    }
    c->keep = fds;
    c->keep_count = count;
    return fds != 0;
}

static bool groups_argument(Value groups, Child *c)
{
    if (groups == NONE) return true;
    if (!is_list(groups)) return raise_type("setgroups argument must be a sequence");
    int64_t count = list_size(groups);
    if (count > MOST_GROUPS) return raise_value("too many extra_groups");
    c->groups = gc_buffer_raw(sizeof *c->groups * (size_t)(count + 1));
    for (int64_t i = 0; c->groups && i < count; i++) {
        if (i >= list_size(groups) || !is_int(list_get(groups, i))) return raise_type("groups must be integers");
        if (!id_argument(list_get(groups, i), "gid", &c->groups[i])) {
            if (!error_clear_if(&exc_OverflowError) && !error_clear_if(&exc_TypeError)) return false;
            return raise_value("invalid group id");
        }
    }
    c->group_count = count;
    c->set_groups = true;
    return c->groups != 0;
}

static bool flag_argument(Value v, bool *out)
{
    int truth = object_truth(v);
    *out = truth > 0;
    return truth >= 0;
}

enum {
    ARG_ARGS,
    ARG_EXECUTABLES,
    ARG_CLOSE_FDS,
    ARG_KEEP,
    ARG_CWD,
    ARG_ENV,
    ARG_PIPES,
    ARG_RESTORE = 14,
    ARG_SESSION,
    ARG_GROUP,
    ARG_GID,
    ARG_GROUPS,
    ARG_UID,
    ARG_UMASK,
    ARG_PREEXEC,
    ARG_VFORK
};

static bool plain_arguments(Value *args, Child *c, bool *may_vfork)
{
    int *pipes[] = {&c->p2cread, &c->p2cwrite, &c->c2pread, &c->c2pwrite, &c->errread, &c->errwrite, &c->errpipe_read, &c->errpipe_write};
    if (!flag_argument(args[ARG_CLOSE_FDS], &c->close_fds)) return false;
    if (!is_tuple(args[ARG_KEEP])) return raise_bad_argument("fork_exec", "4", "tuple", args[ARG_KEEP]);
    for (int i = 0; i < 8; i++)
        if (!number_as_int(args[ARG_PIPES + i], pipes[i])) return false;
    if (!flag_argument(args[ARG_RESTORE], &c->restore_signals) || !flag_argument(args[ARG_SESSION], &c->new_session) || !number_as_int(args[ARG_GROUP], &c->process_group) ||
        !number_as_int(args[ARG_UMASK], &c->umask) || !flag_argument(args[ARG_VFORK], may_vfork))
        return false;
    c->preexec = args[ARG_PREEXEC] == NONE ? 0 : args[ARG_PREEXEC];
    if (c->close_fds && c->errpipe_write < 3) return raise_value("errpipe_write must be >= 3");
    return keep_argument(args[ARG_KEEP], c);
}

static NATIVE(subprocess_fork_exec)
{
    Child c = {0};
    bool may_vfork;
    Value keep_argv = 0, keep_executables = 0, keep_env = 0, cwd = args[ARG_CWD];
    if (!plain_arguments(args, &c, &may_vfork)) return 0;
    if (!(c.executables = bytes_array(args[ARG_EXECUTABLES], &keep_executables)) || !(c.argv = argument_array(args[ARG_ARGS], &keep_argv))) return 0;
    if (args[ARG_ENV] != NONE && !(c.envp = bytes_array(args[ARG_ENV], &keep_env))) return 0;
    if (cwd != NONE && !(c.cwd = path_bytes(cwd, 0))) return 0;
    if (!groups_argument(args[ARG_GROUPS], &c)) return 0;
    if (args[ARG_GID] != NONE && (c.set_gid = true, !id_argument(args[ARG_GID], "gid", &c.gid))) return 0;
    if (args[ARG_UID] != NONE && (c.set_uid = true, !id_argument(args[ARG_UID], "uid", &c.uid))) return 0;
    pid_t pid = !c.preexec && may_vfork && !c.set_uid && !c.set_gid && !c.set_groups ? start_vfork(&c) : start_fork(&c);
    __asm__ volatile("" : : "r"(keep_argv), "r"(keep_executables), "r"(keep_env) : "memory");
    return int_or_error(pid);
}

static const NativeDef functions[] = {
    {"fork_exec",
     "(args, executable_list, close_fds, pass_fds, cwd, env, p2cread, p2cwrite, c2pread, c2pwrite, errread, errwrite, errpipe_read, errpipe_write, restore_signals, call_setsid, "
     "pgid_to_set, gid, "
     "extra_groups, uid, child_umask, preexec_fn, allow_vfork, /)",
     subprocess_fork_exec, "Start a program in a new process: the executables are tried in order. Returns the process id.", 0},
    {0},
};

const ModuleDef module__posixsubprocess = {"_posixsubprocess", "A helper of subprocess.", functions, 0};
