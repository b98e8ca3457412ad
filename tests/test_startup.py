"""Starting: from the image that the build appends to the program, and from nothing (KRAIT_IMAGE=0). Both must give the same interpreter."""
import os
import re
import sys
import unittest

from helpers import ASAN, outcome, run_limited

STATE = r"""
import sys, os, builtins, io, gc, time, _imp, signal, warnings
def show(value, depth=0):
    if isinstance(value, (str, bytes, int, float, bool, type(None))):
        return repr(value)
    if isinstance(value, (set, frozenset)):
        return type(value).__name__ + str(sorted(map(repr, value)))
    if isinstance(value, dict) and depth < 2:
        return "{" + ", ".join(k + ": " + v for k, v in sorted((repr(k), show(v, depth + 1)) for k, v in value.items())) + "}"
    if isinstance(value, (list, tuple)) and depth < 3:
        return type(value).__name__ + "[" + ", ".join(show(v, depth + 1) for v in value) + "]"
    return type(value).__name__ + " " + getattr(value, "__name__", "")
wanted = sorted(name for name in sys.modules if name != "__main__")
print(wanted)
for name in wanted:
    for key, value in sorted(vars(sys.modules[name]).items()):
        if key in ("path_importer_cache", "builtins", "modules", "_", "_module_locks"): continue
        print(name, key, show(value))
        assert getattr(sys.modules[name], key) is value
print(sys.path, sys.flags, sys.argv, sys.orig_argv, sys.warnoptions, sys._xoptions, __debug__)
print(sorted(os.environ.items()), time.tzname, time.timezone, _imp.check_hash_based_pycs, sys.get_int_max_str_digits(), warnings.filters)
gc.collect()   # with -S, modules of the image that nobody asked for are garbage
print(sorted(cls.__name__ for cls in object.__subclasses__() if cls.__module__ in ("os", "abc", "io", "site", "_collections_abc", "_sitebuiltins")))
"""

HASHES = r"""
import sys, os, gc, posix
for o in gc.get_objects():
    if type(o) is dict:
        for k in list(o):
            assert k in o and o[k] is o.get(k), k
    elif type(o) in (set, frozenset):
        copy = type(o)(list(o))
        assert copy == o and all(k in o for k in o) and hash(frozenset(o)) == hash(frozenset(copy))
assert "os" in sys.stdlib_module_names and os.environb is not None and hash(frozenset(sys.stdlib_module_names)) == hash(frozenset(list(sys.stdlib_module_names)))
assert sys.intern("".join(["__in", "it__"])) is sys.intern("__init__")
print(hash("krait"), hash(b"krait"), hash("k"), hash("\xe9"), hash(b"k"))
"""


def run(*args, image=True, **environment):
    env = {**os.environ, **environment, "KRAIT_IMAGE": "1" if image else "0"}
    for name in ("PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED"):
        env.pop(name, None)
    status, output, errors = outcome("-B", *args, env=env)
    return status, re.sub(r"(KRAIT_IMAGE'[:,] b?')0", r"\g<1>1", output), errors


@unittest.skipUnless(sys.platform == "linux" and not ASAN and "KRAIT_GC_STRESS" not in os.environ, "a sanitized build has no image, and what collects all the time makes its own start")
class Image(unittest.TestCase):
    def test_there_is_one(self):
        maps = "print(any(line.startswith('1000000000-') for line in open('/proc/self/maps')))"
        self.assertEqual(run("-c", maps), (0, "True\n", ""))
        self.assertEqual(run("-c", maps, image=False), (0, "False\n", ""))
        for options in (["-v"], ["-X", "importtime"], ["-X", "frozen_modules=off"], ["-X", "dev"]):
            self.assertEqual(run(*options, "-c", maps)[:2], (0, "False\n"))

    def test_shown_imports(self):
        program = "try: import nosuch\nexcept ImportError: pass\nimport stat"
        err = run("-I", "-S", "-X", "importtime", "-c", program)[2]
        lines = [line.split("|") for line in err.splitlines()]
        self.assertEqual([part.strip() for part in lines[0]], ["import time: self [us]", "cumulative", "imported package"])
        names = [line[2] for line in lines[1:]]
        self.assertEqual(names[-3:], [" nosuch", "   _stat", " stat"])
        self.assertIn(" io", names)
        for line in lines[1:]:
            self.assertLessEqual(int(line[0].removeprefix("import time:")), int(line[1]))
        verbose = run("-I", "-S", "-v", "-c", "pass")[2].splitlines()
        self.assertEqual(verbose[:2], ["import _frozen_importlib # frozen", "import _imp # builtin"])
        self.assertIn("import 'zipimport' # <class '_frozen_importlib.FrozenImporter'>", verbose)

    def test_same_state(self):
        self.maxDiff = 2000
        for options in ([], ["-S"], ["-I"], ["-E", "-s"], ["-O"], ["-OO", "-b"], ["-W", "error", "-X", "utf8"], ["-X", "dev"], ["-P", "-q", "-u"], ["-X", "int_max_str_digits=700"],
                        ["--check-hash-based-pycs", "always"]):
            with self.subTest(options=options):
                with_image = run(*options, "-c", STATE, PYTHONHASHSEED="0", TZ="Europe/Berlin", ODD="\udcff=")
                without = run(*options, "-c", STATE, PYTHONHASHSEED="0", TZ="Europe/Berlin", ODD="\udcff=", image=False)
                self.assertEqual(with_image[0], 0, with_image[2])
                for a, b in zip(with_image[1].splitlines(), without[1].splitlines()):
                    self.assertEqual(a, b)
                self.assertEqual(with_image, without)

    def test_io_follows_the_flags(self):
        program = "import io, sys; print(io.text_encoding(None), io.TextIOWrapper(io.BytesIO()).encoding, sys.flags.utf8_mode)"
        for options, expected in ((["-X", "utf8=0"], "locale UTF-8 0\n"), (["-X", "utf8=1"], "utf-8 utf-8 1\n")):
            for image in (True, False):
                self.assertEqual(run(*options, "-c", program, image=image, LC_ALL="C.UTF-8"), (0, expected, ""))
        self.assertEqual(run("-X", "warn_default_encoding", "-c", "import io; io.TextIOWrapper(io.BytesIO())")[2].splitlines()[0],
                         "<string>:1: EncodingWarning: 'encoding' argument not specified")

    def test_hashes(self):
        for seed in ("0", "1", "12345", "random"):
            status, out, err = run("-c", HASHES, PYTHONHASHSEED=seed)
            self.assertEqual((status, err), (0, ""))
            again = run("-c", HASHES, PYTHONHASHSEED=seed, image=False)
            (self.assertNotEqual if seed == "random" else self.assertEqual)(again[1], out)

    def test_stale_dicts(self):
        """Each operation as the first on a dict of the image, whose hashes are still to be computed."""
        setting = "import posix; a = posix.sysconf_names; b = {''.join(list(k)): v for k, v in a.items()}; k = ''.join(['SC_', 'OPEN_MAX'])\n"
        operations = ["a == b", "b == a", "a != {**b, 'x': 1}", "set(a) == set(b)", "a.keys() == b.keys()", "a.items() == b.items()", "set(b).difference(a) == set()", "set(b) - a.keys() == set()",
                      "not set(b).symmetric_difference(a)", "set().union(a) == set(b)", "frozenset(a) == frozenset(b)", "dict.fromkeys(a, 1) == dict.fromkeys(b, 1)", "{**a} == b", "(a | {'z': 1}) == (b | {'z': 1})",
                      "a.copy() == b and k in a.copy()", "dict(a)[k] == a[k]", "a.pop(k) == b[k] and k not in a and len(a) == len(b) - 1", "a.popitem() == b.popitem() and a == b",
                      "a.setdefault(k, 0) == b[k]", "a.setdefault('new', 5) == 5 and a[''.join(['ne', 'w'])] == 5 and a[k] == b[k]", "[a.__delitem__(k)] and k not in a", "k in a", "'absent' not in a and 'sys' not in a",
                      "a.get(k) == b[k]", "a.update(b) is None and a == b", "a.update(new=1) is None and a['new'] == 1 and a[k] == b[k]", "a.clear() is None and k not in a", "set(b) >= a.keys() and set(b).issuperset(a)",
                      "set(b).intersection(a) == set(b)", "set(b).isdisjoint(a) is False", "(lambda **kw: kw == b)(**a)", "__import__('collections').OrderedDict(a) == b", "all(a[x] == b[x] for x in b) or 1",
                      "[a[x] for x in list(a) * 60][-1] == list(b.values())[-1] and a == b", "a.__sizeof__() > 0 and str(a) == str(b)", "vars(posix)[''.join(['get', 'pid'])] is posix.getpid",
                      "getattr(posix, ''.join(['O_', 'RDONLY'])) == 0 and not hasattr(posix, 'sys')", "exec('krait_new = 1', vars(posix)) is None and posix.krait_new == 1 and posix.getpid() > 0",
                      "(lambda s: (setattr(posix, s, 2), posix.krait_new == 2)[1])(''.join(['krait', '_new']))", "__import__('json').loads(__import__('json').dumps(a)) == b",
                      "__import__('pickle').loads(__import__('pickle').dumps(a)) == b", "__import__('copy').deepcopy(a) == b"]
        for operation in operations:
            with self.subTest(operation=operation):
                self.assertEqual(run("-S", "-c", setting + f"print(bool({operation}))"), (0, "True\n", ""))

    def test_collector(self):
        program = "import gc, json, re, argparse, enum\nfor i in range(5): gc.collect(); gc.collect(0)\nprint(json.loads('[1]'), re.sub('a+', 'b', 'caat'))"
        for environment in ({}, {"KRAIT_GC_VERIFY": "1"}, {"KRAIT_GC_STRESS_YOUNG": "500", "KRAIT_GC_VERIFY": "1"}):
            self.assertEqual(run("-c", program, **environment), (0, "[1] cbt\n", ""))

    def test_memory_is_given_back_and_taken_again(self):
        program = """if 1:
            import gc
            for i in range(4):
                keep = [[str(k) for k in range(200)] for n in range(2000)]
                del keep
                gc.collect()
            assert len({str(k): k for k in range(100000)}) == 100000
            import os, abc, collections.abc
            print(isinstance([], collections.abc.Sequence), os.environ['HOME'])"""
        self.assertEqual(run("-c", program, HOME="/x"), (0, "True /x\n", ""))

    def test_threads_and_forks(self):
        program = """if 1:
            import os, threading
            t = threading.Thread(target=print, args=('thread',)); t.start(); t.join()
            import sys; sys.stdout.flush()
            pid = os.fork()
            if not pid:
                import json; print(json.dumps([1])); sys.stdout.flush(); os._exit(7)
            print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))"""
        self.assertEqual(run("-c", program), (0, "thread\n[1]\n7\n", ""))

    def test_address_space_limit(self):
        done = run_limited("-v 1500000", "-c", "print(len(bytearray(1 << 20)))")
        self.assertEqual((done.returncode, done.stdout), (0, "1048576\n"), done.stderr)

    def test_small_stack(self):
        done = run_limited("-s 512", "-c", "def f(): return [f()]\ntry: f()\nexcept RecursionError: print(1)")
        self.assertEqual((done.returncode, done.stdout), (0, "1\n"), done.stderr)

    def test_deep_recursion_in_c(self):
        program = "import sys; sys.setrecursionlimit(10**9)\nx = []\nfor i in range(10**6): x = [x]\ntry: repr(x)\nexcept RecursionError: print(1)"
        for limit in ("512", "8192"):
            done = run_limited(f"-s {limit}", "-c", program)
            self.assertEqual((done.returncode, done.stdout), (0, "1\n"), done.stderr[-500:])


if __name__ == "__main__":
    unittest.main()
