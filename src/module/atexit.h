/* atexit.h: for the end of the interpreter. */
#pragma once
/* Calls the functions registered with atexit, last first; their exceptions are reported and swallowed. */
void atexit_run(void);
