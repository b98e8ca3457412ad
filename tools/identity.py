#!/usr/bin/python3.11
"""Compares code objects with those of python3.11's compile(), over whole folders.

Every .py file is compiled by both, at levels 0, 1 and 2; the code objects must be equal in every field, recursively, or both must
reject the file with the same exception, message and place. Run with python3.11 itself, which is the oracle.

    identity.py [--tool build/codedump] [--levels 0,1,2] [--show N] [--every N] FOLDER|FILE...
"""
import argparse, dis, io, marshal, os, re, subprocess, sys, types, warnings

FIELDS = ('co_argcount', 'co_posonlyargcount', 'co_kwonlyargcount', 'co_stacksize', 'co_flags', 'co_names', 'co_varnames', 'co_cellvars', 'co_freevars',
          'co_filename', 'co_name', 'co_qualname', 'co_firstlineno', 'co_code', 'co_linetable', 'co_exceptiontable')


class Tool:
    """The compiler under test, behind a pipe."""

    def __init__(self, path):
        self.path = path
        self.process = None

    def compile(self, source, name, mode='exec', level=0, flags=0):
        if self.process is None or self.process.poll() is not None:
            self.process = subprocess.Popen([self.path], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        p = self.process
        try:
            p.stdin.write(b'%d %s %d %d %s\n' % (level, mode.encode(), flags, len(source), os.fsencode(name)))
            p.stdin.write(source)
            p.stdin.flush()
            head = p.stdout.readline().split()
            if not head:
                raise BrokenPipeError
        except BrokenPipeError:
            return 'crash', p.wait(), []
        data = p.stdout.read(int(head[1]))
        warned = p.stdout.read(int(head[2])).decode('utf-8', 'surrogatepass').splitlines()
        if head[0] == b'code':
            return 'code', marshal.loads(data), warned
        place, _, message = data.partition(b'\n')
        if place == b'-':
            place = None
        else:
            line, offset, end_line, end_offset = (None if x == -2 else x for x in map(int, place.split()))
            place = (line, offset, None, None) if end_line == 0 or line == 0 else (line, offset, end_line, end_offset)
        # Our one addition to CPython's messages.
        text = re.sub(r"^invalid syntax, did you mean '\w+'\?$", 'invalid syntax', message.decode('utf-8', 'surrogatepass'))
        return 'error', (head[0].decode(), text, place), warned


def oracle(source, name, mode='exec', level=0, flags=0):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter('always')
        try:
            result = 'code', compile(source, name, mode, flags=flags, dont_inherit=True, optimize=level)
        except SyntaxError as e:
            result = 'error', (type(e).__name__, e.msg, (e.lineno, e.offset, e.end_lineno, e.end_offset))
        except Exception as e:
            result = 'error', (type(e).__name__, str(e), None)
    return (*result, ['%s %d %s' % (w.category.__name__, w.lineno, w.message) for w in caught])


def key(value):
    """A constant with its types and signs, recursively; code objects by themselves."""
    if isinstance(value, types.CodeType):
        return 'code'
    if isinstance(value, tuple):
        return 'tuple', [key(v) for v in value]
    if isinstance(value, frozenset):
        return 'frozenset', sorted(repr(key(v)) for v in value)
    return type(value).__name__, repr(value)


def differences(a, b, path=''):
    """Names of the fields in which two code objects differ, with the codes that hold them."""
    path = path + '/' + a.co_name
    for field in FIELDS:
        if getattr(a, field) != getattr(b, field):
            yield path, field, a, b
    if a._co_code_adaptive is None:
        return
    if [key(c) for c in a.co_consts] != [key(c) for c in b.co_consts]:
        yield path, 'co_consts', a, b
        return
    for x, y in zip(a.co_consts, b.co_consts):
        if isinstance(x, types.CodeType):
            yield from differences(x, y, path)


def listing(code):
    out = []
    try:
        for i in dis.get_instructions(code):
            out.append('%s %s %s %s' % (i.opname, i.arg, i.argrepr.partition(' at 0x')[0], tuple(i.positions)))
        out += ['%s' % (e,) for e in dis._parse_exception_table(code)]
    except Exception as e:
        out.append('cannot disassemble: %r' % e)
    return out


def show(path, field, a, b):
    import difflib
    print('   ', path, field)
    if field in ('co_code', 'co_linetable', 'co_exceptiontable'):
        for line in list(difflib.unified_diff(listing(a), listing(b), 'python3.11', 'krait', lineterm='', n=4))[:40]:
            print('      ', line)
    else:
        print('       python3.11:', str(getattr(a, field))[:600])
        print('       krait:     ', str(getattr(b, field))[:600])


def check(tool, source, name, mode, level, show_left, flags=0):
    """True if both agree."""
    expected, mine = oracle(source, name, mode, level, flags), tool.compile(source, name, mode, level, flags)
    if expected[0] == mine[0] == 'code':
        found = list(differences(expected[1], mine[1]))
        if not found and expected[2] == mine[2]:
            return True
        if show_left > 0:
            print('DIFFERS', name, 'level', level, mode)
            seen = set()
            for path, field, a, b in found:
                if path in seen and field != 'co_consts':
                    continue
                seen.add(path)
                show(path, field, a, b)
                if len(seen) >= 2:
                    break
            if expected[2] != mine[2]:
                print('    warnings', expected[2][:5], mine[2][:5])
        return False
    if expected[:2] == mine[:2]:
        return True
    if show_left > 0:
        print('DIFFERS', name, 'level', level, mode)
        print('    python3.11:', expected[0], expected[1] if expected[0] != 'code' else '')
        print('    krait:     ', mine[0], mine[1] if mine[0] != 'code' else '')
    return False


def files_below(paths):
    for path in paths:
        if os.path.isdir(path):
            for folder, folders, names in os.walk(path):
                folders.sort()
                yield from (os.path.join(folder, n) for n in sorted(names) if n.endswith('.py'))
        else:
            yield path


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--tool', default='build/codedump')
    parser.add_argument('--levels', default='0,1,2')
    parser.add_argument('--show', type=int, default=5, help='how many differences to show')
    parser.add_argument('--every', type=int, default=1, help='take every n-th file only')
    parser.add_argument('paths', nargs='+')
    options = parser.parse_args()
    sys.stdout.reconfigure(errors='backslashreplace')
    tool = Tool(options.tool)
    levels = [int(x) for x in options.levels.split(',')]
    same = total = lines = shown = 0
    for path in list(files_below(options.paths))[::options.every]:
        try:
            with open(path, 'rb') as f:
                source = f.read()
        except OSError:
            continue
        lines += source.count(b'\n')
        good = True
        for level in levels:
            if good and not check(tool, source, path, 'exec', level, options.show - shown):
                good = False
                shown += 1
        total += 1
        same += good
    print('%d of %d files identical at levels %s (%d lines)' % (same, total, options.levels, lines))
    return same != total


if __name__ == '__main__':
    sys.exit(main())
