"""Regular expressions: what patterns match, over several texts and flags, str and bytes."""
import re

CASES = [(r'(?P<a>\w+)\s+(?P=a)','foo foo bar'),(r'(a(?=b(c))|x)*','abcx'),(r'(?<=a)b|(?<!x)c','abxcac'),(r'(?>a+)ab','aaab'),(r'a++b','aaab'),(r'(?:ab)*+c','ababc'),(r'(a|ab)(c|bcd)(d*)','abcd'),
         (r'(?:a?)*?$','aaa'),(r'(?:a?)*','aaab'),(r'((a)|b)*?c','ababc'),(r'(?i)straße','STRASSE straße STRAßE'),(r'(?i)[à-ý]+','ÀÉxÝ'),(r'(?i)\u212a','kK\u212a'),(r'[^\W\d_]+','abc_12 Ωmega'),(r'\bfoo\b','a foo. foobar'),
         (r'(?s).*?x','a\nx'),(r'(?m)^\w+$','a\nbc\n d'),(r'(?a)\w+','aé b'),(r'(x)?(?(1)y|z)','xyz'),(r'(x)?(?(1)y)','xyz'),(r'(?:(?:x|y){2,3}?z)+','xyzxxyz'),(r'(?:a{2,3}){2}','aaaaaaa'),(r'(a*)*','aaa'),(r'(a*)+','aaa'),(r'(?:a*)*?b','aab'),
         (r'(?:a|b|c|d)+e','abcde'),(r'[\U0001F600-\U0001F64F]','x\U0001F601'),(r'(?i)[\U00010400-\U00010427]','\U00010428'),(r'\d{2,}-\d{1,3}?','123-4567'),(r'.{3}','abcdefgh'),(r'(?x) a b # c','ab'),(r'(.)\1','aabbcd'),(r'(?i)(.)\1','aAbBcd'),
         (r'(?=(\w+))\1:','abc:'),(r'(?!abc)\w+','abcd'),(r'(?<=(?:ab))c','abc'),(r'(?<!a)','aab'),(r'','abc'),(r'a|','bab'),(r'(?:)','xy'),(r'x*','axb'),(r'(?:x*)+?y','xxy'),(r'((?:a|b)*?)c\1','abcab'),(r'(a)(b)?(c)?','a ab abc'),(r'(?:(a)|(b))*','abab'),
         (r'(?P<x>a)(?P<y>b)?','ab a'),(r'\A\w+\Z','abc'),(r'\s+|\S+',' a  b '),(r'[a-c\d\s]+','a1 b2z'),(r'[^a-c]+','abcxyz'),(r'(?i)abc[D-F]+','ABCdef'),(r'(?:a(?:b(?:c(?:d)?)?)?)?e','abe'),(r'(a{0,3}?b)*','aabab'),(r'(?:.|\n)*?\bend\b','x\nend'),
         (r'([ab]*?)(b?)(c?)$','aabc'),(r'(?:(\w)(\w)?)+','abcde'),(r'^(?:0|[1-9]\d*)(?:\.\d+)?$','12.5'),(r'(?>(?:a|ab))c','abc'),(r'(?:a|ab)?+c','abc'),(r'[^\n]{2,4}+x','abcdx'),(r'(?:ab?)++b','abab'),(r'(a?)*+b','aab'),(r'(?:(?=(a))a)+b','aab')]


def show(match):
    return match and (match.span(), ascii(match.groups()), match.lastindex, match.lastgroup, match.regs, ascii(match.groupdict()))


def exercise(pattern, text):
    for name in "match", "fullmatch", "search":
        print(name, show(getattr(pattern, name)(text)))
    print(show(pattern.search(text, 1, len(text) - 1)))
    mark = "<>" if isinstance(text, str) else b"<>"
    print(ascii([pattern.findall(text), [m.span() for m in pattern.finditer(text)], pattern.split(text), pattern.split(text, 1), pattern.subn(lambda m: m.group() + mark, text),
                 pattern.subn(mark, text, 2)]))
    scanner = pattern.scanner(text)
    spans = []
    while len(spans) < 9 and (m := scanner.match()):
        spans.append(m.span())
    print(spans)


for source, sample in CASES:
    for flags in 0, re.I, re.S | re.M:
        for as_bytes in False, True:
            try:
                pattern = re.compile(source.encode("latin-1") if as_bytes else source, flags)
            except (re.error, UnicodeError) as e:
                print(ascii(source), type(e).__name__, ascii(str(e)))
                continue
            print(ascii(pattern))
            for text in sample, sample * 2, "x" + sample + "y", sample + "\n", "aAbBcC abcabc 12", sample + "\u0394\u03b4", "":
                exercise(pattern, text.encode("latin-1", "replace") if as_bytes else text)
