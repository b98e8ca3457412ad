"""Objects whose special methods change, empty, close or begin anew the very object that is being worked on.

Every native operation calls Python code somewhere: __index__ of an argument, __eq__ of an item, read() of a stream underneath. When it comes back, nothing that it knew of its object need hold any more.
An input is a receiver, what is done to it whenever one of its arguments or items is asked for anything, and calls of any of its methods. What comes out is not compared (python3.11
crashes with many of them): the interpreter must not crash, nor hang where no signal is heard.
"""
import abc, array, ast, asyncio, base64, binascii, bisect, bz2, cmath, codecs, collections, contextlib, contextvars, copy, csv, dataclasses, datetime, decimal, difflib, enum, fractions, functools, gc, hashlib
import heapq, hmac, importlib, io, itertools, json, lzma, marshal, math, mmap, operator, pickle, queue, random, re, reprlib, select, socket, string, struct, tempfile, textwrap, threading, time, traceback, types, typing, unicodedata
import warnings, weakref, xml.parsers.expat, xml.etree.ElementTree, zlib

from common import describe, problem

BATCH = 200
RECEIVERS = """
[1, 2, 3] * 5 | [H(), H(), 3] | [] | (1, H(), 3) | {1: 2, 'a': H()} | {H(): 1, H(): 2} | {1, 2, 'a'} | {H(), H(), 5} | frozenset([H(), 1]) | 'hello world' | 'h\\xe9\\u1234' * 9 | b'hello' * 5 | bytearray(b'hello' * 9)
memoryview(bytearray(b'hello world!')) | memoryview(bytearray(24)).cast('i', [2, 3]) | memoryview(array.array('d', [1, 2])) | 12345 | 2**200 | 1.5 | 1+2j | True | None | range(10) | range(2**70, 2**71, 3) | slice(1, H(), 2) | ...
array.array('i', range(20)) | array.array('u', 'hello') | array.array('d', [1.5] * 9) | collections.deque([1, H(), 3], 7) | collections.deque(range(200)) | collections.OrderedDict(a=1, b=H()) | collections.OrderedDict({H(): 1, H(): 2})
collections.defaultdict(H, {1: 2}) | collections.Counter('hello') | collections.ChainMap({1: 2}, {H(): 3}) | collections.UserList([1, 2]) | Pair(1, H()) | mmap.mmap(-1, 5000) | types.MappingProxyType({1: H()}) | types.MappingProxyType(H())
io.BytesIO(b'hello\\nworld\\n' * 9) | io.StringIO('hello\\nworld\\n' * 9) | io.BytesIO(b'hello').getbuffer() | io.TextIOWrapper(io.BytesIO(b'hello\\nworld' * 9)) | io.TextIOWrapper(io.BytesIO(b'hello\\r\\nw'), 'utf-16', newline='') | io.TextIOWrapper(H(), 'utf-8')
io.TextIOWrapper(io.BufferedReader(H()), 'utf-8') | io.TextIOWrapper(io.BufferedRandom(H()), 'utf-7', write_through=True) | io.BufferedReader(H(), 16) | io.BufferedWriter(H(), 16) | io.BufferedRandom(H(), 16) | io.BufferedRWPair(H(), H(), 16)
io.BufferedReader(io.BytesIO(b'hello' * 9), 4) | io.BufferedReader(Raw(), 16) | io.BufferedWriter(Raw(), 16) | io.BufferedRandom(Raw(), 16) | io.TextIOWrapper(io.BufferedRandom(Raw())) | Raw() | tempfile.TemporaryFile(buffering=0) | tempfile.TemporaryFile('w+') | tempfile.TemporaryFile()
io.IncrementalNewlineDecoder(H(), True) | io.IncrementalNewlineDecoder(None, True) | re.compile('(h)(?P<x>e)|l+') | re.compile('(h)|l').match('hello') | re.compile(b'l').search(bytearray(b'hello')) | re.compile('l').finditer('hello') | re.compile('l').scanner('hello')
struct.Struct('<ihb') | struct.iter_unpack('b', bytearray(5)) | itertools.chain([1], H()) | itertools.cycle(H()) | itertools.count(H()) | itertools.count(1, 2) | itertools.repeat(H(), 5) | itertools.accumulate(H()) | itertools.accumulate([1, 2, 3], H())
itertools.islice(H(), 1, 9) | itertools.tee(H())[0] | itertools.tee([1, 2, 3])[1] | itertools.groupby(H(), H()) | itertools.groupby([1, 1, 2]) | itertools.product([1, 2], H()) | itertools.permutations([1, H(), 3], 2) | itertools.combinations([1, H(), 3], 2)
itertools.combinations_with_replacement([1, H()], 2) | itertools.zip_longest(H(), [1, 2]) | itertools.starmap(H(), [(1, 2)] * 3) | itertools.takewhile(H(), [1] * 5) | itertools.dropwhile(H(), H()) | itertools.filterfalse(H(), [1] * 5) | itertools.compress(H(), H())
itertools.pairwise(H()) | zip(H(), [1, 2, 3]) | zip(H(), H(), strict=True) | map(H(), [1, 2, 3]) | map(max, H(), [1] * 5) | filter(H(), [1, 2, 3]) | filter(None, H()) | enumerate(H(), 5) | enumerate([1, 2]) | reversed([1, 2, 3]) | reversed(H())
iter([1, H(), 3]) | iter((1, 2)) | iter({1: 2, H(): 3}) | iter({1, 2, H()}) | iter('hello') | iter(b'hello') | iter(bytearray(b'hello')) | iter(range(9)) | iter(range(2**70, 2**71)) | iter(H(), 5) | iter({1: 2}.items()) | {1: H()}.items() | {H(): 2}.keys() | {1: H()}.values()
iter(collections.deque([1, 2])) | iter(array.array('i', [1, 2])) | iter(memoryview(b'hello')) | iter(collections.OrderedDict(a=1)) | reversed({1: 2, 3: 4}) | functools.partial(H(), H(), a=H()) | functools.partial(max, 1) | functools.lru_cache(2)(H()) | functools.lru_cache(None)(max)
functools.cmp_to_key(H())(5) | functools.singledispatch(lambda x: x) | functools.cached_property(H()) | generator() | coroutine() | asynchronous() | asynchronous().asend(H()) | asynchronous().__anext__() | asynchronous().athrow(ValueError) | coroutine().__await__()
ValueError(H()) | OSError(2, 'x', H()) | UnicodeDecodeError('x', b'hello', 1, 2, 'y') | UnicodeEncodeError('x', 'hello', 1, 2, 'y') | UnicodeTranslateError('hello', 1, 2, 'y') | StopIteration(H()) | ExceptionGroup('x', [ValueError(H()), OSError(1)]) | SyntaxError('x', ('f', 1, 2, H()))
ImportError('x', name=H()) | AttributeError('x', obj=H()) | NameError(H()) | KeyError(H()) | SystemExit(H()) | BaseException() | A() | B() | A | B | M('C', (A,), {}) | type('D', (B, A), {'x': H()}) | type('E', (list,), {})([1, H()]) | type('F', (dict,), {'__missing__': H()})() | HStr('hello') | HInt(5)
HList([1, 2]) | HDict(a=1) | HTuple((1, 2)) | HSet([1, 2]) | HBytes(b'hello') | HFloat(1.5) | (lambda *a, **k: a) | A.method | A().method | A.__dict__['kind'] | A.__dict__['plain'] | A.__dict__['value'] | A.kind | [].append | str.join | 'x'.join | len | super(B, B()) | super(A, B())
(lambda: 0).__code__ | generator().gi_frame | types.CellType(H()) | types.SimpleNamespace(a=H()) | list[int] | list[H()] | int "|" str | typing.List[int] | weakref.ref(kept) | weakref.ref(kept, H()) | weakref.proxy(kept) | weakref.WeakKeyDictionary({kept: 1}) | weakref.WeakSet([kept])
weakref.WeakValueDictionary({1: kept}) | types.ModuleType('m', H()) | contextvars.copy_context() | contextvars.ContextVar('v', default=H()) | contextvars.ContextVar('w').set(H()) | decimal.Decimal('1.5') | decimal.Decimal(10) ** 50 | decimal.Context(prec=5) | fractions.Fraction(1, 3)
datetime.datetime(2024, 2, 29, 1, 2, 3) | datetime.datetime(2024, 2, 29, tzinfo=Zone()) | datetime.date(2024, 2, 29) | datetime.time(1, 2, 3, tzinfo=Zone()) | datetime.timedelta(5, 6, 7) | datetime.timezone(datetime.timedelta(hours=1)) | Zone() | zlib.compressobj() | zlib.decompressobj()
bz2.BZ2Compressor() | bz2.BZ2Decompressor() | lzma.LZMACompressor() | lzma.LZMADecompressor() | hashlib.sha256(b'x') | hashlib.md5() | hashlib.blake2b(digest_size=9) | hmac.new(b'k', b'x', 'sha1') | csv.reader(H()) | csv.reader(['a,b', 'c;d']) | csv.writer(H()) | csv.writer(io.StringIO())
csv.DictReader(H()) | json.JSONEncoder(default=H(), indent=H()) | json.JSONDecoder(object_hook=H()) | json.encoder.c_make_encoder(None, H(), json.encoder.encode_basestring, None, ':', ',', False, False, True) | json.scanner.c_make_scanner(json.JSONDecoder()) | pickle.Pickler(io.BytesIO(), 2)
pickle.Pickler(H()) | pickle.Unpickler(io.BytesIO(pickle.dumps([1, {2: 'x'}, b'y']))) | pickle.Unpickler(H()) | xml.parsers.expat.ParserCreate() | xml.etree.ElementTree.fromstring('<a b="c">d<e/>f</a>') | xml.etree.ElementTree.XMLParser(target=H()) | socket.socketpair()[0]
select.poll() | threading.Lock() | threading.RLock() | threading.Event() | queue.SimpleQueue() | queue.deque([1]) | random.Random(5) | operator.itemgetter(H(), 1) | operator.itemgetter(slice(1, H())) | operator.attrgetter('a.b', 'c') | operator.methodcaller('x', H()) | string.Formatter() | string.Template('$x')
codecs.getincrementaldecoder('utf-8')() | codecs.getincrementalencoder('utf-16')() | codecs.getincrementaldecoder('shift_jis')() | codecs.getincrementalencoder('utf-7')('replace') | codecs.getreader('utf-8')(H()) | codecs.lookup('utf-8') | ast.parse('x = f(1)') | ast.Constant(H()) | ast.BinOp(H(), H(), H())
time.gmtime(0) | time.struct_time([H()] * 9) | difflib.SequenceMatcher(None, 'ab', 'ba') | enum.Enum('Color', 'red blue') | enum.IntFlag('Flag', 'a b')(3) | contextlib.ExitStack() | contextlib.nullcontext(H()) | dataclasses.make_dataclass('P', ['x', 'y'])(1, H()) | asyncio.Queue() | asyncio.Future(loop=H())
property(H(), H(), H()) | classmethod(H()) | staticmethod(H()) | object() | NotImplemented
"""
MODULES = """
math operator itertools functools heapq bisect binascii zlib struct json re codecs unicodedata marshal array copy weakref types datetime decimal
statistics random textwrap ast cmath collections csv contextvars abc hashlib base64 reprlib string fractions pickle enum dataclasses typing builtins
traceback gc copyreg hmac difflib _codecs _collections _functools _operator
""".split()
CHOICES = [f"module_of({name!r})" for name in MODULES] + [text.strip().replace('"|"', "|") for text in re.split(r'(?<!") \| |\n', RECEIVERS) if text.strip()]
PLAIN = """0|1|-1|3|5|2**31|-2**63|2**64|10**30|True|None|1.5|float('nan')|float('inf')|'hello'|''|'l'|'\\u1234x'|'utf-8'|'replace'|b'hello'|b''|b'x' * 50|()|(1, 2)|[1, 2]|[]|{}|{1: 2}|{'a': 1}|{1, 2}|slice(None)|slice(1, 3)|slice(None, None, -1)|range(5)|...|int|str|list|dict
|object|A|B|ValueError|ValueError('x')|bytearray(b'abc')|memoryview(b'hello')|array.array('i', [1, 2])|len|max|(lambda *a, **k: a)|(lambda *a: act())|io.BytesIO(b'abc')|io.StringIO('abc')|generator()|A()|B()|math|'i'|'%s %d'|'<ih'|'x*'|(None, None)|((1, 2), (3, 4))|('a', 'b')|[[1, 2], [3, 4]]|NotImplemented
|collections.deque([1, 2])|iter([1, 2])|kept|'__class__'|'__dict__'|'x'|1j|decimal.Decimal(1)|datetime.timedelta(1)|r|r|r|[r]|(r, r)|{1: r}|type(r)|iter([r])""".replace("\n", "").split("|")
HOSTILE = """H()|H()|H()|H()|H()|[H()] * 3|(H(), H())|{H(): 1}|{1: H()}|{H(), H()}|slice(H(), H())|slice(H(), None, H())|slice(0, H())|(x for x in H())|iter([H(), r])|HStr('hello')|HInt(3)|HList([1, 2, 3])|HDict(a=1)|HTuple((1, 2))|HBytes(b'hello')|HFloat(1.5)|HSet([1, 2])|(H() for x in range(3))|map(H(), [1, 2, 3])
|Raw()|generator()|bytearray(b'abc')|Pair(H(), H())|type('Z', (), {'__del__': H()})()|weakref.ref(A(), H())|functools.partial(H(), 1)""".replace("\n", "").split("|")
OPERATORS = "+ - * / // % ** @ & | ^ << >> == != < <= > >= in is".split()
FUNCTIONS = """len hash repr str ascii bool int float complex list tuple set frozenset dict bytes bytearray sum min max sorted any all iter next reversed enumerate abs round divmod format vars dir id callable type super memoryview
copy.copy copy.deepcopy pickle.dumps json.dumps marshal.dumps operator.index operator.length_hint math.floor math.trunc math.fsum math.prod math.dist itertools.chain heapq.heapify bisect.insort collections.Counter collections.deque
array.array struct.pack functools.reduce ''.join b''.join str.format weakref.ref isinstance issubclass getattr hasattr setattr delattr map filter zip print exec eval slice range chr ord bin hex pow gc.get_referents textwrap.wrap re.sub csv.writer
io.TextIOWrapper io.BufferedReader codecs.encode codecs.decode decimal.Decimal fractions.Fraction datetime.datetime ast.literal_eval compile ast.unparse traceback.format_exception base64.b64encode binascii.hexlify zlib.compress
unicodedata.normalize time.strftime random.Random hashlib.sha256 types.FunctionType types.CodeType types.MethodType types.GenericAlias contextvars.copy_context asyncio.iscoroutine warnings.warn xml.etree.ElementTree.tostring""".split()
# What would end or stop the worker, or wait for somebody.
AVOIDED = re.compile(r"_exit|exit|quit|abort|input|breakpoint|help|open|open_code|main|acquire|acquire_lock|wait|wait_for|accept|recv\w*|poll|select|connect\w*|get|join_thread|_acquire_\w+|set_debug|freeze|runeval|run|_test|_python_exit|fork|kill|detach_fd|shutdown|_enter_buffered_busy|"
                     r"set_threshold|disable|license|credits|copyright|interact|register|unregister|_unregister|_forget_codec|__import__|settrace|print_\w+")


def names_of(receiver, cache={}):
    """The methods of what the expression makes here; python3.11 may refuse it, then those of object."""
    if receiver not in cache:
        try:
            cache[receiver] = [name for name in dir(eval(receiver, namespace())) if not AVOIDED.fullmatch(name) or receiver.startswith(("{", "H", "coll", "type")) and name == "get"] or ["__init__"]
        except Exception:
            cache[receiver] = dir(object)
    return cache[receiver]


def argument(chance, hostile):
    return chance.choice(HOSTILE if chance.random() < hostile else PLAIN)


def call(chance, receiver, hostile):
    """An expression that does something with r."""
    kind, some = chance.random(), lambda: argument(chance, hostile)
    if kind < .62:
        name = chance.choice(names_of(receiver))
        given = [some() for _ in range(chance.choice((0, 0, 1, 1, 1, 2, 2, 3, 4)))]
        if chance.random() < .05:
            given.append(chance.choice(("*H()", "**{'x': H()}", "**HDict(a=1)", "*[H()]", "key=H()", "default=H()", "maxsplit=H()", "encoding=H()")))
        return f"r.{name}({', '.join(given)})" if chance.random() < .96 else f"type(r).{name}({', '.join(given)})"
    if kind < .70:
        return f"r[{some()}]"
    if kind < .74:
        return f"operator.setitem(r, {some()}, {some()})"
    if kind < .76:
        return f"operator.delitem(r, {some()})"
    if kind < .83:
        left, right = ("r", some()) if chance.random() < .6 else (some(), "r")
        return f"{left} {chance.choice(OPERATORS)} {right}"
    if kind < .86:
        return f"operator.i{chance.choice(('add', 'sub', 'mul', 'and_', 'or', 'concat', 'lshift', 'pow')).rstrip('_')}(r, {some()})".replace("ior", "ior").replace("iand", "iand")
    if kind < .89:
        return f"setattr(r, {chance.choice(names_of(receiver))!r}, {some()})"
    if kind < .91:
        return f"[*itertools.islice(r, 9)]"
    if kind < .93:
        return f"type(r)({', '.join(some() for _ in range(chance.choice((0, 1, 1, 2, 3))))})"
    given = ["r"] + [some() for _ in range(chance.choice((0, 0, 0, 1, 1, 2)))]
    if chance.random() < .3:
        chance.shuffle(given)
    return f"{chance.choice(FUNCTIONS)}({', '.join(given)})"


def generate(chance, corpus):
    if corpus and chance.random() < .05:
        receiver, actions, calls = chance.choice(corpus)
    else:
        receiver, actions, calls = chance.choice(CHOICES), [], []
    actions = actions + [call(chance, receiver, .1) for _ in range(chance.choice((1, 1, 2)))]
    if chance.random() < .15:
        actions.append(chance.choice(("gc.collect()", "r.__init__()", "r.clear()", "r.close()", "r.__dict__.clear()", "setattr(r, '__class__', B)", "next(r)", "r.detach()", "r.release()", "fail()")))
    return receiver, actions, calls + [call(chance, receiver, .6) for _ in range(chance.choice((1, 2, 3)))]


def compared(case):
    return False


def module_of(name):
    """A copy, for inputs that change its attributes."""
    module = types.ModuleType(name)
    vars(module).update(vars(importlib.import_module(name)))
    return module


def namespace():
    """The names that inputs use. Each hostile object acts first and then answers with something of the type that is asked for, or of another one."""
    names = dict(globals())
    chance = random.Random(5)
    state = {"depth": 0, "acts": 0, "actions": []}

    def act():
        state["acts"] += 1
        if state["depth"] < 3 and state["acts"] < 60 and state["actions"]:
            state["depth"] += 1
            try:
                eval(state["actions"][state["acts"] % len(state["actions"])], names)
            except Exception:
                pass
            finally:
                state["depth"] -= 1

    def fail():
        state["acts"] = 60
        raise OSError

    def answer(kind, *values):
        def method(self, *arguments, **keywords):
            act()
            found = chance.choice(values) if chance.random() < .93 else chance.choice((None, 5, "x", b"y", -1, 2**70, (), self, NotImplemented, 1.5, [self]))
            if chance.random() < .02:
                raise chance.choice((ValueError, StopIteration, KeyError, IndexError, AttributeError, TypeError))("hostile")
            return found() if isinstance(found, types.LambdaType) else found
        method.__name__ = kind
        return method

    def items():
        yield from (names["H"](), 1, "x", names.get("r"), 2)
        act()

    whole = answer("whole", 0, 1, 2, 3, 5, 9, -1, -3, 10**6)
    compare = answer("compare", True, False, NotImplemented)
    anything = answer("anything", None, 1, "x", b"abc", lambda: names["H"](), lambda: names.get("r"), lambda: [names["H"]()], NotImplemented)
    text = answer("text", "x", "", "hello", "\u1234", "utf-8")
    data = answer("data", b"", b"abc", b"x\n", b"y" * 100, bytearray(b"zz"))
    count = answer("count", 0, 1, 3, 5, -1, None, 100, 10**10)
    methods = {
        **dict.fromkeys(("__index__", "__int__", "__len__", "__length_hint__", "__hash__", "__trunc__", "__floor__", "__ceil__", "fileno", "utcoffset_"), whole), "__float__": answer("float", 1.5, 0.0), "__complex__": answer("complex", 1j),
        **dict.fromkeys(("__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__", "__contains__", "__instancecheck__", "__subclasscheck__"), compare), "__bool__": answer("bool", True, False),
        **dict.fromkeys(("__repr__", "__str__", "__format__", "__fspath__", "readline_text"), text), "__bytes__": data, "__iter__": answer("iter", lambda: items(), lambda: iter([names["H"](), 2]), lambda: iter("ab")),
        "__reversed__": answer("reversed", lambda: items()), "__next__": answer("next", 1, "x", b"y", lambda: names["H"]()), "keys": answer("keys", ["a", "b"], (1, 2)), "items": answer("items", [("a", 1)], [(1, 2)]),
        **dict.fromkeys(("__call__", "__getitem__", "__missing__", "__get__", "__enter__", "__exit__", "__reduce_ex__", "__set_name__", "__setitem__", "__delitem__", "__set__", "__delete__", "__await__", "__aiter__", "__anext__", "__round__", "__setstate__",
                         "__copy__", "__deepcopy__", "__add__", "__radd__", "__sub__", "__rsub__", "__mul__", "__rmul__", "__truediv__", "__mod__", "__rmod__", "__pow__", "__rpow__", "__and__", "__or__", "__ror__", "__xor__", "__lshift__", "__iadd__", "__imul__", "__ior__",
                         "__neg__", "__abs__", "__divmod__", "__matmul__", "send", "throw", "close", "flush", "append", "get", "default", "find_class", "persistent_id", "start", "end", "data"), anything),
        **dict.fromkeys(("read", "read1", "readline", "readall", "decode_bytes"), data), **dict.fromkeys(("readinto", "readinto1", "write", "seek", "tell", "truncate"), count),
        **dict.fromkeys(("readable", "writable", "seekable"), answer("able", True)), "get_debug": answer("debug", False), "closed": False, "decode": text, "encode": data, "getstate": answer("state", (b"", 0), (b"", 5), 0), "setstate": anything, "reset": anything, "utcoffset": anything,
    }
    names["H"] = type("H", (), methods)
    for base in str, int, list, dict, tuple, set, bytes, float:
        own = [name for name in methods if hasattr(base, name) and name not in ("__reduce_ex__", "__setstate__", "__repr__")]
        names["H" + base.__name__.capitalize()] = type("H" + base.__name__.capitalize(), (base,), {name: methods[name] for name in own if chance.random() < .5})
    names["Raw"] = type("Raw", (io.RawIOBase,), {name: methods[name] for name in ("readinto", "write", "seek", "tell", "truncate", "readable", "writable", "seekable")})
    names["Zone"] = type("Zone", (datetime.tzinfo,), {"utcoffset": answer("offset", datetime.timedelta(0), None, datetime.timedelta(hours=25)), "dst": anything, "tzname": text, "fromutc": anything})

    class M(type):
        mro = lambda cls: (act(), type.mro(cls))[1]
        __instancecheck__, __subclasscheck__ = methods["__instancecheck__"], methods["__subclasscheck__"]

    class A:
        method = lambda self, *arguments: act()
        kind, plain, value = classmethod(lambda cls: act()), staticmethod(lambda *arguments: act()), property(lambda self: act(), lambda self, value: act())

    class B(A):
        __slots__ = "slot", "other"
        __getattr__ = methods["__getitem__"]

    def generator():
        while True:
            try:
                yield act()
            except ValueError:
                yield 5

    async def coroutine():
        act()
        return await names["H"]()

    async def asynchronous():
        act()
        yield 1
        await names["H"]()
        yield 2
    names.update(M=M, A=A, B=B, generator=generator, coroutine=coroutine, asynchronous=asynchronous, act=act, fail=fail, state=state, Pair=collections.namedtuple("Pair", "left right"), kept=A())
    return names


def evaluate(case):
    receiver, actions, calls = case
    names, results = namespace(), []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for program in calls:
            names["state"].update(acts=0, actions=[])
            try:
                names["r"] = eval(receiver, names)
                names["state"]["actions"] = [compile(action, "action", "eval") for action in actions]
                results.append(type(eval(program, names)).__name__)
            except SyntaxError as error:
                results.append(problem(error))
            except BaseException as error:
                if type(error).__name__ == "Timeout":
                    raise
                results.append(type(error).__name__)
    names["state"]["actions"] = []
    return " | ".join(results)
