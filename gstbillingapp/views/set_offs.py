"""Setting an advance or open credit off against an invoice."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from gstbillingapp.access import MemberRequest, member_required
from gstbillingapp.actions import set_offs
from gstbillingapp.actions.form_keys import Answer
from gstbillingapp.actions.open_credit import Source
from gstbillingapp.actions.payments import refuse_unless_owed
from gstbillingapp.forms.notes import SetOffForm, name_of
from gstbillingapp.models import Invoice, Payment
from gstbillingapp.models.fields import today
from gstbillingapp.registers import open_sources
from gstbillingapp.templatetags.billing import money
from gstbillingapp.views.invoice_messages import turned_away
from gstbillingapp.views.once import answered, answers_again, once


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
@answers_again
def new(request: MemberRequest, pk: int) -> HttpResponse:
    """Pay an invoice out of what its customer has open."""
    rows = Invoice.objects.select_related("customer")
    invoice: Invoice = get_object_or_404(rows, business=request.business, pk=pk)
    elsewhere = turned_away(request, invoice, refuse_unless_owed)
    if elsewhere is not None:
        return elsewhere
    sources = open_sources(request.business, invoice.customer_id or 0)
    if not sources:
        messages.info(request, f"{invoice.party} has no open advance or credit note.")
        return redirect(invoice)
    if request.method == "POST":
        form = SetOffForm(sources, request.POST)
        answer = form.attempt(lambda: once(request, lambda: _set_off(request, invoice, form)))
        if answer is not None:
            return answered(request, answer)
    else:
        form = SetOffForm(sources, initial=_initial(request, invoice, sources))
    return render(request, "invoices/set_off.html", {"invoice": invoice, "form": form})


def _set_off(request: MemberRequest, invoice: Invoice, form: SetOffForm) -> Answer:
    typed, source = form.cleaned_data, form.chosen
    payment = set_offs.set_off(
        request.business,
        request.user,
        invoice.pk,
        type(source),
        source.pk,
        typed["amount"],
        typed["date"],
    )
    return Answer(payment.get_absolute_url(), _done(payment))


def _initial(request: MemberRequest, invoice: Invoice, sources: list[Source]) -> dict[str, Any]:
    """The source in the address or the oldest, as much of it as the invoice takes, today."""
    by_name = {name_of(source): source for source in sources}
    chosen = by_name.get(request.GET.get("source", ""), sources[0])
    amount = min(invoice.balance, chosen.balance)
    return {"source": name_of(chosen), "amount": amount, "date": today()}


def _done(payment: Payment) -> str:
    invoice = payment.invoice
    said = f"{money(payment.amount)} of {payment.reference} set off."
    if not invoice.balance:
        return f"{said} Nothing is left to pay on {invoice.number}."
    return f"{said} {invoice.number} has {money(invoice.balance)} left to pay."
