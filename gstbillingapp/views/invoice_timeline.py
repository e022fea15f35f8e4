"""What happened to an invoice, oldest first."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.urls import reverse

from gstbillingapp.models import Invoice, Payment
from gstbillingapp.templatetags.billing import day, money


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened. `tone` is a class of app.css; `undo` is where it can be taken back."""

    at: datetime.datetime
    text: str
    icon: str
    tone: str = "quiet"
    note: str = ""
    by: str = ""
    undo: str = ""


def timeline(invoice: Invoice) -> list[Event]:
    """Created, issued, paid, cancelled, in the order it happened."""
    payments = invoice.payments.select_related("recorded_by", "reversed_by").order_by("created_at", "pk")
    events = [*_of_invoice(invoice), *(event for payment in payments for event in _of_payment(payment))]
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


def name_of(user: User | None) -> str:
    """What a person is called; empty for nobody."""
    return (user.get_full_name() or user.get_username()) if user else ""
