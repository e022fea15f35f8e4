"""What stands on the papers of notes, advances and statements; printed and drawn alike."""

from collections.abc import Iterable
from decimal import Decimal

from gstbillingapp.gst.money import amount_in_words, indian_format
from gstbillingapp.gst.papers import PAPER_COPY
from gstbillingapp.gst.states import state_label
from gstbillingapp.ledger import Entry, Ledger, Span
from gstbillingapp.models import Business, Note, NoteKind, Receipt, Refund
from gstbillingapp.models.fields import day_text, today
from gstbillingapp.models.payment import MoneyMoved
from gstbillingapp.pdf.sheet import Cell, Column, Line, Pair, Part, Row, Sheet, Table
from gstbillingapp.receivables import ages_before
from gstbillingapp.templatetags.billing import money, plain
from gstbillingapp.views.invoice_figures import (
    Buyer,
    Supplier,
    buyer_of,
    columns_of,
    mode_of,
    party_of,
    supplier_of,
)
from gstbillingapp.views.invoice_paper import destination_of, document_context
from gstbillingapp.views.invoice_sheet import hsn_table, line_table, party_parts, small_print, supplier_lines

CANCELLED = "CANCELLED"
# Section 34 is for notes that change the value of a supply.
COMMERCIAL = (
    "Commercial credit note without GST: the value and the tax of the invoice stay as they are. "
    "Not a credit note under section 34 of the CGST Act."
)


def note_sheet(note: Note) -> Sheet:
    """A credit or debit note (CGST Rule 53(1A)); a commercial one says that it is none of the Act's."""
    lines = list(note.lines.all())
    context = document_context(note, lines)
    for line, said in zip(lines, context["lines"], strict=True):
        if not line.qty:  # an amount has no quantity, no unit and no rate
            said |= {"qty": "", "unit": "", "price": ""}
    supplier: Supplier = context["supplier"]
    return Sheet(
        title=note.get_kind_display(),
        copy=PAPER_COPY,
        number=note.number,
        date=day_text(note.date),
        mark=CANCELLED if note.status == "cancelled" else "",
        supplier=supplier.name,
        supplier_lines=tuple(supplier_lines(supplier)),
        declarations=(COMMERCIAL,) if note.commercial else tuple(context["declarations"]),
        parties=tuple(party_parts(context["buyer"], context["delivery"])),
        facts=tuple(_facts_of_note(note, context["place"])),
        lines=line_table(context),
        words=context["words"],
        notes="",
        totals=tuple((row.label, row.value) for row in context["totals"]),
        payable=("Total credited" if note.is_credit else "Total charged", money(note.total)),
        after_payable=tuple(_use_of(note)),
        hsn=hsn_table(context) if context["hsn_rows"] and not note.commercial else None,
        pay_link="",
        pay_words=(),
        small_print=(),
        terms="",
        signed_for=supplier.legal_name or supplier.name,
        signatory=supplier.signatory,
    )


def _facts_of_note(note: Note, place: str) -> Iterable[Pair]:
    yield "Number", note.number
    yield "Date", day_text(note.date)
    yield "Against invoice", note.invoice.number
    yield "Invoice date", day_text(note.invoice.date)
    if not note.commercial:
        yield "Place of supply", place
        yield from destination_of(note)
        yield "Reverse charge", "Yes" if note.rcm else "No"
    yield "Reason", note.reason_in_words


def _use_of(note: Note) -> Iterable[Pair]:
    if note.kind == NoteKind.CREDIT and note.balance:
        if note.applied:
            yield f"Off {note.invoice.number}", money(note.applied)
        yield "Open credit", money(note.balance)


def receipt_sheet(receipt: Receipt) -> Sheet:
    """A receipt voucher (CGST Rule 50)."""
    supplier, buyer = supplier_of(receipt), buyer_of(receipt)
    return Sheet(
        title="Receipt voucher",
        copy=PAPER_COPY,
        number=receipt.number,
        date=day_text(receipt.date),
        mark=CANCELLED if receipt.status == "cancelled" else "",
        supplier=supplier.name,
        supplier_lines=tuple(supplier_lines(supplier)),
        declarations=(),
        parties=tuple(payer(buyer, "Received from")),
        facts=(
            ("Number", receipt.number),
            ("Date", day_text(receipt.date)),
            ("Received by", paid_by(receipt)),
            ("Place of supply", state_label(receipt.place_of_supply)),
            ("Reverse charge", "No"),
        ),
        lines=voucher_table("Advance for", receipt.purpose, receipt, receipt, receipt.total),
        words=amount_in_words(receipt.total),
        notes="",
        totals=(),
        payable=("Advance received", money(receipt.total)),
        after_payable=(),
        hsn=None,
        pay_link="",
        pay_words=(),
        small_print=(),
        terms="",
        signed_for=supplier.legal_name or supplier.name,
        signatory=supplier.signatory,
    )


def voucher_table(
    heading: str, words: str, source: Receipt | Note, moved: Receipt | Refund, total: Decimal
) -> Table:
    """The one line of a voucher for money that came or went back, with the tax in it where it bears any.

    `source` says which taxes and at which rate, `moved` how much of each.
    """
    is_taxed = isinstance(source, Receipt) and source.is_service
    columns = columns_of(source, mode_of(source)) if is_taxed else []
    rate = plain(source.rate) if columns and isinstance(source, Receipt) and not source.zero_rated else "0"
    row = (
        Cell("1"),
        Cell(words),
        *([Cell(f"{rate}%")] if columns else []),
        Cell(_amount(moved.taxable)),
        *(Cell(_amount(getattr(moved, column.field))) for column in columns),
        *([Cell(_amount(total))] if columns else []),
    )
    headings = (
        Column("#"),
        Column(heading, wraps=True),
        *([Column("Rate", is_number=True)] if columns else []),
        Column("Taxable ₹" if columns else "Amount ₹", is_number=True),
        *(Column(f"{column.label} ₹", is_number=True) for column in columns),
        *([Column("Total ₹", is_number=True)] if columns else []),
    )
    return Table(headings, (row,))


def paid_by(moved: Receipt | MoneyMoved) -> str:
    """How money came or went: UPI, 4711."""
    return ", ".join(filter(None, (moved.get_mode_display(), moved.reference)))


def payer(buyer: Buyer, heading: str) -> Iterable[Part]:
    """Whose money it was or is."""
    return party_parts(buyer, None, heading)


def statement_sheet(business: Business, ledger: Ledger) -> Sheet:
    """A statement of account: the ledger of a period, and how old what is owed is."""
    supplier = party_of(Supplier, business)
    span = ledger.span()
    return Sheet(
        title="Statement of account",
        copy=period_of(ledger),
        number="",
        date=day_text(today()),
        mark="",
        supplier=supplier.name,
        supplier_lines=tuple(supplier_lines(supplier)),
        declarations=(),
        parties=tuple(_customer(ledger)),
        facts=tuple(_facts_of_statement(ledger, span)),
        lines=_entries(ledger, span),
        words=amount_in_words(abs(span.closing)),
        notes="",
        totals=tuple(_ages(ledger)),
        payable=("Balance due" if span.closing >= 0 else "In your favour", money(abs(span.closing))),
        after_payable=(),
        hsn=None,
        pay_link="",
        pay_words=(),
        small_print=tuple(small_print(supplier)),
        terms="",
        signed_for=supplier.legal_name or supplier.name,
        signatory=supplier.signatory,
    )


def period_of(ledger: Ledger) -> str:
    """The period in words: 1 Apr 2026 to 25 Nov 2026."""
    since = day_text(ledger.since) if ledger.since else "the beginning"
    until = day_text(ledger.until) if ledger.until else day_text(today())
    return f"{since} to {until}"


def _customer(ledger: Ledger) -> Iterable[Part]:
    customer = ledger.customer
    place = " ".join(filter(None, (customer.city, customer.pincode)))
    lines = (
        Line(customer.name, bold=True),
        Line(customer.address),
        Line(place),
        Line(customer.country),
        Line(f"GSTIN {customer.gstin}" if customer.gstin else "", bold=True),
    )
    yield Part("Account of", tuple(line for line in lines if line.text))


def _facts_of_statement(ledger: Ledger, span: Span) -> Iterable[Pair]:
    yield "Date", day_text(today())
    yield "Opening balance", money(span.opening)
    yield "Debits", money(span.debit)
    yield "Credits", money(span.credit)
    yield "Closing balance", money(span.closing)


def _entries(ledger: Ledger, span: Span) -> Table:
    columns = (
        Column("Date"),
        Column("Entry", wraps=True),
        Column("Number"),
        Column("Debit ₹", is_number=True),
        Column("Credit ₹", is_number=True),
        Column("Balance ₹", is_number=True),
    )
    rows = (*_opening(ledger, span), *(_entry(entry) for entry in ledger.entries()))
    total = (Cell(""), Cell("Total"), Cell(""), Cell(_amount(span.debit)), Cell(_amount(span.credit)))
    return Table(columns, rows, (*total, Cell(_amount(span.closing))))


def _opening(ledger: Ledger, span: Span) -> Iterable[Row]:
    if ledger.since is not None:
        blanks = (Cell(""), Cell(""), Cell(""))
        yield Cell(day_text(ledger.since)), Cell("Opening balance"), *blanks, Cell(_amount(span.opening))


def _entry(entry: Entry) -> Row:
    return (
        Cell(day_text(entry.date)),
        Cell(entry.text, entry.note),
        Cell(entry.number),
        Cell("" if entry.debit is None else _amount(entry.debit)),
        Cell("" if entry.credit is None else _amount(entry.credit)),
        Cell(_amount(entry.balance)),
    )


def _ages(ledger: Ledger) -> Iterable[Pair]:
    """How old what is owed today is; only where the statement ends today."""
    if ledger.until is not None and ledger.until < today():
        return
    ages = ages_before(ledger.customer)
    labelled = (
        ("Not yet due", ages.not_due),
        ("1–30 days overdue", ages.days_30),
        ("31–60 days", ages.days_60),
        ("61–90 days", ages.days_90),
        ("Over 90 days", ages.older),
        ("Open credit and advances", -ages.credit),
    )
    yield from ((label, money(amount)) for label, amount in labelled if amount)


def _amount(amount: Decimal) -> str:
    """Rupees without the sign, which stands in the heading."""
    return indian_format(amount, symbol="")
