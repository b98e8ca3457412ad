/* _codecs.c: the registry of codecs, and the codecs written in C as functions. */
#include "object/codec.h"
#include "object/str_methods.h"
#include "module/module.h"

/* --- the registry */
static Value search_path, search_cache;   /* list of functions; dict: normalized name -> CodecInfo or tuple */

static bool registry_ready(void)
{
    if (search_path) return true;
    Value list = list_new(0), dict = dict_new();
    if (!list || !dict) return false;
    search_path = list;
    search_cache = dict;
    gc_root(&search_path);
    gc_root(&search_cache);
    return true;
}

/* Lower case, and one underscore for each run of what is neither a letter, a digit nor a dot. */
static Value normalize(const char *name)
{
    StrBuilder b = {0};
    bool punctuation = false;
    for (; *name; name++) {
        char c = *name;
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.';
        if (!plain) {
            punctuation = true;
            continue;
        }
        if (punctuation && b.length && !str_builder_char(&b, '_')) return 0;
        punctuation = false;
        if (!str_builder_char(&b, c >= 'A' && c <= 'Z' ? (uint8_t)c | 0x20 : (uint8_t)c)) return 0;
    }
    return str_builder_finish(&b);
}

/* The codec of that name: what a search function returned. */
static Value codec_lookup(const char *encoding)
{
    if (!registry_ready()) return 0;
    Value name = normalize(encoding);
    if (!name || !(name = str_intern(name))) return 0;
    Value found = dict_get(search_cache, name);
    if (found || thread_self->exception) return found;
    if (!list_size(search_path) && !import_module("encodings")) return 0;
    for (int64_t i = 0; i < list_size(search_path); i++) {
        Value result = call_1(list_get(search_path, i), name);
        if (!result) return 0;
        if (result == NONE) continue;
        if (!is_tuple(result) || tuple_size(result) != 4) return raise_type("codec search functions must return 4-tuples");
        return dict_set(search_cache, name, result) ? result : 0;
    }
    return raise_format(&exc_LookupError, "unknown encoding: %s", encoding);
}

bool codec_known(const char *encoding) { return codec_lookup(encoding) != 0; }

/* Makes the pending exception, if it is a plain one, say which codec failed: the same type with a longer message, caused by it. */
static Value codec_failed(const char *operation, const char *encoding)
{
    Value exception = error_take();
    if (!exception) return 0;
    Type *type = type_of(exception);
    Exception *e = (Exception *)exception;
    bool plain = type->init == exc_BaseException.init && type->new == exc_BaseException.new && type->basic_size == exc_BaseException.basic_size;
    if (plain && e->dict && is_dict(e->dict) && dict_size(e->dict)) plain = false;
    int64_t args = e->args ? tuple_size(e->args) : 0;
    if (args > 1 || (args == 1 && !is_str_exact(tuple_get(e->args, 0)))) plain = false;
    error_restore(exception);
    if (!plain) return 0;
    return raise_from(type, "%s with '%s' codec failed (%N: %S)", operation, encoding, type, exception);
}

/* codec[index](object, errors)[0] */
static Value codec_run(Value codec, int index, Value object, const char *encoding, const char *errors)
{
    Value result, function = tuple_get(codec, index);
    if (errors) {
        Value text = str_from_cstring(errors);
        result = text ? call_2(function, object, text) : 0;
    } else result = call_1(function, object);
    if (!result) return codec_failed(index ? "decoding" : "encoding", encoding);
    if (!is_tuple(result) || tuple_size(result) != 2) return raise_type(index ? "decoder must return a tuple (object,integer)" : "encoder must return a tuple (object, integer)");
    return tuple_get(result, 0);
}

static bool is_text_codec(Value codec, const char *encoding, const char *alternative)
{
    if (type_of(codec) == &tuple_type) return true;
    Value flag = object_getattr_opt(codec, NAME("_is_text_encoding"));
    if (!flag) return !thread_self->exception;
    int truth = object_truth(flag);
    if (truth) return truth > 0;
    return raise_format(&exc_LookupError, "'%.400s' is not a text encoding; use %s to handle arbitrary codecs", encoding, alternative);
}

Value codec_encode_registry(Value object, const char *encoding, const char *errors)
{
    Value codec = codec_lookup(encoding);
    return codec && is_text_codec(codec, encoding, "codecs.encode()") ? codec_run(codec, 0, object, encoding, errors) : 0;
}

Value codec_decode_registry(Value object, const char *encoding, const char *errors)
{
    Value codec = codec_lookup(encoding);
    return codec && is_text_codec(codec, encoding, "codecs.decode()") ? codec_run(codec, 1, object, encoding, errors) : 0;
}

/* --- arguments */
/* A str or None as C text; *ok tells failure from None. */
static const char *text_or_none(const char *function, const char *position, Value v, bool *ok)
{
    *ok = true;
    if (!v || v == NONE) return 0;
    if (!is_str(v)) raise_bad_argument(function, position, "str or None", v);
    else {
        size_t size;
        const char *text = str_utf8(v, &size);
        if (text && strlen(text) == size) return text;
        if (text) raise_value("embedded null character");
    }
    *ok = false;
    return 0;
}

static bool text_argument(const char *function, const char *position, Value v) { return is_str(v) || raise_bad_argument(function, position, "str", v); }

/* Bytes of a buffer, or of a str's UTF-8 if text may be given. */
typedef struct Input {
    Buffer buffer;
    bool held;
    const uint8_t *data;
    int64_t size;
} Input;

static bool input_get(Value v, Input *in, bool text)
{
    in->held = false;
    if (text && is_str(v)) {
        size_t size;
        in->data = (const uint8_t *)str_utf8(v, &size);
        in->size = (int64_t)size;
        return in->data != 0;
    }
    if (!buffer_get(v, &in->buffer, BUFFER_SIMPLE)) return false;
    in->held = true;
    in->data = in->buffer.data;
    in->size = in->buffer.length;
    return true;
}

static Value input_result(Input *in, Value result, int64_t consumed)
{
    if (in->held) buffer_release(&in->buffer);
    return result ? tuple_pack(2, result, int_new(consumed)) : 0;
}

/* --- registry functions */
static NATIVE(codecs_register)
{
    if (!is_callable(args[0])) return raise_type("argument must be callable");
    return registry_ready() && list_append(search_path, args[0]) ? NONE : 0;
}

static NATIVE(codecs_unregister)
{
    if (!registry_ready()) return 0;
    for (int64_t i = 0; i < list_size(search_path); i++) {
        if (list_get(search_path, i) != args[0]) continue;
        dict_clear(search_cache);
        return object_delitem(search_path, int_new(i)) ? NONE : 0;
    }
    return NONE;
}

static NATIVE(codecs_lookup)
{
    const char *name = str_cstring_argument("lookup", "argument", args[0]);
    return name ? codec_lookup(name) : 0;
}

static NATIVE(codecs_encode)
{
    const char *encoding = str_cstring_argument("encode", "encoding", args[1]), *errors = 0;
    if (!encoding || (args[2] && !(errors = str_cstring_argument("encode", "errors", args[2])))) return 0;
    Value codec = codec_lookup(encoding);
    return codec ? codec_run(codec, 0, args[0], encoding, errors) : 0;
}

static NATIVE(codecs_decode)
{
    const char *encoding = str_cstring_argument("decode", "encoding", args[1]), *errors = 0;
    if (!encoding || (args[2] && !(errors = str_cstring_argument("decode", "errors", args[2])))) return 0;
    Value codec = codec_lookup(encoding);
    return codec ? codec_run(codec, 1, args[0], encoding, errors) : 0;
}

static NATIVE(codecs_register_error)
{
    const char *name = str_cstring_argument("register_error", "1", args[0]);
    return name && codec_register_error(args[0], args[1]) ? NONE : 0;
}

static NATIVE(codecs_lookup_error)
{
    const char *name = str_cstring_argument("lookup_error", "argument", args[0]);
    return name ? codec_error_handler(name) : 0;
}

/* --- decoders */
#define DECODER(name, text_too, ...) \
    static NATIVE(name##_decode) \
    { \
        bool ok; \
        const char *errors = text_or_none(#name "_decode", "2", args[1], &ok); \
        Input in; \
        if (!ok || !input_get(args[0], &in, text_too)) return 0; \
        int64_t consumed = in.size; \
        (void)errors; \
        Value result = __VA_ARGS__; \
        return input_result(&in, result, consumed); \
    }
#define STATEFUL_DECODER(name, text_too, ...) \
    static NATIVE(name##_decode) \
    { \
        bool ok; \
        const char *errors = text_or_none(#name "_decode", "2", args[1], &ok); \
        int final = ok ? object_truth(args[2]) : -1; \
        Input in; \
        if (final < 0 || !input_get(args[0], &in, text_too)) return 0; \
        int64_t consumed = in.size, *partial = final ? 0 : &consumed; \
        Value result = __VA_ARGS__; \
        return input_result(&in, result, consumed); \
    }
STATEFUL_DECODER(utf_8, false, codec_utf8_decode((const char *)in.data, (size_t)in.size, errors, (size_t *)partial))
STATEFUL_DECODER(utf_7, false, codec_utf7_decode(in.data, in.size, errors, partial))
STATEFUL_DECODER(utf_16, false, codec_utf16_decode(in.data, in.size, errors, &(int){0}, partial))
STATEFUL_DECODER(utf_16_le, false, codec_utf16_decode(in.data, in.size, errors, &(int){-1}, partial))
STATEFUL_DECODER(utf_16_be, false, codec_utf16_decode(in.data, in.size, errors, &(int){1}, partial))
STATEFUL_DECODER(utf_32, false, codec_utf32_decode(in.data, in.size, errors, &(int){0}, partial))
STATEFUL_DECODER(utf_32_le, false, codec_utf32_decode(in.data, in.size, errors, &(int){-1}, partial))
STATEFUL_DECODER(utf_32_be, false, codec_utf32_decode(in.data, in.size, errors, &(int){1}, partial))
STATEFUL_DECODER(unicode_escape, true, codec_unicode_escape_decode(in.data, in.size, errors, partial))
STATEFUL_DECODER(raw_unicode_escape, true, codec_raw_unicode_escape_decode(in.data, in.size, errors, partial))
DECODER(latin_1, false, codec_latin1_decode(in.data, in.size))
DECODER(ascii, false, codec_ascii_decode((const char *)in.data, (size_t)in.size, errors))
DECODER(escape, true, codec_bytes_escape_decode(in.data, in.size, errors))
DECODER(charmap, false, codec_charmap_decode(in.data, in.size, errors, args[2]))

static Value ex_decode(Value *args, const char *name, Value (*decode)(const uint8_t *, int64_t, const char *, int *, int64_t *))
{
    bool ok;
    const char *errors = text_or_none(name, "2", args[1], &ok);
    int byteorder, final;
    if (!ok || !number_as_int(args[2], &byteorder) || (final = object_truth(args[3])) < 0) return 0;
    Input in;
    if (!input_get(args[0], &in, false)) return 0;
    int64_t consumed = in.size;
    Value text = decode(in.data, in.size, errors, &byteorder, final ? 0 : &consumed);
    if (in.held) buffer_release(&in.buffer);
    return text ? tuple_pack(3, text, int_new(consumed), int_new(byteorder)) : 0;
}

static NATIVE(utf_16_ex_decode) { return ex_decode(args, "utf_16_ex_decode", codec_utf16_decode); }
static NATIVE(utf_32_ex_decode) { return ex_decode(args, "utf_32_ex_decode", codec_utf32_decode); }

/* --- encoders */
#define ENCODER(name, ...) \
    static NATIVE(name##_encode) \
    { \
        bool ok; \
        if (!text_argument(#name "_encode", "1", args[0])) return 0; \
        const char *errors = text_or_none(#name "_encode", "2", args[1], &ok); \
        (void)errors; \
        Value result = ok ? __VA_ARGS__ : 0; \
        return result ? tuple_pack(2, result, int_new(str_length(args[0]))) : 0; \
    }
ENCODER(utf_8, codec_utf8_encode(args[0], errors))
ENCODER(utf_7, codec_utf7_encode(args[0]))
ENCODER(utf_16_le, codec_utf16_encode(args[0], errors, -1))
ENCODER(utf_16_be, codec_utf16_encode(args[0], errors, 1))
ENCODER(utf_32_le, codec_utf32_encode(args[0], errors, -1))
ENCODER(utf_32_be, codec_utf32_encode(args[0], errors, 1))
ENCODER(unicode_escape, codec_unicode_escape_encode(args[0]))
ENCODER(raw_unicode_escape, codec_raw_unicode_escape_encode(args[0]))
ENCODER(latin_1, codec_limited_encode(args[0], errors, "latin-1", 256))
ENCODER(ascii, codec_limited_encode(args[0], errors, "ascii", 128))
ENCODER(charmap, codec_charmap_encode(args[0], errors, args[2]))

static NATIVE(utf_16_encode)
{
    bool ok;
    int byteorder;
    if (!text_argument("utf_16_encode", "1", args[0])) return 0;
    const char *errors = text_or_none("utf_16_encode", "2", args[1], &ok);
    if (!ok || !number_as_int(args[2], &byteorder)) return 0;
    Value result = codec_utf16_encode(args[0], errors, byteorder);
    return result ? tuple_pack(2, result, int_new(str_length(args[0]))) : 0;
}

static NATIVE(utf_32_encode)
{
    bool ok;
    int byteorder;
    if (!text_argument("utf_32_encode", "1", args[0])) return 0;
    const char *errors = text_or_none("utf_32_encode", "2", args[1], &ok);
    if (!ok || !number_as_int(args[2], &byteorder)) return 0;
    Value result = codec_utf32_encode(args[0], errors, byteorder);
    return result ? tuple_pack(2, result, int_new(str_length(args[0]))) : 0;
}

static NATIVE(escape_encode)
{
    if (!is_bytes(args[0])) return raise_bad_argument("escape_encode", "1", "bytes", args[0]);
    Value result = codec_bytes_escape_encode(args[0]);
    return result ? tuple_pack(2, result, int_new(bytes_size(args[0]))) : 0;
}

static NATIVE(readbuffer_encode)
{
    Input in;
    if (!input_get(args[0], &in, true)) return 0;
    return input_result(&in, bytes_new(in.data, (size_t)in.size), in.size);
}

static NATIVE(charmap_build) { return text_argument("charmap_build", "argument", args[0]) ? codec_charmap_build(args[0]) : 0; }

#define DECODE_SIGNATURE "(data, errors=None, /)"
#define STATEFUL_SIGNATURE "(data, errors=None, final=False, /)"
#define ENCODE_SIGNATURE "(str, errors=None, /)"
static const NativeDef codecs_functions[] = {
    {"register", "(search_function, /)", codecs_register, "Adds a function that finds codecs: called with a normalized name, it returns a CodecInfo or None."},
    {"unregister", "(search_function, /)", codecs_unregister, "Removes a search function and forgets the codecs found so far."},
    {"lookup", "(encoding, /)", codecs_lookup, "The CodecInfo of an encoding."},
    {"encode", "(obj, encoding='utf-8', errors=<unrepresentable>)", codecs_encode, "Encodes the object with any codec."},
    {"decode", "(obj, encoding='utf-8', errors=<unrepresentable>)", codecs_decode, "Decodes the object with any codec."},
    {"escape_encode", "(data, errors=None, /)", escape_encode, "Bytes with the escapes of a bytes literal."},
    {"escape_decode", DECODE_SIGNATURE, escape_decode, "Bytes from text with the escapes of a bytes literal."},
    {"utf_8_encode", ENCODE_SIGNATURE, utf_8_encode, 0},
    {"utf_8_decode", STATEFUL_SIGNATURE, utf_8_decode, 0},
    {"utf_7_encode", ENCODE_SIGNATURE, utf_7_encode, 0},
    {"utf_7_decode", STATEFUL_SIGNATURE, utf_7_decode, 0},
    {"utf_16_encode", "(str, errors=None, byteorder=0, /)", utf_16_encode, 0},
    {"utf_16_le_encode", ENCODE_SIGNATURE, utf_16_le_encode, 0},
    {"utf_16_be_encode", ENCODE_SIGNATURE, utf_16_be_encode, 0},
    {"utf_16_decode", STATEFUL_SIGNATURE, utf_16_decode, 0},
    {"utf_16_le_decode", STATEFUL_SIGNATURE, utf_16_le_decode, 0},
    {"utf_16_be_decode", STATEFUL_SIGNATURE, utf_16_be_decode, 0},
    {"utf_16_ex_decode", "(data, errors=None, byteorder=0, final=False, /)", utf_16_ex_decode, 0},
    {"utf_32_encode", "(str, errors=None, byteorder=0, /)", utf_32_encode, 0},
    {"utf_32_le_encode", ENCODE_SIGNATURE, utf_32_le_encode, 0},
    {"utf_32_be_encode", ENCODE_SIGNATURE, utf_32_be_encode, 0},
    {"utf_32_decode", STATEFUL_SIGNATURE, utf_32_decode, 0},
    {"utf_32_le_decode", STATEFUL_SIGNATURE, utf_32_le_decode, 0},
    {"utf_32_be_decode", STATEFUL_SIGNATURE, utf_32_be_decode, 0},
    {"utf_32_ex_decode", "(data, errors=None, byteorder=0, final=False, /)", utf_32_ex_decode, 0},
    {"unicode_escape_encode", ENCODE_SIGNATURE, unicode_escape_encode, 0},
    {"unicode_escape_decode", "(data, errors=None, final=True, /)", unicode_escape_decode, 0},
    {"raw_unicode_escape_encode", ENCODE_SIGNATURE, raw_unicode_escape_encode, 0},
    {"raw_unicode_escape_decode", "(data, errors=None, final=True, /)", raw_unicode_escape_decode, 0},
    {"latin_1_encode", ENCODE_SIGNATURE, latin_1_encode, 0},
    {"latin_1_decode", DECODE_SIGNATURE, latin_1_decode, 0},
    {"ascii_encode", ENCODE_SIGNATURE, ascii_encode, 0},
    {"ascii_decode", DECODE_SIGNATURE, ascii_decode, 0},
    {"charmap_encode", "(str, errors=None, mapping=None, /)", charmap_encode, 0},
    {"charmap_decode", "(data, errors=None, mapping=None, /)", charmap_decode, 0},
    {"charmap_build", "(map, /)", charmap_build, "An encoding table from a decoding table."},
    {"readbuffer_encode", "(data, errors=None, /)", readbuffer_encode, "The bytes of a buffer."},
    {"register_error", "(errors, handler, /)", codecs_register_error, "Registers an error handler under a name."},
    {"lookup_error", "(name, /)", codecs_lookup_error, "The error handler of that name."},
    {0},
};

const ModuleDef module__codecs = {.name = "_codecs", .functions = codecs_functions};
