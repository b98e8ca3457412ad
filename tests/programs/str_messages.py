"""Results and error messages of str's methods, %, format."""
from _cases import show

CASES = r"""
'a'.find(1)
'a'.find()
'a'.find('a',1,2,3)
'a'.find('a','b')
'a'.find('a',x=1)
'a'.startswith(1)
'a'.startswith(('a',1))
'a'.startswith(('b',1))
'a'.startswith('a','b')
'a'.startswith()
'a'.endswith(1)
'a'.endswith(('b',1))
'a'.index('b')
'a'.rindex('b')
'a'.count(1)
'a'.join(1)
'a'.join([1])
'a'.split(1)
'a'.split('')
'a'.rsplit('')
'a'.split(' ',1,2)
'a'.partition(1)
'a'.partition('')
'a'.rpartition('')
'a'.strip(1)
'a'.lstrip(1)
'a'.center(5,'ab')
'a'.center(5,1)
'a'.center('x')
'a'.replace(1,2)
'a'.replace('a',2)
'a'.removeprefix(1)
'a'.translate(1)
'a'.translate({97:-1})
'a'.translate({97:0x110000})
'a'.translate({97:1.5})
str.maketrans(1)
str.maketrans('a','bc')
str.maketrans('a',1)
str.maketrans(1,'a')
str.maketrans({'ab':1})
str.maketrans({1.5:1})
str.maketrans('a','b',1)
'a'.expandtabs('x')
'a'.zfill('x')
'a'.encode(1)
'a'.encode('utf-8',1)
'a'.encode('a\\0b')
'a'.encode('foo')
'a'.encode('hex')
'a'.format_map()
'a'+1
1+'a'
'a'*'b'
'a'['x']
'a'[5]
1 in 'a'
'a'<1
str(1,2,3,4)
str(b'a',1)
str(b'a','utf-8',1)
str('a','utf-8')
str(1,'utf-8')
str(x=1)
str(object=1)
'a'*(2**63)
'%d' % 'a'
'%d' % ()
'%d' % (1,2)
'%(a)s' % 1
'%(a' % {}
'%z' % 1
'%' % ()
'%c' % 'ab'
'%c' % 1.5
'%c' % 0x110000
'%x' % 1.5
'%d' % 1.5
'%f' % 'a'
'%*d' % ('a',1)
'%.*d' % ('a',1)
'%.99999999999999999999d' % 1
'%99999999999999999999d' % 1
'%s %s' % 1
'%i' % None
'%(a)s %s' % {'a':1}
'%(a)*s' % {'a':1}
'abc' % 1
'abc' % [1]
'abc' % {}
'%x' % 'a'
'%o' % 'a'
'%c' % b'a'
'%c' % -1
'%b' % 1
'%.300f' % 1e300
'%#.5x' % 10
'%+05d' % 3
'%#o' % 8
'%-5d|' % 3
'% d' % 3
'%05s' % 'a'
'%.2s' % 'abc'
'%r' % 'a'
'%a' % '\u1234'
'%.3d' % 7
'%08.3d' % -7
'%#x' % -255
'%#08x' % 255
'%#8.3X' % 10
'%+s' % 1
'%ld' % 1
'%lld' % 1
'%5%' % ()
'%c' % '\u1234'
'%.0f' % 2.5
'%g' % 1e10
'%G' % float('inf')
'%F' % float('nan')
'%010f' % float('-inf')
'%u' % -3
'%-010d|' % 3
'{' .format()
'}'.format()
'{0'.format(1)
'{0!'.format(1)
'{0!}'.format(1)
'{0!x}'.format(1)
'{0!rr}'.format(1)
'{0:'.format(1)
'{0.}'.format(1)
'{0[}'.format(1)
'{0[]}'.format(1)
'{0[0]a}'.format([1])
'{0}{}'.format(1,2)
'{}{0}'.format(1,2)
'{}'.format()
'{1}'.format(1)
'{a}'.format()
'{0:{1:{2}}}'.format(1,2,3)
'{99999999999999999999}'.format(1)
'{0[99999999999999999999]}'.format(1)
'{:{}}'.format(1,5)
'{!r}'.format('a')
'{a.b}'.format(a=1)
'{}'.format_map({})
'{a}'.format_map({})
'{0!r:>5}'.format(1)
'{:}}'.format(1)
'{a!}'.format(a=1)
'{!}'.format(1)
'{a{}}'.format(1)
'{[}'.format(1)
'{0]}'.format(1)
format('a','d')
format('a','=5')
format('a','+5')
format('a',',')
format('a','#')
format('a','.')
format('a','5.1x')
format('a','05')
format('a',' 5')
format('a','_')
format('a','99999999999999999999')
format('a','.99999999999999999999')
format('a','5ss')
format('a','\u1234>5')
format('a','z')
format('a','<5n')
'a'.__getitem__(1.0)
'a'.splitlines(1,2)
'a'.splitlines(keepends='x')
'a'.isalpha(1)
'a'.lower(1)
'a'.format_map(1,2)
'a'.__contains__()
int.__format__(1)
'a'.__format__(1)
'a'.center()
'a'.center(1,'b','c')
str.join()
str.join(1,2)
'a'.encode('ascii','foo')
'\xe9'.encode('ascii','foo')
'\ud800'.encode()
'\u1234\u1235a'.encode('latin-1')
b'\xff'.decode()
b'a\xe2\x82'.decode()
b'\xff'.decode('ascii')
"""
show(CASES, globals())
