"""What a business has supplied in a tax period: its documents and advances as the returns read them.

Amounts are rupees. A line's `rate` is the per cent charged: 0 where the supply is zero-rated under LUT.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal, localcontext
from enum import StrEnum
from typing import NamedTuple

from gstbillingapp.gst.money import ARITHMETIC, ZERO
from gstbillingapp.gst.returns import Document, Gstr1Entry, Reported, Section, gstr1_section


class Treatment(StrEnum):
    """Why a line bears tax or not."""

    TAXABLE = "taxable"
    EXEMPT = "exempt"
    NIL = "nil"
    NON_GST = "non_gst"


class Amounts(NamedTuple):
    """A taxable value and the tax on it. `sgst` holds UTGST too, as the returns have it."""

    taxable: Decimal = ZERO
    igst: Decimal = ZERO
    cgst: Decimal = ZERO
    sgst: Decimal = ZERO
    cess: Decimal = ZERO

    def plus(self, other: Amounts) -> Amounts:
        """Both together."""
        # A month has tens of thousands of these, and half of the amounts are 0.
        add = ARITHMETIC.add
        taxable, igst, cgst, sgst, cess = other
        return Amounts(
            add(self.taxable, taxable) if taxable else self.taxable,
            add(self.igst, igst) if igst else self.igst,
            add(self.cgst, cgst) if cgst else self.cgst,
            add(self.sgst, sgst) if sgst else self.sgst,
            add(self.cess, cess) if cess else self.cess,
        )

    def negated(self) -> Amounts:
        """What a credit note takes back."""
        minus = ARITHMETIC.minus
        return Amounts(
            minus(self.taxable), minus(self.igst), minus(self.cgst), minus(self.sgst), minus(self.cess)
        )

    @property
    def tax(self) -> Decimal:
        """All components together, cess included."""
        return ARITHMETIC.add(ARITHMETIC.add(self.igst, self.cgst), ARITHMETIC.add(self.sgst, self.cess))


NOTHING = Amounts()


def total_of(amounts: Iterable[Amounts]) -> Amounts:
    """Everything added up."""
    columns = list(zip(*amounts, strict=True))
    with localcontext(ARITHMETIC):
        return Amounts(*(sum(column, ZERO) for column in columns))


class SupplyLine(NamedTuple):
    """One supply on a document; positive on a credit note too."""

    rate: Decimal
    amounts: Amounts
    treatment: Treatment = Treatment.TAXABLE
    hsn: str = ""
    description: str = ""
    unit: str = "OTH"
    qty: Decimal = Decimal(0)


class OutwardDocument(NamedTuple):
    """An invoice, a credit note or a debit note. `value` is its total as printed.

    `key` is the caller's own name for it. A note also tells of the invoice it amends: `original_date` and
    `original_value` decide the section. `buyer_gstin` is empty for a buyer without one.
    """

    number: str
    date: datetime.date
    value: Decimal
    place: str
    intra: bool
    lines: tuple[SupplyLine, ...]
    doc: Document = Document.INVOICE
    key: object = None
    buyer_name: str = ""
    buyer_gstin: str = ""
    sez: bool = False
    export: bool = False
    deemed_export: bool = False
    with_payment: bool = False
    rcm: bool = False
    original_date: datetime.date | None = None
    original_value: Decimal | None = None

    @property
    def is_credit(self) -> bool:
        """Whether its amounts are taken off."""
        return self.doc is Document.CREDIT_NOTE

    @property
    def is_zero_rated(self) -> bool:
        """Whether it is an export or goes to an SEZ."""
        return self.export or self.sez

    def signed(self, amounts: Amounts) -> Amounts:
        """Amounts as they count: those of a credit note against."""
        return amounts.negated() if self.is_credit else amounts


@dataclass(frozen=True, slots=True, kw_only=True)
class Advance:
    """Money taken before the invoice (ADV), or set off against it (ADJ), at one rate.

    `amounts.taxable` is the advance without the tax in it.
    """

    number: str
    date: datetime.date
    place: str
    intra: bool
    rate: Decimal
    amounts: Amounts
    doc: Document = Document.ADVANCE
    key: object = None
    party: str = ""

    @property
    def signed(self) -> Amounts:
        """The amounts as they count: what is set off was told before, and counts against."""
        return self.amounts if self.doc is Document.ADVANCE else self.amounts.negated()


class Nature(StrEnum):
    """What table 13 counts, by the numbers it gives them."""

    INVOICE = "1"
    SELF_INVOICE = "2"
    DEBIT_NOTE = "4"
    CREDIT_NOTE = "5"
    RECEIPT_VOUCHER = "6"
    PAYMENT_VOUCHER = "7"
    REFUND_VOUCHER = "8"


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberRange:
    """Numbers of one series used in a period; `cancelled` are among the `total`."""

    nature: Nature
    first: str
    last: str
    total: int
    cancelled: int


class Part(NamedTuple):
    """What one section has of a document: the lines that belong there."""

    entry: Gstr1Entry
    document: OutwardDocument
    lines: tuple[SupplyLine, ...]

    @property
    def section(self) -> Section:
        """Where it is reported."""
        return self.entry.section

    def each(self) -> list[Amounts]:
        """Its lines as they count."""
        signed = self.document.signed
        return [signed(line.amounts) for line in self.lines]

    def amounts(self) -> Amounts:
        """All of them together."""
        return total_of(self.each())


def parts_of(document: OutwardDocument) -> Iterator[Part]:
    """The sections a document is spread over: what bears no tax is told apart, except of an export."""
    taxed = tuple([line for line in document.lines if line.treatment is Treatment.TAXABLE])
    if document.export or len(taxed) == len(document.lines):
        yield Part(_entry(document), document, document.lines)
        return
    bare = tuple(line for line in document.lines if line.treatment is not Treatment.TAXABLE)
    if taxed:
        yield Part(_entry(document), document, taxed)
    yield Part(Gstr1Entry(section=Section.NIL), document, bare)


def _entry(document: OutwardDocument) -> Gstr1Entry:
    return gstr1_section(
        Reported(
            doc=document.doc,
            buyer_registered=bool(document.buyer_gstin),
            inter_state=not document.intra,
            value=document.value if document.original_value is None else document.original_value,
            date=document.original_date or document.date,
            sez=document.sez,
            export=document.export,
            deemed_export=document.deemed_export,
            with_payment=document.with_payment,
        )
    )
