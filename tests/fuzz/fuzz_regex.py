"""Regular expressions: random patterns, matched in all ways against texts made of the pattern's own letters."""
import re
import warnings

from common import describe, mutated, problem

warnings.simplefilter("ignore")          # FutureWarning of possible nested sets, DeprecationWarning of flags in the middle

ATOMS = ["a", "b", "c", "A", "B", "1", "_", " ", "\\n", ".", "^", "$", "\\b", "\\B", "\\A", "\\Z", "\\d", "\\D", "\\w", "\\W", "\\s", "\\S", "[ab]", "[^a]", "[a-c]", "[\\w-]", "[^\\d\\s]", "[]a]", "[^]]", "[a-\\d]", "[\\b]",
         "\\1", "\\2", "(?P=n)", "\xe9", "\xdf", "\u0130", "\u0131", "\u017f", "\u212a", "K", "k", "s", "i", "\u03c3", "\u03c2", "\U0001f600", "\ud800", "\\x41", "\\u00e9", "\\N{DIGIT ONE}", "\\.", "[\u0400-\u04ff]", "[^\u0100-\uffff]",
         "ab", "abc", "aa", "[A-Za-z0-9_]", "\\07", "\\0", "\\777", "(?#x)", "", "-", "]", "}", "{", "{1", "\\Q", "\\", "[^\\W\\d_]", "[K-S]", "[\u0130-\u0131]", "[\U00010000-\U0010ffff]", "[\ud800-\udfff]", "[[a]", "[a--b]", "[a&&b]", "[z-a]", "[\\N{LATIN SMALL LETTER A}-c]", "[\\x00-\x7f]",
         "[^\n]", "[\xe0-\xff]", "abcab", ".*", ".*?", ".+", "[^a]*", "\\w+", "\\S*?", "a*", "(a|ab)*", "(?:a|b)+", "(a*)*", "(a*)+?", "(?:)*", "(?=a)*", "\\3", "(?P=m)"]
QUANTIFIERS = ["*", "+", "?", "*?", "+?", "??", "*+", "++", "?+", "{2}", "{1,2}", "{0,3}?", "{,2}", "{2,}", "{1,3}+", "{0}", "{3,1}", "{,}", "**", "{1000}", "{4294967295}", "{99999999999}"]
GROUPS = ["(%s)", "(%s)", "(?:%s)", "(?:%s)", "(?P<n>%s)", "(?P<m>%s)", "(?=%s)", "(?!%s)", "(?<=%s)", "(?<!%s)", "(?>%s)", "(?i:%s)", "(?-i:%s)", "(?s-m:%s)", "(?x: %s)", "(?a:%s)", "(?u:%s)", "(?(1)%s|b)", "(?(n)%s)",
          "(?(2)a|%s)", "((%s)|a)", "(?:%s|)", "(|%s)", "(?(1)|%s)", "(?<=%s)a", "(?<!a%s)", "(?>a|%s)", "(?P<\xf1>%s)", "(?i-s:%s)", "(?ims:%s)", "(?=%s)*", "(?:%s){2}?", "(?(99)%s)", "(?(m)%s|a|b)", "(?L:%s)", "(?z%s)", "(?P<1>%s)", "(?P>%s)", "(?<%s)"]
FLAGS = [0, 0, 0, re.I, re.M, re.S, re.X, re.A, re.I | re.A, re.I | re.M, re.I | re.S, re.M | re.S, re.I | re.X, re.U, re.A | re.U, re.I | re.M | re.S | re.X, re.A | re.X]
LETTERS = "abcabcABab1_ \n-\xe9\xdf\u0130\u0131\u017f\u212aKksi\u03c3\u03c2\u0410\u0430\U0001f600\ud800]{}.\x00\x07"
TEMPLATES = ["", "x", "\\1", "\\g<0>", "[\\g<1>]", "\\2", "\\g<n>", "\\n\\\\", "\\g<m", "\\07", "\\x", "\\g<1_0>", "\\g<\u0661>", "\\123", "\\g< 1>", "\\", "\\0", "\\g<-1>", "\\z", "\\g<1>\\g<2>", "\\1\\1x", "\xe9\\1", "\U0001f600", "\\g<>", "\\g<1", "\\400", "\\00", "\\g<100>"]


def pattern(chance, depth=0):
    made = ""
    for _ in range(chance.choice((0, 1, 1, 2, 2, 3, 4)) if depth else chance.randint(1, 4)):
        kind = chance.random()
        if kind < .3 and depth < 4:
            piece = chance.choice(GROUPS) % pattern(chance, depth + 1)
        elif kind < .38 and depth < 5:
            piece = pattern(chance, depth + 1) + "|" + pattern(chance, depth + 1)
        else:
            piece = chance.choice(ATOMS)
        made += piece + (chance.choice(QUANTIFIERS) if chance.random() < .35 else "")
    return made


def generate(chance, corpus):
    made = chance.choice(corpus)[0] if corpus and chance.random() < .2 else pattern(chance)
    if chance.random() < .1:
        made = chance.choice(("(?i)", "(?m)", "(?s)", "(?x)", "(?a)", "(?ix)", "(?au)", "(?L)", "(?i-i)")) + (made if isinstance(made, str) else "")
    if isinstance(made, bytes):
        made = made.decode("latin-1")
    if chance.random() < .25:
        made = mutated(chance, made, lambda chance: chance.choice(ATOMS + QUANTIFIERS), 2)
    texts = ["".join(chance.choice(LETTERS) for _ in range(chance.choice((0, 1, 2, 4, 8, 20)))) for _ in range(3)]
    if chance.random() < .5:
        own = [letter for letter in made if letter.isalnum()] or ["a"]
        texts.append("".join(chance.choice(own) for _ in range(chance.randint(1, 30))))
    if chance.random() < .1:
        texts.append(texts[-1] * chance.choice((20, 300)) + chance.choice(LETTERS))
    flags, template = chance.choice(FLAGS), chance.choice(TEMPLATES)
    if chance.random() < .15:
        return (made.encode("latin-1", "replace"), int(flags) | chance.choice((0, 0, int(re.L))), tuple(t.encode("latin-1", "replace") for t in texts), template.encode("latin-1", "replace"), chance.randint(-2, 12),
                chance.randint(-2, 30))
    return (made, int(flags), tuple(texts), template, chance.randint(-2, 12), chance.randint(-2, 30))


def found(match):
    return match and (match.regs, match.lastindex, match.lastgroup, match.pos, match.endpos, match.groups(), match.groupdict())


def some(iterator, most=50):
    return [item for item, _ in zip(iterator, range(most))]


def asks_open_group(source):
    """Whether a pattern has a condition on a group that is still open there."""
    opened, names = [], {}
    count = at = 0
    while at < len(source):
        if source[at] == "\\":
            at += 1
        elif source.startswith("(?(", at):
            name = source[at + 3:].partition(")")[0]
            if (int(name) if name.isdecimal() else names.get(name)) in opened:
                return True
            opened.append(0)
            at = source.find(")", at)
        elif source[at] == "(":
            named = re.match(r"\(\?P<(\w+)>", source[at:])
            count += bool(named) or not source.startswith("(?", at)
            opened.append(count if named or not source.startswith("(?", at) else 0)
            if named:
                names[named[1]] = count
        elif source[at] == ")" and opened:
            opened.pop()
        at += 1
    return False


def same(case, found, expected):
    """A condition on a group that is still open: python3.11 may see what an attempt that failed has captured. And it says itself where its possessive repeats went wrong."""
    return "please report a bug" in expected or asks_open_group(case[0] if isinstance(case[0], str) else case[0].decode("latin-1"))


def spans(compiled, texts):
    """Where a pattern matches. All that is compared where groups are inside something possessive: there python3.11 keeps what alternatives that failed have captured."""
    results = []
    for text in texts:
        try:
            results.append(describe([m.span() for m in some(compiled.finditer(text))]))
        except Exception as error:
            results.append(problem(error))
    return " | ".join(results)


def evaluate(case):
    source, flags, texts, template, start, end = case
    re.purge()
    try:
        compiled = re.compile(source, flags)
    except re.error as error:
        return f"error: {ascii(error.msg)} {error.pos} {error.lineno} {error.colno}"
    except Exception as error:
        return problem(error)
    if compiled.groups and re.search(r"[*+?}]\+|\(\?>", source if isinstance(source, str) else source.decode("latin-1")):
        return spans(compiled, texts)
    if isinstance(source, bytes):
        texts = [*texts[:1], bytearray(texts[1]), memoryview(texts[2]), *texts[3:], "text"]
    else:
        texts = [*texts, b"bytes"]
    results = [describe((compiled.groups, dict(compiled.groupindex), compiled.flags)), repr(compiled == re.compile(source, flags))]
    for text in texts:
        for step in (lambda: found(compiled.match(text)), lambda: found(compiled.fullmatch(text)), lambda: found(compiled.search(text, start)), lambda: found(compiled.search(text, start, end)),
                     lambda: compiled.findall(text), lambda: [m.span() for m in some(compiled.finditer(text))], lambda: compiled.sub(template, text), lambda: compiled.subn(lambda m: m[0] * 2, text, 2),
                     lambda: compiled.split(text, 3), lambda: compiled.search(text).expand(template), lambda: found(compiled.scanner(text).search()),
                     lambda: (lambda m: (m["n"], m.start("n"), m.span(1), m.group(0, 1), repr(m)))(compiled.search(text))):
            try:
                results.append(describe(step()))
            except re.error as error:
                results.append(f"error: {ascii(error.msg)} {error.pos}")
            except Exception as error:
                results.append(problem(error))
    return " | ".join(results)
