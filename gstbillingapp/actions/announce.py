"""What the members of a business are told: the events, their words and the keys that keep each to once."""

from gstbillingapp.gst.money import indian_format
from gstbillingapp.models import Invoice, Payment, Product
from gstbillingapp.utils import create_notifications, invoice_created, low_stock, thread_of


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


def stock_low(product: Product) -> None:
    """A product is at its reorder level, or gone."""
    create_notifications(
        product.business.members(),
        **low_stock(product, product.stock),
        dedupe_key=f"stock:{product.pk}:{product.stock_level}:{product.stock_crossing}",
    )
