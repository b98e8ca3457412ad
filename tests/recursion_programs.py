"""Programs that call themselves through every protocol, hook and library function that has a way back into Python, and chains of what can hold another of its kind.

Usage: krait tests/recursion_programs.py main|thread LIMIT [-t] [NAME...]: runs them in one process, on the main thread or in one with a stack of 256 KB, with that recursion limit (0: as it is; trees are left out then). Each
name is printed before its program runs, so that a crash is known by the last line; then whether it ended as it may; -t: and in how many seconds. test_recursion_programs.py runs it.
"""
import sys
import time

DEEP = 100000      # levels of what is made without recursion
RECURSION = "RecursionError"
ANY = "RecursionError|ended"   # deep enough to exhaust a small stack; a large one suffices, or nothing recurses


def method(definition, use, before=""):
    """A program with a class A that has the method, which uses itself."""
    return f"{before}\nclass A:\n  def {definition}\n{use}"


# What calls itself: name -> program. All end in RecursionError, but for those of OTHERWISE.
CALLS = {
    # protocols
    "index": method("__index__(s): return operator.index(s)", "[1][A()]"),
    "index_of_range": method("__index__(s): return len(range(s))", "range(A())"),
    "index_of_slice": method("__index__(s): return 'abc'[s:]", "'abc'[A():]"),
    "index_of_bytes": method("__index__(s): return bytes(s)[0]", "bytes([A()])"),
    "index_of_struct": method("__index__(s): return struct.pack('i', s)", "struct.pack('i', A())"),
    "hex": method("__index__(s): return hex(s)", "hex(A())"),
    "repeat": method("__index__(s): return 'a' * s", "[1] * A()"),
    "float": method("__float__(s): return math.sin(s)", "float(A())"),
    "complex": method("__complex__(s): return complex(s)", "cmath.sin(A())"),
    "int": method("__int__(s): return int(s)", "int(A())"),
    "trunc": method("__trunc__(s): return math.trunc(s)", "math.trunc(A())"),
    "floor": method("__floor__(s): return math.floor(s)", "math.floor(A())"),
    "ceil": method("__ceil__(s): return math.ceil(s)", "math.ceil(A())"),
    "round": method("__round__(s, n=0): return round(s, n)", "round(A())"),
    "bool": method("__bool__(s): return not s", "if A(): pass"),
    "bool_of_filter": method("__bool__(s): return any(filter(None, [s]))", "all([A()])"),
    "length_hint": method("__length_hint__(s): return operator.length_hint(s)\n  def __iter__(s): return s\n  def __next__(s): raise StopIteration", "list(A())"),
    "str": method("__str__(s): return '%s' % s", "print(A(), file=io.StringIO())"),
    "bytes": method("__bytes__(s): return bytes(s)", "b'%s' % A()"),
    "fspath": method("__fspath__(s): return os.fspath(s)", "open(A())"),
    "fileno": method("fileno(s): return select.select([s], [], [], 0)", "select.select([A()], [], [], 0)"),
    "dir": method("__dir__(s): return dir(s)", "dir(A())"),
    "sizeof": method("__sizeof__(s): return sys.getsizeof(s)", "sys.getsizeof(A())"),
    "reversed": method("__reversed__(s): return reversed(s)", "reversed(A())"),
    "getitem": method("__getitem__(s, i): return [*s]", "1 in A()"),
    "setitem": method("__setitem__(s, i, v): s[i] = v", "A()[1] = 1"),
    "delitem": method("__delitem__(s, i): del s[i]", "del A()[1]"),
    "delattr": method("__delattr__(s, n): delattr(s, n)", "del A().a"),
    "divmod": method("__divmod__(s, o): return divmod(s, o)", "divmod(A(), 1)"),
    "pow": method("__pow__(s, o, m=None): return pow(s, o, m)", "pow(A(), 1, 2)"),
    "neg": method("__neg__(s): return -s", "-A()"),
    "abs": method("__abs__(s): return abs(s)", "abs(A())"),
    "iadd": method("__iadd__(s, o): return operator.iadd(s, o)", "a = A(); a += 1"),
    "matmul": method("__rmatmul__(s, o): return o @ s", "1 @ A()"),
    "concat": method("__add__(s, o): return operator.concat(s, o)\n  def __getitem__(s, i): pass", "operator.concat(A(), A())"),
    "sum": method("__radd__(s, o): return sum([s])", "sum([A()])"),
    "contains": method("__eq__(s, o): return s in (o,)", "A() in [A()]"),
    "index_of_list": method("__eq__(s, o): return [s].index(o)", "(A(),).index(A())"),
    "count": method("__eq__(s, o): return [s].count(o)", "collections.deque([A()]).count(A())"),
    "remove": method("__eq__(s, o): return [s].remove(o)", "[A()].remove(A())"),
    "eq_in_dict": method("__eq__(s, o): return {s: 1} == {o: 1}\n  def __hash__(s): return 1", "{A(): 1, A(): 2}"),
    "eq_in_set": method("__eq__(s, o): return {s} & {o}\n  def __hash__(s): return 1", "{A(), A()}"),
    "hash": method("__hash__(s): return hash((s,))", "frozenset([A()])"),
    "lt_in_heap": method("__lt__(s, o): return heapq.heappush([s], o)", "heapq.heapify([A(), A()])"),
    "lt_in_bisect": method("__lt__(s, o): return bisect.insort([s], o)", "bisect.bisect([A()], A())"),
    "lt_in_tuple": method("__lt__(s, o): return (s,) < (o,)", "[A()] < [A()]"),
    "min_key": "def k(x): return min([x, x], key=k)\nmax([1, 2], key=k)",
    "cmp_to_key": "def c(a, b): return sorted([1, 2], key=functools.cmp_to_key(c))\nc(1, 2)",
    "class_property": "class A:\n  @property\n  def __class__(s): return isinstance(s, int)\nisinstance(A(), int)",
    "bases_property": "class A:\n  @property\n  def __bases__(s): return issubclass(s, int)\nissubclass(A(), int)",
    "set_descriptor": "class D:\n  def __set__(s, o, v): o.d = v\nclass A: d = D()\nA().d = 1",
    "delete_descriptor": "class D:\n  def __delete__(s, o): del o.d\nclass A: d = D()\ndel A().d",
    "property": "class A: p = property(lambda s: s.p)\nA().p",
    "cached_property": "class A:\n  @functools.cached_property\n  def p(s): return s.p\nA().p",
    "class_descriptor": "class D:\n  def __get__(s, o, t): return t.d\nclass A: d = D()\nA.d",
    "getattr_of_class": "class M(type):\n  def __getattr__(c, n): return getattr(c, n)\nclass A(metaclass=M): pass\nA.x",
    "getattr_of_module": "m = types.ModuleType('m')\nm.__getattr__ = lambda n: getattr(m, n)\nm.x",
    "getattribute_of_super": "class A:\n  def f(s): return super(B, s).f()\nclass B(A): pass\nB().f()",
    "super_f": "class A:\n  def f(s): return s.f()\nclass B(A):\n  def f(s): return super().f()\nB().f()",
    "enter": method("__enter__(s):\n    with s: pass\n  def __exit__(s, *a): pass", "with A(): pass"),
    "exit": method("__enter__(s): pass\n  def __exit__(s, *a):\n    with s: pass", "with A(): pass"),
    "context_manager": "@contextlib.contextmanager\ndef f():\n  with f(): yield\nwith f(): pass",
    "exit_stack": "def f():\n  with contextlib.ExitStack() as s: s.callback(f)\nf()",
    "aenter": "class A:\n  async def __aenter__(s):\n    async with s: pass\n  async def __aexit__(s, *a): pass\nasync def f():\n  async with A(): pass\nf().send(None)",
    "iter_of_callable": "def f(): return list(iter(f, 0))\nf()",
    "iter_of_map": "class A:\n  def __iter__(s): return map(int, s)\nlist(A())",
    "unpacking": "class A:\n  def __iter__(s): a, b = s\nf = lambda *a: a\nf(*A())",
    "keys": "class A:\n  def keys(s): return {**s}\n  def __getitem__(s, k): pass\ndict(A())",
    "accumulate": "def f(a, b): return list(itertools.accumulate([1, 2], f))\nf(1, 2)",
    "groupby": "def k(x): return [k for k, g in itertools.groupby([1], k)]\nk(1)",
    "default_factory": "d = collections.defaultdict(lambda: d[1])\nd[1]",
    "lru_cache": "@functools.lru_cache(3)\ndef f(n): return f((n, n)[0] + 1)\nf(0)",
    "singledispatch": "@functools.singledispatch\ndef f(a): return f(a)\nf(1)",
    "partial": "p = functools.partial(lambda f: f(f), lambda f: p())\np()",
    "methodcaller": method("m(s): return operator.methodcaller('m')(s)", "A().m()"),
    "itemgetter": method("__getitem__(s, i): return operator.itemgetter(i)(s)", "A()[1]"),
    "attrgetter": method("__getattr__(s, n): return operator.attrgetter('a.b')(s)", "A().a"),
    "call_of_class": "class A:\n  def __new__(c): return c()\nA()",
    "init": "class A:\n  def __init__(s): A()\nA()",
    # making of classes
    "set_name": "class D:\n  def __set_name__(s, o, n): type('A', (), {'d': D()})\nclass A: d = D()",
    "init_subclass": "class A:\n  def __init_subclass__(c): type('B', (A,), {})\nclass B(A): pass",
    "prepare": "class M(type):\n  @classmethod\n  def __prepare__(m, *a):\n    class B(metaclass=M): pass\nclass A(metaclass=M): pass",
    "mro": "class M(type):\n  def mro(c): return M('B', (), {}).__mro__\nclass A(metaclass=M): pass",
    "mro_entries": "class A:\n  def __mro_entries__(s, b): return type(types.resolve_bases((s,)))\nclass B(A()): pass",
    "metaclass_new": "class M(type):\n  def __new__(m, *a): return m(*a)\nclass A(metaclass=M): pass",
    "build_class": "def f(): __build_class__(f, 'A')\nf()",
    "class_body": "def f():\n  class A: f()\nf()",
    "bases_set": "class A: pass\nclass M(type):\n  def mro(c):\n    if 'B' in globals(): B.__bases__ = (A,)\n    return type.mro(c)\nclass C: pass\nclass B(C, metaclass=M): pass\nB.__bases__ = (A,)",
    "dataclass": "@dataclasses.dataclass\nclass A:\n  a: int\n  def __post_init__(s): dataclasses.replace(s, a=1)\nA(1)",
    # abstract classes
    "abc_instancecheck": "class M(abc.ABCMeta):\n  def __instancecheck__(c, o): return isinstance(o, c)\nclass A(metaclass=M): pass\nisinstance(1, A)",
    "abc_subclasscheck": "class M(abc.ABCMeta):\n  def __subclasscheck__(c, o): return issubclass(o, c)\nclass A(metaclass=M): pass\nissubclass(int, A)",
    "abc_both": "class M(abc.ABCMeta):\n  def __subclasscheck__(c, o): return isinstance(1, c)\nclass A(metaclass=M): pass\nisinstance(1, A)",
    "subclasshook": "class A(abc.ABC):\n  @classmethod\n  def __subclasshook__(c, s): return issubclass(s, c)\nissubclass(int, A)",
    "subclasses": "class A(abc.ABC):\n  @classmethod\n  def __subclasses__(c): return [c] if issubclass(int, c) else []\nissubclass(int, A)",
    "isabstract": "class A:\n  @property\n  def __isabstractmethod__(s): return property(s).__isabstractmethod__\nproperty(A()).__isabstractmethod__",
    "protocol": "class P(typing.Protocol):\n  def f(s): pass\nP = typing.runtime_checkable(P)\nclass A:\n  def __getattr__(s, n): return isinstance(s, P)\nisinstance(A(), P)",
    # copying and pickling
    "copy": method("__copy__(s): return copy.copy(s)", "copy.copy(A())"),
    "deepcopy": method("__deepcopy__(s, m): return copy.deepcopy(s)", "copy.deepcopy(A())"),
    "reduce_ex": method("__reduce_ex__(s, p): return pickle.dumps(s)", "pickle.dumps(A())"),
    "reduce_more": method("__reduce__(s): return f, (A(),)", "pickle.dumps(A())", "def f(): pass\nglobals().update(__name__='__main__')\nsys.modules['__main__'].f = f"),
    "reduce_python": method("__reduce__(s): return int, (A(),)", "pickle._dumps(A())"),
    "reduce_state": method("__getstate__(s): return A()", "sys.modules['__main__'].A = A\nA.__module__ = '__main__'\npickle.dumps(A())"),
    "reduce_items": method("__reduce__(s): return list, (), None, iter([A()])", "pickle.dumps(A())"),
    "reduce_copied": method("__reduce__(s): return A, (), {'a': A()}", "copy.deepcopy(A())"),
    "reducer_override": "class P(pickle.Pickler):\n  def reducer_override(s, o): return s.dump(o)\nP(io.BytesIO()).dump(print)",
    "reducer_dumps": "class P(pickle.Pickler):\n  def reducer_override(s, o): P(io.BytesIO()).dump(o)\nP(io.BytesIO()).dump(print)",
    "persistent_id": "class P(pickle.Pickler):\n  def persistent_id(s, o): P(io.BytesIO()).dump(o)\nP(io.BytesIO()).dump(print)",
    "persistent_ids": "class P(pickle.Pickler):\n  def persistent_id(s, o): return [o]\nP(io.BytesIO()).dump(print)",
    "persistent_load": "class U(pickle.Unpickler):\n  def persistent_load(s, i): U(io.BytesIO(b'I1\\nQ.')).load()\nU(io.BytesIO(b'I1\\nQ.')).load()",
    "find_class": "class U(pickle.Unpickler):\n  def find_class(s, *a): U(io.BytesIO(b'ca\\nb\\n.')).load()\nU(io.BytesIO(b'ca\\nb\\n.')).load()",
    "unpickler_read": "class F:\n  def read(s, n=0): return pickle.load(s)\n  readline = read\npickle.load(F())",
    "pickler_write": "class F:\n  def write(s, b): pickle.dump(1, s)\npickle.dump(1, F())",
    "dispatch_table": "class A: pass\ndef f(a): return copy.copy(a)\ncopyreg.pickle(A, f)\ncopy.copy(A())",
    "setstate": method("__setstate__(s, x): s.x = copy.copy(A.a)", "a = A.a = A(); a.x = 1; copy.copy(a)"),
    "json_default": "json.dumps(object(), default=lambda o: [object()])",
    "json_default_dumps": "def f(o): return json.dumps(o, default=f)\njson.dumps(f, default=f)",
    "json_object_hook": "def f(o): return json.loads('{}', object_hook=f)\nf(1)",
    "json_float": "def f(o): return json.loads('1.5', parse_float=f)\nf(1)",
    "marshal_write": "class F:\n  def write(s, b): marshal.dump(1, s)\nmarshal.dump(1, F())",
    "marshal_read": "class F:\n  def read(s, n=0): return marshal.load(s)\n  readinto = read\nmarshal.load(F())",
    # text
    "format": method("__format__(s, f): return '{:{}}'.format(s, '>5')", "format(A())"),
    "format_item": method("__getitem__(s, i): return '{0[a]}'.format(s)", "'{0[a]}'.format(A())"),
    "format_attribute": method("__getattr__(s, n): return '{0.a}'.format(s)", "'{0.a}'.format(A())"),
    "format_map": method("__getitem__(s, i): return '{a}'.format_map(s)", "'{a}'.format_map(A())"),
    "formatter": "class F(string.Formatter):\n  def get_value(s, *a): return s.format('{}', 1)\nF().format('{}', 1)",
    "template": method("__getitem__(s, i): return string.Template('$a').substitute(s)", "A()[1]"),
    "percent_mapping": method("__getitem__(s, i): return '%(a)s' % s", "'%(a)s' % A()"),
    "percent_bytes": method("__getitem__(s, i): return b'%(a)s' % s", "b'%(a)s' % A()"),
    "percent_repr": method("__repr__(s): return '%r %a' % (s, s)", "ascii(A())"),
    "translate": method("__getitem__(s, i): return 'a'.translate(s)", "'a'.translate(A())"),
    "str_subclass": "class S(str):\n  def __str__(s): return str(s)\nstr(S())",
    "join": "class A:\n  def __iter__(s): return iter([''.join(s)])\n''.join(A())",
    "maketrans": method("__getitem__(s, i): return codecs.charmap_encode('a', 'strict', s)", "codecs.charmap_encode('a', 'strict', A())"),
    "re_sub": "def f(m): return re.sub('a', f, 'a')\nf(1)",
    "encoding_errors": "codecs.register_error('deeper', lambda e: '\\xff'.encode('ascii', 'deeper'))\n'\\xff'.encode('ascii', 'deeper')",
    "decoding_errors": "codecs.register_error('deeper', lambda e: b'\\xff'.decode('utf-8', 'deeper'))\nb'\\xff'.decode('ascii', 'deeper')",
    "codec_search": "def f(n): codecs.lookup('deeper') if n == 'deeper' else 0\ncodecs.register(f)\ntry: codecs.lookup('deeper')\nfinally: codecs.unregister(f)",
    # input and output
    "print_to_itself": method("write(s, t): print(t, file=s)", "print(1, file=A())"),
    "stdout": method("write(s, t): print(t)", "sys.stdout, old = A(), sys.stdout\ntry: print(1)\nfinally: sys.stdout = old"),
    "raw_readinto": "class R(io.RawIOBase):\n  readable = lambda s: True\n  def readinto(s, b): return io.BufferedReader(R()).readinto(b)\nio.BufferedReader(R()).read(1)",
    "raw_readall": "class R(io.RawIOBase):\n  def read(s, n=0): return s.readall()\nR().readall()",
    "raw_read": "class R(io.RawIOBase):\n  def readinto(s, b): return s.read(1)\nR().read(1)",
    "raw_write": "class R(io.RawIOBase):\n  writable = lambda s: True\n  def write(s, b):\n    w = io.BufferedWriter(R(), 1)\n    w.write(b'abc')\n    w.detach()\nR().write(b'a')",
    "buffered_itself": "class R(io.RawIOBase):\n  readable = lambda s: True\n  def readinto(s, b): return f.read(1)\nf = io.BufferedReader(R())\ntry: f.read(1)\nexcept RuntimeError as e:\n  if type(e) is RuntimeError: raise RecursionError",
    "text_over_itself": "class B(io.BytesIO):\n  def read1(s, n=0): return io.TextIOWrapper(B(b'a')).read(1)\nio.TextIOWrapper(B(b'a')).read(1)",
    "readline": "class F(io.IOBase):\n  def read(s, n=0): return s.readline()\nF().readline()",
    "iobase_next": "class F(io.IOBase):\n  def readline(s): return next(s)\nF().readlines()",
    "flush": "class F(io.IOBase):\n  def flush(s): s.close()\nF().close()",
    "closed": "class F(io.IOBase):\n  @property\n  def closed(s): return s.__enter__()\nF().__enter__()",
    "opener": "def o(*a): open('/dev/null', opener=o)\nopen('/dev/null', opener=o)",
    "csv_write": method("write(s, t): csv.writer(s).writerow([1])", "csv.writer(A()).writerow([1])"),
    "csv_read": "class A:\n  def __iter__(s): return s\n  def __next__(s): return next(csv.reader(s))\nnext(csv.reader(A()))",
    "stringio": "class S(io.StringIO):\n  def __next__(s): return list(s)\nlist(S())",
    # the interpreter's hooks
    "import_function": "def f(*a, **k):\n  import no_such_module\nold, builtins.__import__ = builtins.__import__, f\ntry: import no_such_module\nfinally: builtins.__import__ = old",
    "import_hook": "class F:\n  def find_spec(s, *a): importlib.import_module('no_such_module')\nsys.meta_path.insert(0, F())\ntry: import no_such_module\nfinally: del sys.meta_path[0]",
    "path_hook": "def h(p): pkgutil.get_importer(p)\nsys.path_hooks.insert(0, h)\ntry: pkgutil.get_importer('/no/such/folder')\nfinally: del sys.path_hooks[0]",
    "import_from": "m = types.ModuleType('deeper')\ndef g(n): from deeper import x\nm.__getattr__, sys.modules['deeper'] = g, m\nfrom deeper import x",
    "profile": "def p(*a):\n  g = lambda: g()\n  g()\nsys.setprofile(p)\ntry: (lambda: 1)()\nfinally: sys.setprofile(None)",
    "trace_set": "def t(*a):\n  sys.settrace(t)\n  g = lambda: g()\n  g()\nsys.settrace(t)\ntry: (lambda: 1)()\nfinally: sys.settrace(None)",
    "displayhook": "def d(v): exec(compile('1', '', 'single'))\nold, sys.displayhook = sys.displayhook, d\ntry: d(1)\nfinally: sys.displayhook = old",
    "displayhook_itself": "def d(v): sys.displayhook(v)\nold, sys.displayhook = sys.displayhook, d\ntry: d(1)\nfinally: sys.displayhook = old",
    "excepthook": "def d(*v): sys.excepthook(*v)\nold, sys.excepthook = sys.excepthook, d\ntry: d(1)\nfinally: sys.excepthook = old",
    "breakpointhook": "old, sys.breakpointhook = sys.breakpointhook, breakpoint\ntry: breakpoint()\nfinally: sys.breakpointhook = old",
    "showwarning": "def s(*a): warnings.warn('x')\nwith warnings.catch_warnings():\n  warnings.simplefilter('always')\n  warnings.showwarning = s\n  warnings.warn('x')",
    "warn_category": "class W(UserWarning):\n  def __str__(s): warnings.warn(W())\nwith warnings.catch_warnings():\n  warnings.simplefilter('always')\n  warnings.warn(W())",
    "signal_handler": "def h(*a): signal.raise_signal(signal.SIGUSR1)\nif threading.current_thread() is not threading.main_thread(): raise RecursionError\n"
                      "old = signal.signal(signal.SIGUSR1, h)\ntry: h()\nfinally: signal.signal(signal.SIGUSR1, old)",
    "atexit_run": "atexit.register(lambda: 1)\ndef f(): f()\nf()",
    "gc_callback": "n = [0]\ndef c(*a):\n  def f(): f()\n  try: f()\n  except RecursionError: n[0] += 1\n  gc.collect()\ngc.callbacks.append(c)\ntry: gc.collect()\nfinally: gc.callbacks.remove(c)\nif n[0]: raise RecursionError",
    "asyncgen_hook": "async def g(): yield\ndef f(a): g().asend(None).send(None)\nsys.set_asyncgen_hooks(firstiter=f)\ntry: f(1)\nfinally: sys.set_asyncgen_hooks(None, None)",
    "unraisable": "def h(u): h(u)\nclass A:\n  def __del__(s): 1 / 0\nh(1)",
    "context_run": "def f(): contextvars.Context().run(f)\nf()",
    "exec_mapping": "class M(dict):\n  def __missing__(s, k): exec('x', {}, s)\nexec('x', {}, M())",
    "exec_builtins": "class M(dict):\n  def __getitem__(s, k): exec('x', {'__builtins__': s})\nexec('x', {'__builtins__': M()})",
    "eval": "s = 'eval(s)'\neval(s)",
    "compile_in_path": method("__fspath__(s): return compile('1', s, 'exec')", "compile('1', A(), 'exec')"),
    "ast_attribute": "class N(ast.UnaryOp):\n  @property\n  def operand(s): return s\n  @operand.setter\n  def operand(s, v): pass\ncompile(ast.Expression(N(ast.USub(), 1, lineno=1, col_offset=1, end_lineno=1, end_col_offset=1)), '', 'eval')",
    "ast_attribute_compiles": "class N(ast.Constant):\n  @property\n  def value(s): compile(ast.Expression(s), '', 'eval')\nn = N(lineno=1, col_offset=1, end_lineno=1, end_col_offset=1)\ncompile(ast.Expression(n), '', 'eval')",
    "except_star": "def f():\n  try: raise ExceptionGroup('', [ValueError()])\n  except* ValueError: f()\nf()",
    "group_condition": "e = ExceptionGroup('', [ValueError()])\ndef c(x): return e.split(c)\ne.split(c)",
    "group_derive": "class G(ExceptionGroup):\n  def derive(s, e): return s.split(TypeError)\nG('', [ValueError(), TypeError()]).split(TypeError)",
    "match": "class M(type):\n  def __instancecheck__(c, o):\n    match o:\n      case A(): pass\nclass A(metaclass=M): pass\nisinstance(1, A)",
    "match_args": "class A:\n  @property\n  def a(s):\n    match s:\n      case A(a=1): pass\nA().a",
    # libraries in C
    "expat_handler": "import xml.parsers.expat\ndef f(*a):\n  p = xml.parsers.expat.ParserCreate(); p.StartElementHandler = f; p.Parse('<a/>')\nf()",
    "tzinfo": "class T(datetime.tzinfo):\n  def utcoffset(s, d): return d.utcoffset()\n  dst = tzname = utcoffset\nstr(datetime.datetime(2000, 1, 1, tzinfo=T()))",
    "element_tree": "import xml.etree.ElementTree as E\nclass A(str):\n  def __eq__(s, o): return e.find(A('x'))\n  __hash__ = str.__hash__\ne = E.Element('a'); e.append(E.Element(A('b')))\ne.find(A('x'))",
    "zlib_buffer": "class A(bytes):\n  def __index__(s): return zlib.crc32(b'', s)\nzlib.crc32(b'', A())",
    "array_iter": "class A:\n  def __iter__(s): return array.array('i', s)\narray.array('i', A())",
    "deque_iter": "class A:\n  def __iter__(s): return collections.deque(s)\ncollections.deque(A())",
    "weak_proxy": "class A:\n  def __getattr__(s, n): return getattr(p, n)\na = A(); p = weakref.proxy(a)\np.x",
    "weak_call": "class A:\n  def __call__(s): return p()\na = A(); p = weakref.proxy(a)\np()",
    "weak_eq": "class A:\n  def __eq__(s, o): return weakref.ref(s) == weakref.ref(o)\na, b = A(), A()\na == b",
    "async_iteration": "class A:\n  def __aiter__(s): return s\n  async def __anext__(s):\n    async for x in s: pass\nasync def f():\n  async for x in A(): pass\nf().send(None)",
    "async_anext": "class A:\n  def __anext__(s): return anext(s)\nanext(A())",
    "async_anext_default": "class A:\n  def __anext__(s): return anext(s, 1)\nasync def f(): return await anext(A(), 1)\nf().send(None)",
    "async_await": "class A:\n  def __await__(s): return (yield from B())\nclass B:\n  def __iter__(s): return A().__await__()\nasync def f(): await A()\nf().send(None)",
    "async_generator": "async def g():\n  async for x in g(): yield x\ng().asend(None).send(None)",
    "comprehension": "def f(): return [f() for _ in [1]]\nf()",
    "generator_expression": "def f(): return sum(f() for _ in [1])\nf()",
    "generator_method": "def g():\n  try: yield\n  finally: next(g())\n[next(x) for x in [g()]]\ndef f(): f()\nf()",
}
OTHERWISE = {"set_name": "RuntimeError", "except_star": "ExceptionGroup"}   # with RecursionError as its cause, or in it

# A chain of DEEP links: name -> (how it may end, what comes first, the next link x from the last, what is done with the last one).
CHAINS = {
    "asend": (ANY, "async def g(i):\n  async for x in i: yield x\nasync def f(): yield 1\nx = f()", "g(x)", "try: x.asend(None).send(None)\nexcept StopIteration: pass"),
    "asend_throw": (ANY + "|ValueError", "class W:\n  def __await__(s): yield 1\nasync def g(i):\n  async for x in i: yield x\nasync def f():\n  await W(); yield 1\nx = f()", "g(x)", "a = x.asend(None); a.send(None)\na.throw(ValueError)"),
    "asend_close": (ANY, "class W:\n  def __await__(s): yield 1\nasync def g(i):\n  async for x in i: yield x\nasync def f():\n  await W(); yield 1\nx = f()", "g(x)", "a = x.asend(None); a.send(None)\na.close()"),
    "coroutine_close": (ANY, "class W:\n  def __await__(s): yield 1\nasync def g(i): await i\nx = W()", "g(x)", "x.send(None); x.close()"),
    "coroutine_chain": (ANY, "class W:\n  def __await__(s): yield 1\nasync def g(i): await i\nx = W()", "g(x)", "x.send(None)\nn = 0\nwhile hasattr(x, 'cr_await'): x, n = x.cr_await, n + 1\nassert n == 100000\ntry: x.send(None)\nexcept StopIteration: pass"),
    "anext_default": (ANY, "class N:\n  def __init__(s, i): s.i = i\n  def __anext__(s): return anext(s.i, 2)\nasync def f(): yield 1\nx = f()", "N(x)", "try: anext(x, 3).send(None)\nexcept StopIteration: pass"),
    "anext_throw": (ANY + "|ValueError", "class N:\n  def __init__(s, i): s.i = i\n  def __anext__(s): return anext(s.i, 2)\nclass W:\n  def __await__(s): yield 1\nasync def f():\n  await W(); yield 1\nx = f()", "N(x)", "a = anext(x, 3); a.send(None)\na.throw(ValueError)"),
    "types_coroutine": (ANY, "@types.coroutine\ndef g(i): yield from i\nclass W:\n  def __await__(s): yield 1\nasync def f(): await W()\nx = f()", "g(x)", "next(x); x.close()"),
    "await_wrapper": (ANY, "class N:\n  def __init__(s, i): s.i = i\n  def __await__(s): return s.i.__await__()\nclass W:\n  def __await__(s): yield 1\nx = W()", "N(x)", "async def f(): await x\nf().send(None)"),
    "partial_keywords": (ANY, "x = dict", "functools.partial(x, a=1)", "x(); repr(x); pickle.loads(pickle.dumps(x))(); hash(x); copy.copy(x)()"),
    "partial_arguments": (ANY, "x = int", "functools.partial(print, x)", "repr(x)"),
    "partial_pickled": (ANY, "x = int", "functools.partial(max, x)", "pickle.dumps(x)"),
    "partialmethod": (ANY, "def x(s): pass", "functools.partialmethod(x)", "class A: m = x\nA().m()"),
    "lru_cache": (ANY, "x = int", "functools.lru_cache(x)", "x(1); x.cache_info(); repr(x); x.__wrapped__; x.__get__(1, int)"),
    "wraps": (ANY + "|ValueError", "x = int", "functools.lru_cache(None)(x)", "inspect.unwrap(x)"),
    "cmp_to_key": (ANY, "c = functools.cmp_to_key(lambda a, b: (a > b) - (a < b))\nx = 1", "c(x)", "x < c(x); x == c(x)"),
    "bound_method": (ANY + "|TypeError", "x = len", "types.MethodType(x, [])", "try: x()\nfinally: repr(x), hash(x), x == x, x.__func__, x.__get__(1), x.__name__"),
    "bound_method_pickled": (ANY + "|AttributeError", "x = len", "types.MethodType(x, [])", "pickle.dumps(x)"),
    "bound_method_reduced": (ANY + "|AttributeError", "x = len", "types.MethodType(x, [])", "x.__reduce__()"),
    "bound_method_signature": (ANY + "|ValueError", "x = len", "types.MethodType(x, [])", "inspect.signature(x)"),
    "classmethod": (ANY + "|TypeError", "x = len", "classmethod(x)", "x.__isabstractmethod__, repr(x), x.__get__([], list)()"),
    "staticmethod": (ANY, "x = int", "staticmethod(x)", "x(1), x.__isabstractmethod__, repr(x), x.__get__(1), x.__wrapped__"),
    "property": (ANY, "x = len", "property(x)", "x.__isabstractmethod__, repr(x), x.__doc__"),
    "property_called": (ANY + "|TypeError", "x = len", "property(x)", "class A: p = x\nA().p"),
    "classmethod_called": (ANY + "|TypeError", "x = property(lambda c: 1)", "classmethod(x)", "class A: p = x\nA.p"),
    "alias": (ANY, "x = int", "list[x]", "hash(x)"),
    "alias_repr": (ANY, "x = int", "list[x]", "repr(x)"),
    "alias_equal": (ANY, "x, y = int, int\nfor _ in range(100000): y = list[y]", "list[x]", "x == y"),
    "alias_parameters": (ANY, "x = typing.TypeVar('T')", "list[x]", "x.__parameters__, x[int].__args__, x[str][0:0] if False else 0"),
    "alias_pickled": (ANY, "x = int", "list[x]", "pickle.dumps(x)"),
    "alias_called": (ANY, "x = list", "types.GenericAlias(x, int)", "x(), x.__origin__, x.append, x.nothing if False else 0"),
    "alias_checked": (ANY + "|TypeError", "x = list", "types.GenericAlias(x, int)", "isinstance(1, x)"),
    "alias_base": (ANY + "|TypeError", "x = list", "types.GenericAlias(x, int)", "class A(x): pass"),
    "alias_unpacked": (ANY, "x = int", "tuple[x]", "[*x], x.__mro_entries__(())"),
    "union": (ANY, "x = int", "list[x] | int", "hash(x), x.__parameters__"),
    "union_repr": (ANY, "x = int", "list[x] | int", "repr(x)"),
    "union_equal": (ANY, "x, y = int, int\nfor _ in range(100000): y = list[y] | int", "list[x] | int", "x == y"),
    "union_parameters": (ANY, "x = typing.TypeVar('T')", "list[x] | int", "x.__parameters__, x[int]"),
    "memoryview": (ANY, "x = b'ab'", "memoryview(x)", "x.tobytes(), hash(x), x == x, x.release(), repr(x)"),
    "memoryview_obj": (ANY, "x = memoryview(bytearray(b'ab'))", "x[0:]", "x.tobytes(); x.obj.append(1) if False else 0; gc.collect()"),
    "itemgetter": (ANY, "x = 1", "operator.itemgetter(x)", "repr(x)"),
    "itemgetter_pickled": (ANY, "x = 1", "operator.itemgetter(x)", "pickle.dumps(x)"),
    "methodcaller": (ANY, "x = 1", "operator.methodcaller('a', x)", "repr(x)"),
    "methodcaller_pickled": (ANY, "x = 1", "operator.methodcaller('a', a=x)", "pickle.dumps(x)"),
    "exit_stack": (ANY, "class L:\n  def __init__(s, i): s.i = i\n  def __enter__(s): pass\n  def __exit__(s, *a): return s.i and s.i.__exit__(*a)\nx = None", "L(x)", "with x: 1 / 0 if False else 0"),
    "exit_stacks": (ANY, "x = contextlib.ExitStack()\ndef n(i):\n  s = contextlib.ExitStack(); s.push(i); return s", "n(x)", "x.close()"),
    "chain_map": (ANY, "x = {}", "collections.ChainMap(x)", "x.get(1)"),
    "weak_proxies": (ANY, "class A: pass\nk = []\nx = A()\ndef n(i):\n  a = A(); a.__class__; a.i = i; k.append(a); return weakref.proxy(a)", "n(x)", "x.i; hash(k[0]); repr(x)"),
    "weak_callbacks": (ANY, "class A: pass\nx = None\ndef n(i):\n  a = A(); a.x = i; return weakref.ref(a, lambda r: gc.isenabled())", "n(x)", "del x; gc.collect()"),
    "context_chain": ("ValueError", "x = ValueError()\ndef n(i):\n  e = ValueError(); e.__context__ = i; return e", "n(x)", "try: raise x\nexcept ValueError:\n  try: raise KeyError\n  except KeyError: pass\nraise x"),
    "context_found": ("ended", "x = e = ValueError()\ndef n(i):\n  e = ValueError(); e.__context__ = i; return e", "n(x)", "try:\n  try: raise x\n  finally: raise e\nexcept ValueError as f: assert f is e and f.__context__ is x"),
    "context_printed": (ANY, "x = ValueError()\ndef n(i):\n  e = ValueError(); e.__context__ = i; return e", "n(x)", "traceback.print_exception(x, file=io.StringIO())"),
    "context_hook": (ANY, "x = ValueError()\ndef n(i):\n  e = ValueError(); e.__context__ = i; return e", "n(x)", "sys.stderr, old = io.StringIO(), sys.stderr\ntry: sys.__excepthook__(ValueError, x, None)\nfinally: sys.stderr = old"),
    "cause_hook": (ANY, "x = ValueError()\ndef n(i):\n  e = ValueError(); e.__cause__ = i; return e", "n(x)", "sys.stderr, old = io.StringIO(), sys.stderr\ntry: sys.__excepthook__(ValueError, x, None)\nfinally: sys.stderr = old"),
    "group_printed": (ANY, "x = ValueError()", "ExceptionGroup('', [x])", "traceback.print_exception(x, file=io.StringIO())"),
    "group_hook": (ANY, "x = ValueError()", "ExceptionGroup('', [x])", "sys.stderr, old = io.StringIO(), sys.stderr\ntry: sys.__excepthook__(type(x), x, None)\nfinally: sys.stderr = old"),
    "group_except_star": (ANY + "|ExceptionGroup", "x = ValueError()", "ExceptionGroup('', [x])", "try: raise x\nexcept* TypeError: pass\nexcept* KeyError: raise"),
    "group_pickled": (ANY, "x = ValueError()", "ExceptionGroup('', [x])", "pickle.dumps(x)"),
    "group_copied": (ANY, "x = ValueError()", "ExceptionGroup('', [x])", "copy.deepcopy(x)"),
    "group_subgroup": (ANY, "x = ValueError()", "ExceptionGroup('', [x])", "x.subgroup(lambda e: True), x.subgroup(ValueError)"),
    "traceback_long": ("ValueError", "class E(ValueError): pass\nx = None\nf = sys._getframe()", "types.TracebackType(x, f, 0, 1)", "n, t = 0, x\nwhile t: n, t = n + 1, t.tb_next\nassert n == 100000\nx.tb_next = x.tb_next\ntry: x.tb_next.tb_next.tb_next = x\nexcept ValueError: pass\nraise ValueError().with_traceback(x)"),
    "traceback_printed": (ANY, "x = None\nf = sys._getframe()", "types.TracebackType(x, f, 0, 1)", "len(traceback.format_tb(x)), len(traceback.extract_tb(x))\nsys.stderr, old = io.StringIO(), sys.stderr\ntry: sys.__excepthook__(ValueError, ValueError(), x)\nfinally: sys.stderr = old"),
    "slots": (ANY, "x = None", "slice(x)", "repr(x)"),
    "slice_compared": (ANY, "x, y = None, None\nfor _ in range(100000): y = slice(y)", "slice(x)", "x == y"),
    "iterator_reduced": (ANY, "x = ()", "iter((x,))", "pickle.dumps(x)"),
    "map_reduced": (ANY, "x = ()", "map(int, x)", "pickle.dumps(x)"),
    "enumerate_reduced": (ANY, "x = iter([])", "enumerate(x)", "copy.deepcopy(x)"),
    "zip_length_hint": (ANY, "x = iter([])", "reversed([x])", "operator.length_hint(x)"),
    "repeat_repr": (ANY, "x = 1", "itertools.repeat(x)", "repr(x)"),
    "cycle": (ANY, "x = [1]", "itertools.cycle(x)", "next(x)"),
    "product": (ANY, "x = 1", "itertools.count(x) if False else [x]", "repr(x)"),
    "ast_literal": (ANY + "|ValueError", "x = ast.Constant(1)", "ast.UnaryOp(ast.USub(), x)", "ast.literal_eval(x)"),
    "ast_pickled": (ANY, "x = ast.Constant(1)", "ast.UnaryOp(ast.USub(), x)", "pickle.dumps(x)"),
    "function_default": (ANY, "x = 1\ndef n(i):\n  def f(a=i): pass\n  return f", "n(x)", "del x; gc.collect()"),
    "cell": (ANY, "x = 1", "types.CellType(x)", "repr(x)"),
    "cell_compared": (ANY, "x, y = 1, 1\nfor _ in range(100000): y = types.CellType(y)", "types.CellType(x)", "x == y"),
    "struct_sequence": (ANY, "x = 1", "time.struct_time((x,) * 9) if False else time.struct_time((1,) * 8 + (x,))", "repr(x)"),
    "struct_sequence_hash": (ANY, "x = 1", "time.struct_time((1,) * 8 + (x,))", "hash(x)"),
    "ordered_dict": (ANY, "x = 1", "collections.OrderedDict(a=x)", "repr(x)"),
    "ordered_dict_equal": (ANY, "x, y = 1, 1\nfor _ in range(100000): y = collections.OrderedDict(a=y)", "collections.OrderedDict(a=x)", "x == y"),
    "deque_copied": (ANY, "x = 1", "collections.deque([x])", "copy.deepcopy(x)"),
    "element_copied": (ANY, "import xml.etree.ElementTree as E\ndef n(i):\n  e = E.Element('a'); e.append(i); return e\nx = E.Element('a')", "n(x)", "copy.deepcopy(x)"),
    "element_pickled": (ANY, "import xml.etree.ElementTree as E\ndef n(i):\n  e = E.Element('a'); e.append(i); return e\nx = E.Element('a')", "n(x)", "pickle.dumps(x)"),
}
# The same, fewer of them: each link is large, or asks all others as it is made.
FEW = {
    # each element comes through the generators of all that it is in
    "element": (ANY, "import xml.etree.ElementTree as E\ndef n(i):\n  e = E.Element('a'); e.append(i); return e\nx = E.Element('a')", "n(x)", "E.tostring(x)"),
    "element_iterated": (ANY, "import xml.etree.ElementTree as E\ndef n(i):\n  e = E.Element('a'); e.append(i); return e\nx = E.Element('a')", "n(x)", "assert sum(1 for _ in x.iter()) == 1501; x.find('.//b'); ''.join(x.itertext())"),
    # each level's text holds that of the level below
    "ast_dumped": (ANY, "x = ast.Constant(1)", "ast.UnaryOp(ast.USub(), x)", "ast.dump(x)"),
    "ast_unparsed": (ANY, "x = ast.Constant(1)", "ast.UnaryOp(ast.USub(), x)", "ast.unparse(x)"),
    "aclose": (ANY, "async def g(i):\n  try: yield 1\n  finally:\n    if i: await i.aclose()\ndef n(i):\n  a = g(i)\n  try: a.asend(None).send(None)\n  except StopIteration: return a\nx = None", "n(x)",
               "try: x.aclose().send(None)\nexcept StopIteration: pass"),
    "athrow": (ANY + "|ValueError|RuntimeError", "async def g(i):\n  try: yield 1\n  except ValueError as e:\n    if i: await i.athrow(e)\ndef n(i):\n  a = g(i)\n  try: a.asend(None).send(None)\n  except StopIteration: return a\nx = None", "n(x)",
               "try: x.athrow(ValueError()).send(None)\nexcept (StopIteration, StopAsyncIteration): pass"),
    "aclose_dropped": (ANY, "async def g(i):\n  try: yield 1\n  finally:\n    if i: await i.aclose()\ndef n(i):\n  a = g(i)\n  try: a.asend(None).send(None)\n  except StopIteration: return a\nx = None", "n(x)", "del x; gc.collect()"),
    "regex_groups": (ANY + "|RuntimeError", "x = 'a'", "'(?:' + x + ')*?'", "re.compile(x).match('a' * 50)"),
    "classes": (ANY, "class A:\n  def f(s): return 1\nx = A\ndef n(c):\n  class B(c):\n    def f(s): return super().f()\n  return B", "n(x)", "x().f(); x.__mro__; issubclass(x, A); del x"),
    "classes_super_init": (ANY, "x = object\ndef n(c):\n  class B(c):\n    def __init__(s): super().__init__()\n  return B", "n(x)", "x(); x.__base__.a = 1; x.__doc__; x().b if False else 0"),
    "classes_slots": (ANY, "x = object", "type('A', (x,), {'__slots__': ()})", "x(); repr(x); copy.copy(x()); pickle.Pickler(io.BytesIO()); gc.collect()"),
    "metaclasses": (ANY, "x = type", "type(x)('M', (x,), {})", "x('A', (), {})"),
    "abc_subclasses": (ANY, "x = first = abc.ABC", "abc.ABCMeta('A', (x,), {})", "issubclass(int, first.__subclasses__()[-1]); isinstance(1, x)"),
    "abc_registry": (ANY, "x = first = abc.ABCMeta('A', (), {})\ndef n(c):\n  d = abc.ABCMeta('A', (), {}); c.register(d); return d", "n(x)", "issubclass(int, first); issubclass(x, first); first.register(int)"),
    "raw_over_buffered": (ANY, "class R(io.RawIOBase):\n  def __init__(s, i): s.i = i\n  def readable(s): return True\n  def readinto(s, b): return s.i.readinto(b)\nx = io.BytesIO(b'abc')", "io.BufferedReader(R(x), 1)", "x.read(2)"),
    "buffered_writers": (ANY, "class R(io.RawIOBase):\n  def __init__(s, i): s.i = i\n  def writable(s): return True\n  def write(s, b): return s.i.write(b)\n  def flush(s): s.i.flush()\nx = io.BytesIO()", "io.BufferedWriter(R(x), 1)", "x.write(b'abc'); x.flush(); x.close()"),
    "stream_readers": (ANY, "x = io.BytesIO(b'abc')", "codecs.getreader('latin-1')(x) if isinstance(x, io.BytesIO) else codecs.StreamReader(x)", "x.readable, x.name if hasattr(x, 'name') else 0"),
    "stream_recoder": (ANY, "x = io.BytesIO(b'abc')", "codecs.EncodedFile(x, 'utf-8')", "x.read()"),
    "encoded_writers": (ANY, "x = io.BytesIO()", "codecs.EncodedFile(x, 'latin-1', 'utf-8')", "x.write(b'abc')"),
    "gzip": (ANY, "import gzip\nx = io.BytesIO(gzip.compress(b'abc'))", "io.BufferedReader(gzip.GzipFile(fileobj=x)) if False else io.BufferedReader(x, 1)", "x.read(1)"),
    "rw_pair": (ANY, "x = io.BytesIO(b'abc')", "io.BufferedRWPair(x, x)", "x.read(1); x.write(b'a')"),
    "threads": ("ended", "e = []\ndef f(n):\n  if n: t = threading.Thread(target=f, args=(n - 1,)); t.start(); t.join()\n  else: e.append(1)\nx = 1", "x", "f(30); assert e"),
    "del_making_another": ("ended", "n = []\nclass A:\n  def __del__(s):\n    if len(n) < 50000: n.append(1); A()\nx = 1", "x", "A(); gc.collect()"),
    "weak_callback_making": ("ended", "n = []\nclass A: pass\ndef f(r):\n  if len(n) < 50000: a = A(); n.append(weakref.ref(a, f))\nx = 1", "x", "f(1); gc.collect()"),
    "attrgetter_long": ("ended", "class A: pass\na = A(); a.a = a\nx = 1", "x", "operator.attrgetter('a' + '.a' * 10**6)(a)"),
    "format_long": ("ended", "class A:\n  def __getitem__(s, i): return s\nx = A(); x.b = x", "x", "('{0' + '[a].b' * 10**5 + '}').format(x)"),
    "format_specs": ("ValueError", "x = 1", "x", "'{:{:{}}}'.format(1, 2, 3)"),
    "template_long": ("ended", "x = 1", "x", "string.Template('$a' * 1000).substitute(a=1)"),
    "translate_long": ("ended", "x = 1", "x", "('a' * 1000).translate({97: 'a' * 1000})"),
    "cause_cycle": ("ValueError", "x = ValueError()\nx.__cause__ = x; x.__context__ = x", "x", "traceback.format_exception(x)\nsys.stderr, old = io.StringIO(), sys.stderr\ntry: sys.__excepthook__(ValueError, x, None)\nfinally: sys.stderr = old\nraise x"),
    "context_cycle": ("KeyError", "a, b, x = ValueError(), ValueError(), TypeError()\na.__context__ = b; b.__context__ = a", "x", "try: raise a\nexcept ValueError: raise KeyError"),
}
ENOUGH = 1500   # links of FEW

# Trees of the ast module: how one node holds the next. Each is compiled deep, and with itself inside.
EXPRESSIONS = {
    "unary": "ast.UnaryOp(ast.Not(), x)", "binary": "ast.BinOp(x, ast.Add(), C())", "binary_right": "ast.BinOp(C(), ast.Pow(), x)", "boolean": "ast.BoolOp(ast.And(), [C(), x])",
    "compare": "ast.Compare(C(), [ast.Lt()], [x])", "call": "ast.Call(x, [], [])", "call_argument": "ast.Call(N(), [x], [])", "call_keyword": "ast.Call(N(), [], [ast.keyword('a', x)])",
    "call_keywords": "ast.Call(N(), [], [ast.keyword(None, x)])", "starred": "ast.Call(N(), [ast.Starred(x, ast.Load())], [])", "attribute": "ast.Attribute(x, 'a', ast.Load())", "subscript": "ast.Subscript(x, C(), ast.Load())",
    "subscript_index": "ast.Subscript(N(), x, ast.Load())", "slice": "ast.Subscript(N(), ast.Slice(x, None, None), ast.Load())", "conditional": "ast.IfExp(C(), x, C())", "conditional_test": "ast.IfExp(x, C(), C())",
    "list": "ast.List([x], ast.Load())", "tuple": "ast.Tuple([x], ast.Load())", "set": "ast.Set([x])", "dict": "ast.Dict([x], [C()])", "dict_value": "ast.Dict([None], [x])",
    "lambda": "ast.Lambda(A(), x)", "lambda_default": "ast.Lambda(ast.arguments([], [ast.arg('a')], None, [], [], None, [x]), C())", "list_comprehension": "ast.ListComp(x, [ast.comprehension(N(ast.Store()), N(), [], 0)])",
    "comprehension_iterable": "ast.ListComp(N(), [ast.comprehension(N(ast.Store()), x, [], 0)])", "comprehension_condition": "ast.SetComp(N(), [ast.comprehension(N(ast.Store()), N(), [x], 0)])",
    "dict_comprehension": "ast.DictComp(x, C(), [ast.comprehension(N(ast.Store()), N(), [], 0)])", "generator": "ast.GeneratorExp(x, [ast.comprehension(N(ast.Store()), N(), [], 0)])",
    "joined": "ast.JoinedStr([ast.FormattedValue(x, -1, None)])", "joined_spec": "ast.JoinedStr([ast.FormattedValue(N(), -1, ast.JoinedStr([ast.FormattedValue(x, 115, None)]))])", "named": "ast.NamedExpr(N(ast.Store()), x)",
    "yield": "ast.Lambda(A(), ast.Yield(x))", "yield_from": "ast.Lambda(A(), ast.YieldFrom(x))", "await": "ast.Await(x)",
}
STATEMENTS = {   # not finally: its body is compiled twice, at each level
    "if": "ast.If(N(), [x], [])", "else": "ast.If(N(), [ast.Pass()], [x])", "while": "ast.While(N(), [x], [])", "for": "ast.For(N(ast.Store()), N(), [x], [])", "for_else": "ast.For(N(ast.Store()), N(), [ast.Pass()], [x])",
    "with": "ast.With([ast.withitem(N())], [x])", "try": "ast.Try([x], [], [], [ast.Pass()])", "handler": "ast.Try([ast.Pass()], [ast.ExceptHandler(None, None, [x])], [], [])",
    "star_handler": "ast.TryStar([ast.Pass()], [ast.ExceptHandler(N(), None, [x])], [], [])", "function": "ast.FunctionDef('f', A(), [x], [], None)", "coroutine": "ast.AsyncFunctionDef('f', A(), [x], [], None)",
    "class": "ast.ClassDef('c', [], [], [x], [])", "match": "ast.Match(N(), [ast.match_case(ast.MatchAs(), None, [x])])",
}
PATTERNS = {
    "or": "ast.MatchOr([ast.MatchValue(C()), x])", "as": "ast.MatchAs(x, 'a')", "sequence": "ast.MatchSequence([x])", "mapping": "ast.MatchMapping([C()], [x], None)", "class": "ast.MatchClass(N(), [x], [], [])",
    "class_keyword": "ast.MatchClass(N(), [], ['a'], [x])",
}
TARGETS = {"tuple": "ast.Tuple([x], ast.Store())", "list": "ast.List([x], ast.Store())", "starred": "ast.List([ast.Starred(x, ast.Store())], ast.Store())"}
TREES = """
def C(): return ast.Constant(1)
def N(context=None): return ast.Name('a', context or ast.Load())
def A(): return ast.arguments([], [], None, [], [], None, [])
make, first = lambda x: {make}, lambda: {first}
def compiled(x, level):
  try: compile(ast.Module([{wrapped}], []), '', 'exec', {flags}, optimize=level)
  except (RecursionError, SyntaxError, ValueError): pass
levels = [first()]
for _ in range({deep}): levels.append(make(levels[-1]))
located(levels[-1])
while (n := len(levels)) > 30:   # as deep as they may just be, too, for each pass
  compiled(levels[-1], n % 2 * 2)
  del levels[n * 3 // 4:]
place = first()
outer = make(place)
for node in everything(outer):
  for field, value in ast.iter_fields(node):
    if value is place: setattr(node, field, outer)
    elif isinstance(value, list): value[:] = [outer if v is place else v for v in value]
compiled(located(outer), 0)
"""
TREE = 12000   # levels


def modules():
    names = ("abc array ast atexit bisect builtins cmath codecs collections contextlib contextvars copy copyreg csv dataclasses datetime functools gc heapq importlib inspect io itertools json marshal math "
             "operator os pickle pkgutil queue random re select signal string struct sys threading time traceback types typing warnings weakref zlib")
    found = {name: __import__(name) for name in names.split()}
    import importlib.util, xml.etree.ElementTree, xml.parsers.expat   # noqa: F401
    return found


def chain(links, first, link, use):
    return f"{first}\nmake = lambda x: {link}\nfor _ in range({links}): x = make(x)\n{use}"


def tree(first, make, wrapped, future=False):
    """Nodes nested deep, and one in itself; all compiled."""
    return TREES.format(first=first, make=make, wrapped=wrapped, deep=TREE, flags="annotations.compiler_flag" if future else 0)


def everything(node):
    """All nodes, once each, by a list: they may be nested too deep for anything else, or in themselves."""
    import ast
    todo, seen = [node], set()
    for node in todo:
        if id(node) not in seen:
            seen.add(id(node))
            yield node
            for name in node._fields:
                value = getattr(node, name, None)
                todo.extend(v for v in (value if isinstance(value, list) else [value]) if isinstance(v, ast.AST))


def located(tree):
    for node in everything(tree):
        if "lineno" in node._attributes:
            node.lineno = node.end_lineno = 1
            node.col_offset = node.end_col_offset = 0
    return tree


def programs():
    """name -> (how it may end, program)"""
    found = {"call_" + name: (OTHERWISE.get(name, RECURSION), program) for name, program in CALLS.items()}
    found |= {"chain_" + name: (ends, chain(DEEP, *rest)) for name, (ends, *rest) in CHAINS.items()}
    found |= {"few_" + name: (ends, chain(ENOUGH, *rest)) for name, (ends, *rest) in FEW.items()}
    for name, make in EXPRESSIONS.items():
        found["tree_" + name] = "ended", tree("C()", make, "ast.Expr(x, lineno=1, col_offset=0)")
        if name.startswith("joined"):   # each level's quotes and backslashes double what lies in it: memory ends before the stack does
            continue
        found["tree_annotation_" + name] = "ended", tree("C()", make, "ast.AnnAssign(located(N(ast.Store())), x, None, 1, lineno=1, col_offset=0)", True)
    for kind, table, first, wrapped in (("statement", STATEMENTS, "ast.Pass()", "x"), ("pattern", PATTERNS, "ast.MatchAs()", "ast.Match(located(N()), [ast.match_case(x, None, [located(ast.Pass())])], lineno=1, col_offset=0)"),
                                        ("target", TARGETS, "N(ast.Store())", "ast.Assign([x], located(C()), lineno=1, col_offset=0)")):
        found |= {f"tree_{kind}_{name}": ("ended", tree(first, make, wrapped)) for name, make in table.items()}
    return found


def run(chosen):
    import __future__
    names = {**modules(), "everything": everything, "located": located, "annotations": __future__.annotations, "__name__": "__main__"}
    import gc
    for name, (ends, program) in programs().items():
        if name not in chosen if chosen else name.startswith("tree_") and sys.getrecursionlimit() < TREE:
            continue
        print(name, end=" ", flush=True)
        started = time.process_time()
        try:
            exec(program, dict(names))
            result = "ended"
        except BaseException as e:
            result = type(e).__name__
            if result not in ends.split("|"):
                result += f": {e}"[:300]
            e.__traceback__ = e.__context__ = None
        print("as it may" if result in ends.split("|") else result, *[f"{time.process_time() - started:.2f}"] * ("-t" in sys.argv), flush=True)
        gc.collect()
    print("end")


def main():
    place, limit, *chosen = [a for a in sys.argv[1:] if a != "-t"]
    if int(limit):
        sys.setrecursionlimit(int(limit))
    if place == "main":
        return run(chosen)
    import threading
    threading.stack_size(262144)
    thread = threading.Thread(target=run, args=(chosen,))
    thread.start()
    thread.join()


if __name__ == "__main__":
    main()
