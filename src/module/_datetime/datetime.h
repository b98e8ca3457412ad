/* datetime.h: what the files of the module _datetime share.
 *
 * The objects have the layouts of CPython's public datetime.h: their fields lie in `data`, big-endian, so that two of them compare like numbers with memcmp, and pickles hold these
 * very bytes. Dates are counted as in datetime.toordinal(): day 1 is the first of January of year 1. Local and UTC seconds ("clock seconds") count from midnight of day 0.
 *
 * Where an instance of a subclass is called for, CPython calls the subclass for what comes out of arithmetic and of class methods (`..._of_class`), and makes the instance itself in
 * replace() and for pickles (`..._make`). An exact date, time or datetime never runs Python code.
 */
#pragma once
#include "heap/alloc.h"
#include "module/module.h"
#include "object/descr.h"
#include "object/sequence.h"

enum { MIN_YEAR = 1, MAX_YEAR = 9999, MAX_DELTA_DAYS = 999999999, DAY_SECONDS = 86400, SECOND_US = 1000000, EPOCH_ORDINAL = 719163, MAX_ORDINAL = 3652059 };
enum { DATE_SIZE = 4, TIME_SIZE = 6, DATETIME_SIZE = 10 };
#define EPOCH_CLOCK ((int64_t)EPOCH_ORDINAL * DAY_SECONDS)   /* 1970-01-01 in clock seconds */

typedef struct DeltaObj {
    Obj head;
    int64_t hash;
    int days, seconds, microseconds;
} DeltaObj;
typedef struct DateObj {
    Obj head;
    int64_t hash;
    bool has_zone;
    uint8_t data[DATE_SIZE];
} DateObj;
typedef struct TimeObj {
    Obj head;
    int64_t hash;
    bool has_zone;
    uint8_t data[TIME_SIZE];
    uint8_t fold;
    Value zone;
} TimeObj;
typedef struct DateTimeObj {
    Obj head;
    int64_t hash;
    bool has_zone;
    uint8_t data[DATETIME_SIZE];
    uint8_t fold;
    Value zone;
} DateTimeObj;
typedef struct TimezoneObj {
    Obj head;
    Value offset, name /* 0: none */;
} TimezoneObj;

/* A date and a time in numbers; either half may be unused. */
typedef struct Fields {
    int year, month, day, hour, minute, second, microsecond;
} Fields;

extern Type delta_type, tzinfo_type, timezone_type, iso_calendar_type, date_type, time_type, datetime_type;
extern Value timezone_utc;

/* Of the types not made in Python, only datetime is a subclass of another one. */
static inline bool is_exactly_or_class(Value v, Type *type)
{
    Type *t = type_of(v);
    return t == type || ((t->flags & TYPE_HEAP) && type_is_subtype(t, type));
}
static inline bool is_delta(Value v) { return is_exactly_or_class(v, &delta_type); }
static inline bool is_time(Value v) { return is_exactly_or_class(v, &time_type); }
static inline bool is_datetime(Value v) { return is_exactly_or_class(v, &datetime_type); }
static inline bool is_date(Value v) { return type_of(v) == &datetime_type || is_exactly_or_class(v, &date_type); }
static inline DeltaObj *as_delta(Value v) { return (DeltaObj *)v; }
static inline DateObj *as_date(Value v) { return (DateObj *)v; }
static inline TimeObj *as_time(Value v) { return (TimeObj *)v; }
static inline DateTimeObj *as_datetime(Value v) { return (DateTimeObj *)v; }

static inline Value zone_of_time(Value v) { return as_time(v)->has_zone ? as_time(v)->zone : NONE; }
static inline Value zone_of_datetime(Value v) { return as_datetime(v)->has_zone ? as_datetime(v)->zone : NONE; }

/* A fresh instance of `exact` or of a subclass of it. */
static inline void *new_instance(Type *type, Type *exact, size_t size)
{
    if (type != exact) return (void *)type_alloc(type, 0);
    void *made = gc_new_quick(exact, size);
    return made ? made : gc_new(exact, size);
}

/* --- data <-> numbers */
static inline void unpack_date(const uint8_t *data, Fields *f) { f->year = data[0] << 8 | data[1], f->month = data[2], f->day = data[3]; }
static inline void unpack_time(const uint8_t *data, Fields *f)
{
    f->hour = data[0], f->minute = data[1], f->second = data[2];
    f->microsecond = data[3] << 16 | data[4] << 8 | data[5];
}
static inline Fields date_fields(Value date)
{
    Fields f = {0};
    unpack_date(as_date(date)->data, &f);
    return f;
}
static inline Fields time_fields(Value time)
{
    Fields f = {0};
    unpack_time(as_time(time)->data, &f);
    return f;
}
static inline Fields datetime_fields(Value datetime)
{
    Fields f;
    unpack_date(as_datetime(datetime)->data, &f);
    unpack_time(as_datetime(datetime)->data + DATE_SIZE, &f);
    return f;
}
static inline void pack_date(uint8_t *data, const Fields *f)
{
    data[0] = (uint8_t)(f->year >> 8), data[1] = (uint8_t)f->year, data[2] = (uint8_t)f->month, data[3] = (uint8_t)f->day;
}
static inline void pack_time(uint8_t *data, const Fields *f)
{
    data[0] = (uint8_t)f->hour, data[1] = (uint8_t)f->minute, data[2] = (uint8_t)f->second;
    data[3] = (uint8_t)(f->microsecond >> 16), data[4] = (uint8_t)(f->microsecond >> 8), data[5] = (uint8_t)f->microsecond;
}
/* As memcmp of the data of two dates, times or datetimes: 4 to 16 bytes, in two loads that may overlap. */
static inline int data_order(const uint8_t *a, const uint8_t *b, size_t size)
{
    uint64_t x, y;
    if (size >= 8) {
        memcpy(&x, a, 8), memcpy(&y, b, 8);
        if (x == y) memcpy(&x, a + size - 8, 8), memcpy(&y, b + size - 8, 8);
    } else {
        x = y = 0;
        memcpy(&x, a, 4), memcpy(&y, b, 4);
        if (x == y) memcpy(&x, a + size - 4, 4), memcpy(&y, b + size - 4, 4);
    }
    x = __builtin_bswap64(x), y = __builtin_bswap64(y);
    return (x > y) - (x < y);
}
static inline int seconds_of_day(const Fields *f) { return f->hour * 3600 + f->minute * 60 + f->second; }

/* --- calendar.c: the proleptic Gregorian calendar */
bool is_leap_year(int year);
int days_before_month(int year, int month);                     /* in the year */
int days_in_month(int year, int month);
int ordinal_of(int year, int month, int day);                  /* of years from 0 to 10000 */
void date_of_ordinal(uint32_t ordinal, Fields *f);              /* ordinal > 0 */
static inline int weekday_of(int ordinal) { return (ordinal + 6 + 700) % 7; }   /* Monday is 0; from year 0 on */
static inline int date_ordinal(const Fields *f) { return ordinal_of(f->year, f->month, f->day); }
static inline int64_t clock_seconds(const Fields *f) { return (int64_t)date_ordinal(f) * DAY_SECONDS + seconds_of_day(f); }
/* Year, week and day of the week (1..7) of the ISO calendar. */
void iso_calendar_of(const Fields *date, int iso[3]);
typedef enum IsoError { ISO_OK, ISO_BAD_WEEK, ISO_BAD_DAY } IsoError;
IsoError date_of_iso_calendar(int year, int week, int day, Fields *f);
/* Raise ValueError. */
bool check_date(const Fields *f);
bool check_time(const Fields *f, int fold);

/* --- arguments (module.c) */
bool int_argument(Value v, int *out);                           /* an int, as C functions take it */
bool int_arguments(Value *in, int count, int *out);             /* those that are given (not 0) */
bool check_exactly(const char *function, size_t nargs, Value kwnames, size_t wanted);
bool check_zone(Value zone);                                    /* TypeError unless None or a tzinfo */
/* Whether the first of one or two arguments of a constructor is the state of a pickle, `size` bytes (or a str of as many characters, from Python 2) that have at `index`, in
 * the bits of `mask`, a number between `low` and `high`. 1: its bytes are in state; 0: it is not; -1: exception. `kind`: "a date". */
int pickled_state(Value *args, size_t nargs, const char *kind, size_t size, int index, uint32_t mask, uint32_t low, uint32_t high, uint8_t *state);
/* (type(self), (data, zone)), without the zone when it is NONE. */
Value reduced(Value self, const uint8_t *data, size_t size, Value zone);
Value call_words(Value callable, const Value *words, size_t count);

/* --- timedelta.c */
Value delta_new(int64_t days, int64_t seconds, int64_t microseconds);   /* normalizes; OverflowError */
static inline bool delta_is_zero(Value v)
{
    DeltaObj *d = as_delta(v);
    return !(d->days | d->seconds | d->microseconds);
}
int delta_order(Value a, Value b);                              /* <0, 0, >0 */
Value delta_subtract(Value a, Value b);
bool delta_add_constants(void);

/* --- timezone.c */
Value timezone_new(Value offset, Value name /* 0: none */);     /* ValueError when the offset is too large */
bool timezone_add_constants(void);
/* A timedelta or NONE; `argument` is what the zone's methods are given. */
Value zone_utcoffset(Value zone, Value argument);
Value zone_dst(Value zone, Value argument);
Value zone_name(Value zone, Value argument);                    /* a str or NONE */
static inline Value time_utcoffset(Value time) { return zone_utcoffset(zone_of_time(time), NONE); }
static inline Value datetime_utcoffset(Value datetime) { return zone_utcoffset(zone_of_datetime(datetime), datetime); }

/* --- date.c, time.c, datetime.c */
Value date_of_class(Value cls, const Fields *f);
Value time_make(Type *type, const Fields *f, Value zone, int fold);         /* unchecked */
Value datetime_make(Type *type, const Fields *f, Value zone, int fold);     /* unchecked */
Value datetime_of_class(Value cls, const Fields *f, Value zone, int fold);
bool date_add_constants(void), time_add_constants(void), datetime_add_constants(void);
/* The words of a `compare` slot for two ranks. */
static inline Value compare_ranks(int64_t difference, CompareOp op) { return compare_result(difference, 0, op); }

/* --- datetime_arithmetic.c */
Value datetime_add(Value a, Value b), datetime_subtract(Value a, Value b), datetime_compare(Value a, Value b, CompareOp op);
bool datetime_hash(Value self, int64_t *hash);
Value datetime_shift(Value datetime, Value delta, int sign);    /* datetime + sign * delta; OverflowError */
/* Adds a duration whose seconds and microseconds are less than a day and a second, of any sign. OverflowError */
bool shift_fields(Fields *f, int64_t days, int seconds, int microseconds);

/* --- local_time.c */
/* The seconds and microseconds of a timestamp (a float or an int), rounded half to even, or rounded down when `microsecond` is 0. */
bool timestamp_argument(Value v, int64_t *seconds, int *microsecond);
bool utc_fields(int64_t timestamp, Fields *f), local_fields(int64_t timestamp, Fields *f);   /* OSError */
Value datetime_of_timestamp(Value cls, int64_t timestamp, int microsecond, bool utc, Value zone);
bool local_to_clock(const Fields *f, int fold, int64_t *clock); /* UTC, in clock seconds, of a time in local time */
Value local_timezone(int64_t timestamp);
Value struct_time_of(const Fields *f, int dst);
Value call_time_function(Value name, Value *args, size_t nargs);
extern const NativeDef datetime_conversion_methods[];

/* --- format.c */
enum { FORMAT_ROOM = 100 };
size_t format_date(char *out, const Fields *f);                 /* YYYY-MM-DD */
/* HH:MM:SS.ffffff up to what `timespec` (a str, or 0: auto) says; 0: ValueError. */
size_t format_time(char *out, const Fields *f, Value timespec);
size_t format_offset(char *out, Value offset, const char *separator);   /* +HH:MM[:SS[.ffffff]]; nothing for NONE */
Value ctime_of(const Fields *f);
/* The format with %f, %z and %Z replaced, through time.strftime, which is given `times`. */
Value strftime_of(Value format, Value times, Value zone, Value zone_argument, int microsecond);
Value format_method(Value self, Value format);                  /* __format__ */
Value repr_with(Value self, const char *text, Value zone, int fold, bool fold_first);

/* --- parse.c */
Value date_from_iso(Value cls, Value text), time_from_iso(Value cls, Value text), datetime_from_iso(Value cls, Value text);
