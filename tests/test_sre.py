"""The regular expression engine on input that the standard library would not give it, and its speed where others are slow."""
import _sre
import random
import re
import signal
import time
import unittest


class Hostile(unittest.TestCase):
    def compiled(self, source):
        """The opcodes of a pattern, as _sre.compile gets them."""
        from re import _compiler, _parser
        parsed = _parser.parse(source)
        return [int(code) for code in _compiler._code(parsed, 0)], parsed.state.groups - 1

    def test_damaged_programs(self):
        chance = random.Random(20220615)
        sources = [r"(a|b)*?c", r"(?>a+)b{2,3}", r"(?=(a))(?<!b)\1", r"(x)?(?(1)y|z)", r"[^a-c\d]++", r"(?i)[\u0400-\u04ff]+|k", r"(?:ab?){2,5}+", r"^\bfoo$"]
        programs = [self.compiled(source) for source in sources]
        accepted = rejected = 0
        for _ in range(4000):
            code, groups = chance.choice(programs)
            code = list(code)
            for _ in range(1 + chance.randrange(3)):
                i = chance.randrange(len(code))
                change = chance.randrange(5)
                if change == 0:
                    code[i] = chance.randrange(45)
                elif change == 1:
                    code[i] = max(0, code[i] + chance.randrange(5) - 2) & 0xFFFFFFFF
                elif change == 2:
                    code[i] = chance.randrange(500)
                elif change == 3 and len(code) > 1:
                    del code[i]
                else:
                    code.insert(i, chance.randrange(45))
            try:
                pattern = _sre.compile("x", 0, code, chance.choice([groups, 0, 1]), {}, ())
            except RuntimeError:
                rejected += 1
                continue
            accepted += 1
            for text in "", "aab", "xyzab1 2":
                pattern.match(text)
                pattern.search(text)
        self.assertGreater(accepted, 50)
        self.assertGreater(rejected, 1000)

    def test_bad_code(self):
        for code in [], [0], [1, 0], [14], [24, 5, 0, 1, 16], [7, 1, 0, 1], [4294967295, 1]:
            with self.assertRaises(RuntimeError):
                _sre.compile(None, 0, code, 0, {}, ())
        with self.assertRaises(OverflowError):
            _sre.compile(None, 0, [1 << 32], 0, {}, ())
        with self.assertRaises(TypeError):
            _sre.compile(None, 0, "x", 0, {}, ())

    def test_deep_nesting(self):
        self.assertTrue(re.match("(?:" * 90 + "a" + ")*" * 90, "a"))

    def test_long_texts(self):
        # No recursion: the length of a match is not limited by any stack.
        text = "ab" * 300000
        self.assertEqual(re.match(r"(?:ab)*", text).end(), len(text))
        self.assertEqual(re.match(r"(?:a|b)*?$", text).end(), len(text))
        self.assertEqual(re.fullmatch(r"(?:(a)|(b))*", text).lastindex, 2)

    def test_signals_in_long_searches(self):
        """Also where each attempt takes few steps, but over many characters."""
        def heard(*_):
            raise TimeoutError
        previous = signal.signal(signal.SIGALRM, heard)
        self.addCleanup(signal.signal, signal.SIGALRM, previous)
        self.addCleanup(signal.setitimer, signal.ITIMER_REAL, 0)
        for pattern in r".*\D+?A{4294967\d295}", r".*.*\d", r".*?.*?.*?1":
            for name in "search", "findall", "split":
                with self.subTest(pattern, name=name), self.assertRaises(TimeoutError):
                    signal.setitimer(signal.ITIMER_REAL, 0.05, 0.5)
                    getattr(re.compile(pattern), name)("\u0430c\u0131Ba.b\u017fcBibi]K" * 2000)

    def test_empty_required_rounds(self):
        start = time.perf_counter()
        self.assertEqual(re.match(r"(?:a?){1000000000}", "aaa").end(), 3)
        self.assertLess(time.perf_counter() - start, 5)


if __name__ == "__main__":
    unittest.main()
