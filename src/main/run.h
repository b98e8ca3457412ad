/* run.h: running what the command line names. */
#pragma once

/* -c, -m, a file, a folder or archive with __main__, standard input, the prompt. The exit status; exceptions are reported. */
int run_main(void);
/* The interactive loop on standard input (main/prompt.c). Returns the exit status. */
int prompt_run(void);
