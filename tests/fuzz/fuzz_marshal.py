"""marshal, the verifier and the execution of what it lets through.

Data without code objects is compared with python3.11; damaged code is only run, since python3.11 crashes on much of it. What runs is harmless as it was written, has no
builtins that reach the file system, and is interrupted when it goes on for long.
"""
import builtins
import marshal
import random
import signal
import types

from bytecode import exception_table
from common import any_byte, binary, integer, mutated, outcome, problem, real, text
from made_code import run_made

BATCH = 50
SOURCES = [
    "def f(a, b=2, *c, d=4, **e):\n    x = [i for i in range(a)]\n    y = {k: v for k, v in zip(x, x)}\n    return f'{a}{b!r:>5}', x[0] + (-a) * b ** 2 if a else None, y, c, d, e\nf(3)\n",
    "def g(n):\n    def h():\n        nonlocal n\n        n += 1\n        yield n\n        r = yield from [1, 2]\n        return r\n    return list(h())\nprint(*g(4))\n",
    "try:\n    raise ExceptionGroup('g', [ValueError(1), TypeError(2)])\nexcept* ValueError as e:\n    x = e\nexcept* TypeError:\n    pass\nfinally:\n    y = 2\n",
    "class A:\n    x: int = 1\n    def __init__(self, v):\n        self.v = v\n    @property\n    def w(self):\n        return super().__repr__()\n    def __enter__(self):\n        return self\n    def __exit__(self, *a):\n"
    "        return True\nwith A(1) as a, A(2):\n    a.w.v\n    1 / 0\n",
    "def m(x):\n    match x:\n        case [1, *r] if r:\n            return r\n        case {'a': b, **k}:\n            return b, k\n        case int(real=q) | str(q):\n            return q\n        case _:\n            del x\n"
    "for t in [1, 2], {'a': 1, 'b': 2}, 5, 's', None:\n    m(t)\n",
    "async def c():\n    async with z as y:\n        async for i in y:\n            await i\n    return [i async for i in y if i]\ntry:\n    c().send(None)\nexcept (NameError, AttributeError) as e:\n    s = str(e)\nelse:\n    s = 0\n",
    "a, *b = (1, 2, 3)\nd = {**{1: 2}, 'x': [*b, *b]}\ne = {*b, 4}\ng = a < b[0] <= 3 and not d\nwhile a < 10:\n    a += 1\n    if a == 5: continue\n    elif a == 8: break\nelse:\n    a = 0\ndel d['x'], b[0]\nh = b[0:1:None]\n",
    "import sys\nfrom math import pi, e as E\nglobal q\nq = lambda x, *, y=1: (z := x) + y + z\nassert q(1, y=3), 'no'\nt = 1 if q(1) else 2\nprint(sys.maxsize, pi, E, q(2), 10**20, 2j, b'x', ..., (1, (2, 3)), frozenset({1}))\n",
    "def o():\n    for i in range(3):\n        try:\n            if i == 1:\n                continue\n            try:\n                yield i\n            finally:\n                i += 1\n        except KeyError as k:\n            return k\n        finally:\n"
    "            pass\nw = o()\nfor v in w:\n    pass\n",
]
ALLOWED = """ArithmeticError AssertionError AttributeError BaseException Exception ExceptionGroup False IndexError KeyError NameError None NotImplemented RuntimeError StopIteration True TypeError ValueError
ZeroDivisionError __build_class__ abs all any bool bytes callable chr classmethod complex dict divmod enumerate filter float format frozenset getattr hasattr hash id int isinstance issubclass iter len list map max
min next object ord pow property range repr reversed round set setattr slice sorted staticmethod str sum super tuple type zip""".split()


def allowed_import(name, *rest):
    return __import__(name, *rest) if name in ("math", "sys") else types.ModuleType(str(name))


BUILTINS = {name: getattr(builtins, name) for name in ALLOWED} | {"print": lambda *a, **k: None, "__import__": allowed_import}


def datum(chance, depth=0):
    kind = chance.random()
    if depth < 4 and kind < .4:
        items = [datum(chance, depth + 1) for _ in range(chance.choice((0, 1, 2, 3, 5)))]
        if kind < .3:
            return chance.choice((list, tuple))(items)
        return {str(i): item for i, item in enumerate(items)}
    if kind < .6:
        return integer(chance)
    if kind < .7:
        return real(chance)
    if kind < .8:
        return text(chance, 20)
    if kind < .9:
        return binary(chance, 20)
    return chance.choice((None, True, False, 1j, "name" * 80, float("inf"), (), (1, 2) * 150))


TYPES = b"0NFTSiIfgxylstur(RZ)z[{c?<>:A" + bytes(code | 0x80 for code in b"iIfgxylstu([{<>AazZ)")


def piece(chance):
    kind = chance.random()
    if kind < .4:
        return bytes([chance.choice(TYPES)])
    if kind < .6:
        return chance.choice((b"\0\0\0\0", b"\1\0\0\0", b"\xff\xff\xff\xff", b"\xff\xff\xff\x7f", b"\2\0\0\0", b"i\5\0\0\0", b"r\0\0\0\0", b"r\1\0\0\0", b"\xda\1a", b"\xa9\1N", b"l\2\0\0\0\1\0\1\0", b"g" + bytes(8), b"l\1\0\0\0\xff\xff",
                              b"y" + bytes(16), b"f\x031.5"))
    return any_byte(chance)


def generate(chance, corpus):
    kind = chance.random()
    if kind < .4:
        data = marshal.dumps(datum(chance), chance.randint(0, 4))
        return ("data", mutated(chance, data, piece) if chance.random() < .85 else data)
    if kind < .45:
        return ("dump", datum(chance), chance.randint(0, 4))
    compiled = compile(chance.choice(SOURCES), "x", "exec", optimize=chance.choice((0, 2)))
    kept = [case[1] for case in corpus if case[0] == "code"]
    if kept and chance.random() < .1:
        return ("code", mutated(chance, chance.choice(kept), piece, 3))
    if chance.random() < .5:
        data = bytearray(marshal.dumps(compiled))
        for _ in range(chance.randint(1, 8)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        return ("code", bytes(data) if chance.random() < .9 else mutated(chance, bytes(data), piece, 2))
    if chance.random() < .5:
        return ("changed", chance.randrange(len(SOURCES)), chance.randrange(2**32))
    return ("made", chance.randrange(2**32))


def changed(chance, code):
    """`code` with something inside it exchanged: only the verifier stands before the interpreter. Made where it runs, since python3.11 can crash on making it."""
    inner = [i for i, constant in enumerate(code.co_consts) if isinstance(constant, types.CodeType)]
    if inner and chance.random() < .7:
        i = chance.choice(inner)
        return code.replace(co_consts=code.co_consts[:i] + (changed(chance, code.co_consts[i]),) + code.co_consts[i + 1:])
    for _ in range(chance.randint(1, 3)):
        field = chance.choice(("co_code", "co_code", "co_code", "co_code", "co_exceptiontable", "co_stacksize", "co_consts", "co_linetable", "co_flags", "co_names"))
        value = getattr(code, field)
        if field in ("co_code", "co_exceptiontable", "co_linetable") and (value or field == "co_exceptiontable"):
            value = bytearray(value)
            if field == "co_code" and chance.random() < .15:
                value = bytearray(byte for _ in range(chance.randint(1, 30)) for byte in (chance.choice(OPCODES), chance.choice((0, 0, 1, 1, 2, 3, chance.randrange(256)))))
            elif field == "co_exceptiontable" and (not value or chance.random() < .3):
                units = len(code.co_code) // 2
                value = exception_table((chance.randrange(units), chance.randint(1, 3), chance.randrange(units), chance.randrange(3), chance.randrange(2)))
            elif field == "co_code":
                for _ in range(chance.randint(1, 2)):
                    at, other = (2 * chance.randrange(len(value) // 2) for _ in range(2))
                    if chance.random() < .4:
                        value[at:at + 2] = value[other:other + 2]
                    elif chance.random() < .5:
                        value[at + 1] = chance.choice((0, 1, 2, 3, 255, chance.randrange(256), (value[at + 1] + chance.choice((1, -1))) & 255))
                    else:
                        value[at] = chance.choice(OPCODES)
            else:
                value[chance.randrange(len(value))] = chance.randrange(256)
            value = bytes(value)
        elif field == "co_stacksize":
            value = max(0, value + chance.randint(-2, 2))
        elif field == "co_consts" and value:
            i = chance.randrange(len(value))
            value = value[:i] + (chance.choice((None, 1, "x", ("a",), ("a", "b"), (1,), b"", frozenset(), 1.5, code)),) + value[i + 1:]
        elif field == "co_flags":
            value ^= 1 << chance.randrange(12)
        elif field == "co_names":
            value = value[:-1] if chance.random() < .5 else value[::-1]
        try:
            code = code.replace(**{field: value})
        except ValueError:
            pass
    return code


OPCODES = range(1, 178)
ENDS = Exception, GeneratorExit, KeyboardInterrupt, SystemExit     # all but the worker's Timeout


def run(code):
    if not isinstance(code, types.CodeType):
        return type(code).__name__
    space = {"__name__": "x", "__builtins__": BUILTINS}
    signal.setitimer(signal.ITIMER_REAL, .3, .3)
    try:
        exec(code, space)
    except ENDS as error:
        problem(error)
    for function in [value for value in space.values() if isinstance(value, types.FunctionType)]:
        try:
            result = function(*[3] * function.__code__.co_argcount)
            if hasattr(result, "send"):
                result.send(None)
                result.close()
        except ENDS as error:
            problem(error)
        for name in "co_positions", "co_lines":
            list(getattr(function.__code__, name)())
    return "ran"


def made(chance):
    signal.setitimer(signal.ITIMER_REAL, 1, .5)
    return run_made(chance, BUILTINS)


def compared(case):
    return case[0] in ("data", "dump")


def same(case, found, expected):
    """Code objects in data that is compared: what is wrong with their fields, CPython says without words."""
    return found.startswith("SystemError: 'code: ") and expected.startswith("SystemError: ")


def evaluate(case):
    if case[0] == "data":
        return outcome(marshal.loads, case[1])
    if case[0] == "dump":
        return outcome(lambda: marshal.loads(marshal.dumps(case[1], case[2])))     # not the bytes: python3.11 marks what is referred to more than once at the moment
    try:
        if case[0] == "made":
            return made(random.Random(case[1]))
        if case[0] == "changed":
            return run(changed(random.Random(case[2]), compile(SOURCES[case[1]], "x", "exec")))
        return run(marshal.loads(case[1]))
    except ENDS as error:
        return problem(error)
