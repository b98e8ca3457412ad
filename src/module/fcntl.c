/* fcntl.c: control of descriptors: fcntl, ioctl, and locks on files. */
#include "module/posix/posix.h"
#include <linux/fs.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/ioctl.h>

enum { BUFFER_MOST = 1024 };

/* A C int or unsigned int of any number: the low bits. */
static bool mask_argument(Value v, unsigned *out)
{
    Value n = number_index(v);
    if (n) *out = (unsigned)int_as_uint64_mask(n);
    return n != 0;
}

/* The bytes of a str (UTF-8) or of a buffer, copied to `text`, with a 0 behind them. */
static bool text_argument(Value v, char *text, size_t *size, const char *function)
{
    const char *utf8;
    if (is_str(v)) {
        if (!(utf8 = str_utf8(v, size))) return false;
        if (*size > BUFFER_MOST) return raise_value("%s string arg too long", function);
        memcpy(text, utf8, *size);
    } else {
        Buffer buffer;
        if (!buffer_get(v, &buffer, BUFFER_SIMPLE)) return false;
        *size = (size_t)buffer.length;
        if (*size <= BUFFER_MOST) memcpy(text, buffer.data, *size);
        buffer_release(&buffer);
        if (*size > BUFFER_MOST) return raise_value("%s string arg too long", function);
    }
    text[*size] = 0;
    return true;
}

static NATIVE(fcntl_fcntl)
{
    int fd, code, result;
    if (!descriptor_argument(args[0], &fd) || !number_as_int(args[1], &code) || !sys_audit("fcntl.fcntl", 3, args[0], args[1], args[2] ? args[2] : NONE)) return 0;
    if (args[2] && (is_str(args[2]) || has_buffer(args[2]))) {
        char text[BUFFER_MOST + 1];
        size_t size;
        if (!text_argument(args[2], text, &size, "fcntl")) return 0;
        RETRY(result, fcntl(fd, code, text));
        return result < 0 ? raise_errno() : bytes_new(text, size);
    }
    unsigned argument = 0;
    if (args[2] && !mask_argument(args[2], &argument)) {
        if (error_clear_if(&exc_TypeError)) raise_type("fcntl requires a file or file descriptor, an integer and optionally a third integer or a string");
        return 0;
    }
    RETRY(result, fcntl(fd, code, (int)argument));
    return int_or_error(result);
}

/* With a writable buffer: what the call writes goes back into it. The copy on the stack has room for calls that write more than they should. */
static Value ioctl_mutate(int fd, unsigned code, Value object, bool mutate)
{
    Buffer buffer;
    char text[BUFFER_MOST + 1];
    int result;
    if (!buffer_get(object, &buffer, BUFFER_WRITABLE)) return 0;
    size_t size = (size_t)buffer.length;
    bool copied = size <= BUFFER_MOST;
    if (!copied && !mutate) {
        buffer_release(&buffer);
        return raise_value("ioctl string arg too long");
    }
    if (copied) {
        memcpy(text, buffer.data, size);
        text[size] = 0;
    }
    BLOCKING(result = ioctl(fd, code, copied ? text : buffer.data));
    int error = errno;
    if (mutate && copied) memcpy(buffer.data, text, size);
    buffer_release(&buffer);
    errno = error;
    return result < 0 ? raise_errno() : mutate ? int_new(result) : bytes_new(text, size);
}

static bool is_writable(Value v)
{
    Buffer buffer;
    if (is_bytes(v) || !has_buffer(v)) return false;
    if (!buffer_get(v, &buffer, BUFFER_WRITABLE)) return error_clear(), false;
    buffer_release(&buffer);
    return true;
}

static NATIVE(fcntl_ioctl)
{
    int fd, result;
    unsigned code;
    if (!descriptor_argument(args[0], &fd) || !mask_argument(args[1], &code) || !sys_audit("fcntl.ioctl", 3, args[0], args[1], args[2] ? args[2] : NONE)) return 0;
    int mutate = object_truth(args[3]);
    if (mutate < 0) return 0;
    if (args[2] && is_writable(args[2])) return ioctl_mutate(fd, code, args[2], mutate);
    if (args[2] && (is_str(args[2]) || has_buffer(args[2]))) {
        char text[BUFFER_MOST + 1];
        size_t size;
        if (!text_argument(args[2], text, &size, "ioctl")) return 0;
        BLOCKING(result = ioctl(fd, code, text));
        return result < 0 ? raise_errno() : bytes_new(text, size);
    }
    int argument = 0;
    if (args[2] && !number_as_int(args[2], &argument)) {
        if (error_clear_if(&exc_TypeError)) raise_type("ioctl requires a file or file descriptor, an integer and optionally an integer or buffer argument");
        return 0;
    }
    BLOCKING(result = ioctl(fd, code, argument));
    return int_or_error(result);
}

static NATIVE(fcntl_flock)
{
    int fd, code, result;
    if (!descriptor_argument(args[0], &fd) || !number_as_int(args[1], &code) || !sys_audit("fcntl.flock", 2, args[0], args[1])) return 0;
    RETRY(result, flock(fd, code));
    return none_or_error(result);
}

static NATIVE(fcntl_lockf)
{
    int fd, code, whence, result;
    struct flock lock = {0};
    if (!descriptor_argument(args[0], &fd) || !number_as_int(args[1], &code) || !number_as_int(args[4], &whence) ||
        !sys_audit("fcntl.lockf", 5, args[0], args[1], args[2] ? args[2] : NONE, args[3] ? args[3] : NONE, args[4]))
        return 0;
    if (code == LOCK_UN) lock.l_type = F_UNLCK;
    else if (code & LOCK_SH) lock.l_type = F_RDLCK;
    else if (code & LOCK_EX) lock.l_type = F_WRLCK;
    else return raise_value("unrecognized lockf argument");
    if ((args[3] && !number_as_int64(args[3], &lock.l_start)) || (args[2] && !number_as_int64(args[2], &lock.l_len))) return 0;
    lock.l_whence = (short)whence;
    RETRY(result, fcntl(fd, code & LOCK_NB ? F_SETLK : F_SETLKW, &lock));
    return none_or_error(result);
}

static const NativeDef functions[] = {
    {"fcntl", "(fd, cmd, arg=<unrepresentable>, /)", fcntl_fcntl, "Perform an operation on a descriptor; with bytes as argument, returns what they are afterwards.", 0},
    {"ioctl", "(fd, request, arg=<unrepresentable>, mutate_flag=True, /)", fcntl_ioctl,
     "Perform a device operation on a descriptor; a writable buffer is changed in place unless mutate_flag is false.", 0},
    {"flock", "(fd, operation, /)", fcntl_flock, "Lock or unlock a file.", 0},
    {"lockf", "(fd, cmd, len=<unrepresentable>, start=<unrepresentable>, whence=0, /)", fcntl_lockf, "Lock or unlock a part of a file.", 0},
    {0},
};

#ifndef DN_ACCESS
enum { DN_ACCESS = 1, DN_MODIFY = 2, DN_CREATE = 4, DN_DELETE = 8, DN_RENAME = 16, DN_ATTRIB = 32 };
enum : unsigned { DN_MULTISHOT = 0x80000000u };
#endif
#define C(name) {#name, name}
static const struct {
    const char *name;
    int64_t value;
} constants[] = {
    C(LOCK_SH),         C(LOCK_EX),      C(LOCK_NB),     C(LOCK_UN),     C(LOCK_MAND),     C(LOCK_READ),    C(LOCK_WRITE),   C(LOCK_RW),   C(F_DUPFD),
    C(F_DUPFD_CLOEXEC), C(F_GETFD),      C(F_SETFD),     C(F_GETFL),     C(F_SETFL),       C(F_GETLK),      C(F_SETLK),      C(F_SETLKW),  C(F_OFD_GETLK),
    C(F_OFD_SETLK),     C(F_OFD_SETLKW), C(F_GETOWN),    C(F_SETOWN),    C(F_GETSIG),      C(F_SETSIG),     C(F_RDLCK),      C(F_WRLCK),   C(F_UNLCK),
    C(F_EXLCK),         C(F_SHLCK),      C(F_GETLK64),   C(F_SETLK64),   C(F_SETLKW64),    C(F_SETPIPE_SZ), C(F_GETPIPE_SZ), C(FASYNC),    C(F_SETLEASE),
    C(F_GETLEASE),      C(F_NOTIFY),     C(DN_ACCESS),   C(DN_MODIFY),   C(DN_CREATE),     C(DN_DELETE),    C(DN_RENAME),    C(DN_ATTRIB), C(DN_MULTISHOT),
    C(FD_CLOEXEC),      C(F_ADD_SEALS),  C(F_GET_SEALS), C(F_SEAL_SEAL), C(F_SEAL_SHRINK), C(F_SEAL_GROW),  C(F_SEAL_WRITE),
};

static bool init(Value module)
{
    for (size_t i = 0; i < sizeof constants / sizeof *constants; i++)
        if (!module_add_int(module, constants[i].name, constants[i].value)) return false;
    return true;
}

const ModuleDef module_fcntl = {"fcntl", "Control of descriptors.", functions, init};
