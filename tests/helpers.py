"""What the tests share: where things are, how much time there is, and how another interpreter is run.

For tests that krait runs (there sys.executable is krait) and for the programs of this folder that python3.11 runs.
"""
import os
import subprocess
import sys

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
FUZZ = os.path.join(TOP, "tests", "fuzz")
ORACLE = "/usr/bin/python3.11"
SLOW = int(os.environ.get("KRAIT_TEST_SLOW", "1"))      # how many times longer all may take: see run.py
ASAN, TSAN = "asan" in os.path.abspath(sys.executable), "tsan" in os.path.abspath(sys.executable)


def environment(**more):
    """The caller's variables without PYTHON*, which would change what is tested."""
    return {**{name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}, **more}


def rarer_collections():
    """environment() for what recurses as deep as it can: each collection looks through the whole stack, so that one at every 1000th allocation (KRAIT_GC_STRESS=1000) would take hours."""
    return environment(**{name: os.environ[name] + "00" for name in ("KRAIT_GC_STRESS", "KRAIT_GC_STRESS_YOUNG") if name in os.environ})


def run(*arguments, interpreter=sys.executable, seconds=60, **options):
    """The finished process of an interpreter with these arguments, its output as text. Without input and PYTHON* variables, unless the options say otherwise."""
    if "input" not in options:
        options.setdefault("stdin", subprocess.DEVNULL)
    return subprocess.run([interpreter, *arguments], timeout=seconds * SLOW, **{"capture_output": True, "text": True, "env": environment(), **options})


def outcome(*arguments, **options):
    """(exit status, standard output, standard error) of run()."""
    done = run(*arguments, **options)
    return done.returncode, done.stdout, done.stderr


def run_limited(limit, *arguments, **options):
    """run() under a limit of the shell's ulimit: "-v KILOBYTES" of addresses, "-s KILOBYTES" of stack."""
    return run("-c", f'ulimit {limit} && exec "$0" "$@"', sys.executable, *arguments, interpreter="/bin/sh", **options)
