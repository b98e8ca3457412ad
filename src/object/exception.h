/* exception.h: the exceptions with fields of their own (layouts of CPython's), and tracebacks. */
#pragma once
#include "object/error.h"
#include <limits.h>

typedef struct StopIterationObj {
    Exception base;
    Value value;
} StopIterationObj;          /* also SystemExit: code */
typedef struct ImportErrorObj {
    Exception base;
    Value msg, name, path;
} ImportErrorObj;
typedef struct NameErrorObj {
    Exception base;
    Value name;
} NameErrorObj;
typedef struct AttributeErrorObj {
    Exception base;
    Value object, name;
} AttributeErrorObj;
typedef struct OSErrorObj {
    Exception base;
    Value myerrno, strerror, filename, filename2;
    int64_t written;
} OSErrorObj;
typedef struct SyntaxErrorObj {
    Exception base;
    Value msg, filename, lineno, offset, end_lineno, end_offset, text, print_file_and_line;
} SyntaxErrorObj;
typedef struct UnicodeErrorObj {
    Exception base;
    Value encoding, object;
    int64_t start, end;
    Value reason;
} UnicodeErrorObj;
typedef struct ExceptionGroupObj {
    Exception base;
    Value msg, excs;
} ExceptionGroupObj;

typedef struct TracebackObj {
    Obj head;
    Value next /* traceback or 0 */;
    Value frame;
    int lasti;
    int lineno;
    bool import_seen /* module/import.c has looked at it */;
} TracebackObj;
/* lineno LINE_LATER: the line of the instruction at lasti, worked out when somebody asks (traceback_line). */
enum { LINE_LATER = INT_MIN };
Value traceback_new(Value next, Value frame, int lasti, int lineno);
int traceback_line(TracebackObj *traceback);

Value exception_group_part(Value group, Value list);     /* a group like `group`, made with its derive(), of the exceptions in the list; NONE for an empty list */
Value unicode_decode_error(const char *encoding, Value object, int64_t start, int64_t end, const char *reason);   /* a new exception */
Value unicode_encode_error(const char *encoding, Value object, int64_t start, int64_t end, const char *reason);
/* What a try statement with except* raises at its end: `original` is the exception that was tried, `raised` the list of what handlers raised and what nobody handled.
 * NONE: nothing; 0: error. */
