"""Containers that hold themselves, nest without end or change while they are looked at: an exception or a sound result, never a crash."""
import collections
import gc
import heapq
import itertools
import json
import pickle
import unittest


def nested(make, depth=100000):
    value = make(None)
    for _ in range(depth):
        value = make(value)
    return value


class Meddler:
    """Runs `action` whenever it is compared, printed or used as an index."""

    def __init__(self, action):
        self.action = action

    def __eq__(self, other):
        self.action()
        return False

    def __lt__(self, other):
        self.action()
        return False

    def __hash__(self):
        return 1

    def __repr__(self):
        self.action()
        return "Meddler"

    def __index__(self):
        self.action()
        return 0


class Nesting(unittest.TestCase):
    makers = {
        "list": lambda x: [x], "tuple": lambda x: (x,), "dict": lambda x: {1: x}, "deque": lambda x: collections.deque([x]), "ordered": lambda x: collections.OrderedDict(a=x),
        "frozenset": lambda x: frozenset([x]), "default": lambda x: collections.defaultdict(None, {1: x}), "values": lambda x: {1: x}.values(),
    }

    def test_deep(self):
        for name, make in self.makers.items():
            a, b = nested(make), nested(make)
            gc.collect()
            for action in (repr, hash, json.dumps, pickle.dumps, lambda v: v == b, lambda v: v < b):
                with self.subTest(name):
                    try:
                        action(a)
                    except (RecursionError, TypeError, pickle.PicklingError):
                        pass

    def test_iterators(self):
        for wrap in (itertools.chain, iter, enumerate, zip, lambda i: map(str, i), lambda i: filter(None, i), itertools.cycle, itertools.accumulate, lambda i: itertools.islice(i, 5)):
            value = iter([1])
            for _ in range(100000):
                value = wrap(value)
            try:
                next(value)
            except (RecursionError, StopIteration):
                pass

    def test_json(self):
        for text in ("[" * 200000, '{"a":' * 200000):
            with self.assertRaises(RecursionError):
                json.loads(text)

    def test_pickle(self):
        value = pickle.loads(b"]" * 200000 + b"a" * 199999 + b".")
        self.assertEqual(len(value), 1)
        del value
        gc.collect()


class Meddling(unittest.TestCase):
    def attempt(self, action):
        try:
            action()
        except (ValueError, IndexError, RuntimeError, TypeError, KeyError):
            pass

    def test_list(self):
        v = []
        for action in (lambda: v.index(5), lambda: v.count(5), lambda: 5 in v, lambda: v.remove(5), lambda: v == [1] * 10, lambda: v.sort(), lambda: repr(v), lambda: v < [1], lambda: v.__setitem__(v[0], 1),
                       lambda: v[v[0]:5], lambda: v.__setitem__(slice(v[0], 5), [1, 2]), lambda: v.__delitem__(slice(v[0], None, 2)), lambda: v.pop(v[0]), lambda: v.insert(v[0], 1)):
            v[:] = [Meddler(v.clear) for _ in range(10)]
            self.attempt(action)

    def test_list_grown_while_sorted(self):
        v = [3, 1, 2]
        with self.assertRaisesRegex(ValueError, "list modified during sort"):
            v.sort(key=lambda x: v.append(5) or x)
        self.assertEqual(v, [1, 2, 3])

    def test_dict(self):
        d = {}
        for _ in range(50):
            d[Meddler(d.clear)] = 1
        e = {1: 1}
        for i in range(50):
            e[Meddler(lambda: e.__setitem__(len(e) + 1000, 1))] = i
        self.attempt(lambda: d == e)
        self.attempt(lambda: d.update(e))
        self.attempt(lambda: {**e, **d})

    def test_set(self):
        s = set()
        for action in (lambda o: s | o, lambda o: s & o, lambda o: s - o, lambda o: s ^ o, lambda o: s <= o, lambda o: s == o, s.update, s.intersection_update, s.difference_update, s.symmetric_difference_update):
            s |= {Meddler(s.clear), 1, 2, 3}
            self.attempt(lambda: action({Meddler(s.clear), 1, 2, 3}))

    def test_deque(self):
        q = collections.deque()
        for action in (lambda: q.index(5), lambda: q.count(5), lambda: 5 in q, lambda: q.remove(5), lambda: q == collections.deque([1] * 10), lambda: repr(q), lambda: q.insert(q[0], 1), lambda: q.rotate(q[0])):
            q.clear()
            q.extend(Meddler(q.clear) for _ in range(10))
            self.attempt(action)

    def test_heap(self):
        h = []
        for action in (lambda: heapq.heappush(h, 1), lambda: heapq.heappop(h), lambda: heapq.heapify(h), lambda: heapq.heappushpop(h, 1), lambda: heapq.heapreplace(h, 1)):
            h[:] = [Meddler(h.clear) for _ in range(10)]
            self.attempt(action)


if __name__ == "__main__":
    unittest.main()
