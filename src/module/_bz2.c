/* _bz2.c: compression with libbz2, for bz2. */
#include "module/module.h"
#include "object/sequence.h"
#include <bzlib.h>
#include <limits.h>

typedef struct BzObj {
    Obj head;
    bz_stream z;
    bool ready, flushed, eof, needs_input, broken /* the library may not be called again after an error */;
    Value pending, unused;
} BzObj;
static Type compressor_type, decompressor_type;

static void bz_trace(Obj *o)
{
    gc_visit(((BzObj *)o)->pending);
    gc_visit(((BzObj *)o)->unused);
}

static bool check(int error)
{
    switch (error) {
    case BZ_OK:
    case BZ_RUN_OK:
    case BZ_FLUSH_OK:
    case BZ_FINISH_OK:
    case BZ_STREAM_END: return true;
    case BZ_PARAM_ERROR: return raise_value("Internal error - invalid parameters passed to libbzip2");
    case BZ_MEM_ERROR: return raise_memory();
    case BZ_DATA_ERROR:
    case BZ_DATA_ERROR_MAGIC: return raise_format(&exc_OSError, "Invalid data stream");
    case BZ_IO_ERROR: return raise_format(&exc_OSError, "Unknown I/O error");
    case BZ_UNEXPECTED_EOF: return raise_format(&exc_EOFError, "Compressed file ended before the logical end-of-stream was detected");
    case BZ_SEQUENCE_ERROR: return raise_runtime("Internal error - Invalid sequence of commands sent to libbzip2");
    default: return raise_format(&exc_OSError, "Unrecognized error from libbzip2: %d", error);
    }
}

static bool make_room(bz_stream *z, BytesBuilder *out, int64_t most, size_t *room)
{
    *room = out->size < 16384 ? 16384 : out->size < 1 << 28 ? out->size : 1 << 28;
    if (most >= 0 && (int64_t)(out->size + *room) > most) *room = (size_t)most - out->size;
    if (!*room) return true;
    if (!(z->next_out = (char *)bytes_builder_reserve(out, *room))) return false;
    z->avail_out = (unsigned)*room;
    return true;
}

/* ---------------------------------------------------------------- compressing */

static Value compressor_make(Type *type, Value *args, size_t nargs, Value kwnames)
{
    static Signature *signature;
    Value level_value;
    int level;
    if (!native_bind("BZ2Compressor", "(compresslevel=9, /)", &signature, args, nargs, kwnames, &level_value) || !number_as_int(level_value, &level)) return 0;
    if (level < 1 || level > 9) return raise_value("compresslevel must be between 1 and 9");
    BzObj *s = NEW_OF(BzObj, type, compressor_type);
    if (!s || !check(BZ2_bzCompressInit(&s->z, level, 0, 0))) return 0;
    s->ready = true;
    return VALUE(s);
}
static void compressor_finalize(Obj *o)
{
    BzObj *s = (BzObj *)o;
    if (s->ready) BZ2_bzCompressEnd(&s->z);
    s->ready = false;
}
static Value compress(BzObj *s, const char *data, size_t size, int action)
{
    BytesBuilder out = {0};
    int error = BZ_OK;
    size_t room;
    s->z.next_in = (char *)data;
    for (;;) {
        if (!s->z.avail_in && size) {
            s->z.avail_in = size > UINT_MAX ? UINT_MAX : (unsigned)size;
            size -= s->z.avail_in;
        }
        if (action == BZ_RUN && !s->z.avail_in) break;
        if (!make_room(&s->z, &out, -1, &room)) return 0;
        error = BZ2_bzCompress(&s->z, size ? BZ_RUN : action);
        out.size += room - s->z.avail_out;
        if (!check(error)) return 0;
        if (error == BZ_STREAM_END) break;
    }
    return bytes_builder_finish(&out);
}
static NATIVE(compressor_compress)
{
    BzObj *s = (BzObj *)args[0];
    Buffer data;
    if (s->flushed) return raise_value("Compressor has been flushed");
    if (!buffer_get(args[1], &data, BUFFER_SIMPLE)) return 0;
    Value result = compress(s, data.data, (size_t)data.length, BZ_RUN);
    buffer_release(&data);
    return result;
}
static NATIVE(compressor_flush)
{
    BzObj *s = (BzObj *)args[0];
    if (s->flushed) return raise_value("Repeated call to flush()");
    s->flushed = true;
    return compress(s, 0, 0, BZ_FINISH);
}
static const NativeDef compressor_methods[] = {
    {"compress", "(self, data, /)", compressor_compress, "Compress data: what is ready of the stream.", 0},
    {"flush", "(self, /)", compressor_flush, "The rest of the stream.", 0},
    {0},
};
static Type compressor_type = {
    TYPE_INIT("_bz2.BZ2Compressor", BzObj), .flags = TYPE_BASE | TYPE_FINALIZE | TYPE_FREES,   .trace = bz_trace, .finalize = compressor_finalize, .new = compressor_make,
    .methods = compressor_methods,          .doc = "An object that compresses piece by piece."};

/* ---------------------------------------------------------------- decompressing */

static Value decompressor_make(Type *type, Value *args, size_t nargs, Value kwnames)
{
    static Signature *signature;
    Value none[1];
    if (!native_bind("BZ2Decompressor", "()", &signature, args, nargs, kwnames, none)) return 0;
    BzObj *s = NEW_OF(BzObj, type, decompressor_type);
    if (!s || !check(BZ2_bzDecompressInit(&s->z, 0, 0))) return 0;
    s->ready = s->needs_input = true;
    s->unused = s->pending = bytes_empty;
    return VALUE(s);
}
static void decompressor_finalize(Obj *o)
{
    BzObj *s = (BzObj *)o;
    if (s->ready) BZ2_bzDecompressEnd(&s->z);
    s->ready = false;
}

static Value decompress(BzObj *s, char *data, size_t size, int64_t most)
{
    BytesBuilder out = {0};
    size_t room, left = size;
    s->z.next_in = data;
    s->z.avail_in = 0;
    s->needs_input = false;   /* stays so after an error */
    while (!s->eof) {
        if (!s->z.avail_in) {
            s->z.avail_in = left > UINT_MAX ? UINT_MAX : (unsigned)left;
            left -= s->z.avail_in;
        }
        if (!make_room(&s->z, &out, most, &room)) return 0;
        if (!room) break;
        int error = BZ2_bzDecompress(&s->z);
        out.size += room - s->z.avail_out;
        if (!check(error)) return s->broken = true, 0;
        s->eof = error == BZ_STREAM_END;
        if (!s->z.avail_in && !left && s->z.avail_out) break;
    }
    left += s->z.avail_in;
    Value rest = left ? bytes_new(data + size - left, left) : bytes_empty;
    if (!rest) return 0;
    s->needs_input = !s->eof && !left;
    if (s->eof) s->unused = rest, s->pending = bytes_empty;
    else s->pending = rest;
    gc_barrier(s);
    return bytes_builder_finish(&out);
}
static NATIVE(decompressor_decompress)
{
    BzObj *s = (BzObj *)args[0];
    int64_t most;
    Buffer data;
    if (!number_as_count(args[2], &most)) return 0;
    if (s->eof) return raise_format(&exc_EOFError, "End of stream already reached");
    if (s->broken) return raise_value("Decompressor is unusable after a previous error");
    if (!buffer_get(args[1], &data, BUFFER_SIMPLE)) return 0;
    Value result = 0, all = bytes_size(s->pending) ? bytes_new(0, (size_t)(bytes_size(s->pending) + data.length)) : s->pending;
    if (!all) {
    } else if (all == s->pending) {
        result = decompress(s, data.data, (size_t)data.length, most);
    } else {
        memcpy(bytes_data(all), bytes_data(s->pending), (size_t)bytes_size(s->pending));
        memcpy(bytes_data(all) + bytes_size(s->pending), data.data, (size_t)data.length);
        result = decompress(s, (char *)bytes_data(all), (size_t)bytes_size(all), most);
    }
    buffer_release(&data);
    return result;
}
static const NativeDef decompressor_methods[] = {
    {"decompress", "(self, /, data, max_length=-1)", decompressor_decompress, "Decompress data, to at most max_length bytes (negative: all).", 0}, {0}};
static const MemberDef decompressor_members[] = {{"eof", MEMBER_BOOL, offsetof(BzObj, eof), false, "Whether the end of the stream has been reached."},
                                                 {"unused_data", MEMBER_VALUE, offsetof(BzObj, unused), false, "What came behind the end of the stream."},
                                                 {"needs_input", MEMBER_BOOL, offsetof(BzObj, needs_input), false, "Whether more input is needed for more output."},
                                                 {0}};
static Type decompressor_type = {TYPE_INIT("_bz2.BZ2Decompressor", BzObj),
                                 .flags = TYPE_BASE | TYPE_FINALIZE | TYPE_FREES,
                                 .trace = bz_trace,
                                 .finalize = decompressor_finalize,
                                 .new = decompressor_make,
                                 .methods = decompressor_methods,
                                 .members = decompressor_members,
                                 .doc = "An object that decompresses piece by piece."};

static bool init(Value module) { return module_add_type(module, &compressor_type) && module_add_type(module, &decompressor_type); }
const ModuleDef module__bz2 = {"_bz2", "Compression with libbz2.", 0, init};
