"""What is told of money received, and of money that did not come."""

from typing import Any

from gstbillingapp.actions.announce.invoices import resolve_reminders
from gstbillingapp.actions.announce.telling import tell
from gstbillingapp.gst.money import indian_format
from gstbillingapp.models import EventKind, OpeningPayment, Payment
from gstbillingapp.utils import thread_of


def payment_recorded(payment: Payment) -> None:
    """Money came in."""
    invoice = payment.invoice
    tell(
        invoice.business,
        EventKind.PAYMENT_RECORDED,
        title=f"{indian_format(payment.amount)} received from {invoice.buyer_name}",
        message=f"{invoice.number} balance {indian_format(invoice.balance)}",
        notification_type="PAYMENT",
        **_link(payment),
        dedupe_key=f"pay:{payment.pk}",
    )
    resolve_reminders(invoice)


def payment_reversed(payment: Payment) -> None:
    """Money that was recorded did not come."""
    invoice = payment.invoice
    tell(
        invoice.business,
        EventKind.PAYMENT_REVERSED,
        title=f"Payment {indian_format(payment.amount)} of {invoice.buyer_name} not cleared",
        message=f"{invoice.number} balance {indian_format(invoice.balance)}: {payment.reverse_reason}",
        notification_type="ERROR",
        **_link(payment),
        priority="high",
        dedupe_key=f"pay:{payment.pk}:fail",
    )


def opening_paid(payment: OpeningPayment) -> None:
    """Money came in for what was owed from before."""
    opening = payment.opening
    tell(
        opening.business,
        EventKind.PAYMENT_RECORDED,
        title=f"{indian_format(payment.amount)} received from {opening.customer.name}",
        message=f"{opening.reference or 'Opening balance'}: balance {indian_format(opening.balance)}",
        notification_type="PAYMENT",
        **_opening_link(payment),
        dedupe_key=f"pay:opening:{payment.pk}",
    )


def opening_payment_reversed(payment: OpeningPayment) -> None:
    """Money that was recorded for it did not come."""
    opening = payment.opening
    balance = f"{opening.reference or 'Opening balance'}: balance {indian_format(opening.balance)}"
    tell(
        opening.business,
        EventKind.PAYMENT_REVERSED,
        title=f"Payment {indian_format(payment.amount)} of {opening.customer.name} not cleared",
        message=f"{balance}: {payment.reverse_reason}",
        notification_type="ERROR",
        **_opening_link(payment),
        priority="high",
        dedupe_key=f"pay:opening:{payment.pk}:fail",
    )


def _opening_link(payment: OpeningPayment) -> dict[str, Any]:
    return {
        "link_url": payment.get_absolute_url(),
        "link_text": "View balance",
        "related_object_type": "opening_payment",
        "related_object_id": payment.pk,
        "thread_key": f"opening:{payment.opening_id}",
    }


def _link(payment: Payment) -> dict[str, Any]:
    """Where its notifications lead, and what ties them to those of its invoice."""
    return {
        "link_url": payment.invoice.get_absolute_url(),
        "link_text": "View invoice",
        "related_object_type": "payment",
        "related_object_id": payment.pk,
        "thread_key": thread_of(payment.invoice),
    }
