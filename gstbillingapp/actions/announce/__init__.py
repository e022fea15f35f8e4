"""What the members of a business are told: the events, their words and the keys that keep each to once."""

from gstbillingapp.actions.announce.invoices import (
    REMINDER_STAGES,
    invoice_cancelled,
    invoice_issued,
    invoice_unpaid,
)
from gstbillingapp.actions.announce.mailing import mail_delivered, mail_not_delivered
from gstbillingapp.actions.announce.payments import payment_recorded, payment_reversed
from gstbillingapp.actions.announce.stock import stock_low

__all__ = [
    "REMINDER_STAGES",
    "invoice_cancelled",
    "invoice_issued",
    "invoice_unpaid",
    "mail_delivered",
    "mail_not_delivered",
    "payment_recorded",
    "payment_reversed",
    "stock_low",
]
