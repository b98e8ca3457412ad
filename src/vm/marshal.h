/* marshal.h: values from and to marshal bytes, for the module marshal and the loaders of code in C. */
#pragma once
#include "object/function.h"

/* The first value in the bytes. EOFError, ValueError, TypeError for bad data. */
Value marshal_load_bytes(const void *data, size_t size);
/* The same for what the front end has written: code may lie in code as deep as the source had it, and is trusted. */
Value marshal_load_compiled(const void *data, size_t size);
/* bytes; version as in marshal.dumps. */
Value marshal_dump_bytes(Value v, int version);
/* The next value in a binary file object, read through its readinto method. */
Value marshal_load_file(Value file);
