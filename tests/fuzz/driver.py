"""Drives the fuzzers of this folder: makes inputs, has krait and python3.11 evaluate them, and reports crashes, hangs and differences.

A fuzzer is a module here (fuzz_regex.py, ...) with
    generate(chance, corpus)  one input, made with the random.Random `chance`; `corpus` is the list of the kept inputs, to be mutated
    evaluate(case)            what the input does, as text; runs in both interpreters
and, where the defaults below do not fit, BATCH (inputs given at once), compared(case) (False: only crashes count), same(case, found, expected) and
shrink(case) (smaller inputs to try). An input is anything that repr() writes and eval() reads: strings, bytes, numbers, tuples, lists, dicts.

The two interpreters run worker.py, each as one long-lived process; batches go to them through files, so that what an input prints, or a crash in the middle,
loses nothing. The driver itself runs under python3.11.

Usage: python3.11 tests/fuzz/driver.py NAME [--seconds N | --cases N] [--seed S] [--krait PATH] [--keep] [--replay FILE]
    --keep    add what was found, made small, to corpus/NAME/found.txt
    --grow N  no fuzzing: put N made inputs into corpus/NAME/made.txt
    --replay  evaluate the inputs of a file (one repr a line, or one program) instead of making any
The exit status is 1 if there was a finding.
"""
import argparse
import importlib
import os
import random
import re
import select
import signal
import subprocess
import sys
import tempfile
import time

from worker import ENDLESS, NAMES

HERE = os.path.dirname(os.path.abspath(__file__))
KRAIT = os.environ.get("KRAIT", os.path.join(os.path.dirname(os.path.dirname(HERE)), "build", "krait"))
ORACLE = "/usr/bin/python3.11"
FUZZERS = ["codecs", "format", "hostile", "json", "marshal", "numbers", "pickle", "program", "regex", "struct"]
HANG = 60          # seconds without an answer; worker.py interrupts what it can long before
SHRINK_SECONDS = 5
BATCHES_A_PROCESS = 50
ENVIRONMENT = {**os.environ, "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONIOENCODING": "utf-8",
               "ASAN_OPTIONS": "detect_leaks=0:detect_stack_use_after_return=0:allocator_may_return_null=1:handle_segv=0:handle_abort=0:handle_sigbus=0:handle_sigfpe=0"
                               ":handle_sigill=0:use_sigaltstack=0",
               "UBSAN_OPTIONS": "print_stacktrace=1"}
for name in "PYTHONUNBUFFERED", "PYTHONWARNINGS", "PYTHONOPTIMIZE":
    ENVIRONMENT.pop(name, None)


class Worker:
    """One interpreter that evaluates batches; started again when it dies or hangs."""

    def __init__(self, interpreter, name, folder):
        limits = [] if interpreter == ORACLE else ["-X", "max-heap=512M"]        # python3.11 limits itself, in worker.py
        self.command, self.folder = [interpreter, "-X", "utf8", *limits, os.path.join(HERE, "worker.py"), name], folder
        self.process, self.errors, self.batches = None, os.path.join(folder, os.path.basename(interpreter) + ".stderr"), 0
        self.results = os.path.join(folder, os.path.basename(interpreter) + ".results")

    def start(self):
        self.stop()
        with open(self.errors, "wb") as errors:
            self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, env=ENVIRONMENT, cwd=self.folder)
        self.batches = 0

    def stop(self):
        if self.process:
            self.process.kill()
            self.process.communicate()
            self.process = None

    def submit(self, path, first=0):
        if not self.process or self.batches >= BATCHES_A_PROCESS:
            self.start()
        self.batches += 1
        open(self.results, "wb").close()
        try:
            self.process.stdin.write(f"{first} {path} {self.results}\n".encode())
            self.process.stdin.flush()
        except BrokenPipeError:
            pass           # the answer will show that it has died

    def answered(self):
        """Whether the batch was finished; if not, why not."""
        while True:
            size = os.path.getsize(self.results)
            ready, _, _ = select.select([self.process.stdout], [], [], HANG)
            if ready:
                line = self.process.stdout.readline()
                if line.strip() == b"done":
                    return None
                if not line:
                    if self.process.wait() == ENDLESS:
                        return "TIMEOUT"
                    with open(self.errors, errors="replace") as errors:
                        return f"CRASH status {self.process.returncode}\n{errors.read()[-6000:]}"
            elif os.path.getsize(self.results) == size:
                return "HANG"

    def collect(self, path, count):
        """The results of the submitted batch; what kills or stops the interpreter is a result too."""
        results = []
        while True:
            trouble = self.answered()
            with open(self.results, "rb") as file:
                results += [line.decode("unicode_escape") for line in file.read().split(b"\n")[:-1]]
            if trouble is None:
                assert len(results) == count, (len(results), count)
                return results
            self.stop()
            if len(results) < count:
                results.append(trouble)
            if len(results) >= count:
                return results[:count]
            self.submit(path, len(results))


def write_cases(path, cases):
    with open(path, "w", encoding="ascii") as file:
        file.writelines(ascii(case) + "\n" for case in cases)


def read_cases(path):
    """The inputs of a corpus file: a program is one input, another file holds one on each line."""
    if path.endswith(".py"):
        with open(path, encoding="utf-8") as file:
            return [("program", file.read(), 0)]
    with open(path, encoding="ascii") as file:
        return [eval(line, dict(NAMES)) for line in file if line.strip() and not line.startswith("#")]


def read_corpus(name):
    folder = os.path.join(HERE, "corpus", name)
    return [case for entry in sorted(os.listdir(folder)) for case in read_cases(os.path.join(folder, entry))] if os.path.isdir(folder) else []


def smaller(case):
    """Inputs like `case` with something left out or made simpler: large pieces first."""
    if isinstance(case, (str, bytes, list, tuple)):
        size = len(case)
        step = size
        while step >= 1:
            for start in range(0, size, step):
                yield case[:start] + case[start + step:]
            step //= 2
    if isinstance(case, (list, tuple)):
        for i, item in enumerate(case):
            for shorter in smaller(item):
                yield case[:i] + type(case)([shorter]) + case[i + 1:]
    elif isinstance(case, dict):
        for key in case:
            yield {k: v for k, v in case.items() if k != key}
        for key in case:
            for shorter in smaller(case[key]):
                yield {**case, key: shorter}
    elif isinstance(case, int) and not isinstance(case, bool):
        if case:
            yield from (0, 1, case // 2, case - 1)


class Fuzzer:
    def __init__(self, name, krait, folder):
        sys.path.insert(0, HERE)
        self.name, self.module = name, importlib.import_module("fuzz_" + name)
        self.folder, self.krait, self.oracle = folder, Worker(krait, name, folder), Worker(ORACLE, name, folder)
        self.corpus = read_corpus(name)
        self.compared = getattr(self.module, "compared", lambda case: True)
        self.count = self.skipped = 0
        self.buckets = {}

    def differs(self, case, found, expected):
        if found.startswith(("CRASH", "HANG")):
            return not expected.startswith("HANG")
        if not self.compared(case) or found == expected:
            return False
        if any(part.startswith(("CRASH", "HANG", "TIMEOUT", "MemoryError")) for text in (found, expected) for part in re.split(r" \| |\n", text)):
            self.skipped += 1                      # how long something may take and how much memory there is are nobody's promise
            return False
        same = getattr(self.module, "same", None)
        return not (same and same(case, found, expected))

    def pair(self, cases):
        """Has both interpreters begin; what is returned is for gather()."""
        plain = [case for case in cases if self.compared(case)]
        paths = [os.path.join(self.folder, "batch-krait"), os.path.join(self.folder, "batch-oracle")]
        for worker, path, batch in zip((self.krait, self.oracle), paths, (cases, plain)):
            write_cases(path, batch)
            worker.submit(path)
        return paths, len(cases), len(plain)

    def gather(self, cases, state):
        """(found, expected) for each input."""
        paths, count, plain = state
        found = self.krait.collect(paths[0], count)
        expected = iter(self.oracle.collect(paths[1], plain))
        return list(zip(found, [next(expected) if self.compared(case) else "" for case in cases]))

    def both(self, cases):
        return self.gather(cases, self.pair(cases))

    def shrunk(self, case, found, expected):
        """The smallest input found in a few seconds that is wrong in the same way."""
        candidates, kind, end = getattr(self.module, "shrink", smaller_case), signature(found, expected), time.time() + SHRINK_SECONDS
        progress = True
        while progress and time.time() < end:
            progress = False
            group = []
            for candidate in candidates(case):
                group.append(candidate)
                if len(group) < 20:
                    continue
                hit = self.first_like(group, kind)
                group = []
                if hit is not None or time.time() > end:
                    break
            else:
                hit = self.first_like(group, kind) if group else None
            if hit is not None and hit != case:
                case, progress = hit, True
        return case

    def first_like(self, group, kind):
        try:
            results = self.both(group)
        except (AttributeError, IndexError, KeyError, TypeError, ValueError):     # cut down so far that compared() of the fuzzer cannot make anything of it
            return None
        for candidate, (found, expected) in zip(group, results):
            if self.differs(candidate, found, expected) and signature(found, expected) == kind:
                return candidate
        return None

    def check(self, cases, results, keep):
        for case, (found, expected) in zip(cases, results):
            self.count += 1
            if not self.differs(case, found, expected):
                continue
            kind = signature(found, expected)
            self.buckets[kind] = self.buckets.get(kind, 0) + 1
            if self.buckets[kind] > 1:
                continue
            small = case
            if not found.startswith("HANG"):
                small = self.shrunk(case, found, expected)
                again = self.both([small])[0]
                if self.differs(small, *again):       # else it took what came before it
                    found, expected = again
            self.show(small, found, expected)
            if keep:
                folder = os.path.join(HERE, "corpus", self.name)
                os.makedirs(folder, exist_ok=True)
                with open(os.path.join(folder, "found.txt"), "a", encoding="ascii") as file:
                    file.write(ascii(small) + "\n")

    def show(self, case, found, expected):
        """Prints a finding, from where the results begin to differ."""
        if found.startswith("CRASH"):
            found = found[:20] + found[20:][-2900:]            # the end says what happened
        written = case[1] if self.name == "program" else ascii(case)[:8000]
        start = len(os.path.commonprefix((found, expected)))
        start = max(found.rfind("\n", 0, start), found.rfind(" | ", 0, start), start - 300, 0)
        print(f"--- {self.name}: finding {len(self.buckets)}\ninput:    {written}\nkrait:    {found[start:start + 3000]}\npython:   {expected[start:start + 3000]}", flush=True)

    def batch(self, seed, number):
        chance = random.Random(f"{seed}/{number}")
        return [self.module.generate(chance, self.corpus) for _ in range(getattr(self.module, "BATCH", 200))]

    def fuzz(self, seed, seconds, limit, keep):
        end, number, cases = time.time() + seconds, 0, self.batch(seed, 0)
        while cases and time.time() < end and self.count < limit:
            state = self.pair(cases)
            number += 1
            following = self.batch(seed, number)       # made while the workers are busy
            self.check(cases, self.gather(cases, state), keep)
            cases = following

    def replay(self, cases, size=100):
        for start in range(0, len(cases), size):
            self.check(cases[start:start + size], self.both(cases[start:start + size]), False)

    def stop(self):
        self.krait.stop()
        self.oracle.stop()


def smaller_case(case):
    """The default for shrink(): what an input is about (the first of a tuple) stays."""
    if isinstance(case, tuple) and len(case) > 1 and isinstance(case[0], str):
        for i, item in enumerate(case[1:], 1):
            for shorter in smaller(item):
                yield case[:i] + (shorter,) + case[i + 1:]
    else:
        yield from smaller(case)


def signature(found, expected):
    """What kind of finding this is: the results without what varies from input to input."""
    def plain(text):
        if text.startswith("CRASH"):
            place = re.findall(r"#\d+ 0x\w+ in (\w+)|runtime error: (.*)|SUMMARY: (.*)", text)
            return "CRASH " + str([part for parts in place for part in parts if part][:4])
        return re.sub(r"'[^']*'|\"[^\"]*\"|[-+.\w]*\d[-+.\w]*", "#", text)[:300]
    separator = "\n" if "\n" in expected and not found.startswith("CRASH") else " | "
    pieces, others = found.split(separator), expected.split(separator)
    if len(pieces) == len(others):                     # only the first part that differs
        found, expected = (separator.join([part for part, one, other in zip(parts, pieces, others) if one != other][:1]) for parts in (pieces, others))
    return plain(found), plain(expected)


def replay_corpus(name, krait=KRAIT):
    """The number of kept inputs, and what is wrong with them."""
    with tempfile.TemporaryDirectory(prefix="krait-fuzz-") as folder:
        fuzzer = Fuzzer(name, krait, folder)
        try:
            cases, findings = fuzzer.corpus, []
            for case, (found, expected) in zip(cases, fuzzer.both(cases) if cases else ()):
                if fuzzer.differs(case, found, expected):
                    findings.append((case, found, expected))
            return len(cases), findings
        finally:
            fuzzer.stop()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("name")
    parser.add_argument("--seconds", type=float, default=None)
    parser.add_argument("--cases", type=int, default=None)
    parser.add_argument("--seed", default=str(random.randrange(10**6)))
    parser.add_argument("--krait", default=KRAIT)
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--grow", type=int)
    parser.add_argument("--replay")
    options = parser.parse_args()
    limit = options.cases or float("inf")
    seconds = options.seconds or (float("inf") if options.cases else 60)
    start = time.time()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with tempfile.TemporaryDirectory(prefix="krait-fuzz-") as folder:
        fuzzer = Fuzzer(options.name, os.path.abspath(options.krait), folder)
        try:
            if options.grow:
                os.makedirs(os.path.join(HERE, "corpus", options.name), exist_ok=True)
                chance = random.Random(options.seed)
                write_cases(os.path.join(HERE, "corpus", options.name, "made.txt"), [fuzzer.module.generate(chance, []) for _ in range(options.grow)])
            elif options.replay:
                fuzzer.replay(read_cases(options.replay))
            else:
                fuzzer.fuzz(options.seed, seconds, limit, options.keep)
        except KeyboardInterrupt:
            pass
        finally:
            fuzzer.stop()
    total = sum(fuzzer.buckets.values())
    print(f"{options.name}: {fuzzer.count} inputs in {time.time() - start:.0f} s, seed {options.seed}: {total} findings of {len(fuzzer.buckets)} kinds, "
          f"{fuzzer.skipped} not compared (time or memory)")
    return total > 0


if __name__ == "__main__":
    sys.exit(main())
