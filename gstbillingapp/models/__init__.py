"""The nouns of billing. Every row belongs to a business, and every query starts from one."""

from gstbillingapp.models.business import Business, Membership, Role, Scheme
from gstbillingapp.models.customer import BuyerKind, Customer
from gstbillingapp.models.invoice import (
    ImmutableError,
    Invoice,
    InvoiceLine,
    InvoiceState,
    InvoiceStatus,
    NumberSeries,
)
from gstbillingapp.models.note import Note, NoteKind, NoteLine, NoteReason, NoteState
from gstbillingapp.models.paper import Paper, PaperState
from gstbillingapp.models.payment import Payment, PaymentMode
from gstbillingapp.models.periodic import PeriodicDeed
from gstbillingapp.models.product import (
    Product,
    ProductKind,
    ProductRate,
    StockLevel,
    StockMovement,
    StockReason,
    Supply,
)
from gstbillingapp.models.rate import GstRate
from gstbillingapp.models.receipt import Receipt, ReceiptState, Refund

__all__ = [
    "Business",
    "BuyerKind",
    "Customer",
    "GstRate",
    "ImmutableError",
    "Invoice",
    "InvoiceLine",
    "InvoiceState",
    "InvoiceStatus",
    "Membership",
    "Note",
    "NoteKind",
    "NoteLine",
    "NoteReason",
    "NoteState",
    "NumberSeries",
    "Paper",
    "PaperState",
    "Payment",
    "PaymentMode",
    "PeriodicDeed",
    "Product",
    "ProductKind",
    "ProductRate",
    "Receipt",
    "ReceiptState",
    "Refund",
    "Role",
    "Scheme",
    "StockLevel",
    "StockMovement",
    "StockReason",
    "Supply",
]
