"""What the fuzzers of tests/fuzz/ found first: each line was wrong once."""
import array
import collections
import io
import itertools
import math
import operator
import pickle
import traceback


def attempt(function, *arguments):
    try:
        print(ascii(function(*arguments)))
    except Exception as error:
        print(type(error).__name__, ascii(str(error)), getattr(error, "name", "-"))


class Plain:
    shared = 1


class Slotted:
    __slots__ = ("a",)


class Stores:
    def __setitem__(self, key, value):
        pass


def augmented(left, right, operation):
    scope = {"x": left, "y": right}
    exec(f"x {operation} y", scope)
    return scope["x"]


HUGE = 2**70
for arguments in ((1, "a", "+="), ("a", 1, "|="), (1.5, None, "-="), (2, "a", "**=")):
    attempt(augmented, *arguments)
for function in (lambda: "a".center(HUGE), lambda: b"a".split(None, HUGE), lambda: bytearray(b"a").pop(HUGE), lambda: "a".expandtabs(2**40), lambda: (1).to_bytes(HUGE, "big"), lambda: chr(2**31), lambda: b"a".hex(":", HUGE),
                 lambda: [1][HUGE], lambda: "a" * HUGE, lambda: io.open(HUGE), lambda: (-1).to_bytes(0, "big", signed=True)):
    attempt(function)
attempt(operator.index, True)
attempt(list, enumerate("a", True))
attempt(slice(True, None, True).indices, 5)
for arguments in ((-1,), (-5,), ("a",), (0, -5), (0, 1, 0)):
    attempt(itertools.islice, [], *arguments)
for kind, value in (("b", 40000), ("b", 200), ("H", 2**40), ("H", -1), ("i", 2**40)):
    attempt(array.array, kind, [value])
for text in ("_1", "1_0\0", "x", "1__0", "\ud800_"):
    attempt(complex, text)
attempt(float.fromhex, "1p99999junk")
for data in b"I010\n.", b"LL\n.", b"F1e400\n.", b"F1L\n.", b"gx\n.", b"px\n.", b"Np0\0\ng0\n.", b"L01\n.":
    attempt(pickle.loads, data)
for target in (Plain(), Slotted(), 1):
    for name in "shared", "a", "b":
        attempt(delattr, target, name)
        attempt(setattr, target, name + "x", 1) if not isinstance(target, Plain) else None
attempt(operator.delitem, Stores(), 1)
attempt(operator.delitem, Plain(), 1)
attempt(operator.delitem, "abc", "x")
attempt(operator.delitem, "abc", 1)
attempt(lambda: sorted([3, 1, 2], key=lambda item: print(item, end=" ") or item, reverse=True))
try:
    try:
        raise ValueError("plain")
    except* ValueError as group:
        print(group.__traceback__, repr(group))
        raise KeyError("new")
except Exception:
    print(traceback.format_exc())
for part in ExceptionGroup("g", [ValueError(1), KeyError(2)]).split(ValueError):
    print(repr(part), part.__suppress_context__)


# sum() goes no further after an addition that fails: the iterator is not asked for more, and its frame is not in the traceback.
def items():
    for item in (1, [2], 3):
        print("gives", item)
        yield list(item) if item == 3 else item


def tried(function, *arguments):
    try:
        print(function(*arguments))
    except Exception as error:
        frames, trace = [], error.__traceback__
        while trace:
            frames.append(trace.tb_frame.f_code.co_name)
            trace = trace.tb_next
        print(type(error).__name__, error, frames)


def store(target, key, value):
    target[key] = value


def remove(target, key):
    del target[key]


tried(lambda: sum(items()))
tried(lambda: sum(items(), 1.5))
tried(store, [1], slice(0, 1), (item < "a" for item in (1, 2)))
tried(store, [1], slice(0, 1), 5)
tried(store, [1, 2], slice(0, 2, 2), (item < "a" for item in (1, 2)))
for holder in "abc", b"abc", (1,), range(3), {1}, {}.keys(), type("Plain", (), {})(), 5, None:
    for index in 2**100, 1, "a":
        tried(store, holder, index, 1)
        tried(remove, holder, index)
for made in iter([1, 2, 3]), iter((1, 2)), iter("abc"), iter(b"abc"), reversed([1, 2]):
    for state in len, 1.0, None, True, 2**100:
        tried(made.__setstate__, state)
    print(list(made))
for native in collections.OrderedDict, collections.deque, array.array, itertools.chain:
    tried(lambda: native.nothing)
tried(collections.defaultdict(int))
tried(lambda: [] + collections.deque())
tried(lambda: "".join([collections.deque()]))
tried(lambda: collections.deque.append(5, 1))
for text in "1" * 4301, "1" * 4301 + "x", "1" * 4301 + "_", "0" * 4400, "-" + "1" * 4301 + " 1":
    for base in 10, 0, 7, 16:
        tried(lambda: int(text, base) % 1000)
for text in b"1" * 230 + b"'", bytearray(b"x" * 230 + b"'"), memoryview(b"'" + b"x" * 230):
    tried(int, text)
print(math.remainder(-3.2442266323407043e-264, 2.2250738585072014e-308), math.remainder(-1.970735314658442e-271, 1e-323))
