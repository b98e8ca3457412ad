/* timezone.c: tzinfo, the base class of time zones, and timezone, those of a fixed offset; and how zones are asked.
 *
 * A zone's answers are checked here, whoever asks. An exact `timezone` (it has no subclasses) is answered for without a call.
 */
#include "module/_datetime/datetime.h"

Value timezone_utc;

static inline TimezoneObj *as_timezone(Value v) { return (TimezoneObj *)v; }

/* --- asking a zone */

static bool offset_in_range(Value v)
{
    DeltaObj *d = as_delta(v);
    return d->days == 0 || (d->days == -1 && (d->seconds || d->microseconds));
}

#define OFFSET_RANGE "offset must be a timedelta strictly between -timedelta(hours=24) and timedelta(hours=24)"

static Value ask_offset(Value zone, Value name, Value argument)
{
    Value offset = call_method_1(zone, name, argument);
    if (!offset || offset == NONE) return offset;
    if (!is_delta(offset)) return raise_type("tzinfo.%U() must return None or timedelta, not '%.200s'", name, type_full_name(type_of(offset)));
    return offset_in_range(offset) ? offset : raise_value(OFFSET_RANGE ".");
}

Value zone_utcoffset(Value zone, Value argument)
{
    if (zone == NONE) return NONE;
    return type_of(zone) == &timezone_type ? as_timezone(zone)->offset : ask_offset(zone, NAME("utcoffset"), argument);
}

Value zone_dst(Value zone, Value argument) { return zone == NONE || type_of(zone) == &timezone_type ? NONE : ask_offset(zone, NAME("dst"), argument); }

static Value timezone_text(Value self)
{
    TimezoneObj *zone = as_timezone(self);
    if (zone->name) return zone->name;
    if (self == timezone_utc || delta_is_zero(zone->offset)) return str_intern_cstring("UTC");
    char text[FORMAT_ROOM] = "UTC";
    return str_from_latin1((const uint8_t *)text, 3 + format_offset(text + 3, zone->offset, ":"));
}

Value zone_name(Value zone, Value argument)
{
    if (zone == NONE) return NONE;
    if (type_of(zone) == &timezone_type) return timezone_text(zone);
    Value name = call_method_1(zone, NAME("tzname"), argument);
    if (!name || name == NONE || is_str(name)) return name;
    return raise_type("tzinfo.tzname() must return None or a string, not '%s'", type_full_name(type_of(name)));
}

/* --- tzinfo */

static Value must_implement(const char *name) { return raise_format(&exc_NotImplementedError, "a tzinfo subclass must implement %s()", name); }
static NATIVE(tzinfo_tzname) { return must_implement("tzname"); }
static NATIVE(tzinfo_utcoffset) { return must_implement("utcoffset"); }
static NATIVE(tzinfo_dst) { return must_implement("dst"); }

static bool check_fromutc(Value zone, Value datetime)
{
    if (!is_datetime(datetime)) return raise_type("fromutc: argument must be a datetime");
    return zone_of_datetime(datetime) == zone || raise_value("fromutc: dt.tzinfo is not self");
}

/* The standard offset is what utcoffset() and dst() differ by; whether summer time is in force is asked of the local standard time. */
static NATIVE(tzinfo_fromutc)
{
    Value zone = args[0], datetime = args[1];
    if (!check_fromutc(zone, datetime)) return 0;
    Value offset = zone_utcoffset(zone, datetime);
    if (offset == NONE) return raise_value("fromutc: non-None utcoffset() result required");
    Value dst = offset ? zone_dst(zone, datetime) : 0;
    if (dst == NONE) return raise_value("fromutc: non-None dst() result required");
    Value standard = dst ? delta_subtract(offset, dst) : 0;
    Value result = standard ? datetime_shift(datetime, standard, 1) : 0;
    dst = result ? zone_dst(zone, result) : 0;
    if (dst == NONE) return raise_value("fromutc: tz.dst() gave inconsistent results; cannot convert");
    if (!dst) return 0;
    return delta_is_zero(dst) ? result : datetime_shift(result, dst, 1);
}

static NATIVE(tzinfo_reduce)
{
    Value initial = object_getattr_opt(args[0], NAME("__getinitargs__"));
    if (!initial && thread_self->exception) return 0;
    Value arguments = initial ? call_0(initial) : tuple_empty;
    Value state = arguments ? call_method_0(args[0], NAME("__getstate__")) : 0;
    return state ? tuple_pack(3, VALUE(type_of(args[0])), arguments, state) : 0;
}

static const NativeDef tzinfo_methods[] = {
    {"tzname", "(self, dt, /)", tzinfo_tzname, "datetime -> string name of time zone.", 0},
    {"utcoffset", "(self, dt, /)", tzinfo_utcoffset, "datetime -> timedelta, how far local time is ahead of UTC (negative: behind).", 0},
    {"dst", "(self, dt, /)", tzinfo_dst, "datetime -> timedelta, how much of the offset is daylight saving time.", 0},
    {"fromutc", "(self, dt, /)", tzinfo_fromutc, "datetime in UTC -> datetime in local time.", 0},
    {"__reduce__", "(self, /)", tzinfo_reduce, "-> (cls, state)", 0},
    {0},
};

Type tzinfo_type = {TYPE_INIT("datetime.tzinfo", Obj), .flags = TYPE_BASE, .doc = "Abstract base class for time zone info objects.", .new = type_new_plain,
                    .methods = tzinfo_methods};

/* --- timezone */

static Value timezone_make(Value offset, Value name)
{
    TimezoneObj *zone = gc_alloc(TimezoneObj, &timezone_type);
    if (!zone) return 0;
    zone->offset = offset;
    zone->name = name;
    return VALUE(zone);
}

Value timezone_new(Value offset, Value name)
{
    if (!name && delta_is_zero(offset)) return timezone_utc;
    return offset_in_range(offset) ? timezone_make(offset, name) : raise_value(OFFSET_RANGE ", not %R.", offset);
}

static Value timezone_construct(Type *type, Value *args, size_t nargs, Value kwnames)
{
    static Signature *signature;
    Value in[2];
    if (!native_bind("timezone", "(offset, name=<unrepresentable>)", &signature, args, nargs, kwnames, in)) return 0;
    if (!is_delta(in[0])) return raise_bad_argument("timezone", "1", "datetime.timedelta", in[0]);
    if (in[1] && !is_str(in[1])) return raise_bad_argument("timezone", "2", "str", in[1]);
    return timezone_new(in[0], in[1]);
}

static void timezone_trace(Obj *object)
{
    gc_visit(((TimezoneObj *)object)->offset);
    gc_visit(((TimezoneObj *)object)->name);
}

static Value timezone_repr(Value self)
{
    TimezoneObj *zone = as_timezone(self);
    if (self == timezone_utc) return str_from_cstring("datetime.timezone.utc");
    return zone->name ? str_format_c("datetime.timezone(%R, %R)", zone->offset, zone->name) : str_format_c("datetime.timezone(%R)", zone->offset);
}

static bool timezone_hash(Value self, int64_t *hash) { return object_hash(as_timezone(self)->offset, hash); }

static Value timezone_compare(Value a, Value b, CompareOp op)
{
    if ((op != CMP_EQ && op != CMP_NE) || type_of(b) != &timezone_type) return NOT_IMPLEMENTED;
    return compare_ranks(delta_order(as_timezone(a)->offset, as_timezone(b)->offset), op);
}

static bool check_argument(Value v, const char *method)
{
    return v == NONE || is_datetime(v) || raise_type("%s(dt) argument must be a datetime instance or None, not %.200s", method, type_full_name(type_of(v)));
}
static NATIVE(timezone_tzname) { return check_argument(args[1], "tzname") ? timezone_text(args[0]) : 0; }
static NATIVE(timezone_utcoffset) { return check_argument(args[1], "utcoffset") ? as_timezone(args[0])->offset : 0; }
static NATIVE(timezone_dst) { return check_argument(args[1], "dst") ? NONE : 0; }
static NATIVE(timezone_fromutc) { return check_fromutc(args[0], args[1]) ? datetime_shift(args[1], as_timezone(args[0])->offset, 1) : 0; }
static NATIVE(timezone_getinitargs)
{
    TimezoneObj *zone = as_timezone(args[0]);
    return zone->name ? tuple_pack(2, zone->offset, zone->name) : tuple_pack(1, zone->offset);
}

static const NativeDef timezone_methods[] = {
    {"tzname", "(self, dt, /)", timezone_tzname, "The name given when the timezone was made; without one 'UTC(+|-)HH:MM' after the offset.", 0},
    {"utcoffset", "(self, dt, /)", timezone_utcoffset, "Return fixed offset.", 0},
    {"dst", "(self, dt, /)", timezone_dst, "Return None.", 0},
    {"fromutc", "(self, dt, /)", timezone_fromutc, "datetime in UTC -> datetime in local time.", 0},
    {"__getinitargs__", "(self, /)", timezone_getinitargs, "pickle support", 0},
    {0},
};

Type timezone_type = {
    TYPE_INIT("datetime.timezone", TimezoneObj),
    .base = &tzinfo_type,
    .doc = "A time zone with a fixed offset from UTC.",
    .trace = timezone_trace,
    .new = timezone_construct,
    .repr = timezone_repr,
    .str = timezone_text,
    .hash = timezone_hash,
    .compare = timezone_compare,
    .methods = timezone_methods,
};

bool timezone_add_constants(void)
{
    if (!timezone_utc) {   /* one for all times that the module is imported anew */
        gc_root(&timezone_utc);
        Value zero = delta_new(0, 0, 0);
        if (!zero || !(timezone_utc = timezone_make(zero, 0))) return false;
    }
    Value limit = delta_new(0, 23 * 3600 + 59 * 60, 0), other = limit ? delta_new(0, -(23 * 3600 + 59 * 60), 0) : 0;
    Value max = other ? timezone_make(limit, 0) : 0, min = max ? timezone_make(other, 0) : 0;
    return min && dict_set_cstring(timezone_type.dict, "utc", timezone_utc) && dict_set_cstring(timezone_type.dict, "min", min) && dict_set_cstring(timezone_type.dict, "max", max);
}
