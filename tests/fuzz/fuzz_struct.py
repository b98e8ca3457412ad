"""The struct module, and memoryview and array, which read the same formats."""
import array
import re
import struct

from common import binary, describe, integer, mutated, outcome, problem, real, text

LETTERS = "xcbB?hHiIlLqQnNefdspP"
JUNK = LETTERS + "0123456789 <>=!@\n\0z,\xe9"
ORDERS = ["", "", "@", "=", "<", ">", "!"]


def a_format(chance):
    made = chance.choice(ORDERS)
    for _ in range(chance.choice((0, 1, 1, 2, 3, 5))):
        if chance.random() < .35:
            made += str(chance.choice((0, 1, 2, 3, 10, 100, 10**9, 2**63 - 1, 2**63, 10**25))) if chance.random() < .15 else str(chance.randint(0, 12))
        made += chance.choice(LETTERS) + chance.choice(("", "", "", " "))
    made = mutated(chance, made, lambda chance: chance.choice(JUNK), 2) if chance.random() < .2 else made
    return harmless(made)


def harmless(made):
    """With 0p python3.11 reads and writes beside the buffer."""
    return re.sub(r"(?<!\d)0+(?=\s*p)", "1", made)


def a_value(chance, letter=None):
    if letter in ("f", "d", "e") or chance.random() < .1:
        return chance.choice((real(chance), float("nan"), float("inf"), 65504.0, 65519.9, 65520.0, 6e-8, 2.98e-8, 3.4028235e38, 3.4028236e38, integer(chance)))
    if letter in ("s", "p", "c") or chance.random() < .1:
        return binary(chance)
    if letter == "?" or chance.random() < .05:
        return chance.choice((True, False, None, [], "x", 0.0))
    return integer(chance) if chance.random() < .95 else text(chance)


def values_for(chance, form):
    values, count = [], ""
    for letter in form:
        if letter.isdigit():
            count += letter
            continue
        if letter.isalpha() or letter == "?":
            number = 1 if letter in "sp" else int(count or 1) if letter != "x" else 0
            values += [a_value(chance, letter) for _ in range(min(number, 20))]
        count = ""
    if chance.random() < .1:
        values = values[:-1] if chance.random() < .5 else values + [a_value(chance)]
    return values


def generate(chance, corpus):
    kind, form = chance.random(), a_format(chance)
    if corpus and chance.random() < .1:
        form = chance.choice(corpus)[1]
        form = harmless(mutated(chance, form if isinstance(form, str) else form.decode(), lambda chance: chance.choice(JUNK), 2))
    if chance.random() < .05:
        form = form.encode("utf-8")
        letters = ""
    else:
        letters = form
    if kind < .5:
        return ("pack", form, tuple(values_for(chance, letters)))
    if kind < .75:
        return ("unpack", form, binary(chance, 60), chance.choice((0, 0, 1, -1, -5, 100, 2**63)))
    if kind < .85:
        return ("into", form, tuple(values_for(chance, letters)), chance.randint(0, 40), chance.choice((0, 1, -1, -10, 30, 2**64)))
    if kind < .88:
        return ("object", form, tuple(values_for(chance, letters)), binary(chance, 60), chance.choice((0, 0, 1, -1, -5, 100, 2**63)))
    if kind < .94:
        return ("cast", form, binary(chance, 60), chance.choice((None, (2, 2), (1,), (0,), (2, 3, 2), (-1,), (2**40, 2**40), ("a",))), chance.choice(LETTERS), chance.randint(-3, 9))
    return ("array", chance.choice("bBuhHiIlLqQfdx"), binary(chance, 40), tuple(a_value(chance) for _ in range(chance.randint(0, 4))))


def unpacked(form, data, offset):
    size = struct.calcsize(form)
    results = [describe(size), outcome(struct.unpack, form, data), outcome(struct.unpack_from, form, data, offset)]
    if size <= 10**6:
        padded = (data * (size // max(len(data), 1) + 1))[:size]
        results += [outcome(struct.unpack, form, padded), outcome(lambda: list(struct.iter_unpack(form, padded * 3)))]
    return " | ".join(results)


def into(form, values, size, offset):
    buffer = bytearray(b"\xaa" * size)
    result = outcome(struct.pack_into, form, buffer, offset, *values)
    return f"{result} {bytes(buffer)!r}" if result == "None" else result       # after an error it may be anything


def through_object(form, values, data, offset):
    """The methods of a Struct, with buffers of several kinds."""
    made = struct.Struct(form)
    buffer = bytearray(data) + bytearray(min(made.size, 1000))
    results = [describe((made.size, made.format)), outcome(made.pack, *values) if made.size < 10**6 else "", outcome(made.unpack_from, memoryview(data), offset=offset), outcome(made.unpack_from, buffer=buffer), outcome(made.iter_unpack, data)[:40],
               outcome(lambda: list(made.iter_unpack(memoryview(bytes(buffer) * max(made.size, 1))[:made.size * 3]))[:3]), outcome(lambda: made.iter_unpack(bytes(made.size * 2)).__length_hint__()) if made.size < 10**6 else ""]
    stored = outcome(made.pack_into, memoryview(buffer), offset, *values)
    results.append(f"{stored} {bytes(buffer)!r}" if stored == "None" else stored)
    results.append(outcome(struct.pack_into, form, data, 0, *values))
    results.append(outcome(struct.unpack, form, array.array("h", range(made.size // 2 if made.size < 1000 else 0))))
    return " | ".join(results)


def cast(form, data, shape, other, index):
    view = memoryview(data).cast(form) if shape is None else memoryview(data).cast(form, shape)
    facts = describe((view.format, view.itemsize, view.shape, view.strides, view.ndim, view.nbytes, view.c_contiguous))
    return " | ".join([facts, outcome(view.tolist), outcome(lambda: view[index]), outcome(lambda: view[index:].tolist()), outcome(view.tobytes, "F"), outcome(view.hex),
                       outcome(lambda: view == memoryview(data).cast(other)), outcome(lambda: view.cast("B").cast(other).tolist()), outcome(lambda: view[::-1].tobytes()),
                       outcome(lambda: hash(view) == hash(view.tobytes()))])


def arrays(letter, data, values):
    made = array.array(letter)
    steps = [outcome(made.frombytes, data)] + [outcome(made.append, value) for value in values] + [outcome(made.fromlist, list(values))]
    return " | ".join(steps + [describe(made), outcome(made.byteswap), outcome(made.tolist), outcome(lambda: made[::2]), outcome(made.tobytes), describe(made * 2)])


def evaluate(case):
    kind, *rest = case
    if kind == "pack":
        return " | ".join([outcome(struct.calcsize, rest[0]), outcome(lambda: struct.pack(rest[0], *rest[1]) if struct.calcsize(rest[0]) < 10**6 else None)])
    try:
        return {"unpack": unpacked, "into": into, "object": through_object, "cast": cast, "array": arrays}[kind](*rest)
    except Exception as error:
        return problem(error)
