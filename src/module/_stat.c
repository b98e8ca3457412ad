/* _stat.c: the constants and tests of file modes, for `stat`. */
#include "module/module.h"
#include <sys/stat.h>

/* What this system has no such files for is no mode, and its test is false. */
enum { NO_MODE = 0 };

static bool mode_argument(Value v, mode_t *mode)
{
    if (!is_int(v)) return raise_type("an integer is required");
    uint64_t wide;
    if (int_sign(v) < 0) return raise_overflow("can't convert negative value to unsigned int");
    if (!int_as_uint64(v, &wide)) return raise_overflow("Python int too large to convert to C unsigned long");
    if (wide > UINT32_MAX) return raise_overflow("mode out of range");
    *mode = (mode_t)wide;
    return true;
}

#define TEST(name, condition) \
    static NATIVE(stat_##name) \
    { \
        mode_t mode; \
        return mode_argument(args[0], &mode) ? bool_value(condition) : 0; \
    }
TEST(S_ISDIR, S_ISDIR(mode))
TEST(S_ISCHR, S_ISCHR(mode))
TEST(S_ISBLK, S_ISBLK(mode))
TEST(S_ISREG, S_ISREG(mode))
TEST(S_ISFIFO, S_ISFIFO(mode))
TEST(S_ISLNK, S_ISLNK(mode))
TEST(S_ISSOCK, S_ISSOCK(mode))
TEST(never, ((void)mode, false))

static NATIVE(stat_S_IMODE)
{
    mode_t mode;
    return mode_argument(args[0], &mode) ? int_new(mode & 07777) : 0;
}
static NATIVE(stat_S_IFMT)
{
    mode_t mode;
    return mode_argument(args[0], &mode) ? int_new(mode & S_IFMT) : 0;
}

/* "-rwxr-xr-x" */
static NATIVE(stat_filemode)
{
    static const struct {
        mode_t mode;
        char letter;
    } kinds[] = {{S_IFREG, '-'}, {S_IFDIR, 'd'}, {S_IFLNK, 'l'}, {S_IFBLK, 'b'}, {S_IFCHR, 'c'}, {S_IFIFO, 'p'}, {S_IFSOCK, 's'}};
    mode_t mode;
    if (!mode_argument(args[0], &mode)) return 0;
    char text[11] = "?---------";
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if ((mode & S_IFMT) == kinds[i].mode) text[0] = kinds[i].letter;
    for (int i = 0; i < 9; i++)
        if (mode & (0400u >> i)) text[1 + i] = "rwx"[i % 3];
    if (mode & S_ISUID) text[3] = mode & S_IXUSR ? 's' : 'S';
    if (mode & S_ISGID) text[6] = mode & S_IXGRP ? 's' : 'S';
    if (mode & S_ISVTX) text[9] = mode & S_IXOTH ? 't' : 'T';
    return str_from_cstring(text);
}

#define TEST_DEF(name, function, what) {#name, "(mode, /)", function, #name "(mode) -> bool\n\nReturn True if mode is from " what ".", 0}
static const NativeDef functions[] = {
    TEST_DEF(S_ISDIR, stat_S_ISDIR, "a directory"),
    TEST_DEF(S_ISCHR, stat_S_ISCHR, "a character special device file"),
    TEST_DEF(S_ISBLK, stat_S_ISBLK, "a block special device file"),
    TEST_DEF(S_ISREG, stat_S_ISREG, "a regular file"),
    TEST_DEF(S_ISFIFO, stat_S_ISFIFO, "a FIFO (named pipe)"),
    TEST_DEF(S_ISLNK, stat_S_ISLNK, "a symbolic link"),
    TEST_DEF(S_ISSOCK, stat_S_ISSOCK, "a socket"),
    TEST_DEF(S_ISDOOR, stat_never, "a door"),
    TEST_DEF(S_ISPORT, stat_never, "an event port"),
    TEST_DEF(S_ISWHT, stat_never, "a whiteout"),
    {"S_IMODE", "(mode, /)", stat_S_IMODE, "Return the portion of the file's mode that can be set by os.chmod().", 0},
    {"S_IFMT", "(mode, /)", stat_S_IFMT, "Return the portion of the file's mode that describes the file type.", 0},
    {"filemode", "(mode, /)", stat_filemode, "Convert a file's mode to a string of the form '-rwxrwxrwx'.", 0},
    {0},
};

static bool init(Value module)
{
#define SAME(name) {#name, name}
    static const struct {
        const char *name;
        int64_t value;
    } constants[] = {
        SAME(S_IFDIR),
        SAME(S_IFCHR),
        SAME(S_IFBLK),
        SAME(S_IFREG),
        SAME(S_IFIFO),
        SAME(S_IFLNK),
        SAME(S_IFSOCK),
        {"S_IFDOOR", NO_MODE},
        {"S_IFPORT", NO_MODE},
        {"S_IFWHT", NO_MODE},
        SAME(S_ISUID),
        SAME(S_ISGID),
        SAME(S_ISVTX),
        {"S_ENFMT", S_ISGID},
        SAME(S_IREAD),
        SAME(S_IWRITE),
        SAME(S_IEXEC),
        SAME(S_IRWXU),
        SAME(S_IRUSR),
        SAME(S_IWUSR),
        SAME(S_IXUSR),
        SAME(S_IRWXG),
        SAME(S_IRGRP),
        SAME(S_IWGRP),
        SAME(S_IXGRP),
        SAME(S_IRWXO),
        SAME(S_IROTH),
        SAME(S_IWOTH),
        SAME(S_IXOTH),
        /* chflags() of other systems */
        {"UF_NODUMP", 1},
        {"UF_IMMUTABLE", 2},
        {"UF_APPEND", 4},
        {"UF_OPAQUE", 8},
        {"UF_NOUNLINK", 0x10},
        {"UF_COMPRESSED", 0x20},
        {"UF_HIDDEN", 0x8000},
        {"SF_ARCHIVED", 0x10000},
        {"SF_IMMUTABLE", 0x20000},
        {"SF_APPEND", 0x40000},
        {"SF_NOUNLINK", 0x100000},
        {"SF_SNAPSHOT", 0x200000},
        /* places in os.stat_result */
        {"ST_MODE", 0},
        {"ST_INO", 1},
        {"ST_DEV", 2},
        {"ST_NLINK", 3},
        {"ST_UID", 4},
        {"ST_GID", 5},
        {"ST_SIZE", 6},
        {"ST_ATIME", 7},
        {"ST_MTIME", 8},
        {"ST_CTIME", 9},
    };
    for (size_t i = 0; i < sizeof constants / sizeof *constants; i++)
        if (!module_add_int(module, constants[i].name, constants[i].value)) return false;
    return true;
}
const ModuleDef module__stat = {"_stat", "The modes of files.", functions, init};
