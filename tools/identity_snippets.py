#!/usr/bin/python3.11
"""Compares both compilers on every string in a set of Python files that could be source: doctest examples and arguments of compile(), exec() and
the like in test files. Agreement includes exceptions, their text and place, and warnings.

    identity_snippets.py [--tool build/codedump] [--show N] FILE...
"""
import argparse, ast, doctest, sys, textwrap
import identity


def snippets(path):
    with open(path, 'rb') as f:
        tree = ast.parse(f.read())
    parser = doctest.DocTestParser()
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Constant) and isinstance(node.value, str)) or not 0 < len(node.value) < 20000:
            continue
        text = node.value
        yield text, 'exec'
        yield text, 'eval'
        if '\n' in text:
            yield textwrap.dedent(text), 'exec'
        if '>>>' in text:
            try:
                for example in parser.get_examples(text):
                    yield example.source, 'single'
                    yield example.source, 'exec'
            except ValueError:
                pass


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--tool', default='build/codedump')
    parser.add_argument('--show', type=int, default=10)
    parser.add_argument('files', nargs='+')
    options = parser.parse_args()
    sys.stdout.reconfigure(errors='backslashreplace')
    tool = identity.Tool(options.tool)
    same = total = shown = 0
    for path in options.files:
        seen = set()
        for text, mode in snippets(path):
            if (text, mode) in seen:
                continue
            seen.add((text, mode))
            try:
                source = text.encode()
            except UnicodeEncodeError:
                continue
            level = len(seen) % 3
            if not (good := identity.check(tool, source, '<string>', mode, level, options.show - shown)):
                if shown < options.show:
                    print('    source:', repr(text)[:400])
                shown += 1
            same += good
            total += 1
    print('%d of %d snippets agree' % (same, total))
    return same != total


if __name__ == '__main__':
    sys.exit(main())
