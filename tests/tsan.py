"""What Krait does with threads and signals, under ThreadSanitizer: CPython's tests of them, the thread storm and our own tests of forks, one after the other.

Usage: tsan.py [WORD...]: only units whose names contain one of the words. `make tsan-tests` builds build-tsan/krait and runs them all; that takes hours on a busy machine. A module
with many tests is run class by class. A unit is good when there is no report of a race, it ended by itself before its time was up, and its tests ran and passed that are in
tests/cpython.txt (one that fails is tried once more, and that is told: with everything ten times slower, some find that something took too long). Reports are kept in build-tsan/reports/.
TSAN_TIMEOUT is the time limit of a unit in seconds.
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
MODULES = """test_thread test_threading_local test_threadsignals test_threadedtempfile test.test_importlib.test_threaded_import test_queue test_sched test_signal test_faulthandler test_fork1 test_wait3
test_wait4 test_gc test_weakref test_context test_contextlib test_functools test.test_importlib.test_locks test_import test_socketserver test_poll test_select test_selectors test_pty test_subprocess test_bz2 test_lzma
test_zlib test_hashlib test_itertools test_deque test_decimal test_enum test_super test_smtpd test_asyncore test_code_module test_bdb test_sys_settrace""".split()
# A signal handler that raises its signal for the handler before it: ThreadSanitizer blocks all signals while a handler runs, so that it comes back to the same for ever.
# Tests that want __del__ at the last reference: else one leaves a process behind, for which the runner then waits, and one waits for threads to end that wait for that.
LEFT_OUT = {"test_faulthandler": "test_register_chain", "test_concurrent_futures": "test_ressources_gced_in_workers|test_del_shutdown"}
# These crash on purpose, which is for their handlers, or for who waits for them, to report.
CRASHING = re.compile("test_faulthandler|.*ExecutorDeadlockTest")
NO_HANDLERS = ":handle_segv=0:handle_sigbus=0:handle_sigfpe=0:handle_sigill=0:handle_abort=0"
BY_CLASS = "test_threading test_concurrent_futures test_io".split()


def run(name, command, folder):
    """(exit status or "timeout", output, reports) of a command that is watched."""
    for old in os.listdir(REPORTS):
        if old.rpartition(".")[0] == name:
            os.unlink(os.path.join(REPORTS, old))
    environment = {**ratchet.ENVIRONMENT, "TSAN_OPTIONS": f"{OPTIONS}:log_path={REPORTS}/{name}{NO_HANDLERS * bool(CRASHING.fullmatch(name))}"}
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


def units(listed):
    """(name, command, the listed tests that belong to it) of each."""
    for name, arguments in PROGRAMS.items():
        yield name, [KRAIT, "-B", os.path.join(ratchet.TOP, arguments[0]), *arguments[1:]], set()
    for module in MODULES + BY_CLASS:
        left_out = LEFT_OUT.get(module, "")
        wanted = f"^(?!.*({left_out})$).*" if left_out else ""
        tests = {test for name in listed if name == module or name.startswith(module + ".") for test in listed[name] if not left_out or not re.search(f"({left_out})$", test)}
        if module in MODULES:
            yield module, ratchet.runner_command(KRAIT, module, *([wanted] if wanted else [])), tests
            continue
        done = subprocess.run(ratchet.runner_command(ratchet.ORACLE, module, "?"), stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, env=ratchet.ENVIRONMENT, timeout=120)
        for of_class in re.search(rb"^@@ classes (.*)", done.stdout, re.M)[1].decode().split():
            yield f"{module}-{of_class}", ratchet.runner_command(KRAIT, module, rf"{wanted}\.{of_class}\."), {test for test in tests if f".{of_class}." in test}


def check(name, command, listed):
    """(tests passed, what is wrong, tests that failed at first)."""
    wrong, first = [], []
    for attempt in range(2):
        with tempfile.TemporaryDirectory() as folder:
            status, text, reports = run(name, command, folder)
        found = ratchet.read_outcomes(text)
        failed = [test for test, outcome in found.items() if outcome == "fail" and (test in listed or "_FailedTest" in test)]     # or its module could not be imported
        if reports or status or not failed:
            break
        first = first or failed
    passed = sum(outcome == "pass" for outcome in found.values())
    if reports:
        wrong.append(f"{reports} reports")
    if status:
        wrong.append(f"ended with {status}: " + text[-300:].decode(errors="replace"))
    elif not found and name not in PROGRAMS:
        wrong.append("no test was run")
    elif not listed <= found.keys():
        wrong += [f"not run: {test}" for test in sorted(listed - found.keys())]
    return passed, wrong + failed, [test for test in first if test not in failed]


def main():
    words, bad, tests, count = sys.argv[1:], 0, 0, 0
    os.makedirs(REPORTS, exist_ok=True)
    unasked = ratchet.unsanitized()
    for name, command, listed in units({module: tests - unasked for module, tests in ratchet.read_list().items()}):
        if words and not any(word in name for word in words):
            continue
        begin = time.monotonic()
        passed, wrong, again = check(name, command, listed)
        count, tests, bad = count + 1, tests + passed, bad + bool(wrong)
        print(f"{'FAIL' if wrong else 'ok  '} {name}: {passed} passed, {time.monotonic() - begin:.0f} s", *wrong, *(f"passed when it was run again: {test}" for test in again), sep="\n     ", flush=True)
    print(f"tsan: {count} units, {tests} tests passed, {bad} units bad")
    return bool(bad)


if __name__ == "__main__":
    sys.exit(main())
