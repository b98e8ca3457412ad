"""Compares whole compilations of damaged sources with python3.11's: pieces of the standard library with a token dropped, doubled, swapped or replaced.

Run by the oracle: /usr/bin/python3.11 tests/front_mutations.py build/codedump [COUNT [SEED]]

Both accept a source or both reject it; an exception's type, text and place, the warnings, and the code of what is accepted are equal.
"""
import os
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(os.path.dirname(HERE), "tools")]
import errors
import identity


def main(path, count=20000, seed=1):
    tool = identity.Tool(path)
    total = rejected = verdicts = reports = same = shown = 0
    for source in errors.mutations(count, seed):
        level, mode = total % 3, ("exec", "exec", "exec", "single", "eval")[total % 5]
        expected, mine = identity.oracle(source, "<mutation>", mode, level), tool.compile(source, "<mutation>", mode, level)
        total += 1
        verdict = expected[0] == mine[0]
        verdicts += verdict
        report = verdict and (expected[0] == "code" or expected[1] == mine[1]) and expected[2] == mine[2]
        rejected += expected[0] == "error"
        reports += report
        good = report and (expected[0] == "error" or not any(identity.differences(expected[1], mine[1])))
        same += good
        if not good and shown < 20:
            shown += 1
            print("DIFFERS", mode, level, ascii(source.decode())[:2000])
            for name, result in ("python3.11", expected), ("krait", mine):
                print("   ", name, ascii(result) if result[0] != "code" else ("code", result[2]))
    print(f"{total} mutations, {rejected} rejected: {verdicts} agree in accept or reject, {reports} in text, place and warnings, {same} in the code too")
    return same != total


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], *map(int, sys.argv[2:])))
