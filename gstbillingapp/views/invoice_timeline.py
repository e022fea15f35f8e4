"""What happened to an invoice, oldest first."""

from collections.abc import Iterator

from django.urls import reverse

from gstbillingapp.models import Invoice, Note, Payment
from gstbillingapp.templatetags.billing import day, money
from gstbillingapp.views.events import Event
from gstbillingapp.views.invoice_pdf import printable_of
from gstbillingapp.views.mailing import mail_events, name_of


def timeline(invoice: Invoice) -> list[Event]:
    """Created, issued, sent, paid, amended, cancelled, in the order it happened."""
    payments = invoice.payments.select_related("recorded_by", "reversed_by").order_by("created_at", "pk")
    events = [*_of_invoice(invoice), *(event for payment in payments for event in _of_payment(payment))]
    if not invoice.is_draft:
        notes = invoice.amendments.select_related("created_by", "cancelled_by")
        events += (event for note in notes for event in _of_note(note))
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
        by=name_of(payment.recorded_by),
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
            by=name_of(payment.reversed_by),
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
        by=name_of(note.created_by),
    )
    if note.cancelled_at is not None:
        yield Event(
            note.cancelled_at,
            f"{name} cancelled",
            "bi-x-lg",
            "danger",
            note=note.cancel_reason,
            by=name_of(note.cancelled_by),
        )
