"""The first page: what is owed, what is late, what needs a hand."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from gstbillingapp import overview as figures
from gstbillingapp import queries
from gstbillingapp.access import MemberRequest, member_required
from gstbillingapp.models import Business, Invoice, InvoiceState, Scheme
from gstbillingapp.models.fields import today
from gstbillingapp.templatetags.charts import scale_top

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
    day = today()
    windows = figures.windows(day)
    window = next((row for row in windows if row.key == request.GET.get("period")), windows[0])
    overdue = queries.invoice_list(business, status="overdue", sort="due")
    return render(
        request,
        "home/overview.html",
        {
            "windows": windows,
            "window": window,
            **_sales(business, window, day),
            "top_customers": figures.top_customers(business, window, SHORT_LIST),
            "top_products": figures.top_products(business, window, SHORT_LIST),
            "owed": figures.receivables(business, day),
            "latest": latest,
            "overdue": overdue[:SHORT_LIST],
            "drafts": Invoice.objects.filter(business=business, state=InvoiceState.DRAFT).count(),
            "low_stock": queries.running_low(business)[:SHORT_LIST],
            "low_stock_count": queries.running_low(business).count(),
        },
    )


def _sales(business: Business, window: figures.Window, day: date) -> dict[str, Any]:
    """The months of the chart, the sales of the window, and the tax of the period that is not over."""
    year = figures.Year(business, day)
    months = year.months()
    context: dict[str, Any] = {
        "months": months,
        "has_sales": any(month.sales.count for month in months),
        "scale": scale_top(month.sales.amount for month in months),
        "sales": year.within(window.first, window.last),
    }
    if business.scheme == Scheme.REGULAR:
        context["tax"] = figures.tax_under_way(business, day)
    return context


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
