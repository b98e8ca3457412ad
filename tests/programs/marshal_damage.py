"""What marshal makes of damaged, cut, huge and deeply nested data: the same exceptions as CPython."""
import io
import marshal
import os
import struct
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "fuzz"))
from bytecode import FIELDS, binary, number, several, stored_code, text


def show(what, function, *arguments):
    try:
        result = "ok " + type(function(*arguments)).__name__
    except SystemError as error:
        result = "SystemError"          # CPython's messages name places in its source
    except Exception as error:
        result = f"{type(error).__name__}: {ascii(str(error))}"
    print(what, result)


NUMBERS = "argcount", "posonlyargcount", "kwonlyargcount", "stacksize", "flags", "firstlineno"
VALUES = {"none": b"N", "int": b"i" + number(5), "bytes": binary(b"ab"), "odd bytes": binary(b"abc"), "no bytes": binary(b""), "str": text(b"x"), "tuple": several(), "tuple of int": several(b"i" + number(3)),
          "tuple of str": several(text(b"a")), "tuple of two": several(text(b"a"), text(b"b")), "list": b"[" + number(0), "null": b"0", "bad reference": b"r" + number(77), "bad type": b"?",
          "code": stored_code(), "frozenset": b">" + number(0), "float": b"g" + bytes(8), "tuple in itself": b"\xa9\2Nr\0\0\0\0"}
for field in FIELDS:
    if field in NUMBERS:
        for value in (-1, 2, 100, 2**31 - 1, -2**31):
            if field != "stacksize" or value <= 100:
                show((field, value), marshal.loads, stored_code(**{field: number(value)}))
    else:
        for name, value in VALUES.items():
            if (field, name) != ("consts", "tuple in itself"):        # CPython crashes
                show((field, name), marshal.loads, stored_code(**{field: value}))
whole = stored_code()
for size in range(len(whole)):
    show(("cut", size), marshal.loads, whole[:size])

BIG, MANY = 2**31 - 1, 10**6          # CPython makes a tuple of the size before it looks for the items
DATA = {
    "lists": b"[\1\0\0\0" * 3000 + b"N", "tuples": b")\1" * 3000 + b"N", "deepest": b")\1" * 1999 + b"N", "too deep": b")\1" * 2000 + b"N", "dicts": b"{N" * 3000, "code": (b"c" + number(0) * 5) * 3000,
    "sets": b">\1\0\0\0" * 3000 + b"N",
    **{f"size -1 of {kind}": kind.encode() + number(-1) for kind in "saAut([<>"}, **{f"huge {kind}": kind.encode() + number(BIG) for kind in "saAut"}, **{f"many {kind}": kind.encode() + number(MANY) for kind in "([<>l"}, "huge bytes, some": b"s" + number(BIG) + b"abc",
    "huge negative int": b"l" + number(-2**31), "int of no digits": b"l" + number(0), "unnormalized": b"l" + number(2) + b"\1\0\0\0", "bad digit": b"l" + number(1) + b"\0\x80",
    "bad first digit": b"l" + number(2) + b"\0\x80\1\0", "huge int, bad digit": b"l" + number(MANY) + b"\0\0\0\x80", "huge list, bad item": b"[" + number(MANY) + b"NN?",
    "huge tuple, bad item": b"(" + number(MANY) + b"NN?", "huge set, bad item": b"<" + number(MANY) + b"N[\0\0\0\0",
    "float abc": b"f\3abc", "float of nothing": b"f\0", "float in spaces": b"f\3 1 ", "float with zero byte": b"f\4nan\0", "complex": b"x\0011\1q", "hex float": b"f\0050x1p3", "float 1_0.0": b"f\0061_0.00", "inf": b"f\3inf",
    "reference 0": b"r" + number(0), "reference -1": b"r" + number(-1), "tuple in itself": b"\xa9\1r" + number(0), "list in itself": b"\xdb\1\0\0\0r" + number(0),
    "frozenset of a list, then null": b">\2\0\0\0[\0\0\0\0000",
    "frozenset in itself": b"\xbe\1\0\0\0r" + number(0), "set in itself": b"\xbc\1\0\0\0r" + number(0), "dict in itself": b"\xfbr" + number(0) + b"N0", "value in itself": b"\xfbNr" + number(0) + b"0",
    "null": b"0", "flagged null": b"\xb0", "set of null": b"<\1\0\0\x000", "tuple of null": b"(\1\0\0\x000", "list of null": b"[\1\0\0\x000", "null key": b"{0", "null value": b"{N0", "unhashable key": b"{[\0\0\0\0N0",
    "unhashable item": b"<\1\0\0\0[\0\0\0\0", "not UTF-8": b"u\1\0\0\0\xff", "not UTF-8, interned": b"t\2\0\0\0\xc3(", "surrogate": b"u\3\0\0\0\xed\xa0\x80", "interned": b"t\1\0\0\0a", "latin-1": b"z\2\xe9\xff",
    "type R": b"R" + number(0), "int64": b"I" + bytes(8), "cut int64": b"I" + bytes(7), "unknown": b"?", "nothing": b"", "more behind": b"Nxyz", "no size": b"z", "short": b"z\5ab",
}
for name, data in DATA.items():
    show(name, marshal.loads, data)
for argument in b"abc", 5, None, "str", bytearray(b"N"), memoryview(b"NxNx")[::2]:
    show(("loads", type(argument).__name__), marshal.loads, argument)


class File:
    def __init__(self, data, answer=None):
        self.data, self.answer = data, answer

    def read(self, size):
        return b""

    def readinto(self, buffer):
        if self.answer:
            return self.answer[0]
        size = min(len(buffer), len(self.data))
        buffer[:size] = self.data[:size]
        self.data = self.data[size:]
        return size


for data in (b"", b"i", b"i\1\0", b"N", b"s" + number(5) + b"abc", b"(" + number(1000), b"[" + number(100), b"l" + number(10), b"z\5ab", b"c" + number(1), b"?", b"g123", b"f\3ab"):
    show(("file", data), marshal.load, File(data))
    show(("io", data), marshal.load, io.BytesIO(data))
for answer in 2, None, "x", -1:
    show(("readinto", answer), marshal.load, File(b"", [answer]))
show("no file", marshal.load, 5)

nested = []
for i in range(1998):
    nested = [nested]
for i in range(5):
    show(("dump, depth", i), marshal.dumps, nested)
    nested = [nested]
item = ()
for i in range(100000):
    item = (item,)
show("dump of a deep tuple", marshal.dumps, item)
itself = []
itself.append(itself)
for version in 0, 1, 2, 3, 4, -1, 100:
    show(("list in itself", version), marshal.dumps, itself, version)
for value in (object(), [1, [object()]], int, len, {1: object()}, slice(1), range(2), type("I", (int,), {})(3), type("L", (list,), {})(), ValueError, StopIteration, memoryview(b"abcd")[::2], memoryview(b"ab"),
              bytearray(b"x"), {1, 2}, float("nan"), "\ud800"):
    show(("dump", type(value).__name__), marshal.dumps, value)
show("version", marshal.dumps, "x", "y")
