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
extern const char krait_version[];   /* "0.1.0" */
