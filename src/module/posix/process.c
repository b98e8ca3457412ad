/* process.c: processes: ids, waiting, signals, users and groups, priorities, scheduling. */
#include "module/posix/posix.h"
#include <grp.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/times.h>
#include <sys/utsname.h>
#include <sys/wait.h>

static Type *times_type, *uname_type, *waitid_type, *sched_param_type;

/* ---------------------------------------------------------------- ids */

#define ID_GETTER(name) \
    static NATIVE(posix_##name) { return int_new((int64_t)name()); }
ID_GETTER(getpid)
ID_GETTER(getppid)
ID_GETTER(getuid) ID_GETTER(geteuid) ID_GETTER(getgid) ID_GETTER(getegid) ID_GETTER(getpgrp)

#define ID_SETTER(name, kind) \
    static NATIVE(posix_##name) \
    { \
        uint32_t id; \
        return id_argument(args[0], kind, &id) ? none_or_error(name(id)) : 0; \
    }
    ID_SETTER(setuid, "uid") ID_SETTER(seteuid, "uid") ID_SETTER(setgid, "gid") ID_SETTER(setegid, "gid")

#define ID_SETTER2(name, kind) \
    static NATIVE(posix_##name) \
    { \
        uint32_t a, b; \
        return id_argument(args[0], kind, &a) && id_argument(args[1], kind, &b) ? none_or_error(name(a, b)) : 0; \
    }
        ID_SETTER2(setreuid, "uid") ID_SETTER2(setregid, "gid")

#define ID_TRIPLE(suffix, kind) \
    static NATIVE(posix_setres##suffix) \
    { \
        uint32_t a, b, c; \
        return id_argument(args[0], kind, &a) && id_argument(args[1], kind, &b) && id_argument(args[2], kind, &c) ? none_or_error(setres##suffix(a, b, c)) : 0; \
    } \
    static NATIVE(posix_getres##suffix) \
    { \
        uint32_t a, b, c; \
        return getres##suffix(&a, &b, &c) < 0 ? raise_errno() : tuple_pack(3, int_new(a), int_new(b), int_new(c)); \
    }
            ID_TRIPLE(uid, "uid") ID_TRIPLE(gid, "gid")

                static NATIVE(posix_getpgid)
{
    int pid;
    return number_as_int(args[0], &pid) ? int_or_error(getpgid(pid)) : 0;
}
static NATIVE(posix_setpgid)
{
    int pid, group;
    return number_as_int(args[0], &pid) && number_as_int(args[1], &group) ? none_or_error(setpgid(pid, group)) : 0;
}
static NATIVE(posix_setpgrp) { return none_or_error(setpgid(0, 0)); }
static NATIVE(posix_getsid)
{
    int pid;
    return number_as_int(args[0], &pid) ? int_or_error(getsid(pid)) : 0;
}
static NATIVE(posix_setsid) { return none_or_error((int)setsid()); }

static Value group_list(const gid_t *groups, int count)
{
    Value list = list_new(0);
    for (int i = 0; list && i < count; i++)
        if (!list_append(list, int_new(groups[i]))) return 0;
    return list;
}
static NATIVE(posix_getgroups)
{
    int count = getgroups(0, 0);
    gid_t *groups = count < 0 ? 0 : gc_buffer_raw(sizeof *groups * (size_t)(count + 1));
    if (count < 0) return raise_errno();
    if (!groups) return 0;
    count = getgroups(count, groups);
    return count < 0 ? raise_errno() : group_list(groups, count);
}
static NATIVE(posix_setgroups)
{
    Value list = object_to_list(args[0]);
    if (!list) return 0;
    int64_t count = list_size(list);
    if (count > NGROUPS_MAX) return raise_value("too many groups");
    gid_t *groups = gc_buffer_raw(sizeof *groups * (size_t)(count + 1));
    for (int64_t i = 0; groups && i < count; i++)
        if (!id_argument(list_get(list, i), "gid", &groups[i])) return 0;
    return groups ? none_or_error(setgroups((size_t)count, groups)) : 0;
}
static NATIVE(posix_getgrouplist)
{
    uint32_t group;
    if (!is_str(args[0])) return raise_bad_argument("getgrouplist", "1", "str", args[0]);
    const char *user = str_utf8(args[0], 0);
    if (!user || !id_argument(args[1], "gid", &group)) return 0;
    gid_t groups[NGROUPS_MAX < 4096 ? NGROUPS_MAX : 4096];
    int count = sizeof groups / sizeof *groups;
    return getgrouplist(user, group, groups, &count) < 0 ? raise_errno() : group_list(groups, count);
}
static NATIVE(posix_initgroups)
{
    uint32_t group;
    const char *user = path_bytes(args[0], 0);
    return user && id_argument(args[1], "gid", &group) ? none_or_error(initgroups(user, group)) : 0;
}
static NATIVE(posix_getlogin)
{
    errno = 0;
    const char *name = getlogin();
    if (name) return str_from_fs(name, strlen(name));
    return errno ? raise_errno() : raise_format(&exc_OSError, "unable to determine login name");
}

/* ---------------------------------------------------------------- signals and waiting */

static NATIVE(posix_kill)
{
    int pid, number;
    if (!number_as_int(args[0], &pid) || !number_as_int(args[1], &number) || !sys_audit("os.kill", 2, args[0], args[1])) return 0;
    if (kill(pid, number) < 0) return raise_errno();
    return safe_point() ? NONE : 0;
}
static NATIVE(posix_killpg)
{
    int group, number;
    if (!number_as_int(args[0], &group) || !number_as_int(args[1], &number) || !sys_audit("os.killpg", 2, args[0], args[1])) return 0;
    return killpg(group, number) < 0 ? raise_errno() : safe_point() ? NONE : 0;
}

static Value usage_value(const struct rusage *u)
{
    Value type = import_attr("resource", "struct_rusage");
    if (!type) return 0;
    Value items[] = {float_new((double)u->ru_utime.tv_sec + (double)u->ru_utime.tv_usec * 1e-6),
                     float_new((double)u->ru_stime.tv_sec + (double)u->ru_stime.tv_usec * 1e-6),
                     int_new(u->ru_maxrss),
                     int_new(u->ru_ixrss),
                     int_new(u->ru_idrss),
                     int_new(u->ru_isrss),
                     int_new(u->ru_minflt),
                     int_new(u->ru_majflt),
                     int_new(u->ru_nswap),
                     int_new(u->ru_inblock),
                     int_new(u->ru_oublock),
                     int_new(u->ru_msgsnd),
                     int_new(u->ru_msgrcv),
                     int_new(u->ru_nsignals),
                     int_new(u->ru_nvcsw),
                     int_new(u->ru_nivcsw)};
    return structseq_new((Type *)type, items);
}

static Value wait_for(int pid, int options, bool usage)
{
    int status = 0;
    struct rusage u = {0};
    pid_t result;
    RETRY(result, wait4(pid, &status, options, &u));
    if (result < 0) return raise_errno();
    if (!usage) return tuple_pack(2, int_new(result), int_new(status));
    Value used = usage_value(&u);
    return used ? tuple_pack(3, int_new(result), int_new(status), used) : 0;
}
static NATIVE(posix_wait) { return wait_for(-1, 0, false); }
static NATIVE(posix_waitpid)
{
    int pid, options;
    return number_as_int(args[0], &pid) && number_as_int(args[1], &options) ? wait_for(pid, options, false) : 0;
}
static NATIVE(posix_wait3)
{
    int options;
    return number_as_int(args[0], &options) ? wait_for(-1, options, true) : 0;
}
static NATIVE(posix_wait4)
{
    int pid, options;
    return number_as_int(args[0], &pid) && number_as_int(args[1], &options) ? wait_for(pid, options, true) : 0;
}
static NATIVE(posix_waitid)
{
    int kind, id, options, result;
    siginfo_t info = {0};
    if (!number_as_int(args[0], &kind) || !number_as_int(args[1], &id) || !number_as_int(args[2], &options)) return 0;
    RETRY(result, waitid((idtype_t)kind, (id_t)id, &info, options));
    if (result < 0) return raise_errno();
    if (!info.si_pid) return NONE;
    return structseq_new(waitid_type, (Value[]){int_new(info.si_pid), int_new(info.si_uid), int_new(info.si_signo), int_new(info.si_status), int_new(info.si_code)});
}
static NATIVE(posix_pidfd_open)
{
    int pid, flags;
    return number_as_int(args[0], &pid) && number_as_int(args[1], &flags) ? int_or_error(syscall(SYS_pidfd_open, pid, flags)) : 0;
}

#define STATUS_TEST(name) \
    static NATIVE(posix_##name) \
    { \
        int status; \
        return number_as_int(args[0], &status) ? bool_value(name(status)) : 0; \
    }
#define STATUS_PART(name) \
    static NATIVE(posix_##name) \
    { \
        int status; \
        return number_as_int(args[0], &status) ? int_new(name(status)) : 0; \
    }
STATUS_TEST(WCOREDUMP)
STATUS_TEST(WIFCONTINUED)
STATUS_TEST(WIFEXITED) STATUS_TEST(WIFSIGNALED) STATUS_TEST(WIFSTOPPED) STATUS_PART(WEXITSTATUS) STATUS_PART(WSTOPSIG) STATUS_PART(WTERMSIG)

    static NATIVE(posix_waitstatus_to_exitcode)
{
    int status;
    if (!number_as_int(args[0], &status)) return 0;
    if (WIFEXITED(status)) return int_new(WEXITSTATUS(status));
    if (WIFSIGNALED(status)) return int_new(-WTERMSIG(status));
    if (WIFSTOPPED(status)) return raise_value("process stopped by delivery of signal %i", WSTOPSIG(status));
    return raise_value("invalid wait status: %i", status);
}

static NATIVE(posix_exit)
{
    int status;
    if (!number_as_int(args[0], &status)) return 0;
    _exit(status);
}

static NATIVE(posix_system)
{
    const char *command = path_bytes(args[0], 0);
    int status;
    if (!command || !sys_audit("os.system", 1, args[0])) return 0;
    BLOCKING(status = system(command));
    return int_new(status);
}

/* ---------------------------------------------------------------- times, names, priorities */

static NATIVE(posix_times)
{
    struct tms t;
    clock_t now = times(&t);
    if (now == (clock_t)-1) return raise_errno();
    double ticks = (double)sysconf(_SC_CLK_TCK);
    return structseq_new(times_type, (Value[]){float_new((double)t.tms_utime / ticks), float_new((double)t.tms_stime / ticks), float_new((double)t.tms_cutime / ticks),
                                               float_new((double)t.tms_cstime / ticks), float_new((double)now / ticks)});
}
static NATIVE(posix_uname)
{
    struct utsname u;
    if (uname(&u) < 0) return raise_errno();
    const char *parts[] = {u.sysname, u.nodename, u.release, u.version, u.machine};
    Value items[5];
    for (int i = 0; i < 5; i++)
        if (!(items[i] = str_from_fs(parts[i], strlen(parts[i])))) return 0;
    return structseq_new(uname_type, items);
}
static NATIVE(posix_nice)
{
    int increment;
    if (!number_as_int(args[0], &increment)) return 0;
    errno = 0;
    int value = nice(increment);
    return value == -1 && errno ? raise_errno() : int_new(value);
}
static NATIVE(posix_getpriority)
{
    int which, who;
    if (!number_as_int(args[0], &which) || !number_as_int(args[1], &who)) return 0;
    errno = 0;
    int value = getpriority(which, (id_t)who);
    return errno ? raise_errno() : int_new(value);
}
static NATIVE(posix_setpriority)
{
    int which, who, priority;
    return number_as_int(args[0], &which) && number_as_int(args[1], &who) && number_as_int(args[2], &priority) ? none_or_error(setpriority(which, (id_t)who, priority)) : 0;
}
static NATIVE(posix_cpu_count)
{
    long count = sysconf(_SC_NPROCESSORS_ONLN);
    return count < 1 ? NONE : int_new(count);
}

/* ---------------------------------------------------------------- scheduling */

static NATIVE(posix_sched_get_priority_max)
{
    int policy;
    return number_as_int(args[0], &policy) ? int_or_error(sched_get_priority_max(policy)) : 0;
}
static NATIVE(posix_sched_get_priority_min)
{
    int policy;
    return number_as_int(args[0], &policy) ? int_or_error(sched_get_priority_min(policy)) : 0;
}
static NATIVE(posix_sched_yield)
{
    int result;
    BLOCKING(result = sched_yield());
    return none_or_error(result);
}
static Value sched_param_make(Type *type, Value *args, size_t nargs, Value kwnames)
{
    static Signature *signature;
    Value priority;
    return native_bind("sched_param", "(sched_priority)", &signature, args, nargs, kwnames, &priority) ? structseq_new(type, &priority) : 0;
}
bool sched_param_argument(Value v, struct sched_param *param)
{
    if (!is_instance_of(v, sched_param_type)) return raise_type("must have a sched_param object");
    return number_as_int(tuple_get(v, 0), &param->sched_priority);
}
static NATIVE(posix_sched_getparam)
{
    int pid;
    struct sched_param param;
    if (!number_as_int(args[0], &pid)) return 0;
    return sched_getparam(pid, &param) < 0 ? raise_errno() : structseq_new(sched_param_type, (Value[]){int_new(param.sched_priority)});
}
static NATIVE(posix_sched_setparam)
{
    int pid;
    struct sched_param param;
    return number_as_int(args[0], &pid) && sched_param_argument(args[1], &param) ? none_or_error(sched_setparam(pid, &param)) : 0;
}
static NATIVE(posix_sched_getscheduler)
{
    int pid;
    return number_as_int(args[0], &pid) ? int_or_error(sched_getscheduler(pid)) : 0;
}
static NATIVE(posix_sched_setscheduler)
{
    int pid, policy;
    struct sched_param param;
    return number_as_int(args[0], &pid) && number_as_int(args[1], &policy) && sched_param_argument(args[2], &param) ? none_or_error(sched_setscheduler(pid, policy, &param)) : 0;
}
static NATIVE(posix_sched_rr_get_interval)
{
    int pid;
    struct timespec t;
    if (!number_as_int(args[0], &pid)) return 0;
    return sched_rr_get_interval(pid, &t) < 0 ? raise_errno() : float_new((double)t.tv_sec + 1e-9 * (double)t.tv_nsec);
}

enum { MOST_CPUS = 8192 };
static NATIVE(posix_sched_getaffinity)
{
    int pid;
    cpu_set_t *mask = CPU_ALLOC(MOST_CPUS);
    size_t size = CPU_ALLOC_SIZE(MOST_CPUS);
    if (!mask) return raise_memory();
    Value result = 0;
    if (number_as_int(args[0], &pid)) {
        if (sched_getaffinity(pid, size, mask) < 0) raise_errno();
        else {
            result = set_new(0);
            for (int i = 0; result && i < MOST_CPUS; i++)
                if (CPU_ISSET_S((size_t)i, size, mask) && set_add(result, int_new(i)) < 0) result = 0;
        }
    }
    CPU_FREE(mask);
    return result;
}
static NATIVE(posix_sched_setaffinity)
{
    int pid, cpu;
    Value list;
    if (!number_as_int(args[0], &pid) || !(list = object_to_list(args[1]))) return 0;
    cpu_set_t mask[MOST_CPUS / (8 * sizeof(cpu_set_t))];
    memset(mask, 0, sizeof mask);
    for (int64_t i = 0; i < list_size(list); i++) {
        if (!number_as_int(list_get(list, i), &cpu)) return 0;
        if (cpu < 0) return raise_value("negative CPU number");
        if (cpu >= MOST_CPUS) return raise_overflow("CPU number too large");
        CPU_SET_S((size_t)cpu, sizeof mask, mask);
    }
    return none_or_error(sched_setaffinity(pid, sizeof mask, mask));
}

#define F(name, signature, text) {#name, signature, posix_##name, text, 0}
/* clang-format off */
const NativeDef posix_process_functions[] = {
    F(getpid, "()", "The process id."), F(getppid, "()", "The parent's process id."), F(getuid, "()", "The user id."), F(geteuid, "()", "The effective user id."), F(getgid, "()", "The group id."),
    F(getegid, "()", "The effective group id."), F(getpgrp, "()", "The process group."), F(setuid, "(uid, /)", "Set the user id."), F(seteuid, "(euid, /)", "Set the effective user id."),
    F(setgid, "(gid, /)", "Set the group id."), F(setegid, "(egid, /)", "Set the effective group id."), F(setreuid, "(ruid, euid, /)", "Set real and effective user id."),
    F(setregid, "(rgid, egid, /)", "Set real and effective group id."), F(setresuid, "(ruid, euid, suid, /)", "Set real, effective and saved user id."),
    F(setresgid, "(rgid, egid, sgid, /)", "Set real, effective and saved group id."), F(getresuid, "()", "Real, effective and saved user id."), F(getresgid, "()", "Real, effective and saved group id."),
    F(getpgid, "(pid)", "The process group of a process."), F(setpgid, "(pid, pgrp, /)", "Set the process group of a process."), F(setpgrp, "()", "Make this process a group leader."),
    F(getsid, "(pid, /)", "The session of a process."), F(setsid, "()", "Start a new session."), F(getgroups, "()", "Supplementary groups."), F(setgroups, "(groups, /)", "Set the supplementary groups."),
    F(getgrouplist, "(user, group, /)", "All groups of a user."), F(initgroups, "(username, gid, /)", "Initialize the group access list."), F(getlogin, "()", "The name of the logged-in user."),
    F(kill, "(pid, signal, /)", "Send a signal to a process."), F(killpg, "(pgid, signal, /)", "Send a signal to a process group."), F(wait, "()", "Wait for a child."),
    F(waitpid, "(pid, options, /)", "Wait for a child."), F(wait3, "(options)", "Wait for a child; also its resource usage."), F(wait4, "(pid, options)", "Wait for a child; also its resource usage."),
    F(waitid, "(idtype, id, options, /)", "Wait for children."), F(pidfd_open, "(pid, flags=0)", "A descriptor for a process."), F(WCOREDUMP, "(status, /)", "Whether the process dumped core."),
    F(WIFCONTINUED, "(status)", "Whether the process was continued."), F(WIFEXITED, "(status)", "Whether the process exited by itself."), F(WIFSIGNALED, "(status)", "Whether a signal ended the process."),
    F(WIFSTOPPED, "(status)", "Whether the process was stopped."), F(WEXITSTATUS, "(status)", "The exit status."), F(WSTOPSIG, "(status)", "The signal that stopped the process."),
    F(WTERMSIG, "(status)", "The signal that ended the process."), F(waitstatus_to_exitcode, "(status)", "Convert a wait status to an exit code."), {"_exit", "(status)", posix_exit, "Exit at once, without cleaning up.", 0},
    F(system, "(command)", "Run a command in a shell."), F(times, "()", "Process times."), F(uname, "()", "Names of the system."), F(nice, "(increment, /)", "Add to the niceness."),
    F(getpriority, "(which, who)", "The scheduling priority."), F(setpriority, "(which, who, priority)", "Set the scheduling priority."), F(cpu_count, "()", "The number of CPUs, or None."),
    F(sched_get_priority_max, "(policy)", "The greatest priority of a policy."), F(sched_get_priority_min, "(policy)", "The least priority of a policy."), F(sched_yield, "()", "Let other processes run."),
    F(sched_getparam, "(pid, /)", "Scheduling parameters."), F(sched_setparam, "(pid, param, /)", "Set scheduling parameters."), F(sched_getscheduler, "(pid, /)", "Scheduling policy."),
    F(sched_setscheduler, "(pid, policy, param, /)", "Set the scheduling policy."), F(sched_rr_get_interval, "(pid, /)", "The round-robin quantum."), F(sched_getaffinity, "(pid, /)", "CPUs a process may use."),
    F(sched_setaffinity, "(pid, mask, /)", "Set the CPUs a process may use."),
    {0},
};
/* clang-format on */

bool posix_process_init(Value module)
{
    static const StructSeqField times_fields[] = {{"user", "user time"},
                                                  {"system", "system time"},
                                                  {"children_user", "user time of children"},
                                                  {"children_system", "system time of children"},
                                                  {"elapsed", "elapsed time since an arbitrary point in the past"},
                                                  {0}};
    static const StructSeqField uname_fields[] = {{"sysname", "operating system name"},    {"nodename", "name of machine on network (implementation-defined)"},
                                                  {"release", "operating system release"}, {"version", "operating system version"},
                                                  {"machine", "hardware identifier"},      {0}};
    static const StructSeqField waitid_fields[] = {{"si_pid", 0}, {"si_uid", 0}, {"si_signo", 0}, {"si_status", 0}, {"si_code", 0}, {0}};
    static const StructSeqField param_fields[] = {{"sched_priority", "the scheduling priority"}, {0}};
    times_type = structseq_type("posix.times_result", "Result of os.times().", times_fields, 5);
    uname_type = structseq_type("posix.uname_result", "Result of os.uname().", uname_fields, 5);
    waitid_type = structseq_type("posix.waitid_result", "Result of os.waitid().", waitid_fields, 5);
    sched_param_type = structseq_type("posix.sched_param", "Scheduling parameters.", param_fields, 1);
    if (sched_param_type) sched_param_type->new = sched_param_make;
    return times_type && uname_type && waitid_type && sched_param_type && module_add(module, "times_result", VALUE(times_type)) &&
           module_add(module, "uname_result", VALUE(uname_type)) && module_add(module, "waitid_result", VALUE(waitid_type)) &&
           module_add(module, "sched_param", VALUE(sched_param_type));
}
