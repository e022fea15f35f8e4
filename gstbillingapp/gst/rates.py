"""GST rates as dated rows, and which row a supply, a note or a change of rate takes.

Rates are data: callers pass rows in (the database has its own copy, begun from `SLABS`). All days are dates
of India; a row holds from `valid_from` to `valid_until`, both included.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from gstbillingapp.gst.errors import InputError

GST_BEGAN = date(2017, 7, 1)
REFORM = date(2025, 9, 22)


class Dated(Protocol):
    """A rate with its days: `RateRow`, or a row of the database."""

    @property
    def rate(self) -> Decimal: ...
    @property
    def valid_from(self) -> date: ...
    @property
    def valid_until(self) -> date | None: ...


@dataclass(frozen=True, slots=True)
class RateRow:
    """A rate in per cent and the days it holds; `valid_until` None means until further notice."""

    rate: Decimal
    valid_from: date
    valid_until: date | None = None
    note: str = ""


_EVE_OF_REFORM = date(2025, 9, 21)

# A slab here says that some supply bears it, not which. Where no source gave the day a lesser slab began, it
# is taken from the beginning of GST, so that no old invoice is refused.
SLABS: tuple[RateRow, ...] = (
    RateRow(Decimal(0), GST_BEGAN, note="nil-rated"),
    RateRow(Decimal("0.1"), GST_BEGAN, note="supplies to merchant exporters"),
    RateRow(Decimal("0.25"), GST_BEGAN, note="rough diamonds and stones"),
    RateRow(Decimal(1), GST_BEGAN, _EVE_OF_REFORM),
    RateRow(Decimal("1.5"), GST_BEGAN, note="job work on diamonds"),
    RateRow(Decimal(3), GST_BEGAN, note="gold, silver and jewellery"),
    RateRow(Decimal(5), GST_BEGAN),
    RateRow(Decimal(6), GST_BEGAN, _EVE_OF_REFORM),
    RateRow(Decimal("7.5"), GST_BEGAN, _EVE_OF_REFORM),
    RateRow(Decimal(12), GST_BEGAN, _EVE_OF_REFORM),
    RateRow(Decimal(12), REFORM, note="bricks and tiles only, Notification 14/2025"),
    RateRow(Decimal(18), GST_BEGAN),
    RateRow(Decimal(28), GST_BEGAN, _EVE_OF_REFORM),
    RateRow(Decimal(28), REFORM, date(2026, 1, 31), note="tobacco and pan masala only"),
    RateRow(Decimal(40), REFORM),
)


# For which goods alone the reform kept a slab: how their HSN begins, and what they are called.
KEPT: dict[Decimal, tuple[tuple[str, ...], str]] = {
    Decimal(12): (("6815", "6901", "6904", "6905"), "bricks and tiles"),
    Decimal(28): (("2106", "24"), "tobacco and pan masala"),
}


def kept_for(rate: Decimal, hsn: str, day: date) -> str:
    """For what alone a slab stands on that day, where the HSN is of something else; empty otherwise."""
    codes, what = KEPT.get(rate, ((), ""))
    return what if day >= REFORM and not hsn.startswith(codes) else ""


def rates_on(rows: Iterable[Dated], day: date) -> tuple[Decimal, ...]:
    """The rates in force on a day, ascending, each once."""
    return tuple(sorted({row.rate for row in rows if _holds(row, day)}))


def rate_on(rows: Iterable[Dated], day: date) -> Decimal:
    """The rate of one product on a day: of the rows that hold, the one that began last.

    Raises InputError on `date` when none holds.
    """
    holding = [row for row in rows if _holds(row, day)]
    if not holding:
        raise InputError("date", f"a day with a rate on record; {day.isoformat()} has none")
    return max(holding, key=lambda row: row.valid_from).rate


def rate_for_note(rows: Iterable[Dated], original: date) -> Decimal:
    """The rate of a credit or debit note: that of the invoice it amends, dated `original` (CGST s.34)."""
    return rate_on(rows, original)


class Side(StrEnum):
    """Which rate a supply around a change bears."""

    OLD = "old"
    NEW = "new"


def side_of_change(change: date, *, supply: date, invoice: date, payment: date | None) -> Side:
    """CGST s.14: two of supply, invoice and payment on one side of the change decide.

    `change` is the first day of the new rate; `payment` None means not yet paid, which is after it. The day
    of payment is the earlier of the books and the bank, except that a credit reaching the bank more than
    four working days after the change counts from the bank (s.14, proviso): the caller knows which it is.
    """
    events = (supply, invoice, payment)
    after = sum(1 for day in events if day is None or day >= change)
    return Side.NEW if after >= 2 else Side.OLD


def rate_at_change(
    old: Decimal, new: Decimal, change: date, *, supply: date, invoice: date, payment: date | None
) -> Decimal:
    """The rate itself, by `side_of_change`."""
    side = side_of_change(change, supply=supply, invoice=invoice, payment=payment)
    return new if side is Side.NEW else old


def _holds(row: Dated, day: date) -> bool:
    return row.valid_from <= day and (row.valid_until is None or day <= row.valid_until)
