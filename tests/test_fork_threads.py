"""Fork while other threads are in the middle of something: the child has only the forking thread, and is usable. And what daemon threads may do while the interpreter ends."""
import _imp
import _queue
import faulthandler
import gc
import importlib._bootstrap
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import warnings
import weakref

from helpers import FUZZ, SLOW, run


def in_child(check):
    """The exit status of a forked child that runs check(); 99 when it hangs, 1 when check() is not true."""
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            status = 0 if check() else 1
        except BaseException as e:
            sys.__stderr__.write(f"in the child: {e!r}\n")
        finally:
            os._exit(status)
    end = time.monotonic() + 30 * SLOW
    while time.monotonic() < end:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.005)
    os.kill(pid, 9)
    os.waitpid(pid, 0)
    return 99


class Others:
    """Threads that run `function` until the block ends; the block begins when all have called .ready()."""

    def __init__(self, function, count=3):
        self.stop, self.begun = threading.Event(), threading.Semaphore(0)
        self.threads = [threading.Thread(target=function, args=(self,)) for _ in range(count)]

    def ready(self):
        self.begun.release()

    def __enter__(self):
        for t in self.threads:
            t.start()
        for t in self.threads:
            self.begun.acquire()
        return self

    def __exit__(self, *exception):
        self.stop.set()
        for t in self.threads:
            t.join()


class ForkTest(unittest.TestCase):
    def repeat(self, check, times=15):
        for _ in range(times):
            self.assertEqual(in_child(check), 0)
            time.sleep(0.002)

    def test_buffered_file(self):
        """A thread was inside the file: the child writes to it all the same, and new threads of the child do."""
        read_end, write_end = os.pipe()
        file = open(write_end, "wb")

        def fill(others):
            others.ready()
            try:
                file.write(bytes(1 << 20))   # blocks: nobody reads yet
                file.flush()
            except BrokenPipeError:
                pass

        def check():
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, write_end)
            written = []
            t = threading.Thread(target=lambda: written.append(file.write(b"x") + (file.flush() or 0)))
            t.start()
            t.join()
            file.write(b"y")
            file.flush()
            return written == [1]

        with Others(fill, 1):
            time.sleep(0.05)
            self.repeat(check, 3)
            os.close(read_end)
        try:
            file.close()
        except BrokenPipeError:
            pass

    def test_import_lock(self):
        def work(others):
            others.ready()
            while not others.stop.is_set():
                for _ in range(100):
                    _imp.acquire_lock()
                    _imp.release_lock()

        def check():
            if _imp.lock_held():
                return False
            for name in "colorsys", "this_is_no_module":
                try:
                    __import__(name)
                except ImportError:
                    pass
            return not _imp.lock_held()

        with Others(work):
            self.repeat(check)
        self.assertFalse(_imp.lock_held())

    def test_fork_under_the_import_lock(self):
        _imp.acquire_lock()
        try:
            self.assertEqual(in_child(lambda: _imp.lock_held() and not _imp.release_lock() and not _imp.lock_held()), 0)
        finally:
            _imp.release_lock()

    def test_simple_queue(self):
        q = _queue.SimpleQueue()

        def wait(others):
            others.ready()
            while not others.stop.is_set():
                try:
                    q.get(timeout=0.0005)
                except _queue.Empty:
                    pass

        def check():
            got = []
            while not q.empty():
                q.get()
            t = threading.Thread(target=lambda: got.append(q.get(timeout=20)))
            t.start()
            time.sleep(0.01)
            begin = time.monotonic()
            q.put("x")
            t.join()
            return got == ["x"] and time.monotonic() - begin < 10

        with Others(wait):
            self.repeat(check)

    def test_frames(self):
        """Frames of threads that the child has not got, and generators that they were running, can be looked at."""
        generators = []

        def generate(others):
            local = "in the generator"
            others.ready()
            others.stop.wait()
            yield local

        def deeper(others, n):
            if n:
                return deeper(others, n - 1)
            generators.append(generate(others))
            for _ in generators[-1]:
                pass

        with Others(lambda others: deeper(others, 5)) as others:
            frames = [sys._current_frames()[t.ident] for t in others.threads]

            def check():
                gc.collect()
                [[object() for _ in range(1000)] for _ in range(10)]
                names = []
                for frame in frames + [g.gi_frame for g in generators]:
                    while frame:
                        names.append((frame.f_code.co_name, sorted(frame.f_locals), frame.f_lineno, frame.f_lasti))
                        frame = frame.f_back
                for g in generators:
                    try:
                        next(g)
                        return False
                    except ValueError:   # generator already executing
                        pass
                generators.clear()
                gc.collect()
                return any(name[0] == "generate" for name in names)

            self.repeat(check, 5)

    def test_what_other_threads_hold_is_not_finalized(self):
        """An unflushed file, a weak reference's callback, a __del__: the thread in the parent still needs what they are about."""
        path = tempfile.mktemp()
        called = []

        class Held:
            def __del__(self):
                called.append("del")

        def hold(others):
            held = Held()
            held.itself = held
            ref = weakref.ref(held, lambda r: called.append("weakref"))
            file = open(path, "a")
            file.write("once\n")
            others.ready()
            others.stop.wait()
            called.clear()
            del held, ref
            file.close()

        def check():
            for _ in range(3):
                [[object() for _ in range(1000)] for _ in range(10)]
                gc.collect()
            return not called

        with Others(hold, 1):
            self.repeat(check, 3)
            pid = os.fork()
            if pid == 0:
                os.execv(sys.executable, [sys.executable, "-c", "pass"])
            os.waitpid(pid, 0)
        with open(path) as f:
            self.assertEqual(f.read(), "once\n")
        os.unlink(path)

    def test_ordinary_end_of_the_child(self):
        """The child ends by the interpreter's own way out: what only the parent's threads held is written once, what the child holds too."""
        program = (
            "import os, sys, threading, gc\n"
            "go, begun = threading.Event(), threading.Event()\n"
            "def hold():\n"
            "    f = open(sys.argv[1] + '1', 'a'); f.write('thread\\n')\n"
            "    begun.set(); go.wait(); f.close()\n"
            "t = threading.Thread(target=hold); t.start(); begun.wait()\n"
            "pid = os.fork()\n"
            "if pid == 0:\n"
            "    mine = open(sys.argv[1] + '2', 'w'); mine.write('child\\n')\n"
            "    sys.exit(7)\n"
            "print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])); go.set(); t.join()\n"
        )
        with tempfile.TemporaryDirectory() as folder:
            done = run("-c", program, folder + "/f", seconds=120)
            self.assertEqual((done.stdout, done.stderr, done.returncode), ("7\n", "", 0))
            for name, text in (("f1", "thread\n"), ("f2", "child\n")):
                with open(os.path.join(folder, name)) as f:
                    self.assertEqual(f.read(), text)

    def test_watchdog(self):
        faulthandler.dump_traceback_later(1000)
        try:
            self.assertEqual(in_child(lambda: faulthandler.cancel_dump_traceback_later() is None and faulthandler.dump_traceback_later(1000) is None), 0)
        finally:
            faulthandler.cancel_dump_traceback_later()

    def test_watchdog_sees_running_threads(self):
        """It looks without the lock, at any moment: at frames that come and go, code that is collected, stacks of threads that end."""
        program = """if 1:
            import faulthandler, os, threading, time
            stop = time.monotonic() + 1.5
            def recur(n):
                return n and recur(n - 1)
            def generate(n):
                if n: yield from generate(n - 1)
                yield n
            def churn():
                while time.monotonic() < stop:
                    recur(50), list(generate(20))
                    space = {}
                    exec(compile("def f(x):\\n" + "  x += 1\\n" * 50 + "f(1)", f"name {id(space)}", "exec"), space)
                    t = threading.Thread(target=recur, args=(5,))
                    t.start(), t.join()
            threads = [threading.Thread(target=churn) for _ in range(4)]
            [t.start() for t in threads]
            with open(os.devnull, "w") as out:
                while time.monotonic() < stop:
                    faulthandler.dump_traceback_later(1e-6, repeat=True, file=out)
                    time.sleep(0.01)
                    faulthandler.cancel_dump_traceback_later()
            [t.join() for t in threads]
            print("end")
        """
        done = run("-c", program, seconds=120)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "end\n", ""))

    def test_fork_in_a_thread(self):
        """The child's only thread is not the parent's main one; it may end before a thread of its own."""
        def fork():
            pid = os.fork()
            if pid == 0:
                threading.Thread(target=lambda: (time.sleep(0.05), os.kill(os.getpid(), 0), os._exit(3))).start()
                return   # and the thread ends
            statuses.append(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
        statuses = []
        t = threading.Thread(target=fork)
        t.start()
        t.join()
        self.assertEqual(statuses, [3])


class StormTest(unittest.TestCase):
    """A share of `make thread-storm`."""

    def test_storm(self):
        program = os.path.join(FUZZ, "thread_storm.py")
        for verify in "", "1":
            environment = {**os.environ, **({"KRAIT_GC_VERIFY": "1"} if verify else {})}
            with subprocess.Popen([sys.executable, "-X", "faulthandler", program, "2", "20"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment) as process:
                try:
                    output, errors = process.communicate(timeout=120)
                except subprocess.TimeoutExpired:
                    process.send_signal(signal.SIGABRT)   # shows where the threads are
                    output, errors = process.communicate()
            self.assertEqual((process.returncode, output, errors), (0, "\n20 threads, 2 s: 0 wrong\n", ""))


class SignalTest(unittest.TestCase):
    def test_imports_do_not_keep_locks(self):
        """Handlers that raise in the middle of imports, at every place of them: no lock is left taken, which would stop the imports of all other threads for ever."""
        class Interrupted(Exception):
            pass

        def handler(*args):
            raise Interrupted

        chance, interrupted, old = random.Random(7), 0, signal.signal(signal.SIGALRM, handler)
        self.enterContext(warnings.catch_warnings())
        warnings.simplefilter("ignore", ResourceWarning)   # the file that was being read
        try:
            for _ in range(3000):
                sys.modules.pop("colorsys", None)
                try:
                    signal.setitimer(signal.ITIMER_REAL, chance.random() * 5e-4 + 1e-6)
                    __import__("colorsys")
                    signal.setitimer(signal.ITIMER_REAL, 0)   # what has arrived is heard here at the latest
                except (Interrupted, KeyError):   # KeyError: interrupted between importlib's two looks at sys.modules
                    interrupted += 1
                self.assertFalse(_imp.lock_held())
                locks = [lock for lock in [ref() for ref in list(importlib._bootstrap._module_locks.values())] if lock]
                self.assertEqual([lock for lock in locks if lock.count], [])
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, old)
        self.assertGreater(interrupted, 100)


class ExitTest(unittest.TestCase):
    def check(self, program, expected="end\n", times=4):
        for _ in range(times):
            done = run("-c", program, seconds=120)
            self.assertEqual((done.stdout, done.stderr, done.returncode), (expected, "", 0))

    def test_running(self):
        self.check("import threading, time\n"
                   "def run(d={}):\n"
                   "    while True: d[len(d) % 100] = [object() for _ in range(10)]\n"
                   "for _ in range(8): threading.Thread(target=run, daemon=True).start()\n"
                   "time.sleep(0.05); print('end')")

    def test_blocked(self):
        self.check("import threading, time, os, queue, socket, select, subprocess, sys\n"
                   "r, w = os.pipe(); a, b = socket.socketpair(); lock = threading.Lock(); lock.acquire()\n"
                   "for f in (lambda: os.read(r, 1), lambda: a.recv(1), lambda: lock.acquire(), lambda: time.sleep(1000), lambda: queue.Queue().get(),\n"
                   "          lambda: queue.SimpleQueue().get(), lambda: select.select([r], [], []), lambda: threading.Event().wait(), lambda: open(r, 'rb', closefd=False).read(),\n"
                   "          lambda: select.poll().poll(), lambda: threading.Condition().__enter__()):\n"
                   "    threading.Thread(target=f, daemon=True).start()\n"
                   "time.sleep(0.05); print('end')")

    def test_in_the_storm(self):
        """Daemon threads that are in the middle of everything that tests/fuzz/thread_storm.py does, while signals arrive."""
        self.check(f"import sys, time; sys.path.insert(0, {FUZZ!r}); import thread_storm, warnings; warnings.simplefilter('ignore')\n"
                   "s = thread_storm.Storm(12); s.begin(daemon=True); time.sleep(0.3); print('end')")

    def test_in_finalizers(self):
        self.check("import threading, time, gc\n"
                   "class C:\n"
                   "    def __del__(self): time.sleep(0.01)\n"
                   "def run():\n"
                   "    while True:\n"
                   "        c = C(); c.c = c; del c; gc.collect()\n"
                   "for _ in range(4): threading.Thread(target=run, daemon=True).start()\n"
                   "time.sleep(0.05); print('end')")

    def test_in_libraries(self):
        """Their contexts are not freed while a thread works in them."""
        self.check("import threading, time, hashlib, hmac, zlib, bz2, lzma\n"
                   "data = bytes(1 << 20)\n"
                   "shared = [hashlib.sha256(), hmac.new(b'k', digestmod='sha256'), zlib.compressobj(), bz2.BZ2Compressor(), lzma.LZMACompressor()]\n"
                   "def run(o):\n"
                   "    while True: o.update(data) if hasattr(o, 'update') else o.compress(data)\n"
                   "for o in shared: threading.Thread(target=run, args=(o,), daemon=True).start()\n"
                   "time.sleep(0.1); print('end')")

    def test_importing(self):
        self.check("import threading, time, sys\n"
                   "def run():\n"
                   "    while True:\n"
                   "        for n in ('colorsys', 'sched', 'nothing_of_this_name'):\n"
                   "            sys.modules.pop(n, None)\n"
                   "            try: __import__(n)\n"
                   "            except Exception: pass\n"
                   "class C:\n"
                   "    def __del__(self): import chunk\n"
                   "c = C()\n"
                   "for _ in range(3): threading.Thread(target=run, daemon=True).start()\n"
                   "import warnings; warnings.simplefilter('ignore')\n"
                   "time.sleep(0.05); print('end')")

    def test_starting_threads(self):
        self.check("import _thread, time\n"
                   "def run():\n"
                   "    while True:\n"
                   "        try: _thread.start_new_thread(time.sleep, (0.001,))\n"
                   "        except RuntimeError: pass\n"
                   "_thread.start_new_thread(run, ())\n"
                   "time.sleep(0.05); print('end')")


if __name__ == "__main__":
    unittest.main()
