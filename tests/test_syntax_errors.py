"""Errors of the front end: hints, encodings, limits, and what ends too early. The expected messages are python3.11's, except for the hints."""
import os
import sys
import tempfile
import unittest

from helpers import ASAN, run


def error_of(source, mode="exec"):
    """(type, message, line, offset, end line, end offset), or None."""
    try:
        compile(source, "no such file", mode)
    except SyntaxError as error:
        return type(error).__name__, error.msg, error.lineno, error.offset, error.end_lineno, error.end_offset
    except Exception as error:
        return type(error).__name__, str(error)


def script_error(source):
    """The last line that a script prints, its name left out."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "script.py")
        with open(path, "wb") as file:
            file.write(source)
        text = run("-B", path, errors="replace").stderr.replace(path, "script.py")
    return text.strip()


def nested(header, count, last="pass"):
    return "".join(" " * i + header + "\n" for i in range(count)) + " " * count + last + "\n"


class Hints(unittest.TestCase):
    RIGHT = {
        "essert x": "assert", "whille x: pass": "while", "form x import y": "from", "form . import y": "from", "x = lamda y: y": "lambda", "improt os": "import",
        "x = yeild y": "yield", "if a nad b: pass": "and", "for x inn y: pass": "in", "x iff y else z": "if", "with a sa b: pass": "as", "clas A(B): pass": "class",
        "def f():\n retrun 1": "return", "tyr:\n pass\nexcept: pass": "try", "if x: pass\nesle: pass": "else", "if x:\n  if y:\n    pass\nelsif z: pass": "elif",
        "mtach x:\n case 1: pass": "match", "match x:\n cas 1: pass": "case", "While x: pass": "while", "fi x: pass": "if", "asynch def f(): pass": "async",
    }
    NONE = ["foo bar", "foo bar baz", "Raise with cause but no exception", "fur''", "del x y", "assert x y", "esle: pass", "x = 1\nesle: pass", "of a: pass", "x y", "four = lambda: 1 2"]

    def test_keyword_that_makes_the_line_right(self):
        for source, keyword in self.RIGHT.items():
            with self.subTest(source):
                self.assertEqual(error_of(source)[:2], ("SyntaxError", f"invalid syntax, did you mean {keyword!r}?"))

    def test_no_hint_where_the_keyword_would_not_help(self):
        for source in self.NONE:
            with self.subTest(source):
                self.assertEqual(error_of(source)[:2], ("SyntaxError", "invalid syntax"))

    def test_other_messages_stay(self):
        self.assertEqual(error_of("print x")[1], "Missing parentheses in call to 'print'. Did you mean print(...)?")
        self.assertEqual(error_of("try:\n pass\nexcpet: pass")[1], "expected 'except' or 'finally' block")


class Encodings(unittest.TestCase):
    def test_bytes(self):
        for source, message in {
            b"# coding: foo\nx y": "unknown encoding: foo", b"# coding: hex\n": "'hex' is not a text encoding; use codecs.decode() to handle arbitrary codecs",
            b"\xef\xbb\xbf# coding: latin-1\nx": "encoding problem: iso-8859-1 with BOM", b"# coding: ascii\nx='\xe9'": "'ascii' codec can't decode byte 0xe9 in position 19: ordinal not in range(128)",
        }.items():
            with self.subTest(source):
                self.assertEqual(error_of(source), ("SyntaxError", message, 0, -1, None, None))

    def test_undecodable_text(self):
        self.assertEqual(error_of(b"x = '\xff'\n"), ("SyntaxError", "(unicode error) 'utf-8' codec can't decode byte 0xff in position 0: invalid start byte", 1, 8, 1, 8))
        # With a cookie columns count characters, those of the line as it is shown.
        self.assertEqual(error_of(b"# coding: utf-8\nx='\xe9'\n")[2:], (2, 4, 2, 4))
        self.assertEqual(error_of(b"# coding: utf-8\nx = 'aa' '\xff' y\n")[2:], (2, 12, 2, 13))
        self.assertEqual(error_of(b"# coding: utf-8\n\xffy = 1\n")[2:], (2, 1, 2, -1))

    def test_a_cookie_needs_its_newline(self):
        self.assertEqual(error_of(b"# coding: foo", "single")[:2], ("SyntaxError", "invalid syntax"))
        self.assertEqual(error_of(b"# coding: foo", "exec")[:2], ("SyntaxError", "unknown encoding: foo"))

    def test_scripts(self):
        bad = "SyntaxError: Non-UTF-8 code starting with '\\x%02x' in file script.py on line %d, but no encoding declared; see https://peps.python.org/pep-0263/ for details"
        for source, message in {
            b"x = '\xff'\n": bad % (0xff, 1), b"x y\n\n# \xe9\n": bad % (0xe9, 3), b"x = (\ny = '\xc3'\n": bad % (0xc3, 2), b"x = '''\n\xff\n'''": bad % (0xff, 2),
            b"if x:\n  y\n z = '\xff'\n": bad % (0xff, 3), b"# coding: foo\n": "SyntaxError: encoding problem: foo",
            b"# coding: ascii\nx = '\xe9'\n": "SyntaxError: encoding problem: ascii", b"\xef\xbb\xbf# coding: latin-1\n": "SyntaxError: encoding problem: iso-8859-1 with BOM",
        }.items():
            with self.subTest(source):
                self.assertEqual(script_error(source), message)
        # What the tokenizer rejects before the line is reached comes first.
        self.assertIn("unterminated string literal (detected at line 1)", script_error(b"x = '\n# \xff\n"))

    def test_byte_order_mark_in_a_file(self):
        self.assertEqual(script_error(b"\xef\xbb\xbfx y\n").splitlines()[1:3], ["    \ufeffx y", "    ^"])

    def test_carets_count_bytes(self):
        self.assertEqual(script_error("'éé' y\n".encode()).splitlines()[1:3], ["    'éé' y", "           ^"])
        self.assertEqual(script_error("'éé'; nonlocal x\n".encode()).splitlines()[2], "            " + "^" * 10)
        self.assertEqual(script_error("# coding: utf-8\n'éé' y\n".encode()).splitlines()[1:3], ["    'éé' y", "         ^"])
        self.assertEqual(error_of("'éé' y\n".encode())[2:], (1, 8, 1, 9))
        self.assertEqual(error_of("'éé' y\n")[2:], (1, 6, 1, 7))
        self.assertEqual(error_of("éé\n\nx\n".encode(), "single")[2:], (1, 5, 1, 5))

    def test_warnings_come_again_with_an_error(self):
        import warnings
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            error_of("x = '\\d'\ny z\n")
            error_of("x = (\n'\\d'\n")
        self.assertEqual([w.lineno for w in caught], [1, 1])


spacious = unittest.skipIf(ASAN, "a sanitizer's frames are so large that 8 MiB of stack end before the limits")


class Limits(unittest.TestCase):
    @spacious
    def test_brackets(self):
        for source in "(" * 100000, "[" * 100000, "{" * 100000, "(" * 100000 + ")" * 100000, "([{" * 40000, "(" * 201 + "1" + ")" * 201:
            self.assertEqual(error_of(source)[:2], ("SyntaxError", "too many nested parentheses"))
        self.assertIsNone(error_of("(" * 199 + "1" + ")" * 199))
        # Code in code is as deep as marshal allows, whatever the recursion limit.
        self.assertIsNone(error_of("lambda:" * 500 + "x"))

    def test_depth(self):
        for source in "-" * 100000 + "x", "not " * 100000 + "x", "~" * 100000 + "x", "lambda:" * 100000 + "x", "x if y else " * 100000 + "x", "**".join(["x"] * 100000):
            with self.subTest(source[:20]):
                self.assertIn(error_of(source), (("MemoryError", ""), ("RecursionError", "maximum recursion depth exceeded during compilation")))

    @spacious
    def test_depth_follows_the_recursion_limit(self):
        too_deep = "RecursionError", "maximum recursion depth exceeded during compilation"
        limit = sys.getrecursionlimit()
        self.addCleanup(sys.setrecursionlimit, limit)
        chain = "x" + ".a" * 2000
        self.assertIsNone(error_of(chain))
        sys.setrecursionlimit(400)
        self.assertEqual(error_of(chain), too_deep)
        sys.setrecursionlimit(2500)
        self.assertIsNone(error_of("x" + ".a" * 5000))
        self.assertIsNone(error_of("x = " + "lambda:" * 2000 + "x"))
        self.assertIsNone(error_of("-" * 5900 + "x"))
        self.assertEqual(error_of("-" * 6000 + "x"), ("MemoryError", ""))

    def test_size(self):
        for source in "+".join(["1"] * 500000), "+".join(["x"] * 500000), "x" + ".a" * 100000, "x" + "()" * 100000, "x" + "[0]" * 100000:
            self.assertEqual(error_of(source), ("RecursionError", "maximum recursion depth exceeded during compilation"))
        for source in "'" + "a" * 1000000 + "'", "a" * 1000000, "[" + "1," * 200000 + "]", "f(" + "x," * 100000 + ")", "a\n" * 100000, " and ".join(["x"] * 100000), "'a' " * 100000:
            self.assertIsNone(error_of(source))

    def test_blocks(self):
        for header in "for a in b:", "while a:", "with a:":
            self.assertIsNone(error_of(nested(header, 20)))
            self.assertEqual(error_of(nested(header, 21))[:3], ("SyntaxError", "too many statically nested blocks", 21))
        self.assertIsNone(error_of(nested("if a:", 99)))
        self.assertEqual(error_of(nested("if a:", 101))[:2], ("IndentationError", "too many levels of indentation"))

    def test_numbers(self):
        self.assertIsNone(error_of("1" * 4300))
        self.assertEqual(error_of("1" * 4301)[:2], ("SyntaxError", "Exceeds the limit (4300 digits) for integer string conversion: value has 4301 digits; use "
                                                    "sys.set_int_max_str_digits() to increase the limit - Consider hexadecimal for huge integer literals to avoid decimal conversion limits."))
        self.assertIsNone(error_of("0x" + "f" * 100000))

    def test_null_bytes(self):
        for source in "a\0b", "\0", b"x = 1\n\0", "'\0'", "# \0":
            self.assertEqual(error_of(source), ("ValueError", "source code string cannot contain null bytes"))

    def test_ends_too_early(self):
        for source, error in {
            "'": ("unterminated string literal (detected at line 1)", 1, 1, 1, 1), "x = 'a\nb'": ("unterminated string literal (detected at line 1)", 1, 5, 1, 5),
            "x = '''a\n\n": ("unterminated triple-quoted string literal (detected at line 2)", 1, 5, 1, 5), 'f"""': ("unterminated triple-quoted string literal (detected at line 1)", 1, 1, 1, 1),
            "f'{": ("unterminated string literal (detected at line 1)", 1, 1, 1, 1), "f'{a'": ("f-string: expecting '}'", 1, 6, 1, 6), "f'{'": ("f-string: expecting '}'", 1, 5, 1, 5),
            "(": ("'(' was never closed", 1, 1, 1, 0), "x = [\n1,\n": ("'[' was never closed", 1, 5, 1, 0), "f(a, {\n": ("'{' was never closed", 1, 6, 1, 0),
            "\\": ("unexpected EOF while parsing", 1, 2, 1, -1), "x = \\": ("unexpected EOF while parsing", 1, 6, 1, -1), "class": ("invalid syntax", 1, 6, 1, 6), "def f(": ("'(' was never closed", 1, 6, 1, 0),
            "0x": ("invalid hexadecimal literal", 1, 2, 1, 2), "1e": ("invalid decimal literal", 1, 1, 1, 1), "1_": ("invalid decimal literal", 1, 2, 1, 2),
        }.items():
            with self.subTest(source):
                self.assertEqual(error_of(source), ("SyntaxError", *error))
        self.assertEqual(error_of("if x:\n")[:2], ("IndentationError", "expected an indented block after 'if' statement on line 1"))
        self.assertEqual(error_of("try:\n  x\n"), ("SyntaxError", "expected 'except' or 'finally' block", 2, 4, 2, -1))


if __name__ == "__main__":
    unittest.main()
