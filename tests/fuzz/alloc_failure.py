"""The n-th allocation of a program fails (KRAIT_GC_FAIL=n): it ends in MemoryError or prints what it should, and nothing else.

Usage: krait tests/fuzz/alloc_failure.py [STEP [FIRST [LAST]]]: every STEP-th n from FIRST; without LAST, as far as failures still show.
"""
import os
import subprocess
import sys

PROGRAMS = {
    "classes": "class A:\n  def __init__(s, x): s.x = x\n  def __repr__(s): return f'A({s.x})'\nprint([A(i) for i in range(5)])",
    "json": "import json\nprint(json.dumps(json.loads('[1, 2.5, {\"a\": [null, \"x\"]}]')))",
    "textwrap": "import textwrap\nprint(textwrap.wrap('ab cd ef', 4))",
    "dicts": "d = {str(i): i for i in range(100)}\nd |= {'a': 1}\ndel d['5']\nprint(sum(d.values()), sorted(d)[:3])",
    "ints": "print(hash(3 ** 500), 10 ** 40 // 7, (1 << 200).bit_length(), int('9' * 50) % 97)",
    "generators": "def g(n):\n  yield n\n  if n: yield from g(n - 1)\nprint(list(g(5)), *map(str, g(3)))",
    "exceptions": "try:\n  try: 1 / 0\n  except ZeroDivisionError as e: raise ValueError('v') from e\nexcept ValueError as e: print(repr(e), repr(e.__cause__))",
    "strings": "s = 'a,b,c' * 10\nprint(s.split(',')[1], s.replace('a', 'zz').upper()[:9], f'{3.5:>8.2f}|{s!r:.4}', s.encode().hex()[:6])",
    "regex": "import re\nprint(re.sub(r'(\\w)(\\d+)', r'\\2\\1', 'a12 b3'), re.findall('[a-c]+', 'abxcab'))",
    "sets": "a, b = set(range(50)), frozenset(range(25, 75))\nprint(len(a | b), len(a & b), len(a ^ b), min(a - b))",
    "compile": "ns = {}\nexec(compile('def f(a, *b, c=1, **d):\\n  return [a + c for _ in b], d', '<x>', 'exec'), ns)\nprint(ns['f'](1, 2, 3, z=4))",
    "with": "import contextlib\n@contextlib.contextmanager\ndef m():\n  try: yield 1\n  finally: print('out')\nwith m() as v: print(v)",
}


def run(krait, program, n):
    environment = {**os.environ, "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1"}
    if n:
        environment["KRAIT_GC_FAIL"] = str(n)
    try:
        done = subprocess.run([krait, "-S", "-E", "-c", program], capture_output=True, text=True, env=environment, timeout=30, errors="replace")
    except subprocess.TimeoutExpired:
        return "timeout", "", ""
    return done.returncode, done.stdout, done.stderr


def findings(step, first=1, last=100000, krait=sys.executable, names=None):
    """(program, n, what) for each result that is neither the right one nor an error that is told."""
    found = []
    for name in names or PROGRAMS:
        right, quiet = run(krait, PROGRAMS[name], 0)[:2], 0
        for n in range(first, last, step):
            status, output, errors = run(krait, PROGRAMS[name], n)
            if status == right[0] and output == right[1]:
                quiet += 1
                if quiet == 40:
                    break
                continue
            quiet = 0
            # A program that is stopped may have printed the beginning; it must say why it stopped.
            if status not in (1, 120) or not right[1].startswith(output):
                found.append((name, n, status, output[-80:], errors[-80:]))
    return found


def main():
    numbers = [int(a) for a in sys.argv[1:]]
    found = findings(*(numbers or [7]))
    for finding in found:
        print(*finding)
    print(f"{len(found)} findings")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
