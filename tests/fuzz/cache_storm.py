"""Caches under fire: processes that import and rewrite the same modules at the same time, and processes killed while they write caches.

Usage: krait tests/fuzz/cache_storm.py [SECONDS [KILLS]]: 8 processes and 50 modules for SECONDS (60), then KILLS (500) times kill -9. The exit status is 1 if a module
was ever wrong or torn, if a cache is not what its source gives, or if what the killed left behind disturbs a later run.
"""
import marshal
import os
import random
import signal
import subprocess
import sys
import tempfile
import time

CLEAN = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
# Both ends of a module hold the same number, and every line between repeats it: a mixture of two versions is seen.
WORKER = '''
import importlib, os, random, sys, time
number, seconds, modules = int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])
end, chance, runs = time.time() + seconds, random.Random(number), 0
sys.path.insert(0, os.getcwd())
while time.time() < end:
    name = f"n{chance.randrange(modules)}"
    if chance.random() < 0.4:
        v = chance.randrange(10**6)
        with open(f"{name}.{number}", "w") as f:
            f.write(f"a = {v}\\n" + "b = a\\n" * chance.randrange(1, 30) + f"c = {v}\\n")
        os.replace(f"{name}.{number}", name + ".py")
    sys.modules.pop(name, None)
    importlib.invalidate_caches()
    m = importlib.import_module(name)
    assert m.a == m.b == m.c, (name, m.a, m.b, m.c)
    runs += 1
assert runs > 20, runs
print(runs)
'''


def cache_of(folder, name):
    return os.path.join(folder, "__pycache__", f"{name}.{sys.implementation.cache_tag}.pyc")


def storm(krait, folder, seconds, processes=8, modules=50):
    """(imports made, what went wrong)."""
    for i in range(modules):
        with open(os.path.join(folder, f"n{i}.py"), "w") as file:
            file.write("a = b = c = 0\n")
    command = [krait, "-S", "-c", WORKER]
    children = [subprocess.Popen([*command, str(i), str(seconds), str(modules)], cwd=folder, env=CLEAN, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
                for i in range(processes)]
    runs, wrong = 0, []
    for child in children:
        output, errors = child.communicate(timeout=seconds * 4 + 60)
        if child.returncode or errors:
            wrong.append((child.returncode, errors[-500:]))
        else:
            runs += int(output)
    for name in os.listdir(os.path.join(folder, "__pycache__")):
        if not name.endswith(".pyc"):
            wrong.append("left over: " + name)
            continue
        with open(os.path.join(folder, "__pycache__", name), "rb") as file:
            marshal.loads(file.read()[16:])
    return runs, wrong


def kills(krait, folder, count):
    """(number of kills that left a temporary file, what went wrong)."""
    with open(os.path.join(folder, "m.py"), "w") as file:
        file.write("x = 0\n" + "".join(f"def f{i}(a, b={i}): return [a, b, 'text {i}', {i}.5]\n" for i in range(300)) + "x = 1\n")
    cache, wrong = cache_of(folder, "m"), []

    def imported(*options):
        done = subprocess.run([krait, "-S", *options, "-c", "import m; print(m.x)"], cwd=folder, env=CLEAN, capture_output=True, text=True)
        if (done.returncode, done.stdout, done.stderr) != (0, "1\n", ""):
            wrong.append((done.returncode, done.stdout, done.stderr[-500:]))

    imported()
    with open(cache, "rb") as file:
        good = file.read()
    start, chance = time.monotonic(), random.Random(1)
    imported("-B")
    usual = time.monotonic() - start
    for _ in range(count):
        if os.path.exists(cache):
            os.remove(cache)
        child = subprocess.Popen([krait, "-S", "-c", "import m"], cwd=folder, env=CLEAN, stderr=subprocess.DEVNULL)
        # Until the file appears there is nothing to disturb; from then on every moment is as good as another.
        wait = chance.uniform(0, 3 * usual) if chance.random() < 0.5 else None
        if wait is None:
            limit = time.monotonic() + 20 * usual
            while child.poll() is None and time.monotonic() < limit and not any(name.startswith(os.path.basename(cache)) for name in os.listdir(os.path.dirname(cache))):
                pass
            wait = chance.uniform(0, 0.0005)
        time.sleep(wait)
        child.send_signal(signal.SIGKILL)
        child.wait()
        if os.path.exists(cache):
            with open(cache, "rb") as file:
                if file.read() != good:
                    wrong.append("a bad cache")
    left = [name for name in os.listdir(os.path.dirname(cache)) if not name.endswith(".pyc")]
    imported()
    with open(cache, "rb") as file:
        if file.read() != good:
            wrong.append("a bad cache at the end")
    return len(left), wrong


def main():
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 60
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 500
    with tempfile.TemporaryDirectory() as folder:
        runs, wrong = storm(sys.executable, folder, seconds)
        print(f"{runs} imports by 8 processes in {seconds:g} s: {len(wrong)} wrong", *wrong, sep="\n")
    with tempfile.TemporaryDirectory() as folder:
        left, bad = kills(sys.executable, folder, count)
        print(f"{count} kills, {left} temporary files left: {len(bad)} wrong", *bad, sep="\n")
    return bool(wrong or bad)


if __name__ == "__main__":
    sys.exit(main())
