"""What happened to an invoice, oldest first."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.urls import reverse

from gstbillingapp.models import Invoice, Note, Payment
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
    undo_text: str = "Did not clear"


def timeline(invoice: Invoice) -> list[Event]:
    """Created, issued, paid, amended, cancelled, in the order it happened."""
    payments = invoice.payments.select_related("recorded_by", "reversed_by").order_by("created_at", "pk")
    noted = () if invoice.is_draft else invoice.amendments.select_related("created_by", "cancelled_by")
    events = [
        *_of_invoice(invoice),
        *(event for payment in payments for event in _of_payment(payment)),
        *(event for note in noted for event in _of_note(note)),
    ]
    return sorted(events, key=lambda event: event.at)


def _of_invoice(invoice: Invoice) -> Iterator[Event]:
    yield Event(invoice.created_at, "Draft created", "bi-pencil", by=_name(invoice.created_by))
    if invoice.issued_at is not None:
        text = f"Issued as {invoice.number}"
        yield Event(invoice.issued_at, text, "bi-receipt", "info", by=_name(invoice.issued_by))
    if invoice.cancelled_at is not None:
        yield Event(
            invoice.cancelled_at,
            "Cancelled",
            "bi-x-lg",
            "danger",
            note=invoice.cancel_reason,
            by=_name(invoice.cancelled_by),
        )


def _of_payment(payment: Payment) -> Iterator[Event]:
    off = payment.is_set_off
    how = payment.get_mode_display()
    parts = (how, f"on {day(payment.date)}", payment.reference, payment.note)
    cleared = payment.reversed_at is None
    undo = reverse("payment_reverse", args=[payment.invoice_id, payment.pk]) if cleared else ""
    yield Event(
        payment.created_at,
        f"{money(payment.amount)} set off" if off else f"{money(payment.amount)} received",
        "bi-arrow-left-right" if off else "bi-cash-coin",
        "success" if cleared else "quiet",
        note=", ".join(part for part in parts if part),
        by=_name(payment.recorded_by),
        undo=undo,
        undo_text="Take back" if off else "Did not clear",
    )
    if payment.reversed_at is not None:
        text = f"{'Set-off' if off else 'Payment'} of {money(payment.amount)} reversed"
        yield Event(
            payment.reversed_at,
            text,
            "bi-arrow-counterclockwise",
            "danger",
            note=payment.reverse_reason,
            by=_name(payment.reversed_by),
        )


def _of_note(note: Note) -> Iterator[Event]:
    name, amount = f"{note.get_kind_display()} {note.number}", money(note.total)
    stands = note.cancelled_at is None
    yield Event(
        note.created_at,
        f"{name}: {amount}",
        "bi-file-earmark-minus" if note.is_credit else "bi-file-earmark-plus",
        "info" if stands else "quiet",
        note=note.reason_in_words,
        by=_name(note.created_by),
    )
    if note.cancelled_at is not None:
        yield Event(
            note.cancelled_at,
            f"{name} cancelled",
            "bi-x-lg",
            "danger",
            note=note.cancel_reason,
            by=_name(note.cancelled_by),
        )


def _name(user: User | None) -> str:
    return (user.get_full_name() or user.get_username()) if user else ""
