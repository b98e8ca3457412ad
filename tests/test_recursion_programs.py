"""Recursion through protocols, hooks and libraries (recursion_programs.py), and where the interpreter ends: with the recursion limit as it is and far too high, on the main thread and in a small one."""
import os
import unittest

from helpers import ASAN, TOP, rarer_collections, run, run_limited

PROGRAMS = os.path.join(TOP, "tests", "recursion_programs.py")
HIGH = "1000000000"

# What ends a process, or what it prints at its end -> exit status, last line of standard error.
ENDS = {
    "atexit": ("import atexit\nn = []\ndef f():\n  if len(n) < 10**5: n.append(1); atexit.register(f)\natexit.register(f)", 0, None),
    "atexit_runs": ("import atexit\ndef f(): atexit._run_exitfuncs()\natexit.register(f)\nf()", 0, None),
    "excepthook": ("import sys\ndef f(*a): sys.excepthook(*a)\nsys.excepthook = f\n1 / 0", 1, "ZeroDivisionError: division by zero"),
    "excepthook_in_thread": ("import threading\ndef f(a): threading.excepthook(a)\nthreading.excepthook = f\nt = threading.Thread(target=lambda: 1 / 0); t.start(); t.join()", 0, "RecursionError: maximum recursion depth exceeded"),
    "unraisablehook": ("import gc, sys\nclass A:\n  def __del__(s): 1 / 0\ndef f(u):\n  n.append(1); sys.unraisablehook(u)\nn = []\nsys.unraisablehook = f\nA(); gc.collect(); assert n", 0, "RecursionError: maximum recursion depth exceeded"),
    "audit_hook": ("import sys\ndef h(*a): sys.audit('x')\nsys.addaudithook(h)\ntry: sys.audit('y')\nexcept RecursionError: import os; os._exit(0)", 1, ...),
    "stderr": ("import sys\nclass W:\n  def write(s, t): print(t, file=sys.stderr)\n  def flush(s): s.flush()\nsys.stderr = W()\n1 / 0", 1, ...),
    "str_of_exception": ("class E(Exception):\n  def __str__(s): raise E\nraise E", 1, "E: <exception str() failed>"),
    "str_calls_itself": ("class E(Exception):\n  def __str__(s): return str(s)\nraise E", 1, "E: <exception str() failed>"),
    "causes": ("x = None\nfor i in range(200000): e = ValueError(); e.__cause__ = x; x = e\nraise x", 1, "ValueError"),
    "contexts": ("x = ValueError()\nfor i in range(200000): e = ValueError(); e.__context__ = x; x = e\nraise x", 1, "ValueError"),
    "groups": ("x = ValueError()\nfor i in range(100000): x = ExceptionGroup('a', [x])\nraise x", 1, ...),
    "traceback": ("def f(n): f(n - 1) if n else 1 / 0\nf(100000)", 1, ...),
    "del_at_exit": ("n = []\nclass A:\n  def __del__(s):\n    if len(n) < 10**4: n.append(A())\na = A()", 0, None),
    "exit_in_exit": ("import atexit, sys\natexit.register(lambda: sys.exit(atexit.register(lambda: sys.exit(3))))\nsys.exit(5)", 5, ...),
    "thread_shutdown": ("import threading\ndef f(n):\n  if n: threading.Thread(target=f, args=(n - 1,)).start()\nf(50)", 0, None),
    "module_getattr": ("import sys\ndef __getattr__(n): return getattr(sys.modules['__main__'], n)\nimport __main__\n__main__.x", 1, ...),
}


long = unittest.skipUnless(os.environ.get("KRAIT_TEST_RECURSION"), "takes minutes: set KRAIT_TEST_RECURSION")


class Programs(unittest.TestCase):
    def check(self, place, limit):
        """A small stack makes short work of what recurses in C."""
        done = run_limited("-s 8192" if ASAN else "-s 1024", "-W", "ignore", PROGRAMS, place, limit, seconds=250, env=rarer_collections())
        lines = done.stdout.splitlines() or [""]
        self.assertEqual((done.returncode, lines[-1], [line for line in lines[:-1] if not line.endswith(" as it may")]), (0, "end", []), done.stdout[-200:] + done.stderr[-300:])

    def test_main_as_it_is(self):
        self.check("main", "0")

    @long
    def test_main_without_limit(self):
        self.check("main", HIGH)

    def test_thread_as_it_is(self):
        self.check("thread", "0")

    @long
    def test_thread_without_limit(self):
        self.check("thread", HIGH)


class Ends(unittest.TestCase):
    def check(self, program, status, last):
        for limit in "", f"import sys; sys.setrecursionlimit({HIGH})\n":
            done = run("-S", "-c", limit + program, env=rarer_collections())
            lines = done.stderr.splitlines() or [None]
            self.assertEqual((done.returncode, lines[-1] if last is not ... else last), (status, last), done.stderr[-500:])


for end_name, (end_program, end_status, end_last) in ENDS.items():
    setattr(Ends, "test_" + end_name, lambda self, arguments=(end_program, end_status, end_last): self.check(*arguments))

if __name__ == "__main__":
    unittest.main()
