"""The quotation on A4 and as a PDF file: the invoice's paper, without what makes an invoice of it."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from gstbillingapp.access import MemberRequest, member_required
from gstbillingapp.actions.papers import PaperKey
from gstbillingapp.gst.states import state_label
from gstbillingapp.models import Quotation, QuotationState
from gstbillingapp.models.fields import day_text
from gstbillingapp.models.paper import QUOTATION
from gstbillingapp.pdf.sheet import Pair, Sheet
from gstbillingapp.views import printables
from gstbillingapp.views.invoice_paper import destination_of, document_context, lut_of
from gstbillingapp.views.invoice_sheet import document_sheet
from gstbillingapp.views.printables import Printable

# A sent one carries none whatever becomes of it: it is the offer that was made.
MARKS = {QuotationState.DRAFT: "DRAFT"}


@require_safe
@member_required
def paper(request: MemberRequest, pk: int) -> HttpResponse:
    """The quotation as it is printed."""
    return render(request, "invoices/paper.html", paper_context(_stored(request, pk)))


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def pdf(request: MemberRequest, pk: int) -> HttpResponse:
    """The file. A POST asks anew for one that could not be made."""
    return printables.pdf(request, printable_of(with_number(request, pk)))


@require_safe
@member_required
def status(request: MemberRequest, pk: int) -> JsonResponse:
    """How far it has come, for a page that waits."""
    return printables.status(printable_of(with_number(request, pk)))


def paper_context(quotation: Quotation) -> dict[str, Any]:
    """What the paper's template shows."""
    lines = list(quotation.lines.all())
    return {
        **document_context(quotation, lines),
        "title": "Quotation",
        "copies": (f"Valid until {day_text(quotation.valid_until)}",),
        "declarations": (),
        "mark": MARKS.get(QuotationState(quotation.state), ""),
        "party_heading": "For",
        "facts": list(_facts(quotation)),
        "payable": "Total",
        "after_payable": (),
        "hsn_rows": (),
        "qr": "",
    }


def sheet_of(quotation: Quotation) -> Sheet:
    """A sent quotation, which never changes."""
    return document_sheet(paper_context(quotation))


def printable_of(quotation: Quotation) -> Printable:
    """A quotation, with its business and customer, as something to print."""
    return Printable(
        key=PaperKey(quotation.business_id, QUOTATION, quotation.pk),
        name=quotation.number,
        noun="quotation",
        page=quotation.get_absolute_url(),
        pdf=reverse("quotation_pdf", args=[quotation.pk]),
        printed=reverse("quotation_print", args=[quotation.pk]),
        mail=reverse("quotation_mail", args=[quotation.pk]),
        sheet=partial(sheet_of, quotation),
    )


def stored(key: PaperKey) -> Printable:
    """The quotation that a paper is of; Quotation.DoesNotExist where the business has none of that id."""
    rows = Quotation.objects.select_related("business", "customer")
    return printable_of(rows.get(business=key.business_id, pk=key.object_id))


def with_number(request: MemberRequest, pk: int) -> Quotation:
    """A sent quotation of the business, whatever became of it; 404 for any other."""
    quotation = _stored(request, pk)
    if quotation.is_draft:
        raise Http404("A draft has no PDF: it is no quotation yet.")
    return quotation


def _stored(request: MemberRequest, pk: int) -> Quotation:
    rows = Quotation.objects.select_related("business", "customer")
    quotation: Quotation = get_object_or_404(rows, business=request.business, pk=pk)
    return quotation


def _facts(quotation: Quotation) -> Iterator[Pair]:
    yield "Number", quotation.number or "Given when sent"
    yield "Date", day_text(quotation.date)
    yield "Valid until", day_text(quotation.valid_until)
    yield "Place of supply", state_label(quotation.place_of_supply)
    yield from destination_of(quotation)
    if quotation.rcm:
        yield "Reverse charge", "Yes"
    yield from lut_of(quotation)
