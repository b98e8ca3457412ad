"""Times krait beside python3.11: start-up and ten short classic programs. Prints the ratio for each and the geometric mean.

Both interpreters run each program in turn, several times; the least processor time of each counts (both are single-threaded here, and wall time would tell
how busy the machine is). The results of the programs must be equal.

Usage: python3.11 bench/run.py [--repeat N] [PROGRAM...]
"""
import argparse
import json
import math
import os
import subprocess
import sys

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
KRAIT = os.environ.get("KRAIT", os.path.join(TOP, "build", "krait"))
ORACLE = "/usr/bin/python3.11"
RUNNER = "import sys, time, json; sys.path.insert(0, sys.argv[1]); m = __import__(sys.argv[2]); t = time.process_time(); r = m.main(); print(json.dumps([time.process_time() - t, repr(r)]))"


def timed(interpreter, program):
    done = subprocess.run([interpreter, "-c", RUNNER, os.path.join(TOP, "bench", "programs"), program], capture_output=True, text=True, timeout=300)
    if done.returncode:
        sys.exit(f"{interpreter} fails in {program}:\n{done.stderr}")
    return json.loads(done.stdout)


def start_up(interpreter, repeat):
    best = math.inf
    for _ in range(repeat):
        _, status, usage = os.wait4(os.posix_spawn(interpreter, [interpreter, "-c", "pass"], os.environ), 0)
        if status:
            sys.exit(f"{interpreter} fails at start")
        best = min(best, usage.ru_utime + usage.ru_stime)
    return best


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("programs", nargs="*")
    options = parser.parse_args()
    names = options.programs or sorted(f[:-3] for f in os.listdir(os.path.join(TOP, "bench", "programs")) if f.endswith(".py"))
    ours, theirs = start_up(KRAIT, 20), start_up(ORACLE, 20)
    print(f"{'start-up (-c pass)':20} krait {ours * 1000:7.1f} ms   python3.11 {theirs * 1000:7.1f} ms   {theirs / ours:5.2f} times as fast")
    logs = []
    for name in names:
        best = [math.inf, math.inf]
        for _ in range(options.repeat):
            results = []
            for i, interpreter in enumerate((KRAIT, ORACLE)):
                seconds, result = timed(interpreter, name)
                best[i] = min(best[i], seconds)
                results.append(result)
            if results[0] != results[1]:
                sys.exit(f"{name}: results differ: {results[0][:200]} and {results[1][:200]}")
        logs.append(math.log(best[1] / best[0]))
        print(f"{name:20} krait {best[0] * 1000:7.1f} ms   python3.11 {best[1] * 1000:7.1f} ms   {best[1] / best[0]:5.2f} times as fast", flush=True)
    print(f"geometric mean of {len(logs)} programs: {math.exp(sum(logs) / len(logs)):.2f} times as fast")


if __name__ == "__main__":
    main()
