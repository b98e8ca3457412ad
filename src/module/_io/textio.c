/* textio.c: TextIOWrapper: construction, attributes, writing and closing. */
#include "module/_io/text.h"
#include <ctype.h>
#include <langinfo.h>

/* --- guards */

bool text_check(TextObj *t)
{
    if (t->ok) return true;
    if (t->detached) return raise_value("underlying buffer has been detached");
    return raise_value("I/O operation on uninitialized object");
}

static int is_closed(TextObj *t)
{
    Value b = t->buffer;
    if (is_buffered_reader(b) || is_buffered_writer(b) || is_buffered_random(b)) {
        BufferedObj *buffer = (BufferedObj *)b;
        if (buffer->ok && is_fileio(buffer->raw)) return ((FileObj *)buffer->raw)->fd < 0;
    }
    return io_closed(b);
}

bool text_check_open(TextObj *t)
{
    if (!text_check(t)) return false;
    int closed = t->base.head.type == &textio_type ? is_closed(t) : io_closed(VALUE(t));
    if (closed > 0) return raise_value("I/O operation on closed file.");
    return closed == 0;
}

/* --- encodings */

static NativeCodec native_codec(const char *name)
{
    static const struct {
        const char *name;
        NativeCodec codec;
    } known[] = {
        {"utf8", CODEC_UTF8},     {"u8", CODEC_UTF8},         {"ascii", CODEC_ASCII}, {"usascii", CODEC_ASCII}, {"646", CODEC_ASCII},
        {"latin1", CODEC_LATIN1}, {"iso88591", CODEC_LATIN1}, {"l1", CODEC_LATIN1},   {"8859", CODEC_LATIN1},
    };
    char plain[16];
    size_t n = 0;
    for (; *name; name++) {
        if (*name == '-' || *name == '_' || *name == ' ') continue;
        if (n + 1 == sizeof plain) return CODEC_OBJECT;
        plain[n++] = (char)tolower((unsigned char)*name);
    }
    plain[n] = 0;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(plain, known[i].name) == 0) return known[i].codec;
    return CODEC_OBJECT;
}

Value io_locale_encoding(void)
{
    if (io_utf8_mode()) return NAME("utf-8");
    const char *name = nl_langinfo(CODESET);
    /* The C locale is taken for UTF-8, as CPython's UTF-8 mode does. */
    if (!name || !*name || strncmp(name, "ANSI_X3", 7) == 0) name = "UTF-8";
    return str_from_cstring(name);
}

static bool check_text_argument(const char *name, Value v)
{
    if (v == NONE) return true;
    if (!is_str(v)) return raise_type("TextIOWrapper() argument '%s' must be str or None, not %.50s", name, type_of(v)->name);
    if (str_find_char(v, 0, 0, str_length(v), 1) >= 0) return raise_value("embedded null character");
    return true;
}

/* An incremental coder from the codec's registry entry. */
static Value make_coder(Value info, Value kind, Value errors)
{
    Value factory = object_getattr(info, kind);
    return factory ? call_1(factory, errors) : 0;
}

static Value codec_lookup(Value encoding)
{
    Value lookup = import_attr("_codecs", "lookup");
    Value info = lookup ? call_1(lookup, encoding) : 0;
    if (!info) return 0;
    Value is_text = object_getattr_opt(info, NAME("_is_text_encoding"));
    if (!is_text && thread_self->exception) return 0;
    int truth = is_text ? object_truth(is_text) : 1;
    if (truth < 0) return 0;
    if (!truth) return raise_format(&exc_LookupError, "'%.400s' is not a text encoding; use codecs.open() to handle arbitrary codecs", str_utf8(encoding, 0));
    return info;
}

/* In development mode a wrong name is an error at once, not when it is first needed. */
static bool check_error_handler(Value errors)
{
    Value lookup = import_attr("_codecs", "lookup_error");
    return lookup && call_1(lookup, errors);
}

static bool set_codec(TextObj *t, Value encoding, Value errors)
{
    const char *name = str_utf8(encoding, 0), *errors_text = str_utf8(errors, 0);
    if (!name || !errors_text) return false;
    if (io_dev_mode() && !check_error_handler(errors)) return false;
    t->codec = native_codec(name);
    t->encoder = t->decoder = 0;
    t->tail_size = 0;
    if (t->codec == CODEC_OBJECT) {
        Value info = codec_lookup(encoding);
        if (!info) return false;
        if (t->can_read) {
            Value decoder = make_coder(info, NAME("incrementaldecoder"), errors);
            if (!decoder) return false;
            SET(t, decoder, decoder);
        }
        if (t->can_write) {
            Value encoder = make_coder(info, NAME("incrementalencoder"), errors);
            if (!encoder) return false;
            SET(t, encoder, encoder);
        }
    }
    t->encoding = encoding;
    t->errors = errors;
    t->errors_text = strcmp(errors_text, "strict") == 0 ? 0 : errors_text;
    gc_barrier(t);
    return true;
}

/* Past the start of the stream, encoders must not write a byte order mark. */
static bool fix_encoder(TextObj *t)
{
    if (!t->seekable || t->codec != CODEC_OBJECT || !t->encoder) return true;
    Value position = call_method_0(t->buffer, NAME("tell"));
    if (!position) return false;
    int zero = object_compare_bool(position, small_int(0), CMP_EQ);
    if (zero < 0) return false;
    return zero || text_encoder_reset(t, false);
}

/* --- construction */

static bool check_newline(Value newline)
{
    if (newline != NONE && !is_str(newline)) return raise_type("TextIOWrapper() argument 'newline' must be str or None, not %.50s", type_of(newline)->name);
    return newline_check(newline);
}

static void set_newline(TextObj *t, Value newline)
{
    t->universal = newline == NONE || str_length(newline) == 0;
    unsigned seen = t->newlines.seen;
    t->newlines = (NewlineState){.translate = newline == NONE, .seen = (uint8_t)seen};
    t->read_newline = newline == NONE ? 0 : newline;
    gc_barrier(t);
    t->write_newline = 0;
    if (t->read_newline && str_equal_ascii(newline, "\r\n")) t->write_newline = "\r\n";
    if (t->read_newline && str_equal_ascii(newline, "\r")) t->write_newline = "\r";
}

static int ask(Value stream, Value method)
{
    Value answer = call_method_0(stream, method);
    return answer ? object_truth(answer) : -1;
}

static bool text_start(TextObj *t, Value buffer, Value encoding, Value errors, Value newline, bool line_buffering, bool write_through)
{
    t->ok = t->detached = false;
    t->pending_size = 0;
    text_drop_decoded(t);
    t->newlines.seen = 0;
    if (!check_text_argument("encoding", encoding) || !check_text_argument("errors", errors) || !check_newline(newline)) return false;
    if (encoding == NONE && !io_warn_default_encoding(1)) return false;
    if (encoding == NONE || str_equal_ascii(encoding, "locale")) encoding = io_locale_encoding();
    if (errors == NONE) errors = str_from_cstring("strict");
    if (!encoding || !errors) return false;
    int readable = ask(buffer, NAME("readable")), writable = readable < 0 ? -1 : ask(buffer, NAME("writable"));
    if (writable < 0) return false;
    t->can_read = readable;
    t->can_write = writable;
    t->line_buffering = line_buffering;
    t->write_through = write_through;
    t->chunk_size = IO_BUFFER_SIZE;
    t->bytes_per_char = 0;
    set_newline(t, newline);
    SET(t, buffer, buffer);
    if (!set_codec(t, encoding, errors)) return false;
    int seekable = ask(buffer, NAME("seekable"));
    if (seekable < 0) return false;
    t->seekable = t->telling = seekable;
    if (is_buffered_reader(buffer) || is_buffered_random(buffer)) {
        t->has_read1 = true;
    } else {
        Value read1 = object_getattr_opt(buffer, NAME("read1"));
        if (!read1 && thread_self->exception) return false;
        t->has_read1 = read1 != 0;
    }
    if (!fix_encoder(t)) return false;
    t->ok = true;
    return true;
}

static bool text_init(Value self, Value *args, size_t nargs, Value kwnames)
{
    static Signature *cache;
    Value a[6];
    if (!native_bind("TextIOWrapper", "(buffer, encoding=None, errors=None, newline=None, line_buffering=False, write_through=False)", &cache, args, nargs, kwnames, a))
        return false;
    int line_buffering = object_truth(a[4]), write_through = object_truth(a[5]);
    if (line_buffering < 0 || write_through < 0) return false;
    return text_start((TextObj *)self, a[0], a[1], a[2], a[3], line_buffering, write_through);
}

Value textio_new(Value buffer, Value encoding, Value errors, Value newline, bool line_buffering, bool write_through)
{
    TextObj *t = (TextObj *)type_alloc(&textio_type, 0);
    return t && text_start(t, buffer, encoding, errors, newline, line_buffering, write_through) ? VALUE(t) : 0;
}

static void text_trace(Obj *o)
{
    TextObj *t = (TextObj *)o;
    gc_visit(t->base.dict);
    gc_visit(t->buffer);
    gc_visit(t->encoding);
    gc_visit(t->errors);
    gc_visit(t->encoder);
    gc_visit(t->decoder);
    gc_visit(t->read_newline);
    gc_visit(t->decoded);
    gc_visit(t->snapshot_input);
    gc_visit_buffer(t->pending);
}

/* --- writing */

/* Gives what is pending to the buffer. */
bool text_flush_pending(TextObj *t)
{
    if (!t->pending_size) return true;
    uint8_t *data = t->pending;
    int64_t size = t->pending_size;
    /* The buffer may run Python code that writes here again: it must not see these bytes once more. */
    t->pending = 0;
    t->pending_size = t->pending_capacity = 0;
    if (is_buffered_writer(t->buffer) || is_buffered_random(t->buffer)) {
        if (buffered_write((BufferedObj *)t->buffer, data, size) < 0) return false;
        if (!t->pending) {
            SET(t, pending, data);
            t->pending_capacity = (int64_t)gc_buffer_usable(data);
        }
        return true;
    }
    Value bytes = bytes_new(data, (size_t)size), result;
    if (!bytes) return false;
    do result = call_method_1(t->buffer, NAME("write"), bytes);
    while (!result && io_interrupted());
    return result != 0;
}

static bool add_pending(TextObj *t, const void *data, int64_t size)
{
    if (t->pending_size + size > t->pending_capacity) {
        int64_t capacity = t->pending_size + size;
        if (capacity < t->chunk_size + 1024) capacity = t->chunk_size + 1024;
        uint8_t *memory = gc_buffer_grow(t->pending, (size_t)t->pending_size, (size_t)capacity);
        if (!memory) return false;
        SET(t, pending, memory);
        t->pending_capacity = (int64_t)gc_buffer_usable(memory);
    }
    memcpy(t->pending + t->pending_size, data, (size_t)size);
    t->pending_size += size;
    return true;
}

static Value encode(TextObj *t, Value text)
{
    switch (t->codec) {
    case CODEC_UTF8: return codec_utf8_encode(text, t->errors_text);
    case CODEC_ASCII: return str_encode(text, "ascii", t->errors_text);
    case CODEC_LATIN1: return str_encode(text, "latin-1", t->errors_text);
    case CODEC_OBJECT: break;
    }
    Value bytes = text_has_coder(t->encoder) ? call_method_1(t->encoder, NAME("encode"), text) : 0;
    if (bytes && !is_bytes(bytes)) return raise_type("encoder should return a bytes object, not '%.200s'", type_of(bytes)->name);
    return bytes;
}

static bool write_text(TextObj *t, Value text)
{
    const void *data;
    int64_t size;
    Value bytes = 0;
    if (str_is_ascii(text) && t->codec != CODEC_OBJECT) {
        data = str_data(text);
        size = str_length(text);
    } else {
        bytes = encode(t, text);
        if (!bytes) return false;
        data = bytes_data(bytes);
        size = bytes_size(bytes);
    }
    if (t->pending_size && t->pending_size + size > t->chunk_size && !text_flush_pending(t)) return false;
    return add_pending(t, data, size);
}

static NATIVE(text_write)
{
    TextObj *t = (TextObj *)args[0];
    Value text = args[1];
    if (!text_check(t)) return 0;
    if (!is_str(text)) return raise_type("write() argument must be str, not %.50s", text == NONE ? "None" : type_of(text)->name);
    if (!text_check_open(t)) return 0;
    if (!t->can_write) return raise_unsupported("not writable");
    int64_t length = str_length(text);
    bool has_lf = (t->write_newline || t->line_buffering) && str_find_char(text, '\n', 0, length, 1) >= 0;
    if (has_lf && t->write_newline) {
        Value newline = str_from_cstring(t->write_newline);
        text = newline ? str_replace(text, NAME("\n"), newline, -1) : 0;
        if (!text) return 0;
    }
    bool flush = t->line_buffering && (has_lf || str_find_char(text, '\r', 0, str_length(text), 1) >= 0);
    if (!write_text(t, text)) return 0;
    if ((t->pending_size >= t->chunk_size || flush || t->write_through) && !text_flush_pending(t)) return 0;
    if (flush && !call_method_0(t->buffer, NAME("flush"))) return 0;
    if (t->decoded || t->snapshot_input) text_drop_decoded(t);
    if (t->can_read && !text_decoder_reset(t)) return 0;
    return int_new(length);
}

/* --- flushing and closing */

static NATIVE(text_flush_method)
{
    TextObj *t = (TextObj *)args[0];
    if (!text_check_open(t)) return 0;
    t->telling = t->seekable;
    return text_flush_pending(t) ? call_method_0(t->buffer, NAME("flush")) : 0;
}

static NATIVE(text_close)
{
    TextObj *t = (TextObj *)args[0];
    if (!text_check(t)) return 0;
    int closed = io_closed(VALUE(t));
    if (closed) return closed < 0 ? 0 : NONE;
    if (t->base.finalizing && !call_method_1(t->buffer, NAME("_dealloc_warn"), VALUE(t))) error_clear();
    bool ok = call_method_0(VALUE(t), NAME("flush")) != 0;
    Value pending = error_take();
    Value result = call_method_0(t->buffer, NAME("close"));
    if (result) error_restore(pending);
    else io_chain(pending);
    return ok ? result : 0;
}

static NATIVE(text_detach)
{
    TextObj *t = (TextObj *)args[0];
    if (!text_check(t) || !call_method_0(VALUE(t), NAME("flush"))) return 0;
    Value buffer = t->buffer;
    t->buffer = NONE;
    t->detached = true;
    t->ok = false;
    return buffer;
}

static NATIVE(text_truncate)
{
    TextObj *t = (TextObj *)args[0];
    if (!text_check(t) || !call_method_0(VALUE(t), NAME("flush"))) return 0;
    return call_method_1(t->buffer, NAME("truncate"), args[1]);
}

/* --- reconfigure */

static bool optional_bool(Value v, bool *flag)
{
    if (v == NONE) return true;
    int64_t n;
    if (!number_as_int64(v, &n)) return false;
    *flag = n != 0;
    return true;
}

static bool change_codec(TextObj *t, Value encoding, Value errors, bool newline_changed)
{
    if (encoding == NONE && errors == NONE && !newline_changed) return true;
    if (encoding == NONE) {
        encoding = t->encoding;
        if (errors == NONE) errors = t->errors;
    } else {
        if (str_equal_ascii(encoding, "locale")) encoding = io_locale_encoding();
        if (errors == NONE) errors = str_from_cstring("strict");
        if (!encoding || !errors) return false;
    }
    Value old_encoder = t->encoder, old_decoder = t->decoder;
    NativeCodec old = t->codec;
    if (set_codec(t, encoding, errors)) return fix_encoder(t);
    t->encoder = old_encoder;
    t->decoder = old_decoder;
    t->codec = old;
    return false;
}

static NATIVE(text_reconfigure)
{
    TextObj *t = (TextObj *)args[0];
    Value encoding = args[1], errors = args[2], newline = args[3];
    bool newline_given = newline != 0;
    if (t->decoded && (encoding != NONE || errors != NONE || newline_given))
        return raise_unsupported("It is not possible to set the encoding or newline of stream after the first read");
    if (newline_given && !check_newline(newline)) return 0;
    if (encoding != NONE && !is_str(encoding)) return raise_type("reconfigure() argument 'encoding' must be str or None, not %.50s", type_of(encoding)->name);
    if (errors != NONE && !is_str(errors)) return raise_type("reconfigure() argument 'errors' must be str or None, not %.50s", type_of(errors)->name);
    bool line_buffering = t->line_buffering, write_through = t->write_through;
    if (!optional_bool(args[4], &line_buffering) || !optional_bool(args[5], &write_through)) return 0;
    if (!call_method_0(VALUE(t), NAME("flush"))) return 0;
    t->bytes_per_char = 0;
    if (newline_given) set_newline(t, newline);
    if (!change_codec(t, encoding, errors, newline_given)) return 0;
    t->line_buffering = line_buffering;
    t->write_through = write_through;
    return NONE;
}

/* --- attributes */

static Value text_repr(Value self)
{
    TextObj *t = (TextObj *)self;
    if (!t->ok && !t->detached) return raise_value("I/O operation on uninitialized object");
    int entered = repr_enter(self);
    if (entered > 0) return raise_runtime("reentrant call inside %s.__repr__", type_of(self)->name);
    if (entered < 0) return 0;
    StrBuilder text = {0};
    bool ok = str_builder_cstring(&text, "<_io.TextIOWrapper");
    static const char *const names[] = {"name", "mode"};
    for (int i = 0; ok && i < 2; i++) {
        Value value = object_getattr_opt(self, i ? NAME("mode") : NAME("name"));
        if (!value) {
            if (thread_self->exception && !error_clear_if(&exc_ValueError)) ok = false;
            continue;
        }
        Value part = str_format_c(" %s=%R", names[i], value);
        ok = part && str_builder_str(&text, part);
    }
    Value tail = ok ? str_format_c(" encoding=%R>", t->encoding) : 0;
    ok = tail && str_builder_str(&text, tail);
    repr_leave(self);
    return ok ? str_builder_finish(&text) : 0;
}

#define FORWARD(name) \
    static NATIVE(text_##name) { return text_check((TextObj *)args[0]) ? call_method_0(((TextObj *)args[0])->buffer, NAME(#name)) : 0; }
FORWARD(fileno)
FORWARD(seekable)
FORWARD(readable)
FORWARD(writable)
FORWARD(isatty)
#undef FORWARD

static Value get_closed(Value self) { return text_check((TextObj *)self) ? object_getattr(((TextObj *)self)->buffer, NAME("closed")) : 0; }
static Value get_name(Value self) { return text_check((TextObj *)self) ? object_getattr(((TextObj *)self)->buffer, NAME("name")) : 0; }
static Value get_errors(Value self)
{
    TextObj *t = (TextObj *)self;
    return t->ok || t->detached ? t->errors : raise_value("I/O operation on uninitialized object");
}
static Value get_newlines(Value self)
{
    TextObj *t = (TextObj *)self;
    if (!text_check(t)) return 0;
    if (t->universal) return newlines_value(t->newlines.seen);
    if (!t->decoder) return NONE;
    Value newlines = object_getattr_opt(t->decoder, NAME("newlines"));
    return newlines || thread_self->exception ? newlines : NONE;
}
static Value get_chunk_size(Value self) { return text_check((TextObj *)self) ? int_new(((TextObj *)self)->chunk_size) : 0; }
static bool set_chunk_size(Value self, Value value)
{
    if (!text_check((TextObj *)self)) return false;
    if (!value) return raise_attribute("cannot delete attribute");
    int64_t n;
    if (!number_as_index(value, &n, &exc_ValueError)) return false;
    if (n <= 0) return raise_value("a strictly positive integer is required");
    ((TextObj *)self)->chunk_size = n;
    return true;
}

static const NativeDef text_methods[] = {
    {"detach", "(self, /)", text_detach, "Separates the buffer and returns it.", 0},
    {"reconfigure", "(self, /, *, encoding=None, errors=None, newline=<unrepresentable>, line_buffering=None, write_through=None)", text_reconfigure, "Changes the text layer.", 0},
    {"write", "(self, text, /)", text_write, "Writes a string; returns the number of characters.", 0},
    {"read", "(self, size=-1, /)", text_read_method, "Up to 'size' characters; all that are left if 'size' is negative.", 0},
    {"readline", "(self, size=-1, /)", text_readline_method, "One line.", 0},
    {"flush", "(self, /)", text_flush_method, "Writes out what is buffered.", 0},
    {"close", "(self, /)", text_close, "Flushes and closes.", 0},
    {"fileno", "(self, /)", text_fileno, 0, 0},
    {"seekable", "(self, /)", text_seekable, 0, 0},
    {"readable", "(self, /)", text_readable, 0, 0},
    {"writable", "(self, /)", text_writable, 0, 0},
    {"isatty", "(self, /)", text_isatty, 0, 0},
    {"seek", "(self, cookie, whence=0, /)", text_seek_method, "Goes to a position that tell() gave, to the start (0) or to the end (0, 2).", 0},
    {"tell", "(self, /)", text_tell_method, "An opaque number for the position.", 0},
    {"truncate", "(self, pos=None, /)", text_truncate, "Changes the size of the file.", 0},
    {"__reduce__", "(self, /)", io_no_pickle, 0, 0},
    {"__reduce_ex__", "(self, protocol, /)", io_no_pickle, 0, 0},
    {0},
};
static const GetSetDef text_getset[] = {{"name", get_name, 0, 0},
                                        {"closed", get_closed, 0, 0},
                                        {"newlines", get_newlines, 0, 0},
                                        {"errors", get_errors, 0, 0},
                                        {"_CHUNK_SIZE", get_chunk_size, set_chunk_size, 0},
                                        {0}};
static const MemberDef text_members[] = {
    {"encoding", MEMBER_VALUE_OR_NONE, offsetof(TextObj, encoding), false, 0},    {"buffer", MEMBER_VALUE_OR_NONE, offsetof(TextObj, buffer), false, 0},
    {"line_buffering", MEMBER_BOOL, offsetof(TextObj, line_buffering), false, 0}, {"write_through", MEMBER_BOOL, offsetof(TextObj, write_through), false, 0},
    {"_finalizing", MEMBER_BOOL, offsetof(IOBaseObj, finalizing), true, 0},       {0},
};

Type textio_type = {
    TYPE_INIT("_io.TextIOWrapper", TextObj),
    .base = &textiobase_type,
    .flags = TYPE_BASE | TYPE_FINALIZE | TYPE_WEAKREF_OK,
    .dict_offset = offsetof(IOBaseObj, dict),
    .trace = text_trace,
    .finalize = iobase_finalize,
    .new = type_new_plain,
    .init = text_init,
    .next = text_next,
    .repr = text_repr,
    .methods = text_methods,
    .getset = text_getset,
    .members = text_members,
    .doc = "TextIOWrapper(buffer, encoding=None, errors=None, newline=None, line_buffering=False, write_through=False)\n--\n\nText over a buffered stream of bytes.",
};
