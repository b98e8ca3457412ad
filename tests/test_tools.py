"""Programs of the standard library and of Debian's packages, whose output must be python3.11's."""
import os
import sys
import tempfile
import unittest

from helpers import ORACLE, environment, run

KRAIT = sys.executable
SOURCE = '''"""A small module."""
import sys


class Shape:
    """A shape."""
    sides: int = 0

    def __init__(self, name, *, size=1.5):
        self.name, self.size = name, size

    def area(self):
        assert self.size > 0, "empty"
        return [self.size * i for i in range(3) if i % 2]


def main(argv=sys.argv):
    try:
        with open(__file__) as f:
            return {line: len(line) for line in f}
    except OSError as error:
        print(f"{error!r:>10}", file=sys.stderr)
    finally:
        match argv:
            case [_, "x", *rest]:
                yield from rest
            case {"key": value} | [value]:
                yield value
'''


class Tools(unittest.TestCase):
    maxDiff = 4000

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.write("sample.py", SOURCE)

    def write(self, name, text):
        os.makedirs(os.path.dirname(os.path.join(self.folder, name)), exist_ok=True)
        with open(os.path.join(self.folder, name), "w") as f:
            f.write(text)

    def output(self, interpreter, arguments, stdin):
        env = environment(PYTHONHASHSEED="0", PYTHONDONTWRITEBYTECODE="1", NO_COLOR="1")
        done = run(*arguments, interpreter=interpreter, input=stdin, cwd=self.folder, env=env, seconds=120)
        return done.returncode, done.stdout, done.stderr.replace(interpreter, "PYTHON")

    def same(self, *arguments, stdin=""):
        self.assertEqual(self.output(KRAIT, arguments, stdin), self.output(ORACLE, arguments, stdin))

    def test_json_tool(self):
        self.same("-m", "json.tool", "--sort-keys", stdin='{"b": [1, 2.5, null, "\\u00e9"], "a": {"x": true}}')
        self.same("-m", "json.tool", stdin="{bad")

    def test_dis(self):
        for source in (SOURCE, open(os.__file__).read()):
            self.write("sample.py", source)
            krait, oracle = (self.output(i, ("-m", "dis", "sample.py"), "") for i in (KRAIT, ORACLE))
            import re
            clean = lambda r: (r[0], re.sub(r"0x[0-9a-f]+", "0x", r[1]), r[2])
            self.assertEqual(clean(krait), clean(oracle))

    def test_ast(self):
        self.same("-m", "ast", "-a", "sample.py")

    def test_tokenize(self):
        self.same("-m", "tokenize", "-e", "sample.py")

    def test_unittest(self):
        self.write("test_it.py", "import unittest\nclass T(unittest.TestCase):\n    def test_a(self): self.assertEqual(1, 1)\n    def test_b(self): self.assertEqual([1, 2], [1, 3])\n"
                   "    @unittest.skip('why')\n    def test_c(self): pass\n    def test_d(self): 1/0\n")
        import re
        results = [self.output(i, ("-m", "unittest", "-v", "test_it"), "") for i in (KRAIT, ORACLE)]
        self.assertEqual(*[(r[0], r[1], re.sub(r"in [0-9.]+s", "in", r[2])) for r in results])

    def test_timeit(self):
        status, out, _ = self.output(KRAIT, ("-m", "timeit", "-n", "10", "-r", "2", "1 + 1"), "")   # on a busy machine it warns
        self.assertEqual(status, 0)
        self.assertIn("10 loops, best of 2:", out)

    def test_pdb(self):
        self.write("prog.py", "def f(n):\n    total = 0\n    for i in range(n):\n        total += i\n    return total\n\nprint(f(3))\n")
        self.same("-m", "pdb", "prog.py", stdin="b 4\nc\np total, i\nn\nw\nc\nc\nup\nlist\ncl 1\nc\nq\n")

    def test_zipapp(self):
        self.write("app/__main__.py", "import helper, sys\nprint(helper.text, sys.argv[1:], __name__)\n")
        self.write("app/helper.py", "text = 'from an archive'\n")
        self.assertEqual(self.output(KRAIT, ("-m", "zipapp", "app", "-o", "app.pyz"), "")[0], 0)
        self.same("app.pyz", "a", "b")

    def test_compileall(self):
        self.assertEqual(self.output(KRAIT, ("-m", "compileall", "-q", "-o", "0", "-o", "1", "-o", "2", "sample.py"), "")[0], 0)
        names = sorted(os.listdir(os.path.join(self.folder, "__pycache__")))
        self.assertEqual(names, ["sample.cpython-311.opt-1.pyc", "sample.cpython-311.opt-2.pyc", "sample.cpython-311.pyc"])
        self.assertEqual(self.output(ORACLE, ("__pycache__/sample.cpython-311.pyc",), "")[0], 0)

    def test_pygments(self):
        self.write("hl.py", "import pygments, argparse\nfrom pygments.lexers import PythonLexer\nfrom pygments.formatters import HtmlFormatter\n"
                   "print(pygments.highlight(open(argparse.__file__).read(), PythonLexer(), HtmlFormatter()))\n")
        self.same("hl.py")

    def test_markdown(self):
        self.write("md.py", "import markdown\ntext = '\\n\\n'.join(f'# Title {i}\\n\\nSome *text* with `code`, a [link](http://x/{i}).\\n\\n* one\\n* two\\n\\n    block' for i in range(50))\nprint(markdown.markdown(text))\n")
        self.same("md.py")

    def test_docutils(self):
        self.write("rst.py", "from docutils.core import publish_string\ntext = '\\n'.join(f'Title {i}\\n=========\\n\\nSome *text* with ``code``.\\n\\n* one\\n* two\\n' for i in range(20))\n"
                   "print(publish_string(text, writer_name='html', settings_overrides={'stylesheet_path': '', 'embed_stylesheet': False}).decode())\n")
        self.same("rst.py")

    def test_jinja2(self):
        self.write("tmpl.py", "import jinja2\nt = jinja2.Template('{% for u in users if u.age > 1 %}{{ loop.index }}: {{ u.name|upper }}{% else %}none{% endfor %}{% macro m(x) %}<{{x}}>{% endmacro %}{{ m(3) }}')\n"
                   "print(t.render(users=[{'name': 'ann', 'age': 2}, {'name': 'bob', 'age': 1}, {'name': 'cy', 'age': 9}]))\n")
        self.same("tmpl.py")

    def test_asyncio(self):
        self.write("aio.py", """import asyncio, sys
async def work(i, queue):
    await asyncio.sleep(0.001 * (i % 3))
    await queue.put(i)
    return i * i
async def main():
    queue = asyncio.Queue()
    results = await asyncio.gather(*(work(i, queue) for i in range(100)))
    p = await asyncio.create_subprocess_exec(sys.executable, "-c", "print(input()[::-1])", stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE)
    out, _ = await p.communicate(b"hello\\n")
    try:
        async with asyncio.timeout(0.01): await asyncio.sleep(5)
    except TimeoutError as e: timed_out = repr(e)
    print(sum(results), queue.qsize(), out, p.returncode, timed_out)
    async with asyncio.TaskGroup() as g:
        t = g.create_task(asyncio.to_thread(lambda: 42))
    print(t.result())
asyncio.run(main())
""")
        self.same("aio.py")

    def test_application_at_three_levels(self):
        for name in ("ledger.py", "money.py"):
            with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "applications", name)) as f:
                self.write(name, f.read())
        for options in ((), ("-O",), ("-OO",)):
            with self.subTest(options):
                self.same(*options, "ledger.py")

    def test_threads(self):
        self.write("thr.py", """import threading, queue
q, done = queue.Queue(10), []
def produce(n):
    for i in range(500): q.put((n, i))
def consume():
    while (item := q.get()) is not None: done.append(item)
ps = [threading.Thread(target=produce, args=(n,)) for n in range(4)]
cs = [threading.Thread(target=consume) for _ in range(3)]
for t in ps + cs: t.start()
for t in ps: t.join()
for _ in cs: q.put(None)
for t in cs: t.join()
print(len(done), sum(i for _, i in done), sorted(set(n for n, _ in done)))
""")
        self.same("thr.py")


if __name__ == "__main__":
    unittest.main()
