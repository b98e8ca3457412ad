/* _multiprocessing.c: semaphores that processes share, for multiprocessing.
 *
 * A SemLock is a named POSIX semaphore together with what this process knows of it: which thread holds it and how often. Kind 0 is a recursive mutex, kind 1 a semaphore.
 */
#include "module/deadline.h"
#include "module/posix/posix.h"
#include "object/sequence.h"
#include <limits.h>
#include <semaphore.h>
#include <time.h>

enum { RECURSIVE_MUTEX, SEMAPHORE };
typedef struct SemObj {
    Obj head;
    sem_t *handle;
    unsigned long owner;
    int count, most, kind;
    Value name;
} SemObj;
static Type sem_type;

static void sem_trace(Obj *o) { gc_visit(((SemObj *)o)->name); }
static void sem_finalize(Obj *o)
{
    SemObj *s = (SemObj *)o;
    if (s->handle) sem_close(s->handle);
    s->handle = 0;
}
static bool is_mine(SemObj *s) { return s->count > 0 && s->owner == thread_self->id; }

static Value sem_wrap(Type *type, sem_t *handle, int kind, int most, Value name)
{
    SemObj *s = NEW_OF(SemObj, type, sem_type);
    if (!s) return sem_close(handle), (Value)0;
    s->handle = handle, s->kind = kind, s->most = most;
    SET(s, name, name ? name : NONE);
    return VALUE(s);
}

static Value sem_make(Type *type, Value *args, size_t nargs, Value kwnames)
{
    static Signature *signature;
    Value a[5];
    int kind, value, most, unlink;
    if (!native_bind("SemLock", "(kind, value, maxvalue, name, unlink)", &signature, args, nargs, kwnames, a)) return 0;
    if (!number_as_int(a[0], &kind) || !number_as_int(a[1], &value) || !number_as_int(a[2], &most)) return 0;
    if (!is_str(a[3])) return raise_bad_argument("SemLock", "name", "str", a[3]);
    const char *name = str_utf8(a[3], 0);
    if (!name || !number_as_int(a[4], &unlink)) return 0;
    if (kind != RECURSIVE_MUTEX && kind != SEMAPHORE) return raise_value("unrecognized kind");
    sem_t *handle = sem_open(name, O_CREAT | O_EXCL, 0600, (unsigned)value);
    if (handle == SEM_FAILED) return raise_errno();
    if (unlink && sem_unlink(name) < 0) {
        int error = errno;
        sem_close(handle);
        errno = error;
        return raise_errno();
    }
    return sem_wrap(type, handle, kind, most, unlink ? 0 : a[3]);
}
static NATIVE(sem_rebuild)
{
    int64_t handle;
    int kind, most;
    if (!number_as_int64(args[1], &handle) || !number_as_int(args[2], &kind) || !number_as_int(args[3], &most)) return 0;
    if (args[4] == NONE) return sem_wrap((Type *)args[0], (sem_t *)handle, kind, most, 0);
    const char *name = is_str(args[4]) ? str_utf8(args[4], 0) : (const char *)raise_bad_argument("_rebuild", "4", "str or None", args[4]);
    if (!name) return 0;
    sem_t *opened = sem_open(name, 0);
    return opened == SEM_FAILED ? raise_errno() : sem_wrap((Type *)args[0], opened, kind, most, args[4]);
}

static int wait_until(sem_t *handle, const struct timespec *until)
{
    int result;
    do {
        BLOCKING(result = until ? sem_timedwait(handle, until) : sem_wait(handle));
    } while (result < 0 && errno == EINTR && safe_point());
    return result;
}
static NATIVE(sem_acquire)
{
    SemObj *s = (SemObj *)args[0];
    int64_t timeout = 0;
    int block = object_truth(args[1]);
    if (block < 0) return 0;
    if (s->kind == RECURSIVE_MUTEX && is_mine(s)) return s->count++, TRUE;
    if (args[2] != NONE) {
        if (!timeout_nanoseconds(args[2], 1000000000, &timeout)) return 0;
        if (timeout < 0) timeout = 0;
    }
    int result;
    while ((result = sem_trywait(s->handle)) < 0 && errno == EINTR)
        if (!safe_point()) return 0;
    if (result < 0 && errno == EAGAIN && block) {
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_sec += timeout / 1000000000;
        until.tv_nsec += timeout % 1000000000;
        if (until.tv_nsec >= 1000000000) until.tv_sec++, until.tv_nsec -= 1000000000;
        result = wait_until(s->handle, args[2] == NONE ? 0 : &until);
        if (thread_self->exception) return 0;
    }
    if (result < 0) return errno == EAGAIN || errno == ETIMEDOUT ? FALSE : raise_errno();
    s->count++;
    s->owner = thread_self->id;
    return TRUE;
}
static NATIVE(sem_release)
{
    SemObj *s = (SemObj *)args[0];
    if (s->kind == RECURSIVE_MUTEX) {
        if (!is_mine(s)) return raise_format(&exc_AssertionError, "attempt to release recursive lock not owned by thread");
        if (s->count > 1) return s->count--, NONE;
    } else {
        int value;
        if (sem_getvalue(s->handle, &value) < 0) return raise_errno();
        if (value >= s->most) return raise_value("semaphore or lock released too many times");
    }
    if (sem_post(s->handle) < 0) return raise_errno();
    s->count--;
    return NONE;
}
static NATIVE(sem_exit) { return sem_release(args, 1, 0); }
static NATIVE(sem_enter)
{
    Value full[] = {args[0], TRUE, NONE};
    return sem_acquire(full, 3, 0);
}
static NATIVE(sem_count) { return int_new(((SemObj *)args[0])->count); }
static NATIVE(sem_is_mine) { return bool_value(is_mine((SemObj *)args[0])); }
static NATIVE(sem_get_value)
{
    int value;
    if (sem_getvalue(((SemObj *)args[0])->handle, &value) < 0) return raise_errno();
    return int_new(value < 0 ? 0 : value);
}
static NATIVE(sem_is_zero)
{
    int value;
    return sem_getvalue(((SemObj *)args[0])->handle, &value) < 0 ? raise_errno() : bool_value(value <= 0);
}
static NATIVE(sem_after_fork) { return ((SemObj *)args[0])->count = 0, NONE; }
static Value sem_get_handle(Value self) { return int_new((int64_t)((SemObj *)self)->handle); }

static const NativeDef sem_methods[] = {{"acquire", "(self, /, block=True, timeout=None)", sem_acquire, "Acquire the semaphore.", 0},
                                        {"release", "(self, /)", sem_release, "Release the semaphore.", 0},
                                        {"_count", "(self, /)", sem_count, 0, 0},
                                        {"_is_mine", "(self, /)", sem_is_mine, 0, 0},
                                        {"_get_value", "(self, /)", sem_get_value, 0, 0},
                                        {"_is_zero", "(self, /)", sem_is_zero, 0, 0},
                                        {"_after_fork", "(self, /)", sem_after_fork, 0, 0},
                                        {"_rebuild", "(type, handle, kind, maxvalue, name, /)", sem_rebuild, 0, NATIVE_CLASS},
                                        {"__enter__", "(self, /)", sem_enter, 0, 0},
                                        {"__exit__", "(self, exc_type=None, exc_value=None, exc_tb=None, /)", sem_exit, 0, 0},
                                        {0}};
static const MemberDef sem_members[] = {{"kind", MEMBER_INT, offsetof(SemObj, kind), false, 0},
                                        {"maxvalue", MEMBER_INT, offsetof(SemObj, most), false, 0},
                                        {"name", MEMBER_VALUE_OR_NONE, offsetof(SemObj, name), false, 0},
                                        {0}};
static const GetSetDef sem_getset[] = {{"handle", sem_get_handle, 0, 0}, {0}};
static Type sem_type = {TYPE_INIT("_multiprocessing.SemLock", SemObj),
                        .flags = TYPE_BASE | TYPE_FINALIZE | TYPE_FREES,
                        .trace = sem_trace,
                        .finalize = sem_finalize,
                        .new = sem_make,
                        .methods = sem_methods,
                        .members = sem_members,
                        .getset = sem_getset,
                        .doc = "Semaphore/Mutex type"};

static NATIVE(multiprocessing_sem_unlink)
{
    if (!is_str(args[0])) return raise_bad_argument("sem_unlink", "1", "str", args[0]);
    const char *name = str_utf8(args[0], 0);
    return !name ? 0 : none_or_error(sem_unlink(name));
}
static const NativeDef functions[] = {{"sem_unlink", "(name, /)", multiprocessing_sem_unlink, "Remove a name of a semaphore.", 0}, {0}};

static bool init(Value module)
{
    Value flags = dict_new();
    return flags && module_add_type(module, &sem_type) && type_fill(&sem_type) && dict_set_cstring(sem_type.dict, "SEM_VALUE_MAX", int_new(INT_MAX)) &&
           dict_set_cstring(flags, "HAVE_SEM_OPEN", int_new(1)) && dict_set_cstring(flags, "HAVE_SEM_TIMEDWAIT", int_new(1)) && module_add(module, "flags", flags);
}
const ModuleDef module__multiprocessing = {"_multiprocessing", "Semaphores that processes share.", functions, init};
