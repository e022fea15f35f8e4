"""The nouns of billing. Every row belongs to a business, and every query starts from one."""

from gstbillingapp.models.bill import Bill, BillLine, BillPayment, BillState, BillStatus, Credit
from gstbillingapp.models.business import Business, FilingFrequency, Membership, Role, Scheme
from gstbillingapp.models.claim import NoCredit
from gstbillingapp.models.customer import BuyerKind, Customer
from gstbillingapp.models.events import ALWAYS_TOLD, EVENT_GROUPS, EventKind
from gstbillingapp.models.expense import Expense, ExpenseCategory, ExpenseState
from gstbillingapp.models.form_key import FormKey
from gstbillingapp.models.invoice import (
    ImmutableError,
    Invoice,
    InvoiceLine,
    InvoiceState,
    InvoiceStatus,
    NumberSeries,
)
from gstbillingapp.models.job import ENDED, UNDER_WAY, WAITING, Job, JobKind, JobPart, JobState, JobSubject
from gstbillingapp.models.mailing import Mailing, MailingState
from gstbillingapp.models.networks import KnownNetwork
from gstbillingapp.models.note import Note, NoteKind, NoteLine, NoteReason, NoteState
from gstbillingapp.models.opening import OpeningBalance, OpeningPayment
from gstbillingapp.models.paper import Paper, PaperState
from gstbillingapp.models.payment import Payment, PaymentMode
from gstbillingapp.models.payment_voucher import PaymentVoucher
from gstbillingapp.models.periodic import PeriodicDeed
from gstbillingapp.models.preferences import NotificationPreferences
from gstbillingapp.models.product import (
    Product,
    ProductKind,
    ProductRate,
    StockLevel,
    StockMovement,
    StockReason,
    Supply,
)
from gstbillingapp.models.quotation import Quotation, QuotationLine, QuotationState
from gstbillingapp.models.rate import GstRate
from gstbillingapp.models.receipt import Receipt, ReceiptState, Refund
from gstbillingapp.models.reminders import REMINDERS, USUAL_HOUR, Reminder, ReminderSettings, stage_text
from gstbillingapp.models.returns import ReturnDueDate, ReturnFiling
from gstbillingapp.models.self_invoice import SelfInvoice
from gstbillingapp.models.vendor import Vendor, VendorKind
from gstbillingapp.models.vendor_note import VendorNote, VendorNoteLine, VendorNoteReason, VendorRefund

__all__ = [
    "ALWAYS_TOLD",
    "ENDED",
    "EVENT_GROUPS",
    "REMINDERS",
    "UNDER_WAY",
    "USUAL_HOUR",
    "WAITING",
    "Bill",
    "BillLine",
    "BillPayment",
    "BillState",
    "BillStatus",
    "Business",
    "BuyerKind",
    "Credit",
    "Customer",
    "EventKind",
    "Expense",
    "ExpenseCategory",
    "ExpenseState",
    "FilingFrequency",
    "FormKey",
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
    "KnownNetwork",
    "Mailing",
    "MailingState",
    "Membership",
    "NoCredit",
    "Note",
    "NoteKind",
    "NoteLine",
    "NoteReason",
    "NoteState",
    "NotificationPreferences",
    "NumberSeries",
    "OpeningBalance",
    "OpeningPayment",
    "Paper",
    "PaperState",
    "Payment",
    "PaymentMode",
    "PaymentVoucher",
    "PeriodicDeed",
    "Product",
    "ProductKind",
    "ProductRate",
    "Quotation",
    "QuotationLine",
    "QuotationState",
    "Receipt",
    "ReceiptState",
    "Refund",
    "Reminder",
    "ReminderSettings",
    "ReturnDueDate",
    "ReturnFiling",
    "Role",
    "Scheme",
    "SelfInvoice",
    "StockLevel",
    "StockMovement",
    "StockReason",
    "Supply",
    "Vendor",
    "VendorKind",
    "VendorNote",
    "VendorNoteLine",
    "VendorNoteReason",
    "VendorRefund",
    "stage_text",
]
