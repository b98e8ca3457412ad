/* codec.c: module _multibytecodec: the codec object, and the incremental and stream classes that the package `encodings` derives from. */
#include "module/_multibytecodec/multibyte.h"

typedef struct CodecObj {
    Obj head;
    const CodingDef *def;
} CodecObj;
enum { MAX_PENDING = 8 };
/* MultibyteIncrementalEncoder, -Decoder, MultibyteStreamReader, -Writer. */
typedef struct Stateful {
    Obj head;
    const CodingDef *def;
    Value stream, errors;
    CodingState state;
    int pending_count;
    uint8_t pending[MAX_PENDING];
} Stateful;

typedef struct CodingEncoder {
    Encoder base;
    const CodingDef *def;
    CodingState *state;
} CodingEncoder;

Value multibyte_codec_new(const CodingDef *def)
{
    CodecObj *codec = gc_alloc(CodecObj, &multibyte_codec_type);
    if (codec) codec->def = def;
    return VALUE(codec);
}

/* --- decoding, encoding */
/* consumed 0: the input is complete. */
static Value coding_decode(const CodingDef *def, CodingState *state, const uint8_t *data, int64_t size, const char *errors, int64_t *consumed)
{
    Decoder d = {.encoding = def->name, .errors = errors, .data = data, .size = size, .any_index = true};
    int64_t at = 0;
    while (at < d.size) {
        uint32_t chars[2];
        int count = 0, bytes = 1, result = coding_read(def, state, d.data + at, d.size - at, chars, &count, &bytes);
        if (result == CODING_OK) {
            for (int i = 0; i < count; i++)
                if (!str_builder_char(&d.out, chars[i])) return 0;
            at += bytes;
            continue;
        }
        if (result == CODING_INCOMPLETE && consumed) break;
        at = decode_fault(&d, at, at + bytes, result == CODING_INCOMPLETE ? "incomplete multibyte sequence" : "illegal multibyte sequence");
        if (at < 0) return 0;
    }
    if (consumed) *consumed = at;
    return str_builder_finish(&d.out);
}

static bool put_char(Encoder *base, uint32_t c)
{
    CodingEncoder *e = (CodingEncoder *)base;
    uint8_t out[16];
    int size, used;
    return coding_write(e->def, e->state, &c, 1, out, &size, &used) == CODING_OK && bytes_builder_add(&base->out, out, (size_t)size);
}

static Value coding_encode(const CodingDef *def, CodingState *state, Value text, const char *errors, bool reset)
{
    CodingEncoder e = {.base = {.encoding = def->name, .errors = errors, .text = text, .limit = 0x110000, .put = put_char, .any_index = true}, .def = def, .state = state};
    int64_t length = str_length(text);
    uint8_t out[16];
    int size, used;
    for (int64_t at = 0; at < length;) {
        uint32_t chars[2] = {str_char(text, at), at + 1 < length ? str_char(text, at + 1) : 0};
        if (coding_write(def, state, chars, length - at, out, &size, &used) == CODING_OK) {
            if (!bytes_builder_add(&e.base.out, out, (size_t)size)) return 0;
            at += used;
        } else if ((at = encode_fault(&e.base, at, at + 1, "illegal multibyte sequence")) < 0) return 0;
    }
    if (reset && !bytes_builder_add(&e.base.out, out, (size_t)coding_reset(def, state, out))) return 0;
    return bytes_builder_finish(&e.base.out);
}

static bool errors_text(const char *function, Value v, const char **errors)
{
    *errors = 0;
    if (!v || v == NONE) return true;
    if (!is_str(v)) return raise_bad_argument(function, "errors", "str or None", v);
    return (*errors = str_utf8(v, 0)) != 0;
}

static Value as_text(Value v) { return is_str(v) ? v : object_str(v); }

/* --- MultibyteCodec */
static NATIVE(codec_encode)
{
    const char *errors;
    CodingState state = {0};
    if (!errors_text("encode", args[2], &errors)) return 0;
    Value text = as_text(args[1]), bytes = text ? coding_encode(((CodecObj *)args[0])->def, &state, text, errors, true) : 0;
    return bytes ? tuple_pack(2, bytes, int_new(str_length(text))) : 0;
}

static NATIVE(codec_decode)
{
    const char *errors;
    CodingState state = {0};
    Buffer b;
    if (!errors_text("decode", args[2], &errors) || !buffer_get(args[1], &b, BUFFER_SIMPLE)) return 0;
    Value text = coding_decode(((CodecObj *)args[0])->def, &state, b.data, b.length, errors, 0), size = int_new(b.length);
    buffer_release(&b);
    return text ? tuple_pack(2, text, size) : 0;
}

static const NativeDef codec_methods[] = {
    {"encode", "(self, /, input, errors=None)", codec_encode, "The text as bytes, and how many characters there were."},
    {"decode", "(self, /, input, errors=None)", codec_decode, "The bytes as text, and how many bytes there were."},
    {0},
};
Type multibyte_codec_type = {TYPE_INIT("_multibytecodec.MultibyteCodec", CodecObj), .flags = TYPE_DISALLOW_NEW, .methods = codec_methods};

/* --- what the four classes share */
static Stateful *st(Value v) { return (Stateful *)v; }

static void stateful_trace(Obj *object)
{
    gc_visit(((Stateful *)object)->stream);
    gc_visit(((Stateful *)object)->errors);
}

static Value stateful_new(Type *type, Value stream, Value errors)
{
    Value codec = object_getattr(VALUE(type), NAME("codec"));
    if (!codec) return 0;
    if (type_of(codec) != &multibyte_codec_type) return raise_type("codec is unexpected type");
    if (errors && errors != NONE && !is_str(errors)) return raise_bad_argument(type->name, "errors", "str", errors);
    Value v = type_alloc(type, 0);
    if (!v) return 0;
    st(v)->def = ((CodecObj *)codec)->def;
    st(v)->stream = stream;
    st(v)->errors = errors && errors != NONE ? errors : str_intern_cstring("strict");
    gc_barrier((void *)v);
    return v;
}

static Value incremental_new(Type *type, Value *args, size_t nargs, Value kwnames)
{
    static Signature *signature;
    Value errors;
    return native_bind(type_name(type), "(errors='strict')", &signature, args, nargs, kwnames, &errors) ? stateful_new(type, 0, errors) : 0;
}

static Value stream_new(Type *type, Value *args, size_t nargs, Value kwnames)
{
    static Signature *signature;
    Value bound[2];
    return native_bind(type_name(type), "(stream, errors=None)", &signature, args, nargs, kwnames, bound) ? stateful_new(type, bound[0], bound[1]) : 0;
}

/* Everything is done by then: this keeps the __init__ of codecs.StreamReader and its like from being called. */
static bool stateful_init(Value self, Value *args, size_t nargs, Value kwnames) { return true; }

static Value get_errors(Value v) { return st(v)->errors; }
static bool set_errors(Value v, Value errors)
{
    if (!errors) return raise_attribute("cannot delete attribute");
    if (!is_str(errors)) return raise_type("errors must be a string");
    SET(st(v), errors, errors);
    return true;
}
static const GetSetDef stateful_getset[] = {{"errors", get_errors, set_errors, "How faults are treated."}, {0}};
static const MemberDef stream_members[] = {{"stream", MEMBER_VALUE, offsetof(Stateful, stream), false, 0}, {0}};

static const char *errors_of(Value v) { return str_utf8(st(v)->errors, 0); }

static int64_t state_number(const CodingState *s) { return s->set | s->shifted << 8 | s->announced << 9; }
static void state_from_number(CodingState *s, int64_t n) { *s = (CodingState){.set = n & 0xff, .shifted = n >> 8 & 1, .announced = n >> 9 & 1}; }
static bool state_valid(const CodingDef *def, int64_t n) { return n >= 0 && n < 1024 && (n & 0xff) < (def->kind == CODING_ISO2022 ? 11 : 2); }

/* --- encoders */
static NATIVE(encoder_encode)
{
    int final = object_truth(args[2]);
    const char *errors = final < 0 ? 0 : errors_of(args[0]);
    Value text = errors ? as_text(args[1]) : 0;
    return text ? coding_encode(st(args[0])->def, &st(args[0])->state, text, errors, final) : 0;
}

static NATIVE(encoder_reset)
{
    st(args[0])->state = (CodingState){0};
    return NONE;
}

static NATIVE(encoder_getstate) { return int_new(state_number(&st(args[0])->state)); }

static NATIVE(encoder_setstate)
{
    int64_t n;
    if (!is_int(args[1])) return raise_bad_argument("setstate", "argument", "int", args[1]);
    if (int_as_int64_overflow(args[1], &n) || !state_valid(st(args[0])->def, n)) return raise_format(&exc_UnicodeError, "pending buffer too large");
    state_from_number(&st(args[0])->state, n);
    return NONE;
}

static const NativeDef encoder_methods[] = {
    {"encode", "(self, /, input, final=False)", encoder_encode, "Encodes a piece of text."},
    {"getstate", "(self, /)", encoder_getstate, "The state as an int."},
    {"setstate", "(self, state, /)", encoder_setstate, "Sets the state."},
    {"reset", "(self, /)", encoder_reset, "Forgets the state."},
    {0},
};
static Type encoder_type = {TYPE_INIT("MultibyteIncrementalEncoder", Stateful),
                            .flags = TYPE_BASE,
                            .trace = stateful_trace,
                            .new = incremental_new,
                            .init = stateful_init,
                            .methods = encoder_methods,
                            .getset = stateful_getset};

/* --- decoders */
/* Decodes what is pending and then `size` bytes; keeps an incomplete end unless `final`. */
static Value decode_more(Value self, const uint8_t *data, int64_t size, bool final)
{
    Stateful *s = st(self);
    BytesBuilder all = {0};
    int64_t consumed = 0;
    const char *errors = errors_of(self);
    if (!errors || !bytes_builder_add(&all, s->pending, (size_t)s->pending_count) || !bytes_builder_add(&all, data, (size_t)size)) return 0;
    Value text = coding_decode(s->def, &s->state, all.data, (int64_t)all.size, errors, final ? 0 : &consumed);
    if (!text) return 0;
    int64_t rest = final ? 0 : (int64_t)all.size - consumed;
    if (rest > MAX_PENDING) return raise_format(&exc_UnicodeError, "pending buffer overflow");
    s->pending_count = (int)rest;
    memcpy(s->pending, all.data + consumed, (size_t)rest);
    return text;
}

static NATIVE(decoder_decode)
{
    Buffer b;
    int final = object_truth(args[2]);
    if (final < 0 || !buffer_get(args[1], &b, BUFFER_SIMPLE)) return 0;
    Value text = decode_more(args[0], b.data, b.length, final);
    buffer_release(&b);
    return text;
}

static NATIVE(decoder_reset)
{
    st(args[0])->state = (CodingState){0};
    st(args[0])->pending_count = 0;
    return NONE;
}

static NATIVE(decoder_getstate)
{
    const Stateful *s = st(args[0]);
    Value pending = bytes_new(s->pending, (size_t)s->pending_count);
    return pending ? tuple_pack(2, pending, int_new(state_number(&s->state))) : 0;
}

static NATIVE(decoder_setstate)
{
    Stateful *s = st(args[0]);
    int64_t n;
    if (!is_tuple(args[1])) return raise_bad_argument("setstate", "argument", "tuple", args[1]);
    if (tuple_size(args[1]) != 2 || !is_bytes(tuple_get(args[1], 0)) || !is_int(tuple_get(args[1], 1))) return raise_type("illegal decoder state");
    Value pending = tuple_get(args[1], 0);
    if (bytes_size(pending) > MAX_PENDING) return raise_format(&exc_UnicodeError, "pending buffer too large");
    if (int_as_int64_overflow(tuple_get(args[1], 1), &n) || !state_valid(s->def, n)) return raise_overflow("int too big to convert");
    s->pending_count = (int)bytes_size(pending);
    memcpy(s->pending, bytes_data(pending), (size_t)s->pending_count);
    state_from_number(&s->state, n);
    return NONE;
}

static const NativeDef decoder_methods[] = {
    {"decode", "(self, /, input, final=False)", decoder_decode, "Decodes a piece of input."},
    {"getstate", "(self, /)", decoder_getstate, "(bytes not decoded yet, state as an int)"},
    {"setstate", "(self, state, /)", decoder_setstate, "Sets the state."},
    {"reset", "(self, /)", decoder_reset, "Forgets the state."},
    {0},
};
static Type decoder_type = {TYPE_INIT("MultibyteIncrementalDecoder", Stateful),
                            .flags = TYPE_BASE,
                            .trace = stateful_trace,
                            .new = incremental_new,
                            .init = stateful_init,
                            .methods = decoder_methods,
                            .getset = stateful_getset};

/* --- stream readers */
static Value reader_read_with(Value self, const char *method, Value size)
{
    int64_t n = -1;
    if (size != NONE && !number_as_count(size, &n)) return 0;
    if (n == 0) return str_empty;
    Value name = str_intern_cstring(method);
    while (true) {
        Value data = n < 0 ? call_method_0(st(self)->stream, name) : call_method_1(st(self)->stream, name, int_new(n));
        if (!data) return 0;
        if (!is_bytes(data)) return raise_type("stream function returned a non-bytes object (%.100T)", data);
        bool end = bytes_size(data) == 0;
        Value text = decode_more(self, bytes_data(data), bytes_size(data), end || n < 0);
        if (!text || end || n < 0 || str_length(text)) return text;
        n = 1;   /* the beginning of a character: read on until it is whole */
    }
}

static NATIVE(reader_read) { return reader_read_with(args[0], "read", args[1]); }
static NATIVE(reader_readline) { return reader_read_with(args[0], "readline", args[1]); }

static NATIVE(reader_readlines)
{
    Value text = reader_read_with(args[0], "read", args[1]);
    return text ? call_method_1(text, NAME("splitlines"), TRUE) : 0;
}

static const NativeDef reader_methods[] = {
    {"read", "(self, sizeobj=None, /)", reader_read, "Reads and decodes about that many bytes, or all."},
    {"readline", "(self, sizeobj=None, /)", reader_readline, "Reads and decodes a line."},
    {"readlines", "(self, sizehintobj=None, /)", reader_readlines, "Reads and decodes all lines."},
    {"reset", "(self, /)", decoder_reset, "Forgets the state."},
    {0},
};
static Type reader_type = {TYPE_INIT("MultibyteStreamReader", Stateful),
                           .flags = TYPE_BASE,
                           .trace = stateful_trace,
                           .new = stream_new,
                           .init = stateful_init,
                           .methods = reader_methods,
                           .getset = stateful_getset,
                           .members = stream_members};

/* --- stream writers */
static bool write_text(Value self, Value v)
{
    const char *errors = errors_of(self);
    Value text = errors ? as_text(v) : 0, bytes = text ? coding_encode(st(self)->def, &st(self)->state, text, errors, false) : 0;
    return bytes && call_method_1(st(self)->stream, NAME("write"), bytes);
}

static NATIVE(writer_write) { return write_text(args[0], args[1]) ? NONE : 0; }

static NATIVE(writer_writelines)
{
    Value iterator = object_iter(args[1]);
    if (!iterator) return 0;
    for (Value line; (line = iter_next(iterator));)
        if (!write_text(args[0], line)) return 0;
    return thread_self->exception ? 0 : NONE;
}

static NATIVE(writer_reset)
{
    uint8_t out[16];
    int n = coding_reset(st(args[0])->def, &st(args[0])->state, out);
    st(args[0])->state = (CodingState){0};
    Value bytes = n ? bytes_new(out, (size_t)n) : 0;
    if (n && (!bytes || !call_method_1(st(args[0])->stream, NAME("write"), bytes))) return 0;
    return NONE;
}

static const NativeDef writer_methods[] = {
    {"write", "(self, strobj, /)", writer_write, "Encodes and writes a text."},
    {"writelines", "(self, lines, /)", writer_writelines, "Encodes and writes the texts of an iterable."},
    {"reset", "(self, /)", writer_reset, "Writes what returns to the initial state."},
    {0},
};
static Type writer_type = {TYPE_INIT("MultibyteStreamWriter", Stateful),
                           .flags = TYPE_BASE,
                           .trace = stateful_trace,
                           .new = stream_new,
                           .init = stateful_init,
                           .methods = writer_methods,
                           .getset = stateful_getset,
                           .members = stream_members};

static bool multibytecodec_init(Value module)
{
    return type_ready(&multibyte_codec_type) && module_add_type(module, &encoder_type) && module_add_type(module, &decoder_type) && module_add_type(module, &reader_type) &&
           module_add_type(module, &writer_type);
}

const ModuleDef module__multibytecodec = {.name = "_multibytecodec", .init = multibytecodec_init};
