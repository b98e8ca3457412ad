"""What several fuzzers share: the text of a result, mutation of bytes and text, and values of all kinds."""
import re

EDGES = [0, 1, 2, 7, 8, 0x7F, 0x80, 0xFF, 0x100, 0x7FFF, 0x8000, 0xFFFF, 0x10000, 2**31 - 1, 2**31, 2**32 - 1, 2**32, 2**62 - 1, 2**62, 2**63 - 1, 2**63, 2**64 - 1, 2**64,
         10**15, 10**16, 10**17, 10**22, 10**23, 2**53 - 1, 2**53, 2**53 + 1, 10**40, 2**200]
FLOATS = [0.0, -0.0, 1.0, -1.5, 0.1, 2.5, 3.5, 1e15, 1e16, 1e17, 1e22, 1e23, 1e100, 1.7976931348623157e308, 5e-324, 2.2250738585072014e-308, 2.225073858507201e-308, 1e-5, 1e-4,
          0.0001234, 123456.789, 9.995, 0.5, 99999.95, 9007199254740993.0, 4.35, 1 / 3, 2 / 3, 1e-7, 6.02214076e23]
LETTERS = "abcxyzABC019 _-+.\t\n\0\x7f\x80\xe9\xdf\xff\u0130\u0131\u0660\u1e9e\u2028\u20ac\u3042\ud800\udc80\udfff\ufeff\uffff\U0001f600\U0010ffff"


def outcome(function, *arguments, **keywords):
    """The repr of what a call returns, or the exception that it raises."""
    try:
        return describe(function(*arguments, **keywords))
    except Exception as error:
        return problem(error)


def describe(value):
    return plain(ascii(value))


def problem(error):
    return plain(f"{type(error).__name__}: {ascii(str(error))}")


def plain(text):
    """Text without addresses, which nobody promises."""
    return re.sub(r"\b0x[0-9a-f]{6,}", "0x...", text)


def integer(chance):
    kind = chance.random()
    if kind < .4:
        return chance.randint(-20, 300)
    value = chance.choice(EDGES) + chance.randint(-2, 2) if kind < .8 else chance.getrandbits(chance.choice((8, 16, 31, 33, 62, 63, 64, 65, 128, 1000)))
    return -value if chance.random() < .4 else value


def real(chance):
    """A float; nan and the infinities are written as names by repr(), which eval() of an input cannot read: floats() makes them."""
    kind = chance.random()
    if kind < .4:
        return chance.choice((1, -1)) * chance.choice(FLOATS)
    if kind < .6:
        return round(chance.uniform(-1000, 1000), chance.randint(0, 6))
    if kind < .8:
        return chance.uniform(-1, 1) * 10.0 ** chance.randint(-30, 30)
    return chance.randint(-(2**60), 2**60) * 2.0 ** chance.randint(-1000, 900)


def text(chance, longest=12, letters=LETTERS):
    return "".join(chance.choice(letters) for _ in range(chance.choice((0, 1, 2, 3, chance.randint(0, longest)))))


def binary(chance, longest=12):
    return bytes(chance.choice((0, 1, 65, 127, 128, 255, chance.randrange(256))) for _ in range(chance.choice((0, 1, 2, 3, chance.randint(0, longest)))))


def mutated(chance, data, alphabet, most=4):
    """`data` (text or bytes) with pieces changed, left out, doubled or put in; `alphabet` makes a new piece."""
    for _ in range(chance.randint(1, most)):
        place, kind = chance.randint(0, len(data)), chance.random()
        length = chance.choice((1, 1, 1, 2, 3, 8))
        if kind < .35:
            data = data[:place] + alphabet(chance) + data[place + 1:]
        elif kind < .6:
            data = data[:place] + alphabet(chance) + data[place:]
        elif kind < .8:
            data = data[:place] + data[place + length:]
        elif kind < .9:
            data = data[:place] + data[place:place + length] * chance.choice((2, 3)) + data[place + length:]
        else:
            other = chance.randint(0, len(data))
            data = data[:place] + data[other:other + length] + data[place:]
    return data


def any_byte(chance):
    return bytes([chance.choice((0, 1, 255, chance.randrange(256), chance.randrange(256)))])
