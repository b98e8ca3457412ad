/* options.h: the command line and the environment, read into `config` (module/config.h) before anything of the runtime exists. */
#pragma once
#include "module/config.h"

/* Reads them. Returns -1 to go on, or the exit status when all is done (--help, --version, an error that was reported). */
int options_read(int argc, char **argv);
/* The locale is C or POSIX or one that CPython uses in place of them: bytes that do not decode pass through the standard streams. */
bool options_lenient_locale(void);
