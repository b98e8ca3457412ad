"""pickle, json, csv, itertools, collections, heapq, bisect, contextvars and queue: their output and the texts of their errors must be the oracle's."""
import array
import bisect
import collections
import contextvars
import csv
import functools
import heapq
import io
import itertools
import json
import pickle
import _pickle
import _json
import _csv
import _queue
import re


def attempt(text, **names):
    try:
        result = eval(text, globals(), names)
        if hasattr(result, "__next__"):
            result = list(itertools.islice(result, 20))
        result = repr(result)
    except Exception as e:
        result = f"{type(e).__name__}: {e}"
    print(text, "->", re.sub(r"0x[0-9a-f]+", "0x", result)[:600])


class Point:
    def __init__(self, x, y):
        self.x, self.y = x, y

    def __eq__(self, other):
        return type(other) is Point and (self.x, self.y) == (other.x, other.y)


class Slots:
    __slots__ = ("a", "b")


class NewArgs(tuple):
    def __new__(cls, a, *, b=1):
        return super().__new__(cls, (a, b))

    def __getnewargs_ex__(self):
        return (self[0],), {"b": self[1]}


class State:
    def __getstate__(self):
        return ("state", 1)

    def __setstate__(self, state):
        self.state = state


class MyList(list):
    pass


class MyDict(dict):
    pass


class Outer:
    class Inner:
        pass


Pair = collections.namedtuple("Pair", "left right")
slots = Slots()
slots.a = 5
recursive = []
recursive.append(recursive)
cycle = {}
cycle["self"] = (cycle, [cycle])
shared = ["shared"]
objects = [None, True, False, 0, 1, -1, 255, 256, 65535, 65536, -32768, 2**31 - 1, 2**31, -(2**31), -(2**31) - 1, 2**63, -(2**63), 2**1000, -(2**2039), 1.5, -0.0, float("inf"), 1e300,
           "", "abc", "é", "\u1234\U00012345", "\ud800", "x\ny\\z\r\0\x1a", "a" * 300, "long" * 20000, b"", b"abc", bytes(range(256)), b"x" * 70000, bytearray(b"abc"), bytearray(), (), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4),
           [], [1], [1, 2, 3], list(range(1005)), {}, {1: 2}, {str(i): i for i in range(1003)}, set(), {1, 2}, frozenset(), frozenset({1, 2}), recursive, cycle, [shared, shared, (shared,)],
           Point(1, [2]), slots, NewArgs(1, b=2), MyList([1, 2]), MyDict(a=1), Outer.Inner, Pair(1, 2), collections.OrderedDict(a=1, b=[2]), collections.deque([1, 2], 5), collections.defaultdict(list, a=[1]),
           collections.Counter("abca"), range(5), slice(1, 2, 3), 3 + 4j, int, type(None), type(...), len, "".join, str.upper, [].append, functools.partial(int, base=2), State(), Point, ..., NotImplemented,
           Exception("x", 1), KeyError(5), iter([1, 2, 3]), reversed([1, 2]), enumerate("ab"), zip([1], [2]), array.array("i", [1, 2, 3]), itertools.count(3), memoryview, datetime_free := complex]
for i, o in enumerate(objects):
    for protocol in range(6):
        try:
            data = pickle.dumps(o, protocol)
        except Exception as e:
            print(i, protocol, type(e).__name__, re.sub(r"0x[0-9a-f]+", "0x", str(e)))
            continue
        text = data if len(data) < 400 else (len(data), hash(tuple(data)))
        if protocol >= 4 and (type(o) in (enumerate, zip, functools.partial) or o is str.upper):
            text = "the same str twice or two equal ones"
        print(i, protocol, text)
        try:
            back = pickle.loads(data)
            print(type(back).__name__, type(back) is type(o))
        except Exception as e:
            print(i, protocol, type(e).__name__, e)

for data in [b"", b"\x80", b"\x80\x09.", b"\x80\x04", b"I", b"I1", b"Ix\n.", b"I00\n.", b"I01\n.", b"I-5\n.", b"L5L\n.", b"L5\n.", b"L\n.", b"F1.5\n.", b"Fx\n.", b"S'abc'\n.", b"S'abc\n.", b'S"a\\x41"\n.', b"V\\u0041b\n.", b"(1.",
             b"(.", b")", b".", b"0.", b"1.", b"(t.", b"t.", b"(I1\nI2\nd.", b"(I1\nd.", b"}I1\ns.", b"}I1\nI2\ns.", b"](I1\nI2\ne.", b"e.", b"a.", b"g0\n.", b"h\x01.", b"j\0\0\0\0.", b"p0\n.", b"Np-1\nN.", b"Np5\ng5\n.",
             b"cos\n.", b"cnosuchmodule\nx\n.", b"cbuiltins\nint.nosuch\n.", b"c\n\n.", b"N\x93.", b"\x8c\x08builtins\x8c\x03int\x93.", b"\x80\x04\x8c\x08builtins\x8c\x08int.real\x93.", b"\x8c\x08builtins\x8c\x08int.real\x93.",
             b"\x81.", b"N)\x81.", b"cbuiltins\nint\nN\x81.", b"cbuiltins\nint\n)\x81.", b"cbuiltins\nint\n)}\x92.", b"cbuiltins\nint\n)N\x92.", b"cbuiltins\nint\n(I7\ntR.", b"cbuiltins\nint\nNR.", b"(ibuiltins\nint\n.", b"(cbuiltins\nint\nI3\no.",
             b"(o.", b"Q.", b"NQ.", b"P5\n.", b"NNb.", b"]Nb.", b"]I5\nb.", b"\x82\x01.", b"\x82\x00.", b"\x84\xff\xff\xff\xff.", b"U\x03ab.", b"U\x02ab.", b"T\xff\xff\xff\xff.", b"X\x05\0\0\0ab.", b"X\x02\0\0\0\xff\xff.",
             b"\x8a\x01\xff.", b"\x8a\x00.", b"\x8b\xff\xff\xff\xff.", b"\x8b\x02\0\0\0\xff\x7f.", b"K\xff.", b"M\xff\xff.", b"J\xff\xff\xff\xff.", b"G\x3f\xf8\0\0\0\0\0\0.", b"\x95\x05\0\0\0\0\0\0\0N.", b"\x95\x01\0\0\0\0\0\0\0N.",
             b"\x95\xff\xff\xff\xff\xff\xff\xff\xff.", b"\x8e\xff\xff\xff\xff\xff\xff\xff\xff.", b"\x97.", b"\x98.", b"N\x98.", b"\x96\x02\0\0\0\0\0\0\0ab.", b"\x8f(I1\nI2\n\x90.", b"\x8f\x90.", b"(I1\n\x91.", b"\xff.", b"'.", b"N\x94h\0.", b"2.", b"N2\x86.", b"\x87.", b"\x85.", b"N\x85."]:
    try:
        print(data, "->", re.sub(r"0x[0-9a-f]+", "0x", repr(pickle.loads(data))))
    except Exception as e:
        print(data, "->", type(e).__name__, e)
    try:
        print(re.sub(r"0x[0-9a-f]+", "0x", repr(_pickle.Unpickler(io.BytesIO(data)).load())))
    except Exception as e:
        print(type(e).__name__, e)

for text in ["pickle.dumps(lambda: 1)", "pickle.dumps(1, 6)", "pickle.dumps(1, -1)", "pickle.dumps(1, 'x')", "pickle.dumps()", "_pickle.Pickler(1)", "_pickle.Pickler()", "_pickle.Pickler(io.BytesIO(), 9)", "_pickle.Unpickler(1)", "_pickle.Unpickler()",
             "_pickle.Pickler.__new__(_pickle.Pickler).dump(1)", "_pickle.Unpickler.__new__(_pickle.Unpickler).load()", "pickle.loads('x')", "pickle.loads(b'N.', encoding=1)", "pickle.dumps(1, buffer_callback=print)", "_pickle.PickleBuffer(1)",
             "bytes(_pickle.PickleBuffer(b'abc'))", "pickle.dumps(_pickle.PickleBuffer(b'abc'), 4)", "pickle.dumps(_pickle.PickleBuffer(b'abc'), 5)", "pickle.dumps(_pickle.PickleBuffer(bytearray(b'abc')), 5)", "_pickle.PickleBuffer(b'abc').raw()[1]",
             "pickle.loads(b'U\\x01\\xe9.', encoding='latin1')", "pickle.loads(b'U\\x01\\xe9.', encoding='bytes')", "pickle.loads(b'U\\x01\\xe9.')", "pickle.dumps(Outer)", "pickle.dumps((i for i in []))", "pickle.dumps(io.StringIO())"]:
    attempt(text)

for text in ["json.dumps([1, 2.5, 'é\\u2028\\U00010000\\ud800\\x7f\\x00', None, True, {'a': [], 'b': {}}])", "json.dumps('é\\ud800', ensure_ascii=False)", "json.dumps({1: 2, 2.5: 3, None: 4, True: 5, 'x': 6})", "json.dumps({(1,): 2})", "json.dumps({(1,): 2, 'a': 1}, skipkeys=True)",
             "json.dumps(float('nan'))", "json.dumps([float('inf'), -float('inf')])", "json.dumps(float('nan'), allow_nan=False)", "json.dumps({'b': 1, 'a': 2}, sort_keys=True, separators=(',', ':'))", "json.dumps([1, [2, {'a': 3}]], indent=2)", "json.dumps(recursive)",
             "json.dumps(cycle)", "json.dumps(object())", "json.dumps({1, 2})", "json.dumps([Pair(1, 2)])", "json.dumps(10**30)", "json.dumps({'a': 1, 1: 2}, sort_keys=True)", "json.dumps([1e16, 1e-7, 123456789.123])", "json.dumps(MyDict(a=MyList([1])))", "json.dumps(b'x')",
             "json.loads('')", "json.loads('[')", "json.loads('[1')", "json.loads('[1,')", "json.loads('[1,]')", "json.loads('{')", "json.loads('{\"a\"')", "json.loads('{\"a\":')", "json.loads('{\"a\":1')", "json.loads('{\"a\":1,')", "json.loads('{\"a\":1,}')", "json.loads('{a:1}')",
             "json.loads('\"abc')", "json.loads('\"\\\\x\"')", "json.loads('\"\\\\u12\"')", "json.loads('\"\\\\u12g4\"')", "json.loads('\"\\\\ud800\\\\udc00\\\\ud800\\\\u0041\"')", "json.loads('\"a\\nb\"')", "json.loads('\"a\\nb\"', strict=False)", "json.loads('1 2')", "json.loads('nul')",
             "json.loads('-')", "json.loads('-1.5e+3')", "json.loads('01')", "json.loads('1.')", "json.loads('NaN')", "json.loads('[Infinity, -Infinity]')", "json.loads('123456789012345678901234567890')", "json.loads('1e400')", "json.loads('[1.5]', parse_float=str, parse_int=str)",
             "json.loads('{\"a\": {\"b\": 1}}', object_hook=lambda d: sorted(d.items()))", "json.loads('{\"a\": 1, \"a\": 2}', object_pairs_hook=lambda p: p)", "json.loads(b'[1, \"\\xc3\\xa9\"]')", "json.loads(5)", "json.loads('\\ufeff1')", "json.loads(' [ 1 , 2 ] ')", "json.loads('[' * 100000)",
             "_json.scanstring('a\"', 0)", "_json.scanstring('abc', 10)", "_json.scanstring(1, 2)", "_json.encode_basestring('a\"\\n\\té')", "_json.encode_basestring_ascii('a\"\\n\\té')", "_json.encode_basestring(1)"]:
    attempt(text)


def rows(text, **options):
    return list(csv.reader(io.StringIO(text, newline=""), **options))


def written(rows, **options):
    out = io.StringIO(newline="")
    csv.writer(out, **options).writerows(rows)
    return out.getvalue()


for text in ["rows('a,b\\r\\n\"c,\"\"d\",e\\n\\n1')", "rows('a;b', delimiter=';')", "rows(\"'a,b',c\", quotechar=\"'\")", "rows('a\\\\,b', escapechar='\\\\')", "rows('\"a\\nb\",c')", "rows('\"a')", "rows('\"a', strict=True)", "rows('\"a\"b', strict=True)", "rows('1,\"2\"', quoting=csv.QUOTE_NONNUMERIC)",
             "rows('1,x', quoting=csv.QUOTE_NONNUMERIC)", "rows('a, b', skipinitialspace=True)", "rows('a\\rb')", "rows('\"a,b\"', quoting=csv.QUOTE_NONE)", "rows('\"a\\\\\"b\"', doublequote=False, escapechar='\\\\')", "list(csv.reader([1]))", "list(csv.reader(['a\\nb,c']))",
             "written([[1, None, 'a,b', 'c\"d', 'e\\nf', 2.5]])", "written([[]])", "written([['']])", "written([['', '']])", "written([[1, 'a']], quoting=csv.QUOTE_ALL)", "written([[1, 'a', None]], quoting=csv.QUOTE_NONNUMERIC)", "written([['a,b']], quoting=csv.QUOTE_NONE)",
             "written([['a,b']], quoting=csv.QUOTE_NONE, escapechar='\\\\')", "written([['']], quoting=csv.QUOTE_NONE)", "written([['a\"b']], doublequote=False)", "written([['a\"b\\\\c']], doublequote=False, escapechar='\\\\')", "written([['a b']], delimiter=' ')", "written([['aXb']], lineterminator='X')", "written([5])",
             "csv.writer(1)", "csv.reader(1)", "csv.reader([], 'nope')", "csv.reader([], nope=1)", "csv.reader([], delimiter='')", "csv.reader([], delimiter='ab')", "csv.reader([], delimiter=1)", "csv.reader([], delimiter=None)", "csv.reader([], quotechar='ab')", "csv.reader([], quotechar=None, quoting=1)",
             "csv.reader([], quoting=9)", "csv.reader([], quoting='x')", "csv.reader([], lineterminator=1)", "csv.reader([], escapechar='')", "csv.register_dialect(1)", "csv.get_dialect('nope')", "csv.unregister_dialect('nope')", "csv.field_size_limit('a')", "csv.list_dialects()", "_csv.Dialect(quotechar=None).quoting"]:
    attempt(text)

for text in ["collections.deque(1)", "collections.deque([1, 2, 3], 2)", "collections.deque([], -1)", "collections.deque([], 'a')", "collections.deque(x=1)", "collections.defaultdict(1)", "collections.defaultdict(int, {1: 2}, a=3)", "collections.defaultdict(int) | {1: 2}", "collections.OrderedDict([(1, 2, 3)])",
             "collections.OrderedDict(1)", "collections.OrderedDict().popitem()", "collections.OrderedDict({}, {})", "collections.OrderedDict.fromkeys('ab', 1)", "collections.Counter('hello') - collections.Counter('lo')", "collections._tuplegetter(0, 'x').__get__(5)", "Pair(1, 2)._replace(left=5)",
             "heapq.heappop([])", "heapq.heappush(1, 2)", "heapq.heapreplace([], 1)", "heapq.heappushpop([5], 1)", "heapq.nsmallest(2, [3, 1, 2])", "bisect.bisect([1, 2, 3], 2, lo=-1)", "bisect.bisect_left([1, 2, 3], 'a')", "bisect.insort([1], 2, key=5)", "bisect.bisect([(1, 2)], 1, key=lambda p: p[0])",
             "_queue.SimpleQueue().get(timeout=-1)", "_queue.SimpleQueue().get_nowait()", "contextvars.ContextVar(1)", "contextvars.ContextVar('x', default=5).get()", "contextvars.Context()[1]", "contextvars.Token()", "contextvars.copy_context().run()",
             "itertools.chain(1)", "itertools.chain.from_iterable(1)", "itertools.count('a')", "itertools.count(2.5, 0.5)", "itertools.cycle([])", "itertools.islice([1], -1)", "itertools.islice('abcdefg', 1, None, 2)", "itertools.product('ab', repeat=-1)", "itertools.product('ab', repeat=2)", "itertools.permutations('abc', 'x')",
             "itertools.combinations('abc', -1)", "itertools.repeat(1, 2).__length_hint__()", "itertools.repeat(1, 'x')", "itertools.tee([], -1)", "itertools.zip_longest([1], [], fillvalue=0)", "itertools.zip_longest([1], x=0)", "itertools.groupby('aabb')", "[(k, list(g)) for k, g in itertools.groupby('aabbc')]",
             "itertools.accumulate([1, 2, 3], lambda a, b: a * b, initial=10)", "itertools.pairwise('abcd')", "itertools.starmap(pow, [(2, 3), (1,)])", "itertools.compress('abc', [1, 0, 1])", "itertools.dropwhile(str.isalpha, 'ab1c')", "itertools.takewhile(str.isalpha, 'ab1c')", "itertools.filterfalse(None, [0, 1, ''])",
             "repr(itertools.count(5, 2))", "itertools.count(1).__reduce__()", "itertools.repeat(5, 3).__reduce__()", "itertools.product([1, 2]).__reduce__()", "zip([1], [1, 2], strict=True)", "zip([1, 2], [1], strict=True)", "zip(1)", "map(1)", "filter(1)", "enumerate()", "enumerate([1], 'a')", "reversed(1)", "reversed({1})",
             "sorted([1, 'a'])", "sorted(1)", "sorted([3, 1, 2], reverse='x')", "[].sort(1)", "list(1)", "tuple(1)", "dict(1)", "dict([1])", "dict([(1, 2, 3)])", "set(1)", "frozenset([[]])", "{}.fromkeys(1)", "[1][2]", "(1,)['a']", "{}[1]", "{[]: 1}", "[1] + (1,)", "(1,) + [1]", "[1] * 'a'", "{1} | [1]", "{1} < 5", "() < 1"]:
    attempt(text)
