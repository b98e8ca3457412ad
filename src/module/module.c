/* module.c: the list of native modules, and what their init functions build with. */
#include "module/module.h"

#define MODULE(c_name, text) extern const ModuleDef module_##c_name __attribute__((weak));
#include "module/modules.def"
#undef MODULE

/* Addresses of weak symbols are not constants to all linkers' taste, so the table is made on first use. */
#define MODULE(c_name, text) +1
enum {
    MODULE_COUNT = 0
#include "module/modules.def"
};
#undef MODULE

typedef struct ModuleEntry {
    const char *name;
    const ModuleDef *def;
} ModuleEntry;

static const ModuleEntry *module_table(void)
{
#define MODULE(c_name, text) {text, &module_##c_name},
    static const ModuleEntry table[] = {
#include "module/modules.def"
    };
#undef MODULE
    return table;
}

const ModuleDef *module_find(const char *name)
{
    const ModuleEntry *table = module_table();
    for (int i = 0; i < MODULE_COUNT; i++)
        if (table[i].def && !strcmp(table[i].name, name)) return table[i].def;
    return 0;
}

bool module_resume_all(void)
{
    const ModuleEntry *table = module_table();
    for (int i = 0; i < MODULE_COUNT; i++) {
        if (!table[i].def || !table[i].def->resume) continue;
        Value module = dict_get_cstring(sys_modules(), table[i].name);
        if (module && !table[i].def->resume(module)) return false;
    }
    return true;
}

Value module_create(const ModuleDef *def)
{
    Value name = str_intern_cstring(def->name), module = name ? module_new(name) : 0;
    if (!module) return 0;
    ((ModuleObj *)module)->def = def;
    if (def->doc && !module_add_str(module, "__doc__", def->doc)) return 0;
    for (const NativeDef *f = def->functions; f && f->name; f++)
        if (!module_add(module, f->name, native_new(f, 0, module))) return 0;
    return !def->init || def->init(module) ? module : 0;
}

bool module_add(Value module, const char *name, Value value) { return value && module_set(module, name, value); }

bool module_add_type(Value module, Type *type) { return type_ready(type) && module_set(module, type_name(type), VALUE(type)); }

bool module_add_int(Value module, const char *name, int64_t value) { return module_add(module, name, int_new(value)); }
bool module_add_str(Value module, const char *name, const char *value) { return module_add(module, name, str_from_cstring(value)); }

Value module_new_exception(const char *qualified_name, Value base, const char *doc)
{
    const char *dot = strrchr(qualified_name, '.');
    if (!dot) return raise_system("an exception's name must be module.class");
    Value module = str_from_utf8(qualified_name, (size_t)(dot - qualified_name)), name = str_from_cstring(dot + 1), dict = dict_new();
    if (!module || !name || !dict || !dict_set_cstring(dict, "__module__", module)) return 0;
    if (doc) {
        Value text = str_from_cstring(doc);
        if (!text || !dict_set_cstring(dict, "__doc__", text)) return 0;
    }
    if (!base) base = VALUE(&exc_Exception);
    Value bases = is_tuple(base) ? base : tuple_pack(1, base);
    return bases ? call_3(VALUE(&type_type), name, bases, dict) : 0;
}
