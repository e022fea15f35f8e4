"""What is told of an invoice: issued, falling due, overdue, cancelled."""

import datetime
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User

from gstbillingapp.actions.announce.telling import settle, tell
from gstbillingapp.gst import eway
from gstbillingapp.gst.money import indian_format
from gstbillingapp.models import REMINDERS, EventKind, Invoice
from gstbillingapp.models.fields import day_text
from gstbillingapp.utils import invoice_created, thread_of

# On which days an unpaid invoice is usually spoken of: days after its due date, negative before it.
REMINDER_STAGES = REMINDERS["invoices"].usual


def invoice_issued(invoice: Invoice) -> None:
    """An invoice has its number."""
    tell(invoice.business, EventKind.INVOICE_ISSUED, **invoice_created(invoice))


def invoice_cancelled(invoice: Invoice) -> None:
    """An invoice no longer stands."""
    tell(
        invoice.business,
        EventKind.INVOICE_CANCELLED,
        title=f"Invoice {invoice.number} cancelled",
        message=f"{indian_format(invoice.total)} for {invoice.buyer_name}: {invoice.cancel_reason}",
        notification_type="INVOICE",
        **_link(invoice),
        dedupe_key=f"inv:{invoice.pk}:cancelled",
    )
    resolve_reminders(invoice, _eway_bill_key(invoice))


def eway_bill_needed(invoice: Invoice, value: Decimal) -> None:
    """Goods worth so many rupees, tax included, may not move without an e-way bill (CGST Rule 138)."""
    tell(
        invoice.business,
        EventKind.EWAY_BILL_NEEDED,
        title=f"{invoice.number} is above {indian_format(eway.LIMIT, places=0)}: e-way bill",
        message=f"Goods worth {indian_format(value)} for {invoice.buyer_name} need it before they move.",
        notification_type="WARNING",
        **_link(invoice),
        priority="high",
        dedupe_key=_eway_bill_key(invoice),
    )


def _eway_bill_key(invoice: Invoice) -> str:
    return f"inv:{invoice.pk}:ewb"


def invoice_unpaid(invoice: Invoice, stage: int, on: datetime.date, members: Sequence[User]) -> None:
    """An invoice falls due, or is overdue on that day. `members` are read once for many invoices."""
    owed, due = f"{indian_format(invoice.balance)} of {invoice.buyer_name}", day_text(invoice.due_date)
    if stage <= 0:
        kind, title, message = EventKind.INVOICE_DUE, f"{invoice.number} due {due}", owed
    else:
        # Not the stage's: after an outage more have passed, and this is what a person reads.
        days = (on - invoice.due_date).days
        title = f"{invoice.number} overdue {days} {'day' if days == 1 else 'days'}"
        kind, message = EventKind.INVOICE_OVERDUE, f"{owed}, due {due}"
    tell(
        invoice.business,
        kind,
        to=members,
        title=title,
        message=message,
        notification_type="INVOICE" if stage <= 0 else "WARNING",
        **_link(invoice),
        priority="normal" if stage <= 0 else "high",
        dedupe_key=_reminder_key(invoice, stage),
    )


def _link(invoice: Invoice) -> dict[str, Any]:
    """Where its notifications lead, and what ties them together."""
    return {
        "link_url": invoice.get_absolute_url(),
        "link_text": "View invoice",
        "related_object_type": "invoice",
        "related_object_id": invoice.pk,
        "thread_key": thread_of(invoice),
    }


def _reminder_key(invoice: Invoice, stage: int) -> str:
    """With the due date in it: another date is another reminder."""
    kind = "over" if stage > 0 else "due"
    return f"inv:{invoice.pk}:{kind}:{abs(stage)}:{invoice.due_date}"


def resolve_reminders(invoice: Invoice, *others: str) -> None:
    """Nobody needs to be reminded any more: what happened has been told, and with it what is still owed.

    `others` are further keys of what has lost its cause.
    After telling, which locks the inboxes of all members in one order for everybody: locking some of them
    first could make two payments wait for each other.
    """
    keys = [_reminder_key(invoice, stage) for stage in REMINDERS["invoices"].offered]
    settle(invoice.business, [*keys, *others])
