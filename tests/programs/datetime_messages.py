"""Results and error messages of the module datetime: constructors, arithmetic, conversions, parsing and pickles."""
import os
import pickle
import time as clock
from datetime import *

os.environ["TZ"] = "UTC"
clock.tzset()


class S(tzinfo):
    pass


class Answer(tzinfo):
    """A zone that answers all questions alike."""
    def __init__(self, answer):
        self.answer = answer

    def utcoffset(self, dt):
        return self.answer
    dst = tzname = utcoffset


class Sd(datetime):
    pass


class Sdelta(timedelta):
    pass


class Sdate(date):
    pass


class Ratio(float):
    """A float with an as_integer_ratio() of its own."""
    def __new__(cls, ratio):
        self = float.__new__(cls)
        self.ratio = ratio
        return self

    def as_integer_ratio(self):
        return self.ratio


d = date(2000, 1, 2)
dt = datetime(2000, 1, 2, 3, 4, 5, 6)
td = timedelta(1, 2, 3)
tm = time(1, 2, 3, 4)
utc = timezone.utc
inf = float("inf")
nan = float("nan")
CASES = r"""
date()
date('x')
date(1)
date(2**31,1,1)
date(2**70,1,1)
date(1,2,3,4)
date(1,2,3,day=4)
date(1,2,3,foo=3)
date(year=1,month=2)
date(0,1,1)
date(10000,1,1)
date(2000,13,1)
date(2000,2,30)
date(1.0,1,1)
date(b'123')
date(b'1234')
date(b'\x07\xd0\x01\x02')
date('\x07\xd0\x01\x02')
date('\x07\u0400\x01\x02')
datetime()
datetime(1,2,3,4,5,6,7,None,1)
datetime(1,2,3,4,5,6,7,None,fold=1,foo=3)
datetime(1,2,3,4,5,6,7,8)
datetime(1,2,3,24)
datetime(1,2,3,4,60)
datetime(1,2,3,4,5,60)
datetime(1,2,3,4,5,6,1000000)
datetime(1,2,3,fold=2)
datetime(1,2,3,fold='a')
datetime(1,2,3,tzinfo='a')
datetime(b'1234567890',1)
datetime('12\x031234567',utc)
datetime('12\x0312345\u040067',utc)
datetime('12\x03123456\u0400',utc)
time('a')
time(1,2,3,4,None,1)
time(24)
time(0,60)
time(0,0,-1)
time(0,0,0,-1)
time(fold=3)
time(b'\x8123456')
time(b'\x812345')
time('\x812345')
time('\x81234\u0400')
time(b'\x812345',1)
time(tzinfo=utc,fold=1)
datetime(1,2,3,tzinfo=utc,fold=1)
timedelta(1,2,3,4,5,6,7,8)
timedelta('a')
timedelta(hours=None)
timedelta(foo=1)
timedelta(inf)
timedelta(nan)
timedelta(1e300)
timedelta(10**10)
timedelta(10**9)
timedelta(-10**9)
timedelta(2**31)
timedelta(10**40)
timedelta(days=10**30,hours=-24*10**30)
timedelta.max+timedelta(1)
-timedelta.max
timedelta.min-timedelta(1)
abs(timedelta.min)
-timedelta.min
td/0
td/0.0
td//0
td/timedelta(0)
td//timedelta(0)
td%timedelta(0)
divmod(td,timedelta(0))
divmod(td,3)
td%3
td*inf
td*nan
td*1e300
td*10**40
td*10**12
td/inf
td/nan
td/1e-300
td*True
td/timedelta(microseconds=7)
td/2.5
td//2.5
td+1
td+d
d-td
d+td
td-d
d-d
d-dt
dt-d
dt-dt
dt<d
d<dt
dt==d
d==dt
dt!=d
date.__eq__(d,dt)
date.__lt__(d,dt)
date.__lt__(d,1)
d<1
dt<1
tm<1
td<1
tm<time(1,tzinfo=utc)
tm==time(1,tzinfo=utc)
dt<datetime(1,1,1,tzinfo=utc)
dt-datetime(1,1,1,tzinfo=utc)
dt==datetime(1,1,1,tzinfo=utc)
Sdelta(1)+td
-Sdelta(1)
+Sdelta(1)
repr(Sdelta(1))
repr(Sd(1,1,1))
repr(Sdate(1,1,1))
Sdate(1,1,1)+td
Sd(1,1,1)+td
d.replace(year='a')
d.replace(1,2,3,4)
d.replace(foo=1)
d.replace(day=32)
dt.replace(1,2,3,4,5,6,7,utc,1)
dt.replace(tzinfo=1)
dt.replace(fold=5)
tm.replace(tzinfo=1)
tm.replace(25)
date.fromtimestamp(inf)
date.fromtimestamp(nan)
date.fromtimestamp(1e300)
date.fromtimestamp('a')
date.fromtimestamp(1e14)
date.fromtimestamp(2**60)
date.fromtimestamp(2**63)
date.fromtimestamp()
date.fromtimestamp(None)
datetime.fromtimestamp(inf)
datetime.fromtimestamp(nan)
datetime.fromtimestamp(1e300)
datetime.fromtimestamp('a')
datetime.fromtimestamp(1e14)
datetime.fromtimestamp(2**60)
datetime.fromtimestamp(2**63)
datetime.fromtimestamp()
datetime.fromtimestamp(1,2,3)
datetime.fromtimestamp(1,2)
datetime.fromtimestamp(1,tz=2)
datetime.fromtimestamp(253402300799,utc)
datetime.fromtimestamp(253402300800,utc)
datetime.fromtimestamp(-62135596800,utc)
datetime.fromtimestamp(-62135596801,utc)
datetime.fromtimestamp(-62135596801)
datetime.utcfromtimestamp('a')
datetime.utcfromtimestamp()
datetime.utcfromtimestamp(1,2)
datetime.utcfromtimestamp(-62135596801)
datetime.utcfromtimestamp(1e14)
date.fromordinal(0)
date.fromordinal('a')
date.fromordinal(3652060)
date.fromordinal(10**8)
date.fromordinal(2**31-1)
date.fromordinal(10**10)
date.fromordinal(10**20)
date.fromordinal()
date.fromordinal(1,2)
date.fromordinal(n=1)
date.fromisocalendar(1,1)
date.fromisocalendar(0,1,1)
date.fromisocalendar(2000,0,1)
date.fromisocalendar(2000,53,1)
date.fromisocalendar(2000,54,1)
date.fromisocalendar(2000,1,0)
date.fromisocalendar(2000,1,8)
date.fromisocalendar(2000,1,10**10)
date.fromisocalendar(2000,1,10**20)
date.fromisocalendar(2000,1,'a')
date.fromisocalendar(2000,1,1,1)
date.fromisocalendar(2000,1,foo=1)
date.fromisocalendar(9999,53,1)
date.fromisocalendar(1,1,1)
date.fromisocalendar(9999,52,7)
date.fromisoformat(1)
date.fromisoformat('')
date.fromisoformat('2000-01-0a')
date.fromisoformat('2000-\ud80001-01')
date.fromisoformat('2000-02-30')
date.fromisoformat('2000-13-01')
date.fromisoformat('2000W01')
date.fromisoformat('2000-W01')
date.fromisoformat('2000-W01-1')
date.fromisoformat('2000W011')
date.fromisoformat('2000-W54-1')
date.fromisoformat('2000-W53-1')
date.fromisoformat('2000-W53-8')
date.fromisoformat('20000101')
date.fromisoformat('0000-01-01')
date.fromisoformat('0000-W01-1')
datetime.fromisoformat(1)
datetime.fromisoformat('')
datetime.fromisoformat('2000-01-01 25:00')
datetime.fromisoformat('2000-01-01T01:00+25:00')
datetime.fromisoformat('2000-01-01T01:00+24:00')
datetime.fromisoformat('2000-01-01T01:00+23:59:59.999999')
datetime.fromisoformat('2000-01-01T01:00Z')
datetime.fromisoformat('2000-01-01T01:00z')
datetime.fromisoformat('2000-01-01T01:00+00:00')
datetime.fromisoformat('2000-01-01T01:00-00:00')
datetime.fromisoformat('2000-01-01T01:00ZZ')
datetime.fromisoformat('2000-01-01T01:00Z+00:00')
datetime.fromisoformat('2000-01-01T')
datetime.fromisoformat('2000-01-01\ud80001:02')
datetime.fromisoformat('2000-01-01\ud80001:0a')
datetime.fromisoformat('20000101T010203,5')
datetime.fromisoformat('20000101T010203,1234567')
datetime.fromisoformat('20000101T010203,123456a')
datetime.fromisoformat('2000-W01T01')
datetime.fromisoformat('2000W01T01')
datetime.fromisoformat('2000W011T01')
datetime.fromisoformat('2000W0112T01')
time.fromisoformat('')
time.fromisoformat('T')
time.fromisoformat('T01')
time.fromisoformat('01:02:03.')
time.fromisoformat('01:02:03.1')
time.fromisoformat('0102:03')
time.fromisoformat('01:0203')
time.fromisoformat('01:02:03:04')
time.fromisoformat('24:00')
time.fromisoformat('01:02+01:00:00.0')
time.fromisoformat(3)
dt.isoformat('')
dt.isoformat('ab')
dt.isoformat(1)
dt.isoformat('T','x')
dt.isoformat('T',1)
dt.isoformat(timespec='hours')
dt.isoformat(sep='\ud800',timespec='hours')
dt.isoformat(1,2,3)
dt.isoformat(foo=1)
tm.isoformat('x')
tm.isoformat(1)
tm.isoformat(1,2)
d.isoformat(1)
d.strftime()
d.strftime(1)
d.strftime(format=1)
d.strftime('%f %z %Z %%z %')
d.strftime('%')
dt.strftime('%f %z %Z %%z')
tm.strftime('%f %z %Z %%z %Y')
dt.strftime('\ud800 %z')
dt.strftime('\ud800')
dt.strftime('a\0b %H \0')
format(d,'')
d.__format__(1)
format(d,'%Y')
datetime.combine(1,2)
datetime.combine(d,2)
datetime.combine(d)
datetime.combine(d,tm,utc)
datetime.combine(d,tm,3)
datetime.combine(d,tm,tzinfo=None)
datetime.combine(d,tm,None,1)
datetime.now(1)
datetime.now(1,2)
datetime.now(tz=1)
datetime.utcnow(1)
datetime.today(1)
dt.astimezone(1)
dt.astimezone(1,2)
dt.astimezone(foo=2)
datetime(1,1,1).astimezone()
datetime(1,1,1).astimezone(utc)
datetime(9999,12,31,23,59,tzinfo=timezone(timedelta(hours=-3))).astimezone(utc)
datetime.max.timestamp()
datetime.min.timestamp()
datetime.strptime(1,2)
datetime.strptime('1')
datetime.strptime('1','%H')
timezone()
timezone(1)
timezone(td)
timezone(timedelta(hours=24))
timezone(timedelta(hours=1),1)
timezone(timedelta(hours=1),None)
timezone(timedelta(hours=1),'a','b')
timezone(timedelta(hours=1),foo='b')
timezone(timedelta(0))
timezone(timedelta(0),'a')
timezone(timedelta(0)) is utc
utc.utcoffset()
utc.utcoffset(1)
utc.tzname(1)
utc.dst(1)
utc.fromutc(1)
utc.fromutc(dt)
utc.utcoffset(None)
str(timezone(timedelta(hours=-1,seconds=4,microseconds=5)))
utc<utc
utc==1
utc.__lt__(utc)
hash(utc)==hash(timedelta(0))
timezone.min,timezone.max
S().utcoffset(None)
S().tzname(None)
S().dst(None)
S().fromutc(1)
S().fromutc(dt)
S().__reduce__()
tzinfo().__reduce__()
utc.__reduce__()
timezone(timedelta(hours=1),'x').__reduce__()
timezone(timedelta(hours=1),'x').__getinitargs__()
utc.__getinitargs__()
dt.__reduce_ex__(2)
dt.__reduce_ex__(4)
dt.replace(fold=1).__reduce_ex__(3)
dt.replace(fold=1).__reduce_ex__(4)
dt.replace(fold=1,tzinfo=utc).__reduce_ex__(4)
dt.__reduce__()
dt.replace(fold=1).__reduce__()
dt.__reduce_ex__()
dt.__reduce_ex__('a')
tm.__reduce_ex__(4)
tm.__reduce__()
td.__reduce__()
d.__reduce__()
d.isocalendar()
d.isocalendar().__reduce__()
type(d.isocalendar())(1,2,3)
type(d.isocalendar())(1,2)
type(d.isocalendar())(1,2,weekday='a')
type(d.isocalendar())(year=1,week=2,weekday='a')
type(d.isocalendar())(1,2,3,4)
d.isocalendar().year
d.isocalendar()[1:]
d.timetuple()
dt.utctimetuple()
datetime(1,1,1,tzinfo=timezone(timedelta(hours=1))).utctimetuple()
datetime(9999,12,31,23,tzinfo=timezone(timedelta(hours=-1))).utctimetuple()
d.ctime()
dt.ctime()
d.year.real
d.__setattr__('year',1)
td.__setattr__('days',1)
setattr(td,'foo',1)
td.days(1)
datetime.__new__(1,2)
datetime.__new__()
datetime.__new__(date,1,1,1)
date.__new__(datetime,1,1,1)
timedelta.__new__(int)
td.total_seconds()
str(td),str(-td),str(timedelta(2)),str(timedelta(0,1))
dt-timedelta.max
dt+timedelta.max
d+timedelta.max
d-timedelta.max
d+timedelta(10**8)
date.max+timedelta(1)
date.min-timedelta(1)
bool(td),bool(timedelta(0)),bool(time(0))
date.today(1)
dt.timestamp(1)
datetime(1970,1,1,tzinfo=utc).timestamp()
dt.date(),dt.time(),dt.timetz()
dt.utcoffset(1)
type('X',(timezone,),{})
datetime(1,1,1,tzinfo=S()).utcoffset()
d.weekday(),d.isoweekday(),d.toordinal(),
date.__dict__['year'].__doc__
pickle.dumps(utc)
timezone.__hash__(utc)==hash(utc)
timezone(timedelta(hours=1)).__repr__()
timezone(timedelta(hours=1),'a').__repr__()
utc.__repr__()
datetime.fromtimestamp(-62135596800+3600)
datetime.fromtimestamp(-62135596800+86400)
time('\x811234\u0400')
time('\x7f1234\u0400')
time(b'\x0112345',1)
datetime(b'12\x03123456x',1)
datetime(b'12\x8312345xx',None)
timedelta(1)==1, timedelta(1)!=1
datetime(1,1,1).__reduce_ex__(1,2)
datetime(1,1,1).__reduce_ex__(protocol=1)
date(1,1,1).timetuple(1)
datetime.strptime('a',1)
datetime.strptime(format='a')
date.fromisoformat()
timezone.utc.__setstate__
date.fromtimestamp(timestamp=1)
datetime.fromtimestamp(timestamp=1,tz=timezone.utc)
datetime.fromisocalendar(2000,1,1)
datetime.fromordinal(5)
datetime.today().tzinfo
type(datetime.today())
timezone.utc.fromutc()
tzinfo.utcoffset()
tzinfo().utcoffset()
tzinfo().utcoffset(1,2)
timedelta(0.5e-6),timedelta(microseconds=0.5),timedelta(microseconds=1.5),timedelta(microseconds=2.5),timedelta(1,microseconds=0.5)
time.fromisoformat('01.5')
time.fromisoformat('01:02.5')
time.fromisoformat('0102.5')
time.fromisoformat('01:02:03.+01:00')
time.fromisoformat('01020345')
time.fromisoformat('010203:45')
time.fromisoformat('2000-01-01T01:02\0')
time.fromisoformat('01:02\0')
time.fromisoformat('01:02:03.1234567\0')
time.fromisoformat('+01:00')
time.fromisoformat('01+00:00:00.000001')
time.fromisoformat('01-00:00:00.5')
time.fromisoformat('01+')
time.fromisoformat('01Z')
time.fromisoformat('01:02:03.1Z')
time.fromisoformat('01:')
time.fromisoformat('0')
time.fromisoformat('012')
time.fromisoformat('0102:')
time.fromisoformat('01:02:')
time.fromisoformat('01:02:03,')
time.fromisoformat('010203.')
time.fromisoformat('010203,1')
time.fromisoformat('01:02,+01')
date.__subclass__
time.__subclass__
datetime.__subclass__
timedelta() / Ratio((1, 2))
timedelta(1) / Ratio((1, 3))
timedelta(1) * Ratio((7, 3))
timedelta(1) * Ratio((1 << 70, -3 << 68))
timedelta(1) / Ratio((0, 3))
timedelta(1) * Ratio(5)
timedelta(1) * Ratio((5,))
timedelta(1) * Ratio((5, "a"))
datetime(2000,1,1,tzinfo=Answer(timedelta(1))).utcoffset()
datetime(2000,1,1,tzinfo=Answer(timedelta(1))).dst()
datetime(2000,1,1,tzinfo=Answer(timedelta(1))).tzname()
datetime(2000,1,1,tzinfo=Answer(timedelta(1))).isoformat()
datetime(2000,1,1,tzinfo=Answer(timedelta(1))).strftime("%z|%Z|%%Z")
datetime(2000,1,1,tzinfo=Answer(timedelta(1))).__hash__() and 1
datetime(2000,1,1,tzinfo=Answer(timedelta(1))).timetuple()
datetime(2000,1,1,tzinfo=Answer(timedelta(1))).utctimetuple()
datetime(2000,1,1,tzinfo=Answer(timedelta(1))).astimezone(utc)
datetime(2000,1,1,tzinfo=Answer(timedelta(1))).timestamp()
datetime(2000,1,1,tzinfo=Answer(timedelta(-1))).utcoffset()
datetime(2000,1,1,tzinfo=Answer(timedelta(-1))).dst()
datetime(2000,1,1,tzinfo=Answer(timedelta(-1))).tzname()
datetime(2000,1,1,tzinfo=Answer(timedelta(-1))).isoformat()
datetime(2000,1,1,tzinfo=Answer(timedelta(-1))).strftime("%z|%Z|%%Z")
datetime(2000,1,1,tzinfo=Answer(timedelta(-1))).__hash__() and 1
datetime(2000,1,1,tzinfo=Answer(timedelta(-1))).timetuple()
datetime(2000,1,1,tzinfo=Answer(timedelta(-1))).utctimetuple()
datetime(2000,1,1,tzinfo=Answer(timedelta(-1))).astimezone(utc)
datetime(2000,1,1,tzinfo=Answer(timedelta(-1))).timestamp()
datetime(2000,1,1,tzinfo=Answer(timedelta(hours=23))).utcoffset()
datetime(2000,1,1,tzinfo=Answer(timedelta(hours=23))).dst()
datetime(2000,1,1,tzinfo=Answer(timedelta(hours=23))).tzname()
datetime(2000,1,1,tzinfo=Answer(timedelta(hours=23))).isoformat()
datetime(2000,1,1,tzinfo=Answer(timedelta(hours=23))).strftime("%z|%Z|%%Z")
datetime(2000,1,1,tzinfo=Answer(timedelta(hours=23))).__hash__() and 1
datetime(2000,1,1,tzinfo=Answer(timedelta(hours=23))).timetuple()
datetime(2000,1,1,tzinfo=Answer(timedelta(hours=23))).utctimetuple()
datetime(2000,1,1,tzinfo=Answer(timedelta(hours=23))).astimezone(utc)
datetime(2000,1,1,tzinfo=Answer(timedelta(hours=23))).timestamp()
datetime(2000,1,1,tzinfo=Answer(3)).utcoffset()
datetime(2000,1,1,tzinfo=Answer(3)).dst()
datetime(2000,1,1,tzinfo=Answer(3)).tzname()
datetime(2000,1,1,tzinfo=Answer(3)).isoformat()
datetime(2000,1,1,tzinfo=Answer(3)).strftime("%z|%Z|%%Z")
datetime(2000,1,1,tzinfo=Answer(3)).__hash__() and 1
datetime(2000,1,1,tzinfo=Answer(3)).timetuple()
datetime(2000,1,1,tzinfo=Answer(3)).utctimetuple()
datetime(2000,1,1,tzinfo=Answer(3)).astimezone(utc)
datetime(2000,1,1,tzinfo=Answer(3)).timestamp()
datetime(2000,1,1,tzinfo=Answer('a%b')).utcoffset()
datetime(2000,1,1,tzinfo=Answer('a%b')).dst()
datetime(2000,1,1,tzinfo=Answer('a%b')).tzname()
datetime(2000,1,1,tzinfo=Answer('a%b')).isoformat()
datetime(2000,1,1,tzinfo=Answer('a%b')).strftime("%z|%Z|%%Z")
datetime(2000,1,1,tzinfo=Answer('a%b')).__hash__() and 1
datetime(2000,1,1,tzinfo=Answer('a%b')).timetuple()
datetime(2000,1,1,tzinfo=Answer('a%b')).utctimetuple()
datetime(2000,1,1,tzinfo=Answer('a%b')).astimezone(utc)
datetime(2000,1,1,tzinfo=Answer('a%b')).timestamp()
datetime(2000,1,1,tzinfo=Answer(None)).utcoffset()
datetime(2000,1,1,tzinfo=Answer(None)).dst()
datetime(2000,1,1,tzinfo=Answer(None)).tzname()
datetime(2000,1,1,tzinfo=Answer(None)).isoformat()
datetime(2000,1,1,tzinfo=Answer(None)).strftime("%z|%Z|%%Z")
datetime(2000,1,1,tzinfo=Answer(None)).__hash__() and 1
datetime(2000,1,1,tzinfo=Answer(None)).timetuple()
datetime(2000,1,1,tzinfo=Answer(None)).utctimetuple()
datetime(2000,1,1,tzinfo=Answer(None)).astimezone(utc)
datetime(2000,1,1,tzinfo=Answer(None)).timestamp()
Wild.isoformat()
Wild.strftime('%f')
Wild.ctime()
Wild + td
Wild - timedelta.resolution
Wild - dt
Wild.timestamp()
Wild.timetuple()
Wild.utctimetuple()
Wild.astimezone(utc)
Wild.date()
Wild.time()
Wild.weekday()
Wild.toordinal()
Wild.replace(year=2000)
Wilder.isoformat()
Wilder + td
time(b'\x17\xff\xff\xff\xff\xff').isoformat()
time(b'\x17\xff\xff\xff\xff\xff', utc) == tm.replace(tzinfo=timezone(timedelta(1, -9)))
time(b'\x17\xff\xff\xff\xff\xff', utc).strftime('%f')
date(b'\xff\xff\x0c\xff').isoformat()
date(b'\xff\xff\x0c\xff') + td
date(b'\xff\xff\x0c\xff') - d
date(b'\x00\x00\x01\x00').toordinal()
date(b'\x00\x00\x01\x00').isocalendar()
date(b'\x00\x00\x01\x00') + td
"""
# Pickles may hold fields that are out of range.
Wild = datetime(b'\x27\x0f\x0c\xff\xff\xff\xff\xff\xff\xff')
Wilder = datetime(b'\x00\x00\x01\x00\xff\xff\xff\xff\xff\xff')
for case in CASES.strip().splitlines():
    try:
        result = repr(eval(case))
    except Exception as e:
        result = f"{type(e).__name__}: {e}"
    print(f"{case} -> {result!a}")
