"""Any document as a PDF file: at once where it is made, and a page that waits for it where it is not.

A noun that has papers writes one function that finds its document and says how it is printed (`stored` in
`views/invoice_pdf.py`), adds it to `gstbillingapp.papers.PRINTABLES`, and has two views of three lines: who
may see the document is decided there, before anything is asked for.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header

from gstbillingapp.actions import papers
from gstbillingapp.actions.papers import PaperKey
from gstbillingapp.models import Paper, PaperState

# Seconds after which a page without scripts looks again.
LOOKS_AGAIN = 2
MAKING = "making"


class Drawable(Protocol):
    """What stands on a paper, as text; `gstbillingapp.papers.DRAWN_BY` says what draws it."""

    def digest(self) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Printable:
    """A document that can be had as PDF: what its paper is asked for by, and what pages say of it."""

    key: PaperKey
    name: str  # what it is called in a sentence: INV-0012
    noun: str  # invoice, quotation
    page: str  # the address of the document's page
    pdf: str  # the address of the file
    printed: str = ""  # the address of a page for the printer, where there is one
    mail: str = ""  # the address of the form that sends it by e-mail, where there is one
    copies: str = ""  # which of its copies, where not the original: triplicate, all
    sheet: Callable[[], Drawable]  # what stands on it now

    @property
    def filename(self) -> str:
        return f"{'-'.join(filter(None, (self.name.replace('/', '-'), self.copies)))}.pdf"


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a PDF has come, and that in words."""

    state: str
    message: str
    paper: Paper | None


def pdf(request: HttpRequest, printable: Printable) -> HttpResponse:
    """The file, or the page that waits for it. A POST asks anew for one that could not be made."""
    if request.method == "POST":
        papers.ask(printable.key)
        return redirect(printable.pdf)
    standing = standing_of(printable)
    if standing.paper is not None and standing.state == PaperState.MADE:
        return _file(printable, standing.paper)
    context = {"printable": printable, "standing": standing}
    response = render(request, "papers/pdf.html", context, status=202)
    if standing.state == MAKING:
        response["Refresh"] = str(LOOKS_AGAIN)
    return response


def status(printable: Printable) -> JsonResponse:
    """How far it has come, for a page that waits."""
    standing = standing_of(printable)
    return JsonResponse({"state": standing.state, "message": standing.message})


def standing_of(printable: Printable) -> Standing:
    """Whether the file is there as the document is now; asks for it where it is not."""
    digest = printable.sheet().digest()
    standing = _stored(printable, digest)
    if standing is None or standing.state == MAKING:
        papers.ask(printable.key)
        standing = _stored(printable, digest)
    if standing is None:  # changed in this very moment, or removed: the next look asks
        return Standing(MAKING, _making(printable, 0), None)
    return standing


def _stored(printable: Printable, digest: str) -> Standing | None:
    """What the row says; None where there is none, or where what was made is not true any more."""
    paper = printable.key.rows().defer("content").first()
    if paper is None or (paper.state == PaperState.MADE and paper.digest != digest):
        return None
    if paper.state == PaperState.MADE:
        return Standing(PaperState.MADE, f"{printable.name} is ready as PDF.", paper)
    if paper.state == PaperState.FAILED:
        return Standing(PaperState.FAILED, f"{printable.name} could not be made as PDF.", paper)
    return Standing(MAKING, _making(printable, papers.before(paper)), paper)


def _making(printable: Printable, before: int) -> str:
    waiting = f" {before} {'is' if before == 1 else 'are'} made before it." if before else ""
    return f"{printable.name} is being made as PDF…{waiting}"


def _file(printable: Printable, paper: Paper) -> HttpResponse:
    response = HttpResponse(bytes(paper.content), content_type="application/pdf")
    response["Content-Disposition"] = content_disposition_header(True, printable.filename)
    return response
