"""Times single operations of the built-in types and of the native modules in krait and in python3.11, side by side.

One process of each interpreter is asked for one operation after another, in turn, so that what else the machine does hits both alike. Processor time counts, the best of some
rounds, less the cost of an empty loop. Prints the ratio of each operation (above 1: krait is faster), the slowest last, and the geometric mean.

Usage: python3.11 bench/library.py [--rounds N] [--time SECONDS] [--below RATIO] [PATTERN...]     (a PATTERN is a part of an operation's name)
"""
import argparse
import json
import math
import os
import re
import subprocess
import sys
import time

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
KRAIT = os.environ.get("KRAIT", os.path.join(TOP, "build", "krait"))
ORACLE = "/usr/bin/python3.11"

# name, statements before the loop, statements in the loop (';' separates simple ones). What the loop assigns is thrown away.
OPERATIONS = [[part.strip() for part in re.split(r" \|(?= |$)", line)] for line in r"""
str + short | a = 'abc'; b = 'defgh' | s = a + b
str += in a loop | | s = ''\nfor i in range(1000): s += 'abc'
str += and look | | s = ''\nfor i in range(300): s += 'abc'; s[-1]
str * | | s = 'ab' * 100
str slice | s = 'hello world, this is a text' | s[3:11]
str index | s = 'hello world' | s[5]
str iterate | s = 'hello world ' * 50 | for c in s: pass
str == | a = 'x' * 40 + 'y'; b = 'x' * 40 + 'z' | a == b
str < | a = 'x' * 40 + 'y'; b = 'x' * 40 + 'z' | a < b
str in | s = 'the quick brown fox jumps over the lazy dog' | 'lazy' in s
str find char, long | s = 'abcdefgh' * 500 + 'z' | s.find('z')
str find, long | s = 'abcdefgh' * 500 + 'needle' | s.find('needle')
str rfind | s = 'abcdefgh' * 500; t = 'x' + s | t.rfind('xa')
str count | s = 'abcdefgh' * 100 | s.count('ab')
str replace char | s = 'a,b,c,d,' * 50 | s.replace(',', ';')
str replace word | s = 'item one and item two ' * 50 | s.replace('item', 'x')
str replace, none | s = 'abcdefgh' * 100 | s.replace('zz', 'x')
str split blanks | s = 'the quick brown fox jumps over the lazy dog' | s.split()
str split char | s = 'a,bc,def,ghij,klmno,pqrstu' | s.split(',')
str split lines, long | s = 'one line of text\n' * 500 | s.split('\n')
str splitlines | s = 'one line of text\n' * 50 | s.splitlines()
str rsplit | s = 'a.b.c.d' | s.rsplit('.', 1)
str partition | s = 'key: value' | s.partition(':')
str join short | p = ['a', 'bc', 'def', 'ghij'] | ', '.join(p)
str join long | p = ['item %d' % i for i in range(1000)] | '\n'.join(p)
str join generator | p = ['a', 'bc', 'def', 'ghij'] | ''.join(x for x in p)
str join 2-byte | p = ['item \u0430\u0431 %d' % i for i in range(100)] | ' '.join(p)
str strip | s = '  hello world \n' | s.strip()
str strip chars | s = '--hello--' | s.strip('-')
str lower | s = 'Hello World, This Is Text' | s.lower()
str upper, long | s = 'Hello World, This Is Text' * 100 | s.upper()
str upper, 2-byte | s = '\u043f\u0440\u0438\u0432\u0435\u0442 ' * 50 | s.upper()
str title | s = 'hello world, this is text' | s.title()
str startswith | s = 'hello world' | s.startswith('hello')
str endswith tuple | s = 'file.txt' | s.endswith(('.py', '.txt'))
str isdigit | s = '1234567890' | s.isdigit()
str isalpha | s = 'abcdefghij' | s.isalpha()
str isidentifier | s = 'abc_def' | s.isidentifier()
str zfill | s = '42' | s.zfill(8)
str ljust | s = 'name' | s.ljust(20)
str center | s = 'name' | s.center(20)
str translate | s = 'hello world' * 10; t = str.maketrans('lo', 'xy') | s.translate(t)
str encode utf-8 | s = 'hello world' * 10 | s.encode()
str encode utf-8, 2-byte | s = '\u043f\u0440\u0438\u0432\u0435\u0442' * 20 | s.encode('utf-8')
str encode latin-1 | s = 'h\xe9llo' * 20 | s.encode('latin-1')
bytes decode | s = b'hello world' * 10 | s.decode()
bytes decode, long | s = b'hello world' * 10000 | s.decode('utf-8')
bytes decode, 2-byte | s = ('\u043f\u0440\u0438\u0432\u0435\u0442 ' * 20).encode() | s.decode('utf-8')
str hash | a = 'abcdefgh' * 4 | hash(a + 'x')
ord chr | | chr(ord('x') + 1)
str(int) | i = 12345678 | str(i)
str(small int) | i = 42 | str(i)
str(float) | x = 3.14159 | str(x)
str(list) | p = list(range(20)) | str(p)
repr(str) | s = 'hello world' | repr(s)
repr(dict) | d = {'a': 1, 'b': [2, 3], 'c': 'text'} | repr(d)
int(str) | s = '12345678' | int(s)
int(str, 16) | s = 'ff00ff' | int(s, 16)
float(str) | s = '3.14159' | float(s)
hex | i = 123456 | hex(i)
f'{s} {i}' | s = 'name'; i = 42 | f'{s}: {i}'
f'{i:>8}' | i = 42 | f'{i:>8}'
f'{x:.2f}' | x = 3.14159 | f'{x:.2f}'
f'{s:<10}' | s = 'name' | f'{s:<10}'
f'{s!r}' | s = 'name' | f'{s!r}'
f'{i:,}' | i = 123456789 | f'{i:,}'
f'{i:08x}' | i = 123456 | f'{i:08x}'
%s %d | s = 'name'; i = 42 | '%s: %d' % (s, i)
%s | i = 42 | '%s' % i
%d, 5 of them | | '%d %d %d %d %d' % (1, 22, 333, 4444, 55555)
%.2f | x = 3.14159 | '%.2f' % x
%5d %-10s | s = 'name'; i = 42 | '%5d %-10s' % (i, s)
%(name)s | d = {'name': 'x', 'value': 3} | '%(name)s=%(value)d' % d
'{} {}'.format | s = 'name'; i = 42 | '{}: {}'.format(s, i)
'{:>8.2f}'.format | x = 3.14159 | '{:>8.2f}'.format(x)
'{a.b[0]}'.format | import types; a = types.SimpleNamespace(b=[1]) | '{a.b[0]}'.format(a=a)
format(i, 'd') | i = 42 | format(i, 'd')
bytes + | a = b'abc'; b = b'defgh' | s = a + b
bytes join | p = [b'a', b'bc', b'def', b'ghij'] * 10 | b', '.join(p)
bytes split | s = b'a,bc,def,ghij,klmno,pqrstu' | s.split(b',')
bytes find | s = b'abcdefgh' * 500 + b'needle' | s.find(b'needle')
bytes replace | s = b'a,b,c,d,' * 50 | s.replace(b',', b';')
bytes slice | s = b'hello world, this is a text' | s[3:11]
bytes iterate | s = b'hello world ' * 50 | for c in s: pass
bytes hex | s = b'hello world' | s.hex()
bytes.fromhex | s = '68656c6c6f20776f726c64' | bytes.fromhex(s)
bytes(list) | p = list(range(100)) | bytes(p)
bytearray append | | b = bytearray()\nfor i in range(100): b.append(i)
bytearray += | | b = bytearray()\nfor i in range(100): b += b'abcdef'
bytearray index | b = bytearray(100) | for i in range(100): b[i] = i
memoryview slice | m = memoryview(b'hello world' * 10) | bytes(m[10:50])
int.from_bytes | s = b'\x01\x02\x03\x04' | int.from_bytes(s, 'little')
int.to_bytes | i = 0x01020304 | i.to_bytes(4, 'big')
list append | | p = []\nfor i in range(1000): p.append(i)
list append, huge | | p = []\nfor i in range(200000): p.append(i)
list comprehension | | [i for i in range(1000)]
list literal | a = 1 | [a, a, a]
list * | | [0] * 1000
list + | p = list(range(50)) | p + p
list extend | p = list(range(50)) | q = []; q.extend(p); q.extend(p)
list slice | p = list(range(100)) | p[10:60]
list slice assign | p = list(range(100)) | p[10:20] = p[30:40]
list pop | q = list(range(100)) | p = q[:]\nwhile p: p.pop()
list pop(0) | q = list(range(100)) | p = q[:]\nwhile p: p.pop(0)
list insert(0) | | p = []\nfor i in range(100): p.insert(0, i)
list index | p = list(range(100)) | p.index(90)
list count str | p = ['a', 'b', 'c'] * 30 | p.count('b')
x in list | p = list(range(100)) | 99 in p
str in list | p = ['name%d' % i for i in range(20)] | 'name19' in p
list == | p = list(range(100)); q = list(range(100)) | p == q
list reverse | p = list(range(100)) | p.reverse()
list copy | p = list(range(1000)) | p.copy()
list(range) | | list(range(1000))
list(tuple) | t = tuple(range(100)) | list(t)
tuple(list) | p = list(range(100)) | tuple(p)
tuple == hash | t = (1, 'a', 2.5) | hash(t)
tuple unpack | t = (1, 2, 3) | a, b, c = t
sort ints | import random; random.seed(1); p = [random.random() for _ in range(1000)]; p = [int(x * 1e6) for x in p] | sorted(p)
sort floats | import random; random.seed(1); p = [random.random() for _ in range(1000)] | sorted(p)
sort strings | import random; random.seed(1); p = [str(random.random()) for _ in range(1000)] | sorted(p)
sort tuples | import random; random.seed(1); p = [(int(random.random() * 100), str(i)) for i in range(1000)] | sorted(p)
sort key=lambda | import random; random.seed(1); p = [(i, random.random()) for i in range(1000)] | sorted(p, key=lambda t: t[1])
sort key=itemgetter | import random, operator; random.seed(1); k = operator.itemgetter(1); p = [(i, random.random()) for i in range(1000)] | sorted(p, key=k)
sort key=len | p = ['x' * (i * 7 % 31) for i in range(300)] | sorted(p, key=len)
sort sorted, reverse | p = list(range(1000)) | sorted(p, reverse=True)
min max | p = [5, 3, 8, 1, 9, 2] * 10 | min(p); max(p)
min key | p = [5, 3, 8, 1, 9, 2] * 10 | min(p, key=lambda x: -x)
sum ints | p = list(range(1000)) | sum(p)
sum floats | p = [0.5] * 1000 | sum(p)
any all | p = [1] * 100 | all(p); any(p)
any generator | p = [0] * 100 | any(x for x in p)
enumerate | p = list(range(300)) | for i, x in enumerate(p): pass
zip | p = list(range(300)) | for x, y in zip(p, p): pass
map str | p = list(range(100)) | list(map(str, p))
map lambda | p = list(range(100)) | list(map(lambda x: x + 1, p))
filter | p = list(range(100)) | list(filter(None, p))
reversed | p = list(range(300)) | for x in reversed(p): pass
isinstance | x = 5 | isinstance(x, int)
dict literal | a = 1 | {'a': a, 'b': a, 'c': a}
dict get item | d = {'name%d' % i: i for i in range(50)} | d['name25']
dict int get item | d = {i: i for i in range(50)} | d[25]
dict tuple get item | d = {(i, i): i for i in range(50)}; i = 25 | d[i, i]
dict get | d = {'a': 1} | d.get('a'); d.get('b', 0)
dict set item, ints | | d = {}\nfor i in range(1000): d[i] = i
dict set item, strings | p = ['name%d' % i for i in range(1000)] | d = {}\nfor s in p: d[s] = 1
dict count words | p = ['a', 'b', 'c', 'd'] * 50 | d = {}\nfor s in p: d[s] = d.get(s, 0) + 1
dict in | d = {'a': 1} | 'a' in d; 'b' in d
dict del | | d = {1: 1, 2: 2}; del d[1]; del d[2]
dict pop setdefault | d = {} | d.setdefault('a', 1); d.pop('a')
dict keys loop | d = {i: i for i in range(300)} | for k in d: pass
dict items loop | d = {i: i for i in range(300)} | for k, v in d.items(): pass
dict values loop | d = {i: i for i in range(300)} | for v in d.values(): pass
dict comprehension | p = list(range(300)) | {x: x for x in p}
dict(zip) | p = list(range(100)) | dict(zip(p, p))
dict(pairs) | p = [(i, i) for i in range(100)] | dict(p)
dict copy | d = {i: i for i in range(100)} | d.copy()
dict update | d = {i: i for i in range(100)} | e = {}; e.update(d)
dict {**d} | d = {'a': 1, 'b': 2} | {**d, 'c': 3}
dict or | d = {'a': 1}; e = {'b': 2} | d.__or__(e)
dict == | d = {i: str(i) for i in range(100)}; e = {i: str(i) for i in range(100)} | d == e
dict huge | | d = {}\nfor i in range(100000): d[i * 7] = i
list(d.items()) | d = {i: i for i in range(100)} | list(d.items())
sorted(d.items()) | d = {'name%d' % i: i for i in range(100)} | sorted(d.items())
set literal, in | s = {1, 2, 3, 'a'} | 2 in s; 9 in s
set add | | s = set()\nfor i in range(1000): s.add(i)
set comprehension | p = list(range(300)) | {x for x in p}
set(list of str) | p = ['name%d' % i for i in range(300)] | set(p)
set or | a = set(range(100)); b = set(range(50, 150)) | a.__or__(b)
set & - ^ | a = set(range(100)); b = set(range(50, 150)) | a & b; a - b; a ^ b
set <= | a = set(range(50)); b = set(range(100)) | a <= b
set loop | a = set(range(300)) | for x in a: pass
set remove | | s = {1, 2, 3}; s.remove(1); s.discard(9)
frozenset hash | p = list(range(20)) | hash(frozenset(p))
json.dumps | import json; d = {'name': 'text', 'list': [1, 2.5, None, True], 'deep': {'a': {'b': ['x'] * 5}}} | json.dumps(d)
json.dumps, long | import json; d = [{'id': i, 'name': 'item %d' % i, 'x': i / 7} for i in range(100)] | json.dumps(d)
json.dumps indent | import json; d = [{'id': i, 'name': 'item %d' % i} for i in range(20)] | json.dumps(d, indent=2)
json.loads | import json; s = json.dumps({'name': 'text', 'list': [1, 2.5, None, True], 'deep': {'a': {'b': ['x'] * 5}}}) | json.loads(s)
json.loads, long | import json; s = json.dumps([{'id': i, 'name': 'item %d' % i, 'x': i / 7} for i in range(100)]) | json.loads(s)
pickle.dumps | import pickle; d = {'name': 'text', 'list': [1, 2.5, None, True], 'deep': {'a': {'b': ['x'] * 5}}} | pickle.dumps(d)
pickle.dumps, long | import pickle; d = [{'id': i, 'name': 'item %d' % i, 'x': i / 7} for i in range(100)] | pickle.dumps(d)
pickle.dumps objects | import pickle, fractions; d = [fractions.Fraction(i, 7) for i in range(20)] | pickle.dumps(d)
pickle.loads | import pickle; s = pickle.dumps({'name': 'text', 'list': [1, 2.5, None, True], 'deep': {'a': {'b': ['x'] * 5}}}) | pickle.loads(s)
pickle.loads, long | import pickle; s = pickle.dumps([{'id': i, 'name': 'item %d' % i, 'x': i / 7} for i in range(100)]) | pickle.loads(s)
pickle.loads objects | import pickle, datetime; s = pickle.dumps([datetime.timedelta(i) for i in range(20)]) | pickle.loads(s)
marshal.dumps | import marshal; d = [{'id': i, 'name': 'item %d' % i, 'x': i / 7} for i in range(100)] | marshal.dumps(d)
marshal.loads | import marshal; s = marshal.dumps([{'id': i, 'name': 'item %d' % i, 'x': i / 7} for i in range(100)]) | marshal.loads(s)
copy.copy | import copy; d = {'a': [1]} | copy.copy(d)
copy.deepcopy | import copy; d = {'a': [1, 2, {'b': 3}]} | copy.deepcopy(d)
re.match | import re; r = re.compile(r'(\w+)\s*=\s*(\d+)') | r.match('value = 1234')
re.match groups | import re; r = re.compile(r'(\w+)\s*=\s*(\d+)') | r.match('value = 1234').groups()
re.search literal | import re; r = re.compile('needle'); s = 'abcdefgh' * 100 + 'needle' | r.search(s)
re.search class | import re; r = re.compile(r'\d+'); s = 'abcdefgh' * 100 + '123' | r.search(s)
re.search alternatives | import re; r = re.compile('cat|dog|bird'); s = 'the quick brown fox jumps over the lazy dog' | r.search(s)
re.findall words | import re; r = re.compile(r'\w+'); s = 'the quick brown fox jumps over the lazy dog ' * 10 | r.findall(s)
re.findall groups | import re; r = re.compile(r'(\w)(\d)'); s = 'a1 b2 c3 d4 ' * 20 | r.findall(s)
re.finditer | import re; r = re.compile(r'\d+'); s = 'a1 b22 c333 d4444 ' * 20 | for m in r.finditer(s): m.group()
re.sub string | import re; r = re.compile(r'\s+'); s = 'the quick  brown fox jumps   over the lazy dog ' * 10 | r.sub(' ', s)
re.sub template | import re; r = re.compile(r'(\w+)@(\w+)'); s = 'user@host and other@place ' * 10 | r.sub(r'\2 at \1', s)
re.sub function | import re; r = re.compile(r'\d+'); s = 'a1 b22 c333 d4444 ' * 10 | r.sub(lambda m: '<' + m[0] + '>', s)
re.split | import re; r = re.compile(r'[,;]\s*'); s = 'a, b; c,d;  e' * 10 | r.split(s)
re lazy | import re; r = re.compile(r'<.*?>'); s = 'text <b>bold</b> text <i>it</i>' * 10 | r.findall(s)
re backtracking | import re; r = re.compile(r'(a|ab)(bc|c)*d'); s = 'abcbcbcbcbce' * 5 | r.search(s)
re ignore case | import re; r = re.compile('hello', re.I); s = 'say HeLLo ' * 20 | r.findall(s)
re.match via module | import re | re.match(r'\d+', '12345')
re tokenizer | import re; r = re.compile(r'(?P<num>\d+)|(?P<id>[a-z_]\w*)|(?P<op>[-+*/()=])|(?P<ws>\s+)'); s = 'foo = bar_1 + 42 * (baz - 7)' * 5 | [m.lastgroup for m in r.finditer(s)]
struct.pack | import struct | struct.pack('<IHBd', 1, 2, 3, 4.5)
struct.unpack | import struct; s = struct.pack('<IHBd', 1, 2, 3, 4.5) | struct.unpack('<IHBd', s)
struct many | import struct; c = struct.Struct('<100i'); v = list(range(100)) | c.unpack(c.pack(*v))
struct.iter_unpack | import struct; s = bytes(800) | list(struct.iter_unpack('<II', s))
array append | import array | a = array.array('i')\nfor i in range(100): a.append(i)
array index | import array; a = array.array('d', [0.5] * 100) | for i in range(100): a[i] = a[i] + 1
text write | f = open('/dev/null', 'w') | for i in range(100): f.write('one line of text\n')
text write, print | f = open('/dev/null', 'w') | for i in range(100): print('text', i, file=f)
text read lines | import tempfile; f = tempfile.TemporaryFile('w+'); f.write('one line of text\n' * 500) | f.seek(0)\nfor line in f: pass
text read | import tempfile; f = tempfile.TemporaryFile('w+'); f.write('one line of text\n' * 500) | f.seek(0); f.read()
text readline | import tempfile; f = tempfile.TemporaryFile('w+'); f.write('one line of text\n' * 100) | f.seek(0)\nwhile f.readline(): pass
binary write | f = open('/dev/null', 'wb') | for i in range(100): f.write(b'one line of text\n')
binary read | import tempfile; f = tempfile.TemporaryFile(); f.write(b'one line of text\n' * 500) | f.seek(0)\nwhile f.read(64): pass
binary read lines | import tempfile; f = tempfile.TemporaryFile(); f.write(b'one line of text\n' * 500) | f.seek(0)\nfor line in f: pass
StringIO write | import io | f = io.StringIO()\nfor i in range(100): f.write('text')\nf.getvalue()
StringIO lines | import io; s = 'one line of text\n' * 100 | for line in io.StringIO(s): pass
BytesIO write | import io | f = io.BytesIO()\nfor i in range(100): f.write(b'text')\nf.getvalue()
BytesIO read | import io; s = b'one line of text\n' * 100 | f = io.BytesIO(s)\nwhile f.read(16): pass
open close | import os | open('/dev/null').close()
deque append popleft | import collections; d = collections.deque(range(10)) | d.append(1); d.popleft()
deque index loop | import collections; d = collections.deque(range(100)) | for x in d: pass
deque rotate | import collections; d = collections.deque(range(100)) | d.rotate(3)
Counter | import collections; s = 'hello world' * 10 | collections.Counter(s)
Counter most_common | import collections; c = collections.Counter('the quick brown fox' * 10) | c.most_common(3)
defaultdict | import collections | d = collections.defaultdict(int)\nfor i in range(100): d[i % 10] += 1
defaultdict list | import collections | d = collections.defaultdict(list)\nfor i in range(100): d[i % 10].append(i)
OrderedDict | import collections | d = collections.OrderedDict()\nfor i in range(100): d[i] = i
OrderedDict move | import collections; d = collections.OrderedDict((i, i) for i in range(10)) | d.move_to_end(3); d.move_to_end(3, last=False)
namedtuple | import collections; P = collections.namedtuple('P', 'x y') | p = P(1, 2); p.x; p.y
ChainMap | import collections; c = collections.ChainMap({'a': 1}, {'b': 2}) | c['b']
heapq push pop | import heapq | h = []\nfor i in range(100): heapq.heappush(h, i * 7 % 101)\nwhile h: heapq.heappop(h)
heapq tuples | import heapq | h = []\nfor i in range(100): heapq.heappush(h, (i * 7 % 101, i))\nwhile h: heapq.heappop(h)
heapq.nlargest | import heapq; p = [i * 7 % 101 for i in range(300)] | heapq.nlargest(5, p)
bisect | import bisect; p = list(range(1000)) | bisect.bisect_left(p, 700)
insort | import bisect | p = []\nfor i in range(100): bisect.insort(p, i * 7 % 101)
chain | import itertools; p = list(range(100)) | for x in itertools.chain(p, p): pass
islice count | import itertools | for x in itertools.islice(itertools.count(), 200): pass
product | import itertools; p = range(10) | for x in itertools.product(p, p): pass
combinations | import itertools; p = range(10) | for x in itertools.combinations(p, 3): pass
permutations | import itertools; p = range(5) | for x in itertools.permutations(p): pass
groupby | import itertools; p = [i // 5 for i in range(200)] | for k, g in itertools.groupby(p): pass
accumulate | import itertools; p = list(range(200)) | list(itertools.accumulate(p))
zip_longest | import itertools; p = list(range(200)); q = list(range(100)) | for x in itertools.zip_longest(p, q): pass
starmap | import itertools; p = [(i, 2) for i in range(100)] | list(itertools.starmap(pow, p))
takewhile | import itertools; p = list(range(200)) | for x in itertools.takewhile(lambda x: x < 100, p): pass
repeat | import itertools | for x in itertools.repeat(None, 300): pass
reduce | import functools, operator; p = list(range(100)) | functools.reduce(operator.add, p)
lru_cache | import functools; f = functools.lru_cache(lambda x: x) | f(1)
partial | import functools; f = functools.partial(pow, 2) | f(3)
random | import random; r = random.random | r()
datetime() | from datetime import datetime as D | D(2024, 5, 17, 12, 30, 15)
datetime() aware | from datetime import datetime as D, timezone; z = timezone.utc | D(2024, 5, 17, 12, 30, 15, 5, tzinfo=z)
datetime fields | from datetime import datetime as D; d = D(2024, 5, 17, 12, 30) | d.year; d.hour; d.microsecond; d.tzinfo
datetime.now | from datetime import datetime as D | D.now()
datetime.now utc | from datetime import datetime as D, timezone; z = timezone.utc | D.now(z)
datetime.fromtimestamp | from datetime import datetime as D | D.fromtimestamp(1715949015.25)
datetime.timestamp | from datetime import datetime as D; d = D(2024, 5, 17, 12, 30) | d.timestamp()
datetime.timestamp aware | from datetime import datetime as D, timezone; d = D(2024, 5, 17, 12, 30, tzinfo=timezone.utc) | d.timestamp()
datetime.fromisoformat | from datetime import datetime as D | D.fromisoformat('2024-05-17T12:30:15.250000+02:00')
datetime.isoformat | from datetime import datetime as D; d = D(2024, 5, 17, 12, 30, 15, 250) | d.isoformat()
datetime str | from datetime import datetime as D; d = D(2024, 5, 17, 12, 30, 15) | str(d)
datetime repr | from datetime import datetime as D; d = D(2024, 5, 17, 12, 30, 15) | repr(d)
datetime.strftime | from datetime import datetime as D; d = D(2024, 5, 17, 12, 30, 15) | d.strftime('%Y-%m-%d %H:%M:%S')
datetime.strptime | from datetime import datetime as D | D.strptime('2024-05-17 12:30:15', '%Y-%m-%d %H:%M:%S')
datetime + timedelta | from datetime import datetime as D, timedelta; d = D(2024, 5, 17, 12, 30); t = timedelta(days=40, seconds=5) | d + t
datetime - datetime | from datetime import datetime as D; d = D(2024, 5, 17, 12, 30); e = D(2023, 1, 2) | d - e
datetime < | from datetime import datetime as D; d = D(2024, 5, 17, 12, 30); e = D(2024, 5, 17, 12, 31) | d < e
datetime == aware | from datetime import datetime as D, timezone, timedelta; d = D(2024, 5, 17, 12, tzinfo=timezone.utc); e = D(2024, 5, 17, 14, tzinfo=timezone(timedelta(hours=2))) | d == e
datetime as key | from datetime import datetime as D; d = {D(2024, 5, i): i for i in range(1, 31)}; e = D(2024, 5, 17) | d[e]
datetime.replace | from datetime import datetime as D; d = D(2024, 5, 17, 12, 30) | d.replace(hour=3, minute=0)
datetime.astimezone | from datetime import datetime as D, timezone, timedelta; d = D(2024, 5, 17, 12, tzinfo=timezone.utc); z = timezone(timedelta(hours=2)) | d.astimezone(z)
datetime.timetuple | from datetime import datetime as D; d = D(2024, 5, 17, 12, 30) | d.timetuple()
datetime sort | from datetime import datetime as D; p = [D(2024, 1 + i * 7 % 12, 1 + i * 11 % 28) for i in range(100)] | sorted(p)
datetime pickle | from datetime import datetime as D; import pickle; p = [D(2024, 5, i) for i in range(1, 31)] | pickle.loads(pickle.dumps(p))
date() | from datetime import date | date(2024, 5, 17)
date.today | from datetime import date | date.today()
date + timedelta | from datetime import date, timedelta; d = date(2024, 5, 17); t = timedelta(days=40) | d + t
date.isocalendar | from datetime import date; d = date(2024, 5, 17) | d.isocalendar()
date.weekday | from datetime import date; d = date(2024, 5, 17) | d.weekday()
time() | from datetime import time | time(12, 30, 15)
timedelta() | from datetime import timedelta | timedelta(days=3, hours=5)
timedelta float | from datetime import timedelta | timedelta(seconds=1.5)
timedelta + | from datetime import timedelta; a = timedelta(3, 5); b = timedelta(1, 80000, 7) | a + b
timedelta * | from datetime import timedelta; a = timedelta(3, 5) | a * 3; a * 1.5
timedelta / | from datetime import timedelta; a = timedelta(3, 5); b = timedelta(1, 80000, 7) | a / b; a / 7; a // b; a % b
timedelta.total_seconds | from datetime import timedelta; a = timedelta(3, 5, 7) | a.total_seconds()
timedelta str | from datetime import timedelta; a = timedelta(3, 5, 7) | str(a)
timedelta sum | from datetime import timedelta; p = [timedelta(i, i) for i in range(100)] | sum(p, timedelta())
randrange | import random; r = random.randrange | r(100)
shuffle | import random; p = list(range(100)) | random.shuffle(p)
csv reader | import csv; p = ['a,b,"c d",e\n'] * 20 | for row in csv.reader(p): pass
csv writer | import csv, io | w = csv.writer(io.StringIO())\nfor i in range(20): w.writerow(['a', i, 'c d'])
datetime | import datetime; d = datetime.datetime(2020, 1, 2) | d + datetime.timedelta(1)
strftime | import datetime; d = datetime.datetime(2020, 1, 2) | d.isoformat()
base64 | import base64; s = b'hello world' * 10 | base64.b64decode(base64.b64encode(s))
hashlib | import hashlib; s = b'hello world' * 10 | hashlib.sha256(s).hexdigest()
zlib.crc32 | import zlib; s = b'hello world' * 10 | zlib.crc32(s)
os.path.join | import os | os.path.join('a', 'b', 'c.txt')
pathlib | import pathlib; p = pathlib.PurePosixPath('/a/b') | p / 'c.txt'
big int str | i = 3 ** 500 | str(i)
big int parse | s = str(3 ** 500) | int(s)
big int multiply | i = 3 ** 500 | i * i
build a million strings | | p = [str(i) for i in range(200000)]
build tuples | | p = [(i, i + 1) for i in range(200000)]
build lists | | p = [[i] for i in range(200000)]
build dicts | | p = [{'x': i} for i in range(50000)]
binary trees | def tree(n): return (tree(n - 1), tree(n - 1)) if n else None | tree(14)
churn beside a large heap | keep = [[i] for i in range(300000)] | p = [[i] for i in range(50000)]
large strings | | for i in range(20): s = 'x' * 500000
large list copies | p = list(range(100000)) | for i in range(20): q = p[:]
""".strip().split("\n")]


def function(setup, statement):
    """A function that runs the statement n times and returns the processor time of that."""
    indent = "        "
    # "\\n" before a keyword or a name starts a new line of the loop; inside a text it is the escape.
    body = re.sub(r"\\n(?=for |while |f\.)", "\n" + indent, statement)
    source = f"def bench(n):\n    from time import process_time as clock\n    {setup or 'pass'}\n    start = clock()\n    for _ in range(n):\n{indent}{body}\n    return clock() - start\n"
    namespace = {}
    exec(source, namespace)
    return namespace["bench"]


def serve():
    """The child: reads lines [index, n, rounds], answers with the best time of n runs."""
    for line in sys.stdin:
        index, n, rounds = json.loads(line)
        bench = function(*(OPERATIONS[index][1:] if index >= 0 else ("", "pass")))
        print(json.dumps(min(bench(n) for _ in range(rounds))), flush=True)


class Child:
    def __init__(self, interpreter):
        self.process = subprocess.Popen([interpreter, __file__, "--serve"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def time(self, index, n, rounds=1):
        self.process.stdin.write(json.dumps([index, n, rounds]) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            sys.exit(f"{self.process.args[0]} died in {OPERATIONS[index]}")
        return json.loads(answer)


def measure(children, index, seconds, rounds):
    n = 1
    while (took := children[1].time(index, n)) < seconds / 4 and n < 10_000_000:
        n = max(n * 2, int(n * seconds / 4 / max(took, 1e-7) * 0.5))
    n = max(1, int(n * seconds / max(took, 1e-7)))
    best = [math.inf, math.inf]
    for _ in range(rounds):
        for i, child in enumerate(children):
            best[i] = min(best[i], child.time(index, n))
    empty = [child.time(-1, n, 2) for child in children]
    return [max(b - e, b / 20) / n for b, e in zip(best, empty)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--time", type=float, default=0.02, help="seconds of python3.11 for each round")
    parser.add_argument("--below", type=float, default=math.inf, help="show only operations with a ratio below this")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("patterns", nargs="*")
    options = parser.parse_args()
    if options.serve:
        return serve()
    children = [Child(KRAIT), Child(ORACLE)]
    results = []
    for index, (name, *_) in enumerate(OPERATIONS):
        if options.patterns and not any(p in name for p in options.patterns):
            continue
        ours, theirs = measure(children, index, options.time, options.rounds)
        results.append((theirs / ours, name, ours, theirs))
    for ratio, name, ours, theirs in sorted(results, reverse=True):
        if ratio < options.below:
            print(f"{name:28} krait {ours * 1e6:11.3f} us   python3.11 {theirs * 1e6:11.3f} us   {ratio:6.2f}")
    mean = math.exp(sum(math.log(r[0]) for r in results) / max(len(results), 1))
    print(f"geometric mean of {len(results)} operations: {mean:.2f} times as fast; {sum(r[0] < 1 for r in results)} of them slower than python3.11")


if __name__ == "__main__":
    main()
