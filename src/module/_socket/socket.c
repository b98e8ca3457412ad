/* socket.c: the socket type.
 *
 * A socket with a timeout has a descriptor that does not block; every call that may have to wait goes through SOCKET_CALL, which polls for what is left of the timeout.
 */
#include "module/_socket/socket.h"
#include <limits.h>
#include <sys/ioctl.h>

int64_t socket_default_timeout = -1;

/* ---------------------------------------------------------------- waiting */

/* 1: ready, 0: the time is over, -1: exception. */
static int wait_ready(int fd, short events, int64_t deadline)
{
    struct pollfd p = {.fd = fd, .events = events};
    for (;;) {
        int result, ms = poll_milliseconds(deadline_left(deadline));
        BLOCKING(result = poll(&p, 1, ms));
        if (result > 0) return 1;
        if (result == 0) return 0;
        if (errno != EINTR) return raise_errno(), -1;
        if (!safe_point()) return -1;
    }
}

bool socket_ready(SocketObj *s, short events, int64_t deadline)
{
    if (s->timeout <= 0 || s->fd < 0) return true;   /* of a closed one the call itself complains */
    int ready = wait_ready(s->fd, events, deadline);
    return ready > 0 || (ready == 0 && raise_format(&exc_TimeoutError, "timed out"));
}

bool socket_again(SocketObj *s)
{
    if (errno == EINTR) return safe_point();
    if (s->timeout > 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return true;
    return raise_errno();
}

static bool set_nonblocking(int fd, bool on)
{
    int flag = on;
    return ioctl(fd, FIONBIO, &flag) == 0 || raise_errno();
}

bool socket_timeout_argument(Value v, int64_t *timeout)
{
    *timeout = -1;
    if (v == NONE) return true;
    if (!timeout_nanoseconds(v, 1000000000, timeout)) return false;
    return *timeout >= 0 || raise_value("Timeout value out of range");
}
Value socket_timeout_value(int64_t timeout) { return timeout < 0 ? NONE : float_new((double)timeout / 1e9); }

/* ---------------------------------------------------------------- making and closing */

static Value socket_make(Type *type, Value *args, size_t nargs, Value kwnames)
{
    SocketObj *s = NEW_OF(SocketObj, type, socket_type);
    if (s) s->fd = -1, s->timeout = -1;
    return VALUE(s);
}

static bool adopt(SocketObj *s, int fd, int family, int type, int proto)
{
    s->fd = fd;
    s->family = family;
    s->type = type & ~(SOCK_NONBLOCK | SOCK_CLOEXEC);
    s->proto = proto;
    s->timeout = type & SOCK_NONBLOCK ? 0 : socket_default_timeout;
    return type & SOCK_NONBLOCK || socket_default_timeout < 0 || set_nonblocking(fd, true);
}

Value socket_wrap(int fd, int family, int type, int proto)
{
    SocketObj *s = gc_alloc(SocketObj, &socket_type);
    if (!s) return close(fd), (Value)0;
    return adopt(s, fd, family, type, proto) ? VALUE(s) : 0;
}

/* What an open descriptor knows of itself, where the arguments do not say it. */
static bool inspect(int fd, int *family, int *type, int *proto)
{
    Address address = {.size = sizeof address.storage};
    socklen_t size = sizeof(int);
    if (fd < 0) return raise_value("negative file descriptor");
    if (getsockname(fd, &address.any, &address.size) < 0) {
        if (*family == -1 || errno == EBADF || errno == ENOTSOCK) return raise_errno();
    } else if (*family == -1) {
        *family = address.any.sa_family;
    }
    if (*type == -1 && getsockopt(fd, SOL_SOCKET, SO_TYPE, type, &size) < 0) return raise_errno();
    size = sizeof(int);
    if (*proto == -1 && getsockopt(fd, SOL_SOCKET, SO_PROTOCOL, proto, &size) < 0) return raise_errno();
    return true;
}

static bool socket_init(Value self, Value *args, size_t nargs, Value kwnames)
{
    static Signature *signature;
    SocketObj *s = (SocketObj *)self;
    Value out[4];
    int family, type, proto, fd;
    if (!native_bind("socket", "(family=-1, type=-1, proto=-1, fileno=None)", &signature, args, nargs, kwnames, out)) return false;
    if (!number_as_int(out[0], &family) || !number_as_int(out[1], &type) || !number_as_int(out[2], &proto)) return false;
    if (!sys_audit("socket.__new__", 4, self, out[0], out[1], out[2])) return false;
    if (out[3] != NONE) {
        if (is_float(out[3])) return raise_type("integer argument expected, got float");
        if (!number_as_int(out[3], &fd) || !inspect(fd, &family, &type, &proto)) return false;
        return adopt(s, fd, family, type, proto);
    }
    if (family == -1) family = AF_INET;
    if (type == -1) type = SOCK_STREAM;
    if (proto == -1) proto = 0;
    BLOCKING(fd = socket(family, type | SOCK_CLOEXEC, proto));
    return fd < 0 ? raise_errno() : adopt(s, fd, family, type, proto);
}

static void socket_finalize(Obj *o)
{
    SocketObj *s = (SocketObj *)o;
    if (s->fd < 0) return;
    Value pending = error_take();
    if (!warn_format(&exc_ResourceWarning, 1, "unclosed %R", VALUE(s))) error_unraisable(VALUE(s), 0);
    error_restore(pending);
    int fd = s->fd;
    s->fd = -1;
    if (fd >= 0) close(fd);
}

static Value socket_repr(Value self)
{
    SocketObj *s = (SocketObj *)self;
    return str_format_c("<socket object, fd=%ld, family=%d, type=%d, proto=%d>", (long)s->fd, s->family, s->type, s->proto);
}

static NATIVE(socket_close)
{
    SocketObj *s = (SocketObj *)args[0];
    int fd = s->fd, result;
    if (fd < 0) return NONE;
    s->fd = -1;
    BLOCKING(result = close(fd));
    return result < 0 && errno != ECONNRESET ? raise_errno() : NONE;
}
static NATIVE(socket_detach)
{
    SocketObj *s = (SocketObj *)args[0];
    int fd = s->fd;
    s->fd = -1;
    return int_new(fd);
}
static NATIVE(socket_fileno) { return int_new(((SocketObj *)args[0])->fd); }

/* ---------------------------------------------------------------- timeouts */

static NATIVE(socket_setblocking)
{
    SocketObj *s = (SocketObj *)args[0];
    int block = object_truth(args[1]);
    if (block < 0) return 0;
    s->timeout = block ? -1 : 0;
    return set_nonblocking(s->fd, !block) ? NONE : 0;
}
static NATIVE(socket_getblocking) { return bool_value(((SocketObj *)args[0])->timeout != 0); }
static NATIVE(socket_settimeout)
{
    SocketObj *s = (SocketObj *)args[0];
    int64_t timeout;
    if (!socket_timeout_argument(args[1], &timeout)) return 0;
    s->timeout = timeout;
    return set_nonblocking(s->fd, timeout >= 0) ? NONE : 0;
}
static NATIVE(socket_gettimeout) { return socket_timeout_value(((SocketObj *)args[0])->timeout); }
static Value socket_get_timeout(Value self) { return socket_timeout_value(((SocketObj *)self)->timeout); }

/* ---------------------------------------------------------------- connections */

static NATIVE(socket_accept)
{
    SocketObj *s = (SocketObj *)args[0];
    Address address;
    int64_t deadline = socket_deadline(s);
    int64_t fd = SOCKET_CALL(s, POLLIN, deadline, (address = (Address){.size = sizeof address.storage}, accept4(s->fd, &address.any, &address.size, SOCK_CLOEXEC)));
    if (fd < 0) return 0;
    Value from = address_value(&address, s->proto);
    if (!from) return close((int)fd), (Value)0;
    return tuple_pack(2, int_new(fd), from);
}

static NATIVE(socket_bind)
{
    SocketObj *s = (SocketObj *)args[0];
    Address address;
    int result;
    if (!address_argument(s, args[1], "bind", &address) || !sys_audit("socket.bind", 2, args[0], args[1])) return 0;
    BLOCKING(result = bind(s->fd, &address.any, address.size));
    return none_or_error(result);
}

/* The error number, 0 when connected; -1: exception (a handler of a signal raised). */
static int connect_to(SocketObj *s, const Address *address)
{
    int result, error = 0;
    socklen_t size = sizeof error;
    BLOCKING(result = connect(s->fd, &address->any, address->size));
    if (result == 0) return 0;
    error = errno;
    if (error == EINTR && !safe_point()) return -1;
    if (!(error == EINTR && s->timeout != 0) && !(error == EINPROGRESS && s->timeout > 0)) return error;
    int ready = wait_ready(s->fd, POLLOUT, s->timeout > 0 ? socket_deadline(s) : INT64_MAX);
    if (ready <= 0) return ready < 0 ? -1 : EWOULDBLOCK;
    if (getsockopt(s->fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0) return errno;
    return error == EISCONN ? 0 : error;
}
static NATIVE(socket_connect)
{
    SocketObj *s = (SocketObj *)args[0];
    Address address;
    if (!address_argument(s, args[1], "connect", &address) || !sys_audit("socket.connect", 2, args[0], args[1])) return 0;
    int error = connect_to(s, &address);
    if (error < 0) return 0;
    if (error == EWOULDBLOCK && s->timeout > 0) return raise_format(&exc_TimeoutError, "timed out");
    errno = error;
    return error ? raise_errno() : NONE;
}
static NATIVE(socket_connect_ex)
{
    SocketObj *s = (SocketObj *)args[0];
    Address address;
    if (!address_argument(s, args[1], "connect_ex", &address) || !sys_audit("socket.connect", 2, args[0], args[1])) return 0;
    int error = connect_to(s, &address);
    return error < 0 ? 0 : int_new(error);
}

static NATIVE(socket_listen)
{
    SocketObj *s = (SocketObj *)args[0];
    int backlog, result;
    if (!number_as_int(args[1], &backlog)) return 0;
    BLOCKING(result = listen(s->fd, backlog < 0 ? 0 : backlog));
    return none_or_error(result);
}
static NATIVE(socket_shutdown)
{
    SocketObj *s = (SocketObj *)args[0];
    int how, result;
    if (!number_as_int(args[1], &how)) return 0;
    BLOCKING(result = shutdown(s->fd, how));
    return none_or_error(result);
}
static NATIVE(socket_getsockname)
{
    SocketObj *s = (SocketObj *)args[0];
    Address address = {.size = sizeof address.storage};
    return getsockname(s->fd, &address.any, &address.size) < 0 ? raise_errno() : address_value(&address, s->proto);
}
static NATIVE(socket_getpeername)
{
    SocketObj *s = (SocketObj *)args[0];
    Address address = {.size = sizeof address.storage};
    return getpeername(s->fd, &address.any, &address.size) < 0 ? raise_errno() : address_value(&address, s->proto);
}

/* ---------------------------------------------------------------- options */

static NATIVE(socket_getsockopt)
{
    SocketObj *s = (SocketObj *)args[0];
    int level, option, size, flag = 0;
    if (!number_as_int(args[1], &level) || !number_as_int(args[2], &option) || !number_as_int(args[3], &size)) return 0;
    socklen_t length = sizeof flag;
    if (!size) return getsockopt(s->fd, level, option, &flag, &length) < 0 ? raise_errno() : int_new(flag);
    if (size < 0 || size > 1024) return raise_format(&exc_OSError, "getsockopt buflen out of range");
    char buffer[1024];
    length = (socklen_t)size;
    return getsockopt(s->fd, level, option, buffer, &length) < 0 ? raise_errno() : bytes_new(buffer, length);
}
static NATIVE(socket_setsockopt)
{
    SocketObj *s = (SocketObj *)args[0];
    int level, option, flag;
    if (nargs < 4 || nargs > 5) return raise_type("setsockopt() takes %s %d arguments (%zu given)", nargs < 4 ? "at least" : "at most", nargs < 4 ? 3 : 4, nargs - 1);
    if (!number_as_int(args[1], &level) || !number_as_int(args[2], &option)) return 0;
    if (nargs == 5) {
        int64_t length;
        if (args[3] != NONE) return raise_type("setsockopt() argument 3 must be None, not %.50T", args[3]);
        if (!number_as_int64(args[4], &length)) return 0;
        if (length < 0 || length > UINT32_MAX) return raise_overflow("unsigned int is %s", length < 0 ? "less than minimum" : "greater than maximum");
        return none_or_error(setsockopt(s->fd, level, option, 0, (socklen_t)length));
    }
    if (is_int(args[3])) return number_as_int(args[3], &flag) ? none_or_error(setsockopt(s->fd, level, option, &flag, sizeof flag)) : 0;
    Buffer buffer;
    if (!buffer_get(args[3], &buffer, BUFFER_SIMPLE)) return 0;
    int result = setsockopt(s->fd, level, option, buffer.data, (socklen_t)buffer.length), error = errno;
    buffer_release(&buffer);
    errno = error;
    return none_or_error(result);
}

/* ---------------------------------------------------------------- receiving */

static Value receive(SocketObj *s, Value size_value, Value flags_value, const char *function, Address *from)
{
    int64_t size, deadline;
    int flags;
    if (!number_as_count(size_value, &size) || !number_as_int(flags_value, &flags)) return 0;
    if (size < 0) return raise_value("negative buffersize in %s", function);
    Value bytes = bytes_new(0, (size_t)size);
    if (!bytes) return 0;
    uint8_t *data = bytes_data(bytes);
    deadline = socket_deadline(s);
    int64_t n;
    if (from) n = SOCKET_CALL(s, POLLIN, deadline, (*from = (Address){.size = sizeof from->storage}, recvfrom(s->fd, data, (size_t)size, flags, &from->any, &from->size)));
    else n = SOCKET_CALL(s, POLLIN, deadline, recv(s->fd, data, (size_t)size, flags));
    return n < 0 ? 0 : n == size ? bytes : bytes_new(bytes_data(bytes), (size_t)n);
}
static NATIVE(socket_recv) { return receive((SocketObj *)args[0], args[1], args[2], "recv", 0); }
static NATIVE(socket_recvfrom)
{
    Address from;
    Value bytes = receive((SocketObj *)args[0], args[1], args[2], "recvfrom", &from), address = bytes ? address_value(&from, 0) : 0;
    return address ? tuple_pack(2, bytes, address) : 0;
}

static int64_t receive_into(SocketObj *s, Value *args, const char *function, const char *too_many, Address *from)
{
    Buffer buffer;
    int64_t size, n = -1;
    int flags;
    if (!buffer_get(args[1], &buffer, BUFFER_WRITABLE)) {
        if (error_clear_if(&exc_BufferError)) raise_type("%s() argument 1 must be read-write bytes-like object, not %.50T", function, args[1]);
        return -1;
    }
    if (number_as_count(args[2], &size) && number_as_int(args[3], &flags)) {
        if (size < 0) raise_value("negative buffersize in %s", function);
        else if (size > buffer.length) raise_value("%s", too_many);
        else {
            size_t room = (size_t)(size ? size : buffer.length);
            int64_t deadline = socket_deadline(s);
            if (from) n = SOCKET_CALL(s, POLLIN, deadline, (*from = (Address){.size = sizeof from->storage}, recvfrom(s->fd, buffer.data, room, flags, &from->any, &from->size)));
            else n = SOCKET_CALL(s, POLLIN, deadline, recv(s->fd, buffer.data, room, flags));
        }
    }
    buffer_release(&buffer);
    return n;
}
static NATIVE(socket_recv_into)
{
    int64_t n = receive_into((SocketObj *)args[0], args, "recv_into", "buffer too small for requested bytes", 0);
    return n < 0 ? 0 : int_new(n);
}
static NATIVE(socket_recvfrom_into)
{
    Address from;
    int64_t n = receive_into((SocketObj *)args[0], args, "recvfrom_into", "nbytes is greater than the length of the buffer", &from);
    Value address = n < 0 ? 0 : address_value(&from, 0);
    return address ? tuple_pack(2, int_new(n), address) : 0;
}

/* ---------------------------------------------------------------- sending */

static NATIVE(socket_send)
{
    SocketObj *s = (SocketObj *)args[0];
    Buffer buffer;
    int flags;
    if (!number_as_int(args[2], &flags) || !buffer_get(args[1], &buffer, BUFFER_SIMPLE)) return 0;
    int64_t deadline = socket_deadline(s), n = SOCKET_CALL(s, POLLOUT, deadline, send(s->fd, buffer.data, (size_t)buffer.length, flags));
    buffer_release(&buffer);
    return n < 0 ? 0 : int_new(n);
}
static NATIVE(socket_sendall)
{
    SocketObj *s = (SocketObj *)args[0];
    Buffer buffer;
    int flags;
    if (!number_as_int(args[2], &flags) || !buffer_get(args[1], &buffer, BUFFER_SIMPLE)) return 0;
    int64_t deadline = socket_deadline(s), n = 0;
    const char *data = buffer.data;
    size_t left = (size_t)buffer.length;
    do {
        n = SOCKET_CALL(s, POLLOUT, deadline, send(s->fd, data, left, flags));
        if (n < 0) break;
        data += n;
        left -= (size_t)n;
        if (!safe_point()) n = -1;   /* a signal may have cut the call short */
    } while (left && n >= 0);
    buffer_release(&buffer);
    return n < 0 ? 0 : NONE;
}
static NATIVE(socket_sendto)
{
    SocketObj *s = (SocketObj *)args[0];
    Buffer buffer;
    Address address;
    int flags = 0;
    if (nargs < 3 || nargs > 4) return raise_type("sendto() takes 2 or 3 arguments (%zu given)", nargs - 1);
    if (nargs == 4 && !number_as_int(args[2], &flags)) return 0;
    if (!buffer_get(args[1], &buffer, BUFFER_SIMPLE)) return 0;
    int64_t n = -1;
    if (address_argument(s, args[nargs - 1], "sendto", &address) && sys_audit("socket.sendto", 2, args[0], args[nargs - 1])) {
        int64_t deadline = socket_deadline(s);
        n = SOCKET_CALL(s, POLLOUT, deadline, sendto(s->fd, buffer.data, (size_t)buffer.length, flags, &address.any, address.size));
    }
    buffer_release(&buffer);
    return n < 0 ? 0 : int_new(n);
}

/* ---------------------------------------------------------------- the type */

extern Value socket_method_sendmsg(Value *, size_t, Value), socket_method_recvmsg(Value *, size_t, Value), socket_method_recvmsg_into(Value *, size_t, Value);
static const NativeDef socket_methods[] = {
    {"_accept", "(self, /)", socket_accept, "Wait for a connection: its descriptor and address.", 0},
    {"bind", "(self, address, /)", socket_bind, "Bind the socket to a local address.", 0},
    {"close", "(self, /)", socket_close, "Close the socket.", 0},
    {"connect", "(self, address, /)", socket_connect, "Connect to an address.", 0},
    {"connect_ex", "(self, address, /)", socket_connect_ex, "Connect to an address; returns the error number instead of raising.", 0},
    {"detach", "(self, /)", socket_detach, "Close the object, not the descriptor, and return that.", 0},
    {"fileno", "(self, /)", socket_fileno, "The descriptor.", 0},
    {"getpeername", "(self, /)", socket_getpeername, "The address of the other end.", 0},
    {"getsockname", "(self, /)", socket_getsockname, "The address of this end.", 0},
    {"getsockopt", "(self, level, option, buffersize=0, /)", socket_getsockopt, "An option: an int, or bytes if the size is not 0.", 0},
    {"setsockopt", "(self, level, option, value, optlen, /)", socket_setsockopt, "Set an option to an int, bytes, or None with a length.", NATIVE_VECTOR | NATIVE_NO_KEYWORDS},
    {"listen", "(self, backlog=128, /)", socket_listen, "Accept connections from now on.", 0},
    {"recv", "(self, bufsize, flags=0, /)", socket_recv, "Receive at most bufsize bytes.", 0},
    {"recv_into", "(self, /, buffer, nbytes=0, flags=0)", socket_recv_into, "Receive into a buffer; returns how much.", 0},
    {"recvfrom", "(self, bufsize, flags=0, /)", socket_recvfrom, "Receive; also the sender's address.", 0},
    {"recvfrom_into", "(self, /, buffer, nbytes=0, flags=0)", socket_recvfrom_into, "Receive into a buffer; also the sender's address.", 0},
    {"send", "(self, data, flags=0, /)", socket_send, "Send; returns how much was sent.", 0},
    {"sendall", "(self, data, flags=0, /)", socket_sendall, "Send all of the data.", 0},
    {"sendto", "(self, data, flags, address, /)", socket_sendto, "Send to an address.", NATIVE_VECTOR | NATIVE_NO_KEYWORDS},
    {"setblocking", "(self, flag, /)", socket_setblocking, "True: no timeout; False: a timeout of 0.", 0},
    {"getblocking", "(self, /)", socket_getblocking, "Whether the socket blocks.", 0},
    {"settimeout", "(self, timeout, /)", socket_settimeout, "Set the timeout in seconds; None: none.", 0},
    {"gettimeout", "(self, /)", socket_gettimeout, "The timeout in seconds, or None.", 0},
    {"shutdown", "(self, flag, /)", socket_shutdown, "Shut down one or both directions.", 0},
    {"recvmsg", "(self, bufsize, ancbufsize=0, flags=0, /)", socket_method_recvmsg, "Receive with ancillary data: (data, ancdata, flags, address).", 0},
    {"recvmsg_into", "(self, buffers, ancbufsize=0, flags=0, /)", socket_method_recvmsg_into, "Receive into buffers, with ancillary data: (size, ancdata, flags, address).", 0},
    {"sendmsg", "(self, buffers, ancdata=<unrepresentable>, flags=0, address=<unrepresentable>, /)", socket_method_sendmsg, "Send buffers and ancillary data.", 0},
    {0},
};
static const MemberDef socket_members[] = {{"family", MEMBER_INT, offsetof(SocketObj, family), false, "the socket family"},
                                           {"type", MEMBER_INT, offsetof(SocketObj, type), false, "the socket type"},
                                           {"proto", MEMBER_INT, offsetof(SocketObj, proto), false, "the socket protocol"},
                                           {0}};
static const GetSetDef socket_getset[] = {{"timeout", socket_get_timeout, 0, "the socket timeout"}, {0}};
Type socket_type = {TYPE_INIT("_socket.socket", SocketObj),
                    .flags = TYPE_BASE | TYPE_FINALIZE,
                    .finalize = socket_finalize,
                    .new = socket_make,
                    .init = socket_init,
                    .repr = socket_repr,
                    .methods = socket_methods,
                    .members = socket_members,
                    .getset = socket_getset,
                    .doc = "One end of a connection: socket(family=AF_INET, type=SOCK_STREAM, proto=0) or socket(fileno=descriptor)."};

static bool init(Value module)
{
    gc_root(&socket_gaierror);
    gc_root(&socket_herror);
    socket_gaierror = module_new_exception("socket.gaierror", VALUE(&exc_OSError), 0);
    socket_herror = module_new_exception("socket.herror", VALUE(&exc_OSError), 0);
    return module_add_type(module, &socket_type) && module_add(module, "SocketType", VALUE(&socket_type)) && module_add(module, "error", VALUE(&exc_OSError)) &&
           module_add(module, "timeout", VALUE(&exc_TimeoutError)) && module_add(module, "gaierror", socket_gaierror) && module_add(module, "herror", socket_herror) &&
           module_add(module, "has_ipv6", TRUE) && socket_add_constants(module);
}

const ModuleDef module__socket = {"_socket", "Sockets.", socket_functions, init};
