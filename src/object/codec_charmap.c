/* codec_charmap.c: codecs given by a table: a str of up to 256 characters, a mapping, or the EncodingMap that charmap_build makes of a str. */
#include "object/codec.h"

/* --- EncodingMap: from characters to bytes, an open hash table */
enum { MAP_SLOTS = 1024 };
typedef struct EncodingMap {
    Obj head;
    int64_t count;
    uint32_t keys[MAP_SLOTS]; /* character + 1; 0: free */
    uint8_t bytes[MAP_SLOTS];
} EncodingMap;

static uint32_t map_slot(const EncodingMap *map, uint32_t c)
{
    uint32_t k = c * 2654435761u >> 22;
    while (map->keys[k] && map->keys[k] != c + 1) k = (k + 1) % MAP_SLOTS;
    return k;
}

static NATIVE(encoding_map_size) { return int_new((int64_t)sizeof(EncodingMap)); }
static const NativeDef encoding_map_methods[] = {{"size", "(self, /)", encoding_map_size, "The size in memory, in bytes."}, {0}};
Type encoding_map_type = {TYPE_INIT("EncodingMap", EncodingMap), .flags = TYPE_DISALLOW_NEW, .methods = encoding_map_methods};

Value codec_charmap_build(Value text)
{
    if (!str_length(text)) return raise_type("bad argument type for built-in operation");
    EncodingMap *map = gc_alloc(EncodingMap, &encoding_map_type);
    if (!map) return 0;
    int64_t length = str_length(text) < 256 ? str_length(text) : 256;
    for (int64_t i = 0; i < length; i++) {
        uint32_t c = str_char(text, i);
        if (c == 0xfffe) continue;
        uint32_t k = map_slot(map, c);
        map->keys[k] = c + 1;
        map->bytes[k] = (uint8_t)i;
    }
    return VALUE(map);
}

/* --- decoding */
/* Adds what the mapping says of a byte: 1, 0 undefined, -1. */
static int map_byte(Decoder *d, Value mapping, uint8_t byte)
{
    if (is_str_exact(mapping)) {
        uint32_t c = byte < str_length(mapping) ? str_char(mapping, byte) : 0xfffe;
        return c == 0xfffe ? 0 : str_builder_char(&d->out, c) ? 1 : -1;
    }
    Value item = object_getitem(mapping, small_int(byte));
    if (!item) return error_clear_if(&exc_LookupError) ? 0 : -1;
    if (item == NONE) return 0;
    if (is_int(item)) {
        int64_t c;
        if (int_as_int64_overflow(item, &c) || c < 0 || c > 0x10ffff) {
            raise_type("character mapping must be in range(0x%lx)", 0x110000L);
            return -1;
        }
        return c == 0xfffe ? 0 : str_builder_char(&d->out, (uint32_t)c) ? 1 : -1;
    }
    if (is_str(item)) {
        if (str_length(item) == 1 && str_char(item, 0) == 0xfffe) return 0;
        return str_builder_str(&d->out, item) ? 1 : -1;
    }
    raise_type("character mapping must return integer, None or str");
    return -1;
}

Value codec_charmap_decode(const uint8_t *data, int64_t size, const char *errors, Value mapping)
{
    if (!mapping || mapping == NONE) return str_from_latin1(data, (size_t)size);
    Decoder d = {.encoding = "charmap", .errors = errors, .data = data, .size = size};
    for (int64_t at = 0; at < d.size;) {
        int done = map_byte(&d, mapping, d.data[at]);
        if (done < 0) return 0;
        if (done) at++;
        else if ((at = decode_fault(&d, at, at + 1, "character maps to <undefined>")) < 0) return 0;
    }
    return str_builder_finish(&d.out);
}

/* --- encoding */
/* Writes (or only looks up, without `out`) what the mapping says of a character: 1, 0 undefined, -1. */
static int map_char(Value mapping, uint32_t c, BytesBuilder *out)
{
    if (type_of(mapping) == &encoding_map_type) {
        const EncodingMap *map = (const EncodingMap *)mapping;
        uint32_t k = map_slot(map, c);
        if (!map->keys[k]) return 0;
        return !out || bytes_builder_add(out, &map->bytes[k], 1) ? 1 : -1;
    }
    Value item = object_getitem(mapping, small_int(c));
    if (!item) return error_clear_if(&exc_LookupError) ? 0 : -1;
    if (item == NONE) return 0;
    if (is_int(item)) {
        int64_t n;
        if (int_as_int64_overflow(item, &n) || n < 0 || n > 255) {
            raise_type("character mapping must be in range(256)");
            return -1;
        }
        uint8_t byte = (uint8_t)n;
        return !out || bytes_builder_add(out, &byte, 1) ? 1 : -1;
    }
    if (is_bytes(item)) return !out || bytes_builder_add(out, bytes_data(item), (size_t)bytes_size(item)) ? 1 : -1;
    raise_type("character mapping must return integer, bytes or None, not %.400T", item);
    return -1;
}

static bool put_mapped(Encoder *e, uint32_t c) { return map_char(e->mapping, c, &e->out) > 0; }

/* The end of the run of characters from `at` on that have no mapping; -1. */
static int64_t undefined_end(Value s, Value mapping, int64_t at)
{
    for (at++; at < str_length(s); at++) {
        int found = map_char(mapping, str_char(s, at), 0);
        if (found) return found < 0 ? -1 : at;
    }
    return at;
}

Value codec_charmap_encode(Value s, const char *errors, Value mapping)
{
    if (!mapping || mapping == NONE) return codec_limited_encode(s, errors, "latin-1", 256);
    Encoder e = {.encoding = "charmap", .errors = errors, .text = s, .limit = 0x110000, .put = put_mapped, .mapping = mapping};
    for (int64_t at = 0; at < str_length(s);) {
        int done = map_char(mapping, str_char(s, at), &e.out);
        if (done < 0) return 0;
        if (done) {
            at++;
            continue;
        }
        int64_t end = undefined_end(s, mapping, at);
        if (end < 0 || (at = encode_fault(&e, at, end, "character maps to <undefined>")) < 0) return 0;
    }
    return bytes_builder_finish(&e.out);
}
