/* posix.c: the posix module, which os is made of: arguments, environ, constants. */
#include "module/posix/posix.h"
#include <dlfcn.h>
#include <limits.h>
#include <linux/fs.h>
#include <linux/memfd.h>
#include <sched.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <sysexits.h>

extern char **environ;

/* ---------------------------------------------------------------- arguments */

bool path_argument(Value v, const char *function, const char *argument, int allow, Path *path)
{
    *path = (Path){.object = v, .fd = -1};
    if (v == NONE && allow & PATH_NONE) return path->bytes = ".", true;
    if (allow & PATH_FD && !is_str(v) && !is_bytes(v) && type_of(v)->index) return number_as_int(v, &path->fd);
    Value name = v;
    if (!is_str(v) && !is_bytes(v)) {
        Value method = object_lookup_special(v, NAME("__fspath__"));
        if (!method) {
            if (thread_self->exception) return false;
            const char *expected = allow == (PATH_FD | PATH_NONE) ? "string, bytes, os.PathLike, integer or None"
                                   : allow & PATH_FD              ? "string, bytes, os.PathLike or integer"
                                   : allow & PATH_NONE            ? "string, bytes, os.PathLike or None"
                                                                  : "string, bytes or os.PathLike";
            if (!has_buffer(v)) return raise_type("%s: %s should be %s, not %.200T", function, argument, expected, v);
            if (!warn_format(&exc_DeprecationWarning, 1, "%s: %s should be %s, not %.200T", function, argument, expected, v)) return false;
        }
        if (!(name = method ? fs_path(v) : bytes_from_object(v))) return false;
    }
    path->is_bytes = is_bytes(name);
    if (!(path->bytes = path_bytes(name, 0))) {
        if (error_matches(&exc_ValueError) && !error_matches(&exc_UnicodeError)) {
            error_clear();
            raise_value("%s: embedded null %s in %s", function, path->is_bytes ? "byte" : "character", argument);
        }
        return false;
    }
    return true;
}

bool dir_fd_argument(Value v, int *fd)
{
    if (!v || v == NONE) return *fd = AT_FDCWD, true;
    if (!type_of(v)->index) return raise_type("argument should be integer or None, not %.200T", v);
    return number_as_int(v, fd);
}

bool descriptor_argument(Value v, int *fd)
{
    if (!is_int(v)) {
        Value method = object_getattr_opt(v, NAME("fileno"));
        if (!method) return thread_self->exception ? false : raise_type("argument must be an int, or have a fileno() method.");
        Value number = call_0(method);
        if (!number) return false;
        if (!is_int(number)) return raise_type("fileno() returned a non-integer");
        v = number;
    }
    if (!number_as_int(v, fd)) return false;
    return *fd >= 0 || raise_value("file descriptor cannot be a negative integer (%d)", *fd);
}

bool id_argument(Value v, const char *kind, uint32_t *id)
{
    Value n = type_of(v)->index ? number_index(v) : raise_type("%s should be integer, not %.200T", kind, v);
    int64_t number;
    if (!n) return false;
    int overflow = int_as_int64_overflow(n, &number);
    if (overflow < 0 || (!overflow && number < -1)) return raise_overflow("%s is less than minimum", kind);
    if (overflow > 0 || number > UINT32_MAX) return raise_overflow("%s is greater than maximum", kind);
    *id = (uint32_t)number;
    return true;
}

Value path_error(const Path *path) { return raise_errno_with(errno, path->object == NONE ? 0 : path->object, 0); }
Value path_error2(const Path *path, const Path *path2) { return raise_errno_with(errno, path->object, path2->object); }
Value name_value(const char *bytes, size_t size, bool as_bytes) { return as_bytes ? bytes_new(bytes, size) : str_from_fs(bytes, size); }
Value none_or_error(int result) { return result < 0 ? raise_errno() : NONE; }
Value int_or_error(int64_t result) { return result < 0 ? raise_errno() : int_new(result); }

/* ---------------------------------------------------------------- small functions */

static NATIVE(posix_fspath) { return fs_path(args[0]); }

static NATIVE(posix_putenv)
{
    const char *name = path_bytes(args[0], 0), *value = name ? path_bytes(args[1], 0) : 0;
    if (!value || !sys_audit("os.putenv", 2, args[0], args[1])) return 0;
    if (strchr(name, '=')) return raise_value("illegal environment variable name");
    return none_or_error(setenv(name, value, 1));
}

static NATIVE(posix_unsetenv)
{
    const char *name = path_bytes(args[0], 0);
    return name && sys_audit("os.unsetenv", 1, args[0]) ? none_or_error(unsetenv(name)) : 0;
}

static NATIVE(posix_strerror)
{
    int code;
    if (!number_as_int(args[0], &code)) return 0;
    const char *text = strerror(code);
    return str_decode(text, strlen(text), "utf-8", "surrogateescape");
}

static NATIVE(posix_urandom)
{
    int64_t size;
    if (!number_as_count(args[0], &size)) return 0;
    if (size < 0) return raise_value("negative argument not allowed");
    Value bytes = bytes_new(0, (size_t)size);
    for (int64_t got = 0; bytes && got < size;) {
        ssize_t n = getrandom(bytes_data(bytes) + got, (size_t)(size - got), 0);
        if (n < 0 && errno != EINTR) return raise_errno();
        if (n > 0) got += n;
    }
    return bytes;
}

static NATIVE(posix_getrandom)
{
    int64_t size;
    int flags;
    if (!number_as_count(args[0], &size) || !number_as_int(args[1], &flags)) return 0;
    if (size < 0) return errno = EINVAL, raise_errno();
    Value bytes = bytes_new(0, (size_t)size);
    ssize_t n;
    if (!bytes) return 0;
    RETRY(n, getrandom(bytes_data(bytes), (size_t)size, (unsigned)flags));
    return n < 0 ? raise_errno() : n == size ? bytes : bytes_new(bytes_data(bytes), (size_t)n);
}

static NATIVE(posix_getloadavg)
{
    double loads[3];
    if (getloadavg(loads, 3) != 3) return raise_format(&exc_OSError, "Load averages are unobtainable");
    return tuple_pack(3, float_new(loads[0]), float_new(loads[1]), float_new(loads[2]));
}

static NATIVE(posix_abort) { abort(); }

static const NativeDef functions[] = {
    {"fspath", "(path)", posix_fspath, "Return the file system path of an object.", 0},
    {"putenv", "(name, value, /)", posix_putenv, "Change or add an environment variable.", 0},
    {"unsetenv", "(name, /)", posix_unsetenv, "Delete an environment variable.", 0},
    {"strerror", "(code, /)", posix_strerror, "Text of an error number.", 0},
    {"urandom", "(size, /)", posix_urandom, "Random bytes fit for cryptography.", 0},
    {"getrandom", "(size, flags=0)", posix_getrandom, "Random bytes from the system call getrandom.", 0},
    {"getloadavg", "()", posix_getloadavg, "Load of the system over 1, 5 and 15 minutes.", 0},
    {"abort", "()", posix_abort, "Abort the process with a core dump.", 0},
    {0},
};

/* ---------------------------------------------------------------- the module */

#define C(name) {#name, name}
static const struct {
    const char *name;
    long long value;
} constants[] = {
    C(F_OK),
    C(R_OK),
    C(W_OK),
    C(X_OK),
    C(NGROUPS_MAX),
    C(TMP_MAX),
    C(WCONTINUED),
    C(WNOHANG),
    C(WUNTRACED),
    C(WEXITED),
    C(WNOWAIT),
    C(WSTOPPED),
    C(O_RDONLY),
    C(O_WRONLY),
    C(O_RDWR),
    C(O_NDELAY),
    C(O_NONBLOCK),
    C(O_APPEND),
    C(O_DSYNC),
    C(O_RSYNC),
    C(O_SYNC),
    C(O_NOCTTY),
    C(O_CREAT),
    C(O_EXCL),
    C(O_TRUNC),
    C(O_LARGEFILE),
    C(O_PATH),
    C(O_TMPFILE),
    C(O_CLOEXEC),
    C(O_ACCMODE),
    C(O_FSYNC),
    C(O_ASYNC),
    C(O_DIRECT),
    C(O_DIRECTORY),
    C(O_NOFOLLOW),
    C(O_NOATIME),
    C(PRIO_PROCESS),
    C(PRIO_PGRP),
    C(PRIO_USER),
    C(SEEK_HOLE),
    C(SEEK_DATA),
    C(EX_OK),
    C(EX_USAGE),
    C(EX_DATAERR),
    C(EX_NOINPUT),
    C(EX_NOUSER),
    C(EX_NOHOST),
    C(EX_UNAVAILABLE),
    C(EX_SOFTWARE),
    C(EX_OSERR),
    C(EX_OSFILE),
    C(EX_CANTCREAT),
    C(EX_IOERR),
    C(EX_TEMPFAIL),
    C(EX_PROTOCOL),
    C(EX_NOPERM),
    C(EX_CONFIG),
    C(ST_RDONLY),
    C(ST_NOSUID),
    C(ST_NODEV),
    C(ST_NOEXEC),
    C(ST_SYNCHRONOUS),
    C(ST_MANDLOCK),
    C(ST_WRITE),
    C(ST_APPEND),
    C(ST_NOATIME),
    C(ST_NODIRATIME),
    C(ST_RELATIME),
    C(POSIX_FADV_NORMAL),
    C(POSIX_FADV_SEQUENTIAL),
    C(POSIX_FADV_RANDOM),
    C(POSIX_FADV_NOREUSE),
    C(POSIX_FADV_WILLNEED),
    C(POSIX_FADV_DONTNEED),
    C(P_PID),
    C(P_PGID),
    C(P_ALL),
    C(P_PIDFD),
    C(CLD_EXITED),
    C(CLD_KILLED),
    C(CLD_DUMPED),
    C(CLD_TRAPPED),
    C(CLD_STOPPED),
    C(CLD_CONTINUED),
    C(F_LOCK),
    C(F_TLOCK),
    C(F_ULOCK),
    C(F_TEST),
    C(RWF_DSYNC),
    C(RWF_HIPRI),
    C(RWF_SYNC),
    C(RWF_NOWAIT),
    C(RWF_APPEND),
    C(SPLICE_F_MOVE),
    C(SPLICE_F_NONBLOCK),
    C(SPLICE_F_MORE),
    C(SCHED_OTHER),
    C(SCHED_FIFO),
    C(SCHED_RR),
    C(SCHED_BATCH),
    C(SCHED_IDLE),
    C(SCHED_RESET_ON_FORK),
    C(XATTR_CREATE),
    C(XATTR_REPLACE),
    C(XATTR_SIZE_MAX),
    C(RTLD_LAZY),
    C(RTLD_NOW),
    C(RTLD_GLOBAL),
    C(RTLD_LOCAL),
    C(RTLD_NODELETE),
    C(RTLD_NOLOAD),
    C(RTLD_DEEPBIND),
    C(GRND_RANDOM),
    C(GRND_NONBLOCK),
    C(MFD_CLOEXEC),
    C(MFD_ALLOW_SEALING),
    C(MFD_HUGETLB),
    C(MFD_HUGE_SHIFT),
    C(MFD_HUGE_MASK),
    C(MFD_HUGE_64KB),
    C(MFD_HUGE_512KB),
    C(MFD_HUGE_1MB),
    C(MFD_HUGE_2MB),
    C(MFD_HUGE_8MB),
    C(MFD_HUGE_16MB),
    C(MFD_HUGE_32MB),
    C(MFD_HUGE_256MB),
    C(MFD_HUGE_512MB),
    C(MFD_HUGE_1GB),
    C(MFD_HUGE_2GB),
    C(MFD_HUGE_16GB),
    C(EFD_CLOEXEC),
    C(EFD_NONBLOCK),
    C(EFD_SEMAPHORE),
    {"POSIX_SPAWN_OPEN", 0},
    {"POSIX_SPAWN_CLOSE", 1},
    {"POSIX_SPAWN_DUP2", 2},
};
#undef C

/* os.environ is made of this: bytes to bytes. */
static bool fill_environ(Value dict)
{
    for (char **p = environ; p && *p; p++) {
        const char *equals = strchr(*p, '=');
        if (!equals) continue;
        Value name = bytes_new(*p, (size_t)(equals - *p)), value = bytes_new(equals + 1, strlen(equals + 1));
        if (!name || !value || !dict_set_default(dict, name, value)) return false;
    }
    return true;
}

/* The same dict: os.environ holds it. */
static bool resume(Value module)
{
    Value dict = dict_get_cstring(module_dict(module), "environ");
    dict_clear(dict);
    return fill_environ(dict);
}

/* os.supports_* are computed from the functions named here. */
static bool add_have_functions(Value module)
{
    static const char *const names[] = {"HAVE_FACCESSAT", "HAVE_FCHDIR",     "HAVE_FCHMOD",   "HAVE_FCHMODAT",     "HAVE_FCHOWN",    "HAVE_FCHOWNAT", "HAVE_FDOPENDIR",
                                        "HAVE_FEXECVE",   "HAVE_FPATHCONF",  "HAVE_FSTATAT",  "HAVE_FSTATVFS",     "HAVE_FTRUNCATE", "HAVE_FUTIMENS", "HAVE_LINKAT",
                                        "HAVE_LCHOWN",    "HAVE_LSTAT",      "HAVE_LUTIMES",  "HAVE_MEMFD_CREATE", "HAVE_MKDIRAT",   "HAVE_MKFIFOAT", "HAVE_MKNODAT",
                                        "HAVE_OPENAT",    "HAVE_READLINKAT", "HAVE_RENAMEAT", "HAVE_SYMLINKAT",    "HAVE_UNLINKAT",  "HAVE_UTIMENSAT"};
    Value list = list_new(0);
    for (size_t i = 0; list && i < sizeof names / sizeof *names; i++) {
        Value name = str_intern_cstring(names[i]);
        if (!name || !list_append(list, name)) return false;
    }
    return module_add(module, "_have_functions", list);
}

static bool init(Value module)
{
    for (size_t i = 0; i < sizeof constants / sizeof *constants; i++)
        if (!module_add_int(module, constants[i].name, constants[i].value)) return false;
    const NativeDef *tables[] = {posix_file_functions, posix_stat_functions, posix_io_functions, posix_process_functions, posix_spawn_functions, posix_name_functions};
    for (size_t t = 0; t < sizeof tables / sizeof *tables; t++)
        for (const NativeDef *def = tables[t]; def->name; def++)
            if (!module_add(module, def->name, native_new(def, 0, module))) return false;
    Value dict = dict_new();
    return module_add(module, "environ", dict) && fill_environ(dict) && module_add(module, "error", VALUE(&exc_OSError)) && add_have_functions(module) && posix_stat_init(module) &&
           posix_io_init(module) && posix_process_init(module) && posix_names_init(module) && posix_spawn_init(module);
}

const ModuleDef module_posix = {"posix", "The system calls and library functions of POSIX; use os instead.", functions, init, resume};
