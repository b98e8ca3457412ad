/* fileio.c: FileIO, the stream over a file descriptor. */
#include "module/_io/io.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* The kernel takes no more in one call. */
static const int64_t MOST_BYTES = 0x7ffff000;

static const char *mode_text(FileObj *f)
{
    if (f->created) return f->readable ? "xb+" : "xb";
    if (f->appending) return f->readable ? "ab+" : "ab";
    if (f->readable) return f->writable ? "rb+" : "rb";
    return "wb";
}

static bool raise_closed(void) { return raise_value("I/O operation on closed file"); }
static bool check_open(FileObj *f) { return f->fd >= 0 || raise_closed(); }
static bool raise_mode(const char *action) { return raise_format((Type *)io_unsupported, "File not open for %s", action); }

/* false: EINTR was not the reason, or a signal handler raised; then errno or the exception tells. */
static bool retry(void) { return errno == EINTR && safe_point(); }

/* The outcome of a system call that moved n bytes, or failed and is not to be tried again. */
static int64_t transferred(int64_t n)
{
    if (n >= 0) return n;
    if (thread_self->exception) return IO_ERROR;
    if (errno == EAGAIN) return IO_WOULD_BLOCK;
    raise_errno();
    return IO_ERROR;
}

int64_t fileio_read(FileObj *f, void *data, int64_t size)
{
    if (!check_open(f)) return IO_ERROR;
    if (!f->readable) {
        raise_mode("reading");
        return IO_ERROR;
    }
    if (size > MOST_BYTES) size = MOST_BYTES;
    int64_t n;
    do BLOCKING(n = read(f->fd, data, (size_t)size));
    while (n < 0 && retry());
    return transferred(n);
}

int64_t fileio_write(FileObj *f, const void *data, int64_t size)
{
    if (!check_open(f)) return IO_ERROR;
    if (!f->writable) {
        raise_mode("writing");
        return IO_ERROR;
    }
    if (size > MOST_BYTES) size = MOST_BYTES;
    int64_t n;
    do BLOCKING(n = write(f->fd, data, (size_t)size));
    while (n < 0 && retry());
    return transferred(n);
}

int64_t fileio_seek(FileObj *f, int64_t offset, int whence)
{
    if (!check_open(f)) return -1;
    int64_t position;
    BLOCKING(position = lseek(f->fd, offset, whence));
    if (f->seekable < 0) f->seekable = position >= 0;
    if (position < 0) raise_errno();
    return position;
}

/* --- opening and closing */

static bool close_descriptor(FileObj *f)
{
    if (f->fd < 0) return true;
    int fd = f->fd, result;
    f->fd = -1;
    BLOCKING(result = close(fd));
    if (result < 0 && errno != EINTR) return raise_errno();
    return true;
}

static bool bad_mode(void) { return raise_value("Must have exactly one of create/read/write/append mode and at most one plus"); }

static bool parse_mode(FileObj *f, const char *mode, int *flags)
{
    bool rwa = false, plus = false;
    *flags = 0;
    for (const char *s = mode; *s; s++) {
        switch (*s) {
        case 'x':
        case 'r':
        case 'w':
        case 'a':
            if (rwa) return bad_mode();
            rwa = true;
            if (*s == 'r') f->readable = true;
            else f->writable = true;
            if (*s == 'x') {
                f->created = true;
                *flags |= O_EXCL | O_CREAT;
            } else if (*s == 'w') {
                *flags |= O_CREAT | O_TRUNC;
            } else if (*s == 'a') {
                f->appending = true;
                *flags |= O_APPEND | O_CREAT;
            }
            break;
        case 'b': break;
        case '+':
            if (plus) return bad_mode();
            f->readable = f->writable = plus = true;
            break;
        default: return raise_value("invalid mode: %.200s", mode);
        }
    }
    if (!rwa) return bad_mode();
    *flags |= f->readable && f->writable ? O_RDWR : f->readable ? O_RDONLY : O_WRONLY;
    *flags |= O_CLOEXEC;
    return true;
}

static bool open_by_name(FileObj *f, Value name, int flags)
{
    size_t size;
    const char *path = path_bytes(name, &size);
    if (!path) return false;
    do BLOCKING(f->fd = open(path, flags, 0666));
    while (f->fd < 0 && retry());
    if (f->fd >= 0) return true;
    if (thread_self->exception) return false;
    return raise_errno_with(errno, name, 0);
}

static bool open_by_opener(FileObj *f, Value opener, Value name, int flags)
{
    Value result = call_2(opener, name, int_new(flags));
    if (!result) return false;
    if (!is_int(result)) return raise_type("expected integer from opener");
    int fd;
    if (!number_as_int(result, &fd)) return false;
    if (fd < 0) return raise_value("opener returned %d", fd);
    f->fd = fd;
    if (fcntl(fd, F_SETFD, FD_CLOEXEC) < 0) return raise_errno();
    return true;
}

static bool check_opened(FileObj *f, Value name)
{
    struct stat status;
    int result;
    BLOCKING(result = fstat(f->fd, &status));
    f->block_size = IO_BUFFER_SIZE;
    if (result < 0) {
        /* A descriptor that is not open is the one failure that matters here. */
        return errno == EBADF ? raise_errno() : true;
    }
    if (S_ISDIR(status.st_mode)) return raise_errno_with(EISDIR, name, 0);
    if (status.st_blksize > 1) f->block_size = status.st_blksize;
    return true;
}

static bool fileio_init(Value self, Value *args, size_t nargs, Value kwnames)
{
    static Signature *cache;
    Value a[4];
    if (!native_bind("FileIO", "(file, mode='r', closefd=True, opener=None)", &cache, args, nargs, kwnames, a)) return false;
    FileObj *f = (FileObj *)self;
    if (!is_str(a[1])) return raise_type("FileIO() argument 'mode' must be str, not %.50s", a[1] == NONE ? "None" : type_of(a[1])->name);
    int close_fd = object_truth(a[2]);
    if (close_fd < 0) return false;
    if (f->fd >= 0) {
        if (f->close_fd && !close_descriptor(f)) return false;
        f->fd = -1;
    }
    f->created = f->readable = f->writable = f->appending = false;
    f->seekable = -1;
    f->close_fd = true;
    f->block_size = 0;
    Value name = a[0];
    int fd = -1;
    if (is_int(name)) {
        if (!number_as_int(name, &fd)) return error_clear_if(&exc_OverflowError) && path_bytes(name, 0);   /* then it is no path either */
        if (fd < 0) return raise_value("negative file descriptor");
    } else if (!path_bytes(name, 0)) {
        return false;
    }
    const char *mode = str_utf8(a[1], 0);
    int flags;
    if (!mode || !parse_mode(f, mode, &flags)) return false;
    if (!sys_audit("open", 3, name, a[1], int_new(flags))) return false;
    bool opened_here = fd < 0;
    if (fd >= 0) {
        f->fd = fd;
        f->close_fd = close_fd;
    } else if (!close_fd) {
        return raise_value("Cannot use closefd=False with file name");
    } else if (!(a[3] == NONE ? open_by_name(f, name, flags) : open_by_opener(f, a[3], name, flags))) {
        f->fd = -1;
        return false;
    }
    bool ok = check_opened(f, name) && object_setattr(self, NAME("name"), name);
    if (ok && f->appending && lseek(f->fd, 0, SEEK_END) < 0 && !opened_here && errno != ESPIPE) ok = raise_errno();
    if (ok) return true;
    Value pending = error_take();
    if (opened_here) close_descriptor(f);
    f->fd = -1;
    error_restore(pending);
    return false;
}

static Value fileio_new(Type *type, Value *args, size_t nargs, Value kwnames)
{
    FileObj *f = (FileObj *)type_alloc(type, 0);
    if (!f) return 0;
    f->fd = -1;
    f->seekable = -1;
    f->close_fd = true;
    return VALUE(f);
}

static NATIVE(fileio_dealloc_warn)
{
    FileObj *f = (FileObj *)args[0];
    if (f->fd >= 0 && f->close_fd) io_warn_unclosed(args[1]);
    return NONE;
}

static NATIVE(fileio_close)
{
    FileObj *f = (FileObj *)args[0];
    static Value base_close;
    if (!base_close) {
        Value found = object_getattr(VALUE(&rawiobase_type), NAME("close"));
        if (!found) return 0;
        base_close = found;
        gc_root(&base_close);
    }
    Value result = call_1(base_close, VALUE(f));
    Value pending = error_take();
    if (!f->close_fd) {
        f->fd = -1;
    } else {
        if (f->base.finalizing && f->fd >= 0) io_warn_unclosed(VALUE(f));
        if (!close_descriptor(f)) result = 0;
    }
    io_chain(pending);
    return result ? NONE : 0;
}

/* --- reading and writing */

static NATIVE(fileio_readinto)
{
    FileObj *f = (FileObj *)args[0];
    if (!check_open(f)) return 0;
    if (!f->readable) return raise_mode("reading");
    Buffer buffer;
    if (!io_get_writable(args[1], &buffer, "readinto")) return 0;
    int64_t n = fileio_read(f, buffer.data, buffer.length);
    buffer_release(&buffer);
    return n == IO_WOULD_BLOCK ? NONE : n < 0 ? 0 : int_new(n);
}

static NATIVE(fileio_readall)
{
    FileObj *f = (FileObj *)args[0];
    if (!check_open(f)) return 0;
    if (!f->readable) return raise_mode("reading");
    int64_t size = IO_BUFFER_SIZE;
    struct stat status;
    int64_t position;
    BLOCKING(position = lseek(f->fd, 0, SEEK_CUR); if (fstat(f->fd, &status) < 0) status.st_size = 0);
    if (position >= 0 && status.st_size >= position && status.st_size - position < INT64_MAX - 1) size = status.st_size - position + 1;
    if (size < 64) size = 64;
    Value result = bytes_new(0, (size_t)size);
    int64_t have = 0;
    while (result) {
        if (have == size) {
            int64_t bigger = size + (size<65536 ? 65536 : size>(1 << 26) ? 1 << 26 : size);
            Value grown = bytes_new(0, (size_t)bigger);
            if (!grown) return 0;
            memcpy(bytes_data(grown), bytes_data(result), (size_t)have);
            result = grown;
            size = bigger;
        }
        int64_t n = fileio_read(f, bytes_data(result) + have, size - have);
        if (n == 0) break;
        if (n == IO_WOULD_BLOCK) {
            if (have == 0) return NONE;
            break;
        }
        if (n < 0) return 0;
        have += n;
    }
    return result ? bytes_cut(result, have) : 0;
}

static NATIVE(fileio_read_method)
{
    FileObj *f = (FileObj *)args[0];
    if (!check_open(f)) return 0;
    if (!f->readable) return raise_mode("reading");
    int64_t size;
    if (!io_size(args[1], &size)) return 0;
    if (size < 0) return fileio_readall(args, 1, 0);
    if (size > MOST_BYTES) size = MOST_BYTES;
    Value result = bytes_new(0, (size_t)size);
    if (!result) return 0;
    int64_t n = fileio_read(f, bytes_data(result), size);
    return n == IO_WOULD_BLOCK ? NONE : n < 0 ? 0 : bytes_cut(result, n);
}

static NATIVE(fileio_write_method)
{
    FileObj *f = (FileObj *)args[0];
    if (!check_open(f)) return 0;
    if (!f->writable) return raise_mode("writing");
    Buffer buffer;
    if (!buffer_get(args[1], &buffer, BUFFER_SIMPLE)) return 0;
    int64_t n = fileio_write(f, buffer.data, buffer.length);
    buffer_release(&buffer);
    /* A signal cuts a write short; its handler runs now. */
    if (n >= 0 && n < buffer.length && !safe_point()) return 0;
    return n == IO_WOULD_BLOCK ? NONE : n < 0 ? 0 : int_new(n);
}

static NATIVE(fileio_seek_method)
{
    FileObj *f = (FileObj *)args[0];
    int whence;
    int64_t offset;
    if (!number_as_int(args[2], &whence) || !check_open(f) || !io_offset(args[1], &offset)) return 0;
    int64_t position = fileio_seek(f, offset, whence);
    return position < 0 ? 0 : int_new(position);
}

static NATIVE(fileio_tell)
{
    int64_t position = fileio_seek((FileObj *)args[0], 0, SEEK_CUR);
    return position < 0 ? 0 : int_new(position);
}

static NATIVE(fileio_truncate)
{
    FileObj *f = (FileObj *)args[0];
    if (!check_open(f)) return 0;
    if (!f->writable) return raise_mode("writing");
    int64_t size;
    Value given = args[1];
    if (given == NONE) {
        size = fileio_seek(f, 0, SEEK_CUR);
        if (size < 0) return 0;
        given = int_new(size);
    } else if (!io_offset(given, &size)) {
        return 0;
    }
    int result;
    do BLOCKING(result = ftruncate(f->fd, size));
    while (result < 0 && retry());
    if (result == 0) return given;
    return thread_self->exception ? 0 : raise_errno();
}

/* --- facts */

static NATIVE(fileio_fileno) { return check_open((FileObj *)args[0]) ? int_new(((FileObj *)args[0])->fd) : 0; }
static NATIVE(fileio_readable) { return check_open((FileObj *)args[0]) ? bool_value(((FileObj *)args[0])->readable) : 0; }
static NATIVE(fileio_writable) { return check_open((FileObj *)args[0]) ? bool_value(((FileObj *)args[0])->writable) : 0; }

static NATIVE(fileio_seekable)
{
    FileObj *f = (FileObj *)args[0];
    if (!check_open(f)) return 0;
    if (f->seekable < 0) f->seekable = lseek(f->fd, 0, SEEK_CUR) >= 0;
    return bool_value(f->seekable > 0);
}

static NATIVE(fileio_isatty)
{
    FileObj *f = (FileObj *)args[0];
    if (!check_open(f)) return 0;
    int result;
    BLOCKING(result = isatty(f->fd));
    return bool_value(result);
}

static Value get_closed(Value self) { return bool_value(((FileObj *)self)->fd < 0); }
static Value get_closefd(Value self) { return bool_value(((FileObj *)self)->close_fd); }
static Value get_mode(Value self) { return str_from_cstring(mode_text((FileObj *)self)); }

static Value fileio_repr(Value self)
{
    FileObj *f = (FileObj *)self;
    if (f->fd < 0) return str_from_cstring("<_io.FileIO [closed]>");
    Value name = object_getattr_opt(self, NAME("name"));
    if (!name) {
        if (thread_self->exception) return 0;
        return str_format_c("<_io.FileIO fd=%d mode='%s' closefd=%s>", f->fd, mode_text(f), f->close_fd ? "True" : "False");
    }
    int entered = repr_enter(self);
    if (entered > 0) return raise_runtime("reentrant call inside %s.__repr__", type_of(self)->name);
    if (entered < 0) return 0;
    Value text = str_format_c("<_io.FileIO name=%R mode='%s' closefd=%s>", name, mode_text(f), f->close_fd ? "True" : "False");
    repr_leave(self);
    return text;
}

static const NativeDef fileio_methods[] = {
    {"read", "(self, size=-1, /)", fileio_read_method, "Up to 'size' bytes; None when there are none yet (non-blocking).", 0},
    {"readall", "(self, /)", fileio_readall, "All bytes to the end of the file.", 0},
    {"readinto", "(self, buffer, /)", fileio_readinto, "Reads into a buffer; returns the number of bytes.", 0},
    {"write", "(self, b, /)", fileio_write_method, "Writes bytes; returns how many.", 0},
    {"seek", "(self, pos, whence=0, /)", fileio_seek_method, "Moves the file position and returns it.", 0},
    {"tell", "(self, /)", fileio_tell, "The file position.", 0},
    {"truncate", "(self, size=None, /)", fileio_truncate, "Makes the file 'size' bytes long (default: up to the position).", 0},
    {"close", "(self, /)", fileio_close, "Closes the file.", 0},
    {"seekable", "(self, /)", fileio_seekable, "Whether the file can seek.", 0},
    {"readable", "(self, /)", fileio_readable, "Whether the file is open for reading.", 0},
    {"writable", "(self, /)", fileio_writable, "Whether the file is open for writing.", 0},
    {"fileno", "(self, /)", fileio_fileno, "The file descriptor.", 0},
    {"isatty", "(self, /)", fileio_isatty, "Whether the file is a terminal.", 0},
    {"_dealloc_warn", "(self, source, /)", fileio_dealloc_warn, 0, 0},
    {0},
};
static const GetSetDef fileio_getset[] = {{"closed", get_closed, 0, "True if the file is closed"},
                                          {"closefd", get_closefd, 0, "True if closing the object closes the descriptor"},
                                          {"mode", get_mode, 0, "the mode as a string"},
                                          {0}};
static const MemberDef fileio_members[] = {
    {"_blksize", MEMBER_INT64, offsetof(FileObj, block_size), false, 0}, {"_finalizing", MEMBER_BOOL, offsetof(IOBaseObj, finalizing), true, 0}, {0}};

Type fileio_type = {
    TYPE_INIT("_io.FileIO", FileObj),
    .base = &rawiobase_type,
    .flags = TYPE_BASE | TYPE_FINALIZE | TYPE_WEAKREF_OK,
    .dict_offset = offsetof(IOBaseObj, dict),
    .trace = iobase_trace,
    .finalize = iobase_finalize,
    .new = fileio_new,
    .init = fileio_init,
    .repr = fileio_repr,
    .methods = fileio_methods,
    .getset = fileio_getset,
    .members = fileio_members,
    .doc = "FileIO(file, mode='r', closefd=True, opener=None)\n--\n\nA file without buffers; 'file' is a path or a file descriptor.",
};
