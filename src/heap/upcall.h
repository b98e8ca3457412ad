/* upcall.h: what the heap asks of the rooms below it.
 *
 * An allocation that fails raises MemoryError, runaway recursion RecursionError, and what a finalizer raises is reported: but exceptions are objects, which the heap knows nothing
 * of. So these are declared here and defined in object/ (error.c, exceptions.c; the heap's unit test brings its own). All raise functions return 0.
 */
#pragma once
#include "heap/thread.h"

uint64_t raise_memory(void);                       /* MemoryError, allocates nothing */
uint64_t raise_recursion(const char *where);       /* RecursionError: "maximum recursion depth exceeded" + where */
uint64_t raise_object(Value type_or_instance, Value cause /* 0: none */);  /* the raise statement */
/* Exceptions that cannot be passed on: sys.unraisablehook. Clears the pending one. `where` may be 0. */
void error_unraisable(Value where, const char *message);
