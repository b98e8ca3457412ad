/* select.c: waiting for descriptors: select, poll and epoll.
 *
 * Calls that a signal interrupts are made again with what is left of the timeout, unless the signal's handler raised.
 */
#include "module/deadline.h"
#include "module/posix/posix.h"
#include "object/sequence.h"
#include <limits.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/select.h>

/* ---------------------------------------------------------------- select */

typedef struct Watch {
    fd_set set;
    Value objects[FD_SETSIZE];
    int fds[FD_SETSIZE];
    int count;
} Watch;

/* The descriptors of a sequence; its objects are in a list that *keep owns, for the result. */
static bool watch_sequence(Value sequence, Watch *w, Value *keep, int *most)
{
    FD_ZERO(&w->set);
    w->count = 0;
    Value list = is_list(sequence) ? sequence : type_of(sequence)->iter || type_of(sequence)->getitem ? object_to_list(sequence) : raise_type("arguments 1-3 must be sequences");
    if (!list || !(*keep = list_new(0))) return false;
    /* fileno() may change the list */
    for (int64_t i = 0; i < list_size(list); i++) {
        Value object = list_get(list, i);
        int fd;
        if (!descriptor_argument(object, &fd)) return false;
        if (fd >= FD_SETSIZE) return raise_value("filedescriptor out of range in select()");
        if (w->count >= FD_SETSIZE) return raise_value("too many file descriptors in select()");
        FD_SET(fd, &w->set);
        if (fd > *most) *most = fd;
        w->fds[w->count++] = fd;
        if (!list_append(*keep, object)) return false;
    }
    return true;
}

static Value watch_ready(const Watch *w, const fd_set *ready, Value objects)
{
    Value list = list_new(0);
    for (int i = 0; list && i < w->count; i++)
        if (FD_ISSET(w->fds[i], ready) && !list_append(list, list_get(objects, i))) return 0;
    return list;
}

static NATIVE(select_select)
{
    int64_t timeout = -1;
    if (args[3] != NONE) {
        if (!timeout_nanoseconds(args[3], 1000000000, &timeout)) return error_clear_if(&exc_TypeError) ? raise_type("timeout must be a float or None") : 0;
        if (timeout < 0) return raise_value("timeout must be non-negative");
    }
    Watch *w = gc_buffer(3 * sizeof *w);
    Value keep[3], lists[3];
    int most = -1, result;
    for (int i = 0; i < 3; i++)
        if (!w || !watch_sequence(args[i], &w[i], &keep[i], &most)) return 0;
    fd_set ready[3];
    int64_t deadline = deadline_after(timeout);
    for (;;) {
        for (int i = 0; i < 3; i++) ready[i] = w[i].set;
        int64_t left = timeout < 0 ? -1 : deadline_left(deadline);
        struct timeval t = {left / 1000000000, (left % 1000000000 + 999) / 1000};
        if (t.tv_usec >= 1000000) t.tv_sec++, t.tv_usec -= 1000000;
        BLOCKING(result = select(most + 1, &ready[0], &ready[1], &ready[2], left < 0 ? 0 : &t));
        if (result >= 0 || errno != EINTR) break;
        if (!safe_point()) return 0;
    }
    if (result < 0) return raise_errno();
    for (int i = 0; i < 3; i++)
        if (!(lists[i] = watch_ready(&w[i], &ready[i], keep[i]))) return 0;
    KEEP_ALIVE(w);
    return tuple_from(lists, 3);
}

/* ---------------------------------------------------------------- poll */

typedef struct PollObj {
    Obj head;
    Value events; /* dict: descriptor -> mask, in order */
    bool running;
} PollObj;
static void poll_trace(Obj *o) { gc_visit(((PollObj *)o)->events); }

static bool mask_argument(Value v, uint16_t *mask)
{
    Value n = number_index(v);
    int64_t number;
    if (!n) return false;
    int overflow = int_as_int64_overflow(n, &number);
    if (overflow < 0 || (!overflow && number < 0)) return raise_value("value must be positive");
    if (overflow > 0 || number > USHRT_MAX) return raise_overflow("Python int too large for C unsigned short");
    *mask = (uint16_t)number;
    return true;
}

static NATIVE(poll_register)
{
    PollObj *p = (PollObj *)args[0];
    int fd;
    uint16_t mask = POLLIN | POLLPRI | POLLOUT;
    if (!descriptor_argument(args[1], &fd) || (args[2] && !mask_argument(args[2], &mask))) return 0;
    return dict_set(p->events, int_new(fd), int_new(mask)) ? NONE : 0;
}
static NATIVE(poll_modify)
{
    PollObj *p = (PollObj *)args[0];
    int fd;
    uint16_t mask;
    if (!descriptor_argument(args[1], &fd) || !mask_argument(args[2], &mask)) return 0;
    if (!dict_get(p->events, int_new(fd))) return thread_self->exception ? 0 : (errno = ENOENT, raise_errno());
    return dict_set(p->events, int_new(fd), int_new(mask)) ? NONE : 0;
}
static NATIVE(poll_unregister)
{
    PollObj *p = (PollObj *)args[0];
    int fd;
    if (!descriptor_argument(args[1], &fd)) return 0;
    int deleted = dict_delete(p->events, int_new(fd));
    return deleted < 0 ? 0 : deleted ? NONE : raise_key(int_new(fd));
}

/* None is forever; else nanoseconds, where less than 0 is forever, too. */
static bool poll_timeout(Value v, int64_t unit, int64_t *timeout)
{
    *timeout = -1;
    if (v == NONE) return true;
    if (!timeout_nanoseconds(v, unit, timeout)) return error_clear_if(&exc_TypeError) ? raise_type("timeout must be an integer or None") : false;
    if (*timeout / 1000000 + (*timeout % 1000000 > 0) > INT_MAX || *timeout / 1000000 < INT_MIN) return raise_overflow("timeout is too large");
    if (*timeout < 0) *timeout = -1;
    return true;
}

static Value poll_result(const struct pollfd *fds, int64_t count)
{
    Value list = list_new(0);
    for (int64_t i = 0; list && i < count; i++)
        if (fds[i].revents && !list_append(list, tuple_pack(2, int_new(fds[i].fd), int_new(fds[i].revents & 0xffff)))) return 0;
    return list;
}

static NATIVE(poll_poll)
{
    PollObj *p = (PollObj *)args[0];
    int64_t timeout, position = 0, count = 0;
    if (!poll_timeout(args[1], 1000000, &timeout)) return 0;
    if (p->running) return raise_runtime("concurrent poll() invocation");
    struct pollfd *fds = gc_buffer(sizeof *fds * (size_t)(dict_size(p->events) + 1));
    Value key, value;
    while (fds && dict_next(p->events, &position, &key, &value)) fds[count++] = (struct pollfd){.fd = (int)small_int_value(key), .events = (short)small_int_value(value)};
    if (!fds) return 0;
    int64_t deadline = deadline_after(timeout);
    int result;
    p->running = true;
    for (;;) {
        int ms = poll_milliseconds(timeout < 0 ? -1 : deadline_left(deadline));
        BLOCKING(result = poll(fds, (nfds_t)count, ms));
        if (result >= 0 || errno != EINTR) break;
        if (!safe_point()) return p->running = false, (Value)0;
    }
    p->running = false;
    return result < 0 ? raise_errno() : poll_result(fds, count);
}

static const NativeDef poll_methods[] = {
    {"register", "(self, fd, eventmask=<unrepresentable>, /)", poll_register, "Watch a descriptor for events.", 0},
    {"modify", "(self, fd, eventmask, /)", poll_modify, "Change the events a descriptor is watched for.", 0},
    {"unregister", "(self, fd, /)", poll_unregister, "Watch a descriptor no more.", 0},
    {"poll", "(self, timeout=None, /)", poll_poll, "Wait for events, at most `timeout` milliseconds: a list of (descriptor, events).", 0},
    {0},
};
static Type poll_type = {TYPE_INIT("select.poll", PollObj), .flags = TYPE_DISALLOW_NEW, .trace = poll_trace, .methods = poll_methods};

static NATIVE(select_poll)
{
    PollObj *p = gc_alloc(PollObj, &poll_type);
    Value events = p ? dict_new() : 0;
    if (!events) return 0;
    SET(p, events, events);
    return VALUE(p);
}

/* ---------------------------------------------------------------- epoll */

typedef struct EpollObj {
    Obj head;
    int fd;
} EpollObj;
static Type epoll_type;

static void epoll_finalize(Obj *o)
{
    EpollObj *e = (EpollObj *)o;
    if (e->fd >= 0) close(e->fd);
    e->fd = -1;
}
static bool epoll_open(EpollObj *e) { return e->fd >= 0 || raise_value("I/O operation on closed epoll object"); }

static Value epoll_wrap(Type *type, int fd)
{
    EpollObj *e = NEW_OF(EpollObj, type, epoll_type);
    if (e) e->fd = fd;
    else close(fd);
    return VALUE(e);
}
static Value epoll_make(Type *type, Value *args, size_t nargs, Value kwnames)
{
    static Signature *signature;
    Value out[2];
    int size, flags;
    if (!native_bind("epoll", "(sizehint=-1, flags=0)", &signature, args, nargs, kwnames, out) || !number_as_int(out[0], &size) || !number_as_int(out[1], &flags)) return 0;
    if (size != -1 && size <= 0) return raise_value("negative sizehint");
    if (flags & ~EPOLL_CLOEXEC) return raise_format(&exc_OSError, "invalid flags");
    int fd = epoll_create1(flags | EPOLL_CLOEXEC);
    return fd < 0 ? raise_errno() : epoll_wrap(type, fd);
}
static NATIVE(epoll_fromfd)
{
    int fd;
    return number_as_int(args[1], &fd) ? epoll_wrap((Type *)args[0], fd) : 0;
}
static NATIVE(epoll_close)
{
    EpollObj *e = (EpollObj *)args[0];
    int fd = e->fd, result = 0;
    if (fd < 0) return NONE;
    e->fd = -1;
    BLOCKING(result = close(fd));
    return none_or_error(result);
}
static Value epoll_get_closed(Value self) { return bool_value(((EpollObj *)self)->fd < 0); }
static NATIVE(epoll_fileno)
{
    EpollObj *e = (EpollObj *)args[0];
    return epoll_open(e) ? int_new(e->fd) : 0;
}

static Value epoll_control(EpollObj *e, int operation, Value descriptor, Value mask)
{
    struct epoll_event event = {.events = EPOLLIN | EPOLLPRI | EPOLLOUT};
    int fd, result;
    if (!descriptor_argument(descriptor, &fd)) return 0;
    if (mask) {
        Value n = number_index(mask);
        int64_t number;
        if (!n) return 0;
        int overflow = int_as_int64_overflow(n, &number);
        if (overflow < 0 || (!overflow && number < 0)) return raise_value("value must be positive");
        if (overflow > 0 || number > UINT32_MAX) return raise_overflow("Python int too large for C unsigned int");
        event.events = (uint32_t)number;
    }
    if (!epoll_open(e)) return 0;
    event.data.fd = fd;
    BLOCKING(result = epoll_ctl(e->fd, operation, fd, &event));
    return none_or_error(result);
}
static NATIVE(epoll_register) { return epoll_control((EpollObj *)args[0], EPOLL_CTL_ADD, args[1], args[2]); }
static NATIVE(epoll_modify) { return epoll_control((EpollObj *)args[0], EPOLL_CTL_MOD, args[1], args[2]); }
static NATIVE(epoll_unregister) { return epoll_control((EpollObj *)args[0], EPOLL_CTL_DEL, args[1], 0); }

static NATIVE(epoll_poll)
{
    EpollObj *e = (EpollObj *)args[0];
    int64_t timeout;
    int most, result;
    if (!epoll_open(e) || !number_as_int(args[2], &most) || !poll_timeout(args[1], 1000000000, &timeout)) return 0;
    if (most == -1) most = FD_SETSIZE - 1;
    else if (most < 1) return raise_value("maxevents must be greater than 0, got %d", most);
    if (most > INT_MAX / (int)sizeof(struct epoll_event)) return raise_memory();
    struct epoll_event *events = gc_buffer_raw(sizeof *events * (size_t)most);
    if (!events) return 0;
    int64_t deadline = deadline_after(timeout);
    for (;;) {
        int ms = poll_milliseconds(timeout < 0 ? -1 : deadline_left(deadline));
        BLOCKING(result = epoll_wait(e->fd, events, most, ms));
        if (result >= 0 || errno != EINTR) break;
        if (!safe_point()) return 0;
    }
    if (result < 0) return raise_errno();
    Value list = list_new(0);
    for (int i = 0; list && i < result; i++)
        if (!list_append(list, tuple_pack(2, int_new(events[i].data.fd), int_new(events[i].events)))) return 0;
    return list;
}
static NATIVE(epoll_enter) { return epoll_open((EpollObj *)args[0]) ? args[0] : 0; }
static NATIVE(epoll_exit) { return call_method_0(args[0], NAME("close")) ? NONE : 0; }

static const NativeDef epoll_methods[] = {
    {"fromfd", "(type, fd, /)", epoll_fromfd, "An epoll object of a descriptor.", NATIVE_CLASS},
    {"close", "(self, /)", epoll_close, "Close the descriptor.", 0},
    {"fileno", "(self, /)", epoll_fileno, "The descriptor.", 0},
    {"register", "(self, /, fd, eventmask=<unrepresentable>)", epoll_register, "Watch a descriptor for events.", 0},
    {"modify", "(self, /, fd, eventmask)", epoll_modify, "Change the events a descriptor is watched for.", 0},
    {"unregister", "(self, /, fd)", epoll_unregister, "Watch a descriptor no more.", 0},
    {"poll", "(self, /, timeout=None, maxevents=-1)", epoll_poll, "Wait for events, at most `timeout` seconds: a list of (descriptor, events).", 0},
    {"__enter__", "(self, /)", epoll_enter, 0, 0},
    {"__exit__", "(self, exc_type=None, exc_value=None, exc_tb=None, /)", epoll_exit, 0, 0},
    {0},
};
static const GetSetDef epoll_getset[] = {{"closed", epoll_get_closed, 0, "Whether the descriptor is closed."}, {0}};
static Type epoll_type = {TYPE_INIT("select.epoll", EpollObj),
                          .flags = TYPE_FINALIZE,
                          .finalize = epoll_finalize,
                          .new = epoll_make,
                          .methods = epoll_methods,
                          .getset = epoll_getset,
                          .doc = "An object that watches descriptors (edge and level triggered)."};

/* ---------------------------------------------------------------- the module */

static const NativeDef functions[] = {
    {"select", "(rlist, wlist, xlist, timeout=None, /)", select_select,
     "Wait until descriptors are ready for reading, for writing or have exceptional conditions: three lists of those that are.", 0},
    {"poll", "()", select_poll, "An object that watches descriptors.", 0},
    {0},
};

#define C(name) {#name, name}
static const struct {
    const char *name;
    int64_t value;
} constants[] = {
    C(PIPE_BUF),     C(POLLIN),         C(POLLPRI),     C(POLLOUT),     C(POLLERR),     C(POLLHUP),     C(POLLNVAL), C(POLLRDNORM),    C(POLLRDBAND), C(POLLWRNORM),
    C(POLLWRBAND),   C(POLLMSG),        C(POLLRDHUP),   C(EPOLLIN),     C(EPOLLOUT),    C(EPOLLPRI),    C(EPOLLERR), C(EPOLLHUP),      C(EPOLLRDHUP), C(EPOLLET),
    C(EPOLLONESHOT), C(EPOLLEXCLUSIVE), C(EPOLLRDNORM), C(EPOLLRDBAND), C(EPOLLWRNORM), C(EPOLLWRBAND), C(EPOLLMSG), C(EPOLL_CLOEXEC),
};

static bool init(Value module)
{
    for (size_t i = 0; i < sizeof constants / sizeof *constants; i++)
        if (!module_add_int(module, constants[i].name, constants[i].value & 0xffffffff)) return false;
    return type_ready(&poll_type) && module_add_type(module, &epoll_type) && module_add(module, "error", VALUE(&exc_OSError));
}

const ModuleDef module_select = {"select", "Waiting for input and output.", functions, init};
