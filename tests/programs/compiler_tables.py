"""The symbol tables, tokens and file modes that native modules show are python3.11's."""
import _stat
import _symtable
import _tokenize
import stat
import symtable
import warnings

SOURCES = [
    "from __future__ import annotations\ndef f(a: int, *b, c=1, **d):\n class X: pass\n return [x for x in a]",
    "class C:\n __p = 1\n def m(self): return __class__, self.__p\n",
    "def f():\n global g\n x = 1\n def h():\n  nonlocal x\n  return x, (lambda y: x + y), {k: v for k, v in x}, (i for i in x)\n import os.path as p\n a: int\n",
    "x = [y := 1, y]; del x\nimport a.b\nfor i in x: pass\n",
]


def show(table, indent=0):
    print(" " * indent, table.name, table.symbols, table.varnames, table.nested, table.type, table.lineno)
    for child in table.children:
        show(child, indent + 1)


for source in SOURCES:
    show(_symtable.symtable(source, "<s>", "exec"))
    for token in _tokenize.TokenizerIter(source):
        print(token)
print(symtable.symtable("def f(): pass", "f.py", "exec").lookup("f").get_namespace().get_name())
for arguments in ((1, "x", "exec"), ("x", 1, "exec"), ("x", "x", "foo"), ("x", "x", 1), ("x\0", "x", "exec"), ("x", "x"), ("x(", "f", "exec"), ("x", "f\0", "exec"),
                  ("1 2", "f", "eval")):
    try:
        print(type(_symtable.symtable(*arguments)))
    except Exception as e:
        print(repr(e))
for text in ("if x:\n \"\"\"a\nb\"\"\" + y\n\n", "(", "x = $", "  1\n 2\n", "a\n  b\n c", '"abc', "é = §", "0x", "a\n", "", "# only", "a \\\n + b", "(\n1,\n)\n", "async def f(): await x"):
    try:
        for token in _tokenize.TokenizerIter(text):
            print(token)
    except SyntaxError as e:
        print(repr(e))
for filename in ("a\0", b"a\0"):
    try:
        compile("x", filename, "exec")
    except ValueError as e:
        print(e)

print({k: v for k, v in sorted(vars(_stat).items()) if isinstance(v, int)})
for value in ("x", -1, 1 << 32, 1 << 70, True, 1.5, -(1 << 80), 0o170000 | 0o7777, *(kind << 12 | 0o4751 for kind in range(16))):
    for function in (stat.S_IFMT, stat.S_IMODE, stat.S_ISDIR, stat.S_ISSOCK, stat.S_ISDOOR, stat.filemode):
        try:
            print(function(value), end=" ")
        except Exception as e:
            print(repr(e), end=" ")
    print()
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    import spwd
print([str(w.message) for w in caught])
try:
    spwd.getspnam("nobody of this name")
except KeyError as e:
    print(e)
