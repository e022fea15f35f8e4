"""The list of vendors' bills, the page of one, and the deeds done there."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from gstbillingapp import payables
from gstbillingapp.access import MemberRequest, member_required
from gstbillingapp.actions import bill_payments, claims
from gstbillingapp.actions import bills as deeds
from gstbillingapp.actions.self_invoices import refuse_making
from gstbillingapp.forms.bills import TABS, BillFilterForm, BillPaymentForm, BillReasonForm
from gstbillingapp.gst.states import state_label
from gstbillingapp.models import Bill, BillPayment, BillStatus, PaymentVoucher, Vendor
from gstbillingapp.models.bill import bill_condition
from gstbillingapp.models.fields import today
from gstbillingapp.queries import capped_count, page_of
from gstbillingapp.templatetags.billing import money
from gstbillingapp.views import paying
from gstbillingapp.views.bill_sheet import claimed, columns_of, note_of, total_rows
from gstbillingapp.views.bill_timeline import timeline
from gstbillingapp.views.claims import claim_words
from gstbillingapp.views.invoice_messages import reason_against, turned_away
from gstbillingapp.views.once import answers_again

NARROWING = ("q", "vendor", "since", "until")
Counts = dict[str, tuple[int, bool]]  # by tab: how many, and whether there are more


@dataclass(frozen=True)
class Tab:
    """One status above the list."""

    status: str
    label: str
    count: int
    is_capped: bool
    is_current: bool


@require_safe
@member_required
def bill_list(request: MemberRequest) -> HttpResponse:
    """Every bill of the business, narrowed by what the address says, and what is to be paid in all."""
    form = BillFilterForm(request.GET)
    filters = form.filters()
    is_narrowed = any(name in filters for name in NARROWING)
    tabs = _tabs(_listed(request, filters), filters.get("status", ""), is_narrowed)
    current = next(tab for tab in tabs if tab.is_current)
    rows = _listed(request, filters, status=current.status, sort=filters["sort"], expected=current.count)
    context = {
        "form": form,
        "filters": filters,
        "sort": filters["sort"],
        "tabs": tabs,
        "heading": current.label,
        "page": page_of(rows, request.GET.get("page"), counted=(current.count, current.is_capped)),
        "vendor": _chosen_vendor(request, filters.get("vendor")),
        "is_narrowed": is_narrowed,
        "any_bill": tabs[0].count > 0 or Bill.objects.filter(business=request.business).exists(),
        "payable": payables.payable(request.business),
    }
    return render(request, "bills/list.html", context)


def _chosen_vendor(request: MemberRequest, pk: int | None) -> Vendor | None:
    return None if pk is None else Vendor.objects.filter(business=request.business, pk=pk).first()


def _listed(request: MemberRequest, filters: dict[str, Any], **more: Any) -> QuerySet[Bill]:
    """The bills that the filters leave, of every status where `more` names none."""
    return payables.bill_list(
        request.business,
        search=filters.get("q", ""),
        vendor_id=filters.get("vendor"),
        since=filters.get("since"),
        until=filters.get("until"),
        **more,
    )


def _tabs(narrowed: QuerySet[Bill], current: str, is_narrowed: bool) -> list[Tab]:
    counts = _counts_of_found(narrowed) if is_narrowed else _counts_of_all(narrowed)
    return [Tab(status, label, *counts[status], status == current) for status, label in TABS]


def _counts_of_found(found: QuerySet[Bill]) -> Counts:
    """Counts of what a search left: one pass, as finding the rows is what costs."""
    day = today()
    counts = {status: Count("pk", filter=bill_condition(status, day)) for status, _ in TABS if status}
    counted = found.order_by().aggregate(all=Count("pk"), **counts)
    return {"": (counted.pop("all"), False), **{status: (n, False) for status, n in counted.items()}}


def _counts_of_all(whole: QuerySet[Bill]) -> Counts:
    """Counts of everything: read off the indexes as far as anybody reads a count."""
    day = today()
    of_status = {status: whole.filter(bill_condition(status, day)) for status, _ in TABS if status}
    return {status: capped_count(rows) for status, rows in {"": whole, **of_status}.items()}


@require_safe
@member_required
def bill(request: MemberRequest, pk: int) -> HttpResponse:
    """The page of one bill: what it says, what is owed on it and what happened to it."""
    as_of = timezone.now()  # before it is read: what changes meanwhile is told, and read again
    stored = _bill(request, pk)
    lines = list(stored.lines.all())
    late = stored.status == BillStatus.OVERDUE
    context = {
        "bill": stored,
        "as_of": as_of,
        "lines": lines,
        "has_discount": any(line.disc_pct or line.disc_amt for line in lines),
        "columns": columns_of(stored),
        "totals": total_rows(stored, lines),
        "note": note_of(stored),
        "claim": claim_words(stored) if claimed(lines) else "",
        "held": claims.held_by(stored),
        "place": state_label(stored.place_of_supply),
        "timeline": timeline(stored),
        "notes": stored.vendor_notes.order_by("date", "pk"),
        "days_late": (today() - stored.due_date).days if late else 0,
        "kept": _why_it_stays(stored),
        **_own_papers(stored),
        "cancel_form": BillReasonForm(),
        "payment_form": paying.blank(stored, BillPaymentForm),
    }
    return render(request, "bills/detail.html", context)


def _own_papers(stored: Bill) -> dict[str, Any]:
    """The papers that we make of a bill on reverse charge, and whether one is still to be made."""
    made = list(stored.self_invoices.order_by("pk")) if stored.rcm else []
    return {
        "self_invoices": made,
        "self_invoice": next((row for row in made if row.cancelled_at is None), None),
        "vouchers": list(_vouchers(stored)) if stored.rcm else [],
        "wants_self_invoice": not reason_against(lambda: refuse_making(stored)),
    }


def _vouchers(stored: Bill) -> QuerySet[PaymentVoucher]:
    rows = PaymentVoucher.objects.filter(business=stored.business, payment__bill=stored)
    return rows.select_related("payment").order_by("pk")


def _why_it_stays(stored: Bill) -> str:
    """What keeps a bill from being changed or cancelled; empty where nothing does."""
    try:
        deeds.refuse_cancelling(stored)
    except ValidationError as error:
        return " ".join(error.messages)
    return ""


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def cancel(request: MemberRequest, pk: int) -> HttpResponse:
    """Ask why, then cancel a bill."""
    stored = _bill(request, pk)
    elsewhere = turned_away(request, stored, deeds.refuse_cancelling)
    if elsewhere is not None:
        return elsewhere
    form = BillReasonForm(request.POST or None)
    if request.method == "POST":
        cancelled = form.attempt(
            lambda: deeds.cancel(request.business, request.user, stored.pk, **form.cleaned_data)
        )
        if cancelled is not None:
            messages.success(request, f"Bill {cancelled} is cancelled. Nothing is owed on it.")
            return redirect(cancelled)
    context = {
        "document": stored,
        "bill": stored,
        "heading": f"Cancel {stored}?",
        "facts": "bills/cancel_facts.html",
        "held": claims.held_by(stored),
        "form": form,
        "button": "Cancel the bill",
    }
    return render(request, "bills/confirm.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
@answers_again
def pay(request: MemberRequest, pk: int) -> HttpResponse:
    """Record a payment; the amount starts as the balance."""
    stored = _bill(request, pk)
    return paying.record(
        request,
        stored,
        bill_payments.refuse_unless_owed,
        partial(bill_payments.pay, request.business, request.user, stored.pk),
        lambda payment: f"{money(payment.amount)} paid. {_standing(payment)}",
        sub=f"is owed to {stored.vendor_name}",
        form=BillPaymentForm,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
@answers_again
def reverse_payment(request: MemberRequest, pk: int, payment_pk: int) -> HttpResponse:
    """Take back a payment that did not go through."""
    payment = get_object_or_404(
        BillPayment.objects.select_related("bill"), business=request.business, bill=pk, pk=payment_pk
    )
    return paying.take_back(
        request,
        payment,
        payment.bill,
        partial(bill_payments.reverse, request.business, request.user, payment.pk),
        _standing,
        facts="bills/reverse_facts.html",
        form=BillReasonForm,
    )


def _standing(payment: BillPayment) -> str:
    stored = payment.bill
    if not stored.balance:
        return f"Bill {stored} is paid in full."
    return f"Bill {stored} has {money(stored.balance)} left to pay."


def _bill(request: MemberRequest, pk: int) -> Bill:
    rows = Bill.objects.select_related("vendor", "recorded_by", "cancelled_by")
    stored = get_object_or_404(rows, business=request.business, pk=pk)
    stored.business = request.business
    return stored
