"""Values nested in themselves thousands of times, and what can be done with them: each operation ends normally or with an ordinary exception, whatever the stack's size.

Usage: krait tests/recursion_matrix.py main|thread DEPTH [KIND...]. Prints each attempt before it is made, so that a crash is known by the last line. test_recursion.py runs it with several stacks.
"""
import ast, collections, copy, dataclasses, functools, gc, io, itertools, json, marshal, operator, pickle, sys, time, traceback, types, weakref
import xml.etree.ElementTree

LESS = {"buffered": 1000, "text": 300}   # where making one more asks all others
KINDS = {
    "list": "[x]", "tuple": "(x,)", "dict": "{1: x}", "frozenset": "frozenset([x])", "deque": "collections.deque([x])", "ordered": "collections.OrderedDict(a=x)",
    "defaultdict": "collections.defaultdict(None, {1: x})", "values": "{1: x}.values()", "items": "{1: x}.items()", "slice": "slice(x)", "namespace": "types.SimpleNamespace(a=x)",
    "proxy": "types.MappingProxyType({1: x})", "proxies": "types.MappingProxyType({1: 1} if x is None else x)", "partial": "functools.partial(print, x)", "alias": "list[x or int]",
    "alias_tuple": "types.GenericAlias(list, (x,))", "group": "ExceptionGroup('', [x or ValueError()])", "exception": "ValueError(x)", "method": "types.MethodType(x or int, 1)",
    "selves": "types.MethodType(int, x or 1)", "object": "Node(x)", "slots": "Slots(x)", "named": "Named(x)", "data": "Data(x)", "list_iterator": "iter([x])", "lru": "functools.lru_cache(x or int)",
    "static": "staticmethod(x or int)", "class": "classmethod(x or int)", "property": "property(x)", "views": "memoryview(x or b'1')", "key": "functools.cmp_to_key(lambda a, b: 0)(x)",
    "union": "list[x or int] | int", "cell": "types.CellType(x)", "sets": "(frozenset([(x,)]),)", "code": "empty.replace(co_consts=(x,))", "ast": "ast.UnaryOp(ast.USub(), x or ast.Constant(1))",
    "element": "element(x)", "struct_time": "time.struct_time((x,) + (1,) * 8)", "buffered": "io.BufferedReader(x or io.BytesIO(b'ab'), 1)", "text": "io.TextIOWrapper(x or io.BytesIO(b'ab'))",
    "itemgetter": "operator.itemgetter(x)", "generator": "(i for i in x or [1])", "map": "map(int, x or [1])", "chain": "itertools.chain(x or [1])", "islice": "itertools.islice(x or [1], 5)",
    "accumulate": "itertools.accumulate(x or [1])", "starmap": "itertools.starmap(max, zip(x or [1], [2]))", "groupby": "itertools.groupby(x or [1])",
    "tee": "itertools.tee(x or [1])[0]", "pairwise": "itertools.pairwise(x or [1])", "zip": "zip(x or [1])", "longest": "itertools.zip_longest(x or [1])", "enumerate": "enumerate(x or [1])",
    "takewhile": "itertools.takewhile(bool, x or [1])", "dropwhile": "itertools.dropwhile(bool, x or [1])", "filter": "filter(None, x or [1])", "compress": "itertools.compress(x or [1], [1])",
    "delegating": "delegate(x or [1])", "weak": "weakref.WeakMethod(keep(types.MethodType(int, x or A())))", "context": "exception_in(x)",
}
OPERATIONS = [
    "repr(v)", "str(v)", "hash(v)", "v == w", "v < w", "v != w", "pickle.dumps(v)", "copy.deepcopy(v)", "copy.copy(v)", "marshal.dumps(v)", "json.dumps(v)", "v()", "v.nothing", "v.nothing = 1", "len(v)",
    "list(v)", "5 in v", "v[1]", "bool(v)", "v.__reduce_ex__(4)", "sys.getsizeof(v)", "isinstance(1, v)", "issubclass(int, v)", "format(v)", "v.__get__(1, int)", "v | v", "v + v", "v.__parameters__",
    "v.__doc__", "v.__name__", "v.__isabstractmethod__", "v.__wrapped__", "ast.unparse(v)", "ast.literal_eval(v)", "compile(ast.Expression(ast.fix_missing_locations(v)), '', 'eval')",
    "v.split(TypeError)", "v.subgroup(lambda e: False)", "traceback.format_exception(v)", "sys.__excepthook__(type(v), v, None)", "int(v)", "bytes(v)", "v.read()", "v.readable()", "v.seek(0)", "v.name",
    "v.close()", "next(v)", "'%s' % (v,)", "sorted([v, w])", "[w].index(v)", "{v: 1}[w]", "type('A', (v,), {})", "type(v)(v)", "v.tobytes()", "list(reversed(v))",
    "print(v, file=io.StringIO())", "exec(v)", "del v.a", "v[int]", "v in {w}", "min(v, w)", "v.count(w)", "catch(v)", "v.__class__", "gc.get_referents(v)", "v.__setstate__(v)", "v.throw(ValueError)",
]


class A:
    pass


class Node:
    def __init__(self, x):
        self.a = x


class Slots:
    __slots__ = "a"

    def __init__(self, x):
        self.a = x


Named = collections.namedtuple("Named", "a")
empty = compile("1", "", "exec")
kept = []


@dataclasses.dataclass(order=True, frozen=True)
class Data:
    a: object


def keep(x):
    kept.append(x)
    return x


def element(x):
    e = xml.etree.ElementTree.Element("a")
    if x is not None:
        e.append(x)
    return e


def exception_in(x):
    e = ValueError()
    e.__context__ = x
    return e


def delegate(x):
    yield from x


def catch(v):
    try:
        raise v
    except* TypeError:
        pass


def nested(kind):
    make, x = eval("lambda x: " + KINDS[kind]), None
    for _ in range(LESS.get(kind, int(sys.argv[2]))):
        x = make(x)
    return x


def attempt(kind):
    print(kind, "is made", flush=True)
    names = {**globals(), "v": nested(kind), "w": nested(kind)}
    gc.collect()
    for operation in OPERATIONS:
        print(kind, operation, end=" ", flush=True)
        try:
            exec(operation, names)
            result = "ended"
        except Exception as e:
            result = type(e).__name__
            e.__traceback__ = e.__context__ = None
        print(result, flush=True)
    print(kind, "is freed", flush=True)
    names.clear()
    kept.clear()
    gc.collect()


def main():
    sys.setrecursionlimit(10**9)
    sys.stderr = io.StringIO()
    for kind in sys.argv[3:] or KINDS:
        attempt(kind)
    print("end")


if __name__ == "__main__":
    if sys.argv[1] == "thread":
        import threading

        threading.stack_size(32768)
        thread = threading.Thread(target=main)
        thread.start()
        thread.join()
    else:
        main()
