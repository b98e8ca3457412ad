"""What Krait does with threads and signals, under ThreadSanitizer: CPython's tests of them, the thread storm and our own tests of forks, one after the other.

Usage: tsan.py [WORD...]: only units whose names contain one of the words. `make tsan-tests` builds build-tsan/krait and runs them all; that takes hours on a busy machine. A module
with many tests is run class by class. A unit is good when there is no report of a race, it ended by itself before its time was up, and its tests passed that are in tests/cpython.txt (a
test that fails is tried once more: with everything ten times slower, some find that something took too long). Reports are kept in build-tsan/reports/.
"""
import os
import re
import signal
import subprocess
import sys
import tempfile
import time

os.environ.setdefault("KRAIT_TEST_SLOW", "10")
import ratchet

KRAIT = os.path.join(ratchet.TOP, "build-tsan", "krait")
REPORTS = os.path.join(ratchet.TOP, "build-tsan", "reports")
TIMEOUT = int(os.environ.get("TSAN_TIMEOUT", "1800"))
OPTIONS = f"suppressions={ratchet.TOP}/tests/tsan.txt:die_after_fork=0:exitcode=0"

PROGRAMS = {
    "thread_storm": ["tests/fuzz/thread_storm.py", "60", "50"],
    "test_fork_threads": ["tests/test_fork_threads.py"],
}
MODULES = """test_thread test_threading_local test_threadsignals test_threadedtempfile test_threaded_import test_queue test_sched test_signal test_faulthandler test_fork1 test_wait3
test_wait4 test_gc test_weakref test_context test_contextlib test_functools test_importlib.test_locks test_import test_socketserver test_poll test_select test_selectors test_pty test_subprocess test_bz2 test_lzma
test_zlib test_hashlib test_sqlite3.test_regression test_itertools test_deque test_decimal test_enum test_super test_smtpd test_asyncore test_code_module test_bdb test_sys_settrace""".split()
# A signal handler that raises its signal for the handler before it: ThreadSanitizer blocks all signals while a handler runs, so that it comes back to the same for ever.
LEFT_OUT = {"test_faulthandler": "test_register_chain"}
# These crash on purpose, which is for their handlers to report.
CRASHING = {"test_faulthandler": ":handle_segv=0:handle_sigbus=0:handle_sigfpe=0:handle_sigill=0:handle_abort=0"}
BY_CLASS = "test_threading test_concurrent_futures test_io".split()


def run(name, command, folder):
    """(exit status or "timeout", output, reports) of a command that is watched."""
    for old in os.listdir(REPORTS):
        if old.rpartition(".")[0] == name:
            os.unlink(os.path.join(REPORTS, old))
    environment = {**ratchet.ENVIRONMENT, "TSAN_OPTIONS": f"{OPTIONS}:log_path={REPORTS}/{name}{CRASHING.get(name, '')}"}
    with tempfile.TemporaryFile() as output:
        child = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=environment, start_new_session=True)
        try:
            status = child.wait(TIMEOUT)
        except subprocess.TimeoutExpired:
            status = "timeout"
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()
        output.seek(0)
        text = output.read()
    reports = 0
    for file in os.listdir(REPORTS):
        if file.rpartition(".")[0] == name:
            with open(os.path.join(REPORTS, file), errors="replace") as f:
                reports += len(re.findall(r"^(?:WARNING|FATAL|==\d+==ERROR): ThreadSanitizer", f.read(), re.M))
    return status, text, reports


def units():
    """(name, command) of each."""
    for name, arguments in PROGRAMS.items():
        yield name, [KRAIT, "-B", os.path.join(ratchet.TOP, arguments[0]), *arguments[1:]]
    for module in MODULES:
        yield module, ratchet.runner_command(KRAIT, module, *([f"^(?!.*({LEFT_OUT[module]})$)"] if module in LEFT_OUT else []))
    for module in BY_CLASS:
        done = subprocess.run(ratchet.runner_command(ratchet.ORACLE, module, "?"), stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, env=ratchet.ENVIRONMENT, timeout=120)
        for of_class in re.search(rb"^@@ classes (.*)", done.stdout, re.M)[1].decode().split():
            yield f"{module}-{of_class}", ratchet.runner_command(KRAIT, module, rf"\.{of_class}\.")


def check(name, command, listed):
    """(tests passed, what is wrong)."""
    wrong = []
    for attempt in range(2):
        with tempfile.TemporaryDirectory() as folder:
            status, text, reports = run(name, command, folder)
        found = ratchet.read_outcomes(text)
        failed = [test for test, outcome in found.items() if outcome == "fail" and test in listed]
        if reports or not failed:
            break
    passed = sum(outcome == "pass" for outcome in found.values())
    if reports:
        wrong.append(f"{reports} reports")
    if status:
        wrong.append(f"ended with {status}: " + text[-300:].decode(errors="replace"))
    elif not found and name not in PROGRAMS:
        wrong.append("no test was run")
    return passed, wrong + failed


def main():
    words, bad, tests, count = sys.argv[1:], 0, 0, 0
    os.makedirs(REPORTS, exist_ok=True)
    listed = set().union(*ratchet.read_list().values())
    for name, command in units():
        if words and not any(word in name for word in words):
            continue
        begin = time.monotonic()
        passed, wrong = check(name, command, listed)
        count, tests, bad = count + 1, tests + passed, bad + bool(wrong)
        print(f"{'FAIL' if wrong else 'ok  '} {name}: {passed} passed, {time.monotonic() - begin:.0f} s", *wrong, sep="\n     ", flush=True)
    print(f"tsan: {count} units, {tests} tests passed, {bad} units bad")
    return bool(bad)


if __name__ == "__main__":
    sys.exit(main())
