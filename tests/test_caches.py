"""__pycache__ under fire: bad caches of every kind, and many processes that write at the same time."""
import importlib.util
import marshal
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "fuzz"))
import cache_storm

TAG = sys.implementation.cache_tag


class Caches(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder, True)
        self.source = os.path.join(self.folder, "m.py")
        self.cache = os.path.join(self.folder, "__pycache__", f"m.{TAG}.pyc")
        self.write("x = 1\n")

    def write(self, text):
        with open(self.source, "w") as file:
            file.write(text)

    def python(self, program, *options):
        clean = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
        return subprocess.run([sys.executable, "-S", *options, "-c", program], cwd=self.folder, env=clean, capture_output=True, text=True, timeout=60)

    def expect(self, value="1", program="import m; print(m.x)", *options):
        done = self.python(program, *options)
        self.assertEqual((done.returncode, done.stdout.strip(), done.stderr), (0, value, ""))

    def replace(self, change):
        """Makes the cache, then changes its bytes."""
        self.expect()
        with open(self.cache, "rb") as file:
            data = file.read()
        changed = change(data)
        with open(self.cache, "wb") as file:
            file.write(changed)
        return data, changed

    def data(self):
        with open(self.cache, "rb") as file:
            return file.read()

    def other_code(self):
        return marshal.dumps(compile("x = 'from the cache'", "m.py", "exec"))

    def test_valid_is_used(self):
        self.replace(lambda d: d[:16] + self.other_code())
        self.expect("from the cache")

    def test_stale_time(self):
        self.replace(lambda d: d[:8] + bytes([d[8] ^ 1]) + d[9:16] + self.other_code())
        self.expect()

    def test_stale_size(self):
        self.replace(lambda d: d[:12] + bytes([d[12] ^ 1]) + d[13:16] + self.other_code())
        self.expect()

    def test_foreign_magic_is_replaced(self):
        for magic in (b"\0\0\r\n", b"\xff\xff\r\n", b"abcd"):
            good, _ = self.replace(lambda d: magic + d[4:16] + self.other_code())
            self.expect()
            self.assertEqual(self.data(), good)

    def test_short_header_is_replaced(self):
        for length in (0, 3, 4, 8, 15):
            good, _ = self.replace(lambda d: d[:length])
            self.expect()
            self.assertEqual(self.data(), good)

    def test_truncated_code(self):
        self.replace(lambda d: d[:len(d) - 5])
        done = self.python("import m")
        self.assertEqual((done.returncode, done.stderr.splitlines()[-1].split(":")[0]), (1, "EOFError"))

    def test_not_code(self):
        self.replace(lambda d: d[:16] + marshal.dumps([1, 2]))
        done = self.python("import m")
        self.assertEqual((done.returncode, done.stderr.splitlines()[-1].split(":")[0]), (1, "ImportError"))

    def test_unknown_flags(self):
        self.replace(lambda d: d[:4] + b"\xf0\0\0\0" + d[8:16] + self.other_code())
        self.expect()

    def test_hash_based(self):
        with open(self.source, "rb") as file:
            digest = importlib.util.source_hash(file.read())
        self.replace(lambda d: d[:4] + b"\3\0\0\0" + digest + self.other_code())
        self.expect("from the cache")
        self.write("x = 2\n")
        self.expect("2")
        self.assertEqual(self.data()[4:8], b"\3\0\0\0")

    def test_hash_mismatch_unchecked(self):
        self.replace(lambda d: d[:4] + b"\1\0\0\0" + b"whatever" + self.other_code())
        self.expect("from the cache")
        self.expect("1", "import m; print(m.x)", "--check-hash-based-pycs", "always")

    def test_directory_instead_of_file(self):
        os.makedirs(self.cache)
        self.expect()

    def test_file_instead_of_folder(self):
        open(os.path.join(self.folder, "__pycache__"), "w").close()
        self.expect()

    def test_symlinks(self):
        self.expect()
        good = self.data()
        outside = os.path.join(self.folder, "outside")
        for make in (lambda: os.symlink(outside, self.cache), lambda: os.symlink(self.cache, self.cache)):
            os.path.lexists(self.cache) and os.remove(self.cache)
            make()
            self.expect()
        self.assertFalse(os.path.exists(outside))
        os.remove(self.cache)
        with open(outside, "wb") as file:
            file.write(good[:16] + self.other_code())
        os.symlink(outside, self.cache)
        self.expect("from the cache")

    LIMIT = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (20, resource.RLIM_INFINITY)); "

    def folder_holds(self, *names):
        self.assertEqual(sorted(os.listdir(os.path.dirname(self.cache))), sorted(names))

    def test_full_disk(self):
        self.expect("1", self.LIMIT + "import m; print(m.x)")
        self.folder_holds()
        self.expect()

    def test_full_disk_keeps_the_old_cache(self):
        self.expect()
        old = self.data()
        self.write("x = 2222\n")
        self.expect("2222", self.LIMIT + "import m; print(m.x)")
        self.assertEqual(self.data(), old)
        self.folder_holds(os.path.basename(self.cache))

    def test_full_disk_is_told_with_v(self):
        done = self.python(self.LIMIT + "import m; print(m.x)", "-v")
        self.assertEqual((done.returncode, done.stdout), (0, "1\n"))
        self.assertRegex(done.stderr, r"could not create '.*m\..*\.pyc': OSError\(27, 'File too large'\)")

    def test_folder_forbidden(self):
        """Root may write everywhere, so that program gives its rights up first."""
        os.chmod(self.folder, 0o755)
        os.mkdir(os.path.dirname(self.cache), 0o555)
        self.expect("1", "import os; os.getuid() or os.setuid(65534); import m; print(m.x)")
        self.folder_holds()

    def test_folder_vanishes(self):
        """Between the moment that importlib makes the folder and the one when the file is written."""
        self.expect("1", "import os, sys; sys.addaudithook(lambda event, a: event == 'open' and str(a[0]).endswith('.pyc') and not os.path.exists(a[0])"
                         " and os.path.isdir('__pycache__') and os.rmdir('__pycache__'))\nimport m; print(m.x)")

    def test_target_becomes_a_folder(self):
        """The rename fails, after all is written: nothing may be left behind."""
        os.makedirs(os.path.join(self.cache, "full"))
        self.expect()
        self.folder_holds(os.path.basename(self.cache))

    def test_leftover_names_are_no_obstacle(self):
        os.mkdir(os.path.dirname(self.cache))
        for number in range(50):
            open(f"{self.cache}.{number}", "w").close()
        self.expect()
        self.assertGreater(len(self.data()), 16)

    def test_interrupted(self):
        """A handler that raises while caches are written: afterwards there are whole caches or none, and no temporary files."""
        text = "x = 1\n" + "".join(f"def f{i}(a, b={i}): return [a, b, 'text {i}', {i}.5]\n" for i in range(100))
        for i in range(30):
            with open(os.path.join(self.folder, f"n{i}.py"), "w") as file:
                file.write(text)
        # Standard error may tell of exceptions in weak references' callbacks.
        done = self.python(f"""
import importlib, signal, random, os
class Stop(Exception): pass
def stop(*a): raise Stop
signal.signal(signal.SIGALRM, stop)
for i in range(30):
    try:
        signal.setitimer(signal.ITIMER_REAL, random.uniform(0.0001, 0.006))
        importlib.import_module(f"n{{i}}")
        signal.setitimer(signal.ITIMER_REAL, 0)
    except Stop: pass
print("done")""")
        self.assertEqual((done.returncode, done.stdout), (0, "done\n"))
        folder = os.path.dirname(self.cache)
        for name in os.listdir(folder) if os.path.isdir(folder) else ():
            self.assertTrue(name.endswith(".pyc"), name)
            with open(os.path.join(folder, name), "rb") as file:
                marshal.loads(file.read()[16:])

    def test_kill_while_writing(self):
        self.assertEqual(cache_storm.kills(sys.executable, self.folder, 40)[1], [])

    def test_many_processes(self):
        runs, wrong = cache_storm.storm(sys.executable, self.folder, 4, processes=5, modules=6)
        self.assertEqual(wrong, [])


if __name__ == "__main__":
    unittest.main()
