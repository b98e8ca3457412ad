/* bytearray.c: the mutable array of bytes. Its bytes lie in a heap buffer; `start` moves ahead of `bytes` when bytes are deleted at the front. While a buffer is exported the
 * size cannot change. */
#include "object/bytes_internal.h"

Value bytes_iter_new(Type *type, Value bytes);

static ByteArrayObj *ba(Value v) { return (ByteArrayObj *)v; }

static void bytearray_trace(Obj *object)
{
    ByteArrayObj *b = (ByteArrayObj *)object;
    if (b->bytes) gc_visit_buffer(b->bytes);
}

/* An empty array's bytes: never written to. */
static uint8_t no_bytes[1];

static void bytearray_prepare(ByteArrayObj *b)
{
    b->bytes = 0;
    b->start = no_bytes;
    b->size = b->allocated = 0;
}

/* Views that nobody refers to any more still count as exports until they are collected: so collect before complaining. */
static bool can_resize(ByteArrayObj *b)
{
    if (b->exports > 0) gc_collect(2, true);
    if (b->exports > 0) return raise_format(&exc_BufferError, "Existing exports of data: object cannot be re-sized");
    return true;
}

bool bytearray_resize(Value v, int64_t size)
{
    ByteArrayObj *b = ba(v);
    if (size == b->size) return true;
    if (!can_resize(b)) return false;
    if (size < 0 || size > INT64_MAX - 64) return raise_memory();
    int64_t offset = b->bytes ? b->start - b->bytes : 0, room = size + 1;
    if (size + offset + 1 <= b->allocated) {
        if (size >= b->allocated / 2) {
            b->size = size;
            b->start[size] = 0;
            return true;
        }
    } else if ((double)size <= (double)b->allocated * 1.125) room = size + (size >> 3) + (size < 9 ? 3 : 6);
    uint8_t *bytes = gc_buffer_raw((size_t)room);
    if (!bytes) return false;
    int64_t keep = size < b->size ? size : b->size;
    if (keep) memcpy(bytes, b->start, (size_t)keep);
    bytes[size] = 0;
    b->bytes = b->start = bytes;
    b->allocated = room;
    b->size = size;
    gc_barrier(b);
    return true;
}

Value bytearray_new(const void *data, size_t size)
{
    ByteArrayObj *b = gc_alloc(ByteArrayObj, &bytearray_type);
    if (!b) return 0;
    bytearray_prepare(b);
    if (size && !bytearray_resize(VALUE(b), (int64_t)size)) return 0;
    if (data && size) memcpy(b->start, data, size);
    else if (size) memset(b->start, 0, size);
    return VALUE(b);
}

/* Replaces the bytes from low to high by `n` bytes, which must not lie in the array itself. */
static bool bytearray_splice(ByteArrayObj *b, int64_t low, int64_t high, const uint8_t *data, int64_t n)
{
    int64_t growth = n - (high - low), tail = b->size - high;
    if (growth < 0) {
        if (!can_resize(b)) return false;
        if (low == 0) {
            b->start -= growth;
            b->size += growth;
        } else {
            memmove(b->start + low + n, b->start + high, (size_t)tail);
            if (!bytearray_resize(VALUE(b), b->size + growth)) return false;
        }
    } else if (growth > 0) {
        if (b->size > INT64_MAX - 64 - growth) return raise_memory();
        if (!bytearray_resize(VALUE(b), b->size + growth)) return false;
        memmove(b->start + low + n, b->start + high, (size_t)tail);
    }
    if (n) memcpy(b->start + low, data, (size_t)n);
    return true;
}

static bool bytearray_append_bytes(ByteArrayObj *b, const uint8_t *data, int64_t n);

/* Appends the items one by one, as they come: whoever produces them may look at what there is already. */
static bool bytearray_fill(Value self, Value iterable)
{
    Value iterator = object_iter(iterable);
    if (!iterator) return error_clear_if(&exc_TypeError) ? raise_type("cannot convert '%.200T' object to bytearray", iterable) : false;
    for (Value item; (item = iter_next(iterator));) {
        uint8_t byte;
        if (!byte_from_value(item, &byte, "byte must be in range(0, 256)") || !bytearray_append_bytes(ba(self), &byte, 1)) return false;
    }
    return !thread_self->exception;
}

static bool bytearray_init(Value self, Value *args, size_t nargs, Value kwnames)
{
    static Signature *signature;
    Value source, encoded;
    if (ba(self)->size && !bytearray_resize(self, 0)) return false;
    if (!bytes_new_arguments("bytearray", &signature, args, nargs, kwnames, &source, &encoded)) return false;
    if (encoded) source = encoded;
    if (!source) return true;
    if (is_str(source)) return raise_type("string argument without an encoding");
    if (!encoded && type_of(source)->index && !is_str(source)) {
        int64_t count;
        if (number_as_index(source, &count, &exc_OverflowError)) {
            if (count < 0) return raise_value("negative count");
            if (!bytearray_resize(self, count)) return false;
            memset(ba(self)->start, 0, (size_t)count);
            return true;
        }
        if (!error_clear_if(&exc_TypeError)) return false;
    }
    if (type_of(source)->iter && !has_buffer(source) && !is_list(source) && !is_tuple(source)) return bytearray_fill(self, source);
    BytesBuilder b = {0};
    if (!bytes_collect(&b, source, "bytearray", "byte must be in range(0, 256)")) return false;
    return bytearray_splice(ba(self), 0, ba(self)->size, b.data, (int64_t)b.size);
}

static Value bytearray_new_slot(Type *type, Value *args, size_t nargs, Value kwnames)
{
    Value v = type_alloc(type, 0);
    if (v) bytearray_prepare(ba(v));
    return v;
}

static Value bytearray_repr(Value v)
{
    Value inside = bytes_repr_with(bytes_span(v), "", "", true);
    return inside ? str_format_c("%s(b%U)", type_name_of(v), inside) : 0;
}

static Value bytearray_compare(Value a, Value b, CompareOp op) { return bytes_compare_values(a, b, op); }
static int64_t bytearray_length(Value v) { return ba(v)->size; }

static Value bytearray_item(Value v, int64_t index)
{
    if (index < 0 || index >= ba(v)->size) return raise_index("bytearray index out of range");
    return small_int(ba(v)->start[index]);
}

static Value bytearray_slice(Value v, Value slice)
{
    int64_t start, stop, step, count = slice_indices(slice, &ba(v)->size, &start, &stop, &step);
    if (count < 0) return 0;
    if (step == 1) return bytearray_new(ba(v)->start + start, (size_t)count);
    Value result = bytearray_new(0, (size_t)count);
    if (!result) return 0;
    for (int64_t i = 0, at = start; i < count; i++, at += step) ba(result)->start[i] = ba(v)->start[at];
    return result;
}

static Value bytearray_getitem(Value v, Value key)
{
    int64_t index;
    if (is_small_int(key)) index = small_int_value(key);
    else if (type_of(key) == &slice_type) return bytearray_slice(v, key);
    else if (!type_of(key)->index) return raise_type("bytearray indices must be integers or slices, not %.200T", key);
    else if (!number_as_index(key, &index, &exc_IndexError)) return 0;
    return bytearray_item(v, index < 0 ? index + ba(v)->size : index);
}

static bool delete_extended(ByteArrayObj *b, int64_t start, int64_t step, int64_t count)
{
    if (!count) return true;
    if (!can_resize(b)) return false;
    if (step < 0) {
        start += step * (count - 1);
        step = -step;
    }
    int64_t to = start;
    for (int64_t i = start, next = start, left = count; i < b->size; i++) {
        if (left && i == next) {
            next += step;
            left--;
        } else b->start[to++] = b->start[i];
    }
    return bytearray_resize(VALUE(b), to);
}

static bool bytearray_set_slice(Value v, Value slice, Value value)
{
    BytesBuilder b = {0};
    int64_t start, stop, step;
    if (value) {
        if (is_int(value) || is_str(value)) return raise_type("can assign only bytes, buffers, or iterables of ints in range(0, 256)");
        if (!bytes_collect(&b, value, "bytearray", "byte must be in range(0, 256)")) {
            if (type_of(value)->iter || type_of(value)->getitem || has_buffer(value) || !error_clear_if(&exc_TypeError)) return false;
            return raise_type("can assign only bytes, buffers, or iterables of ints in range(0, 256)");
        }
    }
    int64_t count = slice_indices(slice, &ba(v)->size, &start, &stop, &step);
    if (count < 0) return false;
    if (step == 1) {
        if (stop < start) stop = start;
        return bytearray_splice(ba(v), start, stop, b.data, (int64_t)b.size);
    }
    if (!b.size) return delete_extended(ba(v), start, step, count);
    if ((int64_t)b.size != count) return raise_value("attempt to assign bytes of size %zd to extended slice of size %zd", b.size, (size_t)count);
    for (int64_t i = 0, at = start; i < count; i++, at += step) ba(v)->start[at] = b.data[i];
    return true;
}

static bool bytearray_setitem(Value v, Value key, Value value)
{
    if (type_of(key) == &slice_type) return bytearray_set_slice(v, key, value);
    int64_t index;
    uint8_t byte = 0;
    if (!type_of(key)->index) return raise_type("bytearray indices must be integers or slices, not %.200T", key);
    if (!number_as_index(key, &index, &exc_IndexError)) return false;
    if (value && !byte_from_value(value, &byte, "byte must be in range(0, 256)")) return false;
    if (index < 0) index += ba(v)->size;
    if (index < 0 || index >= ba(v)->size) return raise_index("bytearray index out of range");
    if (!value) return bytearray_splice(ba(v), index, index + 1, 0, 0);
    ba(v)->start[index] = byte;
    return true;
}

static Value bytearray_concat(Value a, Value b)
{
    if (!has_buffer(b) || !has_buffer(a)) return raise_type("can't concat %.100T to %.100T", b, a);
    Buffer x, y;
    if (!buffer_get(a, &x, BUFFER_SIMPLE)) return 0;
    if (!buffer_get(b, &y, BUFFER_SIMPLE)) {
        buffer_release(&x);
        return 0;
    }
    Value result = bytearray_new(0, (size_t)x.length + (size_t)y.length);
    if (result) {
        if (x.length) memcpy(ba(result)->start, x.data, (size_t)x.length);
        if (y.length) memcpy(ba(result)->start + x.length, y.data, (size_t)y.length);
    }
    buffer_release(&x);
    buffer_release(&y);
    return result;
}

/* Appends; `data` may lie in the array itself. */
static bool bytearray_append_bytes(ByteArrayObj *b, const uint8_t *data, int64_t n)
{
    if (n == 0) return true;
    int64_t size = b->size;
    if (!can_resize(b)) return false;
    bool own = data >= b->start && data < b->start + size;
    int64_t offset = own ? data - b->start : 0;
    const uint8_t *old = b->start;
    if (!bytearray_resize(VALUE(b), size + n)) return false;
    memmove(b->start + size, own ? old + offset : data, (size_t)n);
    return true;
}

static Value bytearray_inplace_concat(Value a, Value b)
{
    if (!has_buffer(b)) return raise_type("can't concat %.100T to %.100T", b, a);
    Buffer buffer;
    if (a == b) {
        Value copy = bytes_new(ba(a)->start, (size_t)ba(a)->size);
        return copy && bytearray_append_bytes(ba(a), bytes_data(copy), bytes_size(copy)) ? a : 0;
    }
    if (!buffer_get(b, &buffer, BUFFER_SIMPLE)) return 0;
    bool ok = bytearray_append_bytes(ba(a), buffer.data, buffer.length);
    buffer_release(&buffer);
    return ok ? a : 0;
}

static Value bytearray_repeat(Value v, int64_t count) { return bytes_repeat_span(v, bytes_span(v), count); }

static Value bytearray_inplace_repeat(Value v, int64_t count)
{
    int64_t size = ba(v)->size, total;
    if (count < 0) count = 0;
    if (__builtin_mul_overflow(size, count, &total)) return raise_memory();
    if (!bytearray_resize(v, total)) return 0;
    for (int64_t at = size; at < total; at += size) memcpy(ba(v)->start + at, ba(v)->start, (size_t)size);
    return v;
}

static Value bytearray_remainder(Value a, Value b) { return is_bytearray(a) ? bytes_percent(a, b, true) : NOT_IMPLEMENTED; }
static Value bytearray_iter(Value v) { return bytes_iter_new(&bytearray_iterator_type, v); }

static bool bytearray_get_buffer(Value v, Buffer *buffer, int flags)
{
    if (!buffer_fill(buffer, v, ba(v)->start, ba(v)->size, false, flags)) return false;
    ba(v)->exports++;
    return true;
}

static void bytearray_release_buffer(Value v, Buffer *buffer) { ba(v)->exports--; }

/* --- methods of bytearray alone; the shared ones are in bytes_methods.c, which builds the table */
NATIVE(bytearray_append_native)
{
    uint8_t byte;
    if (!byte_from_value(args[1], &byte, "byte must be in range(0, 256)")) return 0;
    return bytearray_append_bytes(ba(args[0]), &byte, 1) ? NONE : 0;
}

NATIVE(bytearray_insert_native)
{
    int64_t index;
    uint8_t byte;
    if (!number_as_count(args[1], &index) || !byte_from_value(args[2], &byte, "byte must be in range(0, 256)")) return 0;
    ByteArrayObj *b = ba(args[0]);
    if (index < 0) index = index + b->size < 0 ? 0 : index + b->size;
    if (index > b->size) index = b->size;
    return bytearray_splice(b, index, index, &byte, 1) ? NONE : 0;
}

NATIVE(bytearray_pop_native)
{
    int64_t index;
    if (!number_as_count(args[1], &index)) return 0;
    ByteArrayObj *b = ba(args[0]);
    if (!b->size) return raise_index("pop from empty bytearray");
    if (index < 0) index += b->size;
    if (index < 0 || index >= b->size) return raise_index("pop index out of range");
    Value result = small_int(b->start[index]);
    return bytearray_splice(b, index, index + 1, 0, 0) ? result : 0;
}

NATIVE(bytearray_remove_native)
{
    uint8_t byte;
    if (!byte_from_value(args[1], &byte, "byte must be in range(0, 256)")) return 0;
    ByteArrayObj *b = ba(args[0]);
    const uint8_t *hit = b->size ? memchr(b->start, byte, (size_t)b->size) : 0;
    if (!hit) return raise_value("value not found in bytearray");
    int64_t at = hit - b->start;
    return bytearray_splice(b, at, at + 1, 0, 0) ? NONE : 0;
}

NATIVE(bytearray_extend_native)
{
    Value source = args[1];
    if (has_buffer(source)) return bytearray_inplace_concat(args[0], source) ? NONE : 0;
    Value iterator = object_iter(source);
    if (!iterator) {
        if (error_clear_if(&exc_TypeError)) return raise_type("can't extend bytearray with %.100T", source);
        return 0;
    }
    BytesBuilder b = {0};
    if (object_length_hint(source, 32) < 0) return 0;
    for (Value item; (item = iter_next(iterator));) {
        uint8_t byte;
        if (!byte_from_value(item, &byte, "byte must be in range(0, 256)") || !bytes_builder_add(&b, &byte, 1)) return 0;
    }
    if (thread_self->exception) return 0;
    return bytearray_append_bytes(ba(args[0]), b.data, (int64_t)b.size) ? NONE : 0;
}

NATIVE(bytearray_clear_native) { return bytearray_resize(args[0], 0) ? NONE : 0; }
NATIVE(bytearray_copy_native) { return bytearray_new(ba(args[0])->start, (size_t)ba(args[0])->size); }
NATIVE(bytearray_alloc_native) { return int_new(ba(args[0])->allocated); }
NATIVE(bytearray_sizeof_native) { return int_new(type_of(args[0])->basic_size + ba(args[0])->allocated); }

NATIVE(bytearray_reverse_native)
{
    ByteArrayObj *b = ba(args[0]);
    for (int64_t i = 0, j = b->size - 1; i < j; i++, j--) {
        uint8_t byte = b->start[i];
        b->start[i] = b->start[j];
        b->start[j] = byte;
    }
    return NONE;
}

static Value bytearray_reduced(Value v, int64_t protocol)
{
    Value state = call_method_0(v, NAME("__getstate__"));
    if (!state) return 0;
    Value type = VALUE(type_of(v));
    if (protocol < 3) return tuple_pack(3, type, tuple_pack(2, str_from_latin1(ba(v)->start, (size_t)ba(v)->size), str_intern_cstring("latin-1")), state);
    return tuple_pack(3, type, ba(v)->size ? tuple_pack(1, bytes_new(ba(v)->start, (size_t)ba(v)->size)) : tuple_empty, state);
}

NATIVE(bytearray_reduce_native) { return bytearray_reduced(args[0], 2); }

NATIVE(bytearray_reduce_ex_native)
{
    int64_t protocol;
    return number_as_int64(args[1], &protocol) ? bytearray_reduced(args[0], protocol) : 0;
}

Type bytearray_type = {
    TYPE_INIT("bytearray", ByteArrayObj),
    .flags = TYPE_BASE | TYPE_MATCH_SELF,
    .doc = "bytearray(iterable_of_ints) -> bytearray\nbytearray(string, encoding[, errors]) -> bytearray\nbytearray(bytes_or_buffer) -> mutable copy of bytes_or_buffer\n"
           "bytearray(int) -> bytes array of size given by the parameter initialized with null bytes\nbytearray() -> empty bytes array\n\nA mutable array of bytes.",
    .trace = bytearray_trace,
    .repr = bytearray_repr,
    .str = bytearray_repr,
    .compare = bytearray_compare,
    .iter = bytearray_iter,
    .new = bytearray_new_slot,
    .init = bytearray_init,
    .binary[BINARY_REMAINDER] = bytearray_remainder,
    .length = bytearray_length,
    .getitem = bytearray_getitem,
    .setitem = bytearray_setitem,
    .contains = bytes_contains_value,
    .concat = bytearray_concat,
    .repeat = bytearray_repeat,
    .inplace_concat = bytearray_inplace_concat,
    .inplace_repeat = bytearray_inplace_repeat,
    .seq_item = bytearray_item,
    .get_buffer = bytearray_get_buffer,
    .release_buffer = bytearray_release_buffer,
    .methods = bytearray_methods,
};
