/* object_protocol.c: text, hash, comparison, items, iteration and buffers of any value. Numbers are in object_number.c, calls in object_call.c, attributes in object_attr.c. */
#include "heap/image.h"
#include "object/bytes.h"
#include "object/container.h"
#include "object/number.h"
#include "object/str.h"
#include "object/type_internal.h"
#include "object/type_slot_functions.h"

/* Made by the linker. */
extern const NameSite __start_krait_names[], __stop_krait_names[];

bool names_make(void)
{
    for (const NameSite *site = __start_krait_names; site < __stop_krait_names; site++)
        if (!image_brought(site->name) && !(*site->name = str_intern_cstring(site->text))) return false;
    return true;
}

/* --- text */

Value object_repr(Value v)
{
    if (!v) return str_from_cstring("<NULL>");
    Type *type = type_of(v);
    if (!type->repr) return str_format_c("<%s object at %p>", type->name, (void *)v);
    if (!recursion_enter(" while getting the repr of an object")) return 0;
    Value result = type->repr(v);
    recursion_leave();
    if (result && !is_str(result)) return raise_type("__repr__ returned non-string (type %.200T)", result);
    return result;
}

Value object_str(Value v)
{
    if (!v) return str_from_cstring("<NULL>");
    Type *type = type_of(v);
    if (type == &str_type) return v;
    if (!type->str) return object_repr(v);
    if (!recursion_enter(" while getting the str of an object")) return 0;
    Value result = type->str(v);
    recursion_leave();
    if (result && !is_str(result)) return raise_type("__str__ returned non-string (type %.200T)", result);
    return result;
}

Value object_ascii(Value v)
{
    Value repr = object_repr(v);
    if (!repr || str_is_ascii(repr)) return repr;
    StrBuilder b = {0};
    char text[16];
    for (int64_t i = 0, n = str_length(repr); i < n; i++) {
        uint32_t c = str_char(repr, i);
        if (c < 128) {
            if (!str_builder_char(&b, c)) return 0;
            continue;
        }
        static const char digits[] = "0123456789abcdef";
        int width = c < 0x100 ? 2 : c < 0x10000 ? 4 : 8;
        text[0] = '\\';
        text[1] = width == 2 ? 'x' : width == 4 ? 'u' : 'U';
        for (int k = 0; k < width; k++) text[2 + k] = digits[c >> (4 * (width - 1 - k)) & 15];
        if (!str_builder_ascii(&b, text, (size_t)width + 2)) return 0;
    }
    return str_builder_finish(&b);
}

Value object_format(Value v, Value spec)
{
    Value text = spec ? spec : str_empty ? str_empty : str_from_cstring("");
    if (spec && !is_str(spec)) return raise_system("Format specifier must be a string, not %.200T", spec);
    if (!spec || str_length(spec) == 0) {
        if (type_of(v) == &str_type) return v;
        if (type_of(v) == &int_type) return object_str(v);
    }
    Value method = object_lookup_special(v, NAME("__format__"));
    if (!method) return thread_self->exception ? 0 : raise_type("Type %.100T doesn't define __format__", v);
    Value result = call_1(method, text);
    if (result && !is_str(result)) return raise_type("__format__ must return a str, not %.200T", result);
    return result;
}

/* --- hash and comparison */

bool object_hash(Value v, int64_t *hash)
{
    Type *type = type_of(v);
    if (!c_stack_check()) return false;
    if (type->hash) return type->hash(v, hash);
    if (!(type->flags & TYPE_READY)) return type_ready(type) && type->hash(v, hash);
    return hash_not_implemented(v, hash);
}

static const char *const compare_symbols[] = {"<", "<=", "==", "!=", ">", ">="};
static const CompareOp swapped[] = {CMP_GT, CMP_GE, CMP_EQ, CMP_NE, CMP_LT, CMP_LE};

/* When no type knows. */
static Value compare_last(Value a, Value b, CompareOp op)
{
    if (op == CMP_EQ) return bool_value(a == b);
    if (op == CMP_NE) return bool_value(a != b);
    return raise_type("'%s' not supported between instances of '%.100T' and '%.100T'", compare_symbols[op], a, b);
}

Value object_compare_rest(Value a, Value b, CompareOp op)
{
    Type *tb = type_of(b);
    Value result = tb->compare ? tb->compare(b, a, swapped[op]) : NOT_IMPLEMENTED;
    return result != NOT_IMPLEMENTED ? result : compare_last(a, b, op);
}

static Value compare_types(Value a, Value b, CompareOp op)
{
    Type *ta = type_of(a), *tb = type_of(b);
    bool tried = false;
    if (ta != tb && tb->compare && type_is_subtype(tb, ta)) {
        tried = true;
        Value result = tb->compare(b, a, swapped[op]);
        if (result != NOT_IMPLEMENTED) return result;
    }
    if (ta->compare) {
        Value result = ta->compare(a, b, op);
        if (result != NOT_IMPLEMENTED) return result;
    }
    return tried ? compare_last(a, b, op) : object_compare_rest(a, b, op);
}

Value object_compare(Value a, Value b, CompareOp op)
{
    if (is_small_int(a) && is_small_int(b)) return compare_result((int64_t)a, (int64_t)b, op);
    if (!recursion_enter(" in comparison")) return 0;
    Value result = compare_types(a, b, op);
    recursion_leave();
    return result;
}

int object_compare_bool(Value a, Value b, CompareOp op)
{
    if (a == b && op == CMP_EQ) return 1;
    if (a == b && op == CMP_NE) return 0;
    Value result = object_compare(a, b, op);
    return result ? object_truth(result) : -1;
}

int object_truth_slow(Value v)
{
    Type *type = type_of(v);
    if (!c_stack_check()) return -1;
    if (type->truth) return type->truth(v);
    if (type->length) {
        int64_t n = type->length(v);
        return n < 0 ? -1 : n != 0;
    }
    return 1;
}

int64_t object_id(Value v) { return (int64_t)v; }

/* --- dir() */

Value object_dir(Value v)
{
    Value method = object_lookup_special(v, NAME("__dir__"));
    if (!method) return thread_self->exception ? 0 : raise_type("object does not provide __dir__");
    Value names = call_0(method);
    Value list = names ? object_to_list(names) : 0;
    return list && list_sort(list, 0, false) ? list : 0;
}

/* --- items */

static Value class_getitem(Value cls, Value key)
{
    if (cls == VALUE(&type_type)) return generic_alias_new(cls, key);
    Value method = object_getattr_opt(cls, NAME("__class_getitem__"));
    if (method && method != NONE) return call_1(method, key);
    if (thread_self->exception) return 0;
    return raise_type("type '%.200s' is not subscriptable", ((Type *)cls)->name);
}

Value object_getitem(Value v, Value key)
{
    Type *type = type_of(v);
    if (!c_stack_check()) return 0;
    if (type->getitem) return type->getitem(v, key);
    if (type->seq_item) {
        int64_t index;
        if (!type_of(key)->index) return raise_type("sequence index must be integer, not '%.200T'", key);
        if (!number_as_index(key, &index, &exc_IndexError)) return 0;
        if (index < 0 && type->length) {
            int64_t length = type->length(v);
            if (length < 0) return 0;
            index += length;
        }
        return type->seq_item(v, index);
    }
    if (type->flags & TYPE_TYPE) return class_getitem(v, key);
    return raise_type("'%.200T' object is not subscriptable", v);
}

/* Whether a type without setitem looks at an index, before it says that it stores no items: those that have to do with sequences. */
static bool wants_index(Type *type, Value key) { return type_of(key)->index && (type->flags & TYPE_HEAP || type->seq_item || type->length || type->contains || type->concat); }

bool object_setitem(Value v, Value key, Value value)
{
    Type *type = type_of(v);
    int64_t index;
    if (!c_stack_check()) return false;
    if (type->setitem) return type->setitem(v, key, value);
    if (wants_index(type, key) && !number_as_index(key, &index, &exc_IndexError)) return false;
    return raise_type("'%.200T' object does not support item assignment", v);
}

bool object_delitem(Value v, Value key)
{
    Type *type = type_of(v);
    if (!c_stack_check()) return false;
    if (type->setitem) return type->setitem(v, key, 0);
    int64_t index;
    if (!wants_index(type, key)) return raise_type("'%.200T' object does not support item deletion", v);
    return number_as_index(key, &index, &exc_IndexError) ? raise_type("'%.200T' object doesn't support item deletion", v) : false;
}

int64_t object_length(Value v)
{
    Type *type = type_of(v);
    if (!c_stack_check()) return -1;
    if (type->length) return type->length(v);
    return (int64_t)raise_type("object of type '%.200T' has no len()", v) - 1;
}

int64_t object_length_hint(Value v, int64_t otherwise)
{
    if (type_of(v)->length) {
        int64_t n = object_length(v);
        if (n >= 0) return n;
        if (!error_clear_if(&exc_TypeError)) return -1;
    }
    Value method = object_lookup_special(v, NAME("__length_hint__"));
    if (!method) return thread_self->exception ? -1 : otherwise;
    Value result = call_0(method);
    if (!result) return error_clear_if(&exc_TypeError) ? otherwise : -1;
    if (result == NOT_IMPLEMENTED) return otherwise;
    if (!is_int(result)) return (int64_t)raise_type("__length_hint__ must be an integer, not %.100T", result) - 1;
    int64_t n;
    if (!number_as_count(result, &n)) return -1;
    if (n < 0) return (int64_t)raise_value("__length_hint__() should return >= 0") - 1;
    return n;
}

int object_contains(Value container, Value item)
{
    Type *type = type_of(container);
    if (!c_stack_check()) return -1;
    if (type->contains) return type->contains(container, item);
    Value iterator = object_iter(container), each;
    if (!iterator) {
        if (error_clear_if(&exc_TypeError)) raise_type("argument of type '%.200T' is not iterable", container);
        return -1;
    }
    while ((each = iter_next(iterator))) {
        int equal = object_equal(each, item);
        if (equal) return equal;
    }
    return thread_self->exception ? -1 : 0;
}

/* --- iteration */

bool is_iterator(Value v)
{
    Type *type = type_of(v);
    return type->next && type->next != next_not_implemented;
}

Value object_iter(Value v)
{
    Type *type = type_of(v);
    if (!c_stack_check()) return 0;
    if (type->iter) {
        Value iterator = type->iter(v);
        if (iterator && !is_iterator(iterator)) return raise_type("iter() returned non-iterator of type '%.100T'", iterator);
        return iterator;
    }
    if (type->seq_item && !(type->flags & TYPE_DICT)) return seq_iter_new(v);
    return raise_type("'%.200T' object is not iterable", v);
}

Value iter_self(Value iterator) { return iterator; }

Value iter_next(Value iterator)
{
    Value (*next)(Value) = type_of(iterator)->next;
    if (!next) return raise_type("'%.200T' object is not an iterator", iterator);
    if (__builtin_expect(c_stack_low(), 0)) return raise_recursion("");   /* iterators over iterators */
    if (!hear_signals()) return 0;
    Value item = next(iterator);
    if (!item && thread_self->exception) error_clear_if(&exc_StopIteration);
    return item;
}

Value object_to_list(Value iterable)
{
    Value list = list_new(0);
    return list && list_extend(list, iterable) ? list : 0;
}

Value object_to_tuple(Value iterable)
{
    if (type_of(iterable) == &tuple_type) return iterable;
    if (type_of(iterable) == &list_type) return list_to_tuple(iterable);
    Value list = object_to_list(iterable);
    return list ? list_to_tuple(list) : 0;
}

/* --- buffers */

bool has_buffer(Value v) { return type_of(v)->get_buffer != 0; }

bool buffer_get(Value v, Buffer *buffer, int flags)
{
    Type *type = type_of(v);
    if (type == &bytes_type) return type->get_buffer(v, buffer, flags);   /* sets all of it */
    if (!type->get_buffer) return raise_type("a bytes-like object is required, not '%.100T'", v);
    if (!c_stack_check()) return false;
    memset(buffer, 0, sizeof *buffer);
    if (!type->get_buffer(v, buffer, flags)) return false;
    if (!buffer->owner) buffer->owner = v;
    return true;
}

void buffer_release(Buffer *buffer)
{
    Value owner = buffer->owner;
    if (!owner) return;
    buffer->owner = 0;
    Type *type = type_of(owner);
    if (type->release_buffer) type->release_buffer(owner, buffer);
}

/* --- repr of containers that contain themselves: the addresses of what is being printed hang on the thread, as the keys of a dict */

static Value address_of(Value v) { return int_new((int64_t)(v >> 3)); }

int repr_enter(Value v)
{
    if (!thread_self->dict && !(thread_self->dict = dict_new())) return -1;
    Value name = NAME("Py_Repr"), printed = dict_get_str(thread_self->dict, name), address = address_of(v);
    if (!printed) {
        printed = dict_new();
        if (!printed || !dict_set(thread_self->dict, name, printed)) return -1;
    }
    if (dict_get(printed, address)) return 1;
    return dict_set(printed, address, NONE) ? 0 : -1;
}

void repr_leave(Value v)
{
    Value printed = thread_self->dict ? dict_get_str(thread_self->dict, NAME("Py_Repr")) : 0;
    if (printed) dict_delete(printed, address_of(v));
}
