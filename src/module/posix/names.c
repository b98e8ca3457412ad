/* names.c: confstr, sysconf and pathconf, with the names they are asked by. */
#include "module/posix/posix.h"

typedef struct ConfName {
    const char *name;
    int value;
} ConfName;

#define N(name) {"CS_" #name, _CS_##name}
/* clang-format off */
static const ConfName confstr_names[] = {
    N(PATH), N(GNU_LIBC_VERSION), N(GNU_LIBPTHREAD_VERSION), N(LFS_CFLAGS), N(LFS_LDFLAGS), N(LFS_LIBS), N(LFS_LINTFLAGS),
    N(LFS64_CFLAGS), N(LFS64_LDFLAGS), N(LFS64_LIBS), N(LFS64_LINTFLAGS), N(XBS5_ILP32_OFF32_CFLAGS), N(XBS5_ILP32_OFF32_LDFLAGS),
    N(XBS5_ILP32_OFF32_LIBS), N(XBS5_ILP32_OFF32_LINTFLAGS), N(XBS5_ILP32_OFFBIG_CFLAGS), N(XBS5_ILP32_OFFBIG_LDFLAGS),
    N(XBS5_ILP32_OFFBIG_LIBS), N(XBS5_ILP32_OFFBIG_LINTFLAGS), N(XBS5_LP64_OFF64_CFLAGS), N(XBS5_LP64_OFF64_LDFLAGS),
    N(XBS5_LP64_OFF64_LIBS), N(XBS5_LP64_OFF64_LINTFLAGS), N(XBS5_LPBIG_OFFBIG_CFLAGS), N(XBS5_LPBIG_OFFBIG_LDFLAGS),
    N(XBS5_LPBIG_OFFBIG_LIBS), N(XBS5_LPBIG_OFFBIG_LINTFLAGS),
};
/* clang-format on */
#undef N
#define N(name) {"PC_" #name, _PC_##name}
static const ConfName pathconf_names[] = {
    N(LINK_MAX),           N(MAX_CANON),         N(MAX_INPUT),         N(NAME_MAX),       N(PATH_MAX),       N(PIPE_BUF),    N(CHOWN_RESTRICTED),
    N(NO_TRUNC),           N(VDISABLE),          N(SYNC_IO),           N(ASYNC_IO),       N(PRIO_IO),        N(SOCK_MAXBUF), N(FILESIZEBITS),
    N(REC_INCR_XFER_SIZE), N(REC_MAX_XFER_SIZE), N(REC_MIN_XFER_SIZE), N(REC_XFER_ALIGN), N(ALLOC_SIZE_MIN), N(SYMLINK_MAX),
};
#undef N
#define N(name) {"SC_" #name, _SC_##name}
/* clang-format off */
static const ConfName sysconf_names[] = {
    N(ARG_MAX), N(CHILD_MAX), N(CLK_TCK), N(NGROUPS_MAX), N(OPEN_MAX), N(STREAM_MAX), N(TZNAME_MAX), N(JOB_CONTROL), N(SAVED_IDS),
    N(REALTIME_SIGNALS), N(PRIORITY_SCHEDULING), N(TIMERS), N(ASYNCHRONOUS_IO), N(PRIORITIZED_IO), N(SYNCHRONIZED_IO), N(FSYNC),
    N(MAPPED_FILES), N(MEMLOCK), N(MEMLOCK_RANGE), N(MEMORY_PROTECTION), N(MESSAGE_PASSING), N(SEMAPHORES), N(SHARED_MEMORY_OBJECTS),
    N(AIO_LISTIO_MAX), N(AIO_MAX), N(AIO_PRIO_DELTA_MAX), N(DELAYTIMER_MAX), N(MQ_OPEN_MAX), N(MQ_PRIO_MAX), N(VERSION), N(PAGESIZE),
    N(PAGE_SIZE), N(RTSIG_MAX), N(SEM_NSEMS_MAX), N(SEM_VALUE_MAX), N(SIGQUEUE_MAX), N(TIMER_MAX), N(BC_BASE_MAX), N(BC_DIM_MAX),
    N(BC_SCALE_MAX), N(BC_STRING_MAX), N(COLL_WEIGHTS_MAX), N(EQUIV_CLASS_MAX), N(EXPR_NEST_MAX), N(LINE_MAX), N(RE_DUP_MAX),
    N(CHARCLASS_NAME_MAX), N(2_VERSION), N(2_C_BIND), N(2_C_DEV), N(2_FORT_DEV), N(2_FORT_RUN), N(2_SW_DEV), N(2_LOCALEDEF), N(PII),
    N(PII_XTI), N(PII_SOCKET), N(PII_INTERNET), N(PII_OSI), N(POLL), N(SELECT), N(IOV_MAX), N(UIO_MAXIOV), N(PII_INTERNET_STREAM),
    N(PII_INTERNET_DGRAM), N(PII_OSI_COTS), N(PII_OSI_CLTS), N(PII_OSI_M), N(T_IOV_MAX), N(THREADS), N(THREAD_SAFE_FUNCTIONS),
    N(GETGR_R_SIZE_MAX), N(GETPW_R_SIZE_MAX), N(LOGIN_NAME_MAX), N(TTY_NAME_MAX), N(THREAD_DESTRUCTOR_ITERATIONS), N(THREAD_KEYS_MAX),
    N(THREAD_STACK_MIN), N(THREAD_THREADS_MAX), N(THREAD_ATTR_STACKADDR), N(THREAD_ATTR_STACKSIZE), N(THREAD_PRIORITY_SCHEDULING),
    N(THREAD_PRIO_INHERIT), N(THREAD_PRIO_PROTECT), N(THREAD_PROCESS_SHARED), N(NPROCESSORS_CONF), N(NPROCESSORS_ONLN), N(PHYS_PAGES),
    N(AVPHYS_PAGES), N(ATEXIT_MAX), N(PASS_MAX), N(XOPEN_VERSION), N(XOPEN_XCU_VERSION), N(XOPEN_UNIX), N(XOPEN_CRYPT),
    N(XOPEN_ENH_I18N), N(XOPEN_SHM), N(2_CHAR_TERM), N(2_C_VERSION), N(2_UPE), N(XOPEN_XPG2), N(XOPEN_XPG3), N(XOPEN_XPG4),
    N(CHAR_BIT), N(CHAR_MAX), N(CHAR_MIN), N(INT_MAX), N(INT_MIN), N(LONG_BIT), N(WORD_BIT), N(MB_LEN_MAX), N(NZERO), N(SSIZE_MAX),
    N(SCHAR_MAX), N(SCHAR_MIN), N(SHRT_MAX), N(SHRT_MIN), N(UCHAR_MAX), N(UINT_MAX), N(ULONG_MAX), N(USHRT_MAX), N(NL_ARGMAX),
    N(NL_LANGMAX), N(NL_MSGMAX), N(NL_NMAX), N(NL_SETMAX), N(NL_TEXTMAX), N(XBS5_ILP32_OFF32), N(XBS5_ILP32_OFFBIG),
    N(XBS5_LP64_OFF64), N(XBS5_LPBIG_OFFBIG), N(XOPEN_LEGACY), N(XOPEN_REALTIME), N(XOPEN_REALTIME_THREADS), N(MINSIGSTKSZ),
};
/* clang-format on */
#undef N
#define COUNT(table) (sizeof(table) / sizeof *(table))

/* A name of the table, or a number. */
static bool conf_argument(Value v, const ConfName *table, size_t count, int *out)
{
    if (type_of(v)->index) return number_as_int(v, out);
    if (!is_str(v)) return raise_type("configuration names must be strings or integers");
    for (size_t i = 0; i < count; i++)
        if (str_equal_ascii(v, table[i].name)) return *out = table[i].value, true;
    return raise_value("unrecognized configuration name");
}

static NATIVE(posix_confstr)
{
    int name;
    if (!conf_argument(args[0], confstr_names, COUNT(confstr_names), &name)) return 0;
    errno = 0;
    size_t size = confstr(name, 0, 0);
    if (!size) return errno ? raise_errno() : NONE;
    Value bytes = bytes_new(0, size);
    if (!bytes) return 0;
    confstr(name, (char *)bytes_data(bytes), size);
    return str_from_fs((char *)bytes_data(bytes), size - 1);
}

static NATIVE(posix_sysconf)
{
    int name;
    if (!conf_argument(args[0], sysconf_names, COUNT(sysconf_names), &name)) return 0;
    errno = 0;
    long value = sysconf(name);
    return value == -1 && errno ? raise_errno() : int_new(value);
}

static NATIVE(posix_pathconf)
{
    Path path;
    int name;
    if (!path_argument(args[0], "pathconf", "path", PATH_FD, &path) || !conf_argument(args[1], pathconf_names, COUNT(pathconf_names), &name)) return 0;
    errno = 0;
    long limit = path.fd >= 0 ? fpathconf(path.fd, name) : pathconf(path.bytes, name);
    return limit == -1 && errno ? path_error(&path) : int_new(limit);
}

static NATIVE(posix_fpathconf)
{
    int fd, name;
    if (!descriptor_argument(args[0], &fd) || !conf_argument(args[1], pathconf_names, COUNT(pathconf_names), &name)) return 0;
    errno = 0;
    long limit = fpathconf(fd, name);
    return limit == -1 && errno ? raise_errno() : int_new(limit);
}

const NativeDef posix_name_functions[] = {
    {"confstr", "(name, /)", posix_confstr, "A configuration string of the system.", 0},
    {"sysconf", "(name, /)", posix_sysconf, "A configuration number of the system.", 0},
    {"pathconf", "(path, name)", posix_pathconf, "A configuration limit of a file.", 0},
    {"fpathconf", "(fd, name, /)", posix_fpathconf, "A configuration limit of an open file.", 0},
    {0},
};

static bool add_names(Value module, const char *attribute, const ConfName *table, size_t count)
{
    Value dict = dict_new();
    for (size_t i = 0; dict && i < count; i++)
        if (!dict_set_cstring(dict, table[i].name, int_new(table[i].value))) return false;
    return module_add(module, attribute, dict);
}

bool posix_names_init(Value module)
{
    return add_names(module, "confstr_names", confstr_names, COUNT(confstr_names)) && add_names(module, "pathconf_names", pathconf_names, COUNT(pathconf_names)) &&
           add_names(module, "sysconf_names", sysconf_names, COUNT(sysconf_names));
}
