"""Vendors: list, page, form, and the answers to a bill being typed."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gstbillingapp import payables, queries
from gstbillingapp.access import MemberRequest, member_required
from gstbillingapp.actions import vendors
from gstbillingapp.forms.vendors import QuickVendorForm, VendorForm
from gstbillingapp.gst.states import state_name
from gstbillingapp.likeliest import active, likeliest
from gstbillingapp.models import Vendor
from gstbillingapp.problems import refusal
from gstbillingapp.templatetags.billing import UNDO_TAG
from gstbillingapp.views.lists import LOOKUP_LIMIT, chosen_sort, searched

BILLS_SHOWN = 20


@require_safe
@member_required
def index(request: MemberRequest) -> HttpResponse:
    """The list with what each vendor is owed: search, archived or not, sorted, a page at a time."""
    archived = request.GET.get("show") == "archived"
    search = searched(request)
    sort = chosen_sort(request, payables.VENDOR_ORDERS, "name")
    found = payables.vendor_list(request.business, search=search, archived=archived, sort=sort)
    page = queries.page_of(found, request.GET.get("page"))
    shown = list(page)
    owed = payables.owed_to(shown)
    context = {
        "page": page,
        "rows": [(vendor, owed.get(vendor.pk)) for vendor in shown],
        "search": search,
        "archived": archived,
        "sort": sort,
    }
    return render(request, "vendors/list.html", context)


@require_safe
@member_required
def detail(request: MemberRequest, pk: int) -> HttpResponse:
    """One vendor with what they are owed and their bills."""
    vendor = _vendor(request, pk)
    owed, late = payables.vendor_totals(vendor)
    bills = payables.bill_list(request.business, vendor_id=vendor.pk)
    return render(
        request,
        "vendors/detail.html",
        {
            "vendor": vendor,
            "owed": owed,
            "late": late,
            "bills": bills[:BILLS_SHOWN],
            "owes": payables.owed_by(vendor),
            "notes": vendor.vendor_notes.select_related("bill").order_by("-date", "-pk")[:BILLS_SHOWN],
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def new(request: MemberRequest) -> HttpResponse:
    """Add a vendor."""
    form = VendorForm(request.POST or None, initial={"name": request.GET.get("name", "")})
    if request.method == "POST":
        vendor = form.attempt(lambda: vendors.save(request.business, form.vendor_data()))
        if vendor is not None:
            messages.success(request, f"{vendor.name} is added. You can record their bills now.")
            return redirect(vendor)
    return render(request, "vendors/form.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def edit(request: MemberRequest, pk: int) -> HttpResponse:
    """Change a vendor; recorded bills keep what they say."""
    stored = _vendor(request, pk)
    form = VendorForm(request.POST) if request.method == "POST" else VendorForm.showing(stored)
    if request.method == "POST":
        saved = form.attempt(lambda: vendors.save(request.business, form.vendor_data(), stored.pk))
        if saved is not None:
            messages.success(request, f"{saved.name} is saved. Recorded bills keep the details they had.")
            return redirect(saved)
    return render(request, "vendors/form.html", {"form": form, "vendor": stored})


@require_POST
@member_required
def archive(request: MemberRequest, pk: int) -> HttpResponse:
    """Take a vendor out of the lists, with a way back."""
    vendor = vendors.set_archived(request.business, _vendor(request, pk).pk, archived=True)
    messages.success(
        request,
        f"{vendor.name} is archived and no longer suggested on bills.",
        extra_tags=UNDO_TAG + reverse("vendor_restore", args=[pk]),
    )
    return redirect("vendor_list")


@require_POST
@member_required
def restore(request: MemberRequest, pk: int) -> HttpResponse:
    """Put an archived vendor back."""
    vendor = vendors.set_archived(request.business, _vendor(request, pk).pk, archived=False)
    messages.success(request, f"{vendor.name} is back in the list.")
    return redirect(vendor)


@require_safe
@member_required
def lookup(request: MemberRequest) -> JsonResponse:
    """Suggestions while one types: `{"results": [{"id", "name", "detail", …}]}`."""
    rows = active(Vendor.objects.filter(business=request.business))
    found = likeliest(rows, searched(request), LOOKUP_LIMIT)
    return JsonResponse({"results": [suggestion(vendor) for vendor in found]})


@require_POST
@member_required
def quick(request: MemberRequest) -> JsonResponse:
    """Add a vendor beside a bill: 201 with the suggestion, or 400 with `{"errors": {field: […]}}`."""
    form = QuickVendorForm(request.POST)
    vendor = form.attempt(lambda: vendors.save(request.business, form.vendor_data()))
    if vendor is None:
        return refusal(form.errors)
    return JsonResponse(suggestion(vendor), status=201)


def suggestion(vendor: Vendor) -> dict[str, Any]:
    """A vendor as the bill editor reads one."""
    place = ", ".join(part for part in (vendor.city, state_name(vendor.state_code)) if part)
    return {
        "id": vendor.pk,
        "name": vendor.name,
        "detail": " · ".join(part for part in (vendor.gstin, place) if part),
        "gstin": vendor.gstin,
        "kind": vendor.kind,
        "state_code": vendor.state_code,
    }


def _vendor(request: MemberRequest, pk: int) -> Vendor:
    return get_object_or_404(Vendor, business=request.business, pk=pk)
