/* textio_read.c: reading of TextIOWrapper: chunks of bytes are decoded, and lines and pieces are cut from the text. */
#include "module/_io/text.h"
#include "object/str_internal.h"

/* --- the decoder, native or an object */

static Value decode_native(TextObj *t, const uint8_t *data, int64_t size, bool final)
{
    if (t->codec == CODEC_LATIN1) return str_from_latin1(data, (size_t)size);
    if (t->codec == CODEC_ASCII) return str_decode((const char *)data, (size_t)size, "ascii", t->errors_text);
    const uint8_t *joined = data;
    if (t->tail_size) {
        uint8_t *memory = gc_buffer_raw((size_t)(t->tail_size + size) + 1);
        if (!memory) return 0;
        memcpy(memory, t->tail, (size_t)t->tail_size);
        if (size) memcpy(memory + t->tail_size, data, (size_t)size);
        joined = memory;
        size += t->tail_size;
    }
    size_t consumed = (size_t)size;
    Value text = codec_utf8_decode((const char *)joined, (size_t)size, t->errors_text, final ? 0 : &consumed);
    if (!text) return 0;
    int64_t rest = final ? 0 : size - (int64_t)consumed;
    if (rest > (int64_t)sizeof t->tail) rest = 0;
    t->tail_size = (int)rest;
    if (rest) memcpy(t->tail, joined + consumed, (size_t)rest);
    return text;
}

/* `input`: the object with the bytes, if there is one (for decoder objects). */
Value text_decode(TextObj *t, const uint8_t *data, int64_t size, Value input, bool final)
{
    Value text;
    if (t->codec != CODEC_OBJECT) {
        text = decode_native(t, data, size, final);
    } else {
        if (!input && !(input = bytes_new(data, (size_t)size))) return 0;
        text = !text_has_coder(t->decoder) ? 0 : call_method_2(t->decoder, NAME("decode"), input, bool_value(final));
        if (text && !is_str(text)) return raise_type("decoder should return a string result, not '%.200s'", type_of(text)->name);
    }
    return text && t->universal ? newline_translate(&t->newlines, text, final) : text;
}

bool text_decoder_reset(TextObj *t)
{
    t->tail_size = 0;
    t->newlines.pending_cr = false;
    t->newlines.seen = 0;
    return t->codec != CODEC_OBJECT || !t->decoder || call_method_0(t->decoder, NAME("reset"));
}

bool text_decoder_getstate(TextObj *t, Value *bytes, uint64_t *flags)
{
    *flags = 0;
    if (t->codec != CODEC_OBJECT) {
        *bytes = t->tail_size ? bytes_new(t->tail, (size_t)t->tail_size) : bytes_empty;
        if (!*bytes) return false;
    } else {
        Value state = text_has_coder(t->decoder) ? call_method_0(t->decoder, NAME("getstate")) : 0;
        if (!state) return false;
        if (!is_tuple(state) || tuple_size(state) != 2) return raise_type("illegal decoder state");
        *bytes = tuple_get(state, 0);
        if (!is_bytes(*bytes)) return raise_type("illegal decoder state: the first item should be a bytes object, not '%.200s'", type_of(*bytes)->name);
        if (!is_int(tuple_get(state, 1))) return raise_type("illegal decoder state");
        *flags = int_as_uint64_mask(tuple_get(state, 1));
    }
    if (t->universal) *flags = *flags << 1 | t->newlines.pending_cr;
    return true;
}

bool text_decoder_setstate(TextObj *t, Value bytes, uint64_t flags)
{
    if (t->universal) {
        t->newlines.pending_cr = flags & 1;
        flags >>= 1;
    }
    if (t->codec != CODEC_OBJECT) {
        int64_t size = bytes_size(bytes);
        t->tail_size = size > (int64_t)sizeof t->tail ? 0 : (int)size;
        memcpy(t->tail, bytes_data(bytes), (size_t)t->tail_size);
        return true;
    }
    Value state = tuple_pack(2, bytes, int_new_unsigned(flags));
    return state && text_has_coder(t->decoder) && call_method_1(t->decoder, NAME("setstate"), state);
}

/* --- chunks */

void text_drop_decoded(TextObj *t)
{
    t->decoded = 0;
    t->decoded_used = 0;
    t->snapshot_input = 0;
}

static void set_decoded(TextObj *t, Value text)
{
    SET(t, decoded, text);
    t->decoded_used = 0;
}

static Value read_input(TextObj *t, int64_t size)
{
    if (is_buffered_reader(t->buffer) || is_buffered_random(t->buffer)) return buffered_read1((BufferedObj *)t->buffer, size);
    return call_method_1(t->buffer, t->has_read1 ? NAME("read1") : NAME("read"), int_new(size));
}

/* Decodes the next chunk into t->decoded. 1: done; 0: end of file; -1. `wanted` characters, or 0: as many as a chunk has. */
static int read_chunk(TextObj *t, int64_t wanted)
{
    if (!t->can_read) {
        raise_unsupported("not readable");
        return -1;
    }
    Value state_bytes = 0;
    uint64_t state_flags = 0;
    if (t->telling && !text_decoder_getstate(t, &state_bytes, &state_flags)) return -1;
    int64_t size = t->chunk_size;
    if (wanted > 0) {
        double bytes = (double)wanted * (t->bytes_per_char > 1 ? t->bytes_per_char : 1);
        if (bytes > (double)size) size = (int64_t)bytes;
    }
    Value input = read_input(t, size);
    if (!input) return -1;
    Buffer buffer = {0};
    bool plain = type_of(input) == &bytes_type;
    if (!plain && !buffer_get(input, &buffer, BUFFER_SIMPLE)) {
        error_clear();
        raise_type("underlying %s() should have returned a bytes-like object, not '%.200s'", t->has_read1 ? "read1" : "read", type_of(input)->name);
        return -1;
    }
    const uint8_t *data = plain ? bytes_data(input) : buffer.data;
    int64_t length = plain ? bytes_size(input) : buffer.length;
    bool eof = length == 0;
    Value text = text_decode(t, data, length, input, eof);
    if (text && state_bytes) {
        Value all = plain && bytes_size(state_bytes) == 0 ? input : 0;
        if (!all) {
            Value copy = plain ? input : bytes_new(data, (size_t)length);
            all = copy ? bytes_concat(state_bytes, copy) : 0;
        }
        if (!all) text = 0;
        SET(t, snapshot_input, all);
        t->snapshot_flags = state_flags;
    }
    if (!plain) buffer_release(&buffer);
    if (!text) return -1;
    set_decoded(t, text);
    int64_t chars = str_length(text);
    t->bytes_per_char = chars ? (double)length / (double)chars : 0;
    return chars > 0 || !eof;
}

/* Cuts up to `size` characters (-1: all) from what is decoded. */
static Value take_decoded(TextObj *t, int64_t size)
{
    if (!t->decoded) return str_empty;
    int64_t available = str_length(t->decoded) - t->decoded_used;
    if (size < 0 || size > available) size = available;
    Value text = t->decoded;
    if (t->decoded_used || size < available) text = str_substring(text, t->decoded_used, t->decoded_used + size);
    if (text) t->decoded_used += size;
    return text;
}

static Value read_everything(TextObj *t)
{
    Value bytes = call_method_0(t->buffer, NAME("read"));
    if (!bytes) return 0;
    if (bytes == NONE) return raise_format(&exc_BlockingIOError, "underlying read() returned no data");
    Buffer buffer;
    if (!buffer_get(bytes, &buffer, BUFFER_SIMPLE)) {
        error_clear();
        return raise_type("underlying read() should have returned a bytes-like object, not '%.200s'", type_of(bytes)->name);
    }
    Value rest = text_decode(t, buffer.data, buffer.length, bytes, true);
    buffer_release(&buffer);
    if (!rest) return 0;
    Value head = take_decoded(t, -1);
    if (!head) return 0;
    text_drop_decoded(t);
    return str_length(head) ? str_concat(head, rest) : rest;
}

NATIVE(text_read_method)
{
    TextObj *t = (TextObj *)args[0];
    int64_t size;
    if (!text_check(t) || !io_size(args[1], &size) || !text_check_open(t)) return 0;
    if (!t->can_read) return raise_unsupported("not readable");
    if (!text_flush_pending(t)) return 0;
    if (size < 0) return read_everything(t);
    Value result = take_decoded(t, size);
    if (!result) return 0;
    int64_t missing = size - str_length(result);
    if (missing == 0) return result;
    StrBuilder all = {0};
    if (!str_builder_str(&all, result)) return 0;
    while (missing > 0) {
        int more = read_chunk(t, missing);
        if (more < 0) {
            if (io_interrupted()) continue;
            return 0;
        }
        if (more == 0) break;
        Value piece = take_decoded(t, missing);
        if (!piece || !str_builder_str(&all, piece)) return 0;
        missing -= str_length(piece);
    }
    return str_builder_finish(&all);
}

/* --- lines */

static inline int64_t line_end(TextObj *t, Value text, int64_t start, int64_t end)
{
    return newline_find(text, start, end, t->universal && !t->newlines.translate, t->universal ? 0 : t->read_newline);
}

/* Line across chunks: `line` holds what came before. */
static Value read_long_line(TextObj *t, int64_t limit)
{
    StrBuilder line = {0};
    bool split_newline = t->read_newline && !t->universal && str_length(t->read_newline) == 2;
    bool ends_with_cr = false;
    for (;;) {
        while (!t->decoded || t->decoded_used >= str_length(t->decoded)) {
            set_decoded(t, 0);      /* if reading on fails, the position is where the last chunk began */
            int more = read_chunk(t, 0);
            if (more < 0) {
                if (io_interrupted()) continue;
                return 0;
            }
            if (more == 0) {
                text_drop_decoded(t);
                return str_builder_finish(&line);
            }
        }
        int64_t start = t->decoded_used, length = str_length(t->decoded);
        int64_t end = ends_with_cr && str_char(t->decoded, start) == '\n' ? start + 1 : line_end(t, t->decoded, start, length);
        bool found = end >= 0;
        if (!found) end = length;
        if (limit >= 0 && line.length + (end - start) >= limit) {
            end = start + limit - line.length;
            found = true;
        }
        t->decoded_used = end;
        if (found && line.length == 0) return str_substring(t->decoded, start, end);
        if (!str_builder_slice(&line, t->decoded, start, end)) return 0;
        if (found) return str_builder_finish(&line);
        ends_with_cr = split_newline && str_char(t->decoded, end - 1) == '\r';
    }
}

/* The next line of ASCII text in which only "\n" ends lines; 0 without an exception: no such line is there whole. */
static inline Value ascii_line(TextObj *t)
{
    const char *start = (const char *)str_data(t->decoded) + t->decoded_used;
    const char *end = memchr(start, '\n', (size_t)(str_length(t->decoded) - t->decoded_used));
    if (!end) return 0;
    int64_t length = end + 1 - start;
    Value line = str_from_ascii(start, length);
    if (line) t->decoded_used += length;
    return line;
}

Value text_read_line(TextObj *t, int64_t limit)
{
    if (!text_check_open(t)) return 0;
    if (t->pending_size && !text_flush_pending(t)) return 0;
    if (t->decoded && limit < 0 && t->universal && t->newlines.translate && str_is_ascii(t->decoded)) {
        Value line = ascii_line(t);
        if (line || thread_self->exception) return line;
    }
    if (t->decoded && limit < 0) {
        int64_t start = t->decoded_used, end = line_end(t, t->decoded, start, str_length(t->decoded));
        if (end >= 0) {
            Value line = str_substring(t->decoded, start, end);
            if (line) t->decoded_used = end;
            return line;
        }
    }
    return read_long_line(t, limit);
}

NATIVE(text_readline_method)
{
    TextObj *t = (TextObj *)args[0];
    int64_t limit;
    if (!text_check(t) || !number_as_count(args[1], &limit)) return 0;
    return text_read_line(t, limit < 0 ? -1 : limit);
}

Value text_next(Value self)
{
    TextObj *t = (TextObj *)self;
    if (!text_check(t)) return 0;
    t->telling = false;
    Value line;
    if (t->base.head.type == &textio_type) {
        line = text_read_line(t, -1);
    } else {
        line = call_method_0(self, NAME("readline"));
        if (line && !is_str(line)) return raise_format(&exc_OSError, "readline() should have returned a str object, not '%.200s'", type_of(line)->name);
    }
    if (!line) return 0;
    if (str_length(line)) return line;
    t->snapshot_input = 0;
    t->telling = t->seekable;
    return 0;
}
