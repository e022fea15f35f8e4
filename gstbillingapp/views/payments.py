"""Recording the money received against an invoice, and taking back what did not clear."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from gstbillingapp.access import MemberRequest, member_required
from gstbillingapp.actions import payments
from gstbillingapp.actions.money import refuse_reversed
from gstbillingapp.forms.invoices import PaymentForm, ReasonForm
from gstbillingapp.models import Invoice, Payment
from gstbillingapp.models.fields import today
from gstbillingapp.templatetags.billing import money
from gstbillingapp.views.invoice_messages import turned_away


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def new(request: MemberRequest, pk: int) -> HttpResponse:
    """Record a payment; the amount starts as the balance."""
    invoice = get_object_or_404(Invoice, business=request.business, pk=pk)
    elsewhere = turned_away(request, invoice, payments.refuse_unless_owed)
    if elsewhere is not None:
        return elsewhere
    form = PaymentForm(request.POST) if request.method == "POST" else blank_payment(invoice)
    if request.method == "POST":
        payment = form.attempt(
            lambda: payments.record(request.business, request.user, invoice.pk, **form.cleaned_data)
        )
        if payment is not None:
            messages.success(request, _recorded(payment))
            return redirect(payment.invoice)
    context = {"document": invoice, "sub": f"is owed by {invoice.party}", "form": form}
    return render(request, "invoices/payment.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def reverse(request: MemberRequest, pk: int, payment_pk: int) -> HttpResponse:
    """Take back a payment that did not clear, such as a returned cheque."""
    payment = get_object_or_404(
        Payment.objects.select_related("invoice"), business=request.business, invoice=pk, pk=payment_pk
    )
    elsewhere = turned_away(request, payment, refuse_reversed)
    if elsewhere is not None:
        return elsewhere
    what = "set-off" if payment.is_set_off else "payment"
    form = ReasonForm(request.POST or None)
    if request.method == "POST":
        undone = form.attempt(
            lambda: payments.reverse(request.business, request.user, payment.pk, **form.cleaned_data)
        )
        if undone is not None:
            messages.success(request, _reversed(undone))
            return redirect(undone.invoice)
    return render(
        request,
        "invoices/confirm.html",
        {
            "document": payment.invoice,
            "invoice": payment.invoice,
            "payment": payment,
            "heading": f"Reverse the {what} of {money(payment.amount)}?",
            "facts": "invoices/reverse_facts.html",
            "form": form,
            "stay": "Keep it",
            "button": f"Reverse the {what}",
            "button_class": "btn-danger",
        },
    )


def blank_payment(invoice: Invoice) -> PaymentForm:
    """The form of a payment of the whole balance, received today."""
    return PaymentForm(initial={"amount": invoice.balance, "date": today()})


def _recorded(payment: Payment) -> str:
    invoice = payment.invoice
    received = f"{money(payment.amount)} from {invoice.party} recorded."
    if not invoice.balance:
        return f"{received} {invoice.number} is paid in full."
    return f"{received} {invoice.number} has {money(invoice.balance)} left to pay."


def _reversed(payment: Payment) -> str:
    invoice = payment.invoice
    return (
        f"The {'set-off' if payment.is_set_off else 'payment'} of {money(payment.amount)} is reversed. "
        f"{invoice.number} has {money(invoice.balance)} left to pay."
    )
