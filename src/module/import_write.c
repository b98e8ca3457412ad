/* import_write.c: how a compiled module gets into __pycache__: whole, or not at all.
 *
 * The function replaces importlib's _write_atomic. That one, in 3.11, takes a short write for a whole one: on a full disk it renames a torn file into place, and every later
 * import of the module fails with EOFError. It also leaves its temporary file behind when a signal handler raises in the middle, and after a killed process it never
 * writes that cache again if the temporary name comes up once more. Here everything is written or the temporary file is removed; signals wait until it is done; and a name
 * that is taken is not used. The error, if any, goes to importlib, which keeps quiet about it unless -v is given.
 */
#include "module/import.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/random.h>
#include <unistd.h>

enum { NAME_TRIES = 100 };

/* Opens PATH.NUMBER for a random number that is not in use; the name goes to `temporary`. */
static int open_temporary(const char *path, char *temporary, size_t size, mode_t mode)
{
    for (int i = 0; i < NAME_TRIES; i++) {
        uint64_t number = 0;
        if (getrandom(&number, sizeof number, GRND_NONBLOCK) != sizeof number) number = (uint64_t)getpid() << 16 | (unsigned)i;
        snprintf(temporary, size, "%s.%llu", path, (unsigned long long)number);
        int fd;
        do {
            fd = open(temporary, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, mode & 0666);
        } while (fd < 0 && errno == EINTR);
        if (fd >= 0 || errno != EEXIST) return fd;
    }
    return -1;
}

static bool write_all(int fd, const char *data, size_t size)
{
    while (size) {
        ssize_t n = write(fd, data, size);
        if (n < 0 && errno == EINTR) continue;
        if (n == 0) errno = ENOSPC;
        if (n <= 0) return false;
        data += n;
        size -= (size_t)n;
    }
    return true;
}

/* 0, or the errno of what went wrong: then the old file is still there, or there is none. */
static int write_file(const char *path, char *temporary, size_t temporary_size, const char *data, size_t size, mode_t mode)
{
    int fd = open_temporary(path, temporary, temporary_size, mode);
    if (fd < 0) return errno;
    int error = write_all(fd, data, size) ? 0 : errno;
    /* Network file systems tell only now that there was no room. */
    if (close(fd) < 0 && errno != EINTR && !error) error = errno;
    if (!error && rename(temporary, path) < 0) error = errno;
    if (error) unlink(temporary);
    return error;
}

static NATIVE(write_atomic)
{
    size_t size;
    Value text = object_str(args[0]);
    const char *path = text ? path_bytes(text, &size) : 0;
    int mode, error;
    if (!path || !number_as_int(args[2], &mode)) return 0;
    char *temporary = gc_buffer_raw(size += 24);
    Buffer buffer;
    if (!temporary || !sys_audit("open", 3, text, NONE, int_new(O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC)) || !buffer_get(args[1], &buffer, BUFFER_SIMPLE)) return 0;
    BLOCKING(error = write_file(path, temporary, size, buffer.data, (size_t)buffer.length, (mode_t)mode));
    buffer_release(&buffer);
    return error ? raise_errno_with(error, text, 0) : NONE;
}

static const NativeDef write_atomic_def = {"_write_atomic", "(path, data, mode=438)", write_atomic, "Write a file under another name, then rename it into place.", 0};

bool import_install_writer(Value external)
{
    Value function = native_new(&write_atomic_def, 0, NAME("_frozen_importlib_external"));
    return function && module_set(external, "_write_atomic", function);
}
