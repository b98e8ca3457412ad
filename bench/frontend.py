#!/usr/bin/python3.11
"""Lines a second of the front end (parse, compile, marshal) beside CPython's compile() and marshal.dumps(), over the same files, on one core.

    frontend.py [--tool build/codedump] [--repeat N] [FOLDER...]     default: the standard library without its tests
"""
import argparse, marshal, os, subprocess, sys, time, warnings
sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'tools'))
import identity


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--tool', default='build/codedump')
    parser.add_argument('--repeat', type=int, default=3)
    parser.add_argument('paths', nargs='*', default=['/usr/lib/python3.11'])
    options = parser.parse_args()
    files = []
    for path in identity.files_below(options.paths):
        if '/test/' in path or '/tests/' in path:
            continue
        with open(path, 'rb') as f:
            files.append((path, f.read()))
    lines = sum(source.count(b'\n') for _, source in files)
    warnings.simplefilter('ignore')
    cpython = ours = 1e9
    for _ in range(options.repeat):
        start = time.process_time()
        for path, source in files:
            try:
                marshal.dumps(compile(source, path, 'exec', dont_inherit=True))
            except SyntaxError:
                pass
        cpython = min(cpython, time.process_time() - start)
        out = subprocess.run([options.tool, '--time', '0', *(path for path, _ in files)], capture_output=True, check=True).stdout.split()
        ours = min(ours, float(out[1]))
    print('%d files, %d lines' % (len(files), lines))
    print('python3.11 %8.3f s %10.0f lines/s' % (cpython, lines / cpython))
    print('krait      %8.3f s %10.0f lines/s   %.1f times as fast' % (ours, lines / ours, cpython / ours))


if __name__ == '__main__':
    main()
