"""Credit and debit notes: issued at once after a preview, cancelled where they were wrong (CGST s.34)."""

from decimal import Decimal

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from gstbillingapp.actions import announce, credit_limits, mailing, papers, prefixes
from gstbillingapp.actions.checks import Checks, refusal
from gstbillingapp.actions.data import NoteData
from gstbillingapp.actions.invoices import locked as locked_invoice
from gstbillingapp.actions.noting import ComposedNote, compose, lines_left
from gstbillingapp.actions.numbering import take_number
from gstbillingapp.actions.papers import PaperKey
from gstbillingapp.actions.products import locked as locked_products
from gstbillingapp.actions.products import move
from gstbillingapp.gst.money import indian_format
from gstbillingapp.models import (
    Business,
    Invoice,
    InvoiceState,
    Note,
    NoteKind,
    NoteLine,
    NoteState,
    StockReason,
)
from gstbillingapp.models.fields import ZERO
from gstbillingapp.models.paper import NOTE

PREFIXES = {NoteKind.CREDIT: prefixes.CREDIT_NOTES, NoteKind.DEBIT: prefixes.DEBIT_NOTES}


def preview(invoice: Invoice, data: NoteData) -> ComposedNote:
    """What a note would be; writes nothing and raises nothing for what was typed."""
    return compose(invoice, data)


def issue(business: Business, user: User | None, invoice_id: int, data: NoteData) -> Note:
    """Amend an issued invoice: number, balance, stock and what the members are told, in one transaction.

    A credit note lowers what is owed on its invoice; what is over stays open on the note. Raises
    ValidationError keyed by the fields of `data`, and Invoice.DoesNotExist for one of another business.
    """
    with transaction.atomic():
        invoice = locked_invoice(business, invoice_id)
        refuse_amending(invoice)
        composed = compose(invoice, data)
        composed.checks.finish()
        note = composed.note
        note.created_by = user
        take_number(note, prefixes.COMMERCIAL if note.commercial else PREFIXES[NoteKind(note.kind)])
        _apply(note)
        note.save()
        for line in composed.lines:
            line.note = note
        NoteLine.objects.bulk_create(composed.lines)
        standing = credit_limits.judge(note)
        _move_stock(note, StockReason.RETURN, user)
        announce.note_issued(note)
        announce.credit_limit(standing)
        papers.ask_ahead(PaperKey(business.pk, NOTE, note.pk))
    return note


def cancel(business: Business, user: User | None, note_id: int, reason: str) -> Note:
    """Take a note back: its invoice is owed as before, returned goods leave the stock again.

    Raises ValidationError without a reason and where what it did has been built on; Note.DoesNotExist for one
    of another business.
    """
    checks = Checks()
    text = checks.text("reason", reason, 200, required="Say why; it is kept with the note.")
    checks.finish()
    with transaction.atomic():
        invoice_id = Note.objects.values_list("invoice_id", flat=True).get(business=business, pk=note_id)
        invoice = locked_invoice(business, invoice_id)  # first: whoever amends an invoice holds its lock
        note = Note.objects.select_for_update(of=("self",), no_key=True).get(pk=note_id)
        note.business, note.invoice = business, invoice
        refuse_cancelling(note)
        _undo(note)
        note.state, note.cancelled_at, note.cancelled_by = NoteState.CANCELLED, timezone.now(), user
        note.cancel_reason = text
        note.save(
            update_fields=[
                *("state", "applied", "balance", "updated_at"),
                *("cancelled_at", "cancelled_by", "cancel_reason"),
            ]
        )
        standing = credit_limits.judge(note)
        # Before any inbox is locked: whoever posts letters locks a letter first, and then its sender's inbox.
        mailing.call_off(PaperKey(business.pk, NOTE, note.pk))
        _move_stock(note, StockReason.RETURN_UNDONE, user)
        announce.note_cancelled(note)
        announce.credit_limit(standing)
    return note


def refuse_amending(invoice: Invoice) -> None:
    """Raise ValidationError that says why where an invoice cannot have a note."""
    if invoice.state == InvoiceState.DRAFT:
        raise refusal("This is a draft: change it instead.")
    if invoice.state == InvoiceState.CANCELLED:
        raise refusal(f"{invoice.number} is cancelled: there is nothing to amend.")


def refuse_cancelling(note: Note) -> None:
    """Raise ValidationError that says why where a note cannot be cancelled as it stands."""
    if note.state == NoteState.CANCELLED:
        raise refusal(f"{note.number} is cancelled already.")
    if note.used:
        raise refusal(
            f"{indian_format(note.used)} of {note.number} is set off against invoices; "
            "take that back on their pages first."
        )
    if note.refunded:
        raise refusal(
            f"{indian_format(note.refunded)} of {note.number} has been refunded; reverse the refund first."
        )
    if not note.is_credit:
        _refuse_built_upon(note)


def _refuse_built_upon(note: Note) -> None:
    """What a debit note has added may be paid by now, or credited again."""
    invoice = note.invoice
    left = {left.line.pk: left.worth.taxable for left in lines_left(invoice)}
    if any(left[line.invoice_line_id] < line.taxable for line in note.lines.all()):
        raise refusal("A credit note has taken back what it added; cancel that first.")
    if invoice.balance < note.applied:
        raise refusal(
            f"Only {indian_format(invoice.balance)} is owed on {invoice.number}: "
            "reverse the payment of what the note added first."
        )


def _apply(note: Note) -> None:
    """Change what is owed on the invoice, which is locked."""
    invoice = note.invoice
    if note.is_credit:
        note.applied = min(note.total, invoice.balance)
        invoice.credited += note.applied
    else:
        note.applied = note.total
        invoice.debited += note.applied
    note.balance = note.left()
    _keep(invoice)


def _undo(note: Note) -> None:
    invoice = note.invoice
    if note.is_credit:
        invoice.credited -= note.applied
    else:
        invoice.debited -= note.applied
    note.applied = note.balance = ZERO
    _keep(invoice)


def _keep(invoice: Invoice) -> None:
    invoice.balance = invoice.owed()
    invoice.save(update_fields=["credited", "debited", "balance", "updated_at"])


def _move_stock(note: Note, reason: StockReason, user: User | None) -> None:
    """Only a sales return brings goods back; a discount or a correction moves nothing."""
    if not note.returns_goods:
        return
    returned = _returned(note)
    goods = [product for product in locked_products(note.business, returned).values() if product.tracks_stock]
    sign = 1 if reason == StockReason.RETURN else -1
    quantities = {product.pk: sign * returned[product.pk] for product in goods}
    move(goods, quantities, reason, user, note_id=note.pk)


def _returned(note: Note) -> dict[int, Decimal]:
    returned: dict[int, Decimal] = {}
    for line in note.lines.all():
        if line.product_id is not None and not line.is_service and line.qty:
            returned[line.product_id] = returned.get(line.product_id, Decimal(0)) + line.qty
    return returned
