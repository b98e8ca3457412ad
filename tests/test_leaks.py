"""Nothing is lost: what typical operations and failing ones leave behind does not grow, neither memory nor file descriptors."""
import contextlib
import gc
import importlib
import io
import json
import os
import pickle
import re
import socket
import subprocess
import sys
import tempfile
import threading
import unittest
import weakref
import zlib

from helpers import ASAN

ROUNDS = 300
# Between two measurements of an operation that keeps nothing, the heap's and the C library's caches still settle.
MEMORY_BOUND = 4 << 20
LOAD = 200_000     # bytes that each operation works on: what a library keeps of them in the fewest rounds is more than the bound


def memory():
    """Bytes that the process has in memory."""
    with open("/proc/self/statm") as f:
        return int(f.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def descriptors():
    return len(os.listdir("/proc/self/fd"))


class Node:
    def __init__(self):
        self.me = self
        self.load = bytes(LOAD)

    def __del__(self):
        self.load = None


def cycles():
    node = Node()
    weakref.ref(node, lambda _: None)
    node.method = node.__del__


def exceptions():
    try:
        try:
            big = [bytes(LOAD)]
            big[1]
        except IndexError as e:
            raise ValueError(bytes(LOAD)) from e
    except ValueError:
        pass


def generators():
    def count():
        load = bytearray(LOAD)
        try:
            while True:
                yield load
        finally:
            load.clear()

    for stop in (lambda g: g.close(), lambda g: None, lambda g: g.throw(KeyError)):
        g = count()
        next(g)
        with contextlib.suppress(KeyError):
            stop(g)


def threads():
    t = threading.Thread(target=bytes, args=(LOAD,))
    t.start()
    t.join()


def failing_threads():
    hook, threading.excepthook = threading.excepthook, lambda _: None
    try:
        t = threading.Thread(target=int, args=("x" * LOAD,))
        t.start()
        t.join()
    finally:
        threading.excepthook = hook


def compile_errors():
    for source in ("def f(:\n" * 20, "x = '" + "a" * LOAD, "(" * 60, "\x00", "break", "f'{" + "x" * LOAD):
        with contextlib.suppress(SyntaxError, ValueError):
            compile(source, "<leak>", "exec")


def compilations():
    exec(compile("class A:\n def f(self): return [x for x in range(10)]\nA().f()\n" + "y = 'text'\n" * 1000, "<leak>", "exec"), {})


def classes():
    class Base:
        __slots__ = ("a", "__weakref__")

    class Derived(Base):
        table = bytes(LOAD)

        def method(self):
            return super().__repr__()

    Derived().method()


def failed_imports():
    for name in ("no_such_module", "json.no_such_module", "leak_broken"):
        with contextlib.suppress(ImportError, SyntaxError):
            importlib.import_module(name)


def modules():
    importlib.invalidate_caches()
    importlib.import_module("leak_fine")
    del sys.modules["leak_fine"]


def texts():
    re.sub("(a+)(b*)", r"\2\1", "aab" * 5_000)
    json.loads(json.dumps({"k" * n: [n] * 20 for n in range(100)}))
    with contextlib.suppress(json.JSONDecodeError):
        json.loads("[" * 500)
    pickle.loads(pickle.dumps([bytes(LOAD), {1: "x" * LOAD}]))
    with contextlib.suppress(pickle.UnpicklingError, EOFError):
        pickle.loads(pickle.dumps([bytes(LOAD)])[:-9])
    zlib.decompress(zlib.compress(bytes(LOAD)))
    with contextlib.suppress(zlib.error):
        zlib.decompress(b"x" * LOAD)
    "".join(str(n) for n in range(2_000)).encode("utf-16").decode("utf-16")
    with contextlib.suppress(UnicodeDecodeError):
        (b"a" * LOAD + b"\xff").decode()


def big_numbers():
    large = 1 << 8 * LOAD
    large // 7, large * 7, pow(3, 5_000, 10**2_000 + 1), str(7**3_000)
    with contextlib.suppress(ZeroDivisionError):
        large // 0


def files():
    with open(__file__) as f, contextlib.suppress(ValueError):
        f.read()
        f.close()
        f.read()
    with contextlib.suppress(OSError):
        open("/no/such/file")
    with contextlib.suppress(OSError):
        open("/", "w")
    with tempfile.TemporaryFile() as f:
        f.write(bytes(LOAD))
    io.TextIOWrapper(io.BytesIO(bytes(LOAD))).read()


def sockets():
    a, b = socket.socketpair()
    with a, b:
        a.sendall(bytes(LOAD // 10))
        b.recv(LOAD)
    with socket.socket() as s, contextlib.suppress(OSError):
        s.connect(("127.0.0.1", 1))


def processes():
    subprocess.run(["/bin/cat"], input=bytes(LOAD), capture_output=True, check=True)
    with contextlib.suppress(OSError):
        subprocess.run(["/no/such/program"], capture_output=True)


def deep_recursion():
    def down():
        load = bytes(LOAD // 500)
        return down(), load

    with contextlib.suppress(RecursionError):
        down()


OPERATIONS = [(cycles, 1), (exceptions, 1), (generators, 1), (threads, 3), (failing_threads, 3), (compile_errors, 3), (compilations, 1), (classes, 1), (failed_imports, 3), (modules, 3),
              (texts, 3), (big_numbers, 3), (files, 1), (sockets, 1), (processes, 10), (deep_recursion, 10)]


@unittest.skipIf(ASAN, "AddressSanitizer keeps freed memory aside, which looks like a leak")
class Leaks(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        for name, source in (("leak_fine", f"table = bytes({LOAD})\n"), ("leak_broken", "#" * LOAD + "\ndef f(:\n")):
            with open(os.path.join(folder.name, name + ".py"), "w") as f:
                f.write(source)
        sys.path.insert(0, folder.name)
        self.addCleanup(sys.path.remove, folder.name)

    def grown(self, operation, rounds):
        """By how much memory, objects alive and file descriptors are more after so many rounds. Where the heap has room for more, what leaks of it shows in the objects alone; what a library
        has allocated, in the memory alone."""
        self.repeat(lambda: None, 1)
        before = memory(), sys.getallocatedblocks(), descriptors()
        self.repeat(operation, rounds)
        return [now - then for now, then in zip((memory(), sys.getallocatedblocks(), descriptors()), before)]

    def test_operations(self):
        for operation, cost in OPERATIONS:
            with self.subTest(operation.__name__):
                rounds = ROUNDS // cost
                self.repeat(operation, rounds)
                size, objects, files = self.grown(operation, rounds)
                if size >= MEMORY_BOUND or objects >= rounds * 2 // 3:   # once more: a leak goes on, what settles has settled
                    size, objects, files = self.grown(operation, rounds)
                self.assertLess(size, MEMORY_BOUND)
                self.assertLess(objects, rounds * 2 // 3)
                self.assertLessEqual(files, 0)

    def repeat(self, operation, rounds):
        for _ in range(rounds):
            operation()
        gc.collect()
        gc.collect()

    def test_chains_of_finalizers(self):
        """What holds others is finalized before them, as it may bring them back; but a long chain does not take as many collections as it has links."""
        class Link:
            def __init__(self, number, rest):
                self.number, self.rest = number, rest

            def __del__(self):
                ended.append(self.number)

        def chain(length):
            link = None
            for number in range(length):
                link = Link(number, link)

        for length in 4, 10_000:
            ended = []
            chain(length)
            for _ in range(3):
                gc.collect()
            self.assertEqual(sorted(ended), list(range(length)))
            self.assertEqual(ended[:4], sorted(ended, reverse=True)[:4])

    def test_finds_a_leak(self):
        """Also in the operation that is repeated least."""
        rounds, kept = ROUNDS // max(cost for _, cost in OPERATIONS), []
        size, objects, files = self.grown(lambda: kept.append(zlib.compressobj(9, memLevel=9)), rounds)   # that is a quarter of a megabyte of the library's
        self.assertGreaterEqual(size, MEMORY_BOUND)
        self.assertGreaterEqual(objects, rounds)
        size, objects, files = self.grown(lambda: kept.append(open(__file__)), rounds)
        self.assertEqual(files, rounds)
        for file in kept[rounds:]:
            file.close()


if __name__ == "__main__":
    unittest.main()
