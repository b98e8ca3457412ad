/* message.c: sendmsg and recvmsg: scattered buffers and ancillary data. */
#include "module/_socket/socket.h"
#include <limits.h>

Value socket_method_sendmsg(Value *, size_t, Value), socket_method_recvmsg(Value *, size_t, Value), socket_method_recvmsg_into(Value *, size_t, Value);

/* ---------------------------------------------------------------- buffers */

typedef struct Buffers {
    Buffer *buffers;
    struct iovec *vectors;
    int64_t count;
} Buffers;

static void buffers_release(Buffers *b)
{
    for (int64_t i = 0; i < b->count; i++) buffer_release(&b->buffers[i]);
    b->count = 0;
}

static bool buffers_argument(Value list, int flags, Buffers *b)
{
    int64_t count = list_size(list);
    if (count > INT_MAX) return raise_format(&exc_OSError, "sendmsg() argument 1 is too long");
    b->count = 0;
    if (!(b->buffers = gc_buffer(sizeof *b->buffers * (size_t)(count + 1))) || !(b->vectors = gc_buffer(sizeof *b->vectors * (size_t)(count + 1)))) return false;
    for (int64_t i = 0; i < count; i++) {
        Buffer *buffer = &b->buffers[i];
        if (!buffer_get(list_get(list, i), buffer, flags)) {
            if (flags && (error_clear_if(&exc_TypeError) || error_clear_if(&exc_BufferError)))
                raise_type("recvmsg_into() argument 1 must be an iterable of single-segment read-write buffers");
            return false;
        }
        b->count++;
        b->vectors[i] = (struct iovec){buffer->data, (size_t)buffer->length};
    }
    return true;
}

static Value list_argument(Value v, const char *message)
{
    Value list = object_to_list(v);
    return list || !error_matches(&exc_TypeError) || type_of(v)->iter ? list : (error_clear(), raise_type("%s", message));
}

/* ---------------------------------------------------------------- sending */

/* The items of ancdata in the form of the kernel. */
static bool ancillary_argument(Value list, struct msghdr *message)
{
    int64_t count = list_size(list);
    size_t total = 0;
    Value *parts = gc_buffer(sizeof *parts * (size_t)(count + 1));
    int(*kinds)[2] = gc_buffer(sizeof *kinds * (size_t)(count + 1));
    Value keep = list_new(0);
    if (!parts || !kinds || !keep) return false;
    for (int64_t i = 0; i < count; i++) {
        Value item = list_get(list, i);
        if (!is_tuple(item) && !is_list(item)) return raise_type("[sendmsg() ancillary data items]() argument must be 3-item sequence, not %.50T", item);
        Value triple = object_to_tuple(item);
        if (!triple) return false;
        if (tuple_size(triple) != 3) return raise_type("[sendmsg() ancillary data items]() argument must be sequence of length 3, not %ld", (long)tuple_size(triple));
        if (!number_as_int(tuple_get(triple, 0), &kinds[i][0]) || !number_as_int(tuple_get(triple, 1), &kinds[i][1])) return false;
        Buffer buffer;
        if (!buffer_get(tuple_get(triple, 2), &buffer, BUFFER_SIMPLE)) return false;
        parts[i] = bytes_new(buffer.data, (size_t)buffer.length);
        buffer_release(&buffer);
        if (!parts[i] || !list_append(keep, parts[i])) return false;
        if (bytes_size(parts[i]) > INT_MAX) return raise_format(&exc_OSError, "ancillary data item too large");
        total += CMSG_SPACE((size_t)bytes_size(parts[i]));
        if (total > INT_MAX) return raise_format(&exc_OSError, "too much ancillary data");
    }
    if (!count) return true;
    if (!(message->msg_control = gc_buffer(total))) return false;
    message->msg_controllen = total;
    struct cmsghdr *c = CMSG_FIRSTHDR(message);
    for (int64_t i = 0; i < count && c; i++, c = CMSG_NXTHDR(message, c)) {
        size_t size = (size_t)bytes_size(parts[i]);
        c->cmsg_level = kinds[i][0];
        c->cmsg_type = kinds[i][1];
        c->cmsg_len = CMSG_LEN(size);
        memcpy(CMSG_DATA(c), bytes_data(parts[i]), size);
    }
    KEEP_ALIVE(keep);
    return true;
}

NATIVE(socket_method_sendmsg)
{
    SocketObj *s = (SocketObj *)args[0];
    struct msghdr message = {0};
    Address address;
    Buffers buffers = {0};
    int flags;
    int64_t n = -1;
    if (!number_as_int(args[3], &flags)) return 0;
    if (args[4] && args[4] != NONE) {
        if (!address_argument(s, args[4], "sendmsg", &address)) return 0;
        message.msg_name = &address.storage;
        message.msg_namelen = address.size;
    }
    if (!sys_audit("socket.sendmsg", 2, args[0], args[4] ? args[4] : NONE)) return 0;
    Value list = list_argument(args[1], "sendmsg() argument 1 must be an iterable"), ancillary = !list     ? 0
                                                                                                 : args[2] ? list_argument(args[2], "sendmsg() argument 2 must be an iterable")
                                                                                                           : list_new(0);
    if (ancillary && buffers_argument(list, BUFFER_SIMPLE, &buffers) && ancillary_argument(ancillary, &message)) {
        message.msg_iov = buffers.vectors;
        message.msg_iovlen = (size_t)buffers.count;
        int64_t deadline = socket_deadline(s);
        n = SOCKET_CALL(s, POLLOUT, deadline, sendmsg(s->fd, &message, flags));
    }
    buffers_release(&buffers);
    return n < 0 ? 0 : int_new(n);
}

/* ---------------------------------------------------------------- receiving */

static void close_rights(const struct cmsghdr *c, size_t size)
{
    if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS) return;
    for (size_t i = 0; i + sizeof(int) <= size; i += sizeof(int)) {
        int fd;
        memcpy(&fd, CMSG_DATA(c) + i, sizeof fd);
        close(fd);
    }
}

/* The payload of a header, cut to what lies in the buffer. false: the header itself is cut. */
static bool payload_size(const struct msghdr *message, const struct cmsghdr *c, size_t *size, bool *cut)
{
    const char *start = message->msg_control, *end = start + message->msg_controllen, *data = (const char *)CMSG_DATA((struct cmsghdr *)c);
    if ((const char *)c < start || (const char *)c + CMSG_LEN(0) > end || c->cmsg_len < CMSG_LEN(0)) return false;
    size_t room = (size_t)(end - data);
    *size = c->cmsg_len - CMSG_LEN(0);
    *cut = *size > room;
    if (*cut) *size = room;
    return true;
}

/* Each header's data as (level, type, bytes). When something fails, descriptors that came are closed. */
static Value ancillary_value(struct msghdr *message)
{
    Value list = list_new(0);
    for (struct cmsghdr *c = message->msg_controllen ? CMSG_FIRSTHDR(message) : 0; c; c = CMSG_NXTHDR(message, c)) {
        size_t size;
        bool cut;
        if (!payload_size(message, c, &size, &cut) || (cut && size == 0)) {
            if (list && !warn_format(&exc_RuntimeWarning, 1, "received malformed or improperly-truncated ancillary data")) list = 0;
            break;
        }
        if (cut && list && !warn_format(&exc_RuntimeWarning, 1, "received malformed or improperly-truncated ancillary data")) list = 0;
        Value item = list ? tuple_pack(3, int_new(c->cmsg_level), int_new(c->cmsg_type), bytes_new(CMSG_DATA(c), size)) : 0;
        if (!item || !list_append(list, item)) {
            list = 0;
            close_rights(c, size);
        }
        if (cut) break;
    }
    return list;
}

/* (first, ancillary data, flags, address); `first` is made by the caller from the size. */
static int64_t receive_message(SocketObj *s, struct msghdr *message, Value room_value, Value flags_value, Address *from, Value *ancillary, Value *address)
{
    int64_t room, n;
    int flags;
    if (!number_as_count(room_value, &room) || !number_as_int(flags_value, &flags)) return -1;
    if (room < 0 || room > INT_MAX) return raise_value("invalid ancillary data buffer length"), -1;
    void *control = room ? gc_buffer((size_t)room) : 0;
    if (room && !control) return -1;
    int64_t deadline = socket_deadline(s);
    n = SOCKET_CALL(s, POLLIN, deadline,
                    (*from = (Address){0}, message->msg_name = &from->storage, message->msg_namelen = sizeof from->storage, message->msg_control = control,
                     message->msg_controllen = (size_t)room, recvmsg(s->fd, message, flags)));
    if (n < 0) return -1;
    from->size = message->msg_namelen;
    *ancillary = ancillary_value(message);
    *address = *ancillary ? address_value(from, s->proto) : 0;
    return *address ? n : -1;
}

NATIVE(socket_method_recvmsg)
{
    SocketObj *s = (SocketObj *)args[0];
    int64_t size;
    Address from;
    Value ancillary, address;
    if (!number_as_count(args[1], &size)) return 0;
    if (size < 0) return raise_value("negative buffer size in recvmsg()");
    Value bytes = bytes_new(0, (size_t)size);
    if (!bytes) return 0;
    struct iovec vector = {bytes_data(bytes), (size_t)size};
    struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1};
    int64_t n = receive_message(s, &message, args[2], args[3], &from, &ancillary, &address);
    if (n < 0) return 0;
    if (n < size && !(bytes = bytes_new(bytes_data(bytes), (size_t)n))) return 0;
    return tuple_pack(4, bytes, ancillary, int_new(message.msg_flags), address);
}

NATIVE(socket_method_recvmsg_into)
{
    SocketObj *s = (SocketObj *)args[0];
    Buffers buffers = {0};
    Address from;
    Value ancillary, address;
    int64_t n = -1;
    Value list = list_argument(args[1], "recvmsg_into() argument 1 must be an iterable");
    if (!list) return 0;
    struct msghdr message = {0};
    if (buffers_argument(list, BUFFER_WRITABLE, &buffers)) {
        message.msg_iov = buffers.vectors;
        message.msg_iovlen = (size_t)buffers.count;
        n = receive_message(s, &message, args[2], args[3], &from, &ancillary, &address);
    }
    buffers_release(&buffers);
    return n < 0 ? 0 : tuple_pack(4, int_new(n), ancillary, int_new(message.msg_flags), address);
}
