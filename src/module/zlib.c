/* zlib.c: compression with zlib: one-shot functions, objects for streams, and checksums. */
#include "module/module.h"
#include <limits.h>
#include <zlib.h>

typedef struct ZObj {
    Obj head;
    z_stream z;
    bool ready, eof, raw;
    Value unused, tail, zdict;
} ZObj;
static Type compress_type, decompress_type;
static Value zlib_error;

enum { CHUNK = 16384 };

static uint64_t raise_zlib(const z_stream *z, int error, const char *doing)
{
    if (error == Z_MEM_ERROR) return raise_memory();
    const char *why = error == Z_VERSION_ERROR ? "library version mismatch" : z->msg;
    if (!why && error == Z_BUF_ERROR) why = "incomplete or truncated stream";
    if (!why && error == Z_STREAM_ERROR) why = "inconsistent stream state";
    if (!why && error == Z_DATA_ERROR) why = "invalid input data";
    if (why) return raise_format((Type *)zlib_error, "Error %d %s: %.200s", error, doing, why);
    return raise_format((Type *)zlib_error, "Error %d %s", error, doing);
}

static size_t growth(const BytesBuilder *out, int64_t most)
{
    size_t room = out->size < CHUNK ? CHUNK : out->size < 1 << 28 ? out->size : 1 << 28;
    return most >= 0 && (int64_t)(out->size + room) > most ? (size_t)most - out->size : room;
}

/* Runs step (deflate or inflate) over all the input, appending to out, at most `most` bytes (-1: any number). The result of the last step; INT_MIN: no memory. */
static int pump(z_stream *z, int (*step)(z_stream *, int), int flush, const uint8_t *data, size_t size, BytesBuilder *out, int64_t most, Value zdict, size_t *left)
{
    int result = Z_OK;
    z->next_in = (uint8_t *)data;
    do {
        z->avail_in = size > UINT_MAX ? UINT_MAX : (unsigned)size;
        size -= z->avail_in;
        do {
            size_t room = growth(out, most);
            if (!room) goto done;
            if (!(z->next_out = bytes_builder_reserve(out, room))) return INT_MIN;
            z->avail_out = (unsigned)room;
            result = step(z, size ? (step == inflate ? Z_SYNC_FLUSH : Z_NO_FLUSH) : flush);
            out->size += room - z->avail_out;
            if (result == Z_NEED_DICT && zdict) {
                Buffer dictionary;
                if (!buffer_get(zdict, &dictionary, BUFFER_SIMPLE)) return INT_MIN;
                result = inflateSetDictionary(z, dictionary.data, (unsigned)dictionary.length);
                buffer_release(&dictionary);
                if (result != Z_OK) return raise_zlib(z, result, "while setting zdict"), INT_MIN;
                z->avail_out = 0;   /* go on */
                continue;
            }
            if (result != Z_OK && result != Z_BUF_ERROR) goto done;
        } while (z->avail_out == 0);
    } while (size);
done:
    if (left) *left = size + z->avail_in;
    return result;
}

/* ---------------------------------------------------------------- one-shot */

static NATIVE(zlib_compress)
{
    int level, wbits;
    Buffer data;
    z_stream z = {0};
    BytesBuilder out = {0};
    if (!number_as_int(args[1], &level) || !number_as_int(args[2], &wbits) || !buffer_get(args[0], &data, BUFFER_SIMPLE)) return 0;
    int error = deflateInit2(&z, level, Z_DEFLATED, wbits, 8, Z_DEFAULT_STRATEGY);
    if (error != Z_OK) {
        buffer_release(&data);
        return error == Z_STREAM_ERROR ? raise_format((Type *)zlib_error, "Bad compression level") : raise_zlib(&z, error, "while compressing data");
    }
    error = pump(&z, deflate, Z_FINISH, data.data, (size_t)data.length, &out, -1, 0, 0);
    if (error != Z_STREAM_END && error != INT_MIN) raise_zlib(&z, error, "while compressing data");
    deflateEnd(&z);
    buffer_release(&data);
    return error == Z_STREAM_END ? bytes_builder_finish(&out) : 0;
}

static NATIVE(zlib_decompress)
{
    int wbits;
    int64_t room;
    Buffer data;
    z_stream z = {0};
    BytesBuilder out = {0};
    if (!number_as_int(args[1], &wbits) || !number_as_count(args[2], &room)) return 0;
    if (room < 0) return raise_value("bufsize must be non-negative");
    if (!buffer_get(args[0], &data, BUFFER_SIMPLE)) return 0;
    int error = inflateInit2(&z, wbits);
    if (error != Z_OK) {
        buffer_release(&data);
        return raise_zlib(&z, error, "while preparing to decompress data");
    }
    error = pump(&z, inflate, Z_SYNC_FLUSH, data.data, (size_t)data.length, &out, -1, 0, 0);
    if (error == Z_OK) error = Z_BUF_ERROR;
    if (error != Z_STREAM_END && error != INT_MIN) raise_zlib(&z, error, "while decompressing data");
    inflateEnd(&z);
    buffer_release(&data);
    return error == Z_STREAM_END ? bytes_builder_finish(&out) : 0;
}

/* ---------------------------------------------------------------- objects */

static void z_trace(Obj *o)
{
    ZObj *s = (ZObj *)o;
    gc_visit(s->unused);
    gc_visit(s->tail);
    gc_visit(s->zdict);
}
static void compress_finalize(Obj *o)
{
    ZObj *s = (ZObj *)o;
    if (s->ready) deflateEnd(&s->z);
    s->ready = false;
}
static void decompress_finalize(Obj *o)
{
    ZObj *s = (ZObj *)o;
    if (s->ready) inflateEnd(&s->z);
    s->ready = false;
}
static ZObj *z_new(Type *type)
{
    ZObj *s = gc_alloc(ZObj, type);
    if (s) s->unused = s->tail = bytes_empty;
    return s;
}
static bool started(ZObj *s, int error, const char *doing)
{
    if (error == Z_OK) return s->ready = true;
    if (error == Z_MEM_ERROR) return raise_format(&exc_MemoryError, "Can't allocate memory for %s object", doing);
    return error == Z_STREAM_ERROR ? raise_value("Invalid initialization option") : raise_zlib(&s->z, error, "while creating object");
}

static NATIVE(zlib_compressobj)
{
    int n[5];
    for (int i = 0; i < 5; i++)
        if (!number_as_int(args[i], &n[i])) return 0;
    Buffer zdict = {0};
    bool given = args[5] && args[5] != NONE;
    if (given && !buffer_get(args[5], &zdict, BUFFER_SIMPLE)) return 0;
    ZObj *s = z_new(&compress_type);
    bool ok = s && started(s, deflateInit2(&s->z, n[0], n[1], n[2], n[3], n[4]), "compression");
    if (ok && given) {
        int error = deflateSetDictionary(&s->z, zdict.data, (unsigned)zdict.length);
        if (error != Z_OK) ok = error == Z_STREAM_ERROR ? raise_value("Invalid dictionary") : raise_value("deflateSetDictionary()");
    }
    if (given) buffer_release(&zdict);
    return ok ? VALUE(s) : 0;
}

static bool use_dictionary(ZObj *s)
{
    Buffer zdict;
    if (!buffer_get(s->zdict, &zdict, BUFFER_SIMPLE)) return false;
    int error = inflateSetDictionary(&s->z, zdict.data, (unsigned)zdict.length);
    buffer_release(&zdict);
    return error == Z_OK || raise_zlib(&s->z, error, "while setting zdict");
}
static NATIVE(zlib_decompressobj)
{
    int wbits;
    if (!number_as_int(args[0], &wbits)) return 0;
    if (args[1] && !has_buffer(args[1])) return raise_type("zdict argument must support the buffer protocol");
    ZObj *s = z_new(&decompress_type);
    if (!s || !started(s, inflateInit2(&s->z, wbits), "decompression")) return 0;
    if (args[1]) SET(s, zdict, args[1]);
    return !args[1] || wbits >= 0 || use_dictionary(s) ? VALUE(s) : 0;
}

static NATIVE(compress_compress)
{
    ZObj *s = (ZObj *)args[0];
    Buffer data;
    BytesBuilder out = {0};
    if (!buffer_get(args[1], &data, BUFFER_SIMPLE)) return 0;
    int error = pump(&s->z, deflate, Z_NO_FLUSH, data.data, (size_t)data.length, &out, -1, 0, 0);
    buffer_release(&data);
    if (error == INT_MIN) return 0;
    return error == Z_STREAM_ERROR ? raise_zlib(&s->z, error, "while compressing data") : bytes_builder_finish(&out);
}
static NATIVE(compress_flush)
{
    ZObj *s = (ZObj *)args[0];
    int mode;
    BytesBuilder out = {0};
    if (!number_as_int(args[1], &mode)) return 0;
    if (mode == Z_NO_FLUSH) return bytes_empty;
    int error = pump(&s->z, deflate, mode, 0, 0, &out, -1, 0, 0);
    if (error == INT_MIN) return 0;
    if (error == Z_STREAM_END && mode == Z_FINISH) {
        error = deflateEnd(&s->z);
        s->ready = false;
        if (error != Z_OK) return raise_zlib(&s->z, error, "while finishing compression");
    } else if (error != Z_OK && error != Z_BUF_ERROR) {
        return raise_zlib(&s->z, error, "while flushing");
    }
    return bytes_builder_finish(&out);
}

/* What the step left of its input: behind the end of the stream it is unused data, before it the tail to come back with. */
static bool keep_rest(ZObj *s, const uint8_t *end, size_t left, int error)
{
    Value rest = left ? bytes_new(end - left, left) : bytes_empty;
    if (!rest) return false;
    if (error == Z_STREAM_END) {
        if (left) {
            Value all = bytes_concat(s->unused, rest);
            if (!all) return false;
            SET(s, unused, all);
        }
        s->tail = bytes_empty;
    } else {
        SET(s, tail, rest);
    }
    return true;
}
static bool check_decompressed(ZObj *s, int error, const char *doing)
{
    if (error == INT_MIN) return false;
    if (error == Z_STREAM_END) s->eof = true;
    else if (error != Z_OK && error != Z_BUF_ERROR) return raise_zlib(&s->z, error, doing);
    return true;
}

static NATIVE(decompress_decompress)
{
    ZObj *s = (ZObj *)args[0];
    int64_t most;
    Buffer data;
    BytesBuilder out = {0};
    size_t left = 0;
    if (!number_as_count(args[2], &most)) return 0;
    if (most < 0) return raise_value("max_length must be non-negative");
    if (!buffer_get(args[1], &data, BUFFER_SIMPLE)) return 0;
    int error = pump(&s->z, inflate, Z_SYNC_FLUSH, data.data, (size_t)data.length, &out, most ? most : -1, s->zdict, &left);
    bool ok = error != INT_MIN && keep_rest(s, (uint8_t *)data.data + data.length, left, error);
    buffer_release(&data);
    return ok && check_decompressed(s, error, "while decompressing data") ? bytes_builder_finish(&out) : 0;
}
static NATIVE(decompress_flush)
{
    ZObj *s = (ZObj *)args[0];
    int64_t room;
    BytesBuilder out = {0};
    size_t left = 0;
    if (!number_as_count(args[1], &room)) return 0;
    if (room <= 0) return raise_value("length must be greater than zero");
    Value data = s->tail;
    int error = pump(&s->z, inflate, Z_FINISH, bytes_data(data), (size_t)bytes_size(data), &out, -1, s->zdict, &left);
    if (error == INT_MIN || !keep_rest(s, bytes_data(data) + bytes_size(data), left, error)) return 0;
    if (error == Z_STREAM_END) {
        s->eof = true;
        s->ready = false;
        error = inflateEnd(&s->z);
        if (error != Z_OK) return raise_zlib(&s->z, error, "while finishing decompression");
    }
    return bytes_builder_finish(&out);
}

static Value z_copy(ZObj *from, Type *type, int (*copy)(z_stream *, z_stream *))
{
    ZObj *s = z_new(type);
    if (!s) return 0;
    int error = copy(&s->z, &from->z);
    if (error == Z_STREAM_ERROR) return raise_value("Inconsistent stream state");
    if (error == Z_MEM_ERROR) return raise_format(&exc_MemoryError, "Can't allocate memory for compression object");
    if (error != Z_OK) return raise_zlib(&from->z, error, "while copying compression object");
    s->ready = true;
    s->eof = from->eof;
    s->unused = from->unused, s->tail = from->tail, s->zdict = from->zdict;
    return VALUE(s);
}
static NATIVE(compress_copy) { return z_copy((ZObj *)args[0], &compress_type, deflateCopy); }
static NATIVE(decompress_copy) { return z_copy((ZObj *)args[0], &decompress_type, inflateCopy); }

static const NativeDef compress_methods[] = {
    {"compress", "(self, data, /)", compress_compress, "Compress data: what is ready of the stream.", 0},
    {"flush", "(self, mode=4, /)", compress_flush, "The rest of the stream, or up to a point to go on from.", 0},
    {"copy", "(self, /)", compress_copy, "A copy of the object.", 0},
    {"__copy__", "(self, /)", compress_copy, 0, 0},
    {"__deepcopy__", "(self, memo, /)", compress_copy, 0, 0},
    {0},
};
static const NativeDef decompress_methods[] = {
    {"decompress", "(self, data, /, max_length=0)", decompress_decompress, "Decompress data, to at most max_length bytes (0: all).", 0},
    {"flush", "(self, length=16384, /)", decompress_flush, "All that is left.", 0},
    {"copy", "(self, /)", decompress_copy, "A copy of the object.", 0},
    {"__copy__", "(self, /)", decompress_copy, 0, 0},
    {"__deepcopy__", "(self, memo, /)", decompress_copy, 0, 0},
    {0},
};
static const MemberDef decompress_members[] = {{"unused_data", MEMBER_VALUE, offsetof(ZObj, unused), false, 0},
                                               {"unconsumed_tail", MEMBER_VALUE, offsetof(ZObj, tail), false, 0},
                                               {"eof", MEMBER_BOOL, offsetof(ZObj, eof), false, 0},
                                               {0}};
static Type compress_type = {TYPE_INIT("zlib.Compress", ZObj), .flags = TYPE_DISALLOW_NEW | TYPE_FINALIZE | TYPE_FREES, .trace = z_trace, .finalize = compress_finalize,
                             .methods = compress_methods};
static Type decompress_type = {
    TYPE_INIT("zlib.Decompress", ZObj), .flags = TYPE_DISALLOW_NEW | TYPE_FINALIZE | TYPE_FREES, .trace = z_trace, .finalize = decompress_finalize, .methods = decompress_methods,
    .members = decompress_members};

/* ---------------------------------------------------------------- checksums */

static Value checksum(Value *args, uLong (*sum)(uLong, const Bytef *, z_size_t))
{
    Buffer data;
    Value n = number_index(args[1]);
    if (!n || !buffer_get(args[0], &data, BUFFER_SIMPLE)) return 0;
    uLong value = (uint32_t)int_as_uint64_mask(n);
    if (data.length > 1 << 20) BLOCKING(value = sum(value, data.data, (size_t)data.length));
    else value = sum(value, data.data, (size_t)data.length);
    buffer_release(&data);
    return int_new((int64_t)(value & 0xffffffff));
}
static NATIVE(zlib_crc32) { return checksum(args, crc32_z); }
static NATIVE(zlib_adler32) { return checksum(args, adler32_z); }

static const NativeDef functions[] = {
    {"adler32", "(data, value=1, /)", zlib_adler32, "The Adler-32 checksum of data, going on from value.", 0},
    {"crc32", "(data, value=0, /)", zlib_crc32, "The CRC-32 checksum of data, going on from value.", 0},
    {"compress", "(data, /, level=-1, wbits=15)", zlib_compress, "Compress data.", 0},
    {"decompress", "(data, /, wbits=15, bufsize=16384)", zlib_decompress, "Decompress data.", 0},
    {"compressobj", "(level=-1, method=8, wbits=15, memLevel=8, strategy=0, zdict=None)", zlib_compressobj, "An object that compresses piece by piece.", 0},
    {"decompressobj", "(wbits=15, zdict=<unrepresentable>)", zlib_decompressobj, "An object that decompresses piece by piece.", 0},
    {0},
};

#define C(name) {#name, name}
static const struct {
    const char *name;
    int value;
} constants[] = {C(MAX_WBITS),
                 {"DEFLATED", Z_DEFLATED},
                 {"DEF_MEM_LEVEL", 8},
                 {"DEF_BUF_SIZE", CHUNK},
                 C(Z_NO_COMPRESSION),
                 C(Z_BEST_SPEED),
                 C(Z_BEST_COMPRESSION),
                 C(Z_DEFAULT_COMPRESSION),
                 C(Z_FILTERED),
                 C(Z_HUFFMAN_ONLY),
                 C(Z_RLE),
                 C(Z_FIXED),
                 C(Z_DEFAULT_STRATEGY),
                 C(Z_NO_FLUSH),
                 C(Z_PARTIAL_FLUSH),
                 C(Z_SYNC_FLUSH),
                 C(Z_FULL_FLUSH),
                 C(Z_FINISH),
                 C(Z_BLOCK),
                 C(Z_TREES)};

static bool init(Value module)
{
    gc_root(&zlib_error);
    zlib_error = module_new_exception("zlib.error", VALUE(&exc_Exception), 0);
    for (size_t i = 0; i < sizeof constants / sizeof *constants; i++)
        if (!module_add_int(module, constants[i].name, constants[i].value)) return false;
    return zlib_error && type_ready(&compress_type) && type_ready(&decompress_type) && module_add(module, "error", zlib_error) &&
           module_add_str(module, "ZLIB_VERSION", ZLIB_VERSION) && module_add_str(module, "ZLIB_RUNTIME_VERSION", zlibVersion()) && module_add_str(module, "__version__", "1.0");
}

const ModuleDef module_zlib = {"zlib", "Compression with zlib.", functions, init};
