/* buffered_pair.c: BufferedRWPair, a reader and a writer of two raw streams in one object. */
#include "module/_io/io.h"

typedef struct PairObj {
    IOBaseObj base;
    Value reader, writer;
} PairObj;

static void pair_trace(Obj *o)
{
    PairObj *p = (PairObj *)o;
    gc_visit(p->base.dict);
    gc_visit(p->reader);
    gc_visit(p->writer);
}

static bool pair_init(Value self, Value *args, size_t nargs, Value kwnames)
{
    if (kwnames && tuple_size(kwnames)) return raise_type("BufferedRWPair() takes no keyword arguments");
    if (nargs < 2 || nargs > 3) return raise_type("BufferedRWPair expected at %s %d arguments, got %zu", nargs < 2 ? "least" : "most", nargs < 2 ? 2 : 3, nargs);
    int64_t size = IO_BUFFER_SIZE;
    if (nargs == 3 && !number_as_count(args[2], &size)) return false;
    if (!io_check_readable(args[0]) || !io_check_writable(args[1])) return false;
    PairObj *p = (PairObj *)self;
    Value reader = buffered_new(&buffered_reader_type, args[0], size);
    if (!reader) return false;
    SET(p, reader, reader);
    Value writer = buffered_new(&buffered_writer_type, args[1], size);
    if (!writer) return false;
    SET(p, writer, writer);
    return true;
}

/* arguments: a tuple, or 0 for none. */
static Value forward(Value stream, Value name, Value arguments)
{
    if (!stream) return raise_value("I/O operation on uninitialized object");
    Value method = object_getattr(stream, name);
    return method ? object_call_tuple(method, arguments ? arguments : tuple_empty, 0) : 0;
}
#define READER(name) \
    static NATIVE(pair_##name) { return forward(((PairObj *)args[0])->reader, NAME(#name), args[1]); }
#define WRITER(name) \
    static NATIVE(pair_##name) { return forward(((PairObj *)args[0])->writer, NAME(#name), args[1]); }
READER(read)
READER(peek)
READER(read1)
READER(readinto)
READER(readinto1)
READER(readable)
WRITER(write)
WRITER(flush)
WRITER(writable)

/* Both are closed, the writer first; the exception of either is raised, chained when both fail. */
static NATIVE(pair_close)
{
    PairObj *p = (PairObj *)args[0];
    Value first = forward(p->writer, NAME("close"), 0);
    Value pending = error_take();
    Value second = forward(p->reader, NAME("close"), 0);
    if (second) error_restore(pending);
    else io_chain(pending);
    return first && second ? second : 0;
}

static NATIVE(pair_isatty)
{
    PairObj *p = (PairObj *)args[0];
    Value result = forward(p->writer, NAME("isatty"), 0);
    return result != FALSE ? result : forward(p->reader, NAME("isatty"), 0);
}

static Value get_closed(Value self)
{
    PairObj *p = (PairObj *)self;
    if (!p->writer) return raise_runtime("the BufferedRWPair object is being garbage-collected");
    return object_getattr(p->writer, NAME("closed"));
}

static const NativeDef pair_methods[] = {
    {"read", "(self, /, *args)", pair_read, 0, 0},
    {"peek", "(self, /, *args)", pair_peek, 0, 0},
    {"read1", "(self, /, *args)", pair_read1, 0, 0},
    {"readinto", "(self, /, *args)", pair_readinto, 0, 0},
    {"readinto1", "(self, /, *args)", pair_readinto1, 0, 0},
    {"write", "(self, /, *args)", pair_write, 0, 0},
    {"flush", "(self, /, *args)", pair_flush, 0, 0},
    {"readable", "(self, /, *args)", pair_readable, 0, 0},
    {"writable", "(self, /, *args)", pair_writable, 0, 0},
    {"close", "(self, /)", pair_close, 0, 0},
    {"isatty", "(self, /)", pair_isatty, 0, 0},
    {0},
};
static const GetSetDef pair_getset[] = {{"closed", get_closed, 0, 0}, {0}};

Type buffered_pair_type = {
    TYPE_INIT("_io.BufferedRWPair", PairObj),
    .base = &bufferediobase_type,
    .flags = TYPE_BASE | TYPE_FINALIZE | TYPE_WEAKREF_OK,
    .dict_offset = offsetof(IOBaseObj, dict),
    .trace = pair_trace,
    .finalize = iobase_finalize,
    .new = type_new_plain,
    .init = pair_init,
    .methods = pair_methods,
    .getset = pair_getset,
    .doc = "BufferedRWPair(reader, writer, buffer_size=DEFAULT_BUFFER_SIZE, /)\n--\n\nA buffered reader and a buffered writer in one.",
};
