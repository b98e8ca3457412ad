/* preload.h: the modules that a start-up image holds, run when the program was built: what `import site` imports, and site itself up to its main(). */
#pragma once
#include "module/module.h"

/* Imports them; sys.flags.no_site must be set, so that site does no more than define its functions. */
bool preload_modules(void);
/* Lets site and importlib do their usual work in `folder`, which is made and removed, so that their inline caches are filled. */
bool preload_warm_up(const char *folder);
/* In a process that was started from an image: those that no one has asked for leave sys.modules (-S), or site does its work. */
bool preload_finish(void);
/* Whether there is a preloaded site. */
bool preload_done(void);
