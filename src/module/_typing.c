/* _typing.c: the one native function that typing wants. */
#include "module/module.h"

static NATIVE(typing_idfunc) { return args[0]; }

static const NativeDef functions[] = {{"_idfunc", "(x, /)", typing_idfunc, "Returns its argument."}, {0}};
const ModuleDef module__typing = {"_typing", "Primitives and accelerators for the typing module.", functions, 0};
