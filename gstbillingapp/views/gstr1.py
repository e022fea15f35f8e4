"""GSTR-1: what needs care, the sections with the documents behind them, the file for the portal."""

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from gstbillingapp.access import MemberRequest, member_required
from gstbillingapp.gst import portal_json
from gstbillingapp.gst.gstr1 import Gstr1, HsnTotal, as_json
from gstbillingapp.gst.outward import Advance, Amounts, Nature, Part, total_of
from gstbillingapp.gst.returns import Form, Period, Section
from gstbillingapp.queries import PER_PAGE
from gstbillingapp.returns.books import books_of
from gstbillingapp.returns.care import care_of, in_care
from gstbillingapp.views.returns import chosen_period, is_regular, none_here, period_context

CARE, DOCUMENTS = "care", "documents"
CARE_SHOWN = 10
# The number of the table in the return, and what it holds.
SECTIONS: dict[Section, tuple[str, str]] = {
    Section.B2B: ("4, 6B, 6C", "To registered businesses and SEZ"),
    Section.B2CL: ("5", "To consumers in other states, above the limit"),
    Section.EXP: ("6A", "Exports"),
    Section.B2CS: ("7", "To other consumers, by state and rate"),
    Section.NIL: ("8", "Nil rated, exempt and outside GST"),
    Section.CDNR: ("9B", "Credit and debit notes to registered businesses"),
    Section.CDNUR: ("9B", "Credit and debit notes to others"),
    Section.AT: ("11A", "Advances received"),
    Section.TXPD: ("11B", "Advances set off"),
}
NATURES = {
    Nature.INVOICE: "Invoices",
    Nature.SELF_INVOICE: "Self-invoices",
    Nature.DEBIT_NOTE: "Debit notes",
    Nature.CREDIT_NOTE: "Credit notes",
    Nature.RECEIPT_VOUCHER: "Receipt vouchers",
    Nature.PAYMENT_VOUCHER: "Payment vouchers",
    Nature.REFUND_VOUCHER: "Refund vouchers",
}


@dataclass(frozen=True, slots=True)
class Line:
    """A section as the overview shows it."""

    section: Section
    table: str
    words: str
    count: int
    amounts: Amounts
    url: str


@require_safe
@member_required
def overview(request: MemberRequest) -> HttpResponse:
    """A period at a glance, with what needs care first."""
    if not is_regular(request.business):
        return none_here(request, "GSTR-1")
    period = chosen_period(request, request.business)
    books = books_of(request.business, period)
    found, care = books.gstr1(period), care_of(books)
    lines = [_line(found, section, period) for section in SECTIONS]
    context = period_context(request, Form.GSTR_1, period) | {
        "care": care[:CARE_SHOWN],
        "care_count": in_care(care),
        "care_more": max(0, len(care) - CARE_SHOWN),
        "lines": lines,
        "total": total_of(line.amounts for line in lines),
        "hsn_count": len(found.hsn_b2b) + len(found.hsn_b2c),
        "ranges": [(NATURES[each.nature], each) for each in found.ranges],
    }
    return render(request, "returns/gstr1.html", context)


@require_safe
@member_required
def section(request: MemberRequest, name: str) -> HttpResponse:
    """The documents behind a section, a page at a time; or everything that needs care."""
    if not is_regular(request.business):
        return none_here(request, "GSTR-1")
    if name != CARE and name not in {each.value for each in SECTIONS}:
        raise Http404("GSTR-1 has no such section.")
    period = chosen_period(request, request.business)
    books = books_of(request.business, period)
    context = period_context(request, Form.GSTR_1, period)
    if name == CARE:
        return render(request, "returns/care.html", context | {"page": _page(request, care_of(books))})
    found, chosen = books.gstr1(period), Section(name)
    context |= {
        "line": _line(found, chosen, period),
        "page": _page(request, _rows(found, chosen)),
        "is_advances": chosen in (Section.AT, Section.TXPD),
    }
    return render(request, "returns/gstr1_section.html", context)


@require_safe
@member_required
def download(request: MemberRequest) -> HttpResponse:
    """The file that is uploaded on the portal."""
    if not is_regular(request.business):
        raise Http404("This business files no GSTR-1.")
    period = chosen_period(request, request.business)
    found = books_of(request.business, period).gstr1(period)
    return json_file(portal_json.dumps(as_json(found)), f"GSTR1_{found.gstin}_{period.code}.json")


@require_safe
@member_required
def hsn_summary(request: MemberRequest) -> HttpResponse:
    """Table 12: what was supplied, by HSN and rate, to businesses and to others."""
    if not is_regular(request.business):
        return none_here(request, "HSN summary")
    period = chosen_period(request, request.business)
    found = books_of(request.business, period).gstr1(period)
    context = period_context(request, Form.GSTR_1, period) | {
        "tables": [
            _hsn_table("To registered buyers", found.hsn_b2b),
            _hsn_table("To all other buyers", found.hsn_b2c),
        ],
    }
    return render(request, "returns/hsn.html", context)


def json_file(text: str, name: str) -> HttpResponse:
    """A file to keep."""
    return HttpResponse(
        text,
        content_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _line(found: Gstr1, section: Section, period: Period) -> Line:
    table, words = SECTIONS[section]
    url = f"{reverse('gstr1_section', args=[section.value])}?period={period.code}"
    return Line(section, table, words, found.count(section), found.amounts(section), url)


def _rows(found: Gstr1, section: Section) -> list[Part] | list[Advance]:
    if section in (Section.AT, Section.TXPD):
        return found.advances.get(section, [])
    return found.parts.get(section, [])


def _page(request: MemberRequest, rows: list[Any]) -> Page[Any]:
    return Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))


def _hsn_table(heading: str, rows: list[HsnTotal]) -> dict[str, Any]:
    return {"heading": heading, "rows": rows, "total": total_of(row.amounts for row in rows)}
