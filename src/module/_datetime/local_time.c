/* local_time.c: timestamps and the local time of the machine, as the C library knows it.
 *
 * Which of two equal local times is meant is told by `fold`; they are found by asking for the local time a day before (PEP 495).
 */
#include "module/_datetime/datetime.h"
#include <errno.h>
#include <math.h>
#include <time.h>

/* No change of a zone is longer. */
enum { MAX_FOLD_SECONDS = DAY_SECONDS };

bool timestamp_argument(Value v, int64_t *seconds, int *microsecond)
{
    if (microsecond) *microsecond = 0;
    if (!is_float(v)) {
        if (number_as_int64(v, seconds)) return true;
        return error_clear_if(&exc_OverflowError) ? raise_overflow("timestamp out of range for platform time_t") : false;
    }
    double d = float_value(v), whole;
    if (isnan(d)) return raise_value("Invalid value NaN (not a number)");
    if (microsecond) {
        double us = rint(modf(d, &whole) * 1e6);
        if (us >= 1e6) us -= 1e6, whole++;
        else if (us < 0) us += 1e6, whole--;
        *microsecond = (int)us;
    } else {
        whole = floor(d);
    }
    if (!(whole >= -0x1p63 && whole < 0x1p63)) return raise_overflow("timestamp out of range for platform time_t");
    *seconds = (int64_t)whole;
    return true;
}

bool utc_fields(int64_t timestamp, Fields *f)
{
    int64_t day = timestamp / DAY_SECONDS, rest = timestamp % DAY_SECONDS;
    if (rest < 0) day--, rest += DAY_SECONDS;
    if (day > -EPOCH_ORDINAL && day <= MAX_ORDINAL - EPOCH_ORDINAL) {
        date_of_ordinal((uint32_t)(day + EPOCH_ORDINAL), f);
    } else {   /* only for the error */
        struct tm t;
        time_t when = timestamp;
        if (!gmtime_r(&when, &t)) return raise_errno();
        *f = (Fields){.year = t.tm_year + 1900, .month = t.tm_mon + 1, .day = t.tm_mday};
    }
    f->hour = (int)(rest / 3600), f->minute = (int)(rest / 60 % 60), f->second = (int)(rest % 60), f->microsecond = 0;
    return true;
}

static bool local_time(int64_t timestamp, struct tm *t)
{
    time_t when = timestamp;
    return localtime_r(&when, t) || raise_errno();
}

static void fields_of_tm(const struct tm *t, Fields *f) { *f = (Fields){t->tm_year + 1900, t->tm_mon + 1, t->tm_mday, t->tm_hour, t->tm_min, t->tm_sec, 0}; }

bool local_fields(int64_t timestamp, Fields *f)
{
    struct tm t;
    if (!local_time(timestamp, &t)) return false;
    fields_of_tm(&t, f);
    if (f->second > 59) f->second = 59;   /* leap seconds, in the zones that count them */
    return true;
}

static bool checked_clock(const Fields *f, int64_t *clock)
{
    if (f->year < MIN_YEAR || f->year > MAX_YEAR) return raise_value("year %d is out of range", f->year);
    *clock = clock_seconds(f);
    return true;
}

/* Local clock seconds at UTC clock seconds. */
static bool local_clock(int64_t utc, int64_t *local)
{
    struct tm t;
    Fields f;
    if (!local_time(utc - EPOCH_CLOCK, &t)) return false;
    fields_of_tm(&t, &f);
    return checked_clock(&f, local);
}

/* A time that a day earlier had a greater offset may be the second of two equal ones. */
static bool local_fold(const Fields *f, int64_t timestamp, int *fold)
{
    int64_t utc = timestamp + EPOCH_CLOCK, now, before;
    if (!checked_clock(f, &now) || !local_clock(utc - MAX_FOLD_SECONDS, &before)) return false;
    int64_t change = now - before - MAX_FOLD_SECONDS;
    if (change >= 0) return true;
    if (!local_clock(utc + change, &before)) return false;
    *fold = before == now;
    return true;
}

Value datetime_of_timestamp(Value cls, int64_t timestamp, int microsecond, bool utc, Value zone)
{
    Fields f;
    int fold = 0;
    if (!(utc ? utc_fields : local_fields)(timestamp, &f)) return 0;
    f.microsecond = microsecond;
    if (!utc && zone == NONE && !local_fold(&f, timestamp, &fold)) return 0;
    return datetime_of_class(cls, &f, zone, fold);
}

/* Of the offsets around a local time, the one that leads back to it is right. In a gap neither does: then the one that moves forward, or backward with fold=1. */
bool local_to_clock(const Fields *f, int fold, int64_t *clock)
{
    Fields whole = *f;
    int64_t wanted = clock_seconds(&whole), local;
    if (!local_clock(wanted, &local)) return false;
    int64_t first_offset = local - wanted, first = wanted - first_offset, other_offset;
    if (!local_clock(first, &local)) return false;
    bool found = local == wanted;
    if (found) {   /* is there another one, on the other side of a change? */
        int64_t beyond = first + (fold ? MAX_FOLD_SECONDS : -MAX_FOLD_SECONDS);
        if (!local_clock(beyond, &local)) return false;
        other_offset = local - beyond;
        if (other_offset == first_offset) return *clock = first, true;
    } else {
        other_offset = local - first;
    }
    int64_t second = wanted - other_offset;
    if (!local_clock(second, &local)) return false;
    if (local == wanted) *clock = second;
    else if (found) *clock = first;
    else *clock = (first < second) == (fold == 1) ? first : second;
    return true;
}

Value local_timezone(int64_t timestamp)
{
    struct tm t;
    if (!local_time(timestamp, &t)) return 0;
    Value offset = delta_new(0, t.tm_gmtoff, 0), name = offset ? str_decode(t.tm_zone, strlen(t.tm_zone), "utf-8", "surrogateescape") : 0;
    return name ? timezone_new(offset, name) : 0;
}

/* --- the module time, looked up at each call: programs replace what is in it */

Value call_time_function(Value name, Value *args, size_t nargs)
{
    Value module = import_module("time"), function = module ? object_getattr(module, name) : 0;
    return function ? object_call(function, args, nargs, 0) : 0;
}

Value struct_time_of(const Fields *f, int dst)
{
    int ordinal = date_ordinal(f);
    const int numbers[] = {f->year, f->month, f->day, f->hour, f->minute, f->second, weekday_of(ordinal), ordinal - ordinal_of(f->year, 1, 1) + 1, dst};
    Value items = tuple_new(9);
    if (!items) return 0;
    for (int i = 0; i < 9; i++) tuple_items(items)[i] = small_int(numbers[i]);
    Value words[2] = {0, items};
    return call_time_function(NAME("struct_time"), words + 1, 1);
}
