"""Evaluates batches of inputs for driver.py, in krait or in python3.11.

A line on standard input names a batch: `FIRST CASES RESULTS`. The inputs of the file CASES (one repr a line), from number FIRST on, are evaluated by the fuzzer named on
the command line; each result is written to the file RESULTS at once, one line each, and "done" to standard output at the end.
"""
import importlib
import os
import resource
import signal
import sys
import zlib

SECONDS = 4
LONG = 100_000
ENDLESS = 77           # exit status: an input cannot be interrupted
NAMES = {"inf": float("inf"), "nan": float("nan")}      # what repr() writes of floats, for eval()

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))


class Timeout(BaseException):
    pass


interrupts = 0


def interrupt(number, frame):
    global interrupts
    interrupts += 1
    if interrupts > 8:
        os._exit(ENDLESS)      # a loop that catches everything
    raise Timeout


def in_one_line(result):
    """Of a very long result its beginning and a checksum."""
    if len(result) > LONG:
        result = f"{result[:LONG]}... {len(result)} characters, checksum {zlib.crc32(result.encode('utf-8', 'surrogatepass')):08x}"
    return result.encode("unicode_escape").decode("ascii")


def evaluate(module, case):
    global interrupts
    interrupts = 0
    try:
        signal.setitimer(signal.ITIMER_REAL, SECONDS, 0.5)     # again and again, lest the input catch it
        try:
            return in_one_line(module.evaluate(case))
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
    except Timeout:
        return "TIMEOUT"
    except BaseExceptionGroup as group:       # the input has an except* that wrapped it
        if not group.subgroup(Timeout):
            raise
        return "TIMEOUT"
    except MemoryError:
        return "MemoryError"


def main():
    if sys.implementation.name == "cpython":
        resource.setrlimit(resource.RLIMIT_AS, (2**28, 2**28))     # it allocates what a damaged size says before it looks whether there is so much
    module = importlib.import_module("fuzz_" + sys.argv[1])
    signal.signal(signal.SIGALRM, interrupt)
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)               # what inputs print is not an answer
    for line in sys.stdin:
        first, cases, results = line.split()
        with open(cases, encoding="ascii") as file:
            lines = file.readlines()
        with open(results, "w", encoding="ascii") as file:
            for text in lines[int(first):]:
                try:
                    result = evaluate(module, eval(text, dict(NAMES)))
                except Timeout:
                    result = "TIMEOUT"
                file.write(result + "\n")
                file.flush()
        answers.write("done\n")
        answers.flush()


if __name__ == "__main__":
    main()
