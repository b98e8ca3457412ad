/* io.c: open files and other descriptors. */
#include "module/posix/posix.h"
#include <poll.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <pty.h>
#include <utmp.h>
#include <limits.h>

static Type *terminal_size_type;

static NATIVE(posix_open)
{
    Path path;
    int flags, mode, dir_fd, fd;
    if (!path_argument(args[0], "open", "path", 0, &path) || !number_as_int(args[1], &flags) || !number_as_int(args[2], &mode) || !dir_fd_argument(args[3], &dir_fd)) return 0;
    if (!sys_audit("open", 3, args[0], NONE, args[1])) return 0;
    do {
        BLOCKING(fd = openat(dir_fd, path.bytes, flags | O_CLOEXEC, mode));
    } while (fd < 0 && errno == EINTR && safe_point());
    if (fd >= 0) return int_new(fd);
    return thread_self->exception ? 0 : path_error(&path);
}

static NATIVE(posix_close)
{
    int fd, result;
    if (!number_as_int(args[0], &fd)) return 0;
    BLOCKING(result = close(fd));
    return result < 0 && errno != EINTR ? raise_errno() : NONE;
}
static NATIVE(posix_closerange)
{
    int low, high;
    if (!number_as_int(args[0], &low) || !number_as_int(args[1], &high)) return 0;
    if (low < 0) low = 0;
    if (high > low) BLOCKING(syscall(SYS_close_range, low, high - 1, 0));
    return NONE;
}

static NATIVE(posix_dup)
{
    int fd;
    return number_as_int(args[0], &fd) ? int_or_error(fcntl(fd, F_DUPFD_CLOEXEC, 0)) : 0;
}
static NATIVE(posix_dup2)
{
    int fd, fd2, result;
    if (!number_as_int(args[0], &fd) || !number_as_int(args[1], &fd2)) return 0;
    int inheritable = object_truth(args[2]);
    if (inheritable < 0) return 0;
    if (fd < 0 || fd2 < 0) return errno = EBADF, raise_errno();
    if (fd == fd2 || inheritable) {
        BLOCKING(result = dup2(fd, fd2));
    } else BLOCKING(result = dup3(fd, fd2, O_CLOEXEC));
    return int_or_error(result);
}

static bool size_argument(Value v, int64_t *size) { return number_as_count(v, size); }

static NATIVE(posix_read)
{
    int fd;
    int64_t size;
    ssize_t n;
    if (!number_as_int(args[0], &fd) || !size_argument(args[1], &size)) return 0;
    if (size < 0) return errno = EINVAL, raise_errno();
    if (size > 0x7ffff000) size = 0x7ffff000;
    Value bytes = bytes_new(0, (size_t)size);
    if (!bytes) return 0;
    RETRY(n, read(fd, bytes_data(bytes), (size_t)size));
    return n < 0 ? raise_errno() : n == size ? bytes : bytes_new(bytes_data(bytes), (size_t)n);
}
static NATIVE(posix_pread)
{
    int fd;
    int64_t size, offset;
    ssize_t n;
    if (!number_as_int(args[0], &fd) || !size_argument(args[1], &size) || !number_as_int64(args[2], &offset)) return 0;
    if (size < 0) return errno = EINVAL, raise_errno();
    Value bytes = bytes_new(0, (size_t)size);
    if (!bytes) return 0;
    RETRY(n, pread(fd, bytes_data(bytes), (size_t)size, offset));
    return n < 0 ? raise_errno() : n == size ? bytes : bytes_new(bytes_data(bytes), (size_t)n);
}
static NATIVE(posix_write)
{
    int fd;
    Buffer b;
    ssize_t n;
    if (!number_as_int(args[0], &fd) || !buffer_get(args[1], &b, BUFFER_SIMPLE)) return 0;
    size_t size = b.length > 0x7ffff000 ? 0x7ffff000 : (size_t)b.length;
    bool ok = true;
    do {
        BLOCKING(n = write(fd, b.data, size));
    } while (n < 0 && errno == EINTR && (ok = safe_point()));
    int error = errno;
    buffer_release(&b);
    errno = error;
    return ok ? int_or_error(n) : 0;
}
static NATIVE(posix_pwrite)
{
    int fd;
    int64_t offset;
    Buffer b;
    ssize_t n;
    if (!number_as_int(args[0], &fd) || !number_as_int64(args[2], &offset) || !buffer_get(args[1], &b, BUFFER_SIMPLE)) return 0;
    bool ok = true;
    do {
        BLOCKING(n = pwrite(fd, b.data, (size_t)b.length, offset));
    } while (n < 0 && errno == EINTR && (ok = safe_point()));
    int error = errno;
    buffer_release(&b);
    errno = error;
    return ok ? int_or_error(n) : 0;
}

/* ---------------------------------------------------------------- vectors of buffers */

typedef struct Vector {
    struct iovec *parts;
    Buffer *buffers;
    int count;
} Vector;

static void vector_release(Vector *v)
{
    int error = errno;
    for (int i = 0; i < v->count; i++) buffer_release(&v->buffers[i]);
    errno = error;
}

static bool vector_get(Value sequence, const char *function, int flags, Vector *v)
{
    *v = (Vector){0};
    if (!type_of(sequence)->getitem || is_dict(sequence)) return raise_type("%s() arg 2 must be a sequence", function);
    Value list = object_to_list(sequence);
    if (!list) return false;
    int64_t count = list_size(list);
    if (count > IOV_MAX) return errno = EINVAL, raise_errno();
    v->parts = gc_buffer(sizeof *v->parts * (size_t)(count + 1));
    v->buffers = gc_buffer(sizeof *v->buffers * (size_t)(count + 1));
    if (!v->parts || !v->buffers) return false;
    for (; v->count < count; v->count++) {
        if (!buffer_get(list_get(list, v->count), &v->buffers[v->count], flags)) return vector_release(v), false;
        v->parts[v->count] = (struct iovec){v->buffers[v->count].data, (size_t)v->buffers[v->count].length};
    }
    return true;
}

#define VECTOR_CALL(function, flags, call) \
    int fd; \
    Vector v; \
    ssize_t n; \
    bool ok = true; \
    if (!number_as_int(args[0], &fd) || !vector_get(args[1], function, flags, &v)) return 0; \
    do { \
        BLOCKING(n = (call)); \
    } while (n < 0 && errno == EINTR && (ok = safe_point())); \
    vector_release(&v); \
    return ok ? int_or_error(n) : 0

static NATIVE(posix_readv) { VECTOR_CALL("readv", BUFFER_WRITABLE, readv(fd, v.parts, v.count)); }
static NATIVE(posix_writev) { VECTOR_CALL("writev", BUFFER_SIMPLE, writev(fd, v.parts, v.count)); }
static NATIVE(posix_preadv)
{
    int64_t offset;
    int flags;
    if (!number_as_int64(args[2], &offset) || !number_as_int(args[3], &flags)) return 0;
    VECTOR_CALL("preadv", BUFFER_WRITABLE, preadv2(fd, v.parts, v.count, offset, flags));
}
static NATIVE(posix_pwritev)
{
    int64_t offset;
    int flags;
    if (!number_as_int64(args[2], &offset) || !number_as_int(args[3], &flags)) return 0;
    VECTOR_CALL("pwritev", BUFFER_SIMPLE, pwritev2(fd, v.parts, v.count, offset, flags));
}

/* ---------------------------------------------------------------- copying inside the kernel */

/* An offset argument: None (0: the file's own position). */
static bool offset_argument(Value v, loff_t *offset, loff_t **pointer)
{
    int64_t n;
    *pointer = 0;
    if (v == NONE) return true;
    if (!number_as_int64(v, &n)) return false;
    *offset = n, *pointer = offset;
    return true;
}

static NATIVE(posix_copy_file_range)
{
    int from, to;
    int64_t count;
    loff_t from_offset, to_offset, *from_at, *to_at;
    ssize_t n;
    if (!number_as_int(args[0], &from) || !number_as_int(args[1], &to) || !size_argument(args[2], &count) || !offset_argument(args[3], &from_offset, &from_at) ||
        !offset_argument(args[4], &to_offset, &to_at))
        return 0;
    if (count < 0) return raise_value("negative value for 'count' not allowed");
    RETRY(n, copy_file_range(from, from_at, to, to_at, (size_t)count, 0));
    return int_or_error(n);
}
static NATIVE(posix_splice)
{
    int from, to, flags;
    int64_t count;
    loff_t from_offset, to_offset, *from_at, *to_at;
    ssize_t n;
    if (!number_as_int(args[0], &from) || !number_as_int(args[1], &to) || !size_argument(args[2], &count) || !offset_argument(args[3], &from_offset, &from_at) ||
        !offset_argument(args[4], &to_offset, &to_at) || !number_as_int(args[5], &flags))
        return 0;
    if (count < 0) return raise_value("negative value for 'count' not allowed");
    RETRY(n, splice(from, from_at, to, to_at, (size_t)count, (unsigned)flags));
    return int_or_error(n);
}
static NATIVE(posix_sendfile)
{
    int out, in;
    int64_t count;
    loff_t offset, *at;
    ssize_t n;
    if (!number_as_int(args[0], &out) || !number_as_int(args[1], &in) || !offset_argument(args[2], &offset, &at) || !size_argument(args[3], &count)) return 0;
    RETRY(n, sendfile(out, in, at, (size_t)count));
    return int_or_error(n);
}

/* ---------------------------------------------------------------- positions, length, flushing, locks */

static NATIVE(posix_lseek)
{
    int fd, how;
    int64_t position, result;
    if (!number_as_int(args[0], &fd) || !number_as_int64(args[1], &position) || !number_as_int(args[2], &how)) return 0;
    BLOCKING(result = lseek(fd, position, how));
    return int_or_error(result);
}
static NATIVE(posix_ftruncate)
{
    int fd, result;
    int64_t length;
    if (!number_as_int(args[0], &fd) || !number_as_int64(args[1], &length) || !sys_audit("os.truncate", 2, args[0], args[1])) return 0;
    RETRY(result, ftruncate(fd, length));
    return none_or_error(result);
}
static NATIVE(posix_fsync)
{
    int fd, result;
    if (!descriptor_argument(args[0], &fd)) return 0;
    RETRY(result, fsync(fd));
    return none_or_error(result);
}
static NATIVE(posix_fdatasync)
{
    int fd, result;
    if (!descriptor_argument(args[0], &fd)) return 0;
    RETRY(result, fdatasync(fd));
    return none_or_error(result);
}
static NATIVE(posix_sync)
{
    BLOCKING(sync());
    return NONE;
}
static NATIVE(posix_lockf)
{
    int fd, command, result;
    int64_t length;
    if (!number_as_int(args[0], &fd) || !number_as_int(args[1], &command) || !number_as_int64(args[2], &length) || !sys_audit("os.lockf", 3, args[0], args[1], args[2])) return 0;
    BLOCKING(result = lockf(fd, command, length));
    return none_or_error(result);
}
static Value advise(Value *args, bool allocate)
{
    int fd, advice = 0, error;
    int64_t offset, length;
    if (!number_as_int(args[0], &fd) || !number_as_int64(args[1], &offset) || !number_as_int64(args[2], &length) || (!allocate && !number_as_int(args[3], &advice))) return 0;
    do {
        BLOCKING(error = allocate ? posix_fallocate(fd, offset, length) : posix_fadvise(fd, offset, length, advice));
        if (error != EINTR) break;
    } while (safe_point());
    return thread_self->exception ? 0 : error ? (errno = error, raise_errno()) : NONE;
}
static NATIVE(posix_posix_fallocate) { return advise(args, true); }
static NATIVE(posix_posix_fadvise) { return advise(args, false); }

/* ---------------------------------------------------------------- pipes, terminals, flags */

static Value pair_or_error(int result, int pair[2]) { return result < 0 ? raise_errno() : tuple_pack(2, int_new(pair[0]), int_new(pair[1])); }
static NATIVE(posix_pipe)
{
    int pair[2];
    int result = pipe2(pair, O_CLOEXEC);
    return pair_or_error(result, pair);
}
static NATIVE(posix_pipe2)
{
    int pair[2], flags;
    if (!number_as_int(args[0], &flags)) return 0;
    int result = pipe2(pair, flags);
    return pair_or_error(result, pair);
}
static NATIVE(posix_openpty)
{
    int pair[2];
    int result = openpty(&pair[0], &pair[1], 0, 0, 0);
    if (result == 0) fcntl(pair[0], F_SETFD, FD_CLOEXEC), fcntl(pair[1], F_SETFD, FD_CLOEXEC);
    return pair_or_error(result, pair);
}
static NATIVE(posix_login_tty)
{
    int fd;
    return number_as_int(args[0], &fd) ? none_or_error(login_tty(fd)) : 0;
}
static NATIVE(posix_isatty)
{
    int fd;
    return number_as_int(args[0], &fd) ? bool_value(isatty(fd)) : 0;
}
static NATIVE(posix_ttyname)
{
    int fd;
    char name[256];
    if (!number_as_int(args[0], &fd)) return 0;
    int error = ttyname_r(fd, name, sizeof name);
    return error ? (errno = error, raise_errno()) : str_from_fs(name, strlen(name));
}
static NATIVE(posix_ctermid)
{
    char name[L_ctermid];
    ctermid(name);
    return str_from_fs(name, strlen(name));
}
static NATIVE(posix_get_terminal_size)
{
    int fd = 1;
    struct winsize w;
    if (args[0] && !number_as_int(args[0], &fd)) return 0;
    if (ioctl(fd, TIOCGWINSZ, &w) < 0) return raise_errno();
    return structseq_new(terminal_size_type, (Value[]){int_new(w.ws_col), int_new(w.ws_row)});
}
static NATIVE(posix_tcgetpgrp)
{
    int fd;
    return number_as_int(args[0], &fd) ? int_or_error(tcgetpgrp(fd)) : 0;
}
static NATIVE(posix_tcsetpgrp)
{
    int fd, group;
    return number_as_int(args[0], &fd) && number_as_int(args[1], &group) ? none_or_error(tcsetpgrp(fd, group)) : 0;
}
static NATIVE(posix_device_encoding)
{
    int fd;
    return number_as_int(args[0], &fd) ? isatty(fd) ? NAME("UTF-8") : NONE : 0;
}

static NATIVE(posix_get_blocking)
{
    int fd;
    if (!number_as_int(args[0], &fd)) return 0;
    int flags = fcntl(fd, F_GETFL);
    return flags < 0 ? raise_errno() : bool_value(!(flags & O_NONBLOCK));
}
static NATIVE(posix_set_blocking)
{
    int fd;
    if (!number_as_int(args[0], &fd)) return 0;
    int blocking = object_truth(args[1]), flags = fcntl(fd, F_GETFL);
    if (blocking < 0) return 0;
    return flags < 0 ? raise_errno() : none_or_error(fcntl(fd, F_SETFL, blocking ? flags & ~O_NONBLOCK : flags | O_NONBLOCK));
}
static NATIVE(posix_get_inheritable)
{
    int fd;
    if (!number_as_int(args[0], &fd)) return 0;
    int flags = fcntl(fd, F_GETFD);
    return flags < 0 ? raise_errno() : bool_value(!(flags & FD_CLOEXEC));
}
static NATIVE(posix_set_inheritable)
{
    int fd, inheritable;
    if (!number_as_int(args[0], &fd) || !number_as_int(args[1], &inheritable)) return 0;
    int flags = fcntl(fd, F_GETFD);
    return flags < 0 ? raise_errno() : none_or_error(fcntl(fd, F_SETFD, inheritable ? flags & ~FD_CLOEXEC : flags | FD_CLOEXEC));
}

static NATIVE(posix_memfd_create)
{
    unsigned flags;
    int n;
    const char *name = path_bytes(args[0], 0);
    if (!name || !number_as_int(args[1], &n)) return 0;
    flags = (unsigned)n;
    return int_or_error(memfd_create(name, flags));
}
static NATIVE(posix_eventfd)
{
    int64_t value;
    int flags;
    if (!number_as_int64(args[0], &value) || !number_as_int(args[1], &flags)) return 0;
    if (value < 0 || value > UINT32_MAX) return raise_overflow(value < 0 ? "can't convert negative value to unsigned int" : "Python int too large to convert to C unsigned int");
    return int_or_error(eventfd((unsigned)value, flags));
}
static NATIVE(posix_eventfd_read)
{
    int fd, result;
    eventfd_t value;
    if (!descriptor_argument(args[0], &fd)) return 0;
    BLOCKING(result = eventfd_read(fd, &value));
    return result < 0 ? raise_errno() : int_new_unsigned(value);
}
static NATIVE(posix_eventfd_write)
{
    int fd, result;
    uint64_t value;
    if (!descriptor_argument(args[0], &fd) || !number_as_uint64(args[1], &value)) return 0;
    BLOCKING(result = eventfd_write(fd, value));
    return none_or_error(result);
}

const NativeDef posix_io_functions[] = {
    {"open", "(path, flags, mode=511, *, dir_fd=None)", posix_open, "Open a file for low-level reading and writing.", 0},
    {"close", "(fd)", posix_close, "Close a descriptor.", 0},
    {"closerange", "(fd_low, fd_high, /)", posix_closerange, "Close descriptors fd_low to fd_high-1, ignoring errors.", 0},
    {"dup", "(fd, /)", posix_dup, "Duplicate a descriptor.", 0},
    {"dup2", "(fd, fd2, inheritable=True)", posix_dup2, "Duplicate a descriptor as fd2.", 0},
    {"read", "(fd, length, /)", posix_read, "Read at most length bytes.", 0},
    {"pread", "(fd, length, offset, /)", posix_pread, "Read at an offset.", 0},
    {"write", "(fd, data, /)", posix_write, "Write bytes; return how many were written.", 0},
    {"pwrite", "(fd, buffer, offset, /)", posix_pwrite, "Write at an offset.", 0},
    {"readv", "(fd, buffers, /)", posix_readv, "Read into several buffers.", 0},
    {"writev", "(fd, buffers, /)", posix_writev, "Write several buffers.", 0},
    {"preadv", "(fd, buffers, offset, flags=0, /)", posix_preadv, "Read into several buffers at an offset.", 0},
    {"pwritev", "(fd, buffers, offset, flags=0, /)", posix_pwritev, "Write several buffers at an offset.", 0},
    {"copy_file_range", "(src, dst, count, offset_src=None, offset_dst=None)", posix_copy_file_range, "Copy bytes between files in the kernel.", 0},
    {"splice", "(src, dst, count, offset_src=None, offset_dst=None, flags=0)", posix_splice, "Move bytes between a pipe and a descriptor.", 0},
    {"sendfile", "(out_fd, in_fd, offset, count)", posix_sendfile, "Copy bytes from one descriptor to another.", 0},
    {"lseek", "(fd, position, how, /)", posix_lseek, "Set the position of a descriptor.", 0},
    {"ftruncate", "(fd, length, /)", posix_ftruncate, "Set the length of an open file.", 0},
    {"fsync", "(fd)", posix_fsync, "Write an open file to disk.", 0},
    {"fdatasync", "(fd)", posix_fdatasync, "Write an open file's data to disk.", 0},
    {"sync", "()", posix_sync, "Write everything to disk.", 0},
    {"lockf", "(fd, command, length, /)", posix_lockf, "Lock a part of an open file.", 0},
    {"posix_fallocate", "(fd, offset, length, /)", posix_posix_fallocate, "Make sure that there is room on disk.", 0},
    {"posix_fadvise", "(fd, offset, length, advice, /)", posix_posix_fadvise, "Announce how a file will be read.", 0},
    {"pipe", "()", posix_pipe, "Create a pipe.", 0},
    {"pipe2", "(flags, /)", posix_pipe2, "Create a pipe with flags.", 0},
    {"openpty", "()", posix_openpty, "Open a pseudo-terminal.", 0},
    {"login_tty", "(fd, /)", posix_login_tty, "Make a terminal the controlling one of a new session.", 0},
    {"isatty", "(fd, /)", posix_isatty, "Whether the descriptor is a terminal.", 0},
    {"ttyname", "(fd, /)", posix_ttyname, "The name of a terminal.", 0},
    {"ctermid", "()", posix_ctermid, "The name of the controlling terminal.", 0},
    {"get_terminal_size", "(fd=<unrepresentable>, /)", posix_get_terminal_size, "Columns and lines of the terminal.", 0},
    {"tcgetpgrp", "(fd, /)", posix_tcgetpgrp, "The foreground process group of a terminal.", 0},
    {"tcsetpgrp", "(fd, pgid, /)", posix_tcsetpgrp, "Set the foreground process group of a terminal.", 0},
    {"device_encoding", "(fd)", posix_device_encoding, "The encoding of a terminal, or None.", 0},
    {"get_blocking", "(fd, /)", posix_get_blocking, "Whether the descriptor blocks.", 0},
    {"set_blocking", "(fd, blocking, /)", posix_set_blocking, "Make the descriptor block or not.", 0},
    {"get_inheritable", "(fd, /)", posix_get_inheritable, "Whether children inherit the descriptor.", 0},
    {"set_inheritable", "(fd, inheritable, /)", posix_set_inheritable, "Make children inherit the descriptor or not.", 0},
    {"memfd_create", "(name, flags=1)", posix_memfd_create, "Create a file in memory.", 0},
    {"eventfd", "(initval, flags=524288)", posix_eventfd, "Create an event notification descriptor.", 0},
    {"eventfd_read", "(fd)", posix_eventfd_read, "Read an event counter.", 0},
    {"eventfd_write", "(fd, value)", posix_eventfd_write, "Add to an event counter.", 0},
    {0},
};

bool posix_io_init(Value module)
{
    static const StructSeqField fields[] = {{"columns", "width of the terminal window in characters"}, {"lines", "height of the terminal window in characters"}, {0}};
    terminal_size_type = structseq_type("os.terminal_size", "A tuple of (columns, lines) for holding terminal window size", fields, 2);
    return terminal_size_type && module_add(module, "terminal_size", VALUE(terminal_size_type));
}
