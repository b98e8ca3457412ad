/* _lzma.c: compression with liblzma, for lzma. */
#include "module/module.h"
#include "object/sequence.h"
#include <lzma.h>
#include <stdlib.h>

typedef struct LzObj {
    Obj head;
    lzma_stream z;
    bool ready, flushed, eof, needs_input;
    int check;
    Value pending, unused;
} LzObj;
static Type compressor_type, decompressor_type;
static Value lzma_error;
enum { FORMAT_AUTO, FORMAT_XZ, FORMAT_ALONE, FORMAT_RAW, CHECK_UNKNOWN = LZMA_CHECK_ID_MAX + 1 };

static void lz_trace(Obj *o)
{
    gc_visit(((LzObj *)o)->pending);
    gc_visit(((LzObj *)o)->unused);
}
static void lz_finalize(Obj *o)
{
    LzObj *s = (LzObj *)o;
    if (s->ready) lzma_end(&s->z);
    s->ready = false;
}

static bool check(lzma_ret result)
{
    const char *text;
    switch (result) {
    case LZMA_OK:
    case LZMA_GET_CHECK:
    case LZMA_NO_CHECK:
    case LZMA_STREAM_END: return true;
    case LZMA_UNSUPPORTED_CHECK: text = "Unsupported integrity check"; break;
    case LZMA_MEM_ERROR: return raise_memory();
    case LZMA_MEMLIMIT_ERROR: text = "Memory usage limit exceeded"; break;
    case LZMA_FORMAT_ERROR: text = "Input format not supported by decoder"; break;
    case LZMA_OPTIONS_ERROR: text = "Invalid or unsupported options"; break;
    case LZMA_DATA_ERROR: text = "Corrupt input data"; break;
    case LZMA_BUF_ERROR: text = "Insufficient buffer space"; break;
    case LZMA_PROG_ERROR: text = "Internal error"; break;
    default: return raise_format((Type *)lzma_error, "Unrecognized error from liblzma: %d", (int)result);
    }
    return raise_format((Type *)lzma_error, "%s", text);
}

/* ---------------------------------------------------------------- filters */

/* An optional entry; absent: `otherwise`. */
static bool entry(Value spec, const char *name, uint32_t *out, int *found)
{
    Value key = str_from_cstring(name);
    int has = key ? object_contains(spec, key) : -1;
    if (has <= 0) return has == 0;
    Value value = object_getitem(spec, key), n = value ? number_index(value) : 0;
    uint64_t number;
    if (!n || !int_as_uint64(n, &number)) return false;
    if (number > UINT32_MAX) return raise_overflow("Value too large for uint32_t type");
    ++*found;
    return *out = (uint32_t)number, true;
}
static bool complete(Value spec, int found, const char *kind)
{
    int64_t size = object_length(spec);
    return size >= 0 && (size == found || raise_value("Invalid filter specifier for %s filter", kind));
}

static bool lzma_options(Value spec, lzma_filter *f)
{
    int found = 1;
    uint32_t preset = LZMA_PRESET_DEFAULT, mode, finder;
    lzma_options_lzma *o = gc_buffer(sizeof *o);
    if (!o || !entry(spec, "preset", &preset, &found)) return false;
    if (lzma_lzma_preset(o, preset)) return raise_format((Type *)lzma_error, "Invalid compression preset: %u", preset);
    mode = o->mode, finder = o->mf;
    if (!entry(spec, "dict_size", &o->dict_size, &found) || !entry(spec, "lc", &o->lc, &found) || !entry(spec, "lp", &o->lp, &found) || !entry(spec, "pb", &o->pb, &found) ||
        !entry(spec, "mode", &mode, &found) || !entry(spec, "nice_len", &o->nice_len, &found) || !entry(spec, "mf", &finder, &found) || !entry(spec, "depth", &o->depth, &found))
        return false;
    o->mode = (lzma_mode)mode, o->mf = (lzma_match_finder)finder;
    f->options = o;
    return complete(spec, found, "LZMA");
}
static bool filter_argument(Value spec, lzma_filter *f)
{
    int found = 1;
    Value id = type_of(spec)->getitem && !is_list(spec) && !is_tuple(spec) && !is_str(spec) ? object_getitem(spec, str_from_cstring("id"))
                                                                                            : raise_type("Filter specifier must be a dict or dict-like object");
    if (!id) return error_clear_if(&exc_KeyError) ? raise_value("Filter specifier must have an \"id\" entry") : false;
    Value n = number_index(id);
    uint64_t number;
    if (!n || !int_as_uint64(n, &number)) return false;
    f->id = number;
    switch (number) {
    case LZMA_FILTER_LZMA1:
    case LZMA_FILTER_LZMA2: return lzma_options(spec, f);
    case LZMA_FILTER_DELTA: {
        lzma_options_delta *o = gc_buffer(sizeof *o);
        if (!o) return false;
        o->type = LZMA_DELTA_TYPE_BYTE, o->dist = 1;
        f->options = o;
        return entry(spec, "dist", &o->dist, &found) && complete(spec, found, "delta");
    }
    case LZMA_FILTER_X86:
    case LZMA_FILTER_POWERPC:
    case LZMA_FILTER_IA64:
    case LZMA_FILTER_ARM:
    case LZMA_FILTER_ARMTHUMB:
    case LZMA_FILTER_SPARC: {
        lzma_options_bcj *o = gc_buffer(sizeof *o);
        f->options = o;
        return o && entry(spec, "start_offset", &o->start_offset, &found) && complete(spec, found, "BCJ");
    }
    default: return raise_value("Invalid filter ID: %llu", (unsigned long long)number);
    }
}
/* The options are buffers that only the array points to: it must be on the C stack, where the collector sees it. */
static bool filters_argument(Value specs, lzma_filter filters[LZMA_FILTERS_MAX + 1])
{
    if (is_dict(specs)) return raise_type("%.200T is not a sequence", specs);
    Value list = object_to_list(specs);
    if (!list) return false;
    int64_t count = list_size(list);
    if (count > LZMA_FILTERS_MAX) return raise_value("Too many filters - liblzma supports a maximum of %d", LZMA_FILTERS_MAX);
    for (int64_t i = 0; i < count; i++)
        if (!filter_argument(list_get(list, i), &filters[i])) return false;
    filters[count] = (lzma_filter){.id = LZMA_VLI_UNKNOWN};
    return true;
}

/* ---------------------------------------------------------------- compressing */

static bool compressor_start(LzObj *s, int format, int check_id, Value preset_value, Value filters_value)
{
    lzma_filter filters[LZMA_FILTERS_MAX + 1] = {0};
    uint32_t preset = LZMA_PRESET_DEFAULT;
    bool custom = filters_value != NONE;
    if (preset_value != NONE) {
        Value n = number_index(preset_value);
        uint64_t number;
        if (!n || !int_as_uint64(n, &number)) return false;
        if (number > UINT32_MAX) return raise_overflow("Value too large for uint32_t type");
        preset = (uint32_t)number;
    }
    if (custom && !filters_argument(filters_value, filters)) return false;
    lzma_options_lzma options;
    switch (format) {
    case FORMAT_XZ:
        if (check_id == -1) check_id = LZMA_CHECK_CRC64;
        return check(custom ? lzma_stream_encoder(&s->z, filters, (lzma_check)check_id) : lzma_easy_encoder(&s->z, preset, (lzma_check)check_id));
    case FORMAT_ALONE:
        if (!custom) {
            if (lzma_lzma_preset(&options, preset)) return raise_format((Type *)lzma_error, "Invalid compression preset: %u", preset);
            return check(lzma_alone_encoder(&s->z, &options));
        }
        if (filters[0].id != LZMA_FILTER_LZMA1 || filters[1].id != LZMA_VLI_UNKNOWN) return raise_value("Invalid filter chain for FORMAT_ALONE - must be a single LZMA1 filter");
        return check(lzma_alone_encoder(&s->z, filters[0].options));
    default: return custom ? check(lzma_raw_encoder(&s->z, filters)) : raise_value("Must specify filters for FORMAT_RAW");
    }
}
static Value compressor_make(Type *type, Value *args, size_t nargs, Value kwnames)
{
    static Signature *signature;
    Value a[4];
    int format, check_id;
    if (!native_bind("LZMACompressor", "(format=1, check=-1, preset=None, filters=None)", &signature, args, nargs, kwnames, a) || !number_as_int(a[0], &format) ||
        !number_as_int(a[1], &check_id))
        return 0;
    if (a[2] != NONE && a[3] != NONE) return raise_value("Cannot specify both preset and filter chain");
    if (format < FORMAT_XZ || format > FORMAT_RAW) return raise_value("Invalid container format: %d", format);
    if (format != FORMAT_XZ && check_id != -1 && check_id != LZMA_CHECK_NONE) return raise_value("Integrity checks are only supported by FORMAT_XZ");
    LzObj *s = NEW_OF(LzObj, type, compressor_type);
    if (!s) return 0;
    s->z = (lzma_stream)LZMA_STREAM_INIT;
    s->ready = true;
    return compressor_start(s, format, check_id, a[2], a[3]) ? VALUE(s) : 0;
}

/* One step's room in out; 0 when `most` is reached. */
static bool make_room(lzma_stream *z, BytesBuilder *out, int64_t most, size_t *room)
{
    *room = out->size < 16384 ? 16384 : out->size;
    if (most >= 0 && (int64_t)(out->size + *room) > most) *room = (size_t)most - out->size;
    z->next_out = bytes_builder_reserve(out, *room ? *room : 1);
    z->avail_out = *room;
    return z->next_out != 0;
}
static Value compress(LzObj *s, const uint8_t *data, size_t size, lzma_action action)
{
    BytesBuilder out = {0};
    size_t room;
    s->z.next_in = data, s->z.avail_in = size;
    for (;;) {
        if (!make_room(&s->z, &out, -1, &room)) return 0;
        lzma_ret result = lzma_code(&s->z, action);
        out.size += room - s->z.avail_out;
        if (result == LZMA_BUF_ERROR && !size && s->z.avail_out) result = LZMA_OK;
        if (!check(result)) return 0;
        if (action == LZMA_RUN ? !s->z.avail_in && s->z.avail_out : result == LZMA_STREAM_END) break;
    }
    return bytes_builder_finish(&out);
}
static NATIVE(compressor_compress)
{
    LzObj *s = (LzObj *)args[0];
    Buffer data;
    if (s->flushed) return raise_value("Compressor has been flushed");
    if (!buffer_get(args[1], &data, BUFFER_SIMPLE)) return 0;
    Value result = compress(s, data.data, (size_t)data.length, LZMA_RUN);
    buffer_release(&data);
    return result;
}
static NATIVE(compressor_flush)
{
    LzObj *s = (LzObj *)args[0];
    if (s->flushed) return raise_value("Repeated call to flush()");
    s->flushed = true;
    return compress(s, 0, 0, LZMA_FINISH);
}
static const NativeDef compressor_methods[] = {{"compress", "(self, data, /)", compressor_compress, "Compress data: what is ready of the stream.", 0},
                                               {"flush", "(self, /)", compressor_flush, "The rest of the stream.", 0},
                                               {0}};
static Type compressor_type = {TYPE_INIT("_lzma.LZMACompressor", LzObj),
                               .flags = TYPE_BASE | TYPE_FINALIZE | TYPE_FREES,
                               .trace = lz_trace,
                               .finalize = lz_finalize,
                               .new = compressor_make,
                               .methods = compressor_methods,
                               .doc = "An object that compresses piece by piece."};

/* ---------------------------------------------------------------- decompressing */

static Value decompressor_make(Type *type, Value *args, size_t nargs, Value kwnames)
{
    static Signature *signature;
    Value a[3];
    int format;
    uint64_t limit = UINT64_MAX;
    lzma_filter filters[LZMA_FILTERS_MAX + 1] = {0};
    if (!native_bind("LZMADecompressor", "(format=0, memlimit=None, filters=None)", &signature, args, nargs, kwnames, a) || !number_as_int(a[0], &format)) return 0;
    if (a[1] != NONE) {
        if (format == FORMAT_RAW) return raise_value("Cannot specify memory limit with FORMAT_RAW");
        Value n = number_index(a[1]);
        if (!n || !int_as_uint64(n, &limit)) return 0;
    }
    if (format == FORMAT_RAW && a[2] == NONE) return raise_value("Must specify filters for FORMAT_RAW");
    if (format != FORMAT_RAW && a[2] != NONE) return raise_value("Cannot specify filters except with FORMAT_RAW");
    if (format < FORMAT_AUTO || format > FORMAT_RAW) return raise_value("Invalid container format: %d", format);
    LzObj *s = NEW_OF(LzObj, type, decompressor_type);
    if (!s || (format == FORMAT_RAW && !filters_argument(a[2], filters))) return 0;
    s->z = (lzma_stream)LZMA_STREAM_INIT;
    s->ready = s->needs_input = true;
    s->unused = s->pending = bytes_empty;
    s->check = format == FORMAT_ALONE || format == FORMAT_RAW ? LZMA_CHECK_NONE : CHECK_UNKNOWN;
    uint32_t flags = LZMA_TELL_ANY_CHECK | LZMA_TELL_NO_CHECK;
    lzma_ret result = format == FORMAT_AUTO    ? lzma_auto_decoder(&s->z, limit, flags)
                      : format == FORMAT_XZ    ? lzma_stream_decoder(&s->z, limit, flags)
                      : format == FORMAT_ALONE ? lzma_alone_decoder(&s->z, limit)
                                               : lzma_raw_decoder(&s->z, filters);
    return check(result) ? VALUE(s) : 0;
}

static Value decompress(LzObj *s, const uint8_t *data, size_t size, int64_t most)
{
    BytesBuilder out = {0};
    size_t room;
    s->z.next_in = data, s->z.avail_in = size;
    s->needs_input = false;   /* stays so after an error */
    for (;;) {
        if (!make_room(&s->z, &out, most, &room)) return 0;
        lzma_ret result = lzma_code(&s->z, LZMA_RUN);
        out.size += room - s->z.avail_out;
        if (result == LZMA_BUF_ERROR && (!s->z.avail_in || !room)) result = LZMA_OK;
        if (!check(result)) return 0;
        if (result == LZMA_GET_CHECK || result == LZMA_NO_CHECK) s->check = (int)lzma_get_check(&s->z);
        s->eof = result == LZMA_STREAM_END;
        if (s->eof || (most >= 0 && (int64_t)out.size >= most) || (!s->z.avail_in && s->z.avail_out)) break;
    }
    size_t left = s->z.avail_in;
    Value rest = left ? bytes_new(data + size - left, left) : bytes_empty;
    if (!rest) return 0;
    /* Output may still be inside the decoder when the room is used up. */
    s->needs_input = !s->eof && !left && s->z.avail_out;
    if (s->eof) s->unused = rest, s->pending = bytes_empty;
    else s->pending = rest;
    gc_barrier(s);
    return bytes_builder_finish(&out);
}
static NATIVE(decompressor_decompress)
{
    LzObj *s = (LzObj *)args[0];
    int64_t most;
    Buffer data;
    if (!number_as_count(args[2], &most)) return 0;
    if (s->eof) return raise_format(&exc_EOFError, "Already at end of stream");
    if (!buffer_get(args[1], &data, BUFFER_SIMPLE)) return 0;
    Value all = bytes_new(0, (size_t)(bytes_size(s->pending) + data.length)), result = 0;
    if (all) {
        memcpy(bytes_data(all), bytes_data(s->pending), (size_t)bytes_size(s->pending));
        memcpy(bytes_data(all) + bytes_size(s->pending), data.data, (size_t)data.length);
        result = decompress(s, bytes_data(all), (size_t)bytes_size(all), most);
    }
    buffer_release(&data);
    return result;
}
static const NativeDef decompressor_methods[] = {
    {"decompress", "(self, /, data, max_length=-1)", decompressor_decompress, "Decompress data, to at most max_length bytes (negative: all).", 0}, {0}};
static const MemberDef decompressor_members[] = {{"check", MEMBER_INT, offsetof(LzObj, check), false, "The integrity check of the stream."},
                                                 {"eof", MEMBER_BOOL, offsetof(LzObj, eof), false, "Whether the end of the stream has been reached."},
                                                 {"needs_input", MEMBER_BOOL, offsetof(LzObj, needs_input), false, "Whether more input is needed for more output."},
                                                 {"unused_data", MEMBER_VALUE, offsetof(LzObj, unused), false, "What came behind the end of the stream."},
                                                 {0}};
static Type decompressor_type = {TYPE_INIT("_lzma.LZMADecompressor", LzObj),
                                 .flags = TYPE_BASE | TYPE_FINALIZE | TYPE_FREES,
                                 .trace = lz_trace,
                                 .finalize = lz_finalize,
                                 .new = decompressor_make,
                                 .methods = decompressor_methods,
                                 .members = decompressor_members,
                                 .doc = "An object that decompresses piece by piece."};

/* ---------------------------------------------------------------- the module */

static NATIVE(lzma_is_supported)
{
    int id;
    return number_as_int(args[0], &id) ? bool_value(lzma_check_is_supported((lzma_check)id)) : 0;
}
static NATIVE(lzma_encode_properties)
{
    lzma_filter filter = {0};
    uint32_t size;
    if (!filter_argument(args[0], &filter) || !check(lzma_properties_size(&size, &filter))) return 0;
    Value bytes = bytes_new(0, size);
    return bytes && check(lzma_properties_encode(&filter, bytes_data(bytes))) ? bytes : 0;
}
static NATIVE(lzma_decode_properties)
{
    lzma_filter filter = {0};
    Buffer data;
    Value n = number_index(args[0]), spec = dict_new();
    uint64_t id;
    if (!n || !spec || !int_as_uint64(n, &id) || !buffer_get(args[1], &data, BUFFER_SIMPLE)) return 0;
    filter.id = id;
    lzma_ret result = lzma_properties_decode(&filter, 0, data.data, (size_t)data.length);
    buffer_release(&data);
    if (!check(result) || !dict_set_cstring(spec, "id", int_new_unsigned(id))) return 0;
    bool ok = true;
    if (!filter.options) return spec;
    if (id == LZMA_FILTER_LZMA1 || id == LZMA_FILTER_LZMA2) {
        lzma_options_lzma *o = filter.options;
        if (id == LZMA_FILTER_LZMA1)
            ok = dict_set_cstring(spec, "dict_size", int_new(o->dict_size)) && dict_set_cstring(spec, "lc", int_new(o->lc)) && dict_set_cstring(spec, "lp", int_new(o->lp)) &&
                 dict_set_cstring(spec, "pb", int_new(o->pb));
        else ok = dict_set_cstring(spec, "dict_size", int_new(o->dict_size));
    } else if (id == LZMA_FILTER_DELTA) {
        ok = dict_set_cstring(spec, "dist", int_new(((lzma_options_delta *)filter.options)->dist));
    } else {
        ok = dict_set_cstring(spec, "start_offset", int_new(((lzma_options_bcj *)filter.options)->start_offset));
    }
    free(filter.options);
    return ok ? spec : 0;
}
static const NativeDef functions[] = {
    {"is_check_supported", "(check_id, /)", lzma_is_supported, "Whether an integrity check is supported.", 0},
    {"_encode_filter_properties", "(filter, /)", lzma_encode_properties, "A filter's options as bytes.", 0},
    {"_decode_filter_properties", "(filter_id, encoded_props, /)", lzma_decode_properties, "Bytes as a filter's options.", 0},
    {0},
};
#define C(name) {#name, name}
#define L(name) {#name, (int64_t)LZMA_##name}
static const struct {
    const char *name;
    int64_t value;
} constants[] = {C(FORMAT_AUTO),  C(FORMAT_XZ),    C(FORMAT_ALONE),    C(FORMAT_RAW),   L(CHECK_NONE),     L(CHECK_CRC32),    L(CHECK_CRC64),
                 L(CHECK_SHA256), L(CHECK_ID_MAX), C(CHECK_UNKNOWN),   L(FILTER_LZMA1), L(FILTER_LZMA2),   L(FILTER_DELTA),   L(FILTER_X86),
                 L(FILTER_IA64),  L(FILTER_ARM),   L(FILTER_ARMTHUMB), L(FILTER_SPARC), L(FILTER_POWERPC), L(MF_HC3),         L(MF_HC4),
                 L(MF_BT2),       L(MF_BT3),       L(MF_BT4),          L(MODE_FAST),    L(MODE_NORMAL),    L(PRESET_DEFAULT), L(PRESET_EXTREME)};
static bool init(Value module)
{
    gc_root(&lzma_error);
    lzma_error = module_new_exception("_lzma.LZMAError", VALUE(&exc_Exception), "Call to liblzma failed.");
    for (size_t i = 0; i < sizeof constants / sizeof *constants; i++)
        if (!module_add_int(module, constants[i].name, constants[i].value)) return false;
    return lzma_error && module_add(module, "LZMAError", lzma_error) && module_add_type(module, &compressor_type) && module_add_type(module, &decompressor_type);
}
const ModuleDef module__lzma = {"_lzma", "Compression with liblzma.", functions, init};
