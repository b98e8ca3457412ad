"""Classes, attributes, operators through dunder methods, calls of built-in methods and their errors."""
import re as _re
_print = print
def print(*values, **options): _print(*(_re.sub(r' at 0x[0-9a-f]+', ' at ADDRESS', str(v)) for v in values), **options)
def t(f, *a, **k):
    try: r = f(*a, **k); print(r)
    except Exception as e: print(type(e).__name__, e)
class A:
    x = 1
    def __init__(self, v=0): self.v = v
    def m(self): return self.v
    @property
    def p(self): return self.v + 1
    @p.setter
    def p(self, n): self.v = n
    @classmethod
    def c(cls, *a): return cls.__name__, a
    @staticmethod
    def s(a): return a
    def __repr__(self): return 'A(%r)' % self.v
    def __add__(self, o): return A(self.v + (o.v if isinstance(o, A) else o))
    def __radd__(self, o): return A(o + self.v)
    def __eq__(self, o): return isinstance(o, A) and self.v == o.v
    def __lt__(self, o): return self.v < o.v
    def __getitem__(self, i):
        if i > 3: raise IndexError(i)
        return i * self.v
    def __len__(self): return 3
    def __call__(self, *a, **k): return (a, k)
    def __contains__(self, x): return x == 42
    def __bool__(self): return self.v != 0
class B(A):
    def __init__(self, v):
        super().__init__(v)
        self.w = v * 2
    def m(self): return super().m() * 10
    def __getattr__(self, n):
        if n.startswith('q'): return n.upper()
        raise AttributeError(n)
a = A(3); b = B(4)
print(a, b, a.m(), b.m(), a.p, b.p, A.c(1), b.c(2), a.s(5), A.s(6))
a.p = 10; print(a.v, a + 1, 1 + a, a + b, a == A(10), a != A(10), a < A(11))
print(list(a), len(a), a(1, z=2), 42 in a, 41 in a, bool(A(0)))
t(hash, a)
print(b.qabc); t(lambda: b.zzz)
print(b.__dict__, vars(a)); b.__dict__['new'] = 5; print(b.new); b.new2 = 6; print(b.__dict__)
print(A.__mro__, B.__bases__, B.__name__, B.__qualname__, B.__module__, B.__doc__)
class M(type):
    def __new__(m, n, b, d, **k): d['made'] = k; return super().__new__(m, n, b, d)
    def __init__(c, n, b, d, **k): super().__init__(n, b, d)
    def __call__(c, *a): print('call', a); return super().__call__(*a)
    @classmethod
    def __prepare__(m, n, b, **k): print('prep', n, k); return {}
class C(metaclass=M, kw=3):
    __slots__ = ('a', '__b', '__dict__')
    def f(self): return __class__
print(C.made, C().f(), sorted(C.__dict__))
class D:
    def __init_subclass__(cls, **k): print('sub', cls, k)
class E(D, k=1): pass
class Desc:
    def __set_name__(self, o, n): print('setname', o, n)
    def __get__(self, o, t): return ('get', o is None, t.__name__)
    def __set__(self, o, v): print('set', v)
    def __delete__(self, o): print('del')
class F: d = Desc()
print(F.d, F().d); f = F(); f.d = 3; del f.d
class S: __slots__ = ('x', 'y')
s = S(); t(lambda: s.x); s.x = 1; print(s.x); t(setattr, s, 'z', 1); t(lambda: s.__dict__); del s.x; t(lambda: s.x)
t(type, 'X', (int, list), {}); t(type, 'X', (A, B), {}); t(type, 'X', (bool,), {}); t(type, 'X', (1,), {})
t(A, 1, 2, 3); t(object, 1); t(lambda: object().x); t(lambda: int.x); t(setattr, int, 'x', 1)
class N: pass
t(N, 1); t(lambda: N().foo); t(delattr, N(), 'foo'); t(lambda: N() + 1); t(lambda: N() < N()); t(len, N()); t(iter, N()); t(lambda: N()[0]); t(lambda: N()()); t(setattr, N, '__class__', 3)
n = N(); n.a = 1
class N2: pass
n.__class__ = N2; print(type(n), n.a); t(setattr, n, '__class__', int)
print([].append.__name__, [].append.__qualname__, [].append, int.__add__, (1).__add__, A.m, a.m, object.__new__)
print(isinstance(True, int), issubclass(B, (int, A)), isinstance(3, int | str))
t(isinstance, 3, 4); t(issubclass, 3, int)
print(A.__subclasses__(), type(A), type.__mro__)
class L(list):
    def __getitem__(self, i): return 'L%s' % i
l = L([1,2,3]); l.at = 1; print(l, l[0], l.at, len(l), l + [1], l == [1,2,3])
class I(int):
    def __add__(self, o): return 'iadd'
print(I(3) + 1, 1 + I(3), I(3) * 2, I(5).__dict__, hash(I(5)))
class T(tuple): pass
x = T((1, 2)); x.q = 1; print(x, x.q, x + (3,))
class St(str): pass
x = St('abc'); x.q = 2; print(x, x.q, x.upper(), x == 'abc', {x: 1}['abc'])
t(lambda: [].append()); t(lambda: [].append(1,2)); t(lambda: [].clear(1)); t(lambda: [].append(x=1)); t(lambda: list.append(3)); t(lambda: list.append()); t(lambda: [].sort(1)); t(lambda: [].sort(kk=1)); t(lambda: ''.split(1,2,3,4)); t(lambda: ''.split(sep=1)); t(lambda: len()); t(lambda: isinstance(1)); t(lambda: [].insert(1)); t(lambda: [].pop(1,2))
A.__len__ = lambda self: 77; print(len(a), len(b)); del A.__len__; t(len, a)
A.__add__ = lambda s, o: 'patched'; print(b + 1)
print(a.__class__, type(a).__dict__.keys() - {'x'} != None, dir(S()) == sorted(dir(S())))
def fn(a, b=1, *, c: int = 2) -> str: "doc"
print(fn.__name__, fn.__defaults__, fn.__kwdefaults__, fn.__annotations__, fn.__doc__, fn.__module__, fn.__qualname__, fn.__closure__, fn.__code__.co_name)
fn.attr = 1; print(fn.__dict__); t(setattr, fn, '__defaults__', 3); t(setattr, fn, '__code__', 3)
print(fn.__get__(3).__self__, fn.__get__(None, int) is fn)
import sys
t(lambda: sys.nope); print(sys, type(sys))
