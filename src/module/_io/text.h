/* text.h: the inside of TextIOWrapper, shared by textio.c (life, attributes, writing), textio_read.c (decoding, reading) and textio_seek.c (tell and seek). */
#pragma once
#include "module/_io/io.h"
#include "module/_io/buffered.h"

/* Encodings done here rather than by objects of the codecs module. */
typedef enum NativeCodec { CODEC_OBJECT, CODEC_UTF8, CODEC_ASCII, CODEC_LATIN1 } NativeCodec;

typedef struct TextObj {
    IOBaseObj base;
    Value buffer;                /* None: detached */
    Value encoding, errors;
    const char *errors_text;     /* errors as C text; 0: strict */
    NativeCodec codec;
    Value encoder, decoder;      /* CODEC_OBJECT: incremental coders of the codec */
    Value read_newline;          /* the `newline` argument; 0: None */
    const char *write_newline;   /* what "\n" is written as; 0: as it is */
    bool ok, detached, can_read, can_write;
    bool line_buffering, write_through, universal /* newline None or '' */, seekable, telling, has_read1;
    NewlineState newlines;
    uint8_t tail[8];             /* bytes of an incomplete character (native codecs) */
    int tail_size;
    int64_t chunk_size;
    uint8_t *pending;            /* encoded, not yet given to the buffer */
    int64_t pending_size, pending_capacity;
    Value decoded;               /* text decoded from the last chunk, or 0 */
    int64_t decoded_used;
    Value snapshot_input;        /* where the last chunk began: decoder state was (b'', snapshot_flags) and then this was fed; 0: none */
    uint64_t snapshot_flags;
    double bytes_per_char;
} TextObj;

bool text_check(TextObj *t);              /* initialized, attached */
/* Whatever runs Python code inside an operation (the buffer, a coder) may detach the wrapper or make it anew: then it has None as its buffer, or lacks the coder. */
static inline bool text_has_coder(Value coder) { return coder || raise_value("the stream was opened anew during the operation"); }
bool text_check_open(TextObj *t);         /* and not closed */
bool text_flush_pending(TextObj *t);

/* textio_read.c */
Value text_decode(TextObj *t, const uint8_t *data, int64_t size, Value input, bool final);
bool text_decoder_reset(TextObj *t);
bool text_decoder_getstate(TextObj *t, Value *bytes, uint64_t *flags);
bool text_decoder_setstate(TextObj *t, Value bytes, uint64_t flags);
void text_drop_decoded(TextObj *t);       /* forgets what was read ahead, and the snapshot */
Value text_read_line(TextObj *t, int64_t limit);
extern const NativeDef text_read_methods[];
Value text_read_method(Value *args, size_t nargs, Value kwnames);
Value text_readline_method(Value *args, size_t nargs, Value kwnames);
Value text_next(Value self);
/* textio_seek.c */
Value text_tell_method(Value *args, size_t nargs, Value kwnames);
Value text_seek_method(Value *args, size_t nargs, Value kwnames);
bool text_encoder_reset(TextObj *t, bool start_of_stream);
