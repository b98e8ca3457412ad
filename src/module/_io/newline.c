/* newline.c: universal newlines: "\r\n" and "\r" read as "\n", and which kinds were seen. Also the Python class IncrementalNewlineDecoder around it.
 *
 * A "\r" at the end of a piece is held back until it is known whether "\n" follows, so "\r\n" is never split.
 */
#include "module/_io/io.h"

/* Length of `text` with each "\r\n" counted once; *seen: which line ends occur. */
static int64_t scan(int kind, const void *data, int64_t length, unsigned *seen)
{
    int64_t result = length;
    for (int64_t i = 0; i < length; i++) {
        uint32_t c = str_read(kind, data, i);
        if (c == '\n') *seen |= SEEN_LF;
        else if (c == '\r') {
            if (i + 1 < length && str_read(kind, data, i + 1) == '\n') {
                *seen |= SEEN_CRLF;
                result--;
                i++;
            } else *seen |= SEEN_CR;
        }
    }
    return result;
}

static Value translated(Value text, int64_t new_length)
{
    int kind = str_kind(text);
    int64_t length = str_length(text);
    Value result = str_alloc(new_length, str_is_ascii(text) ? 0x7f : kind == 1 ? 0xff : kind == 2 ? 0xffff : 0x10ffff);
    if (!result) return 0;
    const void *from = str_data(text);
    void *to = str_data(result);
    int64_t n = 0;
    for (int64_t i = 0; i < length; i++) {
        uint32_t c = str_read(kind, from, i);
        if (c == '\r') {
            if (i + 1 < length && str_read(kind, from, i + 1) == '\n') i++;
            c = '\n';
        }
        str_write(kind, to, n++, c);
    }
    return result;
}

Value newline_translate(NewlineState *state, Value text, bool final)
{
    int64_t length = str_length(text);
    if (state->pending_cr && (final || length > 0)) {
        text = str_concat(str_from_char('\r'), text);
        if (!text) return 0;
        length++;
        state->pending_cr = false;
    }
    if (length == 0) return text;
    int kind = str_kind(text);
    const void *data = str_data(text);
    if (!final && str_read(kind, data, length - 1) == '\r') {
        state->pending_cr = true;
        text = str_substring(text, 0, --length);
        if (!text || length == 0) return text;
        kind = str_kind(text);
        data = str_data(text);
    }
    if (kind == 1 && !memchr(data, '\r', (size_t)length)) {
        if (!(state->seen & SEEN_LF) && memchr(data, '\n', (size_t)length)) state->seen |= SEEN_LF;
        return text;
    }
    unsigned seen = 0;
    int64_t new_length = scan(kind, data, length, &seen);
    state->seen |= seen;
    if (!state->translate || !(seen & (SEEN_CR | SEEN_CRLF))) return text;
    return translated(text, new_length);
}

Value newlines_value(unsigned seen)
{
    static const struct {
        unsigned bit;
        const char *text;
    } kinds[] = {{SEEN_CR, "\r"}, {SEEN_LF, "\n"}, {SEEN_CRLF, "\r\n"}};
    Value found[3];
    int n = 0;
    for (int i = 0; i < 3; i++)
        if ((seen & kinds[i].bit) && !(found[n++] = str_from_cstring(kinds[i].text))) return 0;
    return n == 0 ? NONE : n == 1 ? found[0] : tuple_from(found, n);
}

int64_t newline_find(Value text, int64_t start, int64_t end, bool any, Value newline)
{
    if (any) {
        int64_t lf = str_find_char(text, '\n', start, end, 1);
        int64_t cr = str_find_char(text, '\r', start, lf < 0 ? end : lf, 1);
        if (cr < 0) return lf < 0 ? -1 : lf + 1;
        return cr + 1 < end && str_char(text, cr + 1) == '\n' ? cr + 2 : cr + 1;
    }
    if (!newline || str_length(newline) == 1) {
        uint32_t c = newline ? str_char(newline, 0) : '\n';
        if (str_kind(text) == 1) {
            const uint8_t *data = str_data(text);
            const uint8_t *found = memchr(data + start, (int)c, (size_t)(end - start));
            return found ? found - data + 1 : -1;
        }
        int64_t found = str_find_char(text, c, start, end, 1);
        return found < 0 ? -1 : found + 1;
    }
    int64_t found = str_find(text, newline, start, end);
    return found < 0 ? -1 : found + str_length(newline);
}

bool newline_check(Value newline)
{
    if (newline == NONE) return true;
    int64_t n = str_length(newline);
    bool good = n == 0 || (n == 1 && (str_char(newline, 0) == '\n' || str_char(newline, 0) == '\r')) || str_equal_ascii(newline, "\r\n");
    return good || raise_value("illegal newline value: %R", newline);
}

/* --- IncrementalNewlineDecoder */

typedef struct DecoderObj {
    Obj head;
    Value decoder, errors;
    NewlineState state;
    bool ok;
} DecoderObj;

static void decoder_trace(Obj *o)
{
    gc_visit(((DecoderObj *)o)->decoder);
    gc_visit(((DecoderObj *)o)->errors);
}

static bool decoder_init(Value self, Value *args, size_t nargs, Value kwnames)
{
    static Signature *cache;
    Value a[3];
    if (!native_bind("IncrementalNewlineDecoder", "(decoder, translate, errors='strict')", &cache, args, nargs, kwnames, a)) return false;
    int64_t translate;
    if (!number_as_int64(a[1], &translate)) return false;
    DecoderObj *d = (DecoderObj *)self;
    d->decoder = a[0];
    d->errors = a[2];
    gc_barrier(d);
    d->state = (NewlineState){.translate = translate != 0};
    d->ok = true;
    return true;
}

static bool check(DecoderObj *d) { return d->ok || raise_value("IncrementalNewlineDecoder.__init__() not called"); }

static NATIVE(decoder_decode)
{
    DecoderObj *d = (DecoderObj *)args[0];
    int final = object_truth(args[2]);
    if (final < 0 || !check(d)) return 0;
    Value text = args[1];
    if (d->decoder != NONE) {
        text = call_method_2(d->decoder, NAME("decode"), text, bool_value(final));
        if (!text) return 0;
    }
    if (!is_str(text)) return raise_type("decoder should return a string result, not '%.200s'", type_of(text)->name);
    return newline_translate(&d->state, text, final);
}

static NATIVE(decoder_getstate)
{
    DecoderObj *d = (DecoderObj *)args[0];
    if (!check(d)) return 0;
    Value buffer = bytes_empty, flag = small_int(0);
    if (d->decoder != NONE) {
        Value state = call_method_0(d->decoder, NAME("getstate"));
        if (!state) return 0;
        if (!is_tuple(state) || tuple_size(state) != 2) return raise_type("illegal decoder state");
        buffer = tuple_get(state, 0);
        flag = tuple_get(state, 1);
        if (!is_int(flag)) return raise_type("illegal decoder state");
    }
    uint64_t bits = int_as_uint64_mask(flag) << 1 | d->state.pending_cr;
    return tuple_pack(2, buffer, int_new_unsigned(bits));
}

static NATIVE(decoder_setstate)
{
    DecoderObj *d = (DecoderObj *)args[0];
    if (!check(d)) return 0;
    if (!is_tuple(args[1])) return raise_type("state argument must be a tuple");
    if (tuple_size(args[1]) != 2 || !is_int(tuple_get(args[1], 1))) return raise_type("setstate(): illegal state argument");
    uint64_t bits = int_as_uint64_mask(tuple_get(args[1], 1));
    d->state.pending_cr = bits & 1;
    if (d->decoder == NONE) return NONE;
    Value state = tuple_pack(2, tuple_get(args[1], 0), int_new_unsigned(bits >> 1));
    return state ? call_method_1(d->decoder, NAME("setstate"), state) : 0;
}

static NATIVE(decoder_reset)
{
    DecoderObj *d = (DecoderObj *)args[0];
    if (!check(d)) return 0;
    d->state.seen = 0;
    d->state.pending_cr = false;
    return d->decoder == NONE ? NONE : call_method_0(d->decoder, NAME("reset"));
}

static Value get_newlines(Value self) { return check((DecoderObj *)self) ? newlines_value(((DecoderObj *)self)->state.seen) : 0; }

static const NativeDef decoder_methods[] = {
    {"decode", "(self, /, input, final=False)", decoder_decode, "Decodes and translates a piece.", 0},
    {"getstate", "(self, /)", decoder_getstate, "The state, for setstate().", 0},
    {"setstate", "(self, state, /)", decoder_setstate, "Goes back to a state.", 0},
    {"reset", "(self, /)", decoder_reset, "Forgets everything.", 0},
    {0},
};
static const GetSetDef decoder_getset[] = {{"newlines", get_newlines, 0, 0}, {0}};

Type newline_decoder_type = {
    TYPE_INIT("_io.IncrementalNewlineDecoder", DecoderObj),
    .flags = TYPE_BASE,
    .trace = decoder_trace,
    .new = type_new_plain,
    .init = decoder_init,
    .methods = decoder_methods,
    .getset = decoder_getset,
    .doc = "IncrementalNewlineDecoder(decoder, translate, errors='strict')\n--\n\nA decoder around another that translates line ends.",
};
