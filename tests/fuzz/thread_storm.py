"""Threads that change the same dicts, lists, sets, classes, modules and iterators while one collects without pause, signals arrive and the process forks: no crash, no lost update.

Usage: krait tests/fuzz/thread_storm.py [SECONDS [THREADS]]. A switch interval of 1 microsecond lets the threads take turns at every safe point. What one bytecode
(or one native call) does is not lost, as under CPython's lock: what Exact counts must be right at the end, to the last one.
"""
import collections
import gc
import itertools
import os
import queue
import random
import signal
import sys
import tempfile
import threading
import time
import types
import weakref


class Shared:
    counter = itertools.count()
    slots = {}


class Node:
    pass


class Exact:
    """Operations that are one step under the interpreter's lock, done by all threads to the same objects, each counted by the thread that did it."""

    def __init__(self, threads):
        self.done = [[0] * threads for _ in range(10)]   # by operation and thread: only that thread adds
        self.dict, self.set, self.deque, self.bytes, self.list, self.first = {}, set(), collections.deque(), bytearray(), [], {}
        self.numbers, self.count = [], itertools.count()
        self.iterators = [iter(range(1 << 40)), enumerate(itertools.repeat(None)), zip(range(1 << 40), itertools.repeat(None))]
        self.taken = [[], [], []]
        self.file = tempfile.TemporaryFile("wb")
        self.generator = self.generate()
        self.generated = []
        self.wrong = []

    @staticmethod
    def generate():
        for n in range(1 << 40):
            yield n

    def step(self, me, chance):
        operation = chance.randrange(10)
        n = self.done[operation][me]
        if operation == 0:
            self.dict[me, n] = n
        elif operation == 1:
            self.set.add((me, n))
        elif operation == 2:
            self.deque.append(me), self.deque.append(me), self.deque.popleft()
        elif operation == 3:
            self.bytes.extend(b"abc")
        elif operation == 4:
            self.list.extend([me, n])
        elif operation == 5:
            mine = object()
            found = self.first.setdefault(n, mine)
            if self.first[n] is not found:
                self.wrong.append("setdefault gave two values")
        elif operation == 6:
            self.numbers.append(next(self.count))
        elif operation == 7:
            which = chance.randrange(3)
            item = next(self.iterators[which])
            self.taken[which].append(item[0] if which else item)
        elif operation == 8:
            self.file.write(b"0123456")
        else:
            try:
                self.generated.append(next(self.generator))
            except ValueError:   # generator already executing: as in CPython
                return
        self.done[operation][me] = n + 1

    def check(self):
        done = [sum(d) for d in self.done]
        self.file.flush()
        sizes = [len(self.dict), len(self.set), len(self.deque), len(self.bytes) // 3, len(self.list) // 2, max(self.done[5]) - len(self.first) + done[5], len(self.numbers),
                 sum(map(len, self.taken)), os.fstat(self.file.fileno()).st_size // 7, len(self.generated)]
        wrong = self.wrong + [f"operation {i}: {d} done, {size} there" for i, (d, size) in enumerate(zip(done, sizes)) if d != size]
        for name, numbers in [("count", self.numbers), ("generator", self.generated), *zip(("range", "enumerate", "zip"), self.taken)]:
            if sorted(numbers) != list(range(len(numbers))):
                wrong.append(f"{name} gave a number twice or never")
        self.file.close()
        return wrong


def child(exact):
    """What is left after a fork works: the collector, locks, threads, files, imports."""
    signal.setitimer(signal.ITIMER_REAL, 0)
    gc.collect()
    ended = queue.SimpleQueue()

    def use():
        import sched   # not what other threads were importing: the lock of that module is theirs, as in CPython
        with tempfile.TemporaryFile("w") as f:
            f.write("text")
        exact.deque.append(sched)
        ended.put(1)

    ts = [threading.Thread(target=use) for _ in range(3)]
    for t in ts:
        t.start()
    for t in ts:
        t.join(60)
    gc.collect()
    os._exit(0 if sum(range(1000)) == 499500 and ended.qsize() == 3 else 1)


def storm(seconds, threads):
    """What went wrong."""
    stop, wrong, signals = threading.Event(), [], [0]
    d, l, s, od, dq = {}, [], set(), collections.OrderedDict(), collections.deque(maxlen=1000)
    module, appended, weak = types.ModuleType("shared"), [0] * threads, weakref.WeakValueDictionary()
    q, local, lock, locked = queue.SimpleQueue(), threading.local(), threading.Lock(), [0, 0]
    iterators = [iter(l), iter(d), itertools.cycle("abc"), iter(s)]
    total, started, exact, ended = [0] * threads, [0] * threads, Exact(threads), []

    def mutate(me):
        chance = random.Random(me)
        local.mine = me
        while not stop.is_set():
            k = chance.randrange(200)
            action = chance.randrange(26)
            try:
                if action == 0:
                    d[k] = [me] * chance.randrange(50)
                elif action == 1:
                    d.pop(k, None)
                elif action == 2:
                    l.append((me, k))
                    appended[me] += 1
                elif action == 3:
                    s.add(k), s.discard(chance.randrange(200))
                elif action == 4:
                    setattr(Shared, f"a{k}", lambda self: k)
                elif action == 5:
                    if hasattr(Shared, f"a{k}"):
                        delattr(Shared, f"a{k}")
                elif action == 6:
                    setattr(module, f"m{k}", k), getattr(module, f"m{k}", None), module.__dict__.pop(f"m{k}", None)
                elif action == 7:
                    next(iterators[chance.randrange(len(iterators))], None)
                elif action == 8:
                    iterators[chance.randrange(len(iterators))] = iter(chance.choice((l, d, s, dq, od)))
                elif action == 9:
                    dq.append(k), dq.rotate(1), list(itertools.islice(dq, 3))
                elif action == 10:
                    od[k] = k, od.move_to_end(k), od.pop(chance.randrange(200), None)
                elif action == 11:
                    n = Node()
                    n.self = n
                    weak[k] = n
                elif action == 12:
                    q.put(1)
                    total[me] += 1
                elif action == 13:
                    next(Shared.counter)
                    with lock:
                        locked[0] += 1
                        locked[1] += 1
                elif action == 14:
                    sorted(d), repr(list(s)[:3]), [x for x in list(l)[-20:]], {**d}, sum(len(v) for v in d.copy().values())
                elif action == 15:
                    x = type("T", (Shared,), {"f": lambda self: k})()
                    x.f(), x.__dict__.update(a=1)
                elif action == 16:
                    if k < 20:
                        t = threading.Thread(target=ended.append, args=(me,))
                        t.start(), t.join()
                        started[me] += 1
                elif action == 17:
                    if k < 5:
                        sys.modules.pop("colorsys", None)
                        __import__("colorsys")   # KeyError: another thread took it out meanwhile
                elif action == 18:
                    frames = sys._current_frames()
                    [f.f_lineno for f in frames.values()], [sorted(f.f_locals) for f in list(frames.values())[:2]]
                else:
                    for _ in range(5):
                        exact.step(me, chance)
            except (RuntimeError, KeyError, AttributeError, StopIteration, ValueError) as e:
                if "changed size" not in str(e) and "mutated" not in str(e) and not isinstance(e, (KeyError, AttributeError, StopIteration)):
                    wrong.append(repr(e))
            except BaseException as e:
                wrong.append(repr(e))
            if local.mine != me:
                wrong.append("thread-local data of another thread")

    def collect():
        while not stop.is_set():
            gc.collect()

    def handler(*a):
        signals[0] += 1
        d.update({-1: [signals[0]]})

    old, interval = signal.signal(signal.SIGALRM, handler), sys.getswitchinterval()
    signal.setitimer(signal.ITIMER_REAL, 0.005, 0.005)
    sys.setswitchinterval(1e-6)
    workers = [threading.Thread(target=mutate, args=(i,)) for i in range(threads)] + [threading.Thread(target=collect)]
    try:
        for t in workers:
            t.start()
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            pid = os.fork()
            if pid == 0:
                child(exact)
            if os.waitpid(pid, 0)[1]:
                wrong.append("a child after fork")
            time.sleep(0.05)
    finally:
        stop.set()
        for t in workers:
            t.join()
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, old)
        sys.setswitchinterval(interval)
    if len(l) != sum(appended):
        wrong.append(f"{sum(appended)} appended, {len(l)} there")
    if len(ended) != sum(started):
        wrong.append(f"{sum(started)} threads started, {len(ended)} ended")
    wrong += exact.check()
    if q.qsize() != sum(total):
        wrong.append(f"{sum(total)} put, {q.qsize()} there")
    if locked[0] != locked[1]:
        wrong.append("updates under a lock were lost")
    if not signals[0]:
        wrong.append("no signal arrived")
    for name in [n for n in vars(Shared) if n.startswith("a")]:
        delattr(Shared, name)
    return wrong


def main():
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 60
    threads = int(sys.argv[2]) if len(sys.argv) > 2 else 50
    wrong = storm(seconds, threads)
    print(*wrong[:20], sep="\n")
    print(f"{threads} threads, {seconds:g} s: {len(wrong)} wrong")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
