"""Products: list, page with rates and stock, form, and suggestions for an invoice."""

import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gstbillingapp import queries
from gstbillingapp.access import MemberRequest, member_required
from gstbillingapp.actions import products
from gstbillingapp.actions.advice import short_hsn
from gstbillingapp.actions.form_keys import Answer
from gstbillingapp.forms.products import ProductEditForm, ProductForm, RateForm, StockForm
from gstbillingapp.models import Product, ProductKind
from gstbillingapp.models.fields import today
from gstbillingapp.templatetags.billing import UNDO_TAG, day, money, plain, quantity
from gstbillingapp.views.lists import LOOKUP_LIMIT, chosen_sort, searched
from gstbillingapp.views.once import answered, answers_again, once

MOVEMENTS_SHOWN = 15


@require_safe
@member_required
def index(request: MemberRequest) -> HttpResponse:
    """The list: search, kind, running low, archived, sorted, a page at a time."""
    show = request.GET.get("show", "")
    kind = request.GET.get("kind", "")
    filters: dict[str, Any] = {
        "search": searched(request),
        "kind": kind if kind in ProductKind.values else "",
        "low": show == "low",
        "archived": show == "archived",
        "sort": chosen_sort(request, queries.PRODUCT_ORDERS, "name"),
    }
    page = queries.page_of(queries.product_list(request.business, **filters), request.GET.get("page"))
    on = today()
    rows = [(product, product.rate_on(on)) for product in page]
    context = {**filters, "page": page, "rows": rows, "kinds": ProductKind.choices}
    return render(request, "products/list.html", context)


@require_safe
@member_required
def detail(request: MemberRequest, pk: int) -> HttpResponse:
    """One product with its rates and its latest movements of stock."""
    return _detail_page(request, _product(request, pk), RateForm(), StockForm())


def _detail_page(
    request: MemberRequest, product: Product, rate_form: RateForm, stock_form: StockForm
) -> HttpResponse:
    papers = ("invoice", "bill", "vendor_note")
    movements = product.movements.select_related(*papers, "created_by").order_by("-pk")
    context = {
        "product": product,
        "short_hsn": short_hsn(request.business, product.hsn),
        "current": product.rate_on(today()),
        "rates": product.rates.order_by("-valid_from"),
        "movements": movements[:MOVEMENTS_SHOWN],
        "rate_form": rate_form,
        "stock_form": stock_form,
    }
    return render(request, "products/detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def new(request: MemberRequest) -> HttpResponse:
    """Add a product with its rate and its opening stock."""
    form = ProductForm(request.business, request.POST or None)
    if request.method == "POST":
        product = form.attempt(lambda: products.save(request.business, request.user, form.product_data()))
        if product is not None:
            messages.success(request, f"{product.name} is added at {money(product.price)} a unit.")
            _warn_of_short_hsn(request, product)
            return redirect(product)
    return render(request, "products/form.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def edit(request: MemberRequest, pk: int) -> HttpResponse:
    """Change a product; invoices keep the lines they have."""
    stored = _product(request, pk)
    form = ProductEditForm(stored, request.POST or None)
    if request.method == "POST":
        saved = form.attempt(
            lambda: products.save(request.business, request.user, form.product_data(), stored.pk)
        )
        if saved is not None:
            messages.success(request, f"{saved.name} is saved. Invoices already written keep their lines.")
            _warn_of_short_hsn(request, saved)
            return redirect(saved)
    return render(request, "products/form.html", {"form": form, "product": stored})


def _warn_of_short_hsn(request: MemberRequest, product: Product) -> None:
    warning = short_hsn(request.business, product.hsn)
    if warning:
        messages.warning(request, f"HSN: {warning}")


@require_POST
@member_required
def add_rate(request: MemberRequest, pk: int) -> HttpResponse:
    """Have another rate hold from a day on."""
    product = _product(request, pk)
    form = RateForm(request.POST)
    row = form.attempt(lambda: products.set_rate(request.business, product.pk, **form.cleaned_data))
    if row is None:
        return _detail_page(request, product, form, StockForm())
    messages.success(
        request, f"{product.name} bears {plain(row.rate)} % on invoices dated from {day(row.valid_from)}."
    )
    return redirect(product)


@require_POST
@member_required
@answers_again
def adjust_stock(request: MemberRequest, pk: int) -> HttpResponse:
    """Note goods that came in or went out other than by an invoice."""
    product = _product(request, pk)
    form = StockForm(request.POST)
    answer = form.attempt(lambda: once(request, lambda: _adjust(request, product, form)))
    if answer is None:
        return _detail_page(request, product, RateForm(), form)
    return answered(request, answer)


def _adjust(request: MemberRequest, product: Product, form: StockForm) -> Answer:
    changed = products.adjust_stock(request.business, request.user, product.pk, **form.cleaned_data)
    said = f"{changed.name}: {quantity(changed.stock)} {changed.unit} in stock."
    return Answer(changed.get_absolute_url(), said)


@require_POST
@member_required
def archive(request: MemberRequest, pk: int) -> HttpResponse:
    """Take a product out of the lists, with a way back."""
    product = products.set_archived(request.business, _product(request, pk).pk, archived=True)
    messages.success(
        request,
        f"{product.name} is archived and no longer suggested on invoices.",
        extra_tags=UNDO_TAG + reverse("product_restore", args=[pk]),
    )
    return redirect("product_list")


@require_POST
@member_required
def restore(request: MemberRequest, pk: int) -> HttpResponse:
    """Put an archived product back."""
    product = products.set_archived(request.business, _product(request, pk).pk, archived=False)
    messages.success(request, f"{product.name} is back in the list.")
    return redirect(product)


@require_safe
@member_required
def lookup(request: MemberRequest) -> JsonResponse:
    """Suggestions while one types, with the rate of the day `on`: `{"results": [{"id", "name", …}]}`."""
    found = queries.products_suggested(request.business, searched(request), LOOKUP_LIMIT)
    on = _day(request.GET.get("on", ""))
    return JsonResponse({"results": [suggestion(product, on) for product in found]})


def suggestion(product: Product, on: datetime.date) -> dict[str, Any]:
    """A product as the invoice editor reads one; numbers are text, so that no digit is lost."""
    row = product.rate_on(on)
    rate = plain(row.rate) if row else ""
    tax = f"{rate} %" if product.supply == "taxable" else product.get_supply_display()
    stock = f"{quantity(product.stock)} left" if product.tracks_stock else ""
    return {
        "id": product.pk,
        "name": product.name,
        "detail": " · ".join(part for part in (product.hsn, money(product.price), tax, stock) if part),
        "is_service": not product.tracks_stock,
        "hsn": product.hsn,
        "unit": product.unit,
        "price": plain(product.price),
        "price_includes_tax": product.price_includes_tax,
        "supply": product.supply,
        "rate": rate,
        "cess_pct": plain(row.cess_pct) if row and row.cess_pct else "",
        "cess_per_unit": plain(row.cess_per_unit) if row and row.cess_per_unit else "",
    }


def _day(text: str) -> datetime.date:
    """A day as a browser writes it; today while the field holds none."""
    try:
        return parse_date(text) or today()
    except ValueError:
        return today()


def _product(request: MemberRequest, pk: int) -> Product:
    rows = Product.objects.prefetch_related("rates")
    product: Product = get_object_or_404(rows, business=request.business, pk=pk)
    product.business = request.business
    return product
