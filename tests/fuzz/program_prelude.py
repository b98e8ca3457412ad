import functools, itertools, math, collections, operator, traceback, sys, contextlib, dataclasses, enum, io, copy, json, pickle, struct, array, re, textwrap, heapq, binascii
Pair = collections.namedtuple('Pair', 'left right')
fuel = 2500
class Stop(BaseException): pass
class Oops(Exception):
    def __init__(self, *args, code=0):
        super().__init__(*args)
        self.code = code
def tick():
    global fuel
    fuel -= 1
    if fuel < 0: raise Stop
def show(x, depth=0):
    if depth > 4: return '...'
    if isinstance(x, (set, frozenset)): return type(x).__name__ + '{' + ', '.join(sorted(show(y, depth + 1) for y in x)) + '}'
    if type(x) is list: return '[' + ', '.join(show(y, depth + 1) for y in x[:30]) + ']'
    if type(x) is tuple: return '(' + ', '.join(show(y, depth + 1) for y in x[:30]) + ',)'
    if type(x) is dict: return '{' + ', '.join(show(k, depth + 1) + ': ' + show(v, depth + 1) for k, v in list(x.items())[:30]) + '}'
    if isinstance(x, BaseException): return f'{type(x).__name__}{x.args!r}'[:300]
    if isinstance(x, type) or callable(x) and hasattr(x, '__qualname__'): return '<' + getattr(x, '__qualname__', '?') + '>'
    r = ascii(x)
    return r[:300] if ' at 0x' not in r else '<' + type(x).__name__ + '>'
def say(*xs): print(*[show(x) for x in xs])
def chain(e, depth=0):
    if e is None or depth > 4: return ''
    return f'{show(e)} <- {chain(e.__cause__, depth + 1)} / {"-" if e.__suppress_context__ else chain(e.__context__, depth + 1)}'
def drive(make, *actions):
    try:
        g = make()
    except Exception as e:
        return say('no generator', e)
    try:
        for what, value in actions:
            tick()
            try:
                if what == 'next': say('next', next(g))
                elif what == 'send': say('send', g.send(value))
                elif what == 'throw': say('throw', g.throw(value))
                elif what == 'close': say('close', g.close())
            except StopIteration as e: say('stop', e.value)
            except Exception as e: say('raised', chain(e))
    finally:
        g.close()
        say(g.gi_frame is None, g.gi_running)
class Wait:
    def __init__(self, value): self.value = value
    def __await__(self):
        got = yield self.value
        return (self.value, got)
def run(coroutine):
    steps = []
    try:
        value = coroutine.send(None)
        while True:
            tick()
            steps.append(value)
            value = coroutine.throw(ValueError('thrown')) if value == 13 else coroutine.send(len(steps))
    except StopIteration as e:
        say('done', steps[:20], e.value)
    except Exception as e:
        say('failed', steps[:20], chain(e))
    finally:
        coroutine.close()
class Manager:
    def __init__(self, name, swallow=()): self.name, self.swallow = name, swallow
    def __enter__(self):
        say('enter', self.name)
        return self.name
    def __exit__(self, kind, error, trace):
        say('exit', self.name, kind, error)
        return bool(self.swallow) and isinstance(error, self.swallow)
    async def __aenter__(self):
        say('aenter', self.name, await Wait(self.name))
        return self.name
    async def __aexit__(self, kind, error, trace):
        say('aexit', self.name, kind, error)
        return bool(self.swallow) and isinstance(error, self.swallow)
class Items:
    def __init__(self, *items): self.items = items
    def __aiter__(self): return self
    async def __anext__(self):
        if not self.items: raise StopAsyncIteration
        item, *self.items = self.items
        await Wait(item)
        return item
def traced(name):
    def decorate(f):
        @functools.wraps(f)
        def inner(*args, **kwargs):
            say('call', name, args[:3], sorted(kwargs))
            return f(*args, **kwargs)
        return inner
    return decorate
def astep(awaitable):
    steps = []
    try:
        value = awaitable.send(None)
        while True:
            tick()
            steps.append(value)
            value = awaitable.send(len(steps))
    except StopIteration as e:
        return (steps[:20], e.value)
def astream(make, *actions):
    try:
        g = make()
    except Exception as e:
        return say('no generator', e)
    try:
        for what, value in actions:
            try: say(what, astep(getattr(g, what)(value) if what in ('asend', 'athrow') else g.__anext__() if what == 'anext' else g.aclose()))
            except (StopAsyncIteration, Exception) as e: say('raised', what, chain(e))
    finally:
        try: say('closed', astep(g.aclose()), g.ag_running, g.ag_frame is None)
        except RuntimeError as e: say('not closed', e)
