"""Corner cases of % and str.format."""
from _cases import show

CASES = r"""
'%5%' % 1
'%%' % ()
'%(a)%' % {'a':1}
'%-%' % 1
b'%z' % 1
b'%zd' % 1
b'%k' % 1
b'%5%' % 1
b'%5%' % ()
b'%(a' % {}
b'%(a)s' % 1
b'%' % ()
b'%5' % 1
b'%*d' % ('a',1)
b'%.*d' % ('a',1)
b'%99999999999999999999d' % 1
b'%.99999999999999999999d' % 1
b'%c' % 1.5
b'%c' % -1
b'%c' % 2**100
'%c' % 2**100
'%*d' % (2**70, 1)
'%.*d' % (2**40, 1)
'%.9999999999d' % 1
'%k' % 1
'%\n' % 1
'%\u1234' % 1
'%lz' % 1
'%5' % 1
'%.' % 1
'%*' % 1
'%s%' % 1
b'%s%' % b'a'
b'%d %d' % 1
b'%s' % bytearray(b'abc')
b'%.2s' % b'abc'
b'%a' % b'a\xff'
b'%-5a|' % 'x'
b'%s' % (b'a',b'b')
'%#g' % 1.0
'%#.0f' % 1.0
'% .3e' % 1.0
'%+g' % -0.0
'%05.1f' % -2.34
'%-8.1f|' % 2.34
'%.0e' % 12345.0
'%#x' % 0
'%#.3x' % 0
'%x' % True
'%d' % True
'%s' % True
'%i' % 3.99
'%d' % 10**30
'%x' % -10**30
'%.50d' % -5
'%+.5d' % 5
'%+ d' % 5
'%#+x' % 5
'%+#08x' % 5
'%010x' % -5
'%-#8x|' % 5
'%+c|' % 'a'
'%05c|' % 'a'
'%+s' % 'a'
'% s' % 'a'
'%.0s|' % 'abc'
'%.f' % 1.5
'%d' % float('inf')
'%d' % float('nan')
'%x' % float('nan')
'%d' % 'a'
'%d' % complex(1)
'%f' % complex(1)
'%f' % 10**400
'%e' % 1e-5
'%s' % (1,2)
'%s' % ((1,2),)
'%s %(a)s' % {'a':1}
'%(a)s%(b)s' % {'a':1,'b':2}
'%((a))s' % {'(a)':1}
'%(a)d %(a)5.2f' % {'a':1}
'%(a)s' % []
'%(a)s' % 'abc'
'%s' % None
'{:<5}|{:^5}|{:>5}'.format('a','b','c')
'{0.real}{1[k]}{1[0]}'.format(1,{'k':2,0:3})
'{0[k][0]}'.format({'k':[5]})
'{!s:>10}'.format(1)
'{!a}'.format('\u1234')
'{:{}}{}'.format('a',5,6)
'{:{}{}{}}'.format('a','*','^',9)
'{0:{0}}'.format(5)
'{{}}{}'.format(1)
'{:%Y}'.format(1)
'{0!\u1234}'.format(1)
'{0!\n}'.format(1)
'{a[}'.format(a=1)
'{0[a}'.format(1)
'{0..a}'.format(1)
'{.a}'.format(1)
'{[0]}'.format([5])
'{[0]}{[0]}'.format([5],[6])
'{-1}'.format(1)
'{ 0}'.format(1)
'{0 }'.format(1)
'{:,}{:_}'.format(1234,1234)
'{:,_}'.format(1)
'{:_,}'.format(1)
'{:,,}'.format(1)
format('a',',_')
format('a','_,')
format('a',',,')
format('a','\n')
format('a','5\u1234')
format('abc','.2')
format('abc','*^9.2s')
format('abc','=')
format('abc','<=5')
format('\u1234','2')
format('a','10.')
format('a','-')
format('a','-5d')
str.format()
str.format(1)
'{}'.format(*[],**{})
'{a}'.format(**{'a':1})
'{a.__class__.__name__}'.format(a=1)
'{\u0661}'.format(1,2)
'{0[\u0661]}'.format([1,2])
'{0[-1]}'.format([1,2])
'{0[1.5]}'.format({'1.5':3})
'{0.}'.format(1)
'{0.a[}'.format(1)
'{0[0}'.format([1])
'{a:'.format(a=1)
'{a!r:'.format(a=1)
'{a!r'.format(a=1)
'{'.format(1)
'a{'.format(1)
'a}b'.format(1)
'{0}}'.format(1)
list(__import__('_string').formatter_parser('a{b!r:c{d}}e{{f}}g{}'))
list(__import__('_string').formatter_parser(''))
list(__import__('_string').formatter_parser('{a!r}'))
list(__import__('_string').formatter_parser('{a:}'))
list(__import__('_string').formatter_field_name_split('0.b[1][]')[1])
__import__('_string').formatter_parser(1)
__import__('_string').formatter_field_name_split(1)
__import__('_string').formatter_parser()
"""
show(CASES, globals())
