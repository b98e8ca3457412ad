"""Random dates, times, durations and zones through the operations of datetime; with a seed as argument, others than usual."""
import os
import pickle
import random
import sys
import time as clock
from datetime import *

rnd = random.Random(int(sys.argv[1]) if len(sys.argv) > 1 else 7)
ROUNDS = int(sys.argv[2]) if len(sys.argv) > 2 else 600


class Seasons(tzinfo):
    """An hour more from 30 March, 02:00, to 26 October, 03:00, whose last hour comes twice."""
    def utcoffset(self, dt):
        return timedelta(hours=1) + self.dst(dt)

    def dst(self, dt):
        if dt is None:
            return timedelta(0)
        at = (dt.month, dt.day, dt.hour)
        if (3, 30, 3) <= at < (10, 26, 2):
            return timedelta(hours=1)
        if at == (10, 26, 2) and not dt.fold or at == (3, 30, 2) and dt.fold:
            return timedelta(hours=1)
        return timedelta(0)

    def tzname(self, dt):
        return "S%" if self.dst(dt) else "W"

    def __repr__(self):
        return "Seasons()"


class SubDate(date):
    pass


class SubDateTime(datetime):
    pass


SEASONS = Seasons()


def edge(low, high):
    return rnd.choice((low, high, rnd.randint(low, high), rnd.randint(low, high), rnd.randint(low, high)))


def some_delta():
    kind = rnd.randrange(5)
    if kind == 0:
        return timedelta(edge(-999999999, 999999999), edge(0, 86399), edge(0, 999999))
    if kind == 1:
        return timedelta(microseconds=edge(-10**9, 10**9))
    if kind == 2:
        return timedelta(edge(-3, 3), edge(-90000, 90000), edge(-9, 9))
    return timedelta(edge(-400000, 400000), edge(0, 86399))


def some_zone():
    kind = rnd.randrange(6)
    if kind < 2:
        return None
    if kind == 2:
        return SEASONS
    if kind == 3:
        return timezone.utc
    us = edge(-86399999999, 86399999999) if rnd.random() < .3 else edge(-95, 95) * 900000000
    return timezone(timedelta(microseconds=us)) if rnd.random() < .7 else timezone(timedelta(microseconds=us), "zone%")


def some_date():
    if rnd.random() < .3:
        return rnd.choice((SEASONS_DATE[0], SEASONS_DATE[1], date.min, date.max, SubDate(2024, 2, 29)))
    return date.fromordinal(edge(1, 3652059))


SEASONS_DATE = (date(2025, 3, 30), date(2025, 10, 26))


def some_time():
    return time(edge(0, 23), edge(0, 59), edge(0, 59), rnd.choice((0, 1000, edge(0, 999999))), some_zone(), fold=rnd.randrange(2))


def some_datetime():
    made = datetime.combine(some_date(), some_time())
    if rnd.random() < .2:
        made = made.replace(hour=2)
    return made if rnd.random() < .8 else SubDateTime.combine(made, made.timetz())


def some_number():
    return rnd.choice((edge(-9, 9), edge(-10**20, 10**20), edge(-3, 3) / 2, rnd.uniform(-1, 1), rnd.uniform(-1e9, 1e9), rnd.random() * 10 ** rnd.randint(-320, 300), True, 1 << 130))


def some_iso():
    text = rnd.choice((some_datetime, some_date, some_time))().isoformat()
    if rnd.random() < .5:
        text = text.replace("-", "", rnd.randrange(3)).replace(":", "", rnd.randrange(4))
    if rnd.random() < .3:
        year, week, day = some_date().isocalendar()
        text = rnd.choice(("%04d-W%02d-%d", "%04dW%02d%d", "%04d-W%02d", "%04dW%02d", "%04dW%02d-%d"))
        text = text % ((year, week, day) if text.count("%") == 3 else (year, week)) + rnd.choice(("", "T12", " 1234", "-12:30", "512", "1230"))
    for _ in range(rnd.choice((0, 0, 0, 1, 2))):
        at = rnd.randrange(len(text) + 1)
        text = text[:at] + rnd.choice(":-+.,TZW 0123456789\u00e9\ud800\0") + text[at + rnd.randrange(2):]
    return text


def some_format():
    return "".join(rnd.choice(("%Y", "%m", "%d", "%H", "%z", "%Z", "%f", "%%", "%", "%j", "%a", "x", "\u00e9", "%y-%B")) for _ in range(rnd.randrange(6)))


OPERATIONS = {
    "delta": (some_delta, some_delta, some_number),
    "date": (some_date, some_date, some_delta),
    "time": (some_time, some_time, some_delta),
    "datetime": (some_datetime, some_datetime, some_delta),
}
EXPRESSIONS = {
    "delta": "a a+b a-b -a abs(a) a*c a/c a//c a%b a//b a/b divmod(a,b) a<b a==b hash(a) str(a) repr(a) a.total_seconds() bool(a) c*a "
             "timedelta(c,c,c) timedelta(hours=c,weeks=c) timedelta(microseconds=c,milliseconds=c,minutes=c) pickle.loads(pickle.dumps(a))==a",
    "date": "a a-b a+c a-c c+a a<b a==b a.isocalendar() a.isoformat() a.ctime() a.weekday() a.isoweekday() a.toordinal() a.timetuple() a.strftime(f) "
            "a.replace(day=29) a.replace(year=b.year) date.fromisocalendar(*a.isocalendar()) pickle.dumps(a) date.fromisoformat(s) SubDate.fromisoformat(s)",
    "time": "a a<b a==b a!=b hash(a)==hash(b) a.isoformat() a.isoformat('milliseconds') str(a) a.utcoffset() a.dst() a.tzname() a.strftime(f) a.replace(minute=3,fold=1-a.fold) "
            "a.replace(tzinfo=None) time.fromisoformat(s) a.__reduce_ex__(4)[1]",
    "datetime": "a a-b a+c a-c c+a a<b a==b a!=b a>=b hash(a)==hash(b) a.replace(fold=0)==a a.isoformat() a.isoformat(' ','minutes') str(a) a.utcoffset() a.dst() a.tzname() "
                "a.strftime(f) a.timestamp() a.timetuple() a.utctimetuple() a.astimezone() a.astimezone(z) a.astimezone(z).astimezone(b.tzinfo) a.date() a.time() a.timetz() "
                "a.replace(tzinfo=z) a.replace(month=2) datetime.fromisoformat(s) SubDateTime.fromisoformat(s) a.__reduce_ex__(4)[1] a.ctime() "
                "datetime.fromtimestamp(n) datetime.fromtimestamp(n,z) datetime.utcfromtimestamp(n) date.fromtimestamp(n) SubDateTime.fromtimestamp(n) datetime.combine(a,b.timetz(),z)",
}
for zone in ("UTC", "CET-1CEST,M3.5.0,M10.5.0/3", "EST5EDT,M3.2.0,M11.1.0", "XST-10:30XDT-11,M10.1.0,M4.1.0"):
    os.environ["TZ"] = zone
    clock.tzset()
    for kind, (make_a, make_b, make_c) in OPERATIONS.items():
        for expression in EXPRESSIONS[kind].split():
            results = []
            for _ in range(ROUNDS // 40):
                a, b, c, z, f = make_a(), make_b(), make_c(), some_zone(), some_format()
                s = some_iso()
                n = rnd.choice((edge(-62135596800, 253402300799), rnd.uniform(-1e10, 1e10), edge(-2**40, 2**40), 1761440400 + edge(-9000, 9000), 1743292800 + edge(-9000, 9000) + .5))
                if rnd.random() < .3:
                    b = a
                try:
                    result = eval(expression)
                except Exception as e:
                    result = f"{type(e).__name__}: {e}"
                results.append((a, b, c, z, f, s, n, result))
            print(zone, expression)
            for row in results:
                print("   ", ascii(row))
