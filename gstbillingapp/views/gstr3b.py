"""GSTR-3B: the summary of a period, and how its tax may be paid out of credit."""

from dataclasses import dataclass

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from gstbillingapp.access import MemberRequest, member_required
from gstbillingapp.gst import portal_json
from gstbillingapp.gst.gstr3b import Credit, Gstr3b, SetOff, as_json, set_off
from gstbillingapp.gst.money import ARITHMETIC
from gstbillingapp.gst.outward import NOTHING, Amounts
from gstbillingapp.gst.returns import Form
from gstbillingapp.gst.states import state_label
from gstbillingapp.models.fields import ZERO
from gstbillingapp.returns.books import books_of
from gstbillingapp.returns.unpaid import unpaid_care
from gstbillingapp.views.gstr1 import json_file
from gstbillingapp.views.returns import chosen_period, is_regular, none_here, period_context

CREDITS = {
    Credit.IMPORT_OF_GOODS: "Import of goods",
    Credit.IMPORT_OF_SERVICES: "Import of services",
    Credit.REVERSE_CHARGE: "Purchases under reverse charge",
    Credit.DISTRIBUTED: "From an input service distributor",
    Credit.OTHER: "All other purchases",
}


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the summary."""

    table: str
    words: str
    amounts: Amounts


@require_safe
@member_required
def overview(request: MemberRequest) -> HttpResponse:
    """The summary, table by table."""
    if not is_regular(request.business):
        return none_here(request, "GSTR-3B")
    period = chosen_period(request, request.business)
    found = books_of(request.business, period).gstr3b(period)
    payments = set_off(found.payable, found.net_credit)
    context = period_context(request, Form.GSTR_3B, period) | {
        "found": found,
        "care": unpaid_care(request.business, period),
        "outward": _outward(found),
        "unregistered": [
            (state_label(place), amounts) for place, amounts in sorted(found.to_unregistered.items())
        ],
        "credits": _credits(found),
        "payments": payments,
        "cash": _cash(payments, found),
    }
    return render(request, "returns/gstr3b.html", context)


@require_safe
@member_required
def download(request: MemberRequest) -> HttpResponse:
    """The summary as the portal's JSON."""
    if not is_regular(request.business):
        raise Http404("This business files no GSTR-3B.")
    period = chosen_period(request, request.business)
    found = books_of(request.business, period).gstr3b(period)
    return json_file(portal_json.dumps(as_json(found)), f"GSTR3B_{found.gstin}_{period.code}.json")


def _outward(found: Gstr3b) -> list[Line]:
    return [
        Line("a", "Taxable supplies", found.taxable),
        Line("b", "Zero-rated supplies: exports and SEZ", found.zero_rated),
        Line("c", "Nil rated and exempt supplies", found.exempt),
        Line("d", "Purchases under reverse charge", found.reverse_charge),
        Line("e", "Supplies outside GST", found.non_gst),
    ]


def _credits(found: Gstr3b) -> list[Line]:
    available = [
        Line(f"A{n}", words, found.credit.get(source, NOTHING))
        for n, (source, words) in enumerate(CREDITS.items(), start=1)
    ]
    return [
        *available,
        Line("B1", "Of that not to be used: s.17(5) and other blocked credit", found.ineligible),
        Line("B2", "Given back: cancelled, or returned to the vendor", found.reversed),
        Line("C", "Net credit", found.net_credit),
        Line("D2", "Not to be claimed: too late (s.16(4)), or tax of another state", found.denied),
    ]


def _cash(payments: list[SetOff], found: Gstr3b) -> Amounts:
    """What is to be paid in money: what credit leaves, and all tax of reverse charge."""
    left = [payment.cash for payment in payments]
    return Amounts(ZERO, *left).plus(
        Amounts(ARITHMETIC.minus(found.reverse_charge.taxable)).plus(found.reverse_charge)
    )
