"""The first page: what is owed, what is late, what needs a hand."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from gstbillingapp import queries
from gstbillingapp.access import MemberRequest, member_required
from gstbillingapp.models import Business
from gstbillingapp.models.fields import today

LATEST = 8
SHORT_LIST = 5


@require_safe
@member_required
def overview(request: MemberRequest) -> HttpResponse:
    """Key figures with the lists behind them; for a fresh business, its first three steps."""
    business = request.business
    latest = list(queries.invoice_list(business)[:LATEST])
    if not latest:
        return render(request, "home/first_steps.html", {"steps": first_steps(business)})
    overdue = queries.invoice_list(business, status="overdue", sort="due")
    return render(
        request,
        "home/overview.html",
        {
            "totals": queries.home_totals(business),
            "month_start": today().replace(day=1),
            "latest": latest,
            "overdue": overdue[:SHORT_LIST],
            "low_stock": queries.running_low(business)[:SHORT_LIST],
        },
    )


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a fresh business: done or not, and where it is done."""

    title: str
    text: str
    action: str
    url: str
    is_done: bool


def first_steps(business: Business) -> list[Step]:
    """What stands between signing up and the first invoice."""
    return [
        Step(
            "Complete your business profile",
            "Address, bank account and UPI ID are printed on every invoice.",
            "Open the profile",
            reverse("business"),
            bool(business.address and (business.bank_account or business.upi_id)),
        ),
        Step(
            "Add a customer and what you sell",
            "Their state decides the tax; HSN, rate and price fill the rows of an invoice.",
            "Add a product" if business.customers.exists() else "Add a customer",
            reverse("product_new" if business.customers.exists() else "customer_new"),
            business.customers.exists() and business.products.exists(),
        ),
        Step(
            "Issue your first invoice",
            "It is numbered, printed with a UPI QR code, and your team sees it at once.",
            "New invoice",
            reverse("invoice_new"),
            is_done=False,
        ),
    ]
