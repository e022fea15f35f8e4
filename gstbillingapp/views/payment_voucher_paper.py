"""A payment voucher on A4 and as a PDF file (CGST Rule 52)."""

from collections.abc import Iterable
from functools import partial

from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from gstbillingapp.access import MemberRequest, member_required
from gstbillingapp.actions.papers import PaperKey
from gstbillingapp.gst.money import amount_in_words
from gstbillingapp.gst.papers import PAPER_COPY, REVERSE_CHARGE
from gstbillingapp.gst.states import state_label
from gstbillingapp.models import PaymentVoucher
from gstbillingapp.models.fields import day_text
from gstbillingapp.models.paper import PAYMENT_VOUCHER
from gstbillingapp.pdf.sheet import Pair, Sheet
from gstbillingapp.templatetags.billing import money
from gstbillingapp.views import printables
from gstbillingapp.views.invoice_figures import Issuer, party_of
from gstbillingapp.views.invoice_sheet import supplier_lines
from gstbillingapp.views.note_sheets import paid_by
from gstbillingapp.views.printables import Printable
from gstbillingapp.views.printing import printed
from gstbillingapp.views.self_invoice_paper import table_of, totals_of, vendor_part


@require_safe
@member_required
def paper(request: MemberRequest, pk: int) -> HttpResponse:
    """A payment voucher as it is printed."""
    return printed(request, _voucher(request, pk))


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def pdf(request: MemberRequest, pk: int) -> HttpResponse:
    """The file of a payment voucher. A POST asks anew for one that could not be made."""
    return printables.pdf(request, _voucher(request, pk))


@require_safe
@member_required
def status(request: MemberRequest, pk: int) -> JsonResponse:
    """How far it has come, for a page that waits."""
    return printables.status(_voucher(request, pk))


def printable_of(row: PaymentVoucher) -> Printable:
    """A payment voucher, with its payment and bill, as something to print."""
    return Printable(
        key=PaperKey(row.business_id, PAYMENT_VOUCHER, row.pk),
        name=row.number,
        noun="payment voucher",
        page=row.get_absolute_url(),
        pdf=reverse("payment_voucher_pdf", args=[row.pk]),
        printed=reverse("payment_voucher_print", args=[row.pk]),
        sheet=partial(sheet_of, row),
    )


def stored(key: PaperKey) -> Printable:
    """The voucher that a paper is of; PaymentVoucher.DoesNotExist where the business has none of that id."""
    rows = PaymentVoucher.objects.select_related("payment__bill__business")
    return printable_of(rows.get(business=key.business_id, pk=key.object_id))


def sheet_of(row: PaymentVoucher) -> Sheet:
    """What was paid of a bill, and the tax on the bill that the recipient pays besides."""
    payment, bill = row.payment, row.payment.bill
    recipient = party_of(Issuer, row, "recipient_")
    return Sheet(
        title="Payment voucher",
        copy=PAPER_COPY,
        number=row.number,
        date=day_text(row.date),
        mark="REVERSED" if payment.reversed_at else "",
        supplier=recipient.name,
        supplier_lines=tuple(supplier_lines(recipient)),
        declarations=(REVERSE_CHARGE,),
        parties=(vendor_part(row, bill),),
        facts=tuple(_facts(row)),
        lines=table_of(bill),
        words=amount_in_words(payment.amount),
        notes="",
        totals=(*totals_of(bill), ("Payable to the supplier", money(bill.total))),
        payable=("Paid", money(payment.amount)),
        after_payable=(),
        hsn=None,
        pay_link="",
        pay_words=(),
        small_print=(),
        terms="",
        signed_for=recipient.legal_name or recipient.name,
        signatory=recipient.signatory,
    )


def _facts(row: PaymentVoucher) -> Iterable[Pair]:
    yield "Number", row.number
    yield "Date", day_text(row.date)
    yield "Supplier's bill", row.payment.bill.number
    yield "Its date", day_text(row.payment.bill.date)
    yield "Paid by", paid_by(row.payment)
    yield "Place of supply", state_label(row.payment.bill.place_of_supply)
    yield "Reverse charge", "Yes"


def _voucher(request: MemberRequest, pk: int) -> Printable:
    rows = PaymentVoucher.objects.select_related("payment__bill__business")
    return printable_of(get_object_or_404(rows, business=request.business, pk=pk))
