/* _struct.c: bytes as packed binary data, described by format strings.
 *
 * A format compiles to a row of codes, each with its place. A code's kind says how one item is read and written; `native` items have the C types' sizes and alignment,
 * others standard sizes and the byte order that the format's first character names.
 */
#include "module/module.h"
#include <ctype.h>
#include <math.h>
#include <stdio.h>

typedef struct Code {
    char kind;
    int64_t offset, size /* of an item; for s and p of the whole */, repeat;
} Code;
typedef struct StructObj {
    Obj head;
    int64_t size, values;
    int64_t code_count;
    Code *codes;
    Value format;
    bool little, native;
    Value weaklist;
} StructObj;
static Type struct_type;
static Value struct_error;

static uint64_t fail(const char *format, ...) __attribute__((format(printf, 1, 2)));
static uint64_t fail(const char *format, ...)
{
    char text[300];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    Value message = str_from_cstring(text);
    return message ? raise_value_of((Type *)struct_error, message) : 0;
}

/* --- formats */

static int item_size(char kind, bool native)
{
    switch (kind) {
    case 'x':
    case 'c':
    case 'b':
    case 'B':
    case '?':
    case 's':
    case 'p': return 1;
    case 'h':
    case 'H':
    case 'e': return 2;
    case 'i':
    case 'I':
    case 'f': return 4;
    case 'l':
    case 'L': return native ? (int)sizeof(long) : 4;
    case 'q':
    case 'Q':
    case 'd': return 8;
    case 'n':
    case 'N':
    case 'P': return native ? (int)sizeof(void *) : -1;
    default: return -1;
    }
}

static bool too_long(void) { return fail("total struct size too long"); }

/* One pass over the format; with codes 0 only counts. */
static bool scan(StructObj *s, const char *at, const char *end, bool native, Code *codes)
{
    int64_t size = 0, values = 0, count = 0;
    while (at < end) {
        char c = *at++;
        if (isspace((unsigned char)c)) continue;
        int64_t repeat = 1;
        if (c >= '0' && c <= '9') {
            for (repeat = c - '0'; at < end && *at >= '0' && *at <= '9'; at++) {
                if (repeat > (INT64_MAX - (*at - '0')) / 10) return too_long();
                repeat = repeat * 10 + (*at - '0');
            }
            if (at == end) return fail("repeat count given without format specifier");
            c = *at++;
        }
        int each = item_size(c, native);
        if (each < 0) return fail("bad char in struct format");
        if (native && each > 1) {
            if (size > INT64_MAX - each) return too_long();
            size = (size + each - 1) / each * each;
        }
        if (repeat > (INT64_MAX - size) / each) return too_long();
        bool text = c == 's' || c == 'p';
        if (c != 'x' && (text || repeat)) {
            if (codes) codes[count] = (Code){c, size, text ? repeat : each, text ? 1 : repeat};
            count++;
            values += text ? 1 : repeat;
        }
        size += repeat * each;
    }
    s->size = size;
    s->values = values;
    s->code_count = count;
    return true;
}

static bool compile(StructObj *s, Value format)
{
    if (is_str(format)) {
        format = str_encode(format, "ascii", 0);
        if (!format) return false;
    }
    if (!is_bytes(format)) return raise_type("Struct() argument 1 must be a str or bytes object, not %.200T", format);
    const char *at = (const char *)bytes_data(format), *end = at + bytes_size(format);
    if (memchr(at, 0, (size_t)(end - at))) return fail("embedded null character");
    bool native = true, little = true;
    if (at < end) {
        switch (*at) {
        case '<': native = false, at++; break;
        case '>':
        case '!': native = little = false, at++; break;
        case '=': native = false, at++; break;
        case '@': at++; break;
        }
    }
    StructObj parsed = {0};
    if (!scan(&parsed, at, end, native, 0)) return false;
    Code *codes = gc_buffer((size_t)(parsed.code_count ? parsed.code_count : 1) * sizeof *codes);
    if (!codes || !scan(&parsed, at, end, native, codes)) return false;
    s->size = parsed.size;
    s->values = parsed.values;
    s->code_count = parsed.code_count;
    s->codes = codes;
    s->format = format;
    s->little = little;
    s->native = native;
    gc_barrier(s);
    return true;
}

static void struct_trace(Obj *object)
{
    gc_visit_buffer(((StructObj *)object)->codes);
    gc_visit(((StructObj *)object)->format);
}

static Value struct_make(Type *type, Value *args, size_t nargs, Value kwnames)
{
    Value self = type_alloc(type, 0);
    if (!self) return 0;
    ((StructObj *)self)->size = ((StructObj *)self)->values = -1;   /* until __init__ */
    ((StructObj *)self)->format = NONE;
    return self;
}

static bool struct_init(Value self, Value *args, size_t nargs, Value kwnames)
{
    static Signature *signature;
    Value format;
    return native_bind("Struct", "(format)", &signature, args, nargs, kwnames, &format) && compile((StructObj *)self, format);
}

/* Module functions compile a format once and remember it. */
static Value cache;
enum { CACHE_LIMIT = 100 };

static StructObj *cached(Value format)
{
    Value found = is_str(format) || is_bytes(format) ? dict_get(cache, format) : 0;
    if (found) return (StructObj *)found;
    if (thread_self->exception) return 0;
    Value made = struct_make(&struct_type, 0, 0, 0);
    if (!made || !compile((StructObj *)made, format)) return 0;
    if (dict_size(cache) >= CACHE_LIMIT) dict_clear(cache);
    return dict_set(cache, format, made) ? (StructObj *)made : 0;
}

/* --- half floats */

static uint16_t half_bits(double d, bool *overflow)
{
    uint16_t sign = signbit(d) ? 0x8000 : 0;
    int exponent;
    *overflow = false;
    if (isnan(d)) return sign | 0x7e00;
    if (isinf(d)) return sign | 0x7c00;
    double m = frexp(fabs(d), &exponent);
    if (m == 0) return sign;
    uint32_t bits;
    if (exponent < -13) bits = (uint32_t)rint(ldexp(m, exponent + 24));   /* subnormal */
    else if (exponent > 16) bits = 0x7c00;
    else bits = ((uint32_t)(exponent + 14) << 10) + (uint32_t)rint((m * 2 - 1) * 1024);
    *overflow = bits >= 0x7c00;
    return sign | (uint16_t)bits;
}

static double half_value(uint16_t bits)
{
    int exponent = bits >> 10 & 31, fraction = bits & 0x3ff;
    double d = exponent == 31 ? (fraction ? NAN : INFINITY) : exponent ? ldexp(1024 + fraction, exponent - 25) : ldexp(fraction, -24);
    return bits & 0x8000 ? -d : d;
}

/* --- packing */

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__);

static inline uint64_t ordered(uint64_t bits, int size, bool little) { return little ? bits : __builtin_bswap64(bits) >> (64 - 8 * size); }

/* size: 1, 2, 4 or 8 */
static inline void put_bytes(uint8_t *out, uint64_t bits, int size, bool little)
{
    bits = ordered(bits, size, little);
    switch (size) {
    case 1: *out = (uint8_t)bits; break;
    case 2: memcpy(out, &bits, 2); break;
    case 4: memcpy(out, &bits, 4); break;
    default: memcpy(out, &bits, 8);
    }
}

static inline uint64_t get_bytes(const uint8_t *in, int size, bool little)
{
    uint64_t bits = 0;
    switch (size) {
    case 1: return *in;
    case 2: memcpy(&bits, in, 2); break;
    case 4: memcpy(&bits, in, 4); break;
    default: memcpy(&bits, in, 8);
    }
    return ordered(bits, size, little);
}

/* The ints that the code takes, as far as they fit 64 bits with a sign; false: it is not a code of ints. */
static bool int_range(const Code *code, int64_t *low, int64_t *high)
{
    if (!strchr("bBhHiIlLqQnN", code->kind)) return false;
    bool is_signed = code->kind >= 'a';
    int bits = (int)code->size * 8;
    *low = !is_signed ? 0 : bits == 64 ? INT64_MIN : -((int64_t)1 << (bits - 1));
    *high = bits == 64 ? INT64_MAX : ((int64_t)1 << (is_signed ? bits - 1 : bits)) - 1;
    return true;
}

static uint64_t out_of_range(void) { return fail("argument out of range"); }

/* Integers. CPython's texts depend on whether its native functions do the work: they do for little-endian formats of the native size, too. */
static bool pack_int(StructObj *s, uint8_t *out, char kind, int size, Value v)
{
    if (!is_int(v)) {
        if (!type_of(v)->index) return fail("required argument is not an integer");
        v = number_index(v);
        if (!v) return false;
    }
    bool is_signed = kind >= 'a', native = s->native || (s->little && size == item_size(kind, true));
    int64_t n = 0;
    int where = int_as_int64_overflow(v, &n);
    if (kind == 'P') is_signed = int_sign(v) < 0;
    if (kind == 'b' || kind == 'B') {
        if (kind == 'b' && (where || n < -128 || n > 127)) return where ? out_of_range() : fail("byte format requires -128 <= number <= 127");
        if (kind == 'B' && (where || n < 0 || n > 255)) return where ? out_of_range() : fail("ubyte format requires 0 <= number <= 255");
    } else if (size < 8) {
        int64_t low = is_signed ? -((int64_t)1 << (size * 8 - 1)) : 0, high = is_signed ? -low - 1 : ((int64_t)1 << size * 8) - 1;
        bool words = native && size == 2;
        if (!is_signed && !words && where == 0 && n < 0) return out_of_range();
        if (where && (is_signed || where < 0 || int_bit_length(v) > 64 || words)) return out_of_range();
        if (where || n < low || n > high) {
            if (words) return is_signed ? fail("short format requires -32768 <= number <= 32767") : fail("ushort format requires 0 <= number <= 65535");
            return fail("'%c' format requires %lld <= number <= %lld", kind, (long long)low, (long long)high);
        }
    } else {
        bool fits = is_signed ? where == 0 : int_sign(v) >= 0 && int_bit_length(v) <= 64;
        if (!fits) return native && kind != 'P' ? out_of_range() : fail("int too large to convert");
        n = (int64_t)int_as_uint64_mask(v);
    }
    put_bytes(out, (uint64_t)n, size, s->little);
    return true;
}

static bool pack_float(StructObj *s, uint8_t *out, char kind, Value v)
{
    double d;
    if (!is_float(v) && !type_of(v)->to_float && !type_of(v)->index) return fail("required argument is not a float");
    if (!number_as_double(v, &d)) {
        if (error_matches(&exc_TypeError)) {
            error_clear();
            return fail("required argument is not a float");
        }
        return false;
    }
    if (kind == 'd') {
        uint64_t bits;
        memcpy(&bits, &d, 8);
        put_bytes(out, bits, 8, s->little);
    } else if (kind == 'f') {
        float f = (float)d;
        uint32_t bits;
        if (isinf(f) && isfinite(d) && !s->native) return raise_overflow("float too large to pack with f format");
        memcpy(&bits, &f, 4);
        put_bytes(out, bits, 4, s->little);
    } else {
        bool overflow;
        uint16_t bits = half_bits(d, &overflow);
        if (overflow) return raise_overflow("float too large to pack with e format");
        put_bytes(out, bits, 2, s->little);
    }
    return true;
}

static bool text_argument(Value v, char kind, const uint8_t **data, int64_t *size)
{
    if (is_bytes(v)) *data = bytes_data(v), *size = bytes_size(v);
    else if (is_instance_of(v, &bytearray_type)) *data = bytearray_data(v), *size = ((ByteArrayObj *)v)->size;
    else return fail("argument for '%c' must be a bytes object", kind);
    return true;
}

static bool pack_text(uint8_t *out, const Code *code, Value v)
{
    const uint8_t *data;
    int64_t size, room = code->size;
    if (!text_argument(v, code->kind, &data, &size)) return false;
    if (code->kind == 's') memcpy(out, data, (size_t)(size < room ? size : room));
    else if (room) {
        if (size > room - 1) size = room - 1;
        memcpy(out + 1, data, (size_t)size);
        out[0] = size > 255 ? 255 : (uint8_t)size;
    }
    return true;
}

static bool pack_item(StructObj *s, uint8_t *out, const Code *code, Value v)
{
    switch (code->kind) {
    case 'c':
        if (!is_bytes(v) || bytes_size(v) != 1) return fail("char format requires a bytes object of length 1");
        *out = *bytes_data(v);
        return true;
    case '?': {
        int truth = object_truth(v);
        if (truth < 0) return false;
        *out = (uint8_t)truth;
        return true;
    }
    case 's':
    case 'p': return pack_text(out, code, v);
    case 'e':
    case 'f':
    case 'd': return pack_float(s, out, code->kind, v);
    default: return pack_int(s, out, code->kind, (int)code->size, v);
    }
}

/* args: s->values of them. `out` is zeroed here. An item's conversion may run Python code; so `out` must be memory that cannot move meanwhile. */
static bool pack_all(StructObj *s, uint8_t *out, Value *args)
{
    memset(out, 0, (size_t)s->size);
    for (int64_t i = 0; i < s->code_count; i++) {
        const Code *code = &s->codes[i];
        int64_t low, high;
        bool ints = int_range(code, &low, &high);
        for (int64_t k = 0; k < code->repeat; k++) {
            Value v = *args++;
            if (ints && is_small_int(v) && small_int_value(v) >= low && small_int_value(v) <= high) {
                put_bytes(out + code->offset + k * code->size, (uint64_t)small_int_value(v), (int)code->size, s->little);
                continue;
            }
            if (pack_item(s, out + code->offset + k * code->size, code, v)) continue;
            if (is_int(v) && error_clear_if(&exc_OverflowError)) return fail("int too large to convert");
            return false;
        }
    }
    return true;
}

/* --- unpacking */

static inline Value unpack_item(StructObj *s, const uint8_t *in, const Code *code)
{
    int size = (int)code->size;
    switch (code->kind) {
    case 'c': return bytes_new(in, 1);
    case '?': return bool_value(*in != 0);
    case 's': return bytes_new(in, (size_t)code->size);
    case 'p': {
        int64_t length = code->size ? in[0] : 0;
        if (length >= code->size) length = code->size ? code->size - 1 : 0;
        return bytes_new(in + (code->size > 0), (size_t)length);
    }
    case 'e': return float_new(half_value((uint16_t)get_bytes(in, 2, s->little)));
    case 'f': {
        uint32_t bits = (uint32_t)get_bytes(in, 4, s->little);
        float f;
        memcpy(&f, &bits, 4);
        return float_new(f);
    }
    case 'd': {
        uint64_t bits = get_bytes(in, 8, s->little);
        double d;
        memcpy(&d, &bits, 8);
        return float_new(d);
    }
    default: {
        uint64_t bits = get_bytes(in, size, s->little);
        if (code->kind == 'P' || code->kind < 'a') return int_new_unsigned(bits);
        return int_new((int64_t)(bits << (64 - 8 * size)) >> (64 - 8 * size));
    }
    }
}

static Value unpack_all(StructObj *s, const uint8_t *in)
{
    Value tuple = tuple_new(s->values);
    int64_t at = 0;
    for (int64_t i = 0; tuple && i < s->code_count; i++) {
        const Code *code = &s->codes[i];
        for (int64_t k = 0; k < code->repeat; k++) {
            Value v = unpack_item(s, in + code->offset + k * code->size, code);
            if (!v) return 0;
            tuple_items(tuple)[at++] = v;
        }
    }
    if (tuple) gc_barrier((void *)tuple);
    return tuple;
}

static bool usable(StructObj *s) { return s->codes ? true : raise_runtime("Struct object is not initialized"); }

static Value unpack_buffer(StructObj *s, Value source)
{
    Buffer buffer;
    if (!usable(s) || !buffer_get(source, &buffer, BUFFER_SIMPLE)) return 0;
    Value result = buffer.length == s->size ? unpack_all(s, buffer.data) : fail("unpack requires a buffer of %lld bytes", (long long)s->size);
    buffer_release(&buffer);
    return result;
}

/* Where in a buffer of `length` the struct starts; verb and noun are for the errors. */
static bool place(StructObj *s, int64_t *offset, int64_t length, bool packing)
{
    const char *function = packing ? "pack_into" : "unpack_from", *doing = packing ? "packing" : "unpacking";
    if (*offset < 0) {
        if (*offset + s->size > 0) {
            if (packing) return fail("no space to pack %lld bytes at offset %lld", (long long)s->size, (long long)*offset);
            return fail("not enough data to unpack %lld bytes at offset %lld", (long long)s->size, (long long)*offset);
        }
        if (*offset + length < 0) return fail("offset %lld out of range for %lld-byte buffer", (long long)*offset, (long long)length);
        *offset += length;
    }
    if (length - *offset < s->size) {
        return fail("%s requires a buffer of at least %llu bytes for %s %lld bytes at offset %lld (actual buffer size is %lld)", function,
                    (unsigned long long)s->size + (unsigned long long)*offset, doing, (long long)s->size, (long long)*offset, (long long)length);
    }
    return true;
}

static Value unpack_from(StructObj *s, Value source, Value offset_value)
{
    Buffer buffer;
    int64_t offset;
    if (!usable(s) || !number_as_count(offset_value, &offset) || !buffer_get(source, &buffer, BUFFER_SIMPLE)) return 0;
    Value result = place(s, &offset, buffer.length, false) ? unpack_all(s, (uint8_t *)buffer.data + offset) : 0;
    buffer_release(&buffer);
    return result;
}

static Value pack_values(StructObj *s, Value *args, size_t nargs)
{
    if ((int64_t)nargs != s->values) return fail("pack expected %lld items for packing (got %zu)", (long long)s->values, nargs);
    if (!usable(s)) return 0;
    Value result = bytes_new(0, (size_t)s->size);
    return result && pack_all(s, bytes_data(result), args) ? result : 0;
}

static Value pack_into(StructObj *s, Value *args, size_t nargs)
{
    if (nargs < 1) return fail("pack_into expected buffer argument");
    if (nargs < 2) return fail("pack_into expected offset argument");
    if ((int64_t)nargs - 2 != s->values) return fail("pack_into expected %lld items for packing (got %zu)", (long long)s->values, nargs - 2);
    Buffer buffer;
    int64_t offset;
    if (!usable(s)) return 0;
    if (!buffer_get(args[0], &buffer, BUFFER_WRITABLE)) {
        if (!error_clear_if(&exc_TypeError) && !error_clear_if(&exc_BufferError)) return 0;
        return raise_type("argument must be read-write bytes-like object, not %.100T", args[0]);
    }
    bool good = number_as_index(args[1], &offset, &exc_IndexError) && place(s, &offset, buffer.length, true) && pack_all(s, (uint8_t *)buffer.data + offset, args + 2);
    buffer_release(&buffer);
    return good ? NONE : 0;
}

/* --- iteration */

typedef struct UnpackIter {
    Obj head;
    Value format, source;
    Buffer buffer;
    int64_t index;
    bool open;
} UnpackIter;
static Type unpack_iterator_type;

static void iterator_trace(Obj *object)
{
    UnpackIter *it = (UnpackIter *)object;
    gc_visit(it->format);
    gc_visit(it->source);
    if (it->open) gc_visit(it->buffer.owner);
}

static void iterator_close(UnpackIter *it)
{
    if (it->open) buffer_release(&it->buffer);
    it->open = false;
    it->source = 0;
}

static void iterator_finalize(Obj *object) { iterator_close((UnpackIter *)object); }

static Value iterator_next(Value self)
{
    UnpackIter *it = (UnpackIter *)self;
    StructObj *s = (StructObj *)it->format;
    if (!it->open) return 0;
    if (it->index >= it->buffer.length) {
        iterator_close(it);
        return 0;
    }
    Value result = unpack_all(s, (uint8_t *)it->buffer.data + it->index);
    it->index += s->size;
    return result;
}

static NATIVE(iterator_length_hint)
{
    UnpackIter *it = (UnpackIter *)args[0];
    return int_new(it->open ? (it->buffer.length - it->index) / ((StructObj *)it->format)->size : 0);
}

static Value iter_unpack(StructObj *s, Value source)
{
    if (!usable(s)) return 0;
    if (s->size == 0) return fail("cannot iteratively unpack with a struct of length 0");
    UnpackIter *it = gc_alloc(UnpackIter, &unpack_iterator_type);
    if (!it || !buffer_get(source, &it->buffer, BUFFER_SIMPLE)) return 0;
    it->open = true;
    it->format = VALUE(s);
    it->source = source;
    gc_barrier(it);
    if (it->buffer.length % s->size) {
        iterator_close(it);
        return fail("iterative unpacking requires a buffer of a multiple of %lld bytes", (long long)s->size);
    }
    return VALUE(it);
}

static const NativeDef iterator_methods[] = {{"__length_hint__", "(self, /)", iterator_length_hint}, {0}};
static Type unpack_iterator_type = {TYPE_INIT("_struct.unpack_iterator", UnpackIter),
                                    .flags = TYPE_DISALLOW_NEW | TYPE_FINALIZE,
                                    .trace = iterator_trace,
                                    .finalize = iterator_finalize,
                                    .iter = iter_self,
                                    .next = iterator_next,
                                    .methods = iterator_methods};

/* --- the type Struct */

#define SELF ((StructObj *)args[0])
static NATIVE(method_pack) { return pack_values(SELF, args + 1, nargs - 1); }
static NATIVE(method_pack_into) { return pack_into(SELF, args + 1, nargs - 1); }
static NATIVE(method_unpack) { return unpack_buffer(SELF, args[1]); }
static NATIVE(method_unpack_from) { return unpack_from(SELF, args[1], args[2]); }
static NATIVE(method_iter_unpack) { return iter_unpack(SELF, args[1]); }
static NATIVE(method_sizeof) { return int_new((int64_t)sizeof(StructObj) + (SELF->code_count + 1) * (int64_t)sizeof(Code)); }
static Value get_format(Value self)
{
    Value format = ((StructObj *)self)->format;
    return is_bytes(format) ? str_from_latin1(bytes_data(format), (size_t)bytes_size(format)) : format;
}
static Value get_size(Value self) { return int_new(((StructObj *)self)->size); }

static const NativeDef struct_methods[] = {
    {"iter_unpack", "(self, buffer, /)", method_iter_unpack, "Return an iterator yielding tuples."},
    {"pack", 0, method_pack, "S.pack(v1, v2, ...) -> bytes", NATIVE_VECTOR | NATIVE_NO_KEYWORDS},
    {"pack_into", 0, method_pack_into, "S.pack_into(buffer, offset, v1, v2, ...)", NATIVE_VECTOR | NATIVE_NO_KEYWORDS},
    {"unpack", "(self, buffer, /)", method_unpack, "Return a tuple containing unpacked values."},
    {"unpack_from", "(self, /, buffer, offset=0)", method_unpack_from, "Return a tuple containing unpacked values."},
    {"__sizeof__", "(self, /)", method_sizeof, "S.__sizeof__() -> size of S in memory, in bytes"},
    {0},
};
static const GetSetDef struct_getset[] = {{"format", get_format, 0, "struct format string"}, {"size", get_size, 0, "struct size in bytes"}, {0}};

static Type struct_type = {
    TYPE_INIT("_struct.Struct", StructObj),
    .flags = TYPE_BASE | TYPE_WEAKREF_OK,
    .doc = "Struct(fmt) --> compiled struct object\n",
    .trace = struct_trace,
    .new = struct_make,
    .init = struct_init,
    .methods = struct_methods,
    .getset = struct_getset,
};

/* --- module functions */

static NATIVE(struct_calcsize)
{
    StructObj *s = cached(args[0]);
    return s ? int_new(s->size) : 0;
}

static NATIVE(struct_pack)
{
    if (!nargs) return raise_type("missing format argument");
    StructObj *s = cached(args[0]);
    return s ? pack_values(s, args + 1, nargs - 1) : 0;
}

static NATIVE(struct_pack_into)
{
    if (!nargs) return raise_type("missing format argument");
    StructObj *s = cached(args[0]);
    return s ? pack_into(s, args + 1, nargs - 1) : 0;
}

static NATIVE(struct_unpack)
{
    StructObj *s = cached(args[0]);
    return s ? unpack_buffer(s, args[1]) : 0;
}

static NATIVE(struct_unpack_from)
{
    StructObj *s = cached(args[0]);
    return s ? unpack_from(s, args[1], args[2]) : 0;
}

static NATIVE(struct_iter_unpack)
{
    StructObj *s = cached(args[0]);
    return s ? iter_unpack(s, args[1]) : 0;
}

static NATIVE(struct_clearcache)
{
    dict_clear(cache);
    return NONE;
}

static const NativeDef struct_functions[] = {
    {"_clearcache", "()", struct_clearcache, "Clear the internal cache."},
    {"calcsize", "(format, /)", struct_calcsize, "Return size in bytes of the struct described by the format string."},
    {"iter_unpack", "(format, buffer, /)", struct_iter_unpack, "Return an iterator yielding tuples unpacked from the given bytes."},
    {"pack", 0, struct_pack, "pack(format, v1, v2, ...) -> bytes", NATIVE_VECTOR | NATIVE_NO_KEYWORDS},
    {"pack_into", 0, struct_pack_into, "pack_into(format, buffer, offset, v1, v2, ...)", NATIVE_VECTOR | NATIVE_NO_KEYWORDS},
    {"unpack", "(format, buffer, /)", struct_unpack, "Return a tuple containing values unpacked according to the format string."},
    {"unpack_from", "(format, /, buffer, offset=0)", struct_unpack_from, "Return a tuple containing values unpacked according to the format string."},
    {0},
};

static bool struct_module_init(Value module)
{
    /* The module may be made again; its exception is the same. */
    if (!struct_error) {
        gc_root(&cache);
        gc_root(&struct_error);
        cache = dict_new();
        struct_error = cache ? module_new_exception("struct.error", 0, 0) : 0;
    }
    return struct_error && type_ready(&unpack_iterator_type) && module_add_type(module, &struct_type) && module_add(module, "error", struct_error);
}

const ModuleDef module__struct = {"_struct", "Functions to convert between Python values and C structs.", struct_functions, struct_module_init};
