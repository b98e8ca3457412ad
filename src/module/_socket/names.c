/* names.c: the functions of _socket: hosts, services, protocols, interfaces, and bytes of addresses. */
#include "module/_socket/socket.h"
#include <arpa/inet.h>
#include <limits.h>
#include <net/if.h>
#include <stdio.h>

enum { HOST_BUFFER = 16384 };

/* ---------------------------------------------------------------- getaddrinfo, getnameinfo */

static NATIVE(socket_getaddrinfo)
{
    const char *host = 0, *service = 0;
    Value keep, port_text;
    struct addrinfo hints = {0}, *found;
    int error;
    if (args[0] != NONE) {
        if (!is_str(args[0]) && !is_bytes(args[0])) return raise_type("getaddrinfo() argument 1 must be string or None");
        if (!host_argument(args[0], &host, &keep)) return 0;
    }
    if (is_int(args[1])) {
        int64_t port;
        if (!int_as_int64(args[1], &port) || !(port_text = str_format_c("%ld", (long)port)) || !(service = str_utf8(port_text, 0))) return 0;
    } else if (is_str(args[1])) {
        if (!(service = str_utf8(args[1], 0))) return 0;
    } else if (is_bytes(args[1])) {
        service = (const char *)bytes_data(args[1]);
    } else if (args[1] != NONE) {
        return raise_format(&exc_OSError, "Int or String expected");
    }
    if (!number_as_int(args[2], &hints.ai_family) || !number_as_int(args[3], &hints.ai_socktype) || !number_as_int(args[4], &hints.ai_protocol) ||
        !number_as_int(args[5], &hints.ai_flags))
        return 0;
    if (!sys_audit("socket.getaddrinfo", 5, args[0], args[1], args[2], args[3], args[4])) return 0;
    BLOCKING(error = getaddrinfo(host, service, &hints, &found));
    if (error) return raise_gai(error);
    Value list = list_new(0);
    for (struct addrinfo *a = found; list && a; a = a->ai_next) {
        Address address = {.size = a->ai_addrlen < sizeof address.storage ? a->ai_addrlen : sizeof address.storage};
        memcpy(&address.storage, a->ai_addr, address.size);
        Value where = address_value(&address, 0), name = where ? str_from_fs(a->ai_canonname ? a->ai_canonname : "", a->ai_canonname ? strlen(a->ai_canonname) : 0) : 0;
        if (!name || !list_append(list, tuple_pack(5, int_new(a->ai_family), int_new(a->ai_socktype), int_new(a->ai_protocol), name, where))) list = 0;
    }
    freeaddrinfo(found);
    return list;
}

static NATIVE(socket_getnameinfo)
{
    int flags, port, error;
    int64_t flow = 0, scope = 0;
    Value tuple = args[0];
    if (!number_as_int(args[1], &flags)) return 0;
    if (!is_tuple(tuple)) return raise_type("getnameinfo() argument 1 must be a tuple");
    int64_t size = tuple_size(tuple);
    if (size < 2 || size > 4 || !is_str(tuple_get(tuple, 0))) return raise_type("getnameinfo(): illegal sockaddr argument");
    const char *host = str_utf8(tuple_get(tuple, 0), 0);
    if (!host || !number_as_int(tuple_get(tuple, 1), &port) || (size > 2 && !number_as_int64(tuple_get(tuple, 2), &flow)) ||
        (size > 3 && !number_as_int64(tuple_get(tuple, 3), &scope)))
        return 0;
    if (flow < 0 || flow > 0xfffff) return raise_overflow("getnameinfo(): flowinfo must be 0-1048575.");
    if (!sys_audit("socket.getnameinfo", 1, tuple)) return 0;
    char service[32], host_buffer[NI_MAXHOST], service_buffer[NI_MAXSERV];
    snprintf(service, sizeof service, "%d", port);
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_DGRAM, .ai_flags = AI_NUMERICHOST}, *found;
    BLOCKING(error = getaddrinfo(host, service, &hints, &found));
    if (error) return raise_gai(error);
    Value result = 0;
    if (found->ai_next) raise_format(&exc_OSError, "sockaddr resolved to multiple addresses");
    else if (found->ai_family == AF_INET && size != 2) raise_format(&exc_OSError, "IPv4 sockaddr must be 2 tuple");
    else {
        if (found->ai_family == AF_INET6) {
            struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)found->ai_addr;
            in6->sin6_flowinfo = htonl((uint32_t)flow);
            in6->sin6_scope_id = (uint32_t)scope;
        }
        BLOCKING(error = getnameinfo(found->ai_addr, found->ai_addrlen, host_buffer, sizeof host_buffer, service_buffer, sizeof service_buffer, flags));
        if (error) raise_gai(error);
        else result = tuple_pack(2, str_from_fs(host_buffer, strlen(host_buffer)), str_from_fs(service_buffer, strlen(service_buffer)));
    }
    freeaddrinfo(found);
    return result;
}

/* ---------------------------------------------------------------- gethostby... */

static Value raise_host(int error)
{
    Value exception = call_2(socket_herror, int_new(error), str_from_cstring(hstrerror(error)));
    return exception ? raise_instance(exception) : 0;
}

/* (name, aliases, addresses) */
static Value host_value(const struct hostent *h)
{
    Value aliases = list_new(0), addresses = aliases ? list_new(0) : 0;
    if (!addresses) return 0;
    for (char **a = h->h_aliases; a && *a; a++)
        if (!list_append(aliases, str_from_fs(*a, strlen(*a)))) return 0;
    for (char **a = h->h_addr_list; a && *a; a++) {
        Value text = ip_text(h->h_addrtype, *a);
        if (!text || !list_append(addresses, text)) return 0;
    }
    return tuple_pack(3, str_from_fs(h->h_name, strlen(h->h_name)), aliases, addresses);
}

static bool host_name_argument(Value v, const char *function, const char **name, Value *keep)
{
    if (!is_str(v) && !is_bytes(v) && !is_instance_of(v, &bytearray_type)) return raise_bad_argument(function, "1", "str, bytes or bytearray", v);
    return host_argument(v, name, keep) && sys_audit(function[9] == 'a' ? "socket.gethostbyaddr" : "socket.gethostbyname", 1, v);
}
static NATIVE(socket_gethostbyname)
{
    const char *name;
    Value keep;
    Address address;
    if (!host_name_argument(args[0], "gethostbyname", &name, &keep) || !host_resolve(name, AF_INET, &address)) return 0;
    return ip_text(AF_INET, &address.in.sin_addr);
}
static NATIVE(socket_gethostbyname_ex)
{
    const char *name;
    Value keep;
    Address address;
    if (!host_name_argument(args[0], "gethostbyname_ex", &name, &keep) || !host_resolve(name, AF_INET, &address)) return 0;
    struct hostent entry, *found;
    int error, failed;
    char *buffer = gc_buffer_raw(HOST_BUFFER);
    if (!buffer) return 0;
    BLOCKING(failed = gethostbyname_r(name, &entry, buffer, HOST_BUFFER, &found, &error));
    return failed || !found ? raise_host(error) : host_value(found);
}
static NATIVE(socket_gethostbyaddr)
{
    const char *name;
    Value keep;
    Address address;
    if (!host_name_argument(args[0], "gethostbyaddr", &name, &keep) || !host_resolve(name, AF_UNSPEC, &address)) return 0;
    bool v4 = address.any.sa_family == AF_INET;
    if (!v4 && address.any.sa_family != AF_INET6) return raise_format(&exc_OSError, "unsupported address family");
    struct hostent entry, *found;
    int error, failed;
    char *buffer = gc_buffer_raw(HOST_BUFFER);
    if (!buffer) return 0;
    const void *bytes = v4 ? (void *)&address.in.sin_addr : (void *)&address.in6.sin6_addr;
    BLOCKING(failed = gethostbyaddr_r(bytes, v4 ? 4 : 16, address.any.sa_family, &entry, buffer, HOST_BUFFER, &found, &error));
    return failed || !found ? raise_host(error) : host_value(found);
}

static NATIVE(socket_gethostname)
{
    char name[1024];
    if (!sys_audit("socket.gethostname", 0)) return 0;
    if (gethostname(name, sizeof name - 1) < 0) return raise_errno();
    name[sizeof name - 1] = 0;
    return str_from_fs(name, strlen(name));
}
static NATIVE(socket_sethostname)
{
    size_t size;
    const char *name = path_bytes(args[0], &size);
    return name && sys_audit("socket.sethostname", 1, args[0]) ? none_or_error(sethostname(name, size)) : 0;
}

/* ---------------------------------------------------------------- services and protocols */

static bool text_argument(Value v, const char *function, const char *argument, const char **text)
{
    *text = 0;
    if (!v) return true;
    if (!is_str(v)) return raise_bad_argument(function, argument, "str", v);
    return (*text = str_utf8(v, 0)) != 0;
}
static NATIVE(socket_getservbyname)
{
    const char *name, *protocol;
    if (!text_argument(args[0], "getservbyname", "1", &name) || !text_argument(args[1], "getservbyname", "2", &protocol)) return 0;
    if (!sys_audit("socket.getservbyname", 2, args[0], args[1] ? args[1] : str_empty)) return 0;
    struct servent *entry;
    BLOCKING(entry = getservbyname(name, protocol));
    return entry ? int_new(ntohs((uint16_t)entry->s_port)) : raise_format(&exc_OSError, "service/proto not found");
}
static NATIVE(socket_getservbyport)
{
    int port;
    const char *protocol;
    if (!number_as_int(args[0], &port) || !text_argument(args[1], "getservbyport", "2", &protocol)) return 0;
    if (port < 0 || port > 0xffff) return raise_overflow("getservbyport: port must be 0-65535.");
    if (!sys_audit("socket.getservbyport", 2, args[0], args[1] ? args[1] : str_empty)) return 0;
    struct servent *entry;
    BLOCKING(entry = getservbyport(htons((uint16_t)port), protocol));
    return entry ? str_from_fs(entry->s_name, strlen(entry->s_name)) : raise_format(&exc_OSError, "port/proto not found");
}
static NATIVE(socket_getprotobyname)
{
    const char *name;
    if (!text_argument(args[0], "getprotobyname", "1", &name)) return 0;
    struct protoent *entry;
    BLOCKING(entry = getprotobyname(name));
    return entry ? int_new(entry->p_proto) : raise_format(&exc_OSError, "protocol not found");
}

/* ---------------------------------------------------------------- descriptors */

static NATIVE(socket_close_fd)
{
    int fd, result;
    if (!number_as_int(args[0], &fd)) return 0;
    BLOCKING(result = close(fd));
    return result < 0 && errno != ECONNRESET ? raise_errno() : NONE;
}
static NATIVE(socket_dup)
{
    int fd;
    return number_as_int(args[0], &fd) ? int_or_error(fcntl(fd, F_DUPFD_CLOEXEC, 0)) : 0;
}
static NATIVE(socket_socketpair)
{
    int family = AF_UNIX, type, proto, fds[2];
    if ((args[0] && !number_as_int(args[0], &family)) || !number_as_int(args[1], &type) || !number_as_int(args[2], &proto)) return 0;
    if (socketpair(family, type | SOCK_CLOEXEC, proto, fds) < 0) return raise_errno();
    Value first = socket_wrap(fds[0], family, type, proto);
    if (!first) return close(fds[1]), (Value)0;
    Value second = socket_wrap(fds[1], family, type, proto);
    return second ? tuple_pack(2, first, second) : 0;
}

/* ---------------------------------------------------------------- bytes of numbers and addresses */

static Value swap16(Value v, const char *function)
{
    int64_t number;
    if (!number_as_int64(v, &number)) return 0;
    if (number < 0) return raise_overflow("%s: can't convert negative Python int to C 16-bit unsigned integer", function);
    if (number > 0xffff) return raise_overflow("%s: Python int too large to convert to C 16-bit unsigned integer", function);
    return int_new(htons((uint16_t)number));
}
static NATIVE(socket_htons) { return swap16(args[0], "htons"); }
static NATIVE(socket_ntohs) { return swap16(args[0], "ntohs"); }
static NATIVE(socket_htonl)
{
    uint64_t number;
    if (!is_int(args[0])) return raise_type("expected int, %T found", args[0]);
    if (int_sign(args[0]) < 0) return raise_overflow("can't convert negative value to unsigned int");
    if (!int_as_uint64(args[0], &number)) return error_clear(), raise_overflow("Python int too large to convert to C unsigned long");
    return number > UINT32_MAX ? raise_overflow("int larger than 32 bits") : int_new(htonl((uint32_t)number));
}

static NATIVE(socket_inet_aton)
{
    struct in_addr address;
    if (!is_str(args[0])) return raise_bad_argument("inet_aton", "1", "str", args[0]);
    const char *text = str_utf8(args[0], 0);
    if (!text) return 0;
    return inet_aton(text, &address) ? bytes_new(&address, sizeof address) : raise_format(&exc_OSError, "illegal IP address string passed to inet_aton");
}
static NATIVE(socket_inet_ntoa)
{
    Buffer buffer;
    struct in_addr address;
    if (!buffer_get(args[0], &buffer, BUFFER_SIMPLE)) return 0;
    bool fits = buffer.length == sizeof address;
    if (fits) memcpy(&address, buffer.data, sizeof address);
    buffer_release(&buffer);
    return fits ? ip_text(AF_INET, &address) : raise_format(&exc_OSError, "packed IP wrong length for inet_ntoa");
}
static NATIVE(socket_inet_pton)
{
    int family;
    char packed[16];
    if (!number_as_int(args[0], &family)) return 0;
    if (!is_str(args[1])) return raise_bad_argument("inet_pton", "2", "str", args[1]);
    const char *text = str_utf8(args[1], 0);
    if (!text) return 0;
    int result = inet_pton(family, text, packed);
    if (result < 0) return raise_errno();
    if (!result) return raise_format(&exc_OSError, "illegal IP address string passed to inet_pton");
    return family == AF_INET ? bytes_new(packed, 4) : family == AF_INET6 ? bytes_new(packed, 16) : raise_format(&exc_OSError, "unknown address family");
}
static NATIVE(socket_inet_ntop)
{
    int family;
    Buffer buffer;
    char packed[16];
    if (!number_as_int(args[0], &family) || !buffer_get(args[1], &buffer, BUFFER_SIMPLE)) return 0;
    int64_t size = buffer.length, wanted = family == AF_INET ? 4 : 16;
    if (size == wanted) memcpy(packed, buffer.data, (size_t)size);
    buffer_release(&buffer);
    if (family != AF_INET && family != AF_INET6) return raise_value("unknown address family %d", family);
    return size == wanted ? ip_text(family, packed) : raise_value("invalid length of packed IP address string");
}

/* ---------------------------------------------------------------- interfaces */

static NATIVE(socket_if_nameindex)
{
    struct if_nameindex *all = if_nameindex();
    if (!all) return raise_errno();
    Value list = list_new(0);
    for (struct if_nameindex *i = all; list && i->if_index && i->if_name; i++)
        if (!list_append(list, tuple_pack(2, int_new(i->if_index), str_from_fs(i->if_name, strlen(i->if_name))))) list = 0;
    if_freenameindex(all);
    return list;
}
static NATIVE(socket_if_nametoindex)
{
    const char *name = path_bytes(args[0], 0);
    if (!name) return 0;
    unsigned index = if_nametoindex(name);
    return index ? int_new(index) : raise_format(&exc_OSError, "no interface with this name");
}
static NATIVE(socket_if_indextoname)
{
    char name[IF_NAMESIZE + 1];
    uint64_t index;
    Value n = number_index(args[0]);
    if (!n) return 0;
    if (int_sign(n) < 0) return raise_overflow("can't convert negative value to unsigned int");
    if (!int_as_uint64(n, &index)) return 0;
    return if_indextoname((unsigned)index, name) ? str_from_fs(name, strlen(name)) : raise_errno();
}

/* ---------------------------------------------------------------- the rest */

static NATIVE(socket_getdefaulttimeout) { return socket_timeout_value(socket_default_timeout); }
static NATIVE(socket_setdefaulttimeout)
{
    int64_t timeout;
    if (!socket_timeout_argument(args[0], &timeout)) return 0;
    socket_default_timeout = timeout;
    return NONE;
}
static bool length_argument(Value v, int64_t *length, const char *function)
{
    if (!number_as_count(v, length)) {
        if (error_clear_if(&exc_OverflowError)) raise_overflow("Python int too large to convert to C ssize_t");
        return false;
    }
    return (*length >= 0 && *length < INT_MAX - 64) || raise_overflow("%s() argument out of range", function);
}
static NATIVE(socket_CMSG_LEN)
{
    int64_t length;
    return length_argument(args[0], &length, "CMSG_LEN") ? int_new((int64_t)CMSG_LEN((size_t)length)) : 0;
}
static NATIVE(socket_CMSG_SPACE)
{
    int64_t length;
    return length_argument(args[0], &length, "CMSG_SPACE") ? int_new((int64_t)CMSG_SPACE((size_t)length)) : 0;
}

#define F(name, signature, text) {#name, signature, socket_##name, text, 0}
/* clang-format off */
const NativeDef socket_functions[] = {
    F(gethostbyname, "(host, /)", "The IPv4 address of a host."), F(gethostbyname_ex, "(host, /)", "(name, aliases, addresses) of a host."), F(gethostbyaddr, "(host, /)", "(name, aliases, addresses) of an address."),
    F(gethostname, "()", "The name of this host."), F(sethostname, "(name, /)", "Set the name of this host."),
    F(getservbyname, "(servicename, protocolname=<unrepresentable>, /)", "The port of a service."), F(getservbyport, "(port, protocolname=<unrepresentable>, /)", "The service of a port."),
    F(getprotobyname, "(name, /)", "The number of a protocol."), {"close", "(fd, /)", socket_close_fd, "Close a descriptor.", 0}, F(dup, "(fd, /)", "A duplicate of a descriptor, not inheritable."),
    F(socketpair, "(family=<unrepresentable>, type=1, proto=0, /)", "Two connected sockets."), F(ntohs, "(integer, /)", "16 bits from network to host byte order."),
    {"ntohl", "(integer, /)", socket_htonl, "32 bits from network to host byte order.", 0}, F(htons, "(integer, /)", "16 bits from host to network byte order."), F(htonl, "(integer, /)", "32 bits from host to network byte order."),
    F(inet_aton, "(ip_addr, /)", "An IPv4 address as bytes."), F(inet_ntoa, "(packed_ip, /)", "An IPv4 address as text."), F(inet_pton, "(af, ip, /)", "An address as bytes."), F(inet_ntop, "(af, packed_ip, /)", "An address as text."),
    F(getaddrinfo, "(host, port, family=0, type=0, proto=0, flags=0)", "What to connect to, to reach a host's service."), F(getnameinfo, "(sockaddr, flags, /)", "(host, port) of an address."),
    F(getdefaulttimeout, "()", "The timeout of new sockets."), F(setdefaulttimeout, "(timeout, /)", "Set the timeout of new sockets."), F(if_nameindex, "()", "The network interfaces: (index, name)."),
    F(if_nametoindex, "(if_name, /)", "The index of an interface."), F(if_indextoname, "(if_index, /)", "The name of an interface."), F(CMSG_LEN, "(length, /)", "The size of an ancillary item."),
    F(CMSG_SPACE, "(length, /)", "The room an ancillary item takes."), {0},
};
/* clang-format on */
