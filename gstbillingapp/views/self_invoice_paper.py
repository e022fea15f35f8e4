"""A self-invoice on A4 and as a PDF file: what a bill on reverse charge says, from our side."""

from collections.abc import Iterable
from functools import partial
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from gstbillingapp.access import MemberRequest, member_required
from gstbillingapp.actions.papers import PaperKey
from gstbillingapp.gst.money import amount_in_words
from gstbillingapp.gst.papers import REVERSE_CHARGE, SELF_INVOICED
from gstbillingapp.gst.states import state_label
from gstbillingapp.models import Bill, SelfInvoice
from gstbillingapp.models.fields import day_text
from gstbillingapp.models.paper import SELF_INVOICE
from gstbillingapp.pdf.sheet import Line, Pair, Part, Sheet
from gstbillingapp.templatetags.billing import money
from gstbillingapp.views import printables
from gstbillingapp.views.bill_sheet import columns_of
from gstbillingapp.views.invoice_figures import Issuer, party_of
from gstbillingapp.views.invoice_paper import carried_of, line_of, sums_of
from gstbillingapp.views.invoice_sheet import line_table, said, supplier_lines
from gstbillingapp.views.printables import Printable
from gstbillingapp.views.printing import printed


@require_safe
@member_required
def paper(request: MemberRequest, pk: int) -> HttpResponse:
    """A self-invoice as it is printed."""
    return printed(request, _self_invoice(request, pk))


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def pdf(request: MemberRequest, pk: int) -> HttpResponse:
    """The file of a self-invoice. A POST asks anew for one that could not be made."""
    return printables.pdf(request, _self_invoice(request, pk))


@require_safe
@member_required
def status(request: MemberRequest, pk: int) -> JsonResponse:
    """How far it has come, for a page that waits."""
    return printables.status(_self_invoice(request, pk))


def printable_of(row: SelfInvoice) -> Printable:
    """A self-invoice, with its bill, as something to print."""
    return Printable(
        key=PaperKey(row.business_id, SELF_INVOICE, row.pk),
        name=row.number,
        noun="self-invoice",
        page=row.get_absolute_url(),
        pdf=reverse("self_invoice_pdf", args=[row.pk]),
        printed=reverse("self_invoice_print", args=[row.pk]),
        sheet=partial(sheet_of, row),
    )


def stored(key: PaperKey) -> Printable:
    """The self-invoice that a paper is of; SelfInvoice.DoesNotExist where the business has none such."""
    rows = SelfInvoice.objects.select_related("bill__business")
    return printable_of(rows.get(business=key.business_id, pk=key.object_id))


def sheet_of(row: SelfInvoice) -> Sheet:
    """What stands on it (CGST Rule 46): the recipient makes it out, and owes the tax."""
    bill, recipient = row.bill, party_of(Issuer, row, "recipient_")
    return Sheet(
        title="Self-invoice",
        copy="",
        number=row.number,
        date=day_text(row.date),
        mark="CANCELLED" if row.cancelled_at else "",
        supplier=recipient.name,
        supplier_lines=tuple(supplier_lines(recipient)),
        declarations=(SELF_INVOICED, REVERSE_CHARGE),
        parties=(_vendor(row),),
        facts=tuple(_facts(row)),
        lines=line_table(_context(bill)),
        words=amount_in_words(bill.total),
        notes="",
        totals=tuple(_totals(bill)),
        payable=("Payable to the supplier", money(bill.total)),
        after_payable=(),
        hsn=None,
        pay_link="",
        pay_words=(),
        small_print=(),
        terms="",
        signed_for=recipient.legal_name or recipient.name,
        signatory=recipient.signatory,
    )


def _facts(row: SelfInvoice) -> Iterable[Pair]:
    yield "Number", row.number
    yield "Date", day_text(row.date)
    yield "Supplier's bill", row.bill.number
    yield "Its date", day_text(row.bill.date)
    yield "Place of supply", state_label(row.bill.place_of_supply)
    yield "Reverse charge", "Yes"


def _vendor(row: SelfInvoice) -> Part:
    address = (row.vendor_address, row.vendor_city, row.vendor_pincode)
    lines = said(
        Line(row.bill.vendor_name, bold=True),
        Line(", ".join(filter(None, address))),
        Line(state_label(row.bill.vendor_state_code)),
        Line(", ".join(filter(None, (row.vendor_phone, row.vendor_email))), soft=True),
        Line(row.bill.get_vendor_kind_display(), soft=True),
    )
    return Part("Supplied by", tuple(lines))


def _context(bill: Bill) -> dict[str, Any]:
    lines, columns = list(bill.lines.all()), columns_of(bill)
    return {
        "columns": columns,
        "has_discount": any(line.disc_pct or line.disc_amt for line in lines),
        "lines": [line_of(line, columns) for line in lines],
        "sums": sums_of(bill, lines, columns),
        "carried": carried_of(lines, columns),
    }


def _totals(bill: Bill) -> Iterable[Pair]:
    yield "Taxable value", money(bill.taxable)
    for column in columns_of(bill):
        yield f"{column.label}, paid by the recipient", money(column.of(bill))
    if bill.round_off:
        yield "Round-off", money(bill.round_off)


def _self_invoice(request: MemberRequest, pk: int) -> Printable:
    rows = SelfInvoice.objects.select_related("bill__business")
    return printable_of(get_object_or_404(rows, business=request.business, pk=pk))
