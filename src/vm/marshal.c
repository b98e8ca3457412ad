/* marshal.c: reading and writing values as `.pyc` files hold them (marshal format, version 4).
 *
 * Reading trusts nothing: sizes are checked against what is left of the input before memory is asked for, nesting is bounded, and a code object's fields are checked before
 * anyone gets it (its instructions by the verifier, before they run, or when a module is imported).
 * Writing goes over the value twice: the first pass counts how often each object occurs, so that the second marks as referable just those that occur again. So the
 * bytes depend on the value alone, not on reference counts as CPython's do.
 */
#include "vm/marshal.h"
#include "heap/distinct.h"
#include "base/float_text.h"
#include "vm/vm.h"
#include "object/bytes.h"
#include "object/container.h"
#include "object/number.h"
#include "object/str.h"
#include <limits.h>

enum { MAX_DEPTH = 2000, FLAG_REF = 0x80, FILE_PART = 1 << 20 };

/* ---------------------------------------------------------------- reading */

typedef struct Reader {
    const uint8_t *next, *end;   /* input in memory; empty when reading from a file */
    Value file;                  /* whose readinto() gives the input, or 0 */
    Value refs;                  /* list of values that TYPE_REF may name; 0 stands for one not finished yet */
    int depth;
    bool compiled;               /* by the front end: its code needs no check before it runs */
} Reader;

/* `size` bytes of a file, which its readinto() puts into one bytearray. */
static const uint8_t *read_file(Reader *r, size_t size)
{
    Value buffer = bytearray_new(0, size);
    if (!buffer) return 0;
    Value view = memoryview_new(buffer);
    Value count = view ? call_method_1(r->file, NAME("readinto"), view) : 0;
    int64_t got;
    if (!count || !number_as_int64(count, &got)) return 0;
    if (got > (int64_t)size) return (void *)raise_value("read() returned too much data: %zd bytes requested, %zd returned", size, (size_t)got);
    if (got < (int64_t)size) return (void *)raise_format(&exc_EOFError, "EOF read where not expected");
    return bytearray_data(buffer);
}

/* More of a file is asked for in parts, for it may say more than it has. */
static const uint8_t *read_file_parts(Reader *r, size_t size)
{
    BytesBuilder all = {0};
    for (size_t part; size; size -= part) {
        part = size < FILE_PART ? size : FILE_PART;
        const uint8_t *p = read_file(r, part);
        if (!p || !bytes_builder_add(&all, p, part)) return 0;
    }
    Value bytes = bytes_builder_finish(&all);
    return bytes ? bytes_data(bytes) : 0;
}

/* `size` bytes of input, or 0 with EOFError. */
static const uint8_t *read_bytes(Reader *r, size_t size)
{
    if (r->file) return size <= FILE_PART ? read_file(r, size) : read_file_parts(r, size);
    if (size > (size_t)(r->end - r->next)) return (void *)raise_format(&exc_EOFError, "marshal data too short");
    const uint8_t *p = r->next;
    r->next += size;
    return p;
}

/* A single byte, with which something begins. Whatever keeps a file's readinto() from giving it, an exception for which nobody is at fault excepted, is the end of the file. */
static bool read_byte(Reader *r, uint8_t *out)
{
    const uint8_t *p = read_bytes(r, 1);
    if (p) {
        *out = *p;
        return true;
    }
    if (!error_matches(&exc_Exception) || error_matches(&exc_MemoryError)) return false;
    error_clear();
    return raise_format(&exc_EOFError, "EOF read where object expected");
}

static bool read_short(Reader *r, int *out)
{
    const uint8_t *p = read_bytes(r, 2);
    if (p) *out = (int16_t)(p[0] | p[1] << 8);
    return p != 0;
}

static bool read_long(Reader *r, int32_t *out)
{
    const uint8_t *p = read_bytes(r, 4);
    if (p) *out = (int32_t)(p[0] | p[1] << 8 | p[2] << 16 | (uint32_t)p[3] << 24);
    return p != 0;
}

static bool read_size(Reader *r, int64_t *out, const char *what)
{
    int32_t n;
    if (!read_long(r, &n)) return false;
    if (n < 0) return raise_value("bad marshal data (%s size out of range)", what);
    *out = n;
    return true;
}

/* Whether the input can hold `count` things of `size` bytes or more: no memory is asked for what cannot be there. Of a file that is not known: so many that it does not matter. */
static bool may_hold(Reader *r, int64_t count, int64_t size) { return r->file ? count * size <= FILE_PART : count * size <= r->end - r->next; }

static Value read_object(Reader *r);

/* Enters v in the table of references, and returns it. */
static Value keep_ref(Reader *r, Value v, bool flag) { return !v || !flag || list_append(r->refs, v) ? v : 0; }

/* Reserves a place in the table for an object whose parts are read first. */
static int64_t reserve_ref(Reader *r, bool flag)
{
    if (!flag) return -2;
    int64_t index = list_size(r->refs);
    return list_append(r->refs, NONE) ? (list_items(r->refs)[index] = 0, index) : -1;
}

static Value fill_ref(Reader *r, Value v, int64_t index)
{
    if (v && index >= 0) list_set(r->refs, index, v);
    return v;
}

/* Twice as many limbs, but not more than `most`, and one. */
static mp_limb_t *grown_limbs(const mp_limb_t *limbs, size_t *room, size_t most)
{
    size_t more = 2 * *room < most ? 2 * *room : most;
    mp_limb_t *grown = gc_buffer((more + 1) * sizeof *grown);
    if (grown) memcpy(grown, limbs, (*room + 1) * sizeof *grown);
    *room = more;
    return grown;
}

static Value read_big_int(Reader *r)
{
    int32_t n;
    if (!read_long(r, &n)) return 0;
    if (n == INT32_MIN) return raise_value("bad marshal data (long size out of range)");
    int64_t digits = n < 0 ? -n : n;
    if (digits == 0) return small_int(0);
    size_t limb_count = (size_t)(digits * 15 + 63) / 64, room = limb_count;
    bool whole = may_hold(r, digits, 2) || r->file;
    if (r->file && room > FILE_PART / sizeof(mp_limb_t)) room = FILE_PART / sizeof(mp_limb_t);
    mp_limb_t *limbs = whole ? gc_buffer((room + 1) * sizeof *limbs) : 0;
    if (whole && !limbs) return 0;
    for (int64_t i = 0; i < digits; i++) {
        int digit;
        if (!read_short(r, &digit)) return 0;
        if (digit < 0) return raise_value("bad marshal data (digit out of range in long)");
        if (digit == 0 && i == digits - 1) return raise_value("bad marshal data (unnormalized long data)");
        if (!whole) continue;   /* to where the data ends or is wrong */
        size_t bit = (size_t)i * 15;
        if (bit / 64 >= room && !(limbs = grown_limbs(limbs, &room, limb_count))) return 0;
        limbs[bit / 64] |= (uint64_t)digit << bit % 64;
        if (bit % 64 > 49) limbs[bit / 64 + 1] |= (uint64_t)digit >> (64 - bit % 64);
    }
    return int_from_limbs(limbs, limb_count, n < 0);
}

static bool read_double(Reader *r, bool binary, double *out)
{
    if (binary) {
        const uint8_t *p = read_bytes(r, 8);
        if (p) memcpy(out, p, 8);
        return p != 0;
    }
    uint8_t size;
    if (!read_byte(r, &size)) return false;
    const char *p = (const char *)read_bytes(r, size);
    if (!p) return false;
    size_t length = strnlen(p, size);
    if (length && float_parse(p, length, out) == length) return true;
    Value text = str_decode(p, length, "utf-8", "replace");
    return text && raise_value("could not convert string to float: '%U'", text);
}

static Value read_text(Reader *r, int64_t size, bool utf8, bool interned)
{
    const uint8_t *p = read_bytes(r, (size_t)size);
    if (!p) return 0;
    if (interned && !utf8) return str_intern_latin1(p, (size_t)size);
    Value s = utf8 ? str_from_utf8_surrogatepass((const char *)p, (size_t)size) : str_from_latin1(p, (size_t)size);
    return s && interned ? str_intern(s) : s;
}

/* An item of a container, or the whole, for which the mark of nothing is damage. */
static Value read_item(Reader *r, const char *container)
{
    Value item = read_object(r);
    return item || thread_self->exception ? item : raise_type("NULL object in marshal data for %s", container);
}

/* A tuple that is too large for a file to be believed. It cannot be referred to before it is whole. */
static Value read_huge_tuple(Reader *r, int64_t size, bool flag)
{
    int64_t index = reserve_ref(r, flag);
    Value list = index == -1 ? 0 : list_new(0);
    for (int64_t i = 0; list && i < size; i++) {
        Value item = read_item(r, "tuple");
        if (!item || !list_append(list, item)) return 0;
    }
    return list ? fill_ref(r, list_to_tuple(list), index) : 0;
}

/* A tuple can be referred to from inside itself, as soon as it is there: so it has items from the beginning. */
static Value read_tuple(Reader *r, int64_t size, bool flag)
{
    if (r->file && !may_hold(r, size, sizeof(Value))) return read_huge_tuple(r, size, flag);
    bool whole = may_hold(r, size, 1);
    Value tuple = tuple_new(whole ? size : 0);
    if (tuple && whole)
        for (int64_t i = 0; i < size; i++) tuple_items(tuple)[i] = NONE;
    if (!(tuple = keep_ref(r, tuple, flag))) return 0;
    for (int64_t i = 0; i < size; i++) {
        Value item = read_item(r, "tuple");
        if (!item) return 0;
        if (!whole) continue;   /* to where the data ends or is wrong */
        tuple_items(tuple)[i] = item;
        gc_barrier(as_obj(tuple));
    }
    return tuple;
}

static Value read_list(Reader *r, int64_t size, const char *container, bool flag)
{
    Value list = keep_ref(r, list_new(0), flag);
    for (int64_t i = 0; list && i < size; i++) {
        Value item = read_item(r, container);
        if (!item || !list_append(list, item)) return 0;
    }
    return list;
}

static Value read_dict(Reader *r, bool flag)
{
    Value dict = keep_ref(r, dict_new(), flag);
    while (dict) {
        Value key = read_object(r);
        if (!key) return thread_self->exception ? 0 : dict;
        Value value = read_object(r);
        if (!value) return thread_self->exception ? 0 : dict;
        if (!dict_set(dict, key, value)) return 0;
    }
    return 0;
}

/* A frozenset can be referred to only when it is whole. The items go in one by one, so that they come out in CPython's order. */
static Value read_set(Reader *r, int64_t size, bool frozen, bool flag)
{
    int64_t index = frozen ? reserve_ref(r, flag) : -2;
    Value set = index == -1 ? 0 : keep_ref(r, frozen ? frozenset_new(0) : set_new(0), flag && !frozen);
    for (int64_t i = 0; set && i < size; i++) {
        Value item = read_item(r, "set");
        if (!item || set_add(set, item) < 0) return 0;
    }
    return set && frozen ? fill_ref(r, set, index) : set;
}

/* 0 without exception where a part is the mark of nothing: then the whole is nothing, as it is in CPython. */
static Value read_code(Reader *r, bool flag)
{
    int64_t index = reserve_ref(r, flag);
    CodeObj *code = index == -1 ? 0 : (CodeObj *)type_alloc(&code_type, 0);
    if (!code) return 0;
    int *const numbers[] = {&code->argcount, &code->posonlyargcount, &code->kwonlyargcount, &code->stacksize, &code->flags};
    Value *const parts[] = {&code->code, &code->consts, &code->names, &code->localsplusnames, &code->localspluskinds, &code->filename, &code->name, &code->qualname};
    Value *const last_parts[] = {&code->linetable, &code->exceptiontable};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        if (!read_long(r, numbers[i])) return 0;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        if (!(*parts[i] = read_object(r))) return 0;
        gc_barrier(code);
    }
    if (!read_long(r, &code->firstlineno)) return 0;
    for (size_t i = 0; i < sizeof last_parts / sizeof last_parts[0]; i++) {
        if (!(*last_parts[i] = read_object(r))) return 0;
        gc_barrier(code);
    }
    if (!code_init(code)) return 0;
    if (r->compiled) code->verified = CODE_ALL_SOUND;
    return fill_ref(r, VALUE(code), index);
}

static Value read_known(Reader *r, uint8_t type, bool flag)
{
    int32_t n;
    int64_t size;
    uint8_t byte;
    double real, imag;
    switch (type) {
    case 'N': return NONE;
    case 'T': return TRUE;
    case 'F': return FALSE;
    case '.': return ELLIPSIS;
    case 'S': return VALUE(&exc_StopIteration);
    case 'i': return read_long(r, &n) ? keep_ref(r, int_new(n), flag) : 0;
    case 'I': {
        const uint8_t *p = read_bytes(r, 8);
        return p ? keep_ref(r, int_from_bytes(p, 8, true, true), flag) : 0;
    }
    case 'l': return keep_ref(r, read_big_int(r), flag);
    case 'f':
    case 'g': return read_double(r, type == 'g', &real) ? keep_ref(r, float_new(real), flag) : 0;
    case 'x':
    case 'y': return read_double(r, type == 'y', &real) && read_double(r, type == 'y', &imag) ? keep_ref(r, complex_new(real, imag), flag) : 0;
    case 's': {
        if (!read_size(r, &size, "bytes object")) return 0;
        const uint8_t *p = read_bytes(r, (size_t)size);
        return p ? keep_ref(r, bytes_new(p, (size_t)size), flag) : 0;
    }
    case 'z':
    case 'Z': return read_byte(r, &byte) ? keep_ref(r, read_text(r, byte, false, type == 'Z'), flag) : 0;
    case 'a':
    case 'A':
    case 'u':
    case 't': return read_size(r, &size, "string") ? keep_ref(r, read_text(r, size, type == 'u' || type == 't', type == 'A' || type == 't'), flag) : 0;
    case ')': return read_byte(r, &byte) ? read_tuple(r, byte, flag) : 0;
    case '(': return read_size(r, &size, "tuple") ? read_tuple(r, size, flag) : 0;
    case '[': return read_size(r, &size, "list") ? read_list(r, size, "list", flag) : 0;
    case '{': return read_dict(r, flag);
    case '<':
    case '>': return read_size(r, &size, "set") ? read_set(r, size, type == '>', flag) : 0;
    case 'c': return read_code(r, flag);
    case 'r':
        if (!read_long(r, &n)) return 0;
        if (n < 0 || n >= list_size(r->refs) || !list_get(r->refs, n)) return raise_value("bad marshal data (invalid reference)");
        return list_get(r->refs, n);
    default: return raise_value("bad marshal data (unknown type code)");
    }
}

/* One value. The mark of nothing is 0 without exception. */
static Value read_object(Reader *r)
{
    uint8_t type;
    if (!read_byte(r, &type)) return 0;
    if ((type & ~FLAG_REF) == '0') return 0;
    if (r->depth >= MAX_DEPTH) return raise_value("recursion limit exceeded");
    if (c_stack_low()) return raise_recursion(" while unmarshalling");
    r->depth++;
    Value v = read_known(r, type & ~FLAG_REF, type & FLAG_REF);
    r->depth--;
    return v;
}

static Value load_bytes(const void *data, size_t size, bool compiled)
{
    Reader r = {.next = data, .end = (const uint8_t *)data + size, .refs = list_new(0), .depth = compiled ? INT_MIN / 2 : 0, .compiled = compiled};
    return r.refs ? read_item(&r, "object") : 0;
}

Value marshal_load_bytes(const void *data, size_t size) { return load_bytes(data, size, false); }
Value marshal_load_compiled(const void *data, size_t size) { return load_bytes(data, size, true); }

/* ---------------------------------------------------------------- writing */

typedef struct Writer {
    BytesBuilder out;
    int version, depth;
    bool counting;                /* first pass: nothing is written */
    bool failed;                  /* an exception is set */
    Distinct seen;                /* each object's note: how often it occurs; once it is written, -1 - the number of its reference */
    Distinct *sorted;             /* each set's note: its items in the order in which they are written */
    int32_t next_index;
} Writer;

static void put(Writer *w, const void *data, size_t size)
{
    if (!w->counting && !w->failed && !bytes_builder_add(&w->out, data, size)) w->failed = true;
}
static void put_byte(Writer *w, int byte)
{
    uint8_t b = (uint8_t)byte;
    put(w, &b, 1);
}
static void put_long(Writer *w, int64_t n)
{
    uint32_t u = (uint32_t)n;
    put(w, (uint8_t[]){u, u >> 8, u >> 16, u >> 24}, 4);
}

static bool put_size(Writer *w, int64_t n)
{
    if (n > INT32_MAX) return w->failed = true, raise_value("unmarshallable object");
    put_long(w, n);
    return true;
}

static void write_object(Writer *w, Value v);

/* Immediates and singletons never become references: a word is as short. True when v was written as a reference; else *flag says whether it may be referred to later. */
static bool write_ref(Writer *w, Value v, int *flag)
{
    *flag = 0;
    if (w->version < 3 || !is_pointer(v)) return false;
    DistinctItem *seen = distinct_add(&w->seen, v);
    if (!seen) return w->failed = true;
    if (w->counting) return seen->note++ > 0;
    if (seen->note < 0) {
        put_byte(w, 'r');
        put_long(w, -1 - seen->note);
        return true;
    }
    if (seen->note > 1) {
        *flag = FLAG_REF;
        seen->note = -1 - w->next_index++;
    }
    return false;
}

static void write_int(Writer *w, Value v, int flag)
{
    int64_t n;
    if (int_as_int64_overflow(v, &n) == 0 && n == (int32_t)n) {
        put_byte(w, 'i' | flag);
        put_long(w, n);
        return;
    }
    put_byte(w, 'l' | flag);
    IntView view;
    mpz_srcptr z = int_view(v, &view);
    int64_t digits = (int64_t)(mpz_sizeinbase(z, 2) + 14) / 15;
    put_long(w, mpz_sgn(z) < 0 ? -digits : digits);
    for (int64_t i = 0; i < digits; i++) {
        size_t bit = (size_t)i * 15;
        mp_limb_t d = mpz_getlimbn(z, (mp_size_t)(bit / 64)) >> bit % 64;
        if (bit % 64 > 49) d |= mpz_getlimbn(z, (mp_size_t)(bit / 64 + 1)) << (64 - bit % 64);
        put(w, (uint8_t[]){d & 0xff, d >> 8 & 0x7f}, 2);
    }
}

static void write_double(Writer *w, double d)
{
    if (w->version > 1) {
        put(w, &d, 8);
        return;
    }
    Value text = float_repr_text(d);
    if (!text) {
        w->failed = true;
        return;
    }
    put_byte(w, (int)str_length(text));
    put(w, str_data(text), (size_t)str_length(text));
}

static void write_str(Writer *w, Value v, int flag)
{
    bool interned = ((StrObj *)v)->interned;
    if (w->version >= 4 && str_is_ascii(v)) {
        int64_t n = str_length(v);
        put_byte(w, (n < 256 ? (interned ? 'Z' : 'z') : interned ? 'A' : 'a') | flag);
        if (n < 256) put_byte(w, (int)n);
        else if (!put_size(w, n)) return;
        put(w, str_data(v), (size_t)n);
        return;
    }
    Value bytes = str_encode(v, "utf-8", "surrogatepass");
    if (!bytes) {
        w->failed = true;
        return;
    }
    put_byte(w, (w->version >= 3 && interned ? 't' : 'u') | flag);
    if (put_size(w, bytes_size(bytes))) put(w, bytes_data(bytes), (size_t)bytes_size(bytes));
}

static Value dump_bytes(Value v, int version, int depth, Distinct *sorted)
{
    Writer w = {.version = version, .depth = depth, .counting = true, .sorted = sorted};
    write_object(&w, v);
    w.counting = false;
    write_object(&w, v);
    return w.failed ? 0 : bytes_builder_finish(&w.out);
}

Value marshal_dump_bytes(Value v, int version) 
{
    Distinct sorted = {.count = 0};
    return dump_bytes(v, version, 0, &sorted);
}

/* The items of a set in an order that depends on the values only: sorted by their own marshalled bytes. Found once for each set: sets in sets would take twice as long a level else. */
static Value sorted_items(Writer *w, Value set)
{
    DistinctItem *known = distinct_add(w->sorted, set);
    if (!known || known->note) return known ? (Value)known->note : 0;
    Value pairs = list_new(0), key;
    int64_t position = 0;
    while (pairs && set_next(set, &position, &key)) {
        Value bytes = dump_bytes(key, w->version, w->depth, w->sorted);
        Value pair = bytes ? tuple_pack(2, bytes, key) : 0;
        if (!pair || !list_append(pairs, pair)) return 0;
    }
    Value first = pairs ? import_attr("_operator", "itemgetter") : 0;
    if (first) first = call_1(first, small_int(0));
    if (!first || !list_sort(pairs, first, false) || !(known = distinct_add(w->sorted, set))) return 0;
    known->note = (int64_t)pairs;
    return pairs;
}

static void write_items(Writer *w, Value *items, int64_t count)
{
    for (int64_t i = 0; i < count && !w->failed; i++) write_object(w, items[i]);
}

static void write_code(Writer *w, CodeObj *code, int flag)
{
    put_byte(w, 'c' | flag);
    int numbers[] = {code->argcount, code->posonlyargcount, code->kwonlyargcount, code->stacksize, code->flags};
    for (int i = 0; i < 5; i++) put_long(w, numbers[i]);
    write_items(w, (Value[]){code->code, code->consts, code->names, code->localsplusnames, code->localspluskinds, code->filename, code->name, code->qualname}, 8);
    put_long(w, code->firstlineno);
    write_items(w, (Value[]){code->linetable, code->exceptiontable}, 2);
}

static void write_dict(Writer *w, Value dict)
{
    int64_t position = 0;
    Value key, value;
    while (!w->failed && dict_next(dict, &position, &key, &value)) {
        write_object(w, key);
        write_object(w, value);
    }
    put_byte(w, '0');
}

static void write_set(Writer *w, Value v, int flag)
{
    bool frozen = type_of(v) == &frozenset_type;
    Value pairs = sorted_items(w, v);
    if (!pairs) {
        w->failed = true;
        return;
    }
    put_byte(w, (frozen ? '>' : '<') | flag);
    if (!put_size(w, list_size(pairs))) return;
    for (int64_t i = 0; i < list_size(pairs) && !w->failed; i++) write_object(w, tuple_get(list_get(pairs, i), 1));
}

static void write_buffer(Writer *w, Value v, int flag)
{
    Buffer b;
    if (!has_buffer(v) || !buffer_get(v, &b, BUFFER_SIMPLE)) {
        if (!thread_self->exception || error_clear_if(&exc_BufferError)) raise_value("unmarshallable object");
        w->failed = true;
        return;
    }
    put_byte(w, 's' | flag);
    if (put_size(w, b.length)) put(w, b.data, (size_t)b.length);
    buffer_release(&b);
}

static void write_referable(Writer *w, Value v, int flag)
{
    Type *type = type_of(v);
    if (type == &int_type) write_int(w, v, flag);
    else if (type == &float_type) {
        put_byte(w, (w->version > 1 ? 'g' : 'f') | flag);
        write_double(w, float_value(v));
    } else if (type == &complex_type) {
        put_byte(w, (w->version > 1 ? 'y' : 'x') | flag);
        write_double(w, ((ComplexObj *)v)->real);
        write_double(w, ((ComplexObj *)v)->imag);
    } else if (type == &bytes_type) {
        put_byte(w, 's' | flag);
        if (put_size(w, bytes_size(v))) put(w, bytes_data(v), (size_t)bytes_size(v));
    } else if (type == &str_type) write_str(w, v, flag);
    else if (type == &tuple_type) {
        int64_t n = tuple_size(v);
        put_byte(w, (w->version >= 4 && n < 256 ? ')' : '(') | flag);
        if (w->version >= 4 && n < 256) put_byte(w, (int)n);
        else if (!put_size(w, n)) return;
        write_items(w, tuple_items(v), n);
    } else if (type == &list_type) {
        put_byte(w, '[' | flag);
        int64_t n = list_size(v);
        if (put_size(w, n))
            for (int64_t i = 0; i < n && i < list_size(v) && !w->failed; i++) write_object(w, list_get(v, i));
    } else if (type == &dict_type) {
        put_byte(w, '{' | flag);
        write_dict(w, v);
    } else if (type == &set_type || type == &frozenset_type) write_set(w, v, flag);
    else if (type == &code_type) write_code(w, (CodeObj *)v, flag);
    else write_buffer(w, v, flag);
}

static void write_object(Writer *w, Value v)
{
    if (w->failed) return;
    if (w->depth >= MAX_DEPTH) raise_value("object too deeply nested to marshal");
    else if (c_stack_low()) raise_format(&exc_RecursionError, "maximum recursion depth exceeded while marshalling");
    if (thread_self->exception) {
        w->failed = true;
        return;
    }
    int simple = v == NONE ? 'N' : v == TRUE ? 'T' : v == FALSE ? 'F' : v == ELLIPSIS ? '.' : v == VALUE(&exc_StopIteration) ? 'S' : 0;
    if (simple) {
        put_byte(w, simple);
        return;
    }
    w->depth++;
    int flag;
    if (!write_ref(w, v, &flag)) write_referable(w, v, flag);
    w->depth--;
}

Value marshal_load_file(Value file)
{
    Reader r = {.file = file, .refs = list_new(0)};
    return r.refs ? read_item(&r, "object") : 0;
}
