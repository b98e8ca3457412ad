/* bytes_methods.c: the methods that bytes and bytearray share, and their method tables.
 *
 * A method gets its arguments (which may run Python code that changes a bytearray) before it looks at the bytes of self. Bytes are ASCII text to the methods about case and classes.
 */
#include "base/ascii.h"
#include "object/bytes_internal.h"
#include "object/sequence.h"
#include "object/str_methods.h"

NATIVE(bytearray_append_native);
NATIVE(bytearray_insert_native);
NATIVE(bytearray_pop_native);
NATIVE(bytearray_remove_native);
NATIVE(bytearray_extend_native);
NATIVE(bytearray_clear_native);
NATIVE(bytearray_copy_native);
NATIVE(bytearray_alloc_native);
NATIVE(bytearray_sizeof_native);
NATIVE(bytearray_reverse_native);
NATIVE(bytearray_reduce_native);
NATIVE(bytearray_reduce_ex_native);

static inline bool is_lower(uint8_t c) { return c >= 'a' && c <= 'z'; }
static inline bool is_upper(uint8_t c) { return c >= 'A' && c <= 'Z'; }
static inline bool is_alpha(uint8_t c) { return is_lower(c) || is_upper(c); }

/* self, as the result of a method that changes nothing. */
static Value unchanged(Value self)
{
    if (type_of(self) == &bytes_type) return self;
    Span s = bytes_span(self);
    return bytes_like_new(self, s.data, s.size);
}

static Value slice_like(Value self, int64_t start, int64_t end)
{
    Span s = bytes_span(self);
    if (start == 0 && end == s.size) return unchanged(self);
    return bytes_like_new(self, s.data + start, end > start ? end - start : 0);
}

/* --- find and its like. The needle is a bytes-like object or one byte. */
typedef struct Needle {
    const uint8_t *data;
    int64_t size;
    Buffer buffer;
    bool held;
    uint8_t byte;
} Needle;

static bool needle_get(Value v, Needle *n)
{
    n->held = false;
    if (has_buffer(v)) {
        if (!buffer_get(v, &n->buffer, BUFFER_SIMPLE)) return false;
        n->held = true;
        n->data = n->buffer.data;
        n->size = n->buffer.length;
        return true;
    }
    if (!type_of(v)->index) return raise_type("argument should be integer or bytes-like object, not '%.200T'", v);
    if (!byte_from_value(v, &n->byte, "byte must be in range(0, 256)")) return false;
    n->data = &n->byte;
    n->size = 1;
    return true;
}

static void needle_release(Needle *n)
{
    if (n->held) buffer_release(&n->buffer);
}

/* -2: exception. */
static int64_t find_value(const char *name, Value *args, size_t nargs, bool backwards)
{
    Needle n;
    int64_t start, end, at = -1;
    if (!arity_between(name, nargs - 1, 1, 3)) return -2;
    if (!slice_arguments(args, nargs, 2, bytes_span(args[0]).size, &start, &end) || !needle_get(args[1], &n)) return -2;
    Span s = bytes_span(args[0]);
    if (end > s.size) end = s.size;
    if (start <= end) {
        at = backwards ? str_rfind_raw(1, s.data + start, end - start, 1, n.data, n.size) : str_find_raw(1, s.data + start, end - start, 1, n.data, n.size);
        if (at >= 0) at += start;
    }
    needle_release(&n);
    return at;
}

static NATIVE(bytes_find)
{
    int64_t at = find_value("find", args, nargs, false);
    return at < -1 ? 0 : small_int(at);
}
static NATIVE(bytes_rfind)
{
    int64_t at = find_value("rfind", args, nargs, true);
    return at < -1 ? 0 : small_int(at);
}

static NATIVE(bytes_index)
{
    int64_t at = find_value("index", args, nargs, false);
    return at >= 0 ? small_int(at) : at == -1 ? raise_value("subsection not found") : 0;
}

static NATIVE(bytes_rindex)
{
    int64_t at = find_value("rindex", args, nargs, true);
    return at >= 0 ? small_int(at) : at == -1 ? raise_value("subsection not found") : 0;
}

static NATIVE(bytes_count)
{
    Needle n;
    int64_t start, end, count = 0;
    if (!arity_between("count", nargs - 1, 1, 3)) return 0;
    if (!slice_arguments(args, nargs, 2, bytes_span(args[0]).size, &start, &end) || !needle_get(args[1], &n)) return 0;
    Span s = bytes_span(args[0]);
    if (end > s.size) end = s.size;
    if (start <= end) count = str_count_raw(1, s.data + start, end - start, 1, n.data, n.size, INT64_MAX);
    needle_release(&n);
    return small_int(count);
}

/* 1, 0, -1 */
static int tail_match(Value self, Value sub, int64_t start, int64_t end, bool at_end)
{
    Buffer b;
    if (!buffer_get(sub, &b, BUFFER_SIMPLE)) return -1;
    Span s = bytes_span(self);
    if (end > s.size) end = s.size;
    bool match = start <= end && end - start >= b.length && (!b.length || memcmp(s.data + (at_end ? end - b.length : start), b.data, (size_t)b.length) == 0);
    buffer_release(&b);
    return match;
}

static Value tail_method(const char *name, Value *args, size_t nargs, bool at_end)
{
    int64_t start, end;
    if (!arity_between(name, nargs - 1, 1, 3) || !slice_arguments(args, nargs, 2, bytes_span(args[0]).size, &start, &end)) return 0;
    if (is_tuple(args[1])) {
        for (int64_t i = 0; i < tuple_size(args[1]); i++) {
            int match = tail_match(args[0], tuple_get(args[1], i), start, end, at_end);
            if (match) return match < 0 ? 0 : TRUE;
        }
        return FALSE;
    }
    int match = tail_match(args[0], args[1], start, end, at_end);
    if (match < 0) {
        if (error_clear_if(&exc_TypeError)) return raise_type("%s first arg must be bytes or a tuple of bytes, not %.100T", name, args[1]);
        return 0;
    }
    return bool_value(match);
}

static NATIVE(bytes_startswith) { return tail_method("startswith", args, nargs, false); }
static NATIVE(bytes_endswith) { return tail_method("endswith", args, nargs, true); }

static Value remove_tail(Value *args, bool at_end)
{
    Buffer b;
    if (!buffer_get(args[1], &b, BUFFER_SIMPLE)) return 0;
    Span s = bytes_span(args[0]);
    int64_t n = b.length;
    bool match = n && n <= s.size && memcmp(at_end ? s.data + s.size - n : s.data, b.data, (size_t)n) == 0;
    buffer_release(&b);
    if (!match) return unchanged(args[0]);
    return at_end ? slice_like(args[0], 0, s.size - n) : slice_like(args[0], n, s.size);
}

static NATIVE(bytes_removeprefix) { return remove_tail(args, false); }
static NATIVE(bytes_removesuffix) { return remove_tail(args, true); }

/* --- split */
static bool list_add(Value list, Value self, int64_t start, int64_t end)
{
    Span s = bytes_span(self);
    Value piece;
    if (type_of(self) != &bytes_type) piece = bytes_like_new(self, s.data + start, end - start);
    else piece = start == 0 && end == s.size ? self : bytes_new(s.data + start, (size_t)(end - start));
    return piece && list_append_fast(list, piece);
}

static Value split_space(Value self, int64_t max, bool right)
{
    Value list = list_new(0);
    Span s = bytes_span(self);
    int64_t low = 0, high = s.size;
    while (list) {
        while (low < high && ascii_is_space(s.data[right ? high - 1 : low])) right ? high-- : low++;
        if (low == high) return list;
        if (max-- == 0) return list_add(list, self, low, high) ? list : 0;
        int64_t start = low, end = high;
        if (right) {
            while (low < high && !ascii_is_space(s.data[high - 1])) high--;
            start = high;
        } else {
            while (low < high && !ascii_is_space(s.data[low])) low++;
            end = low;
        }
        if (!list_add(list, self, start, end)) return 0;
    }
    return 0;
}

static Value split_at(Value self, const uint8_t *gap, int64_t gap_size, int64_t max, bool right)
{
    Value list = list_new(0);
    Span s = bytes_span(self);
    int64_t low = 0, high = s.size;
    if (!list || !list_grow((ListObj *)list, 8)) return 0;
    for (; right && max > 0; max--) {
        int64_t at = str_rfind_raw(1, s.data, high, 1, gap, gap_size);
        if (at < 0) break;
        if (!list_add(list, self, at + gap_size, high)) return 0;
        high = at;
    }
    while (!right && max > 0) {
        int64_t hits[64], base = low, most = max < 64 ? max : 64;
        int64_t count = str_find_hits(1, s.data + low, high - low, 1, gap, gap_size, hits, most);
        for (int64_t i = 0; i < count; i++) {
            if (!list_add(list, self, low, base + hits[i])) return 0;
            low = base + hits[i] + gap_size;
        }
        max -= count;
        if (count < most) break;
    }
    return list_add(list, self, low, high) ? list : 0;
}

static Value split_method(Value *args, bool right)
{
    int64_t max;
    Value list;
    if (!number_as_count(args[2], &max)) return 0;
    if (max < 0) max = INT64_MAX;
    if (args[1] == NONE) list = split_space(args[0], max, right);
    else {
        Buffer gap;
        if (!buffer_get(args[1], &gap, BUFFER_SIMPLE)) return 0;
        list = gap.length ? split_at(args[0], gap.data, gap.length, max, right) : raise_value("empty separator");
        buffer_release(&gap);
    }
    return list && (!right || list_reverse(list)) ? list : 0;
}

static NATIVE(bytes_split) { return split_method(args, false); }
static NATIVE(bytes_rsplit) { return split_method(args, true); }

static NATIVE(bytes_splitlines)
{
    int keep;
    Value list;
    if (!number_as_int(args[1], &keep) || !(list = list_new(0))) return 0;
    Span s = bytes_span(args[0]);
    for (int64_t i = 0; i < s.size;) {
        int64_t start = i;
        while (i < s.size && s.data[i] != '\n' && s.data[i] != '\r') i++;
        int64_t end = i;
        if (i < s.size) {
            i += s.data[i] == '\r' && i + 1 < s.size && s.data[i + 1] == '\n' ? 2 : 1;
            if (keep) end = i;
        }
        if (!list_add(list, args[0], start, end)) return 0;
    }
    return list;
}

static Value partition_method(Value *args, bool right)
{
    Buffer gap;
    if (!buffer_get(args[1], &gap, BUFFER_SIMPLE)) return 0;
    Span s = bytes_span(args[0]);
    int64_t n = gap.length, at = -1;
    if (n) at = right ? str_rfind_raw(1, s.data, s.size, 1, gap.data, n) : str_find_raw(1, s.data, s.size, 1, gap.data, n);
    Value self = args[0], result = 0, middle = 0;
    if (!n) raise_value("empty separator");
    else if (at < 0) {
        Value empty = bytes_like_new(self, 0, 0), other = bytes_like_new(self, 0, 0), whole = unchanged(self);
        if (empty && other && whole) result = right ? tuple_pack(3, empty, other, whole) : tuple_pack(3, whole, empty, other);
    } else {
        middle = type_of(self) == &bytes_type && type_of(args[1]) == &bytes_type ? args[1] : bytes_like_new(self, gap.data, n);
        Value head = bytes_like_new(self, s.data, at), tail = bytes_like_new(self, s.data + at + n, s.size - at - n);
        if (head && middle && tail) result = tuple_pack(3, head, middle, tail);
    }
    buffer_release(&gap);
    return result;
}

static NATIVE(bytes_partition) { return partition_method(args, false); }
static NATIVE(bytes_rpartition) { return partition_method(args, true); }

/* --- join */

/* When all items are bytes objects: one look for the size, one for the copying. 0 without an exception: they are not. */
static Value join_bytes(Value self, const Value *items, int64_t count)
{
    Span gap = bytes_span(self);
    int64_t total;
    if (count == 0 || __builtin_mul_overflow(gap.size, count - 1, &total)) return 0;
    for (int64_t i = 0; i < count; i++)
        if (!is_bytes(items[i]) || __builtin_add_overflow(total, bytes_size(items[i]), &total)) return 0;
    Value result = bytes_new(0, (size_t)total);
    if (!result || !total) return result;
    uint8_t *out = bytes_data(result);
    for (int64_t i = 0; i < count; i++) {
        if (i && gap.size == 1) *out++ = *gap.data;
        else if (i && gap.size) {
            memcpy(out, gap.data, (size_t)gap.size);
            out += gap.size;
        }
        int64_t size = bytes_size(items[i]);
        if (size == 1) *out++ = *bytes_data(items[i]);
        else {
            memcpy(out, bytes_data(items[i]), (size_t)size);
            out += size;
        }
    }
    return result;
}

static Value join_items(Value self, Value sequence)
{
    bool list = is_list(sequence);
    BytesBuilder b = {0};
    for (int64_t i = 0; i < (list ? list_size(sequence) : tuple_size(sequence)); i++) {
        Value item = list ? list_get(sequence, i) : tuple_get(sequence, i);
        Span gap = bytes_span(self);
        if (i && gap.size && !bytes_builder_add(&b, gap.data, (size_t)gap.size)) return 0;
        if (is_bytes(item)) {
            if (!bytes_builder_add(&b, bytes_data(item), (size_t)bytes_size(item))) return 0;
            continue;
        }
        Buffer buffer;
        if (!has_buffer(item) || !buffer_get(item, &buffer, BUFFER_SIMPLE)) {
            if (thread_self->exception && !error_clear_if(&exc_BufferError) && !error_clear_if(&exc_TypeError)) return 0;
            return raise_type("sequence item %zd: expected a bytes-like object, %.80s found", (size_t)i, type_of(item)->name);
        }
        bool ok = bytes_builder_add(&b, buffer.data, (size_t)buffer.length);
        buffer_release(&buffer);
        if (!ok) return 0;
    }
    if (is_bytes(self)) return bytes_builder_finish(&b);
    return bytearray_new(b.data, b.size);
}

Value bytes_join(Value self, Value iterable)
{
    Value sequence = sequence_to_join(iterable);
    if (!sequence) return 0;
    int64_t count = is_list(sequence) ? list_size(sequence) : tuple_size(sequence);
    Value first = count ? (is_list(sequence) ? list_get(sequence, 0) : tuple_get(sequence, 0)) : 0;
    if (count == 1 && type_of(first) == &bytes_type && is_bytes(self)) return first;
    if (is_bytes(self)) {
        Value result = join_bytes(self, is_list(sequence) ? list_items(sequence) : tuple_items(sequence), count);
        if (result || thread_self->exception) return result;
    }
    return join_items(self, sequence);
}

static NATIVE(bytes_join_native)
{
    /* The separator must not change while items are converted. */
    if (is_bytes(args[0])) return bytes_join(args[0], args[1]);
    Buffer held;
    if (!buffer_get(args[0], &held, BUFFER_SIMPLE)) return 0;
    Value result = bytes_join(args[0], args[1]);
    buffer_release(&held);
    return result;
}

/* --- strip, pad */
static Value strip_method(Value *args, bool left, bool right)
{
    bool strip[256] = {0};
    if (args[1] == NONE)
        for (int c = 0; c < 256; c++) strip[c] = ascii_is_space((uint8_t)c);
    else {
        Buffer set;
        if (!buffer_get(args[1], &set, BUFFER_SIMPLE)) return 0;
        for (int64_t i = 0; i < set.length; i++) strip[((const uint8_t *)set.data)[i]] = true;
        buffer_release(&set);
    }
    Span s = bytes_span(args[0]);
    int64_t start = 0, end = s.size;
    if (left)
        while (start < end && strip[s.data[start]]) start++;
    if (right)
        while (end > start && strip[s.data[end - 1]]) end--;
    return slice_like(args[0], start, end);
}

static NATIVE(bytes_strip) { return strip_method(args, true, true); }
static NATIVE(bytes_lstrip) { return strip_method(args, true, false); }
static NATIVE(bytes_rstrip) { return strip_method(args, false, true); }

static Value pad(Value self, int64_t left, int64_t right, uint8_t fill)
{
    Span s = bytes_span(self);
    if (left <= 0 && right <= 0) return unchanged(self);
    if (left > INT64_MAX - s.size - right) return raise_overflow("padded string is too long");
    Value result = bytes_like_new(self, 0, left + s.size + right);
    if (!result) return 0;
    uint8_t *out = bytes_like_data(result);
    s = bytes_span(self);
    memset(out, fill, (size_t)left);
    if (s.size) memcpy(out + left, s.data, (size_t)s.size);
    memset(out + left + s.size, fill, (size_t)right);
    return result;
}

static bool pad_arguments(const char *name, Value *args, int64_t *missing, uint8_t *fill)
{
    if (!number_as_count(args[1], missing)) return false;
    *fill = ' ';
    if (args[2]) {
        bool ok = is_bytes(args[2]) || is_bytearray(args[2]);
        if (!ok || bytes_span(args[2]).size != 1) return raise_type("%s() argument 2 must be a byte string of length 1, not %.50T", name, args[2]);
        *fill = *bytes_span(args[2]).data;
    }
    int64_t size = bytes_span(args[0]).size;
    *missing = *missing > size ? *missing - size : 0;
    return true;
}

static NATIVE(bytes_center)
{
    int64_t missing;
    uint8_t fill;
    if (!pad_arguments("center", args, &missing, &fill)) return 0;
    int64_t width = missing + bytes_span(args[0]).size, left = missing / 2 + (missing & width & 1);
    return pad(args[0], left, missing - left, fill);
}

static NATIVE(bytes_ljust)
{
    int64_t missing;
    uint8_t fill;
    return pad_arguments("ljust", args, &missing, &fill) ? pad(args[0], 0, missing, fill) : 0;
}

static NATIVE(bytes_rjust)
{
    int64_t missing;
    uint8_t fill;
    return pad_arguments("rjust", args, &missing, &fill) ? pad(args[0], missing, 0, fill) : 0;
}

static NATIVE(bytes_zfill)
{
    int64_t width;
    if (!number_as_count(args[1], &width)) return 0;
    int64_t size = bytes_span(args[0]).size, zeros = width - size;
    if (zeros <= 0) return unchanged(args[0]);
    Value result = pad(args[0], zeros, 0, '0');
    if (!result || !size) return result;
    uint8_t *out = bytes_like_data(result);
    if (out[zeros] == '+' || out[zeros] == '-') {
        out[0] = out[zeros];
        out[zeros] = '0';
    }
    return result;
}

static NATIVE(bytes_expandtabs)
{
    int tab;
    if (!number_as_int(args[1], &tab)) return 0;
    Span s = bytes_span(args[0]);
    BytesBuilder b = {0};
    int64_t column = 0;
    for (int64_t i = 0; i < s.size; i++) {
        uint8_t c = s.data[i];
        if (c == '\t') {
            int64_t spaces = tab > 0 ? tab - column % tab : 0;
            uint8_t *out = bytes_builder_reserve(&b, (size_t)spaces);
            if (!out) return 0;
            memset(out, ' ', (size_t)spaces);
            b.size += (size_t)spaces;
            column += spaces;
            continue;
        }
        column = c == '\n' || c == '\r' ? 0 : column + 1;
        if (!bytes_builder_add(&b, &c, 1)) return 0;
    }
    return bytes_like_new(args[0], b.data, (int64_t)b.size);
}

/* --- replace, translate */
static Value replace_spans(Value self, Span old, Span new, int64_t max)
{
    Span s = bytes_span(self);
    if (old.size == 0) {
        BytesBuilder b = {0};
        for (int64_t i = 0; i <= s.size; i++) {
            if (i < max && !bytes_builder_add(&b, new.data, (size_t)new.size)) return 0;
            if (i < s.size && !bytes_builder_add(&b, s.data + i, 1)) return 0;
        }
        return bytes_like_new(self, b.data, (int64_t)b.size);
    }
    int64_t hits[64], growth, total;
    int64_t count = str_find_hits(1, s.data, s.size, 1, old.data, old.size, hits, max < 64 ? max : 64);
    if (!count) return unchanged(self);
    if (count == 64) {
        int64_t seen = hits[63] + old.size;
        count += str_count_raw(1, s.data + seen, s.size - seen, 1, old.data, old.size, max - count);
    }
    if (__builtin_mul_overflow(count, new.size - old.size, &growth) || __builtin_add_overflow(s.size, growth, &total)) return raise_overflow("replace bytes is too long");
    Value result = bytes_like_new(self, 0, total);
    if (!result || !total) return result;
    uint8_t *out = bytes_like_data(result);
    int64_t from = 0, base = 0;
    for (int64_t i = 0; i < count; i++) {
        if (i && i % 64 == 0) {
            base = from;
            str_find_hits(1, s.data + from, s.size - from, 1, old.data, old.size, hits, 64);
        }
        int64_t at = base + hits[i % 64];
        memcpy(out, s.data + from, (size_t)(at - from));
        out += at - from;
        if (new.size) memcpy(out, new.data, (size_t)new.size);
        out += new.size;
        from = at + old.size;
    }
    memcpy(out, s.data + from, (size_t)(s.size - from));
    return result;
}

/* One byte for another. */
static Value replace_byte(Value self, uint8_t old, uint8_t new)
{
    Span s = bytes_span(self);
    if (!s.size || old == new || !memchr(s.data, old, (size_t)s.size)) return unchanged(self);
    Value result = bytes_like_new(self, 0, s.size);
    if (!result) return 0;
    uint8_t *out = bytes_like_data(result);
    for (int64_t i = 0; i < s.size; i++) out[i] = s.data[i] == old ? new : s.data[i];
    return result;
}

static NATIVE(bytes_replace)
{
    Buffer old, new;
    int64_t max;
    if (!number_as_count(args[3], &max) || !buffer_get(args[1], &old, BUFFER_SIMPLE)) return 0;
    if (!buffer_get(args[2], &new, BUFFER_SIMPLE)) {
        buffer_release(&old);
        return 0;
    }
    Value result;
    if (old.length == 1 && new.length == 1 && max < 0) result = replace_byte(args[0], *(const uint8_t *)old.data, *(const uint8_t *)new.data);
    else result = replace_spans(args[0], (Span){old.data, old.length}, (Span){new.data, new.length}, max < 0 ? INT64_MAX : max);
    buffer_release(&old);
    buffer_release(&new);
    return result;
}

static NATIVE(bytes_translate)
{
    uint8_t map[256];
    bool delete[256] = {0};
    Buffer b;
    for (int i = 0; i < 256; i++) map[i] = (uint8_t)i;
    if (args[1] != NONE) {
        if (!buffer_get(args[1], &b, BUFFER_SIMPLE)) return 0;
        bool ok = b.length == 256;
        if (ok) memcpy(map, b.data, 256);
        buffer_release(&b);
        if (!ok) return raise_value("translation table must be 256 characters long");
    }
    if (args[2]) {
        if (!buffer_get(args[2], &b, BUFFER_SIMPLE)) return 0;
        for (int64_t i = 0; i < b.length; i++) delete[((const uint8_t *)b.data)[i]] = true;
        buffer_release(&b);
    }
    Span s = bytes_span(args[0]);
    BytesBuilder out = {0};
    if (!bytes_builder_reserve(&out, (size_t)s.size)) return 0;
    bool changed = false;
    for (int64_t i = 0; i < s.size; i++) {
        uint8_t c = s.data[i];
        if (delete[c]) changed = true;
        else {
            out.data[out.size++] = map[c];
            changed |= map[c] != c;
        }
    }
    return changed ? bytes_like_new(args[0], out.data, (int64_t)out.size) : unchanged(args[0]);
}

static NATIVE(bytes_maketrans)
{
    Buffer from, to;
    if (!buffer_get(args[0], &from, BUFFER_SIMPLE)) return 0;
    if (!buffer_get(args[1], &to, BUFFER_SIMPLE)) {
        buffer_release(&from);
        return 0;
    }
    uint8_t map[256];
    for (int i = 0; i < 256; i++) map[i] = (uint8_t)i;
    bool ok = from.length == to.length;
    for (int64_t i = 0; ok && i < from.length; i++) map[((const uint8_t *)from.data)[i]] = ((const uint8_t *)to.data)[i];
    buffer_release(&from);
    buffer_release(&to);
    return ok ? bytes_new(map, 256) : raise_value("maketrans arguments must have same length");
}

/* --- case and classes */
#define MAP_METHOD(name, expression) \
    static NATIVE(name) \
    { \
        Span s = bytes_span(args[0]); \
        Value result = bytes_like_new(args[0], 0, s.size); \
        if (!result || !s.size) return result; \
        s = bytes_span(args[0]); \
        uint8_t *out = bytes_like_data(result); \
        bool after = false; \
        for (int64_t i = 0; i < s.size; i++) { \
            uint8_t c = s.data[i]; \
            out[i] = (uint8_t)(expression); \
            after = is_alpha(c); \
        } \
        (void)after; \
        return result; \
    }
MAP_METHOD(bytes_lower, is_upper(c) ? c | 0x20 : c)
MAP_METHOD(bytes_upper, is_lower(c) ? c & ~0x20 : c)
MAP_METHOD(bytes_swapcase, is_alpha(c) ? c ^ 0x20 : c)
MAP_METHOD(bytes_title, !is_alpha(c) ? c : after ? c | 0x20 : c & ~0x20)
MAP_METHOD(bytes_capitalize, !is_alpha(c) ? c : i ? c | 0x20 : c & ~0x20)

#define ALL_METHOD(name, condition, empty) \
    static NATIVE(name) \
    { \
        Span s = bytes_span(args[0]); \
        if (!s.size) return bool_value(empty); \
        for (int64_t i = 0; i < s.size; i++) { \
            uint8_t c = s.data[i]; \
            if (!(condition)) return FALSE; \
        } \
        return TRUE; \
    }
ALL_METHOD(bytes_isalnum, is_alpha(c) || ascii_is_digit(c), false)
ALL_METHOD(bytes_isalpha, is_alpha(c), false)
ALL_METHOD(bytes_isascii, c < 128, true)
ALL_METHOD(bytes_isdigit, ascii_is_digit(c), false)
ALL_METHOD(bytes_isspace, ascii_is_space(c), false)

static Value all_cased(Value self, bool upper)
{
    Span s = bytes_span(self);
    bool cased = false;
    for (int64_t i = 0; i < s.size; i++) {
        if (upper ? is_lower(s.data[i]) : is_upper(s.data[i])) return FALSE;
        cased |= is_alpha(s.data[i]);
    }
    return bool_value(cased);
}

static NATIVE(bytes_islower) { return all_cased(args[0], false); }
static NATIVE(bytes_isupper) { return all_cased(args[0], true); }

static NATIVE(bytes_istitle)
{
    Span s = bytes_span(args[0]);
    bool cased = false, after = false;
    for (int64_t i = 0; i < s.size; i++) {
        uint8_t c = s.data[i];
        if (is_alpha(c) && after == is_upper(c)) return FALSE;
        after = is_alpha(c);
        cased |= after;
    }
    return bool_value(cased);
}

/* --- hex, decode, pickling */
Value bytes_hex(const uint8_t *data, int64_t size, Value sep, int64_t group, bool as_bytes)
{
    static const char digits[] = "0123456789abcdef";
    uint32_t gap = 0;
    bool with_gap = sep != 0;
    if (with_gap) {
        int64_t length = object_length(sep);
        if (length < 0) return 0;
        if (length != 1) return raise_value("sep must be length 1.");
        if (is_str(sep)) gap = str_char(sep, 0);
        else if (is_bytes(sep)) gap = *bytes_data(sep);
        else return raise_type("sep must be str or bytes.");
        if (gap > 127 && !as_bytes) return raise_value("sep must be ASCII.");
        if (is_str(sep) && gap > 127) return raise_value("sep must be ASCII.");
    }
    int64_t step = group < 0 ? -group : group;
    if (!with_gap || step == 0 || step >= size) with_gap = false;
    int64_t gaps = with_gap ? (size - 1) / step : 0;
    if (size > (INT64_MAX - 64 - gaps) / 2) return raise_memory();
    int64_t total = size * 2 + gaps;
    Value result = as_bytes ? bytes_new(0, (size_t)total) : str_alloc(total, 0x7f);
    if (!result || !total) return result;
    uint8_t *out = as_bytes ? bytes_data(result) : str_data(result);
    for (int64_t i = 0; i < size; i++) {
        /* A positive group counts from the right. */
        if (with_gap && i && (group < 0 ? i % step == 0 : (size - i) % step == 0)) *out++ = (uint8_t)gap;
        *out++ = (uint8_t)digits[data[i] >> 4];
        *out++ = (uint8_t)digits[data[i] & 15];
    }
    return result;
}

static NATIVE(bytes_hex_native)
{
    int group;
    if (!number_as_int(args[2], &group)) return 0;
    Span s = bytes_span(args[0]);
    return bytes_hex(s.data, s.size, args[1], group, false);
}

Value bytes_fromhex(Value text)
{
    int64_t length = str_length(text), i = 0;
    int kind = str_kind(text);
    const void *data = str_data(text);
    BytesBuilder b = {0};
    if (!bytes_builder_reserve(&b, (size_t)length / 2)) return 0;
    while (true) {
        while (i < length && str_read(kind, data, i) < 128 && ascii_is_space((uint8_t)str_read(kind, data, i))) i++;
        if (i >= length) return bytes_builder_finish(&b);
        int high = ascii_hex_value(str_read(kind, data, i)), low = -1;
        if (high >= 0) {
            i++;
            low = i < length ? ascii_hex_value(str_read(kind, data, i)) : -1;
        }
        if (low < 0) return raise_value("non-hexadecimal number found in fromhex() arg at position %zd", (size_t)i);
        i++;
        b.data[b.size++] = (uint8_t)(high << 4 | low);
    }
}

static NATIVE(bytes_fromhex_native)
{
    if (!is_str(args[1])) return raise_bad_argument("fromhex", "argument", "str", args[1]);
    Value bytes = bytes_fromhex(args[1]);
    if (!bytes || args[0] == VALUE(&bytes_type)) return bytes;
    if (args[0] == VALUE(&bytearray_type)) return bytearray_new(bytes_data(bytes), (size_t)bytes_size(bytes));
    return call_1(args[0], bytes);
}

static NATIVE(bytes_decode)
{
    if (is_bytes(args[0]) && is_str(args[1]) && is_str(args[2]) && str_is_literal(args[1], "utf-8") && str_is_literal(args[2], "strict"))
        return codec_utf8_decode((const char *)bytes_data(args[0]), (size_t)bytes_size(args[0]), 0, 0);
    const char *encoding = str_cstring_argument("decode", "encoding", args[1]), *errors = encoding ? str_cstring_argument("decode", "errors", args[2]) : 0;
    if (!errors) return 0;
    Span s = bytes_span(args[0]);
    if (is_bytes(args[0])) return str_decode((const char *)s.data, (size_t)s.size, encoding, errors);
    Buffer held;
    if (!buffer_get(args[0], &held, BUFFER_SIMPLE)) return 0;
    Value result = str_decode(held.data, (size_t)held.length, encoding, errors);
    buffer_release(&held);
    return result;
}

static NATIVE(bytes_getnewargs) { return tuple_pack(1, bytes_new(bytes_data(args[0]), (size_t)bytes_size(args[0]))); }
static NATIVE(bytes_bytes) { return type_of(args[0]) == &bytes_type ? args[0] : bytes_new(bytes_data(args[0]), (size_t)bytes_size(args[0])); }

enum { VECTOR = NATIVE_VECTOR | NATIVE_NO_KEYWORDS };
#define SHARED_METHODS \
    {"capitalize", "(self, /)", bytes_capitalize, "A copy with the first byte in upper case and the rest in lower case."}, \
        {"center", "(self, width, fillchar=b' ', /)", bytes_center, "A copy centered in a field of the width."}, \
        {"count", 0, bytes_count, "B.count(sub[, start[, end]]): how often sub occurs in B[start:end], not overlapping.", VECTOR}, \
        {"decode", "(self, /, encoding='utf-8', errors='strict')", bytes_decode, "The text that the bytes encode."}, \
        {"endswith", 0, bytes_endswith, "B.endswith(suffix[, start[, end]]): whether B[start:end] ends with the suffix, or one of a tuple.", VECTOR}, \
        {"expandtabs", "(self, /, tabsize=8)", bytes_expandtabs, "A copy with tabs expanded to spaces."}, \
        {"find", 0, bytes_find, "B.find(sub[, start[, end]]): the lowest index of sub in B[start:end], or -1.", VECTOR}, \
        {"fromhex", "(type, string, /)", bytes_fromhex_native, "The bytes that hexadecimal digits say; spaces are skipped.", NATIVE_CLASS}, \
        {"hex", "(self, /, sep=<unrepresentable>, bytes_per_sep=1)", bytes_hex_native, \
         "Hexadecimal digits, with a separator between groups of bytes.\n\n>>> b'krait'.hex(':', 2)\n'6b:7261:6974'"}, \
        {"index", 0, bytes_index, "B.index(sub[, start[, end]]): as find, but raises ValueError when there is none.", VECTOR}, \
        {"isalnum", "(self, /)", bytes_isalnum, "Whether all bytes are ASCII letters or digits, and there is one."}, \
        {"isalpha", "(self, /)", bytes_isalpha, "Whether all bytes are ASCII letters, and there is one."}, \
        {"isascii", "(self, /)", bytes_isascii, "Whether all bytes are below 128."}, \
        {"isdigit", "(self, /)", bytes_isdigit, "Whether all bytes are ASCII digits, and there is one."}, \
        {"islower", "(self, /)", bytes_islower, "Whether there are lower case letters and no upper case ones."}, \
        {"isspace", "(self, /)", bytes_isspace, "Whether all bytes are ASCII white space, and there is one."}, \
        {"istitle", "(self, /)", bytes_istitle, "Whether upper case starts words and lower case follows it."}, \
        {"isupper", "(self, /)", bytes_isupper, "Whether there are upper case letters and no lower case ones."}, \
        {"join", "(self, iterable_of_bytes, /)", bytes_join_native, "The bytes of the iterable's items, with these bytes between them."}, \
        {"ljust", "(self, width, fillchar=b' ', /)", bytes_ljust, "A copy at the left of a field of the width."}, \
        {"lower", "(self, /)", bytes_lower, "A copy with ASCII letters in lower case."}, \
        {"lstrip", "(self, bytes=None, /)", bytes_lstrip, "A copy without leading white space, or without leading bytes of the argument."}, \
        {"maketrans", "(frm, to, /)", bytes_maketrans, "A table for translate.", NATIVE_STATIC}, \
        {"partition", "(self, sep, /)", bytes_partition, "(head, sep, tail) around the first separator."}, \
        {"replace", "(self, old, new, count=-1, /)", bytes_replace, "A copy with occurrences of old replaced by new, the first count of them if count is not -1."}, \
        {"removeprefix", "(self, prefix, /)", bytes_removeprefix, "A copy without the prefix, if it is there."}, \
        {"removesuffix", "(self, suffix, /)", bytes_removesuffix, "A copy without the suffix, if it is there."}, \
        {"rfind", 0, bytes_rfind, "B.rfind(sub[, start[, end]]): the highest index of sub in B[start:end], or -1.", VECTOR}, \
        {"rindex", 0, bytes_rindex, "B.rindex(sub[, start[, end]]): as rfind, but raises ValueError when there is none.", VECTOR}, \
        {"rjust", "(self, width, fillchar=b' ', /)", bytes_rjust, "A copy at the right of a field of the width."}, \
        {"rpartition", "(self, sep, /)", bytes_rpartition, "(head, sep, tail) around the last separator."}, \
        {"rsplit", "(self, /, sep=None, maxsplit=-1)", bytes_rsplit, "As split, but starting from the end."}, \
        {"rstrip", "(self, bytes=None, /)", bytes_rstrip, "A copy without trailing white space, or without trailing bytes of the argument."}, \
        {"split", "(self, /, sep=None, maxsplit=-1)", bytes_split, "The list of the parts between separators (white space if sep is None)."}, \
        {"splitlines", "(self, /, keepends=False)", bytes_splitlines, "The list of lines, with their ends if keepends is true."}, \
        {"startswith", 0, bytes_startswith, "B.startswith(prefix[, start[, end]]): whether B[start:end] starts with the prefix, or one of a tuple.", VECTOR}, \
        {"strip", "(self, bytes=None, /)", bytes_strip, "A copy without white space at both ends, or without bytes of the argument."}, \
        {"swapcase", "(self, /)", bytes_swapcase, "A copy with the case of ASCII letters inverted."}, {"title", "(self, /)", bytes_title, "A copy with each word capitalized."}, \
        {"translate", "(self, table, /, delete=b'')", bytes_translate, "A copy without the bytes of delete, the others mapped by the table of 256 bytes."}, \
        {"upper", "(self, /)", bytes_upper, "A copy with ASCII letters in upper case."}, \
        {"zfill", "(self, width, /)", bytes_zfill, "A copy with zeros put after the sign, to fill the width."}

const NativeDef bytes_methods[] = {
    {"__getnewargs__", "(self, /)", bytes_getnewargs, "What pickle gives to __new__."},
    {"__bytes__", "(self, /)", bytes_bytes, "These bytes, exactly as a bytes object."},
    SHARED_METHODS,
    {0},
};

const NativeDef bytearray_methods[] = {
    {"__alloc__", "(self, /)", bytearray_alloc_native, "The number of bytes allocated."},
    {"__reduce__", "(self, /)", bytearray_reduce_native, "What pickle stores."},
    {"__reduce_ex__", "(self, proto=0, /)", bytearray_reduce_ex_native, "What pickle stores."},
    {"__sizeof__", "(self, /)", bytearray_sizeof_native, "The size in memory, in bytes."},
    {"append", "(self, item, /)", bytearray_append_native, "Adds one byte at the end."},
    {"clear", "(self, /)", bytearray_clear_native, "Removes all bytes."},
    {"copy", "(self, /)", bytearray_copy_native, "A copy."},
    {"extend", "(self, iterable_of_ints, /)", bytearray_extend_native, "Adds the bytes of a buffer or iterable at the end."},
    {"insert", "(self, index, item, /)", bytearray_insert_native, "Inserts one byte before the index."},
    {"pop", "(self, index=-1, /)", bytearray_pop_native, "Removes the byte at the index and returns it."},
    {"remove", "(self, value, /)", bytearray_remove_native, "Removes the first byte of that value."},
    {"reverse", "(self, /)", bytearray_reverse_native, "Reverses the bytes in place."},
    SHARED_METHODS,
    {0},
};
