/* _thread.c: threads, locks and thread-local objects.
 *
 * A lock is a POSIX semaphore inside the object (the heap does not move). A thread-local object keeps one dict a thread, by the thread's serial number; each thread keeps weak
 * references to the locals it has used, to drop its dicts when it ends.
 */
#include "module/module.h"
#include "module/signal.h"
#include "vm/vm.h"
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define TIMEOUT_MAX_SECONDS 9223372036.0

/* --- waiting */

/* Parses acquire()'s arguments: *deadline_ns -1: wait for ever; 0: do not wait; else how long. */
static bool parse_timeout(Value blocking, Value timeout, int64_t *nanoseconds)
{
    int wait = blocking ? object_truth(blocking) : 1;
    if (wait < 0) return false;
    double seconds = -1;
    if (timeout) {
        if (!number_as_double(timeout, &seconds)) return false;
        if (seconds != seconds) return raise_value("Invalid value NaN (not a number)");
    }
    if (!wait && seconds != -1) return raise_value("can't specify a timeout for a non-blocking call");
    if (seconds < 0 && seconds != -1) return raise_value("timeout value must be a non-negative number");
    if (seconds > TIMEOUT_MAX_SECONDS) return raise_overflow("timeout value is too large");
    *nanoseconds = !wait ? 0 : seconds == -1 ? -1 : (int64_t)(seconds * 1e9);
    if (wait && seconds > 0 && *nanoseconds == 0) *nanoseconds = 1;
    return true;
}

static void deadline_in(struct timespec *t, int64_t nanoseconds)
{
    clock_gettime(CLOCK_MONOTONIC, t);
    int64_t total = t->tv_nsec + nanoseconds % 1000000000;
    t->tv_sec += nanoseconds / 1000000000 + total / 1000000000;
    t->tv_nsec = total % 1000000000;
}

/* 1 taken, 0 timed out, -1 a signal handler raised. */
static int wait_for(sem_t *semaphore, int64_t nanoseconds)
{
    while (sem_trywait(semaphore) < 0) {
        if (errno == EINTR) continue;
        if (nanoseconds == 0) return 0;
        struct timespec deadline;
        if (nanoseconds > 0) deadline_in(&deadline, nanoseconds);
        for (;;) {
            if (!signal_check_waiting()) return -1;
            int result, error;
            BLOCKING(result = nanoseconds < 0 ? sem_wait(semaphore) : sem_clockwait(semaphore, CLOCK_MONOTONIC, &deadline); error = errno);
            if (result == 0) return 1;
            if (error == ETIMEDOUT) return 0;
            if (!safe_point()) return -1;
        }
    }
    return 1;
}

/* --- lock */

typedef struct LockObj {
    Obj head;
    sem_t semaphore;
    bool locked;
} LockObj;
static Type lock_type;

static Value lock_new(void)
{
    LockObj *lock = gc_alloc(LockObj, &lock_type);
    if (lock) sem_init(&lock->semaphore, 0, 1);
    return VALUE(lock);
}

static NATIVE(lock_acquire)
{
    LockObj *lock = (LockObj *)args[0];
    int64_t timeout;
    if (!parse_timeout(args[1], args[2], &timeout)) return 0;
    int result = wait_for(&lock->semaphore, timeout);
    if (result < 0) return 0;
    if (result) lock->locked = true;
    return bool_value(result);
}

static NATIVE(lock_enter)
{
    LockObj *lock = (LockObj *)args[0];
    if (wait_for(&lock->semaphore, -1) < 0) return 0;
    lock->locked = true;
    return TRUE;
}

static NATIVE(lock_release)
{
    LockObj *lock = (LockObj *)args[0];
    if (!lock->locked) return raise_runtime("release unlocked lock");
    lock->locked = false;
    sem_post(&lock->semaphore);
    return NONE;
}

static NATIVE(lock_locked) { return bool_value(((LockObj *)args[0])->locked); }

static NATIVE(lock_at_fork_reinit)
{
    LockObj *lock = (LockObj *)args[0];
    sem_init(&lock->semaphore, 0, 1);
    lock->locked = false;
    return NONE;
}

static Value lock_repr(Value self)
{
    return str_format_c("<%s %s object at 0x%lx>", ((LockObj *)self)->locked ? "locked" : "unlocked", type_of(self)->name, (long)object_id(self));
}

static const char acquire_doc[] = "Takes the lock, waiting if 'blocking' (at most 'timeout' seconds, if that is not -1). True when taken.";
static const char release_doc[] = "Gives the lock up; another thread that waits for it goes on.";
static const NativeDef lock_methods[] = {
    {"acquire", "(self, /, blocking=True, timeout=-1)", lock_acquire, acquire_doc, 0},
    {"acquire_lock", "(self, /, blocking=True, timeout=-1)", lock_acquire, acquire_doc, 0},
    {"release", "(self, /)", lock_release, release_doc, 0},
    {"release_lock", "(self, /)", lock_release, release_doc, 0},
    {"locked", "(self, /)", lock_locked, "Whether the lock is taken.", 0},
    {"locked_lock", "(self, /)", lock_locked, "Whether the lock is taken.", 0},
    {"__enter__", "(self, /)", lock_enter, "Takes the lock.", 0},
    {"__exit__", "(self, /, *args)", lock_release, "Gives the lock up.", NATIVE_VECTOR | NATIVE_NO_KEYWORDS},
    {"_at_fork_reinit", "(self, /)", lock_at_fork_reinit, "Makes the lock free again in a child process.", 0},
    {0},
};
static Type lock_type = {TYPE_INIT("_thread.lock", LockObj), .flags = TYPE_DISALLOW_NEW | TYPE_WEAKREF_OK, .repr = lock_repr, .methods = lock_methods,
                         .doc = "A lock: taken by one thread at a time."};

/* --- RLock */

typedef struct RLockObj {
    Obj head;
    sem_t semaphore;
    unsigned long owner;
    uint64_t count;
} RLockObj;

static Value rlock_new(Type *type, Value *args, size_t nargs, Value kwnames)
{
    RLockObj *lock = (RLockObj *)type_alloc(type, 0);
    if (lock) sem_init(&lock->semaphore, 0, 1);
    return VALUE(lock);
}

static bool rlock_init(Value self, Value *args, size_t nargs, Value kwnames) { return true; }

/* As wait_for. */
static int rlock_take(RLockObj *lock, int64_t timeout)
{
    if (lock->count && lock->owner == thread_self->id) {
        lock->count++;
        return 1;
    }
    int result = wait_for(&lock->semaphore, timeout);
    if (result > 0) {
        lock->owner = thread_self->id;
        lock->count = 1;
    }
    return result;
}

static NATIVE(rlock_acquire)
{
    int64_t timeout;
    if (!parse_timeout(args[1], args[2], &timeout)) return 0;
    int result = rlock_take((RLockObj *)args[0], timeout);
    return result < 0 ? 0 : bool_value(result);
}

static NATIVE(rlock_enter) { return rlock_take((RLockObj *)args[0], -1) < 0 ? 0 : TRUE; }

static NATIVE(rlock_release)
{
    RLockObj *lock = (RLockObj *)args[0];
    if (!lock->count || lock->owner != thread_self->id) return raise_runtime("cannot release un-acquired lock");
    if (--lock->count == 0) {
        lock->owner = 0;
        sem_post(&lock->semaphore);
    }
    return NONE;
}

static NATIVE(rlock_acquire_restore)
{
    RLockObj *lock = (RLockObj *)args[0];
    Value state = args[1];
    int64_t count, owner;
    if (!is_tuple(state) || tuple_size(state) != 2) return raise_type("argument 1 must be 2-item tuple, not %T", state);
    if (!number_as_int64(tuple_get(state, 0), &count)) return 0;
    if (!number_as_int64(tuple_get(state, 1), &owner)) return 0;
    if (wait_for(&lock->semaphore, -1) < 0) return 0;
    lock->owner = (unsigned long)owner;
    lock->count = (uint64_t)count;
    return NONE;
}

static NATIVE(rlock_release_save)
{
    RLockObj *lock = (RLockObj *)args[0];
    if (!lock->count) return raise_runtime("cannot release un-acquired lock");
    Value state = tuple_pack(2, int_new((int64_t)lock->count), int_new_unsigned(lock->owner));
    if (!state) return 0;
    lock->count = 0;
    lock->owner = 0;
    sem_post(&lock->semaphore);
    return state;
}

static NATIVE(rlock_is_owned)
{
    RLockObj *lock = (RLockObj *)args[0];
    return bool_value(lock->count && lock->owner == thread_self->id);
}

static NATIVE(rlock_recursion_count)
{
    RLockObj *lock = (RLockObj *)args[0];
    return lock->owner == thread_self->id ? int_new((int64_t)lock->count) : small_int(0);
}

static NATIVE(rlock_at_fork_reinit)
{
    RLockObj *lock = (RLockObj *)args[0];
    sem_init(&lock->semaphore, 0, 1);
    lock->owner = 0;
    lock->count = 0;
    return NONE;
}

static Value rlock_repr(Value self)
{
    RLockObj *lock = (RLockObj *)self;
    return str_format_c("<%s %s object owner=%ld count=%ld at 0x%lx>", lock->count ? "locked" : "unlocked", type_of(self)->name, (long)lock->owner, (long)lock->count,
                        (long)object_id(self));
}

static const NativeDef rlock_methods[] = {
    {"acquire", "(self, /, blocking=True, timeout=-1)", rlock_acquire, acquire_doc, 0},
    {"release", "(self, /)", rlock_release, release_doc, 0},
    {"_is_owned", "(self, /)", rlock_is_owned, "Whether the calling thread has the lock.", 0},
    {"_recursion_count", "(self, /)", rlock_recursion_count, "How often the calling thread has taken the lock.", 0},
    {"_acquire_restore", "(self, state, /)", rlock_acquire_restore, "For condition variables: takes the lock with the saved count.", 0},
    {"_release_save", "(self, /)", rlock_release_save, "For condition variables: gives the lock up wholly and returns its count.", 0},
    {"__enter__", "(self, /)", rlock_enter, "Takes the lock.", 0},
    {"__exit__", "(self, /, *args)", rlock_release, "Gives the lock up once.", NATIVE_VECTOR | NATIVE_NO_KEYWORDS},
    {"_at_fork_reinit", "(self, /)", rlock_at_fork_reinit, "Makes the lock free again in a child process.", 0},
    {0},
};
static Type rlock_type = {
    TYPE_INIT("_thread.RLock", RLockObj),          .flags = TYPE_BASE | TYPE_WEAKREF_OK, .repr = rlock_repr, .new = rlock_new, .init = rlock_init, .methods = rlock_methods,
    .doc = "A lock that its owner can take again."};

/* --- what a thread keeps: its serial number, the locals it has used, the lock to open at its end */

typedef struct ThreadData {
    Obj head;
    int64_t serial;
    Value locals /* list of weak references */;
    Value sentinel;
} ThreadData;
static void thread_data_trace(Obj *o)
{
    gc_visit(((ThreadData *)o)->locals);
    gc_visit(((ThreadData *)o)->sentinel);
}
static Type thread_data_type = {TYPE_INIT("_thread._data", ThreadData), .flags = TYPE_DISALLOW_NEW, .trace = thread_data_trace};

static ThreadData *thread_data(void)
{
    static int64_t serials;
    Thread *t = thread_self;
    if (!t->dict && !(t->dict = dict_new())) return 0;
    Value key = NAME("_thread");
    Value data = dict_get_str(t->dict, key);
    if (data) return (ThreadData *)data;
    ThreadData *fresh = gc_alloc(ThreadData, &thread_data_type);
    if (!fresh) return 0;
    fresh->serial = ++serials;
    SET(fresh, locals, list_new(0));
    if (!fresh->locals || !dict_set(t->dict, key, VALUE(fresh))) return 0;
    return fresh;
}

/* --- _local */

typedef struct LocalObj {
    Obj head;
    Value dicts;
    Value args, kwargs;
} LocalObj;   /* dicts: {serial: dict} */
static Type local_type;

static void local_trace(Obj *o)
{
    LocalObj *l = (LocalObj *)o;
    gc_visit(l->dicts);
    gc_visit(l->args);
    gc_visit(l->kwargs);
}

static Value local_new(Type *type, Value *args, size_t nargs, Value kwnames)
{
    size_t kwargs = kwnames ? tuple_size(kwnames) : 0;
    if ((nargs || kwargs) && type->init == object_type.init) return raise_type("Initialization arguments are not supported");
    LocalObj *local = (LocalObj *)type_alloc(type, 0);
    if (!local) return 0;
    Value dicts = dict_new();
    if (!dicts) return 0;
    SET(local, dicts, dicts);
    Value tuple = tuple_from(args, (int64_t)nargs);
    if (!tuple) return 0;
    SET(local, args, tuple);
    if (kwargs) {
        Value dict = dict_new();
        if (!dict) return 0;
        for (size_t i = 0; i < kwargs; i++)
            if (!dict_set(dict, tuple_get(kwnames, (int64_t)i), args[nargs + i])) return 0;
        SET(local, kwargs, dict);
    }
    /* The creating thread gets its dict now; its __init__ is called by the normal way. */
    ThreadData *data = thread_data();
    if (!data) return 0;
    Value mine = dict_new(), ref = weakref_new(VALUE(local), 0);
    if (!mine || !ref || !dict_set(dicts, int_new(data->serial), mine) || !list_append(data->locals, ref)) return 0;
    return VALUE(local);
}

/* The calling thread's dict; on its first use of the local, __init__ runs. */
static Value local_dict(LocalObj *local)
{
    ThreadData *data = thread_data();
    if (!data) return 0;
    Value key = int_new(data->serial);
    Value dict = dict_get(local->dicts, key);
    if (dict || thread_self->exception) return dict;
    dict = dict_new();
    Value ref = weakref_new(VALUE(local), 0);
    if (!dict || !ref || !dict_set(local->dicts, key, dict) || !list_append(data->locals, ref)) return 0;
    Type *type = local->head.type;
    if (type->init == object_type.init) return dict;
    Value init = object_getattr(VALUE(type), NAME("__init__"));
    if (!init) return 0;
    int64_t count = tuple_size(local->args);
    Value arguments = tuple_new(count + 1);
    if (!arguments) return 0;
    tuple_items(arguments)[0] = VALUE(local);
    for (int64_t i = 0; i < count; i++) tuple_items(arguments)[i + 1] = tuple_get(local->args, i);
    if (object_call_tuple(init, arguments, local->kwargs)) return dict;
    Value pending = error_take();
    dict_delete(local->dicts, key);
    error_restore(pending);
    return 0;
}

static Value local_getattr(Value self, Value name)
{
    Value dict = local_dict((LocalObj *)self);
    if (!dict) return 0;
    if (is_str(name) && str_equal_ascii(name, "__dict__")) return dict;
    Type *type = type_of(self);
    Value attribute = is_str(name) ? type_lookup(type, name) : 0;
    if (attribute && type_of(attribute)->descr_set && type_of(attribute)->descr_get) return type_of(attribute)->descr_get(attribute, self, type);
    Value found = dict_get(dict, name);
    if (found || thread_self->exception) return found;
    if (!attribute) return raise_attribute("'%.100s' object has no attribute '%S'", type->name, name);
    if (type_of(attribute)->descr_get) return type_of(attribute)->descr_get(attribute, self, type);
    return attribute;
}

static bool local_setattr(Value self, Value name, Value value)
{
    Value dict = local_dict((LocalObj *)self);
    if (!dict) return false;
    if (is_str(name) && str_equal_ascii(name, "__dict__")) return raise_attribute("'%.100s' object attribute '__dict__' is read-only", type_of(self)->name);
    Value attribute = is_str(name) ? type_lookup(type_of(self), name) : 0;
    if (attribute && type_of(attribute)->descr_set) return type_of(attribute)->descr_set(attribute, self, value);
    if (value) return dict_set(dict, name, value);
    int deleted = dict_delete(dict, name);
    if (deleted == 0) return raise_attribute("'%.100s' object has no attribute '%S'", type_of(self)->name, name);
    return deleted > 0;
}

static Value local_get_dict(Value self) { return local_dict((LocalObj *)self); }
static const GetSetDef local_getset[] = {{"__dict__", local_get_dict, 0, 0}, {0}};
static Type local_type = {TYPE_INIT("_thread._local", LocalObj),
                          .flags = TYPE_BASE | TYPE_WEAKREF_OK,
                          .trace = local_trace,
                          .new = local_new,
                          .getattr = local_getattr,
                          .setattr = local_setattr,
                          .getset = local_getset,
                          .doc = "Thread-local data"};

/* The ending thread's dicts go, and the lock that others wait on for its end opens. */
static void thread_data_drop(void)
{
    Value value = thread_self->dict ? dict_get_str(thread_self->dict, NAME("_thread")) : 0;
    if (!value) return;
    ThreadData *data = (ThreadData *)value;
    for (int64_t i = 0; i < list_size(data->locals); i++) {
        Value local = weakref_target(list_get(data->locals, i));
        if (local != NONE && dict_delete(((LocalObj *)local)->dicts, int_new(data->serial)) < 0) error_clear();
    }
    Value sentinel = data->sentinel;
    data->sentinel = 0;
    dict_clear(thread_self->dict);
    if (sentinel) {
        Value lock = weakref_target(sentinel);
        if (lock != NONE && ((LockObj *)lock)->locked) {
            ((LockObj *)lock)->locked = false;
            sem_post(&((LockObj *)lock)->semaphore);
        }
    }
}

/* --- starting threads */

static size_t stack_bytes;
static int64_t running;
static Value starting;   /* {number: (function, args, kwargs)} of threads that have not begun yet */

static void report_thread_end(Value function)
{
    if (error_clear_if(&exc_SystemExit)) return;
    error_unraisable(function, "in thread started by");
}

/* What a thread is given when it starts. */
typedef struct Start {
    Thread *thread;
    int64_t number;
} Start;

static void *thread_main(void *argument)
{
    Thread *t = ((Start *)argument)->thread;
    int64_t number = ((Start *)argument)->number;
    free(argument);
    thread_attach(t);
    {
        Value job = dict_pop(starting, int_new(number)), function = job ? tuple_get(job, 0) : NONE;
        if (!job || !object_call_tuple(function, tuple_get(job, 1), tuple_get(job, 2) == NONE ? 0 : tuple_get(job, 2))) report_thread_end(function);
    }
    thread_data_drop();
    if (t->exception) error_clear();
    running--;
    thread_detach();
    return 0;
}

static NATIVE(start_new_thread)
{
    if (nargs < 2 || nargs > 3) return raise_type("start_new_thread expected at %s %d arguments, got %zu", nargs < 2 ? "least" : "most", nargs < 2 ? 2 : 3, nargs);
    if (!is_callable(args[0])) return raise_type("first arg must be callable");
    if (!is_tuple(args[1])) return raise_type("2nd arg must be a tuple");
    if (nargs == 3 && !is_dict(args[2])) return raise_type("optional 3rd arg must be a dictionary");
    if (!sys_audit("_thread.start_new_thread", 3, args[0], args[1], nargs == 3 ? args[2] : NONE)) return 0;
    static int64_t number;
    if (!starting && !(starting = dict_new())) return 0;
    Value key = int_new(++number), job = tuple_pack(3, args[0], args[1], nargs == 3 ? args[2] : NONE);
    if (!job || !dict_set(starting, key, job)) return 0;
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    /* A thread's Python frames live elsewhere, but the compiler and natives need some C stack, however little was asked for. Untouched pages cost nothing. */
    if (stack_bytes) pthread_attr_setstacksize(&attributes, stack_bytes > (2 << 20) ? stack_bytes : 2 << 20);
    pthread_t id;
    Start *start = malloc(sizeof *start);
    Thread *thread = start ? thread_new(REGISTER_STACK_VALUES) : 0;
    if (thread) {
        *start = (Start){thread, number};
        running++;
        int result = pthread_create(&id, &attributes, thread_main, start);
        if (result == 0) {
            pthread_attr_destroy(&attributes);
            return int_new_unsigned((unsigned long)id);
        }
        running--;
    }
    pthread_attr_destroy(&attributes);
    free(start);
    if (thread) thread_discard(thread);
    dict_delete(starting, key);
    return !thread ? raise_memory() : raise_runtime("can't start new thread");
}

static NATIVE(thread_exit) { return raise_object(VALUE(&exc_SystemExit), 0); }
static NATIVE(get_ident) { return int_new_unsigned(thread_self->id); }
static NATIVE(get_native_id) { return int_new(syscall(SYS_gettid)); }
static NATIVE(count) { return int_new(running); }
static NATIVE(allocate_lock) { return lock_new(); }

static NATIVE(stack_size)
{
    int64_t size = 0;
    if (nargs && !number_as_int64(args[0], &size)) return 0;
    if (size < 0) return raise_value("size must be 0 or a positive value");
    if (nargs && size != 0 && (size < 0x8000 || size < PTHREAD_STACK_MIN)) return raise_value("size not valid: %zd bytes", size);
    size_t old = stack_bytes;
    if (nargs) stack_bytes = (size_t)size;
    return int_new((int64_t)old);
}

static NATIVE(set_sentinel)
{
    ThreadData *data = thread_data();
    Value lock = data ? lock_new() : 0;
    Value ref = lock ? weakref_new(lock, 0) : 0;
    if (!ref) return 0;
    SET(data, sentinel, ref);
    return lock;
}

static NATIVE(interrupt_main)
{
    int number = SIGINT;
    if (nargs && !number_as_int(args[0], &number)) return 0;
    if (!signal_simulate(number)) return raise_value("signal number out of range");
    return signal_check() ? NONE : 0;
}

/* --- the hook for exceptions that end a thread */

static Type *hook_args_type;

static bool write_text(Value file, Value text) { return text && call_method_1(file, NAME("write"), text); }

static NATIVE(excepthook)
{
    if (type_of(args[0]) != hook_args_type) return raise_type("_thread.excepthook argument type must be ExceptHookArgs");
    Value *fields = tuple_items(args[0]);
    if (fields[0] == VALUE(&exc_SystemExit)) return NONE;
    Value file = sys_get("stderr"), thread = fields[3];
    if (!file || file == NONE) {
        file = thread == NONE ? NONE : object_getattr_opt(thread, NAME("_stderr"));
        if (!file) return thread_self->exception ? 0 : NONE;
        if (file == NONE) return NONE;
    }
    Value name = thread == NONE ? 0 : object_getattr_opt(thread, NAME("_name"));
    if (thread_self->exception) error_clear();
    Value header = name && name != NONE ? str_format_c("Exception in thread %S:\n", name) : str_format_c("Exception in thread %ld:\n", (long)thread_self->id);
    if (!write_text(file, header)) return 0;
    Value print = import_attr("traceback", "print_exception");
    if (!print) return 0;
    Value call[8] = {0, fields[0], fields[1], fields[2], NONE, file};
    Value names = tuple_pack(1, NAME("file"));
    if (!names || !object_call(print, call + 1, 4, names)) return 0;
    return call_method_0(file, NAME("flush"));
}

static const char start_doc[] = "start_new_thread(function, args[, kwargs]): runs function(*args, **kwargs) in a new thread and returns the thread's identifier.";
static const NativeDef functions[] = {
    {"start_new_thread", 0, start_new_thread, start_doc, NATIVE_VECTOR | NATIVE_NO_KEYWORDS},
    {"start_new", 0, start_new_thread, start_doc, NATIVE_VECTOR | NATIVE_NO_KEYWORDS},
    {"allocate_lock", "()", allocate_lock, "A new lock.", 0},
    {"allocate", "()", allocate_lock, "A new lock.", 0},
    {"exit_thread", "()", thread_exit, "Ends the thread: raises SystemExit.", 0},
    {"exit", "()", thread_exit, "Ends the thread: raises SystemExit.", 0},
    {"interrupt_main", 0, interrupt_main, "interrupt_main(signum=SIGINT): as if the signal had arrived in the main thread.", NATIVE_VECTOR | NATIVE_NO_KEYWORDS},
    {"get_ident", "()", get_ident, "A number that tells this thread from all others now alive.", 0},
    {"get_native_id", "()", get_native_id, "The thread's number in the kernel.", 0},
    {"_count", "()", count, "How many threads started here have not ended.", 0},
    {"stack_size", 0, stack_size, "stack_size([size]): the stack size of new threads; 0 is the system's.", NATIVE_VECTOR | NATIVE_NO_KEYWORDS},
    {"_set_sentinel", "()", set_sentinel, "A lock that opens when the calling thread ends.", 0},
    {"_excepthook", "(args, /)", excepthook, "Reports an exception that ended a thread.", 0},
    {0},
};

static const StructSeqField hook_fields[] = {
    {"exc_type", "Exception type"}, {"exc_value", "Exception value"}, {"exc_traceback", "Exception traceback"}, {"thread", "Thread"}, {0},
};

static bool init(Value module)
{
    gc_root(&starting);
    hook_args_type = structseq_type("_thread._ExceptHookArgs", "What _excepthook is given.", hook_fields, 4);
    return hook_args_type && type_ready(&lock_type) && type_ready(&rlock_type) && type_ready(&local_type) && type_ready(&thread_data_type) &&
           module_add(module, "LockType", VALUE(&lock_type)) && module_add(module, "RLock", VALUE(&rlock_type)) && module_add(module, "_local", VALUE(&local_type)) &&
           module_add(module, "error", VALUE(&exc_RuntimeError)) && module_add(module, "TIMEOUT_MAX", float_new(TIMEOUT_MAX_SECONDS)) &&
           module_add(module, "_ExceptHookArgs", VALUE(hook_args_type));
}

const ModuleDef module__thread = {"_thread", "Threads, locks and thread-local data; the module threading is the comfortable interface.", functions, init};
