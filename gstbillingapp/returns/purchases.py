"""What a business bought, less credit notes, and spent: as GSTR-3B and the purchase register read it.

They stand in the period whose return claims their tax, which is that of their date or a later one. Cancelled
ones are left out, and stand in the register with nothing on them; but what a filed return has told stays
there, and is taken back in the period that reverses it.
"""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet

from gstbillingapp.gst.gstr3b import Credit as Source
from gstbillingapp.gst.gstr3b import Inward
from gstbillingapp.gst.outward import Amounts, Treatment
from gstbillingapp.gst.states import current_code
from gstbillingapp.models import (
    Bill,
    BillLine,
    BillState,
    Business,
    Credit,
    Expense,
    VendorKind,
    VendorNote,
    VendorNoteLine,
)
from gstbillingapp.models.bill import CLAIMED
from gstbillingapp.models.claim import taken_back_within, told_within
from gstbillingapp.models.whole import THOUSANDTH, THOUSANDTHS
from gstbillingapp.returns.whole import AMOUNTS, amounts_of, whole

CANCELLED = BillState.CANCELLED  # as expenses are, too


class Days(NamedTuple):
    """A period, both days included."""

    since: datetime.date
    until: datetime.date

    def have(self, day: datetime.date | None) -> bool:
        """Whether a day is one of them."""
        return day is not None and self.since <= day <= self.until


class BillRow(NamedTuple):
    """What is read of a bill, or of a credit note against one with what its bill says of the supply."""

    pk: int
    date: datetime.date
    number: str
    vendor_name: str
    vendor_gstin: str
    vendor_kind: str
    vendor_state_code: str
    place_of_supply: str
    rcm: bool
    sez: bool
    imported: bool
    round_off: Decimal
    total: Decimal
    state: str
    claimed_in: datetime.date | None
    reversed_in: datetime.date | None
    no_credit: str
    is_note: bool

    @property
    def is_cancelled(self) -> bool:
        """Whether it was taken back."""
        return self.state == CANCELLED

    @property
    def direction(self) -> int:
        """1 for a bill; -1 for a credit note, which takes off what it says."""
        return -1 if self.is_note else 1

    @property
    def is_intra(self) -> bool:
        """Whether the supply was within one state."""
        if self.imported or self.sez:
            return False
        return current_code(self.vendor_state_code or self.place_of_supply) == current_code(
            self.place_of_supply
        )


class Bought(NamedTuple):
    """One supply on a bill, and what becomes of its tax."""

    is_service: bool
    hsn: str
    rate: Decimal
    supply: str
    itc: str
    amounts: Amounts


Lines = Mapping[int, list[Bought]]


class ExpenseRow(NamedTuple):
    """What is read of an expense."""

    date: datetime.date
    reference: str
    payee: str
    payee_gstin: str
    description: str
    inter_state: bool
    rate: Decimal
    taxable: Decimal
    igst: Decimal
    cgst: Decimal
    sgst: Decimal
    cess: Decimal
    total: Decimal
    rcm: bool
    itc: bool
    state: str
    claimed_in: datetime.date | None
    reversed_in: datetime.date | None
    no_credit: str

    @property
    def is_cancelled(self) -> bool:
        """Whether it was taken back."""
        return self.state == CANCELLED

    @property
    def amounts(self) -> Amounts:
        """The value and the tax in it."""
        return Amounts(self.taxable, self.igst, self.cgst, self.sgst, self.cess)


def inward_of(business: Business, since: datetime.date, until: datetime.date) -> list[Inward]:
    """Every line of the bills that count, and the expenses whose tax is claimed or owed."""
    days = Days(since, until)
    return [
        *_of_bills(bill_rows(business, *days), bill_lines(business, *days), days),
        *_of_bills(note_rows(business, *days), note_lines(business, *days), days),
        *_of_expenses(business, days),
    ]


def _of_bills(rows: Iterable[BillRow], lines: Lines, days: Days) -> Iterator[Inward]:
    for row in rows:
        for sign in signs(row, days):
            for line in lines.get(row.pk, ()):
                yield _of_line(row, line, sign)


def signs(row: BillRow | ExpenseRow, days: Days) -> Iterator[int]:
    """How a paper counts in some days: 1 where it is told, -1 where it is taken back again."""
    if days.have(row.claimed_in or row.date) and (row.reversed_in or not row.is_cancelled):
        yield 1
    if days.have(row.reversed_in):
        yield -1


def _of_line(row: BillRow, line: Bought, sign: int) -> Inward:
    """Goods from abroad are taxed at customs: only a service from there is owed with the return."""
    source = Source.OTHER
    if row.imported:
        source = Source.IMPORT_OF_SERVICES if line.is_service else Source.IMPORT_OF_GOODS
    # Their own supplies bear no tax; on reverse charge it is owed by whoever buys, from anybody (s.9(3)).
    untaxed = row.vendor_kind == VendorKind.COMPOSITION and not row.rcm
    return Inward(
        amounts=line.amounts,
        intra=row.is_intra,
        source=source,
        eligible=line.itc in CLAIMED,
        claimed=line.itc != Credit.NONE and not row.no_credit,
        denied=line.itc in CLAIMED and bool(row.no_credit),
        rcm=row.rcm and source is not Source.IMPORT_OF_GOODS,
        treatment=Treatment.EXEMPT if untaxed else Treatment(line.supply),
        sign=sign * row.direction,
        netted=row.is_note,
    )


def _of_expenses(business: Business, days: Days) -> Iterator[Inward]:
    for row in expense_rows(business, *days):
        if not (row.itc or row.rcm):
            continue
        for sign in signs(row, days):
            yield Inward(
                amounts=row.amounts,
                intra=not row.inter_state,
                claimed=row.itc and not row.no_credit,
                denied=row.itc and bool(row.no_credit),
                rcm=row.rcm,
                sign=sign,
            )


def bill_rows(business: Business, since: datetime.date, until: datetime.date) -> list[BillRow]:
    """Bills that are told or taken back in those days, in the order of their dates."""
    within = told_within(since, until) | taken_back_within(since, until)
    found = Bill.objects.filter(within, business=business).order_by("date", "id")
    return [BillRow._make((*values, False)) for values in found.values_list(*BillRow._fields[:-1])]


# What a credit note says as its bill does, by the bill's own names.
OF_BILL = frozenset(
    {
        *("vendor_name", "vendor_gstin", "vendor_kind", "vendor_state_code"),
        *("place_of_supply", "rcm", "sez", "imported"),
    }
)


def note_rows(business: Business, since: datetime.date, until: datetime.date) -> list[BillRow]:
    """Vendors' credit notes that are told or taken back in those days, in the order of their dates."""
    within = told_within(since, until) | taken_back_within(since, until)
    found = VendorNote.objects.filter(within, business=business).order_by("date", "id")
    names = [f"bill__{name}" if name in OF_BILL else name for name in BillRow._fields[:-1]]
    return [BillRow._make((*values, True)) for values in found.values_list(*names)]


LINE_NUMBERS = {"rate": THOUSANDTHS, **AMOUNTS}


def bill_lines(business: Business, since: datetime.date, until: datetime.date) -> Lines:
    """Lines of bills, by bill, but for those of bills that count nowhere."""
    return _lines(BillLine.objects.all(), business, Days(since, until), "bill")


def note_lines(business: Business, since: datetime.date, until: datetime.date) -> Lines:
    """Lines of vendors' credit notes, likewise."""
    return _lines(VendorNoteLine.objects.all(), business, Days(since, until), "note")


def _lines(every: "QuerySet[Any]", business: Business, days: Days, paper: str) -> Lines:
    within = told_within(*days, f"{paper}__") | taken_back_within(*days, f"{paper}__")
    counting = Q(**{f"{paper}__state": BillState.RECORDED}) | Q(**{f"{paper}__reversed_in__isnull": False})
    found = every.filter(within, counting, **{f"{paper}__business": business})
    lines: defaultdict[int, list[Bought]] = defaultdict(list)
    ordered = found.order_by(f"{paper}_id", "position")
    rows = whole(ordered, LINE_NUMBERS, f"{paper}_id", "is_service", "hsn", "supply", "itc")
    for key, is_service, hsn, supply, itc, rate, *amounts in rows:
        lines[key].append(Bought(is_service, hsn, rate * THOUSANDTH, supply, itc, amounts_of(*amounts)))
    return lines


def expense_rows(business: Business, since: datetime.date, until: datetime.date) -> list[ExpenseRow]:
    """Expenses that are told or taken back in those days, in the order of their dates."""
    within = told_within(since, until) | taken_back_within(since, until)
    found = Expense.objects.filter(within, business=business).order_by("date", "id")
    return [ExpenseRow._make(values) for values in found.values_list(*ExpenseRow._fields)]
