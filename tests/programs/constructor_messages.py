"""What the built-in types say to arguments that do not fit."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from _cases import show

TYPES = "bool int float complex str bytes bytearray list tuple set frozenset dict range slice object classmethod staticmethod super zip map filter enumerate reversed memoryview BaseException".split()
ARGUMENTS = ["a=1", "a=1, b=2", "a=1, b=2, c=3, d=4", "1, a=2", "1, a=2, b=3, c=4", "1, 2, a=3, b=4"]
show("\n".join(f"{name}({arguments})" for name in TYPES for arguments in ARGUMENTS), {})
show("\n".join(f"{name}(1, 2, 3, 4)" for name in ("int", "complex", "enumerate", "super", "bool", "float", "range", "slice", "zip")), {})
show("enumerate()\nenumerate(start=1)\nlist(enumerate(start=1, iterable='a'))\nenumerate(start=1, b=2)\nenumerate(iterable='', b=2)\nenumerate(b='', start=2)\nlist(enumerate(iterable='a'))\nenumerate(iterable=[], start=2, q=1)\nzip(strict=1, x=2)\nint(x=1, base=2)\nint(1, 2, base=3)\ncomplex(real=1, imag=2, c=3)\ncomplex(1, 2, imag=3)", {})
