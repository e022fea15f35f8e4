"""Making a self-invoice of a bill on reverse charge, and taking it back."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from gstbillingapp.access import MemberRequest, member_required
from gstbillingapp.actions import prefixes, self_invoices
from gstbillingapp.forms.bills import BillReasonForm
from gstbillingapp.models import Bill, SelfInvoice
from gstbillingapp.models.fields import today
from gstbillingapp.views.invoice_figures import next_number
from gstbillingapp.views.invoice_messages import turned_away


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def make(request: MemberRequest, pk: int) -> HttpResponse:
    """Ask, then give a bill its self-invoice."""
    bill = get_object_or_404(Bill.objects.select_related("vendor"), business=request.business, pk=pk)
    bill.business = request.business
    elsewhere = turned_away(request, bill, self_invoices.refuse_making)
    if elsewhere is not None:
        return elsewhere
    if request.method == "POST":
        try:
            made = self_invoices.make(request.business, request.user, bill.pk)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        else:
            messages.success(request, f"Self-invoice {made.number} made for {bill}.")
        return redirect(bill)
    number = next_number(request.business, today(), prefixes.SELF_INVOICES)
    return render(request, "bills/self_invoice.html", {"bill": bill, "number": number})


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def cancel(request: MemberRequest, pk: int) -> HttpResponse:
    """Ask why, then take a self-invoice back."""
    rows = SelfInvoice.objects.select_related("bill")
    stored = get_object_or_404(rows, business=request.business, pk=pk)
    elsewhere = turned_away(request, stored, self_invoices.refuse_cancelled)
    if elsewhere is not None:
        return elsewhere
    form = BillReasonForm(request.POST or None)
    if request.method == "POST":
        cancelled = form.attempt(
            lambda: self_invoices.cancel(request.business, request.user, stored.pk, **form.cleaned_data)
        )
        if cancelled is not None:
            messages.success(request, f"Self-invoice {cancelled.number} is cancelled. It keeps its number.")
            return redirect(cancelled)
    context = {
        "document": stored.bill,
        "bill": stored.bill,
        "self_invoice": stored,
        "heading": f"Cancel self-invoice {stored.number}?",
        "facts": "bills/self_invoice_cancel_facts.html",
        "form": form,
        "button": "Cancel the self-invoice",
    }
    return render(request, "bills/confirm.html", context)
