"""What the members of a business are told: the events, their words and the keys that keep each to once."""

from gstbillingapp.actions.announce.invoices import (
    REMINDER_STAGES,
    invoice_cancelled,
    invoice_issued,
    invoice_unpaid,
)
from gstbillingapp.actions.announce.jobs import job_finished
from gstbillingapp.actions.announce.payments import payment_recorded, payment_reversed
from gstbillingapp.actions.announce.stock import stock_low

__all__ = [
    "REMINDER_STAGES",
    "invoice_cancelled",
    "invoice_issued",
    "invoice_unpaid",
    "job_finished",
    "payment_recorded",
    "payment_reversed",
    "stock_low",
]
