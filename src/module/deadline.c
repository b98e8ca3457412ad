/* deadline.c: timeouts and deadlines; see deadline.h. */
#include "module/deadline.h"
#include <limits.h>
#include <math.h>
#include <time.h>

bool timeout_nanoseconds(Value v, int64_t unit, int64_t *nanoseconds)
{
    if (is_float(v)) {
        double d = float_value(v);
        if (isnan(d)) return raise_value("Invalid value NaN (not a number)");
        d *= (double)unit;
        d = d >= 0 ? ceil(d) : floor(d);
        if (!(d >= -0x1p63 && d < 0x1p63)) return raise_overflow("timestamp too large to convert to C _PyTime_t");
        *nanoseconds = (int64_t)d;
        return true;
    }
    Value n = number_index(v);
    int64_t count;
    if (!n) return false;
    if (int_as_int64_overflow(n, &count) || __builtin_mul_overflow(count, unit, nanoseconds)) return raise_overflow("timestamp too large to convert to C _PyTime_t");
    return true;
}

int64_t monotonic_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000000ll + now.tv_nsec;
}

int64_t deadline_after(int64_t timeout)
{
    int64_t deadline;
    if (timeout < 0 || __builtin_add_overflow(monotonic_ns(), timeout, &deadline)) return INT64_MAX;
    return deadline;
}

int64_t deadline_left(int64_t deadline)
{
    if (deadline == INT64_MAX) return -1;
    int64_t left = deadline - monotonic_ns();
    return left < 0 ? 0 : left;
}

int poll_milliseconds(int64_t nanoseconds)
{
    if (nanoseconds < 0) return -1;
    int64_t ms = nanoseconds / 1000000 + (nanoseconds % 1000000 != 0);
    return ms > INT_MAX ? INT_MAX : (int)ms;
}
