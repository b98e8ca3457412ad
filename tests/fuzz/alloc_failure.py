"""Every n-th allocation of a program fails, for all n (KRAIT_GC_FAIL): it ends in MemoryError or prints what it should, nothing else, and runs well when it is run again.

Usage: krait tests/fuzz/alloc_failure.py [--unnoticed] [STEP [NAME...]]: of the programs named (all, and the interpreter's own start), every STEP-th n.
--unnoticed: in the end, where in the interpreter allocations failed without the program noticing, and how often.

All allocations count: the heap's, and those of malloc and mmap, by the interpreter as by its libraries (failing_malloc.c, which is built and loaded before it; in an ASan build the heap's only).

Each program runs twice in one process. Where the failing allocation ends the first run with MemoryError, the second one must print all that it should: nothing was lost. One process
runs through all n by forking at each allocation (src/heap/failures.c); programs with threads are started anew for each.
"""
import collections
import os
import re
import subprocess
import sys
import tempfile

PROGRAMS = {
    "classes": "class A:\n  def __init__(s, x): s.x = x\n  def __repr__(s): return f'A({s.x})'\nprint([A(i) for i in range(5)])",
    "dicts": "d = {str(i): i for i in range(100)}\nd |= {'a': 1}\ndel d['5']\nprint(sum(d.values()), sorted(d)[:3])",
    "ints": "print(hash(3 ** 500), 10 ** 40 // 7, (1 << 200).bit_length(), int('9' * 50) % 97, pow(3, 10**20, 10**19))",
    "floats": "print(round(2.675, 2), 1e300 * 1e10, float('1.5e-7'), (0.1).as_integer_ratio(), f'{1/3:.3e}', (2.5).hex(), complex('1+2j') ** 2)",
    "generators": "def g(n):\n  yield n\n  if n: yield from g(n - 1)\nprint(list(g(5)), *map(str, g(3)))",
    "coroutines": "async def f(n): return n + (await f(n - 1) if n else 0)\nc = f(4)\ntry: c.send(None)\nexcept StopIteration as e: print(e.value)",
    "exceptions": "try:\n  try: 1 / 0\n  except ZeroDivisionError as e: raise ValueError('v') from e\nexcept ValueError as e: print(repr(e), repr(e.__cause__))",
    "groups": "try: raise ExceptionGroup('g', [ValueError(1), TypeError(2)])\nexcept* (ValueError, KeyError, TypeError) as e: print(e.exceptions)",
    "strings": "s = 'a,b,c' * 10\nprint(s.split(',')[1], s.replace('a', 'zz').upper()[:9], f'{3.5:>8.2f}|{s!r:.4}', s.encode().hex()[:6])",
    "bytes": "b = bytearray(b'abc')\nb += b'def' * 3\nb[1:2] = b'xyz'\nprint(b, memoryview(b)[::2].tolist(), bytes(b).split(b'd'), b.translate(None, b'e'))",
    "sets": "a, b = set(range(50)), frozenset(range(25, 75))\nprint(len(a | b), len(a & b), len(a ^ b), min(a - b))",
    "sorting": "print(sorted('the quick brown fox'.split(), key=len, reverse=True), max(range(9), key=lambda x: -abs(x - 4)), [*zip('abc', range(3))])",
    "calls": "def f(a, *b, c=1, **d): return a, b, c, sorted(d)\nprint(f(1, *[2, 3], **{'c': 4, 'e': 5}), (lambda *a, **k: (a, k))(1, x=2))",
    "match": "def f(x):\n  match x:\n    case [a, *b]: return a, b\n    case {'k': v, **r}: return v, r\n    case int(n) if n > 1: return n\nprint(f([1, 2, 3]), f({'k': 1, 'z': 2}), f(5), f(0))",
    "properties": "class A:\n  __slots__ = 'v'\n  @property\n  def p(s): return s.v\n  @p.setter\n  def p(s, x): s.v = x\n  @classmethod\n  def c(k): return k()\na = A.c(); a.p = 3\nprint(a.p)",
    "metaclass": "class M(type):\n  def __new__(m, n, b, d, **k): return super().__new__(m, n, b, d)\n  def __call__(c, *a): return super().__call__()\nclass A(metaclass=M, k=1): pass\nclass B(A): pass\nprint(B(1).__class__.__mro__)",
    "compile": "ns = {}\nexec(compile('def f(a, *b, c=1, **d):\\n  return [a + c for _ in b], d', '<x>', 'exec'), ns)\nprint(ns['f'](1, 2, 3, z=4))",
    "closures": "def outer():\n  n = 0\n  def inc():\n    nonlocal n\n    n += 1\n    return n\n  return inc\ni = outer(); i(); print(i(), [f() for f in [lambda x=x: x * 2 for x in range(3)]])",
    "files": "import io\nt = io.TextIOWrapper(io.BytesIO(), 'utf-8', newline='')\nt.write('h\\u00e9llo\\r\\nx' * 3)\nt.seek(0)\nprint(t.readlines())",
    "itertools": "import itertools as i\nprint([*i.chain('ab', i.islice(i.count(), 2))], [(k, [*g]) for k, g in i.groupby('aab')], [*i.permutations('abc', 2)][:2], [*i.product('ab', repeat=2)][-1])",
    "math": "import math, _struct, binascii\nprint(math.comb(50, 25), math.factorial(30), math.isqrt(10 ** 40), _struct.pack('<id', 7, 1.5), binascii.b2a_base64(b'abc'))",
    "weak": "import _weakref\nclass A: pass\na = A()\nr = _weakref.ref(a)\np = _weakref.proxy(a)\np.x = 1\nprint(r() is a, a.x, _weakref.getweakrefcount(a))",
    "with": "import contextlib\n@contextlib.contextmanager\ndef m():\n  try: yield 1\n  finally: out.append(2)\nout = []\nwith m() as v: pass\nprint(v, out)",
    "regex": "import re\nprint(re.sub(r'(\\w)(\\d+)', r'\\2\\1', 'a12 b3'), re.findall('[a-c]+', 'abxcab'))",
    "imports": "import copy, reprlib\nprint(copy.deepcopy([1, {2: [3]}]), reprlib.repr('x' * 99))",
    "json": "import json\nprint(json.dumps(json.loads('[1, 2.5, {\"a\": [null, \"x\\\\u20ac\"]}]'), indent=1, sort_keys=True))",
    "textwrap": "import textwrap\nprint(textwrap.wrap('ab cd-ef', 4), textwrap.dedent(' a\\n  b'))",
    "appending": "s = 'x' * 200\nfor i in range(60): s += 'y\\xe9' * 9\nt = 'z' + s\nprint(len(s), hash(s) == hash(s[:]), s.encode()[-3:], t.find('z\\u20ac'), (s + '\\u20ac')[-2:])",
    "large ints": "a, b = 7 ** 20000, 3 ** 30000\nprint(a * b % 1000003, divmod(a * b, b)[0] == a, pow(a, -1, 10 ** 40 + 1) % 97, hash(a // (b >> 9000)))\nprint(12345678901234567890123 // 7 - 5 ** 30)",
    "compression": "import zlib, bz2, lzma\nd = b'abcdefgh' * 400\nprint([m.decompress(m.compress(d)) == d for m in (zlib, bz2, lzma)], zlib.crc32(d))\no = zlib.decompressobj()\nprint(len(o.decompress(zlib.compress(d), 99)), len(o.copy().flush()))",
    "xml": "import pyexpat\nr = []\np = pyexpat.ParserCreate(namespace_separator=' ')\np.StartElementHandler = lambda n, a: r.append((n, a))\np.CharacterDataHandler = r.append\np.buffer_text = True\np.Parse('<a xmlns=\"u\" b=\"1\"><c>t&amp;x</c></a>', True)\nprint(r)",
    "hashes": "import hashlib, hmac\nprint(hashlib.sha256(b'a').hexdigest()[:8], hashlib.new('md5', b'a').hexdigest()[:8], hashlib.pbkdf2_hmac('sha1', b'p', b's', 2).hex()[:8], hmac.digest(b'k', b'm', 'sha256').hex()[:8])",
    "pickling": "import _pickle\nclass A:\n  def __init__(s): s.x = {1: [2.5, 'y']}\n  def __reduce__(s): return dict, (s.x,)\nd = [A(), 10 ** 30, (1, b'z'), {3}]\nprint(*(_pickle.loads(_pickle.dumps(d, p)) for p in (0, 2, 4)))",
    "folders": "import posix\nprint('tmp' in posix.listdir('/'), any(e.name == 'tmp' and e.is_dir() for e in posix.scandir('/')), posix.stat('/').st_mode > 0, bool(posix.environ))\nf = open('/dev/null', 'w+', encoding='utf-16')\nf.write('x')\nf.close()",
    "frames": "import sys\ndef f(): return sys._getframe()\ndef g(): return f()\nx = g()\nprint(x.f_back.f_code.co_name, x.f_back.f_back is sys._getframe())",
    "finalizers": "import gc, _weakref\nr = []\nclass A:\n  def __del__(s): r.append(s)\nclass B: pass\nw = [_weakref.ref(b, r.append) for b in [B() for i in range(70)]]\nfor i in range(90): A()\nb = 0\ngc.collect()\nprint(len(r) > 150)",
    "traces": "import sys\ndef f(n): return n if n < 1 else f(n - 1)\ndef g():\n  yield 1\n  yield 2\nh = g(); next(h)\nr = []\ndef t(f, e, a):\n  r.append(e)\n  return t\nsys.settrace(t)\nf(2); next(h)\nsys.settrace(None)\nprint(len(r), f.__code__.replace(co_name='g').co_name, [*f.__code__.co_lines()][:1])",
    "csv": "import _csv\nclass W:\n  def __init__(s): s.t = ''\n  def write(s, x): s.t += x\nw = W()\n_csv.writer(w, delimiter=';').writerows([['a;b', 1, None], ['\"q\"', 2.5, 'x']])\nprint(w.t, list(_csv.reader(w.t.splitlines(), delimiter=';')))",
    "collections": "import _collections as c\nd = c.deque(range(70), maxlen=80)\nd.extendleft('abc'); d.rotate(5)\no = c.OrderedDict(a=1, b=2); o.move_to_end('a')\ne = c.defaultdict(list); e['x'].append(1)\nprint(len(d), list(o), dict(e), d == d.copy(), repr(o))",
    "tracebacks": "import sys\ndef f(n):\n  if n: f(n - 1)\n  raise KeyError(n)\ntry: f(3)\nexcept KeyError as e:\n  t = e.__traceback__\n  n = 0\n  while t: n += 1; t = t.tb_next\n  print(n, e.__context__, e.with_traceback(None).add_note('x'), e.__notes__)",
    "slots": "class A:\n  __slots__ = ('a', 'b', '__dict__')\n  def __getattr__(s, n): return n\n  def __set_name__(s, o, n): s.a = n\nclass B(A):\n  x = A()\n  def __init_subclass__(c, **k): c.k = k\nclass C(B, z=1): pass\nc = C(); c.__dict__ = {'q': 1}; c.a = 5\nprint(c.q, c.a, c.zz, C.k, B.x.a, vars(c), [*dir(c)][-1], C.__subclasses__(), type('T', (C,), {'v': 1})().v)",
    "asyncgen": "async def g():\n  try:\n    for i in range(3): yield i\n  finally: r.append('f')\nasync def m():\n  async for x in g(): r.append(x)\n  return [x async for x in g()]\nr = []\nc = m()\ntry: c.send(None)\nexcept StopIteration as e: print(e.value, r)\nd = g(); a = d.asend(None)\ntry: a.send(None)\nexcept StopIteration as e: print(e.value)\ntry: d.aclose().send(None)\nexcept StopIteration: print('closed')",
    "formats": "print('%s %r %5.2f %x %-5d|' % ('a', 'b', 3.14159, 255, 7), '{:>10,} {!r:^9} {[0]} {.real}'.format(1234567, 'x', [1], 2), format(2 ** 70, ',d'), format(1e20, 'g'), f'{1.5:010.3f}{[1, 2]!s:>12}', '{a}{b[k]}'.format_map({'a': 1, 'b': {'k': 2}}))",
    "modules": "import sys, _imp, marshal\nm = type(sys)('mm')\nm.__getattr__ = lambda n: n\nprint(m.abc, marshal.loads(marshal.dumps([1, 2.5, 'x', (3, b'y'), {1: 2}, 10 ** 30, frozenset([1])])), marshal.loads(marshal.dumps(compile('x = 1', 'f', 'exec'))).co_names, sys.intern('qq' * 30)[:2], sys.getsizeof([]) > 0)",
    "constants": "import marshal\nt = ('x_y',)\nfor i in range(90): t = t, (i,), t\nc = compile('1', '', 'exec').replace(co_consts=(t, frozenset([frozenset('ab'), 3])))\nd = marshal.loads(marshal.dumps(c))\nexec(d)\nt = d.co_consts[0]\nwhile len(t) == 3: t = t[2]\nprint(t)",
    "threads": "import _thread, time\nr = []\ndef f(): r.append(sum(range(100)))\ntry: _thread.start_new_thread(f, ())\nexcept RuntimeError as e: raise MemoryError from e   # can't start new thread\nwhile _thread._count(): time.sleep(0.001)\nif not r: raise MemoryError('in the thread')\nprint(r)",
}
IMPORTED = {"with": "contextlib", "regex": "re", "pickling": "pickle", "json": "json", "textwrap": "textwrap", "compression": "zlib, bz2, lzma", "hashes": "hashlib, hmac"}   # before the counting begins
START = "start"         # nothing but the interpreter's own start, without its start-up image
ANEW = {"threads", "hashes"}      # programs that a fork would take threads from, or the locks that OpenSSL holds while it allocates
REACHED = re.compile(r"krait: KRAIT_GC_FAIL: (not )?reached\n\Z")
MOST_SHOWN = 30
FAILED = "\n--- MemoryError\n"
TWICE = """def run(): exec({!r}, {{'__name__': '__main__'}})
try: run()
except BaseException as e:
  if not isinstance(e, MemoryError) and not (isinstance(e, OSError) and e.errno == 12) and not (isinstance(e, BaseExceptionGroup) and e.subgroup(MemoryError)): raise
  print({!r}, end='')
run()
"""


def prepare(folder):
    """In the folder: the library that makes malloc fail, and a sitecustomize.py for each program that has something to import."""
    library = os.path.join(folder, "failing_malloc.so")
    subprocess.run(["clang-19", "-shared", "-fPIC", "-O1", "-o", library, os.path.join(os.path.dirname(os.path.abspath(__file__)), "failing_malloc.c")], check=True)
    for name, modules in IMPORTED.items():
        os.mkdir(os.path.join(folder, name))
        with open(os.path.join(folder, name, "sitecustomize.py"), "w") as file:
            file.write(f"import {modules}\n")


def start(krait, name, mode, folder, output, errors):
    """The process, with its output going to the files."""
    environment = {**os.environ, "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1", "KRAIT_GC_FAIL": f"{mode}" if name == START else f"+{mode}",
                   "KRAIT_GC_FAIL_LOG": os.path.join(folder, "log"), "LD_PRELOAD": os.path.join(folder, "failing_malloc.so"), "PYTHONPATH": os.path.join(folder, name)}
    program = TWICE.format(PROGRAMS[name], FAILED) if name in PROGRAMS else "print(1)"
    for file in (output, errors):
        file.truncate(0)
        file.seek(0)
    return subprocess.Popen([krait, *([] if name in IMPORTED else ["-S", "-E"]), "-c", program], stdout=output, stderr=errors, env=environment)


def judge(name, right, status, output, errors):
    """What is wrong with a run, or None. `right` is all that it prints when nothing fails."""
    if (status, output) == (0, right):
        return None
    told = re.search(r"^MemoryError|^    \| MemoryError|^OSError: \[Errno 12\]", errors, re.M)   # at the end, or in the group that except* makes
    if name != START and FAILED in output:
        once = right[:len(right) // 2]
        before, after = output.split(FAILED, 1)
        # The end of the second run is the end of the program: what fails there is told by the exit status, but it cannot be the failure again.
        return None if status == 0 and once.startswith(before) and after == once else "the second run"
    if status in (1, 120) and right.startswith(output) and (told or name == START and "emory" in errors):
        return None
    return "neither right nor MemoryError"


def records(log):
    """(n, exit status, output, errors, return addresses) of each child that failures.c noted."""
    with open(log, "rb") as file:
        for line in file:
            n, status, out, err, *places = line.split()
            output, errors = file.read(int(out)), file.read(int(err))
            yield int(n), os.waitstatus_to_exitcode(int(status)), output.decode(errors="replace"), errors.decode(errors="replace"), places


def each_in_a_fork(krait, name, step, folder, files):
    status = start(krait, name, f"each/{step}", folder, *files).wait()
    files[0].seek(0)
    right = files[0].read().decode()
    if status:
        files[1].seek(0)
        yield 0, right, status, right, files[1].read().decode(errors="replace"), []
    for n, *record in records(os.path.join(folder, "log")):
        yield n, right, *record


def each_anew(krait, name, step, folder, files):
    right, n = None, 0
    while True:
        process = start(krait, name, n, folder, *files)
        try:
            status = process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
            status = process.wait()
        for file in files:
            file.seek(0)
        output, errors = (file.read().decode(errors="replace") for file in files)
        told = REACHED.search(errors)
        if right is None:
            right = output
        elif told and told[1]:
            return
        else:
            yield n, right, status, output, REACHED.sub("", errors), []
        n += step


def findings(step=1, krait=sys.executable, names=None, progress=None, unnoticed=None):
    """(program, n, what, exit status, output, errors, return addresses) for each run that is not as it should be. `unnoticed` counts, for return addresses, the runs without MemoryError."""
    found = []
    with tempfile.TemporaryDirectory() as folder, open(os.path.join(folder, "out"), "w+b") as out, open(os.path.join(folder, "err"), "w+b") as err:
        prepare(folder)
        for name in names or [*PROGRAMS, START]:
            count = 0
            for n, right, status, output, errors, places in (each_anew if name in ANEW else each_in_a_fork)(krait, name, step, folder, (out, err)):
                count += n > 0
                wrong = judge(name, right, status, output, errors) if n else "the run without failure"
                if wrong:
                    found.append((name, n, wrong, status, output[-200:], errors[-600:], places))
                elif unnoticed is not None and n and (status, output) == (0, right):
                    unnoticed[tuple(places)] += 1
            if not count:
                found.append((name, 0, "no allocation failed", 0, "", "", []))
            if progress:
                progress(f"{name}: {count} allocations, {len(found)} findings so far")
    return found


def functions(krait, places):
    """The functions in which the addresses lie, innermost first, without those of the mode itself."""
    told = subprocess.run(["llvm-symbolizer-19", f"--obj={krait}", "--no-inlines", *(place.decode() for place in places)], capture_output=True, text=True).stdout
    names = [f"{block.split(chr(10))[0]} ({os.path.basename(block.split(chr(10))[1].rpartition(':')[0])})" for block in told.strip().split("\n\n") if "\n" in block]
    return [name for name in names if "failures.c" not in name]


def main():
    arguments = sys.argv[1:]
    unnoticed = collections.Counter() if "--unnoticed" in arguments else None
    if unnoticed is not None:
        arguments.remove("--unnoticed")
    krait = os.environ.get("KRAIT", sys.executable)
    found = findings(int(arguments[0]) if arguments else 1, krait, arguments[1:], lambda text: print(text, flush=True), unnoticed)
    for name, *finding, places in found[:MOST_SHOWN]:
        print(f"\n=== {name}", *finding, *functions(krait, places), sep="\n    ")
    ways = collections.Counter()
    for places, count in (unnoticed or {}).items():
        ways["\n    ".join(functions(krait, places))] += count
    for way, count in ways.most_common():
        print(f"\n--- {count} times unnoticed\n    {way}")
    print(f"{len(found)} findings")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
