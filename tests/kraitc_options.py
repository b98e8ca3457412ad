#!/usr/bin/python3.11
"""kraitc beside `python3.11 -m compileall`: same options, same files, same contents of the header and co_filename, same exit status.

    kraitc_options.py build/kraitc
"""
import marshal, os, shutil, subprocess, sys, tempfile

KRAITC = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else 'build/kraitc')
os.chdir(tempfile.mkdtemp(prefix='kraitc-'))


def tree():
    shutil.rmtree('t',ignore_errors=True)
    for d in ('t/a/b/c','t/d'): os.makedirs(d)
    for f in ('t/x.py','t/a/y.py','t/a/b/z.py','t/a/b/c/w.py','t/d/v.py'):
        open(f,'w').write('def f():\n  "doc"\n  assert 1\n'); os.utime(f,(1e9,1e9))
    open('list','w').write('t/a\nt/x.py\n')
def collect():
    out={}
    for r,_,fs in os.walk('t'):
        for f in fs:
            if f.endswith('.pyc'):
                b=open(os.path.join(r,f),'rb').read(); out[os.path.join(r,f)]=(b[:16],marshal.loads(b[16:]).co_filename)
    return out
bad=0
for args in (['t'],['-l','t'],['-r','1','t'],['-r0','t'],['-b','t'],['-d','/dest','t'],['-s','t','t'],['-s','t/a','t'],['-p','/pre','t'],['-s','t/a','-p','/pre','t'],['-x','a/b','t'],['-i','list'],['-i','list','t/d'],['-o','1','-o','2','t'],['--invalidation-mode','unchecked-hash','t'],['--invalidation-mode','checked-hash','-o','0','t'],['t/x.py','t/d'],['-f','t'],['nothere.py'],['nothere'],['t/x.py','-d','zz'], [os.path.abspath('t'),'-s',os.path.abspath('.'),'-p','/usr'],['-b','-o','2','t']):
    res=[]
    for cmd in (['/usr/bin/python3.11','-m','compileall','-q'],[KRAITC,'-q']):
        tree(); p=subprocess.run(cmd+args,capture_output=True,text=True); res.append((collect(),p.returncode,p.stdout))
    if res[0][:2]!=res[1][:2]:
        bad+=1; print('DIFF',args,res[0][1:],res[1][1:])
        for k in sorted(set(res[0][0])|set(res[1][0])):
            if res[0][0].get(k)!=res[1][0].get(k): print('  ',k,res[0][0].get(k),res[1][0].get(k)); break
print('bad',bad)
shutil.rmtree(os.getcwd())
sys.exit(bad != 0)
