"""Random operations on the built-in containers: results, texts of errors and orders of items must be the oracle's."""
import bisect
import collections
import heapq
import itertools
import operator
import random


r = random.Random(4711)
ATOMS = [0, 1, 2, 3, -1, -2, 7, 10**20, -(2**61), 2**61 - 1, 1.0, 2.5, True, None, "a", "b", "key", "", "é", (1, 2), (), b"x", frozenset({1, 2}), range(3)]
BAD = [[], {}, set(), [1]]


def value():
    return r.choice(ATOMS)


def key():
    return r.choice(BAD) if r.randrange(40) == 0 else r.choice(ATOMS)


def number():
    return r.choice([0, 1, 2, 3, 5, -1, -2, -3, -7, 100, -100, None, "x", 1.5, 2**70, True])


def attempt(name, function, *args, **kwargs):
    try:
        result = function(*args, **kwargs)
    except Exception as e:
        return f"{name}: {type(e).__name__}: {e}"
    if hasattr(result, "__next__"):
        result = list(result)
    return f"{name}: {result!r}"


def pairs():
    return [(value(), value()) for _ in range(r.randrange(4))]


def dict_step(d):
    k = key()
    other = dict(pairs())
    actions = [
        ("set", lambda: d.__setitem__(k, value())), ("set2", lambda: d.__setitem__(value(), k)), ("get", lambda: d[k]), ("get2", lambda: d.get(k, 5)), ("in", lambda: k in d),
        ("del", lambda: d.__delitem__(k)), ("pop", lambda: d.pop(k)), ("pop2", lambda: d.pop(k, None)), ("popitem", lambda: d.popitem()), ("setdefault", lambda: d.setdefault(k, 9)),
        ("update", lambda: d.update(pairs())), ("update2", lambda: d.update(other, z=1)), ("update3", lambda: d.update([k])), ("update4", lambda: d.update(value())),
        ("update5", lambda: d.update({}, {})), ("items", lambda: list(d.items())), ("reversed", lambda: list(reversed(d))), ("eq", lambda: d == other), ("or", lambda: d | other),
        ("or2", lambda: d | pairs()), ("ior", lambda: d.__ior__(pairs())), ("keys&", lambda: sorted(map(repr, d.keys() & other))), ("keys-", lambda: len(d.keys() - [k])),
        ("items^", lambda: len(d.items() ^ other.items())), ("le", lambda: d.keys() <= other.keys()), ("fromkeys", lambda: dict.fromkeys([value(), value()], k)),
        ("copy", lambda: d.copy()), ("repr", lambda: repr(d)), ("lt", lambda: d < other), ("disjoint", lambda: d.keys().isdisjoint(other)), ("hash", lambda: hash(d)),
        ("args", lambda: d.get()), ("args2", lambda: d.pop()), ("args3", lambda: dict(1, 2)), ("args4", lambda: d.setdefault(1, 2, 3)), ("kw", lambda: d.get(key=1)),
    ]
    name, action = r.choice(actions)
    return attempt("dict." + name, action)


def list_step(v):
    i, j, k, x = number(), number(), number(), value()
    other = [value() for _ in range(r.randrange(5))]
    actions = [
        ("append", lambda: v.append(x)), ("append2", lambda: v.append(value())), ("insert", lambda: v.insert(i, x)), ("extend", lambda: v.extend(other)), ("extend2", lambda: v.extend(x)),
        ("pop", lambda: v.pop()), ("pop2", lambda: v.pop(i)), ("remove", lambda: v.remove(x)), ("index", lambda: v.index(x)), ("index2", lambda: v.index(x, i, j)), ("count", lambda: v.count(x)),
        ("get", lambda: v[i]), ("set", lambda: v.__setitem__(i, x)), ("del", lambda: v.__delitem__(i)), ("slice", lambda: v[i:j]), ("slice3", lambda: v[i:j:k]),
        ("setslice", lambda: v.__setitem__(slice(i, j), other)), ("setslice3", lambda: v.__setitem__(slice(i, j, k), other)), ("delslice", lambda: v.__delitem__(slice(i, j, k))),
        ("add", lambda: v + other), ("add2", lambda: v + x), ("mul", lambda: v * (i if isinstance(i, int) and abs(i) < 10 else "y")), ("iadd", lambda: v.__iadd__(other)),
        ("reverse", lambda: v.reverse()), ("sort", lambda: v.sort()), ("sort2", lambda: v.sort(key=repr, reverse=bool(r.randrange(2)))), ("sort3", lambda: v.sort(lambda a: a)),
        ("eq", lambda: v == other), ("lt", lambda: v < other), ("in", lambda: x in v), ("copy", lambda: v.copy()), ("reversed", lambda: reversed(v)), ("hash", lambda: hash(v)),
        ("tuple", lambda: tuple(v)[i:j:k]), ("tindex", lambda: tuple(v).index(x, i)), ("tcount", lambda: tuple(v).count(x)), ("tadd", lambda: tuple(v) + x), ("tget", lambda: tuple(v)[i]),
        ("thash", lambda: hash(tuple(w for w in v if isinstance(w, (int, float))))), ("args", lambda: v.append()), ("args2", lambda: v.pop(1, 2)), ("kw", lambda: list(a=1)),
    ]
    name, action = r.choice(actions)
    if len(v) > 60:
        del v[10:]
    return attempt("list." + name, action)


NUMBERS = list(range(-5, 40)) + [10**18, 2**62, 1.5, 2.0, True]


def set_step(s):
    x = r.choice(BAD) if r.randrange(40) == 0 else r.choice(NUMBERS)
    other = [r.choice(NUMBERS) for _ in range(r.randrange(12))]
    o = set(other)
    actions = [
        ("add", lambda: s.add(x)), ("add2", lambda: [s.add(y) for y in other] and None), ("discard", lambda: s.discard(x)), ("remove", lambda: s.remove(x)), ("pop", lambda: s.pop()), ("in", lambda: x in s),
        ("|", lambda: s | o), ("&", lambda: s & o), ("-", lambda: s - o), ("^", lambda: s ^ o), ("|=", lambda: s.__ior__(o)), ("&=", lambda: s.__iand__(o)), ("-=", lambda: s.__isub__(o)),
        ("^=", lambda: s.__ixor__(o)), ("union", lambda: s.union(other, [x])), ("inter", lambda: s.intersection(other, range(9))), ("diff", lambda: s.difference(other, [1])),
        ("symdiff", lambda: s.symmetric_difference(other)), ("update", lambda: s.update(other)), ("difference_update", lambda: s.difference_update(other, [3])), ("bad|", lambda: s | other),
        ("symu", lambda: s.symmetric_difference_update(other)), ("iu", lambda: s.intersection_update(range(30), other + list(range(10)))), ("le", lambda: s <= o), ("ge", lambda: s >= o),
        ("issubset", lambda: s.issubset(other)), ("issuperset", lambda: s.issuperset(other)), ("isdisjoint", lambda: s.isdisjoint(other)), ("copy", lambda: s.copy()), ("repr", lambda: repr(s)),
        ("frozen", lambda: hash(frozenset(s))), ("frepr", lambda: frozenset(s)), ("clear", lambda: s.clear() if r.randrange(5) == 0 else None), ("args", lambda: s.add()), ("hash", lambda: hash(s)), ("kw", lambda: set(a=1)),
    ]
    name, action = r.choice(actions)
    return attempt("set." + name, action)


def deque_step(d):
    i, x = number(), value()
    other = [value() for _ in range(r.randrange(5))]
    actions = [
        ("append", lambda: d.append(x)), ("appendleft", lambda: d.appendleft(x)), ("pop", lambda: d.pop()), ("popleft", lambda: d.popleft()), ("extend", lambda: d.extend(other)),
        ("extendleft", lambda: d.extendleft(other)), ("rotate", lambda: d.rotate(i)), ("rotate2", lambda: d.rotate()), ("insert", lambda: d.insert(i, x)), ("remove", lambda: d.remove(x)),
        ("index", lambda: d.index(x)), ("count", lambda: d.count(x)), ("get", lambda: d[i]), ("set", lambda: operator.setitem(d, i, x)), ("del", lambda: operator.delitem(d, i)), ("reverse", lambda: d.reverse()),
        ("add", lambda: d + collections.deque(other)), ("mul", lambda: d * r.randrange(3)), ("imul", lambda: d.__imul__(r.randrange(3))), ("copy", lambda: d.copy()), ("in", lambda: x in d),
        ("eq", lambda: d == collections.deque(other)), ("lt", lambda: d < collections.deque(other)), ("rev", lambda: reversed(d)), ("maxlen", lambda: d.maxlen), ("reduce", lambda: d.__reduce__()[:2]),
    ]
    name, action = r.choice(actions)
    if len(d) > 50:
        d.clear()
    return attempt("deque." + name, action)


def ordered_step(d):
    k, x = key(), value()
    actions = [
        ("set", lambda: d.__setitem__(k, x)), ("set2", lambda: d.__setitem__(x, k)), ("del", lambda: d.__delitem__(k)), ("pop", lambda: d.pop(k)), ("pop2", lambda: d.pop(k, default=3)),
        ("popitem", lambda: d.popitem()), ("popfirst", lambda: d.popitem(last=False)), ("toend", lambda: d.move_to_end(k)), ("tofront", lambda: d.move_to_end(k, last=False)),
        ("setdefault", lambda: d.setdefault(k, x)), ("items", lambda: list(d.items())), ("rev", lambda: list(reversed(d.items()))), ("eq", lambda: d == collections.OrderedDict(reversed(list(d.items())))),
        ("eq2", lambda: d == dict(d)), ("copy", lambda: d.copy()), ("or", lambda: d | {1: 2}), ("update", lambda: d.update(pairs(), z=1)), ("repr", lambda: repr(d)), ("bad", lambda: d.update([(1,)])),
    ]
    name, action = r.choice(actions)
    return attempt("odict." + name, action)


for step, make in ((dict_step, dict), (list_step, list), (set_step, set), (deque_step, collections.deque), (lambda d: deque_step(d), lambda: collections.deque(maxlen=4)), (ordered_step, collections.OrderedDict)):
    for _ in range(20):
        container = make()
        for _ in range(150):
            print(step(container))
        print(container)

for base in (range(7), "abcd", [], [1]):
    for size in (0, 1, 2, 3, 5):
        print([list(f(base, size)) for f in (itertools.combinations, itertools.permutations, itertools.combinations_with_replacement)])
for n in (1, 2, 5, 16, 17, 31, 33, 64, 65, 100, 257, 1000):
    for shape in (lambda i: i, lambda i: -i, lambda i: r.randrange(n), lambda i: i % 5, lambda i: float(r.randrange(7)), lambda i: str(r.randrange(n)), lambda i: (r.randrange(3), str(i)), lambda i: i if i % 10 else r.randrange(n)):
        items = [shape(i) for i in range(n)]
        print(hash(tuple(map(str, sorted(items)))) == hash(tuple(map(str, sorted(items, reverse=True)[::-1]))), sorted(items) == sorted(items[::-1]), sorted(enumerate(items), key=lambda p: p[1])[-5:],
              sorted(enumerate(items), key=lambda p: p[1], reverse=True)[:5])
        heap = items[:]
        heapq.heapify(heap)
        print([heapq.heappop(heap) for _ in range(len(heap))] == sorted(items), bisect.bisect(sorted(items), items[0]), bisect.bisect_left(sorted(items), items[0]))
