"""Code that no compiler makes but that the verifier accepts: instructions by chance, with a stack that is deep enough at each, jumps and handlers that agree about it, and values of all kinds where the
interpreter's own instructions would find one kind only. For fuzz_marshal.py."""
import functools
import gc
import opcode
import sys
import types

from bytecode import CELL, FREE, LOCAL, CACHES, exception_table, loaded_code, number

LOWEST, HIGHEST = 7, 16        # the depth of the stack between instructions
NAMES = ("number", "text", "items", "table", "group", "error", "Class", "instance", "generator", "coroutine", "asynchronous", "manager", "call", "raises", "stops", "frame", "collect", "iterator", "append", "__class__",
         "__name__", "send", "real", "missing", "code", "cell", "slice", "future")
SIMPLE = """NOP UNARY_POSITIVE UNARY_NEGATIVE UNARY_NOT UNARY_INVERT BINARY_SUBSCR GET_LEN MATCH_MAPPING MATCH_SEQUENCE MATCH_KEYS PUSH_EXC_INFO CHECK_EXC_MATCH CHECK_EG_MATCH WITH_EXCEPT_START GET_AITER GET_ANEXT
BEFORE_ASYNC_WITH BEFORE_WITH END_ASYNC_FOR STORE_SUBSCR DELETE_SUBSCR GET_ITER GET_YIELD_FROM_ITER LOAD_BUILD_CLASS LOAD_ASSERTION_ERROR LIST_TO_TUPLE IMPORT_STAR SETUP_ANNOTATIONS PREP_RERAISE_STAR POP_EXCEPT
POP_TOP RESUME""".split()
NAMED = "STORE_NAME DELETE_NAME STORE_ATTR DELETE_ATTR STORE_GLOBAL DELETE_GLOBAL LOAD_NAME LOAD_ATTR IMPORT_NAME IMPORT_FROM".split()
ARGUMENTS = {"UNPACK_SEQUENCE": (0, 1, 2, 3), "UNPACK_EX": (0, 1, 256, 257, 513), "SWAP": range(1, 8), "COPY": range(1, 8), "BUILD_TUPLE": range(4), "BUILD_LIST": range(4), "BUILD_SET": range(4), "BUILD_MAP": range(4),
             "BUILD_STRING": range(4), "BUILD_CONST_KEY_MAP": range(4), "BUILD_SLICE": (2, 3), "FORMAT_VALUE": range(8), "LIST_APPEND": range(1, 5), "SET_ADD": range(1, 5), "MAP_ADD": range(1, 5), "LIST_EXTEND": range(1, 5),
             "SET_UPDATE": range(1, 5), "DICT_UPDATE": range(1, 5), "DICT_MERGE": range(1, 4), "COMPARE_OP": range(6), "BINARY_OP": range(26), "IS_OP": (0, 1), "CONTAINS_OP": (0, 1), "MAKE_FUNCTION": range(16), "CALL_FUNCTION_EX": (0, 1),
             "GET_AWAITABLE": range(3), "MATCH_CLASS": range(3), "RESUME": range(4)}
TESTS = "POP_JUMP_{}_IF_FALSE POP_JUMP_{}_IF_TRUE POP_JUMP_{}_IF_NONE POP_JUMP_{}_IF_NOT_NONE".split()
EFFECT = functools.cache(opcode.stack_effect)


class Label:
    pass


class Maker:
    def __init__(self, chance, consts):
        self.chance, self.consts = chance, consts
        self.output, self.handlers, self.entries, self.depth = [], [], [], 0
        self.locals_ = [(f"l{i}", LOCAL | (CELL if chance.random() < .3 else 0)) for i in range(chance.randint(0, 3))] + [("c", CELL)] * chance.randint(0, 1) + [("f", FREE)] * chance.randint(0, 1)
        self.flags = chance.choice((0, 0, 0, 1, 2, 3)) | chance.choice((0, 0, 0, 0x20, 0x80, 0x200))
        self.generator = self.flags & 0x2a0
        self.budget = chance.randint(3, 80)

    def emit(self, name, arg=0):
        self.output.append((name, arg))
        if name not in ("JUMP_FORWARD", "JUMP_BACKWARD", "JUMP_BACKWARD_NO_INTERRUPT"):
            self.depth += EFFECT(opcode.opmap[name], None if opcode.opmap[name] < opcode.HAVE_ARGUMENT else 0 if isinstance(arg, Label) else arg, **({"jump": False} if isinstance(arg, Label) else {}))

    def place(self, label):
        self.output.append(label)

    def push(self):
        kind, cells = self.chance.random(), [i for i, (name, kind) in enumerate(self.locals_) if kind & (CELL | FREE)]
        plain = [i for i, (name, kind) in enumerate(self.locals_) if kind == LOCAL]
        if kind < .35:
            self.emit("LOAD_NAME", self.chance.randrange(len(NAMES)))
        elif kind < .45:
            self.emit("LOAD_GLOBAL", 2 * self.chance.randrange(len(NAMES)))
        elif kind < .6 and plain:
            self.emit("LOAD_FAST", self.chance.choice(plain))
        elif kind < .7 and cells:
            self.emit(self.chance.choice(("LOAD_DEREF", "LOAD_DEREF", "LOAD_CLOSURE", "LOAD_CLASSDEREF")), self.chance.choice(cells))
        elif kind < .73:
            self.emit("COPY", self.chance.randint(1, max(1, self.depth))) if self.depth else self.emit("LOAD_CONST", 0)
        else:
            self.emit("LOAD_CONST", self.chance.randrange(len(self.consts)))

    def level(self, depth):
        """The stack gets this depth."""
        while self.depth > depth:
            self.emit("POP_TOP")
        while self.depth < depth:
            self.push()

    def call(self):
        kind, count = self.chance.random(), self.chance.randint(0, 2)
        if kind < .4:
            self.emit("PUSH_NULL")
            self.push()
        elif kind < .6:
            self.emit("LOAD_GLOBAL", 2 * self.chance.randrange(len(NAMES)) + 1)
        else:
            self.push()
            self.emit("LOAD_METHOD", self.chance.randrange(len(NAMES)))
        for _ in range(count):
            self.push()
        names = [i for i, value in enumerate(self.consts) if type(value) is tuple and len(value) <= count and all(type(name) is str for name in value)]
        if names and self.chance.random() < .3:
            self.emit("KW_NAMES", self.chance.choice(names))
        if self.chance.random() < .9:
            self.emit("PRECALL", count)
            self.emit("CALL", count)
        else:
            self.output.append(("CALL", count))                # without PRECALL, which stack_effect() reckons into both
            self.depth -= count + 1

    def local(self):
        i = self.chance.randrange(len(self.locals_))
        kind = self.locals_[i][1]
        if kind == LOCAL:
            self.emit(self.chance.choice(("STORE_FAST", "STORE_FAST", "DELETE_FAST")), i)
        elif kind & CELL and self.chance.random() < .2:
            self.emit("MAKE_CELL", i)
        else:
            self.emit(self.chance.choice(("STORE_DEREF", "DELETE_DEREF")), i)

    def simple(self):
        kind = self.chance.random()
        if kind < .3:
            name = self.chance.choice(SIMPLE)
            if name == "SETUP_ANNOTATIONS" and self.chance.random() < .8:
                return
            self.emit(name)
        elif kind < .45:
            self.emit(self.chance.choice(NAMED), self.chance.randrange(len(NAMES)))
        elif kind < .55 and self.locals_:
            self.local()
        elif kind < .7:
            self.call()
        elif kind < .73 and self.generator:
            self.emit(self.chance.choice(("YIELD_VALUE", "YIELD_VALUE", "ASYNC_GEN_WRAP")))
        else:
            name = self.chance.choice(list(ARGUMENTS))
            self.emit(name, self.chance.choice(ARGUMENTS[name]))

    def block(self, level=0):
        """Some statements; the depth is the same behind them, unless they end the code."""
        depth = self.depth
        for _ in range(self.chance.randint(1, 6)):
            self.budget -= 1
            if self.budget < 0:
                break
            self.level(min(max(self.depth, LOWEST), HIGHEST))
            kind = self.chance.random()
            if kind < .4:
                self.guarded(level, self.simple)       # so that most of the code runs although most of it raises
            elif level > 4 or kind < .6:
                self.simple()
            elif kind < .7:
                self.branch(level)
            elif kind < .78:
                self.loop(level)
            elif kind < .84:
                self.for_loop(level)
            elif kind < .95:
                self.guarded(level)
            elif self.generator and kind < .98:
                self.delegation()
            elif kind < .96:
                self.leave()
        self.level(depth)

    def leave(self):
        """Ends on one way; the other goes on."""
        after = Label()
        self.emit(self.chance.choice(TESTS).format("FORWARD"), after)
        depth = self.depth
        if self.chance.random() < .5:
            self.emit("RETURN_VALUE")
        elif self.chance.random() < .5:
            self.emit("RERAISE", self.chance.randint(0, 2))
        else:
            self.emit("RAISE_VARARGS", self.chance.randint(0, 2))
        self.depth = depth
        self.place(after)

    def branch(self, level):
        after = Label()
        if self.chance.random() < .3:
            self.emit(self.chance.choice(("JUMP_IF_FALSE_OR_POP", "JUMP_IF_TRUE_OR_POP")), after)
            self.block(level + 1)
            self.push()
        else:
            self.emit(self.chance.choice(TESTS).format("FORWARD"), after)
            self.block(level + 1)
        self.place(after)

    def limit(self, after):
        """Nearly all loops end some time, even those that handle every exception."""
        if self.chance.random() < .98:
            self.emit("LOAD_GLOBAL", 2 * len(NAMES))
            self.emit("POP_JUMP_FORWARD_IF_FALSE", after)

    def loop(self, level):
        head, end = Label(), Label()
        self.place(head)
        self.limit(end)
        self.block(level + 1)
        kind = self.chance.random()
        self.push()
        if kind < .8:
            self.emit(self.chance.choice(TESTS).format("BACKWARD"), head)
        else:
            after = Label()
            self.emit(self.chance.choice(TESTS).format("FORWARD"), after)
            self.emit(self.chance.choice(("JUMP_BACKWARD", "JUMP_BACKWARD_NO_INTERRUPT")), head)
            self.place(after)
        self.place(end)

    def for_loop(self, level):
        head, after, end = Label(), Label(), Label()
        if self.chance.random() < .9:
            self.emit("GET_ITER")
        depth = self.depth
        self.place(head)
        self.limit(end)
        self.emit("FOR_ITER", after)
        self.depth = depth + 1
        self.block(level + 1)
        self.level(depth)
        self.emit("JUMP_BACKWARD", head)
        self.depth = depth - 1
        self.place(after)
        self.push()
        self.place(end)

    def delegation(self):
        head, after = Label(), Label()
        self.emit(*self.chance.choice((("GET_YIELD_FROM_ITER", 0), ("GET_AWAITABLE", 0), ("NOP", 0))))
        self.push()
        depth = self.depth
        self.place(head)
        self.emit("SEND", after)
        self.depth = depth
        self.emit("YIELD_VALUE")
        self.emit("RESUME", self.chance.choice((2, 3)))
        self.emit("JUMP_BACKWARD_NO_INTERRUPT", head)
        self.depth = depth - 1
        self.place(after)

    def guarded(self, level, body=None):
        start, end, handler, after = Label(), Label(), Label(), Label()
        depth, lasti = self.depth, self.chance.randint(0, 1)
        keeps = self.chance.choice((0, 0, 1, 1, depth - LOWEST + 1, depth - LOWEST + 1, self.chance.randint(0, depth)))     # the last may be more than is left
        first = self.chance.random() < .1            # the handler before what it guards
        if first:
            self.emit("JUMP_FORWARD", start)
            self.handler(handler, keeps + lasti + 1, depth, after, "JUMP_FORWARD")
            self.depth = depth
        self.place(start)
        body() if body else self.block(level + 1)
        self.place(end)
        self.entries.append((start, end, handler, keeps, lasti))
        self.level(depth)
        self.place(after)
        if not first:
            self.handlers.append((handler, keeps + lasti + 1, depth, after, 9 if body else level))

    def handler(self, label, depth, to, after, jump, level=5):
        self.place(label)
        self.depth = depth
        plain = level == 9
        if self.chance.random() < .6 and not plain:
            self.emit("PUSH_EXC_INFO")
        if self.chance.random() < .5 and not plain:
            self.block(level + 1)
        if self.chance.random() < .2 and not plain:
            self.emit("RERAISE", min(self.chance.randint(0, 1), self.depth - 1))
            return
        if self.chance.random() < .6 and self.depth > 1 and not plain:
            self.emit("POP_TOP")
            self.emit("POP_EXCEPT")
        self.level(to)
        self.emit(jump, after)

    def code(self):
        for i, (name, kind) in enumerate(self.locals_):
            if kind & CELL:
                self.emit("MAKE_CELL", i)
        free = sum(kind == FREE for name, kind in self.locals_)
        if free or self.chance.random() < .1:
            self.emit("COPY_FREE_VARS", free)
        if self.generator and self.chance.random() < .95:
            self.emit("RETURN_GENERATOR")
            self.emit("POP_TOP")
        self.emit("RESUME")
        self.level(LOWEST)
        self.block()
        if self.chance.random() < .1:
            self.loop(0)
        self.push()
        self.emit("RETURN_VALUE")
        while self.handlers:
            label, depth, to, after, level = self.handlers.pop()
            self.handler(label, depth, to, after, "JUMP_BACKWARD", level)
        return self.assemble()

    def assemble(self):
        places, at, instructions = {}, 0, []
        for item in self.output:
            if isinstance(item, Label):
                places[item] = at
            else:
                name, arg = item
                at += 2 if isinstance(arg, Label) or arg > 255 else 1       # jumps have one EXTENDED_ARG each, needed or not
                at += CACHES.get(name, 0)
        at, units = 0, b""
        for item in self.output:
            if isinstance(item, Label):
                continue
            name, arg = item
            jump = isinstance(arg, Label)
            if jump:
                arg = places[arg] - (at + 2) if "BACKWARD" not in name else at + 2 - places[arg]
            if jump or arg > 255:
                units += bytes((opcode.EXTENDED_ARG, arg >> 8))
                at += 1
            units += bytes((opcode.opmap[name], arg & 255)) + bytes(2 * CACHES.get(name, 0))
            at += 1 + CACHES.get(name, 0)
        entries = sorted((places[start], places[end], places[handler], depth, lasti) for start, end, handler, depth, lasti in self.entries)
        table, last = [], 0
        for start, end, handler, depth, lasti in entries:                  # they nest: the outer ones lose what the inner ones have
            if start >= last and end > start:
                table.append((start, end - start, handler, depth, lasti))
                last = end
        lines = b""
        for unit in range(0, at, 4):
            lines += bytes((0x80 | 13 << 3 | min(4, at - unit) - 1, self.chance.choice((0, 2, 2, 2, 3, 4))))       # 0, 1, 1, 1, -1, 2 lines on
        return loaded_code((), linetable=b"s" + number(len(lines)) + lines, consts=self.consts, names=(*NAMES, "limit"), locals_=self.locals_, table=exception_table(*table), stacksize=HIGHEST + 30, flags=number(self.flags), code=b"s" + number(len(units)) + units)


def made_code(chance, inner=()):
    consts = [None, True, 0, 1, -7, 2**70, 1.5, "text", "real", b"bytes", (), ("a",), ("a", "real"), (1, "x"), frozenset({1}), ..., [], {}, *inner]
    return Maker(chance, consts[:chance.randint(3, len(consts))]).code()


class Limit:
    """True a number of times."""
    def __init__(self, count):
        self.count = count

    def __bool__(self):
        self.count -= 1
        return self.count > 0


class Future:
    def __init__(self, count):
        self.count = count

    def __await__(self):
        return self

    __iter__ = __await__

    def __next__(self):
        self.count -= 1
        if self.count < 0:
            raise StopIteration(self.count)
        return self.count

    send = lambda self, value: next(self)


def namespace(chance, code):
    class Class:
        x = 1

        def __init__(self, *rest):
            self.rest = rest

        def __enter__(self, *rest):
            return rest

        __exit__ = __aenter__ = __aexit__ = __enter__

        def __getitem__(self, key):
            raise chance.choice((IndexError, KeyError, StopIteration))(key)

        def __eq__(self, other):
            gc.collect()
            return NotImplemented

        __hash__ = None

    class Strange(Class):
        __match_args__ = ("x", "rest")

        def __getattr__(self, name):
            return self

        def __call__(self, *rest, **keywords):
            return rest

        def __iter__(self):
            return iter((1, 2, 3))

        __bool__ = __len__ = lambda self: chance.choice((0, 1))

    def generator(*rest):
        try:
            got = yield 1
            yield got
            yield from (2, 3)
        except ValueError:
            yield 4

    async def coroutine(*rest):
        return await Future(2)

    async def asynchronous(*rest):
        yield 1
        await Future(1)
        yield 2

    def raises(*rest):
        raise chance.choice((ValueError, KeyError, StopIteration, GeneratorExit, ExceptionGroup("g", [ValueError(1), ExceptionGroup("h", [TypeError(2)])]), StopAsyncIteration, AttributeError))

    def frame(*rest):
        caller = sys._getframe(1)
        return caller.f_locals, caller.f_lineno, caller.f_lasti, caller.f_back

    error = ValueError(1)
    values = dict(number=5, text="text", items=[1, 2, 3], table={1: 2, "real": 3}, group=ExceptionGroup("g", [ValueError(1), TypeError(2)]), error=error, Class=chance.choice((Class, Strange, type, int, ValueError)),
                  instance=Strange(), generator=generator(), coroutine=chance.choice((coroutine, coroutine())), asynchronous=asynchronous(), manager=Class(), call=chance.choice((len, str, dict, lambda *a, **k: a, super, type, iter, next, print)),
                  raises=raises, stops=StopIteration(3), frame=frame, collect=lambda *rest: gc.collect(), iterator=iter([1, 2, 3]), code=code, cell=types.CellType(code), slice=slice(1, 2), future=Future(2),
                  limit=Limit(60), __name__="made", append=[].append)
    return values


def tracer(chance):
    def trace(frame, event, arg):
        frame.f_locals, frame.f_lineno
        if event == "line" and chance.random() < .2:
            frame.f_lineno += chance.randint(-3, 5)
        elif chance.random() < .05:
            frame.f_trace_opcodes = True
        elif chance.random() < .01:
            gc.collect()
        return trace
    return trace


def drive(chance, result):
    """Goes on with what a call gave, for a while."""
    for _ in range(5):
        step = chance.choice(("send", "send", "send", "throw", "next"))
        for name in ("send", "asend") if step == "send" else ("throw", "athrow") if step == "throw" else ("__next__", "__anext__"):
            if hasattr(type(result), name):
                try:
                    got = getattr(result, name)(*(() if "next" in name else (chance.choice((None, None, 1, ValueError)),) if "send" in name else (chance.choice((ValueError(2), GeneratorExit, KeyError)),)))
                    if name.startswith(("a", "__a")):
                        got.send(None)
                except Exception:
                    pass
                except GeneratorExit:
                    pass
    if hasattr(type(result), "close"):
        try:
            result.close()
        except Exception:
            pass


def run_made(chance, builtins):
    """Runs made code as a function and as a module; what it raises is its own affair."""
    inner = made_code(chance)
    code = made_code(chance, (inner,))
    space = namespace(chance, inner) | {"__builtins__": builtins}
    function = types.FunctionType(code, space, "made", None, tuple(types.CellType(1) for _ in code.co_freevars))
    tracing = chance.random() < .2
    for round in range(chance.choice((1, 1, 3))):
        try:
            if tracing:
                sys.settrace(tracer(chance))
            if round == 1 and not code.co_freevars:
                result = eval(code, dict(space), {})
            else:
                result = function()
            drive(chance, result)
        except (Exception, GeneratorExit) as error:
            name = f"{type(error).__name__}: {error}"[:200]
            if "bad code object" in name:
                return name
        finally:
            sys.settrace(None)
    return "ran"
