"""What is told of money received, and of money that did not come."""

from gstbillingapp.actions.announce.invoices import resolve_reminders
from gstbillingapp.gst.money import indian_format
from gstbillingapp.models import Payment
from gstbillingapp.utils import create_notifications, thread_of


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
    resolve_reminders(invoice)


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
