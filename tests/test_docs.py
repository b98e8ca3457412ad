"""The examples in README.md and docs/*.md: each line after `$ ` is run, and must print what follows it."""
import glob
import os
import re
import subprocess
import sys
import tempfile
import unittest

from helpers import TOP, run


def examples(path):
    """(commands, expected output) of each block that is indented by four spaces and starts with `$ `."""
    with open(path) as f:
        text = f.read()
    for block in re.findall(r"(?:^    .*\n)+", text, re.M):
        lines = [line[4:] for line in block.splitlines()]
        if not lines[0].startswith("$ "):
            continue
        script, expected = [], []
        inside_document = False
        for line in lines:
            if inside_document:
                script.append(line)
                inside_document = line != "END"
            elif line.startswith("$ "):
                script.append(line[2:])
                inside_document = "<<END" in line
            else:
                expected.append(line)
        yield "\n".join(script), "\n".join(expected)


class Documents(unittest.TestCase):
    def test_examples(self):
        count = 0
        for path in [os.path.join(TOP, "README.md"), *glob.glob(os.path.join(TOP, "docs", "*.md"))]:
            for script, expected in examples(path):
                with self.subTest(path=path, script=script), tempfile.TemporaryDirectory() as folder:
                    with open(os.path.join(folder, "run"), "w") as f:
                        f.write(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
                    os.chmod(f.name, 0o755)
                    done = run("-c", script, interpreter="sh", cwd=folder, capture_output=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
                    self.assertEqual(done.stdout.rstrip(), expected)
                    count += 1
        self.assertGreaterEqual(count, 3)


if __name__ == "__main__":
    unittest.main()
