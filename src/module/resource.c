/* resource.c: limits and usage of resources. */
#include "module/module.h"
#include <errno.h>
#include <sys/resource.h>
#include <unistd.h>

static Type *usage_type;
static const StructSeqField usage_fields[] = {{"ru_utime", "user time used"},
                                              {"ru_stime", "system time used"},
                                              {"ru_maxrss", "max. resident set size"},
                                              {"ru_ixrss", "shared memory size"},
                                              {"ru_idrss", "unshared data size"},
                                              {"ru_isrss", "unshared stack size"},
                                              {"ru_minflt", "page faults not requiring I/O"},
                                              {"ru_majflt", "page faults requiring I/O"},
                                              {"ru_nswap", "number of swap outs"},
                                              {"ru_inblock", "block input operations"},
                                              {"ru_oublock", "block output operations"},
                                              {"ru_msgsnd", "IPC messages sent"},
                                              {"ru_msgrcv", "IPC messages received"},
                                              {"ru_nsignals", "signals received"},
                                              {"ru_nvcsw", "voluntary context switches"},
                                              {"ru_nivcsw", "involuntary context switches"},
                                              {0}};

static double seconds(struct timeval t) { return (double)t.tv_sec + (double)t.tv_usec * 1e-6; }

static NATIVE(resource_getrusage)
{
    int who;
    struct rusage u;
    if (!number_as_int(args[0], &who)) return 0;
    if (getrusage(who, &u) < 0) return errno == EINVAL ? raise_value("invalid who parameter") : raise_errno();
    return structseq_new(usage_type, (Value[]){float_new(seconds(u.ru_utime)), float_new(seconds(u.ru_stime)), int_new(u.ru_maxrss), int_new(u.ru_ixrss), int_new(u.ru_idrss),
                                               int_new(u.ru_isrss), int_new(u.ru_minflt), int_new(u.ru_majflt), int_new(u.ru_nswap), int_new(u.ru_inblock), int_new(u.ru_oublock),
                                               int_new(u.ru_msgsnd), int_new(u.ru_msgrcv), int_new(u.ru_nsignals), int_new(u.ru_nvcsw), int_new(u.ru_nivcsw)});
}

static Value limits_value(const struct rlimit *l) { return tuple_pack(2, int_new((int64_t)l->rlim_cur), int_new((int64_t)l->rlim_max)); }
static bool limits_argument(Value v, struct rlimit *l)
{
    int64_t soft, hard;
    Value t = object_to_tuple(v);
    if (!t) return false;
    if (tuple_size(t) != 2) return raise_value("expected a tuple of 2 integers");
    if (!number_as_int64(tuple_get(t, 0), &soft) || !number_as_int64(tuple_get(t, 1), &hard)) return false;
    l->rlim_cur = (rlim_t)soft;
    l->rlim_max = (rlim_t)hard;
    return true;
}
static bool resource_argument(Value v, int *resource)
{
    if (!number_as_int(v, resource)) return false;
    return (*resource >= 0 && *resource < (int)RLIM_NLIMITS) || raise_value("invalid resource specified");
}
static Value limit_error(void)
{
    if (errno == EINVAL) return raise_value("current limit exceeds maximum limit");
    return errno == EPERM ? raise_value("not allowed to raise maximum limit") : raise_errno();
}
static NATIVE(resource_getrlimit)
{
    int resource;
    struct rlimit l;
    if (!resource_argument(args[0], &resource)) return 0;
    return getrlimit((__rlimit_resource_t)resource, &l) < 0 ? raise_errno() : limits_value(&l);
}
static NATIVE(resource_setrlimit)
{
    int resource;
    struct rlimit l;
    if (!number_as_int(args[0], &resource) || !sys_audit("resource.setrlimit", 2, args[0], args[1]) || !resource_argument(args[0], &resource) || !limits_argument(args[1], &l))
        return 0;
    return setrlimit((__rlimit_resource_t)resource, &l) < 0 ? limit_error() : NONE;
}
static NATIVE(resource_prlimit)
{
    int pid, resource;
    struct rlimit new, old;
    bool set = args[2] && args[2] != NONE;
    if (!number_as_int(args[0], &pid) || !resource_argument(args[1], &resource) || !sys_audit("resource.prlimit", 3, args[0], args[1], args[2] ? args[2] : NONE) ||
        (set && !limits_argument(args[2], &new)))
        return 0;
    if (prlimit(pid, (__rlimit_resource_t)resource, set ? &new : 0, &old) == 0) return limits_value(&old);
    return errno == EINVAL ? raise_value("current limit exceeds maximum limit") : raise_errno();
}
static NATIVE(resource_getpagesize) { return int_new(sysconf(_SC_PAGESIZE)); }

static const NativeDef functions[] = {
    {"getrusage", "(who, /)", resource_getrusage, "Usage of resources.", 0},
    {"getrlimit", "(resource, /)", resource_getrlimit, "The limits of a resource: (soft, hard).", 0},
    {"setrlimit", "(resource, limits, /)", resource_setrlimit, "Set the limits of a resource.", 0},
    {"prlimit", "(pid, resource, limits=<unrepresentable>, /)", resource_prlimit, "Get and set the limits of a process.", 0},
    {"getpagesize", "()", resource_getpagesize, "The size of a page of memory.", 0},
    {0},
};
#define C(name) {#name, name}
static const struct {
    const char *name;
    int64_t value;
} constants[] = {C(RLIMIT_CPU),        C(RLIMIT_FSIZE),    C(RLIMIT_DATA),     C(RLIMIT_STACK),      C(RLIMIT_CORE),
                 C(RLIMIT_NOFILE),     C(RLIMIT_OFILE),    C(RLIMIT_AS),       C(RLIMIT_RSS),        C(RLIMIT_NPROC),
                 C(RLIMIT_MEMLOCK),    C(RLIMIT_MSGQUEUE), C(RLIMIT_NICE),     C(RLIMIT_RTPRIO),     {"RLIMIT_RTTIME", 15},
                 C(RLIMIT_SIGPENDING), C(RUSAGE_SELF),     C(RUSAGE_CHILDREN), {"RUSAGE_THREAD", 1}, {"RLIM_INFINITY", (int64_t)RLIM_INFINITY}};
static bool init(Value module)
{
    usage_type = structseq_type("resource.struct_rusage", "Result of getrusage().", usage_fields, 16);
    for (size_t i = 0; i < sizeof constants / sizeof *constants; i++)
        if (!module_add_int(module, constants[i].name, constants[i].value)) return false;
    return usage_type && module_add(module, "struct_rusage", VALUE(usage_type)) && module_add(module, "error", VALUE(&exc_OSError));
}
const ModuleDef module_resource = {"resource", "Limits and usage of resources.", functions, init};
