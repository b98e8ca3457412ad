/* mmap.c: files mapped into memory. */
#include "module/posix/posix.h"
#include "object/sequence.h"
#include <limits.h>
#include <sys/mman.h>
#include <sys/stat.h>

typedef enum Access { ACCESS_DEFAULT, ACCESS_READ, ACCESS_WRITE, ACCESS_COPY } Access;
typedef struct MmapObj {
    Obj head;
    char *data;
    int64_t size, position, offset;
    int fd, flags;
    int64_t exports;
    Access access;
} MmapObj;
static Type mmap_type;

/* Also after a conversion that may have run Python code: that can close the map or make it smaller. */
static bool valid(MmapObj *m) { return m->data || raise_value("mmap closed or invalid"); }
static bool writable(MmapObj *m) { return m->access != ACCESS_READ || raise_type("mmap can't modify a readonly memory map."); }
static bool resizable(MmapObj *m)
{
    if (m->exports) return raise_format(&exc_BufferError, "mmap can't resize with extant buffers exported.");
    return m->access == ACCESS_WRITE || m->access == ACCESS_DEFAULT || raise_type("mmap can't resize a readonly or copy-on-write memory map.");
}

static void unmap(MmapObj *m)
{
    if (m->fd >= 0) close(m->fd);
    if (m->data) munmap(m->data, (size_t)m->size);
    m->fd = -1;
    m->data = 0;
}
static void mmap_finalize(Obj *o) { unmap((MmapObj *)o); }

static bool mode_arguments(Value *a, int *flags, int *prot, int *access)
{
    if (!number_as_int(a[2], flags) || !number_as_int(a[3], prot) || !number_as_int(a[4], access)) return false;
    if (*access != ACCESS_DEFAULT && (*flags != MAP_SHARED || *prot != (PROT_READ | PROT_WRITE))) return raise_value("mmap can't specify both access and flags, prot.");
    switch (*access) {
    case ACCESS_READ: return *flags = MAP_SHARED, *prot = PROT_READ, true;
    case ACCESS_WRITE: return *flags = MAP_SHARED, *prot = PROT_READ | PROT_WRITE, true;
    case ACCESS_COPY: return *flags = MAP_PRIVATE, *prot = PROT_READ | PROT_WRITE, true;
    case ACCESS_DEFAULT:
        if (!(*prot & PROT_WRITE)) *access = *prot & PROT_READ ? ACCESS_READ : ACCESS_DEFAULT;
        else if (*prot & PROT_READ) *access = ACCESS_DEFAULT;
        else *access = ACCESS_WRITE;
        return true;
    default: return raise_value("mmap invalid access parameter.");
    }
}

static Value mmap_make(Type *type, Value *args, size_t nargs, Value kwnames)
{
    static Signature *signature;
    Value a[6];
    int fd, flags, prot, access;
    int64_t size, offset;
    if (!native_bind("mmap", "(fileno, length, flags=1, prot=3, access=0, offset=0)", &signature, args, nargs, kwnames, a)) return 0;
    if (!number_as_int(a[0], &fd) || !number_as_count(a[1], &size) || !mode_arguments(a, &flags, &prot, &access) || !number_as_int64(a[5], &offset)) return 0;
    if (size < 0) return raise_overflow("memory mapped length must be positive");
    if (offset < 0) return raise_overflow("memory mapped offset must be positive");
    if (!sys_audit("mmap.__new__", 4, a[0], a[1], int_new(access), a[5])) return 0;
    struct stat s;
    if (fd != -1 && fstat(fd, &s) == 0 && S_ISREG(s.st_mode)) {
        if (size == 0) {
            if (s.st_size == 0) return raise_value("cannot mmap an empty file");
            if (offset >= s.st_size) return raise_value("mmap offset is greater than file size");
            size = s.st_size - offset;
        } else if (offset > s.st_size || s.st_size - offset < size) {
            return raise_value("mmap length is greater than file size");
        }
    }
    MmapObj *m = NEW_OF(MmapObj, type, mmap_type);
    if (!m) return 0;
    m->fd = -1;
    m->size = size, m->offset = offset, m->access = (Access)access, m->flags = flags;
    if (fd == -1) m->flags = flags |= MAP_ANONYMOUS;
    else if ((m->fd = fcntl(fd, F_DUPFD_CLOEXEC, 0)) < 0) return raise_errno();
    void *data = mmap(0, (size_t)size, prot, flags, fd, offset);
    if (data == MAP_FAILED) {
        int error = errno;
        unmap(m);
        errno = error;
        return raise_errno();
    }
    m->data = data;
    return VALUE(m);
}

static Value mmap_repr(Value self)
{
    static const char *const names[] = {"ACCESS_DEFAULT", "ACCESS_READ", "ACCESS_WRITE", "ACCESS_COPY"};
    MmapObj *m = (MmapObj *)self;
    if (!m->data) return str_format_c("<%s closed=True>", type_full_name(type_of(self)));
    return str_format_c("<%s closed=False, access=%s, length=%lld, pos=%lld, offset=%lld>", type_full_name(type_of(self)), names[m->access], (long long)m->size,
                        (long long)m->position, (long long)m->offset);
}

/* ---------------------------------------------------------------- as a file */

static NATIVE(mmap_close)
{
    MmapObj *m = (MmapObj *)args[0];
    if (m->exports > 0) return raise_format(&exc_BufferError, "cannot close exported pointers exist");
    unmap(m);
    return NONE;
}
static Value take(MmapObj *m, int64_t count)
{
    Value bytes = bytes_new(m->data + m->position, (size_t)count);
    if (bytes) m->position += count;
    return bytes;
}
static int64_t left_in(MmapObj *m) { return m->position < m->size ? m->size - m->position : 0; }
static NATIVE(mmap_read)
{
    MmapObj *m = (MmapObj *)args[0];
    int64_t count = INT64_MAX;
    if (!valid(m)) return 0;
    if (args[1] != NONE) {
        if (!type_of(args[1])->index) return raise_type("argument should be integer or None, not '%.200T'", args[1]);
        if (!number_as_index(args[1], &count, &exc_OverflowError)) return 0;
    }
    if (!valid(m)) return 0;
    return take(m, count < 0 || count > left_in(m) ? left_in(m) : count);
}
static NATIVE(mmap_readline)
{
    MmapObj *m = (MmapObj *)args[0];
    if (!valid(m)) return 0;
    int64_t left = left_in(m);
    char *end = left ? memchr(m->data + m->position, '\n', (size_t)left) : 0;
    return take(m, end ? end + 1 - (m->data + m->position) : left);
}
static NATIVE(mmap_read_byte)
{
    MmapObj *m = (MmapObj *)args[0];
    if (!valid(m)) return 0;
    return left_in(m) ? int_new((uint8_t)m->data[m->position++]) : raise_value("read byte out of range");
}
static NATIVE(mmap_write)
{
    MmapObj *m = (MmapObj *)args[0];
    Buffer data;
    if (!valid(m) || !buffer_get(args[1], &data, BUFFER_SIMPLE)) return 0;
    int64_t size = data.length;
    bool ok = valid(m) && writable(m) && (size <= left_in(m) || raise_value("data out of range"));
    if (ok) {
        memmove(m->data + m->position, data.data, (size_t)size);
        m->position += size;
    }
    buffer_release(&data);
    return ok ? int_new(size) : 0;
}
static NATIVE(mmap_write_byte)
{
    MmapObj *m = (MmapObj *)args[0];
    int64_t byte;
    if (!valid(m) || !number_as_int64(args[1], &byte)) return 0;
    if (byte < 0) return raise_overflow("unsigned byte integer is less than minimum");
    if (byte > 255) return raise_overflow("unsigned byte integer is greater than maximum");
    if (!valid(m) || !writable(m)) return 0;
    if (!left_in(m)) return raise_value("write byte out of range");
    m->data[m->position++] = (char)byte;
    return NONE;
}
static NATIVE(mmap_tell) { return valid((MmapObj *)args[0]) ? int_new(((MmapObj *)args[0])->position) : 0; }
static NATIVE(mmap_seek)
{
    MmapObj *m = (MmapObj *)args[0];
    int64_t distance;
    int whence;
    if (!valid(m) || !number_as_count(args[1], &distance) || !number_as_int(args[2], &whence)) return 0;
    if (whence < 0 || whence > 2) return raise_value("unknown seek type");
    int64_t base = whence == 0 ? 0 : whence == 1 ? m->position : m->size, where;
    if (__builtin_add_overflow(base, distance, &where) || where < 0 || where > m->size) return raise_value("seek out of range");
    m->position = where;
    return NONE;
}
static NATIVE(mmap_size)
{
    MmapObj *m = (MmapObj *)args[0];
    struct stat s;
    if (!valid(m)) return 0;
    return fstat(m->fd, &s) < 0 ? raise_errno() : int_new(s.st_size);
}
static NATIVE(mmap_resize)
{
    MmapObj *m = (MmapObj *)args[0];
    int64_t size;
    if (!valid(m) || !number_as_count(args[1], &size) || !valid(m) || !resizable(m)) return 0;
    if (size < 0 || INT64_MAX - size < m->offset) return raise_value("new size out of range");
    if (m->fd != -1 && ftruncate(m->fd, m->offset + size) < 0) return raise_errno();
    void *data = mremap(m->data, (size_t)m->size, (size_t)size, MREMAP_MAYMOVE);
    if (data == MAP_FAILED) return raise_errno();
    m->data = data;
    m->size = size;
    return NONE;
}
static NATIVE(mmap_flush)
{
    MmapObj *m = (MmapObj *)args[0];
    int64_t offset, size = m->size;
    if (!valid(m) || !number_as_count(args[1], &offset) || (args[2] && !number_as_count(args[2], &size)) || !valid(m)) return 0;
    if (size < 0 || offset < 0 || m->size - offset < size) return raise_value("flush values out of range");
    if (m->access == ACCESS_READ || m->access == ACCESS_COPY) return NONE;
    int result;
    BLOCKING(result = msync(m->data + offset, (size_t)size, MS_SYNC));
    return none_or_error(result);
}
static NATIVE(mmap_move)
{
    MmapObj *m = (MmapObj *)args[0];
    int64_t to, from, count;
    if (!valid(m) || !number_as_count(args[1], &to) || !number_as_count(args[2], &from) || !number_as_count(args[3], &count) || !valid(m) || !writable(m)) return 0;
    if (to < 0 || from < 0 || count < 0 || m->size - to < count || m->size - from < count) return raise_value("source, destination, or count out of range");
    memmove(m->data + to, m->data + from, (size_t)count);
    return NONE;
}
static NATIVE(mmap_madvise)
{
    MmapObj *m = (MmapObj *)args[0];
    int option;
    int64_t start, size = m->size;
    if (!valid(m) || !number_as_int(args[1], &option) || !number_as_count(args[2], &start) || (args[3] && !number_as_count(args[3], &size)) || !valid(m)) return 0;
    if (start < 0 || start >= m->size) return raise_value("madvise start out of bounds");
    if (size < 0) return raise_value("madvise length invalid");
    if (INT64_MAX - start < size) return raise_overflow("madvise length too large");
    if (start + size > m->size) size = m->size - start;
    return madvise(m->data + start, (size_t)size, option) ? raise_errno() : NONE;
}

static Value search(Value *args, bool backwards)
{
    MmapObj *m = (MmapObj *)args[0];
    Buffer what;
    int64_t start = backwards ? 0 : m->position, end = m->size, found = -1;
    if (!valid(m)) return 0;
    if ((args[2] && !number_as_count(args[2], &start)) || (args[3] && !number_as_count(args[3], &end)) || !buffer_get(args[1], &what, BUFFER_SIMPLE)) return 0;
    if (backwards && !args[2]) start = m->position;
    if (start < 0 && (start += m->size) < 0) start = 0;
    if (start > m->size) start = m->size;
    if (end < 0 && (end += m->size) < 0) end = 0;
    if (end > m->size) end = m->size;
    bool ok = valid(m);
    if (ok && !backwards && end >= start) {
        char *p = memmem(m->data + start, (size_t)(end - start), what.data, (size_t)what.length);
        found = p ? p - m->data : -1;
    }
    for (int64_t i = end - what.length; ok && backwards && i >= start && found < 0; i--)
        if (!memcmp(m->data + i, what.data, (size_t)what.length)) found = i;
    buffer_release(&what);
    return ok ? int_new(found) : 0;
}
static NATIVE(mmap_find) { return search(args, false); }
static NATIVE(mmap_rfind) { return search(args, true); }
static NATIVE(mmap_enter) { return valid((MmapObj *)args[0]) ? args[0] : 0; }
static NATIVE(mmap_exit) { return call_method_0(args[0], NAME("close")); }
static NATIVE(mmap_sizeof) { return int_new((int64_t)sizeof(MmapObj)); }
static Value mmap_get_closed(Value self) { return bool_value(!((MmapObj *)self)->data); }

/* ---------------------------------------------------------------- as a sequence */

static int64_t mmap_length(Value self) { return valid((MmapObj *)self) ? ((MmapObj *)self)->size : -1; }
static Value mmap_getitem(Value self, Value key)
{
    MmapObj *m = (MmapObj *)self;
    int64_t i, start, stop, step;
    if (!valid(m)) return 0;
    if (is_index(key)) {
        if (!sequence_index(key, &m->size, &i)) return 0;
        if (i < 0 || i >= m->size) return raise_index("mmap index out of range");
        return valid(m) ? int_new((uint8_t)m->data[i]) : 0;
    }
    if (type_of(key) != &slice_type) return raise_type("mmap indices must be integers");
    int64_t count = slice_indices(key, &m->size, &start, &stop, &step);
    if (count < 0 || !valid(m)) return 0;
    if (step == 1) return bytes_new(m->data + start, (size_t)count);
    Value bytes = bytes_new(0, (size_t)count);
    for (int64_t k = 0; bytes && k < count; k++) bytes_data(bytes)[k] = (uint8_t)m->data[start + k * step];
    return bytes;
}
static bool mmap_setitem(Value self, Value key, Value value)
{
    MmapObj *m = (MmapObj *)self;
    int64_t i, start, stop, step, byte;
    if (!valid(m) || !writable(m)) return false;
    if (is_index(key)) {
        if (!sequence_index(key, &m->size, &i)) return false;
        if (i < 0 || i >= m->size) return raise_index("mmap index out of range");
        if (!value) return raise_type("mmap doesn't support item deletion");
        if (!type_of(value)->index) return raise_type("mmap item value must be an int");
        if (!number_as_int64(value, &byte)) return false;
        if (byte < 0 || byte > 255) return raise_value("mmap item value must be in range(0, 256)");
        if (!valid(m)) return false;
        if (i >= m->size) return raise_index("mmap index out of range");
        m->data[i] = (char)byte;
        return true;
    }
    if (type_of(key) != &slice_type) return raise_type("mmap indices must be integers");
    Buffer data;
    int64_t count = slice_indices(key, &m->size, &start, &stop, &step);
    if (count < 0) return false;
    if (!value) return raise_type("mmap object doesn't support slice deletion");
    if (!buffer_get(value, &data, BUFFER_SIMPLE)) return false;
    bool ok = data.length == count ? valid(m) : raise_index("mmap slice assignment is wrong size");
    if (ok && step == 1) memmove(m->data + start, data.data, (size_t)count);
    else
        for (int64_t k = 0; ok && k < count; k++) m->data[start + k * step] = ((char *)data.data)[k];
    buffer_release(&data);
    return ok;
}
static bool mmap_get_buffer(Value self, Buffer *buffer, int flags)
{
    MmapObj *m = (MmapObj *)self;
    if (!valid(m) || !buffer_fill(buffer, self, m->data, m->size, m->access == ACCESS_READ, flags)) return false;
    m->exports++;
    return true;
}
static void mmap_release_buffer(Value self, Buffer *buffer) { ((MmapObj *)self)->exports--; }

/* clang-format off */
static const NativeDef mmap_methods[] = {
    {"close", "(self, /)", mmap_close, 0, 0}, {"find", "(self, sub, start=<unrepresentable>, end=<unrepresentable>, /)", mmap_find, 0, 0}, {"rfind", "(self, sub, start=<unrepresentable>, end=<unrepresentable>, /)", mmap_rfind, 0, 0},
    {"flush", "(self, offset=0, size=<unrepresentable>, /)", mmap_flush, 0, 0}, {"madvise", "(self, option, start=0, length=<unrepresentable>, /)", mmap_madvise, 0, 0},
    {"move", "(self, dest, src, count, /)", mmap_move, 0, 0}, {"read", "(self, n=None, /)", mmap_read, 0, 0}, {"read_byte", "(self, /)", mmap_read_byte, 0, 0}, {"readline", "(self, /)", mmap_readline, 0, 0},
    {"resize", "(self, newsize, /)", mmap_resize, 0, 0}, {"seek", "(self, pos, whence=0, /)", mmap_seek, 0, 0}, {"size", "(self, /)", mmap_size, 0, 0}, {"tell", "(self, /)", mmap_tell, 0, 0},
    {"write", "(self, bytes, /)", mmap_write, 0, 0}, {"write_byte", "(self, byte, /)", mmap_write_byte, 0, 0}, {"__enter__", "(self, /)", mmap_enter, 0, 0}, {"__exit__", "(self, *args)", mmap_exit, 0, 0},
    {"__sizeof__", "(self, /)", mmap_sizeof, 0, 0}, {0},
};
/* clang-format on */
static const GetSetDef mmap_getset[] = {{"closed", mmap_get_closed, 0, 0}, {0}};
static Type mmap_type = {
    TYPE_INIT("mmap.mmap", MmapObj),
    .flags = TYPE_BASE | TYPE_FINALIZE | TYPE_FREES | TYPE_WEAKREF_OK,
    .finalize = mmap_finalize,
    .new = mmap_make,
    .repr = mmap_repr,
    .length = mmap_length,
    .getitem = mmap_getitem,
    .setitem = mmap_setitem,
    .get_buffer = mmap_get_buffer,
    .release_buffer = mmap_release_buffer,
    .methods = mmap_methods,
    .getset = mmap_getset,
    .doc = "mmap(fileno, length, flags=MAP_SHARED, prot=PROT_READ|PROT_WRITE, access=ACCESS_DEFAULT, offset=0): a file mapped into memory; -1: memory without a file."};

#define C(name) {#name, name}
static const struct {
    const char *name;
    int value;
} constants[] = {C(PROT_EXEC),      C(PROT_READ),        C(PROT_WRITE),    C(MAP_SHARED),      C(MAP_PRIVATE),   C(MAP_DENYWRITE), C(MAP_EXECUTABLE), C(MAP_ANON),
                 C(MAP_ANONYMOUS),  C(MAP_POPULATE),     C(MAP_STACK),     C(ACCESS_DEFAULT),  C(ACCESS_READ),   C(ACCESS_WRITE),  C(ACCESS_COPY),    C(MADV_NORMAL),
                 C(MADV_RANDOM),    C(MADV_SEQUENTIAL),  C(MADV_WILLNEED), C(MADV_DONTNEED),   C(MADV_REMOVE),   C(MADV_DONTFORK), C(MADV_DOFORK),    C(MADV_HWPOISON),
                 C(MADV_MERGEABLE), C(MADV_UNMERGEABLE), C(MADV_HUGEPAGE), C(MADV_NOHUGEPAGE), C(MADV_DONTDUMP), C(MADV_DODUMP),   C(MADV_FREE)};

static bool init(Value module)
{
    for (size_t i = 0; i < sizeof constants / sizeof *constants; i++)
        if (!module_add_int(module, constants[i].name, constants[i].value)) return false;
    return module_add_type(module, &mmap_type) && module_add(module, "error", VALUE(&exc_OSError)) && module_add_int(module, "PAGESIZE", sysconf(_SC_PAGESIZE)) &&
           module_add_int(module, "ALLOCATIONGRANULARITY", sysconf(_SC_PAGESIZE));
}
const ModuleDef module_mmap = {"mmap", "Files mapped into memory.", 0, init};
