"""What a customer owed from before: its page, and the payments of it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from gstbillingapp.access import MemberRequest, member_required
from gstbillingapp.actions import opening
from gstbillingapp.actions.money import refuse_reversed
from gstbillingapp.forms.invoices import PaymentForm, ReasonForm
from gstbillingapp.models import OpeningBalance, OpeningPayment
from gstbillingapp.models.fields import today
from gstbillingapp.templatetags.billing import money
from gstbillingapp.views.invoice_messages import turned_away


@require_safe
@member_required
def detail(request: MemberRequest, pk: int) -> HttpResponse:
    """One balance: what is left of it, and what was paid."""
    stored = _balance(request, pk)
    payments = stored.payments.select_related("recorded_by").order_by("-date", "-pk")
    late = stored.balance and (stored.due_date or stored.date) < today()
    context = {"opening": stored, "customer": stored.customer, "payments": payments, "late": late}
    return render(request, "opening/detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def pay(request: MemberRequest, pk: int) -> HttpResponse:
    """Record a payment; the amount starts as what is left."""
    stored = _balance(request, pk)
    elsewhere = turned_away(request, stored, opening.refuse_unless_owed)
    if elsewhere is not None:
        return elsewhere
    blank = PaymentForm(initial={"amount": stored.balance, "date": today()})
    form = PaymentForm(request.POST) if request.method == "POST" else blank
    if request.method == "POST":
        payment = form.attempt(
            lambda: opening.pay(request.business, request.user, stored.pk, **form.cleaned_data)
        )
        if payment is not None:
            came = f"{money(payment.amount)} from {stored.customer.name} recorded."
            messages.success(request, f"{came} {_standing(payment.opening)}")
            return redirect(payment.opening)
    return render(
        request,
        "invoices/payment.html",
        {"document": stored, "sub": f"is owed by {stored.customer.name}", "form": form},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def reverse(request: MemberRequest, pk: int, payment_pk: int) -> HttpResponse:
    """Take back a payment that did not clear, such as a returned cheque."""
    payment = get_object_or_404(
        OpeningPayment.objects.select_related("opening"), business=request.business, opening=pk, pk=payment_pk
    )
    elsewhere = turned_away(request, payment, refuse_reversed)
    if elsewhere is not None:
        return elsewhere
    form = ReasonForm(request.POST or None)
    if request.method == "POST":
        undone = form.attempt(
            lambda: opening.reverse(request.business, request.user, payment.pk, **form.cleaned_data)
        )
        if undone is not None:
            back = f"The payment of {money(undone.amount)} is reversed."
            messages.success(request, f"{back} {_standing(undone.opening)}")
            return redirect(undone.opening)
    return render(
        request,
        "invoices/confirm.html",
        {
            "document": payment.opening,
            "payment": payment,
            "heading": f"Reverse the payment of {money(payment.amount)}?",
            "facts": "opening/reverse_facts.html",
            "form": form,
            "stay": "Keep it",
            "button": "Reverse the payment",
            "button_class": "btn-danger",
        },
    )


def _standing(stored: OpeningBalance) -> str:
    if not stored.balance:
        return f"{stored.name} is paid in full."
    return f"{stored.name} has {money(stored.balance)} left to pay."


def _balance(request: MemberRequest, pk: int) -> OpeningBalance:
    rows = OpeningBalance.objects.select_related("customer")
    return get_object_or_404(rows, business=request.business, pk=pk)
