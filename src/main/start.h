/* start.h: bringing the interpreter up and down. */
#pragma once
#include "module/module.h"

/* Heap, types, sys, builtins, importlib, standard streams, site: in this order. false: the reason was printed. */
bool start_interpreter(void);
/* Waits for threads, runs atexit functions, flushes; the exit status to use (120 when flushing stdout failed). */
int stop_interpreter(int status);
/* The dict of __main__. */
Value main_namespace(void);
