/* krait.c: the program krait. */
#include "main/options.h"
#include "main/run.h"
#include "main/start.h"
#include "heap/heap.h"
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    /* Memory given back is soon wanted again, and each new page costs a fault. */
    mallopt(M_TRIM_THRESHOLD, 64 << 20);
    mallopt(M_TOP_PAD, 512 << 10);
    gc_process_begins();
    int status = options_read(argc, argv);
    if (status >= 0) return fflush(stdout) ? 1 : status;
    if (!start_interpreter()) return 1;
    status = stop_interpreter(run_main());
    if (status == 128 + SIGINT) {   /* an unhandled KeyboardInterrupt: end as the signal would have ended us, so that shells see it */
        signal(SIGINT, SIG_DFL);
        kill(getpid(), SIGINT);
    }
    fflush(stdout);
    _exit(status);
}
