"""The state of iterators: an itertools.accumulate has what has been added up so far, which may be None; one over a large range its place."""
import copy
import itertools
import pickle


def attempt(function):
    try:
        return function()
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def reduced(it):
    made, arguments, *state = it.__reduce__()
    return made.__name__, [type(argument).__name__ for argument in arguments], state


def last(total, item):
    return item


for values, function, initial in (([1, 2, 3], None, None), ([1, 2, 3], None, 5), ([None, None, 3], last, None), ([None, 1, 3], last, 7), ([], last, None)):
    for steps in range(4):
        it = itertools.accumulate(values, function, initial=initial)
        for _ in range(steps):
            next(it, None)
        print(values, initial, steps, reduced(it), list(copy.copy(it)), list(pickle.loads(pickle.dumps(it))) if function else "", attempt(lambda: list(it)))
for state in (None, 4, "a"):
    it = itertools.accumulate([1, 2, 3])
    next(it)
    it.__setstate__(state)
    print(reduced(it), attempt(lambda: list(it)))
for values in (range(10 ** 30), range(5, 10 ** 30, 10 ** 29), range(10 ** 30, -10 ** 30, -10 ** 29)):
    for state in ("a", None, [], 0, 5, 25, 10 ** 40, -3, True):
        it = iter(values)
        print(values, state, attempt(lambda: it.__setstate__(state)), next(it, "end"))
