/* format.c: dates and times as text: the pieces of ISO 8601, ctime(), repr() and strftime(). */
#include "module/_datetime/datetime.h"
#include <stdio.h>

/* At least `count` digits; more only for fields out of range, which a pickle may have. */
static inline char *put_digits(char *out, int number, int count)
{
    static const int limits[] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000};
    while (__builtin_expect(number >= limits[count], 0)) count++;
    for (int i = count - 1; i >= 0; i--, number /= 10) out[i] = (char)('0' + number % 10);
    return out + count;
}

size_t format_date(char *out, const Fields *f)
{
    char *at = put_digits(out, f->year, 4);
    *at++ = '-';
    at = put_digits(at, f->month, 2);
    *at++ = '-';
    return (size_t)(put_digits(at, f->day, 2) - out);
}

typedef enum Precision { HOURS, MINUTES, SECONDS, MILLISECONDS, MICROSECONDS, BAD } Precision;

static Precision precision_of(Value timespec, int microsecond)
{
    static const char *const names[] = {"hours", "minutes", "seconds", "milliseconds", "microseconds"};
    if (!timespec || str_equal_ascii(timespec, "auto")) return microsecond ? MICROSECONDS : SECONDS;
    for (Precision p = HOURS; p < BAD; p++)
        if (str_equal_ascii(timespec, names[p])) return p;
    return BAD;
}

size_t format_time(char *out, const Fields *f, Value timespec)
{
    Precision precision = precision_of(timespec, f->microsecond);
    if (precision == BAD) return raise_value("Unknown timespec value");
    char *at = put_digits(out, f->hour, 2);
    if (precision >= MINUTES) *at++ = ':', at = put_digits(at, f->minute, 2);
    if (precision >= SECONDS) *at++ = ':', at = put_digits(at, f->second, 2);
    if (precision == MILLISECONDS) *at++ = '.', at = put_digits(at, f->microsecond / 1000, 3);
    if (precision == MICROSECONDS) *at++ = '.', at = put_digits(at, f->microsecond, 6);
    return (size_t)(at - out);
}

size_t format_offset(char *out, Value offset, const char *separator)
{
    if (offset == NONE) return 0;
    DeltaObj *d = as_delta(offset);
    int64_t us = ((int64_t)d->days * DAY_SECONDS + d->seconds) * SECOND_US + d->microseconds;
    char *at = out;
    *at++ = us < 0 ? '-' : '+';
    if (us < 0) us = -us;
    int seconds = (int)(us / SECOND_US), rest = (int)(us % SECOND_US);
    at = put_digits(at, seconds / 3600, 2);
    for (const char *s = separator; *s; s++) *at++ = *s;
    at = put_digits(at, seconds / 60 % 60, 2);
    if (seconds % 60 || rest) {
        for (const char *s = separator; *s; s++) *at++ = *s;
        at = put_digits(at, seconds % 60, 2);
    }
    if (rest) *at++ = '.', at = put_digits(at, rest, 6);
    return (size_t)(at - out);
}

Value ctime_of(const Fields *f)
{
    static const char days[7][4] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    static const char months[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    char text[FORMAT_ROOM];
    int n = snprintf(text, sizeof text, "%s %s %2d %02d:%02d:%02d %04d", days[weekday_of(date_ordinal(f))], months[f->month - 1], f->day, f->hour, f->minute, f->second, f->year);
    return str_from_latin1((const uint8_t *)text, (size_t)n);
}

Value repr_with(Value self, const char *text, Value zone, int fold, bool fold_first)
{
    const char *name = type_full_name(type_of(self)), *mark = fold ? ", fold=1" : "";
    if (zone == NONE) return str_format_c("%s(%s%s)", name, text, mark);
    return fold_first ? str_format_c("%s(%s%s, tzinfo=%R)", name, text, mark, zone) : str_format_c("%s(%s, tzinfo=%R%s)", name, text, zone, mark);
}

/* --- strftime */

/* What stands for %z, %Z or %f; made when the format first has it. */
typedef struct Replacements {
    Value zone, argument, offset, name;
    int microsecond;
} Replacements;

static bool add_offset(StrBuilder *out, Replacements *r)
{
    char text[FORMAT_ROOM];
    if (!r->offset && !(r->offset = zone_utcoffset(r->zone, r->argument))) return false;
    return str_builder_ascii(out, text, format_offset(text, r->offset, ""));
}

static bool add_name(StrBuilder *out, Replacements *r)
{
    if (!r->name) {
        Value name = zone_name(r->zone, r->argument);
        if (!name) return false;
        if (name == NONE) name = str_empty;
        if (!(r->name = call_method_2(name, NAME("replace"), str_from_char('%'), str_from_cstring("%%")))) return false;   /* time.strftime reads it, too */
        if (!is_str(r->name)) return raise_type("tzname.replace() did not return a string");
    }
    return str_builder_str(out, r->name);
}

static bool add_microsecond(StrBuilder *out, Replacements *r)
{
    char text[FORMAT_ROOM];
    return str_builder_ascii(out, text, (size_t)(put_digits(text, r->microsecond, 6) - text));
}

/* The format as time.strftime is to get it; it ends at a null character. */
static Value replaced_format(Value format, Replacements *r)
{
    size_t size;
    const char *text = str_utf8(format, &size);
    if (!text) return 0;
    int64_t length = str_length(format);
    const void *data = str_data(format);
    int kind = str_kind(format);
    bool ok = true;
    StrBuilder out = {0};
    for (int64_t i = 0; ok && i < length; i++) {
        uint32_t c = str_read(kind, data, i), next = i + 1 < length ? str_read(kind, data, i + 1) : 0;
        if (!c) break;
        if (c != '%' || !next) ok = str_builder_char(&out, c);
        else if (i++, next == 'z') ok = add_offset(&out, r);
        else if (next == 'Z') ok = add_name(&out, r);
        else if (next == 'f') ok = add_microsecond(&out, r);
        else ok = str_builder_char(&out, '%') && str_builder_char(&out, next);
    }
    KEEP_ALIVE(format);
    return ok ? str_builder_finish(&out) : 0;
}

Value strftime_of(Value format, Value times, Value zone, Value zone_argument, int microsecond)
{
    Replacements r = {.zone = zone, .argument = zone_argument, .microsecond = microsecond};
    Value text = replaced_format(format, &r);
    if (!text) return 0;
    Value words[3] = {0, text, times};
    return call_time_function(NAME("strftime"), words + 1, 2);
}

Value format_method(Value self, Value format)
{
    if (!is_str(format)) return raise_bad_argument("__format__", "1", "str", format);
    return str_length(format) ? call_method_1(self, NAME("strftime"), format) : object_str(self);
}
