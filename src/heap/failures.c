/* failures.c: each allocation of a program fails once, every one in a child process of its own (KRAIT_GC_FAIL=each, for tests).
 *
 * Running a program anew for its n-th allocation, for all n, takes time that grows with the square of its length. Here it runs once: at each allocation the process forks; in the
 * child the allocation fails and the program goes on (mostly to its end, with MemoryError), while the parent waits, notes how the child ended in the file KRAIT_GC_FAIL_LOG, and
 * goes on as if nothing had happened. A record of that file is a line "N STATUS OUT ERR", STATUS being waitpid's and OUT and ERR the lengths of what the child has
 * written so far to standard output and error, which follow. For that to be known the parent's own output must go to files. A fork has one thread: programs with threads need the other way.
 */
#include "heap/block.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SECONDS_LEFT = 60 };   /* a child that takes longer is ended by SIGALRM */
static struct {
    size_t step, count;
    int log, output[2];
} trial;

static void give_up(const char *what)
{
    perror(what);
    _exit(1);
}

bool failures_begin(const char *mode)
{
    if (strncmp(mode, "each", 4)) return false;
    const char *path = getenv("KRAIT_GC_FAIL_LOG");
    trial.step = mode[4] == '/' ? strtoull(mode + 5, 0, 10) : 1;
    trial.count = 0;
    trial.log = path ? open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644) : -1;
    for (int i = 0; i < 2; i++) trial.output[i] = memfd_create("output", MFD_CLOEXEC);
    if (trial.log < 0 || trial.output[0] < 0 || trial.output[1] < 0) give_up("krait: KRAIT_GC_FAIL_LOG");
    heap.fail_each = trial.step > 0;
    return true;
}

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
    off_t sizes[2];
    for (int i = 0; i < 2; i++) sizes[i] = lseek(trial.output[i], 0, SEEK_END);
    dprintf(trial.log, "%zu %d %lld %lld\n", trial.count, status, (long long)sizes[0], (long long)sizes[1]);
    for (int i = 0; i < 2; i++) copy_all(trial.output[i], trial.log);
}

bool failures_here(void)
{
    if (++trial.count % trial.step) return false;
    prepare_output();
    pid_t child = fork();
    if (child < 0) give_up("krait: fork");
    if (child == 0) {
        for (int i = 0; i < 2; i++) dup2(trial.output[i], 1 + i);
        heap.fail_each = false;
        alarm(SECONDS_LEFT);
        return true;
    }
    int status;
    if (waitpid(child, &status, 0) != child) give_up("krait: waitpid");
    note(status);
    return false;
}
