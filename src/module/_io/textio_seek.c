/* textio_seek.c: tell() and seek() of TextIOWrapper.
 *
 * A position in decoded text is a cookie: go to byte `start`, put the decoder in state (b'', `flags`), feed it `feed` bytes (and the end of file, if `eof`), and skip `skip`
 * characters of what it gives. tell() looks for a cookie with little to feed: for most codecs it finds one with nothing but `start`, and then the cookie is the byte position.
 * As an int: start in the lowest 64 bits, then flags, feed and skip of 32 bits each, then eof.
 */
#include "module/_io/text.h"

typedef struct Cookie {
    int64_t start;
    uint64_t flags;
    int64_t feed, skip;
    bool eof;
} Cookie;
enum { COOKIE_BYTES = 21 };

static Value cookie_pack(const Cookie *c)
{
    uint8_t bytes[COOKIE_BYTES];
    uint32_t flags = (uint32_t)c->flags, feed = (uint32_t)c->feed, skip = (uint32_t)c->skip;
    memcpy(bytes, &c->start, 8);
    memcpy(bytes + 8, &flags, 4);
    memcpy(bytes + 12, &feed, 4);
    memcpy(bytes + 16, &skip, 4);
    bytes[20] = c->eof;
    return int_from_bytes(bytes, sizeof bytes, true, false);
}

static bool cookie_unpack(Value v, Cookie *c)
{
    uint8_t bytes[COOKIE_BYTES];
    Value number = number_index(v);
    if (!number || !int_to_bytes(number, bytes, sizeof bytes, true, false)) return false;
    uint32_t flags, feed, skip;
    memcpy(&c->start, bytes, 8);
    memcpy(&flags, bytes + 8, 4);
    memcpy(&feed, bytes + 12, 4);
    memcpy(&skip, bytes + 16, 4);
    *c = (Cookie){c->start, flags, feed, skip, bytes[20] != 0};
    return true;
}

static bool decoder_to(TextObj *t, const Cookie *c)
{
    if (c->start == 0 && c->flags == 0) return text_decoder_reset(t);
    return text_decoder_setstate(t, bytes_empty, c->flags);
}

bool text_encoder_reset(TextObj *t, bool start_of_stream)
{
    if (t->codec != CODEC_OBJECT || !t->encoder) return true;
    if (start_of_stream) return call_method_0(t->encoder, NAME("reset"));
    return call_method_1(t->encoder, NAME("setstate"), small_int(0));
}

/* Length of the text that the bytes give from the decoder's present state; -1. */
static int64_t decoded_length(TextObj *t, const uint8_t *data, int64_t size, bool final)
{
    Value text = text_decode(t, data, size, 0, final);
    return text ? str_length(text) : -1;
}

/* Finds a state near the wanted place by guessing how many bytes lead there. Afterwards the decoder stands at c->start. */
static bool approach(TextObj *t, Cookie *c, const uint8_t *data, int64_t size, int64_t *taken)
{
    int64_t bytes = (int64_t)(t->bytes_per_char * (double)c->skip), back = 1;
    if (bytes > size) bytes = size;
    while (bytes > 0) {
        Value rest;
        uint64_t flags;
        if (!decoder_to(t, c)) return false;
        int64_t chars = decoded_length(t, data, bytes, false);
        if (chars < 0) return false;
        if (chars > c->skip) {
            bytes -= back;
            back *= 2;
            continue;
        }
        if (!text_decoder_getstate(t, &rest, &flags)) return false;
        if (bytes_size(rest) == 0) {
            c->flags = flags;
            c->skip -= chars;
            break;
        }
        bytes -= bytes_size(rest);
        back = 1;
    }
    *taken = bytes > 0 ? bytes : 0;
    if (bytes <= 0 && !decoder_to(t, c)) return false;
    c->start += *taken;
    return true;
}

/* From c->start, byte by byte to the wanted place. */
static bool walk(TextObj *t, Cookie *c, const uint8_t *data, int64_t size)
{
    int64_t chars = 0;
    for (int64_t i = 0; i < size; i++) {
        int64_t n = decoded_length(t, data + i, 1, false);
        Value rest;
        uint64_t flags;
        if (n < 0 || !text_decoder_getstate(t, &rest, &flags)) return false;
        chars += n;
        c->feed++;
        if (bytes_size(rest) == 0 && chars <= c->skip) {
            c->start += c->feed;
            c->skip -= chars;
            c->flags = flags;
            c->feed = chars = 0;
        }
        if (chars >= c->skip) return true;
    }
    int64_t n = decoded_length(t, 0, 0, true);
    if (n < 0) return false;
    c->eof = true;
    if (chars + n < c->skip) return raise_format(&exc_OSError, "can't reconstruct logical file position");
    return true;
}

static Value tell(TextObj *t)
{
    if (!text_check_open(t)) return 0;
    if (!t->seekable) return raise_unsupported("underlying stream is not seekable");
    if (!t->telling) return raise_format(&exc_OSError, "telling position disabled by next() call");
    if (!text_flush_pending(t) || !call_method_0(VALUE(t), NAME("flush"))) return 0;
    Value position = call_method_0(t->buffer, NAME("tell"));
    if (!position) return 0;
    if (!t->can_read || !t->snapshot_input) return position;
    Cookie c = {.flags = t->snapshot_flags};
    if (!io_offset(position, &c.start)) return 0;
    Value input = t->snapshot_input;
    c.start -= bytes_size(input);
    if (t->decoded_used == 0) return cookie_pack(&c);
    c.skip = t->decoded_used;
    Value saved_bytes;
    uint64_t saved_flags;
    if (!text_decoder_getstate(t, &saved_bytes, &saved_flags)) return 0;
    int64_t taken = 0;
    bool ok = approach(t, &c, bytes_data(input), bytes_size(input), &taken);
    if (ok && c.skip) ok = walk(t, &c, bytes_data(input) + taken, bytes_size(input) - taken);
    Value pending = error_take();
    bool restored = text_decoder_setstate(t, saved_bytes, saved_flags);
    if (pending) error_restore(pending);
    return ok && restored ? cookie_pack(&c) : 0;
}

NATIVE(text_tell_method) { return text_check((TextObj *)args[0]) ? tell((TextObj *)args[0]) : 0; }

static Value seek_to_end(TextObj *t)
{
    if (!call_method_0(VALUE(t), NAME("flush"))) return 0;
    text_drop_decoded(t);
    if (t->can_read && !text_decoder_reset(t)) return 0;
    Value position = call_method_2(t->buffer, NAME("seek"), small_int(0), small_int(2));
    if (!position) return 0;
    return text_encoder_reset(t, position == small_int(0)) ? position : 0;
}

static bool restore_text(TextObj *t, const Cookie *c)
{
    Value input = call_method_1(t->buffer, NAME("read"), int_new(c->feed));
    if (!input) return false;
    if (!is_bytes(input)) return raise_type("underlying read() should have returned a bytes object, not '%.200s'", type_of(input)->name);
    SET(t, snapshot_input, input);
    t->snapshot_flags = c->flags;
    Value text = text_decode(t, bytes_data(input), bytes_size(input), input, c->eof);
    if (!text) return false;
    SET(t, decoded, text);
    t->decoded_used = 0;
    if (str_length(text) < c->skip) return raise_format(&exc_OSError, "can't restore logical file position");
    t->decoded_used = c->skip;
    return true;
}

NATIVE(text_seek_method)
{
    TextObj *t = (TextObj *)args[0];
    Value target = args[1];
    int whence;
    if (!text_check(t) || !number_as_int(args[2], &whence) || !text_check_open(t)) return 0;
    if (!t->seekable) return raise_unsupported("underlying stream is not seekable");
    if (whence == 1 || whence == 2) {
        int zero = object_compare_bool(target, small_int(0), CMP_EQ);
        if (zero < 0) return 0;
        if (!zero) return raise_unsupported(whence == 1 ? "can't do nonzero cur-relative seeks" : "can't do nonzero end-relative seeks");
        if (whence == 2) return seek_to_end(t);
        target = call_method_0(VALUE(t), NAME("tell"));
        if (!target) return 0;
    } else if (whence != 0) {
        return raise_value("invalid whence (%d, should be %d, %d or %d)", whence, 0, 1, 2);
    }
    int negative = object_compare_bool(target, small_int(0), CMP_LT);
    if (negative < 0) return 0;
    if (negative) return raise_value("negative seek position %R", target);
    if (!call_method_0(VALUE(t), NAME("flush"))) return 0;
    Cookie c;
    if (!cookie_unpack(target, &c)) return 0;
    if (!call_method_1(t->buffer, NAME("seek"), int_new(c.start))) return 0;
    text_drop_decoded(t);
    if (t->can_read) {
        if (!decoder_to(t, &c)) return 0;
        if (c.skip) {
            if (!restore_text(t, &c)) return 0;
        } else {
            t->snapshot_input = bytes_empty;
            t->snapshot_flags = c.flags;
            gc_barrier(t);
        }
    }
    return text_encoder_reset(t, c.start == 0 && c.flags == 0) ? target : 0;
}
