"""Reading and writing attributes of instances, with and without __slots__."""


class Point:
    def __init__(self, x, y):
        self.x = x
        self.y = y


class Slotted:
    __slots__ = ("x", "y")

    def __init__(self, x, y):
        self.x = x
        self.y = y


def walk(point, n):
    for i in range(n):
        point.x = point.x + point.y
        point.y = i - point.y
    return point.x, point.y


def main():
    return walk(Point(1, 2), 1_500_000), walk(Slotted(1, 2), 1_500_000)
