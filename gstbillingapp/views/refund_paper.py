"""The voucher for money that was paid back, on A4 and as a PDF file (CGST Rule 51)."""

from collections.abc import Iterable
from functools import partial

from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from gstbillingapp.access import MemberRequest, member_required
from gstbillingapp.actions.open_credit import Source
from gstbillingapp.actions.papers import PaperKey
from gstbillingapp.gst.money import amount_in_words
from gstbillingapp.gst.papers import PAPER_COPY
from gstbillingapp.gst.states import state_label
from gstbillingapp.models import Receipt, Refund
from gstbillingapp.models.fields import day_text
from gstbillingapp.models.paper import REFUND
from gstbillingapp.pdf.sheet import Pair, Sheet
from gstbillingapp.templatetags.billing import money
from gstbillingapp.views import printables
from gstbillingapp.views.invoice_figures import buyer_of, supplier_of
from gstbillingapp.views.invoice_sheet import supplier_lines
from gstbillingapp.views.note_sheets import paid_by, payer, voucher_table
from gstbillingapp.views.printables import Printable
from gstbillingapp.views.printing import printed

SOURCES = ("business", "receipt__business", "receipt__customer", "note__business", "note__customer")


@require_safe
@member_required
def paper(request: MemberRequest, pk: int) -> HttpResponse:
    """A refund voucher as it is printed."""
    return printed(request, _refund(request, pk))


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def pdf(request: MemberRequest, pk: int) -> HttpResponse:
    """The file of a refund voucher. A POST asks anew for one that could not be made."""
    return printables.pdf(request, _refund(request, pk))


@require_safe
@member_required
def status(request: MemberRequest, pk: int) -> JsonResponse:
    """How far it has come, for a page that waits."""
    return printables.status(_refund(request, pk))


def printable_of(refund: Refund) -> Printable:
    """A refund, with what it was paid back of, as something to print."""
    return Printable(
        key=PaperKey(refund.business_id, REFUND, refund.pk),
        name=refund.number,
        noun="refund",
        page=refund.get_absolute_url(),
        pdf=reverse("refund_pdf", args=[refund.pk]),
        printed=reverse("refund_print", args=[refund.pk]),
        sheet=partial(sheet_of, refund),
    )


def stored(key: PaperKey) -> Printable:
    """The refund that a paper is of; Refund.DoesNotExist where the business has none of that id."""
    rows = Refund.objects.select_related(*SOURCES)
    return printable_of(rows.get(business=key.business_id, pk=key.object_id))


def sheet_of(refund: Refund) -> Sheet:
    """A refund voucher: of an advance with the tax that goes back with it, of a note without any."""
    source = _source_of(refund)
    supplier = supplier_of(source)
    return Sheet(
        title="Refund voucher",
        copy=PAPER_COPY,
        number=refund.number,
        date=day_text(refund.date),
        mark="REVERSED" if refund.reversed_at else "",
        supplier=supplier.name,
        supplier_lines=tuple(supplier_lines(supplier)),
        declarations=(),
        parties=tuple(payer(buyer_of(source), "Refunded to")),
        facts=tuple(_facts(refund, source)),
        lines=voucher_table("Refund of", _words(source), source, refund, refund.amount),
        words=amount_in_words(refund.amount),
        notes="",
        totals=(),
        payable=("Refunded", money(refund.amount)),
        after_payable=(),
        hsn=None,
        pay_link="",
        pay_words=(),
        small_print=(),
        terms="",
        signed_for=supplier.legal_name or supplier.name,
        signatory=supplier.signatory,
    )


def _facts(refund: Refund, source: Source) -> Iterable[Pair]:
    yield "Number", refund.number
    yield "Date", day_text(refund.date)
    yield "Receipt voucher" if isinstance(source, Receipt) else "Credit note", source.number
    yield "Its date", day_text(source.date)
    yield "Paid by", paid_by(refund)
    yield "Place of supply", state_label(source.place_of_supply)
    yield "Reverse charge", "Yes" if source.rcm else "No"


def _words(source: Source) -> str:
    return source.purpose if isinstance(source, Receipt) else f"Open credit of {source.number}"


def _source_of(refund: Refund) -> Source:
    source = refund.receipt or refund.note
    assert source is not None  # the database holds that it is one of them
    return source


def _refund(request: MemberRequest, pk: int) -> Printable:
    rows = Refund.objects.select_related(*SOURCES)
    return printable_of(get_object_or_404(rows, business=request.business, pk=pk))
