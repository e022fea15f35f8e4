"""The invoice as a PDF file: at once where it is made, and a page that waits for it where it is not."""

from dataclasses import dataclass

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_safe

from gstbillingapp.access import MemberRequest, member_required
from gstbillingapp.actions import papers
from gstbillingapp.models import Invoice, Paper, PaperState
from gstbillingapp.views.invoice_sheet import sheet_of

# Seconds after which a page without scripts looks again.
LOOKS_AGAIN = 2
MAKING = "making"


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a PDF has come, and that in words."""

    state: str
    message: str
    paper: Paper


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def pdf(request: MemberRequest, pk: int) -> HttpResponse:
    """The file. A POST asks anew for one that could not be made."""
    invoice = _with_number(request, pk)
    if request.method == "POST":
        papers.ask(invoice)
        return redirect("invoice_pdf", pk=invoice.pk)
    standing = standing_of(invoice)
    if standing.state == PaperState.MADE:
        return _file(invoice, standing.paper)
    response = render(request, "invoices/pdf.html", {"invoice": invoice, "standing": standing}, status=202)
    if standing.state == MAKING:
        response["Refresh"] = str(LOOKS_AGAIN)
    return response


@require_safe
@member_required
def status(request: MemberRequest, pk: int) -> JsonResponse:
    """How far it has come, for a page that waits."""
    standing = standing_of(_with_number(request, pk))
    return JsonResponse({"state": standing.state, "message": standing.message})


def standing_of(invoice: Invoice) -> Standing:
    """Whether the file is there as the invoice is now; asks for it where it is not."""
    digest = sheet_of(invoice).digest()
    standing = _stored(invoice, digest)
    if standing is None or standing.state == MAKING:
        papers.ask(invoice)
        standing = _stored(invoice, digest)
    if standing is None:  # changed in this very moment, or removed: the next look asks
        return Standing(MAKING, _making(invoice, 0), Paper(invoice=invoice))
    return standing


def _stored(invoice: Invoice, digest: str) -> Standing | None:
    """What the row says; None where there is none, or where what was made is not true any more."""
    paper = Paper.objects.filter(invoice=invoice).defer("content").first()
    if paper is None or (paper.state == PaperState.MADE and paper.digest != digest):
        return None
    if paper.state == PaperState.MADE:
        return Standing(PaperState.MADE, f"{invoice.number} is ready as PDF.", paper)
    if paper.state == PaperState.FAILED:
        return Standing(PaperState.FAILED, f"{invoice.number} could not be made as PDF.", paper)
    return Standing(MAKING, _making(invoice, papers.before(paper)), paper)


def _making(invoice: Invoice, before: int) -> str:
    waiting = f" {before} {'is' if before == 1 else 'are'} made before it." if before else ""
    return f"{invoice.number} is being made as PDF…{waiting}"


def _with_number(request: MemberRequest, pk: int) -> Invoice:
    rows = Invoice.objects.select_related("business", "customer")
    invoice: Invoice = get_object_or_404(rows, business=request.business, pk=pk)
    if invoice.is_draft:
        raise Http404("A draft has no PDF: it is no invoice yet.")
    return invoice


def _file(invoice: Invoice, paper: Paper) -> HttpResponse:
    name = f"{invoice.number.replace('/', '-')}.pdf"
    response = HttpResponse(bytes(paper.content), content_type="application/pdf")
    response["Content-Disposition"] = content_disposition_header(True, name)
    return response
