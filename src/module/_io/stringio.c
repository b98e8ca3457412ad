/* stringio.c: StringIO, a text stream in memory.
 *
 * The contents are `text` followed by `tail`, a builder to which writes at the end go: writing piece by piece is linear. Everything else first folds the tail into the text.
 */
#include "module/_io/io.h"

typedef struct StringIOObj {
    IOBaseObj base;
    Value text;
    StrBuilder tail;
    int64_t position;
    Value newline;               /* the argument; 0: None */
    bool universal;              /* newline is None or '' */
    NewlineState newlines;
    bool ok, closed;
} StringIOObj;

static void stringio_trace(Obj *o)
{
    StringIOObj *s = (StringIOObj *)o;
    gc_visit(s->base.dict);
    gc_visit(s->text);
    gc_visit(s->newline);
    gc_visit_buffer(s->tail.data);
}

static bool check_open(StringIOObj *s)
{
    if (!s->ok) return raise_value("I/O operation on uninitialized object");
    return !s->closed || raise_value("I/O operation on closed file");
}

static int64_t length_of(StringIOObj *s) { return str_length(s->text) + s->tail.length; }

static bool fold(StringIOObj *s)
{
    if (!s->tail.length) return true;
    Value tail = str_builder_finish(&s->tail);
    Value whole = tail ? (str_length(s->text) ? str_concat(s->text, tail) : tail) : 0;
    if (!whole) return false;
    SET(s, text, whole);
    return true;
}

/* Replaces what is at the position (the tail is folded). */
static bool overwrite(StringIOObj *s, Value piece)
{
    int64_t length = str_length(s->text), end = s->position + str_length(piece);
    StrBuilder whole = {0};
    bool ok = str_builder_slice(&whole, s->text, 0, s->position < length ? s->position : length);
    for (int64_t i = length; ok && i < s->position; i++) ok = str_builder_char(&whole, 0);
    ok = ok && str_builder_str(&whole, piece) && (end >= length || str_builder_slice(&whole, s->text, end, length));
    Value text = ok ? str_builder_finish(&whole) : 0;
    if (!text) return false;
    SET(s, text, text);
    s->position = end;
    return true;
}

static bool write_text(StringIOObj *s, Value piece)
{
    if (s->universal) piece = newline_translate(&s->newlines, piece, true);
    if (piece && s->newline && (str_equal_ascii(s->newline, "\r") || str_equal_ascii(s->newline, "\r\n"))) piece = str_replace(piece, NAME("\n"), s->newline, -1);
    if (!piece) return false;
    int64_t n = str_length(piece);
    if (n == 0) return true;
    if (s->position > INT64_MAX / 4 - n) return raise_overflow("new position too large");
    if (s->position != length_of(s)) return fold(s) && overwrite(s, piece);
    bool ok = str_builder_str(&s->tail, piece);
    gc_barrier(s);
    if (ok) s->position += n;
    return ok;
}

/* --- construction */

static bool set_newline(StringIOObj *s, Value newline)
{
    if (newline != NONE && !is_str(newline)) return raise_type("newline must be str or None, not %.200s", type_of(newline)->name);
    if (!newline_check(newline)) return false;
    s->universal = newline == NONE || str_length(newline) == 0;
    s->newlines = (NewlineState){.translate = newline == NONE};
    SET(s, newline, newline == NONE ? 0 : newline);
    return true;
}

static bool stringio_init(Value self, Value *args, size_t nargs, Value kwnames)
{
    static Signature *cache;
    Value a[2];
    if (!native_bind("StringIO", "(initial_value='', newline='\\n')", &cache, args, nargs, kwnames, a)) return false;
    StringIOObj *s = (StringIOObj *)self;
    s->ok = false;
    Value newline = a[1] ? a[1] : str_from_char('\n');
    if (!set_newline(s, newline)) return false;
    Value initial = a[0] ? a[0] : str_empty;
    if (initial != NONE && !is_str(initial)) return raise_type("initial_value must be str or None, not %.200s", type_of(initial)->name);
    s->tail = (StrBuilder){0};
    SET(s, text, str_empty);
    s->position = 0;
    s->closed = false;
    if (initial != NONE && !write_text(s, initial)) return false;
    s->position = 0;
    s->ok = true;
    return true;
}

/* --- reading */

static NATIVE(stringio_read)
{
    StringIOObj *s = (StringIOObj *)args[0];
    int64_t size;
    if (!io_size(args[1], &size) || !check_open(s) || !fold(s)) return 0;
    int64_t n = str_length(s->text) - s->position;
    if (n < 0) n = 0;
    if (size < 0 || size > n) size = n;
    if (size == 0) return str_empty;
    Value piece = str_substring(s->text, s->position, s->position + size);
    if (piece) s->position += size;
    return piece;
}

static Value read_line(StringIOObj *s, int64_t limit)
{
    if (!fold(s)) return 0;
    int64_t length = str_length(s->text), start = s->position;
    if (start >= length || limit == 0) return str_empty;
    int64_t end = newline_find(s->text, start, length, s->universal && !s->newlines.translate, s->universal ? 0 : s->newline);
    if (end < 0) end = length;
    if (limit > 0 && end - start > limit) end = start + limit;
    Value line = str_substring(s->text, start, end);
    if (line) s->position = end;
    return line;
}

static NATIVE(stringio_readline)
{
    int64_t limit;
    if (!io_size(args[1], &limit) || !check_open((StringIOObj *)args[0])) return 0;
    return read_line((StringIOObj *)args[0], limit);
}

static Value stringio_next(Value self)
{
    StringIOObj *s = (StringIOObj *)self;
    if (!check_open(s)) return 0;
    Value line;
    if (type_of(self) == &stringio_type) {
        line = read_line(s, -1);
    } else {
        line = call_method_0(self, NAME("readline"));
        if (line && !is_str(line)) return raise_format(&exc_OSError, "readline() should have returned a str object, not '%.200s'", type_of(line)->name);
    }
    return line && str_length(line) ? line : 0;
}

/* --- writing, position */

static NATIVE(stringio_write)
{
    StringIOObj *s = (StringIOObj *)args[0];
    if (!s->ok) return raise_value("I/O operation on uninitialized object");
    if (!is_str(args[1])) return raise_type("string argument expected, got '%s'", type_of(args[1])->name);
    if (!check_open(s) || !write_text(s, args[1])) return 0;
    return int_new(str_length(args[1]));
}

static NATIVE(stringio_seek)
{
    StringIOObj *s = (StringIOObj *)args[0];
    int64_t position;
    int whence;
    if (!number_as_count(args[1], &position) || !number_as_int(args[2], &whence) || !check_open(s)) return 0;
    if (whence < 0 || whence > 2) return raise_value("Invalid whence (%i, should be 0, 1 or 2)", whence);
    if (position < 0 && whence == 0) return raise_value("Negative seek position %zd", position);
    if (whence != 0 && position != 0) return raise_format(&exc_OSError, "Can't do nonzero cur-relative seeks");
    if (whence == 1) position = s->position;
    else if (whence == 2) position = length_of(s);
    s->position = position;
    return int_new(position);
}

static NATIVE(stringio_truncate)
{
    StringIOObj *s = (StringIOObj *)args[0];
    if (!check_open(s)) return 0;
    int64_t size = s->position;
    if (args[1] != NONE) {
        if (!is_int(args[1]) && !type_of(args[1])->index) return raise_type("argument should be integer or None, not '%.200s'", type_of(args[1])->name);
        if (!number_as_index(args[1], &size, &exc_OverflowError)) return 0;
    }
    if (size < 0) return raise_value("Negative size value %zd", size);
    if (size < length_of(s)) {
        Value text = fold(s) ? str_substring(s->text, 0, size) : 0;
        if (!text) return 0;
        SET(s, text, text);
    }
    return int_new(size);
}

static NATIVE(stringio_tell) { return check_open((StringIOObj *)args[0]) ? int_new(((StringIOObj *)args[0])->position) : 0; }
static NATIVE(stringio_getvalue)
{
    StringIOObj *s = (StringIOObj *)args[0];
    return check_open(s) && fold(s) ? s->text : 0;
}
static NATIVE(stringio_yes) { return check_open((StringIOObj *)args[0]) ? TRUE : 0; }

static NATIVE(stringio_close)
{
    StringIOObj *s = (StringIOObj *)args[0];
    s->closed = true;
    s->tail = (StrBuilder){0};
    SET(s, text, str_empty);
    return NONE;
}

static NATIVE(stringio_getstate)
{
    StringIOObj *s = (StringIOObj *)args[0];
    Value value = stringio_getvalue(args, 1, 0);
    if (!value) return 0;
    Value dict = s->base.dict ? dict_copy(s->base.dict) : NONE;
    return dict ? tuple_pack(4, value, s->newline ? s->newline : NONE, int_new(s->position), dict) : 0;
}

static NATIVE(stringio_setstate)
{
    StringIOObj *s = (StringIOObj *)args[0];
    Value state = args[1];
    if (s->closed) return raise_value("I/O operation on closed file");
    if (!is_tuple(state) || tuple_size(state) < 4) return raise_type("%.200s.__setstate__ argument should be 4-tuple, got %.200s", type_of(args[0])->name, type_of(state)->name);
    Value value = tuple_get(state, 0), position = tuple_get(state, 2), dict = tuple_get(state, 3);
    if (value != NONE && !is_str(value)) return raise_type("initial_value must be str or None, not %.200s", type_of(value)->name);
    if (!set_newline(s, tuple_get(state, 1))) return 0;
    /* The value is restored as it was: no translation again. */
    s->tail = (StrBuilder){0};
    SET(s, text, value == NONE ? str_empty : value);
    s->ok = true;
    if (!is_int(position)) return raise_type("third item of state must be an integer, got %.200s", type_of(position)->name);
    int64_t n;
    if (!number_as_index(position, &n, &exc_OverflowError)) return 0;
    if (n < 0) return raise_value("position value cannot be negative");
    s->position = n;
    if (dict == NONE) return NONE;
    if (!is_dict(dict)) return raise_type("fourth item of state should be a dict, got a %.200s", type_of(dict)->name);
    Value own = object_get_dict(args[0]);
    return own && dict_update(own, dict) ? NONE : 0;
}

static Value get_closed(Value self)
{
    StringIOObj *s = (StringIOObj *)self;
    if (!s->ok) return raise_value("I/O operation on uninitialized object");
    return bool_value(s->closed);
}
static Value get_line_buffering(Value self) { return check_open((StringIOObj *)self) ? FALSE : 0; }
static Value get_newlines(Value self)
{
    StringIOObj *s = (StringIOObj *)self;
    if (!check_open(s)) return 0;
    return s->universal ? newlines_value(s->newlines.seen) : NONE;
}

static const NativeDef stringio_methods[] = {
    {"close", "(self, /)", stringio_close, "Drops the text.", 0},
    {"getvalue", "(self, /)", stringio_getvalue, "All the text.", 0},
    {"read", "(self, size=-1, /)", stringio_read, "Up to 'size' characters.", 0},
    {"readline", "(self, size=-1, /)", stringio_readline, "One line.", 0},
    {"tell", "(self, /)", stringio_tell, "The position.", 0},
    {"truncate", "(self, pos=None, /)", stringio_truncate, "Cuts the text to 'pos' (default: the position).", 0},
    {"seek", "(self, pos, whence=0, /)", stringio_seek, "Moves the position and returns it.", 0},
    {"write", "(self, s, /)", stringio_write, "Writes a string; returns the number of characters.", 0},
    {"readable", "(self, /)", stringio_yes, 0, 0},
    {"writable", "(self, /)", stringio_yes, 0, 0},
    {"seekable", "(self, /)", stringio_yes, 0, 0},
    {"__getstate__", "(self, /)", stringio_getstate, 0, 0},
    {"__setstate__", "(self, state, /)", stringio_setstate, 0, 0},
    {0},
};
static const GetSetDef stringio_getset[] = {{"closed", get_closed, 0, 0}, {"newlines", get_newlines, 0, 0}, {"line_buffering", get_line_buffering, 0, 0}, {0}};

Type stringio_type = {
    TYPE_INIT("_io.StringIO", StringIOObj),
    .base = &textiobase_type,
    .flags = TYPE_BASE | TYPE_WEAKREF_OK,
    .dict_offset = offsetof(IOBaseObj, dict),
    .trace = stringio_trace,
    .new = type_new_plain,
    .init = stringio_init,
    .next = stringio_next,
    .methods = stringio_methods,
    .getset = stringio_getset,
    .doc = "StringIO(initial_value='', newline='\\n')\n--\n\nA text stream in memory.",
};
