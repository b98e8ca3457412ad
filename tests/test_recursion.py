"""Every recursion ends in the right exception, however high the recursion limit is; huge requests end in MemoryError.

Each program runs in a process of its own with sys.setrecursionlimit(10**9): a crash is then a finding, not the end of this test. recursion_matrix.py adds what can be done with each
kind of value that is nested in itself.
"""
import os
import re
import unittest

from helpers import ASAN, TOP, rarer_collections, run, run_limited

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
    "isinstance_tuples": (None, "t = ()\nfor i in range(10**5): t = (t,)\nisinstance(1, t)"),
    "descriptor": ("RecursionError", "class D:\n  def __get__(s, o, t): return o.d\nclass A: d = D()\nA().d"),
    "repr_list": ("RecursionError", NEST + "repr(x)"),
    "repr_dict": ("RecursionError", "d = {}\nfor i in range(10**5): d = {1: d}\nstr(d)"),
    "compare_lists": ("RecursionError", "x = []; y = []\nfor i in range(10**5): x = [x]; y = [y]\nx == y"),
    "compare_tuples": ("RecursionError", "x = (); y = ()\nfor i in range(10**5): x = (x,); y = (y,)\nx < y"),
    "hash_tuple": ("RecursionError", "t = ()\nfor i in range(10**6): t = (t,)\nhash(t)"),
    "free_list": (None, NEST + "import gc; gc.collect(); del x; gc.collect()"),
    "free_iterators": (None, "it = iter([])\nfor i in range(10**6): it = map(int, it)\ndel it\nimport gc; gc.collect()"),
    "pickle": ("RecursionError", NEST + "import pickle; pickle.dumps(x)"),
    "marshal": ("ValueError", NEST + "import marshal; marshal.dumps(x)"),
    "marshal_loads": ("ValueError", "import marshal; marshal.loads(b'[\\1\\0\\0\\0' * 10**5)"),
    "deepcopy": (None, NEST + "import copy; copy.deepcopy(x)"),
    "json_dumps": ("RecursionError", NEST + "import json; json.dumps(x)"),
    "json_loads": ("RecursionError", "import json; json.loads('[' * 10**5)"),
    "map_of_map": ("RecursionError", "it = iter([])\nfor i in range(10**5): it = map(int, it)\nlist(it)"),
    "chain_of_chain": (None, "import itertools\nit = iter([1])\nfor i in range(10**5): it = itertools.chain(it)\nassert list(it) == [1]"),
    "filter_of_zip": ("RecursionError", "it = iter([1])\nfor i in range(10**6): it = filter(None, zip(it))\nlist(it)"),
    "islice_of_islice": ("RecursionError", "import itertools\nit = iter([1])\nfor i in range(10**6): it = itertools.islice(it, 9)\nlist(it)"),
    "generators": (None, "def g(i):\n  yield from i\nit = iter([1])\nfor i in range(10**4): it = g(it)\nassert list(it) == [1]"),
    "generator_throw": ("RecursionError", "def g(i): yield from i\nit = iter([1])\nfor i in range(3 * 10**5): it = g(it)\nnext(it)\nit.throw(ValueError)"),
    "generator_close": ("RecursionError", "def g(i): yield from i\nit = iter([1])\nfor i in range(3 * 10**5): it = g(it)\nnext(it)\nit.close()"),
    "coroutine_throw": ("RecursionError", "class A:\n  def __await__(s): yield 1\nasync def g(i): await i\nit = A()\nfor i in range(3 * 10**5): it = g(it)\nit.send(None)\nit.throw(ValueError)"),
    "regex_groups": (None, "import re; re.match('(' * 2000 + ')' * 2000, '')"),
    "regex_text": (None, "import re; assert re.match('(?:a|b)*?c', 'ab' * 10**5 + 'c').end() == 2 * 10**5 + 1"),
    "parentheses": ("SyntaxError", "eval('(' * 100000)"),
    "unary": ("MemoryError", "eval('-' * 100000 + '1')"),
    "binary": ("RecursionError", "eval('1+' * 100000 + '1')"),
    "attributes": ("RecursionError", "compile('x' + '.a' * 100000, '', 'exec')"),
    "elif": ("MemoryError", "compile('if a: pass\\n' + 'elif a: pass\\n' * 20000, '', 'exec')"),
    "blocks": ("IndentationError", "compile(''.join(' ' * i + 'if 1:\\n' for i in range(500)) + ' ' * 500 + 'pass', '', 'exec')"),
    "literal_eval": ("MemoryError", "import ast; ast.literal_eval('-' * 50000 + '1')"),
    "exception_group": ("RecursionError", "e = ValueError()\nfor i in range(10**5): e = ExceptionGroup('', [e])\ne.split(TypeError)"),
    "causes": ("ValueError", "e = None\nfor i in range(10**4):\n  n = ValueError(i); n.__cause__ = e; e = n\nraise e"),
    "contexts": ("ValueError", "e = ValueError()\nfor i in range(10**4):\n  n = ValueError(i); n.__context__ = e; e = n\nraise e"),
    "partial": (None, "import functools\nf = int\nfor i in range(10**5): f = functools.partial(f)\nf()"),
    "partial_subclass": ("TypeError", "import functools\nclass P(functools.partial): pass\nf = int\nfor i in range(10**4): f = P(f, **{f'k{i}': 1}) if i % 2 else functools.partial(f)\nf()"),
    "bound_methods": ("TypeError", "import types\nf = int\nfor i in range(10**6): f = types.MethodType(f, 1)\nf()"),
    "subclasses": (None, "x = object\nfor i in range(500): x = type('A', (x,), {})\nx.a = 1"),
    "union_types": ("RecursionError", "t = int\nfor i in range(10**5): t = list[t]\nrepr(t)"),
    "memoryview_cast": (None, "m = memoryview(b'1')\nfor i in range(10**4): m = memoryview(m)\nm.tobytes()"),
    "dict_view_repr": ("RecursionError", "d = {}\nfor i in range(10**5): d = {1: d.values()}\nrepr(d)"),
    "deque_repr": ("RecursionError", "from collections import deque\nd = deque()\nfor i in range(10**5): d = deque([d])\nrepr(d)"),
    "import_hook": ("RecursionError", "class F:\n  def find_spec(s, *a): __import__('no_such_module')\nsys.meta_path.insert(0, F())\nimport no_such_module"),
    "thread": (None, "import threading\nthreading.stack_size(65536)\nnames = []\nthreading.excepthook = lambda a: names.append(a.exc_type.__name__)\ndef f(): return f()\n"
                     "t = threading.Thread(target=f); t.start(); t.join()\nassert names == ['RecursionError'], names"),
    "thread_repr": (None, "import threading\nthreading.stack_size(65536)\nnames = []\nthreading.excepthook = lambda a: names.append(a.exc_type.__name__)\n" + NEST +
                          "t = threading.Thread(target=repr, args=(x,)); t.start(); t.join()\nassert names == ['RecursionError'], names"),
    "thread_compile": (None, "import threading\nthreading.stack_size(65536)\nnames = []\nthreading.excepthook = lambda a: names.append(a.exc_type.__name__)\n"
                             "t = threading.Thread(target=eval, args=('-' * 100000 + '1',)); t.start(); t.join()\nassert names in (['MemoryError'], ['RecursionError']), names"),
    "yield_from_itself": ("RecursionError", "def g(): yield from g()\nlist(g())"),
    "await_itself": ("RecursionError", "async def f(): await f()\nf().send(None)"),
    "getattribute": ("RecursionError", "class A:\n  def __getattribute__(s, n): return getattr(s, n)\nA().x"),
    "setattr_method": ("RecursionError", "class A:\n  def __setattr__(s, n, v): setattr(s, n, v)\nA().x = 1"),
    "missing": ("RecursionError", "class D(dict):\n  def __missing__(s, k): return s[k]\nD()[1]"),
    "contains": ("RecursionError", "class A:\n  def __contains__(s, x): return x in s\n1 in A()"),
    "len_method": ("RecursionError", "class A:\n  def __len__(s): return len(s)\nbool(A())"),
    "index_method": ("RecursionError", "class A:\n  def __index__(s): return int(s)\nint(A())"),
    "eq_method": ("RecursionError", "class A:\n  def __eq__(s, o): return s == o\n[A()] == [A()]"),
    "add_reflected": ("RecursionError", "class A:\n  def __add__(s, o): return o + s\n  def __radd__(s, o): return o + s\nA() + A()"),
    "iter_method": ("RecursionError", "class A:\n  def __iter__(s): return iter(s)\nlist(A())"),
    "next_method": ("RecursionError", "class A:\n  def __iter__(s): return s\n  def __next__(s): return next(s)\nlist(A())"),
    "metaclass_call": ("RecursionError", "class M(type):\n  def __call__(c): return c()\nclass A(metaclass=M): pass\nA()"),
    "class_getitem": ("RecursionError", "class A:\n  def __class_getitem__(c, i): return c[i]\nA[1]"),
    "del_method": (None, "class A:\n  def __init__(s, x): s.x = x\n  def __del__(s): pass\nx = None\nfor i in range(10**5): x = A(x)\ndel x\nimport gc; gc.collect()"),
    "weak_callbacks": (None, "import weakref\nclass A: pass\nr = None\nfor i in range(10**5):\n  a = A(); a.x = r; r = weakref.ref(a, lambda r: None)\ndel a, r\nimport gc; gc.collect()"),
    "generators_freed": (None, "def g(i):\n  yield from i\nit = iter([1, 2])\nfor i in range(10**4): it = g(it)\nnext(it); it.close()"),
    "throw_down": ("KeyError", "def g(i):\n  yield from i\nit = iter([1, 2])\nfor i in range(10**4): it = g(it)\nnext(it); it.throw(KeyError)"),
    "classes_of_classes": (None, "x = type\nfor i in range(500): x = type(x)('M', (x,), {})\nx('A', (), {})"),
    "subclasses_deep": (None, "x = object\nfor i in range(3000): x = type('A', (x,), {})\nx().y = 1; assert isinstance(x(), object) and len(x.__mro__) == 3001"),
    "issubclass_bases": ("RecursionError", "class A: __bases__ = ()\nx = A()\nfor i in range(10**6):\n  a = A(); a.__bases__ = x, A(); x = a\nissubclass(x, A())"),
    "excepthook": ("ValueError", "import sys\ndef f(*a): return f()\nsys.excepthook = f\nraise ValueError"),
    "trace": ("RecursionError", "import sys\ndef t(*a):\n  g = lambda: g()\n  g()\nsys.settrace(t)\n(lambda: 1)()"),
    "nested_exec": ("RecursionError", "s = 'exec(s)'\nexec(s)"),
    "nested_format": ("ValueError", "format(1, '{' * 10**5) or '{:{:{:{}}}}'.format(1, 2, 3, 4)"),
    "fstrings": ("SyntaxError", "eval('f\"{f' * 3 + '\"' )"),
    "pickle_python": (None, NEST + "import pickle; pickle._dumps(x)"),
    "pickle_loads": (None, "import pickle; pickle.loads(b']' * 10**6 + b'a' * (10**6 - 1) + b'.')"),
    "pickle_tuples": (None, "import pickle; pickle.loads(b')' + b'\\x85' * 10**6 + b'.')"),
    "marshal_code": ("ValueError", "import marshal\nc = compile('1', '', 'exec')\nfor i in range(3000): c = c.replace(co_consts=(c,))\nmarshal.dumps(c)"),
    "parser_lists": ("SyntaxError", "eval('[' * 10**5)"),
    "parser_not": ("MemoryError", "eval('not ' * 10**5 + '1')"),
    "parser_lambda": ("MemoryError", "eval('lambda:' * 10**5 + '1')"),
    "parser_power": ("MemoryError", "eval('1**' * 10**5 + '1')"),
    "parser_conditional": ("MemoryError", "eval('1 if 1 else ' * 10**5 + '1')"),
    "calls": ("RecursionError", "compile('f' + '()' * 10**5, '', 'exec')"),
    "subscripts": ("RecursionError", "compile('f' + '[0]' * 10**5, '', 'exec')"),
    "compare_chain": (None, "compile('1' + '<1' * 10**4, '', 'exec')"),
    "comprehensions": ("SyntaxError", "compile('[' * 300 + 'x' + ' for x in y]' * 300, '', 'exec')"),
    "comprehension_loops": (None, "compile('[x ' + 'for x in y ' * 10**5 + ']', '', 'exec')"),
    "patterns": ("SyntaxError", "compile('match x:\\n case ' + '[' * 1000 + ']' * 1000 + ': pass', '', 'exec')"),
    "regex_parse": (None, "import re; re.compile('(?:' * 10**5 + ')' * 10**5)"),
    "regex_nested": (None, "import re; assert re.compile('(?:' * 300 + 'a' + ')*' * 300).match('a' * 50)"),
    "regex_lookahead": (None, "import re; assert re.match('(?=' * 300 + 'a' + ')' * 300, 'a')"),
    "regex_back": (None, "import re; assert re.match(r'(a?)*?(\\1)*b', 'a' * 10**5 + 'b').end() == 10**5 + 1"),
    "regex_deep_text": (None, "import re; assert re.match('((.)(?!x))*$', 'ab' * 10**5)"),
    "xml": (None, "import xml.parsers.expat as e\np = e.ParserCreate()\np.Parse('<a>' * 10**5 + '</a>' * 10**5, True)"),
    "sort_in_key": ("RecursionError", "class A:\n  def __lt__(s, o): return sorted([A(), A()]) is s\nmin(A(), A())"),
    "reduce": ("RecursionError", "import functools\ndef f(a, b): return functools.reduce(f, [1, 2])\nf(1, 2)"),
    "lru_cache": ("RecursionError", "import functools\n@functools.lru_cache(None)\ndef f(n): return f(n + 1)\nf(0)"),
    "contextvars": ("RecursionError", "import contextvars\ndef f(): contextvars.copy_context().run(f)\nf()"),
    "list_repeat": ("MemoryError", "[1] * 10**12"),
    "bytes_repeat": ("MemoryError", "b'x' * (1 << 62)"),
    "bytearray_size": ("MemoryError", "bytearray(1 << 62)"),
    "str_rjust": ("MemoryError", "'x'.rjust(1 << 62)"),
    "str_format": ("MemoryError", "format(1, '>' + str(1 << 62))"),
    "percent_format": ("MemoryError", "'%*d' % (1 << 62, 1)"),
    "shift": ("MemoryError", "1 << (1 << 62)"),
    "join": ("MemoryError", "('x' * 2**20).join('y' * 2**20 for i in range(3)).replace('x', 'z' * 2**45)"),
    "usable_afterwards": (None, "for i in range(3):\n  try: [0] * 10**13\n  except MemoryError: pass\n  try:\n    f = lambda: f()\n    f()\n  except RecursionError: pass\n"
                                "assert sum(range(10)) == 45"),
    "xml_entities": ("RecursionError", "from xml.parsers.expat import *\nn = 10**6\nParserCreate().Parse('<!DOCTYPE d [<!ENTITY e0 \"x\">' + ''.join(f'<!ENTITY e{i} \"&e{i - 1};\">' for i in range(1, n)) + f']><d>&e{n - 1};</d>', True)"),
    "xml_parameters": ("RecursionError", "from xml.parsers.expat import *\nn = 10**5\np = ParserCreate()\np.SetParamEntityParsing(2)\n"
                       "d = '<!DOCTYPE d [<!ENTITY % p0 \"\">' + ''.join(f'<!ENTITY % p{i} \"&#37;p{i - 1};\">' for i in range(1, n)) + f'%p{n - 1};]><d/>'\nfor i in range(0, len(d), 5): p.Parse(d[i:i + 5])"),
    "xml_encoded": ("RecursionError", "from xml.parsers.expat import *\nn = 10**5\nd = '<!DOCTYPE d [<!ENTITY e0 \"x\">' + ''.join(f'<!ENTITY e{i} \"&e{i - 1};\">' for i in range(1, n)) + f']><d>&e{n - 1};</d>'\n"
                    "try: ParserCreate('utf-16').Parse(d.encode('utf-16'), True)\nexcept RecursionError: ParserCreate('cp037').Parse(d.encode('cp037'), True)"),
}


class Recursions(unittest.TestCase):
    def check(self, wanted, program):
        done = run("-S", "-c", LIMIT + program, env=rarer_collections())
        lines = done.stderr.strip().splitlines()
        last = lines[-1].split(":")[0].rpartition(".")[2] if lines else None
        if ASAN and last in ("RecursionError", "MemoryError"):   # frames are several times as large there: more ends for want of stack
            wanted = last
        self.assertEqual((done.returncode, last), (1, wanted) if wanted else (0, None), done.stderr[-500:])

    def matrix(self, stack, deep, *arguments):
        """Whatever comes of each attempt, the program goes on to its end. `deep`: the stack is too small for some of them, so that the depth itself is seen to be reached."""
        done = run_limited(f"-s {stack}", os.path.join(TOP, "tests", "recursion_matrix.py"), *arguments, seconds=250, env=rarer_collections())
        self.assertEqual((done.returncode, done.stdout[-5:]), (0, "\nend\n"), done.stdout[-200:] + done.stderr[-500:])
        self.assertEqual(re.findall(r"(?m)^.* (?:NameError|SyntaxError|ImportError)$", done.stdout), [])    # the program itself is right
        if deep:
            self.assertGreater(done.stdout.count("RecursionError\n"), 150 if ASAN else 300)

    def test_small_stack(self):
        self.matrix("4096" if ASAN else "512", True, "main", "6000")

    def run_on(self, kilobytes, program):
        done = run_limited(f"-s {kilobytes}", "-S", "-c", program, env=rarer_collections())
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_class_tree_on_small_stack(self):
        """What changes in a class changes in those below it, however deep they lie; __bases__ asks each of their metaclasses, so it recurses."""
        self.run_on(2048 if ASAN else 256, "x = first = type('A', (), {})\nfor i in range(2000): x = type('B', (x,), {})\nfirst.__len__ = lambda s: 3\nassert len(x()) == 3\nfirst.a = 1\nassert x.a == 1\n"
                         "class C:\n  def __abs__(s): return 5\nsecond = x.__mro__[-3]\ntry: second.__bases__ = (C,)\nexcept RecursionError: assert len(x()) == 3 and second.__base__ is first\nelse: assert abs(x()) == 5\n"
                         "x.__mro__[50].__bases__ = (C,)\nassert abs(x()) == 5 and not hasattr(x, 'a')\n")

    def test_class_lattice(self):
        """As many ways through the classes as there are atoms, but few classes; bases come before those that inherit from them."""
        self.run_on(8192, "class A: pass\nx = A\nfor i in range(60):\n  y, z = type('L', (x,), {}), type('R', (x,), {}); x = type('D', (y, z, x), {})\n"
                          "A.__len__ = lambda s: 4\nassert len(x()) == 4\ny.__len__ = lambda s: 5\nassert len(x()) == 5 and len(z()) == 4\ndel y.__len__\nassert len(x()) == 4\n"
                          "class C:\n  def __len__(s): return 6\ny.__bases__ = (C,) + y.__bases__\nassert len(x()) == 6\n")

    def test_thread_with_small_stack(self):
        """So deep that what recurses fails on its way in: whoever comes to the bottom of 10,000 levels makes 10,000 texts, each longer than the one before."""
        self.matrix("8192", True, "thread", "30000")

    def test_unlimited_stack(self):
        self.matrix("unlimited", False, "main", "3000", "list", "dict", "alias", "chain", "proxies")


for case_name, (case_wanted, case_program) in CASES.items():
    setattr(Recursions, "test_" + case_name, lambda self, wanted=case_wanted, program=case_program: self.check(wanted, program))

if __name__ == "__main__":
    unittest.main()
