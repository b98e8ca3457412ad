/* str.c: the representation of strings: making them, ropes, UTF-8, equality, the intern table. The methods are in str_methods.c, the type itself too.
 *
 * Appending: a + b, with a long, is a string whose characters lie in a buffer of its own with room to spare. The buffer notes how much of it is used; to a string that ends where
 * the used part ends more can be appended in place, so a loop of s += x costs linear time. All characters are written at once: want of memory can be told here, and not where a string is read.
 */
#include "object/rehash.h"
#include "object/str_internal.h"
#include "base/utf8.h"
#include "heap/alloc.h"
#include "heap/image.h"
#include "object/exception.h"
#include <stdlib.h>

enum { APPEND_MIN_LENGTH = 128 };   /* a left half of so many characters is perhaps itself the result of + */

/* --- static strings: the empty one and those of one Latin-1 character */
SmallStr small_strs[257];
Value str_empty = VALUE(&small_strs[256]);

__attribute__((constructor)) static void small_strs_init(void)
{
    for (int i = 0; i <= 256; i++) {
        StrObj *s = &small_strs[i].s;
        s->head = (Obj){.type = &str_type, .gc = GC_STATIC};
        s->length = i < 256;
        s->hash = -1;
        s->kind = 1, s->compact = 1, s->ready = 1;
        s->ascii = i < 128 || i == 256;
        if (i < 256) *((uint8_t *)s + (s->ascii ? STR_ASCII_HEADER : STR_COMPACT_HEADER)) = (uint8_t)i;
        if (s->ascii) continue;
        /* The collector does not look into static objects, so their UTF-8 must be static too. */
        static char utf8[128][3];
        s->utf8 = utf8[i - 128];
        s->utf8[0] = (char)(0xc0 | i >> 6), s->utf8[1] = (char)(0x80 | (i & 0x3f));
        s->utf8_length = 2;
    }
}

Value str_alloc(int64_t length, uint32_t max_char)
{
    if (length == 0) return str_empty;
    int kind = str_kind_for(max_char);
    size_t header = max_char < 128 ? STR_ASCII_HEADER : STR_COMPACT_HEADER;
    if (length < 0 || length > (INT64_MAX - (int64_t)header) / kind - 1) return raise_memory();
    size_t size = header + (size_t)(length + 1) * (size_t)kind;
    StrObj *s = size <= QUICK_LIMIT ? gc_new_quick(&str_type, size) : 0;
    if (!s) {
        s = gc_new_raw(&str_type, size, STR_COMPACT_HEADER);
        if (!s) return 0;
        memset((char *)s + size - kind, 0, (size_t)kind);
    }
    s->length = length;
    s->hash = -1;
    s->state = 0;
    s->kind = (uint32_t)kind & 7;
    s->compact = 1, s->ready = 1;
    s->ascii = max_char < 128;
    return VALUE(s);
}

/* Characters `capacity` long behind a StrBuffer; 0 without memory. */
static void *str_buffer_new(int64_t capacity, int kind)
{
    if (capacity > (INT64_MAX - 64) / kind) return (void *)raise_memory();
    StrBuffer *buffer = gc_buffer_raw(sizeof(StrBuffer) + (size_t)(capacity + 1) * (size_t)kind);
    if (!buffer) return 0;
    buffer->used = 0;
    buffer->capacity = capacity;
    return buffer + 1;
}

Value str_from_char(uint32_t c)
{
    if (c < 256) return VALUE(&small_strs[c]);
    Value v = str_alloc(1, c);
    if (v) str_write(str_kind(v), str_data(v), 0, c);
    return v;
}

Value str_subclass_new(Type *type, Value v)
{
    Value result = type_alloc(type, 0);
    if (!result) return 0;
    StrObj *s = (StrObj *)result;
    int kind = str_kind(v);
    int64_t length = str_length(v);
    void *data = str_buffer_new(length, kind);
    if (!data) return 0;
    memcpy(data, str_data(v), (size_t)(length * kind));
    str_write(kind, data, length, 0);
    s->length = length;
    s->hash = ((StrObj *)v)->hash;
    s->kind = (uint32_t)kind & 7;
    s->ascii = str_is_ascii(v);
    s->ready = 1;
    s->any = data;
    str_buffer_of(s)->used = length;
    gc_barrier(s);
    return result;
}

Value str_exact(Value v)
{
    if (is_str_exact(v)) return v;
    int64_t length = str_length(v);
    Value copy = str_alloc(length, str_max_bound(v));
    if (copy && length) memcpy(str_data(copy), str_data(v), (size_t)(length * str_kind(v)));
    return copy;
}

/* --- raw characters */
uint32_t str_max_in(int kind, const void *data, int64_t length)
{
    if (kind == 1) return utf8_is_ascii(data, (size_t)length) ? 0x7f : 0xff;
    uint32_t all = 0;
    if (kind == 2) {
        const uint16_t *p = data;
        for (int64_t i = 0; i < length; i++) all |= p[i];
    } else {
        const uint32_t *p = data;
        for (int64_t i = 0; i < length; i++) all |= p[i];
    }
    return all < 0x80 ? 0x7f : all < 0x100 ? 0xff : all < 0x10000 ? 0xffff : 0x10ffff;
}

#define COPY_LOOP(To, From) \
    do { \
        To *out = (To *)to + to_index; \
        const From *in = (const From *)from + from_index; \
        for (int64_t i = 0; i < n; i++) out[i] = (To)in[i]; \
    } while (0)

void str_copy_chars(int to_kind, void *to, int64_t to_index, int from_kind, const void *from, int64_t from_index, int64_t n)
{
    if (n <= 0) return;
    if (to_kind == from_kind) memcpy((char *)to + to_index * to_kind, (const char *)from + from_index * to_kind, (size_t)(n * to_kind));
    else if (to_kind == 1 && from_kind == 2) COPY_LOOP(uint8_t, uint16_t);
    else if (to_kind == 1) COPY_LOOP(uint8_t, uint32_t);
    else if (to_kind == 2 && from_kind == 1) COPY_LOOP(uint16_t, uint8_t);
    else if (to_kind == 2) COPY_LOOP(uint16_t, uint32_t);
    else if (from_kind == 1) COPY_LOOP(uint32_t, uint8_t);
    else COPY_LOOP(uint32_t, uint16_t);
}

Value str_from_kind(int kind, const void *data, int64_t length)
{
    if (length <= 0) return str_empty;
    if (length == 1) return str_from_char(str_read(kind, data, 0));
    Value v = str_alloc(length, str_max_in(kind, data, length));
    if (v) str_copy_chars(str_kind(v), str_data(v), 0, kind, data, 0, length);
    return v;
}

Value str_from_latin1(const uint8_t *bytes, size_t size) { return str_from_kind(1, bytes, (int64_t)size); }

Value str_substring(Value s, int64_t start, int64_t end)
{
    int64_t length = str_length(s);
    if (start < 0) start = 0;
    if (end > length) end = length;
    if (start >= end) return str_empty;
    if (start == 0 && end == length) return str_exact(s);
    int kind = str_kind(s);
    const char *data = (const char *)str_data(s) + start * kind;
    return str_is_ascii(s) ? str_from_ascii(data, end - start) : str_from_kind(kind, data, end - start);
}

/* --- concatenation */

/* A StrObj of the long form, no characters yet. */
static StrObj *str_long_new(int64_t length, int kind, bool ascii)
{
    StrObj *s = gc_new(&str_type, sizeof(StrObj));
    if (!s) return 0;
    s->length = length;
    s->hash = -1;
    s->state = 0;
    s->kind = (uint32_t)kind & 7;
    s->ascii = ascii, s->ready = 1;
    return s;
}

/* left + right by writing behind left's characters in its own buffer; 0 when that is not possible. */
static Value str_append_in_place(StrObj *left, Value right)
{
    if (left->compact || left->head.type != &str_type || left->kind < (uint32_t)str_kind(right)) return 0;
    StrBuffer *buffer = str_buffer_of(left);
    int64_t length = left->length + str_length(right);
    if (buffer->used != left->length || buffer->capacity < length) return 0;
    StrObj *s = str_long_new(length, (int)left->kind, left->ascii && str_is_ascii(right));
    if (!s) return 0;
    str_copy_chars((int)left->kind, left->any, left->length, str_kind(right), str_data(right), 0, str_length(right));
    str_write((int)left->kind, left->any, length, 0);
    buffer->used = length;
    s->any = left->any;
    return VALUE(s);
}

/* left + right, of `length`, in a new buffer with room for more: the more, the surer it is that more comes. */
static Value str_concat_roomy(StrObj *left, Value right, int64_t length)
{
    int kind = left->kind > (uint32_t)str_kind(right) ? (int)left->kind : str_kind(right);
    int64_t room;
    if (__builtin_add_overflow(length, left->compact ? length / 16 + 32 : length / 2, &room)) room = length;
    StrObj *s = str_long_new(length, kind, left->ascii && str_is_ascii(right));
    if (!s) return 0;
    void *data = str_buffer_new(room, kind);
    if (!data) {
        error_clear();
        if (!(data = str_buffer_new(length, kind))) return 0;
    }
    str_copy_chars(kind, data, 0, (int)left->kind, str_data(VALUE(left)), 0, left->length);
    str_copy_chars(kind, data, left->length, str_kind(right), str_data(right), 0, str_length(right));
    str_write(kind, data, length, 0);
    s->any = data;
    str_buffer_of(s)->used = length;
    gc_barrier(s);
    return VALUE(s);
}

static Value str_concat_compact(Value a, Value b, int64_t length)
{
    uint32_t bound = str_max_bound(a) > str_max_bound(b) ? str_max_bound(a) : str_max_bound(b);
    Value v = str_alloc(length, bound);
    if (!v) return 0;
    int kind = str_kind(v);
    void *data = str_data(v);
    str_copy_chars(kind, data, 0, str_kind(a), str_data(a), 0, str_length(a));
    str_copy_chars(kind, data, str_length(a), str_kind(b), str_data(b), 0, str_length(b));
    return v;
}

Value str_concat(Value a, Value b)
{
    int64_t left = str_length(a), right = str_length(b), length;
    if (left == 0) return str_exact(b);
    if (right == 0) return str_exact(a);
    if (__builtin_add_overflow(left, right, &length)) return raise_overflow("strings are too large to concat");
    if (left < APPEND_MIN_LENGTH) return str_concat_compact(a, b, length);
    Value in_place = str_append_in_place((StrObj *)a, b);
    return in_place || thread_self->exception ? in_place : str_concat_roomy((StrObj *)a, b, length);
}

void str_trace(Obj *object)
{
    StrObj *s = (StrObj *)object;
    if (s->compact && s->ascii) return;
    if (!s->compact && s->any) gc_visit_buffer(str_buffer_of(s));
    if (s->utf8) gc_visit_buffer(s->utf8);
}

/* --- UTF-8 */
static uint32_t utf8_max_bound(const uint8_t *s, size_t size, size_t *count)
{
    uint8_t lead = 0;
    size_t n = 0, i = 0;
    while (i + 16 <= size) {
        /* Sixteen counters of a byte each, which 255 rounds cannot overflow. */
        typedef uint8_t Bytes16 __attribute__((vector_size(16)));
        Bytes16 starts = {0}, most = {0}, v;
        for (int round = 0; round < 255 && i + 16 <= size; round++, i += 16) {
            memcpy(&v, s + i, 16);
            starts -= (Bytes16)((v & 0xc0) != 0x80);
            most = __builtin_elementwise_max(most, v);
        }
        for (int k = 0; k < 16; k++) {
            n += starts[k];
            lead = most[k] > lead ? most[k] : lead;
        }
    }
    for (; i < size; i++) {
        n += (s[i] & 0xc0) != 0x80;
        lead = s[i] > lead ? s[i] : lead;
    }
    *count = n;
    return lead < 0x80 ? 0x7f : lead < 0xc4 ? 0xff : lead < 0xf0 ? 0xffff : 0x10ffff;
}

/* Valid text of either dialect to a str. */
static Value utf8_to_str(const char *bytes, size_t size)
{
    size_t count;
    uint32_t bound = utf8_max_bound((const uint8_t *)bytes, size, &count);
    if (count == 1) return str_from_char(utf8_next(&bytes));
    Value v = str_alloc((int64_t)count, bound);
    if (!v || !size) return v;
    void *data = str_data(v);
    int kind = str_kind(v);
    if (bound < 0x80) memcpy(data, bytes, size);
    else if (kind == 1)
        for (size_t i = 0; i < count; i++) ((uint8_t *)data)[i] = (uint8_t)utf8_next(&bytes);
    else if (kind == 2)
        for (size_t i = 0; i < count; i++) ((uint16_t *)data)[i] = (uint16_t)utf8_next(&bytes);
    else
        for (size_t i = 0; i < count; i++) ((uint32_t *)data)[i] = utf8_next(&bytes);
    return v;
}

/* Decodes and checks in one go; false: not valid UTF-8. There is a place in `out` for each byte that does not continue a character. */
#define DECODE_UTF8(Char, out, s, end) \
    for (Char *to = (out); s < end;) { \
        uint8_t c = *s; \
        if (c < 0x80) *to++ = c, s++; \
        else if (c < 0xe0) { \
            if (c < 0xc2 || end - s < 2 || (s[1] & 0xc0) != 0x80) return false; \
            *to++ = (Char)((c & 0x1f) << 6 | (s[1] & 0x3f)); \
            s += 2; \
        } else if (c < 0xf0) { \
            if (end - s < 3 || (s[1] & 0xc0) != 0x80 || (s[2] & 0xc0) != 0x80) return false; \
            uint32_t v = (c & 0xfu) << 12 | (s[1] & 0x3fu) << 6 | (s[2] & 0x3fu); \
            if (v < 0x800 || (v & ~0x7ffu) == 0xd800) return false; \
            *to++ = (Char)v; \
            s += 3; \
        } else { \
            if (end - s < 4 || (s[1] & 0xc0) != 0x80 || (s[2] & 0xc0) != 0x80 || (s[3] & 0xc0) != 0x80) return false; \
            uint32_t v = (c & 7u) << 18 | (s[1] & 0x3fu) << 12 | (s[2] & 0x3fu) << 6 | (s[3] & 0x3fu); \
            if (c > 0xf4 || v < 0x10000 || v > 0x10ffff) return false; \
            *to++ = (Char)v; \
            s += 4; \
        } \
    }

static bool decode_utf8(int kind, void *out, const uint8_t *s, const uint8_t *end)
{
    if (kind == 1) DECODE_UTF8(uint8_t, out, s, end)
    else if (kind == 2) DECODE_UTF8(uint16_t, out, s, end)
    else DECODE_UTF8(uint32_t, out, s, end)
    return true;
}

Value str_from_valid_utf8(const char *bytes, size_t size)
{
    if (utf8_is_ascii(bytes, size)) return str_from_ascii(bytes, (int64_t)size);
    size_t count;
    uint32_t bound = utf8_max_bound((const uint8_t *)bytes, size, &count), one[1];
    if (count == 1) return decode_utf8(4, one, (const uint8_t *)bytes, (const uint8_t *)bytes + size) ? str_from_char(*one) : 0;
    if (count == 0) return 0;
    Value v = str_alloc((int64_t)count, bound);
    return v && decode_utf8(str_kind(v), str_data(v), (const uint8_t *)bytes, (const uint8_t *)bytes + size) ? v : 0;
}

Value str_from_utf8(const char *bytes, size_t size)
{
    Value v = str_from_valid_utf8(bytes, size);
    return v || thread_self->exception ? v : codec_utf8_decode(bytes, size, 0, 0);
}

Value str_from_utf8_surrogatepass(const char *bytes, size_t size)
{
    Value valid = str_from_valid_utf8(bytes, size);
    if (valid || thread_self->exception) return valid;
    /* Check piece by piece: a fault is forgiven when it is an encoded surrogate. */
    const char *rest = bytes;
    size_t left = size, start, end;
    while (utf8_check(rest, left, &start, &end) != UTF8_OK) {
        const uint8_t *p = (const uint8_t *)rest + start;
        if (left - start < 3 || p[0] != 0xed || (p[1] & 0xe0) != 0xa0 || (p[2] & 0xc0) != 0x80) return codec_utf8_decode(bytes, size, "surrogatepass", 0);
        rest += start + 3;
        left -= start + 3;
    }
    return utf8_to_str(bytes, size);
}

Value str_from_cstring(const char *text) { return str_from_utf8(text, strlen(text)); }

static uint64_t raise_surrogate(Value s, int64_t index)
{
    int64_t end = index;
    while (end < str_length(s) && (str_char(s, end) & ~0x7ffu) == 0xd800) end++;
    return raise_instance(unicode_encode_error("utf-8", s, index, end, "surrogates not allowed"));
}

int64_t str_utf8_size(int kind, const void *data, int64_t length)
{
    int64_t total = length;
    if (kind == 1) {
        const uint8_t *p = data;
        for (int64_t i = 0; i < length; i++) total += p[i] >> 7;
        return total;
    }
    if (kind == 2) {
        /* In pieces for which counters of 16 bits, of which many are added at once, are wide enough. */
        const uint16_t *p = data;
        uint16_t surrogates = 0;
        for (int64_t start = 0; start < length; start += 16384) {
            int64_t end = length - start < 16384 ? length : start + 16384;
            uint16_t more = 0;
            for (int64_t i = start; i < end; i++) {
                more += (uint16_t)((p[i] >= 0x80) + (p[i] >= 0x800));
                surrogates |= (p[i] & 0xf800) == 0xd800;
            }
            total += more;
        }
        if (!surrogates) return total;
    }
    total = 0;
    for (int64_t i = 0; i < length; i++) {
        uint32_t c = str_read(kind, data, i);
        if ((c & ~0x7ffu) == 0xd800) return -1 - i;
        total += c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    }
    return total;
}

void str_utf8_write(int kind, const void *data, int64_t length, char *out)
{
    if (kind == 1)
        for (int64_t i = 0; i < length; i++) out += utf8_encode(((const uint8_t *)data)[i], out);
    else if (kind == 4)
        for (int64_t i = 0; i < length; i++) out += utf8_encode(((const uint32_t *)data)[i], out);
    else
        for (const uint16_t *p = data, *end = p + length; p < end; p++) {
            if (*p < 0x80) *out++ = (char)*p;
            else if (*p < 0x800) {
                out[0] = (char)(0xc0 | *p >> 6);
                out[1] = (char)(0x80 | (*p & 0x3f));
                out += 2;
            } else out += utf8_encode(*p, out);
        }
}

/* Who has the characters as a C string relies on the zero behind them while other code runs: it counts as used, so that nothing is appended in its place. */
static void str_keep_zero(const StrObj *s)
{
    StrBuffer *buffer = str_buffer_of(s);
    if (buffer->used == s->length) buffer->used++;
}

const char *str_utf8(Value v, size_t *size)
{
    StrObj *s = (StrObj *)v;
    const char *data = str_data(v);
    if (s->ascii && (s->compact || data[s->length] == 0)) {
        if (!s->compact) str_keep_zero(s);
        if (size) *size = (size_t)s->length;
        return data;
    }
    if (!s->utf8) {
        int64_t total = str_utf8_size((int)s->kind, data, s->length);
        if (total < 0) return (const char *)raise_surrogate(v, -1 - total);
        char *buffer = gc_buffer_raw((size_t)total + 1);
        if (!buffer) return 0;
        str_utf8_write((int)s->kind, data, s->length, buffer);
        buffer[total] = 0;
        s->utf8 = buffer;
        s->utf8_length = total;
        gc_barrier(s);
    }
    if (size) *size = (size_t)s->utf8_length;
    return s->utf8;
}

/* --- equality, order, hash */
bool str_equal(Value a, Value b)
{
    if (a == b) return true;
    const StrObj *x = (const StrObj *)a, *y = (const StrObj *)b;
    if (x->length != y->length || x->kind != y->kind) return false;
    if (x->hash != y->hash && x->hash != -1 && y->hash != -1) return false;
    return memcmp(str_data(a), str_data(b), (size_t)(x->length * x->kind)) == 0;
}

bool str_equal_ascii(Value a, const char *text)
{
    size_t length = strlen(text);
    return str_length(a) == (int64_t)length && str_is_ascii(a) && memcmp(str_data(a), text, length) == 0;
}

int str_compare(Value a, Value b)
{
    int64_t x = str_length(a), y = str_length(b), n = x < y ? x : y;
    int p = str_kind(a), q = str_kind(b);
    const void *s = str_data(a), *t = str_data(b);
    if (p == 1 && q == 1) {
        int order = memcmp(s, t, (size_t)n);
        if (order) return order < 0 ? -1 : 1;
    } else {
        for (int64_t i = 0; i < n; i++) {
            uint32_t c = str_read(p, s, i), d = str_read(q, t, i);
            if (c != d) return c < d ? -1 : 1;
        }
    }
    return x < y ? -1 : x > y;
}

int64_t str_hash(Value v)
{
    StrObj *s = (StrObj *)v;
    if (s->hash == -1) s->hash = hash_bytes(str_data(v), (size_t)(s->length * s->kind));
    return s->hash;
}

/* --- the intern table: an object of its own, so that a young collection need not look at it unless it changed. Open addressing; what is interned stays. */
typedef struct InternTable {
    Obj head;
    Value *slots;
    int64_t mask, count;
} InternTable;

static void intern_trace(Obj *object)
{
    InternTable *table = (InternTable *)object;
    gc_visit_buffer(table->slots);
    if (table->slots) gc_visit_values(table->slots, (size_t)table->mask + 1);
}

static Type intern_table_type = {TYPE_INIT("intern_table", InternTable), .flags = TYPE_DISALLOW_NEW, .trace = intern_trace};
static Value intern_table;

/* What was interned when the start-up image was saved: a constant table, found by the hash without a secret. `tags` has part of that hash, so that other strs are not touched; 0: the slot is
 * empty. */
static struct {
    Value table;
    uint32_t *tags;
} closed;

static uint64_t open_hash(const void *data, size_t size)
{
    uint64_t h = size, word;
    for (; size > 8; data = (const char *)data + 8, size -= 8) {
        memcpy(&word, data, 8);
        h = (h ^ word) * 0x9e3779b97f4a7c15ull;
        h ^= h >> 29;
    }
    word = 0;
    memcpy(&word, data, size);
    h = (h ^ word) * 0x9e3779b97f4a7c15ull;
    h = (h ^ h >> 32) * 0xd6e8feb86659fd93ull;
    return h ^ h >> 32;
}

static uint32_t closed_tag(uint64_t hash) { return (uint32_t)(hash >> 32) | 1; }

static bool intern_grow(InternTable *table, int64_t size)
{
    Value *slots = gc_buffer((size_t)size * sizeof(Value));
    if (!slots) return false;
    for (int64_t i = 0; table->slots && i <= table->mask; i++) {
        if (!table->slots[i]) continue;
        int64_t k = str_hash(table->slots[i]) & (size - 1);
        while (slots[k]) k = (k + 1) & (size - 1);
        slots[k] = table->slots[i];
    }
    table->slots = slots;
    table->mask = size - 1;
    gc_barrier(table);
    return true;
}

static InternTable *intern_table_get(void)
{
    if (intern_table) return (InternTable *)intern_table;
    InternTable *table = gc_alloc(InternTable, &intern_table_type);
    if (!table || !intern_grow(table, closed.table ? 256 : 4096)) return 0;
    intern_table = VALUE(table);
    gc_root(&intern_table);
    return table;
}

bool str_close_interned(void)
{
    /* The static strings are not in the heap, where rehash.c looks for texts. */
    for (int i = 0; i < 256; i++) small_strs[i].s.hash = -1;
    InternTable *table = intern_table_get();
    if (!table || !(closed.tags = lasting_alloc((size_t)(table->mask + 1) * sizeof *closed.tags))) return false;
    Value *old = malloc((size_t)(table->mask + 1) * sizeof(Value));
    if (!old) return false;
    memcpy(old, table->slots, (size_t)(table->mask + 1) * sizeof(Value));
    memset(table->slots, 0, (size_t)(table->mask + 1) * sizeof(Value));
    for (int64_t i = 0; i <= table->mask; i++) {
        if (!old[i]) continue;
        uint64_t hash = open_hash(str_data(old[i]), (size_t)str_length(old[i]) * str_kind(old[i]));
        int64_t k = (int64_t)hash & table->mask;
        while (table->slots[k]) k = (k + 1) & table->mask;
        table->slots[k] = old[i];
        closed.tags[k] = closed_tag(hash);
    }
    free(old);
    closed.table = intern_table;
    gc_root(&closed.table);
    intern_table = 0;
    return true;
}

/* The interned str of that many characters in the closed table, or 0. */
static Value closed_find(const void *data, int64_t length, int kind)
{
    if (!closed.table) return 0;
    const InternTable *table = (const InternTable *)closed.table;
    size_t bytes = (size_t)length * (size_t)kind;
    uint64_t hash = open_hash(data, bytes);
    uint32_t wanted = closed_tag(hash), tag;
    for (int64_t k = (int64_t)hash & table->mask; (tag = closed.tags[k]); k = (k + 1) & table->mask) {
        if (tag != wanted) continue;
        Value found = table->slots[k];
        if (str_length(found) == length && str_kind(found) == kind && !memcmp(str_data(found), data, bytes)) return found;
    }
    return 0;
}

static Value intern_find(const InternTable *table, const void *data, int64_t length, int kind, int64_t hash)
{
    Value found;
    for (int64_t k = hash & table->mask; (found = table->slots[k]); k = (k + 1) & table->mask)
        if (str_length(found) == length && str_kind(found) == kind && !memcmp(str_data(found), data, (size_t)length * (size_t)kind)) return found;
    return 0;
}

/* Enters a str that is in neither table. */
static Value intern_add(InternTable *table, Value s)
{
    if ((table->count + 1) * 2 > table->mask && !intern_grow(table, (table->mask + 1) * 2)) return 0;
    int64_t k = str_hash(s) & table->mask;
    while (table->slots[k]) k = (k + 1) & table->mask;
    ((StrObj *)s)->interned = 1;
    table->slots[k] = s;
    gc_barrier(table);
    table->count++;
    return s;
}

Value str_intern(Value s)
{
    StrObj *object = (StrObj *)s;
    if (object->interned) return s;
    Value found = closed_find(str_data(s), str_length(s), str_kind(s));
    if (found) return found;
    InternTable *table = intern_table_get();
    if (!table) return 0;
    found = intern_find(table, str_data(s), str_length(s), str_kind(s), str_hash(s));
    return found ? found : intern_add(table, s);
}

Value str_intern_latin1(const void *data, size_t size)
{
    Value found = closed_find(data, (int64_t)size, 1);
    if (found) return found;
    InternTable *table = intern_table_get();
    if (!table) return 0;
    int64_t hash = hash_bytes(data, size);
    found = intern_find(table, data, (int64_t)size, 1, hash);
    if (found) return found;
    Value s = str_from_latin1(data, size);
    if (!s || ((StrObj *)s)->interned) return s;
    ((StrObj *)s)->hash = hash;
    return intern_add(table, s);
}

Value str_intern_cstring(const char *text)
{
    size_t size = strlen(text);
    if (utf8_is_ascii(text, size)) return str_intern_latin1(text, size);
    Value s = str_from_utf8(text, size);
    return s ? str_intern(s) : 0;
}
