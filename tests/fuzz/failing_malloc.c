/* failing_malloc.c: loaded before the program (LD_PRELOAD), makes the allocations of malloc and mmap fail when src/heap/failures.c says so: Krait's own and those of its libraries. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

void *__libc_malloc(size_t), *__libc_calloc(size_t, size_t), *__libc_realloc(void *, size_t), *__libc_memalign(size_t, size_t);

bool (*allocation_fails)(void);   /* set by failures.c while it counts */

static bool fails(void)
{
    if (!allocation_fails) return false;
    int kept = errno;
    bool result = allocation_fails();
    errno = result ? ENOMEM : kept;
    return result;
}

void *malloc(size_t size) { return fails() ? 0 : __libc_malloc(size); }
void *calloc(size_t count, size_t size) { return fails() ? 0 : __libc_calloc(count, size); }
void *realloc(void *old, size_t size) { return size && fails() ? 0 : __libc_realloc(old, size); }
void *memalign(size_t alignment, size_t size) { return fails() ? 0 : __libc_memalign(alignment, size); }
void *aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }

int posix_memalign(void **result, size_t alignment, size_t size)
{
    void *memory = memalign(alignment, size);
    if (!memory) return ENOMEM;
    *result = memory;
    return 0;
}

void *mmap(void *address, size_t size, int protection, int flags, int fd, off_t offset)
{
    if (fails()) return MAP_FAILED;
    return (void *)syscall(SYS_mmap, address, size, protection, flags, fd, offset);
}
