"""The nouns of billing. Every row belongs to a business, and every query starts from one."""

from gstbillingapp.models.business import Business, FilingFrequency, Membership, Role, Scheme
from gstbillingapp.models.customer import BuyerKind, Customer
from gstbillingapp.models.invoice import (
    ImmutableError,
    Invoice,
    InvoiceLine,
    InvoiceState,
    InvoiceStatus,
    NumberSeries,
)
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
from gstbillingapp.models.returns import ReturnDueDate, ReturnFiling

__all__ = [
    "Business",
    "BuyerKind",
    "Customer",
    "FilingFrequency",
    "GstRate",
    "ImmutableError",
    "Invoice",
    "InvoiceLine",
    "InvoiceState",
    "InvoiceStatus",
    "Membership",
    "NumberSeries",
    "Paper",
    "PaperState",
    "Payment",
    "PaymentMode",
    "PeriodicDeed",
    "Product",
    "ProductKind",
    "ProductRate",
    "ReturnDueDate",
    "ReturnFiling",
    "Role",
    "Scheme",
    "StockLevel",
    "StockMovement",
    "StockReason",
    "Supply",
]
