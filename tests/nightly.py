"""All that is too long for ./test, one step after the other: the whole suite in every mode and build, robustness at length, the fuzzers.

Usage: nightly.py [WORD...]: only steps whose names contain one of the words; `make nightly WORDS=...` does the same. A step that fails or does not end in its time fails the whole, but
the steps after it are made all the same. What each prints is in build/nightly/NAME.log; here is told how it ended, with the last lines where it went wrong.
SECONDS is how long the storms and each fuzzer run; `make nightly` hands on N and SEED, too.
"""
import os
import signal
import subprocess
import sys
import time

from helpers import FUZZ, ORACLE, TOP

sys.path.insert(0, FUZZ)
from driver import FUZZERS

LOGS = os.path.join(TOP, "build", "nightly")
SECONDS = float(os.environ.get("SECONDS", "60"))
ASAN = {"KRAIT": os.path.join(TOP, "build-asan", "krait"), "ASAN_OPTIONS": "detect_leaks=0:detect_stack_use_after_return=0:allocator_may_return_null=1"}
SUITE = [ORACLE, "tests/run.py"]
HOUR = 3600
# Ten times more time for single tests than in ./test: the slowest of them take that when the collector runs all the time.
WATCHED = {"KRAIT_TEST_SLOW": "10"}


def make(*targets):
    return ["make", "--no-print-directory", f"-j{os.cpu_count()}", f"SECONDS={SECONDS:g}", *targets]


# name: command, its variables, and the seconds after which it is ended: several times what it takes on two quiet cores.
STEPS = {
    "build": (make("all"), {}, HOUR),
    "build-asan": (make("asan"), {}, HOUR),
    "build-tsan": (make("tsan"), {}, HOUR),
    "suite": (["./test"], {"KRAIT_TEST_RECURSION": "1"}, HOUR),
    "suite-stress": (SUITE, {**WATCHED, "KRAIT_GC_STRESS": "1000"}, 4 * HOUR),
    "suite-verify": (SUITE, {**WATCHED, "KRAIT_GC_VERIFY": "1", "KRAIT_GC_STRESS_YOUNG": "1000"}, 4 * HOUR),
    "suite-asan": (SUITE, {**WATCHED, **ASAN}, 4 * HOUR),
    "unit-asan": (make("asan-unit"), {}, HOUR),
    "tsan-frontend": (make("tsan-frontend"), {}, HOUR),
    "tsan-tests": ([ORACLE, "tests/tsan.py"], {}, 6 * HOUR),
    "damaged-pyc": (make("damaged-pyc"), {}, 3 * HOUR),
    "alloc-failure": (make("alloc-failure"), {}, 4 * HOUR),
    "cache-storm": (make("cache-storm"), {}, HOUR + 4 * SECONDS),
    "thread-storm": (make("thread-storm"), {}, HOUR + 4 * SECONDS),
    "identity": (make("identity"), {}, HOUR),
    "fuzz-syntax": (make("fuzz-syntax"), {}, HOUR + 4 * SECONDS),
    **{f"fuzz-{name}": ([ORACLE, "tests/fuzz/driver.py", name, "--seconds", str(SECONDS), "--krait", ASAN["KRAIT"]], {}, HOUR + 4 * SECONDS) for name in FUZZERS},
}


def step(name, command, variables, limit):
    """Whether it went well, how it ended, and the file with its output."""
    path = os.path.join(LOGS, name + ".log")
    with open(path, "wb") as log:
        process = subprocess.Popen(command, cwd=TOP, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env={**os.environ, **variables}, start_new_session=True)
        try:
            status = process.wait(limit)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            status = f"nothing within {limit:g} s"
        except KeyboardInterrupt:
            os.killpg(process.pid, signal.SIGTERM)
            raise
    return status == 0, f"ended with {status}", path


def main(words):
    os.makedirs(LOGS, exist_ok=True)
    bad = []
    chosen = {name: rest for name, rest in STEPS.items() if not words or any(word in name for word in words)}
    if not chosen:
        sys.exit(f"no step has {' or '.join(words)} in its name; there are {', '.join(STEPS)}")
    for name, rest in chosen.items():
        begin = time.monotonic()
        well, how, path = step(name, *rest)
        with open(path, errors="replace") as file:
            lines = file.read().splitlines()
        print(f"{'ok  ' if well else 'FAIL'} {name}: {how}, {time.monotonic() - begin:.0f} s", *lines[-1 if well else -30:], sep="\n     ", flush=True)
        if not well:
            bad.append(name)
    print(f"nightly: {len(chosen)} steps, {len(bad)} failed" + f": {', '.join(bad)}" * bool(bad))
    return bool(bad)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
