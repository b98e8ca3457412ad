"""The verifier: code that breaks one rule is refused with the reason, at its first run and, in a cache, at import; what it accepts does no harm."""
import ast
import gc
import importlib
import importlib.util
import io
import marshal
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import textwrap
import types
import unittest
import zipfile
import zipimport

from helpers import FUZZ, outcome, run

sys.path.insert(0, FUZZ)
from bytecode import CELL, FREE, LOCAL, assembled, binary, exception_table, loaded_code, number, several, stored_code, text

END = ("LOAD_CONST", 0), "RETURN_VALUE"
HEAD = b"\xa7\x0d\x0d\x0a" + bytes(12)


def raw(**fields):
    return lambda: marshal.loads(stored_code(**fields))


def code(*instructions, **rest):
    return lambda: loaded_code(("RESUME", *instructions), **{"consts": (None,), **rest})


A = (("a", LOCAL),)
# What is wrong -> the reason, and code in which just that is wrong.
RULES = {
    "first opcode": ("unknown opcode", raw(code=binary(b"\3\0"))),
    "CACHE as an instruction": ("unknown opcode", raw(code=binary(b"\x97\0\0\0"))),
    "adaptive opcode": ("unknown opcode", raw(code=binary(b"\xb2\0"))),
    "no code": ("no code", raw(code=binary(b""))),
    "runs off": ("runs off the end", raw(code=binary(b"\x97\0"))),
    "EXTENDED_ARG at the end": ("EXTENDED_ARG without an instruction", raw(code=binary(b"\x90\1"))),
    "four EXTENDED_ARG": ("EXTENDED_ARG without an instruction", raw(code=binary(b"\x90\0" * 4 + b"\x97\0"))),
    "huge argument": ("argument is too large", raw(code=binary(b"\x90\xff" * 3 + b"\x64\0\x53\0"))),
    "ends inside caches": ("code ends inside an instruction", raw(code=binary(assembled("RESUME", ("LOAD_GLOBAL", 0))[:-2]))),
    # tables
    "constant": ("constant index out of range", code(("LOAD_CONST", 1), "RETURN_VALUE")),
    "name": ("name index out of range", code(("LOAD_NAME", 1), "RETURN_VALUE", names=("a",))),
    "global": ("name index out of range", code(("LOAD_GLOBAL", 2), "RETURN_VALUE", names=("a",))),
    "attribute": ("name index out of range", code(("LOAD_CONST", 0), ("LOAD_ATTR", 0), "RETURN_VALUE")),
    "method": ("name index out of range", code(("LOAD_CONST", 0), ("LOAD_METHOD", 7), "POP_TOP", "RETURN_VALUE")),
    "import": ("name index out of range", code(("LOAD_CONST", 0), ("LOAD_CONST", 0), ("IMPORT_NAME", 0), "RETURN_VALUE")),
    "local": ("local variable index out of range", code(("LOAD_FAST", 1), "RETURN_VALUE", locals_=A)),
    "stored local": ("local variable index out of range", code(("LOAD_CONST", 0), ("STORE_FAST", 255), *END, locals_=A)),
    "deleted local": ("local variable index out of range", code(("DELETE_FAST", 0), *END)),
    "cell as a local": ("cell used as a local variable", code(("LOAD_FAST", 0), "RETURN_VALUE", locals_=(("a", CELL),))),
    "local as a cell": ("cell index out of range", code(("LOAD_DEREF", 0), "RETURN_VALUE", locals_=A)),
    "cell": ("cell index out of range", code(("LOAD_CLOSURE", 3), "RETURN_VALUE", locals_=A)),
    "MAKE_CELL of a local": ("MAKE_CELL of what is no cell", code(("MAKE_CELL", 0), *END, locals_=A)),
    "MAKE_CELL of a free variable": ("MAKE_CELL of what is no cell", code(("MAKE_CELL", 0), *END, locals_=(("a", FREE),))),
    "unmade cell": ("cell used before it is made", code(("LOAD_DEREF", 0), "RETURN_VALUE", locals_=(("a", CELL),))),
    "cell made on one way": ("cell used before it is made", code(("LOAD_CONST", 0), ("POP_JUMP_FORWARD_IF_NONE", 1), ("MAKE_CELL", 0), ("LOAD_DEREF", 0), "RETURN_VALUE", locals_=(("a", CELL),))),
    "free variables not copied": ("cell used before it is made", code(("LOAD_DEREF", 0), "RETURN_VALUE", locals_=(("a", FREE),))),
    "COPY_FREE_VARS": ("COPY_FREE_VARS of a wrong count", code(("COPY_FREE_VARS", 2), *END, locals_=(("a", FREE),))),
    "comparison": ("unknown comparison", code(("LOAD_CONST", 0), ("LOAD_CONST", 0), ("COMPARE_OP", 6), "RETURN_VALUE")),
    "binary operation": ("unknown binary operation", code(("LOAD_CONST", 0), ("LOAD_CONST", 0), ("BINARY_OP", 26), "RETURN_VALUE")),
    "RAISE_VARARGS": ("damaged RAISE_VARARGS", code(*[("LOAD_CONST", 0)] * 3, ("RAISE_VARARGS", 3))),
    "BUILD_SLICE": ("damaged BUILD_SLICE", code(*[("LOAD_CONST", 0)] * 4, ("BUILD_SLICE", 4), "RETURN_VALUE")),
    "UNPACK_EX": ("damaged UNPACK_EX|stack overflow", code(("LOAD_CONST", 0), ("UNPACK_EX", 0x7fffffff), "RETURN_VALUE")),
    "yield in a function": ("generator instruction outside a generator", code(("LOAD_CONST", 0), "YIELD_VALUE", "RETURN_VALUE")),
    "generator made late": ("generator made with values", code(("LOAD_CONST", 0), "RETURN_GENERATOR", "POP_TOP", "RETURN_VALUE", flags=number(3 | 32))),
    # constants that an instruction relies on
    "KW_NAMES, no tuple": ("KW_NAMES without names", code("PUSH_NULL", ("LOAD_CONST", 0), ("LOAD_CONST", 0), ("KW_NAMES", 0), ("PRECALL", 1), ("CALL", 1), "RETURN_VALUE")),
    "KW_NAMES, no strings": ("KW_NAMES without names", code("PUSH_NULL", ("LOAD_CONST", 0), ("LOAD_CONST", 0), ("KW_NAMES", 0), ("PRECALL", 1), ("CALL", 1), "RETURN_VALUE", consts=((1,),))),
    "KW_NAMES, out of range": ("KW_NAMES without names", code("PUSH_NULL", ("LOAD_CONST", 0), ("LOAD_CONST", 0), ("KW_NAMES", 9), ("PRECALL", 1), ("CALL", 1), "RETURN_VALUE")),
    "KW_NAMES, too many": ("KW_NAMES without CALL", code("PUSH_NULL", ("LOAD_CONST", 0), ("KW_NAMES", 0), ("PRECALL", 0), ("CALL", 0), "RETURN_VALUE", consts=(("a",),))),
    "KW_NAMES, no call": ("KW_NAMES without CALL", code(("KW_NAMES", 0), *END, consts=(("a",),))),
    # the stack
    "underflow": ("stack underflow", code("POP_TOP", *END)),
    "SWAP with nothing": ("stack underflow", code(("LOAD_CONST", 0), ("SWAP", 2), "RETURN_VALUE")),
    "SWAP 0": ("stack underflow", code(("LOAD_CONST", 0), ("SWAP", 0), "RETURN_VALUE")),
    "COPY too deep": ("stack underflow", code(("LOAD_CONST", 0), ("COPY", 2), "RETURN_VALUE")),
    "LIST_APPEND too deep": ("stack underflow", code(("LOAD_CONST", 0), ("LIST_APPEND", 1), *END)),
    "CALL without function": ("stack underflow", code(("LOAD_CONST", 0), ("PRECALL", 0), ("CALL", 0), "RETURN_VALUE")),
    "overflow": ("stack overflow", code(*[("LOAD_CONST", 0)] * 20, "RETURN_VALUE")),
    "depth differs": ("stack depth differs", code(("LOAD_CONST", 0), ("POP_JUMP_FORWARD_IF_NONE", 1), ("LOAD_CONST", 0), *END)),
    "loop that grows": ("stack depth differs", code(("LOAD_CONST", 0), ("JUMP_BACKWARD", 2))),
    "contents differ": ("stack contents differ", code(("LOAD_CONST", 0), ("POP_JUMP_FORWARD_IF_NONE", 2), "PUSH_NULL", ("JUMP_FORWARD", 1), ("LOAD_CONST", 0), ("LOAD_CONST", 0), "RETURN_VALUE")),
    "no value returned": ("no value", code("PUSH_NULL", "RETURN_VALUE")),
    "no value called": ("no value", code("PUSH_NULL", "PUSH_NULL", ("PRECALL", 0), ("CALL", 0), "RETURN_VALUE")),
    "method's mark stored": ("no value", code(("LOAD_CONST", 0), ("LOAD_METHOD", 0), "POP_TOP", ("STORE_NAME", 0), *END, names=("a",))),
    "stack size": ("stack size out of range", raw(stacksize=number(2**30))),
    "too many registers": ("more than 65000", lambda: loaded_code(("RESUME", *[("LOAD_CONST", 0)] * 65100, "RETURN_VALUE"), consts=(None,), stacksize=65100)),
    # jumps
    "jump out": ("jump to no instruction", code(("JUMP_FORWARD", 90), *END)),
    "jump before the start": ("jump to no instruction", code(("JUMP_BACKWARD", 90))),
    "jump into caches": ("jump to no instruction", code(("JUMP_FORWARD", 1), ("LOAD_GLOBAL", 0), "RETURN_VALUE", names=("a",))),
    "jump behind EXTENDED_ARG": ("jump to no instruction", code(("JUMP_FORWARD", 1), ("LOAD_CONST", 256), "RETURN_VALUE", consts=(None,) * 300)),
    "jump to the end": ("jump to no instruction", code(("JUMP_FORWARD", 2), *END)),
    # the exception table
    "cut table": ("damaged exception table", code(*END, table=b"\x81\x01")),
    "endless number": ("damaged exception table", code(*END, table=b"\xc0" + b"\x40" * 9 + b"\1\1\1")),
    "range outside": ("exception table leads out", code(*END, table=exception_table((1, 90, 1, 0, 0)))),
    "handler outside": ("exception table leads out", code(*END, table=exception_table((1, 1, 90, 0, 0)))),
    "handler in caches": ("exception table leads out", code(("LOAD_GLOBAL", 0), "RETURN_VALUE", names=("a",), table=exception_table((1, 1, 3, 0, 0)))),
    "ranges not in order": ("exception table leads out", code("NOP", "NOP", *END, "RERAISE", table=exception_table((2, 1, 5, 0, 0), (1, 1, 5, 0, 0)))),
    "ranges that overlap": ("exception table leads out", code("NOP", "NOP", *END, "RERAISE", table=exception_table((1, 2, 5, 0, 0), (2, 1, 5, 0, 0)))),
    "deep handler": ("expects a deeper stack", code("NOP", *END, "RERAISE", table=exception_table((1, 1, 4, 3, 0)))),
    "handler counts on an argument": ("expects a deeper stack", code("PUSH_NULL", ("LOAD_CONST", 0), ("LOAD_CONST", 0), ("PRECALL", 1), ("CALL", 1), "RETURN_VALUE", "RERAISE", table=exception_table((6, 5, 12, 3, 0)))),
    "handler counts on what is yielded": ("expects a deeper stack", code(("LOAD_CONST", 0), "YIELD_VALUE", "RETURN_VALUE", "RERAISE", flags=number(3 | 32), table=exception_table((2, 1, 4, 1, 0)))),
    "handler's depth differs": ("stack depth differs", code("NOP", "NOP", *END, "RERAISE", table=exception_table((1, 1, 5, 0, 0), (2, 1, 5, 0, 1)))),
    # kinds of locals, positions
    "kind 0": ("unknown kind of local", raw(argcount=number(0), localspluskinds=binary(b"\0"))),
    "local and free": ("unknown kind of local", raw(localspluskinds=binary(bytes([LOCAL | FREE])))),
    "cell and free": ("unknown kind of local", raw(argcount=number(0), localspluskinds=binary(bytes([CELL | FREE])))),
    "other bits": ("unknown kind of local", raw(localspluskinds=binary(bytes([LOCAL | 1])))),
    "free variable first": ("not in order", raw(localsplusnames=several(text(b"a"), text(b"b")), localspluskinds=binary(bytes([FREE, LOCAL])))),
    "cell first": ("not in order", raw(localsplusnames=several(text(b"a"), text(b"b")), localspluskinds=binary(bytes([CELL, LOCAL])))),
    "cut line table": ("damaged line table", raw(linetable=binary(b"\xf0\1"))),
    "line table without a mark": ("damaged line table", raw(linetable=binary(b"\x70\1\1\1\1"))),
    "endless line": ("damaged line table", raw(linetable=binary(b"\xe8" + b"\x7f" * 8 + b"\1"))),
    "line too large": ("damaged line table", raw(firstlineno=number(2**31 - 1), linetable=binary(b"\xd8\1\1"))),
}


def endless(*instructions, table=b"", **rest):
    return code(*instructions, consts=(None, False, True), table=table, **rest)


# Loops that are legal but go on for ever; those that handle every exception can only be left from the signal handler.
LOOPS = {
    "jump back": endless(("JUMP_BACKWARD", 1)),
    "jump back without interrupt": endless(("JUMP_BACKWARD_NO_INTERRUPT", 1)),
    "if true": endless(("LOAD_CONST", 2), ("POP_JUMP_BACKWARD_IF_TRUE", 2), *END),
    "if false": endless(("LOAD_CONST", 1), ("POP_JUMP_BACKWARD_IF_FALSE", 2), *END),
    "if none": endless(("LOAD_CONST", 0), ("POP_JUMP_BACKWARD_IF_NONE", 2), *END),
    "if not none": endless(("LOAD_CONST", 1), ("POP_JUMP_BACKWARD_IF_NOT_NONE", 2), *END),
    "await that ends": endless(("LOAD_NAME", 0), ("LOAD_CONST", 0), ("SEND", 1), ("JUMP_FORWARD", 4), "POP_TOP", ("LOAD_NAME", 0), ("LOAD_CONST", 0), ("JUMP_FORWARD", 2), "YIELD_VALUE", "RESUME",
                               ("JUMP_BACKWARD_NO_INTERRUPT", 9), names=("q",), flags=number(3 | 32)),
    "handler raises again": endless(("LOAD_CONST", 0), ("RAISE_VARARGS", 1), "RERAISE", table=exception_table((2, 1, 3, 0, 0), (3, 1, 3, 0, 0))),
    "handler raises another": endless(("RAISE_VARARGS", 0), "POP_TOP", ("RAISE_VARARGS", 0), table=exception_table((1, 1, 2, 0, 0), (3, 1, 2, 0, 0))),
    "handler of itself": endless(("LOAD_CONST", 0), "UNARY_NEGATIVE", "RETURN_VALUE", table=exception_table((2, 1, 2, 0, 0))),
}


def import_file(path):
    spec = importlib.util.spec_from_file_location("m", path)
    spec.loader.exec_module(importlib.util.module_from_spec(spec))


class Rules(unittest.TestCase):
    def test_run(self):
        for name, (reason, make) in RULES.items():
            with self.subTest(name), self.assertRaisesRegex(ValueError, f"^bad code object .*({reason})"):
                made = make()
                cells = tuple(types.CellType() for _ in made.co_freevars if name != "cell and free")     # it counts as a cell
                types.FunctionType(made, {}, "f", None, cells)(*[0] * made.co_argcount)

    def test_import(self):
        with tempfile.TemporaryDirectory() as folder:
            for number, (name, (reason, make)) in enumerate(RULES.items()):
                inner = marshal.dumps(make())
                for nested, data in enumerate((inner, stored_code(argcount=b"\0\0\0\0", consts=several(b"N", stored_code(consts=several(b"N", inner)))))):
                    path = os.path.join(folder, f"m{number}_{nested}.pyc")
                    with open(path, "wb") as file:
                        file.write(HEAD + data)
                    with self.subTest(name, nested=nested), self.assertRaisesRegex(ImportError, f"^cannot load '{path}': bad code object .*({reason})") as caught:
                        import_file(path)
                    self.assertEqual((caught.exception.name, caught.exception.path, type(caught.exception)), ("m", path, ImportError))

    def test_rules_are_single(self):
        """The parts of which the rules are made pass on their own."""
        for make in (raw(), code(*END), code("NOP", *END, "RERAISE", table=exception_table((1, 1, 4, 0, 0))), code(("MAKE_CELL", 0), *END, locals_=(("a", CELL),)),
                     raw(localsplusnames=several(text(b"a"), text(b"b"), text(b"c")), localspluskinds=binary(bytes([LOCAL | CELL, LOCAL, CELL]))), raw(linetable=binary(b"\xf8\xd8\1\1\x80\x12\xe8\2\xf0\1\1\1\1"))):
            types.FunctionType(make(), {})(*[0] * make().co_argcount)

    def test_replace(self):
        """Code that was accepted is checked anew when something in it is replaced."""
        function = (lambda: 1)
        function()
        for stored, reason in ((b"\x97\0\x53\0", "stack underflow"), (b"\x97\0\x64\x63\x53\0", "constant index")):
            changed = function.__code__.replace(co_code=stored)
            with self.assertRaisesRegex(ValueError, reason):
                exec(changed)
            function.__code__, before = changed, function.__code__
            with self.assertRaisesRegex(ValueError, reason):
                function()
            function.__code__ = before
            self.assertEqual(function(), 1)


def function(*instructions, namespace=None, closure=None, **rest):
    return types.FunctionType(loaded_code(instructions, **rest), {"__builtins__": __builtins__} if namespace is None else namespace, "f", None, closure)


def lines(*steps):
    """A line table: for each instruction without caches, how many lines behind the one before it is."""
    return binary(b"".join(bytes((0x80 | 13 << 3, step << 1)) for step in steps))


class AtRunTime(unittest.TestCase):
    """What the verifier lets pass and only shows when the code runs."""
    def test_super_without_its_cells(self):
        """The call of super() that a site has seen before may find a frame whose cells are not made."""
        class Base:
            def m(self):
                return 1

        class Derived(Base):
            pass
        end = "PUSH_NULL", ("LOAD_GLOBAL", 0), ("PRECALL", 0), ("CALL", 0), ("LOAD_METHOD", 1), ("PRECALL", 0), ("CALL", 0), "RETURN_VALUE"
        test = ("LOAD_FAST", 1), ("POP_JUMP_FORWARD_IF_FALSE", 1)
        for begin, kind, first, error in (((*test, ("COPY_FREE_VARS", 1)), LOCAL, Derived(), RuntimeError), ((("COPY_FREE_VARS", 1), *test, ("MAKE_CELL", 0)), LOCAL | CELL, 5, TypeError)):
            made = function("RESUME", *begin, *end, names=("super", "m"), locals_=(("self", kind), ("made", LOCAL), ("__class__", FREE)), argcount=number(2), closure=(types.CellType(Derived),))
            for _ in range(10):
                self.assertEqual(made(Derived(), True), 1)
            with self.assertRaises(error):
                made(first, False)

    def test_no_exception_where_one_belongs(self):
        star = function("RESUME", ("LOAD_FAST", 0), ("LOAD_FAST", 1), "PREP_RERAISE_STAR", "RETURN_VALUE", locals_=(("original", LOCAL), ("raised", LOCAL)), argcount=number(2))
        for value in (5, 1.5, "x", None, [], object()):
            for rest in ([None, ValueError()], [ValueError(), None]):
                with self.assertRaises(SystemError):
                    star(value, rest)
            for name, before in (("RERAISE", 0), ("PUSH_EXC_INFO", 0), ("POP_EXCEPT", 0), ("WITH_EXCEPT_START", 3), ("END_ASYNC_FOR", 1)):
                if value is None and name == "POP_EXCEPT":
                    continue
                end = () if name == "RERAISE" else ("RETURN_VALUE",) if name in ("PUSH_EXC_INFO", "WITH_EXCEPT_START") else END
                with self.subTest(name, value=value), self.assertRaises(SystemError):
                    function("RESUME", *[("LOAD_CONST", 0)] * before, ("LOAD_FAST", 0), name, *end, consts=(None,), locals_=A, argcount=number(1))(value)

    def test_split_of_an_exception_group(self):
        for match in (5, "x", ValueError):
            class Group(ExceptionGroup):
                def split(self, types):
                    return match, None
            with self.assertRaisesRegex(TypeError, "split must return exception groups or None"):
                try:
                    raise Group("g", [ValueError()])
                except* ValueError:
                    raise KeyError

    def test_throw_where_no_loop_waits(self):
        """A yield that looks like that of an await but is reached another way: behind the SEND lies another stack, or another set of locals."""
        class Waits:
            def throw(self, *rest):
                raise StopIteration(5)
        dead = function("RETURN_GENERATOR", "POP_TOP", "RESUME", ("LOAD_FAST", 1), ("POP_JUMP_FORWARD_IF_FALSE", 6), *[("LOAD_CONST", 0)] * 5, ("JUMP_FORWARD", 8), ("LOAD_FAST", 0), ("LOAD_CONST", 0),
                        ("JUMP_FORWARD", 1), ("SEND", 4), "YIELD_VALUE", ("RESUME", 3), "POP_TOP", "RETURN_VALUE", ("BUILD_TUPLE", 5), "RETURN_VALUE", consts=(None,),
                        locals_=(("waits", LOCAL), ("flag", LOCAL)), argcount=number(2), flags=number(3 | 32))
        unassigned = function("RETURN_GENERATOR", "POP_TOP", "RESUME", ("LOAD_FAST", 0), ("LOAD_CONST", 0), ("LOAD_FAST", 1), ("POP_JUMP_FORWARD_IF_FALSE", 3), ("LOAD_CONST", 0), ("STORE_FAST", 2), ("SEND", 4),
                              "YIELD_VALUE", ("RESUME", 3), "POP_TOP", "RETURN_VALUE", "POP_TOP", ("LOAD_FAST", 2), "RETURN_VALUE", consts=(None,),
                              locals_=(("waits", LOCAL), ("flag", LOCAL), ("late", LOCAL)), argcount=number(2), flags=number(3 | 32))
        for made in (dead, unassigned):
            generator = made(Waits(), False)
            self.assertIsNone(next(generator))
            with self.assertRaises(KeyError):
                generator.throw(KeyError)

    def test_pair_of_a_loop_with_a_copy(self):
        """Where a copy of the pair is left, it is there."""
        made = function("RESUME", ("LOAD_FAST", 0), "GET_ITER", ("FOR_ITER", 8), ("COPY", 1), ("UNPACK_SEQUENCE", 2), ("STORE_FAST", 1), ("STORE_FAST", 2), ("BUILD_TUPLE", 1), "RETURN_VALUE", "NOP", *END,
                        consts=(None,), locals_=(("i", LOCAL), ("a", LOCAL), ("b", LOCAL)), argcount=number(1))
        for make, pair in ((lambda: enumerate("x"), (0, "x")), (lambda: {1: 2}.items(), (1, 2)), (lambda: zip([3], [4]), (3, 4)), (lambda: [(5, 6)], (5, 6))):
            for _ in range(3):
                self.assertEqual(made(make()), (pair,))

    def trace_and_jump(self, made, *args, at, to):
        def trace(frame, event, rest):
            if frame.f_code is made.__code__ and event == "line" and frame.f_lineno == at:
                frame.f_lineno = to
            return trace
        before = sys.gettrace()
        sys.settrace(trace)
        try:
            return made(*args)
        finally:
            sys.settrace(before)

    def test_jump_past_the_making_of_a_cell(self):
        made = function("RESUME", "NOP", ("MAKE_CELL", 0), ("LOAD_DEREF", 0), "RETURN_VALUE", locals_=(("a", LOCAL | CELL),), argcount=number(1), linetable=lines(0, 1, 1, 1, 0))
        self.assertEqual(made(7), 7)
        with self.assertRaisesRegex(ValueError, "cells"):
            self.trace_and_jump(made, 7, at=2, to=4)

    def test_jump_inside_a_call(self):
        """Where the place of the method that is none has not been written yet."""
        def called(value):
            return "called", value

        def made(c, a, b):
            z = (
                called(
                    a
                    if
                    c
                    else
                    b))
            return z
        line = made.__code__.co_firstlineno
        for at in (3, 5):
            for to in (6, 7):
                self.assertEqual(self.trace_and_jump(made, 0, 1, 2, at=line + at, to=line + to), ("called", 2))

    def test_jump_out_of_what_looks_like_a_handler(self):
        made = function("RESUME", "NOP", ("LOAD_CONST", 0), "NOP", "NOP", "POP_TOP", "NOP", ("LOAD_CONST", 1), "RETURN_VALUE", consts=(42, None), linetable=lines(0, 1, 1, 1, 1, 1, 1, 1, 1),
                        table=exception_table((1, 1, 3, 0, 0)))
        self.assertIsNone(self.trace_and_jump(made, at=5, to=7))
        try:
            1 / 0
        except ZeroDivisionError as error:
            self.assertIsNone(error.__context__)

    def test_code_with_parameters_as_a_module(self):
        """Its arguments are bound, to nothing."""
        self.assertEqual(eval((lambda *a, **k: (a, k)).__code__), ((), {}))
        self.assertIsNone(exec((lambda *a: a[:]).__code__))
        for code in ((lambda a: a).__code__, (lambda *, a: a).__code__):
            with self.assertRaisesRegex(TypeError, "missing 1 required"):
                eval(code)
        with self.assertRaisesRegex(TypeError, "missing 1 required"):
            __build_class__(lambda a: a, "A")
        self.assertEqual(__build_class__(lambda *a, b=5, **k: (a, b, k)[3:], "A").__name__, "A")
        made = function("RESUME", ("LOAD_CONST", 0), ("STORE_NAME", 0), *END, consts=(None,), names=("x",), locals_=A, flags=number(4)).__code__
        space = {}
        exec(made, {}, space)
        self.assertEqual(space, {"x": None})

    def test_other_builtins_for_the_same_code(self):
        code, namespace = (lambda: len).__code__, {"__builtins__": {"len": 1}}
        first = types.FunctionType(code, namespace)
        self.assertEqual([first(), first()], [1, 1])

        class Mapping:
            def __getitem__(self, key):
                return key
        for builtins, error in ((5, TypeError), (None, TypeError), ("abc", TypeError), ({}, NameError)):
            namespace["__builtins__"] = builtins
            with self.assertRaises(error):
                types.FunctionType(code, namespace)()
        namespace["__builtins__"] = Mapping()
        self.assertEqual(types.FunctionType(code, namespace)(), "len")
        self.assertEqual(first(), 1)

    def test_len_at_a_site_that_changes_meanwhile(self):
        """__len__ runs for a call of len(); at its end the call may have another form: by a call of something else there, or by tracing."""
        def call(function, value):
            result = function(value)
            return [result, result]

        class Length:
            def __init__(self, length, meanwhile=int):
                self.length, self.meanwhile = length, meanwhile

            def __len__(self):
                self.meanwhile()
                return self.length

        def others():
            for _ in range(3):
                call(abs, -3)

        def trace():
            sys.settrace(lambda *rest: None)
            sys._getframe(2).f_trace = lambda *rest: None
            for _ in range(3):
                pass
        before = sys.gettrace()
        for meanwhile in (int, others, trace):
            for length, error in ((5, None), (-1, ValueError), ("x", TypeError), (2 ** 70, OverflowError)):
                for _ in range(20):
                    call(len, Length(1))
                try:
                    if error:
                        with self.assertRaises(error):
                            call(len, Length(length, meanwhile))
                    else:
                        self.assertEqual(call(len, Length(length, meanwhile)), [length, length])
                finally:
                    sys.settrace(before)

    def test_namespace_of_a_coroutine(self):
        """A module with `await` is a coroutine when it is compiled for that; nobody else may know its namespace."""
        code = compile("x = [1, 2]\ny = {'a': x}\nawait a()\nz = (x, y)\nawait a()\nout.append(dict(locals()))", "m", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)

        class Once:
            def __await__(self):
                yield 1
        out = []
        coroutines = [eval(code, {"a": Once, "out": out}, {}) for _ in range(100)]
        for _ in range(3):
            for coroutine in coroutines:
                try:
                    coroutine.send(None)
                except StopIteration:
                    pass
            gc.collect()
            [{"q": i, "r": [i]} for i in range(3000)]
        self.assertEqual(out, [{"x": [1, 2], "y": {"a": [1, 2]}, "z": ([1, 2], {"a": [1, 2]})}] * 100)

    def test_arguments_of_other_types(self):
        """Instructions whose operand is a constant in any code that was compiled."""
        values = (5, None, 1.5, "x", (), (1,), ("a",), [], {}, {1: 2}, set(), object(), int, ValueError, ValueError(), len, function)
        for name, arg, count in (("MATCH_CLASS", 1, 3), ("MATCH_CLASS", 0, 3), ("MATCH_CLASS", 65535, 3), ("MATCH_KEYS", 0, 2), ("FORMAT_VALUE", 4, 2), ("FORMAT_VALUE", 255, 2), ("BUILD_CONST_KEY_MAP", 1, 2),
                                 ("MAKE_FUNCTION", 15, 5), ("MAKE_FUNCTION", 8, 2), ("IMPORT_NAME", 0, 2), ("DICT_MERGE", 1, 4), ("LIST_EXTEND", 1, 2), ("SET_UPDATE", 1, 2), ("DICT_UPDATE", 1, 2), ("MAP_ADD", 1, 3),
                                 ("SET_ADD", 1, 2), ("LIST_APPEND", 1, 2), ("LIST_TO_TUPLE", 0, 1), ("CHECK_EG_MATCH", 0, 2), ("CHECK_EXC_MATCH", 0, 2), ("RAISE_VARARGS", 2, 2), ("GET_AWAITABLE", 1, 1), ("GET_AITER", 0, 1),
                                 ("GET_ANEXT", 0, 1), ("GET_YIELD_FROM_ITER", 0, 1), ("BUILD_STRING", 2, 2), ("BEFORE_WITH", 0, 1), ("BEFORE_ASYNC_WITH", 0, 1), ("SEND", 1, 2), ("FOR_ITER", 1, 1), ("UNPACK_EX", 1, 1),
                                 ("IMPORT_STAR", 0, 1), ("IMPORT_FROM", 0, 1), ("CALL_FUNCTION_EX", 1, 4)):
            loads = [("LOAD_GLOBAL", 2 * (n + 1)) for n in range(count)]
            ends = name in ("RAISE_VARARGS",)
            made = loaded_code(("RESUME", ("LOAD_CONST", 0), *loads, (name, arg), *(() if ends else ("RETURN_VALUE", "RETURN_VALUE"))), consts=(None,), names=("name", *"abcde"))
            generator = random.Random(name)
            for _ in range(60):
                space = {"__builtins__": __builtins__, "name": 1, **{letter: generator.choice(values) for letter in "abcde"}}
                try:
                    repr(types.FunctionType(made, space)())
                except Exception as error:
                    self.assertNotIn("bad code object", str(error), name)


class Imports(unittest.TestCase):
    def load(self, data, source=None):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "m.pyc")
            with open(path, "wb") as file:
                file.write(HEAD + data)
            try:
                import_file(path)
            except Exception as error:
                self.assertEqual((error.name, error.path), ("m", path))
                self.assertIn(repr(path), str(error))
                return error

    def test_damaged_marshal_data(self):
        """An ImportError that is also what CPython raises."""
        for data, error, message in ((b"", EOFError, "EOF read where object expected"), (stored_code()[:30], EOFError, "marshal data too short"), (b"?", ValueError, "unknown type code"),
                                     (b"<\1\0\0\0[\0\0\0\0", TypeError, "unhashable"), (b")\1" * 5000, ValueError, "recursion limit exceeded"), (stored_code(flags=number(-1)), SystemError, "flags"),
                                     (stored_code(code=binary(b"a")), ValueError, "co_code is malformed"), (b"(\xff\xff\xff\x7f", EOFError, "EOF"), (b"[\xff\xff\xff\x7fNN?", ValueError, "unknown type"),
                                     (b"l\xff\xff\xff\x7f\0\0\0\x80", ValueError, "digit out of range"), (b"u\1\0\0\0\xff", ValueError, "utf-8")):
            found = self.load(data)
            with self.subTest(data[:20]):
                self.assertIsInstance(found, error)
                self.assertIsInstance(found, ImportError)
                self.assertIn(message, str(found))

    def test_no_code(self):
        self.assertEqual(type(self.load(b"N")), ImportError)

    def test_shared_code(self):
        """Code that refers to the same code twice, again and again, is checked once."""
        inner = marshal.loads(stored_code())
        for _ in range(60):
            inner = loaded_code(("RESUME", *END), consts=(None,)).replace(co_consts=(None, inner, inner))
        self.assertIsNone(self.load(marshal.dumps(inner)))


class Programs(unittest.TestCase):
    """Code that comes another way than from a module's own cache: nothing of it runs before all of it is checked."""
    REASON = "bad code object q: constant index out of range"

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        unsound, good = code(("LOAD_CONST", 1), "RETURN_VALUE")(), compile("print('ran', flush=True)\ndef f(): pass", "m.py", "exec")
        self.datas = {"good": good, "unsound": unsound}
        for name, inside in (("inner", unsound), ("in a tuple", (1, (2, unsound))), ("in a frozenset", frozenset([unsound]))):
            self.datas[name] = good.replace(co_consts=tuple(inside if isinstance(constant, types.CodeType) else constant for constant in good.co_consts))
        self.datas = {name: HEAD + marshal.dumps(made) for name, made in self.datas.items()}
        self.datas |= {"cut": self.datas["good"][:40], "no code": HEAD + b"N", "cut head": HEAD[:10], "magic": bytes(4) + self.datas["good"][4:]}

    def write(self, name, data):
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(data)
        return path

    def archive(self, name, **members):
        with zipfile.ZipFile(os.path.join(self.folder, name), "w") as archive:
            for member, data in members.items():
                archive.writestr(member.replace("__dot__", "."), data)
        return os.path.join(self.folder, name)

    def run_krait(self, *arguments):
        return outcome(*arguments, cwd=self.folder)

    def test_main_program(self):
        bad = "RuntimeError: Bad code object in .pyc file\n"
        for name, error in {"unsound": bad, "inner": bad, "in a tuple": bad, "in a frozenset": bad, "cut": bad, "no code": bad, "cut head": "EOFError: EOF read where not expected\n",
                            "magic": "RuntimeError: Bad magic number in .pyc file\n"}.items():
            self.write("folder/__main__.pyc", self.datas[name])
            mains = [self.write("m.pyc", self.datas[name])]
            if error == bad and name != "no code":
                mains += [os.path.join(self.folder, "folder"), self.archive("a.zip", __main____dot__pyc=self.datas[name])]
            for main in mains:
                with self.subTest(name, main=main):
                    status, output, errors = self.run_krait(main)
                    self.assertEqual((status, output, errors[-len(error):]), (1, "", error))
                    self.assertEqual(self.REASON in errors, name not in ("cut", "no code", "cut head", "magic"))
        for main in (self.write("m.pyc", self.datas["good"]), self.archive("a.zip", __main____dot__pyc=self.datas["good"])):
            self.assertEqual(self.run_krait(main), (0, "ran\n", ""))

    def test_module_as_program(self):
        for name in ("unsound", "inner"):
            path = self.write("m.pyc", self.datas[name])
            self.assertEqual(self.run_krait("-m", "m"), (1, "", f"{sys.executable}: cannot load '{path}': {self.REASON}\n"))

    def test_other_ways(self):
        """exec(), and what uses it."""
        path = self.write("m.pyc", self.datas["inner"])
        for program in ("import runpy; runpy.run_path(path)", "import marshal; exec(marshal.loads(open(path, 'rb').read()[16:]))", "import pkgutil; exec(pkgutil.read_code(open(path, 'rb')))",
                        "import marshal; eval(marshal.loads(open(path, 'rb').read()[16:]))"):
            with self.subTest(program):
                status, output, errors = self.run_krait("-c", f"path = {path!r}; {program}")
                self.assertEqual((status, output, errors.splitlines()[-1]), (1, "", f"ValueError: {self.REASON}"))

    def import_from(self, archive):
        sys.path.insert(0, archive)
        try:
            sys.modules.pop("verified_in_zip", None)
            return importlib.import_module("verified_in_zip")
        finally:
            sys.path.remove(archive)
            sys.modules.pop("verified_in_zip", None)
            sys.path_importer_cache.pop(archive, None)
            zipimport._zip_directory_cache.pop(archive, None)

    def test_archive(self):
        """An ImportError; where the archive has the source too, that is used."""
        for name, reason in {"unsound": self.REASON, "inner": self.REASON, "cut": "marshal data too short", "no code": "is not a code object"}.items():
            archive = self.archive(f"{name}.zip", verified_in_zip__dot__pyc=self.datas[name])
            with self.subTest(name), self.assertRaises(zipimport.ZipImportError) as caught:
                self.import_from(archive)
            self.assertRegex(str(caught.exception), "^" + re.escape(f"module load failed: cannot load '{archive}/verified_in_zip.pyc'"))
            self.assertIn(reason, str(caught.exception))
            cause = caught.exception.__cause__
            self.assertEqual((cause.name, cause.path), ("verified_in_zip", os.path.join(archive, "verified_in_zip.pyc")))
            with self.assertRaises(ImportError):
                zipimport.zipimporter(archive).get_code("verified_in_zip")
        self.assertEqual(self.import_from(self.archive("both.zip", verified_in_zip__dot__pyc=self.datas["inner"], verified_in_zip__dot__py="x = 5")).x, 5)
        with self.assertRaises(EOFError):
            self.import_from(self.archive("head.zip", verified_in_zip__dot__pyc=self.datas["cut head"]))


class Loops(unittest.TestCase):
    def test_interrupted(self):
        program = textwrap.dedent("""
            import os, signal, sys
            sys.path.insert(0, {folder!r})
            import test_vm_verify
            class Stop(Exception): pass
            count = 0
            def handler(*rest):
                global count
                count += 1
                if count > 3: os._exit(42)
                if count > 1: import gc; gc.collect()
                raise Stop
            signal.signal(signal.{name}, handler)
            if {name!r} == "SIGALRM": signal.setitimer(signal.ITIMER_REAL, .05, .05)
            code = test_vm_verify.LOOPS[{loop!r}]()
            try:
                print("begin", flush=True)
                result = eval(code, {{"q": iter(())}})
                if hasattr(result, "send"): result.send(None)
            except Stop: os._exit(42)
        """)
        for loop in LOOPS:
            for name in ("SIGALRM", "SIGINT") if loop in ("jump back", "handler of itself") else ("SIGALRM",):
                with self.subTest(loop, signal=name):
                    process = subprocess.Popen([sys.executable, "-c", program.format(folder=os.path.dirname(os.path.abspath(__file__)), loop=loop, name=name)], stdout=subprocess.PIPE)
                    self.assertEqual(process.stdout.readline(), b"begin\n")
                    try:
                        for _ in range(200):
                            if name == "SIGINT":
                                process.send_signal(signal.SIGINT)
                            try:
                                process.wait(.1)
                                break
                            except subprocess.TimeoutExpired:
                                pass
                        self.assertEqual(process.poll(), 42)
                    finally:
                        process.kill()
                        process.communicate()

    def test_collection_at_a_safe_point(self):
        """A collection from a signal handler leaves alone what the loop has on its stack, even where the code before the loop had less."""
        made = loaded_code(("RESUME", ("LOAD_NAME", 0), ("LOAD_NAME", 0), ("JUMP_FORWARD", 2), ("LOAD_CONST", 0), "RETURN_VALUE", ("LOAD_NAME", 1), ("POP_JUMP_BACKWARD_IF_FALSE", 2), ("BUILD_TUPLE", 2), "RETURN_VALUE"),
                           consts=(None,), names=("value", "flag"))
        state = {"flag": False}

        class Space(dict):
            def __getitem__(self, key):
                return state["flag"] if key == "flag" else [1, 2]

        def handler(*rest):
            gc.collect()
            state["flag"] = True
        before = signal.signal(signal.SIGALRM, handler)
        try:
            signal.setitimer(signal.ITIMER_REAL, .05)
            self.assertEqual(eval(made, {}, Space()), ([1, 2], [1, 2]))
        finally:
            signal.signal(signal.SIGALRM, before)


def sample(a, b=2, *c, d=4, **e):
    x = [i for i in range(a)]
    try:
        y = {k: v for k, v in zip(x, x)}
        z = f"{a}{b!r:>5}"

        def g(n=a):
            nonlocal b
            b = n
            r = yield from [1]
            return r
        for w in g():
            x.append(w)
        first, *rest = x
        match x:
            case [1, *r]:
                pass
            case {"a": 1}:
                pass
        del z
        return x[0] + (-a) * b ** 2 if a else None
    except* (ValueError, TypeError) as ex:
        raise
    finally:
        del x


def codes(code):
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from codes(constant)


class Harmless(unittest.TestCase):
    def test_exception_table_bytes(self):
        generator = random.Random(7)
        all_codes = list(codes(sample.__code__))
        for _ in range(400):
            made = generator.choice(all_codes)
            table = bytearray(made.co_exceptiontable)
            if not table:
                continue
            table[generator.randrange(len(table))] = generator.randrange(256)
            try:
                changed = made.replace(co_exceptiontable=bytes(table), co_stacksize=generator.randrange(8))
                types.FunctionType(changed, {}, "f", None, tuple(types.CellType(1) for _ in made.co_freevars))
            except ValueError:
                pass

    def test_unsound_code_as_a_value(self):
        """Code that cannot run can be looked at."""
        for name, (reason, make) in RULES.items():
            made = make()
            with self.subTest(name):
                list(made.co_lines()), list(made.co_positions()), hash(made), repr(made), made.co_code, made.co_varnames, made.co_cellvars, made.co_freevars, made.__sizeof__()
                self.assertEqual(made, make())
                self.assertEqual(marshal.loads(marshal.dumps(made)), made)

    def test_line_tables(self):
        """Any bytes are a line table that can be read."""
        generator, base = random.Random(3), sample.__code__
        for _ in range(3000):
            made = base.replace(co_linetable=generator.randbytes(generator.randrange(20)), co_firstlineno=generator.choice((0, 1, 2**31 - 1)))
            list(made.co_lines()), list(made.co_positions())

    def test_made_to_use_up_memory_and_time(self):
        """Small files whose blocks have huge stacks, or huge sets of locals."""
        jump = assembled(("LOAD_CONST", 0), ("POP_JUMP_FORWARD_IF_NONE", 0))
        deep = stored_code(argcount=number(0), stacksize=number(60010), code=binary(assembled("RESUME", ("LOAD_CONST", 0), ("UNPACK_SEQUENCE", 60000)) + 50000 * jump + assembled("RETURN_VALUE")))
        count = 60000
        names = b"(" + number(count) + b"".join(text(b"l%d" % i) for i in range(count))
        stores = b"".join(assembled(("LOAD_CONST", 0), ("STORE_FAST", i)) for i in range(count))
        wide = stored_code(argcount=number(0), localsplusnames=names, localspluskinds=binary(bytes([LOCAL]) * count), code=binary(assembled("RESUME") + stores + 80000 * jump + assembled(*END)))
        for data, reason in ((deep, "too many stack entries"), (wide, "too many locals")):
            with self.assertRaisesRegex(ValueError, reason):
                types.FunctionType(marshal.loads(data), {})()

    def test_deep_constants(self):
        """Constants that nest, or lie in themselves, do no harm where code is made and run; hashing and comparing them ends in RecursionError."""
        deep = ()
        for _ in range(300000):
            deep = (deep,)
        base = sample.__code__
        cyclic = marshal.loads(stored_code(consts=b"\xa9\2Nr" + number(0)))
        self.assertIs(cyclic.co_consts[1], cyclic.co_consts)
        for made in cyclic, cyclic.replace(co_consts=(None, deep)):
            self.assertIs(types.FunctionType(made, {})(1), None)
            with self.assertRaises(RecursionError):
                hash(made)
        with self.assertRaises(RecursionError):
            cyclic == marshal.loads(stored_code(consts=b"\xa9\2Nr" + number(0)))
        inner = base
        for _ in range(100000):
            inner = base.replace(co_consts=(inner,))
        for use in (hash, lambda made: made == base.replace(co_consts=(inner,)), marshal.dumps):
            try:
                use(base.replace(co_consts=(inner,)))
            except (RecursionError, ValueError):
                pass

    def test_shared_constants(self):
        """Constants whose parts are shared: what would be 2**60 of them, were each counted as often as it occurs."""
        shared, codes, sets = ("a_name",), compile("", "", "exec"), frozenset([1, 2])
        for n in range(60):
            shared = (shared, (n,), shared)
            codes = codes.replace(co_consts=(codes, None, codes))
            sets = frozenset([sets, (n, sets)])
        for value in (shared, None), (None, codes, codes, (codes, codes)), (None, sets):
            stored = stored_code(argcount=number(0), consts=marshal.dumps(value), localsplusnames=several(), localspluskinds=binary(b""))
            made = marshal.loads(marshal.dumps(marshal.loads(stored)))
            self.assertLess(len(marshal.dumps(made)), 20000)
            with tempfile.TemporaryDirectory() as folder, open(os.path.join(folder, "shared_constants.pyc"), "wb") as file:
                file.write(HEAD + marshal.dumps(made))
                file.flush()
                done = subprocess.run([sys.executable, file.name], capture_output=True, text=True, timeout=20)
            self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_huge_sizes(self):
        for kind in "saAut([<>l":
            with self.subTest(kind), self.assertRaises(EOFError):
                marshal.loads(kind.encode() + number(2**31 - 1))

    def test_sizes_that_a_file_does_not_have(self):
        """A file that says it has two thousand million of anything gets no memory for what is not there."""
        program = """
            import io, marshal
            for kind in b"suatl([<>":
                for flag in 0, 128:
                    try: marshal.load(io.BytesIO(bytes([kind | flag]) + b"\\xff\\xff\\xff\\x7f" + b"N" * 100))
                    except (EOFError, ValueError): pass
            peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
            print(int(peak.split()[1]) < 200000)
        """
        done = run("-c", textwrap.dedent(program))
        self.assertEqual((done.stdout, done.stderr), ("True\n", ""))

    def test_large_values_from_a_file(self):
        for value in (tuple(range(140000)), (), b"x" * 3000001, "y" * 2500000, 3 ** 6000000, -(7 ** 100), [tuple("ab") * 70000] * 3, "\xe9" * 1100000, ("a",) * 131072, ("a",) * 131073):
            data = marshal.dumps(value)
            file = io.BytesIO(data + b"rest")
            self.assertTrue(marshal.load(file) == value)
            self.assertEqual(file.read(), b"rest")
            with self.assertRaises(EOFError):
                marshal.load(io.BytesIO(data[:-1]))


if __name__ == "__main__":
    unittest.main()
