"""What the members of a business are told: the events, their words and the keys that keep each to once."""

import datetime
from collections.abc import Sequence

from django.contrib.auth.models import User

from delivery.drafts import Draft
from gstbillingapp.gst.money import indian_format
from gstbillingapp.models import Invoice, Payment, Product
from gstbillingapp.models.fields import day_text
from gstbillingapp.utils import (
    create_notifications,
    invoice_created,
    low_stock,
    post_notifications,
    resolve_notifications,
    thread_of,
)

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
    _resolve_reminders(invoice)


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


def _resolve_reminders(invoice: Invoice) -> None:
    """Nobody needs to be reminded any more: what happened has been told, and with it what is still owed.

    After telling, which locks the inboxes of all members in one order for everybody: locking some of them
    first could make two payments wait for each other.
    """
    keys = [_reminder_key(invoice, stage) for stage in REMINDER_STAGES]
    resolve_notifications(invoice.business.members(), keys)


def payment_recorded(payment: Payment) -> None:
    """Money came in."""
    invoice = payment.invoice
    create_notifications(
        invoice.business.members(),
        f"{indian_format(payment.amount)} received from {invoice.buyer_name}",
        f"{invoice.number} balance {indian_format(invoice.balance)}",
        "PAYMENT",
        invoice.get_absolute_url(),
        "View invoice",
        "payment",
        payment.pk,
        dedupe_key=f"pay:{payment.pk}",
        thread_key=thread_of(invoice),
    )
    _resolve_reminders(invoice)


def payment_reversed(payment: Payment) -> None:
    """Money that was recorded did not come."""
    invoice = payment.invoice
    create_notifications(
        invoice.business.members(),
        f"Payment {indian_format(payment.amount)} of {invoice.buyer_name} not cleared",
        f"{invoice.number} balance {indian_format(invoice.balance)}: {payment.reverse_reason}",
        "ERROR",
        invoice.get_absolute_url(),
        "View invoice",
        "payment",
        payment.pk,
        priority="high",
        dedupe_key=f"pay:{payment.pk}:fail",
        thread_key=thread_of(invoice),
    )


def stock_low(*products: Product) -> None:
    """Products of one business are at their reorder level, or gone: told together, each by itself."""
    if products:
        post_notifications(products[0].business.members(), [_stock_low(product) for product in products])


def _stock_low(product: Product) -> Draft:
    key = f"stock:{product.pk}:{product.stock_level}:{product.stock_crossing}"
    return Draft(**low_stock(product, product.stock), dedupe_key=key)
