/* peek.c: frames and what they name, read without the interpreter lock (peek.h).
 *
 * The thread that is looked at may be starting and leaving frames meanwhile, its register stack may be unmapped and what a frame refers to collected. So everything is copied by
 * memory_peek, which cannot fault, and a copy is believed only where it agrees with others: code by its type, register code by the code it belongs to, places by the bounds of their tables.
 * What is shown of a running thread can be of two moments all the same; the dump of one that waits or hangs is exact.
 */
#include "vm/peek.h"
#include "base/peek.h"
#include "object/str.h"
#include "vm/lower.h"

/* The unit of stored code that a frame is at, and its line when the table of the traced form tells it. -1: before the first. */
static int unit_of(const Frame *f, const CodeObj *code, const Lowered *low, int *line)
{
    int64_t word = f->resume_line_word ? f->resume_line_word : f->pc ? f->pc - low->words : 0;
    if (word > low->word_count) word = low->word_count;
    uint32_t unit;
    if (word <= 0 || !PEEK(unit, low->units + word - 1)) return -1;
    if (!low->lines || unit >= code->size || !PEEK(*line, low->lines + unit)) *line = -1;
    return (int)unit;
}

static bool peek_lowered(const Frame *f, const CodeObj *code, Lowered *out)
{
    if (!code->lowered || !memory_peek(out, code->lowered, sizeof *out)) return false;
    if ((f->flags & FRAME_TRACED) && (!out->traced_form || !memory_peek(out, out->traced_form, sizeof *out))) return false;
    return out->code == f->code;
}

bool frame_peek(const Frame *frame, PeekedFrame *out)
{
    Frame f;
    if (!frame || !PEEK(f, frame)) return false;
    *out = (PeekedFrame){.previous = f.previous, .line = -1};
    CodeObj code;
    if (!f.code || !PEEK(code, f.code) || code.head.type != &code_type) return true;
    out->filename = code.filename;
    out->name = code.name;
    Lowered low;
    int line = -1, unit = peek_lowered(&f, &code, &low) ? unit_of(&f, &code, &low, &line) : -1;
    out->line = unit < 0 ? code.firstlineno : line >= 0 ? line : code_line_peek(&code, unit);
    return true;
}

bool str_peek(Value v, PeekedText *out)
{
    StrObj s = {0};
    if (!v || !is_pointer(v) || !memory_peek(&s, (void *)v, STR_ASCII_HEADER)) return false;
    const char *data = (const char *)v + (s.ascii ? STR_ASCII_HEADER : STR_COMPACT_HEADER);
    if (!s.compact) {
        if (!PEEK(s, (const StrObj *)v)) return false;
        data = s.any;
    }
    if (s.length < 0 || (s.kind != 1 && s.kind != 2 && s.kind != 4)) return false;
    out->length = s.length;
    out->kind = (int)s.kind;
    out->count = s.length < PEEKED_TEXT ? (int)s.length : PEEKED_TEXT;
    return !out->count || memory_peek(out->data, data, (size_t)out->count * s.kind);
}
