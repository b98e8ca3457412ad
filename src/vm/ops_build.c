/* ops_build.c: handlers that build values, take them apart, match patterns and import. */
#include "vm/interp.h"
#include "object/container.h"
#include "heap/alloc.h"
#include "object/dict.h"

static __attribute__((noinline)) HANDLER(rest_BUILD_TUPLE)
{
    SAVE();
    RESULT(tuple_from(r + B, C));
}
OPCODE(BUILD_TUPLE)
{
    uint32_t count = C;
    size_t size = sizeof(TupleObj) + sizeof(Value) * count;
    if (UNLIKELY(size > QUICK_LIMIT || count == 0)) TAIL(rest_BUILD_TUPLE);
    TupleObj *tuple = gc_new_quick(&tuple_type, size);
    if (UNLIKELY(!tuple)) TAIL(rest_BUILD_TUPLE);
    tuple->size = count;
    const Value *from = r + B;
    for (uint32_t n = 0; n < count; n++) tuple->items[n] = from[n];
    r[A] = VALUE(tuple);
    NEXT;
}

static __attribute__((noinline)) HANDLER(rest_BUILD_LIST)
{
    SAVE();
    RESULT(list_from(r + B, C));
}
OPCODE(BUILD_LIST)
{
    uint32_t count = C;
    size_t size = sizeof(Value) * count;
    if (UNLIKELY(size > QUICK_LIMIT)) TAIL(rest_BUILD_LIST);
    ListObj *list = gc_new_quick(&list_type, sizeof(ListObj));
    if (UNLIKELY(!list)) TAIL(rest_BUILD_LIST);
    if (count) {
        Value *items = gc_buffer_quick(size);
        if (UNLIKELY(!items)) TAIL(rest_BUILD_LIST);   /* the list without items stays behind as garbage */
        const Value *from = r + B;
        for (uint32_t n = 0; n < count; n++) items[n] = from[n];
        list->items = items;
        list->size = list->allocated = count;
    }
    r[A] = VALUE(list);
    NEXT;
}
OPCODE(BUILD_SET)
{
    SAVE();
    Value set = set_new(0);
    if (UNLIKELY(!set)) ERROR;
    for (uint32_t n = 0; n < C; n++)
        if (UNLIKELY(set_add(set, r[B + n]) < 0)) ERROR;
    r[A] = set;
    NEXT;
}
OPCODE(BUILD_MAP)
{
    SAVE();
    Value dict = dict_of_strs(r + B, r + B + 1, C, 2);
    if (dict) {
        r[A] = dict;
        NEXT;
    }
    if (UNLIKELY(t->exception)) ERROR;
    dict = C > 5 ? dict_new_sized(C) : dict_new();
    if (UNLIKELY(!dict)) ERROR;
    for (uint32_t n = 0; n < C; n++)
        if (UNLIKELY(!dict_set(dict, r[B + 2 * n], r[B + 2 * n + 1]))) ERROR;
    r[A] = dict;
    NEXT;
}
OPCODE(BUILD_CONST_KEY_MAP)
{
    SAVE();
    Value keys = r[pc[0].bits];
    if (UNLIKELY(!has_type(keys, &tuple_type) || tuple_size(keys) != C)) {
        raise_system("bad BUILD_CONST_KEY_MAP keys argument");
        ERROR;
    }
    Value dict = dict_of_strs(tuple_items(keys), r + B, C, 1);
    if (dict) {
        r[A] = dict;
        SKIP(2);
    }
    if (UNLIKELY(t->exception)) ERROR;
    dict = dict_new_sized(C);
    if (UNLIKELY(!dict)) ERROR;
    for (uint32_t n = 0; n < C; n++)
        if (UNLIKELY(!dict_set(dict, tuple_get(keys, n), r[B + n]))) ERROR;
    r[A] = dict;
    SKIP(2);
}
/* The parts of an f-string when all are plain ASCII: 0 without an exception when they are not. */
static __attribute__((noinline)) Value join_ascii(const Value *parts, uint32_t count)
{
    int64_t total = 0;
    for (uint32_t n = 0; n < count; n++) {
        if (!has_type(parts[n], &str_type) || !str_is_ascii(parts[n]) || __builtin_add_overflow(total, str_length(parts[n]), &total)) return 0;
    }
    if (total < 2) return 0;
    Value v = str_alloc(total, 0x7f);
    if (!v) return 0;
    char *out = str_data(v);
    for (uint32_t n = 0; n < count; n++) {
        size_t length = (size_t)str_length(parts[n]);
        const char *from = str_data(parts[n]);
        if (length < 8)
            for (size_t c = 0; c < length; c++) out[c] = from[c];
        else memcpy(out, from, length);
        out += length;
    }
    return v;
}

OPCODE(BUILD_STRING)
{
    SAVE();
    Value joined = join_ascii(r + B, C);
    if (LIKELY(joined)) {
        r[A] = joined;
        NEXT;
    }
    if (UNLIKELY(t->exception)) ERROR;
    StrBuilder b = {0};
    bool ok = true;
    for (uint32_t n = 0; n < C && ok; n++) {
        if (!is_str(r[B + n])) ok = raise_type("sequence item %d: expected str instance, %.200T found", (int)n, r[B + n]);
        else ok = str_builder_str(&b, r[B + n]);
    }
    if (UNLIKELY(!ok)) ERROR;
    RESULT(str_builder_finish(&b));
}

OPCODE(FORMAT)
{
    SAVE();
    Value v = r[B], spec = pc[0].bits == 65535 ? 0 : r[pc[0].bits];
    switch (C) {
    case 1: v = object_str(v); break;
    case 2: v = object_repr(v); break;
    case 3: v = object_ascii(v); break;
    }
    if (v && is_small_int(v)) v = !spec ? int_to_str(v, 10) : has_type(spec, &str_type) ? int_format_spec(v, spec) : object_format(v, spec);
    else if (v && spec && is_small_float(v) && has_type(spec, &str_type)) v = float_format_spec(v, spec);
    else if (v && (spec || !has_type(v, &str_type))) v = object_format(v, spec);
    if (UNLIKELY(!v)) ERROR;
    r[A] = v;
    SKIP(2);
}

/* What the compiler never gives to these: */
static COLD HANDLER(wrong_container)
{
    SAVE();
    raise_system("bad argument to internal function");
    ERROR;
}

OPCODE(LIST_APPEND)
{
    Value v = r[A];
    if (UNLIKELY(!has_type(v, &list_type))) TAIL(wrong_container);
    ListObj *list = (ListObj *)v;
    if (LIKELY(list->size < list->allocated)) {
        list->items[list->size++] = r[B];
        gc_barrier(list);
        NEXT;
    }
    SAVE();
    if (UNLIKELY(!list_append(v, r[B]))) ERROR;
    NEXT;
}
OPCODE(SET_ADD)
{
    SAVE();
    if (UNLIKELY(!has_type(r[A], &set_type))) TAIL(wrong_container);
    if (UNLIKELY(set_add(r[A], r[B]) < 0)) ERROR;
    NEXT;
}
OPCODE(MAP_ADD)
{
    SAVE();
    if (UNLIKELY(!has_type(r[A], &dict_type))) TAIL(wrong_container);
    if (UNLIKELY(!dict_set(r[A], r[B], r[C]))) ERROR;
    NEXT;
}
OPCODE(LIST_EXTEND)
{
    SAVE();
    Value v = r[B];
    if (UNLIKELY(!has_type(r[A], &list_type))) TAIL(wrong_container);
    if (UNLIKELY(!list_extend(r[A], v))) {
        if (error_matches(&exc_TypeError) && !type_of(v)->iter && !type_of(v)->getitem) {
            error_clear();
            raise_type("Value after * must be an iterable, not %.200s", type_of(v)->name);
        }
        ERROR;
    }
    NEXT;
}
OPCODE(SET_UPDATE)
{
    SAVE();
    if (UNLIKELY(!has_type(r[A], &set_type))) TAIL(wrong_container);
    if (UNLIKELY(!set_update(r[A], r[B]))) ERROR;
    NEXT;
}
OPCODE(DICT_UPDATE)
{
    SAVE();
    if (UNLIKELY(!has_type(r[A], &dict_type))) TAIL(wrong_container);
    if (UNLIKELY(dict_merge(r[A], r[B], 1) < 0)) {
        if (error_matches(&exc_AttributeError)) {
            error_clear();
            raise_type("'%.200s' object is not a mapping", type_of(r[B])->name);
        }
        ERROR;
    }
    NEXT;
}
OPCODE(DICT_MERGE)
{
    SAVE();
    if (UNLIKELY(!has_type(r[A], &dict_type))) TAIL(wrong_container);
    if (UNLIKELY(!vm_dict_merge(r[A], r[B], r[C]))) ERROR;
    NEXT;
}
OPCODE(LIST_TO_TUPLE)
{
    SAVE();
    if (UNLIKELY(!has_type(r[B], &list_type))) TAIL(wrong_container);
    RESULT(list_to_tuple(r[B]));
}

/* ---- unpacking: the first item goes to the highest register */

OPCODE(UNPACK)
{
    Value seq = r[B];
    Value *to = r + A;
    int64_t count = C;
    const Value *items = 0;
    if (has_type(seq, &tuple_type) && tuple_size(seq) == count) items = tuple_items(seq);
    else if (has_type(seq, &list_type) && list_size(seq) == count) items = list_items(seq);
    if (LIKELY(items != 0)) {
        for (int64_t n = 0; n < count; n++) to[count - 1 - n] = items[n];
        NEXT;
    }
    SAVE();
    if (UNLIKELY(!vm_unpack(seq, to, count))) ERROR;
    NEXT;
}

static __attribute__((noinline)) HANDLER(rest_UNPACK2)
{
    Value items[2];
    SAVE();
    if (UNLIKELY(!vm_unpack(r[B], items, 2))) ERROR;
    r[A] = items[1];
    r[C] = items[0];
    NEXT;
}
OPCODE(UNPACK2)
{
    Value seq = r[B], first, second;
    if (has_type(seq, &tuple_type) && LIKELY(tuple_size(seq) == 2)) first = tuple_get(seq, 0), second = tuple_get(seq, 1);
    else if (has_type(seq, &list_type) && LIKELY(list_size(seq) == 2)) first = list_get(seq, 0), second = list_get(seq, 1);
    else TAIL(rest_UNPACK2);
    r[A] = first;
    r[C] = second;
    NEXT;
}
static __attribute__((noinline)) HANDLER(rest_UNPACK3)
{
    Value items[3];
    SAVE();
    if (UNLIKELY(!vm_unpack(r[B], items, 3))) ERROR;
    r[A] = items[2];
    r[C] = items[1];
    r[pc[0].bits] = items[0];
    SKIP(2);
}
OPCODE(UNPACK3)
{
    Value seq = r[B];
    const Value *items;
    if (has_type(seq, &tuple_type) && LIKELY(tuple_size(seq) == 3)) items = tuple_items(seq);
    else if (has_type(seq, &list_type) && LIKELY(list_size(seq) == 3)) items = list_items(seq);
    else TAIL(rest_UNPACK3);
    Value first = items[0], second = items[1], third = items[2];
    r[A] = first;
    r[C] = second;
    r[pc[0].bits] = third;
    SKIP(2);
}
OPCODE(UNPACK_EX)
{
    SAVE();
    if (UNLIKELY(!vm_unpack_ex(r[B], r + A, C & 255, C >> 8))) ERROR;
    NEXT;
}

static bool not_iterable(Value v)
{
    if (!error_matches(&exc_TypeError) || type_of(v)->iter || type_of(v)->getitem) return false;
    error_clear();
    return raise_type("cannot unpack non-iterable %.200s object", type_of(v)->name);
}

bool vm_unpack(Value sequence, Value *out, int64_t count)
{
    Value iterator = object_iter(sequence);
    if (!iterator) return not_iterable(sequence);
    Value tuple = tuple_new(count);   /* keeps the items where the collector sees them, whatever iteration does */
    if (!tuple) return false;
    for (int64_t n = 0; n < count; n++) {
        Value item = iter_next(iterator);
        if (!item) {
            if (thread_self->exception) return false;
            return raise_value("not enough values to unpack (expected %d, got %d)", (int)count, (int)n);
        }
        tuple_items(tuple)[n] = item;
        gc_barrier((void *)tuple);
    }
    if (iter_next(iterator)) return raise_value("too many values to unpack (expected %d)", (int)count);
    if (thread_self->exception) return false;
    for (int64_t n = 0; n < count; n++) out[count - 1 - n] = tuple_get(tuple, n);
    return true;
}

/* The items of a list or tuple, which is long enough. */
static bool unpack_items(const Value *items, int64_t size, Value *out, int64_t before, int64_t after)
{
    int64_t total = before + 1 + after, middle = size - before - after;
    Value list = list_new(middle);
    if (!list) return false;
    for (int64_t n = 0; n < middle; n++) list_items(list)[n] = items[before + n];
    gc_barrier((Obj *)list);
    for (int64_t n = 0; n < before; n++) out[total - 1 - n] = items[n];
    for (int64_t n = 0; n < after; n++) out[after - 1 - n] = items[before + middle + n];
    out[after] = list;
    return true;
}

bool vm_unpack_ex(Value sequence, Value *out, int64_t before, int64_t after)
{
    if (has_type(sequence, &tuple_type) && tuple_size(sequence) >= before + after) return unpack_items(tuple_items(sequence), tuple_size(sequence), out, before, after);
    if (has_type(sequence, &list_type) && list_size(sequence) >= before + after) return unpack_items(list_items(sequence), list_size(sequence), out, before, after);
    Value iterator = object_iter(sequence);
    if (!iterator) return not_iterable(sequence);
    Value head = list_new(0);
    for (int64_t n = 0; n < before; n++) {
        Value item = iter_next(iterator);
        if (!item) {
            if (thread_self->exception) return false;
            return raise_value("not enough values to unpack (expected at least %d, got %d)", (int)(before + after), (int)n);
        }
        if (!list_append(head, item)) return false;
    }
    Value rest = object_to_list(iterator);
    if (!rest) return false;
    int64_t size = list_size(rest);
    if (size < after) return raise_value("not enough values to unpack (expected at least %zd, got %zd)", (size_t)(before + after), (size_t)(before + size));
    int64_t total = before + 1 + after;
    for (int64_t n = 0; n < before; n++) out[total - 1 - n] = list_get(head, n);
    for (int64_t n = 0; n < after; n++) out[after - 1 - n] = list_get(rest, size - after + n);
    out[after] = after ? list_slice(rest, 0, size - after) : rest;
    return out[after] != 0;
}

/* ---- match */

OPCODE(GET_LEN)
{
    SAVE();
    int64_t length = object_length(r[B]);
    if (UNLIKELY(length < 0)) ERROR;
    RESULT(int_new(length));
}
OPCODE(MATCH_MAPPING)
{
    r[A] = bool_value(type_of(r[B])->flags & TYPE_MAPPING);
    NEXT;
}
OPCODE(MATCH_SEQUENCE)
{
    r[A] = bool_value(type_of(r[B])->flags & TYPE_SEQUENCE);
    NEXT;
}
OPCODE(MATCH_KEYS)
{
    SAVE();
    if (UNLIKELY(!has_type(r[C], &tuple_type))) TAIL(wrong_container);
    RESULT(vm_match_keys(r[B], r[C]));
}
OPCODE(MATCH_CLASS)
{
    SAVE();
    if (UNLIKELY(!has_type(r[B + 2], &tuple_type))) TAIL(wrong_container);
    RESULT(vm_match_class(r[B], r[B + 1], C, r[B + 2]));
}

/* ---- modules */

OPCODE(IMPORT_NAME)
{
    SAVE();
    Value v = vm_import_name(f, pc[0].value, r[B], r[C]);
    if (UNLIKELY(!v)) ERROR;
    r[A] = v;
    SKIP(2);
}
OPCODE(IMPORT_FROM)
{
    SAVE();
    Value v = vm_import_from(r[B], pc[0].value);
    if (UNLIKELY(!v)) ERROR;
    r[A] = v;
    SKIP(2);
}
OPCODE(IMPORT_STAR)
{
    SAVE();
    if (UNLIKELY(!vm_import_star(f, r[A]))) ERROR;
    NEXT;
}
