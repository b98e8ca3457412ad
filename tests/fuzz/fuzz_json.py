"""json: texts read, most of them wrong somewhere, and values written with all options."""
import io
import json
import json.decoder
import json.encoder
import json.scanner

from common import integer, mutated, outcome, real, text

PIECES = ["{", "}", "[", "]", ",", ":", " ", "\n", "\t", '"', "'", "\\", '""', '"a"', '"\\u00e9"', '"\\ud83d\\ude00"', '"\\ud800"', '"\\udc00x"', "\\u", "\\u12", "\\x", "\\/", "\\b", "0", "-0", "-", "01", "1.",
          ".5", "1.5", "1e5", "1E+400", "-1e-400", "12345678901234567890123", "true", "false", "null", "nul", "NaN", "Infinity", "-Infinity", "-Inf", "\ufeff", "\xe9", "\u20ac", "\U0001f600",
          "\ud800", "\0", "\x1f", "\x7f", "\u2028", "//", "[[[[", "]]]]", '{"a":', '{"a":1,', "1,2", "\u0661"]


def value(chance, depth=0):
    kind = chance.random()
    if depth < 4 and kind < .25:
        return [value(chance, depth + 1) for _ in range(chance.randint(0, 4))]
    if depth < 4 and kind < .5:
        return {key(chance): value(chance, depth + 1) for _ in range(chance.randint(0, 4))}
    if kind < .65:
        return text(chance)
    if kind < .8:
        return integer(chance)
    if kind < .9:
        return real(chance)
    return chance.choice((None, True, False, (), (1, "a"), float("inf"), float("nan"), float("-inf"), b"x", {1, 2}, 1j))


def key(chance):
    return text(chance) if chance.random() < .7 else chance.choice((1, -5, 10**20, 1.5, True, None, (1,), b"k", float("nan"), 1e300))


def generate(chance, corpus):
    kind = chance.random()
    if kind < .4:
        return ("read", "".join(chance.choice(PIECES) for _ in range(chance.randint(0, 10))), chance.randint(0, 3))
    if kind < .7:
        try:
            made = json.dumps(value(chance), ensure_ascii=chance.random() < .5, indent=chance.choice((None, None, 1, "\t")), skipkeys=True, default=str)
        except (TypeError, ValueError):
            made = "[1, 2]"
        if corpus and chance.random() < .2:
            made = chance.choice([case[1] for case in corpus if case[0] == "read" and isinstance(case[1], str)] or [made])
        return ("read", mutated(chance, made, lambda chance: chance.choice(PIECES)), chance.randint(0, 3))
    if kind < .75:
        made = mutated(chance, chance.choice(("[1]", '{"a": "\xe9"}', '"\u20ac"')).encode(chance.choice(("utf-8", "utf-16", "utf-32-le", "utf-16-be", "utf-8-sig"))),
                       lambda chance: bytes([chance.randrange(256)]), 2)
        return ("read", made, 0)
    if kind < .77:
        made = chance.choice(('[', '{"a":', '[[1],', '[{"a":[')) * chance.choice((10, 300, 3000, 100000)) + chance.choice(PIECES)
        return ("deep", made + "".join(chance.choice("]}") for _ in range(chance.choice((0, 5, 20)))), chance.choice((1, 10, 400, 5000)))
    if kind < .8:
        return ("scan", '"' + mutated(chance, text(chance) + '"', lambda chance: chance.choice(PIECES)), chance.choice((1, 0, 2, -1, 100)), chance.random() < .5)
    return ("write", value(chance), {name: chance.choice(choices) for name, choices in OPTIONS.items() if chance.random() < .3})


OPTIONS = {"ensure_ascii": (False, True), "indent": (0, 1, 2, -1, "", "\t", "ab", None, True), "sort_keys": (True, False), "skipkeys": (True, False), "allow_nan": (False, True),
           "separators": ((",", ":"), ("", ""), ("\xe9", " "), (1, 2), (",",), None), "default": ("str", "list", "self", None), "check_circular": (False, True)}
DEFAULTS = {"str": str, "list": lambda value: [str(value)], "self": lambda value: value, None: None}
HOOKS = [{}, {"object_pairs_hook": lambda pairs: pairs, "parse_float": lambda text: ("float", text)}, {"object_hook": sorted, "parse_int": float, "parse_constant": lambda text: ("constant", text)},
         {"strict": False, "parse_int": lambda text: text}]


def read(source, hooks):
    results = [outcome(json.loads, source, **HOOKS[hooks])]
    if isinstance(source, str):
        results += [outcome(json.JSONDecoder().raw_decode, source), outcome(json.decoder.py_scanstring, source, 1) if source[:1] == '"' else "",
                    outcome(json.decoder.c_scanstring, source, 1) if source[:1] == '"' else ""]
    return " | ".join(results)


class Text(str):
    pass


class Number(int):
    def __repr__(self):
        return "number"


class Real(float):
    def __repr__(self):
        return "real"


def deep(source, size):
    """Nesting, which ends in RecursionError, and long numbers and texts; subclasses and files."""
    nested = None
    for i in range(size):
        nested = [nested] if i % 2 else {"a": nested}
    digits = "1" * size
    file = io.StringIO()
    values = [Number(5), Real(2.5), Text("t\xe9"), {Number(1): Real(1), Text("k"): True, Real(.5): None}, (Text(""),)]
    return " | ".join([outcome(json.loads, source)[:200], outcome(json.dumps, nested)[-300:], outcome(lambda: list(json.JSONEncoder(indent=1).iterencode(nested)))[-100:], outcome(json.loads, digits), outcome(json.loads, digits + "." + digits), outcome(json.loads, "-" + digits + "e-" + digits[:4]),
                       outcome(json.dumps, values), outcome(json.dumps, values, indent=2), outcome(json.dump, values, file, ensure_ascii=False), ascii(file.getvalue()), outcome(json.dumps, "a\xe9\0\U0001f600" * size)[-60:], outcome(json.loads, '"' + "a\\n\xe9" * size + '"')[-60:]])


def same(case, found, expected):
    """Where the limit of recursion is met is nobody's promise."""
    return case[0] == "deep" and all(one == other or "RecursionError" in one + other and "depth" in one + other for one, other in zip(found.split(" | "), expected.split(" | ")))


def evaluate(case):
    if case[0] == "deep":
        return deep(*case[1:])
    if case[0] == "read":
        return read(case[1], case[2])
    if case[0] == "scan":
        return outcome(json.decoder.scanstring, *case[1:])
    options = dict(case[2])
    if "default" in options:
        options["default"] = DEFAULTS[options["default"]]
    if options.get("check_circular") is False:
        options.pop("default", None)       # a default that returns its argument would not end
    return " | ".join([outcome(json.dumps, case[1], **options), outcome(lambda: list(json.JSONEncoder(**options).iterencode(case[1]))),
                       outcome(json.encoder.encode_basestring, case[1]) if isinstance(case[1], str) else ""])
