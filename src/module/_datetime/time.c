/* time.c: times of the day. */
#include "module/_datetime/datetime.h"
#include <stdio.h>

Value time_make(Type *type, const Fields *f, Value zone, int fold)
{
    TimeObj *t = new_instance(type, &time_type, sizeof *t);
    if (!t) return 0;
    t->hash = -1;
    pack_time(t->data, f);
    t->fold = (uint8_t)fold;
    t->has_zone = zone != NONE;
    t->zone = t->has_zone ? zone : 0;
    return VALUE(t);
}

static Value time_checked(Type *type, const Fields *f, Value zone, int fold) { return check_time(f, fold) && check_zone(zone) ? time_make(type, f, zone, fold) : 0; }

static void time_trace(Obj *object) { gc_visit(((TimeObj *)object)->zone); }

static Value time_construct(Type *type, Value *args, size_t nargs, Value kwnames)
{
    static Signature *signature;
    Value in[6];
    Fields f = {0};
    int fold = 0;
    if (nargs == 1 || nargs == 2) {
        uint8_t state[TIME_SIZE];
        int pickled = pickled_state(args, nargs, "a time", TIME_SIZE, 0, 0x7f, 0, 23, state);
        if (pickled < 0) return 0;
        if (pickled) {
            fold = state[0] >> 7;
            state[0] &= 0x7f;
            unpack_time(state, &f);
            return time_make(type, &f, nargs > 1 ? args[1] : NONE, fold);
        }
    }
    if (!native_bind(0, "(hour=<unrepresentable>, minute=<unrepresentable>, second=<unrepresentable>, microsecond=<unrepresentable>, tzinfo=None, *, fold=0)", &signature, args,
                     nargs, kwnames, in) ||
        !int_arguments(in, 4, &f.hour) || !int_argument(in[5], &fold))
        return 0;
    return time_checked(type, &f, in[4], fold);
}

static NATIVE(time_fromisoformat) { return time_from_iso(args[0], args[1]); }

/* --- comparison, hash */

static Value compare_aware(Value a, Value b, Value first, Value second, CompareOp op)
{
    Fields x = time_fields(a), y = time_fields(b);
    DeltaObj *p = as_delta(first), *q = as_delta(second);
    int64_t difference = seconds_of_day(&x) - (int64_t)p->days * DAY_SECONDS - p->seconds - (seconds_of_day(&y) - (int64_t)q->days * DAY_SECONDS - q->seconds);
    return compare_ranks(difference ? difference : x.microsecond - y.microsecond, op);
}

static Value time_compare(Value a, Value b, CompareOp op)
{
    if (!is_time(b)) return NOT_IMPLEMENTED;
    if (zone_of_time(a) != zone_of_time(b)) {
        Value first = time_utcoffset(a), second = first ? time_utcoffset(b) : 0;
        if (!second) return 0;
        bool aware = first != NONE && second != NONE;
        if (aware && delta_order(first, second)) return compare_aware(a, b, first, second, op);
        if (!aware && first != second) return op == CMP_EQ ? FALSE : op == CMP_NE ? TRUE : raise_type("can't compare offset-naive and offset-aware times");
    }
    return compare_ranks(data_order(as_time(a)->data, as_time(b)->data, TIME_SIZE), op);
}

/* Equal times have equal hashes, whatever their fold, so it is that of the time with fold=0 in UTC. */
static bool time_hash(Value self, int64_t *hash)
{
    TimeObj *t = as_time(self);
    if (t->hash == -1) {
        Fields f = time_fields(self);
        Value plain = t->fold ? time_make(&time_type, &f, zone_of_time(self), 0) : self;
        Value offset = plain ? time_utcoffset(plain) : 0;
        if (!offset) return false;
        if (offset == NONE) {
            t->hash = hash_bytes(t->data, TIME_SIZE);
        } else {
            Value since = delta_new(0, seconds_of_day(&f), f.microsecond), utc = since ? delta_subtract(since, offset) : 0;
            if (!utc || !object_hash(utc, &t->hash)) return false;
        }
    }
    *hash = t->hash;
    return true;
}

/* --- text */

static Value time_repr(Value self)
{
    char text[FORMAT_ROOM];
    Fields f = time_fields(self);
    int n = snprintf(text, sizeof text, "%d, %d", f.hour, f.minute);
    if (f.second || f.microsecond) n += snprintf(text + n, sizeof text - (size_t)n, ", %d", f.second);
    if (f.microsecond) snprintf(text + n, sizeof text - (size_t)n, ", %d", f.microsecond);
    return repr_with(self, text, zone_of_time(self), as_time(self)->fold, false);
}

static Value time_str(Value self) { return call_method_0(self, NAME("isoformat")); }

static NATIVE(time_isoformat)
{
    char text[FORMAT_ROOM];
    Fields f = time_fields(args[0]);
    if (args[1] && !is_str(args[1])) return raise_bad_argument("isoformat", "1", "str", args[1]);
    size_t n = format_time(text, &f, args[1]);
    Value offset = n ? time_utcoffset(args[0]) : 0;
    return offset ? str_from_latin1((const uint8_t *)text, n + format_offset(text + n, offset, ":")) : 0;
}

static NATIVE(time_strftime)
{
    if (!is_str(args[1])) return raise_bad_argument("strftime", "1", "str", args[1]);
    Fields f = time_fields(args[0]);
    Value times =
        tuple_pack(9, small_int(1900), small_int(1), small_int(1), small_int(f.hour), small_int(f.minute), small_int(f.second), small_int(0), small_int(1), small_int(-1));
    return times ? strftime_of(args[1], times, zone_of_time(args[0]), NONE, f.microsecond) : 0;
}

static NATIVE(time_format) { return format_method(args[0], args[1]); }

/* --- methods */

static NATIVE(time_utcoffset_method) { return time_utcoffset(args[0]); }
static NATIVE(time_tzname) { return zone_name(zone_of_time(args[0]), NONE); }
static NATIVE(time_dst) { return zone_dst(zone_of_time(args[0]), NONE); }

static NATIVE(time_replace)
{
    Fields f = time_fields(args[0]);
    int fold = as_time(args[0])->fold;
    if (!int_arguments(args + 1, 4, &f.hour) || !int_arguments(args + 6, 1, &fold)) return 0;
    if (fold != 0 && fold != 1) return raise_value("fold must be either 0 or 1");
    return time_checked(type_of(args[0]), &f, args[5] ? args[5] : zone_of_time(args[0]), fold);
}

static Value time_reduce_with(Value self, int protocol)
{
    uint8_t state[TIME_SIZE];
    memcpy(state, as_time(self)->data, TIME_SIZE);
    if (protocol > 3 && as_time(self)->fold) state[0] |= 0x80;
    return reduced(self, state, TIME_SIZE, zone_of_time(self));
}
static NATIVE(time_reduce_ex)
{
    int protocol;
    return check_exactly("__reduce_ex__", nargs - 1, 0, 1) && int_argument(args[1], &protocol) ? time_reduce_with(args[0], protocol) : 0;
}
static NATIVE(time_reduce) { return time_reduce_with(args[0], 2); }

static Value time_get_hour(Value self) { return small_int(as_time(self)->data[0]); }
static Value time_get_minute(Value self) { return small_int(as_time(self)->data[1]); }
static Value time_get_second(Value self) { return small_int(as_time(self)->data[2]); }
static Value time_get_microsecond(Value self) { return small_int(time_fields(self).microsecond); }
static Value time_get_zone(Value self) { return zone_of_time(self); }
static Value time_get_fold(Value self) { return small_int(as_time(self)->fold); }

static const GetSetDef time_getset[] = {{"hour", time_get_hour},
                                        {"minute", time_get_minute},
                                        {"second", time_get_second},
                                        {"microsecond", time_get_microsecond},
                                        {"tzinfo", time_get_zone},
                                        {"fold", time_get_fold},
                                        {0}};
static const NativeDef time_methods[] = {
    {"isoformat", "(self, timespec=<unrepresentable>)", time_isoformat,
     "The time in ISO 8601 format, [HH[:MM[:SS[.mmm[uuu]]]]][+HH:MM].\n\n"
     "timespec says how much of it: 'auto' (seconds, and microseconds unless they are 0), 'hours', 'minutes', 'seconds', 'milliseconds' or 'microseconds'.",
     0},
    {"strftime", "(self, format)", time_strftime, "format -> text as strftime() of C makes it.", 0},
    {"__format__", "(self, format, /)", time_format, "Formats self with strftime.", 0},
    {"utcoffset", "(self, /)", time_utcoffset_method, "Return self.tzinfo.utcoffset(self).", 0},
    {"tzname", "(self, /)", time_tzname, "Return self.tzinfo.tzname(self).", 0},
    {"dst", "(self, /)", time_dst, "Return self.tzinfo.dst(self).", 0},
    {"replace",
     "(self, hour=<unrepresentable>, minute=<unrepresentable>, second=<unrepresentable>, microsecond=<unrepresentable>, tzinfo=<unrepresentable>, *, fold=<unrepresentable>)",
     time_replace, "The time with other fields where given.", 0},
    {"fromisoformat", "(type, string, /)", time_fromisoformat, "string -> the time that it is in ISO 8601 format", NATIVE_CLASS},
    {"__reduce_ex__", 0, time_reduce_ex, "__reduce_ex__(proto) -> (cls, state)", NATIVE_VECTOR | NATIVE_NO_KEYWORDS},
    {"__reduce__", "(self, /)", time_reduce, "__reduce__() -> (cls, state)", 0},
    {0},
};

Type time_type = {
    TYPE_INIT("datetime.time", TimeObj),
    .flags = TYPE_BASE,
    .doc = "time([hour[, minute[, second[, microsecond[, tzinfo]]]]]) --> a time object\n\ntzinfo is None, or an instance of a subclass of tzinfo; the others are ints. All are 0 "
           "or None where "
           "not given.",
    .trace = time_trace,
    .new = time_construct,
    .repr = time_repr,
    .str = time_str,
    .hash = time_hash,
    .compare = time_compare,
    .getset = time_getset,
    .methods = time_methods,
};

bool time_add_constants(void)
{
    Value min = time_make(&time_type, &(Fields){0}, NONE, 0), max = time_make(&time_type, &(Fields){0, 0, 0, 23, 59, 59, 999999}, NONE, 0), resolution = delta_new(0, 0, 1);
    return min && max && resolution && dict_set_cstring(time_type.dict, "min", min) && dict_set_cstring(time_type.dict, "max", max) &&
           dict_set_cstring(time_type.dict, "resolution", resolution);
}
