/* files.c: names in the file system: making, removing, renaming, linking, permissions, extended attributes. */
#include "module/posix/posix.h"
#include <dirent.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

/* A function of one path that gives None: NAME(path, [further]) */
#define PATH_CALL(path, call) \
    int result; \
    BLOCKING(result = (call)); \
    return result < 0 ? path_error(&(path)) : NONE

static NATIVE(posix_access)
{
    Path path;
    int mode, dir_fd;
    if (!path_argument(args[0], "access", "path", 0, &path) || !number_as_int(args[1], &mode) || !dir_fd_argument(args[2], &dir_fd)) return 0;
    int effective = object_truth(args[3]), follow = object_truth(args[4]), result;
    if (effective < 0 || follow < 0) return 0;
    BLOCKING(result = faccessat(dir_fd, path.bytes, mode, (effective ? AT_EACCESS : 0) | (follow ? 0 : AT_SYMLINK_NOFOLLOW)));
    return bool_value(result == 0);
}

static NATIVE(posix_chdir)
{
    Path path;
    if (!path_argument(args[0], "chdir", "path", PATH_FD, &path) || !sys_audit("os.chdir", 1, args[0])) return 0;
    PATH_CALL(path, path.fd >= 0 ? fchdir(path.fd) : chdir(path.bytes));
}
static NATIVE(posix_fchdir)
{
    int fd;
    return descriptor_argument(args[0], &fd) ? none_or_error(fchdir(fd)) : 0;
}
static NATIVE(posix_chroot)
{
    Path path;
    if (!path_argument(args[0], "chroot", "path", 0, &path)) return 0;
    PATH_CALL(path, chroot(path.bytes));
}

static NATIVE(posix_chmod)
{
    Path path;
    int mode, dir_fd;
    if (!path_argument(args[0], "chmod", "path", PATH_FD, &path) || !number_as_int(args[1], &mode) || !dir_fd_argument(args[2], &dir_fd)) return 0;
    int follow = object_truth(args[3]);
    if (follow < 0) return 0;
    if (!follow) return raise_format(&exc_NotImplementedError, "chmod: follow_symlinks unavailable on this platform");
    if (!sys_audit("os.chmod", 3, args[0], args[1], int_new(dir_fd == AT_FDCWD ? -1 : dir_fd))) return 0;
    PATH_CALL(path, path.fd >= 0 ? fchmod(path.fd, (mode_t)mode) : fchmodat(dir_fd, path.bytes, (mode_t)mode, 0));
}
static NATIVE(posix_fchmod)
{
    int fd, mode, result;
    if (!number_as_int(args[0], &fd) || !number_as_int(args[1], &mode)) return 0;
    RETRY(result, fchmod(fd, (mode_t)mode));
    return none_or_error(result);
}

static Value change_owner(Path *path, Value uid_value, Value gid_value, int dir_fd, int follow)
{
    uint32_t uid, gid;
    if (!id_argument(uid_value, "uid", &uid) || !id_argument(gid_value, "gid", &gid)) return 0;
    PATH_CALL(*path, path->fd >= 0 ? fchown(path->fd, uid, gid) : fchownat(dir_fd, path->bytes, uid, gid, follow ? 0 : AT_SYMLINK_NOFOLLOW));
}
static NATIVE(posix_chown)
{
    Path path;
    int dir_fd;
    if (!path_argument(args[0], "chown", "path", PATH_FD, &path) || !dir_fd_argument(args[3], &dir_fd)) return 0;
    int follow = object_truth(args[4]);
    if (follow < 0) return 0;
    if (path.fd >= 0 && dir_fd != AT_FDCWD) return raise_value("chown: can't specify dir_fd without matching path");
    if (path.fd >= 0 && !follow) return raise_value("chown: cannot use fd and follow_symlinks together");
    return change_owner(&path, args[1], args[2], dir_fd, follow);
}
static NATIVE(posix_lchown)
{
    Path path;
    return path_argument(args[0], "lchown", "path", 0, &path) ? change_owner(&path, args[1], args[2], AT_FDCWD, 0) : 0;
}
static NATIVE(posix_fchown)
{
    Path path = {.object = NONE};
    return number_as_int(args[0], &path.fd) ? change_owner(&path, args[1], args[2], AT_FDCWD, 1) : 0;
}

static Value current_folder(bool as_bytes)
{
    char *cwd;
    BLOCKING(cwd = getcwd(0, 0));
    if (!cwd) return errno == ENOMEM ? raise_memory() : raise_errno();
    Value v = name_value(cwd, strlen(cwd), as_bytes);
    free(cwd);
    return v;
}
static NATIVE(posix_getcwd) { return current_folder(false); }
static NATIVE(posix_getcwdb) { return current_folder(true); }

static NATIVE(posix_link)
{
    Path from, to;
    int from_fd, to_fd;
    if (!path_argument(args[0], "link", "src", 0, &from) || !path_argument(args[1], "link", "dst", 0, &to) || !dir_fd_argument(args[2], &from_fd) ||
        !dir_fd_argument(args[3], &to_fd))
        return 0;
    int follow = object_truth(args[4]), result;
    if (follow < 0 || !sys_audit("os.link", 2, args[0], args[1])) return 0;
    BLOCKING(result = linkat(from_fd, from.bytes, to_fd, to.bytes, follow ? AT_SYMLINK_FOLLOW : 0));
    return result < 0 ? path_error2(&from, &to) : NONE;
}
static NATIVE(posix_symlink)
{
    Path from, to;
    int dir_fd, result;
    if (!path_argument(args[0], "symlink", "src", 0, &from) || !path_argument(args[1], "symlink", "dst", 0, &to) || !dir_fd_argument(args[3], &dir_fd)) return 0;
    if (!sys_audit("os.symlink", 2, args[0], args[1])) return 0;
    BLOCKING(result = symlinkat(from.bytes, dir_fd, to.bytes));
    return result < 0 ? path_error2(&from, &to) : NONE;
}

static Value rename_path(const char *function, Value *args)
{
    Path from, to;
    int from_fd, to_fd, result;
    if (!path_argument(args[0], function, "src", 0, &from) || !path_argument(args[1], function, "dst", 0, &to) || !dir_fd_argument(args[2], &from_fd) ||
        !dir_fd_argument(args[3], &to_fd))
        return 0;
    if (!sys_audit("os.rename", 2, args[0], args[1])) return 0;
    BLOCKING(result = renameat(from_fd, from.bytes, to_fd, to.bytes));
    return result < 0 ? path_error2(&from, &to) : NONE;
}
static NATIVE(posix_rename) { return rename_path("rename", args); }
static NATIVE(posix_replace) { return rename_path("replace", args); }

static Value remove_path(const char *function, Value *args, int flags)
{
    Path path;
    int dir_fd;
    if (!path_argument(args[0], function, "path", 0, &path) || !dir_fd_argument(args[1], &dir_fd)) return 0;
    if (!sys_audit(flags ? "os.rmdir" : "os.remove", 2, args[0], int_new(dir_fd == AT_FDCWD ? -1 : dir_fd))) return 0;
    PATH_CALL(path, unlinkat(dir_fd, path.bytes, flags));
}
static NATIVE(posix_remove) { return remove_path("remove", args, 0); }
static NATIVE(posix_unlink) { return remove_path("unlink", args, 0); }
static NATIVE(posix_rmdir) { return remove_path("rmdir", args, AT_REMOVEDIR); }

static NATIVE(posix_mkdir)
{
    Path path;
    int mode, dir_fd;
    if (!path_argument(args[0], "mkdir", "path", 0, &path) || !number_as_int(args[1], &mode) || !dir_fd_argument(args[2], &dir_fd)) return 0;
    if (!sys_audit("os.mkdir", 3, args[0], args[1], int_new(dir_fd == AT_FDCWD ? -1 : dir_fd))) return 0;
    PATH_CALL(path, mkdirat(dir_fd, path.bytes, (mode_t)mode));
}
static NATIVE(posix_mkfifo)
{
    Path path;
    int mode, dir_fd;
    if (!path_argument(args[0], "mkfifo", "path", 0, &path) || !number_as_int(args[1], &mode) || !dir_fd_argument(args[2], &dir_fd)) return 0;
    PATH_CALL(path, mkfifoat(dir_fd, path.bytes, (mode_t)mode));
}
static NATIVE(posix_mknod)
{
    Path path;
    int mode, dir_fd;
    int64_t device;
    if (!path_argument(args[0], "mknod", "path", 0, &path) || !number_as_int(args[1], &mode) || !number_as_int64(args[2], &device) || !dir_fd_argument(args[3], &dir_fd)) return 0;
    PATH_CALL(path, mknodat(dir_fd, path.bytes, (mode_t)mode, (dev_t)device));
}

static NATIVE(posix_readlink)
{
    Path path;
    int dir_fd;
    if (!path_argument(args[0], "readlink", "path", 0, &path) || !dir_fd_argument(args[1], &dir_fd)) return 0;
    char buffer[4097];
    ssize_t n;
    BLOCKING(n = readlinkat(dir_fd, path.bytes, buffer, sizeof buffer - 1));
    return n < 0 ? path_error(&path) : name_value(buffer, (size_t)n, path.is_bytes);
}

static NATIVE(posix_listdir)
{
    Path path;
    if (!path_argument(args[0], "listdir", "path", PATH_FD | PATH_NONE, &path) || !sys_audit("os.listdir", 1, args[0])) return 0;
    int fd = path.fd >= 0 ? fcntl(path.fd, F_DUPFD_CLOEXEC, 0) : -1;
    DIR *folder;
    BLOCKING(folder = path.fd >= 0 ? (fd < 0 ? 0 : fdopendir(fd)) : opendir(path.bytes));
    if (!folder) {
        int error = errno;
        if (fd >= 0) close(fd);
        errno = error;
        return path_error(&path);
    }
    if (fd >= 0) rewinddir(folder);
    Value list = list_new(0);
    while (list) {
        errno = 0;
        struct dirent *entry;
        BLOCKING(entry = readdir(folder));
        if (!entry) {
            if (errno) list = path_error(&path);
            break;
        }
        const char *name = entry->d_name;
        if (!strcmp(name, ".") || !strcmp(name, "..")) continue;
        Value item = name_value(name, strlen(name), path.is_bytes);
        if (!item || !list_append(list, item)) list = 0;
    }
    BLOCKING(closedir(folder));
    return list;
}

static NATIVE(posix_truncate)
{
    Path path;
    int64_t length;
    if (!path_argument(args[0], "truncate", "path", PATH_FD, &path) || !number_as_int64(args[1], &length)) return 0;
    if (!sys_audit("os.truncate", 2, args[0], args[1])) return 0;
    PATH_CALL(path, path.fd >= 0 ? ftruncate(path.fd, length) : truncate(path.bytes, length));
}

static NATIVE(posix_umask)
{
    int mask;
    return number_as_int(args[0], &mask) ? int_new(umask((mode_t)mask)) : 0;
}

/* A path without "." parts and doubled slashes; ".." is kept, since links may lie on the way. os.path.normpath is made of it. */
static NATIVE(posix_path_normpath)
{
    if (!is_str(args[0])) return raise_bad_argument("_path_normpath", "path", "str", args[0]);
    int64_t n = str_length(args[0]);
    if (!n) return NAME(".");
    int kind = str_kind(args[0]);
    const void *data = str_data(args[0]);
    int64_t slashes = 0;
    while (slashes < n && str_read(kind, data, slashes) == '/') slashes++;
    int64_t root = slashes == 2 ? 2 : slashes ? 1 : 0;
    int64_t *starts = gc_buffer_raw(((size_t)n + 1) * 2 * sizeof *starts), count = 0;
    if (!starts) return 0;
    for (int64_t i = slashes; i < n;) {
        int64_t end = i;
        while (end < n && str_read(kind, data, end) != '/') end++;
        bool dot = end - i == 1 && str_read(kind, data, i) == '.';
        bool up = end - i == 2 && str_read(kind, data, i) == '.' && str_read(kind, data, i + 1) == '.';
        bool last_up = count && starts[2 * count - 1] - starts[2 * count - 2] == 2 && str_read(kind, data, starts[2 * count - 2]) == '.' &&
                       str_read(kind, data, starts[2 * count - 2] + 1) == '.';
        if (end > i && !dot) {
            if (!up || (!root && !count) || last_up) starts[2 * count] = i, starts[2 * count + 1] = end, count++;
            else if (count) count--;
        }
        i = end + 1;
    }
    StrBuilder b = {0};
    for (int64_t i = 0; i < root; i++) str_builder_char(&b, '/');
    for (int64_t i = 0; i < count; i++) {
        if (i && !str_builder_char(&b, '/')) return 0;
        if (!str_builder_slice(&b, args[0], starts[2 * i], starts[2 * i + 1])) return 0;
    }
    Value result = str_builder_finish(&b);
    return result && !str_length(result) ? NAME(".") : result;
}

/* ---------------------------------------------------------------- extended attributes */

static bool attribute_arguments(const char *function, Value *args, Value follow_value, Path *path, Path *attribute, int *follow)
{
    if (!path_argument(args[0], function, "path", PATH_FD, path) || !path_argument(args[1], function, "attribute", 0, attribute)) return false;
    if ((*follow = object_truth(follow_value)) < 0) return false;
    return path->fd < 0 || *follow || raise_value("%s: cannot use fd and follow_symlinks together", function);
}

static NATIVE(posix_getxattr)
{
    Path path, attribute;
    int follow;
    if (!attribute_arguments("getxattr", args, args[2], &path, &attribute, &follow)) return 0;
    for (size_t size = 128;; size = size < 65536 ? 65536 : size * 2) {
        Value bytes = bytes_new(0, size);
        ssize_t n;
        if (!bytes) return 0;
        BLOCKING(n = path.fd >= 0 ? fgetxattr(path.fd, attribute.bytes, bytes_data(bytes), size)
                     : follow     ? getxattr(path.bytes, attribute.bytes, bytes_data(bytes), size)
                                  : lgetxattr(path.bytes, attribute.bytes, bytes_data(bytes), size));
        if (n >= 0) return bytes_new(bytes_data(bytes), (size_t)n);
        if (errno != ERANGE || size > 65536) return path_error(&path);
    }
}

static NATIVE(posix_setxattr)
{
    Path path, attribute;
    int follow, flags;
    Buffer value;
    if (!attribute_arguments("setxattr", args, args[4], &path, &attribute, &follow) || !number_as_int(args[3], &flags) || !buffer_get(args[2], &value, BUFFER_SIMPLE)) return 0;
    int result;
    BLOCKING(result = path.fd >= 0 ? fsetxattr(path.fd, attribute.bytes, value.data, (size_t)value.length, flags)
                      : follow     ? setxattr(path.bytes, attribute.bytes, value.data, (size_t)value.length, flags)
                                   : lsetxattr(path.bytes, attribute.bytes, value.data, (size_t)value.length, flags));
    buffer_release(&value);
    return result < 0 ? path_error(&path) : NONE;
}

static NATIVE(posix_removexattr)
{
    Path path, attribute;
    int follow;
    if (!attribute_arguments("removexattr", args, args[2], &path, &attribute, &follow)) return 0;
    PATH_CALL(path, path.fd >= 0 ? fremovexattr(path.fd, attribute.bytes) : follow ? removexattr(path.bytes, attribute.bytes) : lremovexattr(path.bytes, attribute.bytes));
}

static NATIVE(posix_listxattr)
{
    Path path;
    if (!path_argument(args[0], "listxattr", "path", PATH_FD | PATH_NONE, &path)) return 0;
    int follow = object_truth(args[1]);
    if (follow < 0) return 0;
    if (path.fd >= 0 && !follow) return raise_value("listxattr: cannot use fd and follow_symlinks together");
    Value buffer = bytes_new(0, 65536), list = list_new(0);
    ssize_t n;
    if (!buffer || !list) return 0;
    char *names = (char *)bytes_data(buffer);
    BLOCKING(n = path.fd >= 0 ? flistxattr(path.fd, names, 65536) : follow ? listxattr(path.bytes, names, 65536) : llistxattr(path.bytes, names, 65536));
    if (n < 0) return path_error(&path);
    for (ssize_t i = 0; i < n; i += (ssize_t)strlen(names + i) + 1) {
        Value name = str_from_fs(names + i, strlen(names + i));
        if (!name || !list_append(list, name)) return 0;
    }
    return list;
}

/* ---------------------------------------------------------------- devices */

static NATIVE(posix_major)
{
    uint64_t device;
    return number_as_uint64(args[0], &device) ? int_new(major(device)) : 0;
}
static NATIVE(posix_minor)
{
    uint64_t device;
    return number_as_uint64(args[0], &device) ? int_new(minor(device)) : 0;
}
static NATIVE(posix_makedev)
{
    int a, b;
    return number_as_int(args[0], &a) && number_as_int(args[1], &b) ? int_new_unsigned(makedev((unsigned)a, (unsigned)b)) : 0;
}

const NativeDef posix_file_functions[] = {
    {"access", "(path, mode, *, dir_fd=None, effective_ids=False, follow_symlinks=True)", posix_access, "Whether the path can be accessed with the mode.", 0},
    {"chdir", "(path)", posix_chdir, "Change the current folder.", 0},
    {"fchdir", "(fd)", posix_fchdir, "Change the current folder to an open one.", 0},
    {"chroot", "(path)", posix_chroot, "Change the root folder.", 0},
    {"chmod", "(path, mode, *, dir_fd=None, follow_symlinks=True)", posix_chmod, "Change the permissions of a file.", 0},
    {"fchmod", "(fd, mode)", posix_fchmod, "Change the permissions of an open file.", 0},
    {"chown", "(path, uid, gid, *, dir_fd=None, follow_symlinks=True)", posix_chown, "Change owner and group of a file.", 0},
    {"lchown", "(path, uid, gid)", posix_lchown, "Change owner and group; links are not followed.", 0},
    {"fchown", "(fd, uid, gid)", posix_fchown, "Change owner and group of an open file.", 0},
    {"getcwd", "()", posix_getcwd, "The current folder.", 0},
    {"getcwdb", "()", posix_getcwdb, "The current folder as bytes.", 0},
    {"link", "(src, dst, *, src_dir_fd=None, dst_dir_fd=None, follow_symlinks=True)", posix_link, "Create a hard link.", 0},
    {"symlink", "(src, dst, target_is_directory=False, *, dir_fd=None)", posix_symlink, "Create a symbolic link.", 0},
    {"rename", "(src, dst, *, src_dir_fd=None, dst_dir_fd=None)", posix_rename, "Rename a file or folder.", 0},
    {"replace", "(src, dst, *, src_dir_fd=None, dst_dir_fd=None)", posix_replace, "Rename a file or folder, over an existing one.", 0},
    {"remove", "(path, *, dir_fd=None)", posix_remove, "Remove a file.", 0},
    {"unlink", "(path, *, dir_fd=None)", posix_unlink, "Remove a file.", 0},
    {"rmdir", "(path, *, dir_fd=None)", posix_rmdir, "Remove a folder.", 0},
    {"mkdir", "(path, mode=511, *, dir_fd=None)", posix_mkdir, "Create a folder.", 0},
    {"mkfifo", "(path, mode=438, *, dir_fd=None)", posix_mkfifo, "Create a named pipe.", 0},
    {"mknod", "(path, mode=384, device=0, *, dir_fd=None)", posix_mknod, "Create a node in the file system.", 0},
    {"readlink", "(path, *, dir_fd=None)", posix_readlink, "What a symbolic link points to.", 0},
    {"listdir", "(path=None)", posix_listdir, "The names in a folder.", 0},
    {"truncate", "(path, length)", posix_truncate, "Set the length of a file.", 0},
    {"umask", "(mask, /)", posix_umask, "Set the umask and return the previous one.", 0},
    {"_path_normpath", "(path)", posix_path_normpath, "Normalize a path.", 0},
    {"getxattr", "(path, attribute, *, follow_symlinks=True)", posix_getxattr, "The value of an extended attribute.", 0},
    {"setxattr", "(path, attribute, value, flags=0, *, follow_symlinks=True)", posix_setxattr, "Set an extended attribute.", 0},
    {"removexattr", "(path, attribute, *, follow_symlinks=True)", posix_removexattr, "Remove an extended attribute.", 0},
    {"listxattr", "(path=None, *, follow_symlinks=True)", posix_listxattr, "The names of the extended attributes.", 0},
    {"major", "(device, /)", posix_major, "The major number of a device.", 0},
    {"minor", "(device, /)", posix_minor, "The minor number of a device.", 0},
    {"makedev", "(major, minor, /)", posix_makedev, "A device number from its parts.", 0},
    {0},
};
