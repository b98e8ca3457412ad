"""Money: the library under the ledger. It checks what it is given with assert, so optimized programs trust their callers."""
from __future__ import annotations

import dataclasses
import enum
import functools
import re
import typing
from decimal import ROUND_HALF_EVEN, Decimal

assert __name__ != "__main__", "a library"


class Currency(enum.StrEnum):
    """Currencies and the digits behind their points."""
    EUR = "EUR", 2
    JPY = "JPY", 0
    BHD = "BHD", 3

    digits: int

    def __new__(cls, code: str, digits: int):
        member = str.__new__(cls, code)
        member._value_ = code
        member.digits = digits
        return member

    @functools.cached_property
    def quantum(self) -> Decimal:
        return Decimal(1).scaleb(-self.digits)


class MixedCurrencies(ArithmeticError):
    pass


@functools.total_ordering
@dataclasses.dataclass(frozen=True, slots=True, eq=True)
class Money:
    """An amount of one currency, rounded to its quantum."""
    amount: Decimal
    currency: Currency = Currency.EUR
    exact: dataclasses.InitVar[bool] = False

    PATTERN: typing.ClassVar[re.Pattern[str]] = re.compile(r"(?P<sign>[-+]?)(?P<number>\d+(?:\.\d*)?)\s*(?P<currency>[A-Z]{3})?")

    def __post_init__(self, exact: bool) -> None:
        assert isinstance(self.amount, Decimal), f"an amount is a Decimal, not {type(self.amount).__name__}"
        assert self.amount.is_finite(), f"{self.amount} is no amount"
        rounded = self.amount.quantize(self.currency.quantum, ROUND_HALF_EVEN)
        assert not exact or rounded == self.amount, f"{self.amount} has too many digits for {self.currency}"
        object.__setattr__(self, "amount", rounded)

    @classmethod
    def parse(cls, text: str, *, exact: bool = True) -> typing.Self:
        """Money from text like "-12.50 EUR"."""
        found = cls.PATTERN.fullmatch(text.strip())
        if not found:
            raise ValueError(f"not money: {text!r}")
        return cls(Decimal(found["sign"] + found["number"]), Currency(found["currency"] or "EUR"), exact)

    def _other(self, other: object) -> Decimal:
        if not isinstance(other, Money):
            raise TypeError(f"not money: {other!r}")
        if other.currency is not self.currency:
            raise MixedCurrencies(f"{self.currency} and {other.currency}")
        return other.amount

    def __add__(self, other: Money) -> Money:
        result = Money(self.amount + self._other(other), self.currency)
        assert result - other == self, "addition can be undone"
        return result

    def __sub__(self, other: Money) -> Money:
        return Money(self.amount - self._other(other), self.currency)

    def __neg__(self) -> Money:
        return Money(-self.amount, self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.amount < self._other(other)

    def __bool__(self) -> bool:
        return bool(self.amount)

    def __format__(self, spec: str) -> str:
        return f"{self.amount:{spec or ''},} {self.currency}"

    def split(self, parts: int) -> list[Money]:
        """Parts that differ by one quantum at most and add up to the whole."""
        assert parts > 0, "no parts"
        quantum = self.currency.quantum
        whole, rest = divmod(int(self.amount / quantum), parts)
        result = [Money((whole + (i < rest)) * quantum, self.currency) for i in range(parts)]
        if __debug__:
            total = functools.reduce(Money.__add__, result)
            assert total == self, (total, self)
        return result
