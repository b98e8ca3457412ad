/* _queue.c: SimpleQueue, an unbounded queue between threads, whose put() never waits and may be called from anywhere.
 *
 * The items and counts are protected by the interpreter lock. Whoever waits for an item releases that lock and sleeps on the queue's semaphore, which is opened at most once for
 * each that waits; after waking it looks again, for another may have been faster. A signal ends the sleep too.
 */
#include "module/deadline.h"
#include "module/module.h"
#include "object/sequence.h"
#include <errno.h>
#include <semaphore.h>
#include <time.h>

typedef struct QueueObj {
    Obj head;
    Value items;
    int64_t first;
    sem_t ready;
    unsigned waiting, opened;   /* threads on the semaphore; what it was opened and nobody has used yet */
    unsigned forks;             /* thread_forks when the semaphore was made */
} QueueObj;
static Type queue_type;
static Value empty_error;

static void queue_trace(Obj *o) { gc_visit(((QueueObj *)o)->items); }

static void make_semaphore(QueueObj *q)
{
    sem_init(&q->ready, 0, 0);
    q->waiting = q->opened = 0;
    q->forks = thread_forks;
}

static Value queue_make(Type *type, Value *args, size_t nargs, Value kwnames)
{
    if (type == &queue_type && (nargs || (kwnames && tuple_size(kwnames))))
        return nargs ? raise_type("SimpleQueue() takes no positional arguments") : raise_type("SimpleQueue() takes no keyword arguments");
    Value items = list_new(0);
    QueueObj *q = items ? NEW_OF(QueueObj, type, queue_type) : 0;
    if (!q) return 0;
    make_semaphore(q);
    SET(q, items, items);
    return VALUE(q);
}

static inline int64_t queue_size(QueueObj *q) { return list_size(q->items) - q->first; }

static NATIVE(queue_put)
{
    QueueObj *q = (QueueObj *)args[0];
    if (!list_append(q->items, args[1])) return 0;
    if (q->forks != thread_forks) make_semaphore(q);   /* who waits is not there any more */
    if (q->opened < q->waiting) {
        q->opened++;
        sem_post(&q->ready);
    }
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

/* Sleeps until something may have been put, a signal comes or the deadline (of the monotonic clock, in ns) is there. */
static void queue_sleep(QueueObj *q, int64_t deadline)
{
    if (q->forks != thread_forks) make_semaphore(q);
    struct timespec until = {deadline / 1000000000, deadline % 1000000000};
    int result;
    q->waiting++;
    BLOCKING(result = deadline == INT64_MAX ? sem_wait(&q->ready) : sem_clockwait(&q->ready, CLOCK_MONOTONIC, &until));
    q->waiting--;
    if (result == 0) q->opened--;
}

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
        deadline = monotonic_ns() + (int64_t)(seconds * 1e9);
    }
    while (queue_size(q) == 0) {
        if (!block || (deadline != INT64_MAX && deadline <= monotonic_ns())) return raise_object(empty_error, 0);
        queue_sleep(q, deadline);
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

static const NativeDef queue_methods[] = {
    {"put", "(self, /, item, block=True, timeout=None)", queue_put,
     "Put the item on the queue.\n\nThe optional 'block' and 'timeout' arguments are ignored, as this method\nnever blocks.  They are provided for compatibility with the Queue "
     "class.",
     0},
    {"put_nowait", "(self, /, item)", queue_put, "Put an item into the queue without blocking.", 0},
    {"get", "(self, /, block=True, timeout=None)", queue_get,
     "Remove and return an item from the queue.\n\nIf 'block' is true and 'timeout' is None, wait until an item is available; 'timeout' is the most\n"
     "seconds to wait before Empty is raised. If 'block' is false, return an item at once or raise Empty.",
     0},
    {"get_nowait", "(self, /)", queue_get_nowait, "Remove and return an item from the queue without blocking.", 0},
    {"empty", "(self, /)", queue_empty, "Return True if the queue is empty, False otherwise (not reliable!).", 0},
    {"qsize", "(self, /)", queue_qsize, "Return the approximate size of the queue (not reliable!).", 0},
    CLASS_GETITEM,
    {0},
};

static Type queue_type = {TYPE_INIT("_queue.SimpleQueue", QueueObj),
                          .flags = TYPE_BASE | TYPE_WEAKREF_OK,
                          .doc = "Simple, unbounded, reentrant FIFO queue.",
                          .trace = queue_trace,
                          .new = queue_make,
                          .methods = queue_methods};

static bool queue_init(Value module)
{
    gc_root(&empty_error);
    empty_error = module_new_exception("_queue.Empty", VALUE(&exc_Exception), "Exception raised by Queue.get(block=0)/get_nowait().");
    return empty_error && module_add(module, "Empty", empty_error) && module_add_type(module, &queue_type);
}

const ModuleDef module__queue = {"_queue", "C implementation of the Python queue module.\nThis module is an implementation detail, please do not use it directly.", 0, queue_init};
