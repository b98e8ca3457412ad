/* error.h: raising exceptions from C.
 *
 * The pending exception is thread_self->exception, always an instance (error_take, error_restore, error_clear: heap/thread.h; raise_memory, raise_recursion, raise_object,
 * error_unraisable: heap/upcall.h). All raise functions return 0, so that `return raise_type("...")` fits functions that return a Value, a bool or a pointer.
 * Formats take C's %s %c %d %i %u %x %ld %lld %zd %zu %p %%, and, for a Value each:
 *   %R repr   %S str   %A ascii   %U a str object as it is   %T the name of the value's type   %N a type's name (argument: Type *, or Value of a type)
 * with precision for %.200s and %.100T. In tail: %s of C strings is UTF-8.
 */
#pragma once
#include "heap/upcall.h"
#include "object/type.h"
#include <stdarg.h>

/* The exception types, named as in Python: ValueError is `exc_ValueError`. The list is object/exceptions.def: EXCEPTION(Name, Base, Struct-kind). */
#define EXCEPTION(Name, Base) extern Type exc_##Name;
#include "object/exceptions.def"

uint64_t raise_format(Type *type, const char *format, ...);
uint64_t raise_format_v(Type *type, const char *format, va_list args);
uint64_t raise_type(const char *format, ...);      /* TypeError */
uint64_t raise_value(const char *format, ...);     /* ValueError */
uint64_t raise_overflow(const char *format, ...);  /* OverflowError */
uint64_t raise_index(const char *format, ...);     /* IndexError */
uint64_t raise_attribute(const char *format, ...); /* AttributeError */
uint64_t raise_runtime(const char *format, ...);   /* RuntimeError */
uint64_t raise_system(const char *format, ...);    /* SystemError */
uint64_t raise_key(Value key);                     /* KeyError(key) */
uint64_t raise_stop_iteration(Value value);        /* StopIteration(value); 0 or NONE: no value */
/* OSError of errno (with its subclass), file name(s) optional (0). */
uint64_t raise_errno(void);
uint64_t raise_errno_with(int error, Value filename, Value filename2);
/* type(value) or an instance; the exception `value` as with `raise type, value`. */
uint64_t raise_value_of(Type *type, Value argument);    /* type(argument) */
uint64_t raise_instance(Value exception);               /* sets it as pending, with __context__ from the exception being handled */
uint64_t raise_unsupported_operand(Value a, Value b, const char *symbol);  /* "unsupported operand type(s) for +: 'int' and 'str'" */
uint64_t raise_bad_argument(const char *function, const char *argument, const char *expected, Value got); /* "f() argument 'x' must be str, not int" */

bool error_matches(Type *type);                         /* the pending exception is an instance of type */
int exception_matches(Value exception, Value type_or_tuple);  /* as `except` does; -1 with exception */
/* Clears the pending exception if it is of the type. */
bool error_clear_if(Type *type);
/* Chains: raise a new exception while one is pending: makes the earlier its __cause__ or __context__. */
uint64_t raise_from(Type *type, const char *format, ...);   /* `raise type(...) from pending` */
/* warnings.warn(message, category, stacklevel): false when it became an exception. */
bool warn_format(Type *category, int stacklevel, const char *format, ...);
bool warn_explicit(Type *category, Value message, Value filename, int lineno, Value module);

/* BaseException's layout is CPython's PyBaseExceptionObject. */
typedef struct Exception {
    Obj head;
    Value dict;            /* dict, made on demand */
    Value args, notes, traceback, context, cause;
    bool suppress_context;
    bool is_context;       /* has been the __context__ of another one; if not, no chain of contexts can hold it */
} Exception;
/* exception.__context__ = context (0: none), whatever cycle that closes. */
void exception_set_context(Exception *exception, Value context);
Value exception_new(Type *type, Value args_tuple);

/* Readies the exception types and sets MemoryErrors aside; after heap_init, before any other room raises. */
bool errors_init(void);
/* warnings.warn as module/_warnings.c does it; message is a str or a Warning instance. */
bool warnings_warn(Type *category, Value message, int stacklevel);
/* The exception that `except` handlers see as current (sys.exception()), or 0. */
Value error_handled(void);
