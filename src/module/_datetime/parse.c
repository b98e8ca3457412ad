/* parse.c: dates and times in ISO 8601 format.
 *
 * What is accepted, and where, is CPython 3.11's parser: dates as YYYY-MM-DD, YYYYMMDD, YYYY-Www[-D] and YYYYWww[D]; times as HH[:MM[:SS[.f...]]] with or without the colons, and an
 * offset of the same form, or Z. It is lenient in places: a decimal mark may come after any part and stands for microseconds; digits behind the sixth are skipped; a third colon is
 * taken for a decimal mark, as is the place after six digits without colons. Text is read as UTF-8, which ends with a zero byte.
 */
#include "base/ascii.h"
#include "module/_datetime/datetime.h"

typedef enum Zone { ZONE_NONE, ZONE_GIVEN, ZONE_BAD = -1 } Zone;
typedef struct Offset {
    int seconds, microseconds;
} Offset;

/* Reads `count` digits; 0: there are not so many. */
static const char *read_digits(const char *at, int count, int *out)
{
    int n = 0;
    for (int i = 0; i < count; i++, at++) {
        if (!ascii_is_digit(*at)) return 0;
        n = n * 10 + (*at - '0');
    }
    *out = n;
    return at;
}

/* The date at the start of the text, of which `size` bytes are meant for it. */
static bool parse_date(const char *text, size_t size, Fields *f)
{
    const char *at = read_digits(text, 4, &f->year);
    if (!at) return false;
    bool separated = *at == '-';
    at += separated;
    if (*at == 'W') {
        int week, day = 1;
        if (!(at = read_digits(at + 1, 2, &week))) return false;
        if ((size_t)(at - text) < size) {
            if (separated && *at++ != '-') return false;
            if (!read_digits(at, 1, &day)) return false;
        }
        return date_of_iso_calendar(f->year, week, day, f) == ISO_OK;
    }
    if (!(at = read_digits(at, 2, &f->month)) || (separated && *at++ != '-')) return false;
    return read_digits(at, 2, &f->day) != 0;
}

typedef enum End { END_BAD = -1, END_OF_TEXT, END_EARLY } End;

/* Hours, minutes, seconds and fraction up to `end`: END_EARLY when the text goes on there. */
static End parse_parts(const char *at, const char *end, int parts[4])
{
    bool colons = true;
    memset(parts, 0, 4 * sizeof *parts);
    for (int i = 0; i < 3; i++) {
        if (!(at = read_digits(at, 2, &parts[i]))) return END_BAD;
        char next = *at++;
        if (i == 0) colons = next == ':';
        if (at >= end) return next ? END_EARLY : END_OF_TEXT;
        if (next == '.' || next == ',') break;
        if (colons && next != ':') return END_BAD;
        if (!colons) at--;
    }
    int count = end - at < 6 ? (int)(end - at) : 6;
    if (!(at = read_digits(at, count, &parts[3]))) return END_BAD;
    for (int i = count; i < 6; i++) parts[3] *= 10;
    while (ascii_is_digit(*at)) at++;
    return *at ? END_EARLY : END_OF_TEXT;
}

static Zone parse_time(const char *text, size_t size, Fields *f, Offset *offset)
{
    const char *end = text + size, *sign = text;
    int parts[4];
    do {
        if (*sign == '+' || *sign == '-' || *sign == 'Z') break;
    } while (++sign < end);
    End found = parse_parts(text, sign, &f->hour);
    if (found == END_BAD) return ZONE_BAD;
    if (sign >= end) return found == END_OF_TEXT ? ZONE_NONE : ZONE_BAD;
    *offset = (Offset){0};
    if (*sign == 'Z') return sign[1] ? ZONE_BAD : ZONE_GIVEN;
    if (parse_parts(sign + 1, end, parts) != END_OF_TEXT) return ZONE_BAD;
    int direction = *sign == '-' ? -1 : 1;
    offset->seconds = direction * (parts[0] * 3600 + parts[1] * 60 + parts[2]);
    offset->microseconds = direction * parts[3];
    return ZONE_GIVEN;
}

static Value zone_of(Zone found, Offset offset)
{
    if (found == ZONE_NONE) return NONE;
    if (offset.seconds == 0) return timezone_utc;
    Value delta = delta_new(0, offset.seconds, offset.microseconds);
    return delta ? timezone_new(delta, 0) : 0;
}

/* Where the time begins, its separator included, in a text of at least 7 bytes. A digit after YYYY-Www- or YYYYWww may belong to either half: behind YYYYWww, times have an even
 * number of digits, and the first of all is their separator or the day. */
static size_t date_size(const char *text, size_t size)
{
    if (size == 7) return 7;
    if (text[4] == '-') {
        if (text[5] != 'W') return 10;
        if (size <= 8 || text[8] != '-') return 8;
        return size > 10 && ascii_is_digit(text[10]) ? 8 : 10;
    }
    if (text[4] != 'W') return 8;
    size_t end = 7;
    while (end < size && ascii_is_digit(text[end])) end++;
    if (end < 9) return end;
    return end % 2 ? 8 : 7;
}

static bool check_text(Value text) { return is_str(text) || raise_type("fromisoformat: argument must be str"); }

/* The UTF-8 of the text; 0 when it is not to be had for another reason than memory: ValueError. */
static Value invalid(Value text) { return raise_value("Invalid isoformat string: %R", text); }
static const char *text_bytes(Value text, Value original, size_t *size)
{
    const char *bytes = str_utf8(text, size);
    if (!bytes && error_clear_if(&exc_UnicodeEncodeError)) invalid(original);
    return bytes;
}

Value date_from_iso(Value cls, Value text)
{
    size_t size;
    Fields f = {0};
    const char *bytes = check_text(text) ? text_bytes(text, text, &size) : 0;
    if (!bytes) return 0;
    bool possible = size == 7 || size == 8 || size == 10;
    return possible && parse_date(bytes, size, &f) ? date_of_class(cls, &f) : invalid(text);
}

Value time_from_iso(Value cls, Value text)
{
    size_t size;
    Fields f = {0};
    Offset offset = {0};
    const char *bytes = check_text(text) ? text_bytes(text, text, &size) : 0;
    if (!bytes) return 0;
    if (*bytes == 'T') bytes++, size--;
    Zone found = parse_time(bytes, size, &f, &offset);
    if (found == ZONE_BAD) return invalid(text);
    Value zone = zone_of(found, offset);
    if (!zone) return 0;
    if (cls == VALUE(&time_type)) return check_time(&f, 0) ? time_make(&time_type, &f, zone, 0) : 0;
    return call_words(cls, (Value[]){small_int(f.hour), small_int(f.minute), small_int(f.second), small_int(f.microsecond), zone}, 5);
}

/* Any character may separate date and time, even half of a surrogate pair, which UTF-8 cannot hold: another takes its place. */
static Value without_surrogate_separator(Value text)
{
    static const int places[] = {7, 8, 10};
    for (int i = 0; i < 3 && places[i] < str_length(text); i++) {
        uint32_t c = str_char(text, places[i]);
        if (c < 0xd800 || c > 0xdfff) continue;
        Value head = str_substring(text, 0, places[i]), tail = head ? str_substring(text, places[i] + 1, str_length(text)) : 0;
        Value start = tail ? str_concat(head, str_from_char('T')) : 0;
        return start ? str_concat(start, tail) : 0;
    }
    return text;
}

/* Bytes of the UTF-8 character that begins so. */
static size_t character_size(char lead) { return !(lead & 0x80) ? 1 : (lead & 0xf0) == 0xe0 ? 3 : (lead & 0xf0) == 0xf0 ? 4 : 2; }

Value datetime_from_iso(Value cls, Value text)
{
    size_t size;
    Fields f = {0};
    Offset offset = {0};
    Zone found = ZONE_NONE;
    Value clean = check_text(text) ? without_surrogate_separator(text) : 0;
    const char *bytes = clean ? text_bytes(clean, text, &size) : 0;
    if (!bytes) return 0;
    if (size < 7) return invalid(text);
    size_t date = date_size(bytes, size);
    if (!parse_date(bytes, date, &f)) return invalid(text);
    if (size > date) {
        const char *time = bytes + date + character_size(bytes[date]);
        found = parse_time(time, (size_t)(bytes + size - time), &f, &offset);
    }
    KEEP_ALIVE(clean);
    if (found == ZONE_BAD) return invalid(text);
    Value zone = zone_of(found, offset);
    return zone ? datetime_of_class(cls, &f, zone, 0) : 0;
}
