/* preload.c: see preload.h. Only frozen and built-in modules are imported here: nothing depends on files, and little on the environment (os.environ is posix's, which is
 * filled anew; the rest asks when it is called). */
#include "module/preload.h"
#include "module/config.h"
#include "module/import.h"

static Value site;       /* the module, which is not in sys.modules before its main() runs */
static Value with_site;  /* list: names of the modules that are there for site's sake only */

bool preload_done(void) { return site != 0; }

bool preload_modules(void)
{
    gc_root(&site);
    gc_root(&with_site);
    if (!import_module("io")) return false;
    Value before = dict_copy(sys_modules()), names;
    if (!before || !(site = import_module("site")) || !(names = dict_keys_list(sys_modules())) || !(with_site = list_new(0))) return false;
    for (int64_t i = 0; i < list_size(names); i++) {
        Value name = list_get(names, i);
        if (!dict_get(before, name) && !list_append(with_site, name)) return false;
    }
    Value finders = sys_get("path_importer_cache");
    if (finders) dict_clear(finders);
    return dict_delete(sys_modules(), NAME("site")) == 1;
}

/* As importlib does it: in sys.modules while it runs, and behind what it imported afterwards. */
static bool run_site(void)
{
    Value modules = sys_modules(), name = NAME("site");
    if (!dict_set(modules, name, site)) return false;
    bool done = call_method_0(site, NAME("main")) != 0;
    if (dict_delete(modules, name) < 0) return false;
    return done && dict_set(modules, name, site);
}

bool preload_finish(void)
{
    if (!config.no_site) return run_site();
    for (int64_t i = 0; i < list_size(with_site); i++)
        if (dict_delete(sys_modules(), list_get(with_site, i)) < 0) return false;
    site = with_site = 0;
    return true;
}
