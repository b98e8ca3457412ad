/* frozen.c: the table of frozen modules. See frozen.h. */
#include "module/frozen.h"
#include "module/config.h"
#include "module/frozen_index.h"
#include "vm/marshal.h"
#include "vm/vm.h"

static const uint8_t blob[] = {
#embed "module/frozen.bin"
};

static const FrozenModule modules[] = {
#define FROZEN_ESSENTIAL(name, id, package, origin) {name, origin, blob + at_##id, size_##id, package, true},
#define FROZEN(name, id, package, origin) {name, origin, blob + at_##id, size_##id, package, false},
#include "module/frozen.def"
};

int frozen_override;

bool frozen_enabled(void) { return frozen_override ? frozen_override > 0 : !config.no_frozen_modules; }

const FrozenModule *frozen_at(size_t index) { return index < sizeof modules / sizeof *modules ? &modules[index] : 0; }

const FrozenModule *frozen_find(const char *name)
{
    for (size_t i = 0; i < sizeof modules / sizeof *modules; i++)
        if (!strcmp(modules[i].name, name)) return &modules[i];
    return 0;
}

Value frozen_code(const FrozenModule *module) { return marshal_load_compiled(module->data, module->size); }
