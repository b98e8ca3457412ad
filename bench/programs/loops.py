"""Loops over ints: while, for, nested; a sieve."""


def sums(n):
    total = i = 0
    while i < n:
        total += i
        i += 1
    return total


def nested(n):
    count = 0
    for i in range(n):
        for j in range(i):
            if (i ^ j) & 1:
                count += 1
    return count


def sieve(n):
    flags = [True] * n
    for i in range(2, int(n ** 0.5) + 1):
        if flags[i]:
            for j in range(i * i, n, i):
                flags[j] = False
    return sum(flags) - 2


def main():
    return sums(4_000_000), nested(1800), sieve(1_000_000)
