/* io.h: what the files of the module _io share.
 *
 * Every stream begins with IOBaseObj. The layers call each other through methods, as Python sees them; but where the lower layer is exactly one of this module's own types, they
 * call the C functions below, which do the same without making objects.
 */
#pragma once
#include "module/module.h"

enum { IO_BUFFER_SIZE = 8192 };
/* Results of reading and writing beside the number of bytes. */
enum { IO_ERROR = -1, IO_WOULD_BLOCK = -2 };

typedef struct IOBaseObj {
    Obj head;
    Value dict;
    bool base_closed;
    bool finalizing;
} IOBaseObj;

typedef struct FileObj {
    IOBaseObj base;
    int fd;                      /* -1: closed */
    bool created, readable, writable, appending, close_fd;
    int8_t seekable;             /* -1: not known yet */
    int64_t block_size;
} FileObj;

typedef struct BufferedObj {
    IOBaseObj base;
    Value raw;                   /* 0: detached or not initialized */
    bool ok, detached, can_read, can_write;
    int64_t size;                /* of each buffer */
    uint8_t *in;                 /* read ahead: [in_at, in_end) is not consumed yet; in_end is where the raw stream stands */
    int64_t in_at, in_end;
    uint8_t *out;                /* [out_at, out_end) is not written yet */
    int64_t out_at, out_end;
    int64_t position;            /* of the raw stream; -1: not known */
    unsigned long owner;         /* serial number of the thread inside, or 0 */
    unsigned long next_owner;    /* that of a thread that has waited long, or 0: gets in next */
} BufferedObj;

extern Type iobase_type, rawiobase_type, bufferediobase_type, textiobase_type, fileio_type, bytesio_type, stringio_type, buffered_reader_type, buffered_writer_type,
    buffered_random_type, buffered_pair_type, textio_type, newline_decoder_type;
extern Value io_unsupported;     /* io.UnsupportedOperation */

/* --- iobase.c */
void iobase_trace(Obj *o);
void iobase_finalize(Obj *o);
uint64_t raise_unsupported(const char *what);
/* A size argument: None is -1. */
bool io_size(Value v, int64_t *size);
/* stream.closed as a truth value; -1. */
int io_closed(Value stream);
bool io_check_closed(Value stream);
bool io_check(Value stream, Value method, const char *message);   /* calls stream.readable() etc. */
bool io_check_readable(Value stream), io_check_writable(Value stream), io_check_seekable(Value stream);
/* The pending exception is an InterruptedError: clears it, runs signal handlers. true: try again. */
bool io_interrupted(void);
/* A writable buffer argument, with the method's name for the message. */
bool io_get_writable(Value v, Buffer *buffer, const char *function);
NATIVE(io_no_pickle);   /* __reduce__ of what refers to a file */
/* bytes object cut down to its first `size` bytes, in place. */
Value bytes_cut(Value bytes, int64_t size);
/* int(result) as a stream position */
bool io_offset(Value v, int64_t *offset);
/* "unclosed file <...>" for `source`. */
void io_warn_unclosed(Value source);
/* New exception while `earlier` was pending: keeps the newer one with the earlier as context. earlier may be 0. */
void io_chain(Value earlier);

/* --- fileio.c */
int64_t fileio_read(FileObj *f, void *data, int64_t size);
int64_t fileio_write(FileObj *f, const void *data, int64_t size);
int64_t fileio_seek(FileObj *f, int64_t offset, int whence);   /* -1 with exception */
static inline bool is_fileio(Value v) { return type_of(v) == &fileio_type; }

/* --- buffered.c */
static inline bool is_buffered_reader(Value v) { return type_of(v) == &buffered_reader_type; }
static inline bool is_buffered_writer(Value v) { return type_of(v) == &buffered_writer_type; }
static inline bool is_buffered_random(Value v) { return type_of(v) == &buffered_random_type; }
Value buffered_read1(BufferedObj *b, int64_t size);
int64_t buffered_write(BufferedObj *b, const uint8_t *data, int64_t size);   /* -1 */
Value io_blocking_error(const char *message, int64_t written);               /* raises BlockingIOError; 0 */
Value buffered_new(Type *type, Value raw, int64_t size);

/* --- newline.c: translation of line ends while reading */
enum { SEEN_CR = 1, SEEN_LF = 2, SEEN_CRLF = 4 };
typedef struct NewlineState {
    bool pending_cr, translate;
    uint8_t seen;
} NewlineState;
/* Translates `text` (just decoded); `final` flushes a held-back \r. */
Value newline_translate(NewlineState *state, Value text, bool final);
Value newlines_value(unsigned seen);      /* None, a str or a tuple of strs */
/* The index after the first line end in [start, end) of text, or -1. any: "\n", "\r" or "\r\n"; otherwise `newline` (0: "\n"). */
int64_t newline_find(Value text, int64_t start, int64_t end, bool any, Value newline);
bool newline_check(Value newline);        /* None, '', "\n", "\r", "\r\n"; else ValueError */

/* --- textio.c */
Value textio_new(Value buffer, Value encoding, Value errors, Value newline, bool line_buffering, bool write_through);
Value io_locale_encoding(void);
bool io_utf8_mode(void), io_dev_mode(void);   /* of sys.flags (module.c) */
/* EncodingWarning under -X warn_default_encoding; false when it became an exception. */
bool io_warn_default_encoding(int stack_level);
