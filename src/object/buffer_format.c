/* buffer_format.c: buffers as such: their items in native formats, strides, contiguity, copying, comparing. memoryview.c makes the type of it. */
#include "object/memoryview.h"
#include <math.h>

/* --- formats */
static int64_t code_size(char c)
{
    switch (c) {
    case 'c':
    case 'b':
    case 'B':
    case '?': return 1;
    case 'h':
    case 'H': return 2;
    case 'i':
    case 'I':
    case 'f': return 4;
    case 'l':
    case 'L':
    case 'q':
    case 'Q':
    case 'n':
    case 'N':
    case 'd':
    case 'P': return 8;
    default: return 0;
    }
}

char format_native(const char *format, int64_t *size)
{
    if (!format) format = "B";
    if (*format == '@') format++;
    if (!*format || format[1]) return 0;
    *size = code_size(*format);
    return *size ? *format : 0;
}

const char *format_constant(const char *text)
{
    static const char codes[] = "@c\0@b\0@B\0@?\0@h\0@H\0@i\0@I\0@f\0@l\0@L\0@q\0@Q\0@n\0@N\0@d\0@P\0";
    for (const char *p = codes; *p; p += 3) {
        if (!strcmp(p, text)) return p;
        if (!strcmp(p + 1, text)) return p + 1;
    }
    return 0;
}

#define LOAD(T) \
    ({ \
        T value_; \
        memcpy(&value_, item, sizeof value_); \
        value_; \
    })

Value format_unpack(char code, const void *item)
{
    switch (code) {
    case 'B': return small_int(LOAD(uint8_t));
    case 'b': return small_int(LOAD(int8_t));
    case 'c': return bytes_from_byte(LOAD(uint8_t));
    case '?': return bool_value(LOAD(uint8_t) != 0);
    case 'h': return small_int(LOAD(int16_t));
    case 'H': return small_int(LOAD(uint16_t));
    case 'i': return small_int(LOAD(int32_t));
    case 'I': return small_int(LOAD(uint32_t));
    case 'l':
    case 'q':
    case 'n': return int_new(LOAD(int64_t));
    case 'L':
    case 'Q':
    case 'N':
    case 'P': return int_new_unsigned(LOAD(uint64_t));
    case 'f': return float_new((double)LOAD(float));
    case 'd': return float_new(LOAD(double));
    }
    return raise_system("memoryview: bad format");
}

static bool bad_type(const char *format) { return raise_type("memoryview: invalid type for format '%s'", format); }
static bool bad_value(const char *format) { return raise_value("memoryview: invalid value for format '%s'", format); }

static bool pack_integer(char code, const char *format, void *item, Value v)
{
    int64_t size = code_size(code), n;
    bool is_signed = strchr("bhilqn", code) != 0;
    if (!type_of(v)->index) return bad_type(format);
    Value index = number_index(v);
    if (!index) return error_clear_if(&exc_TypeError) ? bad_type(format) : false;
    if (!is_signed && size == 8) {
        uint64_t u;
        if (!int_as_uint64(index, &u)) {
            error_clear();
            return bad_value(format);
        }
        memcpy(item, &u, 8);
        return true;
    }
    if (int_as_int64_overflow(index, &n)) return bad_value(format);
    if (size < 8) {
        int64_t limit = (int64_t)1 << (8 * size - is_signed);
        if (n >= limit || n < (is_signed ? -limit : 0)) return bad_value(format);
    }
    memcpy(item, &n, (size_t)size);
    return true;
}

bool format_pack(char code, const char *format, void *item, Value v)
{
    switch (code) {
    case 'f':
    case 'd': {
        double d;
        if (!number_as_double(v, &d)) return error_clear_if(&exc_TypeError) ? bad_type(format) : false;
        float f = (float)d;
        memcpy(item, code == 'f' ? (void *)&f : (void *)&d, code == 'f' ? 4 : 8);
        return true;
    }
    case '?': {
        int truth = object_truth(v);
        if (truth < 0) return false;
        *(uint8_t *)item = (uint8_t)truth;
        return true;
    }
    case 'c':
        if (!is_bytes(v)) return bad_type(format);
        if (bytes_size(v) != 1) return bad_value(format);
        *(uint8_t *)item = *bytes_data(v);
        return true;
    default: return pack_integer(code, format, item, v);
    }
}

/* --- strides */
static int64_t dim_stride(const Buffer *b, int dim)
{
    if (b->strides) return b->strides[dim];
    int64_t stride = b->itemsize;
    for (int i = b->ndim - 1; i > dim; i--) stride *= b->shape[i];
    return stride;
}
static int64_t dim_size(const Buffer *b, int dim) { return b->shape ? b->shape[dim] : b->length / (b->itemsize ? b->itemsize : 1); }

bool buffer_is_contiguous(const Buffer *b, char order)
{
    if (b->suboffsets)
        for (int i = 0; i < b->ndim; i++)
            if (b->suboffsets[i] >= 0) return false;
    if (order == 'A') return buffer_is_contiguous(b, 'C') || buffer_is_contiguous(b, 'F');
    if (b->length == 0 || !b->strides || !b->shape) return order == 'C' || b->ndim <= 1;
    int64_t expected = b->itemsize;
    for (int k = 0; k < b->ndim; k++) {
        int i = order == 'C' ? b->ndim - 1 - k : k;
        if (b->shape[i] > 1 && b->strides[i] != expected) return false;
        expected *= b->shape[i];
    }
    return true;
}

static const uint8_t *follow(const Buffer *b, const uint8_t *p, int dim)
{
    if (b->suboffsets && b->suboffsets[dim] >= 0) memcpy(&p, p, sizeof(void *)), p += b->suboffsets[dim];
    return p;
}

/* Writes the items below p, dimension `dim` on, to out with C order strides. */
static uint8_t *copy_out_c(const Buffer *b, const uint8_t *p, int dim, uint8_t *out)
{
    if (dim == b->ndim) {
        memcpy(out, p, (size_t)b->itemsize);
        return out + b->itemsize;
    }
    int64_t n = dim_size(b, dim), stride = dim_stride(b, dim);
    for (int64_t i = 0; i < n; i++) out = copy_out_c(b, follow(b, p + i * stride, dim), dim + 1, out);
    return out;
}

static void copy_out_f(const Buffer *b, const uint8_t *p, int dim, uint8_t *out, int64_t out_stride)
{
    if (dim == b->ndim) {
        memcpy(out, p, (size_t)b->itemsize);
        return;
    }
    int64_t n = dim_size(b, dim), stride = dim_stride(b, dim);
    for (int64_t i = 0; i < n; i++) copy_out_f(b, follow(b, p + i * stride, dim), dim + 1, out + i * out_stride, out_stride * n);
}

void buffer_copy_out(const Buffer *b, uint8_t *out, char order)
{
    if (!b->length) return;
    if (order == 'A') order = !buffer_is_contiguous(b, 'C') && buffer_is_contiguous(b, 'F') ? 'F' : 'C';
    if (buffer_is_contiguous(b, order)) memcpy(out, b->data, (size_t)b->length);
    else if (order == 'F') copy_out_f(b, b->data, 0, out, b->itemsize);
    else copy_out_c(b, b->data, 0, out);
}

void buffer_copy(const Buffer *dest, const Buffer *src)
{
    /* One dimension is all that assignment allows; the two may overlap. */
    int64_t n = dim_size(dest, 0), to = dim_stride(dest, 0), from = dim_stride(src, 0), size = dest->itemsize;
    uint8_t *out = dest->data;
    const uint8_t *in = src->data;
    if (!(dest->suboffsets || src->suboffsets) && to == size && from == size) {
        memmove(out, in, (size_t)(n * size));
        return;
    }
    uint8_t *temporary = gc_buffer_raw((size_t)(n * size));
    if (!temporary) return;
    for (int64_t i = 0; i < n; i++) memcpy(temporary + i * size, follow(src, in + i * from, 0), (size_t)size);
    for (int64_t i = 0; i < n; i++) memcpy((uint8_t *)follow(dest, out + i * to, 0), temporary + i * size, (size_t)size);
}

/* --- equality */
typedef struct ItemCompare {
    char a, b;
    Value unpack_a, unpack_b;
    int64_t size_a, size_b;
} ItemCompare;

static Value unpack_struct(Value function, const uint8_t *item, int64_t size)
{
    Value bytes = bytes_new(item, (size_t)size);
    return bytes ? call_1(function, bytes) : 0;
}

static int items_equal(const ItemCompare *c, const uint8_t *a, const uint8_t *b)
{
    if (c->a && c->a == c->b && c->a != 'f' && c->a != 'd' && c->a != '?') return memcmp(a, b, (size_t)c->size_a) == 0;
    Value x = c->a && !c->unpack_a ? format_unpack(c->a, a) : unpack_struct(c->unpack_a, a, c->size_a);
    Value y = x ? (c->b && !c->unpack_b ? format_unpack(c->b, b) : unpack_struct(c->unpack_b, b, c->size_b)) : 0;
    if (!x || !y) return -1;
    if (c->unpack_a && tuple_size(x) == 1) x = tuple_get(x, 0);
    if (c->unpack_b && tuple_size(y) == 1) y = tuple_get(y, 0);
    if (x == y && (is_int(x) || x == TRUE || x == FALSE)) return 1;
    Value result = object_compare(x, y, CMP_EQ);
    return result ? object_truth(result) : -1;
}

static int dims_equal(const ItemCompare *c, const Buffer *a, const uint8_t *p, const Buffer *b, const uint8_t *q, int dim)
{
    if (dim == a->ndim) return items_equal(c, p, q);
    int64_t n = dim_size(a, dim);
    for (int64_t i = 0; i < n; i++) {
        int equal = dims_equal(c, a, follow(a, p + i * dim_stride(a, dim), dim), b, follow(b, q + i * dim_stride(b, dim), dim), dim + 1);
        if (equal != 1) return equal;
    }
    return 1;
}

/* struct.Struct(format).unpack; 0 without an exception (but MemoryError): nothing is equal in such a format. */
static Value struct_unpacker(const char *format)
{
    Value type = import_attr("struct", "Struct"), text = type ? str_from_cstring(format ? format : "B") : 0;
    Value object = text ? call_1(type, text) : 0, function = object ? object_getattr(object, NAME("unpack")) : 0;
    if (!function && !error_matches(&exc_MemoryError)) error_clear();
    return function;
}

int buffers_equal(const Buffer *a, const Buffer *b)
{
    if (a->ndim != b->ndim) return 0;
    for (int i = 0; i < a->ndim; i++) {
        if (dim_size(a, i) != dim_size(b, i)) return 0;
        if (dim_size(a, i) == 0) break;
    }
    ItemCompare c = {.size_a = a->itemsize, .size_b = b->itemsize};
    int64_t size;
    c.a = format_native(a->format, &size);
    c.b = format_native(b->format, &size);
    if (!c.a && !(c.unpack_a = struct_unpacker(a->format))) return thread_self->exception ? -1 : 0;
    if (!c.b && !(c.unpack_b = struct_unpacker(b->format))) return thread_self->exception ? -1 : 0;
    if (c.a && !c.b && !(c.unpack_a = struct_unpacker(a->format))) return thread_self->exception ? -1 : 0;
    return dims_equal(&c, a, a->data, b, b->data, 0);
}
