"""What a person typed, parsed but not yet judged: the actions judge it.

Text is free of leading and trailing blanks or gets stripped; None means "not said", and the action puts the
default there that the field's comment names.
"""

import datetime
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class BusinessData:
    """The profile of a business."""

    name: str = ""
    legal_name: str = ""
    gstin: str = ""
    scheme: str = "regular"
    state_code: str = ""  # "": the state of the GSTIN
    address: str = ""
    city: str = ""
    pincode: str = ""
    phone: str = ""
    email: str = ""
    bank_name: str = ""
    bank_account: str = ""
    bank_ifsc: str = ""
    upi_id: str = ""
    lut_number: str = ""
    signatory: str = ""
    invoice_prefix: str = "INV"
    quotation_prefix: str = "QTN"
    invoice_terms: str = ""
    due_days: int | None = 30
    quotation_days: int | None = 30  # None: 30
    round_off: bool = True
    hsn_digits: int = 4
    filing_frequency: str = ""  # "": every month


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerData:
    """A buyer."""

    name: str = ""
    gstin: str = ""
    kind: str = ""  # "": registered with a GSTIN, not registered without
    state_code: str = ""  # "": the state of the GSTIN
    country: str = ""  # of a buyer overseas
    address: str = ""
    city: str = ""
    pincode: str = ""
    ship_name: str = ""
    ship_address: str = ""
    ship_city: str = ""
    ship_pincode: str = ""
    ship_state_code: str = ""
    phone: str = ""
    email: str = ""
    credit_limit: Decimal | None = None  # None: no limit


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteLineData:
    """What a note takes off a line of its invoice, or puts on it: a quantity or rupees before tax."""

    qty: Decimal | None = None
    amount: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteData:
    """A credit or debit note as typed; `lines` run beside the lines of the invoice."""

    kind: str = "credit"
    date: datetime.date | None = None  # None: today in India
    reason: str = ""
    reason_text: str = ""
    commercial: bool = False  # a credit note without tax, of which the returns have nothing
    lines: Sequence[NoteLineData] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptData:
    """An advance as typed: `amount` is what came, tax included."""

    customer_id: int | None = None
    date: datetime.date | None = None  # None: today in India
    amount: Decimal | None = None
    mode: str = "bank"
    reference: str = ""
    purpose: str = ""
    is_service: bool = False
    rate: Decimal | None = None  # of a service; None: 18 (CGST Rule 50, first proviso)
    place_of_supply: str = ""  # "": by the rule


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundData:
    """Money paid back as typed."""

    amount: Decimal | None = None
    date: datetime.date | None = None  # None: today in India
    mode: str = "bank"
    reference: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductData:
    """Goods or a service; `rate`, `cess_pct` and `cess_per_unit` hold from `rate_from` on."""

    name: str = ""
    kind: str = "goods"
    sku: str = ""
    hsn: str = ""
    unit: str = "NOS"
    price: Decimal | None = None
    price_includes_tax: bool = False
    supply: str = "taxable"
    rate: Decimal | None = None
    cess_pct: Decimal | None = None  # None: no cess
    cess_per_unit: Decimal | None = None  # None: no cess
    rate_from: datetime.date | None = None  # None: today; of a new product, the first day of GST
    stock: Decimal | None = None  # None: unchanged; of a new product, none
    reorder_level: Decimal | None = None  # None: nobody is told when stock runs low


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningData:
    """What a customer owes from before."""

    reference: str = ""
    amount: Decimal | None = None
    date: datetime.date | None = None
    due_date: datetime.date | None = None  # None: nobody is reminded of a day


@dataclass(frozen=True, slots=True, kw_only=True)
class LineData:
    """A line of an invoice. What is not said is taken from the product, where there is one."""

    product_id: int | None = None
    description: str = ""
    is_service: bool | None = None
    hsn: str = ""
    qty: Decimal | None = None
    unit: str = ""
    price: Decimal | None = None
    price_includes_tax: bool | None = None
    disc_pct: Decimal | None = None  # None: no discount; one of the two at most
    disc_amt: Decimal | None = None
    supply: str = ""
    rate: Decimal | None = None
    cess_pct: Decimal | None = None
    cess_per_unit: Decimal | None = None

    @property
    def is_blank(self) -> bool:
        """Whether nothing was typed in the row, so that it is left out without a word."""
        typed = (self.product_id, self.qty, self.price, self.disc_pct, self.disc_amt)
        return not self.description.strip() and not self.hsn.strip() and all(value is None for value in typed)


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceData:
    """An invoice or quotation as typed. SEZ and export follow from the customer; totals are computed.

    `due_date` of a quotation is its last day.
    """

    customer_id: int | None = None
    date: datetime.date | None = None  # None: today in India
    due_date: datetime.date | None = None  # None: so many days after the date as is usual
    place_of_supply: str = ""  # "": by the rule
    zero_rated: bool = False
    rcm: bool = False
    deemed_export: bool = False
    doc_discount: Decimal | None = None  # None: no discount
    round_off: bool | None = None  # None: as the business does
    notes: str = ""
    terms: str | None = None  # None: the business's own
    lines: Sequence[LineData] = field(default_factory=tuple)
    version: int | None = None  # the draft's version that was edited; None: whichever is there


@dataclass(frozen=True, slots=True, kw_only=True)
class PreferencesData:
    """What a person wants to be told, kinds of `EventKind` in the app and by e-mail, and when it is quiet."""

    told: Collection[str] = ()
    emailed: Collection[str] = ()
    email: str = ""
    quiet_from: datetime.time | None = None  # in India; both None: no quiet hours
    quiet_to: datetime.time | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorData:
    """A supplier to the business."""

    name: str = ""
    gstin: str = ""
    kind: str = ""  # "": registered with a GSTIN, not registered without
    state_code: str = ""  # "": the state of the GSTIN
    address: str = ""
    city: str = ""
    pincode: str = ""
    phone: str = ""
    email: str = ""
    due_days: int | None = None  # None: 30
    bank_name: str = ""
    bank_account: str = ""
    bank_ifsc: str = ""
    upi_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BillLineData(LineData):
    """A line of a vendor's bill. The price is always said: the product's own is what it is sold for."""

    itc: str = ""  # "": claimed, where the business may claim input tax


@dataclass(frozen=True, slots=True, kw_only=True)
class BillData:
    """A vendor's bill as typed. SEZ and import follow from the vendor; totals are computed."""

    vendor_id: int | None = None
    number: str = ""
    date: datetime.date | None = None  # None: today in India
    due_date: datetime.date | None = None  # None: the vendor's days to pay after the date
    place_of_supply: str = ""  # "": the business's own state
    rcm: bool = False
    claimed_in: datetime.date | None = None  # None: with the bill's date, or in the first return not filed
    doc_discount: Decimal | None = None  # None: no discount
    round_off: Decimal | None = None  # None: to the nearest rupee
    notes: str = ""
    lines: Sequence[BillLineData] = field(default_factory=tuple)
    version: int | None = None  # the version that was edited; None: whichever is there


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorNoteData:
    """A vendor's credit note as typed; `lines` run beside those of its bill, and amounts are before tax."""

    number: str = ""
    date: datetime.date | None = None  # None: today in India
    reason: str = ""  # of `VendorNoteReason`
    reason_text: str = ""
    round_off: Decimal | None = None  # None: to the nearest rupee
    lines: Sequence[NoteLineData] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpenseData:
    """Money spent as typed; the taxes are computed."""

    date: datetime.date | None = None  # None: today in India
    category: str = ""  # its name; one that is not there yet is added
    vendor_id: int | None = None
    payee: str = ""  # of a vendor: "" takes the vendor's name
    payee_gstin: str = ""  # of a vendor: "" takes the vendor's GSTIN
    description: str = ""
    amount: Decimal | None = None
    price_includes_tax: bool = True
    rate: Decimal | None = None  # None: no tax
    cess_pct: Decimal | None = None  # None: no cess, as with the next
    cess_amt: Decimal | None = None
    inter_state: bool | None = None  # None: by the GSTIN
    rcm: bool = False  # the amount is without the tax then, whatever `price_includes_tax` says
    itc: bool = False
    claimed_in: datetime.date | None = None  # None: as of a bill
    mode: str = "bank"
    reference: str = ""
    version: int | None = None  # the version that was edited; None: whichever is there
