/* date.c: dates, and the named tuple that date.isocalendar() returns. */
#include "module/_datetime/datetime.h"
#include <stdio.h>

static Value iso_calendar_new(const int numbers[3])
{
    TupleObj *tuple = gc_new(&iso_calendar_type, sizeof(TupleObj) + 3 * sizeof(Value));
    if (!tuple) return 0;
    tuple->size = 3;
    for (int i = 0; i < 3; i++) tuple->items[i] = small_int(numbers[i]);
    return VALUE(tuple);
}

static Value date_make(Type *type, const Fields *f)
{
    DateObj *d = new_instance(type, &date_type, sizeof *d);
    if (!d) return 0;
    d->hash = -1;
    pack_date(d->data, f);
    return VALUE(d);
}

static Value date_checked(Type *type, const Fields *f) { return check_date(f) ? date_make(type, f) : 0; }

Value date_of_class(Value cls, const Fields *f)
{
    if (cls == VALUE(&date_type)) return date_checked(&date_type, f);
    return call_words(cls, (Value[]){small_int(f->year), small_int(f->month), small_int(f->day)}, 3);
}

static Value date_construct(Type *type, Value *args, size_t nargs, Value kwnames)
{
    static const char *const names[] = {"year", "month", "day"};
    static Signature *signature;
    Value in[3];
    if (nargs == 1) {
        uint8_t state[DATE_SIZE];
        int pickled = pickled_state(args, 1, "a date", DATE_SIZE, 2, UINT32_MAX, 1, 12, state);
        if (pickled < 0) return 0;
        if (pickled) {
            Fields f;
            unpack_date(state, &f);
            return date_make(type, &f);
        }
    }
    if (!native_bind(0, "(year=<unrepresentable>, month=<unrepresentable>, day=<unrepresentable>)", &signature, args, nargs, kwnames, in)) return 0;
    int numbers[3];
    for (int i = 0; i < 3; i++) {
        if (!in[i]) return raise_type("function missing required argument '%s' (pos %d)", names[i], i + 1);
        if (!int_argument(in[i], &numbers[i])) return 0;
    }
    return date_checked(type, &(Fields){numbers[0], numbers[1], numbers[2]});
}

/* --- other constructors */

static NATIVE(date_fromtimestamp)
{
    int64_t seconds;
    Fields f;
    return timestamp_argument(args[1], &seconds, 0) && local_fields(seconds, &f) ? date_of_class(args[0], &f) : 0;
}

static NATIVE(date_today)
{
    Value words[1], now = call_time_function(NAME("time"), words + 1, 0);
    return now ? call_method_1(args[0], NAME("fromtimestamp"), now) : 0;
}

static NATIVE(date_fromordinal)
{
    int ordinal;
    Fields f;
    if (!check_exactly("fromordinal", nargs - 1, kwnames, 1) || !int_argument(args[1], &ordinal)) return 0;
    if (ordinal < 1) return raise_value("ordinal must be >= 1");
    date_of_ordinal((uint32_t)ordinal, &f);
    return date_of_class(args[0], &f);
}

static NATIVE(date_fromisoformat) { return date_from_iso(args[0], args[1]); }

static NATIVE(date_fromisocalendar)
{
    int iso[3];
    Fields f;
    if (!int_arguments(args + 1, 3, iso)) return error_clear_if(&exc_OverflowError) ? raise_value("ISO calendar component out of range") : 0;
    if (iso[0] < MIN_YEAR || iso[0] > MAX_YEAR) return raise_value("Year is out of range: %d", iso[0]);
    switch (date_of_iso_calendar(iso[0], iso[1], iso[2], &f)) {
    case ISO_BAD_WEEK: return raise_value("Invalid week: %d", iso[1]);
    case ISO_BAD_DAY: return raise_value("Invalid day: %d (range is [1, 7])", iso[2]);
    default: return date_of_class(args[0], &f);
    }
}

/* --- arithmetic, comparison, hash */

static Value shifted(Value date, Value delta, int sign)
{
    Fields f = date_fields(date);
    if (!shift_fields(&f, (int64_t)as_delta(delta)->days * sign, 0, 0)) return 0;
    return date_of_class(VALUE(type_of(date)), &f);
}

static Value date_add(Value a, Value b)
{
    if (is_datetime(a) || is_datetime(b)) return NOT_IMPLEMENTED;
    if (is_date(a)) return is_delta(b) ? shifted(a, b, 1) : NOT_IMPLEMENTED;
    return is_delta(a) ? shifted(b, a, 1) : NOT_IMPLEMENTED;
}

static Value date_subtract(Value a, Value b)
{
    if (is_datetime(a) || is_datetime(b) || !is_date(a)) return NOT_IMPLEMENTED;
    if (is_date(b)) {
        Fields x = date_fields(a), y = date_fields(b);
        return delta_new(date_ordinal(&x) - date_ordinal(&y), 0, 0);
    }
    return is_delta(b) ? shifted(a, b, -1) : NOT_IMPLEMENTED;
}

static Value date_compare(Value a, Value b, CompareOp op) { return is_date(b) ? compare_ranks(data_order(as_date(a)->data, as_date(b)->data, DATE_SIZE), op) : NOT_IMPLEMENTED; }

static bool date_hash(Value self, int64_t *hash)
{
    DateObj *d = as_date(self);
    if (d->hash == -1) d->hash = hash_bytes(d->data, DATE_SIZE);
    *hash = d->hash;
    return true;
}

/* --- text */

static Value date_repr(Value self)
{
    Fields f = date_fields(self);
    return str_format_c("%s(%d, %d, %d)", type_full_name(type_of(self)), f.year, f.month, f.day);
}

static Value date_str(Value self) { return call_method_0(self, NAME("isoformat")); }

static NATIVE(date_isoformat)
{
    char text[FORMAT_ROOM];
    Fields f = date_fields(args[0]);
    return str_from_latin1((const uint8_t *)text, format_date(text, &f));
}

static NATIVE(date_ctime)
{
    Fields f = date_fields(args[0]);
    return ctime_of(&f);
}

static NATIVE(date_strftime)
{
    if (!is_str(args[1])) return raise_bad_argument("strftime", "1", "str", args[1]);
    Value times = call_method_0(args[0], NAME("timetuple"));
    if (!times) return 0;
    if (!is_datetime(args[0])) return strftime_of(args[1], times, NONE, NONE, 0);
    return strftime_of(args[1], times, zone_of_datetime(args[0]), args[0], datetime_fields(args[0]).microsecond);
}

static NATIVE(date_format) { return format_method(args[0], args[1]); }

/* --- methods */

static NATIVE(date_timetuple)
{
    Fields f = date_fields(args[0]);
    return struct_time_of(&f, -1);
}

static NATIVE(date_isocalendar)
{
    Fields f = date_fields(args[0]);
    int iso[3];
    iso_calendar_of(&f, iso);
    return iso_calendar_new(iso);
}

static int ordinal_of_date(Value date)
{
    Fields f = date_fields(date);
    return date_ordinal(&f);
}
static NATIVE(date_toordinal) { return small_int(ordinal_of_date(args[0])); }
static NATIVE(date_weekday) { return small_int(weekday_of(ordinal_of_date(args[0]))); }
static NATIVE(date_isoweekday) { return small_int(weekday_of(ordinal_of_date(args[0])) + 1); }

static NATIVE(date_replace)
{
    Fields f = date_fields(args[0]);
    return int_arguments(args + 1, 3, &f.year) ? date_checked(type_of(args[0]), &f) : 0;
}

static NATIVE(date_reduce) { return reduced(args[0], as_date(args[0])->data, DATE_SIZE, NONE); }

static Value date_get_year(Value self) { return small_int(date_fields(self).year); }
static Value date_get_month(Value self) { return small_int(as_date(self)->data[2]); }
static Value date_get_day(Value self) { return small_int(as_date(self)->data[3]); }

static const GetSetDef date_getset[] = {{"year", date_get_year}, {"month", date_get_month}, {"day", date_get_day}, {0}};
static const NativeDef date_methods[] = {
    {"fromtimestamp", "(type, timestamp, /)", date_fromtimestamp, "The local date at a POSIX timestamp, as time.time() gives it.", NATIVE_CLASS},
    {"fromordinal", 0, date_fromordinal, "int -> date of a day of the proleptic Gregorian calendar, where 1 is the first of January of year 1.", NATIVE_CLASS | NATIVE_VECTOR},
    {"fromisoformat", "(type, date_string, /)", date_fromisoformat, "str -> the date that it is in ISO 8601 format.", NATIVE_CLASS},
    {"fromisocalendar", "(type, year, week, day)", date_fromisocalendar, "int, int, int -> the date of an ISO year, week number and weekday; what isocalendar() returns.",
     NATIVE_CLASS},
    {"today", "(type, /)", date_today, "Current date or datetime:  same as self.__class__.fromtimestamp(time.time()).", NATIVE_CLASS},
    {"ctime", "(self, /)", date_ctime, "The text that ctime() of C makes.", 0},
    {"strftime", "(self, format)", date_strftime, "format -> text as strftime() of C makes it.", 0},
    {"__format__", "(self, format, /)", date_format, "Formats self with strftime.", 0},
    {"timetuple", "(self, /)", date_timetuple, "A time tuple like that of time.localtime().", 0},
    {"isocalendar", "(self, /)", date_isocalendar, "ISO year, week number and weekday as a named tuple.", 0},
    {"isoformat", "(self, /)", date_isoformat, "The date in ISO 8601 format, YYYY-MM-DD.", 0},
    {"isoweekday", "(self, /)", date_isoweekday, "The day of the week, Monday being 1 and Sunday 7.", 0},
    {"toordinal", "(self, /)", date_toordinal, "The day of the proleptic Gregorian calendar; the first of January of year 1 is day 1.", 0},
    {"weekday", "(self, /)", date_weekday, "The day of the week, Monday being 0 and Sunday 6.", 0},
    {"replace", "(self, year=<unrepresentable>, month=<unrepresentable>, day=<unrepresentable>)", date_replace, "The date with other fields where given.", 0},
    {"__reduce__", "(self, /)", date_reduce, "__reduce__() -> (cls, state)", 0},
    {0},
};

Type date_type = {
    TYPE_INIT("datetime.date", DateObj),
    .flags = TYPE_BASE,
    .doc = "date(year, month, day) --> date object",
    .new = date_construct,
    .repr = date_repr,
    .str = date_str,
    .hash = date_hash,
    .compare = date_compare,
    .binary = {[BINARY_ADD] = date_add, [BINARY_SUBTRACT] = date_subtract},
    .getset = date_getset,
    .methods = date_methods,
};

bool date_add_constants(void)
{
    Value min = date_make(&date_type, &(Fields){MIN_YEAR, 1, 1}), max = date_make(&date_type, &(Fields){MAX_YEAR, 12, 31}), resolution = delta_new(1, 0, 0);
    return min && max && resolution && dict_set_cstring(date_type.dict, "min", min) && dict_set_cstring(date_type.dict, "max", max) &&
           dict_set_cstring(date_type.dict, "resolution", resolution);
}

/* --- IsoCalendarDate */

static Value iso_construct(Type *type, Value *args, size_t nargs, Value kwnames)
{
    static Signature *signature;
    Value in[3];
    int numbers[3];
    if (!native_bind("IsoCalendarDate", "(year, week, weekday)", &signature, args, nargs, kwnames, in) || !int_arguments(in, 3, numbers)) return 0;
    return iso_calendar_new(numbers);
}

static Value iso_repr(Value self)
{
    return str_format_c("%.200s(year=%S, week=%S, weekday=%S)", type_full_name(type_of(self)), tuple_get(self, 0), tuple_get(self, 1), tuple_get(self, 2));
}

static NATIVE(iso_reduce)
{
    Value plain = tuple_from(tuple_items(args[0]), tuple_size(args[0]));
    Value arguments = plain ? tuple_pack(1, plain) : 0;
    return arguments ? tuple_pack(2, VALUE(&tuple_type), arguments) : 0;
}

static Value iso_get_year(Value self) { return tuple_get(self, 0); }
static Value iso_get_week(Value self) { return tuple_get(self, 1); }
static Value iso_get_weekday(Value self) { return tuple_get(self, 2); }
static const GetSetDef iso_getset[] = {{"year", iso_get_year}, {"week", iso_get_week}, {"weekday", iso_get_weekday}, {0}};
static const NativeDef iso_methods[] = {{"__reduce__", "(self, /)", iso_reduce, "__reduce__() -> (cls, state)", 0}, {0}};

Type iso_calendar_type = {
    TYPE_INIT("datetime.IsoCalendarDate", TupleObj),
    .base = &tuple_type,
    .doc = "What isocalendar() of a date or datetime returns: the tuple (year, week, weekday), whose items have these names, too.",
    .new = iso_construct,
    .repr = iso_repr,
    .getset = iso_getset,
    .methods = iso_methods,
};
