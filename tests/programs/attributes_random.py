"""Random attribute traffic on instances of many layouts, checked against a dict."""
# attribute storm: shapes, dict mode, slots, __class__, deletion, against a dict model
import random, gc
random.seed(5)
class A: 
    def __init__(self): self.i1 = 1; self.i2 = 2
class B(A): pass
class C(A):
    def __init__(self): super().__init__(); self.a=self.b=self.c=self.d=self.e=self.f=self.g=7
class S(B): __slots__ = ('s1', 's2')
class T(tuple): pass
class L(list): pass
class E(Exception): pass
classes = [A, B, C, S, T, L, E]
objs = []
for k in range(300):
    cls = random.choice(classes); o = cls()
    m = {}
    if cls in (A, B, S, C): m = {'i1': 1, 'i2': 2}
    if cls is C: m.update(dict.fromkeys('abcdefg', 7))
    objs.append([o, m])
names = ['n%d' % i for i in range(90)] + list('abcdefg') + ['i1', 'i2']
for step in range(200000):
    p = random.choice(objs); o, m = p
    r = random.random(); n = random.choice(names[:random.choice((5, 20, 99))])
    if r < .5: v = random.random(); setattr(o, n, v); m[n] = v
    elif r < .65:
        if n in m: delattr(o, n); del m[n]
        else:
            try: delattr(o, n); assert 0
            except AttributeError: pass
    elif r < .9:
        assert getattr(o, n, None) == m.get(n)
    elif r < .92: assert o.__dict__ == m and list(o.__dict__) == list(m), (o.__dict__, m)
    elif r < .93: o.__dict__[n] = 1; m[n] = 1
    elif r < .935:
        d = dict(m); o.__dict__ = d; 
        p[1] = m = d = dict(d)
    elif r < .94:
        if type(o) in (A, B, C): o.__class__ = random.choice((A, B, C))
    elif r < .945 and type(o) is not E: del o.__dict__; m.clear()
    elif r < .95: p[0] = random.choice((A,B))(); p[1] = {'i1': 1, 'i2': 2}
for o, m in objs: assert o.__dict__ == m
print('ok')
