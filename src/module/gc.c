/* gc.c: the module gc: the collector as Python sees it.
 *
 * Krait's collector frees all memory, not only cycles, so disable() cannot stop it; it is only remembered, for isenabled(). Thresholds are kept likewise. What programs use the
 * module for works: collecting now, statistics, finding objects, callbacks.
 */
#include "module/module.h"
#include "vm/vm.h"
#include <stdio.h>

enum { DEBUG_STATS = 1, DEBUG_COLLECTABLE = 2, DEBUG_UNCOLLECTABLE = 4, DEBUG_SAVEALL = 32, DEBUG_LEAK = 38 };

static bool enabled = true;
static int debug_flags;
static int64_t thresholds[3] = {700, 10, 10};
static int64_t frozen;
static Value garbage, callbacks;
static int64_t collected[3];
static bool in_callbacks;

/* --- collecting */

static void run_callbacks(const char *phase, int generation, int64_t count)
{
    if (!callbacks || !list_size(callbacks) || in_callbacks) return;
    in_callbacks = true;
    Value pending = error_take();
    Value info = dict_new();
    if (info && dict_set_cstring(info, "generation", int_new(generation)) && dict_set_cstring(info, "collected", int_new(count)) &&
        dict_set_cstring(info, "uncollectable", int_new(0))) {
        Value text = str_from_cstring(phase);
        for (int64_t i = 0; i < list_size(callbacks); i++) {
            Value callback = list_get(callbacks, i);
            if (!call_2(callback, text, info)) error_unraisable(callback, 0);
        }
    }
    if (pending) error_restore(pending);
    in_callbacks = false;
}

static int64_t collect(int generation)
{
    run_callbacks("start", generation, 0);
    int64_t n = (int64_t)gc_collect(generation, true);
    collected[generation] += n;
    if (debug_flags & DEBUG_STATS) fprintf(stderr, "gc: done, %lld unreachable, 0 uncollectable\n", (long long)n);
    run_callbacks("stop", generation, n);
    return n;
}

/* The collections that happen by themselves, at a safe point. */
static bool collect_at_safe_point(void)
{
    if (callbacks && list_size(callbacks)) collect(0);
    else collected[0] += (int64_t)gc_collect(0, true);
    return true;
}

/* Takes its arguments as they are: the frame that binds arguments for other natives holds leftovers, which the collector would take for references. */
static __attribute__((noinline)) bool parse_generation(Value *args, size_t nargs, Value kwnames, int *generation)
{
    static Signature *cache;
    Value bound;
    if (!native_bind("collect", "(generation=2)", &cache, args, nargs, kwnames, &bound) || !number_as_int(bound, generation)) return false;
    if (*generation < 0 || *generation > 2) return raise_value("invalid generation");
    return true;
}

static NATIVE(gc_collect_function)
{
    int generation = 2;
    if ((nargs || kwnames) && !parse_generation(args, nargs, kwnames, &generation)) return 0;
    vm_clear_dead();
    return int_new(collect(generation));
}

/* --- switches */

static NATIVE(gc_enable)
{
    enabled = true;
    return NONE;
}
static NATIVE(gc_disable)
{
    enabled = false;
    return NONE;
}
static NATIVE(gc_isenabled) { return bool_value(enabled); }

static NATIVE(gc_set_debug) { return number_as_int(args[0], &debug_flags) ? NONE : 0; }
static NATIVE(gc_get_debug) { return int_new(debug_flags); }

static NATIVE(gc_set_threshold)
{
    if (nargs < 1 || nargs > 3)
        return raise_type("set_threshold() takes %s %d argument%s (%zu given)", nargs < 1 ? "at least" : "at most", nargs < 1 ? 1 : 3, nargs < 1 ? "" : "s", nargs);
    for (size_t i = 0; i < nargs; i++) {
        int n;
        if (!number_as_int(args[i], &n)) return 0;
        thresholds[i] = n;
    }
    return NONE;
}
static NATIVE(gc_get_threshold) { return tuple_pack(3, int_new(thresholds[0]), int_new(thresholds[1]), int_new(thresholds[2])); }

static NATIVE(gc_get_count)
{
    HeapStats stats = heap_stats();
    return tuple_pack(3, int_new((int64_t)(stats.objects % 700)), int_new((int64_t)(stats.collections[0] % 10)), int_new((int64_t)(stats.collections[1] % 10)));
}

static NATIVE(gc_get_stats)
{
    HeapStats stats = heap_stats();
    Value list = list_new(0);
    for (int i = 0; list && i < 3; i++) {
        Value dict = dict_new();
        if (!dict || !dict_set_cstring(dict, "collections", int_new((int64_t)stats.collections[i])) || !dict_set_cstring(dict, "collected", int_new(collected[i])) ||
            !dict_set_cstring(dict, "uncollectable", int_new(0)) || !list_append(list, dict))
            return 0;
    }
    return list;
}

/* --- finding objects */

/* Whether CPython would track the object: it can hold references. */
static bool is_tracked(Obj *o)
{
    if (o->type == &bytes_type || o->type == &str_type || o->type == &int_type || o->type == &float_type || o->type == &complex_type) return false;
    return o->type->trace != 0 || (o->type->flags & TYPE_HEAP) != 0;
}

/* While the heap is walked nothing may be allocated: objects are gathered in memory of the heap that is made before. */
typedef struct Gather {
    Obj **items;
    size_t count, capacity;
    Value targets;
    bool found;
} Gather;

static bool count_tracked(Obj *o, void *context)
{
    ((Gather *)context)->count += is_tracked(o);
    return true;
}
static bool gather_tracked(Obj *o, void *context)
{
    Gather *g = context;
    if (is_tracked(o) && g->count < g->capacity) g->items[g->count++] = o;
    return true;
}

static bool gather(Gather *g, bool (*visit)(Obj *, void *))
{
    g->count = 0;
    gc_each_object(count_tracked, g);
    g->capacity = g->count + 16;
    g->items = gc_buffer(g->capacity * sizeof(Obj *));
    if (!g->items) return false;
    g->count = 0;
    gc_each_object(visit, g);
    return true;
}

static NATIVE(gc_get_objects)
{
    int64_t generation = -1;
    if (args[0] != NONE) {
        if (!number_as_count(args[0], &generation)) return 0;
        if (generation < 0) return raise_value("generation parameter cannot be negative");
        if (generation > 2) return raise_value("generation parameter must be less than the number of available generations (3)");
    }
    gc_collect(2, false);
    Gather g = {0};
    if (!gather(&g, gather_tracked)) return 0;
    if (generation >= 0 && generation < 2) g.count = 0;   /* a full collection has just made everything old */
    return list_from((Value *)g.items, (int64_t)g.count);
}

static void compare_referent(Value v, void *context)
{
    Gather *g = context;
    for (int64_t i = 0; !g->found && i < tuple_size(g->targets); i++) g->found = tuple_get(g->targets, i) == v;
}

static bool gather_referrer(Obj *o, void *context)
{
    Gather *g = context;
    if (!is_tracked(o) || VALUE(o) == g->targets || g->count >= g->capacity) return true;
    g->found = false;
    gc_each_referent(o, compare_referent, g);
    if (g->found) g->items[g->count++] = o;
    return true;
}

static NATIVE(gc_get_referrers)
{
    Gather g = {.targets = tuple_from(args, (int64_t)nargs)};
    if (!g.targets) return 0;
    gc_collect(2, false);
    if (!gather(&g, gather_referrer)) return 0;
    return list_from((Value *)g.items, (int64_t)g.count);
}

typedef struct Referents {
    Value *items;
    size_t count, capacity;
} Referents;
static void count_referent(Value v, void *context) { ((Referents *)context)->count++; }
static void take_referent(Value v, void *context)
{
    Referents *r = context;
    if (r->count < r->capacity) r->items[r->count++] = v;
}

static NATIVE(gc_get_referents)
{
    Value list = list_new(0);
    for (size_t i = 0; list && i < nargs; i++) {
        if (!is_pointer(args[i]) || !is_tracked(as_obj(args[i]))) continue;
        Referents r = {0};
        gc_each_referent(as_obj(args[i]), count_referent, &r);
        r.capacity = r.count;
        r.items = gc_buffer(r.capacity * sizeof(Value) + 1);
        if (!r.items) return 0;
        r.count = 0;
        gc_each_referent(as_obj(args[i]), take_referent, &r);
        for (size_t k = 0; k < r.count; k++)
            if (!list_append(list, r.items[k])) return 0;
    }
    return list;
}

static NATIVE(gc_is_tracked) { return bool_value(is_pointer(args[0]) && is_tracked(as_obj(args[0]))); }
static NATIVE(gc_is_finalized) { return bool_value(is_pointer(args[0]) && (as_obj(args[0])->gc & GC_FINALIZED)); }

static NATIVE(gc_freeze)
{
    frozen = (int64_t)heap_stats().objects;
    return NONE;
}
static NATIVE(gc_unfreeze)
{
    frozen = 0;
    return NONE;
}
static NATIVE(gc_get_freeze_count) { return int_new(frozen); }

static const NativeDef functions[] = {
    {"enable", "()", gc_enable, "Automatic collection on (it is never really off).", 0},
    {"disable", "()", gc_disable, "Remembers that automatic collection is not wanted.", 0},
    {"isenabled", "()", gc_isenabled, "Whether disable() was not called.", 0},
    {"set_debug", "(flags, /)", gc_set_debug, "Sets the debugging flags.", 0},
    {"get_debug", "()", gc_get_debug, "The debugging flags.", 0},
    {"get_count", "()", gc_get_count, "Counts of allocations and collections since the last collections.", 0},
    {"set_threshold", 0, gc_set_threshold, "set_threshold(threshold0[, threshold1[, threshold2]]): remembered for get_threshold().", NATIVE_VECTOR | NATIVE_NO_KEYWORDS},
    {"get_threshold", "()", gc_get_threshold, "The thresholds.", 0},
    {"collect", "(generation=2)", gc_collect_function, "Collects now; returns the number of objects freed.", NATIVE_VECTOR},
    {"get_objects", "(generation=None)", gc_get_objects, "All objects that can hold references.", 0},
    {"get_stats", "()", gc_get_stats, "A dict of counts for each generation.", 0},
    {"is_tracked", "(obj, /)", gc_is_tracked, "Whether the object can hold references.", 0},
    {"is_finalized", "(obj, /)", gc_is_finalized, "Whether the object's finalizer has run.", 0},
    {"get_referrers", 0, gc_get_referrers, "get_referrers(*objs): the objects that directly refer to any of objs.", NATIVE_VECTOR | NATIVE_NO_KEYWORDS},
    {"get_referents", 0, gc_get_referents, "get_referents(*objs): the objects that objs directly refer to.", NATIVE_VECTOR | NATIVE_NO_KEYWORDS},
    {"freeze", "()", gc_freeze, "Counts the objects alive now as frozen.", 0},
    {"unfreeze", "()", gc_unfreeze, "Undoes freeze().", 0},
    {"get_freeze_count", "()", gc_get_freeze_count, "How many objects are frozen.", 0},
    {0},
};

static bool init(Value module)
{
    if (!callbacks) {
        gc_root(&garbage);
        gc_root(&callbacks);
        garbage = list_new(0);
        callbacks = garbage ? list_new(0) : 0;
        if (!callbacks) return false;
        safe_point_handler(INTERRUPT_COLLECT, collect_at_safe_point);
    }
    return module_add(module, "garbage", garbage) && module_add(module, "callbacks", callbacks) && module_add_int(module, "DEBUG_STATS", DEBUG_STATS) &&
           module_add_int(module, "DEBUG_COLLECTABLE", DEBUG_COLLECTABLE) && module_add_int(module, "DEBUG_UNCOLLECTABLE", DEBUG_UNCOLLECTABLE) &&
           module_add_int(module, "DEBUG_SAVEALL", DEBUG_SAVEALL) && module_add_int(module, "DEBUG_LEAK", DEBUG_LEAK);
}

const ModuleDef module_gc = {"gc", "The garbage collector: collecting now, statistics, finding objects.", functions, init};
