"""Prints random expressions over numbers, ranges, formats and struct for expressions.py. Usage: expressions_random.py SEED"""
import random, struct, math
random.seed(int(__import__('sys').argv[1]))
R=random
def bigint():
    k=R.choice([1,8,20,31,62,63,64,65,100,128,129,200,500,1000,3000])
    n=R.getrandbits(k)
    if R.random()<.2: n=(1<<k)+R.choice([-2,-1,0,1])
    if R.random()<.1: n=R.choice([0,1,2,(1<<62),(1<<62)-1,(1<<63),(1<<63)-1,1<<64,(1<<64)-1])
    return -n if R.random()<.5 else n
def flt():
    c=R.random()
    if c<.3: return struct.unpack('d',R.getrandbits(64).to_bytes(8,'little'))[0]
    if c<.6: return R.uniform(-1000,1000)
    if c<.7: return float(R.randint(-10,10))
    if c<.8: return round(R.uniform(-100,100),R.randint(0,5))
    return R.choice([0.0,-0.0,float('inf'),float('-inf'),float('nan'),1e308,5e-324,-1e-320,2.0**53,2.0**62,2.0**63,-2.0**63,0.5,1.5,2.5,1e16,1e15,123456789012345678.0])
def lit(x):
    if isinstance(x,float):
        return f"float('{x!r}')"
    return f'({x})'
def num(): return bigint() if R.random()<.5 else flt()
def spec():
    s=''
    if R.random()<.4: s+=R.choice(['','*','0','é'])+R.choice('<>=^')
    if R.random()<.3: s+=R.choice('+- ')
    if R.random()<.1: s+='z'
    if R.random()<.2: s+='#'
    if R.random()<.2: s+='0'
    if R.random()<.4: s+=str(R.randint(1,40))
    if R.random()<.2: s+=R.choice(',_')
    if R.random()<.4: s+='.'+str(R.randint(0,20))
    if R.random()<.8: s+=R.choice('bcdeEfFgGnosxX%')
    return s
out=[]
for i in range(6000):
    c=R.randrange(24)
    if c<6: out.append(f'{lit(bigint())} {R.choice(["+","-","*","//","%","/","&","|","^"])} {lit(bigint())}')
    elif c==6: out.append(f'{lit(bigint())} {R.choice(["<<",">>"])} {R.randint(-2,300)}')
    elif c==7: out.append(f'{lit(num())} {R.choice(["<","<=","==","!=",">",">="])} {lit(num())}')
    elif c==8: out.append(f'divmod({lit(num())},{lit(num())})')
    elif c==9: out.append(f'{lit(num() if R.random()<.5 else R.randint(-20,20))} ** {lit(R.randint(-10,60) if R.random()<.6 else flt())}')
    elif c==10: out.append(f'pow({lit(bigint())},{lit(R.getrandbits(60)*R.choice([1,1,-1]))},{lit(bigint())})')
    elif c==11: out.append(f'{lit(flt())} {R.choice(["+","-","*","//","%","/"])} {lit(num())}')
    elif c<15: out.append(f'format({lit(num())}, {spec()!r})')
    elif c==15: out.append(f'format(complex({lit(flt())},{lit(flt())}), {spec()!r})')
    elif c==16: out.append(f'round({lit(num())}, {R.randint(-25,25)})')
    elif c==17: out.append(f'{lit(flt())}.{R.choice(["hex","as_integer_ratio","__repr__","__trunc__","__floor__","__ceil__","__round__","is_integer"])}()')
    elif c==18: 
        n=bigint(); out.append(R.choice([f'str({lit(n)})',f'hex({lit(n)})',f'oct({lit(n)})',f'bin({lit(n)})',f'{lit(n)}.bit_length()',f'{lit(n)}.bit_count()',f'int({str(n)!r})',f'int({hex(n)!r},16)',f'int({oct(n)!r},0)',f'float({lit(n)})', f'{lit(n)}.to_bytes({R.randint(0,40)},{R.choice(["little","big"])!r},signed={R.random()<.5})']))
    elif c==19: out.append(f'int.from_bytes({R.randbytes(R.randint(0,30))!r},{R.choice(["little","big"])!r},signed={R.random()<.5})')
    elif c==20:
        f=R.choice('acos acosh asin asinh atan atanh cbrt ceil cos cosh degrees erf erfc exp exp2 expm1 fabs floor frexp log log10 log1p log2 modf radians sin sinh sqrt tan tanh trunc ulp isfinite'.split())
        out.append(f'math.{f}({lit(R.choice([num(),R.uniform(-1,1),R.uniform(0,100)]))})')
    elif c==21:
        f=R.choice('atan2 copysign fmod pow remainder hypot nextafter'.split())
        out.append(f'math.{f}({lit(num() if R.random()<.2 else flt())},{lit(flt())})')
        out.append(f'math.{R.choice(["gcd","lcm"])}({lit(bigint())},{lit(bigint())})'); out.append(f'math.{R.choice(["comb","perm"])}({R.randint(-1,200)},{R.randint(-1,200)})'); out.append(f'math.isqrt({lit(bigint())})'); out.append(f'math.factorial({R.randint(-1,100)})'); out.append(f'math.fsum([{",".join(lit(flt()) for _ in range(R.randint(0,10)))}])')
    elif c==22:
        f='e'
        fmt=R.choice(['','<','>','=','!','@'])+''.join(R.choice(['','2','0','3'])+R.choice('xbBhHiIlLqQefd?csp') for _ in range(R.randint(1,4)))
        vals=[]
        for ch in fmt: pass
        try:
            n=len(struct.unpack(fmt,bytes(struct.calcsize(fmt))))
            out.append(f'_struct.unpack({fmt!r},{R.randbytes(struct.calcsize(fmt))!r})')
            out.append(f'_struct.pack({fmt!r}'+''.join(','+(lit(R.choice([R.getrandbits(R.choice([7,8,15,16,31,32,63,64,65]))*R.choice([1,-1]),flt()])) if R.random()<.8 else repr(R.randbytes(R.randint(0,3)))) for _ in range(n))+')')
        except (struct.error, SystemError): out.append(f'_struct.calcsize({fmt!r})')
    elif c==23:
        r=f'range({R.randint(-20,20)},{R.randint(-20,20)},{R.choice([-3,-2,-1,1,2,3])})'
        out.append(R.choice([f'list({r})',f'len({r})',f'{r}[{R.randint(-5,5)}]',f'{r}[{R.randint(-5,5)}:{R.randint(-5,5)}:{R.choice([-2,-1,1,2])}]',f'{r}.index({R.randint(-5,5)})',f'list(reversed({r}))',f'{r} == {r}',f'slice({R.randint(-9,9)},{R.randint(-9,9)},{R.choice([-2,-1,1,2])}).indices({R.randint(0,9)})',f'repr(complex({lit(flt())},{lit(flt())}))', f'complex({lit(flt())},{lit(flt())}) {R.choice("+-*/")} complex({lit(flt())},{lit(flt())})', f'complex({lit(R.randint(-5,5))},{lit(R.randint(-5,5))}) ** {R.choice([lit(R.randint(-5,5)),lit(flt()),"(1+2j)"])}',f'float.fromhex({flt().hex()!r})',f'abs(complex({lit(flt())},{lit(flt())}))',f'hash(complex({lit(R.randint(-5,5))},{lit(R.uniform(-5,5))}))']))
print('\n'.join(out))
