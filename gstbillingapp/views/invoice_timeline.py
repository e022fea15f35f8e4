"""What happened to an invoice, oldest first."""

from collections.abc import Iterator

from django.urls import reverse

from gstbillingapp.models import Invoice, Payment
from gstbillingapp.templatetags.billing import day, money
from gstbillingapp.views.events import Event
from gstbillingapp.views.invoice_pdf import printable_of
from gstbillingapp.views.mailing import mail_events, name_of


def timeline(invoice: Invoice) -> list[Event]:
    """Created, issued, sent, paid, cancelled, in the order it happened."""
    payments = invoice.payments.select_related("recorded_by", "reversed_by").order_by("created_at", "pk")
    events = [*_of_invoice(invoice), *(event for payment in payments for event in _of_payment(payment))]
    if not invoice.is_draft:
        events += mail_events(printable_of(invoice))
    return sorted(events, key=lambda event: event.at)


def _of_invoice(invoice: Invoice) -> Iterator[Event]:
    yield Event(invoice.created_at, "Draft created", "bi-pencil", by=name_of(invoice.created_by))
    if invoice.issued_at is not None:
        text = f"Issued as {invoice.number}"
        yield Event(invoice.issued_at, text, "bi-receipt", "info", by=name_of(invoice.issued_by))
    if invoice.cancelled_at is not None:
        yield Event(
            invoice.cancelled_at,
            "Cancelled",
            "bi-x-lg",
            "danger",
            note=invoice.cancel_reason,
            by=name_of(invoice.cancelled_by),
        )


def _of_payment(payment: Payment) -> Iterator[Event]:
    parts = (payment.get_mode_display(), f"on {day(payment.date)}", payment.reference, payment.note)
    cleared = payment.reversed_at is None
    undo = reverse("payment_reverse", args=[payment.invoice_id, payment.pk]) if cleared else ""
    yield Event(
        payment.created_at,
        f"{money(payment.amount)} received",
        "bi-cash-coin",
        "success" if cleared else "quiet",
        note=", ".join(part for part in parts if part),
        by=name_of(payment.recorded_by),
        undo=undo,
    )
    if payment.reversed_at is not None:
        text = f"Payment of {money(payment.amount)} reversed"
        yield Event(
            payment.reversed_at,
            text,
            "bi-arrow-counterclockwise",
            "danger",
            note=payment.reverse_reason,
            by=name_of(payment.reversed_by),
        )
