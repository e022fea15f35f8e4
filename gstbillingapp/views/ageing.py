"""Receivables by customer and age, on screen and as a file."""

from decimal import Decimal

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from gstbillingapp.access import MemberRequest, member_required
from gstbillingapp.queries import PER_PAGE
from gstbillingapp.receivables import AGEING_ORDERS, Ages, ageing
from gstbillingapp.views.csv_files import csv_response
from gstbillingapp.views.lists import chosen_sort

DEFAULT_SORT = "-owed"
COLUMNS = {
    "not_due": "Not yet due",
    "days_30": "0–30 days",
    "days_60": "31–60 days",
    "days_90": "61–90 days",
    "older": "Over 90 days",
    "owed": "Owed",
}
# The file has these beside them; on screen they are remarks.
IN_FILE = {**COLUMNS, "credit": "Open credit", "net": "Net"}


@require_safe
@member_required
def report(request: MemberRequest) -> HttpResponse:
    """Who owes how much for how long, sorted, a page at a time, with the sums of everybody."""
    sort = chosen_sort(request, AGEING_ORDERS, DEFAULT_SORT)
    found = ageing(request.business, sort=sort)
    page = Paginator(found.keys, PER_PAGE).get_page(request.GET.get("page"))
    total = found.total
    context = {
        "day": found.day,
        "page": page,
        "rows": [(debtor, _amounts(debtor.ages, COLUMNS)) for debtor in found.debtors(list(page))],
        "total": total,
        "sums": _amounts(total, COLUMNS),
        "columns": COLUMNS.items(),
        "sort": sort,
    }
    return render(request, "reports/ageing.html", context)


@require_safe
@member_required
def csv_file(request: MemberRequest) -> HttpResponse:
    """The whole report."""
    found = ageing(request.business, sort=chosen_sort(request, AGEING_ORDERS, DEFAULT_SORT))
    rows = [
        [debtor.name, *(amount for _, amount in _amounts(debtor.ages, IN_FILE))] for debtor in found.debtors()
    ]
    return csv_response(f"ageing-{found.day}.csv", ["Customer", *IN_FILE.values()], rows)


def _amounts(ages: Ages, columns: dict[str, str]) -> list[tuple[str, Decimal]]:
    """Each column's label and amount."""
    return [(label, getattr(ages, name)) for name, label in columns.items()]
