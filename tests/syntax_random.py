"""Compares trees and syntax errors with python3.11's for random pieces of syntax, most of them wrong.

Run by the oracle: python3.11 tests/syntax_random.py build/astdump [COUNT [SEED]]
"""
import ast
import random
import re
import subprocess
import sys
import tempfile
import warnings

warnings.simplefilter("ignore")

WORDS = ("( ) [ ] { } , : ; . = == += -> := * ** / | ! @ < in if else elif for not is and or lambda def class return yield await async with as try: except "
         "finally: import from global del pass raise while print None True match case _ x y f(x) a.b a[0] 1 0x1 2j 1.5 -1 'a' f'{x}' f'{x!r:{y}}' b'c' \\\n "
         "... NEWLINE NEWLINE INDENT DEDENT x=1 (x,y) *x **k lambda: x:int (yield) {1:2} {x}").split(" ")
FRAMES = ["def f(%s): pass", "f(%s)", "lambda %s: x", "match x:\n case %s: pass", "with %s: pass", "for %s: pass", "x = %s", "%s", "[%s]", "{%s}", "(%s)",
          "f'{%s}'", "del %s", "class A(%s): pass", "import %s", "from %s", "try: pass\nexcept %s: pass\nfinally: pass", "return %s", "if %s: pass",
          "while %s:\n pass\nelse: pass", "@%s\ndef f(): pass", "x[%s]", "async %s", "global %s", "match %s:\n case 1: pass", "x: %s", "assert %s", "raise %s",
          "print %s", "def f(a, %s, b=1): pass", "f(a, %s, **k)", "{**a, %s}", "match x:\n case C(%s): pass", "match x:\n case [%s]: pass",
          "match x:\n case {%s}: pass", "f'''{\n%s}'''", "lambda a, %s, b: 1", "try:\n  pass\n%s\n  pass\n", "if x:\n  %s\n y", "x = (%s\n",
          "with (%s) as y: pass", "with (a as b, %s): pass"]
LETTERS = "{}{}{}[]():!='\"ab x1.,#rsf:=\\Nu{+-*<>}} \n lambda\té"
FIELDS = ["{x}", "{x!r}", "{x:>{w}}", "{x=}", "{{", "}}", "{", "}", "{x!", "!r", "{a b}", "{f(x)}", "{'a'}", "{x[0]}", "{a:{b:{c}}}", "\\N{DIGIT ONE}", "\\x41",
          "\\u12", "{lambda x:1}", "{(lambda x:1)}", "{x:=5}", "{(x:=5)}", "{a!=b}", "{a==b}", "{*a}", "{**a}", "{yield}", "{await x}", "{a,}", "{a if b}",
          "{\n x\n}", "{\n'''q\n'''}", "{f'{y}'}", "{1a}", "{$}", "{a;b}", "{x = }", "{x=!s:^20}", "{x#}", "{x\\n}", "{}", "{ }", "{!r}", "{:x}", "{=}", "{a[}",
          "{a)}", "{(}", "{print x}", "{x.1}", "{a=b}", "{f(a=1)}", "{f(a b)}", "{0x}", "{'a}", "{not}", "{x for x in y}", "{[x for x in y]}", "{a:{b", "{a:b}c}"]


def statement():
    words = [random.choice(WORDS) for _ in range(random.choice((1, 2, 2, 3, 3, 4, 5, 7, 10)))]
    if random.random() < .25:
        words = [part for word in words for part in (word, random.choice([",", ",", ",", "=", ":", "|", "as"]))][:-1]
    body = " ".join(words).replace("INDENT", "\n  ").replace("DEDENT", "\n").replace("NEWLINE", "\n")
    end = random.choice(["", "\n", "\n\nx y\n", "\n(\n"]) if random.random() < .1 else "\n"
    return random.choice(FRAMES).replace("%s", body) + end


def fstring():
    body = "".join(random.choice(FIELDS) if random.random() < .6 else random.choice(LETTERS) for _ in range(random.choice((1, 1, 2, 3, 5))))
    quote = random.choice(["'", '"', "'''", '"""'])
    return (random.choice(["", "x = ", "'abc' ", "f(1, ", "x = (\n  ", "é = 1; y = 'é' "]) + random.choice(["f", "f", "f", "fr", "Rf", "F"]) + quote + body + quote
            + random.choice(["", " 'def'", " + 1", " b''", ")", " x"]) + "\n")


def describe(source):
    try:
        return ast.dump(ast.parse(source), include_attributes=True)
    except SyntaxError as error:
        number = lambda value: -1 if value is None else value
        return "ERROR %s|%s|%s|%s|%s|%s\t%s" % (type(error).__name__, number(error.lineno), number(error.offset), number(error.end_lineno),
                                               number(error.end_offset), error.msg, (error.text or "None").replace("\n", "\\n"))
    except Exception as error:
        return "ERROR %s|0|0|0|0|%s\tNone" % (type(error).__name__, error)


def main():
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 10000
    random.seed(int(sys.argv[3]) if len(sys.argv) > 3 else 0)
    sources = [(statement() if i % 2 else fstring()).encode() for i in range(count)]
    with tempfile.NamedTemporaryFile() as file:
        for source in sources:
            file.write(b"%d\n%s" % (len(source), source))
        file.flush()
        run = subprocess.run([sys.argv[1], "-l", "-b", file.name], capture_output=True)
    got = run.stdout.decode("utf-8", "replace").split("\n")
    if run.returncode:
        print("CRASH", run.returncode, sources[len(got) - 1])
    bad = 0
    for source, ours in zip(sources, got):
        ours = re.sub(r", did you mean '\w+'\?(?=\t)", "", ours)
        want = describe(source)
        if ours != want:
            bad += 1
            if bad <= 20:
                print(source, "\n  got ", ascii(ours[:400]), "\n  want", ascii(want[:400]))
    print(f"{count} sources, {bad} differ")
    return bad != 0 or run.returncode != 0


if __name__ == "__main__":
    sys.exit(main())
