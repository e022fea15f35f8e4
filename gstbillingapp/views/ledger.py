"""The ledger of a customer, on screen and as a file."""

import datetime

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from gstbillingapp.access import MemberRequest, member_required
from gstbillingapp.forms.notes import PeriodForm
from gstbillingapp.gst.numbers import financial_year, financial_year_bounds
from gstbillingapp.ledger import Ledger
from gstbillingapp.models import Customer
from gstbillingapp.models.fields import today
from gstbillingapp.receivables import ages_before
from gstbillingapp.views.csv_files import csv_response

HEADINGS = ("Date", "Entry", "Number", "Details", "Debit", "Credit", "Balance")


@require_safe
@member_required
def detail(request: MemberRequest, pk: int) -> HttpResponse:
    """Every entry of a period with the balance after it, the oldest first; this year where none is said."""
    ledger = ledger_of(request, pk)
    span = ledger.span()
    context = {
        "customer": ledger.customer,
        "form": PeriodForm(initial={"since": ledger.since, "until": ledger.until}),
        "ledger": ledger,
        "span": span,
        "page": ledger.page(request.GET.get("page")),
        "ages": ages_before(ledger.customer),
        "period": request.GET.urlencode(),
    }
    return render(request, "customers/ledger.html", context)


@require_safe
@member_required
def csv_file(request: MemberRequest, pk: int) -> HttpResponse:
    """The whole ledger of the period."""
    ledger = ledger_of(request, pk)
    span = ledger.span()
    first = [(ledger.since, "Opening balance", "", "", "", "", span.opening)] if ledger.since else []
    rows = [
        (entry.date, entry.text, entry.number, entry.note, entry.debit, entry.credit, entry.balance)
        for entry in ledger.entries()
    ]
    return csv_response(f"ledger-{slugify(ledger.customer.name)}.csv", HEADINGS, [*first, *rows])


def ledger_of(request: MemberRequest, pk: int) -> Ledger:
    """The ledger of a customer of the business in the period of the address."""
    customer = get_object_or_404(Customer, business=request.business, pk=pk)
    since, until = PeriodForm(request.GET).period()
    if "since" not in request.GET and "until" not in request.GET:
        since, until = this_year()
    return Ledger(customer, since, until)


def this_year() -> tuple[datetime.date, datetime.date]:
    """From the first day of the financial year to today."""
    since, _ = financial_year_bounds(financial_year(today()))
    return since, today()
