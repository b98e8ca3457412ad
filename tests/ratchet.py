"""The ratchet: CPython's own test suite, unmodified from its Debian package, run by krait.

tests/cpython.txt lists each test method that has passed, by module. What passed once may not fail later.

  ratchet.py check [MODULE...]    run the listed modules; a listed test that does not pass is lost
  ratchet.py update MODULE...     run the modules and add what passes to the list
  ratchet.py count [MODULE...]    run the modules under krait and python3.11 and print passed/failed/skipped for each, without changing the list
  ratchet.py wide [MODULE...]     the same for all of CPython's modules but those that need a screen, the network, CPython's C API or very long; by number of tests lost
  ratchet.py missing MODULE...    name the tests that pass under python3.11 and do not under krait
"""
import concurrent.futures
import os
import re
import subprocess
import sys
import tempfile

from helpers import ORACLE, SLOW, TOP, environment

KRAIT = os.path.abspath(os.environ.get("KRAIT", os.path.join(TOP, "build", "krait")))
LIST = os.path.join(TOP, "tests", "cpython.txt")
TIMEOUT = int(os.environ.get("RATCHET_TIMEOUT", "180")) * SLOW
JOBS = int(os.environ.get("KRAIT_TEST_JOBS", os.cpu_count()))
ATTEMPTS = 3
ENVIRONMENT = environment(PYTHONHASHSEED="0")

ISSUE_MODULES = """test_grammar test_builtin test_int test_float test_unicode test_bytes test_list test_tuple test_dict test_set test_range test_slice test_generators test_coroutines
test_class test_descr test_super test_scope test_exceptions test_traceback test_with test_patma test_fstring test_format test_re test_struct test_math test_itertools test_functools
test_collections test_io test_json test_py_compile test_compileall test_import test_cmd_line""".split()

# A runner that names every test and its outcome, one line each, so that a crash half-way loses only what comes after it.
RUNNER = r'''
import sys, unittest
class Result(unittest.TestResult):
    def say(self, test, outcome):
        sys.__stdout__.write("\n@@ %s %s\n" % (outcome, test.id().replace(" ", "_")))
        sys.__stdout__.flush()
    def addSuccess(self, test): self.say(test, "pass")
    def addFailure(self, test, err): self.say(test, "fail")
    def addError(self, test, err): self.say(test, "fail")
    def addSkip(self, test, reason): self.say(test, "skip")
    def addExpectedFailure(self, test, err): self.say(test, "pass")
    def addUnexpectedSuccess(self, test): self.say(test, "fail")
    def addSubTest(self, test, subtest, err):
        if err is not None: self.say(test, "fail")
import test.support, types
test.support.verbose = 0
for name in ("LOOPBACK_TIMEOUT", "INTERNET_TIMEOUT", "SHORT_TIMEOUT", "LONG_TIMEOUT"):
    setattr(test.support, name, getattr(test.support, name) * int(sys.argv[2]))
if int(sys.argv[2]) > 1:
    # waits for threads that an old word on the stack keeps alive, collecting a hundred times: minutes where collections are slow
    import test.support.threading_helper
    test.support.threading_helper.threading_cleanup = lambda *counts: None
if sys.argv[1].removeprefix("test.") in ("test_code", "test_compile", "test_dis", "test_marshal", "test_traceback", "test_zipimport") and sys.implementation.name != "cpython":
    # test.support asks CPython's private module only whether code has column numbers
    sys.modules["_testinternalcapi"] = types.SimpleNamespace(get_config=lambda: {"code_debug_ranges": True})
suite = unittest.defaultTestLoader.loadTestsFromName(sys.argv[1])
if len(sys.argv) > 3:
    # only the tests with names like this, or ("?") names of all classes: a module's load_tests() prepares its classes, so that they cannot be loaded by themselves
    import re
    def flat(tests):
        return [t for s in tests for t in flat(s)] if isinstance(tests, unittest.TestSuite) else [tests]
    tests = flat(suite)
    if sys.argv[3] == "?":
        print("\n@@ classes", *dict.fromkeys(type(t).__name__ for t in tests))
        tests = []
    suite = unittest.TestSuite(t for t in tests if re.search(sys.argv[3], t.id()))
suite.run(Result())
'''


def runner_command(interpreter, module, *pattern):
    return [interpreter, "-c", RUNNER, module if "." in module else "test." + module, str(SLOW), *pattern]


def outcomes(interpreter, module):
    """{test id: 'pass' | 'fail' | 'skip'} and how the process ended; after a crash with what it said last."""
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile() as errors:
        try:
            done = subprocess.run(runner_command(interpreter, module), cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  stderr=errors, timeout=TIMEOUT, env=ENVIRONMENT)
            output, end = done.stdout, str(done.returncode)
            if done.returncode < 0:
                errors.seek(max(errors.tell() - 300, 0))
                end += ": " + errors.read().decode(errors="replace").strip()
        except subprocess.TimeoutExpired as e:
            output, end = e.stdout or b"", "timeout"
    return read_outcomes(output), end


def read_outcomes(output):
    found = {}
    for outcome, name in re.findall(r"^@@ (\w+) (.+)$", output.decode(errors="replace"), re.M):
        if found.get(name) != "fail":
            found[name] = outcome
    return found


def unsanitized():
    """The tests that a krait with a sanitizer is not asked to pass: tests/sanitized.txt says why."""
    with open(os.path.join(TOP, "tests", "sanitized.txt")) as f:
        return {line.strip() for line in f if not line.startswith("#")}


def read_list():
    listed = {}
    if os.path.exists(LIST):
        with open(LIST) as f:
            for line in f:
                line = line.rstrip("\n")
                if line and not line.startswith((" ", "#")):
                    module = listed.setdefault(line, set())
                elif line.startswith(" "):
                    module.add(line.strip())
    return listed


def write_list(listed):
    with open(LIST, "w") as f:
        f.write("# CPython's tests that krait passes; kept by tests/ratchet.py. What is here may not fail.\n")
        for module in sorted(listed):
            f.write(module + "\n")
            for name in sorted(listed[module]):
                f.write(" " + name + "\n")


def check_module(module, listed):
    """For a module: [(lost test, why)], tests left out, tests that passed only when run again. Lost is one that krait fails every time (some depend on time or on when objects die) and
    python3.11 passes here. The second half matters where Debian's package has another revision, or a machine lacks (say) a terminal: what python3.11 itself does not pass is left out.
    A crash is lost at the first attempt."""
    missing, first = listed, []
    for attempt in range(ATTEMPTS):
        found, end = outcomes(KRAIT, module)
        if end.startswith("-"):
            return [(module, "the process ended with " + end)], [], []
        missing = sorted(n for n in missing if found.get(n) != "pass")
        first = first if attempt else [(n, found.get(n, "not run; the process ended with " + end)) for n in missing]
        if not missing:
            return [], [], first
    theirs = outcomes(ORACLE, module)[0]
    lost = [(n, found.get(n, "not run; the process ended with " + end)) for n in missing if theirs.get(n) == "pass"]
    return lost, [n for n in missing if theirs.get(n) != "pass"], [(n, why) for n, why in first if n not in missing]


def check(modules):
    listed, unasked, held, lost, left_out = read_list(), unsanitized() if "asan" in KRAIT else set(), 0, 0, 0
    listed = {module: tests - unasked for module, tests in listed.items()}
    modules = modules or sorted(listed)
    with concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
        for module, (missing, excused, again) in zip(modules, pool.map(lambda m: check_module(m, listed.get(m, set())), modules)):
            held += len(listed.get(module, ())) - len(missing) - len(excused)
            lost += len(missing)
            left_out += len(excused)
            for name, why in missing:
                print(f"lost: {name} ({why})", flush=True)
            for name in excused:
                print(f"left out: {name} (python3.11 does not pass it here)", flush=True)
            for name, why in again:
                print(f"again: {name} passed when it was run again; at first: {why}", flush=True)
    print(f"ratchet: {held} held, {lost} lost" + f", {left_out} left out" * bool(left_out))
    return lost > 0


def update(modules):
    listed = read_list()
    for module in modules:
        found, end = outcomes(KRAIT, module)
        passed = {n for n, o in found.items() if o == "pass"}
        lost = listed.get(module, set()) - passed
        listed[module] = listed.get(module, set()) | passed
        print(f"{module}: {len(passed)} pass, {sum(o == 'fail' for o in found.values())} fail, ended with {end}" + (f"; {len(lost)} listed ones did not pass" if lost else ""), flush=True)
    write_list(listed)


def count(modules):
    total = [0, 0]
    print(f"{'module':24} {'krait: pass fail skip end':>32} {'python3.11: pass fail skip':>32}")
    for module in modules or ISSUE_MODULES:
        (ours, end), (theirs, _) = outcomes(KRAIT, module), outcomes(ORACLE, module)
        n = lambda d, o: sum(v == o for v in d.values())
        both = sum(ours.get(name) == "pass" for name, o in theirs.items() if o == "pass")
        total[0] += both
        total[1] += n(theirs, "pass")
        print(f"{module:24} {n(ours, 'pass'):14} {n(ours, 'fail'):4} {n(ours, 'skip'):4} {end:>7} {n(theirs, 'pass'):18} {n(theirs, 'fail'):4} {n(theirs, 'skip'):4}   {100 * both / max(1, n(theirs, 'pass')):5.1f} %", flush=True)
    print(f"{total[0]} of the {total[1]} tests that pass under python3.11 pass under krait: {100 * total[0] / max(1, total[1]):.1f} %")


# What needs a screen, the network, CPython's own build or C API, or minutes.
NOT_WIDE = set("""test_tk test_ttk_guionly test_ttk_textonly test_idle test_tkinter test_turtle test_winconsoleio test_winreg test_winsound test_msilib test_gdb test_freeze test_c_analyzer test_distutils
test_venv test_ensurepip test_embed test_capi test_concurrent_futures test_multiprocessing_fork test_multiprocessing_forkserver test_multiprocessing_spawn test_multiprocessing_main_handling test_asyncio
test_bigmem test_largefile test_zipfile64 test_regrtest test_peg_generator test_tools test_unicodedata test_lib2to3 test_devpoll test_kqueue test_ioctl test_curses test_dtrace test_ossaudiodev test_smtpnet
test_nntplib test_urllib2net test_urllibnet test_robotparser test_timeout test_urllib2_localnet test_ssl test_poplib test_ftplib test_imaplib test_cppext test_support test_startfile test_dbm_gnu test_dbm_ndbm
test_gdbm test_clinic test_crashers test_perf_profiler test_decimal test_unparse test_nis test_xmlrpc_net test_socketserver test_logging test_signal test_selectors""".split())


def wide(modules):
    folder, rows = "/usr/lib/python3.11/test", []
    names = {name.removesuffix(".py") for name in os.listdir(folder) if name.startswith("test_") and (name.endswith(".py") or os.path.isdir(os.path.join(folder, name)))}
    for module in modules or sorted(names - NOT_WIDE):
        (ours, end), (theirs, _) = outcomes(KRAIT, module), outcomes(ORACLE, module)
        passed = [name for name, o in theirs.items() if o == "pass"]
        lost = [name for name in passed if ours.get(name) != "pass"]
        rows.append((len(lost), len(passed), sum(ours.get(name) == "skip" for name in lost), module, end))
        print(f"{module}: {len(passed) - len(lost)} of {len(passed)}", flush=True)
    print(f"\n{'module':32} passed of python3.11's  lost  (skipped)  end")
    for lost, passed, skipped, module, end in sorted(rows, reverse=True):
        if lost:
            print(f"{module:32} {passed - lost:6} {passed:6} {lost:14} {skipped:9}    {end}")
    held, total = sum(r[1] - r[0] for r in rows), sum(r[1] for r in rows)
    print(f"{held} of the {total} tests that pass under python3.11 in {len(rows)} modules pass under krait: {100 * held / max(1, total):.1f} %")


def missing(modules):
    for module in modules:
        (ours, end), (theirs, _) = outcomes(KRAIT, module), outcomes(ORACLE, module)
        for name in sorted(n for n, o in theirs.items() if o == "pass" and ours.get(n) != "pass"):
            print(f"{name} ({ours.get(name, 'not run; the process ended with ' + end)})", flush=True)


if __name__ == "__main__":
    command = {"check": check, "update": update, "count": count, "missing": missing, "wide": wide}.get(sys.argv[1] if len(sys.argv) > 1 else "")
    if not command:
        sys.exit(__doc__)
    sys.exit(command(sys.argv[2:]))
