/* _pickle_write.c: Pickler: objects to a stream of opcodes, protocols 0 to 5.
 *
 * Output collects in a buffer. From protocol 4 on it is cut into frames: a frame's header is reserved when its first byte is written, and filled in at the first boundary
 * between opcodes after the frame has reached its size. The memo is a hash table from object (by identity) to its number.
 */
#include "module/_pickle.h"
#include <stdio.h>

typedef struct MemoEntry {
    Value object;
    int64_t number;
} MemoEntry;
typedef struct Pickler {
    Obj head;
    Value write;              /* 0: everything stays in the buffer */
    Value persistent_id, dispatch_table, reducer_override, buffer_callback, fast_memo;
    MemoEntry *memo;
    int64_t memo_size, memo_used;   /* size: a power of two */
    BytesBuilder out;
    int64_t frame_start;      /* -1: no frame */
    int protocol, fast_depth, binary, fast;
    bool framing, fix_imports, initialized;
} Pickler;

static void pickler_trace(Obj *o)
{
    Pickler *p = (Pickler *)o;
    gc_visit_values(&p->write, 6);
    gc_visit_buffer(p->out.data);
    if (!p->memo) return;
    gc_visit_buffer(p->memo);
    for (int64_t i = 0; i < p->memo_size; i++) gc_visit(p->memo[i].object);
}

static bool save(Pickler *p, Value object, bool is_persistent_id);
static bool save_reduce(Pickler *p, Value reduced, Value object);

/* --- memo */

static MemoEntry *memo_find(const Pickler *p, Value object)
{
    size_t mask = (size_t)p->memo_size - 1, i = (size_t)((object >> 4) * 0x9e3779b97f4a7c15ull >> 20);
    for (;; i++) {
        MemoEntry *e = &p->memo[i & mask];
        if (e->object == object || !e->object) return e;
    }
}

static bool memo_enter(Pickler *p, Value object, int64_t number)
{
    if (p->memo_used * 3 >= p->memo_size * 2) {
        MemoEntry *old = p->memo;
        int64_t old_size = p->memo_size, size = old_size ? old_size * 4 : 64;
        MemoEntry *table = gc_buffer((size_t)size * sizeof(MemoEntry));
        if (!table) return false;
        p->memo = table;
        p->memo_size = size;
        for (int64_t i = 0; i < old_size; i++)
            if (old[i].object) *memo_find(p, old[i].object) = old[i];
    }
    MemoEntry *e = memo_find(p, object);
    if (!e->object) p->memo_used++;
    *e = (MemoEntry){object, number};
    gc_barrier(p);
    return true;
}

/* The number of the object, or -1. */
static int64_t memo_number(Pickler *p, Value object)
{
    if (!p->memo_used) return -1;
    MemoEntry *e = memo_find(p, object);
    return e->object ? e->number : -1;
}

static void memo_clear(Pickler *p)
{
    p->memo = 0;
    p->memo_size = p->memo_used = 0;
}

/* --- output */

static bool write_bytes_slow(Pickler *p, const void *data, size_t size)
{
    bool new_frame = p->framing && p->frame_start < 0;
    uint8_t *to = bytes_builder_reserve(&p->out, size + (new_frame ? FRAME_HEADER : 0));
    if (!to) return false;
    if (new_frame) {
        p->frame_start = (int64_t)p->out.size;
        memset(to, 0xfe, FRAME_HEADER);
        to += FRAME_HEADER;
        p->out.size += FRAME_HEADER;
    }
    memcpy(to, data, size);
    p->out.size += size;
    gc_barrier(p);
    return true;
}

static inline bool write_bytes(Pickler *p, const void *data, size_t size)
{
    if (size > p->out.capacity - p->out.size || (p->framing && p->frame_start < 0)) return write_bytes_slow(p, data, size);
    memcpy(p->out.data + p->out.size, data, size);
    p->out.size += size;
    return true;
}

static inline bool write_op(Pickler *p, enum Opcode op) { return write_bytes(p, &(uint8_t){(uint8_t)op}, 1); }

static void put_le(uint8_t *to, uint64_t n, int count)
{
    for (int i = 0; i < count; i++) to[i] = (uint8_t)(n >> 8 * i);
}

/* An opcode and a number of `count` bytes. */
static inline bool write_op_number(Pickler *p, enum Opcode op, uint64_t n, int count)
{
    uint8_t text[9] = {(uint8_t)op};
    memcpy(text + 1, &n, 8);   /* little-endian machines only, as the whole of the value layout */
    return write_bytes(p, text, (size_t)count + 1);
}

static bool write_op_text(Pickler *p, enum Opcode op, const char *text, size_t size) { return write_op(p, op) && write_bytes(p, text, size) && write_bytes(p, "\n", 1); }

static void commit_frame(Pickler *p)
{
    if (!p->framing || p->frame_start < 0) return;
    uint8_t *frame = p->out.data + p->frame_start;
    size_t length = p->out.size - (size_t)p->frame_start - FRAME_HEADER;
    if (length >= FRAME_MIN) {
        frame[0] = OP_FRAME;
        put_le(frame + 1, length, 8);
    } else {
        memmove(frame, frame + FRAME_HEADER, length);
        p->out.size -= FRAME_HEADER;
    }
    p->frame_start = -1;
}

static bool flush(Pickler *p)
{
    Value bytes = bytes_new(p->out.data, p->out.size);
    if (!bytes || !call_1(p->write, bytes)) return false;
    p->out.size = 0;
    return true;
}

static bool opcode_boundary(Pickler *p)
{
    if (!p->framing || p->frame_start < 0) return true;
    if (p->out.size - (size_t)p->frame_start - FRAME_HEADER < FRAME_TARGET) return true;
    commit_frame(p);
    return !p->write || flush(p);
}

/* A header and its data; large data goes outside of frames, and to the file as it is. payload: the bytes object that the data are of, or 0. */
static bool write_data(Pickler *p, const uint8_t *header, size_t header_size, const void *data, size_t size, Value payload)
{
    bool large = size >= FRAME_TARGET, framing = p->framing, ok;
    if (large) {
        commit_frame(p);
        p->framing = false;
    }
    ok = write_bytes(p, header, header_size);
    if (ok && large && p->write) {
        if (!payload) payload = bytes_new(data, size);
        ok = payload && flush(p) && call_1(p->write, payload);
    } else if (ok) {
        ok = write_bytes(p, data, size);
    }
    p->framing = framing;
    return ok;
}

static bool memo_get(Pickler *p, int64_t number)
{
    if (!p->binary) {
        char text[24];
        return write_op_text(p, OP_GET, text, (size_t)snprintf(text, sizeof text, "%lld", (long long)number));
    }
    return number < 256 ? write_op_number(p, OP_BINGET, (uint64_t)number, 1) : write_op_number(p, OP_LONG_BINGET, (uint64_t)number, 4);
}

static bool memo_put(Pickler *p, Value object)
{
    if (p->fast) return true;
    int64_t number = p->memo_used;
    if (!memo_enter(p, object, number)) return false;
    if (p->protocol >= 4) return write_op(p, OP_MEMOIZE);
    if (!p->binary) {
        char text[24];
        return write_op_text(p, OP_PUT, text, (size_t)snprintf(text, sizeof text, "%lld", (long long)number));
    }
    return number < 256 ? write_op_number(p, OP_BINPUT, (uint64_t)number, 1) : write_op_number(p, OP_LONG_BINPUT, (uint64_t)number, 4);
}

/* --- numbers and text */

static bool save_large_int(Pickler *p, Value v)
{
    if (p->protocol < 2) {
        Value text = int_to_str(v, 10);
        size_t size;
        const char *digits = text ? str_utf8(text, &size) : 0;
        return digits && write_op(p, OP_LONG) && write_bytes(p, digits, size) && write_bytes(p, "L\n", 2);
    }
    size_t size = int_bit_length(v) / 8 + 1;
    if (size > INT32_MAX) return raise_overflow("int too large to pickle");
    uint8_t *bytes = gc_buffer_raw(size);
    if (!bytes || !int_to_bytes(v, bytes, size, true, true)) return false;
    if (int_sign(v) < 0 && size > 1 && bytes[size - 1] == 0xff && (bytes[size - 2] & 0x80)) size--;   /* -2^(8n-1) needs no sign byte */
    bool ok = size < 256 ? write_op_number(p, OP_LONG1, size, 1) : write_op_number(p, OP_LONG4, size, 4);
    return ok && write_bytes(p, bytes, size);
}

static bool save_int(Pickler *p, Value v)
{
    int64_t n = is_small_int(v) ? small_int_value(v) : INT64_MAX;
    if (n > INT32_MAX || n < INT32_MIN) return save_large_int(p, v);
    if (!p->binary) {
        char text[24];
        return write_op_text(p, OP_INT, text, (size_t)snprintf(text, sizeof text, "%d", (int)n));
    }
    if (n >= 0 && n < 256) return write_op_number(p, OP_BININT1, (uint64_t)n, 1);
    if (n >= 0 && n < 65536) return write_op_number(p, OP_BININT2, (uint64_t)n, 2);
    return write_op_number(p, OP_BININT, (uint64_t)n, 4);
}

static bool save_float(Pickler *p, Value v)
{
    double d = float_value(v);
    if (!p->binary) {
        char text[FLOAT_REPR_SIZE];
        return write_op_text(p, OP_FLOAT, text, float_repr(d, text));
    }
    uint64_t bits;
    memcpy(&bits, &d, 8);
    return write_op_number(p, OP_BINFLOAT, __builtin_bswap64(bits), 8);
}

static bool save_bool(Pickler *p, Value v)
{
    if (p->protocol >= 2) return write_op(p, v == TRUE ? OP_NEWTRUE : OP_NEWFALSE);
    return write_bytes(p, v == TRUE ? "I01\n" : "I00\n", 4);
}

static bool save_bytes_data(Pickler *p, Value object, const void *data, size_t size, Value payload)
{
    uint8_t header[9];
    size_t header_size;
    if (size < 256) header[0] = OP_SHORT_BINBYTES, header[1] = (uint8_t)size, header_size = 2;
    else if (size <= UINT32_MAX) header[0] = OP_BINBYTES, put_le(header + 1, size, 4), header_size = 5;
    else if (p->protocol >= 4) header[0] = OP_BINBYTES8, put_le(header + 1, size, 8), header_size = 9;
    else return raise_overflow("serializing a bytes object larger than 4 GiB requires pickle protocol 4 or higher");
    return write_data(p, header, header_size, data, size, payload) && memo_put(p, object);
}

/* Before protocol 3: codecs.encode('...', 'latin1'), which is bytes in Python 3 and str in Python 2. */
static bool save_bytes(Pickler *p, Value v)
{
    if (p->protocol >= 3) return save_bytes_data(p, v, bytes_data(v), (size_t)bytes_size(v), v);
    Value reduced;
    if (bytes_size(v) == 0) {
        reduced = tuple_pack(2, VALUE(&bytes_type), tuple_empty);
    } else {
        Value text = str_from_latin1(bytes_data(v), (size_t)bytes_size(v));
        Value arguments = text ? tuple_pack(2, text, NAME("latin1")) : 0;
        reduced = arguments ? tuple_pack(2, pickle_state.codecs_encode, arguments) : 0;
    }
    return reduced && save_reduce(p, reduced, v);
}

static bool save_bytearray_data(Pickler *p, Value object, const void *data, size_t size, Value payload)
{
    uint8_t header[9] = {OP_BYTEARRAY8};
    put_le(header + 1, size, 8);
    return write_data(p, header, 9, data, size, payload) && memo_put(p, object);
}

static bool save_bytearray(Pickler *p, Value v)
{
    ByteArrayObj *array = (ByteArrayObj *)v;
    if (p->protocol >= 5) return save_bytearray_data(p, v, array->start, (size_t)array->size, 0);
    Value bytes = array->size ? bytes_new(array->start, (size_t)array->size) : 0;
    Value arguments = array->size ? bytes ? tuple_pack(1, bytes) : 0 : tuple_empty;
    Value reduced = arguments ? tuple_pack(2, VALUE(&bytearray_type), arguments) : 0;
    return reduced && save_reduce(p, reduced, v);
}

static bool save_picklebuffer(Pickler *p, Value v)
{
    if (p->protocol < 5) return pickling_error("PickleBuffer can only pickled with protocol >= 5");
    const Buffer *view = picklebuffer_get(v);
    if (!view) return false;
    if (view->suboffsets || !buffer_is_contiguous(view, 'A')) return pickling_error("PickleBuffer can not be pickled when pointing to a non-contiguous buffer");
    int in_band = 1;
    if (p->buffer_callback) {
        Value verdict = call_1(p->buffer_callback, v);
        in_band = verdict ? object_truth(verdict) : -1;
        if (in_band < 0) return false;
    }
    if (!in_band) return write_op(p, OP_NEXT_BUFFER) && (!view->readonly || write_op(p, OP_READONLY_BUFFER));
    if (view->readonly) return save_bytes_data(p, v, view->data, (size_t)view->length, 0);
    return save_bytearray_data(p, v, view->data, (size_t)view->length, 0);
}

/* Latin-1, with \uXXXX and \UXXXXXXXX for what is not, and for what would end or confuse the line. */
static bool save_text_unicode(Pickler *p, Value v)
{
    const void *data = str_data(v);
    if (!data || !write_op(p, OP_UNICODE)) return false;
    for (int64_t i = 0; i < str_length(v); i++) {
        uint32_t c = str_read(str_kind(v), data, i);
        char text[12];
        int size = 1;
        text[0] = (char)c;
        if (c >= 0x10000) size = snprintf(text, sizeof text, "\\U%08x", c);
        else if (c >= 256 || c == '\\' || c == 0 || c == '\n' || c == '\r' || c == 0x1a) size = snprintf(text, sizeof text, "\\u%04x", c);
        if (!write_bytes(p, text, (size_t)size)) return false;
    }
    return write_bytes(p, "\n", 1);
}

static bool write_unicode(Pickler *p, Value v)
{
    size_t size = (size_t)str_length(v);
    const char *utf8 = str_is_ascii(v) ? str_data(v) : str_utf8(v, &size);
    Value encoded = 0;
    if (!utf8) {   /* lone surrogates */
        if (!error_clear_if(&exc_UnicodeEncodeError) || !(encoded = str_encode(v, "utf-8", "surrogatepass"))) return false;
        utf8 = (const char *)bytes_data(encoded), size = (size_t)bytes_size(encoded);
    }
    uint8_t header[9];
    size_t header_size;
    if (size < 256 && p->protocol >= 4) header[0] = OP_SHORT_BINUNICODE, header[1] = (uint8_t)size, header_size = 2;
    else if (size <= UINT32_MAX) header[0] = OP_BINUNICODE, put_le(header + 1, size, 4), header_size = 5;
    else if (p->protocol >= 4) header[0] = OP_BINUNICODE8, put_le(header + 1, size, 8), header_size = 9;
    else return raise_overflow("serializing a string larger than 4 GiB requires pickle protocol 4 or higher");
    bool ok = write_data(p, header, header_size, utf8, size, encoded);
    KEEP_ALIVE(encoded);
    return ok;
}

static bool save_str(Pickler *p, Value v) { return (p->binary ? write_unicode(p, v) : save_text_unicode(p, v)) && memo_put(p, v); }

/* --- containers */

/* In fast mode there is no memo, so nesting far down is checked for cycles. */
static bool fast_enter(Pickler *p, Value object)
{
    if (++p->fast_depth < 50) return true;
    if (!p->fast_memo) SET(p, fast_memo, dict_new());
    Value id = int_new(object_id(object));
    int present = p->fast_memo ? dict_contains(p->fast_memo, id) : -1;
    if (present > 0) raise_value("fast mode: can't pickle cyclic objects including object type %.200s at %p", type_of(object)->name, (void *)object);
    if (present || !dict_set(p->fast_memo, id, NONE)) return p->fast_depth = -1, false;
    return true;
}

static bool fast_leave(Pickler *p, Value object)
{
    if (p->fast_depth-- >= 50) return dict_delete(p->fast_memo, int_new(object_id(object))) >= 0;
    return true;
}

static bool save_tuple(Pickler *p, Value v)
{
    int64_t size = tuple_size(v);
    if (size == 0) return p->protocol ? write_op(p, OP_EMPTY_TUPLE) : write_op(p, OP_MARK) && write_op(p, OP_TUPLE);
    bool counted = size <= 3 && p->protocol >= 2;
    if (!counted && !write_op(p, OP_MARK)) return false;
    for (int64_t i = 0; i < size; i++)
        if (!save(p, tuple_get(v, i), false)) return false;
    int64_t number = memo_number(p, v);
    if (number >= 0) {   /* an item referred back to the tuple, which is in the memo now: drop the items and fetch it */
        if (!counted && p->binary) return write_op(p, OP_POP_MARK) && memo_get(p, number);
        for (int64_t i = 0; i < size + !counted; i++)
            if (!write_op(p, OP_POP)) return false;
        return memo_get(p, number);
    }
    return write_op(p, counted ? (enum Opcode)(OP_TUPLE1 + size - 1) : OP_TUPLE) && memo_put(p, v);
}

static bool batch_list_exact(Pickler *p, Value v)
{
    if (list_size(v) == 1) return save(p, list_get(v, 0), false) && write_op(p, OP_APPEND);
    int64_t i = 0;
    do {
        if (!write_op(p, OP_MARK)) return false;
        for (int64_t end = i + BATCH_SIZE; i < end && i < list_size(v); i++)
            if (!save(p, list_get(v, i), false)) return false;
        if (!write_op(p, OP_APPENDS)) return false;
    } while (i < list_size(v));
    return true;
}

/* An item of the sequence, or a key and its value. */
static bool save_item(Pickler *p, Value item, bool pair)
{
    if (!pair) return save(p, item, false);
    if (!is_tuple(item) || tuple_size(item) != 2) return raise_type("dict items iterator must return 2-tuples");
    return save(p, tuple_get(item, 0), false) && save(p, tuple_get(item, 1), false);
}

/* What an iterator yields, in batches. */
static bool batch_iterator(Pickler *p, Value iterator, bool pairs)
{
    enum Opcode one = pairs ? OP_SETITEM : OP_APPEND, many = pairs ? OP_SETITEMS : OP_APPENDS;
    Value item;
    if (p->protocol == 0) {
        while ((item = iter_next(iterator)))
            if (!save_item(p, item, pairs) || !write_op(p, one)) return false;
        return thread_self->exception == 0;
    }
    int n;
    do {
        Value first = iter_next(iterator);
        if (!first) return thread_self->exception == 0;
        item = iter_next(iterator);
        if (!item) return !thread_self->exception && save_item(p, first, pairs) && write_op(p, one);
        if (!write_op(p, OP_MARK) || !save_item(p, first, pairs)) return false;
        for (n = 1; item;) {
            if (!save_item(p, item, pairs)) return false;
            if (++n == BATCH_SIZE) break;
            item = iter_next(iterator);
            if (!item && thread_self->exception) return false;
        }
        if (!write_op(p, many)) return false;
    } while (n == BATCH_SIZE);
    return true;
}

static bool save_list(Pickler *p, Value v)
{
    if (p->fast && !fast_enter(p, v)) return false;
    bool ok = p->binary ? write_op(p, OP_EMPTY_LIST) : write_op(p, OP_MARK) && write_op(p, OP_LIST);
    ok = ok && memo_put(p, v);
    if (ok && list_size(v)) {
        if (p->protocol > 0) {
            ok = batch_list_exact(p, v);
        } else {
            Value iterator = object_iter(v);
            ok = iterator && batch_iterator(p, iterator, false);
        }
    }
    return ok && (!p->fast || fast_leave(p, v));
}

static bool batch_dict_exact(Pickler *p, Value v)
{
    int64_t size = dict_size(v), position = 0;
    Value key, value;
    if (size == 1) {
        dict_next(v, &position, &key, &value);
        return save(p, key, false) && save(p, value, false) && write_op(p, OP_SETITEM);
    }
    int n;
    do {
        if (!write_op(p, OP_MARK)) return false;
        for (n = 0; n < BATCH_SIZE && dict_next(v, &position, &key, &value); n++)
            if (!save(p, key, false) || !save(p, value, false)) return false;
        if (!write_op(p, OP_SETITEMS)) return false;
        if (dict_size(v) != size) return raise_runtime("dictionary changed size during iteration");
    } while (n == BATCH_SIZE);
    return true;
}

static bool save_dict(Pickler *p, Value v)
{
    if (p->fast && !fast_enter(p, v)) return false;
    bool ok = p->binary ? write_op(p, OP_EMPTY_DICT) : write_op(p, OP_MARK) && write_op(p, OP_DICT);
    ok = ok && memo_put(p, v);
    if (ok && dict_size(v)) {
        if (p->protocol > 0) {
            ok = batch_dict_exact(p, v);
        } else {
            Value items = call_method_0(v, NAME("items")), iterator = items ? object_iter(items) : 0;
            ok = iterator && batch_iterator(p, iterator, true);
        }
    }
    return ok && (!p->fast || fast_leave(p, v));
}

static bool save_set_as_call(Pickler *p, Value v)
{
    Value items = object_to_list(v), arguments = items ? tuple_pack(1, items) : 0;
    Value reduced = arguments ? tuple_pack(2, VALUE(type_of(v)), arguments) : 0;
    return reduced && save_reduce(p, reduced, v);
}

static bool save_set(Pickler *p, Value v)
{
    if (p->protocol < 4) return save_set_as_call(p, v);
    if (!write_op(p, OP_EMPTY_SET) || !memo_put(p, v)) return false;
    int64_t size = set_size(v), position = 0;
    if (size == 0) return true;
    int n;
    do {
        Value item;
        if (!write_op(p, OP_MARK)) return false;
        for (n = 0; n < BATCH_SIZE && set_next(v, &position, &item); n++)
            if (!save(p, item, false)) return false;
        if (!write_op(p, OP_ADDITEMS)) return false;
        if (set_size(v) != size) return raise_runtime("set changed size during iteration");
    } while (n == BATCH_SIZE);
    return true;
}

static bool save_frozenset(Pickler *p, Value v)
{
    if (p->protocol < 4) return save_set_as_call(p, v);
    if (p->fast && !fast_enter(p, v)) return false;
    if (!write_op(p, OP_MARK)) return false;
    int64_t position = 0;
    Value item;
    while (set_next(v, &position, &item))
        if (!save(p, item, false)) return false;
    if (p->fast && !fast_leave(p, v)) return false;
    int64_t number = memo_number(p, v);
    if (number >= 0) return write_op(p, OP_POP_MARK) && memo_get(p, number);
    return write_op(p, OP_FROZENSET) && memo_put(p, v);
}

/* --- globals */

/* The module whose attribute `name` the object is, for objects that do not say. */
static Value search_module(Value object, Value name)
{
    Value modules = dict_copy(sys_modules()), key, module;
    int64_t position = 0;
    while (modules && dict_next(modules, &position, &key, &module)) {
        if (module == NONE || !is_str(key) || str_equal_ascii(key, "__main__") || str_equal_ascii(key, "__mp_main__")) continue;
        Value found = pickle_get_global(module, name, true, 0);
        if (found == object) return key;
        if (!found && !error_clear_if(&exc_AttributeError)) return 0;
    }
    return modules ? NAME("__main__") : 0;
}

static Value module_of(Value object, Value name)
{
    Value module = object_getattr_opt(object, NAME("__module__"));
    if (module && module != NONE) return module;
    return thread_self->exception ? 0 : search_module(object, name);
}

/* EXT1, EXT2, EXT4 for what copyreg.add_extension knows. 1: written, 0: unknown, -1 */
static int save_extension(Pickler *p, Value object, Value module, Value name)
{
    Value key = tuple_pack(2, module, name), code = key ? dict_get(pickle_state.extension_registry, key) : 0;
    if (!code) return thread_self->exception ? -1 : 0;
    if (!is_int(code)) return pickling_error("Can't pickle %R: extension code %R isn't an integer", object, code), -1;
    int64_t n;
    if (!int_as_int64(code, &n)) return -1;
    if (n <= 0 || n > INT32_MAX) return raise_runtime("Can't pickle %R: extension code %ld is out of range", object, (long)n), -1;
    bool ok = n <= 255 ? write_op_number(p, OP_EXT1, (uint64_t)n, 1) : n <= 65535 ? write_op_number(p, OP_EXT2, (uint64_t)n, 2) : write_op_number(p, OP_EXT4, (uint64_t)n, 4);
    return ok ? 1 : -1;
}

/* Names of Python 3 to those of Python 2. */
static bool old_names(Value *module, Value *name)
{
    Value key = tuple_pack(2, *module, *name), found = key ? dict_get(pickle_state.names_3to2, key) : 0;
    if (found) {
        if (!is_tuple(found) || tuple_size(found) != 2) return raise_runtime("_compat_pickle.REVERSE_NAME_MAPPING values should be 2-tuples, not %.200s", type_of(found)->name);
        *module = tuple_get(found, 0), *name = tuple_get(found, 1);
        if (!is_str(*module) || !is_str(*name))
            return raise_runtime("_compat_pickle.REVERSE_NAME_MAPPING values should be pairs of str, not (%.200s, %.200s)", type_of(*module)->name, type_of(*name)->name);
        return true;
    }
    if (thread_self->exception) return false;
    found = dict_get(pickle_state.imports_3to2, *module);
    if (found && !is_str(found)) return raise_runtime("_compat_pickle.REVERSE_IMPORT_MAPPING values should be strings, not %.200s", type_of(found)->name);
    if (found) *module = found;
    return thread_self->exception == 0;
}

static bool write_name(Pickler *p, Value name, Value module, Value global)
{
    size_t size;
    const char *text = p->protocol >= 3 || str_is_ascii(name) ? str_utf8(name, &size) : 0;
    if (!text) {
        error_clear_if(&exc_UnicodeEncodeError);
        if (thread_self->exception) return false;
        return pickling_error("can't pickle global identifier '%S.%S' using pickle protocol %i", module, global, p->protocol);
    }
    return write_bytes(p, text, size) && write_bytes(p, "\n", 1);
}

static bool write_global(Pickler *p, Value object, Value module, Value name)
{
    if (!write_op(p, OP_GLOBAL) || (p->protocol < 3 && p->fix_imports && !old_names(&module, &name))) return false;
    return write_name(p, module, module, name) && write_name(p, name, module, name) && memo_put(p, object);
}

static Value global_name(Value object, Value given)
{
    if (given) return given;
    Value name = object_getattr_opt(object, NAME("__qualname__"));
    return name || thread_self->exception ? name : object_getattr(object, NAME("__name__"));
}

static bool save_global(Pickler *p, Value object, Value given)
{
    Value name = global_name(object, given), parent = 0;
    if (!name) return false;
    if (!is_str(name)) return raise_type("expected str, not %.200s", type_of(name)->name);
    if (str_find(name, NAME("<locals>"), 0, str_length(name)) >= 0) return raise_attribute("Can't pickle local object %R", name);
    Value module_name = module_of(object, name);
    if (!module_name) return false;
    Value module = is_str(module_name) ? pickle_import(module_name) : 0;
    if (!module) {
        if (error_matches(&exc_MemoryError)) return false;
        error_clear();
        return pickling_error("Can't pickle %R: import of module %R failed", object, module_name);
    }
    Value found = pickle_get_global(module, name, true, &parent);
    if (!found) {
        if (error_matches(&exc_MemoryError)) return false;
        error_clear();
        return pickling_error("Can't pickle %R: attribute lookup %S on %S failed", object, name, module_name);
    }
    if (found != object) return pickling_error("Can't pickle %R: it's not the same object as %S.%S", object, module_name, name);
    if (parent == module) {   /* it may have been reached by a longer way, through a module that holds itself */
        int64_t dot = str_find_char(name, '.', 0, str_length(name), -1);
        if (dot >= 0 && !(name = str_substring(name, dot + 1, str_length(name)))) return false;
    }
    if (p->protocol >= 2) {
        int written = save_extension(p, object, module_name, name);
        if (written) return written > 0;
    }
    if (p->protocol >= 4) return save(p, module_name, false) && save(p, name, false) && write_op(p, OP_STACK_GLOBAL) && memo_put(p, object);
    if (parent != module) {
        int64_t dot = str_find_char(name, '.', 0, str_length(name), -1);
        Value last = str_substring(name, dot + 1, str_length(name)), arguments = last ? tuple_pack(2, parent, last) : 0;
        Value reduced = arguments ? tuple_pack(2, pickle_state.getattr, arguments) : 0;
        return reduced && save_reduce(p, reduced, object);
    }
    return write_global(p, object, module_name, name);
}

static bool save_type(Pickler *p, Value type)
{
    Value only = type == VALUE(&none_type) ? NONE : type == VALUE(&ellipsis_type) ? ELLIPSIS : type == VALUE(&not_implemented_type) ? NOT_IMPLEMENTED : 0;
    if (!only) return save_global(p, type, 0);
    Value arguments = tuple_pack(1, only), reduced = arguments ? tuple_pack(2, VALUE(&type_type), arguments) : 0;
    return reduced && save_reduce(p, reduced, type);
}

/* --- reduction */

static bool save_newobj_ex(Pickler *p, Value arguments)
{
    if (tuple_size(arguments) != 3) return pickling_error("length of the NEWOBJ_EX argument tuple must be exactly 3, not %zd", tuple_size(arguments));
    Value cls = tuple_get(arguments, 0), positional = tuple_get(arguments, 1), named = tuple_get(arguments, 2);
    if (!is_type(cls)) return pickling_error("first item from NEWOBJ_EX argument tuple must be a class, not %.200s", type_of(cls)->name);
    if (!is_tuple(positional)) return pickling_error("second item from NEWOBJ_EX argument tuple must be a tuple, not %.200s", type_of(positional)->name);
    if (!is_dict(named)) return pickling_error("third item from NEWOBJ_EX argument tuple must be a dict, not %.200s", type_of(named)->name);
    if (p->protocol >= 4) return save(p, cls, false) && save(p, positional, false) && save(p, named, false) && write_op(p, OP_NEWOBJ_EX);
    Value new = object_getattr(cls, NAME("__new__")), all = new ? tuple_new(tuple_size(positional) + 2) : 0;
    if (!all) return false;
    tuple_items(all)[0] = new, tuple_items(all)[1] = cls;
    memcpy(tuple_items(all) + 2, tuple_items(positional), (size_t)tuple_size(positional) * sizeof(Value));
    Value partial = object_call_tuple(pickle_state.partial, all, named);
    return partial && save(p, partial, false) && save(p, tuple_empty, false) && write_op(p, OP_REDUCE);
}

static bool save_newobj(Pickler *p, Value arguments, Value object)
{
    if (tuple_size(arguments) < 1) return pickling_error("__newobj__ arglist is empty");
    Value cls = tuple_get(arguments, 0), new = object_getattr_opt(cls, NAME("__new__"));
    if (!new) return !thread_self->exception && pickling_error("args[0] from __newobj__ args has no __new__");
    if (object) {
        Value own = object_getattr(object, NAME("__class__"));
        if (!own) return false;
        if (own != cls) return pickling_error("args[0] from __newobj__ args has the wrong class");
    }
    Value rest = tuple_slice(arguments, 1, tuple_size(arguments));
    return rest && save(p, cls, false) && save(p, rest, false) && write_op(p, OP_NEWOBJ);
}

/* How the object is made: the callable and its arguments. */
static bool save_call(Pickler *p, Value callable, Value arguments, Value object)
{
    if (p->protocol >= 2) {
        Value name = object_getattr_opt(callable, NAME("__name__"));
        if (thread_self->exception) return false;
        if (name && is_str(name) && str_equal_ascii(name, "__newobj_ex__")) return save_newobj_ex(p, arguments);
        if (name && is_str(name) && str_equal_ascii(name, "__newobj__")) return save_newobj(p, arguments, object);
    }
    return save(p, callable, false) && save(p, arguments, false) && write_op(p, OP_REDUCE);
}

static bool check_reduced(Value *part, int64_t size)
{
    static const char *const ordinals[] = {"fourth", "fifth"};
    if (size < 2 || size > 6) return pickling_error("tuple returned by __reduce__ must contain 2 through 6 elements");
    if (!is_callable(part[0])) return pickling_error("first item of the tuple returned by __reduce__ must be callable");
    if (!is_tuple(part[1])) return pickling_error("second item of the tuple returned by __reduce__ must be a tuple");
    for (int i = 3; i < 5; i++)
        if (part[i] && !is_iterator(part[i]))
            return pickling_error("%s element of the tuple returned by __reduce__ must be an iterator, not %s", ordinals[i - 3], type_of(part[i])->name);
    if (part[5] && !is_callable(part[5])) return pickling_error("sixth element of the tuple returned by __reduce__ must be a function, not %s", type_of(part[5])->name);
    return true;
}

/* reduced: (callable, arguments, state, list items, dict items, state setter), the last four optional. object 0: not in the memo. */
static bool save_reduce(Pickler *p, Value reduced, Value object)
{
    Value part[6] = {0};
    for (int64_t i = 0; i < tuple_size(reduced) && i < 6; i++) part[i] = i >= 2 && tuple_get(reduced, i) == NONE ? 0 : tuple_get(reduced, i);
    if (!check_reduced(part, tuple_size(reduced)) || !save_call(p, part[0], part[1], object)) return false;
    if (object) {
        int64_t number = memo_number(p, object);
        if (number >= 0) return write_op(p, OP_POP) && memo_get(p, number);   /* a recursive tuple and its like: already made while its arguments were */
        if (!memo_put(p, object)) return false;
    }
    if (part[3] && !batch_iterator(p, part[3], false)) return false;
    if (part[4] && !batch_iterator(p, part[4], true)) return false;
    if (!part[2]) return true;
    if (!part[5]) return save(p, part[2], false) && write_op(p, OP_BUILD);
    return save(p, part[5], false) && save(p, object, false) && save(p, part[2], false) && write_op(p, OP_TUPLE2) && write_op(p, OP_REDUCE) && write_op(p, OP_POP);
}

static bool save_reduced(Pickler *p, Value reduced, Value object)
{
    if (!reduced) return false;
    if (is_str(reduced)) return save_global(p, object, reduced);
    if (!is_tuple(reduced)) return pickling_error("__reduce__ must return a string or tuple");
    return save_reduce(p, reduced, object);
}

static bool save_by_reduction(Pickler *p, Value object)
{
    Type *type = type_of(object);
    if (p->reducer_override) {
        Value reduced = call_1(p->reducer_override, object);
        if (reduced != NOT_IMPLEMENTED) return save_reduced(p, reduced, object);
    }
    if (type == &type_type) return save_type(p, object);
    if (type == &function_type) return save_global(p, object, 0);
    Value function;
    if (!p->dispatch_table) {
        function = dict_get(pickle_state.dispatch_table, VALUE(type));
        if (!function && thread_self->exception) return false;
    } else {
        function = object_getitem(p->dispatch_table, VALUE(type));
        if (!function && !error_clear_if(&exc_KeyError)) return false;
    }
    if (function) return save_reduced(p, call_1(function, object), object);
    if (type_is_subtype(type, &type_type)) return save_global(p, object, 0);
    function = object_getattr_opt(object, NAME("__reduce_ex__"));
    if (function) return save_reduced(p, call_1(function, int_new(p->protocol)), object);
    if (thread_self->exception) return false;
    function = object_getattr_opt(object, NAME("__reduce__"));
    if (function) return save_reduced(p, call_0(function), object);
    return !thread_self->exception && pickling_error("can't pickle '%.200s' object: %R", type->name, object);
}

/* 1: written as a persistent id; 0: it has none; -1 */
static int save_persistent(Pickler *p, Value object)
{
    Value id = call_1(p->persistent_id, object);
    if (!id) return -1;
    if (id == NONE) return 0;
    if (p->binary) return save(p, id, true) && write_op(p, OP_BINPERSID) ? 1 : -1;
    Value text = object_str(id);
    if (!text) return -1;
    if (!str_is_ascii(text)) return pickling_error("persistent IDs in protocol 0 must be ASCII strings"), -1;
    return write_op_text(p, OP_PERSID, str_data(text), (size_t)str_length(text)) ? 1 : -1;
}

static bool save_nested(Pickler *p, Value object)
{
    Type *type = type_of(object);
    if (type == &dict_type) return save_dict(p, object);
    if (type == &set_type) return save_set(p, object);
    if (type == &frozenset_type) return save_frozenset(p, object);
    if (type == &list_type) return save_list(p, object);
    if (type == &tuple_type) return save_tuple(p, object);
    if (type == &bytearray_type) return save_bytearray(p, object);
    if (type == &picklebuffer_type) return save_picklebuffer(p, object);
    return save_by_reduction(p, object);
}

static bool save(Pickler *p, Value object, bool is_persistent_id)
{
    if (!opcode_boundary(p)) return false;
    if (p->persistent_id && !is_persistent_id) {
        int saved = save_persistent(p, object);
        if (saved) return saved > 0;
    }
    Type *type = type_of(object);
    if (type == &int_type) return save_int(p, object);
    if (object == NONE) return write_op(p, OP_NONE);
    if (type == &bool_type) return save_bool(p, object);
    if (type == &float_type) return save_float(p, object);
    int64_t number = memo_number(p, object);
    if (number >= 0) return memo_get(p, number);
    if (type == &str_type) return save_str(p, object);
    if (!recursion_enter(" while pickling an object")) return false;
    bool ok = type == &bytes_type ? save_bytes(p, object) : save_nested(p, object);
    recursion_leave();
    return ok;
}

static bool dump(Pickler *p, Value object)
{
    p->reducer_override = 0;
    if (type_of(VALUE(p)) != &pickler_type) {
        SET(p, reducer_override, object_getattr_opt(VALUE(p), NAME("reducer_override")));
        if (!p->reducer_override && thread_self->exception) return false;
    }
    if (p->protocol >= 2) {
        if (!write_op_number(p, OP_PROTO, (uint64_t)p->protocol, 1)) return false;
        p->framing = p->protocol >= 4;
    }
    bool ok = save(p, object, false) && write_op(p, OP_STOP);
    if (ok) commit_frame(p);
    p->framing = false;
    p->reducer_override = 0;   /* a bound method of the pickler: no cycle left behind */
    return ok;
}

/* --- set-up */

static bool pickler_setup(Pickler *p, Value file, Value protocol, Value fix_imports, Value buffer_callback)
{
    int64_t n = PICKLE_DEFAULT;
    if (protocol != NONE) {
        if (!number_as_int64(protocol, &n)) return false;
        if (n < 0) n = PICKLE_HIGHEST;
        if (n > PICKLE_HIGHEST) return raise_value("pickle protocol must be <= %d", PICKLE_HIGHEST);
    }
    int fix = object_truth(fix_imports);
    if (fix < 0) return false;
    if (file) {
        Value write = object_getattr_opt(file, NAME("write"));
        if (!write) return !thread_self->exception && raise_type("file must have a 'write' attribute");
        SET(p, write, write);
    }
    if (buffer_callback != NONE && n < 5) return raise_value("buffer_callback needs protocol >= 5");
    SET(p, buffer_callback, buffer_callback == NONE ? 0 : buffer_callback);
    p->protocol = (int)n;
    p->binary = n > 0;
    p->fix_imports = fix && n < 3;
    p->fast = p->fast_depth = 0;
    p->fast_memo = 0;
    p->out.size = 0;
    p->frame_start = -1;
    p->framing = false;
    memo_clear(p);
    p->initialized = true;
    return true;
}

NATIVE(pickle_dump)
{
    Pickler *p = gc_alloc(Pickler, &pickler_type);
    return p && pickler_setup(p, args[1], args[2], args[3], args[4]) && dump(p, args[0]) && flush(p) ? NONE : 0;
}

NATIVE(pickle_dumps)
{
    Pickler *p = gc_alloc(Pickler, &pickler_type);
    if (!p || !pickler_setup(p, 0, args[1], args[2], args[3]) || !dump(p, args[0])) return 0;
    Value bytes = bytes_new(p->out.data, p->out.size);
    KEEP_ALIVE(p);
    return bytes;
}

static bool pickler_init(Value self, Value *args, size_t nargs, Value kwnames)
{
    static Signature *cache;
    Pickler *p = (Pickler *)self;
    Value v[4];
    if (!native_bind("Pickler", "(file, protocol=None, fix_imports=True, buffer_callback=None)", &cache, args, nargs, kwnames, v)) return false;
    p->persistent_id = 0;
    if (!pickler_setup(p, v[0], v[1], v[2], v[3])) return false;
    p->initialized = false;
    SET(p, persistent_id, object_getattr_opt(self, NAME("persistent_id")));
    if (!p->persistent_id && thread_self->exception) return false;
    p->dispatch_table = 0;
    SET(p, dispatch_table, object_getattr_opt(self, NAME("dispatch_table")));
    if (!p->dispatch_table && thread_self->exception) return false;
    p->initialized = true;
    return true;
}

static NATIVE(pickler_dump)
{
    Pickler *p = (Pickler *)args[0];
    if (!p->initialized) return pickling_error("Pickler.__init__() was not called by %s.__init__()", type_of(args[0])->name);
    p->out.size = 0;
    p->frame_start = -1;
    return dump(p, args[1]) && flush(p) ? NONE : 0;
}

static NATIVE(pickler_clear_memo) { return memo_clear((Pickler *)args[0]), NONE; }

static NATIVE(pickler_sizeof)
{
    Pickler *p = (Pickler *)args[0];
    return int_new(type_of(args[0])->basic_size + p->memo_size * (int64_t)sizeof(MemoEntry) + (int64_t)p->out.capacity);
}

/* --- the memo seen from outside: {id: (number, object)} */

typedef struct MemoProxy {
    Obj head;
    Value pickler;
} MemoProxy;

static void proxy_trace(Obj *o) { gc_visit(((MemoProxy *)o)->pickler); }

static Value memo_dict(Pickler *p)
{
    Value dict = dict_new();
    for (int64_t i = 0; dict && i < p->memo_size; i++) {
        if (!p->memo[i].object) continue;
        Value pair = tuple_pack(2, int_new(p->memo[i].number), p->memo[i].object);
        if (!pair || !dict_set(dict, int_new(object_id(p->memo[i].object)), pair)) return 0;
    }
    return dict;
}

static NATIVE(proxy_copy) { return memo_dict((Pickler *)((MemoProxy *)args[0])->pickler); }
static NATIVE(proxy_clear) { return memo_clear((Pickler *)((MemoProxy *)args[0])->pickler), NONE; }
static NATIVE(proxy_reduce)
{
    Value dict = memo_dict((Pickler *)((MemoProxy *)args[0])->pickler), arguments = dict ? tuple_pack(1, dict) : 0;
    return arguments ? tuple_pack(2, VALUE(&dict_type), arguments) : 0;
}

static const NativeDef proxy_methods[] = {{"clear", "(self, /)", proxy_clear, "Remove all items from memo.", 0},
                                          {"copy", "(self, /)", proxy_copy, "Copy the memo to a new object.", 0},
                                          {"__reduce__", "(self, /)", proxy_reduce, "Implement pickle support.", 0},
                                          {0}};
static Value proxy_compare(Value a, Value b, CompareOp op) { return NOT_IMPLEMENTED; }
Type pickler_memo_type = {TYPE_INIT("_pickle.PicklerMemoProxy", MemoProxy), .flags = TYPE_DISALLOW_NEW, .trace = proxy_trace, .compare = proxy_compare, .methods = proxy_methods};

static Value pickler_get_memo(Value self)
{
    MemoProxy *proxy = gc_alloc(MemoProxy, &pickler_memo_type);
    if (proxy) proxy->pickler = self;
    return VALUE(proxy);
}

static bool pickler_set_memo(Value self, Value value)
{
    Pickler *p = (Pickler *)self;
    if (!value) return raise_type("attribute deletion is not supported");
    if (type_of(value) == &pickler_memo_type) {
        Pickler *other = (Pickler *)((MemoProxy *)value)->pickler;
        MemoEntry *old = other->memo;
        int64_t size = other->memo_size;
        memo_clear(p);
        for (int64_t i = 0; i < size; i++)
            if (old[i].object && !memo_enter(p, old[i].object, old[i].number)) return false;
        return true;
    }
    if (!is_dict(value)) return raise_type("'memo' attribute must be a PicklerMemoProxy object or dict, not %.200s", type_of(value)->name);
    memo_clear(p);
    int64_t position = 0, number;
    Value key, pair;
    while (dict_next(value, &position, &key, &pair)) {
        if (!is_tuple(pair) || tuple_size(pair) != 2) return raise_type("'memo' values must be 2-item tuples");
        if (!number_as_int64(tuple_get(pair, 0), &number) || !memo_enter(p, tuple_get(pair, 1), number)) return false;
    }
    return true;
}

static Value pickler_get_persistent(Value self)
{
    Value function = ((Pickler *)self)->persistent_id;
    return function ? function : raise_attribute("persistent_id");
}

static bool pickler_set_persistent(Value self, Value value)
{
    if (!value) return raise_type("attribute deletion is not supported");
    if (!is_callable(value)) return raise_type("persistent_id must be a callable taking one argument");
    SET((Pickler *)self, persistent_id, value);
    return true;
}

static const GetSetDef pickler_getset[] = {{"memo", pickler_get_memo, pickler_set_memo, 0}, {"persistent_id", pickler_get_persistent, pickler_set_persistent, 0}, {0}};
static const MemberDef pickler_members[] = {{"bin", MEMBER_INT, offsetof(Pickler, binary), true, 0},
                                            {"fast", MEMBER_INT, offsetof(Pickler, fast), true, 0},
                                            {"dispatch_table", MEMBER_VALUE, offsetof(Pickler, dispatch_table), true, 0},
                                            {0}};
static const NativeDef pickler_methods[] = {
    {"dump", "(self, obj, /)", pickler_dump, "Write a pickled representation of the given object to the open file.", 0},
    {"clear_memo", "(self, /)", pickler_clear_memo,
     "Clears the pickler's \"memo\".\n\nThe memo is the data structure that remembers which objects the\npickler has already seen, so that shared or recursive objects "
     "are\npickled by reference and not by value.",
     0},
    {"__sizeof__", "(self, /)", pickler_sizeof, "Returns size in memory, in bytes.", 0},
    {0},
};

static Value pickler_make(Type *type, Value *args, size_t nargs, Value kwnames) { return VALUE(NEW_OF(Pickler, type, pickler_type)); }

Type pickler_type = {
    TYPE_INIT("_pickle.Pickler", Pickler),
    .flags = TYPE_BASE,
    .doc = "Pickler(file, protocol=None, fix_imports=True, buffer_callback=None)\n--\n\nThis takes a binary file for writing a pickle data stream.\n\nThe optional *protocol* "
           "argument tells the pickler to use the given protocol; supported protocols are 0 to 5, and 4 is the default.",
    .trace = pickler_trace,
    .new = pickler_make,
    .init = pickler_init,
    .getset = pickler_getset,
    .members = pickler_members,
    .methods = pickler_methods,
};
