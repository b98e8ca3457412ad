/* stat.c: what the system knows about files: stat, statvfs, scandir, and setting times. */
#include "module/posix/posix.h"
#include <dirent.h>
#include <math.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

static Type *stat_type, *statvfs_type;
static const StructSeqField stat_fields[] = {{"st_mode", "protection bits"},
                                             {"st_ino", "inode"},
                                             {"st_dev", "device"},
                                             {"st_nlink", "number of hard links"},
                                             {"st_uid", "user ID of owner"},
                                             {"st_gid", "group ID of owner"},
                                             {"st_size", "total size, in bytes"},
                                             {"", "integer time of last access"},
                                             {"", "integer time of last modification"},
                                             {"", "integer time of last change"},
                                             {"st_atime", "time of last access"},
                                             {"st_mtime", "time of last modification"},
                                             {"st_ctime", "time of last change"},
                                             {"st_atime_ns", "time of last access in nanoseconds"},
                                             {"st_mtime_ns", "time of last modification in nanoseconds"},
                                             {"st_ctime_ns", "time of last change in nanoseconds"},
                                             {"st_blksize", "blocksize for filesystem I/O"},
                                             {"st_blocks", "number of blocks allocated"},
                                             {"st_rdev", "device type (if inode device)"},
                                             {0}};
static const StructSeqField statvfs_fields[] = {{"f_bsize", 0}, {"f_frsize", 0}, {"f_blocks", 0}, {"f_bfree", 0},   {"f_bavail", 0}, {"f_files", 0},
                                                {"f_ffree", 0}, {"f_favail", 0}, {"f_flag", 0},   {"f_namemax", 0}, {"f_fsid", 0},   {0}};

static Value nanoseconds(const struct timespec *t) { return int_add(int_mul(int_new(t->tv_sec), int_new(1000000000)), int_new(t->tv_nsec)); }

static Value stat_value(const struct stat *st)
{
    const struct timespec *times[] = {&st->st_atim, &st->st_mtim, &st->st_ctim};
    Value items[19] = {int_new(st->st_mode), int_new_unsigned(st->st_ino), int_new_unsigned(st->st_dev), int_new_unsigned(st->st_nlink),
                       int_new(st->st_uid),  int_new(st->st_gid),          int_new(st->st_size)};
    for (int i = 0; i < 3; i++) {
        items[7 + i] = int_new(times[i]->tv_sec);
        items[10 + i] = float_new((double)times[i]->tv_sec + 1e-9 * (double)times[i]->tv_nsec);
        if (!(items[13 + i] = nanoseconds(times[i]))) return 0;
    }
    items[16] = int_new(st->st_blksize), items[17] = int_new(st->st_blocks), items[18] = int_new_unsigned(st->st_rdev);
    return structseq_new(stat_type, items);
}

static Value do_stat(const char *function, Path *path, int dir_fd, int follow)
{
    struct stat st;
    int result;
    if (path->fd >= 0 && dir_fd != AT_FDCWD) return raise_value("%s: can't specify dir_fd without matching path", function);
    if (path->fd >= 0 && !follow) return raise_value("%s: cannot use fd and follow_symlinks together", function);
    BLOCKING(result = path->fd >= 0 ? fstat(path->fd, &st) : fstatat(dir_fd, path->bytes, &st, follow ? 0 : AT_SYMLINK_NOFOLLOW));
    return result < 0 ? path_error(path) : stat_value(&st);
}

static NATIVE(posix_stat)
{
    Path path;
    int dir_fd;
    if (!path_argument(args[0], "stat", "path", PATH_FD, &path) || !dir_fd_argument(args[1], &dir_fd)) return 0;
    int follow = object_truth(args[2]);
    return follow < 0 ? 0 : do_stat("stat", &path, dir_fd, follow);
}
static NATIVE(posix_lstat)
{
    Path path;
    int dir_fd;
    return path_argument(args[0], "lstat", "path", 0, &path) && dir_fd_argument(args[1], &dir_fd) ? do_stat("lstat", &path, dir_fd, 0) : 0;
}
static NATIVE(posix_fstat)
{
    int fd, result;
    struct stat st;
    if (!number_as_int(args[0], &fd)) return 0;
    RETRY(result, fstat(fd, &st));
    return result < 0 ? raise_errno() : stat_value(&st);
}

static Value statvfs_value(const struct statvfs *s)
{
    return structseq_new(statvfs_type, (Value[]){int_new_unsigned(s->f_bsize), int_new_unsigned(s->f_frsize), int_new_unsigned(s->f_blocks), int_new_unsigned(s->f_bfree),
                                                 int_new_unsigned(s->f_bavail), int_new_unsigned(s->f_files), int_new_unsigned(s->f_ffree), int_new_unsigned(s->f_favail),
                                                 int_new_unsigned(s->f_flag), int_new_unsigned(s->f_namemax), int_new_unsigned(s->f_fsid)});
}
static NATIVE(posix_statvfs)
{
    Path path;
    struct statvfs st;
    int result;
    if (!path_argument(args[0], "statvfs", "path", PATH_FD, &path)) return 0;
    BLOCKING(result = path.fd >= 0 ? fstatvfs(path.fd, &st) : statvfs(path.bytes, &st));
    return result < 0 ? path_error(&path) : statvfs_value(&st);
}
static NATIVE(posix_fstatvfs)
{
    struct statvfs st;
    int fd, result;
    if (!number_as_int(args[0], &fd)) return 0;
    RETRY(result, fstatvfs(fd, &st));
    return result < 0 ? raise_errno() : statvfs_value(&st);
}

/* ---------------------------------------------------------------- utime */

/* Seconds as int or float; fractions are rounded down, as stat shows them. */
static bool seconds_argument(Value v, struct timespec *t)
{
    if (is_float(v)) {
        double d = float_value(v), whole = floor(d);
        if (isnan(d)) return raise_value("Invalid value NaN (not a number)");
        if (whole < -9.2e18 || whole > 9.2e18) return raise_overflow("timestamp out of range for platform time_t");
        t->tv_sec = (time_t)whole;
        t->tv_nsec = (long)floor((d - whole) * 1e9);
        if (t->tv_nsec > 999999999) t->tv_nsec = 999999999;
        return true;
    }
    int64_t seconds;
    if (!number_as_int64(v, &seconds)) {
        if (error_clear_if(&exc_OverflowError)) raise_overflow("timestamp out of range for platform time_t");
        return false;
    }
    *t = (struct timespec){.tv_sec = seconds};
    return true;
}

static bool nanoseconds_argument(Value v, struct timespec *t)
{
    Value parts = number_binary(v, int_new(1000000000), BINARY_DIVMOD);
    int64_t seconds, rest;
    if (!parts) return false;
    if (!is_tuple(parts) || tuple_size(parts) != 2) return raise_type("%.200T.__divmod__() must return a 2-tuple, not %.200T", v, parts);
    if (!number_as_int64(tuple_get(parts, 0), &seconds) || !number_as_int64(tuple_get(parts, 1), &rest)) return false;
    *t = (struct timespec){seconds, rest};
    return true;
}

static NATIVE(posix_utime)
{
    Path path;
    int dir_fd;
    Value times = args[1], ns = args[2];
    if (!path_argument(args[0], "utime", "path", PATH_FD, &path) || !dir_fd_argument(args[3], &dir_fd)) return 0;
    int follow = object_truth(args[4]);
    if (follow < 0) return 0;
    if (times != NONE && ns) return raise_value("utime: you may specify either 'times' or 'ns' but not both");
    struct timespec t[2] = {{.tv_nsec = UTIME_NOW}, {.tv_nsec = UTIME_NOW}};
    if (times != NONE) {
        if (type_of(times) != &tuple_type || tuple_size(times) != 2) return raise_type("utime: 'times' must be either a tuple of two ints or None");
        if (!seconds_argument(tuple_get(times, 0), &t[0]) || !seconds_argument(tuple_get(times, 1), &t[1])) return 0;
    } else if (ns) {
        if (type_of(ns) != &tuple_type || tuple_size(ns) != 2) return raise_type("utime: 'ns' must be a tuple of two ints");
        if (!nanoseconds_argument(tuple_get(ns, 0), &t[0]) || !nanoseconds_argument(tuple_get(ns, 1), &t[1])) return 0;
    }
    if (path.fd >= 0 && dir_fd != AT_FDCWD) return raise_value("utime: can't specify dir_fd without matching path");
    if (path.fd >= 0 && !follow) return raise_value("utime: cannot use fd and follow_symlinks together");
    if (!sys_audit("os.utime", 4, args[0], times, ns ? ns : NONE, int_new(dir_fd == AT_FDCWD ? -1 : dir_fd))) return 0;
    int result;
    BLOCKING(result = path.fd >= 0 ? futimens(path.fd, t) : utimensat(dir_fd, path.bytes, t, follow ? 0 : AT_SYMLINK_NOFOLLOW));
    return result < 0 ? path_error(&path) : NONE;
}

/* ---------------------------------------------------------------- scandir */

typedef struct DirEntry {
    Obj head;
    Value name, path, folder_path, stat, lstat;
    int folder_fd;           /* -1: the folder was given by name */
    unsigned char type;      /* DT_* */
    uint64_t inode;
} DirEntry;

typedef struct ScanIterator {
    Obj head;
    DIR *folder;             /* 0: closed or exhausted */
    Value path;              /* as given, for joining; 0 with a descriptor */
    int fd;
    bool is_bytes;
} ScanIterator;
extern Type dir_entry_type, scan_iterator_type;

static void dir_entry_trace(Obj *o)
{
    DirEntry *e = (DirEntry *)o;
    gc_visit_values((Value[]){e->name, e->path, e->folder_path, e->stat, e->lstat}, 5);
}

static Value entry_stat(DirEntry *e, bool follow)
{
    Value *cache = follow ? &e->stat : &e->lstat;
    if (*cache) return *cache;
    if (follow && e->type != DT_LNK && e->type != DT_UNKNOWN) {   /* no link: both are one */
        Value v = entry_stat(e, false);
        if (v) SET(e, stat, v);
        return v;
    }
    const char *name = path_bytes(e->folder_fd >= 0 ? e->name : e->path, 0);
    struct stat st;
    if (!name) return 0;
    if (fstatat(e->folder_fd >= 0 ? e->folder_fd : AT_FDCWD, name, &st, follow ? 0 : AT_SYMLINK_NOFOLLOW) < 0) return raise_errno_with(errno, e->path, 0);
    *cache = stat_value(&st);
    gc_barrier(e);
    return *cache;
}

static NATIVE(dir_entry_stat)
{
    int follow = object_truth(args[1]);
    return follow < 0 ? 0 : entry_stat((DirEntry *)args[0], follow);
}

/* 1, 0, -1: whether the entry is of the mode (S_IFDIR, S_IFREG, S_IFLNK). A file that is gone is nothing. */
static int entry_is(DirEntry *e, unsigned mode, unsigned char type, bool follow)
{
    if (!(e->type == DT_UNKNOWN || (follow && e->type == DT_LNK))) return e->type == type;
    Value st = entry_stat(e, follow);
    if (!st) return error_clear_if(&exc_FileNotFoundError) ? 0 : -1;
    Value bits = object_getattr(st, NAME("st_mode"));
    int64_t n;
    if (!bits || !number_as_int64(bits, &n)) return -1;
    return ((unsigned)n & S_IFMT) == mode;
}

static Value test_entry(Value *args, unsigned mode, unsigned char type)
{
    int follow = object_truth(args[1]), result = follow < 0 ? -1 : entry_is((DirEntry *)args[0], mode, type, follow);
    return result < 0 ? 0 : bool_value(result);
}
static NATIVE(dir_entry_is_dir) { return test_entry(args, S_IFDIR, DT_DIR); }
static NATIVE(dir_entry_is_file) { return test_entry(args, S_IFREG, DT_REG); }
static NATIVE(dir_entry_is_symlink)
{
    int result = entry_is((DirEntry *)args[0], S_IFLNK, DT_LNK, false);
    return result < 0 ? 0 : bool_value(result);
}
static NATIVE(dir_entry_inode) { return int_new_unsigned(((DirEntry *)args[0])->inode); }
static NATIVE(dir_entry_fspath) { return ((DirEntry *)args[0])->path; }
static Value dir_entry_repr(Value v) { return str_format_c("<DirEntry %R>", ((DirEntry *)v)->name); }

static const NativeDef dir_entry_methods[] = {
    {"is_dir", "(self, /, *, follow_symlinks=True)", dir_entry_is_dir, "Whether the entry is a folder.", 0},
    {"is_file", "(self, /, *, follow_symlinks=True)", dir_entry_is_file, "Whether the entry is a file.", 0},
    {"is_symlink", "(self, /)", dir_entry_is_symlink, "Whether the entry is a symbolic link.", 0},
    {"stat", "(self, /, *, follow_symlinks=True)", dir_entry_stat, "The entry's stat_result, kept after the first call.", 0},
    {"inode", "(self, /)", dir_entry_inode, "The entry's inode number.", 0},
    {"__fspath__", "(self, /)", dir_entry_fspath, "The entry's path.", 0},
    CLASS_GETITEM,
    {0},
};
static const MemberDef dir_entry_members[] = {
    {"name", MEMBER_VALUE, offsetof(DirEntry, name), false, "the entry's name, relative to the folder"},
    {"path", MEMBER_VALUE, offsetof(DirEntry, path), false, "the entry's path"},
    {0},
};
Type dir_entry_type = {TYPE_INIT("posix.DirEntry", DirEntry), .flags = TYPE_DISALLOW_NEW,  .repr = dir_entry_repr, .trace = dir_entry_trace,
                       .methods = dir_entry_methods,          .members = dir_entry_members};

static void scan_close(ScanIterator *it)
{
    DIR *folder = it->folder;
    it->folder = 0;
    if (!folder) return;
    if (it->fd >= 0) rewinddir(folder);
    closedir(folder);
}

static void scan_trace(Obj *o) { gc_visit(((ScanIterator *)o)->path); }
static void scan_finalize(Obj *o) { scan_close((ScanIterator *)o); }

/* folder/name, in the type of the folder's path. */
static Value join_path(Value folder, Value name, bool as_bytes)
{
    size_t size;
    const char *text = path_bytes(folder, &size);
    if (!text) return 0;
    const char *slash = !size || text[size - 1] == '/' ? "" : "/";
    if (!as_bytes) return str_format_c("%U%s%U", folder, slash, name);
    Value head = bytes_new(text, size), middle = bytes_new(slash, strlen(slash));
    head = head && middle ? bytes_concat(head, middle) : 0;
    return head ? bytes_concat(head, name) : 0;
}

static Value scan_next(Value v)
{
    ScanIterator *it = (ScanIterator *)v;
    while (it->folder) {
        errno = 0;
        struct dirent *d;
        BLOCKING(d = readdir(it->folder));
        if (!d) {
            int error = errno;
            scan_close(it);
            errno = error;
            return error ? raise_errno_with(error, it->path, 0) : 0;
        }
        if (!strcmp(d->d_name, ".") || !strcmp(d->d_name, "..")) continue;
        DirEntry *e = gc_alloc(DirEntry, &dir_entry_type);
        if (!e) return 0;
        e->folder_fd = it->fd, e->type = d->d_type, e->inode = d->d_ino;
        e->name = name_value(d->d_name, strlen(d->d_name), it->is_bytes);
        e->path = !e->name ? 0 : it->fd >= 0 ? e->name : join_path(it->path, e->name, it->is_bytes);
        return e->path ? VALUE(e) : 0;
    }
    return 0;
}

static NATIVE(scan_close_method) { return scan_close((ScanIterator *)args[0]), NONE; }
static NATIVE(scan_enter) { return args[0]; }
static NATIVE(scan_exit) { return scan_close((ScanIterator *)args[0]), NONE; }
static const NativeDef scan_methods[] = {
    {"__enter__", "(self, /)", scan_enter, 0, 0},
    {"__exit__", "(self, /, *args)", scan_exit, 0, 0},
    {"close", "(self, /)", scan_close_method, "Close the iterator.", 0},
    {0},
};
Type scan_iterator_type = {TYPE_INIT("posix.ScandirIterator", ScanIterator),
                           .flags = TYPE_DISALLOW_NEW | TYPE_FINALIZE,
                           .iter = iter_self,
                           .next = scan_next,
                           .trace = scan_trace,
                           .finalize = scan_finalize,
                           .methods = scan_methods};

static NATIVE(posix_scandir)
{
    Path path;
    if (!path_argument(args[0], "scandir", "path", PATH_FD | PATH_NONE, &path) || !sys_audit("os.scandir", 1, args[0])) return 0;
    ScanIterator *it = gc_alloc(ScanIterator, &scan_iterator_type);
    if (!it) return 0;
    it->fd = path.fd, it->is_bytes = path.is_bytes;
    it->path = path.fd >= 0 ? 0 : args[0] == NONE ? NAME(".") : fs_path(args[0]);
    if (path.fd < 0 && !it->path) return 0;
    int fd = path.fd >= 0 ? fcntl(path.fd, F_DUPFD_CLOEXEC, 0) : -1;
    BLOCKING(it->folder = path.fd < 0 ? opendir(path.bytes) : fd < 0 ? 0 : fdopendir(fd));
    if (it->folder) return VALUE(it);
    int error = errno;
    if (fd >= 0) close(fd);
    errno = error;
    return path_error(&path);
}

const NativeDef posix_stat_functions[] = {
    {"stat", "(path, *, dir_fd=None, follow_symlinks=True)", posix_stat, "What the system knows about a file.", 0},
    {"lstat", "(path, *, dir_fd=None)", posix_lstat, "Like stat, but symbolic links are not followed.", 0},
    {"fstat", "(fd)", posix_fstat, "What the system knows about an open file.", 0},
    {"statvfs", "(path)", posix_statvfs, "What the system knows about a file system.", 0},
    {"fstatvfs", "(fd, /)", posix_fstatvfs, "What the system knows about the file system of an open file.", 0},
    {"utime", "(path, times=None, *, ns=<unrepresentable>, dir_fd=None, follow_symlinks=True)", posix_utime, "Set access and modification time.", 0},
    {"scandir", "(path=None)", posix_scandir, "An iterator over the entries of a folder.", 0},
    {0},
};

bool posix_stat_init(Value module)
{
    stat_type = structseq_type("os.stat_result", "Result of stat, lstat and fstat.", stat_fields, 10);
    statvfs_type = structseq_type("os.statvfs_result", "Result of statvfs and fstatvfs.", statvfs_fields, 10);
    return stat_type && statvfs_type && module_add(module, "stat_result", VALUE(stat_type)) && module_add(module, "statvfs_result", VALUE(statvfs_type)) &&
           module_add_type(module, &dir_entry_type) && type_ready(&scan_iterator_type);
}
