"""A small share of what tests/fuzz/ does at length, with fixed seeds."""
import importlib
import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "fuzz"))
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
        self.assertEqual(importlib.import_module("damaged_pyc").crashes(100, 4), [])

    def test_alloc_failure(self):
        failing = importlib.import_module("alloc_failure")
        self.assertEqual(failing.findings(names=["classes", "dicts", "exceptions", "generators"]), [])


if __name__ == "__main__":
    unittest.main()
