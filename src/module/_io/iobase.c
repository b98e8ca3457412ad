/* iobase.c: the abstract classes _IOBase, _RawIOBase, _BufferedIOBase and _TextIOBase, and helpers for all streams. */
#include "module/_io/io.h"
#include <errno.h>

Value io_unsupported;

/* --- helpers */

uint64_t raise_unsupported(const char *what) { return raise_format((Type *)io_unsupported, "%s", what); }

void iobase_trace(Obj *o) { gc_visit(((IOBaseObj *)o)->dict); }

bool io_size(Value v, int64_t *size)
{
    *size = -1;
    if (!v || v == NONE) return true;
    if (!is_int(v) && !type_of(v)->index) return raise_type("argument should be integer or None, not '%.200s'", type_of(v)->name);
    return number_as_index(v, size, &exc_OverflowError);
}

bool io_offset(Value v, int64_t *offset)
{
    Value index = number_index(v);
    if (!index) return false;
    if (int_as_int64(index, offset)) return true;
    error_clear();
    return raise_value("cannot fit '%.200s' into an offset-sized integer", type_of(v)->name);
}

int io_closed(Value stream)
{
    Value closed = object_getattr(stream, NAME("closed"));
    return closed ? object_truth(closed) : -1;
}

bool io_check_closed(Value stream)
{
    int closed = io_closed(stream);
    if (closed > 0) return raise_value("I/O operation on closed file.");
    return closed == 0;
}

bool io_check(Value stream, Value method, const char *message)
{
    Value result = call_method_0(stream, method);
    if (!result) return false;
    if (result != TRUE) return raise_unsupported(message);
    return true;
}
bool io_check_readable(Value stream) { return io_check(stream, NAME("readable"), "File or stream is not readable."); }
bool io_check_writable(Value stream) { return io_check(stream, NAME("writable"), "File or stream is not writable."); }
bool io_check_seekable(Value stream) { return io_check(stream, NAME("seekable"), "File or stream is not seekable."); }

bool io_interrupted(void)
{
    if (!thread_self->exception || !error_matches(&exc_OSError)) return false;
    Value number = ((OSErrorObj *)thread_self->exception)->myerrno;
    if (number != small_int(EINTR)) return false;
    error_clear();
    return safe_point();
}

bool io_get_writable(Value v, Buffer *buffer, const char *function)
{
    if (buffer_get(v, buffer, BUFFER_WRITABLE)) return true;
    if (error_matches(&exc_RecursionError) || error_matches(&exc_MemoryError)) return false;
    error_clear();
    return raise_type("%s() argument must be read-write bytes-like object, not %.50s", function, type_of(v)->name);
}

Value bytes_cut(Value bytes, int64_t size)
{
    if (size == 0) return bytes_empty;
    BytesObj *b = (BytesObj *)bytes;
    b->size = size;
    b->data[size] = 0;
    return bytes;
}

void io_warn_unclosed(Value source)
{
    Value pending = error_take();
    if (!warn_format(&exc_ResourceWarning, 1, "unclosed file %R", source)) {
        if (error_matches(&exc_Warning)) error_unraisable(source, 0);
        else error_clear();
    }
    error_restore(pending);
}

void io_chain(Value earlier)
{
    if (!earlier) return;
    Value newer = error_take();
    if (!newer) {
        error_restore(earlier);
        return;
    }
    if (newer != earlier) SET((Exception *)newer, context, earlier);
    error_restore(newer);
}

/* A stream that nobody refers to closes itself. Errors are dropped: there is nobody to tell. */
void iobase_finalize(Obj *o)
{
    Value self = VALUE(o);
    Value closed = object_getattr_opt(self, NAME("closed"));
    if (!closed) error_clear();
    int is_closed = closed ? object_truth(closed) : 0;
    if (is_closed < 0) error_clear();
    if (is_closed) return;
    ((IOBaseObj *)o)->finalizing = true;
    Value result = call_method_0(self, NAME("close"));
    if (!result) error_clear();
    ((IOBaseObj *)o)->finalizing = false;
}

/* --- _IOBase */

static NATIVE(iobase_seek) { return raise_unsupported("seek"); }
static NATIVE(iobase_truncate) { return raise_unsupported("truncate"); }
static NATIVE(iobase_fileno) { return raise_unsupported("fileno"); }
static NATIVE(iobase_tell) { return call_method_2(args[0], NAME("seek"), small_int(0), small_int(1)); }
static NATIVE(iobase_no) { return FALSE; }
static NATIVE(iobase_isatty) { return io_check_closed(args[0]) ? FALSE : 0; }
static NATIVE(iobase_del)
{
    iobase_finalize(as_obj(args[0]));
    return NONE;
}

static NATIVE(iobase_flush)
{
    if (((IOBaseObj *)args[0])->base_closed) return raise_value("I/O operation on closed file.");
    return NONE;
}

static NATIVE(iobase_close)
{
    IOBaseObj *self = (IOBaseObj *)args[0];
    if (self->base_closed) return NONE;
    Value result = call_method_0(VALUE(self), NAME("flush"));
    self->base_closed = true;
    return result ? NONE : 0;
}

static Value iobase_get_closed(Value self) { return bool_value(((IOBaseObj *)self)->base_closed); }

static NATIVE(iobase_check_closed)
{
    int closed = io_closed(args[0]);
    if (closed > 0) return raise_value("I/O operation on closed file.");
    return closed == 0 ? NONE : 0;
}
static NATIVE(iobase_check_readable) { return io_check_readable(args[0]) ? TRUE : 0; }
static NATIVE(iobase_check_writable) { return io_check_writable(args[0]) ? TRUE : 0; }
static NATIVE(iobase_check_seekable) { return io_check_seekable(args[0]) ? TRUE : 0; }

static NATIVE(iobase_enter) { return io_check_closed(args[0]) ? args[0] : 0; }
static NATIVE(iobase_exit) { return call_method_0(args[0], NAME("close")); }

NATIVE(io_no_pickle) { return raise_type("cannot pickle '%.200s' object", type_of(args[0])->name); }

static Value iobase_iter(Value self) { return io_check_closed(self) ? self : 0; }
static Value iobase_next(Value self)
{
    Value line = call_method_0(self, NAME("readline"));
    if (!line) return 0;
    int64_t length = object_length(line);
    return length > 0 ? line : 0;
}

/* How many bytes to read so as not to read past the end of the line, from what peek() shows. */
static int64_t line_read_size(Value self, Value peek, int64_t limit, int64_t have)
{
    Value ahead;
    do ahead = call_1(peek, small_int(1));
    while (!ahead && io_interrupted());
    if (!ahead) return -1;
    if (!is_bytes(ahead)) {
        raise_format(&exc_OSError, "peek() should have returned a bytes object, not '%.200s'", type_of(ahead)->name);
        return -1;
    }
    int64_t n = bytes_size(ahead);
    if (n == 0) return 1;
    if (limit >= 0 && n > limit - have) n = limit - have;
    uint8_t *end = memchr(bytes_data(ahead), '\n', (size_t)n);
    return end ? end - bytes_data(ahead) + 1 : n;
}

static NATIVE(iobase_readline)
{
    Value self = args[0];
    int64_t limit;
    if (!io_size(args[1], &limit)) return 0;
    Value peek = object_getattr_opt(self, NAME("peek"));
    if (!peek && thread_self->exception) return 0;
    BytesBuilder line = {0};
    while (limit < 0 || (int64_t)line.size < limit) {
        int64_t want = 1;
        if (peek && (want = line_read_size(self, peek, limit, (int64_t)line.size)) < 0) return 0;
        Value piece;
        do piece = call_method_1(self, NAME("read"), int_new(want));
        while (!piece && io_interrupted());
        if (!piece) return 0;
        if (!is_bytes(piece)) return raise_format(&exc_OSError, "read() should have returned a bytes object, not '%.200s'", type_of(piece)->name);
        if (bytes_size(piece) == 0) break;
        if (!bytes_builder_add(&line, bytes_data(piece), (size_t)bytes_size(piece))) return 0;
        if (line.data[line.size - 1] == '\n') break;
    }
    return bytes_builder_finish(&line);
}

static NATIVE(iobase_readlines)
{
    int64_t hint;
    if (!io_size(args[1], &hint)) return 0;
    Value list = list_new(0), iterator = object_iter(args[0]);
    if (!list || !iterator) return 0;
    int64_t total = 0;
    for (Value line; (line = iter_next(iterator));) {
        if (!list_append(list, line)) return 0;
        if (hint <= 0) continue;
        int64_t n = object_length(line);
        if (n < 0) return 0;
        total += n;
        if (total >= hint) break;
    }
    return thread_self->exception ? 0 : list;
}

static NATIVE(iobase_writelines)
{
    if (!io_check_closed(args[0])) return 0;
    Value iterator = object_iter(args[1]);
    if (!iterator) return 0;
    for (Value line; (line = iter_next(iterator));) {
        Value result;
        do result = call_method_1(args[0], NAME("write"), line);
        while (!result && io_interrupted());
        if (!result) return 0;
    }
    return thread_self->exception ? 0 : NONE;
}

static const NativeDef iobase_methods[] = {
    {"seek", "(self, /, *args)", iobase_seek, "Moves the stream position.", 0},
    {"tell", "(self, /)", iobase_tell, "The stream position.", 0},
    {"truncate", "(self, /, *args)", iobase_truncate, "Changes the size of the file.", 0},
    {"flush", "(self, /)", iobase_flush, "Writes out what is buffered.", 0},
    {"close", "(self, /)", iobase_close, "Flushes and closes.", 0},
    {"seekable", "(self, /)", iobase_no, "Whether seek() works.", 0},
    {"readable", "(self, /)", iobase_no, "Whether read() works.", 0},
    {"writable", "(self, /)", iobase_no, "Whether write() works.", 0},
    {"_checkClosed", "(self, /, *args)", iobase_check_closed, 0, 0},
    {"_checkSeekable", "(self, /, *args)", iobase_check_seekable, 0, 0},
    {"_checkReadable", "(self, /, *args)", iobase_check_readable, 0, 0},
    {"_checkWritable", "(self, /, *args)", iobase_check_writable, 0, 0},
    {"fileno", "(self, /)", iobase_fileno, "The file descriptor.", 0},
    {"isatty", "(self, /)", iobase_isatty, "Whether this is a terminal.", 0},
    {"__enter__", "(self, /)", iobase_enter, 0, 0},
    {"__exit__", "(self, /, *args)", iobase_exit, 0, 0},
    {"__del__", "(self, /)", iobase_del, 0, 0},
    {"readline", "(self, size=-1, /)", iobase_readline, "One line, of at most 'size' bytes if that is not negative.", 0},
    {"readlines", "(self, hint=-1, /)", iobase_readlines, "The list of the lines; stops when 'hint' bytes have been read.", 0},
    {"writelines", "(self, lines, /)", iobase_writelines, "Writes all lines; adds no line ends.", 0},
    {0},
};
static const GetSetDef iobase_getset[] = {{"closed", iobase_get_closed, 0, 0}, {"__dict__", object_get_dict, 0, 0}, {0}};

Type iobase_type = {
    TYPE_INIT("_io._IOBase", IOBaseObj),
    .flags = TYPE_BASE | TYPE_FINALIZE | TYPE_WEAKREF_OK,
    .dict_offset = offsetof(IOBaseObj, dict),
    .trace = iobase_trace,
    .finalize = iobase_finalize,
    .new = type_new_plain,
    .iter = iobase_iter,
    .next = iobase_next,
    .methods = iobase_methods,
    .getset = iobase_getset,
    .doc = "The base of all streams.",
};

/* --- _RawIOBase */

static NATIVE(raw_read)
{
    Value self = args[0];
    int64_t size;
    if (!io_size(args[1], &size)) return 0;
    if (size < 0) return call_method_0(self, NAME("readall"));
    Value array = bytearray_new(0, (size_t)size);
    Value result = array ? call_method_1(self, NAME("readinto"), array) : 0;
    if (!result || result == NONE) return result;
    int64_t n;
    if (!number_as_index(result, &n, &exc_ValueError)) return 0;
    int64_t available = ((ByteArrayObj *)array)->size;
    if (n < 0 || n > available) return raise_value("readinto returned %lld outside buffer size %lld", (long long)n, (long long)available);
    return bytes_new(bytearray_data(array), (size_t)n);
}

static NATIVE(raw_readall)
{
    BytesBuilder all = {0};
    for (;;) {
        Value data;
        do data = call_method_1(args[0], NAME("read"), small_int(IO_BUFFER_SIZE));
        while (!data && io_interrupted());
        if (!data) return 0;
        if (data == NONE) {
            if (all.size == 0) return NONE;
            break;
        }
        if (!is_bytes(data)) return raise_type("read() should return bytes");
        if (bytes_size(data) == 0) break;
        if (!bytes_builder_add(&all, bytes_data(data), (size_t)bytes_size(data))) return 0;
    }
    return bytes_builder_finish(&all);
}

static NATIVE(raw_not_implemented) { return raise_object(VALUE(&exc_NotImplementedError), 0); }

static const NativeDef raw_methods[] = {
    {"read", "(self, size=-1, /)", raw_read, "Up to 'size' bytes.", 0},
    {"readall", "(self, /)", raw_readall, "All bytes to the end of the file.", 0},
    {"readinto", "(self, buffer, /)", raw_not_implemented, "Reads into a buffer.", 0},
    {"write", "(self, b, /)", raw_not_implemented, "Writes bytes.", 0},
    {0},
};
Type rawiobase_type = {TYPE_INIT("_io._RawIOBase", IOBaseObj),       .base = &iobase_type,        .flags = TYPE_BASE | TYPE_FINALIZE | TYPE_WEAKREF_OK,
                       .dict_offset = offsetof(IOBaseObj, dict),     .finalize = iobase_finalize, .methods = raw_methods,
                       .doc = "The base of streams without buffers."};

/* --- _BufferedIOBase */

static Value read_into(Value self, Value target, bool once)
{
    Buffer buffer;
    if (!io_get_writable(target, &buffer, once ? "readinto1" : "readinto")) return 0;
    Value data = call_method_1(self, once ? NAME("read1") : NAME("read"), int_new(buffer.length));
    Value result = 0;
    if (data && !is_bytes(data)) raise_type("read() should return bytes");
    else if (data && bytes_size(data) > buffer.length) raise_value("read() returned too much data: %zd bytes requested, %zd returned", buffer.length, bytes_size(data));
    else if (data) {
        memcpy(buffer.data, bytes_data(data), (size_t)bytes_size(data));
        result = int_new(bytes_size(data));
    }
    buffer_release(&buffer);
    return result;
}
static NATIVE(bufferedbase_readinto) { return read_into(args[0], args[1], false); }
static NATIVE(bufferedbase_readinto1) { return read_into(args[0], args[1], true); }
static NATIVE(unsupported_detach) { return raise_unsupported("detach"); }
static NATIVE(unsupported_read) { return raise_unsupported("read"); }
static NATIVE(unsupported_read1) { return raise_unsupported("read1"); }
static NATIVE(unsupported_readline) { return raise_unsupported("readline"); }
static NATIVE(unsupported_write) { return raise_unsupported("write"); }

static const NativeDef bufferedbase_methods[] = {
    {"detach", "(self, /)", unsupported_detach, "Separates the raw stream and returns it.", 0},
    {"read", "(self, /, *args)", unsupported_read, "Up to 'size' bytes.", 0},
    {"read1", "(self, /, *args)", unsupported_read1, "Up to 'size' bytes with at most one read of the raw stream.", 0},
    {"readinto", "(self, buffer, /)", bufferedbase_readinto, "Reads into a buffer.", 0},
    {"readinto1", "(self, buffer, /)", bufferedbase_readinto1, "Reads into a buffer with at most one read of the raw stream.", 0},
    {"write", "(self, /, *args)", unsupported_write, "Writes bytes.", 0},
    {0},
};
Type bufferediobase_type = {TYPE_INIT("_io._BufferedIOBase", IOBaseObj), .base = &iobase_type,        .flags = TYPE_BASE | TYPE_FINALIZE | TYPE_WEAKREF_OK,
                            .dict_offset = offsetof(IOBaseObj, dict),    .finalize = iobase_finalize, .methods = bufferedbase_methods,
                            .doc = "The base of buffered streams."};

/* --- _TextIOBase */

static Value textbase_none(Value self) { return NONE; }
static const NativeDef textbase_methods[] = {
    {"detach", "(self, /)", unsupported_detach, "Separates the buffer and returns it.", 0},
    {"read", "(self, /, *args)", unsupported_read, "Up to 'size' characters.", 0},
    {"readline", "(self, /, *args)", unsupported_readline, "One line.", 0},
    {"write", "(self, /, *args)", unsupported_write, "Writes a string.", 0},
    {0},
};
static const GetSetDef textbase_getset[] = {{"encoding", textbase_none, 0, 0}, {"newlines", textbase_none, 0, 0}, {"errors", textbase_none, 0, 0}, {0}};
Type textiobase_type = {TYPE_INIT("_io._TextIOBase", IOBaseObj),
                        .base = &iobase_type,
                        .flags = TYPE_BASE | TYPE_FINALIZE | TYPE_WEAKREF_OK,
                        .dict_offset = offsetof(IOBaseObj, dict),
                        .finalize = iobase_finalize,
                        .methods = textbase_methods,
                        .getset = textbase_getset,
                        .doc = "The base of text streams."};
