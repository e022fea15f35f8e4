"""What is told of vendors' credit notes: quietly, as somebody here has just recorded them."""

from typing import Any

from gstbillingapp.actions.announce.bills import bill_settled
from gstbillingapp.actions.announce.telling import tell
from gstbillingapp.gst.money import indian_format
from gstbillingapp.models import EventKind, VendorNote, VendorRefund


def vendor_note_recorded(note: VendorNote) -> None:
    """A bill is credited: that much less is to be paid than reminders have said."""
    title = f"{indian_format(note.total)} credited by {note.bill.vendor_name}"
    _tell(note, title, f"vnote:{note.pk}", note.reason_in_words)


def vendor_note_cancelled(note: VendorNote) -> None:
    """A credit note no longer stands, and its bill is owed as before."""
    title = f"Credit of {indian_format(note.total)} by {note.bill.vendor_name} cancelled"
    _tell(note, title, f"vnote:{note.pk}:cancelled", note.cancel_reason)


def vendor_refunded(came: VendorRefund) -> None:
    """Money came back from a vendor."""
    note = came.credit_note
    tell(
        note.business,
        EventKind.PAYMENT_RECORDED,
        title=f"{indian_format(came.amount)} came back from {note.bill.vendor_name}",
        message=f"Credit note {note.number}: {indian_format(note.balance)} still to come",
        notification_type="PAYMENT",
        **_link(note),
        priority="low",
        dedupe_key=f"vnote:refund:{came.pk}",
    )


def vendor_refund_reversed(came: VendorRefund) -> None:
    """Money that was recorded as come back did not come."""
    note = came.credit_note
    tell(
        note.business,
        EventKind.PAYMENT_REVERSED,
        title=f"{indian_format(came.amount)} of {note.bill.vendor_name} did not come back",
        message=f"Credit note {note.number}: {indian_format(note.balance)} to come. {came.reverse_reason}",
        notification_type="ERROR",
        **_link(note),
        priority="high",
        dedupe_key=f"vnote:refund:{came.pk}:fail",
    )


def _tell(note: VendorNote, title: str, key: str, why: str) -> None:
    bill = note.bill
    tell(
        note.business,
        EventKind.VENDOR_NOTE,
        title=title,
        message=f"Credit note {note.number}: {why}. Bill {bill.number} balance {indian_format(bill.balance)}",
        notification_type="INVOICE",
        **_link(note),
        priority="low",
        dedupe_key=key,
    )
    bill_settled(bill)


def _link(note: VendorNote) -> dict[str, Any]:
    """Where its notifications lead, and what ties them to those of its bill."""
    return {
        "link_url": note.get_absolute_url(),
        "link_text": "View note",
        "related_object_type": "vendor_note",
        "related_object_id": note.pk,
        "thread_key": f"bill:{note.bill_id}",
    }
