/* bytes.c: the type bytes. The methods, shared with bytearray, are in bytes_methods.c. */
#include "object/bytes_internal.h"
#include "object/sequence.h"
#include "object/str_methods.h"
#include "heap/alloc.h"

/* --- static objects: the empty one and single bytes */
typedef struct SmallBytes {
    alignas(16) Obj head;
    int64_t size, hash;
    uint8_t data[2];
} SmallBytes;
static SmallBytes small_bytes[257];
Value bytes_empty = VALUE(&small_bytes[256]);

__attribute__((constructor)) static void small_bytes_init(void)
{
    for (int i = 0; i <= 256; i++) small_bytes[i] = (SmallBytes){.head = {.type = &bytes_type, .gc = GC_STATIC}, .size = i < 256, .hash = -1, .data = {i < 256 ? (uint8_t)i : 0}};
}

Value bytes_from_byte(uint8_t byte) { return VALUE(&small_bytes[byte]); }

Value bytes_new(const void *data, size_t size)
{
    if (size == 0) return bytes_empty;
    if (size == 1 && data) return bytes_from_byte(*(const uint8_t *)data);
    if (size >= INT64_MAX - sizeof(BytesObj)) return raise_overflow("byte string is too large");
    size_t whole = sizeof(BytesObj) + size + 1;
    BytesObj *b = whole <= QUICK_LIMIT ? gc_new_quick(&bytes_type, whole) : 0;
    if (!b && !(b = gc_new_raw(&bytes_type, whole, sizeof(BytesObj)))) return 0;
    b->size = (int64_t)size;
    b->hash = -1;
    if (data) memcpy(b->data, data, size);
    b->data[size] = 0;
    return VALUE(b);
}

Value bytes_subclass_new(Type *type, Value bytes)
{
    Value v = type_alloc(type, bytes_size(bytes));
    if (!v) return 0;
    BytesObj *b = (BytesObj *)v;
    b->size = bytes_size(bytes);
    b->hash = -1;
    memcpy(b->data, bytes_data(bytes), (size_t)b->size);
    b->data[b->size] = 0;
    return v;
}

/* --- the builder */
uint8_t *bytes_builder_reserve(BytesBuilder *b, size_t size)
{
    size_t needed = b->size + size;
    if (needed < size || needed > INT64_MAX / 4) return (uint8_t *)raise_memory();
    if (needed > b->capacity || !b->data) {
        size_t capacity = needed + needed / 2 + 32;
        uint8_t *data = gc_buffer_grow_raw(b->data, b->size, capacity);
        if (!data) return 0;
        b->data = data;
        b->capacity = capacity;
    }
    return b->data + b->size;
}

bool bytes_builder_add(BytesBuilder *b, const void *data, size_t size)
{
    uint8_t *out = bytes_builder_reserve(b, size);
    if (!out) return false;
    if (size) memcpy(out, data, size);
    b->size += size;
    return true;
}

Value bytes_builder_finish(BytesBuilder *b)
{
    Value v = bytes_new(b->size ? b->data : 0, b->size);
    *b = (BytesBuilder){0};
    return v;
}

/* --- conversion */
bool byte_from_value(Value v, uint8_t *byte, const char *range_error)
{
    int64_t n;
    if (is_small_int(v)) n = small_int_value(v);
    else {
        Value index = number_index(v);
        if (!index) return false;
        if (int_as_int64_overflow(index, &n)) n = -1;
    }
    if (n < 0 || n > 255) return raise_value("%s", range_error);
    *byte = (uint8_t)n;
    return true;
}

static bool collect_items(BytesBuilder *b, Value source, const char *range_error)
{
    bool list = type_of(source) == &list_type, tuple = type_of(source) == &tuple_type;
    if ((list || tuple) && !bytes_builder_reserve(b, (size_t)((VarObj *)source)->size)) return false;
    Value iterator = list || tuple ? 0 : object_iter(source);
    if (!list && !tuple && (!iterator || object_length_hint(source, 64) < 0)) return false;
    for (int64_t i = 0;; i++) {
        Value item;
        if (iterator) {
            if (!(item = iter_next_quick(iterator))) return !thread_self->exception;
        } else if (i >= (list ? list_size(source) : tuple_size(source))) return true;
        else item = list ? list_get(source, i) : tuple_get(source, i);
        uint8_t byte;
        if (is_small_int(item) && (uint64_t)small_int_value(item) < 256) byte = (uint8_t)small_int_value(item);
        else if (!byte_from_value(item, &byte, range_error)) return false;
        if (b->size < b->capacity) b->data[b->size++] = byte;
        else if (!bytes_builder_add(b, &byte, 1)) return false;
    }
}

bool bytes_collect(BytesBuilder *b, Value source, const char *type_name, const char *range_error)
{
    if (is_bytes(source)) return bytes_builder_add(b, bytes_data(source), (size_t)bytes_size(source));
    if (has_buffer(source)) {
        Buffer buffer;
        if (!buffer_get(source, &buffer, BUFFER_FULL)) return false;
        uint8_t *out = bytes_builder_reserve(b, (size_t)buffer.length);
        if (out) {
            buffer_copy_out(&buffer, out, 'C');
            b->size += (size_t)buffer.length;
        }
        buffer_release(&buffer);
        return out != 0;
    }
    if (!is_str(source) && (type_of(source)->iter || type_of(source)->getitem)) {
        if (collect_items(b, source, range_error)) return true;
        if (!error_matches(&exc_TypeError) || type_of(source)->iter) return false;
        error_clear();
    }
    return raise_type("cannot convert '%.200T' object to %s", source, type_name);
}

Value bytes_from_object(Value v)
{
    if (type_of(v) == &bytes_type) return v;
    BytesBuilder b = {0};
    return bytes_collect(&b, v, "bytes", "bytes must be in range(0, 256)") ? bytes_builder_finish(&b) : 0;
}

bool bytes_new_arguments(const char *name, Signature **signature, Value *args, size_t nargs, Value kwnames, Value *source, Value *encoded)
{
    Value bound[3] = {0};
    *source = *encoded = 0;
    if (nargs == 1 && !kwnames && !is_str(args[0])) {
        *source = args[0];
        return true;
    }
    if (!native_bind(name, "(source=<unrepresentable>, encoding=<unrepresentable>, errors=<unrepresentable>)", signature, args, nargs, kwnames, bound)) return false;
    const char *encoding = 0, *errors = 0;
    if (bound[1] && !(encoding = str_cstring_argument(name, "encoding", bound[1]))) return false;
    if (bound[2] && !(errors = str_cstring_argument(name, "errors", bound[2]))) return false;
    *source = bound[0];
    if (*source && is_str(*source)) {
        if (!encoding) return !errors || raise_type("string argument without an encoding");
        *encoded = str_encode(*source, encoding, errors);
        return *encoded != 0;
    }
    if (encoding) return raise_type("encoding without a string argument");
    if (errors) return raise_type("errors without a string argument");
    return true;
}

static Value bytes_from_dunder(Value method)
{
    Value result = call_0(method);
    if (result && !is_bytes(result)) return raise_type("__bytes__ returned non-bytes (type %.200T)", result);
    return result;
}

/* bytes(source): __bytes__, a count, or a collection of bytes. */
static Value bytes_from_source(Value source)
{
    if (type_of(source) == &bytes_type) return source;
    Value method = object_lookup_special(source, NAME("__bytes__"));
    if (method) return bytes_from_dunder(method);
    if (thread_self->exception) return 0;
    if (is_str(source)) return raise_type("string argument without an encoding");
    if (type_of(source)->index) {
        int64_t count;
        if (number_as_index(source, &count, &exc_OverflowError)) {
            if (count < 0) return raise_value("negative count");
            Value zeros = bytes_new(0, (size_t)count);
            if (zeros && count) memset(bytes_data(zeros), 0, (size_t)count);
            return zeros;
        }
        if (!error_clear_if(&exc_TypeError)) return 0;
    }
    return bytes_from_object(source);
}

static Value bytes_new_slot(Type *type, Value *args, size_t nargs, Value kwnames)
{
    static Signature *signature;
    Value source, encoded;
    if (!bytes_new_arguments("bytes", &signature, args, nargs, kwnames, &source, &encoded)) return 0;
    Value result = encoded ? encoded : source ? bytes_from_source(source) : bytes_empty;
    if (!result || type == &bytes_type) return result;
    return bytes_subclass_new(type, result);
}

/* --- repr */
Value bytes_repr_with(Span s, const char *prefix, const char *suffix, bool escape_single)
{
    static const char hex[] = "0123456789abcdef";
    size_t single = s.size && memchr(s.data, '\'', (size_t)s.size);
    char quote = single && !memchr(s.data, '"', (size_t)s.size) ? '"' : '\'';
    StrBuilder b = {0};
    if (!str_builder_cstring(&b, prefix) || !str_builder_reserve(&b, s.size + 2, 0x7f) || !str_builder_char(&b, (uint8_t)quote)) return 0;
    for (int64_t i = 0; i < s.size; i++) {
        uint8_t c = s.data[i];
        char text[5] = {'\\', 0};
        if (c == quote || c == '\\' || (escape_single && c == '\'')) text[1] = (char)c;
        else if (c == '\t') text[1] = 't';
        else if (c == '\n') text[1] = 'n';
        else if (c == '\r') text[1] = 'r';
        else if (c < 0x20 || c >= 0x7f) text[1] = 'x', text[2] = hex[c >> 4], text[3] = hex[c & 15];
        else text[0] = (char)c;
        if (!str_builder_cstring(&b, text)) return 0;
    }
    return str_builder_char(&b, (uint8_t)quote) && str_builder_cstring(&b, suffix) ? str_builder_finish(&b) : 0;
}

Value bytes_repr(Value v) { return bytes_repr_with(bytes_span(v), "b", "", false); }

int bytes_warning_level;

static Value bytes_str(Value v)
{
    if (bytes_warning_level && !warn_format(&exc_BytesWarning, 1, "str() on a bytes instance")) return 0;
    return bytes_repr(v);
}

/* --- slots */
static bool bytes_hash(Value v, int64_t *hash)
{
    BytesObj *b = (BytesObj *)v;
    if (b->hash == -1) b->hash = hash_bytes(b->data, (size_t)b->size);
    *hash = b->hash;
    return true;
}

static int span_compare(Span a, Span b)
{
    int64_t n = a.size < b.size ? a.size : b.size;
    int order = n ? memcmp(a.data, b.data, (size_t)n) : 0;
    return order ? order : a.size < b.size ? -1 : a.size > b.size;
}

static bool bytes_warn(Value a, Value b)
{
    if (!bytes_warning_level) return true;
    if (is_str(a) || is_str(b)) return warn_format(&exc_BytesWarning, 1, "Comparison between %s and string", is_bytes(a) || is_bytes(b) ? "bytes" : "bytearray");
    return true;
}

/* What has no buffer to look at is compared by nobody; but want of memory is no answer. */
static Value not_comparable(void)
{
    if (error_matches(&exc_MemoryError)) return 0;
    error_clear();
    return NOT_IMPLEMENTED;
}

Value bytes_compare_values(Value a, Value b, CompareOp op)
{
    if (is_bytes(a) && is_bytes(b)) {
        if ((op == CMP_EQ || op == CMP_NE) && bytes_size(a) != bytes_size(b)) return bool_value(op == CMP_NE);
        return compare_result(span_compare(bytes_span(a), bytes_span(b)), 0, op);
    }
    if (!has_buffer(a) || !has_buffer(b)) {
        if ((op == CMP_EQ || op == CMP_NE) && !bytes_warn(a, b)) return 0;
        return NOT_IMPLEMENTED;
    }
    Buffer x, y;
    if (!buffer_get(a, &x, BUFFER_SIMPLE)) return not_comparable();
    if (!buffer_get(b, &y, BUFFER_SIMPLE)) {
        buffer_release(&x);
        return not_comparable();
    }
    int order = span_compare((Span){x.data, x.length}, (Span){y.data, y.length});
    buffer_release(&x);
    buffer_release(&y);
    return compare_result(order, 0, op);
}

static Value bytes_compare(Value a, Value b, CompareOp op)
{
    if (!is_bytes(a)) return NOT_IMPLEMENTED;
    if (!is_bytes(b)) {
        /* Other buffers compare by their own method (bytearray, memoryview). */
        if (is_int(b) && bytes_warning_level && (op == CMP_EQ || op == CMP_NE) && !warn_format(&exc_BytesWarning, 1, "Comparison between bytes and int")) return 0;
        if ((op == CMP_EQ || op == CMP_NE) && !bytes_warn(a, b)) return 0;
        return NOT_IMPLEMENTED;
    }
    return bytes_compare_values(a, b, op);
}

static int64_t bytes_length(Value v) { return bytes_size(v); }

static Value bytes_item(Value v, int64_t index)
{
    if (index < 0 || index >= bytes_size(v)) return raise_index("index out of range");
    return small_int(bytes_data(v)[index]);
}

static Value bytes_slice(Value v, Value slice)
{
    int64_t start, stop, step, count = slice_indices(slice, &((BytesObj *)v)->size, &start, &stop, &step);
    if (count < 0) return 0;
    if (step == 1 && count == bytes_size(v) && type_of(v) == &bytes_type) return v;
    if (step == 1) return bytes_new(bytes_data(v) + start, (size_t)count);
    Value result = bytes_new(0, (size_t)count);
    if (!result || !count) return result;
    for (int64_t i = 0, at = start; i < count; i++, at += step) bytes_data(result)[i] = bytes_data(v)[at];
    return result;
}

static Value bytes_getitem(Value v, Value key)
{
    int64_t index;
    if (is_small_int(key)) index = small_int_value(key);
    else if (type_of(key) == &slice_type) return bytes_slice(v, key);
    else if (!type_of(key)->index) return raise_type("byte indices must be integers or slices, not %.200T", key);
    else if (!number_as_index(key, &index, &exc_IndexError)) return 0;
    return bytes_item(v, index < 0 ? index + bytes_size(v) : index);
}

int bytes_contains_value(Value self, Value item)
{
    if (type_of(item)->index) {
        uint8_t byte;
        if (!byte_from_value(item, &byte, "byte must be in range(0, 256)")) return -1;
        Span s = bytes_span(self);
        return s.size && memchr(s.data, byte, (size_t)s.size);
    }
    Buffer buffer;
    if (!buffer_get(item, &buffer, BUFFER_SIMPLE)) return -1;
    Span s = bytes_span(self);
    int found = str_find_raw(1, s.data, s.size, 1, buffer.data, buffer.length) >= 0;
    buffer_release(&buffer);
    return found;
}

Value bytes_concat(Value a, Value b)
{
    if (is_bytes(b) && is_bytes(a)) {
        if (!bytes_size(a) && type_of(b) == &bytes_type) return b;
        if (!bytes_size(b) && type_of(a) == &bytes_type) return a;
        int64_t left = bytes_size(a), right = bytes_size(b);
        Value result = bytes_new(0, (size_t)left + (size_t)right);
        if (!result || left + right == 0) return result;
        memcpy(bytes_data(result), bytes_data(a), (size_t)left);
        memcpy(bytes_data(result) + left, bytes_data(b), (size_t)right);
        return result;
    }
    Buffer x, y;
    if (!has_buffer(b) || !has_buffer(a)) return raise_type("can't concat %.100T to %.100T", b, a);
    if (!buffer_get(a, &x, BUFFER_SIMPLE)) return 0;
    if (!buffer_get(b, &y, BUFFER_SIMPLE)) {
        buffer_release(&x);
        return 0;
    }
    Value result = bytes_new(0, (size_t)x.length + (size_t)y.length);
    if (result && x.length + y.length) {
        memcpy(bytes_data(result), x.data, (size_t)x.length);
        memcpy(bytes_data(result) + x.length, y.data, (size_t)y.length);
    }
    buffer_release(&x);
    buffer_release(&y);
    return result;
}

Value bytes_repeat_span(Value self, Span s, int64_t count)
{
    int64_t total;
    if (count < 0) count = 0;
    if (__builtin_mul_overflow(s.size, count, &total)) return is_bytes(self) ? raise_overflow("repeated bytes are too long") : raise_memory();
    Value result = bytes_like_new(self, 0, total);
    if (!result || !total) return result;
    uint8_t *out = bytes_like_data(result);
    if (s.size == 1) memset(out, *s.data, (size_t)total);
    else
        for (int64_t i = 0; i < total; i += s.size) memcpy(out + i, s.data, (size_t)s.size);
    return result;
}

static Value bytes_repeat(Value v, int64_t count)
{
    if (count == 1 && type_of(v) == &bytes_type) return v;
    return bytes_repeat_span(v, bytes_span(v), count);
}

static Value bytes_remainder(Value a, Value b) { return is_bytes(a) ? bytes_percent(a, b, false) : NOT_IMPLEMENTED; }

bool buffer_fill(Buffer *buffer, Value owner, void *data, int64_t length, bool readonly, int flags)
{
    if (readonly && (flags & BUFFER_WRITABLE)) return raise_format(&exc_BufferError, "Object is not writable.");
    *buffer = (Buffer){.data = data, .owner = owner, .length = length, .itemsize = 1, .readonly = readonly, .ndim = 1};
    buffer->one_dim[0] = length;
    buffer->one_dim[1] = 1;
    if (flags & BUFFER_FORMAT) buffer->format = "B";
    if (flags & BUFFER_ND) buffer->shape = &buffer->one_dim[0];
    if ((flags & BUFFER_STRIDES) == BUFFER_STRIDES) buffer->strides = &buffer->one_dim[1];
    return true;
}

static bool bytes_get_buffer(Value v, Buffer *buffer, int flags) { return buffer_fill(buffer, v, bytes_data(v), bytes_size(v), true, flags); }

/* --- iterators, for bytearray too */
typedef struct BytesIter {
    Obj head;
    int64_t index;
    Value bytes; /* 0: exhausted */
} BytesIter;

static void bytes_iter_trace(Obj *object) { gc_visit(((BytesIter *)object)->bytes); }

static Value bytes_iter_next(Value v)
{
    BytesIter *it = (BytesIter *)v;
    if (!it->bytes) return 0;
    Span s = bytes_span(it->bytes);
    if (it->index < s.size) return small_int(s.data[it->index++]);
    it->bytes = 0;
    return 0;
}

static NATIVE(bytes_iter_length_hint)
{
    BytesIter *it = (BytesIter *)args[0];
    int64_t left = it->bytes ? bytes_span(it->bytes).size - it->index : 0;
    return int_new(left > 0 ? left : 0);
}

static NATIVE(bytes_iter_reduce)
{
    BytesIter *it = (BytesIter *)args[0];
    Value iter = import_attr("builtins", "iter");
    if (!iter) return 0;
    if (!it->bytes) return tuple_pack(2, iter, tuple_pack(1, tuple_empty));
    return tuple_pack(3, iter, tuple_pack(1, it->bytes), int_new(it->index));
}

static NATIVE(bytes_iter_setstate)
{
    BytesIter *it = (BytesIter *)args[0];
    int64_t index;
    if (!int_as_count(args[1], &index)) return 0;
    if (it->bytes) {
        int64_t size = bytes_span(it->bytes).size;
        it->index = index < 0 ? 0 : index > size ? size : index;
    }
    return NONE;
}

static const NativeDef bytes_iter_methods[] = {
    {"__length_hint__", "(self, /)", bytes_iter_length_hint, "An estimate of the items left."},
    {"__reduce__", "(self, /)", bytes_iter_reduce, "What pickle stores."},
    {"__setstate__", "(self, state, /)", bytes_iter_setstate, "Sets the position."},
    {0},
};

Type bytes_iterator_type = {TYPE_INIT("bytes_iterator", BytesIter), .flags = TYPE_DISALLOW_NEW, .iter = iter_self, .next = bytes_iter_next, .trace = bytes_iter_trace,
                            .methods = bytes_iter_methods};
Type bytearray_iterator_type = {
    TYPE_INIT("bytearray_iterator", BytesIter), .flags = TYPE_DISALLOW_NEW, .iter = iter_self, .next = bytes_iter_next, .trace = bytes_iter_trace, .methods = bytes_iter_methods};

Value bytes_iter_new(Type *type, Value bytes)
{
    BytesIter *it = gc_alloc(BytesIter, type);
    if (it) it->bytes = bytes;
    return VALUE(it);
}

static Value bytes_iter(Value v) { return bytes_iter_new(&bytes_iterator_type, v); }

Type bytes_type = {
    .head = {.head = {.type = &type_type, .gc = GC_STATIC}},
    .name = "bytes",
    .basic_size = sizeof(BytesObj) + 1,   /* with the zero byte at the end, as in CPython */
    .item_size = 1,
    .flags = TYPE_BASE | TYPE_BYTES | TYPE_MATCH_SELF,
    .doc = "bytes(iterable_of_ints) -> bytes\nbytes(string, encoding[, errors]) -> bytes\nbytes(bytes_or_buffer) -> immutable copy of bytes_or_buffer\n"
           "bytes(int) -> bytes object of size given by the parameter initialized with null bytes\nbytes() -> empty bytes object\n\nAn immutable array of bytes.",
    .repr = bytes_repr,
    .str = bytes_str,
    .hash = bytes_hash,
    .compare = bytes_compare,
    .iter = bytes_iter,
    .new = bytes_new_slot,
    .binary[BINARY_REMAINDER] = bytes_remainder,
    .length = bytes_length,
    .getitem = bytes_getitem,
    .contains = bytes_contains_value,
    .concat = bytes_concat,
    .repeat = bytes_repeat,
    .seq_item = bytes_item,
    .get_buffer = bytes_get_buffer,
    .methods = bytes_methods,
};
