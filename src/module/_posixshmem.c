/* _posixshmem.c: names of shared memory, for multiprocessing.shared_memory. */
#include "module/posix/posix.h"
#include <sys/mman.h>

static bool name_argument(Value v, const char *function, const char **name)
{
    if (!is_str(v)) return raise_bad_argument(function, "path", "str", v);
    return (*name = str_utf8(v, 0)) != 0;
}
static NATIVE(shmem_open)
{
    const char *name;
    int flags, mode, fd;
    if (!name_argument(args[0], "shm_open", &name) || !number_as_int(args[1], &flags) || !number_as_int(args[2], &mode)) return 0;
    RETRY(fd, shm_open(name, flags, (mode_t)mode));
    return fd < 0 ? raise_errno_with(errno, args[0], 0) : int_new(fd);
}
static NATIVE(shmem_unlink)
{
    const char *name;
    int result;
    if (!name_argument(args[0], "shm_unlink", &name)) return 0;
    RETRY(result, shm_unlink(name));
    return result < 0 ? raise_errno_with(errno, args[0], 0) : NONE;
}
static const NativeDef functions[] = {{"shm_open", "(path, flags, mode=511)", shmem_open, "Open shared memory by its name: a descriptor.", 0},
                                      {"shm_unlink", "(path)", shmem_unlink, "Remove a name of shared memory.", 0},
                                      {0}};
const ModuleDef module__posixshmem = {"_posixshmem", "POSIX shared memory.", functions, 0};
