"""Compares syntax errors with python3.11's: type, message, range and the line shown.

Run by the oracle: python3.11 tests/errors.py build/astdump [mutate [COUNT [SEED]]]

The sources are all strings and doctest examples in CPython's test files that do not parse. "-u": the sources as str, whose columns count in characters. With "mutate": files of the standard library with one token dropped,
doubled, swapped or replaced.
"""
import ast
import io
import os
import random
import re
import subprocess
import sys
import tempfile
import tokenize
import warnings

warnings.simplefilter("ignore")
AS_STRINGS = "-u" in sys.argv and not sys.argv.remove("-u")
LIBRARY = os.path.dirname(os.__file__)


def describe(source):
    try:
        ast.parse(source.decode() if AS_STRINGS else source)
    except SyntaxError as error:
        number = lambda value: -1 if value is None else value
        return "ERROR %s|%s|%s|%s|%s|%s" % (type(error).__name__, number(error.lineno), number(error.offset), number(error.end_lineno),
                                           number(error.end_offset), error.msg) + "\t" + (error.text or "None").replace("\n", "\\n")
    except (ValueError, MemoryError, RecursionError, OverflowError) as error:
        return "ERROR %s|0|0|0|0|%s\tNone" % (type(error).__name__, error)
    return "OK"


def strings_of(path):
    with open(path, "rb") as file:
        try:
            tree = ast.parse(file.read())
        except (SyntaxError, ValueError):
            return
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, (str, bytes)):
            value = node.value
            if isinstance(value, str):
                examples = re.findall(r"^ *>>> (.*(?:\n *\.\.\. ?.*)*)", value, re.M)
                for example in examples:
                    yield re.sub(r"\n *\.\.\. ?", "\n", example) + "\n"
                try:
                    value = value.encode()
                except UnicodeEncodeError:
                    continue
            yield value


def test_sources():
    names = sys.argv[3:] or ["test_syntax", "test_exceptions", "test_fstring", "test_grammar", "test_patma", "test_string_literals", "test_unpack_ex", "test_eof",
                             "test_named_expressions", "test_positional_only_arg", "test_keywordonlyarg", "test_except_star", "test_generators",
                             "test_genexps", "test_dictcomps", "test_listcomps", "test_setcomps", "test_type_comments", "test_ast", "test_compile", "test_codeop", "test_coroutines",
                             "test_global", "test_source_encoding", "test_unicode_identifiers", "test_unparse", "test_parser", "test_traceback", "test_flufl", "test_future", "test_scope",
                             "test_contextlib", "test_with", "test_peg_generator/test_c_parser", "test_tokenize", "test_extcall", "test_augassign", "test_with"]
    seen = set()
    for name in names:
        path = name if name.endswith(".py") else os.path.join(LIBRARY, "test", name + ".py")
        if not os.path.exists(path):
            continue
        for source in strings_of(path):
            if isinstance(source, str):
                try:
                    source = source.encode()
                except UnicodeEncodeError:
                    continue
            if source not in seen and len(source) < 20000:
                seen.add(source)
                yield source


WORDS = ("( ) [ ] { } , : ; . = == := += -> * ** / | ! @ if else elif for in not is and or lambda def class return yield await async with as try except finally "
         "import from global del pass raise while print None True match case _ x 1 0x 'a' f'{x}' b'c' \\ $ ? \n").split(" ")


def mutations(count, seed):
    random.seed(seed)
    paths = [os.path.join(directory, name) for directory, _, names in os.walk(LIBRARY) for name in names if name.endswith(".py") and "/bad" not in name]
    paths.sort()
    made = 0
    while made < count:
        path = random.choice(paths)
        try:
            with tokenize.open(path) as file:
                text = file.read()
            tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
        except (SyntaxError, UnicodeDecodeError, tokenize.TokenError):
            continue
        lines = text.splitlines(keepends=True)
        # A part of the file that begins at a top-level statement, so that both sides are quick.
        starts = [i for i, line in enumerate(lines) if line[:1] not in " \t\n#)]}'\"" and line.strip()]
        for _ in range(20):
            start = random.choice(starts) if starts else 0
            part = "".join(lines[start:start + random.choice((3, 8, 40))])
            pieces = re.findall(r"\s+|\w+|[^\w\s]", part)
            if not pieces:
                continue
            for _ in range(random.choice((1, 1, 1, 2))):
                i = random.randrange(len(pieces))
                kind = random.randrange(5)
                if kind == 0:
                    pieces[i] = ""
                elif kind == 1:
                    pieces.insert(i, pieces[i])
                elif kind == 2:
                    pieces[i] = random.choice(WORDS)
                elif kind == 3:
                    pieces.insert(i, " " + random.choice(WORDS) + " ")
                elif i + 1 < len(pieces):
                    pieces[i], pieces[i + 1] = pieces[i + 1], pieces[i]
            yield "".join(pieces).encode("utf-8", "replace")
            made += 1


def main():
    mutate = sys.argv[2:3] == ["mutate"]
    if mutate:
        sources = list(mutations(int(sys.argv[3]) if len(sys.argv) > 3 else 2000, int(sys.argv[4]) if len(sys.argv) > 4 else 0))
    else:
        sources = list(test_sources())
    sources = [source for source in sources if b"\r" not in source and b"\0" not in source]
    if AS_STRINGS:
        sources = [source for source in sources if source.decode("utf-8", "ignore").encode() == source and b"coding" not in source]
    with tempfile.NamedTemporaryFile() as file:
        for source in sources:
            file.write(b"%d\n%s" % (len(source), source))
        file.flush()
        run = subprocess.run([sys.argv[1], "-q", "-l", "-b", *(["-u"] if AS_STRINGS else []), file.name], capture_output=True)
    got = run.stdout.decode("utf-8", "replace").split("\n")
    if run.returncode:
        print("CRASH", run.returncode, sources[len(got) - 1] if len(got) <= len(sources) else "")
    bad = errors = 0
    kinds = {}
    for source, ours in zip(sources, got):
        want = describe(source)
        errors += want != "OK"
        # Our own addition to a plain "invalid syntax".
        ours = re.sub(r"invalid syntax, did you mean '\w+'\?(?=\t)", "invalid syntax", ours)
        if ours != want:
            bad += 1
            key = (ours.split("|")[-1].split("\t")[0][:60], want.split("|")[-1].split("\t")[0][:60])
            kinds.setdefault(key, []).append((source, ours, want))
    shown = 0
    for key, cases in sorted(kinds.items(), key=lambda item: -len(item[1])):
        source, ours, want = min(cases, key=lambda case: len(case[0]))
        print(len(cases), "x", ascii(source.decode("utf-8", "replace"))[:3000])
        print("   got ", ascii(ours))
        print("   want", ascii(want))
        shown += 1
        if shown >= 40:
            break
    print(f"{len(sources)} sources, {errors} errors, {bad} differ")
    return bad != 0


if __name__ == "__main__":
    sys.exit(main())
