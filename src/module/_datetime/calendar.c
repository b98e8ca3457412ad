/* calendar.c: days, months and years of the proleptic Gregorian calendar, and of the ISO calendar of weeks. */
#include "module/_datetime/datetime.h"

static const int16_t before_month[2][14] = {{0, 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365}, {0, 0, 31, 60, 91, 121, 152, 182, 213, 244, 274, 305, 335, 366}};

bool is_leap_year(int year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }
int days_before_month(int year, int month) { return before_month[is_leap_year(year)][month]; }
int days_in_month(int year, int month) { return days_before_month(year, month + 1) - days_before_month(year, month); }

int ordinal_of(int year, int month, int day)
{
    int y = year - 1;
    return y * 365 + y / 4 - y / 100 + y / 400 + days_before_month(year, month) + day;
}

/* Years are counted from March, so that the leap day is the last of a year, and the lengths of the months repeat every five: 31 30 31 30 31. */
void date_of_ordinal(uint32_t ordinal, Fields *f)
{
    uint32_t day = ordinal + 305, cycle = day / 146097, in_cycle = day % 146097;   /* days since 1 March of year 0; cycles of 400 years */
    uint32_t year = (in_cycle - in_cycle / 1460 + in_cycle / 36524 - in_cycle / 146096) / 365;
    uint32_t in_year = in_cycle - (365 * year + year / 4 - year / 100);
    uint32_t month = (5 * in_year + 2) / 153;
    f->day = (int)(in_year - (153 * month + 2) / 5 + 1);
    f->month = (int)(month < 10 ? month + 3 : month - 9);
    f->year = (int)(cycle * 400 + year + (month >= 10));
}

/* The Monday of the week that has the year's first Thursday. */
static int iso_first_monday(int year)
{
    int first = ordinal_of(year, 1, 1);
    int weekday = weekday_of(first);
    return first - weekday + (weekday > 3 ? 7 : 0);
}

void iso_calendar_of(const Fields *date, int iso[3])
{
    int today = date_ordinal(date), monday = iso_first_monday(date->year);
    int year = date->year;
    if (today < monday) {
        monday = iso_first_monday(--year);
    } else if (today - monday >= 52 * 7) {
        int next = iso_first_monday(year + 1);
        if (today >= next) monday = next, year++;
    }
    iso[0] = year;
    iso[1] = (today - monday) / 7 + 1;
    iso[2] = (today - monday) % 7 + 1;
}

IsoError date_of_iso_calendar(int year, int week, int day, Fields *f)
{
    if (week < 1 || week > 53) return ISO_BAD_WEEK;
    if (week == 53) {   /* years that begin on a Thursday have it, and leap years that begin on a Wednesday */
        int first = weekday_of(ordinal_of(year, 1, 1));
        if (first != 3 && !(first == 2 && is_leap_year(year))) return ISO_BAD_WEEK;
    }
    if (day < 1 || day > 7) return ISO_BAD_DAY;
    int ordinal = iso_first_monday(year) + (week - 1) * 7 + day - 1;
    if (ordinal > 0) date_of_ordinal((uint32_t)ordinal, f);
    else *f = (Fields){.year = MIN_YEAR};   /* before the first of all days: no month, as check_date will say */
    return ISO_OK;
}

bool check_date(const Fields *f)
{
    if (f->year < MIN_YEAR || f->year > MAX_YEAR) return raise_value("year %d is out of range", f->year);
    if (f->month < 1 || f->month > 12) return raise_value("month must be in 1..12");
    if (f->day < 1 || (f->day > 28 && f->day > days_in_month(f->year, f->month))) return raise_value("day is out of range for month");
    return true;
}

bool check_time(const Fields *f, int fold)
{
    if (f->hour < 0 || f->hour > 23) return raise_value("hour must be in 0..23");
    if (f->minute < 0 || f->minute > 59) return raise_value("minute must be in 0..59");
    if (f->second < 0 || f->second > 59) return raise_value("second must be in 0..59");
    if (f->microsecond < 0 || f->microsecond > 999999) return raise_value("microsecond must be in 0..999999");
    if (fold != 0 && fold != 1) return raise_value("fold must be either 0 or 1");
    return true;
}
