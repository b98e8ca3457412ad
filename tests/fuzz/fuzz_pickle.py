"""pickle: damaged and generated streams read, and values of all kinds written under all protocols (the same bytes are expected)."""
import collections
import copyreg
import io
import pickle
import pickletools
import re

from common import any_byte, binary, describe, integer, mutated, outcome, problem, real, text

CODES = {op.name: op for op in pickletools.opcodes}
ALLOWED = {("collections", "OrderedDict"), ("builtins", "int"), ("builtins", "list"), ("builtins", "dict"), ("builtins", "set"), ("builtins", "complex"), ("builtins", "bytearray"), ("builtins", "range"),
           ("copyreg", "_reconstructor"), ("builtins", "object"), ("builtins", "Exception"), ("fuzz_pickle", "Point"), ("fuzz_pickle", "Slotted"), ("fuzz_pickle", "Reduced"), ("fuzz_pickle", "New"), ("builtins", "str"),
           ("fuzz_pickle", "Point.Inner"), ("fuzz_pickle", "Pair"), ("fuzz_pickle", "Both"), ("collections", "deque"), ("collections", "defaultdict"), ("collections", "Counter"), ("builtins", "getattr"), ("builtins", "len"),
           ("builtins", "frozenset"), ("builtins", "bytes"), ("builtins", "KeyError"), ("builtins", "UnicodeDecodeError"), ("builtins", "slice"), ("builtins", "Ellipsis"), ("builtins", "NotImplemented"), ("builtins", "type"), ("_codecs", "encode"), ("__builtin__", "set"),
           ("copyreg", "__newobj__"), ("copyreg", "__newobj_ex__"), ("fuzz_pickle", "describe"), ("common", "describe"), ("builtins", "iter"), ("builtins", "enumerate"), ("builtins", "reversed"), ("fuzz_pickle", "Stateful")}


class Point:
    def __init__(self, x=1, y=2):
        self.x, self.y = x, y

    def __repr__(self):
        return f"Point({self.__dict__})"

    class Inner:
        def __repr__(self):
            return f"Inner({sorted(vars(self))})"


class Slotted:
    __slots__ = ("a", "b")

    def __repr__(self):
        return f"Slotted({getattr(self, 'a', '-')}, {getattr(self, 'b', '-')})"


class Reduced(list):
    def __reduce__(self):
        return Reduced, (), {"state": 1}, iter([1, 2, list(self)])


class New(int):
    def __new__(cls, value=0, *, base=None):
        return int.__new__(cls, value)

    def __getnewargs_ex__(self):
        return (int(self),), {"base": 3}

    def __getstate__(self):
        return {"kept": True} if self else None


class Both(Slotted):
    """Slots and a dict: the state is a pair."""


class Stateful:
    def __getstate__(self):
        return self.state

    def __setstate__(self, state):
        self.state = ("set", state)

    def __repr__(self):
        return f"Stateful({getattr(self, 'state', '-')})"


Pair = collections.namedtuple("Pair", "first second")


class Strict(pickle.Unpickler):
    """Reads nothing that could do harm; in place of what is forbidden comes its name."""

    def find_class(self, module, name):
        if (module, name) not in ALLOWED:
            raise pickle.UnpicklingError(f"forbidden {module}.{name}")
        return super().find_class(module, name)

    def persistent_load(self, name):
        return ["persistent", name]


def value(chance, depth=0):
    kind = chance.random()
    if depth < 4 and kind < .4:
        items = [value(chance, depth + 1) for _ in range(chance.choice((0, 1, 2, 3, 4, 5)))]
        return chance.choice((("list", items), ("tuple", items), ("dict", items), ("set", items), ("frozenset", items), ("point", items), ("slotted", items), ("reduced", items), ("shared", items), ("loop", items),
                              ("both", items), ("stateful", items), ("pair", items), ("deque", items), ("default", items), ("error", items), ("ring", items), ("plural", items), ("iterator", items)))
    if kind < .6:
        return ("plain", integer(chance))
    if kind < .7:
        return ("plain", real(chance))
    if kind < .8:
        return ("plain", text(chance, 30) * chance.choice((1, 1, 1, 1, 30)))
    if kind < .9:
        data = binary(chance, 30) * chance.choice((1, 1, 1, 1, 30))
        return ("plain", data if len(data) != 1 else data * 2)    # old protocols write a str for it: whether that of one character is the one met before is nobody's promise
    return chance.choice((("plain", None), ("plain", True), ("plain", False), ("bytearray", binary(chance)), ("type",), ("function",), ("new", chance.randint(0, 9)), ("plain", complex(1, -2)), ("many", chance.choice((5, 999, 1001, 2001))),
                          ("range", chance.randint(0, 9)), ("lambda",), ("inner",), ("method",), ("builtin",), ("singles",), ("deep", chance.choice((3, 50, 200, 200, 3000))), ("slice", chance.randint(-2, 3)), ("counter", text(chance) or "a")))


def fresh(value):
    """A value that is shared with no other one (constants are, and pickles show it); the shortest strings are always the same."""
    if isinstance(value, (str, bytes)):
        return SHORT.setdefault(value, value) if len(value) < 2 else value[:1] + value[1:]
    return complex(value.real, value.imag) if isinstance(value, complex) else value


SHORT = {}


def built(form):
    kind, *rest = form
    if kind == "plain":
        return fresh(rest[0])
    if kind in ("type", "function", "lambda"):
        return {"type": Point, "function": describe, "lambda": lambda: 1}[kind]
    if kind in ("inner", "method", "builtin", "singles"):
        return {"inner": [Point.Inner, Point.Inner()], "method": [Point().__repr__, [].append], "builtin": [len, "".join, complex], "singles": [..., NotImplemented, type(None), type, int]}[kind]
    if kind == "deep":
        made = []
        for i in range(rest[0]):
            made = [made] if i % 3 else (made,)
        return made
    if kind == "slice":
        return slice(rest[0], None, 2)
    if kind == "counter":
        return collections.Counter(letter * 2 for letter in rest[0])
    if kind == "bytearray":
        return bytearray(rest[0] * 2)
    if kind in ("new", "range"):
        return {"new": New, "range": range}[kind](rest[0])
    if kind == "many":
        return list(range(rest[0]))
    items = [built(item) for item in rest[0]]
    if kind == "dict":
        return {f"k{i}": item for i, item in enumerate(items)}
    if kind == "point":
        made = Point(*items[:2])
        made.more = items[2:]
        return made
    if kind == "slotted":
        made = Slotted()
        if items:
            made.a = items[0]
        return made
    if kind in ("both", "stateful"):
        made = {"both": Both, "stateful": Stateful}[kind]()
        made.state = items[0] if items else 0
        if kind == "both" and items:
            made.b = items[-1]
        return made
    if kind == "pair":
        return Pair(items, tuple(items))
    if kind == "deque":
        return collections.deque(items, len(items) + 1 if items else None)
    if kind == "default":
        return collections.defaultdict(list, {i: item for i, item in enumerate(items)})
    if kind == "error":
        made = KeyError(*items)
        made.more = 1
        return made
    if kind == "ring":
        made = Point()
        made.x = {"me": made, "items": (made, items)}
        return made
    if kind == "plural":
        return {i: items[0] if i == 1000 else i for i in range(len(items) * 400)}
    if kind == "iterator":
        return [iter(items), iter(tuple(items)), reversed(items), enumerate(items)]
    if kind == "shared":
        return [items, items, tuple(items), (items,)]
    if kind == "loop":
        items.append((items,))
        return items
    if kind in ("set", "frozenset"):
        items = [item for item in items if isinstance(item, int)][:1]       # one at most: their order is nobody's promise
    return {"list": list, "tuple": tuple, "set": set, "frozenset": frozenset, "reduced": Reduced}[kind](items)


def operation(chance):
    op = chance.choice(CODES_LIST)
    made = op.code.encode("latin-1")
    if op.arg is None:
        return made
    size = op.arg.n
    if size >= 0:
        return made + (bytes([chance.choice((0, 1, 2, 3, 255))]) + bytes(size - 1) if chance.random() < .8 else bytes(chance.randrange(256) for _ in range(size)))
    if size == pickletools.UP_TO_NEWLINE:
        return made + chance.choice((b"1", b"0", b"-5", b"00", b"01", b"1L", b"1.5", b"nan", b"'a'", b'"b\\n"', b"a\\u00e9", b"collections\nOrderedDict", b"builtins\nlist", b"fuzz_pickle\nPoint", b"x", b"", b"99999999999999999999L", b"'", b"1_0")) + b"\n"
    data = chance.choice((b"", b"a", b"ab\xc3\xa9", b"\xff\x00", b"list", b"builtins", b"x" * 300, binary(chance)))
    length = len(data) if chance.random() < .85 else chance.choice((0, 1, 255, 2**31 - 1, 2**31, 2**63 - 1, 2**64 - 1))
    width = {pickletools.TAKEN_FROM_ARGUMENT1: 1, pickletools.TAKEN_FROM_ARGUMENT4: 4, pickletools.TAKEN_FROM_ARGUMENT4U: 4, pickletools.TAKEN_FROM_ARGUMENT8U: 8}[size]
    return made + (length & (256**width - 1)).to_bytes(width, "little") + data


CODES_LIST = list(pickletools.opcodes)


def stream(chance):
    made = chance.choice((b"", b"\x80\x02", b"\x80\x04", b"\x80\x05", b"(", b"]", b"}", b"(]}"))
    made += b"".join(operation(chance) for _ in range(chance.choice((1, 2, 3, 5, 8, 12))))
    return made + b"."


def generate(chance, corpus):
    kind = chance.random()
    if kind < .35:
        if chance.random() < .3:
            return ("pickler", value(chance), value(chance), chance.randint(-1, 6), tuple(name for name in OPTIONS if chance.random() < .3))
        return ("write", value(chance), chance.randint(0, 5), chance.random() < .8, chance.random() < .1)
    if kind < .7:
        if chance.random() < .2:
            return ("pieces", stream(chance), chance.choice((1, 2, 7, 1000)), chance.choice(("read", "readinto", "peek", "wrong")), chance.randint(0, 3))
        return ("read", stream(chance), chance.choice(("ASCII", "ASCII", "latin-1", "bytes", "utf-8")), chance.choice(("strict", "strict", "surrogateescape")))
    reads = [case[1] for case in corpus if case[0] == "read"]
    try:
        data = pickle.dumps(built(value(chance)), chance.randint(0, 5)) if not reads or chance.random() < .8 else chance.choice(reads)
    except Exception:
        data = stream(chance)
    for _ in range(chance.randint(0, 2)):
        data = mutated(chance, data, lambda chance: operation(chance) if chance.random() < .3 else any_byte(chance))
    return ("read", data, chance.choice(("ASCII", "latin-1", "bytes")), "strict")


def unsure(protocol, *forms):
    """Whether what is written has to do with native functions: if the names of them and their modules are the strings that others have, and so one in the memo, is nobody's promise (see fresh())."""
    return bool(re.search("'(iterator|builtin|method)'" if protocol < 0 or protocol > 3 else "'(builtin|method)'", repr(forms)))


def write(form, protocol, imports, out_of_band):
    try:
        made, buffers = built(form), []
        if out_of_band:
            made = [pickle.PickleBuffer(b"abc"), made]
        data = pickle.dumps(made, protocol, fix_imports=imports, buffer_callback=buffers.append if out_of_band and protocol == 5 else None)
    except Exception as error:
        return problem(error)
    return f"{'' if unsure(protocol, form) else describe(data)[:5000]} {outcome(Strict(io.BytesIO(data), buffers=buffers).load)}"


OPTIONS = ("persistent", "table", "override", "fast", "clear", "copy")


class Pickler(pickle.Pickler):
    """Knows some values by name."""

    def persistent_id(self, value):
        return ("id", value) if isinstance(value, (float, Slotted)) else "7" if value == 7 and isinstance(value, int) else None


class Overriding(pickle.Pickler):
    def reducer_override(self, value):
        if isinstance(value, Point):
            return Pair, (1, 2)
        return (str, ("r",)) if isinstance(value, Stateful) else "wrong" if value is Slotted else NotImplemented


def pickler(one, other, protocol, options):
    """Two values, one after the other, by one pickler."""
    if unsure(protocol, one, other):
        return ""
    file = io.BytesIO()
    try:
        made, second = built(one), built(other)
        writer = (Pickler if "persistent" in options else Overriding if "override" in options else pickle.Pickler)(file, protocol)
    except Exception as error:
        return problem(error)
    if "table" in options:
        writer.dispatch_table = collections.ChainMap({Point: lambda value: (Pair, (value.x, 0), None, None, None), complex: lambda value: "describe", Stateful: lambda value: (Stateful, (), 5, iter([1]), iter([]))}, copyreg.dispatch_table)
    if "fast" in options and not {one[0], other[0]} & {"loop", "ring", "deep"}:
        writer.fast = True
    results = [outcome(writer.dump, made)]
    if "clear" in options:
        writer.clear_memo()
    if "copy" in options:
        writer.memo = writer.memo.copy()
    results += [outcome(writer.dump, second), outcome(writer.dump, [made, second, made])] if results == ["None"] else []       # what an error leaves in the memo is nobody's promise
    reader = Strict(io.BytesIO(file.getvalue()))
    return " | ".join(results + [describe(file.getvalue())[:5000]] + [outcome(reader.load) for _ in range(3 if len(results) > 1 else 0)])


class Pieces:
    """A file that gives few bytes at a time, or what is not bytes."""

    def __init__(self, data, size, wrong):
        self.file, self.size, self.wrong = io.BytesIO(data), size, wrong

    def read(self, size=-1):
        self.wrong -= 1
        return self.file.read(size) if self.wrong else "text"

    def readline(self, size=-1):
        self.wrong -= 1
        return self.file.readline(size) if self.wrong else 5


class Into(Pieces):
    def readinto(self, buffer):
        return self.file.readinto(memoryview(buffer)[:self.size])


class Peeking(Pieces):
    def peek(self, size=0):
        place = self.file.tell()
        data = self.file.read(self.size)
        self.file.seek(place)
        return data


def pieces(data, size, kind, wrong):
    """The stream from files of several kinds, with buffers beside it."""
    try:
        reader = Strict({"read": Pieces, "wrong": Pieces, "readinto": Into, "peek": Peeking}[kind](data, size, wrong if kind == "wrong" else -1), buffers=[b"first", bytearray(b"second"), 3][:wrong])
        return describe(reader.load())
    except Exception as error:
        return problem(error)


def read(data, encoding, errors):
    """What is loaded, and what is loaded next (not after an error: where that leaves the stream depends on what was read ahead)."""
    unpickler = Strict(io.BytesIO(data), encoding=encoding, errors=errors)
    try:
        first = describe(unpickler.load())
    except Exception as error:
        return problem(error)
    return f"{first} | {outcome(unpickler.load)}"


def same(case, found, expected):
    """A frame that ends within an operation: python3.11 loses the bytes of the operation that are in the frame. And where in a recursion the limit is met is nobody's promise."""
    if "RecursionError" in found and "RecursionError" in expected:
        return True
    if case[0] == "pickler" and "fast" in case[4] and re.search(r"KeyError: '\d+'|fast mode: can't pickle cyclic", expected):
        return True            # it forgets a container too early; and where it notices a cycle is its own matter
    return case[0] in ("read", "pieces") and b"\x95" in case[1]


def evaluate(case):
    return {"write": write, "read": read, "pickler": pickler, "pieces": pieces}[case[0]](*case[1:])
