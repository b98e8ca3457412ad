#!/usr/bin/python3.11
"""kraitc beside `python3.11 -m compileall`: same options, same files, the same header, code and exit status.

    kraitc_options.py [build/kraitc]
"""
import marshal
import os
import shutil
import subprocess
import sys
import tempfile

KRAITC = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else "build/kraitc")
COMPILEALL = ["/usr/bin/python3.11", "-m", "compileall"]
SOURCE = 'def f(x=(1, 2.5, b"a")):\n  "doc"\n  assert x, (1, 2.5, b"a")\n'
FILES = {"t/x.py": SOURCE, "t/a/y.py": SOURCE + "if __debug__: print(1)\n", "t/a/b/z.py": SOURCE, "t/a/b/c/w.py": SOURCE, "t/d/v.py": "x = 1\n", "t/d/é.py": SOURCE}
CASES = [
    "t", "-l t", "-r 1 t", "-r0 t", "-b t", "-d /dest t", "-s t t", "-s t/a t", "-p /pre t", "-s t/a -p /pre t", "-i list", "-i list t/d", "-o 1 -o 2 t", "t/x.py t/d",
    "--invalidation-mode unchecked-hash t", "--invalidation-mode checked-hash -o 0 t", "-f t", "nothere.py", "nothere", "t/x.py -d zz", "-b -o 2 t",
    "-s {cwd} -p /usr {cwd}/t", "-o 0 -o 1 -o 2 --hardlink-dupes t", "-o 0 -o 1 -o 2 -f t",
    # Python's regular expressions
    "-x a/b t", "-x (?P<n>a)/b t", r"-x \bz\.py\Z t", "-x /[xyz](?!\\.py) t", "-x (?i)Y t", r"-x /\w\.py$ t", r"-x (.)/\1 t", r"-x (?<=d/)v t", r"-x \u00e9 t", "-x x|v t",
]


def make_tree():
    shutil.rmtree("t", ignore_errors=True)
    for name, text in FILES.items():
        os.makedirs(os.path.dirname(name), exist_ok=True)
        with open(name, "w") as file:
            file.write(text)
        os.utime(name, (1e9, 1e9))
    with open("list", "w") as file:
        file.write("t/a\nt/x.py\n")


def caches(top):
    found = {}
    for folder, _, names in os.walk(top):
        for name in names:
            if name.endswith(".pyc"):
                path = os.path.join(folder, name)
                with open(path, "rb") as file:
                    data = file.read()
                code = marshal.loads(data[16:])
                found[os.path.relpath(path, top)] = data[:16], code.co_filename, code, os.stat(path).st_nlink
    return found


def check(name, expected, found):
    if expected == found:
        return 0
    print("DIFF", name, "status", expected[1], found[1])
    different = [key for key in sorted(expected[0].keys() | found[0].keys()) if expected[0].get(key) != found[0].get(key)]
    for key in different[:5]:
        print("  ", key, expected[0].get(key), found[0].get(key))
    return 1


def main():
    bad = 0
    environment = {key: value for key, value in os.environ.items() if key not in ("PYTHONDONTWRITEBYTECODE", "SOURCE_DATE_EPOCH", "PYTHONPATH")}
    for epoch in None, "1000000000":
        if epoch:
            environment["SOURCE_DATE_EPOCH"] = epoch
        for case in CASES if not epoch else CASES[:6]:
            results = []
            for command in COMPILEALL, [KRAITC]:
                make_tree()
                done = subprocess.run([*command, "-q", *case.format(cwd=os.getcwd()).split()], capture_output=True, env=environment)
                results.append((caches("t"), done.returncode))
            bad += check(case, *results)
    # Without paths: sys.path, but into a folder of ours.
    del environment["SOURCE_DATE_EPOCH"]
    results = []
    os.mkdir("empty")
    os.mkdir("modules")
    with open("modules/m.py", "w") as file:
        file.write(SOURCE)
    for command in COMPILEALL, [KRAITC]:
        shutil.rmtree("prefix", ignore_errors=True)
        more = {"PYTHONPYCACHEPREFIX": os.path.abspath("prefix"), "PYTHONPATH": os.path.abspath("modules"), "PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1"}
        done = subprocess.run([*command, "-q"], capture_output=True, env=environment | more, cwd="empty")
        results.append((caches("prefix"), done.returncode))
    bad += check("no paths", *results)
    bad += len(results[0][0]) < 100
    print(f"{len(CASES) + 7} cases, {bad} differ")
    return bad != 0


with tempfile.TemporaryDirectory(prefix="kraitc-") as folder:
    os.chdir(folder)
    status = main()
    os.chdir("/")
sys.exit(status)
