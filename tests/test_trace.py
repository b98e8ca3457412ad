"""sys.settrace and sys.setprofile that begin while frames wait in the middle of an instruction, for Python code that C code called."""
import signal
import sys
import unittest


def stop():
    sys.settrace(None)
    sys.setprofile(None)


BEGIN = "import sys\nsys.setprofile(profile)\nsys.settrace(trace)\nsys._getframe(1).f_trace = trace"


class Begun(unittest.TestCase):
    def setUp(self):
        self.addCleanup(stop)
        self.lines = []
        self.names = {"profile": lambda *a: None, "trace": self.trace}

    def trace(self, frame, event, arg):
        if frame.f_code.co_name == "traced":
            self.lines.append((event, frame.f_lineno - frame.f_code.co_firstlineno))
        return self.trace

    def test_exception_through_exec(self):
        """The frame that called exec finds its handler."""
        def traced():
            try:
                exec(BEGIN + "\n1 / 0", self.names)
            except ZeroDivisionError:
                return "caught"
            finally:
                stop()
        self.assertEqual(traced(), "caught")

    def test_exceptions_after_exec(self):
        def traced():
            exec(BEGIN, self.names)
            found = []
            for divisor in 0, 1, "a":
                try:
                    found.append(1 // divisor)
                except ZeroDivisionError:
                    found.append("zero")
                except TypeError:
                    found.append("type")
            stop()
            return found
        self.assertEqual(traced(), ["zero", 1, "type"])
        self.assertEqual([line for event, line in self.lines if event == "line"][:4], [2, 3, 4, 5])

    def test_exception_in_sort_key(self):
        def key(value):
            exec(BEGIN, self.names)
            return 1 // value

        def traced():
            try:
                sorted([1, 0], key=key)
            except ZeroDivisionError:
                stop()
                return "caught"
        self.assertEqual(traced(), "caught")

    def test_special_method(self):
        class Length:
            def __len__(length):
                exec(BEGIN, self.names)
                raise KeyError

        def traced():
            try:
                len(Length())
            except KeyError:
                stop()
                return "caught"
        self.assertEqual(traced(), "caught")

    def test_profile_function_that_fails(self):
        def fail(*event):
            raise LookupError

        def traced():
            try:
                exec("import sys\nsys.setprofile(fail)\n(lambda: 1)()", {"fail": fail})
            except LookupError:
                return sys.getprofile()
            return "not caught"
        self.assertIs(traced(), None)

    def test_signal_handler(self):
        def handler(*arguments):
            exec(BEGIN, self.names)

        def traced():
            signal.raise_signal(signal.SIGUSR1)
            try:
                for _ in range(3):
                    pass
                {}[1]
            except KeyError:
                stop()
                return "caught"
        old = signal.signal(signal.SIGUSR1, handler)
        self.addCleanup(signal.signal, signal.SIGUSR1, old)
        self.assertEqual(traced(), "caught")


if __name__ == "__main__":
    unittest.main()
