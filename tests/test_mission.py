"""The mission: optimized mode, row by row (what the interpreter must show for each statement of the seed document)."""
import glob
import marshal
import os
import tempfile
import unittest

from helpers import environment, outcome

MODULE = '''"""module docstring"""
class C:
    """class docstring"""
    def method(self):
        """method docstring"""
        assert unique_name_in_assert, "unique message"
        return 1
if __debug__:
    debug_only = "only in debug mode"
value = "debug" if __debug__ else "optimized"
'''


def run(*arguments, env=None, cwd=None, stdin=""):
    """(status, stdout, stderr) of krait with the arguments; the environment has no PYTHON* but those given."""
    return outcome(*arguments, env=environment(**(env or {})), cwd=cwd, input=stdin)


def value(expression, *options, env=None):
    return run(*options, "-c", f"import sys; print({expression})", env=env)[1].strip()


class DebugConstant(unittest.TestCase):
    """Rows 1 to 3."""

    def test_true_by_default(self):
        self.assertEqual(value("__debug__"), "True")
        self.assertEqual(run("-i", "-q", stdin="__debug__\n")[1].split()[-1], "True")

    def test_cannot_be_bound(self):
        forms = ["__debug__ = 1", "__debug__ += 1", "(__debug__ := 1)", "for __debug__ in (): pass", "with x as __debug__: pass", "import os as __debug__", "from os import path as __debug__",
                 "def __debug__(): pass", "class __debug__: pass", "def f(__debug__): pass", "def f(*, __debug__): pass", "def f(*__debug__): pass", "def f(**__debug__): pass", "lambda __debug__: 1",
                 "f(__debug__=1)", "x.__debug__ = 1", "__debug__: int", "__debug__: int = 1", "try: pass\nexcept E as __debug__: pass", "match x:\n case __debug__: pass", "match x:\n case {**__debug__}: pass",
                 "match x:\n case [*__debug__]: pass", "match x:\n case C(__debug__=1): pass", "a, __debug__ = 1, 2", "[__debug__ for __debug__ in ()]", "import __debug__"]
        for source in forms:
            with self.subTest(source), self.assertRaises(SyntaxError) as caught:
                compile(source, "file.py", "exec")
            self.assertEqual((caught.exception.msg, caught.exception.filename), ("cannot assign to __debug__", "file.py"), source)
            self.assertIsNotNone(caught.exception.lineno)

    def test_cannot_be_deleted(self):
        with self.assertRaisesRegex(SyntaxError, "cannot delete __debug__"):
            compile("del __debug__", "f", "exec")

    def test_caret(self):
        with tempfile.NamedTemporaryFile("w", suffix=".py") as f:
            f.write("x = 1\n__debug__ = False\n")
            f.flush()
            status, _, text = run(f.name)
            self.assertEqual((status, text), (1, f'  File "{f.name}", line 2\n    __debug__ = False\n    ^^^^^^^^^\nSyntaxError: cannot assign to __debug__\n'))

    def test_flags_agree(self):
        for options, level in (((), 0), (("-O",), 1), (("-OO",), 2), (("-O", "-O"), 2), (("-o",), 1), (("-oo",), 2)):
            self.assertEqual(value("sys.flags.optimize, __debug__, __builtins__.__debug__", *options), f"{level} {level == 0} {level == 0}")

    def test_threads_and_compile_and_subprocess(self):
        code = ("import threading, subprocess, sys\nr = []\nt = threading.Thread(target=lambda: r.append(__debug__)); t.start(); t.join()\n"
                "for n in (-1, 0, 1, 2): r.append(eval(compile('__debug__', '', 'eval', optimize=n)))\n"
                "r.append(subprocess.run([sys.executable, *subprocess._args_from_interpreter_flags(), '-c', 'print(__debug__)'], capture_output=True, text=True).stdout.strip())\nprint(r)")
        self.assertEqual(run("-c", code)[1].strip(), "[True, True, True, False, False, 'True']")
        self.assertEqual(run("-O", "-c", code)[1].strip(), "[False, False, True, False, False, 'False']")


class Assert(unittest.TestCase):
    """Row 5."""

    def test_order_and_laziness(self):
        log = []
        def note(name, result):
            log.append(name)
            return result
        assert note("a", True), note("message", "m")
        self.assertEqual(log, ["a"])
        with self.assertRaises(AssertionError) as caught:
            assert note("b", False), note("message", "m")
        self.assertEqual((log, caught.exception.args), (["a", "b", "message"], ("m",)))

    def test_builtin_even_if_rebound(self):
        with self.assertRaises(AssertionError):
            exec("AssertionError = ValueError\nassert 0", {})

    def test_tuple_warns(self):
        import warnings
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            compile("assert (1, 'm')", "f", "exec")
        self.assertEqual([(w.category, str(w.message)) for w in caught], [(SyntaxWarning, "assertion is always true, perhaps remove parentheses?")])


def all_code(code):
    yield code
    for constant in code.co_consts:
        if hasattr(constant, "co_code"):
            yield from all_code(constant)


class Removal(unittest.TestCase):
    """Rows 6 and 7."""

    def text_of(self, level):
        return marshal.dumps(compile(MODULE, "m", "exec", optimize=level))

    def test_no_trace_of_asserts(self):
        self.assertIn(b"unique message", self.text_of(0))
        for level in (1, 2):
            data = self.text_of(level)
            for word in (b"unique_name_in_assert", b"unique message", b"AssertionError"):
                self.assertNotIn(word, data)
            # of the body of `if __debug__:` no instruction is left (its constants stay in the table, as in CPython's)
            import dis
            code = compile(MODULE, "m", "exec", optimize=level)
            self.assertNotIn("debug_only", [i.argval for i in dis.get_instructions(code)])

    def test_no_docstrings(self):
        for level, present in ((0, True), (1, True), (2, False)):
            for word in (b"module docstring", b"class docstring", b"method docstring"):
                self.assertEqual(word in self.text_of(level), present, (level, word))
        namespace = {}
        exec(compile(MODULE, "m", "exec", optimize=2), namespace)
        self.assertEqual((namespace.get("__doc__"), namespace["C"].__doc__, namespace["C"].method.__doc__), (None, None, None))

    def test_folding(self):
        for source, debug, optimized in (("x = 1 if __debug__ else 2", 1, 2), ("x = 1 if not __debug__ else 2", 2, 1), ("x = __debug__ and 5", 5, False), ("x = __debug__ or 5", True, 5)):
            for level, expected in ((0, debug), (1, optimized)):
                namespace = {}
                code = compile(source, "f", "exec", optimize=level)
                exec(code, namespace)
                self.assertEqual(namespace["x"], expected)
                self.assertNotIn("__debug__", code.co_names)


class Environment(unittest.TestCase):
    """Row 8."""

    def test_levels(self):
        for text, level in (("", 0), ("0", 0), ("1", 1), ("2", 2), ("3", 3), ("text", 1), ("-1", 1), ("1x", 1)):
            self.assertEqual(value("sys.flags.optimize", env={"PYTHONOPTIMIZE": text}), str(level), text)
        self.assertEqual(value("sys.flags.optimize", "-O", env={"PYTHONOPTIMIZE": "2"}), "2")
        self.assertEqual(value("sys.flags.optimize", "-OO", env={"PYTHONOPTIMIZE": "1"}), "2")
        for option in ("-E", "-I"):
            self.assertEqual(value("sys.flags.optimize", option, env={"PYTHONOPTIMIZE": "2"}), "0")

    def test_misspelt(self):
        status, out, err = run("-c", "print(__debug__)", env={"PYTHONOPTIMAZE": "1"})
        self.assertEqual((out, err.count("\n")), ("False\n", 1))
        self.assertIn("PYTHONOPTIMIZE", err)
        self.assertEqual(run("-c", "print(__debug__)", env={"PYTHONOPTIMAZE": "1", "PYTHONOPTIMIZE": "0"})[1:], ("True\n", ""))
        self.assertIn("did you mean 'assert'?", run("-c", "essert x")[2])


class Caches(unittest.TestCase):
    """Rows 9 to 11."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.write("mod.py", MODULE)
        self.write("main.py", "import mod\nprint(mod.value)\n")

    def write(self, name, text):
        with open(os.path.join(self.folder, name), "w") as f:
            f.write(text)

    def caches(self):
        return sorted(os.path.relpath(p, self.folder) for p in glob.glob(self.folder + "/**/*.pyc", recursive=True))

    def test_names(self):
        for options, name in (((), "mod.cpython-311.pyc"), (("-O",), "mod.cpython-311.opt-1.pyc"), (("-OO",), "mod.cpython-311.opt-2.pyc")):
            self.assertEqual(run(*options, "main.py", cwd=self.folder)[0], 0)
            self.assertIn("__pycache__/" + name, self.caches())
        self.assertEqual(len(self.caches()), 3)   # imported modules only, not the main script
        sizes = [os.path.getsize(os.path.join(self.folder, "__pycache__", f"mod.cpython-311{o}.pyc")) for o in ("", ".opt-1", ".opt-2")]
        self.assertEqual(sizes, sorted(sizes, reverse=True))

    def test_used_again(self):
        run("main.py", cwd=self.folder)
        path = os.path.join(self.folder, "__pycache__", "mod.cpython-311.pyc")
        before = os.stat(path).st_mtime_ns
        self.assertEqual(run("main.py", cwd=self.folder)[1], "debug\n")
        self.assertEqual(os.stat(path).st_mtime_ns, before)
        os.utime(os.path.join(self.folder, "mod.py"), (1, 1))
        run("main.py", cwd=self.folder)
        self.assertNotEqual(os.stat(path).st_mtime_ns, before)

    def test_not_written(self):
        run("-B", "main.py", cwd=self.folder)
        run("main.py", cwd=self.folder, env={"PYTHONDONTWRITEBYTECODE": "1"})
        self.assertEqual(self.caches(), [])

    def test_prefix(self):
        for options, env in ((("-X", "pycache_prefix=" + self.folder + "/one"), {}), ((), {"PYTHONPYCACHEPREFIX": self.folder + "/two"})):
            run(*options, "main.py", cwd=self.folder, env=env)
        self.assertEqual({c.split("/")[0] for c in self.caches()}, {"one", "two"})

    def test_folder_that_cannot_be_written(self):
        self.write("__pycache__", "a file in the way")
        self.assertEqual(run("main.py", cwd=self.folder), (0, "debug\n", ""))

    def test_damaged_cache(self):
        run("main.py", cwd=self.folder)
        path = os.path.join(self.folder, "__pycache__", "mod.cpython-311.pyc")
        with open(path, "rb") as f:
            data = f.read()
        for damaged in (b"", data[:10], data[:20], b"XXXX" + data[4:]):
            with open(path, "wb") as f:
                f.write(damaged)
            status, out, err = run("main.py", cwd=self.folder)
            self.assertIn((status, out), ((0, "debug\n"), (1, "")))
            if status:
                self.assertTrue(err.strip().splitlines()[-1].startswith(("EOFError", "ImportError")), err)


if __name__ == "__main__":
    unittest.main()
