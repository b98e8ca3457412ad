"""types.CodeType(...) and code.replace(...) with arguments of all kinds: CPython's checks, in its order."""
import types


def f(a, b=1, *c, d, **e):
    def g():
        return a
    return g


CODE = f.__code__
FIELDS = ("argcount posonlyargcount kwonlyargcount nlocals stacksize flags code consts names varnames filename name qualname firstlineno linetable exceptiontable freevars cellvars").split()


class S(str):
    pass


class B(bytes):
    pass


VALUES = [-1, 0, 1, 3, 100, 2**31, 2**40, -2**31, -2**31 - 1, 2**70, "x", "", b"", b"\0", b"\0\0", b"abc", (), ("a",), ("a", "a"), (1,), (b"x",), (S("q"),), None, 1.5, S("z"), B(b"xx"), bytearray(b"ab"), [],
          ("a\ud800",), "\ud800", True, StopIteration]


def show(what, function, *arguments, **keywords):
    try:
        code = function(*arguments, **keywords)
        result = (code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount, code.co_nlocals, code.co_stacksize, code.co_flags, code.co_code, code.co_names, code.co_varnames, code.co_cellvars,
                  code.co_freevars, code.co_firstlineno, code.co_filename, type(code.co_filename).__name__, code.co_name, type(code.co_code).__name__, [type(name).__name__ for name in code.co_names])
        result = ascii(result)
    except SystemError as error:
        result = "SystemError"          # CPython's messages name places in its source
    except Exception as error:
        result = f"{type(error).__name__}: {ascii(str(error))}"
    print(what, result)


def arguments(**changes):
    return [changes.get(name, getattr(CODE, "co_" + name)) for name in FIELDS]


for name in FIELDS:
    for value in VALUES:
        show(f"new {name} {ascii(value)}", types.CodeType, *arguments(**{name: value}))
        if not (name == "varnames" and value and isinstance(value, tuple) and type(value[0]) is not str):     # two faults at once: CPython tells of the other first
            show(f"replace {name} {ascii(value)}", CODE.replace, **{"co_" + name: value})
for count in 0, 15, 16, 18, 19:
    show(f"{count} arguments", types.CodeType, *(arguments() + [1])[:count])
show("keyword", types.CodeType, *arguments(), x=1)
show("keyword", types.CodeType, argcount=1)
show("position", CODE.replace, 1)
show("no field", CODE.replace, co_x=1)
show("co_lnotab", CODE.replace, co_lnotab=b"")
EMPTY = {"argcount": 0, "posonlyargcount": 0, "kwonlyargcount": 0, "flags": 0}
for varnames, cellvars, freevars in [(("a",), ("a",), ()), (("a", "a"), (), ()), (("a",), (), ("a",)), ((), ("a", "a"), ()), ((), ("a",), ("a",)), (("a",), ("b", "a"), ("c",)), ((), (), ("a", "a"))]:
    changes = EMPTY | {"varnames": varnames, "nlocals": len(varnames), "cellvars": cellvars, "freevars": freevars}
    show(f"new {varnames} {cellvars} {freevars}", types.CodeType, *arguments(**changes))
    show(f"replace {varnames} {cellvars} {freevars}", CODE.replace, **{"co_" + name: value for name, value in changes.items()})
for args, positional, keyword, local, flags in [(1, 2, 0, 2, 0), (0, 0, 0, 0, 4), (0, 0, 0, 0, 8), (2, 0, 0, 1, 0), (1, 1, 1, 1, 0), (2**31 - 1, 0, 1, 1, 0), (1, 0, 0, 1, 4), (3, 3, 1, 6, 12)]:
    show(f"arguments {args, positional, keyword, local, flags}", types.CodeType,
         *arguments(argcount=args, posonlyargcount=positional, kwonlyargcount=keyword, nlocals=local, flags=flags, varnames=tuple("abcdef"[:local]), cellvars=()))
for source in "x=1\n" + "\n" * 400 + "y=2\nz=(\n" + "\n" * 300 + "3+a)", "x=[" + ",".join(["a"] * 300) + "]\ny=1", "def f(a):\n    return [\n        b\n        for b in a]\n":
    code = compile(source, "made", "exec")
    print(code.co_lnotab, [constant.co_lnotab for constant in code.co_consts if isinstance(constant, types.CodeType)])
