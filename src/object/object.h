/* object.h: the generic operations on values, the counterpart of CPython's abstract API.
 *
 * Everything here works on any value and may run Python code, unless it says otherwise. Failure: 0, false or -1 with the exception set on the thread.
 */
#pragma once
#include "object/type.h"
#include "object/error.h"
#include "heap/thread.h"

/* An interned string constant: NAME("__iter__"). All of the program are made at the start (names_make), because where they are used nobody expects a failure. */
typedef struct NameSite {
    Value *name;
    const char *text;
} NameSite;
#define NAME_SITE __attribute__((used, section("krait_names"))) static const NameSite
#define NAME(text) \
    ({ \
        static Value name_; \
        NAME_SITE site_ = {&name_, (text)}; \
        name_; \
    })
bool names_make(void);   /* those that the start-up image did not bring; false: MemoryError */

/* --- text, hash, comparison */
Value object_repr(Value v);
Value object_str(Value v);
Value object_ascii(Value v);
Value object_format(Value v, Value spec);                 /* spec: str, or 0 for '' */
bool object_hash(Value v, int64_t *hash);
Value object_compare(Value a, Value b, CompareOp op);     /* rich comparison, any result */
int object_compare_bool(Value a, Value b, CompareOp op);  /* 1, 0, -1; identity implies equality (as PyObject_RichCompareBool) */
/* `a op b` of two C integers, as compare slots return it. */
static inline Value compare_result(int64_t a, int64_t b, CompareOp op)
{
    switch (op) {
    case CMP_LT: return bool_value(a < b);
    case CMP_LE: return bool_value(a <= b);
    case CMP_EQ: return bool_value(a == b);
    case CMP_NE: return bool_value(a != b);
    case CMP_GT: return bool_value(a > b);
    default: return bool_value(a >= b);
    }
}
static inline int object_equal(Value a, Value b) { return a == b ? 1 : object_compare_bool(a, b, CMP_EQ); }
int object_truth_slow(Value v);
static inline int object_truth(Value v)
{
    if (v == TRUE) return 1;
    if (v == FALSE || v == NONE) return 0;
    if (is_small_int(v)) return v != small_int(0);
    return object_truth_slow(v);
}
int64_t object_id(Value v);
Value object_dir(Value v);                                /* list; 0: names of the current scope */

/* --- attributes (names are interned strs where the name is constant) */
Value object_getattr(Value v, Value name);
/* As getattr, but 0 WITHOUT exception when it is missing (AttributeError): check thread_self->exception on 0. */
Value object_getattr_opt(Value v, Value name);
bool object_setattr(Value v, Value name, Value value);    /* value 0: delete */
Value object_generic_getattr(Value v, Value name);
bool object_generic_setattr(Value v, Value name, Value value);
/* As object_generic_getattr, but 0 without exception when the attribute is missing. */
Value object_generic_getattr_opt(Value v, Value name);
/* AttributeError with CPython's text for this kind of object, and with its `name` and `obj`. */
uint64_t raise_attribute_error(Value object, Value name);
uint64_t raise_attribute_text(Value object, Value name, Value text);   /* the same with another text (a str; 0: fails as it is) */
/* For calling obj.name(...) without making a bound method: returns the function, and sets *self to v when the function takes it as first argument (0 when already bound). */
Value object_get_method(Value v, Value name, Value *self);
/* A special method looked up on the type, bound with its descriptor: 0 without exception when absent. */
Value object_lookup_special(Value v, Value name);
Value object_get_dict(Value v);                           /* __dict__ of an instance; 0 without exception: has none */
bool object_set_dict(Value v, Value dict);                /* for types whose instances have one: TypeError for what is no dict, or 0 */
int object_is_instance(Value v, Value cls);               /* isinstance(): cls a type, tuple, union, or with __instancecheck__ */
int object_is_subclass(Value cls, Value base);
int object_real_is_instance(Value v, Value cls);          /* without __instancecheck__: what type.__instancecheck__ does */
int object_real_is_subclass(Value cls, Value base);
/* Adds the names of a class and its bases to dict (for dir()). */
bool object_merge_class_names(Value dict, Value cls);

/* --- items, iteration */
Value object_getitem(Value v, Value key);
bool object_setitem(Value v, Value key, Value value);
bool object_delitem(Value v, Value key);
int64_t object_length(Value v);
int64_t object_length_hint(Value v, int64_t otherwise);
int object_contains(Value container, Value item);
Value object_iter(Value v);
/* The next item; 0 without an exception at the end (StopIteration is swallowed). */
Value iter_self(Value iterator);   /* for types: `iter` of what is its own iterator */
Value iter_next(Value iterator);
bool is_iterator(Value v);
Value seq_iter_new(Value sequence);                       /* iterator over __getitem__(0..) */
Value object_to_list(Value iterable);                     /* a new list */
Value object_to_tuple(Value iterable);                    /* tuple (the same one if exactly a tuple) */

Value callable_iterator_new(Value callable, Value sentinel);   /* iter(callable, sentinel) */
Value anext_awaitable_new(Value awaitable, Value otherwise);   /* what anext(iterator, default) returns */

/* --- numbers */
Value number_binary(Value a, Value b, BinaryOp op);       /* a op b with reflection */
Value number_inplace(Value a, Value b, BinaryOp op);
Value number_power(Value a, Value b, Value modulo);       /* modulo NONE: absent */
Value number_unary(Value v, UnaryOpKind op);
Value number_index(Value v);                              /* operator.index(): an int; TypeError "'x' object cannot be interpreted as an integer" */
bool number_as_int64(Value v, int64_t *out);              /* __index__; OverflowError "Python int too large to convert to C long" */
bool number_as_int(Value v, int *out);                    /* ditto, "C int" */
bool number_as_count(Value v, int64_t *out);              /* ditto, "C ssize_t": for a function's argument that is a size, a count or an index */
bool int_as_count(Value v, int64_t *out);                 /* the same for an int and nothing else ("an integer is required"): what __setstate__ methods take */
bool number_as_size(Value v, int64_t *out);               /* __index__, clipped to the int64 range (as slices do); for sizes and indices where IndexError is right use the next */
bool number_as_index(Value v, int64_t *out, Type *overflow); /* __index__, raising `overflow` ("cannot fit 'int' into an index-sized integer"): for subscripts and repetition */
bool number_as_double(Value v, double *out);              /* float, __float__, __index__; TypeError "must be real number, not str" */
Value number_int(Value v);                                /* int(v) */
Value number_float(Value v);                              /* float(v) */

/* --- calls */
/* args[0..nargs) positional then keyword values; kwnames a tuple of strs or 0. args[-1] must be writable scratch (use the CALL_ARGS macro), so that methods can be bound in place. */
Value object_call(Value callable, Value *args, size_t nargs, Value kwnames);
Value object_call_tuple(Value callable, Value tuple, Value dict); /* f(*tuple, **dict); dict 0: none */
Value call_0(Value callable);
Value call_1(Value callable, Value a);
Value call_2(Value callable, Value a, Value b);
Value call_3(Value callable, Value a, Value b, Value c);
/* obj.name(...) */
Value call_method(Value object, Value name, Value *args, size_t nargs);
Value call_method_0(Value object, Value name);
Value call_method_1(Value object, Value name, Value a);
Value call_method_2(Value object, Value name, Value a, Value b);
bool is_callable(Value v);

/* --- buffers */
bool buffer_get(Value v, Buffer *buffer, int flags); /* TypeError "a bytes-like object is required, not 'str'" */
void buffer_release(Buffer *buffer);
bool has_buffer(Value v);

/* --- repr of containers that contain themselves */
int repr_enter(Value v); /* 0: go on; 1: v is being printed already; -1 */
void repr_leave(Value v);

/* Module import from C: the module object (importlib), and an attribute of it. */
Value import_module(const char *name);
Value import_attr(const char *module, const char *name);
