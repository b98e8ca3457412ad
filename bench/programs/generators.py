"""Generators: chains of them, and a recursive one."""


def count(n):
    i = 0
    while i < n:
        yield i
        i += 1


def odd(values):
    for v in values:
        if v & 1:
            yield v


def tree(depth):
    if depth:
        yield from tree(depth - 1)
        yield depth
        yield from tree(depth - 1)


def main():
    return sum(odd(count(1_000_000))), sum(v * 2 for v in odd(count(500_000))), sum(tree(15))
