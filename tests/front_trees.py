"""Compares what Krait's ast.parse() and compile() make of whole files with what python3.11's make.

Run by the oracle: /usr/bin/python3.11 tests/front_trees.py build/krait [--every N] FOLDER...

For each .py file: ast.dump() of the tree with all attributes, and of the tree with type comments; the code of the source; the code of the tree given back
to compile(), which must be the source's, at a level that depends on the file; and for a few of its expressions and top-level statements the code in the modes
eval and single, from source and tree.
"""
import ast
import hashlib
import os
import subprocess
import sys
import warnings

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "tools"))
import identity

PARTS = 6


def digest(value):
    return hashlib.sha1(value.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def fields(code):
    """All that a code object holds, recursively, as text that does not depend on the interpreter."""
    lines = ["%s %r" % (field, getattr(code, field)) for field in identity.FIELDS]
    return "\n".join(lines + [fields(c) if hasattr(c, "co_code") else repr(identity.key(c)) for c in code.co_consts])


def attempt(function, *arguments, **options):
    try:
        return function(*arguments, **options)
    except Exception as error:
        return "%s %s %s" % (type(error).__name__, error, getattr(error, "args", ())[1:])


def as_text(result):
    return digest(fields(result) if hasattr(result, "co_code") else ast.dump(result, include_attributes=True) if isinstance(result, ast.AST) else result)


def both_ways(source, name, mode, level):
    """The code of a source, and whether its tree compiles to the same."""
    code = attempt(compile, source, name, mode, dont_inherit=True, optimize=level)
    tree = attempt(compile, source, name, mode, ast.PyCF_ONLY_AST, dont_inherit=True)
    if isinstance(tree, str):
        return as_text(code) + " no tree"
    again = attempt(compile, tree, name, mode, dont_inherit=True, optimize=level)
    same = as_text(code) == as_text(again) or (isinstance(code, str) and isinstance(again, str))
    return "%s %s" % (as_text(code), "same" if same else "TREE DIFFERS")


def parts(source, tree):
    """Some expressions and statements of a file by themselves."""
    try:
        text = source.decode()
    except UnicodeDecodeError:
        return
    lines = text.splitlines(keepends=True)
    expressions = [node for node in ast.walk(tree) if isinstance(node, ast.expr)]
    for node in expressions[::len(expressions) // PARTS + 1]:
        yield ast.get_source_segment(text, node) or "", "eval"
    for node in tree.body[::len(tree.body) // PARTS + 1]:
        first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ()))])
        yield "".join(lines[first - 1:node.end_lineno]) + "\n", "single"


def describe(path):
    with open(path, "rb") as file:
        source = file.read()
    level = len(source) % 3
    tree = attempt(ast.parse, source, path)
    yield "tree " + as_text(tree)
    yield "type comments " + as_text(attempt(ast.parse, source, path, type_comments=True))
    yield "exec " + both_ways(source, path, "exec", level)
    if not isinstance(tree, str):
        for part, mode in parts(source, tree):
            yield "%s %r %s" % (mode, part[:50], both_ways(part, path, mode, level))


def work():
    warnings.simplefilter("ignore")
    for line in sys.stdin:
        path = line.rstrip("\n")
        for fact in describe(path):
            print(path, fact)


def main(krait, *paths):
    every = int(paths[1]) if paths[0] == "--every" else 1
    files = list(identity.files_below(paths[2:] if every > 1 else paths))[::every]
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONIOENCODING": "utf-8:surrogateescape"}
    command = [os.path.abspath(__file__), "--work"]
    answers = [subprocess.run([program, *command], input="\n".join(files), stdout=subprocess.PIPE, text=True, errors="surrogateescape", env=environment)
               for program in (sys.executable, krait)]
    expected, found = (answer.stdout.splitlines() for answer in answers)
    bad = [(e, f) for e, f in zip(expected, found) if e != f] + [(line, line) for line in found if "TREE DIFFERS" in line]
    for e, f in bad[:20]:
        print("python3.11:", ascii(e), "\n     krait:", ascii(f))
    if len(expected) != len(found) or answers[1].returncode:
        print("krait ended with status", answers[1].returncode, "after", len(found), "of", len(expected), "results")
        bad.append(0)
    print(f"{len(files)} files, {len(expected)} trees and codes, {len(bad)} differ")
    return bool(bad)


if __name__ == "__main__":
    sys.exit(work() if sys.argv[1:] == ["--work"] else main(*sys.argv[1:]))
