"""Command lines and PYTHON* variables: what they do is what they do to python3.11 (the text of --help and of the version lines may differ)."""
import os
import re
import sys
import tempfile
import unittest

from helpers import ORACLE, environment, run

KRAIT = sys.executable
FLAGS = "import sys; f = sys.flags; print(f.debug, f.inspect, f.interactive, f.optimize, f.dont_write_bytecode, f.no_user_site, f.no_site, f.ignore_environment, f.verbose, f.bytes_warning, " \
        "f.quiet, f.isolated, f.dev_mode, f.utf8_mode, f.warn_default_encoding, f.safe_path, f.int_max_str_digits)"
WARNINGS = "import sys, warnings; print(sys.warnoptions); warnings.warn('w'); warnings.warn('d', DeprecationWarning)"
SHOW = "import sys; print(sys.argv, __name__, sys.path[0] if sys.argv[0] != '-c' else '')"

# Each: the arguments; a dict gives the environment; bytes are standard input.
CASES = [
    # sys.flags, one option at a time and together
    *(([*options.split(), "-c", FLAGS],) for options in
      ("", "-d", "-O", "-OO", "-B", "-s", "-S", "-E", "-I", "-P", "-b", "-bb", "-bbb", "-q", "-dq", "-OB", "-sE -O", "-X dev", "-X utf8", "-X utf8=0", "-X utf8=1", "-X int_max_str_digits=0",
       "-X int_max_str_digits=5000", "-X warn_default_encoding", "-X nonsense", "-X nonsense=1", "-X no_debug_ranges", "-X dev -X utf8", "-u", "-x", "-R", "-W i", "-q -Wi -E -I -OO -bb")),
    # the same from the environment
    *((["-c", FLAGS], dict([v.split("=", 1)])) for v in
      ("PYTHONDEBUG=1", "PYTHONOPTIMIZE=1", "PYTHONOPTIMIZE=2", "PYTHONOPTIMIZE=x", "PYTHONOPTIMIZE=", "PYTHONDONTWRITEBYTECODE=1", "PYTHONDONTWRITEBYTECODE=", "PYTHONNOUSERSITE=1", "PYTHONSAFEPATH=1",
       "PYTHONDEVMODE=1", "PYTHONDEVMODE=0", "PYTHONUTF8=1", "PYTHONUTF8=0", "PYTHONINTMAXSTRDIGITS=0", "PYTHONINTMAXSTRDIGITS=700", "PYTHONWARNDEFAULTENCODING=1", "PYTHONUNBUFFERED=1",
       "PYTHONNODEBUGRANGES=1", "PYTHONVERBOSE=")),
    *((["-E", "-c", FLAGS], dict([v.split("=", 1)])) for v in ("PYTHONOPTIMIZE=2", "PYTHONDEVMODE=1", "PYTHONUTF8=x", "PYTHONINTMAXSTRDIGITS=x")),
    (["-O", "-c", FLAGS], {"PYTHONOPTIMIZE": "2"}), (["-OO", "-c", FLAGS], {"PYTHONOPTIMIZE": "1"}), (["-I", "-c", FLAGS], {"PYTHONOPTIMIZE": "2"}),
    # warnings
    *(([*options.split(), "-c", WARNINGS],) for options in
      ("", "-W error", "-Werror", "-Wd", "-W ignore", "-W always::DeprecationWarning", "-W error::DeprecationWarning", "-W nonsense", "-W error::Nonsense", "-W error:::nowhere", "-W default -W error", "-b -Wi",
       "-bb -Wi", "-X dev", "-X dev -b")),
    (["-c", WARNINGS], {"PYTHONWARNINGS": "error"}), (["-c", WARNINGS], {"PYTHONWARNINGS": "ignore,error::DeprecationWarning"}), (["-Wi", "-c", WARNINGS], {"PYTHONWARNINGS": "error"}),
    (["-b", "-c", "print(b'' == '', str(b'x'))"],), (["-bb", "-c", "print(b'' == '')"],), (["-bb", "-c", "str(b'')"],),
    # what is run
    (["-c", SHOW, "a", "-b", "--c"],), (["-m", "pkg", "x", "-y"],), (["-m", "pkg.sub"],), (["-m", "pkg.none"],), (["-m", "none"],), (["-m", "sys"],), (["script.py", "-x", "y"],), (["folder", "z"],),
    (["app.zip", "z"],), (["-", "a"], b"import sys\nprint(sys.argv)\n"), ([], b"import sys\nprint(sys.argv, __name__)\n"), (["none.py"],), (["folder2"],), (["-x", "skip.py"],), (["-I", "script.py"],),
    (["-P", "script.py"],), (["-cprint(1)"],), (["-Oc", "print(__debug__)"],), (["-OOBcprint(1)"],), (["-mpkg"],), (["--", "script.py", "q"],), (["script.py", "--help"],), (["-c", "print(1)", "--version"],),
    (["-c", "import sys; sys.exit(3)"],), (["-c", "import sys; sys.exit('text')"],), (["-c", "import sys; sys.exit(None)"],), (["-c", "import sys; sys.exit(300)"],), (["-c", "raise SystemExit((1, 2))"],),
    (["-c", "1/0"],), (["-c", "x = ("],), (["-c", "def f():\n  return 1\n x"],), (["-c", "raise KeyboardInterrupt"],), (["-c", "import os; os.kill(os.getpid(), 15)"],), (["-c", "import os; os._exit(9)"],),
    (["-i", "-c", "x = 5"], b"print(x)\nx\n"), (["-i", "script.py", "arg"], b"print(__name__)\n1/0\nprint('after')\n"), (["-i", "-c", "1/0"], b"print(2)\n"), (["-c", "x = 5"], {"PYTHONINSPECT": "1"}, b"print(x)\n"),
    (["-q", "-i", "-c", ""], b"import sys; sys.exit(4)\n"), (["-i", "-c", "import sys; sys.exit(7)"], b"print('still here')\n"), (["-qi"], b"if 1:\n  print(1)\n\nfor i in range(2): i\n\n_\ndef f(:\n3\n"),
    (["-qi"], {"PYTHONSTARTUP": "startup.py"}, b"print(started)\n"), (["-Eqi"], {"PYTHONSTARTUP": "startup.py"}, b"print(started)\n"), (["-qi"], {"PYTHONSTARTUP": "none.py"}, b"1\n"),
    # streams
    (["-c", "import sys; print(sys.stdout.encoding, sys.stdout.errors, sys.stdin.errors, sys.stderr.errors, sys.stdout.line_buffering, sys.stdout.write_through)"],),
    *((["-c", "import sys; print(sys.stdout.encoding, sys.stdout.errors, sys.stdin.errors, sys.stderr.errors)"], {"PYTHONIOENCODING": v}) for v in ("latin1", "latin-1:replace", ":ignore", "ascii:", "utf8")),
    (["-u", "-c", "import sys; print(sys.stdout.line_buffering, sys.stdout.write_through, type(sys.stdout.buffer).__name__)"],),
    (["-X", "utf8=0", "-c", "import sys, locale; print(sys.stdout.encoding, sys.getfilesystemencoding(), locale.getpreferredencoding(False))"], {"LC_ALL": "C.UTF-8"}),
    (["-c", "import sys; print(sys.stdout.encoding, sys.stdout.errors, sys.getfilesystemencodeerrors())"], {"LC_ALL": "C"}),
    (["-c", "import sys; print(sys.path[1:2], sys.path[-1])"], {"PYTHONPATH": "/nowhere:/nowhere2"}), (["-c", "import sys; print(hash('a') == hash('a'), sys.flags.hash_randomization)"], {"PYTHONHASHSEED": "random"}),
    (["-c", "import sys; print(hash('abc'), sys.flags.hash_randomization)"], {"PYTHONHASHSEED": "123"}), (["-c", "pass"], {"PYTHONHASHSEED": "x"}), (["-c", "pass"], {"PYTHONHASHSEED": "4294967296"}),
    # bytecode
    *((["-X", "pycache_prefix=cache", *o.split(), "-c", "import sys, pkg; print(sys.pycache_prefix, pkg.__cached__)"],) for o in ("", "-O", "-B")),
    (["-c", "import sys; print(sys.pycache_prefix)"], {"PYTHONPYCACHEPREFIX": "/nowhere"}), (["-c", "import _imp; print(_imp.check_hash_based_pycs)"],),
    *((["--check-hash-based-pycs", v, "-c", "import _imp; print(_imp.check_hash_based_pycs)"],) for v in ("always", "never", "default", "nonsense")), (["--check-hash-based-pycs"],),
    (["-c", "import sys; print(sys._xoptions)"],), (["-X", "a=b", "-Xc", "-X", "a", "-c", "import sys; print(sys._xoptions)"],),
    # refused
    *((o.split(),) for o in ("-Z", "--nonsense", "-c", "-m", "-W", "-X", "-Oz", "-X utf8=2 -c pass", "-X int_max_str_digits=x -c pass", "-X int_max_str_digits=100 -c pass", "-X int_max_str_digits -c pass",
                             "-X dev=1 -c pass", "-j", "-1", "-Ic")),
    (["-c", "pass"], {"PYTHONUTF8": "x"}), (["-c", "pass"], {"PYTHONINTMAXSTRDIGITS": "100"}), (["-c", "pass"], {"PYTHONINTMAXSTRDIGITS": "x"}),
]


ENCODING = "import locale; print(locale.getencoding(), locale.getpreferredencoding())"
CASES += [(["-c", ENCODING], {"LC_ALL": all, "LANG": language, "PYTHONCOERCECLOCALE": coerce}) for all in ("", "C", "C.UTF-8", "POSIX", "xx") for language in ("", "C") for coerce in ("", "0")]
# A null byte hides the rest of its line.
CASES += [([], text) for text in (b"print(1)\n\0print(2)\n", b"\0", b"print(1) #\0\nprint(2)\nprint(3)", b"print(1 +\0 rubbish\n 2)\n", b"print('a\0b')\n", b"print('''a\n\0b''')\n", b"print(1)\0")]


class Options(unittest.TestCase):
    maxDiff = 3000

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = folder.name
        for name, text in {"script.py": SHOW, "skip.py": "#! not Python at all (\nimport sys\nprint(sys.argv, sys._getframe().f_lineno)\n", "folder/__main__.py": SHOW, "folder2/other.py": "",
                           "pkg/__init__.py": "", "pkg/__main__.py": SHOW + "\nprint(__spec__.name, __package__)", "pkg/sub.py": SHOW, "startup.py": "started = 'yes'\n"}.items():
            os.makedirs(os.path.dirname(os.path.join(cls.folder, name)), exist_ok=True)
            with open(os.path.join(cls.folder, name), "w") as f:
                f.write(text)
        import zipfile
        with zipfile.ZipFile(os.path.join(cls.folder, "app.zip"), "w") as z:
            z.writestr("__main__.py", SHOW)

    def output(self, interpreter, arguments, extra, stdin):
        env = {k: v for k, v in environment().items() if not k.startswith(("LC_", "LANG"))}
        env.update({"PYTHONHASHSEED": "0", "LC_ALL": "C.UTF-8", "NO_COLOR": "1", "HOME": self.folder} | extra)
        done = run(*arguments, interpreter=interpreter, input=stdin, cwd=self.folder, env=env, text=False)
        errors = done.stderr.decode().replace(interpreter, "PYTHON")
        errors = re.sub(r"usage: PYTHON \[option\].*", "USAGE", errors, flags=re.S)
        errors = re.sub(r"(?m)^(>>> )*(Python|Krait) 3.*\n.*\n", "BANNER\n", errors)
        return done.returncode, done.stdout.decode().replace(interpreter, "PYTHON"), errors

    def test_table(self):
        for arguments, *rest in CASES:
            extra = next((r for r in rest if isinstance(r, dict)), {})
            stdin = next((r for r in rest if isinstance(r, bytes)), b"")
            with self.subTest(arguments=arguments, **extra):
                self.assertEqual(self.output(KRAIT, arguments, extra, stdin), self.output(ORACLE, arguments, extra, stdin))

    def test_information(self):
        for option, words in (("--help", ["usage:", "-O ", "-X ", "--help-env"]), ("-h", ["usage:", "-W "]), ("-?", ["usage:"]), ("--help-env", ["PYTHONOPTIMIZE", "PYTHONHASHSEED"]),
                              ("--help-xoptions", ["max-heap", "no_debug_ranges"]), ("--help-all", ["usage:", "PYTHONPATH"]), ("-V", ["3.11"]), ("--version", ["3.11"]), ("-VV", ["3.11", "clang"])):
            with self.subTest(option=option):
                status, out, errors = self.output(KRAIT, [option], {}, b"")
                self.assertEqual((status, errors), (0, ""))
                for word in words:
                    self.assertIn(word.lower(), out.lower())

    def test_manual(self):
        """The man page names every option of the help, and that has all of python3.11's."""
        with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "docs", "krait.1")) as f:
            manual = re.sub(r"\\f[BIR]", "", f.read().replace("\\-", "-"))
        helped = re.findall(r"^(--?[\w?-]+)", run("--help").stdout, re.M)
        self.assertGreaterEqual(set(helped), set(re.findall(r"^(--?[\w?-]+)", run("--help", interpreter=ORACLE).stdout, re.M)))
        self.assertGreater(len(helped), 20)
        for option in helped:
            with self.subTest(option=option):
                self.assertRegex(manual, rf"(?<![\w-]){re.escape(option)}(?![\w-])")


if __name__ == "__main__":
    unittest.main()
