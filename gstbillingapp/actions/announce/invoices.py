"""What is told of an invoice: issued, falling due, overdue, cancelled."""

import datetime
from collections.abc import Sequence

from django.contrib.auth.models import User

from gstbillingapp.gst.money import indian_format
from gstbillingapp.models import Invoice
from gstbillingapp.models.fields import day_text
from gstbillingapp.utils import create_notifications, invoice_created, resolve_notifications, thread_of

# On which days an unpaid invoice is spoken of: days after its due date, negative before it.
REMINDER_STAGES = (-3, 0, 1, 7, 15, 30)


def invoice_issued(invoice: Invoice) -> None:
    """An invoice has its number."""
    create_notifications(invoice.business.members(), **invoice_created(invoice))


def invoice_cancelled(invoice: Invoice) -> None:
    """An invoice no longer stands."""
    create_notifications(
        invoice.business.members(),
        f"Invoice {invoice.number} cancelled",
        f"{indian_format(invoice.total)} for {invoice.buyer_name}: {invoice.cancel_reason}",
        "INVOICE",
        invoice.get_absolute_url(),
        "View invoice",
        "invoice",
        invoice.pk,
        dedupe_key=f"inv:{invoice.pk}:cancelled",
        thread_key=thread_of(invoice),
    )
    resolve_reminders(invoice)


def invoice_unpaid(invoice: Invoice, stage: int, on: datetime.date, members: Sequence[User]) -> None:
    """An invoice falls due, or is overdue on that day. `members` are read once for many invoices."""
    owed, due = f"{indian_format(invoice.balance)} of {invoice.buyer_name}", day_text(invoice.due_date)
    if stage <= 0:
        title, message, type_, priority = f"{invoice.number} due {due}", owed, "INVOICE", "normal"
    else:
        # Not the stage's: after an outage more have passed, and this is what a person reads.
        days = (on - invoice.due_date).days
        title = f"{invoice.number} overdue {days} {'day' if days == 1 else 'days'}"
        message, type_, priority = f"{owed}, due {due}", "WARNING", "high"
    create_notifications(
        members,
        title,
        message,
        type_,
        invoice.get_absolute_url(),
        "View invoice",
        "invoice",
        invoice.pk,
        priority=priority,
        dedupe_key=_reminder_key(invoice, stage),
        thread_key=thread_of(invoice),
    )


def _reminder_key(invoice: Invoice, stage: int) -> str:
    """With the due date in it: another date is another reminder."""
    kind = "over" if stage > 0 else "due"
    return f"inv:{invoice.pk}:{kind}:{abs(stage)}:{invoice.due_date}"


def resolve_reminders(invoice: Invoice) -> None:
    """Nobody needs to be reminded any more: what happened has been told, and with it what is still owed.

    After telling, which locks the inboxes of all members in one order for everybody: locking some of them
    first could make two payments wait for each other.
    """
    keys = [_reminder_key(invoice, stage) for stage in REMINDER_STAGES]
    resolve_notifications(invoice.business.members(), keys)
