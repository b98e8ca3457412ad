/* _pickle.c: the module _pickle: its exceptions, PickleBuffer, and the names of globals. Writing is in _pickle_write.c, reading in _pickle_read.c. */
#include "module/_pickle.h"

PickleState pickle_state;

Value pickling_error(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    raise_format_v((Type *)pickle_state.pickling_error, format, args);
    va_end(args);
    return 0;
}

Value unpickling_error(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    raise_format_v((Type *)pickle_state.unpickling_error, format, args);
    va_end(args);
    return 0;
}

/* --- globals */

Value pickle_get_global(Value object, Value name, bool nested, Value *parent)
{
    Value holder = object, found = object;
    Value path = nested ? str_split(name, NAME("."), -1) : list_from(&name, 1);
    for (int64_t i = 0; path && i < list_size(path); i++) {
        Value part = list_get(path, i);
        if (nested && str_equal_ascii(part, "<locals>")) return raise_attribute("Can't get local attribute %R on %R", name, object);
        holder = found;
        found = object_getattr_opt(holder, str_intern(part));
        if (found) continue;
        if (thread_self->exception) return 0;
        return raise_attribute("Can't get attribute %R on %R", name, object);
    }
    if (parent) *parent = holder;
    return path ? found : 0;
}

Value pickle_import(Value name)
{
    const char *text = str_utf8(name, 0);
    if (!text || !import_module(text)) return 0;
    Value module = dict_get(sys_modules(), name);
    return module || thread_self->exception ? module : raise_value_of(&exc_KeyError, name);
}

/* --- PickleBuffer */

typedef struct PickleBufferObj {
    Obj head;
    Buffer view;
    Value keep; /* the object, 0: released */
} PickleBufferObj;

static void picklebuffer_trace(Obj *o)
{
    PickleBufferObj *b = (PickleBufferObj *)o;
    gc_visit(b->view.owner);
    gc_visit(b->keep);
}

static Value picklebuffer_make(Type *type, Value *args, size_t nargs, Value kwnames)
{
    static Signature *cache;
    Value object;
    if (!native_bind("PickleBuffer", "(object, /)", &cache, args, nargs, kwnames, &object)) return 0;
    PickleBufferObj *b = gc_alloc(PickleBufferObj, &picklebuffer_type);
    if (!b || !buffer_get(object, &b->view, BUFFER_FULL)) return 0;
    SET(b, keep, object);
    return VALUE(b);
}

const Buffer *picklebuffer_get(Value v)
{
    PickleBufferObj *b = (PickleBufferObj *)v;
    if (!b->keep) raise_value("operation forbidden on released PickleBuffer object");
    return b->keep ? &b->view : 0;
}

static bool picklebuffer_get_buffer(Value self, Buffer *buffer, int flags)
{
    PickleBufferObj *b = (PickleBufferObj *)self;
    if (!b->keep) return raise_value("operation forbidden on released PickleBuffer object");
    return buffer_get(b->keep, buffer, flags);
}

static NATIVE(picklebuffer_release)
{
    PickleBufferObj *b = (PickleBufferObj *)args[0];
    if (b->keep) buffer_release(&b->view);
    b->keep = 0;
    return NONE;
}

/* A memoryview of plain bytes over the same memory. */
static NATIVE(picklebuffer_raw)
{
    const Buffer *view = picklebuffer_get(args[0]);
    if (!view) return 0;
    if (view->suboffsets || !buffer_is_contiguous(view, 'A')) return raise_format(&exc_BufferError, "cannot extract raw buffer from non-contiguous buffer");
    PickleBufferObj *b = (PickleBufferObj *)args[0];
    Value whole = memoryview_new(b->keep);
    if (!whole) return 0;
    if (view->ndim == 1 && (!view->format || !strcmp(view->format, "B"))) return whole;
    if (buffer_is_contiguous(view, 'C')) return call_method_1(whole, NAME("cast"), NAME("B"));
    return memoryview_from_memory(view->data, view->length, view->readonly, args[0]);
}

static const NativeDef picklebuffer_methods[] = {
    {"raw", "(self, /)", picklebuffer_raw, "Return a memoryview of the raw memory underlying this buffer.\n\nWill raise BufferError is the buffer isn't contiguous.", 0},
    {"release", "(self, /)", picklebuffer_release, "Release the underlying buffer controlled by the PickleBuffer object.", 0},
    {0},
};
Type picklebuffer_type = {TYPE_INIT("pickle.PickleBuffer", PickleBufferObj),
                          .flags = TYPE_WEAKREF_OK,
                          .doc = "Wrapper for potentially out-of-band buffers",
                          .trace = picklebuffer_trace,
                          .new = picklebuffer_make,
                          .get_buffer = picklebuffer_get_buffer,
                          .methods = picklebuffer_methods};

/* --- the module */

static bool import_dict(Value *out, const char *module, const char *name)
{
    gc_root(out);
    *out = import_attr(module, name);
    if (!*out) return false;
    return is_dict(*out) || raise_runtime("%s.%s should be a dict, not %.200s", module, name, type_of(*out)->name);
}

static bool import_callable(Value *out, const char *module, const char *name)
{
    gc_root(out);
    *out = import_attr(module, name);
    return *out && (is_callable(*out) || raise_runtime("%s.%s should be callable, not %.200s", module, name, type_of(*out)->name));
}

static bool new_exceptions(Value module)
{
    PickleState *s = &pickle_state;
    gc_root(&s->pickle_error), gc_root(&s->pickling_error), gc_root(&s->unpickling_error);
    s->pickle_error = module_new_exception("_pickle.PickleError", VALUE(&exc_Exception), 0);
    s->pickling_error = s->pickle_error ? module_new_exception("_pickle.PicklingError", s->pickle_error, 0) : 0;
    s->unpickling_error = s->pickling_error ? module_new_exception("_pickle.UnpicklingError", s->pickle_error, 0) : 0;
    return s->unpickling_error && module_add(module, "PickleError", s->pickle_error) && module_add(module, "PicklingError", s->pickling_error) &&
           module_add(module, "UnpicklingError", s->unpickling_error);
}

static bool pickle_init(Value module)
{
    PickleState *s = &pickle_state;
    return new_exceptions(module) && import_dict(&s->dispatch_table, "copyreg", "dispatch_table") && import_dict(&s->extension_registry, "copyreg", "_extension_registry") &&
           import_dict(&s->inverted_registry, "copyreg", "_inverted_registry") && import_dict(&s->extension_cache, "copyreg", "_extension_cache") &&
           import_dict(&s->names_2to3, "_compat_pickle", "NAME_MAPPING") && import_dict(&s->imports_2to3, "_compat_pickle", "IMPORT_MAPPING") &&
           import_dict(&s->names_3to2, "_compat_pickle", "REVERSE_NAME_MAPPING") && import_dict(&s->imports_3to2, "_compat_pickle", "REVERSE_IMPORT_MAPPING") &&
           import_callable(&s->codecs_encode, "codecs", "encode") && import_callable(&s->partial, "functools", "partial") && import_callable(&s->getattr, "builtins", "getattr") &&
           module_add_type(module, &pickler_type) && module_add_type(module, &unpickler_type) && type_ready(&pickler_memo_type) && type_ready(&unpickler_memo_type) &&
           module_add_type(module, &picklebuffer_type);
}

static const NativeDef pickle_functions[] = {
    {"dump", "(obj, file, protocol=None, *, fix_imports=True, buffer_callback=None)", pickle_dump,
     "Write a pickled representation of obj to the open file object file.\n\nThis is equivalent to ``Pickler(file, protocol).dump(obj)``, but may\nbe more efficient.", 0},
    {"dumps", "(obj, protocol=None, *, fix_imports=True, buffer_callback=None)", pickle_dumps, "Return the pickled representation of the object as a bytes object.", 0},
    {"load", "(file, *, fix_imports=True, encoding='ASCII', errors='strict', buffers=())", pickle_load,
     "Read and return an object from the pickle data stored in a file.\n\nThis is equivalent to ``Unpickler(file).load()``, but may be more\nefficient.", 0},
    {"loads", "(data, /, *, fix_imports=True, encoding='ASCII', errors='strict', buffers=())", pickle_loads, "Read and return an object from the given pickle data.", 0},
    {0},
};

const ModuleDef module__pickle = {"_pickle", "Optimized C implementation for the Python pickle module.", pickle_functions, pickle_init};
