"""Recursion through slots and wrappers, and the texts of what goes wrong when classes are made and special methods misbehave."""
import re as _re
_print = print
def print(*values, **options): _print(*(_re.sub(r' at 0x[0-9a-f]+', ' at ADDRESS', str(v)) for v in values), **options)
import sys, types, functools, operator
N = 500
def t(name, f):
    try: r = f(); s = repr(r)[:60]
    except RecursionError as e: s = 'RecursionError'
    except BaseException as e: s = type(e).__name__ + ' ' + str(e)[:90]
    print(name, s, flush=True)
class A: __getattr__ = getattr
class A2: __getattribute__ = getattr
t('ga', lambda: A().x); t('ga2', lambda: A2().x)
class B: pass
B.__call__ = B(); t('call', lambda: B()())
class C: pass
C.__repr__ = object.__str__; t('repr', lambda: repr(C()))
class D: pass
D.__add__ = operator.add; t('add', lambda: D() + D())
class D2: __eq__ = operator.eq
t('eq', lambda: D2() == D2())
class D3: __getitem__ = operator.getitem
t('gi', lambda: D3()[0])
class D4: __len__ = len
t('len', lambda: len(D4()))
class D5: __iter__ = iter
t('iter', lambda: iter(D5()))
class D6: __hash__ = hash
t('hash', lambda: hash(D6()))
class D7: __bool__ = bool
t('bool', lambda: bool(D7()))
class D8: __index__ = operator.index
t('index', lambda: operator.index(D8()))
class D9: __contains__ = operator.contains
t('cont', lambda: 1 in D9())
class Meta(type): __instancecheck__ = lambda c, o: isinstance(o, c)
class MI(metaclass=Meta): pass
t('isinst', lambda: isinstance(1, MI))
f = len
for i in range(N): f = types.MethodType(f, 1)
t('method', lambda: f())
f = len
for i in range(N): f = functools.partial(f); f.x = 1
t('partial', lambda: f([]))
f = len
for i in range(N): f = staticmethod(f)
t('static', lambda: f([]))
f = len
for i in range(N): f = classmethod(f)
t('classm', lambda: f.__get__(1, int))
t('classm2', lambda: type('X', (), {'f': f}).f)
x = ()
for i in range(N): x = (x,)
t('isinstup', lambda: isinstance(1, x)); t('tuprepr', lambda: repr(x)); t('tuphash', lambda: hash(x)); t('tupeq', lambda: x == (x,))
x = object
for i in range(3000): x = type('X', (x,), {})
t('deep', lambda: len(x.__mro__)); t('inst', lambda: x().__class__); t('ia', lambda: setattr(x.__mro__[-2], 'foo', 1) or x.foo)
class P: 
    @property
    def a(self): return self.a
t('prop', lambda: P().a)
class G: pass
G.__getattr__ = lambda s, n: getattr(s, n + 'x'); t('getattr', lambda: G().a)
class SG:
    def __get__(s, o, t): return getattr(o, 'd')
class SH: d = SG()
t('descr', lambda: SH().d)
t('new', lambda: object.__new__(int)); t('new2', lambda: int.__new__(object)); t('new3', lambda: object.__new__()); t('new4', lambda: type.__new__(type)); t('new5', lambda: type.__new__(int, 'a', (), {}))
t('sup', lambda: super()); t('sup1', lambda: super(1)); t('sup2', lambda: super(int, 'a')); t('sup3', lambda: super(int, 1).__init__); t('sup4', lambda: super(int).foo)
t('bad', lambda: type('a\0b', (), {})); t('bad2', lambda: type(1, (), {})); t('bad3', lambda: type('a', [], {})); t('bad4', lambda: type('A', (), [])); t('bad5', lambda: type('\udcdc', (), {}))
for s in ('__dict__ __dict__'.split(), ['a', 'a'], ['1'], [1], 'x y', ['__weakref__', '__weakref__'], ['__class__'], ['__slots__'], ['__init__'], ['']):
    t(('slots', s), lambda: type('S', (), {'__slots__': s})())
t('slotsdup', lambda: type('S', (), {'__slots__': ['a'], 'a': 1}))
S = type('S', (), {'__slots__': ['a', 'a']}); s = S(); s.a = 1; t('slots aa', lambda: s.a)
t('cc', lambda: type('S', (), {'__classcell__': 1}))
t('qn', lambda: type('S', (), {'__qualname__': 1}))
class BadMro(type):
    def mro(c): return [1]
t('mro', lambda: BadMro('x', (), {}))
class BadMro2(type):
    def mro(c): return []
t('mro2', lambda: BadMro2('x', (), {}))
class BadMro3(type):
    def mro(c): return [c, int, object]
t('mro3', lambda: BadMro3('x', (), {}))
t('mro4', lambda: BadMro2('x', (), {})())
t('setname', lambda: type('X', (), {'a': type('D', (), {'__set_name__': lambda *a: 1/0})()}))
t('initsub', lambda: type('X', (), {}, foo=1)); t('basesX', lambda: type('X', (1,), {}))
class NC:
    def __mro_entries__(s, b): return ()
t('mroent', lambda: type('X', (NC(),), {}))
t('del cls', lambda: delattr(A(), '__class__')); t('dict', lambda: setattr(C(), '__dict__', 1)); t('deld', lambda: delattr(C, '__name__')); t('deld', lambda: setattr(C, '__name__', 1)); t('x', lambda: setattr(C, '__module__', 1) or C)
t('hash', lambda: hash([])); t('h', lambda: type('H', (), {'__hash__': lambda s: 'x'})().__hash__()); t('h', lambda: hash(type('H', (), {'__hash__': lambda s: 'x'})())); t('h', lambda: hash(type('H', (), {'__hash__': lambda s: 1<<70})()) == hash(1<<70))
t('len', lambda: len(type('H', (), {'__len__': lambda s: -1})())); t('len', lambda: len(type('H', (), {'__len__': lambda s: 1<<70})())); t('len', lambda: len(type('H', (), {'__len__': lambda s: 'x'})())); t('bool', lambda: bool(type('H', (), {'__len__': lambda s: -1})())); t('bool', lambda: bool(type('H', (), {'__bool__': lambda s: 1})()))
t('repr', lambda: repr(type('H', (), {'__repr__': lambda s: 1})())); t('str', lambda: str(type('H', (), {'__str__': lambda s: 1})())); t('fmt', lambda: format(type('H', (), {'__format__': lambda s, f: 1})())); t('fmt', lambda: format(object(), 'x')); t('init', lambda: type('H', (), {'__init__': lambda s: 1})())
t('iter', lambda: iter(type('H', (), {'__iter__': lambda s: 1})())); t('iterN', lambda: iter(type('H', (), {'__iter__': None})())); t('contN', lambda: 1 in type('H', (), {'__contains__': None})()); t('next', lambda: next(1)); t('rev', lambda: reversed(1))
t('idx', lambda: [1][type('H', (), {'__index__': lambda s: 'x'})()]); t('int', lambda: int(type('H', (), {'__int__': lambda s: 'x'})())); t('float', lambda: float(type('H', (), {'__float__': lambda s: 'x'})())); t('cplx', lambda: complex(type('H', (), {'__complex__': lambda s: 'x'})()))
t('pow', lambda: pow(2, 3, 'x')); t('pow', lambda: pow(2, 'x')); t('ipow', lambda: operator.ipow(2, 'x')); t('mul', lambda: 'a' * 'b'); t('mul', lambda: [] * 1.5); t('add', lambda: [] + ()); t('add', lambda: '' + 1); t('neg', lambda: -''); t('inv', lambda: ~1.5); t('lt', lambda: 1 < ''); t('mm', lambda: 1 @ 2); t('rsh', lambda: print >> 1); t('iadd', lambda: operator.iadd(1, ''))
