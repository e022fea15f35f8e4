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
from gstbillingapp.models.job import ENDED, UNDER_WAY, WAITING, Job, JobKind, JobPart, JobState, JobSubject
from gstbillingapp.models.opening import OpeningBalance
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

__all__ = [
    "ENDED",
    "UNDER_WAY",
    "WAITING",
    "Business",
    "BuyerKind",
    "Customer",
    "GstRate",
    "ImmutableError",
    "Invoice",
    "InvoiceLine",
    "InvoiceState",
    "InvoiceStatus",
    "Job",
    "JobKind",
    "JobPart",
    "JobState",
    "JobSubject",
    "Membership",
    "NumberSeries",
    "OpeningBalance",
    "Paper",
    "PaperState",
    "Payment",
    "PaymentMode",
    "PeriodicDeed",
    "Product",
    "ProductKind",
    "ProductRate",
    "Role",
    "Scheme",
    "StockLevel",
    "StockMovement",
    "StockReason",
    "Supply",
]
