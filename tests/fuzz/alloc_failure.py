"""Every n-th allocation of a program fails, for all n (KRAIT_GC_FAIL): it ends in MemoryError or prints what it should, and nothing else.

Usage: krait tests/fuzz/alloc_failure.py [STEP [NAME...]]: of the programs named (all, and the interpreter's own start), every STEP-th n until there is no n-th allocation.
"""
import os
import re
import subprocess
import sys

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
    "json": "import json\nprint(json.dumps(json.loads('[1, 2.5, {\"a\": [null, \"x\"]}]')))",
    "textwrap": "import textwrap\nprint(textwrap.wrap('ab cd ef', 4))",
    "threads": "import _thread\nl = _thread.allocate_lock(); l.acquire()\nr = []\ndef f():\n  try: r.append(sum(range(100)))\n  finally: l.release()\n_thread.start_new_thread(f, ()); l.acquire(); print(r)",
}
START = "start"   # nothing but the interpreter's own start, without its start-up image
REACHED = re.compile(r"krait: KRAIT_GC_FAIL: (not )?reached\n\Z")


def run(krait, name, n):
    """(exit status, output, errors, whether there was an n-th allocation)"""
    environment = {**os.environ, "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1", "KRAIT_GC_FAIL": f"{n}" if name == START else f"+{n}"}
    program = PROGRAMS.get(name, "print(1)")
    try:
        done = subprocess.run([krait, "-S", "-E", "-c", program], capture_output=True, text=True, env=environment, timeout=60, errors="replace")
    except subprocess.TimeoutExpired:
        return "timeout", "", "", True
    told = REACHED.search(done.stderr)
    return done.returncode, done.stdout, REACHED.sub("", done.stderr), not told or not told[1]


def findings(step=1, first=1, last=10**7, krait=sys.executable, names=None, progress=None):
    """(program, n, what) for each result that is neither the right one nor an error that is told."""
    found = []
    for name in names or [*PROGRAMS, START]:
        right, quiet = run(krait, name, 0)[:2], 0
        n = first
        while n < last:
            status, output, errors, reached = run(krait, name, n)
            if name == START:   # no report whether it was reached; by far fewer allocations lie between two that matter
                quiet = quiet + 1 if (status, output) == right else 0
                reached = quiet < 1000
            if not reached:
                break
            # A program that is stopped may have printed the beginning; it must say why it stopped. One that goes on may say that it could not do something.
            if (status, output) != right and (status not in (1, 120) or not right[1].startswith(output) or "emory" not in errors):
                found.append((name, n, status, output[-80:], errors[-200:]))
            n += step
        if progress:
            progress(f"{name}: {n - first} allocations, {len(found)} findings so far")
    return found


def main():
    step = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    found = findings(step, names=sys.argv[2:], progress=lambda text: print(text, flush=True))
    for finding in found:
        print(*finding)
    print(f"{len(found)} findings")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
