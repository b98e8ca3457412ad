"""What stands on the type system: abc, functools, operator, copy, enum, dataclasses, typing, inspect; metaclasses and __bases__."""
import re as _re
_print = print
def print(*values, **options): _print(*(_re.sub(r' at 0x[0-9a-f]+', ' at ADDRESS', str(v)) for v in values), **options)
def t(f, *a, **k):
    try: r = f(*a, **k); print(r)
    except Exception as e: print(type(e).__name__, e)
import abc, functools, operator, types, copyreg, copy
class X(abc.ABC):
    @abc.abstractmethod
    def f(self): pass
    @property
    @abc.abstractmethod
    def g(self): pass
t(X)
class Y(X):
    def f(self): pass
t(Y)
class Z(Y): g = 1
print(Z(), isinstance(Z(), X)) if 0 else print(isinstance(Z(), X))
@X.register
class Q: pass
print(isinstance(Q(), X), issubclass(Q, Y), isinstance(3, X))
import collections.abc as ca
print(isinstance([], ca.Sequence), isinstance({}, ca.Mapping), isinstance(3, ca.Hashable), isinstance([], ca.Hashable), issubclass(int, ca.Iterable))
@functools.lru_cache(maxsize=2)
def fib(n): return n if n < 2 else fib(n-1) + fib(n-2)
print(fib(30), fib.cache_info(), fib.__name__)
@functools.cache
def ff(a, b=1): return (a, b)
print(ff(1), ff(1, b=2), ff(1), ff.cache_info()); ff.cache_clear(); print(ff.cache_info())
p = functools.partial(print, 'a', sep='-'); p('b', 'c'); p('b', sep='+'); print(functools.partial(int, base=2)('101'), p.func, p.args, p.keywords)
print(functools.reduce(lambda a, b: a * b, range(1, 10)), functools.reduce(operator.add, [], 5))
t(functools.reduce, operator.add, []); t(functools.reduce, 1); t(functools.partial); t(functools.partial, 3)
print(sorted([3,1,2], key=functools.cmp_to_key(lambda a, b: b - a)))
print(operator.itemgetter(1)([1,2]), operator.itemgetter(0, 1)('xyz'), operator.attrgetter('real', 'imag')(3), operator.methodcaller('split', ',')('a,b'))
print(operator.itemgetter(1), operator.attrgetter('a.b'), operator.methodcaller('x', 1, b=2))
@functools.wraps(t)
def w(): pass
print(w.__name__, w.__wrapped__ is t)
@functools.singledispatch
def sd(x): return 'obj'
@sd.register
def _(x: int): return 'int'
@sd.register(list)
def _(x): return 'list'
print(sd(1), sd([]), sd('s'), sd(True))
@functools.total_ordering
class TO:
    def __init__(s, v): s.v = v
    def __eq__(s, o): return s.v == o.v
    def __lt__(s, o): return s.v < o.v
print(TO(1) <= TO(2), TO(1) >= TO(2))
class CP:
    @functools.cached_property
    def x(self): print('computing'); return 5
c = CP(); print(c.x, c.x, c.__dict__)
class P:
    def __init__(self): self.a = 1; self.b = [2]
p = P(); q = copy.copy(p); r = copy.deepcopy(p); print(q.__dict__, r.b is p.b, q.b is p.b)
print(p.__reduce_ex__(2)[0], p.__reduce_ex__(4)[2], p.__getstate__(), object().__reduce_ex__(2))
class SL:
    __slots__ = ('a', 'b')
s = SL(); s.a = 1; print(copy.copy(s).a, s.__getstate__()); 
t(copy.copy, (i for i in ()))
m = types.ModuleType('foo', 'doc'); print(m, m.__doc__, m.__name__); t(lambda: m.bar); m.bar = 3; print(m.bar, m.__dict__.keys())
print(types.MethodType(t, 3), types.SimpleNamespace(a=1)) if 0 else None
import enum
class Color(enum.Enum):
    RED = 1
    BLUE = 2
print(Color.RED, Color(2), list(Color), Color['RED'])
import dataclasses
@dataclasses.dataclass(order=True)
class DC:
    a: int
    b: str = 'x'
    c: list = dataclasses.field(default_factory=list)
print(DC(1), DC(1) == DC(1), DC(1) < DC(2), dataclasses.asdict(DC(3)))
import collections
NT = collections.namedtuple('NT', 'x y'); print(NT(1, 2), NT(1, y=3)._replace(x=5)); t(NT, 1)
import typing
print(typing.List[int], typing.Optional[str], typing.Union[int, str])
class G(typing.Generic[typing.TypeVar('T')]): pass
print(G[int], G[int]().__class__)
class Pr(typing.Protocol):
    def foo(self): ...
@typing.runtime_checkable
class Pr2(typing.Protocol):
    def foo(self): ...
class HasFoo:
    def foo(self): pass
print(isinstance(HasFoo(), Pr2), isinstance(3, Pr2)); t(isinstance, 3, Pr)
import inspect
print(inspect.signature(t), inspect.signature(len), inspect.signature([].append), inspect.signature(int.__add__), inspect.signature(functools.partial(t, 1)))
for f in (str.split, print, sorted, list.sort, dict.fromkeys, object, int.to_bytes, functools.cmp_to_key):
    t(inspect.signature, f)
class Sup:
    def __init__(self): self.z = 1
class Sub(Sup):
    def __init__(self): super().__init__(); print(super(), super(Sub, self).__thisclass__, super().__self__ is self)
Sub() if 0 else None
try: Sub().nope
except AttributeError as e: print(e.name, type(e.obj))
class Meta(type):
    def __instancecheck__(c, o): return o == 5
    def __subclasscheck__(c, o): return o is int
    def __contains__(c, x): return x == 1
    def __iter__(c): return iter([1,2])
    def __getitem__(c, i): return i
    def __len__(c): return 9
class MC(metaclass=Meta): pass
print(isinstance(5, MC), isinstance(6, MC), issubclass(int, MC), 1 in MC, list(MC), MC[3], len(MC))
class CG:
    def __class_getitem__(cls, i): return (cls.__name__, i)
print(CG[3], list[int]); t(lambda: int[3]); t(lambda: Sup[1])
A = type('A', (), {'__doc__': 'hi'}); print(A.__doc__, A.__module__); A.__name__ = 'AA'; print(A, A.__qualname__)
class Ba: pass
class Bb: pass
class Bc(Ba): pass
Bc.__bases__ = (Bb,); print(Bc.__mro__, Ba.__subclasses__(), Bb.__subclasses__())
t(setattr, Bc, '__bases__', ()); t(setattr, Bc, '__bases__', (int,)); t(setattr, Bc, '__bases__', (Bc,)); t(setattr, Ba, '__bases__', (Bb,))
