"""Strings: what the representation (shared buffers, narrow and wide characters) must not let anybody notice."""
import gc
import os
import sys
import time
import unittest


class Concatenation(unittest.TestCase):
    def test_all_shapes(self):
        parts = ["x" * 100, "\xe9" * 70, "\u1234" * 40, "\U0001f600" * 30, "tail"]
        for order in range(len(parts)):
            pieces = parts[order:] + parts[:order]
            left = ""
            right = ""
            for piece in pieces:
                left = left + piece
            for piece in reversed(pieces):
                right = piece + right
            self.assertEqual(left, "".join(pieces))
            self.assertEqual(right, left)
            self.assertEqual(hash(right), hash(left))
            self.assertEqual(left.encode("utf-8"), b"".join(piece.encode("utf-8") for piece in pieces))

    def test_siblings_in_one_buffer(self):
        base = "a" * 200
        base += "b" * 200
        self.assertEqual(base[-1], "b")
        one = base + "c"
        two = base + "d"
        self.assertEqual((one[-1], two[-1], len(one), len(two), base[-1]), ("c", "d", 401, 401, "b"))
        three = one + "e"
        four = one + "\u20ac"
        self.assertEqual((three[-2:], four[-2:], one[-1]), ("ce", "c\u20ac", "c"))
        self.assertEqual(one.encode(), b"a" * 200 + b"b" * 200 + b"c")
        self.assertEqual(int(one[:0] + "7" * 300 + "1"), int("7" * 300 + "1"))

    def test_what_c_has_stays(self):
        """A function that has the characters as a C string is interrupted by Python code that appends to the same string."""
        import _posixshmem
        name = "/krait_" + "n" * 150 + str(os.getpid())
        longer = []

        class Flags:
            def __index__(self):
                longer.append(name + "_longer")
                return os.O_CREAT | os.O_RDWR

        fd = _posixshmem.shm_open(name, Flags(), 0o600)
        try:
            self.assertEqual(os.readlink(f"/proc/self/fd/{fd}"), "/dev/shm" + name)
        finally:
            os.close(fd)
            _posixshmem.shm_unlink(name)
        self.assertEqual(longer, [name + "_longer"])

    def test_linear_time(self):
        def build(n, look):
            text = ""
            for i in range(n):
                text += "some text "
                if look:
                    text[-1]
            return len(text)
        for look in False, True:
            start = time.perf_counter()
            self.assertEqual(build(200000, look), 2000000)
            self.assertLess(time.perf_counter() - start, 5)

    def test_both_ends(self):
        text = ""
        for i in range(5000):
            text = ("%d" % i) + text + "x" * 50
        gc.collect()
        self.assertEqual(text.count("x"), 250000)

    def test_subclass(self):
        class Text(str):
            pass
        long = Text("q" * 300)
        both = long + "r" * 300
        self.assertIs(type(both), str)
        self.assertEqual(both, "q" * 300 + "r" * 300)
        self.assertEqual(("s" + long)[:2], "sq")


class Memory(unittest.TestCase):
    def test_impossible_sizes(self):
        for operation in (lambda: "a" * sys.maxsize, lambda: "ab".center(sys.maxsize), lambda: "\u1234" * (sys.maxsize // 2 - 100), lambda: "a".ljust(sys.maxsize - 10),
                          lambda: bytes(sys.maxsize), lambda: bytearray(sys.maxsize - 1), lambda: b"ab" * (sys.maxsize // 2)):
            with self.assertRaises((MemoryError, OverflowError)):
                operation()

    def test_views_that_nobody_holds(self):
        data = bytearray(b"abc")

        def look():
            return bytes(memoryview(data)[1:])
        self.assertEqual(look(), b"bc")
        gc.collect()   # clears what the call left on the stack
        data += b"def"
        self.assertEqual(data, b"abcdef")


if __name__ == "__main__":
    unittest.main()
