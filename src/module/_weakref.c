/* _weakref.c: the natives of the module weakref. */
#include "module/module.h"
#include "object/weakref.h"

typedef struct Gather {
    Value list;
    Value target;
    int64_t count;
    bool failed;
} Gather;

static bool count_reference(Obj *owner, void *context)
{
    ((Gather *)context)->count += ((WeakrefObj *)owner)->target != 0 && is_weakref(VALUE(owner));
    return true;
}

static NATIVE(getweakrefcount)
{
    Gather g = {0};
    if (is_pointer(args[0])) gc_weak_each(as_obj(args[0]), count_reference, &g);
    return int_new(g.count);
}

static bool gather_reference(Obj *owner, void *context)
{
    Gather *g = context;
    if (((WeakrefObj *)owner)->target && is_weakref(VALUE(owner)) && !list_append(g->list, VALUE(owner))) g->failed = true;
    return !g->failed;
}

/* The shared reference comes first, then the shared proxy, then the others, newest first. */
static int rank(Value v)
{
    if (((WeakrefObj *)v)->callback) return 2;
    return type_of(v) == &weakref_type ? 0 : type_of(v) == &weak_proxy_type || type_of(v) == &weak_callable_proxy_type ? 1 : 2;
}

static NATIVE(getweakrefs)
{
    Gather g = {.list = list_new(0)};
    if (!g.list) return 0;
    if (is_pointer(args[0])) gc_weak_each(as_obj(args[0]), gather_reference, &g);
    if (g.failed) return 0;
    Value sorted = list_new(0);
    if (!sorted) return 0;
    for (int r = 0; r < 3; r++)
        for (int64_t i = 0; i < list_size(g.list); i++)
            if (rank(list_get(g.list, i)) == r && !list_append(sorted, list_get(g.list, i))) return 0;
    return sorted;
}

static NATIVE(remove_dead_weakref)
{
    if (!is_dict(args[0])) return raise_bad_argument("_remove_dead_weakref", "1", "dict", args[0]);
    Value ref = dict_get(args[0], args[1]);
    if (!ref) return thread_self->exception ? 0 : NONE;
    if (!is_weakref(ref)) return raise_type("not a weakref");
    if (((WeakrefObj *)ref)->target) return NONE;
    return dict_delete(args[0], args[1]) < 0 ? 0 : NONE;
}

static NATIVE(make_proxy)
{
    if (kwnames && tuple_size(kwnames)) return raise_type("_weakref.proxy() takes no keyword arguments");
    if (nargs < 1) return raise_type("proxy expected at least 1 argument, got 0");
    if (nargs > 2) return raise_type("proxy expected at most 2 arguments, got %zu", nargs);
    return weak_proxy_new(args[0], nargs > 1 ? args[1] : 0);
}

static const NativeDef functions[] = {
    {"getweakrefcount", "(object, /)", getweakrefcount, "The number of weak references to 'object'.", 0},
    {"getweakrefs", "(object, /)", getweakrefs, "The list of all weak references to 'object'.", 0},
    {"_remove_dead_weakref", "(dct, key, /)", remove_dead_weakref, "Removes dct[key] if its value is a weak reference to an object that has died.", 0},
    {"proxy", "(object, callback=None, /)", make_proxy, "A proxy that refers to 'object' weakly; 'callback' is called with it when the object dies.", NATIVE_VECTOR},
    {0},
};

static bool init(Value module)
{
    return module_add(module, "ref", VALUE(&weakref_type)) && module_add(module, "ReferenceType", VALUE(&weakref_type)) &&
           module_add(module, "ProxyType", VALUE(&weak_proxy_type)) && module_add(module, "CallableProxyType", VALUE(&weak_callable_proxy_type));
}

const ModuleDef module__weakref = {"_weakref", "Weak references: the natives of the module weakref.", functions, init};
