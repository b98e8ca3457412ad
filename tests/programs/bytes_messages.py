"""Results and error messages of bytes, bytearray and memoryview."""
from _cases import show

CASES = r"""
b'a'.find('a')
b'a'.find(300)
b'a'.find(97)
b'a'.find()
b'a'.find(b'a','x')
b'a'.find(1.5)
b'a'.index(b'b')
b'a'.rindex(b'b')
b'a'.count(None)
b'a'.startswith('a')
b'a'.startswith(('a',))
b'a'.startswith(97)
b'a'.join(1)
b'a'.join(['a'])
b'a'.join([1])
b'a'.split('a')
b'a'.split(b'')
b'a'.partition(b'')
b'a'.partition('a')
b'a'.strip('a')
b'a'.center(5,'a')
b'a'.center(5,b'ab')
b'a'.ljust(5,b'ab')
b'a'.rjust(5,1)
b'a'.center(5,bytearray(b'x'))
b'a'.replace('a',b'')
b'a'.replace(b'a','')
b'a'.translate(b'a')
b'a'.translate(None,b'a')
b'a'.translate(1)
b'a'.translate(None,'a')
bytes.maketrans(b'a',b'bc')
bytes.maketrans('a',b'b')
bytes.fromhex('zz')
bytes.fromhex('a')
bytes.fromhex('ab c')
bytes.fromhex(1)
bytes.fromhex('ab\u1234')
b'a'.hex('::')
b'a'.hex(1)
b'a'.hex('\u1234')
b'abc'.hex(':',2)
b'abcde'.hex(':',-2)
b'a'.hex(b':')
b'a'.decode(1)
b'a'.decode('utf-8',1)
b'a'+'a'
b'a'+1
b'a'*'a'
b'a'['x']
b'a'[3]
'a' in b'a'
300 in b'a'
1.5 in b'a'
b'a'<'a'
bytes(1,2,3,4)
bytes('a')
bytes('a','utf-8','strict',1)
bytes(1,'utf-8')
bytes(b'a','utf-8')
bytes(-1)
bytes(1.5)
bytes([300])
bytes(['a'])
bytes([1.5])
bytes(2**65)
bytes(object())
bytes(encoding='x')
bytes(errors='x')
bytes(source=1)
bytes(x=1)
bytes([1],errors='x')
bytes('a',errors='strict')
bytearray('a')
bytearray(-1)
bytearray(1.5)
bytearray([300])
bytearray(['a'])
bytearray(2**65)
bytearray(object())
bytearray(encoding='x')
bytearray([1],'utf8')
bytearray(b'a').append(300)
bytearray(b'a').append('a')
bytearray(b'a').append(b'a')
bytearray(b'a').insert(0,300)
bytearray(b'a').insert('a',1)
bytearray(b'a').remove(5)
bytearray(b'a').remove(300)
bytearray(b'').pop()
bytearray(b'a').pop(5)
bytearray(b'a').extend(1)
bytearray(b'a').extend('ab')
bytearray(b'a').extend([300])
bytearray(b'a').extend(['a'])
bytearray(b'a')[5]
bytearray(b'a')['a']
bytearray(b'a').__setitem__(0,300)
bytearray(b'a').__setitem__(0,'a')
bytearray(b'a').__setitem__(5,1)
bytearray(b'a').__setitem__('x',1)
bytearray(b'a').__setitem__(slice(0,1),1)
bytearray(b'a').__setitem__(slice(0,1),'a')
bytearray(b'a').__setitem__(slice(0,1),[300])
bytearray(b'abc').__setitem__(slice(0,3,2),b'a')
bytearray(b'abc').__delitem__(5)
bytearray(b'a')+'a'
bytearray(b'a').__iadd__('a')
bytearray(b'a').__reduce_ex__(2)
bytearray(b'a\xff').__reduce_ex__(0)
bytearray(b'a').__reduce__()
bytearray(b'a').__alloc__()
bytearray(b'a').__sizeof__()
b'a'.__sizeof__()
b'%d' % 'a'
b'%s' % 'a'
b'%s' % 1
b'%b' % 1
b'%b' % 'a'
b'%c' % 300
b'%c' % 'a'
b'%c' % b'ab'
b'%a' % '\u1234'
b'%r' % b'a'
b'%z' % 1
b'%(a)s' % {b'a':b'x'}
b'%(a)s' % {'a':b'x'}
b'%x' % 1.5
b'abc' % 1
b'%.1f' % 2.55
b'%5s|%-5s|' % (b'a',b'b')
b'%s' % memoryview(b'ab')
b'%f' % 'a'
b'%*d' % (5,3)
b'a\'b"\n\x00\xff'
bytearray(b"a'b")
b'a'.expandtabs('x')
b'a'.splitlines('x')
b'a'.zfill('x')
b'a'.removeprefix('a')
b'a'.isalpha(1)
b'a'.__bytes__()
b'a'.__getnewargs__()
b'a'.__add__(1)
bytes.__new__(int)
memoryview(1)
memoryview(b'a').cast('x')
memoryview(b'abc').cast('H')
memoryview(b'abc')['x']
memoryview(b'abc')[5]
memoryview(b'abc')[0,0]
memoryview(b'abc').__setitem__(0,1)
memoryview(bytearray(b'abc')).__setitem__(0,300)
memoryview(bytearray(b'abc')).__setitem__(0,'a')
memoryview(bytearray(b'abc')).__setitem__(slice(0,2),b'a')
memoryview(bytearray(b'abc')).__delitem__(0)
memoryview(b'abcd').cast('B',[2,3])
memoryview(b'abcd').cast('B',[2,2])[0]
memoryview(b'abcd').cast('B',[2,2])[0,5]
memoryview(b'abcd').cast('B',[2,2]).tolist()
memoryview(b'abcd').cast('B','x')
memoryview(b'abcd').cast('B',[-1])
memoryview(b'abcd').cast('B',[])
memoryview(b'a').cast('B',[])[()]
memoryview(b'abcd').cast(1)
memoryview(b'abcd').tobytes('X')
memoryview(b'abcd').tobytes(1)
memoryview(b'abcd') == b'abcd'
hash(memoryview(b'a'))==hash(b'a')
hash(memoryview(bytearray(b'a')))
hash(memoryview(b'aaaa').cast('H'))
memoryview(b'abcd').__reduce_ex__(2)
memoryview(b'abcd', 1)
repr(memoryview(b'a'))[:13]
len(memoryview(b'a').cast('B',[]))
memoryview(b'abcd')[1.5]
memoryview(b'abcd')[None]
memoryview(b'abcd')[...]
memoryview(b'abcd').cast('@I')[0]
memoryview(b'abcd').cast('<I')[0]
memoryview(b'abcdefgh').cast('d').tolist()
memoryview(b'abcdefgh').cast('n').format
memoryview(b'abcdefgh').cast('P').tolist()
memoryview(b'abcdefgh').cast('?').tolist()
memoryview(b'abcdefgh').cast('c').tolist()
memoryview(b'abcdefgh').cast('e').tolist()
memoryview(bytearray(8)).cast('d').__setitem__(0,'x')
memoryview(bytearray(8)).cast('c').__setitem__(0,'x')
memoryview(bytearray(8)).cast('c').__setitem__(0,b'xy')
memoryview(bytearray(8)).cast('?').__setitem__(0,'x')
memoryview(bytearray(8)).cast('H').__setitem__(0,-1)
memoryview(bytearray(8)).cast('q').__setitem__(0,2**64)
memoryview(bytearray(8)).cast('Q').__setitem__(0,-1)
memoryview(bytearray(8)).cast('f').__setitem__(0,1e300)
memoryview(bytearray(8)).cast('b').__setitem__(0,1.5)
(lambda m:(m.release(),m[0]))(memoryview(b'a'))
(lambda m:(m.release(),repr(m)[:9],m.release(),m.shape))(memoryview(b'a'))
(lambda b:(memoryview(b),b.append(1)))(bytearray(b'a'))
"""
show(CASES, globals())
