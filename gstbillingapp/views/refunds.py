"""Paying back what is open of an advance or a credit note, and taking that back."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods

from gstbillingapp.access import MemberRequest, member_required
from gstbillingapp.actions import set_offs
from gstbillingapp.actions.form_keys import Answer
from gstbillingapp.actions.open_credit import Source
from gstbillingapp.forms.invoices import ReasonForm
from gstbillingapp.forms.notes import RefundForm
from gstbillingapp.models import Note, Receipt, Refund
from gstbillingapp.models.fields import today
from gstbillingapp.templatetags.billing import money
from gstbillingapp.views.invoice_messages import turned_away
from gstbillingapp.views.once import answered, answers_again, once


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
@answers_again
def of_note(request: MemberRequest, pk: int) -> HttpResponse:
    """Pay back the open credit of a note."""
    return _refund(request, get_object_or_404(Note, business=request.business, pk=pk))


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
@answers_again
def of_receipt(request: MemberRequest, pk: int) -> HttpResponse:
    """Pay back an advance."""
    return _refund(request, get_object_or_404(Receipt, business=request.business, pk=pk))


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
@answers_again
def reverse(request: MemberRequest, pk: int) -> HttpResponse:
    """Ask why, then take back a refund that was not paid."""
    rows = Refund.objects.select_related("receipt", "note")
    refund = get_object_or_404(rows, business=request.business, pk=pk)
    elsewhere = turned_away(request, refund, set_offs.refuse_reversed_refund)
    if elsewhere is not None:
        return elsewhere
    form = ReasonForm(request.POST or None)
    if request.method == "POST":
        answer = form.attempt(lambda: once(request, lambda: _take_back(request, refund, form)))
        if answer is not None:
            return answered(request, answer)
    return render(request, "receipts/reverse_refund.html", {"refund": refund, "form": form})


def _refund(request: MemberRequest, source: Source) -> HttpResponse:
    elsewhere = turned_away(request, source, set_offs.refuse_nothing_open)
    if elsewhere is not None:
        return elsewhere
    initial = {"amount": source.balance, "date": today()}
    form = RefundForm(request.POST) if request.method == "POST" else RefundForm(initial=initial)
    if request.method == "POST":
        answer = form.attempt(lambda: once(request, lambda: _record(request, source, form)))
        if answer is not None:
            return answered(request, answer)
    return render(request, "receipts/refund.html", {"source": source, "form": form})


def _record(request: MemberRequest, source: Source, form: RefundForm) -> Answer:
    data = form.refund_data()
    refund = set_offs.refund(request.business, request.user, type(source), source.pk, data)
    said = f"Refund {refund.number} of {money(refund.amount)} to {source.party} recorded."
    return Answer(refund.get_absolute_url(), said)


def _take_back(request: MemberRequest, refund: Refund, form: ReasonForm) -> Answer:
    undone = set_offs.reverse_refund(request.business, request.user, refund.pk, **form.cleaned_data)
    said = f"Refund {undone.number} is reversed: {money(undone.amount)} is open."
    return Answer(refund.get_absolute_url(), said)
