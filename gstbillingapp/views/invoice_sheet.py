"""The paper's content for a PDF: what the printed page shows, word for word."""

from collections.abc import Iterable
from typing import Any

from gstbillingapp.models import Invoice
from gstbillingapp.models.document import Document
from gstbillingapp.models.fields import day_text
from gstbillingapp.pdf.sheet import Cell, Column, Line, Part, Row, Sheet, Table
from gstbillingapp.templatetags.billing import money
from gstbillingapp.views.invoice_copies import ORIGINAL
from gstbillingapp.views.invoice_figures import Buyer, Delivery, Issuer, Supplier, upi_link
from gstbillingapp.views.invoice_paper import paper_context

Context = dict[str, Any]


def sheet_of(invoice: Invoice, copies: str = ORIGINAL) -> Sheet:
    """An issued or cancelled invoice as it is now, its balance included, in the copies of that name."""
    link = upi_link(invoice)
    pay_words = ("Scan to pay by UPI", money(invoice.balance)) if link else ()
    return document_sheet(paper_context(invoice, copies), pay_link=link, pay_words=pay_words)


def document_sheet(context: Context, *, pay_link: str = "", pay_words: tuple[str, ...] = ()) -> Sheet:
    """The paper of any sale, from what its template shows."""
    document: Document = context["invoice"]
    supplier: Supplier = context["supplier"]
    copy, *further = context["copies"]
    return Sheet(
        title=context["title"],
        copy=copy,
        further_copies=tuple(further),
        number=document.number,
        date=day_text(document.date),
        mark=context["mark"],
        supplier=supplier.name,
        supplier_lines=tuple(supplier_lines(supplier)),
        declarations=tuple(context["declarations"]),
        parties=tuple(party_parts(context["buyer"], context["delivery"], context["party_heading"])),
        facts=tuple(context["facts"]),
        lines=line_table(context),
        words=context["words"],
        notes=document.notes,
        totals=tuple((row.label, row.value) for row in context["totals"]),
        payable=(context["payable"], money(document.total)),
        after_payable=tuple(context["after_payable"]),
        hsn=hsn_table(context) if context["hsn_rows"] else None,
        pay_link=pay_link,
        pay_words=pay_words,
        small_print=tuple(small_print(supplier)),
        terms=document.terms,
        signed_for=supplier.legal_name or supplier.name,
        signatory=supplier.signatory,
    )


def said(*lines: Line) -> Iterable[Line]:
    """Those of them that say something."""
    return (line for line in lines if line.text)


def supplier_lines(supplier: Issuer) -> Iterable[Line]:
    """What stands below the supplier's name."""
    legal = "" if supplier.legal_name == supplier.name else supplier.legal_name
    return said(
        Line(legal),
        Line(supplier.address),
        Line(supplier.state),
        Line(supplier.contact, soft=True),
        _gstin(supplier.gstin),
    )


def party_parts(buyer: Buyer, delivery: Delivery | None, heading: str = "Billed to") -> Iterable[Part]:
    """Who is billed, and where the goods go."""
    standing = "" if buyer.gstin else buyer.standing
    yield Part(
        heading,
        tuple(
            said(
                Line(buyer.name, bold=True),
                Line(buyer.address),
                Line(buyer.state),
                Line(buyer.contact, soft=True),
                _gstin(buyer.gstin),
                Line(standing, soft=True),
            )
        ),
    )
    if delivery:
        lines = (Line(delivery.name, bold=True), Line(delivery.address), Line(delivery.state))
        yield Part("Delivered to", tuple(said(*lines)))


def _gstin(gstin: str) -> Line:
    return Line(f"GSTIN {gstin}" if gstin else "", bold=True)


def line_table(context: Context) -> Table:
    """The lines of a document, with what they come to."""
    taxes, discount = context["columns"], context["has_discount"]
    columns = [
        Column("#"),
        Column("Description", wraps=True),
        Column("HSN/SAC"),
        Column("Qty", is_number=True),
        Column("UQC"),
        Column("Rate ₹", is_number=True),
        *([Column("Disc.", is_number=True)] if discount else []),
        Column(_value_label(taxes), is_number=True),
        *(Column(f"{tax.label} ₹", is_number=True) for tax in taxes),
        *([Column("Total ₹", is_number=True)] if taxes else []),
    ]
    rows = [_line(place, line, context) for place, line in enumerate(context["lines"], start=1)]
    sums = context["sums"]
    amounts = [sums["taxable"], *sums["columns"], *([sums["total"]] if taxes else [])]
    blanks = [Cell("")] * (len(columns) - len(amounts) - 2)
    total = (Cell(""), Cell("Total"), *blanks, *map(Cell, amounts))
    return Table(tuple(columns), tuple(rows), total, context["carried"])


def _line(place: int, line: Context, context: Context) -> Row:
    return (
        Cell(str(place)),
        Cell(line["description"], line["untaxed"]),
        Cell(line["hsn"]),
        Cell(line["qty"]),
        Cell(line["unit"]),
        Cell(line["price"], "with tax" if line["price_includes_tax"] else ""),
        *([Cell(line["discount"])] if context["has_discount"] else []),
        Cell(line["taxable"]),
        *(Cell(cell["amount"], cell["rate"], note_before=True) for cell in line["cells"]),
        *([Cell(line["total"])] if context["columns"] else []),
    )


def hsn_table(context: Context) -> Table:
    """The summary by HSN and rate."""
    taxes = context["columns"]
    columns = (
        Column("HSN/SAC"),
        Column("Quantity", is_number=True),
        Column("UQC"),
        Column("Rate", is_number=True),
        Column(_value_label(taxes), is_number=True),
        *(Column(f"{tax.label} ₹", is_number=True) for tax in taxes),
        *([Column("Tax ₹", is_number=True)] if taxes else []),
    )
    rows = (
        (
            *map(Cell, (row["hsn"] or "None", row["qty"], row["unit"], row["rate"], row["taxable"])),
            *(Cell(cell["amount"]) for cell in row["cells"]),
            *([Cell(row["tax"])] if taxes else []),
        )
        for row in context["hsn_rows"]
    )
    return Table(columns, tuple(rows))


def _value_label(taxes: list[Any]) -> str:
    return "Taxable ₹" if taxes else "Value ₹"


def small_print(supplier: Supplier) -> Iterable[Part]:
    """Where the money goes."""
    if supplier.bank_account:
        ifsc = Line(f"IFSC {supplier.bank_ifsc}" if supplier.bank_ifsc else "")
        lines = (Line(supplier.bank_name), Line(f"Account {supplier.bank_account}"), ifsc)
        yield Part("Bank", tuple(said(*lines)))
    if supplier.upi_id:
        yield Part("UPI", (Line(supplier.upi_id),))
