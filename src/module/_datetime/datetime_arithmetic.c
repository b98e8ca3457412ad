/* datetime_arithmetic.c: sums, differences, comparison and hashes of datetimes.
 *
 * Two datetimes of one zone are compared and subtracted as they stand; of two zones, in UTC. A datetime whose offset depends on its fold is unequal to all of other zones (PEP 495),
 * because hashes do not know the fold.
 */
#include "module/_datetime/datetime.h"

/* The date after `days` more; OverflowError. */
static bool shift_date(Fields *f, int64_t days)
{
    if (days == 0) return true;
    int64_t day = f->day + days;
    if (day >= 1 && day <= 28 && f->year) return f->day = (int)day, true;
    int64_t ordinal = date_ordinal(f) + days;
    if (ordinal < 1 || ordinal > MAX_ORDINAL) return raise_overflow("date value out of range");
    date_of_ordinal((uint32_t)ordinal, f);
    return true;
}

bool shift_fields(Fields *f, int64_t days, int seconds, int microseconds)
{
    int us = f->microsecond + microseconds, at = seconds_of_day(f) + seconds;
    /* The loops run once, if at all, but for fields out of range, which a pickle may have. */
    for (; us >= SECOND_US; at++) us -= SECOND_US;
    if (us < 0) us += SECOND_US, at--;
    for (; at >= DAY_SECONDS; days++) at -= DAY_SECONDS;
    if (at < 0) at += DAY_SECONDS, days--;
    f->hour = at / 3600, f->minute = at / 60 % 60, f->second = at % 60, f->microsecond = us;
    return shift_date(f, days);
}

Value datetime_shift(Value datetime, Value delta, int sign)
{
    Fields f = datetime_fields(datetime);
    DeltaObj *d = as_delta(delta);
    if (!shift_fields(&f, (int64_t)d->days * sign, d->seconds * sign, d->microseconds * sign)) return 0;
    return datetime_of_class(VALUE(type_of(datetime)), &f, zone_of_datetime(datetime), 0);
}

Value datetime_add(Value a, Value b)
{
    if (is_datetime(a)) return is_delta(b) ? datetime_shift(a, b, 1) : NOT_IMPLEMENTED;
    return is_delta(a) && is_datetime(b) ? datetime_shift(b, a, 1) : NOT_IMPLEMENTED;
}

/* a - b as they stand. */
static Value plain_difference(Value a, Value b)
{
    Fields x = datetime_fields(a), y = datetime_fields(b);
    return delta_new(date_ordinal(&x) - date_ordinal(&y), seconds_of_day(&x) - seconds_of_day(&y), x.microsecond - y.microsecond);
}

static Value aware_difference(Value a, Value b, Value a_offset, Value b_offset)
{
    Value difference = plain_difference(a, b), offsets = difference ? delta_subtract(a_offset, b_offset) : 0;
    return offsets ? delta_subtract(difference, offsets) : 0;
}

Value datetime_subtract(Value a, Value b)
{
    if (!is_datetime(a)) return NOT_IMPLEMENTED;
    if (is_delta(b)) return datetime_shift(a, b, -1);
    if (!is_datetime(b)) return NOT_IMPLEMENTED;
    if (zone_of_datetime(a) == zone_of_datetime(b)) return plain_difference(a, b);
    Value first = datetime_utcoffset(a), second = first ? datetime_utcoffset(b) : 0;
    if (!second) return 0;
    if ((first == NONE) != (second == NONE)) return raise_type("can't subtract offset-naive and offset-aware datetimes");
    return first == second ? plain_difference(a, b) : aware_difference(a, b, first, second);
}

/* Whether the offset would be another with the other fold. 1, 0, -1 */
static int offset_depends_on_fold(Value datetime, Value offset)
{
    if (type_of(zone_of_datetime(datetime)) == &timezone_type) return 0;
    Fields f = datetime_fields(datetime);
    Value flipped = datetime_make(&datetime_type, &f, zone_of_datetime(datetime), !as_datetime(datetime)->fold);
    Value other = flipped ? datetime_utcoffset(flipped) : 0;
    if (!other) return -1;
    if (other == offset) return 0;
    return other == NONE || offset == NONE || delta_order(other, offset) != 0;
}

static Value compare_in_utc(Value a, Value b, CompareOp op)
{
    Value first = datetime_utcoffset(a), second = first ? datetime_utcoffset(b) : 0;
    if (!second) return 0;
    if ((first == NONE) != (second == NONE)) return op == CMP_EQ ? FALSE : op == CMP_NE ? TRUE : raise_type("can't compare offset-naive and offset-aware datetimes");
    int64_t rank;
    if (first == second || !delta_order(first, second)) {
        rank = data_order(as_datetime(a)->data, as_datetime(b)->data, DATETIME_SIZE);
    } else {
        Value difference = aware_difference(a, b, first, second);
        if (!difference) return 0;
        rank = delta_is_zero(difference) ? 0 : as_delta(difference)->days < 0 ? -1 : 1;
    }
    if (rank == 0 && (op == CMP_EQ || op == CMP_NE)) {
        int depends = offset_depends_on_fold(a, first);
        if (!depends) depends = offset_depends_on_fold(b, second);
        if (depends < 0) return 0;
        rank = depends;
    }
    return compare_ranks(rank, op);
}

Value datetime_compare(Value a, Value b, CompareOp op)
{
    if (is_datetime(b)) {
        if (zone_of_datetime(a) != zone_of_datetime(b)) return compare_in_utc(a, b, op);
        return compare_ranks(data_order(as_datetime(a)->data, as_datetime(b)->data, DATETIME_SIZE), op);
    }
    if (!is_date(b)) return NOT_IMPLEMENTED;
    if (op == CMP_EQ || op == CMP_NE) return bool_value(op == CMP_NE);
    return raise_type("can't compare %s to %s", type_full_name(type_of(a)), type_full_name(type_of(b)));
}

bool datetime_hash(Value self, int64_t *hash)
{
    DateTimeObj *d = as_datetime(self);
    if (d->hash == -1) {
        Fields f = datetime_fields(self);
        Value plain = d->fold ? datetime_make(&datetime_type, &f, zone_of_datetime(self), 0) : self;
        Value offset = plain ? datetime_utcoffset(plain) : 0;
        if (!offset) return false;
        if (offset == NONE) {
            d->hash = hash_bytes(d->data, DATETIME_SIZE);
        } else {
            Value since = delta_new(date_ordinal(&f), seconds_of_day(&f), f.microsecond), utc = since ? delta_subtract(since, offset) : 0;
            if (!utc || !object_hash(utc, &d->hash)) return false;
        }
    }
    *hash = d->hash;
    return true;
}
