/* bytes.h: bytes, bytearray and memoryview, with the layouts of PyBytesObject, PyByteArrayObject and PyMemoryViewObject's public part. */
#pragma once
#include "object/object.h"

typedef struct BytesObj {
    Obj head;
    int64_t size;
    int64_t hash;
    uint8_t data[];
} BytesObj;   /* data ends with a zero byte */
typedef struct ByteArrayObj {
    Obj head;
    int64_t size;
    int64_t allocated;
    uint8_t *bytes, *start;
    int64_t exports;
} ByteArrayObj;
extern Type bytes_type, bytearray_type, memoryview_type;

static inline int64_t bytes_size(Value v) { return ((BytesObj *)v)->size; }
static inline uint8_t *bytes_data(Value v) { return ((BytesObj *)v)->data; }
Value bytes_new(const void *data, size_t size);      /* data 0: to be filled by the caller */
extern Value bytes_empty;
Value bytes_from_byte(uint8_t byte);                 /* cached */
Value bytes_from_object(Value v);                    /* bytes(v) for buffers and iterables of ints */
extern int bytes_warning_level;                      /* sys.flags.bytes_warning: str(bytes), bytes == str warn */
Value bytes_repr(Value v);
Value bytes_concat(Value a, Value b);
Value bytes_join(Value separator, Value iterable);
Value bytes_percent(Value format, Value args, bool bytearray);
Value bytearray_new(const void *data, size_t size);
static inline uint8_t *bytearray_data(Value v) { return ((ByteArrayObj *)v)->start; }
bool bytearray_resize(Value v, int64_t size);        /* BufferError "Existing exports of data: object cannot be re-sized" */
Value memoryview_new(Value object);                  /* memoryview(object) */
Value memoryview_from_memory(void *data, int64_t size, bool readonly, Value owner);   /* owner keeps data alive */
/* Releases the view as .release() does (owners that hand out temporary views). */
/* Releases a view that was made for one call. Who got hold of it meanwhile keeps it, and its owner with it. The pending exception stays. */
void memoryview_end(Value view);

/* Grows by bytes; memory is a heap buffer. Start with {0}. */
typedef struct BytesBuilder {
    uint8_t *data;
    size_t size, capacity;
} BytesBuilder;
bool bytes_builder_add(BytesBuilder *b, const void *data, size_t size);
uint8_t *bytes_builder_reserve(BytesBuilder *b, size_t size);   /* room for size more bytes; does not change b->size */
Value bytes_builder_finish(BytesBuilder *b);

/* For get_buffer of objects that are plain memory: fills *buffer; BufferError "Object is not writable." when flags ask for what `readonly` forbids. */
bool buffer_fill(Buffer *buffer, Value owner, void *data, int64_t length, bool readonly, int flags);
bool buffer_is_contiguous(const Buffer *buffer, char order);   /* 'C', 'F', or 'A' for either */
/* The bytes of any buffer in C order ('F': Fortran order; 'A': as they lie if contiguous). `out` has buffer->length bytes. */
void buffer_copy_out(const Buffer *buffer, uint8_t *out, char order);
