"""int, float and complex from text and bytes, their text, and their arithmetic."""
import cmath
import math
import operator

from common import any_byte, integer, mutated, outcome, real

PIECES = ["0", "1", "9", "12", "000", "1_0", "_", "__", ".", "e", "E", "e+", "e-5", "e400", "e-400", "+", "-", "0x", "0X", "0b", "0o", "f", "p", "p-3", "p1074", "j", "J", "i", "inf", "Infinity",
          "nan", "NaN", "(", ")", " ", "\t", "\n", "\u0660", "\u0967", "\uff11", "\U0001d7d8", "\xa0", "\u2003", "\0", "z", "Z", "123456789", "9999999999999999", "17976931348623157", "4.9406564584124654",
          "2.2250738585072011e-308", "8.98846567431158e307", "\ud800", "1.7976931348623159e308", "5e-324", "1e23", "9007199254740993", "0.1"]
BINARY = ["add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "lshift", "rshift", "and_", "or_", "xor", "eq", "lt", "le", "ne", "gt", "ge"]
UNARY = ["neg", "pos", "abs", "invert", "index", "truth"]
MATH = ["floor", "ceil", "trunc", "sqrt", "exp", "expm1", "log", "log2", "log10", "log1p", "sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh", "isqrt", "factorial",
        "gamma", "lgamma", "erf", "erfc", "frexp", "modf", "degrees", "radians", "ulp", "isfinite", "isinf", "isnan", "cbrt", "exp2", "fabs"]
CMATH = ["acos", "acosh", "asin", "asinh", "atan", "atanh", "cos", "cosh", "exp", "isfinite", "isinf", "isnan", "log", "log10", "phase", "polar", "sin", "sinh", "sqrt", "tan", "tanh", "rect", "isclose"]
MANY = ["fsum", "prod", "hypot", "gcd", "lcm", "sum", "max", "min", "dist"]
MATH2 = ["fmod", "pow", "atan2", "copysign", "hypot", "ldexp", "remainder", "nextafter", "gcd", "lcm", "comb", "perm", "log", "isclose", "dist"]


def number_text(chance):
    kind = chance.random()
    if kind < .5:
        made = "".join(chance.choice(PIECES) for _ in range(chance.choice((1, 2, 3, 4, 5, 7))))
    elif kind < .7:
        made = repr(real(chance))
    elif kind < .85:
        made = "%.*e" % (chance.randint(0, 40), real(chance))
    else:
        made = str(chance.getrandbits(chance.choice((10, 64, 200, 900)))) * chance.choice((1, 1, 1, 1, 1, 8, 20))
    if chance.random() < .4:
        made = mutated(chance, made, lambda chance: chance.choice(PIECES))
    return made


def number(chance):
    kind = chance.random()
    if kind < .45:
        return integer(chance)
    if kind < .85:
        return real(chance)
    if kind < .92:
        return chance.choice((float("inf"), float("-inf"), float("nan"), True, False))
    return complex(real(chance), real(chance))


def generate(chance, corpus):
    if corpus and chance.random() < .1:
        kind, *rest = chance.choice(corpus)
        if kind == "text":
            return ("text", mutated(chance, rest[0], lambda chance: chance.choice(PIECES)), rest[1])
    kind = chance.random()
    if kind < .03:
        bits = (64, 128, 129, 640, 2000, 2048, 5000, 20000)
        left, right = (hex((chance.getrandbits(chance.choice(bits)) ^ (chance.choice((0, -1)) << chance.choice(bits))) * chance.choice((1, -1))) for _ in range(2))
        return ("big", chance.choice([*BINARY[:11], "gcd", "divmod", "modpow", "truediv", "eq", "lt", "isqrt", "float", "str", "bytes", "format"]), left, right if chance.random() < .7 else hex(integer(chance)))
    if kind < .05:
        made = chance.choice(CMATH)
        return ("cmath", made, *(number(chance) for _ in range(2 if made in ("rect", "isclose") or made == "log" and chance.random() < .5 else 1)))
    if kind < .06:
        return ("many", chance.choice(MANY), [chance.choice((integer, real))(chance) if chance.random() < .7 else number(chance) for _ in range(chance.randint(0, 6))], [number(chance) for _ in range(chance.randint(0, 3))])
    if kind < .35:
        return ("text", number_text(chance), chance.choice((None, None, 0, 2, 8, 10, 16, 36, 3, 1, 37, -1, 2**70)))
    if kind < .4:
        return ("bytes", mutated(chance, number_text(chance).encode("utf-8", "replace"), any_byte), chance.choice((None, 0, 16, 10)))
    if kind < .45:
        return ("hex", number_text(chance) if chance.random() < .5 else mutated(chance, real(chance).hex(), lambda chance: chance.choice(PIECES)))
    if kind < .55:
        return ("repr", number(chance))
    if kind < .62:
        return ("round", number(chance), chance.choice((None, 0, 1, 2, -1, -2, 5, 17, 22, 300, 400, -308, -400, 2**70)))
    if kind < .67:
        return ("from_bytes", bytes(chance.randrange(256) for _ in range(chance.randint(0, 20))), chance.choice(("little", "big", "middle")), chance.random() < .5)
    if kind < .72:
        return ("to_bytes", integer(chance), chance.randint(-1, 20), chance.choice(("little", "big", "x")), chance.random() < .5)
    if kind < .88:
        left, right, op = number(chance), number(chance), chance.choice(BINARY)
        if op in ("pow", "lshift") and isinstance(right, int) and abs(right) > 3000:
            right %= 60
        return ("binary", op, left, right)
    if kind < .9:
        return ("pow", integer(chance), integer(chance), integer(chance))
    if kind < .92:
        return ("unary", chance.choice(UNARY), number(chance))
    if kind < .94:
        return ("divmod", number(chance), number(chance))
    if kind < .98:
        name, value = chance.choice(MATH), number(chance)
        if name == "factorial" and isinstance(value, int):
            value %= 500
        return ("math", name, value)
    name, left, right = chance.choice(MATH2), number(chance), number(chance)
    if name in ("comb", "perm"):
        left, right = int(abs(integer(chance))) % 2000, integer(chance) % 300
    return ("math", name, left, right)


def big(op, left, right):
    """Arithmetic of long ints; in hexadecimal, which has no limit."""
    left, right = int(left, 16), int(right, 16)
    if op in ("pow", "lshift", "rshift"):
        right %= 40 if op == "pow" else 3000
    functions = {"gcd": math.gcd, "divmod": lambda a, b: tuple(map(hex, divmod(a, b))), "modpow": lambda a, b: hex(pow(a, b & 0xffff, b | 1)), "isqrt": lambda a, b: hex(math.isqrt(abs(a))), "float": lambda a, b: (float(a), math.log(abs(a)), a == float(a)),
                 "str": lambda a, b: (str(a), int(str(a)) == a, int(repr(b)) == b), "bytes": lambda a, b: (int.from_bytes(a.to_bytes(3000, "little", signed=True), "little", signed=True) == a, a.bit_length(), a.bit_count(), hash(a)),
                 "format": lambda a, b: (f"{a:,}"[:200], f"{a:_x}"[:200], f"{a:e}", "%d" % b, "%#o" % b)}
    function = functions.get(op) or getattr(operator, op)
    return outcome(lambda: (lambda value: hex(value) if type(value) is int else value)(function(left, right)))


def many(name, values, others):
    if name in ("sum", "prod"):
        return " | ".join([outcome(getattr(math, name, sum), values), outcome(getattr(math, name, sum), values, **{"start": others[0] if others else 0})])
    if name in ("max", "min"):
        return outcome({"max": max, "min": min}[name], values, default="none", key=lambda value: value if type(value) is not complex else abs(value))
    if name == "dist":
        return outcome(math.dist, values, others)
    return outcome(getattr(math, name), values) if name == "fsum" else outcome(getattr(math, name), *values)


def same(case, found, expected):
    """The functions of the C library are more exact than python3.11's own gamma() and complex functions."""
    if case[0] == "cmath":
        if case[1] in ("phase", "polar") and expected == "OverflowError: 'math range error'":
            return True             # the angle is too small for a float: python3.11 takes the C library's note of that for an error
        if "Error" in found + expected or case[1] in ("isfinite", "isinf", "isnan", "isclose"):
            return False
        parts = [[number for value in (made if isinstance(made, tuple) else (made,)) for number in (complex(value).real, complex(value).imag)] for made in (eval(text, {"inf": math.inf, "nan": math.nan, "infj": complex(0, math.inf), "nanj": complex(0, math.nan)}) for text in (found, expected))]
        return all(one == other or one != one and other != other or math.isclose(one, other, rel_tol=1e-12, abs_tol=1e-300) for one, other in zip(*parts))
    if case[:2] not in (("math", "gamma"), ("math", "lgamma")) or "Error" in found + expected:
        return False
    return math.isclose(float(found), float(expected), rel_tol=1e-13)


def evaluate(case):
    kind, *rest = case
    if kind in ("text", "bytes"):
        value, base = rest
        results = [outcome(int, value) if base is None else outcome(int, value, base), outcome(float, value), outcome(complex, value)]
        if kind == "text":
            results.append(outcome(int, value, 0))
        return " | ".join(results)
    if kind == "hex":
        return outcome(float.fromhex, rest[0])
    if kind == "repr":
        value = rest[0]
        results = [repr(value), str(value), outcome(hash, value) if value == value else "", outcome(int, value), outcome(float, value), outcome(complex, value), outcome(hex, value), outcome(oct, value)]
        results += [outcome(getattr(value, name)) for name in ("hex", "is_integer", "as_integer_ratio", "bit_length", "bit_count", "conjugate") if hasattr(value, name)]
        return " | ".join(results)
    if kind == "round":
        return outcome(round, *rest)
    if kind == "from_bytes":
        return outcome(int.from_bytes, rest[0], rest[1], signed=rest[2])
    if kind == "to_bytes":
        return outcome(rest[0].to_bytes, rest[1], rest[2], signed=rest[3])
    if kind in ("binary", "unary"):
        return outcome(getattr(operator, rest[0]), *rest[1:])
    if kind in ("big", "many"):
        return {"big": big, "many": many}[kind](*rest)
    if kind == "cmath":
        return outcome(getattr(cmath, rest[0]), *rest[1:])
    if kind == "math":
        return outcome(getattr(math, rest[0]), *rest[1:])
    return outcome({"pow": pow, "divmod": divmod}[kind], *rest)
