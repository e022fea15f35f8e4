"""What the members of a business are told: the events, their words and the keys that keep each to once."""

from gstbillingapp.actions.announce.account import password_changed, signed_in
from gstbillingapp.actions.announce.bills import bill_paid, bill_payment_reversed, bill_settled, bills_unpaid
from gstbillingapp.actions.announce.customers import credit_limit, credit_limits
from gstbillingapp.actions.announce.invoices import (
    REMINDER_STAGES,
    eway_bill_needed,
    invoice_cancelled,
    invoice_issued,
    invoices_unpaid,
)
from gstbillingapp.actions.announce.jobs import job_finished
from gstbillingapp.actions.announce.mailing import mail_delivered, mail_not_delivered
from gstbillingapp.actions.announce.mornings import digest, new_year
from gstbillingapp.actions.announce.notes import (
    advance_cancelled,
    advance_received,
    note_cancelled,
    note_issued,
    set_off,
    set_off_undone,
)
from gstbillingapp.actions.announce.payments import (
    opening_paid,
    opening_payment_reversed,
    payment_recorded,
    payment_reversed,
)
from gstbillingapp.actions.announce.quotations import (
    quotation_approved,
    quotation_converted,
    quotation_declined,
    quotation_sent,
    quotation_settled,
    quotations_expire,
)
from gstbillingapp.actions.announce.returns import (
    RETURN_STAGES,
    notes_close,
    resolve_return,
    return_due,
)
from gstbillingapp.actions.announce.stock import stock_low, stock_recovered
from gstbillingapp.actions.announce.telling import audience, settle, tell, tell_each, tell_person
from gstbillingapp.actions.announce.vendor_notes import (
    vendor_note_cancelled,
    vendor_note_recorded,
    vendor_refund_reversed,
    vendor_refunded,
)

__all__ = [
    "REMINDER_STAGES",
    "RETURN_STAGES",
    "advance_cancelled",
    "advance_received",
    "audience",
    "bill_paid",
    "bill_payment_reversed",
    "bill_settled",
    "bills_unpaid",
    "credit_limit",
    "credit_limits",
    "digest",
    "eway_bill_needed",
    "invoice_cancelled",
    "invoice_issued",
    "invoices_unpaid",
    "job_finished",
    "mail_delivered",
    "mail_not_delivered",
    "new_year",
    "note_cancelled",
    "note_issued",
    "notes_close",
    "opening_paid",
    "opening_payment_reversed",
    "password_changed",
    "payment_recorded",
    "payment_reversed",
    "quotation_approved",
    "quotation_converted",
    "quotation_declined",
    "quotation_sent",
    "quotation_settled",
    "quotations_expire",
    "resolve_return",
    "return_due",
    "set_off",
    "set_off_undone",
    "settle",
    "signed_in",
    "stock_low",
    "stock_recovered",
    "tell",
    "tell_each",
    "tell_person",
    "vendor_note_cancelled",
    "vendor_note_recorded",
    "vendor_refund_reversed",
    "vendor_refunded",
]
