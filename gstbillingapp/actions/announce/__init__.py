"""What the members of a business are told: the events, their words and the keys that keep each to once."""

from gstbillingapp.actions.announce.invoices import (
    REMINDER_STAGES,
    invoice_cancelled,
    invoice_issued,
    invoice_unpaid,
)
from gstbillingapp.actions.announce.payments import payment_recorded, payment_reversed
from gstbillingapp.actions.announce.returns import (
    CUT_OFF_STAGES,
    RETURN_STAGES,
    notes_close,
    resolve_return,
    return_due,
)
from gstbillingapp.actions.announce.stock import stock_low

__all__ = [
    "CUT_OFF_STAGES",
    "REMINDER_STAGES",
    "RETURN_STAGES",
    "invoice_cancelled",
    "invoice_issued",
    "invoice_unpaid",
    "notes_close",
    "payment_recorded",
    "payment_reversed",
    "resolve_return",
    "return_due",
    "stock_low",
]
