"""Unpacking with a starred target, and concatenation: of lists, tuples and all else. Dict displays."""
def f(x):
    out=[]
    def a(): p,*q=x; out.append((p,q))
    def b(): *p,q=x; out.append((p,q))
    def c(): p,*q,r=x; out.append((p,q,r))
    def d(): p,q,*r,s=x; out.append((p,q,r,s))
    def e(): 
        *x2,=x; out.append(x2)
    for g in (a,b,c,d,e):
        try: g()
        except Exception as er: out.append(repr(er))
    return out
class T(tuple): 
    def __iter__(s): return iter('zz')
for x in ([],(),[1],(1,2),[1,2,3],(1,2,3,4,5),'abc',T((1,2,3)),range(4),5,{1:2},iter([1,2])):
    print(f(x))
x=[1,2,3,4]
x,*y=x; print(x,y)
print([1]+[2],(1,)+(2,),[1,2]+[],()+())
for a,b in (([1],(1,)),((1,),[1]),([1],None)):
    try: print(a+b)
    except TypeError as e: print(e)
l=[1]; m=l; l+=[2]; print(m, l is m); l=l+[3]; print(m, l is m)
t=(1,); u=t; t+=(2,); print(t,u)
a, b, k = 1, 2, "".join(["a", "b"])
print({}, {"a": a}, {k: a}, {"a": a, "b": b}, {"a": a, "b": b, "a": 3}, {"a": a, k: b}, {"ab": a, k: b}, {k: 1, "ab": 2, 3: 4}, {1: a, "x": b}, {"": a})
print({"a": a, "b": b, "c": 3, "d": 4, "e": 5}, {"a": a, "b": b, "c": 3, "d": 4, "e": 5, "f": k})
d = {"a": a, "b": b, "c": 3, "d": 4, "e": 5}
d["f"] = 6
del d["a"]
d["g"] = 7
print(d, "a" in d, d["c"], {"x": [a], "y": {"z": b}})
