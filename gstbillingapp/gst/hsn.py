"""HSN and SAC codes, and the HSN summary of an invoice (GSTR-1 table 12)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Protocol

from gstbillingapp.gst.errors import InputError
from gstbillingapp.gst.money import ARITHMETIC, ZERO
from gstbillingapp.gst.place import Kind

LENGTHS = (4, 6, 8)
SAC_LENGTHS = (4, 6)
FIVE_CRORE = Decimal(50_000_000)
_DIGITS = re.compile(r"[0-9]+")


def check(code: str, kind: Kind, *, least: int = 4, field: str = "hsn") -> str:
    """The code without surrounding space.

    Goods have an HSN of 4, 6 or 8 digits, services a SAC of 4 or 6 that begins with 99. `least` is how many
    digits the business has to show (`required_digits`). Raises InputError on `field`.
    """
    clean = code.strip()
    lengths = [n for n in (LENGTHS if kind is Kind.GOODS else SAC_LENGTHS) if n >= least]
    if not _DIGITS.fullmatch(clean):
        raise InputError(field, "digits only")
    if len(clean) not in lengths:
        raise InputError(field, f"{_either(lengths)} digits long; this has {len(clean)}")
    if (kind is Kind.SERVICE) != clean.startswith("99"):
        raise InputError(
            field, "a code that begins with 99 for a service, and with another chapter for goods"
        )
    return clean


def required_digits(turnover: Decimal, *, buyer_registered: bool) -> int:
    """Digits the law asks for on an invoice (Notification 78/2020): 6 above ₹5 crore of turnover, else 4.

    0 means that the code may be left out: supplies to unregistered buyers up to ₹5 crore.
    """
    if turnover > FIVE_CRORE:
        return 6
    return 4 if buyer_registered else 0


class TaxedLine(Protocol):
    """What a summary needs of a line; an invoice's line has it."""

    @property
    def hsn(self) -> str: ...
    @property
    def unit(self) -> str: ...
    @property
    def rate(self) -> Decimal: ...
    @property
    def qty(self) -> Decimal: ...
    @property
    def taxable(self) -> Decimal: ...
    @property
    def cgst(self) -> Decimal: ...
    @property
    def sgst(self) -> Decimal: ...
    @property
    def igst(self) -> Decimal: ...
    @property
    def cess(self) -> Decimal: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class HsnRow:
    """One row of the summary: all lines of one code, unit and rate."""

    hsn: str
    unit: str
    rate: Decimal
    qty: Decimal = Decimal(0)
    taxable: Decimal = ZERO
    cgst: Decimal = ZERO
    sgst: Decimal = ZERO
    igst: Decimal = ZERO
    cess: Decimal = ZERO

    @property
    def tax(self) -> Decimal:
        """All components together, cess included."""
        return ARITHMETIC.add(ARITHMETIC.add(self.cgst, self.sgst), ARITHMETIC.add(self.igst, self.cess))


def summary(lines: Iterable[TaxedLine]) -> list[HsnRow]:
    """The lines added up by code, unit and rate, in the order of code and rate."""
    rows: dict[tuple[str, Decimal, str], HsnRow] = {}
    for line in lines:
        key = (line.hsn, line.rate, line.unit)
        row = rows.get(key, HsnRow(hsn=line.hsn, unit=line.unit, rate=line.rate))
        rows[key] = _with(row, line)
    return [rows[key] for key in sorted(rows)]


def _with(row: HsnRow, line: TaxedLine) -> HsnRow:
    add = ARITHMETIC.add
    return replace(
        row,
        qty=add(row.qty, line.qty),
        taxable=add(row.taxable, line.taxable),
        cgst=add(row.cgst, line.cgst),
        sgst=add(row.sgst, line.sgst),
        igst=add(row.igst, line.igst),
        cess=add(row.cess, line.cess),
    )


def _either(lengths: list[int]) -> str:
    *head, last = map(str, lengths)
    return f"{', '.join(head)} or {last}" if head else last
