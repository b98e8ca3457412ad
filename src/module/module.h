/* module.h: how a native module is declared.
 *
 * A module is one file, module/NAME.c, that ends with its method table and a ModuleDef named module_NAME, and is listed in modules.def. `init` adds what is not a function
 * (types, constants); it runs when the module is first imported. `resume`, where there is one, sets anew what follows from the environment, the command line or the
 * process, in a module that was made when the program was built (main/start.c).
 */
#pragma once
#include "object/container.h"
#include "object/function.h"
#include "object/number.h"
#include "object/str.h"
#include "object/bytes.h"
#include "object/exception.h"

typedef struct ModuleDef {
    const char *name;
    const char *doc;
    const NativeDef *functions;
    bool (*init)(Value module);
    bool (*resume)(Value module);
} ModuleDef;

/* The definition of a built-in module, or 0. */
const ModuleDef *module_find(const char *name);
/* Calls `resume` of the built-in modules in sys.modules. */
bool module_resume_all(void);
/* Creates and initializes a built-in module (not entered in sys.modules). */
Value module_create(const ModuleDef *def);
/* For init functions. The type is readied; its name is the last part of type->name. */
bool module_add_type(Value module, Type *type);
bool module_add_int(Value module, const char *name, int64_t value);
bool module_add_str(Value module, const char *name, const char *value);
bool module_add(Value module, const char *name, Value value /* 0: fails */);
/* A new exception class: module_add_exception(m, "struct.error", base) */
Value module_new_exception(const char *qualified_name, Value base, const char *doc);
/* sys.* from C */
Value sys_get(const char *name);     /* 0 without exception: absent */
bool sys_set(const char *name, Value value);
Value sys_modules(void);
bool sys_audit(const char *event, size_t count, ...);   /* sys.audit hooks; cheap when there are none */
