"""Searching, replacing, splitting, decoding and formatting of text and bytes beside plain Python that does the same, and containers at sizes where their methods change ways."""
import functools
import random
import unittest


def find(s, t, start=0):
    return next((i for i in range(start, len(s) - len(t) + 1) if s[i:i + len(t)] == t), -1)


def parts_of(s, t):
    parts, at = [], 0
    while (hit := find(s, t, at)) >= 0:
        parts.append(s[at:hit])
        at = hit + len(t)
    return parts + [s[at:]]


class Search(unittest.TestCase):
    def check(self, s, t, new, most):
        parts = parts_of(s, t)
        self.assertEqual(s.find(t), find(s, t))
        self.assertEqual(s.rfind(t), max((i for i in range(len(s)) if s[i:i + len(t)] == t), default=-1))
        self.assertEqual(s.count(t), len(parts) - 1)
        self.assertEqual(s.split(t), parts)
        self.assertEqual(s.replace(t, new), new.join(parts))
        self.assertEqual(s.split(t, most), parts[:most] + ([t.join(parts[most:])] if len(parts) > most else []))
        replaced = new.join(parts[:most + 1]) + type(s)().join(t + p for p in parts[most + 1:])
        self.assertEqual(s.replace(t, new, most), replaced)

    def test_random(self):
        random.seed(7)
        for letters in ("ab", "abc\xe9", "ab\u0430", "a\U00010000b", "abcdefgh"):
            for _ in range(400):
                s, t, new = ("".join(random.choice(letters) for _ in range(random.randrange(low, high))) for low, high in ((0, 150), (1, 5), (0, 4)))
                most = random.randrange(70)
                self.check(s, t, new, most)
                if s.isascii() and t.isascii() and new.isascii():
                    self.check(s.encode(), t.encode(), new.encode(), most)

    def test_many_hits(self):
        for n in (63, 64, 65, 128, 129, 1000):
            self.check("aab" * n, "aab", "c", n - 1)
            self.check("aab" * n, "a", "\u0430", n)
            self.check(b"aab" * n, b"b", b"", n)

    def test_hostile(self):
        s = "a" * 200_000
        self.assertEqual(s.find("a" * 100_000 + "b"), -1)
        self.assertEqual(s.rfind("b" + "a" * 100_000), -1)
        self.assertEqual((s + "b").count("a" * 70 + "b"), 1)
        self.assertEqual(("b" + s).rfind("b" + "a" * 70), 0)


class Decoding(unittest.TestCase):
    def test_all_two_bytes(self):
        for first in range(0x7e, 0x100):
            for second in (0x00, 0x7f, 0x80, 0xbf, 0xc0, 0xff):
                data = bytes([65, first, second, 66])
                expected = data.decode("utf-8-sig", "replace")
                self.assertEqual(data.decode("utf-8", "replace"), expected)

    def test_borders(self):
        for c in (0x7f, 0x80, 0xff, 0x100, 0x7ff, 0x800, 0xd7ff, 0xe000, 0xffff, 0x10000, 0x10ffff):
            for n in (1, 2, 15, 16, 17, 300):
                text = chr(c) * n
                self.assertEqual(text.encode().decode(), text)
                self.assertEqual(("x" * n + text).encode().decode(), "x" * n + text)
        for bad in (b"\xed\xa0\x80", b"\xc0\x80", b"\xe0\x80\x80", b"\xf0\x80\x80\x80", b"\xf4\x90\x80\x80", b"\x80", b"\xe2\x82", b"ab\xc3"):
            with self.assertRaises(UnicodeDecodeError):
                bad.decode()
            with self.assertRaises(UnicodeDecodeError):
                (b"\xd0\xb0" * 50 + bad).decode()


class Classes(unittest.TestCase):
    def test_latin1_like_wide(self):
        """The first 256 characters have a table of their own."""
        names = ("isalnum", "isalpha", "isdecimal", "isdigit", "isnumeric", "isspace", "islower", "isupper", "isidentifier", "isprintable")
        wide = {"isalnum": "\u0430", "isalpha": "\u0430", "isdecimal": "\u0660", "isdigit": "\u0660", "isnumeric": "\u0660", "isspace": "\u2003", "islower": "\u0430", "isupper": "\u0410",
                "isidentifier": "\u0430", "isprintable": "\u0430"}
        for c in map(chr, range(256)):
            for name in names:
                with self.subTest(c=c, name=name):
                    alone = getattr(c, name)()
                    joined = getattr((wide[name] + c), name)()
                    if name in ("islower", "isupper"):
                        opposite = (c.isupper() if name == "islower" else c.islower())
                        self.assertEqual(joined, not opposite)
                    elif name == "isidentifier":
                        self.assertEqual(joined, alone or c.isdecimal() or c == "\xb7")
                    else:
                        self.assertEqual(joined, alone)

    def test_case(self):
        self.assertEqual("hello wORLD, it's 3am".title(), "Hello World, It'S 3Am")
        self.assertEqual("hELLO wORLD".capitalize(), "Hello world")
        self.assertEqual("привет ῼ".upper(), "ПРИВЕТ ΩΙ")
        self.assertEqual("ÿЖ".upper(), "ŸЖ")
        self.assertEqual("ŸЖ".lower(), "ÿж")
        self.assertEqual("İ".lower(), "i̇")


class Formatting(unittest.TestCase):
    def test_numbers(self):
        for n in (0, 7, -7, 42, 99, 100, 12345678, -(2 ** 62), 2 ** 62 - 1):
            digits = "".join(reversed([chr(48 + abs(n) // 10 ** k % 10) for k in range(len("%d" % abs(n)))]))
            text = "-" * (n < 0) + digits
            self.assertEqual((str(n), "%d" % n, "%s" % n, f"{n}", f"{n:d}"), (text,) * 5)
            for base, letter in ((2, "b"), (8, "o"), (16, "x")):
                self.assertEqual(int(f"{n:{letter}}", base), n)
                self.assertEqual(int(f"{n:#{letter}}", 0), n)
            self.assertEqual(f"{n:>24}", " " * (24 - len(text)) + text)
            self.assertEqual(f"{n:024}", "-" * (n < 0) + "0" * (24 - len(text)) + digits)
            self.assertEqual(f"{n:*=+24}", ("-" if n < 0 else "+") + "*" * (23 - len(digits)) + digits)
        self.assertEqual((hex(-255), oct(8), bin(5), f"{255:#010X}", f"{-255:^#9x}"), ("-0xff", "0o10", "0b101", "0X000000FF", "  -0xff  "))
        self.assertEqual((f"{float('nan'):06}", f"{-0.0:z.1f}", f"{3.14159:+08.2f}", f"{2.5:^7.1%}", f"{1e300:.0f}"[:4]), ("000nan", "0.0", "+0003.14", "250.0% ", "1000"))

    def test_percent(self):
        class Text(str):
            def __str__(self):
                return "other"
        self.assertEqual("%s|%d|%s" % ("a", 3, Text("x")), "a|3|other")
        self.assertEqual("%s%%" % 5, "5%")
        self.assertEqual("%(a)s" % {"a": 1}, "1")
        self.assertEqual("%s" % {"a": 1}, "{'a': 1}")
        self.assertEqual("\u0430%s\U00010000%d" % ("\xe9", 10 ** 30), "\u0430\xe9\U00010000" + "1" + "0" * 30)
        for format, args in (("%s %s", ("a",)), ("%s", ("a", "b")), ("%d", ("a",)), ("%", ()), ("%s%", ("a",))):
            with self.assertRaises((TypeError, ValueError)):
                format % args

    def test_repr(self):
        for items in ([], [1], [1, -2, "a", "it's", 'both\'"', "\n", "\xe9", "\u0430", b"x", None, [2.5]], ["x" * 600] * 3):
            self.assertEqual(repr(items), "[" + ", ".join(map(repr, items)) + "]")


class Containers(unittest.TestCase):
    def test_reverse(self):
        for n in range(40):
            items = list(range(n))
            items.reverse()
            self.assertEqual(items, [n - 1 - i for i in range(n)])

    def test_repeat(self):
        for n in range(5):
            for times in (0, 1, 2, 3, 7, 100):
                items = list(range(n)) * times
                self.assertEqual(items, [i for _ in range(times) for i in range(n)])

    def test_dict_copies(self):
        for n in (0, 1, 5, 6, 85, 86, 100, 5000):
            for removed in (0, n // 2):
                d = {i: str(i) for i in range(n)}
                for i in range(removed):
                    del d[i]
                for copy in (d.copy(), dict(d), {**d}, dict(zip(d, d.values())), dict(list(d.items()))):
                    self.assertEqual(list(copy.items()), list(d.items()))
                    copy["new"] = 1
                    copy.update(d)
                    self.assertEqual(len(copy), len(d) + 1)
                self.assertNotIn("new", d)

    def test_sort_by_float(self):
        random.seed(3)
        items = [(i, random.choice((random.random(), float(random.randrange(9))))) for i in range(500)]
        for reverse in (False, True):
            expected = sorted(items, key=lambda item: (-item[1] if reverse else item[1], item[0]))
            self.assertEqual(sorted(items, key=lambda item: item[1], reverse=reverse), expected)

    def test_sum(self):
        self.assertEqual(sum([1, 2, 3]), 6)
        self.assertEqual(sum([1, 2.5, 3]), 6.5)
        self.assertEqual(sum([2 ** 62, 2 ** 62, -1, True], 1), 2 ** 63 + 1)
        self.assertEqual(sum(([1], [2]), []), [1, 2])
        self.assertEqual(sum([-(2 ** 63 - 1)] * 3), -3 * (2 ** 63 - 1))


class MethodCaches(unittest.TestCase):
    def test_native_then_python(self):
        """One site sees a native object with a method and a dict, then a function with an attribute of that name."""
        def look(f):
            return f.cache_info()
        native = functools.lru_cache(lambda x: x)

        def function():
            raise AssertionError
        function.cache_info = lambda: "attribute"
        for _ in range(3):
            for f, expected in ((native, native.cache_info()), (function, "attribute")):
                for _ in range(5):
                    self.assertEqual(look(f), expected)

    def test_dict_of_native(self):
        native = functools.lru_cache(lambda x: x)
        seen = []
        for step in range(6):
            if step == 2:
                native.other = 1
            if step == 3:
                native.cache_info = lambda: "own"
            if step == 5:
                del native.cache_info
            seen.append(native.cache_info() == "own")
        self.assertEqual(seen, [False, False, False, True, True, False])

    def test_method_then_property(self):
        class Method:
            __slots__ = ()

            def x(self):
                return "method"

        class Property:
            __slots__ = ()

            @property
            def x(self):
                return lambda: "property"
        def call(o):
            return o.x()
        for o, expected in ((Method(), "method"), (Property(), "property")) * 4:
            for _ in range(3):
                self.assertEqual(call(o), expected)


if __name__ == "__main__":
    unittest.main()
