"""Compares the parser's other modes with python3.11's: eval, single, func_type, incomplete input, and warnings.

Run by the oracle: python3.11 tests/syntax_modes.py build/astdump
"""
import ast
import re
import subprocess
import sys
import tempfile
import warnings

EVAL = ["1", "1\n", "1\n\n", "  1", "\n1", "1,", "1,2", "*a", "*a,", "(yield)", "x=1", "1 # c", "", "#c", "1;", "lambda: x", "f'{x}'", "1\n2", "if x: pass", " \n 1",
        "1 \\\n +2", "(", "'a", "x y", "x\n\n\n", "(a b)", "1 if 2", "x for x in y", "(x := 1)", "x := 1", "print x", "\n", "\n\n", "1\\", "1 +"]
SINGLE = ["1", "x=1; y=2", "x=1\ny=2", "x=1\n\n\ny", "x=1\n#c\n", "if x: pass", "if x: pass\n", "if x: pass\n\n", "if x:\n  pass", "if x:\n  pass\n",
          "if x:\n  pass\n\n", "if x:\n  pass\ny", "", "\n", "#c", "#c\n", "def f():\n  return 1\n", "x\n  y", "  x", "(", "'''a", "if x:", "if x:\n", "for",
          "x y", "@a\ndef f(): pass\n", "x # c", "pass;", "\n\nx", "x\\", "if x:\n  a\nelse:\n  b\n", "while 1:\n a\n b\n c", "class A:\n ", "class A:\n  x\n  "]
FUNC_TYPE = ["()->int", "(int)->int", "(int, str) -> List[int]", "(*int) -> x", "(**x)->y", "(a,*b,**c)->d", "(a,)->d", "(", "()", "x", "() -> ",
             "(**b, *a) -> c", "() -> int x", "(*a,)->b"]
WHOLE = ["if x:\n  pass\n", "def f(a,\n b):\n  return 1\n\n", "x = '''abc\ndef'''\n", "x = (1,\n2)\n", "class A:\n  def f(self): pass\n  x = 1\n",
         "try:\n  x\nexcept E:\n  y\nelse:\n  z\nfinally:\n  w\n", "@d\ndef f(): pass\n", "x = 1 + \\\n 2\n", "f'{a} {b!r:>{c}}'\n", "a = [i for i in\n x]\n",
         "with a as b, c: d\n", "match x:\n  case 1: pass\n  case [a, b]: pass\n", "from a import (b, c as d)\n", "print x\n", "(a b)\n", "x # c\n"]
WARN = ["x='\\d'", "x='\\d \\q'", "x=b'\\d'", "x='\\400'", "x=b'\\777 \\d'", "x='\\d' '\\e'", "f'\\d {x}'", "f'\\{x}'", "f'{x:\\d}'", "1if x else y",
        "1 if 2else 3", "1_0and 2", "1jif x else y", "0b1or 2", "1not in x", "x='''\n\n\\d'''", "with ('\\d', b): pass", "match ('\\d'):\n  case '\\e': pass",
        "match ('\\d')\n", "x = rb'\\d' b'\\d'", "x='\\\u00e9'", "with ('\\d', 1) as f: pass", "f'\\{x:\\{y}}'", "f'{1if 2else 3}'"]
MODES = {"eval": "-e", "single": "-s", "func_type": "-f", "exec": "-u"}


def run(arguments, sources):
    with tempfile.NamedTemporaryFile() as file:
        for source in sources:
            data = source.encode()
            file.write(b"%d\n%s" % (len(data), data))
        file.flush()
        return subprocess.run([sys.argv[1], *arguments, "-u", "-b", file.name], capture_output=True).stdout.decode()


def describe(error):
    number = lambda value: -1 if value is None else value
    return "ERROR %s|%s|%s|%s|%s|%s" % (type(error).__name__, number(error.lineno), number(error.offset), number(error.end_lineno), number(error.end_offset), error.msg)


def compare(title, sources, got, expected):
    bad = 0
    for source, ours in zip(sources, got):
        ours = re.sub(r", did you mean '\w+'\?$", "", ours)
        want = expected(source)
        if ours != want:
            bad += 1
            print(title, ascii(source), "\n  got ", ours[:300], "\n  want", want[:300])
    print(f"{title}: {len(sources)} sources, {bad} differ")
    return bad


def tree(mode):
    def expected(source):
        try:
            return ast.dump(ast.parse(source, mode=mode), include_attributes=True)
        except SyntaxError as error:
            return describe(error)
    return expected


def accepted(mode, flags):
    def expected(source):
        try:
            compile(source, "", mode, flags | ast.PyCF_ONLY_AST)
            return "OK"
        except SyntaxError as error:
            return describe(error)
    return expected


def warned(source):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            ast.parse(source)
        except SyntaxError:
            pass
    return "\n".join(f"WARNING {w.lineno} {w.message}" for w in caught)


def main():
    warnings.simplefilter("ignore")
    bad = 0
    for mode, sources in (("eval", EVAL), ("single", SINGLE), ("func_type", FUNC_TYPE)):
        bad += compare(mode, sources, run([MODES[mode]], sources).split("\n"), tree(mode))
    prefixes = sorted({source[:i] for source in WHOLE for i in range(len(source) + 1)})
    for mode in ("single", "exec"):
        for flags in (0, 0x200, 0x4000, 0x4200):
            bad += compare(f"{mode} {flags:#x}", prefixes, run([MODES[mode], "-q", "-F", f"{flags:x}"], prefixes).split("\n"), accepted(mode, flags))
    got = ["\n".join(line for line in run(["-w", "-q"], [source]).split("\n") if line.startswith("WARNING")) for source in WARN]
    return bad + compare("warnings", WARN, got, warned) != 0


sys.exit(main())
