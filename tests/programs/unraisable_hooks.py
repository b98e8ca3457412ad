"""What is told of exceptions that nobody can catch, when sys.unraisablehook is missing, no function, or fails itself; and the repr of long matches."""
import gc
import io
import re
import sys


armed = False


def callback(phase, info):
    global armed
    if armed:
        armed = False
        1 / 0


def failing(unraisable):
    raise KeyError("hook")


gc.callbacks.append(callback)
for hook in None, 5, failing, lambda unraisable: None, sys.__unraisablehook__:
    sys.unraisablehook = hook
    sys.stderr = io.StringIO()
    armed = True
    gc.collect()
    print(re.sub(r" at 0x\w+", "", sys.stderr.getvalue()))
del sys.unraisablehook
for size in 46, 47, 48, 49, 50, 51, 100:
    print(re.match(".*", "x" * size), re.match(b".*", b"x" * size))
