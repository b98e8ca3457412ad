"""Which classes may stand in for one another as the base of a class, and what is said of those that may not."""
class Plain: pass
class Empty: __slots__ = ()
class Slotted: __slots__ = ("a",)
class Lists(list): pass
class EmptyLists(list): __slots__ = ()
class Dicts(dict): pass
class Ints(int): pass
class Texts(str): __slots__ = ()
class Errors(Exception): pass
class EmptyErrors(Exception): __slots__ = ()


BASES = [object, Plain, Empty, Slotted, list, Lists, EmptyLists, dict, Dicts, int, Ints, str, Texts, Exception, Errors, EmptyErrors, ValueError, OSError, tuple, set, float, type, bool]
for old in BASES:
    for new in BASES:
        for body in {}, {"__slots__": ()}, {"__slots__": ("q",)}:
            try:
                made = type("Made", (old,), dict(body))
            except TypeError:
                continue
            try:
                made.__bases__ = (new,)
                result = "assigned"
            except TypeError as error:
                result = error
            print(old.__name__, new.__name__, body, result)
