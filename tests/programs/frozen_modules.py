"""The modules whose code lies in the program: names, specs, code, errors, and how their frames look in tracebacks."""
import _imp
import os
import subprocess
import sys


def attempt(function, *args):
    try:
        result = function(*args)
    except Exception as e:
        result = f"{type(e).__name__}: {e} {getattr(e, 'name', '')}"
    if hasattr(result, "co_filename"):
        result = result.co_filename, result.co_name, len(result.co_code)
    print(ascii((function.__name__, *args, result)))


print(_imp._frozen_module_names())
for name in _imp._frozen_module_names():
    print(name, _imp.find_frozen(name), _imp.is_frozen_package(name))
    attempt(_imp.get_frozen_object, name)
for function in (_imp.is_frozen, _imp.find_frozen, _imp.get_frozen_object, _imp.is_frozen_package, _imp.init_frozen):
    for name in ("nothing", "", 5, b"os", "\udc80"):
        attempt(function, name)
for data in (b"", b"N", 5, None):
    attempt(_imp.get_frozen_object, "os", data)
for override in (-1, 1, 0):
    _imp._override_frozen_modules_for_tests(override)
    print(_imp._frozen_module_names()[:5], _imp.is_frozen("os"), _imp.is_frozen("zipimport"))
for name in ("os", "site", "zipimport", "_frozen_importlib", "_frozen_importlib_external", "posixpath"):
    module = sys.modules[name]
    print(module, module.__spec__, module.__loader__, getattr(module, "__file__", None), getattr(module.__spec__, "loader_state", None), getattr(module, "__origname__", None),
          getattr(module, "__cached__", None))
print(sys.path_hooks[0])
import __phello__.ham.eggs
import __phello__.spam
print(__phello__, __phello__.__path__, __phello__.ham.eggs)


def run(*args):
    done = subprocess.run([sys.executable, *args], capture_output=True, text=True)
    print(args, done.returncode, done.stdout, done.stderr.replace(sys.executable, "PYTHON"))


run("-X", "frozen_modules=off", "-c", "import os, zipimport; print(os, zipimport, os.getenv.__code__.co_filename)")
run("-X", "frozen_modules=on", "-c", "import os; print(os, os.getenv.__code__.co_filename)")
run("-X", "frozen_modules", "-c", "import os; print(os)")
run("-X", "frozen_modules=maybe", "-c", "import os; print(os)")
run("-c", "import os; os.makedirs(5)")
run("-X", "frozen_modules=off", "-c", "import os; os.makedirs(5)")
run("-m", "nosuchmodule.x")
run("-O", "-c", "import os, codecs; print(os.getenv.__doc__, __debug__)")
run("-OO", "-c", "import os, codecs; print(os.getenv.__doc__, __debug__)")
