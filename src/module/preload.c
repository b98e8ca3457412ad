/* preload.c: see preload.h. Only frozen and built-in modules are imported here: nothing depends on files, and little on the environment (os.environ is posix's, which is
 * filled anew; the rest asks when it is called). */
#include "module/preload.h"
#include "module/config.h"
#include "syntax/parser.h"
#include "vm/vm.h"

static Value site;       /* the module, which is not in sys.modules before its main() runs */
static Value with_site;  /* list: names of the modules that are there for site's sake only */

bool preload_done(void) { return site != 0; }

/* A list of what is in sys.modules now but not in `before`. */
static Value names_since(Value before)
{
    Value names = dict_keys_list(sys_modules()), fresh = list_new(0);
    for (int64_t i = 0; names && fresh && i < list_size(names); i++)
        if (!dict_get(before, list_get(names, i)) && !list_append(fresh, list_get(names, i))) return 0;
    return names ? fresh : 0;
}

static bool forget_modules(Value names)
{
    for (int64_t i = 0; i < list_size(names); i++)
        if (dict_delete(sys_modules(), list_get(names, i)) < 0) return false;
    return true;
}

bool preload_modules(void)
{
    gc_root(&site);
    gc_root(&with_site);
    /* What each step leaves behind is collected at once, so that the image is compact. */
    gc_collect(2, true);
    if (!import_module("_signal") || !import_module("io")) return false;
    gc_collect(2, true);
    Value before = dict_copy(sys_modules());
    if (!before || !(site = import_module("site")) || !(with_site = names_since(before))) return false;
    gc_collect(2, true);
    Value finders = sys_get("path_importer_cache");
    if (finders) dict_clear(finders);
    return dict_delete(sys_modules(), NAME("site")) == 1;
}

static const char warm_up[] = "import io, os, site, sys\n"
                              "def fill(name, text):\n"
                              "    with io.open(folder + name, 'wb') as f:\n"
                              "        f.write(text.encode())\n"
                              "def attempt(name):\n"
                              "    try:\n"
                              "        __import__(name)\n"
                              "    except ImportError:\n"
                              "        pass\n"
                              "    sys.modules.pop(name, None)\n"
                              "path = sys.path[:]\n"
                              "os.makedirs(folder)\n"
                              "try:\n"
                              "    fill('/a.pth', '# comment\\nimport os; x = 1\\n' + folder + '\\n')\n"
                              "    fill('/krait_warm_up.py', 'import os\\nclass A:\\n    def f(self): return 1\\n')\n"
                              "    for i in range(4):\n"
                              "        known = site.removeduppaths()\n"
                              "        site.check_enableusersite()\n"
                              "        site.getusersitepackages()\n"
                              "        site.addsitepackages(known, [folder])\n"
                              "        site.addsitedir(folder, known)\n"
                              "        for name in ('krait_warm_up', 'krait_absent', 'krait_absent.b'):\n"
                              "            attempt(name)\n"
                              "        sys.path[:] = path\n"
                              "        sys.path_importer_cache.clear()\n"
                              "        site.USER_BASE = site.USER_SITE = None\n"
                              "finally:\n"
                              "    for parent, folders, files in os.walk(folder, topdown=False):\n"
                              "        for name in files: os.unlink(os.path.join(parent, name))\n"
                              "        os.rmdir(parent)\n";

bool preload_warm_up(const char *folder)
{
    Value namespace = dict_new(), name = str_from_fs(folder, strlen(folder)), modules = sys_modules(), before = dict_copy(modules), fresh;
    if (!namespace || !name || !before || !dict_set_cstring(namespace, "folder", name) || !dict_set(modules, NAME("site"), site)) return false;
    Value code = vm_compile(warm_up, sizeof warm_up - 1, NAME("<warm-up>"), PARSE_FILE, 0, 0, 11);
    if (!code || !vm_eval_code(code, namespace, namespace) || !(fresh = names_since(before))) return false;
    /* Its search function would stay. */
    if (object_contains(fresh, NAME("encodings"))) return raise_runtime("warming up needed a codec");
    return forget_modules(fresh);
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
    if (!forget_modules(with_site)) return false;
    site = with_site = 0;
    return true;
}
