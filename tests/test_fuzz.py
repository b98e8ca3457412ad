"""A small share of what tests/fuzz/ does at length, with fixed seeds."""
import importlib
import marshal
import os
import sys
import tempfile
import unittest
import warnings

from helpers import FUZZ

sys.path.insert(0, FUZZ)
sys.dont_write_bytecode = True


class Fuzz(unittest.TestCase):
    def test_corpora(self):
        """The kept inputs of the fuzzers that driver.py runs: no crash, and the results are python3.11's."""
        driver = importlib.import_module("driver")
        for name in driver.FUZZERS:
            with self.subTest(name=name):
                count, findings = driver.replay_corpus(name, sys.executable)
                self.assertGreater(count, 0)
                self.assertEqual(findings, [])

    def crashing(self):
        """An interpreter that does nothing but crash."""
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        path = os.path.join(folder.name, "crashing")
        with open(path, "w") as file:
            file.write("#!/bin/sh\nkill -SEGV $$\n")
        os.chmod(path, 0o755)
        return path

    def test_crashes_are_found(self):
        driver, damaged_pyc = importlib.import_module("driver"), importlib.import_module("damaged_pyc")
        count, findings = driver.replay_corpus("json", self.crashing())
        self.assertEqual([found[:16] for case, found, expected in findings], ["CRASH status -11"] * count)
        crashes = damaged_pyc.damage(3, 4, self.crashing()).crashes
        for path in crashes:
            os.remove(path)
        self.assertEqual(len(crashes), 3)

    def test_hostile_receivers(self):
        """Each can be made, although hostile objects have a part in that: else nothing would be done with it."""
        hostile = importlib.import_module("fuzz_hostile")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for receiver in hostile.CHOICES:
                errors = []
                for _ in range(10):
                    try:
                        eval(receiver, hostile.namespace())
                        break
                    except Exception as error:
                        errors.append(repr(error))
                self.assertLess(len(errors), 10, (receiver, errors))

    def test_differences_are_found(self):
        driver = importlib.import_module("driver")
        with tempfile.TemporaryDirectory() as folder:
            fuzzer = driver.Fuzzer("json", sys.executable, folder)
            for found, expected, differs in (("1", "1", False), ("1", "2", True), ("CRASH status -11", "1", True), ("HANG", "1", True), ("HANG", "HANG", False), ("TIMEOUT", "1", False), ("1", "MemoryError", False)):
                self.assertEqual(fuzzer.differs(("x",), found, expected), differs, (found, expected))
            self.assertEqual(fuzzer.skipped, 2)

    def test_damaged_pyc(self):
        report = importlib.import_module("damaged_pyc").damage(100, 4)
        self.assertEqual(report.crashes, [])
        self.assertEqual(sum(report.ends.values()), 100)
        for end in "ran", "ImportError", "ValueError":        # of some the damage does not show, some are refused
            self.assertGreater(report.ends[end], 10, report.ends)

    def test_stopped_files_are_told_apart(self):
        damaged_pyc = importlib.import_module("damaged_pyc")
        programs = {
            "sum(range(10))": (False, "ended by itself"),
            "def f():\n    while True:\n        len('')\nf()": (False, "ended by the signal's exception", "loop in f, "),
            "def f():\n    while True:\n        try:\n            while True: pass\n        except BaseException: pass\nf()": (False, "handled every exception, ended from the signal handler", "loop in f, "),
            "import signal\nsignal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGVTALRM])\nimport os\nos.kill(os.getpid(), 9)": (True, "crash, status -9"),
        }
        with tempfile.TemporaryDirectory() as folder:
            for number, (program, (fault, kind, *where)) in enumerate(programs.items()):
                path = os.path.join(folder, f"x{number}.pyc")
                with open(path, "wb") as file:
                    file.write(bytes(16) + marshal.dumps(compile(program, "damaged", "exec")))
                with self.subTest(program):
                    found = damaged_pyc.classified(sys.executable, path, 0, folder, .4)
                    self.assertEqual(found[:2], (fault, kind))
                    if where:
                        self.assertEqual(found[2][:len(where[0])], where[0])

    def test_failed_allocations_are_judged(self):
        failing = importlib.import_module("alloc_failure")
        right, error = "x\nx\n", "Traceback ...\nMemoryError\n"
        for wrong, *run in ((None, 0, right, ""), (None, 1, "", error), (None, 1, "x\n", error), (None, 0, failing.FAILED + "x\n", ""), (None, 0, "x" + failing.FAILED + "x\n", ""),
                            ("neither right nor MemoryError", 0, "x\n", ""), ("neither right nor MemoryError", 1, "x\ny\n", error), ("neither right nor MemoryError", -11, right, ""),
                            ("neither right nor MemoryError", 1, "", "SystemError\n"), ("neither right nor MemoryError", -6, "", error), ("the second run", 0, failing.FAILED + "y\n", ""),
                            ("the second run", 1, failing.FAILED, error), ("the second run", 0, "y" + failing.FAILED + "x\n", "")):
            self.assertEqual(failing.judge("dicts", right, *run), wrong, run)

    def test_alloc_failure(self):
        failing = importlib.import_module("alloc_failure")
        self.assertEqual(failing.findings(names=["classes", "dicts", "exceptions", "generators", "appending", "large ints", "compression", "xml", "frames"]), [])


if __name__ == "__main__":
    unittest.main()
