/* exceptions_fields.c: the exceptions that carry a value or names: StopIteration, SystemExit, ImportError, NameError, AttributeError, SyntaxError. */
#include "object/exceptions.h"

/* --- StopIteration.value, SystemExit.code */

void stop_iteration_trace(Obj *object)
{
    exception_trace(object);
    gc_visit(((StopIterationObj *)object)->value);
}

bool stop_iteration_init(Value self, Value *args, size_t nargs, Value kwnames)
{
    if (!exception_init(self, args, nargs, kwnames)) return false;
    SET((StopIterationObj *)self, value, nargs ? args[0] : NONE);
    return true;
}

bool system_exit_init(Value self, Value *args, size_t nargs, Value kwnames)
{
    if (!exception_init(self, args, nargs, kwnames)) return false;
    SET((StopIterationObj *)self, value, nargs == 0 ? NONE : nargs == 1 ? args[0] : ((Exception *)self)->args);
    return true;
}

const MemberDef stop_iteration_members[] = {{"value", MEMBER_VALUE_OR_NONE, offsetof(StopIterationObj, value), true, "generator return value"}, {0}};
const MemberDef system_exit_members[] = {{"code", MEMBER_VALUE_OR_NONE, offsetof(StopIterationObj, value), true, "exception code"}, {0}};

/* --- keyword arguments of ImportError, NameError, AttributeError */

/* Puts the keyword arguments called names[i] into out[i]. They are not part of self.args. */
static bool take_keywords(const char *type, Value *args, size_t nargs, Value kwnames, const char *const *names, Value *out, size_t count)
{
    for (int64_t k = 0; kwnames && k < tuple_size(kwnames); k++) {
        size_t i = 0;
        while (i < count && !str_equal_ascii(tuple_get(kwnames, k), names[i])) i++;
        if (i == count) return raise_type("'%U' is an invalid keyword argument for %s()", tuple_get(kwnames, k), type);
        out[i] = args[nargs + (size_t)k];
    }
    return true;
}

void import_error_trace(Obj *object)
{
    ImportErrorObj *e = (ImportErrorObj *)object;
    exception_trace(object);
    gc_visit(e->msg);
    gc_visit(e->name);
    gc_visit(e->path);
}

bool import_error_init(Value self, Value *args, size_t nargs, Value kwnames)
{
    static const char *const names[] = {"name", "path"};
    Value out[2] = {0, 0};
    if (!exception_init_args(self, args, nargs) || !take_keywords("ImportError", args, nargs, kwnames, names, out, 2)) return false;
    ImportErrorObj *e = (ImportErrorObj *)self;
    e->name = out[0];
    e->path = out[1];
    e->msg = nargs == 1 ? args[0] : 0;
    gc_barrier(e);
    return true;
}

Value import_error_str(Value self)
{
    Value msg = ((ImportErrorObj *)self)->msg;
    return msg && type_of(msg) == &str_type ? msg : exception_str(self);
}

static NATIVE(import_error_reduce)
{
    ImportErrorObj *e = (ImportErrorObj *)args[0];
    Value state = e->base.dict;
    if (e->name || e->path) {
        state = state ? dict_copy(state) : dict_new();
        if (!state || (e->name && !dict_set_cstring(state, "name", e->name)) || (e->path && !dict_set_cstring(state, "path", e->path))) return 0;
    }
    return exception_reduced(args[0], e->base.args, state);
}

const NativeDef import_error_methods[] = {{"__reduce__", "(self, /)", import_error_reduce}, {0}};
const MemberDef import_error_members[] = {
    {"msg", MEMBER_VALUE_OR_NONE, offsetof(ImportErrorObj, msg), true, "exception message"},
    {"name", MEMBER_VALUE_OR_NONE, offsetof(ImportErrorObj, name), true, "module name"},
    {"path", MEMBER_VALUE_OR_NONE, offsetof(ImportErrorObj, path), true, "module path"},
    {0},
};

void name_error_trace(Obj *object)
{
    exception_trace(object);
    gc_visit(((NameErrorObj *)object)->name);
}

bool name_error_init(Value self, Value *args, size_t nargs, Value kwnames)
{
    static const char *const names[] = {"name"};
    Value out[1] = {0};
    if (!exception_init_args(self, args, nargs) || !take_keywords("NameError", args, nargs, kwnames, names, out, 1)) return false;
    SET((NameErrorObj *)self, name, out[0]);
    return true;
}

const MemberDef name_error_members[] = {{"name", MEMBER_VALUE_OR_NONE, offsetof(NameErrorObj, name), true, "name"}, {0}};

void attribute_error_trace(Obj *object)
{
    exception_trace(object);
    gc_visit(((AttributeErrorObj *)object)->name);
    gc_visit(((AttributeErrorObj *)object)->object);
}

bool attribute_error_init(Value self, Value *args, size_t nargs, Value kwnames)
{
    static const char *const names[] = {"name", "obj"};
    Value out[2] = {0, 0};
    if (!exception_init_args(self, args, nargs) || !take_keywords("AttributeError", args, nargs, kwnames, names, out, 2)) return false;
    AttributeErrorObj *e = (AttributeErrorObj *)self;
    e->name = out[0];
    e->object = out[1];
    gc_barrier(e);
    return true;
}

const MemberDef attribute_error_members[] = {
    {"name", MEMBER_VALUE_OR_NONE, offsetof(AttributeErrorObj, name), true, "attribute name"},
    {"obj", MEMBER_VALUE_OR_NONE, offsetof(AttributeErrorObj, object), true, "object"},
    {0},
};

/* --- SyntaxError */

void syntax_error_trace(Obj *object)
{
    SyntaxErrorObj *e = (SyntaxErrorObj *)object;
    exception_trace(object);
    const Value all[] = {e->msg, e->filename, e->lineno, e->offset, e->end_lineno, e->end_offset, e->text, e->print_file_and_line};
    gc_visit_values(all, sizeof all / sizeof *all);
}

/* SyntaxError(msg, (filename, lineno, offset, text[, end_lineno, end_offset])) */
bool syntax_error_init(Value self, Value *args, size_t nargs, Value kwnames)
{
    SyntaxErrorObj *e = (SyntaxErrorObj *)self;
    Value first = nargs ? args[0] : 0, second = nargs == 2 ? args[1] : 0;
    if (!exception_init(self, args, nargs, kwnames)) return false;
    if (first) SET(e, msg, first);
    if (!second) return true;
    Value info = object_to_tuple(second);
    if (!info) return false;
    int64_t count = tuple_size(info);
    if (count < 4) return raise_type("function takes at least 4 arguments (%lld given)", (long long)count);
    if (count > 6) return raise_type("function takes at most 6 arguments (%lld given)", (long long)count);
    const Value *items = tuple_items(info);
    e->filename = items[0];
    e->lineno = items[1];
    e->offset = items[2];
    e->text = items[3];
    e->end_lineno = count > 4 ? items[4] : 0;
    e->end_offset = count > 5 ? items[5] : 0;
    gc_barrier(e);
    if (e->end_lineno && !e->end_offset) return raise_type("end_offset must be provided when end_lineno is provided");
    return true;
}

static Value base_name(Value path)
{
    int64_t slash = str_find_char(path, '/', 0, str_length(path), -1);
    return slash < 0 ? path : str_substring(path, slash + 1, str_length(path));
}

Value syntax_error_str(Value self)
{
    SyntaxErrorObj *e = (SyntaxErrorObj *)self;
    Value msg = e->msg ? e->msg : NONE, filename = 0;
    bool have_line = e->lineno && type_of(e->lineno) == &int_type;
    if (e->filename && is_str(e->filename)) {
        filename = base_name(e->filename);
        if (!filename) return 0;
    }
    if (filename && have_line) return str_format_c("%S (%U, line %S)", msg, filename, e->lineno);
    if (filename) return str_format_c("%S (%U)", msg, filename);
    if (have_line) return str_format_c("%S (line %S)", msg, e->lineno);
    return object_str(msg);
}

#define FIELD(name, doc) {#name, MEMBER_VALUE_OR_NONE, offsetof(SyntaxErrorObj, name), true, doc}
const MemberDef syntax_error_members[] = {
    FIELD(msg, "exception msg"),
    FIELD(filename, "exception filename"),
    FIELD(lineno, "exception lineno"),
    FIELD(offset, "exception offset"),
    FIELD(text, "exception text"),
    FIELD(end_lineno, "exception end lineno"),
    FIELD(end_offset, "exception end offset"),
    FIELD(print_file_and_line, "exception print_file_and_line"),
    {0},
};
