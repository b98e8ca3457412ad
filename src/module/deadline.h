/* deadline.h: timeouts as Python gives them, and points of the monotonic clock to which interrupted calls are made again. */
#pragma once
#include "module/module.h"

/* A number of units (a second: 1000000000, a millisecond: 1000000) in nanoseconds, rounded away from zero. TypeError, ValueError (NaN) or OverflowError. */
bool timeout_nanoseconds(Value v, int64_t unit, int64_t *nanoseconds);
int64_t monotonic_ns(void);
/* The point `timeout` nanoseconds from now; a negative timeout never ends (INT64_MAX). */
int64_t deadline_after(int64_t timeout);
/* What is left, at least 0; -1 for a deadline that never comes. */
int64_t deadline_left(int64_t deadline);
/* Nanoseconds as the milliseconds of poll(): rounded up; -1 stays; clipped to int. */
int poll_milliseconds(int64_t nanoseconds);
