/* posix.h: what the files of the posix module share: arguments that are paths, descriptors and ids, and errors.
 *
 * The module follows the system calls: files.c (names in the file system), stat.c (stat, scandir, times), io.c (descriptors), process.c (processes, users,
 * scheduling), spawn.c (exec, fork, posix_spawn), names.c (the tables of sysconf and its like). posix.c ties the tables together.
 */
#pragma once
#include "module/module.h"
#include "module/sys.h"
#include "object/sequence.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/types.h>
#include <unistd.h>

/* A path argument: str, bytes or os.PathLike; with PATH_FD also an open descriptor; with PATH_NONE also None. */
typedef struct Path {
    Value object;         /* for errors: as given */
    const char *bytes;    /* file system encoding; 0 for a descriptor or None */
    int fd;               /* -1 unless a descriptor was given */
    bool is_bytes;        /* results are bytes, too */
} Path;
enum { PATH_FD = 1, PATH_NONE = 2 };
bool path_argument(Value v, const char *function, const char *argument, int allow, Path *path);
/* dir_fd=: None is AT_FDCWD */
bool dir_fd_argument(Value v, int *fd);
/* An int or an object with fileno(). */
bool descriptor_argument(Value v, int *fd);
/* An os.sched_param. */
struct sched_param;
bool sched_param_argument(Value v, struct sched_param *param);
/* uid_t and gid_t: -1 allowed. */
bool id_argument(Value v, const char *kind, uint32_t *id);
/* OSError of errno for the path. */
Value path_error(const Path *path);
Value path_error2(const Path *path, const Path *path2);
/* A name read from the system, as bytes or as str. */
Value name_value(const char *bytes, size_t size, bool as_bytes);
/* None, or OSError of errno when the result is negative. */
Value none_or_error(int result);
Value int_or_error(int64_t result);
/* System calls that signals interrupt are made again unless a handler raised. */
#define RETRY(result, call) \
    do { \
        BLOCKING(result = (call)); \
        if ((result) >= 0 || errno != EINTR) break; \
        if (!safe_point()) return 0; \
    } while (1)

extern const NativeDef posix_file_functions[], posix_stat_functions[], posix_io_functions[], posix_process_functions[], posix_spawn_functions[], posix_name_functions[];
bool posix_stat_init(Value module), posix_io_init(Value module), posix_process_init(Value module), posix_names_init(Value module), posix_spawn_init(Value module);
/* Runs the functions of os.register_at_fork. */
void fork_before(void), fork_after_parent(void), fork_after_child(void);
