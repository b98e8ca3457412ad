"""Whole programs made from a grammar; what they print must be what python3.11 prints, tracebacks with their carets included.

Programs are deterministic and end: loops are short, functions call only earlier ones, and a store of fuel (program_prelude.py) runs out. What the two interpreters need not do
alike is not generated: the order of sets (they stay in variables of their own, which are shown sorted), addresses, whether two equal numbers are one object, and the moment when an abandoned generator or object is
finalized (generators with `finally` are closed by what drives them; there is no __del__).
"""
import ast
import copy
import io
import linecache
import os
import random
import re
import sys
import traceback
import warnings

BATCH = 25
HERE = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(HERE, "program_prelude.py"), encoding="ascii") as file:
    PRELUDE = file.read()

# Expressions by type; `@i` stands for an expression of type int, and so on: i int, f float, c complex, s str, b bytes, o bool, l list, t tuple, d dict, e set, a any, z a small int,
# k something hashable, K a key function, C a class, E an exception, F a format spec, N a name.
EXPRESSIONS = {
    "i": """@i + @i|@i - @i|@i * @z|@i // @i|@i % @i|-@i|~@i|@i & @i|@i "|" @i|@i ^ @i|@i >> @z|@i << (@z % 70)|@z ** (@z % 9)|(@i if @o else @i)|len(@s)|len(@l)|len(@d)|len(@e)|len(@t)|len(@b)|
@s.find(@s)|@s.count(@s)|@l.index(@a)|@l.count(@a)|@t.count(@a)|ord(@s[:1])|int(@f)|int(@s)|int(@s, @z)|sum(@l)|sum(x for x in @l if type(x) is int)|max(@i, @i, @z)|min(@l, key=@K, default=@i)|abs(@i)|round(@f)|pow(@i, @z, @i)|(@i).bit_length()|
(@i).bit_count()|int.from_bytes(@b, 'big')|divmod(@i, @i)[0]|divmod(@i, @i)[1]|@b[@z]|(@N := @i)|@d.get(@k, @i)|math.gcd(@i, @i)|math.isqrt(abs(@i))|operator.index(@i)|int(hash(@z) == hash(float(@z)))|@l.__len__()|(@o + @o)|math.comb(@z % 20, @z % 7)|
functools.reduce(lambda p, q: p + q, [@i, @i, @i])|(lambda p, q=@z: p + q)(@i)|len(range(@i, @i, @z))|range(@z, @i, 3)[@z]|(@i).real|(@i).numerator|(@f).__trunc__()|math.floor(@f)|math.prod([@z, @z, @z])|next(iter(@l))|int(@s or '7', 0)|not @a|@o|@i // (@z or 3)|@i % (@z or -7)|pow(@i, -1, 7)|int.from_bytes(@b, 'little', signed=@o)|@i ** 2|(@N := @l and 3) or @z|len(@s[@z:@i:@z])|hash(int(@i)) % 1000|@s.index(@s)|@s.rfind(@s, @z)|
(lambda *p, **q: len(p) * 10 + len(q))(*@t, **{'a': @a})|(lambda p, /, q=@i, *, r=@i: q - r)(@a)|sum(map(len, [@s, @l, @t]))|int(str(@i)[-3:] or 0)|round(@i, -@z)|@i and @i|@i or @i|math.lcm(@i, @z)|math.perm(5, @z)|min(@i, @i, key=lambda x: -x)|
list(@d).index('a')|sum(@d.get(x, 2) for x in 'ab')|operator.countOf(@l, @a)|operator.length_hint(iter(@l))|len(list(itertools.permutations(@s[:3])))|len(dict.fromkeys(@l, @a))|@l.index(@a, @z, @i)|(@i).__add__(@i)|int.__mul__(@i, @z)|bool(@s) + @i|@b.find(@b)|@b.count(@z)|sys.getrecursionlimit() > @i""",
    "f": """@f + @f|@f - @f|@f * @f|@f / @f|@f // @f|@f % @f|-@f|@i / @i|@i * @f|float(@s)|float(@i)|round(@f, @z)|abs(@f)|math.sqrt(@f)|math.floor(@f) * 1.5|@f ** @z|@c.real|@c.imag|float.fromhex(@f.hex())|sum([@f, @f, @i])|max(@f, @i)|math.fsum([@f, @f])|
(@f if @o else @f)|math.hypot(@f, @f)|math.copysign(@f, @f)|divmod(@f, @f)[1]|@i ** -@z|float('inf')|float('nan')|math.ldexp(@f, @z)|math.fmod(@f, @f)|(@f).conjugate()|@f // 0.3|@i % @f|@f % @i|round(@f / 3, 2)|@i - @f|math.remainder(@f, @f)|math.nextafter(@f, @f)|math.ulp(@f)|float(str(@f))|(@f).__rsub__(@i)|min(@f, @f, default=1) if @o else @f|@f * @o|math.prod([@f, @i])|float(@b)|@f ** @f|complex(@f).real""",
    "c": """@c + @c|@c * @c|@c - @f|@c / @c|complex(@f, @f)|complex(@s)|@c ** 2|@c.conjugate()|-@c|@i * 1j|@c ** @z|abs(@c)|(-1) ** 0.5""",
    "s": """@s + @s|@s * (@z % 4)|@s[@z]|@s[@z:@z]|@s[::-1]|@s[@z:@z:@z]|@s.upper()|@s.lower()|@s.title()|@s.strip()|@s.lstrip(@s)|@s.replace(@s, @s)|@s.replace(@s, @s, @z)|@s.join(['a', @s, @s])|@s.join(@l)|str(@a_)|repr(@s)|ascii(@s)|chr(@z + 70)|chr(@i)|@s.center(@z + 5, '*')|@s.zfill(@z + 4)|
'%s and %r' % (@a_, @s)|'%d %5.2f %-5s|' % (@i, @f, @s)|'%(x)s%%' % {'x': @a_}|'{} {!r:>8}'.format(@s, @s)|'{0[0]} {x.real}'.format(@l, x=@i)|format(@i, @F)|format(@f, @F)|format(@s, @F)|f'{@i_}'|f'{@i_:@F_}'|f'{@f_:@F_} {@s_!r}'|f'{@s_:>{@z_}}'|f'{@a__!s:.5}'|f'{@i_=}'|f'{@s_ = !s}'|@s.split(@s)[@z]|
@s.partition(@s)[2]|(@s if @o else @s)|@s.casefold()|@s.swapcase()|@s.expandtabs(@z)|@s.translate({97: 'x', 98: None})|@b.decode('latin-1')|@b.hex()|bin(@i)|hex(@i)|oct(@i)|str(@i)|''.join(sorted(@s))|''.join(reversed(@s))|''.join(c for c in @s if c > 'a')|max(@s)|type(@a).__name__|@s.removeprefix(@s)|@s % @i|
@s.rjust(@z + 3)|str(@b, 'ascii', 'replace')|@s.encode('utf-8').decode('latin-1')|' '.join(map(str, @t))|@s.rsplit(None, 1)[-1]|(@s or @s)|(@s and @s)|@s[@i:@i:@z]|@s[slice(@z, None, @z)]|f'{@s_!r:>{@z_}}'|f'{@i_:{@z_}d}|'|f'{@f_!r:^{@z_}}'|f'{@f_:+.{@z_}f}'|f'{@o_:>8}'|f'{@c_:.2f}'|'%-*s' % (@z, @s)|'%+.*e' % (@z, @f)|'%#x %o' % (@i, @i)|'%c%c' % (@z + 65, 'x')|'%(a)s %(b)r' % @d|@s.join(@d)|@s.maketrans({'a': 'b'}) and @s|
@s.isupper() and @s|repr(@a)[:60]|str(@f)|str(@c)|repr(@b)|'{:{}}'.format(@i, @z)|'{a!r:>{w}}'.format(a=@s, w=@z)|'{:,} {:_}'.format(@i, @i)|@s.removesuffix(@s)|@s.ljust(@z, @s)|''.join(@d)|@s.encode('utf-16-le').decode('utf-16-le')|@s.encode('unicode_escape').decode()|textwrap.shorten(@s, 20)|re.sub('[ab]', 'z', @s)|
' '.join(re.findall('[a-z]+', @s))|operator.concat(@s, @s)|functools.reduce(operator.add, [@s, @s])|''.join(map(chr, map(ord, @s)))|@s.rpartition(@s)[@z]|next(iter(@s), '-')|'\\t'.join(@s.splitlines())|@s.capitalize()|@s.format(@i, @s)""",
    "b": """@b + @b|@b * (@z % 3)|@b[@z:]|@b[::-1]|@s.encode()|@s.encode('ascii', 'replace')|@s.encode('latin-1', 'backslashreplace')|bytes([@z, @z])|bytes(@l)|bytes(@z)|@b.replace(@b, @b)|@b.upper()|b'%d:%s' % (@i, @b)|b' '.join([@b, @b])|(@i).to_bytes(@z, 'little', signed=@o)|bytes.fromhex('0aff')|bytes(bytearray(@b))|@b.strip(@b)|
bytes(memoryview(@b)[@z:])|@b.ljust(@z, b'.')|@b[@z::@z]|@b[@i:@i]|b'%r' % @a|b'%5d|%x' % (@i, @z)|bytes(reversed(@b))|bytes(sorted(@b))|@b.title()|@b.zfill(@z)|@b.center(7)|bytearray(@b).__add__(@b)|bytes(x ^ 1 for x in @b)|@b.join([@b, @b])|@b.rstrip()|@b.removeprefix(@b)|binascii.hexlify(@b)|@b.partition(@b)[0]|@b.translate(None, b'a')""",
    "o": """@i < @i|@i == @f|@f >= @f|@s < @s|@a == @a|@a != @a|@a is None|@a is not @a|@i in @l|@k in @d|@s in @s|@i not in @t|@k in @e|not @a|@o and @o|@o or @o|isinstance(@a, @C)|@i < @i <= @i|@s == @s != @s|@z < @f < @i in @l|all(@l)|any(@t)|@s.startswith(@s)|@s.endswith((@s, @s))|@s.isdigit()|@s.isidentifier()|@s.isalpha()|@l == @l|
@t < @t|@l >= @l|@d == @d|@e <= @e|@e == @e|@e.isdisjoint(@e)|callable(@a)|hasattr(@a, 'real')|issubclass(@C, @C)|bool(@a)|@o ^ @o|@o & @o|@b < @b|@c == @c|any(x == @i for x in @l)|1 < @z > 2 == 2|@e < @e|@e > @e|@d.keys() <= @d.keys()|@d.items() == @d.items()|@d.keys().isdisjoint(@e)|@a in @d.values()|@i in range(@z, @i)|@f in range(9)|@s < @s <= @s|not @i < @f|@t > @t|@i == @c|@f != @f|(@f, @f) == (@f, @f)|@b == @s|all(x < y for x, y in zip(@l, @l))|isinstance(@a, int "|" str)|operator.contains(@l, @a)|@d.keys() == @d.keys()|'a' in @d.keys()|@l is @l|type(@a) is type(@a)""",
    "l": """@l + @l|@l * (@z % 3)|@l[@z:@z]|@l[::-1]|[@a, @a]|[*@l, @a, *@t]|list(@t)|list(@s)|list(@d)|list(@d.items())|list(@d.values())|list(range(@z))|sorted(@l)|sorted(@l, key=@K)|sorted(@l, key=@K, reverse=@o)|sorted(@e, key=@K)|@s.split()|@s.split(@s)|list(zip(@l, @t))|list(zip(@l, @s, strict=@o))|
list(enumerate(@t, @z))|list(map(@K, @l))|list(filter(None, @l))|list(reversed(@l))|[@a for @N in @l]|[@a for @N in @t if @o]|[(@N, @N2) for @N in range(@z % 4) for @N2 in @s]|[[@N for @N in @t] for @N2 in range(2)]|list(itertools.chain(@l, @t))|list(itertools.islice(@l, @z))|list(itertools.accumulate([@i, @i, @z]))|
(@l if @o else @l)|list(@b)|@l.copy()|@l or @l|[x for x in @l if type(x) is int]|list(itertools.product(@s[:2], @t[:2]))|list(itertools.zip_longest(@s[:3], @t, fillvalue=@a))|list(map(operator.add, @l, @l))|list(x for x in @s if x)|[@a][:@z]|[*range(@z % 5), *@s]|list(@d "|" @d)|list(itertools.groupby(@s))[:0]|
list(collections.Counter(@s).most_common(2))|@l[@z:@z:@z]|@l[::@z]|@l[@i:@i]|[y for x in @l if (y := x)]|[*@t, *@s, *[@a]]|[(@N, *@t) for @N in @s]|[@N for @N in @l for @N2 in [@N] if @N2 is @N]|[lambda: @N for @N in @t][:1] and @l|list(itertools.starmap(pow, [(@z, 2), (2, @z)]))|list(itertools.takewhile(bool, @l))|
list(itertools.dropwhile(bool, @l))|list(itertools.pairwise(@l))|list(itertools.combinations(@t, 2))[:9]|list(itertools.compress(@l, @t))|[list(g) for k, g in itertools.groupby(@l, type)]|sorted(@l, key=functools.cmp_to_key(lambda x, y: (str(x) > str(y)) - (str(x) < str(y))))|sorted(@d.items(), key=str, reverse=True)|
list(map(lambda x, y: (y, x), @l, @t))|list(dict.fromkeys(@l))|list(range(@i, @i, @z)[:9])|list(range(@z, -9, -2))|list(filter(lambda x: x != @a, @l))|[x for x in iter(lambda it=iter(@l): next(it, None), None)]|heapq.nsmallest(2, @l, key=str)|list(collections.deque(@l, 2))|[k for k in @d if @d[k]]|[@l, @l][@o]|list(zip(*[@l, @t]))|list(reversed(@d))|[i for i, x in enumerate(@l) if x in @t]|copy.deepcopy(@l)|@s.splitlines(True)|re.split('[,b]', @s)""",
    "t": """(@a, @a)|(@a,)|()|@t + @t|@t[@z:]|@t * (@z % 3)|tuple(@l)|(*@l, @a)|tuple(@s)|divmod(@i, @i)|@s.partition(@s)|(@t if @o else @t)|tuple(sorted(@d))|(@i, *@t, @s)|(@f).as_integer_ratio()|tuple(@N for @N in @l)|math.frexp(@f)|slice(@z, @i).indices(@z % 9)|tuple(@d.popitem())|max(@t, @t)|@s.rpartition('a')|@t[::@z]|@t[@i:@i:@z]|(*@t, *@l)|(lambda *p: p)(*@l, @a)|tuple(zip(@t, @t))|tuple(map(type, @t))|(@t, @l)[@z]|tuple(reversed(@t))|sorted(@t, key=str) and @t|(@N := @t)|tuple(@d.values())|tuple(sorted(@e, key=show))|math.modf(@f)|Pair(@a, @a)|Pair(@i, @s)._replace(left=@a)|tuple(Pair(@a, 2))|(@i).as_integer_ratio()|@t + (@a,) if @o else @t""",
    "d": """{@k: @a, @k: @a}|(lambda **q: q)(**@d)|{**@d, @k: @a}|@d "|" @d|dict(@l)|dict(a=@a, b=@a)|dict(zip(@s, @l))|{@N: @a for @N in @s}|{@k: @N for @N in @t if @o}|dict.fromkeys(@s, @a)|@d.copy()|(@d if @o else @d)|{}|dict(@d, c=@a)|{str(x): y for x, y in enumerate(@l)}|dict(sorted(@d.items(), key=str))|{k: v for k, v in @d.items() if v}|
dict(collections.Counter(@s))|{k: @d for k in 'ab'}|{**@d, **@d}|{v: k for k, v in @d.items()}|dict([(@k, @a), *@d.items()])|{@k: (@N := @a), 'n': @a}|{k: v for k, v in zip(@l, @t)}|dict(collections.ChainMap(@d, @d))|copy.copy(@d)|collections.Counter(@s) + collections.Counter(@s)|collections.Counter(@s) - collections.Counter(@s)|collections.defaultdict(list, @d)|collections.OrderedDict(@d)|{'a': @i, 'b': @l, **@d}""",
    "e": """{@k, @k}|@e "|" @e|@e & @e|@e - @e|@e ^ @e|set(@s)|set(@l)|set()|{@N for @N in @t}|frozenset(@t)|{@k for @N in @l if @o}|set(@d)|@e.union(@l)|@e.difference(@t)|@e.symmetric_difference(@s)|@d.keys() & @e|@d.keys() - @l|{*@l, @k}|@e.intersection(@s, @t)|@d.items() "|" @e|@d.keys() ^ @e|@d.items() & @d.items()|@d.keys() & @d.keys()|@d.items() - @d.items()|@e - @d.keys()|set(@t) ^ set(@l)|frozenset(@e) "|" @e|{x for x in @s} & set(@s)|set(map(type, @l))|{*@s, *@t}""",
    "k": "@i|@s|@z|@f|@b|None|@t|@o|(@i, @s)|'a'|'b'|1|@k",
    "z": "0|1|2|3|(-1)|4|(-2)|5|True|8",
    "K": "str|repr|lambda x: (str(type(x)), str(x))|type|lambda x: -x|lambda x: x|id and str|len|abs|functools.partial(show, depth=3)|lambda x, y=@z: x == y|lambda *p, **q: str(p)|operator.itemgetter(0)|lambda x: x[@z]",
    "C": "int|str|list|tuple|float|(int, str)|dict|object|bool|Exception|BaseException|(list, (tuple, dict))|type(None)|int \"|\" str|@s",
    "E": "ValueError(@s)|TypeError(@s)|KeyError(@k)|IndexError(@z)|Oops(@a, code=@i)|ZeroDivisionError|RuntimeError(@s, @i)|Oops|StopIteration(@z)|AttributeError(@s)|OSError(@z, @s)|LookupError()|UnicodeDecodeError('x', b'abc', 0, 1, @s)|NameError(@s)|@E.with_traceback(None)|AssertionError|"
         "NotImplementedError|OverflowError(@a)|ArithmeticError('x')",
    "F": "''|'5'|'<8'|'^9'|'>+6'|'x'|'#x'|'b'|'08'|',.2f'|'e'|'.3g'|'%'|'_'|'*^10'|'c'|'n'|'d'|'z.1f'|'s'|'.2'",
}
CATCHABLE = ["ValueError", "TypeError", "KeyError", "IndexError", "ZeroDivisionError", "AttributeError", "NameError", "Exception", "(TypeError, ValueError)", "LookupError", "ArithmeticError", "Oops", "OverflowError", "RuntimeError",
             "UnboundLocalError", "(KeyError, IndexError, Oops)", "StopIteration", "OSError", "AssertionError", "UnicodeError"]
VALUES = "ifcsboltd"          # the types whose values may go anywhere; sets stay apart
LITERALS = {
    "i": "0 1 2 3 7 10 (-1) (-5) 100 255 256 1000 65536 (-32769) 2147483648 4611686018427387903 4611686018427387904 9223372036854775807 (-9223372036854775808) 18446744073709551616 (10**20) (-(3**50)) 0x1F 0b101 1_000".split(),
    "f": "0.0 1.0 (-1.5) 2.5 0.1 3.14159 1e10 1e16 1e-5 (-0.0) 1e300 123456.789 0.5 1e22 99.995 5e-324".split(),
    "c": "1j 0j (1+2j) (-2.5j) (0.5-1j) 1e300j".split(),
    "s": ["''", "'a'", "'abc'", "'Hello'", "'x_y'", "'42'", "'-7'", "'3.5'", "' pad '", "'a,b,c'", "'ab\\tc\\n'", "'\\xe9t\\xe9'", "'\\u4e2d\\u6587'", "'\\U0001f600!'", "'ABCabc'", "'0x1f'", "'\\u0130\\u0131\\xdf'", '"it\'s"', "'%s'", "'{}'",
          "'aaa'", "'1e3'", "'nan'"],
    "b": """b'' b'a' b'abc' b'\\x00\\xff' b'42' b'Hello' b'a,b'""".split(),
    "o": ["True", "False"], "l": ["[]", "[1, 2, 3]", "['b', 'a']", "[3, 1, 2]", "[1.5, None, 'x']", "[(1, 'a'), (2, 'b')]", "[[1], [2, 3]]"], "t": ["()", "(1,)", "(1, 2, 3)", "('a', 2.5)", "((1, 2), 3)"],
    "d": ["{}", "{'a': 1, 'b': 2}", "{1: 'x', 2: 'y'}", "{'a': [1], 'k': {}}"], "e": ["{1, 2, 3}", "set()", "{'a'}", "frozenset({1, 5})"], "n": ["None"],
}


class Program:
    """Makes one program; `lines` is the text so far."""

    def __init__(self, chance):
        self.chance, self.lines, self.names, self.count = chance, [], [{}], 0
        self.functions, self.classes, self.generators, self.coroutines = [], [], [], []
        self.depth = self.loops = 0
        self.inside = []           # what we are inside of: "function", "generator", "coroutine", "class", "loop", "finally*"

    # Names and expressions

    def pick(self, text):
        return self.chance.choice(text.split("|")) if isinstance(text, str) else self.chance.choice(text)

    def maybe(self, often):
        return self.chance.random() < often

    def fresh(self, kind):
        self.count += 1
        return f"{kind}{self.count}"

    def variables(self, kind):
        return [name for scope in self.names for name in scope.get(kind, ())]

    def variable(self, kind):
        """A name to assign to; new, or one there is already."""
        old = self.names[-1].get(kind, ())
        if old and self.maybe(.5):
            return self.chance.choice(old)
        name = self.fresh(kind)
        self.names[-1].setdefault(kind, []).append(name)
        return name

    def expression(self, kind="a", depth=0):
        if kind == "a":
            kind = self.chance.choice(VALUES + "iissl") if self.maybe(.95) else "n"
        if self.maybe(.03) and kind in VALUES:
            kind = self.chance.choice(VALUES)              # a wrong type now and then: the errors are of interest
        known = self.variables(kind)
        if known and self.maybe(.45 if depth else .25):
            return self.chance.choice(known)
        if kind in LITERALS and (depth > 3 or self.maybe(.3 + depth * .12)):
            return self.chance.choice(LITERALS[kind])
        if kind == "n":
            return "None"
        if kind not in "zKCEFk" and self.maybe(.12) and depth < 3:
            special = self.special(kind, depth)
            if special:
                return special
        made = self.template(self.chance.choice(SPLIT[kind]), depth)
        return made if kind in "zFKCE" or depth == 0 and self.maybe(.5) else f"({made})"

    def template(self, text, depth):
        names = {}
        if "@N" in text:
            for which in ("N", "N2"):
                names[which] = self.fresh("n")
            self.names.append({self.chance.choice("iisa".replace("a", "i")): [names["N"]]})
        try:
            return re.sub(r"@(N2?|[a-zA-Z])(_*)", lambda m: names[m[1]] if m[1] in names else self.hole(m[1], m[2], depth), text.strip())
        finally:
            if names:
                self.names.pop()

    def hole(self, kind, inside, depth):
        """What fills a hole; `_` marks one inside an f-string, where no quotes, backslashes and braces may be (`__`: nor anything but a name)."""
        if not inside:
            return self.expression(kind, depth + 1)
        if kind == "F":
            return self.chance.choice(LITERAL_SPECS)
        if kind == "a" and inside == "_":
            return self.expression("a", depth + 1)
        for _ in range(4):
            made = self.expression(kind, 3)
            if not re.search(r"['\"\\{}!:=]|lambda", made):
                return made
        return "7"

    def special(self, kind, depth):
        """Calls of what the program has defined, and things that the tables cannot say."""
        what = self.chance.random()
        if what < .4 and self.functions:
            return self.call(depth)
        if what < .7 and self.classes and kind in "isfa":
            return self.chance.choice((f"{self.instance(depth)}.{self.chance.choice(ATTRIBUTES)}", f"len({self.instance(depth)})", f"{self.instance(depth)} + {self.expression(kind, depth + 1)}", f"{self.instance(depth)}[{self.expression('z')}]",
                                       f"{self.instance(depth)}.method({self.expression(kind, depth + 1)})", f"{self.instance(depth)}({self.expression('a', depth + 1)})", f"int({self.instance(depth)} == {self.instance(depth)})",
                                       f"getattr({self.instance(depth)}, 'value', {self.expression(kind, depth + 1)})", f"str({self.instance(depth)})", f"f'{{{self.instance(3)}}}'", f"-{self.instance(depth)}"))
        if what < .8 and kind in "sl":
            return f"eval({self.expression(kind, depth + 1)!r})"
        return None

    def instance(self, depth=0):
        known = self.variables("O")
        if known and self.maybe(.8):
            return self.chance.choice(known)
        return f"{self.chance.choice(self.classes)}({', '.join(self.expression('a', depth + 1) for _ in range(self.chance.choice((0, 1, 1, 1, 2))))})"

    def call(self, depth=0):
        name, positional, keywords = self.chance.choice(self.functions)
        arguments = [self.expression("a", depth + 1) for _ in range(max(0, positional + self.chance.choice((0, 0, 0, 0, 0, -1, 1))))]
        if self.maybe(.1):
            arguments.append("*" + self.expression(self.chance.choice("lts"), depth + 1))
        for keyword in keywords:
            if self.maybe(.6):
                arguments.append(f"{keyword}={self.expression('a', depth + 1)}")
        if self.maybe(.05):
            # str(x): of a cached function python3.11 hashes the values before it looks at the type of the keys
            arguments.append(f"**{{str(x): y for x, y in ({self.expression('d', depth + 1)}).items()}}")
        if self.maybe(.03):
            arguments.append(f"{self.chance.choice(('k1', 'p0', 'nope'))}=1")
        return f"{name}({', '.join(arguments)})"

    # Statements

    def emit(self, text):
        for line in text.split("\n"):
            self.lines.append("    " * self.depth + line)

    def block(self, size=None, first=None):
        self.depth += 1
        if first:
            self.emit(first)
        for _ in range(size or self.chance.choice((1, 1, 2, 3))):
            self.statement()
        self.depth -= 1

    def statement(self):
        kinds = SIMPLE if self.depth > 4 or len(self.lines) > 260 else ALL
        getattr(self, self.chance.choice(kinds))()

    def do_print(self):
        if self.maybe(.1):
            self.emit(f"print({self.expression('i')}, {self.expression('s')}, sep={self.chance.choice(LITERALS['s'])}, end={self.chance.choice(LITERALS['s'])} + '\\n')")
        else:
            kind = self.chance.choice(VALUES + "aaaaei")
            self.emit(f"say({', '.join(self.expression(kind) for _ in range(self.chance.choice((1, 1, 2))))})")

    def do_assign(self):
        kind = self.chance.choice(VALUES + "eiisl")
        value = self.expression(kind)
        if kind in "sblt" and self.loops:
            value = f"({value})[:40]"
        elif kind == "i" and self.loops:
            value = f"({value}) % 10**30"
        self.emit(f"{self.variable(kind)}{self.chance.choice(('', '', '', '', ': int', ': list[str]')) if not self.globals() else ''} = {value}")

    def globals(self):
        return "global" in self.inside

    def do_unpack(self):
        left = [self.variable(self.chance.choice("iisl")) for _ in range(self.chance.choice((2, 2, 3)))]
        star = self.chance.randrange(len(left)) if self.maybe(.4) else None
        if star is not None:
            left[star] = "*" + self.variable("l")
        targets = ", ".join(left)
        if self.maybe(.2):
            targets = f"({left[0]}, [{', '.join(left[1:])}])"
        if self.maybe(.2):
            targets += f" = {self.variable('t')}"
        self.emit(f"{targets} = {self.expression(self.chance.choice('tttls')) if self.maybe(.5) else ', '.join(self.expression('a', 1) for _ in left)}")

    def do_augment(self):
        kind = self.chance.choice("iiiflsd")
        known = self.names[-1].get(kind)
        if not known:
            return self.do_assign()
        name = self.chance.choice(known)
        if kind in "if":
            op = self.chance.choice(("+=", "-=", "//=", "%=", "&=", "|=", "^=", ">>=", "/=") if kind == "i" else ("+=", "-=", "*=", "/=", "//=", "%="))
            self.emit(f"{name} {op} {self.expression(kind, 2)}")
        elif kind == "d":
            self.emit(f"{name} |= {self.expression('d', 2)}")
        else:
            self.emit(f"{name} += ({self.expression(kind, 2)})[:3]")

    def do_mutate(self):
        lists, dicts, sets, objects = (self.variables(kind) for kind in "ldeO")
        choices = []
        for name in lists[-2:]:
            choices += [f"{name}.append({self.scalar()})", f"{name}[{self.expression('z')}] = {self.scalar()}", f"del {name}[{self.expression('z')}]", f"{name}.insert({self.expression('z')}, {self.scalar()})", f"say({name}.pop())",
                        f"{name}[{self.expression('z')}:{self.expression('z')}] = {self.expression('t', 3)}[:4]", f"{name}.extend({self.expression('s', 3)}[:4])", f"{name}.reverse()", f"{name}.sort(key=str)", f"{name}.sort()", f"{name}.remove({self.expression('a', 3)})",
                        f"del {name}[::{self.expression('z')}]", f"{name}[{self.expression('z')}] += {self.expression('i', 3)}", f"{name}[::2] = {self.expression('l', 3)}[:4]", f"{name}.clear()"]
        for name in dicts[-2:]:
            choices += [f"{name}[{self.expression('k', 2)}] = {self.scalar()}", f"del {name}[{self.expression('k', 3)}]", f"{name}.update({self.expression('d', 3)})", f"say({name}.pop({self.expression('k', 3)}, {self.scalar()}))", f"say({name}.setdefault({self.expression('k', 3)}, []))",
                        f"{name}[{self.expression('k', 3)}] += {self.expression('i', 3)}", f"say({name}.popitem())", f"{name}.update(a={self.scalar()})"]
        for name in sets[-1:]:
            choices += [f"{name}.add({self.expression('k', 2)})", f"{name}.discard({self.expression('k', 3)})", f"{name}.remove({self.expression('k', 3)})", f"{name}.update({self.expression('s', 3)})", f"{name} &= {self.expression('e', 3)}", f"{name} -= {self.expression('e', 3)}"]
        for name in objects[-2:]:
            choices += [f"{name}.value = {self.scalar()}", f"{name}.value += {self.expression('i', 3)}", f"{name}.extra = {self.scalar()}", f"del {name}.{self.chance.choice(ATTRIBUTES)}", f"{name}[{self.expression('z')}] = {self.scalar()}", f"del {name}[{self.expression('z')}]",
                        f"{name} += {self.expression('i', 3)}", f"{name}.prop = {self.scalar()}", f"setattr({name}, 'dyn', {self.scalar()})", f"say({name}.prop, {name}.value)", f"say(sorted(vars({name})))", f"{name}.count -= 1", f"say({name} < {self.instance()}, {name} == {self.instance()})"]
        self.emit(self.chance.choice(choices) if choices else "pass")

    def scalar(self):
        return self.expression(self.chance.choice("iifsbo"), 2)

    def do_if(self):
        self.emit(f"if {self.expression('o')}:")
        self.block()
        while self.maybe(.3):
            self.emit(f"elif {self.expression('o')}:")
            self.block()
        if self.maybe(.5):
            self.emit("else:")
            self.block()

    def do_for(self):
        if self.loops > 2:
            return self.do_print()
        name = self.variable(self.chance.choice("iis"))
        source = self.chance.choice((f"range({self.chance.randint(0, 4)})", self.expression("l") + "[:4]", self.expression("s") + "[:4]", f"{self.expression('t')}[:4]", f"list({self.expression('d')})[:4]", f"sorted({self.expression('e')}, key=show)[:4]"))
        if self.maybe(.2):
            name, source = f"{self.variable('i')}, {name}", f"enumerate({source})"
        elif self.maybe(.1):
            name, source = f"{self.variable('i')}, {name}", f"list(({self.expression('d')}).items())[:4]"
        self.emit(f"for {name} in {source}:")
        self.loop_body("tick()")

    def loop_body(self, first):
        self.loops += 1
        self.inside.append("loop")
        self.block(first=first)
        self.inside.pop()
        self.loops -= 1
        if self.maybe(.3):
            self.emit("else:")
            self.block(1)

    def do_while(self):
        if self.loops > 2:
            return self.do_print()
        counter = self.fresh("w")
        self.emit(f"{counter} = {self.chance.randint(0, 4)}")
        self.emit(f"while {counter} > 0{' and ' + self.expression('o', 2) if self.maybe(.3) else ''}:")
        self.loop_body(f"{counter} -= 1; tick()")

    def do_jump(self):
        """break, continue, return: often under a condition."""
        choices = []
        if self.inside and self.inside[-1] == "loop":
            choices += ["break", "continue"] * 2
        if any(place in self.inside for place in ("function", "generator", "coroutine")) and "class" not in self.inside:
            choices.append("return " + self.expression("a"))
        if "agenerator" in self.inside:
            choices = [choice if not choice.startswith("return") else "return" for choice in choices]
        if not choices:
            return self.do_print()
        jump = self.chance.choice(choices)
        if self.maybe(.7):
            self.emit(f"if {self.expression('o')}: {jump}")
        else:
            self.emit(jump)

    def do_raise(self):
        error = self.expression("E")
        text = f"raise {error}" + (f" from {self.chance.choice(('None', self.expression('E'), 'ValueError(3)'))}" if self.maybe(.25) else "")
        self.emit(f"if {self.expression('o')}: {text}" if self.maybe(.7) else text)

    def do_try(self):
        self.emit("try:")
        self.block()
        if self.maybe(.15):
            self.emit("finally:")
            self.block()
            return
        name = self.fresh("x")
        for i in range(self.chance.choice((1, 1, 2))):
            target = f" as {name}" if self.maybe(.8) else ""
            self.emit(f"except {self.chance.choice(CATCHABLE)}{target}:")
            self.handler(name if target else None)
        if self.maybe(.6):
            self.emit(f"except Exception as {name}:")
            self.handler(name)
        elif self.maybe(.1) and "generator" not in self.inside:
            self.emit("except:")
            self.handler(None)
        if self.maybe(.3):
            self.emit("else:")
            self.block(1)
        if self.maybe(.35):
            self.emit("finally:")
            self.block()

    def handler(self, name):
        self.depth += 1
        if name:
            self.emit(self.chance.choice((f"say({name})", f"say(type({name}), str({name}))", f"say(chain({name}))", f"say({name}.args)", f"print(''.join(traceback.format_exception({name})))", "print(traceback.format_exc())", f"{name}.add_note('note'); say({name}.__notes__)",
                                          f"say(getattr({name}, 'name', None), getattr({name}, 'obj', None))", f"say({name}.__traceback__.tb_lineno, {name}.__traceback__.tb_next is None)")))
        else:
            self.emit("say(sys.exc_info()[0])")
        if self.maybe(.15):
            self.emit(f"raise{self.chance.choice(('', ' Oops(1)', ' Oops(2) from None', f' KeyError(3) from {name}' if name else ''))}")
        self.depth -= 1
        if self.maybe(.5):
            self.block(1)

    def do_group(self):
        """except*: with groups, nested groups and plain exceptions."""
        parts = ", ".join(self.chance.choice((f"ValueError({self.expression('z')})", f"TypeError({self.expression('s', 3)})", "Oops('o')", "ExceptionGroup('in', [KeyError(1), ValueError(2)])", "OSError(2, 'no')")) for _ in range(self.chance.randint(1, 4)))
        name = self.fresh("x")
        self.emit("try:")
        self.depth += 1
        self.emit("try:")
        self.depth += 1
        if self.maybe(.3):
            self.statement()
        self.emit(self.chance.choice((f"raise ExceptionGroup({self.chance.choice(LITERALS['s'])}, [{parts}])", f"raise ExceptionGroup('g', [{parts}]) from ValueError('cause')", "raise ValueError('plain')", f"{self.expression('a')}")))
        self.depth -= 1
        for kind in self.chance.sample(("ValueError", "TypeError", "(KeyError, Oops)", "OSError", "Exception"), self.chance.randint(1, 3)):
            self.emit(f"except* {kind} as {name}:")
            self.depth += 1
            self.emit(self.chance.choice((f"say({name}.message, {name}.exceptions)", f"say({name}.split(ValueError))", f"print(traceback.format_exc())", f"say({name}.subgroup(lambda e: isinstance(e, ValueError)))", "raise", "raise Oops('new')", f"say({name}.derive([Oops(1)]))")))
            self.depth -= 1
        if self.maybe(.3):
            self.emit("else:")
            self.block(1)
        if self.maybe(.3):
            self.emit("finally:")
            self.block(1)
        self.depth -= 1
        self.emit(f"except Exception as {name}:")
        self.depth += 1
        self.emit(self.chance.choice((f"print(''.join(traceback.format_exception({name})))", f"say(chain({name}))")))
        self.depth -= 1

    def do_with(self):
        managers = []
        for _ in range(self.chance.choice((1, 1, 2))):
            made = f"Manager({self.expression('z')}, {self.chance.choice(('', 'ValueError', '(TypeError, KeyError)', 'Exception', 'ZeroDivisionError'))})".replace(", )", ")")
            target = self.chance.choice(("{}", "({}, *{})")).format(self.variable("i"), self.variable("l"))
            managers.append(f"{made} as {target}" if self.maybe(.5) else made)
        text = ", ".join(managers)
        self.emit(f"with ({text}):" if self.maybe(.3) else f"with {text}:")
        self.block()

    def do_match(self):
        self.emit(f"match {self.expression('a') if self.maybe(.7) else self.expression('a') + ', ' + self.expression('a')}:")
        self.depth += 1
        for _ in range(self.chance.randint(1, 4)):
            self.names.append({})
            self.emit(f"case {self.pattern()}{' if ' + self.expression('o', 1) if self.maybe(.25) else ''}:")
            for kind, names in self.names.pop().items():
                self.names[-1].setdefault(kind, []).extend(names)
            self.block(self.chance.choice((1, 2)))
        if self.maybe(.5):
            self.emit(f"case {self.chance.choice(('_', self.variable('a'), '_ as ' + self.variable('a')))}:")
            self.block(1)
        self.depth -= 1

    def pattern(self, depth=0):
        capture = lambda kind: self.names[-1].setdefault(kind, []).append(self.fresh(kind)) or self.names[-1][kind][-1]
        kind = self.chance.random()
        if kind < .3 or depth > 2:
            return self.chance.choice(("1", "-1", "'a'", "0.1", "None", "True", "b'a'", "1+2j", "'abc'", "42", "3 | 4 | 'x'", "math.pi", "10", "(0 | 1)"))
        if kind < .45 and depth:
            return self.chance.choice(("_", capture("i"), capture("s")))
        if kind < .65:
            inner = [self.pattern(depth + 1) for _ in range(self.chance.randint(0, 3))]
            if self.maybe(.4):
                inner.insert(self.chance.randint(0, len(inner)), self.chance.choice(("*_", "*" + capture("l"))))
            return f"[{', '.join(inner)}]" if self.maybe(.5) else f"({', '.join(inner)}{',' if inner else ''})"
        if kind < .78:
            keys = self.chance.sample(("'a'", "'b'", "1", "2", "None", "'k'"), self.chance.randint(0, 2))
            inner = [f"{key}: {self.pattern(depth + 1)}" for key in keys] + ([f"**{capture('d')}"] if self.maybe(.4) else [])
            return "{" + ", ".join(inner) + "}"
        if kind < .92:
            name = self.chance.choice(("int", "str", "float", "list", "dict", "tuple", "bytes", "bool", "int") + tuple(self.classes))
            inner = [self.pattern(depth + 1)] if self.maybe(.4) else []
            if self.maybe(.25):
                inner.append(f"{self.chance.choice(('real', 'imag', 'value', 'nope'))}={self.pattern(depth + 1)}")
            return f"{name}({', '.join(inner)})"
        return f"({self.pattern(depth + 1)}) as {capture('i')}"

    def do_del(self):
        known = [name for names in self.names[-1].values() for name in names]
        if known and self.maybe(.5):
            self.emit(f"del {self.chance.choice(known)}")
        else:
            self.do_mutate()

    def do_assert(self):
        self.emit(f"assert {self.expression('o')}{', ' + self.expression('a') if self.maybe(.5) else ''}")

    def do_expression(self):
        self.emit(self.expression(self.chance.choice("aaaKE")))

    def do_call(self):
        self.emit(f"say({self.call()})" if self.functions else "pass")

    def do_global(self):
        known = self.names[0].get("i")
        if not known or not any(place in self.inside for place in ("function",)) or "class" in self.inside:
            return self.do_print()
        self.emit(f"globals()[{self.chance.choice(known)!r}] = {self.expression('i')} % 10**9")

    # Definitions

    def parameters(self):
        """(text, names, positional count, keyword names) of a random parameter list."""
        parts, names, positional, keywords, default = [], [], 0, [], False
        for i in range(self.chance.choice((0, 1, 1, 2, 2, 3))):
            default = default or self.maybe(.25)
            annotation = self.chance.choice(("", "", "", ": int", ": 'str'"))
            parts.append(f"p{i}{annotation}" + (f" = {self.expression('a', 2)}" if default else ""))
            names.append(f"p{i}")
            positional += 1
            if self.maybe(.12):
                parts.append("/")
                parts = [part for j, part in enumerate(parts) if part != "/" or j == len(parts) - 1]
        if self.maybe(.25):
            parts.append("*rest")
        elif self.maybe(.3):
            parts.append("*")
        if parts and parts[-1].startswith("*"):
            for i in range(self.chance.choice((1, 1, 2)) if parts[-1] == "*" else self.chance.choice((0, 1))):
                parts.append(f"k{i}" + (f" = {self.expression('a', 2)}" if self.maybe(.6) else ""))
                names.append(f"k{i}")
                keywords.append(f"k{i}")
        if self.maybe(.2):
            parts.append("**more")
        return ", ".join(parts), names, positional, keywords, "*rest" in parts, "**more" in parts

    def function(self, name, kind="function", first=None, method=False):
        text, names, positional, keywords, rest, more = self.parameters()
        if method:
            text = "self, " + text if text else "self"
        self.emit(f"{'async ' if kind in ('coroutine', 'agenerator') else ''}def {name}({text}){self.chance.choice(('', '', ' -> int', ' -> None'))}:")
        scope = {}
        for parameter in names:
            scope.setdefault(self.chance.choice("iiisla"), []).append(parameter)
        if rest:
            scope.setdefault("t", []).append("rest")
        if more:
            scope.setdefault("d", []).append("more")
        outer, loops, inside = self.names, self.loops, self.inside
        self.names, self.loops = self.names + [scope], 0
        self.inside = [place for place in inside if place not in ("class", "loop", "generator", "coroutine", "agenerator")] + [kind]
        self.depth += 1
        if self.maybe(.1):
            self.emit(f'"""{name} does something."""')
        self.emit("tick()")
        outside = [n for s in outer[1:] for names_ in s.values() for n in names_ if re.fullmatch(r"[ifsl]\d+", n)]
        if self.maybe(.3) and len(outer) > 1 and outside and kind == "function" and any(place in inside for place in ("function",)) and "class" not in inside:
            own = [n for names_ in outer[-1].values() for n in names_ if re.fullmatch(r"[ifsl]\d+", n)]
            if own:
                target = self.chance.choice(own)
                self.emit(f"nonlocal {target}")
                scope.setdefault(target[0], []).append(target)
        elif self.maybe(.15) and outer[0].get("i") and kind == "function":
            target = self.chance.choice(outer[0]["i"])
            self.emit(f"global {target}")
            scope.setdefault("i", []).append(target)
        if first:
            self.emit(first)
        for _ in range(self.chance.randint(1, 5)):
            if kind in ("generator", "coroutine", "agenerator") and self.maybe(.5):
                self.suspend(kind)
            else:
                self.statement()
        if kind in ("generator", "agenerator"):
            self.emit(f"yield {self.expression('a')}")
        if self.maybe(.6) and kind != "agenerator":
            self.emit(f"return {self.expression('a')}")
        self.depth -= 1
        self.names, self.loops, self.inside = outer, loops, inside
        return positional, keywords

    def suspend(self, kind):
        """A yield or await in one of its places."""
        if kind == "generator":
            self.emit(self.chance.choice((f"yield {self.expression('a')}", f"{self.variable('i')} = yield {self.expression('a')}", f"say((yield))", f"yield from {self.expression('t')}[:3]", f"{self.variable('i')} = yield from [{self.expression('a')}]",
                                          f"yield from ({self.expression('a')} for _ in range(2))", f"try:\n    yield 1\nexcept ValueError as x0:\n    say('caught', x0)\n    yield {self.expression('a')}", f"try:\n    yield 2\nfinally:\n    say('finally', {self.expression('i')})",
                                          f"for _ in range(2):\n    got = yield _\n    say('got', got)", f"with Manager('g', KeyError):\n    yield {self.expression('a')}", "return (yield)" if self.maybe(.3) else "yield")))
        elif kind == "coroutine":
            self.emit(self.chance.choice((f"{self.variable('t')} = await Wait({self.expression('z')})", f"say(await Wait({self.expression('a')}))", f"async with Manager({self.expression('z')}, ValueError) as y0:\n    say(y0, {self.expression('a')})",
                                          f"async for y1 in Items({self.expression('i')}, {self.expression('s')}):\n    say(y1)", f"say([y2 async for y2 in Items({self.expression('z')}, {self.expression('z')}) if y2])", "say(await Wait(13))",
                                          f"try:\n    await Wait(13)\nexcept ValueError as x0:\n    say('caught', x0)\nfinally:\n    say({self.expression('a')})", f"say({{y3: await Wait(y3) async for y3 in Items(1, {self.expression('s')})}})",
                                          f"await {self.expression('i')}" if self.maybe(.2) else "pass", f"say([await Wait(y4) for y4 in {self.expression('t')}[:3]])",
                                          *(f"async for y5 in {name}({', '.join(self.expression('a', 2) for _ in range(n))}):\n    say(y5)" for name, n in self.agenerators[-1:]),
                                          *(f"say(await {name}({', '.join(self.expression('a', 2) for _ in range(n))}))" for name, n in self.coroutines[-1:]))))
        else:
            self.emit(self.chance.choice((f"yield {self.expression('a')}", f"say(await Wait({self.expression('z')}))", f"{self.variable('i')} = yield {self.expression('i')}", f"async for y1 in Items(1, {self.expression('z')}):\n    yield y1")))

    agenerators = ()

    def do_def(self):
        if self.inside.count("function") > 1 or len(self.lines) > 260:
            return self.do_print()
        name, decorated = self.fresh("func"), self.maybe(.15)
        if decorated:
            self.emit(self.chance.choice((f"@traced({name!r})", "@functools.lru_cache", f"@functools.partial(lambda f, *a: f)", "@(lambda f: f)")))
        positional, keywords = self.function(name)
        if "function" not in self.inside and "class" not in self.inside:
            self.functions.append((name, positional, keywords))
        else:
            self.emit(f"say({name}({', '.join(self.expression('a', 2) for _ in range(positional))}))")

    def do_lambda(self):
        name = self.fresh("lam")
        self.names.append({"i": ["p", "q"]})
        body = self.expression("a")
        self.names.pop()
        self.emit(f"{name} = lambda p={self.expression('z')}, *r, q={self.expression('i', 2)}: {body}")
        self.emit(f"say({name}({self.expression('a', 2)}))")

    def do_generator(self):
        if self.inside or self.depth > 1:
            return self.do_print()
        name = self.fresh("gen")
        positional, keywords = self.function(name, "generator")
        for _ in range(self.chance.choice((1, 2))):
            actions = ", ".join(self.chance.choice(("('next', 0)", "('next', 0)", f"('send', {self.expression('a', 3)})", f"('throw', {self.expression('E')})", "('close', 0)")) for _ in range(self.chance.randint(1, 6)))
            self.emit(f"drive(lambda: {name}({', '.join(self.expression('a', 2) for _ in range(positional))}), {actions})")

    def do_coroutine(self):
        if self.inside or self.depth > 1:
            return self.do_print()
        if self.maybe(.3):
            name = self.fresh("agen")
            positional, _ = self.function(name, "agenerator")
            self.agenerators = [*self.agenerators, (name, positional)]
            return None
        name = self.fresh("co")
        positional, keywords = self.function(name, "coroutine")
        self.emit(f"run({name}({', '.join(self.expression('a', 2) for _ in range(positional))}))")
        self.coroutines.append((name, positional))

    def do_hot(self):
        """One function called with arguments of changing types, often enough for what learns from them."""
        if self.inside or self.depth > 2:
            return self.do_print()
        name, x, y = self.fresh("hot"), self.fresh("x"), self.fresh("y")
        operation = self.chance.choice(("{x} + {y}", "{x} - {y}", "{x} * {y}", "{x} // {y}", "{x} % {y}", "{x} / {y}", "{x} ** {y}", "{x} & {y}", "{x} << {y}", "{x} >> {y}", "{x} < {y}", "{x} == {y}", "{x} in {y}", "{x}[{y}]", "{x}[{y}:]", "{x}.value", "{x}.real", "{x}.method({y})",
                                        "len({x})", "-{x}", "~{x}", "{x}({y})", "[*{x}, *{y}]", "f'{{{x}}}{{{y}!r:>6}}'", "{x} and {y}", "{x} is None", "{x} if {y} else {x}", "str({x}) + str({y})", "{x}.count", "{x}.upper()", "list({x})", "sum({x})", "{x}.append({y})", "isinstance({x}, type({y}))",
                                        "{x} ^ {y}", "{x} | {y}", "{x} >= {y}", "{x} != {y}", "next(iter({x}))", "max({x}, {y})", "[{x} for _ in range(3)]", "{{{x}: {y}}}", "type({x}).__name__", "{x}.items", "divmod({x}, {y})", "{x}.get({y})", "abs({x})", "round({x}, {y})", "'%s' % {x}", "{x} @ {y}"))
        self.emit(f"def {name}({x}, {y}={self.expression('z')}):\n    tick()")
        self.depth += 1
        if self.maybe(.4):
            self.emit(self.chance.choice((f"{x} += {y}", f"{x} -= 1", f"{x}.value = {y}", f"{x}[0] = {y}", f"for {y} in {x}: pass", f"{y}, *{x} = {x}", f"{x}, {y} = {y}, {x}", f"global fuel; fuel -= len({x})", f"del {x}[0]", f"{x} *= 2", f"{x} |= {y}")))
        self.emit("return " + operation.format(x=x, y=y))
        self.depth -= 1
        kinds = [self.chance.choice("iiiffsbltdoc") for _ in range(self.chance.choice((1, 1, 2, 3)))]
        items = [f"({self.argument(self.chance.choice(kinds))}, {self.argument(self.chance.choice(kinds))})" for _ in range(self.chance.choice((2, 3, 5)))]
        self.emit(f"for a0, a1 in [{', '.join(items)}] * {self.chance.choice((1, 3, 6))}:\n    try: say({name}(a0, a1)){self.chance.choice(('', f'; {name}(a0)'))}\n    except Exception as x9: say(x9)")

    def argument(self, kind):
        return self.instance(2) if self.classes and self.maybe(.25) else self.expression(kind, 2)

    def do_numbers(self):
        """A longer loop of plain arithmetic."""
        if self.loops or self.depth > 3:
            return self.do_print()
        kind = "i" if self.maybe(.7) else "f"
        i, total = self.fresh("w"), self.variable(kind)
        step = self.chance.choice((f"{total} += {i} * {self.expression('z')}", f"{total} = ({total} * 31 + {i}) % 1000003", f"{total} ^= {i} << 3", f"{total} = {total} * 7 // 3 - {i}", f"{total} -= {i} / 3", f"{total} = -{total} if {i} & 1 else {total} + {self.expression('i', 3)}",
                                   f"{total} += {i} if {i} % 3 else {self.expression('f', 3)}", f"{total} += {i} > 7", f"{total} = {total} + {i}.bit_length()", f"{total} = max({total}, {i} * {i}) & 0xffff"))
        self.emit(f"{total} = {self.expression(kind, 2)}\nfor {i} in range({self.chance.choice(('60', '33, 90, 2', '40, -20, -1', '2**62 - 5, 2**62 + 5', '2**63 - 3, 2**63 + 3'))}):")
        self.depth += 1
        self.emit(step)
        if self.maybe(.4):
            self.emit(self.chance.choice((f"if {i} % 17 == 5: continue", f"if {total} == {self.expression('i', 3)}: break", f"try: {total} // ({i} - 35)\nexcept ZeroDivisionError: say({i})", f"{total} %= 10**12", f"if not {i}: {total} = {self.expression('i', 3)}")))
        self.depth -= 1
        self.emit(f"say({total}, type({total}))")

    def do_closure(self):
        """Closures made in a loop, which share variables or do not."""
        if self.inside or self.depth > 2:
            return self.do_print()
        name, variable = self.fresh("make"), self.fresh("v")
        self.emit(f"def {name}({variable}={self.expression('z')}):\n    made = []\n    for n0 in range(3):\n        last = n0 * 2")
        self.depth += 2
        self.names.append({"i": ["n0", "last", variable]})
        body = self.expression("i", 1)
        self.names.pop()
        self.emit(self.chance.choice((f"made.append(lambda: {body})", f"made.append(lambda n0=n0: {body})", f"def inner(p=last):\n    nonlocal {variable}\n    {variable} += p\n    return ({variable}, n0, {body})\nmade.append(inner)",
                                      f"def inner():\n    def deeper():\n        nonlocal last, {variable}\n        last += 1\n        {variable} = last\n        return {body}\n    return deeper(), last\nmade.append(inner)",
                                      f"def inner():\n    yield n0\n    yield {body}\nmade.append(lambda g=inner(): next(g, 'end'))", f"class Inner:\n    n0 = n0\n    got = [last for _ in range(2)]\n    def __call__(self): return (self.n0, __class__.__name__, last, {body})\nmade.append(Inner())",
                                      f"made.append(lambda: [(n0, last, x) for x in range(n0)])", f"made.append((lambda n0: lambda: (n0, last, {variable}))(n0 + 5))")))
        self.depth -= 1
        if self.maybe(.2):
            self.emit(self.chance.choice((f"del n0", f"del {variable}", "last = 'changed'", f"{variable} = None")))
        self.depth -= 1
        self.emit(f"    return made\nfor f0 in {name}() + {name}({self.expression('i', 2)}):\n    try: say(f0(), f0())\n    except Exception as x9: say(x9)")

    def do_patch(self):
        """A class changed between uses of its instances."""
        if self.inside or self.depth > 2 or not self.classes:
            return self.do_print()
        name, variable = self.chance.choice(self.classes), self.fresh("o")
        change = self.chance.choice(("{c}.count = {z}", "del {c}.count", "{c}.method = lambda self, *a: ('patched', a)", "{c}.prop = property(lambda self: ('patched prop', {z}))", "{c}.__len__ = lambda self: {z}", "{c}.__getattr__ = lambda self, name: 'late ' + name", "{v}.method = lambda *a: ('own', a)",
                                     "{v}.count = {z}", "{c}.value = {z}", "{c}.__add__ = lambda self, other: ('late add', other)", "{c}.__iter__ = lambda self: iter('late')", "{c}.__eq__ = lambda self, other: True", "{c}.__bool__ = lambda self: False", "{c}.__getitem__ = lambda self, key: key", "del {c}.__len__",
                                     "{v}.__class__ = {d}", "{v}.__dict__ = {{'value': 5}}", "{v}.__dict__['method'] = 7", "{c}.__call__ = lambda self, *a: a", "{c}.__bases__ = ({d},)", "del {c}.method", "{c}.__getattribute__ = lambda self, name: name", "{c}.method = classmethod(lambda cls, *a: ('class', a))",
                                     "{c}.method = staticmethod(len)", "{c}.count = property(lambda self: 3, lambda self, value: say('stored', value))", "{c}.__repr__ = lambda self: 'late repr'", "{c}.method = functools.partial(show)", "{c}.method = functools.partialmethod(lambda self, a, b=0: ('partial', a, b), 1)",
                                     "{c}.__hash__ = lambda self: 5", "{c}.__lt__ = lambda self, other: True", "{c}.__setattr__ = lambda self, *a: say('late set', a)", "{c}.__contains__ = lambda self, item: item", "{c}.__index__ = lambda self: 2", "{c}.count = {d}"))
        self.emit(f"try:\n    {variable} = {name}({self.expression('a', 2) if self.maybe(.5) else ''})\n    for _ in range({self.chance.choice((2, 4, 9))}):\n        if _ == {self.chance.choice((1, 1, 2, 5))}: "
                  + change.format(c=name, d=self.chance.choice(self.classes), v=variable, z=self.expression("z")))
        for _ in range(self.chance.choice((1, 2, 3))):
            use = self.chance.choice(("{v}.count", "{v}.method({z})", "{v}.prop", "len({v})", "{v} + {z}", "{v} == {v}", "bool({v})", "{v}[{z}]", "{v}({z})", "{v}.value", "{v}.missing", "[*{v}]", "type({v})", "str({v})", "{v} < {v}", "{z} in {v}", "{c}.count", "{c}.method", "{c}.mro()", "hash({v}) == 7",
                                      "vars({v})", "isinstance({v}, {c})", "dir({v})[-2:]", "range(5)[{v}]", "super({c}, {v}).__init__()", "setattr({v}, 'count', {z})", "sorted([{v}, {v}])", "{v}.count += 1"))
            use = use.format(v=variable, c=name, z=self.expression("z"))
            self.emit(f"        try: {use if '+=' in use else f'say({use})'}\n        except Exception as x9: say(x9)")
        self.emit("except Exception as x9: say(x9)")
        if self.maybe(.1):
            built = self.chance.choice(("len", "str", "range", "isinstance", "abs", "sorted", "print_"))
            self.emit(f"def use(x): return ({built.rstrip('_')}({self.chance.choice(('x', '[x, x]'))}) if x else 0)\nfor _ in range(6):\n    try: say(use({self.chance.choice(('_', 'str(_)', '[_]'))}))\n    except Exception as x9: say(x9)\n"
                      f"    if _ == 3: {built} = lambda *a: ('mine', a)\n    if _ == 4: del {built}")

    def do_unwind(self):
        """try, with and loops that are left in all ways at once."""
        if self.inside or self.depth > 2:
            return self.do_print()
        name = self.fresh("leave")
        ways = ["return ('r', n)", "break", "continue", "raise Oops(n)", "1 / 0", "pass", f"say({self.expression('a', 2)})", "raise ValueError(n) from None", "assert n > 5, n", "missing"]
        way = lambda: self.chance.choice(ways)
        when = lambda: self.chance.choice(("n == 1", "n > 1", "n", "n == 0", "True", "n % 2"))
        self.emit(f"def {name}(upto):\n    for n in range(upto):\n        tick()\n        {self.chance.choice(('try:', 'try:', f'with Manager(n, {self.chance.choice(CATCHABLE)}):'))}")
        managed = self.lines[-1].strip() != "try:"
        self.depth += 3
        self.emit(f"if {when()}: {way()}\nfor m in range(2):\n    {self.chance.choice((f'with Manager(m): {way()}', f'if {when()}: {way()}', f'say(m); {way()}'))}")
        if self.maybe(.5):
            self.emit(f"try:\n    if {when()}: {way()}\nexcept {self.chance.choice(CATCHABLE)} as e:\n    say('inner', e)\n    if {when()}: {way()}\nfinally:\n    say('inner finally', n)\n    if {when()}: {way()}")
        self.depth -= 1
        if not managed:
            kind = self.chance.random()
            if kind < .7:
                self.emit(f"except {self.chance.choice(CATCHABLE)}{self.chance.choice(('', ' as e'))}:\n    say('caught', n, sys.exc_info()[0])\n    if {when()}: {way()}")
                if self.maybe(.3):
                    self.emit(f"else:\n    if {when()}: {way()}")
            if kind >= .7 or self.maybe(.6):
                self.emit(f"finally:\n    say('finally', n, sys.exc_info()[0])\n    if {when()}: {way()}")
        self.depth -= 1
        if self.maybe(.3):
            self.emit("else:\n    say('else')")
        self.depth -= 1
        self.emit(f"    return 'end'\nfor a0 in (1, 2, 4):\n    try: say({name}(a0))\n    except Exception as x9: {self.chance.choice(('say(chain(x9))', 'print(traceback.format_exc())'))}")

    def do_stream(self):
        """An asynchronous generator driven by hand."""
        if self.inside or self.depth > 1:
            return self.do_print()
        name = self.fresh("agen")
        positional, _ = self.function(name, "agenerator")
        actions = ", ".join(self.chance.choice(("('anext', 0)", "('anext', 0)", f"('asend', {self.expression('a', 3)})", f"('athrow', {self.expression('E')})", "('aclose', 0)")) for _ in range(self.chance.randint(1, 5)))
        self.emit(f"astream(lambda: {name}({', '.join(self.expression('a', 2) for _ in range(positional))}), {actions})")

    def do_library(self):
        """What the library makes of functions and classes."""
        name = self.fresh("lib")
        if self.inside or self.depth > 2:
            return self.do_print()
        self.emit(self.chance.choice((
            f"@contextlib.contextmanager\ndef {name}(a):\n    say('in', a)\n    try: yield a\n    except ValueError as e: say('swallowed', e)\n    finally: say('out')\ntry:\n    with {name}({self.expression('a', 2)}) as got:\n        say(got)\n        raise {self.expression('E')}\nexcept Exception as x9: say(chain(x9))",
            f"with contextlib.ExitStack() as {name}:\n    {name}.enter_context(Manager(1, ValueError)); {name}.callback(say, 'called back', {self.expression('z')})\n    {name}.push(lambda *info: say(info[0]) or {self.chance.choice(('True', 'False'))})\n    say({self.expression('a', 2)})\n    {self.chance.choice(('pass', '1 / 0', 'raise KeyError(3)'))}",
            f"with contextlib.suppress({self.chance.choice(CATCHABLE)}):\n    say({self.expression('a', 1)})",
            f"@functools.singledispatch\ndef {name}(a): return 'default'\n@{name}.register\ndef _(a: int): return ('int', a)\n@{name}.register(list)\n@{name}.register(tuple)\ndef _(a): return len(a)\nsay([{name}(x) for x in ({self.expression('a', 2)}, {self.expression('a', 2)}, {self.expression('a', 2)})])",
            f"@dataclasses.dataclass({self.chance.choice(('', 'order=True', 'frozen=True', 'slots=True', 'kw_only=True', 'unsafe_hash=True'))})\nclass {name}:\n    a: int\n    b: list = dataclasses.field(default_factory=list)\n    c: str = {self.expression('s', 3)}\n"
            f"d0 = [{name}(a={self.expression('a', 2)}), {name}(a={self.expression('i', 2)}, c={self.expression('s', 2)})]\nsay([repr(x) for x in d0], d0[0] == d0[1])\ntry:\n    d0[0].a = {self.expression('z')}\n    say(dataclasses.astuple(d0[0]), sorted(d0) == d0)\nexcept Exception as x9: say(type(x9), str(x9))",
            f"class {name}(enum.{self.chance.choice(('Enum', 'IntEnum', 'Flag', 'IntFlag'))}):\n    A = 1\n    B = 2\n    C = {self.chance.choice(('4', 'enum.auto()', '1'))}\n    def double(self): return self.value * 2\nfor x0 in ({self.expression('z')}, 'A', {name}.B, 3):\n    try: say(repr({name}(x0)), {name}(x0).double(), {name}(x0) == x0, [repr(m) for m in {name}])\n    except Exception as x9: say(type(x9), str(x9))",
            f"@functools.lru_cache(maxsize={self.chance.choice(('2', 'None', '0'))})\ndef {name}(a, b=1):\n    say('computed', a)\n    return (a, b)\nfor x0 in ({self.expression('k', 2)}, {self.expression('k', 2)}, 1, 1.0, True, 1):\n    try: say({name}(x0), {name}(x0, b=2))\n    except Exception as x9: say(x9)\nsay(tuple({name}.cache_info()))",
            f"{name} = io.StringIO()\nprint({self.expression('a', 2)}, {self.expression('s', 2)}, file={name}, sep='|')\n{name}.seek(0)\nsay({name}.readlines())",
            f"{name} = iter({self.expression('l', 1)})\nwhile (w0 := next({name}, None)) is not None:\n    tick()\n    say(w0)",
            f"class {name}:\n    __slots__ = ('__a', 'b')\n    def __init__(self): self.__a = {self.expression('z')}\n    def __get(self): return self.__a\n    get = __get\no0 = {name}()\ntry: say(o0.get(), o0._{name}__a, [n for n in dir(o0) if 'a' in n][-1:]); o0.c = 1\nexcept AttributeError as x9: say(x9)",
            f"class {name}:\n    x = {self.expression('i', 2)}\n    ys = [x0 for x0 in range(2)]\n    def f(self, x=x): return (x, __class__.__name__)\n    for z in range(2): locals()[f'm{{z}}'] = z\n    del z\nsay({name}().f(), {name}.ys, {name}.m1, sorted(n for n in vars({name}) if n[0] != '_'))",
            f"class {name}:\n    def __set_name__(self, owner, name): self.name = name\n    def __get__(self, obj, owner=None): return (self.name, obj is None, owner.__name__)\n    def __set__(self, obj, value): say('set', self.name, value)\n    def __delete__(self, obj): say('delete', self.name)\n"
            f"class Has{name}:\n    d = {name}()\n    e = {name}()\no0 = Has{name}()\no0.d = {self.expression('a', 2)}\no0.__dict__['e'] = 5\nsay(o0.d, o0.e, Has{name}.d)\ndel o0.d",
            f"say(copy.deepcopy({self.expression('l', 1)}), copy.copy({self.expression('d', 1)}))",
            f"try: {name} = json.loads(json.dumps({self.expression(self.chance.choice('ldtis'), 1)}, sort_keys={self.chance.choice(('True', 'False'))}, default=repr)); say({name})\nexcept (TypeError, ValueError) as x9: say(x9)",
            f"{name} = pickle.loads(pickle.dumps({self.expression(self.chance.choice('ldtisbf'), 1)}, {self.chance.choice('012345')}))\nsay({name})",
            f"{name} = struct.pack('<iqd', {self.expression('i', 3)} % 1000, {self.expression('i', 3)}, {self.expression('f', 3)})\nsay({name}, struct.unpack('<iqd', {name}))",
            f"{name} = array.array({self.chance.choice(('b', 'i', 'd', 'Q'))!r}, [1, 2, 3])\ntry:\n    {name}.extend([{self.expression('z')}, {self.expression('i', 2)}])\n    {name}[{self.expression('z')}] = {self.expression('z')}\n    say({name}[::{self.expression('z')}], {name}.tolist())\nexcept Exception as x9: say(x9)",
            f"{name} = collections.deque({self.expression('l', 1)}, {self.chance.choice(('None', '3', '0'))})\ntry:\n    {name}.appendleft({self.expression('a', 2)}); {name}.rotate({self.expression('z')}); {name}.insert({self.expression('z')}, 5); say(list({name}), {name}[{self.expression('z')}]); {name}.remove(5)\nexcept Exception as x9: say(x9)",
            f"{name} = collections.OrderedDict({self.expression('d', 1)})\ntry:\n    {name}['z'] = 1; {name}.move_to_end({self.chance.choice(('next(iter(' + name + '))', repr('a')))}, last={self.chance.choice(('True', 'False'))}); say(list({name}.items()), {name}.popitem(last=False), {name} == dict({name}))\nexcept Exception as x9: say(x9)",
        )))

    def do_class(self):
        if self.inside or self.depth > 1 or len(self.lines) > 260:
            return self.do_print()
        name = self.fresh("Cls")
        bases = self.chance.sample(self.classes, min(len(self.classes), self.chance.choice((0, 0, 1, 1, 2))))
        slots = self.maybe(.12)
        arguments = list(bases) or ([self.chance.choice(("object", "list", "dict", "int", "str", "Exception", "tuple"))] if self.maybe(.15) else [])
        if self.maybe(.12):
            meta = self.fresh("Meta")
            self.emit(f"class {meta}(type):\n    def __new__(m, n, b, ns, **k):\n        say('new', n, sorted(x for x in ns if x[0] != '_'), k)\n        return super().__new__(m, n, b, ns)\n    def __init__(c, n, b, ns, **k): super().__init__(n, b, ns)\n"
                      f"    def __call__(c, *a, **k):\n        say('meta call', c, a[:2])\n        return super().__call__(*a, **k)\n    def __len__(c): return 3\n    def __getattr__(c, n): return 'meta ' + n")
            arguments.append(f"metaclass={meta}")
            if self.maybe(.3):
                arguments.append("option=1")
        self.emit("try:")
        self.depth += 1
        if self.maybe(.1):
            self.emit(self.chance.choice(("@(lambda c: c)", "@functools.total_ordering")))
        self.emit(f"class {name}({', '.join(arguments)}):" if arguments or self.maybe(.3) else f"class {name}:")
        self.depth += 1
        self.inside.append("class")
        self.names.append({})
        self.emit("def __repr__(self): return '<' + type(self).__name__ + '>'")      # the default shows an address
        if slots:
            self.emit("__slots__ = ('value', 'items', 'count')")
        elif self.maybe(.7):
            self.emit(f"count = {self.expression('z')}")
        if self.maybe(.3):
            self.emit(f"__match_args__ = ('value',)")
        members = list(MEMBERS)
        self.chance.shuffle(members)
        if self.maybe(.85):
            self.emit(f"def __init__(self, value={self.expression('z')}, *more, **named):\n    {'super().__init__()' if self.maybe(.5) else 'pass'}\n    self.value = value\n    self.items = list(more)")
        for member in members[:self.chance.randint(1, 7)]:
            self.emit(self.template(member, 2))
        if self.maybe(.3):
            self.statement()
        if self.maybe(.4):
            self.function("method", method=True)
        self.names.pop()
        self.inside.pop()
        self.depth -= 2
        self.emit(f"except Exception as x9:\n    say(x9)\n    class {name}:\n        def __repr__(self): return 'plain'")
        self.classes.append(name)
        for _ in range(self.chance.choice((0, 1, 2))):
            self.emit(f"try: {self.variable('O')} = {name}({self.expression('a', 2) if self.maybe(.7) else ''})\nexcept Exception as x9: say(x9)")

    def top(self):
        """A statement of the program's body; most errors are caught there, so that the rest is reached."""
        start = len(self.lines)
        if self.maybe(.85):
            self.emit("try:")
            self.block(self.chance.choice((1, 2, 3)))
            self.emit(self.chance.choice(("except Exception as x:\n    say(type(x), str(x))", "except Exception as x:\n    print(traceback.format_exc())", "except Exception as x:\n    say(chain(x))")))
        else:
            self.statement()
        return start

    def make(self):
        self.agenerators = []
        for kind in "iisl":
            self.emit(f"{self.variable(kind)} = {self.chance.choice(LITERALS[kind])}")
        for _ in range(self.chance.randint(1, 3)):
            self.chance.choice((self.do_def, self.do_class, self.do_class, self.do_def, self.do_generator, self.do_coroutine, self.do_stream, self.do_hot, self.do_closure, self.do_unwind, self.do_patch, self.do_library))()
        for _ in range(self.chance.randint(6, 16)):
            self.top()
        return "\n".join(self.lines) + "\n"


ATTRIBUTES = ["value", "items", "count", "prop", "missing", "__class__", "__doc__", "extra", "cached"]
MEMBERS = [
    "def __repr__(self): return f'{type(self).__name__}<{getattr(self, \"value\", None)!s:.20}>'",
    "def __str__(self): return 'str ' + @s",
    "def __eq__(self, other): return getattr(self, 'value', 0) == getattr(other, 'value', other)\ndef __hash__(self): return 7",
    "def __lt__(self, other): return self.value < other.value",
    "def __len__(self): return @z",
    "def __bool__(self): return @o",
    "def __add__(self, other): return @i\ndef __radd__(self, other): return ('radd', other)",
    "def __iadd__(self, other):\n    self.value = other\n    return self",
    "def __getitem__(self, key):\n    if key == 3: raise IndexError(key)\n    return (key, @a)",
    "def __setitem__(self, key, value): say('set', key, value)\ndef __delitem__(self, key): say('del', key)",
    "def __iter__(self): return iter([@i, @s])",
    "def __contains__(self, item): return item == @z",
    "def __call__(self, *args, **named): return (len(args), @a)",
    "def __getattr__(self, name):\n    if name.startswith('_') or name in ('value', 'items'): raise AttributeError(name)\n    return 'dynamic ' + name",
    "def __setattr__(self, name, value):\n    say('setattr', name)\n    super().__setattr__(name, value)",
    "def __delattr__(self, name):\n    say('delattr', name)\n    object.__delattr__(self, name)",
    "@@property\ndef prop(self): return (self.value, @a)\n@@prop.setter\ndef prop(self, value): self.value = value",
    "@@property\ndef prop(self): return @i",
    "@@classmethod\ndef made(cls, *args): return cls(*args)",
    "@@staticmethod\ndef method(*args): return (args[:2], @a)",
    "def method(self, *args): return (super().method(*args) if hasattr(super(), 'method') else 'base', @a)",
    "def __init_subclass__(cls, **named): say('subclass', cls, named)",
    "def __format__(self, spec): return 'fmt:' + spec + @s",
    "def __index__(self): return @z",
    "def __neg__(self): return @a\ndef __invert__(self): return 1",
    "def __class_getitem__(cls, item): return ('class', item)",
    "def __enter__(self): return self\ndef __exit__(self, *info): return info[0] is ValueError",
    "def __int__(self): return @i",
    "def __float__(self): return @f",
    "def __missing__(self, key): return ('missing', key)",
    "def __getattribute__(self, name):\n    if name == 'extra': return 'got extra'\n    return super().__getattribute__(name)",
    "@@functools.cached_property\ndef cached(self): return @a",
    "def __rsub__(self, other): return NotImplemented\ndef __mul__(self, other): return NotImplemented",
    "def __reversed__(self): return iter('zyx')",
    "def __new__(cls, *args, **named):\n    say('new', cls)\n    return super().__new__(cls)",
    "def __set_name__(self, owner, name): say('named', name)",
    "def __get__(self, instance, owner=None): return ('descriptor', instance is None)",
    "extra = @a",
]
MEMBERS = [member.replace("@@", "\0") for member in MEMBERS]
LITERAL_SPECS = ["", "5", "<8", "^9", ">+6", "x", "#x", "b", "08", ",.2f", "e", ".3g", "%", "_", "*^10", "c", "d", "s", ".2"]
SPLIT = {kind: [part.strip().replace('"\0"', "|") for part in text.replace('"|"', '"\0"').replace(".2f %-5s|'", ".2f %-5s'").replace("\n", "").split("|")] for kind, text in EXPRESSIONS.items()}
SIMPLE = ["do_print"] * 6 + ["do_assign"] * 6 + ["do_unpack", "do_augment", "do_augment", "do_mutate", "do_mutate", "do_mutate", "do_jump", "do_jump", "do_raise", "do_expression", "do_call", "do_del", "do_assert"]
ALL = SIMPLE + ["do_if"] * 3 + ["do_for"] * 3 + ["do_while"] + ["do_try"] * 4 + ["do_group", "do_with", "do_with", "do_match", "do_match", "do_def", "do_def", "do_lambda", "do_generator", "do_generator", "do_coroutine", "do_coroutine", "do_class", "do_class", "do_hot", "do_hot", "do_numbers", "do_closure", "do_closure", "do_patch", "do_patch", "do_unwind", "do_unwind", "do_stream", "do_library", "do_library", "do_library",
                                                                              "do_global"]


def generate(chance, corpus):
    level = chance.choice((0, 0, 0, 1, 2))
    for _ in range(20):
        source = Program(chance).make().replace("\0", "@")
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                compile(source, "program.py", "exec")
            break
        except SyntaxError:             # a jump out of place, an unreachable pattern: those are the parser's fuzzer's matter
            pass
    return ("program", source, level)


def without(tree, index):
    """The text of a copy of `tree` without its statement number `index`, counted from the outside in; None past the last."""
    tree = copy.deepcopy(tree)
    bodies = [tree.body]
    for body in bodies:
        if index < len(body):
            del body[index]
            if not body and body is not tree.body:
                body.append(ast.Pass())
            return ast.unparse(tree)
        index -= len(body)
        for statement in body:
            for part in (statement, *getattr(statement, "handlers", ()), *getattr(statement, "cases", ())):
                for name in "body", "orelse", "finalbody":
                    inner = getattr(part, name, None)
                    if isinstance(inner, list) and inner and not (part is statement and name == "body" and isinstance(inner[0], ast.Pass) and len(inner) == 1):
                        bodies.append(inner)
    return None


def shrink(case):
    """Programs with one statement less."""
    kind, source, level = case
    tree = ast.parse(source)
    size = len(tree.body)
    step = size // 2
    while step > 1:
        for start in range(0, size, step):
            yield kind, ast.unparse(ast.Module(tree.body[:start] + tree.body[start + step:], [])), level
        step //= 2
    for index in range(2000):
        text = without(tree, index)
        if text is None:
            return
        yield kind, text, level


def same(case, found, expected):
    """Where in a line the local is that has no value: once python3.11 has joined two loads, it points at the first. What recursion was doing when its depth was reached: the levels in C count
    otherwise."""
    def comparable(text):
        return re.sub(r"(maximum recursion depth exceeded)[a-z ]*", r"\1", re.sub(r"^ *[~^]+\n(?=UnboundLocalError: )", "", text, flags=re.M))

    return comparable(found) == comparable(expected)


def evaluate(case):
    _, source, level = case
    name = "program.py"
    text = PRELUDE + source
    linecache.cache[name] = (len(text), None, text.splitlines(True), name)
    out, stdout, limit = io.StringIO(), sys.stdout, sys.get_int_max_str_digits()
    sys.stdout = out
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            exec(compile(text, name, "exec", optimize=level, dont_inherit=True), {"__name__": "__main__"})
    except BaseException as error:
        if type(error).__name__ == "Timeout":
            raise
        out.write("".join(traceback.format_exception(type(error), error, error.__traceback__.tb_next)))
    finally:
        sys.stdout = stdout
    return re.sub(r"(?i)0x[0-9a-f]{6,}", "0x...", out.getvalue())
