"""A small share of what tests/fuzz/ does at length, with fixed seeds."""
import importlib
import marshal
import os
import sys
import tempfile
import unittest

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

    def test_damaged_pyc(self):
        report = importlib.import_module("damaged_pyc").damage(100, 4)
        self.assertEqual(report.crashes, [])

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

    def test_alloc_failure(self):
        failing = importlib.import_module("alloc_failure")
        self.assertEqual(failing.findings(names=["classes", "dicts", "exceptions", "generators", "appending", "large ints", "compression", "xml", "frames"]), [])


if __name__ == "__main__":
    unittest.main()
