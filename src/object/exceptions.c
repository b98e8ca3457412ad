/* exceptions.c: BaseException, and the table of all built-in exception types.
 *
 * Every type of exceptions.def gets its Type here. Most have nothing of their own; those with fields have STRUCT_Name (their struct) and SLOTS_Name (their slots), which
 * the table finds by name. What the slots do is in exceptions_fields.c, exceptions_os.c, exceptions_unicode.c and exceptions_group.c.
 */
#include <stdio.h>
#include <unistd.h>
#include "object/exceptions.h"
#include <stdlib.h>

/* --- construction */

static Value pack_args(const Value *args, size_t nargs) { return nargs ? tuple_from(args, (int64_t)nargs) : tuple_empty; }

Value exception_make(Type *type, Value *args, size_t nargs, Value kwnames)
{
    Value self = type_alloc(type, 0);
    if (!self) return 0;
    Value tuple = pack_args(args, nargs);
    if (!tuple) return 0;
    SET((Exception *)self, args, tuple);
    return self;
}

bool exception_no_keywords(Value self, Value kwnames)
{
    if (kwnames && tuple_size(kwnames)) return raise_type("%s() takes no keyword arguments", type_of(self)->name);
    return true;
}

bool exception_init_args(Value self, Value *args, size_t nargs)
{
    Exception *e = (Exception *)self;
    if (e->args && (size_t)tuple_size(e->args) == nargs) {
        size_t same = 0;
        while (same < nargs && tuple_get(e->args, (int64_t)same) == args[same]) same++;
        if (same == nargs) return true;
    }
    Value tuple = pack_args(args, nargs);
    if (!tuple) return false;
    SET(e, args, tuple);
    return true;
}

bool exception_init(Value self, Value *args, size_t nargs, Value kwnames) { return exception_no_keywords(self, kwnames) && exception_init_args(self, args, nargs); }

/* From C: type(*args). Static types are built without the detour through type.__call__. */
Value exception_new(Type *type, Value args_tuple)
{
    if (type->flags & TYPE_HEAP) return object_call_tuple(VALUE(type), args_tuple, 0);
    size_t count = (size_t)tuple_size(args_tuple);
    Value words[8], *args = words + 1;
    if (count > 6) return object_call_tuple(VALUE(type), args_tuple, 0);
    words[0] = 0;
    for (size_t n = 0; n < count; n++) args[n] = tuple_get(args_tuple, (int64_t)n);
    Value self = type->new(type, args, count, 0);
    if (!self) return 0;
    for (size_t n = 0; n < count; n++) args[n] = tuple_get(args_tuple, (int64_t)n);
    return type_of(self)->init(self, args, count, 0) ? self : 0;
}

/* --- BaseException */

void exception_trace(Obj *object)
{
    Exception *e = (Exception *)object;
    gc_visit(e->dict);
    gc_visit(e->args);
    gc_visit(e->notes);
    gc_visit(e->traceback);
    gc_visit(e->context);
    gc_visit(e->cause);
}

Value exception_str(Value self)
{
    Value args = ((Exception *)self)->args;
    switch (tuple_size(args)) {
    case 0: return str_empty;
    case 1: return object_str(tuple_get(args, 0));
    default: return object_str(args);
    }
}

static Value exception_repr(Value self)
{
    Value args = ((Exception *)self)->args;
    if (tuple_size(args) == 1) return str_format_c("%s(%R)", type_name_of(self), tuple_get(args, 0));
    return str_format_c("%s%R", type_name_of(self), args);
}

Value exception_reduced(Value self, Value args, Value state)
{
    Value type = VALUE(type_of(self));
    return state && state != NONE ? tuple_pack(3, type, args, state) : tuple_pack(2, type, args);
}

static NATIVE(exception_reduce)
{
    Exception *e = (Exception *)args[0];
    return exception_reduced(args[0], e->args, e->dict);
}

static NATIVE(exception_setstate)
{
    Value self = args[0], state = args[1], key, value;
    if (state == NONE) return NONE;
    if (!is_dict(state)) return raise_type("state is not a dictionary");
    Value items = dict_items_list(state);
    if (!items) return 0;
    for (int64_t i = 0; i < list_size(items); i++) {
        Value pair = list_get(items, i);
        key = tuple_get(pair, 0), value = tuple_get(pair, 1);
        if (!object_setattr(self, key, value)) return 0;
    }
    return NONE;
}

static bool set_traceback(Value self, Value traceback)
{
    if (!traceback) return raise_type("__traceback__ may not be deleted");
    if (traceback != NONE && type_of(traceback) != &traceback_type) return raise_type("__traceback__ must be a traceback or None");
    SET((Exception *)self, traceback, traceback == NONE ? 0 : traceback);
    return true;
}

static NATIVE(exception_with_traceback) { return set_traceback(args[0], args[1]) ? args[0] : 0; }

static NATIVE(exception_add_note)
{
    Value self = args[0], note = args[1];
    if (!is_str(note)) return raise_type("note must be a str, not '%T'", note);
    Value notes = object_getattr_opt(self, NAME("__notes__"));
    if (!notes) {
        if (thread_self->exception) return 0;
        notes = list_new(0);
        if (!notes || !object_setattr(self, NAME("__notes__"), notes)) return 0;
    } else if (!is_list(notes)) return raise_type("Cannot add note: __notes__ is not a list");
    return list_append(notes, note) ? NONE : 0;
}

static Value or_none(Value v) { return v ? v : NONE; }

static Value get_args(Value self) { return or_none(((Exception *)self)->args); }
static bool set_args(Value self, Value args)
{
    if (!args) return raise_type("args may not be deleted");
    Value tuple = object_to_tuple(args);
    if (!tuple) return false;
    SET((Exception *)self, args, tuple);
    return true;
}

static Value get_traceback(Value self) { return or_none(((Exception *)self)->traceback); }
static Value get_context(Value self) { return or_none(((Exception *)self)->context); }
static Value get_cause(Value self) { return or_none(((Exception *)self)->cause); }

static bool set_context_attr(Value self, Value context)
{
    if (!context) return raise_type("__context__ may not be deleted");
    if (context != NONE && !is_exception(context)) return raise_type("exception context must be None or derive from BaseException");
    exception_set_context((Exception *)self, context == NONE ? 0 : context);
    return true;
}

static bool set_cause(Value self, Value cause)
{
    if (!cause) return raise_type("__cause__ may not be deleted");
    if (cause != NONE && !is_exception(cause)) return raise_type("exception cause must be None or derive from BaseException");
    ((Exception *)self)->suppress_context = true;
    SET((Exception *)self, cause, cause == NONE ? 0 : cause);
    return true;
}

static const NativeDef exception_methods[] = {
    {"__reduce__", "(self, /)", exception_reduce},
    {"__setstate__", "(self, state, /)", exception_setstate},
    {"with_traceback", "(self, tb, /)", exception_with_traceback, "Exception.with_traceback(tb) --\n    set self.__traceback__ to tb and return self."},
    {"add_note", "(self, note, /)", exception_add_note, "Exception.add_note(note) --\n    add a note to the exception"},
    {0},
};
static const GetSetDef exception_getset[] = {
    {"__dict__", object_get_dict, object_set_dict},
    {"args", get_args, set_args},
    {"__traceback__", get_traceback, set_traceback},
    {"__context__", get_context, set_context_attr, "exception context"},
    {"__cause__", get_cause, set_cause, "exception cause"},
    {0},
};
static const MemberDef exception_members[] = {{"__suppress_context__", MEMBER_BOOL, offsetof(Exception, suppress_context), true}, {0}};

Value key_error_str(Value self)
{
    Value args = ((Exception *)self)->args;
    return tuple_size(args) == 1 ? object_repr(tuple_get(args, 0)) : exception_str(self);
}

/* --- the table of types */

/* PICK(X, otherwise): when X is a macro "~, value" it is value. */
#define PICK_SECOND(a, b, ...) b
#define PICK(probe, otherwise) PICK_SECOND(probe, otherwise, ~)
#define UNPACK(...) __VA_ARGS__
#define UNPACKED(list) UNPACK list

#define STRUCT_BaseExceptionGroup ~, ExceptionGroupObj
#define STRUCT_ExceptionGroup ~, ExceptionGroupObj
#define STRUCT_SystemExit ~, StopIterationObj
#define STRUCT_StopIteration ~, StopIterationObj
#define STRUCT_AttributeError ~, AttributeErrorObj
#define STRUCT_ImportError ~, ImportErrorObj
#define STRUCT_ModuleNotFoundError ~, ImportErrorObj
#define STRUCT_NameError ~, NameErrorObj
#define STRUCT_UnboundLocalError ~, NameErrorObj
#define STRUCT_OSError ~, OSErrorObj
#define STRUCT_BlockingIOError ~, OSErrorObj
#define STRUCT_ChildProcessError ~, OSErrorObj
#define STRUCT_ConnectionError ~, OSErrorObj
#define STRUCT_BrokenPipeError ~, OSErrorObj
#define STRUCT_ConnectionAbortedError ~, OSErrorObj
#define STRUCT_ConnectionRefusedError ~, OSErrorObj
#define STRUCT_ConnectionResetError ~, OSErrorObj
#define STRUCT_FileExistsError ~, OSErrorObj
#define STRUCT_FileNotFoundError ~, OSErrorObj
#define STRUCT_InterruptedError ~, OSErrorObj
#define STRUCT_IsADirectoryError ~, OSErrorObj
#define STRUCT_NotADirectoryError ~, OSErrorObj
#define STRUCT_PermissionError ~, OSErrorObj
#define STRUCT_ProcessLookupError ~, OSErrorObj
#define STRUCT_TimeoutError ~, OSErrorObj
#define STRUCT_SyntaxError ~, SyntaxErrorObj
#define STRUCT_IndentationError ~, SyntaxErrorObj
#define STRUCT_TabError ~, SyntaxErrorObj
#define STRUCT_UnicodeDecodeError ~, UnicodeErrorObj
#define STRUCT_UnicodeEncodeError ~, UnicodeErrorObj
#define STRUCT_UnicodeTranslateError ~, UnicodeErrorObj

#define SLOTS_BaseException \
    ~, (.repr = exception_repr, .str = exception_str, .new = exception_make, .init = exception_init, .trace = exception_trace, .methods = exception_methods, \
        .getset = exception_getset, .members = exception_members, .dict_offset = offsetof(Exception, dict), .getattr = object_generic_getattr, \
        .setattr = object_generic_setattr, )
#define SLOTS_BaseExceptionGroup \
    ~, (.str = exception_group_str, .new = exception_group_make, .init = exception_group_init, .trace = exception_group_trace, .methods = exception_group_methods, \
        .members = exception_group_members, )
#define SLOTS_SystemExit ~, (.init = system_exit_init, .trace = stop_iteration_trace, .members = system_exit_members, )
#define SLOTS_StopIteration ~, (.init = stop_iteration_init, .trace = stop_iteration_trace, .members = stop_iteration_members, )
#define SLOTS_AttributeError ~, (.init = attribute_error_init, .trace = attribute_error_trace, .members = attribute_error_members, )
#define SLOTS_ImportError ~, (.str = import_error_str, .init = import_error_init, .trace = import_error_trace, .members = import_error_members, .methods = import_error_methods, )
#define SLOTS_NameError ~, (.init = name_error_init, .trace = name_error_trace, .members = name_error_members, )
#define SLOTS_KeyError ~, (.str = key_error_str, )
#define SLOTS_MemoryError ~, (.new = memory_error_make, )
#define SLOTS_OSError \
    ~, (.str = os_error_str, .new = os_error_make, .init = os_error_init, .trace = os_error_trace, .members = os_error_members, .getset = os_error_getset, \
        .methods = os_error_methods, )
#define SLOTS_SyntaxError ~, (.str = syntax_error_str, .init = syntax_error_init, .trace = syntax_error_trace, .members = syntax_error_members, )
#define SLOTS_UnicodeDecodeError \
    ~, (.str = unicode_decode_error_str, .new = exception_make, .init = unicode_decode_error_init, .trace = unicode_error_trace, .members = unicode_error_members, )
#define SLOTS_UnicodeEncodeError \
    ~, (.str = unicode_encode_error_str, .new = exception_make, .init = unicode_encode_error_init, .trace = unicode_error_trace, .members = unicode_error_members, )
#define SLOTS_UnicodeTranslateError \
    ~, (.str = unicode_translate_error_str, .new = exception_make, .init = unicode_translate_error_init, .trace = unicode_error_trace, .members = unicode_error_members, )

#define DOC_BaseException ~, "Common base class for all exceptions"
#define DOC_Exception ~, "Common base class for all non-exit exceptions."
#define DOC_ExceptionGroup ~, 0
#define DOC_OSError ~, "Base class for I/O related errors."
#define DOC_BaseExceptionGroup ~, "A combination of multiple unrelated exceptions."

/* exc_0 stands for "no base" (BaseException's is object). */
#define exc_0 object_type
#define EXCEPTION(Name, Base) \
    Type exc_##Name = {TYPE_INIT(#Name, PICK(STRUCT_##Name, Exception)), .flags = TYPE_BASE | TYPE_EXCEPTION, .base = &exc_##Base, \
                       .doc = PICK(DOC_##Name, "Built-in exception " #Name "."), UNPACKED(PICK(SLOTS_##Name, ()))};
#include "object/exceptions.def"
#undef exc_0

/* --- MemoryError without memory */

/* As a rule a MemoryError is an object like others: memory is short for one huge request, or the heap has its reserve. Only where that is used up is one taken that was set
 * aside; it belongs to its raise alone, for it holds a traceback and with that perhaps all that filled the memory. The last one is used again and again. */
enum { MEMORY_ERRORS = 64 };
static Value memory_errors[MEMORY_ERRORS];
static unsigned memory_errors_left;

static void memory_errors_fill(void)
{
    while (memory_errors_left < MEMORY_ERRORS) {
        Value e = exception_make(&exc_MemoryError, 0, 0, 0);
        if (!e) return error_clear();
        memory_errors[memory_errors_left++] = e;
    }
}

static Value memory_error_aside(void)
{
    if (memory_errors_left > 1) {
        Value e = memory_errors[--memory_errors_left];
        memory_errors[memory_errors_left] = 0;
        return e;
    }
    Exception *e = (Exception *)memory_errors[0];
    e->dict = e->notes = e->traceback = e->context = e->cause = 0;
    e->args = tuple_empty;
    e->suppress_context = false;
    gc_barrier(e);
    return VALUE(e);
}

uint64_t raise_recursion(const char *where) { return raise_format(&exc_RecursionError, "maximum recursion depth exceeded%s", where); }

uint64_t raise_memory(void)
{
    static _Thread_local bool making;
    if (!memory_errors_left) {   /* before errors_init: there is no interpreter yet */
        fputs("krait: the interpreter could not start: out of memory\n", stderr);
        _exit(1);
    }
    if (making) return raise_instance(memory_error_aside());
    making = true;
    Value e = exception_make(&exc_MemoryError, 0, 0, 0);
    if (e) memory_errors_fill();
    making = false;
    return e ? raise_instance(e) : 0;
}

Value memory_error_make(Type *type, Value *args, size_t nargs, Value kwnames) { return exception_make(type, args, nargs, kwnames); }

bool errors_init(void)
{
    int_memory_init();
#define EXCEPTION(Name, Base) &exc_##Name,
    static Type *const all[] = {
#include "object/exceptions.def"
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        if (all[i] == &exc_ExceptionGroup) {
            /* The one built-in type with two bases. */
            Value bases = tuple_pack(2, VALUE(&exc_BaseExceptionGroup), VALUE(&exc_Exception));
            if (!bases) return false;
            exc_ExceptionGroup.base = &exc_BaseExceptionGroup;
            exc_ExceptionGroup.bases = bases;
        }
        if (!type_ready(all[i])) return false;
    }
    for (int i = 0; i < MEMORY_ERRORS; i++) gc_root(&memory_errors[i]);
    memory_errors_fill();
    return memory_errors_left == MEMORY_ERRORS;
}
