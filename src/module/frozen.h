/* frozen.h: modules whose code lies in the program itself: what importlib stands on, and what each start imports.
 *
 * Their code comes from the standard library's own sources at build time (tools/freeze.c, frozen.def), so that start-up reads no file for them, and their frames
 * are called <frozen os> in tracebacks, as in CPython.
 */
#pragma once
#include "object/object.h"

typedef struct FrozenModule {
    const char *name, *origin;   /* origin: see frozen.def */
    const uint8_t *data;         /* marshalled code */
    size_t size;
    bool package, essential;
} FrozenModule;

/* The index-th frozen module, or 0 after the last. */
const FrozenModule *frozen_at(size_t index);
/* Whether modules that are not essential are to be taken from here: by the command line's word or, when it is not 0, by that of tests. */
extern int frozen_override;
bool frozen_enabled(void);
/* The frozen module of that name, enabled or not, or 0 without exception. */
const FrozenModule *frozen_find(const char *name);
/* Its code object. */
Value frozen_code(const FrozenModule *module);
