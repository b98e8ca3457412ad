"""pickle: damaged and generated streams read, and values of all kinds written under all protocols (the same bytes are expected)."""
import io
import pickle
import pickletools

from common import any_byte, binary, describe, integer, mutated, outcome, problem, real, text

CODES = {op.name: op for op in pickletools.opcodes}
ALLOWED = {("collections", "OrderedDict"), ("builtins", "int"), ("builtins", "list"), ("builtins", "dict"), ("builtins", "set"), ("builtins", "complex"), ("builtins", "bytearray"), ("builtins", "range"),
           ("copyreg", "_reconstructor"), ("builtins", "object"), ("builtins", "Exception"), ("fuzz_pickle", "Point"), ("fuzz_pickle", "Slotted"), ("fuzz_pickle", "Reduced"), ("fuzz_pickle", "New"), ("builtins", "str")}


class Point:
    def __init__(self, x=1, y=2):
        self.x, self.y = x, y

    def __repr__(self):
        return f"Point({self.__dict__})"


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
        return chance.choice((("list", items), ("tuple", items), ("dict", items), ("set", items), ("frozenset", items), ("point", items), ("slotted", items), ("reduced", items), ("shared", items), ("loop", items)))
    if kind < .6:
        return ("plain", integer(chance))
    if kind < .7:
        return ("plain", real(chance))
    if kind < .8:
        return ("plain", text(chance, 30) * chance.choice((1, 1, 1, 1, 30)))
    if kind < .9:
        return ("plain", binary(chance, 30) * chance.choice((1, 1, 1, 1, 30)))
    return chance.choice((("plain", None), ("plain", True), ("plain", False), ("bytearray", binary(chance)), ("type",), ("function",), ("new", chance.randint(0, 9)), ("plain", complex(1, -2)), ("many", chance.choice((5, 999, 1001, 2001))),
                          ("range", chance.randint(0, 9)), ("lambda",)))


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
        return ("write", value(chance), chance.randint(0, 5), chance.random() < .8, chance.random() < .1)
    if kind < .7:
        return ("read", stream(chance), chance.choice(("ASCII", "ASCII", "latin-1", "bytes", "utf-8")), chance.choice(("strict", "strict", "surrogateescape")))
    reads = [case[1] for case in corpus if case[0] == "read"]
    try:
        data = pickle.dumps(built(value(chance)), chance.randint(0, 5)) if not reads or chance.random() < .8 else chance.choice(reads)
    except Exception:
        data = stream(chance)
    for _ in range(chance.randint(0, 2)):
        data = mutated(chance, data, lambda chance: operation(chance) if chance.random() < .3 else any_byte(chance))
    return ("read", data, chance.choice(("ASCII", "latin-1", "bytes")), "strict")


def write(form, protocol, imports, out_of_band):
    try:
        made, buffers = built(form), []
        if out_of_band:
            made = [pickle.PickleBuffer(b"abc"), made]
        data = pickle.dumps(made, protocol, fix_imports=imports, buffer_callback=buffers.append if out_of_band and protocol == 5 else None)
    except Exception as error:
        return problem(error)
    return f"{data!r} {outcome(Strict(io.BytesIO(data), buffers=buffers).load)}"


def read(data, encoding, errors):
    """What is loaded, and what is loaded next (not after an error: where that leaves the stream depends on what was read ahead)."""
    unpickler = Strict(io.BytesIO(data), encoding=encoding, errors=errors)
    try:
        first = describe(unpickler.load())
    except Exception as error:
        return problem(error)
    return f"{first} | {outcome(unpickler.load)}"


def same(case, found, expected):
    """A frame that ends within an operation: python3.11 loses the bytes of the operation that are in the frame."""
    return case[0] == "read" and b"\x95" in case[1]


def evaluate(case):
    return write(*case[1:]) if case[0] == "write" else read(*case[1:])
