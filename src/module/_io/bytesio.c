/* bytesio.c: BytesIO, a binary stream in memory.
 *
 * The bytes lie in a heap buffer of their own, or, until the next change, in a bytes object that is shared with the user (`shared`): so BytesIO(b).read() and getvalue() copy once at most.
 */
#include "module/_io/io.h"

typedef struct BytesIOObj {
    IOBaseObj base;
    uint8_t *data;
    Value shared;            /* a bytes object whose data `data` is, or 0 */
    int64_t size, capacity, position;
    int64_t exports;         /* views given out by getbuffer() */
    bool closed;
} BytesIOObj;

static void bytesio_trace(Obj *o)
{
    BytesIOObj *b = (BytesIOObj *)o;
    gc_visit(b->base.dict);
    gc_visit(b->shared);
    if (!b->shared) gc_visit_buffer(b->data);
}

static bool check_open(BytesIOObj *b) { return !b->closed || raise_value("I/O operation on closed file."); }
static bool check_exports(BytesIOObj *b) { return b->exports == 0 || raise_format(&exc_BufferError, "Existing exports of data: object cannot be re-sized"); }

/* Room for `size` bytes, in a buffer that is not shared. */
static bool reserve(BytesIOObj *b, int64_t size)
{
    if (!b->shared && size <= b->capacity) return true;
    int64_t capacity = size;
    if (size > b->size) capacity = size + (size >> 3) + (size < 9 ? 3 : 6);
    uint8_t *data = gc_buffer_raw((size_t)capacity);
    if (!data) return false;
    memcpy(data, b->data, (size_t)(b->size < size ? b->size : size));
    b->shared = 0;
    SET(b, data, data);
    b->capacity = (int64_t)gc_buffer_usable(data);
    return true;
}

static void share(BytesIOObj *b, Value bytes)
{
    SET(b, shared, bytes);
    b->data = bytes_data(bytes);
    b->size = b->capacity = bytes_size(bytes);
}

static int64_t write_bytes(BytesIOObj *b, const uint8_t *data, int64_t size)
{
    if (!check_exports(b)) return -1;
    if (size == 0) return 0;
    int64_t end = b->position + size;
    if (end < 0) {
        raise_overflow("new buffer size too large");
        return -1;
    }
    /* The source may be this very buffer, which reserve() leaves intact. */
    if (!reserve(b, end > b->size ? end : b->size)) return -1;
    if (b->position > b->size) memset(b->data + b->size, 0, (size_t)(b->position - b->size));
    memmove(b->data + b->position, data, (size_t)size);
    b->position = end;
    if (end > b->size) b->size = end;
    return size;
}

static int64_t write_object(BytesIOObj *b, Value v)
{
    Buffer buffer;
    if (!check_open(b) || !buffer_get(v, &buffer, BUFFER_SIMPLE)) return -1;
    /* Getting the buffer may have run Python code. */
    int64_t n = check_open(b) ? write_bytes(b, buffer.data, buffer.length) : -1;
    buffer_release(&buffer);
    return n;
}

/* --- construction */

static Value bytesio_new(Type *type, Value *args, size_t nargs, Value kwnames)
{
    BytesIOObj *b = (BytesIOObj *)type_alloc(type, 0);
    if (b) share(b, bytes_empty);
    return VALUE(b);
}

static bool bytesio_init(Value self, Value *args, size_t nargs, Value kwnames)
{
    static Signature *cache;
    Value initial;
    if (!native_bind("BytesIO", "(initial_bytes=b'')", &cache, args, nargs, kwnames, &initial)) return false;
    BytesIOObj *b = (BytesIOObj *)self;
    if (!check_exports(b)) return false;
    share(b, bytes_empty);
    b->position = 0;
    b->closed = false;
    if (!initial || initial == NONE) return true;
    if (type_of(initial) == &bytes_type) {
        share(b, initial);
        return true;
    }
    if (write_object(b, initial) < 0) return false;
    b->position = 0;
    return true;
}

/* --- reading */

static int64_t available(BytesIOObj *b, int64_t size)
{
    int64_t n = b->size - b->position;
    if (n < 0) n = 0;
    return size < 0 || size > n ? n : size;
}

static Value take(BytesIOObj *b, int64_t n)
{
    if (b->shared && b->position == 0 && n == b->size) {
        b->position = n;
        return b->shared;
    }
    Value bytes = n ? bytes_new(b->data + b->position, (size_t)n) : bytes_empty;
    if (bytes) b->position += n;
    return bytes;
}

static NATIVE(bytesio_read)
{
    BytesIOObj *b = (BytesIOObj *)args[0];
    int64_t size;
    if (!io_size(args[1], &size) || !check_open(b)) return 0;
    return take(b, available(b, size));
}

static int64_t line_length(BytesIOObj *b, int64_t size)
{
    int64_t n = available(b, size);
    uint8_t *start = b->data + b->position;
    uint8_t *end = n ? memchr(start, '\n', (size_t)n) : 0;
    return end ? end - start + 1 : n;
}

static NATIVE(bytesio_readline)
{
    BytesIOObj *b = (BytesIOObj *)args[0];
    int64_t size;
    if (!io_size(args[1], &size) || !check_open(b)) return 0;
    return take(b, line_length(b, size));
}

static NATIVE(bytesio_readlines)
{
    BytesIOObj *b = (BytesIOObj *)args[0];
    int64_t hint, total = 0;
    if (!io_size(args[1], &hint) || !check_open(b)) return 0;
    Value list = list_new(0);
    if (!list) return 0;
    for (int64_t n; (n = line_length(b, -1)) > 0;) {
        Value line = take(b, n);
        if (!line || !list_append(list, line)) return 0;
        total += n;
        if (hint > 0 && total >= hint) break;
    }
    return list;
}

static NATIVE(bytesio_readinto)
{
    BytesIOObj *b = (BytesIOObj *)args[0];
    Buffer buffer;
    if (!check_open(b) || !io_get_writable(args[1], &buffer, "readinto")) return 0;
    int64_t n = available(b, buffer.length);
    if (n) memcpy(buffer.data, b->data + b->position, (size_t)n);
    b->position += n;
    buffer_release(&buffer);
    return int_new(n);
}

static Value bytesio_iter(Value self) { return check_open((BytesIOObj *)self) ? self : 0; }
static Value bytesio_next(Value self)
{
    BytesIOObj *b = (BytesIOObj *)self;
    if (!check_open(b)) return 0;
    int64_t n = line_length(b, -1);
    return n ? take(b, n) : 0;
}

/* --- writing, position */

static NATIVE(bytesio_write)
{
    int64_t n = write_object((BytesIOObj *)args[0], args[1]);
    return n < 0 ? 0 : int_new(n);
}

static NATIVE(bytesio_writelines)
{
    BytesIOObj *b = (BytesIOObj *)args[0];
    if (!check_open(b)) return 0;
    Value iterator = object_iter(args[1]);
    if (!iterator) return 0;
    for (Value line; (line = iter_next(iterator));)
        if (write_object(b, line) < 0) return 0;
    return thread_self->exception ? 0 : NONE;
}

static NATIVE(bytesio_seek)
{
    BytesIOObj *b = (BytesIOObj *)args[0];
    int64_t position;
    int whence;
    if (!number_as_count(args[1], &position) || !number_as_int(args[2], &whence) || !check_open(b)) return 0;
    if (position < 0 && whence == 0) return raise_value("negative seek value %zd", position);
    if (whence < 0 || whence > 2) return raise_value("invalid whence (%i, should be 0, 1 or 2)", whence);
    int64_t base = whence == 1 ? b->position : whence == 2 ? b->size : 0;
    if (__builtin_add_overflow(position, base, &position)) return raise_overflow("new position too large");
    b->position = position < 0 ? 0 : position;
    return int_new(b->position);
}

static NATIVE(bytesio_truncate)
{
    BytesIOObj *b = (BytesIOObj *)args[0];
    if (!check_open(b) || !check_exports(b)) return 0;
    int64_t size = b->position;
    if (args[1] != NONE) {
        if (!is_int(args[1]) && !type_of(args[1])->index) return raise_type("argument should be integer or None, not '%.200s'", type_of(args[1])->name);
        if (!number_as_index(args[1], &size, &exc_OverflowError)) return 0;
    }
    if (size < 0) return raise_value("negative size value %zd", size);
    if (size < b->size) {
        if (!reserve(b, size)) return 0;
        b->size = size;
    }
    return int_new(size);
}

static NATIVE(bytesio_tell) { return check_open((BytesIOObj *)args[0]) ? int_new(((BytesIOObj *)args[0])->position) : 0; }

/* --- the whole */

static NATIVE(bytesio_getvalue)
{
    BytesIOObj *b = (BytesIOObj *)args[0];
    if (!check_open(b)) return 0;
    if (b->shared && bytes_size(b->shared) == b->size) return b->shared;
    Value bytes = bytes_new(b->data, (size_t)b->size);
    if (bytes && b->exports == 0) share(b, bytes);
    return bytes;
}

/* What getbuffer() wraps in a memoryview: an exporter of the buffer. */
typedef struct ExportObj {
    Obj head;
    Value source;
} ExportObj;
static void export_trace(Obj *o) { gc_visit(((ExportObj *)o)->source); }
static bool export_get(Value self, Buffer *buffer, int flags)
{
    BytesIOObj *b = (BytesIOObj *)((ExportObj *)self)->source;
    if (b->shared && !reserve(b, b->size ? b->size : 1)) return false;
    *buffer = (Buffer){.data = b->data, .owner = self, .length = b->size, .itemsize = 1, .readonly = false, .ndim = 1};
    buffer->one_dim[0] = b->size;
    buffer->one_dim[1] = 1;
    buffer->shape = &buffer->one_dim[0];
    buffer->strides = &buffer->one_dim[1];
    b->exports++;
    return true;
}
static void export_release(Value self, Buffer *buffer) { ((BytesIOObj *)((ExportObj *)self)->source)->exports--; }
static Type export_type = {TYPE_INIT("_io._BytesIOBuffer", ExportObj), .flags = TYPE_DISALLOW_NEW, .trace = export_trace, .get_buffer = export_get,
                           .release_buffer = export_release};

static NATIVE(bytesio_getbuffer)
{
    if (!check_open((BytesIOObj *)args[0]) || !type_ready(&export_type)) return 0;
    ExportObj *e = gc_alloc(ExportObj, &export_type);
    if (!e) return 0;
    SET(e, source, args[0]);
    return memoryview_new(VALUE(e));
}

static NATIVE(bytesio_close)
{
    BytesIOObj *b = (BytesIOObj *)args[0];
    if (!check_exports(b)) return 0;
    share(b, bytes_empty);
    b->closed = true;
    return NONE;
}

static NATIVE(bytesio_yes) { return check_open((BytesIOObj *)args[0]) ? TRUE : 0; }
static NATIVE(bytesio_no) { return check_open((BytesIOObj *)args[0]) ? FALSE : 0; }
static NATIVE(bytesio_flush) { return check_open((BytesIOObj *)args[0]) ? NONE : 0; }
static Value get_closed(Value self) { return bool_value(((BytesIOObj *)self)->closed); }

static NATIVE(bytesio_getstate)
{
    BytesIOObj *b = (BytesIOObj *)args[0];
    Value value = bytesio_getvalue(args, 1, 0);
    if (!value) return 0;
    Value dict = b->base.dict ? dict_copy(b->base.dict) : NONE;
    return dict ? tuple_pack(3, value, int_new(b->position), dict) : 0;
}

static NATIVE(bytesio_setstate)
{
    BytesIOObj *b = (BytesIOObj *)args[0];
    Value state = args[1];
    if (!is_tuple(state) || tuple_size(state) < 3) return raise_type("%.200s.__setstate__ argument should be 3-tuple, got %.200s", type_of(args[0])->name, type_of(state)->name);
    if (!check_exports(b)) return 0;
    if (!check_open(b)) return 0;
    share(b, bytes_empty);
    b->position = 0;
    if (write_object(b, tuple_get(state, 0)) < 0) return 0;
    Value position = tuple_get(state, 1), dict = tuple_get(state, 2);
    if (!is_int(position)) return raise_type("second item of state must be an integer, got %.200s", type_of(position)->name);
    if (!number_as_count(position, &b->position)) return 0;
    if (b->position < 0) {
        b->position = 0;
        return raise_value("position value cannot be negative");
    }
    if (dict == NONE) return NONE;
    if (!is_dict(dict)) return raise_type("third item of state should be a dict, got a %.200s", type_of(dict)->name);
    Value own = object_get_dict(args[0]);
    return own && dict_update(own, dict) ? NONE : 0;
}

static NATIVE(bytesio_sizeof)
{
    BytesIOObj *b = (BytesIOObj *)args[0];
    return int_new((int64_t)sizeof *b + (b->shared ? 0 : b->capacity));
}

static const NativeDef bytesio_methods[] = {
    {"readable", "(self, /)", bytesio_yes, 0, 0},
    {"seekable", "(self, /)", bytesio_yes, 0, 0},
    {"writable", "(self, /)", bytesio_yes, 0, 0},
    {"close", "(self, /)", bytesio_close, "Drops the bytes.", 0},
    {"flush", "(self, /)", bytesio_flush, "Does nothing.", 0},
    {"isatty", "(self, /)", bytesio_no, "False.", 0},
    {"tell", "(self, /)", bytesio_tell, "The position.", 0},
    {"write", "(self, b, /)", bytesio_write, "Writes bytes; returns how many.", 0},
    {"writelines", "(self, lines, /)", bytesio_writelines, "Writes all lines.", 0},
    {"read1", "(self, size=-1, /)", bytesio_read, "Up to 'size' bytes.", 0},
    {"readinto", "(self, buffer, /)", bytesio_readinto, "Reads into a buffer.", 0},
    {"readline", "(self, size=-1, /)", bytesio_readline, "One line.", 0},
    {"readlines", "(self, size=None, /)", bytesio_readlines, "The list of the lines.", 0},
    {"read", "(self, size=-1, /)", bytesio_read, "Up to 'size' bytes.", 0},
    {"getbuffer", "(self, /)", bytesio_getbuffer, "A writable view of the bytes; as long as it lives the size cannot change.", 0},
    {"getvalue", "(self, /)", bytesio_getvalue, "All the bytes.", 0},
    {"seek", "(self, pos, whence=0, /)", bytesio_seek, "Moves the position and returns it.", 0},
    {"truncate", "(self, size=None, /)", bytesio_truncate, "Cuts the bytes to 'size' (default: the position).", 0},
    {"__getstate__", "(self, /)", bytesio_getstate, 0, 0},
    {"__setstate__", "(self, state, /)", bytesio_setstate, 0, 0},
    {"__sizeof__", "(self, /)", bytesio_sizeof, 0, 0},
    {0},
};
static const GetSetDef bytesio_getset[] = {{"closed", get_closed, 0, "True if the file is closed."}, {0}};

Type bytesio_type = {
    TYPE_INIT("_io.BytesIO", BytesIOObj),
    .base = &bufferediobase_type,
    .flags = TYPE_BASE | TYPE_WEAKREF_OK,
    .dict_offset = offsetof(IOBaseObj, dict),
    .trace = bytesio_trace,
    .new = bytesio_new,
    .init = bytesio_init,
    .iter = bytesio_iter,
    .next = bytesio_next,
    .methods = bytesio_methods,
    .getset = bytesio_getset,
    .doc = "BytesIO(initial_bytes=b'')\n--\n\nA binary stream in memory.",
};
