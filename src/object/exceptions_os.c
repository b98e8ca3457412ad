/* exceptions_os.c: OSError, whose constructor picks the subclass from the errno.
 *
 * OSError(errno, strerror[, filename[, winerror[, filename2]]]): with two to five arguments the fields are set and `args` keeps the first two. A subclass written in Python may
 * override __init__ or __new__ but not both; so the arguments are taken in whichever of the two is still ours, as CPython does it.
 */
#include "object/exceptions.h"
#include <errno.h>

void os_error_trace(Obj *object)
{
    OSErrorObj *e = (OSErrorObj *)object;
    exception_trace(object);
    const Value all[] = {e->myerrno, e->strerror, e->filename, e->filename2};
    gc_visit_values(all, 4);
}

static Type *type_for_errno(int64_t code)
{
    switch (code) {
    case EAGAIN:
    case EALREADY:
    case EINPROGRESS: return &exc_BlockingIOError;
    case EPIPE:
    case ESHUTDOWN: return &exc_BrokenPipeError;
    case ECHILD: return &exc_ChildProcessError;
    case ECONNABORTED: return &exc_ConnectionAbortedError;
    case ECONNREFUSED: return &exc_ConnectionRefusedError;
    case ECONNRESET: return &exc_ConnectionResetError;
    case EEXIST: return &exc_FileExistsError;
    case ENOENT: return &exc_FileNotFoundError;
    case EISDIR: return &exc_IsADirectoryError;
    case ENOTDIR: return &exc_NotADirectoryError;
    case EINTR: return &exc_InterruptedError;
    case EACCES:
    case EPERM: return &exc_PermissionError;
    case ESRCH: return &exc_ProcessLookupError;
    case ETIMEDOUT: return &exc_TimeoutError;
    default: return &exc_OSError;
    }
}

/* Whether the arguments are taken in __init__: the class overrides that, and not __new__, which must then leave them alone. */
static bool uses_init(Type *type) { return type->init != os_error_init && type->new == os_error_make; }

static bool fill(OSErrorObj *e, Value *args, size_t nargs)
{
    size_t keep = nargs;
    if (nargs >= 2 && nargs <= 5) {
        Value filename = nargs > 2 ? args[2] : 0, filename2 = nargs > 4 ? args[4] : 0;
        if (filename && filename != NONE) {
            Type *type = type_of(VALUE(e));
            if (type == &exc_BlockingIOError && (type_of(filename)->index || type_of(filename)->to_int || type_of(filename)->to_float)) {
                if (!number_as_index(filename, &e->written, &exc_ValueError)) return false;
            } else {
                e->filename = filename;
                if (filename2 && filename2 != NONE) e->filename2 = filename2;
                keep = 2;
            }
        }
        e->myerrno = args[0];
        e->strerror = args[1];
    }
    gc_barrier(e);
    Value tuple = keep ? tuple_from(args, (int64_t)keep) : tuple_empty;
    if (!tuple) return false;
    SET(&e->base, args, tuple);
    return true;
}

Value os_error_make(Type *type, Value *args, size_t nargs, Value kwnames)
{
    bool late = uses_init(type);
    if (!late) {
        if (kwnames && tuple_size(kwnames)) return raise_type("%s() takes no keyword arguments", type->name);
        if (type == &exc_OSError && nargs >= 2 && nargs <= 5 && is_int(args[0])) {
            int64_t code;
            if (int_as_int64_overflow(args[0], &code) == 0) type = type_for_errno(code);
        }
    }
    Value self = type_alloc(type, 0);
    if (!self) return 0;
    OSErrorObj *e = (OSErrorObj *)self;
    e->written = -1;
    SET(&e->base, args, tuple_empty);
    if (!late && !fill(e, args, nargs)) return 0;
    return self;
}

bool os_error_init(Value self, Value *args, size_t nargs, Value kwnames)
{
    if (!uses_init(type_of(self))) return true;
    return exception_no_keywords(self, kwnames) && fill((OSErrorObj *)self, args, nargs);
}

Value os_error_str(Value self)
{
    OSErrorObj *e = (OSErrorObj *)self;
    Value code = e->myerrno ? e->myerrno : NONE, text = e->strerror ? e->strerror : NONE;
    if (e->filename && e->filename2) return str_format_c("[Errno %S] %S: %R -> %R", code, text, e->filename, e->filename2);
    if (e->filename) return str_format_c("[Errno %S] %S: %R", code, text, e->filename);
    if (e->myerrno && e->strerror) return str_format_c("[Errno %S] %S", code, text);
    return exception_str(self);
}

static NATIVE(os_error_reduce)
{
    OSErrorObj *e = (OSErrorObj *)args[0];
    Value tuple = e->base.args;
    if (tuple_size(tuple) == 2 && e->filename) {
        const Value *items = tuple_items(tuple);
        tuple = e->filename2 ? tuple_pack(5, items[0], items[1], e->filename, NONE, e->filename2) : tuple_pack(3, items[0], items[1], e->filename);
        if (!tuple) return 0;
    }
    return exception_reduced(args[0], tuple, e->base.dict);
}

static Value get_written(Value self)
{
    int64_t written = ((OSErrorObj *)self)->written;
    return written == -1 ? raise_attribute("characters_written") : int_new(written);
}

static bool set_written(Value self, Value value)
{
    OSErrorObj *e = (OSErrorObj *)self;
    if (!value) {
        if (e->written == -1) return raise_attribute("characters_written");
        e->written = -1;
        return true;
    }
    return number_as_index(value, &e->written, &exc_ValueError);
}

const NativeDef os_error_methods[] = {{"__reduce__", "(self, /)", os_error_reduce}, {0}};
const GetSetDef os_error_getset[] = {{"characters_written", get_written, set_written}, {0}};
const MemberDef os_error_members[] = {
    {"errno", MEMBER_VALUE_OR_NONE, offsetof(OSErrorObj, myerrno), true, "POSIX exception code"},
    {"strerror", MEMBER_VALUE_OR_NONE, offsetof(OSErrorObj, strerror), true, "exception strerror"},
    {"filename", MEMBER_VALUE_OR_NONE, offsetof(OSErrorObj, filename), true, "exception filename"},
    {"filename2", MEMBER_VALUE_OR_NONE, offsetof(OSErrorObj, filename2), true, "second exception filename"},
    {0},
};
