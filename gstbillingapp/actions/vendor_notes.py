"""Vendors' credit notes: recorded against a bill, paid back where that was paid, cancelled where wrong."""

import datetime
from collections.abc import Mapping
from decimal import Decimal

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from gstbillingapp.actions import announce, claims, money, returns
from gstbillingapp.actions.bills import locked as locked_bill
from gstbillingapp.actions.checks import Checks, refusal
from gstbillingapp.actions.data import VendorNoteData
from gstbillingapp.actions.products import locked as locked_products
from gstbillingapp.actions.products import move
from gstbillingapp.actions.vendor_noting import ReckonedNote, reckon
from gstbillingapp.gst.money import indian_format
from gstbillingapp.models import (
    Bill,
    BillState,
    Business,
    PaymentMode,
    StockReason,
    Vendor,
    VendorNote,
    VendorNoteLine,
    VendorRefund,
)
from gstbillingapp.models.fields import ZERO, day_text

NOTHING = Decimal(0)


def preview(bill: Bill, data: VendorNoteData) -> ReckonedNote:
    """What a note would be; writes nothing and raises nothing for what was typed."""
    return reckon(bill, data)


def record(business: Business, user: User | None, bill_id: int, data: VendorNoteData) -> VendorNote:
    """Record a vendor's credit note: what is owed on its bill, the input tax, and the goods that went back.

    What is more than is owed on the bill, the vendor owes. Raises ValidationError keyed by the fields of
    `data`, and for a number that the vendor has used; Bill.DoesNotExist for one of another business.
    """
    with transaction.atomic():
        returns.lock(business)  # no return is filed between looking and recording
        bill = locked_bill(business, bill_id)
        refuse_crediting(bill)
        reckoned = reckon(bill, data)
        reckoned.checks.finish()
        note = reckoned.note
        note.recorded_by = user
        _refuse_taken_number(note)
        note.applied = min(note.total, bill.balance)
        note.balance = note.left()
        note.save()
        for line in reckoned.lines:
            line.note = note
        VendorNoteLine.objects.bulk_create(reckoned.lines)
        _credit(bill, note.applied)
        _move_stock(note, StockReason.SENT_BACK, -1, user)
        announce.vendor_note_recorded(note)
    return note


def cancel(business: Business, user: User | None, note_id: int, reason: str) -> VendorNote:
    """Take a note back: its bill is owed as before, goods that went back are in the stock again.

    Input tax that a filed GSTR-3B has reversed is claimed again in the first that is not filed. Raises
    ValidationError without a reason and where money came back on it; VendorNote.DoesNotExist for one of
    another business.
    """
    checks = Checks()
    text = checks.text("reason", reason, 200, required="Say why; it is kept with the note.")
    checks.finish()
    with transaction.atomic():
        returns.lock(business)
        note = _locked(business, note_id)
        refuse_cancelling(note)
        claims.take_back(note)
        _credit(note.bill, -note.applied)
        note.state, note.applied, note.balance = BillState.CANCELLED, ZERO, ZERO
        note.cancelled_at, note.cancelled_by, note.cancel_reason = timezone.now(), user, text
        note.save()
        _move_stock(note, StockReason.SENT_BACK_UNDONE, 1, user)
        announce.vendor_note_cancelled(note)
    return note


def refund(
    business: Business,
    user: User | None,
    note_id: int,
    amount: Decimal | None,
    date: datetime.date | None = None,
    mode: str = PaymentMode.BANK,
    reference: str = "",
    note: str = "",
) -> VendorRefund:
    """Record money that the vendor paid back, at most what they owe on the note; `date` is today by default.

    Raises ValidationError keyed by these names, and VendorNote.DoesNotExist for one of another business.
    """
    checks = Checks()
    came = VendorRefund(business=business, **money.judged(checks, user, amount, date, mode, reference, note))
    with transaction.atomic():
        stored = _locked(business, note_id)
        refuse_refunding(stored)
        money.refuse_above(checks, came.amount, stored.balance, stored.number)
        if not checks.has("date") and came.date < stored.date:
            checks.refuse(
                "date", f"Enter {day_text(stored.date)}, the day of {stored.number}, or a later day."
            )
        checks.finish()
        came.credit_note = stored
        came.save()
        _settle(stored, came.amount)
        announce.vendor_refunded(came)
    return came


def reverse_refund(business: Business, user: User | None, refund_id: int, reason: str) -> VendorRefund:
    """Take back money that did not come after all: the vendor owes it again, the row stays.

    Raises ValidationError without a reason and for one reversed before, VendorRefund.DoesNotExist for one of
    another business.
    """
    text = money.checked_reason(reason)
    with transaction.atomic():
        refunds = VendorRefund.objects.filter(business=business)
        stored = _locked(business, refunds.values_list("credit_note_id", flat=True).get(pk=refund_id))
        came = refunds.get(pk=refund_id)
        money.refuse_reversed(came)
        came.credit_note = stored
        money.mark_reversed(came, user, text)
        _settle(stored, -came.amount)
        announce.vendor_refund_reversed(came)
    return came


def refuse_crediting(bill: Bill) -> None:
    """Raise ValidationError that says why where a bill cannot have a credit note."""
    if bill.state == BillState.CANCELLED:
        raise refusal(f"{bill} is cancelled: there is nothing to credit.")


def refuse_cancelling(note: VendorNote) -> None:
    """Raise ValidationError that says why where a note cannot be cancelled as it stands."""
    if note.is_cancelled:
        raise refusal(f"{note.number} is cancelled already.")
    if note.refunded:
        came = indian_format(note.refunded)
        raise refusal(f"{came} of {note.number} came back; reverse that first.")


def refuse_refunding(note: VendorNote) -> None:
    """Raise ValidationError that says why where a vendor owes nothing on a note."""
    if note.is_cancelled:
        raise refusal(f"{note.number} is cancelled: nothing is owed on it.")
    if not note.balance:
        raise refusal(f"Nothing of {note.number} is still to come back.", "amount")


def _locked(business: Business, note_id: int) -> VendorNote:
    """A note with its bill, both locked; the bill first, as whoever credits one holds its lock."""
    bill_id = VendorNote.objects.values_list("bill_id", flat=True).get(business=business, pk=note_id)
    bill = locked_bill(business, bill_id)
    note = VendorNote.objects.select_for_update(of=("self",), no_key=True).get(pk=note_id)
    note.business, note.bill = business, bill
    return note


def _refuse_taken_number(note: VendorNote) -> None:
    # Whoever else is about to record it waits here, and then finds it taken.
    Vendor.objects.select_for_update(no_key=True).get(pk=note.vendor_id)
    same = VendorNote.objects.filter(
        vendor=note.vendor_id,
        financial_year=note.financial_year,
        number_key=note.number_key,
        state=BillState.RECORDED,
    )
    other = same.first()
    if other is not None:
        raise refusal(
            f"{other.number} is recorded already, dated {day_text(other.date)} and worth "
            f"{indian_format(other.total)}. A vendor gives a number once in a financial year.",
            "number",
        )


def _credit(bill: Bill, amount: Decimal) -> None:
    # Worked out here, under the lock, and not by F(): SQLite would add in binary floats.
    bill.credited += amount
    bill.balance = bill.owed()
    bill.save(update_fields=["credited", "balance", "updated_at"])


def _settle(note: VendorNote, amount: Decimal) -> None:
    note.refunded += amount
    note.balance = note.left()
    note.save(update_fields=["refunded", "balance", "updated_at"])


def _move_stock(note: VendorNote, reason: StockReason, sign: int, user: User | None) -> None:
    """Goods that are kept in stock go out with a return, and come in again where it is cancelled."""
    if not note.returns_goods:
        return
    moving = {pk: sign * qty for pk, qty in _sent_back(note).items()}
    goods = [product for product in locked_products(note.business, moving).values() if product.tracks_stock]
    move(goods, moving, reason, user, vendor_note_id=note.pk)


def _sent_back(note: VendorNote) -> Mapping[int, Decimal]:
    sent: dict[int, Decimal] = {}
    for line in note.lines.all():
        if line.product_id is not None and not line.is_service and line.qty:
            sent[line.product_id] = sent.get(line.product_id, NOTHING) + line.qty
    return sent
