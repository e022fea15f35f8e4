"""The documents of a period as the returns read them: a few queries, however many there are."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from string import digits
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet
from django.urls import reverse

from gstbillingapp.gst.calc import tax_mode
from gstbillingapp.gst.gstr1 import Gstr1, gstr1
from gstbillingapp.gst.gstr3b import Gstr3b, Inward, gstr3b
from gstbillingapp.gst.money import PAISA
from gstbillingapp.gst.outward import (
    Advance,
    Nature,
    NumberRange,
    OutwardDocument,
    SupplyLine,
    Treatment,
)
from gstbillingapp.gst.returns import Document, Period
from gstbillingapp.models import (
    Business,
    Invoice,
    InvoiceLine,
    InvoiceState,
    Note,
    NoteKind,
    NoteLine,
    PaymentVoucher,
    Receipt,
    Refund,
    ReturnFiling,
    SelfInvoice,
)
from gstbillingapp.models.whole import PAISE, THOUSANDTH, THOUSANDTHS
from gstbillingapp.returns.advances import Move, advances_of, moves_of
from gstbillingapp.returns.filed import gstr1_filings
from gstbillingapp.returns.purchases import inward_of
from gstbillingapp.returns.whole import AMOUNTS, amounts_of, whole

NOT_CHARGED = Decimal(0)
TREATMENTS = {each.value: each for each in Treatment}
CANCELLED = InvoiceState.CANCELLED  # as notes and receipts are, too
DOCUMENTS = {NoteKind.CREDIT: Document.CREDIT_NOTE, NoteKind.DEBIT: Document.DEBIT_NOTE}
NATURES = {
    Document.INVOICE: Nature.INVOICE,
    Document.CREDIT_NOTE: Nature.CREDIT_NOTE,
    Document.DEBIT_NOTE: Nature.DEBIT_NOTE,
}


class Row(NamedTuple):
    """What is read of a numbered document; the last three are of the invoice that a note amends."""

    total: Decimal
    round_off: Decimal
    pk: int
    number: str
    financial_year: str
    sequence: int
    date: datetime.date
    state: str
    place_of_supply: str
    sez: bool
    export: bool
    zero_rated: bool
    deemed_export: bool
    rcm: bool
    composition: bool
    supplier_gstin: str
    supplier_state_code: str
    supplier_lut_number: str
    buyer_name: str
    buyer_gstin: str
    buyer_state_code: str
    buyer_address: str
    kind: str = ""
    original_date: datetime.date | None = None
    original_value: Decimal | None = None

    @property
    def doc(self) -> Document:
        """Invoice, credit note or debit note."""
        return DOCUMENTS[NoteKind(self.kind)] if self.kind else Document.INVOICE

    @property
    def is_cancelled(self) -> bool:
        """Whether it no longer stands."""
        return self.state == CANCELLED

    @property
    def series(self) -> str:
        """Its number without the counter: INV/26-27/."""
        return self.number.rstrip(digits)

    @property
    def url(self) -> str:
        """Its page."""
        return reverse("note" if self.kind else "invoice", args=[self.pk])


ROW_AMOUNTS = {"total": PAISE, "round_off": PAISE}
OF_INVOICES = Row._fields[len(ROW_AMOUNTS) : Row._fields.index("kind")]
OF_NOTES = (*OF_INVOICES, "kind", "invoice__date", "invoice__total")
Lines = Mapping[int, tuple[SupplyLine, ...]]


@dataclass
class Books:
    """What a business supplied, and bought, between two days, both included."""

    business: Business
    since: datetime.date
    until: datetime.date
    rows: list[Row] = field(default_factory=list)
    # Numbered under another registration or under composition: no part of this one's returns.
    left_out: list[Row] = field(default_factory=list)
    documents: list[OutwardDocument] = field(default_factory=list)
    advances: list[Advance] = field(default_factory=list)
    # What was done with advances near these days, told in them or not, and the GSTR-1 that are filed.
    moves: list[Move] = field(default_factory=list)
    filings: list[ReturnFiling] = field(default_factory=list)
    ranges: list[NumberRange] = field(default_factory=list)

    @cached_property
    def inward(self) -> list[Inward]:
        """What was bought, read when it is asked for: GSTR-1 does not."""
        return inward_of(self.business, self.since, self.until)

    def gstr1(self, period: Period) -> Gstr1:
        """GSTR-1 of them."""
        return gstr1(self.business.gstin, period, self.documents, self.advances, self.ranges)

    def gstr3b(self, period: Period) -> Gstr3b:
        """GSTR-3B of them."""
        return gstr3b(self.business.gstin, period, self.documents, self.advances, self.inward)


def books_of(business: Business, period: Period) -> Books:
    """Everything dated in a period."""
    books = Books(business, period.first, period.last)
    within = (business, books.since, books.until)
    invoices, others = _parted(business, invoice_rows(*within))
    notes, other_notes = _parted(business, note_rows(*within))
    books.rows, books.left_out = [*invoices, *notes], [*others, *other_notes]
    books.documents = [
        *documents_of(invoices, invoice_lines(*within)),
        *documents_of(notes, note_lines(*within)),
    ]
    books.filings = gstr1_filings(business, books.until)
    books.moves = moves_of(*within, books.filings)
    books.advances = advances_of(books.moves, books.since, books.until)
    books.ranges = [*ranges_of_documents(books.rows), *ranges_of_vouchers(*within)]
    return books


def _parted(business: Business, rows: Iterable[Row]) -> tuple[list[Row], list[Row]]:
    """Those that the registration which files has made, and the others."""
    ours: list[Row] = []
    others: list[Row] = []
    for row in rows:
        (ours if row.supplier_gstin == business.gstin and not row.composition else others).append(row)
    return ours, others


def _dated(
    rows: "QuerySet[Any]", business: Business, since: datetime.date, until: datetime.date
) -> "QuerySet[Any]":
    return rows.filter(business=business, date__gte=since, date__lte=until).order_by("date", "id")


def invoice_rows(business: Business, since: datetime.date, until: datetime.date) -> list[Row]:
    """Issued and cancelled invoices, in the order of date and number."""
    found = _dated(Invoice.objects.exclude(state=InvoiceState.DRAFT), business, since, until)
    return _rows(found, OF_INVOICES)


def note_rows(business: Business, since: datetime.date, until: datetime.date) -> list[Row]:
    """Credit and debit notes, cancelled ones among them, without those that are commercial."""
    return _rows(_dated(Note.objects.of_supplies(), business, since, until), OF_NOTES)


def _rows(found: "QuerySet[Any]", names: Sequence[str]) -> list[Row]:
    rows = whole(found, ROW_AMOUNTS, *names)
    return [Row(total * PAISA, round_off * PAISA, *values) for *values, total, round_off in rows]


# With as many decimals as they have.
LINE_FIELDS = ("hsn", "description", "unit", "supply")
LINE_NUMBERS = {"qty": THOUSANDTHS, "rate": THOUSANDTHS, **AMOUNTS}


def invoice_lines(business: Business, since: datetime.date, until: datetime.date) -> Lines:
    """The lines of the invoices, by invoice; which of them stand, their rows say, that were read before."""
    found = InvoiceLine.objects.filter(
        invoice__business=business,
        invoice__date__gte=since,
        invoice__date__lte=until,
        invoice__state__in=(InvoiceState.ISSUED, InvoiceState.CANCELLED),
    )
    return _by_document(found, "invoice_id")


def note_lines(business: Business, since: datetime.date, until: datetime.date) -> Lines:
    """The lines of the notes, by note."""
    found = NoteLine.objects.filter(
        note__business=business, note__date__gte=since, note__date__lte=until, note__commercial=False
    )
    return _by_document(found, "note_id")


def _by_document(found: "QuerySet[Any]", document: str) -> Lines:
    lines: defaultdict[int, list[SupplyLine]] = defaultdict(list)
    rows = whole(found.order_by(document, "position"), LINE_NUMBERS, document, *LINE_FIELDS)
    for key, hsn, description, unit, supply, qty, rate, *amounts in rows:
        lines[key].append(
            SupplyLine(
                rate * THOUSANDTH,
                amounts_of(*amounts),
                TREATMENTS[supply],
                hsn,
                description,
                unit,
                qty * THOUSANDTH,
            )
        )
    return {key: tuple(each) for key, each in lines.items()}


def documents_of(rows: Iterable[Row], lines: Lines) -> list[OutwardDocument]:
    """What stands, as the returns read it."""
    return [document_of(row, lines.get(row.pk, ())) for row in rows if not row.is_cancelled]


def document_of(row: Row, lines: Sequence[SupplyLine]) -> OutwardDocument:
    """A document as the returns read it. Under LUT no rate is charged, whatever the goods bear at home."""
    mode = tax_mode(row.supplier_state_code, row.place_of_supply, sez=row.sez, export=row.export)
    return OutwardDocument(
        key=row,
        doc=row.doc,
        number=row.number,
        date=row.date,
        value=row.total,
        place=row.place_of_supply,
        intra=mode.is_intra,
        buyer_name=row.buyer_name,
        buyer_gstin=row.buyer_gstin,
        sez=row.sez,
        export=row.export,
        deemed_export=row.deemed_export,
        with_payment=not row.zero_rated,
        rcm=row.rcm,
        original_date=row.original_date,
        original_value=row.original_value,
        lines=tuple(line._replace(rate=NOT_CHARGED) for line in lines) if row.zero_rated else tuple(lines),
    )


def ranges_of_documents(rows: Iterable[Row]) -> list[NumberRange]:
    """Table 13 of invoices and notes."""
    by_nature: defaultdict[Nature, list[Used]] = defaultdict(list)
    for row in rows:
        by_nature[NATURES[row.doc]].append(
            Used(row.number, row.financial_year, row.sequence, row.is_cancelled)
        )
    return [each for nature, used in by_nature.items() for each in number_ranges(nature, used)]


def ranges_of_vouchers(business: Business, since: datetime.date, until: datetime.date) -> list[NumberRange]:
    """Table 13 of self-invoices, receipt, payment and refund vouchers."""
    fields = ("number", "financial_year", "sequence")
    ours = Q(receipt__supplier_gstin=business.gstin) | Q(note__supplier_gstin=business.gstin)
    taken_here = Receipt.objects.filter(supplier_gstin=business.gstin)
    receipts = _dated(taken_here, business, since, until).values_list(*fields, "state")
    self_made = SelfInvoice.objects.filter(recipient_gstin=business.gstin)
    made = _dated(self_made, business, since, until).values_list(*fields, "cancelled_at")
    paid_here = PaymentVoucher.objects.filter(recipient_gstin=business.gstin)
    payments = _dated(paid_here, business, since, until).values_list(*fields, "payment__reversed_at")
    refunds = _dated(Refund.objects.filter(ours), business, since, until).values_list(*fields, "reversed_at")
    taken = [Used(number, year, n, state == CANCELLED) for number, year, n, state in receipts]
    paid = [Used(number, year, n, at is not None) for number, year, n, at in payments]
    paid_back = [Used(number, year, n, at is not None) for number, year, n, at in refunds]
    self_invoices = [Used(number, year, n, at is not None) for number, year, n, at in made]
    return [
        *number_ranges(Nature.SELF_INVOICE, self_invoices),
        *number_ranges(Nature.RECEIPT_VOUCHER, taken),
        *number_ranges(Nature.PAYMENT_VOUCHER, paid),
        *number_ranges(Nature.REFUND_VOUCHER, paid_back),
    ]


class Used(NamedTuple):
    """A number that is used."""

    number: str
    financial_year: str
    sequence: int
    is_cancelled: bool


def number_ranges(nature: Nature, used: Iterable[Used]) -> list[NumberRange]:
    """Of each series the first and the last number, how many, and how many were cancelled."""
    series: defaultdict[tuple[str, str], list[Used]] = defaultdict(list)
    for each in used:
        series[each.financial_year, each.number.rstrip(digits)].append(each)
    return [
        _range(nature, sorted(found, key=lambda row: row.sequence)) for _, found in sorted(series.items())
    ]


def _range(nature: Nature, used: list[Used]) -> NumberRange:
    return NumberRange(
        nature=nature,
        first=used[0].number,
        last=used[-1].number,
        total=len(used),
        cancelled=sum(row.is_cancelled for row in used),
    )
