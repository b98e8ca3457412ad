"""Shortage of memory is a MemoryError that can be caught, and the interpreter is usable afterwards; long calculations can be interrupted."""
import signal
import subprocess
import sys
import time
import unittest

from helpers import ASAN, SLOW, TSAN, environment, run, run_limited

HUGE = [
    "'x' * 10**12", "b'a' * 10**12", "[0] * 10**11", "(1,) * 10**12", "bytes(10**15)", "bytearray(10**14)", "bytearray(sys.maxsize)", "'\u1234' * sys.maxsize",
    "'a'.ljust(sys.maxsize)", "'ab'.center(10**12)", "b'x'.zfill(2**62)", "'%*d' % (10**12, 1)", "f'{1:>1000000000000}'", "struct.pack('1000000000000x')",
    "array.array('q', [0]) * 10**12", "os.urandom(10**13)", "os.read(0, 10**13)", "memoryview(bytes(10**12))", "10**(10**9)", "1 << (1 << 34)", "(1 << (1 << 30)) ** 2",
    "math.factorial(10**9)", "'a'.replace('a', 'b' * 10**9).replace('b', 'c' * 10**9)", "io.BytesIO().write(bytes(10**10))", "b = io.BytesIO(); b.seek(10**13); b.write(b'x')",
    "s = io.StringIO(); s.seek(10**13); s.write('x')", "marshal.dumps('x' * 10**9)", "mmap.mmap(-1, 10**14)", "'\u1234'.encode() * 10**11",
]
RUNAWAY = [
    "list(range(10**12))", "set(range(10**12))", "tuple(range(10**12))", "dict.fromkeys(range(10**12))", "sorted(range(10**12))", "[*range(10**12)]", "[i for i in range(10**12)]",
    "list(zip(*[range(10)] * 10**9))", "list(itertools.repeat(0, 10**11))", "collections.deque(range(10**12))", "'x'.join(map(str, range(10**12)))", "f(*range(10**12))",
    "x = 'a' * 10**7\nwhile 1: x += x", "x = []\nwhile 1: x.append('a' * 1000 + str(len(x)))", "x = None\nwhile 1: x = [x]", "d = {}\nwhile 1: d[len(d)] = str(len(d))",
    "x = []\nwhile 1: x = x, x, dict(a=x)", "x = b''\nwhile 1: x += b'a' * 10**6", "s = set()\nwhile 1: s.add(frozenset([len(s)]))",
    "class A: pass\nx = None\nwhile 1:\n  a = A(); a.x = x; x = a", "class A: __slots__ = ['a%d' % i for i in range(10**4)]\nx = []\nwhile 1: x.append(A())",
    "x = []\nwhile 1: x.append(lambda: x)", "x = []\nwhile 1: x.append(type('A', (), {}))", "x = []\nwhile 1: x.append(iter(x))", "x = []\nwhile 1: x.append(1.5 ** len(x) if len(x) < 99 else 1e300 * len(x))",
    "b = io.BytesIO()\nwhile 1: b.write(b'x' * 10**6)", "s = io.StringIO()\nwhile 1: s.write('x' * 10**6)", "def g(): yield from g()\nlist(g())", "a = array.array('b')\nwhile 1: a.append(1); a *= 3",
    "x = []\nwhile 1: x.append(ValueError(len(x)))", "x = []\nwhile 1: x.append(weakref.ref(x.append(set()) or x[-1]))", "eval('[' + '1,' * 10**7 + ']')", "json.loads('[' + '[1.5],' * 10**7 + '1]')",
    "x = []\nwhile 1: x.append(pickle.loads(pickle.dumps({'a': [1, 2]})))", "re.findall('.', 'ab' * 10**8)", "x = 1\nwhile 1: x = x * x + 10**1000",
]
RUNNER = """
import array, collections, gc, io, itertools, json, marshal, math, mmap, os, pickle, re, resource, struct, sys, weakref
limit = int(sys.argv[1])
if limit: resource.setrlimit(resource.RLIMIT_AS, (limit << 20, resource.RLIM_INFINITY))
sys.setrecursionlimit(10**9)
names = dict(globals(), f=lambda *a: a)
for program in sys.argv[2:]:
    try: exec(program, dict(names)); result = 'no error'
    except (MemoryError, OSError) as e: result, e.__traceback__ = 'MemoryError' if type(e) is MemoryError else 'OSError', None   # what the frames hold fills the memory still
    if result != ('OSError' if 'mmap' in program else 'MemoryError'): print(program, result)
    try: assert sum([i for i in range(10**5)]) == 4999950000 and len(str(names)) > 100
    except MemoryError: print(program, 'unusable afterwards')
print('end')
"""


limited = unittest.skipIf(ASAN or TSAN, "a sanitizer takes terabytes of addresses itself")


# To fill the memory while all of it is gone over at each thousandth allocation would take hours.
UNWATCHED = {name: value for name, value in environment().items() if not name.startswith("KRAIT_GC_")}


class Memory(unittest.TestCase):
    def check(self, programs, limit, *options):
        done = run(*options, "-S", "-c", RUNNER, str(limit), *programs, seconds=250, env=UNWATCHED)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "end\n", ""))

    @limited
    def test_huge_requests(self):
        self.check(HUGE, 600)

    @limited
    def test_runaway_in_little_address_space(self):
        self.check(RUNAWAY, 330)

    def test_runaway_in_limited_heap(self):
        self.check(RUNAWAY, 0, "-X", "max-heap=64M")

    @limited
    def test_threads_that_do_not_start(self):
        program = ("import resource, threading; resource.setrlimit(resource.RLIMIT_AS, (400 << 20, resource.RLIM_INFINITY))\n"
                   "started, stop = [], threading.Event()\n"
                   "try:\n  while 1:\n    t = threading.Thread(target=stop.wait); t.start(); started.append(t)\n"
                   "except (RuntimeError, MemoryError): pass\n"
                   "stop.set()\nfor t in started: t.join()\nprint(len(started) > 1)")
        done = run("-S", "-c", program)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "True\n", ""))

    @limited
    def test_start_in_little_address_space(self):
        """Where there is too little for the start-up image, the start is made without it; where there is too little for that, it is said."""
        for kilobytes in (*range(16000, 32000, 700), *range(32000, 400000, 23000)):
            done = run_limited(f"-v {kilobytes}", "-S", "-c", "print(1)")
            if kilobytes < 32000 and done.returncode:
                self.assertEqual((done.returncode, done.stdout, done.stderr), (1, "", "krait: the interpreter could not start: out of memory\n"), kilobytes)
            else:
                self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "1\n", ""), kilobytes)


class Interruption(unittest.TestCase):
    """As in CPython, arithmetic of huge numbers stops when a signal handler raises."""

    def check(self, program):
        program = "import math, sys; sys.set_int_max_str_digits(0); print(1, flush=True)\n" + program
        child = subprocess.Popen([sys.executable, "-S", "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(child.stdout.close)
        child.stdout.readline()
        time.sleep(0.5)
        child.send_signal(signal.SIGINT)
        errors = child.communicate(timeout=60 * SLOW)[1].decode()
        self.assertEqual((child.returncode, errors.splitlines()[-1:]), (-signal.SIGINT, ["KeyboardInterrupt"]), errors)

    def test_product(self):
        self.check("x = 3 ** 10**8\nwhile 1: x = x * x")

    def test_power(self):
        self.check("pow(3, 10 ** 10**6, 10 ** 10**6 + 1)")

    def test_text(self):
        self.check("x = 3 ** 10**8\nwhile 1: str(x)")

    def test_factorial(self):
        self.check("while 1: math.factorial(10**8)")

    def test_endless_iterators(self):
        """Unlike in CPython: loops of native code over native iterators hear signals too."""
        program = """
import collections, itertools, math, operator, signal
class Heard(Exception): pass
def handler(*a): raise Heard
signal.signal(signal.SIGALRM, handler)
same = itertools.repeat
for loop in (lambda: all(range(1, 2**62)), lambda: all(iter(range(1, 2**70))), lambda: any(same(0)), lambda: sum(same(1)), lambda: max(itertools.count()), lambda: 5 in same(1), lambda: set(same(1)),
             lambda: collections.deque(itertools.count(), maxlen=0), lambda: next(filter(None, same(0))), lambda: next(itertools.islice(itertools.count(), 2**62, None)), lambda: dict.fromkeys(same(1)),
             lambda: next(itertools.compress(same(1), same(0))), lambda: ''.join(same('')), lambda: math.prod(same(1)), lambda: operator.countOf(same(1), 1), lambda: all(itertools.chain.from_iterable(same([])))):
    signal.setitimer(signal.ITIMER_REAL, 0.02, 0.5)
    try: loop()
    except Heard: print('heard')
"""
        done = run("-X", "max-heap=1G", "-S", "-c", program, seconds=100)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "heard\n" * 16, ""))

    def test_handler_that_calculates(self):
        program = """
import signal
done = []
def handler(*a):
    done.append(3 ** 10**6 * 3 ** 10**6 == 9 ** 10**6)
signal.signal(signal.SIGALRM, handler)
signal.setitimer(signal.ITIMER_REAL, 0.03)
x = 7 ** (2 * 10**7)
signal.setitimer(signal.ITIMER_REAL, 0)
assert x % (10**9 + 7) == pow(7, 2 * 10**7, 10**9 + 7) and done and all(done)
"""
        done = run("-S", "-c", program, seconds=100)
        self.assertEqual((done.returncode, done.stderr), (0, ""))


if __name__ == "__main__":
    unittest.main()
