"""What is told of an invoice: issued, falling due, overdue, cancelled."""

import datetime
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User

from delivery.drafts import Draft
from gstbillingapp.actions.announce.telling import settle, tell, tell_each
from gstbillingapp.gst import eway
from gstbillingapp.gst.money import indian_format
from gstbillingapp.models import REMINDERS, Business, EventKind, Invoice
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


def invoices_unpaid(
    business: Business, stages: Mapping[Invoice, int], on: datetime.date, members: Sequence[User]
) -> None:
    """These fall due, or are overdue on that day: all in one go, each at its stage."""
    due = [_due(invoice, stage) for invoice, stage in stages.items() if stage <= 0]
    overdue = [_overdue(invoice, stage, on) for invoice, stage in stages.items() if stage > 0]
    tell_each(business, EventKind.INVOICE_DUE, due, to=members)
    tell_each(business, EventKind.INVOICE_OVERDUE, overdue, to=members)


def _due(invoice: Invoice, stage: int) -> Draft:
    return Draft(
        title=f"{invoice.number} due {day_text(invoice.due_date)}",
        message=_owed(invoice),
        notification_type="INVOICE",
        **_link(invoice),
        dedupe_key=_reminder_key(invoice, stage),
    )


def _overdue(invoice: Invoice, stage: int, on: datetime.date) -> Draft:
    # Not the stage's: after an outage more have passed, and this is what a person reads.
    days = (on - invoice.due_date).days
    return Draft(
        title=f"{invoice.number} overdue {days} {'day' if days == 1 else 'days'}",
        message=f"{_owed(invoice)}, due {day_text(invoice.due_date)}",
        notification_type="WARNING",
        **_link(invoice),
        priority="high",
        dedupe_key=_reminder_key(invoice, stage),
    )


def _owed(invoice: Invoice) -> str:
    return f"{indian_format(invoice.balance)} of {invoice.buyer_name}"


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
