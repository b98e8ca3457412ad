"""Instructions by name, exception tables and raw code objects: for code that no compiler makes."""
import marshal
import opcode
import struct

CACHES = {"BINARY_OP": 1, "UNPACK_SEQUENCE": 1, "PRECALL": 1, "STORE_SUBSCR": 1, "COMPARE_OP": 2, "BINARY_SUBSCR": 4, "LOAD_ATTR": 4, "STORE_ATTR": 4, "CALL": 4, "LOAD_GLOBAL": 5, "LOAD_METHOD": 10}
LOCAL, CELL, FREE = 0x20, 0x40, 0x80


def instruction(name, arg=0):
    units = bytearray()
    for shift in (24, 16, 8):
        if arg >> shift:
            units += bytes((opcode.EXTENDED_ARG, arg >> shift & 255))
    return bytes(units) + bytes((opcode.opmap[name], arg & 255)) + bytes(2 * CACHES.get(name, 0))


def assembled(*instructions):
    """The units of instructions, each a name or a pair of name and argument."""
    return b"".join(instruction(i) if isinstance(i, str) else instruction(*i) for i in instructions)


def varint(number, first=0):
    parts = [number & 63]
    while number := number >> 6:
        parts.append(number & 63 | 64)
    parts.reverse()
    parts[0] |= first
    return bytes(parts)


def exception_table(*entries):
    """Entries are (start, size, target, depth, lasti), in units."""
    return b"".join(varint(start, 128) + varint(size) + varint(target) + varint(depth << 1 | lasti) for start, size, target, depth, lasti in entries)


def number(n):
    return struct.pack("<i", n)


def text(s):
    return b"z" + bytes([len(s)]) + s


def binary(b):
    return b"s" + number(len(b)) + b


def several(*items):
    return b")" + bytes([len(items)]) + b"".join(items)


FIELDS = {"argcount": number(1), "posonlyargcount": number(0), "kwonlyargcount": number(0), "stacksize": number(1), "flags": number(3), "code": binary(assembled("RESUME", "LOAD_CONST", "RETURN_VALUE")),
          "consts": several(b"N"), "names": several(), "localsplusnames": several(text(b"a")), "localspluskinds": binary(bytes([LOCAL])), "filename": text(b"f"), "name": text(b"n"), "qualname": text(b"q"),
          "firstlineno": number(1), "linetable": binary(b""), "exceptiontable": binary(b"")}


def stored_code(**fields):
    """marshal's bytes for a code object; each field given as marshal's bytes too, so that it can be of any kind."""
    return b"c" + b"".join((FIELDS | fields).values())


def loaded_code(instructions, consts=(), names=(), locals_=(), table=b"", stacksize=10, **fields):
    """A code object without arguments; locals_: pairs of name and kind."""
    return marshal.loads(stored_code(**{
        "argcount": number(0), "code": binary(assembled(*instructions)), "consts": marshal.dumps(tuple(consts)), "names": marshal.dumps(tuple(names)),
        "localsplusnames": marshal.dumps(tuple(name for name, kind in locals_)), "localspluskinds": binary(bytes(kind for name, kind in locals_)),
        "exceptiontable": binary(table), "stacksize": number(stacksize), **fields}))
