"""The purchase register: bills and expenses between two days, a row for each rate and use of the tax.

It is made as the sales register is; see there.
"""

import datetime
from collections.abc import Iterator
from decimal import Decimal

from gstbillingapp.gst.outward import NOTHING, Amounts, total_of
from gstbillingapp.gst.states import state_label
from gstbillingapp.models import Business, Credit
from gstbillingapp.models.fields import ZERO
from gstbillingapp.returns import purchases
from gstbillingapp.returns.calendar import months
from gstbillingapp.returns.purchases import BillRow, Bought, ExpenseRow
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
    "Status",
)


def purchase_register(business: Business, since: datetime.date, until: datetime.date) -> Iterator[Row]:
    """Headings, then the rows; read a month at a time."""
    yield HEADINGS
    for month in months(since, until):
        first, last = max(since, month.first), min(until, month.last)
        rows = [*_bills(business, first, last), *_expenses(business, first, last)]
        yield from (row for _, row in sorted(rows, key=lambda dated: dated[0]))


Dated = tuple[datetime.date, Row]


def _bills(business: Business, first: datetime.date, last: datetime.date) -> Iterator[Dated]:
    lines = purchases.bill_lines(business, first, last)
    for bill in purchases.bill_rows(business, first, last):
        for row in _rows_of(bill, lines.get(bill.pk, [])):
            yield bill.date, row


def _rows_of(bill: BillRow, lines: list[Bought]) -> Iterator[Row]:
    if bill.is_cancelled:
        yield _bill_row(bill, "", None, NOTHING, (ZERO, ZERO), "")
        return
    worth = (bill.round_off, bill.total)
    for rate, use in sorted({(line.rate, line.itc) for line in lines}):
        same = [line for line in lines if (line.rate, line.itc) == (rate, use)]
        codes = ", ".join(sorted({line.hsn for line in same if line.hsn}))
        amounts = total_of(line.amounts for line in same)
        credit = str(Credit(use).label) if amounts.tax else ""
        yield _bill_row(bill, codes, rate, amounts, worth, credit)
        worth = (ZERO, ZERO)


def _bill_row(
    bill: BillRow,
    codes: str,
    rate: Decimal | None,
    amounts: Amounts,
    worth: tuple[Decimal, Decimal],
    credit: str,
) -> Row:
    said: tuple[Cell, ...] = (
        bill.date,
        bill.number,
        "Bill",
        bill.vendor_name,
        bill.vendor_gstin,
        state_label(bill.place_of_supply),
        "Y" if bill.rcm else "N",
        codes,
        rate,
    )
    status = "Cancelled" if bill.is_cancelled else "Recorded"
    return (*said, *_cells(amounts), *worth, credit, status)


def _expenses(business: Business, first: datetime.date, last: datetime.date) -> Iterator[Dated]:
    for expense in purchases.expense_rows(business, first, last):
        yield expense.date, _expense_row(business, expense)


def _expense_row(business: Business, expense: ExpenseRow) -> Row:
    amounts = NOTHING if expense.is_cancelled else expense.amounts
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
        *_cells(amounts),
        ZERO,
        ZERO if expense.is_cancelled else expense.total,
        str((Credit.ELIGIBLE if expense.itc else Credit.NONE).label),
        "Cancelled" if expense.is_cancelled else "Recorded",
    )


def _cells(amounts: Amounts) -> tuple[Decimal, ...]:
    return amounts.taxable, amounts.cgst, amounts.sgst, amounts.igst, amounts.cess
