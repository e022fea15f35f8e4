"""What a business bought between two days: bills and expenses as GSTR-3B and the purchase register read them.

Cancelled ones are left out of the return, and stand in the register with nothing on them.
"""

import datetime
from collections import defaultdict
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import NamedTuple

from gstbillingapp.gst.gstr3b import Credit as Source
from gstbillingapp.gst.gstr3b import Inward
from gstbillingapp.gst.outward import Amounts, Treatment
from gstbillingapp.gst.states import current_code
from gstbillingapp.models import Bill, BillLine, BillState, Business, Credit, Expense, VendorKind
from gstbillingapp.models.bill import CLAIMED
from gstbillingapp.models.whole import THOUSANDTH, THOUSANDTHS
from gstbillingapp.returns.whole import AMOUNTS, amounts_of, whole

CANCELLED = BillState.CANCELLED  # as expenses are, too


class BillRow(NamedTuple):
    """What is read of a bill."""

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

    @property
    def is_cancelled(self) -> bool:
        """Whether it was taken back."""
        return self.state == CANCELLED

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

    @property
    def is_cancelled(self) -> bool:
        """Whether it was taken back."""
        return self.state == CANCELLED

    @property
    def amounts(self) -> Amounts:
        """The value and the tax in it."""
        return Amounts(self.taxable, self.igst, self.cgst, self.sgst, self.cess)


def inward_of(business: Business, since: datetime.date, until: datetime.date) -> list[Inward]:
    """Every line of the bills that stand, and the expenses whose tax is claimed or owed."""
    lines = bill_lines(business, since, until)
    bills = (row for row in bill_rows(business, since, until) if not row.is_cancelled)
    return [
        *(_of_line(row, line) for row in bills for line in lines.get(row.pk, ())),
        *_of_expenses(business, since, until),
    ]


def _of_line(row: BillRow, line: Bought) -> Inward:
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
        claimed=line.itc != Credit.NONE,
        rcm=row.rcm and source is not Source.IMPORT_OF_GOODS,
        treatment=Treatment.EXEMPT if untaxed else Treatment(line.supply),
    )


def _of_expenses(business: Business, since: datetime.date, until: datetime.date) -> Iterator[Inward]:
    for row in expense_rows(business, since, until):
        if (row.itc or row.rcm) and not row.is_cancelled:
            yield Inward(amounts=row.amounts, intra=not row.inter_state, claimed=row.itc, rcm=row.rcm)


def bill_rows(business: Business, since: datetime.date, until: datetime.date) -> list[BillRow]:
    """Bills in the order of their dates."""
    found = Bill.objects.filter(business=business, date__gte=since, date__lte=until).order_by("date", "id")
    return [BillRow._make(values) for values in found.values_list(*BillRow._fields)]


LINE_NUMBERS = {"rate": THOUSANDTHS, **AMOUNTS}


def bill_lines(business: Business, since: datetime.date, until: datetime.date) -> Mapping[int, list[Bought]]:
    """Their lines, by bill."""
    found = BillLine.objects.filter(
        bill__business=business, bill__date__gte=since, bill__date__lte=until, bill__state=BillState.RECORDED
    ).order_by("bill_id", "position")
    lines: defaultdict[int, list[Bought]] = defaultdict(list)
    rows = whole(found, LINE_NUMBERS, "bill_id", "is_service", "hsn", "supply", "itc")
    for key, is_service, hsn, supply, itc, rate, *amounts in rows:
        lines[key].append(Bought(is_service, hsn, rate * THOUSANDTH, supply, itc, amounts_of(*amounts)))
    return lines


def expense_rows(business: Business, since: datetime.date, until: datetime.date) -> list[ExpenseRow]:
    """Expenses in the order of their dates."""
    found = Expense.objects.filter(business=business, date__gte=since, date__lte=until).order_by("date", "id")
    return [ExpenseRow._make(values) for values in found.values_list(*ExpenseRow._fields)]
