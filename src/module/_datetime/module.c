/* module.c: the module _datetime: its types and constants, and what their constructors share. */
#include "module/_datetime/datetime.h"

bool int_argument(Value v, int *out)
{
    int64_t n;
    if (is_small_int(v)) {
        n = small_int_value(v);
    } else {
        Value index = number_index(v);
        if (!index) return false;
        if (int_as_int64_overflow(index, &n)) return raise_overflow("Python int too large to convert to C long");
    }
    if (n > INT32_MAX) return raise_overflow("signed integer is greater than maximum");
    if (n < INT32_MIN) return raise_overflow("signed integer is less than minimum");
    *out = (int)n;
    return true;
}

bool int_arguments(Value *in, int count, int *out)
{
    for (int i = 0; i < count; i++)
        if (in[i] && !int_argument(in[i], &out[i])) return false;
    return true;
}

bool check_exactly(const char *function, size_t nargs, Value kwnames, size_t wanted)
{
    if (kw_count(kwnames)) return raise_type("%s() takes no keyword arguments", function);
    return nargs == wanted || raise_type("%s() takes exactly %zu argument%s (%zu given)", function, wanted, wanted == 1 ? "" : "s", nargs);
}

bool check_zone(Value zone)
{
    if (zone == NONE || is_instance_of(zone, &tzinfo_type)) return true;
    return raise_type("tzinfo argument must be None or of a tzinfo subclass, not type '%s'", type_full_name(type_of(zone)));
}

int pickled_state(Value *args, size_t nargs, const char *kind, size_t size, int index, uint32_t mask, uint32_t low, uint32_t high, uint8_t *state)
{
    Value first = args[0];
    bool text = is_str(first);
    if (!text && !is_bytes(first)) return 0;
    if ((size_t)(text ? str_length(first) : bytes_size(first)) != size) return 0;
    uint32_t sign = text ? str_char(first, index) : bytes_data(first)[index];
    if ((sign & mask) < low || (sign & mask) > high) return 0;
    for (size_t i = 0; i < size; i++) {
        uint32_t c = text ? str_char(first, (int64_t)i) : bytes_data(first)[i];
        if (c > 0xff) return (int)raise_value("Failed to encode latin1 string when unpickling %s object. pickle.load(data, encoding='latin1') is assumed.", kind) - 1;
        state[i] = (uint8_t)c;
    }
    if (nargs > 1 && args[1] != NONE && !is_instance_of(args[1], &tzinfo_type)) return (int)raise_type("bad tzinfo state arg") - 1;
    return 1;
}

Value reduced(Value self, const uint8_t *data, size_t size, Value zone)
{
    Value bytes = bytes_new(data, size);
    Value state = !bytes ? 0 : zone == NONE ? tuple_pack(1, bytes) : tuple_pack(2, bytes, zone);
    return state ? tuple_pack(2, VALUE(type_of(self)), state) : 0;
}

Value call_words(Value callable, const Value *words, size_t count)
{
    Value args[12];   /* the first is the callee's scratch */
    values_copy(args + 1, words, count);
    return object_call(callable, args + 1, count, 0);
}

static bool init(Value module)
{
    Type *const types[] = {&delta_type, &tzinfo_type, &timezone_type, &date_type, &time_type, &datetime_type};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (!module_add_type(module, types[i]) || !type_fill(types[i])) return false;
    return type_ready(&iso_calendar_type) && delta_add_constants() && timezone_add_constants() && date_add_constants() && time_add_constants() && datetime_add_constants() &&
           module_add(module, "UTC", timezone_utc) && module_add_int(module, "MINYEAR", MIN_YEAR) && module_add_int(module, "MAXYEAR", MAX_YEAR);
}

const ModuleDef module__datetime = {"_datetime", "Fast implementation of the datetime type.", 0, init};
