/* datetime.c: dates with a time. Their arithmetic is in datetime_arithmetic.c. */
#include "module/_datetime/datetime.h"
#include <stdio.h>
#include <time.h>

Value datetime_make(Type *type, const Fields *f, Value zone, int fold)
{
    DateTimeObj *d = new_instance(type, &datetime_type, sizeof *d);
    if (!d) return 0;
    d->hash = -1;
    pack_date(d->data, f);
    pack_time(d->data + DATE_SIZE, f);
    d->fold = (uint8_t)fold;
    d->has_zone = zone != NONE;
    d->zone = d->has_zone ? zone : 0;
    return VALUE(d);
}

static Value datetime_checked(Type *type, const Fields *f, Value zone, int fold)
{
    return check_date(f) && check_time(f, fold) && check_zone(zone) ? datetime_make(type, f, zone, fold) : 0;
}

/* Subclasses are not told the fold: their constructors may not know it. */
Value datetime_of_class(Value cls, const Fields *f, Value zone, int fold)
{
    if (cls == VALUE(&datetime_type)) return datetime_checked(&datetime_type, f, zone, fold);
    Value words[8];
    for (int i = 0; i < 7; i++) words[i] = small_int((&f->year)[i]);
    words[7] = zone;
    return call_words(cls, words, 8);
}

static void datetime_trace(Obj *object) { gc_visit(((DateTimeObj *)object)->zone); }

static Value datetime_construct(Type *type, Value *args, size_t nargs, Value kwnames)
{
    static const char *const names[] = {"year", "month", "day"};
    static Signature *signature;
    Value in[9];
    Fields f = {0};
    int fold = 0;
    if (nargs == 1 || nargs == 2) {
        uint8_t state[DATETIME_SIZE];
        int pickled = pickled_state(args, nargs, "a datetime", DATETIME_SIZE, 2, 0x7f, 1, 12, state);
        if (pickled < 0) return 0;
        if (pickled) {
            fold = state[2] >> 7;
            state[2] &= 0x7f;
            unpack_date(state, &f);
            unpack_time(state + DATE_SIZE, &f);
            return datetime_make(type, &f, nargs > 1 ? args[1] : NONE, fold);
        }
    }
    if (!native_bind(0,
                     "(year=<unrepresentable>, month=<unrepresentable>, day=<unrepresentable>, hour=<unrepresentable>, minute=<unrepresentable>, second=<unrepresentable>, "
                     "microsecond=<unrepresentable>, tzinfo=None, *, fold=0)",
                     &signature, args, nargs, kwnames, in))
        return 0;
    for (int i = 0; i < 3; i++) {
        if (!in[i]) return raise_type("function missing required argument '%s' (pos %d)", names[i], i + 1);
        if (!int_argument(in[i], &f.year + i)) return 0;
    }
    if (!int_arguments(in + 3, 4, &f.hour) || !int_argument(in[8], &fold)) return 0;
    return datetime_checked(type, &f, in[7], fold);
}

/* --- other constructors */

static Value now_of(Value cls, bool utc, Value zone)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return datetime_of_timestamp(cls, t.tv_sec, (int)(t.tv_nsec / 1000), utc, zone);
}

/* `made` is in UTC but has the zone already: the local time there. */
static Value into_zone(Value made, Value zone) { return !made || zone == NONE ? made : call_method_1(zone, NAME("fromutc"), made); }

static NATIVE(datetime_now) { return check_zone(args[1]) ? into_zone(now_of(args[0], args[1] != NONE, args[1]), args[1]) : 0; }
static NATIVE(datetime_utcnow) { return now_of(args[0], true, NONE); }

static NATIVE(datetime_fromtimestamp)
{
    int64_t seconds;
    int microsecond;
    Value zone = args[2];
    if (!check_zone(zone) || !timestamp_argument(args[1], &seconds, &microsecond)) return 0;
    return into_zone(datetime_of_timestamp(args[0], seconds, microsecond, zone != NONE, zone), zone);
}

static NATIVE(datetime_utcfromtimestamp)
{
    int64_t seconds;
    int microsecond;
    if (!check_exactly("utcfromtimestamp", nargs - 1, kwnames, 1) || !timestamp_argument(args[1], &seconds, &microsecond)) return 0;
    return datetime_of_timestamp(args[0], seconds, microsecond, true, NONE);
}

static NATIVE(datetime_strptime)
{
    if (!check_exactly("strptime", nargs - 1, kwnames, 2)) return 0;
    if (!is_str(args[1])) return raise_bad_argument("strptime", "1", "str", args[1]);
    if (!is_str(args[2])) return raise_bad_argument("strptime", "2", "str", args[2]);
    Value function = import_attr("_strptime", "_strptime_datetime");
    return function ? call_3(function, args[0], args[1], args[2]) : 0;
}

static NATIVE(datetime_combine)
{
    if (!is_date(args[1])) return raise_bad_argument("combine", "1", "datetime.date", args[1]);
    if (!is_time(args[2])) return raise_bad_argument("combine", "2", "datetime.time", args[2]);
    Fields f = time_fields(args[2]);
    unpack_date(as_date(args[1])->data, &f);
    return datetime_of_class(args[0], &f, args[3] ? args[3] : zone_of_time(args[2]), as_time(args[2])->fold);
}

static NATIVE(datetime_fromisoformat) { return datetime_from_iso(args[0], args[1]); }

/* --- text */

static Value datetime_repr(Value self)
{
    char text[FORMAT_ROOM];
    Fields f = datetime_fields(self);
    int n = snprintf(text, sizeof text, "%d, %d, %d, %d, %d", f.year, f.month, f.day, f.hour, f.minute);
    if (f.second || f.microsecond) n += snprintf(text + n, sizeof text - (size_t)n, ", %d", f.second);
    if (f.microsecond) snprintf(text + n, sizeof text - (size_t)n, ", %d", f.microsecond);
    return repr_with(self, text, zone_of_datetime(self), as_datetime(self)->fold, true);
}

static Value datetime_str(Value self) { return call_method_1(self, NAME("isoformat"), str_from_char(' ')); }

static NATIVE(datetime_isoformat)
{
    char text[FORMAT_ROOM];
    Fields f = datetime_fields(args[0]);
    if (args[1] && (!is_str(args[1]) || str_length(args[1]) != 1)) return raise_bad_argument("isoformat", "1", "a unicode character", args[1]);
    if (args[2] && !is_str(args[2])) return raise_bad_argument("isoformat", "2", "str", args[2]);
    uint32_t separator = args[1] ? str_char(args[1], 0) : 'T';
    size_t date = format_date(text, &f), time = format_time(text + date + 1, &f, args[2]);
    Value offset = time ? datetime_utcoffset(args[0]) : 0;
    if (!offset) return 0;
    size_t end = date + 1 + time;
    end += format_offset(text + end, offset, ":");
    text[date] = (char)separator;
    if (separator < 128) return str_from_latin1((const uint8_t *)text, end);
    StrBuilder out = {0};
    bool ok = str_builder_ascii(&out, text, date) && str_builder_char(&out, separator) && str_builder_ascii(&out, text + date + 1, end - date - 1);
    return ok ? str_builder_finish(&out) : 0;
}

static NATIVE(datetime_ctime)
{
    Fields f = datetime_fields(args[0]);
    return ctime_of(&f);
}

/* --- parts */

static NATIVE(datetime_date)
{
    Fields f = datetime_fields(args[0]);
    return date_of_class(VALUE(&date_type), &f);
}
static Value time_part(Value self, Value zone)
{
    Fields f = datetime_fields(self);
    return check_time(&f, as_datetime(self)->fold) ? time_make(&time_type, &f, zone, as_datetime(self)->fold) : 0;
}
static NATIVE(datetime_time) { return time_part(args[0], NONE); }
static NATIVE(datetime_timetz) { return time_part(args[0], zone_of_datetime(args[0])); }

static NATIVE(datetime_replace)
{
    Fields f = datetime_fields(args[0]);
    int fold = as_datetime(args[0])->fold;
    if (!int_arguments(args + 1, 7, &f.year) || !int_arguments(args + 9, 1, &fold)) return 0;
    if (fold != 0 && fold != 1) return raise_value("fold must be either 0 or 1");
    return datetime_checked(type_of(args[0]), &f, args[8] ? args[8] : zone_of_datetime(args[0]), fold);
}

static NATIVE(datetime_utcoffset_method) { return datetime_utcoffset(args[0]); }
static NATIVE(datetime_tzname) { return zone_name(zone_of_datetime(args[0]), args[0]); }
static NATIVE(datetime_dst) { return zone_dst(zone_of_datetime(args[0]), args[0]); }

static Value datetime_reduce_with(Value self, int protocol)
{
    uint8_t state[DATETIME_SIZE];
    memcpy(state, as_datetime(self)->data, DATETIME_SIZE);
    if (protocol > 3 && as_datetime(self)->fold) state[2] |= 0x80;
    return reduced(self, state, DATETIME_SIZE, zone_of_datetime(self));
}
static NATIVE(datetime_reduce_ex)
{
    int protocol;
    return check_exactly("__reduce_ex__", nargs - 1, 0, 1) && int_argument(args[1], &protocol) ? datetime_reduce_with(args[0], protocol) : 0;
}
static NATIVE(datetime_reduce) { return datetime_reduce_with(args[0], 2); }

/* --- conversions */

static NATIVE(datetime_timetuple)
{
    Fields f = datetime_fields(args[0]);
    Value dst = zone_dst(zone_of_datetime(args[0]), args[0]);
    return dst ? struct_time_of(&f, dst == NONE ? -1 : !delta_is_zero(dst)) : 0;
}

static NATIVE(datetime_utctimetuple)
{
    Fields f = datetime_fields(args[0]);
    Value offset = datetime_utcoffset(args[0]);
    if (!offset) return 0;
    if (offset != NONE && !shift_fields(&f, -(int64_t)as_delta(offset)->days, -as_delta(offset)->seconds, -as_delta(offset)->microseconds)) return 0;
    return struct_time_of(&f, 0);
}

static NATIVE(datetime_timestamp)
{
    Fields f = datetime_fields(args[0]);
    int64_t clock;
    if (!as_datetime(args[0])->has_zone) {
        if (!local_to_clock(&f, as_datetime(args[0])->fold, &clock)) return 0;
        return float_new((double)(clock - EPOCH_CLOCK) + f.microsecond / 1e6);
    }
    Value epoch = datetime_make(&datetime_type, &(Fields){1970, 1, 1}, timezone_utc, 0);
    Value since = epoch ? datetime_subtract(args[0], epoch) : 0;
    return since ? call_method_0(since, NAME("total_seconds")) : 0;
}

/* The local zone at a naive datetime, or at one in UTC. */
static Value zone_of_local(Value self)
{
    Fields f = datetime_fields(self);
    int64_t clock;
    return local_to_clock(&f, as_datetime(self)->fold, &clock) ? local_timezone(clock - EPOCH_CLOCK) : 0;
}
static Value zone_of_utc(Value self)
{
    Fields f = datetime_fields(self);
    return local_timezone(clock_seconds(&f) - EPOCH_CLOCK);
}

static NATIVE(datetime_astimezone)
{
    Value self = args[0], to = args[1];
    if (!check_zone(to)) return 0;
    Value from = zone_of_datetime(self);
    if (from == NONE && !(from = zone_of_local(self))) return 0;
    if (from == to) return self;
    Value offset = zone_utcoffset(from, self);
    if (offset == NONE) {   /* a zone that does not know: as if there were none */
        from = zone_of_local(self);
        offset = from ? zone_utcoffset(from, self) : 0;
    }
    Value utc = offset ? datetime_shift(self, offset, -1) : 0;
    if (!utc) return 0;
    if (to == NONE && !(to = zone_of_utc(utc))) return 0;
    if (!is_datetime(utc)) return raise_type("fromutc: argument must be a datetime");
    Fields f = datetime_fields(utc);
    utc = datetime_make(type_of(utc), &f, to, as_datetime(utc)->fold);
    return into_zone(utc, to);
}

/* --- the type */

static Value datetime_get_hour(Value self) { return small_int(as_datetime(self)->data[4]); }
static Value datetime_get_minute(Value self) { return small_int(as_datetime(self)->data[5]); }
static Value datetime_get_second(Value self) { return small_int(as_datetime(self)->data[6]); }
static Value datetime_get_microsecond(Value self) { return small_int(datetime_fields(self).microsecond); }
static Value datetime_get_zone(Value self) { return zone_of_datetime(self); }
static Value datetime_get_fold(Value self) { return small_int(as_datetime(self)->fold); }

static const GetSetDef datetime_getset[] = {{"hour", datetime_get_hour},
                                            {"minute", datetime_get_minute},
                                            {"second", datetime_get_second},
                                            {"microsecond", datetime_get_microsecond},
                                            {"tzinfo", datetime_get_zone},
                                            {"fold", datetime_get_fold},
                                            {0}};
static const NativeDef datetime_methods[] = {
    {"now", "(type, tz=None)", datetime_now, "The current time in the zone tz, or in local time without one.", NATIVE_CLASS},
    {"utcnow", "(type, /)", datetime_utcnow, "The current time in UTC, without a zone.", NATIVE_CLASS},
    {"fromtimestamp", "(type, timestamp, tz=None)", datetime_fromtimestamp, "timestamp[, tz] -> tz's local time from POSIX timestamp.", NATIVE_CLASS},
    {"utcfromtimestamp", 0, datetime_utcfromtimestamp, "The time in UTC at a POSIX timestamp, without a zone.", NATIVE_CLASS | NATIVE_VECTOR},
    {"strptime", 0, datetime_strptime, "string, format -> new datetime parsed from a string (like time.strptime()).", NATIVE_CLASS | NATIVE_VECTOR},
    {"combine", "(type, date, time, tzinfo=<unrepresentable>)", datetime_combine, "date, time -> datetime with same date and time fields", NATIVE_CLASS},
    {"fromisoformat", "(type, string, /)", datetime_fromisoformat, "string -> the datetime that it is in one of most ISO 8601 formats", NATIVE_CLASS},
    {"date", "(self, /)", datetime_date, "The date without the time.", 0},
    {"time", "(self, /)", datetime_time, "The time without the date and the zone.", 0},
    {"timetz", "(self, /)", datetime_timetz, "The time without the date, but with the zone.", 0},
    {"ctime", "(self, /)", datetime_ctime, "The text that ctime() of C makes.", 0},
    {"timetuple", "(self, /)", datetime_timetuple, "A time tuple like that of time.localtime().", 0},
    {"timestamp", "(self, /)", datetime_timestamp, "The POSIX timestamp as a float.", 0},
    {"utctimetuple", "(self, /)", datetime_utctimetuple, "A time tuple in UTC like that of time.localtime().", 0},
    {"isoformat", "(self, sep=<unrepresentable>, timespec=<unrepresentable>)", datetime_isoformat,
     "[sep] -> the time in ISO 8601 format, YYYY-MM-DDT[HH[:MM[:SS[.mmm[uuu]]]]][+HH:MM].\n\nsep stands between date and time, 'T' where not given. timespec says how much of the "
     "time: 'auto' "
     "(seconds, and microseconds unless they are 0), 'hours', 'minutes', 'seconds', 'milliseconds' or 'microseconds'.",
     0},
    {"utcoffset", "(self, /)", datetime_utcoffset_method, "Return self.tzinfo.utcoffset(self).", 0},
    {"tzname", "(self, /)", datetime_tzname, "Return self.tzinfo.tzname(self).", 0},
    {"dst", "(self, /)", datetime_dst, "Return self.tzinfo.dst(self).", 0},
    {"replace",
     "(self, year=<unrepresentable>, month=<unrepresentable>, day=<unrepresentable>, hour=<unrepresentable>, minute=<unrepresentable>, second=<unrepresentable>, "
     "microsecond=<unrepresentable>, tzinfo=<unrepresentable>, *, fold=<unrepresentable>)",
     datetime_replace, "The datetime with other fields where given.", 0},
    {"astimezone", "(self, tz=None)", datetime_astimezone, "tz -> the same time in the zone tz, or in the local one\n", 0},
    {"__reduce_ex__", 0, datetime_reduce_ex, "__reduce_ex__(proto) -> (cls, state)", NATIVE_VECTOR | NATIVE_NO_KEYWORDS},
    {"__reduce__", "(self, /)", datetime_reduce, "__reduce__() -> (cls, state)", 0},
    {0},
};

Type datetime_type = {
    TYPE_INIT("datetime.datetime", DateTimeObj),
    .base = &date_type,
    .flags = TYPE_BASE,
    .doc = "datetime(year, month, day[, hour[, minute[, second[, microsecond[,tzinfo]]]]])\n\nYear, month and day must be given. tzinfo is None, or an instance of a subclass of "
           "tzinfo; the others "
           "are ints.",
    .trace = datetime_trace,
    .new = datetime_construct,
    .repr = datetime_repr,
    .str = datetime_str,
    .hash = datetime_hash,
    .compare = datetime_compare,
    .binary = {[BINARY_ADD] = datetime_add, [BINARY_SUBTRACT] = datetime_subtract},
    .getset = datetime_getset,
    .methods = datetime_methods,
};

bool datetime_add_constants(void)
{
    Value min = datetime_make(&datetime_type, &(Fields){MIN_YEAR, 1, 1}, NONE, 0), resolution = delta_new(0, 0, 1);
    Value max = datetime_make(&datetime_type, &(Fields){MAX_YEAR, 12, 31, 23, 59, 59, 999999}, NONE, 0);
    return min && max && resolution && dict_set_cstring(datetime_type.dict, "min", min) && dict_set_cstring(datetime_type.dict, "max", max) &&
           dict_set_cstring(datetime_type.dict, "resolution", resolution);
}
