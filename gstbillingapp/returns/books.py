"""The documents of a period as the returns read them: a few queries, however many there are."""

import datetime
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from django.urls import reverse

from gstbillingapp.gst.calc import tax_mode
from gstbillingapp.gst.gstr1 import Gstr1, gstr1
from gstbillingapp.gst.gstr3b import Gstr3b, Inward, gstr3b
from gstbillingapp.gst.outward import (
    Advance,
    Amounts,
    Nature,
    NumberRange,
    OutwardDocument,
    SupplyLine,
    Treatment,
)
from gstbillingapp.gst.returns import Period
from gstbillingapp.models import Business, Invoice, InvoiceLine, InvoiceState

COUNTER = re.compile(r"[0-9]+$")
NOT_CHARGED = Decimal(0)


class InvoiceRow(NamedTuple):
    """What is read of an issued or cancelled invoice."""

    pk: int
    number: str
    financial_year: str
    sequence: int
    date: datetime.date
    state: str
    total: Decimal
    round_off: Decimal
    place_of_supply: str
    sez: bool
    export: bool
    zero_rated: bool
    rcm: bool
    composition: bool
    supplier_gstin: str
    supplier_state_code: str
    supplier_lut_number: str
    buyer_name: str
    buyer_gstin: str
    buyer_kind: str
    buyer_state_code: str
    buyer_address: str
    issued_at: datetime.datetime
    cancelled_at: datetime.datetime | None

    @property
    def is_cancelled(self) -> bool:
        """Whether it no longer stands."""
        return self.state == InvoiceState.CANCELLED

    @property
    def series(self) -> str:
        """Its number without the counter: INV/26-27/."""
        return COUNTER.sub("", self.number)

    @property
    def url(self) -> str:
        """Its page."""
        return reverse("invoice", args=[self.pk])


@dataclass(slots=True)
class Books:
    """What a business supplied between two days, both included."""

    business: Business
    since: datetime.date
    until: datetime.date
    rows: list[InvoiceRow] = field(default_factory=list)
    documents: list[OutwardDocument] = field(default_factory=list)
    advances: list[Advance] = field(default_factory=list)
    inward: list[Inward] = field(default_factory=list)
    ranges: list[NumberRange] = field(default_factory=list)

    def gstr1(self, period: Period) -> Gstr1:
        """GSTR-1 of them."""
        return gstr1(self.business.gstin, period, self.documents, self.advances, self.ranges)

    def gstr3b(self, period: Period) -> Gstr3b:
        """GSTR-3B of them."""
        return gstr3b(self.business.gstin, period, self.documents, self.advances, self.inward)


def books_of(business: Business, period: Period) -> Books:
    """Everything dated in a period."""
    books = Books(business, period.first, period.last)
    books.rows = invoice_rows(business, books.since, books.until)
    lines = lines_of(business, books.since, books.until)
    books.documents = [document_of(row, lines.get(row.pk, ())) for row in books.rows if not row.is_cancelled]
    books.ranges = number_ranges(Nature.INVOICE, books.rows)
    return books


def invoice_rows(business: Business, since: datetime.date, until: datetime.date) -> list[InvoiceRow]:
    """Issued and cancelled invoices, in the order of date and number."""
    found = (
        Invoice.objects.filter(business=business, date__gte=since, date__lte=until)
        .exclude(state=InvoiceState.DRAFT)
        .order_by("date", "id")
    )
    return [InvoiceRow._make(values) for values in found.values_list(*InvoiceRow._fields)]


LINE_FIELDS = (
    "invoice_id",
    "hsn",
    "description",
    "unit",
    "qty",
    "rate",
    "supply",
    "taxable",
    "igst",
    "cgst",
    "sgst",
    "cess",
)


def lines_of(
    business: Business, since: datetime.date, until: datetime.date
) -> dict[int, tuple[SupplyLine, ...]]:
    """The lines of the issued invoices between two days, by invoice."""
    found = InvoiceLine.objects.filter(
        invoice__business=business,
        invoice__date__gte=since,
        invoice__date__lte=until,
        invoice__state=InvoiceState.ISSUED,
    ).order_by("invoice_id", "position")
    lines: defaultdict[int, list[SupplyLine]] = defaultdict(list)
    for invoice_id, *values in found.values_list(*LINE_FIELDS).iterator(2000):
        lines[invoice_id].append(_line(*values))
    return {invoice_id: tuple(each) for invoice_id, each in lines.items()}


def _line(
    hsn: str, description: str, unit: str, qty: Decimal, rate: Decimal, supply: str, *amounts: Decimal
) -> SupplyLine:
    return SupplyLine(
        hsn=hsn,
        description=description,
        unit=unit,
        qty=qty,
        rate=rate,
        treatment=Treatment(supply),
        amounts=Amounts(*amounts),
    )


def document_of(row: InvoiceRow, lines: Iterable[SupplyLine]) -> OutwardDocument:
    """An invoice as the returns read it. Under LUT no rate is charged, whatever the goods bear at home."""
    mode = tax_mode(row.supplier_state_code, row.place_of_supply, sez=row.sez, export=row.export)
    return OutwardDocument(
        key=row,
        number=row.number,
        date=row.date,
        value=row.total,
        place=row.place_of_supply,
        intra=mode.is_intra,
        buyer_name=row.buyer_name,
        buyer_gstin=row.buyer_gstin,
        sez=row.sez,
        export=row.export,
        with_payment=not row.zero_rated,
        rcm=row.rcm,
        lines=tuple(_uncharged(line) for line in lines) if row.zero_rated else tuple(lines),
    )


def _uncharged(line: SupplyLine) -> SupplyLine:
    terms: dict[str, Any] = {name: getattr(line, name) for name in SupplyLine.__dataclass_fields__}
    return SupplyLine(**terms | {"rate": NOT_CHARGED})


def number_ranges(nature: Nature, rows: Iterable[InvoiceRow]) -> list[NumberRange]:
    """Table 13: of each series the first and the last number, how many, and how many were cancelled."""
    series: defaultdict[tuple[str, str], list[InvoiceRow]] = defaultdict(list)
    for row in rows:
        series[row.financial_year, row.series].append(row)
    return [_range(nature, sorted(used, key=lambda row: row.sequence)) for _, used in sorted(series.items())]


def _range(nature: Nature, used: list[InvoiceRow]) -> NumberRange:
    return NumberRange(
        nature=nature,
        first=used[0].number,
        last=used[-1].number,
        total=len(used),
        cancelled=sum(row.is_cancelled for row in used),
    )
