"""Arithmetic of complex numbers when it is folded into a constant and when it is done at run time: the same to the last bit, the same errors."""
NUMBERS = ["2.5e-300j", "1e-200j", "1e-170 + 1e-170j", "1e200 + 1e200j", "0j", "-0.0 - 0j", "1e-320 + 0j", "3.7 - 2.2j", "1e308j", "0.1 + 0.7j"]
POWERS = ["-1", "-2", "-3", "2", "-2.0", "-101", "-100", "100", "101", "0", "-2 + 0j", "2 + 1e-9j", "-0.5", "0.3 - 1.7j", "1e308j"]


def outcome(text, **names):
    try:
        return repr(eval(text, names))
    except Exception as error:
        return f"{type(error).__name__}: {error}"


for x in NUMBERS:
    for y in POWERS + NUMBERS:
        for operator in "**", "/", "*":
            print(x, operator, y, outcome(f"({x}) {operator} ({y})"), outcome(f"x {operator} y", x=eval(x), y=eval(y)))
