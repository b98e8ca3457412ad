"""Calls, attributes and special methods in all their forms, often enough at one site for inline caches to settle, then with something else at the same site."""
import gc
import sys
import traceback
import weakref


def show(function, *args):
    """What a call gives, or how it fails, several times over."""
    for _ in range(3):
        try:
            result = function(*args)
        except Exception as e:
            result = "\n".join(line for line in traceback.format_exception(e) if "show" not in line)
    print(function.__name__, result)


# ---- operators

class Number:
    def __init__(self, n):
        self.n = n

    def __repr__(self):
        return f"{type(self).__name__}({self.n})"

    def __add__(self, other):
        return NotImplemented if isinstance(other, (str, Plain)) or other is None else Number(self.n + getattr(other, "n", other))

    def __radd__(self, other):
        return ("radd", other, self.n)

    def __iadd__(self, other):
        if other == 7:
            return NotImplemented
        self.n += getattr(other, "n", other)
        return self

    def __eq__(self, other):
        return self.n == other.n if isinstance(other, Number) else NotImplemented

    def __lt__(self, other):
        return NotImplemented if isinstance(other, Odd) or not hasattr(other, "n") else self.n < other.n

    def __neg__(self):
        return Number(-self.n)

    def __bool__(self):
        return self.n if self.n > 90 else self.n > 0

    def __hash__(self):
        return self.n


class Odd(Number):
    def __add__(self, other):
        return ("odd add", other)

    def __radd__(self, other):
        return ("odd radd", other)

    def __gt__(self, other):
        return "odd gt"


class Plain:
    pass


def operators():
    values = [Number(1), Odd(2), 3, 2.5, Plain(), "s", Number(7), None, True]
    for a in values:
        for b in values:
            row = []
            for op in (lambda: a + b, lambda: a == b, lambda: a != b, lambda: a < b, lambda: 1 if a < b else 2, lambda: 1 if a != b else 2, lambda: not a == b):
                try:
                    row.append(repr(op()).split(" at 0x")[0])
                except (TypeError, AttributeError) as e:
                    row.append(str(e))
            print(row)
    n = Number(1)
    for other in (1, 2, Number(3), 7, 1.5):
        try:
            n += other
        except TypeError as e:
            print(e)
        print(n, -Number(2))
    for n in (0, 1, 0, 1, 99, 100):
        try:
            print(not Number(n), 1 if Number(n) else 2, Number(n) and 3)
        except TypeError as e:
            print(e)


# ---- containers

class Box:
    def __init__(self, length):
        self.length = length
        self.items = {}

    def __len__(self):
        return self.length

    def __getitem__(self, key):
        return self.items[key]

    def __setitem__(self, key, value):
        self.items[key] = value

    def __contains__(self, item):
        return 5 if item in self.items else []

    def __iter__(self):
        for key in self.items:
            yield key


class Countdown:
    def __init__(self, n):
        self.n = n

    def __iter__(self):
        return self

    def __next__(self):
        if self.n == 0:
            raise StopIteration("done")
        if self.n < 0:
            raise ValueError("negative")
        self.n -= 1
        return self.n


class BadIter:
    def __iter__(self):
        return 5


def containers():
    box = Box(2)
    for i in range(4):
        box[i] = i * i
        print(box[i], i in box, i not in box, i + 9 in box, 1 if i in box else 2, 1 if i + 9 not in box else 2, list(box), [x for x in box], len(box), bool(box))
    show(lambda: box["no"])
    for length in (-1, 1 << 70, "x", 0, 3):
        box.length = length
        show(lambda: 1 if box else 2)
        show(lambda: len(box))
    show(lambda: [x for x in Countdown(3)])
    show(lambda: [(x, y) for x in Countdown(3) for y in Countdown(x)])
    show(lambda: [x for x in Countdown(-1)])
    show(lambda: [x for x in BadIter()])

    def stop():
        try:
            next(Countdown(0))
        except StopIteration as e:
            return e.value
    show(stop)


# ---- attributes

class Shape:
    kind = "shape"
    unit = "m"

    def __init__(self, side):
        self.side = side

    @property
    def area(self):
        return self.side * self.side

    @area.setter
    def area(self, value):
        self.side = value ** 0.5

    @property
    def broken(self):
        raise AttributeError("inner")

    @classmethod
    def make(cls, side=4):
        return cls.__name__, side

    @staticmethod
    def free(x, y=2):
        return x, y


class Square(Shape):
    kind = "square"


class Hooked(Shape):
    def __getattr__(self, name):
        if name == "none":
            raise AttributeError("no " + name)
        return "hook " + name


class Setter:
    def __setattr__(self, name, value):
        object.__setattr__(self, name, ("set", value))


class Upper:
    def __set_name__(self, owner, name):
        self.name = name

    def __get__(self, instance, owner):
        return (self.name, instance is not None, owner.__name__)


class Both(Upper):
    def __set__(self, instance, value):
        instance.__dict__[self.name] = value


class Described:
    a = Upper()
    b = Both()


class Meta(type):
    def __getattr__(cls, name):
        return "meta " + name

    @property
    def title(cls):
        return cls.__name__.upper()


class WithMeta(metaclass=Meta):
    x = 1


def attributes():
    for o in (Shape(2), Square(3), Shape(4), Hooked(5)) * 3:
        print(o.side, o.area, o.kind, o.make(), o.make(1), o.free(1), type(o).make(side=2), type(o).free(5, 6), type(o).kind)
        o.area = 9
        print(o.side)
    show(lambda: Shape(1).missing)
    show(lambda: Shape(1).broken)
    for o in (Hooked(1), Shape(1), Hooked(2)):
        show(lambda: (o.other, o.side))
        show(lambda: o.none)
        show(lambda: o.broken)
        show(lambda: o.method(3) if hasattr(o, "method") and callable(o.method) else "no method")
    s = Setter()
    for i in range(3):
        s.x = i
        print(s.x)
    d = Described()
    for i in range(3):
        print(d.a, d.b)
        d.b = i
    d.a = 5
    print(d.a, d.b, d.__dict__)
    for i in range(3):
        print(WithMeta.x, WithMeta.y, WithMeta.title)
        WithMeta.x += 1
    for i in range(3):
        o = Shape(i)
        o.extra, o.more = 1, 2
        del o.side
        o.late = 3
        print(vars(o), o.extra, o.late, hasattr(o, "side"))
        o.__dict__["direct"] = 4
        print(o.direct, o.more)
        o.more = 5
        o.kind = "own"
        print(o.more, o.kind, sorted(vars(o)))
        o.make = lambda: "own make"
        print(o.make(), o.free(1))
    Shape.unit = property(lambda self: "property")
    print([o.unit for o in (Shape(1), Square(2))], Shape(1).unit)


# ---- super

class A:
    def __new__(cls, *args):
        return super().__new__(cls)

    def __init__(self, x=0):
        self.x = x

    def f(self, n):
        return ("A", n)

    @classmethod
    def c(cls, n):
        return ("A.c", cls.__name__, n)

    @staticmethod
    def s(n):
        return ("A.s", n)

    @property
    def p(self):
        return "A.p"


class B(A):
    def __init__(self, x, y):
        super().__init__(x)
        self.y = y

    def f(self, n):
        return super().f(n) + ("B",)

    @classmethod
    def c(cls, n):
        return super().c(n) + ("B.c", super().s(n))

    @property
    def p(self):
        return super().p + " B.p"

    def cell(self):
        return [super(B, self).f(i) for i in range(2)], (lambda: self.x)(), super().f(self.x)


class C(A):
    def f(self, n):
        return super().f(n) + ("C",)


class D(B, C):
    pass


def supers():
    for o in (B(1, 2), D(3, 4), B(5, 6), C(7), D(8, 9)) * 4:
        print(o.f(1), o.c(2), o.p, o.x)
    print(B(1, 2).cell(), D(1, 2).cell())
    A.f = lambda self, n: ("new A", n)
    print(B(1, 2).f(3), D(1, 2).f(4))


# ---- making instances

class Odder:
    def __new__(cls, n, m=5):
        if n == 1:
            return "not an instance"
        self = object.__new__(Evener if n == 2 else cls)
        self.m = m
        return self


class Evener(Odder):
    def __init__(self, *args):
        self.args = args


class Generating:
    def __init__(self):
        yield 1


class Returning:
    def __init__(self):
        return 1


class Callable:
    def __call__(self, a, b=2):
        return a, b


def instances():
    for n in (0, 1, 2, 3, 2, 1, 0):
        o = Odder(n)
        print(type(o).__name__, getattr(o, "m", None), getattr(o, "args", None))
    print(Odder(3, 4).m, Evener(1), Evener(3, 7).args)
    show(lambda: Generating())
    show(lambda: Returning())
    show(lambda: Odder())
    show(lambda: Shape())
    show(lambda: Shape(1, 2))
    c = Callable()
    show(lambda: (c(1), c(1, 3), c(a=4)))
    show(lambda: c())
    for value in (1, "x", 2.0, None, [], Shape(1)) * 2:
        print(type(value).__name__, isinstance(value, (int, str)), str(value)[:3])
    for kind in (int, str, list, tuple, Plain, float, dict, set) * 3:
        print(kind.__name__, len(repr(kind())) > 1)


# ---- arguments

def f(a, b=2, c=3):
    return a, b, c


def g(a, /, b, *, c, d=4):
    return a, b, c, d


def h(*args, **kwargs):
    return args, kwargs


def k(first, *rest, key=1, **more):
    return first, rest, key, more


def arguments():
    for call in (lambda: f(1), lambda: f(1, c=5), lambda: f(*(1, 2)), lambda: f(*[1], **{"b": 7}), lambda: f(), lambda: f(1, 2, 3, 4), lambda: f(1, a=2), lambda: f(1, z=2),
                 lambda: g(1, 2, c=3), lambda: g(1, b=2, c=3, d=9), lambda: g(1, 2), lambda: g(a=1, b=2, c=3), lambda: g(1, 2, 3, c=4),
                 lambda: h(), lambda: h(1, 2, x=3), lambda: h(*range(3), **{"y": 1}), lambda: h(**{1: 2}), lambda: h(*5), lambda: h(**5),
                 lambda: k(1), lambda: k(1, 2, key=3, z=4), lambda: k(first=1, more=2), lambda: k(1, first=2), lambda: k(), lambda: f(**{"a": 1}, **{"a": 2})):
        show(call)
    for defaults in ((8, 9), None, (1,), (5, 6, 7), (2, 3)):
        f.__defaults__ = defaults
        show(lambda: f(1))
    g.__kwdefaults__ = {"c": "C", "d": "D"}
    show(lambda: g(1, 2))
    f.__code__ = (lambda a, b=0: (b, a)).__code__
    show(lambda: f(1, 2))


def from_generator():
    shape = Shape(3)
    bound = shape.make
    for i in range(5):
        yield f(i, 2), shape.make(i), bound(i), Shape.free(i), Shape(i).side, Number(i) + Number(1), shape.area, k(i, *range(i)), h(**{"i": i}), Callable()(i), Odder(3).m
        shape.side = i


def poly(functions):
    return [call(1) for call in functions]


def sites():
    functions = [lambda x: x, bool, str, Callable(), Shape.make, Number, lambda x, y=2: y, lambda *a: a, type, Evener, abs]
    for _ in range(5):
        print([str(x).split(" at ")[0] for x in poly(functions)])
    print(list(from_generator()))


# ---- frames seen from inside, and limits

class Looker:
    def __add__(self, other):
        return sys._getframe(1).f_code.co_name, sys._getframe(1).f_lineno - sys._getframe(1).f_code.co_firstlineno

    @property
    def here(self):
        return sys._getframe(1).f_code.co_name

    def __next__(self):
        raise KeyError("next")

    def __iter__(self):
        return self


class Endless:
    def __add__(self, other):
        return self + other

    def __getattr__(self, name):
        return getattr(self, name + "x")

    def __bool__(self):
        return not self

    def __lt__(self, other):
        return self < other


def limits():
    looker = Looker()
    show(lambda: (looker + 1, looker.here))
    show(lambda: [x for x in looker])
    for endless in (lambda: Endless() + 1, lambda: Endless().x, lambda: not Endless(), lambda: Endless() < 1):
        for _ in range(3):
            try:
                endless()
            except RecursionError as e:
                print(e)


def events():
    """Special methods under a trace function that is set while their callers run."""
    seen = []

    def tracer(frame, event, arg):
        if frame.f_code.co_name in ("__add__", "__bool__", "area", "__getitem__", "__next__"):
            seen.append((frame.f_code.co_name, event))
        return tracer
    n, shape, box = Number(1), Shape(2), Box(1)
    box[0] = 1
    for i in range(4):
        if i == 2:
            sys.settrace(tracer)
        n + 1, 1 if n else 2, shape.area, box[0], [x for x in Countdown(1)]
    sys.settrace(None)
    print(seen)


def caches_keep_nothing():
    class Holder:
        value = Plain()

        @staticmethod
        def static():
            return 1

        @classmethod
        def cls(cls):
            return 2

    def use():
        return Holder.value, Holder.static(), Holder.cls(), Holder().static()
    for _ in range(3):
        use()
    seen = weakref.ref(Holder)
    Holder = None
    for _ in range(3):
        gc.collect()
    print(seen() is None)


def main():
    operators()
    containers()
    attributes()
    supers()
    instances()
    arguments()
    sites()
    limits()
    events()
    caches_keep_nothing()


main()
