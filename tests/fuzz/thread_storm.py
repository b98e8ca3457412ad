"""Threads that change the same dicts, lists, sets, classes, modules and iterators while one collects without pause and signals arrive: no crash, no lost update.

Usage: krait tests/fuzz/thread_storm.py [SECONDS [THREADS]]. A switch interval of 1 microsecond lets the threads take turns at every safe point. What one bytecode
(or one native call) does to a list, dict or set is not lost, as under CPython's lock: the sums at the end must be right.
"""
import collections
import gc
import itertools
import os
import queue
import random
import signal
import sys
import threading
import time
import types
import weakref


class Shared:
    counter = itertools.count()
    slots = {}


class Node:
    pass


def storm(seconds, threads):
    """What went wrong."""
    stop, wrong, signals = threading.Event(), [], [0]
    d, l, s, od, dq = {}, [], set(), collections.OrderedDict(), collections.deque(maxlen=1000)
    module, appended, weak = types.ModuleType("shared"), [0] * threads, weakref.WeakValueDictionary()
    q, local, lock, locked = queue.SimpleQueue(), threading.local(), threading.Lock(), [0, 0]
    iterators = [iter(l), iter(d), itertools.cycle("abc"), iter(s)]
    total = [0] * threads

    def mutate(me):
        chance = random.Random(me)
        local.mine = me
        while not stop.is_set():
            k = chance.randrange(200)
            action = chance.randrange(16)
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
                else:
                    x = type("T", (Shared,), {"f": lambda self: k})()
                    x.f(), x.__dict__.update(a=1)
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
            pid = os.fork() if hasattr(os, "fork") else 0
            if pid == 0:   # the only thread left goes on
                signal.setitimer(signal.ITIMER_REAL, 0)
                gc.collect()
                d.update({1: []}), l.append(1)
                os._exit(0 if sum(range(1000)) == 499500 else 1)
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
