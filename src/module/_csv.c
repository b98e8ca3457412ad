/* _csv.c: reading and writing of delimited text: dialects, the reader's state machine, the writer. */
#include "module/module.h"
#include "object/sequence.h"

enum { QUOTE_MINIMAL, QUOTE_ALL, QUOTE_NONNUMERIC, QUOTE_NONE };
/* Characters that may be unset are wider than any character: so that comparisons with text fail. */
enum { NO_CHAR = 0x7fffffff, END_OF_LINE = 0x7ffffffe };

typedef struct Dialect {
    Obj head;
    Value lineterminator;
    uint32_t delimiter, quotechar, escapechar;
    int quoting;
    bool doublequote, skipinitialspace, strict;
} Dialect;
static Type dialect_type, reader_type, writer_type;
static Value csv_error, dialects;
static int64_t field_limit = 128 * 1024;

static Value error(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    raise_format_v((Type *)csv_error, format, args);
    va_end(args);
    return 0;
}

/* --- Dialect */

static void dialect_trace(Obj *o) { gc_visit(((Dialect *)o)->lineterminator); }

/* A parameter of one character. src 0: not given. */
static bool char_parameter(const char *name, uint32_t *out, Value src, uint32_t otherwise, bool may_be_none)
{
    *out = otherwise;
    if (!src) return true;
    if (may_be_none && src == NONE) {
        *out = NO_CHAR;
        return true;
    }
    if (!is_str(src)) return raise_type("\"%s\" must be string%s, not %.200s", name, may_be_none ? " or None" : "", type_of(src)->name);
    if (str_length(src) != 1) return raise_type("\"%s\" must be a 1-character string", name);
    *out = str_char(src, 0);
    return true;
}

static bool bool_parameter(bool *out, Value src, bool otherwise)
{
    int truth = src ? object_truth(src) : otherwise;
    *out = truth > 0;
    return truth >= 0;
}

static bool quoting_parameter(int *out, Value src)
{
    int64_t n;
    *out = QUOTE_MINIMAL;
    if (!src) return true;
    if (type_of(src) != &int_type) return raise_type("\"quoting\" must be an integer");
    if (!int_as_int64(src, &n)) return false;
    if (n < QUOTE_MINIMAL || n > QUOTE_NONE) return raise_type("bad \"quoting\" value");
    *out = (int)n;
    return true;
}

enum { P_DIALECT, P_DELIMITER, P_DOUBLEQUOTE, P_ESCAPECHAR, P_LINETERMINATOR, P_QUOTECHAR, P_QUOTING, P_SKIPINITIALSPACE, P_STRICT, P_COUNT };
static const char *const parameter_names[P_COUNT] = {"dialect", "delimiter", "doublequote", "escapechar", "lineterminator", "quotechar", "quoting", "skipinitialspace", "strict"};

static bool bind_parameters(Value *args, size_t nargs, Value kwnames, Value *out)
{
    memset(out, 0, P_COUNT * sizeof(Value));
    int64_t given = (int64_t)nargs, named = kwnames ? tuple_size(kwnames) : 0;
    if (given + named > P_COUNT) return raise_type("function takes at most 9 arguments (%zd given)", given + named);
    memcpy(out, args, nargs * sizeof(Value));
    for (int64_t i = 0; i < named; i++) {
        Value name = tuple_get(kwnames, i);
        int p = 0;
        while (p < P_COUNT && !str_equal_ascii(name, parameter_names[p])) p++;
        if (p == P_COUNT) return raise_type("'%U' is an invalid keyword argument for this function", name);
        if (out[p]) return raise_type("argument for function given by name ('%U') and position (%d)", name, p + 1);
        out[p] = args[given + i];
    }
    return true;
}

static Value find_dialect(Value name)
{
    Value found = dict_get(dialects, name);
    return found || thread_self->exception ? found : error("unknown dialect");
}

/* What is not given is taken from the attributes of the dialect. */
static bool fill_from_dialect(Value *p)
{
    for (int i = P_DELIMITER; i < P_COUNT; i++) {
        if (p[i]) continue;
        Value name = str_intern_cstring(parameter_names[i]);
        if (!name) return false;
        p[i] = object_getattr_opt(p[P_DIALECT], name);
        if (!p[i] && thread_self->exception) {
            if (error_matches(&exc_MemoryError)) return false;
            error_clear();
        }
    }
    return true;
}

static Value dialect_build(Type *type, Value *p)
{
    Dialect *d = NEW_OF(Dialect, type, dialect_type);
    if (!d || !char_parameter("delimiter", &d->delimiter, p[P_DELIMITER], ',', false) || !bool_parameter(&d->doublequote, p[P_DOUBLEQUOTE], true) ||
        !char_parameter("escapechar", &d->escapechar, p[P_ESCAPECHAR], NO_CHAR, true))
        return 0;
    Value terminator = p[P_LINETERMINATOR] ? p[P_LINETERMINATOR] : str_from_cstring("\r\n");
    if (!terminator) return 0;
    if (terminator != NONE && !is_str(terminator)) return raise_type("\"lineterminator\" must be a string");
    SET(d, lineterminator, terminator);
    if (!char_parameter("quotechar", &d->quotechar, p[P_QUOTECHAR], '"', true) || !quoting_parameter(&d->quoting, p[P_QUOTING]) ||
        !bool_parameter(&d->skipinitialspace, p[P_SKIPINITIALSPACE], false) || !bool_parameter(&d->strict, p[P_STRICT], false))
        return 0;
    if (d->quotechar == NO_CHAR && !p[P_QUOTING]) d->quoting = QUOTE_NONE;
    if (d->quoting != QUOTE_NONE && d->quotechar == NO_CHAR) return raise_type("quotechar must be set if quoting enabled");
    if (terminator == NONE) return raise_type("lineterminator must be set");
    return VALUE(d);
}

static Value dialect_make(Type *type, Value *args, size_t nargs, Value kwnames)
{
    Value p[P_COUNT];
    if (!bind_parameters(args, nargs, kwnames, p)) return 0;
    if (p[P_DIALECT] == NONE) p[P_DIALECT] = 0;
    if (p[P_DIALECT]) {
        if (is_str(p[P_DIALECT]) && !(p[P_DIALECT] = find_dialect(p[P_DIALECT]))) return 0;
        bool only = is_instance_of(p[P_DIALECT], &dialect_type);
        for (int i = P_DELIMITER; i < P_COUNT; i++) only = only && !p[i];
        if (only && type == &dialect_type) return p[P_DIALECT];
        if (!fill_from_dialect(p)) return 0;
    }
    return dialect_build(type, p);
}

static Value char_value(uint32_t c) { return c == NO_CHAR ? NONE : str_from_char(c); }
static Value dialect_get_delimiter(Value self) { return char_value(((Dialect *)self)->delimiter); }
static Value dialect_get_quotechar(Value self) { return char_value(((Dialect *)self)->quotechar); }
static Value dialect_get_escapechar(Value self) { return char_value(((Dialect *)self)->escapechar); }
static Value dialect_get_lineterminator(Value self) { return ((Dialect *)self)->lineterminator; }
static Value dialect_get_quoting(Value self) { return small_int(((Dialect *)self)->quoting); }
static const GetSetDef dialect_getset[] = {
    {"delimiter", dialect_get_delimiter, 0, 0}, {"escapechar", dialect_get_escapechar, 0, 0}, {"lineterminator", dialect_get_lineterminator, 0, 0},
    {"quotechar", dialect_get_quotechar, 0, 0}, {"quoting", dialect_get_quoting, 0, 0},       {0}};
static const MemberDef dialect_members[] = {{"skipinitialspace", MEMBER_BOOL, offsetof(Dialect, skipinitialspace), false, 0},
                                            {"doublequote", MEMBER_BOOL, offsetof(Dialect, doublequote), false, 0},
                                            {"strict", MEMBER_BOOL, offsetof(Dialect, strict), false, 0},
                                            {0}};

static NATIVE(dialect_reduce) { return raise_type("cannot pickle '%.100s' instances", "Dialect"); }
static const NativeDef dialect_methods[] = {{"__reduce__", 0, dialect_reduce, "raises an exception to avoid pickling", NATIVE_VECTOR},
                                            {"__reduce_ex__", 0, dialect_reduce, "raises an exception to avoid pickling", NATIVE_VECTOR},
                                            {0}};

static Type dialect_type = {TYPE_INIT("_csv.Dialect", Dialect),
                            .flags = TYPE_BASE,
                            .doc = "CSV dialect\n\nThe Dialect type records CSV format options.",
                            .trace = dialect_trace,
                            .new = dialect_make,
                            .getset = dialect_getset,
                            .members = dialect_members,
                            .methods = dialect_methods};

/* Dialect(dialect, **kwargs) for reader, writer and register_dialect. */
static Dialect *dialect_for(Value dialect, Value *kwvalues, Value kwnames)
{
    int64_t count = kwnames ? tuple_size(kwnames) : 0;
    Value list = list_new(count + 2);
    if (!list) return 0;
    Value *args = list_items(list) + 1;
    if (dialect) args[0] = dialect;
    if (count) memcpy(args + (dialect != 0), kwvalues, (size_t)count * sizeof(Value));
    Value result = dialect_make(&dialect_type, args, dialect != 0, kwnames);
    KEEP_ALIVE(list);
    return (Dialect *)result;
}

/* --- reader */

typedef enum State { START_RECORD, START_FIELD, ESCAPED_CHAR, IN_FIELD, IN_QUOTED_FIELD, ESCAPE_IN_QUOTED_FIELD, QUOTE_IN_QUOTED_FIELD, EAT_CRNL, AFTER_ESCAPED_CRNL } State;

typedef struct Reader {
    Obj head;
    Value input, dialect, fields;
    StrBuilder field;
    State state;
    bool numeric;
    int64_t line_num;
} Reader;

static void reader_trace(Obj *o)
{
    Reader *r = (Reader *)o;
    gc_visit(r->input), gc_visit(r->dialect), gc_visit(r->fields);
    gc_visit_buffer(r->field.data);
}

static bool save_field(Reader *r)
{
    Value field = r->field.length ? str_builder_finish(&r->field) : str_empty;
    if (!field) return false;
    if (r->numeric) {
        r->numeric = false;
        if (!(field = number_float(field))) return false;
    }
    return list_append(r->fields, field);
}

static bool add_char(Reader *r, uint32_t c)
{
    if (r->field.length >= field_limit) return error("field larger than field limit (%ld)", (long)field_limit);
    bool ok = str_builder_char(&r->field, c);
    gc_barrier(r);
    return ok;
}

static bool is_line_end(uint32_t c) { return c == '\n' || c == '\r' || c == END_OF_LINE; }

static bool end_record(Reader *r, uint32_t c)
{
    r->state = c == END_OF_LINE ? START_RECORD : EAT_CRNL;
    return save_field(r);
}

static bool start_field(Reader *r, Dialect *d, uint32_t c)
{
    if (is_line_end(c)) return end_record(r, c);
    if (c == d->quotechar && d->quoting != QUOTE_NONE) r->state = IN_QUOTED_FIELD;
    else if (c == d->escapechar) r->state = ESCAPED_CHAR;
    else if (c == ' ' && d->skipinitialspace) r->state = START_FIELD;
    else if (c == d->delimiter) return r->state = START_FIELD, save_field(r);
    else {
        r->numeric = d->quoting == QUOTE_NONNUMERIC;
        r->state = IN_FIELD;
        return add_char(r, c);
    }
    return true;
}

static bool in_field(Reader *r, Dialect *d, uint32_t c)
{
    if (is_line_end(c)) return end_record(r, c);
    if (c == d->escapechar) r->state = ESCAPED_CHAR;
    else if (c == d->delimiter) return r->state = START_FIELD, save_field(r);
    else return add_char(r, c);
    return true;
}

static bool after_quote(Reader *r, Dialect *d, uint32_t c)
{
    if (d->quoting != QUOTE_NONE && c == d->quotechar) return r->state = IN_QUOTED_FIELD, add_char(r, c);
    if (c == d->delimiter) return r->state = START_FIELD, save_field(r);
    if (is_line_end(c)) return end_record(r, c);
    if (!d->strict) return r->state = IN_FIELD, add_char(r, c);
    Value delimiter = str_from_char(d->delimiter), quote = str_from_char(d->quotechar);
    return delimiter && quote && error("'%U' expected after '%U'", delimiter, quote);
}

static bool process_char(Reader *r, Dialect *d, uint32_t c)
{
    switch (r->state) {
    case START_RECORD:
        if (c == END_OF_LINE) return true;
        if (c == '\n' || c == '\r') return r->state = EAT_CRNL, true;
        return start_field(r, d, c);
    case START_FIELD: return start_field(r, d, c);
    case ESCAPED_CHAR:
        if (c == '\n' || c == '\r') return r->state = AFTER_ESCAPED_CRNL, add_char(r, c);
        r->state = IN_FIELD;
        return add_char(r, c == END_OF_LINE ? '\n' : c);
    case AFTER_ESCAPED_CRNL: return c == END_OF_LINE || in_field(r, d, c);
    case IN_FIELD: return in_field(r, d, c);
    case IN_QUOTED_FIELD:
        if (c == END_OF_LINE) return true;
        if (c == d->escapechar) return r->state = ESCAPE_IN_QUOTED_FIELD, true;
        if (c == d->quotechar && d->quoting != QUOTE_NONE) return r->state = d->doublequote ? QUOTE_IN_QUOTED_FIELD : IN_FIELD, true;
        return add_char(r, c);
    case ESCAPE_IN_QUOTED_FIELD: r->state = IN_QUOTED_FIELD; return add_char(r, c == END_OF_LINE ? '\n' : c);
    case QUOTE_IN_QUOTED_FIELD: return after_quote(r, d, c);
    case EAT_CRNL:
        if (c == '\n' || c == '\r') return true;
        if (c == END_OF_LINE) return r->state = START_RECORD, true;
        return error("new-line character seen in unquoted field - do you need to open the file in universal-newline mode?");
    }
    return true;
}

/* A run of ordinary characters of a field goes in at once. Returns how many. */
static int64_t plain_run(Reader *r, Dialect *d, Value line, int64_t start)
{
    const void *data = str_data(line);
    int kind = str_kind(line);
    int64_t length = str_length(line), i = start;
    bool quoted = r->state == IN_QUOTED_FIELD;
    if (length - start > field_limit - r->field.length) return 0;
    for (; i < length; i++) {
        uint32_t c = str_read(kind, data, i);
        if (c == d->escapechar || (quoted ? c == d->quotechar : c == d->delimiter || c == '\n' || c == '\r')) break;
    }
    if (i - start < 2) return 0;
    bool ok = str_builder_slice(&r->field, line, start, i);
    gc_barrier(r);
    return ok ? i - start : -1;
}

static bool process_line(Reader *r, Dialect *d, Value line)
{
    const void *data = str_data(line);
    if (!data) return false;
    int kind = str_kind(line);
    for (int64_t i = 0; i < str_length(line); i++) {
        if (r->state == IN_FIELD || r->state == IN_QUOTED_FIELD) {
            int64_t run = plain_run(r, d, line, i);
            if (run < 0) return false;
            if (run > 0) {
                i += run - 1;
                continue;
            }
        }
        if (!process_char(r, d, str_read(kind, data, i))) return false;
    }
    return process_char(r, d, END_OF_LINE);
}

static Value reader_next(Value self)
{
    Reader *r = (Reader *)self;
    if (!r->input) return raise_type("reader is not initialized");
    Dialect *d = (Dialect *)r->dialect;
    SET(r, fields, list_new(0));
    if (!r->fields) return 0;
    r->field.length = 0;
    r->state = START_RECORD;
    r->numeric = false;
    do {
        Value line = iter_next(r->input);
        if (!line) {
            if (thread_self->exception || !(r->field.length != 0 || r->state == IN_QUOTED_FIELD)) return 0;
            if (d->strict) return error("unexpected end of data");
            if (!save_field(r)) return 0;
            break;
        }
        if (!is_str(line)) return error("iterator should return strings, not %.200s (the file should be opened in text mode)", type_of(line)->name);
        r->line_num++;
        if (!process_line(r, d, line)) return 0;
        if (!r->fields) return error("reader is already executing");
    } while (r->state != START_RECORD);
    Value fields = r->fields;
    r->fields = 0;
    return fields;
}

static const MemberDef reader_members[] = {{"dialect", MEMBER_VALUE, offsetof(Reader, dialect), false, 0}, {"line_num", MEMBER_INT64, offsetof(Reader, line_num), false, 0}, {0}};
static Type reader_type = {TYPE_INIT("_csv.reader", Reader),
                           .flags = TYPE_BASE,
                           .doc = "CSV reader\n\nReader objects are responsible for reading and parsing tabular data in CSV format.",
                           .trace = reader_trace,
                           .iter = iter_self,
                           .next = reader_next,
                           .members = reader_members};

/* --- writer */

typedef struct Writer {
    Obj head;
    Value write, dialect;
} Writer;

static void writer_trace(Obj *o) { gc_visit(((Writer *)o)->write), gc_visit(((Writer *)o)->dialect); }

static bool needs_care(Dialect *d, uint32_t c)
{
    return c == d->delimiter || c == d->escapechar || c == d->quotechar || str_find_char(d->lineterminator, c, 0, str_length(d->lineterminator), 1) >= 0;
}

/* Does the field hold characters for which it must be quoted? 0, 1 or -1: it cannot be written. */
static int must_quote(Dialect *d, Value field)
{
    const void *data = str_data(field);
    int kind = str_kind(field), result = 0;
    for (int64_t i = 0; i < str_length(field); i++) {
        uint32_t c = str_read(kind, data, i);
        if (!needs_care(d, c)) continue;
        bool escape = d->quoting == QUOTE_NONE || (c == d->quotechar && !d->doublequote) || (c == d->escapechar && c != d->quotechar);
        if (!escape) result = 1;
        else if (d->escapechar == NO_CHAR) return error("need to escape, but no escapechar set"), -1;
    }
    return result;
}

static bool add_field_text(StrBuilder *b, Dialect *d, Value field)
{
    const void *data = str_data(field);
    int kind = str_kind(field);
    int64_t start = 0, length = str_length(field);
    for (int64_t i = 0; i < length; i++) {
        uint32_t c = str_read(kind, data, i), extra = NO_CHAR;
        if (!needs_care(d, c)) continue;
        if (d->quoting == QUOTE_NONE) extra = d->escapechar;
        else if (c == d->quotechar) extra = d->doublequote ? d->quotechar : d->escapechar;
        else if (c == d->escapechar) extra = d->escapechar;
        if (extra == NO_CHAR) continue;
        if ((i > start && !str_builder_slice(b, field, start, i)) || !str_builder_char(b, extra)) return false;
        start = i;
    }
    return length == start || str_builder_slice(b, field, start, length);
}

static bool add_field(StrBuilder *b, Dialect *d, int64_t number, Value field, bool quoted)
{
    int care = field ? must_quote(d, field) : 0;
    if (care < 0) return false;
    if (care) quoted = true;
    return (number == 0 || str_builder_char(b, d->delimiter)) && (!quoted || str_builder_char(b, d->quotechar)) && (!field || add_field_text(b, d, field)) &&
           (!quoted || str_builder_char(b, d->quotechar));
}

static bool is_number(Value v)
{
    Type *type = type_of(v);
    return is_int(v) || is_float(v) || type->index || type->to_int || type->to_float || type_is_subtype(type, &complex_type);
}

static Value write_row(Writer *w, Value row)
{
    Dialect *d = (Dialect *)w->dialect;
    if (!d) return raise_type("writer is not initialized");
    Value iterator = object_iter(row), field;
    if (!iterator) return error_clear_if(&exc_TypeError) ? error("iterable expected, not %.200s", type_of(row)->name) : 0;
    StrBuilder b = {0};
    int64_t count = 0;
    for (; (field = iter_next(iterator)); count++) {
        bool quoted = d->quoting == QUOTE_ALL || (d->quoting == QUOTE_NONNUMERIC && !is_number(field));
        Value text = field == NONE ? 0 : is_str(field) ? field : object_str(field);
        if ((!text && field != NONE) || !add_field(&b, d, count, text, quoted)) return 0;
    }
    if (thread_self->exception) return 0;
    if (count > 0 && b.length == 0) {   /* a lone empty field would read back as no field at all */
        if (d->quoting == QUOTE_NONE) return error("single empty field record must be quoted");
        if (!add_field(&b, d, 0, 0, true)) return 0;
    }
    if (!str_builder_str(&b, d->lineterminator)) return 0;
    Value line = str_builder_finish(&b);
    return line ? call_1(w->write, line) : 0;
}

static NATIVE(writer_writerow) { return write_row((Writer *)args[0], args[1]); }

static NATIVE(writer_writerows)
{
    Value iterator = object_iter(args[1]), row;
    if (!iterator) return 0;
    while ((row = iter_next(iterator)))
        if (!write_row((Writer *)args[0], row)) return 0;
    return thread_self->exception ? 0 : NONE;
}

static const NativeDef writer_methods[] = {
    {"writerow", "(self, row, /)", writer_writerow,
     "writerow(iterable)\n\nConstruct and write a CSV record from an iterable of fields.  Non-string\nelements will be converted to string.", 0},
    {"writerows", "(self, rows, /)", writer_writerows, "writerows(iterable of iterables)\n\nConstruct and write a series of iterables to a csv file.", 0},
    {0},
};
static const MemberDef writer_members[] = {{"dialect", MEMBER_VALUE, offsetof(Writer, dialect), false, 0}, {0}};
static Type writer_type = {TYPE_INIT("_csv.writer", Writer),
                           .flags = TYPE_BASE,
                           .doc = "CSV writer\n\nWriter objects are responsible for generating tabular data in CSV format.",
                           .trace = writer_trace,
                           .methods = writer_methods,
                           .members = writer_members};

/* --- the module */

static NATIVE(csv_reader)
{
    if (!check_positional("", nargs, 0, 1, 2)) return 0;
    Value input = object_iter(args[0]);
    Dialect *d = input ? dialect_for(nargs == 2 ? args[1] : 0, args + nargs, kwnames) : 0;
    Reader *r = d ? gc_alloc(Reader, &reader_type) : 0;
    if (!r) return 0;
    r->input = input;
    r->dialect = VALUE(d);
    return VALUE(r);
}

static NATIVE(csv_writer)
{
    if (!check_positional("", nargs, 0, 1, 2)) return 0;
    Dialect *d = dialect_for(nargs == 2 ? args[1] : 0, args + nargs, kwnames);
    if (!d) return 0;
    Value write = object_getattr_opt(args[0], NAME("write"));
    if (!write && thread_self->exception) return 0;
    if (!write || !is_callable(write)) return raise_type("argument 1 must have a \"write\" method");
    Writer *w = gc_alloc(Writer, &writer_type);
    if (!w) return 0;
    w->write = write;
    w->dialect = VALUE(d);
    return VALUE(w);
}

static NATIVE(csv_register_dialect)
{
    if (!check_positional("", nargs, 0, 1, 2)) return 0;
    if (!is_str(args[0])) return raise_type("dialect name must be a string");
    Value name = args[0];
    Dialect *d = dialect_for(nargs == 2 ? args[1] : 0, args + nargs, kwnames);
    return d && dict_set(dialects, name, VALUE(d)) ? NONE : 0;
}

static NATIVE(csv_unregister_dialect)
{
    int deleted = dict_delete(dialects, args[0]);
    return deleted > 0 ? NONE : deleted < 0 ? 0 : error("unknown dialect");
}

static NATIVE(csv_get_dialect) { return find_dialect(args[0]); }
static NATIVE(csv_list_dialects) { return dict_keys_list(dialects); }

static NATIVE(csv_field_size_limit)
{
    int64_t old = field_limit;
    if (args[0]) {
        if (type_of(args[0]) != &int_type) return raise_type("limit must be an integer");
        int64_t limit;
        if (!int_as_int64(args[0], &limit)) return 0;
        field_limit = limit;
    }
    return int_new(old);
}

static bool csv_init(Value module)
{
    gc_root(&csv_error);
    gc_root(&dialects);
    dialects = dict_new();
    csv_error = module_new_exception("_csv.Error", VALUE(&exc_Exception), 0);
    return dialects && csv_error && type_ready(&reader_type) && type_ready(&writer_type) && module_add(module, "Error", csv_error) && module_add(module, "_dialects", dialects) &&
           module_add(module, "Reader", VALUE(&reader_type)) && module_add(module, "Writer", VALUE(&writer_type)) && module_add_type(module, &dialect_type) &&
           module_add_str(module, "__version__", "1.0") && module_add_int(module, "QUOTE_MINIMAL", QUOTE_MINIMAL) && module_add_int(module, "QUOTE_ALL", QUOTE_ALL) &&
           module_add_int(module, "QUOTE_NONNUMERIC", QUOTE_NONNUMERIC) && module_add_int(module, "QUOTE_NONE", QUOTE_NONE);
}

static const NativeDef csv_functions[] = {
    {"reader", 0, csv_reader,
     "csv_reader = reader(iterable [, dialect='excel'] [optional keyword args])\n\nThe \"iterable\" argument can be any object that returns a line of input for each iteration, "
     "such as a file or a list.\n"
     "The optional \"dialect\" parameter is the name of a dialect or a Dialect; keyword arguments override its settings.\nThe returned object is an iterator.  Each iteration "
     "returns a row of the CSV file.",
     NATIVE_VECTOR},
    {"writer", 0, csv_writer,
     "csv_writer = csv.writer(fileobj [, dialect='excel'] [optional keyword args])\n\nThe \"fileobj\" argument can be any object with a write method; each row is one call of it.",
     NATIVE_VECTOR},
    {"list_dialects", "()", csv_list_dialects, "Return a list of all known dialect names.\n\n    names = csv.list_dialects()", 0},
    {"register_dialect", 0, csv_register_dialect, "Create a mapping from a string name to a dialect class.\n    dialect = csv.register_dialect(name[, dialect[, **fmtparams]])",
     NATIVE_VECTOR},
    {"unregister_dialect", "(name)", csv_unregister_dialect, "Delete the name/dialect mapping associated with a string name.\n\n    csv.unregister_dialect(name)", 0},
    {"get_dialect", "(name)", csv_get_dialect, "Return the dialect instance associated with name.\n\n    dialect = csv.get_dialect(name)", 0},
    {"field_size_limit", "(new_limit=<unrepresentable>)", csv_field_size_limit,
     "Sets an upper limit on parsed fields.\n\n    csv.field_size_limit([limit])\n\nReturns old limit. If limit is not given, no new limit is set and\nthe old limit is returned",
     0},
    {0},
};

const ModuleDef module__csv = {"_csv", "CSV parsing and writing.\n", csv_functions, csv_init};
