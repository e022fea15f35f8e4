"""Notes and advances on paper: printed, and as PDF."""

from functools import partial

from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from gstbillingapp.access import MemberRequest, member_required
from gstbillingapp.actions.papers import PaperKey
from gstbillingapp.models import Note, Receipt
from gstbillingapp.models.paper import NOTE, RECEIPT
from gstbillingapp.views import printables
from gstbillingapp.views.note_sheets import note_sheet, receipt_sheet
from gstbillingapp.views.printables import Printable
from gstbillingapp.views.printing import printed


@require_safe
@member_required
def note_print(request: MemberRequest, pk: int) -> HttpResponse:
    """A note as it is printed."""
    return printed(request, _note(request, pk))


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def note_pdf(request: MemberRequest, pk: int) -> HttpResponse:
    """The file of a note. A POST asks anew for one that could not be made."""
    return printables.pdf(request, _note(request, pk))


@require_safe
@member_required
def note_pdf_status(request: MemberRequest, pk: int) -> JsonResponse:
    """How far it has come, for a page that waits."""
    return printables.status(_note(request, pk))


@require_safe
@member_required
def receipt_print(request: MemberRequest, pk: int) -> HttpResponse:
    """A receipt voucher as it is printed."""
    return printed(request, _receipt(request, pk))


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def receipt_pdf(request: MemberRequest, pk: int) -> HttpResponse:
    """The file of a receipt voucher. A POST asks anew for one that could not be made."""
    return printables.pdf(request, _receipt(request, pk))


@require_safe
@member_required
def receipt_pdf_status(request: MemberRequest, pk: int) -> JsonResponse:
    """How far it has come, for a page that waits."""
    return printables.status(_receipt(request, pk))


def printable_note(note: Note) -> Printable:
    """A note, with its business, invoice and customer, as something to print."""
    return Printable(
        key=PaperKey(note.business_id, NOTE, note.pk),
        name=note.number,
        noun="note",
        page=note.get_absolute_url(),
        pdf=reverse("note_pdf", args=[note.pk]),
        printed=reverse("note_print", args=[note.pk]),
        mail=reverse("note_mail", args=[note.pk]),
        sheet=partial(note_sheet, note),
    )


def printable_receipt(receipt: Receipt) -> Printable:
    """An advance, with its business and customer, as something to print."""
    return Printable(
        key=PaperKey(receipt.business_id, RECEIPT, receipt.pk),
        name=receipt.number,
        noun="advance",
        page=receipt.get_absolute_url(),
        pdf=reverse("receipt_pdf", args=[receipt.pk]),
        printed=reverse("receipt_print", args=[receipt.pk]),
        mail=reverse("receipt_mail", args=[receipt.pk]),
        sheet=partial(receipt_sheet, receipt),
    )


def stored_note(key: PaperKey) -> Printable:
    """The note that a paper is of; Note.DoesNotExist where the business has none of that id."""
    rows = Note.objects.select_related("business", "customer", "invoice")
    return printable_note(rows.get(business=key.business_id, pk=key.object_id))


def stored_receipt(key: PaperKey) -> Printable:
    """The advance that a paper is of; Receipt.DoesNotExist where the business has none of that id."""
    rows = Receipt.objects.select_related("business", "customer")
    return printable_receipt(rows.get(business=key.business_id, pk=key.object_id))


def _note(request: MemberRequest, pk: int) -> Printable:
    rows = Note.objects.select_related("business", "customer", "invoice")
    return printable_note(get_object_or_404(rows, business=request.business, pk=pk))


def _receipt(request: MemberRequest, pk: int) -> Printable:
    rows = Receipt.objects.select_related("business", "customer")
    return printable_receipt(get_object_or_404(rows, business=request.business, pk=pk))
