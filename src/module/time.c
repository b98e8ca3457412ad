/* time.c: clocks, sleeping, and the conversion of times. */
#include "module/module.h"
#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <time.h>

enum { SECOND = 1000000000 };
static Type *struct_time_type;

static const StructSeqField struct_time_fields[] = {{"tm_year", "year, for example, 1993"},
                                                    {"tm_mon", "month of year, range [1, 12]"},
                                                    {"tm_mday", "day of month, range [1, 31]"},
                                                    {"tm_hour", "hours, range [0, 23]"},
                                                    {"tm_min", "minutes, range [0, 59]"},
                                                    {"tm_sec", "seconds, range [0, 61])"},
                                                    {"tm_wday", "day of week, range [0, 6], Monday is 0"},
                                                    {"tm_yday", "day of year, range [1, 366]"},
                                                    {"tm_isdst", "1 if summer time is in effect, 0 if not, and -1 if unknown"},
                                                    {"tm_zone", "abbreviation of timezone name"},
                                                    {"tm_gmtoff", "offset from UTC in seconds"},
                                                    {0}};

/* ---------------------------------------------------------------- clocks */

static bool read_clock(clockid_t clock, struct timespec *t) { return clock_gettime(clock, t) == 0 || raise_errno(); }
static Value as_seconds(const struct timespec *t) { return float_new((double)t->tv_sec + (double)t->tv_nsec * 1e-9); }
static Value as_nanoseconds(const struct timespec *t) { return int_new(t->tv_sec * (int64_t)SECOND + t->tv_nsec); }

#define CLOCK(name, id) \
    static NATIVE(time_##name) \
    { \
        struct timespec t; \
        return read_clock(id, &t) ? as_seconds(&t) : 0; \
    } \
    static NATIVE(time_##name##_ns) \
    { \
        struct timespec t; \
        return read_clock(id, &t) ? as_nanoseconds(&t) : 0; \
    }
CLOCK(time, CLOCK_REALTIME)
CLOCK(monotonic, CLOCK_MONOTONIC)
CLOCK(process_time, CLOCK_PROCESS_CPUTIME_ID)
CLOCK(thread_time, CLOCK_THREAD_CPUTIME_ID)

static NATIVE(time_clock_gettime)
{
    int clock;
    struct timespec t;
    return number_as_int(args[0], &clock) && read_clock(clock, &t) ? as_seconds(&t) : 0;
}
static NATIVE(time_clock_gettime_ns)
{
    int clock;
    struct timespec t;
    return number_as_int(args[0], &clock) && read_clock(clock, &t) ? as_nanoseconds(&t) : 0;
}
static NATIVE(time_clock_getres)
{
    int clock;
    struct timespec t;
    if (!number_as_int(args[0], &clock)) return 0;
    return clock_getres(clock, &t) < 0 ? raise_errno() : as_seconds(&t);
}

/* Seconds, int or float, rounded away from zero when `up`, else down. */
static bool seconds_argument(Value v, bool up, struct timespec *t)
{
    if (is_float(v)) {
        double d = float_value(v);
        if (isnan(d)) return raise_value("Invalid value NaN (not a number)");
        double whole = floor(d), rest = (d - whole) * 1e9;
        if (whole > 9.2e9 * (up ? 1 : 1e9) || whole < -9.2e18) return raise_overflow("timestamp too large to convert to C PyTime_t");
        t->tv_sec = (time_t)whole;
        t->tv_nsec = (long)(up ? ceil(rest) : floor(rest));
        if (t->tv_nsec >= SECOND) t->tv_sec++, t->tv_nsec -= SECOND;
        return true;
    }
    Value n = number_index(v);
    int64_t seconds;
    if (!n) return false;
    if (int_as_int64_overflow(n, &seconds) || (up && (seconds > 9223372036 || seconds < -9223372036))) return raise_overflow("timestamp too large to convert to C PyTime_t");
    *t = (struct timespec){.tv_sec = seconds};
    return true;
}

static NATIVE(time_clock_settime)
{
    int clock;
    struct timespec t;
    return number_as_int(args[0], &clock) && seconds_argument(args[1], false, &t) ? clock_settime(clock, &t) < 0 ? raise_errno() : NONE : 0;
}
static NATIVE(time_clock_settime_ns)
{
    int clock;
    int64_t ns;
    if (!number_as_int(args[0], &clock) || !number_as_int64(args[1], &ns)) return 0;
    struct timespec t = {ns / SECOND, ns % SECOND};
    if (t.tv_nsec < 0) t.tv_sec--, t.tv_nsec += SECOND;
    return clock_settime(clock, &t) < 0 ? raise_errno() : NONE;
}
static NATIVE(time_pthread_getcpuclockid)
{
    uint64_t thread;
    clockid_t clock;
    if (!is_int(args[0])) return raise_type("pthread_getcpuclockid() argument 1 must be int, not %T", args[0]);
    thread = int_as_uint64_mask(args[0]);
    int error = thread_known(thread) ? pthread_getcpuclockid((pthread_t)thread, &clock) : ESRCH;
    return error ? (errno = error, raise_errno()) : int_new(clock);
}

/* Sleeps until a point of the monotonic clock, so that signals do not make it longer. */
static NATIVE(time_sleep)
{
    struct timespec t, deadline;
    if (!seconds_argument(args[0], true, &t)) return 0;
    if (t.tv_sec < 0) return raise_value("sleep length must be non-negative");
    if (!read_clock(CLOCK_MONOTONIC, &deadline)) return 0;
    deadline.tv_sec += t.tv_sec, deadline.tv_nsec += t.tv_nsec;
    if (deadline.tv_nsec >= SECOND) deadline.tv_sec++, deadline.tv_nsec -= SECOND;
    int error;
    do {
        BLOCKING(error = clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &deadline, 0));
        if (!safe_point()) return 0;
    } while (error == EINTR);
    return error ? (errno = error, raise_errno()) : NONE;
}

static NATIVE(time_get_clock_info)
{
    static const struct {
        const char *name, *implementation;
        clockid_t clock;
        bool monotonic, adjustable;
    } clocks[] = {{"time", "clock_gettime(CLOCK_REALTIME)", CLOCK_REALTIME, false, true},
                  {"monotonic", "clock_gettime(CLOCK_MONOTONIC)", CLOCK_MONOTONIC, true, false},
                  {"perf_counter", "clock_gettime(CLOCK_MONOTONIC)", CLOCK_MONOTONIC, true, false},
                  {"process_time", "clock_gettime(CLOCK_PROCESS_CPUTIME_ID)", CLOCK_PROCESS_CPUTIME_ID, true, false},
                  {"thread_time", "clock_gettime(CLOCK_THREAD_CPUTIME_ID)", CLOCK_THREAD_CPUTIME_ID, true, false}};
    if (!is_str(args[0])) return raise_bad_argument("get_clock_info", "1", "str", args[0]);
    for (size_t i = 0; i < sizeof clocks / sizeof *clocks; i++) {
        if (!str_equal_ascii(args[0], clocks[i].name)) continue;
        struct timespec t;
        if (clock_getres(clocks[i].clock, &t) < 0) return raise_errno();
        Value d = dict_new();
        bool ok = d && dict_set_cstring(d, "implementation", str_from_cstring(clocks[i].implementation)) && dict_set_cstring(d, "monotonic", bool_value(clocks[i].monotonic)) &&
                  dict_set_cstring(d, "adjustable", bool_value(clocks[i].adjustable)) && dict_set_cstring(d, "resolution", as_seconds(&t));
        return ok ? namespace_new(d) : 0;
    }
    return raise_value("unknown clock");
}

/* ---------------------------------------------------------------- broken-down times */

static Value struct_time(const struct tm *t)
{
    Value zone = t->tm_zone ? str_decode(t->tm_zone, strlen(t->tm_zone), "utf-8", "surrogateescape") : NONE;
    if (!zone) return 0;
    return structseq_new(struct_time_type,
                         (Value[]){int_new((int64_t)t->tm_year + 1900), int_new(t->tm_mon + 1), int_new(t->tm_mday), int_new(t->tm_hour), int_new(t->tm_min), int_new(t->tm_sec),
                                   int_new((t->tm_wday + 6) % 7), int_new(t->tm_yday + 1), int_new(t->tm_isdst), zone, int_new(t->tm_gmtoff)});
}

static bool time_argument(Value v, time_t *out)
{
    if (v == NONE) return *out = time(0), true;
    struct timespec t;
    if (is_float(v)) {
        double d = float_value(v);
        if (isnan(d)) return raise_value("Invalid value NaN (not a number)");
        if (!(fabs(d) < 9.2e18)) return raise_overflow("timestamp out of range for platform time_t");
        return *out = (time_t)floor(d), true;
    }
    if (!number_as_int64(v, &t.tv_sec)) {
        if (error_clear_if(&exc_OverflowError)) raise_overflow("timestamp out of range for platform time_t");
        return false;
    }
    *out = t.tv_sec;
    return true;
}

static NATIVE(time_gmtime)
{
    time_t when;
    struct tm t;
    if (!time_argument(args[0], &when)) return 0;
    return gmtime_r(&when, &t) ? struct_time(&t) : raise_errno();
}
static NATIVE(time_localtime)
{
    time_t when;
    struct tm t;
    if (!time_argument(args[0], &when)) return 0;
    return localtime_r(&when, &t) ? struct_time(&t) : raise_errno();
}

/* The nine numbers of a struct_time or tuple; *zone_keep owns tm_zone. */
static bool tm_argument(Value v, const char *function, struct tm *t)
{
    if (!is_tuple(v)) return raise_type("Tuple or struct_time argument required");
    if (tuple_size(v) != 9) return raise_type("%s(): illegal time tuple argument", function);
    int year;   /* as the C interface has it, 1900 included */
    int fields[9];
    if (!number_as_int(tuple_get(v, 0), &year)) return false;
    if (year < INT32_MIN + 1900) return raise_overflow("year out of range");
    for (int i = 1; i < 9; i++)
        if (!number_as_int(tuple_get(v, i), &fields[i])) return false;
    *t = (struct tm){.tm_year = (int)(year - 1900),
                     .tm_mon = fields[1] - 1,
                     .tm_mday = fields[2],
                     .tm_hour = fields[3],
                     .tm_min = fields[4],
                     .tm_sec = fields[5],
                     .tm_wday = (fields[6] + 1) % 7,
                     .tm_yday = fields[7] - 1,
                     .tm_isdst = fields[8]};
    if (type_of(v) == struct_time_type) {
        Value zone = tuple_items(v)[9], offset = tuple_items(v)[10];
        if (zone && is_str(zone) && !(t->tm_zone = str_utf8(zone, 0))) return false;
        int64_t seconds;
        if (offset && offset != NONE && number_as_int64(offset, &seconds)) t->tm_gmtoff = seconds;
        if (thread_self->exception) return false;
    }
    return true;
}

/* The values that strftime and asctime index tables with. Zeros are taken as the first of month, day and day of year. */
static bool check_ranges(struct tm *t)
{
    if (t->tm_mon == -1) t->tm_mon = 0;
    else if (t->tm_mon < 0 || t->tm_mon > 11) return raise_value("month out of range");
    if (t->tm_mday == 0) t->tm_mday = 1;
    else if (t->tm_mday < 0 || t->tm_mday > 31) return raise_value("day of month out of range");
    if (t->tm_hour < 0 || t->tm_hour > 23) return raise_value("hour out of range");
    if (t->tm_min < 0 || t->tm_min > 59) return raise_value("minute out of range");
    if (t->tm_sec < 0 || t->tm_sec > 61) return raise_value("seconds out of range");
    if (t->tm_wday < 0) return raise_value("day of week out of range");
    if (t->tm_yday == -1) t->tm_yday = 0;
    else if (t->tm_yday < 0 || t->tm_yday > 365) return raise_value("day of year out of range");
    return true;
}

static bool tm_or_now(Value v, const char *function, struct tm *t)
{
    if (v && v != NONE) return tm_argument(v, function, t) && check_ranges(t);
    time_t now = time(0);
    return localtime_r(&now, t) || raise_errno();
}

static Value asctime_text(const struct tm *t)
{
    static const char days[7][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char months[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    return str_format_c("%s %s%3d %.2d:%.2d:%.2d %lld", days[t->tm_wday], months[t->tm_mon], t->tm_mday, t->tm_hour, t->tm_min, t->tm_sec, 1900ll + t->tm_year);
}
static NATIVE(time_asctime)
{
    struct tm t;
    return tm_or_now(args[0], "asctime", &t) ? asctime_text(&t) : 0;
}
static NATIVE(time_ctime)
{
    time_t when;
    struct tm t;
    if (!time_argument(args[0], &when)) return 0;
    return localtime_r(&when, &t) ? asctime_text(&t) : raise_errno();
}
static NATIVE(time_mktime)
{
    struct tm t;
    if (!tm_argument(args[0], "mktime", &t)) return 0;
    t.tm_wday = -1;   /* tells an error from the time -1 */
    time_t when = mktime(&t);
    return when == -1 && t.tm_wday == -1 ? raise_overflow("mktime argument out of range") : float_new((double)when);
}

static NATIVE(time_strftime)
{
    struct tm t;
    if (!is_str(args[0])) return raise_bad_argument("strftime", "1", "str", args[0]);
    if (!tm_or_now(args[1], "strftime", &t)) return 0;
    if (t.tm_isdst < -1) t.tm_isdst = -1;
    if (t.tm_isdst > 1) t.tm_isdst = 1;
    Value encoded = str_encode(args[0], "utf-8", "surrogateescape");
    if (!encoded) return 0;
    const char *format = (const char *)bytes_data(encoded);
    if (memchr(format, 0, (size_t)bytes_size(encoded))) return raise_value("embedded null character");
    size_t format_size = (size_t)bytes_size(encoded);
    if (!format_size) return str_empty;
    for (size_t size = 1024;; size *= 2) {
        char *buffer = gc_buffer_raw(size);
        if (!buffer) return 0;
        size_t n = strftime(buffer, size, format, &t);
        if (n || size >= 256 * format_size) return str_decode(buffer, n, "utf-8", "surrogateescape");
    }
}

static NATIVE(time_strptime)
{
    Value function = import_attr("_strptime", "_strptime_time");
    return function ? object_call(function, args, nargs, kwnames) : 0;
}

/* ---------------------------------------------------------------- the zone */

static Value zone_name(const char *name) { return str_decode(name, strlen(name), "utf-8", "surrogateescape"); }

/* Offsets and names in January and July tell both halves of the year apart; the southern ones have summer in January. */
static bool add_zone(Value module)
{
    tzset();
    time_t now = time(0);
    struct tm t, january, july;
    gmtime_r(&now, &t);
    time_t start = now - (time_t)t.tm_yday * 86400 - t.tm_hour * 3600 - t.tm_min * 60 - t.tm_sec, middle = start + 183 * 86400;
    localtime_r(&start, &january);
    localtime_r(&middle, &july);
    struct tm *standard = january.tm_gmtoff <= july.tm_gmtoff ? &january : &july, *summer = standard == &january ? &july : &january;
    return module_add_int(module, "timezone", -standard->tm_gmtoff) && module_add_int(module, "altzone", -summer->tm_gmtoff) &&
           module_add_int(module, "daylight", january.tm_gmtoff != july.tm_gmtoff) &&
           module_add(module, "tzname", tuple_pack(2, zone_name(standard->tm_zone), zone_name(summer->tm_zone)));
}

static NATIVE(time_tzset)
{
    Value module = dict_get_cstring(sys_modules(), "time");
    return !module || add_zone(module) ? NONE : 0;
}

static const NativeDef functions[] = {
    {"time", "()", time_time, "Seconds since the epoch.", 0},
    {"time_ns", "()", time_time_ns, "Nanoseconds since the epoch.", 0},
    {"monotonic", "()", time_monotonic, "A clock that cannot go backward.", 0},
    {"monotonic_ns", "()", time_monotonic_ns, "A clock that cannot go backward, in nanoseconds.", 0},
    {"perf_counter", "()", time_monotonic, "A clock for measuring.", 0},
    {"perf_counter_ns", "()", time_monotonic_ns, "A clock for measuring, in nanoseconds.", 0},
    {"process_time", "()", time_process_time, "CPU time of the process.", 0},
    {"process_time_ns", "()", time_process_time_ns, "CPU time of the process in nanoseconds.", 0},
    {"thread_time", "()", time_thread_time, "CPU time of the thread.", 0},
    {"thread_time_ns", "()", time_thread_time_ns, "CPU time of the thread in nanoseconds.", 0},
    {"clock_gettime", "(clk_id, /)", time_clock_gettime, "The time of a clock.", 0},
    {"clock_gettime_ns", "(clk_id, /)", time_clock_gettime_ns, "The time of a clock in nanoseconds.", 0},
    {"clock_settime", "(clk_id, time, /)", time_clock_settime, "Set a clock.", 0},
    {"clock_settime_ns", "(clk_id, time, /)", time_clock_settime_ns, "Set a clock in nanoseconds.", 0},
    {"clock_getres", "(clk_id, /)", time_clock_getres, "The resolution of a clock.", 0},
    {"pthread_getcpuclockid", "(thread_id, /)", time_pthread_getcpuclockid, "The CPU time clock of a thread.", 0},
    {"sleep", "(seconds, /)", time_sleep, "Wait for a number of seconds.", 0},
    {"get_clock_info", "(name, /)", time_get_clock_info, "What is known of a clock.", 0},
    {"gmtime", "(seconds=None, /)", time_gmtime, "Seconds since the epoch as a struct_time in UTC.", 0},
    {"localtime", "(seconds=None, /)", time_localtime, "Seconds since the epoch as a struct_time in local time.", 0},
    {"asctime", "(tuple=None, /)", time_asctime, "A time tuple as text.", 0},
    {"ctime", "(seconds=None, /)", time_ctime, "Seconds since the epoch as text.", 0},
    {"mktime", "(tuple, /)", time_mktime, "A time tuple in local time as seconds since the epoch.", 0},
    {"strftime", "(format, tuple=None, /)", time_strftime, "A time tuple as text in a format.", 0},
    {"strptime", "(string, format='%a %b %d %H:%M:%S %Y', /)", time_strptime, "Parse text as a time.", NATIVE_VECTOR | NATIVE_NO_KEYWORDS},
    {"tzset", "()", time_tzset, "Read the time zone from the environment again.", 0},
    {0},
};

static bool init(Value module)
{
    static const struct {
        const char *name;
        int id;
    } clocks[] = {{"CLOCK_REALTIME", CLOCK_REALTIME},
                  {"CLOCK_MONOTONIC", CLOCK_MONOTONIC},
                  {"CLOCK_MONOTONIC_RAW", CLOCK_MONOTONIC_RAW},
                  {"CLOCK_PROCESS_CPUTIME_ID", CLOCK_PROCESS_CPUTIME_ID},
                  {"CLOCK_THREAD_CPUTIME_ID", CLOCK_THREAD_CPUTIME_ID},
                  {"CLOCK_BOOTTIME", CLOCK_BOOTTIME},
                  {"CLOCK_TAI", CLOCK_TAI}};
    for (size_t i = 0; i < sizeof clocks / sizeof *clocks; i++)
        if (!module_add_int(module, clocks[i].name, clocks[i].id)) return false;
    struct_time_type = structseq_type("time.struct_time", "The time as a tuple with named fields.", struct_time_fields, 9);
    return struct_time_type && module_add(module, "struct_time", VALUE(struct_time_type)) && module_add_int(module, "_STRUCT_TM_ITEMS", 11) && add_zone(module);
}

const ModuleDef module_time = {"time", "Clocks and conversions of times.", functions, init, add_zone};
