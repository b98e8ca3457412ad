/* sys.h: the sys module as start-up and the other modules in C need it. */
#pragma once
#include "module/module.h"
#include "module/config.h"

/* The module and its dict; made by sys_start. */
extern Value sys_module;
/* Makes sys (with sys.modules); the first thing start-up does once the heap works. */
bool sys_start(void);
/* Sets the attributes that follow from `config`. */
bool sys_configure(void);
/* Prints the exception with its traceback and chain to sys.stderr, as sys.excepthook does (module/sys_excepthook.c). */
bool excepthook_print(Value exception);
/* Writes text to sys.stderr (or file descriptor 2 when there is none); never fails. */
void sys_write_stderr(const char *format, ...);
/* Shows and clears the pending exception through sys.excepthook; SystemExit ends with its code. Returns the exit status. */
int sys_report_exception(void);
/* Flushes sys.stdout and sys.stderr; false when stdout failed. */
bool sys_flush(void);
