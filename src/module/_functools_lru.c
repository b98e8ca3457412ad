/* _functools_lru.c: the wrapper of functools.lru_cache.
 *
 * With a bound, the results hang in a ring of links around the wrapper's root, the most recently used before the root; a dict leads from the key to the link. Without a bound the
 * dict holds the results themselves. Calls of the wrapped function may call the wrapper again, so everything is looked at anew after them.
 */
#include "module/_functools.h"

typedef struct LinkObj {
    Obj head;
    struct LinkObj *previous, *next;
    Value key, result;
    int64_t hash;
} LinkObj;
typedef struct LruObj {
    Obj head;
    Value function, cache, info_type, dict;
    LinkObj *root;
    int64_t max_size;     /* -1: no bound */
    int64_t hits, misses;
    bool typed;
} LruObj;

static void link_trace(Obj *object)
{
    LinkObj *link = (LinkObj *)object;
    gc_visit(VALUE(link->previous));
    gc_visit(VALUE(link->next));
    gc_visit(link->key);
    gc_visit(link->result);
}
static Type link_type = {TYPE_INIT("functools._lru_list_elem", LinkObj), .flags = TYPE_DISALLOW_NEW, .trace = link_trace};

static void lru_trace(Obj *object)
{
    LruObj *lru = (LruObj *)object;
    gc_visit_values(&lru->function, 4);
    gc_visit(VALUE(lru->root));
}

static Value keyword_mark;

bool lru_cache_init(void)
{
    if (!type_ready(&link_type)) return false;
    if (keyword_mark) return true;
    gc_root(&keyword_mark);
    return (keyword_mark = call_0(VALUE(&object_type))) != 0;
}

/* --- keys */

static Value make_key(LruObj *lru, Value *args, size_t nargs, Value kwnames)
{
    size_t nkw = kw_count(kwnames);
    if (!lru->typed && !nkw && nargs == 1 && (type_of(args[0]) == &str_type || type_of(args[0]) == &int_type)) return args[0];
    size_t size = nargs + (nkw ? 1 + 2 * nkw : 0) + (lru->typed ? nargs + nkw : 0);
    Value key = tuple_new((int64_t)size);
    if (!key || !size) return key;
    Value *items = tuple_items(key);
    size_t at = nargs;
    memcpy(items, args, nargs * sizeof(Value));
    if (nkw) {
        items[at++] = keyword_mark;
        for (size_t i = 0; i < nkw; i++) {
            items[at++] = tuple_get(kwnames, (int64_t)i);
            items[at++] = args[nargs + i];
        }
    }
    if (lru->typed)
        for (size_t i = 0; i < nargs + nkw; i++) items[at++] = VALUE(type_of(args[i]));
    return key;
}

/* --- the ring */

static void link_remove(LinkObj *link)
{
    SET(link->previous, next, link->next);
    SET(link->next, previous, link->previous);
}

static void link_append(LruObj *lru, LinkObj *link)
{
    LinkObj *root = lru->root, *last = root->previous;
    SET(last, next, link);
    SET(root, previous, link);
    link->previous = last;
    SET(link, next, root);
}

static bool reset_ring(LruObj *lru)
{
    LinkObj *root = gc_alloc(LinkObj, &link_type);
    if (!root) return false;
    root->previous = root->next = root;
    SET(lru, root, root);
    return true;
}

/* --- calls */

/* The function's arguments may be overwritten by the callee, but the key is made before. */
static Value call_function(LruObj *lru, Value *args, size_t nargs, Value kwnames)
{
    lru->misses++;
    return object_call(lru->function, args, nargs, kwnames);
}

static Value call_unbounded(LruObj *lru, Value *args, size_t nargs, Value kwnames)
{
    Value key = make_key(lru, args, nargs, kwnames);
    int64_t hash;
    if (!key || !object_hash(key, &hash)) return 0;
    Value found = dict_get_hash(lru->cache, key, hash);
    if (found) {
        lru->hits++;
        return found;
    }
    if (thread_self->exception) return 0;
    Value result = call_function(lru, args, nargs, kwnames);
    return result && dict_set_hash(lru->cache, key, hash, result) ? result : 0;
}

/* Makes room by taking the oldest link, or a new one while there is space. 0: MemoryError, or a key's comparison failed. */
static LinkObj *take_link(LruObj *lru)
{
    LinkObj *oldest = lru->root->next;
    if (dict_size(lru->cache) < lru->max_size || oldest == lru->root) return gc_alloc(LinkObj, &link_type);
    link_remove(oldest);
    int deleted = dict_delete_hash(lru->cache, oldest->key, oldest->hash);
    return deleted < 0 ? 0 : gc_alloc(LinkObj, &link_type);
}

static Value call_bounded(LruObj *lru, Value *args, size_t nargs, Value kwnames)
{
    Value key = make_key(lru, args, nargs, kwnames);
    int64_t hash;
    if (!key || !object_hash(key, &hash)) return 0;
    Value found = dict_get_hash(lru->cache, key, hash);
    if (found) {
        LinkObj *link = (LinkObj *)found;
        link_remove(link);
        link_append(lru, link);
        lru->hits++;
        return link->result;
    }
    if (thread_self->exception) return 0;
    Value result = call_function(lru, args, nargs, kwnames);
    if (!result) return 0;
    /* The call may have cached the same key meanwhile: that result stands. */
    found = dict_get_hash(lru->cache, key, hash);
    if (found || thread_self->exception) return found ? result : 0;
    LinkObj *link = take_link(lru);
    if (!link) return 0;
    link->key = key;
    link->hash = hash;
    link->result = result;
    gc_barrier(link);
    if (!dict_set_hash(lru->cache, key, hash, VALUE(link))) return 0;
    link_append(lru, link);
    return result;
}

static Value lru_call(Value self, Value *args, size_t nargs, Value kwnames)
{
    LruObj *lru = (LruObj *)self;
    if (lru->max_size == 0) return call_function(lru, args, nargs, kwnames);
    return lru->max_size < 0 ? call_unbounded(lru, args, nargs, kwnames) : call_bounded(lru, args, nargs, kwnames);
}

/* --- the type */

static Value lru_new(Type *type, Value *args, size_t nargs, Value kwnames)
{
    static Signature *signature;
    Value out[4];
    if (!native_bind("lru_cache", "(user_function, maxsize, typed, cache_info_type)", &signature, args, nargs, kwnames, out)) return 0;
    if (!is_callable(out[0])) return raise_type("the first argument must be callable");
    int64_t max_size = -1;
    if (out[1] != NONE) {
        if (!type_of(out[1])->index) return raise_type("maxsize should be integer or None");
        if (!number_as_index(out[1], &max_size, &exc_OverflowError)) return 0;
        if (max_size < 0) max_size = 0;
    }
    int typed = object_truth(out[2]);
    if (typed < 0) return 0;
    Value v = type_alloc(type, 0);
    LruObj *lru = (LruObj *)v;
    if (!v || !reset_ring(lru)) return 0;
    Value cache = dict_new();
    if (!cache) return 0;
    lru->cache = cache;
    lru->function = out[0];
    lru->info_type = out[3];
    lru->max_size = max_size;
    lru->typed = typed;
    gc_barrier(lru);
    return v;
}

static Value lru_descr_get(Value self, Value object, Type *owner) { return object && object != NONE ? method_new(self, object) : self; }

static NATIVE(lru_cache_info)
{
    LruObj *lru = (LruObj *)args[0];
    Value call[] = {0, int_new(lru->hits), int_new(lru->misses), lru->max_size < 0 ? NONE : int_new(lru->max_size), int_new(dict_size(lru->cache))};
    return object_call(lru->info_type, call + 1, 4, 0);
}

static NATIVE(lru_cache_clear)
{
    LruObj *lru = (LruObj *)args[0];
    lru->hits = lru->misses = 0;
    if (!reset_ring(lru)) return 0;
    dict_clear(lru->cache);
    return NONE;
}

static NATIVE(lru_reduce) { return object_getattr(args[0], NAME("__qualname__")); }
static NATIVE(lru_copy) { return args[0]; }

static const NativeDef lru_methods[] = {
    {"cache_info", "(self, /)", lru_cache_info, "Report cache statistics"},
    {"cache_clear", "(self, /)", lru_cache_clear, "Clear the cache and cache statistics"},
    {"__reduce__", "(self, /)", lru_reduce},
    {"__copy__", "(self, /)", lru_copy},
    {"__deepcopy__", "(self, memo, /)", lru_copy},
    {0},
};
static const GetSetDef lru_getset[] = {{"__dict__", object_get_dict, object_set_dict}, {0}};
Type lru_cache_type = {TYPE_INIT("functools._lru_cache_wrapper", LruObj),
                       .flags = TYPE_BASE | TYPE_METHOD_DESCRIPTOR | TYPE_WEAKREF_OK,
                       .dict_offset = offsetof(LruObj, dict),
                       .trace = lru_trace,
                       .doc = "Create a cached callable that wraps another function.",
                       .new = lru_new,
                       .call = lru_call,
                       .descr_get = lru_descr_get,
                       .methods = lru_methods,
                       .getset = lru_getset};
