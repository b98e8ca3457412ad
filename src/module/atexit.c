/* atexit.c: functions to call when the interpreter ends, last registered first. */
#include "module/module.h"
#include "module/atexit.h"

static Value callbacks;   /* list of (function, args, kwargs or None) */

static NATIVE(atexit_register)
{
    if (nargs == 0) return raise_type("register() takes at least 1 argument (0 given)");
    if (!is_callable(args[0])) return raise_type("the first argument must be callable");
    Value kwargs = NONE;
    if (kwnames && tuple_size(kwnames)) {
        kwargs = dict_new();
        if (!kwargs) return 0;
        for (int64_t i = 0; i < tuple_size(kwnames); i++)
            if (!dict_set(kwargs, tuple_get(kwnames, i), args[nargs + (size_t)i])) return 0;
    }
    Value arguments = tuple_from(args + 1, (int64_t)nargs - 1);
    Value entry = arguments ? tuple_pack(3, args[0], arguments, kwargs) : 0;
    if (!entry || !list_append(callbacks, entry)) return 0;
    return args[0];
}

static NATIVE(atexit_unregister)
{
    for (int64_t i = list_size(callbacks) - 1; i >= 0; i--) {
        if (i >= list_size(callbacks)) continue;   /* __eq__ changed the list */
        Value entry = list_get(callbacks, i);
        if (entry == NONE) continue;
        int equal = object_compare_bool(tuple_get(entry, 0), args[0], CMP_EQ);
        if (equal < 0) return 0;
        if (equal && i < list_size(callbacks) && list_get(callbacks, i) == entry) list_set(callbacks, i, NONE);
    }
    return NONE;
}

/* Callbacks registered meanwhile run too. */
void atexit_run(void)
{
    if (!callbacks) return;
    while (list_size(callbacks)) {
        int64_t last = list_size(callbacks) - 1;
        Value entry = list_get(callbacks, last);
        ((ListObj *)callbacks)->size = last;
        if (entry == NONE) continue;
        Value kwargs = tuple_get(entry, 2);
        if (!object_call_tuple(tuple_get(entry, 0), tuple_get(entry, 1), kwargs == NONE ? 0 : kwargs)) error_unraisable(tuple_get(entry, 0), "in atexit callback");
    }
}

static NATIVE(run_exitfuncs)
{
    atexit_run();
    return NONE;
}

static NATIVE(clear)
{
    callbacks = list_new(0);
    return callbacks ? NONE : 0;
}

static NATIVE(ncallbacks)
{
    int64_t n = 0;
    for (int64_t i = 0; i < list_size(callbacks); i++) n += list_get(callbacks, i) != NONE;
    return int_new(n);
}

static const NativeDef functions[] = {
    {"register", 0, atexit_register, "register(func, *args, **kwargs): func(*args, **kwargs) will be called at exit. Returns func.", NATIVE_VECTOR},
    {"_clear", "()", clear, "Forgets all registered functions.", 0},
    {"unregister", "(func, /)", atexit_unregister, "Forgets every registration of func.", 0},
    {"_run_exitfuncs", "()", run_exitfuncs, "Calls all registered functions now.", 0},
    {"_ncallbacks", "()", ncallbacks, "How many functions are registered.", 0},
    {0},
};

static bool init(Value module)
{
    if (callbacks) return true;
    gc_root(&callbacks);
    callbacks = list_new(0);
    return callbacks != 0;
}

const ModuleDef module_atexit = {"atexit", "Functions to be called when the interpreter ends.", functions, init};
