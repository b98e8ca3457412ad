"""Every recursion ends in the right exception, however high the recursion limit is; huge requests end in MemoryError.

Each program runs in a process of its own with sys.setrecursionlimit(10**9): a crash is then a finding, not the end of this test.
"""
import subprocess
import sys
import unittest

LIMIT = "import sys; sys.setrecursionlimit(10**9)\n"
NEST = "x = []\nfor i in range(10**5): x = [x]\n"
CASES = {
    "call": ("RecursionError", "def f(): return f()\nf()"),
    "lambda_through_map": ("RecursionError", "def f(x): return list(map(f, [x]))\nf(1)"),
    "repr_method": ("RecursionError", "class A:\n  def __repr__(s): return repr(s)\nrepr(A())"),
    "getattr_method": ("RecursionError", "class A:\n  def __getattr__(s, n): return getattr(s, n + 'x')\nA().x"),
    "call_method": ("RecursionError", "class A: pass\nA.__call__ = A()\nA()()"),
    "lt_in_sort": ("RecursionError", "class A:\n  def __lt__(s, o): return s < o\nsorted([A(), A()])"),
    "sort_key": ("RecursionError", "def k(x): return sorted([x], key=k)\nk(1)"),
    "hash_method": ("RecursionError", "class A:\n  def __hash__(s): return hash(s)\n{A()}"),
    "format_method": ("RecursionError", "class A:\n  def __format__(s, f): return f'{s:x}'\nf'{A()}'"),
    "instancecheck": ("RecursionError", "class M(type):\n  def __instancecheck__(c, o): return isinstance(o, c)\nclass A(metaclass=M): pass\nisinstance(1, A)"),
    "isinstance_tuples": (("RecursionError", None), "t = ()\nfor i in range(10**5): t = (t,)\nisinstance(1, t)"),
    "descriptor": ("RecursionError", "class D:\n  def __get__(s, o, t): return o.d\nclass A: d = D()\nA().d"),
    "repr_list": ("RecursionError", NEST + "repr(x)"),
    "repr_dict": ("RecursionError", "d = {}\nfor i in range(10**5): d = {1: d}\nstr(d)"),
    "compare_lists": ("RecursionError", "x = []; y = []\nfor i in range(10**5): x = [x]; y = [y]\nx == y"),
    "compare_tuples": ("RecursionError", "x = (); y = ()\nfor i in range(10**5): x = (x,); y = (y,)\nx < y"),
    "hash_tuple": ("RecursionError", "t = ()\nfor i in range(10**6): t = (t,)\nhash(t)"),
    "free_list": (None, NEST + "import gc; gc.collect(); del x; gc.collect()"),
    "free_iterators": (None, "it = iter([])\nfor i in range(10**5): it = map(int, it)\ndel it\nimport gc; gc.collect()"),
    "pickle": ("RecursionError", NEST + "import pickle; pickle.dumps(x)"),
    "marshal": ("ValueError", NEST + "import marshal; marshal.dumps(x)"),
    "marshal_loads": ("ValueError", "import marshal; marshal.loads(b'[\\1\\0\\0\\0' * 10**5)"),
    "deepcopy": (("RecursionError", None), NEST + "import copy; copy.deepcopy(x)"),
    "json_dumps": ("RecursionError", NEST + "import json; json.dumps(x)"),
    "json_loads": ("RecursionError", "import json; json.loads('[' * 10**5)"),
    "map_of_map": ("RecursionError", "it = iter([])\nfor i in range(10**5): it = map(int, it)\nlist(it)"),
    "chain_of_chain": (("RecursionError", None), "import itertools\nit = iter([1])\nfor i in range(10**5): it = itertools.chain(it)\nlist(it)"),
    "filter_of_zip": ("RecursionError", "it = iter([1])\nfor i in range(10**5): it = filter(None, zip(it))\nlist(it)"),
    "tee_of_tee": (("RecursionError", None), "import itertools\nit = iter([1])\nfor i in range(10**5): it = itertools.islice(it, 9)\nlist(it)"),
    "generators": (("RecursionError", None), "def g(i):\n  yield from i\nit = iter([1])\nfor i in range(2000): it = g(it)\nlist(it)"),
    "regex_groups": (("RecursionError", "MemoryError", None), "import re; re.match('(' * 2000 + ')' * 2000, '')"),
    "regex_text": (None, "import re; re.match('(?:a|b)*?c', 'ab' * 10**5 + 'c').end"),
    "parentheses": ("SyntaxError", "eval('(' * 100000)"),
    "unary": (("MemoryError", "RecursionError"), "eval('-' * 100000 + '1')"),
    "binary": (("RecursionError", "MemoryError"), "eval('1+' * 100000 + '1')"),
    "attributes": (("RecursionError", "MemoryError"), "compile('x' + '.a' * 100000, '', 'exec')"),
    "elif": (("RecursionError", "MemoryError", None), "compile('if a: pass\\n' + 'elif a: pass\\n' * 20000, '', 'exec')"),
    "blocks": (("IndentationError", "SyntaxError"), "compile(''.join(' ' * i + 'if 1:\\n' for i in range(500)) + ' ' * 500 + 'pass', '', 'exec')"),
    "literal_eval": (("MemoryError", "RecursionError"), "import ast; ast.literal_eval('-' * 50000 + '1')"),
    "exception_group": ("RecursionError", "e = ValueError()\nfor i in range(10**5): e = ExceptionGroup('', [e])\ne.split(TypeError)"),
    "causes": ("ValueError", "e = None\nfor i in range(10**4):\n  n = ValueError(i); n.__cause__ = e; e = n\nraise e"),
    "contexts": ("ValueError", "e = ValueError()\nfor i in range(10**4):\n  n = ValueError(i); n.__context__ = e; e = n\nraise e"),
    "partial": (None, "import functools\nf = int\nfor i in range(10**5): f = functools.partial(f)\nf()"),
    "partial_subclass": ("RecursionError", "import functools\nclass P(functools.partial): pass\nf = int\nfor i in range(10**5): f = P(f, **{f'k{i}': 1}) if i % 2 else functools.partial(f)\nf()"),
    "bound_methods": (("RecursionError", "TypeError", None), "import types\nf = int\nfor i in range(10**5): f = types.MethodType(f, 1)\nf()"),
    "subclasses": (None, "x = object\nfor i in range(500): x = type('A', (x,), {})\nx.a = 1"),
    "union_types": (("RecursionError", None), "t = int\nfor i in range(10**5): t = list[t]\nrepr(t)"),
    "memoryview_cast": (None, "m = memoryview(b'1')\nfor i in range(10**4): m = memoryview(m)\nm.tobytes()"),
    "dict_view_repr": ("RecursionError", "d = {}\nfor i in range(10**5): d = {1: d.values()}\nrepr(d)"),
    "deque_repr": ("RecursionError", "from collections import deque\nd = deque()\nfor i in range(10**5): d = deque([d])\nrepr(d)"),
    "import_hook": ("RecursionError", "class F:\n  def find_spec(s, *a): __import__('no_such_module')\nsys.meta_path.insert(0, F())\nimport no_such_module"),
    "thread": (None, "import threading\nthreading.stack_size(65536)\nthreading.excepthook = lambda a: print(a.exc_type.__name__)\ndef f(): return f()\n"
                     "t = threading.Thread(target=f); t.start(); t.join()"),
    "thread_repr": (None, "import threading\nthreading.stack_size(65536)\nthreading.excepthook = lambda a: print(a.exc_type.__name__)\n" + NEST +
                          "t = threading.Thread(target=repr, args=(x,)); t.start(); t.join()"),
    "thread_compile": (None, "import threading\nthreading.stack_size(65536)\nthreading.excepthook = lambda a: print(a.exc_type.__name__)\n"
                             "t = threading.Thread(target=eval, args=('-' * 100000 + '1',)); t.start(); t.join()"),
    "list_repeat": ("MemoryError", "[1] * 10**12"),
    "bytes_repeat": ("MemoryError", "b'x' * (1 << 62)"),
    "bytearray_size": ("MemoryError", "bytearray(1 << 62)"),
    "str_rjust": ("MemoryError", "'x'.rjust(1 << 62)"),
    "str_format": (("MemoryError", "ValueError", "OverflowError"), "format(1, '>' + str(1 << 62))"),
    "percent_format": (("MemoryError", "ValueError", "OverflowError"), "'%*d' % (1 << 62, 1)"),
    "shift": (("MemoryError", "OverflowError"), "1 << (1 << 62)"),
    "join": (("MemoryError", "OverflowError"), "('x' * 2**20).join('y' * 2**20 for i in range(3)).replace('x', 'z' * 2**45)"),
    "usable_afterwards": (None, "for i in range(3):\n  try: [0] * 10**13\n  except MemoryError: pass\n  try:\n    f = lambda: f()\n    f()\n  except RecursionError: pass\n"
                                "assert sum(range(10)) == 45"),
}


class Recursions(unittest.TestCase):
    def check(self, wanted, program):
        done = subprocess.run([sys.executable, "-S", "-c", LIMIT + program], capture_output=True, text=True, timeout=180)
        wanted = wanted if isinstance(wanted, tuple) else (wanted,)
        lines = done.stderr.strip().splitlines()
        last = lines[-1].split(":")[0] if lines else None
        self.assertIn((done.returncode, last), [(1, name) if name else (0, None) for name in wanted], done.stderr[-500:])


for case_name, (case_wanted, case_program) in CASES.items():
    setattr(Recursions, "test_" + case_name, lambda self, wanted=case_wanted, program=case_program: self.check(wanted, program))

if __name__ == "__main__":
    unittest.main()
