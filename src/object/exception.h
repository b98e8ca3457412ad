/* exception.h: the exceptions with fields of their own (layouts of CPython's), and tracebacks. */
#pragma once
#include "object/error.h"

typedef struct StopIterationObj { Exception base; Value value; } StopIterationObj;          /* also SystemExit: code */
typedef struct ImportErrorObj { Exception base; Value msg, name, path; } ImportErrorObj;
typedef struct NameErrorObj { Exception base; Value name; } NameErrorObj;
typedef struct AttributeErrorObj { Exception base; Value object, name; } AttributeErrorObj;
typedef struct OSErrorObj { Exception base; Value myerrno, strerror, filename, filename2; int64_t written; } OSErrorObj;
typedef struct SyntaxErrorObj { Exception base; Value msg, filename, lineno, offset, end_lineno, end_offset, text, print_file_and_line; } SyntaxErrorObj;
typedef struct UnicodeErrorObj { Exception base; Value encoding, object; int64_t start, end; Value reason; } UnicodeErrorObj;
typedef struct ExceptionGroupObj { Exception base; Value msg, excs; } ExceptionGroupObj;

typedef struct TracebackObj { Obj head; Value next /* traceback or 0 */; Value frame; int lasti; int lineno; } TracebackObj;
Value traceback_new(Value next, Value frame, int lasti, int lineno);

Value exception_group_split(Value group, Value matcher, Value *rest);   /* for except*; matching part or 0 */
Value unicode_decode_error(const char *encoding, Value object, int64_t start, int64_t end, const char *reason);   /* a new exception */
Value unicode_encode_error(const char *encoding, Value object, int64_t start, int64_t end, const char *reason);
