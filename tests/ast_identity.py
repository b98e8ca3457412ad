"""Compares the parser's trees with python3.11's own, over all files below the given directories.

Run by the oracle: python3.11 tests/ast_identity.py build/astdump DIRECTORY...
"""
import ast
import os
import subprocess
import sys
import warnings

warnings.simplefilter("ignore")
sys.setrecursionlimit(20000)


def files(roots):
    for root in roots:
        if os.path.isfile(root):
            yield root
        for directory, _, names in os.walk(root):
            for name in sorted(names):
                if name.endswith(".py"):
                    yield os.path.join(directory, name)


def expected(path):
    with open(path, "rb") as file:
        source = file.read()
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        return describe(error)
    return ast.dump(tree, include_attributes=True)


def describe(error):
    if isinstance(error, SyntaxError):
        number = lambda value: -1 if value is None else value
        return "ERROR %s|%s|%s|%s|%s|%s" % (type(error).__name__, number(error.lineno), number(error.offset), number(error.end_lineno),
                                           number(error.end_offset), error.msg)
    return "ERROR %s|0|0|0|0|%s" % (type(error).__name__, error)


def main():
    tool = subprocess.Popen([sys.argv[1], "-i"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    count = bad = 0
    for path in files(sys.argv[2:]):
        tool.stdin.write(path.encode() + b"\n")
        tool.stdin.flush()
        got = tool.stdout.readline().decode("utf-8", "surrogatepass").rstrip("\n")
        if not got and tool.poll() is not None:
            print("CRASH", path)
            tool = subprocess.Popen([sys.argv[1], "-i"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        want = expected(path)
        count += 1
        if got != want:
            bad += 1
            if bad <= 20:
                i = next((i for i, (a, b) in enumerate(zip(got, want)) if a != b), min(len(got), len(want)))
                print(path)
                print("  got ", ascii(got[max(0, i - 100):i + 200]))
                print("  want", ascii(want[max(0, i - 100):i + 200]))
    print(f"{count} files, {bad} differ")
    return bad != 0


sys.exit(main())
