"""The sales register: every document between two days, a row for each rate on it.

Credit notes are negative, cancelled documents are there with nothing on them, and round-off and total stand
on the first row of a document only: each column adds up by itself.
"""

import datetime
from collections.abc import Iterator
from decimal import Decimal
from typing import cast

from gstbillingapp.gst.money import ARITHMETIC
from gstbillingapp.gst.outward import Amounts, OutwardDocument, SupplyLine, total_of
from gstbillingapp.gst.returns import Document
from gstbillingapp.gst.states import state_label
from gstbillingapp.models import Business
from gstbillingapp.models.fields import ZERO
from gstbillingapp.returns import books
from gstbillingapp.returns.calendar import months
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
    "Status",
)
NAMES = {
    Document.INVOICE: "Invoice",
    Document.CREDIT_NOTE: "Credit note",
    Document.DEBIT_NOTE: "Debit note",
}


def sales_register(business: Business, since: datetime.date, until: datetime.date) -> Iterator[Row]:
    """Headings, then the rows; read a month at a time, so that ten years need no more memory than one."""
    yield HEADINGS
    for month in months(since, until):
        first, last = max(since, month.first), min(until, month.last)
        for row, lines in sorted(_documents(business, first, last), key=lambda found: found[0].date):
            yield from _rows_of(row, lines)


def _documents(
    business: Business, first: datetime.date, last: datetime.date
) -> Iterator[tuple[books.Row, tuple[SupplyLine, ...]]]:
    within = (business, first, last)
    for rows, lines in (
        (books.invoice_rows(*within), books.invoice_lines(*within)),
        (books.note_rows(*within), books.note_lines(*within)),
    ):
        for row in rows:
            yield row, lines.get(row.pk, ())


def _rows_of(row: books.Row, lines: tuple[SupplyLine, ...]) -> Iterator[Row]:
    document = books.document_of(row, lines)
    if row.is_cancelled:
        yield _row(document, "", None, Amounts(), ZERO, ZERO)
        return
    round_off, total = row.round_off, row.total
    for rate, same_rate in _by_rate(document):
        codes = ", ".join(sorted({line.hsn for line in same_rate if line.hsn}))
        yield _row(document, codes, rate, total_of(line.amounts for line in same_rate), round_off, total)
        round_off = total = ZERO


def _by_rate(document: OutwardDocument) -> list[tuple[Decimal, list[SupplyLine]]]:
    found: dict[Decimal, list[SupplyLine]] = {}
    for line in document.lines:
        found.setdefault(line.rate, []).append(line)
    return sorted(found.items(), key=lambda pair: pair[0])


def _row(
    document: OutwardDocument,
    codes: str,
    rate: Decimal | None,
    amounts: Amounts,
    round_off: Decimal,
    total: Decimal,
) -> Row:
    counted = document.signed(amounts)
    sign = ARITHMETIC.minus if document.is_credit else ARITHMETIC.plus
    row = cast(books.Row, document.key)
    cells: tuple[Cell, ...] = (
        document.date,
        document.number,
        NAMES[document.doc],
        document.buyer_name,
        document.buyer_gstin,
        state_label(document.place),
        "Y" if document.rcm else "N",
        codes,
        rate,
        counted.taxable,
        counted.cgst,
        counted.sgst,
        counted.igst,
        counted.cess,
        sign(round_off),
        sign(total),
        "Cancelled" if row.is_cancelled else "Issued",
    )
    return cells
