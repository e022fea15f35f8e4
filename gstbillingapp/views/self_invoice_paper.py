"""A self-invoice on A4 and as a PDF file: what a bill on reverse charge says, from our side."""

from collections.abc import Iterable
from functools import partial

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
from gstbillingapp.models.self_invoice import OwnPaper
from gstbillingapp.pdf.sheet import Line, Pair, Part, Sheet, Table
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
        parties=(vendor_part(row, bill),),
        facts=tuple(_facts(row)),
        lines=table_of(bill),
        words=amount_in_words(bill.total),
        notes="",
        totals=tuple(totals_of(bill)),
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


def vendor_part(row: OwnPaper, bill: Bill) -> Part:
    """Who supplied, as of when the paper was made out."""
    address = (row.vendor_address, row.vendor_city, row.vendor_pincode)
    lines = said(
        Line(bill.vendor_name, bold=True),
        Line(", ".join(filter(None, address))),
        Line(state_label(bill.vendor_state_code)),
        Line(", ".join(filter(None, (row.vendor_phone, row.vendor_email))), soft=True),
        Line(f"GSTIN {bill.vendor_gstin}" if bill.vendor_gstin else "", bold=True),
        Line("" if bill.vendor_gstin else bill.get_vendor_kind_display(), soft=True),
    )
    return Part("Supplied by", tuple(lines))


def table_of(bill: Bill) -> Table:
    """What was bought, with the tax that the recipient owes."""
    lines, columns = list(bill.lines.all()), columns_of(bill)
    context = {
        "columns": columns,
        "has_discount": any(line.disc_pct or line.disc_amt for line in lines),
        "lines": [line_of(line, columns) for line in lines],
        "sums": sums_of(bill, lines, columns),
        "carried": carried_of(lines, columns),
    }
    return line_table(context)


def totals_of(bill: Bill) -> Iterable[Pair]:
    """What leads to what is payable to the supplier, who gets no tax."""
    yield "Taxable value", money(bill.taxable)
    for column in columns_of(bill):
        yield f"{column.label}, paid by the recipient", money(column.of(bill))
    if bill.round_off:
        yield "Round-off", money(bill.round_off)


def _self_invoice(request: MemberRequest, pk: int) -> Printable:
    rows = SelfInvoice.objects.select_related("bill__business")
    return printable_of(get_object_or_404(rows, business=request.business, pk=pk))
