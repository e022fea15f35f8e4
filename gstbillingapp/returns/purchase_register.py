"""The purchase register: bills, vendors' credit notes and expenses, a row for each rate and use of the tax.

It is made as the sales register is; see there. A paper stands in the period whose return tells it, with its
own date; one that was cancelled after that return was filed stays, and is taken off in the period that
reverses it.
"""

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from gstbillingapp.gst.money import ARITHMETIC
from gstbillingapp.gst.outward import NOTHING, Amounts, total_of
from gstbillingapp.gst.states import state_label
from gstbillingapp.models import Business, Credit, NoCredit
from gstbillingapp.models.bill import CLAIMED
from gstbillingapp.models.fields import ZERO
from gstbillingapp.returns import purchases
from gstbillingapp.returns.calendar import months
from gstbillingapp.returns.purchases import BillRow, Bought, Days, ExpenseRow, Lines
from gstbillingapp.returns.sheets import Cell, Row

HEADINGS: Row = (
    "Date",
    "Number",
    "Document",
    "Party",
    "GSTIN",
    "Place of supply",
    "Reverse charge",
    "HSN/SAC",
    "Rate %",
    "Taxable",
    "CGST",
    "SGST/UTGST",
    "IGST",
    "Cess",
    "Round-off",
    "Total",
    "Input tax credit",
    "In the return of",
    "Status",
)


def purchase_register(business: Business, since: datetime.date, until: datetime.date) -> Iterator[Row]:
    """Headings, then the rows; read a month at a time."""
    yield HEADINGS
    for month in months(since, until):
        days = Days(max(since, month.first), min(until, month.last))
        rows = [*_bills(business, days), *_notes(business, days), *_expenses(business, days)]
        yield from (row for _, row in sorted(rows, key=lambda dated: dated[0]))


Dated = tuple[datetime.date, Row]


def _bills(business: Business, days: Days) -> Iterator[Dated]:
    return _dated(purchases.bill_rows(business, *days), purchases.bill_lines(business, *days), days)


def _notes(business: Business, days: Days) -> Iterator[Dated]:
    return _dated(purchases.note_rows(business, *days), purchases.note_lines(business, *days), days)


def _dated(bills: Iterable[BillRow], lines: Lines, days: Days) -> Iterator[Dated]:
    for bill in bills:
        for entry in _entries(bill, days):
            for row in _rows_of(bill, lines.get(bill.pk, []), entry):
                yield entry.day, row


@dataclass(frozen=True, slots=True)
class Entry:
    """A paper as it counts: on which day, with which sign (0: not at all), and as what."""

    day: datetime.date
    sign: int
    status: str

    def of(self, amount: Decimal) -> Decimal:
        """An amount as it counts."""
        return ARITHMETIC.multiply(amount, Decimal(self.sign)) if amount else ZERO


def _entries(paper: BillRow | ExpenseRow, days: Days) -> Iterator[Entry]:
    status = "Cancelled" if paper.is_cancelled else "Recorded"
    told = paper.claimed_in or paper.date
    if days.have(told):
        yield Entry(told, int(bool(paper.reversed_in) or not paper.is_cancelled), status)
    if paper.reversed_in is not None and days.have(paper.reversed_in):
        yield Entry(paper.reversed_in, -1, "Reversed")


def _rows_of(bill: BillRow, lines: list[Bought], entry: Entry) -> Iterator[Row]:
    if not entry.sign:
        yield _bill_row(bill, "", None, NOTHING, (ZERO, ZERO), "", entry)
        return
    worth = (bill.round_off, bill.total)
    for rate, use in sorted({(line.rate, line.itc) for line in lines}):
        same = [line for line in lines if (line.rate, line.itc) == (rate, use)]
        codes = ", ".join(sorted({line.hsn for line in same if line.hsn}))
        amounts = total_of(line.amounts for line in same)
        credit = _credit(use, bill.no_credit) if amounts.tax else ""
        yield _bill_row(bill, codes, rate, amounts, worth, credit, entry)
        worth = (ZERO, ZERO)


def _credit(use: str, no_credit: str) -> str:
    """What becomes of the tax: of what is asked for, the law may give nothing."""
    denied = no_credit and use in CLAIMED
    return str(NoCredit(no_credit).label if denied else Credit(use).label)


def _bill_row(
    bill: BillRow,
    codes: str,
    rate: Decimal | None,
    amounts: Amounts,
    worth: tuple[Decimal, Decimal],
    credit: str,
    entry: Entry,
) -> Row:
    said: tuple[Cell, ...] = (
        bill.date,
        bill.number,
        "Credit note" if bill.is_note else "Bill",
        bill.vendor_name,
        bill.vendor_gstin,
        state_label(bill.place_of_supply),
        "Y" if bill.rcm else "N",
        codes,
        rate,
    )
    counted = (entry.of(bill.direction * amount) for amount in (*_cells(amounts), *worth))
    return (*said, *counted, credit, _month(entry.day), entry.status)


def _expenses(business: Business, days: Days) -> Iterator[Dated]:
    for expense in purchases.expense_rows(business, *days):
        for entry in _entries(expense, days):
            yield entry.day, _expense_row(business, expense, entry)


def _expense_row(business: Business, expense: ExpenseRow, entry: Entry) -> Row:
    return (
        expense.date,
        expense.reference,
        "Expense",
        expense.payee or expense.description,
        expense.payee_gstin,
        state_label(business.state_code),
        "Y" if expense.rcm else "N",
        "",
        expense.rate,
        *(entry.of(amount) for amount in (*_cells(expense.amounts), ZERO, expense.total)),
        _credit(Credit.ELIGIBLE if expense.itc else Credit.NONE, expense.no_credit),
        _month(entry.day),
        entry.status,
    )


def _cells(amounts: Amounts) -> tuple[Decimal, ...]:
    return amounts.taxable, amounts.cgst, amounts.sgst, amounts.igst, amounts.cess


def _month(day: datetime.date) -> str:
    return f"{day:%b %Y}"
