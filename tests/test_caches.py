"""__pycache__ under fire: bad caches of every kind, and many processes that write at the same time."""
import errno
import importlib.util
import marshal
import os
import shutil
import struct
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
from helpers import FUZZ, ORACLE, run

sys.path.insert(0, FUZZ)
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
        return run("-S", *options, "-c", program, cwd=self.folder)

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

    # Errors of single system calls, by a filter in the kernel that python3.11 installs before krait starts: (call, argument to look at, a bit of it or 0: above 2).
    CALLS = {"open": (257, 2, os.O_EXCL), "write": (1, 0, 0), "rename": (82, 0, 0), "mkdir": (258, 0, 0)}
    FILTER = """
import ctypes, os, struct, sys
number, argument, bit, error = map(int, sys.argv[1:5])
statement = lambda code, jt, jf, k: struct.pack("=HBBI", code, jt, jf, k)
test = statement(0x45, 0, 1, bit) if bit else statement(0x25, 0, 1, 2)                    # any of the bits; greater than
program = statement(0x20, 0, 0, 0) + statement(0x15, 0, 3, number) + statement(0x20, 0, 0, 16 + 8 * argument) + test + statement(6, 0, 0, 0x50000 | error) + statement(6, 0, 0, 0x7fff0000)
buffer = ctypes.create_string_buffer(program)
class Program(ctypes.Structure): _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_void_p)]
libc = ctypes.CDLL(None, use_errno=True)
if libc.prctl(38, 1, 0, 0, 0) or libc.prctl(22, 2, ctypes.byref(Program(len(program) // 8, ctypes.addressof(buffer))), 0, 0): sys.exit(99)
os.execv(sys.argv[5], sys.argv[5:])
"""

    def filtered(self, call, error, *command):
        return run("-c", self.FILTER, *map(str, self.CALLS[call]), str(error), *command, interpreter=ORACLE, cwd=self.folder)

    @unittest.skipUnless(os.uname().machine == "x86_64", "numbers of system calls")
    def test_every_error_of_every_call(self):
        """The module is there, nobody is told but with -v, and an older cache is left as it was."""
        if self.filtered("write", errno.EIO, "/bin/true").returncode == 99:
            self.skipTest("no filters of system calls")
        self.write("x = 1\n")
        for call in self.CALLS:
            for error in (errno.EDQUOT, errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EIO, errno.ENOENT):
                if error == errno.ENOENT and call == "mkdir":
                    continue
                for old in (b"", b"an old cache"):
                    shutil.rmtree(os.path.dirname(self.cache), True)
                    if old and call != "mkdir":
                        os.mkdir(os.path.dirname(self.cache))
                        with open(self.cache, "wb") as file:
                            file.write(old)
                    with self.subTest(call=call, error=errno.errorcode[error], old=bool(old)):
                        done = self.filtered(call, error, sys.executable, "-S", "-c", "import m; print(m.x)")
                        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "1\n", ""))
                        if call == "mkdir":
                            self.assertFalse(os.path.exists(os.path.dirname(self.cache)))
                        else:
                            self.folder_holds(*[os.path.basename(self.cache)] * bool(old))
                            self.assertEqual(self.data() if old else b"", old)
            done = self.filtered(call, errno.EDQUOT, sys.executable, "-S", "-v", "-c", "import m; print(m.x)")
            self.assertEqual((done.returncode, done.stdout), (0, "1\n"))
            self.assertRegex(done.stderr, r"could not create '.*': OSError\(122, 'Disk quota exceeded'\)")

    def mounted(self, then, program="import m; print(m.x)"):
        """In a small file system of its own."""
        script = f'mount -t tmpfs -o size=16k none "$1" && cd "$1" && printf "x = 1\\n" >m.py && {then} && "$2" -S -c "$3"; status=$?; ls __pycache__; exit $status'
        done = run("-rm", "sh", "-c", script, "sh", self.folder, sys.executable, program, interpreter="unshare")
        if "unshare:" in done.stderr or "mount:" in done.stderr:
            self.skipTest(done.stderr)
        return done.returncode, done.stdout, done.stderr

    def test_no_space_left(self):
        self.assertEqual(self.mounted("mkdir __pycache__ && { cat /dev/zero >full 2>/dev/null; true; }"), (0, "1\n", ""))

    def test_read_only_file_system(self):
        self.assertEqual(self.mounted("mkdir __pycache__ && mount -o remount,ro ."), (0, "1\n", ""))

    def test_kill_while_writing(self):
        self.assertEqual(cache_storm.kills(sys.executable, self.folder, 40)[1], [])

    def test_many_processes(self):
        runs, wrong = cache_storm.storm(sys.executable, self.folder, 4, processes=5, modules=6)
        self.assertEqual(wrong, [])


class BesideCPython(unittest.TestCase):
    """What becomes of the import, and of the cache, for each state of the cache: as python3.11 has it."""
    def setUp(self):
        self.base = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.base, True)
        os.chmod(self.base, 0o755)
        self.number = 0

    def outcome(self, interpreter, folder, options, program):
        done = run("-S", *options, "-c", program, interpreter=interpreter, cwd=folder)
        error = done.stderr.splitlines()[-1].split(":")[0] if done.stderr else ""
        files = {}
        for path, folders, names in os.walk(folder):
            for name in names + folders:
                place = os.path.join(path, name)
                if "elsewhere/usr" in place:      # with a prefix python3.11 writes caches of the modules that krait has frozen
                    continue
                data = b""
                if os.path.isfile(place):
                    with open(place, "rb") as file:
                        data = file.read()
                try:
                    content = data[:16], marshal.loads(data[16:]).co_consts if name.endswith(".pyc") else data
                except Exception:
                    content = data
                files[os.path.relpath(place, folder).replace(folder, "/folder")] = os.path.islink(place), content
        return done.returncode, done.stdout, error, files

    def compare(self, state, prepare, options=(), program="import m; print(m.x)"):
        found = []
        for interpreter in (ORACLE, sys.executable):
            self.number += 1
            folder = os.path.join(self.base, str(self.number))
            os.mkdir(folder)
            with open(os.path.join(folder, "m.py"), "w") as file:
                file.write("x = 1\n")
            os.utime(os.path.join(folder, "m.py"), (10**9, 10**9))
            prepare(folder)
            found.append(self.outcome(interpreter, folder, options, program))
        with self.subTest(state, options=options):
            self.assertEqual(found[1], found[0])

    @staticmethod
    def place(folder, name=f"__pycache__/m.{TAG}.pyc"):
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        return path

    def put(self, folder, data, name=f"__pycache__/m.{TAG}.pyc"):
        with open(self.place(folder, name), "wb") as file:
            file.write(data)

    OTHER = marshal.dumps(compile("x = 'from the cache'", "m.py", "exec"))
    TIMED = b"\0\0\0\0" + struct.pack("<II", 10**9, 6)
    MAGIC = importlib.util.MAGIC_NUMBER
    HASH = importlib.util.source_hash(b"x = 1\n")
    GOOD = MAGIC + TIMED + OTHER

    def test_bytes(self):
        magics = [(n).to_bytes(2, "little") + end for n in (0, 3000, 3439, 3494, 3496, 3500, 65535) for end in (b"\r\n",)] + [self.MAGIC[:2] + b"\0\0", b"\n\n\n\n"]
        states = {f"magic {magic}": magic + self.GOOD[4:] for magic in magics}
        states |= {f"cut at {size}": self.GOOD[:size] for size in (0, 1, 3, 4, 7, 8, 12, 15, 16, 17, 30, len(self.GOOD) - 1)}
        states |= {f"flags {flags:#x}": self.MAGIC + struct.pack("<I", flags) + self.GOOD[8:] for flags in (4, 8, 0xf0, 2**31)}
        states |= {"time": self.MAGIC + b"\0\0\0\0" + struct.pack("<II", 10**9 - 1, 6) + self.OTHER, "size": self.MAGIC + b"\0\0\0\0" + struct.pack("<II", 10**9, 7) + self.OTHER,
                   "good": self.GOOD, "longer": self.GOOD + b"rubbish", "no code": self.GOOD[:16] + b"N", "unknown type": self.GOOD[:16] + b"?", "a dict": self.GOOD[:16] + b"{0"}
        for state, data in states.items():
            self.compare(state, lambda folder: self.put(folder, data))

    def test_hashes(self):
        for flags in (1, 2, 3):
            for digest in (self.HASH, b"whatever"):
                data = self.MAGIC + struct.pack("<I", flags) + digest + self.OTHER
                for options in ((), ("--check-hash-based-pycs", "always"), ("--check-hash-based-pycs", "never")):
                    self.compare(f"flags {flags}, {digest}", lambda folder: self.put(folder, data), options)

    def test_places(self):
        def link(target, content=None):
            def prepare(folder):
                if content is not None:
                    self.put(folder, content, "outside")
                os.symlink(os.path.join("..", target) if target else os.path.basename(self.place(folder)), self.place(folder))
            return prepare

        def alone(name, data=self.GOOD):
            def prepare(folder):
                self.put(folder, data, name)
                os.remove(os.path.join(folder, "m.py"))
            return prepare

        def folder_link(folder):
            os.mkdir(os.path.join(folder, "elsewhere"))
            os.symlink("elsewhere", os.path.join(folder, "__pycache__"))

        def package(folder):
            self.put(folder, b"x = 3\n", "m/__init__.py")
            self.put(folder, self.GOOD, f"m/__pycache__/__init__.{TAG}.pyc")
        states = {"none": lambda folder: None, "a folder": lambda folder: os.makedirs(self.place(folder)), "a full folder": lambda folder: os.makedirs(self.place(folder) + "/x"),
                  "a file for the folder": lambda folder: self.put(folder, b"", "__pycache__"), "dangling": link("outside"), "link to a good one": link("outside", self.GOOD), "link to a bad one": link("outside", b"bad"),
                  "link to itself": link(""), "the folder is a link": folder_link, "the folder's link dangles": lambda folder: os.symlink("nowhere", os.path.join(folder, "__pycache__")),
                  "foreign tag": lambda folder: self.put(folder, self.GOOD, "__pycache__/m.cpython-310.pyc"), "other level": lambda folder: self.put(folder, self.GOOD, f"__pycache__/m.{TAG}.opt-1.pyc"),
                  "beside its source": lambda folder: self.put(folder, self.GOOD, "m.pyc"), "without source": alone("m.pyc"), "without source, cut": alone("m.pyc", self.GOOD[:30]),
                  "without source, foreign": alone("m.pyc", b"\0\0\r\n" + self.GOOD[4:]), "without source, hash": alone("m.pyc", self.MAGIC + b"\3\0\0\0whatever" + self.OTHER), "in the folder, no source": alone(f"__pycache__/m.{TAG}.pyc"),
                  "package": package, "leftovers": lambda folder: [self.put(folder, b"torn", f"__pycache__/m.{TAG}.pyc.{n}") for n in (1, 140000000)]}
        for state, prepare in states.items():
            self.compare(state, prepare)
        for options in (("-B",), ("-O",), ("-OO",), ("-X", "pycache_prefix=elsewhere")):
            self.compare("none", lambda folder: None, options)
            self.compare("stale", lambda folder: self.put(folder, b"bad"), options)

    def test_times_and_sizes_of_the_source(self):
        for time in (0, 1, 2**31, 2**32 - 1, 2**32, 2**32 + 10**9, 10**10, -1, -10**9):
            def prepare(folder):
                os.utime(os.path.join(folder, "m.py"), (time, time))
                self.put(folder, self.MAGIC + b"\0\0\0\0" + struct.pack("<II", time & 2**32 - 1, 6) + self.OTHER)
            self.compare(f"time {time}", prepare)
            self.compare(f"time {time}, none", lambda folder: os.utime(os.path.join(folder, "m.py"), (time, time)))

    def test_permissions(self):
        """Root may do everywhere what it wants, so that the program gives its rights up first."""
        program = "import os; os.getuid() or os.setuid(65534); import m; print(m.x)"

        def closed(mode, cache=True, data=self.GOOD):
            def prepare(folder):
                os.chmod(folder, 0o755)
                if cache:
                    self.put(folder, data)
                os.chmod(self.place(folder) if cache else os.path.dirname(self.place(folder)), mode)
            return prepare
        self.compare("the cache cannot be read", closed(0), program=program)
        self.compare("the cache cannot be written", closed(0o444, data=b"bad"), program=program)
        self.compare("the folder cannot be written", closed(0o555, False), program=program)
        self.compare("the folder cannot be entered", closed(0, False), program=program)
        for mode in (0o600, 0o640, 0o444, 0o000):     # a cache's mode is its source's, and always writable for who owns it
            self.compare(f"source {mode:o}", lambda folder: os.chmod(os.path.join(folder, "m.py"), mode), program=f"import os, m; print(m.x, *(oct(os.stat(m.__cached__).st_mode) for _ in '1' if os.path.exists(m.__cached__)))")


if __name__ == "__main__":
    unittest.main()
