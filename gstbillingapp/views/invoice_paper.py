"""The invoice on A4, with everything CGST Rule 46 asks for."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import accumulate
from operator import add
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from gstbillingapp.access import MemberRequest, member_required
from gstbillingapp.gst import hsn
from gstbillingapp.gst.calc import TaxMode
from gstbillingapp.gst.money import amount_in_words, indian_format
from gstbillingapp.gst.papers import declarations
from gstbillingapp.gst.states import state_label
from gstbillingapp.models import Bill, Invoice, InvoiceState, Supply
from gstbillingapp.models.document import Document, DocumentLine
from gstbillingapp.models.fields import day_text
from gstbillingapp.pdf.sheet import Pair
from gstbillingapp.templatetags.billing import money, plain
from gstbillingapp.views.invoice_copies import ORIGINAL, choices_of, chosen
from gstbillingapp.views.invoice_figures import (
    Column,
    Row,
    buyer_of,
    columns_of,
    delivery_of,
    document_of,
    mode_of,
    rate_charged,
    supplier_of,
    title_of,
    total_rows,
    upi_qr,
)

MARKS = {InvoiceState.DRAFT: "DRAFT", InvoiceState.CANCELLED: "CANCELLED"}
MOST_ROOMY = 3  # more columns that come and go than these, and the words of a line get too narrow
COLUMNS_BEFORE_VALUE = 6  # place, description, HSN, quantity, unit, rate


@require_safe
@member_required
def paper(request: MemberRequest, pk: int) -> HttpResponse:
    """The invoice as it is printed."""
    invoice = get_object_or_404(
        Invoice.objects.select_related("business", "customer"), business=request.business, pk=pk
    )
    copies = request.GET.get("copy", ORIGINAL)
    return render(request, "invoices/paper.html", paper_context(invoice, copies))


def paper_context(invoice: Invoice, copies: str = ORIGINAL) -> dict[str, Any]:
    """What the paper's template shows; Http404 where the invoice has no copies of that name."""
    lines = list(invoice.lines.all())
    choice = chosen(lines, copies)
    return {
        **document_context(invoice, lines),
        "choices": [] if invoice.is_draft else choices_of(lines),
        "choice": choice,
        "title": title_of(invoice, lines),
        "copies": ("Draft, not an invoice yet",) if invoice.is_draft else choice.marks,
        "mark": MARKS.get(InvoiceState(invoice.state), ""),
        "facts": list(_facts(invoice)),
        "after_payable": after_payable(invoice),
        "qr": upi_qr(invoice),
    }


def _facts(invoice: Invoice) -> Iterator[Pair]:
    yield "Number", invoice.number or "Given when issued"
    yield "Date", day_text(invoice.date)
    yield "Due", day_text(invoice.due_date)
    yield "Place of supply", state_label(invoice.place_of_supply)
    yield from destination_of(invoice)
    yield "Reverse charge", "Yes" if invoice.rcm else "No"
    yield from lut_of(invoice)


def destination_of(document: Document) -> Iterator[Pair]:
    """The country that an export goes to (CGST Rule 46, third proviso)."""
    country = buyer_of(document).country
    if document.export and country:
        yield "Country of destination", country


def lut_of(document: Document) -> Iterator[Pair]:
    """The letter of undertaking under which no tax is charged."""
    number = supplier_of(document).lut_number
    if document.zero_rated and number:
        yield "LUT", number


def after_payable(invoice: Invoice) -> tuple[tuple[str, str], ...]:
    """What notes and payments have left of the total; nothing where all of it is owed."""
    changes = (
        ("Credit notes", invoice.credited),
        ("Debit notes", invoice.debited),
        ("Paid", invoice.paid),
    )
    said = tuple((label, money(amount)) for label, amount in changes if amount)
    return (*said, ("Balance due", money(invoice.balance))) if said else ()


def document_context(invoice: Document, lines: Sequence[DocumentLine]) -> dict[str, Any]:
    """What the paper of any document with lines shows: all but what it is called, its state and a QR code."""
    mode = mode_of(invoice, lines)
    columns = columns_of(invoice, mode)
    has_discount = any(line.disc_pct or line.disc_amt for line in lines)
    supplier, buyer = supplier_of(invoice), buyer_of(invoice)
    return {
        "invoice": invoice,
        "declarations": declarations(document_of(invoice, lines)),
        "supplier": supplier,
        "buyer": buyer,
        "party_heading": "Billed to",
        "payable": "Total payable",
        "delivery": delivery_of(buyer),
        "place": state_label(invoice.place_of_supply),
        "columns": columns,
        "has_discount": has_discount,
        "is_tight": len(columns) + has_discount > MOST_ROOMY,
        "label_span": COLUMNS_BEFORE_VALUE + has_discount,
        "lines": [line_of(line, columns, zero_rated=invoice.zero_rated) for line in lines],
        "sums": sums_of(invoice, lines, columns),
        "carried": carried_of(lines, columns),
        "totals": _totals(invoice, mode),
        "hsn_rows": [_hsn_row(invoice, row, columns) for row in hsn.summary(lines) if supplier.gstin],
        "words": amount_in_words(invoice.total),
    }


def line_of(line: DocumentLine, columns: list[Column], *, zero_rated: bool = False) -> dict[str, Any]:
    """A line of any paper, as text."""
    return {
        "description": line.description,
        "untaxed": "" if line.supply == Supply.TAXABLE or not columns else line.get_supply_display(),
        "hsn": line.hsn,
        "qty": plain(line.qty),
        "unit": line.unit,
        "price": _price(line.price),
        "price_includes_tax": line.price_includes_tax,
        "discount": f"{plain(line.disc_pct)}%" if line.disc_pct else _amount(line.disc_amt or None),
        "taxable": _amount(line.taxable),
        "cells": [
            {"rate": _rate(line, column, zero_rated), "amount": _amount(column.of(line))}
            for column in columns
        ],
        "total": _amount(line.total),
    }


def _rate(line: DocumentLine, column: Column, zero_rated: bool) -> str:
    """The per cent of one component of a line; empty for what bears none or bears it by quantity."""
    if column.field == "cess":
        return f"{plain(line.cess_pct)}%" if line.cess_pct else ""
    if line.supply != Supply.TAXABLE:
        return ""
    rate = Decimal(0) if zero_rated else line.rate
    return f"{plain(rate if column.field == 'igst' else rate / 2)}%"


def sums_of(invoice: Document | Bill, lines: Sequence[DocumentLine], columns: list[Column]) -> dict[str, Any]:
    """What the lines of any paper come to, as text."""
    return {
        "taxable": _amount(invoice.taxable),
        "columns": [_amount(column.of(invoice)) for column in columns],
        "total": _amount(sum((line.total for line in lines), Decimal(0))),
    }


def carried_of(lines: Sequence[DocumentLine], columns: list[Column]) -> tuple[tuple[str, ...], ...]:
    """Beside each line, what the amounts at its end come to so far: taxable, taxes, total."""
    amounts = [
        (line.taxable, *(column.of(line) for column in columns), *([line.total] if columns else []))
        for line in lines
    ]
    added = accumulate(amounts, lambda so_far, more: tuple(map(add, so_far, more)))
    return tuple(tuple(map(_amount, each)) for each in added)


def _totals(invoice: Document, mode: TaxMode) -> list[Row]:
    rows = total_rows(invoice, mode)
    if invoice.doc_discount:
        rows.insert(0, Row("Discount on the whole, taken off above", money(invoice.doc_discount)))
    return rows


def _hsn_row(invoice: Document, row: hsn.HsnRow, columns: list[Column]) -> dict[str, Any]:
    return {
        "hsn": row.hsn,
        "qty": plain(row.qty),
        "unit": row.unit,
        "rate": f"{plain(rate_charged(invoice, row.rate))}%",
        "taxable": _amount(row.taxable),
        "cells": [{"amount": _amount(column.of(row))} for column in columns],
        "tax": _amount(row.tax),
    }


def _amount(amount: Decimal | None) -> str:
    """Rupees without the sign, which stands in the heading."""
    return "" if amount is None else indian_format(amount, symbol="")


def _price(price: Decimal) -> str:
    """A rate with its third decimal only where it has one."""
    return indian_format(price, symbol="", places=2 if price == round(price, 2) else 3)
