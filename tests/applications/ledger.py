"""A ledger: dataclasses, typing, enum, argparse and logging over a library that checks itself with assert."""
from __future__ import annotations

import abc
import argparse
import collections
import contextlib
import csv
import dataclasses
import datetime
import enum
import functools
import heapq
import io
import itertools
import json
import logging
import operator
import pathlib
import sys
import tempfile
import textwrap
import typing

from money import Currency, MixedCurrencies, Money

log = logging.getLogger("ledger")
Key = typing.TypeVar("Key", bound=typing.Hashable)


class Kind(enum.Enum):
    """What an entry does."""
    INCOME = "income"
    EXPENSE = "expense"

    @property
    def sign(self) -> int:
        return 1 if self is Kind.INCOME else -1

    @classmethod
    def _missing_(cls, value: object) -> Kind | None:
        return cls.__members__.get(str(value).upper())


class Flags(enum.Flag, boundary=enum.STRICT):
    PAID = enum.auto()
    DISPUTED = enum.auto()
    SETTLED = PAID | DISPUTED


class Limits(typing.NamedTuple):
    tag: str
    most: Money = Money.parse("20")


class Row(typing.TypedDict, total=False):
    day: typing.Required[str]
    amount: str
    kind: typing.Literal["income", "expense"]
    tags: str


@dataclasses.dataclass(order=True, frozen=True, kw_only=True)
class Entry:
    """One line of the ledger."""
    day: datetime.date
    amount: Money
    kind: Kind = dataclasses.field(compare=False)
    tags: tuple[str, ...] = ()
    flags: Flags = dataclasses.field(default=Flags(0), compare=False, repr=False)

    def __post_init__(self) -> None:
        assert self.amount > Money.parse("0"), f"an entry's amount is positive, not {self.amount}"

    @functools.cached_property
    def value(self) -> Money:
        return self.amount if self.kind.sign > 0 else -self.amount

    @classmethod
    def from_row(cls, row: Row) -> Entry:
        match row:
            case {"day": str(day), "amount": str(amount), **rest}:
                return cls(day=datetime.date.fromisoformat(day), amount=Money.parse(amount), kind=Kind(rest.get("kind", "expense")), tags=tuple(filter(None, rest.get("tags", "").split("|"))))
            case {"day": _}:
                raise ValueError("an entry without an amount")
        raise ValueError(f"not an entry: {sorted(row)}")


class Ledger(collections.abc.Sequence[Entry]):
    """Entries in order of their days."""

    def __init__(self, owner: str, entries: typing.Iterable[Entry] = ()) -> None:
        self.owner, self._entries = owner, []
        for entry in entries:
            self.add(entry)

    @typing.overload
    def __getitem__(self, index: int) -> Entry: ...
    @typing.overload
    def __getitem__(self, index: slice) -> list[Entry]: ...
    def __getitem__(self, index):
        return sorted(self._entries)[index]

    def __len__(self) -> int:
        return len(self._entries)

    def add(self, entry: Entry) -> typing.Self:
        assert isinstance(entry, Entry), f"not an entry: {entry!r}"
        if __debug__:
            log.debug("adding %s of %s", entry.amount, entry.day)
        heapq.heappush(self._entries, entry)
        return self

    @property
    def balance(self) -> Money:
        return functools.reduce(operator.add, (e.value for e in self), Money.parse("0"))

    def grouped(self, key: typing.Callable[[Entry], Key]) -> dict[Key, Money]:
        totals: dict[Key, Money] = {}
        for name, group in itertools.groupby(sorted(self, key=key), key):
            totals[name] = sum((e.value for e in group), start=Money.parse("0"))
        return totals

    def check(self, *limits: Limits) -> None:
        """All the limits that are passed, at once."""
        errors = [ValueError(f"{tag}: {total} of {most}") for tag, most in limits
                  if (total := sum((e.amount for e in self if tag in e.tags and e.kind is Kind.EXPENSE), Money.parse("0"))) > most]
        if errors:
            raise ExceptionGroup("too much was spent", errors)


class Renderer(abc.ABC):
    """How a ledger is shown; subclasses register under a name."""
    known: typing.ClassVar[dict[str, type[Renderer]]] = {}

    def __init_subclass__(cls, *, name: str, **kwargs: typing.Any) -> None:
        super().__init_subclass__(**kwargs)
        assert name not in Renderer.known, f"{name} is taken"
        Renderer.known[name] = cls

    @abc.abstractmethod
    def render(self, ledger: Ledger) -> str:
        """The text."""


class Text(Renderer, name="text"):
    def render(self, ledger: Ledger) -> str:
        lines = [f"Ledger of {ledger.owner!r}: {ledger.balance:+}"]
        lines += [f"  {year}-{month:02}  {total:>12}" for (year, month), total in ledger.grouped(lambda e: (e.day.year, e.day.month)).items()]
        return "\n".join(lines) + "\n" + textwrap.fill("Tags: " + ", ".join(f"{tag} ({n})" for tag, n in collections.Counter(t for e in ledger for t in e.tags).most_common()), 40)


@functools.singledispatch
def plain(value: object) -> typing.Any:
    raise TypeError(f"cannot show {type(value).__name__}")


plain.register(Money, str)
plain.register(datetime.date, datetime.date.isoformat)
plain.register(enum.Flag, lambda flags: [f.name for f in flags])


@plain.register
def _(kind: Kind) -> str:
    return kind.value


class Json(Renderer, name="json"):
    def render(self, ledger: Ledger) -> str:
        return json.dumps({"owner": ledger.owner, "entries": [dict(vars(e) | {"value": e.value}) for e in ledger]}, default=plain, sort_keys=True, indent=1)


class Csv(Renderer, name="csv"):
    def render(self, ledger: Ledger) -> str:
        out = io.StringIO(newline="")
        writer = csv.DictWriter(out, ["day", "amount", "kind", "tags"], lineterminator="\n")
        writer.writeheader()
        writer.writerows({"day": e.day, "amount": f"{e.amount.amount} {e.amount.currency}", "kind": e.kind.value, "tags": "|".join(e.tags)} for e in ledger)
        return out.getvalue()


class Brief(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return f"[{record.levelname[0]}] {record.getMessage()}" + (f" ({record.exc_info[0].__name__})" if record.exc_info else "")


@contextlib.contextmanager
def saved(ledger: Ledger) -> typing.Iterator[pathlib.Path]:
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "ledger").with_suffix(".csv")
        path.write_text(Csv().render(ledger), encoding="utf-8")
        try:
            yield path
        finally:
            log.info("saved %d bytes", path.stat().st_size)


def sample(count: int) -> typing.Iterator[Entry]:
    """`count` entries, nine days apart."""
    days = (datetime.date(2026, 1, 1) + datetime.timedelta(days=9 * i) for i in itertools.count())
    for i, day in zip(range(count), days):
        yield Entry(day=day, amount=Money.parse(f"{i * 7 % 50 + 1}.{i % 4 * 25}", exact=False), kind=Kind.INCOME if i % 3 == 0 else Kind("Expense"), tags=tuple("abc"[: i % 4]),
                    flags=Flags.SETTLED if i % 5 == 0 else Flags.PAID)


def arguments(argv: typing.Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="ledger", description=__doc__)
    parser.add_argument("-v", "--verbose", action="count", default=0, help="tell more")
    commands = parser.add_subparsers(dest="command", required=True)
    show = commands.add_parser("show", help="show a sample")
    show.add_argument("count", type=int, nargs="?", default=12)
    show.add_argument("--as", dest="form", choices=sorted(Renderer.known), default="text")
    split = commands.add_parser("split", help="divide an amount")
    split.add_argument("amount", type=Money.parse)
    split.add_argument("parts", type=int)
    return parser.parse_args(argv)


def attempt(what: str, action: typing.Callable[[], object]) -> None:
    try:
        print(what, "gives", action())
    except* AssertionError as group:
        print(what, "is refused:", *group.exceptions)
    except* (ValueError, ArithmeticError, TypeError, AttributeError) as group:
        log.warning("%s failed", what, exc_info=True)
        print(what, "raises:", *(f"{type(e).__name__}: {e}" for e in group.exceptions))


def main(argv: typing.Sequence[str]) -> int:
    options = arguments(argv)
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(Brief())
    logging.basicConfig(level=logging.WARNING - 10 * options.verbose, handlers=[handler], force=True)
    if options.command == "split":
        attempt("a split", lambda: [str(m.amount) for m in options.amount.split(options.parts)])
        return 0
    ledger = Ledger("ann", sample(options.count))
    print(Renderer.known[options.form]().render(ledger))
    with saved(ledger) as path, path.open(encoding="utf-8", newline="") as f:
        again = Ledger("bob", map(Entry.from_row, csv.DictReader(f)))
    print("read again:", len(again), again.balance == ledger.balance, again[0] == ledger[0], ledger[1:3] == again[1:3])
    attempt("a negative entry", lambda: Entry(day=datetime.date.min, amount=Money.parse("-1"), kind=Kind.EXPENSE).value)
    attempt("a float", lambda: Money(1.5))
    attempt("a third of a cent", lambda: Money.parse("0.333"))
    attempt("yen", lambda: Money.parse("150 JPY") + Money.parse("1"))
    attempt("a word", lambda: ledger.add(Entry.from_row({"day": "2026-02-3x", "amount": "1"})))
    attempt("no amount", lambda: Entry.from_row({"day": "2026-02-28"}))
    attempt("limits", lambda: ledger.check(Limits("a"), Limits("b", Money.parse("5")), Limits("c", Money.parse("1000"))))
    attempt("strict flags", lambda: Flags(8))
    return options.count % 2


if __name__ == "__main__":
    for line in ("show", "-vv show 5", "-v show 3 --as json", "show 4 --as csv", "split 100 3", "split 1.00 7", "split 1 0"):
        print("$", line)
        print("status", main(line.split()))
    print(sample.__doc__, Kind.__doc__, Money.parse.__doc__, Currency.__doc__, __debug__, MixedCurrencies.__doc__, sep=" / ")
    print(typing.get_type_hints(Ledger.add), typing.get_type_hints(Row, include_extras=True)["day"], [f.name for f in dataclasses.fields(Entry)], Flags(3), list(Flags))
    sys.exit(main(["show", "--help"]))
