"""Lists and dicts: comprehensions, sorting, counting, grouping."""


def main():
    seed, numbers = 12345, []
    for _ in range(300_000):
        seed = (seed * 1103515245 + 12345) % 2147483648
        numbers.append(seed % 10007)
    counts = {}
    for n in numbers:
        counts[n] = counts.get(n, 0) + 1
    groups = {}
    for n in numbers:
        groups.setdefault(n % 97, []).append(n)
    squares = [n * n for n in numbers if n % 3 == 0]
    pairs = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    unique = {n // 2 for n in numbers}
    return len(squares), pairs[:3], len(unique), sum(len(g) for g in groups.values()), sorted(numbers)[1000]
