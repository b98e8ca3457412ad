/* address.c: addresses of sockets, from and to Python's tuples. */
#include "module/_socket/socket.h"
#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <linux/vm_sockets.h>
#include <net/if.h>
#include <stdio.h>
#include <sys/un.h>

Value socket_gaierror, socket_herror;

uint64_t raise_gai(int error)
{
    if (error == EAI_SYSTEM) return raise_errno();
    Value exception = call_2(socket_gaierror, int_new(error), str_from_cstring(gai_strerror(error)));
    return exception ? raise_instance(exception) : 0;
}

bool host_argument(Value v, const char **text, Value *keep)
{
    size_t size;
    if (is_str(v)) {
        *keep = v;
        if (str_is_ascii(v)) *text = str_utf8(v, &size);
        else {
            Value encoded = str_encode(v, "idna", 0);
            if (!encoded) return error_clear(), raise_type("encoding of hostname failed");
            if (!is_bytes(encoded)) return raise_type("encoding of hostname failed");
            *keep = encoded;
            *text = (const char *)bytes_data(encoded);
            size = (size_t)bytes_size(encoded);
        }
    } else if (is_bytes(v) || is_instance_of(v, &bytearray_type)) {
        Value copy = bytes_from_object(v);
        if (!copy) return false;
        *keep = copy;
        *text = (const char *)bytes_data(copy);
        size = (size_t)bytes_size(copy);
    } else {
        return raise_type("str, bytes or bytearray expected, not %T", v);
    }
    if (!*text) return false;
    return strlen(*text) == size || raise_type("host name must not contain null character");
}

/* The first of what getaddrinfo knows. */
static bool lookup(const char *name, const char *service, int family, int flags, Address *address, bool only)
{
    struct addrinfo hints = {.ai_family = family, .ai_flags = flags, .ai_socktype = only ? SOCK_DGRAM : 0}, *found;
    int error;
    BLOCKING(error = getaddrinfo(name, service, &hints, &found));
    if (error) return raise_gai(error);
    bool several = only && found->ai_next;
    if (found->ai_addrlen > sizeof address->storage) found->ai_addrlen = sizeof address->storage;
    memcpy(&address->storage, found->ai_addr, found->ai_addrlen);
    address->size = found->ai_addrlen;
    freeaddrinfo(found);
    return !several || raise_format(&exc_OSError, "wildcard resolved to multiple address");
}

bool host_resolve(const char *name, int family, Address *address)
{
    memset(address, 0, sizeof *address);
    if (!*name) return lookup(0, "0", family, AI_PASSIVE, address, true);
    bool broadcast = !strcmp(name, "<broadcast>") || !strcmp(name, "255.255.255.255");
    if (broadcast && family != AF_INET && family != AF_UNSPEC) return raise_format(&exc_OSError, "address family mismatched");
    if (broadcast) {
        address->in = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = INADDR_BROADCAST};
        return address->size = sizeof address->in, true;
    }
    if ((family == AF_UNSPEC || family == AF_INET) && inet_pton(AF_INET, name, &address->in.sin_addr) > 0) {
        address->in.sin_family = AF_INET;
        return address->size = sizeof address->in, true;
    }
    if ((family == AF_UNSPEC || family == AF_INET6) && !strchr(name, '%') && inet_pton(AF_INET6, name, &address->in6.sin6_addr) > 0) {
        address->in6.sin6_family = AF_INET6;
        return address->size = sizeof address->in6, true;
    }
    memset(address, 0, sizeof *address);
    return lookup(name, 0, family, 0, address, false);
}

static bool port_argument(Value v, const char *function, int *port)
{
    Value n = number_index(v);
    int64_t number;
    if (!n) return false;
    if (int_as_int64_overflow(n, &number) || number < 0 || number > 0xffff) return raise_overflow("%s(): port must be 0-65535.", function);
    *port = (int)number;
    return true;
}

static bool unix_address(Value v, Address *address)
{
    struct sockaddr_un *un = (struct sockaddr_un *)&address->storage;
    Value path = is_str(v) ? str_encode(v, "utf-8", "surrogateescape") : v;
    Buffer buffer;
    if (!path || !buffer_get(path, &buffer, BUFFER_SIMPLE)) return false;
    size_t size = (size_t)buffer.length;
    bool abstract = !size || !*(char *)buffer.data;   /* an empty name: the kernel chooses one */
    bool fits = abstract ? size <= sizeof un->sun_path : size < sizeof un->sun_path;
    if (fits) memcpy(un->sun_path, buffer.data, size);
    buffer_release(&buffer);
    if (!fits) return raise_format(&exc_OSError, "AF_UNIX path too long");
    un->sun_family = AF_UNIX;
    address->size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + size + !abstract);
    return true;
}

static bool inet_address(SocketObj *s, Value v, const char *function, Address *address)
{
    const char *host;
    Value keep;
    int port;
    if (!is_tuple(v)) return raise_type("%s(): AF_INET address must be tuple, not %.500T", function, v);
    if (tuple_size(v) != 2) return raise_type("AF_INET address must be a pair (host, port)");
    if (!host_argument(tuple_get(v, 0), &host, &keep) || !port_argument(tuple_get(v, 1), function, &port) || !host_resolve(host, AF_INET, address)) return false;
    address->in.sin_family = AF_INET;
    address->in.sin_port = htons((uint16_t)port);
    address->size = sizeof address->in;
    return true;
}

static bool inet6_address(SocketObj *s, Value v, const char *function, Address *address)
{
    const char *host;
    Value keep;
    int port;
    int64_t flow = 0, scope = 0;
    if (!is_tuple(v)) return raise_type("%s(): AF_INET6 address must be tuple, not %.500T", function, v);
    int64_t size = tuple_size(v);
    if (size < 2 || size > 4) return raise_type("AF_INET6 address must be a tuple (host, port[, flowinfo[, scopeid]])");
    if (!host_argument(tuple_get(v, 0), &host, &keep) || !port_argument(tuple_get(v, 1), function, &port)) return false;
    if ((size > 2 && !number_as_int64(tuple_get(v, 2), &flow)) || (size > 3 && !number_as_int64(tuple_get(v, 3), &scope))) return false;
    if (flow < 0 || flow > 0xfffff) return raise_overflow("%s(): flowinfo must be 0-1048575.", function);
    if (!host_resolve(host, AF_INET6, address)) return false;
    address->in6.sin6_family = AF_INET6;
    address->in6.sin6_port = htons((uint16_t)port);
    address->in6.sin6_flowinfo = htonl((uint32_t)flow);
    if (size > 3) address->in6.sin6_scope_id = (uint32_t)scope;
    address->size = sizeof address->in6;
    return true;
}

/* A tuple of two unsigned ints. */
static bool pair_argument(Value v, const char *function, const char *family, uint32_t *a, uint32_t *b)
{
    Value first, second;
    if (!is_tuple(v)) return raise_type("%s(): %s address must be tuple, not %.500T", function, family, v);
    if (tuple_size(v) != 2) return raise_type("%s address must be a pair", family);
    if (!(first = number_index(tuple_get(v, 0))) || !(second = number_index(tuple_get(v, 1)))) return false;
    *a = (uint32_t)int_as_uint64_mask(first);
    *b = (uint32_t)int_as_uint64_mask(second);
    return true;
}
static bool netlink_address(Value v, const char *function, Address *address)
{
    struct sockaddr_nl *nl = (struct sockaddr_nl *)&address->storage;
    if (!pair_argument(v, function, "AF_NETLINK", &nl->nl_pid, &nl->nl_groups)) return false;
    nl->nl_family = AF_NETLINK;
    address->size = sizeof *nl;
    return true;
}
static bool vsock_address(Value v, const char *function, Address *address)
{
    struct sockaddr_vm *vm = (struct sockaddr_vm *)&address->storage;
    if (!pair_argument(v, function, "AF_VSOCK", &vm->svm_cid, &vm->svm_port)) return false;
    vm->svm_family = AF_VSOCK;
    address->size = sizeof *vm;
    return true;
}

static bool packet_address(Value v, const char *function, Address *address)
{
    struct sockaddr_ll *ll = (struct sockaddr_ll *)&address->storage;
    int protocol, kind = 0, hardware = 0;
    if (!is_tuple(v)) return raise_type("%s(): AF_PACKET address must be tuple, not %.500T", function, v);
    int64_t size = tuple_size(v);
    if (size < 2 || size > 5) return raise_type("AF_PACKET address must be a tuple of two to five elements");
    if (!is_str(tuple_get(v, 0))) return raise_type("interface name must be str, not %.200T", tuple_get(v, 0));
    const char *name = str_utf8(tuple_get(v, 0), 0);
    if (!name || !number_as_int(tuple_get(v, 1), &protocol) || (size > 2 && !number_as_int(tuple_get(v, 2), &kind)) || (size > 3 && !number_as_int(tuple_get(v, 3), &hardware)))
        return false;
    if (protocol < 0 || protocol > 0xffff) return raise_overflow("%s(): proto must be 0-65535.", function);
    unsigned index = if_nametoindex(name);
    if (!index && *name) return raise_errno();
    if (size > 4) {
        Buffer buffer;
        if (!buffer_get(tuple_get(v, 4), &buffer, BUFFER_SIMPLE)) return false;
        bool fits = buffer.length <= 8;
        if (fits) memcpy(ll->sll_addr, buffer.data, ll->sll_halen = (unsigned char)buffer.length);
        buffer_release(&buffer);
        if (!fits) return raise_value("Hardware address must be 8 bytes or less");
    }
    ll->sll_family = AF_PACKET;
    ll->sll_protocol = htons((uint16_t)protocol);
    ll->sll_ifindex = (int)index;
    ll->sll_pkttype = (unsigned char)kind;
    ll->sll_hatype = (unsigned short)hardware;
    address->size = sizeof *ll;
    return true;
}

bool address_argument(SocketObj *s, Value v, const char *function, Address *address)
{
    memset(address, 0, sizeof *address);
    switch (s->family) {
    case AF_UNIX: return unix_address(v, address);
    case AF_INET: return inet_address(s, v, function, address);
    case AF_INET6: return inet6_address(s, v, function, address);
    case AF_NETLINK: return netlink_address(v, function, address);
    case AF_VSOCK: return vsock_address(v, function, address);
    case AF_PACKET: return packet_address(v, function, address);
    default: return raise_format(&exc_OSError, "%s(): bad family", function);
    }
}

/* ---------------------------------------------------------------- to Python */

Value ip_text(int family, const void *bytes)
{
    char text[INET6_ADDRSTRLEN];
    return inet_ntop(family, bytes, text, sizeof text) ? str_from_cstring(text) : raise_errno();
}

static Value unix_value(const Address *address)
{
    const struct sockaddr_un *un = (const struct sockaddr_un *)&address->storage;
    int64_t size = (int64_t)address->size - (int64_t)offsetof(struct sockaddr_un, sun_path);
    if (size > (int64_t)sizeof un->sun_path) size = sizeof un->sun_path;
    if (size > 0 && !un->sun_path[0]) return bytes_new(un->sun_path, (size_t)size);
    return str_from_fs(un->sun_path, size > 0 ? strnlen(un->sun_path, (size_t)size) : 0);
}

static Value packet_value(const Address *address)
{
    const struct sockaddr_ll *ll = (const struct sockaddr_ll *)&address->storage;
    char name[IF_NAMESIZE] = "";
    if (ll->sll_ifindex && !if_indextoname((unsigned)ll->sll_ifindex, name)) *name = 0;
    return tuple_pack(5, str_from_fs(name, strlen(name)), int_new(ntohs(ll->sll_protocol)), int_new(ll->sll_pkttype), int_new(ll->sll_hatype),
                      bytes_new(ll->sll_addr, ll->sll_halen > 8 ? 8 : ll->sll_halen));
}

Value address_value(const Address *address, int proto)
{
    if (!address->size) return NONE;
    Value text;
    switch (address->any.sa_family) {
    case AF_INET: return (text = ip_text(AF_INET, &address->in.sin_addr)) ? tuple_pack(2, text, int_new(ntohs(address->in.sin_port))) : 0;
    case AF_INET6:
        text = ip_text(AF_INET6, &address->in6.sin6_addr);
        return text ? tuple_pack(4, text, int_new(ntohs(address->in6.sin6_port)), int_new(ntohl(address->in6.sin6_flowinfo)), int_new(address->in6.sin6_scope_id)) : 0;
    case AF_UNIX: return unix_value(address);
    case AF_PACKET: return packet_value(address);
    case AF_NETLINK: {
        const struct sockaddr_nl *nl = (const struct sockaddr_nl *)&address->storage;
        return tuple_pack(2, int_new(nl->nl_pid), int_new(nl->nl_groups));
    }
    case AF_VSOCK: {
        const struct sockaddr_vm *vm = (const struct sockaddr_vm *)&address->storage;
        return tuple_pack(2, int_new(vm->svm_cid), int_new(vm->svm_port));
    }
    default: return tuple_pack(2, int_new(address->any.sa_family), bytes_new(address->any.sa_data, sizeof address->any.sa_data));
    }
}
