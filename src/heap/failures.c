/* failures.c: allocations that fail on purpose (KRAIT_GC_FAIL, for tests): one of them, or each of a program once, every one in a child process of its own.
 *
 * What is counted: the heap's allocations; and when build/failing_malloc.so is loaded before the program (tests/fuzz/failing_malloc.c), those of malloc and mmap too, ours and the libraries'.
 *
 * Running a program anew for its n-th allocation, for all n, takes time that grows with the square of its length. `each` runs it once: at each allocation the process forks; in the
 * child the allocation fails and the program goes on (mostly to its end, with MemoryError), while the parent waits, notes how the child ended in the file KRAIT_GC_FAIL_LOG, and
 * goes on as if nothing had happened. A record of that file is a line "N STATUS OUT ERR PLACE...", STATUS being waitpid's, OUT and ERR the lengths of what the child has
 * written so far to standard output and error, which follow, and PLACE the return addresses of the functions that asked. For the output to be known the parent's own must go to
 * files. A fork has one thread: programs with threads need the other way.
 */
#include "heap/block.h"
#include <dlfcn.h>
#include <execinfo.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SECONDS_LEFT = 60 /* a child that takes longer is ended by SIGALRM */, PLACES = 24 };
static struct {
    size_t nth;                 /* this allocation from now fails; 0: none */
    size_t step, count;         /* of `each`: every step-th; step 0: not in this mode */
    int log, output[2];
    bool inside;                /* what this file itself allocates does not count */
} trial;

static void give_up(const char *what)
{
    perror(what);
    _exit(1);
}

/* The library that stands before malloc asks the function that this variable of its names. */
static void ask_for_malloc(void)
{
    bool (**asked)(void) = dlsym(RTLD_DEFAULT, "allocation_fails");
    if (asked) *asked = failures_on() ? failures_here : 0;
}

void failures_begin(const char *mode)
{
    trial.nth = trial.step = trial.count = 0;
    if (!strncmp(mode, "each", 4)) {
        const char *path = getenv("KRAIT_GC_FAIL_LOG");
        trial.step = mode[4] == '/' ? strtoull(mode + 5, 0, 10) : 1;
        trial.log = path ? open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644) : -1;
        for (int i = 0; i < 2; i++) trial.output[i] = memfd_create("output", MFD_CLOEXEC);
        if (trial.log < 0 || trial.output[0] < 0 || trial.output[1] < 0) give_up("krait: KRAIT_GC_FAIL_LOG");
    } else trial.nth = strtoull(mode, 0, 10);
    ask_for_malloc();
}

bool failures_on(void) { return trial.nth || trial.step; }

static void copy_all(int from, int to)
{
    char buffer[4096];
    off_t at = 0;
    for (ssize_t n; (n = pread(from, buffer, sizeof buffer, at)) > 0; at += n)
        if (write(to, buffer, (size_t)n) != n) give_up("krait: copying output");
}

/* The child's output begins with what this process had written. */
static void prepare_output(void)
{
    for (int i = 0; i < 2; i++) {
        if (ftruncate(trial.output[i], 0) < 0 || lseek(trial.output[i], 0, SEEK_SET) < 0) give_up("krait: output");
        copy_all(1 + i, trial.output[i]);
    }
}

static void note(int status)
{
    void *places[PLACES];
    off_t sizes[2];
    int depth = backtrace(places, PLACES);
    for (int i = 0; i < 2; i++) sizes[i] = lseek(trial.output[i], 0, SEEK_END);
    dprintf(trial.log, "%zu %d %lld %lld", trial.count, status, (long long)sizes[0], (long long)sizes[1]);
    for (int i = 0; i < depth; i++) dprintf(trial.log, " %p", places[i]);
    dprintf(trial.log, "\n");
    for (int i = 0; i < 2; i++) copy_all(trial.output[i], trial.log);
}

/* In the child: what it reads from files that are open must not be gone for the parent. */
static void own_offsets(void)
{
    enum { MOST_FILES = 64 };
    for (int fd = 3; fd < MOST_FILES; fd++) {
        struct stat st;
        if (fd == trial.log || fd == trial.output[0] || fd == trial.output[1] || fstat(fd, &st) < 0 || !(S_ISREG(st.st_mode) || S_ISDIR(st.st_mode))) continue;
        char path[32];
        snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
        int own = open(path, (fcntl(fd, F_GETFL) & (O_ACCMODE | O_APPEND)) | O_CLOEXEC);
        if (own < 0 || lseek(own, lseek(fd, 0, SEEK_CUR), SEEK_SET) < 0 || dup3(own, fd, O_CLOEXEC) < 0) give_up("krait: an open file");
        close(own);
    }
}

/* true in the child, where this allocation fails and the others don't */
static bool fails_in_child(void)
{
    prepare_output();
    pid_t child = fork();
    if (child < 0) give_up("krait: fork");
    if (child == 0) {
        for (int i = 0; i < 2; i++) dup2(trial.output[i], 1 + i);
        own_offsets();
        trial.step = 0;
        alarm(SECONDS_LEFT);
        return true;
    }
    int status;
    if (waitpid(child, &status, 0) != child) give_up("krait: waitpid");
    note(status);
    return false;
}

bool failures_here(void)
{
    if (trial.inside) return false;
    trial.inside = true;
    bool fails = trial.nth ? --trial.nth == 0 : trial.step && ++trial.count % trial.step == 0 && fails_in_child();
    if (fails) ask_for_malloc();
    trial.inside = false;
    return fails;
}
