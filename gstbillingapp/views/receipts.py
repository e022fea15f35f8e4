"""Advances: the list, the form, the page of one."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from gstbillingapp import queries, registers
from gstbillingapp.access import MemberRequest, member_required
from gstbillingapp.actions import receipts
from gstbillingapp.actions.form_keys import Answer
from gstbillingapp.forms.base import number_in, whole_number
from gstbillingapp.forms.invoices import ReasonForm
from gstbillingapp.forms.notes import ReceiptForm
from gstbillingapp.gst.states import state_label
from gstbillingapp.likeliest import active, likeliest
from gstbillingapp.models import Customer, Invoice, Receipt
from gstbillingapp.models.fields import today
from gstbillingapp.templatetags.billing import money
from gstbillingapp.views.invoice_figures import columns_of, mode_of
from gstbillingapp.views.invoice_messages import reason_against, turned_away
from gstbillingapp.views.lists import chosen_sort, searched
from gstbillingapp.views.mailing import mail_events
from gstbillingapp.views.note_papers import printable_receipt
from gstbillingapp.views.once import answered, answers_again, once

CHOICES_SHOWN = 20  # customers to choose from before one searches
OWED_SHOWN = 10


@require_safe
@member_required
def index(request: MemberRequest) -> HttpResponse:
    """The list: search and status, sorted, a page at a time."""
    search, sort = searched(request), chosen_sort(request, registers.RECEIPT_ORDERS, "-date")
    status = request.GET.get("status", "")
    status = status if status in registers.STATUSES else ""
    found = registers.receipt_list(request.business, search=search, status=status, sort=sort)
    context = {
        "page": queries.page_of(found, request.GET.get("page")),
        "search": search,
        "status": status,
        "sort": sort,
        "statuses": registers.STATUSES.items(),
    }
    return render(request, "receipts/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
@answers_again
def new(request: MemberRequest) -> HttpResponse:
    """Record an advance; whose it is, is asked first."""
    chosen = whole_number(request.GET.get("customer", ""))
    if chosen is None:
        return _whose(request)
    customer = get_object_or_404(Customer, business=request.business, pk=chosen)
    initial = {"date": today(), "amount": number_in(request.GET.get("amount"))}
    form = ReceiptForm(customer, request.POST) if request.POST else ReceiptForm(customer, initial=initial)
    if request.method == "POST":
        answer = form.attempt(lambda: once(request, lambda: _record(request, form)))
        if answer is not None:
            return answered(request, answer)
    return render(request, "receipts/form.html", {"form": form, "customer": customer})


@require_safe
@member_required
def detail(request: MemberRequest, pk: int) -> HttpResponse:
    """The page of one advance: what came, the tax in it, and what became of it."""
    receipt = _receipt(request, pk)
    columns = columns_of(receipt, mode_of(receipt))
    owed = Invoice.objects.owed_by(receipt.business_id, receipt.customer_id)
    context = {
        "receipt": receipt,
        "taxes": [(column.label, column.of(receipt)) for column in columns],
        "place": state_label(receipt.place_of_supply),
        "set_offs": receipt.set_offs.filter(reversed_at=None).select_related("invoice").order_by("pk"),
        "refunds": receipt.refunds.order_by("pk"),
        "owed": owed.order_by("due_date", "pk")[:OWED_SHOWN] if receipt.balance else [],
        "letters": list(mail_events(printable_receipt(receipt))),
        "kept": reason_against(lambda: receipts.refuse_cancelling(receipt)),
    }
    return render(request, "receipts/detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def cancel(request: MemberRequest, pk: int) -> HttpResponse:
    """Ask why, then take back an advance that did not clear."""
    receipt = _receipt(request, pk)
    elsewhere = turned_away(request, receipt, receipts.refuse_cancelling)
    if elsewhere is not None:
        return elsewhere
    form = ReasonForm(request.POST or None)
    if request.method == "POST":
        cancelled = form.attempt(
            lambda: receipts.cancel(request.business, request.user, receipt.pk, **form.cleaned_data)
        )
        if cancelled is not None:
            messages.success(request, f"Advance {cancelled.number} is cancelled. It keeps its number.")
            return redirect(cancelled)
    return render(request, "receipts/cancel.html", {"receipt": receipt, "form": form})


def _record(request: MemberRequest, form: ReceiptForm) -> Answer:
    receipt = receipts.record(request.business, request.user, form.receipt_data())
    return Answer(
        receipt.get_absolute_url(),
        f"Advance {receipt.number} of {money(receipt.total)} from {receipt.party} recorded. "
        "Set it off on their next invoice.",
    )


def _whose(request: MemberRequest) -> HttpResponse:
    search = searched(request)
    found = likeliest(active(Customer.objects.filter(business=request.business)), search, CHOICES_SHOWN)
    return render(request, "receipts/whose.html", {"customers": found, "search": search})


def _receipt(request: MemberRequest, pk: int) -> Receipt:
    rows = Receipt.objects.select_related("customer", "created_by", "cancelled_by")
    receipt: Receipt = get_object_or_404(rows, business=request.business, pk=pk)
    receipt.business = request.business
    return receipt
