"""Requests for more memory than there is: MemoryError or OverflowError, with the same text everywhere, and life goes on."""
import array
import collections
import io
import itertools
import mmap
import operator
import re
import resource
import struct
import sys

from _cases import show

if "asan" not in sys.executable:   # AddressSanitizer takes terabytes of addresses itself; the sizes are beyond any machine's anyway
    resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
BIG, HUGE, OVER = 1 << 40, (1 << 63) - 1, 1 << 64
CASES = r"""
'x' * BIG
'x' * HUGE
'x' * OVER
'\u1234' * (HUGE // 2)
'\U00012345' * (HUGE // 4)
b'x' * BIG
b'xy' * HUGE
b'x' * OVER
[0] * BIG
[0] * HUGE
[0] * OVER
(0,) * BIG
(0,) * HUGE
(0,) * OVER
bytes(BIG)
bytes(HUGE)
bytes(OVER)
bytes(-1)
bytearray(BIG)
bytearray(HUGE)
bytearray(OVER)
list(range(BIG))
len(range(OVER))
range(OVER)[HUGE + 1]
'x'.ljust(BIG)
'x'.rjust(HUGE)
'x'.center(OVER)
'x'.zfill(BIG)
'x'.zfill(HUGE)
'\t'.expandtabs(BIG)
'\t'.expandtabs(HUGE)
b'x'.ljust(BIG)
b'x'.center(HUGE)
b'x'.zfill(BIG)
('x' * 1000000).replace('', 'y' * 1000000)
('x' * 1000000).replace('x', 'y' * 1000000)
(b'x' * 1000000).replace(b'x', b'y' * 1000000)
('x' * 100000).join(['y'] * 1000000)
(b'x' * 100000).join([b'y'] * 1000000)
('x' * 100000).translate({120: 'y' * 100000})
'%*d' % (BIG, 1)
'%*d' % (OVER, 1)
'%.*d' % (BIG, 1)
'%99999999999999999999d' % 1
'{:{}}'.format('x', BIG)
'{:{}}'.format('x', HUGE)
'{:99999999999999999999}'.format('x')
format(1, '1000000000000')
format(1.5, '.1000000000000f')
format(1.5, '.99999999999999999999f')
f'{1:>{BIG}}'
1 << BIG
1 << HUGE
1 << OVER
0 << OVER
1 >> OVER
-1 >> OVER
(1 << 100).to_bytes(BIG, 'big')
(1 << 100).to_bytes(HUGE, 'big')
(1).to_bytes(OVER, 'big')
array.array('d', [0]) * BIG
array.array('d', [0]) * HUGE
array.array('b', bytes(BIG))
collections.deque(maxlen=OVER)
collections.deque([1]).__mul__(OVER)
collections.deque([1]).insert(OVER, 1)
collections.deque([1]).rotate(OVER)
list(itertools.product([0], repeat=BIG))
list(itertools.product([0], repeat=OVER))
list(itertools.permutations(range(3), OVER))
list(itertools.combinations(range(3), OVER))
list(itertools.combinations(range(3), BIG))
next(itertools.islice([1], OVER))
itertools.repeat(0, OVER)
io.BytesIO().write(bytes(10)) and io.BytesIO().seek(OVER)
io.BytesIO(b'abc').read(OVER)
io.BytesIO(b'abc').read(HUGE)
io.BytesIO(b'abc').truncate(OVER)
io.StringIO('abc').read(OVER)
io.StringIO('abc').seek(OVER)
io.BufferedReader(io.BytesIO(b'abc'), BIG).read(1)
io.BufferedReader(io.BytesIO(b'abc'), OVER)
io.BufferedReader(io.BytesIO(b'abc')).read(HUGE)
io.BufferedReader(io.BytesIO(b'abc')).read1(HUGE)
open('/dev/zero', 'rb').read(BIG)
open('/dev/zero', 'rb', 0).read(OVER)
struct.pack('%ds' % BIG, b'x')
struct.calcsize('%dq' % HUGE)
struct.calcsize('99999999999999999999b')
struct.calcsize('%db%db' % (HUGE, HUGE))
struct.unpack('%ds' % BIG, b'x')
memoryview(b'abc').cast('B', [BIG])
memoryview(b'abc')[OVER]
memoryview(b'abc')[:OVER].tobytes()
mmap.mmap(-1, BIG)
mmap.mmap(-1, OVER)
re.compile('a{%d}' % OVER)
re.compile('(?:a{1000000}){1000000}').match('a' * 10)
re.sub('x', 'y' * 1000000, 'x' * 1000000)
re.match('a*', 'a' * 10).group(OVER)
operator.length_hint([], OVER)
operator.index(OVER)
'abc'[OVER]
'abc'[:OVER]
'abc'.find('c', -OVER, OVER)
'abc'.split('b', OVER)
'abc'.replace('b', 'c', OVER)
[1].insert(OVER, 2)
[1].index(1, -OVER, OVER)
[1][OVER]
[1].pop(OVER)
[1].__imul__(BIG)
[1].__imul__(OVER)
''.join(itertools.repeat('x' * 1000000, BIG))
max([BIG, HUGE, OVER])
"""
show(CASES, globals())
print("still here", len([0] * 1000), "x" * 3)
