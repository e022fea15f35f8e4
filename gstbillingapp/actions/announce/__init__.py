"""What the members of a business are told: the events, their words and the keys that keep each to once."""

from gstbillingapp.actions.announce.account import password_changed, signed_in
from gstbillingapp.actions.announce.bills import bill_settled, bill_unpaid
from gstbillingapp.actions.announce.invoices import (
    REMINDER_STAGES,
    eway_bill_needed,
    invoice_cancelled,
    invoice_issued,
    invoice_unpaid,
)
from gstbillingapp.actions.announce.jobs import job_finished
from gstbillingapp.actions.announce.mailing import mail_delivered, mail_not_delivered
from gstbillingapp.actions.announce.mornings import digest, new_year
from gstbillingapp.actions.announce.payments import payment_recorded, payment_reversed
from gstbillingapp.actions.announce.stock import stock_low, stock_recovered
from gstbillingapp.actions.announce.telling import audience, settle, tell, tell_each, tell_person

__all__ = [
    "REMINDER_STAGES",
    "audience",
    "bill_settled",
    "bill_unpaid",
    "digest",
    "eway_bill_needed",
    "invoice_cancelled",
    "invoice_issued",
    "invoice_unpaid",
    "job_finished",
    "mail_delivered",
    "mail_not_delivered",
    "new_year",
    "password_changed",
    "payment_recorded",
    "payment_reversed",
    "settle",
    "signed_in",
    "stock_low",
    "stock_recovered",
    "tell",
    "tell_each",
    "tell_person",
]
