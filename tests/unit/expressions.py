"""Compares expressions over built-in types: python3.11 against build/expressions (tests/unit/expressions.c). Usage: expressions.py BINARY FILE: a file with one expression a line."""
import ast, subprocess, sys

BINARY = {ast.Add: 0, ast.BitAnd: 1, ast.FloorDiv: 2, ast.LShift: 3, ast.MatMult: 4, ast.Mult: 5, ast.Mod: 6, ast.BitOr: 7, ast.Pow: 8, ast.RShift: 9, ast.Sub: 10, ast.Div: 11, ast.BitXor: 12}
UNARY = {ast.USub: 0, ast.UAdd: 1, ast.Invert: 3}
COMPARE = {ast.Lt: 0, ast.LtE: 1, ast.Eq: 2, ast.NotEq: 3, ast.Gt: 4, ast.GtE: 5}
MODULES = {'math', 'cmath', '_struct', 'array', '_random', '_statistics', 'sys', 'types', 'itertools'}


def constant(v):
    if v is None: return 'N'
    if v is True: return 'T'
    if v is False: return 'X'
    if v is ...: return 'E'
    if isinstance(v, int): return f'I {v}'
    if isinstance(v, float): return f'F {v.hex()}' if v == v and abs(v) != float('inf') else f'F {v!r}'
    if isinstance(v, complex): return f'C 2 0 V complex {constant(v.real)} {constant(v.imag)}'
    if isinstance(v, str): return f'S x{v.encode("utf-8", "surrogatepass").hex()}'
    if isinstance(v, bytes): return f'Y x{v.hex()}'
    raise ValueError(v)


def convert(n):
    c = convert
    match n:
        case ast.Constant(): return constant(n.value)
        case ast.Name(): return f'W {n.id}' if n.id in MODULES else f'V {n.id}'
        case ast.Attribute(): return f'A {n.attr} {c(n.value)}'
        case ast.Call():
            return f'C {len(n.args)} {len(n.keywords)} {c(n.func)} ' + ' '.join(map(c, n.args)) + ' ' + ' '.join(f'{k.arg} {c(k.value)}' for k in n.keywords)
        case ast.BinOp(): return f'B {BINARY[type(n.op)]} {c(n.left)} {c(n.right)}'
        case ast.UnaryOp(): return f'U {UNARY[type(n.op)]} {c(n.operand)}'
        case ast.Compare(): return f'M {COMPARE[type(n.ops[0])]} {c(n.left)} {c(n.comparators[0])}'
        case ast.Subscript(): return f'G {c(n.value)} {c(n.slice)}'
        case ast.Slice(): return 'Z ' + ' '.join(c(x) if x else 'N' for x in (n.lower, n.upper, n.step))
        case ast.List(): return f'L {len(n.elts)} ' + ' '.join(map(c, n.elts))
        case ast.Tuple(): return f'P {len(n.elts)} ' + ' '.join(map(c, n.elts))
        case ast.Dict(): return f'D {len(n.keys)} ' + ' '.join(f'{c(k)} {c(v)}' for k, v in zip(n.keys, n.values))
    raise ValueError(ast.dump(n))


def expected(text, scope):
    try:
        return repr(eval(text, scope))
    except BaseException as e:
        return f'{type(e).__name__} {e}'


def main():
    import builtins, importlib, warnings
    warnings.simplefilter('ignore')
    scope = {m: importlib.import_module(m) for m in MODULES}
    texts = [t for t in open(sys.argv[2], encoding='utf-8', errors='surrogateescape').read().splitlines() if t.strip() and not t.startswith('#')]
    lines = [convert(ast.parse(t, mode='eval').body) for t in texts]
    run = subprocess.run([sys.argv[1]], input='\n'.join(lines) + '\n', capture_output=True, text=True, timeout=120)
    out = run.stdout.split('\n')
    bad = 0
    for i, t in enumerate(texts):
        want = expected(t, scope).encode('utf-8', 'replace').decode()
        got = out[i] if i < len(out) - 1 else f'<no output; exit {run.returncode} {run.stderr[-300:]}>'
        if want.split(' at 0x')[0].split('\n') != got.split(' at 0x')[0].split('\n'):
            bad += 1
            if bad <= 200: print(f'{t[:200]}\n   want {want[:300]}\n   got  {got[:300]}')
            if i >= len(out) - 1: break
    print(f'{len(texts)} expressions, {bad} differ')
    return bad != 0


sys.exit(main())
