"""What a credit or debit note may change of a line (CGST s.34)."""

from __future__ import annotations

from dataclasses import dataclass, fields
from decimal import Decimal, localcontext

from gstbillingapp.gst.money import ARITHMETIC, ZERO, round2


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """What a line is worth, or what is left of it: a quantity in its unit, and rupees."""

    qty: Decimal = ZERO
    taxable: Decimal = ZERO
    cgst: Decimal = ZERO
    sgst: Decimal = ZERO
    igst: Decimal = ZERO
    cess: Decimal = ZERO
    total: Decimal = ZERO

    def __add__(self, other: Worth) -> Worth:
        return self._each(other, 1)

    def __sub__(self, other: Worth) -> Worth:
        return self._each(other, -1)

    def capped(self, most: Worth) -> Worth:
        """Each amount at most that of `most`: many small notes round up more than the line has."""
        return Worth(**{name: min(getattr(self, name), getattr(most, name)) for name in AMOUNTS})

    @property
    def bears_tax(self) -> bool:
        """Whether there is any tax on it."""
        return bool(self.cgst or self.sgst or self.igst or self.cess)

    @property
    def is_nothing(self) -> bool:
        """Whether neither goods nor money are left."""
        return not self.qty and not self.taxable

    def _each(self, other: Worth, sign: int) -> Worth:
        return Worth(
            **{name: getattr(self, name) + sign * getattr(other, name, ZERO) for name in AMOUNTS},
        )


AMOUNTS = tuple(field.name for field in fields(Worth))


def value_of(qty: Decimal, left: Worth) -> Decimal:
    """What so much of a line is worth before tax, in rupees: its share of what the line has left.

    All that is left is worth all that is left, to the paisa. `qty` is at most `left.qty`, which is above 0.
    """
    with localcontext(ARITHMETIC):
        return round2(left.taxable * qty / left.qty)
