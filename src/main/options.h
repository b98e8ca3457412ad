/* options.h: the command line and the environment, read into `config` (module/config.h) before anything of the runtime exists. */
#pragma once
#include "module/config.h"

/* Reads them. Returns -1 to go on, or the exit status when all is done (--help, --version, an error that was reported). */
int options_read(int argc, char **argv);
bool options_c_locale(void);
