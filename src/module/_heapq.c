/* _heapq.c: heaps in lists: heapq's functions, and those for heaps with the largest item first that heapq.merge and nlargest use. */
#include "module/module.h"

/* a before b in the heap? Comparisons may run Python code: the callers check that the list still has its size. */
static inline int before(Value a, Value b, bool max)
{
    if (is_small_int(a) && is_small_int(b)) return max ? (int64_t)b < (int64_t)a : (int64_t)a < (int64_t)b;
    return max ? object_compare_bool(b, a, CMP_LT) : object_compare_bool(a, b, CMP_LT);
}

static bool changed_size(void) { return raise_runtime("list changed size during iteration"); }

/* Moves the item at `position` up to its place; nothing above `start` is looked at. */
static bool sift_down(Value heap, int64_t start, int64_t position, bool max)
{
    int64_t size = list_size(heap);
    while (position > start) {
        int64_t parent = (position - 1) >> 1;
        Value item = list_get(heap, position), above = list_get(heap, parent);
        int less = before(item, above, max);
        if (less < 0) return false;
        if (list_size(heap) != size) return changed_size();
        if (!less) break;
        item = list_get(heap, position);
        list_items(heap)[position] = list_get(heap, parent);
        list_set(heap, parent, item);
        position = parent;
    }
    return true;
}

/* The item at `position` sinks to a leaf, always past the smaller child, and then rises to its place: fewer comparisons than stopping on the way down. */
static bool sift_up(Value heap, int64_t position, bool max)
{
    int64_t size = list_size(heap), start = position, limit = size >> 1;
    while (position < limit) {
        int64_t child = 2 * position + 1;
        if (child + 1 < size) {
            int less = before(list_get(heap, child), list_get(heap, child + 1), max);
            if (less < 0) return false;
            if (list_size(heap) != size) return changed_size();
            if (!less) child++;
        }
        Value sinking = list_get(heap, position);
        list_items(heap)[position] = list_get(heap, child);
        list_set(heap, child, sinking);
        position = child;
    }
    return sift_down(heap, start, position, max);
}

static bool check_list(const char *function, const char *argument, Value heap)
{
    return is_list(heap) || raise_type("%s() argument%s must be list, not %s", function, argument, type_of(heap)->name);
}

static Value pop(Value heap, bool max)
{
    ListObj *list = (ListObj *)heap;
    if (list->size == 0) return raise_index("index out of range");
    Value last = list->items[--list->size];
    if (list->size == 0) return last;
    Value first = list->items[0];
    list_set(heap, 0, last);
    return sift_up(heap, 0, max) ? first : 0;
}

static Value replace(Value heap, Value item, bool max)
{
    if (list_size(heap) == 0) return raise_index("index out of range");
    Value first = list_get(heap, 0);
    list_set(heap, 0, item);
    return sift_up(heap, 0, max) ? first : 0;
}

static Value heapify(Value heap, bool max)
{
    for (int64_t i = (list_size(heap) >> 1) - 1; i >= 0; i--)
        if (!sift_up(heap, i, max)) return 0;
    return NONE;
}

static NATIVE(heappush)
{
    if (!check_list("heappush", " 1", args[0]) || !list_append(args[0], args[1])) return 0;
    return sift_down(args[0], 0, list_size(args[0]) - 1, false) ? NONE : 0;
}

static NATIVE(heappushpop)
{
    Value heap = args[0];
    if (!check_list("heappushpop", " 1", heap)) return 0;
    if (list_size(heap) == 0) return args[1];
    int less = before(list_get(heap, 0), args[1], false);
    if (less < 0) return 0;
    if (!less) return args[1];
    if (list_size(heap) == 0) return raise_index("index out of range");
    return replace(heap, args[1], false);
}

static NATIVE(heappop) { return check_list("heappop", "", args[0]) ? pop(args[0], false) : 0; }
static NATIVE(heappop_max) { return check_list("_heappop_max", "", args[0]) ? pop(args[0], true) : 0; }
static NATIVE(heapreplace) { return check_list("heapreplace", " 1", args[0]) ? replace(args[0], args[1], false) : 0; }
static NATIVE(heapreplace_max) { return check_list("_heapreplace_max", " 1", args[0]) ? replace(args[0], args[1], true) : 0; }
static NATIVE(heapify_min) { return check_list("heapify", "", args[0]) ? heapify(args[0], false) : 0; }
static NATIVE(heapify_max) { return check_list("_heapify_max", "", args[0]) ? heapify(args[0], true) : 0; }

static bool heapq_init(Value module)
{
    return module_add_str(module, "__about__", "Heaps are arrays for which a[k] <= a[2*k+1] and a[k] <= a[2*k+2] for all k, counting elements from 0.");
}

static const NativeDef heapq_functions[] = {
    {"heappush", "(heap, item, /)", heappush, "Push item onto heap, maintaining the heap invariant.", 0},
    {"heappushpop", "(heap, item, /)", heappushpop, "Push item on the heap, then pop and return the smallest item from the heap.\n\nFaster than heappush() followed by heappop().",
     0},
    {"heappop", "(heap, /)", heappop, "Pop the smallest item off the heap, maintaining the heap invariant.", 0},
    {"heapreplace", "(heap, item, /)", heapreplace, "Pop and return the current smallest value, and add the new item.", 0},
    {"heapify", "(heap, /)", heapify_min, "Transform list into a heap, in-place, in O(len(heap)) time.", 0},
    {"_heappop_max", "(heap, /)", heappop_max, "Maxheap variant of heappop.", 0},
    {"_heapify_max", "(heap, /)", heapify_max, "Maxheap variant of heapify.", 0},
    {"_heapreplace_max", "(heap, item, /)", heapreplace_max, "Maxheap variant of heapreplace.", 0},
    {0},
};

const ModuleDef module__heapq = {"_heapq", "Heap queue algorithm (a.k.a. priority queue).", heapq_functions, heapq_init};
