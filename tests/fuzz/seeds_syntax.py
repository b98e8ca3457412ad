"""Makes inputs for the fuzzer of the front end (see syntax.c): seeds_syntax.py TARGET [FILE|FOLDER...]

The seeds are the string constants and the whole of small Python files; without arguments, random pieces of syntax (tests/syntax_random.py) only.
"""
import ast
import hashlib
import os
import random
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
LONGEST = 4000


def sources_of(path):
    with open(path, "rb") as file:
        source = file.read()
    if len(source) <= LONGEST:
        yield source
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, (str, bytes)) and 3 < len(node.value) <= LONGEST:
            value = node.value
            yield value if isinstance(value, bytes) else value.encode("utf-8", "surrogatepass")


def files_below(path):
    if os.path.isfile(path):
        yield path
    for folder, _, names in os.walk(path):
        for name in sorted(names):
            if name.endswith(".py"):
                yield os.path.join(folder, name)


def random_sources(count):
    import syntax_random
    random.seed(11)
    for i in range(count):
        make = syntax_random.fstring if i % 4 == 0 else syntax_random.statement
        yield "".join(make() for _ in range(random.choice((1, 1, 2, 4)))).encode()


def main(target, *paths):
    os.makedirs(target, exist_ok=True)
    count = 0
    for source in [*random_sources(1000), *(s for p in paths for f in files_below(p) for s in sources_of(f))]:
        digest = hashlib.sha1(source).hexdigest()
        options = int(digest[:2], 16) & (0x4f if count % 4 else 0xff) ^ 0x40
        if count % 2:
            options &= 0xfc   # a module
        with open(os.path.join(target, digest), "wb") as file:
            file.write(bytes([options]) + source)
        count += 1
    print(count, "seeds")


if __name__ == "__main__":
    main(*sys.argv[1:])
