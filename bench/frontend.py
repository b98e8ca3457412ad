#!/usr/bin/python3.11
"""Measures the front end beside CPython's, on the same files in the same run.

    frontend.py [--tool build/codedump] [--kraitc build/kraitc] [--jobs N] [--repeat N] [FOLDER...]     default: the standard library without its tests

First, lines a second of parse, compile and marshal on one core (processor time, the best of N rounds). Then `kraitc` and `python3.11 -m compileall` over a copy
of the folders with all that is in them, -f -j N: wall time, processor time, and the most memory that the command and its children held at once
(proportional set size, sampled).
"""
import argparse
import marshal
import os
import shutil
import subprocess
import sys
import tempfile
import time
import warnings

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tools"))
import identity


def lines_a_second(options):
    files = []
    for path in identity.files_below(options.paths):
        if "/test/" in path or "/tests/" in path:
            continue
        with open(path, "rb") as file:
            files.append((path, file.read()))
    lines = sum(source.count(b"\n") for _, source in files)
    cpython = ours = 1e9
    for _ in range(options.repeat):
        start = time.process_time()
        for path, source in files:
            try:
                marshal.dumps(compile(source, path, "exec", dont_inherit=True))
            except SyntaxError:
                pass
        cpython = min(cpython, time.process_time() - start)
        out = subprocess.run([options.tool, "--time", "0", *(path for path, _ in files)], capture_output=True, check=True).stdout.split()
        ours = min(ours, float(out[1]))
    print(f"{len(files)} files, {lines} lines, one core")
    print(f"python3.11 {cpython:8.3f} s {lines / cpython:10.0f} lines/s")
    print(f"krait      {ours:8.3f} s {lines / ours:10.0f} lines/s   {cpython / ours:.1f} times as fast")


def memory_of(process):
    """Proportional set size, in KiB, of a process and its children."""
    total = 0
    try:
        with open(f"/proc/{process}/smaps_rollup") as file:
            total = next(int(line.split()[1]) for line in file if line.startswith("Pss:"))
        for thread in os.listdir(f"/proc/{process}/task"):
            with open(f"/proc/{process}/task/{thread}/children") as file:
                total += sum(memory_of(int(child)) for child in file.read().split())
    except (OSError, StopIteration):
        pass
    return total


def measure(command):
    """(wall seconds, processor seconds, peak KiB) of a command and its children."""
    before, start, peak = os.times(), time.perf_counter(), 0
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while process.poll() is None:
        peak = max(peak, memory_of(process.pid))
        time.sleep(0.02)
    wall, after = time.perf_counter() - start, os.times()
    return wall, after.children_user + after.children_system - before.children_user - before.children_system, peak


def whole_trees(options):
    with tempfile.TemporaryDirectory() as folder:
        for i, path in enumerate(options.paths):
            shutil.copytree(path, os.path.join(folder, str(i)), symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))
        commands = {"compileall": [sys.executable, "-m", "compileall", "-q", "-f"], "kraitc": [options.kraitc, "-q", "-f"]}
        best = {}
        for _ in range(options.repeat):
            for name, command in commands.items():
                result = measure([*command, "-j", str(options.jobs), folder])
                best[name] = min(best.get(name, result), result)
        print(f"-f -j {options.jobs} over everything below {' '.join(options.paths)}")
        for name, (wall, processor, peak) in best.items():
            times = f"   {best['compileall'][0] / wall:.1f} times as fast, {best['compileall'][1] / processor:.1f} times less processor time" if name == "kraitc" else ""
            print(f"{name:10} {wall:8.3f} s wall {processor:8.3f} s processor {peak / 1024:8.1f} MiB{times}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--tool", default="build/codedump")
    parser.add_argument("--kraitc", default="build/kraitc")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("paths", nargs="*", default=["/usr/lib/python3.11"])
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    lines_a_second(options)
    whole_trees(options)


if __name__ == "__main__":
    main()
