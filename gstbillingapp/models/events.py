"""The kinds of events that people are told of: what a person may switch on and off, each by itself."""

from django.db import models


class EventKind(models.TextChoices):
    """What an announcement is about; its label is what a person chooses by."""

    INVOICE_ISSUED = "invoice_issued", "Invoice issued"
    INVOICE_DUE = "invoice_due", "Invoice falls due"
    INVOICE_OVERDUE = "invoice_overdue", "Invoice overdue"
    INVOICE_CANCELLED = "invoice_cancelled", "Invoice cancelled"
    NOTE_ISSUED = "note_issued", "Credit or debit note issued"
    EWAY_BILL_NEEDED = "eway_bill_needed", "E-way bill needed"
    CREDIT_LIMIT = "credit_limit", "Customer over the credit limit"
    MAIL_FAILED = "mail_failed", "E-mail to a customer not delivered"
    PAYMENT_RECORDED = "payment_recorded", "Payment recorded"
    PAYMENT_REVERSED = "payment_reversed", "Payment bounced or reversed"
    QUOTATION_DECIDED = "quotation_decided", "Quotation sent, approved or declined"
    QUOTATION_EXPIRY = "quotation_expiry", "Quotation expires"
    QUOTATION_CONVERTED = "quotation_converted", "Quotation converted to an invoice"
    STOCK_LOW = "stock_low", "Stock low, out or negative"
    BILL_DUE = "bill_due", "Vendor bill due or overdue"
    VENDOR_NOTE = "vendor_note", "Vendor's credit note recorded"
    RETURN_DUE = "return_due", "GST return due or late"
    NOTE_CUT_OFF = "note_cut_off", "Credit notes of a year close"
    NEW_YEAR = "new_year", "New financial year"
    SIGN_IN = "sign_in", "New sign-in"
    PASSWORD_CHANGED = "password_changed", "Password changed"
    JOB_FINISHED = "job_finished", "Import or export finished"
    DIGEST = "digest", "Daily digest"


# What is told whatever a person has switched off: whoever takes over an account must not silence it first.
ALWAYS_TOLD = frozenset({EventKind.SIGN_IN, EventKind.PASSWORD_CHANGED})
# How the kinds stand together where a person chooses among them; each kind stands once.
EVENT_GROUPS: dict[str, tuple[EventKind, ...]] = {
    "Invoices": (
        EventKind.INVOICE_ISSUED,
        EventKind.INVOICE_DUE,
        EventKind.INVOICE_OVERDUE,
        EventKind.INVOICE_CANCELLED,
        EventKind.NOTE_ISSUED,
        EventKind.EWAY_BILL_NEEDED,
        EventKind.CREDIT_LIMIT,
        EventKind.MAIL_FAILED,
    ),
    "Payments": (EventKind.PAYMENT_RECORDED, EventKind.PAYMENT_REVERSED),
    "Quotations": (
        EventKind.QUOTATION_DECIDED,
        EventKind.QUOTATION_EXPIRY,
        EventKind.QUOTATION_CONVERTED,
    ),
    "Stock": (EventKind.STOCK_LOW,),
    "Purchases": (EventKind.BILL_DUE, EventKind.VENDOR_NOTE),
    "GST": (EventKind.RETURN_DUE, EventKind.NOTE_CUT_OFF, EventKind.NEW_YEAR),
    "Account": (EventKind.SIGN_IN, EventKind.PASSWORD_CHANGED),
    "Imports and exports": (EventKind.JOB_FINISHED,),
    "Digest": (EventKind.DIGEST,),
}
