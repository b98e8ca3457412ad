/* socket.h: what the files of the _socket module share.
 *
 * socket.c has the socket type, message.c its sendmsg and recvmsg, address.c converts addresses, names.c has the module's functions (hosts, services, interfaces),
 * constants.c the constants.
 */
#pragma once
#include "module/deadline.h"
#include "module/posix/posix.h"
#include "object/sequence.h"
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

typedef struct SocketObj {
    Obj head;
    int fd, family, type, proto;
    int64_t timeout; /* nanoseconds; -1: blocks for ever */
} SocketObj;
extern Type socket_type;
typedef struct Address {
    socklen_t size;
    union {
        struct sockaddr any;
        struct sockaddr_in in;
        struct sockaddr_in6 in6;
        struct sockaddr_storage storage;
    };
} Address;

/* A call that may block: waits until the socket is ready (as far as it has a timeout), and makes the call again when it was interrupted or the socket is not ready after all.
 * Negative: failed, with the exception set. */
#define SOCKET_CALL(s, events, deadline, call) \
    ({ \
        int64_t result_; \
        do { \
            result_ = -1; \
            if (!socket_ready((s), (events), (deadline))) break; \
            BLOCKING(result_ = (int64_t)(call)); \
        } while (result_ < 0 && socket_again(s)); \
        result_; \
    })
bool socket_ready(SocketObj *s, short events, int64_t deadline);
bool socket_again(SocketObj *s);
static inline int64_t socket_deadline(SocketObj *s) { return s->timeout > 0 ? deadline_after(s->timeout) : INT64_MAX; }
extern int64_t socket_default_timeout;
/* None or seconds. */
bool socket_timeout_argument(Value v, int64_t *timeout);
Value socket_timeout_value(int64_t timeout);
/* A socket object of an open descriptor. */
Value socket_wrap(int fd, int family, int type, int proto);

/* address.c */
bool address_argument(SocketObj *s, Value v, const char *function, Address *address);
Value address_value(const Address *address, int proto);
/* A host name or numeric address: *text is 0-terminated and belongs to *keep. */
bool host_argument(Value v, const char **text, Value *keep);
/* Resolves `name` into address, of the family (or AF_UNSPEC); the port is left 0. */
bool host_resolve(const char *name, int family, Address *address);
Value ip_text(int family, const void *bytes);
uint64_t raise_gai(int error);
extern Value socket_gaierror, socket_herror;

extern const NativeDef socket_functions[];
bool socket_add_constants(Value module);
