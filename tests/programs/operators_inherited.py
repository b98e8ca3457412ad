"""`+=` of classes that inherit from sequences and define some of the operators themselves, and pow() of three arguments that are of different types."""
class L(list):
    def __add__(self, o): return 'add'
x = L([1]); 
try: x += 5
except TypeError as e: print(e)
print(x, type(x))
x = L([1]); x += [2]; print(x, type(x))
class R(list):
    def __radd__(self, o): return 'radd'
x = R([1]); x += [2]; print(x)
class M(list):
    def __mul__(self, o): return 'mul'
x = M([1]); x *= 2; print(x)
class B(bytearray):
    def __add__(self, o): return 'add'
x=B(b'a'); x+=b'b'; print(x)
class S(set):
    def __or__(self,o): return 'or'
x=S({1}); x|={2}; print(x)
class D(dict):
    def __or__(self,o): return 'or'
x=D({1:1}); x|={2:2}; print(x)
import collections, array
class Q(collections.deque):
    def __add__(self,o): return 'add'
    def __mul__(self,o): return 'mul'
x=Q([1]); x+=[2]; print(x); x*=2; print(x)
class C(collections.Counter):
    def __add__(self,o): return 'add'
x=C('a'); x+=collections.Counter('b'); print(x)
class A(array.array):
    def __add__(self,o): return 'add'
x=A('i',[1]); x+=array.array('i',[2]); print(x)
class L2(list):
    def __add__(self, o): return 'add'
    def __radd__(self, o): return 'radd'
x = L2([1]); x += [2]; print(x)
x = L2([1]); 
try: x += 18446744073709551616
except TypeError as e: print(e)
print(x)
for a in (('a',1,1j),(1,'a',1j),(1,1,1j),(1j,1,1),(1j,1j,None),(1,1j,1),('a','b',1j),(1.0,1,1j),(1j,'a',2),([],1,1j)):
    try: print(pow(*a))
    except Exception as e: print(type(e).__name__, e)
class P0(list): pass
for f in (lambda: 5 + P0([2]), lambda: [1] + P0([2]), lambda: P0([1]) + 5, lambda: 'a' + P0(), lambda: P0([1])*2, lambda: 2*P0([1])):
    try: print(f())
    except TypeError as e: print(e)
def g(x):
    x += 5; return x
for x in (P0([1]), L([1]), L2([2]), 7, 'a', Q([1])):
    try: print(g(x))
    except TypeError as e: print(e)
class I(list):
    def __iadd__(self, o): return ('iadd', o)
print(g(I()))
class J(I): pass
print(g(J()))
del I.__iadd__
try: print(g(J()))
except TypeError as e: print(e)
J.__iadd__ = lambda s, o: ('later', o)
print(g(J()))
del J.__iadd__
J.__add__ = lambda s, o: 'add'
try: print(g(J()))
except TypeError as e: print(e)
