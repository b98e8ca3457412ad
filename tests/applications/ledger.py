"""A ledger: dataclasses, typing, enum, argparse, logging, and a library that checks itself with assert."""
from __future__ import annotations

import argparse
import contextlib
import dataclasses
import enum
import functools
import json
import logging
import pathlib
import sys
import tempfile
import typing
from collections import Counter, defaultdict
from datetime import date, timedelta
from decimal import Decimal

log = logging.getLogger("ledger")
T = typing.TypeVar("T")


class Kind(enum.Enum):
    """What an entry does."""
    INCOME = "income"
    EXPENSE = "expense"

    @property
    def sign(self) -> int:
        return 1 if self is Kind.INCOME else -1


class Flags(enum.Flag):
    NONE = 0
    PAID = enum.auto()
    DISPUTED = enum.auto()


@dataclasses.dataclass(order=True, frozen=True)
class Entry:
    day: date
    amount: Decimal
    kind: Kind = dataclasses.field(compare=False)
    tags: tuple[str, ...] = ()
    flags: Flags = dataclasses.field(default=Flags.NONE, compare=False)

    def __post_init__(self):
        assert self.amount > 0, f"amount must be positive, not {self.amount}"

    @functools.cached_property
    def value(self) -> Decimal:
        return self.amount * self.kind.sign


@typing.runtime_checkable
class Renderer(typing.Protocol):
    def render(self, ledger: Ledger) -> str: ...


@dataclasses.dataclass
class Ledger(typing.Generic[T]):
    owner: T
    entries: list[Entry] = dataclasses.field(default_factory=list)

    def add(self, entry: Entry) -> Ledger[T]:
        assert isinstance(entry, Entry), "not an entry"
        if __debug__:
            log.debug("adding %s", entry.amount)
        self.entries.append(entry)
        return self

    @property
    def balance(self) -> Decimal:
        return sum((e.value for e in self.entries), Decimal(0))

    def by_month(self) -> dict[str, Decimal]:
        totals: defaultdict[str, Decimal] = defaultdict(Decimal)
        for e in sorted(self.entries):
            totals[f"{e.day:%Y-%m}"] += e.value
        return dict(totals)

    def tags(self) -> Counter[str]:
        return Counter(t for e in self.entries for t in e.tags)


class TextRenderer:
    def render(self, ledger: Ledger) -> str:
        lines = [f"Ledger of {ledger.owner!r}: {ledger.balance:+.2f}"]
        lines += [f"  {month}  {total:>10.2f}" for month, total in ledger.by_month().items()]
        return "\n".join(lines)


class JsonRenderer:
    def render(self, ledger: Ledger) -> str:
        def convert(value):
            match value:
                case Decimal():
                    return str(value)
                case date():
                    return value.isoformat()
                case enum.Flag():
                    return value.value
                case enum.Enum():
                    return value.name.lower()
            raise TypeError(type(value).__name__)
        return json.dumps(dataclasses.asdict(ledger), default=convert, sort_keys=True, indent=1)


@contextlib.contextmanager
def saved(ledger: Ledger, renderer: Renderer):
    assert isinstance(renderer, Renderer)
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "ledger.json")
        path.write_text(renderer.render(ledger))
        try:
            yield path
        finally:
            log.info("saved %d bytes", path.stat().st_size)


def sample(count: int) -> Ledger[str]:
    """A ledger with `count` entries."""
    ledger = Ledger("ann")
    for i in range(count):
        kind = Kind.INCOME if i % 3 == 0 else Kind("expense")
        ledger.add(Entry(date(2026, 1, 1) + timedelta(days=i * 9), Decimal(i * 7 % 50 + 1) / 4, kind, tuple("abc"[: i % 4]), Flags.PAID | Flags.DISPUTED if i % 5 == 0 else Flags.PAID))
    return ledger


def main(argv: typing.Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="ledger", description=__doc__)
    parser.add_argument("count", type=int, nargs="?", default=12)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("-v", "--verbose", action="count", default=0)
    options = parser.parse_args(argv)
    logging.basicConfig(stream=sys.stdout, level=logging.WARNING - 10 * options.verbose, format="%(levelname)s:%(name)s:%(message)s", force=True)
    ledger = sample(options.count)
    print((JsonRenderer() if options.json else TextRenderer()).render(ledger))
    with saved(ledger, JsonRenderer()) as path:
        print(len(json.loads(path.read_text())["entries"]), ledger.tags().most_common(2))
    try:
        Entry(date.min, Decimal(-1), Kind.EXPENSE)
    except AssertionError as error:
        print("refused:", error)
    else:
        print("accepted: checks are off")
    print(sample.__doc__, Kind.__doc__, __debug__, typing.get_type_hints(Ledger.add)["entry"].__name__, Flags(3), max(ledger.entries).tags)
    return options.count % 2


if __name__ == "__main__":
    for arguments in ([], ["5", "-vv"], ["3", "--json", "-v"]):
        print("status", main(arguments))
    sys.exit(main(["--help"]))
