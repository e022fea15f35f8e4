"""What an invoice's page, editor and paper all show: parties, kinds of tax, totals, the next number."""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Protocol, TypeVar

import segno

from gstbillingapp.gst import papers, upi
from gstbillingapp.gst.calc import DocumentInput, LineInput, TaxMode, tax_mode
from gstbillingapp.gst.errors import InputError
from gstbillingapp.gst.numbers import financial_year, format_number
from gstbillingapp.gst.states import state_label
from gstbillingapp.models import (
    Business,
    BuyerKind,
    Customer,
    Invoice,
    NumberSeries,
    Scheme,
    Supply,
)
from gstbillingapp.models.document import Document, DocumentLine
from gstbillingapp.models.self_invoice import OwnPaper
from gstbillingapp.templatetags.billing import money


class Taxed(Protocol):
    """Anything with the components of tax: an invoice, a line, a row of the HSN summary."""

    @property
    def cgst(self) -> Decimal: ...
    @property
    def sgst(self) -> Decimal: ...
    @property
    def igst(self) -> Decimal: ...
    @property
    def cess(self) -> Decimal: ...


@dataclass(frozen=True, slots=True)
class Row:
    """A label and an amount in words for people."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Column:
    """A component of tax: its heading, and the field that holds it."""

    label: str
    field: str

    def of(self, row: Taxed) -> Decimal:
        """The component's amount in rupees."""
        amount: Decimal = getattr(row, self.field)
        return amount


@dataclass(frozen=True, slots=True)
class Party:
    """The supplier or the buyer: of an issued invoice as it was then, of a draft as it is now."""

    name: str = ""
    gstin: str = ""
    state_code: str = ""
    street: str = ""
    city: str = ""
    pincode: str = ""
    phone: str = ""
    email: str = ""

    @property
    def address(self) -> str:
        """The address in one line."""
        return _joined(self.street, self.city, self.pincode)

    @property
    def state(self) -> str:
        """The state with its code: Karnataka (29)."""
        return state_label(self.state_code)

    @property
    def contact(self) -> str:
        """Phone and e-mail."""
        return _joined(self.phone, self.email)


@dataclass(frozen=True, slots=True)
class Issuer(Party):
    """Whose paper it is, and who signs it."""

    legal_name: str = ""
    signatory: str = ""


@dataclass(frozen=True, slots=True)
class Supplier(Issuer):
    """Who bills, and where the money goes."""

    bank_name: str = ""
    bank_account: str = ""
    bank_ifsc: str = ""
    upi_id: str = ""
    lut_number: str = ""

    @property
    def upi_parts(self) -> list[str]:
        """The UPI id in the parts that a line may break between: the name, and the bank with its @."""
        name, at, bank = self.upi_id.partition("@")
        return [part for part in (name, at + bank) if part]


@dataclass(frozen=True, slots=True)
class Buyer(Party):
    """Who is billed, and where the goods go; all empty while a draft has no customer."""

    kind: str = ""
    country: str = ""
    ship_name: str = ""
    ship_address: str = ""
    ship_city: str = ""
    ship_pincode: str = ""
    ship_state_code: str = ""

    @property
    def state(self) -> str:
        """The state with its code, or the country of a buyer overseas."""
        return self.country or state_label(self.state_code)

    @property
    def standing(self) -> str:
        """What a buyer is under GST: registered, not registered, in an SEZ, overseas."""
        return str(BuyerKind(self.kind).label) if self.kind else ""


PartyT = TypeVar("PartyT", bound=Party)
COLUMNS = {"street": "address"}  # where a column is called otherwise than the field


@dataclass(frozen=True, slots=True)
class Delivery:
    """Where the goods go when that is not where the buyer is (CGST Rule 46(o))."""

    name: str
    address: str
    state: str


def supplier_of(invoice: Document) -> Supplier:
    """Who bills."""
    if invoice.is_draft:
        return party_of(Supplier, invoice.business)
    return party_of(Supplier, invoice, "supplier_")


def buyer_of(invoice: Document) -> Buyer:
    """Who is billed."""
    if not invoice.is_draft:
        return party_of(Buyer, invoice, "buyer_")
    return Buyer() if invoice.customer is None else party_of(Buyer, invoice.customer)


def party_of(
    kind: type[PartyT], source: Document | Business | Customer | OwnPaper, prefix: str = ""
) -> PartyT:
    """Every field of the party from its own column: a column that is not there raises AttributeError."""
    names = [field.name for field in fields(kind)]
    return kind(**{name: getattr(source, prefix + COLUMNS.get(name, name)) for name in names})


def delivery_of(buyer: Buyer) -> Delivery | None:
    """The delivery address, where there is one apart from the buyer's own."""
    address = _joined(buyer.ship_address, buyer.ship_city, buyer.ship_pincode)
    if not address:
        return None
    return Delivery(buyer.ship_name or buyer.name, address, state_label(buyer.ship_state_code))


def charges_tax(invoice: Document, lines: Iterable[DocumentLine] = ()) -> bool:
    """Whether the supplier may collect tax at all: neither unregistered nor under composition.

    A commercial credit note leaves the tax alone.
    A bill of supply shows none either, where all that is on it is exempt, nil-rated or outside GST (CGST
    Rule 49).
    """
    if invoice.composition or invoice.is_commercial or not supplier_of(invoice).gstin:
        return False
    supplies = {line.supply for line in lines}
    return not supplies or Supply.TAXABLE in supplies


def mode_of(invoice: Document, lines: Iterable[DocumentLine] = ()) -> TaxMode:
    """Which taxes the invoice shows."""
    return tax_mode(
        supplier_of(invoice).state_code,
        invoice.place_of_supply,
        sez=invoice.sez,
        export=invoice.export,
        charges_tax=charges_tax(invoice, lines),
    )


def columns_of(invoice: Document, mode: TaxMode) -> list[Column]:
    """The components of tax that the invoice has; cess only where there is any."""
    if mode is TaxMode.NONE:
        return []
    split = [Column("CGST", "cgst"), Column(mode.state_tax_label, "sgst")]
    return [*(split if mode.is_intra else [Column("IGST", "igst")]), *_cess(invoice)]


def _cess(invoice: Document) -> list[Column]:
    return [Column("Cess", "cess")] if invoice.cess else []


def rate_charged(invoice: Document, rate: Decimal) -> Decimal:
    """The per cent that a line or a row of the summary bears: none of a zero-rated supply."""
    return Decimal(0) if invoice.zero_rated else rate


def total_rows(invoice: Document, mode: TaxMode) -> list[Row]:
    """What leads from the lines to the payable total, which comes last and elsewhere."""
    by_buyer = ", paid by the customer" if invoice.rcm else ""
    columns = columns_of(invoice, mode)
    rows = [Row("Taxable value" if columns else "Value", money(invoice.taxable))]
    rows += [Row(column.label + by_buyer, money(column.of(invoice))) for column in columns]
    if invoice.round_off:
        rows.append(Row("Round-off", money(invoice.round_off)))
    return rows


def document_of(invoice: Document, lines: Sequence[DocumentLine]) -> DocumentInput:
    """The invoice as the rules on papers read it."""
    return DocumentInput(
        supplier_state=supplier_of(invoice).state_code,
        place_of_supply=invoice.place_of_supply,
        lines=tuple(
            LineInput(qty=line.qty, price=line.price, rate=line.rate, exempt=line.supply != Supply.TAXABLE)
            for line in lines
        ),
        sez=invoice.sez,
        export=invoice.export,
        zero_rated=invoice.zero_rated,
        composition=invoice.composition,
        registered=invoice.composition or bool(supplier_of(invoice).gstin),
        rcm=invoice.rcm,
        deemed_export=invoice.deemed_export,
    )


def title_of(invoice: Document, lines: Sequence[DocumentLine]) -> str:
    """Tax invoice, bill of supply, or what else the law calls it."""
    return papers.title(document_of(invoice, lines), buyer_registered=bool(buyer_of(invoice).gstin))


def next_number(business: Business, date: datetime.date, prefix: str) -> str:
    """The number a document of that day would get now; somebody else may take it first. Empty: no room."""
    year, prefix = financial_year(date), prefix.upper()
    series = NumberSeries.objects.filter(business=business, financial_year=year, prefix=prefix).first()
    try:
        return format_number(prefix, year, (series.last if series else 0) + 1)
    except InputError:
        return ""


def upi_link(invoice: Invoice) -> str:
    """The UPI link that pays the balance; empty where there is nothing to pay or nowhere."""
    supplier = supplier_of(invoice)
    if not invoice.balance or not supplier.upi_id:
        return ""
    return upi.upi_uri(
        supplier.upi_id,
        supplier.name,
        amount=invoice.balance,
        note=invoice.number,
        ref=upi.reference(invoice.number),
    )


def upi_qr(invoice: Invoice) -> str:
    """The QR code of that link as a data: image; empty without one."""
    link = upi_link(invoice)
    if not link:
        return ""
    code: str = segno.make(link, error="m", micro=False).svg_data_uri(border=2, scale=4, light="#fff")
    return code


def bears_tax(business: Business) -> bool:
    """Whether the business's lines have a rate of tax."""
    return business.scheme == Scheme.REGULAR


def _joined(*parts: str) -> str:
    return ", ".join(part for part in parts if part)
