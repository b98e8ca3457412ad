/* buffered.c: BufferedReader, BufferedWriter, BufferedRandom.
 *
 * One struct serves all three. Reading and writing have buffers of their own; at any time at most one of them holds something that the raw stream's position does not show:
 * reading ahead puts it `in_end - in_at` too far, pending output `out_end - out_at` too near. Before the one is used, the other is settled (settle_reading, flush_pending).
 * One thread at a time is inside (enter/leave); the same thread coming in again, through a signal handler say, is an error.
 */
#include "module/_io/io.h"
#include "module/_io/buffered.h"
#include <errno.h>
#include <unistd.h>

/* --- entering */

bool buffered_enter_slow(BufferedObj *b)
{
    unsigned long mine = thread_self->serial;
    if (b->owner == mine) return raise_runtime("reentrant call inside %R", VALUE(b));
    /* Another thread is inside, blocked in its raw stream. That is rare, and the wait ends with a system call anyway: so poll. A thread that writes without a pause is
     * outside only while it holds the interpreter's lock: after a while it is asked to hand the object over when it leaves.
     * A thread that was inside when this process was forked will not come back. */
    bool going_on = true;
    for (long pause_us = 50; going_on && b->owner && b->owner != mine && thread_serial_known(b->owner);) {
        if (thread_finalizing) return raise_runtime("could not acquire lock for %R at interpreter shutdown, possibly due to daemon threads", VALUE(b));
        BLOCKING(usleep((useconds_t)pause_us));
        if (pause_us < 3200) pause_us *= 2;
        else if (!b->next_owner || !thread_serial_known(b->next_owner)) b->next_owner = mine;
        going_on = safe_point();
    }
    if (b->next_owner == mine) b->next_owner = 0;
    if (going_on) b->owner = mine;
    else if (b->owner == mine) buffered_leave(b);
    return going_on;
}

bool buffered_check(BufferedObj *b)
{
    if (b->ok && b->raw) return true;
    if (b->detached) return raise_value("raw stream has been detached");
    return raise_value("I/O operation on uninitialized object");
}

static int is_closed(BufferedObj *b)
{
    if (is_fileio(b->raw)) return ((FileObj *)b->raw)->fd < 0;
    return io_closed(b->raw);
}

bool buffered_check_open(BufferedObj *b, const char *message)
{
    if (!buffered_check(b)) return false;
    int closed = is_closed(b);
    if (closed > 0) return raise_value("%s", message);
    return closed == 0;
}

/* --- the raw stream */

Value io_blocking_error(const char *message, int64_t written)
{
    Value call[4] = {0, int_new(errno == 0 ? EAGAIN : errno), str_from_cstring(message), int_new(written)};
    Value exception = call[2] ? object_call(VALUE(&exc_BlockingIOError), call + 1, 3, 0) : 0;
    return exception ? raise_instance(exception) : 0;
}
static Value would_block(int64_t written)
{
    errno = EAGAIN;
    return io_blocking_error("write could not complete without blocking", written);
}

static bool forget_position(BufferedObj *b)
{
    b->position = -1;
    return true;
}

/* raw.readinto(memory) or raw.write(memory), which is kept alive by `owner`: the number of bytes moved. */
static int64_t raw_call(BufferedObj *b, Value method, void *data, int64_t size, bool writing, Value owner)
{
    Value view = memoryview_from_memory(data, size, writing, owner), result;
    if (!view) return IO_ERROR;
    do result = call_method_1(b->raw, method, view);
    while (!result && io_interrupted());
    memoryview_end(view);
    if (!result) return IO_ERROR;
    if (result == NONE) return IO_WOULD_BLOCK;
    int64_t n;
    if (!number_as_index(result, &n, &exc_ValueError)) {
        if (!writing) raise_from(&exc_OSError, "raw readinto() failed");
        return IO_ERROR;
    }
    if (n >= 0 && n <= size) return n;
    raise_format(&exc_OSError, "raw %U() returned invalid length %zd (should have been between 0 and %zd)", method, n, size);
    return IO_ERROR;
}

static int64_t moved(BufferedObj *b, int64_t n)
{
    if (n > 0 && b->position >= 0) b->position += n;
    return n;
}

static int64_t raw_read(BufferedObj *b, uint8_t *data, int64_t size, Value owner)
{
    return moved(b, is_fileio(b->raw) ? fileio_read((FileObj *)b->raw, data, size) : raw_call(b, NAME("readinto"), data, size, false, owner));
}

static int64_t raw_write(BufferedObj *b, const uint8_t *data, int64_t size, Value owner)
{
    return moved(b, is_fileio(b->raw) ? fileio_write((FileObj *)b->raw, data, size) : raw_call(b, NAME("write"), (void *)data, size, true, owner));
}

static int64_t check_position(BufferedObj *b, Value result)
{
    int64_t position;
    if (!result || !io_offset(result, &position)) return -1;
    if (position < 0) {
        raise_format(&exc_OSError, "Raw stream returned invalid position %lld", (long long)position);
        return -1;
    }
    b->position = position;
    return position;
}

static int64_t raw_tell(BufferedObj *b)
{
    if (is_fileio(b->raw)) return b->position = fileio_seek((FileObj *)b->raw, 0, SEEK_CUR);
    forget_position(b);
    return check_position(b, call_method_0(b->raw, NAME("tell")));
}

static int64_t raw_seek(BufferedObj *b, int64_t target, int whence)
{
    forget_position(b);
    if (is_fileio(b->raw)) return b->position = fileio_seek((FileObj *)b->raw, target, whence);
    return check_position(b, call_method_2(b->raw, NAME("seek"), int_new(target), int_new(whence)));
}

/* --- the two buffers */

static inline int64_t ahead(BufferedObj *b) { return b->in_end - b->in_at; }
static inline void drop_input(BufferedObj *b) { b->in_at = b->in_end = 0; }

/* What was read ahead is given back, so that the raw stream stands where the user thinks. */
static bool settle_reading(BufferedObj *b)
{
    int64_t n = ahead(b);
    if (n > 0 && b->can_write && raw_seek(b, -n, SEEK_CUR) < 0) return false;
    drop_input(b);
    return true;
}

static bool flush_pending(BufferedObj *b)
{
    while (b->out_at < b->out_end) {
        int64_t n = raw_write(b, b->out + b->out_at, b->out_end - b->out_at, VALUE(b));
        if (n == IO_ERROR) return false;
        if (n == IO_WOULD_BLOCK) return would_block(0);
        b->out_at += n;
        if (!safe_point()) return false;
    }
    b->out_at = b->out_end = 0;
    return true;
}

/* One raw read into the empty input buffer. */
static int64_t fill(BufferedObj *b)
{
    if (!b->in) {
        uint8_t *memory = gc_buffer_raw((size_t)b->size);
        if (!memory) return IO_ERROR;
        SET(b, in, memory);
    }
    drop_input(b);
    int64_t n = raw_read(b, b->in, b->size, VALUE(b));
    if (n > 0) b->in_end = n;
    return n;
}

/* --- reading (inside; output is flushed) */

static Value read_all(BufferedObj *b)
{
    Value head = bytes_new(b->in + b->in_at, (size_t)ahead(b));
    if (!head) return 0;
    drop_input(b);
    Value readall = is_fileio(b->raw) ? NAME("readall") : 0;
    if (!readall) {
        Value found = object_getattr_opt(b->raw, NAME("readall"));
        if (!found && thread_self->exception) return 0;
        if (found) readall = NAME("readall");
    }
    if (readall) {
        Value rest = call_method_0(b->raw, readall);
        forget_position(b);
        if (!rest) return 0;
        if (rest != NONE && !is_bytes(rest)) return raise_type("readall() should return bytes");
        if (bytes_size(head) == 0) return rest;
        return rest == NONE ? head : bytes_concat(head, rest);
    }
    BytesBuilder all = {0};
    if (!bytes_builder_add(&all, bytes_data(head), (size_t)bytes_size(head))) return 0;
    forget_position(b);
    for (;;) {
        Value data;
        do data = call_method_0(b->raw, NAME("read"));
        while (!data && io_interrupted());
        if (!data) return 0;
        if (data != NONE && !is_bytes(data)) return raise_type("read() should return bytes");
        if (data == NONE || bytes_size(data) == 0) return all.size == 0 ? data : bytes_builder_finish(&all);
        if (!bytes_builder_add(&all, bytes_data(data), (size_t)bytes_size(data))) return 0;
    }
}

/* Fills `target` from the buffer and the raw stream until it is full, the file ends, or reading would block. `once`: at most one raw read.
 * Returns the number of bytes, IO_WOULD_BLOCK if there were none because of that, IO_ERROR. */
static int64_t read_to(BufferedObj *b, uint8_t *target, int64_t size, Value owner, bool once)
{
    int64_t have = ahead(b) < size ? ahead(b) : size;
    if (have) memcpy(target, b->in + b->in_at, (size_t)have);
    b->in_at += have;
    /* read1() and its like read the raw stream at most once: after something from the buffer only when more than a buffer is missing. */
    if (once && have && size - have <= b->size) return have;
    while (have < size) {
        int64_t want = size - have, n;
        if (want >= b->size || (once && want > b->size)) {
            /* Large pieces go straight to the target. */
            n = raw_read(b, target + have, once ? want : want - want % b->size, owner);
            if (n > 0) have += n;
        } else {
            n = fill(b);
            if (n > 0) {
                int64_t take = n < want ? n : want;
                memcpy(target + have, b->in, (size_t)take);
                b->in_at = take;
                have += take;
            }
        }
        if (n == IO_ERROR) return IO_ERROR;
        if (n == 0) return have;
        if (n == IO_WOULD_BLOCK) return have ? have : IO_WOULD_BLOCK;
        if (once) break;
    }
    return have;
}

static Value read_bytes(BufferedObj *b, int64_t size, bool once)
{
    Value result = bytes_new(0, (size_t)size);
    if (!result) return 0;
    int64_t n = read_to(b, bytes_data(result), size, result, once);
    if (n == IO_ERROR) return 0;
    if (n == IO_WOULD_BLOCK) return once ? bytes_empty : NONE;
    return n == size ? result : bytes_cut(result, n);
}

/* Readers need the input buffer's side: in a BufferedRandom pending output goes out first. */
static inline bool begin_reading(BufferedObj *b) { return b->out_at == b->out_end || flush_pending(b); }

static NATIVE(reader_read)
{
    BufferedObj *b = (BufferedObj *)args[0];
    int64_t size;
    if (!buffered_check(b) || !io_size(args[1], &size)) return 0;
    if (size < -1) return raise_value("read length must be non-negative or -1");
    if (!buffered_check_open(b, "read of closed file")) return 0;
    if (!buffered_enter(b)) return 0;
    Value result = 0;
    if (begin_reading(b)) {
        if (size < 0) result = read_all(b);
        else if (size <= ahead(b)) {
            result = bytes_new(b->in + b->in_at, (size_t)size);
            if (result) b->in_at += size;
        } else result = read_bytes(b, size, false);
    }
    buffered_leave(b);
    return result;
}

Value buffered_read1(BufferedObj *b, int64_t size)
{
    if (!buffered_check_open(b, "read of closed file")) return 0;
    if (size < 0) size = b->size;
    if (size == 0) return bytes_empty;
    if (!buffered_enter(b)) return 0;
    Value result = 0;
    if (begin_reading(b)) {
        int64_t have = ahead(b);
        if (have > 0) {
            result = bytes_new(b->in + b->in_at, (size_t)(have < size ? have : size));
            if (result) b->in_at += bytes_size(result);
        } else {
            drop_input(b);
            result = bytes_new(0, (size_t)size);
            int64_t n = result ? raw_read(b, bytes_data(result), size, result) : IO_ERROR;
            result = n == IO_ERROR ? 0 : bytes_cut(result, n < 0 ? 0 : n);
        }
    }
    buffered_leave(b);
    return result;
}

static NATIVE(reader_read1)
{
    int64_t size;
    if (!buffered_check((BufferedObj *)args[0]) || !number_as_count(args[1], &size)) return 0;
    return buffered_read1((BufferedObj *)args[0], size);
}

static Value reader_into(Value *args, bool once)
{
    BufferedObj *b = (BufferedObj *)args[0];
    Buffer buffer;
    if (!buffered_check(b)) return 0;
    if (!io_get_writable(args[1], &buffer, once ? "readinto1" : "readinto")) return 0;
    int64_t n = IO_ERROR;
    if (buffered_check_open(b, once ? "readinto of closed file" : "readinto of closed file") && buffered_enter(b)) {
        if (begin_reading(b)) n = buffer.length ? read_to(b, buffer.data, buffer.length, args[1], once) : 0;
        buffered_leave(b);
    }
    buffer_release(&buffer);
    return n == IO_ERROR ? 0 : n == IO_WOULD_BLOCK ? NONE : int_new(n);
}
static NATIVE(reader_readinto) { return reader_into(args, false); }
static NATIVE(reader_readinto1) { return reader_into(args, true); }

static NATIVE(reader_peek)
{
    BufferedObj *b = (BufferedObj *)args[0];
    int64_t ignored;
    if (!number_as_count(args[1], &ignored)) return 0;
    if (!buffered_check_open(b, "peek of closed file") || !buffered_enter(b)) return 0;
    Value result = 0;
    if (begin_reading(b)) {
        int64_t n = ahead(b);
        if (n == 0) n = fill(b);
        if (n != IO_ERROR) result = bytes_new(b->in + b->in_at, (size_t)(n < 0 ? 0 : ahead(b)));
    }
    buffered_leave(b);
    return result;
}

/* A line, of at most `limit` bytes (-1: any length). */
static Value read_line(BufferedObj *b, int64_t limit)
{
    uint8_t *start = b->in + b->in_at;
    int64_t n = limit >= 0 && limit < ahead(b) ? limit : ahead(b);
    uint8_t *end = n ? memchr(start, '\n', (size_t)n) : 0;
    if (end || (n == limit)) {
        if (end) n = end - start + 1;
        Value line = bytes_new(start, (size_t)n);
        if (line) b->in_at += n;
        return line;
    }
    if (!buffered_enter(b)) return 0;
    Value result = 0;
    BytesBuilder line = {0};
    if (!begin_reading(b)) goto done;
    for (;;) {
        n = ahead(b);
        if (limit >= 0 && n > limit - (int64_t)line.size) n = limit - (int64_t)line.size;
        start = b->in + b->in_at;
        end = n ? memchr(start, '\n', (size_t)n) : 0;
        if (end) n = end - start + 1;
        if (n && !bytes_builder_add(&line, start, (size_t)n)) goto done;
        b->in_at += n;
        if (end || (int64_t)line.size == limit) break;
        n = fill(b);
        if (n == IO_ERROR) goto done;
        if (n <= 0) break;
    }
    result = bytes_builder_finish(&line);
done:
    buffered_leave(b);
    return result;
}

static NATIVE(reader_readline)
{
    BufferedObj *b = (BufferedObj *)args[0];
    int64_t limit;
    if (!buffered_check(b) || !io_size(args[1], &limit)) return 0;
    if (!buffered_check_open(b, "readline of closed file")) return 0;
    return read_line(b, limit < 0 ? -1 : limit);
}

static Value reader_next(Value self)
{
    BufferedObj *b = (BufferedObj *)self;
    if (!buffered_check(b)) return 0;
    Value line;
    if (self && (is_buffered_reader(self) || is_buffered_random(self))) {
        if (!buffered_check_open(b, "readline of closed file")) return 0;
        line = read_line(b, -1);
    } else {
        line = call_method_0(self, NAME("readline"));
        if (line && !is_bytes(line)) return raise_format(&exc_OSError, "readline() should have returned a bytes object, not '%.200s'", type_of(line)->name);
    }
    return line && bytes_size(line) ? line : 0;
}

/* --- writing */

/* Makes room for `size` bytes at the end of the output buffer, if need be by moving what is pending to its start. */
static bool make_room(BufferedObj *b, int64_t size)
{
    if (!b->out) {
        uint8_t *memory = gc_buffer_raw((size_t)b->size);
        if (!memory) return false;
        SET(b, out, memory);
    }
    if (b->out_end + size > b->size && b->out_at) {
        memmove(b->out, b->out + b->out_at, (size_t)(b->out_end - b->out_at));
        b->out_end -= b->out_at;
        b->out_at = 0;
    }
    return true;
}

/* data belongs to `owner`. Returns the number of bytes taken or -1. */
static int64_t write_inside(BufferedObj *b, const uint8_t *data, int64_t size, Value owner)
{
    if (b->in_end && !settle_reading(b)) return -1;
    if (!make_room(b, size)) return -1;
    int64_t room = b->size - b->out_end;
    if (size <= room) {
        memcpy(b->out + b->out_end, data, (size_t)size);
        b->out_end += size;
        return size;
    }
    if (!flush_pending(b)) {
        if (!error_matches(&exc_BlockingIOError)) return -1;
        Value error = error_take();
        if (!make_room(b, b->size)) return -1;
        room = b->size - b->out_end;
        if (size <= room) {
            memcpy(b->out + b->out_end, data, (size_t)size);
            b->out_end += size;
            return size;
        }
        memcpy(b->out + b->out_end, data, (size_t)room);
        b->out_end += room;
        SET((OSErrorObj *)error, written, room);
        would_block(room);
        return -1;
    }
    int64_t done = 0;
    while (size - done > b->size) {
        int64_t n = raw_write(b, data + done, size - done, owner);
        if (n == IO_ERROR) return -1;
        if (n == IO_WOULD_BLOCK) {
            if (size - done <= b->size) break;
            memcpy(b->out, data + done, (size_t)b->size);
            b->out_at = 0;
            b->out_end = b->size;
            would_block(done + b->size);
            return -1;
        }
        done += n;
        if (!safe_point()) return -1;
    }
    memcpy(b->out, data + done, (size_t)(size - done));
    b->out_at = 0;
    b->out_end = size - done;
    return size;
}

static int64_t write_from(BufferedObj *b, const uint8_t *data, int64_t size, Value owner)
{
    if (!buffered_enter(b)) return -1;
    /* While this thread waited to come in, the stream may have been closed. */
    int64_t n = buffered_check_open(b, "write to closed file") ? write_inside(b, data, size, owner) : -1;
    buffered_leave(b);
    return n;
}

int64_t buffered_write(BufferedObj *b, const uint8_t *data, int64_t size)
{
    if (!buffered_check(b)) return -1;
    return write_from(b, data, size, VALUE(b));
}

static NATIVE(writer_write)
{
    BufferedObj *b = (BufferedObj *)args[0];
    Buffer buffer;
    if (!buffered_check(b) || !buffer_get(args[1], &buffer, BUFFER_SIMPLE)) return 0;
    int64_t n = write_from(b, buffer.data, buffer.length, args[1]);
    buffer_release(&buffer);
    return n < 0 ? 0 : int_new(n);
}

static bool flush_and_settle(BufferedObj *b)
{
    if (!flush_pending(b)) return false;
    return !b->can_read || !b->in_end || settle_reading(b);
}

static NATIVE(buffered_flush)
{
    BufferedObj *b = (BufferedObj *)args[0];
    if (!buffered_check_open(b, "flush of closed file") || !buffered_enter(b)) return 0;
    bool ok = flush_and_settle(b);
    buffered_leave(b);
    return ok ? NONE : 0;
}

/* BufferedReader has no output: its flush is the raw stream's. */
static NATIVE(reader_flush)
{
    BufferedObj *b = (BufferedObj *)args[0];
    if (!buffered_check(b)) return 0;
    return call_method_0(b->raw, NAME("flush"));
}

/* --- position */

static NATIVE(buffered_tell)
{
    BufferedObj *b = (BufferedObj *)args[0];
    if (!buffered_check(b)) return 0;
    int64_t position = raw_tell(b);
    if (position < 0) return 0;
    position += b->out_end - b->out_at - ahead(b);
    return int_new(position < 0 ? 0 : position);
}

/* Within what has been read ahead, only the index moves. -2: not there; -1: error. */
static int64_t seek_inside(BufferedObj *b, int64_t target, int whence)
{
    if (whence == SEEK_END || !b->can_read || b->out_at < b->out_end || !b->in_end) return -2;
    int64_t current = b->position >= 0 ? b->position : raw_tell(b);
    if (current < 0) return -1;
    int64_t here = current - ahead(b);
    int64_t offset = whence == SEEK_SET ? target - here : target;
    if (offset < -b->in_at || offset > ahead(b)) return -2;
    b->in_at += offset;
    return here + offset;
}

static NATIVE(buffered_seek)
{
    BufferedObj *b = (BufferedObj *)args[0];
    int whence;
    int64_t target;
    if (!buffered_check(b) || !number_as_int(args[2], &whence)) return 0;
    if (whence < 0 || whence > SEEK_HOLE) return raise_value("whence value %d unsupported", whence);
    if (!buffered_check_open(b, "seek of closed file")) return 0;
    if (!is_fileio(b->raw) || ((FileObj *)b->raw)->seekable <= 0)
        if (!io_check_seekable(b->raw)) return 0;
    if (!io_offset(args[1], &target)) return 0;
    if (!buffered_enter(b)) return 0;
    int64_t position = whence <= SEEK_END ? seek_inside(b, target, whence) : -2;
    if (position == -2) {
        position = -1;
        if (flush_pending(b)) {
            if (whence == SEEK_CUR) target -= ahead(b);
            position = raw_seek(b, target, whence);
            if (position >= 0) drop_input(b);
        }
    }
    buffered_leave(b);
    return position < 0 ? 0 : int_new(position);
}

static NATIVE(buffered_truncate)
{
    BufferedObj *b = (BufferedObj *)args[0];
    if (!buffered_check_open(b, "truncate of closed file")) return 0;
    if (!b->can_write) return raise_unsupported("truncate");
    if (!buffered_enter(b)) return 0;
    Value result = flush_and_settle(b) ? call_method_1(b->raw, NAME("truncate"), args[1]) : 0;
    if (result) raw_tell(b);
    if (result && thread_self->exception) error_clear();
    buffered_leave(b);
    return result;
}

/* --- life */

static bool buffered_start(BufferedObj *b, Value raw, int64_t size)
{
    if (size <= 0) return raise_value("buffer size must be strictly positive");
    SET(b, raw, raw);
    b->size = size;
    b->in = b->out = 0;
    b->in_at = b->in_end = b->out_at = b->out_end = 0;
    b->owner = b->next_owner = 0;
    b->detached = false;
    /* Buffers are made when first used; but one that cannot be made should be an error here. */
    if (size > 1 << 26) {
        uint8_t *memory = gc_buffer_raw((size_t)size);
        if (!memory) return false;
        if (b->can_read) b->in = memory;
        else b->out = memory;
        gc_barrier(b);
    }
    if (is_fileio(raw)) b->position = lseek(((FileObj *)raw)->fd, 0, SEEK_CUR);
    else if (raw_tell(b) < 0) error_clear();
    b->ok = true;
    return true;
}

static bool init_with(const char *name, Value self, Value *args, size_t nargs, Value kwnames, Signature **cache, bool readable, bool writable)
{
    Value a[2];
    int64_t size;
    if (!native_bind(name, "(raw, buffer_size=8192)", cache, args, nargs, kwnames, a)) return false;
    if (!number_as_count(a[1], &size)) return false;
    BufferedObj *b = (BufferedObj *)self;
    b->ok = b->detached = false;
    if (readable && writable && !io_check_seekable(a[0])) return false;
    if (readable && !io_check_readable(a[0])) return false;
    if (writable && !io_check_writable(a[0])) return false;
    b->can_read = readable;
    b->can_write = writable;
    return buffered_start(b, a[0], size);
}

static bool reader_init(Value self, Value *args, size_t nargs, Value kwnames)
{
    static Signature *cache;
    return init_with("BufferedReader", self, args, nargs, kwnames, &cache, true, false);
}
static bool writer_init(Value self, Value *args, size_t nargs, Value kwnames)
{
    static Signature *cache;
    return init_with("BufferedWriter", self, args, nargs, kwnames, &cache, false, true);
}
static bool random_init(Value self, Value *args, size_t nargs, Value kwnames)
{
    static Signature *cache;
    return init_with("BufferedRandom", self, args, nargs, kwnames, &cache, true, true);
}

Value buffered_new(Type *type, Value raw, int64_t size)
{
    BufferedObj *b = (BufferedObj *)type_alloc(type, 0);
    if (!b) return 0;
    b->can_read = type != &buffered_writer_type;
    b->can_write = type != &buffered_reader_type;
    return buffered_start(b, raw, size) ? VALUE(b) : 0;
}

static void buffered_trace(Obj *o)
{
    BufferedObj *b = (BufferedObj *)o;
    gc_visit(b->base.dict);
    gc_visit(b->raw);
    gc_visit_buffer(b->in);
    gc_visit_buffer(b->out);
}

static NATIVE(buffered_close)
{
    BufferedObj *b = (BufferedObj *)args[0];
    if (!buffered_check(b)) return 0;
    int closed = is_closed(b);
    if (closed) return closed < 0 ? 0 : NONE;
    if (b->base.finalizing) {
        Value call[3] = {0, VALUE(b)};
        if (!call_method(b->raw, NAME("_dealloc_warn"), call + 1, 1)) error_clear();
    }
    /* Whatever happens to the flush, the raw stream is closed. */
    bool ok = call_method_0(VALUE(b), NAME("flush")) != 0;
    Value pending = error_take();
    bool inside = buffered_enter(b);
    Value result = inside ? call_method_0(b->raw, NAME("close")) : 0;
    if (inside) buffered_leave(b);
    b->in = b->out = 0;
    b->in_at = b->in_end = b->out_at = b->out_end = 0;
    if (result) error_restore(pending);
    else io_chain(pending);
    return ok && result ? result : 0;
}

static NATIVE(buffered_detach)
{
    BufferedObj *b = (BufferedObj *)args[0];
    if (!buffered_check(b) || !call_method_0(VALUE(b), NAME("flush"))) return 0;
    Value raw = b->raw;
    b->raw = 0;
    b->detached = true;
    b->ok = false;
    return raw;
}

static NATIVE(buffered_dealloc_warn)
{
    BufferedObj *b = (BufferedObj *)args[0];
    if (b->ok && b->raw) {
        if (!call_method_1(b->raw, NAME("_dealloc_warn"), args[1])) error_clear();
    }
    return NONE;
}

static Value buffered_repr(Value self)
{
    Value name = object_getattr_opt(self, NAME("name"));
    if (!name && thread_self->exception) {
        if (!error_clear_if(&exc_ValueError)) return 0;
    }
    const char *type = type_of(self)->name;
    if (!name) return str_format_c("<%s>", type);
    int entered = repr_enter(self);
    if (entered > 0) return raise_runtime("reentrant call inside %s.__repr__", type);
    if (entered < 0) return 0;
    Value text = str_format_c("<%s name=%R>", type, name);
    repr_leave(self);
    return text;
}

static NATIVE(buffered_sizeof)
{
    BufferedObj *b = (BufferedObj *)args[0];
    return int_new((int64_t)sizeof *b + (b->in ? b->size : 0) + (b->out ? b->size : 0));
}

#define FORWARD(name) \
    static NATIVE(buffered_##name) { return buffered_check((BufferedObj *)args[0]) ? call_method_0(((BufferedObj *)args[0])->raw, NAME(#name)) : 0; }
FORWARD(seekable)
FORWARD(readable)
FORWARD(writable)
FORWARD(fileno)
FORWARD(isatty)
#undef FORWARD

static Value get_raw_attribute(Value self, Value name) { return buffered_check((BufferedObj *)self) ? object_getattr(((BufferedObj *)self)->raw, name) : 0; }
static Value get_closed(Value self) { return get_raw_attribute(self, NAME("closed")); }
static Value get_name(Value self) { return get_raw_attribute(self, NAME("name")); }
static Value get_mode(Value self) { return get_raw_attribute(self, NAME("mode")); }

static const GetSetDef buffered_getset[] = {{"closed", get_closed, 0, 0}, {"name", get_name, 0, 0}, {"mode", get_mode, 0, 0}, {0}};
static const MemberDef buffered_members[] = {
    {"raw", MEMBER_VALUE_OR_NONE, offsetof(BufferedObj, raw), false, 0}, {"_finalizing", MEMBER_BOOL, offsetof(IOBaseObj, finalizing), true, 0}, {0}};

#define COMMON_METHODS \
    {"detach", "(self, /)", buffered_detach, "Separates the raw stream and returns it.", 0}, {"close", "(self, /)", buffered_close, "Flushes and closes.", 0}, \
        {"seekable", "(self, /)", buffered_seekable, 0, 0}, {"fileno", "(self, /)", buffered_fileno, 0, 0}, {"isatty", "(self, /)", buffered_isatty, 0, 0}, \
        {"_dealloc_warn", "(self, source, /)", buffered_dealloc_warn, 0, 0}, {"__sizeof__", "(self, /)", buffered_sizeof, 0, 0}, \
        {"__reduce__", "(self, /)", io_no_pickle, 0, 0}, {"__reduce_ex__", "(self, protocol, /)", io_no_pickle, 0, 0}, \
        {"truncate", "(self, pos=None, /)", buffered_truncate, "Changes the size of the file.", 0}, {"tell", "(self, /)", buffered_tell, "The position.", 0}, \
        {"seek", "(self, target, whence=0, /)", buffered_seek, "Moves the position and returns it.", 0}
#define READ_METHODS \
    {"read", "(self, size=-1, /)", reader_read, "'size' bytes, fewer only at the end of the file; all that are left if 'size' is negative.", 0}, \
        {"read1", "(self, size=-1, /)", reader_read1, "Up to 'size' bytes with at most one read of the raw stream.", 0}, \
        {"peek", "(self, size=0, /)", reader_peek, "Bytes that come next, without moving the position.", 0}, \
        {"readinto", "(self, buffer, /)", reader_readinto, "Reads into a buffer.", 0}, \
        {"readinto1", "(self, buffer, /)", reader_readinto1, "Reads into a buffer, at most one raw read.", 0}, {"readline", "(self, size=-1, /)", reader_readline, "One line.", 0}

static const NativeDef reader_methods[] = {COMMON_METHODS, READ_METHODS, {"flush", "(self, /)", reader_flush, 0, 0}, {"readable", "(self, /)", buffered_readable, 0, 0}, {0}};
static const NativeDef writer_methods[] = {COMMON_METHODS,
                                           {"write", "(self, buffer, /)", writer_write, "Writes bytes; returns how many.", 0},
                                           {"flush", "(self, /)", buffered_flush, "Writes out what is buffered.", 0},
                                           {"writable", "(self, /)", buffered_writable, 0, 0},
                                           {0}};
static const NativeDef random_methods[] = {COMMON_METHODS,
                                           READ_METHODS,
                                           {"write", "(self, buffer, /)", writer_write, "Writes bytes; returns how many.", 0},
                                           {"flush", "(self, /)", buffered_flush, "Writes out what is buffered.", 0},
                                           {"readable", "(self, /)", buffered_readable, 0, 0},
                                           {"writable", "(self, /)", buffered_writable, 0, 0},
                                           {0}};

#define BUFFERED(type_name, initializer, method_table) \
    TYPE_INIT(type_name, BufferedObj), .base = &bufferediobase_type, .flags = TYPE_BASE | TYPE_FINALIZE | TYPE_WEAKREF_OK, .dict_offset = offsetof(IOBaseObj, dict), \
        .trace = buffered_trace, .finalize = iobase_finalize, .new = type_new_plain, .init = initializer, .repr = buffered_repr, .methods = method_table, .getset = buffered_getset, \
        .members = buffered_members

Type buffered_reader_type = {BUFFERED("_io.BufferedReader", reader_init, reader_methods), .next = reader_next,
                             .doc = "BufferedReader(raw, buffer_size=DEFAULT_BUFFER_SIZE)\n--\n\nReads a raw stream through a buffer."};
Type buffered_writer_type = {BUFFERED("_io.BufferedWriter", writer_init, writer_methods),
                             .doc = "BufferedWriter(raw, buffer_size=DEFAULT_BUFFER_SIZE)\n--\n\nWrites to a raw stream through a buffer."};
Type buffered_random_type = {BUFFERED("_io.BufferedRandom", random_init, random_methods), .next = reader_next,
                             .doc = "BufferedRandom(raw, buffer_size=DEFAULT_BUFFER_SIZE)\n--\n\nReads and writes a raw stream that can seek, through buffers."};
