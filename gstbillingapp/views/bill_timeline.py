"""What happened to a bill, oldest first."""

from collections.abc import Iterator

from django.urls import reverse

from gstbillingapp.models import Bill, BillPayment, VendorNote
from gstbillingapp.templatetags.billing import day, money
from gstbillingapp.views.events import Event
from gstbillingapp.views.mailing import name_of


def timeline(bill: Bill) -> list[Event]:
    """Recorded, paid, credited, cancelled, in the order it happened."""
    payments = bill.payments.select_related("recorded_by", "reversed_by").order_by("created_at", "pk")
    notes = bill.vendor_notes.select_related("recorded_by", "cancelled_by").order_by("created_at", "pk")
    events = [
        *_of_bill(bill),
        *(event for payment in payments for event in _of_payment(payment)),
        *(event for note in notes for event in _of_note(note)),
    ]
    return sorted(events, key=lambda event: event.at)


def _of_bill(bill: Bill) -> Iterator[Event]:
    yield Event(bill.created_at, "Recorded", "bi-receipt", "info", by=name_of(bill.recorded_by))
    if bill.cancelled_at is not None:
        by = name_of(bill.cancelled_by)
        yield Event(bill.cancelled_at, "Cancelled", "bi-x-lg", "danger", note=bill.cancel_reason, by=by)


def _of_payment(payment: BillPayment) -> Iterator[Event]:
    parts = (payment.get_mode_display(), f"on {day(payment.date)}", payment.reference, payment.note)
    stands = payment.reversed_at is None
    yield Event(
        payment.created_at,
        f"{money(payment.amount)} paid",
        "bi-cash-coin",
        "success" if stands else "quiet",
        note=", ".join(part for part in parts if part),
        by=name_of(payment.recorded_by),
        undo=reverse("bill_payment_reverse", args=[payment.bill_id, payment.pk]) if stands else "",
    )
    if payment.reversed_at is not None:
        yield Event(
            payment.reversed_at,
            f"Payment of {money(payment.amount)} reversed",
            "bi-arrow-counterclockwise",
            "danger",
            note=payment.reverse_reason,
            by=name_of(payment.reversed_by),
        )


def _of_note(note: VendorNote) -> Iterator[Event]:
    said = f"Credit note {note.number} of {money(note.total)}"
    tone = "quiet" if note.is_cancelled else "info"
    why, by = note.reason_in_words, name_of(note.recorded_by)
    yield Event(note.created_at, said, "bi-file-earmark-minus", tone, note=why, by=by)
    if note.cancelled_at is not None:
        text, by = f"Credit note {note.number} cancelled", name_of(note.cancelled_by)
        yield Event(note.cancelled_at, text, "bi-x-lg", "danger", note=note.cancel_reason, by=by)
