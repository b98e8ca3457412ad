"""Instructions that the interpreter runs in pairs, on numbers and on all else: results and errors must be the oracle's."""
class V:
    def __init__(s,x): s.x=x
    def __mul__(s,o): return V(s.x*(o.x if isinstance(o,V) else o))
    __rmul__=__mul__
    def __add__(s,o): return V(s.x+(o.x if isinstance(o,V) else o))
    def __radd__(s,o): return V(o+s.x)
    def __sub__(s,o): return V(s.x-(o.x if isinstance(o,V) else o))
    def __rsub__(s,o): return V(o-s.x)
    def __isub__(s,o): s.x-=o if not isinstance(o,V) else o.x; return s
    def __mod__(s,o): return s.x%o
    def __and__(s,o): return s.x&o
    def __lt__(s,o): return s.x<o
    def __repr__(s): return 'V(%r)'%s.x
def f(a,b,c):
    r=[a*b+c, c+a*b, a*b-c, c-a*b]
    d=c; d+=a*b; r.append(d)
    d=c; d-=a*b; r.append(d)
    x=a*b; y=(x:=a*b)+c; r+= [x,y]
    r.append((a*b)+(a*b)); r.append(a*b-a*b)
    r.append(1+a*b); r.append(a*b+1)
    return r
vals=[2,3.5,-1,0,0.0,-0.0,1e308,2**62-1,-2**62,2**40,True,V(3),V(2.5),1e-200,"ab",[1],float('inf')]
for a in vals:
    for b in vals:
        for c in vals:
            try: print(f(a,b,c))
            except Exception as e: print(type(e).__name__,e)
def g(i,n):
    k=0
    while i<n:
        i+=1
        k+=1
        if k>5: break
    j=i
    while j<9:
        j+=1
        k+=1
        if k>30: break
    return i,j,k
for i in (0,0.5,-3,2**62-3,True,V(1)):
    for n in (0,5,4.5,2**62-1,2**62,2**63):
        try: print(g(i,n))
        except Exception as e: print(type(e).__name__,e)
def h(x):
    r=[]
    if x%3==0: r.append(1)
    if x%3!=0: r.append(2)
    if x&1: r.append(3)
    while x&4: r.append(4); break
    if x%2: r.append(5)
    if x%1.5==0: r.append(6)
    if not x&8: r.append(7)
    return r
for x in (0,1,2,3,4,5,-3,-1,12.0,2**70,2**70+1,True,V(3),V(9),"a%s","a"):
    try: print(h(x))
    except Exception as e: print(type(e).__name__,e)
def items(x):
    r=[]
    for fn in (lambda: x[0], lambda: x[1], lambda: x[65535], lambda: x[65536], lambda: x[-1], lambda: x[True]):
        try: r.append(fn())
        except Exception as e: r.append((type(e).__name__,str(e)))
    def st(): x[0]=5; x[1]=6
    def st2(): x[7]=5
    def st3(): x[0]+=5
    for fn in (st,st2,st3):
        try: fn()
        except Exception as e: r.append((type(e).__name__,str(e)))
    r.append(repr(x)); return r
class G:
    def __getitem__(s,k): return ('get',k,type(k))
    def __setitem__(s,k,v): print('set',k,type(k),v)
    def __repr__(s): return 'G'
class L(list):
    def __getitem__(s,k): return ('L',k)
for x in ([1,2,3],(1,2,3),{0:'a',1.0:'b'},'abc',b'abc',bytearray(b'abc'),G(),L([1,2]),5,None,range(5),{}):
    print(items(x))
