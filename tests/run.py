"""Runs Krait's tests. The runner itself runs under python3.11, which is also the oracle that programs are compared with.

Four kinds of test:
  tests/unit/*.c        C tests of what Python cannot reach, built and run by `make unit`
  tests/test_*.py       tests of Krait, each run as `krait FILE` and again under krait's other settings where the file asks for it;
                        the file uses unittest, and its result line is counted
  tests/programs/*.py   programs that print something and end well, alike under krait and python3.11 (but for those named with an underscore, which others import)
  tests/cpython.txt     the ratchet: CPython's own tests that have passed; see tests/ratchet.py

Usage: run.py [WORD...]: only tests whose names contain one of the words. Skipped tests are no passed ones: their number is told, and what did not pass at the first attempt.

KRAIT_TEST_SLOW=n multiplies the time limits, for a krait that collects without pause or watches itself; KRAIT_TEST_JOBS=n runs n tests at a time (a core each otherwise).
"""
import concurrent.futures
import difflib
import os
import re
import signal
import subprocess
import sys
import threading
import time

from helpers import ORACLE, SLOW, TOP

KRAIT = os.environ.get("KRAIT", os.path.join(TOP, "build", "krait"))
TIMEOUT = 300 * SLOW
JOBS = int(os.environ.get("KRAIT_TEST_JOBS", os.cpu_count()))


class Report:
    def __init__(self):
        self.passed = self.failed = self.skipped = 0
        self.lock = threading.Lock()  # results come from as many threads as there are cores

    def add(self, name, passed, failed, text="", skipped=0, notes=()):
        line = f"{'ok  ' if not failed else 'FAIL'} {name}: {passed} passed, {failed} failed" + f", {skipped} skipped" * bool(skipped)
        lines = [*notes, *(text.strip().splitlines()[-40:] if failed else ())]
        line += "".join("\n     " + more for more in lines)
        with self.lock:
            self.passed += passed
            self.failed += failed
            self.skipped += skipped
            print(line, flush=True)


def run(command, **options):
    """(exit status, output) of a command; a crash or a timeout is a status that is not 0."""
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=TIMEOUT, cwd=TOP, stdin=subprocess.DEVNULL, **options)
    except subprocess.TimeoutExpired as e:
        return "timeout", (e.stdout or b"").decode(errors="replace")
    return done.returncode, done.stdout.decode(errors="replace")


def unittest_file(report, path):
    status, output = run([KRAIT, "-B", path])
    ran = re.search(r"^Ran (\d+) tests? in", output, re.M)
    count = int(ran[1]) if ran else 0
    last = (re.findall(r"^(?:OK|FAILED)(?: \(.*\))?$", output, re.M) or [""])[-1]
    bad = sum(int(n) for n in re.findall(r"(?<!expected )(?:failures|errors|unexpected successes)=(\d+)", last))
    skipped = sum(int(n) for n in re.findall(r"skipped=(\d+)", last))
    if status != 0 or not count:
        bad = max(bad, 1)
    report.add(os.path.relpath(path, TOP), max(count - bad - skipped, 0), bad, f"exit status {status}\n{output}", skipped)


def program(report, path):
    options = {"env": {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0"}}
    # Some programs take all the memory that there is. They limit themselves, but cannot where AddressSanitizer needs terabytes of addresses.
    limits = ["-X", "max-heap=1G"] if "asan" in KRAIT else []
    expected, found = run([ORACLE, path], **options), run([KRAIT, *limits, path], **options)
    same = expected == found and expected[0] == 0 and expected[1] != ""
    changes = difflib.unified_diff(expected[1].splitlines(), found[1].splitlines(), f"python3.11, status {expected[0]}", f"krait, status {found[0]}", lineterm="", n=1)
    report.add(os.path.relpath(path, TOP), int(same), int(not same), "\n".join(list(changes)[:30]) or f"python3.11, status {expected[0]}; krait, status {found[0]}\n{expected[1][-1000:]}")


def unit(report):
    status, output = run(["make", "-s", "unit"])
    results = re.findall(r"^(\d+) passed, (\d+) failed$", output, re.M)
    passed, failed = sum(int(p) for p, _ in results), sum(int(f) for _, f in results)
    if status != 0:
        failed = max(failed, 1)
    report.add("tests/unit", passed, failed, output)


def ratchet(report):
    command = [ORACLE, os.path.join(TOP, "tests", "ratchet.py"), "check"]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=TOP, text=True)
    last = re.findall(r"^ratchet: (\d+) held, (\d+) lost(?:, (\d+) left out)?$", done.stdout, re.M)
    held, lost, left_out = (int(n or 0) for n in last[-1]) if last else (0, 1, 0)
    if done.returncode and not lost:
        lost = 1
    report.add("tests/cpython.txt", held, lost, done.stdout, left_out, re.findall(r"^(?:again|left out): .*", done.stdout, re.M))


def main(words):
    signal.signal(signal.SIGINT, signal.default_int_handler)   # a shell ignores it for what runs in the background, and so would the interpreters that the tests interrupt
    report, start = Report(), time.time()
    wanted = lambda name: not words or any(w in name for w in words)
    if wanted("unit"):
        unit(report)
    files = []
    for folder, kind in (("", unittest_file), ("programs", program)):
        path = os.path.join(TOP, "tests", folder)
        for name in sorted(os.listdir(path)) if os.path.isdir(path) else ():
            if name.endswith(".py") and (folder and not name.startswith("_") or name.startswith("test_")) and wanted(os.path.join(folder, name)):
                files.append((kind, os.path.join(path, name)))
    with concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
        for done in [pool.submit(kind, report, path) for kind, path in files]:
            done.result()
    if wanted("ratchet") and os.path.exists(os.path.join(TOP, "tests", "cpython.txt")):
        ratchet(report)
    print(f"in {time.time() - start:.0f} s, {report.skipped} skipped")
    print(f"{report.passed} passed, {report.failed} failed")
    return report.failed > 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
