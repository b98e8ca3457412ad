/* memoryview.c: the type memoryview.
 *
 * All views that come of one object share a ManagedBuffer, which holds the one buffer got from it; when the last view is released, or the collector finds none left, the
 * buffer goes back. A view's shape, strides and suboffsets stand behind it in `array`.
 */
#include "object/memoryview.h"

enum { VIEW_RELEASED = 1, VIEW_MAX_DIMS = 64 };

typedef struct ManagedBuffer {
    Obj head;
    bool released;
    int64_t views;
    Value keep;
    Buffer master;
} ManagedBuffer;
typedef struct MemoryView {
    VarObj head;             /* size: 3 * ndim */
    ManagedBuffer *managed;  /* 0: released */
    int64_t hash;
    int flags;
    int64_t exports;         /* buffers given out of this view */
    Buffer view;
    Value weaklist;
    Value format;            /* bytes that hold view.format, or 0 if it is constant or the master's */
    int64_t array[];
} MemoryView;

static MemoryView *mv(Value v) { return (MemoryView *)v; }

static void managed_trace(Obj *object)
{
    ManagedBuffer *m = (ManagedBuffer *)object;
    gc_visit(m->master.owner);
    gc_visit(m->keep);
}

static void managed_release(ManagedBuffer *m)
{
    if (m->released) return;
    m->released = true;
    if (m->master.owner && m->keep == 0) buffer_release(&m->master);
}

static void managed_finalize(Obj *object) { managed_release((ManagedBuffer *)object); }

Type managed_buffer_type = {TYPE_INIT("managedbuffer", ManagedBuffer), .flags = TYPE_DISALLOW_NEW | TYPE_FINALIZE, .trace = managed_trace, .finalize = managed_finalize};

static void memoryview_trace(Obj *object)
{
    MemoryView *m = (MemoryView *)object;
    if (m->managed) gc_visit(VALUE(m->managed));
    gc_visit(m->format);
}

/* A view like `base` (shape, strides and suboffsets filled in where base has none) with room for `ndim` dimensions. */
static MemoryView *view_new(ManagedBuffer *managed, const Buffer *base, int ndim)
{
    MemoryView *m = (MemoryView *)type_alloc(&memoryview_type, 3 * (ndim ? ndim : 1));
    if (!m) return 0;
    m->managed = managed;
    managed->views++;
    m->hash = -1;
    m->view = *base;
    m->view.ndim = ndim;
    m->view.internal = 0;
    if (!m->view.format) m->view.format = "B";
    m->view.shape = m->array;
    m->view.strides = m->array + ndim;
    m->view.suboffsets = base->suboffsets ? m->array + 2 * ndim : 0;
    if (base->ndim != ndim) return m;
    for (int i = 0; i < ndim; i++) m->view.shape[i] = base->shape ? base->shape[i] : base->length / (base->itemsize ? base->itemsize : 1);
    int64_t stride = base->itemsize;
    for (int i = ndim - 1; i >= 0; i--) {
        m->view.strides[i] = base->strides ? base->strides[i] : stride;
        stride *= m->view.shape[i];
        if (base->suboffsets) m->view.suboffsets[i] = base->suboffsets[i];
    }
    return m;
}

static bool released(const MemoryView *m)
{
    if (m->managed && !m->managed->released) return false;
    return !raise_value("operation forbidden on released memoryview object");
}

Value memoryview_new(Value object)
{
    if (is_instance_of(object, &memoryview_type)) {
        MemoryView *base = mv(object);
        if (released(base)) return 0;
        MemoryView *m = view_new(base->managed, &base->view, base->view.ndim);
        if (m) SET(m, format, base->format);
        return VALUE(m);
    }
    if (!has_buffer(object)) return raise_type("memoryview: a bytes-like object is required, not '%.200T'", object);
    ManagedBuffer *managed = gc_alloc(ManagedBuffer, &managed_buffer_type);
    if (!managed || !buffer_get(object, &managed->master, BUFFER_FULL)) {
        if (managed) managed->released = true;
        return 0;
    }
    gc_barrier(managed);
    if (managed->master.ndim > VIEW_MAX_DIMS) {
        managed_release(managed);
        return raise_value("memoryview: number of dimensions must not exceed 64");
    }
    return VALUE(view_new(managed, &managed->master, managed->master.ndim));
}

Value memoryview_from_memory(void *data, int64_t size, bool readonly, Value owner)
{
    ManagedBuffer *managed = gc_alloc(ManagedBuffer, &managed_buffer_type);
    if (!managed) return 0;
    managed->master = (Buffer){.data = data, .length = size, .itemsize = 1, .readonly = readonly, .ndim = 1};
    managed->keep = owner ? owner : NONE;
    gc_barrier(managed);
    return VALUE(view_new(managed, &managed->master, 1));
}

static bool memoryview_release(Value v)
{
    MemoryView *m = mv(v);
    if (!m->managed) return true;
    if (m->exports > 0) return raise_format(&exc_BufferError, "memoryview has %zd exported buffer%s", (size_t)m->exports, m->exports == 1 ? "" : "s");
    ManagedBuffer *managed = m->managed;
    m->managed = 0;
    m->flags |= VIEW_RELEASED;
    if (--managed->views == 0) managed_release(managed);
    return true;
}

void memoryview_end(Value view)
{
    Value pending = error_take();
    if (!memoryview_release(view)) error_clear();
    error_restore(pending);
}

static Value memoryview_new_slot(Type *type, Value *args, size_t nargs, Value kwnames)
{
    static Signature *signature;
    Value object;
    if (!native_bind("memoryview", "(object)", &signature, args, nargs, kwnames, &object)) return 0;
    return memoryview_new(object);
}

/* --- the buffer protocol */
static bool memoryview_get_buffer(Value v, Buffer *out, int flags)
{
    MemoryView *m = mv(v);
    if (released(m)) return false;
#define REFUSE(text) return raise_format(&exc_BufferError, "memoryview: " text)
    if ((flags & BUFFER_WRITABLE) && m->view.readonly) REFUSE("underlying buffer is not writable");
    if ((flags & 0x38) == 0x38 && !buffer_is_contiguous(&m->view, 'C')) REFUSE("underlying buffer is not C-contiguous");
    if ((flags & 0x58) == 0x58 && !buffer_is_contiguous(&m->view, 'F')) REFUSE("underlying buffer is not Fortran contiguous");
    if ((flags & 0x98) == 0x98 && !buffer_is_contiguous(&m->view, 'A')) REFUSE("underlying buffer is not contiguous");
    if ((flags & 0x118) != 0x118 && m->view.suboffsets) REFUSE("underlying buffer requires suboffsets");
    bool strides = (flags & BUFFER_STRIDES) == BUFFER_STRIDES;
    if (!strides && !buffer_is_contiguous(&m->view, 'C')) REFUSE("underlying buffer is not C-contiguous");
    if (!(flags & BUFFER_ND) && (flags & BUFFER_FORMAT)) REFUSE("cannot cast to unsigned bytes if the format flag is present");
#undef REFUSE
    *out = m->view;
    out->owner = v;
    if (!(flags & BUFFER_FORMAT)) out->format = 0;
    if (!strides) out->strides = 0;
    if (!(flags & BUFFER_ND)) out->ndim = 1, out->shape = 0;
    m->exports++;
    return true;
}

static void memoryview_release_buffer(Value v, Buffer *buffer) { mv(v)->exports--; }

/* --- items */
/* The code of the view's format, or 0 with NotImplementedError. */
static char view_code(const MemoryView *m)
{
    int64_t size;
    char code = format_native(m->view.format, &size);
    if (!code || size != m->view.itemsize) return (char)raise_format(&exc_NotImplementedError, "memoryview: unsupported format %s", m->view.format);
    return code;
}

/* Moves p along dimension `dim` by index (negative: from the end); 0 with IndexError. */
static uint8_t *step(const MemoryView *m, uint8_t *p, int dim, int64_t index)
{
    int64_t n = m->view.shape[dim];
    if (index < 0) index += n;
    if (index < 0 || index >= n) return (uint8_t *)raise_index("index out of bounds on dimension %d", dim + 1);
    p += index * m->view.strides[dim];
    if (m->view.suboffsets && m->view.suboffsets[dim] >= 0) memcpy(&p, p, sizeof(void *)), p += m->view.suboffsets[dim];
    return p;
}

/* The item that a tuple of indices means. */
static uint8_t *tuple_item(const MemoryView *m, Value key)
{
    int64_t n = tuple_size(key);
    if (n > m->view.ndim || (m->view.ndim == 1 && n != 1)) return (uint8_t *)raise_type("cannot index %d-dimension view with %zd-element tuple", m->view.ndim, (size_t)n);
    if (n < m->view.ndim) return (uint8_t *)raise_format(&exc_NotImplementedError, "sub-views are not implemented");
    uint8_t *p = m->view.data;
    for (int dim = 0; p && dim < n; dim++) {
        int64_t index;
        if (!number_as_index(tuple_get(key, dim), &index, &exc_IndexError)) return 0;
        p = step(m, p, dim, index);
    }
    return p;
}

typedef enum KeyKind { KEY_INDEX, KEY_SLICE, KEY_INDICES, KEY_SLICES, KEY_OTHER } KeyKind;

static KeyKind key_kind(Value key)
{
    if (type_of(key)->index) return KEY_INDEX;
    if (type_of(key) == &slice_type) return KEY_SLICE;
    if (!is_tuple(key)) return KEY_OTHER;
    bool indices = true, slices = tuple_size(key) > 0;
    for (int64_t i = 0; i < tuple_size(key); i++) {
        indices &= type_of(tuple_get(key, i))->index != 0;
        slices &= type_of(tuple_get(key, i)) == &slice_type;
    }
    return indices ? KEY_INDICES : slices ? KEY_SLICES : KEY_OTHER;
}

static bool slice_view(Buffer *view, Value slice)
{
    int64_t start, stop, stride, count = slice_indices(slice, &view->shape[0], &start, &stop, &stride);
    if (count < 0) return false;
    if (!view->suboffsets || view->suboffsets[0] < 0) view->data = (uint8_t *)view->data + start * view->strides[0];
    else view->suboffsets[0] += start * view->strides[0];
    view->shape[0] = count;
    view->strides[0] *= stride;
    view->length = view->itemsize;
    for (int i = 0; i < view->ndim; i++) view->length *= view->shape[i];
    return true;
}

static Value memoryview_item(Value v, int64_t index)
{
    MemoryView *m = mv(v);
    if (released(m)) return 0;
    char code = view_code(m);
    if (!code) return 0;
    if (m->view.ndim == 0) return raise_type("invalid indexing of 0-dim memory");
    if (m->view.ndim > 1) return raise_format(&exc_NotImplementedError, "multi-dimensional sub-views are not implemented");
    uint8_t *p = step(m, m->view.data, 0, index);
    return p ? format_unpack(code, p) : 0;
}

static Value memoryview_getitem(Value v, Value key)
{
    MemoryView *m = mv(v);
    if (released(m)) return 0;
    if (m->view.ndim == 0) {
        if (key == ELLIPSIS) return v;
        if (!is_tuple(key) || tuple_size(key)) return raise_type("invalid indexing of 0-dim memory");
        char code = view_code(m);
        return code ? format_unpack(code, m->view.data) : 0;
    }
    switch (key_kind(key)) {
    case KEY_INDEX: {
        int64_t index;
        return number_as_index(key, &index, &exc_IndexError) ? memoryview_item(v, index) : 0;
    }
    case KEY_SLICE: {
        MemoryView *part = view_new(m->managed, &m->view, m->view.ndim);
        if (!part) return 0;
        SET(part, format, m->format);
        return slice_view(&part->view, key) ? VALUE(part) : 0;
    }
    case KEY_INDICES: {
        char code = view_code(m);
        uint8_t *p = code ? tuple_item(m, key) : 0;
        if (p && released(m)) return 0;
        return p ? format_unpack(code, p) : 0;
    }
    case KEY_SLICES: return raise_format(&exc_NotImplementedError, "multi-dimensional slicing is not implemented");
    default: return raise_type("memoryview: invalid slice key");
    }
}

static bool set_slice(MemoryView *m, Value key, Value value)
{
    Buffer src;
    if (!buffer_get(value, &src, BUFFER_FULL)) return false;
    bool ok = false;
    int64_t shape[1] = {m->view.shape[0]}, strides[1] = {m->view.strides[0]}, suboffsets[1] = {m->view.suboffsets ? m->view.suboffsets[0] : -1};
    Buffer dest = m->view;
    dest.shape = shape;
    dest.strides = strides;
    dest.suboffsets = m->view.suboffsets ? suboffsets : 0;
    if (slice_view(&dest, key) && !released(m)) {
        const char *a = dest.format ? dest.format : "B", *b = src.format ? src.format : "B";
        ok = !strcmp(*a == '@' ? a + 1 : a, *b == '@' ? b + 1 : b) && dest.itemsize == src.itemsize && src.ndim == 1 &&
             shape[0] == (src.shape ? src.shape[0] : src.length / src.itemsize);
        if (ok) buffer_copy(&dest, &src);
        else raise_value("memoryview assignment: lvalue and rvalue have different structures");
    }
    buffer_release(&src);
    return ok && !thread_self->exception;
}

static bool pack_at(MemoryView *m, char code, uint8_t *p, Value value)
{
    /* Conversion may run Python, which may release the view: convert first. */
    uint8_t item[8];
    const char *format = m->view.format;
    if (!p || !format_pack(code, format, item, value) || released(m)) return false;
    memcpy(p, item, (size_t)m->view.itemsize);
    return true;
}

static bool memoryview_setitem(Value v, Value key, Value value)
{
    MemoryView *m = mv(v);
    if (released(m)) return false;
    char code = view_code(m);
    if (!code) return false;
    if (m->view.readonly) return raise_type("cannot modify read-only memory");
    if (!value) return raise_type("cannot delete memory");
    if (m->view.ndim == 0) {
        if (key != ELLIPSIS && (!is_tuple(key) || tuple_size(key))) return raise_type("invalid indexing of 0-dim memory");
        return pack_at(m, code, m->view.data, value);
    }
    switch (key_kind(key)) {
    case KEY_INDEX: {
        int64_t index;
        if (m->view.ndim > 1) return raise_format(&exc_NotImplementedError, "sub-views are not implemented");
        return number_as_index(key, &index, &exc_IndexError) && pack_at(m, code, step(m, m->view.data, 0, index), value);
    }
    case KEY_INDICES: return pack_at(m, code, tuple_item(m, key), value);
    case KEY_SLICE:
        if (m->view.ndim == 1) return set_slice(m, key, value);
        /* fall through */
    case KEY_SLICES: return raise_format(&exc_NotImplementedError, "memoryview slice assignments are currently restricted to ndim = 1");
    default: return raise_type("memoryview: invalid slice key");
    }
}

static int64_t memoryview_length(Value v)
{
    MemoryView *m = mv(v);
    if (released(m)) return -1;
    return m->view.ndim ? m->view.shape[0] : 1;
}

/* --- comparison, hash, repr */
static Value memoryview_compare(Value a, Value b, CompareOp op)
{
    if ((op != CMP_EQ && op != CMP_NE) || !is_instance_of(a, &memoryview_type)) return NOT_IMPLEMENTED;
    MemoryView *m = mv(a);
    if (!m->managed) return bool_value((a == b) == (op == CMP_EQ));
    int equal;
    if (is_instance_of(b, &memoryview_type)) {
        if (!mv(b)->managed) return bool_value(op == CMP_NE);
        equal = buffers_equal(&m->view, &mv(b)->view);
    } else {
        Buffer other;
        if (!has_buffer(b)) return NOT_IMPLEMENTED;
        if (!buffer_get(b, &other, BUFFER_FULL)) {
            if (error_matches(&exc_MemoryError)) return 0;
            error_clear();
            return NOT_IMPLEMENTED;
        }
        equal = buffers_equal(&m->view, &other);
        buffer_release(&other);
    }
    return equal < 0 ? 0 : bool_value(equal == (op == CMP_EQ));
}

static bool memoryview_hash(Value v, int64_t *hash)
{
    MemoryView *m = mv(v);
    if (m->hash == -1) {
        int64_t size, ignored;
        if (released(m)) return false;
        char code = format_native(m->view.format, &size);
        if (!m->view.readonly) return raise_value("cannot hash writable memoryview object");
        if (code != 'B' && code != 'b' && code != 'c') return raise_value("memoryview: hashing is restricted to formats 'B', 'b' or 'c'");
        Value owner = m->managed->master.owner;
        if (owner && !object_hash(owner, &ignored)) return false;
        if (buffer_is_contiguous(&m->view, 'C')) m->hash = hash_bytes(m->view.data, (size_t)m->view.length);
        else {
            uint8_t *copy = gc_buffer_raw((size_t)m->view.length);
            if (!copy) return false;
            buffer_copy_out(&m->view, copy, 'C');
            m->hash = hash_bytes(copy, (size_t)m->view.length);
        }
    }
    *hash = m->hash;
    return true;
}

static Value memoryview_repr(Value v) { return str_format_c(mv(v)->managed ? "<memory at %p>" : "<released memory at %p>", (void *)v); }

/* --- iteration */
typedef struct MemoryIter {
    Obj head;
    int64_t index, length;
    Value view;
} MemoryIter;

static void memory_iter_trace(Obj *object) { gc_visit(((MemoryIter *)object)->view); }

static Value memory_iter_next(Value v)
{
    MemoryIter *it = (MemoryIter *)v;
    if (!it->view) return 0;
    if (it->index < it->length) return memoryview_item(it->view, it->index++);
    it->view = 0;
    return 0;
}

Type memory_iterator_type = {TYPE_INIT("memory_iterator", MemoryIter), .flags = TYPE_DISALLOW_NEW, .trace = memory_iter_trace, .iter = iter_self, .next = memory_iter_next};

static Value memoryview_iter(Value v)
{
    MemoryView *m = mv(v);
    if (released(m)) return 0;
    if (m->view.ndim == 0) return raise_type("invalid indexing of 0-dim memory");
    if (m->view.ndim > 1) return raise_format(&exc_NotImplementedError, "multi-dimensional sub-views are not implemented");
    if (!view_code(m)) return 0;
    MemoryIter *it = gc_alloc(MemoryIter, &memory_iterator_type);
    if (!it) return 0;
    it->view = v;
    it->length = m->view.shape[0];
    return VALUE(it);
}

/* --- methods */
static NATIVE(memoryview_release_native) { return memoryview_release(args[0]) ? NONE : 0; }
static NATIVE(memoryview_enter) { return released(mv(args[0])) ? 0 : args[0]; }

static NATIVE(memoryview_tobytes)
{
    MemoryView *m = mv(args[0]);
    char order = 'C';
    if (released(m)) return 0;
    if (args[1] != NONE) {
        if (!is_str(args[1])) return raise_bad_argument("tobytes", "order", "str or None", args[1]);
        if (str_length(args[1]) != 1 || !strchr("CFA", (int)(str_char(args[1], 0) & 0x7f))) return raise_value("order must be 'C', 'F' or 'A'");
        order = (char)str_char(args[1], 0);
    }
    Value result = bytes_new(0, (size_t)m->view.length);
    if (result && m->view.length) buffer_copy_out(&m->view, bytes_data(result), order);
    return result;
}

static NATIVE(memoryview_hex)
{
    int group;
    MemoryView *m = mv(args[0]);
    if (!number_as_int(args[2], &group) || released(m)) return 0;
    uint8_t *copy = m->view.data;
    if (!buffer_is_contiguous(&m->view, 'C')) {
        if (!(copy = gc_buffer_raw((size_t)m->view.length))) return 0;
        buffer_copy_out(&m->view, copy, 'C');
    }
    return bytes_hex(copy, m->view.length, args[1], group, false);
}

static Value list_of(const MemoryView *m, char code, uint8_t *p, int dim)
{
    if (dim == m->view.ndim) return format_unpack(code, p);
    int64_t n = m->view.shape[dim];
    Value list = list_new(n);
    if (!list) return 0;
    for (int64_t i = 0; i < n; i++) {
        uint8_t *q = step(m, p, dim, i);
        Value item = list_of(m, code, q, dim + 1);
        if (!item) return 0;
        list_items(list)[i] = item;
        gc_barrier((void *)list);
    }
    return list;
}

static NATIVE(memoryview_tolist)
{
    MemoryView *m = mv(args[0]);
    if (released(m)) return 0;
    char code = view_code(m);
    return code ? list_of(m, code, m->view.data, 0) : 0;
}

static NATIVE(memoryview_toreadonly)
{
    MemoryView *m = mv(args[0]);
    if (released(m)) return 0;
    MemoryView *result = view_new(m->managed, &m->view, m->view.ndim);
    if (!result) return 0;
    SET(result, format, m->format);
    result->view.readonly = true;
    return VALUE(result);
}

static bool is_byte_code(char code) { return code == 'b' || code == 'B' || code == 'c'; }

/* The product of the shape's elements, which go to dims; -1. */
static int64_t shape_product(Value shape, int64_t itemsize, int64_t *dims)
{
    int64_t count = is_list(shape) ? list_size(shape) : tuple_size(shape), product = itemsize;
    for (int64_t i = 0; i < count; i++) {
        Value item = is_list(shape) ? list_get(shape, i) : tuple_get(shape, i);
        int64_t n;
        if (!is_int(item)) {
            raise_type("memoryview.cast(): elements of shape must be integers");
            return -1;
        }
        if (!number_as_count(item, &n)) return -1;
        if (n <= 0) {
            raise_value("memoryview.cast(): elements of shape must be integers > 0");
            return -1;
        }
        if (__builtin_mul_overflow(product, n, &product)) {
            raise_value("memoryview.cast(): product(shape) > SSIZE_MAX");
            return -1;
        }
        dims[i] = n;
    }
    return product;
}

static bool cast_check(const MemoryView *m, const char *format, int64_t *itemsize)
{
    int64_t source_size;
    char to = format_native(format, itemsize), from = format_native(m->view.format, &source_size);
    if (!to) return raise_value("memoryview: destination format must be a native single character format prefixed with an optional '@'");
    if (!from) return raise_value("memoryview: source format must be a native single character format prefixed with an optional '@'");
    if (!is_byte_code(from) && !is_byte_code(to)) return raise_type("memoryview: cannot cast between two non-byte formats");
    if (m->view.length % *itemsize) return raise_type("memoryview: length is not a multiple of itemsize");
    return true;
}

static NATIVE(memoryview_cast)
{
    MemoryView *m = mv(args[0]);
    Value shape = args[2];
    int64_t dims[VIEW_MAX_DIMS], itemsize, ndim = 1;
    if (released(m)) return 0;
    if (!is_str(args[1])) return raise_bad_argument("cast", "format", "str", args[1]);
    if (!buffer_is_contiguous(&m->view, 'C')) return raise_type("memoryview: casts are restricted to C-contiguous views");
    bool zero = false;
    for (int i = 0; i < m->view.ndim; i++) zero |= m->view.shape[i] == 0 || m->view.strides[i] == 0;
    if ((shape || m->view.ndim != 1) && zero) return raise_type("memoryview: cannot cast view with zeros in shape or strides");
    if (shape) {
        if (!is_list(shape) && !is_tuple(shape)) return raise_type("shape must be a list or a tuple");
        ndim = is_list(shape) ? list_size(shape) : tuple_size(shape);
        if (ndim > VIEW_MAX_DIMS) return raise_value("memoryview: number of dimensions must not exceed %d", VIEW_MAX_DIMS);
        if (m->view.ndim != 1 && ndim != 1) return raise_type("memoryview: cast must be 1D -> ND or ND -> 1D");
    }
    Value ascii = str_encode(args[1], "ascii", 0);
    const char *format = ascii ? (const char *)bytes_data(ascii) : 0;
    if (!format || !cast_check(m, format, &itemsize)) return 0;
    dims[0] = m->view.length / itemsize;
    if (shape) {
        int64_t product = shape_product(shape, itemsize, dims);
        if (product < 0) return 0;
        if (product != m->view.length) return raise_type("memoryview: product(shape) * itemsize != buffer size");
    }
    Buffer view = m->view;
    view.format = format_constant(format);
    view.itemsize = itemsize;
    view.shape = dims;
    view.strides = view.suboffsets = 0;
    view.ndim = (int)ndim;
    return VALUE(view_new(m->managed, &view, (int)ndim));
}

static const NativeDef memoryview_methods[] = {
    {"release", "(self, /)", memoryview_release_native, "Gives the underlying buffer back."},
    {"tobytes", "(self, /, order='C')", memoryview_tobytes, "The data as bytes: in C order, Fortran order, or 'A' for the order they have."},
    {"hex", "(self, /, sep=<unrepresentable>, bytes_per_sep=1)", memoryview_hex,
     "Hexadecimal digits, with a separator between groups of bytes.\n\n>>> memoryview(b'krait').hex('-')\n'6b-72-61-69-74'"},
    {"tolist", "(self, /)", memoryview_tolist, "The items as a list, nested by dimension."},
    {"cast", "(self, /, format, shape=<unrepresentable>)", memoryview_cast, "The same memory in another format or shape."},
    {"toreadonly", "(self, /)", memoryview_toreadonly, "A view that cannot be written to."},
    {"__enter__", "(self, /)", memoryview_enter, "The view."},
    {"__exit__", "(self, /, *args)", memoryview_release_native, "Releases the view."},
    {0},
};

/* --- attributes */
static Value longs_tuple(const int64_t *values, int count)
{
    Value t = tuple_new(count);
    for (int i = 0; t && i < count; i++) tuple_items(t)[i] = int_new(values[i]);
    return t;
}

#define ATTRIBUTE(name, expression) \
    static Value name(Value v) \
    { \
        MemoryView *m = mv(v); \
        return released(m) ? 0 : (expression); \
    }
ATTRIBUTE(get_obj, m->managed->keep ? m->managed->keep : m->managed->master.owner ? m->managed->master.owner : NONE)
ATTRIBUTE(get_nbytes, int_new(m->view.length))
ATTRIBUTE(get_format, str_from_cstring(m->view.format))
ATTRIBUTE(get_itemsize, int_new(m->view.itemsize))
ATTRIBUTE(get_ndim, int_new(m->view.ndim))
ATTRIBUTE(get_shape, longs_tuple(m->view.shape, m->view.ndim))
ATTRIBUTE(get_strides, longs_tuple(m->view.strides, m->view.ndim))
ATTRIBUTE(get_suboffsets, longs_tuple(m->view.suboffsets, m->view.suboffsets ? m->view.ndim : 0))
ATTRIBUTE(get_readonly, bool_value(m->view.readonly))
ATTRIBUTE(get_c_contiguous, bool_value(buffer_is_contiguous(&m->view, 'C')))
ATTRIBUTE(get_f_contiguous, bool_value(buffer_is_contiguous(&m->view, 'F')))
ATTRIBUTE(get_contiguous, bool_value(buffer_is_contiguous(&m->view, 'A')))

static const GetSetDef memoryview_getset[] = {
    {"obj", get_obj, 0, "The object whose memory it is."},
    {"nbytes", get_nbytes, 0, "The bytes the items take."},
    {"readonly", get_readonly, 0, "Whether it cannot be written to."},
    {"itemsize", get_itemsize, 0, "The size of an item, in bytes."},
    {"format", get_format, 0, "The format of an item, as in module struct."},
    {"ndim", get_ndim, 0, "The number of dimensions."},
    {"shape", get_shape, 0, "The size of each dimension."},
    {"strides", get_strides, 0, "The distance in bytes of neighbours, for each dimension."},
    {"suboffsets", get_suboffsets, 0, "For arrays of pointers to arrays."},
    {"c_contiguous", get_c_contiguous, 0, "Whether the items lie side by side in C order."},
    {"f_contiguous", get_f_contiguous, 0, "Whether the items lie side by side in Fortran order."},
    {"contiguous", get_contiguous, 0, "Whether the items lie side by side."},
    {0},
};

Type memoryview_type = {
    .head = {.head = {.type = &type_type, .gc = GC_STATIC}},
    .name = "memoryview",
    .basic_size = sizeof(MemoryView),
    .item_size = sizeof(int64_t),
    .flags = TYPE_SEQUENCE | TYPE_WEAKREF_OK,
    .doc = "Create a new memoryview object which references the given object.",
    .trace = memoryview_trace,
    .repr = memoryview_repr,
    .hash = memoryview_hash,
    .compare = memoryview_compare,
    .iter = memoryview_iter,
    .new = memoryview_new_slot,
    .length = memoryview_length,
    .getitem = memoryview_getitem,
    .setitem = memoryview_setitem,
    .seq_item = memoryview_item,
    .get_buffer = memoryview_get_buffer,
    .release_buffer = memoryview_release_buffer,
    .methods = memoryview_methods,
    .getset = memoryview_getset,
};
