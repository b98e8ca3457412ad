"""The front end beside python3.11: a small share of what `make syntax-test`, `make identity` and the programs named here compare at length, with fixed seeds."""
import os
import subprocess
import sys
import tempfile
import unittest

from helpers import ORACLE, TOP, environment, run

LIBRARY = "/usr/lib/python3.11"
DUMP, CODE, COMPILER, FUZZER = (os.path.join("build", name) for name in ("astdump", "codedump", "kraitc", "fuzz_syntax"))


class Front(unittest.TestCase):
    maxDiff = 4000

    @classmethod
    def setUpClass(cls):
        subprocess.run(["make", "-s", DUMP, CODE, COMPILER, FUZZER], cwd=TOP, check=True, stdout=subprocess.DEVNULL)

    def succeeds(self, *command):
        program, *arguments = command
        done = run(*arguments, interpreter=program, cwd=TOP, errors="replace", seconds=250, env=environment(PYTHONDONTWRITEBYTECODE="1"))
        self.assertEqual(done.returncode, 0, (done.stdout + done.stderr)[-4000:])
        return done.stdout

    def test_rejected_snippets(self):
        self.assertIn(" 0 differ", self.succeeds(ORACLE, "tests/errors.py", DUMP))

    def test_modes_and_versions(self):
        self.succeeds(ORACLE, "tests/syntax_modes.py", DUMP)

    def test_random_syntax(self):
        self.succeeds(ORACLE, "tests/syntax_random.py", DUMP, "2000", "4")

    def test_damaged_sources(self):
        self.assertIn("400 agree in accept or reject, 400 in text, place and warnings, 400 in the code too", self.succeeds(ORACLE, "tests/front_mutations.py", CODE, "400", "3"))

    def test_code_objects(self):
        self.succeeds(ORACLE, "tools/identity.py", "--tool", CODE, "--every", "40", LIBRARY)

    def test_trees(self):
        self.succeeds(ORACLE, "tests/front_trees.py", sys.executable, "--every", "150", LIBRARY)

    def test_options(self):
        self.succeeds(ORACLE, "tests/kraitc_options.py", COMPILER)

    def test_same_bytes_on_every_run(self):
        with tempfile.TemporaryDirectory() as folder:
            caches = []
            for threads in "1", "2":
                path = os.path.join(folder, "m.py")
                with open(path, "w") as file:
                    file.write("def f(a=(1, 2.5, b'x')):\n  return {1, 2, 3} & a, (1, 2.5, b'x'), 'a b', 10**20\n")
                os.utime(path, (10**9, 10**9))
                self.succeeds(COMPILER, "-q", "-f", "-j", threads, folder)
                with open(os.path.join(folder, "__pycache__", "m.cpython-311.pyc"), "rb") as file:
                    caches.append(file.read())
            self.assertEqual(*caches)

    def test_what_the_fuzzer_found(self):
        self.succeeds(FUZZER, "-runs=0", "tests/fuzz/corpus/syntax")


if __name__ == "__main__":
    unittest.main()
