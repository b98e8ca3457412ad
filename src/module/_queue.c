/* _queue.c: SimpleQueue, an unbounded queue between threads, whose put() never waits and may be called from anywhere.
 *
 * The items are protected by the interpreter lock. Whoever waits for one releases that lock and sleeps on the queue's condition; `puts` counts what has been put, so that
 * nothing put between the look into the queue and falling asleep is missed.
 */
#include "module/module.h"
#include "object/sequence.h"
#include <errno.h>
#include <pthread.h>
#include <time.h>

typedef struct QueueObj { Obj head; Value items; int64_t first; uint64_t puts; pthread_mutex_t mutex; pthread_cond_t ready; unsigned forks /* thread_forks when these were made */; } QueueObj;
static Type queue_type;
static Value empty_error;

static void queue_trace(Obj *o) { gc_visit(((QueueObj *)o)->items); }

static void make_condition(QueueObj *q)
{
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_mutex_init(&q->mutex, 0);
    pthread_cond_init(&q->ready, &attributes);
    pthread_condattr_destroy(&attributes);
    q->forks = thread_forks;
}

static Value queue_make(Type *type, Value *args, size_t nargs, Value kwnames)
{
    if (type == &queue_type && (nargs || (kwnames && tuple_size(kwnames))))
        return nargs ? raise_type("SimpleQueue() takes no positional arguments") : raise_type("SimpleQueue() takes no keyword arguments");
    Value items = list_new(0);
    QueueObj *q = items ? NEW_OF(QueueObj, type, queue_type) : 0;
    if (!q) return 0;
    make_condition(q);
    SET(q, items, items);
    return VALUE(q);
}

static inline int64_t queue_size(QueueObj *q) { return list_size(q->items) - q->first; }

static NATIVE(queue_put)
{
    QueueObj *q = (QueueObj *)args[0];
    if (!list_append(q->items, args[1])) return 0;
    if (q->forks != thread_forks) make_condition(q);
    pthread_mutex_lock(&q->mutex);
    q->puts++;
    pthread_cond_signal(&q->ready);
    pthread_mutex_unlock(&q->mutex);
    return NONE;
}

static Value queue_take(QueueObj *q)
{
    ListObj *list = (ListObj *)q->items;
    Value item = list->items[q->first];
    list->items[q->first++] = 0;
    if (q->first == list->size) {
        list->size = q->first = 0;
    } else if (q->first > 32 && q->first > list->size / 2) {
        memmove(list->items, list->items + q->first, (size_t)(list->size - q->first) * sizeof(Value));
        list->size -= q->first;
        q->first = 0;
    }
    return item;
}

static struct timespec after(struct timespec now, int64_t nanoseconds)
{
    now.tv_sec += nanoseconds / 1000000000;
    now.tv_nsec += nanoseconds % 1000000000;
    if (now.tv_nsec >= 1000000000) now.tv_nsec -= 1000000000, now.tv_sec++;
    return now;
}

/* Sleeps until something was put, at most `nanoseconds`. */
static void queue_sleep(QueueObj *q, int64_t nanoseconds)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    struct timespec until = after(now, nanoseconds);
    uint64_t seen = q->puts;
    if (q->forks != thread_forks) make_condition(q);
    thread_release();
    pthread_mutex_lock(&q->mutex);
    while (q->puts == seen && pthread_cond_timedwait(&q->ready, &q->mutex, &until) != ETIMEDOUT) {}
    pthread_mutex_unlock(&q->mutex);
    thread_acquire();
}

static int64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000000ll + now.tv_nsec;
}

/* Waiting is cut into slices, so that signals are handled in the meantime. */
enum { SLICE = 50000000 };

static Value queue_get_item(QueueObj *q, bool block, Value timeout)
{
    int64_t deadline = INT64_MAX;
    if (block && timeout != NONE) {
        double seconds;
        if (!is_float(timeout)) {
            Value number = number_index(timeout);
            if (!number) return 0;
            timeout = number;
        }
        if (!number_as_double(timeout, &seconds)) return 0;
        if (seconds != seconds) return raise_value("Invalid value NaN (not a number)");
        if (seconds < 0) return raise_value("'timeout' must be a non-negative number");
        if (seconds > 9e9) return raise_overflow("timeout value is too large");
        deadline = now_ns() + (int64_t)(seconds * 1e9);
    }
    while (queue_size(q) == 0) {
        int64_t left = block ? deadline - now_ns() : 0;
        if (left <= 0) return raise_object(empty_error, 0);
        queue_sleep(q, left < SLICE ? left : SLICE);
        if (!safe_point()) return 0;
    }
    return queue_take(q);
}

static NATIVE(queue_get)
{
    int block = object_truth(args[1]);
    return block < 0 ? 0 : queue_get_item((QueueObj *)args[0], block, args[2]);
}

static NATIVE(queue_get_nowait) { return queue_get_item((QueueObj *)args[0], false, NONE); }
static NATIVE(queue_empty) { return bool_value(queue_size((QueueObj *)args[0]) == 0); }
static NATIVE(queue_qsize) { return int_new(queue_size((QueueObj *)args[0])); }
static NATIVE(class_getitem) { return generic_alias_new(args[0], args[1]); }

static const NativeDef queue_methods[] = {
    {"put", "(self, /, item, block=True, timeout=None)", queue_put,
     "Put the item on the queue.\n\nThe optional 'block' and 'timeout' arguments are ignored, as this method\nnever blocks.  They are provided for compatibility with the Queue class.", 0},
    {"put_nowait", "(self, /, item)", queue_put, "Put an item into the queue without blocking.", 0},
    {"get", "(self, /, block=True, timeout=None)", queue_get,
     "Remove and return an item from the queue.\n\nIf 'block' is true and 'timeout' is None, wait until an item is available; 'timeout' is the most\n"
     "seconds to wait before Empty is raised. If 'block' is false, return an item at once or raise Empty.", 0},
    {"get_nowait", "(self, /)", queue_get_nowait, "Remove and return an item from the queue without blocking.", 0},
    {"empty", "(self, /)", queue_empty, "Return True if the queue is empty, False otherwise (not reliable!).", 0},
    {"qsize", "(self, /)", queue_qsize, "Return the approximate size of the queue (not reliable!).", 0},
    {"__class_getitem__", "(type, item, /)", class_getitem, "See PEP 585", NATIVE_CLASS},
    {0},
};

static Type queue_type = {TYPE_INIT("_queue.SimpleQueue", QueueObj), .flags = TYPE_BASE | TYPE_WEAKREF_OK, .doc = "Simple, unbounded, reentrant FIFO queue.", .trace = queue_trace,
                          .new = queue_make, .methods = queue_methods};

static bool queue_init(Value module)
{
    gc_root(&empty_error);
    empty_error = module_new_exception("_queue.Empty", VALUE(&exc_Exception), "Exception raised by Queue.get(block=0)/get_nowait().");
    return empty_error && module_add(module, "Empty", empty_error) && module_add_type(module, &queue_type);
}

const ModuleDef module__queue = {"_queue", "C implementation of the Python queue module.\nThis module is an implementation detail, please do not use it directly.", 0, queue_init};
