/* signal.h: what other modules need of _signal. */
#pragma once
#include <stdbool.h>

/* As if the signal had arrived, if a Python handler is set for it. false: no such signal number. */
bool signal_simulate(int number);
/* Installs the default SIGINT handler (KeyboardInterrupt); at start, unless -X faulty settings say otherwise. Ignores SIGPIPE and SIGXFSZ as CPython does. */
bool signal_init(void);
/* In the child of a fork: what arrived before was meant for the parent. */
void signal_forget(void);
/* Runs the handlers of signals that have arrived. false: one raised. Only the main thread runs them. */
bool signal_check(void);
/* The same for a thread that is about to wait, or waits, for a lock: also for one of importlib's, which other handlers don't run amid. */
bool signal_check_waiting(void);
