"""Times single operations of krait beside python3.11, to find the slow ones. Prints nanoseconds for each and the ratio; the slowest relative to python3.11 come last.

Each operation stands UNROLL times in the body of a loop in a function, and the loop's own cost stays in: it is the same for both. CPU time, best of several runs; the two take turns.

Usage: python3.11 bench/micro.py [--below RATIO] [--repeat N] [WORD...]     (operations whose name contains one of the words)
"""
import argparse
import math
import os
import subprocess
import sys
import time

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
KRAIT = os.environ.get("KRAIT", os.path.join(TOP, "build", "krait"))
ORACLE = "/usr/bin/python3.11"
UNROLL = 5
SECONDS = 0.02

# name, preparation, statement
OPERATIONS = [
    ("int add", "a = 3; b = 4", "c = a + b"),
    ("int add constant", "a = 3", "c = a + 1"),
    ("int constant minus", "a = 3", "c = 1 - a"),
    ("int multiply", "a = 3; b = 4", "c = a * b"),
    ("int floor divide", "a = 30; b = 4", "c = a // b"),
    ("int modulo", "a = 30; b = 4", "c = a % b"),
    ("int modulo negative", "a = -30; b = 7", "c = a % b"),
    ("int true divide", "a = 30; b = 4", "c = a / b"),
    ("int power", "a = 30", "c = a ** 2"),
    ("int shift", "a = 30", "c = a << 3 >> 1"),
    ("int bits", "a = 30; b = 12", "c = (a & b) ^ (a | b)"),
    ("int negate, invert", "a = 30", "c = -a; d = ~a"),
    ("int compare value", "a = 3; b = 4", "c = a < b"),
    ("int compare jump", "a = 3; b = 4", "if a > b: c = 1"),
    ("int chained compare", "a = 3", "c = 0 < a < 9"),
    ("int truth jump", "a = 3", "if a: c = 1"),
    ("int not", "a = 3", "c = not a"),
    ("int big add", "a = 1 << 100; b = 1 << 99", "c = a + b"),
    ("int big multiply", "a = 1 << 100; b = 3", "c = a * b"),
    ("int mask 64 bits", "a = 0x123456789abcdef", "c = a * 6364136223846793005 & 0xffffffffffffffff"),
    ("bool and or", "a = True; b = False", "c = a and b or a"),
    ("float add", "a = 3.5; b = 4.25", "c = a + b"),
    ("float multiply add", "a = 3.5; b = 4.25; s = 1.0", "c = a * b + s"),
    ("float divide", "a = 3.5; b = 4.25", "c = a / b"),
    ("float floor, modulo", "a = 13.5; b = 4.25", "c = a // b; d = a % b"),
    ("float and int", "a = 3.5; b = 4", "c = a * b - 1"),
    ("float power", "a = 3.5", "c = a ** 2"),
    ("float power -1.5", "a = 3.5", "c = a ** -1.5"),
    ("float compare jump", "a = 3.5; b = 4.25", "if a > b: c = 1"),
    ("float negate", "a = 3.5", "c = -a"),
    ("float zero", "a = 0.0; b = 1.5", "c = a * b + a"),
    ("float huge", "a = 1e200; b = 1.5", "c = a * b"),
    ("float of int", "a = 3", "c = float(a)"),
    ("int of float", "a = 3.7", "c = int(a)"),
    ("math.sqrt", "import math; sqrt = math.sqrt; a = 3.7", "c = sqrt(a)"),
    ("complex multiply", "a = 3 + 4j", "c = a * a"),
    ("local move", "a = 3", "b = a; c = b"),
    ("swap", "a = 3; b = 4", "a, b = b, a"),
    ("rotate three", "a = 3; b = 4; c = 5", "a, b, c = b, c, a"),
    ("assign four", "", "a, b, c, d = 1, 2, 3, []"),
    ("is None", "a = 3", "if a is None: c = 1"),
    ("unpack tuple", "t = (1, 2)", "a, b = t"),
    ("unpack list of three", "t = [1, 2, 3]", "a, b, c = t"),
    ("unpack starred", "t = [1, 2, 3, 4]", "a, *b = t"),
    ("build tuple", "a = 3; b = 4", "c = (a, b)"),
    ("build list", "a = 3; b = 4", "c = [a, b]"),
    ("build empty list", "", "c = []"),
    ("build dict", "a = 3; b = 4", "c = {'x': a, 'y': b}"),
    ("build empty dict", "", "c = {}"),
    ("build set", "a = 3; b = 4", "c = {a, b}"),
    ("list index", "l = [1, 2, 3]; i = 1", "c = l[i]"),
    ("list index constant", "l = [1, 2, 3]", "c = l[0]"),
    ("list index negative", "l = [1, 2, 3]", "c = l[-1]"),
    ("list store", "l = [1, 2, 3]; i = 1; v = 5", "l[i] = v"),
    ("list store constant", "l = [1, 2, 3]; v = 5", "l[1] = v"),
    ("list augmented", "l = [1, 2, 3]; i = 1", "l[i] += 1"),
    ("list swap items", "l = [1, 2, 3]; i = 1; j = 2", "l[i], l[j] = l[j], l[i]"),
    ("list matrix", "m = [[1, 2], [3, 4]]; i = 1; j = 0", "c = m[i][j]"),
    ("list append pop", "l = []", "l.append(1); l.pop()"),
    ("list pop front", "l = [1, 2, 3]", "l.insert(0, l.pop())"),
    ("list slice", "l = [1, 2, 3, 4, 5]", "c = l[1:3]"),
    ("list slice to", "l = [1, 2, 3, 4, 5]; k = 3", "c = l[:k]"),
    ("list copy", "l = [1, 2, 3, 4, 5]", "c = l[:]"),
    ("list slice step", "l = [1, 2, 3, 4, 5]", "c = l[::-1]"),
    ("list slice assign", "l = [1, 2, 3, 4, 5]; k = [7, 8]", "l[1:3] = k"),
    ("list delete item", "l = list(range(100))", "del l[3]; l.append(1)"),
    ("list add", "l = [1, 2]; k = [3]", "c = l + k"),
    ("list repeat", "", "c = [0] * 10"),
    ("list contains", "l = [1, 2, 3, 4]; a = 3", "c = a in l"),
    ("list compare", "l = [1, 2, 3, 4]; k = [1, 2, 3, 4]", "c = l == k"),
    ("list extend", "k = [1, 2, 3]", "l = []; l += k; l.extend(k)"),
    ("list sort", "k = [5, 3, 4, 1, 2]", "l = k[:]; l.sort()"),
    ("list reverse", "k = [5, 3, 4, 1, 2]", "k.reverse()"),
    ("list comprehension", "k = [5, 3, 4, 1, 2]", "c = [x + 1 for x in k]"),
    ("list comprehension if", "k = [5, 3, 4, 1, 2]", "c = [x for x in k if x > 2]"),
    ("dict comprehension", "k = [5, 3, 4, 1, 2]", "c = {x: x for x in k}"),
    ("set comprehension", "k = [5, 3, 4, 1, 2]", "c = {x for x in k}"),
    ("generator expression sum", "k = [5, 3, 4, 1, 2]", "c = sum(x + 1 for x in k)"),
    ("any generator", "k = [5, 3, 4, 1, 2]", "c = any(x > 9 for x in k)"),
    ("tuple index", "t = (1, 2, 3)", "c = t[1]"),
    ("tuple slice", "t = (1, 2, 3)", "c = t[1:]"),
    ("tuple compare", "t = (1, 2, 3); u = (1, 2, 4)", "c = t < u"),
    ("tuple equal", "t = (1, 2, 3); u = (1, 2, 3)", "c = t == u"),
    ("tuple hash", "t = (1, 2, 3)", "c = hash(t)"),
    ("tuple contains", "a = 'd'", "c = a in ('a', 'b', 'c', 'd')"),
    ("tuple add", "t = (1, 2, 3)", "c = t + t"),
    ("dict get item str", "d = {'x': 1, 'y': 2}", "c = d['x']"),
    ("dict get item int", "d = {i: i for i in range(100)}; k = 57", "c = d[k]"),
    ("dict get item tuple", "d = {(1, 2): 3}; k = (1, 2)", "c = d[k]"),
    ("dict get item variable", "d = {'x': 1, 'y': 2}; k = 'y'", "c = d[k]"),
    ("dict set item str", "d = {'x': 1, 'y': 2}", "d['x'] = 3"),
    ("dict set item int", "d = {i: i for i in range(100)}; k = 57", "d[k] = 3"),
    ("dict augmented", "d = {'x': 1, 'y': 2}", "d['x'] += 1"),
    ("dict contains str", "d = {'x': 1, 'y': 2}; k = 'y'", "c = k in d"),
    ("dict contains int jump", "d = {i: i for i in range(100)}; k = 157", "if k in d: c = 1"),
    ("dict get", "d = {'x': 1, 'y': 2}; k = 'z'", "c = d.get(k, 0)"),
    ("dict setdefault", "d = {'x': []}", "d.setdefault('x', []).append"),
    ("dict insert delete", "d = {'x': 1, 'y': 2}; k = 'z'", "d[k] = 1; del d[k]"),
    ("dict items loop", "d = {'x': 1, 'y': 2, 'z': 3}", "for k, v in d.items(): pass"),
    ("dict keys loop", "d = {'x': 1, 'y': 2, 'z': 3}", "for k in d: pass"),
    ("dict values loop", "d = {'x': 1, 'y': 2, 'z': 3}", "for v in d.values(): pass"),
    ("dict copy", "d = {'x': 1, 'y': 2, 'z': 3}", "c = dict(d)"),
    ("defaultdict augmented", "from collections import defaultdict; d = defaultdict(int)", "d['a'] += 1"),
    ("set contains", "s = {1, 2, 3}; a = 3", "c = a in s"),
    ("set contains str", "s = {'a', 'b'}; a = 'b'", "if a in s: c = 1"),
    ("set add", "s = set(); a = 3", "s.add(a)"),
    ("set operators", "s = {1, 2, 3}; t = {2, 3, 4}", "c = s & t; d = s | t"),
    ("str index", "s = 'hello'; i = 1", "c = s[i]"),
    ("str slice", "s = 'hello'", "c = s[1:3]"),
    ("str equal jump", "s = 'hello'; t = 'world'", "if s == t: c = 1"),
    ("str contains", "s = 'hello'; t = 'll'", "c = t in s"),
    ("str less", "s = 'hello'; t = 'help'", "c = s < t"),
    ("str add", "s = 'hello'; t = 'world'", "c = s + t"),
    ("str loop", "s = 'hello'", "for c in s: pass"),
    ("str truth", "s = 'hello'", "if not s: c = 1"),
    ("bytes index", "s = b'hello'; i = 1", "c = s[i]"),
    ("bytearray store", "s = bytearray(10); i = 1", "s[i] = 7"),
    ("list truth", "l = [1]", "if l: c = 1"),
    ("dict truth", "l = {}", "if l: c = 1"),
    ("len list", "l = [1]", "c = len(l)"),
    ("range loop", "", "for i in range(10): pass"),
    ("range loop start step", "", "for i in range(2, 20, 2): pass"),
    ("list loop", "l = [1] * 10", "for i in l: pass"),
    ("tuple loop", "l = (1,) * 10", "for i in l: pass"),
    ("set loop", "l = set(range(10))", "for i in l: pass"),
    ("enumerate loop", "l = [1] * 10", "for i, x in enumerate(l): pass"),
    ("zip loop", "l = [1] * 10", "for i, x in zip(l, l): pass"),
    ("map loop", "l = [1] * 10", "for i in map(abs, l): pass"),
    ("reversed loop", "l = [1] * 10", "for i in reversed(l): pass"),
    ("reversed range loop", "", "for i in range(9, -1, -1): pass"),
    ("pairs loop", "l = [(1, 2)] * 10", "for a, b in l: pass"),
    ("while loop", "", "i = 0\nwhile i < 10: i += 1"),
    ("generator loop", "\ndef g():\n    i = 0\n    while i < 10:\n        yield i\n        i += 1", "for i in g(): pass"),
    ("generator next", "\ndef g():\n    while True:\n        yield 1\nn = g()", "next(n)"),
    ("generator send", "\ndef g():\n    while True:\n        yield 1\nn = g(); next(n)", "n.send(1)"),
    ("yield from", "\ndef g():\n    yield from (1, 2, 3)\n    yield from g2()\ndef g2():\n    yield 1", "for i in g(): pass"),
    ("try without raise", "", "try: c = 1\nexcept ValueError: pass"),
    ("raise and catch", "", "try: raise ValueError\nexcept ValueError: pass"),
    ("try KeyError", "d = {}", "try: d['x']\nexcept KeyError: pass"),
    ("try finally", "", "try: c = 1\nfinally: d = 2"),
    ("closure cell", "x = 1\ndef g():\n    nonlocal x\n    x += 1", "g()"),
    ("global", "global G; G = 1", "G"),
    ("lambda make", "", "c = lambda x: x"),
    ("sum of list", "l = [1] * 20", "c = sum(l)"),
    ("max of two", "a = 1; b = 2", "c = max(a, b)"),
    ("min of list", "l = [3, 1, 2]", "c = min(l)"),
    ("abs", "a = -3", "c = abs(a)"),
    ("divmod", "a = 30", "c = divmod(a, 7)"),
    ("isinstance", "a = -3", "c = isinstance(a, int)"),
    ("deque", "from collections import deque; d = deque([1, 2, 3])", "d.append(d.popleft())"),
    ("heapq", "import heapq; h = [1, 2, 3, 4]", "heapq.heappush(h, heapq.heappop(h))"),
    ("sorted key", "l = [3, 1, 2, 5, 4]", "c = sorted(l, key=lambda x: -x)"),
    ("match literal", "a = 3", "match a:\n    case 1: c = 1\n    case 3: c = 3"),
    ("match sequence", "a = (1, 2)", "match a:\n    case (1, x): c = x\n    case _: c = 3"),
    ("f-string int", "a = 3", "c = f'x{a}y'"),
]


def function_of(setup, statement):
    indented = "\n".join("    " + line for line in setup.split("\n"))
    body = "\n".join("        " + line for line in statement.split("\n"))
    source = f"def f(times):\n{indented or '    pass'}\n    start = clock()\n    for _ in range(times):\n" + "\n".join([body] * UNROLL) + "\n    return clock() - start\n"
    names = {"clock": time.process_time}
    exec(source, names)
    return names["f"]


def measure():
    """Answers each index on standard input with the nanoseconds of that operation."""
    functions = {}
    for line in sys.stdin:
        index = int(line)
        if index not in functions:
            f, n = function_of(*OPERATIONS[index][1:]), 100
            while (spent := f(n)) < SECONDS / 4:
                n *= 4
            functions[index] = f, max(1, int(n * SECONDS / spent))
        f, n = functions[index]
        print(f(n) / n / UNROLL * 1e9, flush=True)


class Worker:
    def __init__(self, interpreter):
        self.process = subprocess.Popen([interpreter, __file__, "--worker"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def time(self, index):
        print(index, file=self.process.stdin, flush=True)
        answer = self.process.stdout.readline()
        if not answer:
            sys.exit(f"{self.process.args[0]} fails in '{OPERATIONS[index][0]}'")
        return float(answer)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--below", type=float, default=math.inf, help="print only operations that are less than so many times as fast")
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--worker", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("words", nargs="*")
    options = parser.parse_args()
    if options.worker:
        return measure()
    chosen = [i for i, (name, _, _) in enumerate(OPERATIONS) if not options.words or any(word in name for word in options.words)]
    krait, oracle = Worker(KRAIT), Worker(ORACLE)
    rows = []
    for i in chosen:
        pairs = [(krait.time(i), oracle.time(i)) for _ in range(options.repeat)]
        ours, theirs = map(min, zip(*pairs))
        rows.append((theirs / ours, OPERATIONS[i][0], ours, theirs))
    for ratio, name, ours, theirs in sorted(rows, reverse=True):
        if ratio < options.below:
            print(f"{name:28} krait {ours:9.1f} ns   python3.11 {theirs:9.1f} ns   {ratio:6.2f} times as fast")
    print(f"geometric mean of {len(rows)} operations: {math.exp(sum(math.log(row[0]) for row in rows) / len(rows)):.2f} times as fast")


if __name__ == "__main__":
    main()
