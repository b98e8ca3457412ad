"""Damages .pyc files at random and runs what can be loaded of them: no crash, whatever the bytes are.

Usage: krait tests/fuzz/damaged_pyc.py [COUNT [SEED]]. A file that crashes is kept, and its name printed; the exit status is 1 then. What does not
end is stopped and kept, too: the damage may make a legal endless loop.
"""
import importlib.util
import os
import py_compile
import random
import signal
import subprocess
import sys
import tempfile

MODULES = ["json.decoder", "textwrap", "heapq", "string", "copy", "bisect", "fractions", "dataclasses"]
BATCH = 50
RUNNER = """
import marshal, os, signal, sys
class Stopped(BaseException): pass
stops = 0
def stop(*a):
    global stops
    stops += 1
    # Damage can make a loop that handles this very exception.
    if stops > 20: os._exit(77)
    raise Stopped
signal.signal(signal.SIGVTALRM, stop)
for path in sys.argv[1:]:
    os.write(2, b"\\n" + path.encode())
    stops = 0
    try:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0.5, 0.5)
        code = marshal.loads(open(path, "rb").read()[16:])
        exec(code, {"__name__": "x", "__builtins__": __builtins__})
    except BaseException:
        pass
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    if stops: os.write(2, b" stopped")
"""


def originals(folder):
    for module in MODULES:
        source = importlib.util.find_spec(module).origin
        path = py_compile.compile(source, os.path.join(folder, module + ".pyc"), doraise=True)
        with open(path, "rb") as file:
            yield file.read()


def damaged(datas, chance):
    data = bytearray(chance.choice(datas))
    for _ in range(chance.randint(1, 8)):
        data[chance.randrange(16, len(data))] = chance.randrange(256)
    return bytes(data)


def keep(path, number):
    kept = os.path.join(tempfile.gettempdir(), f"krait-damaged-{os.getpid()}-{number}.pyc")
    os.replace(path, kept)
    return kept


def crashes(count, seed, krait=sys.executable, hangs=None):
    """The paths of the kept files that crashed krait; those that did not end go to `hangs`."""
    hangs = [] if hangs is None else hangs
    chance, found = random.Random(seed), []
    with tempfile.TemporaryDirectory() as folder:
        datas = list(originals(folder))
        while count > 0:
            paths = [os.path.join(folder, f"x{i}.pyc") for i in range(min(BATCH, count))]
            count -= BATCH
            for path in paths:
                with open(path, "wb") as file:
                    file.write(damaged(datas, chance))
            while paths:
                done = subprocess.run([krait, "-S", "-c", RUNNER, *paths], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, cwd=folder)
                ran = [i for i, path in enumerate(paths) if b"\n" + path.encode() in done.stderr]
                last = max(ran, default=0)
                hangs.extend(keep(paths[i], f"hang-{len(hangs)}") for i in ran if b"\n" + paths[i].encode() + b" stopped" in done.stderr or (i == last and done.returncode == 77))
                if done.returncode in (-signal.SIGSEGV, -signal.SIGABRT, -signal.SIGBUS, -signal.SIGILL, -signal.SIGFPE):
                    found.append(keep(paths[last], len(found)))
                paths = paths[last + 1:]   # sys.exit in damaged code ends the process, too: the rest gets another
            if count > 0 and count % 1000 == 0:
                print(f"{count} to go: {len(found)} crashes, {len(hangs)} stopped", flush=True)
    return found


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(10**6)
    hangs = []
    found = crashes(count, seed, hangs=hangs)
    print(*found, *hangs, sep="\n")
    print(f"seed {seed}: {len(found)} crashes of {count}, {len(hangs)} stopped after half a second")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
