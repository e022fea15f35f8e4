"""Notes, receipt vouchers and statements of account by e-mail."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_http_methods

from gstbillingapp.access import MemberRequest, member_required
from gstbillingapp.models import Note, Receipt
from gstbillingapp.models.fields import ZERO, day_text
from gstbillingapp.templatetags.billing import money
from gstbillingapp.views import mailing
from gstbillingapp.views.ledger import ledger_of
from gstbillingapp.views.mailing import Mailable
from gstbillingapp.views.note_papers import printable_note, printable_receipt
from gstbillingapp.views.note_sheets import period_of
from gstbillingapp.views.statements import printable_of as printable_statement
from gstbillingapp.views.statements import too_long


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def send_note(request: MemberRequest, pk: int) -> HttpResponse:
    """The form that sends a credit or debit note."""
    rows = Note.objects.select_related("business", "customer", "invoice")
    note = get_object_or_404(rows, business=request.business, pk=pk)
    kind = note.get_kind_display()
    said = f"{kind} {note.number} of {day_text(note.date)} for {money(note.total)} is attached. "
    said += f"It is against invoice {note.invoice.number}: {note.reason_in_words}."
    mailable = Mailable(
        printable=printable_note(note),
        to=_address(note),
        party=note.buyer_name,
        subject=f"{kind} {note.number} from {note.supplier_name}"[:200],
        message=_letter(note.buyer_name, said, note.supplier_name, note.supplier_phone),
    )
    return mailing.send(request, mailable)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def send_receipt(request: MemberRequest, pk: int) -> HttpResponse:
    """The form that sends a receipt voucher."""
    rows = Receipt.objects.select_related("business", "customer")
    receipt = get_object_or_404(rows, business=request.business, pk=pk)
    said = f"Receipt voucher {receipt.number} of {day_text(receipt.date)} for {money(receipt.total)}, "
    said += "which we have received with thanks, is attached."
    mailable = Mailable(
        printable=printable_receipt(receipt),
        to=_address(receipt),
        party=receipt.buyer_name,
        subject=f"Receipt voucher {receipt.number} from {receipt.supplier_name}"[:200],
        message=_letter(receipt.buyer_name, said, receipt.supplier_name, receipt.supplier_phone),
    )
    return mailing.send(request, mailable)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def send_statement(request: MemberRequest, pk: int) -> HttpResponse:
    """The form that sends a statement of account for the period of the address."""
    ledger = ledger_of(request, pk)
    elsewhere = too_long(request, ledger)
    if elsewhere is not None:
        return elsewhere
    business, customer, closing = request.business, ledger.customer, ledger.span().closing
    standing = f"{money(closing)} is due." if closing > ZERO else "Nothing is due. Thank you."
    said = f"Your statement of account from {period_of(ledger)} is attached. {standing}"
    mailable = Mailable(
        printable=printable_statement(business, ledger),
        to=customer.email,
        party=customer.name,
        subject=f"Statement of account from {business.name}"[:200],
        message=_letter(customer.name, said, business.name, business.phone),
    )
    return mailing.send(request, mailable)


def _address(document: Note | Receipt) -> str:
    """The customer's address of today, or that on the document."""
    return (document.customer.email if document.customer else "") or document.buyer_email


def _letter(party: str, said: str, *signature: str) -> str:
    lines = [f"Dear {party},", "", said, "", "Regards,"]
    return "\n".join([*lines, *(line for line in signature if line)])
