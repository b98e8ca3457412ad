"""Damaged code objects: each is refused with a reason; none may crash the interpreter."""
import random
import types
import unittest


def sample(a, b=2, *c, d=4, **e):
    x = [i for i in range(a)]
    try:
        y = {k: v for k, v in zip(x, x)}
        z = f"{a}{b!r:>5}"

        def g(n=a):
            nonlocal b
            b = n
            r = yield from [1]
            return r
        for w in g():
            x.append(w)
        first, *rest = x
        match x:
            case [1, *r]:
                pass
            case {"a": 1}:
                pass
        del z
        return x[0] + (-a) * b ** 2 if a else None
    except* (ValueError, TypeError) as ex:
        raise
    finally:
        del x


def codes(code):
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from codes(constant)


class Damage(unittest.TestCase):
    def test_table_bytes(self):
        generator = random.Random(7)
        all_codes = list(codes(sample.__code__))
        for _ in range(400):
            code = generator.choice(all_codes)
            table = bytearray(code.co_exceptiontable)
            if not table:
                continue
            table[generator.randrange(len(table))] = generator.randrange(256)
            try:
                changed = code.replace(co_exceptiontable=bytes(table), co_stacksize=generator.randrange(8))
                types.FunctionType(changed, {}, "f", None, tuple(types.CellType(1) for _ in code.co_freevars))
            except ValueError:
                pass

    def test_refused(self):
        code = (lambda: 1).__code__
        unsound = {
            "unknown opcode": b"\x03\x00",
            "runs off": b"\x97\x00",
            "underflow": b"\x97\x00\x53\x00",
            "constant index": b"\x97\x00\x64\x63\x53\x00",
            "no instruction": b"\x97\x00\x6e\x09\x64\x00\x53\x00",
            "no value": b"\x97\x00\x02\x00\x53\x00",
        }
        for reason, stored in unsound.items():
            with self.subTest(reason=reason), self.assertRaisesRegex(ValueError, reason):
                types.FunctionType(code.replace(co_code=stored), {})()

    def test_depth_differs(self):
        code = (lambda x: 1).__code__
        stored = bytes((151, 0, 124, 0, 114, 1, 100, 0, 100, 0, 83, 0))   # one way leaves a value more on the stack
        with self.assertRaises(ValueError):
            types.FunctionType(code.replace(co_code=stored, co_consts=(1,), co_stacksize=3), {})(0)


if __name__ == "__main__":
    unittest.main()
