"""Sorting ints of all magnitudes: order, stability, both directions."""
import random
random.seed(5)
def check(l):
    a=sorted(l); assert all(a[i]<=a[i+1] for i in range(len(a)-1)) and len(a)==len(l) and sum(a)==sum(l)
    p=[(x,i) for i,x in enumerate(l)]
    q=sorted(p,key=lambda t:t[0]); assert all(q[i][0]<q[i+1][0] or (q[i][0]==q[i+1][0] and q[i][1]<q[i+1][1]) for i in range(len(q)-1))
    r=sorted(p,key=lambda t:t[0],reverse=True); assert all(r[i][0]>r[i+1][0] or (r[i][0]==r[i+1][0] and r[i][1]<r[i+1][1]) for i in range(len(r)-1))
    b=l[:]; b.sort(reverse=True); assert b==a[::-1]
for n in (0,1,2,100,255,256,257,1000,5000,70000):
    for lo,hi in ((0,1),(0,255),(0,10007),(-5,5),(-2**62,2**62-1),(-2**31,2**31),(2**40,2**40+300),(-1,0),(-2**62,-2**62+5)):
        check([random.randint(lo,hi) for _ in range(n)])
    check(list(range(n))); check(list(range(n,0,-1))); check([i^1 for i in range(n)])
    check([random.choice((True,False,3,2**70,-2**65)) for _ in range(n)])
print('ok')
