"""The prompt at a terminal: editing, history, completion, blocks, `_`, Ctrl-C, Ctrl-D, colours."""
import os
import pty
import re
import select
import signal
import sys
import tempfile
import time
import unittest

from helpers import SLOW, environment, run

UP, TAB, CTRL_A, CTRL_C, CTRL_D, BACKSPACE = "\x1b[A", "\t", "\x01", "\x03", "\x04", "\x7f"
COLOUR = "\x1b[1;3"   # red carets, a purple name


class Session:
    """krait on a pseudo-terminal of its own."""

    def __init__(self, home, *arguments, **extra):
        env = {k: v for k, v in environment().items() if k != "NO_COLOR"} | {"HOME": home, "TERM": "xterm", "LC_ALL": "C.UTF-8"} | extra
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            signal.signal(signal.SIGINT, signal.SIG_DFL)   # a shell's background jobs ignore it
            os.execve(sys.executable, [sys.executable, *arguments], env)
        self.seen = ""

    def until(self, pattern, seconds=20):
        """What is printed up to and including the pattern."""
        end = time.monotonic() + seconds * SLOW
        while not (found := re.search(pattern, self.seen)):
            left = end - time.monotonic()
            if left <= 0 or not select.select([self.terminal], [], [], left)[0]:
                raise AssertionError(f"{pattern!r} did not come: {self.seen!r}")
            try:
                data = os.read(self.terminal, 4096)
            except OSError:
                data = b""
            if not data:
                raise AssertionError(f"ended before {pattern!r}: {self.seen!r}")
            self.seen += data.decode()
        text, self.seen = self.seen[:found.end()], self.seen[found.end():]
        return text

    def send(self, keys):
        """Ctrl-D means something once the editor has the terminal, shortly after the prompt, and Ctrl-C a test's program once it runs."""
        if keys in (CTRL_C, CTRL_D):
            time.sleep(0.7)
        os.write(self.terminal, keys.encode())

    def line(self, keys, pattern=r"\n>>> "):
        self.send(keys + "\r")
        return self.until(pattern)

    def wait(self, keys="", seconds=20):
        """Sends the keys; the exit status, after what is left has been printed."""
        end = time.monotonic() + seconds * SLOW
        self.send(keys)
        while time.monotonic() < end:
            while select.select([self.terminal], [], [], 1)[0]:
                try:
                    data = os.read(self.terminal, 4096)
                except OSError:
                    data = b""
                if not data:
                    os.close(self.terminal)
                    return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
                self.seen += data.decode()
        os.kill(self.pid, signal.SIGKILL)
        raise AssertionError(f"did not end: {self.seen!r}")


class Prompt(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.home = folder.name

    def start(self, *arguments, **extra):
        session = Session(self.home, *(arguments or ("-q",)), **extra)
        session.until(">>> ")
        return session

    def leave(self, session, status=0):
        self.assertEqual(session.wait(CTRL_D), status)

    def test_values(self):
        s = self.start()
        self.assertIn("\n42\r\n", s.line("6 * 7"))
        self.assertIn("\n43\r\n", s.line("_ + 1"))
        s.line("None")
        self.assertIn("\n43\r\n", s.line("_"))
        self.assertIn("True", s.line("__debug__"))
        self.leave(s)

    def test_banner(self):
        session = Session(self.home)
        self.assertRegex(session.until(">>> "), r"3\.11[\s\S]*\n>>> ")
        self.leave(session)

    def test_blocks(self):
        s = self.start()
        s.line("def twice(x):", r"\n\.\.\. ")
        s.line("    return 2 * x", r"\n\.\.\. ")
        s.line("")
        self.assertIn("\n'abab'\r\n", s.line("twice('ab')"))
        s.line("[1,", r"\n\.\.\. ")
        self.assertIn("[1, 2]", s.line(" 2]"))
        s.line("'''a", r"\n\.\.\. ")
        self.assertIn("'a\\nb'", s.line("b'''"))
        self.leave(s)

    def test_prompts(self):
        s = self.start()
        s.send("import sys; sys.ps1 = 'in: '; sys.ps2 = 'more: '\r")
        s.until(r"\nin: ")
        s.line("(1 +", r"\nmore: ")
        self.assertIn("3", s.line("2)", r"\nin: "))
        self.leave(s)

    def test_history(self):
        s = self.start()
        s.line("first = 'one' * 2")
        s.line("second = 2")
        s.line(UP + UP + "\x05 + '!'")   # to the end of the line
        self.assertIn("'oneone!'", s.line("first"))
        self.leave(s)
        with open(os.path.join(self.home, ".krait_history")) as f:
            text = f.read().replace("\\040", " ")
        self.assertIn("second = 2", text)
        s = self.start()
        s.line(UP + UP)
        self.assertIn("'oneone!'", s.line("first"))
        self.leave(s)

    def test_completion(self):
        s = self.start()
        s.line("some_long_name = 'text'")
        self.assertIn("'text'", s.line("some_lo" + TAB))
        self.assertIn("'text!'", s.line("some_lo" + TAB + " + '!'"))
        self.assertIn("True", s.line("some_long_name.startsw" + TAB + "'te')"))
        self.leave(s)

    def test_editing(self):
        s = self.start()
        s.send("rint('a')x" + BACKSPACE + CTRL_A + "p\r")
        self.assertIn("\na\r\n", s.until(r"\n>>> "))
        self.leave(s)

    def test_interrupt(self):
        s = self.start()
        s.send("half a line")
        s.send(CTRL_C)
        s.until(r"\nKeyboardInterrupt\r\n>>> ")
        s.send("while True: pass\r")
        s.until(r"\n\.\.\. ")
        s.send("\r")
        s.send(CTRL_C)
        text = s.until(r"\n>>> ")
        self.assertIn('File "<stdin>", line 1, in <module>', re.sub("\x1b\\[[0-9;]*m", "", text))
        self.assertIn("KeyboardInterrupt", text)
        self.assertIn("2", s.line("1 + 1"))
        s.send("import time; time.sleep(60)\r")
        s.send(CTRL_C)
        self.assertIn("KeyboardInterrupt", s.until(r"\n>>> "))
        self.leave(s)

    def test_interrupt_at_once(self):
        s = self.start()
        for pause in (0, 0.0005, 0.001, 0.002) * 10:
            time.sleep(pause)
            os.write(s.terminal, CTRL_C.encode())
            s.until(r"\nKeyboardInterrupt\r\n>>> ")
        self.assertIn("\u00e9\u20ac", s.line("print(chr(0xe9) + '\u20ac')"))
        self.leave(s)

    def test_hangup(self):
        """Where SIGHUP is ignored, a terminal that is gone is the end of input."""
        s = self.start()
        s.line("import signal; was = signal.signal(signal.SIGHUP, signal.SIG_IGN)")
        os.close(s.terminal)
        end = time.monotonic() + 20 * SLOW
        while not (done := os.waitpid(s.pid, os.WNOHANG))[0] and time.monotonic() < end:
            time.sleep(0.01)
        if not done[0]:
            os.kill(s.pid, signal.SIGKILL)
            os.waitpid(s.pid, 0)
        self.assertTrue(done[0])
        self.assertEqual(os.waitstatus_to_exitcode(done[1]), 0)

    def test_exit(self):
        s = self.start()
        s.send("exit(7)\r")
        self.assertEqual(s.wait(), 7)
        s = self.start()
        s.send("import os; os.kill(os.getpid(), 15)\r")
        self.assertEqual(s.wait(), -signal.SIGTERM)
        s = self.start("-i", "-c", "x = 3")
        self.assertIn("3", s.line("x"))
        self.leave(s)

    def test_errors(self):
        s = self.start(NO_COLOR="1")
        self.assertIn('Traceback (most recent call last):\r\n  File "<stdin>", line 1, in <module>\r\nZeroDivisionError: division by zero\r\n', s.line("1/0"))
        text = s.line("x = = 1")
        self.assertIn('  File "<stdin>", line 1\r\n    x = = 1\r\n        ^\r\nSyntaxError: invalid syntax\r\n', text)
        self.assertIn("NameError: name 'prin' is not defined. Did you mean: 'print'?", s.line("prin"))
        self.leave(s)

    def test_colours(self):
        s = self.start()
        self.assertIn(COLOUR, s.line("1/0"))
        self.leave(s)
        for extra in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
            with self.subTest(**extra):
                s = self.start(**extra)
                self.assertNotIn(COLOUR, s.line("1/0"))
                self.leave(s)

    def test_colours_of_programs(self):
        """On a terminal only, and not on what the program prints elsewhere."""
        session = Session(self.home, "-c", "1/0")
        self.assertEqual(session.wait(), 1)
        self.assertIn(COLOUR, session.seen)
        session = Session(self.home, "-c", "import traceback\ntry: 1/0\nexcept Exception: print(traceback.format_exc())")
        self.assertEqual(session.wait(), 0)
        self.assertNotIn("\x1b", session.seen)
        errors = run("-c", "1/0").stderr
        self.assertEqual(errors.splitlines()[-1], "ZeroDivisionError: division by zero")
        self.assertNotIn("\x1b", errors)

    def test_startup_file(self):
        path = os.path.join(self.home, "startup.py")
        with open(path, "w") as f:
            f.write("here = 'yes'\nimport sys\nsys.ps1 = '? '\n")
        session = Session(self.home, "-q", PYTHONSTARTUP=path)
        session.until(r"\? ")
        self.assertIn("'yes'", session.line("here", r"\n\? "))
        self.leave(session)


if __name__ == "__main__":
    unittest.main()
