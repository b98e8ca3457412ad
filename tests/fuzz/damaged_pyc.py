"""Damages .pyc files at random and runs what can be loaded of them: no crash, whatever the bytes are, and no loop that signals do not end.

Usage: krait tests/fuzz/damaged_pyc.py [COUNT [SEED]]. Every second file is imported, the others are loaded by marshal and run, or, when the verifier refuses that, as much of their code as it
accepts; then functions of the module are called. A file that crashes is kept, and its name printed; the exit status is 1 then. What does not end within half a second is run again by itself, with
more time and watched: the report says whether it is a program that only takes long, or a loop without end that the damage has made, where it is, and how the signal ended it. One that no signal
reaches counts as a crash.
"""
import ast
import collections
import importlib.util
import os
import py_compile
import random
import re
import subprocess
import sys
import tempfile

MODULES = ["json.decoder", "textwrap", "heapq", "string", "copy", "bisect", "fractions", "dataclasses", "re._parser", "contextlib", "functools", "tokenize"]
BATCH = 50
LONGER = 10             # seconds for a file that was stopped
SILENT = 120            # seconds without the end of a batch: signals do not arrive
STUBBORN = 77           # exit status: the code goes on after many interrupts, whose exceptions it handles
OPTIONS = ["-S", "-W", "ignore", "-X", "max-heap=1G"]
# Damage can make a loop that handles the very exception of the interrupt: only the handler itself can end it then.
RUNNER = """
import importlib.util, marshal, os, signal, sys, types
sys.setrecursionlimit(400)
class Stopped(BaseException): pass
stops = 0
def stop(*rest):
    global stops
    stops += 1
    if stops > 20: os._exit(%d)
    raise Stopped
def codes(code):
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType): yield from codes(constant)
def call(function):
    try:
        result = function(*("ab" for _ in range(function.__code__.co_argcount)))
        if isinstance(result, types.GeneratorType): next(result)
    except Exception:
        pass
def run(path, number):
    if number %% 2:
        spec = importlib.util.spec_from_file_location("x", path)
        module = importlib.util.module_from_spec(spec)
        space = module.__dict__
        spec.loader.exec_module(module)
    else:
        with open(path, "rb") as file:
            code = marshal.loads(file.read()[16:])
        space = {"__name__": "x", "__builtins__": __builtins__}
        try:
            exec(code, space)
        except ValueError:
            for each in codes(code):     # what is sound of it
                call(types.FunctionType(each, space, "f", None, tuple(types.CellType("a") for _ in each.co_freevars)))
    for value in list(space.values()):
        if isinstance(value, types.FunctionType) and value.__module__ == "x":
            call(value)
""" % STUBBORN
ALL = RUNNER + """
signal.signal(signal.SIGVTALRM, stop)
for path in sys.argv[1:]:
    os.write(2, b"\\n" + path.encode() + b" begins")
    stops, how = 0, "ran"
    try:
        signal.setitimer(signal.ITIMER_VIRTUAL, .5, .5)
        run(path, int(path[:-4].rpartition("x")[2]))
    except BaseException as error:
        how = type(error).__name__
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    os.write(2, f"\\n{path} {'stopped' if stops else how}\\n".encode())
"""
# Watches one file: where it is whenever the signal arrives, until it ends or its time is over; then it is interrupted.
ONE = RUNNER + """
import time
path, seconds = sys.argv[1], float(sys.argv[2])
ticks, raised, places, alive, begin = 0, 0, [], None, time.process_time()
def tell(how):
    os.write(1, ascii((how, round(time.process_time() - begin, 2), ticks, places[-1] if places else None, sorted({place[1] for place in places if places[-1][0] == place[0]}))).encode())
def watch(number, frame):
    global ticks, raised, alive
    ticks += 1
    frames = []
    while frame:
        if frame.f_code.co_filename not in own: frames.append(frame)
        frame = frame.f_back
    # The innermost frame of those that were there at each tick: that is where the loop is.
    alive = set(map(id, frames)) if alive is None else alive & set(map(id, frames))
    inner = [frame for frame in frames if id(frame) in alive]
    if inner: places.append((inner[0].f_code.co_qualname, inner[0].f_lasti))
    del frame, frames, inner
    if time.process_time() - begin > seconds:
        if raised > 20:
            tell("handled every exception, ended from the signal handler")
            os._exit(0)
        raised += 1
        raise Stopped
own = {watch.__code__.co_filename, "<frozen importlib._bootstrap>", "<frozen importlib._bootstrap_external>", importlib.util.__file__}
signal.signal(signal.SIGVTALRM, watch)
signal.setitimer(signal.ITIMER_VIRTUAL, .05, .05)
try:
    run(path, int(sys.argv[3]))
    how = "ended by itself"
except Stopped:
    how = "ended by the signal's exception"
except BaseException as error:
    how = "ended by itself"
signal.setitimer(signal.ITIMER_VIRTUAL, 0)
tell(how)
"""


def originals(folder):
    for module in MODULES:
        source = importlib.util.find_spec(module).origin
        path = py_compile.compile(source, os.path.join(folder, module + ".pyc"), doraise=True)
        with open(path, "rb") as file:
            yield file.read()


def damaged(datas, chance):
    """Bytes, and what was done: the module's number and the places."""
    which = chance.randrange(len(datas))
    data, places = bytearray(datas[which]), []
    for _ in range(chance.randint(1, 8)):
        places.append(chance.randrange(16, len(data)))
        data[places[-1]] = chance.randrange(256)
    return bytes(data), (which, places)


def keep(path, number):
    kept = os.path.join(tempfile.gettempdir(), f"krait-damaged-{os.getpid()}-{number}.pyc")
    os.replace(path, kept)
    return kept


def output_of(command, folder):
    """(exit status, standard output, standard error); the status is None when nothing but SIGKILL helps."""
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=folder) as process:
        try:
            output, errors = process.communicate(timeout=SILENT)
            return process.returncode, output, errors
        except subprocess.TimeoutExpired:
            process.kill()
            output, errors = process.communicate()
            return None, output, errors


def is_crash(status, errors):
    return status is None or status < 0 or b"AddressSanitizer" in errors or b"runtime error:" in errors


def classified(krait, path, parity, folder, seconds=LONGER):
    """What kind of program a stopped file is: (whether that is a fault of krait's, the kind, where)."""
    status, output, errors = output_of([krait, *OPTIONS, "-c", ONE, path, str(seconds), str(parity)], folder)
    if is_crash(status, errors):
        return True, "signals do not end it" if status is None else f"crash, status {status}", ""
    if not output:
        return False, "ended by itself", f"exit status {status}"
    how, seconds, ticks, place, offsets = ast.literal_eval(output.decode().splitlines()[-1])
    if how == "ended by itself":
        return False, how, f"after {seconds} s"
    if not ticks:
        return True, "signals do not arrive", ""
    return False, how, f"loop in {place[0]}, offsets {offsets[0]} to {offsets[-1]}" if place else ""


class Report:
    def __init__(self):
        self.crashes, self.stopped = [], []       # paths; (path, kind, where)
        self.ends = collections.Counter()         # "ran", "stopped", or the class of the exception

    def summary(self):
        return dict(collections.Counter(kind for path, kind, where in self.stopped))


def damage(count, seed, krait=sys.executable, progress=False):
    """Runs `count` damaged files: a Report."""
    report, chance = Report(), random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        datas = list(originals(folder))
        while count > 0:
            paths, done_to = [os.path.join(folder, f"x{i}.pyc") for i in range(min(BATCH, count))], {}
            count -= BATCH
            for path in paths:
                data, done_to[path] = damaged(datas, chance)
                with open(path, "wb") as file:
                    file.write(data)
            while paths:
                status, output, errors = output_of([krait, *OPTIONS, "-c", ALL, *paths], folder)
                ends = {i: re.findall(rb"\n" + re.escape(path.encode()) + rb" (\w+)", errors) for i, path in enumerate(paths)}
                ran = [i for i in ends if ends[i]]
                last = max(ran, default=0)
                report.ends.update(ends[i][-1].decode() if len(ends[i]) > 1 else "ended the process" for i in ran)
                crash = is_crash(status, errors)
                if crash:
                    report.crashes.append(keep(paths[last], len(report.crashes)))
                for i in ran:
                    if b"stopped" in ends[i] or (i == last and status == STUBBORN):
                        fault, kind, where = classified(krait, paths[i], int(paths[i][:-4].rpartition("x")[2]), folder)
                        module, places = MODULES[done_to[paths[i]][0]], done_to[paths[i]][1]
                        kept = keep(paths[i], f"stopped-{len(report.stopped)}")
                        report.stopped.append((kept, kind, f"{module}, bytes {places}: {where}"))
                        if fault:
                            report.crashes.append(kept)
                paths = paths[last + 1:]   # sys.exit in damaged code ends the process, too: the rest gets another
            if progress and count > 0 and count % 1000 == 0:
                print(f"{count} to go: {len(report.crashes)} crashes, {len(report.stopped)} stopped", flush=True)
    return report


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(10**6)
    report = damage(count, seed, progress=True)
    for path in report.crashes:
        print("CRASH", path)
    for path, kind, where in report.stopped:
        print(f"{path}: {kind}; {where}")
    print("how they ended:", ", ".join(f"{how} {number}" for how, number in report.ends.most_common(12)))
    print(f"seed {seed}: {len(report.crashes)} crashes of {count}, {len(report.stopped)} stopped after half a second: {report.summary()}")
    return bool(report.crashes)


if __name__ == "__main__":
    sys.exit(main())
