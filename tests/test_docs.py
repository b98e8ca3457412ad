"""README.md and docs/*.md: each line after `$ ` is run, and must print what follows it; what they name (files, targets, variables, options, missing modules) is there, and is all there is."""
import glob
import importlib
import importlib.util
import os
import re
import subprocess
import sys
import tempfile
import unittest

from helpers import FUZZ, ORACLE, TOP, run

OF_EXAMPLES = {"hello.py", "account.py", "change.py", "app.py", "TYPE_methods", "list_something", "cache_from_source"}     # files that the pages make, patterns of names, CPython's


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


PAGES = [os.path.join(TOP, "README.md"), *glob.glob(os.path.join(TOP, "docs", "*.md"))]


def text_of(pattern):
    """All files below the project's folder that match."""
    texts = []
    for path in glob.glob(os.path.join(TOP, pattern), recursive=True):
        with open(path) as f:
            texts.append(f.read())
    return "\n".join(texts)


class Documents(unittest.TestCase):
    def test_examples(self):
        count = 0
        for path in PAGES:
            for script, expected in examples(path):
                with self.subTest(path=path, script=script), tempfile.TemporaryDirectory() as folder:
                    with open(os.path.join(folder, "run"), "w") as f:
                        f.write(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
                    os.chmod(f.name, 0o755)
                    done = run("-c", script, interpreter="sh", cwd=folder, capture_output=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
                    self.assertEqual(done.stdout.rstrip(), expected)
                    count += 1
        self.assertGreaterEqual(count, 7)

    def test_files(self):
        """Names in backticks that look like files of ours, and the targets of links."""
        count = 0
        for page in PAGES:
            room = os.path.basename(page).removesuffix(".md")
            with open(page) as f:
                text = f.read()
            names = {name for quoted in re.findall(r"`([^`\n]+)`", text) for name in re.findall(r"(?<![\w/~.{-])(?:\w[\w.-]*/)*[\w.-]+\.(?:py|c|h|def|txt|md|sh|1)\b(?![/{])", quoted) if not re.search("[A-Z]{3}", name)}
            for name in sorted(names | set(re.findall(r"\]\(([^):]+)\)", text))):
                count += 1
                folders = ["", "docs", "src", "src/" + room, "tests", "tests/unit", "src/heap", "src/module/_io", "/usr/share/unicode"]
                with self.subTest(page=page, name=name):
                    self.assertTrue(name in OF_EXAMPLES or any(os.path.exists(os.path.join(TOP, folder, name)) for folder in folders))
        self.assertGreater(count, 100)

    def test_names(self):
        """Names of functions, types and constants of ours stand in the sources."""
        code = set(re.findall(r"\w+", "".join(text_of(pattern) for pattern in ("src/**/*.[ch]", "src/**/*.def", "tools/*", "tests/**/*.py", "Makefile", "src/*/rules.mk"))))
        code |= {"ADD_K", "CALL_COPY"}                                                        # made of pieces by macros
        for page in PAGES:
            named = {name for quoted in re.findall(r"`([^`\n]+)`", text_of(os.path.relpath(page, TOP))) for name in re.findall(r"(?<![\w./*])\w+(?![\w./*])", quoted) if "_" in name.strip("_")}
            self.assertEqual(named - code - OF_EXAMPLES, set(), page)

    def test_targets(self):
        rules = text_of("Makefile") + text_of("src/*/rules.mk")
        targets = {target for line in re.findall(r"^([a-z][\w -]*):(?!=)", rules, re.M) for target in line.split()} | {"fuzz-" + name for name in self.fuzzers()}
        named = {target for page in PAGES for quoted in re.findall(r"`(make [^`]*)`", text_of(os.path.relpath(page, TOP))) for target in quoted.split()[1:] if re.fullmatch("[a-z][a-z-]*", target)}
        self.assertGreater(len(named), 15)
        self.assertEqual(named - targets, set())
        told = set(re.findall(r"[a-z][a-z-]*", " ".join(re.findall(r"echo 'make ([a-z, -]*)", rules))))
        self.assertEqual({target for target in named if not target.startswith("fuzz-")} - told, {"help"})

    def fuzzers(self):
        return [os.path.basename(path)[5:-3] for path in glob.glob(os.path.join(FUZZ, "fuzz_*.py"))]

    def test_fuzzers_are_listed(self):
        self.assertEqual(re.findall(r"with NAME one of ([^:]*):", text_of("docs/testing.md"))[0], ", ".join(sorted(self.fuzzers())).replace("program,", "program (whole programs from a grammar),"))

    def test_variables(self):
        """Each variable of ours that something reads is explained in one of the pages, and none that nothing reads."""
        code = text_of("src/*/*.c") + text_of("tests/*.py") + text_of("tests/fuzz/*.py") + text_of("bench/*.py")
        read = set(re.findall(r"""(?:getenv|environment_number|environ\.get|environ\.setdefault)\(["']((?:KRAIT|RATCHET|TSAN)[A-Z_]*)["']""", code)) - {"TSAN_OPTIONS"}
        pages = "".join(text_of(os.path.relpath(page, TOP)) for page in PAGES)
        named = set(re.findall(r"`((?:KRAIT|RATCHET|TSAN)_?[A-Z_]*)(?=[=`])", pages)) - {"TSAN_OPTIONS"}
        self.assertIn("KRAIT_GC_STRESS", read)
        self.assertEqual(named, read)

    def test_help(self):
        """--help-env and --help-xoptions tell of all that the program reads."""
        code = "".join(text_of(f"src/{room}/*.c") for room in ("main", "module"))
        variables = set(re.findall(r'(?:getenv|environment|environment_flag)\("(PYTHON[A-Z0-9]*)"', code))
        options = set(re.findall(r'IS\("([\w-]+)"\)', text_of("src/main/options.c")))
        self.assertGreater(min(len(variables), len(options)), 10)
        self.assertEqual({name for name in variables if not re.search(rf"^{name}\b", run("--help-env").stdout, re.M)}, set())
        self.assertEqual({name for name in options if f"-X {name}" not in run("--help-xoptions").stdout}, set())

    def test_missing_modules(self):
        """The README lists the modules that python3.11 has and krait has not."""
        program = "import sys, importlib.util; print(*(n for n in sys.stdlib_module_names if importlib.util.find_spec(n)))"
        theirs = run("-c", program, interpreter=ORACLE).stdout.split()
        missing = {name for name in theirs if not importlib.util.find_spec(name)}
        listed = re.search(r"- the native modules (.*?)\n- ", text_of("README.md"), re.S)[1]
        native, rest = listed.split(", and with them ")
        broken, replaced = rest.split("; for ")
        self.assertEqual(set(re.findall("`(.*?)`", native + replaced)), missing)
        for name in re.findall("`(.*?)`", broken):
            with self.subTest(name), self.assertRaises(ImportError):
                importlib.import_module(name)


if __name__ == "__main__":
    unittest.main()
