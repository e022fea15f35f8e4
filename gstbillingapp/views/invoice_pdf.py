"""The invoice as a PDF file."""

from functools import partial

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from gstbillingapp.access import MemberRequest, member_required
from gstbillingapp.actions.papers import PaperKey
from gstbillingapp.models import Invoice
from gstbillingapp.models.paper import INVOICE
from gstbillingapp.views import printables
from gstbillingapp.views.invoice_copies import ORIGINAL, chosen
from gstbillingapp.views.invoice_sheet import sheet_of
from gstbillingapp.views.printables import Printable


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def pdf(request: MemberRequest, pk: int) -> HttpResponse:
    """The file. A POST asks anew for one that could not be made."""
    return printables.pdf(request, _asked(request, pk))


@require_safe
@member_required
def status(request: MemberRequest, pk: int) -> JsonResponse:
    """How far it has come, for a page that waits."""
    return printables.status(_asked(request, pk))


def printable_of(invoice: Invoice, copies: str = ORIGINAL) -> Printable:
    """An invoice, with its business and customer, as something to print; `copies` names a choice it has."""
    query = f"?copy={copies}" if copies else ""
    return Printable(
        key=PaperKey(invoice.business_id, INVOICE, invoice.pk, copies),
        name=invoice.number,
        noun="invoice",
        page=invoice.get_absolute_url(),
        pdf=reverse("invoice_pdf", args=[invoice.pk]) + query,
        printed=reverse("invoice_print", args=[invoice.pk]) + query,
        mail=reverse("invoice_mail", args=[invoice.pk]),
        copies=copies,
        sheet=partial(sheet_of, invoice, copies),
    )


def stored(key: PaperKey) -> Printable:
    """The invoice that a paper is of; Invoice.DoesNotExist where the business has none of that id."""
    rows = Invoice.objects.select_related("business", "customer")
    return printable_of(rows.get(business=key.business_id, pk=key.object_id), key.variant)


def with_number(request: MemberRequest, pk: int) -> Invoice:
    """An issued or cancelled invoice of the business; 404 for any other."""
    rows = Invoice.objects.select_related("business", "customer")
    invoice: Invoice = get_object_or_404(rows, business=request.business, pk=pk)
    if invoice.is_draft:
        raise Http404("A draft has no PDF: it is no invoice yet.")
    return invoice


def _asked(request: MemberRequest, pk: int) -> Printable:
    """The copies that the address names; 404 for those that the invoice does not have."""
    invoice = with_number(request, pk)
    named = request.GET.get("copy", ORIGINAL)
    return printable_of(invoice, chosen(invoice.lines.all(), named).value if named else ORIGINAL)
