"""Method calls, inherited methods, super(), properties, and short-lived objects."""


class Vector:
    def __init__(self, x, y):
        self.x = x
        self.y = y

    def add(self, other):
        return Vector(self.x + other.x, self.y + other.y)

    @property
    def sum(self):
        return self.x + self.y


class Base:
    def step(self, n):
        return n + 1


class Derived(Base):
    def step(self, n):
        return super().step(n) + 1


def main():
    v, one = Vector(0, 0), Vector(1, 2)
    for _ in range(600_000):
        v = v.add(one)
    d, n = Derived(), 0
    for _ in range(500_000):
        n = d.step(n)
    return v.sum, n
