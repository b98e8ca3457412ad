"""Threads that change the same dicts, lists, sets, classes, modules and iterators while one collects without pause, signals arrive and the process forks: no crash, no lost update.

Usage: krait tests/fuzz/thread_storm.py [SECONDS [THREADS]]. A switch interval of 1 microsecond lets the threads take turns at every safe point. What one bytecode
(or one native call) does is not lost, as under CPython's lock: what Exact counts must be right at the end, to the last one. The main thread mutates too, so that signal handlers, which
only it runs, come in the middle of everything; some raise.
"""
import array
import collections
import contextvars
import copy
import functools
import gc
import heapq
import io
import itertools
import json
import os
import pickle
import queue
import random
import re
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


class Other:
    def f(self):
        return "other"


class Interrupted(Exception):
    """Raised by a signal handler."""


class Exact:
    """Operations that are one step under the interpreter's lock, done by all threads to the same objects, each counted by the thread that did it."""

    def __init__(self, threads):
        self.operations = [getattr(self, name) for name in vars(Exact) if name.startswith("do_")]
        self.done = {operation: [0] * threads for operation in self.operations}   # by thread: only that thread adds
        self.dict, self.set, self.deque, self.bytes, self.list, self.first = {}, set(), collections.deque(), bytearray(), [], {}
        self.numbers, self.count = [], itertools.count()
        plus_one = (1).__add__
        self.iterators = {
            "range": iter(range(1 << 40)), "enumerate": map(lambda p: p[0], enumerate(itertools.repeat(None))), "zip": zip(range(1 << 40), itertools.repeat(None)), "map": map(abs, range(1 << 40)),
            "map_twice": map((-1).__add__, map(plus_one, range(1 << 40))), "filter": filter(plus_one, itertools.count()), "islice": itertools.islice(itertools.count(), 1 << 40),
            "chain": itertools.chain(range(100), range(100, 1 << 40)), "accumulate": itertools.accumulate(itertools.repeat(1), initial=0),
            "compress": itertools.compress(itertools.count(), itertools.repeat(1)), "pairwise": itertools.pairwise(range(1 << 40)), "dropwhile": itertools.dropwhile((0).__gt__, itertools.count()),
            "takewhile": itertools.takewhile((-1).__lt__, itertools.count()), "longest": itertools.zip_longest(range(1 << 40), "ab"), "call": iter(itertools.count().__next__, -1),
        }
        self.taken = {name: [] for name in self.iterators}
        self.file = tempfile.TemporaryFile("wb")
        self.text = tempfile.TemporaryFile("w+", newline="")
        self.memory = io.StringIO()
        self.generator = (n for n in range(1 << 40))
        self.generated = []
        self.wrong = []
        self.bags = {"list": [], "insert": [], "dict": {}, "set": set(), "deque": collections.deque(), "heap": []}   # what is put in is taken out once
        self.taken_out = {name: [] for name in self.bags}
        self.holders = [Node(), type("Holder", (), {}), types.ModuleType("holder"), lambda: None, {}]   # attributes and names: each is there, with the value that it got last
        self.calls = [0] * threads
        self.pipe = os.pipe()
        self.array = array.array("q")

    @functools.lru_cache(50)
    def cached(self, n):
        return [n]

    def step(self, me, chance):
        operation = chance.choice(self.operations)
        if operation(me, self.done[operation][me], chance) is not False:
            self.done[operation][me] += 1

    # Each may end in the middle only before it has done anything (False: it has done nothing). A check says how many times it was done, by what is there.

    def do_dict(self, me, n, chance):
        self.dict[me, n] = n

    def do_set(self, me, n, chance):
        self.set.add((me, n))

    def do_deque(self, me, n, chance):
        self.deque.append(me), self.deque.append(me), self.deque.popleft()

    def do_bytes(self, me, n, chance):
        self.bytes.extend(b"abc")

    def do_array(self, me, n, chance):
        self.array.append(n)

    def do_list(self, me, n, chance):
        self.list.extend([me, n])

    def do_setdefault(self, me, n, chance):
        found = self.first.setdefault(n, object())
        if self.first[n] is not found:
            self.wrong.append("setdefault gave two values")

    def do_count(self, me, n, chance):
        self.numbers.append(next(self.count))

    def do_next(self, me, n, chance):
        name = chance.choice(list(self.iterators))
        item = next(self.iterators[name])
        self.taken[name].append(item[0] if isinstance(item, tuple) else item)

    def do_file(self, me, n, chance):
        self.file.write(b"0123456")

    def do_text(self, me, n, chance):
        self.text.write("a line\n")

    def do_memory(self, me, n, chance):
        self.memory.write("some text")

    def do_generator(self, me, n, chance):
        try:
            self.generated.append(next(self.generator))
        except ValueError:   # generator already executing: as in CPython
            return False

    def do_bag(self, me, n, chance):
        name = chance.choice(list(self.bags))
        bag, item = self.bags[name], (me, n)
        if name == "dict":
            bag[item] = None
            item, _ = bag.popitem()
        elif name == "set":
            bag.add(item)
            item = bag.pop()
        elif name == "heap":
            heapq.heappush(bag, item)
            item = heapq.heappop(bag)
        elif name == "insert":
            bag.insert(chance.randrange(3), item)
            item = bag.pop(0)
        else:
            bag.append(item)
            if chance.randrange(2):
                bag.reverse()
            item = bag.pop()
        self.taken_out[name].append(item)

    def do_attribute(self, me, n, chance):
        holder, name = self.holders[n % 5], f"of_{me}_{n % 50}"
        if holder.__class__ is dict:
            holder[name] = n
        else:
            setattr(holder, name, n)

    def do_cache(self, me, n, chance):
        self.cached(n % 100)

    def do_pipe(self, me, n, chance):
        os.write(self.pipe[1], b"x" * 16)
        self.calls[me] += len(os.read(self.pipe[0], 16))

    def check(self):
        done = {operation.__name__: sum(d) for operation, d in self.done.items()}
        most = {operation.__name__: max(d) for operation, d in self.done.items()}
        self.file.flush()
        self.text.seek(0)
        cache = Exact.cached.cache_info()
        there = {
            "do_dict": len(self.dict), "do_set": len(self.set), "do_deque": len(self.deque), "do_bytes": len(self.bytes) // 3, "do_array": len(self.array), "do_list": len(self.list) // 2,
            "do_setdefault": done["do_setdefault"] - most["do_setdefault"] + len(self.first), "do_count": len(self.numbers), "do_next": sum(map(len, self.taken.values())),
            "do_file": os.fstat(self.file.fileno()).st_size // 7, "do_text": self.text.read().count("a line\n"), "do_memory": len(self.memory.getvalue()) // 9, "do_generator": len(self.generated),
            "do_bag": len({(name, item) for name, items in self.taken_out.items() for item in items}), "do_cache": cache.hits + cache.misses, "do_pipe": sum(self.calls) // 16,
        }
        wrong = self.wrong + [f"{name}: {done[name]} done, {size} there" for name, size in there.items() if done[name] != size]
        if sum(done.values()) > 100 * len(done):
            wrong += [f"{name} was never done" for name, count in done.items() if not count]
        wrong += [f"something was left in the bag of {name}" for name, bag in self.bags.items() if bag]
        for name, numbers in [("count", self.numbers), ("generator", self.generated), *self.taken.items()]:
            if sorted(numbers) != list(range(len(numbers))):
                wrong.append(f"{name} gave a number twice or never")
        for operation, counts in self.done.items():
            if operation.__name__ == "do_attribute":
                for me, count in enumerate(counts):
                    for n in range(max(count - 50, 0), count):
                        holder = self.holders[n % 5]
                        if (holder if isinstance(holder, dict) else vars(holder)).get(f"of_{me}_{n % 50}") != n:
                            wrong.append(f"an attribute of {type(holder).__name__} was lost")
        Exact.cached.cache_clear()
        self.file.close(), self.text.close()
        for end in self.pipe:
            os.close(end)
        return wrong


class Storm:
    def __init__(self, threads):
        self.threads, self.stop, self.wrong, self.signals = threads, threading.Event(), [], 0
        self.dict, self.list, self.set, self.ordered, self.deque = {}, [], set(), collections.OrderedDict(), collections.deque(maxlen=1000)
        self.any, self.sets = [3, 1, 2], [set(range(9)), {1, 2}]                  # changed in every way: only the interpreter itself must survive
        self.module, self.appended, self.weak = types.ModuleType("shared"), [0] * (threads + 1), weakref.WeakValueDictionary()
        self.queue, self.local, self.lock, self.locked = queue.SimpleQueue(), threading.local(), threading.Lock(), [0, 0]
        self.iterators = [iter(self.list), iter(self.dict), itertools.cycle("abc"), iter(self.set)]
        self.total, self.started, self.exact, self.ended = [0] * (threads + 1), [0] * (threads + 1), Exact(threads + 1), []
        self.node, self.node_class, self.error, self.variable = Node(), type("Changing", (Node,), {}), ValueError("shared"), contextvars.ContextVar("shared")
        self.bytes, self.workers, self.may_raise = bytearray(b"0123456789"), [], False
        self.actions = [getattr(self, name) for name in vars(Storm) if name.startswith("on_")]
        self.normal = set()                     # names of the actions that have once ended without an exception

    # What threads do; k is a small number by chance. RuntimeError (changed size), KeyError, AttributeError, IndexError, StopIteration are what Python says of such use.

    def on_dict(self, me, k, chance):
        self.dict[k] = [me] * chance.randrange(50)
        self.dict.pop(chance.randrange(200), None)

    def on_append(self, me, k, chance):
        self.list.append((me, k))
        self.appended[me] += 1

    def on_set(self, me, k, chance):
        self.set.add(k), self.set.discard(chance.randrange(200))
        a, b = chance.choice(self.sets), chance.choice(self.sets)
        a.update(range(k % 20)), a.intersection_update(range(9)), a.symmetric_difference_update(b), a | b, a <= b, a == b
        if k % 3 == 0:
            b.pop()

    def on_list(self, me, k, chance):
        any = self.any
        action = chance.randrange(9)
        if action == 0:
            any[k % 5:k % 11] = range(k % 7)
        elif action == 1:
            any.sort(key=lambda x: -x)   # ValueError: list modified during sort
        elif action == 2:
            any.insert(k, k), any.reverse()
        elif action == 3:
            any[:] = [x for x in any if x % 3]
            any.extend(any[:5])
        elif action == 4:
            any *= k % 3
        elif action == 5:
            del any[50:], any[::2]
        elif action == 6:
            any == list(any), any.index(k) if k in any else None, any.count(1)
        elif action == 7:
            any.remove(any[k % 3])
        else:
            any += [1, 2, k]
            tuple(any), sum(any), max(any, default=0)

    def on_class(self, me, k, chance):
        name = f"a{k}"
        if chance.randrange(2):
            setattr(Shared, name, lambda self: k)
        elif hasattr(Shared, name):
            delattr(Shared, name)
        x = type("T", (Shared,), {"f": lambda self: k})()
        x.f(), x.__dict__.update(a=1), len(Shared.__subclasses__())

    def on_bases(self, me, k, chance):
        cls = self.node_class
        cls.__bases__ = chance.choice([(Node,), (Node, Other), (Other, Node)])
        node = cls()
        node.__class__ = Node if k % 2 else cls
        isinstance(node, Other), getattr(node, "f", int)(), cls.__mro__, cls.__name__

    def on_instance(self, me, k, chance):
        node, name = self.node, f"n{k % 30}"
        if chance.randrange(3):
            setattr(node, name, k), getattr(node, name, None)
        else:
            delattr(node, name)
        if k == 0:
            node.__dict__ = dict(node.__dict__)
        len(vars(node)), list(vars(node))

    def on_module(self, me, k, chance):
        setattr(self.module, f"m{k}", k), getattr(self.module, f"m{k}", None), self.module.__dict__.pop(f"m{k}", None)
        globals()[f"global_{k % 9}"] = k
        if k % 9 == 0:
            exec(f"global_{k % 9}, len, int", globals())

    def on_next(self, me, k, chance):
        next(self.iterators[chance.randrange(len(self.iterators))], None)

    def on_iter(self, me, k, chance):
        source = chance.choice((self.list, self.dict, self.set, self.deque, self.ordered, self.any, self.dict.items(), self.bytes))
        made = iter(source) if k % 4 else iter(list(source))
        self.iterators[chance.randrange(len(self.iterators))] = made

    def on_made_iterators(self, me, k, chance):
        a, b = chance.choice(self.iterators), chance.choice(self.iterators)
        made = chance.choice((lambda: zip(a, b), lambda: map(repr, a), lambda: itertools.chain(a, b), lambda: itertools.islice(a, k), lambda: filter(None, a), lambda: enumerate(a), lambda: iter("abc")))
        for _ in itertools.islice(made(), 5):
            pass

    def on_deque(self, me, k, chance):
        self.deque.append(k), self.deque.rotate(1), list(itertools.islice(self.deque, 3))

    def on_ordered(self, me, k, chance):
        self.ordered[k] = k
        self.ordered.move_to_end(k), self.ordered.pop(chance.randrange(200), None)

    def on_weak(self, me, k, chance):
        n = Node()
        n.self = n
        self.weak[k] = n
        weakref.finalize(n, self.deque.append, k)

    def on_queue(self, me, k, chance):
        self.queue.put(1)
        self.total[me] += 1

    def on_lock(self, me, k, chance):
        next(Shared.counter)
        with self.lock:
            self.locked[0] += 1
            self.locked[1] += 1

    def on_copies(self, me, k, chance):
        sorted(self.dict), repr(list(self.set)[:3]), [x for x in list(self.list)[-20:]], {**self.dict}, sum(len(v) for v in self.dict.copy().values())
        repr(self.any), self.any.copy(), repr(self.node.__dict__)

    def on_libraries(self, me, k, chance):
        action = k % 5
        if action == 0:
            pickle.loads(pickle.dumps(self.any))
        elif action == 1:
            json.dumps(self.dict), json.loads("[1, [2]]")
        elif action == 2:
            re.compile(f"a{k}*(b|c)+").sub("x", "abcabc" * 5), re.purge() if k == 2 else None
        elif action == 3:
            copy.deepcopy(self.any[:3]), copy.copy(self.node)
        else:
            functools.reduce(lambda a, b: a + b, range(9)), sys.intern(f"text {k}"), compile(f"x = {k}", "", "exec")

    def on_bytes(self, me, k, chance):
        self.bytes.extend(b"ab"), self.bytes.translate(None, b"1"), self.bytes.find(b"9")
        with memoryview(self.bytes) as view:
            view[0] = 65
            bytes(view[:4])
        del self.bytes[20:]   # BufferError: another thread looks at it

    def on_error(self, me, k, chance):
        try:
            raise self.error
        except ValueError as e:
            e.__traceback__, repr(e)
            if k % 8 == 0:
                e.__traceback__ = None

    def on_context(self, me, k, chance):
        self.variable.set(k)
        contextvars.copy_context().run(self.variable.get)

    def on_thread(self, me, k, chance):
        if k < 20:
            t = threading.Thread(target=self.ended.append, args=(me,))
            t.start(), t.join()
            self.started[me] += 1

    def on_import(self, me, k, chance):
        if k < 5:
            sys.modules.pop("colorsys", None)
            __import__("colorsys")   # KeyError: another thread took it out meanwhile

    def on_frames(self, me, k, chance):
        frames = list(sys._current_frames().values())
        [f.f_lineno for f in frames], [sorted(f.f_locals) for f in frames[:2]]

    def on_signal(self, me, k, chance):
        if k < 20:
            signal.pthread_kill(chance.choice(self.workers).ident or threading.get_ident(), signal.SIGALRM)   # any thread may get it; the main one runs the handler

    def on_exact(self, me, k, chance):
        for _ in range(9):
            self.exact.step(me, chance)

    def act(self, me, chance, actions):
        action = chance.choice(actions)
        try:
            action(me, chance.randrange(200), chance)
            self.normal.add(action.__name__)
        except (KeyError, AttributeError, StopIteration, IndexError, BufferError, Interrupted, ProcessLookupError):
            pass
        except (RuntimeError, ValueError, TypeError) as e:
            if not re.search("changed size|mutated|changed during|modified during|not in list|not in deque|already executing|bases|layout|object expected|no such|Set changed", str(e)):
                self.wrong.append(repr(e))
        except BaseException as e:
            self.wrong.append(repr(e))

    def mutate(self, me):
        chance = random.Random(me)
        self.local.mine = me
        while not self.stop.is_set():
            self.act(me, chance, self.actions + [self.on_exact] * 10)
            if self.local.mine != me:
                self.wrong.append("thread-local data of another thread")

    def collect(self):
        while not self.stop.is_set():
            gc.collect()

    def handler(self, number, frame):
        self.signals += 1
        self.dict.update({-1: [self.signals]})
        if self.may_raise and self.signals % 7 == 0:
            raise Interrupted

    def child(self):
        """What is left after a fork works: the collector, locks, threads, files, imports."""
        signal.setitimer(signal.ITIMER_REAL, 0)
        gc.collect()
        ended = queue.SimpleQueue()

        def use():
            import sched   # not what other threads were importing: the lock of that module is theirs, as in CPython
            with tempfile.TemporaryFile("w") as f:
                f.write("text")
            self.exact.deque.append(sched)
            ended.put(1)

        if "TSAN_OPTIONS" in os.environ:   # its own records are of threads that are not there any more, and crash it when another is started
            [use() for _ in range(3)]
        else:
            ts = [threading.Thread(target=use) for _ in range(3)]
            for t in ts:
                t.start()
            for t in ts:
                t.join(60)
        gc.collect()
        os._exit(0 if sum(range(1000)) == 499500 and ended.qsize() == 3 else 1)

    def main_thread(self, end):
        """Forks, and between that does what the others do, under signals that may raise: where that would make a count wrong, they do not."""
        chance, me = random.Random(-1), self.threads
        counting = [self.on_append, self.on_queue, self.on_lock, self.on_thread, self.on_exact]
        others = [action for action in self.actions if action not in counting]
        while time.monotonic() < end:
            pid = os.fork()
            if pid == 0:
                self.child()
            if os.waitpid(pid, 0)[1]:
                self.wrong.append("a child after fork")
            for _ in range(20):
                self.act(me, chance, counting)
            try:
                self.may_raise = True
                for _ in range(60):
                    self.act(me, chance, others)
                self.may_raise = False
            except Interrupted:
                self.may_raise = False

    def begin(self, daemon=False):
        signal.signal(signal.SIGALRM, self.handler)
        signal.setitimer(signal.ITIMER_REAL, 0.005, 0.005)
        sys.setswitchinterval(1e-6)
        self.workers = [threading.Thread(target=self.mutate, args=(i,), daemon=daemon) for i in range(self.threads)] + [threading.Thread(target=self.collect, daemon=daemon)]
        for t in self.workers:
            t.start()

    def run(self, seconds):
        """What went wrong."""
        old, interval = signal.getsignal(signal.SIGALRM), sys.getswitchinterval()
        hook, sys.unraisablehook = sys.unraisablehook, lambda args: args.exc_type is Interrupted or self.wrong.append(repr(args))
        self.begin()
        try:
            self.main_thread(time.monotonic() + seconds)
        finally:
            self.stop.set()
            for t in self.workers:
                t.join()
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, old)
            sys.setswitchinterval(interval)
            sys.unraisablehook = hook
        return self.wrong + self.check() + self.exact.check()

    def check(self):
        for name in [n for n in vars(Shared) if n.startswith("a")]:
            delattr(Shared, name)
        counts = [("appended", sum(self.appended), len(self.list)), ("threads started", sum(self.started), len(self.ended)), ("put", sum(self.total), self.queue.qsize()),
                  ("updates under a lock", *self.locked)]
        never = [action.__name__ for action in self.actions if action.__name__ not in self.normal] if sum(self.appended) > 20 else []
        return [f"{done} {what}, {there} there" for what, done, there in counts if done != there] + ["no signal arrived"] * (not self.signals) + [f"{name} never ended well" for name in never]


def storm(seconds, threads):
    return Storm(threads).run(seconds)


def main():
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 60
    threads = int(sys.argv[2]) if len(sys.argv) > 2 else 50
    wrong = storm(seconds, threads)
    print(*wrong[:20], sep="\n")
    print(f"{threads} threads, {seconds:g} s: {len(wrong)} wrong")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
