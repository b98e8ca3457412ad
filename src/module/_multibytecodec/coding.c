/* coding.c: one character at a time between Unicode and the encodings of East Asia. */
#include "module/_multibytecodec/multibyte.h"
#include <errno.h>

/* --- iconv. Descriptors stay open: there are few encodings. */
typedef struct Converter {
    const char *name;
    iconv_t to_unicode, from_unicode;
} Converter;
static Converter converters[24];

static Converter *converter(const char *name)
{
    for (size_t i = 0; i < sizeof converters / sizeof *converters; i++) {
        Converter *c = &converters[i];
        if (!c->name) *c = (Converter){name, iconv_open("UTF-32LE", name), iconv_open(name, "UTF-32LE")};
        if (!strcmp(c->name, name)) return c->to_unicode == (iconv_t)-1 || c->from_unicode == (iconv_t)-1 ? 0 : c;
    }
    return 0;
}

/* Exactly these bytes to one or two characters: their number; 0: not valid; -1: the beginning of something longer. */
static int table_read(const char *table, const uint8_t *bytes, int size, uint32_t chars[2])
{
    Converter *c = converter(table);
    if (!c) return 0;
    char *in = (char *)bytes, *out = (char *)chars;
    size_t in_left = (size_t)size, out_left = 8;
    iconv(c->to_unicode, 0, 0, 0, 0);
    if (iconv(c->to_unicode, &in, &in_left, &out, &out_left) == (size_t)-1) return errno == EINVAL ? -1 : 0;
    iconv(c->to_unicode, 0, 0, &out, &out_left);
    return in_left ? 0 : (int)(8 - out_left) / 4;
}

/* `count` characters to bytes: their number, 0: none. */
static int table_write(const char *table, const uint32_t *chars, int count, uint8_t *bytes)
{
    Converter *c = converter(table);
    if (!c) return 0;
    char *in = (char *)chars, *out = (char *)bytes;
    size_t in_left = 4 * (size_t)count, out_left = 16;
    iconv(c->from_unicode, 0, 0, 0, 0);
    size_t inexact = iconv(c->from_unicode, &in, &in_left, &out, &out_left);
    if (inexact) return 0;
    iconv(c->from_unicode, 0, 0, &out, &out_left);
    return (int)(16 - out_left);
}

static bool combines(uint32_t c) { return c == 0x300 || c == 0x301 || c == 0x304 || c == 0x30c || c == 0x309a || c == 0x2e5 || c == 0x2e9; }

/* --- encodings without states */
/* Whether a character may be encoded by one byte above ASCII: half-width Katakana is. iconv takes control characters and others, which Python does not. */
static bool single_byte(uint32_t c) { return c >= 0xff61 && c <= 0xff9f; }

static int plain_read(const CodingDef *def, const uint8_t *bytes, int64_t left, uint32_t chars[2], int *count, int *size)
{
    *size = 1;
    if (*bytes < 0x80) {
        chars[0] = *bytes;
        *count = 1;
        return CODING_OK;
    }
    for (int n = 1; n <= 4; n++) {
        if (n > left) {
            *size = (int)left;
            return CODING_INCOMPLETE;
        }
        int got = table_read(def->tables, bytes, n, chars);
        if (n == 1 && got > 0 && !single_byte(chars[0])) break;
        if (got > 0) {
            *count = got;
            *size = n;
            return CODING_OK;
        }
        if (got == 0) break;
    }
    return CODING_ILLEGAL;
}

static int plain_write(const CodingDef *def, const uint32_t *chars, int64_t left, uint8_t *out, int *size, int *used)
{
    *used = 1;
    if (*chars < 0x80) {
        out[0] = (uint8_t)*chars;
        *size = 1;
        return CODING_OK;
    }
    if (left > 1 && combines(chars[1])) {
        uint8_t alone[16];
        int together = table_write(def->tables, chars, 2, out), first = table_write(def->tables, chars, 1, alone);
        /* One code for both is shorter than two codes. */
        if (together && (!first || together <= first)) {
            *size = together;
            *used = 2;
            return CODING_OK;
        }
    }
    *size = table_write(def->tables, chars, 1, out);
    /* The yen sign and the overline share codes with backslash and tilde in Japan. */
    bool shared = (*chars == 0xa5 || *chars == 0x203e) && (!strncmp(def->name, "shift", 5) || !strncmp(def->name, "euc_j", 5));
    return *size > 1 || (*size == 1 && (shared || single_byte(*chars))) ? CODING_OK : CODING_ILLEGAL;
}

/* --- HZ: ~{ and ~} around GB2312 in seven bits */
static int hz_read(CodingState *state, const uint8_t *bytes, int64_t left, uint32_t chars[2], int *count, int *size)
{
    *size = 1;
    if (*bytes == '~') {
        if (left < 2) return CODING_INCOMPLETE;
        *size = 2;
        *count = 0;
        if (bytes[1] == '~' && !state->set) chars[(*count)++] = '~';
        else if (bytes[1] == '{' && !state->set) state->set = 1;
        else if (bytes[1] == '}' && state->set) state->set = 0;
        else if (bytes[1] != '\n' || state->set) {
            *size = 1;
            return CODING_ILLEGAL;
        }
        return CODING_OK;
    }
    if (*bytes >= 0x80) return CODING_ILLEGAL;
    if (!state->set || *bytes == '\n') {
        if (*bytes == '\n') state->set = 0;
        chars[0] = *bytes;
        *count = 1;
        return CODING_OK;
    }
    if (left < 2) return CODING_INCOMPLETE;
    uint8_t pair[2] = {bytes[0] | 0x80, bytes[1] | 0x80};
    if (bytes[1] >= 0x80 || (*count = table_read("EUC-CN", pair, 2, chars)) <= 0) return CODING_ILLEGAL;
    *size = 2;
    return CODING_OK;
}

static int hz_write(CodingState *state, uint32_t c, uint8_t *out, int *size)
{
    int n = 0;
    if (c < 0x80) {
        if (state->set) out[n++] = '~', out[n++] = '}';
        state->set = 0;
        if (c == '~') out[n++] = '~';
        out[n++] = (uint8_t)c;
        *size = n;
        return CODING_OK;
    }
    uint8_t pair[16];
    if (table_write("EUC-CN", &c, 1, pair) != 2) return CODING_ILLEGAL;
    if (!state->set) out[n++] = '~', out[n++] = '{';
    state->set = 1;
    out[n++] = pair[0] & 0x7f;
    out[n++] = pair[1] & 0x7f;
    *size = n;
    return CODING_OK;
}

/* --- ISO 2022: character sets by escape sequences. `letter` names a set in CodingDef.tables. */
typedef struct CharSet {
    char letter;
    const char *escape;
    int width;
    const char *table;
    uint8_t prefix;
} CharSet;
static const CharSet char_sets[] = {
    {'A', "(B", 1, 0, 0},                        /* ASCII */
    {'R', "(J", 1, 0, 0},                        /* JIS X 0201, Roman half */
    {'K', "(I", 1, "EUC-JP", 0x8e},              /* JIS X 0201, Katakana half */
    {'J', "$B", 2, "EUC-JP", 0},                 /* JIS X 0208 */
    {'j', "$@", 2, "EUC-JP", 0},                 /* JIS C 6226, read as JIS X 0208 */
    {'S', "$(D", 2, "EUC-JP", 0x8f},             /* JIS X 0212 */
    {'G', "$A", 2, "EUC-CN", 0},                 /* GB 2312 */
    {'k', "$(C", 2, "EUC-KR", 0},                /* KS X 1001 */
    {'1', "$(O", 2, "EUC-JISX0213", 0},          /* JIS X 0213:2000, plane 1 */
    {'q', "$(Q", 2, "EUC-JISX0213", 0},          /* JIS X 0213:2004, plane 1 */
    {'2', "$(P", 2, "EUC-JISX0213", 0x8f},       /* plane 2 */
    {'N', "$)C", 2, "EUC-KR", 0},                /* KS X 1001 as G1, reached by shift out (ISO-2022-KR) */
};
enum { CHAR_SET_COUNT = sizeof char_sets / sizeof *char_sets };

static bool has_set(const CodingDef *def, char letter) { return letter == 'A' || strchr(def->tables, letter) || (letter == 'j' && strchr(def->tables, 'J')); }

static int escape_read(const CodingDef *def, CodingState *state, const uint8_t *bytes, int64_t left, int *size)
{
    for (int i = 0; i < CHAR_SET_COUNT; i++) {
        int n = (int)strlen(char_sets[i].escape);
        if (left <= n || !has_set(def, char_sets[i].letter) || memcmp(bytes + 1, char_sets[i].escape, (size_t)n)) continue;
        if (char_sets[i].letter != 'N') state->set = (uint8_t)i;
        *size = n + 1;
        return CODING_OK;
    }
    /* An unknown sequence ends with its first capital letter or '@'. */
    for (int n = 1; n < left && n < 16; n++) {
        if (bytes[n] != '@' && (bytes[n] < 'A' || bytes[n] > 'Z')) continue;
        *size = n + 1;
        return CODING_ILLEGAL;
    }
    *size = left < 16 ? (int)left : 1;
    return left < 16 ? CODING_INCOMPLETE : CODING_ILLEGAL;
}

static int set_read(const CharSet *set, const uint8_t *bytes, int64_t left, uint32_t chars[2], int *count, int *size)
{
    *size = 1;
    if (left < set->width) return CODING_INCOMPLETE;
    uint8_t code[3];
    int n = 0;
    if (set->prefix) code[n++] = set->prefix;
    for (int i = 0; i < set->width; i++) {
        if (bytes[i] < 0x21 || bytes[i] > 0x7e) return CODING_ILLEGAL;
        code[n++] = bytes[i] | 0x80;
    }
    if ((*count = table_read(set->table, code, n, chars)) <= 0) {
        *size = set->width;
        return CODING_ILLEGAL;
    }
    *size = set->width;
    return CODING_OK;
}

static int iso_read(const CodingDef *def, CodingState *state, const uint8_t *bytes, int64_t left, uint32_t chars[2], int *count, int *size)
{
    bool korean = strchr(def->tables, 'N');
    *size = 1;
    *count = 0;
    if (*bytes == 0x1b && left < 2) return CODING_INCOMPLETE;
    if (*bytes == 0x1b && strchr("()$.&", bytes[1])) return escape_read(def, state, bytes, left, size);
    if (korean && (*bytes == 0x0e || *bytes == 0x0f)) {
        state->shifted = *bytes == 0x0e;
        return CODING_OK;
    }
    if (*bytes >= 0x80) return CODING_ILLEGAL;
    if (*bytes == '\n') {
        state->shifted = false;
        state->set = 0;
    }
    const CharSet *set = korean && state->shifted ? &char_sets[CHAR_SET_COUNT - 1] : &char_sets[state->set];
    if (*bytes < 0x20 || (!set->table)) {
        chars[0] = *bytes;
        if (set->letter == 'R') chars[0] = *bytes == 0x5c ? 0xa5 : *bytes == 0x7e ? 0x203e : *bytes;
        *count = 1;
        return CODING_OK;
    }
    return set_read(set, bytes, left, chars, count, size);
}

/* The codes of c in the set (without escape), or 0. */
static int set_write(const CharSet *set, uint32_t c, uint8_t out[2])
{
    if (!set->table) {
        if (set->letter == 'R' && (c == 0xa5 || c == 0x203e)) return out[0] = c == 0xa5 ? 0x5c : 0x7e, 1;
        return 0;
    }
    uint8_t code[16];
    int n = table_write(set->table, &c, 1, code), skip = set->prefix != 0;
    if (n != set->width + skip || (skip ? code[0] != set->prefix : code[0] == 0x8e || code[0] == 0x8f)) return 0;
    for (int i = 0; i < set->width; i++) {
        if (code[skip + i] < 0xa1) return 0;
        out[i] = code[skip + i] & 0x7f;
    }
    return set->width;
}

static int add_escape(uint8_t *out, int n, const char *escape)
{
    out[n++] = 0x1b;
    memcpy(out + n, escape, strlen(escape));
    return n + (int)strlen(escape);
}

static int korean_write(CodingState *state, uint32_t c, uint8_t *out, int *size)
{
    const CharSet *set = &char_sets[CHAR_SET_COUNT - 1];
    uint8_t code[2];
    int n = 0;
    if (c < 0x80) {
        if (state->shifted) out[n++] = 0x0f;
        state->shifted = false;
        out[n++] = (uint8_t)c;
        *size = n;
        return CODING_OK;
    }
    if (!set_write(set, c, code)) return CODING_ILLEGAL;
    if (!state->announced) n = add_escape(out, n, set->escape);
    if (!state->shifted) out[n++] = 0x0e;
    state->announced = state->shifted = true;
    out[n++] = code[0];
    out[n++] = code[1];
    *size = n;
    return CODING_OK;
}

static int iso_write(const CodingDef *def, CodingState *state, uint32_t c, uint8_t *out, int *size)
{
    uint8_t code[2] = {(uint8_t)c};
    int width = c < 0x80, which = 0;
    if (strchr(def->tables, 'N')) return korean_write(state, c, out, size);
    for (const char *letter = def->tables; !width && *letter; letter++)
        for (which = 0; which < CHAR_SET_COUNT; which++)
            if (char_sets[which].letter == *letter) {
                width = set_write(&char_sets[which], c, code);
                break;
            }
    if (!width) return CODING_ILLEGAL;
    int n = 0;
    if (state->set != which) n = add_escape(out, n, char_sets[which].escape);
    state->set = (uint8_t)which;
    for (int i = 0; i < width; i++) out[n++] = code[i];
    *size = n;
    return CODING_OK;
}

/* --- all */
int coding_read(const CodingDef *def, CodingState *state, const uint8_t *bytes, int64_t left, uint32_t chars[2], int *count, int *size)
{
    switch (def->kind) {
    case CODING_HZ: return hz_read(state, bytes, left, chars, count, size);
    case CODING_ISO2022: return iso_read(def, state, bytes, left, chars, count, size);
    default: return plain_read(def, bytes, left, chars, count, size);
    }
}

int coding_write(const CodingDef *def, CodingState *state, const uint32_t *chars, int64_t left, uint8_t out[16], int *size, int *used)
{
    *used = 1;
    if ((*chars & ~0x7ffu) == 0xd800) return CODING_ILLEGAL;
    switch (def->kind) {
    case CODING_HZ: return hz_write(state, *chars, out, size);
    case CODING_ISO2022: return iso_write(def, state, *chars, out, size);
    default: return plain_write(def, chars, left, out, size, used);
    }
}

int coding_reset(const CodingDef *def, CodingState *state, uint8_t out[16])
{
    int n = 0;
    if (def->kind == CODING_HZ && state->set) out[n++] = '~', out[n++] = '}';
    if (def->kind == CODING_ISO2022 && state->shifted) out[n++] = 0x0f;
    if (def->kind == CODING_ISO2022 && state->set) n = add_escape(out, n, "(B");
    *state = (CodingState){.announced = state->announced};
    return n;
}
