/* sys_info.h: the attributes of sys that describe the build, the machine and the command line. */
#pragma once
#include "module/sys.h"

/* Adds those that are the same for every run. */
bool sys_add_info(Value module);
/* sys.flags again, from `config` (after -X and the environment were read). */
bool sys_update_flags(void);
/* A list of strs, decoded as file names. */
Value string_list(const StringList *list);
void sys_set_finalizing(void);
/* Of sys.version, and of --version. */
#define KRAIT_VERSION "0.1.0"
#define PYTHON_VERSION "3.11.2"
#define FULL_VERSION PYTHON_VERSION " (Krait " KRAIT_VERSION ", Nov 22 2026) [Clang " __clang_version__ "]"
