/* exceptions_unicode.c: UnicodeDecodeError, UnicodeEncodeError, UnicodeTranslateError: what could not be converted, where and why. */
#include "object/bytes.h"
#include "object/exceptions.h"
#include <stdio.h>

void unicode_error_trace(Obj *object)
{
    UnicodeErrorObj *e = (UnicodeErrorObj *)object;
    exception_trace(object);
    gc_visit(e->encoding);
    gc_visit(e->object);
    gc_visit(e->reason);
}

static bool need_str(Value v, int position) { return is_str(v) ? true : raise_type("argument %d must be str, not %s", position, v == NONE ? "None" : type_of(v)->name); }

static bool set_fields(Value self, Value encoding, Value object, Value start, Value end, Value reason, int reason_position)
{
    UnicodeErrorObj *e = (UnicodeErrorObj *)self;
    int64_t from, to;
    if (!number_as_count(start, &from) || !number_as_count(end, &to)) return false;
    if (!need_str(reason, reason_position)) return false;
    e->encoding = encoding;
    e->object = object;
    e->reason = reason;
    e->start = from;
    e->end = to;
    gc_barrier(e);
    return true;
}

static bool need_count(size_t nargs, size_t wanted) { return nargs == wanted ? true : raise_type("function takes exactly %zu arguments (%zu given)", wanted, nargs); }

bool unicode_decode_error_init(Value self, Value *args, size_t nargs, Value kwnames)
{
    if (!exception_init(self, args, nargs, kwnames) || !need_count(nargs, 5) || !need_str(args[0], 1)) return false;
    Value object = args[1];
    if (!is_bytes(object)) {
        Buffer buffer;
        if (!buffer_get(object, &buffer, BUFFER_SIMPLE)) return false;
        object = bytes_new(buffer.data, (size_t)buffer.length);
        buffer_release(&buffer);
        if (!object) return false;
    }
    return set_fields(self, args[0], object, args[2], args[3], args[4], 5);
}

bool unicode_encode_error_init(Value self, Value *args, size_t nargs, Value kwnames)
{
    if (!exception_init(self, args, nargs, kwnames) || !need_count(nargs, 5) || !need_str(args[0], 1) || !need_str(args[1], 2)) return false;
    return set_fields(self, args[0], args[1], args[2], args[3], args[4], 5);
}

bool unicode_translate_error_init(Value self, Value *args, size_t nargs, Value kwnames)
{
    if (!exception_init(self, args, nargs, kwnames) || !need_count(nargs, 4) || !need_str(args[0], 1)) return false;
    return set_fields(self, 0, args[0], args[1], args[2], args[3], 4);
}

/* Fields may have been replaced by anything from Python: texts are taken with str(). */
static bool texts(UnicodeErrorObj *e, Value *encoding, Value *reason)
{
    *reason = object_str(e->reason ? e->reason : str_empty);
    if (!*reason) return false;
    *encoding = e->encoding ? object_str(e->encoding) : str_empty;
    return *encoding != 0;
}

Value unicode_decode_error_str(Value self)
{
    UnicodeErrorObj *e = (UnicodeErrorObj *)self;
    Value encoding, reason;
    if (!e->object) return str_empty;
    if (!texts(e, &encoding, &reason)) return 0;
    if (is_bytes(e->object) && e->start >= 0 && e->start < bytes_size(e->object) && e->end == e->start + 1) {
        char hex[8];
        snprintf(hex, sizeof hex, "%02x", bytes_data(e->object)[e->start]);
        return str_format_c("'%U' codec can't decode byte 0x%s in position %zd: %U", encoding, hex, (ssize_t)e->start, reason);
    }
    return str_format_c("'%U' codec can't decode bytes in position %zd-%zd: %U", encoding, (ssize_t)e->start, (ssize_t)(e->end - 1), reason);
}

/* The one offending character as an escape; false when the range is not one character. */
static bool one_character(UnicodeErrorObj *e, char escape[16])
{
    if (!is_str(e->object) || e->start < 0 || e->start >= str_length(e->object) || e->end != e->start + 1) return false;
    uint32_t c = str_char(e->object, e->start);
    snprintf(escape, 16, c <= 0xff ? "\\x%02x" : c <= 0xffff ? "\\u%04x" : "\\U%08x", c);
    return true;
}

Value unicode_encode_error_str(Value self)
{
    UnicodeErrorObj *e = (UnicodeErrorObj *)self;
    Value encoding, reason;
    char escape[16];
    if (!e->object) return str_empty;
    if (!texts(e, &encoding, &reason)) return 0;
    if (one_character(e, escape)) { return str_format_c("'%U' codec can't encode character '%s' in position %zd: %U", encoding, escape, (ssize_t)e->start, reason); }
    return str_format_c("'%U' codec can't encode characters in position %zd-%zd: %U", encoding, (ssize_t)e->start, (ssize_t)(e->end - 1), reason);
}

Value unicode_translate_error_str(Value self)
{
    UnicodeErrorObj *e = (UnicodeErrorObj *)self;
    Value encoding, reason;
    char escape[16];
    if (!e->object) return str_empty;
    if (!texts(e, &encoding, &reason)) return 0;
    if (one_character(e, escape)) return str_format_c("can't translate character '%s' in position %zd: %U", escape, (ssize_t)e->start, reason);
    return str_format_c("can't translate characters in position %zd-%zd: %U", (ssize_t)e->start, (ssize_t)(e->end - 1), reason);
}

const MemberDef unicode_error_members[] = {
    {"encoding", MEMBER_VALUE_OR_NONE, offsetof(UnicodeErrorObj, encoding), true, "exception encoding"},
    {"object", MEMBER_VALUE_OR_NONE, offsetof(UnicodeErrorObj, object), true, "exception object"},
    {"start", MEMBER_INT64, offsetof(UnicodeErrorObj, start), true, "exception start"},
    {"end", MEMBER_INT64, offsetof(UnicodeErrorObj, end), true, "exception end"},
    {"reason", MEMBER_VALUE_OR_NONE, offsetof(UnicodeErrorObj, reason), true, "exception reason"},
    {0},
};

Value unicode_decode_error(const char *encoding, Value object, int64_t start, int64_t end, const char *reason)
{
    Value name = str_from_cstring(encoding), why = name ? str_from_cstring(reason) : 0;
    Value args = why ? tuple_pack(5, name, object, int_new(start), int_new(end), why) : 0;
    return args ? exception_new(&exc_UnicodeDecodeError, args) : 0;
}

Value unicode_encode_error(const char *encoding, Value object, int64_t start, int64_t end, const char *reason)
{
    Value name = str_from_cstring(encoding), why = name ? str_from_cstring(reason) : 0;
    Value args = why ? tuple_pack(5, name, object, int_new(start), int_new(end), why) : 0;
    return args ? exception_new(&exc_UnicodeEncodeError, args) : 0;
}
