"""Assignments, slices, arithmetic and iteration as the interpreter's own instructions do them: values, errors and their places, trace events."""
import sys
import traceback


def show(action):
    try:
        print(action())
    except Exception:
        print("\n".join(traceback.format_exc().split("\n")[3:]))


def swaps():
    a, b = 1, 2
    a, b = b, a
    print(a, b)
    a, b, c, d = b, a, 3, []
    a, b, c, d = d, c, b, a
    print(a, b, c, d)
    a, b, c = c, a, b
    print(a, b, c)
    x = [1, 2, 3]
    x, y, z = x
    (x, y) = (y, x) = (5, 6)
    print(x, y, z)
    x, x = 1, 2
    q = (1, 2)
    q, q = q
    print(x, q)
    numbers, i = [1, 2, 3, 4, 5, 6], 2
    numbers[0] += 5
    numbers[-1] -= 1
    numbers[i] *= 3
    numbers[i + 1] //= 2
    numbers[i], numbers[0] = numbers[0], numbers[i]
    swaps.x = 3
    swaps.x **= 3
    d = {"a": 1}
    d["a"] += 1
    d[1, 2] = 3
    print(numbers, swaps.x, d)


def not_enough():
    a, b, c = [1, 2]


def too_many():
    a, b = (1, 2, 3)[:]


def not_iterable():
    a, b = 5


def from_generator():
    a, b = (n for n in (1, 2))
    return a, b


def tuple_store():
    t = (1, 2)
    t[0] += 1


def slice_load():
    return [1, 2][None:"a"]


def slice_store():
    numbers = [1, 2]
    numbers[None:"a":3] = 5


def slice_of_dict():
    return {}[1:2]


def slice_into_dict():
    d = {}
    d[1:2] = 3


def slices():
    numbers, limits = list(range(10)), (None, 0, 1, 3, 9, 10, 11, -1, -3, -10, -11, 10**30, -10**30)
    text, pack = "".join(map(str, numbers)), tuple(numbers)
    for start in limits:
        for stop in limits:
            expected = numbers[slice(start, stop)]
            assert numbers[start:stop] == expected and pack[start:stop] == tuple(expected) and text[start:stop] == "".join(map(str, expected)), (start, stop)
            for step in (1, 2, -1, -2, 3, -3, 10**20, -10**20):
                assert numbers[start:stop:step] == numbers[slice(start, stop, step)], (start, stop, step)
            for value in ([], [1], [1, 2], (7, 8, 9), list(expected)):
                one, other = numbers[:], numbers[:]
                one[start:stop] = value
                other.__setitem__(slice(start, stop), value)
                assert one == other, (start, stop, value)
    one = numbers[:]
    one[2:4] = one
    print(one)
    one[:] = one
    del one[3:-3]
    print(one)

    class Index:
        def __index__(self):
            one.clear()
            return 1
    print(one[Index():])


def traced():
    a, b = 1, 2
    a, b = b, a
    a, b, c, d = b, a, a, b
    x = [1, 2, 3]
    x[0] += 1; x[1:2] = [5]; y = x[1:]
    for a, b in ((1, 2), (3, 4)): pass
    (a,
     b) = x[:2]
    x[
      0] += 1
    return a < b


def trace():
    events = []

    def tracer(frame, event, arg):
        events.append((frame.f_lineno - frame.f_code.co_firstlineno, event))
        frame.f_trace_opcodes = True
        return tracer
    sys.settrace(tracer)
    traced()
    sys.settrace(None)
    print(events)


def arithmetic():
    values = (2.0, 3, -1.5, 0.0, -0.0, 1e300, float("inf"), float("nan"), 2**70, True, -2**62, 2**62 - 1, 2**53 + 1, 2.0**-255, -2.0**-255, 2.0**-256, 2.0**255, 2.0**256, 5e-324)
    operators = ("+", "-", "*", "/", "//", "%", "**", "<", "<=", "==", "!=", ">", ">=")
    functions = {op: eval(f"lambda x, y: x {op} y") for op in operators}
    jumps = {op: eval(f"lambda x, y: 1 if x {op} y else 0") for op in operators[-6:]}
    for x in values:
        for y in values:
            for op in operators:
                if op == "**" and isinstance(y, int) and abs(y) > 100:
                    continue
                try:
                    result = functions[op](x, y)
                except Exception as error:
                    result = repr(error)
                print(x, op, y, repr(result), jumps[op](x, y) if op in jumps else "")
        print(-x, not x, 1 if x else 0, x + 1, x - 2, x * 3, x / 4, 1 - x)
    for x in range(-12, 12):
        print([(x ** y, x << abs(y), x >> abs(y)) for y in range(-3, 70) if x or y >= 0])


def truths():
    class Empty:
        def __len__(self):
            return 0

    class Never:
        def __bool__(self):
            raise ValueError("no truth")
    for value in ((), (0,), [], [0], {}, {1: 2}, "", "a", set(), {1}, b"", b"a", None, ..., 0, 1, 0.0, -0.0, 2.5, 1 << 80, Empty(), object(), range(0), len):
        n = 0
        while not value:
            n += 1
            if n == 2:
                break
        print(not value, 1 if value else 2, n, type(value and 1), type(value or 2))
    for action in (lambda: not Never(), lambda: 1 if Never() else 2, lambda: Never() and 1):
        show(action)


def change_while_looping(change, view):
    d = {1: 2, "a": "b", 2.5: 3}
    for item in view(d):
        print(item)
        change(d)


def change_pairs(change):
    d = {1: 2, "a": "b", 2.5: 3}
    for key, value in d.items():
        print(key, value)
        change(d)


def strict_pairs(first, second):
    for a, b in zip(first, second, strict=True):
        print(a, b)


def failing():
    yield 1
    raise KeyError("inside")


def wrong_pairs(pairs):
    for a, b in pairs:
        print(a, b)


def loops():
    d = {1: 2, "a": "b", 2.5: 3, (): None}
    del d[2.5]
    for sequence in ([1, 2, 3], (4, 5), "xy", range(3), {}, d, d.values(), iter([]), (n for n in (7, 8))):
        numbered, pairs = [], []
        for i, x in enumerate(sequence):
            numbered.append((i, x))
        for i, x in enumerate(sequence, 2**62 - 2):
            pairs.append((i, x))
        print(numbered, pairs)
    for a, b in zip([1, 2, 3], "ab"):
        print(a, b)
    for a, b in zip((), "ab"):
        print(a, b)
    for a, a in zip([1], [2]):
        print(a)
    for key, value in d.items():
        d[key] = key
    for pair in d.items():
        key, value = pair
        print(pair, key is value)
    for a, b in ((1, 2), [3, 4], "ab", {5: 6, 7: 8}):
        print(a, b)
    changes = (lambda d: d.update(z=1), lambda d: d.clear(), lambda d: d.pop("a", 0) and d.update(y=1), lambda d: d.update(a=1))
    for change in changes:
        for view in (iter, dict.values, dict.items, reversed):
            show(lambda: change_while_looping(change, view))
        show(lambda: change_pairs(change))
    show(lambda: strict_pairs([1, 2], "a"))
    show(lambda: strict_pairs([1], "ab"))
    show(lambda: strict_pairs([1, 2], failing()))
    for pairs in (zip([1], [2], [3]), zip([1]), zip(), enumerate(failing()), zip(failing(), [1, 2]), [(1, 2), (3,)], 5, [5], map(divmod, [7, 8], [2, 0])):
        show(lambda: wrong_pairs(pairs))
    for pairs in (enumerate("a"), {1: 2}.items(), zip("a", "b"), [(1, 2)], {"pq"}):   # one loop that sees them all
        wrong_pairs(pairs)


def wide_ints():
    values = [sign * (1 << bits) + extra for bits in (0, 30, 61, 62, 63, 64, 65, 100, 125, 126, 127, 128, 129, 190) for sign in (1, -1) for extra in (-1, 0, 1)]
    functions = [eval(f"lambda x, y: x {op} y") for op in ("+", "-", "*", "&", "|", "^")]
    divisions = [eval(f"lambda x, y: x {op} y") for op in ("//", "%")]
    for x in values:
        sums = [function(x, y) for y in values for function in functions] + [function(x, y) for y in values if y for function in divisions]
        sums += [function(x, n) for n in (0, 1, 5, 61, 62, 63, 64, 65, 66, 126, 127, 128, 200) for function in (int.__lshift__, lambda x, n: x << n, lambda x, n: x >> n)]
        print(hash(tuple(sums)), sum(map(abs, sums)), sums[::97])
        x += 1
        x *= 3
        x -= 1 << 64
        x ^= 1 << 90
        print(x)
    for n in (64, 2**70):
        show(lambda: n // 0)
        show(lambda: (n << 64) % 0)
        show(lambda: n << -1)
        show(lambda: (n << 64) >> -1)


class Same:
    """Equal to everything that has its hash."""
    def __init__(self, hashed):
        self.hashed = hashed

    def __hash__(self):
        return hash(self.hashed)

    def __eq__(self, other):
        return True


def membership():
    text = "".join(["a", "b"])
    keys = (1, 1.0, True, "ab", text, 2**61 - 1, 2**61, -1, -2, 0, 2**70, (1, 2), None, Same(5), Same("ab"), 5, "x")
    containers = ({}, {1: 2}, {1.0: 2}, {True: 3}, {"ab": 1}, {text: 1}, {Same("ab"): 1, Same(5): 2}, {0: 1, 2**61 - 1: 2}, {-1: 1, -2: 2}, {i: i for i in range(-300, 300)},
                  {str(i): i for i in range(300)} | {"ab": 5}, set(), {1}, {1.0, "ab"}, {-1}, frozenset(range(-5, 70)), {Same(5)}, {2**61 - 1}, [1, "ab"], (1.0, text))
    for container in containers:
        found = []
        for key in keys:
            here = key in container
            assert here is (not key not in container)
            if key in container:
                found.append(here)
            if key not in container:
                found.append(not here)
            if isinstance(container, dict):
                try:
                    found.append(container[key])
                    container[key] = 77
                    found.append(container[key])
                except KeyError as error:
                    found.append(str(error)[:9])
        print(found)
    for key in ([], {}, set()):
        for container in ({}, {1: 2}, {1}, frozenset()):
            show(lambda: key in container)
    show(lambda: {}[[]])
    show(lambda: 1 in 5)


def main():
    swaps()
    loops()
    membership()
    wide_ints()
    for action in (not_enough, too_many, not_iterable, from_generator, tuple_store, slice_load, slice_store, slice_of_dict, slice_into_dict):
        show(action)
    slices()
    trace()
    arithmetic()
    truths()


main()
