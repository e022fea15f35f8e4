"""Customers: list, page, form, and the answers to an invoice being typed."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gstbillingapp import queries, receivables
from gstbillingapp.access import MemberRequest, member_required
from gstbillingapp.actions import customers
from gstbillingapp.forms.customers import CustomerForm, QuickCustomerForm
from gstbillingapp.gst.states import state_name
from gstbillingapp.likeliest import active, likeliest
from gstbillingapp.models import Customer
from gstbillingapp.problems import refusal
from gstbillingapp.templatetags.billing import UNDO_TAG
from gstbillingapp.views.lists import LOOKUP_LIMIT, chosen_sort, searched

INVOICES_SHOWN = 20
QUOTATIONS_SHOWN = 5


@require_safe
@member_required
def index(request: MemberRequest) -> HttpResponse:
    """The list: search, archived or not, sorted, a page at a time."""
    archived = request.GET.get("show") == "archived"
    search = searched(request)
    sort = chosen_sort(request, queries.CUSTOMER_ORDERS, "name")
    found = queries.customer_list(request.business, search=search, archived=archived, sort=sort)
    return render(
        request,
        "customers/list.html",
        {
            "page": queries.page_of(found, request.GET.get("page")),
            "search": search,
            "archived": archived,
            "sort": sort,
        },
    )


@require_safe
@member_required
def detail(request: MemberRequest, pk: int) -> HttpResponse:
    """One customer with what they owe, their invoices and quotations."""
    customer = _customer(request, pk)
    ages = receivables.ages_before(customer)
    invoices = queries.invoice_list(request.business, customer_id=customer.pk)
    quotations = queries.quotation_list(request.business, customer_id=customer.pk)
    return render(
        request,
        "customers/detail.html",
        {
            "customer": customer,
            "ages": ages,
            "invoices": invoices[:INVOICES_SHOWN],
            "quotations": quotations[:QUOTATIONS_SHOWN],
            "opening": customer.opening_balances.all(),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def new(request: MemberRequest) -> HttpResponse:
    """Add a customer."""
    form = CustomerForm(request.POST or None, initial={"name": request.GET.get("name", "")})
    if request.method == "POST":
        customer = form.attempt(lambda: customers.save(request.business, form.customer_data()))
        if customer is not None:
            messages.success(request, f"{customer.name} is added. You can bill them now.")
            return redirect(customer)
    return render(request, "customers/form.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def edit(request: MemberRequest, pk: int) -> HttpResponse:
    """Change a customer; issued invoices keep what they say."""
    stored = _customer(request, pk)
    form = CustomerForm(request.POST) if request.method == "POST" else CustomerForm.showing(stored)
    if request.method == "POST":
        saved = form.attempt(lambda: customers.save(request.business, form.customer_data(), stored.pk))
        if saved is not None:
            messages.success(request, f"{saved.name} is saved. Issued invoices keep the details they had.")
            return redirect(saved)
    return render(request, "customers/form.html", {"form": form, "customer": stored})


@require_POST
@member_required
def archive(request: MemberRequest, pk: int) -> HttpResponse:
    """Take a customer out of the lists, with a way back."""
    customer = customers.set_archived(request.business, _customer(request, pk).pk, archived=True)
    messages.success(
        request,
        f"{customer.name} is archived and no longer suggested on invoices.",
        extra_tags=UNDO_TAG + reverse("customer_restore", args=[pk]),
    )
    return redirect("customer_list")


@require_POST
@member_required
def restore(request: MemberRequest, pk: int) -> HttpResponse:
    """Put an archived customer back."""
    customer = customers.set_archived(request.business, _customer(request, pk).pk, archived=False)
    messages.success(request, f"{customer.name} is back in the list.")
    return redirect(customer)


@require_safe
@member_required
def lookup(request: MemberRequest) -> JsonResponse:
    """Suggestions while one types: `{"results": [{"id", "name", "detail", …}]}`."""
    rows = active(Customer.objects.filter(business=request.business))
    found = likeliest(rows, searched(request), LOOKUP_LIMIT)
    return JsonResponse({"results": [suggestion(customer) for customer in found]})


@require_POST
@member_required
def quick(request: MemberRequest) -> JsonResponse:
    """Add a customer beside an invoice: 201 with the suggestion, or 400 with `{"errors": {field: […]}}`."""
    form = QuickCustomerForm(request.POST)
    customer = form.attempt(lambda: customers.save(request.business, form.customer_data()))
    if customer is None:
        return refusal(form.errors)
    return JsonResponse(suggestion(customer), status=201)


def suggestion(customer: Customer) -> dict[str, Any]:
    """A customer as the invoice editor reads one."""
    place = ", ".join(part for part in (customer.city, state_name(customer.state_code)) if part)
    return {
        "id": customer.pk,
        "name": customer.name,
        "detail": " · ".join(part for part in (customer.gstin, place) if part),
        "gstin": customer.gstin,
        "kind": customer.kind,
        "state_code": customer.state_code,
    }


def _customer(request: MemberRequest, pk: int) -> Customer:
    return get_object_or_404(Customer, business=request.business, pk=pk)
