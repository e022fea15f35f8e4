"""What is told of credit and debit notes, advances, and what is set off against invoices."""

from typing import Any

from gstbillingapp.actions.announce.invoices import resolve_reminders
from gstbillingapp.actions.announce.telling import tell
from gstbillingapp.gst.money import indian_format
from gstbillingapp.models import EventKind, Note, Payment, Receipt
from gstbillingapp.utils import thread_of


def note_issued(note: Note) -> None:
    """An invoice is amended."""
    _tell_of_note(note, f"{note.get_kind_display()} {note.number}", f"note:{note.pk}", note.reason_in_words)


def note_cancelled(note: Note) -> None:
    """A note no longer stands."""
    title = f"{note.get_kind_display()} {note.number} cancelled"
    _tell_of_note(note, title, f"note:{note.pk}:cancelled", note.cancel_reason)


def advance_received(receipt: Receipt) -> None:
    """Money came before its invoice."""
    tell(
        receipt.business,
        EventKind.PAYMENT_RECORDED,
        title=f"{indian_format(receipt.total)} received from {receipt.buyer_name}",
        message=f"Advance {receipt.number} for {receipt.purpose}",
        notification_type="PAYMENT",
        **_link_to_receipt(receipt),
        dedupe_key=f"rcpt:{receipt.pk}",
    )


def advance_cancelled(receipt: Receipt) -> None:
    """An advance that was recorded did not come."""
    tell(
        receipt.business,
        EventKind.PAYMENT_REVERSED,
        title=f"Advance {indian_format(receipt.total)} of {receipt.buyer_name} not cleared",
        message=f"{receipt.number}: {receipt.cancel_reason}",
        notification_type="ERROR",
        **_link_to_receipt(receipt),
        priority="high",
        dedupe_key=f"rcpt:{receipt.pk}:fail",
    )


def set_off(payment: Payment, source: Receipt | Note) -> None:
    """An advance or open credit has paid an invoice, or part of it."""
    invoice = payment.invoice
    _tell_of_set_off(
        payment,
        f"{indian_format(payment.amount)} of {source.number} set off",
        f"{invoice.number} of {invoice.buyer_name}: balance {indian_format(invoice.balance)}",
        f"pay:{payment.pk}",
    )
    resolve_reminders(invoice)


def set_off_undone(payment: Payment, source: Receipt | Note) -> None:
    """What was set off is open again, and owed again: more than reminders have said meanwhile."""
    invoice = payment.invoice
    _tell_of_set_off(
        payment,
        f"{indian_format(payment.amount)} of {source.number} no longer set off",
        f"{invoice.number} balance {indian_format(invoice.balance)}: {payment.reverse_reason}",
        f"pay:{payment.pk}:fail",
    )
    resolve_reminders(invoice)


def _tell_of_note(note: Note, title: str, key: str, why: str) -> None:
    """Say what a note has left to pay; reminders that named another amount are over, as after a payment."""
    invoice = note.invoice
    left = f"{invoice.number} balance {indian_format(invoice.balance)}"
    tell(
        note.business,
        EventKind.NOTE_ISSUED,
        title=f"{title}: {indian_format(note.total)} against {invoice.number}",
        message=f"{note.buyer_name}, {why}. {left}",
        notification_type="INVOICE",
        link_url=note.get_absolute_url(),
        link_text="View note",
        related_object_type="note",
        related_object_id=note.pk,
        dedupe_key=key,
        thread_key=thread_of(invoice),
    )
    resolve_reminders(invoice)


def _tell_of_set_off(payment: Payment, title: str, message: str, key: str) -> None:
    tell(
        payment.business,
        EventKind.PAYMENT_RECORDED,
        title=title,
        message=message,
        notification_type="PAYMENT",
        link_url=payment.invoice.get_absolute_url(),
        link_text="View invoice",
        related_object_type="payment",
        related_object_id=payment.pk,
        dedupe_key=key,
        thread_key=thread_of(payment.invoice),
    )


def _link_to_receipt(receipt: Receipt) -> dict[str, Any]:
    return {
        "link_url": receipt.get_absolute_url(),
        "link_text": "View advance",
        "related_object_type": "receipt",
        "related_object_id": receipt.pk,
        "thread_key": f"rcpt:{receipt.pk}",
    }
